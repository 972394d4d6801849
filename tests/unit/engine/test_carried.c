/*
 * OCSP responses that a signature carries, in each place where they may stand: RevocationValues (TS 101 733,
 * 6.3.4), SignedData.crls (RFC 5940, 2.1), RevocationValues of XAdES (EN 319 132-1, 5.4.2). None of these
 * places is signed, so what stands there counts only as far as its own signature goes.
 */
#include "base/text.h"
#include "der/builder.h"
#include "der/der.h"
#include "server/responders.h"
#include <criterion/criterion.h>
#include <openssl/ocsp.h>
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW INT64_C(1767596400) /* 2026-01-05T07:00:00Z */

static const char document[] = "<belge><metin>deneme</metin></belge>";

struct bench {
    struct realm *realm;
    const struct identity *id;
    sign_trust *trust;
    sign_key *key;
};

static sign_buf der_of(const X509 *cert) {
    sign_buf out = {0};
    int n = i2d_X509(cert, &out.data);
    cr_assert_gt(n, 0);
    out.len = (size_t)n;
    return out;
}

static sign_buf answer(struct realm *realm, const char *target, const char *type, sign_bytes body) {
    struct ask ask = {.post = body.len > 0, .target = target, .type = type, .body = body};
    struct reply reply = {0};
    respond(realm, &ask, &reply);
    cr_assert_eq(reply.status, 200, "%s: %d", target, reply.status);
    return reply.body;
}

/* What the responder says of `about`, with the faults that the target names. */
static sign_buf response(const struct bench *b, const char *target) {
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), b->id->cert, realm_authority(b->realm, AUTHORITY_CA)->cert);
    sign_buf der = {0};
    cr_assert(request != NULL && id != NULL && OCSP_request_add0_id(request, id) != NULL);
    int n = i2d_OCSP_REQUEST(request, &der.data);
    cr_assert_gt(n, 0);
    sign_buf out = answer(b->realm, target, "application/ocsp-request", BYTES(der.data, (size_t)n));
    OPENSSL_free(der.data);
    OCSP_REQUEST_free(request);
    return out;
}

static sign_key *key_of(struct realm *realm, const char *name) {
    char dir[] = "/tmp/carried-XXXXXX", key[80], cert[80], command[100];
    sign_key *out = NULL;
    cr_assert_not_null(mkdtemp(dir));
    realm_write(realm, dir);
    snprintf(key, sizeof key, "%s/%s.key.pem", dir, name);
    snprintf(cert, sizeof cert, "%s/%s.pem", dir, name);
    sign_key_options opt = {.size = sizeof opt, .certificate = cert};
    cr_assert_eq(sign_key_open(key, &opt, &out, NULL), SIGN_OK);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    cr_assert_eq(system(command), 0);
    return out;
}

/* The root is believed, its list is there; nothing is known of the signer but what the signature brings. */
static struct bench bench_open(void) {
    const struct wish wish = {.name = "imzaci", .issuer = AUTHORITY_CA, .ocsp = "/ocsp/ca"};
    struct bench b = {.realm = realm_open(SIGN_TEST_PKI, "http://127.0.0.1:1", NOW)};
    b.id = realm_issue(b.realm, &wish);
    sign_buf root = der_of(realm_authority(b.realm, AUTHORITY_ROOT)->cert),
             ca = der_of(realm_authority(b.realm, AUTHORITY_CA)->cert),
             crl = answer(b.realm, "/crl/root", "", (sign_bytes){0});
    const sign_input anchor = {.data = BYTES(root.data, root.len)}, issuer = {.data = BYTES(ca.data, ca.len)},
                     list = {.data = BYTES(crl.data, crl.len)};
    const sign_trust_options opt = {.size = sizeof opt,
                                    .anchors = &anchor,
                                    .n_anchors = 1,
                                    .certs = &issuer,
                                    .n_certs = 1,
                                    .crls = &list,
                                    .n_crls = 1};
    cr_assert_eq(sign_trust_new(&opt, &b.trust, NULL), SIGN_OK);
    b.key = key_of(b.realm, "imzaci");
    OPENSSL_free(root.data);
    OPENSSL_free(ca.data);
    free(crl.data);
    return b;
}

static void bench_close(struct bench *b) {
    sign_key_free(&b->key);
    sign_trust_free(&b->trust);
    realm_close(b->realm);
}

static sign_buf signed_as(const struct bench *b, sign_format format) {
    sign_buf out = {0};
    sign_options opt = {.size = sizeof opt, .format = format, .claimed_time = NOW};
    const sign_input in = {.name = "belge.xml", .data = BYTES_STR(document)};
    cr_assert_eq(sign_create(b->key, &in, &opt, &(sign_output){.buf = &out}, NULL), SIGN_OK);
    return out;
}

/* ---- putting it in ---- */

typedef void (*part_fn)(der_builder *b, sign_bytes response);

/* OtherRevocationInfoFormat (RFC 5652, 10.2.1) with an OCSPResponse. */
static void put_other(der_builder *b, sign_bytes response) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
    der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
    der_put_oid(b, OID_RI_OCSP_RESPONSE);
    der_put_raw(b, response);
    der_end(b);
    der_end(b);
}

