/* 59 to 61 and 64: values and keys of RSA that a careless verifier takes for good. */
#include "mint.h"

#include <stdlib.h>

enum { PADDING_MIN = 8, OCTETS_MAX = 4096 };

static const uint8_t NULL_PARAMS[] = {0x05, 0x00};
static const uint8_t SHA256_OID[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};

/* What stands in the block of PKCS#1 v1.5 (RFC 8017, 9.2). */
enum block {
    BLOCK_GOOD,
    BLOCK_NO_NULL,   /* the AlgorithmIdentifier of DigestInfo without parameters */
    BLOCK_OID,       /* DigestInfo names SHA-512/256, whose digests are as long */
    BLOCK_BARE,      /* the digest without DigestInfo */
    BLOCK_LONG_FORM, /* a length of DigestInfo in two octets */
    BLOCK_INSIDE,    /* an element behind the digest, inside DigestInfo */
    BLOCK_BEHIND,    /* octets behind DigestInfo, the padding that much shorter */
    BLOCK_TYPE_2,    /* block type 2: random padding, which is for encryption */
    BLOCK_NOT_FF,    /* one octet of the padding is not FF */
    BLOCK_NO_ZERO,   /* no 00 between padding and DigestInfo */
    BLOCK_FIRST      /* the first octet is 01 */
};

struct block_key {
    const struct mint_rsa *key;
    enum block block;
};

static sign_bytes oid_of(size_t digest) {
    return oid_bytes(digest == 16 ? OID_MD5 : digest == 20 ? OID_SHA1 : OID_SHA256);
}

/* DigestInfo (RFC 8017, 9.2, note 1). */
static void digest_info(grow *g, enum block how, sign_bytes digest) {
    sign_bytes oid = how == BLOCK_OID ? oid_bytes(OID_SHA512_256) : oid_of(digest.len);
    size_t params = how == BLOCK_NO_NULL ? 0 : sizeof NULL_PARAMS, named = 2 + oid.len + params;
    size_t inside = 2 + named + 2 + digest.len + (how == BLOCK_INSIDE ? sizeof NULL_PARAMS : 0);
    grow_byte(g, DER_SEQUENCE);
    if (how == BLOCK_LONG_FORM) {
        grow_byte(g, 0x81);
    }
    grow_byte(g, (uint8_t)inside);
    grow_byte(g, DER_SEQUENCE);
    grow_byte(g, (uint8_t)named);
    grow_byte(g, DER_OID);
    grow_byte(g, (uint8_t)oid.len);
    grow_put(g, oid.data, oid.len);
    grow_put(g, NULL_PARAMS, params);
    grow_byte(g, DER_OCTET_STRING);
    grow_byte(g, (uint8_t)digest.len);
    grow_put(g, digest.data, digest.len);
    if (how == BLOCK_INSIDE) {
        grow_put(g, NULL_PARAMS, sizeof NULL_PARAMS);
    }
}

/* 00 01 FF..FF 00 T, over all octets of the modulus. */
static void block(uint8_t *out, size_t n, enum block how, sign_bytes digest) {
    AUTO(grow) t = {0};
    if (how == BLOCK_BARE) {
        grow_put(&t, digest.data, digest.len);
    } else {
        digest_info(&t, how, digest);
    }
    if (how == BLOCK_BEHIND) {
        grow_put(&t, "arkadan gelen", 13);
    }
    mint_must(!t.failed && t.len + PADDING_MIN + 3 <= n, "a block");
    memset(out, how == BLOCK_TYPE_2 ? 0x5A : 0xFF, n);
    out[0] = how == BLOCK_FIRST ? 1 : 0;
    out[1] = how == BLOCK_TYPE_2 ? 2 : 1;
    out[n - t.len - 1] = how == BLOCK_NO_ZERO ? 0xFF : 0;
    out[20] = how == BLOCK_NOT_FF ? 0xFE : out[20];
    memcpy(out + n - t.len, t.data, t.len);
}

/* The block raised to d: what only the owner of the key can make. */
static void raise(struct mint *m, const struct mint_rsa *k, const uint8_t *in, grow *out) {
    uint8_t octets[OCTETS_MAX];
    BIGNUM *x = mint_number(m);
    mint_must(BN_bin2bn(in, (int)k->octets, x) != NULL && BN_mod_exp(x, x, k->d, k->n, m->bn) == 1 &&
                  BN_bn2binpad(x, octets, (int)k->octets) > 0,
              "a value of RSA");
    grow_put(out, octets, k->octets);
}

