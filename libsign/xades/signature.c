/* The strict reading of ds:Signature: what a second reader could take for something else is refused. */
#include "xades/signature.h"

#include "base/text.h"
#include <stdlib.h>

#define EXC_NS "http://www.w3.org/2001/10/xml-exc-c14n#"
#define PSS_NS "http://www.w3.org/2007/05/xmldsig-more#"

static const char blank[] = " \t\r\n";

/* ---- small things ----------------------------------------------------------------------------------- */

const struct xml_node *xades_solid(const struct xml_node *n) {
    for (; n != NULL; n = n->next) {
        if (n->kind == XML_KIND_ELEMENT)
            return n;
        if (n->kind == XML_KIND_TEXT && n->text[strspn(n->text, blank)] != 0)
            return n;
    }
    return NULL;
}

const char *xades_unqualified(const struct xml_node *n, const char *name) {
    for (size_t i = 0; i < n->attribute_count; i++)
        if (*n->attributes[i].space == 0 && strcmp(n->attributes[i].name, name) == 0)
            return n->attributes[i].value;
    return NULL;
}

const char *xades_text(const struct xml_node *n) {
    const struct xml_node *only = n->first;
    if (n->section)
        return NULL;
    if (only == NULL)
        return "";
    return only->kind == XML_KIND_TEXT && only->next == NULL ? only->text : NULL;
}

sign_bytes xades_trim(const char *text) {
    text += strspn(text, blank);
    size_t n = strlen(text);
    while (n > 0 && strchr(blank, text[n - 1]) != NULL)
        n--;
    return BYTES(text, n);
}

bool xades_base64(const struct xml_node *n, size_t limit, arena *a, sign_bytes *out) {
    *out = (sign_bytes){0};
    const char *text = xades_text(n);
    if (text == NULL)
        return false;
    AUTO(grow) bytes = {.limit = limit};
    /* Line breaks and white space: XML Schema allows them anywhere in base64Binary. */
    bool ok = text_base64_decode(BYTES_STR(text), &bytes);
    if (bytes.failed && !bytes.over)
        a->failed = true;
    if (!ok || bytes.len == 0)
        return false;
    *out = arena_copy(a, BYTES(bytes.data, bytes.len));
    return out->data != NULL;
}

bool xades_within(const struct xml_node *n, const struct xml_node *of) {
    while (n != NULL && n != of)
        n = n->parent;
    return n != NULL;
}

void xades_breaks(struct xades_signature *s, arena *a, const struct xml_node *n, const char *why) {
    if (s->broken != MSG_NONE)
        return;
    s->broken = MSG_XML_SIGNATURE;
    s->broken_detail =
        arena_printf(a, "%s (line %u): %s", n->kind == XML_KIND_ELEMENT ? n->name : "text", n->line, why);
}

/* What is being read: every worker gets it and reports into it. */
struct reading {
    arena *a;
    struct xades_signature *s;
    bool manifest; /* entries of a Manifest */
};

static void breaks(struct reading *r, const struct xml_node *n, const char *why) {
    xades_breaks(r->s, r->a, n, why);
}

static bool ds(const struct xml_node *n, const char *name) {
    return n != NULL && xades_is(n, DS_NS, name);
}

/* The Algorithm attribute, which every method must have. */
static const char *algorithm(struct reading *r, const struct xml_node *n) {
    const char *uri = xades_unqualified(n, "Algorithm");
    if (uri == NULL)
        breaks(r, n, "no Algorithm");
    return uri != NULL ? uri : "";
}

/* Content that has no meaning for the method: somebody could believe that it has one. */
static void nothing_inside(struct reading *r, const struct xml_node *n) {
    const struct xml_node *first = xades_solid(n->first);
    if (first != NULL)
        breaks(r, first, "is not known here");
}

/* ---- canonicalization ------------------------------------------------------------------------------- */

/* A method and, exclusive, its InclusiveNamespaces (Exclusive C14N, 4). NULL: not one of the six. */
static const struct xades_c14n *read_c14n(struct reading *r, const struct xml_node *n, const char *uri,
                                          const char **prefixes) {
    const struct xades_c14n *c14n = xades_c14n_find(uri);
    *prefixes = NULL;
    if (c14n == NULL)
        return NULL;
    const struct xml_node *list = xades_solid(n->first);
    if (list == NULL)
        return c14n;
    if (c14n->method != C14N_EXCLUSIVE || !xades_is(list, EXC_NS, "InclusiveNamespaces") ||
        xades_solid(list->next) != NULL || xades_solid(list->first) != NULL) {
        breaks(r, list, "is not known here");
        return c14n;
    }
    *prefixes = xades_unqualified(list, "PrefixList");
    return c14n;
}

