/*
 * run_cases CASES VECTORS PKI: one TAP line for each row of a cases.tsv, through the public interface.
 *
 * Columns, parted by tabs; "-" is none:
 *   id file content trust crl ocsp at policy indication sub note
 * trust and crl: files and folders of the PKI, comma separated; at: RFC 3339 or a date; crl "off": no
 * revocation check.
 */
#include <sign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 11, MOST_INPUTS = 4, PATH_BYTES = 512, LINE_BYTES = 4096 };
enum { ID, FILE_, CONTENT, TRUST, CRL, OCSP, AT, POLICY, INDICATION, SUB, NOTE };

struct run {
    const char *vectors, *pki;
    int number, failed;
};

/* Files named in one column. */
struct inputs {
    sign_input items[MOST_INPUTS];
    char paths[MOST_INPUTS][PATH_BYTES];
    size_t n;
};

static bool none(const char *column) {
    return strcmp(column, "-") == 0 || strcmp(column, "off") == 0;
}

static void inputs_of(const struct run *r, char *column, struct inputs *out) {
    out->n = 0;
    if (none(column)) {
        return;
    }
    for (char *name = strtok(column, ","); name && out->n < MOST_INPUTS; name = strtok(NULL, ",")) {
        snprintf(out->paths[out->n], PATH_BYTES, "%s/%s", r->pki, name);
        out->items[out->n] = (sign_input){.path = out->paths[out->n]};
        out->n++;
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

static void tell(struct run *r, char **col, const char *found, const char *sub, const char *more) {
    bool good = strcmp(found, col[INDICATION]) == 0 && strcmp(sub, col[SUB]) == 0 && !*more;
    printf("%s %d - %s: %s\n", good ? "ok" : "not ok", ++r->number, col[ID], col[NOTE]);
    if (!good) {
        printf("# %s: wanted %s / %s, found %s / %s%s%s\n", col[FILE_], col[INDICATION], col[SUB], found, sub,
               *more ? "; " : "", more);
        r->failed++;
    }
}

static void run_row(struct run *r, char **col) {
    char what_path[PATH_BYTES], content_path[PATH_BYTES];
    struct inputs anchors, crls;
    bool off = strcmp(col[CRL], "off") == 0;
    inputs_of(r, col[TRUST], &anchors);
    inputs_of(r, col[CRL], &crls);
    snprintf(what_path, sizeof what_path, "%s/%s", r->vectors, col[FILE_]);
    snprintf(content_path, sizeof content_path, "%s/%s", r->vectors, col[CONTENT]);
    sign_input what = {.path = what_path}, content = {.path = content_path};
    sign_trust_options to = {.size = sizeof to,
                             .anchors = anchors.items,
                             .n_anchors = anchors.n,
                             .crls = crls.items,
                             .n_crls = crls.n};
    sign_verify_options vo = {.size = sizeof vo,
                              .at = time_of(col[AT]),
                              .policy = none(col[POLICY]) ? NULL : col[POLICY],
                              .no_revocation = off};
    sign_trust *trust = NULL;
    sign_report *report = NULL;
    sign_error err = {0};
    sign_rc rc = sign_trust_new(&to, &trust, &err);
    if (rc == SIGN_OK) {
        bool given = !none(col[CONTENT]);
        rc = sign_verify(&what, given ? &content : NULL, given ? 1 : 0, trust, &vo, &report, &err);
    }
    if (rc < 0) {
        tell(r, col, sign_rc_name(rc), "-", err.text);
    } else if (rc != sign_report_verdict(report)) {
        tell(r, col, verdict_name(rc), sub_of(report, rc), "result and report differ");
    } else {
        tell(r, col, verdict_name(rc), sub_of(report, rc),
             !explains(report, rc)           ? "the report does not say why"
             : !nothing_broken_holds(report) ? "the facts of a refused signature are all true"
                                             : "");
    }
    sign_report_free(&report);
    sign_trust_free(&trust);
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

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: run_cases CASES VECTORS PKI\n");
        return 64;
    }
    FILE *f = fopen(argv[1], "r");
    if (!f) {
        perror(argv[1]);
        return 1;
    }
    struct run r = {.vectors = argv[2], .pki = argv[3]};
    static char line[LINE_BYTES];
    char *col[COLUMNS];
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        if (!split(line, col)) {
            printf("not ok %d - a row of %s has too few columns\n", ++r.number, argv[1]);
            r.failed++;
            continue;
        }
        run_row(&r, col);
    }
    fclose(f);
    printf("1..%d\n", r.number);
    return r.failed != 0 || r.number == 0;
}
