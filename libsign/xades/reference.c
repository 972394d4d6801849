/* References and transforms. Node-sets are never built: what is left out of a subtree is said to the
 * canonicalization, which goes straight into the digest. */
#include "xades/reference.h"

#include "base/text.h"
#include <stdlib.h>

/* ---- what a reference names ------------------------------------------------------------------------- */

bool xades_is_external(const struct xades_reference *ref) {
    return ref->uri == NULL || (*ref->uri != 0 && *ref->uri != '#');
}

/* The content of that decoded name, which may be a path of which the reference names the last part. */
static const source *content_named(const struct xades_job *job, const char *name) {
    for (size_t i = 0; i < job->n_contents; i++)
        if (strcmp(job->contents[i].name, name) == 0)
            return &job->contents[i];
    for (size_t i = 0; i < job->n_contents; i++)
        if (strcmp(path_base(job->contents[i].name), name) == 0)
            return &job->contents[i];
    return NULL;
}

/* One content alone needs no name when there is but one reference it can belong to. */
static const source *find_content(const struct xades_one *o, const struct xades_reference *ref) {
    const struct xades_job *job = o->job;
    const source *found = NULL;
    AUTO(grow) name = {0};
    if (ref->uri != NULL && text_percent_decode(BYTES_STR(ref->uri), &name)) {
        grow_byte(&name, 0);
        found = name.failed ? NULL : content_named(job, (const char *)name.data);
    }
    if (found == NULL && job->n_contents == 1 && o->external == 1)
        found = &job->contents[0];
    if (found != NULL)
        job->used[found - job->contents] = true;
    return found;
}

/* The id of "#id" or "#xpointer(id('x'))" into the arena; NULL: neither. */
static const char *fragment_id(const struct xades_one *o, const char *uri, bool *pointer) {
    static const char open[] = "#xpointer(id(", close[] = "))";
    arena *a = &o->job->report->arena;
    size_t n = strlen(uri);
    *pointer = strncmp(uri, open, sizeof open - 1) == 0;
    if (*pointer) {
        const char *q = uri + sizeof open - 1, *end = uri + n - (sizeof close - 1);
        bool quoted = (*q == '\'' || *q == '"') && end - q > 2 && end[-1] == *q && strcmp(end, close) == 0;
        if (!quoted || memchr(q + 1, *q, (size_t)(end - q) - 2) != NULL)
            return NULL;
        return arena_str(a, BYTES(q + 1, (size_t)(end - q) - 2));
    }
    if (strchr(uri, '(') != NULL || n < 2)
        return NULL;
    if (strchr(uri, '%') == NULL)
        return uri + 1;
    AUTO(grow) id = {0};
    if (!text_percent_decode(BYTES(uri + 1, n - 1), &id))
        return NULL;
    return arena_str(a, BYTES(id.data, id.len));
}

static sign_rc find_element(const struct xades_one *o, const struct xades_reference *ref,
                            struct xades_named *out, sign_error *err) {
    bool several = false;
    const char *id = fragment_id(o, ref->uri, &out->comments);
    if (id == NULL)
        return fail(err, SIGN_E_UNSUPPORTED, MSG_TRANSFORM_UNKNOWN, "Reference (line %u): URI \"%.100s\"",
                    ref->node->line, ref->uri);
    out->element = xml_ids_find(o->job->d->ids, id, &several);
    if (several)
        return fail(err, SIGN_E_FORMAT, MSG_XML_ID_REPEATED, "%.100s", id);
    if (out->element == NULL)
        return fail(err, SIGN_E_IO, MSG_REFERENCE_UNFOUND, "Reference-%s \"%.100s\"", ref->number, ref->uri);
    out->origin = ORIGIN_ELEMENT;
    return SIGN_OK;
}

