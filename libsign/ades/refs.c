/*
 * Complete references and values (EN 319 122-1, A.1; EN 319 132-1, A.1; the profiles P3 and P4): whether
 * those that a signature carries are all that its path needs, and the right ones.
 */
#include "ades/judging.h"
#include "ades/profile.h"

/* One object by each algorithm: anybody can add thousands of references, and a list is large. */
struct hashes {
    sign_bytes der;
    bool have[DIGEST_COUNT];
    uint8_t value[DIGEST_COUNT][DIGEST_MAX];
};

static sign_rc hashes_to(struct judging *j, const struct ades_value_ref *r, struct hashes *h, bool *same,
                         sign_error *err) {
    const enum crypto_digest d = r->digest;
    *same = false;
    if (d == DIGEST_NONE || d == DIGEST_MD5 || h->der.len == 0)
        return SIGN_OK;
    sign_rc rc = h->have[d] ? SIGN_OK : crypto_hash(j->ctx->crypto, d, h->der, h->value[d], err);
    h->have[d] = rc == SIGN_OK;
    *same = rc == SIGN_OK && bytes_equal(r->hash, BYTES(h->value[d], crypto_digest_row(d)->size));
    return rc;
}

/* ---- certificates
 * --------------------------------------------------------------------------------------------- */

static sign_rc is_referred(struct judging *j, sign_bytes der, bool revocation, bool *found, sign_error *err) {
    const struct ades_facts *f = j->facts;
    struct hashes h = {.der = der};
    sign_rc rc = SIGN_OK;
    *found = false;
    for (size_t i = 0; i < f->n_refs && rc == SIGN_OK && !*found; i++)
        if (f->refs[i].revocation == revocation && !f->refs[i].attribute)
            rc = hashes_to(j, &f->refs[i], &h, found, err);
    return rc;
}

static bool in_list(const sign_bytes *list, size_t n, sign_bytes der) {
    for (size_t i = 0; i < n; i++)
        if (bytes_equal(list[i], der))
            return true;
    return false;
}

/* The authorities of the path, the anchor among them; the signer's own stands in the signing-certificate. */
static sign_rc check_certificates(struct judging *j, bool refs, bool values, sign_error *err) {
    const struct pki_path *path = j->path;
    const struct ades_facts *f = j->facts;
    const struct pki_cert *unreferred = NULL, *uncarried = NULL;
    sign_rc rc = SIGN_OK;
    for (size_t i = 1; i < path->n_chain && rc == SIGN_OK; i++) {
        const struct pki_cert *c = path->chain[i];
        bool found = true;
        if (refs)
            rc = is_referred(j, c->der, false, &found, err);
        if (!found)
            unreferred = c;
        if (values && !in_list(f->bag, f->n_bag, c->der))
            uncarried = c;
    }
    if (rc != SIGN_OK)
        return rc;
    if (refs)
        (void)judging_check(j, CHECK_CERTIFICATE_REFS, unreferred == NULL, MSG_CERTIFICATE_REF,
                            unreferred != NULL ? judging_name(j, unreferred) : NULL, NULL, NULL);
    if (values)
        (void)judging_check(j, CHECK_VALUES, uncarried == NULL, MSG_CERTIFICATE_VALUE,
                            uncarried != NULL ? judging_name(j, uncarried) : NULL, NULL, NULL);
    return SIGN_OK;
}

/* ---- revocation data
 * ------------------------------------------------------------------------------------------ */

/* An OCSPResponse ends with the BasicOCSPResponse in it (RFC 6960, 4.2.1). */
static bool ends_with(sign_bytes whole, sign_bytes part) {
    return whole.len >= part.len && bytes_equal(BYTES(whole.data + whole.len - part.len, part.len), part);
}

static bool any_ends_with(const sign_bytes *list, size_t n, sign_bytes part) {
    for (size_t i = 0; i < n; i++)
        if (ends_with(list[i], part))
            return true;
    return false;
}

bool judging_carries_certificate(const struct judging *j, const struct pki_cert *cert) {
    return in_list(j->facts->bag, j->facts->n_bag, cert->der);
}

bool judging_carries(const struct judging *j, const struct pki_evidence *e) {
    const struct ades_facts *f = j->facts;
    /* The same octets from elsewhere are one piece with them. */
    if (e->piece.source != NULL && e->piece.source->origin == ORIGIN_SIGNATURE)
        return true;
    if (strcmp(e->piece.kind, "ocsp") == 0)
        return any_ends_with(f->ocsps, f->n_ocsps, e->der) ||
               (f->lists != NULL && any_ends_with(f->lists->ocsp_der, f->lists->n_ocsp, e->der));
    return in_list(f->crls, f->n_crls, e->der) ||
           (f->lists != NULL && in_list(f->lists->der, f->lists->n, e->der));
}

/* A reference by the whole response: those that are carried are tried, as far as they hold this one. */
static sign_rc refers_whole(struct judging *j, const struct pki_evidence *e, const sign_bytes *list, size_t n,
                            bool *found, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < n && rc == SIGN_OK && !*found; i++)
        if (ends_with(list[i], e->der))
            rc = is_referred(j, list[i], true, found, err);
    return rc;
}

