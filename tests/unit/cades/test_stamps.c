/* Time-stamps of a signature: what they are of and what they protect (EN 319 122-1, 5.2.8, 5.3, 5.5, A.1.5;
 * TS 101 733, 6.4.1), against imprints joined by hand. */
#include "beside_make.h"

static bool covers(const struct ades_stamp *s, bool revocation, enum crypto_digest via, sign_bytes what) {
    for (size_t i = 0; i < s->n_covered; i++) {
        const struct ades_covered *c = &s->covered[i];
        if (c->revocation == revocation && c->via == via && bytes_equal(c->what, what))
            return true;
    }
    return false;
}

/* The octets of an Attribute without its header: attrType and attrValues. */
static sign_bytes inside(sign_bytes attribute) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, attribute, false);
    struct der_tlv t = {0};
    cr_assert(der_take(&c, DER_SEQUENCE, &t));
    return t.value;
}

static const uint8_t number[] = {DER_INTEGER, 1, 7};

Test(cades_stamps, of_the_signature) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP,
               JOIN(&b, beside_stamp(&b, b.value, NULL), beside_stamp(&b, BYTES_STR("başka"), NULL)));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_stamps, 2);
    const struct ades_stamp *s = &f->stamps[0];
    cr_assert_eq(s->class, STAMP_SIGNATURE);
    cr_assert_str_eq(s->kind, "signature-time-stamp");
    cr_assert(s->covers_data && s->covers_signature);
    /* the certificate that signing-certificate-v2 names, by its digest there */
    cr_assert(covers(s, false, DIGEST_SHA256,
                     beside_hash(&b, DIGEST_SHA256, BYTES(b.kit.cert.data, b.kit.cert.len))));
    cr_assert_eq(s->n_covered, 1);
    cr_assert_eq(beside_imprint(s).same, TRI_TRUE);
    struct ades_imprint other = beside_imprint(&f->stamps[1]);
    cr_assert_eq(other.same, TRI_FALSE);
    cr_assert_eq(other.why, MSG_NONE);
    cr_assert_not_null(other.found);
    cr_assert(f->carried->signature_stamp && !f->carried->archive && !f->carried->timestamp_data);
    cr_assert_str_eq(ades_level(f->carried, false), "T");
    beside_close(&b);
}

/* Every digest that a token may name, and one that it may not. */
Test(cades_stamps, digests) {
    static const enum crypto_digest all[] = {DIGEST_SHA1, DIGEST_SHA384, DIGEST_SHA512, DIGEST_SHA3_256};
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP,
                   beside_token(&b, &(struct beside_token){.digest = all[i], .of = b.value}));
    const struct ades_facts *f = beside_read(&b);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cr_assert_eq(beside_imprint(&f->stamps[i]).same, TRI_TRUE, "%zu", i);
    struct ades_imprint none;
    cr_assert_eq(f->stamps[0].imprint(&f->stamps[0], DIGEST_NONE, f->stamps[0].token->imprint, &none, NULL),
                 SIGN_OK);
    cr_assert_eq(none.same, TRI_NULL);
    cr_assert_eq(none.why, MSG_KEY_UNUSABLE);
    beside_close(&b);
}

Test(cades_stamps, nothing_beside_costs_nothing) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_stamps, 0);
    cr_assert_null(f->stamps);
    cr_assert_eq(f->bag, b.job.certs); /* not copied */
    cr_assert_str_eq(ades_level(f->carried, false), "B");
    beside_close(&b);
}

/* RFC 5126, 5.11.4: over the content, signed with it; several attributes and values. */
Test(cades_stamps, of_the_content) {
    for (int detached = 0; detached < 3; detached++) { /* 2: detached, and not given */
        struct beside b;
        static struct beside parts; /* the frame is large enough without it */
        beside_open(&parts, (sign_bytes){0});
        sign_bytes good = beside_stamp(&parts, parts.content, NULL);
        sign_bytes bad = beside_stamp(&parts, BYTES_STR("başka"), NULL);
        sign_bytes more =
            JOIN(&parts, beside_attribute(&parts, OID_AA_CONTENT_TIME_STAMP, JOIN(&parts, good, bad)),
                 beside_attribute(&parts, OID_AA_CONTENT_TIME_STAMP, good));
        beside_open(&b, more);
        b.detached = detached > 0;
        if (detached == 2)
            b.content = (sign_bytes){0};
        beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP, beside_stamp(&b, b.value, NULL));
        const struct ades_facts *f = beside_read(&b);
        cr_assert_eq(f->n_stamps, 4);
        cr_assert_eq(f->stamps[0].class, STAMP_CONTENT);
        cr_assert(f->stamps[0].covers_data && !f->stamps[0].covers_signature);
        enum tri right = detached == 2 ? TRI_NULL : TRI_TRUE, wrong = detached == 2 ? TRI_NULL : TRI_FALSE;
        cr_assert_eq(beside_imprint(&f->stamps[0]).same, right);
        cr_assert_eq(beside_imprint(&f->stamps[1]).same, wrong);
        cr_assert_eq(beside_imprint(&f->stamps[2]).same, right);
        cr_assert_eq(beside_imprint(&f->stamps[0]).why, detached == 2 ? MSG_CONTENT_MISSING : MSG_NONE);
        /* the signed attributes are under the value */
        cr_assert(beside_covers_stamp(&f->stamps[3], 0) && beside_covers_stamp(&f->stamps[3], 2));
        beside_close(&b);
        beside_close(&parts);
    }
}

