/* OCSP responses and requests as octets (RFC 6960, 4), against OpenSSL's. */
#include "mint_ocsp.h"
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

static sign_rc read_ocsp(sign_bytes der, struct pki_ocsp **out) {
    sign_error err = {0};
    AUTO(pki_source_ptr) from = pki_source_new(ORIGIN_GIVEN, "test", 0, INT64_MAX);
    sign_rc rc = pki_ocsp_read(der, from, out, &err);
    cr_expect(rc == SIGN_OK || err.id[0] != '\0', "an error without a message");
    return rc;
}

Test(pki_ocsp, fields) {
    struct scene s;
    scene_begin(&s);
    const struct mint_single singles[] = {
        {.issuer = "CA", .issuer_key = s.ca_key, .serial = 1, .reason = -1, .from = T2026, .to = T2027},
        {.issuer = "CA",
         .issuer_key = s.ca_key,
         .serial = 2,
         .digest = DIGEST_SHA384,
         .status = OCSP_REVOKED,
         .revoked_at = T2020 + 5,
         .reason = 4,
         .from = T2026 + 1},
        {.issuer = "CA",
         .issuer_key = s.ca_key,
         .serial = 3,
         .status = OCSP_STATUS_UNKNOWN,
         .from = T2026 + 2,
         .cutoff = T2020}};
    const sign_bytes certs[] = {BYTES("\x30\x00", 2)};
    for (int bare = 0; bare < 2; bare++) {
        struct mint_ocsp m = response_of(&s, singles);
        m.n = 3;
        m.bare = bare == 1;
        m.produced = T2026 + 9;
        m.nonce = BYTES("12345678901234567890123456789012", 32);
        m.certs = certs;
        m.n_certs = 1;
        AUTO(sign_buf) der = mint_ocsp(&m);
        AUTO(pki_ocsp_ptr) r = NULL;
        cr_assert_eq(read_ocsp(view(der), &r), SIGN_OK);
        cr_assert(r->status == 0 && r->n_singles == 3 && r->n_certs == 1 && !r->critical);
        cr_expect(r->produced_at == T2026 + 9 && r->by_name.len > 0 && r->by_key.len == 0);
        cr_expect(r->has_nonce && bytes_equal(r->nonce, m.nonce));
        cr_expect(r->sigalg.scheme == SCHEME_ECDSA && r->sigalg.digest == DIGEST_SHA256);
        const struct ocsp_single *a = r->singles;
        cr_expect(a[0].status == OCSP_GOOD && a[0].digest == DIGEST_SHA1 && a[0].this_update == T2026 &&
                  a[0].has_next && a[0].next_update == T2027 && a[0].archive_cutoff == INT64_MIN);
        cr_expect(a[1].status == OCSP_REVOKED && a[1].revoked_at == T2020 + 5 && a[1].reason == 4 &&
                  a[1].digest == DIGEST_SHA384 && a[1].name_hash.len == 48 && !a[1].has_next);
        cr_expect(a[2].status == OCSP_STATUS_UNKNOWN && a[2].archive_cutoff == T2020 &&
                  bytes_equal(a[2].serial, BYTES("\x03", 1)));
    }
    scene_end(&s);
}

/* Octets that end too early or too late are no response, wherever that is. */
Test(pki_ocsp, every_length_but_the_right_one_is_refused) {
    struct scene s;
    scene_begin(&s);
    struct mint_single single = single_of(&s);
    struct mint_ocsp m = response_of(&s, &single);
    m.nonce = BYTES("1234", 4);
    m.by_name = NULL;
    m.by_key = s.ca_key;
    AUTO(sign_buf) der = mint_ocsp(&m);
    AUTO(grow) longer = {0};
    grow_put(&longer, der.data, der.len);
    grow_byte(&longer, 0);
    AUTO(pki_ocsp_ptr) r = NULL;
    for (size_t n = 0; n < der.len; n++)
        cr_assert_eq(read_ocsp(BYTES(der.data, n), &r), SIGN_E_FORMAT, "%zu octets", n);
    cr_assert_eq(read_ocsp(BYTES(longer.data, longer.len), &r), SIGN_E_FORMAT);
    cr_assert_eq(read_ocsp(view(der), &r), SIGN_OK);
    cr_expect(r->by_key.len == 20 && r->by_name.len == 0);
    scene_end(&s);
}

