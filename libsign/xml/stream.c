/* xml/stream.c - from events a tree of the kept elements, or the canonical form of all but them. */
#include "xml/stream.h"

#include "base/limits.h"
#include "xml/canon.h"
#include "xml/events.h"
#include "xml/tree.h"
#include <inttypes.h>
#include <stdlib.h>

/* Octets of the text, from the first on: up to `at` of the source, what is put in, the rest of the source. */
struct feeding {
    const struct xml_text *text;
    uint64_t given;
};

uint64_t xml_text_size(const struct xml_text *text) {
    return text->at + text->put.len + (text->src->size - text->behind);
}

static sign_rc fill(void *user, uint8_t *to, size_t room, size_t *got, sign_error *err) {
    struct feeding *f = user;
    const struct xml_text *t = f->text;
    uint64_t put_end = t->at + t->put.len, end = xml_text_size(t);
    bool before = f->given < t->at, inside = !before && f->given < put_end;
    uint64_t stop = before ? t->at : (inside ? put_end : end);
    size_t n = stop - f->given < room ? (size_t)(stop - f->given) : room;
    sign_rc rc = SIGN_OK;
    if (inside) {
        memcpy(to, t->put.data + (f->given - t->at), n);
    } else if (n > 0) {
        rc = source_read(t->src, before ? f->given : t->behind + (f->given - put_end), to, n, err);
    }
    f->given += n;
    *got = n;
    return rc;
}

sign_rc xml_text_is_utf8(const struct xml_text *text, bool *yes, sign_error *err) {
    uint8_t head[1024] = {0};
    size_t len = 0, got = 1;
    struct feeding f = {.text = text};
    while (len < sizeof head && got > 0) {
        sign_rc rc = fill(&f, head + len, sizeof head - len, &got, err);
        if (rc != SIGN_OK) {
            return rc;
        }
        len += got;
    }
    bool mark = len >= 2 && ((head[0] == 0xFE && head[1] == 0xFF) || (head[0] == 0xFF && head[1] == 0xFE));
    bool wide = mark || (len >= 2 && (head[0] == 0 || head[1] == 0));
    *yes = !wide && xml_declares_utf8(BYTES(head, len));
    return SIGN_OK;
}

sign_rc xml_text_all(const struct xml_text *text, size_t limit, sign_bytes *out, sign_buf *own,
                     sign_error *err) {
    uint64_t size = xml_text_size(text);
    if (size > limit) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: %" PRIu64 " bytes, at most %zu", size, limit);
    }
    if (text->put.len == 0 && text->at == text->behind) {
        return source_view(text->src, 0, (size_t)size, out, own, err);
    }
    AUTO(grow) all = {0};
    uint8_t *to = grow_space(&all, (size_t)size);
    struct feeding f = {.text = text};
    for (size_t len = 0, got = 0; to != NULL && len < size; len += got) {
        sign_rc rc = fill(&f, to + len, (size_t)size - len, &got, err);
        if (rc != SIGN_OK) {
            return rc;
        }
    }
    sign_rc rc = grow_take(&all, own, err);
    *out = rc == SIGN_OK ? BYTES(own->data, own->len) : BYTES(NULL, 0);
    return rc;
}

static sign_rc read_text(const struct xml_text *text, const struct xml_options *options,
                         const struct xml_handler *handler, void *user, sign_error *err) {
    if (text->at > text->behind || text->behind > text->src->size) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "XML: the pieces of the text do not fit together");
    }
    uint64_t size = xml_text_size(text);
    if (options->bytes != 0 && size > options->bytes) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: %" PRIu64 " bytes, at most %zu", size,
                    options->bytes);
    }
    struct feeding feeding = {.text = text};
    sign_rc rc = xml_events(&(struct xml_feed){.fill = fill, .user = &feeding}, options, handler, user, err);
    return rc == SIGN_OK ? source_unchanged(text->src, err) : rc;
}

/* What an open element is, for the case that a kept one is found in it. */
struct ancestor {
    struct xml_node node;
    grow attributes, spaces, values;
    bool in_tree;
};

struct keeping {
    struct xml_building building;
    xml_keep keep;
    xml_seen seen;
    void *user;
    struct ancestor *open; /* those that are in no kept element, the root first */
    size_t depth, room;    /* of them: open, and allocated */
    size_t inside;         /* depth in a kept element, that one counted */
    size_t octets;         /* of the tree so far, and of the open elements */
};
typedef struct keeping keeping;

