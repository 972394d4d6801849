/* The row of CAdES in the table of formats. */
#include "cades/cades.h"
#include "cades/draft.h"
#include "cades/extract.h"
#include "cades/verify.h"

/*
 * DER and BER begin with a SEQUENCE, PEM with a dash, base64 of a SEQUENCE with M. Whether it is a SignedData
 * says the reading itself, which finds no signature in anything else.
 */
static int looks_like(const source *s) {
    uint8_t first[64];
    size_t n = s->size < sizeof first ? (size_t)s->size : sizeof first, i = 0;
    if (source_read(s, 0, first, n, NULL) != SIGN_OK)
        return 0;
    if (n >= 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < n && (first[i] == ' ' || first[i] == '\t' || first[i] == '\r' || first[i] == '\n'))
        i++;
    return i < n && (first[i] == DER_SEQUENCE || first[i] == '-' || first[i] == 'M');
}

static sign_rc verify(const struct ades_context *ctx, const source *what, const source *contents, size_t n,
                      struct sign_report *report, sign_error *err) {
    AUTO(cms_message) m = {0};
    sign_rc rc = cms_message_read(what, &m, err);
    if (rc != SIGN_OK)
        return rc;
    /* CMS does not name its content: one content given is it, of several the first. */
    if (n > 1)
        report_say(report, &report->messages, MSG_CONTENT_EXTRA, NULL, NULL, NULL);
    struct cades_job job = {.ctx = ctx, .m = &m, .given = n > 0 ? &contents[0] : NULL, .report = report};
    return cades_verify_message(&job, err);
}

const struct ades_format cades_format = {
    .id = SIGN_CADES,
    .name = "cades",
    .looks_like = looks_like,
    .verify = verify,
    .extract = cades_extract,
    .content = cades_content,
    .draft = cades_draft,
    .draft_export = cades_draft_export,
    .draft_import = cades_draft_import,
    .draft_get = cades_draft_get,
    .draft_finish = cades_draft_finish,
    .draft_free = cades_draft_free,
};
