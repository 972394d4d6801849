/* What of an answer is looked at: its outermost structure, its header lines, and until when it is good. */
#include "base/text.h"
#include "site.h"

#include <criterion/criterion.h>

static bool peek(sign_fetch_kind kind, sign_buf body, struct net_peek *out) {
    bool ok = net_peek(kind, BYTES(body.data, body.len), out);
    sign_buf_free(&body);
    return ok;
}

Test(peek, crl) {
    struct net_peek p;
    cr_assert(peek(SIGN_FETCH_CRL, make_crl(T0 + 5, 0), &p) && p.has_next);
    cr_assert_eq(p.next, T0 + 5);
    cr_assert(peek(SIGN_FETCH_CRL, make_crl(0, 0), &p));
    cr_assert_not(p.has_next);
    cr_assert(peek(SIGN_FETCH_CRL, make_crl(T0 + 6, 60 << 20), &p));
    cr_assert_eq(p.next, T0 + 6);
    cr_assert_not(peek(SIGN_FETCH_CRL, make_certificate(), &p));
    cr_assert_not(peek(SIGN_FETCH_CRL, make_ocsp(0, 0), &p));
    cr_assert_str_eq(p.problem, "what was sent is no CRL");
}

/* Cut anywhere, or with something behind: never taken. */
Test(peek, cut_off) {
    sign_buf whole[3] = {make_crl(T0, 10), make_ocsp(0, T0), make_certificate()};
    static const sign_fetch_kind kinds[3] = {SIGN_FETCH_CRL, SIGN_FETCH_OCSP, SIGN_FETCH_CERTIFICATES};
    for (size_t i = 0; i < 3; i++) {
        struct net_peek p;
        cr_assert(net_peek(kinds[i], BYTES(whole[i].data, whole[i].len), &p), "%zu", i);
        for (size_t n = 0; n < whole[i].len; n++) {
            cr_assert_not(net_peek(kinds[i], BYTES(whole[i].data, n), &p), "%zu: %zu", i, n);
            cr_assert(p.problem[0] != 0);
        }
        AUTO(grow) more = {0};
        grow_put(&more, whole[i].data, whole[i].len);
        grow_byte(&more, 0);
        cr_assert_not(net_peek(kinds[i], BYTES(more.data, more.len), &p));
        sign_buf_free(&whole[i]);
    }
}

