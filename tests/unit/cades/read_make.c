#include "read_make.h"

#include "der/builder.h"
#include <openssl/pem.h>
#include <stdio.h>

static bool has(unsigned flags, unsigned flag) {
    return (flags & flag) != 0;
}

make_kit make_kit_open(void) {
    make_kit k = {0};
    FILE *f = fopen(SIGN_TEST_PKI "/nes-p256.key.pem", "r");
    cr_assert_not_null(f);
    k.key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    fclose(f);
    cr_assert_not_null(k.key);
    cr_assert_eq(file_read(SIGN_TEST_PKI "/nes-p256.der", LIMIT_CERTIFICATE, &k.cert, NULL), SIGN_OK);
    cr_assert_eq(file_read(SIGN_TEST_PKI "/nes-person2.der", LIMIT_CERTIFICATE, &k.other, NULL), SIGN_OK);
    cr_assert_eq(crypto_new(&k.crypto, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_read(k.crypto, BYTES(k.cert.data, k.cert.len), &k.facts, NULL), SIGN_OK);
    return k;
}

void make_kit_free(make_kit *k) {
    EVP_PKEY_free(k->key);
    sign_buf_free(&k->cert);
    sign_buf_free(&k->other);
    pki_cert_free(&k->facts);
    crypto_free(&k->crypto);
}

static void attribute_begin(der_builder *b, enum oid type) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, type);
    der_begin(b, DER_SET);
}

static void attribute_end(der_builder *b) {
    der_end(b);
    der_end(b);
}

static sign_bytes hash(const make_kit *k, enum crypto_digest d, sign_bytes in, uint8_t out[DIGEST_MAX]) {
    cr_assert_eq(crypto_hash(k->crypto, d, in, out, NULL), SIGN_OK);
    return BYTES(out, crypto_digest_row(d)->size);
}

static void put_digest(der_builder *b, const make_kit *k, unsigned flags, sign_bytes content) {
    uint8_t out[DIGEST_MAX];
    enum crypto_digest d = has(flags, MAKE_OTHER_HASH) ? DIGEST_SHA384 : DIGEST_SHA256;
    sign_bytes value = hash(k, d, has(flags, MAKE_WRONG_DIGEST) ? BYTES_STR("başka") : content, out);
    attribute_begin(b, OID_AA_MESSAGE_DIGEST);
    der_put(b, DER_OCTET_STRING, value);
    if (has(flags, MAKE_TWO_VALUES))
        der_put(b, DER_OCTET_STRING, value);
    attribute_end(b);
}

static void put_reference(der_builder *b, const make_kit *k, unsigned flags, bool v2) {
    uint8_t out[DIGEST_MAX];
    bool wrong = has(flags, v2 ? MAKE_WRONG_REFERENCE : MAKE_WRONG_V1);
    sign_bytes cert = wrong ? BYTES(k->other.data, k->other.len) : BYTES(k->cert.data, k->cert.len);
    attribute_begin(b, v2 ? OID_AA_SIGNING_CERTIFICATE_V2 : OID_AA_SIGNING_CERTIFICATE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_put(b, DER_OCTET_STRING, hash(k, v2 ? DIGEST_SHA256 : DIGEST_SHA1, cert, out));
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(4));
    der_put_raw(b, k->facts->issuer);
    der_end(b);
    der_end(b);
    if (has(flags, MAKE_OTHER_SERIAL))
        der_put_uint(b, 7);
    else
        der_put(b, DER_INTEGER, k->facts->serial);
    for (int i = 0; i < 4; i++)
        der_end(b);
    attribute_end(b);
}

static void put_text(der_builder *b, uint8_t tag, const char *text) {
    der_begin(b, tag);
    der_put_utf8(b, DER_UTF8, text);
    der_end(b);
}

static void put_policy(der_builder *b) {
    attribute_begin(b, OID_AA_SIGNATURE_POLICY_IDENTIFIER);
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_TR_POLICY_P3);
    der_begin(b, DER_SEQUENCE);
    crypto_digest_write(b, DIGEST_SHA256);
    der_put(b, DER_OCTET_STRING, BYTES("\x01\x02\x03\x04", 4));
    der_end(b);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_SPQ_URI);
    der_put_utf8(b, DER_IA5, "http://example.org/p3");
    der_end(b);
    der_end(b);
    der_end(b);
    attribute_end(b);
}

