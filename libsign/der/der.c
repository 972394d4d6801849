/* der.c - the cursor: identifier and length octets, nesting, end of indefinite lengths (X.690, 8.1). */
#include "der/der.h"

#include "base/limits.h"

struct header {
    uint8_t tag;
    bool indefinite;
    bool ber;      /* not the shortest length, or a constructed string */
    size_t size;   /* octets of identifier and length */
    size_t length; /* octets of contents; 0 when indefinite */
};

/* Form of a universal type: what bit 6 of its identifier octet may be (X.690, 8.2 to 8.26). */
enum form { FORM_NEVER, FORM_PRIMITIVE, FORM_CONSTRUCTED, FORM_STRING };

static enum form universal_form(unsigned number) {
    switch (number) {
    case 0: /* end-of-contents */
    case 15:
        return FORM_NEVER;
    case 1:
    case 2:
    case 5:
    case 6:
    case 9:
    case 10:
    case 13:
    case 14:
        return FORM_PRIMITIVE;
    case 8:
    case 11:
    case 16:
    case 17:
        return FORM_CONSTRUCTED;
    default:
        return FORM_STRING;
    }
}

/* Sets h->ber for a string in pieces, which DER does not have (X.690, 10.2). */
static const char *check_identifier(struct header *h) {
    if ((h->tag & 0x1f) == 0x1f)
        return "tag number above 30";
    if ((h->tag & 0xc0) != 0)
        return NULL;
    bool constructed = (h->tag & 0x20) != 0;
    switch (universal_form(h->tag & 0x1f)) {
    case FORM_NEVER:
        return "no such universal type";
    case FORM_PRIMITIVE:
        return constructed ? "constructed form of a primitive type" : NULL;
    case FORM_CONSTRUCTED:
        return constructed ? NULL : "primitive form of a constructed type";
    case FORM_STRING:
        h->ber = constructed;
        break;
    }
    return NULL;
}

/* The long form of the length, X.690, 8.1.3.5: p points behind its first octet. */
static const char *long_length(const uint8_t *p, size_t n, size_t octets, struct header *h) {
    if (octets > 8)
        return "length of more than 8 octets";
    if (octets > n)
        return "length octets cut off";
    uint64_t length = 0;
    for (size_t i = 0; i < octets; i++)
        length = length << 8 | p[i];
    if (length >> 63 != 0 || length > SIZE_MAX)
        return "length out of range";
    h->ber = h->ber || p[0] == 0 || length < 0x80;
    h->length = (size_t)length;
    return NULL;
}

/* Reads identifier and length of n octets at p; the contents are inside the n octets when NULL is returned.
 */
static const char *read_header(const uint8_t *p, size_t n, struct header *h) {
    *h = (struct header){0};
    if (n == 0)
        return "element missing";
    h->tag = p[0];
    const char *why = check_identifier(h);
    if (why != NULL)
        return why;
    if (n < 2)
        return "length octets cut off";
    h->size = 2;
    if (p[1] < 0x80) {
        h->length = p[1];
    } else if (p[1] == 0x80) {
        h->indefinite = h->ber = true;
        return (h->tag & 0x20) != 0 ? NULL : "indefinite length of a primitive element";
    } else {
        size_t octets = p[1] & 0x7fu;
        why = long_length(p + 2, n - 2, octets, h);
        if (why != NULL)
            return why;
        h->size += octets;
    }
    return h->length > n - h->size ? "length runs past the end" : NULL;
}

/*
 * Finds the end-of-contents of an element of indefinite length whose contents start at p. Only headers are
 * looked at, each once; since elements nest LIMIT_DER_DEPTH deep at most, entering them all costs at most so
 * many passes over the input.
 */
