/* response.c - what a time-stamping authority answers, and whether that is what was asked (RFC 3161, 2.2 and
 * 2.4.2). */
#include "tsp/token.h"

#include "base/limits.h"
#include "base/text.h"
#include <stdio.h>

enum { GRANTED = 0, GRANTED_WITH_MODS = 1, QUOTED = 160, STATUS_TEXT = 512 };

/* ---- reading ----------------------------------------------------------------------------------------- */

static const char *const failure_names[] = {
    [0] = "badAlg",
    [2] = "badRequest",
    [5] = "badDataFormat",
    [14] = "timeNotAvailable",
    [15] = "unacceptedPolicy",
    [16] = "unacceptedExtension",
    [17] = "addInfoNotAvailable",
    [25] = "systemFailure",
};

const char *tsp_failure_name(int failure) {
    bool known = failure >= 0 && (size_t)failure < sizeof failure_names / sizeof *failure_names;
    return known ? failure_names[failure] : NULL;
}

/* PKIFreeText: its strings, joined by blanks. */
static bool read_text(struct der_cursor *c, arena *a, struct tsp_response *out) {
    struct der_cursor in;
    struct der_tlv tlv;
    if (!der_optional_enter(c, DER_SEQUENCE, &in))
        return der_ok(c);
    AUTO(grow) text = {.limit = LIMIT_WINDOW};
    while (der_more(&in)) {
        if (text.len > 0)
            grow_byte(&text, ' ');
        if (!der_take(&in, DER_UTF8, &tlv))
            return false;
        grow_put(&text, tlv.value.data, tlv.value.len);
    }
    a->failed = a->failed || (text.failed && !text.over);
    char *shown = text.len > 0 ? arena_alloc(a, STATUS_TEXT) : NULL;
    if (shown != NULL)
        text_printable(BYTES(text.data, text.len), shown, STATUS_TEXT);
    out->text = shown;
    return der_ok(&in);
}

/* The first bit that is set counts; others would not help who reads it. */
static bool read_failure(struct der_cursor *c, struct tsp_response *out) {
    sign_bytes bits;
    unsigned unused;
    if (der_peek(c) != DER_BIT_STRING)
        return true;
    if (!der_bits(c, &bits, &unused))
        return false;
    for (size_t i = 0; i < bits.len && i < 8 && out->failure < 0; i++) {
        for (int bit = 0; bit < 8 && out->failure < 0; bit++) {
            if ((bits.data[i] & (0x80 >> bit)) != 0)
                out->failure = (int)(8 * i) + bit;
        }
    }
    return true;
}

static bool read_status(struct der_cursor *c, arena *a, struct tsp_response *out) {
    struct der_cursor in;
    uint64_t status;
    if (!der_enter(c, DER_SEQUENCE, &in) || !der_uint(&in, &status))
        return false;
    out->status = status < UINT32_MAX ? (unsigned)status : UINT32_MAX;
    return read_text(&in, a, out) && read_failure(&in, out) && der_finish(&in);
}

/* Words are quoted; other octets are told by their number. */
static sign_rc no_response(sign_bytes der, const char *why, sign_error *err) {
    if (der.len == 0)
        return fail(err, SIGN_E_FORMAT, MSG_TSA_ANSWER, "the answer is empty");
    size_t words = 0, n = der.len < QUOTED ? der.len : QUOTED;
    for (size_t i = 0; i < n; i++)
        words += (der.data[i] >= 0x20 && der.data[i] != 0x7f) || (der.data[i] >= '\t' && der.data[i] <= '\r');
    if (words < n)
        return fail(err, SIGN_E_FORMAT, MSG_TSA_ANSWER, "%zu octets: %s", der.len, why);
    char quoted[QUOTED + 1], one_line[QUOTED + 1];
    size_t len = utf8_whole((const char *)der.data, n), to = 0;
    for (size_t i = 0; i < len; i++) {
        bool blank = der.data[i] == ' ' || (der.data[i] >= '\t' && der.data[i] <= '\r');
        if (!blank)
            one_line[to++] = (char)der.data[i];
        else if (to > 0 && one_line[to - 1] != ' ')
            one_line[to++] = ' ';
    }
    text_printable(BYTES(one_line, to), quoted, sizeof quoted);
    return fail(err, SIGN_E_FORMAT, MSG_TSA_ANSWER, "\"%s%s\"", quoted, der.len > n ? "..." : "");
}