static sign_rc refers(struct judging *j, const struct pki_evidence *e, bool *found, sign_error *err) {
    const struct ades_facts *f = j->facts;
    sign_rc rc = is_referred(j, e->der, true, found, err);
    if (rc != SIGN_OK || *found || strcmp(e->piece.kind, "ocsp") != 0)
        return rc;
    rc = refers_whole(j, e, f->ocsps, f->n_ocsps, found, err);
    if (rc == SIGN_OK && !*found && f->lists != NULL)
        rc = refers_whole(j, e, f->lists->ocsp_der, f->lists->n_ocsp, found, err);
    return rc;
}

struct piece_wants {
    bool refs, values, ocsp; /* ocsp: of the signer, by the profile */
};

static sign_rc check_pieces_of(struct judging *j, size_t i, const struct piece_wants *want, sign_error *err) {
    const struct pki_path_options opt = judging_options(j);
    const struct pki_path *path = j->path;
    AUTO(pki_evidences) all = {0};
    bool referred = !want->refs, carried = !want->values, ocsp = i > 0 || !want->ocsp;
    sign_rc rc =
        pki_evidence_find(j->ctx->trust, j->ctx->crypto, path->chain + i, path->n_chain - i, &opt, &all, err);
    for (size_t k = 0; k < all.n && rc == SIGN_OK; k++) {
        bool found = referred;
        if (!referred)
            rc = refers(j, &all.list[k], &found, err);
        referred = found;
        bool here = (!carried || !ocsp) && judging_carries(j, &all.list[k]);
        carried = carried || here;
        ocsp = ocsp || (here && strcmp(all.list[k].piece.kind, "ocsp") == 0);
    }
    if (rc != SIGN_OK)
        return rc;
    const char *name = referred && carried && ocsp ? NULL : judging_name(j, path->chain[i]);
    if (!referred)
        (void)judging_check(j, CHECK_REVOCATION_REFS, false, MSG_REVOCATION_REF, name, NULL, NULL);
    if (!carried)
        (void)judging_check(j, CHECK_VALUES, false, MSG_REVOCATION_VALUE, name, NULL, NULL);
    if (!ocsp)
        (void)judging_check(j, CHECK_PROFILE, false, MSG_PROFILE_OCSP, j->out->profile, NULL, NULL);
    return SIGN_OK;
}

/* ---- the whole
 * -------------------------------------------------------------------------------------------------- */

static bool is_asked(const struct judging *j, enum ades_check check) {
    return judging_level(j, check) != LEVEL_IGNORE;
}

static sign_rc check_pieces(struct judging *j, const struct piece_wants *want, sign_error *err) {
    sign_rc rc = SIGN_OK;
    if (!j->ctx->revocation || !(want->refs || want->values || want->ocsp))
        return SIGN_OK;
    for (size_t i = 0; i + 1 < j->path->n_chain && rc == SIGN_OK; i++)
        rc = check_pieces_of(j, i, want, err);
    return rc;
}

sign_rc judging_complete(struct judging *j, sign_error *err) {
    const struct ades_carried none = {0}, *c = j->facts->carried != NULL ? j->facts->carried : &none;
    const struct ades_profile *profile = ades_profile_of(j->facts);
    if (j->path == NULL || !j->path->anchored)
        return SIGN_OK;
    bool whole = profile != NULL && profile->long_term;
    bool refs = c->certificate_refs && is_asked(j, CHECK_CERTIFICATE_REFS);
    bool values = (c->certificate_values || whole) && is_asked(j, CHECK_VALUES);
    struct piece_wants want = {.refs = c->revocation_refs && is_asked(j, CHECK_REVOCATION_REFS),
                               .values = (c->revocation_values || whole) && is_asked(j, CHECK_VALUES),
                               .ocsp = profile != NULL && profile->ocsp && is_asked(j, CHECK_PROFILE)};
    sign_rc rc = refs || values ? check_certificates(j, refs, values, err) : SIGN_OK;
    return rc == SIGN_OK ? check_pieces(j, &want, err) : rc;
}

/* What the table of the profiles makes mandatory (Rehber, Tablo 2): X-Long for P3 and P4, in XAdES with a
 * time-stamp over signature and references, in CAdES without one. */
void judging_matrix(struct judging *j) {
    const struct ades_facts *f = j->facts;
    const struct ades_profile *p = ades_profile_of(f);
    const struct ades_carried none = {0}, *c = f->carried != NULL ? f->carried : &none;
    if (p == NULL || j->role != ROLE_SIGNATURE)
        return;
    bool xml = j->out->format != NULL && strcmp(j->out->format, "xades") == 0;
    const char *missing = !c->signature_stamp      ? "signature-time-stamp"
                          : !p->long_term          ? NULL
                          : !c->certificate_refs   ? "complete-certificate-references"
                          : !c->revocation_refs    ? "complete-revocation-references"
                          : !c->certificate_values ? "certificate-values"
                          : !c->revocation_values  ? "revocation-values"
                          : xml && !c->refs_stamp  ? "SigAndRefsTimeStamp"
                                                   : NULL;
    (void)judging_check(j, CHECK_PROFILE, missing == NULL, MSG_PROFILE_MISSING, p->name, missing, NULL);
}
