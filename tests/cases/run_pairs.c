/*
 * run_pairs FOLDER: the rule of two faults (testdata/stamps/README.md). Whoever does not pass with a fault
 * that lasts does not pass when, besides, something is wrong that a proof of time repairs; nor does who does
 * not pass at a moment when, besides, something is wrong with the file: a finding of 5.2.6 that comes first
 * must not hide another one. One TAP line for each fault and moment; they are judged at all
 * levels, in both formats, under the policies that the fault matters to.
 */
#include "stamps/two.h"

#include <jansson.h>
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The row of two_faults with none. */
enum { TWO_GOOD = 0 };
enum { PATH_BYTES = 512, MOMENTS = 32, LISTS = 5, WORST = 200 };

struct pairs {
    const char *folder;
    sign_trust *trust[MOMENTS][2]; /* of a moment; [1]: with nothing new about the signer */
    int number, failed;
    unsigned judged, held, passed[MOMENTS];
};

static const char *const formats[] = {"p7m", "xml"};

static void must(bool ok, const char *what) {
    if (!ok) {
        printf("Bail out! %s\n", what);
        exit(1);
    }
}

/* "2025-09-03" as seconds. */
static int64_t time_of(const char *day) {
    int y = 0, m = 0, d = 0;
    must(sscanf(day, "%d-%d-%d", &y, &m, &d) == 3, day);
    int64_t yy = m <= 2 ? y - 1 : y;
    return (365 * yy + yy / 4 - yy / 100 + yy / 400 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 719469) *
           86400;
}

/* What is at hand at a moment. */
struct at_hand {
    char paths[LISTS][PATH_BYTES];
    sign_input lists[LISTS];
    size_t n;
};

static void add(struct pairs *p, struct at_hand *h, const char *folder, const char *file) {
    if (folder != NULL) {
        snprintf(h->paths[h->n], PATH_BYTES, "%s/%s/%s", p->folder, folder, file);
        h->lists[h->n] = (sign_input){.path = h->paths[h->n]};
        h->n++;
    }
}

static sign_buf content(const char *folder, const char *file) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *f = fopen(path, "rb");
    sign_buf b = {.data = malloc(65536)};
    must(f != NULL && b.data != NULL, path);
    b.len = fread(b.data, 1, 65536, f);
    fclose(f);
    return b;
}

static sign_trust *trust_at(struct pairs *p, const struct two_moment *m, bool untold) {
    struct at_hand h = {0};
    char paths[3][PATH_BYTES];
    sign_input anchors[3];
    static const char *const names[] = {"root", "tsaca", "ca"};
    size_t n = m->own ? 3 : 1;
    add(p, &h, m->own ? NULL : m->root, "root.crl");
    add(p, &h, untold ? NULL : m->twoca, "twoca.crl");
    add(p, &h, m->tsaca, "tsaca.crl");
    add(p, &h, m->root, "ca.crl");
    add(p, &h, m->more != NULL ? "." : NULL, m->more);
    for (size_t i = 0; i < n; i++) {
        snprintf(paths[i], PATH_BYTES, "%s/%s.der", p->folder, names[m->own ? i : 0]);
        anchors[i] = (sign_input){.path = paths[i]};
    }
    /* The anchor of the signer alone, believed until August 2025. */
    sign_buf der = content(p->folder, "twoca.der");
    const sign_anchor sunset = {
        .der = {der.data, der.len}, .purposes = SIGN_FOR_ALL, .sunset = time_of("2025-08-01")};
    const sign_trust_options to = {.size = sizeof to,
                                   .anchors = m->own ? anchors + 1 : anchors,
                                   .n_anchors = m->own ? 2 : 1,
                                   .list = &sunset,
                                   .n_list = m->own ? 1 : 0,
                                   .crls = h.lists,
                                   .n_crls = h.n};
    sign_trust *trust = NULL;
    sign_error err = {0};
    sign_rc rc = sign_trust_new(&to, &trust, &err);
    must(rc == SIGN_OK, err.text);
    free(der.data);
    return trust;
}

/* Whether the first counter-signature of the first signature passes. */
static bool counter_passes(const sign_report *report) {
    sign_buf text = {0};
    must(sign_report_write(report, SIGN_JSON, SIGN_EN, &text, NULL) == SIGN_OK, "report");
    json_t *json = json_loadb((const char *)text.data, text.len, 0, NULL);
    const json_t *s = json_array_get(json_object_get(json, "signatures"), 0);
    const json_t *c = json_array_get(json_object_get(s, "countersignatures"), 0);
    const char *indication = json_string_value(json_object_get(c, "indication"));
    must(indication != NULL, "no counter-signature");
    bool passes = strcmp(indication, "TOTAL-PASSED") == 0;
    json_decref(json);
    sign_buf_free(&text);
    return passes;
}

