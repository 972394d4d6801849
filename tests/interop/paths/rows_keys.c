/* Rows about signatures, keys, how names are written, and several candidates for an issuer. */
#include "rows.h"

bool row_damaged(struct world *w, struct dice *d) {
    w->certs[below_anchor(w, d)].damaged = true;
    return true;
}

/* The next key of the pool belongs to nobody else in a chain of this length. */
static int strange_key(const struct world *w) {
    return (int)(((size_t)w->certs[0].key + KEYS_EC - 1) % KEYS_EC);
}

bool row_wrong_key(struct world *w, struct dice *d) {
    struct cert_spec *c = &w->certs[below_anchor(w, d)];
    c->signed_with = strange_key(w);
    c->aki = ID_NONE;
    return true;
}

bool row_algorithms_differ(struct world *w, struct dice *d) {
    w->certs[below_anchor(w, d)].algorithms_differ = true;
    return true;
}

bool row_ca_missing(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].absent = true;
    return true;
}

bool row_other_anchor(struct world *w, struct dice *d) {
    (void)d;
    struct cert_spec *a = anchor_of(w);
    a->key = a->signed_with = strange_key(w);
    w->certs[w->len - 2].aki = ID_NONE;
    return true;
}

bool row_other_issuer_name(struct world *w, struct dice *d) {
    w->certs[below_anchor(w, d)].issuer = w->names[1];
    return true;
}

/* An issuer gets another key, and whatever it signs is signed with that. */
static bool rekey(struct world *w, struct dice *d, int key, struct how how) {
    size_t i = 1 + dice_below(d, w->len - 1);
    int before = w->certs[i].key;
    w->certs[i].key = key;
    for (size_t k = 0; k < w->n; k++)
        if (w->certs[k].signed_with == before) {
            w->certs[k].signed_with = key;
            w->certs[k].how = how;
        }
    for (size_t k = 0; k < w->n_crls; k++)
        if (w->crls[k].key == before)
            w->crls[k].key = key;
    return true;
}

bool row_key_rsa(struct world *w, struct dice *d) {
    return rekey(w, d, KEY_OF_RSA, (struct how){dice_chance(d, 50) ? DIGEST_SHA512 : DIGEST_SHA256, false});
}

bool row_key_pss(struct world *w, struct dice *d) {
    return rekey(w, d, KEY_OF_OTHER_RSA,
                 (struct how){dice_chance(d, 50) ? DIGEST_SHA512 : DIGEST_SHA256, true});
}

bool row_key_p384(struct world *w, struct dice *d) {
    return rekey(w, d, KEY_OF_P384, (struct how){DIGEST_SHA512, false});
}

bool row_digest_sha512(struct world *w, struct dice *d) {
    w->certs[below_anchor(w, d)].how.digest = DIGEST_SHA512;
    return true;
}

static bool set_style(struct world *w, struct dice *d, enum style style) {
    w->certs[below_anchor(w, d)].issuer.style = style;
    return true;
}

bool row_name_case(struct world *w, struct dice *d) {
    return set_style(w, d, STYLE_UPPER);
}

bool row_name_spaces(struct world *w, struct dice *d) {
    return set_style(w, d, STYLE_SPACES);
}

bool row_name_printable(struct world *w, struct dice *d) {
    return set_style(w, d, STYLE_PRINTABLE);
}

bool row_name_bmp(struct world *w, struct dice *d) {
    return set_style(w, d, STYLE_BMP);
}

bool row_name_universal(struct world *w, struct dice *d) {
    return set_style(w, d, STYLE_UNIVERSAL);
}

bool row_name_t61(struct world *w, struct dice *d) {
    return set_style(w, d, STYLE_T61);
}

/* RFC 5280, 7.1 folds the case of all letters, not of ASCII alone. */
bool row_name_turkish(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    struct cert_spec *issuer = &w->certs[i + 1];
    if (strcmp(issuer->subject.rdn[2].text, issuer->issuer.rdn[2].text) == 0)
        return false;
    for (size_t k = 0; k < w->n_crls && k < w->len; k++)
        if (k == i)
            w->crls[k].issuer.rdn[1].text = "Çözüm Öğe Şuş";
    issuer->subject.rdn[1].text = "Çözüm Öğe Şuş";
    w->certs[i].issuer.rdn[1].text = "ÇÖZÜM ÖĞE ŞUŞ";
    return true;
}

/* ---- several candidates ------------------------------------------------------------------------------ */

/* Another certificate of the name of an issuer, with another key. */
static bool add_decoy(struct world *w, struct dice *d, enum id_mode ids) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    struct cert_spec *c = add_cert(w, i);
    c->key = strange_key(w);
    for (size_t k = 0; k < w->n; k++)
        if (ids == ID_NONE)
            w->certs[k].ski = w->certs[k].aki = ID_NONE;
    return true;
}

bool row_decoy(struct world *w, struct dice *d) {
    return add_decoy(w, d, ID_RIGHT);
}

bool row_decoy_without_ids(struct world *w, struct dice *d) {
    return add_decoy(w, d, ID_NONE);
}

/* An older certificate of the same name and key. */
bool row_twin_expired(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    struct cert_spec *c = add_cert(w, i);
    c->from = AT - 3 * YEAR;
    c->to = AT - YEAR;
    return true;
}

/* The same name and key certified by a root that nobody believes. */
bool row_cross_dead_end(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    struct cert_spec *c = add_cert(w, i);
    c->issuer = w->names[2];
    c->signed_with = strange_key(w);
    if (dice_chance(d, 50)) {
        struct cert_spec *root = add_cert(w, w->len - 1);
        root->subject = root->issuer = w->names[2];
        root->key = root->signed_with = strange_key(w);
    }
    return true;
}

/* The same name and key, certified by the same issuer, but not to issue anything below another authority. */
bool row_cross_unfit(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    struct cert_spec *c = add_cert(w, i);
    c->unknown = 2;
    return true;
}

/* Two authorities that certify one another. */
bool row_cross_loop(struct world *w, struct dice *d) {
    if (w->len < 4)
        return false;
    size_t i = 1 + dice_below(d, w->len - 3);
    struct cert_spec *c = add_cert(w, i + 1);
    c->issuer = w->certs[i].subject;
    c->signed_with = w->certs[i].key;
    return true;
}
