/*
 * corpus_stamps cades|xades: of every signature of the corpus that a table of foreign signatures gives a
 * level of T or above: the structural level, and the imprint of each of its time-stamps. One TAP line a row,
 * and one for the share of right levels. The program stands in the place of the judgement: it sees what the
 * codec found, whatever becomes of it.
 */
#include "interop/corpus/table.h"

#include "cades/cades.h"
#include "xades/xades.h"
#include <stdlib.h>
#include <string.h>

/* What the corpus calls a level, and what it is called here. Its words come from a reader that does not tell
 * LT from X-L and LTA from A and for which evidence records make a level, or from the tests of the file's
 * owner. */
enum { LEVELS_OF_A_WORD = 3 };
static const struct {
    const char *word, *levels[LEVELS_OF_A_WORD];
} words[] = {
    {"BES", {"B", NULL}},
    {"EPES", {"B", NULL}},
    {"T", {"T", NULL}},
    {"T+ERS", {"T", "LT"}},
    {"T+crls", {"LT", NULL}},
    {"C", {"C", NULL}},
    {"X", {"X", NULL}},
    {"XL", {"XL", "LT"}},
    {"A", {"A", "LTA"}},
    {"A+ERS", {"XL", "LT", "B"}}, /* the records make it A: it says nothing of the rest */
    {"A+ERS+cs", {"XL", "LT", "B"}},
    {"CAdES_BASELINE_T", {"T", NULL}},
    {"CAdES_BASELINE_LT", {"LT", NULL}},
    {"CAdES_BASELINE_LTA", {"LTA", NULL}},
    {"XAdES_BASELINE_T", {"T", NULL}},
    {"XAdES_BASELINE_LT", {"LT", NULL}},
    {"XAdES_BASELINE_LTA", {"LTA", NULL}},
};

/*
 * Rows of which something is not as the rule has it, and why. An exception that is none any more must go.
 * level: what it is instead, NULL: it is right. imprints, indexes: so many are not true, so many hash indexes
 * do not fit.
 */
struct exception {
    const char *path, *level;
    size_t imprints, indexes;
    const char *why;
};

static const struct exception cades_exceptions[] = {
    {"/Signature-CBp-LT-2.p7m", "LT", 0, 0,
     "responses in SignedData.crls are revocation values; the table's reader counts lists alone"},
    {"/cades-ats-v3-wrong-crl.p7s", NULL, 0, 1, "made so: a list was exchanged after it was indexed"},
    {"/cades-broken-sig-tst-and-ats-v3.cms", NULL, 0, 1, "made so: what was indexed was changed"},
    {"/cades-dss1997.p7m", NULL, 0, 1, "unsigned attributes were changed after they were indexed"},
    {"/cades-lta-copied-atst.p7m", NULL, 1, 1,
     "made so: a signature-time-stamp in the place of the archive's"},
    {"/cades-t-copied-sigtst.p7m", NULL, 1, 0, "made so: the time-stamp of another signature"},
    {NULL, NULL, 0, 0, NULL},
};

static const struct exception xades_exceptions[] = {
    {"/valid-xades.xml", "T", 0, 0, "certificates alone make no X-L or LT: there are no RevocationValues"},
    {"/valid-xades-policyId-newlines.xml", "T", 0, 0,
     "certificates alone make no X-L or LT: there are no RevocationValues"},
    {"/signing-cert-multiple-refs-sig.xml", "X", 1, 0,
     "there are no RevocationValues; the references were edited after they were stamped"},
    {"/Signature-X-RO_TRA-4.xml", NULL, 1, 0, "what was archived was changed: its references fail as well"},
    {"/xades-enveloped-arcTst132-no-objects.xml", NULL, 1, 0, "made so: two Objects were taken out"},
    {"/xades-enveloping-arcTst132-add-object.xml", NULL, 1, 0, "made so: an Object was added"},
    {"/sig_bundle.signed_detached.xml", NULL, 1, 0, "the detached content is not in the corpus"},
    {"/xades-detached-with-object-type-ref.xml", NULL, 1, 0,
     "SignedInfo was changed after it was archived: its value fails as well"},
    {"/xades-two-sig-copied-tst.xml", NULL, 1, 0, "made so: the time-stamp of the other signature"},
    {NULL, NULL, 0, 0, NULL},
};

