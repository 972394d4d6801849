/* 55, 65 and 66: which certificate, which key, which content. Each pair differs in that alone. */
#include "mint.h"

#include "base/text.h"

#include <string.h>

struct twin {
    struct mint_ec key;
    struct pki_cert cert;
};

static struct twin twin(struct mint *m, struct mint_cert row, const char *key) {
    struct twin t = {.key = mint_ec(m, key)};
    row.spki = mint_spki_ec(m, mint_curve(m), mint_point(m, t.key.point, POINT_CONVERSION_UNCOMPRESSED));
    t.cert = mint_cert(m, &row);
    return t;
}

/* A message that claims to be of `claimed`, made with the key of `by`; both certificates are there. */
static void claim(struct mint *m, const char *file, const struct twin *claimed, const struct twin *by,
                  const struct twin *first, const struct twin *second, sign_bytes sid) {
    struct mint_signer s = mint_ec_signer(m, &by->key);
    const sign_bytes bag[] = {first->cert.der, second->cert.der, mint_of(m, "ca-ec").der};
    sign_bytes info = mint_info(m, &claimed->cert, &s, &(struct mint_info){.sid = sid});
    mint_write(m, file, &claimed->cert, info, (struct outside){.certificates = mint_join(m, bag, 3)});
}

/* 66: the same subject, and the same subjectKeyIdentifier of two different keys. */
static void same_name(struct mint *m) {
    static const uint8_t id[] = "ayni anahtar kimligi";
    const sign_bytes ski = BYTES(id, sizeof id - 1), none = {0};
    struct twin a =
        twin(m, (struct mint_cert){.cn = "Ikiz", .serial = BYTES("\x02\x02\x11\x01", 4), .ski = ski}, "a");
    struct twin b =
        twin(m, (struct mint_cert){.cn = "Ikiz", .serial = BYTES("\x02\x02\x11\x02", 4), .ski = ski}, "b");
    AUTO(der_builder) sid = {0};
    der_put(&sid, DER_CONTEXT(0), ski);
    sign_bytes by_key = mint_taken(m, &sid);
    claim(m, "who-name-good.p7m", &a, &a, &b, &a, none);
    claim(m, "who-name.p7m", &a, &b, &b, &a, none);
    claim(m, "who-key-id-good.p7m", &a, &a, &b, &a, by_key);
    claim(m, "who-key-id.p7m", &a, &b, &b, &a, by_key);
    mint_ec_free(&a.key);
    mint_ec_free(&b.key);
}

/* 55: an authority that gave one serial number twice (RFC 5280, 4.1.2.2 forbids it). */
static void same_serial(struct mint *m) {
    const sign_bytes serial = BYTES("\x02\x02\x22\x01", 4), none = {0};
    struct twin a = twin(m, (struct mint_cert){.cn = "Bir", .serial = serial}, "c");
    struct twin b = twin(m, (struct mint_cert){.cn = "Iki", .serial = serial}, "d");
    claim(m, "who-serial-first.p7m", &a, &a, &a, &b, none);
    claim(m, "who-serial-second.p7m", &a, &a, &b, &a, none);
    claim(m, "who-serial.p7m", &a, &b, &b, &a, none);
    mint_ec_free(&a.key);
    mint_ec_free(&b.key);
}

/* ---- 65: collisions
 * ----------------------------------------------------------------------------------------- */

/* The first 320 octets of the two documents of Stevens, Bursztein, Karpman, Albertini, Markov, "The first
 * collision for full SHA-1" (2017): 192 octets that both have, 128 that differ. mkvectors computes that they
 * collide. */
static const char sha1_both[] =
    "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865"
    "696768742033203020522f547970652034203020522f537562747970652035203020522f46696c746572"
    "2036203020522f436f6c6f7253706163652037203020522f4c656e6774682038203020522f4269747350"
    "6572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d312069732064656164"
    "2121212121852fec092339759c39b1a1c63c4c97e1fffe01";
static const char *const sha1_end[] = {
    "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb7"
    "6038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514"
    "e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda8044629a1",
    "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3"
    "dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500"
    "eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1"};
/* Wang, Yu, "How to break MD5 and other hash functions" (2005). */
static const char *const md5_end[] = {
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a"
    "085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70",
    "d131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f8955ad340609f4b30283e4888325f1415a"
    "085125e8f7cdc99fd91dbd7280373c5bd8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70"};

static sign_bytes from_hex(struct mint *m, const char *first, const char *second) {
    AUTO(grow) octets = {0};
    for (const char *text = first; text != NULL; text = text == first && second != NULL ? second : NULL) {
        for (size_t i = 0; text[i] != '\0'; i += 2) {
            const char two[] = {text[i], text[i + 1], '\0'};
            grow_byte(&octets, (uint8_t)strtoul(two, NULL, 16));
        }
    }
    return arena_copy(&m->texts, BYTES(octets.data, octets.len));
}

/* A signature of the first document, then the same SignerInfo beside the second. */
static void exchange(struct mint *m, const char *file, const char *exchanged, const sign_bytes content[2],
                     const struct mint_rsa *k, enum crypto_digest d) {
    struct pki_cert cert = mint_cert(m, &(struct mint_cert){.cn = "Carpisma", .spki = mint_spki_rsa(m, k)});
    struct mint_signer s = mint_rsa_signer(m, k, d);
    sign_bytes info = mint_info(m, &cert, &s, &(struct mint_info){.content = content[0]});
    mint_write(m, file, &cert, info, (struct outside){.content = content[0], .digests = d});
    mint_write(m, exchanged, &cert, info, (struct outside){.content = content[1], .digests = d});
}

static void collide(struct mint *m, enum crypto_digest d, const sign_bytes content[2]) {
    uint8_t one[DIGEST_MAX], two[DIGEST_MAX];
    sign_bytes first = forge_hash(m->f, d, content[0], one), second = forge_hash(m->f, d, content[1], two);
    mint_must(bytes_equal(first, second) && !bytes_equal(content[0], content[1]), "a collision");
}

static void collisions(struct mint *m) {
    struct mint_rsa k = mint_rsa(m, "RSA 2048", 2048, 2, 65537);
    const sign_bytes sha1[] = {from_hex(m, sha1_both, sha1_end[0]), from_hex(m, sha1_both, sha1_end[1])};
    const sign_bytes md5[] = {from_hex(m, md5_end[0], NULL), from_hex(m, md5_end[1], NULL)};
    collide(m, DIGEST_SHA1, sha1);
    collide(m, DIGEST_MD5, md5);
    exchange(m, "collision-sha1.p7m", "collision-sha1-exchanged.p7m", sha1, &k, DIGEST_SHA1);
    exchange(m, "collision-md5.p7m", "collision-md5-exchanged.p7m", md5, &k, DIGEST_MD5);
    exchange(m, "collision-sha256.p7m", "collision-sha256-exchanged.p7m", sha1, &k, DIGEST_SHA256);
}

void tricks_who(struct mint *m) {
    same_name(m);
    same_serial(m);
    collisions(m);
}
