/*
 * mkvectors DIR: writes the CMS vectors that testdata/cades/cases.tsv speaks of. Rows of tables where one
 * flaw in one signature is the whole matter; functions for those whose flaw is outside the signature.
 * mkvectors --xml DIR: the XML signatures of testdata/xades/cases.tsv, those apart that run_live makes.
 * mkvectors --path DIR: the authorities, lists, responses and documents of testdata/path/cases.tsv.
 * mkvectors --stamps DIR: those of testdata/stamps/cases.tsv, signatures with time (tests/stamps).
 */
#include "mint.h"
#include "path_vectors.h"
#include "xml_vectors.h"

#include "base/text.h"
#include "stamps/vectors.h"

#include <stdio.h>
#include <stdlib.h>

static const char content[] = "Yenileme basvurusu: sinama metni, kimseyi baglamaz.\n";

/* One signature, attached, its certificates beside it. */
static const struct {
    const char *file, *signer, *other;
    unsigned flaws;
} singles[] = {
    {"good.p7m", "nes-p256", NULL, GOOD},
    {"good-rsa.p7m", "nes-rsa2048", NULL, GOOD},
    {"good-pss.p7m", "nes-rsa2048", NULL, PSS},
    {"good-p384.p7m", "nes-p384", NULL, GOOD},
    {"good-p521.p7m", "nes-p521", NULL, GOOD},
    {"good-key-id.p7m", "nes-p256", NULL, SID_KEY_ID},
    {"good-v1.p7m", "nes-p256", NULL, V1_ONLY},
    {"good-v1-and-v2.p7m", "nes-p256", NULL, V1_TOO},
    {"no-signed-attrs.p7m", "nes-p256", NULL, NO_ATTRS},
    {"content-type-mismatch.p7m", "nes-p256", NULL, OTHER_CONTENT_TYPE},
    {"content-type-missing.p7m", "nes-p256", NULL, NO_CONTENT_TYPE},
    {"content-type-twice.p7m", "nes-p256", NULL, TWO_CONTENT_TYPES},
    {"digest-wrong.p7m", "nes-p256", NULL, OTHER_DIGEST},
    {"digest-missing.p7m", "nes-p256", NULL, NO_DIGEST},
    {"digest-twice.p7m", "nes-p256", NULL, TWO_DIGESTS},
    {"digest-two-values.p7m", "nes-p256", NULL, DIGEST_VALUES},
    {"signing-time-twice.p7m", "nes-p256", NULL, TWO_TIMES},
    {"reference-missing.p7m", "nes-p256", NULL, NO_REFERENCE},
    {"reference-twice.p7m", "nes-p256", NULL, TWO_REFERENCES},
    {"reference-other.p7m", "nes-p256", "nes-person2", REFERENCE_OTHER},
    {"reference-not-first.p7m", "nes-p256", "nes-person2", REFERENCE_SECOND},
    {"reference-serial.p7m", "nes-p256", "nes-person2", REFERENCE_SERIAL},
    {"reference-policies.p7m", "nes-p256", NULL, REFERENCE_POLICIES},
    {"reference-trailing.p7m", "nes-p256", NULL, REFERENCE_TRAILING},
    {"v1-v2-disagree.p7m", "nes-p256", "nes-person2", V1_OTHER},
    {"sid-other.p7m", "nes-p256", "nes-person2", SID_OTHER},
    {"attrs-unsorted.p7m", "nes-p256", NULL, UNSORTED},
    {"attrs-ber.p7m", "nes-p256", NULL, BER_ATTRS},
    {"digest-alg-disagrees.p7m", "nes-p256", NULL, DIGEST_ALG_OTHER},
    {"value-flipped.p7m", "nes-p256", NULL, VALUE_FLIPPED},
    {"value-flipped-rsa.p7m", "nes-rsa2048", NULL, VALUE_FLIPPED},
    {"value-zero.p7m", "nes-p256", NULL, VALUE_ZERO},
    {"value-raw.p7m", "nes-p256", NULL, VALUE_RAW},
    {"value-longer.p7m", "nes-p256", NULL, VALUE_LONGER},
    {"value-longer-rsa.p7m", "nes-rsa2048", NULL, VALUE_LONGER},
    {"sha1.p7m", "nes-rsa2048", NULL, SHA1},
    {"signer-expired.p7m", "nes-expired", NULL, GOOD},
    {"signer-notyet.p7m", "nes-notyet", NULL, GOOD},
    {"signer-revoked.p7m", "nes-revoked", NULL, GOOD},
    {"signer-suspended.p7m", "nes-suspended", NULL, GOOD},
    {"signer-nonr.p7m", "nes-nonr", NULL, GOOD},
    {"signer-encryption.p7m", "encryption", NULL, GOOD},
    {"signer-malimuhur.p7m", "malimuhur", NULL, GOOD},
    {"signer-timestamper.p7m", "tsa-ec", NULL, GOOD},
    {"signer-other-root.p7m", "nes-other", NULL, GOOD},
    {"ca-revoked.p7m", "nes-ca-revoked", NULL, GOOD},
    {"ca-not-a-ca.p7m", "nes-notca", NULL, GOOD},
    {"ca-path-too-long.p7m", "nes-pathlen", NULL, GOOD},
    {"ca-no-cert-sign.p7m", "nes-nokusage", NULL, GOOD},
};

