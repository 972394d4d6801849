/* check.c - integrity of a token, and what two times say about their order (RFC 3161, 2.4.2). */
#include "tsp/token.h"

#include "base/text.h"

enum { MICROS = 1000000 };

static const char *hex(arena *a, sign_bytes b) {
    char text[2 * DIGEST_MAX + 1];
    text_hex(BYTES(b.data, b.len < DIGEST_MAX ? b.len : DIGEST_MAX), text);
    return arena_str(a, BYTES_STR(text));
}

/* That there is something we cannot compute with is a finding about the token and no error. */
static bool finding(sign_rc rc) {
    return rc == SIGN_E_UNSUPPORTED || rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT;
}

static void unusable(struct tsp_integrity *out, arena *a, const char *what, const char *detail) {
    if (out->problem != MSG_NONE)
        return;
    out->problem = MSG_KEY_UNUSABLE;
    out->detail = arena_printf(a, "%s%s%s", what != NULL ? what : "", what != NULL ? " " : "", detail);
}

/* RFC 5652, 11.2. The content type was compared when the token was read. */
static sign_rc check_content(struct crypto *crypto, const struct tsp_token *t, arena *a,
                             struct tsp_integrity *out, sign_error *err) {
    uint8_t digest[DIGEST_MAX];
    if (t->signer.digest == DIGEST_NONE) {
        unusable(out, a, "digest algorithm", tsp_oid_shown(a, t->signer.digest_oid));
        return SIGN_OK;
    }
    sign_rc rc = crypto_hash(crypto, t->signer.digest, t->content, digest, err);
    if (rc != SIGN_OK)
        return rc;
    sign_bytes found = BYTES(digest, crypto_digest_row(t->signer.digest)->size);
    out->content = bytes_equal(found, t->signer.message_digest) ? TRI_TRUE : TRI_FALSE;
    if (out->content == TRI_FALSE) {
        out->expected = hex(a, t->signer.message_digest);
        out->found = hex(a, found);
    }
    return SIGN_OK;
}

static sign_rc check_value(struct crypto *crypto, const struct tsp_token *t, struct pki_cert *signer,
                           arena *a, struct tsp_integrity *out, sign_error *err) {
    uint8_t digest[DIGEST_MAX];
    const struct crypto_pubkey *key;
    sign_error why = {0};
    if (t->signer.sigalg.scheme == SCHEME_NONE) {
        unusable(out, a, "signature algorithm", tsp_oid_shown(a, t->signer.sigalg_oid));
        return SIGN_OK;
    }
    if (t->signer.sigalg.digest == DIGEST_NONE)
        return SIGN_OK;
    sign_rc rc = cms_signer_hash(crypto, &t->signer, digest, err);
    if (rc != SIGN_OK)
        return rc;
    rc = pki_cert_key(signer, &key, &why);
    if (rc == SIGN_OK)
        rc = cms_signer_verify(crypto, key, &t->signer,
                               BYTES(digest, crypto_digest_row(t->signer.sigalg.digest)->size), true, &why);
    if (rc == SIGN_OK || rc == SIGN_FAILED) {
        out->value = rc == SIGN_OK ? TRI_TRUE : TRI_FALSE;
    } else if (finding(rc)) {
        unusable(out, a, NULL, why.text); /* it names the key itself */
    } else {
        if (err != NULL)
            *err = why;
        return rc;
    }
    return SIGN_OK;
}

sign_rc tsp_token_check(struct crypto *crypto, const struct tsp_token *t, struct pki_cert *signer, arena *a,
                        struct tsp_integrity *out, sign_error *err) {
    *out = (struct tsp_integrity){.content = TRI_NULL, .value = TRI_NULL};
    if (t->broken != MSG_NONE) {
        out->content = out->value = TRI_FALSE;
        out->problem = t->broken;
        out->detail = t->broken_detail;
        return SIGN_OK;
    }
    sign_rc rc = check_content(crypto, t, a, out, err);
    if (rc == SIGN_OK)
        rc = check_value(crypto, t, signer, a, out, err);
    if (rc == SIGN_OK && a->failed)
        return fail_memory(err);
    return rc;
}

bool tsp_token_names(const struct tsp_token *t, const struct pki_cert *signer) {
    if (t->tsa.len == 0)
        return true;
    if (t->tsa_name.len > 0 && pki_name_equal(t->tsa_name, signer->subject))
        return true;
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, signer->subject_alt, false), names;
    struct der_tlv tlv;
    if (signer->subject_alt.len == 0 || !der_enter(&c, DER_SEQUENCE, &names))
        return false;
    while (der_more(&names) && der_any(&names, &tlv)) {
        if (bytes_equal(tlv.raw, t->tsa))
            return true;
    }
    return false;
}

bool tsp_token_is_of(const struct tsp_token *t, sign_bytes digest) {
    return t->broken == MSG_NONE && t->digest != DIGEST_NONE && bytes_equal(t->imprint, digest);
}

/* Signed under the same name and serial number, or the same key identifier. */
static bool same_authority(const struct cms_signer *a, const struct cms_signer *b) {
    if (a->key_id.len != 0 || b->key_id.len != 0)
        return bytes_equal(a->key_id, b->key_id);
    return bytes_equal(a->serial, b->serial) && bytes_equal(a->issuer, b->issuer);
}

bool tsp_token_before(const struct tsp_token *a, const struct tsp_token *b) {
    if (a->broken != MSG_NONE || b->broken != MSG_NONE)
        return false;
    int64_t apart = (b->time - a->time) * MICROS + (int64_t)b->micros - (int64_t)a->micros;
    if (a->ordering && b->ordering && same_authority(&a->signer, &b->signer))
        return apart > 0;
    int64_t unsure = (a->has_accuracy ? a->accuracy : MICROS) + (b->has_accuracy ? b->accuracy : MICROS);
    return apart > unsure;
}
