/* Proofs of existence (EN 319 102-1, 5.6.2.3): what time-stamps that were believed prove of which objects. */
#include "ades/validation.h"

enum { PIECE_KEY = offsetof(struct poe_piece, first), RESPONSE_KEY = 1 + DIGEST_MAX };

struct poe_response {
    uint8_t via, value[DIGEST_MAX];
    uint32_t piece;
};

/*
 * Digesting is done once for a document, and so are pieces made out for a signature. What remains is
 * proportional to time-stamps times what they protect, and to counter-signatures times that: it is paid for
 * as signature checks are, and what cannot be paid for proves nothing.
 */
static bool pays(struct validation *v, size_t steps) {
    enum { STEPS_FOR_ONE = 4096 };
    struct poe_set *set = &v->poe;
    size_t *effort = v->j->facts->effort;
    set->owed += steps;
    size_t cost = set->owed / STEPS_FOR_ONE;
    set->owed %= STEPS_FOR_ONE;
    if (effort == NULL || set->given_up)
        return !set->given_up;
    if (*effort < cost) {
        set->given_up = true;
        judging_say(v->j, MSG_POE_EFFORT, v->j->object, NULL, NULL);
        return false;
    }
    *effort -= cost;
    return true;
}

/* ---- what octets stand for
 * ----------------------------------------------------------------------------------
 */

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

/* The object `number` is one of those that the piece stands for. */
static sign_rc stand_for(struct poe_set *set, struct poe_piece *p, uint32_t number, sign_error *err) {
    uint32_t *pool = poe_room(set, set->pool, set->n_pool, &set->pool_cap, sizeof *pool);
    if (pool == NULL)
        return fail_memory(err);
    set->pool = pool;
    pool[set->n_pool++] = number;
    p->n++;
    return SIGN_OK;
}

static sign_rc add_octets(struct validation *v, struct poe_piece *p, enum poe_kind kind, sign_bytes der,
                          sign_error *err) {
    uint8_t id[32];
    uint32_t number;
    sign_rc rc = poe_sha256(v, der, id, err);
    if (rc == SIGN_OK)
        rc = poe_object(v, kind, DIGEST_NONE, id, sizeof id, &number, err);
    return rc == SIGN_OK ? stand_for(&v->poe, p, number, err) : rc;
}

/* A response holds the certificates of who signed it (RFC 6960, 4.2.1): what proves it proves them. */
static sign_rc add_response(struct validation *v, struct poe_piece *p, sign_bytes der, sign_error *err) {
    const sign_bytes basic = basic_response(der);
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, basic, true), in, tagged, certs;
    struct der_tlv t;
    sign_rc rc = add_octets(v, p, POE_REVOCATION, basic, err);
    if (rc != SIGN_OK || !der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_SEQUENCE, &t) ||
        !der_take(&in, DER_SEQUENCE, &t) || !der_take(&in, DER_BIT_STRING, &t) ||
        !der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &tagged) ||
        !der_enter(&tagged, DER_SEQUENCE, &certs))
        return rc;
    for (size_t n = 0;
         n < LIMIT_OCSP_CERTIFICATES && rc == SIGN_OK && der_more(&certs) && der_any(&certs, &t); n++)
        rc = add_octets(v, p, POE_CERTIFICATE, t.raw, err);
    return rc;
}

static sign_rc piece_of(struct validation *v, enum poe_kind kind, enum crypto_digest via, sign_bytes what,
                        uint32_t *out, sign_error *err);

static sign_rc read_response(struct validation *v, enum crypto_digest via, sign_bytes der, sign_error *err) {
    struct keyset *set = &v->poe.responses;
    struct poe_response key = {.via = (uint8_t)via};
    uint8_t id[32];
    bool fresh;
    sign_rc rc = poe_sha256(v, der, id, err);
    const uint8_t *value = rc != SIGN_OK || via == DIGEST_SHA256 ? id : poe_digest(v, via, id, der);
    if (rc != SIGN_OK || value == NULL)
        return rc == SIGN_OK ? fail_memory(err) : rc;
    memcpy(key.value, value, crypto_digest_row(via)->size);
    size_t i = keyset_put(set, &key, &fresh);
    if (i == KEYSET_NONE)
        return fail_memory(err);
    return piece_of(v, POE_REVOCATION, DIGEST_NONE, der, &((struct poe_response *)keyset_row(set, i))->piece,
                    err);
}

