/*
 * Basic signature validation (EN 319 102-1, 5.3.4), written once for all formats: of a signature, and of a
 * time-stamp token, which is one over its TSTInfo (5.4). Every block either finds nothing or says so with a
 * message; the first finding gives the sub-indication, and a broken signature (TOTAL-FAILED) wins over
 * anything that is merely not known.
 */
#include "ades/judging.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

/* ---- 5.2.2 to 5.2.4: format, signing certificate, context ---------------------------------------------- */

/* By the common name: the subject holds the personal number, which messages do not repeat. */
static const char *signer_name(const struct judging *j) {
    AUTO(grow) name = {0};
    const char *text = NULL;
    if (j->facts->signer != NULL &&
        (pki_name_attribute(j->facts->signer->subject, OID_DN_COMMON_NAME, &name) || name.failed))
        text = judging_text(&j->report->arena, &name);
    if (text != NULL)
        return text;
    return j->out->signer != NULL ? j->out->signer->subject : "?";
}

/* What is broken: the structure, or what the hash index of a time-stamp names (EN 319 122-1, 5.5.2). */
static enum ades_check format_check(const struct judging *j) {
    enum message_id why = j->facts->broken;
    return j->role != ROLE_TIMESTAMP                                           ? CHECK_FORMAT
           : why == MSG_STAMP_INDEX_FORMAT || why == MSG_STAMP_INDEX_UNMATCHED ? CHECK_STAMP_INDEX
                                                                               : CHECK_STAMP_FORMAT;
}

static void check_format(struct judging *j) {
    const struct ades_facts *f = j->facts;
    struct report_block *outer = judging_begin(j, BLOCK_FC, NULL);
    (void)judging_check(j, format_check(j), f->broken == MSG_NONE, f->broken, f->broken_detail,
                        f->broken_other, NULL);
    judging_end(j, outer);
}

/* 5.2.3: the certificate, and what binds it. An issuerSerial that differs is a warning by its step 4, because
 * the hash decides. */
static void identify(struct judging *j) {
    const struct ades_facts *f = j->facts;
    struct report_block *outer = judging_begin(j, BLOCK_ISC, NULL);
    bool fatal = judging_level(j, CHECK_ISSUER_SERIAL) == LEVEL_FAIL;
    if (judging_check(j, CHECK_SIGNER_FOUND, f->signer != NULL, MSG_SIGNER_NOT_FOUND, f->certificate_expected,
                      NULL, NULL) &&
        judging_check(j, CHECK_SIGNER_DIGEST, f->signing_certificate != TRI_FALSE, MSG_SIGNING_CERT_DIFFERS,
                      f->certificate_attribute, f->certificate_expected, f->certificate_found))
        (void)judging_check(j, CHECK_ISSUER_SERIAL, !f->issuer_serial_differs,
                            fatal ? MSG_ISSUER_SERIAL_FATAL : MSG_ISSUER_SERIAL, NULL, NULL, NULL);
    if (j->block != NULL && j->out->signer != NULL)
        j->block->result = j->out->signer->subject;
    judging_end(j, outer);
}

static void init_context(struct judging *j) {
    struct report_block *outer = judging_begin(j, BLOCK_VCI, NULL);
    judging_input(j, "policy", j->ctx->policy->name);
    judging_signature_policy(j);
    judging_end(j, outer);
}

/* ---- 5.2.7: cryptographic verification ------------------------------------------------------------------
 */

/* What is broken beyond doubt. A value that fails with a certificate nobody referenced is not: see
 * identify(). */
static void check_failures(struct judging *j) {
    const struct ades_facts *f = j->facts;
    (void)judging_check(j, CHECK_DATA_INTACT, f->references != TRI_FALSE,
                        f->references_problem != MSG_NONE ? f->references_problem : MSG_HASH_DIFFERS,
                        f->digest_expected, f->digest_found, NULL);
    if (f->signature_value == TRI_FALSE && f->signing_certificate != TRI_FALSE) {
        char name[64];
        crypto_sigalg_name(&f->sigalg, name);
        (void)judging_check(j, CHECK_SIGNATURE_INTACT, false, MSG_VALUE_FAILS, name, signer_name(j), NULL);
    } else if (f->signature_value == TRI_TRUE) {
        (void)judging_check(j, CHECK_SIGNATURE_INTACT, true, MSG_NONE, NULL, NULL, NULL);
    }
}

