/* Certificates and revocation lists of the rows. */
#include "path.h"

#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 1024, NAME_BYTES = 256, FLOOD_KEYS = 100 };

void path_must(bool ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "mkvectors: %s\n", what);
        ERR_print_errors_fp(stderr);
        exit(1);
    }
}

void path_time(ASN1_TIME *out, const char *text) {
    path_must(out != NULL && ASN1_TIME_set_string_X509(out, text) == 1, text);
}

static ASN1_TIME *time_new(const char *text) {
    ASN1_TIME *t = ASN1_TIME_new();
    path_time(t, text);
    return t;
}

void path_out(const struct path_world *w, const char *file, const unsigned char *der, int len) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", w->folder, file);
    FILE *f = len > 0 ? fopen(path, "wb") : NULL;
    path_must(f != NULL && fwrite(der, 1, (size_t)len, f) == (size_t)len && fclose(f) == 0, path);
}

struct path_made *path_find(struct path_world *w, const char *name) {
    for (size_t i = 0; i < w->n; i++) {
        if (strcmp(w->made[i].row->name, name) == 0) {
            return &w->made[i];
        }
    }
    path_must(false, name);
    return NULL;
}

/* ---- certificates -------------------------------------------------------------------------------------- */

static X509_NAME *name_of(const struct path_cert *row) {
    char text[NAME_BYTES], *rest = NULL;
    X509_NAME *name = X509_NAME_new();
    snprintf(text, sizeof text, "%s%s",
             row->subject != NULL ? "" : "CN=", row->subject != NULL ? row->subject : row->name);
    for (char *part = strtok_r(text, "/", &rest); part != NULL; part = strtok_r(NULL, "/", &rest)) {
        char *value = strchr(part, '=');
        path_must(name != NULL && value != NULL, row->name);
        *value++ = '\0';
        path_must(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8, (const unsigned char *)value, -1, -1,
                                             0) == 1,
                  row->name);
    }
    return name;
}

static CONF *extensions(const char *text) {
    CONF *conf = NCONF_new(NULL);
    BIO *in = BIO_new_mem_buf(text, -1);
    long line = 0;
    path_must(conf != NULL && in != NULL && NCONF_load_bio(conf, in, &line) == 1, text);
    BIO_free(in);
    return conf;
}

static void put_extensions(X509 *cert, X509 *issuer, const char *text) {
    X509V3_CTX ctx;
    CONF *conf = extensions(text);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, conf);
    path_must(X509V3_EXT_add_nconf(conf, &ctx, "default", cert) == 1, text);
    NCONF_free(conf);
}

static void begin_end(X509 *cert, const struct path_cert *row) {
    ASN1_TIME *from = time_new(row->from != NULL ? row->from : "20240101000000Z");
    ASN1_TIME *to = time_new(row->to != NULL ? row->to : "20340101000000Z");
    path_must(X509_set1_notBefore(cert, from) == 1 && X509_set1_notAfter(cert, to) == 1, row->name);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
}

X509 *path_certify(struct path_world *w, const struct path_cert *row, EVP_PKEY *key, long serial) {
    X509 *cert = X509_new();
    X509_NAME *subject = name_of(row);
    bool own = strcmp(row->issuer, row->name) == 0;
    struct path_made *issuer = own ? NULL : path_find(w, row->issuer);
    path_must(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
                  ASN1_INTEGER_set(X509_get_serialNumber(cert), serial) == 1 &&
                  X509_set_subject_name(cert, subject) == 1 &&
                  X509_set_issuer_name(cert, own ? subject : X509_get_subject_name(issuer->cert)) == 1 &&
                  X509_set_pubkey(cert, key) == 1,
              row->name);
    begin_end(cert, row);
    put_extensions(cert, own ? cert : issuer->cert, row->ext);
    const EVP_MD *digest = EVP_get_digestbyname(row->digest != NULL ? row->digest : "SHA256");
    path_must(digest != NULL && X509_sign(cert, own ? key : issuer->key, digest) > 0, row->name);
    X509_NAME_free(subject);
    return cert;
}

static void publish(struct path_world *w, const struct path_cert *row) {
    char file[NAME_BYTES];
    snprintf(file, sizeof file, "lists/%s.crl", row->name);
    path_list(w, &(struct path_list){.file = file, .issuer = row->name});
}

static struct path_made *next(struct path_world *w, const struct path_cert *row) {
    path_must(w->n < sizeof w->made / sizeof *w->made, "too many certificates");
    struct path_made *m = &w->made[w->n++];
    *m = (struct path_made){.row = row};
    return m;
}