static const struct format {
    const char *name;
    const struct ades_format *codec;
    const struct exception *exceptions;
    size_t least; /* rows that there must be */
} formats[] = {
    {"cades", &cades_format, cades_exceptions, 20},
    {"xades", &xades_format, xades_exceptions, 20},
};

/* What was seen of one file. */
struct seen {
    size_t signatures, right, stamps, wrong, indexes;
    char levels[64], wrong_kinds[256];
};

struct run {
    const char *folder;
    const struct format *format;
    struct crypto *crypto;
    const char *word, *expected; /* of the row */
    struct seen seen;
    size_t number, failed, levels, levels_right, stamps, stamps_right;
};

/* Levels of several signatures are joined by "|", one for all or one for each. */
static bool is_level(const char *word, const char *level) {
    size_t n = strcspn(word, "|");
    if (word[n] == '|' && is_level(word + n + 1, level))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) != n || strncmp(words[i].word, word, n) != 0)
            continue;
        for (size_t j = 0; j < LEVELS_OF_A_WORD; j++)
            if (words[i].levels[j] != NULL && strcmp(words[i].levels[j], level) == 0)
                return true;
    }
    return false;
}

/* One of the words is of a level above B. */
static bool has_word(const char *word) {
    size_t n = strcspn(word, "|");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == n && strncmp(words[i].word, word, n) == 0 &&
            strcmp(words[i].levels[0], "B") != 0)
            return true;
    return word[n] == '|' && has_word(word + n + 1);
}

static void see_stamp(struct run *r, const struct ades_stamp *stamp) {
    struct ades_imprint found = {.same = TRI_NULL};
    struct seen *s = &r->seen;
    s->stamps++;
    s->indexes += stamp->broken != MSG_NONE;
    if (stamp->token->broken == MSG_NONE)
        (void)stamp->imprint(stamp, stamp->token->digest, stamp->token->imprint, &found, NULL);
    if (found.same == TRI_TRUE)
        return;
    s->wrong++;
    size_t at = strlen(s->wrong_kinds);
    enum message_id why = stamp->token->broken != MSG_NONE ? stamp->token->broken
                          : stamp->broken != MSG_NONE      ? stamp->broken
                                                           : found.why;
    snprintf(s->wrong_kinds + at, sizeof s->wrong_kinds - at, " %s (%s)", stamp->kind,
             why == MSG_NONE ? "imprint" : message_code(why));
}

static struct run *running(struct run *r) {
    static struct run *now;
    if (r != NULL)
        now = r;
    return now;
}

/* In place of ades_judge(): the linker brings every call here. */
sign_rc __wrap_ades_judge(const struct ades_context *ctx, const struct ades_facts *facts,
                          struct sign_report *report, struct report_signature *out, sign_error *err);
sign_rc __wrap_ades_judge(const struct ades_context *ctx, const struct ades_facts *facts,
                          struct sign_report *report, struct report_signature *out, sign_error *err) {
    struct run *r = running(NULL);
    struct seen *s = &r->seen;
    (void)ctx;
    (void)report;
    (void)err;
    out->indication = INDETERMINATE;
    for (size_t i = 0; i < facts->n_stamps; i++)
        see_stamp(r, &facts->stamps[i]);
    if (facts->role == ROLE_COUNTER_SIGNATURE)
        return SIGN_OK;
    size_t at = strlen(s->levels);
    const char *level = out->level != NULL ? out->level : "(none)";
    snprintf(s->levels + at, sizeof s->levels - at, "%s%s", at > 0 ? "|" : "", level);
    s->signatures++;
    s->right += is_level(r->word, level) || is_level(r->expected, level);
    return SIGN_OK;
}