/* The carried ones by that digest, each once for all references and time-stamps. */
static sign_rc read_responses(struct validation *v, enum crypto_digest via, sign_error *err) {
    const struct ades_facts *f = v->j->facts;
    sign_rc rc = SIGN_OK;
    struct poe_set *set = &v->poe;
    if (set->read[via])
        return SIGN_OK;
    set->read[via] = true;
    if (set->responses.arena == NULL)
        set->responses =
            (struct keyset){.arena = &set->own, .width = RESPONSE_KEY, .size = sizeof(struct poe_response)};
    for (size_t i = 0; i < f->n_ocsps && rc == SIGN_OK; i++)
        rc = read_response(v, via, f->ocsps[i], err);
    for (size_t i = 0; f->lists != NULL && i < f->lists->n_ocsp && rc == SIGN_OK; i++)
        rc = read_response(v, via, f->lists->ocsp_der[i], err);
    return rc;
}

/*
 * A reference to a response may be by the OCSPResponse as it came (EN 319 132-1, A.1.2), while it is its
 * BasicOCSPResponse that tells: the one that is carried and has this digest is proven with the reference.
 */
static sign_rc add_referred(struct validation *v, struct poe_piece *p, sign_bytes digest, sign_error *err) {
    struct poe_set *set = &v->poe;
    struct poe_response key = {.via = (uint8_t)p->via};
    memcpy(key.value, digest.data, digest.len);
    sign_rc rc = read_responses(v, (enum crypto_digest)p->via, err);
    size_t i = rc == SIGN_OK ? keyset_find(&set->responses, &key) : KEYSET_NONE;
    if (i == KEYSET_NONE)
        return rc;
    const struct poe_response *found = keyset_row(&set->responses, i);
    const struct poe_piece *response = keyset_row(&set->pieces, found->piece);
    const uint32_t first = response->first, n = response->n;
    for (uint32_t k = 0; k < n && rc == SIGN_OK; k++)
        rc = stand_for(set, p, set->pool[first + k], err);
    return rc;
}

static sign_rc add_reference(struct validation *v, struct poe_piece *p, sign_bytes digest, sign_error *err) {
    uint32_t number;
    if (digest.len != crypto_digest_row((enum crypto_digest)p->via)->size)
        return SIGN_OK;
    /* Before its own objects are put into the pool, which belong together. */
    sign_rc rc = p->kind == POE_REVOCATION ? read_responses(v, (enum crypto_digest)p->via, err) : SIGN_OK;
    p->first = (uint32_t)v->poe.n_pool;
    if (rc == SIGN_OK)
        rc = poe_object(v, (enum poe_kind)p->kind, (enum crypto_digest)p->via, digest.data, digest.len,
                        &number, err);
    if (rc == SIGN_OK)
        rc = stand_for(&v->poe, p, number, err);
    return rc == SIGN_OK && p->kind == POE_REVOCATION ? add_referred(v, p, digest, err) : rc;
}

/* The number of the piece: what it stands for is made out once. */
static sign_rc piece_of(struct validation *v, enum poe_kind kind, enum crypto_digest via, sign_bytes what,
                        uint32_t *out, sign_error *err) {
    struct poe_set *set = &v->poe;
    struct poe_piece p = {.data = what.data, .len = what.len, .kind = (uint16_t)kind, .via = (uint16_t)via};
    bool fresh;
    if (set->pieces.arena == NULL)
        set->pieces = (struct keyset){.arena = &set->own, .width = PIECE_KEY, .size = sizeof p};
    size_t i = keyset_put(&set->pieces, &p, &fresh);
    if (i == KEYSET_NONE)
        return fail_memory(err);
    *out = (uint32_t)i;
    if (!fresh)
        return SIGN_OK;
    p.first = (uint32_t)set->n_pool;
    sign_rc rc = via != DIGEST_NONE       ? add_reference(v, &p, what, err)
                 : kind == POE_REVOCATION ? add_response(v, &p, what, err)
                                          : add_octets(v, &p, kind, what, err);
    memcpy(keyset_row(&set->pieces, i), &p, sizeof p);
    return rc;
}

/* ---- what a time-stamp proves
 * -------------------------------------------------------------------------------
 */

