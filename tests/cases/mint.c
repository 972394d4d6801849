#include "mint.h"

#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

enum { P256_OCTETS = 32, SERIAL_OCTETS = 8, VALID_FROM = 1735689600, VALID_TO = 2051222400 }; /* 2025, 2035 */

void mint_must(bool ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "mkvectors: %s could not be made\n", what);
        exit(1);
    }
}

void mint_open(struct mint *m, struct forge *f) {
    *m = (struct mint){.f = f, .bn = BN_CTX_new(), .group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    mint_must(m->bn != NULL && m->group != NULL, "the mint");
    BN_CTX_start(m->bn);
}

void mint_close(struct mint *m) {
    BN_CTX_end(m->bn);
    BN_CTX_free(m->bn);
    EC_GROUP_free(m->group);
    arena_free(&m->texts);
}

sign_bytes mint_taken(struct mint *m, der_builder *b) {
    AUTO(sign_buf) out = {0};
    mint_must(der_builder_take(b, &out, NULL) == SIGN_OK, "an element");
    sign_bytes copy = arena_copy(&m->texts, BYTES(out.data, out.len));
    mint_must(copy.data != NULL, "a copy");
    return copy;
}

sign_bytes mint_join(struct mint *m, const sign_bytes *parts, size_t n) {
    AUTO(grow) all = {0};
    for (size_t i = 0; i < n; i++) {
        grow_put(&all, parts[i].data, parts[i].len);
    }
    return arena_copy(&m->texts, BYTES(all.data, all.len));
}

/* ---- numbers ---------------------------------------------------------------------------------------------
 */

BIGNUM *mint_number(struct mint *m) {
    BIGNUM *n = BN_CTX_get(m->bn);
    mint_must(n != NULL, "a number");
    return n;
}

void mint_octets(struct mint *m, const char *name, uint8_t *out, size_t n) {
    uint8_t digest[DIGEST_MAX];
    char seed[128];
    for (size_t i = 0; i < n; i += 64) {
        int len = snprintf(seed, sizeof seed, "%s %zu", name, i);
        forge_hash(m->f, DIGEST_SHA512, BYTES(seed, (size_t)len), digest);
        memcpy(out + i, digest, n - i < 64 ? n - i : 64);
    }
}

/* A prime p with these two highest bits set, and p - 1 prime to e. */
static BIGNUM *prime(struct mint *m, const char *name, unsigned which, unsigned bits, const BIGNUM *e) {
    uint8_t octets[512];
    char seed[96];
    BIGNUM *p = mint_number(m), *less = mint_number(m), *common = mint_number(m);
    mint_must(bits % 8 == 0 && bits / 8 <= sizeof octets, name);
    snprintf(seed, sizeof seed, "%s, prime %u", name, which);
    mint_octets(m, seed, octets, bits / 8);
    octets[0] |= 0xC0;
    octets[bits / 8 - 1] |= 1;
    BN_bin2bn(octets, (int)(bits / 8), p);
    for (bool found = false; !found;) {
        mint_must(BN_add_word(p, 2) == 1 && BN_copy(less, p) != NULL && BN_sub_word(less, 1) == 1 &&
                      BN_gcd(common, less, e, m->bn) == 1,
                  name);
        found = BN_is_one(common) && BN_check_prime(p, m->bn, NULL) == 1;
    }
    return p;
}

struct mint_rsa mint_rsa(struct mint *m, const char *name, unsigned bits, unsigned primes, unsigned long e) {
    struct mint_rsa k = {.n = mint_number(m), .e = mint_number(m), .octets = bits / 8};
    BIGNUM *phi = mint_number(m);
    mint_must(BN_set_word(k.e, e) == 1 && BN_one(k.n) == 1 && BN_one(phi) == 1, name);
    for (unsigned i = 0; i < primes; i++) {
        BIGNUM *p = prime(m, name, i, bits / primes, k.e);
        mint_must(BN_mul(k.n, k.n, p, m->bn) == 1 && BN_sub_word(p, 1) == 1 &&
                      BN_mul(phi, phi, p, m->bn) == 1,
                  name);
    }
    /* Primes with two high bits set lose less than a bit in each product of two, and more of many. */
    k.octets = (size_t)BN_num_bytes(k.n);
    k.d = mint_number(m);
    mint_must(BN_mod_inverse(k.d, k.e, phi, m->bn) != NULL, name);
    return k;
}

struct mint_ec mint_ec(struct mint *m, const char *name) {
    uint8_t octets[P256_OCTETS];
    struct mint_ec k = {.d = mint_number(m), .point = EC_POINT_new(m->group)};
    mint_octets(m, name, octets, sizeof octets);
    octets[0] &= 0x7F; /* below the order */
    mint_must(BN_bin2bn(octets, sizeof octets, k.d) != NULL && k.point != NULL &&
                  EC_POINT_mul(m->group, k.point, k.d, NULL, NULL, m->bn) == 1,
              name);
    return k;
}

void mint_ec_free(struct mint_ec *k) {
    EC_POINT_free(k->point);
    k->point = NULL;
}

void mint_ecdsa(struct mint *m, const struct mint_ec *k, sign_bytes digest, BIGNUM *r, BIGNUM *s) {
    const BIGNUM *order = EC_GROUP_get0_order(m->group);
    BIGNUM *nonce = mint_number(m), *e = mint_number(m);
    EC_POINT *p = EC_POINT_new(m->group);
    uint8_t octets[DIGEST_MAX];
    mint_must(p != NULL && digest.len <= P256_OCTETS, "a value of ECDSA");
    forge_hash(m->f, DIGEST_SHA256, digest, octets); /* once for each digest, and nobody's secret */
    octets[0] &= 0x7F;
    BN_bin2bn(octets, P256_OCTETS, nonce);
    BN_bin2bn(digest.data, (int)digest.len, e);
    int done = k->base != NULL ? EC_POINT_mul(m->group, p, NULL, k->base, nonce, m->bn)
                               : EC_POINT_mul(m->group, p, nonce, NULL, NULL, m->bn);
    /* r = x(kG) mod n, s = (e + r d) / k mod n (SEC 1, 4.1.3) */
    mint_must(done == 1 && EC_POINT_get_affine_coordinates(m->group, p, r, NULL, m->bn) == 1 &&
                  BN_nnmod(r, r, order, m->bn) == 1 && BN_mod_mul(s, r, k->d, order, m->bn) == 1 &&
                  BN_mod_add(s, s, e, order, m->bn) == 1 &&
                  BN_mod_inverse(nonce, nonce, order, m->bn) != NULL &&
                  BN_mod_mul(s, s, nonce, order, m->bn) == 1,
              "a value of ECDSA");
    EC_POINT_free(p);
}

/* ---- SubjectPublicKeyInfo
 * ---------------------------------------------------------------------------------- */

static void put_number(der_builder *b, const BIGNUM *n) {
    uint8_t octets[4096];
    int len = BN_bn2bin(n, octets);
    der_put_unsigned(b, BYTES(octets, (size_t)len));
}

sign_bytes mint_spki_rsa(struct mint *m, const struct mint_rsa *k) {
    AUTO(der_builder) key = {0}, b = {0};
    der_begin(&key, DER_SEQUENCE);
    put_number(&key, k->n);
    put_number(&key, k->e);
    der_end(&key);
    sign_bytes octets = mint_taken(m, &key);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_RSA_ENCRYPTION);
    der_put_null(&b);
    der_end(&b);
    der_put_bits(&b, octets);
    der_end(&b);
    return mint_taken(m, &b);
}

