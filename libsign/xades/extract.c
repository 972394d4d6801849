/* Gives out what was signed, from the nodes that were digested, and nothing else. */
#include "xades/verify.h"

#include "xades/properties.h"
#include "xades/reference.h"
#include "xades/run.h"

/* ---- which of the references ------------------------------------------------------------------------ */

struct chosen {
    const struct xades_reference *ref;
    struct xades_named named;
    size_t n;   /* references to data */
    grow names; /* of all of them */
};
typedef struct chosen chosen;

static void chosen_free(chosen *c) {
    grow_free(&c->names);
}
CLEANUP(chosen, chosen_free);

/* The only reference to data, or the first of several that is the whole. ref is NULL when there is none. */
static void choose(const struct xades_one *o, chosen *out) {
    bool whole = false;
    for (size_t i = 0; i < o->s.n_references; i++) {
        const struct xades_reference *ref = &o->s.references[i];
        struct xades_named named;
        (void)xades_resolve(o, ref, &named, NULL); /* a detached content has no place to be found in */
        if (!xades_is_data(o, &named))
            continue;
        grow_printf(&out->names, "%s\"%.100s\"", out->n > 0 ? ", " : "", ref->uri != NULL ? ref->uri : "");
        bool is_whole = named.origin != ORIGIN_NONE && xades_is_whole(o, ref, &named);
        if (out->n++ == 0 || (is_whole && !whole)) {
            out->ref = ref;
            out->named = named;
        }
        whole |= is_whole;
    }
    if (out->n > 1 && !whole)
        out->ref = NULL;
}

/* ---- its octets ------------------------------------------------------------------------------------- */

/* What a ds:Object that was digested as nodes holds: elements, or text, which may be base64 by Encoding. */
static sign_rc object_octets(const struct xades_one *o, const chosen *c, c14n_put put, void *user,
                             sign_error *err) {
    const struct xml_node *object = c->named.element;
    const char *encoding = xades_unqualified(object, "Encoding");
    const struct xades_transform *only = c->ref->n_transforms > 0 ? &c->ref->transforms[0] : NULL;
    const struct xades_c14n *c14n = only != NULL ? only->c14n : xades_c14n_of(C14N_1_0);
    bool elements = false;
    sign_rc rc = SIGN_OK;
    for (const struct xml_node *e = object->first; e != NULL && rc == SIGN_OK; e = e->next) {
        if (e->kind != XML_KIND_ELEMENT)
            continue;
        const struct c14n_input in = {.apex = e,
                                      .method = c14n->method,
                                      .comments = c14n->comments && c->named.comments,
                                      .prefixes = only != NULL ? only->prefixes : NULL};
        elements = true;
        rc = c14n_write(&in, put, user, err);
    }
    if (rc != SIGN_OK || elements)
        return rc;
    if (encoding != NULL && strcmp(encoding, TRANSFORM_BASE64) == 0) {
        struct xades_reference decoded = *c->ref;
        decoded.transforms[0] = (struct xades_transform){.step = STEP_BASE64, .uri = TRANSFORM_BASE64};
        decoded.n_transforms = 1;
        return xades_octets(o, &decoded, &c->named, put, user, err);
    }
    const char *text = xades_text(object);
    return text != NULL && *text != 0 ? put(user, BYTES_STR(text), err) : SIGN_OK;
}

/*
 * The content for people: as it was digested, but an Object without its own tags. Only where the digest is of
 * that Object with all that is in it, and the tags are all that would be missing.
 */
static bool is_object(const chosen *c) {
    const struct xml_node *object = c->named.element;
    bool canonical =
        c->ref->n_transforms == 0 || (c->ref->n_transforms == 1 && c->ref->transforms[0].step == STEP_C14N);
    if (object == NULL || !xades_is(object, DS_NS, "Object") || !canonical)
        return false;
    size_t elements = 0, others = 0;
    for (const struct xml_node *e = object->first; e != NULL; e = e->next) {
        elements += e->kind == XML_KIND_ELEMENT;
        others +=
            e->kind == XML_KIND_INSTRUCTION || (e->kind == XML_KIND_TEXT && xades_trim(e->text).len > 0);
    }
    return elements == 0 || others == 0;
}

