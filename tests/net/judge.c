/* Trust, door, question and report of one judgement. */
#include "net/judge.h"

#include "server/client.h"
#include <openssl/cms.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Short, so that what is endless ends soon; long enough for a slow machine. */
enum { CONNECT_MS = 1000, TOTAL_MS = 3000, IDLE_MS = 1500 };

static sign_buf der_of(X509 *cert) {
    sign_buf out = {0};
    int len = i2d_X509(cert, &out.data);
    must(len > 0, "DER");
    out.len = (size_t)len;
    return out;
}

/* CAdES baseline B made by somebody else: signing-time, message-digest and signing-certificate-v2. */
static sign_buf document_of(const struct identity *id) {
    static const char text[] = "Ag uzerinden dogrulanan belge.";
    sign_buf out = {0};
    BIO *in = BIO_new_mem_buf(text, sizeof text - 1);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
    must(in != NULL && cms != NULL && CMS_set_detached(cms, 0) == 1 &&
             CMS_add1_signer(cms, id->cert, id->key, EVP_sha256(), CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP) !=
                 NULL &&
             CMS_final(cms, in, NULL, CMS_BINARY) == 1,
         "a document");
    int len = i2d_CMS_ContentInfo(cms, &out.data);
    must(len > 0, "a document");
    out.len = (size_t)len;
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    return out;
}

/* The root as the anchor, and beside it who signs indirect lists, since a list does not say where that is. */
sign_trust *judge_trust(const struct realm *realm, const struct judge_options *o, const sign_fetch *fetch,
                        sign_error *err) {
    sign_buf root = der_of(realm_authority(realm, AUTHORITY_ROOT)->cert);
    sign_buf lists = der_of(realm_staff(realm, STAFF_LISTS)->cert);
    sign_buf ca = der_of(realm_authority(realm, AUTHORITY_CA)->cert);
    sign_input anchor = {.name = "root", .data = {root.data, root.len}};
    sign_input helpers[] = {{.name = "lists", .data = {lists.data, lists.len}},
                            {.name = "ca", .data = {ca.data, ca.len}}};
    sign_trust_options to = {.size = sizeof to,
                             .anchors = &anchor,
                             .n_anchors = 1,
                             .certs = o->no_staff ? helpers + 1 : helpers,
                             .n_certs = o->no_intermediate || o->no_staff ? 1 : 2,
                             .fetch = fetch,
                             .nonce = o->nonce};
    sign_trust *trust = NULL;
    if (sign_trust_new(&to, &trust, err) != SIGN_OK) {
        trust = NULL;
    }
    OPENSSL_free(root.data);
    OPENSSL_free(lists.data);
    OPENSSL_free(ca.data);
    return trust;
}

static int64_t moved(void *user) {
    return *(int64_t *)user;
}

sign_net *judge_net(const struct judge_options *o, sign_error *err) {
    static const char *const allowed[] = {"127.0.0.1"};
    sign_net_options no = {.size = sizeof no,
                           .cache = o->cache,
                           .offline = o->shut,
                           .now = o->clock != NULL ? moved : NULL,
                           .now_user = o->clock,
                           .connect_ms = CONNECT_MS,
                           .total_ms = TOTAL_MS,
                           .idle_ms = IDLE_MS,
                           .proxy = "",
                           .allow = allowed,
                           .n_allow = o->closed ? 0 : 1};
    sign_net *net = NULL;
    return sign_net_new(&no, &net, err) == SIGN_OK ? net : NULL;
}

sign_rc judge_ask(const struct identity *id, const sign_trust *trust, const struct judge_options *o,
                  sign_report **report, sign_error *err) {
    sign_buf what = o->document ? document_of(id) : der_of(id->cert);
    sign_input in = {.name = "soru", .data = {what.data, what.len}};
    sign_verify_options vo = {.size = sizeof vo, .at = o->at, .offline = o->offline};
    sign_cert_options co = {.size = sizeof co, .at = o->at, .offline = o->offline};
    sign_rc rc = o->document ? sign_verify(&in, NULL, 0, trust, &vo, report, err)
                             : sign_cert_check(&in, trust, &co, report, err);
    OPENSSL_free(what.data);
    return rc;
}

static json_t *json_of(const sign_report *report) {
    sign_buf text = {0};
    sign_error err = {0};
    json_t *out = NULL;
    if (sign_report_write(report, SIGN_JSON, SIGN_EN, &text, &err) == SIGN_OK) {
        out = json_loadb((const char *)text.data, text.len, 0, NULL);
    }
    sign_buf_free(&text);
    return out;
}

struct outcome judge(struct http *http, const struct realm *realm, const struct identity *id,
                     const struct judge_options *o) {
    sign_error err = {0};
    sign_report *report = NULL;
    struct outcome out = {.rc = SIGN_E_INTERNAL};
    sign_net *net = o->fetch == NULL ? judge_net(o, &err) : NULL;
    const sign_fetch *fetch = o->fetch != NULL ? o->fetch : net != NULL ? sign_net_fetch(net) : NULL;
    sign_trust *trust = fetch != NULL ? judge_trust(realm, o, fetch, &err) : NULL;
    size_t asked = http_count(http, NULL);
    uint64_t octets = http_octets(http);
    long begun = client_clock();
    if (trust != NULL) {
        out.rc = judge_ask(id, trust, o, &report, &err);
    }
    out.ms = client_clock() - begun;
    out.asked = http_count(http, NULL) - asked;
    out.octets = http_octets(http) - octets;
    out.report = report != NULL ? json_of(report) : NULL;
    snprintf(out.problem, sizeof out.problem, "%s", err.text);
    sign_report_free(&report);
    sign_trust_free(&trust);
    sign_net_free(&net);
    return out;
}

void outcome_free(struct outcome *o) {
    json_decref(o->report);
    *o = (struct outcome){0};
}

static const char *sub_of(const json_t *report) {
    const char *sub = json_string_value(json_object_get(report, "sub_indication"));
    const json_t *first = json_array_get(json_object_get(report, "signatures"), 0);
    return sub != NULL ? sub : json_string_value(json_object_get(first, "sub_indication"));
}

const char *outcome_text(const struct outcome *o) {
    if (o->report == NULL) {
        return o->problem;
    }
    const char *sub = sub_of(o->report);
    return o->rc == SIGN_OK ? "PASSED" : sub != NULL ? sub : "no sub-indication";
}
