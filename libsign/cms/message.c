/* The outer walk over a SignedData: by 64-bit offsets, so that a gigabyte of content is never in memory. */
#include "cms/message.h"

#include "base/text.h"
#include "der/oid.h"
#include <stdlib.h>

enum { WINDOW = 4096, HEADER_MAX = 16, FIRST_SEGMENTS = 8 };
#define HEAD_MAX ((uint64_t)64 << 10) /* digestAlgorithms and eContentType together */

/* A walk: reads are by small windows; the first thing that is wrong ends it. */
struct walk {
    cms_message *m;
    uint64_t at;
    uint64_t window_at;
    size_t window_len;
    size_t cap; /* of m->segments */
    sign_rc rc;
    sign_error *err;
    uint8_t window[WINDOW];
};

/* An element that was entered. bound: where the innermost definite length around it ends. */
struct frame {
    uint64_t start, end, bound;
    uint8_t tag;
    bool indefinite;
};

static bool broken(struct walk *w, enum message_id id, const char *detail) {
    if (w->rc == SIGN_OK && w->m->broken == MSG_NONE) {
        w->m->broken = id;
        w->m->broken_detail = detail;
    }
    return false;
}

static bool failed(struct walk *w, sign_rc rc) {
    w->rc = rc;
    return false;
}

/* A pointer to at most n bytes at `at`; *got says how many there are. NULL: reading failed. */
static const uint8_t *peek(struct walk *w, uint64_t at, size_t n, size_t *got) {
    const source *s = &w->m->src;
    uint64_t left = at < s->size ? s->size - at : 0;
    *got = left < n ? (size_t)left : n;
    if (s->fd < 0)
        return *got == 0 ? w->window : s->mem.data + at;
    if (*got > 0 && (at < w->window_at || at + *got > w->window_at + w->window_len)) {
        size_t len = left < WINDOW ? (size_t)left : WINDOW;
        w->window_len = 0;
        sign_rc rc = source_read(s, at, w->window, len, w->err);
        if (rc != SIGN_OK) {
            failed(w, rc);
            return NULL;
        }
        w->window_at = at;
        w->window_len = len;
    }
    return *got == 0 ? w->window : w->window + (at - w->window_at);
}

/* The length octets at p[1..n). Returns their number, 0 when they are cut off or too long. */
static size_t read_length(const uint8_t *p, size_t n, uint64_t *len, bool *indefinite, bool *minimal) {
    *indefinite = p[1] == 0x80;
    *minimal = true;
    *len = p[1];
    if (p[1] <= 0x80)
        return 1;
    size_t count = p[1] & 0x7f;
    if (count > 8 || n < 2 + count)
        return 0;
    uint64_t v = 0;
    for (size_t i = 0; i < count; i++)
        v = v << 8 | p[2 + i];
    *minimal = p[2] != 0 && v >= 0x80;
    *len = v;
    return 1 + count;
}

/* Reads identifier and length at w->at and moves behind them. X.690, 8.1; lengths of 2^63 and more are
 * refused. */
static bool header(struct walk *w, uint64_t bound, struct frame *f) {
    size_t n;
    const uint8_t *p = peek(w, w->at, HEADER_MAX, &n);
    if (p == NULL)
        return false;
    if (w->at >= bound || n < 2)
        return broken(w, MSG_CMS_TRUNCATED, "an element is missing");
    if ((p[0] & 0x1f) == 0x1f)
        return broken(w, MSG_CMS_STRUCTURE, "tag number above 30");
    uint64_t len;
    bool minimal;
    size_t octets = read_length(p, n, &len, &f->indefinite, &minimal);
    if (octets == 0 || len > INT64_MAX)
        return broken(w, n < HEADER_MAX ? MSG_CMS_TRUNCATED : MSG_CMS_STRUCTURE, "unusable length");
    if (f->indefinite && (p[0] & 0x20) == 0)
        return broken(w, MSG_CMS_STRUCTURE, "indefinite length of a primitive element");
    f->tag = p[0];
    f->start = w->at + 1 + octets;
    if (f->start > bound || (!f->indefinite && len > bound - f->start))
        return broken(w, MSG_CMS_TRUNCATED, "a length runs past the end");
    f->end = f->indefinite ? UINT64_MAX : f->start + len;
    f->bound = f->indefinite ? bound : f->end;
    w->m->ber = w->m->ber || f->indefinite || !minimal;
    w->at = f->start;
    return true;
}

