/* 53, 54 and 58: octets around a message, lengths and depths inside it, and numbers, truth values and strings
 * that are not what their tags say. */
#include "mint.h"

#include "base/text.h"

#include <string.h>

static sign_bytes good(struct mint *m, struct outside o) {
    struct pki_cert cert = mint_of(m, "nes-p256");
    struct mint_signer s = mint_identity(m, "nes-p256");
    const sign_bytes bag[] = {cert.der, mint_of(m, "ca-ec").der};
    AUTO(grow) octets = {0};
    sign_bytes info = mint_info(m, &cert, &s, &(struct mint_info){0});
    grow_put(&octets, info.data, info.len);
    const sign_buf one = {.data = octets.data, .len = octets.len};
    o.certificates = mint_join(m, bag, 2);
    AUTO(sign_buf) message = forge_message(m->f, &one, 1, &o);
    return arena_copy(&m->texts, BYTES(message.data, message.len));
}

static void put_pem(grow *g, sign_bytes octets) {
    grow_str(g, "-----BEGIN CMS-----\n");
    text_base64(octets, g);
    grow_str(g, "\n-----END CMS-----\n");
}

/* 53: two of everything: which of them was verified? */
static void doubled(struct mint *m) {
    sign_bytes der = good(m, (struct outside){0});
    AUTO(grow) twice = {0}, pems = {0}, mixed = {0}, inner = {0}, outer = {0}, text = {0};
    grow_put(&twice, der.data, der.len);
    grow_put(&twice, der.data, der.len);
    forge_write(m->f, "der-twice.p7m", BYTES(twice.data, twice.len));
    put_pem(&pems, der);
    put_pem(&pems, der);
    forge_write(m->f, "pem-twice.pem", BYTES(pems.data, pems.len));
    put_pem(&mixed, der);
    grow_put(&mixed, der.data, der.len);
    forge_write(m->f, "pem-and-der.pem", BYTES(mixed.data, mixed.len));
    put_pem(&inner, der);
    put_pem(&outer, BYTES(inner.data, inner.len));
    forge_write(m->f, "pem-in-pem.pem", BYTES(outer.data, outer.len));
    grow_str(&text, "Ekteki imza:\n");
    put_pem(&text, der);
    forge_write(m->f, "pem-behind-text.pem", BYTES(text.data, text.len));
}

/* ---- 54 --------------------------------------------------------------------------------------------------
 */

/* The good message up to its content, then these octets in place of the OCTET STRING, and zeros to 1 KB. */
static void content_of(struct mint *m, const char *file, sign_bytes octets) {
    static const uint8_t head[] = {
        0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x80, 0x30, 0x80,
        0x02, 0x01, 0x01, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
        0x01, 0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0xa0, 0x80};
    AUTO(grow) g = {0};
    grow_put(&g, head, sizeof head);
    grow_put(&g, octets.data, octets.len);
    while (g.len < 1024) {
        grow_byte(&g, 0);
    }
    forge_write(m->f, file, BYTES(g.data, g.len));
}

static void lengths(struct mint *m) {
    AUTO(grow) deep = {0}, tags = {0}, number = {0};
    content_of(m, "octets-5gb.p7m", BYTES("\x04\x85\x01\x40\x00\x00\x00", 7));
    content_of(m, "octets-2-63.p7m", BYTES("\x04\x88\x80\x00\x00\x00\x00\x00\x00\x00", 10));
    content_of(m, "octets-2-64.p7m", BYTES("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10));
    content_of(m, "octets-9-octets.p7m", BYTES("\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00", 11));
    content_of(m, "octets-reserved.p7m", BYTES("\x04\xff", 2));
    content_of(m, "octets-indefinite.p7m", BYTES("\x04\x80", 2)); /* X.690, 8.1.3.2: only if constructed */
    for (int i = 0; i < 10000; i++) {
        grow_put(&deep, "\x24\x80", 2);
    }
    content_of(m, "octets-nested.p7m", BYTES(deep.data, deep.len));
    for (int i = 0; i < 10000; i++) {
        grow_put(&tags, "\x1f\x81\x00\x00", 4); /* tag number 128 */
    }
    content_of(m, "tags-many.p7m", BYTES(tags.data, tags.len));
    grow_byte(&number, 0x1f);
    for (int i = 0; i < 10000; i++) {
        grow_byte(&number, 0xff);
    }
    content_of(m, "tag-endless.p7m", BYTES(number.data, number.len));
}

/* ---- 58 --------------------------------------------------------------------------------------------------
 */

static void versions(struct mint *m) {
    static const struct {
        const char *file, *element;
        size_t n;
    } rows[] = {{"version-one.p7m", "\x02\x01\x01", 3},
                {"version-negative.p7m", "\x02\x01\xff", 3},
                {"version-overlong.p7m", "\x02\x02\x00\x01", 4},
                {"version-empty.p7m", "\x02\x00", 2},
                {"version-long-form.p7m", "\x02\x81\x01\x01", 4},
                {"version-other.p7m", "\x02\x01\x07", 3},
                {"version-huge.p7m", "\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x01", 11}};
    struct pki_cert cert = mint_of(m, "nes-p256");
    struct mint_signer s = mint_identity(m, "nes-p256");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct mint_info with = {.version = BYTES(rows[i].element, rows[i].n)};
        mint_write(m, rows[i].file, &cert, mint_info(m, &cert, &s, &with), (struct outside){0});
    }
}

/* The outermost length in more octets than it needs: BER, which CMS is (RFC 5652, 2). */
static void long_form(struct mint *m) {
    sign_bytes der = good(m, (struct outside){0});
    AUTO(grow) g = {0};
    mint_must(der.len > 4 && der.data[1] == 0x82, "a message of some length");
    grow_put(&g, "\x30\x84\x00\x00", 4);
    grow_put(&g, der.data + 2, der.len - 2);
    forge_write(m->f, "outer-long-form.p7m", BYTES(g.data, g.len));
}

struct name_row {
    const char *file;
    enum oid type;
    uint8_t tag;
    const char *value;
    size_t n;
};

static sign_bytes name(struct mint *m, const struct name_row *row) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SET);
    der_begin(&b, DER_SEQUENCE);
    der_put_oid(&b, row->type);
    der_put(&b, row->tag, BYTES(row->value, row->n));
    der_end(&b);
    der_end(&b);
    der_end(&b);
    return mint_taken(m, &b);
}