/* unsignedAttrs with revocation-values: ocspVals [1] SEQUENCE OF BasicOCSPResponse. */
static void put_values(der_builder *b, sign_bytes basic) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_AA_REVOCATION_VALUES);
    der_begin(b, DER_SET);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
    der_begin(b, DER_SEQUENCE);
    der_put_raw(b, basic);
    for (int i = 0; i < 6; i++)
        der_end(b);
}

/* The message with `lists` before signerInfos and `attributes` at the end of its one SignerInfo; NULL: none.
 */
static sign_buf rebuilt(sign_buf message, part_fn lists, part_fn attributes, sign_bytes piece) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, BYTES(message.data, message.len), false), info, in, data, signers,
                      one;
    struct der_tlv t;
    sign_bytes oid;
    der_builder b = {0};
    cr_assert(der_enter(&c, DER_SEQUENCE, &info) && der_oid(&info, &oid) &&
              der_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &in) && der_enter(&in, DER_SEQUENCE, &data));
    der_begin(&b, DER_SEQUENCE);
    der_put_oid_bytes(&b, oid);
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(&b, DER_SEQUENCE);
    cr_assert(der_take(&data, DER_INTEGER, &t));
    if (lists != NULL)
        der_put_uint(&b, 5); /* RFC 5652, 5.1: "other" revocation information */
    else
        der_put_raw(&b, t.raw);
    for (int i = 0; i < 3; i++) { /* digestAlgorithms, encapContentInfo, certificates */
        cr_assert(der_any(&data, &t));
        der_put_raw(&b, t.raw);
    }
    if (lists != NULL)
        lists(&b, piece);
    cr_assert(der_enter(&data, DER_SET, &signers) && der_enter(&signers, DER_SEQUENCE, &one));
    der_begin(&b, DER_SET);
    der_begin(&b, DER_SEQUENCE);
    while (der_more(&one) && der_any(&one, &t))
        der_put_raw(&b, t.raw);
    if (attributes != NULL)
        attributes(&b, piece);
    for (int i = 0; i < 5; i++)
        der_end(&b);
    sign_buf out = {0};
    cr_assert(der_ok(&data));
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

/* What an OCSPResponse wraps (RFC 6960, 4.2.1). */
static sign_buf basic_of(sign_buf response) {
    const unsigned char *at = response.data;
    OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &at, (long)response.len);
    OCSP_BASICRESP *basic = r != NULL ? OCSP_response_get1_basic(r) : NULL;
    unsigned char *der = NULL;
    sign_buf out = {0};
    cr_assert_not_null(basic);
    int n = i2d_OCSP_BASICRESP(basic, &der);
    cr_assert_gt(n, 0);
    out.data = malloc((size_t)n);
    cr_assert_not_null(out.data);
    memcpy(out.data, der, (size_t)n);
    out.len = (size_t)n;
    OPENSSL_free(der);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(r);
    return out;
}

static sign_buf in_cades_values(const struct bench *b, sign_buf response) {
    sign_buf message = signed_as(b, SIGN_CADES), basic = basic_of(response);
    sign_buf out = rebuilt(message, NULL, put_values, BYTES(basic.data, basic.len));
    sign_buf_free(&message);
    sign_buf_free(&basic);
    return out;
}

static sign_buf in_cades_lists(const struct bench *b, sign_buf response) {
    sign_buf message = signed_as(b, SIGN_CADES);
    sign_buf out = rebuilt(message, put_other, NULL, BYTES(response.data, response.len));
    sign_buf_free(&message);
    return out;
}

static sign_buf in_xades_values(const struct bench *b, sign_buf response) {
    static const char end[] = "</xades:QualifyingProperties>";
    sign_buf message = signed_as(b, SIGN_XADES), basic = basic_of(response), out = {0};
    const char *text = (const char *)message.data, *at = strstr(text, end);
    grow g = {0};
    cr_assert_not_null(at, "%s", text);
    grow_put(&g, text, (size_t)(at - text));
    grow_str(&g, "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:RevocationValues>"
                 "<xades:OCSPValues><xades:EncapsulatedOCSPValue>");
    text_base64(BYTES(basic.data, basic.len), &g);
    grow_str(&g, "</xades:EncapsulatedOCSPValue></xades:OCSPValues></xades:RevocationValues>"
                 "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>");
    grow_str(&g, at);
    cr_assert_eq(grow_take(&g, &out, NULL), SIGN_OK);
    sign_buf_free(&message);
    sign_buf_free(&basic);
    return out;
}

/* ---- verdicts ---- */

static sign_report *judged(const struct bench *b, sign_buf document_bytes) {
    sign_report *r = NULL;
    sign_error err = {0};
    const sign_input what = {.name = "belge", .data = BYTES(document_bytes.data, document_bytes.len)};
    const sign_verify_options opt = {.size = sizeof opt, .at = NOW + 60};
    sign_rc rc = sign_verify(&what, NULL, 0, b->trust, &opt, &r, &err);
    cr_assert_geq(rc, 0, "%s", err.text);
    cr_assert_eq(sign_report_count(r), 1);
    return r;
}

