/* What each time-stamp of an XML signature is of (EN 319 132-1, 5; TS 101 903, 7 and 8). */
#include "stamps.h"

#include "base/text.h"

#include <libxml/c14n.h>
#include <stdio.h>

enum { MOST_PREFIXES = 32 };

bool st_xml_is(const xmlNode *n, const char *space, const char *name) {
    return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0 && n->ns != NULL &&
           strcmp((const char *)n->ns->href, space) == 0;
}

const xmlNode *st_xml_child(const xmlNode *n, const char *space, const char *name) {
    for (const xmlNode *c = n->children; c != NULL; c = c->next) {
        if (st_xml_is(c, space, name)) {
            return c;
        }
    }
    return NULL;
}

xmlNode *st_xml_next(xmlNode *n, const xmlNode *top) {
    if (n->children != NULL && n->type == XML_ELEMENT_NODE) {
        return n->children;
    }
    while (n != top && n->next == NULL) {
        n = n->parent;
    }
    return n == top ? NULL : n->next;
}

char *st_xml_attribute(struct st *s, const xmlNode *n, const char *name) {
    for (const xmlAttr *a = n->properties; a != NULL; a = a->next) {
        if (strcmp((const char *)a->name, name) == 0) {
            xmlChar *value = xmlNodeListGetString(n->doc, a->children, 1);
            char *text = st_text(s, "%s", value != NULL ? (const char *)value : "");
            xmlFree(value);
            return text;
        }
    }
    return NULL;
}

/* ---- canonical form
 * ---------------------------------------------------------------------------------------- */

struct shown {
    const xmlNode *top, *without;
};

static int visible(void *user, xmlNodePtr node, xmlNodePtr parent) {
    const struct shown *v = user;
    bool of_element = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE;
    const xmlNode *n = of_element ? parent : node;
    bool in = v->top == NULL;
    for (; n != NULL && n->type != XML_DOCUMENT_NODE; n = n->parent) {
        if (n == v->without) {
            return 0;
        }
        in |= n == v->top;
    }
    return in;
}

static sign_bytes canonical(struct st *s, xmlDocPtr doc, struct shown *v, const char *method,
                            const char *prefixes) {
    bool exclusive = strncmp(method, ST_EXC, strlen(ST_EXC)) == 0;
    xmlC14NMode mode = exclusive                          ? XML_C14N_EXCLUSIVE_1_0
                       : strstr(method, "c14n11") != NULL ? XML_C14N_1_1
                                                          : XML_C14N_1_0;
    xmlChar *list[MOST_PREFIXES + 1] = {0};
    char *rest = NULL;
    size_t n = 0;
    for (char *one = prefixes != NULL ? strtok_r(st_text(s, "%s", prefixes), " ", &rest) : NULL;
         one != NULL && n < MOST_PREFIXES; one = strtok_r(NULL, " ", &rest)) {
        list[n++] = (xmlChar *)one;
    }
    xmlBufferPtr made = xmlBufferCreate();
    xmlOutputBufferPtr out = xmlOutputBufferCreateBuffer(made, NULL);
    int rc = xmlC14NExecute(doc, visible, v, (int)mode, n > 0 ? list : NULL,
                            strstr(method, "WithComments") != NULL, out);
    xmlOutputBufferClose(out);
    path_must(rc >= 0, method);
    sign_bytes octets = arena_copy(st_arena(s), BYTES(xmlBufferContent(made), (size_t)xmlBufferLength(made)));
    xmlBufferFree(made);
    return octets;
}

sign_bytes st_canonical(struct st *s, const xmlNode *top, const xmlNode *without, const char *method,
                        const char *prefixes) {
    struct shown v = {.top = top, .without = without};
    return canonical(s, top->doc, &v, method, prefixes);
}

/* ---- references (XML-Signature, 4.4.3.2)
 * -------------------------------------------------------------------- */

static const xmlNode *by_id(struct st *s, xmlDocPtr doc, const char *id) {
    static const char *const names[] = {"Id", "ID", "id"};
    xmlNode *root = xmlDocGetRootElement(doc);
    for (xmlNode *n = root; n != NULL; n = st_xml_next(n, root)) {
        for (size_t i = 0; i < 3 && n->type == XML_ELEMENT_NODE; i++) {
            const char *value = st_xml_attribute(s, n, names[i]);
            if (value != NULL && strcmp(value, id) == 0) {
                return n;
            }
        }
    }
    return NULL;
}

