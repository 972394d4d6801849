/* xades/document.c - a document is read as a tree or by events; its signatures are found. */
#include "xades/document.h"

#include "base/limits.h"
#include "xades/document_ids.h"
#include <stdlib.h>

static const struct xml_options options = {.depth = LIMIT_XML_DEPTH,
                                           .nodes = LIMIT_XML_NODES,
                                           .attributes = LIMIT_XML_ATTRIBUTES,
                                           .text = LIMIT_XML_TEXT,
                                           .value = LIMIT_XML_VALUE,
                                           .encodings = true};

void xades_document_free(xades_document *d) {
    free(d->signatures);
    xml_ids_free(&d->ids);
    xml_free(&d->xml);
    sign_buf_free(&d->own);
    *d = (xades_document){0};
}

size_t xades_tree_memory(size_t size) {
    return LIMIT_XML_MEMORY + LIMIT_XML_TIMES * size;
}

static sign_rc tree_read(xades_document *d, sign_error *err) {
    sign_bytes text;
    sign_rc rc = xml_text_all(&d->text, LIMIT_XML_TREE, &text, &d->own, err);
    struct xml_options bounded = options;
    bounded.memory = xades_tree_memory(text.len);
    bounded.spare = d->spare;
    rc = rc == SIGN_OK ? xml_read(text, &bounded, &d->xml, err) : rc;
    return rc == SIGN_OK ? source_unchanged(d->text.src, err) : rc;
}

/* The node behind n in document order that is not in it when `past`; NULL behind the last. */
static const struct xml_node *following(const struct xml_node *n, bool past) {
    if (n->first != NULL && !past) {
        return n->first;
    }
    while (n->next == NULL && n->parent != NULL) {
        n = n->parent;
    }
    return n->parent != NULL ? n->next : NULL;
}

static sign_rc signatures_find(xades_document *d, sign_error *err) {
    AUTO(grow) found = {0};
    bool is = false;
    for (const struct xml_node *n = xml_root(d->xml); n != NULL; n = following(n, is)) {
        is = *n->name == 'S' && xades_is_signature(n);
        if (is) {
            grow_put(&found, &n, sizeof n);
        }
    }
    size_t count = found.len / sizeof(const struct xml_node *);
    if (count > LIMIT_XML_SIGNATURES) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "XML: %zu signatures, at most %d", count,
                    LIMIT_XML_SIGNATURES);
    }
    sign_buf list = {0};
    sign_rc rc = grow_take(&found, &list, err);
    d->signatures = (const struct xml_node **)(void *)list.data; /* malloc aligns it for any type */
    d->n_signatures = count;
    return rc;
}

/*
 * The Ids of elements that are not in the tree are compared as those of a tree are (xml/ids.h), and, more
 * strictly, with all that stand in a signature: what a signature refers to within itself is then that alone.
 */
static sign_rc ids_compare(const xades_document *d, xades_ids_outside *outside, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < d->n_signatures && rc == SIGN_OK; i++) {
        rc = xades_ids_outside_compare(outside, d->signatures[i], err);
    }
    if (!outside->full) {
        return rc;
    }
    for (size_t i = 0; i < d->n_signatures && rc == SIGN_OK; i++) {
        rc = xades_ids_outside_hold(outside, d->signatures[i], err);
    }
    AUTO(xml_ptr) again = NULL;
    return rc == SIGN_OK ? xml_read_kept(&d->text, &options, xades_is_signature, xades_ids_outside_again,
                                         outside, &again, err)
                         : rc;
}

/* *over: over a limit of events that a tree may not have: what would be kept is too large, because a
 * signature carries its content (enveloping), or a piece of markup is. */
static sign_rc sparse_read(xades_document *d, const struct xml_written *also, bool *over, sign_error *err) {
    AUTO(xades_ids_outside) outside;
    xades_ids_outside_init(&outside);
    xml_keep keep = xades_is_signature;
    xml_seen seen = xades_ids_outside_add;
    sign_rc rc = also != NULL
                     ? xml_read_kept_writing(&d->text, &options, keep, seen, &outside, also, &d->xml, err)
                     : xml_read_kept(&d->text, &options, keep, seen, &outside, &d->xml, err);
    *over = rc == SIGN_E_LIMIT && !outside.full;
    rc = rc == SIGN_OK ? signatures_find(d, err) : rc;
    return rc == SIGN_OK ? ids_compare(d, &outside, err) : rc;
}