static sign_bytes view(const sign_buf *b) {
    return BYTES(b->data, b->len);
}

/* Several SignerInfos in one message. */
static void write_signers(struct forge *f, const char *file, const sign_buf *signers, size_t n,
                          const struct outside *o) {
    AUTO(sign_buf) m = forge_message(f, signers, n, o);
    forge_write(f, file, view(&m));
}

static void write_single(struct forge *f, const char *file, const char *signer, const char *other,
                         unsigned flaws, const struct outside *o) {
    AUTO(sign_buf) s = forge_signer(f, signer, other, flaws, (sign_bytes){0});
    write_signers(f, file, &s, 1, o);
}

/* The attributes of one signature become the content of another without attributes: the value verifies over
 * both. */
static void forged_attributes(struct forge *f) {
    AUTO(sign_buf) honest = forge_signer(f, "nes-p256", NULL, GOOD, (sign_bytes){0});
    AUTO(sign_buf) attrs = forge_set_of_attributes(view(&honest));
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) forged = {0};
    struct pki_cert *cert = forge_identity(f, "nes-p256")->cert;
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, cert->issuer);
    der_put(&b, DER_INTEGER, cert->serial);
    der_end(&b);
    crypto_digest_write(&b, DIGEST_SHA256);
    crypto_sigalg_write(&b, &(struct crypto_sigalg){.scheme = SCHEME_ECDSA, .digest = DIGEST_SHA256});
    der_put(&b, DER_OCTET_STRING, forge_value(view(&honest)));
    der_end(&b);
    if (der_builder_take(&b, &forged, NULL) != SIGN_OK) {
        abort();
    }
    write_signers(f, "forged-attributes.p7m", &forged, 1, &(struct outside){.content = view(&attrs)});
    write_signers(f, "forged-attributes.p7s", &forged, 1, &(struct outside){.detached = true});
    forge_write(f, "forged-content.der", view(&attrs));
}

static void several(struct forge *f) {
    const struct outside plain = {0};
    sign_buf two[2] = {forge_signer(f, "nes-p256", NULL, GOOD, (sign_bytes){0}),
                       forge_signer(f, "nes-rsa2048", NULL, GOOD, (sign_bytes){0})};
    sign_buf bad = forge_signer(f, "nes-person2", NULL, VALUE_FLIPPED, (sign_bytes){0});
    sign_buf revoked = forge_signer(f, "nes-revoked", NULL, GOOD, (sign_bytes){0});
    write_signers(f, "two-good.p7m", two, 2, &plain);
    write_signers(f, "duplicate-signer.p7m", (sign_buf[]){two[0], two[0]}, 2, &plain);
    write_signers(f, "good-and-bad.p7m", (sign_buf[]){two[0], bad}, 2, &plain);
    write_signers(f, "bad-and-good.p7m", (sign_buf[]){bad, two[1]}, 2, &plain);
    write_signers(f, "good-and-revoked.p7m", (sign_buf[]){two[0], revoked}, 2, &plain);
    write_signers(f, "zero-signers.p7m", NULL, 0, &plain);
    sign_buf_free(&two[0]);
    sign_buf_free(&two[1]);
    sign_buf_free(&bad);
    sign_buf_free(&revoked);
}