Test(peek, ocsp) {
    struct net_peek p;
    cr_assert(peek(SIGN_FETCH_OCSP, make_ocsp(0, T0 + 7), &p));
    cr_assert(p.has_next && p.next == T0 + 7);
    cr_assert(peek(SIGN_FETCH_OCSP, make_ocsp(0, 0), &p));
    cr_assert_not(p.has_next);
    static const struct {
        unsigned status;
        const char *text;
    } rows[] = {{1, "malformedRequest"}, {2, "internalError"}, {3, "tryLater"},
                {5, "sigRequired"},      {6, "unauthorized"},  {77, "unknown"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert_not(peek(SIGN_FETCH_OCSP, make_ocsp(rows[i].status, 0), &p));
        cr_assert_not_null(strstr(p.problem, rows[i].text), "%s", p.problem);
    }
}

/* RFC 6960, 4.4.1. */
Test(peek, nonces) {
    static const struct {
        const char *sent, *came;
        bool fits;
    } rows[] = {{"abc", "abc", true}, {"abc", "abd", false}, {"abc", "ab", false},
                {"abc", "", true},    {"", "abc", true},     {"", "", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct net_peek p;
        AUTO(sign_buf) sent = make_ocsp_request(BYTES_STR(rows[i].sent));
        AUTO(sign_buf) came = make_ocsp_nonce(0, 0, BYTES_STR(rows[i].came));
        cr_assert(net_peek(SIGN_FETCH_OCSP, BYTES(came.data, came.len), &p));
        cr_expect_eq(net_nonce_fits(BYTES(sent.data, sent.len), &p), rows[i].fits, "%zu", i);
        cr_expect(net_nonce_fits((sign_bytes){0}, &p), "no body, no nonce");
        cr_expect(net_nonce_fits(BYTES("junk", 4), &p));
    }
}

static sign_buf pem(const char *label, sign_buf der) {
    AUTO(grow) out = {0};
    sign_buf text = {0};
    grow_printf(&out, "-----BEGIN %s-----\n", label);
    text_base64(BYTES(der.data, der.len), &out);
    grow_printf(&out, "\n-----END %s-----\n", label);
    sign_buf_free(&der);
    cr_assert_eq(grow_take(&out, &text, NULL), SIGN_OK);
    return text;
}

Test(peek, pem_and_messages) {
    struct net_peek p;
    cr_assert(peek(SIGN_FETCH_CERTIFICATES, pem("CERTIFICATE", make_certificate()), &p));
    cr_assert(peek(SIGN_FETCH_CRL, pem("X509 CRL", make_crl(T0 + 9, 0)), &p));
    cr_assert_eq(p.next, T0 + 9);
    cr_assert_not(peek(SIGN_FETCH_CRL, pem("CERTIFICATE", make_certificate()), &p));
    cr_assert_not(peek(SIGN_FETCH_CERTIFICATES, pem("CERTIFICATE", make_ocsp(3, 0)), &p));
    static const uint8_t message[] =
        "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x00\x00\x00\x00";
    cr_assert(net_peek(SIGN_FETCH_CERTIFICATES, BYTES(message, sizeof message - 1), &p));
    static const uint8_t data[] =
        "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x00\x00\x00\x00";
    cr_assert_not(net_peek(SIGN_FETCH_CERTIFICATES, BYTES(data, sizeof data - 1), &p));
    cr_assert_not(net_peek(SIGN_FETCH_CERTIFICATES, BYTES("", 0), &p));
    cr_assert(net_peek(SIGN_FETCH_TIMESTAMP, BYTES("?", 1), &p));
    cr_assert_not(net_peek((sign_fetch_kind)9, BYTES("0", 1), &p));
}

static struct net_head lines(const char *text) {
    struct net_head h = {.max_age = -1};
    for (const char *at = text; *at != 0;) {
        size_t n = strcspn(at, "\n") + 1;
        net_head_line(&h, BYTES(at, n));
        at += n;
    }
    cr_assert_eq(h.octets, strlen(text));
    return h;
}

Test(head, what_matters) {
    struct net_head h =
        lines("HTTP/1.1 200 OK\r\ncontent-TYPE:  application/pkix-crl ; x=\x1b[1m \r\n"
              "Cache-Control: public, MAX-AGE=3600, max-age=\"60\"\r\nRetry-After: 120\r\n\r\n");
    cr_assert_eq(h.status, 200);
    cr_assert_str_eq(h.type, "application/pkix-crl ; x=?[1m");
    cr_assert_eq(h.max_age, 60);
    cr_assert_eq(h.retry_after, 120);
    cr_assert_not(h.no_store || h.encoded);
    h = lines("HTTP/1.1 100 Continue\r\nContent-Encoding: gzip\r\n\r\nHTTP/1.0 503\r\n");
    cr_assert(h.status == 503 && !h.encoded && h.max_age == -1);
    h = lines("HTTP/1.1 200 OK\r\nAge: 50\r\nCache-Control: max-age=60\r\nAge: 50\r\n\r\n");
    cr_assert_eq(h.max_age, 10);
    h = lines("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nAge: 70\r\n\r\n");
    cr_assert_eq(h.max_age, 0);
    h = lines("HTTP/1.1 200 OK\r\nCache-Control: no-cache,no-store, max-age=x, max-age=-1\r\n\r\n");
    cr_assert(h.max_age == 0 && h.no_store);
    h = lines("HTTP/1.1 200 OK\r\nCache-Control: max-age=99999999999999999999999\r\n\r\n");
    cr_assert_gt(h.max_age, 1000000000);
    h = lines(
        "HTTP/1.1 20000000000 OK\r\n: x\r\nno colon\r\nCache-Control:\r\nRetry-After: Wed, 21 Oct 2026\r\n");
    cr_assert(h.status == 200 && h.max_age == -1 && h.retry_after == 0);
    h = lines("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: , Identity\r\n");
    cr_assert_not(h.encoded);
    h = lines("HTTP/1.1 200 OK\r\nTransfer-Encoding: deflate\r\n");
    cr_assert(h.encoded);
}

Test(head, expiry) {
    static const struct {
        sign_fetch_kind kind;
        int64_t next; /* seconds from now; 0: none */
        int64_t max_age, want;
    } rows[] = {{SIGN_FETCH_CRL, 3600, -1, 3600},
                {SIGN_FETCH_CRL, 90 * DAY, -1, DAY},
                {SIGN_FETCH_CRL, 0, -1, DAY},
                {SIGN_FETCH_CRL, 3600, 600, 600},
                {SIGN_FETCH_CRL, 3600, 7200, 3600},
                {SIGN_FETCH_CRL, -50, -1, 60},
                {SIGN_FETCH_CRL, -50, 0, 0},
                {SIGN_FETCH_OCSP, 0, -1, 300},
                {SIGN_FETCH_OCSP, 7 * DAY, -1, DAY},
                {SIGN_FETCH_OCSP, 0, 3600, 300},
                {SIGN_FETCH_CERTIFICATES, 0, -1, 7 * DAY},
                {SIGN_FETCH_CERTIFICATES, 0, 100, 100},
                {SIGN_FETCH_CERTIFICATES, 0, 90 * DAY, 7 * DAY}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct net_peek p = {.has_next = rows[i].next != 0, .next = T0 + rows[i].next};
        struct net_head h = {.max_age = rows[i].max_age};
        cr_assert_eq(net_expires(rows[i].kind, &p, &h, T0) - T0, rows[i].want, "row %zu", i);
    }
    struct net_peek none = {0};
    cr_assert_eq(net_expires(SIGN_FETCH_CRL, &none, NULL, T0), T0 + DAY);
}