static bool enter(struct walk *w, const struct frame *in, uint8_t tag, struct frame *f, const char *what) {
    if (!header(w, in->bound, f))
        return false;
    return f->tag == tag || broken(w, MSG_CMS_STRUCTURE, what);
}

/* True at the end of f: at its last octet, or before end-of-contents octets. */
static bool at_end(struct walk *w, const struct frame *f) {
    if (!f->indefinite)
        return w->at >= f->end;
    size_t n;
    const uint8_t *p = peek(w, w->at, 2, &n);
    return p == NULL || (n == 2 && w->at + 2 <= f->bound && p[0] == 0 && p[1] == 0);
}

static bool leave(struct walk *w, const struct frame *f) {
    if (!at_end(w, f))
        return broken(w, MSG_CMS_STRUCTURE, "an element has more in it than the standard knows");
    if (f->indefinite)
        w->at += 2;
    return w->rc == SIGN_OK;
}

/* Moves behind an element whose header was read; *end: of its contents. Indefinite ones nest at most
 * LIMIT_DER_DEPTH. */
static bool skip(struct walk *w, const struct frame *f, uint64_t *end) {
    w->at = *end = f->end;
    if (!f->indefinite)
        return true;
    w->at = f->start;
    struct frame open[LIMIT_DER_DEPTH] = {*f};
    size_t depth = 1;
    while (depth > 0) {
        if (at_end(w, &open[depth - 1])) {
            *end = w->at;
            w->at += 2;
            depth--;
        } else {
            if (!header(w, open[depth - 1].bound, &open[depth == LIMIT_DER_DEPTH ? depth - 1 : depth]))
                return false;
            if (depth == LIMIT_DER_DEPTH)
                return broken(w, MSG_CMS_DEPTH, NULL);
            if (open[depth].indefinite)
                depth++;
            else
                w->at = open[depth].end;
        }
        if (w->rc != SIGN_OK)
            return false;
    }
    return true;
}

/* Views the contents of an element: certificates, CRLs or signers. */
static bool piece(struct walk *w, const struct frame *f, sign_bytes *out, sign_buf *own) {
    uint64_t end;
    if (!skip(w, f, &end))
        return false;
    if (end - f->start > LIMIT_PIECE)
        return broken(w, MSG_CMS_LIMIT, "certificates, CRLs or signers");
    sign_rc rc = source_view(&w->m->src, f->start, (size_t)(end - f->start), out, own, w->err);
    return rc == SIGN_OK || failed(w, rc);
}

static bool add_segment(struct walk *w, uint64_t at, uint64_t len) {
    cms_message *m = w->m;
    if (len == 0)
        return true;
    if (m->n_segments == LIMIT_CONTENT_SEGMENTS)
        return broken(w, MSG_CMS_LIMIT, "segments of the content");
    if (m->n_segments == w->cap) {
        size_t cap = w->cap == 0 ? FIRST_SEGMENTS : 2 * w->cap;
        struct cms_segment *grown = realloc(m->segments, cap * sizeof *grown);
        if (grown == NULL)
            return failed(w, fail_memory(w->err));
        m->segments = grown;
        w->cap = cap;
    }
    m->segments[m->n_segments++] = (struct cms_segment){at, len};
    m->content_size += len;
    return true;
}

/* An OCTET STRING, primitive or constructed (X.690, 8.7): its segments in order. */
static bool octets(struct walk *w, const struct frame *in, unsigned depth) {
    struct frame f;
    if (!header(w, in->bound, &f))
        return false;
    if (f.tag == DER_OCTET_STRING) {
        w->at = f.end;
        return add_segment(w, f.start, f.end - f.start);
    }
    if (f.tag != (DER_OCTET_STRING | 0x20))
        return broken(w, MSG_CMS_STRUCTURE, "the content is no OCTET STRING");
    if (depth == LIMIT_DER_DEPTH)
        return broken(w, MSG_CMS_DEPTH, NULL);
    w->m->ber = true;
    while (!at_end(w, &f)) {
        if (!octets(w, &f, depth + 1))
            return false;
    }
    return leave(w, &f);
}