static const char *find_end(const uint8_t *p, size_t n, unsigned depth, size_t *contents) {
    size_t at = 0;
    unsigned open = 1;
    for (;;) {
        if (n - at < 2)
            return "end-of-contents missing";
        if (p[at] == 0 && p[at + 1] == 0) {
            if (--open == 0) {
                *contents = at;
                return NULL;
            }
            at += 2;
            continue;
        }
        struct header h;
        const char *why = read_header(p + at, n - at, &h);
        if (why != NULL)
            return why;
        if (h.indefinite && depth + open++ > LIMIT_DER_DEPTH)
            return "nested too deeply";
        at += h.size + h.length;
    }
}

struct der_cursor der_open(struct der_parse *parse, sign_bytes in, bool ber) {
    const uint8_t *base = in.data != NULL ? in.data : (const uint8_t *)"";
    *parse = (struct der_parse){.base = base, .ber = ber};
    return (struct der_cursor){.at = base, .end = base + in.len, .parse = parse};
}

bool der_ok(const struct der_cursor *c) {
    return c->parse->error == NULL;
}

bool der_more(const struct der_cursor *c) {
    return der_ok(c) && c->at < c->end;
}

uint8_t der_peek(const struct der_cursor *c) {
    return der_more(c) ? *c->at : 0;
}

bool der_fail(struct der_cursor *c, const char *why) {
    if (c->parse->error == NULL) {
        c->parse->error = why;
        c->parse->at = (size_t)(c->at - c->parse->base);
    }
    return false;
}

bool der_any(struct der_cursor *c, struct der_tlv *out) {
    if (!der_ok(c))
        return false;
    struct header h;
    size_t left = (size_t)(c->end - c->at);
    const char *why = read_header(c->at, left, &h);
    if (why == NULL && h.ber && !c->parse->ber)
        why = h.indefinite             ? "indefinite length where DER is required"
              : (h.tag & 0xe0) == 0x20 ? "not the shortest length or a string in pieces where DER is required"
                                       : "not the shortest length where DER is required";
    size_t tail = 0;
    if (why == NULL && h.indefinite) {
        tail = 2;
        why = find_end(c->at + h.size, left - h.size, c->depth + 1, &h.length);
    }
    if (why != NULL)
        return der_fail(c, why);
    c->parse->saw_ber = c->parse->saw_ber || h.ber;
    *out = (struct der_tlv){h.tag, h.indefinite, BYTES(c->at + h.size, h.length),
                            BYTES(c->at, h.size + h.length + tail)};
    c->at += out->raw.len;
    return true;
}

bool der_take(struct der_cursor *c, uint8_t tag, struct der_tlv *out) {
    struct der_tlv unused;
    if (der_more(c) && *c->at != tag)
        return der_fail(c, "unexpected tag");
    return der_any(c, out != NULL ? out : &unused);
}

struct der_cursor der_inside(const struct der_cursor *c, const struct der_tlv *t) {
    struct der_cursor in = {t->value.data, t->value.data + t->value.len, c->parse, c->depth + 1};
    if (in.depth > LIMIT_DER_DEPTH)
        der_fail(&in, "nested too deeply");
    return in;
}

bool der_enter(struct der_cursor *c, uint8_t tag, struct der_cursor *in) {
    struct der_tlv t;
    *in = (struct der_cursor){c->end, c->end, c->parse, c->depth};
    if (!der_take(c, tag, &t))
        return false;
    if ((tag & 0x20) == 0)
        return der_fail(c, "primitive element where a constructed one was expected");
    *in = der_inside(c, &t);
    return der_ok(in);
}

bool der_finish(struct der_cursor *c) {
    if (der_ok(c) && c->at != c->end)
        return der_fail(c, "trailing data");
    return der_ok(c);
}

bool der_optional(struct der_cursor *c, uint8_t tag, struct der_tlv *out) {
    return der_peek(c) == tag && der_more(c) && der_take(c, tag, out);
}

bool der_optional_enter(struct der_cursor *c, uint8_t tag, struct der_cursor *in) {
    if (der_peek(c) == tag && der_more(c))
        return der_enter(c, tag, in);
    *in = (struct der_cursor){c->end, c->end, c->parse, c->depth};
    return false;
}
