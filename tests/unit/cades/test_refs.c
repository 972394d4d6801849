/* References to certificates and revocation data (EN 319 122-1, A.1), values, and the signature policy
 * (5.2.9). */
#include "beside_make.h"

#include "cades/read.h"

static sign_bytes sequence(struct beside *b, sign_bytes contents) {
    return beside_element(b, DER_SEQUENCE, contents);
}

static sign_bytes other_hash(struct beside *b, enum crypto_digest d, const char *of) {
    return sequence(b, JOIN(b, beside_algorithm(b, d), beside_octets(b, d, BYTES_STR(of))));
}

static bool is_hash(struct beside *b, const struct ades_value_ref *r, enum crypto_digest d, const char *of) {
    return r->digest == d && bytes_equal(r->hash, beside_hash(b, d, BYTES_STR(of)));
}

/* issuerSerial with the issuer and serial number of the kit's certificate. */
static sign_bytes issuer_serial(struct beside *b) {
    sign_bytes names = sequence(b, beside_element(b, DER_CONTEXT_CONSTRUCTED(4), b->kit.facts->issuer));
    return sequence(b, JOIN(b, names, beside_element(b, DER_INTEGER, b->kit.facts->serial)));
}

Test(cades_refs, certificates) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    /* OtherHash by SHA-256, and as sha1Hash */
    sign_bytes first = sequence(&b, JOIN(&b, other_hash(&b, DIGEST_SHA256, "one"), issuer_serial(&b)));
    sign_bytes second = sequence(&b, beside_octets(&b, DIGEST_SHA1, BYTES_STR("two")));
    beside_add(&b, OID_AA_COMPLETE_CERTIFICATE_REFERENCES, sequence(&b, JOIN(&b, first, second)));
    beside_add(&b, OID_AA_ATTRIBUTE_CERTIFICATE_REFERENCES, sequence(&b, first));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_refs, 3);
    cr_assert(is_hash(&b, &f->refs[0], DIGEST_SHA256, "one"));
    cr_assert(bytes_equal(f->refs[0].issuer, b.kit.facts->issuer));
    cr_assert(bytes_equal(f->refs[0].serial, b.kit.facts->serial));
    cr_assert(is_hash(&b, &f->refs[1], DIGEST_SHA1, "two"));
    cr_assert_eq(f->refs[1].serial.len, 0);
    for (size_t i = 0; i < 3; i++)
        cr_assert(!f->refs[i].revocation && f->refs[i].attribute == (i == 2));
    cr_assert(f->carried->certificate_refs && !f->carried->revocation_refs);
    beside_close(&b);
}

Test(cades_refs, revocation) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    sign_bytes issued = beside_element(&b, DER_UTC_TIME, BYTES_STR("260101000000Z"));
    sign_bytes id = sequence(&b, JOIN(&b, b.kit.facts->issuer, issued));
    sign_bytes list = sequence(&b, JOIN(&b, other_hash(&b, DIGEST_SHA256, "list"), id));
    sign_bytes bare = sequence(&b, other_hash(&b, DIGEST_SHA384, "bare"));
    sign_bytes produced = beside_element(&b, DER_GENERALIZED_TIME, BYTES_STR("20260102000000Z"));
    sign_bytes responder = beside_element(&b, DER_CONTEXT_CONSTRUCTED(1), b.kit.facts->issuer);
    sign_bytes ocsp_id = sequence(&b, JOIN(&b, responder, produced));
    sign_bytes response = sequence(&b, JOIN(&b, ocsp_id, other_hash(&b, DIGEST_SHA256, "response")));
    sign_bytes named = sequence(&b, ocsp_id); /* by name and time alone */
    sign_bytes crlids =
        beside_element(&b, DER_CONTEXT_CONSTRUCTED(0), sequence(&b, sequence(&b, JOIN(&b, list, bare))));
    sign_bytes ocspids =
        beside_element(&b, DER_CONTEXT_CONSTRUCTED(1), sequence(&b, sequence(&b, JOIN(&b, response, named))));
    sign_bytes none = sequence(&b, (sign_bytes){0}); /* a certificate without revocation data */
    beside_add(&b, OID_AA_COMPLETE_REVOCATION_REFERENCES,
               sequence(&b, JOIN(&b, sequence(&b, JOIN(&b, crlids, ocspids)), none)));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_refs, 4);
    cr_assert(is_hash(&b, &f->refs[0], DIGEST_SHA256, "list") && !f->refs[0].ocsp);
    cr_assert(bytes_equal(f->refs[0].issuer, b.kit.facts->issuer));
    cr_assert_eq(f->refs[0].time, 1767225600);
    cr_assert(is_hash(&b, &f->refs[1], DIGEST_SHA384, "bare"));
    cr_assert(is_hash(&b, &f->refs[2], DIGEST_SHA256, "response") && f->refs[2].ocsp);
    cr_assert_eq(f->refs[2].time, 1767312000);
    cr_assert(f->refs[3].ocsp && f->refs[3].digest == DIGEST_NONE && f->refs[3].hash.len == 0);
    for (size_t i = 0; i < 4; i++)
        cr_assert(f->refs[i].revocation);
    beside_close(&b);
}