sign_rc xades_resolve(const struct xades_one *o, const struct xades_reference *ref, struct xades_named *out,
                      sign_error *err) {
    *out = (struct xades_named){0};
    if (xades_is_external(ref)) {
        out->content = find_content(o, ref);
        out->origin = out->content != NULL ? ORIGIN_CONTENT : ORIGIN_NONE;
        return out->content != NULL ? SIGN_OK
                                    : fail(err, SIGN_E_IO, MSG_REFERENCE_UNFOUND, "Reference-%s \"%.100s\"",
                                           ref->number, ref->uri != NULL ? ref->uri : "");
    }
    out->comments = strcmp(ref->uri, "#xpointer(/)") == 0;
    if (*ref->uri != 0 && !out->comments)
        return find_element(o, ref, out, err);
    out->origin = ORIGIN_DOCUMENT;
    return SIGN_OK;
}

/* ---- transforms ------------------------------------------------------------------------------------- */

/* What goes from one transform to the next: nodes (a document or a subtree, less something), or octets. */
struct flow {
    const struct xades_one *o;
    const struct xades_reference *ref;
    bool nodes;                  /* else octets */
    struct xml *parsed;          /* the nodes are of this document, which was read from octets */
    const struct xml_node *apex; /* NULL: the whole document */
    bool comments;
    const struct xml_node *without;
    enum xades_step leave; /* STEP_LEAVE_..., or STEP_OTHER: nothing */
    const source *content; /* octets: the caller's, */
    sign_buf made;         /* or made by the last transform */
};
typedef struct flow flow;

static void flow_free(flow *f) {
    xml_free(&f->parsed);
    sign_buf_free(&f->made);
}
CLEANUP(flow, flow_free);

static sign_rc unfit(const flow *f, const char *why, sign_error *err) {
    return fail(err, SIGN_E_FORMAT, MSG_XML_SIGNATURE, "Reference (line %u): %s", f->ref->node->line, why);
}

static bool leave_all(const struct xml_node *n) {
    return xades_is_signature(n);
}

static bool leave_of_root(const struct xml_node *n) {
    return n->parent != NULL && n->parent->parent == NULL && xades_is_signature(n);
}

static bool (*leaving(const flow *f))(const struct xml_node *) {
    return f->leave == STEP_LEAVE_ALL ? leave_all : f->leave == STEP_LEAVE_OF_ROOT ? leave_of_root : NULL;
}

/* True when all of the apex is inside what is left out: nothing remains. */
static bool is_void(const flow *f) {
    bool (*leave)(const struct xml_node *) = leaving(f);
    for (const struct xml_node *n = f->apex; n != NULL; n = n->parent)
        if (n == f->without || (leave != NULL && leave(n)))
            return true;
    return false;
}

static sign_rc put_into(void *user, sign_bytes piece, sign_error *err) {
    grow *g = user;
    grow_put(g, piece.data, piece.len);
    if (g->failed)
        return g->over ? fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s", "transforms") : fail_memory(err);
    return SIGN_OK;
}

static sign_rc canonical(const flow *f, const struct xades_c14n *c14n, const char *prefixes, c14n_put put,
                         void *user, sign_error *err) {
    const xades_document *d = f->o->job->d;
    struct c14n_input in = {.apex = f->apex,
                            .without = f->without,
                            .leave = leaving(f),
                            .method = c14n->method,
                            .comments = c14n->comments && f->comments,
                            .prefixes = prefixes};
    if (is_void(f))
        return unfit(f, "nothing is left to be digested", err);
    if (f->apex == NULL && f->parsed == NULL && d->sparse)
        return xades_document_c14n(d, &in, f->without, f->leave == STEP_LEAVE_ALL, put, user, err);
    if (f->apex == NULL)
        in.document = xml_first(f->parsed != NULL ? f->parsed : d->xml);
    return c14n_write(&in, put, user, err);
}