/* An unsigned attribute of that name is none: nobody signed it. */
Test(cades_stamps, content_stamp_is_signed) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    beside_add(&b, OID_AA_CONTENT_TIME_STAMP, beside_stamp(&b, b.content, NULL));
    cr_assert_eq(beside_read(&b)->n_stamps, 0);
    beside_close(&b);
}

/* ---- references ------------------------------------------------------------------------------------------
 */

static sign_bytes certificate_refs(struct beside *b, sign_bytes hash) {
    sign_bytes other_hash =
        beside_element(b, DER_SEQUENCE, JOIN(b, beside_algorithm(b, DIGEST_SHA256), hash));
    return beside_element(b, DER_SEQUENCE, beside_element(b, DER_SEQUENCE, other_hash));
}

/* A.1.5.1 and A.1.5.2, in the order of the standard and in the order in which they stand. */
Test(cades_stamps, of_references) {
    for (int stands = 0; stands < 2; stands++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        sign_bytes hash = beside_octets(&b, DIGEST_SHA256, BYTES_STR("a certificate"));
        sign_bytes revs = beside_add(&b, OID_AA_COMPLETE_REVOCATION_REFERENCES,
                                     beside_element(&b, DER_SEQUENCE, (sign_bytes){0}));
        sign_bytes certs = beside_add(&b, OID_AA_COMPLETE_CERTIFICATE_REFERENCES, certificate_refs(&b, hash));
        sign_bytes stamp = beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP, beside_stamp(&b, b.value, NULL));
        sign_bytes refs = JOIN(&b, inside(certs), inside(revs)), all;
        if (stands)
            refs = JOIN(&b, inside(revs), inside(certs));
        all = stands ? JOIN(&b, b.value, refs, inside(stamp)) : JOIN(&b, b.value, inside(stamp), refs);
        beside_add(&b, OID_AA_CADES_C_TIME_STAMP, beside_stamp(&b, all, NULL));
        beside_add(&b, OID_AA_CERTS_CRLS_TIME_STAMP, beside_stamp(&b, refs, NULL));
        beside_add(&b, OID_AA_CERTS_CRLS_TIME_STAMP, beside_stamp(&b, certs, NULL));
        const struct ades_facts *f = beside_read(&b);
        cr_assert_eq(f->n_stamps, 4);
        const struct ades_stamp *esc = &f->stamps[1], *only = &f->stamps[2];
        cr_assert_eq(esc->class, STAMP_SIG_AND_REFS);
        cr_assert_eq(only->class, STAMP_REFS);
        cr_assert_eq(beside_imprint(esc).same, TRI_TRUE);
        cr_assert_eq(beside_imprint(only).same, TRI_TRUE);
        cr_assert_eq(beside_imprint(&f->stamps[3]).same, TRI_FALSE);
        cr_assert(esc->covers_signature && esc->covers_data && beside_covers_stamp(esc, 0));
        cr_assert(!only->covers_signature && !only->covers_data && only->n_stamps == 0);
        sign_bytes named = beside_hash(&b, DIGEST_SHA256, BYTES_STR("a certificate"));
        cr_assert(covers(esc, false, DIGEST_SHA256, named) && covers(only, false, DIGEST_SHA256, named));
        cr_assert_eq(only->n_covered, 1);
        cr_assert_eq(esc->n_covered, 2); /* and the signer's */
        cr_assert(f->carried->refs_stamp && f->carried->certificate_refs && f->carried->revocation_refs);
        cr_assert_str_eq(ades_level(f->carried, false), "X");
        beside_close(&b);
    }
}