static const xmlNode *signature_of(const xmlNode *n) {
    while (n != NULL && !st_xml_is(n, ST_DS, "Signature")) {
        n = n->parent;
    }
    return n;
}

/* A reference on its way: nodes until they become octets. */
struct way {
    xmlDocPtr doc;
    struct shown nodes;
    sign_bytes octets;
    bool are_octets;
};

static sign_bytes decoded(struct st *s, struct way *w) {
    AUTO(grow) g = {0};
    AUTO(grow) octets = {0};
    xmlNode *root = xmlDocGetRootElement(w->doc);
    for (xmlNode *n = root; n != NULL; n = st_xml_next(n, root)) {
        if (n->type == XML_TEXT_NODE && visible(&w->nodes, n, n->parent)) {
            grow_str(&g, (const char *)n->content);
        }
    }
    path_must(text_base64_decode(BYTES(g.data, g.len), &octets), "base64");
    return arena_copy(st_arena(s), BYTES(octets.data, octets.len));
}

/* False: not known here. */
static bool transform(struct st *s, struct way *w, const xmlNode *reference, const xmlNode *t) {
    const char *uri = st_xml_attribute(s, t, "Algorithm");
    if (uri == NULL || w->are_octets) {
        return false;
    }
    if (strcmp(uri, ST_DS "enveloped-signature") == 0) {
        w->nodes.without = signature_of(reference);
        return true;
    }
    if (strcmp(uri, ST_DS "base64") == 0) {
        w->octets = decoded(s, w);
    } else if (strstr(uri, "c14n") != NULL) {
        const xmlNode *list = st_xml_child(t, ST_EXC, "InclusiveNamespaces");
        w->octets = canonical(s, w->doc, &w->nodes, uri,
                              list != NULL ? st_xml_attribute(s, list, "PrefixList") : NULL);
    } else {
        return false;
    }
    w->are_octets = true;
    return true;
}

static bool begin(struct st *s, const xmlNode *reference, struct way *w) {
    const char *uri = st_xml_attribute(s, reference, "URI");
    *w = (struct way){.doc = reference->doc};
    if (uri == NULL || (*uri != '\0' && *uri != '#')) {
        w->octets = s->content;
        w->are_octets = true;
        return s->content.data != NULL;
    }
    if (*uri == '#') {
        w->nodes.top = by_id(s, w->doc, uri + 1);
        return w->nodes.top != NULL;
    }
    return true;
}

sign_bytes st_xml_reference(struct st *s, const xmlNode *reference, const char *property, bool *good) {
    struct way w;
    *good = begin(s, reference, &w);
    const xmlNode *transforms = st_xml_child(reference, ST_DS, "Transforms");
    for (const xmlNode *t = transforms != NULL ? transforms->children : NULL; *good && t != NULL;
         t = t->next) {
        if (st_xml_is(t, ST_DS, "Transform")) {
            *good = transform(s, &w, reference, t);
        }
    }
    if (*good && !w.are_octets) { /* 4.4.3.2: nodes that are left become octets by C14N 1.0 */
        w.octets = canonical(s, w.doc, &w.nodes, property != NULL ? property : ST_INC, NULL);
    }
    return w.octets;
}

/* ---- the imprints
 * -------------------------------------------------------------------------------------------- */

/* What is collected for one time-stamp. */
struct imprint {
    struct st *s;
    const xmlNode *stamp, *signature;
    const char *method, *prefixes;
    struct st_pieces parts;
    bool good;
};

static void add_node(struct imprint *i, const xmlNode *n) {
    st_add(&i->parts, st_canonical(i->s, n, NULL, i->method, i->prefixes));
}

static bool of_properties(struct st *s, const xmlNode *reference) {
    const char *type = st_xml_attribute(s, reference, "Type");
    return type != NULL && strstr(type, "SignedProperties") != NULL;
}

static bool named(struct imprint *i, const char *id) {
    if (!st_xml_is(i->stamp, ST_X132, "IndividualDataObjectsTimeStamp")) {
        return true;
    }
    for (const xmlNode *c = i->stamp->children; c != NULL; c = c->next) {
        const char *uri = st_xml_is(c, ST_X132, "Include") ? st_xml_attribute(i->s, c, "URI") : NULL;
        if (uri != NULL && id != NULL && strcmp(uri + 1, id) == 0) {
            return true;
        }
    }
    return false;
}

