/*
 * mktst DIR: makes time-stamp tokens and responses with every option and many faults, writes them into DIR
 * with the data and the queries, and prints for each a line
 *     NAME|token or tsr|ok, or what we refuse it for|same, or why openssl(1) judges otherwise
 *
 * mktst --reply FILE SIGNER: our verdict about a response that somebody else made for the same data.
 */
#include "../../unit/tsp/make.h"

#include "base/text.h"
#include <stdio.h>

#define AT_10 INT64_C(1767607200) /* 2026-01-05T10:00:00Z */

struct bench {
    const char *dir;
    make_signer rsa, ec, person;
    sign_trust *trust;
    struct crypto *crypto;
    sign_buf cas[2];
    int failed;
};

static const char data[] = "what is to be stamped\n";

static bool put_file(const struct bench *b, const char *name, const char *suffix, sign_bytes octets) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s%s%s", b->dir, name, suffix[0] != 0 ? "." : "", suffix);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool good = fwrite(octets.data, 1, octets.len, file) == octets.len;
    return fclose(file) == 0 && good;
}

/* ---- our verdict ------------------------------------------------------------------------------------- */

/* All references must be of that certificate, and one must be there (RFC 3161, 2.4.1; RFC 5816, 2.2). */
static bool referenced(const struct bench *b, const struct tsp_token *t, const struct pki_cert *cert) {
    uint8_t hash[DIGEST_MAX];
    bool good = t->n_references > 0;
    for (size_t i = 0; good && i < t->n_references; i++) {
        const struct cms_reference *r = &t->references[i];
        good = r->digest != DIGEST_NONE &&
               crypto_hash(b->crypto, r->digest, cert->der, hash, NULL) == SIGN_OK &&
               bytes_equal(r->hash, BYTES(hash, crypto_digest_row(r->digest)->size));
    }
    return good;
}

/* Token, imprint, signer and path: "ok", or the first thing that is refused. */
static const char *judge(const struct bench *b, const struct make_signer *who, const struct tsp_token *t,
                         bool imprint, arena *a) {
    uint8_t digest[DIGEST_MAX];
    struct tsp_integrity i;
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(pki_path_ptr) path = NULL;
    const struct pki_path_options opt = {
        .at = AT_10, .purpose = PKI_TSA, .bag = t->certs, .n_bag = t->n_certs};
    if (t->broken != MSG_NONE)
        return message_code(t->broken);
    if (imprint && (crypto_hash(b->crypto, t->digest, BYTES_STR(data), digest, NULL) != SIGN_OK ||
                    !tsp_token_is_of(t, BYTES(digest, crypto_digest_row(t->digest)->size))))
        return "imprint";
    if (pki_certificate(b->trust, b->crypto, make_view(who->cert), &cert, NULL) != SIGN_OK ||
        tsp_token_check(b->crypto, t, cert, a, &i, NULL) != SIGN_OK ||
        pki_path_check(b->trust, b->crypto, cert, &opt, &path, NULL) != SIGN_OK)
        return "error";
    if (i.content != TRI_TRUE || i.value != TRI_TRUE)
        return i.content != TRI_TRUE ? "content" : "value";
    if (!referenced(b, t, cert))
        return "reference";
    if (!tsp_token_names(t, cert))
        return "name";
    return path->indication == TOTAL_PASSED ? "ok" : message_code(path->message);
}

static void tell(const char *name, const char *kind, const char *verdict, const char *differs) {
    printf("%s|%s|%s|%s\n", name, kind, verdict, differs != NULL ? differs : "same");
}

/* ---- tokens ------------------------------------------------------------------------------------------ */

enum who { BY_RSA, BY_EC, BY_PERSON };

struct row {
    const char *name;
    enum who who;
    struct make_token token;
    bool no_certs, other_imprint, own_name; /* own_name: tsa is the subject of the signer */
    const char *expected;                   /* NULL: ok */
    const char *differs;                    /* why openssl judges otherwise */
};

/* A name of the test PKI's authorities in [0], and one of nobody. */
#define NOBODY "a411300f310d300b06035504030c0454455354"