/* Octets around or inside a good message. */
static void encodings(struct forge *f) {
    AUTO(sign_buf) s = forge_signer(f, "nes-p256", NULL, GOOD, (sign_bytes){0});
    AUTO(sign_buf) m = forge_message(f, &s, 1, &(struct outside){0});
    AUTO(grow) g = {0};
    grow_put(&g, m.data, m.len);
    grow_byte(&g, 0x55);
    forge_write(f, "trailing-bytes.p7m", BYTES(g.data, g.len));
    forge_write(f, "truncated.p7m", BYTES(m.data, m.len - 10));
    forge_write(f, "truncated-early.p7m", BYTES(m.data, 100));
    AUTO(grow) prefixed = {0};
    grow_str(&prefixed, "xx");
    grow_put(&prefixed, m.data, m.len);
    forge_write(f, "prefix-garbage.p7m", BYTES(prefixed.data, prefixed.len));
    AUTO(grow) text = {0};
    grow_str(&text, "-----BEGIN CMS-----\n");
    text_base64(view(&m), &text);
    grow_str(&text, "\n-----END CMS-----\n");
    forge_write(f, "good.pem", BYTES(text.data, text.len));
    AUTO(grow) bare = {0};
    text_base64(view(&m), &bare);
    forge_write(f, "good.base64", BYTES(bare.data, bare.len));
    write_signers(f, "good-ber.p7m", &s, 1, &(struct outside){.ber = true});
    write_signers(f, "detached.p7s", &s, 1, &(struct outside){.detached = true});
    write_signers(f, "digests-none.p7m", &s, 1, &(struct outside){.no_digests = true});
    write_signers(f, "digests-odd.p7m", &s, 1, &(struct outside){.odd_digests = true});
    write_signers(f, "no-certificates.p7m", &s, 1, &(struct outside){.no_certificates = true});
    write_signers(f, "econtent-type-other.p7m", &s, 1,
                  &(struct outside){.content_type = OID_CT_DIGESTED_DATA});
    write_signers(f, "content-changed.p7m", &s, 1,
                  &(struct outside){.content = BYTES_STR("Baska bir metin, ayni imzanin altinda.\n")});
}

/* Lengths and depths that a parser must not believe. */
static void hostile(struct forge *f) {
    static const uint8_t five_gb[] = {0x30, 0x85, 0x01, 0x40, 0x00, 0x00, 0x00, 0x06, 0x09,
                                      0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
                                      0xa0, 0x85, 0x01, 0x3f, 0xff, 0xff, 0xf0, 0x30, 0x80};
    static const uint8_t two_63[] = {0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x06,
                                     0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
    uint8_t small[1024] = {0};
    memcpy(small, five_gb, sizeof five_gb);
    forge_write(f, "length-5gb.p7m", BYTES(small, sizeof small));
    memset(small, 0, sizeof small);
    memcpy(small, two_63, sizeof two_63);
    forge_write(f, "length-2-63.p7m", BYTES(small, sizeof small));
    AUTO(grow) deep = {0};
    for (int i = 0; i < 100000; i++) {
        grow_put(&deep, "\x30\x80", 2);
    }
    forge_write(f, "nesting-100000.p7m", BYTES(deep.data, deep.len));
    forge_write(f, "not-cms.txt", BYTES_STR("Bu bir imza degil.\n"));
    forge_write(f, "empty.p7m", BYTES("", 0));
}

static void counter(struct forge *f, const char *file, const char *over, bool with_type) {
    AUTO(sign_buf) inner = forge_signer(f, "nes-p256", NULL, GOOD, (sign_bytes){0});
    sign_bytes target = over ? BYTES_STR(over) : forge_value(view(&inner));
    AUTO(sign_buf) attribute = forge_counter(f, "nes-person2", target, with_type, (sign_bytes){0});
    /* The value of ECDSA differs each time: the attribute goes into the very SignerInfo that it countersigns.
     */
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) whole = {0};
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, view(&inner), false);
    struct der_tlv info;
    if (!der_take(&c, DER_SEQUENCE, &info)) {
        abort();
    }
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, info.value);
    der_put(&b, DER_CONTEXT_CONSTRUCTED(1), view(&attribute));
    der_end(&b);
    if (der_builder_take(&b, &whole, NULL) != SIGN_OK) {
        abort();
    }
    write_signers(f, file, &whole, 1, &(struct outside){0});
}

