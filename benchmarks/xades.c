/* XAdES-B, enveloped: libsign beside xmlsec1, which verifies the references, the value and the certificate
 * path, and digests the signed properties without reading them. */
#include "xades.h"

#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

/* One kind of key: the documents of its corpus, signed by libsign. */
struct xades {
    const struct library *lib;
    const struct corpus *corpus;
    sign_buf *signatures, *general; /* general: not for the scanner */
    sign_trust *trust;
    void *peer_trust;
};

static const sign_options *options(void) {
    static const sign_options opt = {.size = sizeof opt, .format = SIGN_XADES, .single = 1};
    return &opt;
}

static sign_bytes view(const sign_buf *b) {
    return (sign_bytes){b->data, b->len};
}

/* ---- the documents ---------------------------------------------------------------------------------- */

static sign_bytes der_of(X509 *cert) {
    unsigned char *der = NULL;
    int n = i2d_X509(cert, &der);
    must(n > 0, "i2d_X509");
    return (sign_bytes){der, (size_t)n};
}

static void value_make(EVP_PKEY *key, sign_bytes digest, unsigned char *value, size_t *len) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    must(ctx && EVP_PKEY_sign_init(ctx) == 1, "EVP_PKEY_sign_init");
    must(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1, "EVP_PKEY_CTX_set_signature_md");
    must(EVP_PKEY_sign(ctx, value, len, digest.data, digest.len) == 1, "EVP_PKEY_sign");
    EVP_PKEY_CTX_free(ctx);
}

/* What the i-th signer makes of a document. */
static void signature_make(const struct corpus *c, size_t i, sign_bytes document, sign_buf *out) {
    sign_bytes chain[2] = {der_of(c->certs[i]), der_of(c->authority->ca)};
    sign_input in = {.name = "olcum.xml", .data = document};
    sign_draft *draft = NULL;
    sign_error err = {0};
    unsigned char value[1024];
    size_t len = sizeof value;
    if (sign_draft_new(chain, 2, NULL, &in, options(), &draft, &err) != SIGN_OK)
        must(false, err.text);
    value_make(c->keys[i], sign_draft_get(draft).digest, value, &len);
    if (sign_draft_finish(draft, (sign_bytes){value, len}, SIGN_VALUE_DER, &(sign_output){.buf = out},
                          &err) != SIGN_OK)
        must(false, err.text);
    sign_draft_free(&draft);
    OPENSSL_free((void *)(uintptr_t)chain[0].data);
    OPENSSL_free((void *)(uintptr_t)chain[1].data);
}

/* More attributes than the scanner takes: the same document for the general parser. */
static void general_make(const struct corpus *c, size_t i, sign_buf *out) {
    enum { ATTRIBUTES = 65 };
    const sign_buf *d = &c->documents[i];
    char *text = malloc(d->len + 16U * ATTRIBUTES);
    must(text != NULL, "out of memory");
    size_t root = strcspn((const char *)d->data, ">"), len = root;
    memcpy(text, d->data, root);
    for (unsigned k = 0; k < ATTRIBUTES; k++)
        len += (size_t)snprintf(text + len, 16, " a%02u=\"%u\"", k, k);
    memcpy(text + len, d->data + root, d->len - root);
    signature_make(c, i, (sign_bytes){(const uint8_t *)text, len + d->len - root}, out);
    free(text);
}

static struct xades *xades_make(const struct corpus *c) {
    struct xades *x = calloc(1, sizeof *x);
    must(x != NULL, "out of memory");
    *x = (struct xades){.lib = library_linked(),
                        .corpus = c,
                        .signatures = calloc(c->n, sizeof *x->signatures),
                        .general = calloc(KNOWN_SIGNERS, sizeof *x->general),
                        .trust = trust_make(c->authority->dir, c->authority->list),
                        .peer_trust = xmlsec_trust(c->authority->dir)};
    must(x->signatures && x->general, "out of memory");
    for (size_t i = 0; i < c->n; i++)
        signature_make(c, i, view(&c->documents[i]), &x->signatures[i]);
    for (size_t i = 0; i < c->n && i < KNOWN_SIGNERS; i++)
        general_make(c, i, &x->general[i]);
    return x;
}

/* ---- verify ----------------------------------------------------------------------------------------- */

static void ours_verify(const struct xades *x, const sign_buf *signature) {
    sign_input what = {.name = "olcum.signed.xml", .data = view(signature)};
    library_verify(x->lib, &what, x->trust, NULL);
}

static size_t known(const struct xades *x, size_t i) {
    return i % (x->corpus->n < KNOWN_SIGNERS ? x->corpus->n : KNOWN_SIGNERS);
}

static void ours_known(void *state, size_t i) {
    const struct xades *x = state;
    ours_verify(x, &x->signatures[known(x, i)]);
}