static const struct row rows[] = {
    {.name = "plain-rsa", .who = BY_RSA},
    {.name = "plain-ec", .who = BY_EC},
    {.name = "ber-rsa", .who = BY_RSA, .token = {.ber = true}},
    {.name = "ber-ec", .who = BY_EC, .token = {.ber = true}},
    {.name = "no-certs", .who = BY_RSA, .no_certs = true},
    {.name = "accuracy", .who = BY_RSA, .token = {.info = {.accuracy = "020101800201f4810119"}}},
    {.name = "accuracy-seconds", .who = BY_EC, .token = {.info = {.accuracy = "02013c"}}},
    {.name = "ordering", .who = BY_RSA, .token = {.info = {.ordering = 1}}},
    {.name = "nonce", .who = BY_EC, .token = {.info = {.nonce = "00ff0102030405060708"}}},
    {.name = "policy", .who = BY_RSA, .token = {.info = {.policy = "2.16.792.1.2.1.1.5.7.3.1"}}},
    {.name = "fraction", .who = BY_RSA, .token = {.info = {.time = "20260105100000.123Z"}}},
    {.name = "all-options",
     .who = BY_EC,
     .token = {.info = {.accuracy = "020101",
                        .ordering = 1,
                        .nonce = "01",
                        .extensions = "300806032a03040401ff"}}},
    {.name = "ess-v1", .who = BY_RSA, .token = {.ess = 1}},
    {.name = "ess-both", .who = BY_EC, .token = {.ess = 3}},
    {.name = "ess-none", .who = BY_RSA, .token = {.ess = 4}, .expected = "reference"},
    {.name = "ess-other", .who = BY_RSA, .token = {.faults = MAKE_OTHER_ESS}, .expected = "reference"},
    {.name = "ess-other-v1",
     .who = BY_EC,
     .token = {.ess = 1, .faults = MAKE_OTHER_ESS},
     .expected = "reference"},
    {.name = "ess-malformed", .who = BY_EC, .token = {.faults = MAKE_SHORT_ESS}, .expected = "E4020"},
    {.name = "value-damaged", .who = BY_RSA, .token = {.faults = MAKE_DAMAGE}, .expected = "value"},
    {.name = "value-damaged-ec", .who = BY_EC, .token = {.faults = MAKE_DAMAGE}, .expected = "value"},
    {.name = "digest-other", .who = BY_RSA, .token = {.faults = MAKE_OTHER_DIGEST}, .expected = "content"},
    {.name = "imprint-other", .who = BY_RSA, .other_imprint = true, .expected = "imprint"},
    {.name = "two-signers", .who = BY_RSA, .token = {.faults = MAKE_TWO_SIGNERS}, .expected = "E4503"},
    {.name = "no-signer", .who = BY_RSA, .token = {.faults = MAKE_NO_SIGNER}, .expected = "E4503"},
    {.name = "no-content", .who = BY_EC, .token = {.faults = MAKE_DETACHED}, .expected = "E4501"},
    {.name = "type-data", .who = BY_RSA, .token = {.faults = MAKE_TYPE_DATA}, .expected = "E4502"},
    {.name = "no-attributes", .who = BY_RSA, .token = {.faults = MAKE_NO_ATTRIBUTES}, .expected = "E4504"},
    {.name = "version-2", .who = BY_RSA, .token = {.info = {.version = 2}}, .expected = "E4507"},
    {.name = "tsa-own-rsa", .who = BY_RSA, .own_name = true},
    {.name = "tsa-own-ec", .who = BY_EC, .own_name = true},
    {.name = "tsa-nobody", .who = BY_RSA, .token = {.info = {.tsa = NOBODY}}, .expected = "name"},
    {.name = "not-an-authority", .who = BY_PERSON, .expected = "E3312"},
    {.name = "info-more", .who = BY_RSA, .token = {.info = {.more = "020101020101"}}, .expected = "E4501"},
    {.name = "time-no-zone",
     .who = BY_RSA,
     .token = {.info = {.time = "20260105100000"}},
     .expected = "E4501",
     .differs = "it does not ask genTime for its Z (RFC 3161, 2.4.2)"},
    {.name = "ordering-false", .who = BY_RSA, .token = {.info = {.ordering = -1}}},
    {.name = "time-zeros", .who = BY_EC, .token = {.info = {.time = "20260105100000.10Z"}}},
    {.name = "pss",
     .who = BY_RSA,
     .token = {.pss = true},
     .differs = "its PKCS #7 code does not know RSASSA-PSS"},
    {.name = "trailing",
     .who = BY_RSA,
     .token = {.faults = MAKE_TRAILING},
     .expected = "E4501",
     .differs = "it reads one structure and does not look behind it"},
    {.name = "content-type-other",
     .who = BY_RSA,
     .token = {.faults = MAKE_OTHER_CONTENT_TYPE},
     .expected = "E4505",
     .differs = "it does not compare the content-type attribute (RFC 5652, 11.1)"},
    {.name = "digests-disagree", .who = BY_RSA, .token = {.faults = MAKE_DISAGREE}, .expected = "E4506"},
    {.name = "extension-critical",
     .who = BY_RSA,
     .token = {.info = {.extensions = "300b06032a03040101ff040105"}},
     .expected = "E4509",
     .differs = "it does not look at extensions (RFC 3161, 2.4.2)"},
    {.name = "accuracy-1000",
     .who = BY_RSA,
     .token = {.info = {.accuracy = "800203e8"}},
     .expected = "E4501",
     .differs = "it does not check the range of millis (RFC 3161, 2.4.2)"},
};

