/* Proofs of existence (EN 319 102-1, 5.6.2.3): what time-stamps that were believed prove of which objects. */
#include "ades/validation.h"

#include "base/text.h"

/* An object's digest by another algorithm than SHA-256, which names it here. */
struct poe_digest {
    struct poe_digest *next;
    enum crypto_digest by;
    uint8_t id[32], value[DIGEST_MAX];
};

/*
 * Computed once: a list may be large, and the references that may name it are many. Without memory for it a
 * proof would be lost, and with it perhaps the verdict: the arena remembers, and report_seal tells it.
 */
static const uint8_t *digest_of(struct validation *v, enum crypto_digest by, const uint8_t id[32],
                                sign_bytes der) {
    arena *a = &v->j->report->arena;
    for (const struct poe_digest *d = v->poe.digests; d != NULL; d = d->next)
        if (d->by == by && memcmp(d->id, id, sizeof d->id) == 0)
            return d->value;
    struct poe_digest *d = arena_alloc(a, sizeof *d);
    if (d == NULL)
        return NULL;
    sign_rc rc = crypto_hash(v->j->ctx->crypto, by, der, d->value, NULL);
    a->failed = a->failed || rc == SIGN_E_MEMORY;
    if (rc != SIGN_OK)
        return NULL;
    d->by = by;
    memcpy(d->id, id, sizeof d->id);
    d->next = v->poe.digests;
    v->poe.digests = d;
    return d->value;
}

static bool same(struct validation *v, const struct poe *p, const uint8_t id[32], sign_bytes der) {
    if (p->via == DIGEST_NONE || p->via == DIGEST_SHA256)
        return memcmp(p->id, id, 32) == 0;
    const uint8_t *value = der.len != 0 ? digest_of(v, p->via, id, der) : NULL;
    return value != NULL && memcmp(p->id, value, crypto_digest_row(p->via)->size) == 0;
}

int64_t poe_find(struct validation *v, enum poe_kind kind, const uint8_t id[32], sign_bytes der,
                 const char **by) {
    int64_t best = v->poe.now;
    if (by != NULL)
        *by = NULL;
    for (size_t i = 0; i < v->poe.n; i++) {
        const struct poe *p = &v->poe.list[i];
        if (p->kind != kind || p->time >= best || !same(v, p, id, der))
            continue;
        best = p->time;
        if (by != NULL)
            *by = p->by;
    }
    return best;
}

bool poe_within(struct validation *v, enum poe_kind kind, const uint8_t id[32], sign_bytes der, int64_t from,
                int64_t to) {
    if (v->poe.now >= from && v->poe.now <= to)
        return true;
    for (size_t i = 0; i < v->poe.n; i++) {
        const struct poe *p = &v->poe.list[i];
        if (p->kind == kind && p->time >= from && p->time <= to && same(v, p, id, der))
            return true;
    }
    return false;
}

static sign_rc push(struct validation *v, const struct poe *p, sign_error *err) {
    struct poe_set *set = &v->poe;
    if (set->n == set->cap) {
        size_t cap = set->cap == 0 ? 64 : 2 * set->cap;
        struct poe *grown = arena_alloc(&v->j->report->arena, cap * sizeof *grown);
        if (grown == NULL)
            return fail_memory(err);
        if (set->n > 0)
            memcpy(grown, set->list, set->n * sizeof *grown);
        set->list = grown;
        set->cap = cap;
    }
    set->list[set->n++] = *p;
    return SIGN_OK;
}

/*
 * The BasicOCSPResponse inside an OCSPResponse (RFC 6960, 4.2.1), which is what names a response here;
 * whatever is none stays as it is.
 */
static sign_bytes basic_response(sign_bytes der) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, der, true), whole, tagged, bytes;
    struct der_tlv t;
    sign_bytes type;
    if (der_enter(&c, DER_SEQUENCE, &whole) && der_take(&whole, DER_ENUMERATED, &t) &&
        der_enter(&whole, DER_CONTEXT_CONSTRUCTED(0), &tagged) && der_enter(&tagged, DER_SEQUENCE, &bytes) &&
        der_oid(&bytes, &type) && der_take(&bytes, DER_OCTET_STRING, &t))
        return t.value;
    return der;
}

