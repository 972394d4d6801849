#include "mint_ocsp.h"
#include <openssl/x509.h>

static const EVP_MD *md_of(enum crypto_digest d) {
    return d == DIGEST_SHA512
               ? EVP_sha512()
               : (d == DIGEST_SHA384 ? EVP_sha384() : (d == DIGEST_SHA256 ? EVP_sha256() : EVP_sha1()));
}

static void put_hash(der_builder *b, enum crypto_digest d, sign_bytes in) {
    uint8_t out[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    cr_assert_eq(EVP_Digest(in.data, in.len, out, &n, md_of(d), NULL), 1);
    der_put(b, DER_OCTET_STRING, BYTES(out, n));
}

static void put_name_hash(der_builder *b, enum crypto_digest d, const char *cn) {
    AUTO(der_builder) name = {0};
    AUTO(sign_buf) der = {0};
    mint_name(&name, cn, false);
    cr_assert_eq(der_builder_take(&name, &der, NULL), SIGN_OK);
    put_hash(b, d, view(der));
}

static void put_key_hash(der_builder *b, enum crypto_digest d, EVP_PKEY *key) {
    unsigned char *point = NULL;
    size_t n = EVP_PKEY_get1_encoded_public_key(key, &point);
    cr_assert_gt(n, 0);
    put_hash(b, d, BYTES(point, n));
    OPENSSL_free(point);
}

static void put_cert_id(der_builder *b, const struct mint_single *m) {
    enum crypto_digest d = m->digest != DIGEST_NONE ? m->digest : DIGEST_SHA1;
    der_begin(b, DER_SEQUENCE);
    crypto_digest_write(b, d);
    put_name_hash(b, d, m->issuer);
    put_key_hash(b, d, m->issuer_key);
    der_put_uint(b, m->serial);
    der_end(b);
}

static void put_status(der_builder *b, const struct mint_single *m) {
    if (m->status != OCSP_REVOKED) {
        der_put(b, (uint8_t)DER_CONTEXT(m->status == OCSP_GOOD ? 0 : 2), (sign_bytes){0});
        return;
    }
    der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
    der_put_gen_time(b, m->revoked_at);
    if (m->reason >= 0) {
        uint8_t reason = (uint8_t)m->reason;
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_put(b, DER_ENUMERATED, BYTES(&reason, 1));
        der_end(b);
    }
    der_end(b);
}

static void put_single(der_builder *b, const struct mint_single *m) {
    der_begin(b, DER_SEQUENCE);
    put_cert_id(b, m);
    put_status(b, m);
    der_put_gen_time(b, m->from);
    if (m->to != 0) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_put_gen_time(b, m->to);
        der_end(b);
    }
    if (m->cutoff != 0 || m->critical) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
        der_begin(b, DER_SEQUENCE);
        mint_extension(b, m->critical ? OID_EXT_LOGOTYPE : OID_OCSP_ARCHIVE_CUTOFF, m->critical);
        der_put_gen_time(b, m->cutoff);
        mint_extension_end(b);
        der_end(b);
        der_end(b);
    }
    der_end(b);
}

static void put_extensions(der_builder *b, const struct mint_ocsp *m) {
    if (m->nonce.len == 0 && !m->critical)
        return;
    der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
    der_begin(b, DER_SEQUENCE);
    if (m->nonce.len > 0) {
        mint_extension(b, OID_OCSP_NONCE, false);
        der_put(b, DER_OCTET_STRING, m->nonce);
        mint_extension_end(b);
    }
    if (m->critical)
        mint_mark(b, OID_EXT_LOGOTYPE);
    der_end(b);
    der_end(b);
}

static sign_buf response_data(const struct mint_ocsp *m) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, (uint8_t)DER_CONTEXT_CONSTRUCTED(m->by_name != NULL ? 1 : 2));
    if (m->by_name != NULL)
        mint_name(&b, m->by_name, false);
    else
        put_key_hash(&b, DIGEST_SHA1, m->by_key);
    der_end(&b);
    der_put_gen_time(&b, m->produced != 0 ? m->produced : m->n > 0 ? m->singles[0].from : T2026);
    der_begin(&b, DER_SEQUENCE);
    for (size_t i = 0; i < m->n; i++)
        put_single(&b, &m->singles[i]);
    der_end(&b);
    put_extensions(&b, m);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static void put_basic(der_builder *b, const struct mint_ocsp *m) {
    der_begin(b, DER_SEQUENCE);
    mint_signed(b, response_data(m), m->key, m->damage, false);
    if (m->n_certs > 0) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_begin(b, DER_SEQUENCE);
        for (size_t i = 0; i < m->n_certs; i++)
            der_put_raw(b, m->certs[i]);
        der_end(b);
        der_end(b);
    }
    der_end(b);
}

sign_buf mint_ocsp(const struct mint_ocsp *m) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    uint8_t status = (uint8_t)m->status;
    if (m->bare) {
        put_basic(&b, m);
    } else {
        der_begin(&b, DER_SEQUENCE);
        der_put(&b, DER_ENUMERATED, BYTES(&status, 1));
        if (m->status == 0) {
            der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
            der_begin(&b, DER_SEQUENCE);
            der_put_oid(&b, OID_OCSP_BASIC);
            der_begin(&b, DER_OCTET_STRING);
            put_basic(&b, m);
            der_end(&b);
            der_end(&b);
            der_end(&b);
        }
        der_end(&b);
    }
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

/* ---- certificates ------------------------------------------------------------------------------- */

