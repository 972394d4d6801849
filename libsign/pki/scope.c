/* pki/scope.c - issuingDistributionPoint: what a revocation list is about (RFC 5280, 5.2.5 and 6.3.3 (b),
 * (d)).
 */
#include "der/builder.h"
#include "pki/parts.h"

/* More distribution points than these, or names at one, are looked at by nobody: real ones have a few. */
enum { POINTS_MAX = 32, NAMES_MAX = 16 };

/* A DistributionPointName (4.2.1.13): GeneralNames, or an RDN that goes behind the name of who issues the
 * list. */
struct point_name {
    bool given;
    sign_bytes full;           /* contents of fullName */
    sign_bytes relative, base; /* contents of nameRelativeToCRLIssuer, and that name, raw */
};

struct scope {
    struct point_name name;
    bool users, authorities, attributes, indirect;
    unsigned reasons;
};

/* A DistributionPoint of a certificate. */
struct point {
    struct point_name name;
    sign_bytes issuers; /* contents of cRLIssuer; empty: the certificate's issuer */
    unsigned reasons;
};

/* ---- reading ---------------------------------------------------------------------------------------- */

static void read_point_name(struct der_cursor *c, struct point_name *out) {
    struct der_cursor choice;
    struct der_tlv t;
    if (!der_optional_enter(c, DER_CONTEXT_CONSTRUCTED(0), &choice))
        return;
    out->given = true;
    if (der_optional(&choice, DER_CONTEXT_CONSTRUCTED(0), &t))
        out->full = t.value;
    else if (der_take(&choice, DER_CONTEXT_CONSTRUCTED(1), &t))
        out->relative = t.value;
    (void)der_finish(&choice);
}

/* ReasonFlags, a BIT STRING with named bits; what is absent leaves all of them. */
static unsigned read_reasons(struct der_cursor *c, unsigned number) {
    struct der_tlv t;
    unsigned out = 0;
    if (!der_optional(c, (uint8_t)DER_CONTEXT(number), &t))
        return REASONS_ALL;
    if (t.value.len < 1) {
        (void)der_fail(c, "empty BIT STRING");
        return 0;
    }
    for (unsigned n = 0; n < 9 && 1 + n / 8 < t.value.len; n++)
        if (t.value.data[1 + n / 8] & (0x80U >> (n % 8)))
            out |= 1U << n;
    return out & REASONS_ALL;
}

static bool flag(struct der_cursor *c, unsigned number) {
    struct der_tlv t;
    return der_optional(c, (uint8_t)DER_CONTEXT(number), &t) && t.value.len == 1 && t.value.data[0] != 0;
}

static bool read_scope(sign_bytes raw, struct scope *out) {
    struct der_parse parse = {0};
    struct der_cursor outer = der_open(&parse, raw, false), in;
    *out = (struct scope){.reasons = REASONS_ALL};
    if (raw.len == 0)
        return true;
    if (!der_enter(&outer, DER_SEQUENCE, &in))
        return false;
    read_point_name(&in, &out->name);
    out->users = flag(&in, 1);
    out->authorities = flag(&in, 2);
    out->reasons = read_reasons(&in, 3);
    out->indirect = flag(&in, 4);
    out->attributes = flag(&in, 5);
    return der_finish(&in);
}

static bool read_point(struct der_cursor *points, struct point *out) {
    struct der_cursor in;
    struct der_tlv t;
    *out = (struct point){0};
    if (!der_enter(points, DER_SEQUENCE, &in))
        return false;
    read_point_name(&in, &out->name);
    out->reasons = read_reasons(&in, 1);
    if (der_optional(&in, DER_CONTEXT_CONSTRUCTED(2), &t))
        out->issuers = t.value;
    return der_finish(&in);
}

bool pki_crl_scope_indirect(sign_bytes raw) {
    struct scope scope;
    return read_scope(raw, &scope) && scope.indirect;
}

/* ---- names ------------------------------------------------------------------------------------------- */

static struct der_cursor open_names(struct der_parse *parse, sign_bytes contents) {
    *parse = (struct der_parse){0};
    return der_open(parse, contents, false);
}

/* GeneralNames are compared as they stand, but for directoryName (7.1). */
static bool same_name(const struct der_tlv *a, const struct der_tlv *b) {
    if (a->tag == DER_CONTEXT_CONSTRUCTED(4) && b->tag == a->tag)
        return pki_name_equal(a->value, b->value);
    return bytes_equal(a->raw, b->raw);
}

static bool have_common(sign_bytes a, sign_bytes b) {
    struct der_parse pa, pb;
    struct der_cursor ca = open_names(&pa, a), cb;
    struct der_tlv x, y;
    for (size_t i = 0; i < NAMES_MAX && der_more(&ca) && der_any(&ca, &x); i++) {
        cb = open_names(&pb, b);
        for (size_t k = 0; k < NAMES_MAX && der_more(&cb) && der_any(&cb, &y); k++)
            if (same_name(&x, &y))
                return true;
    }
    return false;
}

/* Whether `wanted` (a Name) is a directoryName among them; with NULL: the first that there is, into *first.
 */
