/*
 * corpus cms|xml: runs the rows of one family of formats of a corpus of foreign signatures: manifest.csv
 * (what each file must give) and mutations.csv (the same files with one octet changed: none may hold). One
 * TAP line a row. The folder is KALEM_CORPUS, else ../shared/corpus beside the source tree; without it the
 * test is skipped.
 *
 * "Holds": references and signature_value of every signature are true and signing_certificate is not false.
 */
#include "interop/corpus/table.h"

#include <stdlib.h>
#include <string.h>

/* hold: of the rows "yes" and "mixed" of a format so many must hold. */
static const struct family {
    const char *name;
    struct {
        const char *format;
        size_t hold;
    } formats[2];
} families[] = {
    {"cms", {{"cades", 41}, {"cms", 0}}},
    {"xml", {{"xades", 68}, {"xmldsig", 22}}},
};

/*
 * Files that do not hold although their owners accept them, by the end of their path, and why. None of them
 * may hold: an exception that is none any more must go.
 */
static const struct {
    const char *path, *rule;
} exceptions[] = {
    {"/dss-1188/Test.bin.sig", "15,859 octets follow the ContentInfo: what nobody signed is not accepted"},
    {"/cades-broken-sig-tst-and-ats-v3.cms",
     "DigestInfo without the NULL parameter of RFC 8017, A.2.4: refused by default"},
    {"/dss1788-noCertProvided.xml", "the signer's certificate is not in the file"},
    {"/xmldsig-xfilter2.xml", "XPath is recognised in its constant forms, never evaluated"},
    {"/xPathSignature.xml", "XPath is recognised in its constant forms, never evaluated"},
    {"/manifestSignature.xml", "a DOCTYPE is refused"},
    {"-relationship-ns-legacy.xml", "the RelationshipTransform of OOXML; its content is not in the corpus"},
    {"/base64DecodeSignature.xml", "the detached content is not in the corpus"},
    {"/enveloped-x509-subjectname.xml", "the signer's certificate is not in the corpus"},
    {"/valid_signature wsu.xml", "a relative namespace URI has no canonical form (Canonical XML 1.0, 1.3)"},
    {"/valid_signature.xml", "a relative namespace URI has no canonical form (Canonical XML 1.0, 1.3)"},
    {"/valid_signature_with_reference_keyInfo.xml",
     "a relative namespace URI has no canonical form (Canonical XML 1.0, 1.3)"},
    {"/valid_signature_with_root_level_sig_namespace.xml",
     "a relative namespace URI has no canonical form (Canonical XML 1.0, 1.3)"},
};

/*
 * Files without the certificate of their signer, which stands in another file of the corpus: they are
 * verified, not only inspected, with that certificate given by the caller. Without it none of them may hold.
 */
static const struct {
    const char *path, *certificate_in;
} elsewhere[] = {
    {"/valid_signature_without_transforms_element.xml",
     "PeculiarVentures+xmldsigjs/packages/xmldsig/test/static/valid_signature_utf8.xml"},
    {"/signature-rsa-detached-xslt-transform-retrieval-method.xml",
     "lsh123+xmlsec/tests/phaos-xmldsig-three/signature-rsa-enveloped-bad-sig.xml"},
};

struct run {
    const char *folder;
    const struct family *family;
    size_t number, failed, hold[2], holding[2]; /* by format of the family */
};

/* The place of the row's format in the family; -1: it is of another. */
static int format_of(const struct run *r, const struct table *t) {
    for (int i = 0; i < 2; i++)
        if (strcmp(table_field(t, "format"), r->family->formats[i].format) == 0)
            return i;
    return -1;
}

/* What the report says: how many signatures hold, and whether that is all of them. */
struct outcome {
    sign_rc rc;
    size_t count, hold;
    const char *sub;
    bool failure_inside; /* some entry of the report, counter-signatures included, is TOTAL-FAILED */
};

