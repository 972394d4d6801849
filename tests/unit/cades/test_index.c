/* Archive time-stamps v3 and their hash indexes, in all three versions (EN 319 122-1, 5.5.2 and 5.5.3; TS 101
 * 733, 6.4.2 and 6.4.3), against indexes and imprints joined by hand. */
#include "beside_make.h"

/* What an index is made of: contents of the three lists. */
struct index {
    unsigned version;
    enum crypto_digest digest; /* NONE: SHA-256 */
    bool no_algorithm;         /* left to its default */
    sign_bytes lists[3];
};

static sign_bytes write_index(struct beside *b, const struct index *x) {
    sign_bytes algorithm = {0};
    if (!x->no_algorithm)
        algorithm = beside_algorithm(b, x->digest != DIGEST_NONE ? x->digest : DIGEST_SHA256);
    return beside_element(b, DER_SEQUENCE,
                          JOIN(b, algorithm, beside_element(b, DER_SEQUENCE, x->lists[0]),
                               beside_element(b, DER_SEQUENCE, x->lists[1]),
                               beside_element(b, DER_SEQUENCE, x->lists[2])));
}

/* Adds the time-stamp over this index, with `imprint` as its digest. */
static void add_archive_by(struct beside *b, const struct index *x, enum crypto_digest imprint) {
    static const enum oid kinds[] = {OID_AA_ATS_HASH_INDEX, OID_AA_ATS_HASH_INDEX_V2,
                                     OID_AA_ATS_HASH_INDEX_V3};
    sign_bytes index = write_index(b, x);
    struct beside_token t = {.digest = imprint, .time = "20260101000000Z"};
    t.of = JOIN(b, beside_oid(b, OID_CT_DATA), beside_hash(b, imprint, b->content), b->head, index);
    t.index = beside_attribute(b, kinds[x->version - 1], index);
    beside_add(b, OID_AA_ARCHIVE_TIME_STAMP_V3, beside_token(b, &t));
}

static void add_archive(struct beside *b, const struct index *x) {
    add_archive_by(b, x, DIGEST_SHA256);
}

static bool covers(const struct ades_stamp *s, sign_bytes what) {
    for (size_t i = 0; i < s->n_covered; i++)
        if (s->covered[i].via == DIGEST_NONE && bytes_equal(s->covered[i].what, what))
            return true;
    return false;
}

static sign_bytes cert_of(const struct beside *b) {
    return BYTES(b->kit.cert.data, b->kit.cert.len);
}
static sign_bytes other_of(const struct beside *b) {
    return BYTES(b->kit.other.data, b->kit.other.len);
}

/* The entry of an attribute with one value, as each version has it. */
static sign_bytes entry(struct beside *b, unsigned version, enum crypto_digest d, enum oid type,
                        sign_bytes value) {
    sign_bytes of = version == 3 ? JOIN(b, beside_oid(b, type), value) : beside_attribute(b, type, value);
    return beside_octets(b, d, of);
}

/* One message with all kinds of things, some of which are indexed. */
struct scene {
    struct beside b;
    sign_bytes list, other_list, response, choice, value, stamp;
};

static void scene_open(struct scene *s) {
    struct beside *b = &s->b;
    beside_open(b, (sign_bytes){0});
    s->list = beside_thing(b, "a list");
    s->other_list = beside_thing(b, "another list");
    s->response = beside_thing(b, "a response");
    s->choice = beside_element(b, DER_CONTEXT_CONSTRUCTED(1),
                               JOIN(b, beside_oid(b, OID_RI_OCSP_RESPONSE), s->response));
    b->crls = beside_element(b, DER_CONTEXT_CONSTRUCTED(1), JOIN(b, s->other_list, s->list, s->choice));
    s->stamp = beside_stamp(b, b->value, NULL);
    beside_add(b, OID_AA_SIGNATURE_TIME_STAMP, s->stamp);
    s->value = beside_thing(b, "a value");
    beside_add(b, OID_AA_CERTIFICATE_VALUES, beside_element(b, DER_SEQUENCE, s->value));
    beside_add(b, OID_AA_REVOCATION_VALUES,
               beside_element(b, DER_SEQUENCE,
                              beside_element(b, DER_CONTEXT_CONSTRUCTED(0),
                                             beside_element(b, DER_SEQUENCE, s->other_list))));
}

