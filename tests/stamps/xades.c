/* The steps of an XML signature: text with marks, which are replaced as soon as what they stand for is known.
 */
#include "stamps.h"
#include "xades_parts.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>

static char *composed(const struct st_xades *k) {
    char *all = st_text(k->s, "%s", k->head);
    if (k->n > 0) {
        all = st_text(k->s, "%s<xades:UnsignedProperties><xades:UnsignedSignatureProperties>", all);
        for (size_t i = 0; i < k->n; i++) {
            all = st_text(k->s, "%s%s", all, k->props[i]);
        }
        all = st_text(k->s, "%s</xades:UnsignedSignatureProperties></xades:UnsignedProperties>", all);
    }
    return st_text(k->s, "%s%s", all, k->tail);
}

static xmlDocPtr parsed(const char *text) {
    xmlDocPtr doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
    path_must(doc != NULL, "not XML");
    return doc;
}

static const xmlNode *by_id(struct st *s, xmlDocPtr doc, const char *id) {
    xmlNode *root = xmlDocGetRootElement(doc);
    for (xmlNode *n = root; n != NULL; n = st_xml_next(n, root)) {
        const char *value = n->type == XML_ELEMENT_NODE ? st_xml_attribute(s, n, "Id") : NULL;
        if (value != NULL && strcmp(value, id) == 0) {
            return n;
        }
    }
    path_must(false, id);
    return NULL;
}

static void replace(struct st_xades *k, char **where, const char *mark, const char *value) {
    char *at = strstr(*where, mark);
    path_must(at != NULL, mark);
    *where = st_text(k->s, "%.*s%s%s", (int)(at - *where), *where, value, at + strlen(mark));
}

/* ---- a signature's digests, content time-stamp and value
 * ---------------------------------------------------- */

static void fill_digest(struct st_xades *k, char **where, const struct st_xsign *x, const char *what) {
    bool good = true;
    xmlDocPtr doc = parsed(composed(k));
    const xmlNode *reference = by_id(k->s, doc, st_text(k->s, "%s-ref-%s", x->id, what));
    sign_bytes octets = st_xml_reference(k->s, reference, NULL, &good);
    path_must(good, "reference");
    replace(k, where, st_text(k->s, "@%s-%s@", x->id, what),
            st_base64(k->s, st_digest(k->s, x->digest, octets)));
    xmlFreeDoc(doc);
}

static void fill_content_stamp(struct st_xades *k) {
    bool good = true;
    xmlDocPtr doc = parsed(composed(k));
    const xmlNode *stamp = by_id(k->s, doc, "content-stamp");
    sign_bytes octets = st_xml_imprint(k->s, stamp, &good);
    path_must(good, "content time-stamp");
    replace(k, &k->head, "@token@",
            st_base64(k->s, st_token(k->s, k->content_stamp, octets, (sign_bytes){0})));
    xmlFreeDoc(doc);
}

static void fill_value(struct st_xades *k, char **where, const struct st_xsign *x) {
    xmlDocPtr doc = parsed(composed(k));
    const xmlNode *info = st_xml_child(by_id(k->s, doc, x->id), ST_DS, "SignedInfo");
    sign_bytes octets = st_canonical(k->s, info, NULL, x->c14n, NULL);
    sign_bytes value = st_sign(k->s, x->key != NULL ? x->key : x->signer, x->digest, octets, true);
    replace(k, where, st_text(k->s, "@%s-value@", x->id),
            st_base64(k->s, x->spoiled ? st_flip(k->s, value) : value));
    xmlFreeDoc(doc);
}

static const char *method_of(const char *name) {
    return strcmp(name, "inc") == 0 ? ST_INC : strcmp(name, "c11") == 0 ? ST_C11 : ST_EXC;
}

