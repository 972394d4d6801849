/* Names and certificates, written down as the specification wants them, right or wrong. */
#include "base/text.h"
#include "spec.h"

static bool is_folded(enum style s) {
    return s == STYLE_SPACES;
}

/* The text as the style has it: case and white space. */
static void restyle(const char *text, enum style style, grow *out) {
    if (is_folded(style))
        grow_byte(out, ' ');
    for (; *text != 0; text++) {
        char c = *text;
        if (style == STYLE_UPPER && c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        grow_byte(out, (uint8_t)c);
        if (is_folded(style) && c == ' ')
            grow_byte(out, ' ');
    }
    if (is_folded(style))
        grow_str(out, "  ");
}

static uint8_t tag_of(const struct rdn *r, enum style style) {
    static const uint8_t tags[] = {[STYLE_PRINTABLE] = DER_PRINTABLE,
                                   [STYLE_BMP] = DER_BMP,
                                   [STYLE_UNIVERSAL] = DER_UNIVERSAL,
                                   [STYLE_T61] = DER_T61};
    return style < STYLE_PRINTABLE || r->tag != DER_UTF8 ? r->tag : tags[style];
}

static void put_wide(der_builder *b, uint8_t tag, sign_bytes text) {
    AUTO(grow) wide = {0};
    for (size_t i = 0; i < text.len; i++) {
        if (tag == DER_UNIVERSAL)
            grow_put(&wide, "\0\0", 2);
        grow_byte(&wide, 0);
        grow_byte(&wide, text.data[i]);
    }
    der_put(b, tag, BYTES(wide.data, wide.len));
}

static void put_rdn(der_builder *b, const struct rdn *r, enum style style) {
    AUTO(grow) text = {0};
    uint8_t tag = tag_of(r, style);
    restyle(r->text, r->type == OID_DN_COUNTRY ? STYLE_PLAIN : style, &text);
    der_begin(b, DER_SET);
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, r->type);
    if (tag == DER_BMP || tag == DER_UNIVERSAL)
        put_wide(b, tag, BYTES(text.data, text.len));
    else
        der_put(b, tag, BYTES(text.data, text.len));
    der_end(b);
    der_end(b);
}

void put_name(der_builder *b, const struct name *n) {
    der_begin(b, DER_SEQUENCE);
    for (size_t i = 0; i < n->n; i++)
        put_rdn(b, &n->rdn[i], n->style);
    der_end(b);
}

void put_integer(der_builder *b, uint8_t tag, int value) {
    uint8_t octets[4] = {(uint8_t)((unsigned)value >> 24), (uint8_t)((unsigned)value >> 16),
                         (uint8_t)((unsigned)value >> 8), (uint8_t)value};
    size_t from = 0;
    /* X.690, 8.3.2: the shortest form */
    while (from < 3 && octets[from] == (value < 0 ? 0xff : 0) && (octets[from + 1] >= 0x80) == (value < 0))
        from++;
    der_put(b, tag, BYTES(octets + from, 4 - from));
}

static sign_buf mint_cert(const struct world *w, const struct cert_spec *c) {
    AUTO(der_builder) b = {0};
    sign_buf tbs = {0};
    der_begin(&b, DER_SEQUENCE);
    if (c->version == 3) {
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        der_put_uint(&b, 2);
        der_end(&b);
    }
    put_integer(&b, DER_INTEGER, c->serial);
    key_put_algorithm(&b, c->signed_with, c->how);
    put_name(&b, &c->issuer);
    der_begin(&b, DER_SEQUENCE);
    der_put_time(&b, c->from);
    der_put_time(&b, c->to);
    der_end(&b);
    put_name(&b, &c->subject);
    key_put_spki(&b, c->key);
    if (c->version == 3)
        put_extensions(&b, w, c);
    der_end(&b);
    must(der_builder_take(&b, &tbs, NULL) == SIGN_OK, "certificate", "");
    return key_seal(&tbs, c->signed_with, c->how, c->damaged, c->algorithms_differ);
}

/* Any order: who looks for issuers must not depend on it. */
static void shuffle(sign_buf *list, size_t n, struct dice *d) {
    for (size_t i = n; i > 1; i--) {
        size_t k = dice_below(d, i);
        sign_buf one = list[i - 1];
        list[i - 1] = list[k];
        list[k] = one;
    }
}

void mint(const struct world *w, struct dice *d, struct minted *out) {
    out->certs[0] = mint_cert(w, &w->certs[0]);
    out->certs[1] = mint_cert(w, &w->certs[w->len - 1]);
    out->n = 2;
    for (size_t i = 1; i < w->n; i++)
        if (i != w->len - 1 && !w->certs[i].absent)
            out->certs[out->n++] = mint_cert(w, &w->certs[i]);
    for (size_t i = 0; i < w->n_crls; i++)
        if (!w->crls[i].absent)
            out->crls[out->n_crls++] = mint_crl(&w->crls[i]);
    shuffle(out->certs + 2, out->n - 2, d);
    shuffle(out->crls, out->n_crls, d);
    memcpy(out->initial, w->initial, sizeof out->initial);
    out->n_initial = w->n_initial;
    out->explicit_policy = w->explicit_policy;
    out->no_mapping = w->no_mapping;
    out->no_any = w->no_any;
}

void minted_free(struct minted *m) {
    for (size_t i = 0; i < m->n; i++)
        sign_buf_free(&m->certs[i]);
    for (size_t i = 0; i < m->n_crls; i++)
        sign_buf_free(&m->crls[i]);
}