static bool block_value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    const struct block_key *b = user;
    uint8_t octets[OCTETS_MAX];
    block(octets, b->key->octets, b->block, digest);
    raise(m, b->key, octets, out);
    return true;
}

static struct mint_signer pkcs1(struct mint *m, mint_value *value, const void *user) {
    const struct crypto_sigalg alg = {.scheme = SCHEME_RSA_PKCS1, .digest = DIGEST_SHA256};
    return (struct mint_signer){DIGEST_SHA256, mint_algorithm(m, alg), value, user};
}

static bool good_value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    return block_value(m, &(struct block_key){user, BLOCK_GOOD}, digest, out);
}

struct mint_signer mint_rsa_signer(struct mint *m, const struct mint_rsa *k, enum crypto_digest d) {
    const struct crypto_sigalg alg = {.scheme = SCHEME_RSA_PKCS1, .digest = d};
    return (struct mint_signer){d, mint_algorithm(m, alg), good_value, k};
}

static struct pki_cert certify(struct mint *m, const char *cn, const struct mint_rsa *k) {
    return mint_cert(m, &(struct mint_cert){.cn = cn, .spki = mint_spki_rsa(m, k)});
}

/* 60, and what else a lax reader of blocks takes (59): signed by the owner of the key. */
static void blocks(struct mint *m) {
    static const struct {
        const char *file;
        enum block block;
    } rows[] = {{"rsa-block-good.p7m", BLOCK_GOOD},
                {"rsa-no-null.p7m", BLOCK_NO_NULL},
                {"rsa-oid.p7m", BLOCK_OID},
                {"rsa-bare.p7m", BLOCK_BARE},
                {"rsa-long-form.p7m", BLOCK_LONG_FORM},
                {"rsa-inside.p7m", BLOCK_INSIDE},
                {"rsa-behind.p7m", BLOCK_BEHIND},
                {"rsa-type-2.p7m", BLOCK_TYPE_2},
                {"rsa-not-ff.p7m", BLOCK_NOT_FF},
                {"rsa-no-zero.p7m", BLOCK_NO_ZERO},
                {"rsa-first.p7m", BLOCK_FIRST}};
    struct mint_rsa k = mint_rsa(m, "RSA 2048", 2048, 2, 65537);
    struct pki_cert cert = certify(m, "RSA 2048", &k);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct block_key with = {&k, rows[i].block};
        struct mint_signer s = pkcs1(m, block_value, &with);
        mint_signed(m, rows[i].file, &cert, &s);
    }
}

/* ---- 59: e = 3, and nobody has the key
 * --------------------------------------------------------------------- */

/* The largest x with x^3 <= n, of at most `bits` bits. */
static void cube_root(struct mint *m, const BIGNUM *n, int bits, BIGNUM *x) {
    BIGNUM *cube = mint_number(m);
    BN_zero(x);
    for (int i = bits; i >= 0; i--) {
        mint_must(BN_set_bit(x, i) == 1 && BN_sqr(cube, x, m->bn) == 1 && BN_mul(cube, cube, x, m->bn) == 1,
                  "a cube");
        if (BN_cmp(cube, n) > 0) {
            BN_clear_bit(x, i);
        }
    }
}

/* x with x^3 = n modulo 2^bits, for an odd n: one bit at a time. */
static void cube_root_low(struct mint *m, const BIGNUM *n, int bits, BIGNUM *x) {
    BIGNUM *cube = mint_number(m);
    BN_one(x);
    for (int i = 1; i < bits; i++) {
        mint_must(BN_sqr(cube, x, m->bn) == 1 && BN_mul(cube, cube, x, m->bn) == 1, "a cube");
        if (BN_is_bit_set(cube, i) != BN_is_bit_set(n, i)) {
            BN_set_bit(x, i);
        }
    }
}

enum garbage { GARBAGE_RIGHT, GARBAGE_LEFT, GARBAGE_PARAMS };
struct forgery {
    size_t octets;
    enum garbage where;
};

/* Where garbage stands between two parts that must be right: the cube root of each, joined. */
static void between(struct mint *m, const uint8_t *whole, size_t n, size_t low, BIGNUM *x) {
    BIGNUM *top = mint_number(m), *end = mint_number(m), *root = mint_number(m);
    int bits = (int)(8 * low);
    BN_bin2bn(whole, (int)n, top);
    BN_bin2bn(whole + n - low, (int)low, end);
    cube_root(m, top, (int)(8 * n / 3), x);
    cube_root_low(m, end, bits, root);
    mint_must(BN_rshift(x, x, bits) == 1 && BN_lshift(x, x, bits) == 1 && BN_add(x, x, root) == 1, "a root");
}