static void out_cert(const struct path_world *w, const struct path_made *m) {
    char file[NAME_BYTES];
    unsigned char *der = NULL;
    int len = i2d_X509(m->cert, &der);
    snprintf(file, sizeof file, "%s.der", m->row->name);
    path_out(w, file, der, len);
    OPENSSL_free(der);
}

void path_cert(struct path_world *w, const struct path_cert *row) {
    EVP_PKEY *key = row->key != NULL ? path_find(w, row->key)->key : EVP_EC_gen("P-256");
    path_must(key != NULL && (row->key == NULL || EVP_PKEY_up_ref(key) == 1), row->name);
    X509 *cert = path_certify(w, row, key, 1000 + (long)w->n);
    struct path_made *m = next(w, row);
    m->cert = cert;
    m->key = key;
    out_cert(w, m);
    if (strstr(row->ext, "cRLSign") != NULL && !row->silent) {
        publish(w, row);
    }
}

/* The keys of the test PKI are kept under its password. */
static EVP_PKEY *key_of_test_pki(const char *name) {
    char path[512], password[] = "123456";
    snprintf(path, sizeof path, "%s/%s.key.pem", SIGN_TEST_PKI, name);
    FILE *f = fopen(path, "r");
    path_must(f != NULL, path);
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, password);
    fclose(f);
    path_must(key != NULL, path);
    return key;
}

void path_import(struct path_world *w, const struct path_cert *row) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.pem", SIGN_TEST_PKI, row->name);
    FILE *f = fopen(path, "r");
    path_must(f != NULL, path);
    struct path_made *m = next(w, row);
    m->cert = PEM_read_X509(f, NULL, NULL, NULL);
    fclose(f);
    path_must(m->cert != NULL, path);
    m->key = key_of_test_pki(row->name);
    out_cert(w, m);
}

STACK_OF(X509) * path_flood(struct path_world *w, const struct path_cert *row, unsigned n, const char *file) {
    EVP_PKEY *keys[FLOOD_KEYS];
    STACK_OF(X509) *all = sk_X509_new_null();
    BIO *text = BIO_new(BIO_s_mem());
    char *pem = NULL;
    for (unsigned i = 0; i < FLOOD_KEYS; i++) {
        keys[i] = EVP_EC_gen("P-256");
        path_must(keys[i] != NULL, row->name);
    }
    for (unsigned i = 0; i < n; i++) {
        X509 *cert = path_certify(w, row, keys[i % FLOOD_KEYS], 100000 + (long)i);
        path_must(sk_X509_push(all, cert) > 0 && PEM_write_bio_X509(text, cert) == 1, row->name);
    }
    long len = BIO_get_mem_data(text, &pem);
    path_out(w, file, (const unsigned char *)pem, (int)len);
    for (unsigned i = 0; i < FLOOD_KEYS; i++) {
        EVP_PKEY_free(keys[i]);
    }
    BIO_free(text);
    return all;
}

void path_close(struct path_world *w) {
    for (size_t i = 0; i < w->n; i++) {
        X509_free(w->made[i].cert);
        EVP_PKEY_free(w->made[i].key);
    }
    arena_free(&w->texts);
}

/* ---- revocation lists ---------------------------------------------------------------------------------- */

struct entry {
    const ASN1_INTEGER *serial;
    const char *when, *reason, *issuer;
};

static void add_extension(X509_REVOKED *r, X509_EXTENSION *e, const char *what) {
    path_must(e != NULL && X509_REVOKED_add_ext(r, e, -1) == 1, what);
    X509_EXTENSION_free(e);
}

static void name_issuer(struct path_world *w, X509_REVOKED *r, const char *issuer) {
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, GEN_DIRNAME,
                            X509_NAME_dup(X509_get_subject_name(path_find(w, issuer)->cert)));
    path_must(sk_GENERAL_NAME_push(names, name) > 0 &&
                  X509_REVOKED_add1_ext_i2d(r, NID_certificate_issuer, names, 1, X509V3_ADD_DEFAULT) == 1,
              issuer);
    GENERAL_NAMES_free(names);
}

static void give_reason(X509_REVOKED *r, const char *text) {
    static const struct {
        const char *text;
        int code;
    } reasons[] = {{"keyCompromise", CRL_REASON_KEY_COMPROMISE},
                   {"cACompromise", CRL_REASON_CA_COMPROMISE},
                   {"superseded", CRL_REASON_SUPERSEDED},
                   {"certificateHold", CRL_REASON_CERTIFICATE_HOLD},
                   {"removeFromCRL", CRL_REASON_REMOVE_FROM_CRL}};
    ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
    bool known = false;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(text, reasons[i].text) == 0) {
            known = ASN1_ENUMERATED_set(code, reasons[i].code) == 1 &&
                    X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, code, 0, X509V3_ADD_DEFAULT) == 1;
        }
    }
    path_must(known, text);
    ASN1_ENUMERATED_free(code);
}