/* The first certificate, a list, a response, the signature's time-stamp and the certificate value: not the
 * second certificate, not the other list. */
static struct index scene_index(struct scene *s, unsigned version, enum crypto_digest d) {
    struct beside *b = &s->b;
    struct index x = {.version = version, .digest = d};
    x.lists[0] = beside_octets(b, d, cert_of(b));
    x.lists[1] = JOIN(b, beside_octets(b, d, s->list), beside_octets(b, d, s->choice));
    x.lists[2] =
        JOIN(b, entry(b, version, d, OID_AA_SIGNATURE_TIME_STAMP, s->stamp),
             entry(b, version, d, OID_AA_CERTIFICATE_VALUES, beside_element(b, DER_SEQUENCE, s->value)));
    return x;
}

Test(cades_index, protects_what_it_names) {
    static const enum crypto_digest digests[] = {DIGEST_SHA256, DIGEST_SHA512};
    for (unsigned i = 0; i < 6; i++) {
        enum crypto_digest d = digests[i % 2];
        unsigned version = i / 2 + 1;
        struct scene s;
        scene_open(&s);
        struct index x = scene_index(&s, version, d);
        add_archive_by(&s.b, &x, d);
        const struct ades_facts *f = beside_read(&s.b);
        cr_assert_eq(f->n_stamps, 2);
        const struct ades_stamp *a = &f->stamps[1];
        cr_assert_eq(a->broken, MSG_NONE, "%s", a->broken_detail);
        cr_assert_eq(beside_imprint(a).same, TRI_TRUE, "version %u", version);
        cr_assert(a->covers_data && a->covers_signature && beside_covers_stamp(a, 0) &&
                  !beside_covers_stamp(a, 1));
        cr_assert(covers(a, cert_of(&s.b)) && covers(a, s.list) && covers(a, s.response));
        cr_assert(covers(a, s.value));
        cr_assert(!covers(a, other_of(&s.b)) && !covers(a, s.other_list));
        cr_assert_eq(a->n_covered, 5); /* with the one that the signing-certificate attribute names */
        cr_assert(f->carried->archive_v3 && !f->carried->archive);
        cr_assert_str_eq(ades_level(f->carried, true), "LTA");
        beside_close(&s.b);
    }
}

/* TS 101 733, 6.4.2: DEFAULT SHA-256, in the first version only; a list never looks like an algorithm. */
Test(cades_index, algorithm_by_default) {
    for (unsigned version = 1; version <= 3; version++) {
        struct scene s;
        scene_open(&s);
        struct index x = scene_index(&s, version, DIGEST_SHA256);
        x.no_algorithm = true;
        x.lists[0].len = version == 2 ? 0 : x.lists[0].len; /* an empty list comes first */
        add_archive(&s.b, &x);
        const struct ades_stamp *a = &beside_read(&s.b)->stamps[1];
        cr_assert_eq(a->broken, MSG_NONE);
        cr_assert_eq(covers(a, cert_of(&s.b)), version != 2);
        cr_assert(covers(a, s.list));
        cr_assert_eq(beside_imprint(a).same, TRI_TRUE);
        beside_close(&s.b);
    }
}