static void put_properties(der_builder *b) {
    put_policy(b);
    attribute_begin(b, OID_AA_MIME_TYPE);
    der_put_utf8(b, DER_UTF8, "text/plain");
    attribute_end(b);
    attribute_begin(b, OID_AA_COMMITMENT_TYPE_INDICATION);
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_CTI_PROOF_OF_APPROVAL);
    der_end(b);
    attribute_end(b);
    attribute_begin(b, OID_AA_CONTENT_HINTS);
    der_begin(b, DER_SEQUENCE);
    der_put_utf8(b, DER_UTF8, "dilekçe.txt");
    der_put_oid(b, OID_CT_DATA);
    der_end(b);
    attribute_end(b);
    attribute_begin(b, OID_AA_SIGNER_LOCATION);
    der_begin(b, DER_SEQUENCE);
    put_text(b, DER_CONTEXT_CONSTRUCTED(0), "TR");
    put_text(b, DER_CONTEXT_CONSTRUCTED(1), "İzmir");
    der_end(b);
    attribute_end(b);
    attribute_begin(b, OID_AA_SIGNER_ATTRIBUTES_V2);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, DER_SEQUENCE);
    attribute_begin(b, OID_DN_ROLE);
    der_put_utf8(b, DER_UTF8, "Müdür");
    attribute_end(b);
    der_end(b);
    der_end(b);
    der_end(b);
    attribute_end(b);
}

static void put_attributes(der_builder *b, const make_kit *k, unsigned flags, bool type, sign_bytes content) {
    if (has(flags, MAKE_EMPTY_ATTRIBUTES))
        return;
    if (type && !has(flags, MAKE_NO_TYPE)) {
        attribute_begin(b, OID_AA_CONTENT_TYPE);
        der_put_oid(b, has(flags, MAKE_OTHER_TYPE) ? OID_CT_TST_INFO : OID_CT_DATA);
        attribute_end(b);
    }
    if (!has(flags, MAKE_NO_DIGEST))
        put_digest(b, k, flags, content);
    if (has(flags, MAKE_TWO_DIGESTS))
        put_digest(b, k, flags ^ MAKE_WRONG_DIGEST, content);
    for (int i = 0; i < (has(flags, MAKE_TWO_TIMES) ? 2 : 1); i++) {
        attribute_begin(b, OID_AA_SIGNING_TIME);
        der_put_time(b, 1767607200 + i);
        attribute_end(b);
    }
    if (!has(flags, MAKE_NO_REFERENCE))
        put_reference(b, k, flags, true);
    if (has(flags, MAKE_V1_TOO))
        put_reference(b, k, flags, false);
    if (has(flags, MAKE_PROPERTIES))
        put_properties(b);
}

/* The attributes as a SET OF, or (unsorted) with the first put last. */
static void attribute_set(const make_kit *k, unsigned flags, bool type, sign_bytes content, sign_buf *out) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SET);
    put_attributes(&b, k, flags, type, content);
    der_end_set_of(&b);
    AUTO(sign_buf) sorted = {0};
    cr_assert_eq(der_builder_take(&b, &sorted, NULL), SIGN_OK);
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, BYTES(sorted.data, sorted.len), false), in;
    struct der_tlv first = {0};
    cr_assert(der_enter(&c, DER_SET, &in));
    if (has(flags, MAKE_UNSORTED))
        cr_assert(der_any(&in, &first));
    sign_bytes rest = BYTES(in.at, (size_t)(in.end - in.at));
    AUTO(grow) g = {0};
    grow_byte(&g, DER_SET);
    size_t n = rest.len + first.raw.len;
    if (has(flags, MAKE_LONG_LENGTH))
        grow_put(&g, "\x83\x00", 2);
    else
        grow_byte(&g, 0x82);
    grow_byte(&g, (uint8_t)(n >> 8));
    grow_byte(&g, (uint8_t)n);
    if (n < 256) {
        g.len = 1;
        cr_assert(n < 128 || !has(flags, MAKE_LONG_LENGTH));
        if (n >= 128)
            grow_byte(&g, 0x81);
        grow_byte(&g, (uint8_t)n);
    }
    grow_put(&g, rest.data, rest.len);
    grow_put(&g, first.raw.data, first.raw.len);
    cr_assert_eq(grow_take(&g, out, NULL), SIGN_OK);
}

static void put_value(der_builder *b, const make_kit *k, unsigned flags, sign_bytes signed_bytes) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char value[128];
    size_t n = sizeof value;
    cr_assert_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, k->key), 1);
    cr_assert_eq(EVP_DigestSign(ctx, value, &n, signed_bytes.data, signed_bytes.len), 1);
    EVP_MD_CTX_free(ctx);
    if (has(flags, MAKE_WRONG_VALUE))
        value[n - 1] ^= 1;
    der_put(b, DER_OCTET_STRING, BYTES(value, n));
}

