/* anchors/list.c - anchors in memory: what is fit to be one, and which ones there are. */
#include "anchors/list.h"

#include "base/text.h"
#include <stdlib.h>

sign_rc anchors_new(sign_anchors **out, sign_error *err) {
    AUTO(sign_anchors_ptr) list = calloc(1, sizeof *list);
    if (list == NULL)
        return fail_memory(err);
    sign_rc rc = crypto_new(&list->crypto, err);
    if (rc == SIGN_OK)
        *out = TAKE(list);
    return rc;
}

void sign_anchors_free(sign_anchors **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    sign_anchors *list = TAKE(*pointer);
    crypto_free(&list->crypto);
    arena_free(&list->arena);
    free(list->all);
    free(list);
}

size_t sign_anchors_count(const sign_anchors *list) {
    return list != NULL ? list->n : 0;
}

const sign_anchor *sign_anchors_get(const sign_anchors *list, size_t i) {
    return list != NULL && i < list->n ? &list->all[i] : NULL;
}

/* ---- putting in --------------------------------------------------------------------------------- */

static const char *subject_of(sign_anchors *list, const struct pki_cert *cert) {
    AUTO(grow) g = {0};
    bool read = pki_name_text(cert->subject, &g);
    list->arena.failed = list->arena.failed || g.failed;
    return read ? arena_str(&list->arena, BYTES(g.data, g.len)) : "";
}

/*
 * RFC 5280, 4.2.1.9 and 4.2.1.3. A self-issued certificate without extensions is a root of version 1, which
 * had no way to say what it is for.
 */
static bool may_issue(const struct pki_cert *cert) {
    bool old_root = cert->self_issued && !cert->has_basic && !cert->has_key_usage;
    return old_root || (cert->is_ca && (!cert->has_key_usage || (cert->key_usage & KU_CERT_SIGN) != 0));
}

/*
 * A responder, or a time-stamping unit, that is believed by itself and for its own purpose only (RFC 6960,
 * 4.2.2.2, 1.): it need not issue anything.
 */
static bool serves(const struct pki_cert *cert, unsigned purposes) {
    bool sole;
    return (purposes == SIGN_FOR_OCSP && pki_cert_has_purpose(cert, OID_EKU_OCSP_SIGNING, &sole)) ||
           (purposes == SIGN_FOR_TSA && pki_cert_has_purpose(cert, OID_EKU_TIME_STAMPING, &sole));
}

static sign_rc check_fit(const struct pki_cert *cert, unsigned purposes, sign_error *err) {
    char name[200];
    if (may_issue(cert) || serves(cert, purposes))
        return SIGN_OK;
    if (!pki_name_short(cert->subject, name, sizeof name))
        return fail_memory(err);
    return fail(err, SIGN_E_CERTIFICATE, MSG_ANCHOR_NOT_CA, "%s", name);
}

static sign_anchor *find(const sign_anchors *list, const char *sha256) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->all[i].sha256, sha256) == 0)
            return &list->all[i];
    return NULL;
}

static sign_rc more_room(sign_anchors *list, sign_error *err) {
    if (list->n >= LIMIT_ANCHORS)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "trust anchors");
    if (list->n < list->cap)
        return SIGN_OK;
    size_t cap = list->cap == 0 ? 8 : 2 * list->cap;
    sign_anchor *all = realloc(list->all, cap * sizeof *all);
    if (all == NULL)
        return fail_memory(err);
    list->all = all;
    list->cap = cap;
    return SIGN_OK;
}

static sign_rc append(sign_anchors *list, const struct pki_cert *cert, const char *sha256,
                      const struct anchor_origin *from, sign_error *err) {
    arena *a = &list->arena;
    sign_rc rc = more_room(list, err);
    if (rc != SIGN_OK)
        return rc;
    list->all[list->n] = (sign_anchor){
        .der = arena_copy(a, cert->der),
        .purposes = from->purposes != 0 ? from->purposes : SIGN_FOR_ALL,
        .sunset = from->sunset,
        .source = from->source != NULL ? arena_str(a, BYTES_STR(from->source)) : NULL,
        .subject = subject_of(list, cert),
        .sha256 = arena_str(a, BYTES_STR(sha256)),
        .known = sign_root_known(cert->sha256),
        .added = from->added,
        .not_after = cert->not_after,
    };
    if (a->failed)
        return fail_memory(err);
    list->n++;
    return SIGN_OK;
}

