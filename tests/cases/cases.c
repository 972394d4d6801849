#include "cases.h"

#include "expect.h"

#include <sign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS = 11, MOST_INPUTS = 4, PATH_BYTES = 512, LINE_BYTES = 4096, WHY_BYTES = 512 };
enum { CERTIFICATE_BYTES = 4096 };

/* A row that takes longer, in time of the processor, searches without a bound; sanitizers are slow. */
enum { LONGEST_SECONDS = 30 };

static const char LIVE[] = "live/";
enum { ID, FILE_, CONTENT, TRUST, CRL, OCSP, AT, POLICY, INDICATION, SUB, NOTE };

/* Files named in one column. */
struct inputs {
    sign_input items[MOST_INPUTS];
    char paths[MOST_INPUTS][PATH_BYTES];
    size_t n;
};

/* What the trust column names. */
struct anchors {
    struct inputs plain, certs;
    sign_anchor limited[MOST_INPUTS]; /* with a sunset or a purpose */
    unsigned char der[MOST_INPUTS][CERTIFICATE_BYTES];
    size_t n_limited;
};

static bool none(const char *column) {
    return strcmp(column, "-") == 0 || strcmp(column, "off") == 0;
}

static void add_input(const struct cases *r, const char *name, struct inputs *out) {
    bool live = r->live != NULL && strncmp(name, LIVE, strlen(LIVE)) == 0;
    if (out->n < MOST_INPUTS) {
        snprintf(out->paths[out->n], PATH_BYTES, "%s/%s", live ? r->live : r->pki,
                 live ? name + strlen(LIVE) : name);
        out->items[out->n] = (sign_input){.path = out->paths[out->n]};
        out->n++;
    }
}

static void inputs_of(const struct cases *r, char *column, struct inputs *out) {
    out->n = 0;
    if (none(column)) {
        return;
    }
    for (char *name = strtok(column, ","); name; name = strtok(NULL, ",")) {
        add_input(r, name, out);
    }
}

/* "2026-01-05" or "2026-01-05T10:00:00Z" as seconds; days counted from the Gregorian rules. */
static int64_t time_of(const char *text) {
    int y = 1970, m = 1, d = 1, hour = 0, minute = 0, second = 0;
    if (none(text) || sscanf(text, "%d-%d-%dT%d:%d:%dZ", &y, &m, &d, &hour, &minute, &second) < 3) {
        return 0;
    }
    int64_t yy = m <= 2 ? y - 1 : y;
    int64_t days =
        365 * yy + yy / 4 - yy / 100 + yy / 400 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 - 719468;
    return days * 86400 + hour * 3600 + minute * 60 + second;
}

/* "NAME@2026-05-01": believed for times before it; "NAME:tsa": for time-stamping authorities alone. */
static void add_limited(const struct cases *r, char *name, struct anchors *out) {
    char path[PATH_BYTES];
    char *limit = name + strcspn(name, "@:");
    char what = *limit;
    *limit++ = 0;
    snprintf(path, sizeof path, "%s/%s", r->pki, name);
    FILE *f = fopen(path, "rb");
    size_t n = f != NULL && out->n_limited < MOST_INPUTS
                   ? fread(out->der[out->n_limited], 1, CERTIFICATE_BYTES, f)
                   : 0;
    if (n > 0) {
        out->limited[out->n_limited] =
            (sign_anchor){.der = {out->der[out->n_limited], n},
                          .purposes = what == ':' && strcmp(limit, "tsa") == 0 ? SIGN_FOR_TSA : SIGN_FOR_ALL,
                          .sunset = what == '@' ? time_of(limit) : 0};
        out->n_limited++;
    }
    if (f != NULL) {
        fclose(f);
    }
}

/* Anchors; what begins with '+' are certificates that may help to build a path. */
static void anchors_of(const struct cases *r, char *column, struct anchors *out) {
    out->plain.n = out->certs.n = out->n_limited = 0;
    if (none(column)) {
        return;
    }
    for (char *name = strtok(column, ","); name; name = strtok(NULL, ",")) {
        if (*name == '+') {
            add_input(r, name + 1, &out->certs);
        } else if (strpbrk(name, "@:") != NULL) {
            add_limited(r, name, out);
        } else {
            add_input(r, name, &out->plain);
        }
    }
}

