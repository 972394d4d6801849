/* 56 and 57: what is added to a signature that nobody signed: counter-signatures and time-stamps. */
#include "mint.h"

enum { DEEPEST = 1000 };
/* nes-revoked is revoked from 2025-01-01T12:00:00Z on. */
#define BEFORE_REVOCATION INT64_C(1735725600) /* 10:00 */
#define AFTER_REVOCATION  INT64_C(1735736400) /* 13:00 */

struct counter {
    struct mint_ec key;
    struct pki_cert cert;
    struct mint_signer signer;
};

static void counter_open(struct mint *m, struct counter *c) {
    c->key = mint_ec(m, "counter");
    sign_bytes point = mint_point(m, c->key.point, POINT_CONVERSION_UNCOMPRESSED);
    c->cert =
        mint_cert(m, &(struct mint_cert){.cn = "Karsi Imza", .spki = mint_spki_ec(m, mint_curve(m), point)});
    c->signer = mint_ec_signer(m, &c->key);
}

/* Contents of a SignerInfo. */
static sign_bytes contents(sign_bytes info) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, info, false);
    struct der_tlv t;
    mint_must(der_take(&c, DER_SEQUENCE, &t), "a SignerInfo");
    return t.value;
}

/* Octets of a SignerInfo with these contents that carries a counter-signature of so many octets. */
static size_t carrying(sign_bytes base, size_t inner) {
    size_t set = der_header_size(inner) + inner;
    size_t attr = 2 + oid_bytes(OID_AA_COUNTER_SIGNATURE).len + set;
    size_t whole = der_header_size(attr) + attr;
    return base.len + der_header_size(whole) + whole;
}

static void put_carrying(der_builder *b, sign_bytes base, size_t inner) {
    size_t set = der_header_size(inner) + inner;
    size_t attr = 2 + oid_bytes(OID_AA_COUNTER_SIGNATURE).len + set;
    der_put_raw(b, base);
    der_put_header(b, DER_CONTEXT_CONSTRUCTED(1), der_header_size(attr) + attr);
    der_put_header(b, DER_SEQUENCE, attr);
    der_put_oid(b, OID_AA_COUNTER_SIGNATURE);
    der_put_header(b, DER_SET, inner);
}

/* A counter-signature of a counter-signature of ... : every one of them holds. */
static void nested(struct mint *m, const struct counter *c, const char *file, size_t depth, bool last_wrong) {
    static sign_bytes base[DEEPEST + 1];
    static size_t size[DEEPEST + 1];
    AUTO(der_builder) b = {0};
    sign_bytes info = mint_info(m, &c->cert, &c->signer, &(struct mint_info){0});
    base[0] = contents(info);
    for (size_t i = 1; i <= depth; i++) {
        sign_bytes over = last_wrong && i == depth ? BYTES_STR("not the value") : forge_value(info);
        info = mint_info(m, &c->cert, &c->signer, &(struct mint_info){.counter = true, .content = over});
        base[i] = contents(info);
    }
    size[depth] = base[depth].len;
    for (size_t i = depth; i-- > 0;) {
        size[i] = carrying(base[i], der_header_size(size[i + 1]) + size[i + 1]);
    }
    for (size_t i = 0; i <= depth; i++) {
        der_put_header(&b, DER_SEQUENCE, size[i]);
        if (i < depth) {
            put_carrying(&b, base[i], der_header_size(size[i + 1]) + size[i + 1]);
        } else {
            der_put_raw(&b, base[i]);
        }
    }
    mint_write(m, file, &c->cert, mint_taken(m, &b), (struct outside){0});
}

/* One attribute (RFC 5652, 11.4: it may have several values, and stand more than once). */
static sign_bytes attribute(struct mint *m, enum oid type, const sign_bytes *values, size_t n) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, type);
    der_put(&b, DER_SET, mint_join(m, values, n));
    der_end(&b);
    return mint_taken(m, &b);
}

/* A counter-signature of another signature put in place of the signature's own. */
static void counters(struct mint *m, const struct counter *c) {
    sign_bytes own = mint_info(m, &c->cert, &c->signer, &(struct mint_info){0});
    sign_bytes other =
        mint_info(m, &c->cert, &c->signer, &(struct mint_info){.content = BYTES_STR("Baska bir metin.\n")});
    sign_bytes good =
        mint_info(m, &c->cert, &c->signer, &(struct mint_info){.counter = true, .content = forge_value(own)});
    sign_bytes replaced = mint_info(m, &c->cert, &c->signer,
                                    &(struct mint_info){.counter = true, .content = forge_value(other)});
    const sign_bytes both[] = {good, replaced};
    const struct {
        const char *file;
        sign_bytes attributes;
    } rows[] = {{"counter-replaced.p7m", attribute(m, OID_AA_COUNTER_SIGNATURE, &replaced, 1)},
                {"counter-two-values.p7m", attribute(m, OID_AA_COUNTER_SIGNATURE, both, 2)}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_bytes info =
            mint_info(m, &c->cert, &c->signer, &(struct mint_info){.unsigned_attrs = rows[i].attributes});
        mint_write(m, rows[i].file, &c->cert, info, (struct outside){0});
    }
}

/* ---- 57: time-stamps -------------------------------------------------------------------------------------
 */