const struct xades_c14n *xades_c14n_read(const struct xml_node *method, arena *a, const char **prefixes) {
    struct xades_signature scratch = {0};
    struct reading r = {.a = a, .s = &scratch};
    const struct xades_c14n *c14n = read_c14n(&r, method, algorithm(&r, method), prefixes);
    return scratch.broken == MSG_NONE ? c14n : NULL;
}

/* ---- the constant forms of XPath -------------------------------------------------------------------- */

/* The namespace that a prefix of n chars is bound to at an element. */
static const char *bound(const struct xml_node *n, const char *prefix, size_t len) {
    for (; n != NULL; n = n->parent)
        for (size_t i = 0; i < n->space_count; i++)
            if (strlen(n->spaces[i].prefix) == len && memcmp(n->spaces[i].prefix, prefix, len) == 0)
                return n->spaces[i].uri;
    return "";
}

/*
 * Whether an expression is `form`, in which a blank stands for optional white space and % for Signature with
 * any prefix that is bound to the namespace of XML-Signature (an unprefixed name is in none: XPath 1.0, 2.3).
 */
static bool expression_is(const struct xml_node *at, const char *text, const char *form) {
    static const char local[] = ":Signature";
    for (; *form != 0; form++) {
        if (*form == ' ') {
            text += strspn(text, blank);
        } else if (*form == '%') {
            size_t n = strcspn(text, ": \t\r\n()/");
            if (n == 0 || strcmp(bound(at, text, n), DS_NS) != 0 ||
                strncmp(text + n, local, sizeof local - 1) != 0)
                return false;
            text += n + sizeof local - 1;
        } else if (*form != *text++) {
            return false;
        }
    }
    return *text == 0;
}

static const char *only_text(const struct xml_node *n, const char *space, const struct xml_node **child) {
    *child = xades_solid(n->first);
    if (*child == NULL || !xades_is(*child, space, "XPath") || xades_solid((*child)->next) != NULL)
        return NULL;
    return xades_text(*child);
}

static enum xades_step xpath_step(const struct xml_node *n) {
    const struct xml_node *child;
    const char *text = only_text(n, DS_NS, &child);
    bool known = text != NULL && expression_is(child, text, " not ( ancestor-or-self :: % ) ");
    return known ? STEP_LEAVE_ALL : STEP_OTHER;
}

/* One subtraction (XPath Filter 2.0, 3); several filters one after the other are none of the forms. */
static enum xades_step filter_step(const struct xml_node *n) {
    const struct xml_node *child;
    const char *text = only_text(n, TRANSFORM_FILTER2, &child);
    const char *filter = text != NULL ? xades_unqualified(child, "Filter") : NULL;
    if (filter == NULL || strcmp(filter, "subtract") != 0)
        return STEP_OTHER;
    if (expression_is(child, text, " / descendant :: % "))
        return STEP_LEAVE_ALL;
    return expression_is(child, text, " / * / % ") ? STEP_LEAVE_OF_ROOT : STEP_OTHER;
}

/* ---- references ------------------------------------------------------------------------------------- */

/*
 * XSLT is a program. A signature that signs by it is refused; of an entry of a Manifest, which core
 * validation leaves to the application (3.2.1, 5.1), it is one more thing that is not computed, and nothing
 * passes with it.
 */
static void read_transform(struct reading *r, const struct xml_node *n, struct xades_transform *out) {
    const char *uri = algorithm(r, n);
    *out = (struct xades_transform){.step = STEP_OTHER, .uri = uri};
    if (strcmp(uri, TRANSFORM_ENVELOPED) == 0 || strcmp(uri, TRANSFORM_BASE64) == 0) {
        out->step = strcmp(uri, TRANSFORM_BASE64) == 0 ? STEP_BASE64 : STEP_ENVELOPED;
        nothing_inside(r, n);
    } else if (strcmp(uri, TRANSFORM_XPATH) == 0) {
        out->step = xpath_step(n);
    } else if (strcmp(uri, TRANSFORM_FILTER2) == 0) {
        out->step = filter_step(n);
    } else if (strcmp(uri, TRANSFORM_XSLT) == 0 && !r->manifest && r->s->broken == MSG_NONE) {
        r->s->broken = MSG_TRANSFORM_REFUSED;
        r->s->broken_detail = arena_printf(r->a, "Transform (line %u): XSLT", n->line);
    } else {
        out->c14n = read_c14n(r, n, uri, &out->prefixes);
        out->step = out->c14n != NULL ? STEP_C14N : STEP_OTHER;
    }
}

