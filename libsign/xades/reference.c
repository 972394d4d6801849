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
        bool whole = name.len == 0 || memchr(name.data, 0, name.len) == NULL; /* "%00" ends no name */
        grow_byte(&name, 0);
        found = name.failed || !whole ? NULL : content_named(job, (const char *)name.data);
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
    if (!text_percent_decode(BYTES(uri + 1, n - 1), &id) || memchr(id.data, 0, id.len) != NULL)
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

/* Whoever tells it names the Reference and its line. */
static sign_rc unfit(const char *why, sign_error *err) {
    return fail(err, SIGN_E_FORMAT, MSG_XML_SIGNATURE, "%s", why);
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

/* Octets for the next transform. */
struct collecting {
    struct xades_job *job;
    grow octets;
};

static sign_rc put_into(void *user, sign_bytes piece, sign_error *err) {
    struct collecting *c = user;
    grow *g = &c->octets;
    sign_rc rc = xades_spend(c->job, piece.len, err);
    if (rc != SIGN_OK)
        return rc;
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
                            .prefixes = prefixes,
                            .work = &f->o->job->work};
    if (is_void(f))
        return unfit("nothing is left to be digested", err);
    if (f->apex == NULL && f->parsed == NULL && d->sparse) {
        sign_rc rc = xades_spend(f->o->job, xml_text_size(&d->text), err);
        return rc == SIGN_OK
                   ? xades_document_c14n(d, &in, f->without, f->leave == STEP_LEAVE_ALL, put, user, err)
                   : rc;
    }
    if (f->apex == NULL)
        in.document = xml_first(f->parsed != NULL ? f->parsed : d->xml);
    sign_rc rc = c14n_write(&in, put, user, err);
    return rc == SIGN_OK ? xades_spend(f->o->job, 0, err) : rc;
}

/* Octets become nodes by reading them as XML (XML-Signature, 4.4.3.2), under the rules of every document. */
static sign_rc to_nodes(flow *f, sign_error *err) {
    struct xml_options options = {.bytes = LIMIT_XML_TREE,
                                  .depth = LIMIT_XML_DEPTH,
                                  .nodes = LIMIT_XML_NODES,
                                  .attributes = LIMIT_XML_ATTRIBUTES,
                                  .text = LIMIT_XML_TEXT,
                                  .value = LIMIT_XML_VALUE,
                                  .encodings = true,
                                  .spare = f->o->job->d->spare};
    if (f->nodes)
        return SIGN_OK;
    AUTO(sign_buf) own = {0};
    sign_bytes text = BYTES(f->made.data, f->made.len);
    sign_rc rc = f->content != NULL ? source_all(f->content, LIMIT_XML_TREE, &text, &own, err) : SIGN_OK;
    struct xml *parsed = NULL;
    options.memory = xades_tree_memory(text.len);
    if (rc == SIGN_OK)
        rc = xades_spend(f->o->job, XADES_WORK_READING + 2 * (uint64_t)text.len, err);
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
        return unfit("enveloped-signature of something that does not hold this Signature", err);
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

static sign_rc decode(struct decoder *d, bool last, sign_error *err) {
    bool padded = memchr(d->chars, '=', d->n) != NULL;
    d->bytes.len = 0;
    if ((padded && !last) || !text_base64_decode(BYTES(d->chars, d->n), &d->bytes))
        return d->bytes.failed ? fail_memory(err) : unfit("the transform base64 finds no base64", err);
    d->n = 0;
    return d->bytes.len > 0 ? d->put(d->user, BYTES(d->bytes.data, d->bytes.len), err) : SIGN_OK;
}

static sign_rc decode_more(struct decoder *d, const flow *f, sign_bytes text, sign_error *err) {
    sign_rc spent = xades_spend(f->o->job, XADES_WORK_NODE + text.len, err);
    if (spent != SIGN_OK)
        return spent;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            continue;
        if (d->n == sizeof d->chars) {
            sign_rc rc = decode(d, false, err);
            if (rc != SIGN_OK)
                return rc;
        }
        d->chars[d->n++] = (char)c;
    }
    return SIGN_OK;
}

const struct xml_node *xades_after(const struct xml_node *n, const struct xml_node *top, bool skip) {
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
        rc = n->kind == XML_KIND_TEXT ? decode_more(d, f, BYTES_STR(n->text), err)
                                      : xades_spend(f->o->job, XADES_WORK_NODE, err);
        n = xades_after(n, top, out);
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
        rc = decode(&d.d, true, err);
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
    struct collecting c = {.job = f->o->job, .octets = {.limit = LIMIT_XML_TREE}};
    sign_rc rc = make(f, t, put_into, &c, err);
    AUTO(sign_buf) made = {0};
    if (rc == SIGN_OK)
        rc = grow_take(&c.octets, &made, err);
    grow_free(&c.octets);
    if (rc != SIGN_OK)
        return rc;
    flow_free(f); /* what they were made of is needed no more */
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
    /* XML-Signature, 4.4.3.2: nodes are canonicalised by Canonical XML 1.0 without comments. */
    return xades_octets_by(o, ref, data, xades_c14n_of(C14N_1_0), NULL, put, user, err);
}

sign_rc xades_octets_by(const struct xades_one *o, const struct xades_reference *ref,
                        const struct xades_named *data, const struct xades_c14n *rest, const char *prefixes,
                        c14n_put put, void *user, sign_error *err) {
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
    return f.nodes ? canonical(&f, rest, prefixes, put, user, err) : put_octets(&f, put, user, err);
}
