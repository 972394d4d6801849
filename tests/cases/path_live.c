/*
 * path_live CASES: the rows of testdata/path/cases.tsv whose lists begin with live/. They are larger than
 * what is worth keeping: made here, in a folder that is removed afterwards.
 */
#include "cases.h"
#include "path.h"

#include "base/file.h"
#include "der/builder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* About 50 octets each: more than 60 MB. */
enum { ENTRIES = 1300000, SMALLEST = 60000000 };

/* A serial number of 16 octets, in no order that a reader could make use of. */
static void put_serial(der_builder *b, uint64_t i) {
    uint64_t mixed = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    uint8_t serial[16] = {0x5A};
    for (unsigned k = 0; k < 8; k++) {
        serial[1 + k] = (uint8_t)(mixed >> (8 * k));
        serial[8 + k] = (uint8_t)(mixed >> (8 * (7 - k)));
    }
    der_put(b, DER_INTEGER, BYTES(serial, sizeof serial));
}

static void put_number(der_builder *b, const ASN1_INTEGER *serial) {
    int64_t value = 0;
    path_must(ASN1_INTEGER_get_int64(&value, serial) == 1 && value > 0, "serial number");
    der_put_uint(b, (uint64_t)value);
}

/* keyCompromise; `serial` NULL: the i-th of the others. */
static void put_entry(der_builder *b, const ASN1_INTEGER *serial, uint64_t i) {
    static const uint8_t reason[] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55,
                                     0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, 0x01};
    der_begin(b, DER_SEQUENCE);
    if (serial != NULL) {
        put_number(b, serial);
    } else {
        put_serial(b, i);
    }
    der_put(b, DER_UTC_TIME, BYTES_STR("260301000000Z"));
    der_put_raw(b, BYTES(reason, sizeof reason));
    der_end(b);
}

static void put_algorithm(der_builder *b) {
    der_begin(b, DER_SEQUENCE);
    path_must(der_put_oid_text(b, "1.2.840.10045.4.3.2"), "ecdsa-with-SHA256");
    der_end(b);
}

static sign_buf tbs_list(const struct path_made *issuer, const ASN1_INTEGER *revoked) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    unsigned char *name = NULL;
    int len = i2d_X509_NAME(X509_get_subject_name(issuer->cert), &name);
    path_must(len > 0, issuer->row->name);
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    put_algorithm(&b);
    der_put_raw(&b, BYTES(name, (size_t)len));
    der_put(&b, DER_UTC_TIME, BYTES_STR("260531000000Z"));
    der_put(&b, DER_UTC_TIME, BYTES_STR("260607000000Z"));
    der_begin(&b, DER_SEQUENCE);
    for (uint64_t i = 0; i < ENTRIES; i++) {
        if (i == ENTRIES / 2 && revoked != NULL) {
            put_entry(&b, revoked, 0);
        }
        put_entry(&b, NULL, i);
    }
    der_end(&b);
    der_end(&b);
    path_must(der_builder_take(&b, &out, NULL) == SIGN_OK, "list");
    OPENSSL_free(name);
    return out;
}

/* RFC 5280, 5.1, with a signature by the issuer. */
static void long_list(struct path_world *w, const char *file, const char *issuer, const char *revoked) {
    const struct path_made *id = path_find(w, issuer);
    AUTO(sign_buf)
    tbs = tbs_list(id, revoked != NULL ? X509_get0_serialNumber(path_find(w, revoked)->cert) : NULL);
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    unsigned char value[256];
    size_t n = sizeof value;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    path_must(ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, id->key) == 1 &&
                  EVP_DigestSign(ctx, value, &n, tbs.data, tbs.len) == 1,
              file);
    EVP_MD_CTX_free(ctx);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, BYTES(tbs.data, tbs.len));
    put_algorithm(&b);
    der_put_bits(&b, BYTES(value, n));
    der_end(&b);
    path_must(der_builder_take(&b, &out, NULL) == SIGN_OK && out.len > SMALLEST, file);
    path_out(w, file, out.data, (int)out.len);
}

static void make(struct path_world *w) {
    static const struct path_cert certs[] = {
        {"long-root", "long-root", .ext = CA, .silent = true},
        {"long-ca", "long-root", .ext = CA, .silent = true},
        {"signer-long", "long-ca", .ext = SIGNER},
    };
    path_certs(w, certs, sizeof certs / sizeof *certs);
    path_list(w, &(struct path_list){.file = "long-root.crl", .issuer = "long-root"});
    long_list(w, "long.crl", "long-ca", NULL);
    long_list(w, "long-revoked.crl", "long-ca", "signer-long");
}

static void remove_all(const char *folder) {
    DIR *d = opendir(folder);
    for (const struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d != NULL) {
        closedir(d);
    }
    rmdir(folder);
}

int main(int argc, char **argv) {
    static struct path_world w;
    char folder[] = "/tmp/kalem-path-XXXXXX";
    if (argc != 2) {
        fprintf(stderr, "usage: path_live CASES\n");
        return 64;
    }
    path_must(mkdtemp(folder) != NULL, folder);
    w.folder = folder;
    make(&w);
    path_close(&w);
    struct cases c = {.table = argv[1], .vectors = folder, .pki = folder, .live = folder};
    int failed = cases_run(&c);
    remove_all(folder);
    return failed;
}