sign_bytes mint_spki_ec(struct mint *m, sign_bytes params, sign_bytes point) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_EC_PUBLIC_KEY);
    der_put_raw(&b, params);
    der_end(&b);
    der_put_bits(&b, point);
    der_end(&b);
    return mint_taken(m, &b);
}

sign_bytes mint_curve(struct mint *m) {
    AUTO(der_builder) b = {0};
    der_put_oid(&b, OID_CURVE_P256);
    return mint_taken(m, &b);
}

sign_bytes mint_point(struct mint *m, const EC_POINT *p, point_conversion_form_t form) {
    uint8_t octets[1 + 2 * P256_OCTETS];
    size_t n = EC_POINT_point2oct(m->group, p, form, octets, sizeof octets, m->bn);
    mint_must(n > 0, "a point");
    return arena_copy(&m->texts, BYTES(octets, n));
}

/* ---- who signs
 * --------------------------------------------------------------------------------------------- */

sign_bytes mint_algorithm(struct mint *m, struct crypto_sigalg alg) {
    AUTO(der_builder) b = {0};
    crypto_sigalg_write(&b, &alg);
    return mint_taken(m, &b);
}

static struct crypto_sigalg usual(const struct identity *id) {
    enum crypto_digest d = strncmp(id->name, "ca-", 3) == 0 ? DIGEST_SHA384 : DIGEST_SHA256;
    return (struct crypto_sigalg){.scheme = SCHEME_ECDSA, .digest = d};
}

