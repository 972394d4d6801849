/* xml/tree.h - private to the room: the document as its builders fill it. */
#ifndef XML_TREE_H
#define XML_TREE_H

#include "xml/xml.h"

struct xml {
    arena arena; /* all nodes and strings */
    const struct xml_node *first, *root;
};

#endif
