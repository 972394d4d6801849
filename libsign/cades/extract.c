/* Gives out what was signed, and nothing else: the bytes written are digested again while they are written.
 */
#include "cades/extract.h"

#include "cades/verify.h"
#include <stdlib.h>

static bool holds(const struct report_signature *s) {
    return s->indication != TOTAL_FAILED && s->references == TRI_TRUE && s->signature_value == TRI_TRUE &&
           s->signing_certificate != TRI_FALSE;
}

static sign_rc all_hold(const struct sign_report *r, sign_error *err) {
    for (const struct report_signature *s = r->signatures; s != NULL; s = s->next) {
        if (!holds(s))
            return fail(err, SIGN_FAILED, MSG_EXTRACT_REFUSED, "%s", s->id);
    }
    return SIGN_OK;
}

/* The digest that the first signature was verified with. */
static enum crypto_digest verified_digest(const struct cades_job *job) {
    for (int d = 0; d < DIGEST_COUNT; d++) {
        if (job->digests[d].have)
            return (enum crypto_digest)d;
    }
    return DIGEST_NONE;
}

static sign_rc copy(struct cades_job *job, uint8_t *window, sink *to, sign_error *err) {
    const cms_message *m = job->m;
    for (size_t i = 0; i < m->n_segments; i++) {
        uint64_t at = m->segments[i].at, left = m->segments[i].len;
        while (left > 0) {
            size_t n = left < LIMIT_WINDOW ? (size_t)left : LIMIT_WINDOW;
            sign_rc rc = source_read(&m->src, at, window, n, err);
            if (rc == SIGN_OK)
                rc = crypto_hash_add(job->ctx->crypto, BYTES(window, n), err);
            if (rc != SIGN_OK)
                return rc;
            sink_put(to, window, n);
            at += n;
            left -= n;
        }
    }
    return SIGN_OK;
}

/* A file that changed since it was verified gives another digest: then nothing appears. */
static sign_rc write_content(struct cades_job *job, const sign_output *out, sign_error *err) {
    enum crypto_digest d = verified_digest(job);
    uint8_t digest[DIGEST_MAX];
    AUTO(sign_buf) window = {.data = malloc(LIMIT_WINDOW), .len = LIMIT_WINDOW};
    if (window.data == NULL)
        return fail_memory(err);
    AUTO(sink) to = {.fd = -1};
    sign_rc rc = sink_open(out, &to, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_begin(job->ctx->crypto, d, err);
    if (rc == SIGN_OK)
        rc = copy(job, window.data, &to, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_end(job->ctx->crypto, digest, err);
    if (rc != SIGN_OK)
        return rc;
    if (memcmp(digest, job->digests[d].value, crypto_digest_row(d)->size) != 0)
        return fail(err, SIGN_E_IO, MSG_FILE_CHANGED, "%s", job->m->src.name ? job->m->src.name : "");
    return sink_commit(&to, err);
}

sign_rc cades_extract(struct crypto *crypto, const source *what, const sign_output *out, sign_error *err) {
    AUTO(cms_message) m = {0};
    AUTO(sign_report_ptr) report = NULL;
    const char *name = what->name != NULL ? what->name : "";
    sign_rc rc = cms_message_read(what, &m, err);
    if (rc == SIGN_OK)
        rc = report_new(&report, err);
    if (rc != SIGN_OK)
        return rc;
    /* Integrity alone decides here, as for inspect. */
    struct ades_context ctx = {.crypto = crypto, .policy = ades_policy_find("default"), .inspect = true};
    struct cades_job job = {.ctx = &ctx, .m = &m, .report = report};
    rc = cades_verify_message(&job, err);
    if (rc != SIGN_OK)
        return rc;
    if (report->signatures == NULL)
        return fail(err, SIGN_NO_SIGNATURE, MSG_NO_SIGNATURE, "%s", name);
    if (m.broken == MSG_NONE && !m.attached)
        return fail(err, SIGN_E_IO, MSG_EXTRACT_DETACHED, "%s", name);
    rc = all_hold(report, err);
    return rc == SIGN_OK ? write_content(&job, out, err) : rc;
}

sign_rc cades_content(const source *what, size_t limit, sign_buf *out, sign_error *err) {
    AUTO(cms_message) m = {0};
    AUTO(sign_buf) head = {0};
    sign_rc rc = cms_message_read(what, &m, err);
    if (rc != SIGN_OK || m.broken != MSG_NONE || !m.attached)
        return rc;
    size_t size = m.content_size < limit ? (size_t)m.content_size : limit;
    head.data = malloc(size + 1);
    if (head.data == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < m.n_segments && head.len < size; i++) {
        size_t rest = size - head.len, n = m.segments[i].len < rest ? (size_t)m.segments[i].len : rest;
        rc = source_read(&m.src, m.segments[i].at, head.data + head.len, n, err);
        if (rc != SIGN_OK)
            return rc;
        head.len += n;
    }
    *out = head;
    head = (sign_buf){0};
    return SIGN_OK;
}