/* ---- the older archive time-stamps -----------------------------------------------------------------------
 */

/* TS 101 733, 6.4.1. kept: the unsigned attributes that count. */
static sign_bytes older(struct beside *b, bool header, sign_bytes kept) {
    sign_bytes content = {0};
    sign_bytes info =
        beside_element(b, DER_SEQUENCE,
                       JOIN(b, beside_oid(b, OID_CT_DATA),
                            b->detached ? content
                                        : beside_element(b, DER_CONTEXT_CONSTRUCTED(0),
                                                         beside_element(b, DER_OCTET_STRING, b->content))));
    if (b->detached)
        content = b->content;
    return JOIN(b, info, content, b->certs, b->crls, b->head,
                header ? beside_element(b, DER_CONTEXT_CONSTRUCTED(1), kept) : kept);
}

struct old_case {
    bool header, detached;
    enum oid kind;
};

static void old_archive(const struct old_case *c) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    b.detached = c->detached;
    sign_bytes list = beside_thing(&b, "a list");
    b.crls = beside_element(&b, DER_CONTEXT_CONSTRUCTED(1), list);
    sign_bytes stamp = beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP, beside_stamp(&b, b.value, NULL));
    sign_bytes value = beside_thing(&b, "a certificate");
    sign_bytes values = beside_add(&b, OID_AA_CERTIFICATE_VALUES, beside_element(&b, DER_SEQUENCE, value));
    sign_bytes first = beside_add(
        &b, c->kind, beside_stamp(&b, older(&b, c->header, JOIN(&b, stamp, values)), "20260101000000Z"));
    /* the second is over the first as well; the first is not over the second */
    beside_add(&b, c->kind,
               beside_stamp(&b, older(&b, c->header, JOIN(&b, stamp, values, first)), "20270101000000Z"));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_stamps, 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(beside_imprint(&f->stamps[i]).same, TRI_TRUE, "%zu", i);
    const struct ades_stamp *one = &f->stamps[1], *two = &f->stamps[2];
    cr_assert_eq(one->class, STAMP_ARCHIVE);
    cr_assert(one->covers_data && one->covers_signature);
    cr_assert(beside_covers_stamp(one, 0) && !beside_covers_stamp(one, 1) && !beside_covers_stamp(one, 2));
    cr_assert(beside_covers_stamp(two, 0) && beside_covers_stamp(two, 1));
    cr_assert(covers(one, false, DIGEST_NONE, value));
    cr_assert(covers(one, true, DIGEST_NONE, list));
    cr_assert(covers(one, false, DIGEST_NONE, BYTES(b.kit.other.data, b.kit.other.len)));
    cr_assert(f->carried->archive && !f->carried->archive_v3);
    cr_assert_str_eq(ades_level(f->carried, true), "A");
    beside_close(&b);
}

Test(cades_stamps, older_archive) {
    static const struct old_case cases[] = {
        {true, false, OID_AA_ARCHIVE_TIME_STAMP_V2}, {false, false, OID_AA_ARCHIVE_TIME_STAMP_V2},
        {true, true, OID_AA_ARCHIVE_TIME_STAMP_V2},  {false, true, OID_AA_ARCHIVE_TIME_STAMP_V2},
        {false, false, OID_AA_ARCHIVE_TIME_STAMP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        old_archive(&cases[i]);
}

/* What came to the certificates afterwards breaks it; and of the first kind nobody can tell. */
Test(cades_stamps, older_archive_of_something_else) {
    static const struct {
        enum oid kind;
        enum tri same;
        enum message_id why;
    } rows[] = {{OID_AA_ARCHIVE_TIME_STAMP_V2, TRI_FALSE, MSG_NONE},
                {OID_AA_ARCHIVE_TIME_STAMP, TRI_NULL, MSG_STAMP_UNSUPPORTED}};
    for (size_t i = 0; i < 2; i++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        sign_bytes of = older(&b, true, (sign_bytes){0});
        beside_add(&b, rows[i].kind, beside_stamp(&b, of, NULL));
        b.certs = beside_element(&b, DER_CONTEXT_CONSTRUCTED(0), beside_thing(&b, "another"));
        struct ades_imprint got = beside_imprint(&beside_read(&b)->stamps[0]);
        cr_assert_eq(got.same, rows[i].same);
        cr_assert_eq(got.why, rows[i].why);
        beside_close(&b);
    }
}

Test(cades_stamps, older_archive_without_content) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    b.detached = true;
    beside_add(&b, OID_AA_ARCHIVE_TIME_STAMP_V2, beside_stamp(&b, older(&b, true, (sign_bytes){0}), NULL));
    b.content = (sign_bytes){0};
    struct ades_imprint got = beside_imprint(&beside_read(&b)->stamps[0]);
    cr_assert_eq(got.same, TRI_NULL);
    cr_assert_eq(got.why, MSG_CONTENT_MISSING);
    beside_close(&b);
}

/* Each time the whole is gone through again: only so often. */
Test(cades_stamps, older_archive_costs) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    beside_add(&b, OID_AA_ARCHIVE_TIME_STAMP_V2, beside_stamp(&b, BYTES_STR("başka"), NULL));
    const struct ades_facts *f = beside_read(&b);
    b.job.archived = 2 * b.m.src.size;
    cr_assert_eq(beside_imprint(&f->stamps[0]).same, TRI_FALSE);
    cr_assert_eq(b.job.archived, 0);
    struct ades_imprint got = beside_imprint(&f->stamps[0]);
    cr_assert_eq(got.same, TRI_NULL);
    cr_assert_eq(got.why, MSG_STAMP_EFFORT);
    beside_close(&b);
}