/* Octets become nodes by reading them as XML (XML-Signature, 4.4.3.2), under the rules of every document. */
static sign_rc to_nodes(flow *f, sign_error *err) {
    static const struct xml_options options = {.bytes = LIMIT_XML_TREE,
                                               .depth = LIMIT_XML_DEPTH,
                                               .nodes = LIMIT_XML_NODES,
                                               .attributes = LIMIT_XML_ATTRIBUTES,
                                               .text = LIMIT_XML_TEXT,
                                               .value = LIMIT_XML_VALUE,
                                               .encodings = true};
    if (f->nodes)
        return SIGN_OK;
    AUTO(sign_buf) own = {0};
    sign_bytes text = BYTES(f->made.data, f->made.len);
    sign_rc rc = f->content != NULL ? source_all(f->content, LIMIT_XML_TREE, &text, &own, err) : SIGN_OK;
    struct xml *parsed = NULL;
    if (rc == SIGN_OK)
        rc = xml_read(text, &options, &parsed, err);
    if (rc != SIGN_OK)
        return rc;
    xml_free(&f->parsed);
    sign_buf_free(&f->made);
    f->parsed = parsed;
    f->nodes = f->comments = true;
    f->apex = f->without = NULL;
    f->content = NULL;
    f->leave = STEP_OTHER;
    return SIGN_OK;
}

/* XML-Signature, 6.6.4: this Signature is left out of the document that holds it, and of nothing else. */
static sign_rc enveloped(flow *f, sign_error *err) {
    const struct xml_node *own = f->o->s.node;
    if (!f->nodes || f->parsed != NULL || (f->apex != NULL && !xades_within(own, f->apex)))
        return unfit(f, "enveloped-signature of something that does not hold this Signature", err);
    f->without = own;
    return SIGN_OK;
}

/* ---- base64 ----------------------------------------------------------------------------------------- */

/* Decodes text that comes in pieces. */
struct decoder {
    char chars[4096];
    size_t n;
    grow bytes;
    c14n_put put;
    void *user;
};

static sign_rc decode(struct decoder *d, const flow *f, bool last, sign_error *err) {
    bool padded = memchr(d->chars, '=', d->n) != NULL;
    d->bytes.len = 0;
    if ((padded && !last) || !text_base64_decode(BYTES(d->chars, d->n), &d->bytes))
        return d->bytes.failed ? fail_memory(err) : unfit(f, "the transform base64 finds no base64", err);
    d->n = 0;
    return d->bytes.len > 0 ? d->put(d->user, BYTES(d->bytes.data, d->bytes.len), err) : SIGN_OK;
}

static sign_rc decode_more(struct decoder *d, const flow *f, sign_bytes text, sign_error *err) {
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            continue;
        if (d->n == sizeof d->chars) {
            sign_rc rc = decode(d, f, false, err);
            if (rc != SIGN_OK)
                return rc;
        }
        d->chars[d->n++] = (char)c;
    }
    return SIGN_OK;
}

/* The next node in document order inside `top`; `n` without what is in it when `skip`. */
static const struct xml_node *after(const struct xml_node *n, const struct xml_node *top, bool skip) {
    if (!skip && n->first != NULL)
        return n->first;
    while (n != top && n->next == NULL)
        n = n->parent;
    return n == top ? NULL : n->next;
}

/* The text of nodes is that of their text nodes (XML-Signature, 6.6.2). */
static sign_rc decode_nodes(struct decoder *d, const flow *f, sign_error *err) {
    bool (*leave)(const struct xml_node *) = leaving(f);
    const struct xml_node *top =
        f->apex != NULL ? f->apex : xml_root(f->parsed ? f->parsed : f->o->job->d->xml);
    sign_rc rc = SIGN_OK;
    for (const struct xml_node *n = top; n != NULL && rc == SIGN_OK;) {
        bool out = n == f->without || (leave != NULL && n->kind == XML_KIND_ELEMENT && leave(n));
        if (n->kind == XML_KIND_TEXT)
            rc = decode_more(d, f, BYTES_STR(n->text), err);
        n = after(n, top, out);
    }
    return rc;
}

