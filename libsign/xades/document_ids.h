/* xades/document_ids.h - Ids of elements that are not in the tree. */
#ifndef XADES_DOCUMENT_IDS_H
#define XADES_DOCUMENT_IDS_H

#include "base/map.h"
#include "xml/ids.h"

/*
 * The Ids that stand outside the signatures of a document read by events, as hashes under a random key: two
 * values that differ are taken for one with a chance of less than one in 2^26 for a whole document, and then
 * the document is refused. When LIMIT_XML_IDS are held, candidates are only counted on: a second reading
 * compares them.
 */
struct xades_ids_outside {
    map keyed;
    uint64_t *slots;
    size_t count, room;
    bool full; /* not all candidates are held */
};
typedef struct xades_ids_outside xades_ids_outside;
void xades_ids_outside_free(xades_ids_outside *o);
CLEANUP(xades_ids_outside, xades_ids_outside_free);

void xades_ids_outside_init(xades_ids_outside *o);

/*
 * An xml_seen (user: the struct). SIGN_E_FORMAT, MSG_XML_ID_REPEATED: the value is there already, and one of
 * the two is an ID by its schema. SIGN_E_LIMIT: more than LIMIT_XML_IDS of those that are IDs by a schema.
 */
sign_rc xades_ids_outside_add(void *outside, const struct xml_node *element, const struct xml_attribute *a,
                              sign_error *err);

/*
 * The Ids of a signature, compared with those outside: an equal one is MSG_XML_ID_REPEATED. Then `hold` them,
 * so that xades_ids_outside_again, an xml_seen for a second reading, compares the candidates outside with
 * them and with the IDs that are so by a schema.
 */
sign_rc xades_ids_outside_compare(const xades_ids_outside *o, const struct xml_node *signature,
                                  sign_error *err);
sign_rc xades_ids_outside_hold(xades_ids_outside *o, const struct xml_node *signature, sign_error *err);
sign_rc xades_ids_outside_again(void *outside, const struct xml_node *element, const struct xml_attribute *a,
                                sign_error *err);

#endif
