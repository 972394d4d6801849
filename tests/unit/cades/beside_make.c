#include "beside_make.h"

#include <stdlib.h>

sign_bytes beside_join(struct beside *b, const sign_bytes *parts, size_t n) {
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    uint8_t *all = arena_alloc(&b->texts, len + 1);
    cr_assert_not_null(all);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > 0)
            memcpy(all + at, parts[i].data, parts[i].len);
        at += parts[i].len;
    }
    return BYTES(all, len);
}

static sign_bytes taken(struct beside *b, der_builder *d) {
    AUTO(sign_buf) out = {0};
    cr_assert_eq(der_builder_take(d, &out, NULL), SIGN_OK);
    return arena_copy(&b->texts, BYTES(out.data, out.len));
}

sign_bytes beside_element(struct beside *b, uint8_t tag, sign_bytes contents) {
    AUTO(der_builder) d = {0};
    der_put(&d, tag, contents);
    return taken(b, &d);
}

sign_bytes beside_oid(struct beside *b, enum oid id) {
    AUTO(der_builder) d = {0};
    der_put_oid(&d, id);
    return taken(b, &d);
}

sign_bytes beside_hash(struct beside *b, enum crypto_digest d, sign_bytes what) {
    uint8_t out[DIGEST_MAX];
    cr_assert_eq(crypto_hash(b->kit.crypto, d, what, out, NULL), SIGN_OK);
    return arena_copy(&b->texts, BYTES(out, crypto_digest_row(d)->size));
}

sign_bytes beside_octets(struct beside *b, enum crypto_digest d, sign_bytes what) {
    return beside_element(b, DER_OCTET_STRING, beside_hash(b, d, what));
}

sign_bytes beside_algorithm(struct beside *b, enum crypto_digest d) {
    AUTO(der_builder) out = {0};
    crypto_digest_write(&out, d);
    return taken(b, &out);
}

sign_bytes beside_attribute(struct beside *b, enum oid type, sign_bytes values) {
    return beside_element(b, DER_SEQUENCE, JOIN(b, beside_oid(b, type), beside_element(b, DER_SET, values)));
}

sign_bytes beside_thing(struct beside *b, const char *text) {
    return beside_element(b, DER_SEQUENCE,
                          beside_element(b, DER_SEQUENCE, beside_element(b, DER_UTF8, BYTES_STR(text))));
}

sign_bytes beside_add(struct beside *b, enum oid type, sign_bytes values) {
    cr_assert_lt(b->n, (size_t)BESIDE_MAX);
    b->attributes[b->n] = beside_attribute(b, type, values);
    return b->attributes[b->n++];
}

/* ---- tokens ------------------------------------------------------------------------------------------ */

static sign_bytes info(struct beside *b, const struct beside_token *t) {
    enum crypto_digest digest = t->digest != DIGEST_NONE ? t->digest : DIGEST_SHA256;
    const char *time = t->time != NULL ? t->time : "20250301100500Z";
    static const uint8_t one[] = {DER_INTEGER, 1, 1}, policy[] = {DER_OID, 2, 0x2a, 3};
    sign_bytes imprint = beside_element(
        b, DER_SEQUENCE, JOIN(b, beside_algorithm(b, digest), beside_octets(b, digest, t->of)));
    return beside_element(b, DER_SEQUENCE,
                          JOIN(b, BYTES(one, sizeof one), BYTES(policy, sizeof policy), imprint,
                               BYTES(one, sizeof one),
                               beside_element(b, DER_GENERALIZED_TIME, BYTES_STR(time))));
}

