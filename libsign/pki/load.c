/* pki/load.c - certificates and lists out of files, folders and bytes, PEM or DER. */
#include "base/text.h"
#include "pki/parts.h"
#include <dirent.h>

static const char *const cert_labels[] = {"CERTIFICATE", "X509 CERTIFICATE", NULL};
static const char *const crl_labels[] = {"X509 CRL", NULL};
/* No label is registered for responses (RFC 7468): this is what some tools write. */
static const char *const ocsp_labels[] = {"OCSP RESPONSE", NULL};

static bool is_label(const char *label, const char *const *labels) {
    for (; *labels != NULL; labels++)
        if (strcmp(label, *labels) == 0)
            return true;
    return false;
}

static sign_rc pem_objects(sign_bytes in, const char *const *labels, pki_object_fn each, void *self,
                           const char *name, size_t *count, sign_error *err) {
    size_t at = 0;
    int found = 1;
    while (found == 1) {
        AUTO(grow) der = {0};
        char label[64];
        found = text_pem_next(in, &at, label, &der);
        if (der.failed)
            return fail_memory(err);
        if (found < 0)
            return fail(err, SIGN_E_FORMAT, MSG_DER, "%s: malformed PEM", name);
        /* A file may hold a key or other things too: they are not ours to judge. */
        if (found == 0 || !is_label(label, labels))
            continue;
        sign_rc rc = each(self, BYTES(der.data, der.len), name, err);
        if (rc != SIGN_OK)
            return rc;
        ++*count;
    }
    return SIGN_OK;
}

sign_rc pki_objects(sign_bytes in, const char *name, const char *const *labels, pki_object_fn each,
                    void *self, size_t *count, sign_error *err) {
    *count = 0;
    if (in.len > 0 && in.data[0] == DER_SEQUENCE) {
        *count = 1;
        return each(self, in, name, err);
    }
    sign_rc rc = pem_objects(in, labels, each, self, name, count, err);
    if (rc == SIGN_OK && *count == 0)
        return fail(err, SIGN_E_FORMAT, MSG_NOTHING_FOUND, "%s", name);
    return rc;
}

/* How the files of one kind are read. */
struct loader {
    size_t limit;
    const char *const *labels;
    pki_object_fn each;
    void *self;
    sign_buf *file; /* the bytes of the file that is read, which `each` may take; NULL: it takes none */
};

static sign_rc one_file(const sign_input *in, const struct loader *l, sign_error *err) {
    AUTO(source) src = {.fd = -1};
    AUTO(sign_buf) mine = {0};
    sign_buf *own = l->file != NULL ? l->file : &mine;
    sign_bytes all;
    size_t count;
    sign_rc rc = source_open(in, &src, err);
    if (rc == SIGN_OK)
        rc = source_all(&src, l->limit, &all, own, err);
    if (rc != SIGN_OK)
        return rc;
    const char *name = in->path != NULL ? in->path : in->name != NULL ? in->name : "(bytes)";
    rc = pki_objects(all, name, l->labels, l->each, l->self, &count, err);
    sign_buf_free(own);
    return rc;
}

static int by_name(const void *a, const void *b) {
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

struct names {
    char **list;
    size_t n, cap;
};
typedef struct names names;

static void names_free(names *n) {
    for (size_t i = 0; i < n->n; i++)
        free(n->list[i]);
    free(n->list);
}
CLEANUP(names, names_free);

static bool names_add(names *n, const char *folder, const char *name) {
    if (n->n == n->cap) {
        size_t cap = n->cap == 0 ? 16 : 2 * n->cap;
        char **more = realloc(n->list, cap * sizeof *more);
        if (more == NULL)
            return false;
        n->list = more;
        n->cap = cap;
    }
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path == NULL)
        return false;
    (void)snprintf(path, size, "%s/%s", folder, name);
    n->list[n->n++] = path;
    return true;
}

/* Every visible file, in the order of names, so that the same folder always makes the same trust. */
static sign_rc folder_names(DIR *dir, const char *folder, names *out, sign_error *err) {
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && !names_add(out, folder, entry->d_name))
            return fail_memory(err);
    if (out->n > 1)
        qsort(out->list, out->n, sizeof *out->list, by_name);
    return SIGN_OK;
}

static sign_rc folder(DIR *dir, const char *path, const struct loader *l, sign_error *err) {
    AUTO(names) list = {0};
    sign_rc rc = folder_names(dir, path, &list, err);
    for (size_t i = 0; i < list.n && rc == SIGN_OK; i++) {
        sign_input in = {.path = list.list[i]};
        DIR *below = opendir(in.path);
        if (below != NULL) {
            closedir(below); /* a folder in a folder is left alone */
            continue;
        }
        rc = one_file(&in, l, err);
    }
    return rc;
}

