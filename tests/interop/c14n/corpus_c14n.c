/*
 * Runs c14n.csv of a corpus of foreign vectors: method, input, an XPath that selects a node-set, inclusive
 * prefixes, expected octets. One TAP line a row. The folder is KALEM_CORPUS, else ../shared/corpus beside the
 * source tree; without it the test is skipped.
 *
 * Node-sets are evaluated here, by libxml2, and handed to the library as three questions; it evaluates no
 * XPath. The tree is made from libxml2's, so that each of its nodes knows which node of the set it is. Where
 * there is no DOCTYPE it must be the tree that xml_read gives; where there is one, xml_read must refuse the
 * document.
 */
#include "support/tree.h"
#include "xml/c14n.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 7, LINE_BYTES = 1024, ROWS = 36, NODE_SETS = 27 };
enum { REPO, COMMIT, MODE, INPUT, XPATH, PREFIXES, EXPECTED };

typedef xmlDocPtr doc_ptr;
static void doc_free(xmlDocPtr *d) {
    xmlFreeDoc(*d);
}
CLEANUP(doc_ptr, doc_free);

typedef xmlXPathContextPtr context_ptr;
static void context_free(xmlXPathContextPtr *c) {
    xmlXPathFreeContext(*c);
}
CLEANUP(context_ptr, context_free);

typedef xmlXPathObjectPtr object_ptr;
static void object_free(xmlXPathObjectPtr *o) {
    xmlXPathFreeObject(*o);
}
CLEANUP(object_ptr, object_free);

/* Our node and the one it was made from; the first member, so that the one is found from the other. */
struct mirror {
    struct xml_node node;
    xmlNodePtr from;
};

static const char *text_of(const xmlChar *s) {
    return s != NULL ? (const char *)s : "";
}

static void spaces_mirror(arena *a, struct xml_node *n, const xmlNs *first) {
    for (const xmlNs *s = first; s != NULL; s = s->next) {
        n->space_count++;
    }
    struct xml_space *list = arena_alloc(a, n->space_count * sizeof *list + 1);
    n->spaces = list;
    for (const xmlNs *s = first; s != NULL; s = s->next, list++) {
        *list = (struct xml_space){text_of(s->prefix), text_of(s->href)};
    }
}

static void attributes_mirror(arena *a, struct xml_node *n, xmlNodePtr from) {
    for (const xmlAttr *p = from->properties; p != NULL; p = p->next) {
        n->attribute_count++;
    }
    struct xml_attribute *list = arena_alloc(a, n->attribute_count * sizeof *list + 1);
    n->attributes = list;
    for (const xmlAttr *p = from->properties; p != NULL; p = p->next, list++) {
        xmlChar *value = xmlNodeListGetString(from->doc, p->children, 1);
        *list = (struct xml_attribute){p->ns != NULL ? text_of(p->ns->prefix) : "",
                                       p->ns != NULL ? text_of(p->ns->href) : "", text_of(p->name),
                                       arena_str(a, BYTES_STR(text_of(value)))};
        xmlFree(value);
    }
}

static const struct xml_node *siblings_mirror(arena *a, xmlNodePtr from, const struct xml_node *parent);

static struct xml_node *node_mirror(arena *a, xmlNodePtr from, const struct xml_node *parent) {
    struct mirror *m = arena_alloc(a, sizeof *m);
    m->from = from;
    m->node = (struct xml_node){.prefix = "", .space = "", .name = "", .text = "", .parent = parent};
    if (from->type == XML_ELEMENT_NODE) {
        m->node.name = text_of(from->name);
        m->node.prefix = from->ns != NULL ? text_of(from->ns->prefix) : "";
        m->node.space = from->ns != NULL ? text_of(from->ns->href) : "";
        spaces_mirror(a, &m->node, from->nsDef);
        attributes_mirror(a, &m->node, from);
        m->node.first = siblings_mirror(a, from->children, &m->node);
        return &m->node;
    }
    bool comment = from->type == XML_COMMENT_NODE, instruction = from->type == XML_PI_NODE;
    m->node.kind = comment ? XML_KIND_COMMENT : instruction ? XML_KIND_INSTRUCTION : XML_KIND_TEXT;
    m->node.name = instruction ? text_of(from->name) : "";
    m->node.text = text_of(from->content);
    return &m->node;
}