static sign_bytes signer(struct beside *b, sign_bytes tst, sign_bytes unsigned_attribute) {
    static const uint8_t one[] = {DER_INTEGER, 1, 1};
    sign_bytes sid = beside_element(
        b, DER_SEQUENCE, JOIN(b, b->kit.facts->issuer, beside_element(b, DER_INTEGER, b->kit.facts->serial)));
    AUTO(der_builder) algorithm = {0};
    crypto_sigalg_write(&algorithm, &(struct crypto_sigalg){.scheme = SCHEME_ECDSA, .digest = DIGEST_SHA256});
    sign_bytes type = beside_attribute(b, OID_AA_CONTENT_TYPE, beside_oid(b, OID_CT_TST_INFO));
    sign_bytes digest = beside_attribute(b, OID_AA_MESSAGE_DIGEST, beside_octets(b, DIGEST_SHA256, tst));
    sign_bytes more = {0};
    if (unsigned_attribute.len > 0)
        more = beside_element(b, DER_CONTEXT_CONSTRUCTED(1), unsigned_attribute);
    return beside_element(b, DER_SEQUENCE,
                          JOIN(b, BYTES(one, sizeof one), sid, beside_algorithm(b, DIGEST_SHA256),
                               beside_element(b, DER_CONTEXT_CONSTRUCTED(0), JOIN(b, type, digest)),
                               taken(b, &algorithm),
                               beside_element(b, DER_OCTET_STRING, BYTES_STR("nobody's")), more));
}

static sign_bytes content_info(struct beside *b, sign_bytes signed_data) {
    return beside_element(b, DER_SEQUENCE,
                          JOIN(b, beside_oid(b, OID_CT_SIGNED_DATA),
                               beside_element(b, DER_CONTEXT_CONSTRUCTED(0), signed_data)));
}

sign_bytes beside_token(struct beside *b, const struct beside_token *t) {
    static const uint8_t three[] = {DER_INTEGER, 1, 3};
    sign_bytes tst = info(b, t), certs = {0}, crls = {0};
    sign_bytes encap = beside_element(
        b, DER_SEQUENCE,
        JOIN(b, beside_oid(b, OID_CT_TST_INFO),
             beside_element(b, DER_CONTEXT_CONSTRUCTED(0), beside_element(b, DER_OCTET_STRING, tst))));
    if (t->certs.len > 0)
        certs = beside_element(b, DER_CONTEXT_CONSTRUCTED(0), t->certs);
    if (t->crls.len > 0)
        crls = beside_element(b, DER_CONTEXT_CONSTRUCTED(1), t->crls);
    return content_info(
        b, beside_element(b, DER_SEQUENCE,
                          JOIN(b, BYTES(three, sizeof three),
                               beside_element(b, DER_SET, beside_algorithm(b, DIGEST_SHA256)), encap, certs,
                               crls, beside_element(b, DER_SET, signer(b, tst, t->index)))));
}

sign_bytes beside_stamp(struct beside *b, sign_bytes of, const char *time) {
    return beside_token(b, &(struct beside_token){.of = of, .time = time});
}

/* ---- the message ------------------------------------------------------------------------------------- */

/* The members of a good signature, with one signed attribute more. */
static void take_head(struct beside *b, sign_bytes raw, sign_bytes more) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, raw, false), in;
    struct der_tlv version, sid, digest, attrs, algorithm, value;
    cr_assert(der_enter(&c, DER_SEQUENCE, &in) && der_any(&in, &version) && der_any(&in, &sid) &&
              der_any(&in, &digest) && der_any(&in, &attrs) && der_any(&in, &algorithm) &&
              der_any(&in, &value));
    sign_bytes set = JOIN(b, attrs.value, more);
    b->value = arena_copy(&b->texts, value.value);
    b->head = JOIN(b, version.raw, sid.raw, digest.raw, beside_element(b, DER_CONTEXT_CONSTRUCTED(0), set),
                   algorithm.raw, value.raw);
}

void beside_open(struct beside *b, sign_bytes more) {
    *b = (struct beside){.kit = make_kit_open(), .content = BYTES_STR("içerik")};
    AUTO(sign_buf) cms = {0};
    AUTO(cms_message) m = {0};
    make_cms(&b->kit, &(struct make){.content = b->content}, &cms);
    source src = {.mem = BYTES(cms.data, cms.len), .fd = -1, .size = cms.len};
    cr_assert_eq(cms_message_read(&src, &m, NULL), SIGN_OK);
    take_head(b, m.signers, more);
    b->certs = beside_element(
        b, DER_CONTEXT_CONSTRUCTED(0),
        JOIN(b, BYTES(b->kit.cert.data, b->kit.cert.len), BYTES(b->kit.other.data, b->kit.other.len)));
}

