/* Rows about certificate policies (RFC 5280, 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14). In a sound chain all have
 * policy 1. */
#include "rows.h"

static bool ask(struct world *w, int policy) {
    w->explicit_policy = true;
    w->initial[w->n_initial++] = policy;
    return true;
}

static void only(struct cert_spec *c, int policy) {
    c->policies[0] = policy;
    c->n_policies = 1;
}

bool row_policy_asked(struct world *w, struct dice *d) {
    if (dice_chance(d, 50))
        w->initial[w->n_initial++] = 9;
    return ask(w, 1);
}

bool row_policy_required(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].require_explicit = 0;
    return true;
}

bool row_policy_not_asked(struct world *w, struct dice *d) {
    (void)d;
    w->initial[w->n_initial++] = 9;
    return true;
}

bool row_policy_none(struct world *w, struct dice *d) {
    bool all = dice_chance(d, 50);
    size_t one = below_anchor(w, d);
    for (size_t i = 0; i + 1 < w->len; i++)
        if (all || i == one)
            w->certs[i].n_policies = 0;
    return true;
}

bool row_policy_other(struct world *w, struct dice *d) {
    (void)d;
    return ask(w, 9);
}

bool row_policy_lost(struct world *w, struct dice *d) {
    struct cert_spec *c = &w->certs[below_anchor(w, d)];
    /* A policy of its own that no other has; alone under the anchor it would be as good as any. */
    if (w->len > 2 && dice_chance(d, 50))
        only(c, 7);
    else
        c->n_policies = 0;
    w->explicit_policy = true;
    return true;
}

/* The last certificate is asked for its policy by an authority. */
bool row_policy_lost_required(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].require_explicit = 0;
    w->certs[0].n_policies = 0;
    return true;
}

/* Required only further below than the chain goes. */
bool row_policy_skip(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    w->certs[i].require_explicit = (int)i + 1;
    w->certs[0].n_policies = 0;
    return true;
}

static bool map(struct world *w, struct dice *d, int from, int to) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    struct cert_spec *c = &w->certs[i];
    c->map[c->n_map][0] = from;
    c->map[c->n_map++][1] = to;
    for (size_t k = 0; k < i; k++)
        only(&w->certs[k], 2);
    return true;
}

bool row_policy_mapped(struct world *w, struct dice *d) {
    return map(w, d, 1, 2) && ask(w, 1);
}

bool row_policy_mapped_no(struct world *w, struct dice *d) {
    w->no_mapping = map(w, d, 1, 2);
    return w->no_mapping && ask(w, 1);
}

bool row_policy_mapped_inhibited(struct world *w, struct dice *d) {
    (void)d;
    if (w->len < 4)
        return false;
    struct cert_spec *c = &w->certs[w->len - 3];
    c->map[c->n_map][0] = 1;
    c->map[c->n_map++][1] = 2;
    for (size_t k = 0; k + 3 < w->len; k++)
        only(&w->certs[k], 2);
    w->certs[w->len - 2].inhibit_map = 0;
    return ask(w, 1);
}

bool row_policy_mapped_any(struct world *w, struct dice *d) {
    return dice_chance(d, 50) ? map(w, d, 0, 2) : map(w, d, 1, 0);
}

static bool any(struct world *w) {
    if (w->len < 3)
        return false;
    for (size_t i = 1; i + 1 < w->len; i++)
        only(&w->certs[i], 0);
    return true;
}

bool row_policy_any(struct world *w, struct dice *d) {
    (void)d;
    return any(w) && ask(w, 1);
}

bool row_policy_any_no(struct world *w, struct dice *d) {
    (void)d;
    w->no_any = any(w);
    return w->no_any && ask(w, 1);
}

/* anyPolicy counts no more below the topmost authority. */
bool row_policy_any_inhibited(struct world *w, struct dice *d) {
    (void)d;
    if (w->len < 3)
        return false;
    w->certs[w->len - 2].inhibit_any = 0;
    only(&w->certs[0], 0);
    return ask(w, 1);
}

bool row_policy_any_later(struct world *w, struct dice *d) {
    (void)d;
    if (!any(w))
        return false;
    w->certs[w->len - 2].inhibit_any = (int)w->len;
    return ask(w, 1);
}

bool row_anchor_requires(struct world *w, struct dice *d) {
    (void)d;
    anchor_of(w)->require_explicit = 0;
    w->certs[0].n_policies = 0;
    return true;
}
