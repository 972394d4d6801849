/* Rows about name constraints (RFC 5280, 4.2.1.10). */
#include "rows.h"

enum {
    EMAIL = DER_CONTEXT(1),
    DNS = DER_CONTEXT(2),
    URI = DER_CONTEXT(6),
    IP = DER_CONTEXT(7),
    DIRECTORY = DER_CONTEXT_CONSTRUCTED(4)
};

/* A subtree, a name inside and one outside of it. */
static const struct form {
    uint8_t tag;
    const char *base, *inside, *outside;
} forms[] = {
    {DNS, "example.org", "imza.example.org", "imza.example.com"},
    {DNS, "example.org", "example.org", "notexample.org"},
    {DNS, "example.org", "A.EXAMPLE.ORG", "org"},
    {EMAIL, "example.org", "ada@example.org", "ada@mail.example.org"},
    {EMAIL, ".example.org", "ada@mail.example.org", "ada@example.org"},
    {EMAIL, "ada@example.org", "ada@EXAMPLE.org", "can@example.org"},
    {URI, "example.org", "http://example.org/x", "http://a.example.org/x"},
    {URI, ".example.org", "https://a.example.org:8443/x?y#z", "http://example.org/"},
    {IP, "c0000200ffffff00", "c0000207", "c0000307"},
    {IP, "20010db8000000000000000000000000ffffffff000000000000000000000000",
     "20010db8000000000000000000000001", "20010db9000000000000000000000001"},
};

static const struct form *pick(struct dice *d) {
    return &forms[dice_below(d, sizeof forms / sizeof *forms)];
}

static void add_tree(struct cert_spec *c, bool excluded, uint8_t tag, const char *text) {
    c->trees[c->n_trees++] = (struct subtree){.excluded = excluded, .base = {.tag = tag, .text = text}};
}

static void add_alt(struct cert_spec *c, uint8_t tag, const char *text) {
    c->alt[c->n_alt++] = (struct general){.tag = tag, .text = text};
}

/* The first RDNs of the names of all that are made here. */
static struct name directory(const char *organisation) {
    struct name n;
    name_set(&n, "");
    n.n = 2;
    n.rdn[1].text = organisation;
    return n;
}

static void add_directory(struct cert_spec *c, bool excluded, const char *organisation) {
    add_tree(c, excluded, DIRECTORY, "");
    c->trees[c->n_trees - 1].base.name = directory(organisation);
}

static bool constrain(struct world *w, struct dice *d, bool excluded, bool inside) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    struct cert_spec *ca = &w->certs[i];
    if (dice_chance(d, 30)) {
        add_directory(ca, excluded, inside ? w->certs[0].subject.rdn[1].text : "Baska Kurum");
        return true;
    }
    const struct form *f = pick(d);
    add_tree(ca, excluded, f->tag, f->base);
    add_alt(&w->certs[0], f->tag, inside ? f->inside : f->outside);
    return true;
}

bool row_permitted_inside(struct world *w, struct dice *d) {
    return constrain(w, d, false, true);
}

bool row_permitted_outside(struct world *w, struct dice *d) {
    return constrain(w, d, false, false);
}

bool row_excluded_inside(struct world *w, struct dice *d) {
    return constrain(w, d, true, true);
}

bool row_excluded_outside(struct world *w, struct dice *d) {
    return constrain(w, d, true, false);
}

bool row_permitted_restyled(struct world *w, struct dice *d) {
    static const enum style styles[] = {STYLE_UPPER, STYLE_SPACES, STYLE_PRINTABLE};
    size_t i;
    if (!between(w, d, &i))
        return false;
    add_directory(&w->certs[i], false, w->certs[0].subject.rdn[1].text);
    w->certs[i].trees[0].base.name.style = styles[dice_below(d, 3)];
    return true;
}

/* An authority between has a name that the one above may not certify. */
bool row_permitted_ca_outside(struct world *w, struct dice *d) {
    if (w->len < 4)
        return false;
    size_t i = 2 + dice_below(d, w->len - 3);
    const struct form *f = pick(d);
    if (strcmp(w->certs[i - 1].subject.rdn[2].text, w->certs[i - 1].issuer.rdn[2].text) == 0)
        return false;
    add_tree(&w->certs[i], false, f->tag, f->base);
    add_alt(&w->certs[i - 1], f->tag, f->outside);
    return true;
}

/* "MUST either process the constraint or reject the certificate": nobody processes registeredID. */
bool row_unknown_form(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    add_tree(&w->certs[i], dice_chance(d, 50), DER_CONTEXT(8), "2b0601");
    add_alt(&w->certs[0], DER_CONTEXT(8), "2b0602");
    return true;
}

bool row_bounded(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    add_tree(&w->certs[i], false, DNS, "example.org");
    w->certs[i].trees[0].bounded = true;
    /* One label below the base at least, and no reader counts them. */
    add_alt(&w->certs[0], DNS, dice_chance(d, 50) ? "a.example.org" : "example.org");
    return true;
}

bool row_dns_with_dot(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    add_tree(&w->certs[i], false, DNS, ".example.org");
    add_alt(&w->certs[0], DNS, "a.example.org");
    return true;
}

bool row_anchor_constrains(struct world *w, struct dice *d) {
    const struct form *f = pick(d);
    add_tree(anchor_of(w), dice_chance(d, 50), f->tag, f->base);
    add_alt(&w->certs[0], f->tag, anchor_of(w)->trees[0].excluded ? f->inside : f->outside);
    return true;
}

static bool mail_in_subject(struct world *w, struct dice *d, bool beside) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    struct name *n = &w->certs[0].subject;
    n->rdn[n->n++] = (struct rdn){OID_DN_EMAIL_ADDRESS, DER_IA5, "ada@example.com"};
    add_tree(&w->certs[i], false, EMAIL, "example.org");
    if (beside)
        add_alt(&w->certs[0], EMAIL, "ada@example.org");
    return true;
}

bool row_subject_email(struct world *w, struct dice *d) {
    return mail_in_subject(w, d, false);
}

bool row_subject_email_beside(struct world *w, struct dice *d) {
    return mail_in_subject(w, d, true);
}

/* "MUST reject" where the host is no domain name. */
bool row_uri_address(struct world *w, struct dice *d) {
    size_t i;
    if (!between(w, d, &i))
        return false;
    add_tree(&w->certs[i], dice_chance(d, 50), URI, "example.org");
    add_alt(&w->certs[0], URI, dice_chance(d, 50) ? "http://192.0.2.7/" : "urn:x:y");
    return true;
}
