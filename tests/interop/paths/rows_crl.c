/* Rows about revocation lists (RFC 5280, 5 and 6.3). crls[i] tells about certs[i]. */
#include "pki/parts.h"
#include "rows.h"

static void revoke(struct crl_spec *l, const struct cert_spec *c, int reason) {
    l->entries[l->n_entries++] = (struct entry_spec){c->serial, reason, AT - 3 * DAY, NULL};
}

static struct crl_spec *any_list(struct world *w, struct dice *d) {
    return &w->crls[below_anchor(w, d)];
}

bool row_crl_missing(struct world *w, struct dice *d) {
    any_list(w, d)->absent = true;
    return true;
}

bool row_crl_expired(struct world *w, struct dice *d) {
    struct crl_spec *l = any_list(w, d);
    l->this_update = AT - 9 * DAY;
    l->next_update = AT - DAY;
    return true;
}

bool row_crl_future(struct world *w, struct dice *d) {
    any_list(w, d)->this_update = AT + DAY;
    return true;
}

bool row_crl_old(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    w->crls[i].this_update = w->certs[i].from - DAY;
    return true;
}

bool row_crl_no_next(struct world *w, struct dice *d) {
    any_list(w, d)->next_update = 0;
    return true;
}

bool row_crl_wrong_key(struct world *w, struct dice *d) {
    struct crl_spec *l = any_list(w, d);
    l->key = KEY_OF_NOBODY;
    l->aki = ID_NONE;
    return true;
}

bool row_crl_damaged(struct world *w, struct dice *d) {
    any_list(w, d)->damaged = true;
    return true;
}

bool row_crl_no_sign(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].usage = KU_CERT_SIGN;
    return true;
}

bool row_crl_unknown(struct world *w, struct dice *d) {
    any_list(w, d)->unknown = true;
    return true;
}

bool row_crl_wrong_aki(struct world *w, struct dice *d) {
    any_list(w, d)->aki = ID_WRONG;
    return true;
}

static void age(struct crl_spec *l) {
    l->this_update -= 20 * DAY;
    l->next_update -= 20 * DAY;
    l->number -= 10;
}

bool row_crl_expired_beside(struct world *w, struct dice *d) {
    age(add_crl(w, below_anchor(w, d)));
    return true;
}

bool row_revoked_target(struct world *w, struct dice *d) {
    static const int reasons[] = {-1, 0, 1, 3, 4, 5, 9};
    revoke(&w->crls[0], &w->certs[0], reasons[dice_below(d, 7)]);
    return true;
}

bool row_revoked_ca(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    revoke(&w->crls[i], &w->certs[i], 2);
    return true;
}

/* The list tells of a time that has not come yet. */
bool row_revoked_later(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    revoke(&w->crls[i], &w->certs[i], 4);
    w->crls[i].entries[w->crls[i].n_entries - 1].at = AT + DAY;
    return true;
}

bool row_revoked_expired(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    revoke(&w->crls[i], &w->certs[i], 1);
    w->crls[i].entries[w->crls[i].n_entries - 1].at = AT - 30 * DAY;
    age(&w->crls[i]);
    return true;
}

bool row_held(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    revoke(&w->crls[i], &w->certs[i], REASON_HOLD);
    return true;
}

/* Two lists that are both fresh, and only the newer one knows. */
bool row_held_newer(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    struct crl_spec *older = add_crl(w, i);
    older->this_update -= 5 * DAY;
    older->number--;
    revoke(&w->crls[i], &w->certs[i], REASON_HOLD);
    return true;
}

bool row_held_older(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    struct crl_spec *older = add_crl(w, i);
    older->this_update -= DAY;
    older->number--;
    revoke(older, &w->certs[i], REASON_HOLD);
    return true;
}

static struct crl_spec *add_delta(struct world *w, size_t i, bool announced) {
    struct crl_spec *delta = add_crl(w, i);
    w->crls[i].freshest = announced; /* 5.2.6; one that is simply at hand is as good */
    delta->this_update += DAY / 2;
    delta->base = delta->number;
    delta->number++;
    delta->n_entries = 0;
    return delta;
}

static bool release(struct world *w, struct dice *d, bool announced) {
    size_t i = below_anchor(w, d);
    revoke(&w->crls[i], &w->certs[i], REASON_HOLD);
    revoke(add_delta(w, i, announced), &w->certs[i], REASON_REMOVE);
    return true;
}

bool row_held_released(struct world *w, struct dice *d) {
    return release(w, d, true);
}

bool row_held_released_quietly(struct world *w, struct dice *d) {
    return release(w, d, false);
}

bool row_delta_plain(struct world *w, struct dice *d) {
    (void)add_delta(w, below_anchor(w, d), dice_chance(d, 50));
    return true;
}

static bool revoke_by_delta(struct world *w, struct dice *d, bool announced) {
    size_t i = below_anchor(w, d);
    revoke(add_delta(w, i, announced), &w->certs[i], dice_chance(d, 50) ? 1 : REASON_HOLD);
    return true;
}

bool row_delta_revokes(struct world *w, struct dice *d) {
    return revoke_by_delta(w, d, true);
}

bool row_delta_revokes_quietly(struct world *w, struct dice *d) {
    return revoke_by_delta(w, d, false);
}

