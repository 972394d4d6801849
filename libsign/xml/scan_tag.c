/* xml/scan_tag.c - start tags: attributes, declarations, and what namespace a name is in. */
#include "xml/events.h"
#include "xml/scanner.h"

#include <libxml/uri.h>

#define XML_URI   "http://www.w3.org/XML/1998/namespace"
#define XMLNS_URI "http://www.w3.org/2000/xmlns/"

static bool same(struct scan_string a, struct scan_string b) {
    return a.len == b.len && (a.s == b.s || memcmp(a.s, b.s, a.len) == 0);
}

static bool same_text(struct scan_string a, const char *text, size_t n) {
    return a.len == n && memcmp(a.s, text, n) == 0;
}

/* A QName. The colon gives way to a NUL; what stands behind the name does when it was looked at. */
static bool qname(struct scanner *s, struct scan_string *prefix, struct scan_string *name) {
    *prefix = (struct scan_string){"", 0};
    if (!scan_name(s, name)) {
        return false;
    }
    if (*s->at == ':') {
        *prefix = *name;
        *s->at++ = '\0';
        if (!scan_known(s, prefix) || !scan_name(s, name)) {
            return false;
        }
    }
    return scan_known(s, name); /* a second colon is nothing that its reader expects */
}

/* Octets of "http://host/path" and "urn:name" that need no closer look, then a fragment of the same kind. */
static bool is_usual(const char *uri) {
    static const char hosts[] = "http://", names[] = "urn:";
    bool host = strncmp(uri, hosts, sizeof hosts - 1) == 0, name = strncmp(uri, names, sizeof names - 1) == 0;
    if (!host && !name) {
        return false;
    }
    const char *p = uri + (host ? sizeof hosts - 1 : sizeof names - 1);
    bool path = name;
    for (unsigned fragments = 0; *p != '\0'; p++) {
        bool slash = *p == '/', fragment = *p == '#', colon = *p == ':';
        bool octet = scan_is((uint8_t)*p, SCAN_IN_NAME) && (uint8_t)*p < 0x80;
        path = path || slash;
        fragments += fragment;
        if ((!octet && !slash && !fragment && !colon) || (colon && !path) || (fragment && !path) ||
            fragments > 1) {
            return false;
        }
    }
    return true;
}

/* What xml_parse takes for a URI: libxml2 says so in both cases. */
static bool is_uri(const char *text) {
    if (is_usual(text)) {
        return true;
    }
    xmlURIPtr uri = xmlParseURI(text);
    xmlFreeURI(uri);
    return uri != NULL;
}

/* A namespace URI that may be bound to a prefix, or declared as the default; one that is known from before
 * keeps its address. */
static bool uri_known(struct scanner *s, struct scan_string *uri) {
    for (size_t i = 0; i < s->uri_count; i++) {
        if (same(s->uris[i], *uri)) {
            *uri = s->uris[i];
            return true;
        }
    }
    s->names += uri->len;
    if (s->names > SCAN_NAMES || same_text(*uri, XML_URI, sizeof XML_URI - 1) ||
        same_text(*uri, XMLNS_URI, sizeof XMLNS_URI - 1) || !is_uri(uri->s)) {
        return false;
    }
    if (s->uri_count < SCAN_URIS) {
        s->uris[s->uri_count++] = *uri;
    }
    return true;
}

/* Namespaces in XML 1.0, 3, 5 and 6.1: what may be declared, and each only once in a tag. */
static bool declare(struct scanner *s, struct scan_string prefix, struct scan_string uri) {
    bool reserved = same_text(prefix, "xml", 3) || same_text(prefix, "xmlns", 5);
    if (reserved || s->bound_count == SCAN_SPACES || (uri.len == 0 && prefix.len > 0)) {
        return false;
    }
    for (size_t i = s->bound_count - s->space_count; i < s->bound_count; i++) {
        if (same(s->bound[i].prefix, prefix)) {
            return false;
        }
    }
    if (uri.len == 0) {
        uri.s = "";
    } else if (!uri_known(s, &uri)) {
        return false;
    }
    s->bound[s->bound_count++] = (struct scan_bound){prefix, uri.s};
    s->spaces[s->space_count++] = (struct xml_space){prefix.s, uri.s};
    return true;
}