/* So is what other kinds digest. */
Test(cades_stamps, costs) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP, beside_stamp(&b, b.value, NULL));
    const struct ades_facts *f = beside_read(&b);
    b.job.archived = b.value.len;
    cr_assert_eq(beside_imprint(&f->stamps[0]).same, TRI_TRUE);
    struct ades_imprint got = beside_imprint(&f->stamps[0]);
    cr_assert_eq(got.same, TRI_NULL);
    cr_assert_eq(got.why, MSG_STAMP_EFFORT);
    beside_close(&b);
}

/* ---- other kinds -----------------------------------------------------------------------------------------
 */

/* TS 101 733, 6.5.1: its proof is not computed; what it carries are candidates. */
Test(cades_stamps, long_term_validation) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    sign_bytes date = beside_element(&b, DER_GENERALIZED_TIME, BYTES_STR("20260101000000Z"));
    sign_bytes cert = beside_thing(&b, "a certificate"), list = beside_thing(&b, "a list");
    sign_bytes response = beside_thing(&b, "a response");
    sign_bytes other =
        beside_element(&b, DER_CONTEXT_CONSTRUCTED(1), JOIN(&b, beside_oid(&b, OID_OCSP_BASIC), response));
    sign_bytes token =
        beside_element(&b, DER_CONTEXT_CONSTRUCTED(0), beside_stamp(&b, b.value, "20260101000000Z"));
    sign_bytes record = beside_element(&b, DER_CONTEXT_CONSTRUCTED(1),
                                       beside_element(&b, DER_SEQUENCE, BYTES(number, sizeof number)));
    sign_bytes certs = beside_element(&b, DER_CONTEXT_CONSTRUCTED(0), cert);
    sign_bytes lists = beside_element(&b, DER_CONTEXT_CONSTRUCTED(1), JOIN(&b, list, other));
    beside_add(&b, OID_AA_LONG_TERM_VALIDATION,
               JOIN(&b, beside_element(&b, DER_SEQUENCE, JOIN(&b, date, token, certs, lists)),
                    beside_element(&b, DER_SEQUENCE, JOIN(&b, date, record, certs)),
                    beside_element(&b, DER_SEQUENCE, date)));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_stamps, 1); /* the evidence record is none */
    cr_assert(!f->stamps[0].covers_signature && f->stamps[0].n_covered == 0);
    struct ades_imprint got = beside_imprint(&f->stamps[0]);
    cr_assert_eq(got.same, TRI_NULL);
    cr_assert_eq(got.why, MSG_STAMP_UNSUPPORTED);
    cr_assert_eq(f->n_bag, 4); /* two of the message, one twice */
    cr_assert(bytes_equal(f->bag[2], cert));
    cr_assert_eq(f->n_crls, 1);
    cr_assert(bytes_equal(f->crls[0], list));
    cr_assert_eq(f->n_ocsps, 1);
    cr_assert(bytes_equal(f->ocsps[0], response));
    beside_close(&b);
}

/* A counter-signature may have a time-stamp of its own; an archive time-stamp is the outermost signature's
 * affair (EN 319 122-1, 5.5.1). Its content is the value above it (RFC 5652, 11.4). */