static void ancestor_clear(struct ancestor *a) {
    grow_free(&a->attributes);
    grow_free(&a->spaces);
    grow_free(&a->values);
}

static void keeping_free(keeping *k) {
    for (size_t i = 0; i < k->room; i++) {
        ancestor_clear(&k->open[i]);
    }
    free(k->open);
    xml_building_free(&k->building);
    xml_free(&k->building.doc);
}
CLEANUP(keeping, keeping_free);

static sign_rc octets_add(struct keeping *k, size_t n, sign_error *err) {
    k->octets += n;
    return k->octets <= LIMIT_XML_KEPT
               ? SIGN_OK
               : fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: signatures of more than %zu bytes", LIMIT_XML_KEPT);
}

static size_t octets_of(const struct xml_node *n) {
    size_t octets = sizeof *n + strlen(n->text) + n->space_count * sizeof *n->spaces +
                    n->attribute_count * sizeof *n->attributes;
    for (size_t i = 0; i < n->attribute_count; i++) {
        octets += strlen(n->attributes[i].value) + 1;
    }
    return octets;
}

static sign_rc build_begin(struct keeping *k, const struct xml_node *element, sign_error *err) {
    sign_rc rc = octets_add(k, octets_of(element), err);
    return rc == SIGN_OK ? xml_build_begin(&k->building, element, err) : rc;
}

/* Names keep their address as long as the reading lasts, values do not. */
static bool ancestor_copy(struct ancestor *to, const struct xml_node *element) {
    size_t all = 0;
    for (size_t i = 0; i < element->attribute_count; i++) {
        all += strlen(element->attributes[i].value) + 1;
    }
    to->attributes.len = to->spaces.len = to->values.len = 0;
    grow_put(&to->attributes, element->attributes, element->attribute_count * sizeof *element->attributes);
    grow_put(&to->spaces, element->spaces, element->space_count * sizeof *element->spaces);
    char *value = (char *)grow_space(&to->values, all);
    if (to->attributes.failed || to->spaces.failed || value == NULL) {
        return false;
    }
    struct xml_attribute *attributes = (void *)to->attributes.data; /* malloc aligns it for any type */
    for (size_t i = 0; i < element->attribute_count; i++) {
        size_t n = strlen(element->attributes[i].value) + 1;
        memcpy(value, element->attributes[i].value, n);
        attributes[i].value = value;
        value += n;
    }
    to->node = *element;
    to->node.attributes = attributes;
    to->node.spaces = (void *)to->spaces.data;
    to->in_tree = false;
    return true;
}

static bool room_for_one(struct keeping *k) {
    if (k->depth < k->room) {
        return true;
    }
    size_t room = k->room > 0 ? 2 * k->room : 16;
    struct ancestor *open = realloc(k->open, room * sizeof *open);
    if (open == NULL) {
        return false;
    }
    memset(open + k->room, 0, (room - k->room) * sizeof *open);
    k->open = open;
    k->room = room;
    return true;
}

static sign_rc open_push(struct keeping *k, const struct xml_node *element, sign_error *err) {
    if (!room_for_one(k) || !ancestor_copy(&k->open[k->depth], element)) {
        return fail_memory(err);
    }
    k->depth++;
    return octets_add(k, octets_of(element), err);
}

/* All that is open goes into the tree. */
static sign_rc ancestors_build(struct keeping *k, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < k->depth && rc == SIGN_OK; i++) {
        if (!k->open[i].in_tree) {
            rc = build_begin(k, &k->open[i].node, err);
            k->open[i].in_tree = true;
        }
    }
    return rc;
}

static sign_rc keep_begin(void *user, const struct xml_node *element, sign_error *err) {
    struct keeping *k = user;
    sign_rc rc = SIGN_OK;
    if (k->inside > 0 || k->keep(element)) {
        rc = k->inside == 0 ? ancestors_build(k, err) : SIGN_OK;
        k->inside++;
        return rc == SIGN_OK ? build_begin(k, element, err) : rc;
    }
    for (size_t i = 0; k->seen != NULL && i < element->attribute_count && rc == SIGN_OK; i++) {
        rc = k->seen(k->user, element, &element->attributes[i], err);
    }
    bool root = k->depth == 0;
    rc = rc == SIGN_OK ? open_push(k, element, err) : rc;
    return rc == SIGN_OK && root ? ancestors_build(k, err) : rc;
}