/* A tree; not sparse. */
static sign_rc whole_read(xades_document *d, sign_error *err) {
    sign_rc rc = tree_read(d, err);
    return rc == SIGN_OK ? signatures_find(d, err) : rc;
}

static void spare_release(void *what) {
    struct xml_spare *spare = what;
    xml_spare_free(&spare);
}

struct xml_spare *xades_spare(struct crypto *crypto) {
    struct crypto_companion *beside = crypto != NULL ? crypto_companion(crypto) : NULL;
    if (beside != NULL && beside->what == NULL) {
        *beside = (struct crypto_companion){xml_spare_new(), spare_release};
    }
    return beside != NULL ? beside->what : NULL;
}

static sign_rc document_open(struct xml_spare *spare, const struct xml_text *text, enum xades_reading how,
                             const struct xml_written *also, xades_document *out, bool *written,
                             sign_error *err) {
    AUTO(xades_document) d = {.text = *text, .spare = spare};
    sign_rc rc = SIGN_OK;
    if (how == XADES_AS_FITS && xml_text_size(text) > LIMIT_XML_LARGE) {
        rc = xml_text_is_utf8(text, &d.sparse, err);
    }
    if (rc == SIGN_OK && d.sparse) {
        sign_error why = {0};
        bool over = false;
        rc = sparse_read(&d, also, &over, &why);
        if (over && xml_text_size(text) <= LIMIT_XML_TREE) {
            xades_document_free(&d);
            d.text = *text;
            d.spare = spare;
            rc = whole_read(&d, err);
        } else if (rc != SIGN_OK && err != NULL) {
            *err = why;
        }
    } else if (rc == SIGN_OK) {
        rc = whole_read(&d, err);
    }
    rc = rc == SIGN_OK ? xml_ids_new(d.xml, xades_id_rule, &d.ids, err) : rc;
    if (rc == SIGN_OK) {
        *written = also != NULL && d.sparse;
        *out = d;
        d = (xades_document){0};
    }
    return rc;
}

sign_rc xades_document_open_writing(const struct xml_text *text, enum xades_reading how,
                                    const struct xml_written *also, xades_document *out, bool *written,
                                    sign_error *err) {
    return document_open(NULL, text, how, also, out, written, err);
}

sign_rc xades_document_open_with(struct crypto *crypto, const struct xml_text *text, enum xades_reading how,
                                 xades_document *out, sign_error *err) {
    bool written;
    return document_open(xades_spare(crypto), text, how, NULL, out, &written, err);
}

sign_rc xades_document_open(const struct xml_text *text, enum xades_reading how, xades_document *out,
                            sign_error *err) {
    return xades_document_open_with(NULL, text, how, out, err);
}

static sign_rc sparse_c14n(const xades_document *d, const struct c14n_input *how,
                           const struct xml_node *without, bool all, c14n_put put, void *user,
                           sign_error *err) {
    size_t nth = SIZE_MAX;
    if (without != NULL && !all) {
        for (nth = 0; nth < d->n_signatures && d->signatures[nth] != without; nth++) {
        }
    }
    xml_keep keep = without != NULL || all ? xades_is_signature : NULL;
    return xml_stream_c14n(&d->text, &options, keep, nth, how, put, user, err);
}

sign_rc xades_document_c14n(const xades_document *d, const struct c14n_input *how,
                            const struct xml_node *without, bool all, c14n_put put, void *user,
                            sign_error *err) {
    if (d->sparse) {
        return sparse_c14n(d, how, without, all, put, user, err);
    }
    const struct c14n_input in = {.document = xml_first(d->xml),
                                  .without = without,
                                  .leave = all ? xades_is_signature : NULL,
                                  .method = how->method,
                                  .comments = how->comments,
                                  .prefixes = how->prefixes};
    return c14n_write(&in, put, user, err);
}
