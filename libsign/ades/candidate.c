/* What a signed reference says about the signer's certificate, compared with certificates at hand (RFC 5035,
 * 5.4; EN 319 132-1, 5.2.2). */
#include "ades/ades.h"
#include "base/text.h"

/* GeneralNames: the Name of the one directoryName [4] EXPLICIT. */
bool ades_certificate_names(sign_bytes der, sign_bytes *issuer, sign_bytes *serial) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, der, true), cert, tbs;
    struct der_tlv t;
    if (!der_enter(&c, DER_SEQUENCE, &cert) || !der_enter(&cert, DER_SEQUENCE, &tbs))
        return false;
    (void)der_optional(&tbs, DER_CONTEXT_CONSTRUCTED(0), &t);
    if (!der_integer(&tbs, serial) || !der_take(&tbs, DER_SEQUENCE, &t) || !der_take(&tbs, DER_SEQUENCE, &t))
        return false;
    *issuer = t.raw;
    return true;
}

sign_rc ades_candidate(const struct ades_context *ctx, sign_bytes der, struct pki_cert **out,
                       sign_error *err) {
    sign_error why = {0};
    sign_rc rc = ctx->trust != NULL ? pki_certificate(ctx->trust, ctx->crypto, der, out, &why)
                                    : pki_cert_read(ctx->crypto, der, out, &why);
    if (rc == SIGN_OK || rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT || rc == SIGN_E_UNSUPPORTED)
        return SIGN_OK;
    if (err != NULL)
        *err = why;
    return rc;
}

sign_rc ades_reference_hash(struct crypto *crypto, const struct cms_reference *ref,
                            const struct pki_cert *cert, bool *same, char *hex, sign_error *err) {
    uint8_t hash[DIGEST_MAX];
    size_t size = crypto_digest_row(ref->digest)->size;
    *same = false;
    hex[0] = 0;
    /* Two certificates with one MD5 have been made (RFC 6151, 2): it names none. */
    if (ref->digest == DIGEST_NONE || ref->digest == DIGEST_MD5)
        return SIGN_OK;
    sign_rc rc = SIGN_OK;
    if (ref->digest == DIGEST_SHA256)
        memcpy(hash, cert->sha256, sizeof cert->sha256);
    else
        rc = crypto_hash(crypto, ref->digest, cert->der, hash, err);
    if (rc != SIGN_OK)
        return rc;
    *same = bytes_equal(ref->hash, BYTES(hash, size));
    if (!*same)
        text_hex(BYTES(hash, size), hex);
    return SIGN_OK;
}

bool ades_issuer_serial_same(const struct cms_reference *ref, const struct pki_cert *cert) {
    if (ref->serial.len == 0)
        return true;
    return bytes_equal(ref->serial, cert->serial) &&
           (ref->issuer.len == 0 || bytes_equal(ref->issuer, cert->issuer) ||
            pki_name_equal(ref->issuer, cert->issuer));
}

enum crypto_digest ades_better_digest(enum crypto_digest a, enum crypto_digest b) {
    return a == DIGEST_NONE || (crypto_digest_row(a)->sunset != 0 && crypto_digest_row(b)->sunset == 0) ? b
                                                                                                        : a;
}

enum crypto_digest ades_weaker_digest(enum crypto_digest a, enum crypto_digest b) {
    int64_t end_a = crypto_digest_row(a)->sunset, end_b = crypto_digest_row(b)->sunset;
    return end_b != 0 && (end_a == 0 || end_b < end_a) ? b : a;
}

const char *ades_level(const struct ades_carried *u, bool revocation_in_message) {
    bool refs = u->certificate_refs && u->revocation_refs;
    if (u->archive_v3 && !refs)
        return "LTA";
    if (u->archive_v3 || u->archive)
        return "A";
    if (refs && u->certificate_values && u->revocation_values)
        return "XL";
    if (refs)
        return u->refs_stamp ? "X" : "C";
    if (!u->signature_stamp)
        return "B";
    return u->revocation_values || revocation_in_message ? "LT" : "T";
}
