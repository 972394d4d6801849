/*
 * pkits: runs every row of pkits.csv, certificate paths of NIST's Public Key Interoperability Test Suite
 * (PKITS 1.0.1, sections 4.1 to 4.4 and 4.6), through the library. One TAP line a row. The folder is
 * KALEM_CORPUS, else ../shared/corpus beside the source tree; without it the test is skipped.
 *
 * A row is run three times over: twice with one trust, so that the second answer comes from what it
 * remembers, and once with all certificates but the anchor brought by the signature instead.
 */
#include "pki/parts.h"
#include <stdlib.h>

enum { COLUMNS = 10, FILES_MAX = 8, PATH_BYTES = 1024, LINE_BYTES = 8192 };

/* Inside of the validity of all certificates and lists that are not meant to have ended. */
#define AT INT64_C(1420070400) /* 2015-01-01 */

struct row {
    char line[LINE_BYTES];
    char *repo, *id, *name, *cert, *others, *crls, *expected;
};

/* repo,commit,id,name,cert,other_certs,crls,params,expected,error: no field before the last is quoted. */
static bool read_row(char *line, struct row *r) {
    char *fields[COLUMNS] = {NULL};
    size_t n = 0;
    (void)snprintf(r->line, sizeof r->line, "%s", line);
    for (char *at = r->line; at != NULL && n < COLUMNS; n++) {
        char *comma = n + 1 < COLUMNS ? strchr(at, ',') : NULL;
        fields[n] = at;
        if (comma != NULL)
            *comma = 0;
        at = comma != NULL ? comma + 1 : NULL;
    }
    r->repo = fields[0];
    r->id = fields[2];
    r->name = fields[3];
    r->cert = fields[4];
    r->others = fields[5];
    r->crls = fields[6];
    r->expected = fields[8];
    /* The rows of 4.1 to 4.6 have no parameters: any policy will do. */
    return n == COLUMNS && fields[7][0] == 0;
}

struct files {
    sign_buf bytes[FILES_MAX];
    sign_input inputs[FILES_MAX];
    sign_bytes views[FILES_MAX];
    size_t n;
};

static void files_free(struct files *f) {
    for (size_t i = 0; i < f->n; i++)
        sign_buf_free(&f->bytes[i]);
}

static bool add_file(struct files *f, const char *folder, const char *repo, const char *path, size_t len) {
    char name[PATH_BYTES];
    sign_error err = {0};
    if (f->n == FILES_MAX)
        return false;
    int n = snprintf(name, sizeof name, "%s/files/%s/%.*s", folder, repo, (int)len, path);
    if (n < 0 || (size_t)n >= sizeof name)
        return false;
    if (file_read(name, LIMIT_PIECE, &f->bytes[f->n], &err) != SIGN_OK) {
        printf("# %s\n", err.text);
        return false;
    }
    f->views[f->n] = BYTES(f->bytes[f->n].data, f->bytes[f->n].len);
    f->inputs[f->n] = (sign_input){.name = "corpus", .data = f->views[f->n]};
    f->n++;
    return true;
}

/* Names separated by blanks. */
static bool add_files(struct files *f, const char *folder, const char *repo, const char *list) {
    bool good = true;
    while (*list != 0 && good) {
        size_t len = strcspn(list, " ");
        good = add_file(f, folder, repo, list, len);
        list += len + (list[len] == ' ');
    }
    return good;
}

/* The folder of the row's files, with another name in it; the test suite has one for each kind. */
static void beside(const char *path, const char *kind, const char *name, char out[PATH_BYTES]) {
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;
    while (len > 0 && path[len - 1] != '/')
        len--;
    (void)snprintf(out, PATH_BYTES, "%.*s%s/%s", (int)len, path, kind, name);
}

struct world {
    struct files anchor, certs, crls, end;
};

static bool load(const struct row *r, const char *folder, struct world *w) {
    char anchor[PATH_BYTES], list[PATH_BYTES];
    beside(r->cert, "certs", "TrustAnchorRootCertificate.crt", anchor);
    beside(r->cert, "crls", "TrustAnchorRootCRL.crl", list);
    return add_file(&w->anchor, folder, r->repo, anchor, strlen(anchor)) &&
           add_file(&w->crls, folder, r->repo, list, strlen(list)) &&
           add_files(&w->certs, folder, r->repo, r->others) &&
           add_files(&w->crls, folder, r->repo, r->crls) && add_files(&w->end, folder, r->repo, r->cert);
}

struct verdict {
    bool passed;
    char text[600];
};

