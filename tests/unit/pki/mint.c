#include "mint.h"
#include <openssl/ec.h>
#include <openssl/x509.h>

EVP_PKEY *mint_key(void) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    cr_assert_not_null(key);
    return key;
}

void mint_name(der_builder *b, const char *cn, bool printable) {
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SET);
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_DN_COMMON_NAME);
    der_put_utf8(b, printable ? DER_PRINTABLE : DER_UTF8, cn);
    der_end(b);
    der_end(b);
    der_end(b);
}

static void put_algorithm(der_builder *b, const EVP_PKEY *key, bool sha1) {
    if (EVP_PKEY_is_a(key, "DSA")) { /* the library writes none: it only verifies */
        der_begin(b, DER_SEQUENCE);
        cr_assert(der_put_oid_text(b, sha1 ? "1.2.840.10040.4.3" : "2.16.840.1.101.3.4.3.2"));
        der_end(b);
        return;
    }
    const struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = sha1 ? DIGEST_SHA1 : DIGEST_SHA256};
    crypto_sigalg_write(b, &alg);
}

/* A DSA key that leaves its parameters to its issuer (RFC 3279, 2.3.2). */
static void put_bare_dsa(der_builder *b, const EVP_PKEY *key) {
    uint8_t octets[512];
    BIGNUM *y = NULL;
    AUTO(der_builder) number = {0};
    AUTO(sign_buf) encoded = {0};
    cr_assert(EVP_PKEY_get_bn_param(key, "pub", &y) == 1 && BN_num_bytes(y) <= (int)sizeof octets);
    der_put_unsigned(&number, BYTES(octets, (size_t)BN_bn2bin(y, octets)));
    BN_free(y);
    cr_assert_eq(der_builder_take(&number, &encoded, NULL), SIGN_OK);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    cr_assert(der_put_oid_text(b, "1.2.840.10040.4.1"));
    der_end(b);
    der_put_bits(b, view(encoded));
    der_end(b);
}

static void put_spki(der_builder *b, EVP_PKEY *key, bool bare) {
    unsigned char *der = NULL;
    if (bare) {
        put_bare_dsa(b, key);
        return;
    }
    int n = i2d_PUBKEY(key, &der);
    cr_assert_gt(n, 0);
    der_put_raw(b, BYTES(der, (size_t)n));
    OPENSSL_free(der);
}

void mint_extension(der_builder *b, enum oid id, bool critical) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, id);
    if (critical)
        der_put(b, DER_BOOLEAN, BYTES("\xff", 1));
    der_begin(b, DER_OCTET_STRING);
}

void mint_extension_end(der_builder *b) {
    der_end(b);
    der_end(b);
}

void mint_mark(der_builder *b, enum oid id) {
    mint_extension(b, id, true);
    der_put_null(b);
    mint_extension_end(b);
}

static void put_basic(der_builder *b, const struct mint_cert *m) {
    if (m->ca == 0)
        return;
    mint_extension(b, OID_EXT_BASIC_CONSTRAINTS, true);
    der_begin(b, DER_SEQUENCE);
    if (m->ca > 0)
        der_put(b, DER_BOOLEAN, BYTES("\xff", 1));
    if (m->ca > 0 && m->path_len >= 0)
        der_put_uint(b, (uint64_t)m->path_len);
    der_end(b);
    mint_extension_end(b);
}

static void put_key_usage(der_builder *b, unsigned usage) {
    uint8_t bits[2] = {0, 0};
    if (usage == 0)
        return;
    for (unsigned n = 0; n < 8; n++)
        if (usage & (1U << n))
            bits[1] = (uint8_t)(bits[1] | (0x80U >> n));
    while (!(bits[1] & (1U << bits[0])))
        bits[0]++; /* unused bits at the end */
    mint_extension(b, OID_EXT_KEY_USAGE, true);
    der_put(b, DER_BIT_STRING, BYTES(bits, 2));
    mint_extension_end(b);
}

void mint_point(der_builder *b, enum oid id, const char *url) {
    mint_extension(b, id, false);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_put(b, DER_CONTEXT(6), BYTES_STR(url));
    der_end(b);
    der_end(b);
    der_end(b);
    der_end(b);
    mint_extension_end(b);
}

static void put_crl_points(der_builder *b, const struct mint_cert *m) {
    if (m->crl_points.len > 0) {
        mint_extension(b, OID_EXT_CRL_DISTRIBUTION_POINTS, false);
        der_put_raw(b, m->crl_points);
        mint_extension_end(b);
    }
    if (m->crl_uri != NULL)
        mint_point(b, OID_EXT_CRL_DISTRIBUTION_POINTS, m->crl_uri);
}

static void put_aki(der_builder *b, const char *aki) {
    if (aki == NULL)
        return;
    mint_extension(b, OID_EXT_AUTHORITY_KEY_IDENTIFIER, false);
    der_begin(b, DER_SEQUENCE);
    der_put(b, DER_CONTEXT(0), BYTES_STR(aki));
    der_end(b);
    mint_extension_end(b);
}

