/* xml/events.h - private to the room: libxml2 as a source of events, hardened in one place. */
#ifndef XML_EVENTS_H
#define XML_EVENTS_H

#include "xml/xml.h"

/*
 * Where the octets come from: at most `room` of them go to `to`; *got 0 is the end. Whole in memory, or piece
 * by piece.
 */
struct xml_feed {
    sign_bytes whole; /* when fill is NULL */
    sign_rc (*fill)(void *user, uint8_t *to, size_t room, size_t *got, sign_error *err);
    void *user;
};

/*
 * Who is told. What `element` and `remark` point to lives as long as the call, except that a name, a prefix
 * or a namespace URI keeps its address as long as the reading lasts, the same for the same string. Their
 * links are NULL. A text comes in pieces, which belong together until another event; CDATA sections are text.
 * What is returned but SIGN_OK ends the reading and is its result. A function may be left out. Lines are
 * those where a start tag, a comment or an instruction ends, and where a text begins.
 */
struct xml_handler {
    sign_rc (*begin)(void *user, const struct xml_node *element, sign_error *err);
    sign_rc (*end)(void *user, size_t end, sign_error *err); /* offset behind the end tag */
    sign_rc (*text)(void *user, sign_bytes piece, unsigned line, sign_error *err);
    sign_rc (*remark)(void *user, const struct xml_node *remark, sign_error *err); /* comment, instruction */
    void (*section)(void *user); /* a CDATA section, before its text */
    /*
     * Memory, aligned for any type, for the attributes of the element that is told next: it is the handler's,
     * who may change it and keep it beyond the call. NULL: SIGN_E_MEMORY.
     */
    void *(*room)(void *user, size_t n);
};

/*
 * Reads a document: UTF-8 without another declaration, no DOCTYPE, nothing fetched, within the options
 * (depth, attributes, text and plain; bytes when it is whole in memory; nodes are for the handler to count).
 * Errors as of xml_read. Memory does not depend on the length of the document: with `fill` a comment, an
 * instruction, a CDATA section or a tag of more than XML_EVENTS_MARKUP octets is SIGN_E_LIMIT.
 */
#define XML_EVENTS_MARKUP ((size_t)4 << 20)
sign_rc xml_events(const struct xml_feed *from, const struct xml_options *options,
                   const struct xml_handler *handler, void *user, sign_error *err);

/*
 * libxml2 searches the namespaces in scope one by one, and compares each attribute of a tag with all others.
 * In scope are at most so many times the declarations that one element may have.
 */
enum { XML_EVENTS_IN_SCOPE = 4 };

/* Of a UTF-8 document, or of its beginning: its XML declaration, if any, does not name another encoding. */
bool xml_declares_utf8(sign_bytes text);

#endif