bool row_delta_alone(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    (void)add_delta(w, i, dice_chance(d, 50));
    w->crls[i].absent = true;
    return true;
}

/* Changes of a list that is newer than the one at hand: of no use, but that one is still good. */
bool row_delta_ahead(struct world *w, struct dice *d) {
    struct crl_spec *delta = add_delta(w, below_anchor(w, d), dice_chance(d, 50));
    delta->base += 5;
    delta->number += 5;
    return true;
}

static struct crl_spec *scope(struct crl_spec *l) {
    l->scoped = true;
    return l;
}

bool row_scope_split(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    scope(add_crl(w, i))->users = true;
    scope(&w->crls[i])->authorities = true;
    return true;
}

bool row_scope_wrong(struct world *w, struct dice *d) {
    size_t i = below_anchor(w, d);
    scope(&w->crls[i])->users = i > 0;
    w->crls[i].authorities = i == 0;
    w->certs[0].ca = -1;
    return true;
}

bool row_scope_attributes(struct world *w, struct dice *d) {
    scope(any_list(w, d))->attributes = true;
    return true;
}

static bool point(struct world *w, struct dice *d, const char *there, const char *here) {
    size_t i = below_anchor(w, d);
    w->certs[i].points[w->certs[i].n_points++] = (struct point){.uri = there};
    scope(&w->crls[i])->uri = here;
    return true;
}

bool row_point_same(struct world *w, struct dice *d) {
    return point(w, d, "http://crl.example.org/1", "http://crl.example.org/1");
}

bool row_point_other(struct world *w, struct dice *d) {
    return point(w, d, "http://crl.example.org/1", "http://crl.example.org/2");
}

/* keyCompromise and cACompromise; all others; the first bit, which means nothing (4.2.1.13). */
enum { REASONS_KEYS = 0x6000, REASONS_OTHERS = 0x1f80, REASONS_UNUSED = 0x8000 };

static bool split_reasons(struct world *w, struct dice *d, unsigned others) {
    size_t i = below_anchor(w, d);
    scope(add_crl(w, i))->reasons = REASONS_KEYS;
    scope(&w->crls[i])->reasons = others;
    return true;
}

bool row_reasons_all(struct world *w, struct dice *d) {
    return split_reasons(w, d, REASONS_OTHERS | REASONS_UNUSED);
}

bool row_reasons_used(struct world *w, struct dice *d) {
    return split_reasons(w, d, REASONS_OTHERS);
}

bool row_reasons_some(struct world *w, struct dice *d) {
    scope(any_list(w, d))->reasons = dice_chance(d, 50) ? REASONS_KEYS : REASONS_OTHERS;
    return true;
}

/* The list about the target comes from an authority of lists that the anchor certified; its other list tells
 * about that one. */
static struct crl_spec *indirect(struct world *w) {
    if (w->len < 3)
        return NULL;
    struct cert_spec *c = add_cert(w, w->len - 2);
    struct crl_spec *l = scope(&w->crls[0]);
    *c = (struct cert_spec){.subject = w->names[0],
                            .issuer = anchor_of(w)->subject,
                            .key = KEY_OF_P384,
                            .signed_with = anchor_of(w)->key,
                            .from = AT - YEAR,
                            .to = AT + YEAR,
                            .version = 3,
                            .serial = 4000,
                            .ca = -1,
                            .path_len = -1,
                            .usage = KU_CRL_SIGN,
                            .policies = {1},
                            .n_policies = 1,
                            .require_explicit = -1,
                            .inhibit_map = -1,
                            .inhibit_any = -1};
    l->issuer = w->names[0];
    l->key = c->key;
    l->indirect = true;
    l->n_entries = 0;
    w->certs[0].points[w->certs[0].n_points++] = (struct point){.issuer = &w->names[0]};
    return l;
}

static bool indirect_entry(struct world *w, int serial, const struct name *issuer) {
    struct crl_spec *l = indirect(w);
    if (l == NULL)
        return false;
    l->entries[l->n_entries++] = (struct entry_spec){serial, 1, AT - 9 * DAY, issuer};
    return true;
}

bool row_indirect(struct world *w, struct dice *d) {
    (void)d;
    return indirect_entry(w, 5, &w->certs[0].issuer);
}

bool row_indirect_revoked(struct world *w, struct dice *d) {
    (void)d;
    return indirect_entry(w, w->certs[0].serial, &w->certs[0].issuer);
}

/* The same serial number, of another issuer. */
bool row_indirect_namesake(struct world *w, struct dice *d) {
    (void)d;
    return indirect_entry(w, w->certs[0].serial, &w->names[1]);
}

bool row_indirect_unflagged(struct world *w, struct dice *d) {
    (void)d;
    struct crl_spec *l = indirect(w);
    if (l != NULL)
        l->scoped = false;
    return l != NULL;
}

/* What is asked of the target is not asked of whoever signs lists about it. */
bool row_indirect_without_policy(struct world *w, struct dice *d) {
    (void)d;
    if (!indirect_entry(w, 5, &w->certs[0].issuer))
        return false;
    w->certs[w->n - 1].n_policies = 0;
    w->explicit_policy = true;
    return true;
}
