/* Digests of what references name, what was digested before, and how much work a document may be. */
#include "xades/reference.h"

/* ---- work ------------------------------------------------------------------------------------------- */

uint64_t xades_work_limit(uint64_t size) {
    uint64_t times =
        size < LIMIT_XML_DIGESTED / LIMIT_XML_TIMES ? LIMIT_XML_TIMES * size : LIMIT_XML_DIGESTED;
    uint64_t passes = size < UINT64_MAX / LIMIT_XML_PASSES ? LIMIT_XML_PASSES * size : UINT64_MAX;
    uint64_t most = times > passes ? times : passes;
    return most > LIMIT_XML_DIGESTED_LEAST ? most : LIMIT_XML_DIGESTED_LEAST;
}

static uint64_t limit_of(const struct xades_job *job) {
    uint64_t size = xml_text_size(&job->d->text);
    for (size_t i = 0; i < job->n_contents; i++)
        size += job->contents[i].size;
    uint64_t limit = xades_work_limit(size);
    /* Who asks for the octets gets them each time: what is shared else is made anew. */
    bool shown = job->ctx != NULL && job->ctx->digested != NULL;
    return shown && limit < LIMIT_XML_DIGESTED ? LIMIT_XML_DIGESTED : limit;
}

sign_rc xades_spend(struct xades_job *job, uint64_t octets, sign_error *err) {
    if (job->work_limit == 0)
        job->work_limit = limit_of(job);
    job->work += octets;
    return job->work <= job->work_limit
               ? SIGN_OK
               : fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s", "what the signatures of the document digest");
}

/* ---- what was digested before ------------------------------------------------------------------------- */

/*
 * What a chain that narrows nodes and writes them once comes to, without computing it: two references with
 * the same answer digest the same octets. false: no such chain, or one that may fail on the way.
 */
static bool key_of(const struct xades_one *o, const struct xades_reference *ref,
                   const struct xades_named *data, struct xades_known *key) {
    bool nodes = data->origin != ORIGIN_CONTENT, comments = nodes ? data->comments : true;
    *key = (struct xades_known){
        .apex = data->element, .content = data->content, .leave = STEP_OTHER, .digest = ref->digest};
    for (size_t i = 0; i < ref->n_transforms; i++) {
        const struct xades_transform *t = &ref->transforms[i];
        if (t->step == STEP_OTHER || t->step == STEP_BASE64 || key->c14n != NULL)
            return false;
        if (t->step == STEP_ENVELOPED &&
            (data->content != NULL || (key->apex != NULL && !xades_within(o->s.node, key->apex))))
            return false;
        nodes = true;
        if (t->step == STEP_ENVELOPED)
            key->without = o->s.node;
        else if (t->step != STEP_C14N)
            key->leave = key->leave != STEP_LEAVE_ALL ? t->step : key->leave;
        key->c14n = t->step == STEP_C14N ? t->c14n : NULL;
        key->prefixes = t->step == STEP_C14N ? t->prefixes : NULL;
    }
    if (nodes && key->c14n == NULL)
        key->c14n = xades_c14n_of(C14N_1_0);
    key->comments = nodes && key->c14n->comments && comments;
    if (key->leave == STEP_LEAVE_ALL)
        key->without = NULL; /* it is one of all */
    return true;
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same(const struct xades_known *a, const struct xades_known *b) {
    return a->apex == b->apex && a->content == b->content && a->without == b->without &&
           a->leave == b->leave && a->c14n == b->c14n && a->comments == b->comments &&
           a->digest == b->digest && same_text(a->prefixes, b->prefixes);
}

/* The last ones stand first. */
static void known_put(struct xades_job *job, const struct xades_known *k) {
    size_t keep = job->n_known < XADES_KNOWN ? job->n_known++ : XADES_KNOWN - 1;
    memmove(job->known + 1, job->known, keep * sizeof *k);
    job->known[0] = *k;
}

static bool known_get(struct xades_job *job, struct xades_known *key) {
    for (size_t i = 0; i < job->n_known; i++)
        if (same(&job->known[i], key)) {
            *key = job->known[i];
            memmove(job->known + 1, job->known, i * sizeof *key);
            job->known[0] = *key;
            return true;
        }
    return false;
}

/* ---- digests ---------------------------------------------------------------------------------------- */

struct digesting {
    const struct xades_one *o;
    const char *what;
};

static sign_rc told(const struct digesting *d, sign_bytes piece, sign_error *err) {
    const struct ades_context *ctx = d->o->job->ctx;
    if (ctx->digested == NULL)
        return SIGN_OK;
    return d->o->job->stopped = ctx->digested(ctx->digested_user, d->o->out->id, d->what, piece, err);
}

static sign_rc digest_piece(void *user, sign_bytes piece, sign_error *err) {
    const struct digesting *d = user;
    struct xades_job *job = d->o->job;
    sign_rc rc = xades_spend(job, piece.len, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(job->ctx->crypto, piece, err);
    return rc == SIGN_OK && piece.len > 0 ? told(d, piece, err) : rc;
}

static sign_rc digest_anew(const struct xades_one *o, const struct xades_reference *ref,
                           const struct xades_named *data, uint8_t *out, sign_error *err) {
    struct crypto *crypto = o->job->ctx->crypto;
    struct digesting d = {o, arena_printf(&o->job->report->arena, "Reference-%s", ref->number)};
    sign_rc rc = crypto_hash_begin(crypto, ref->digest, err);
    if (rc == SIGN_OK)
        rc = xades_octets(o, ref, data, digest_piece, &d, err);
    if (rc == SIGN_OK)
        rc = told(&d, (sign_bytes){0}, err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}

sign_rc xades_digest(const struct xades_one *o, const struct xades_reference *ref,
                     const struct xades_named *data, uint8_t *out, sign_error *err) {
    struct xades_job *job = o->job;
    size_t size = crypto_digest_row(ref->digest)->size;
    struct xades_known key;
    sign_rc rc = xades_spend(job, XADES_WORK_REFERENCE, err);
    if (rc != SIGN_OK)
        return rc;
    bool shared = job->ctx->digested == NULL && key_of(o, ref, data, &key);
    if (shared && known_get(job, &key)) {
        memcpy(out, key.value, size);
        return SIGN_OK;
    }
    rc = digest_anew(o, ref, data, out, err);
    if (rc == SIGN_OK && shared) {
        memcpy(key.value, out, size);
        known_put(job, &key);
    }
    return rc;
}

sign_rc xades_info_digest(const struct xades_one *o, uint8_t *out, sign_error *err) {
    struct crypto *crypto = o->job->ctx->crypto;
    const struct c14n_input in = {.apex = o->s.signed_info,
                                  .method = o->s.c14n->method,
                                  .comments = o->s.c14n->comments,
                                  .prefixes = o->s.prefixes,
                                  .work = &o->job->work};
    struct digesting d = {o, "SignedInfo"};
    sign_rc rc = xades_spend(o->job, XADES_WORK_REFERENCE, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_begin(crypto, o->s.sigalg.digest, err);
    if (rc == SIGN_OK)
        rc = c14n_write(&in, digest_piece, &d, err);
    if (rc == SIGN_OK)
        rc = told(&d, (sign_bytes){0}, err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}