static void put_key_ids(der_builder *b, const struct mint_cert *m) {
    if (m->ski != NULL) {
        mint_extension(b, OID_EXT_SUBJECT_KEY_IDENTIFIER, false);
        der_put(b, DER_OCTET_STRING, BYTES_STR(m->ski));
        mint_extension_end(b);
    }
    put_aki(b, m->aki);
}

static void put_extensions(der_builder *b, const struct mint_cert *m) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(3));
    der_begin(b, DER_SEQUENCE);
    put_basic(b, m);
    put_key_usage(b, m->key_usage);
    if (m->twice)
        put_key_usage(b, m->key_usage);
    put_crl_points(b, m);
    put_key_ids(b, m);
    der_put_raw(b, m->extensions);
    if (m->extra != OID_NONE) {
        mint_extension(b, m->extra, m->extra_critical);
        der_put_null(b);
        mint_extension_end(b);
    }
    der_end(b);
    der_end(b);
}

void mint_signed(der_builder *b, sign_buf tbs, EVP_PKEY *key, bool damage, bool sha1) {
    uint8_t signature[256];
    size_t n = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    cr_assert(ctx != NULL &&
              EVP_DigestSignInit(ctx, NULL, sha1 ? EVP_sha1() : EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(ctx, signature, &n, tbs.data, tbs.len) == 1);
    EVP_MD_CTX_free(ctx);
    if (damage)
        signature[n - 1] ^= 1;
    der_put_raw(b, view(tbs));
    put_algorithm(b, key, sha1);
    der_put_bits(b, BYTES(signature, n));
    sign_buf_free(&tbs);
}

static sign_buf seal(sign_buf tbs, EVP_PKEY *key, bool damage, bool sha1) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    mint_signed(&b, tbs, key, damage, sha1);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static void put_serial(der_builder *b, uint64_t serial, sign_bytes octets) {
    if (octets.len > 0)
        der_put(b, DER_INTEGER, octets);
    else
        der_put_uint(b, serial);
}

static void put_either(der_builder *b, sign_bytes whole, const char *cn, bool printable) {
    if (whole.len > 0)
        der_put_raw(b, whole);
    else
        mint_name(b, cn, printable);
}

sign_buf mint_cert(const struct mint_cert *m) {
    AUTO(der_builder) b = {0};
    sign_buf tbs = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
    der_put_uint(&b, 2);
    der_end(&b);
    put_serial(&b, m->serial != 0 ? m->serial : 1, m->number);
    put_algorithm(&b, m->issuer_key, false);
    put_either(&b, m->issuer_name, m->issuer, m->printable);
    der_begin(&b, DER_SEQUENCE);
    der_put_time(&b, m->from != 0 ? m->from : T2020);
    der_put_time(&b, m->to != 0 ? m->to : T2030);
    der_end(&b);
    put_either(&b, m->subject_name, m->subject, m->printable);
    put_spki(&b, m->key, m->bare_key);
    put_extensions(&b, m);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &tbs, NULL), SIGN_OK);
    return seal(tbs, m->issuer_key, m->damage, false);
}

struct mint_cert mint_authority(const char *subject, const char *issuer, EVP_PKEY *key,
                                EVP_PKEY *issuer_key) {
    return (struct mint_cert){.subject = subject,
                              .issuer = issuer,
                              .key = key,
                              .issuer_key = issuer_key,
                              .ca = 1,
                              .path_len = -1,
                              .key_usage = KU_CERT_SIGN | KU_CRL_SIGN};
}

struct mint_cert mint_signer(const char *issuer, EVP_PKEY *key, EVP_PKEY *issuer_key) {
    return (struct mint_cert){.subject = "Signer",
                              .issuer = issuer,
                              .key = key,
                              .issuer_key = issuer_key,
                              .serial = 4711,
                              .key_usage = KU_NON_REPUDIATION};
}

static void put_entry_extensions(der_builder *b, const struct mint_entry *e) {
    if (e->reason < 0 && !e->critical && e->issuer == NULL)
        return;
    der_begin(b, DER_SEQUENCE);
    if (e->reason >= 0 || e->critical) {
        uint8_t reason = (uint8_t)(e->reason >= 0 ? e->reason : 0);
        mint_extension(b, OID_EXT_REASON_CODE, false);
        der_put(b, DER_ENUMERATED, BYTES(&reason, 1));
        mint_extension_end(b);
    }
    if (e->critical)
        mint_mark(b, OID_EXT_HOLD_INSTRUCTION_CODE);
    if (e->issuer != NULL) {
        mint_extension(b, OID_EXT_CERTIFICATE_ISSUER, true);
        der_begin(b, DER_SEQUENCE);
        der_begin(b, DER_CONTEXT_CONSTRUCTED(4));
        mint_name(b, e->issuer, false);
        der_end(b);
        der_end(b);
        mint_extension_end(b);
    }
    der_end(b);
}

static void put_entry(der_builder *b, const struct mint_entry *e) {
    der_begin(b, DER_SEQUENCE);
    put_serial(b, e->serial, e->number);
    der_put_time(b, e->when);
    put_entry_extensions(b, e);
    der_end(b);
}