/* Certificates whose octets are not what they should be, each over a key of its own. */
static void certificates(struct mint *m) {
    static const struct {
        const char *file, *serial, *extension;
        size_t serial_n, extension_n;
    } rows[] = {
        {"cert-good.p7m", "\x02\x02\x33\x01", "", 4, 0},
        {"cert-serial-negative.p7m", "\x02\x02\xb3\x02", "", 4, 0},
        {"cert-serial-zero.p7m", "\x02\x01\x00", "", 3, 0},
        {"cert-serial-overlong.p7m", "\x02\x03\x00\x33\x03", "", 5, 0},
        {"cert-serial-empty.p7m", "\x02\x00", "", 2, 0},
        {"cert-serial-21.p7m",
         "\x02\x15"
         "kirkbirkerebirmasallah",
         "", 23, 0},
        {"cert-boolean-good.p7m", "\x02\x02\x33\x04",
         "\x30\x0f\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x05\x30\x03\x01\x01\x00", 4, 17},
        {"cert-boolean-01.p7m", "\x02\x02\x33\x05",
         "\x30\x0c\x06\x03\x55\x1d\x13\x01\x01\x01\x04\x02\x30\x00", 4, 14},
        {"cert-boolean-ff.p7m", "\x02\x02\x33\x06",
         "\x30\x0c\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x02\x30\x00", 4, 14},
    };
    struct mint_ec k = mint_ec(m, "encodings");
    struct mint_signer s = mint_ec_signer(m, &k);
    sign_bytes spki = mint_spki_ec(m, mint_curve(m), mint_point(m, k.point, POINT_CONVERSION_UNCOMPRESSED));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pki_cert cert =
            mint_cert(m, &(struct mint_cert){.cn = rows[i].file,
                                             .spki = spki,
                                             .serial = BYTES(rows[i].serial, rows[i].serial_n),
                                             .extension = BYTES(rows[i].extension, rows[i].extension_n)});
        mint_signed(m, rows[i].file, &cert, &s);
    }
    mint_ec_free(&k);
}

static void names(struct mint *m) {
    static const struct name_row rows[] = {
        {"dn-good.p7m", OID_DN_COMMON_NAME, DER_UTF8, "\xc5\x9e\x65yma", 6},
        {"dn-utf8-broken.p7m", OID_DN_COMMON_NAME, DER_UTF8, "Ay\xc5", 3},
        {"dn-utf8-overlong.p7m", OID_DN_COMMON_NAME, DER_UTF8, "Ay\xc0\xaf", 4},
        {"dn-printable-at.p7m", OID_DN_COMMON_NAME, DER_PRINTABLE, "ay@ornek", 8},
        {"dn-printable-8-bit.p7m", OID_DN_COMMON_NAME, DER_PRINTABLE, "A\xdf", 2},
        {"dn-ia5-8-bit.p7m", OID_DN_COMMON_NAME, DER_IA5, "A\xdf", 2},
        {"dn-bmp-odd.p7m", OID_DN_COMMON_NAME, DER_BMP, "\0A\0y\0", 5},
        {"dn-country-utf8.p7m", OID_DN_COUNTRY, DER_UTF8, "TR", 2},
        {"dn-country-long.p7m", OID_DN_COUNTRY, DER_PRINTABLE, "Turkiye", 7},
        {"dn-number.p7m", OID_DN_COMMON_NAME, DER_INTEGER, "\x07", 1},
        {"dn-nul.p7m", OID_DN_COMMON_NAME, DER_UTF8, "Ay\0se", 5},
        {"dn-empty.p7m", OID_DN_COMMON_NAME, DER_UTF8, "", 0},
    };
    struct mint_ec k = mint_ec(m, "names");
    struct mint_signer s = mint_ec_signer(m, &k);
    sign_bytes spki = mint_spki_ec(m, mint_curve(m), mint_point(m, k.point, POINT_CONVERSION_UNCOMPRESSED));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pki_cert cert =
            mint_cert(m, &(struct mint_cert){.cn = rows[i].file, .spki = spki, .subject = name(m, &rows[i])});
        mint_signed(m, rows[i].file, &cert, &s);
    }
    mint_ec_free(&k);
}

void shapes_encoding(struct mint *m) {
    doubled(m);
    lengths(m);
    versions(m);
    long_form(m);
    certificates(m);
    names(m);
}
