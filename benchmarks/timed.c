/*
 * Signatures with time, offline: CAdES and XAdES of the levels T, XL and LTA, as mkvectors --stamps makes
 * them (P-256, content of a line). "known": the trust has seen signer, authorities and lists. "new": a trust
 * for each verification that has seen nothing, so that certificates and lists are verified, too; it is made
 * outside the time.
 */
#include "timed.h"

#include <stdlib.h>
#include <string.h>

enum { UNKNOWN = 100 };

static sign_buf file_read(const char *path) {
    sign_buf out = {.data = malloc(1 << 20)};
    FILE *f = fopen(path, "rb");
    must(f != NULL && out.data != NULL, path);
    out.len = fread(out.data, 1, 1 << 20, f);
    must(out.len > 0 && out.len < 1 << 20 && fclose(f) == 0, path);
    return out;
}

sign_trust *timed_trust(const struct timed *t) {
    sign_input anchor = {.path = text_of("%s/root.der", t->folder)}, lists[TIME_LISTS] = {{0}};
    sign_trust_options opt = {.size = sizeof opt, .anchors = &anchor, .n_anchors = 1, .crls = lists};
    for (; opt.n_crls < TIME_LISTS && t->lists[opt.n_crls] != NULL; opt.n_crls++)
        lists[opt.n_crls].path = text_of("%s/%s", t->folder, t->lists[opt.n_crls]);
    sign_trust *trust = NULL;
    sign_error err = {0};
    if (sign_trust_new(&opt, &trust, &err) != SIGN_OK)
        must(false, err.text);
    for (size_t i = 0; i < opt.n_crls; i++)
        free((void *)(uintptr_t)lists[i].path);
    free((void *)(uintptr_t)anchor.path);
    return trust;
}

void timed_verify(const struct timed *t, const sign_trust *trust) {
    const sign_verify_options opt = {.size = sizeof opt, .at = t->at, .offline = 1};
    sign_input what = {.name = t->file, .data = {t->document.data, t->document.len}};
    library_verify(library_linked(), &what, trust, &opt);
}

static void known(void *state, size_t i) {
    const struct timed *t = state;
    (void)i;
    timed_verify(t, t->trust);
}

static void forget(void *shared) {
    struct timed *t = shared;
    for (size_t i = 0; i < t->n_unknown; i++) {
        sign_trust_free(&t->unknown[i]);
        t->unknown[i] = timed_trust(t);
    }
}

static void unknown(void *state, size_t i) {
    const struct timed *t = state;
    timed_verify(t, t->unknown[i]);
}

static struct timed *timed_make(const struct bench_settings *s, const struct timed *row) {
    struct timed *t = calloc(1, sizeof *t);
    must(t != NULL, "out of memory");
    *t = *row;
    t->folder = s->stamps;
    t->document = file_read(text_of("%s/%s", s->stamps, row->file));
    t->trust = timed_trust(t);
    t->n_unknown = UNKNOWN;
    t->unknown = calloc(UNKNOWN, sizeof(sign_trust *));
    must(t->unknown != NULL, "out of memory");
    return t;
}

static void bare_op(struct bench_list *list, const char *row, struct timed *t, void *(*open)(void *shared)) {
    bench_add(list, (struct bench_op){.row = row,
                                      .who = text_of("%zu bare verifications", bare_count(open, t)),
                                      .shared = t,
                                      .open = open,
                                      .run = bare_run,
                                      .close = bare_close});
}

static void rows_of(struct bench_list *list, struct timed *t) {
    const char *row = text_of("%s, known", t->name);
    bench_add(list, (struct bench_op){.row = row, .who = "libsign", .shared = t, .run = known});
    bool peer = strcmp(t->name, "CAdES-T") == 0;
    if (peer)
        bench_add(list, (struct bench_op){
                            .row = row, .who = "CMS_verify and TS", .shared = peer_open(t), .run = peer_run});
    bare_op(list, row, t, bare_known_open);
    row = text_of("%s, new", t->name);
    bench_add(
        list,
        (struct bench_op){
            .row = row, .who = "libsign", .shared = t, .renew = forget, .run = unknown, .pass = UNKNOWN});
    bare_op(list, row, t, bare_new_open);
}

/* The moments are rows of testdata/stamps/cases.tsv: level-*, alone-*, later-*, gone-*. */
void time_ops(struct bench_list *list, const struct bench_settings *s) {
    enum { MARCH_5 = 1741132800, MARCH_12 = 1741737600, SEPTEMBER = 1756857600 };
    const int64_t y2030 = 1906675200, y2033 = 2001369600;
    const struct timed rows[] = {
        {.name = "CAdES-T", .file = "t.p7m", .lists = {"at-2025-03"}, .at = MARCH_12},
        {.name = "CAdES-XL", .file = "xl.p7m", .lists = {"at-2025-03"}, .at = MARCH_12},
        {.name = "CAdES-XL alone", .file = "xl.p7m", .lists = {NULL}, .at = MARCH_5},
        {.name = "CAdES-LTA", .file = "lta.p7m", .lists = {"at-2025-09"}, .at = SEPTEMBER},
        {.name = "CAdES-LTA later",
         .file = "lta.p7m",
         .lists = {"at-2030-06", "tsaca-2029.crl"},
         .at = y2030},
        {.name = "CAdES-LTA again",
         .file = "lta-again.p7m",
         .lists = {"at-2033-06", "tsaca-2029.crl", "tsaca-2032.crl"},
         .at = y2033},
        {.name = "XAdES-T", .file = "t.xml", .lists = {"at-2025-03"}, .at = MARCH_12},
        {.name = "XAdES-XL", .file = "xl.xml", .lists = {"at-2025-03"}, .at = MARCH_12},
        {.name = "XAdES-XL alone", .file = "xl.xml", .lists = {NULL}, .at = MARCH_5},
        {.name = "XAdES-LTA", .file = "lta.xml", .lists = {"at-2025-09"}, .at = SEPTEMBER},
        {.name = "XAdES-LTA later",
         .file = "lta.xml",
         .lists = {"at-2030-06", "tsaca-2029.crl"},
         .at = y2030},
        {.name = "XAdES-LTA again",
         .file = "lta-again.xml",
         .lists = {"at-2033-06", "tsaca-2029.crl", "tsaca-2032.crl"},
         .at = y2033},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows_of(list, timed_make(s, &rows[i]));
}