struct extraction {
    struct validation *v;
    uint32_t number; /* of its source in the set, and 1 */
    int64_t time;
    size_t proven; /* objects */
    bool *seen;    /* stamps whose protection was followed */
};

static sign_rc begin(struct extraction *x, struct validation *v, int64_t time, const char *by,
                     sign_error *err) {
    struct poe_set *set = &v->poe;
    struct poe_source *list = set->n_sources < POE_SOURCES ? poe_room(set, set->source, set->n_sources,
                                                                      &set->sources_cap, sizeof *list)
                                                           : NULL;
    if (list == NULL)
        return fail_memory(err); /* more than POE_SOURCES no codec gives */
    set->source = list;
    list[set->n_sources++] = (struct poe_source){time, by};
    *x = (struct extraction){.v = v, .number = (uint32_t)set->n_sources, .time = time};
    return SIGN_OK;
}

static void mark(struct extraction *x, uint32_t piece) {
    struct poe_set *set = &x->v->poe;
    struct poe_piece *p = keyset_row(&set->pieces, piece);
    uint32_t bit = x->number - 1;
    if (p->marked == x->number)
        return;
    p->marked = x->number;
    for (uint32_t i = 0; i < p->n; i++) {
        uint64_t *word = &((struct poe *)keyset_row(&set->objects, set->pool[p->first + i]))->by[bit / 64];
        x->proven += (*word >> bit % 64 & 1) == 0;
        *word |= (uint64_t)1 << bit % 64;
    }
}

static sign_rc add(struct extraction *x, enum poe_kind kind, sign_bytes what, sign_error *err) {
    enum { STEPS = 16 };
    uint32_t piece;
    if (!pays(x->v, STEPS))
        return SIGN_OK;
    sign_rc rc = piece_of(x->v, kind, DIGEST_NONE, what, &piece, err);
    if (rc == SIGN_OK)
        mark(x, piece);
    return rc;
}

static sign_rc add_list(struct extraction *x, enum poe_kind kind, const sign_bytes *list, size_t n,
                        sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK; i++)
        rc = add(x, kind, list[i], err);
    return rc;
}

/* What stands for the list that begins there; the lists of several time-stamps may be one list, or its
 * beginning. */
static struct poe_pieces *pieces_of(struct poe_set *set, const struct ades_covered *from, size_t n) {
    struct poe_pieces *p = NULL;
    for (size_t i = 0; i < set->n_lists && p == NULL; i++)
        p = set->lists[i].from == from ? &set->lists[i] : NULL;
    if (p == NULL) {
        struct poe_pieces *lists = poe_room(set, set->lists, set->n_lists, &set->lists_cap, sizeof *lists);
        if (lists == NULL)
            return NULL;
        set->lists = lists;
        p = &lists[set->n_lists++];
        *p = (struct poe_pieces){.from = from};
    }
    if (p->cap < n) {
        uint32_t *grown = arena_alloc(&set->own, n * sizeof *grown);
        if (grown == NULL)
            return NULL;
        if (p->n > 0)
            memcpy(grown, p->piece, p->n * sizeof *grown);
        p->piece = grown;
        p->cap = n;
    }
    return p;
}

/* Through a reference only as far as its digest could be relied on when the time-stamp was made. */
static bool is_reliable(const struct extraction *x, const struct ades_covered *c) {
    return c->via == DIGEST_NONE || judging_digest_end(x->v->j, c->via) >= x->time;
}

static sign_rc add_covered(struct extraction *x, const struct ades_covered *list, size_t n, sign_error *err) {
    enum { STEPS = 16 };
    struct validation *v = x->v;
    struct poe_pieces *p = n > 0 ? pieces_of(&v->poe, list, n) : NULL;
    sign_rc rc = n > 0 && p == NULL ? fail_memory(err) : SIGN_OK;
    for (size_t i = p != NULL ? p->n : n; i < n && rc == SIGN_OK && pays(v, STEPS); i++) {
        enum poe_kind kind = list[i].revocation ? POE_REVOCATION : POE_CERTIFICATE;
        rc = piece_of(v, kind, list[i].via, list[i].what, &p->piece[i], err);
        p->n = i + 1;
    }
    if (p == NULL || rc != SIGN_OK)
        return rc;
    if (p->source != x->number)
        p->marked = 0;
    p->source = x->number;
    for (n = n < p->n ? n : p->n; p->marked < n && pays(v, 1); p->marked++)
        if (is_reliable(x, &list[p->marked]))
            mark(x, p->piece[p->marked]);
    return SIGN_OK;
}