static struct outcome outcome_of(const sign_report *report, sign_rc rc) {
    struct outcome o = {.rc = rc, .sub = ""};
    o.count = report != NULL ? sign_report_count(report) : 0;
    for (size_t i = 0; i < o.count; i++) {
        const sign_signature *s = sign_report_signature(report, i);
        bool holds = s->references == 1 && s->signature_value == 1 && s->signing_certificate != 0 &&
                     s->verdict != SIGN_FAILED;
        o.hold += holds;
        if (!holds)
            o.sub = s->sub != NULL ? s->sub : "(null)";
    }
    return o;
}

static bool all_hold(const struct outcome *o) {
    return o->count > 0 && o->hold == o->count && o->rc != SIGN_FAILED;
}

static bool contains(sign_buf text, const char *what) {
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= text.len; i++)
        if (memcmp(text.data + i, what, n) == 0)
            return true;
    return false;
}

static sign_buf file_bytes(const char *path) {
    sign_buf b = {0};
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return b;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    b.data = size > 0 ? malloc((size_t)size) : NULL;
    if (b.data != NULL)
        b.len = fread(b.data, 1, (size_t)size, f);
    fclose(f);
    return b;
}

/* Where the signer's certificate stands; NULL: in the row's own file, or nowhere. */
static const char *certificate_in(const struct table *t) {
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (ends_with(table_field(t, "path"), elsewhere[i].path))
            return elsewhere[i].certificate_in;
    return NULL;
}

/* The first certificate of an XML signature as the one certificate at hand; NULL when there is none. */
static sign_trust *trust_of(const struct run *r, const char *file) {
    static const char tag[] = "X509Certificate>";
    char path[PATH_BYTES];
    static char pem[LINE_MAX_BYTES];
    snprintf(path, sizeof path, "%s/files/%s", r->folder, file);
    sign_buf b = file_bytes(path);
    sign_trust *trust = NULL;
    size_t at = 0, n = 0;
    while (at + sizeof tag < b.len && memcmp(b.data + at, tag, sizeof tag - 1) != 0)
        at++;
    at += sizeof tag - 1;
    while (at + n < b.len && b.data[at + n] != '<')
        n++;
    if (at + n < b.len && n < sizeof pem - 100) {
        snprintf(pem, sizeof pem, "-----BEGIN CERTIFICATE-----\n%.*s\n-----END CERTIFICATE-----\n", (int)n,
                 (const char *)b.data + at);
        sign_input cert = {.name = "certificate", .data = {(const uint8_t *)pem, strlen(pem)}};
        sign_trust_options opt = {.size = sizeof opt, .certs = &cert, .n_certs = 1};
        sign_error err = {0};
        if (sign_trust_new(&opt, &trust, &err) != SIGN_OK)
            printf("# %s: %s\n", file, err.text);
    }
    free(b.data);
    return trust;
}

/* With a certificate of the caller's the file is verified; nobody is trusted all the same. */
static struct outcome look(const struct run *r, const struct table *t, const sign_input *what,
                           const sign_trust *trust) {
    static char paths[CONTENTS_MAX][PATH_BYTES];
    sign_input contents[CONTENTS_MAX] = {0};
    size_t n = table_contents(t, r->folder, paths, contents);
    sign_report *report = NULL;
    sign_error err = {0};
    sign_verify_options opt = {.size = sizeof opt, .inspect = trust == NULL};
    sign_rc rc = sign_verify(what, n > 0 ? contents : NULL, n, trust, &opt, &report, &err);
    if (rc < 0)
        printf("# %s\n", err.text);
    struct outcome o = outcome_of(report, rc);
    sign_buf json = {0};
    if (report != NULL && sign_report_write(report, SIGN_JSON, SIGN_EN, &json, &err) == SIGN_OK)
        o.failure_inside = contains(json, "\"TOTAL-FAILED\"");
    sign_buf_free(&json);
    sign_report_free(&report);
    return o;
}

/* What the report says of a row's file, or of a mutation of it. */
static struct outcome inspect(const struct run *r, const struct table *t, const sign_input *what) {
    const char *file = certificate_in(t);
    struct outcome alone = look(r, t, what, NULL);
    if (file == NULL)
        return alone;
    sign_trust *trust = trust_of(r, file);
    struct outcome o = {.rc = SIGN_E_IO, .sub = "the certificate is not where it was"};
    if (trust != NULL)
        o = look(r, t, what, trust);
    if (all_hold(&alone))
        o = (struct outcome){.rc = SIGN_E_INTERNAL, .sub = "holds without the certificate"};
    sign_trust_free(&trust);
    return o;
}

