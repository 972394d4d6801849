/* Reports made by hand. */
#include "unit/report/sample.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* A copy of `value` that lives as long as the report. */
#define KEEP(r, type, ...) ((type *)keep((r), &(type)__VA_ARGS__, sizeof(type)))

static void *keep(struct sign_report *r, const void *value, size_t size) {
    void *copy = arena_alloc(&r->arena, size);
    cr_assert_not_null(copy);
    return memcpy(copy, value, size);
}

struct sign_report *sample_fresh(const char *schema) {
    struct sign_report *r = NULL;
    cr_assert_eq(report_new(&r, NULL), SIGN_OK);
    r->schema = schema;
    r->document = "basvuru.xml.p7m";
    r->policy = "tr";
    r->validation_time = SAMPLE_AT;
    r->detailed = true;
    return r;
}

struct report_signature *sample_add(struct sign_report *r, enum indication i, enum sub_indication sub) {
    struct report_signature *s = report_add(r);
    cr_assert_not_null(s);
    s->id = arena_printf(&r->arena, "S%zu", r->count);
    s->format = "cades";
    s->level = "B";
    s->indication = i;
    s->sub = sub;
    s->references = s->signature_value = s->signing_certificate = TRI_TRUE;
    s->covers_whole_document = TRI_TRUE;
    s->algorithm = "ECDSA SHA-256";
    return s;
}

char *sample_written(const struct sign_report *r, sign_report_form form, sign_lang lang) {
    sign_buf out = {0};
    sign_error err = {0};
    cr_assert_eq(sign_report_write(r, form, lang, &out, &err), SIGN_OK, "%s", err.text);
    char *text = strndup((const char *)out.data, out.len);
    sign_buf_free(&out);
    return text;
}

json_t *sample_json(const struct sign_report *r, sign_report_form form) {
    char *text = sample_written(r, form, SIGN_EN);
    json_error_t err;
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &err);
    cr_assert_not_null(j, "%s", err.text);
    free(text);
    return j;
}

void member_is(const json_t *object, const char *key, const char *want) {
    const json_t *v = json_object_get(object, key);
    cr_assert_not_null(v, "%s", key);
    if (want == NULL)
        cr_expect(json_is_null(v), "%s", key);
    else
        cr_expect_str_eq(json_string_value(v), want, "%s", key);
}

/* 64 digits that begin with `digit`: as different as digests are, and easy to tell apart. */
static const char *hex(struct sign_report *r, unsigned n) {
    return arena_printf(&r->arena, "%08x%056d", n * 2654435761U, 7);
}

static struct report_signer *person(struct sign_report *r, const char *name, unsigned n) {
    struct report_signer *p =
        KEEP(r, struct report_signer,
             {.subject = arena_printf(&r->arena, "CN=%s,serialNumber=10000000146,C=TR", name)});
    p->serial_number = "10000000146";
    p->issuer = "CN=Örnek Elektronik Sertifika Hizmet Sağlayıcısı S5,O=Örnek Bilgi Güvenliği A.Ş.,C=TR";
    p->serial = "1f4c0b77";
    p->kind = "NES";
    p->not_before = 1704067200; /* 2024-01-01 */
    p->not_after = 1798761600;  /* 2027-01-01 */
    memcpy(p->cert_sha256, hex(r, n), 65);
    p->der = arena_copy(&r->arena, BYTES_STR(arena_printf(&r->arena, "certificate %u", n)));
    return p;
}

static struct report_chain *path(struct sign_report *r, const struct report_signer *p) {
    struct report_chain *root = KEEP(r, struct report_chain,
                                     {.subject = "CN=Örnek Kök S5,C=TR",
                                      .cert_sha256 = hex(r, 900),
                                      .from = {"given", "kok.pem", 0},
                                      .anchor = true});
    struct report_chain *ca = KEEP(r, struct report_chain,
                                   {.next = root,
                                    .subject = p->issuer,
                                    .cert_sha256 = hex(r, 901),
                                    .from = {"cache", "http://depo.example.org/s5.cer", 1767510000}});
    return KEEP(r, struct report_chain,
                {.next = ca,
                 .subject = p->subject,
                 .cert_sha256 = p->cert_sha256,
                 .from = {"signature", "signature", 0}});
}

