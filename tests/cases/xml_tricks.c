/* 60 to 62 and 65 in XML: values that are written otherwise than XML-Signature says, weak digests. The
 * arithmetic is that of CMS; what differs is how r and s are written (RFC 9231, 2.3.6). */
#include "xforge_key.h"
#include "xml_vectors.h"

#include "base/text.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD = 32 };

enum written {
    AS_IT_IS,
    AS_DER,       /* SEQUENCE { r, s } */
    AS_ZEROS,     /* r = s = 0 */
    AS_N_MINUS_S, /* holds as well */
    AS_ORDER,     /* r = n */
    AS_SHORTER,   /* the last octet is missing */
    AS_LONGER,    /* an octet behind it */
    AS_PADDED,    /* r and s an octet longer than the curve's */
    AS_SWAPPED,   /* s||r */
    AS_FIRST      /* r alone */
};

static void order(uint8_t out[FIELD], const uint8_t *minus) {
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BIGNUM *n = group != NULL ? BN_dup(EC_GROUP_get0_order(group)) : NULL;
    BIGNUM *less = minus != NULL ? BN_bin2bn(minus, FIELD, NULL) : BN_new();
    if (n == NULL || less == NULL || BN_sub(n, n, less) != 1 || BN_bn2binpad(n, out, FIELD) != FIELD) {
        abort();
    }
    BN_free(less);
    BN_free(n);
    EC_GROUP_free(group);
}

static void put_integer(grow *g, const uint8_t *n) {
    grow_byte(g, 0x02);
    grow_byte(g, (uint8_t)(FIELD + (n[0] >> 7)));
    grow_put(g, "\0", n[0] >> 7);
    grow_put(g, n, FIELD);
}

static void put_der(grow *g, const uint8_t *raw) {
    AUTO(grow) in = {0};
    put_integer(&in, raw);
    put_integer(&in, raw + FIELD);
    grow_byte(g, 0x30);
    grow_byte(g, (uint8_t)in.len);
    grow_put(g, in.data, in.len);
}

/* raw: r||s, or a value of RSA. */
static void rewrite(grow *g, uint8_t *raw, size_t n, enum written how) {
    if (how == AS_ZEROS) {
        memset(raw, 0, n);
    } else if (how == AS_N_MINUS_S) {
        order(raw + FIELD, raw + FIELD);
    } else if (how == AS_ORDER) {
        order(raw, NULL);
    }
    if (how == AS_DER) {
        put_der(g, raw);
    } else if (how == AS_PADDED) {
        for (size_t i = 0; i < 2; i++) {
            grow_byte(g, 0);
            grow_put(g, raw + i * FIELD, FIELD);
        }
    } else if (how == AS_SWAPPED) {
        grow_put(g, raw + FIELD, FIELD);
        grow_put(g, raw, FIELD);
    } else {
        grow_put(g, raw, how == AS_SHORTER ? n - 1 : how == AS_FIRST ? FIELD : n);
    }
    if (how == AS_LONGER) {
        grow_byte(g, 0);
    }
}

/* The document with its SignatureValue written in another way. */
static char *written(struct xforge *x, const char *text, enum written how) {
    static const char end[] = "</ds:SignatureValue>";
    char *value = NULL;
    AUTO(grow) octets = {0}, other = {0}, base64 = {0};
    xf_cut(x, text, "<ds:SignatureValue", end, &value);
    value[strlen(value) - strlen(end)] = '\0';
    char *content = strchr(value, '>') + 1;
    xforge_base64_decode(content, &octets);
    rewrite(&other, octets.data, octets.len, how);
    text_base64(BYTES(other.data, other.len), &base64);
    return xf_replace(x, text, content, xf(x, "%.*s", (int)base64.len, (const char *)base64.data));
}

static void values(struct xforge *x) {
    static const struct {
        const char *file, *signer;
        enum written how;
    } rows[] = {{"value-ok.xml", "nes-p256", AS_IT_IS},
                {"value-der.xml", "nes-p256", AS_DER},
                {"value-zeros.xml", "nes-p256", AS_ZEROS},
                {"value-n-minus-s.xml", "nes-p256", AS_N_MINUS_S},
                {"value-order.xml", "nes-p256", AS_ORDER},
                {"value-shorter.xml", "nes-p256", AS_SHORTER},
                {"value-longer.xml", "nes-p256", AS_LONGER},
                {"value-padded.xml", "nes-p256", AS_PADDED},
                {"value-swapped.xml", "nes-p256", AS_SWAPPED},
                {"value-first.xml", "nes-p256", AS_FIRST},
                {"value-rsa-ok.xml", "nes-rsa2048", AS_IT_IS},
                {"value-rsa-shorter.xml", "nes-rsa2048", AS_SHORTER},
                {"value-rsa-longer.xml", "nes-rsa2048", AS_LONGER},
                {"value-rsa-zeros.xml", "nes-rsa2048", AS_ZEROS}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xsig s = {.refs = xml_data(x), .signer = rows[i].signer};
        char *text = xf_sign(x, xml_document(x, xf(x, VERI "%s", xf_signature(x, &s))), &s);
        xf_write(x, rows[i].file, written(x, text, rows[i].how));
    }
}

/* SignatureMethod that names a digest which is past its time, or one that was not used. */
static void methods(struct xforge *x) {
    static const struct {
        const char *file, *signer, *says, *is;
    } rows[] = {
        {"method-rsa-sha1.xml", "nes-rsa2048", DS "rsa-sha1", NULL},
        {"method-ecdsa-sha1.xml", "nes-p256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", NULL},
        {"method-sha512.xml", "nes-p256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", NULL},
        {"method-other.xml", "nes-p256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
         "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"},
        {"method-other-key.xml", "nes-p256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
         "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *method = xf(x, "<ds:SignatureMethod Algorithm=\"%s\"/>", rows[i].says);
        struct xsig s = {.refs = xml_data(x), .signer = rows[i].signer, .method = method};
        char *text = xf_sign(x, xml_document(x, xf(x, VERI "%s", xf_signature(x, &s))), &s);
        xf_write(x, rows[i].file, rows[i].is != NULL ? xf_replace(x, text, rows[i].says, rows[i].is) : text);
    }
}

void xml_tricks(struct xforge *x) {
    values(x);
    methods(x);
}