static const char *verdict_name(sign_rc rc) {
    switch (rc) {
    case SIGN_OK:
        return "TOTAL-PASSED";
    case SIGN_FAILED:
        return "TOTAL-FAILED";
    case SIGN_INDETERMINATE:
        return "INDETERMINATE";
    case SIGN_NO_SIGNATURE:
        return "NO-SIGNATURE";
    default:
        return sign_rc_name(rc);
    }
}

/* The sub-indication of the first signature that has the worst verdict. */
static const char *sub_of(const sign_report *report, sign_rc verdict) {
    for (size_t i = 0; i < sign_report_count(report); i++) {
        const sign_signature *s = sign_report_signature(report, i);
        if (s->verdict == verdict) {
            return s->sub ? s->sub : "-";
        }
    }
    return "-";
}

/* What did not pass must say why in its report. */
static bool explains(const sign_report *report, sign_rc verdict) {
    sign_buf json = {0};
    bool good = sign_report_write(report, SIGN_JSON, SIGN_TR, &json, NULL) == SIGN_OK && json.len > 0;
    if (good && (verdict == SIGN_FAILED || verdict == SIGN_INDETERMINATE)) {
        good = false;
        for (size_t i = 0; i + 4 < json.len && !good; i++) {
            good = memcmp(json.data + i, "\"E", 2) == 0 && json.data[i + 2] >= '0' && json.data[i + 2] <= '9';
        }
    }
    sign_buf_free(&json);
    return good;
}

/*
 * What is refused for its structure has false where it fails, or null where nothing could be computed: a
 * reader of the three facts alone must not believe it.
 */
static bool nothing_broken_holds(const sign_report *report) {
    for (size_t i = 0; i < sign_report_count(report); i++) {
        const sign_signature *s = sign_report_signature(report, i);
        if (s->sub && strcmp(s->sub, "FORMAT_FAILURE") == 0 && s->references == 1 &&
            s->signature_value == 1 && s->signing_certificate != 0) {
            return false;
        }
    }
    return true;
}

static void tell(struct cases *r, char **col, const char *found, const char *sub, const char *more) {
    bool good = strcmp(found, col[INDICATION]) == 0 && strcmp(sub, col[SUB]) == 0 && !*more;
    printf("%s %d - %s: %s\n", good ? "ok" : "not ok", ++r->number, col[ID], col[NOTE]);
    if (!good) {
        printf("# %s: wanted %s / %s, found %s / %s%s%s\n", col[FILE_], col[INDICATION], col[SUB], found, sub,
               *more ? "; " : "", more);
        r->failed++;
    }
}

/* What a report shows that was made without an error of ours. */
static void judge(struct cases *r, char **col, const sign_input *what, sign_rc rc,
                  const sign_report *report) {
    char why[WHY_BYTES] = "";
    const char *more =
        rc != sign_report_verdict(report) ? "result and report differ"
        : !explains(report, rc)           ? "the report does not say why"
        : !nothing_broken_holds(report)   ? "the facts of a refused signature are all true"
        : !expect_more(r->vectors, col[NOTE], what, none(col[CONTENT]), report, why, sizeof why) ? why
        : r->quiet != NULL && !r->quiet(r->user) ? "it touched what it must not"
                                                 : "";
    tell(r, col, verdict_name(rc), sub_of(report, rc), more);
}

/* Where a vector is: among those of the build, or where run_live made it. */
static void path_of(const struct cases *r, const char *name, char path[PATH_BYTES]) {
    bool live = strncmp(name, LIVE, strlen(LIVE)) == 0 && r->live != NULL;
    snprintf(path, PATH_BYTES, "%s/%s", live ? r->live : r->vectors, live ? name + strlen(LIVE) : name);
}