static void put_crl_extensions(der_builder *b, const struct mint_crl *m) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, DER_SEQUENCE);
    if (!m->unnumbered) {
        mint_extension(b, OID_EXT_CRL_NUMBER, false);
        der_put_uint(b, m->number != 0 ? m->number : 7);
        mint_extension_end(b);
    }
    put_aki(b, m->aki);
    if (m->has_scope) {
        mint_extension(b, OID_EXT_ISSUING_DISTRIBUTION_POINT, true);
        der_put(b, DER_SEQUENCE, m->scope);
        mint_extension_end(b);
    }
    if (m->delta) {
        mint_extension(b, OID_EXT_DELTA_CRL_INDICATOR, true);
        der_put_uint(b, m->base != 0 ? m->base : 6);
        mint_extension_end(b);
    }
    if (m->critical)
        mint_mark(b, OID_EXT_LOGOTYPE);
    if (m->expired_from != 0) {
        mint_extension(b, OID_EXT_EXPIRED_CERTS_ON_CRL, false);
        if (m->expired_odd)
            der_put_time(b, m->expired_from);
        else
            der_put_gen_time(b, m->expired_from);
        mint_extension_end(b);
    }
    der_end(b);
    der_end(b);
}

sign_buf mint_crl(const struct mint_crl *m) {
    AUTO(der_builder) b = {0};
    sign_buf tbs = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    put_algorithm(&b, m->key, m->sha1);
    mint_name(&b, m->issuer, false);
    der_put_time(&b, m->from);
    if (m->to != 0)
        der_put_time(&b, m->to);
    if (m->n + m->fill > 0) {
        der_begin(&b, DER_SEQUENCE);
        for (size_t i = 0; i < m->n; i++)
            put_entry(&b, &m->entries[i]);
        for (size_t i = 0; i < m->fill; i++)
            put_entry(&b, &(struct mint_entry){.serial = (UINT64_C(1) << 32) + 2 * i,
                                               .when = T2020 + (int64_t)i,
                                               .reason = (int)(i % 6)});
        der_end(&b);
    }
    put_crl_extensions(&b, m);
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &tbs, NULL), SIGN_OK);
    return seal(tbs, m->key, m->damage, m->sha1);
}

static void list(sign_input *out, const sign_buf *in, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = (sign_input){.name = "memory", .data = view(in[i])};
}

sign_trust *world_trust(struct world *w) {
    sign_input anchors[8], certs[8], crls[8];
    list(anchors, w->anchors, w->n_anchors);
    list(certs, w->certs, w->n_certs);
    list(crls, w->crls, w->n_crls);
    const sign_trust_options opt = {.size = sizeof opt,
                                    .anchors = anchors,
                                    .n_anchors = w->n_anchors,
                                    .certs = certs,
                                    .n_certs = w->n_certs,
                                    .crls = crls,
                                    .n_crls = w->n_crls,
                                    .cache = w->cache};
    sign_trust *t = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &t, &err), SIGN_OK, "%s", err.text);
    for (size_t i = 0; i < 8; i++) {
        sign_buf_free(&w->anchors[i]);
        sign_buf_free(&w->certs[i]);
        sign_buf_free(&w->crls[i]);
    }
    return t;
}

sign_buf identity(const char *name) {
    char path[512];
    sign_buf out = {0};
    sign_error err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", SIGN_TEST_PKI, name);
    cr_assert_eq(file_read(path, LIMIT_PIECE, &out, &err), SIGN_OK, "%s", err.text);
    return out;
}

struct pki_path *path_of(const sign_trust *trust, sign_bytes der, const struct pki_path_options *opt) {
    struct crypto *crypto = NULL;
    AUTO(pki_cert_ptr) cert = NULL;
    struct pki_path *path = NULL;
    sign_error err = {0};
    cr_assert_eq(pki_lend(trust, &crypto, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(pki_certificate(trust, crypto, der, &cert, &err), SIGN_OK, "%s", err.text);
    cr_assert_eq(pki_path_check(trust, crypto, cert, opt, &path, &err), SIGN_OK, "%s", err.text);
    pki_lend_back(trust, crypto);
    cr_assert_eq(path->chain[0], cert);
    return path;
}

struct outcome judge(const sign_trust *trust, sign_bytes der, const struct pki_path_options *opt) {
    AUTO(pki_path_ptr) path = path_of(trust, der, opt);
    struct outcome o = {path->indication, path->sub, path->message, path->n_chain, path->n_revocation,
                        path->try_at,     ""};
    (void)snprintf(o.first_arg, sizeof o.first_arg, "%s", path->args[0]);
    return o;
}

void expect(struct outcome o, enum sub_indication sub, enum message_id message, const char *what) {
    enum indication wanted = sub == SUB_NONE ? TOTAL_PASSED : INDETERMINATE;
    const char *got = sub_indication_text(o.sub);
    cr_expect(o.indication == wanted && o.sub == sub && o.message == message, "%s: %s %s, message %s", what,
              indication_text(o.indication), got != NULL ? got : "-", message_code(o.message));
    cr_expect(message == MSG_NONE || o.first_arg[0] != '\0', "%s: the message names nobody", what);
}
