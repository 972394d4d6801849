/*
 * pki/policy.c - certificate policies of a chain (RFC 5280, 6.1, as RFC 9618 has it: a graph with one node
 * for a policy at each depth, so that mappings cannot multiply it).
 */
#include "pki/policy.h"

/* One policy at one depth. */
struct node {
    sign_bytes oid;
    bool any;           /* anyPolicy */
    bool below_any;     /* its parent is the anyPolicy node of the depth above */
    bool deleted, kept; /* kept: something at the last depth comes from it */
};

/* A policy that is expected below a node. */
struct expected {
    sign_bytes oid;
    size_t node;
};

struct edge {
    size_t parent, child;
};

struct depth {
    struct node *nodes;
    size_t n;
    struct edge *edges; /* but for those to anyPolicy */
    size_t n_edges;
    struct expected *expected; /* sorted */
    size_t n_expected;
    bool has_any;
};

struct graph {
    struct depth at[LIMIT_PATH_LENGTH + 1];
    size_t n;  /* depths below the root */
    bool null; /* no policy is left */
    arena memory;
};
struct mapping {
    sign_bytes from, to;
    bool used; /* first of its `from`: a node was found */
};

/* What is read of one certificate. */
struct policies {
    sign_bytes *set; /* sorted, each once, without anyPolicy */
    size_t n;
    bool any, present;
    struct mapping *map; /* sorted */
    size_t n_map;
};

static int by_oid(const void *a, const void *b) {
    const sign_bytes *x = a, *y = b;
    return bytes_compare(*x, *y);
}

static int by_expected(const void *a, const void *b) {
    const struct expected *x = a, *y = b;
    int order = bytes_compare(x->oid, y->oid);
    return order != 0 ? order : x->node < y->node ? -1 : x->node > y->node;
}

static int by_mapping(const void *a, const void *b) {
    const struct mapping *x = a, *y = b;
    int order = bytes_compare(x->from, y->from);
    return order != 0 ? order : bytes_compare(x->to, y->to);
}

/* CertificatePolicies ::= SEQUENCE OF SEQUENCE { policyIdentifier, qualifiers OPTIONAL } (RFC 5280, 4.2.1.4)
 */
static bool read_set(arena *memory, const struct pki_cert *c, struct policies *out) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, c->policies, false), list, one;
    out->present = c->policies.len > 0;
    if (!out->present)
        return true;
    out->set = arena_alloc(memory, LIMIT_POLICIES * sizeof *out->set);
    if (out->set == NULL || !der_enter(&all, DER_SEQUENCE, &list))
        return false;
    while (der_more(&list)) {
        sign_bytes oid = {0};
        if (!der_enter(&list, DER_SEQUENCE, &one) || !der_oid(&one, &oid))
            return false;
        (void)der_optional(&one, DER_SEQUENCE, NULL);
        if (!der_finish(&one) || out->n == LIMIT_POLICIES)
            return false;
        if (oid_is(oid, OID_POLICY_ANY))
            out->any = true;
        else
            out->set[out->n++] = oid;
    }
    if (out->n > 1)
        qsort(out->set, out->n, sizeof *out->set, by_oid);
    size_t kept = 0;
    for (size_t i = 0; i < out->n; i++)
        if (kept == 0 || !bytes_equal(out->set[kept - 1], out->set[i]))
            out->set[kept++] = out->set[i];
    out->n = kept;
    return true;
}

