/*
 * CAdES-T by OpenSSL: CMS_verify of the signature (RFC 5652, ESS of CAdES), then TS_RESP_verify_token of the
 * token over its value (RFC 3161), each with chain and revocation at the time of the verification. It does
 * not put the two together to a verdict; revocation is known to be no matter in these documents.
 */
#include "timed.h"

#include <openssl/pem.h>
#include <openssl/ts.h>
#include <stdlib.h>

struct peer {
    const struct timed *t;
    X509_STORE *store;
    X509 *ca; /* of the time-stamp authority: the token carries the authority's certificate alone */
};

static X509 *cert_of(const struct timed *t, const char *name) {
    BIO *in = BIO_new_file(text_of("%s/%s", t->folder, name), "rb");
    X509 *cert = in ? d2i_X509_bio(in, NULL) : NULL;
    must(cert != NULL, name);
    BIO_free(in);
    return cert;
}

void *peer_open(const struct timed *t) {
    static const char *const issuers[] = {"root", "ca", "tsaca"};
    struct peer *p = calloc(1, sizeof *p);
    must(p != NULL, "out of memory");
    *p = (struct peer){t, X509_STORE_new(), cert_of(t, "tsaca.der")};
    X509 *root = cert_of(t, "root.der");
    must(p->store && X509_STORE_add_cert(p->store, root) == 1, "trust");
    X509_free(root);
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        BIO *in = BIO_new_file(text_of("%s/%s/%s.crl", t->folder, t->lists[0], issuers[i]), "rb");
        X509_CRL *crl = in ? d2i_X509_CRL_bio(in, NULL) : NULL;
        must(crl != NULL && X509_STORE_add_crl(p->store, crl) == 1, issuers[i]);
        X509_CRL_free(crl);
        BIO_free(in);
    }
    X509_STORE_set_flags(p->store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(p->store), (time_t)t->at);
    return p;
}

static STACK_OF(X509) * only(X509 *cert) {
    STACK_OF(X509) *list = sk_X509_new_null();
    must(list && X509_up_ref(cert) == 1 && sk_X509_push(list, cert) == 1, "out of memory");
    return list;
}

static void token_verify(const struct peer *p, CMS_SignerInfo *si) {
    int at = CMS_unsigned_get_attr_by_NID(si, NID_id_smime_aa_timeStampToken, -1);
    must(at >= 0, "no time-stamp");
    ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(CMS_unsigned_get_attr(si, at), 0);
    PKCS7 *token = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PKCS7), value);
    const ASN1_OCTET_STRING *over = CMS_SignerInfo_get0_signature(si);
    BIO *data = BIO_new_mem_buf(ASN1_STRING_get0_data(over), ASN1_STRING_length(over));
    TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
    must(token && data && ctx, "out of memory");
    TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
    must(X509_STORE_up_ref(p->store) == 1, "store");
    TS_VERIFY_CTX_set_store(ctx, p->store);
    TS_VERIFY_CTX_set_certs(ctx, only(p->ca));
    TS_VERIFY_CTX_set_data(ctx, data);
    must(TS_RESP_verify_token(ctx, token) == 1, "TS_RESP_verify_token");
    TS_VERIFY_CTX_free(ctx);
    PKCS7_free(token);
}

void peer_run(void *state, size_t i) {
    const struct peer *p = state;
    const unsigned char *at = p->t->document.data;
    (void)i;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)p->t->document.len);
    BIO *out = BIO_new(BIO_s_null());
    must(cms && out, "d2i_CMS_ContentInfo");
    must(CMS_verify(cms, NULL, p->store, NULL, out, CMS_BINARY | CMS_CADES) == 1, "CMS_verify");
    token_verify(p, sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0));
    BIO_free(out);
    CMS_ContentInfo_free(cms);
}