static const struct xml_node *siblings_mirror(arena *a, xmlNodePtr from, const struct xml_node *parent) {
    const struct xml_node *first = NULL;
    for (const struct xml_node **tail = &first; from != NULL; from = from->next) {
        if (from->type != XML_DTD_NODE) {
            struct xml_node *n = node_mirror(a, from, parent);
            *tail = n;
            tail = (const struct xml_node **)&n->next;
        }
    }
    return first;
}

static bool same_tree(const struct xml_node *a, const struct xml_node *b) {
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        bool same = a->kind == b->kind && strcmp(a->name, b->name) == 0 &&
                    strcmp(a->prefix, b->prefix) == 0 && strcmp(a->space, b->space) == 0 &&
                    strcmp(a->text, b->text) == 0;
        if (!same || !tree_same_axes(a, b) || !same_tree(a->first, b->first)) {
            return false;
        }
    }
    return a == NULL && b == NULL;
}

static xmlNodePtr from_of(const struct xml_node *n) {
    return ((const struct mirror *)(const void *)n)->from;
}

static bool node_selected(void *user, const struct xml_node *n) {
    return xmlXPathNodeSetContains(user, from_of(n)) != 0;
}

static bool attribute_selected(void *user, const struct xml_node *n, const struct xml_attribute *a) {
    const xmlChar *space = *a->space != '\0' ? (const xmlChar *)a->space : NULL;
    xmlAttrPtr attribute = xmlHasNsProp(from_of(n), (const xmlChar *)a->name, space);
    return attribute != NULL && xmlXPathNodeSetContains(user, (xmlNodePtr)(void *)attribute) != 0;
}

/* A namespace node of libxml2's node-sets is a copy of the declaration, whose `next` is the element. */
static bool space_selected(void *user, const struct xml_node *n, const char *prefix) {
    xmlNodeSetPtr set = user;
    for (int i = 0; i < set->nodeNr; i++) {
        const xmlNs *s = (const xmlNs *)(const void *)set->nodeTab[i];
        if (s->type == XML_NAMESPACE_DECL && (const void *)s->next == (const void *)from_of(n) &&
            strcmp(text_of(s->prefix), prefix) == 0) {
            return true;
        }
    }
    return false;
}

struct run {
    const char *folder;
    size_t number, failed, node_sets;
};

static void path_of(const struct run *r, char *const *row, size_t column, char *out, size_t n) {
    snprintf(out, n, "%s/files/%s/%s", r->folder, row[REPO], row[column]);
}

static bool slurp(const struct run *r, char *const *row, size_t column, grow *out) {
    char path[LINE_BYTES], piece[1024];
    path_of(r, row, column, path, sizeof path);
    FILE *f = fopen(path, "rb");
    for (size_t n = 1; f != NULL && n > 0;) {
        n = fread(piece, 1, sizeof piece, f);
        grow_put(out, piece, n);
    }
    return f != NULL && fclose(f) == 0 && !out->failed;
}

/* The expression is the text of an element, with its prefixes in scope and comments in it. */
static xmlXPathObjectPtr evaluate(const char *path, xmlXPathContextPtr context) {
    AUTO(doc_ptr) doc = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOWARNING);
    xmlNodePtr root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;
    if (root == NULL) {
        return NULL;
    }
    for (const xmlNs *s = root->nsDef; s != NULL; s = s->next) {
        xmlXPathRegisterNs(context, s->prefix, s->href);
    }
    AUTO(grow) expression = {0};
    for (const xmlNode *n = root->children; n != NULL; n = n->next) {
        if (n->type == XML_TEXT_NODE) {
            grow_str(&expression, text_of(n->content));
        }
    }
    grow_byte(&expression, '\0');
    return xmlXPathEvalExpression(expression.data, context);
}

static bool method_of(const char *mode, struct c14n_input *in) {
    static const struct {
        const char *mode;
        enum c14n_method method;
        bool comments;
    } modes[] = {{"with-comments", C14N_1_0, true},
                 {"without-comments", C14N_1_0, false},
                 {"1-1-without-comments", C14N_1_1, false},
                 {"exc-without-comments", C14N_EXCLUSIVE, false}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(mode, modes[i].mode) == 0) {
            in->method = modes[i].method;
            in->comments = modes[i].comments;
            return true;
        }
    }
    return false;
}

static sign_rc collect(void *user, sign_bytes piece, sign_error *err) {
    (void)err;
    grow_put(user, piece.data, piece.len);
    return SIGN_OK;
}

/* NULL when the row holds, else what is wrong. `mine` is the tree that xml_read gave, NULL when it refused.
 */
