/* xml/spare.c - a parser of libxml2 between two documents. */
#include "xml/spare.h"

#include <libxml/dict.h>
#include <stdlib.h>

/*
 * What a parser takes along is memory only: its stacks, which are empty, and the names that it has met, each
 * of which has one address. These are limited, so that a parser does not grow with all that it reads, and its
 * documents, so that nobody has for ever to find names that meet in one place of its table.
 */
enum { DOCUMENTS = 1000, NAMES = 32768, ATTRIBUTES = 1024 };

struct xml_spare {
    xmlParserCtxtPtr parser; /* NULL: none, or in use */
    unsigned documents;      /* that it has read */
};

struct xml_spare *xml_spare_new(void) {
    return calloc(1, sizeof(struct xml_spare));
}

void xml_spare_free(struct xml_spare **spare) {
    if (spare != NULL && *spare != NULL) {
        xmlFreeParserCtxt((*spare)->parser);
        free(*spare);
        *spare = NULL;
    }
}

xmlParserCtxtPtr xml_spare_take(struct xml_spare *spare) {
    xmlParserCtxtPtr parser = spare != NULL ? TAKE(spare->parser) : NULL;
    if (parser == NULL && spare != NULL) {
        spare->documents = 0;
    }
    return parser != NULL ? parser : xmlNewParserCtxt();
}

/* xmlCtxtReset leaves the namespaces in scope and the defaults of attributes to whoever read last. */
static bool is_clean(const xmlParserCtxt *p) {
    bool sound = p->wellFormed == 1 && p->nsWellFormed == 1 && p->errNo == XML_ERR_OK &&
                 p->lastError.code == XML_ERR_OK && p->disableSAX == 0;
    bool empty = p->nameNr == 0 && p->nsNr == 0 && p->nodeNr == 0 && p->depth == 0 && p->myDoc == NULL &&
                 p->attsDefault == NULL && p->attsSpecial == NULL;
    return sound && empty;
}

void xml_spare_put(struct xml_spare *spare, xmlParserCtxtPtr parser) {
    bool kept = spare != NULL && spare->parser == NULL && is_clean(parser) && parser->maxatts <= ATTRIBUTES &&
                xmlDictGetUsage(parser->dict) <= NAMES && ++spare->documents < DOCUMENTS;
    if (!kept) {
        xmlFreeParserCtxt(parser);
        return;
    }
    xmlCtxtReset(parser); /* lets go of the document */
    parser->userData = parser;
    spare->parser = parser;
}