static struct report_revocation *revocation(struct sign_report *r, const struct report_signer *p,
                                            const char *status) {
    struct report_revocation *ca = KEEP(r, struct report_revocation,
                                        {.kind = "crl",
                                         .cert_sha256 = hex(r, 901),
                                         .this_update = 1767589200,
                                         .from = {"given", "kok.crl", 0},
                                         .status = "good"});
    return KEEP(r, struct report_revocation,
                {.next = ca,
                 .kind = "ocsp",
                 .cert_sha256 = p->cert_sha256,
                 .this_update = 1767589200,
                 .next_update = 1767675600,
                 .produced_at = 1767592800,
                 .from = {"network", "http://ocsp.example.org", 1767596000},
                 .signer = hex(r, 902),
                 .status = status});
}

static void scope(struct sign_report *r, struct report_signature *s, const char *name) {
    s->scope = KEEP(r, struct report_scope, {.name = name, .digest_alg = "SHA-256", .digest = hex(r, 700)});
}

static struct report_signature *signed_by(struct sign_report *r, const char *name, unsigned n,
                                          enum indication i, enum sub_indication sub) {
    struct report_signature *s = sample_add(r, i, sub);
    s->signer = person(r, name, n);
    s->claimed_time = SAMPLE_AT - 86400 * 30;
    s->best_signature_time = SAMPLE_AT;
    s->chain = path(r, s->signer);
    s->revocation = revocation(r, s->signer, "good");
    scope(r, s, "basvuru.xml");
    s->value_der = arena_copy(&r->arena, BYTES_STR(arena_printf(&r->arena, "value %u", n)));
    return s;
}

static void say(struct sign_report *r, struct report_message **list, enum message_id id,
                const char *constraint, const char *object, const char *actual) {
    report_say(r, list, id, object, NULL, NULL);
    struct report_message *m = report_last(*list);
    m->constraint = constraint;
    m->object = object;
    m->expected[0] = "What the rule says is so.";
    m->expected[1] = "Kuralın söylediği gibidir.";
    m->actual = actual;
}

static struct report_timestamp *stamp(struct sign_report *r, const char *id, const char *kind, int64_t time,
                                      unsigned n) {
    static const char *const covers[] = {"data", "signature", "S1-T1"};
    struct report_signer *tsa = person(r, "Örnek Zaman Damgası Sunucusu", n);
    tsa->serial_number = NULL;
    tsa->kind = NULL;
    tsa->subject = "CN=Örnek Zaman Damgası Sunucusu 3,O=Örnek Bilgi Güvenliği A.Ş.,C=TR";
    return KEEP(r, struct report_timestamp,
                {.id = id,
                 .kind = kind,
                 .time = time,
                 .accuracy = 1500000,
                 .indication = TOTAL_PASSED,
                 .tsa = tsa->subject,
                 .signer = tsa,
                 .imprint = TRI_TRUE,
                 .signature_value = TRI_TRUE,
                 .digest_alg = "SHA-256",
                 .algorithm = "RSA SHA-256",
                 .imprint_hex = hex(r, n + 1),
                 .policy_oid = "2.16.792.3.0.4.1.5",
                 .serial = "5d0c",
                 .best_time = time + 60,
                 .covers = covers,
                 .n_covers = 3,
                 .der = BYTES_STR(arena_printf(&r->arena, "token %s", id)),
                 .chain = path(r, tsa),
                 .revocation = revocation(r, tsa, "good")});
}