/* What is malformed is there as a reference that nothing fits: the list must not look complete. */
Test(cades_refs, malformed) {
    static const enum oid kinds[] = {OID_AA_COMPLETE_CERTIFICATE_REFERENCES,
                                     OID_AA_COMPLETE_REVOCATION_REFERENCES};
    for (int i = 0; i < 4; i++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        sign_bytes number = beside_element(&b, DER_INTEGER, BYTES("\x01", 1));
        beside_add(&b, kinds[i % 2], i < 2 ? number : sequence(&b, sequence(&b, number)));
        const struct ades_facts *f = beside_read(&b);
        if (i == 3) { /* an element that is none of the two lists is otherRev */
            cr_assert_eq(f->n_refs, 0);
        } else {
            cr_assert_eq(f->n_refs, 1, "%d", i);
            cr_assert(f->refs[0].digest == DIGEST_NONE || f->refs[0].hash.len == 0);
        }
        cr_assert_eq(f->broken, MSG_NONE);
        beside_close(&b);
    }
}

Test(cades_refs, bounded) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    sign_bytes one = sequence(&b, other_hash(&b, DIGEST_SHA256, "one"));
    AUTO(grow) many = {0};
    for (int i = 0; i < LIMIT_CERTIFICATES + 100; i++)
        grow_put(&many, one.data, one.len);
    beside_add(&b, OID_AA_COMPLETE_CERTIFICATE_REFERENCES, sequence(&b, BYTES(many.data, many.len)));
    cr_assert_eq(beside_read(&b)->n_refs, LIMIT_CERTIFICATES);
    beside_close(&b);
}

/* EN 319 122-1, A.1.1.2: lists as they are, responses without the outer OCSPResponse. */
Test(cades_refs, values) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    sign_bytes list = sequence(&b, beside_oid(&b, OID_CT_DATA));
    sign_bytes response = sequence(&b, beside_oid(&b, OID_CT_TST_INFO));
    sign_bytes lists = beside_element(&b, DER_CONTEXT_CONSTRUCTED(0), sequence(&b, JOIN(&b, list, list)));
    sign_bytes responses = beside_element(&b, DER_CONTEXT_CONSTRUCTED(1), sequence(&b, response));
    beside_add(&b, OID_AA_REVOCATION_VALUES, sequence(&b, JOIN(&b, lists, responses)));
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->n_crls, 2);
    cr_assert(bytes_equal(f->crls[1], list));
    cr_assert_eq(f->n_ocsps, 1);
    cr_assert(bytes_equal(f->ocsps[0], response));
    cr_assert(f->carried->revocation_values && !f->carried->certificate_values);
    beside_close(&b);
}

/* ---- the levels (EN 319 122-1, 6.1; TS 101 733, 4.4) ------------------------------------------------------
 */