/* DigestInfo whose parameters are an OCTET STRING that fills the block: nobody reads what is in it. */
static size_t long_params(uint8_t *out, size_t n, sign_bytes digest) {
    size_t head = 3 + PADDING_MIN + 4 + 4 + sizeof SHA256_OID + 4, tail = 2 + digest.len;
    size_t params = n - head - tail;
    AUTO(grow) g = {0};
    memset(out, 0xFF, n);
    out[0] = 0;
    out[1] = 1;
    out[2 + PADDING_MIN] = 0;
    const size_t lengths[] = {4 + sizeof SHA256_OID + 4 + params + tail, sizeof SHA256_OID + 4 + params,
                              params};
    for (size_t i = 0; i < 3; i++) {
        if (i == 2) {
            grow_put(&g, SHA256_OID, sizeof SHA256_OID);
        }
        grow_byte(&g, i == 2 ? DER_OCTET_STRING : DER_SEQUENCE);
        grow_byte(&g, 0x82);
        grow_byte(&g, (uint8_t)(lengths[i] >> 8));
        grow_byte(&g, (uint8_t)lengths[i]);
    }
    memcpy(out + 3 + PADDING_MIN, g.data, g.len);
    memset(out + head, 0x80, params);
    out[n - tail] = DER_OCTET_STRING;
    out[n - tail + 1] = (uint8_t)digest.len;
    memcpy(out + n - digest.len, digest.data, digest.len);
    return tail;
}

/* A number whose cube, without any modulus, looks like a block to who does not read all of it. */
static bool forged_value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    const struct forgery *f = user;
    uint8_t octets[OCTETS_MAX];
    BIGNUM *x = mint_number(m), *n = mint_number(m);
    AUTO(grow) t = {0};
    digest_info(&t, BLOCK_GOOD, digest);
    bool odd = (digest.data[digest.len - 1] & 1) != 0;
    if (f->where == GARBAGE_RIGHT) {
        memset(octets, 0xFF,
               f->octets); /* the largest number that begins so: its root is that of all below */
        octets[0] = 0;
        octets[1] = 1;
        octets[2 + PADDING_MIN] = 0;
        memcpy(octets + 3 + PADDING_MIN, t.data, t.len);
        BN_bin2bn(octets, (int)f->octets, n);
        cube_root(m, n, (int)(8 * f->octets / 3), x);
    } else if (!odd) {
        return false; /* an even number has no such root: the next second has another digest */
    } else if (f->where == GARBAGE_LEFT) {
        block(octets, f->octets, BLOCK_GOOD, digest);
        between(m, octets, f->octets, t.len + 1, x);
    } else {
        between(m, octets, f->octets, long_params(octets, f->octets, digest), x);
    }
    mint_must(BN_bn2binpad(x, octets, (int)f->octets) > 0, "a forgery");
    grow_put(out, octets, f->octets);
    return true;
}

static void exponent_three(struct mint *m) {
    static const struct {
        const char *file;
        enum garbage where;
    } rows[] = {{"rsa-e3-right.p7m", GARBAGE_RIGHT},
                {"rsa-e3-left.p7m", GARBAGE_LEFT},
                {"rsa-e3-params.p7m", GARBAGE_PARAMS}};
    struct mint_rsa k = mint_rsa(m, "RSA 3072, e = 3", 3072, 2, 3);
    struct pki_cert cert = certify(m, "RSA 3072, e = 3", &k);
    const struct block_key own = {&k, BLOCK_GOOD};
    struct mint_signer s = pkcs1(m, block_value, &own);
    mint_signed(m, "rsa-e3-good.p7m", &cert, &s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct forgery f = {k.octets, rows[i].where};
        s = pkcs1(m, forged_value, &f);
        mint_signed(m, rows[i].file, &cert, &s);
    }
}

/* ---- 59, 64: keys
 * ------------------------------------------------------------------------------------------- */

/* With e = 1 the block is its own signature. */
static bool plain_value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    uint8_t octets[OCTETS_MAX];
    const size_t *n = user;
    (void)m;
    block(octets, *n, BLOCK_GOOD, digest);
    grow_put(out, octets, *n);
    return true;
}

