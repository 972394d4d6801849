/*
 * The authority of the test server, asked through the door: each thing that it does wrong is told apart from
 * every other, and where it is right it is believed (RFC 3161, 2.2 to 2.4).
 */
#include "make.h"

#include "server/door.h"
#include <criterion/criterion.h>

#define NOW INT64_C(1767225600) /* 2026-01-01 */

struct world {
    struct realm *realm;
    struct door door;
    sign_trust *trust;
    struct crypto *crypto;
};
typedef struct world world;

static void world_close(world *w) {
    pki_lend_back(w->trust, w->crypto);
    sign_trust_free(&w->trust);
    door_close(&w->door);
    realm_close(w->realm);
}
CLEANUP(world, world_close);

static void world_open(world *w) {
    w->realm = realm_open(SIGN_TEST_PKI, "http://127.0.0.1:1", NOW);
    door_open(&w->door, w->realm);
    unsigned char *der = NULL;
    int n = i2d_X509(realm_authority(w->realm, AUTHORITY_ROOT)->cert, &der);
    cr_assert_gt(n, 0);
    const sign_input anchor = {.name = "root", .data = BYTES(der, (size_t)n)};
    const sign_trust_options opt = {
        .size = sizeof opt, .anchors = &anchor, .n_anchors = 1, .fetch = &w->door.fetch};
    cr_assert_eq(sign_trust_new(&opt, &w->trust, NULL), SIGN_OK);
    cr_assert_eq(pki_lend(w->trust, &w->crypto, NULL), SIGN_OK);
    OPENSSL_free(der);
}

static struct tsp_request asked(void) {
    static const uint8_t imprint[32] = "of something or other, 32 octets", nonce[] = {1, 2, 3, 4, 5, 6, 7, 8},
                         policy[] = {0x60, 0x86, 0x18, 1, 2, 1, 1, 5, 7, 3, 1};
    return (struct tsp_request){.digest = DIGEST_SHA256,
                                .imprint = BYTES(imprint, 32),
                                .policy = BYTES(policy, sizeof policy),
                                .nonce = BYTES(nonce, sizeof nonce),
                                .certificates = true};
}

static sign_fetch_answer fetch(world *w, const char *faults, const struct tsp_request *request) {
    char url[200];
    AUTO(sign_buf) body = {0};
    sign_fetch_answer answer = {0};
    cr_assert_eq(tsp_request_write(request, &body, NULL), SIGN_OK);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:1/tsa/ca%s%s", faults[0] != 0 ? "/" : "", faults);
    const sign_fetch_request q = {.size = sizeof q,
                                  .kind = SIGN_FETCH_TIMESTAMP,
                                  .url = url,
                                  .type = "application/timestamp-query",
                                  .body = make_view(body),
                                  .limit = 1 << 20};
    w->door.fetch.call(w->door.fetch.user, &q, 1, &answer);
    return answer;
}

/* The certificate that the token names and its references mean; NULL: it is not there. */
static struct pki_cert *signer_of(world *w, const struct tsp_token *t) {
    for (size_t i = 0; i < t->n_certs; i++) {
        struct pki_cert *c = NULL;
        uint8_t hash[DIGEST_MAX];
        bool mine = pki_certificate(w->trust, w->crypto, t->certs[i], &c, NULL) == SIGN_OK &&
                    bytes_equal(c->serial, t->signer.serial) && bytes_equal(c->issuer, t->signer.issuer);
        for (size_t r = 0; mine && r < t->n_references; r++)
            mine = crypto_hash(w->crypto, t->references[r].digest, c->der, hash, NULL) == SIGN_OK &&
                   bytes_equal(t->references[r].hash,
                               BYTES(hash, crypto_digest_row(t->references[r].digest)->size));
        if (mine)
            return c;
        pki_cert_free(&c);
    }
    return NULL;
}

