#include "xades/names.h"

#include "base/limits.h"
#include "base/text.h"

static const struct xades_c14n methods[] = {
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", C14N_1_0, false},
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", C14N_1_0, true},
    {"http://www.w3.org/2006/12/xml-c14n11", C14N_1_1, false},
    {"http://www.w3.org/2006/12/xml-c14n11#WithComments", C14N_1_1, true},
    {"http://www.w3.org/2001/10/xml-exc-c14n#", C14N_EXCLUSIVE, false},
    {"http://www.w3.org/2001/10/xml-exc-c14n#WithComments", C14N_EXCLUSIVE, true},
};

const struct xades_c14n *xades_c14n_find(const char *uri) {
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(methods[i].uri, uri) == 0)
            return &methods[i];
    return NULL;
}

const struct xades_c14n *xades_c14n_of(enum c14n_method method) {
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (methods[i].method == method && !methods[i].comments)
            return &methods[i];
    return NULL;
}

bool xades_is(const struct xml_node *n, const char *space, const char *name) {
    return n->kind == XML_KIND_ELEMENT && *n->name == *name && strcmp(n->name, name) == 0 &&
           strcmp(n->space, space) == 0;
}

bool xades_is_signature(const struct xml_node *n) {
    return xades_is(n, DS_NS, "Signature");
}

/* The namespaces whose schemas give their elements an ID, and always by the name of Id. */
static bool is_ours(const char *space) {
    static const char *const spaces[] = {DS_NS, DS11_NS, XADES_NS, XADES_141_NS, XADES_122_NS, XADES_111_NS};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (strcmp(space, spaces[i]) == 0)
            return true;
    return false;
}

enum xml_id xades_id_rule(const struct xml_node *element, const struct xml_attribute *a) {
    if (*a->name != 'I' && *a->name != 'i')
        return XML_ID_NO; /* nearly all */
    bool id = strcmp(a->name, "Id") == 0;
    if (!id && strcmp(a->name, "id") != 0 && strcmp(a->name, "ID") != 0)
        return XML_ID_NO;
    if (*a->space == 0)
        return !is_ours(element->space) ? XML_ID_CANDIDATE : id ? XML_ID_SCHEMA : XML_ID_NO;
    /* xml:id (W3C xml:id 1.0); wsu:Id (WS-Security 1.1, 4.2), which no schema of the bearer knows */
    if (strcmp(a->space, "http://www.w3.org/XML/1998/namespace") == 0)
        return strcmp(a->name, "id") == 0 ? XML_ID_SCHEMA : XML_ID_NO;
    static const char wsu[] =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    return id && strcmp(a->space, wsu) == 0 ? XML_ID_CANDIDATE : XML_ID_NO;
}

bool xades_is_id(const char *id) {
    static const struct utf8_range letters[] = {
        {'-', '.'},       {'0', ':'},        {'A', 'Z'},       {'_', '_'},       {'a', 'z'},
        {0xB7, 0xB7},     {0xC0, 0xD6},      {0xD8, 0xF6},     {0xF8, 0x37D},    {0x37F, 0x1FFF},
        {0x203F, 0x2040}, {0x2070, 0x218F},  {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF},
        {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};
    const uint8_t *at = (const uint8_t *)id, *end = at + strlen(id);
    bool name = at < end && end - at <= LIMIT_XML_ID;
    while (name && at < end)
        name = utf8_in(utf8_next(&at, end), letters, sizeof letters / sizeof *letters);
    return name;
}