/* Values of one attribute are told apart by the last version alone. */
Test(cades_index, a_value_added_later) {
    for (unsigned version = 1; version <= 3; version++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        sign_bytes first = beside_stamp(&b, b.value, NULL);
        struct index x = {.version = version};
        x.lists[2] = entry(&b, version, DIGEST_SHA256, OID_AA_SIGNATURE_TIME_STAMP, first);
        beside_add(&b, OID_AA_SIGNATURE_TIME_STAMP,
                   JOIN(&b, beside_stamp(&b, b.value, "20250401000000Z"), first));
        add_archive(&b, &x);
        const struct ades_stamp *a = &beside_read(&b)->stamps[2];
        cr_assert_eq(a->broken, version == 3 ? MSG_NONE : MSG_STAMP_INDEX_UNMATCHED);
        cr_assert_eq(beside_covers_stamp(a, 1), version == 3);
        cr_assert(!beside_covers_stamp(a, 0));
        beside_close(&b);
    }
}

/* Each list with an entry for what is not there, or not there so often. */
Test(cades_index, names_what_is_not_there) {
    static const char *const names[] = {"certificatesHashIndex", "crlsHashIndex", "unsignedAttrsHashIndex"};
    for (unsigned i = 0; i < 6; i++) {
        struct scene s;
        scene_open(&s);
        struct index x = scene_index(&s, 3, DIGEST_SHA256);
        sign_bytes more = beside_octets(&s.b, DIGEST_SHA256, BYTES_STR("something else"));
        if (i >= 3) /* twice what is there once */
            more = x.lists[i - 3];
        x.lists[i % 3] = JOIN(&s.b, x.lists[i % 3], more);
        add_archive(&s.b, &x);
        const struct ades_stamp *a = &beside_read(&s.b)->stamps[1];
        cr_assert_eq(a->broken, MSG_STAMP_INDEX_UNMATCHED, "%u", i);
        cr_assert_str_eq(a->broken_detail, names[i % 3]);
        cr_assert_eq(beside_imprint(a).same, TRI_TRUE); /* the imprint is over the index itself */
        beside_close(&s.b);
    }
}

/* The same certificate twice in the message, named twice. */
Test(cades_index, counts_each_once) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    b.certs = beside_element(&b, DER_CONTEXT_CONSTRUCTED(0), JOIN(&b, cert_of(&b), cert_of(&b)));
    sign_bytes one = beside_octets(&b, DIGEST_SHA256, cert_of(&b));
    struct index x = {.version = 3};
    x.lists[0] = JOIN(&b, one, one);
    add_archive(&b, &x);
    cr_assert_eq(beside_read(&b)->stamps[0].broken, MSG_NONE);
    beside_close(&b);
}

/* Octets of an entry of another length; an index that is none; no index; an algorithm that is weaker than the
 * imprint's, and one that is not known. */
Test(cades_index, cannot_be_used) {
    static const char *const details[] = {"certificatesHashIndex", "ATSHashIndex", "ats-hash-index",
                                          "hashIndAlgorithm", "hashIndAlgorithm"};
    for (unsigned i = 0; i < 5; i++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        struct index x = {.version = 3, .digest = i == 3 ? DIGEST_SHA1 : DIGEST_NONE};
        if (i == 0)
            x.lists[0] = beside_octets(&b, DIGEST_SHA512, cert_of(&b));
        struct beside_token t = {.of = BYTES_STR("x")};
        sign_bytes unknown =
            beside_element(&b, DER_SEQUENCE,
                           JOIN(&b, beside_element(&b, DER_SEQUENCE, beside_oid(&b, OID_CT_DATA)),
                                beside_element(&b, DER_SEQUENCE, (sign_bytes){0}),
                                beside_element(&b, DER_SEQUENCE, (sign_bytes){0}),
                                beside_element(&b, DER_SEQUENCE, (sign_bytes){0})));
        sign_bytes index = i == 1   ? beside_element(&b, DER_SEQUENCE, beside_oid(&b, OID_CT_DATA))
                           : i == 4 ? unknown
                                    : write_index(&b, &x);
        if (i != 2)
            t.index = beside_attribute(&b, OID_AA_ATS_HASH_INDEX_V3, index);
        beside_add(&b, OID_AA_ARCHIVE_TIME_STAMP_V3, beside_token(&b, &t));
        const struct ades_stamp *a = &beside_read(&b)->stamps[0];
        cr_assert_eq(a->broken, i == 0 ? MSG_STAMP_INDEX_UNMATCHED : MSG_STAMP_INDEX_FORMAT, "%u", i);
        cr_assert_str_eq(a->broken_detail, details[i]);
        beside_close(&b);
    }
}