static sign_rc check(const sign_trust *trust, sign_bytes der, const struct pki_path_options *opt,
                     struct verdict *out, sign_error *err) {
    struct crypto *crypto = NULL;
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(pki_path_ptr) path = NULL;
    sign_rc rc = pki_lend(trust, &crypto, err);
    if (rc != SIGN_OK)
        return rc;
    rc = pki_certificate(trust, crypto, der, &cert, err);
    if (rc == SIGN_OK)
        rc = pki_path_check(trust, crypto, cert, opt, &path, err);
    pki_lend_back(trust, crypto);
    if (rc != SIGN_OK)
        return rc;
    const char *sub = sub_indication_text(path->sub);
    out->passed = path->indication == TOTAL_PASSED;
    (void)snprintf(out->text, sizeof out->text, "%s%s%s %s (%s)", indication_text(path->indication),
                   sub != NULL ? " " : "", sub != NULL ? sub : "", message_code(path->message),
                   path->args[0]);
    return SIGN_OK;
}

/* What cannot even be read holds as little as what does not verify. */
static void judge(const struct world *w, bool in_trust, const sign_trust *trust, struct verdict *out) {
    sign_error err = {0};
    const struct pki_path_options opt = {.at = AT,
                                         .revocation = true,
                                         .bag = w->certs.views,
                                         .n_bag = in_trust ? 0 : w->certs.n,
                                         .crls = w->crls.views,
                                         .n_crls = in_trust ? 0 : w->crls.n};
    *out = (struct verdict){0};
    if (check(trust, w->end.views[0], &opt, out, &err) != SIGN_OK)
        (void)snprintf(out->text, sizeof out->text, "%s", err.text);
}

/* The verdict, and whether it is the same however it is asked for. */
static bool run(const struct world *w, struct verdict *out) {
    bool same = true;
    for (int in_trust = 1; in_trust >= 0; in_trust--) {
        const sign_trust_options opt = {.size = sizeof opt,
                                        .anchors = w->anchor.inputs,
                                        .n_anchors = w->anchor.n,
                                        .certs = w->certs.inputs,
                                        .n_certs = in_trust ? w->certs.n : 0,
                                        .crls = w->crls.inputs,
                                        .n_crls = in_trust ? w->crls.n : 0};
        sign_trust *trust = NULL;
        sign_error err = {0};
        struct verdict again = {0};
        /* A certificate that cannot be read is refused before any path is looked for. */
        if (sign_trust_new(&opt, &trust, &err) == SIGN_E_FORMAT && in_trust) {
            (void)snprintf(out->text, sizeof out->text, "%s", err.text);
            continue;
        }
        if (trust == NULL)
            return false;
        for (int i = 0; i < 2; i++) {
            judge(w, in_trust, trust, &again);
            if (in_trust && i == 0)
                *out = again;
            same = same && again.passed == out->passed;
        }
        if (!same)
            printf("# %s: %s\n", in_trust ? "remembered" : "brought by the signature", again.text);
        sign_trust_free(&trust);
        if (!same)
            return false;
    }
    return true;
}

static FILE *corpus_open(char folder[PATH_BYTES]) {
    char path[PATH_BYTES + 20];
    const char *named = getenv("KALEM_CORPUS");
    if (named != NULL)
        (void)snprintf(folder, PATH_BYTES, "%s", named);
    else
        (void)snprintf(folder, PATH_BYTES, "%s/../shared/corpus", SIGN_TEST_SOURCE);
    (void)snprintf(path, sizeof path, "%s/pkits.csv", folder);
    return fopen(path, "r");
}

int main(void) {
    static char folder[PATH_BYTES], line[LINE_BYTES];
    static struct row row;
    size_t n = 0, failed = 0;
    FILE *table = corpus_open(folder);
    if (table == NULL) {
        printf("ok 1 # SKIP no corpus in %s: set KALEM_CORPUS\n1..1\n", folder);
        return 77;
    }
    bool good = fgets(line, sizeof line, table) != NULL; /* the names of the columns */
    while (good && fgets(line, sizeof line, table) != NULL) {
        struct world w = {.anchor.n = 0};
        struct verdict v = {0};
        bool ok = read_row(line, &row) && load(&row, folder, &w) && run(&w, &v) &&
                  v.passed == (strcmp(row.expected, "valid") == 0);
        printf("%s %zu - %s %s is %s: %s\n", ok ? "ok" : "not ok", ++n, row.id, row.name, row.expected,
               v.text);
        failed += !ok;
        files_free(&w.anchor);
        files_free(&w.certs);
        files_free(&w.crls);
        files_free(&w.end);
    }
    fclose(table);
    if (n == 0) {
        failed++;
        printf("not ok %zu - pkits.csv has rows\n", ++n);
    }
    printf("1..%zu\n", n);
    return failed == 0 ? 0 : 1;
}