void beside_close(struct beside *b) {
    pki_lists_free(&b->job.lists);
    sign_report_free(&b->report);
    cms_message_free(&b->m);
    sign_buf_free(&b->cms);
    arena_free(&b->texts);
    make_kit_free(&b->kit);
}

static void write_message(struct beside *b) {
    static const uint8_t one[] = {DER_INTEGER, 1, 1};
    sign_bytes set = beside_join(b, b->attributes, b->n), attrs = {0}, content = {0};
    if (b->n > 0)
        attrs = beside_element(b, DER_CONTEXT_CONSTRUCTED(1), set);
    if (!b->detached)
        content =
            beside_element(b, DER_CONTEXT_CONSTRUCTED(0), beside_element(b, DER_OCTET_STRING, b->content));
    b->encap = beside_element(b, DER_SEQUENCE, JOIN(b, beside_oid(b, OID_CT_DATA), content));
    sign_bytes signers = beside_element(b, DER_SET, beside_element(b, DER_SEQUENCE, JOIN(b, b->head, attrs)));
    sign_bytes all =
        content_info(b, beside_element(b, DER_SEQUENCE,
                                       JOIN(b, BYTES(one, sizeof one),
                                            beside_element(b, DER_SET, beside_algorithm(b, DIGEST_SHA256)),
                                            b->encap, b->certs, b->crls, signers)));
    cr_assert_eq(buf_copy(all, &b->cms, NULL), SIGN_OK);
}

static void take_certificates(struct beside *b) {
    static sign_bytes list[BESIDE_MAX];
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, b->m.certificates, true);
    struct der_tlv t;
    b->job.certs = list;
    while (b->job.n_certs < BESIDE_MAX && der_more(&c) && der_any(&c, &t))
        list[b->job.n_certs++] = t.raw;
}

const struct ades_facts *beside_read(struct beside *b) {
    write_message(b);
    source src = {.mem = BYTES(b->cms.data, b->cms.len), .fd = -1, .size = b->cms.len};
    cr_assert_eq(cms_message_read(&src, &b->m, NULL), SIGN_OK);
    cr_assert_eq(b->m.broken, MSG_NONE, "%s", b->m.broken_detail);
    cr_assert_eq(report_new(&b->report, NULL), SIGN_OK);
    b->ctx = (struct ades_context){.crypto = b->kit.crypto, .inspect = true};
    b->given = (source){.mem = b->content, .fd = -1, .size = b->content.len};
    b->job =
        (struct cades_job){.ctx = &b->ctx, .m = &b->m, .report = b->report, .archived = LIMIT_ARCHIVED_LEAST};
    if (b->detached && b->content.len > 0)
        b->job.given = &b->given;
    take_certificates(b);
    cr_assert(cms_signer_read(b->m.signers, false, &b->report->arena, &b->signer));
    b->one = (struct cades_one){.job = &b->job, .s = &b->signer, .out = report_add(b->report)};
    b->one.facts.bag = b->job.certs;
    b->one.facts.n_bag = b->job.n_certs;
    cr_assert_eq(cades_beside_read(&b->one, NULL), SIGN_OK);
    return &b->one.facts;
}

struct ades_imprint beside_imprint(const struct ades_stamp *stamp) {
    struct ades_imprint out;
    cr_assert_eq(stamp->token->broken, MSG_NONE, "%s", stamp->token->broken_detail);
    cr_assert_eq(stamp->imprint(stamp, stamp->token->digest, stamp->token->imprint, &out, NULL), SIGN_OK);
    return out;
}

bool beside_covers_stamp(const struct ades_stamp *stamp, size_t other) {
    for (size_t i = 0; i < stamp->n_stamps; i++)
        if (stamp->stamps[i] == other)
            return true;
    return false;
}