static bool identity_value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    const struct identity *id = user;
    const struct crypto_sigalg alg = usual(id);
    AUTO(sign_buf) value = {0};
    mint_must(key_sign(id->key, m->f->crypto, &alg, digest, &value, NULL) == SIGN_OK, id->name);
    grow_put(out, value.data, value.len);
    return true;
}

struct mint_signer mint_identity(struct mint *m, const char *name) {
    const struct identity *id = forge_identity(m->f, name);
    mint_must(key_kind(id->key) == KEY_EC, name);
    return (struct mint_signer){usual(id).digest, mint_algorithm(m, usual(id)), identity_value, id};
}

static bool ec_value(struct mint *m, const void *user, sign_bytes digest, grow *out) {
    BIGNUM *r = mint_number(m), *s = mint_number(m);
    AUTO(der_builder) b = {0};
    mint_ecdsa(m, user, digest, r, s);
    der_begin(&b, DER_SEQUENCE);
    put_number(&b, r);
    put_number(&b, s);
    der_end(&b);
    sign_bytes value = mint_taken(m, &b);
    grow_put(out, value.data, value.len);
    return true;
}

struct mint_signer mint_ec_signer(struct mint *m, const struct mint_ec *k) {
    const struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = DIGEST_SHA256};
    return (struct mint_signer){DIGEST_SHA256, mint_algorithm(m, alg), ec_value, k};
}

/* ---- certificates
 * ------------------------------------------------------------------------------------------ */

static sign_bytes common_name(struct mint *m, const char *cn) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SET);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, OID_DN_COMMON_NAME);
    der_put_utf8(&b, DER_UTF8, cn);
    der_end(&b);
    der_end(&b);
    der_end(&b);
    return mint_taken(m, &b);
}

static sign_bytes serial_of(struct mint *m, const struct mint_cert *c) {
    AUTO(der_builder) b = {0};
    uint8_t octets[SERIAL_OCTETS];
    char seed[96];
    if (c->serial.len) {
        return c->serial;
    }
    snprintf(seed, sizeof seed, "serial number of %s", c->cn);
    mint_octets(m, seed, octets, sizeof octets);
    octets[0] = 0x5A;
    der_put(&b, DER_INTEGER, BYTES(octets, sizeof octets));
    return mint_taken(m, &b);
}

/* octets: the value of the extension, already encoded. */
static void put_extension(der_builder *b, enum oid id, bool critical, const char *octets, size_t n) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, id);
    if (critical) {
        der_put_bool(b, true);
    }
    der_put(b, DER_OCTET_STRING, BYTES(octets, n));
    der_end(b);
}