static sign_rc load(const sign_input *in, const struct loader *l, sign_error *err) {
    DIR *dir = in->data.data == NULL && in->path != NULL ? opendir(in->path) : NULL;
    if (dir == NULL)
        return one_file(in, l, err);
    sign_rc rc = folder(dir, in->path, l, err);
    closedir(dir);
    return rc;
}

struct cert_loader {
    sign_trust *trust;
    struct crypto *crypto;
    bool anchor;
    unsigned purposes; /* of the anchor */
    int64_t sunset;
};

/* "RSA MD5", or the identifier of one that has no name here. */
static void algorithm_name(const struct pki_cert *cert, char out[64]) {
    struct der_parse parse = {0};
    struct der_cursor whole = der_open(&parse, cert->der, false), outer, alg;
    sign_bytes oid;
    crypto_sigalg_name(&cert->sigalg, out);
    if (cert->sigalg.scheme != SCHEME_NONE || !der_enter(&whole, DER_SEQUENCE, &outer) ||
        !der_take(&outer, DER_SEQUENCE, NULL) || !der_enter(&outer, DER_SEQUENCE, &alg) ||
        !der_oid(&alg, &oid))
        return;
    if (!oid_to_text(oid, out, 64))
        out[0] = '\0';
}

/* That a signature cannot be checked says nothing against it. */
static sign_rc unsupported_anchor(const struct pki_cert *cert, const char *name, sign_error *err) {
    char algorithm[64];
    algorithm_name(cert, algorithm);
    return fail(err, SIGN_E_UNSUPPORTED, MSG_ANCHOR_ALGORITHM, "%s (%s)", name, algorithm);
}

sign_rc pki_anchor_check(struct crypto *crypto, struct pki_cert *cert, sign_error *err) {
    bool ok = false;
    if (!cert->self_issued)
        return SIGN_OK;
    sign_rc rc = pki_signed_by(crypto, cert, cert->tbs, &cert->sigalg, cert->signature, &ok, err);
    if (rc != SIGN_OK || ok)
        return rc;
    char name[200];
    const struct crypto_pubkey *key;
    if (!pki_name_short(cert->subject, name, sizeof name))
        return fail_memory(err);
    if (!pki_sigalg_usable(&cert->sigalg) || pki_cert_key(cert, &key, NULL) == SIGN_E_UNSUPPORTED)
        return unsupported_anchor(cert, name, err);
    return fail(err, SIGN_E_FORMAT, MSG_ANCHOR_SIGNATURE, "%s", name);
}

sign_rc pki_certificates_each(const sign_input *in, pki_object_fn each, void *self, sign_error *err) {
    return load(in, &(struct loader){LIMIT_PIECE, cert_labels, each, self, NULL}, err);
}

/*
 * The same anchor given twice is believed for what both say and as long as the longer of them; anchors are
 * loaded first, so that a certificate that is both stays an anchor.
 */
static void join(struct trust_cert *there, const struct cert_loader *l) {
    if (!l->anchor)
        return;
    there->purposes = there->purposes == 0 || l->purposes == 0 ? 0 : there->purposes | l->purposes;
    if (there->sunset != 0 && (l->sunset == 0 || l->sunset > there->sunset))
        there->sunset = l->sunset;
}

static sign_rc keep_cert(struct cert_loader *l, struct pki_cert *cert, const char *name, sign_error *err) {
    sign_trust *t = l->trust;
    uint64_t hash = cache_hash(t->seed, cert->der);
    for (size_t i = 0; i < t->n_certs; i++)
        if (t->certs[i].hash == hash && bytes_equal(t->certs[i].cert->der, cert->der)) {
            join(&t->certs[i], l);
            return SIGN_OK;
        }
    if (t->n_certs == t->cap_certs) {
        size_t cap = t->cap_certs == 0 ? 16 : 2 * t->cap_certs;
        struct trust_cert *more = realloc(t->certs, cap * sizeof *more);
        if (more == NULL)
            return fail_memory(err);
        t->certs = more;
        t->cap_certs = cap;
    }
    struct pki_source *from = pki_source_new(ORIGIN_GIVEN, path_base(name), 0, INT64_MAX);
    if (from == NULL)
        return fail_memory(err);
    t->certs[t->n_certs++] = (struct trust_cert){.cert = pki_cert_keep(cert),
                                                 .anchor = l->anchor,
                                                 .purposes = l->purposes,
                                                 .sunset = l->sunset,
                                                 .source = from,
                                                 .hash = hash};
    t->n_anchors += l->anchor;
    return SIGN_OK;
}

static sign_rc add_cert(void *self, sign_bytes der, const char *name, sign_error *err) {
    struct cert_loader *l = self;
    AUTO(pki_cert_ptr) cert = NULL;
    sign_rc rc = pki_cert_read(l->crypto, der, &cert, err);
    if (rc == SIGN_OK && l->anchor)
        rc = pki_anchor_check(l->crypto, cert, err);
    if (rc != SIGN_OK)
        return within_file(err, rc, name);
    return keep_cert(l, cert, name, err);
}