/* Good signatures of keys of these sizes. */
static void sizes(struct mint *m) {
    static const struct {
        const char *file;
        unsigned bits, primes;
    } rows[] = {{"rsa-512.p7m", 512, 2},
                {"rsa-1024.p7m", 1024, 2},
                {"rsa-2048-again.p7m", 2048, 2},
                {"rsa-16384.p7m", 16384, 64}, /* of many primes: quickly found, and as slow to verify */
                {"rsa-16640.p7m", 16640, 65}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint_rsa k = mint_rsa(m, rows[i].file, rows[i].bits, rows[i].primes, 65537);
        const struct block_key own = {&k, BLOCK_GOOD};
        struct pki_cert cert = certify(m, rows[i].file, &k);
        struct mint_signer s = pkcs1(m, block_value, &own);
        mint_signed(m, rows[i].file, &cert, &s);
    }
    struct mint_rsa k = mint_rsa(m, "RSA 2048, long exponent", 2048, 2, 0xFFFFFFFFFFFFFFC5UL);
    struct pki_cert cert = certify(m, "RSA 2048, long exponent", &k);
    struct mint_signer s = mint_rsa_signer(m, &k, DIGEST_SHA256);
    mint_signed(m, "rsa-e-64.p7m", &cert, &s);
}

static void exponents(struct mint *m) {
    static const struct {
        const char *file, *e;
    } rows[] = {{"rsa-e1.p7m", "1"},
                {"rsa-e0.p7m", "0"},
                {"rsa-e-even.p7m", "10000"},
                {"rsa-e-65.p7m", "1000000000000000D"}};
    struct mint_rsa k = mint_rsa(m, "RSA 2048", 2048, 2, 65537);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mint_rsa other = k;
        other.e = mint_number(m);
        mint_must(BN_hex2bn(&other.e, rows[i].e) > 0, rows[i].file);
        struct pki_cert cert = certify(m, rows[i].file, &other);
        struct mint_signer s = pkcs1(m, plain_value, &k.octets);
        mint_signed(m, rows[i].file, &cert, &s);
    }
    /* an exponent as long as the largest modulus there may be, which is no product of two primes */
    uint8_t octets[2048];
    struct mint_rsa huge = {.n = mint_number(m), .e = mint_number(m), .octets = sizeof octets};
    mint_octets(m, "composite", octets, sizeof octets);
    octets[0] |= 0x80;
    octets[sizeof octets - 1] |= 1;
    BN_bin2bn(octets, sizeof octets, huge.n);
    BN_copy(huge.e, huge.n);
    BN_sub_word(huge.e, 2);
    struct pki_cert cert = certify(m, "huge exponent", &huge);
    struct mint_signer s = pkcs1(m, plain_value, &huge.octets);
    mint_signed(m, "rsa-e-16384.p7m", &cert, &s);
}

/* ---- 61: PSS
 * ------------------------------------------------------------------------------------------------ */

/* What the parameters say (RFC 4055, 3.1), and what the value was made with. */
struct pss {
    enum crypto_digest digest, mgf;
    unsigned salt;
    unsigned trailer; /* of the parameters: 1; of the value: BC */
};
struct pss_row {
    const char *file;
    struct pss says, is;
};
struct pss_key {
    const struct mint_rsa *key;
    const struct pss *is;
};

/* MGF1 (RFC 8017, B.2.1), over the octets of out. */
static void mask(struct mint *m, enum crypto_digest d, sign_bytes seed, uint8_t *out, size_t n) {
    uint8_t in[DIGEST_MAX + 4], digest[DIGEST_MAX];
    size_t size = crypto_digest_row(d)->size;
    memcpy(in, seed.data, seed.len);
    for (size_t at = 0, count = 0; at < n; at += size, count++) {
        const uint8_t counter[4] = {0, 0, 0, (uint8_t)count};
        memcpy(in + seed.len, counter, 4);
        forge_hash(m->f, d, BYTES(in, seed.len + 4), digest);
        for (size_t i = 0; i < size && at + i < n; i++) {
            out[at + i] ^= digest[i];
        }
    }
}

/* EMSA-PSS-ENCODE (RFC 8017, 9.1.1), the modulus being of whole octets. */
static bool pss_value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    const struct pss_key *p = user;
    uint8_t em[OCTETS_MAX] = {0}, salt[DIGEST_MAX + 1], h[DIGEST_MAX];
    size_t n = p->key->octets, size = crypto_digest_row(p->is->digest)->size;
    AUTO(grow) octets = {0};
    mint_octets(m, "salt", salt, p->is->salt);
    grow_put(&octets, "\0\0\0\0\0\0\0\0", 8);
    grow_put(&octets, digest.data, digest.len);
    grow_put(&octets, salt, p->is->salt);
    forge_hash(m->f, p->is->digest, BYTES(octets.data, octets.len), h);
    size_t db = n - size - 1;
    em[db - p->is->salt - 1] = 1;
    memcpy(em + db - p->is->salt, salt, p->is->salt);
    mask(m, p->is->mgf, BYTES(h, size), em, db);
    em[0] &= 0x7F;
    memcpy(em + db, h, size);
    em[n - 1] = (uint8_t)p->is->trailer;
    raise(m, p->key, em, out);
    return true;
}