static struct report_block *blocks(struct sign_report *r, enum indication i, enum sub_indication sub) {
    struct report_check *second =
        KEEP(r, struct report_check,
             {.name = "signing-time-present",
              .expected = {"The signer claims a time.", "İmzacı bir zaman beyan eder."},
              .status = CHECK_WARNED,
              .actual = "none"});
    struct report_check *third = KEEP(r, struct report_check,
                                      {.next = second,
                                       .name = "user-notice",
                                       .expected = {"A notice.", "Bildirim."},
                                       .status = CHECK_IGNORED});
    struct report_check *first = KEEP(r, struct report_check,
                                      {.next = third,
                                       .name = "validity-range",
                                       .expected = {"The time is within the certificate's validity.",
                                                    "Zaman, sertifikanın geçerlilik süresi içindedir."},
                                       .status = i == TOTAL_PASSED ? CHECK_OK : CHECK_FAILED,
                                       .object = "certificate CN=Ayşe,serialNumber=10000000146",
                                       .actual = "2024-01-01T00:00:00Z - 2027-01-01T00:00:00Z"});
    struct report_input *in =
        KEEP(r, struct report_input, {.name = "validation time", .value = "2026-01-05T10:00:00Z"});
    struct report_block *xcv = KEEP(r, struct report_block,
                                    {.name = "XCV",
                                     .clause = "5.2.6",
                                     .object = "CN=Ayşe,serialNumber=10000000146",
                                     .inputs = in,
                                     .checks = first,
                                     .indication = i,
                                     .sub = sub,
                                     .result = "chain of 3"});
    struct report_block *fc = KEEP(r, struct report_block,
                                   {.next = xcv,
                                    .name = "FC",
                                    .clause = "5.2.2",
                                    .object = "S1",
                                    .indication = TOTAL_PASSED,
                                    .checks = KEEP(r, struct report_check,
                                                   {.name = "format",
                                                    .expected = {"The structure is that of its format.",
                                                                 "Yapı, biçimin kurallarına uyar."}})});
    return KEEP(
        r, struct report_block,
        {.name = "BASIC", .clause = "5.3", .object = "S1", .inside = fc, .indication = i, .sub = sub});
}

static struct report_object *object(struct sign_report *r, struct report_object *next, const char *kind,
                                    const char *sha256, sign_bytes der, struct report_origin from) {
    return KEEP(r, struct report_object,
                {.next = next, .kind = kind, .sha256 = sha256, .der = der, .from = from, .used = true});
}

static void objects(struct sign_report *r, const struct report_signature *s) {
    const struct report_origin inside = {"signature", "signature", 0}, given = {"given", "kok.crl", 0};
    const struct report_origin fetched = {"network", "http://ocsp.example.org", 1767596000};
    sign_bytes token = s->timestamps ? s->timestamps->der : BYTES_STR("t");
    struct report_object *o = object(r, NULL, "time-stamp", hex(r, 951), token, inside);
    o = object(r, o, "crl", hex(r, 950), BYTES_STR("list"), given);
    o = object(r, o, "ocsp", hex(r, 952), BYTES_STR("response"), fetched);
    r->objects = object(r, o, "certificate", s->signer->cert_sha256, s->signer->der, inside);
    r->objects->facts = KEEP(r, struct report_facts, {.name = "subject", .value = s->signer->subject});
}

static void policy(struct report_signature *s, const char *profile) {
    s->profile = profile;
    s->policy_oid = "2.16.792.1.61.0.1.5070.3.2.1";
    s->policy_hash = "SHA-256 5cef8ea7c6b6e2d9e6ea3b5ba8ab1c0b2ed9cd34a5c4c2e5e8aa2f0b7bbd1c1f";
    s->policy_uri = "http://www.eimza.gov.tr/EimzaPolitikalari/216792161015070321.pdf";
}