/* What becomes of a token that answers the request: "ok", or the first thing that is wrong. */
static void judge(world *w, const struct tsp_token *t, arena *a, char *out, size_t size) {
    AUTO(pki_cert_ptr) cert = signer_of(w, t);
    AUTO(pki_path_ptr) path = NULL;
    struct tsp_integrity i;
    const struct pki_path_options opt = {.at = NOW,
                                         .revocation = true,
                                         .online = true,
                                         .purpose = PKI_TSA,
                                         .bag = t->certs,
                                         .n_bag = t->n_certs};
    bool sole = false, has = false;
    cr_assert_not_null(cert);
    has = pki_cert_has_purpose(cert, OID_EKU_TIME_STAMPING, &sole);
    cr_assert_eq(tsp_token_check(w->crypto, t, cert, a, &i, NULL), SIGN_OK);
    cr_assert_eq(pki_path_check(w->trust, w->crypto, cert, &opt, &path, NULL), SIGN_OK);
    if (i.content != TRI_TRUE || i.value != TRI_TRUE)
        (void)snprintf(out, size, "content %d value %d", i.content, i.value);
    else if (path->message == MSG_PATH_NOT_TSA)
        (void)snprintf(out, size, "%s %s, %s", message_code(path->message),
                       sole  ? "alone"
                       : has ? "not alone"
                             : "absent",
                       cert->eku_critical ? "critical" : "not critical");
    else if (path->indication != TOTAL_PASSED)
        (void)snprintf(out, size, "%s", message_code(path->message));
    else if (t->time != NOW)
        (void)snprintf(out, size, "%+lld s", (long long)(t->time - NOW));
    else
        (void)snprintf(out, size, "ok%s", t->has_accuracy ? "" : ", no accuracy");
}

static void ask(world *w, const char *faults, const struct tsp_request *request, char *out, size_t size) {
    AUTO(arena) a = {0};
    struct tsp_response r;
    const struct tsp_token *t;
    sign_error err = {0};
    sign_fetch_answer answer = fetch(w, faults, request);
    (void)snprintf(out, size, "door");
    if (answer.rc == SIGN_OK) {
        sign_rc rc = tsp_response_read(make_view(answer.body), &a, &r, &err);
        if (rc == SIGN_OK)
            rc = tsp_response_check(request, &r, &a, &t, &err);
        if (rc == SIGN_OK)
            judge(w, t, &a, out, size);
        else
            (void)snprintf(out, size, "%s %s", err.id, err.text);
    }
    sign_buf_free(&answer.body);
}

Test(authority, faults_are_told_apart) {
    static const struct {
        const char *faults, *expected;
    } rows[] = {
        {"", "ok"},
        {"no-accuracy", "ok, no accuracy"},
        {"wrong-imprint", "E4513 it is of another imprint"},
        {"wrong-policy", "E4513 policy 2.16.792.1.2.1.1.5.7.3.2, requested 2.16.792.1.2.1.1.5.7.3.1"},
        {"wrong-nonce", "E4513 the nonce is another"},
        {"no-nonce", "E4513 the nonce is missing"},
        {"no-certs", "E4513 the authority's certificate is missing"},
        {"rejection", "E4512 rejection, badAlg: istek reddedildi"},
        {"rejection:25", "E4512 rejection, systemFailure: istek reddedildi"},
        {"bad-signature", "content 1 value 0"},
        {"wrong-signer", "E3002"},
        {"no-eku", "E3312 absent, not critical"},
        {"eku-not-alone", "E3312 not alone, critical"},
        {"eku-not-critical", "E3312 alone, not critical"},
        {"signer-expired", "E3010"},
        {"signer-revoked", "E3014"},
        {"future", "+86400 s"},
        {"past:7200", "-7200 s"},
        {"empty", "E4511 the answer is empty"},
        {"status:503", "door"},
    };
    AUTO(world) w;
    world_open(&w);
    const struct tsp_request request = asked();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[400];
        ask(&w, rows[i].faults, &request, got, sizeof got);
        cr_expect_str_eq(got, rows[i].expected, "%s: %s", rows[i].faults, got);
    }
}

/* Whatever comes instead of a response, in words or not, is told as that. */
Test(authority, answers_that_are_none) {
    static const char *const rows[] = {"text", "garbage", "truncated"};
    AUTO(world) w;
    world_open(&w);
    const struct tsp_request request = asked();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[400];
        ask(&w, rows[i], &request, got, sizeof got);
        cr_expect_eq(strncmp(got, "E4511 ", 6), 0, "%s: %s", rows[i], got);
        cr_expect_eq(got[6] == '"', i == 0, "%s: %s", rows[i], got);
    }
}

/* What the authority does not take, it says with its own bit (2.4.2). */
Test(authority, refuses_what_it_does_not_take) {
    static const uint8_t other[] = {0x2a, 3, 4};
    AUTO(world) w;
    world_open(&w);
    char got[400];
    struct tsp_request request = asked();
    request.policy = BYTES(other, sizeof other);
    ask(&w, "", &request, got, sizeof got);
    cr_expect_str_eq(got, "E4512 rejection, unacceptedPolicy: istek reddedildi");
    request = asked();
    request.digest = DIGEST_SHA1;
    request.imprint.len = 20;
    ask(&w, "", &request, got, sizeof got);
    cr_expect_str_eq(got, "E4512 rejection, badAlg: istek reddedildi");
}