static sign_rc put_source(const source *s, c14n_put put, void *user, sign_error *err) {
    if (s->fd < 0)
        return s->mem.len > 0 ? put(user, s->mem, err) : SIGN_OK;
    AUTO(sign_buf) window = {.data = malloc(LIMIT_WINDOW), .len = LIMIT_WINDOW};
    if (window.data == NULL)
        return fail_memory(err);
    sign_rc rc = SIGN_OK;
    for (uint64_t at = 0; at < s->size && rc == SIGN_OK;) {
        size_t n = s->size - at < LIMIT_WINDOW ? (size_t)(s->size - at) : LIMIT_WINDOW;
        rc = source_read(s, at, window.data, n, err);
        if (rc == SIGN_OK)
            rc = put(user, BYTES(window.data, n), err);
        at += n;
    }
    return rc;
}

static sign_rc put_octets(const flow *f, c14n_put put, void *user, sign_error *err) {
    if (f->content != NULL)
        return put_source(f->content, put, user, err);
    return f->made.len > 0 ? put(user, BYTES(f->made.data, f->made.len), err) : SIGN_OK;
}

struct decoding {
    struct decoder d;
    const flow *f;
};

static sign_rc decode_piece(void *user, sign_bytes piece, sign_error *err) {
    struct decoding *d = user;
    return decode_more(&d->d, d->f, piece, err);
}

static sign_rc base64(const flow *f, c14n_put put, void *user, sign_error *err) {
    struct decoding d = {.d = {.put = put, .user = user}, .f = f};
    sign_rc rc = f->nodes ? decode_nodes(&d.d, f, err) : put_octets(f, decode_piece, &d, err);
    if (rc == SIGN_OK)
        rc = decode(&d.d, f, true, err);
    grow_free(&d.d.bytes);
    return rc;
}

/* ---- the whole of it -------------------------------------------------------------------------------- */

/* One transform that makes octets; into `put` when it is the last. */
static sign_rc make(flow *f, const struct xades_transform *t, c14n_put put, void *user, sign_error *err) {
    if (t->step == STEP_BASE64)
        return base64(f, put, user, err);
    sign_rc rc = to_nodes(f, err);
    return rc == SIGN_OK ? canonical(f, t->c14n, t->prefixes, put, user, err) : rc;
}

static sign_rc make_for_next(flow *f, const struct xades_transform *t, sign_error *err) {
    AUTO(grow) octets = {.limit = LIMIT_XML_TREE};
    sign_rc rc = make(f, t, put_into, &octets, err);
    AUTO(sign_buf) made = {0};
    if (rc == SIGN_OK)
        rc = grow_take(&octets, &made, err);
    if (rc != SIGN_OK)
        return rc;
    sign_buf_free(&f->made);
    f->made = made;
    made = (sign_buf){0};
    f->nodes = false;
    f->content = NULL;
    return SIGN_OK;
}

/* A transform that only narrows the nodes. */
static sign_rc narrow(flow *f, const struct xades_transform *t, sign_error *err) {
    if (t->step == STEP_ENVELOPED)
        return enveloped(f, err);
    sign_rc rc = to_nodes(f, err);
    if (rc == SIGN_OK && f->leave != STEP_LEAVE_ALL)
        f->leave = t->step;
    return rc;
}

sign_rc xades_octets(const struct xades_one *o, const struct xades_reference *ref,
                     const struct xades_named *data, c14n_put put, void *user, sign_error *err) {
    AUTO(flow)
    f = {.o = o,
         .ref = ref,
         .nodes = data->origin != ORIGIN_CONTENT,
         .apex = data->element,
         .comments = data->comments,
         .leave = STEP_OTHER,
         .content = data->content};
    for (size_t i = 0; i < ref->n_transforms; i++) {
        const struct xades_transform *t = &ref->transforms[i];
        bool last = i + 1 == ref->n_transforms;
        sign_rc rc;
        if (t->step == STEP_OTHER)
            return fail(err, SIGN_E_UNSUPPORTED, MSG_TRANSFORM_UNKNOWN,
                        "Reference (line %u): transform %.150s", ref->node->line, t->uri);
        if (t->step != STEP_BASE64 && t->step != STEP_C14N)
            rc = narrow(&f, t, err);
        else if (last)
            return make(&f, t, put, user, err);
        else
            rc = make_for_next(&f, t, err);
        if (rc != SIGN_OK)
            return rc;
    }
    /* XML-Signature, 4.4.3.2: what is left as nodes is canonicalised by Canonical XML 1.0 without comments.
     */
    return f.nodes ? canonical(&f, xades_c14n_of(C14N_1_0), NULL, put, user, err)
                   : put_octets(&f, put, user, err);
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
    job->octets += piece.len;
    if (job->octets > LIMIT_XML_DIGESTED)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s", "what the signatures of the document digest");
    sign_rc rc = crypto_hash_add(job->ctx->crypto, piece, err);
    return rc == SIGN_OK && piece.len > 0 ? told(d, piece, err) : rc;
}

