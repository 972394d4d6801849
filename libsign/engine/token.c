/* A time-stamp by itself: what stamped it stands in another file. */
#include "engine/token.h"

#include "base/text.h"
#include "der/oid.h"
#include "tsp/tsp.h"

enum { HEAD = 512 };

/* id-ct-TSTInfo (RFC 3161, 2.4.2), as it stands near the beginning of a token. */
static bool mentions_info(sign_bytes head) {
    static const uint8_t type[] = {0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                   0x0d, 0x01, 0x09, 0x10, 0x01, 0x04};
    if (head.len < sizeof type)
        return false;
    /* Everything that is verified passes here: looked for by an octet that is rare in text and in DER. */
    enum { RARE = 2 };
    const uint8_t *at = head.data + RARE, *end = head.data + head.len - (sizeof type - RARE) + 1;
    while (at < end && (at = memchr(at, type[RARE], (size_t)(end - at))) != NULL)
        if (memcmp(at++ - RARE, type, sizeof type) == 0)
            return true;
    return false;
}

static bool blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The same of text in PEM or base64, as a signature may come in, too (RFC 7468, 9). */
static sign_rc text_mentions(sign_bytes head, bool *yes, sign_error *err) {
    AUTO(grow) der = {0};
    uint8_t digits[HEAD];
    size_t i = head.len >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, n = 0;
    while (i < head.len && blank(head.data[i]))
        i++;
    if (i == head.len || (head.data[i] != '-' && head.data[i] != 'M')) /* M: six bits of a SEQUENCE */
        return SIGN_OK;
    while (i < head.len && head.data[i] == '-')
        while (i < head.len && head.data[i] != '\n' && head.data[i] != '\r')
            i++;
    for (; i < head.len && head.data[i] != '-' && head.data[i] != '='; i++)
        if (!blank(head.data[i]))
            digits[n++] = head.data[i];
    *yes = text_base64_decode(BYTES(digits, n / 4 * 4), &der) && mentions_info(BYTES(der.data, der.len));
    return der.failed ? fail_memory(err) : SIGN_OK;
}

/* A SEQUENCE that begins with a SEQUENCE, as a TimeStampResp does and a ContentInfo does not. */
static bool is_nested(sign_bytes head) {
    if (head.len < 2 || head.data[0] != DER_SEQUENCE)
        return false;
    size_t inner = 2 + (head.data[1] > 0x80 ? head.data[1] - 0x80U : 0);
    return inner < head.len && head.data[inner] == DER_SEQUENCE;
}

/*
 * TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken OPTIONAL }: the token in it, else all of
 * it. Only with granted or grantedWithMods is there one (RFC 3161, 2.4.2).
 */
static sign_bytes token_of(sign_bytes der) {
    enum { GRANTED_WITH_MODS = 1 };
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, der, true), in, info;
    struct der_tlv token;
    uint64_t status;
    if (der_enter(&c, DER_SEQUENCE, &in) && der_enter(&in, DER_SEQUENCE, &info) && der_uint(&info, &status) &&
        status <= GRANTED_WITH_MODS && der_take(&in, DER_SEQUENCE, &token) && der_finish(&in) &&
        der_finish(&c))
        return token.raw;
    return der;
}

static sign_rc is_token(sign_bytes der, bool *is, sign_error *err) {
    const source s = {.mem = der, .fd = -1, .size = der.len};
    AUTO(cms_message) m = {0};
    sign_rc rc = cms_message_read(&s, &m, err);
    *is = rc == SIGN_OK && m.broken == MSG_NONE && oid_is(m.content_type, OID_CT_TST_INFO);
    return rc;
}

/* What the imprint is of: the one content that was given. */
struct stamped {
    struct crypto *crypto;
    arena *texts;
    const source *content; /* NULL: none was given */
};