/* One attribute or declaration, from its name on. */
static bool attribute(struct scanner *s) {
    struct scan_string prefix, name, value;
    if (!qname(s, &prefix, &name)) {
        return false;
    }
    uint8_t *behind = s->at;
    scan_blanks(s);
    if (*s->at != '=') {
        return false;
    }
    s->at++;
    *behind = '\0';
    scan_blanks(s);
    if (!scan_value(s, &value)) {
        return false;
    }
    if (prefix.len == 0 && same_text(name, "xmlns", 5)) {
        return declare(s, (struct scan_string){"", 0}, value);
    }
    if (same_text(prefix, "xmlns", 5)) {
        return declare(s, name, value);
    }
    if (s->raw_count == SCAN_ATTRIBUTES) {
        return false;
    }
    s->raw[s->raw_count++] = (struct scan_raw){prefix, name, value.s};
    return true;
}

/* What a prefix is bound to, or the default namespace; NULL: the prefix is not declared. */
static const char *resolve(const struct scanner *s, const struct scan_string *prefix) {
    for (size_t i = s->bound_count; i > 0; i--) {
        if (same(s->bound[i - 1].prefix, *prefix)) {
            return s->bound[i - 1].uri;
        }
    }
    if (prefix->len == 0) {
        return "";
    }
    return same_text(*prefix, "xml", 3) ? XML_URI : NULL;
}

/* XML 1.0, 3.1 and Namespaces in XML 1.0, 6.3: no name twice, whatever its prefixes. */
static bool is_repeated(const struct scanner *s, const struct xml_attribute *list, size_t i) {
    for (size_t k = 0; k < i; k++) {
        if (same(s->raw[k].name, s->raw[i].name) &&
            (list[k].space == list[i].space || strcmp(list[k].space, list[i].space) == 0)) {
            return true;
        }
    }
    return false;
}

static bool attributes_add(struct scanner *s, struct xml_node *node) {
    struct xml_attribute *list = scan_alloc(s, s->raw_count * sizeof *list);
    for (size_t i = 0; list != NULL && i < s->raw_count; i++) {
        struct scan_raw *raw = &s->raw[i];
        const char *space = raw->prefix.len > 0 ? resolve(s, &raw->prefix) : "";
        if (space == NULL) {
            return false;
        }
        list[i] = (struct xml_attribute){raw->prefix.s, space, raw->name.s, raw->value};
        if (is_repeated(s, list, i)) {
            return false;
        }
    }
    node->attributes = list;
    node->attribute_count = s->raw_count;
    return list != NULL;
}

static bool spaces_add(struct scanner *s, struct xml_node *node) {
    struct xml_space *list = scan_alloc(s, s->space_count * sizeof *list);
    if (list == NULL) {
        return false;
    }
    memcpy(list, s->spaces, s->space_count * sizeof *list);
    node->spaces = list;
    node->space_count = s->space_count;
    return true;
}

/* Attributes up to the end of the tag; *empty: that of an empty element. */
static bool attributes(struct scanner *s, bool *empty) {
    s->raw_count = s->space_count = 0;
    for (;;) {
        bool blank = scan_blanks(s);
        if (*s->at == '>') {
            s->at++;
            return true;
        }
        if (s->at[0] == '/' && s->at[1] == '>') {
            s->at += 2;
            *empty = true;
            return true;
        }
        if (!blank || !attribute(s)) {
            return false;
        }
    }
}

/* Over a limit, which xml_parse then tells. */
static bool is_over(const struct scanner *s, size_t depth) {
    size_t most = s->options->attributes;
    return (s->options->depth != 0 && depth >= s->options->depth) ||
           (most != 0 &&
            (s->raw_count > most || s->space_count > most || s->bound_count > XML_EVENTS_IN_SCOPE * most));
}

bool scan_start(struct scanner *s) {
    struct scan_string prefix, name;
    uint8_t *from = s->at;
    bool empty = false;
    if (!qname(s, &prefix, &name)) {
        return false;
    }
    uint8_t *behind = s->at;
    const struct scan_open open = {(size_t)(from - s->text), (size_t)(behind - from)};
    if (!attributes(s, &empty) || is_over(s, s->open.len / sizeof open)) {
        return false;
    }
    *behind = '\0';
    const char *space = resolve(s, &prefix);
    struct xml_node *node = space != NULL ? scan_node(s, XML_KIND_ELEMENT) : NULL;
    if (node == NULL || (s->space_count > 0 && !spaces_add(s, node)) ||
        (s->raw_count > 0 && !attributes_add(s, node))) {
        return false;
    }
    node->prefix = prefix.s;
    node->name = name.s;
    node->space = space;
    grow_put(&s->open, &open, sizeof open);
    s->element = node;
    s->tail = &node->first;
    if (empty && !s->open.failed) {
        scan_close(s);
    }
    return !s->open.failed;
}