/* directoryName [4] with the subject of a certificate, in hex. */
static bool name_of(const struct bench *b, const struct make_signer *who, char *hex, size_t size) {
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(der_builder) w = {0};
    AUTO(sign_buf) name = {0};
    if (pki_certificate(b->trust, b->crypto, make_view(who->cert), &cert, NULL) != SIGN_OK)
        return false;
    der_put(&w, DER_CONTEXT_CONSTRUCTED(4), cert->subject);
    if (der_builder_take(&w, &name, NULL) != SIGN_OK || 2 * name.len >= size)
        return false;
    text_hex(make_view(name), hex);
    return true;
}

static bool token_row(struct bench *b, const struct row *r, const char *name) {
    AUTO(arena) a = {0};
    const struct make_signer *const signers[] = {&b->rsa, &b->ec, &b->person};
    uint8_t digest[DIGEST_MAX] = {0};
    struct make_token m = r->token;
    enum crypto_digest d = m.info.digest != DIGEST_NONE ? m.info.digest : DIGEST_SHA256;
    const struct tsp_token *t = NULL;
    m.signer = signers[r->who];
    const sign_bytes certs[] = {make_view(m.signer->cert), make_view(b->cas[r->who == BY_EC ? 1 : 0])};
    m.ess = m.ess == 0 ? 2 : m.ess & 3;
    m.certs = certs;
    m.n_certs = r->no_certs ? 0 : 2;
    if (crypto_hash(b->crypto, d, BYTES_STR(data), digest, NULL) != SIGN_OK)
        return false;
    digest[0] ^= r->other_imprint ? 1 : 0;
    char tsa[1024];
    if (r->own_name) {
        if (!name_of(b, m.signer, tsa, sizeof tsa))
            return false;
        m.info.tsa = tsa;
    }
    m.info.imprint = BYTES(digest, crypto_digest_row(d)->size);
    AUTO(sign_buf) der = make_token(&m);
    if (tsp_token_read(make_view(der), &a, &t, NULL) != SIGN_OK)
        return false;
    const char *verdict = judge(b, m.signer, t, true, &a);
    const char *expected = r->expected != NULL ? r->expected : "ok";
    if (strcmp(verdict, expected) != 0) {
        (void)fprintf(stderr, "%s: %s %s, expected %s\n", name, verdict,
                      t->broken_detail != NULL ? t->broken_detail : "", expected);
        b->failed = 1;
    }
    tell(name, "token", verdict, r->differs);
    return put_file(b, name, "token", make_view(der));
}

