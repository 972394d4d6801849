/*
 * online_threads - threads that verify and ask at once: one trust and one door for all of them. First the
 * responders in-process, then over the loopback interface with one net and one cache. Every thread judges
 * certificates in every state and a signature, and each verdict must be the one that there is; from time to
 * time all begins anew with a trust that knows nothing.
 */
#include "server/door.h"
#include "server/http.h"
#include "threads/crowd.h"

#include <openssl/cms.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 4, TURNS = 6, SUBJECTS = 5 };

/* By responder or lists; the last two are told right by the delta list alone. */
static const struct subject {
    struct wish wish;
    sign_rc verdict;
    const char *sub; /* "" when passed */
} subjects[SUBJECTS] = {
    {{.name = "good", .ocsp = "/ocsp/ca"}, SIGN_OK, ""},
    {{.name = "revoked", .state = STATE_REVOKED, .ocsp = "/ocsp/ca"}, SIGN_INDETERMINATE, "REVOKED_NO_POE"},
    {{.name = "held", .state = STATE_SUSPENDED, .crl = "/crl/ca"}, SIGN_INDETERMINATE, "TRY_LATER"},
    {{.name = "late", .state = STATE_LATE, .crl = "/crl/ca/freshest", .freshest = "/crl/ca/delta"},
     SIGN_INDETERMINATE,
     "REVOKED_NO_POE"},
    {{.name = "resumed", .state = STATE_RESUMED, .crl = "/crl/ca/freshest", .freshest = "/crl/ca/delta"},
     SIGN_OK,
     ""},
};

struct stage {
    sign_buf certs[SUBJECTS], root, signature; /* of the first one */
    int64_t now;
    const sign_fetch *fetch;
    sign_trust *trust;
    struct tally tally;
};

static sign_buf der_of(X509 *cert) {
    sign_buf out = {0};
    int n = i2d_X509(cert, &out.data);
    must(n > 0, "DER");
    out.len = (size_t)n;
    return out;
}

static sign_buf signature_of(const struct identity *id) {
    static const char text[] = "Eşzamanlı doğrulanan belge.";
    sign_buf out = {0};
    BIO *in = BIO_new_mem_buf(text, sizeof text - 1);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
    must(in != NULL && cms != NULL && CMS_set_detached(cms, 0) == 1 &&
             CMS_add1_signer(cms, id->cert, id->key, EVP_sha256(), CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP) !=
                 NULL &&
             CMS_final(cms, in, NULL, CMS_BINARY) == 1,
         "a signature");
    int n = i2d_CMS_ContentInfo(cms, &out.data);
    must(n > 0, "a signature");
    out.len = (size_t)n;
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return out;
}

static void people_make(struct stage *s, struct realm *realm) {
    s->now = realm_now(realm);
    s->root = der_of(realm_authority(realm, AUTHORITY_ROOT)->cert);
    for (size_t i = 0; i < SUBJECTS; i++) {
        struct wish wish = subjects[i].wish;
        wish.issuer = AUTHORITY_CA;
        wish.aia = "/aia/ca";
        const struct identity *id = realm_issue(realm, &wish);
        s->certs[i] = der_of(id->cert);
        if (i == 0)
            s->signature = signature_of(id);
    }
}

static void people_free(struct stage *s) {
    OPENSSL_free(s->root.data);
    OPENSSL_free(s->signature.data);
    for (size_t i = 0; i < SUBJECTS; i++)
        OPENSSL_free(s->certs[i].data);
}

static void judge(struct stage *s, sign_rc rc, const sign_report *r, const sign_error *err,
                  const struct subject *who) {
    const char *sub = rc >= 0 ? sign_report_signature(r, 0)->sub : err->text;
    sub = sub != NULL ? sub : "";
    expect(&s->tally, rc == who->verdict && strcmp(sub, who->sub) == 0, who->wish.name, sub);
}

static void check(struct stage *s, size_t i) {
    sign_error err = {0};
    sign_report *r = NULL;
    const sign_input in = {.name = subjects[i].wish.name, .data = {s->certs[i].data, s->certs[i].len}};
    const sign_cert_options opt = {.size = sizeof opt, .at = s->now};
    sign_rc rc = sign_cert_check(&in, s->trust, &opt, &r, &err);
    judge(s, rc, r, &err, &subjects[i]);
    sign_report_free(&r);
}

