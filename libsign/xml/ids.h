/* xml/ids.h - elements by their Id, in a table of our own: nothing that a document says can fool it. */
#ifndef XML_IDS_H
#define XML_IDS_H

#include "xml/xml.h"

/* What an attribute is to the table. */
enum xml_id {
    XML_ID_NO,
    XML_ID_SCHEMA,   /* an ID by the schema of its element: it must be the only one of its value */
    XML_ID_CANDIDATE /* an ID if the document means it so: only its use shows that; then it must be the only
                        one */
};
typedef enum xml_id (*xml_id_rule)(const struct xml_node *element, const struct xml_attribute *a);

/*
 * The Id that an attribute gives: its value; that of xml:id is normalised (xml:id 1.0, 4: no space at its
 * ends, one where there are several), in *room when it is not so already. NULL: out of memory.
 */
const char *xml_id_value(const struct xml_attribute *a, grow *room);

struct xml_ids;
typedef struct xml_ids *xml_ids_ptr;
void xml_ids_free(struct xml_ids **ids);
CLEANUP(xml_ids_ptr, xml_ids_free);

/*
 * Makes the table in linear time (hashed; an adversary's values cost no more than others). The document must
 * outlive it. SIGN_E_FORMAT, MSG_XML_ID_REPEATED: a value of a SCHEMA attribute occurs on two elements. One
 * element may carry the same value twice.
 */
sign_rc xml_ids_new(const struct xml *x, xml_id_rule rule, struct xml_ids **out, sign_error *err);

/* The element of that Id; *several says that more than one carries it, and then the result is NULL. */
const struct xml_node *xml_ids_find(const struct xml_ids *ids, const char *id, bool *several);

#endif