/* version, digestAlgorithms, encapContentInfo up to the content (RFC 5652, 5.1 and 5.2). */
static bool head(struct walk *w, const struct frame *signed_data, struct frame *encap) {
    cms_message *m = w->m;
    struct frame f, oid;
    m->version_at = w->at;
    if (!enter(w, signed_data, DER_INTEGER, &f, "version is no INTEGER"))
        return false;
    size_t n;
    const uint8_t *p = peek(w, f.start, 1, &n);
    if (p == NULL)
        return false;
    if (f.end - f.start != 1 || n != 1 || (*p & 0x80) != 0)
        return broken(w, MSG_CMS_STRUCTURE, "version out of range");
    m->version = *p;
    w->at = f.end;
    if (!enter(w, signed_data, DER_SET, &f, "digestAlgorithms is no SET"))
        return false;
    uint64_t end;
    if (!skip(w, &f, &end))
        return false;
    m->encap_at = w->at;
    if (!enter(w, signed_data, DER_SEQUENCE, encap, "encapContentInfo is no SEQUENCE") ||
        !enter(w, encap, DER_OID, &oid, "eContentType is no OID"))
        return false;
    w->at = oid.end;
    if (oid.end - f.start > HEAD_MAX)
        return broken(w, MSG_CMS_LIMIT, "digest algorithms");
    sign_bytes all;
    sign_rc rc = source_view(&m->src, f.start, (size_t)(oid.end - f.start), &all, &m->own_head, w->err);
    if (rc != SIGN_OK)
        return failed(w, rc);
    m->digest_algorithms = BYTES(all.data, (size_t)(end - f.start));
    m->content_type = BYTES(all.data + (oid.start - f.start), (size_t)(oid.end - oid.start));
    return true;
}

static bool content(struct walk *w, const struct frame *encap) {
    if (at_end(w, encap))
        return leave(w, encap);
    struct frame f;
    if (!enter(w, encap, DER_CONTEXT_CONSTRUCTED(0), &f, "eContent has another tag than [0]"))
        return false;
    w->m->attached = true;
    return octets(w, &f, 1) && leave(w, &f) && leave(w, encap);
}

/* certificates [0], crls [1], signerInfos. */
static bool tail(struct walk *w, const struct frame *signed_data) {
    cms_message *m = w->m;
    struct frame f;
    uint64_t at = w->at;
    if (!header(w, signed_data->bound, &f))
        return false;
    if (f.tag == DER_CONTEXT_CONSTRUCTED(0)) {
        m->certificates_at = at;
        if (!piece(w, &f, &m->certificates, &m->own_certificates))
            return false;
        at = w->at;
        if (!header(w, signed_data->bound, &f))
            return false;
    }
    if (f.tag == DER_CONTEXT_CONSTRUCTED(1)) {
        m->crls_at = at;
        if (!piece(w, &f, &m->crls, &m->own_crls))
            return false;
        at = w->at;
        if (!header(w, signed_data->bound, &f))
            return false;
    }
    if (f.tag != DER_SET)
        return broken(w, MSG_CMS_STRUCTURE, "signerInfos is no SET");
    m->signers_at = at;
    return piece(w, &f, &m->signers, &m->own_signers);
}

/* How the bytes begin: as ContentInfo with id-signedData, as the cut-off beginning of one, or otherwise. */
enum beginning { OTHER, CUT, SIGNED_DATA };

static enum beginning begins(const uint8_t *p, size_t n) {
    if (n < 2 || p[0] != DER_SEQUENCE)
        return OTHER;
    /* A short length cannot be a signature; this also keeps text that begins with "0" out. */
    if (p[1] < 0x80)
        return OTHER;
    size_t head_len = 2 + (p[1] & 0x7fU);
    if (p[1] > 0x88)
        return OTHER;
    sign_bytes oid = oid_bytes(OID_CT_SIGNED_DATA);
    uint8_t want[HEADER_MAX * 2] = {DER_OID, (uint8_t)oid.len};
    memcpy(want + 2, oid.data, oid.len);
    size_t have = n > head_len ? n - head_len : 0, need = 2 + oid.len;
    if (have > need)
        have = need;
    if (have > 0 && memcmp(p + head_len, want, have) != 0)
        return OTHER;
    return have == need ? SIGNED_DATA : CUT;
}