static void put_extensions(der_builder *b, const struct mint_cert *c) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(3));
    der_begin(b, DER_SEQUENCE);
    if (c->authority) {
        put_extension(b, OID_EXT_BASIC_CONSTRAINTS, true, "\x30\x03\x01\x01\xff", 5);
        put_extension(b, OID_EXT_KEY_USAGE, true, "\x03\x02\x01\x06", 4); /* keyCertSign, cRLSign */
    } else {
        put_extension(b, OID_EXT_KEY_USAGE, true, "\x03\x02\x06\xc0", 4); /* with nonRepudiation */
    }
    if (c->ski.len) {
        der_begin(b, DER_SEQUENCE);
        der_put_oid(b, OID_EXT_SUBJECT_KEY_IDENTIFIER);
        der_begin(b, DER_OCTET_STRING);
        der_put(b, DER_OCTET_STRING, c->ski);
        der_end(b);
        der_end(b);
    }
    der_put_raw(b, c->extension);
    der_end(b);
    der_end(b);
}

static sign_bytes to_be_signed(struct mint *m, const struct mint_cert *c, const struct mint_signer *by,
                               const struct pki_cert *names) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
    der_put_uint(&b, 2);
    der_end(&b);
    der_put_raw(&b, serial_of(m, c));
    der_put_raw(&b, by->algorithm);
    der_put_raw(&b, names->issuer);
    der_begin(&b, DER_SEQUENCE);
    der_put_time(&b, VALID_FROM);
    der_put_time(&b, VALID_TO);
    der_end(&b);
    der_put_raw(&b, names->subject);
    der_put_raw(&b, c->spki);
    put_extensions(&b, c);
    der_end(&b);
    return mint_taken(m, &b);
}

/* The contents of an INTEGER that may be malformed: tag and length are one octet each. */
static sign_bytes contents(sign_bytes element) {
    return BYTES(element.data + 2, element.len - 2);
}

struct pki_cert mint_cert(struct mint *m, const struct mint_cert *c) {
    const char *issuer = c->issuer != NULL ? c->issuer : "ca-ec";
    struct mint_signer own = {0};
    const struct mint_signer *by = c->by;
    if (by == NULL) {
        own = mint_identity(m, issuer);
        by = &own;
    }
    struct pki_cert out = {.issuer = mint_of(m, issuer).subject,
                           .subject = c->subject.len ? c->subject : common_name(m, c->cn),
                           .serial = contents(serial_of(m, c)),
                           .spki = c->spki,
                           .ski = c->ski};
    uint8_t digest[DIGEST_MAX];
    AUTO(grow) value = {0};
    AUTO(der_builder) b = {0};
    sign_bytes tbs = to_be_signed(m, c, by, &out);
    mint_must(by->value(m, by->user, forge_hash(m->f, by->digest, tbs, digest), &value), c->cn);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, tbs);
    der_put_raw(&b, by->algorithm);
    der_put_bits(&b, BYTES(value.data, value.len));
    der_end(&b);
    out.der = mint_taken(m, &b);
    return out;
}

struct pki_cert mint_of(struct mint *m, const char *name) {
    const struct pki_cert *c = forge_identity(m->f, name)->cert;
    return (struct pki_cert){.der = c->der,
                             .issuer = c->issuer,
                             .subject = c->subject,
                             .serial = c->serial,
                             .spki = c->spki,
                             .ski = c->ski};
}

/* ---- SignerInfos
 * ------------------------------------------------------------------------------------------- */

static void put_sid(der_builder *b, const struct pki_cert *cert, const struct mint_info *with) {
    if (with->version.len) {
        der_put_raw(b, with->version);
    } else {
        der_put_uint(b, with->sid.len && with->sid.data[0] == DER_CONTEXT(0) ? 3 : 1);
    }
    if (with->sid.len) {
        der_put_raw(b, with->sid);
        return;
    }
    der_begin(b, DER_SEQUENCE);
    der_put_raw(b, cert->issuer);
    der_put(b, DER_INTEGER, cert->serial);
    der_end(b);
}