static void put_access(der_builder *b, enum oid method, const char *url) {
    if (url == NULL)
        return;
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, method);
    der_put(b, DER_CONTEXT(6), BYTES_STR(url));
    der_end(b);
}

sign_buf mint_extras(const struct mint_extras *m) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    if (m->ocsp_signing) {
        mint_extension(&b, OID_EXT_EXTENDED_KEY_USAGE, false);
        der_begin(&b, DER_SEQUENCE);
        der_put_oid(&b, OID_EKU_OCSP_SIGNING);
        der_end(&b);
        mint_extension_end(&b);
    }
    if (m->nocheck) {
        mint_extension(&b, OID_EXT_OCSP_NO_CHECK, false);
        der_put_null(&b);
        mint_extension_end(&b);
    }
    if (m->ocsp_url != NULL || m->issuers_url != NULL) {
        mint_extension(&b, OID_EXT_AUTHORITY_INFO_ACCESS, false);
        der_begin(&b, DER_SEQUENCE);
        put_access(&b, OID_AD_OCSP, m->ocsp_url);
        put_access(&b, OID_AD_OCSP, m->ocsp_url2);
        put_access(&b, OID_AD_CA_ISSUERS, m->issuers_url);
        put_access(&b, OID_AD_CA_ISSUERS, m->issuers_url2);
        der_end(&b);
        mint_extension_end(&b);
    }
    if (m->delta_url != NULL)
        mint_point(&b, OID_EXT_FRESHEST_CRL, m->delta_url);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static struct mint_cert responder(const char *subject, EVP_PKEY *key, EVP_PKEY *ca_key,
                                  const sign_buf *extras) {
    return (struct mint_cert){.subject = subject,
                              .issuer = "CA",
                              .key = key,
                              .issuer_key = ca_key,
                              .serial = 77,
                              .key_usage = KU_DIGITAL_SIGNATURE,
                              .extensions = view(*extras)};
}

void scene_begin(struct scene *s) {
    *s = (struct scene){.ca_key = mint_key(), .key = mint_key(), .responder_key = mint_key()};
    s->responder_extras = mint_extras(&(struct mint_extras){.ocsp_signing = true, .nocheck = true});
    s->ca = mint_authority("CA", "CA", s->ca_key, s->ca_key);
    s->signer = mint_signer("CA", s->key, s->ca_key);
    s->responder = responder("Responder", s->responder_key, s->ca_key, &s->responder_extras);
}

void scene_end(struct scene *s) {
    EVP_PKEY_free(s->ca_key);
    EVP_PKEY_free(s->key);
    EVP_PKEY_free(s->responder_key);
    sign_buf_free(&s->responder_extras);
    sign_buf_free(&s->signer_extras);
}

struct cast cast_make(void) {
    struct cast c = {
        .root_key = mint_key(), .ca_key = mint_key(), .key = mint_key(), .teller_key = mint_key()};
    c.root = mint_authority("Root", "Root", c.root_key, c.root_key);
    c.ca = mint_authority("CA", "Root", c.ca_key, c.root_key);
    c.ca.serial = 9;
    c.signer = mint_signer("CA", c.key, c.ca_key);
    c.teller = (struct mint_cert){.subject = "CA",
                                  .issuer = "Root",
                                  .key = c.teller_key,
                                  .issuer_key = c.root_key,
                                  .serial = 10,
                                  .key_usage = KU_CRL_SIGN};
    return c;
}

void cast_responder(struct cast *c, bool nocheck) {
    sign_buf_free(&c->extras);
    c->extras = mint_extras(&(struct mint_extras){.ocsp_signing = true, .nocheck = nocheck});
    c->teller = responder("Teller", c->teller_key, c->ca_key, &c->extras);
}

void cast_free(struct cast *c) {
    EVP_PKEY_free(c->root_key);
    EVP_PKEY_free(c->ca_key);
    EVP_PKEY_free(c->key);
    EVP_PKEY_free(c->teller_key);
    sign_buf_free(&c->extras);
}

struct mint_single single_of(const struct scene *s) {
    return (struct mint_single){.issuer = "CA",
                                .issuer_key = s->ca_key,
                                .serial = 4711,
                                .reason = -1,
                                .from = T2026 - 3600,
                                .to = T2026 + 3600};
}

struct mint_ocsp response_of(const struct scene *s, const struct mint_single *single) {
    return (struct mint_ocsp){.by_name = "CA", .key = s->ca_key, .singles = single, .n = 1};
}

static void list(sign_input *out, const sign_bytes *in, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = (sign_input){.name = "memory", .data = in[i]};
}

sign_trust *kit_trust(const struct kit *k) {
    sign_input anchors[4], certs[4], crls[4], ocsps[4];
    list(anchors, k->anchors, k->n_anchors);
    list(certs, k->certs, k->n_certs);
    list(crls, k->crls, k->n_crls);
    list(ocsps, k->ocsps, k->n_ocsps);
    const sign_trust_options opt = {.size = sizeof opt,
                                    .anchors = anchors,
                                    .n_anchors = k->n_anchors,
                                    .list = k->list,
                                    .n_list = k->n_list,
                                    .certs = certs,
                                    .n_certs = k->n_certs,
                                    .crls = crls,
                                    .n_crls = k->n_crls,
                                    .ocsps = ocsps,
                                    .n_ocsps = k->n_ocsps,
                                    .fetch = k->fetch,
                                    .nonce = k->nonce};
    sign_trust *t = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_OK, "%s", err.text);
    return t;
}