/* The slot of the document less every Signature in that canonical form, or NULL: nothing to remember. */
static struct xades_known *known_slot(const struct xades_one *o, const struct xades_reference *ref,
                                      const struct xades_named *data) {
    struct xades_job *job = o->job;
    const struct xades_c14n *c14n = xades_c14n_of(C14N_1_0);
    bool less_all = false;
    if (data->origin != ORIGIN_DOCUMENT || job->d->n_signatures < 2 || job->ctx->digested != NULL)
        return NULL;
    for (size_t i = 0; i < ref->n_transforms; i++) {
        const struct xades_transform *t = &ref->transforms[i];
        bool last = i + 1 == ref->n_transforms;
        if (t->step == STEP_C14N && last && t->prefixes == NULL)
            c14n = t->c14n;
        else if (t->step != STEP_ENVELOPED && t->step != STEP_LEAVE_ALL)
            return NULL;
        less_all |= t->step == STEP_LEAVE_ALL;
    }
    for (size_t i = 0; less_all && i < XADES_KNOWN; i++) {
        struct xades_known *k = &job->known[i];
        bool comments = c14n->comments && data->comments;
        if (k->c14n == NULL)
            *k = (struct xades_known){.c14n = c14n, .comments = comments, .digest = DIGEST_NONE};
        if (k->c14n == c14n && k->comments == comments &&
            (k->digest == ref->digest || k->digest == DIGEST_NONE))
            return k;
    }
    return NULL;
}