Test(cades_refs, levels) {
    static const struct {
        enum oid attributes[6];
        bool revocation;
        const char *level;
    } rows[] = {
        {{OID_NONE}, false, "B"},
        {{OID_NONE}, true, "B"},
        {{OID_AA_SIGNATURE_TIME_STAMP}, false, "T"},
        {{OID_AA_SIGNATURE_TIME_STAMP}, true, "LT"},
        {{OID_AA_SIGNATURE_TIME_STAMP, OID_AA_CERTIFICATE_VALUES, OID_AA_REVOCATION_VALUES}, false, "LT"},
        {{OID_AA_SIGNATURE_TIME_STAMP, OID_AA_COMPLETE_CERTIFICATE_REFERENCES,
          OID_AA_COMPLETE_REVOCATION_REFERENCES},
         false,
         "C"},
        {{OID_AA_SIGNATURE_TIME_STAMP, OID_AA_COMPLETE_CERTIFICATE_REFERENCES,
          OID_AA_COMPLETE_REVOCATION_REFERENCES, OID_AA_CADES_C_TIME_STAMP},
         false,
         "X"},
        {{OID_AA_SIGNATURE_TIME_STAMP, OID_AA_COMPLETE_CERTIFICATE_REFERENCES,
          OID_AA_COMPLETE_REVOCATION_REFERENCES, OID_AA_CERTIFICATE_VALUES, OID_AA_REVOCATION_VALUES},
         false,
         "XL"},
        {{OID_AA_SIGNATURE_TIME_STAMP, OID_AA_ARCHIVE_TIME_STAMP_V2}, true, "A"},
        {{OID_AA_SIGNATURE_TIME_STAMP, OID_AA_ARCHIVE_TIME_STAMP_V3}, true, "LTA"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        for (size_t j = 0; j < 6 && rows[i].attributes[j] != OID_NONE; j++)
            beside_add(&b, rows[i].attributes[j], beside_stamp(&b, b.value, NULL));
        const struct ades_facts *f = beside_read(&b);
        cr_assert_str_eq(ades_level(f->carried, rows[i].revocation), rows[i].level, "row %zu", i);
        beside_close(&b);
    }
}

/* ---- the signature policy
 * ---------------------------------------------------------------------------------- */

/* `tail`: what follows the OID in SignaturePolicyId. */
static struct ades_signature_policy read_policy(struct beside *b, sign_bytes value) {
    struct cms_signer s = {0};
    struct report_signature out = {0};
    struct ades_signature_policy policy = {0};
    s.value[SA_POLICY] = value;
    cades_signed_text(&s, &b->texts, &out, &policy);
    cr_assert_eq(out.policy_oid, policy.oid);
    cr_assert_eq(out.policy_uri, policy.uri);
    return policy;
}

static sign_bytes policy_hash(struct beside *b, sign_bytes octets) {
    return sequence(b,
                    JOIN(b, beside_algorithm(b, DIGEST_SHA256), beside_element(b, DER_OCTET_STRING, octets)));
}

Test(cades_policy, read) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    sign_bytes oid = beside_oid(&b, OID_TR_POLICY_P3);
    sign_bytes uri = sequence(&b, sequence(&b, JOIN(&b, beside_oid(&b, OID_SPQ_URI),
                                                    beside_element(&b, DER_IA5, BYTES_STR("http://x/p3")))));
    struct ades_signature_policy p = read_policy(&b, (sign_bytes){0});
    cr_assert(!p.present && !p.implied && p.oid == NULL);
    p = read_policy(&b, beside_element(&b, DER_NULL, (sign_bytes){0}));
    cr_assert(p.present && p.implied && p.oid == NULL);
    p = read_policy(&b, sequence(&b, JOIN(&b, oid, policy_hash(&b, BYTES("\x01\x02", 2)), uri)));
    cr_assert(p.present && !p.implied && !p.hash_zero);
    cr_assert_str_eq(p.oid, oid_dotted(OID_TR_POLICY_P3));
    cr_assert_eq(p.digest, DIGEST_SHA256);
    cr_assert(bytes_equal(p.hash, BYTES("\x01\x02", 2)));
    cr_assert_str_eq(p.uri, "http://x/p3");
    beside_close(&b);
}

/* TS 101 733, 5.8.1: a hash of zeros is not to be checked; nor is one of no octets. One that is not there is
 * another thing, and so is a policy that cannot be read. */
Test(cades_policy, zero_hash) {
    static const uint8_t zeros[32];
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    sign_bytes oid = beside_oid(&b, OID_TR_POLICY_P3);
    for (size_t n = 0; n <= 32; n += 16)
        cr_assert(read_policy(&b, sequence(&b, JOIN(&b, oid, policy_hash(&b, BYTES(zeros, n))))).hash_zero);
    struct ades_signature_policy p = read_policy(&b, sequence(&b, oid));
    cr_assert(p.present && !p.hash_zero && p.digest == DIGEST_NONE && p.oid != NULL);
    p = read_policy(&b, beside_element(&b, DER_INTEGER, BYTES("\x01", 1)));
    cr_assert(p.present && !p.implied && p.oid == NULL);
    beside_close(&b);
}
