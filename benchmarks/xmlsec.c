/* The other library that signs XML: xmlsec1 with its OpenSSL back end, beside libsign on the same documents.
 */
#include "xades.h"

#include <libxml/parser.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <xmlsec/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/openssl/x509.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

static void start(void) {
    static bool started;
    if (started)
        return;
    xmlInitParser();
    must(xmlSecInit() >= 0 && xmlSecCryptoAppInit(NULL) >= 0 && xmlSecCryptoInit() >= 0, "xmlsec");
    started = true;
}

static void crl_adopt(xmlSecKeyDataStorePtr store, const char *dir, const char *name) {
    BIO *bio = BIO_new_file(text_of("%s/%s", dir, name), "rb");
    X509_CRL *crl = bio ? d2i_X509_CRL_bio(bio, NULL) : NULL;
    must(crl && xmlSecOpenSSLX509StoreAdoptCrl(store, crl) >= 0, name);
    BIO_free(bio);
}

/* Root as the anchor, both revocation lists. The certificate of the CA stands in each document. */
void *xmlsec_trust(const char *dir) {
    start();
    xmlSecKeysMngrPtr m = xmlSecKeysMngrCreate();
    must(m && xmlSecCryptoAppDefaultKeysMngrInit(m) >= 0, "xmlsec: manager");
    must(xmlSecCryptoAppKeysMngrCertLoad(m, text_of("%s/root.der", dir), xmlSecKeyDataFormatDer,
                                         xmlSecKeyDataTypeTrusted) >= 0,
         "xmlsec: root");
    xmlSecKeyDataStorePtr store = xmlSecKeysMngrGetDataStore(m, xmlSecOpenSSLX509StoreId);
    must(store != NULL, "xmlsec: store");
    crl_adopt(store, dir, "ca.crl");
    crl_adopt(store, dir, "root.crl");
    return m;
}

void *xmlsec_key(const char *path) {
    start();
    xmlSecKeyPtr key = xmlSecCryptoAppKeyLoad(path, xmlSecKeyDataFormatPem, NULL, NULL, NULL);
    must(key != NULL, path);
    return key;
}

static xmlNodePtr signature_of(xmlDocPtr doc) {
    static const xmlChar *id[] = {(const xmlChar *)"Id", NULL};
    must(doc != NULL, "xmlsec: the document cannot be read");
    xmlSecAddIDs(doc, xmlDocGetRootElement(doc), id);
    xmlNodePtr node = xmlSecFindNode(xmlDocGetRootElement(doc), xmlSecNodeSignature, xmlSecDSigNs);
    must(node != NULL, "xmlsec: no signature");
    return node;
}

static void verify(xmlDocPtr doc, void *trust) {
    xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(trust);
    must(ctx != NULL, "xmlsec: context");
    must(xmlSecDSigCtxVerify(ctx, signature_of(doc)) >= 0 && ctx->status == xmlSecDSigStatusSucceeded,
         "xmlsec: a signature did not pass");
    xmlSecDSigCtxDestroy(ctx);
    xmlFreeDoc(doc);
}

void xmlsec_verify(void *trust, sign_bytes text) {
    verify(xmlReadMemory((const char *)text.data, (int)text.len, NULL, NULL, XML_PARSE_NONET), trust);
}

void xmlsec_verify_file(void *trust, const char *path) {
    verify(xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_HUGE), trust);
}

static xmlDocPtr sign(xmlDocPtr doc, void *key) {
    xmlNodePtr node = signature_of(doc);
    xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
    must(ctx && (ctx->signKey = xmlSecKeyDuplicate(key)) != NULL, "xmlsec: context");
    must(xmlSecDSigCtxSign(ctx, node) >= 0, "xmlsec: not signed");
    xmlSecDSigCtxDestroy(ctx);
    return doc;
}

void xmlsec_sign(void *key, sign_bytes draft) {
    xmlDocPtr doc =
        sign(xmlReadMemory((const char *)draft.data, (int)draft.len, NULL, NULL, XML_PARSE_NONET), key);
    xmlChar *out = NULL;
    int n = 0;
    xmlDocDumpMemory(doc, &out, &n);
    must(out && n > 0, "xmlsec: nothing written");
    xmlFree(out);
    xmlFreeDoc(doc);
}

void xmlsec_sign_file(void *key, const char *draft, const char *to) {
    xmlDocPtr doc = sign(xmlReadFile(draft, NULL, XML_PARSE_NONET | XML_PARSE_HUGE), key);
    must(xmlSaveFile(to, doc) > 0, to);
    xmlFreeDoc(doc);
}