static void put_entry(struct path_world *w, X509_CRL *crl, const struct entry *e) {
    X509_REVOKED *r = X509_REVOKED_new();
    ASN1_INTEGER *serial = ASN1_INTEGER_dup(e->serial);
    ASN1_TIME *when = time_new(e->when);
    path_must(r != NULL && X509_REVOKED_set_serialNumber(r, serial) == 1 &&
                  X509_REVOKED_set_revocationDate(r, when) == 1,
              e->reason);
    if (strcmp(e->reason, "critical") == 0) {
        X509V3_CTX ctx;
        X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, 0);
        add_extension(r, X509V3_EXT_nconf(NULL, &ctx, UNKNOWN, "critical,DER:0500"), e->reason);
    } else if (strcmp(e->reason, "-") != 0) {
        give_reason(r, e->reason);
    }
    if (e->issuer != NULL) {
        name_issuer(w, r, e->issuer);
    }
    path_must(X509_CRL_add0_revoked(crl, r) == 1, e->reason);
    ASN1_INTEGER_free(serial);
    ASN1_TIME_free(when);
}

static void put_entries(struct path_world *w, X509_CRL *crl, const char *entries) {
    char text[ROW_BYTES], *rest = NULL;
    snprintf(text, sizeof text, "%s", entries);
    for (char *one = strtok_r(text, ";", &rest); one != NULL; one = strtok_r(NULL, ";", &rest)) {
        char who[64], when[32], reason[32], issuer[64];
        int n = sscanf(one, "%63s %31s %31s %63s", who, when, reason, issuer);
        path_must(n >= 3, entries);
        const struct entry e = {.serial = X509_get0_serialNumber(path_find(w, who)->cert),
                                .when = when,
                                .reason = reason,
                                .issuer = n == 4 ? issuer : NULL};
        put_entry(w, crl, &e);
    }
}

static void fill(struct path_world *w, X509_CRL *crl, unsigned n) {
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    for (unsigned i = 0; i < n; i++) {
        path_must(ASN1_INTEGER_set_uint64(serial, UINT64_C(0x5A00000000000000) + i) == 1, "serial");
        put_entry(w, crl,
                  &(struct entry){.serial = serial, .when = "20260101000000Z", .reason = "superseded"});
    }
    ASN1_INTEGER_free(serial);
}

static void list_extensions(X509_CRL *crl, X509 *issuer, const char *text) {
    X509V3_CTX ctx;
    CONF *conf = extensions(text);
    X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
    X509V3_set_nconf(&ctx, conf);
    path_must(X509V3_EXT_CRL_add_nconf(conf, &ctx, "default", crl) == 1, text);
    NCONF_free(conf);
}

X509_CRL *path_make_list(struct path_world *w, const struct path_list *row) {
    struct path_made *issuer = path_find(w, row->issuer);
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *from = time_new(row->from != NULL ? row->from : LISTED);
    ASN1_TIME *to = time_new(row->to != NULL && *row->to != '-' ? row->to : NEXT);
    path_must(X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                  X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->cert)) == 1 &&
                  X509_CRL_set1_lastUpdate(crl, from) == 1,
              row->file);
    if (row->to == NULL || *row->to != '-') {
        path_must(X509_CRL_set1_nextUpdate(crl, to) == 1, row->file);
    }
    fill(w, crl, row->fill);
    put_entries(w, crl, row->entries != NULL ? row->entries : "");
    list_extensions(crl, issuer->cert,
                    row->ext != NULL ? row->ext : "authorityKeyIdentifier=keyid\ncrlNumber=ASN1:INTEGER:7\n");
    const EVP_MD *digest = EVP_get_digestbyname(row->digest != NULL ? row->digest : "SHA256");
    EVP_PKEY *key = path_find(w, row->key != NULL ? row->key : row->issuer)->key;
    path_must(digest != NULL && X509_CRL_sign(crl, key, digest) > 0, row->file);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    return crl;
}

void path_list(struct path_world *w, const struct path_list *row) {
    unsigned char *der = NULL;
    X509_CRL *crl = path_make_list(w, row);
    int len = i2d_X509_CRL(crl, &der);
    path_must(len > 0, row->file);
    if (row->spoiled) {
        der[len - 1] ^= 1;
    }
    path_out(w, row->file, der, len);
    OPENSSL_free(der);
    X509_CRL_free(crl);
}