/*
 * Bytes that are no ContentInfo are no signature; but nesting beyond every limit is an attack on readers and
 * no document: it is refused with its own word.
 */
static bool too_deep(struct walk *w) {
    struct frame f = {.bound = w->m->src.size};
    w->at = 0;
    for (unsigned depth = 0; depth <= LIMIT_DER_DEPTH; depth++) {
        if (!header(w, f.bound, &f) || (f.tag & 0x20) == 0) {
            w->m->broken = MSG_NONE;
            w->m->broken_detail = NULL;
            return false;
        }
    }
    return true;
}

static void walk_message(struct walk *w) {
    cms_message *m = w->m;
    size_t n;
    const uint8_t *p = peek(w, 0, 32, &n);
    if (p == NULL)
        return;
    enum beginning b = begins(p, n);
    if (b == OTHER) {
        if (n > 0 && p[0] == DER_SEQUENCE && too_deep(w))
            broken(w, MSG_CMS_DEPTH, NULL);
        m->ber = false;
        return;
    }
    m->is_signed_data = true;
    if (b == CUT) {
        broken(w, MSG_CMS_TRUNCATED, "the file ends in the content type");
        return;
    }
    struct frame file = {.end = m->src.size, .bound = m->src.size}, info, oid, explicit0, signed_data, encap;
    w->at = 0;
    if (!enter(w, &file, DER_SEQUENCE, &info, "ContentInfo is no SEQUENCE") ||
        !enter(w, &info, DER_OID, &oid, "contentType is no OID"))
        return;
    w->at = oid.end;
    if (!enter(w, &info, DER_CONTEXT_CONSTRUCTED(0), &explicit0, "content has another tag than [0]") ||
        !enter(w, &explicit0, DER_SEQUENCE, &signed_data, "SignedData is no SEQUENCE") ||
        !head(w, &signed_data, &encap) || !content(w, &encap) || !tail(w, &signed_data) ||
        !leave(w, &signed_data) || !leave(w, &explicit0) || !leave(w, &info))
        return;
    if (w->at != m->src.size)
        broken(w, MSG_CMS_TRAILING, NULL);
}

/* ---- PEM and base64 ---------------------------------------------------------------------- */

static bool blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool all_blank(sign_bytes b) {
    while (b.len > 0 && blank(b.data[b.len - 1]))
        b.len--;
    return b.len == 0;
}

static void text_broken(cms_message *m, enum message_id id, const char *detail) {
    m->is_signed_data = true;
    m->broken = id;
    m->broken_detail = detail;
}

static bool pem_label(const char *label) {
    static const char *const known[] = {"CMS", "PKCS7", "PKCS #7 SIGNED DATA"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(label, known[i]) == 0)
            return true;
    }
    return false;
}

/* RFC 7468, 9: one block and nothing after it. */
static void read_pem(sign_bytes text, cms_message *m, grow *der) {
    char label[64] = "";
    size_t at = 0;
    int found = text_pem_next(text, &at, label, der);
    if (der->failed) /* out of memory is told by grow_take */
        return;
    if (found < 0)
        text_broken(m, MSG_CMS_TEXT, "PEM");
    else if (found == 1 && !pem_label(label))
        der->len = 0; /* a certificate, a key: well-formed, and no signature */
    else if (found == 1 && !all_blank(BYTES(text.data + at, text.len - at)))
        text_broken(m, MSG_CMS_TRAILING, NULL);
}

/* The first characters as base64: do they begin a SignedData? */
static sign_rc base64_begins(sign_bytes text, bool *yes, sign_error *err) {
    uint8_t first[32];
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < sizeof first; i++) {
        if (!blank(text.data[i]))
            first[n++] = text.data[i];
    }
    *yes = false;
    if (n == 0 || first[0] != 'M') /* the first six bits of a SEQUENCE */
        return SIGN_OK;
    AUTO(grow) der = {0};
    bool decoded = text_base64_decode(BYTES(first, n / 4 * 4), &der);
    *yes = decoded && begins(der.data, der.len) != OTHER;
    return der.failed ? fail_memory(err) : SIGN_OK;
}