/* TSTInfo (RFC 3161, 2.4.2) over an imprint. */
static sign_bytes stamp_info(struct mint *m, sign_bytes imprint, int64_t at) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    der_put_oid_text(&b, "2.16.792.1.2.1.1.5.7.3.1");
    der_begin(&b, DER_SEQUENCE);
    crypto_digest_write(&b, DIGEST_SHA256);
    der_put(&b, DER_OCTET_STRING, imprint);
    der_end(&b);
    der_put_uint(&b, (uint64_t)at);
    der_put_gen_time(&b, at);
    der_end(&b);
    return mint_taken(m, &b);
}

/* A token of tsa-ec over the value of a SignerInfo. */
static sign_bytes stamp(struct mint *m, sign_bytes over, int64_t at) {
    uint8_t digest[DIGEST_MAX];
    struct pki_cert tsa = mint_of(m, "tsa-ec");
    struct mint_signer s = mint_identity(m, "tsa-ec");
    sign_bytes content = stamp_info(m, forge_hash(m->f, DIGEST_SHA256, over, digest), at);
    int64_t then = m->f->at;
    m->f->at = at;
    sign_bytes info = mint_info(m, &tsa, &s, &(struct mint_info){.flaws = STAMP_INFO, .content = content});
    m->f->at = then;
    const sign_bytes bag[] = {tsa.der, mint_of(m, "ca-ec").der};
    const struct outside o = {
        .content = content, .content_type = OID_CT_TST_INFO, .certificates = mint_join(m, bag, 2)};
    AUTO(grow) octets = {0};
    grow_put(&octets, info.data, info.len);
    const sign_buf one = {.data = octets.data, .len = octets.len};
    AUTO(sign_buf) token = forge_message(m->f, &one, 1, &o);
    return arena_copy(&m->texts, BYTES(token.data, token.len));
}

/* The value of ECDSA differs each time: attributes are put into the very SignerInfo that they are about. */
static void with_unsigned(struct mint *m, const char *file, const struct pki_cert *cert, sign_bytes info,
                          sign_bytes attributes) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, contents(info));
    der_put(&b, DER_CONTEXT_CONSTRUCTED(1), attributes);
    der_end(&b);
    mint_write(m, file, cert, mint_taken(m, &b), (struct outside){0});
}

/* Two signature-time-stamps of different times over a signature that only the earlier one saves. */
static void stamps(struct mint *m) {
    struct pki_cert cert = mint_of(m, "nes-revoked");
    struct mint_signer s = mint_identity(m, "nes-revoked");
    int64_t then = m->f->at;
    m->f->at = BEFORE_REVOCATION - 3600;
    sign_bytes info = mint_info(m, &cert, &s, &(struct mint_info){0});
    m->f->at = then;
    sign_bytes value = forge_value(info);
    const sign_bytes tokens[] = {stamp(m, value, BEFORE_REVOCATION), stamp(m, value, AFTER_REVOCATION),
                                 stamp(m, BYTES_STR("another value"), BEFORE_REVOCATION)};
    sign_bytes one[3];
    for (size_t i = 0; i < 3; i++) {
        one[i] = attribute(m, OID_AA_SIGNATURE_TIME_STAMP, &tokens[i], 1);
    }
    with_unsigned(m, "stamp-before.p7m", &cert, info, one[0]);
    with_unsigned(m, "stamp-after.p7m", &cert, info, one[1]);
    with_unsigned(m, "stamp-other.p7m", &cert, info, one[2]);
    with_unsigned(m, "stamps-two.p7m", &cert, info, mint_join(m, (sign_bytes[]){one[1], one[0]}, 2));
    with_unsigned(m, "stamps-two-values.p7m", &cert, info,
                  attribute(m, OID_AA_SIGNATURE_TIME_STAMP, tokens, 2));
    with_unsigned(m, "stamps-other-and-before.p7m", &cert, info,
                  mint_join(m, (sign_bytes[]){one[2], one[0]}, 2));
    with_unsigned(m, "stamps-same.p7m", &cert, info, mint_join(m, (sign_bytes[]){one[0], one[0]}, 2));
}

/* Attributes that stand once by their definition, twice: both are but candidates. */
static void values(struct mint *m, const struct counter *c) {
    AUTO(der_builder) b = {0};
    der_put(&b, DER_SEQUENCE, c->cert.der);
    const sign_bytes certs = mint_taken(m, &b);
    const sign_bytes one = attribute(m, OID_AA_CERTIFICATE_VALUES, &certs, 1);
    sign_bytes info = mint_info(m, &c->cert, &c->signer, &(struct mint_info){0});
    with_unsigned(m, "certificate-values.p7m", &c->cert, info, one);
    with_unsigned(m, "certificate-values-twice.p7m", &c->cert, info,
                  mint_join(m, (sign_bytes[]){one, one}, 2));
}

void shapes_unsigned(struct mint *m) {
    struct counter c;
    counter_open(m, &c);
    nested(m, &c, "counter-2.p7m", 2, false);
    nested(m, &c, "counter-2-wrong.p7m", 2, true);
    nested(m, &c, "counter-8.p7m", 8, false);
    nested(m, &c, "counter-9.p7m", 9, false);
    nested(m, &c, "counter-1000.p7m", DEEPEST, false);
    counters(m, &c);
    values(m, &c);
    stamps(m);
    mint_ec_free(&c.key);
}