sign_rc poe_add(struct validation *v, enum poe_kind kind, sign_bytes der, int64_t time, const char *by,
                sign_error *err) {
    struct poe p = {.kind = kind, .time = time, .by = by};
    if (kind == POE_REVOCATION)
        der = basic_response(der);
    sign_rc rc = crypto_hash(v->j->ctx->crypto, DIGEST_SHA256, der, p.id, err);
    return rc == SIGN_OK ? push(v, &p, err) : rc;
}

/* A response holds the certificates of who signed it (RFC 6960, 4.2.1): what proves it proves them. */
static sign_rc add_inside(struct validation *v, sign_bytes response, int64_t time, const char *by,
                          sign_error *err) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, basic_response(response), true), in, tagged, certs;
    struct der_tlv t;
    sign_rc rc = SIGN_OK;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_SEQUENCE, &t) ||
        !der_take(&in, DER_SEQUENCE, &t) || !der_take(&in, DER_BIT_STRING, &t) ||
        !der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &tagged) ||
        !der_enter(&tagged, DER_SEQUENCE, &certs))
        return SIGN_OK;
    for (size_t n = 0;
         n < LIMIT_OCSP_CERTIFICATES && rc == SIGN_OK && der_more(&certs) && der_any(&certs, &t); n++)
        rc = poe_add(v, POE_CERTIFICATE, t.raw, time, by, err);
    return rc;
}

static sign_rc add_revocation(struct validation *v, sign_bytes der, int64_t time, const char *by,
                              sign_error *err) {
    sign_rc rc = poe_add(v, POE_REVOCATION, der, time, by, err);
    return rc == SIGN_OK ? add_inside(v, der, time, by, err) : rc;
}

/* ---- what a time-stamp proves -----------------------------------------------------------------------------
 */

struct extraction {
    struct validation *v;
    int64_t time;
    const char *by;
    bool *seen;     /* stamps whose protection was followed */
    bool *referred; /* carried responses that a reference was found to; NULL: none yet */
};

static enum poe_kind kind_of(const struct ades_covered *c) {
    return c->revocation ? POE_REVOCATION : POE_CERTIFICATE;
}

static size_t count_responses(const struct ades_facts *f) {
    return f->n_ocsps + (f->lists != NULL ? f->lists->n_ocsp : 0);
}

static sign_bytes response_at(const struct ades_facts *f, size_t i) {
    return i < f->n_ocsps ? f->ocsps[i] : f->lists->ocsp_der[i - f->n_ocsps];
}