static void verify(struct stage *s) {
    sign_error err = {0};
    sign_report *r = NULL;
    const sign_input in = {.name = "belge.p7m", .data = {s->signature.data, s->signature.len}};
    const sign_verify_options opt = {.size = sizeof opt, .at = s->now};
    sign_rc rc = sign_verify(&in, NULL, 0, s->trust, &opt, &r, &err);
    judge(s, rc, r, &err, &subjects[0]);
    sign_report_free(&r);
}

/* Each begins with another one. */
static void work(void *user, size_t number) {
    for (size_t i = 0; i < TURNS; i++) {
        size_t which = (number + i) % (SUBJECTS + 1);
        if (which < SUBJECTS)
            check(user, which);
        else
            verify(user);
    }
}

static bool round_of(struct stage *s) {
    const sign_input root = {.name = "root", .data = {s->root.data, s->root.len}};
    const sign_trust_options opt = {.size = sizeof opt, .anchors = &root, .n_anchors = 1, .fetch = s->fetch};
    if (sign_trust_new(&opt, &s->trust, NULL) != SIGN_OK)
        return false;
    bool all = crowd(THREADS, work, s);
    sign_trust_free(&s->trust);
    return all;
}

static bool rounds_of(struct stage *s, const char *name, size_t *asked, struct door *door,
                      struct http *http) {
    for (int i = 0; i < ROUNDS && round_of(s); i++)
        *asked = door != NULL ? door->asked[0] : http_count(http, NULL);
    return tally_tell(&s->tally, ROUNDS * THREADS * TURNS, name);
}

/*
 * The responses of two certificates, two issuers, the list of the root, two of the issuer and that of its
 * deltas: no round asks for one of them twice.
 */
enum { REQUESTS = 8 };

static bool in_process(int64_t now) {
    struct stage s = {0};
    struct door door;
    size_t asked = 0;
    struct realm *realm = realm_open(SIGN_TEST_PKI, "http://servers.test", now);
    people_make(&s, realm);
    door_open(&door, realm);
    s.fetch = &door.fetch;
    bool ok = rounds_of(&s, "in-process", &asked, &door, NULL);
    if (ok && asked != (size_t)REQUESTS * ROUNDS) {
        printf("not ok - in-process: %d requests a round were enough\n", (int)REQUESTS);
        ok = false;
    }
    door_close(&door);
    realm_close(realm);
    people_free(&s);
    return ok;
}

/* Nonces are not remembered, everything else is: after the first round the cache answers. */
static bool over_sockets(int64_t now, const char *cache) {
    static const char *const allow[] = {"127.0.0.1"};
    struct stage s = {0};
    sign_net *net = NULL;
    sign_error err = {0};
    size_t asked = 0;
    struct http *http = http_open(NULL);
    must(http != NULL, "the server");
    struct realm *realm = realm_open(SIGN_TEST_PKI, http_base(http), now);
    people_make(&s, realm);
    const sign_net_options opt = {
        .size = sizeof opt, .cache = cache, .proxy = "", .allow = allow, .n_allow = 1};
    must(http_start(http, realm) && sign_net_new(&opt, &net, &err) == SIGN_OK, err.text);
    s.fetch = sign_net_fetch(net);
    bool ok = rounds_of(&s, "over sockets", &asked, NULL, http);
    if (ok && (asked < REQUESTS || asked > (size_t)REQUESTS * ROUNDS)) {
        printf("not ok - over sockets: %d requests a round were enough\n", (int)REQUESTS);
        ok = false;
    }
    sign_net_free(&net);
    http_close(http);
    realm_close(realm);
    people_free(&s);
    return ok;
}

int main(void) {
    char folder[] = "/tmp/kalem-online-XXXXXX", path[64];
    static const char *const parts[] = {"", "-wal", "-shm"};
    int64_t now = (int64_t)time(NULL); /* of the cache's clock too, which the server's Date goes by */
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/cache.db", folder);
    bool ok = in_process(now);
    ok = over_sockets(now, path) && ok;
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/cache.db%s", folder, parts[i]);
        unlink(path);
    }
    rmdir(folder);
    return ok ? 0 : 1;
}