static const char *compared(struct run *r, char *const *row, xmlDocPtr doc, const struct xml *mine) {
    char path[LINE_BYTES];
    AUTO(arena) nodes = {0};
    AUTO(grow) got = {0}, want = {0}, prefixes = {0};
    struct c14n_input in = {.document = siblings_mirror(&nodes, doc->children, NULL)};
    if (!method_of(row[MODE], &in) || !slurp(r, row, EXPECTED, &want)) {
        return "the row cannot be read";
    }
    if (*row[PREFIXES] != '\0' && slurp(r, row, PREFIXES, &prefixes)) {
        grow_byte(&prefixes, '\0');
        in.prefixes = (const char *)prefixes.data;
    }
    if (mine != NULL && !same_tree(in.document, xml_first(mine))) {
        return "xml_read gives another tree than libxml2";
    }
    AUTO(context_ptr) context = xmlXPathNewContext(doc);
    AUTO(object_ptr) selected = NULL;
    struct c14n_node_set set = {node_selected, attribute_selected, space_selected, NULL};
    if (*row[XPATH] != '\0') {
        path_of(r, row, XPATH, path, sizeof path);
        selected = evaluate(path, context);
        if (selected == NULL || selected->type != XPATH_NODESET) {
            return "the XPath cannot be evaluated";
        }
        set.user = selected->nodesetval;
        in.node_set = &set;
        r->node_sets++;
    } else if (mine != NULL) {
        in.document = xml_first(mine);
    }
    sign_error err = {0};
    if (c14n_write(&in, collect, &got, &err) != SIGN_OK) {
        return "refused";
    }
    return bytes_equal(BYTES(got.data, got.len), BYTES(want.data, want.len)) ? NULL : "other octets";
}

static const char *row_checked(struct run *r, char *const *row) {
    char path[LINE_BYTES];
    path_of(r, row, INPUT, path, sizeof path);
    AUTO(grow) text = {0};
    AUTO(xml_ptr) mine = NULL;
    AUTO(doc_ptr)
    doc = xmlReadFile(path, NULL,
                      XML_PARSE_NONET | XML_PARSE_NOWARNING | XML_PARSE_NOENT | XML_PARSE_NOCDATA |
                          XML_PARSE_DTDLOAD | XML_PARSE_DTDATTR);
    if (doc == NULL || !slurp(r, row, INPUT, &text)) {
        return "the input cannot be read";
    }
    sign_error err = {0};
    sign_rc rc = xml_read(BYTES(text.data, text.len), &(struct xml_options){.depth = 64}, &mine, &err);
    /* E5022: the document has a DOCTYPE. */
    if (doc->intSubset != NULL ? rc != SIGN_E_FORMAT || strcmp(err.id, "E5022") != 0 : rc != SIGN_OK) {
        return doc->intSubset != NULL ? "xml_read does not refuse the DOCTYPE" : "xml_read refuses the input";
    }
    return compared(r, row, doc, mine);
}

static void row_run(struct run *r, char *line) {
    char *row[COLUMNS] = {0};
    line[strcspn(line, "\r\n")] = '\0';
    for (size_t i = 0; i < COLUMNS; i++) {
        row[i] = line;
        line += strcspn(line, ",");
        if (*line != '\0') {
            *line++ = '\0';
        }
    }
    const char *wrong = row_checked(r, row);
    printf("%s %zu - %s%s%s\n", wrong == NULL ? "ok" : "not ok", ++r->number, row[EXPECTED],
           wrong == NULL ? "" : ": ", wrong == NULL ? "" : wrong);
    r->failed += wrong != NULL;
}

int main(void) {
    const char *given = getenv("KALEM_CORPUS");
    struct run r = {.folder = given != NULL ? given : SIGN_TEST_SOURCE "/../shared/corpus"};
    char line[LINE_BYTES];
    snprintf(line, sizeof line, "%s/c14n.csv", r.folder);
    FILE *table = fopen(line, "r");
    if (table == NULL) {
        printf("ok 1 - canonical XML of others # SKIP no c14n.csv in %s\n1..1\n", r.folder);
        return 0;
    }
    for (bool head = true; fgets(line, sizeof line, table) != NULL; head = false) {
        if (!head) {
            row_run(&r, line);
        }
    }
    fclose(table);
    bool complete = r.number >= ROWS && r.node_sets >= NODE_SETS;
    printf("%s %zu - all %d rows, %d node-sets\n1..%zu\n", complete ? "ok" : "not ok", r.number + 1, ROWS,
           NODE_SETS, r.number + 1);
    xmlCleanupParser();
    return r.failed == 0 && complete ? 0 : 1;
}