static void read_transforms(struct reading *r, const struct xml_node *n, struct xades_reference *ref) {
    const struct xml_node *t = xades_solid(n->first);
    if (t == NULL)
        breaks(r, n, "is empty");
    for (; t != NULL; t = xades_solid(t->next)) {
        if (!ds(t, "Transform")) {
            breaks(r, t, "is not known here");
            return;
        }
        if (ref->n_transforms == LIMIT_TRANSFORMS) {
            breaks(r, t, "too many transforms");
            return;
        }
        read_transform(r, t, &ref->transforms[ref->n_transforms++]);
    }
}

static void read_reference(struct reading *r, const struct xml_node *node, struct xades_reference *ref) {
    const char *type = xades_unqualified(node, "Type");
    ref->node = node;
    ref->uri = xades_unqualified(node, "URI");
    ref->type = type != NULL ? type : "";
    const struct xml_node *n = xades_solid(node->first);
    if (ds(n, "Transforms")) {
        read_transforms(r, n, ref);
        n = xades_solid(n->next);
    }
    if (!ds(n, "DigestMethod")) {
        breaks(r, n != NULL ? n : node, "DigestMethod is missing");
        return;
    }
    ref->digest_uri = algorithm(r, n);
    ref->digest = crypto_digest_find_uri(ref->digest_uri);
    nothing_inside(r, n);
    n = xades_solid(n->next);
    if (!ds(n, "DigestValue"))
        breaks(r, n != NULL ? n : node, "DigestValue is missing");
    else if (!xades_base64(n, LIMIT_XML_VALUE, r->a, &ref->value))
        breaks(r, n, "is not base64 and nothing else");
    else if (xades_solid(n->next) != NULL)
        breaks(r, xades_solid(n->next), "is not known here");
}

bool xades_references_read(const struct xml_node *first, const char *of, arena *a, struct xades_signature *s,
                           struct xades_reference **out, size_t *n) {
    struct reading r = {a, s, *of != 0};
    size_t total = 0;
    *n = 0;
    for (const struct xml_node *e = xades_solid(first); e != NULL; e = xades_solid(e->next)) {
        if (!ds(e, "Reference"))
            breaks(&r, e, "is not known here");
        else if (++total > LIMIT_REFERENCES)
            breaks(&r, e, "too many references");
        if (s->broken != MSG_NONE)
            return !a->failed;
    }
    *out = arena_alloc(a, (total + 1) * sizeof **out);
    if (*out == NULL)
        return false;
    for (const struct xml_node *e = xades_solid(first); e != NULL; e = xades_solid(e->next)) {
        struct xades_reference *ref = &(*out)[(*n)++];
        ref->number = arena_printf(a, "%s%s%zu", of, *of != 0 ? "." : "", *n);
        read_reference(&r, e, ref);
    }
    return !a->failed;
}

/* ---- SignedInfo ------------------------------------------------------------------------------------- */

static enum crypto_digest digest_method(struct reading *r, const struct xml_node *n) {
    nothing_inside(r, n);
    return crypto_digest_find_uri(algorithm(r, n));
}