/* A name, or a file among the vectors. */
static sign_rc policy_of(const struct cases *r, const char *name, sign_policy **policy, sign_error *err) {
    char path[PATH_BYTES];
    bool file = strstr(name, ".json") != NULL;
    path_of(r, name, path);
    const sign_input in = {.path = path};
    return sign_policy_open(file || none(name) ? NULL : name, file ? &in : NULL, policy, err);
}

static sign_rc trust_of(const struct cases *r, char **col, sign_trust **trust, sign_error *err) {
    static struct anchors anchors;
    struct inputs crls, ocsps;
    anchors_of(r, col[TRUST], &anchors);
    inputs_of(r, col[CRL], &crls);
    inputs_of(r, col[OCSP], &ocsps);
    const sign_trust_options to = {.size = sizeof to,
                                   .anchors = anchors.plain.items,
                                   .n_anchors = anchors.plain.n,
                                   .list = anchors.limited,
                                   .n_list = anchors.n_limited,
                                   .certs = anchors.certs.items,
                                   .n_certs = anchors.certs.n,
                                   .crls = crls.items,
                                   .n_crls = crls.n,
                                   .ocsps = ocsps.items,
                                   .n_ocsps = ocsps.n};
    return sign_trust_new(&to, trust, err);
}

static void run_row(struct cases *r, char **col) {
    char what_path[PATH_BYTES], content_path[PATH_BYTES];
    path_of(r, col[FILE_], what_path);
    path_of(r, col[CONTENT], content_path);
    sign_input what = {.path = what_path}, content = {.path = content_path};
    sign_verify_options vo = {
        .size = sizeof vo, .at = time_of(col[AT]), .no_revocation = strcmp(col[CRL], "off") == 0};
    sign_trust *trust = NULL;
    sign_policy *policy = NULL;
    sign_report *report = NULL;
    sign_error err = {0};
    clock_t begun = clock();
    sign_rc rc = trust_of(r, col, &trust, &err);
    if (rc == SIGN_OK) {
        rc = policy_of(r, col[POLICY], &policy, &err);
    }
    if (rc == SIGN_OK) {
        vo.policy_file = policy;
        bool given = !none(col[CONTENT]);
        rc = sign_verify(&what, given ? &content : NULL, given ? 1 : 0, trust, &vo, &report, &err);
    }
    bool slow = (clock() - begun) / CLOCKS_PER_SEC > LONGEST_SECONDS;
    if (rc < 0 || slow) {
        tell(r, col, slow ? "it took too long" : sign_rc_name(rc), "-", "");
    } else {
        judge(r, col, &what, rc, report);
    }
    sign_report_free(&report);
    sign_policy_free(&policy);
    sign_trust_free(&trust);
}

/* A row says what it expects: TRY_LATER, "-" for none, and no pattern such as "*" that several would meet. */
static bool is_definite(const char *sub) {
    return strcmp(sub, "-") == 0 || (*sub != '\0' && sub[strspn(sub, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0');
}

static bool split(char *line, char **col) {
    line[strcspn(line, "\n")] = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        col[i] = line;
        line = line ? strchr(line, '\t') : NULL;
        if (line) {
            *line++ = 0;
        } else if (i + 1 < COLUMNS) {
            return false;
        }
    }
    return true;
}

/* Needs something that is made when the test runs. */
static bool is_live(char **col) {
    return strncmp(col[FILE_], LIVE, strlen(LIVE)) == 0 || strstr(col[CRL], LIVE) != NULL;
}

int cases_run(struct cases *r) {
    static char line[LINE_BYTES];
    char *col[COLUMNS];
    FILE *f = fopen(r->table, "r");
    if (!f) {
        perror(r->table);
        return 1;
    }
    int before = r->number;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        if (!split(line, col)) {
            printf("not ok %d - a row of %s has too few columns\n", ++r->number, r->table);
            r->failed++;
        } else if (!is_definite(col[SUB])) {
            printf("not ok %d - %s: no sub-indication is called %s\n", ++r->number, col[ID], col[SUB]);
            r->failed++;
        } else if (is_live(col) == (r->live != NULL)) {
            run_row(r, col);
        }
    }
    fclose(f);
    printf("1..%d\n", r->number);
    return r->failed != 0 || r->number == before;
}
