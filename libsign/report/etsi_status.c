/* TS 119 102-2, 4.3.4 and 4.3.5: the status of a signature or a time-stamp, its constraints, and what it
 * rests on. */
#include "report/etsi.h"
#include <stdio.h>

enum { ROOM = 1200 };

static const char *main_uri(enum indication i, bool total) {
    switch (i) {
    case TOTAL_PASSED:
        return total ? "urn:etsi:019102:mainindication:total-passed"
                     : "urn:etsi:019102:mainindication:passed";
    case TOTAL_FAILED:
        return total ? "urn:etsi:019102:mainindication:total-failed"
                     : "urn:etsi:019102:mainindication:failed";
    case INDICATION_NONE:
    case INDETERMINATE:
        break;
    }
    return "urn:etsi:019102:mainindication:indeterminate";
}

static void put_indications(struct etsi *e, enum indication i, enum sub_indication sub, bool total) {
    char uri[100];
    xmlout_element(&e->x, "MainIndication", main_uri(i, total));
    snprintf(uri, sizeof uri, "urn:etsi:019102:subindication:%s", sub ? sub_indication_text(sub) : "");
    if (sub)
        xmlout_element(&e->x, "SubIndication", uri);
}

/* ---- constraints ---- */

static void put_typed(struct etsi *e, const char *name, const char *type, const char *value) {
    char uri[100];
    if (!value)
        return;
    snprintf(uri, sizeof uri, "urn:mavi-kalem:%s", type);
    xmlout_open(&e->x, name);
    xmlout_element(&e->x, "Type", uri);
    xmlout_element(&e->x, "Value", value);
    xmlout_close(&e->x);
}

/* A check that only warns was applied and decided nothing: it has words, and no status of its own (4.3.5.4).
 */
static void put_constraint(struct etsi *e, const struct report_block *b, const struct report_check *c) {
    char uri[200];
    bool ignored = c->status == CHECK_IGNORED, decides = c->status == CHECK_OK || c->status == CHECK_FAILED;
    snprintf(uri, sizeof uri, "urn:mavi-kalem:constraint:%.100s", c->name);
    xmlout_open(&e->x, "ValidationConstraint");
    xmlout_element(&e->x, "ValidationConstraintIdentifier", uri);
    put_typed(e, "ValidationConstraintParameter", "parameter:block", b->name);
    put_typed(e, "ValidationConstraintParameter", "parameter:object", c->object ? c->object : b->object);
    put_typed(e, "ValidationConstraintParameter", "parameter:expected", c->expected[e->lang == SIGN_TR]);
    put_typed(e, "ValidationConstraintParameter", "parameter:actual", c->actual);
    xmlout_open(&e->x, "ConstraintStatus");
    xmlout_element(&e->x, "Status",
                   ignored ? "urn:etsi:019102:constraintStatus:disabled"
                           : "urn:etsi:019102:constraintStatus:applied");
    xmlout_close(&e->x);
    if (decides) {
        /* A check that is not met leads to failed or to indeterminate as its block does (EN 319
         * 102-1, 5.1.3). */
        bool ok = c->status == CHECK_OK;
        xmlout_open(&e->x, "ValidationStatus");
        put_indications(e, ok ? TOTAL_PASSED : b->indication, ok ? SUB_NONE : b->sub, false);
        xmlout_close(&e->x);
    } else if (!ignored) {
        xmlout_element(&e->x, "Indications", report_status_text(c->status));
    }
    xmlout_close(&e->x);
}

static void put_checks(struct etsi *e, const struct report_block *b) {
    for (; b; b = b->next) {
        for (const struct report_check *c = b->checks; c; c = c->next)
            put_constraint(e, b, c);
        put_checks(e, b->inside);
    }
}

void etsi_constraints(struct etsi *e, const struct report_block *blocks) {
    xmlout_open(&e->x, "ValidationConstraintsEvaluationReport");
    if (e->r->policy) {
        xmlout_open(&e->x, "SignatureValidationPolicy");
        xmlout_open(&e->x, "SignaturePolicyIdentifier");
        xmlout_open(&e->x, "XAdES:SignaturePolicyImplied");
        xmlout_close(&e->x);
        xmlout_close(&e->x);
        xmlout_element(&e->x, "PolicyName", e->r->policy);
        xmlout_close(&e->x);
    }
    put_checks(e, blocks);
    xmlout_close(&e->x);
}

/* ---- what a status rests on ---- */

static const struct report_chain *anchor_of(const struct report_chain *c) {
    while (c && !c->anchor)
        c = c->next;
    return c;
}

static void put_chain(struct etsi *e, const struct report_chain *c) {
    if (!c)
        return;
    xmlout_open(&e->x, "CertificateChain");
    etsi_refer(e, "SigningCertificate", c->cert_sha256);
    for (const struct report_chain *i = c->next; i; i = i->next)
        if (!i->anchor)
            etsi_refer(e, "IntermediateCertificate", i->cert_sha256);
    const struct report_chain *anchor = anchor_of(c);
    if (anchor)
        etsi_refer(e, "TrustAnchor", anchor->cert_sha256);
    xmlout_close(&e->x);
}

