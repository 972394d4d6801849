/* Rows about shape, time, authorities, extensions and key identifiers. */
#include "rows.h"

size_t below_anchor(const struct world *w, struct dice *d) {
    return dice_below(d, w->len - 1);
}

bool between(const struct world *w, struct dice *d, size_t *i) {
    if (w->len < 3)
        return false;
    *i = 1 + dice_below(d, w->len - 2);
    return true;
}

struct cert_spec *anchor_of(struct world *w) {
    return &w->certs[w->len - 1];
}

struct cert_spec *add_cert(struct world *w, size_t like) {
    must(w->n < CERTS_MAX, "too many certificates", "");
    struct cert_spec *c = &w->certs[w->n++];
    *c = w->certs[like];
    c->serial += 500;
    return c;
}

struct crl_spec *add_crl(struct world *w, size_t like) {
    must(w->n_crls < CRLS_MAX, "too many lists", "");
    struct crl_spec *c = &w->crls[w->n_crls++];
    *c = w->crls[like];
    return c;
}

static bool is_self_issued(const struct cert_spec *c) {
    return strcmp(c->subject.rdn[2].text, c->issuer.rdn[2].text) == 0;
}

/* Authorities below certs[i] that are not self-issued (RFC 5280, 6.1.4 (l)). */
static int authorities_below(const struct world *w, size_t i) {
    int n = 0;
    for (size_t k = 1; k < i; k++)
        n += !is_self_issued(&w->certs[k]);
    return n;
}

/* A new key of an authority, certified by its old one. */
bool row_self_issued(struct world *w, struct dice *d) {
    size_t at = 1 + dice_below(d, w->len - 1);
    for (size_t i = w->n; i > at; i--)
        w->certs[i] = w->certs[i - 1];
    for (size_t i = w->n_crls; i > at; i--)
        w->crls[i] = w->crls[i - 1];
    w->n++;
    w->len++;
    w->n_crls++;
    struct cert_spec *new = &w->certs[at], *child = &w->certs[at - 1];
    const struct cert_spec *old = &w->certs[at + 1];
    new->key = (int)(((size_t)w->certs[0].key + w->len) % KEYS_EC);
    new->signed_with = old->key;
    new->issuer = old->subject;
    new->serial = 1900;
    new->from = AT - YEAR;
    if (at + 2 == w->len)
        new->policies[new->n_policies++] = 1;
    child->signed_with = new->key;
    w->crls[at] = w->crls[at - 1];
    w->crls[at].key = old->key;
    w->crls[at - 1].key = new->key;
    return true;
}

/* Which key signed what is then told by the signatures alone. */
bool row_self_issued_without_ids(struct world *w, struct dice *d) {
    bool done = row_self_issued(w, d);
    for (size_t i = 0; i < w->n; i++)
        w->certs[i].ski = w->certs[i].aki = ID_NONE;
    for (size_t i = 0; i < w->n_crls; i++)
        w->crls[i].aki = ID_NONE;
    return done;
}

bool row_target_expired(struct world *w, struct dice *d) {
    w->certs[0].to = AT - 1 - (int64_t)dice_below(d, 100) * DAY / 10;
    w->certs[0].from = w->certs[0].to - YEAR;
    return true;
}

bool row_target_early(struct world *w, struct dice *d) {
    w->certs[0].from = AT + 1 + (int64_t)dice_below(d, 100) * DAY;
    return true;
}

bool row_ca_expired(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].to = AT - 1;
    return true;
}

bool row_ca_early(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].from = AT + 1;
    return true;
}

bool row_far_future(struct world *w, struct dice *d) {
    w->certs[dice_below(d, w->len)].to = AT + 60 * YEAR;
    return true;
}

bool row_anchor_expired(struct world *w, struct dice *d) {
    (void)d;
    anchor_of(w)->to = AT - DAY;
    return true;
}

bool row_path_len_exact(struct world *w, struct dice *d) {
    for (size_t i = 1; i < w->len; i++)
        if (dice_chance(d, 60))
            w->certs[i].path_len = authorities_below(w, i);
    return true;
}

bool row_path_len_short(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i) || authorities_below(w, i) == 0)
        return false;
    w->certs[i].path_len = authorities_below(w, i) - 1;
    return true;
}