static sign_rc look(struct run *r, const struct table *t, sign_error *err) {
    static char paths[CONTENTS_MAX][PATH_BYTES];
    char path[PATH_BYTES];
    sign_input inputs[CONTENTS_MAX] = {0}, what = {.path = path};
    source contents[CONTENTS_MAX] = {0};
    AUTO(source) file = {.fd = -1};
    AUTO(sign_report_ptr) report = NULL;
    table_path(t, r->folder, path);
    size_t n = table_contents(t, r->folder, paths, inputs), opened = 0;
    sign_rc rc = source_open(&what, &file, err);
    if (rc == SIGN_OK)
        rc = report_new(&report, err);
    for (; rc == SIGN_OK && opened < n; opened++)
        rc = source_open(&inputs[opened], &contents[opened], err);
    struct ades_context ctx = {.crypto = r->crypto, .policy = ades_policy_find("default"), .inspect = true};
    if (rc == SIGN_OK)
        rc = r->format->codec->verify(&ctx, &file, contents, n, report, err);
    for (size_t i = 0; i < opened; i++)
        source_close(&contents[i]);
    return rc;
}

static const struct exception *exception(const struct run *r, const struct table *t) {
    for (const struct exception *e = r->format->exceptions; e->path != NULL; e++)
        if (ends_with(table_field(t, "path"), e->path))
            return e;
    return NULL;
}

/* The same file may stand in the table twice, with its content and without: then there is no imprint. */
static bool without_content(const struct table *t) {
    return strcmp(table_field(t, "packaging"), "detached") == 0 && *table_field(t, "detached") == 0;
}

static void row(void *run, const struct table *t) {
    struct run *r = run;
    sign_error err = {0};
    const char *word = table_field(t, "structural_level");
    if (strcmp(table_field(t, "format"), r->format->name) != 0 || strcmp(table_field(t, "use"), "yes") != 0 ||
        !has_word(word) || without_content(t))
        return;
    r->word = word;
    r->expected = table_field(t, "expected_level");
    r->seen = (struct seen){0};
    sign_rc rc = look(r, t, &err);
    const struct seen *s = &r->seen;
    const struct exception *e = exception(r, t);
    static const struct exception none;
    const struct exception *rule = e != NULL ? e : &none;
    bool level = s->signatures > 0 && s->right == s->signatures;
    bool ok = rc == SIGN_OK && s->wrong == rule->imprints && s->indexes == rule->indexes &&
              (rule->level == NULL ? level : !level && strcmp(rule->level, s->levels) == 0);
    r->levels++;
    r->levels_right += level;
    r->stamps += s->stamps;
    r->stamps_right += s->stamps - s->wrong;
    r->number++;
    r->failed += !ok;
    printf("%s %zu - %s %s: level %s is %s; %zu of %zu imprints%s%s%s%s\n", ok ? "ok" : "not ok", r->number,
           table_field(t, "repo"), table_field(t, "path"), word, s->levels, s->stamps - s->wrong, s->stamps,
           s->wrong_kinds, e != NULL ? "; exception: " : "", e != NULL ? e->why : "", err.text);
}

static void check_totals(struct run *r) {
    bool ok = r->levels >= r->format->least && 100 * r->levels_right >= 95 * r->levels;
    r->number++;
    r->failed += !ok;
    printf("%s %zu - %zu of %zu %s files have the level of the table; %zu of %zu imprints are true\n",
           ok ? "ok" : "not ok", r->number, r->levels_right, r->levels, r->format->name, r->stamps_right,
           r->stamps);
}

int main(int argc, char **argv) {
    char beside[PATH_BYTES];
    AUTO(crypto_ptr) crypto = NULL;
    struct run r = {.folder = corpus_folder(beside)};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (argc == 2 && strcmp(argv[1], formats[i].name) == 0)
            r.format = &formats[i];
    if (r.format == NULL || crypto_new(&crypto, NULL) != SIGN_OK) {
        fprintf(stderr, "usage: corpus_stamps cades|xades\n");
        return 64;
    }
    r.crypto = crypto;
    (void)running(&r);
    if (!table_run(r.folder, "manifest.csv", row, &r)) {
        printf("ok 1 - time-stamps of foreign signatures # SKIP no manifest.csv in %s\n1..1\n", r.folder);
        return 0;
    }
    check_totals(&r);
    printf("1..%zu\n", r.number);
    return r.failed == 0 ? 0 : 1;
}