/* The schema has room for one: the first certificate that is revoked. */
static void put_revoked(struct etsi *e, const struct report_chain *c, const struct report_revocation *r) {
    char uri[100];
    for (; r && !r->revoked_at;)
        r = r->next;
    for (; r && c && strcmp(c->cert_sha256, r->cert_sha256) != 0;)
        c = c->next;
    if (!r || !c)
        return;
    xmlout_open(&e->x, "RevocationStatusInformation");
    etsi_refer(e, "ValidationObjectId", r->cert_sha256);
    xmlout_time(&e->x, "RevocationTime", r->revoked_at);
    snprintf(uri, sizeof uri, "urn:etsi:019102:revocationReason:%.40s",
             r->reason ? r->reason : "unspecified");
    xmlout_element(&e->x, "RevocationReason", uri);
    xmlout_close(&e->x);
}

static const char *algorithm_uri(const char *name) {
    static const char *const uris[][2] = {
        {"RSA SHA-1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"},
        {"RSA SHA-224", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224"},
        {"RSA SHA-256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"},
        {"RSA SHA-384", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"},
        {"RSA SHA-512", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"},
        {"RSA-PSS SHA-256", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"},
        {"RSA-PSS SHA-384", "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"},
        {"RSA-PSS SHA-512", "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"},
        {"ECDSA SHA-1", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"},
        {"ECDSA SHA-224", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224"},
        {"ECDSA SHA-256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"},
        {"ECDSA SHA-384", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"},
        {"ECDSA SHA-512", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"}};
    for (size_t i = 0; name && i < sizeof uris / sizeof *uris; i++) {
        size_t n = strlen(uris[i][0]);
        if (strncmp(name, uris[i][0], n) == 0 && (!name[n] || strchr(" ,(", name[n])))
            return uris[i][1];
    }
    return NULL;
}

static void put_algorithm(struct etsi *e, const struct etsi_status *s) {
    const char *uri = algorithm_uri(s->algorithm);
    bool weak = s->sub == SUB_CRYPTO_CONSTRAINTS_FAILURE || s->sub == SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE;
    if (!uri || !s->signer)
        return;
    xmlout_open(&e->x, "CryptoInformation");
    etsi_refer(e, "ValidationObjectId", s->signer->cert_sha256);
    xmlout_element(&e->x, "Algorithm", uri);
    xmlout_element(&e->x, "SecureAlgorithm", weak ? "false" : "true");
    xmlout_close(&e->x);
}

static void put_messages(struct etsi *e, const struct report_message *m) {
    if (!m)
        return;
    xmlout_open(&e->x, "AdditionalValidationReportData");
    for (; m; m = m->next) {
        char text[ROOM], line[ROOM + 10];
        snprintf(line, sizeof line, "%s %s", message_code(m->id),
                 message_text(m->id, e->lang, m->args, text, sizeof text));
        put_typed(e, "ReportData",
                  report_level(m) == 'E'   ? "message:error"
                  : report_level(m) == 'W' ? "message:warning"
                                           : "message:information",
                  line);
    }
    xmlout_close(&e->x);
}

void etsi_status(struct etsi *e, const char *name, const struct etsi_status *s) {
    const struct report_chain *anchor = anchor_of(s->chain);
    xmlout_open(&e->x, name);
    put_indications(e, s->indication, s->sub, s->total);
    xmlout_open(&e->x, "AssociatedValidationReportData");
    if (anchor)
        etsi_refer(e, "TrustAnchor", anchor->cert_sha256);
    put_chain(e, s->chain);
    put_revoked(e, s->chain, s->revocation);
    put_algorithm(e, s);
    put_messages(e, s->messages);
    xmlout_close(&e->x);
    xmlout_close(&e->x);
}

void etsi_signer(struct etsi *e, const struct report_signer *p) {
    if (!p || !*p->cert_sha256)
        return;
    xmlout_open(&e->x, "SignerInformation");
    etsi_refer(e, "SignerCertificate", p->cert_sha256);
    xmlout_element(&e->x, "Signer", p->subject);
    xmlout_close(&e->x);
}

void etsi_timestamp(struct etsi *e, const struct report_timestamp *t) {
    xmlout_open(&e->x, "ValidationReport");
    if (t->blocks)
        etsi_constraints(e, t->blocks);
    etsi_signer(e, t->signer);
    etsi_status(e, "SignatureValidationStatus",
                &(struct etsi_status){.indication = t->indication,
                                      .sub = t->sub,
                                      .signer = t->signer,
                                      .chain = t->chain,
                                      .revocation = t->revocation,
                                      .messages = t->messages,
                                      .algorithm = t->algorithm});
    xmlout_close(&e->x);
}