static struct st_xsign wishes(struct st *s, const struct st_step *step, const char *id) {
    const char *claimed = st_opt(step, "claimed", "20250301100000Z");
    struct st_xsign x = {.id = id,
                         .signer = st_opt(step, "signer", "signer"),
                         .key = st_opt(step, "key", NULL),
                         .digest = st_opt(step, "digest", "sha256"),
                         .claimed = strcmp(claimed, "-") != 0 ? claimed : NULL,
                         .ess = st_opt(step, "ess", "v2"),
                         .c14n = method_of(st_opt(step, "c14n", "exc")),
                         .shape = st_opt(step, "shape", "enveloping"),
                         .certs = st_opt(step, "certs", NULL),
                         .spoiled = st_is(step, "spoil", "yes"),
                         .nodes = st_is(step, "nodes", "yes")};
    x.has_policy = st_policy(s, step, &x.policy);
    return x;
}

static void sign_step(struct st_xades *k, const struct st_step *step) {
    struct st_xsign x = wishes(k->s, step, "S1");
    if (k->external) {
        x.shape = "detached";
    }
    x.content_stamp = k->content_stamp;
    st_xades_template(k->s, &x, &k->head, &k->tail);
    fill_digest(k, &k->head, &x, "data");
    if (k->content_stamp != NULL) {
        fill_content_stamp(k);
    }
    fill_digest(k, &k->head, &x, "props");
    fill_value(k, &k->head, &x);
}

static char **added(struct st_xades *k, char *text) {
    path_must(k->n < ST_PIECES, "too many properties");
    k->props[k->n] = text;
    return &k->props[k->n++];
}

/* A signature over the SignatureValue element (EN 319 132-1, 5.2.7.2). */
static void counter_step(struct st_xades *k, const struct st_step *step) {
    struct st_xsign x = wishes(k->s, step, st_text(k->s, "C%zu", k->n + 1));
    char *head = NULL, *tail = NULL;
    x.signer = st_opt(step, "signer", "counter");
    x.claimed = st_opt(step, "claimed", "20250310100000Z");
    x.shape = "counter";
    st_xades_template(k->s, &x, &head, &tail);
    char **where =
        added(k, st_text(k->s, "<xades:CounterSignature>%s%s</xades:CounterSignature>", head, tail));
    fill_digest(k, where, &x, "data");
    fill_digest(k, where, &x, "props");
    fill_value(k, where, &x);
}

/* ---- time-stamps
 * --------------------------------------------------------------------------------------------- */

static void stamp_of(struct st_xades *k, const struct st_step *step, const char *name, bool newer) {
    bool good = true;
    const char *c14n = st_opt(step, "c14n", "exc");
    const char *method =
        strcmp(c14n, "none") == 0
            ? ""
            : st_text(k->s, "<ds:CanonicalizationMethod Algorithm=\"%s\"/>", method_of(c14n));
    char **where = added(k, newer ? st_text(k->s,
                                            "<xades141:%s xmlns:xades141=\"" ST_X141 "\" Id=\"stamp\">%s"
                                            "<xades:EncapsulatedTimeStamp>@token@"
                                            "</xades:EncapsulatedTimeStamp></xades141:%s>",
                                            name, method, name)
                                  : st_text(k->s,
                                            "<xades:%s Id=\"stamp\">%s<xades:EncapsulatedTimeStamp>@token@"
                                            "</xades:EncapsulatedTimeStamp></xades:%s>",
                                            name, method, name));
    /* Its Id says which it is: that of the position. */
    replace(k, where, "\"stamp\"", st_text(k->s, "\"TS-%zu\"", k->n));
    xmlDocPtr doc = parsed(composed(k));
    const xmlNode *stamp = by_id(k->s, doc, st_text(k->s, "TS-%zu", k->n));
    sign_bytes octets = st_xml_imprint(k->s, stamp, &good);
    path_must(good, name);
    replace(k, where, "@token@", st_base64(k->s, st_token(k->s, step, octets, (sign_bytes){0})));
    xmlFreeDoc(doc);
}

static void stamp_step(struct st_xades *k, const struct st_step *step) {
    stamp_of(k, step, "SignatureTimeStamp", false);
}

static void sigrefs_step(struct st_xades *k, const struct st_step *step) {
    bool newer = st_is(step, "v2", "yes");
    stamp_of(k, step, newer ? "SigAndRefsTimeStampV2" : "SigAndRefsTimeStamp", newer);
}

static void refsonly_step(struct st_xades *k, const struct st_step *step) {
    bool newer = st_is(step, "v2", "yes");
    stamp_of(k, step, newer ? "RefsOnlyTimeStampV2" : "RefsOnlyTimeStamp", newer);
}