/* Every digest of the imprint with every digest of the signature in turn, and both keys. */
static bool digest_rows(struct bench *b) {
    for (enum crypto_digest d = DIGEST_SHA1; d < DIGEST_COUNT; d++) {
        for (enum who who = BY_RSA; who <= BY_EC; who++) {
            char name[64];
            enum crypto_digest own = d <= DIGEST_SHA512 ? DIGEST_SHA1 + DIGEST_SHA512 - d : DIGEST_SHA256;
            const struct row r = {.who = who, .token = {.info = {.digest = d}, .digest = own}};
            (void)snprintf(name, sizeof name, "imprint-%s-signed-%s-%s", crypto_digest_row(d)->name,
                           crypto_digest_row(own)->name, who == BY_RSA ? "rsa" : "ec");
            if (!token_row(b, &r, name))
                return false;
        }
    }
    return true;
}

/* ---- responses --------------------------------------------------------------------------------------- */

struct response_row {
    const char *name;
    struct make_info info;
    uint64_t status;
    int failure;
    bool other_imprint, no_token;
    sign_rc expected;
};

static const struct response_row responses[] = {
    {.name = "answer", .info = {.nonce = "00ff01"}, .failure = -1},
    {.name = "answer-with-mods", .info = {.nonce = "00ff01"}, .status = 1, .failure = -1},
    {.name = "answer-other-nonce", .info = {.nonce = "01"}, .failure = -1, .expected = SIGN_E_REFUSED},
    {.name = "answer-no-nonce", .failure = -1, .expected = SIGN_E_REFUSED},
    {.name = "answer-other-policy",
     .info = {.nonce = "00ff01", .policy = "1.2.3.4.2"},
     .failure = -1,
     .expected = SIGN_E_REFUSED},
    {.name = "answer-other-imprint",
     .info = {.nonce = "00ff01"},
     .failure = -1,
     .other_imprint = true,
     .expected = SIGN_E_REFUSED},
    {.name = "answer-rejection", .status = 2, .failure = 14, .no_token = true, .expected = SIGN_E_NETWORK},
    {.name = "answer-waiting", .status = 3, .failure = -1, .no_token = true, .expected = SIGN_E_NETWORK},
};

static bool response_row(struct bench *b, const struct response_row *r) {
    static const uint8_t policy[] = {0x2a, 3, 4, 1}, nonce[] = {0xff, 1};
    AUTO(arena) a = {0};
    uint8_t digest[DIGEST_MAX], other[DIGEST_MAX];
    const sign_bytes cert = make_view(b->ec.cert);
    if (crypto_hash(b->crypto, DIGEST_SHA256, BYTES_STR(data), digest, NULL) != SIGN_OK)
        return false;
    memcpy(other, digest, sizeof other);
    other[0] ^= r->other_imprint ? 1 : 0;
    const struct tsp_request q = {.digest = DIGEST_SHA256,
                                  .imprint = BYTES(digest, 32),
                                  .policy = BYTES(policy, sizeof policy),
                                  .nonce = BYTES(nonce, sizeof nonce),
                                  .certificates = true};
    struct make_token m = {.info = r->info, .signer = &b->ec, .ess = 2, .certs = &cert, .n_certs = 1};
    m.info.imprint = BYTES(other, 32);
    AUTO(sign_buf) token = make_token(&m);
    AUTO(sign_buf)
    der = make_response(r->status, NULL, r->failure, r->no_token ? (sign_bytes){0} : make_view(token));
    AUTO(sign_buf) query = {0};
    struct tsp_response read;
    const struct tsp_token *t = NULL;
    if (tsp_request_write(&q, &query, NULL) != SIGN_OK ||
        tsp_response_read(make_view(der), &a, &read, NULL) != SIGN_OK)
        return false;
    sign_rc rc = tsp_response_check(&q, &read, &a, &t, NULL);
    if (rc != r->expected) {
        (void)fprintf(stderr, "%s: %s\n", r->name, sign_rc_name(rc));
        b->failed = 1;
    }
    tell(r->name, "tsr", rc == SIGN_OK ? judge(b, &b->ec, t, true, &a) : sign_rc_name(rc), NULL);
    return put_file(b, r->name, "tsr", make_view(der)) && put_file(b, r->name, "tsq", make_view(query));
}

