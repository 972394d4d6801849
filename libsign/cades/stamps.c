/* The time-stamps of one signature: tokens, what they carry, and what each of them protects. */
#include "cades/stamps.h"

static const struct {
    enum oid kind;
    enum ades_stamp_class class;
} rows[] = {
    {OID_AA_CONTENT_TIME_STAMP, STAMP_CONTENT},      /* EN 319 122-1, 5.2.8 */
    {OID_AA_SIGNATURE_TIME_STAMP, STAMP_SIGNATURE},  /* 5.3 */
    {OID_AA_CADES_C_TIME_STAMP, STAMP_SIG_AND_REFS}, /* A.1.5.2 */
    {OID_AA_CERTS_CRLS_TIME_STAMP, STAMP_REFS},      /* A.1.5.1 */
    {OID_AA_ARCHIVE_TIME_STAMP, STAMP_ARCHIVE},      /* RFC 3126, 4.3.4 */
    {OID_AA_ARCHIVE_TIME_STAMP_V2, STAMP_ARCHIVE},   /* TS 101 733, 6.4.1 */
    {OID_AA_ARCHIVE_TIME_STAMP_V3, STAMP_ARCHIVE},   /* EN 319 122-1, 5.5.3 */
    {OID_AA_LONG_TERM_VALIDATION, STAMP_ARCHIVE},    /* TS 101 733, 6.5.1 */
};

bool cades_is_archive(enum oid kind) {
    return kind == OID_AA_ARCHIVE_TIME_STAMP || kind == OID_AA_ARCHIVE_TIME_STAMP_V2 ||
           kind == OID_AA_ARCHIVE_TIME_STAMP_V3;
}

static bool is_stamp(enum oid kind, enum ades_stamp_class *class) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].kind == kind) {
            *class = rows[i].class;
            return true;
        }
    }
    return false;
}

static arena *arena_of(const struct cades_beside *b) {
    return &b->o->job->report->arena;
}

/* ---- reading ----------------------------------------------------------------------------------------- */

/*
 * LongTermValidation ::= SEQUENCE { poeDate, poeValue OPTIONAL, extraCertificates [0] and extraRevocation [1]
 * OPTIONAL } (TS 101 733, 6.5.1): poeValue is tagged [0] as well, and told apart by what is inside.
 */
static bool proof_token(sign_bytes value, sign_bytes *token) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, value, true), in, wrapped, info;
    struct der_tlv t;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_GENERALIZED_TIME, NULL) ||
        !der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &wrapped) || !der_more(&wrapped) ||
        !der_take(&wrapped, DER_SEQUENCE, &t))
        return false;
    info = der_inside(&wrapped, &t);
    *token = t.raw;
    return der_peek(&info) == DER_OID;
}

static sign_rc add_stamp(struct cades_beside *b, sign_bytes value, struct cades_place place,
                         enum ades_stamp_class class, sign_error *err) {
    struct ades_stamp *stamp = &b->stamps[b->n_stamps];
    sign_bytes token = value;
    if (place.kind == OID_AA_LONG_TERM_VALIDATION && !proof_token(value, &token))
        return SIGN_OK; /* it has an evidence record, or nothing: then it is a list of candidates */
    b->places[b->n_stamps] = place;
    *stamp = (struct ades_stamp){.class = class,
                                 .kind = oid_label(place.kind),
                                 .imprint = cades_imprint,
                                 .codec = b,
                                 .place = &b->places[b->n_stamps]};
    b->n_stamps++;
    return tsp_token_read(token, arena_of(b), &stamp->token, err);
}

/* Calls for every value of every attribute that is a time-stamp; b->stamps is NULL: they are only counted. */
static sign_rc each_value(struct cades_beside *b, sign_bytes values, struct cades_place place, size_t *count,
                          sign_error *err) {
    enum ades_stamp_class class;
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, values, true);
    struct der_tlv t;
    sign_rc rc = SIGN_OK;
    if (!is_stamp(place.kind, &class))
        return SIGN_OK;
    for (; rc == SIGN_OK && *count < LIMIT_STAMPS + 1 && der_more(&c) && der_any(&c, &t); place.value++) {
        (*count)++;
        if (b->stamps != NULL)
            rc = add_stamp(b, t.raw, place, class, err);
    }
    return rc;
}

