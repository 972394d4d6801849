/* xml/spare.h - private to the room: a parser of libxml2 between two documents. */
#ifndef XML_SPARE_H
#define XML_SPARE_H

#include "xml/xml.h"

#include <libxml/parser.h>

/* The spare parser, which `spare` then holds no more, or a new one; spare may be NULL. NULL: no memory. */
xmlParserCtxtPtr xml_spare_take(struct xml_spare *spare);

/*
 * Puts a parser back, or frees it: one that is kept has read a document without an error or a warning, stands
 * outside every element, and holds neither that document nor many names of it.
 */
void xml_spare_put(struct xml_spare *spare, xmlParserCtxtPtr parser);

#endif
