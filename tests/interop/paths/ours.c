/* libsign's opinion of a chain: with everything given to the trust, from the trust's memory, and brought by a
 * signature. */
#include "judges.h"
#include "pki/parts.h"

static void say(const struct pki_path *path, struct opinion *out) {
    const char *sub = sub_indication_text(path->sub);
    out->valid = path->indication == TOTAL_PASSED;
    (void)snprintf(out->why, sizeof out->why, "%s %s", sub != NULL ? sub : "-", message_code(path->message));
}

static sign_rc ask(const sign_trust *trust, sign_bytes der, const struct pki_path_options *opt,
                   struct opinion *out, sign_error *err) {
    struct crypto *crypto = NULL;
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(pki_path_ptr) path = NULL;
    sign_rc rc = pki_lend(trust, &crypto, err);
    if (rc != SIGN_OK)
        return rc;
    rc = pki_certificate(trust, crypto, der, &cert, err);
    if (rc == SIGN_OK)
        rc = pki_path_check(trust, crypto, cert, opt, &path, err);
    pki_lend_back(trust, crypto);
    if (rc == SIGN_OK)
        say(path, out);
    return rc;
}

/* Views of what a signature may bring with it; the lists and certificates are the same as in the trust. */
struct views {
    sign_bytes certs[CERTS_MAX], crls[CRLS_MAX], initial[2];
    uint8_t oids[2][16];
};

static void look(const struct minted *m, struct views *v) {
    for (size_t i = 0; i < m->n; i++)
        v->certs[i] = BYTES(m->certs[i].data, m->certs[i].len);
    for (size_t i = 0; i < m->n_crls; i++)
        v->crls[i] = BYTES(m->crls[i].data, m->crls[i].len);
    for (size_t i = 0; i < m->n_initial; i++)
        v->initial[i] = policy_oid(m->initial[i], v->oids[i]);
}

static void judge_brought(const sign_trust *trust, const struct minted *m, const struct views *v,
                          bool brought, struct opinion *out) {
    sign_error err = {0};
    const struct pki_path_options opt = {
        .at = AT,
        .revocation = true,
        .policies = {v->initial, m->n_initial, m->explicit_policy, m->no_mapping, m->no_any},
        .bag = v->certs + 2,
        .n_bag = brought ? m->n - 2 : 0,
        .crls = v->crls,
        .n_crls = brought ? m->n_crls : 0};
    if (ask(trust, v->certs[0], &opt, out, &err) != SIGN_OK)
        (void)snprintf(out->why, sizeof out->why, "unreadable - %.120s", err.text);
}

static sign_trust *trust_of(const struct minted *m, const struct views *v, bool all, sign_error *err) {
    sign_input certs[CERTS_MAX], crls[CRLS_MAX];
    sign_trust *trust = NULL;
    for (size_t i = 0; i < m->n; i++)
        certs[i] = (sign_input){.name = "certificate", .data = v->certs[i]};
    for (size_t i = 0; i < m->n_crls; i++)
        crls[i] = (sign_input){.name = "list", .data = v->crls[i]};
    const sign_trust_options opt = {.size = sizeof opt,
                                    .anchors = certs + 1,
                                    .n_anchors = 1,
                                    .certs = certs + 2,
                                    .n_certs = all ? m->n - 2 : 0,
                                    .crls = crls,
                                    .n_crls = all ? m->n_crls : 0};
    return sign_trust_new(&opt, &trust, err) == SIGN_OK ? trust : NULL;
}

void judge_ours(const struct minted *m, struct opinion *out) {
    struct views v;
    struct opinion again = {0};
    look(m, &v);
    *out = (struct opinion){0};
    for (int all = 1; all >= 0; all--) {
        sign_error err = {0};
        sign_trust *trust = trust_of(m, &v, all, &err);
        /* A certificate of the caller that cannot be read is refused before anything is asked. */
        if (trust == NULL) {
            (void)snprintf(out->why, sizeof out->why, "unreadable - %.120s", err.text);
            continue;
        }
        for (int i = 0; i < 2; i++) {
            again = (struct opinion){0};
            judge_brought(trust, m, &v, !all, &again);
            if (all && i == 0)
                *out = again;
            if (again.valid != out->valid)
                (void)snprintf(out->why, sizeof out->why, "differs: %s, %.60s",
                               all ? "remembered" : "brought by the signature", again.why);
        }
        sign_trust_free(&trust);
    }
}