static sign_rc each(struct cades_beside *b, size_t *count, sign_error *err) {
    const struct cms_signer *s = b->o->s;
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->signed_attrs, true), in;
    sign_bytes type, values;
    sign_rc rc = SIGN_OK;
    if (s->signed_attrs.len != 0 && der_enter(&c, DER_CONTEXT_CONSTRUCTED(0), &in)) {
        struct cades_place place = {.kind = OID_AA_CONTENT_TIME_STAMP, .attribute = CADES_SIGNED};
        while (rc == SIGN_OK && cms_attribute_next(&in, &type, &values))
            if (oid_is(type, OID_AA_CONTENT_TIME_STAMP))
                rc = each_value(b, values, place, count, err);
    }
    for (size_t i = 0; rc == SIGN_OK && i < b->n_attributes; i++) {
        struct cades_place place = {.kind = b->attributes[i].id, .attribute = i};
        if (place.kind != OID_AA_CONTENT_TIME_STAMP) /* unsigned it is none */
            rc = each_value(b, b->attributes[i].values, place, count, err);
    }
    return rc;
}

/* ---- what they protect ------------------------------------------------------------------------------- */

static void cover(struct cades_beside *b, struct cades_covering *to, struct ades_covered what) {
    struct ades_covered *list = cades_room(arena_of(b), to->list, to->n, &to->cap, sizeof *list);
    if (list == NULL)
        return;
    to->list = list;
    list[to->n++] = what;
}

static void cover_signer(struct cades_beside *b, struct cades_covering *to) {
    for (size_t i = 0; i < b->signer.n; i++)
        cover(b, to, b->signer.list[i]);
}

/* Two values of one attribute are told apart where an index does it. */
typedef bool (*includes)(const void *which, const struct cades_place *place);

static void cover_items(struct cades_beside *b, struct cades_covering *to, bool references_only, includes in,
                        const void *which) {
    for (size_t i = 0; i < b->items.n; i++) {
        const struct cades_item *item = &b->items.list[i];
        if ((item->reference || !references_only) && in(which, &item->place))
            cover(b, to, item->what);
    }
}

static sign_rc cover_stamps(struct cades_beside *b, size_t of, includes in, const void *which,
                            sign_error *err) {
    size_t *list = arena_alloc(arena_of(b), b->n_stamps * sizeof *list), n = 0;
    if (list == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < b->n_stamps; i++)
        if (i != of && in(which, &b->places[i]))
            list[n++] = i;
    b->stamps[of].stamps = list;
    b->stamps[of].n_stamps = n;
    return SIGN_OK;
}

static void note_over(struct cades_beside *b, const struct cades_over *one) {
    struct cades_overs *to = &b->overs;
    struct cades_over *list = cades_room(arena_of(b), to->list, to->n, &to->cap, sizeof *list);
    if (list == NULL)
        return;
    to->list = list;
    list[to->n++] = *one;
}

/* The counter-signatures (EN 319 122-1, 5.2.7) among what an archive time-stamp is of. */
static void cover_counters(struct cades_beside *b, size_t of, includes in, const void *which) {
    for (size_t i = 0; i < b->n_attributes; i++) {
        struct cades_place place = {.kind = b->attributes[i].id, .attribute = i};
        struct der_parse parse;
        struct der_cursor c = der_open(&parse, b->attributes[i].values, true);
        struct der_tlv t;
        if (place.kind != OID_AA_COUNTER_SIGNATURE)
            continue;
        for (; place.value <= LIMIT_COUNTERSIGNATURES && der_more(&c) && der_any(&c, &t); place.value++)
            if (in(which, &place))
                note_over(b, &(struct cades_over){of, i, place.value});
    }
}

sign_rc cades_outers(const struct cades_one *o, size_t attribute, size_t value, struct ades_outer **out,
                     size_t *n, sign_error *err) {
    const struct cades_beside *b = o->beside;
    *out = NULL;
    *n = 0;
    if (b == NULL || b->overs.n == 0)
        return SIGN_OK;
    *out = arena_alloc(&o->job->report->arena, b->n_stamps * sizeof **out);
    if (*out == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < b->overs.n; i++) {
        const struct cades_over *over = &b->overs.list[i];
        const struct report_timestamp *row = o->out->timestamps;
        if (over->attribute != attribute || over->value != value || !o->facts.proves[over->stamp])
            continue;
        for (size_t k = 0; row != NULL && k < over->stamp; k++)
            row = row->next;
        if (row == NULL)
            continue;
        const struct ades_stamp *stamp = &b->stamps[over->stamp];
        (*out)[(*n)++] = (struct ades_outer){row->time, row->id, stamp->covered, stamp->n_covered};
    }
    return SIGN_OK;
}

static void covered(struct ades_stamp *stamp, const struct cades_covering *all) {
    stamp->covered = all->list;
    stamp->n_covered = all->n;
}

