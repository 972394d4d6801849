/* corpus.h - the benchmark set in memory: signers, 4 KB documents, and their signatures as OpenSSL makes
 * them. */
#ifndef BENCHMARKS_CORPUS_H
#define BENCHMARKS_CORPUS_H

#include "harness.h"
#include "library.h"
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define DOCUMENT_SIZE 3700U
#define KNOWN_SIGNERS 20U
#define SHORT_LIST    "ca.crl"      /* 1,000 entries */
#define LONG_LIST     "ca-long.crl" /* 50,000 */

/* A trust of OpenSSL's: root, CA as a further certificate, both revocation lists checked. */
struct authority {
    const char *dir;
    const char *list; /* file of the CA's revocation list */
    X509 *ca;
    STACK_OF(X509) * extra;
    X509_STORE *store;
};

/* One kind of key: all its signers, one document and one signature of each. */
struct corpus {
    const struct authority *authority;
    const char *kind; /* "rsa2048", "p256", "p384" */
    size_t n;
    EVP_PKEY **keys;
    X509 **certs;
    sign_buf *documents;
    sign_buf *signatures; /* CAdES-BES, attached, with the signer's and the CA's certificate */
};

/* `list`: the revocation list of the CA that both sides look into. */
struct authority *authority_load(const char *dir, const char *list);
/* All signers of `kind` that the folder has. */
struct corpus *corpus_load(const struct authority *a, const char *kind);
/* The same signatures, looked at with the lists of another authority. */
struct corpus *corpus_under(const struct corpus *c, const struct authority *a);
/* One signer. Nothing is signed. */
struct corpus *corpus_signer(const struct authority *a, const char *kind);
/* CAdES-BES of `in` by CMS_sign; the caller frees. */
CMS_ContentInfo *cms_sign(const struct corpus *c, size_t signer, BIO *in, unsigned flags);
/* fmt as a string that is never freed: names of rows. */
const char *text_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The contenders. */
void verify_ops(struct bench_list *list, const struct corpus *c);
void verify_long_list_ops(struct bench_list *list, const struct corpus *c);
/* The first two rows, libsign as it is beside another build of it. */
void verify_before_ops(struct bench_list *list, const struct corpus *c, const struct library *before);
void sign_ops(struct bench_list *list, const struct bench_settings *s, const struct corpus *c);
void token_ops(struct bench_list *list, const struct bench_settings *s, const char *kind);
void large_ops(struct bench_list *list, const struct bench_settings *s, const struct corpus *c);
void xades_ops(struct bench_list *list, const struct bench_settings *s, const struct corpus *c);
void xades_before_ops(struct bench_list *list, const struct corpus *c, const struct library *before);
/* Signatures with time, of the folder s->stamps. */
void time_ops(struct bench_list *list, const struct bench_settings *s);
void xades_large_ops(struct bench_list *list, const struct bench_settings *s);

/* libsign's trust in the same authority, with the same lists; ends the program when it cannot be made. */
sign_trust *trust_make(const char *dir, const char *list);

#endif
