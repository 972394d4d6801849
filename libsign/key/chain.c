#include "key/chain.h"
#include "base/text.h"
#include <stdlib.h>

void chain_free(chain *c) {
    for (size_t i = 0; i < c->n; i++)
        sign_buf_free(&c->certs[i]);
    free(c->certs);
    *c = (chain){0};
}

sign_rc chain_add(chain *c, sign_bytes der, sign_error *err) {
    if (c->n >= LIMIT_CERTIFICATES || der.len > LIMIT_CERTIFICATE)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "certificates of a key");
    sign_buf *grown = realloc(c->certs, (c->n + 1) * sizeof *grown);
    if (!grown)
        return fail_memory(err);
    c->certs = grown;
    c->certs[c->n] = (sign_buf){0};
    sign_rc rc = buf_copy(der, &c->certs[c->n], err);
    if (rc == SIGN_OK)
        c->n++;
    return rc;
}

void chain_first(chain *c, size_t i) {
    sign_buf first = c->certs[i];
    memmove(c->certs + 1, c->certs, i * sizeof *c->certs);
    c->certs[0] = first;
}

/* What is looked at in a certificate: raw elements, views into it. */
struct parts {
    struct der_tlv issuer, subject, spki;
};

/* RFC 5280, 4.1: version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo. */
static sign_rc split(sign_bytes cert, struct parts *out, sign_error *err) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, cert, false), outer, tbs;
    if (der_enter(&all, DER_SEQUENCE, &outer) && der_enter(&outer, DER_SEQUENCE, &tbs)) {
        struct der_tlv version;
        der_optional(&tbs, DER_CONTEXT_CONSTRUCTED(0), &version);
        der_take(&tbs, DER_INTEGER, NULL);
        der_take(&tbs, DER_SEQUENCE, NULL);
        der_take(&tbs, DER_SEQUENCE, &out->issuer);
        der_take(&tbs, DER_SEQUENCE, NULL);
        der_take(&tbs, DER_SEQUENCE, &out->subject);
        der_take(&tbs, DER_SEQUENCE, &out->spki);
        der_finish(&all);
    }
    return parse.error ? fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "%s at %zu", parse.error, parse.at)
                       : SIGN_OK;
}

sign_rc chain_spki(sign_bytes cert, sign_bytes *spki, sign_error *err) {
    struct parts p = {0};
    sign_rc rc = split(cert, &p, err);
    if (rc == SIGN_OK)
        *spki = p.spki.raw;
    return rc;
}

bool chain_issued(sign_bytes issuer, sign_bytes cert) {
    struct parts above = {0}, below = {0};
    return split(issuer, &above, NULL) == SIGN_OK && split(cert, &below, NULL) == SIGN_OK &&
           bytes_equal(above.subject.raw, below.issuer.raw) &&
           !bytes_equal(below.subject.raw, below.issuer.raw);
}

/* Adds what is a certificate down to its public key, so that nothing else is ever embedded. */
static sign_rc add_checked(chain *c, sign_bytes der, sign_error *err) {
    sign_bytes spki;
    sign_rc rc = chain_spki(der, &spki, err);
    return rc == SIGN_OK ? chain_add(c, der, err) : rc;
}

sign_rc chain_read(sign_bytes in, chain *c, sign_error *err) {
    size_t at = 0;
    int found = 0;
    sign_rc rc = SIGN_OK;
    for (size_t n = 0; rc == SIGN_OK; n++) {
        char label[64];
        AUTO(grow) der = {0};
        found = text_pem_next(in, &at, label, &der);
        if (der.failed)
            return fail_memory(err);
        if (found == 0 && n == 0 && in.len > 0 && in.data[0] == DER_SEQUENCE)
            return add_checked(c, in, err);
        if (found <= 0)
            break;
        if (strcmp(label, "CERTIFICATE") == 0 || strcmp(label, "X509 CERTIFICATE") == 0)
            rc = add_checked(c, BYTES(der.data, der.len), err);
        base_wipe(der.data, der.len); /* a private key may stand beside the certificates */
    }
    if (rc == SIGN_OK && found < 0)
        return fail(err, SIGN_E_FORMAT, MSG_CERT_FORMAT, "malformed PEM");
    return rc;
}

sign_rc chain_file(const char *path, chain *c, sign_error *err) {
    AUTO(sign_buf) text = {0};
    sign_rc rc = file_read(path, LIMIT_KEY_FILE, &text, err);
    if (rc == SIGN_OK)
        rc = chain_read(BYTES(text.data, text.len), c, err);
    if (rc != SIGN_OK)
        return within(err, rc, "%s", path);
    return c->n ? SIGN_OK : fail(err, SIGN_E_CERTIFICATE, MSG_CERT_FORMAT, "%s: no certificate in it", path);
}
