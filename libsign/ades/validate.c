/*
 * The judgement over one signature: basic signature validation (EN 319 102-1, 5.3.4), written once for all
 * formats. Every step either finds nothing or says so with a message; the first finding gives the
 * sub-indication, and a broken signature (TOTAL-FAILED) wins over anything that is merely not known.
 */
#include "ades/judging.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

/* ---- 5.2.2, 5.2.3, 5.2.7: format, signing certificate, cryptography ------------------------------------ */

/* By the common name: the subject holds the personal number, which messages do not repeat. */
static const char *signer_name(const struct judging *j) {
    AUTO(grow) name = {0};
    const char *text = NULL;
    if (j->facts->signer != NULL && pki_name_attribute(j->facts->signer->subject, OID_DN_COMMON_NAME, &name))
        text = judging_text(&j->report->arena, &name);
    if (text != NULL)
        return text;
    return j->out->signer != NULL ? j->out->signer->subject : "?";
}

/* What is broken beyond doubt. A value that fails with a certificate nobody referenced is not: see
 * identify(). */
static void check_failures(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->broken != MSG_NONE) {
        judging_say(j, f->broken, f->broken_detail, f->broken_other, NULL);
        judging_conclude(j, TOTAL_FAILED, SUB_FORMAT_FAILURE);
        return;
    }
    if (f->references == TRI_FALSE) {
        judging_say(j, f->references_problem != MSG_NONE ? f->references_problem : MSG_HASH_DIFFERS,
                    f->digest_expected, f->digest_found, NULL);
        judging_conclude(j, TOTAL_FAILED, SUB_HASH_FAILURE);
    }
    if (f->signature_value == TRI_FALSE && f->signing_certificate != TRI_FALSE) {
        char name[64];
        crypto_sigalg_name(&f->sigalg, name);
        judging_say(j, MSG_VALUE_FAILS, name, signer_name(j), NULL);
        judging_conclude(j, TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE);
    }
}

/*
 * RFC 5035, 5.4: who can make two certificates with one hash can exchange them. For SHA-1 that needs a
 * helpful authority as well, so that it is a finding of its own and no failure by default.
 */
static void check_reference_digest(struct judging *j) {
    enum crypto_digest d = j->facts->reference_digest;
    bool fatal = ades_policy_level(j->ctx->policy, j->facts->role, CHECK_REFERENCE_DIGEST) == LEVEL_FAIL;
    char when[32];
    if (j->facts->signing_certificate != TRI_TRUE || !judging_past(j, d))
        return;
    const struct crypto_digest_row *row = crypto_digest_row(d);
    judging_say(j, fatal ? MSG_REFERENCE_WEAK_FATAL : MSG_REFERENCE_WEAK, row->name,
                time_rfc3339(row->sunset, when), NULL);
    if (fatal)
        judging_conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
}