/* Each once for all references and time-stamps. */
static sign_rc hash_responses(struct validation *v, enum crypto_digest via, size_t n, sign_error *err) {
    struct judging *j = v->j;
    sign_rc rc = SIGN_OK;
    if (v->poe.responses[via] != NULL)
        return SIGN_OK;
    uint8_t(*list)[DIGEST_MAX] = arena_alloc(&j->report->arena, n * sizeof *list);
    if (list == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = crypto_hash(j->ctx->crypto, via, response_at(j->facts, i), list[i], err);
    v->poe.responses[via] = list;
    return rc;
}

/*
 * A reference to a response may be by the OCSPResponse as it came (EN 319 132-1, A.1.2), while it is its
 * BasicOCSPResponse that tells: the one that is carried and has this digest is proven with the reference.
 */
static sign_rc add_referred(struct extraction *x, const struct ades_covered *c, sign_error *err) {
    const struct ades_facts *f = x->v->j->facts;
    size_t n = count_responses(f);
    if (!c->revocation || n == 0)
        return SIGN_OK;
    sign_rc rc = hash_responses(x->v, c->via, n, err);
    if (rc == SIGN_OK && x->referred == NULL) {
        x->referred = arena_alloc(&x->v->j->report->arena, n * sizeof *x->referred);
        rc = x->referred == NULL ? fail_memory(err) : SIGN_OK;
    }
    for (size_t i = 0; i < n && rc == SIGN_OK; i++) {
        if (x->referred[i] || memcmp(x->v->poe.responses[c->via][i], c->what.data, c->what.len) != 0)
            continue;
        x->referred[i] = true;
        rc = add_revocation(x->v, response_at(f, i), x->time, x->by, err);
    }
    return rc;
}

/* Through a reference only as far as its digest could be relied on when the time-stamp was made. */
static sign_rc add_reference(struct extraction *x, const struct ades_covered *c, sign_error *err) {
    struct poe p = {.kind = kind_of(c), .via = c->via, .time = x->time, .by = x->by};
    const struct judging *j = x->v->j;
    if (c->what.len != crypto_digest_row(c->via)->size || judging_digest_end(j, c->via) < x->time)
        return SIGN_OK;
    memcpy(p.id, c->what.data, c->what.len);
    sign_rc rc = push(x->v, &p, err);
    return rc == SIGN_OK ? add_referred(x, c, err) : rc;
}

static sign_rc add_covered(struct extraction *x, const struct ades_covered *c, sign_error *err) {
    if (c->via != DIGEST_NONE)
        return add_reference(x, c, err);
    return c->revocation ? add_revocation(x->v, c->what, x->time, x->by, err)
                         : poe_add(x->v, POE_CERTIFICATE, c->what, x->time, x->by, err);
}

/* A signature that references name is carried as a whole response; its reference may be by that. */
static sign_rc add_list(const struct extraction *x, enum poe_kind kind, const sign_bytes *list, size_t n,
                        sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = kind == POE_REVOCATION ? add_revocation(x->v, list[i], x->time, x->by, err)
                                    : poe_add(x->v, kind, list[i], x->time, x->by, err);
    return rc;
}

static sign_rc follow(struct extraction *x, const struct ades_stamp *s, sign_error *err);

/* A time-stamp that is protected: itself, what it carries, and what it protects. */
static sign_rc add_stamp(struct extraction *x, size_t i, sign_error *err) {
    if (i >= x->v->n || x->seen[i])
        return SIGN_OK;
    const struct ades_stamp *s = x->v->stamps[i].stamp;
    const struct tsp_token *t = s->token;
    x->seen[i] = true;
    sign_rc rc = poe_add(x->v, POE_STAMP, t->raw, x->time, x->by, err);
    if (rc != SIGN_OK || t->broken != MSG_NONE)
        return rc;
    rc = add_list(x, POE_CERTIFICATE, t->certs, t->n_certs, err);
    if (rc == SIGN_OK)
        rc = add_list(x, POE_REVOCATION, t->crls, t->n_crls, err);
    if (rc == SIGN_OK)
        rc = add_list(x, POE_REVOCATION, t->ocsps, t->n_ocsps, err);
    return rc == SIGN_OK ? follow(x, s, err) : rc;
}

/* Depth: each time-stamp is followed once, and a codec gives at most LIMIT_STAMPS. */
static sign_rc follow(struct extraction *x, const struct ades_stamp *s, sign_error *err) {
    sign_rc rc = SIGN_OK;
    if (s->covers_data)
        rc = poe_add(x->v, POE_DATA, x->v->j->facts->value, x->time, x->by, err);
    if (rc == SIGN_OK && s->covers_signature)
        rc = poe_add(x->v, POE_SIGNATURE, x->v->j->facts->value, x->time, x->by, err);
    for (size_t i = 0; i < s->n_covered && rc == SIGN_OK; i++)
        rc = add_covered(x, &s->covered[i], err);
    for (size_t i = 0; i < s->n_stamps && rc == SIGN_OK; i++)
        rc = add_stamp(x, s->stamps[i], err);
    return rc;
}

/* One object is often proven by the same time-stamp in several ways; near one another they are told once. */
static bool is_told(const struct poe_set *set, size_t i) {
    const struct poe *p = &set->list[i];
    for (size_t k = i > LIMIT_STAMPS * 8 ? i - LIMIT_STAMPS * 8 : 0; k < i; k++) {
        const struct poe *q = &set->list[k];
        if (q->kind == p->kind && q->via == p->via && q->time == p->time && q->by == p->by &&
            memcmp(q->id, p->id, sizeof q->id) == 0)
            return true;
    }
    return false;
}

static size_t count_from(const struct poe_set *set, size_t from) {
    size_t n = 0;
    for (size_t i = from; i < set->n; i++)
        n += !is_told(set, i);
    return n;
}

sign_rc poe_extract(struct validation *v, size_t stamp, sign_error *err) {
    const struct stamp_state *s = &v->stamps[stamp];
    struct judging *j = v->j;
    struct report_block *outer = judging_begin(j, BLOCK_POE, s->row->id);
    struct extraction x = {.v = v, .time = stamp_time(s), .by = s->row->id};
    size_t before = v->poe.n;
    x.seen = arena_alloc(&j->report->arena, v->n * sizeof *x.seen);
    if (x.seen == NULL)
        return fail_memory(err);
    x.seen[stamp] = true;
    sign_rc rc = follow(&x, s->stamp, err);
    judging_input_time(j, "time", x.time);
    if (j->block != NULL)
        j->block->result = arena_printf(&j->report->arena, "proofs %zu", count_from(&v->poe, before));
    judging_end(j, outer);
    return rc;
}

/* ---- from above: of a counter-signature, by time-stamps of the signature that it stands in ----------------
 */

static sign_rc add_tokens(struct extraction *x, sign_error *err) {
    const struct ades_facts *f = x->v->j->facts;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < f->n_stamps && rc == SIGN_OK; i++) {
        const struct tsp_token *t = f->stamps[i].token;
        rc = poe_add(x->v, POE_STAMP, t->raw, x->time, x->by, err);
        if (rc == SIGN_OK && t->broken == MSG_NONE)
            rc = add_list(x, POE_CERTIFICATE, t->certs, t->n_certs, err);
    }
    return rc;
}

