/*
 * Digests of a signature to be made, over its text as it is read back: what a builder believes it has written
 * and what a reader sees are not always the same.
 */
#include "xades/draft_parts.h"

#include "base/text.h"

const char *xades_attribute(const struct xml_node *n, const char *name) {
    for (size_t i = 0; i < n->attribute_count; i++) {
        if (*n->attributes[i].space == 0 && strcmp(n->attributes[i].name, name) == 0) {
            return n->attributes[i].value;
        }
    }
    return NULL;
}

const struct xml_node *xades_child(const struct xml_node *n, const char *space, const char *name) {
    const struct xml_node *child = n ? n->first : NULL;
    while (child && !xades_is(child, space, name)) {
        child = child->next;
    }
    return child;
}

const struct xml_node *xades_signature_find(const xades_document *doc, const char *id) {
    for (size_t i = 0; i < doc->n_signatures; i++) {
        const char *found = xades_attribute(doc->signatures[i], "Id");
        if (found && strcmp(found, id) == 0) {
            return doc->signatures[i];
        }
    }
    return NULL;
}

static sign_rc put_digest(void *user, sign_bytes piece, sign_error *err) {
    return crypto_hash_add(user, piece, err);
}

static sign_rc put_grow(void *user, sign_bytes piece, sign_error *err) {
    grow *g = user;
    grow_put(g, piece.data, piece.len);
    return g->failed ? fail_memory(err) : SIGN_OK;
}

static sign_rc subtree_digest(struct crypto *crypto, const struct ades_draft *d, struct c14n_input in,
                              uint8_t *out, sign_error *err) {
    in.method = d->method;
    sign_rc rc = crypto_hash_begin(crypto, d->digest, err);
    if (rc == SIGN_OK) {
        rc = c14n_write(&in, put_digest, crypto, err);
    }
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}

static sign_rc document_digest(struct crypto *crypto, const struct ades_draft *d, const xades_document *doc,
                               const struct xml_node *signature, uint8_t *out, sign_error *err) {
    const struct c14n_input how = {.method = d->method};
    sign_rc rc = crypto_hash_begin(crypto, d->digest, err);
    if (rc == SIGN_OK) {
        rc = xades_document_c14n(doc, &how, signature, !d->single, put_digest, crypto, err);
    }
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}

/* Text content of an element, decoded. */
static sign_rc base64_digest(struct crypto *crypto, const struct ades_draft *d, const struct xml_node *n,
                             uint8_t *out, sign_error *err) {
    AUTO(grow) octets = {0};
    const struct xml_node *text = n->first;
    if (text &&
        (text->next || text->kind != XML_KIND_TEXT || !text_base64_decode(BYTES_STR(text->text), &octets))) {
        return octets.failed ? fail_memory(err)
                             : fail(err, SIGN_E_FORMAT, MSG_DRAFT_FORMAT, "base64 of the content");
    }
    return crypto_hash(crypto, d->digest, BYTES(octets.data, octets.len), out, err);
}

static sign_rc content_digest(struct crypto *crypto, const struct ades_draft *d, const source *s,
                              uint8_t *out, sign_error *err) {
    sign_rc rc = crypto_hash_begin(crypto, d->digest, err);
    if (rc == SIGN_OK) {
        rc = crypto_hash_source(crypto, s, 0, s->size, err);
    }
    if (rc == SIGN_OK) {
        rc = crypto_hash_end(crypto, out, err);
    }
    return rc == SIGN_OK ? source_unchanged(s, err) : rc;
}

static sign_rc data_digest(struct crypto *crypto, const struct ades_draft *d, const xades_document *doc,
                           const struct xml_node *signature, size_t i, uint8_t *out, sign_error *err) {
    const struct xades_data *data = &d->data[i];
    if (data->kind == XADES_WHOLE) {
        return document_digest(crypto, d, doc, signature, out, err);
    }
    if (data->kind == XADES_DETACHED) {
        if (d->content.src.name) {
            return content_digest(crypto, d, &d->content.src, out, err);
        }
        memcpy(out, d->digests[i + 1], DIGEST_MAX); /* imported without it: nothing to compare with */
        return SIGN_OK;
    }
    bool several = false;
    const struct xml_node *n = xml_ids_find(doc->ids, data->uri + 1, &several);
    if (!n) {
        return fail(err, SIGN_E_FORMAT, several ? MSG_XML_ID_REPEATED : MSG_XML_NO_ELEMENT, "%s",
                    data->uri + 1);
    }
    if (data->kind == XADES_BASE64) {
        return base64_digest(crypto, d, n, out, err);
    }
    struct c14n_input in = {.apex = n};
    if (data->kind == XADES_AROUND) {
        in.without = signature;
        in.leave = d->single ? NULL : xades_is_signature;
    }
    return subtree_digest(crypto, d, in, out, err);
}

/* SignedProperties by its way from the Signature, not by its Id: the Id is what others look for. */
static const struct xml_node *signed_properties(const struct xml_node *signature) {
    for (const struct xml_node *n = signature->first; n; n = n->next) {
        const struct xml_node *q =
            xades_is(n, DS_NS, "Object") ? xades_child(n, XADES_NS, "QualifyingProperties") : NULL;
        if (q) {
            return xades_child(q, XADES_NS, "SignedProperties");
        }
    }
    return NULL;
}

