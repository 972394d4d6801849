#include "verify_make.h"

#include "base/text.h"
#include "xml/scan.h"

#include <stdlib.h>

static sign_rc hash_piece(void *user, sign_bytes piece, sign_error *err) {
    return crypto_hash_add(user, piece, err);
}

static const struct xml_node *with_id(const struct xml_node *n, const char *id) {
    for (; n != NULL; n = n->next) {
        for (size_t i = 0; i < n->attribute_count; i++)
            if (strcmp(n->attributes[i].name, "Id") == 0 && strcmp(n->attributes[i].value, id) == 0)
                return n;
        const struct xml_node *in = with_id(n->first, id);
        if (in != NULL)
            return in;
    }
    return NULL;
}

static void canonical_digest(const signer *s, const struct c14n_input *in, uint8_t out[32]) {
    sign_error err = {0};
    cr_assert_eq(crypto_hash_begin(s->crypto, DIGEST_SHA256, &err), SIGN_OK);
    cr_assert_eq(c14n_write(in, hash_piece, s->crypto, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(crypto_hash_end(s->crypto, out, &err), SIGN_OK);
}

/* {v:ID}: r||s where it is ECDSA. */
static void put_value(const signer *s, const struct xml_node *signature, bool der, grow *out) {
    const struct c14n_input in = {.apex = signature->first, .method = C14N_EXCLUSIVE};
    uint8_t digest[32];
    AUTO(sign_buf) value = {0};
    AUTO(grow) raw = {0};
    sign_error err = {0};
    struct crypto_sigalg alg = {.scheme = SCHEME_RSA_PKCS1, .digest = DIGEST_SHA256};
    AUTO(pki_cert_ptr) cert = NULL;
    const struct crypto_pubkey *key;
    cr_assert_eq(pki_cert_read(s->crypto, s->chain[0], &cert, &err), SIGN_OK);
    cr_assert_eq(pki_cert_key(cert, &key, &err), SIGN_OK);
    if (crypto_pubkey_kind(key) == KEY_EC)
        alg.scheme = SCHEME_ECDSA;
    canonical_digest(s, &in, digest);
    cr_assert_eq(key_sign(s->key, s->crypto, &alg, BYTES(digest, 32), &value, &err), SIGN_OK, "%s", err.text);
    sign_bytes bytes = draft_view(&value);
    if (alg.scheme == SCHEME_ECDSA && !der) {
        cr_assert(crypto_ecdsa_to_raw(bytes, crypto_pubkey_field(key), &raw));
        bytes = BYTES(raw.data, raw.len);
    }
    text_base64(bytes, out);
}

/* What stands for a placeholder, given the text as it is so far. */
static void put_filling(const signer *s, sign_bytes text, const char *what, grow *out) {
    static const struct xml_options options = {.depth = 64};
    uint8_t digest[32];
    if (strcmp(what, "cert") == 0) {
        text_base64(s->chain[0], out);
        return;
    }
    if (strcmp(what, "hash") == 0 || what[0] == 't') {
        sign_bytes of = what[0] == 't' ? BYTES_STR(what + 2) : s->chain[0];
        cr_assert_eq(crypto_hash(s->crypto, DIGEST_SHA256, of, digest, NULL), SIGN_OK);
        text_base64(BYTES(digest, 32), out);
        return;
    }
    AUTO(xml_ptr) x = NULL;
    sign_error err = {0};
    cr_assert_eq(xml_parse(text, &options, &x, &err), SIGN_OK, "%s: %.*s", err.text, (int)text.len,
                 text.data);
    const struct xml_node *n = with_id(xml_first(x), what[0] == 'e' ? "S" : what + 2);
    cr_assert(n != NULL, "%s", what);
    if (what[0] == 'v' || what[0] == 'w') {
        put_value(s, n, what[0] == 'w', out);
        return;
    }
    struct c14n_input in = {.apex = n, .method = C14N_EXCLUSIVE};
    if (what[0] == 'e')
        in = (struct c14n_input){.document = xml_first(x), .without = n, .method = C14N_EXCLUSIVE};
    canonical_digest(s, &in, digest);
    text_base64(BYTES(digest, 32), out);
}

/* Replaces the first placeholder that satisfies `early`; false when there is none. */
static bool fill_one(const signer *s, grow *text, bool early) {
    char *start = (char *)text->data, *at = start;
    char name[64];
    for (; (at = strchr(at, '{')) != NULL; at++) {
        size_t n = strcspn(at, "}");
        cr_assert(n < sizeof name && at[n] == '}');
        memcpy(name, at + 1, n - 1);
        name[n - 1] = 0;
        if (early && strcmp(name, "cert") != 0 && strcmp(name, "hash") != 0 && *name != 't' && *name != 'D')
            continue;
        AUTO(grow) next = {0};
        grow_put(&next, start, (size_t)(at - start));
        put_filling(s, BYTES(text->data, text->len - 1), name, &next);
        grow_str(&next, at + n + 1);
        grow_byte(&next, 0);
        cr_assert(!next.failed);
        grow_free(text);
        *text = next;
        next = (grow){0};
        return true;
    }
    return false;
}

sign_buf verify_fill(const signer *s, const char *text) {
    AUTO(grow) g = {0};
    sign_buf out = {0};
    grow_str(&g, text);
    grow_byte(&g, 0);
    while (fill_one(s, &g, true))
        ;
    while (fill_one(s, &g, false))
        ;
    g.len--;
    cr_assert_eq(grow_take(&g, &out, NULL), SIGN_OK);
    return out;
}

sign_rc verify_run(const signer *s, sign_bytes text, const sign_input *contents, size_t n,
                   struct sign_report **out) {
    sign_error err = {0};
    AUTO(source) what = {.fd = -1};
    source given[8];
    const sign_input in = {.name = "belge.xml", .data = text};
    cr_assert(n <= 8);
    cr_assert_eq(source_open(&in, &what, &err), SIGN_OK);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(source_open(&contents[i], &given[i], &err), SIGN_OK);
    cr_assert_eq(report_new(out, &err), SIGN_OK);
    struct ades_context ctx = {.crypto = s->crypto, .policy = ades_policy_find("default"), .inspect = true};
    sign_rc rc = xades_verify(&ctx, &what, given, n, *out, &err);
    cr_assert_eq(rc, SIGN_OK, "%s", err.text);
    return report_seal(*out, &err);
}

bool verify_says(const struct sign_report *r, enum message_id id) {
    for (const struct report_message *m = r->signatures->messages; m != NULL; m = m->next)
        if (m->id == id)
            return true;
    return false;
}
