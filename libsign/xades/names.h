/* xades/names.h - namespaces, and the algorithms that are XML's own. Digest and signature algorithms have
 * their URIs in crypto's tables. */
#ifndef XADES_NAMES_H
#define XADES_NAMES_H

#include "xml/c14n.h"
#include "xml/ids.h"

#define DS_NS        "http://www.w3.org/2000/09/xmldsig#"
#define DS11_NS      "http://www.w3.org/2009/xmldsig11#"
#define XADES_NS     "http://uri.etsi.org/01903/v1.3.2#"
#define XADES_141_NS "http://uri.etsi.org/01903/v1.4.1#"
#define XADES_122_NS "http://uri.etsi.org/01903/v1.2.2#"
#define XADES_111_NS "http://uri.etsi.org/01903/v1.1.1#"

/* Type of the Reference to SignedProperties (EN 319 132-1, 4.4.2) and to a counter-signed value (5.2.7). */
#define TYPE_SIGNED_PROPERTIES "http://uri.etsi.org/01903#SignedProperties"
#define TYPE_COUNTERSIGNED     "http://uri.etsi.org/01903#CountersignedSignature"
#define TYPE_MANIFEST          DS_NS "Manifest"
#define TYPE_OBJECT            DS_NS "Object"

#define TRANSFORM_ENVELOPED DS_NS "enveloped-signature"
#define TRANSFORM_BASE64    DS_NS "base64"
#define TRANSFORM_XPATH     "http://www.w3.org/TR/1999/REC-xpath-19991116"
#define TRANSFORM_FILTER2   "http://www.w3.org/2002/06/xmldsig-filter2"
#define TRANSFORM_XSLT      "http://www.w3.org/TR/1999/REC-xslt-19991116"

/* A canonicalization method as an Algorithm URI names it. */
struct xades_c14n {
    const char *uri;
    enum c14n_method method;
    bool comments;
};
/* NULL: not one of the six. */
const struct xades_c14n *xades_c14n_find(const char *uri);
/* The row without comments. */
const struct xades_c14n *xades_c14n_of(enum c14n_method method);

/* The element is {space}name. */
bool xades_is(const struct xml_node *n, const char *space, const char *name);
/* A ds:Signature: fits xml_keep and c14n_input.leave. */
bool xades_is_signature(const struct xml_node *n);
/*
 * What may be an ID (xml_id_rule): Id of elements of the namespaces above, and xml:id, are so by their
 * schema; unqualified Id, ID and id of other elements, and wsu:Id of WS-Security, are candidates. A qualified
 * attribute of any other namespace never is.
 */
enum xml_id xades_id_rule(const struct xml_node *element, const struct xml_attribute *a);

/* What may name a signature: characters of a Name (XML 1.0, 2.3), so that it is one word wherever it is
 * shown. It may begin with a digit, which the schema (xs:ID) forbids and programs do. */
bool xades_is_id(const char *id);

#endif