static void ours_general(void *state, size_t i) {
    const struct xades *x = state;
    ours_verify(x, &x->general[known(x, i)]);
}

/* A trust that has seen the CA and the lists, through the first signer, and none of the others. */
static void ours_forget(void *shared) {
    struct xades *x = shared;
    x->lib->trust_free(&x->trust);
    x->trust = library_trust(x->lib, x->corpus->authority->dir, x->corpus->authority->list);
    ours_verify(x, &x->signatures[0]);
}

static void ours_new(void *state, size_t i) {
    const struct xades *x = state;
    ours_verify(x, &x->signatures[i + 1]);
}

static void peer_known(void *state, size_t i) {
    const struct xades *x = state;
    xmlsec_verify(x->peer_trust, view(&x->signatures[known(x, i)]));
}

static void peer_general(void *state, size_t i) {
    const struct xades *x = state;
    xmlsec_verify(x->peer_trust, view(&x->general[known(x, i)]));
}

static void peer_new(void *state, size_t i) {
    const struct xades *x = state;
    xmlsec_verify(x->peer_trust, view(&x->signatures[i + 1]));
}

static void pair_add(struct bench_list *list, const char *row, struct xades *x, void (*ours)(void *, size_t),
                     void (*peer)(void *, size_t)) {
    bench_add(list, (struct bench_op){.row = row, .who = "libsign", .shared = x, .run = ours});
    bench_add(list, (struct bench_op){.row = row, .who = "xmlsec", .shared = x, .run = peer});
}

/* ---- sign ------------------------------------------------------------------------------------------- */

struct signer {
    const struct corpus *corpus;
    sign_key *key;
    void *peer_key;
    sign_buf *drafts; /* what xmlsec fills in: signed documents without the value, by which it does not go */
};

static void ours_sign(void *state, size_t i) {
    const struct signer *s = state;
    sign_input in = {.name = "olcum.xml", .data = view(&s->corpus->documents[i % s->corpus->n])};
    sign_buf out = {0};
    sign_error err = {0};
    if (sign_create(s->key, &in, options(), &(sign_output){.buf = &out}, &err) != SIGN_OK)
        must(false, err.text);
    sign_buf_free(&out);
}

static void peer_sign(void *state, size_t i) {
    const struct signer *s = state;
    xmlsec_sign(s->peer_key, view(&s->drafts[i % KNOWN_SIGNERS]));
}

static struct signer *signer_make(const struct bench_settings *settings, const struct xades *x) {
    struct signer *s = calloc(1, sizeof *s);
    must(s != NULL, "out of memory");
    const char *path = text_of("%s/%s.pem", settings->work, x->corpus->kind);
    sign_error err = {0};
    sign_key_options opt = {.size = sizeof opt};
    s->corpus = x->corpus;
    if (sign_key_open(path, &opt, &s->key, &err) != SIGN_OK)
        must(false, err.text);
    s->peer_key = xmlsec_key(path);
    s->drafts = calloc(KNOWN_SIGNERS, sizeof *s->drafts);
    must(s->drafts != NULL, "out of memory");
    for (size_t i = 0; i < KNOWN_SIGNERS; i++)
        signature_make(x->corpus, 0, view(&x->corpus->documents[i % x->corpus->n]), &s->drafts[i]);
    return s;
}

/* ---- a large document ------------------------------------------------------------------------------- */

struct large {
    const struct bench_settings *settings;
    const char *document, *signature;
};

static void large_ours_verify(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    sign_trust *trust = trust_make(l->settings->pki, SHORT_LIST);
    sign_report *report = NULL;
    sign_error err = {0};
    if (sign_verify(&(sign_input){.path = l->signature}, NULL, 0, trust, NULL, &report, &err) != SIGN_OK)
        must(false, report ? "libsign: the large XML signature did not pass" : err.text);
    sign_report_free(&report);
    sign_trust_free(&trust);
}

static void large_sign(const struct large *l, const char *to) {
    sign_key *key = NULL;
    sign_error err = {0};
    sign_key_options how = {.size = sizeof how};
    if (sign_key_open(text_of("%s/rsa2048.pem", l->settings->work), &how, &key, &err) != SIGN_OK ||
        sign_create(key, &(sign_input){.path = l->document}, options(),
                    &(sign_output){.path = to, .overwrite = 1}, &err) != SIGN_OK)
        must(false, err.text);
    sign_key_free(&key);
}

static void large_ours_sign(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    large_sign(l, text_of("%s.out", l->document));
}

static void large_peer_verify(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    xmlsec_verify_file(xmlsec_trust(l->settings->pki), l->signature);
}

static void large_peer_sign(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    xmlsec_sign_file(xmlsec_key(text_of("%s/rsa2048.pem", l->settings->work)), l->signature,
                     text_of("%s.peer", l->document));
}