/* Replaces m->src by the decoded bytes when the input is text that holds a signature. */
static sign_rc decode_text(const source *src, cms_message *m, sign_error *err) {
    uint8_t first[64];
    size_t n = src->size < sizeof first ? (size_t)src->size : sizeof first;
    sign_rc rc = source_read(src, 0, first, n, err);
    if (rc != SIGN_OK)
        return rc;
    size_t skip_bom = n >= 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, i = skip_bom;
    while (i < n && blank(first[i]))
        i++;
    bool pem = n - i >= 10 && memcmp(first + i, "-----BEGIN", 10) == 0;
    bool base64 = false;
    if (!pem)
        rc = base64_begins(BYTES(first + i, n - i), &base64, err);
    if (rc != SIGN_OK || (!pem && !base64))
        return rc;
    if (src->size > LIMIT_TEXT_SIGNATURE) {
        text_broken(m, MSG_CMS_LIMIT, "size of a text signature");
        return SIGN_OK;
    }
    sign_bytes text;
    AUTO(sign_buf) own = {0};
    rc = source_all(src, LIMIT_TEXT_SIGNATURE, &text, &own, err);
    if (rc != SIGN_OK)
        return rc;
    AUTO(grow) der = {0};
    text = BYTES(text.data + skip_bom, text.len - skip_bom);
    if (pem)
        read_pem(text, m, &der);
    else if (!text_base64_decode(text, &der) && !der.failed)
        text_broken(m, MSG_CMS_TEXT, "base64");
    if (m->broken != MSG_NONE || (der.len == 0 && !der.failed))
        return SIGN_OK;
    sign_buf_free(&m->decoded);
    rc = grow_take(&der, &m->decoded, err);
    m->src = (source){
        .mem = BYTES(m->decoded.data, m->decoded.len), .fd = -1, .size = m->decoded.len, .name = src->name};
    return rc;
}

/* Small files are read at once: one read instead of one for each window. */
static sign_rc load(const source *src, cms_message *m, sign_error *err) {
    m->src = *src;
    if (src->fd < 0 || src->size > LIMIT_WHOLE)
        return SIGN_OK;
    sign_bytes all;
    sign_rc rc = source_all(src, LIMIT_WHOLE, &all, &m->decoded, err);
    m->src = (source){.mem = all, .fd = -1, .size = all.len, .name = src->name};
    return rc;
}

sign_rc cms_message_read(const source *src, cms_message *out, sign_error *err) {
    *out = (cms_message){0};
    AUTO(cms_message) m = {0};
    sign_rc rc = load(src, &m, err);
    if (rc != SIGN_OK)
        return rc;
    source loaded = m.src;
    uint8_t first = 0;
    if (loaded.size > 0)
        rc = source_read(&loaded, 0, &first, 1, err);
    if (rc == SIGN_OK && loaded.size > 0 && first != DER_SEQUENCE)
        rc = decode_text(&loaded, &m, err);
    if (rc != SIGN_OK)
        return rc;
    struct walk w = {.m = &m, .err = err};
    if (m.broken == MSG_NONE && m.src.size > 0)
        walk_message(&w);
    if (w.rc != SIGN_OK)
        return w.rc;
    *out = m;
    m = (cms_message){0};
    return SIGN_OK;
}

void cms_message_free(cms_message *m) {
    free(m->segments);
    sign_buf_free(&m->decoded);
    sign_buf_free(&m->own_certificates);
    sign_buf_free(&m->own_crls);
    sign_buf_free(&m->own_signers);
    sign_buf_free(&m->own_head);
    *m = (cms_message){0};
}

sign_rc cms_content_digest(struct crypto *crypto, const cms_message *m, const source *detached,
                           enum crypto_digest d, uint8_t *out, sign_error *err) {
    sign_rc rc = crypto_hash_begin(crypto, d, err);
    if (rc == SIGN_OK && detached != NULL)
        rc = crypto_hash_source(crypto, detached, 0, detached->size, err);
    for (size_t i = 0; rc == SIGN_OK && detached == NULL && i < m->n_segments; i++)
        rc = crypto_hash_source(crypto, &m->src, m->segments[i].at, m->segments[i].len, err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}
