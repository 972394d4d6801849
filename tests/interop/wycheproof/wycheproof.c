/*
 * wycheproof.c - runs the signature vectors of Project Wycheproof through crypto_verify(): a valid one must
 * verify, an invalid one must not, an acceptable one may. One TAP line a file.
 *
 * The folder of the vectors is KALEM_CORPUS, or ../shared/corpus beside the source tree; without it there is
 * nothing to test, and that is said.
 */
#include "crypto/crypto.h"

#include "base/text.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum kind { KIND_NONE, KIND_PKCS1, KIND_PSS, KIND_ECDSA, KIND_ECDSA_PLAIN };

struct tally {
    unsigned valid, invalid, acceptable, wrong;
    char first_wrong[160];
};

/* What every vector of a group shares. */
struct group {
    enum kind kind;
    struct crypto_pubkey *key;
    struct crypto_sigalg alg;
};

static enum kind kind_of(const char *type) {
    static const struct {
        const char *type;
        enum kind kind;
    } kinds[] = {{"RsassaPkcs1Verify", KIND_PKCS1},
                 {"RsassaPssVerify", KIND_PSS},
                 {"RsassaPssWithParametersVerify", KIND_PSS},
                 {"EcdsaVerify", KIND_ECDSA},
                 {"EcdsaP1363Verify", KIND_ECDSA_PLAIN}};
    for (size_t i = 0; type != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            return kinds[i].kind;
    return KIND_NONE;
}

static enum crypto_digest digest_named(const char *name) {
    for (int d = DIGEST_SHA1; name != NULL && d < DIGEST_COUNT; d++)
        if (strcmp(crypto_digest_row((enum crypto_digest)d)->name, name) == 0)
            return (enum crypto_digest)d;
    return DIGEST_NONE;
}

static const char *text(const json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

static bool group_open(const json_t *json, struct group *g) {
    static const enum crypto_scheme schemes[] = {SCHEME_NONE, SCHEME_RSA_PKCS1, SCHEME_RSA_PSS, SCHEME_ECDSA,
                                                 SCHEME_ECDSA};
    AUTO(grow) spki = {0};
    const char *hex = text(json, "publicKeyDer");
    g->kind = kind_of(text(json, "type"));
    g->alg = (struct crypto_sigalg){.scheme = schemes[g->kind], .digest = digest_named(text(json, "sha"))};
    if (g->kind == KIND_PSS) {
        g->alg.mgf = digest_named(text(json, "mgfSha"));
        g->alg.salt = (unsigned)json_integer_value(json_object_get(json, "sLen"));
    }
    sign_error err = {0};
    if (g->kind == KIND_NONE || hex == NULL || !text_hex_decode(hex, &spki))
        return false;
    if (crypto_pubkey_read(BYTES(spki.data, spki.len), &g->key, &err) == SIGN_OK)
        return true;
    printf("# public key not read: %s\n", err.text);
    return false;
}

/* A plain value has exactly twice the octets of the field; then it is verified as CMS would carry it. */
static bool plain_to_der(const struct group *g, sign_bytes plain, grow *out) {
    return plain.len == 2 * crypto_pubkey_field(g->key) && crypto_ecdsa_to_der(plain, out);
}

/* 1 verified, 0 refused, -1 could not be done. */
static int verify(struct crypto *c, const struct group *g, const json_t *vector) {
    AUTO(grow) msg = {0}, sig = {0}, der = {0};
    const char *msg_hex = text(vector, "msg"), *sig_hex = text(vector, "sig");
    if (msg_hex == NULL || sig_hex == NULL || !text_hex_decode(msg_hex, &msg) ||
        !text_hex_decode(sig_hex, &sig))
        return -1;
    sign_bytes value = BYTES(sig.data != NULL ? sig.data : (const uint8_t *)"", sig.len);
    if (g->kind == KIND_ECDSA_PLAIN) {
        if (!plain_to_der(g, value, &der))
            return 0;
        value = BYTES(der.data, der.len);
    }
    uint8_t digest[DIGEST_MAX];
    if (crypto_hash(c, g->alg.digest, BYTES(msg.data, msg.len), digest, NULL) != SIGN_OK)
        return -1;
    sign_bytes hash = BYTES(digest, crypto_digest_row(g->alg.digest)->size);
    sign_rc kept = crypto_verify(c, g->key, &g->alg, hash, value, true, NULL);
    sign_rc once = crypto_verify(c, g->key, &g->alg, hash, value, false, NULL);
    if (kept != once || kept < 0)
        return -1;
    return kept == SIGN_OK;
}

/* The only latitude that we take a side on: DigestInfo without NULL is refused (RFC 8017, 9.2). */
static bool missing_null(const json_t *vector) {
    const json_t *flags = json_object_get(vector, "flags");
    for (size_t i = 0; i < json_array_size(flags); i++)
        if (strcmp(json_string_value(json_array_get(flags, i)), "MissingNull") == 0)
            return true;
    return false;
}

static void run_vector(struct crypto *c, const struct group *g, const json_t *vector, struct tally *t) {
    const char *expected = text(vector, "result");
    int got = verify(c, g, vector);
    bool wrong = got < 0 || expected == NULL;
    if (!wrong && strcmp(expected, "valid") == 0) {
        t->valid++;
        wrong = got != 1;
    } else if (!wrong && strcmp(expected, "invalid") == 0) {
        t->invalid++;
        wrong = got != 0;
    } else {
        t->acceptable++;
        wrong = wrong || (missing_null(vector) && got != 0);
    }
    if (wrong && t->wrong++ == 0)
        snprintf(t->first_wrong, sizeof t->first_wrong, "tcId %lld, %s, got %d: %s",
                 (long long)json_integer_value(json_object_get(vector, "tcId")),
                 expected != NULL ? expected : "?", got, text(vector, "comment"));
}

static void run_group(struct crypto *c, const json_t *json, struct tally *t) {
    struct group g = {0};
    if (!group_open(json, &g)) {
        t->wrong++;
        snprintf(t->first_wrong, sizeof t->first_wrong, "a group could not be opened");
        return;
    }
    const json_t *vectors = json_object_get(json, "tests");
    for (size_t i = 0; i < json_array_size(vectors); i++)
        run_vector(c, &g, json_array_get(vectors, i), t);
    crypto_pubkey_free(&g.key);
}

static bool run_file(struct crypto *c, const char *folder, const char *path, unsigned number) {
    char full[1024];
    snprintf(full, sizeof full, "%s/files/C2SP+wycheproof/%s", folder, path);
    json_t *root = json_load_file(full, 0, NULL);
    struct tally t = {0};
    const json_t *groups = json_object_get(root, "testGroups");
    for (size_t i = 0; i < json_array_size(groups); i++)
        run_group(c, json_array_get(groups, i), &t);
    json_int_t promised = json_integer_value(json_object_get(root, "numberOfTests"));
    json_decref(root);
    bool good = t.wrong == 0 && promised > 0 && t.valid + t.invalid + t.acceptable == promised;
    printf("%s %u - %s (valid %u, invalid %u, acceptable %u)\n", good ? "ok" : "not ok", number,
           path_base(path), t.valid, t.invalid, t.acceptable);
    if (!good)
        printf("# %u wrong; first: %s\n", t.wrong, t.first_wrong);
    return good;
}

/* The second column of a line of the index, cut in place; NULL for the heading. */
static char *path_column(char *line) {
    char *path = strchr(line, ',');
    char *end = path != NULL ? strchr(path + 1, ',') : NULL;
    if (end == NULL || strstr(line, ".json") == NULL)
        return NULL;
    *end = '\0';
    return path + 1;
}

static int run_index(FILE *index, const char *folder) {
    struct crypto *c = NULL;
    char line[512];
    unsigned number = 0, failed = 0;
    if (crypto_new(&c, NULL) != SIGN_OK)
        return 1;
    while (fgets(line, sizeof line, index) != NULL) {
        char *path = path_column(line);
        if (path != NULL && !run_file(c, folder, path, ++number))
            failed++;
    }
    crypto_free(&c);
    printf("1..%u\n", number);
    return failed != 0 || number == 0;
}

int main(void) {
    const char *folder = getenv("KALEM_CORPUS");
    if (folder == NULL || folder[0] == '\0')
        folder = SIGN_TEST_SOURCE "/../shared/corpus";
    char path[1024];
    snprintf(path, sizeof path, "%s/wycheproof.csv", folder);
    FILE *index = fopen(path, "r");
    if (index == NULL) {
        puts("1..1\nok 1 - wycheproof # SKIP corpus absent");
        return 0;
    }
    int status = run_index(index, folder);
    fclose(index);
    return status;
}
