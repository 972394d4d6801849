#include "xforge.h"

#include "xforge_key.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_PREFIXES = 64 };

/* ---- texts ------------------------------------------------------------------------------------------- */

static void quiet(void *user, const char *fmt, ...) {
    (void)user;
    (void)fmt;
}

void xforge_open(struct xforge *x, const char *folder) {
    *x = (struct xforge){.folder = folder};
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, quiet);
}

void xforge_forget(struct xforge *x) {
    arena_free(&x->texts);
    x->texts = (arena){0};
    x->content = x->octets = (sign_bytes){0};
}

void xforge_close(struct xforge *x) {
    xforge_forget(x);
}

_Noreturn static void wrong(const char *what, const char *detail) {
    fprintf(stderr, "mkvectors: %s: %.60s\n", what, detail);
    exit(1);
}

static char *kept(struct xforge *x, sign_bytes b) {
    char *text = arena_str(&x->texts, b);
    if (text == NULL) {
        wrong("memory", "");
    }
    return text;
}

char *xf(struct xforge *x, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = n < 0 ? NULL : arena_alloc(&x->texts, (size_t)n + 1);
    if (text == NULL) {
        wrong("memory", fmt);
    }
    va_start(args, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    va_end(args);
    return text;
}

char *xf_replace(struct xforge *x, const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    if (at == NULL) {
        wrong("nothing to replace", from);
    }
    return xf(x, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

char *xf_cut(struct xforge *x, const char *text, const char *from, const char *to, char **piece) {
    const char *at = strstr(text, from);
    const char *end = at != NULL ? strstr(at + strlen(from), to) : NULL;
    if (end == NULL) {
        wrong("nothing to cut", from);
    }
    end += strlen(to);
    if (piece != NULL) {
        *piece = kept(x, BYTES(at, (size_t)(end - at)));
    }
    return xf(x, "%.*s%s", (int)(at - text), text, end);
}

char *xf_repeat(struct xforge *x, const char *piece, size_t n) {
    AUTO(grow) g = {0};
    for (size_t i = 0; i < n; i++) {
        grow_str(&g, piece);
    }
    return kept(x, BYTES(g.data, g.len));
}

void xf_write_bytes(struct xforge *x, const char *file, sign_bytes bytes) {
    FILE *f = fopen(xf(x, "%s/%s", x->folder, file), "wb");
    if (f == NULL || fwrite(bytes.data, 1, bytes.len, f) != bytes.len || fclose(f) != 0) {
        wrong("cannot write", file);
    }
}

void xf_write(struct xforge *x, const char *file, const char *text) {
    xf_write_bytes(x, file, BYTES_STR(text));
}

/* ---- the document as libxml2 sees it ----------------------------------------------------------------- */

static xmlDocPtr document(sign_bytes text) {
    xmlDocPtr doc = xmlReadMemory((const char *)text.data, (int)text.len, NULL, NULL,
                                  XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (doc == NULL) {
        wrong("not XML", (const char *)text.data);
    }
    return doc;
}

static bool is(const xmlNode *n, const char *space, const char *name) {
    return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0 && n->ns != NULL &&
           strcmp((const char *)n->ns->href, space) == 0;
}

/* The node behind n in document order, within `top`; NULL at its end. */
static xmlNode *next_node(xmlNode *n, const xmlNode *top) {
    if (n->children != NULL && n->type == XML_ELEMENT_NODE) {
        return n->children;
    }
    while (n != top && n->next == NULL) {
        n = n->parent;
    }
    return n == top ? NULL : n->next;
}

static char *attribute(struct xforge *x, const xmlNode *n, const char *name) {
    for (const xmlAttr *a = n->properties; a != NULL; a = a->next) {
        if (strcmp((const char *)a->name, name) == 0) {
            xmlChar *value = xmlNodeListGetString(n->doc, a->children, 1);
            char *text = kept(x, value != NULL ? BYTES_STR((char *)value) : BYTES("", 0));
            xmlFree(value);
            return text;
        }
    }
    return NULL;
}

static char *content(struct xforge *x, const xmlNode *n) {
    xmlChar *value = xmlNodeGetContent(n);
    char *text = kept(x, BYTES_STR((char *)value));
    xmlFree(value);
    return text;
}

static const xmlNode *child(const xmlNode *n, const char *space, const char *name) {
    for (const xmlNode *c = n->children; c != NULL; c = c->next) {
        if (is(c, space, name)) {
            return c;
        }
    }
    return NULL;
}

static const xmlNode *must(const xmlNode *n, const char *what) {
    if (n == NULL) {
        wrong("no such element", what);
    }
    return n;
}

/* The first element with that Id, whatever the attribute is called. */
static xmlNode *by_id(struct xforge *x, xmlDocPtr doc, const char *id) {
    xmlNode *root = xmlDocGetRootElement(doc);
    for (xmlNode *n = root; n != NULL; n = next_node(n, root)) {
        static const char *const names[] = {"Id", "id", "ID"};
        for (size_t i = 0; i < 3 && n->type == XML_ELEMENT_NODE; i++) {
            const char *value = attribute(x, n, names[i]);
            if (value != NULL && strcmp(value, id) == 0) {
                return n;
            }
        }
    }
    wrong("no such Id", id);
}

/* ---- canonical form ---------------------------------------------------------------------------------- */

/* Which nodes of the document are meant: the subtree of apex (NULL: all) less one Signature, or less every.
 */
struct nodes {
    xmlDocPtr doc;
    const xmlNode *apex, *without;
    bool no_signatures, comments;
};

static int visible(void *user, xmlNodePtr node, xmlNodePtr parent) {
    const struct nodes *s = user;
    bool of_element = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE;
    const xmlNode *n = of_element ? parent : node;
    bool in = s->apex == NULL;
    for (; n != NULL && n->type != XML_DOCUMENT_NODE; n = n->parent) {
        if (n == s->without || (s->no_signatures && is(n, DS, "Signature"))) {
            return 0;
        }
        in |= n == s->apex;
    }
    return in;
}

static sign_bytes canonical(struct xforge *x, struct nodes *s, const char *uri, const char *prefixes) {
    bool exclusive = strncmp(uri, C14N_EXC, strlen(C14N_EXC)) == 0;
    xmlC14NMode mode = exclusive                       ? XML_C14N_EXCLUSIVE_1_0
                       : strstr(uri, "c14n11") != NULL ? XML_C14N_1_1
                                                       : XML_C14N_1_0;
    bool comments = s->comments && strstr(uri, "WithComments") != NULL;
    xmlChar *list[MOST_PREFIXES + 1] = {0};
    char *names = prefixes != NULL ? kept(x, BYTES_STR(prefixes)) : NULL;
    size_t n = 0;
    for (char *name = names != NULL ? strtok(names, " ") : NULL; name != NULL && n < MOST_PREFIXES;
         name = strtok(NULL, " ")) {
        list[n++] = (xmlChar *)name;
    }
    xmlBufferPtr made = xmlBufferCreate();
    xmlOutputBufferPtr out = xmlOutputBufferCreateBuffer(made, NULL);
    int rc = xmlC14NExecute(s->doc, visible, s, (int)mode, n > 0 ? list : NULL, comments, out);
    xmlOutputBufferClose(out);
    if (rc < 0 && !x->may_be_void) {
        wrong("no canonical form", uri);
    }
    sign_bytes octets = {0};
    if (rc >= 0) {
        octets = arena_copy(&x->texts, BYTES(xmlBufferContent(made), (size_t)xmlBufferLength(made)));
    }
    xmlBufferFree(made);
    return octets;
}

/* ---- references -------------------------------------------------------------------------------------- */

/* A reference on its way through the transforms: nodes until they become octets. */
struct datum {
    struct nodes nodes;
    xmlDocPtr again; /* octets that were read again */
    sign_bytes octets;
    bool are_octets;
};

static void begin(struct xforge *x, xmlDocPtr doc, const char *uri, struct datum *d) {
    *d = (struct datum){.nodes = {.doc = doc}};
    char id[128];
    if (uri == NULL || (*uri != 0 && *uri != '#')) {
        d->octets = x->content;
        d->are_octets = true;
    } else if (strcmp(uri, "#xpointer(/)") == 0) {
        d->nodes.comments = true;
    } else if (sscanf(uri, "#xpointer(id('%100[^']'))", id) == 1) {
        d->nodes.comments = true;
        d->nodes.apex = by_id(x, doc, id);
    } else if (*uri == '#') {
        d->nodes.apex = by_id(x, doc, uri + 1);
    }
}

static void make_octets(struct xforge *x, struct datum *d, const char *uri, const char *prefixes) {
    if (d->are_octets) {
        d->again = document(d->octets);
        d->nodes = (struct nodes){.doc = d->again, .comments = true};
    }
    d->octets = canonical(x, &d->nodes, uri, prefixes);
    d->are_octets = true;
}

static const xmlNode *signature_of(const xmlNode *n) {
    while (n != NULL && !is(n, DS, "Signature")) {
        n = n->parent;
    }
    return n;
}

/* The base64 transform over nodes: the text of all of them, whatever stands around it (XML-Signature, 6.6.2).
 */
static void decode(struct xforge *x, struct datum *d) {
    AUTO(grow) text = {0}, octets = {0};
    xmlNode *root = xmlDocGetRootElement(d->nodes.doc);
    for (xmlNode *n = root; n != NULL; n = next_node(n, root)) {
        if (n->type == XML_TEXT_NODE && visible(&d->nodes, n, n->parent)) {
            grow_str(&text, (const char *)n->content);
        }
    }
    grow_byte(&text, 0);
    xforge_base64_decode((const char *)text.data, &octets);
    d->octets = arena_copy(&x->texts, BYTES(octets.data, octets.len));
    d->are_octets = true;
}

static void transform(struct xforge *x, struct datum *d, const xmlNode *reference, const xmlNode *t) {
    const char *uri = attribute(x, t, "Algorithm");
    const xmlNode *list = child(t, C14N_EXC, "InclusiveNamespaces");
    if (strcmp(uri, DS "enveloped-signature") == 0) {
        d->nodes.without = signature_of(reference);
    } else if (strstr(uri, "xpath") != NULL || strstr(uri, "filter2") != NULL) {
        d->nodes.no_signatures = true;
    } else if (strcmp(uri, DS "base64") == 0) {
        decode(x, d);
    } else if (strstr(uri, "c14n") != NULL) {
        make_octets(x, d, uri, list != NULL ? attribute(x, list, "PrefixList") : NULL);
    } /* what else is named here is an attack that no signer computes */
}

static char *reference_digest(struct xforge *x, xmlDocPtr doc, const xmlNode *reference) {
    struct datum d;
    const char *type = attribute(x, reference, "Type");
    begin(x, doc, attribute(x, reference, "URI"), &d);
    const xmlNode *transforms = child(reference, DS, "Transforms");
    for (const xmlNode *t = transforms != NULL ? transforms->children : NULL; t != NULL; t = t->next) {
        if (is(t, DS, "Transform")) {
            transform(x, &d, reference, t);
        }
    }
    if (!d.are_octets) {
        make_octets(x, &d, C14N, NULL);
    }
    if (type == NULL || strcmp(type, TYPE_SP) != 0) {
        x->octets = d.octets;
    }
    const xmlNode *method = must(child(reference, DS, "DigestMethod"), "DigestMethod");
    AUTO(grow) value = {0};
    xforge_digest(attribute(x, method, "Algorithm"), d.octets, &value);
    xmlFreeDoc(d.again);
    return kept(x, BYTES(value.data, value.len));
}

/* The first Reference of the signature whose digest is still a mark, a Manifest's before all others. */
static const xmlNode *open_reference(struct xforge *x, xmlNode *signature, char **mark) {
    for (int manifest = 1; manifest >= 0; manifest--) {
        for (xmlNode *n = signature; n != NULL; n = next_node(n, signature)) {
            if (!is(n, DS, "Reference") || is(n->parent, DS, "Manifest") != (manifest == 1) ||
                signature_of(n) != signature) {
                continue;
            }
            *mark = content(x, must(child(n, DS, "DigestValue"), "DigestValue"));
            if (strncmp(*mark, "?d", 2) == 0) {
                return n;
            }
        }
    }
    return NULL;
}

static const char *id_of(const struct xsig *s) {
    return s->id != NULL ? s->id : "S1";
}

const char *xforge_signer(const struct xsig *s) {
    return s->signer != NULL ? s->signer : "nes-p256";
}

char *xf_digest(struct xforge *x, const char *text, const struct xsig *s) {
    char *now = kept(x, BYTES_STR(text));
    for (;;) {
        xmlDocPtr doc = document(BYTES_STR(now));
        char *mark = NULL;
        const xmlNode *reference = open_reference(x, by_id(x, doc, id_of(s)), &mark);
        if (reference != NULL) {
            const char *digest = reference_digest(x, doc, reference);
            while (strstr(now, mark) != NULL) {
                now = xf_replace(x, now, mark, digest);
            }
        }
        xmlFreeDoc(doc);
        if (reference == NULL) {
            return now;
        }
    }
}

char *xf_value(struct xforge *x, const char *text, const struct xsig *s) {
    xmlDocPtr doc = document(BYTES_STR(text));
    const xmlNode *signature = by_id(x, doc, id_of(s));
    const xmlNode *info = must(child(signature, DS, "SignedInfo"), "SignedInfo");
    const xmlNode *c14n = must(child(info, DS, "CanonicalizationMethod"), "CanonicalizationMethod");
    const xmlNode *method = must(child(info, DS, "SignatureMethod"), "SignatureMethod");
    const xmlNode *list = child(c14n, C14N_EXC, "InclusiveNamespaces");
    const xmlNode *length = child(method, DS, "HMACOutputLength");
    const char *uri = attribute(x, method, "Algorithm");
    struct nodes nodes = {.doc = doc, .apex = info, .comments = true};
    sign_bytes octets = canonical(x, &nodes, attribute(x, c14n, "Algorithm"),
                                  list != NULL ? attribute(x, list, "PrefixList") : NULL);
    AUTO(grow) value = {0};
    if (strstr(uri, "hmac") != NULL) {
        xforge_hmac(xforge_signer(s), octets, length != NULL ? atoi(content(x, length)) : 256, &value);
    } else {
        xforge_sign(xforge_signer(s), uri, octets, &value);
    }
    xmlFreeDoc(doc);
    return xf_replace(x, text, xf(x, "?v:%s?", id_of(s)), kept(x, BYTES(value.data, value.len)));
}

char *xf_sign(struct xforge *x, const char *text, const struct xsig *s) {
    return xf_value(x, xf_digest(x, text, s), s);
}
