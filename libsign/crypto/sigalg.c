/* sigalg.c - signature AlgorithmIdentifiers: one table, RSASSA-PSS-params beside it (RFC 4055, 5754, 5758,
 * 8702). */
#include "crypto/state.h"

#include <stdio.h>

#define DSIG      "http://www.w3.org/2000/09/xmldsig#"
#define DSIG_MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define DSIG_11   "http://www.w3.org/2009/xmldsig11#"
#define DSIG_2007 "http://www.w3.org/2007/05/xmldsig-more#"
#define DSIG_2021 "http://www.w3.org/2021/04/xmldsig-more#"

/* uri: RFC 9231, 2.3, and XML-Signature 1.1, 6.4.1 for DSA; there is none for RSA PKCS#1 v1.5 with SHA-3 and
 * DSA with SHA-224. */
static const struct row {
    enum oid oid;
    enum crypto_scheme scheme;
    enum crypto_digest digest;
    const char *uri;
} rows[] = {
    {OID_RSA_ENCRYPTION, SCHEME_RSA_PKCS1, DIGEST_NONE, NULL},
    /* The first row of a pair is the one that is written. */
    {OID_RSA_MD5, SCHEME_RSA_PKCS1, DIGEST_MD5, DSIG_MORE "rsa-md5"},
    {OID_RSA_SHA1, SCHEME_RSA_PKCS1, DIGEST_SHA1, DSIG "rsa-sha1"},
    {OID_RSA_SHA1_OIW, SCHEME_RSA_PKCS1, DIGEST_SHA1, NULL},
    {OID_RSA_SHA224, SCHEME_RSA_PKCS1, DIGEST_SHA224, DSIG_MORE "rsa-sha224"},
    {OID_RSA_SHA256, SCHEME_RSA_PKCS1, DIGEST_SHA256, DSIG_MORE "rsa-sha256"},
    {OID_RSA_SHA384, SCHEME_RSA_PKCS1, DIGEST_SHA384, DSIG_MORE "rsa-sha384"},
    {OID_RSA_SHA512, SCHEME_RSA_PKCS1, DIGEST_SHA512, DSIG_MORE "rsa-sha512"},
    {OID_RSA_SHA3_256, SCHEME_RSA_PKCS1, DIGEST_SHA3_256, NULL},
    {OID_RSA_SHA3_384, SCHEME_RSA_PKCS1, DIGEST_SHA3_384, NULL},
    {OID_RSA_SHA3_512, SCHEME_RSA_PKCS1, DIGEST_SHA3_512, NULL},
    {OID_ECDSA_SHA1, SCHEME_ECDSA, DIGEST_SHA1, DSIG_MORE "ecdsa-sha1"},
    {OID_ECDSA_SHA224, SCHEME_ECDSA, DIGEST_SHA224, DSIG_MORE "ecdsa-sha224"},
    {OID_ECDSA_SHA256, SCHEME_ECDSA, DIGEST_SHA256, DSIG_MORE "ecdsa-sha256"},
    {OID_ECDSA_SHA384, SCHEME_ECDSA, DIGEST_SHA384, DSIG_MORE "ecdsa-sha384"},
    {OID_ECDSA_SHA512, SCHEME_ECDSA, DIGEST_SHA512, DSIG_MORE "ecdsa-sha512"},
    {OID_ECDSA_SHA3_256, SCHEME_ECDSA, DIGEST_SHA3_256, DSIG_2021 "ecdsa-sha3-256"},
    {OID_ECDSA_SHA3_384, SCHEME_ECDSA, DIGEST_SHA3_384, DSIG_2021 "ecdsa-sha3-384"},
    {OID_ECDSA_SHA3_512, SCHEME_ECDSA, DIGEST_SHA3_512, DSIG_2021 "ecdsa-sha3-512"},
    {OID_DSA_SHA1, SCHEME_DSA, DIGEST_SHA1, DSIG "dsa-sha1"},
    {OID_DSA_SHA224, SCHEME_DSA, DIGEST_SHA224, NULL},
    {OID_DSA_SHA256, SCHEME_DSA, DIGEST_SHA256, DSIG_11 "dsa-sha256"},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* RFC 9231, 2.3.10. */
static const struct {
    enum crypto_digest digest;
    const char *uri;
} pss_rows[] = {
    {DIGEST_MD5, DSIG_2007 "md5-rsa-MGF1"},           {DIGEST_SHA1, DSIG_2007 "sha1-rsa-MGF1"},
    {DIGEST_SHA224, DSIG_2007 "sha224-rsa-MGF1"},     {DIGEST_SHA256, DSIG_2007 "sha256-rsa-MGF1"},
    {DIGEST_SHA384, DSIG_2007 "sha384-rsa-MGF1"},     {DIGEST_SHA512, DSIG_2007 "sha512-rsa-MGF1"},
    {DIGEST_SHA3_256, DSIG_2007 "sha3-256-rsa-MGF1"}, {DIGEST_SHA3_384, DSIG_2007 "sha3-384-rsa-MGF1"},
    {DIGEST_SHA3_512, DSIG_2007 "sha3-512-rsa-MGF1"},
};
enum { PSS_ROWS = sizeof pss_rows / sizeof *pss_rows };

/* What is known by name only (RFC 9231, 2.2 and 2.3). */
static const struct {
    const char *uri, *name;
} others[] = {
    {DSIG "hmac-sha1", "HMAC SHA-1"},
    {DSIG_MORE "hmac-md5", "HMAC MD5"},
    {DSIG_MORE "hmac-sha224", "HMAC SHA-224"},
    {DSIG_MORE "hmac-sha256", "HMAC SHA-256"},
    {DSIG_MORE "hmac-sha384", "HMAC SHA-384"},
    {DSIG_MORE "hmac-sha512", "HMAC SHA-512"},
    {DSIG_MORE "hmac-ripemd160", "HMAC RIPEMD-160"},
    {DSIG_MORE "rsa-ripemd160", "RSA RIPEMD-160"},
    {DSIG_2007 "ecdsa-ripemd160", "ECDSA RIPEMD-160"},
    {DSIG_2021 "eddsa-ed25519", "Ed25519"},
    {DSIG_2021 "eddsa-ed448", "Ed448"},
};

/* More octets of salt than the largest modulus has cannot verify. */
enum { SALT_MAX = 2048, SALT_DEFAULT = 20 };

/* hash [0] HashAlgorithm DEFAULT sha1; the tag is explicit. */
static bool read_hash(struct der_cursor *c, enum crypto_digest *out) {
    sign_bytes oid, params;
    if (!der_algorithm(c, &oid, &params))
        return false;
    *out = crypto_digest_read(oid, params);
    return *out != DIGEST_NONE && der_finish(c);
}

/* MaskGenAlgorithm: id-mgf1 with a HashAlgorithm as its parameters. */
static bool read_mgf(struct der_cursor *c, enum crypto_digest *out) {
    sign_bytes oid, params;
    if (!der_algorithm(c, &oid, &params) || !oid_is(oid, OID_MGF1) || !der_finish(c))
        return false;
    struct der_parse parse;
    struct der_cursor hash = der_open(&parse, params, true);
    return read_hash(&hash, out);
}

bool crypto_pss_read(sign_bytes params, struct crypto_sigalg *out) {
    struct der_parse parse;
    struct der_cursor top = der_open(&parse, params, true), c, in;
    struct crypto_sigalg alg = {SCHEME_RSA_PSS, DIGEST_SHA1, DIGEST_SHA1, SALT_DEFAULT};
    uint64_t salt = SALT_DEFAULT, trailer = 1;
    if (!der_enter(&top, DER_SEQUENCE, &c) || !der_finish(&top))
        return false;
    if (der_optional_enter(&c, DER_CONTEXT_CONSTRUCTED(0), &in) && !read_hash(&in, &alg.digest))
        return false;
    if (der_optional_enter(&c, DER_CONTEXT_CONSTRUCTED(1), &in) && !read_mgf(&in, &alg.mgf))
        return false;
    if (der_optional_enter(&c, DER_CONTEXT_CONSTRUCTED(2), &in) &&
        (!der_uint(&in, &salt) || !der_finish(&in)))
        return false;
    if (der_optional_enter(&c, DER_CONTEXT_CONSTRUCTED(3), &in) &&
        (!der_uint(&in, &trailer) || !der_finish(&in)))
        return false;
    if (!der_finish(&c) || salt > SALT_MAX || trailer != 1)
        return false;
    alg.salt = (unsigned)salt;
    *out = alg;
    return true;
}

bool crypto_sigalg_read(sign_bytes oid, sign_bytes params, struct crypto_sigalg *out) {
    static const uint8_t null[] = {DER_NULL, 0};
    *out = (struct crypto_sigalg){0};
    enum oid id = oid_find(oid);
    /* RFC 4055, 3.1: with a signature the parameters of id-RSASSA-PSS must be there. */
    if (id == OID_RSA_PSS)
        return crypto_pss_read(params, out);
    /* NULL for RSA, absent for ECDSA and DSA (RFC 5754, 3.2; RFC 5758, 3.1 and 3.2); neither says anything,
     * so both are read.
     */
    if (params.len != 0 && !bytes_equal(params, BYTES(null, sizeof null)))
        return false;
    for (size_t i = 0; id != OID_NONE && i < ROWS; i++)
        if (rows[i].oid == id) {
            *out = (struct crypto_sigalg){.scheme = rows[i].scheme, .digest = rows[i].digest};
            return true;
        }
    return false;
}

static struct crypto_sigalg pss_of(enum crypto_digest d) {
    unsigned salt = (unsigned)crypto_digest_row(d)->size;
    return (struct crypto_sigalg){SCHEME_RSA_PSS, d, d, salt};
}

bool crypto_sigalg_find_uri(const char *uri, struct crypto_sigalg *out) {
    *out = (struct crypto_sigalg){0};
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].uri != NULL && strcmp(rows[i].uri, uri) == 0) {
            *out = (struct crypto_sigalg){.scheme = rows[i].scheme, .digest = rows[i].digest};
            return true;
        }
    for (size_t i = 0; i < PSS_ROWS; i++)
        if (strcmp(pss_rows[i].uri, uri) == 0) {
            *out = pss_of(pss_rows[i].digest);
            return true;
        }
    if (strcmp(uri, CRYPTO_URI_PSS) != 0)
        return false;
    *out = pss_of(DIGEST_SHA256);
    return true;
}

