/* Writes SignedData around a content that is never held: lengths first, then head, content, tail. */
#include "cades/write_parts.h"

#include "der/builder.h"

#include <stdlib.h>

sign_rc cades_content_hash(struct crypto *crypto, const struct cades_content *c, enum crypto_digest d,
                           uint8_t *out, sign_error *err) {
    sign_rc rc = crypto_hash_begin(crypto, d, err);
    for (size_t i = 0; rc == SIGN_OK && i < c->n_segments; i++) {
        rc = crypto_hash_source(crypto, c->src, c->segments[i].at, c->segments[i].len, err);
    }
    if (rc == SIGN_OK) {
        rc = crypto_hash_end(crypto, out, err);
    }
    return rc == SIGN_OK ? source_unchanged(c->src, err) : rc;
}

static void copy_memory(const struct cades_content *c, sink *to) {
    for (size_t i = 0; i < c->n_segments; i++) {
        sink_put(to, c->src->mem.data + (size_t)c->segments[i].at, (size_t)c->segments[i].len);
    }
}

static sign_rc copy_segment(struct crypto *crypto, const source *src, struct cms_segment seg,
                            sign_buf *window, sink *to, sign_error *err) {
    while (seg.len && to->error.code == SIGN_OK) {
        size_t n = seg.len < window->len ? (size_t)seg.len : window->len;
        sign_rc rc = source_read(src, seg.at, window->data, n, err);
        if (rc == SIGN_OK) {
            rc = crypto_hash_add(crypto, BYTES(window->data, n), err);
        }
        if (rc != SIGN_OK) {
            return rc;
        }
        sink_put(to, window->data, n);
        seg.at += n;
        seg.len -= n;
    }
    return SIGN_OK;
}

sign_rc cades_content_copy(struct crypto *crypto, const struct cades_content *c, enum crypto_digest d,
                           sign_bytes expected, sink *to, sign_error *err) {
    if (c->src->fd < 0) {
        copy_memory(c, to);
        return SIGN_OK;
    }
    AUTO(sign_buf) window = {malloc(LIMIT_WINDOW), LIMIT_WINDOW};
    if (!window.data) {
        return fail_memory(err);
    }
    sign_rc rc = crypto_hash_begin(crypto, d, err);
    for (size_t i = 0; rc == SIGN_OK && i < c->n_segments; i++) {
        rc = copy_segment(crypto, c->src, c->segments[i], &window, to, err);
    }
    uint8_t digest[DIGEST_MAX];
    if (rc == SIGN_OK) {
        rc = crypto_hash_end(crypto, digest, err);
    }
    if (rc == SIGN_OK) {
        rc = source_unchanged(c->src, err);
    }
    /* A sink that failed took only a part; its own error is told when it is committed. */
    if (rc == SIGN_OK && to->error.code == SIGN_OK && !bytes_equal(BYTES(digest, expected.len), expected)) {
        return fail(err, SIGN_E_IO, MSG_FILE_CHANGED, "%s", c->src->name);
    }
    return rc;
}

/* Length of the whole element whose contents have n octets. */
static uint64_t element_size(uint64_t n) {
    return der_header_size(n) + n;
}

static uint64_t optional_size(sign_bytes contents) {
    return contents.len ? element_size(contents.len) : 0;
}

sign_rc cades_parts_head(const struct cades_parts *p, sign_buf *out, sign_error *err) {
    uint64_t octets = element_size(p->content_size);
    uint64_t encapsulated = element_size(p->content_type.len) + (p->attached ? element_size(octets) : 0);
    uint64_t body = 3 + element_size(p->digest_algorithms.len) + element_size(encapsulated) +
                    optional_size(p->certificates) + optional_size(p->crls) + element_size(p->signers.len);
    if (p->version > CADES_VERSION_MAX) { /* so that the INTEGER has the three octets counted above */
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "SignedData version %llu",
                    (unsigned long long)p->version);
    }
    AUTO(der_builder) b = {0};
    sign_bytes signed_data = oid_bytes(OID_CT_SIGNED_DATA);
    der_put_header(&b, DER_SEQUENCE, element_size(signed_data.len) + element_size(element_size(body)));
    der_put_oid_bytes(&b, signed_data);
    der_put_header(&b, DER_CONTEXT_CONSTRUCTED(0), element_size(body));
    der_put_header(&b, DER_SEQUENCE, body);
    der_put_uint(&b, p->version);
    der_put(&b, DER_SET, p->digest_algorithms);
    der_put_header(&b, DER_SEQUENCE, encapsulated);
    der_put_oid_bytes(&b, p->content_type);
    if (p->attached) {
        der_put_header(&b, DER_CONTEXT_CONSTRUCTED(0), octets);
        der_put_header(&b, DER_OCTET_STRING, p->content_size);
    }
    return der_builder_take(&b, out, err);
}