static char *json_of(const sign_report *r) {
    sign_buf out = {0};
    cr_assert_eq(sign_report_write(r, SIGN_JSON, SIGN_EN, &out, NULL), SIGN_OK);
    char *text = strndup((const char *)out.data, out.len);
    sign_buf_free(&out);
    return text;
}

static const struct place {
    const char *name;
    sign_buf (*put)(const struct bench *b, sign_buf response);
} places[] = {{"revocation-values", in_cades_values},
              {"SignedData.crls", in_cades_lists},
              {"RevocationValues of XAdES", in_xades_values}};
enum { PLACES = sizeof places / sizeof *places };

Test(carried, responses_answer_from_every_place) {
    struct bench b = bench_open();
    sign_buf response_der = response(&b, "/ocsp/ca");
    for (size_t i = 0; i < PLACES; i++) {
        sign_buf with = places[i].put(&b, response_der);
        sign_report *r = judged(&b, with);
        const sign_signature *s = sign_report_signature(r, 0);
        char *json = json_of(r);
        cr_expect_eq(s->verdict, SIGN_OK, "%s: %s", places[i].name, json);
        cr_expect_not_null(strstr(json, "\"kind\": \"ocsp\""), "%s: %s", places[i].name, json);
        cr_expect_not_null(strstr(json, "\"origin\": \"signature\""), "%s: %s", places[i].name, json);
        cr_expect_not_null(strstr(json, "\"produced_at\": \"2026-01-05T0"), "%s: %s", places[i].name, json);
        cr_expect_not_null(strstr(json, "\"signer\": \""), "a delegated responder: %s", json);
        free(json);
        sign_report_free(&r);
        sign_buf_free(&with);
    }
    free(response_der.data);
    bench_close(&b);
}

/* Without any of it, and with one that must not count, the question stays open; a revoked signer stays one.
 */
Test(carried, what_is_no_answer_is_left_out) {
    static const struct {
        const char *target, *sub;
    } rows[] = {{"/ocsp/ca/wrong-signer", "TRY_LATER"},   {"/ocsp/ca/bad-signature", "TRY_LATER"},
                {"/ocsp/ca/no-eku", "TRY_LATER"},         {"/ocsp/ca/other-certid", "TRY_LATER"},
                {"/ocsp/ca/other-key-hash", "TRY_LATER"}, {"/ocsp/ca/stale", "TRY_LATER"},
                {"/ocsp/ca/several-others", "TRY_LATER"}, {"/ocsp/ca/unknown", "TRY_LATER"}};
    struct bench b = bench_open();
    sign_buf bare = signed_as(&b, SIGN_CADES);
    sign_report *r = judged(&b, bare);
    cr_expect_str_eq(sign_report_signature(r, 0)->sub, "TRY_LATER", "nothing carried");
    sign_report_free(&r);
    sign_buf_free(&bare);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        sign_buf response_der = response(&b, rows[k].target);
        for (size_t i = 0; i < PLACES; i++) {
            sign_buf with = places[i].put(&b, response_der);
            r = judged(&b, with);
            const char *sub = sign_report_signature(r, 0)->sub;
            cr_expect_str_eq(sub != NULL ? sub : "passed", rows[k].sub, "%s in %s", rows[k].target,
                             places[i].name);
            sign_report_free(&r);
            sign_buf_free(&with);
        }
        free(response_der.data);
    }
    bench_close(&b);
}

Test(carried, a_revoked_signer_is_told) {
    struct bench b = bench_open();
    realm_change(b.realm, b.id->cert, STATE_REVOKED, NOW - 86400);
    sign_buf response_der = response(&b, "/ocsp/ca");
    for (size_t i = 0; i < PLACES; i++) {
        sign_buf with = places[i].put(&b, response_der);
        sign_report *r = judged(&b, with);
        cr_expect_str_eq(sign_report_signature(r, 0)->sub, "REVOKED_NO_POE", "%s", places[i].name);
        sign_report_free(&r);
        sign_buf_free(&with);
    }
    free(response_der.data);
    bench_close(&b);
}

/* Nonsense where a response should stand spoils neither the signature nor what stands beside it. */
Test(carried, nonsense_is_no_candidate) {
    static const uint8_t nonsense[] = {0x30, 0x03, 0x02, 0x01, 0x00};
    struct bench b = bench_open();
    sign_buf message = signed_as(&b, SIGN_CADES);
    part_fn lists[] = {put_other, NULL}, values[] = {NULL, put_values};
    for (size_t i = 0; i < 2; i++) {
        sign_buf with = rebuilt(message, lists[i], values[i], BYTES(nonsense, sizeof nonsense));
        sign_report *r = judged(&b, with);
        const sign_signature *s = sign_report_signature(r, 0);
        cr_expect(s->references == 1 && s->signature_value == 1, "%zu", i);
        cr_expect_str_eq(s->sub, "TRY_LATER", "%zu", i);
        sign_report_free(&r);
        sign_buf_free(&with);
    }
    sign_buf_free(&message);
    bench_close(&b);
}