/* `of`: the fault whose moment it is; who tells of the signer hangs on it. */
static bool passes(struct pairs *p, size_t fault, size_t level, size_t format, size_t moment,
                   const char *policy, size_t of) {
    char name[64], path[PATH_BYTES];
    const struct two_moment *m = &two_moments[moment];
    bool untold = two_faults[of].kind == TWO_DATA;
    sign_trust **trust = &p->trust[moment][untold];
    if (*trust == NULL) {
        *trust = trust_at(p, m, untold);
    }
    two_name(fault, level, name, sizeof name);
    snprintf(path, sizeof path, "%s/%s.%s", p->folder, name, formats[format]);
    const sign_input what = {.path = path};
    const sign_verify_options vo = {.size = sizeof vo, .at = time_of(m->at), .policy = policy, .offline = 1};
    sign_report *report = NULL;
    sign_error err = {0};
    sign_rc rc = sign_verify(&what, NULL, 0, *trust, &vo, &report, &err);
    must(rc == SIGN_OK || rc == SIGN_FAILED || rc == SIGN_INDETERMINATE, err.text);
    bool good = level == TWO_COUNTER ? counter_passes(report) : rc == SIGN_OK;
    sign_report_free(&report);
    p->judged++;
    return good;
}

/* Whether a fault is one at this level at this moment. */
static bool lasts(const struct two_fault *f, size_t level, const struct two_moment *m) {
    if (f->kind == TWO_DATA) {
        return m->data;
    }
    /* Time-stamps that nothing proves any more say nothing, and what is asked of them is asked no more. */
    return !(f->kind == TWO_STAMPS && m->stamps && level != TWO_LTA);
}

/* One of a fault, level, format and policy at a moment. */
struct one {
    size_t fault, level, format, moment;
    const char *policy;
};

/* With both something passes that does not with one of them; `alone`: when nothing is wrong but the file. */
static bool is_hidden(struct pairs *p, const struct one *o, size_t alone, unsigned *n) {
    bool lasting = !passes(p, o->fault, o->level, o->format, alone, o->policy, o->fault);
    *n += lasting;
    return passes(p, o->fault, o->level, o->format, o->moment, o->policy, o->fault) &&
           (lasting || !passes(p, TWO_GOOD, o->level, o->format, o->moment, o->policy, o->fault));
}

/* One fault at one moment; *n: how many do not pass with the fault alone, *worst: what passes with both. */
static void pair(struct pairs *p, size_t fault, size_t moment, unsigned *n, char *worst) {
    const struct two_fault *f = &two_faults[fault];
    size_t alone = f->kind == TWO_DATA ? TWO_CARRIED : TWO_WELL;
    for (size_t l = 0; l < two_n_levels; l++) {
        char program[1024];
        if (!two_program(fault, l, program, sizeof program) || !lasts(f, l, &two_moments[moment])) {
            continue;
        }
        for (size_t k = 0; k < sizeof f->policies / sizeof *f->policies && f->policies[k] != NULL; k++) {
            /* The first policy for both formats, others for one of them. */
            for (size_t x = k > 0 ? (l + moment) % 2 : 0; x<2; x += k> 0 ? 2 : 1) {
                const struct one o = {fault, l, x, moment, f->policies[k]};
                if (f->kind == TWO_NONE) {
                    p->passed[moment] += passes(p, fault, l, x, moment, o.policy, fault);
                } else if (is_hidden(p, &o, alone, n)) {
                    snprintf(worst, WORST, "%s-%s.%s under %s", f->name, two_levels[l], formats[x], o.policy);
                }
            }
        }
    }
}

static void tell(struct pairs *p, bool good, const char *what, const char *when, const char *more) {
    printf("%sok %d - %s, %s%s%s\n", good ? "" : "not ", ++p->number, what, when, *more ? ": " : "", more);
    p->failed += !good;
}

int main(int argc, char **argv) {
    static struct pairs p;
    must(argc == 2 && two_n_moments <= MOMENTS, "usage: run_pairs FOLDER");
    p.folder = argv[1];
    for (size_t f = 0; f < two_n_faults; f++) {
        unsigned alone = 0;
        for (size_t m = TWO_REPAIRS; m < two_n_moments; m++) {
            char worst[WORST] = "";
            unsigned n = 0;
            pair(&p, f, m, &n, worst);
            alone += n;
            p.held += n;
            if (n > 0 || two_faults[f].kind == TWO_WEAK) {
                tell(&p, !*worst, two_faults[f].name, two_moments[m].name, worst);
            }
        }
        /* A fault that is none would prove nothing, nor would a moment that nobody outlives. */
        if (two_faults[f].kind > TWO_WEAK) {
            tell(&p, alone > 0, two_faults[f].name, "alone does not pass", "");
        }
    }
    for (size_t m = TWO_REPAIRS; m < two_n_moments; m++) {
        tell(&p, (p.passed[m] > 0) != two_moments[m].hopeless, "nothing else wrong", two_moments[m].name, "");
        sign_trust_free(&p.trust[m][0]);
        sign_trust_free(&p.trust[m][1]);
    }
    for (size_t m = 0; m < TWO_REPAIRS; m++) {
        sign_trust_free(&p.trust[m][0]);
        sign_trust_free(&p.trust[m][1]);
    }
    printf("# %u pairs, %u verdicts\n", p.held, p.judged);
    tell(&p, p.held > 300, "pairs", "a few hundred of them", "");
    printf("1..%d\n", p.number);
    return p.failed != 0;
}
