/*
 * fuzz_c14n.c - a document is read and written in every canonical form, as a whole, as the subtree of its
 * last element, and without that. What is written must be well-formed, and canonical already: read and
 * written again it stays the same. In the exclusive form that holds for a subtree taken from anywhere
 * (Exclusive, 1).
 */
#include "xml/c14n.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct xml_options options = {
    .bytes = 1 << 20, .depth = 256, .nodes = 5000000, .attributes = 256};

static sign_rc collect(void *user, sign_bytes piece, sign_error *err) {
    (void)err;
    grow_put(user, piece.data, piece.len);
    return SIGN_OK;
}

/* True when the form was written; all that may forbid it is a relative namespace URI, or that nothing is
 * left. */
static bool write(const struct c14n_input *in, grow *out) {
    sign_rc rc = c14n_write(in, collect, out, NULL);
    if (rc != SIGN_OK && rc != SIGN_E_FORMAT) {
        abort();
    }
    return rc == SIGN_OK;
}

static void check(const struct c14n_input *in) {
    AUTO(grow) once = {0}, twice = {0};
    AUTO(xml_ptr) again = NULL;
    if (!write(in, &once)) {
        return;
    }
    struct xml_options larger = options;
    larger.bytes = 0;      /* escapes make it longer */
    larger.attributes = 0; /* an apex takes over what its ancestors declare */
    if (xml_read(BYTES(once.data, once.len), &larger, &again, NULL) != SIGN_OK) {
        abort();
    }
    const struct c14n_input whole = {.document = xml_first(again),
                                     .method = in->method,
                                     .comments = in->comments,
                                     .prefixes = in->prefixes};
    if (!write(&whole, &twice) || !bytes_equal(BYTES(once.data, once.len), BYTES(twice.data, twice.len))) {
        abort();
    }
}

static void check_methods(struct c14n_input in) {
    for (unsigned i = 0; i < 8; i++) {
        in.method = i / 2 == 3 ? C14N_EXCLUSIVE : (enum c14n_method)(i / 2);
        in.prefixes = i / 2 == 3 ? "a #default" : NULL;
        in.comments = i % 2 == 1;
        check(&in);
    }
}

/* Of the children the last element, and of its children again. */
static const struct xml_node *last_element(const struct xml_node *root) {
    const struct xml_node *last = root;
    for (const struct xml_node *n = root->first; n != NULL; n = n->next) {
        if (n->kind == XML_KIND_ELEMENT) {
            last = n;
        }
    }
    return last == root ? root : last_element(last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(xml_ptr) doc = NULL;
    if (xml_read(BYTES(data != NULL ? data : (const uint8_t *)"", size), &options, &doc, NULL) != SIGN_OK) {
        return 0;
    }
    const struct xml_node *last = last_element(xml_root(doc));
    check_methods((struct c14n_input){.document = xml_first(doc)});
    check_methods((struct c14n_input){.apex = last});
    if (last != xml_root(doc)) {
        check_methods((struct c14n_input){.document = xml_first(doc), .without = last});
    }
    return 0;
}
