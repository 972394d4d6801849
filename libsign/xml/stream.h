/* xml/stream.h - documents too large for a tree: read by events, in constant memory. */
#ifndef XML_STREAM_H
#define XML_STREAM_H

#include "base/file.h"
#include "xml/c14n.h"

/*
 * Text in one piece or several: a source with something put in (a signature that is not in the file yet).
 * at <= behind <= src->size.
 */
struct xml_text {
    const source *src;
    uint64_t at;     /* of the source: where `put` stands; src->size when put is empty */
    uint64_t behind; /* of the source: what follows `put` begins here (what is between is left out) */
    sign_bytes put;
};

/* Its length. */
uint64_t xml_text_size(const struct xml_text *text);

/*
 * *yes: it is UTF-8 as far as its beginning tells (no byte order mark of another encoding, no declaration of
 * one): else only a tree can be made of it (xml_options.encodings). SIGN_E_IO.
 */
sign_rc xml_text_is_utf8(const struct xml_text *text, bool *yes, sign_error *err);

/* All of it in one piece: a view of the source's memory where that is it, else a copy in *own. SIGN_E_LIMIT:
 * longer than limit. */
sign_rc xml_text_all(const struct xml_text *text, size_t limit, sign_bytes *out, sign_buf *own,
                     sign_error *err);

/* True for an element that is kept whole (a ds:Signature). One inside another is part of that one. */
typedef bool (*xml_keep)(const struct xml_node *element);

/*
 * Told of every attribute of the elements that are in no kept one, so that a repeated Id is seen: also of the
 * root and the other ancestors, which are in the tree. What it returns but SIGN_OK ends the reading.
 */
typedef sign_rc (*xml_seen)(void *user, const struct xml_node *element, const struct xml_attribute *a,
                            sign_error *err);

/*
 * Reads a document of which only the kept elements are in the tree, with the root and the other ancestors of
 * each (which have their declarations and attributes, and no other children); instructions outside the
 * root are kept, comments there are not. UTF-8 only: options->encodings does not count. xml_read's rules and
 * limits hold for all of it, and those of xml/events.h for long markup; options->nodes counts the nodes of
 * the tree only. Memory is that of the tree, at most about LIMIT_XML_KEPT (more is SIGN_E_LIMIT). SIGN_E_IO:
 * the source cannot be read, or was changed meanwhile. `seen` may be NULL.
 */
sign_rc xml_read_kept(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                      xml_seen seen, void *user, struct xml **out, sign_error *err);

/* As nth: no kept element is left out. */
#define XML_LEAVE_NONE (SIZE_MAX - 1)

/* What xml_read_kept_writing writes besides: nth, how, put and user as those of xml_stream_c14n. */
struct xml_written {
    size_t nth;
    const struct c14n_input *how;
    c14n_put put;
    void *user;
};

/* xml_read_kept and xml_stream_c14n with the same keep, in one pass over the text. */
sign_rc xml_read_kept_writing(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                              xml_seen seen, void *user, const struct xml_written *also, struct xml **out,
                              sign_error *err);

/*
 * The canonical form of the whole document without kept elements: the nth (from 0, in document order; when
 * there is no such element it is SIGN_E_ARGUMENT), every one when nth is SIZE_MAX. Without keep (NULL) all of
 * it is written. Contracts of c14n_write and xml_read_kept otherwise; method, comments and prefixes of `how`
 * count, its nodes do not. options->nodes does not count.
 */
sign_rc xml_stream_c14n(const struct xml_text *text, const struct xml_options *options, xml_keep keep,
                        size_t nth, const struct c14n_input *how, c14n_put put, void *user, sign_error *err);

#endif
