/*
 * The benchmark set: one RSA chain that every library can follow, many signers with keys of their own, and
 * revocation lists long enough to cost something. Every file depends on the seed and its own name only, so
 * two processes share the work and a repeated run makes only what is missing.
 */
#include "mkpki.h"

#include <openssl/x509v3.h>
#include <sys/wait.h>
#include <unistd.h>

#define BENCH_FROM    "20250101000000Z"
#define BENCH_TO      "20441231235959Z"
#define BENCH_WORKERS 2U
#define BENCH_ENTRIES 1000
#define BENCH_LONG    50000 /* a list of an authority of some years */

struct bench {
    uint64_t seed;
    const char *dir;
    struct scheme scheme;
    EVP_PKEY *root_key;
    X509 *root;
    EVP_PKEY *ca_key;
    X509 *ca;
};

static EVP_PKEY *key_load(const char *dir, const char *file) {
    char path[1024];
    int len = snprintf(path, sizeof path, "%s/%s", dir, file);
    must(len > 0 && (size_t)len < sizeof path, "path too long:", dir);
    BIO *bio = BIO_new_file(path, "rb");
    must(bio != NULL, "cannot open", path);
    EVP_PKEY *key = d2i_PrivateKey_bio(bio, NULL);
    must(key != NULL, "cannot read", path);
    BIO_free(bio);
    return key;
}

static EVP_PKEY *authority_key(const struct bench *bench, enum key_kind kind, const char *name,
                               const char *file) {
    if (out_exists(bench->dir, file))
        return key_load(bench->dir, file);
    EVP_PKEY *key = key_make(kind, bench->seed, name);
    out_key_der(bench->dir, file, key);
    return key;
}

static X509 *make(const struct bench *bench, struct issue issue, X509_NAME *subject, const char *name) {
    issue.from = BENCH_FROM;
    issue.to = BENCH_TO;
    issue.scheme = bench->scheme;
    issue.subject = subject;
    rng_start(bench->seed, "certificate", name);
    X509 *cert = cert_make(&issue);
    X509_NAME_free(subject);
    return cert;
}

static void authorities_make(struct bench *bench) {
    bench->root_key = authority_key(bench, KEY_RSA4096, "bench-root", "root.p8");
    bench->ca_key = authority_key(bench, KEY_RSA2048, "bench-ca", "ca.p8");
    struct issue root = {.shape = shape_root(), .key = bench->root_key, .issuer_key = bench->root_key};
    root.issuer_name = "root";
    bench->root = make(bench, root, name_new("Mavi Kalem Test", NULL, "Ölçüm Kök Sertifikası"), "bench-root");
    struct issue ca = {.shape = shape_ca(), .key = bench->ca_key, .issuer_key = bench->root_key};
    ca.issuer_cert = bench->root;
    ca.issuer_name = "root";
    bench->ca = make(bench, ca, name_new("Mavi Kalem Test", NULL, "Ölçüm Alt Sertifikası"), "bench-ca");
    out_cert_der(bench->dir, "root.der", bench->root);
    out_cert_der(bench->dir, "ca.der", bench->ca);
    out_cert_pem(bench->dir, "trust/root.pem", &bench->root, 1);
    out_cert_pem(bench->dir, "chain.pem", &bench->ca, 1);
}

static void list_make(const struct bench *bench, const char *file, X509 *issuer, EVP_PKEY *key, int entries) {
    struct crl what = {"20250102000000Z", "20450101000000Z", issuer, key, bench->scheme, 1};
    rng_start(bench->seed, "crl", file);
    X509_CRL *crl = crl_new(&what);
    for (int i = 0; i < entries; i++) {
        ASN1_INTEGER *serial = serial_new();
        crl_revoke(crl, serial, BENCH_FROM, CRL_REASON_UNSPECIFIED);
        ASN1_INTEGER_free(serial);
    }
    crl_sign(crl, &what);
    out_crl(bench->dir, file, crl);
    X509_CRL_free(crl);
}

static void signer_make(const struct bench *bench, enum key_kind kind, const char *kind_name,
                        unsigned index) {
    char name[48];
    char key_file[64];
    char cert_file[64];
    char number[12];
    snprintf(name, sizeof name, "%s_%04u", kind_name, index);
    snprintf(key_file, sizeof key_file, "%s.p8", name);
    snprintf(cert_file, sizeof cert_file, "%s.der", name);
    /* The key is written first: a certificate that is there has its key beside it. */
    if (out_exists(bench->dir, cert_file))
        return;
    snprintf(number, sizeof number, "%011u", index);
    EVP_PKEY *key = key_make(kind, bench->seed, name);
    struct issue issue = {
        .shape = shape_bench(), .key = key, .issuer_cert = bench->ca, .issuer_key = bench->ca_key};
    issue.issuer_name = "ca";
    X509 *cert = make(bench, issue, name_new(NULL, number, name), name);
    out_key_der(bench->dir, key_file, key);
    out_cert_der(bench->dir, cert_file, cert);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void signers_make(const struct bench *bench, unsigned signers, unsigned worker) {
    for (unsigned i = worker; i < signers; i += BENCH_WORKERS) {
        signer_make(bench, KEY_RSA2048, "rsa2048", i);
        signer_make(bench, KEY_P256, "p256", i);
        signer_make(bench, KEY_P384, "p384", i);
    }
}

void bench_write(uint64_t seed, const char *dir, unsigned signers) {
    struct bench bench = {.seed = seed, .dir = dir, .scheme = {"SHA256", -1}};
    out_dir(dir, "");
    out_dir(dir, "trust");
    authorities_make(&bench);
    list_make(&bench, "root.crl", bench.root, bench.root_key, BENCH_ENTRIES);
    list_make(&bench, "ca.crl", bench.ca, bench.ca_key, BENCH_ENTRIES);
    list_make(&bench, "ca-long.crl", bench.ca, bench.ca_key, BENCH_LONG);
    pid_t child = fork();
    must(child >= 0, "cannot start", "a second process");
    signers_make(&bench, signers, child == 0 ? 1 : 0);
    if (child == 0)
        _exit(0);
    int status = 0;
    must(waitpid(child, &status, 0) == child && status == 0, "second process", "failed");
    X509_free(bench.root);
    X509_free(bench.ca);
    EVP_PKEY_free(bench.root_key);
    EVP_PKEY_free(bench.ca_key);
}