static sign_rc content_octets(const struct xades_one *o, const chosen *c, c14n_put put, void *user,
                              sign_error *err) {
    return is_object(c) ? object_octets(o, c, put, user, err)
                        : xades_octets(o, c->ref, &c->named, put, user, err);
}

/* ---- extract ---------------------------------------------------------------------------------------- */

struct writing {
    struct crypto *crypto;
    sink *to; /* NULL: it is digested only */
};

static sign_rc write_piece(void *user, sign_bytes piece, sign_error *err) {
    struct writing *w = user;
    if (w->to != NULL)
        sink_bytes(w->to, piece);
    return crypto_hash_add(w->crypto, piece, err);
}

static sign_rc write_plain(void *user, sign_bytes piece, sign_error *err) {
    (void)err; /* the sink remembers */
    sink_bytes(user, piece);
    return SIGN_OK;
}

/*
 * What is written is what is digested again, and that must be what was signed; of an Object the whole is
 * digested and its content written, of the same nodes. A large file is read again: when it changed since it
 * was verified, the digest tells, and nothing appears.
 */
static sign_rc write_content(const struct xades_one *o, const chosen *c, const sign_output *out,
                             sign_error *err) {
    struct crypto *crypto = o->job->ctx->crypto;
    uint8_t digest[DIGEST_MAX];
    AUTO(sink) to = {.fd = -1};
    struct writing w = {crypto, is_object(c) ? NULL : &to};
    sign_rc rc = sink_open(out, &to, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_begin(crypto, c->ref->digest, err);
    if (rc == SIGN_OK)
        rc = xades_octets(o, c->ref, &c->named, write_piece, &w, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_end(crypto, digest, err);
    if (rc != SIGN_OK)
        return rc;
    size_t size = crypto_digest_row(c->ref->digest)->size;
    if (!bytes_equal(c->ref->value, BYTES(digest, size)))
        return fail(err, SIGN_E_IO, MSG_FILE_CHANGED, "%s", o->job->d->text.src->name);
    rc = is_object(c) ? object_octets(o, c, write_plain, &to, err) : SIGN_OK;
    if (rc != SIGN_OK)
        return rc;
    return sink_commit(&to, err);
}

static bool holds(const struct report_signature *s) {
    return s->indication != TOTAL_FAILED && s->references == TRI_TRUE && s->signature_value == TRI_TRUE &&
           s->signing_certificate != TRI_FALSE;
}

/* What a Manifest lists and nobody gave was not checked: then not everything that was signed is known. */
static sign_rc all_hold(const struct xades_one *all, size_t n, sign_error *err) {
    for (size_t i = 0; i < n; i++)
        if (!holds(all[i].out) || all[i].facts.content_missing)
            return fail(err, SIGN_FAILED, MSG_EXTRACT_REFUSED, "%s", all[i].out->id);
    return SIGN_OK;
}

static sign_rc extract_from(struct xades_job *job, const sign_output *out, sign_error *err) {
    const char *name = job->d->text.src->name;
    struct xades_one *all;
    AUTO(chosen) c = {0};
    sign_rc rc = xades_run_start(job, &all, err);
    if (rc != SIGN_OK)
        return rc;
    if (all[0].s.broken == MSG_NONE)
        choose(&all[0], &c);
    if (c.ref != NULL && xades_is_external(c.ref))
        return fail(err, SIGN_E_IO, MSG_EXTRACT_DETACHED, "%s", name);
    rc = all_hold(all, job->d->n_signatures, err);
    if (rc != SIGN_OK)
        return rc;
    if (c.n == 0)
        return fail(err, SIGN_FAILED, MSG_NO_DATA_SIGNED, "%s", name);
    if (c.ref == NULL)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_EXTRACT_SEVERAL, "%.*s", (int)c.names.len,
                    c.names.len > 0 ? (const char *)c.names.data : "");
    job->work = 0; /* it was verified: what is written is what one reference of it took */
    return write_content(&all[0], &c, out, err);
}

static sign_rc unreadable(const struct xml_text *text, sign_error *err) {
    bool mentioned;
    sign_rc rc = xades_mentions_signature(text, &mentioned, err);
    if (rc != SIGN_OK)
        return rc;
    return mentioned ? fail(err, SIGN_FAILED, MSG_EXTRACT_REFUSED, "%s", "S1")
                     : fail(err, SIGN_NO_SIGNATURE, MSG_NO_SIGNATURE, "%s", text->src->name);
}

sign_rc xades_extract(struct crypto *crypto, const source *what, const sign_output *out, sign_error *err) {
    const struct xml_text text = {.src = what, .at = what->size, .behind = what->size};
    AUTO(xades_document) d = {0};
    AUTO(sign_report_ptr) report = NULL;
    sign_rc rc = xades_run_open(crypto, &text, &d, err);
    if (rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT)
        return unreadable(&text, err);
    if (rc == SIGN_OK)
        rc = report_new(&report, err);
    if (rc != SIGN_OK)
        return rc;
    if (d.n_signatures == 0)
        return fail(err, SIGN_NO_SIGNATURE, MSG_NO_SIGNATURE, "%s", what->name);
    /* Integrity alone decides here, as for inspect. */
    struct ades_context ctx = {.crypto = crypto, .policy = ades_policy_find("default"), .inspect = true};
    struct xades_job job = {.ctx = &ctx, .d = &d, .report = report};
    return extract_from(&job, out, err);
}

/* ---- content ---------------------------------------------------------------------------------------- */

struct heading {
    grow bytes;
    size_t limit;
    bool full;
};

static sign_rc head_piece(void *user, sign_bytes piece, sign_error *err) {
    struct heading *h = user;
    size_t rest = h->limit - h->bytes.len, n = piece.len < rest ? piece.len : rest;
    grow_put(&h->bytes, piece.data, n);
    if (h->bytes.failed)
        return fail_memory(err);
    h->full = h->bytes.len == h->limit;
    return h->full ? fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s", "content") : SIGN_OK;
}

static bool no_verdict(sign_rc rc) {
    return rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT || rc == SIGN_E_UNSUPPORTED;
}

static sign_rc head_of(const struct xades_one *o, size_t limit, sign_buf *out, sign_error *err) {
    AUTO(chosen) c = {0};
    struct heading h = {.limit = limit};
    choose(o, &c);
    if (c.ref == NULL || c.named.origin == ORIGIN_NONE)
        return SIGN_OK;
    sign_rc rc = content_octets(o, &c, head_piece, &h, err);
    if (rc == SIGN_OK || h.full)
        rc = grow_take(&h.bytes, out, err);
    grow_free(&h.bytes);
    return no_verdict(rc) ? SIGN_OK : rc;
}

sign_rc xades_content(const source *what, size_t limit, sign_buf *out, sign_error *err) {
    const struct xml_text text = {.src = what, .at = what->size, .behind = what->size};
    AUTO(xades_document) d = {0};
    AUTO(sign_report_ptr) report = NULL;
    sign_rc rc = xades_run_open(NULL, &text, &d, err);
    if (rc != SIGN_OK)
        return no_verdict(rc) ? SIGN_OK : rc;
    if (d.n_signatures == 0)
        return SIGN_OK;
    rc = report_new(&report, err);
    if (rc != SIGN_OK)
        return rc;
    struct xades_job job = {.d = &d, .report = report};
    struct xades_one o = {.job = &job};
    if (!xades_signature_read(d.signatures[0], &report->arena, &o.s))
        return fail_memory(err);
    return o.s.broken == MSG_NONE ? head_of(&o, limit, out, err) : SIGN_OK;
}