/* v: 3 is 1.4.1, anything below it 1.3.2. */
static void archive_step(struct st_xades *k, const struct st_step *step) {
    stamp_of(k, step, "ArchiveTimeStamp", strcmp(st_opt(step, "v", "3"), "3") == 0);
}

/* ---- references and values
 * ------------------------------------------------------------------------------------ */

static void refs_step(struct st_xades *k, const struct st_step *step) {
    added(k, st_xades_cert_refs(k->s, step));
    added(k, st_xades_rev_refs(k->s, step));
}

static void values_step(struct st_xades *k, const struct st_step *step) {
    added(k, st_xades_cert_values(k->s, st_opt(step, "certs", NULL)));
    added(k, st_xades_rev_values(k->s, st_opt(step, "revs", NULL)));
}

static void enclosed_values(struct st_xades *k, const struct st_step *step, const char *name) {
    const char *certs = st_opt(step, "certs", NULL), *revs = st_opt(step, "revs", NULL);
    added(k, st_text(k->s, "<xades141:%s xmlns:xades141=\"" ST_X141 "\">%s%s</xades141:%s>", name,
                     certs != NULL ? st_xades_cert_values(k->s, certs) : "",
                     revs != NULL ? st_xades_rev_values(k->s, revs) : "", name));
}

static void data_step(struct st_xades *k, const struct st_step *step) {
    enclosed_values(k, step, "TimeStampValidationData");
}

static void any_step(struct st_xades *k, const struct st_step *step) {
    enclosed_values(k, step, "AnyValidationData");
}

/* ---- what is done to a finished signature
 * ----------------------------------------------------------------------- */

static size_t place(const struct st_xades *k, const struct st_step *step, const char *key,
                    const char *usual) {
    size_t at = strtoull(st_opt(step, key, usual), NULL, 10);
    path_must(at < k->n, step->verb);
    return at;
}

static void drop_step(struct st_xades *k, const struct st_step *step) {
    size_t at = place(k, step, "at", "0");
    memmove(&k->props[at], &k->props[at + 1], (k->n - at - 1) * sizeof *k->props);
    k->n--;
}

static void swap_step(struct st_xades *k, const struct st_step *step) {
    size_t a = place(k, step, "a", "0"), b = place(k, step, "b", "1");
    char *one = k->props[a];
    k->props[a] = k->props[b];
    k->props[b] = one;
}

/* A second copy: its Ids must be others, or the document has two of the same. */
static void again_step(struct st_xades *k, const struct st_step *step) {
    size_t at = st_is(step, "at", "-") ? k->n - 1 : place(k, step, "at", "0");
    char **where = added(k, k->props[at]);
    replace(k, where, "Id=\"TS-", "Id=\"TS-again-");
}

static void content_step(struct st_xades *k, const struct st_step *step) {
    k->content_stamp = step;
}

void st_xades(struct st *s, const char *file, const char *program) {
    static const struct {
        const char *verb;
        void (*run)(struct st_xades *k, const struct st_step *step);
    } verbs[] = {
        {"content-stamp", content_step},
        {"sign", sign_step},
        {"stamp", stamp_step},
        {"counter", counter_step},
        {"refs", refs_step},
        {"values", values_step},
        {"carry", values_step},
        {"data", data_step},
        {"any", any_step},
        {"sigrefs", sigrefs_step},
        {"refsonly", refsonly_step},
        {"archive", archive_step},
        {"drop", drop_step},
        {"swap", swap_step},
        {"again", again_step},
    };
    struct st_step steps[ST_NAMES];
    struct st_xades k = {.s = s, .external = strstr(file, ".xades") != NULL};
    size_t n = st_steps(s, program, steps, ST_NAMES);
    for (size_t i = 0; i < n; i++) {
        size_t v = 0;
        while (v < sizeof verbs / sizeof *verbs && strcmp(verbs[v].verb, steps[i].verb) != 0) {
            v++;
        }
        path_must(v < sizeof verbs / sizeof *verbs, steps[i].verb);
        verbs[v].run(&k, &steps[i]);
    }
    st_write(s, file, BYTES_STR(composed(&k)));
}