/* Counter-signatures are many, and each is proven by all that the time-stamps above it cover: hashing that is
 * paid for as signatures are, and what cannot be paid for proves nothing. */
static bool pays(const struct ades_facts *f, const struct ades_covered *c) {
    enum { OCTETS_FOR_ONE = 1 << 16 };
    size_t cost = 1 + c->what.len / OCTETS_FOR_ONE;
    if (f->effort == NULL)
        return true;
    if (*f->effort < cost)
        return false;
    *f->effort -= cost;
    return true;
}

static sign_rc add_outer(struct validation *v, const struct ades_outer *o, const struct ades_facts *given,
                         sign_error *err) {
    struct extraction x = {.v = v, .time = o->time, .by = o->by};
    sign_rc rc = poe_add(v, POE_DATA, given->value, x.time, x.by, err);
    if (rc == SIGN_OK)
        rc = poe_add(v, POE_SIGNATURE, given->value, x.time, x.by, err);
    for (size_t i = 0; i < o->n_covered && rc == SIGN_OK && pays(given, &o->covered[i]); i++)
        rc = add_covered(&x, &o->covered[i], err);
    if (rc == SIGN_OK)
        rc = add_list(&x, POE_REVOCATION, given->crls, given->n_crls, err);
    if (rc == SIGN_OK)
        rc = add_list(&x, POE_REVOCATION, given->ocsps, given->n_ocsps, err);
    return rc == SIGN_OK ? add_tokens(&x, err) : rc;
}

sign_rc poe_outer(struct validation *v, const struct ades_facts *given, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < given->n_outer && rc == SIGN_OK; i++)
        rc = add_outer(v, &given->outer[i], given, err);
    return rc;
}

/* ---- for the report
 * ----------------------------------------------------------------------------------------- */

void poe_list(const struct validation *v) {
    static const char *const kinds[] = {[POE_SIGNATURE] = "signature",
                                        [POE_DATA] = "data",
                                        [POE_STAMP] = "time-stamp",
                                        [POE_CERTIFICATE] = "certificate",
                                        [POE_REVOCATION] = "revocation"};
    struct report_poe **at = &v->j->out->poe;
    if (!v->j->report->detailed)
        return;
    for (size_t i = 0; i < v->poe.n; i++) {
        const struct poe *p = &v->poe.list[i];
        if (is_told(&v->poe, i))
            continue;
        struct report_poe *row = arena_alloc(&v->j->report->arena, sizeof *row);
        char hex[2 * DIGEST_MAX + 1];
        if (row == NULL)
            return;
        text_hex(BYTES(p->id, p->via == DIGEST_NONE ? 32 : crypto_digest_row(p->via)->size), hex);
        row->kind = kinds[p->kind];
        row->object = p->kind == POE_SIGNATURE || p->kind == POE_DATA
                          ? v->j->object
                          : arena_str(&v->j->report->arena, BYTES_STR(hex));
        row->time = p->time;
        row->by = p->by;
        *at = row;
        at = &row->next;
    }
}