static void check_unknown(struct judging *j) {
    const struct ades_facts *f = j->facts;
    (void)judging_check(j, CHECK_DATA_FOUND, !f->content_missing, MSG_CONTENT_MISSING, NULL, NULL, NULL);
    (void)judging_check(j, CHECK_ALGORITHM_KNOWN, f->key_problem == MSG_NONE, f->key_problem, f->key_detail,
                        NULL, NULL);
    /* Nothing passes of which one of the two is not known to be true. What is signed by nothing that can be
     * told is a constraint that is not met, said there. */
    if (judging_open(j) && f->constraint == MSG_NONE &&
        (f->references != TRI_TRUE || f->signature_value != TRI_TRUE))
        (void)judging_check(j, CHECK_ALGORITHM_KNOWN, false, MSG_KEY_UNUSABLE, "", NULL, NULL);
}

/* Computed before the path is looked for: what is broken needs no network. The block stands where the
 * standard has it; a failure here outranks every finding of 5.2.6 (5.3.4 step 5). */
static void check_cryptography(struct judging *j) {
    struct report_block *outer = judging_begin(j, BLOCK_CV, NULL);
    if (j->block != NULL) {
        char name[64];
        crypto_sigalg_name(&j->facts->sigalg, name);
        judging_input(j, "algorithm", arena_str(&j->report->arena, BYTES_STR(name)));
    }
    check_failures(j);
    check_unknown(j);
    judging_end(j, outer);
}

/* ---- 5.2.8: signature acceptance ------------------------------------------------------------------------
 */

/*
 * RFC 5035, 5.4: who can make two certificates with one hash can exchange them. For SHA-1 that needs a
 * helpful authority as well, so that it is a finding of its own and no failure by default.
 */
static void check_reference_digest(struct judging *j) {
    enum crypto_digest d = j->facts->reference_digest;
    bool fatal = judging_level(j, CHECK_REFERENCE_DIGEST) == LEVEL_FAIL;
    if (j->facts->signing_certificate != TRI_TRUE)
        return;
    if (!judging_past(j, d)) {
        (void)judging_check(j, CHECK_REFERENCE_DIGEST, true, MSG_NONE, NULL, NULL, NULL);
        return;
    }
    const struct crypto_digest_row *row = crypto_digest_row(d);
    (void)judging_check(j, CHECK_REFERENCE_DIGEST, false,
                        fatal ? MSG_REFERENCE_WEAK_FATAL : MSG_REFERENCE_WEAK, row->name,
                        judging_time(j, row->sunset), NULL);
}

/* What the profile asks for and the signature does not have. */
static void check_attributes(struct judging *j) {
    const struct ades_facts *f = j->facts;
    (void)judging_check(j, CHECK_SIGNED_ATTRIBUTES, f->constraint == MSG_NONE, f->constraint,
                        f->constraint_detail, NULL, NULL);
    if (j->role != ROLE_TIMESTAMP)
        (void)judging_check(j, CHECK_COVERAGE, j->out->covers_whole_document != TRI_FALSE,
                            MSG_COVERAGE_PARTIAL, NULL, NULL, NULL);
    if (f->constraint == MSG_NONE)
        (void)judging_check(j, CHECK_SIGNING_CERTIFICATE, f->signing_certificate_present, MSG_NO_SIGNING_CERT,
                            NULL, NULL, NULL);
    check_reference_digest(j);
    judging_profile(j);
}

/*
 * Whoever drew up a document can have another one with the same MD5 (RFC 6151, 2): what it holds is told, but
 * it is no more than an algorithm that is not known, for an inspection too.
 */
static void check_md5(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->digest == DIGEST_MD5 || f->sigalg.digest == DIGEST_MD5)
        judging_digest(j, DIGEST_MD5, NULL);
}

sign_rc judging_sav(struct judging *j, sign_error *err) {
    const struct ades_facts *f = j->facts;
    judging_digest(j, f->digest, NULL);
    if (f->sigalg.digest != f->digest)
        judging_digest(j, f->sigalg.digest, NULL);
    if (j->imprint != DIGEST_NONE)
        judging_digest(j, j->imprint, NULL);
    return judging_key(j, f->signer, err);
}