/* An index by an algorithm that is as good as the imprint's does no harm. */
Test(cades_index, by_another_algorithm) {
    struct scene s;
    scene_open(&s);
    struct index x = scene_index(&s, 3, DIGEST_SHA384);
    add_archive(&s.b, &x);
    const struct ades_stamp *a = &beside_read(&s.b)->stamps[1];
    cr_assert_eq(a->broken, MSG_NONE);
    cr_assert(covers(a, s.list));
    cr_assert_eq(beside_imprint(a).same, TRI_TRUE);
    beside_close(&s.b);
}

/* A later archive time-stamp is over the earlier one, as a value. */
Test(cades_index, archive_of_an_archive) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    struct index x = {.version = 3};
    add_archive(&b, &x);
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, b.attributes[0], false), in;
    struct der_tlv set;
    cr_assert(der_enter(&c, DER_SEQUENCE, &in) && der_take(&in, DER_OID, NULL) &&
              der_take(&in, DER_SET, &set));
    x.lists[2] = entry(&b, 3, DIGEST_SHA256, OID_AA_ARCHIVE_TIME_STAMP_V3, set.value);
    add_archive(&b, &x);
    const struct ades_facts *f = beside_read(&b);
    cr_assert_eq(f->stamps[1].broken, MSG_NONE);
    cr_assert(beside_covers_stamp(&f->stamps[1], 0) && !beside_covers_stamp(&f->stamps[0], 1));
    cr_assert_eq(beside_imprint(&f->stamps[1]).same, TRI_TRUE);
    beside_close(&b);
}

/* EN 319 122-1, 5.5.3: only the digest of the content counts, wherever it is. */
Test(cades_index, content_outside) {
    for (int given = 0; given < 2; given++) {
        struct beside b;
        beside_open(&b, (sign_bytes){0});
        struct index x = {.version = 3};
        add_archive(&b, &x);
        b.detached = true;
        if (!given)
            b.content = (sign_bytes){0};
        struct ades_imprint got = beside_imprint(&beside_read(&b)->stamps[0]);
        cr_assert_eq(got.same, given ? TRI_TRUE : TRI_NULL);
        cr_assert_eq(got.why, given ? MSG_NONE : MSG_CONTENT_MISSING);
        beside_close(&b);
    }
}

/* What is signed changes: another signature, other signed attributes. */
Test(cades_index, of_another_signature) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    struct index x = {.version = 3};
    add_archive(&b, &x);
    uint8_t *last = (uint8_t *)(uintptr_t)(b.head.data + b.head.len - 1);
    *last ^= 1;
    cr_assert_eq(beside_imprint(&beside_read(&b)->stamps[0]).same, TRI_FALSE);
    beside_close(&b);
}

/* More elements than are compared: the index cannot be used, and nothing is hashed. */
Test(cades_index, limit) {
    struct beside b;
    beside_open(&b, (sign_bytes){0});
    static uint8_t many[3 * (LIMIT_INDEXED + 1)];
    for (size_t i = 0; i < sizeof many; i += 3)
        memcpy(many + i, (const uint8_t[]){DER_INTEGER, 1, 1}, 3);
    struct index x = {.version = 3};
    add_archive(&b, &x);
    beside_add(&b, OID_AA_SIGNATURE_POLICY_STORE, BYTES(many, sizeof many));
    const struct ades_stamp *a = &beside_read(&b)->stamps[0];
    cr_assert_eq(a->broken, MSG_STAMP_INDEX_FORMAT);
    cr_assert_str_eq(a->broken_detail, "unsignedAttrsHashIndex");
    beside_close(&b);
}
