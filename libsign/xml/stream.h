/* xml/stream.h - documents too large for a tree: read by events, in constant memory. */
#ifndef XML_STREAM_H
#define XML_STREAM_H

#include "base/file.h"
#include "xml/c14n.h"

/* Text in one piece or several: a source with something put in (a signature that is not in the file yet). */
struct xml_text {
    const source *src;
    uint64_t at;     /* of the source: where `put` stands; src->size when put is empty */
    uint64_t behind; /* of the source: what follows `put` begins here (what is between is left out) */
    sign_bytes put;
};

/* True for an element that is kept whole (a ds:Signature). One inside another is part of that one. */
typedef bool (*xml_keep)(const struct xml_node *element);

/*
 * Reads a document of which only the kept elements are in the tree, with the root and the other ancestors of
 * each (which have their declarations and attributes, and no other children). xml_read's rules and limits
 * hold for all of it; memory is that of the kept elements. `options->nodes` counts kept nodes only.
 * ids: not NULL: called for every attribute of the elements that are not kept and not in the tree, so that a
 * repeated Id is seen; what it returns but SIGN_OK ends the reading.
 */
typedef sign_rc (*xml_seen)(void *user, const struct xml_node *element, const struct xml_attribute *a,
                            sign_error *err);
sign_rc xml_read_kept(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                      xml_seen seen, void *user, struct xml **out, sign_error *err);

/*
 * The canonical form of the whole document without kept elements: the nth (from 0, in document order), or
 * every one when nth is SIZE_MAX. Contract of c14n_write otherwise; method, comments and prefixes of `how`
 * count, its nodes do not.
 */
sign_rc xml_stream_c14n(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                        size_t nth, const struct c14n_input *how, c14n_put put, void *user, sign_error *err);

#endif