static sign_rc accept_signature(struct judging *j, sign_error *err) {
    struct report_block *outer = judging_begin(j, BLOCK_SAV, NULL);
    judging_input_time(j, "time", j->when);
    check_attributes(j);
    sign_rc rc = j->role != ROLE_TIMESTAMP ? judging_complete(j, err) : SIGN_OK;
    if (rc == SIGN_OK)
        rc = judging_sav(j, err);
    judging_end(j, outer);
    return rc;
}

/* ---- what a content time-stamp proves: the signature is later ---------------------------------------------
 */

/*
 * 5.3.4 steps 4 and 6: it makes of what was not known a failure, never of a failure a pass. The comparisons
 * are strict: at the very moment nothing is proven.
 */
static void harden_as(struct judging *j, enum ades_check check, enum sub_indication sub, enum message_id id,
                      int64_t other) {
    judging_supersede(j);
    (void)judging_check_as(j, check, sub, id, judging_time(j, j->content_time), judging_time(j, other), NULL);
    judging_replace(j, judging_indication(sub), sub);
}

static void harden(struct judging *j) {
    const struct pki_path *path = j->path;
    enum sub_indication sub = j->out->sub;
    int64_t t = j->content_time;
    if (t == INT64_MIN || path == NULL)
        return;
    judging_input_time(j, "content time-stamp", t);
    if (sub == SUB_REVOKED_NO_POE && t > path->revoked_at)
        harden_as(j, CHECK_NOT_REVOKED, SUB_REVOKED, MSG_SIGNED_AFTER_REVOCATION, path->revoked_at);
    else if ((sub == SUB_OUT_OF_BOUNDS_NO_POE || sub == SUB_OUT_OF_BOUNDS_NOT_REVOKED) &&
             t > j->facts->signer->not_after)
        harden_as(j, CHECK_VALIDITY, SUB_EXPIRED, MSG_SIGNED_AFTER_EXPIRY, j->facts->signer->not_after);
    for (size_t i = 0; sub == SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE && i < j->n_weak; i++) {
        if (j->weak[i].of != WEAK_SIGNATURE || t <= j->weak[i].end)
            continue;
        harden_as(j, CHECK_SIGNATURE_ALGORITHMS, SUB_CRYPTO_CONSTRAINTS_FAILURE, MSG_SIGNED_WITH_WEAK,
                  j->weak[i].end);
        return;
    }
}

/* ---- the order ---------------------------------------------------------------------------------------- */

/*
 * What the bytes alone tell. A digest or value that is wrong is told before all else, also of a signature
 * whose signer is not identified: that it is broken is certain (5.3.4 would return the identification's
 * result).
 */
static void check_facts(struct judging *j) {
    const struct ades_facts *f = j->facts;
    bool fails = f->references == TRI_FALSE ||
                 (f->signature_value == TRI_FALSE && f->signing_certificate != TRI_FALSE);
    if (fails)
        check_cryptography(j);
    identify(j);
    init_context(j);
    if (!fails)
        check_cryptography(j);
    check_md5(j);
}

static sign_rc validate_intact(struct judging *j, sign_error *err) {
    sign_rc rc = judging_xcv(j, err);
    if (rc == SIGN_OK)
        rc = accept_signature(j, err);
    if (rc == SIGN_OK)
        harden(j);
    return rc;
}

sign_rc judging_basic(struct judging *j, sign_error *err) {
    const struct ades_facts *f = j->facts;
    struct report_block *outer = judging_begin(j, BLOCK_BASIC, NULL);
    sign_rc rc = judging_signer(j, err);
    if (rc != SIGN_OK)
        return rc;
    j->out->references = f->references;
    j->out->signature_value = f->signature_value;
    j->out->signing_certificate = f->signing_certificate;
    check_format(j);
    if (f->broken == MSG_NONE)
        check_facts(j);
    if (j->ctx->inspect || !judging_open(j)) {
        if (f->broken == MSG_NONE)
            check_attributes(j); /* told with what was concluded before */
    } else {
        rc = validate_intact(j, err);
    }
    if (j->block != NULL) {
        j->block->indication = j->out->indication;
        j->block->sub = j->out->sub;
    }
    judging_end(j, outer);
    return rc;
}

void judging_close(struct judging *j) {
    pki_path_free(&j->path);
}