static void put_hash(der_builder *b, uint8_t tag, enum crypto_digest d, bool mgf) {
    der_begin(b, tag);
    if (mgf) {
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_MGF1);
    }
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, crypto_digest_row(d)->oid);
    der_put_null(b);
    der_end(b);
    if (mgf) {
        der_end(b);
    }
    der_end(b);
}

static sign_bytes pss_algorithm(struct mint *m, const struct pss *says) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_RSA_PSS);
    if (says->digest != DIGEST_NONE) {
        der_begin(&b, DER_SEQUENCE);
        put_hash(&b, DER_CONTEXT_CONSTRUCTED(0), says->digest, false);
        put_hash(&b, DER_CONTEXT_CONSTRUCTED(1), says->mgf, true);
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(2));
        der_put_uint(&b, says->salt);
        der_end(&b);
        if (says->trailer != 1) {
            der_begin(&b, DER_CONTEXT_CONSTRUCTED(3));
            der_put_uint(&b, says->trailer);
            der_end(&b);
        }
        der_end(&b);
    }
    der_end(&b);
    return mint_taken(m, &b);
}

#define PSS_GOOD                                                                                             \
    { DIGEST_SHA256, DIGEST_SHA256, 32, 1 }

static void probabilistic(struct mint *m) {
    static const struct pss_row rows[] = {
        {"pss-good.p7m", PSS_GOOD, {DIGEST_SHA256, DIGEST_SHA256, 32, 0xBC}},
        {"pss-salt-20.p7m", {DIGEST_SHA256, DIGEST_SHA256, 20, 1}, {DIGEST_SHA256, DIGEST_SHA256, 20, 0xBC}},
        {"pss-salt-none.p7m", {DIGEST_SHA256, DIGEST_SHA256, 0, 1}, {DIGEST_SHA256, DIGEST_SHA256, 0, 0xBC}},
        {"pss-salt-longer.p7m",
         {DIGEST_SHA256, DIGEST_SHA256, 20, 1},
         {DIGEST_SHA256, DIGEST_SHA256, 32, 0xBC}},
        {"pss-salt-shorter.p7m", PSS_GOOD, {DIGEST_SHA256, DIGEST_SHA256, 20, 0xBC}},
        {"pss-salt-huge.p7m",
         {DIGEST_SHA256, DIGEST_SHA256, 223, 1},
         {DIGEST_SHA256, DIGEST_SHA256, 32, 0xBC}},
        {"pss-salt-2-31.p7m",
         {DIGEST_SHA256, DIGEST_SHA256, 1U << 31, 1},
         {DIGEST_SHA256, DIGEST_SHA256, 32, 0xBC}},
        {"pss-mgf-named.p7m", {DIGEST_SHA256, DIGEST_SHA1, 32, 1}, {DIGEST_SHA256, DIGEST_SHA1, 32, 0xBC}},
        {"pss-mgf-other.p7m", PSS_GOOD, {DIGEST_SHA256, DIGEST_SHA1, 32, 0xBC}},
        {"pss-trailer-named.p7m",
         {DIGEST_SHA256, DIGEST_SHA256, 32, 2},
         {DIGEST_SHA256, DIGEST_SHA256, 32, 0xBC}},
        {"pss-trailer-octet.p7m", PSS_GOOD, {DIGEST_SHA256, DIGEST_SHA256, 32, 0xCC}},
        {"pss-no-parameters.p7m", {DIGEST_NONE, DIGEST_NONE, 0, 1}, {DIGEST_SHA256, DIGEST_SHA256, 32, 0xBC}},
    };
    struct mint_rsa k = mint_rsa(m, "RSA 2048", 2048, 2, 65537);
    struct pki_cert cert = certify(m, "RSA 2048", &k);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct pss_key with = {&k, &rows[i].is};
        const struct mint_signer s = {DIGEST_SHA256, pss_algorithm(m, &rows[i].says), pss_value, &with};
        mint_signed(m, rows[i].file, &cert, &s);
    }
}

void tricks_rsa(struct mint *m) {
    blocks(m);
    exponent_three(m);
    exponents(m);
    sizes(m);
    probabilistic(m);
}