struct sign_report *sample_archived(void) {
    struct sign_report *r = sample_fresh("verify/1");
    struct report_signature *s = signed_by(r, "Ayşe Gülçin Öztürk", 1, TOTAL_PASSED, SUB_NONE);
    s->format = "xades";
    s->level = "A";
    policy(s, "P3");
    s->timestamps = stamp(r, "S1-T1", "signature-time-stamp", s->claimed_time + 90, 20);
    s->timestamps->next = stamp(r, "S1-T2", "archive-time-stamp-v3", s->claimed_time + 86400 * 3, 30);
    s->timestamps->blocks = blocks(r, TOTAL_PASSED, SUB_NONE);
    s->best_signature_time = s->timestamps->time;
    s->best_time_by = "S1-T1";
    s->commitment = "1.2.840.113549.1.9.16.6.1";
    s->roles = "Daire Başkanı";
    s->place = "Ankara, TR";
    s->mime_type = "application/xml";
    s->blocks = blocks(r, TOTAL_PASSED, SUB_NONE);
    s->poe = KEEP(r, struct report_poe,
                  {.kind = "certificate",
                   .object = s->signer->cert_sha256,
                   .time = s->timestamps->time,
                   .by = "S1-T1"});
    struct report_signature *c = KEEP(r, struct report_signature,
                                      {.id = "S1-C1",
                                       .format = "xades",
                                       .level = "B",
                                       .indication = TOTAL_PASSED,
                                       .is_counter = true,
                                       .references = TRI_TRUE,
                                       .signature_value = TRI_TRUE,
                                       .signing_certificate = TRI_TRUE,
                                       .covers_whole_document = TRI_NULL,
                                       .algorithm = "RSA-PSS SHA-384"});
    c->signer = person(r, "Mehmet Çağrı Işık", 2);
    c->claimed_time = s->claimed_time + 3600;
    c->chain = path(r, c->signer);
    s->countersignatures = c;
    objects(r, s);
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

struct sign_report *sample_preliminary(void) {
    struct sign_report *r = sample_fresh("verify/1");
    struct report_signature *s = signed_by(r, "Ayşe Gülçin Öztürk", 1, INDETERMINATE, SUB_TRY_LATER);
    s->level = "T";
    policy(s, "P2");
    s->claimed_time = SAMPLE_AT - 7300;
    s->timestamps = stamp(r, "S1-T1", "signature-time-stamp", SAMPLE_AT - 7200, 20);
    s->best_signature_time = SAMPLE_AT - 7200;
    s->best_time_by = "S1-T1";
    s->try_at = SAMPLE_AT - 7200 + 86400;
    say(r, &s->messages, MSG_GRACE_PERIOD, "grace-period", "2026-01-06T08:00:00Z", "2026-01-05T08:00:00Z");
    s->blocks = blocks(r, INDETERMINATE, SUB_TRY_LATER);
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

struct sign_report *sample_waiting(void) {
    struct sign_report *r = sample_fresh("verify/1");
    struct report_signature *none = signed_by(r, "Ayşe Gülçin Öztürk", 1, INDETERMINATE, SUB_TRY_LATER);
    say(r, &none->messages, MSG_CRL_NONE, "revocation-available", "S1", "none");
    struct report_signature *grace = signed_by(r, "Mehmet Çağrı Işık", 2, INDETERMINATE, SUB_TRY_LATER);
    grace->try_at = SAMPLE_AT + 3600;
    say(r, &grace->messages, MSG_GRACE_PERIOD, "grace-period", "S2", "2026-01-05T10:00:00Z");
    struct report_signature *held = signed_by(r, "Zeynep Şahin", 3, INDETERMINATE, SUB_TRY_LATER);
    held->revocation = revocation(r, held->signer, "suspended");
    held->revocation->revoked_at = SAMPLE_AT - 86400;
    say(r, &held->messages, MSG_CERT_SUSPENDED, "not-on-hold", "S3", "suspended");
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

struct sign_report *sample_token(void) {
    struct sign_report *r = sample_fresh("verify/1");
    r->document = "karar.pdf.tst";
    struct report_signature *s = sample_add(r, TOTAL_PASSED, SUB_NONE);
    s->id = "T1";
    s->format = "tst";
    s->level = NULL;
    s->timestamps = stamp(r, "T1", "time-stamp-token", SAMPLE_AT - 7200, 20);
    s->signer = s->timestamps->signer;
    s->best_signature_time = s->timestamps->time;
    s->best_time_by = "T1";
    s->chain = path(r, s->signer);
    s->revocation = revocation(r, s->signer, "good");
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

struct sign_report *sample_refused(void) {
    struct sign_report *r = sample_fresh("verify/1");
    r->document = "karar.pdf.tsr";
    report_say(r, &r->messages, MSG_TSA_REFUSED, "rejection, badAlg", NULL, NULL);
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

struct sign_report *sample_mixed(void) {
    struct sign_report *r = sample_fresh("verify/1");
    r->document = "2026-014 sayılı yönetim kurulu kararı ve ekleri.xml";
    r->rule = "all";
    signed_by(r, "Ayşe Gülçin Öztürk", 1, TOTAL_PASSED, SUB_NONE);
    struct report_signature *broken = signed_by(r, "Mehmet Çağrı Işık", 2, TOTAL_FAILED, SUB_HASH_FAILURE);
    broken->references = TRI_FALSE;
    say(r, &broken->messages, MSG_HASH_DIFFERS, "signed-data-intact", "basvuru.xml", "SHA-256 00ff");
    broken->blocks = blocks(r, TOTAL_FAILED, SUB_HASH_FAILURE);
    struct report_signature *gone = signed_by(r, "Zeynep Şahin", 3, INDETERMINATE, SUB_REVOKED_NO_POE);
    gone->revocation = revocation(r, gone->signer, "revoked");
    gone->revocation->revoked_at = SAMPLE_AT - 86400 * 10;
    gone->revocation->reason = "keyCompromise";
    gone->timestamps = stamp(r, "S3-T1", "signature-time-stamp", SAMPLE_AT - 86400 * 5, 20);
    gone->timestamps->indication = INDETERMINATE;
    gone->timestamps->sub = SUB_NO_CERTIFICATE_CHAIN_FOUND;
    say(r, &gone->timestamps->messages, MSG_PATH_NO_ANCHOR, "chain-found", "S3-T1", "no anchor");
    say(r, &gone->messages, MSG_CERT_REVOKED, "not-revoked", gone->signer->subject, "revoked");
    report_last(gone->messages)->level = 'W';
    struct report_signature *part = signed_by(r, "Hüseyin Ğ", 4, TOTAL_PASSED, SUB_NONE);
    part->covers_whole_document = TRI_FALSE;
    part->scope->name = "#madde-1";
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

/* `text` again and again until it has n octets at least. */
static const char *repeated(struct sign_report *r, const char *text, size_t n) {
    AUTO(grow) g = {0};
    while (g.len < n)
        grow_str(&g, text);
    grow_byte(&g, 0);
    cr_assert_not(g.failed);
    return arena_str(&r->arena, BYTES_STR((const char *)g.data));
}

struct sign_report *sample_hostile(void) {
    static const char *const attack =
        "</style></p>\"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;\x01\xff\xe2\x80\xae]]>-->";
    struct sign_report *r = sample_fresh("verify/1");
    r->document = attack;
    struct report_signature *s = signed_by(r, "x", 1, TOTAL_FAILED, SUB_FORMAT_FAILURE);
    s->id = attack;
    s->signer->subject = repeated(r, "CN=Uzun İsimli Vatandaş <b>", 10000);
    s->signer->issuer = attack;
    s->roles = s->place = s->commitment = s->mime_type = s->content_hint = s->attributes = s->algorithm =
        attack;
    s->policy_oid = s->policy_hash = attack;
    s->policy_uri = "http://a:b:c/<>";
    s->scope->name = attack;
    s->scope->digest_alg = attack;
    s->timestamps = stamp(r, attack, attack, SAMPLE_AT - 50, 20);
    s->timestamps->tsa = attack;
    s->timestamps->messages = NULL;
    s->chain->subject = attack;
    s->chain->from.source = attack;
    s->revocation->from.source = attack;
    s->best_time_by = attack;
    say(r, &s->messages, MSG_CMS_STRUCTURE, attack, attack, attack);
    s->blocks = blocks(r, TOTAL_FAILED, SUB_FORMAT_FAILURE);
    s->blocks->object = attack;
    struct report_signature *second =
        signed_by(r, repeated(r, "Mustafakemalpaşazadeoğullarından", 9000), 5, TOTAL_PASSED, SUB_NONE);
    second->claimed_time = second->signer->not_before;
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

struct sign_report *sample_many(size_t n) {
    static const char *const names[] = {"Ayşe Gülçin Öztürk", "Mehmet Çağrı Işık", "Zeynep Şahin",
                                        "İbrahim Ülkü Ağaoğlu-Karamustafaoğulları"};
    struct sign_report *r = sample_fresh("verify/1");
    for (size_t i = 0; i < n; i++) {
        bool bad = i % 17 == 5;
        struct report_signature *s =
            signed_by(r, names[i % 4], (unsigned)i, bad ? INDETERMINATE : TOTAL_PASSED,
                      bad ? SUB_NO_CERTIFICATE_CHAIN_FOUND : SUB_NONE);
        if (bad)
            say(r, &s->messages, MSG_PATH_NO_ANCHOR, "chain-found", s->id, "none");
    }
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

static struct sign_report *two_hundred(void) {
    return sample_many(200);
}

struct sign_report *sample_none(void) {
    struct sign_report *r = sample_fresh("verify/1");
    report_say(r, &r->messages, MSG_NO_SIGNATURE, "a.txt", NULL, NULL);
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

struct sign_report *sample_inspected(void) {
    struct sign_report *r = sample_fresh("inspect/1");
    r->policy = NULL;
    r->no_revocation = true;
    struct report_signature *s = signed_by(r, "Ayşe Gülçin Öztürk", 1, INDETERMINATE, SUB_NONE);
    s->chain = NULL;
    s->revocation = NULL;
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

const sign_cert sample_cert = {.der = {(const uint8_t *)"x", 1},
                               .subject = "CN=Ayşe Gülçin Öztürk,serialNumber=10000000146",
                               .issuer = "CN=Örnek S5",
                               .common_name = "Ayşe Gülçin Öztürk",
                               .serial_number = "10000000146",
                               .serial = "1f",
                               .sha256 = "aa",
                               .key = "EC P-256",
                               .signature = "ECDSA SHA-256",
                               .key_usage = "digitalSignature,nonRepudiation",
                               .policies = "",
                               .crl_urls = "http://a http://b",
                               .ocsp_urls = "",
                               .not_before = 1767596400,
                               .not_after = 1799132400,
                               .kind = SIGN_CERT_NES,
                               .issuer_urls = "",
                               .emails = "a@b",
                               .purposes = "",
                               .limit_value = "50000 TRY",
                               .limit_use = "",
                               .notice = "<b>5070</b>",
                               .retention_years = 10,
                               .on_device = 1};

struct sign_report *sample_certificate(void) {
    struct sign_report *r = sample_fresh("cert-check/1");
    r->use = "signer";
    report_certificate(r, &sample_cert);
    struct report_signature *s = sample_add(r, TOTAL_PASSED, SUB_NONE);
    s->signer = person(r, "Ayşe Gülçin Öztürk", 1);
    s->chain = path(r, s->signer);
    s->revocation = revocation(r, s->signer, "good");
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

const struct sample_row sample_rows[] = {{"archived", sample_archived},
                                         {"preliminary", sample_preliminary},
                                         {"mixed", sample_mixed},
                                         {"hostile", sample_hostile},
                                         {"many", two_hundred},
                                         {"none", sample_none},
                                         {"waiting", sample_waiting},
                                         {"token", sample_token},
                                         {"refused", sample_refused},
                                         {"inspected", sample_inspected},
                                         {"certificate", sample_certificate},
                                         {NULL, NULL}};
