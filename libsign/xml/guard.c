/* xml/guard.c - where markup begins and ends. */
#include "xml/guard.h"

/* A comment ends at "-->", a CDATA section at "]]>", an instruction at "?>". */
static void closing(struct xml_guard *g, uint8_t c, uint8_t mark, unsigned marks) {
    if (c == mark) {
        g->run++;
    } else {
        if (c == '>' && g->run >= marks) {
            g->at = GUARD_TEXT;
        }
        g->run = 0;
    }
}

static void opening(struct xml_guard *g, uint8_t c) {
    g->at = c == '!' ? GUARD_BANG : (c == '?' ? GUARD_INSTRUCTION : (c == '>' ? GUARD_TEXT : GUARD_TAG));
    g->run = 0;
    g->found = 0;
    g->target = 0;
    g->rooted = g->rooted || g->at == GUARD_TAG;
}

/* libxml2 obeys this instruction before the root element: it sets up its catalogs. */
static void in_instruction(struct xml_guard *g, uint8_t c) {
    static const char name[] = "oasis-xml-catalog";
    bool same = g->target < sizeof name - 1 && c == (uint8_t)name[g->target];
    bool ended = c == '?' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
    g->catalog = g->catalog || (!g->rooted && g->target == sizeof name - 1 && ended);
    g->target = same ? g->target + 1 : SIZE_MAX;
    closing(g, c, '?', 1);
}

static void in_tag(struct xml_guard *g, uint8_t c) {
    if (c == '>') {
        g->at = GUARD_TEXT;
    } else if (c == '"' || c == '\'') {
        g->at = GUARD_QUOTE;
        g->quote = c;
        g->found++;
    }
}

static void step(struct xml_guard *g, uint8_t c) {
    switch (g->at) {
    case GUARD_OPEN:
        opening(g, c);
        return;
    case GUARD_BANG:
        g->at = c == '-' ? GUARD_DASH : (c == '[' ? GUARD_CDATA : GUARD_TAG);
        return;
    case GUARD_DASH:
        g->at = GUARD_COMMENT;
        return;
    case GUARD_COMMENT:
        closing(g, c, '-', 2);
        return;
    case GUARD_CDATA:
        closing(g, c, ']', 2);
        return;
    case GUARD_INSTRUCTION:
        in_instruction(g, c);
        return;
    case GUARD_QUOTE:
    case GUARD_TAG:
    case GUARD_TEXT:
        return; /* not octet by octet */
    }
}

bool xml_guard_feed(struct xml_guard *g, sign_bytes piece) {
    const uint8_t *at = piece.data, *end = at + piece.len, *began = at;
    while (at < end) {
        if (g->at == GUARD_TEXT) {
            at = memchr(at, '<', (size_t)(end - at));
            if (at == NULL) {
                return true;
            }
            began = at++;
            g->at = GUARD_OPEN;
            g->length = 0;
        } else if (g->at == GUARD_QUOTE) {
            at = memchr(at, g->quote, (size_t)(end - at));
            at = at != NULL ? at + 1 : end;
            g->at = at[-1] == g->quote ? GUARD_TAG : GUARD_QUOTE;
        } else if (g->at == GUARD_TAG) {
            while (at < end && *at != '>' && *at != '"' && *at != '\'') {
                at++;
            }
            if (at < end) {
                in_tag(g, *at++);
            }
        } else {
            step(g, *at++);
        }
        bool long_markup = g->markup != 0 && (size_t)(at - began) + g->length > g->markup;
        if (long_markup || g->catalog || (g->values != 0 && g->found > g->values)) {
            return false;
        }
    }
    g->length += (size_t)(end - began);
    return true;
}

static size_t quotes(sign_bytes text) {
    enum { STRIDE = 128 }; /* so few that a sum of octets cannot overflow, and the loop becomes vectors */
    size_t all = 0, at = 0;
    for (; text.len - at >= STRIDE; at += STRIDE) {
        uint8_t some = 0;
        for (size_t i = 0; i < STRIDE; i++) {
            some = (uint8_t)(some + (text.data[at + i] == '"') + (text.data[at + i] == '\''));
        }
        all += some;
    }
    for (; at < text.len; at++) {
        all += text.data[at] == '"' || text.data[at] == '\'';
    }
    return all;
}

/*
 * Where all of the document has no more quotes than the values of one tag may have, no tag has too many; what
 * is left to look for ends where the root element begins.
 */
bool xml_guard_whole(struct xml_guard *g, sign_bytes text) {
    if (g->values != 0 && quotes(text) > 2 * (size_t)g->values) {
        return xml_guard_feed(g, text);
    }
    const uint8_t *at = text.data, *end = at + text.len;
    while (at < end && !g->rooted) {
        const uint8_t *next = memchr(at + 1, '<', (size_t)(end - at) - 1);
        next = next != NULL && next + 1 < end ? next + 2 : end; /* with what tells the kind of the markup */
        if (!xml_guard_feed(g, BYTES(at, (size_t)(next - at)))) {
            return false;
        }
        at = next;
    }
    return true;
}