/* ---- all --------------------------------------------------------------------------------------------- */

static bool bench_open(struct bench *b) {
    b->rsa = make_signer_open("tsa-rsa");
    b->ec = make_signer_open("tsa-ec");
    b->person = make_signer_open("nes-rsa2048");
    const sign_input anchors[] = {{.path = SIGN_TEST_PKI "/root-rsa.pem"},
                                  {.path = SIGN_TEST_PKI "/root-ec.pem"}};
    const sign_input certs[] = {{.path = SIGN_TEST_PKI "/ca-rsa.pem"}, {.path = SIGN_TEST_PKI "/ca-ec.pem"}};
    const sign_trust_options opt = {
        .size = sizeof opt, .anchors = anchors, .n_anchors = 2, .certs = certs, .n_certs = 2};
    return sign_trust_new(&opt, &b->trust, NULL) == SIGN_OK &&
           pki_lend(b->trust, &b->crypto, NULL) == SIGN_OK &&
           file_read(SIGN_TEST_PKI "/ca-rsa.der", LIMIT_CERTIFICATE, &b->cas[0], NULL) == SIGN_OK &&
           file_read(SIGN_TEST_PKI "/ca-ec.der", LIMIT_CERTIFICATE, &b->cas[1], NULL) == SIGN_OK;
}

static void bench_close(struct bench *b) {
    if (b->crypto != NULL)
        pki_lend_back(b->trust, b->crypto);
    sign_trust_free(&b->trust);
    make_signer_close(&b->rsa);
    make_signer_close(&b->ec);
    make_signer_close(&b->person);
    sign_buf_free(&b->cas[0]);
    sign_buf_free(&b->cas[1]);
}

/* A response that somebody else made for the data: our verdict, by the key of this signer. */
static int read_reply(struct bench *b, const char *path, const char *signer) {
    AUTO(arena) a = {0};
    AUTO(sign_buf) der = {0};
    struct tsp_response r;
    const struct tsp_token *t = NULL;
    if (!bench_open(b) || file_read(path, LIMIT_WINDOW, &der, NULL) != SIGN_OK ||
        tsp_response_read(make_view(der), &a, &r, NULL) != SIGN_OK)
        return 1;
    if (r.token.len > 0 && tsp_token_read(r.token, &a, &t, NULL) != SIGN_OK)
        return 1;
    const struct make_signer *who = strcmp(signer, "tsa-ec") == 0 ? &b->ec : &b->rsa;
    if (t == NULL)
        printf("status %u %s\n", r.status,
               tsp_failure_name(r.failure) != NULL ? tsp_failure_name(r.failure) : "");
    else
        printf("%s%s%s%s%s\n", judge(b, who, t, true, &a), t->has_accuracy ? " accuracy" : "",
               t->ordering ? " ordering" : "", t->has_nonce ? " nonce" : "", t->tsa.len > 0 ? " tsa" : "");
    return 0;
}

int main(int argc, char **argv) {
    struct bench b = {.dir = argc == 2 ? argv[1] : NULL};
    if (argc == 4 && strcmp(argv[1], "--reply") == 0) {
        int status = read_reply(&b, argv[2], argv[3]);
        bench_close(&b);
        return status;
    }
    if (b.dir == NULL)
        return 2;
    bool good = bench_open(&b) && put_file(&b, "data", "", BYTES_STR(data)) && digest_rows(&b);
    for (size_t i = 0; good && i < sizeof rows / sizeof *rows; i++)
        good = token_row(&b, &rows[i], rows[i].name);
    for (size_t i = 0; good && i < sizeof responses / sizeof *responses; i++)
        good = response_row(&b, &responses[i]);
    bench_close(&b);
    return good && b.failed == 0 ? 0 : 1;
}
