/* The files: each is written beside its place and renamed, so that an interrupted run leaves none half
 * written. */
#include "mkpki.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MAX_LEN 1024

void die(const char *what, const char *name) {
    fprintf(stderr, "mkpki: %s %s\n", what, name);
    ERR_print_errors_fp(stderr);
    exit(1);
}

void must(bool ok, const char *what, const char *name) {
    if (!ok)
        die(what, name);
}

static void join(char path[PATH_MAX_LEN], const char *dir, const char *file, const char *end) {
    int len = snprintf(path, PATH_MAX_LEN, "%s/%s%s", dir, file, end);
    must(len > 0 && len < PATH_MAX_LEN, "path too long:", dir);
}

void out_dir(const char *dir, const char *sub) {
    char path[PATH_MAX_LEN];
    join(path, dir, sub, "");
    must(mkdir(path, 0755) == 0 || errno == EEXIST, "cannot make folder", path);
}

bool out_exists(const char *dir, const char *file) {
    char path[PATH_MAX_LEN];
    join(path, dir, file, "");
    return access(path, R_OK) == 0;
}

static void write_all(int fd, const uint8_t *data, size_t len, const char *path) {
    while (len > 0) {
        ssize_t done = write(fd, data, len);
        must(done > 0, "cannot write", path);
        data += done;
        len -= (size_t)done;
    }
}

void out_bytes(const char *dir, const char *file, unsigned mode, const uint8_t *data, size_t len) {
    char path[PATH_MAX_LEN];
    char part[PATH_MAX_LEN];
    join(path, dir, file, "");
    join(part, dir, file, ".part");
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    must(fd >= 0 && fchmod(fd, (mode_t)mode) == 0, "cannot open", part);
    write_all(fd, data, len, part);
    must(close(fd) == 0 && rename(part, path) == 0, "cannot write", path);
}

void out_bio(const char *dir, const char *file, unsigned mode, BIO *bio) {
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    must(len > 0, "nothing to write in", file);
    out_bytes(dir, file, mode, (const uint8_t *)data, (size_t)len);
    BIO_free(bio);
}

static BIO *memory(void) {
    BIO *bio = BIO_new(BIO_s_mem());
    must(bio != NULL, "memory", "");
    return bio;
}

void out_cert_pem(const char *dir, const char *file, X509 *const *certs, size_t count) {
    BIO *bio = memory();
    for (size_t i = 0; i < count; i++)
        must(PEM_write_bio_X509(bio, certs[i]) == 1, "certificate", file);
    out_bio(dir, file, 0644, bio);
}

void out_cert_der(const char *dir, const char *file, X509 *cert) {
    BIO *bio = memory();
    must(i2d_X509_bio(bio, cert) == 1, "certificate", file);
    out_bio(dir, file, 0644, bio);
}

void out_key_pem(const char *dir, const char *file, EVP_PKEY *key, const char *password) {
    BIO *bio = memory();
    int len = password != NULL ? (int)strlen(password) : 0;
    const EVP_CIPHER *cipher = password != NULL ? EVP_aes_256_cbc() : NULL;
    must(PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, password, len, NULL, NULL) == 1, "key", file);
    out_bio(dir, file, 0600, bio);
}

void out_key_der(const char *dir, const char *file, EVP_PKEY *key) {
    BIO *bio = memory();
    must(i2d_PKCS8PrivateKey_bio(bio, key, NULL, NULL, 0, NULL, NULL) == 1, "key", file);
    out_bio(dir, file, 0600, bio);
}

void out_p12(const char *dir, const char *file, const char *name, EVP_PKEY *key, X509 *cert,
             X509 *const *chain, size_t count) {
    STACK_OF(X509) *others = sk_X509_new_null();
    must(others != NULL, "PKCS#12", file);
    for (size_t i = 0; i < count; i++)
        must(sk_X509_push(others, chain[i]) > 0, "PKCS#12", file);
    /* No MAC at first (-1): its digest is then chosen here. */
    PKCS12 *p12 =
        PKCS12_create(PKI_PASSWORD, name, key, cert, others, NID_aes_256_cbc, NID_aes_256_cbc, 2048, -1, 0);
    must(p12 != NULL, "PKCS#12", file);
    must(PKCS12_set_mac(p12, PKI_PASSWORD, -1, NULL, 0, 2048, EVP_sha256()) == 1, "PKCS#12", file);
    BIO *bio = memory();
    must(i2d_PKCS12_bio(bio, p12) == 1, "PKCS#12", file);
    out_bio(dir, file, 0600, bio);
    PKCS12_free(p12);
    sk_X509_free(others);
}