/* The purposes decide whether it is fit, so new ones are looked at as if it were new. */
static sign_rc change(sign_anchor *there, const struct pki_cert *cert, const struct anchor_origin *from,
                      enum anchor_fate *fate, sign_error *err) {
    unsigned wanted = from->purposes != 0 ? from->purposes : SIGN_FOR_ALL;
    unsigned purposes = (from->change & SIGN_CHANGE_PURPOSES) != 0 ? wanted : there->purposes;
    int64_t sunset = (from->change & SIGN_CHANGE_SUNSET) != 0 ? from->sunset : there->sunset;
    *fate = ANCHOR_ALREADY;
    if (purposes == there->purposes && sunset == there->sunset)
        return SIGN_OK;
    sign_rc rc = check_fit(cert, purposes, err);
    if (rc != SIGN_OK)
        return rc;
    there->purposes = purposes;
    there->sunset = sunset;
    *fate = ANCHOR_CHANGED;
    return SIGN_OK;
}

sign_rc anchors_put(sign_anchors *list, sign_bytes der, const struct anchor_origin *from,
                    enum anchor_fate *fate, sign_error *err) {
    AUTO(pki_cert_ptr) cert = NULL;
    char sha256[65];
    *fate = ANCHOR_ADDED;
    sign_rc rc = pki_cert_read(list->crypto, der, &cert, err);
    if (rc != SIGN_OK)
        return rc;
    text_hex(BYTES(cert->sha256, sizeof cert->sha256), sha256);
    sign_anchor *there = find(list, sha256);
    if (there != NULL)
        return change(there, cert, from, fate, err);
    rc = check_fit(cert, from->purposes, err);
    if (rc == SIGN_OK)
        rc = pki_anchor_check(list->crypto, cert, err);
    return rc == SIGN_OK ? append(list, cert, sha256, from, err) : rc;
}

/* ---- taking out --------------------------------------------------------------------------------- */

void anchors_drop(sign_anchors *list, size_t i) {
    memmove(&list->all[i], &list->all[i + 1], (list->n - i - 1) * sizeof *list->all);
    list->n--;
}

enum { PREFIX_MIN = 8, PREFIX_MAX = 64 };

/* A fingerprint as people copy it: "FB3D224B BC9B..." or "fb:3d:22". 0: it is none. */
static size_t read_prefix(const char *text, char out[PREFIX_MAX + 1]) {
    size_t n = 0;
    for (; *text != 0; text++) {
        bool digit = *text >= '0' && *text <= '9', small = *text >= 'a' && *text <= 'f',
             capital = *text >= 'A' && *text <= 'F';
        if (*text == ':' || *text == ' ')
            continue;
        if ((!digit && !small && !capital) || n == PREFIX_MAX)
            return 0;
        out[n++] = (char)(capital ? *text - 'A' + 'a' : *text);
    }
    out[n] = 0;
    return n >= PREFIX_MIN ? n : 0;
}

sign_rc sign_anchors_remove(sign_anchors *list, const char *sha256, sign_error *err) {
    char prefix[PREFIX_MAX + 1];
    if (list == NULL || sha256 == NULL)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                    "sign_anchors_remove: list and fingerprint are needed");
    size_t n = read_prefix(sha256, prefix), found = 0, at = 0;
    for (size_t i = 0; n > 0 && i < list->n; i++) {
        if (strncmp(list->all[i].sha256, prefix, n) != 0)
            continue;
        found++;
        at = i;
    }
    if (found != 1)
        return fail(err, SIGN_E_ARGUMENT, found == 0 ? MSG_ANCHOR_NOT_FOUND : MSG_ANCHOR_AMBIGUOUS, "%.80s",
                    sha256);
    anchors_drop(list, at);
    return SIGN_OK;
}