static void put_sid(der_builder *b, const make_kit *k, unsigned flags) {
    if (has(flags, MAKE_KEY_ID)) {
        der_put_uint(b, 3);
        der_put(b, DER_CONTEXT(0), k->facts->ski);
        return;
    }
    der_put_uint(b, 1);
    der_begin(b, DER_SEQUENCE);
    der_put_raw(b, k->facts->issuer);
    der_put(b, DER_INTEGER, k->facts->serial);
    der_end(b);
}

static void put_digest_algorithm(der_builder *b, unsigned flags) {
    if (!has(flags, MAKE_MD5)) {
        crypto_digest_write(b, has(flags, MAKE_OTHER_HASH) ? DIGEST_SHA384 : DIGEST_SHA256);
        return;
    }
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_MD5);
    der_end(b);
}

/* depth: of counter-signatures below this one. */
static void put_signer(der_builder *b, const make_kit *k, unsigned flags, bool type, sign_bytes content,
                       const struct make *m, unsigned depth) {
    const struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = DIGEST_SHA256};
    der_begin(b, DER_SEQUENCE);
    put_sid(b, k, flags);
    put_digest_algorithm(b, flags);
    AUTO(sign_buf) set = {0};
    attribute_set(k, flags, type, content, &set);
    bool plain = has(flags, MAKE_NO_ATTRIBUTES);
    if (!plain) {
        AUTO(sign_buf) tagged = {0};
        cr_assert_eq(buf_copy(BYTES(set.data, set.len), &tagged, NULL), SIGN_OK);
        tagged.data[0] = DER_CONTEXT_CONSTRUCTED(0);
        der_put_raw(b, BYTES(tagged.data, tagged.len));
    }
    crypto_sigalg_write(b, &alg);
    size_t at = b->out.len;
    put_value(b, k, flags, plain ? content : BYTES(set.data, set.len));
    if (depth > 0) {
        AUTO(sign_buf) value = {0};
        cr_assert_eq(buf_copy(BYTES(b->out.data + at + 2, b->out.len - at - 2), &value, NULL), SIGN_OK);
        bool outermost = depth == m->counter_depth;
        AUTO(der_builder) inner = {0}; /* a builder of its own: their nesting is limited */
        AUTO(sign_buf) counter = {0};
        put_signer(&inner, k, outermost ? m->counter_flags : 0, outermost && m->counter_has_type,
                   BYTES(value.data, value.len), m, depth - 1);
        cr_assert_eq(der_builder_take(&inner, &counter, NULL), SIGN_OK);
        der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
        attribute_begin(b, OID_AA_COUNTER_SIGNATURE);
        der_put_raw(b, BYTES(counter.data, counter.len));
        attribute_end(b);
        der_end(b);
    }
    der_end(b);
}

static void indefinite(der_builder *b, uint8_t tag) {
    der_put_raw(b, BYTES(((uint8_t[]){tag, 0x80}), 2));
}

static void end_of_contents(der_builder *b, int n) {
    for (int i = 0; i < n; i++)
        der_put_raw(b, BYTES("\0\0", 2));
}

static void put_segments(der_builder *b, sign_bytes content) {
    indefinite(b, DER_OCTET_STRING | 0x20);
    size_t third = content.len / 3;
    der_put(b, DER_OCTET_STRING, BYTES(content.data, third));
    der_begin(b, DER_OCTET_STRING | 0x20); /* a constructed segment of its own (X.690, 8.7.3) */
    der_put(b, DER_OCTET_STRING, BYTES(content.data + third, third));
    der_end(b);
    der_put(b, DER_OCTET_STRING, BYTES(content.data + 2 * third, content.len - 2 * third));
    end_of_contents(b, 1);
}

static void put_content(der_builder *b, const struct make *m, sign_bytes content) {
    bool ber = has(m->flags, MAKE_BER);
    if (ber)
        indefinite(b, DER_SEQUENCE);
    else
        der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_CT_DATA);
    if (!has(m->flags, MAKE_DETACHED) && ber) {
        indefinite(b, DER_CONTEXT_CONSTRUCTED(0));
        put_segments(b, content);
        end_of_contents(b, 1);
    } else if (!has(m->flags, MAKE_DETACHED)) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_put(b, DER_OCTET_STRING, has(m->flags, MAKE_OTHER_CONTENT) ? BYTES_STR("bozulmuş") : content);
        der_end(b);
    }
    if (ber)
        end_of_contents(b, 1);
    else
        der_end(b);
}