sign_rc tsp_response_read(sign_bytes der, arena *a, struct tsp_response *out, sign_error *err) {
    *out = (struct tsp_response){.failure = -1};
    struct tsp_response r = *out;
    struct der_parse parse;
    /* DER is asked for; but the token in it may be BER, and some write the whole of it so. */
    struct der_cursor c = der_open(&parse, der, true), in;
    struct der_tlv tlv;
    bool ok = der_enter(&c, DER_SEQUENCE, &in) && read_status(&in, a, &r);
    if (ok && der_more(&in)) {
        ok = der_take(&in, DER_SEQUENCE, &tlv);
        r.token = ok ? tlv.raw : r.token;
    }
    ok = ok && der_finish(&in) && der_finish(&c);
    if (a->failed)
        return fail_memory(err);
    if (!ok)
        return no_response(der, parse.error, err);
    *out = r;
    return SIGN_OK;
}

/* ---- comparing --------------------------------------------------------------------------------------- */

static const char *status_name(unsigned status) {
    static const char *const names[] = {"granted", "granted with modifications",         "rejection",
                                        "waiting", "a warning that it is to be revoked", "revoked"};
    return status < sizeof names / sizeof *names ? names[status] : "an unknown status";
}

const char *tsp_response_refusal(const struct tsp_response *r, arena *a) {
    char number[16];
    if (r->status == GRANTED || r->status == GRANTED_WITH_MODS)
        return NULL;
    const char *failure = tsp_failure_name(r->failure);
    snprintf(number, sizeof number, "failure %d", r->failure);
    if (failure == NULL && r->failure >= 0)
        failure = number;
    return arena_printf(a, "%s%s%s%s%s", status_name(r->status), failure != NULL ? ", " : "",
                        failure != NULL ? failure : "", r->text != NULL ? ": " : "",
                        r->text != NULL ? r->text : "");
}

/* The magnitude of an INTEGER, or of octets that are a positive number. */
static sign_bytes magnitude(sign_bytes n) {
    while (n.len > 1 && n.data[0] == 0)
        n = BYTES(n.data + 1, n.len - 1);
    return n;
}

static bool nonce_same(const struct tsp_request *request, const struct tsp_token *t) {
    bool negative = t->nonce.len > 0 && t->nonce.data[0] >= 0x80;
    return t->has_nonce && !negative && bytes_equal(magnitude(request->nonce), magnitude(t->nonce));
}

/* 2.2: the requester verifies that what was time-stamped corresponds to what was requested. */
static sign_rc compare(const struct tsp_request *request, const struct tsp_token *t, arena *a,
                       sign_error *err) {
    if (t->digest != request->digest)
        return fail(err, SIGN_E_REFUSED, MSG_TSA_MISMATCH, "imprint by %s, requested %s",
                    t->digest != DIGEST_NONE ? crypto_digest_row(t->digest)->name
                                             : tsp_oid_shown(a, t->digest_oid),
                    crypto_digest_row(request->digest)->name);
    if (!bytes_equal(t->imprint, request->imprint))
        return fail(err, SIGN_E_REFUSED, MSG_TSA_MISMATCH, "it is of another imprint");
    if (request->nonce.len > 0 && !nonce_same(request, t))
        return fail(err, SIGN_E_REFUSED, MSG_TSA_MISMATCH, "%s",
                    t->has_nonce ? "the nonce is another" : "the nonce is missing");
    if (request->policy.len > 0 && !bytes_equal(t->policy, request->policy))
        return fail(err, SIGN_E_REFUSED, MSG_TSA_MISMATCH, "policy %s, requested %s",
                    tsp_oid_shown(a, t->policy), tsp_oid_shown(a, request->policy));
    if (request->certificates && t->n_certs == 0) /* 2.4.1, certReq */
        return fail(err, SIGN_E_REFUSED, MSG_TSA_MISMATCH, "the authority's certificate is missing");
    return SIGN_OK;
}

sign_rc tsp_response_check(const struct tsp_request *request, const struct tsp_response *response, arena *a,
                           const struct tsp_token **out, sign_error *err) {
    *out = NULL;
    const char *refusal = tsp_response_refusal(response, a);
    if (a->failed)
        return fail_memory(err);
    if (refusal != NULL)
        return fail(err, SIGN_E_NETWORK, MSG_TSA_REFUSED, "%s", refusal);
    if (response->token.len == 0)
        return fail(err, SIGN_E_REFUSED, MSG_TSA_BROKEN, "granted, and no time-stamp in it");
    const struct tsp_token *t;
    sign_rc rc = tsp_token_read(response->token, a, &t, err);
    if (rc != SIGN_OK)
        return rc;
    if (t->broken != MSG_NONE) {
        char text[400];
        const char *const args[3] = {t->broken_detail};
        message_text(t->broken, SIGN_EN, args, text, sizeof text);
        return fail(err, SIGN_E_REFUSED, MSG_TSA_BROKEN, "%s", text);
    }
    rc = compare(request, t, a, err);
    if (rc == SIGN_OK)
        *out = t;
    return rc;
}