const char *crypto_sigalg_uri(const struct crypto_sigalg *alg) {
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].uri != NULL && rows[i].scheme == alg->scheme && rows[i].digest == alg->digest)
            return rows[i].uri;
    bool plain = alg->scheme == SCHEME_RSA_PSS && alg->mgf == alg->digest &&
                 alg->salt == crypto_digest_row(alg->digest)->size;
    for (size_t i = 0; plain && i < PSS_ROWS; i++)
        if (pss_rows[i].digest == alg->digest)
            return pss_rows[i].uri;
    return NULL;
}

const char *crypto_sigalg_other(const char *uri) {
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i].uri, uri) == 0)
            return others[i].name;
    return NULL;
}

/* sha256Identifier and its like of RFC 4055, 2.1 have NULL. */
static void put_hash(der_builder *b, enum crypto_digest d) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, crypto_digest_row(d)->oid);
    der_put_null(b);
    der_end(b);
}

/* What equals its default is left out (X.690, 11.5). */
static void put_pss(der_builder *b, const struct crypto_sigalg *alg) {
    der_begin(b, DER_SEQUENCE);
    if (alg->digest != DIGEST_SHA1) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        put_hash(b, alg->digest);
        der_end(b);
    }
    if (alg->mgf != DIGEST_SHA1) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_MGF1);
        put_hash(b, alg->mgf);
        der_end(b);
        der_end(b);
    }
    if (alg->salt != SALT_DEFAULT) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(2));
        der_put_uint(b, alg->salt);
        der_end(b);
    }
    der_end(b);
}

