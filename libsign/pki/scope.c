/* pki/scope.c - issuingDistributionPoint: what a revocation list is about (RFC 5280, 5.2.5 and 6.3.3 (b)(2)).
 */
#include "pki/parts.h"

/* The GeneralNames of a DistributionPointName; false for nameRelativeToCRLIssuer, which names no place
 * plainly. */
static bool full_name(struct der_cursor *point, struct der_cursor *names) {
    return der_optional_enter(point, DER_CONTEXT_CONSTRUCTED(0), names);
}

static bool contains(struct der_cursor names, sign_bytes wanted) {
    struct der_tlv name;
    while (der_more(&names) && der_any(&names, &name))
        if (bytes_equal(name.raw, wanted))
            return true;
    return false;
}

/* Whether one of `names` is a place where the certificate says its full list is. */
static bool named_by_certificate(struct der_cursor names, const struct pki_cert *cert) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, cert->crl_points, false), points, point, choice, theirs;
    if (cert->crl_points.len == 0 || !der_enter(&all, DER_SEQUENCE, &points))
        return false;
    while (der_more(&points) && der_enter(&points, DER_SEQUENCE, &point)) {
        if (!der_optional_enter(&point, DER_CONTEXT_CONSTRUCTED(0), &choice) || !full_name(&choice, &theirs))
            continue;
        /* What follows are reasons or another cRLIssuer: a list for some reasons only, or an indirect one. */
        if (der_more(&point))
            continue;
        struct der_cursor again = names;
        struct der_tlv name;
        while (der_more(&again) && der_any(&again, &name))
            if (contains(theirs, name.raw))
                return true;
    }
    return false;
}

static bool flag(struct der_cursor *c, unsigned number) {
    struct der_tlv t = {0};
    return der_optional(c, (uint8_t)DER_CONTEXT(number), &t) && t.value.len == 1 && t.value.data[0] != 0;
}

bool pki_crl_covers(const struct pki_crl *c, const struct pki_cert *cert) {
    if (c->scope.len == 0)
        return true;
    struct der_parse parse = {0};
    struct der_cursor outer = der_open(&parse, c->scope, false), in, choice, names;
    if (!der_enter(&outer, DER_SEQUENCE, &in))
        return false;
    if (der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &choice) &&
        (!full_name(&choice, &names) || !named_by_certificate(names, cert)))
        return false;
    bool users = flag(&in, 1), authorities = flag(&in, 2);
    /* Some reasons only, indirect, or about attribute certificates: never the whole truth about one of ours.
     */
    bool some_reasons = der_optional(&in, DER_CONTEXT(3), NULL);
    bool indirect = flag(&in, 4), attributes = flag(&in, 5);
    if (!der_finish(&in) || some_reasons || indirect || attributes)
        return false;
    return !(users && cert->is_ca) && !(authorities && !cert->is_ca);
}