bool row_anchor_path_len(struct world *w, struct dice *d) {
    (void)d;
    if (authorities_below(w, w->len - 1) == 0)
        return false;
    anchor_of(w)->path_len = authorities_below(w, w->len - 1) - 1;
    return true;
}

bool row_anchor_not_ca(struct world *w, struct dice *d) {
    (void)d;
    anchor_of(w)->ca = 0;
    return true;
}

static bool set_ca(struct world *w, struct dice *d, int ca, unsigned usage) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].ca = ca;
    w->certs[i].usage = usage;
    return true;
}

bool row_not_ca(struct world *w, struct dice *d) {
    return set_ca(w, d, 0, KU_CERT_SIGN | KU_CRL_SIGN);
}

bool row_no_basic(struct world *w, struct dice *d) {
    return set_ca(w, d, -1, KU_CERT_SIGN | KU_CRL_SIGN);
}

bool row_no_basic_no_usage(struct world *w, struct dice *d) {
    return set_ca(w, d, -1, 0);
}

bool row_no_usage(struct world *w, struct dice *d) {
    w->certs[dice_below(d, w->len)].usage = 0;
    return true;
}

bool row_no_cert_sign(struct world *w, struct dice *d) {
    return set_ca(w, d, 1, KU_DIGITAL_SIGNATURE | KU_CRL_SIGN);
}

bool row_target_is_ca(struct world *w, struct dice *d) {
    (void)d;
    w->certs[0].ca = 1;
    w->certs[0].usage = KU_CERT_SIGN | KU_CRL_SIGN;
    return true;
}

bool row_version1_ca(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].version = 1;
    return true;
}

bool row_version1_target(struct world *w, struct dice *d) {
    (void)d;
    w->certs[0].version = 1;
    return true;
}

bool row_version1_anchor(struct world *w, struct dice *d) {
    (void)d;
    anchor_of(w)->version = 1;
    return true;
}

bool row_unknown_extension(struct world *w, struct dice *d) {
    w->certs[dice_below(d, w->len)].unknown = 1;
    return true;
}

bool row_unknown_critical_target(struct world *w, struct dice *d) {
    (void)d;
    w->certs[0].unknown = 2;
    return true;
}

bool row_unknown_critical_ca(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].unknown = 2;
    return true;
}

bool row_unknown_critical_anchor(struct world *w, struct dice *d) {
    (void)d;
    anchor_of(w)->unknown = 2;
    return true;
}

bool row_purpose(struct world *w, struct dice *d) {
    (void)d;
    w->certs[0].eku = 1;
    return true;
}

bool row_purpose_critical(struct world *w, struct dice *d) {
    (void)d;
    w->certs[0].eku = 2;
    return true;
}

bool row_extension_twice(struct world *w, struct dice *d) {
    w->certs[below_anchor(w, d)].usage_twice = true;
    return true;
}

bool row_serial_negative(struct world *w, struct dice *d) {
    w->certs[below_anchor(w, d)].serial = -(int)(1 + dice_below(d, 100000));
    return true;
}

bool row_serial_zero(struct world *w, struct dice *d) {
    w->certs[below_anchor(w, d)].serial = 0;
    return true;
}

static bool set_ids(struct world *w, struct dice *d, bool all, enum id_mode ski, enum id_mode aki) {
    size_t one = below_anchor(w, d);
    for (size_t i = 0; i < w->len; i++) {
        if (!all && i != one)
            continue;
        w->certs[i].ski = ski;
        w->certs[i].aki = aki;
    }
    return true;
}

bool row_ids_none(struct world *w, struct dice *d) {
    return set_ids(w, d, true, ID_NONE, ID_NONE);
}

bool row_aki_none(struct world *w, struct dice *d) {
    return set_ids(w, d, dice_chance(d, 50), ID_RIGHT, ID_NONE);
}

bool row_ski_none(struct world *w, struct dice *d) {
    return set_ids(w, d, dice_chance(d, 50), ID_NONE, ID_RIGHT);
}

bool row_aki_wrong(struct world *w, struct dice *d) {
    return set_ids(w, d, false, ID_RIGHT, ID_WRONG);
}

bool row_aki_serial(struct world *w, struct dice *d) {
    return set_ids(w, d, false, ID_RIGHT, ID_SERIAL);
}

bool row_aki_serial_wrong(struct world *w, struct dice *d) {
    return set_ids(w, d, false, ID_RIGHT, ID_SERIAL_WRONG);
}