static sign_rc follow(struct extraction *x, const struct ades_stamp *s, sign_error *err);

/* A time-stamp that is protected: itself, what it carries, and what it protects. */
static sign_rc add_stamp(struct extraction *x, size_t i, sign_error *err) {
    if (i >= x->v->n || x->seen[i])
        return SIGN_OK;
    const struct ades_stamp *s = x->v->stamps[i].stamp;
    const struct tsp_token *t = s->token;
    x->seen[i] = true;
    sign_rc rc = add(x, POE_STAMP, t->raw, err);
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
        rc = add(x, POE_DATA, x->v->j->facts->value, err);
    if (rc == SIGN_OK && s->covers_signature)
        rc = add(x, POE_SIGNATURE, x->v->j->facts->value, err);
    if (rc == SIGN_OK)
        rc = add_covered(x, s->covered, s->n_covered, err);
    for (size_t i = 0; i < s->n_stamps && rc == SIGN_OK; i++)
        rc = add_stamp(x, s->stamps[i], err);
    return rc;
}

sign_rc poe_extract(struct validation *v, size_t stamp, sign_error *err) {
    struct stamp_state *s = &v->stamps[stamp];
    struct judging *j = v->j;
    struct report_block *outer = judging_begin(j, BLOCK_POE, s->row->id);
    struct extraction x;
    sign_rc rc = begin(&x, v, stamp_time(s), s->row->id, err);
    if (rc != SIGN_OK)
        return rc;
    x.seen = arena_alloc(&v->poe.own, v->n * sizeof *x.seen);
    if (x.seen == NULL)
        return fail_memory(err);
    x.seen[stamp] = s->proves = true;
    rc = follow(&x, s->stamp, err);
    judging_input_time(j, "time", stamp_time(s));
    if (j->block != NULL)
        j->block->result = arena_printf(&j->report->arena, "proofs %zu", x.proven);
    judging_end(j, outer);
    return rc;
}

void poe_tell(const struct validation *v) {
    bool *out = v->j->facts->proves;
    for (size_t i = 0; out != NULL && i < v->n; i++) {
        const struct stamp_state *s = &v->stamps[i];
        /* Where 5.6.3.4 had nothing to do the present is the proof of the token, as in its step 5 (b). */
        out[i] = s->done ? s->proves
                         : s->passed && judging_digest_end(&s->j, s->stamp->token->digest) >= v->poe.now;
    }
}

/* ---- from above: of a counter-signature, by time-stamps of the signature that it stands in ----------------
 */

static sign_rc add_tokens(struct extraction *x, sign_error *err) {
    const struct ades_facts *f = x->v->j->facts;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < f->n_stamps && rc == SIGN_OK; i++) {
        const struct tsp_token *t = f->stamps[i].token;
        rc = add(x, POE_STAMP, t->raw, err);
        if (rc == SIGN_OK && t->broken == MSG_NONE)
            rc = add_list(x, POE_CERTIFICATE, t->certs, t->n_certs, err);
    }
    return rc;
}

/* What the counter-signature is itself and carries before what stands beside it. */
static sign_rc add_outer(struct validation *v, const struct ades_outer *o, const struct ades_facts *given,
                         sign_error *err) {
    struct extraction x;
    sign_rc rc = begin(&x, v, o->time, o->by, err);
    if (rc == SIGN_OK)
        rc = add(&x, POE_DATA, given->value, err);
    if (rc == SIGN_OK)
        rc = add(&x, POE_SIGNATURE, given->value, err);
    if (rc == SIGN_OK)
        rc = add_list(&x, POE_REVOCATION, given->crls, given->n_crls, err);
    if (rc == SIGN_OK)
        rc = add_list(&x, POE_REVOCATION, given->ocsps, given->n_ocsps, err);
    if (rc == SIGN_OK)
        rc = add_tokens(&x, err);
    return rc == SIGN_OK ? add_covered(&x, o->covered, o->n_covered, err) : rc;
}

sign_rc poe_outer(struct validation *v, const struct ades_facts *given, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < given->n_outer && rc == SIGN_OK; i++)
        rc = add_outer(v, &given->outer[i], given, err);
    return rc;
}