sign_rc xades_digest(const struct xades_one *o, const struct xades_reference *ref,
                     const struct xades_named *data, uint8_t *out, sign_error *err) {
    struct crypto *crypto = o->job->ctx->crypto;
    size_t size = crypto_digest_row(ref->digest)->size;
    struct xades_known *known = known_slot(o, ref, data);
    if (known != NULL && known->digest == ref->digest) {
        memcpy(out, known->value, size);
        return SIGN_OK;
    }
    struct digesting d = {o, arena_printf(&o->job->report->arena, "Reference-%s", ref->number)};
    sign_rc rc = crypto_hash_begin(crypto, ref->digest, err);
    if (rc == SIGN_OK)
        rc = xades_octets(o, ref, data, digest_piece, &d, err);
    if (rc == SIGN_OK)
        rc = told(&d, (sign_bytes){0}, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_end(crypto, out, err);
    if (rc == SIGN_OK && known != NULL) {
        known->digest = ref->digest;
        memcpy(known->value, out, size);
    }
    return rc;
}

sign_rc xades_info_digest(const struct xades_one *o, uint8_t *out, sign_error *err) {
    struct crypto *crypto = o->job->ctx->crypto;
    const struct c14n_input in = {.apex = o->s.signed_info,
                                  .method = o->s.c14n->method,
                                  .comments = o->s.c14n->comments,
                                  .prefixes = o->s.prefixes};
    struct digesting d = {o, "SignedInfo"};
    sign_rc rc = crypto_hash_begin(crypto, o->s.sigalg.digest, err);
    if (rc == SIGN_OK)
        rc = c14n_write(&in, digest_piece, &d, err);
    if (rc == SIGN_OK)
        rc = told(&d, (sign_bytes){0}, err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}

/* ---- extent ----------------------------------------------------------------------------------------- */

static bool in_a_signature(const struct xml_node *n) {
    while (n != NULL && !xades_is_signature(n))
        n = n->parent;
    return n != NULL;
}

/* A same-document URI that asks for no more than the signatures and events can give. `own`: of a SignedInfo
 * of the document's own signatures. */
static bool is_sparse_enough(const xades_document *d, const struct xml_node *ref, bool own) {
    const char *uri = xades_unqualified(ref, "URI");
    bool several;
    if (uri == NULL || (*uri != 0 && *uri != '#'))
        return true;
    if (*uri != 0 && strcmp(uri, "#xpointer(/)") != 0) {
        const struct xml_node *n = xml_ids_find(d->ids, uri + 1, &several);
        return n != NULL && in_a_signature(n);
    }
    for (const struct xml_node *n = ref; n != NULL; n = after(n, ref, false)) {
        const char *alg = n->kind == XML_KIND_ELEMENT ? xades_unqualified(n, "Algorithm") : NULL;
        if (alg != NULL && (strcmp(alg, TRANSFORM_BASE64) == 0 || strcmp(alg, TRANSFORM_FILTER2) == 0))
            return false;
    }
    return own;
}

bool xades_needs_tree(const xades_document *d, const struct xml_node *signature) {
    for (const struct xml_node *n = signature; n != NULL; n = after(n, signature, false)) {
        bool own = n->parent != NULL && n->parent->parent == signature;
        if (xades_is(n, DS_NS, "Reference") && !is_sparse_enough(d, n, own))
            return true;
    }
    return false;
}

/* Nothing stands in the document beside signatures. */
static bool only_signatures(const xades_document *d) {
    const struct xml_node *root = xml_root(d->xml);
    if (xades_is_signature(root))
        return true;
    if (d->sparse)
        return false;
    for (const struct xml_node *n = xades_solid(root->first); n != NULL; n = xades_solid(n->next))
        if (!xades_is_signature(n))
            return false;
    return true;
}

/* The whole of what the Signature, which is the document, carries: its only Object that holds data. */
static bool is_only_object(const struct xades_one *o, const struct xml_node *n) {
    const struct xml_node *root = xml_root(o->job->d->xml);
    if (n->parent != NULL && xades_is(n->parent, DS_NS, "Object") && xades_solid(n->parent->first) == n &&
        xades_solid(n->next) == NULL)
        n = n->parent;
    if (o->s.node != root || n->parent != root || !xades_is(n, DS_NS, "Object"))
        return false;
    for (const struct xml_node *e = xades_solid(root->first); e != NULL; e = xades_solid(e->next)) {
        const struct xml_node *in = xades_solid(e->first);
        bool data = xades_is(e, DS_NS, "Object") && in != NULL &&
                    !(in->kind == XML_KIND_ELEMENT && strcmp(in->name, "QualifyingProperties") == 0);
        if (data && e != n)
            return false;
    }
    return true;
}

/* An instruction beside the root can change how a document is shown, and is not part of the root. */
static bool root_is_all(const xades_document *d) {
    for (const struct xml_node *n = xml_first(d->xml); n != NULL; n = n->next)
        if (n->kind == XML_KIND_INSTRUCTION)
            return false;
    return !d->sparse;
}

bool xades_is_whole(const struct xades_one *o, const struct xades_reference *ref,
                    const struct xades_named *data) {
    const xades_document *d = o->job->d;
    if (data->origin == ORIGIN_CONTENT)
        return only_signatures(d);
    if (data->origin == ORIGIN_ELEMENT && data->element != xml_root(d->xml))
        return is_only_object(o, data->element);
    for (size_t i = 0; i < ref->n_transforms; i++)
        if (ref->transforms[i].step == STEP_BASE64)
            return false;
    return data->origin == ORIGIN_DOCUMENT || root_is_all(d);
}