void crypto_sigalg_write(der_builder *b, const struct crypto_sigalg *alg) {
    enum oid oid = alg->scheme == SCHEME_RSA_PSS ? OID_RSA_PSS : OID_NONE;
    for (size_t i = 0; oid == OID_NONE && i < ROWS; i++)
        if (rows[i].scheme == alg->scheme && rows[i].digest == alg->digest)
            oid = rows[i].oid;
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, oid);
    if (alg->scheme == SCHEME_RSA_PSS)
        put_pss(b, alg);
    if (alg->scheme == SCHEME_RSA_PKCS1)
        der_put_null(b);
    der_end(b);
}

void crypto_sigalg_name(const struct crypto_sigalg *alg, char out[64]) {
    static const char *const names[] = {"?", "RSA", "RSA-PSS", "ECDSA", "DSA"};
    const char *scheme = (unsigned)alg->scheme < sizeof names / sizeof *names ? names[alg->scheme] : names[0];
    const char *digest = crypto_digest_row(alg->digest)->name;
    bool other = alg->scheme == SCHEME_RSA_PSS && alg->mgf != alg->digest;
    snprintf(out, 64, "%s%s%s%s%s", scheme, digest[0] != '\0' ? " " : "", digest, other ? " MGF1 " : "",
             other ? crypto_digest_row(alg->mgf)->name : "");
}
