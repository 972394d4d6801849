/* Reading private keys from files. */
#include "key/secret.h"
#include "key/software.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

typedef BIO *bio;
static inline void bio_drop(bio *b) {
    BIO_free(*b);
}
CLEANUP(bio, bio_drop);

typedef PKCS12 *pkcs12;
static inline void pkcs12_drop(pkcs12 *p) {
    PKCS12_free(*p);
}
CLEANUP(pkcs12, pkcs12_drop);

typedef X509 *x509;
static inline void x509_drop(x509 *x) {
    X509_free(*x);
}
CLEANUP(x509, x509_drop);

typedef STACK_OF(X509) * x509s;
static inline void x509s_drop(x509s *s) {
    sk_X509_pop_free(*s, X509_free);
}
CLEANUP(x509s, x509s_drop);

static bool contains(sign_bytes in, const char *word) {
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= in.len; i++)
        if (in.data[i] == (uint8_t)word[0] && memcmp(in.data + i, word, n) == 0)
            return true;
    return false;
}

static sign_rc unusable(const char *path, sign_error *err) {
    char why[256];
    crypto_reason(why, sizeof why);
    return fail(err, SIGN_E_KEY, MSG_KEY_FORMAT, "%s: %s", path_base(path), why);
}

/* Hands the password over that was asked for before; without one OpenSSL must never ask on the terminal. */
static int give(char *out, int size, int writing, void *user) {
    const struct secret *s = user;
    (void)writing;
    if (!s->text || s->len > (size_t)size)
        return -1;
    memcpy(out, s->text, s->len);
    return (int)s->len;
}

static sign_rc ask_password(const char *path, const sign_key_options *opt, struct secret *out,
                            sign_error *err) {
    sign_secret ask = {.what = path_base(path)};
    return secret_ask(opt, &ask, MSG_PASSWORD_NEEDED, out, err);
}

/* The certificates among the PEM blocks. OpenSSL's reader, because the base64 of a traditional key may have
 * headers. */
static sign_rc pem_certs(sign_bytes in, chain *certs, sign_error *err) {
    AUTO(bio) b = BIO_new_mem_buf(in.data, (int)in.len);
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    sign_rc rc = b ? SIGN_OK : fail_memory(err);
    while (rc == SIGN_OK && PEM_read_bio(b, &name, &header, &data, &n) == 1) {
        sign_bytes der = BYTES(data, (size_t)n), spki;
        if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0)
            rc = chain_spki(der, &spki, err) == SIGN_OK ? chain_add(certs, der, err) : SIGN_E_FORMAT;
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)n);
    }
    /* The end of the text is told as an error too; one that could not be noted is that of memory. */
    unsigned long last = ERR_peek_last_error();
    ERR_clear_error();
    if (rc == SIGN_OK && (last == 0 || ERR_GET_REASON(last) == ERR_R_MALLOC_FAILURE))
        return fail_memory(err);
    return rc;
}

/* PKCS#8 (RFC 5958), encrypted PKCS#8 and the traditional forms, the latter encrypted by RFC 1421 headers. */
static sign_rc read_pem(const char *path, sign_bytes in, const sign_key_options *opt, EVP_PKEY **key,
                        chain *certs, sign_error *err) {
    bool locked = contains(in, "BEGIN ENCRYPTED PRIVATE KEY") || contains(in, "Proc-Type: 4,ENCRYPTED");
    AUTO(asked) password = {0};
    sign_rc rc = locked ? ask_password(path, opt, &password, err) : SIGN_OK;
    if (rc != SIGN_OK)
        return rc;
    AUTO(bio) b = BIO_new_mem_buf(in.data, (int)in.len);
    *key = b ? PEM_read_bio_PrivateKey(b, NULL, give, &password) : NULL;
    if (!*key && locked) {
        ERR_clear_error();
        return fail(err, SIGN_E_PIN, MSG_PASSWORD_WRONG, "%s", path_base(path));
    }
    if (!*key)
        return unusable(path, err);
    return pem_certs(in, certs, err);
}