/* 5.2.3: the certificate, and what binds it. */
static void identify(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->signer == NULL) {
        judging_say(j, MSG_SIGNER_NOT_FOUND, f->certificate_expected, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
    } else if (f->signing_certificate == TRI_FALSE) {
        judging_say(j, MSG_SIGNING_CERT_DIFFERS, f->certificate_attribute, f->certificate_expected,
                    f->certificate_found);
        judging_conclude(j, INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
    } else if (f->issuer_serial_differs &&
               ades_policy_level(j->ctx->policy, j->facts->role, CHECK_ISSUER_SERIAL) == LEVEL_FAIL) {
        judging_say(j, MSG_ISSUER_SERIAL_FATAL, NULL, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
    } else if (f->issuer_serial_differs) {
        judging_say(j, MSG_ISSUER_SERIAL, NULL, NULL,
                    NULL); /* 5.2.3.4 step 4: a warning, because the hash decides */
    }
}

/* What the profile asks for and the signature does not have (5.2.8); and what could not be computed. */
static void check_constraints(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->constraint != MSG_NONE) {
        judging_say(j, f->constraint, f->constraint_detail, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
    } else if (j->out->covers_whole_document == TRI_FALSE &&
               ades_policy_level(j->ctx->policy, j->facts->role, CHECK_COVERAGE) == LEVEL_FAIL) {
        judging_say(j, MSG_COVERAGE_PARTIAL, NULL, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
    } else if (!f->signing_certificate_present &&
               ades_policy_level(j->ctx->policy, j->facts->role, CHECK_SIGNING_CERTIFICATE) == LEVEL_FAIL) {
        judging_say(j, MSG_NO_SIGNING_CERT, NULL, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
    }
}

/*
 * Whoever drew up a document can have another one with the same MD5 (RFC 6151, 2): what it holds is told, but
 * it is no more than an algorithm that is not known, for an inspection too.
 */
static void check_md5(struct judging *j) {
    const struct ades_facts *f = j->facts;
    char when[32];
    if (f->digest != DIGEST_MD5 && f->sigalg.digest != DIGEST_MD5)
        return;
    const struct crypto_digest_row *row = crypto_digest_row(DIGEST_MD5);
    judging_say(j, MSG_ALGORITHM_SUNSET, row->name, time_rfc3339(row->sunset, when), NULL);
    judging_conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
}

static void check_unknown(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->content_missing) {
        judging_say(j, MSG_CONTENT_MISSING, NULL, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_SIGNED_DATA_NOT_FOUND);
    }
    if (f->key_problem != MSG_NONE) {
        judging_say(j, f->key_problem, f->key_detail, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    }
    /* Nothing passes of which one of the two is not known to be true. */
    if (judging_open(j) && (f->references != TRI_TRUE || f->signature_value != TRI_TRUE)) {
        judging_say(j, MSG_KEY_UNUSABLE, "", NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    }
}

static sign_rc check_algorithms(struct judging *j, sign_error *err) {
    const struct ades_facts *f = j->facts;
    judging_digest(j, f->digest, NULL);
    if (f->sigalg.digest != f->digest)
        judging_digest(j, f->sigalg.digest, NULL);
    return judging_key(j, f->signer, err);
}

/* ---- the order ---------------------------------------------------------------------------------------- */

/*
 * 5.3.4. Failures of structure, digest and value come first: no finding about trust can soften them. Then the
 * certificate, what is missing, and the constraints; and only for what is intact the path, which is looked at
 * before the constraints on usage and algorithms.
 */
sign_rc ades_judge(const struct ades_context *ctx, const struct ades_facts *facts, struct sign_report *report,
                   struct report_signature *out, sign_error *err) {
    struct judging j = {.ctx = ctx, .facts = facts, .report = report, .out = out};
    out->references = facts->references;
    out->signature_value = facts->signature_value;
    out->signing_certificate = facts->signing_certificate;
    out->best_signature_time = ctx->at; /* 5.3: no stamp proves an earlier one */
    sign_rc rc = judging_signer(&j, err);
    if (rc != SIGN_OK)
        return rc;
    check_failures(&j);
    if (facts->broken == MSG_NONE) {
        check_constraints(&j);
        identify(&j);
        check_reference_digest(&j);
        check_unknown(&j);
        check_md5(&j);
    }
    if (ctx->inspect) {
        if (judging_open(&j))
            judging_say(&j, MSG_TRUST_NOT_LOOKED_AT, NULL, NULL, NULL);
        judging_conclude(&j, INDETERMINATE, SUB_NONE);
        return SIGN_OK;
    }
    if (!judging_open(&j))
        return SIGN_OK;
    rc = judging_path(&j, err);
    if (rc != SIGN_OK)
        return rc;
    judging_usage(&j);
    rc = judging_purpose(&j, err);
    if (rc != SIGN_OK)
        return rc;
    rc = check_algorithms(&j, err);
    if (rc == SIGN_OK)
        judging_conclude(&j, TOTAL_PASSED, SUB_NONE);
    return rc;
}