static sign_rc imprint(const struct ades_stamp *stamp, enum crypto_digest digest, sign_bytes expected,
                       struct ades_imprint *out, sign_error *err) {
    const struct stamped *s = stamp->codec;
    uint8_t hash[DIGEST_MAX];
    char hex[2 * DIGEST_MAX + 1], wanted[2 * DIGEST_MAX + 1];
    *out = (struct ades_imprint){.same = TRI_NULL, .why = MSG_STAMPED_MISSING};
    if (s->content == NULL)
        return SIGN_OK;
    sign_rc rc = crypto_hash_begin(s->crypto, digest, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_source(s->crypto, s->content, 0, s->content->size, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_end(s->crypto, hash, err);
    if (rc != SIGN_OK)
        return rc;
    sign_bytes found = BYTES(hash, crypto_digest_row(digest)->size);
    text_hex(found, hex);
    *out = (struct ades_imprint){.same = TRI_TRUE, .found = arena_str(s->texts, BYTES_STR(hex))};
    if (bytes_equal(found, expected))
        return SIGN_OK;
    text_hex(BYTES(expected.data, expected.len < DIGEST_MAX ? expected.len : DIGEST_MAX), wanted);
    out->same = TRI_FALSE;
    out->why = MSG_STAMPED_DIFFERS;
    out->detail = arena_printf(s->texts, "%s; %s", wanted, hex);
    return SIGN_OK;
}

static sign_rc judge(const struct ades_context *ctx, sign_bytes der, const source *contents, size_t n,
                     struct sign_report *report, sign_error *err) {
    const struct tsp_token *token;
    size_t effort = LIMIT_PATH_EFFORT;
    int64_t patience = LIMIT_PATIENCE;
    struct stamped stamped = {
        .crypto = ctx->crypto, .texts = &report->arena, .content = n == 1 ? &contents[0] : NULL};
    struct report_signature *out = report_add(report);
    if (out == NULL)
        return fail_memory(err);
    sign_rc rc = tsp_token_read(der, &report->arena, &token, err);
    if (rc != SIGN_OK)
        return rc;
    const struct ades_stamp stamp = {.class = STAMP_CONTENT,
                                     .kind = "time-stamp-token",
                                     .token = token,
                                     .covers_data = true,
                                     .imprint = imprint,
                                     .codec = &stamped};
    const struct ades_facts facts = {.role = ROLE_TIMESTAMP,
                                     .bag = token->certs,
                                     .n_bag = token->n_certs,
                                     .crls = token->crls,
                                     .n_crls = token->n_crls,
                                     .ocsps = token->ocsps,
                                     .n_ocsps = token->n_ocsps,
                                     .effort = &effort,
                                     .patience = &patience};
    out->id = "T1";
    out->format = "tst";
    return ades_judge_token(ctx, &stamp, &facts, report, out, err);
}

/* A token in PEM or base64. */
static sign_rc text_verify(const struct ades_context *ctx, const source *what, const source *contents,
                           size_t n, struct sign_report *report, bool *is, sign_error *err) {
    AUTO(cms_message) m = {0};
    sign_rc rc = cms_message_read(what, &m, err);
    *is = rc == SIGN_OK && m.broken == MSG_NONE && oid_is(m.content_type, OID_CT_TST_INFO);
    return *is ? judge(ctx, m.src.mem, contents, n, report, err) : rc;
}

/* An authority's answer without a time-stamp: there is nothing to judge, and its words are why. */
static sign_rc tell_refusal(sign_bytes der, struct sign_report *report, bool *is, sign_error *err) {
    struct tsp_response response;
    sign_error why = {0};
    sign_rc rc = tsp_response_read(der, &report->arena, &response, &why);
    if (rc == SIGN_E_FORMAT) /* it is none */
        return SIGN_OK;
    if (rc != SIGN_OK) {
        if (err != NULL)
            *err = why;
        return rc;
    }
    const char *refusal = tsp_response_refusal(&response, &report->arena);
    *is = refusal != NULL || response.token.len == 0;
    if (refusal != NULL)
        report_say(report, &report->messages, MSG_TSA_REFUSED, refusal, NULL, NULL);
    else if (*is)
        report_say(report, &report->messages, MSG_TSA_EMPTY, NULL, NULL, NULL);
    return SIGN_OK;
}

sign_rc token_verify(const struct ades_context *ctx, const source *what, const source *contents, size_t n,
                     struct sign_report *report, bool *is, sign_error *err) {
    AUTO(sign_buf) own = {0};
    sign_bytes der;
    uint8_t first[HEAD];
    const sign_bytes head = BYTES(first, what->size < HEAD ? (size_t)what->size : HEAD);
    bool text = false;
    *is = false;
    if (what->size > LIMIT_WHOLE || source_read(what, 0, first, head.len, NULL) != SIGN_OK)
        return SIGN_OK;
    sign_rc rc = text_mentions(head, &text, err);
    if (rc == SIGN_OK && text)
        return text_verify(ctx, what, contents, n, report, is, err);
    if (rc != SIGN_OK || (!mentions_info(head) && !is_nested(head)))
        return rc;
    rc = source_view(what, 0, (size_t)what->size, &der, &own, err);
    if (rc != SIGN_OK)
        return rc;
    sign_bytes token = token_of(der);
    rc = is_token(token, is, err);
    if (rc == SIGN_OK && *is)
        return judge(ctx, token, contents, n, report, err);
    return rc == SIGN_OK && is_nested(head) ? tell_refusal(der, report, is, err) : rc;
}