/* PolicyMappings ::= SEQUENCE OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy } (RFC 5280, 4.2.1.5) */
static bool read_map(arena *memory, const struct pki_cert *c, struct policies *out, bool *maps_any) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, c->policy_mappings, false), list, one;
    if (c->policy_mappings.len == 0)
        return true;
    out->map = arena_alloc(memory, LIMIT_POLICIES * sizeof *out->map);
    if (out->map == NULL || !der_enter(&all, DER_SEQUENCE, &list))
        return false;
    while (der_more(&list)) {
        struct mapping m = {{0}, {0}, false};
        if (!der_enter(&list, DER_SEQUENCE, &one) || !der_oid(&one, &m.from) || !der_oid(&one, &m.to) ||
            !der_finish(&one) || out->n_map == LIMIT_POLICIES)
            return false;
        *maps_any = *maps_any || oid_is(m.from, OID_POLICY_ANY) || oid_is(m.to, OID_POLICY_ANY);
        out->map[out->n_map++] = m;
    }
    if (out->n_map > 1)
        qsort(out->map, out->n_map, sizeof *out->map, by_mapping);
    return true;
}

/* The first of these, sorted by the policy that each begins with, that is not less than this one. */
static size_t lower_bound(const void *list, size_t n, size_t size, sign_bytes oid) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const sign_bytes *key = (const void *)((const uint8_t *)list + middle * size);
        if (bytes_compare(*key, oid) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool in_set(const sign_bytes *set, size_t n, sign_bytes oid) {
    return n > 0 && bsearch(&oid, set, n, sizeof *set, by_oid) != NULL;
}

/* A node for this policy under every node that expects it; from: where those begin. */
static void add_under(const struct depth *above, size_t from, struct depth *d) {
    const sign_bytes oid = above->expected[from].oid;
    for (size_t k = from; k < above->n_expected && bytes_equal(above->expected[k].oid, oid); k++)
        d->edges[d->n_edges++] = (struct edge){above->expected[k].node, d->n};
    d->nodes[d->n++] = (struct node){.oid = oid};
}

/* 6.1.3 (d)(1): the policies that the certificate names itself. */
static void add_named(const struct depth *above, const struct policies *p, struct depth *d) {
    for (size_t i = 0; i < p->n; i++) {
        size_t from = lower_bound(above->expected, above->n_expected, sizeof *above->expected, p->set[i]);
        if (from < above->n_expected && bytes_equal(above->expected[from].oid, p->set[i]))
            add_under(above, from, d);
        else if (above->has_any)
            d->nodes[d->n++] = (struct node){.oid = p->set[i], .below_any = true};
    }
}

/* 6.1.3 (d)(2): anyPolicy stands for everything else that is expected. */
static void add_any(const struct depth *above, const struct policies *p, struct depth *d) {
    for (size_t k = 0; k < above->n_expected; k++) {
        bool first = k == 0 || !bytes_equal(above->expected[k - 1].oid, above->expected[k].oid);
        if (first && !in_set(p->set, p->n, above->expected[k].oid))
            add_under(above, k, d);
    }
    if (above->has_any) {
        d->nodes[d->n++] = (struct node){.any = true, .below_any = true};
        d->has_any = true;
    }
}

/* 6.1.3 (d): the next depth. */
static bool descend(struct graph *g, const struct policies *p) {
    const struct depth *above = &g->at[g->n];
    struct depth *d = &g->at[++g->n];
    /* Room for mappings that add nodes, too. */
    d->nodes = arena_alloc(&g->memory, (p->n + above->n_expected + 1 + p->n_map) * sizeof *d->nodes);
    d->edges = arena_alloc(&g->memory, (above->n_expected + 1) * sizeof *d->edges);
    if (d->nodes == NULL || d->edges == NULL)
        return false;
    add_named(above, p, d);
    return true;
}

static void expect(struct depth *d, sign_bytes oid, size_t node) {
    d->expected[d->n_expected++] = (struct expected){oid, node};
}

/* The first mapping from this policy; n_map: none. */
static size_t find_mapping(const struct policies *p, sign_bytes from) {
    size_t low = lower_bound(p->map, p->n_map, sizeof *p->map, from);
    return low < p->n_map && bytes_equal(p->map[low].from, from) ? low : p->n_map;
}

static void expect_mapped(struct depth *d, const struct policies *p, size_t at, size_t node) {
    for (size_t k = at; k < p->n_map && bytes_equal(p->map[k].from, p->map[at].from); k++)
        expect(d, p->map[k].to, node);
}

/* 6.1.4 (b): what each node expects below it. allowed: policy_mapping is above 0. */
static bool prepare(struct graph *g, struct policies *p, bool allowed) {
    struct depth *d = &g->at[g->n];
    d->expected = arena_alloc(&g->memory, (d->n + p->n_map + 1) * sizeof *d->expected);
    if (d->expected == NULL)
        return false;
    size_t before = d->n, left = 0;
    for (size_t i = 0; i < before; i++) {
        struct node *node = &d->nodes[i];
        size_t at = node->any ? p->n_map : find_mapping(p, node->oid);
        node->deleted = at < p->n_map && !allowed;
        left += !node->deleted;
        if (node->any || node->deleted)
            continue;
        if (at == p->n_map) {
            expect(d, node->oid, i);
            continue;
        }
        p->map[at].used = true;
        expect_mapped(d, p, at, i);
    }
    for (size_t k = 0; k < p->n_map && d->has_any && allowed; k++) {
        bool first = k == 0 || !bytes_equal(p->map[k - 1].from, p->map[k].from);
        if (!first || p->map[k].used)
            continue;
        d->nodes[d->n] = (struct node){.oid = p->map[k].from, .below_any = true};
        expect_mapped(d, p, k, d->n++);
    }
    if (d->n_expected > 1)
        qsort(d->expected, d->n_expected, sizeof *d->expected, by_expected);
    g->null = left == 0;
    return true;
}

/* The counters of 6.1.2 (d) to (f). */
struct counters {
    size_t explicit_policy, mapping, any;
};

static void tighten(size_t *counter, int skip) {
    if (skip >= 0 && (size_t)skip < *counter)
        *counter = (size_t)skip;
}

static void constrain(struct counters *k, const struct pki_cert *c) {
    tighten(&k->explicit_policy, c->require_explicit);
    tighten(&k->mapping, c->inhibit_mapping);
    tighten(&k->any, c->inhibit_any);
}

/* 6.1.4 (h) */
static void count_down(struct counters *k) {
    k->explicit_policy -= k->explicit_policy > 0;
    k->mapping -= k->mapping > 0;
    k->any -= k->any > 0;
}

struct check {
    struct pki_cert *const *chain;
    const struct pki_policy_inputs *in;
    struct counters k;
    struct graph g;
    enum message_id why;
};
typedef struct check check;
static void check_free(check *c) {
    arena_free(&c->g.memory);
}
CLEANUP(check, check_free);

/* One certificate, chain[i]: 6.1.3 (d) to (f), and 6.1.4 or 6.1.5. */
static bool step(struct check *c, size_t i, struct policies *p) {
    const struct pki_cert *cert = c->chain[i];
    bool maps_any = false, last = i == 0;
    c->why = MSG_PATH_POLICY_FORMAT;
    if (!read_set(&c->g.memory, cert, p) || (!last && !read_map(&c->g.memory, cert, p, &maps_any)))
        return false;
    if (!p->present)
        c->g.null = true;
    if (!c->g.null) {
        if (!descend(&c->g, p))
            return false;
        if (p->any && (c->k.any > 0 || (!last && cert->self_issued)))
            add_any(&c->g.at[c->g.n - 1], p, &c->g.at[c->g.n]);
        c->g.null = c->g.at[c->g.n].n == 0;
    }
    c->why = MSG_PATH_POLICY;
    if (c->k.explicit_policy == 0 && c->g.null)
        return false;
    if (last) {
        c->k.explicit_policy -= c->k.explicit_policy > 0;
        if (cert->require_explicit == 0)
            c->k.explicit_policy = 0;
        return true;
    }
    c->why = MSG_PATH_MAPPING_ANY;
    if (maps_any || (!c->g.null && !prepare(&c->g, p, c->k.mapping > 0)))
        return false;
    if (!cert->self_issued)
        count_down(&c->k);
    constrain(&c->k, cert);
    return true;
}

/* Which nodes something at the last depth comes from: what is left when all others are pruned. */
static void prune(struct graph *g) {
    struct depth *d = &g->at[g->n];
    for (size_t i = 0; i < d->n; i++)
        d->nodes[i].kept = true;
    for (; d > &g->at[1]; d--)
        for (size_t k = 0; k < d->n_edges; k++)
            if (d->nodes[d->edges[k].child].kept)
                d[-1].nodes[d->edges[k].parent].kept = true;
}

static void put(struct pki_policy_result *r, sign_bytes oid) {
    for (size_t i = 0; i < r->n && i < r->max; i++)
        if (bytes_equal(r->set[i], oid))
            return;
    if (r->n < r->max)
        r->set[r->n] = oid;
    r->n++;
}

static bool wanted(const struct pki_policy_inputs *in, sign_bytes oid) {
    bool found = in->n_initial == 0;
    for (size_t i = 0; i < in->n_initial && !found; i++)
        found = bytes_equal(in->initial[i], oid) || oid_is(in->initial[i], OID_POLICY_ANY);
    return found;
}

/* 6.1.5 (g): the user-constrained policy set (RFC 9618, 4.5). */
static void intersect(struct check *c, struct pki_policy_result *r) {
    if (c->g.null)
        return;
    prune(&c->g);
    const struct depth *last = &c->g.at[c->g.n];
    bool any_user = wanted(c->in, oid_bytes(OID_POLICY_ANY));
    if (last->has_any && !any_user) { /* the authorities leave all to the user */
        for (size_t i = 0; i < c->in->n_initial; i++)
            put(r, c->in->initial[i]);
        return;
    }
    if (last->has_any)
        put(r, oid_bytes(OID_POLICY_ANY));
    for (size_t k = 1; k <= c->g.n; k++)
        for (size_t i = 0; i < c->g.at[k].n; i++) {
            const struct node *node = &c->g.at[k].nodes[i];
            if (node->below_any && !node->any && node->kept && wanted(c->in, node->oid))
                put(r, node->oid);
        }
}

/* Nobody asks for a policy, so that no outcome can be a refusal: mappings alone must still be looked at. */
static bool cannot_fail(struct pki_cert *const *chain, size_t n, const struct pki_policy_inputs *in) {
    bool demanded = in->explicit_policy;
    for (size_t i = 0; i < n && !demanded; i++)
        demanded =
            chain[i]->require_explicit >= 0 || (i > 0 && i + 1 < n && chain[i]->policy_mappings.len > 0);
    return !demanded;
}

sign_rc pki_policies_check(struct pki_cert *const *chain, size_t n, const struct pki_policy_inputs *in,
                           struct pki_policy_result *out, sign_error *err) {
    *out = (struct pki_policy_result){.max = out->max, .set = out->set};
    if (n < 2 || (out->max == 0 && cannot_fail(chain, n, in)))
        return SIGN_OK;
    AUTO(check)
    c = {.chain = chain,
         .in = in,
         .k = {in->explicit_policy ? 0 : n, in->no_mapping ? 0 : n, in->no_any_policy ? 0 : n}};
    c.g.at[0].has_any = true;
    constrain(&c.k, chain[n - 1]);
    bool good = true;
    for (size_t i = n - 1; i-- > 0 && good;) {
        struct policies p = {0};
        good = step(&c, i, &p);
        if (!good)
            out->who = i;
    }
    if (c.g.memory.failed)
        return fail_memory(err);
    if (good)
        intersect(&c, out);
    if (!good || (c.k.explicit_policy == 0 && out->n == 0))
        out->why = good ? MSG_PATH_POLICY : c.why;
    return SIGN_OK;
}

bool pki_policy_id(const char *dotted, uint8_t room[PKI_POLICY_ROOM], sign_bytes *out) {
    size_t len;
    if (!oid_from_text(dotted, room, PKI_POLICY_ROOM, &len))
        return false;
    *out = BYTES(room, len);
    return true;
}