sign_rc pki_load_certs(sign_trust *t, struct crypto *crypto, const sign_input *in, bool anchor,
                       sign_error *err) {
    struct cert_loader l = {.trust = t, .crypto = crypto, .anchor = anchor};
    return load(in, &(struct loader){LIMIT_PIECE, cert_labels, add_cert, &l, NULL}, err);
}

sign_rc pki_load_anchor(sign_trust *t, struct crypto *crypto, const sign_anchor *anchor, sign_error *err) {
    struct cert_loader l = {.trust = t,
                            .crypto = crypto,
                            .anchor = true,
                            .purposes = anchor->purposes & SIGN_FOR_ALL,
                            .sunset = anchor->sunset};
    if (anchor->purposes != 0 && l.purposes == 0)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "anchor for no purpose that is known");
    /* A report names the file that the certificate once came in, and that it was in a store since. */
    char name[240];
    snprintf(name, sizeof name, "store: %.200s", anchor->source != NULL ? path_base(anchor->source) : "-");
    return add_cert(&l, anchor->der, name, err);
}

struct crl_loader {
    sign_trust *trust;
    sign_buf file;
};

/* A list that is the whole file keeps the bytes of the file: tens of megabytes are not copied. */
static sign_rc crl_bytes(struct crl_loader *l, sign_bytes der, sign_buf *out, sign_error *err) {
    if (l->file.data == NULL || der.data != l->file.data || der.len != l->file.len)
        return buf_copy(der, out, err);
    *out = l->file;
    l->file = (sign_buf){0};
    return SIGN_OK;
}

static sign_rc add_crl(void *self, sign_bytes der, const char *name, sign_error *err) {
    struct crl_loader *l = self;
    sign_trust *t = l->trust;
    AUTO(pki_crl_ptr) crl = NULL;
    AUTO(sign_buf) copy = {0};
    AUTO(pki_source_ptr) from = pki_source_new(ORIGIN_GIVEN, path_base(name), 0, INT64_MAX);
    if (from == NULL)
        return fail_memory(err);
    sign_rc rc = crl_bytes(l, der, &copy, err);
    if (rc == SIGN_OK)
        rc = pki_crl_read(BYTES(copy.data, copy.len), from, &crl, err);
    if (rc != SIGN_OK)
        return within_file(err, rc, name);
    crl->own = copy;
    copy = (sign_buf){0};
    if (t->n_crls == t->cap_crls) {
        size_t cap = t->cap_crls == 0 ? 16 : 2 * t->cap_crls;
        struct pki_crl **more = realloc(t->crls, cap * sizeof(struct pki_crl *));
        if (more == NULL)
            return fail_memory(err);
        t->crls = more;
        t->cap_crls = cap;
    }
    t->crls[t->n_crls++] = TAKE(crl);
    return SIGN_OK;
}

sign_rc pki_load_crls(sign_trust *t, const sign_input *in, sign_error *err) {
    struct crl_loader l = {.trust = t};
    return load(in, &(struct loader){LIMIT_CRL, crl_labels, add_crl, &l, &l.file}, err);
}

static sign_rc add_ocsp(void *self, sign_bytes der, const char *name, sign_error *err) {
    sign_trust *t = self;
    AUTO(pki_ocsp_ptr) ocsp = NULL;
    AUTO(sign_buf) copy = {0};
    AUTO(pki_source_ptr) from = pki_source_new(ORIGIN_GIVEN, path_base(name), 0, INT64_MAX);
    if (from == NULL)
        return fail_memory(err);
    sign_rc rc = buf_copy(der, &copy, err);
    if (rc == SIGN_OK)
        rc = pki_ocsp_read(BYTES(copy.data, copy.len), from, &ocsp, err);
    if (rc != SIGN_OK)
        return within_file(err, rc, name);
    ocsp->own = copy;
    copy = (sign_buf){0};
    if (t->n_ocsps == t->cap_ocsps) {
        size_t cap = t->cap_ocsps == 0 ? 16 : 2 * t->cap_ocsps;
        struct pki_ocsp **more = realloc(t->ocsps, cap * sizeof(struct pki_ocsp *));
        if (more == NULL)
            return fail_memory(err);
        t->ocsps = more;
        t->cap_ocsps = cap;
    }
    t->ocsps[t->n_ocsps++] = TAKE(ocsp);
    return SIGN_OK;
}

sign_rc pki_load_ocsps(sign_trust *t, const sign_input *in, sign_error *err) {
    return load(in, &(struct loader){LIMIT_OCSP, ocsp_labels, add_ocsp, t, NULL}, err);
}