static bool is_signed(const void *which, const struct cades_place *place) {
    (void)which;
    return place->attribute == CADES_SIGNED;
}

/* What A.1.5.1 digests. */
static bool is_reference(const void *which, const struct cades_place *place) {
    (void)which;
    return place->kind == OID_AA_COMPLETE_CERTIFICATE_REFERENCES ||
           place->kind == OID_AA_COMPLETE_REVOCATION_REFERENCES;
}

/* What A.1.5.2 digests, and the signed attributes under the value. */
static bool is_complete(const void *which, const struct cades_place *place) {
    return is_signed(which, place) || is_reference(which, place) ||
           place->kind == OID_AA_SIGNATURE_TIME_STAMP;
}

static bool is_kept(const void *which, const struct cades_place *place) {
    const bool *left_out = which;
    return place->attribute == CADES_SIGNED || !left_out[place->attribute];
}

static bool earlier(const struct tsp_token *a, const struct tsp_token *b) {
    return a->time != b->time ? a->time < b->time : a->micros < b->micros;
}

void cades_left_out(const struct cades_beside *b, const struct ades_stamp *stamp, bool *out) {
    const struct cades_place *own = stamp->place;
    memset(out, 0, b->n_attributes * sizeof *out);
    for (size_t i = 0; i < b->n_stamps; i++) {
        const struct cades_place *place = &b->places[i];
        if (place->attribute == CADES_SIGNED || !cades_is_archive(place->kind))
            continue;
        if (place->attribute == own->attribute || !earlier(b->stamps[i].token, stamp->token))
            out[place->attribute] = true;
    }
}

/* Certificates, lists and responses of the SignedData: all of them, or those that an index names. */
static void cover_message(struct cades_beside *b, struct cades_covering *to,
                          const struct cades_indexed *only) {
    const struct cades_job *job = b->o->job;
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, job->m->certificates, true);
    struct der_tlv t;
    for (size_t i = 0; der_more(&c) && der_any(&c, &t); i++)
        if (t.tag == DER_SEQUENCE && (only == NULL || (i < only->n_certificates && only->certificates[i])))
            cover(b, to, (struct ades_covered){.what = t.raw});
    c = der_open(&parse, job->m->crls, true);
    for (size_t i = 0; der_more(&c) && der_any(&c, &t); i++) {
        sign_bytes response;
        if (only != NULL && (i >= only->n_crls || !only->crls[i]))
            continue;
        if (t.tag == DER_SEQUENCE)
            cover(b, to, (struct ades_covered){.revocation = true, .what = t.raw});
        else if (cades_response(t.raw, &response))
            cover(b, to, (struct ades_covered){.revocation = true, .what = response});
    }
}

/* TS 101 733, 6.4.1: everything in the message but the archive time-stamps that are not earlier. The list is
 * the same for all of them. */
static sign_rc cover_older_archive(struct cades_beside *b, size_t of, struct cades_covering *all,
                                   sign_error *err) {
    bool left_out[LIMIT_ATTRIBUTES];
    cades_left_out(b, &b->stamps[of], left_out);
    if (all->n == 0) {
        static const bool none[LIMIT_ATTRIBUTES];
        cover_signer(b, all);
        cover_message(b, all, NULL);
        cover_items(b, all, false, is_kept, none);
    }
    covered(&b->stamps[of], all);
    cover_counters(b, of, is_kept, left_out);
    return cover_stamps(b, of, is_kept, left_out, err);
}

struct chosen {
    const struct cades_beside *b;
    const struct cades_indexed *index;
};

static bool is_indexed(const void *which, const struct cades_place *place) {
    const struct chosen *chosen = which;
    if (place->attribute == CADES_SIGNED)
        return true;
    size_t n = chosen->index->by_value ? chosen->b->attributes[place->attribute].first + place->value
                                       : place->attribute;
    return n < chosen->index->n_attributes && chosen->index->attributes[n];
}

/* EN 319 122-1, 5.5.3: what the index names, and the signature. */
static sign_rc cover_archive(struct cades_beside *b, size_t of, sign_error *err) {
    struct ades_stamp *stamp = &b->stamps[of];
    struct cades_indexed index = {0};
    struct cades_covering all = {0};
    if (stamp->token->broken != MSG_NONE)
        return SIGN_OK;
    sign_rc rc = cades_index_match(b, stamp->token, &index, &stamp->broken, &stamp->broken_detail, err);
    if (rc != SIGN_OK)
        return rc;
    struct chosen chosen = {b, &index};
    cover_signer(b, &all);
    cover_message(b, &all, &index);
    cover_items(b, &all, false, is_indexed, &chosen);
    covered(stamp, &all);
    cover_counters(b, of, is_indexed, &chosen);
    return cover_stamps(b, of, is_indexed, &chosen, err);
}