/* More of them, and in the order of DER again. */
static void add_attributes(struct mint *m, sign_bytes more, sign_buf *attrs) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, BYTES(attrs->data, attrs->len), false);
    struct der_tlv set;
    AUTO(der_builder) b = {0};
    if (more.len == 0) {
        return;
    }
    mint_must(der_take(&c, DER_SET, &set), "attributes");
    der_begin(&b, DER_SET);
    der_put_raw(&b, set.value);
    der_put_raw(&b, more);
    der_end_set_of(&b);
    sign_buf_free(attrs);
    forge_taken(m->f, &b, attrs);
}

/* Signed attributes and their value; tries later signing times until the signer can. */
static sign_buf sign_attributes(struct mint *m, const struct pki_cert *cert, const struct mint_signer *s,
                                const struct mint_info *with, grow *value) {
    struct forge *f = m->f;
    int64_t at = f->at;
    sign_buf attrs = {0};
    uint8_t digest[DIGEST_MAX];
    enum crypto_digest d = with->content_digest != DIGEST_NONE ? with->content_digest : s->digest;
    sign_bytes over = with->content.len ? with->content : f->content;
    bool made = false;
    for (int i = 0; i < 64 && !made; i++) {
        sign_buf_free(&attrs);
        attrs = forge_attributes(f, with->flaws, cert, NULL, d, over, with->counter);
        add_attributes(m, with->attributes, &attrs);
        sign_bytes signed_part = with->flaws & NO_ATTRS ? over : BYTES(attrs.data, attrs.len);
        made = s->value(m, s->user, forge_hash(f, s->digest, signed_part, digest), value);
        f->at++;
    }
    f->at = at;
    mint_must(made, "a value");
    return attrs;
}

sign_bytes mint_info(struct mint *m, const struct pki_cert *cert, const struct mint_signer *s,
                     const struct mint_info *with) {
    AUTO(grow) value = {0};
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) attrs = sign_attributes(m, cert, s, with, &value);
    der_begin(&b, DER_SEQUENCE);
    put_sid(&b, cert, with);
    if (with->digest_algorithm.len) {
        der_put_raw(&b, with->digest_algorithm);
    } else {
        crypto_digest_write(&b, with->content_digest != DIGEST_NONE ? with->content_digest : s->digest);
    }
    if (!(with->flaws & NO_ATTRS)) {
        attrs.data[0] = DER_CONTEXT_CONSTRUCTED(0);
        der_put_raw(&b, BYTES(attrs.data, attrs.len));
    }
    der_put_raw(&b, s->algorithm);
    der_put(&b, DER_OCTET_STRING, BYTES(value.data, value.len));
    if (with->unsigned_attrs.len) {
        der_put(&b, DER_CONTEXT_CONSTRUCTED(1), with->unsigned_attrs);
    }
    der_end(&b);
    return mint_taken(m, &b);
}

void mint_write(struct mint *m, const char *file, const struct pki_cert *cert, sign_bytes info,
                struct outside o) {
    const sign_bytes bag[] = {cert->der, mint_of(m, "ca-ec").der};
    AUTO(grow) octets = {0};
    if (!o.certificates.len) {
        o.certificates = mint_join(m, bag, 2);
    }
    grow_put(&octets, info.data, info.len);
    const sign_buf one = {.data = octets.data, .len = octets.len};
    AUTO(sign_buf) message = forge_message(m->f, &one, 1, &o);
    forge_write(m->f, file, BYTES(message.data, message.len));
}

void mint_signed(struct mint *m, const char *file, const struct pki_cert *cert, const struct mint_signer *s) {
    mint_write(m, file, cert, mint_info(m, cert, s, &(struct mint_info){0}), (struct outside){0});
}
