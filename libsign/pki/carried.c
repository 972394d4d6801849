/* pki/carried.c - the lists and responses that a document or a signature brings with it: read once. */
#include "pki/parts.h"

/* So many octets of a list are read in about the time of one signature check. */
enum { LIST_FOR_ONE = 65536 };

static sign_rc read_crls(struct pki_lists *l, struct pki_source *from, size_t *effort, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < l->n && rc == SIGN_OK; i++) {
        if (!pki_spend(effort, 1 + l->der[i].len / LIST_FOR_ONE))
            return SIGN_OK;
        rc = pki_forgive(pki_crl_read(l->der[i], from, &l->crls[l->n_crls], err), err);
        l->n_crls += l->crls[l->n_crls] != NULL;
    }
    return rc;
}

static sign_rc read_ocsps(struct pki_lists *l, struct pki_source *from, size_t *effort, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i < l->n_ocsp && rc == SIGN_OK; i++) {
        if (!pki_spend(effort, 1 + l->ocsp_der[i].len / LIST_FOR_ONE))
            return SIGN_OK;
        rc = pki_forgive(pki_ocsp_read(l->ocsp_der[i], from, &l->ocsps[l->n_ocsps], err), err);
        l->n_ocsps += l->ocsps[l->n_ocsps] != NULL;
    }
    return rc;
}

sign_rc pki_lists_read(struct pki_lists *l, size_t *effort, sign_error *err) {
    if (l->read || l->n + l->n_ocsp == 0)
        return SIGN_OK;
    AUTO(pki_source_ptr) from = pki_source_new(ORIGIN_SIGNATURE, "signature", 0, INT64_MAX);
    l->read = true;
    /* One more, so that "none" is an allocation too. */
    l->crls = calloc(l->n + 1, sizeof(struct pki_crl *));
    l->ocsps = calloc(l->n_ocsp + 1, sizeof(struct pki_ocsp *));
    if (from == NULL || l->crls == NULL || l->ocsps == NULL)
        return fail_memory(err);
    sign_rc rc = read_crls(l, from, effort, err);
    return rc == SIGN_OK ? read_ocsps(l, from, effort, err) : rc;
}

void pki_lists_free(pki_lists *l) {
    for (size_t i = 0; i < l->n_crls; i++)
        pki_crl_free(&l->crls[i]);
    for (size_t i = 0; i < l->n_ocsps; i++)
        pki_ocsp_free(&l->ocsps[i]);
    free(l->crls);
    free(l->ocsps);
    *l = (pki_lists){0};
}
