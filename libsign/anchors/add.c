/* anchors/add.c - certificates out of files, folders and Kamu SM's depot, into the list. */
#include "anchors/list.h"

#include "base/text.h"
#include "base/time.h"
#include <stdlib.h>

struct adding {
    sign_anchors *list;
    const sign_anchors_add_options *opt;
    int64_t now;
    sign_anchors_counts counts;
};

/* What may be no anchor, as far as that is a matter of the certificate and not of the machine. */
static bool is_unfit(sign_rc rc) {
    return rc == SIGN_E_FORMAT || rc == SIGN_E_CERTIFICATE || rc == SIGN_E_UNSUPPORTED;
}

static void leave_out(struct adding *a, const char *where, const sign_error *why) {
    a->counts.refused++;
    if (a->opt->left_out != NULL)
        a->opt->left_out(a->opt->user, where, why);
}

static void leave_out_expired(struct adding *a, const char *where) {
    char until[32];
    sign_error why = {0};
    size_t last = a->list->n - 1;
    (void)fail(&why, SIGN_E_CERTIFICATE, MSG_ANCHOR_EXPIRED, "%.180s, %s", a->list->all[last].subject,
               time_rfc3339(a->list->all[last].not_after, until));
    anchors_drop(a->list, last);
    leave_out(a, where, &why);
}

static sign_rc add_one(void *self, sign_bytes der, const char *name, sign_error *err) {
    struct adding *a = self;
    char where[200];
    enum anchor_fate fate = ANCHOR_ADDED;
    sign_error why = {0};
    text_printable(BYTES_STR(path_base(name)), where, sizeof where);
    const struct anchor_origin from = {.purposes = a->opt->purposes,
                                       .change = a->opt->change,
                                       .sunset = a->opt->sunset,
                                       .added = a->now,
                                       .source = where};
    sign_rc rc = anchors_put(a->list, der, &from, &fate, &why);
    if (is_unfit(rc) && a->opt->skip_unfit) {
        leave_out(a, where, &why);
        return SIGN_OK;
    }
    if (rc != SIGN_OK) {
        if (err != NULL)
            *err = why;
        return within_file(err, rc, name);
    }
    a->counts.already += fate == ANCHOR_ALREADY;
    a->counts.changed += fate == ANCHOR_CHANGED;
    if (fate != ANCHOR_ADDED)
        return SIGN_OK;
    if (a->opt->skip_expired && a->list->all[a->list->n - 1].not_after < a->now)
        leave_out_expired(a, where);
    else
        a->counts.added++;
    return SIGN_OK;
}

/* Neither PEM nor DER begins so, a byte order mark aside. */
static bool is_xml(sign_bytes b) {
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    size_t at = b.len >= sizeof mark && memcmp(b.data, mark, sizeof mark) == 0 ? sizeof mark : 0;
    while (at < b.len && strchr(" \t\r\n", b.data[at]) != NULL && b.data[at] != 0)
        at++;
    return at < b.len && b.data[at] == '<';
}

static sign_rc add_all(struct adding *a, const sign_input *in, sign_error *err) {
    AUTO(source) src = {.fd = -1};
    AUTO(sign_buf) own = {0};
    sign_bytes all;
    /* A folder is no source: whatever it is that cannot be opened, the other reader names it. */
    if (source_open(in, &src, NULL) != SIGN_OK)
        return pki_certificates_each(in, add_one, a, err);
    sign_rc rc = source_all(&src, LIMIT_ANCHORS_FILE, &all, &own, err);
    if (rc != SIGN_OK)
        return rc;
    const char *name = in->path != NULL ? in->path : in->name != NULL ? in->name : "(bytes)";
    if (is_xml(all))
        return depot_each(all, name, add_one, a, err);
    const sign_input bytes = {.name = name, .data = all};
    return pki_certificates_each(&bytes, add_one, a, err);
}

static bool is_usable(const sign_anchors_add_options *opt) {
    const unsigned changes = SIGN_CHANGE_PURPOSES | SIGN_CHANGE_SUNSET;
    return opt->size == sizeof *opt && (opt->purposes & ~(unsigned)SIGN_FOR_ALL) == 0 && opt->sunset >= 0 &&
           (opt->change & ~changes) == 0;
}

/* Copies of what an addition may change in place, so that one that fails has changed nothing. */
static sign_rc remember(const sign_anchors *list, sign_anchor **out, sign_error *err) {
    *out = calloc(list->n + 1, sizeof **out);
    if (*out == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < list->n; i++)
        (*out)[i] = list->all[i];
    return SIGN_OK;
}

sign_rc sign_anchors_add(sign_anchors *list, const sign_input *in, const sign_anchors_add_options *opt,
                         sign_anchors_counts *counts, sign_error *err) {
    const sign_anchors_add_options defaults = {.size = sizeof defaults};
    if (list == NULL || in == NULL || (opt != NULL && !is_usable(opt)))
        return fail(
            err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
            "sign_anchors_add: list, input, and options with their size and known purposes are needed");
    struct adding a = {.list = list, .opt = opt != NULL ? opt : &defaults};
    a.now = a.opt->now != 0 ? a.opt->now : time_now();
    size_t n = list->n;
    sign_anchor *before = NULL;
    sign_rc rc = remember(list, &before, err);
    if (rc == SIGN_OK)
        rc = add_all(&a, in, err);
    for (size_t i = 0; rc != SIGN_OK && before != NULL && i < n; i++)
        list->all[i] = before[i];
    free(before);
    if (rc != SIGN_OK)
        list->n = n;
    else if (counts != NULL)
        *counts = a.counts;
    return rc;
}