static sign_rc keep_end(void *user, size_t end, sign_error *err) {
    enum { SMALL = 4096 };
    struct keeping *k = user;
    if (k->inside > 0) {
        k->inside--;
        return xml_build_end(&k->building, end, err);
    }
    struct ancestor *done = &k->open[--k->depth];
    k->octets -= octets_of(&done->node);
    sign_rc rc = done->in_tree ? xml_build_end(&k->building, end, err) : SIGN_OK;
    if (done->attributes.cap + done->spaces.cap + done->values.cap > SMALL) {
        ancestor_clear(done);
    }
    return rc;
}

static sign_rc keep_text(void *user, sign_bytes piece, unsigned line, sign_error *err) {
    struct keeping *k = user;
    sign_rc rc = k->inside > 0 ? octets_add(k, piece.len, err) : SIGN_OK;
    return k->inside > 0 && rc == SIGN_OK ? xml_build_text(&k->building, piece, line, err) : rc;
}

static sign_rc keep_remark(void *user, const struct xml_node *remark, sign_error *err) {
    struct keeping *k = user;
    bool outside = k->depth == 0 && remark->kind == XML_KIND_INSTRUCTION;
    bool kept = k->inside > 0 || outside;
    sign_rc rc = kept ? octets_add(k, octets_of(remark), err) : SIGN_OK;
    return kept && rc == SIGN_OK ? xml_build_remark(&k->building, remark, err) : rc;
}

static void keep_section(void *user) {
    struct keeping *k = user;
    if (k->inside > 0) {
        xml_build_section(&k->building);
    }
}

static sign_rc keeping_begin(struct keeping *k, const struct xml_options *options, sign_error *err) {
    struct xml *doc = calloc(1, sizeof *doc);
    if (doc == NULL) {
        return fail_memory(err);
    }
    k->building.options = options;
    k->building.doc = doc;
    k->building.ends = true;
    k->building.tail = &doc->first;
    return SIGN_OK;
}

sign_rc xml_read_kept(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                      xml_seen seen, void *user, struct xml **out, sign_error *err) {
    static const struct xml_handler handler = {keep_begin,  keep_end,     keep_text,
                                               keep_remark, keep_section, NULL};
    AUTO(keeping) k = {.keep = keep, .seen = seen, .user = user};
    sign_rc rc = keeping_begin(&k, options, err);
    rc = rc == SIGN_OK ? read_text(text, options, &handler, &k, err) : rc;
    if (rc == SIGN_OK) {
        *out = TAKE(k.building.doc);
    }
    return rc;
}

/* The name of an open element, for its end tag. */
struct open_name {
    const char *prefix, *name;
};

struct writing {
    struct canon *canon;
    xml_keep keep;
    size_t nth, count; /* of the kept elements: which is left out, and how many there were */
    size_t left;       /* depth in one that is left out, that one counted */
    size_t inside;     /* depth in one that is not */
    grow names;
    bool comments, rooted;
};
typedef struct writing writing;

static void writing_free(writing *w) {
    canon_free(&w->canon);
    grow_free(&w->names);
}
CLEANUP(writing, writing_free);

/* True for a kept element that is to be left out; counts them. */
static bool is_left_out(struct writing *w, const struct xml_node *element) {
    if (w->keep == NULL || w->inside > 0) {
        w->inside += w->inside > 0;
        return false;
    }
    if (!w->keep(element)) {
        return false;
    }
    bool left_out = w->nth == SIZE_MAX || w->nth == w->count;
    w->inside = left_out ? 0 : 1;
    w->count++;
    return left_out;
}

static sign_rc write_begin(void *user, const struct xml_node *element, sign_error *err) {
    struct writing *w = user;
    w->rooted = true;
    if (w->left > 0 || is_left_out(w, element)) {
        w->left++;
        return SIGN_OK;
    }
    const struct open_name name = {element->prefix, element->name};
    grow_put(&w->names, &name, sizeof name);
    if (w->names.failed) {
        return fail_memory(err);
    }
    w->canon->err = err;
    canon_begin(w->canon, element, true, false);
    canon_attributes(w->canon, element, true);
    return w->canon->rc;
}

static sign_rc write_end(void *user, size_t end, sign_error *err) {
    (void)end;
    struct writing *w = user;
    if (w->left > 0) {
        w->left--;
        return SIGN_OK;
    }
    w->inside -= w->inside > 0;
    struct open_name name;
    w->names.len -= sizeof name;
    memcpy(&name, w->names.data + w->names.len, sizeof name);
    w->canon->err = err;
    canon_end(w->canon, name.prefix, name.name, true);
    return w->canon->rc;
}