static void add_references(struct imprint *i, bool with_properties) {
    const xmlNode *info = st_xml_child(i->signature, ST_DS, "SignedInfo");
    for (const xmlNode *r = info != NULL ? info->children : NULL; r != NULL && i->good; r = r->next) {
        if (st_xml_is(r, ST_DS, "Reference") && (with_properties || !of_properties(i->s, r)) &&
            (with_properties || named(i, st_xml_attribute(i->s, r, "Id")))) {
            sign_bytes octets = st_xml_reference(i->s, r, i->method, &i->good);
            if (i->good) {
                st_add(&i->parts, octets);
            }
        }
    }
}

static bool is_reference_list(const xmlNode *n) {
    static const char *const names[] = {"CompleteCertificateRefs",   "CompleteRevocationRefs",
                                        "AttributeCertificateRefs",  "AttributeRevocationRefs",
                                        "CompleteCertificateRefsV2", "AttributeCertificateRefsV2"};
    for (size_t i = 0; n->type == XML_ELEMENT_NODE && i < sizeof names / sizeof *names; i++) {
        if (strcmp((const char *)n->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* TS 101 903, 7.5.1 and 7.5.2: what stands before the time-stamp, in the order of the file. */
static void refs_imprint(struct imprint *i, bool with_signature) {
    if (with_signature) {
        add_node(i, st_xml_child(i->signature, ST_DS, "SignatureValue"));
    }
    for (const xmlNode *n = i->stamp->parent->children; n != i->stamp; n = n->next) {
        if (is_reference_list(n) || (with_signature && st_xml_is(n, ST_X132, "SignatureTimeStamp"))) {
            add_node(i, n);
        }
    }
}

static bool is_referenced(struct imprint *i, const xmlNode *object) {
    const char *id = st_xml_attribute(i->s, object, "Id");
    const xmlNode *info = st_xml_child(i->signature, ST_DS, "SignedInfo");
    for (const xmlNode *r = info->children; id != NULL && r != NULL; r = r->next) {
        const char *uri = st_xml_is(r, ST_DS, "Reference") ? st_xml_attribute(i->s, r, "URI") : NULL;
        if (uri != NULL && *uri == '#' && strcmp(uri + 1, id) == 0) {
            return true;
        }
    }
    return false;
}

/* Not the object with this signature's properties; by 1.3.2 not what a Reference covers (8.2.1). */
static void add_objects(struct imprint *i) {
    bool old = st_xml_is(i->stamp, ST_X132, "ArchiveTimeStamp");
    for (const xmlNode *o = i->signature->children; o != NULL; o = o->next) {
        if (!st_xml_is(o, ST_DS, "Object") || st_xml_child(o, ST_X132, "QualifyingProperties") != NULL ||
            (old && is_referenced(i, o))) {
            continue;
        }
        add_node(i, o);
    }
}

static void archive_imprint(struct imprint *i) {
    static const char *const parts[] = {"SignedInfo", "SignatureValue", "KeyInfo"};
    add_references(i, true);
    for (size_t p = 0; p < 3; p++) {
        const xmlNode *n = st_xml_child(i->signature, ST_DS, parts[p]);
        if (n != NULL) {
            add_node(i, n);
        }
    }
    for (const xmlNode *n = i->stamp->parent->children; n != i->stamp; n = n->next) {
        if (n->type == XML_ELEMENT_NODE) {
            add_node(i, n);
        }
    }
    add_objects(i);
}

sign_bytes st_xml_imprint(struct st *s, const xmlNode *stamp, bool *good) {
    const xmlNode *method = st_xml_child(stamp, ST_DS, "CanonicalizationMethod");
    const xmlNode *list = method != NULL ? st_xml_child(method, ST_EXC, "InclusiveNamespaces") : NULL;
    struct imprint i = {.s = s, .stamp = stamp, .signature = signature_of(stamp), .good = true};
    i.method = method != NULL ? st_xml_attribute(s, method, "Algorithm") : ST_INC;
    i.prefixes = list != NULL ? st_xml_attribute(s, list, "PrefixList") : NULL;
    const char *name = (const char *)stamp->name;
    if (strcmp(name, "SignatureTimeStamp") == 0) {
        add_node(&i, st_xml_child(i.signature, ST_DS, "SignatureValue"));
    } else if (strcmp(name, "ArchiveTimeStamp") == 0) {
        archive_imprint(&i);
    } else if (strncmp(name, "SigAndRefs", 10) == 0 || strncmp(name, "RefsOnly", 8) == 0) {
        refs_imprint(&i, name[0] == 'S');
    } else {
        add_references(&i, false); /* of all or of some data objects */
    }
    *good = i.good;
    return st_join(s, i.parts.of, i.parts.n);
}
