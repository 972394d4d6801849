/* What runs over signatures with time need: vectors of testdata/stamps, and a policy that is its user's own.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAMPS(name) SIGN_TEST_STAMPS "/" name

static bool told(sign_rc rc, const char *what, const sign_error *err) {
    if (rc != SIGN_OK)
        fprintf(stderr, "fault: %s: %s %s\n", what, sign_rc_name(rc), err->text);
    return rc == SIGN_OK;
}

static bool file_read(const char *path, sign_buf *out) {
    enum { MOST = 65536 };
    FILE *f = fopen(path, "rb");
    out->data = malloc(MOST);
    out->len = f && out->data ? fread(out->data, 1, MOST, f) : 0;
    if (f)
        fclose(f);
    if (out->len == 0)
        fprintf(stderr, "fault: %s cannot be read\n", path);
    return out->len > 0;
}

/* When both authorities of the older time-stamps have ended: everything rests on the newest one. */
static bool trust_make(struct world_judge *j) {
    static const sign_input anchors[] = {{.path = STAMPS("root.der")}};
    static const sign_input crls[] = {{.path = STAMPS("at-2033-06")},
                                      {.path = STAMPS("tsaca-2029.crl")},
                                      {.path = STAMPS("tsaca-2032.crl")},
                                      {.path = STAMPS("at-2025-09")}};
    sign_error err = {0};
    sign_trust_options opt = {
        .size = sizeof opt, .anchors = anchors, .n_anchors = 1, .crls = crls, .n_crls = 4};
    return told(sign_trust_new(&opt, &j->trust, &err), "trust of time-stamps", &err);
}

sign_input world_policy_text(void) {
    static const char text[] = "{\"name\": \"bizim\", \"base\": \"strict\", \"freshness\": 315360000,\n"
                               "  \"checks\": {\"time-stamps-passed\": {\"signature\": \"WARN\"}}}\n";
    return (sign_input){.name = "bizim.json", .data = {(const uint8_t *)text, sizeof text - 1}};
}

static bool report_make(struct world_judge *j, const sign_buf *what, sign_report **out) {
    sign_error err = {0};
    sign_input in = {.name = "imza", .data = {what->data, what->len}};
    sign_verify_options opt = {.size = sizeof opt, .at = WORLD_LATE, .detailed = 1};
    return told(sign_verify(&in, NULL, 0, j->trust, &opt, out, &err), "report with time-stamps", &err);
}

bool world_judge_make(struct world *w) {
    struct world_judge *j = &w->judge;
    sign_error err = {0};
    sign_input policy = world_policy_text();
    w->told = calloc(1, sizeof *w->told);
    return w->told && trust_make(j) && file_read(STAMPS("lta-again.p7m"), &j->cms) &&
           file_read(STAMPS("lta-again.xml"), &j->xml) && file_read(STAMPS("62-imprint.p7m"), &j->wrong) &&
           file_read(STAMPS("token.tst"), &j->token) && file_read(STAMPS("content.txt"), &j->content) &&
           told(sign_policy_open(NULL, &policy, &j->policy, &err), "policy", &err) &&
           report_make(j, &j->cms, &j->report);
}

void world_judge_free(struct world *w) {
    struct world_judge *j = &w->judge;
    sign_buf *const all[] = {&j->cms, &j->xml, &j->wrong, &j->token, &j->content};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sign_buf_free(all[i]);
    sign_report_free(&j->report);
    sign_policy_free(&j->policy);
    sign_trust_free(&j->trust);
    free(w->told);
    w->told = NULL;
}

void world_told_reset(const struct world *w) {
    if (w->told)
        *w->told = (struct world_told){0};
}

/* FNV-1a: two texts that differ are told apart, and the first need not be kept. */
static uint64_t mixed(uint64_t h, sign_bytes text) {
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ text.data[i]) * UINT64_C(0x100000001b3);
    return h;
}

bool world_told_same(const struct world *w, sign_bytes text) {
    uint64_t h = mixed(UINT64_C(0xcbf29ce484222325), text);
    if (!w->told->known)
        *w->told = (struct world_told){.known = true, .hash = h};
    return w->told->hash == h;
}

bool world_told_alike(const struct world *w, const sign_report *report) {
    static const sign_report_form forms[] = {SIGN_DETAILED, SIGN_DIAGNOSTIC};
    uint64_t h = 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        sign_buf out = {0};
        if (sign_report_write(report, forms[i], SIGN_EN, &out, NULL) != SIGN_OK)
            return false;
        h = mixed(h, (sign_bytes){out.data, out.len});
        sign_buf_free(&out);
    }
    return world_told_same(w, (sign_bytes){(const uint8_t *)&h, sizeof h});
}