/* A number of up to four digits. */
static bool small_number(const struct xml_node *n, unsigned *out) {
    const char *text = xades_text(n);
    sign_bytes t = text != NULL ? xades_trim(text) : (sign_bytes){0};
    *out = 0;
    for (size_t i = 0; i < t.len; i++) {
        if (t.data[i] < '0' || t.data[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(t.data[i] - '0');
    }
    return t.len > 0 && t.len <= 4;
}

/* RSAPSSParams (RFC 9231, 2.3.9): all optional, in this order. Unknown digests make the scheme unknown. */
static void read_pss(struct reading *r, const struct xml_node *params) {
    struct crypto_sigalg alg = {SCHEME_RSA_PSS, DIGEST_SHA256, DIGEST_SHA256, 32};
    const struct xml_node *n = xades_solid(params->first);
    unsigned trailer = 1;
    if (ds(n, "DigestMethod")) {
        alg.digest = digest_method(r, n);
        alg.salt = (unsigned)crypto_digest_row(alg.digest)->size;
        n = xades_solid(n->next);
    }
    if (n != NULL && xades_is(n, PSS_NS, "MaskGenerationFunction")) {
        const struct xml_node *hash = xades_solid(n->first);
        if (strcmp(algorithm(r, n), PSS_NS "MGF1") != 0)
            alg.mgf = DIGEST_NONE;
        else if (ds(hash, "DigestMethod") && xades_solid(hash->next) == NULL)
            alg.mgf = digest_method(r, hash);
        else if (hash != NULL)
            breaks(r, hash, "is not known here");
        n = xades_solid(n->next);
    }
    if (n != NULL && xades_is(n, PSS_NS, "SaltLength")) {
        if (!small_number(n, &alg.salt))
            breaks(r, n, "is no length");
        n = xades_solid(n->next);
    }
    if (n != NULL && xades_is(n, PSS_NS, "TrailerField")) {
        if (!small_number(n, &trailer) || trailer != 1)
            breaks(r, n, "is not 1");
        n = xades_solid(n->next);
    }
    if (n != NULL)
        breaks(r, n, "is not known here");
    /* MGF1 with MD5 is not in RFC 9231, 2.3.10 unless the digest is MD5 as well. */
    bool known = alg.digest != DIGEST_NONE && alg.mgf != DIGEST_NONE &&
                 (alg.mgf != DIGEST_MD5 || alg.digest == DIGEST_MD5);
    r->s->sigalg = known ? alg : (struct crypto_sigalg){0};
}

static void read_method(struct reading *r, const struct xml_node *n) {
    const struct xml_node *inside = xades_solid(n->first);
    r->s->sigalg_uri = algorithm(r, n);
    (void)crypto_sigalg_find_uri(r->s->sigalg_uri, &r->s->sigalg);
    if (inside == NULL)
        return;
    /* CVE-2009-0217: a shortened HMAC; and nothing else has such a length. */
    if (ds(inside, "HMACOutputLength"))
        breaks(r, inside, "is refused");
    else if (strcmp(r->s->sigalg_uri, CRYPTO_URI_PSS) == 0 && xades_is(inside, PSS_NS, "RSAPSSParams") &&
             xades_solid(inside->next) == NULL)
        read_pss(r, inside);
    else
        breaks(r, inside, "is not known here");
}

static bool read_signed_info(struct reading *r, const struct xml_node *info) {
    struct xades_signature *s = r->s;
    const struct xml_node *n = xades_solid(info->first);
    if (!ds(n, "CanonicalizationMethod")) {
        breaks(r, n != NULL ? n : info, "CanonicalizationMethod is missing");
        return true;
    }
    s->c14n_uri = algorithm(r, n);
    s->c14n = read_c14n(r, n, s->c14n_uri, &s->prefixes);
    n = xades_solid(n->next);
    if (!ds(n, "SignatureMethod")) {
        breaks(r, n != NULL ? n : info, "SignatureMethod is missing");
        return true;
    }
    read_method(r, n);
    n = xades_solid(n->next);
    if (n == NULL)
        breaks(r, info, "Reference is missing");
    return xades_references_read(n, "", r->a, s, &s->references, &s->n_references);
}

/* ---- Signature -------------------------------------------------------------------------------------- */

/* What may follow SignatureValue: at most one KeyInfo, then Objects. */
static void read_rest(struct reading *r, const struct xml_node *n) {
    if (ds(n, "KeyInfo")) {
        r->s->key_info = n;
        n = xades_solid(n->next);
    }
    for (; n != NULL; n = xades_solid(n->next))
        if (!ds(n, "Object")) {
            breaks(r, n, "stands where only an Object may, or occurs twice");
            return;
        }
}

bool xades_signature_read(const struct xml_node *node, arena *a, struct xades_signature *out) {
    *out = (struct xades_signature){.node = node, .id = xades_unqualified(node, "Id")};
    struct reading r = {.a = a, .s = out};
    const struct xml_node *n = xades_solid(node->first);
    if (!ds(n, "SignedInfo")) {
        breaks(&r, n != NULL ? n : node, "SignedInfo is missing");
        return !a->failed;
    }
    out->signed_info = n;
    n = xades_solid(n->next);
    if (!ds(n, "SignatureValue")) {
        breaks(&r, n != NULL ? n : node, "SignatureValue is missing");
        return !a->failed;
    }
    out->value_node = n;
    read_rest(&r, xades_solid(n->next));
    if (out->id != NULL && !xades_is_id(out->id))
        breaks(&r, node, "Id is no name");
    if (!xades_base64(n, LIMIT_XML_VALUE, a, &out->value))
        breaks(&r, n, "is not base64 and nothing else");
    return read_signed_info(&r, out->signed_info) && !a->failed;
}
