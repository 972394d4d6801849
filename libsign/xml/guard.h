/* xml/guard.h - private to the room: what a parser would keep whole, or compare with one another, is counted
 * before the parser sees it. */
#ifndef XML_GUARD_H
#define XML_GUARD_H

#include "base/bytes.h"

/*
 * Follows the markup of XML without a DOCTYPE so far that it knows where a tag, a comment, an instruction and
 * a CDATA section end. Of a document that is not well-formed it may think anything: a parser stops there.
 */
struct xml_guard {
    size_t markup;   /* most octets of one of them; 0: no limit */
    unsigned values; /* most quoted values of one tag; 0: no limit */
    enum {
        GUARD_TEXT,
        GUARD_OPEN,
        GUARD_BANG,
        GUARD_DASH,
        GUARD_TAG,
        GUARD_QUOTE,
        GUARD_COMMENT,
        GUARD_CDATA,
        GUARD_INSTRUCTION
    } at;
    uint8_t quote;
    unsigned run;   /* octets of the end of a comment, ... that were just seen */
    unsigned found; /* values of the tag */
    size_t length;  /* of the markup before this piece */
    size_t target;  /* octets that the instruction has in common with one for a catalog */
    bool rooted;    /* the root element has begun */
    bool catalog;   /* an oasis-xml-catalog instruction was met before it */
};

/* The next piece of the document; false: over a limit, or `catalog`. */
bool xml_guard_feed(struct xml_guard *g, sign_bytes piece);

/* The same for a whole document, of which `markup` is not limited. */
bool xml_guard_whole(struct xml_guard *g, sign_bytes text);

#endif