/* Rows like those of the small documents, until it has its size. */
static void document_make(const char *path, size_t bytes) {
    FILE *f = fopen(path, "w");
    must(f != NULL, path);
    size_t len = (size_t)fprintf(f, "<olcum no=\"0\">\n");
    for (unsigned k = 0; len < bytes; k++) {
        int n = fprintf(f,
                        "  <alan no=\"%06u\">\xc3\x96l\xc3\xa7\xc3\xbcm de\xc4\x9f"
                        "eri %08x</alan>\n",
                        k, k * 40503U);
        must(n > 0, path);
        len += (size_t)n;
    }
    must(fprintf(f, "</olcum>\n") > 0 && fclose(f) == 0, path);
}

void xades_large_ops(struct bench_list *list, const struct bench_settings *settings) {
    /* A tenth of what CAdES is measured with: xmlsec needs ten times the document in memory. */
    size_t mib = settings->large / 10 > 0 ? settings->large / 10 : 1;
    struct large *l = calloc(1, sizeof *l);
    must(l != NULL, "out of memory");
    const char *document = text_of("%s/large-%zu.xml", settings->work, mib);
    *l = (struct large){settings, document, text_of("%s.signed", document)};
    if (!settings->child) {
        document_make(l->document, mib << 20);
        large_sign(l, l->signature);
    }
    const struct {
        const char *what, *who;
        void (*run)(void *state, size_t i);
    } rows[] = {{"sign XAdES, enveloped", "libsign", large_ours_sign},
                {"sign XAdES, enveloped", "xmlsec", large_peer_sign},
                {"verify XAdES, enveloped", "libsign", large_ours_verify},
                {"verify XAdES, enveloped", "xmlsec", large_peer_verify}};
    const char *row = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (i % 2 == 0)
            row = text_of("%zu MiB: %s", mib, rows[i].what);
        bench_add(list, (struct bench_op){.row = row,
                                          .who = rows[i].who,
                                          .shared = l,
                                          .run = rows[i].run,
                                          .bytes = (double)(mib << 20)});
    }
}

/* ---- rows ------------------------------------------------------------------------------------------- */

void xades_ops(struct bench_list *list, const struct bench_settings *settings, const struct corpus *c) {
    struct xades *x = xades_make(c), *again = malloc(sizeof *again);
    must(again != NULL, "out of memory");
    *again = *x;
    again->trust = NULL;
    pair_add(list, text_of("verify XAdES, known signer, %s", c->kind), x, ours_known, peer_known);
    pair_add(list, text_of("verify XAdES, general XML, %s", c->kind), x, ours_general, peer_general);
    const char *row = text_of("verify XAdES, new signer, %s", c->kind);
    bench_add(list, (struct bench_op){.row = row,
                                      .who = "libsign",
                                      .shared = again,
                                      .renew = ours_forget,
                                      .run = ours_new,
                                      .pass = c->n - 1});
    bench_add(list, (struct bench_op){
                        .row = row, .who = "xmlsec", .shared = again, .run = peer_new, .pass = c->n - 1});
    struct signer *s = signer_make(settings, x);
    row = text_of("sign XAdES, key in a file, %s", c->kind);
    bench_add(list, (struct bench_op){.row = row, .who = "libsign", .shared = s, .run = ours_sign});
    bench_add(list, (struct bench_op){.row = row, .who = "xmlsec", .shared = s, .run = peer_sign});
}

/* The same documents by another library, with a trust of its own that knows the signers, or forgets them. */
static struct xades *again_by(const struct xades *x, const struct library *lib, bool with_trust) {
    const char *dir = x->corpus->authority->dir, *crl = x->corpus->authority->list;
    struct xades *again = malloc(sizeof *again);
    must(again != NULL, "out of memory");
    *again = *x;
    again->lib = lib;
    again->trust = with_trust ? library_trust(lib, dir, crl) : NULL;
    return again;
}

void xades_before_ops(struct bench_list *list, const struct corpus *c, const struct library *before) {
    const struct bench_op ops[] = {{.row = "known signer", .run = ours_known},
                                   {.row = "general XML", .run = ours_general},
                                   {.row = "new signer", .run = ours_new, .renew = ours_forget}};
    const struct library *libs[] = {library_linked(), before};
    const struct xades *x = xades_make(c);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        const char *row = text_of("verify XAdES, %s, %s", ops[i].row, c->kind);
        for (size_t k = 0; k < 2; k++) {
            struct bench_op op = ops[i];
            op.row = row;
            op.who = libs[k]->who;
            op.pass = op.renew ? c->n - 1 : 0;
            op.shared = again_by(x, libs[k], op.renew == NULL);
            bench_add(list, op);
        }
    }
}