static bool has_directory_name(sign_bytes names, const sign_bytes *wanted, sign_bytes *first) {
    struct der_parse parse;
    struct der_cursor c = open_names(&parse, names);
    struct der_tlv t;
    for (size_t i = 0; i < NAMES_MAX && der_more(&c) && der_any(&c, &t); i++) {
        if (t.tag != DER_CONTEXT_CONSTRUCTED(4))
            continue;
        if (wanted == NULL) {
            *first = t.value;
            return true;
        }
        if (pki_name_equal(t.value, *wanted))
            return true;
    }
    return false;
}

/* The name of the list's issuer with the RDN behind it (4.2.1.13), as contents of GeneralNames like any
 * other. */
static bool expand(const struct point_name *name, sign_buf *out) {
    struct der_parse parse;
    struct der_cursor c = open_names(&parse, name->base);
    struct der_tlv base;
    AUTO(der_builder) b = {0};
    if (!der_take(&c, DER_SEQUENCE, &base))
        return false;
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(4));
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, base.value);
    der_put(&b, DER_SET, name->relative);
    der_end(&b);
    der_end(&b);
    return der_builder_take(&b, out, NULL) == SIGN_OK;
}

static bool points_match(const struct point_name *a, const struct point_name *b) {
    AUTO(sign_buf) own_a = {0};
    AUTO(sign_buf) own_b = {0};
    sign_bytes x = a->full, y = b->full;
    if (a->relative.len > 0 && expand(a, &own_a))
        x = BYTES(own_a.data, own_a.len);
    if (b->relative.len > 0 && expand(b, &own_b))
        y = BYTES(own_b.data, own_b.len);
    return have_common(x, y);
}

/* ---- the list and the certificate -------------------------------------------------------------------- */

/* RFC 5280, 6.3.3 (b)(1): whose list it has to be. */
static bool of_its_issuer(const struct pki_crl *c, const struct scope *scope, const struct pki_cert *cert,
                          const struct point *p) {
    if (p->issuers.len == 0)
        return pki_name_equal(c->issuer, cert->issuer);
    return scope->indirect && has_directory_name(p->issuers, &c->issuer, NULL);
}

/* (b)(2)(i): a list that says where it is to be found is the one that the certificate names. */
static bool at_its_point(const struct pki_crl *c, const struct scope *scope, const struct pki_cert *cert,
                         struct point *p) {
    struct point_name list = scope->name;
    if (!list.given)
        return true;
    list.base = c->issuer;
    if (!p->name.given)
        return points_match(&list, &(struct point_name){.full = p->issuers});
    if (p->issuers.len == 0 || !has_directory_name(p->issuers, NULL, &p->name.base))
        p->name.base = cert->issuer;
    return points_match(&list, &p->name);
}

/* 6.3.3, at its end: a list that no distribution point names, at a point that has the name of the issuer. */
static unsigned without_point(const struct pki_crl *c, const struct scope *scope,
                              const struct pki_cert *cert) {
    if (!pki_name_equal(c->issuer, cert->issuer))
        return 0;
    if (!scope->name.given)
        return scope->reasons;
    struct point_name list = scope->name;
    list.base = c->issuer;
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) own = {0};
    der_put(&b, DER_CONTEXT_CONSTRUCTED(4), cert->issuer);
    if (der_builder_take(&b, &own, NULL) != SIGN_OK)
        return 0;
    return points_match(&list, &(struct point_name){.full = BYTES(own.data, own.len)}) ? scope->reasons : 0;
}

unsigned pki_crl_covers(const struct pki_crl *c, const struct pki_cert *cert) {
    struct scope scope;
    /* (b)(2)(ii) to (iv) */
    if (!read_scope(c->scope, &scope) || scope.attributes || (scope.users && cert->is_ca) ||
        (scope.authorities && !cert->is_ca))
        return 0;
    unsigned mask = without_point(c, &scope, cert);
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, cert->crl_points, false), points;
    struct point p;
    if (cert->crl_points.len == 0 || !der_enter(&all, DER_SEQUENCE, &points))
        return mask;
    for (size_t i = 0; i < POINTS_MAX && der_more(&points) && read_point(&points, &p); i++)
        if (of_its_issuer(c, &scope, cert, &p) && at_its_point(c, &scope, cert, &p))
            mask |= scope.reasons & p.reasons; /* (d) */
    return mask;
}

size_t pki_crl_issuer_names(const struct pki_cert *cert, sign_bytes *out, size_t max) {
    struct der_parse parse = {0}, inner;
    struct der_cursor all = der_open(&parse, cert->crl_points, false), points;
    struct point p;
    size_t n = 0;
    if (cert->crl_points.len == 0 || !der_enter(&all, DER_SEQUENCE, &points))
        return 0;
    for (size_t i = 0; i < POINTS_MAX && der_more(&points) && read_point(&points, &p); i++) {
        struct der_cursor names = open_names(&inner, p.issuers);
        struct der_tlv t;
        for (size_t k = 0; k < NAMES_MAX && n < max && der_more(&names) && der_any(&names, &t); k++)
            if (t.tag == DER_CONTEXT_CONSTRUCTED(4))
                out[n++] = t.value;
    }
    return n;
}