struct shared {
    struct cades_covering refs, complete, older;
};

static sign_rc cover_one(struct cades_beside *b, size_t of, struct shared *shared, sign_error *err) {
    struct ades_stamp *stamp = &b->stamps[of];
    enum oid kind = b->places[of].kind;
    stamp->covers_data = stamp->class != STAMP_REFS;
    stamp->covers_signature = stamp->class != STAMP_REFS && stamp->class != STAMP_CONTENT;
    switch (stamp->class) {
    case STAMP_CONTENT:
        return SIGN_OK;
    case STAMP_SIGNATURE:
        stamp->covered = b->signer.list;
        stamp->n_covered = b->signer.n;
        return cover_stamps(b, of, is_signed, NULL, err);
    case STAMP_REFS:
        if (shared->refs.n == 0)
            cover_items(b, &shared->refs, true, is_reference, NULL);
        covered(stamp, &shared->refs);
        return SIGN_OK;
    case STAMP_SIG_AND_REFS:
        if (shared->complete.n == 0) {
            cover_signer(b, &shared->complete);
            cover_items(b, &shared->complete, true, is_reference, NULL);
        }
        covered(stamp, &shared->complete);
        return cover_stamps(b, of, is_complete, NULL, err);
    case STAMP_ARCHIVE:
        break;
    }
    /* What long-term-validation digests is not computed; and the archive of a counter-signature is that of
     * the outermost signature (EN 319 122-1, 5.5.1). Neither protects anything. */
    if (kind == OID_AA_LONG_TERM_VALIDATION || b->o->parent != NULL) {
        stamp->covers_data = stamp->covers_signature = false;
        return SIGN_OK;
    }
    return kind == OID_AA_ARCHIVE_TIME_STAMP_V3 ? cover_archive(b, of, err)
                                                : cover_older_archive(b, of, &shared->older, err);
}

/* ---- all --------------------------------------------------------------------------------------------- */

static void count_values(struct cades_beside *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->n_attributes; i++) {
        struct der_parse parse;
        struct der_cursor c = der_open(&parse, b->attributes[i].values, true);
        struct der_tlv t;
        b->attributes[i].first = n;
        while (der_more(&c) && der_any(&c, &t))
            n++;
    }
}

static void carry(struct cades_beside *b, struct cades_bytes *to, const sign_bytes *from, size_t n) {
    for (size_t i = 0; i < n; i++)
        cades_candidate_add(b, to, from[i]);
}

/* The candidates of the tokens come after the signature's own. */
static void take_candidates(struct cades_beside *b) {
    for (size_t i = 0; i < b->n_stamps; i++) {
        const struct tsp_token *t = b->stamps[i].token;
        if (t->broken != MSG_NONE)
            continue;
        carry(b, &b->bag, t->certs, t->n_certs);
        carry(b, &b->crls, t->crls, t->n_crls);
        carry(b, &b->ocsps, t->ocsps, t->n_ocsps);
    }
}

sign_rc cades_stamps_read(struct cades_beside *b, sign_error *err) {
    struct cades_job *job = b->o->job;
    size_t count = 0;
    sign_rc rc = each(b, &count, err);
    if (rc != SIGN_OK || count == 0)
        return rc;
    if (count > LIMIT_STAMPS || job->stamps + count > LIMIT_STAMPS_DOCUMENT) {
        if (b->o->facts.broken == MSG_NONE) {
            b->o->facts.broken = MSG_CMS_LIMIT;
            b->o->facts.broken_detail = "time-stamps";
        }
        return SIGN_OK;
    }
    job->stamps += count;
    b->stamps = arena_alloc(arena_of(b), count * sizeof *b->stamps);
    b->places = arena_alloc(arena_of(b), count * sizeof *b->places);
    if (b->stamps == NULL || b->places == NULL)
        return fail_memory(err);
    count = 0;
    return each(b, &count, err);
}

sign_rc cades_stamps_cover(struct cades_beside *b, sign_error *err) {
    struct shared shared = {0};
    sign_rc rc = SIGN_OK;
    if (b->n_stamps == 0)
        return SIGN_OK;
    cades_signer_refs_read(b->o->s, arena_of(b), &b->signer);
    count_values(b);
    for (size_t i = 0; rc == SIGN_OK && i < b->n_stamps; i++)
        rc = cover_one(b, i, &shared, err);
    if (rc == SIGN_OK)
        take_candidates(b);
    return rc;
}
