/* A certificate judged alone (EN 319 102-1, 5.2.6): its path, its revocation, and what they rest on. */
#include "engine/context.h"

#include <sign/certificate.h>
#include <stdlib.h>

/* What the judgement needs from the options and the file, made once. */
struct checking {
    struct ades_context ctx;
    struct ades_certificate question;
    sign_certs *certs;
    sign_bytes *bag;
    sign_bytes *initial; /* policies, and where their octets are */
    uint8_t (*octets)[PKI_POLICY_ROOM];
};
typedef struct checking checking;

static void checking_free(checking *c) {
    sign_certs_free(&c->certs);
    free(c->bag);
    free(c->initial);
    free(c->octets);
}
CLEANUP(checking, checking_free);

/* RFC 5280, 6.1.1 (c): user-initial-policy-set. */
static sign_rc read_policies(const sign_cert_options *opt, checking *c, sign_error *err) {
    if (opt->n_policies == 0)
        return SIGN_OK;
    c->initial = calloc(opt->n_policies, sizeof *c->initial);
    c->octets = calloc(opt->n_policies, sizeof *c->octets);
    if (!c->initial || !c->octets)
        return fail_memory(err);
    for (size_t i = 0; i < opt->n_policies; i++) {
        const char *text = opt->policies ? opt->policies[i] : NULL;
        if (!text || !pki_policy_id(text, c->octets[i], &c->initial[i]))
            return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "policy %zu is no OID: %.100s", i + 1,
                        text ? text : "(none)");
    }
    c->question.policies.initial = c->initial;
    c->question.policies.n_initial = opt->n_policies;
    return SIGN_OK;
}

static sign_rc read_options(const sign_cert_options *opt, checking *c, sign_error *err) {
    sign_cert_options all = {.size = sizeof all};
    if (opt) {
        if (opt->size != sizeof *opt)
            return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_cert_options.size is not its size");
        all = *opt;
    }
    if ((unsigned)all.use > SIGN_USE_ANY)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_cert_options.use is none that is known");
    const sign_verify_options same = {.size = sizeof same,
                                      .at = all.at,
                                      .policy = all.policy,
                                      .no_revocation = all.no_revocation,
                                      .offline = all.offline,
                                      .policy_file = all.policy_file};
    sign_rc rc = context_make(&same, &c->ctx, err);
    if (rc != SIGN_OK)
        return rc;
    c->question.use = all.use;
    c->question.policies.explicit_policy = all.explicit_policy != 0;
    c->question.policies.no_mapping = all.no_mapping != 0;
    c->question.policies.no_any_policy = all.no_any_policy != 0;
    return read_policies(&all, c, err);
}

/* The first certificate is the question, the others of the file may help. */
static sign_rc read_certificates(const sign_input *in, checking *c, sign_error *err) {
    sign_rc rc = sign_certs_read(in, &c->certs, err);
    if (rc != SIGN_OK)
        return rc;
    size_t n = sign_certs_count(c->certs);
    if (n > LIMIT_CERTIFICATES)
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "certificates in one file");
    c->bag = calloc(n, sizeof *c->bag);
    if (!c->bag)
        return fail_memory(err);
    for (size_t i = 1; i < n; i++)
        c->bag[i - 1] = sign_certs_get(c->certs, i)->der;
    c->question.bag = c->bag;
    c->question.n_bag = n - 1;
    return SIGN_OK;
}

static void describe(struct sign_report *r, const checking *c, const sign_input *in,
                     const sign_cert_options *opt) {
    static const char *const uses[] = {[SIGN_USE_SIGNER] = "signer",
                                       [SIGN_USE_TSA] = "tsa",
                                       [SIGN_USE_OCSP] = "ocsp",
                                       [SIGN_USE_ANY] = "any"};
    const char *name = in->name ? in->name : in->path ? path_base(in->path) : NULL;
    r->schema = "cert-check/1";
    r->document = name ? arena_str(&r->arena, BYTES_STR(name)) : NULL;
    r->validation_time = c->ctx.at;
    r->time_given = opt && opt->at != 0;
    r->no_revocation = !c->ctx.revocation;
    r->policy = arena_str(&r->arena, BYTES_STR(c->ctx.policy->name));
    r->use = uses[c->question.use];
    report_certificate(r, sign_certs_get(c->certs, 0));
}

static sign_rc judge_with(checking *c, struct sign_report *report, sign_error *err) {
    AUTO(pki_cert_ptr) cert = NULL;
    struct report_signature *out = report_add(report);
    if (!out)
        return fail_memory(err);
    out->id = "C1";
    sign_rc rc = pki_certificate(c->ctx.trust, c->ctx.crypto, sign_certs_get(c->certs, 0)->der, &cert, err);
    c->question.cert = cert;
    return rc == SIGN_OK ? ades_judge_certificate(&c->ctx, &c->question, report, out, err) : rc;
}

static sign_rc judge(checking *c, struct sign_report *report, sign_error *err) {
    sign_rc rc = pki_lend(c->ctx.trust, &c->ctx.crypto, err);
    if (rc != SIGN_OK)
        return rc;
    rc = judge_with(c, report, err);
    pki_lend_back(c->ctx.trust, c->ctx.crypto);
    return rc == SIGN_OK ? report_seal(report, err) : rc;
}

sign_rc sign_cert_check(const sign_input *cert, const sign_trust *trust, const sign_cert_options *opt,
                        sign_report **out, sign_error *err) {
    if (!cert || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_cert_check: a certificate and out are needed");
    AUTO(checking) c = {.ctx = {.trust = trust}};
    AUTO(sign_trust_ptr) empty = NULL;
    AUTO(sign_report_ptr) report = NULL;
    sign_rc rc = read_options(opt, &c, err);
    if (rc == SIGN_OK)
        rc = read_certificates(cert, &c, err);
    if (rc == SIGN_OK && !trust) {
        rc = sign_trust_new(NULL, &empty, err);
        c.ctx.trust = empty;
    }
    if (rc == SIGN_OK)
        rc = report_new(&report, err);
    if (rc != SIGN_OK)
        return rc;
    describe(report, &c, cert, opt);
    rc = judge(&c, report, err);
    if (rc != SIGN_OK)
        return rc;
    *out = TAKE(report);
    return sign_report_verdict(*out);
}