static void put_crl_of(grow *g, const char *name) {
    char path[512];
    AUTO(sign_buf) der = {0};
    snprintf(path, sizeof path, "%s/%s", SIGN_TEST_PKI, name);
    if (file_read(path, LIMIT_PIECE, &der, NULL) != SIGN_OK) {
        abort();
    }
    grow_put(g, der.data, der.len);
}

/* Lists that the message or one signature brings with it: for all signers, for one, too weak. */
static void lists(struct forge *f) {
    AUTO(grow) both = {0};
    put_crl_of(&both, "ca-ec.crl");
    put_crl_of(&both, "root-ec.crl");
    sign_bytes crls = BYTES(both.data, both.len);
    const struct outside carried = {.crls = crls};
    sign_buf three[3] = {forge_signer(f, "nes-p256", NULL, GOOD, (sign_bytes){0}),
                         forge_signer(f, "nes-person2", NULL, GOOD, (sign_bytes){0}),
                         forge_signer(f, "nes-revoked", NULL, GOOD, (sign_bytes){0})};
    write_signers(f, "crls-carried.p7m", three, 2, &carried);
    write_signers(f, "crls-carried-revoked.p7m", (sign_buf[]){three[0], three[2]}, 2, &carried);
    AUTO(sign_buf) attribute = forge_revocation_values(f, crls);
    AUTO(sign_buf) brings = forge_signer(f, "nes-p384", NULL, GOOD, view(&attribute));
    write_signers(f, "revocation-values.p7m", &brings, 1, &(struct outside){0});
    write_signers(f, "revocation-values-of-another.p7m", (sign_buf[]){brings, three[1]}, 2,
                  &(struct outside){0});
    static const struct {
        const char *file;
        enum crypto_digest digest;
    } made[] = {{"crl-sha256.p7m", DIGEST_SHA256}, {"crl-sha1.p7m", DIGEST_SHA1}};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        AUTO(sign_buf) list = forge_crl(f, "ca-ec", made[i].digest);
        write_signers(f, made[i].file, three, 1, &(struct outside){.crls = view(&list)});
    }
    for (size_t i = 0; i < 3; i++) {
        sign_buf_free(&three[i]);
    }
}

/* What is put together octet by octet. */
static void minted(struct forge *f) {
    struct mint m;
    mint_open(&m, f);
    tricks_rsa(&m);
    tricks_ec(&m);
    tricks_who(&m);
    shapes_encoding(&m);
    shapes_signers(&m);
    shapes_unsigned(&m);
    mint_close(&m);
}

static int xml(const char *folder) {
    struct xforge x;
    xforge_open(&x, folder);
    xml_wrapping(&x);
    xml_structure(&x);
    xml_related(&x);
    xml_values(&x);
    xml_tricks(&x);
    xml_parser(&x);
    xforge_close(&x);
    return x.failed;
}

static int cms(const char *folder) {
    struct forge f;
    const struct outside plain = {0};
    if (!forge_open(&f, folder, BYTES(content, sizeof content - 1))) {
        return 1;
    }
    forge_write(&f, "content.txt", f.content);
    forge_write(&f, "content-other.txt", BYTES_STR("Baska bir metin.\n"));
    /* Every identity first: each message then carries every certificate, so that none differs by what is at
     * hand. */
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        forge_identity(&f, singles[i].signer);
    }
    forge_identity(&f, "nes-person2");
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        write_single(&f, singles[i].file, singles[i].signer, singles[i].other, singles[i].flaws, &plain);
    }
    forged_attributes(&f);
    several(&f);
    encodings(&f);
    hostile(&f);
    counter(&f, "counter-good.p7m", NULL, false);
    counter(&f, "counter-wrong-value.p7m", "not the value", false);
    counter(&f, "counter-content-type.p7m", NULL, true);
    lists(&f);
    minted(&f);
    forge_close(&f);
    return f.failed;
}

static int path(const char *folder) {
    path_vectors(folder);
    return 0;
}

static int with_time(const char *folder) {
    stamps_vectors(folder);
    return 0;
}

int main(int argc, char **argv) {
    static const struct {
        const char *option;
        int (*make)(const char *folder);
    } kinds[] = {{"--xml", xml}, {"--path", path}, {"--stamps", with_time}};
    for (size_t i = 0; argc == 3 && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(argv[1], kinds[i].option) == 0) {
            return kinds[i].make(argv[2]);
        }
    }
    if (argc != 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: mkvectors [--xml | --path | --stamps] DIR\n");
        return 64;
    }
    return cms(argv[1]);
}