sign_rc cades_parts_tail(const struct cades_parts *p, sign_buf *out, sign_error *err) {
    AUTO(der_builder) b = {0};
    if (p->certificates.len) {
        der_put(&b, DER_CONTEXT_CONSTRUCTED(0), p->certificates);
    }
    if (p->crls.len) {
        der_put(&b, DER_CONTEXT_CONSTRUCTED(1), p->crls);
    }
    der_put(&b, DER_SET, p->signers);
    return der_builder_take(&b, out, err);
}

/* Elements of a set as views. */
struct element_list {
    sign_bytes *items;
    size_t count;
};
typedef struct element_list element_list;
static void element_list_free(element_list *l) {
    free(l->items);
}
CLEANUP(element_list, element_list_free);

static struct der_cursor set_cursor(struct der_parse *parse, sign_bytes set) {
    return der_open(parse, set, true);
}

static size_t count_elements(sign_bytes set) {
    struct der_parse parse = {0};
    struct der_cursor c = set_cursor(&parse, set);
    struct der_tlv t;
    size_t n = 0;
    while (der_more(&c) && der_any(&c, &t)) {
        n++;
    }
    return n;
}

/* False when an equal element is there. */
static bool insert(element_list *l, sign_bytes element, bool sorted) {
    size_t at = l->count;
    for (size_t i = 0; i < l->count; i++) {
        int order = bytes_compare(l->items[i], element);
        if (order == 0) {
            return false;
        }
        if (sorted && order > 0 && i < at) {
            at = i;
        }
    }
    memmove(l->items + at + 1, l->items + at, (l->count - at) * sizeof *l->items);
    l->items[at] = element;
    l->count++;
    return true;
}

/* The elements one behind the other, in one piece of just the right size. */
static sign_rc join(const element_list *l, sign_buf *out, sign_error *err) {
    size_t size = 0;
    for (size_t i = 0; i < l->count; i++) {
        size += l->items[i].len;
    }
    if (size > LIMIT_PIECE) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "certificates or signers of %zu bytes", size);
    }
    uint8_t *to = malloc(size + 1);
    if (!to) {
        return fail_memory(err);
    }
    *out = (sign_buf){to, size};
    for (size_t i = 0; i < l->count; i++) {
        memcpy(to, l->items[i].data, l->items[i].len);
        to += l->items[i].len;
    }
    return SIGN_OK;
}

sign_rc cades_set_union(sign_bytes set, const sign_bytes *more, size_t n, sign_buf *out, size_t *added,
                        sign_error *err) {
    AUTO(element_list) l = {calloc(count_elements(set) + n + 1, sizeof(sign_bytes)), 0};
    if (!l.items) {
        return fail_memory(err);
    }
    struct der_parse parse = {0};
    struct der_cursor c = set_cursor(&parse, set);
    struct der_tlv t;
    while (der_more(&c) && der_any(&c, &t)) {
        l.items[l.count++] = t.raw;
    }
    if (!der_ok(&c)) {
        return fail(err, SIGN_E_FORMAT, MSG_DER, "%s", parse.error);
    }
    bool sorted = der_set_sorted(set);
    *added = 0;
    for (size_t i = 0; i < n; i++) {
        *added += insert(&l, more[i], sorted);
    }
    return join(&l, out, err);
}