Test(pki_ocsp, error_responses) {
    for (unsigned status = 1; status < 9; status++) {
        AUTO(pki_ocsp_ptr) r = NULL;
        AUTO(sign_buf) der = mint_ocsp(&(struct mint_ocsp){.status = status});
        sign_rc wanted = status == 4 || status > 6 ? SIGN_E_FORMAT : SIGN_OK;
        cr_expect_eq(read_ocsp(view(der), &r), wanted, "%u", status);
        cr_expect(wanted != SIGN_OK || r->status == status);
    }
}

Test(pki_ocsp, malformed) {
    static const struct {
        const char *octets;
        size_t len;
        const char *what;
    } rows[] = {{"\x30\x03\x0a\x01\x00", 5, "successful, and nothing more"},
                {"\x30\x05\x0a\x01\x01\xa0\x00", 7, "an error with a response"},
                {"\x30\x04\x0a\x02\x00\x00", 6, "a status of two octets"},
                {"\x30\x00", 2, "empty"},
                {"\x30\x02\x30\x00", 4, "BasicOCSPResponse of nothing"},
                {"\x30\x0c\x0a\x01\x00\xa0\x07\x30\x05\x06\x01\x2a\x04\x00", 14, "another type"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(pki_ocsp_ptr) r = NULL;
        cr_expect_eq(read_ocsp(BYTES(rows[i].octets, rows[i].len), &r), SIGN_E_FORMAT, "%s", rows[i].what);
    }
}

Test(pki_ocsp, limits) {
    struct scene s;
    scene_begin(&s);
    struct mint_single *many = calloc(LIMIT_OCSP_SINGLES + 1, sizeof *many);
    cr_assert_not_null(many);
    for (size_t i = 0; i < LIMIT_OCSP_SINGLES + 1; i++) {
        many[i] = single_of(&s);
        many[i].serial = i + 1;
    }
    struct mint_ocsp m = response_of(&s, many);
    for (size_t over = 0; over < 2; over++) {
        AUTO(pki_ocsp_ptr) r = NULL;
        m.n = LIMIT_OCSP_SINGLES + over;
        AUTO(sign_buf) der = mint_ocsp(&m);
        cr_expect_eq(read_ocsp(view(der), &r), over ? SIGN_E_LIMIT : SIGN_OK);
    }
    free(many);
    AUTO(sign_buf) big = {calloc(1, LIMIT_OCSP + 1), LIMIT_OCSP + 1};
    AUTO(pki_ocsp_ptr) r = NULL;
    cr_expect_eq(read_ocsp(view(big), &r), SIGN_E_LIMIT);
    scene_end(&s);
}

static X509 *x509(sign_buf der) {
    const unsigned char *p = der.data;
    X509 *x = d2i_X509(NULL, &p, (long)der.len);
    cr_assert_not_null(x);
    return x;
}

/* What OpenSSL makes of a request of ours: the CertID that it would have made itself, and the nonce. */
Test(pki_ocsp, request_read_by_openssl) {
    struct scene s;
    scene_begin(&s);
    AUTO(sign_buf) ca_der = mint_cert(&s.ca);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    AUTO(crypto_ptr) crypto = NULL;
    AUTO(pki_cert_ptr) ca = NULL;
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(sign_buf) id = {0};
    AUTO(sign_buf) request = {0};
    const sign_bytes nonce = BYTES("abcdefghijklmnopqrstuvwxyz012345", 32);
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_read(crypto, view(ca_der), &ca, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_read(crypto, view(der), &cert, NULL), SIGN_OK);
    cr_assert_eq(ocsp_cert_id(crypto, cert, ca, &id, NULL), SIGN_OK);
    cr_assert_eq(ocsp_request(view(id), nonce, &request, NULL), SIGN_OK);
    X509 *x_ca = x509(ca_der), *x = x509(der);
    const unsigned char *p = request.data;
    OCSP_REQUEST *theirs = d2i_OCSP_REQUEST(NULL, &p, (long)request.len);
    cr_assert(theirs != NULL && p == request.data + request.len);
    cr_assert_eq(OCSP_request_onereq_count(theirs), 1);
    OCSP_CERTID *wanted = OCSP_cert_to_id(EVP_sha1(), x, x_ca);
    cr_expect_eq(OCSP_id_cmp(OCSP_onereq_get0_id(OCSP_request_onereq_get0(theirs, 0)), wanted), 0);
    int at = OCSP_REQUEST_get_ext_by_NID(theirs, NID_id_pkix_OCSP_Nonce, -1);
    cr_assert_geq(at, 0);
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(OCSP_REQUEST_get_ext(theirs, at));
    cr_expect(ASN1_STRING_length(value) == 34 &&
              memcmp(ASN1_STRING_get0_data(value) + 2, nonce.data, 32) == 0);
    OCSP_CERTID_free(wanted);
    OCSP_REQUEST_free(theirs);
    X509_free(x);
    X509_free(x_ca);
    scene_end(&s);
}

/* A response that OpenSSL made and signed answers the question. */
Test(pki_ocsp, response_made_by_openssl) {
    struct scene s;
    scene_begin(&s);
    const int64_t now = time_now();
    s.ca.to = s.signer.to = s.responder.to = now + DAY;
    AUTO(sign_buf) ca_der = mint_cert(&s.ca);
    AUTO(sign_buf) der = mint_cert(&s.signer);
    AUTO(sign_buf) responder = mint_cert(&s.responder);
    for (int status = V_OCSP_CERTSTATUS_GOOD; status <= V_OCSP_CERTSTATUS_UNKNOWN; status++) {
        X509 *x_ca = x509(ca_der), *x = x509(der), *x_responder = x509(responder);
        OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
        OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha256(), x, x_ca);
        ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)now), *to = ASN1_TIME_set(NULL, (time_t)now + 3600);
        cr_assert_not_null(
            OCSP_basic_add1_status(basic, id, status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, from, from, to));
        unsigned long flags = status == V_OCSP_CERTSTATUS_REVOKED ? OCSP_RESPID_KEY : 0;
        cr_assert_eq(OCSP_basic_sign(basic, x_responder, s.responder_key, EVP_sha256(), NULL, flags), 1);
        OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        unsigned char *octets = NULL;
        int n = i2d_OCSP_RESPONSE(response, &octets);
        cr_assert_gt(n, 0);
        /* It is dated now: the clock of the machine is the only one that OpenSSL has for producedAt. */
        const struct kit k = {
            .anchors = {view(ca_der)}, .n_anchors = 1, .ocsps = {BYTES(octets, (size_t)n)}, .n_ocsps = 1};
        sign_trust *trust = kit_trust(&k);
        const struct pki_path_options opt = {.at = now, .revocation = true};
        struct outcome o = judge(trust, view(der), &opt);
        if (status == V_OCSP_CERTSTATUS_GOOD)
            expect(o, SUB_NONE, MSG_NONE, "good");
        else if (status == V_OCSP_CERTSTATUS_REVOKED)
            expect(o, SUB_REVOKED_NO_POE, MSG_CERT_REVOKED, "revoked");
        else
            expect(o, SUB_TRY_LATER, MSG_OCSP_UNKNOWN, "unknown");
        sign_trust_free(&trust);
        OPENSSL_free(octets);
        OCSP_RESPONSE_free(response);
        OCSP_BASICRESP_free(basic);
        OCSP_CERTID_free(id);
        ASN1_TIME_free(from);
        ASN1_TIME_free(to);
        X509_free(x);
        X509_free(x_ca);
        X509_free(x_responder);
    }
    scene_end(&s);
}