static void tell(struct run *r, bool ok, const char *kind, const struct table *t, const struct outcome *o,
                 const char *note) {
    r->number++;
    r->failed += !ok;
    printf("%s %zu - %s %s %s: %zu of %zu hold %s%s%s\n", ok ? "ok" : "not ok", r->number, kind,
           table_field(t, "repo"), table_field(t, "path"), o->hold, o->count, o->sub != NULL ? o->sub : "",
           *note ? "; exception: " : "", note);
}

static const char *exception(const struct table *t) {
    const char *path = table_field(t, "path");
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (ends_with(path, exceptions[i].path))
            return exceptions[i].rule;
    return "";
}

static void manifest_row(void *run, const struct table *t) {
    struct run *r = run;
    char path[PATH_BYTES];
    int format = format_of(r, t);
    if (format < 0 || strcmp(table_field(t, "use"), "yes") != 0)
        return;
    table_path(t, r->folder, path);
    sign_input what = {.path = path};
    struct outcome o = inspect(r, t, &what);
    const char *verdict = table_field(t, "verdict"), *note = "";
    if (o.rc < 0) {
        tell(r, false, verdict, t, &o, "");
        return;
    }
    bool ok = !all_hold(&o);
    if (strncmp(verdict, "yes", 3) == 0) {
        note = exception(t);
        r->hold[format]++;
        r->holding[format] += all_hold(&o);
        ok = all_hold(&o) == (*note == 0);
    } else if (strcmp(verdict, "mixed") == 0) {
        r->hold[format]++;
        ok = o.hold > 0 && o.failure_inside && o.rc != SIGN_OK;
        r->holding[format] += ok;
    }
    tell(r, ok, verdict, t, &o, note);
}

static void mutation_row(void *run, const struct table *t) {
    struct run *r = run;
    char path[PATH_BYTES];
    if (format_of(r, t) < 0)
        return;
    table_path(t, r->folder, path);
    sign_buf b = file_bytes(path);
    size_t at = strtoul(table_field(t, "offset"), NULL, 10);
    struct outcome o = {.rc = SIGN_E_IO, .sub = "offset outside of the file"};
    bool ok = at < b.len;
    if (ok) {
        b.data[at] = (uint8_t)(b.data[at] ^ strtoul(table_field(t, "xor"), NULL, 10));
        sign_input what = {.name = "mutated", .data = {b.data, b.len}};
        o = inspect(r, t, &what);
        ok = o.rc >= 0 && !all_hold(&o);
    }
    char kind[200];
    snprintf(kind, sizeof kind, "mutated at %zu (%.120s)", at, table_field(t, "what"));
    tell(r, ok, kind, t, &o, "");
    free(b.data);
}

static void check_totals(struct run *r) {
    for (size_t i = 0; i < 2; i++) {
        bool enough = r->holding[i] >= r->family->formats[i].hold;
        r->number++;
        r->failed += !enough;
        printf("%s %zu - %zu of %zu foreign signatures of format %s hold\n", enough ? "ok" : "not ok",
               r->number, r->holding[i], r->hold[i], r->family->formats[i].format);
    }
}

int main(int argc, char **argv) {
    char beside[PATH_BYTES];
    struct run r = {.folder = corpus_folder(beside)};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (argc == 2 && strcmp(argv[1], families[i].name) == 0)
            r.family = &families[i];
    if (r.family == NULL) {
        fprintf(stderr, "usage: corpus cms|xml\n");
        return 64;
    }
    if (!table_run(r.folder, "manifest.csv", manifest_row, &r)) {
        printf("ok 1 - corpus of foreign signatures # SKIP no manifest.csv in %s\n1..1\n", r.folder);
        return 0;
    }
    check_totals(&r);
    if (!table_run(r.folder, "mutations.csv", mutation_row, &r)) {
        r.number++;
        r.failed++;
        printf("not ok %zu - mutations.csv can be read\n", r.number);
    }
    printf("1..%zu\n", r.number);
    return r.failed == 0 ? 0 : 1;
}