/* The certificate with its last octet changed: same issuer and serial number, another hash. */
static void put_decoy(der_builder *b, const make_kit *k) {
    AUTO(sign_buf) copy = {0};
    cr_assert_eq(buf_copy(BYTES(k->cert.data, k->cert.len), &copy, NULL), SIGN_OK);
    copy.data[copy.len - 1] ^= 1;
    der_put_raw(b, BYTES(copy.data, copy.len));
}

static void put_signed_data(der_builder *b, const make_kit *k, const struct make *m) {
    sign_bytes content = m->content.len != 0 ? m->content : BYTES_STR("içerik");
    unsigned flags = m->flags;
    der_put_uint(b, 1);
    der_begin(b, DER_SET);
    if (!has(flags, MAKE_NOT_LISTED))
        put_digest_algorithm(b, flags);
    der_end(b);
    put_content(b, m, content);
    if (!has(flags, MAKE_NO_CERTIFICATE)) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        if (has(flags, MAKE_DECOY))
            put_decoy(b, k);
        der_put_raw(b, BYTES(k->cert.data, k->cert.len));
        der_end(b);
    }
    der_begin(b, DER_SET);
    size_t at = b->out.len;
    if (!has(flags, MAKE_NO_SIGNERS))
        put_signer(b, k, flags, true, content, m, m->counter_depth);
    if (has(flags, MAKE_DUPLICATE)) {
        AUTO(sign_buf) copy = {0};
        cr_assert_eq(buf_copy(BYTES(b->out.data + at, b->out.len - at), &copy, NULL), SIGN_OK);
        der_put_raw(b, BYTES(copy.data, copy.len));
    }
    if (has(flags, MAKE_SECOND_BAD))
        put_signer(b, k, flags | MAKE_WRONG_VALUE, true, content, m, 0);
    der_end(b);
}

void make_cms(const make_kit *k, const struct make *m, sign_buf *out) {
    AUTO(der_builder) b = {0};
    bool ber = has(m->flags, MAKE_BER);
    if (ber) {
        indefinite(&b, DER_SEQUENCE);
        der_put_oid(&b, OID_CT_SIGNED_DATA);
        indefinite(&b, DER_CONTEXT_CONSTRUCTED(0));
        indefinite(&b, DER_SEQUENCE);
        put_signed_data(&b, k, m);
        end_of_contents(&b, 3);
    } else {
        der_begin(&b, DER_SEQUENCE);
        der_put_oid(&b, OID_CT_SIGNED_DATA);
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        der_begin(&b, DER_SEQUENCE);
        put_signed_data(&b, k, m);
        der_end(&b);
        der_end(&b);
        der_end(&b);
    }
    cr_assert_eq(der_builder_take(&b, out, NULL), SIGN_OK);
}

void make_unwrapped_attributes(const make_kit *k, grow *out) {
    AUTO(sign_buf) set = {0};
    attribute_set(k, 0, true, BYTES_STR("içerik"), &set);
    grow_put(out, set.data, set.len);
}

struct sign_report *read_report(const make_kit *k, sign_bytes cms, const char *content, const char *policy) {
    struct ades_context ctx = {.crypto = k->crypto,
                               .policy = ades_policy_find(policy ? policy : "default"),
                               .at = 1767700000,
                               .inspect = true};
    struct sign_report *r = NULL;
    source what = {.mem = cms, .fd = -1, .size = cms.len, .name = "imza.p7m"};
    source given = {.fd = -1, .name = "belge.txt"};
    if (content != NULL) {
        given.mem = BYTES_STR(content);
        given.size = strlen(content);
    }
    sign_error err = {0};
    cr_assert_eq(report_new(&r, NULL), SIGN_OK);
    cr_assert_eq(cades_format.verify(&ctx, &what, &given, content != NULL ? 1 : 0, r, &err), SIGN_OK, "%s",
                 err.text);
    r->schema = "inspect/1";
    cr_assert_eq(report_seal(r, NULL), SIGN_OK);
    return r;
}

const struct report_signature *read_one(const make_kit *k, const struct make *m, const char *content,
                                        struct sign_report **report) {
    AUTO(sign_buf) cms = {0};
    make_cms(k, m, &cms);
    *report = read_report(k, BYTES(cms.data, cms.len), content, NULL);
    cr_assert_eq((*report)->count, 1);
    return (*report)->signatures;
}

bool read_says(const struct report_signature *s, enum message_id id) {
    for (const struct report_message *m = s->messages; m != NULL; m = m->next)
        if (m->id == id)
            return true;
    return false;
}