static sign_rc add_x509(chain *certs, X509 *cert, sign_error *err) {
    unsigned char *der = NULL;
    int n = i2d_X509(cert, &der);
    if (n <= 0)
        return fail_memory(err);
    sign_rc rc = chain_add(certs, BYTES(der, (size_t)n), err);
    OPENSSL_free(der);
    return rc;
}

static sign_rc open_pkcs12(const char *path, PKCS12 *p12, const char *password, EVP_PKEY **key, chain *certs,
                           sign_error *err) {
    AUTO(x509) cert = NULL;
    AUTO(x509s) others = NULL;
    if (PKCS12_parse(p12, password, key, &cert, &others) != 1 || !*key)
        return unusable(path, err);
    sign_rc rc = cert ? add_x509(certs, cert, err) : SIGN_OK;
    for (int i = 0; i < sk_X509_num(others) && rc == SIGN_OK; i++)
        rc = add_x509(certs, sk_X509_value(others, i), err);
    return rc;
}

/* RFC 7292. The MAC tells a wrong password from a damaged file before anything is decrypted. */
static sign_rc read_pkcs12(const char *path, PKCS12 *p12, const sign_key_options *opt, EVP_PKEY **key,
                           chain *certs, sign_error *err) {
    if (PKCS12_mac_present(p12) && PKCS12_verify_mac(p12, NULL, 0) == 1)
        return open_pkcs12(path, p12, NULL, key, certs, err);
    if (PKCS12_mac_present(p12) && PKCS12_verify_mac(p12, "", 0) == 1)
        return open_pkcs12(path, p12, "", key, certs, err);
    ERR_clear_error();
    AUTO(asked) password = {0};
    sign_rc rc = ask_password(path, opt, &password, err);
    if (rc != SIGN_OK)
        return rc;
    if (PKCS12_mac_present(p12) && PKCS12_verify_mac(p12, password.text, (int)password.len) != 1) {
        ERR_clear_error();
        return fail(err, SIGN_E_PIN, MSG_PASSWORD_WRONG, "%s", path_base(path));
    }
    return open_pkcs12(path, p12, password.text, key, certs, err);
}

/* A PFX and a PrivateKeyInfo are both SEQUENCE { INTEGER ...: only the PFX has version 3 (RFC 7292, 4). */
static bool is_pfx(sign_bytes in) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, in, true), pfx;
    uint64_t version = 0;
    return der_enter(&all, DER_SEQUENCE, &pfx) && der_uint(&pfx, &version) && version == 3;
}

static sign_rc read_der(const char *path, sign_bytes in, const sign_key_options *opt, EVP_PKEY **key,
                        chain *certs, sign_error *err) {
    const unsigned char *at = in.data;
    if (is_pfx(in)) {
        AUTO(pkcs12) p12 = d2i_PKCS12(NULL, &at, (long)in.len);
        return p12 ? read_pkcs12(path, p12, opt, key, certs, err) : unusable(path, err);
    }
    *key = d2i_AutoPrivateKey(NULL, &at, (long)in.len);
    return *key ? SIGN_OK : unusable(path, err);
}

static void wipe_buf(sign_buf *b) {
    base_wipe(b->data, b->len);
    sign_buf_free(b);
}
typedef sign_buf private_buf;
CLEANUP(private_buf, wipe_buf);

sign_rc keyfile_read(const char *path, const sign_key_options *opt, EVP_PKEY **key, chain *certs,
                     sign_error *err) {
    AUTO(private_buf) file = {0};
    sign_rc rc = file_read(path, LIMIT_KEY_FILE, &file, err);
    if (rc != SIGN_OK)
        return rc;
    AUTO(evp_pkey) got = NULL;
    sign_bytes in = BYTES(file.data, file.len);
    rc = contains(in, "-----BEGIN ") ? read_pem(path, in, opt, &got, certs, err)
                                     : read_der(path, in, opt, &got, certs, err);
    if (rc != SIGN_OK)
        return rc;
    if (!EVP_PKEY_is_a(got, "RSA") && !EVP_PKEY_is_a(got, "RSA-PSS") && !EVP_PKEY_is_a(got, "EC"))
        return fail(err, SIGN_E_KEY, MSG_KEY_FORMAT, "%s: neither RSA nor EC", path_base(path));
    *key = TAKE(got);
    return SIGN_OK;
}