Test(cades_stamps, of_a_countersignature) {
    struct beside b;
    static struct beside parts; /* the frame is large enough without it */
    beside_open(&parts, (sign_bytes){0});
    sign_bytes more =
        beside_attribute(&parts, OID_AA_CONTENT_TIME_STAMP, beside_stamp(&parts, BYTES_STR("above"), NULL));
    beside_open(&b, more);
    beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP, beside_stamp(&b, b.value, NULL));
    beside_add(&b, OID_AA_ARCHIVE_TIME_STAMP_V2, beside_stamp(&b, older(&b, true, (sign_bytes){0}), NULL));
    (void)beside_read(&b);
    struct cms_signer parent = {.signature = BYTES_STR("above")};
    b.one = (struct cades_one){.job = &b.job, .s = &b.signer, .parent = &parent, .out = b.one.out};
    cr_assert_eq(cades_beside_read(&b.one, NULL), SIGN_OK);
    const struct ades_facts *f = &b.one.facts;
    cr_assert_eq(f->n_stamps, 3);
    cr_assert_eq(beside_imprint(&f->stamps[0]).same, TRI_TRUE);
    cr_assert_eq(beside_imprint(&f->stamps[1]).same, TRI_TRUE);
    struct ades_imprint got = beside_imprint(&f->stamps[2]);
    cr_assert_eq(got.same, TRI_NULL);
    cr_assert_eq(got.why, MSG_STAMP_UNSUPPORTED);
    cr_assert(!f->stamps[2].covers_signature && f->stamps[2].n_covered == 0);
    beside_close(&b);
    beside_close(&parts);
}

/* ---- limits, and what is malformed ------------------------------------------------------------------------
 */

Test(cades_stamps, limits) {
    for (size_t n = LIMIT_STAMPS; n <= LIMIT_STAMPS + 1; n++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        sign_bytes one = beside_stamp(&b, b.value, NULL), all = {0};
        for (size_t i = 0; i < n; i++)
            all = JOIN(&b, all, one);
        beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP, all);
        const struct ades_facts *f = beside_read(&b);
        cr_assert_eq(f->n_stamps, n == LIMIT_STAMPS ? n : 0);
        cr_assert_eq(f->broken, n == LIMIT_STAMPS ? MSG_NONE : MSG_CMS_LIMIT);
        cr_assert_eq(b.job.stamps, n == LIMIT_STAMPS ? n : 0);
        /* the document as a whole has its own */
        b.job.stamps = LIMIT_STAMPS_DOCUMENT - LIMIT_STAMPS + 1;
        b.one.facts = (struct ades_facts){0};
        cr_assert_eq(cades_beside_read(&b.one, NULL), SIGN_OK);
        cr_assert_eq(b.one.facts.broken, MSG_CMS_LIMIT);
        cr_assert_eq(b.one.facts.n_stamps, 0);
        beside_close(&b);
    }
}

Test(cades_stamps, a_token_that_is_none) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP, BYTES(number, sizeof number));
    beside_add(&b, OID_AA_ARCHIVE_TIME_STAMP_V3,
               beside_element(&b, DER_SEQUENCE, BYTES(number, sizeof number)));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_stamps, 2);
    cr_assert_neq(f->stamps[0].token->broken, MSG_NONE);
    cr_assert_neq(f->stamps[1].token->broken, MSG_NONE);
    cr_assert_eq(f->broken, MSG_NONE); /* nobody signed it: the signature is none the worse */
    beside_close(&b);
}

/* Candidates: the signature's own before those of its tokens; values in a token count for the level. */
Test(cades_stamps, candidates_of_tokens) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    sign_bytes own = beside_thing(&b, "own"), of_token = beside_thing(&b, "of the token"),
               list = beside_thing(&b, "list");
    sign_bytes basic = beside_element(&b, DER_CONTEXT_CONSTRUCTED(1),
                                      JOIN(&b, beside_oid(&b, OID_OCSP_BASIC), beside_thing(&b, "response")));
    beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP,
               beside_token(&b, &(struct beside_token){
                                    .of = b.value, .certs = of_token, .crls = JOIN(&b, list, basic)}));
    beside_add(&b, OID_AA_CERTIFICATE_VALUES, beside_element(&b, DER_SEQUENCE, own));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_bag, 4);
    cr_assert(bytes_equal(f->bag[0], BYTES(b.kit.cert.data, b.kit.cert.len)));
    cr_assert(bytes_equal(f->bag[2], own));
    cr_assert(bytes_equal(f->bag[3], of_token));
    cr_assert_eq(f->n_crls, 1);
    cr_assert(bytes_equal(f->crls[0], list));
    cr_assert_eq(f->n_ocsps, 1);
    cr_assert(bytes_equal(f->ocsps[0], beside_thing(&b, "response")));
    cr_assert(f->carried->timestamp_data);
    beside_close(&b);
}