static sign_rc own_digests(struct crypto *crypto, const struct ades_draft *d,
                           const struct xml_node *signature, xades_digests *out, sign_error *err) {
    const struct xml_node *properties = signed_properties(signature);
    const struct xml_node *info = xades_child(signature, DS_NS, "SignedInfo");
    if (!properties || !info) {
        return fail(err, SIGN_E_FORMAT, MSG_DRAFT_FORMAT, "the signature is not one that was drafted");
    }
    AUTO(grow) text = {0};
    const struct c14n_input in = {.apex = info, .method = d->method};
    sign_rc rc = subtree_digest(crypto, d, (struct c14n_input){.apex = properties}, out->value[0], err);
    if (rc == SIGN_OK) {
        rc = c14n_write(&in, put_grow, &text, err);
    }
    return rc == SIGN_OK ? grow_take(&text, &out->signed_info, err) : rc;
}

static bool is_of_whole(const struct ades_draft *d) {
    for (size_t i = 0; i < d->n_data; i++) {
        if (d->data[i].kind == XADES_WHOLE) {
            return true;
        }
    }
    return false;
}

sign_rc xades_open_digesting(struct crypto *crypto, const struct ades_draft *d, const struct xml_text *text,
                             size_t nth, xades_document *doc, uint8_t *whole, bool *digested,
                             sign_error *err) {
    const struct c14n_input how = {.method = d->method};
    const struct xml_written also = {nth, &how, put_digest, crypto};
    sign_rc rc = crypto_hash_begin(crypto, d->digest, err);
    if (rc == SIGN_OK) {
        rc = xades_document_open_writing(text, d->how, &also, doc, digested, err);
    }
    return rc == SIGN_OK && *digested ? crypto_hash_end(crypto, whole, err) : rc;
}

sign_rc xades_digest_all(struct crypto *crypto, const struct ades_draft *d, const struct xml_text *text,
                         xades_digests *out, sign_error *err) {
    AUTO(xades_document) doc = {0};
    uint8_t whole[DIGEST_MAX] = {0};
    bool digested = false;
    size_t nth = d->single ? d->nth : SIZE_MAX;
    sign_rc rc = is_of_whole(d) ? xades_open_digesting(crypto, d, text, nth, &doc, whole, &digested, err)
                                : xades_document_open(text, d->how, &doc, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    const struct xml_node *signature = xades_signature_find(&doc, d->id);
    if (!signature) {
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "the new signature is not in the document");
    }
    bool known =
        digested && (!d->single || (d->nth < doc.n_signatures && doc.signatures[d->nth] == signature));
    rc = own_digests(crypto, d, signature, out, err);
    for (size_t i = 0; rc == SIGN_OK && i < d->n_data; i++) {
        if (known && d->data[i].kind == XADES_WHOLE) {
            memcpy(out->value[i + 1], whole, sizeof whole);
        } else {
            rc = data_digest(crypto, d, &doc, signature, i, out->value[i + 1], err);
        }
    }
    return rc;
}

/*
 * With the document's digest known, the signature is read back alone. What is finished is read back as a
 * whole, so that a difference between the two is found then.
 */
sign_rc xades_digest_draft(struct crypto *crypto, const struct ades_draft *d, xades_digests *out,
                           sign_error *err) {
    AUTO(xades_document) doc = {0};
    struct xml_text alone;
    if (!d->has_whole || d->n_data != 1 || !xades_text_of_signature(&d->text, &alone)) {
        return xades_digest_all(crypto, d, &d->text, out, err);
    }
    sign_rc rc = xades_document_open(&alone, XADES_AS_FITS, &doc, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    const struct xml_node *signature = xades_signature_find(&doc, d->id);
    if (!signature) {
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "the new signature is not in the document");
    }
    memcpy(out->value[1], d->whole, sizeof d->whole);
    return own_digests(crypto, d, signature, out, err);
}

/* In canonical form a '<' only begins a tag, so what is found is a DigestValue. */
bool xades_signed_info_fill(const struct ades_draft *d, xades_digests *digests) {
    static const char tag[] = "<ds:DigestValue>";
    const sign_buf *info = &digests->signed_info;
    size_t n = 0, size = xades_draft_size(d), length = (size + 2) / 3 * 4;
    for (size_t at = 0; at + sizeof tag - 1 + length <= info->len; at++) {
        const uint8_t *hit = memchr(info->data + at, '<', info->len - at);
        if (!hit) {
            break;
        }
        at = (size_t)(hit - info->data);
        if (info->len - at < sizeof tag - 1 + length || memcmp(hit, tag, sizeof tag - 1) != 0) {
            continue;
        }
        AUTO(grow) text = {0};
        if (n > d->n_data) {
            return false;
        }
        text_base64(BYTES(digests->value[n++], size), &text);
        if (text.failed || text.len != length) {
            return false;
        }
        memcpy(info->data + at + sizeof tag - 1, text.data, length);
    }
    return n == d->n_data + 1;
}