static sign_rc write_text(void *user, sign_bytes piece, unsigned line, sign_error *err) {
    (void)line;
    struct writing *w = user;
    if (w->left == 0) {
        w->canon->err = err;
        canon_text(w->canon, (const char *)piece.data, piece.len);
    }
    return w->canon->rc;
}

static sign_rc write_remark(void *user, const struct xml_node *remark, sign_error *err) {
    struct writing *w = user;
    if (w->left == 0 && (w->comments || remark->kind != XML_KIND_COMMENT)) {
        enum canon_place outside = w->rooted ? CANON_BEHIND : CANON_BEFORE;
        w->canon->err = err;
        canon_remark(w->canon, remark, w->names.len > 0 ? CANON_INSIDE : outside);
    }
    return w->canon->rc;
}

static sign_rc writing_begin(struct writing *w, const struct xml_written *also, struct c14n_input *in,
                             sign_error *err) {
    const struct c14n_input *how = also->how;
    if (how->prefixes != NULL && how->method != C14N_EXCLUSIVE) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                    "canonical XML: a PrefixList is of the exclusive form");
    }
    *in = (struct c14n_input){.method = how->method, .prefixes = how->prefixes};
    w->nth = also->nth;
    w->comments = how->comments;
    return canon_new(in, also->put, also->user, err, &w->canon);
}

static sign_rc writing_end(struct writing *w, sign_error *err) {
    if (w->keep != NULL && w->nth < XML_LEAVE_NONE && w->nth >= w->count) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "XML: there is no such element to be left out");
    }
    w->canon->err = err;
    return canon_finish(w->canon);
}

sign_rc xml_stream_c14n(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                        size_t nth, const struct c14n_input *how, c14n_put put, void *user, sign_error *err) {
    static const struct xml_handler handler = {write_begin, write_end, write_text, write_remark, NULL, NULL};
    struct c14n_input in;
    AUTO(writing) w = {.keep = keep};
    sign_rc rc = writing_begin(&w, &(struct xml_written){nth, how, put, user}, &in, err);
    rc = rc == SIGN_OK ? read_text(text, options, &handler, &w, err) : rc;
    return rc == SIGN_OK ? writing_end(&w, err) : rc;
}

/* Both of the same events: what is kept, and the canonical form. */
struct both {
    keeping *kept;
    writing *written;
};

static sign_rc both_begin(void *user, const struct xml_node *element, sign_error *err) {
    struct both *b = user;
    sign_rc rc = keep_begin(b->kept, element, err);
    return rc == SIGN_OK ? write_begin(b->written, element, err) : rc;
}

static sign_rc both_end(void *user, size_t end, sign_error *err) {
    struct both *b = user;
    sign_rc rc = keep_end(b->kept, end, err);
    return rc == SIGN_OK ? write_end(b->written, end, err) : rc;
}

static sign_rc both_text(void *user, sign_bytes piece, unsigned line, sign_error *err) {
    struct both *b = user;
    sign_rc rc = keep_text(b->kept, piece, line, err);
    return rc == SIGN_OK ? write_text(b->written, piece, line, err) : rc;
}

static sign_rc both_remark(void *user, const struct xml_node *remark, sign_error *err) {
    struct both *b = user;
    sign_rc rc = keep_remark(b->kept, remark, err);
    return rc == SIGN_OK ? write_remark(b->written, remark, err) : rc;
}

static void both_section(void *user) {
    struct both *b = user;
    keep_section(b->kept);
}

sign_rc xml_read_kept_writing(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                              xml_seen seen, void *user, const struct xml_written *also, struct xml **out,
                              sign_error *err) {
    static const struct xml_handler handler = {both_begin,  both_end,     both_text,
                                               both_remark, both_section, NULL};
    struct c14n_input in;
    AUTO(keeping) k = {.keep = keep, .seen = seen, .user = user};
    AUTO(writing) w = {.keep = keep};
    sign_rc rc = keeping_begin(&k, options, err);
    rc = rc == SIGN_OK ? writing_begin(&w, also, &in, err) : rc;
    rc = rc == SIGN_OK ? read_text(text, options, &handler, &(struct both){&k, &w}, err) : rc;
    rc = rc == SIGN_OK ? writing_end(&w, err) : rc;
    if (rc == SIGN_OK) {
        *out = TAKE(k.building.doc);
    }
    return rc;
}
