/*
 * The judgement over one signature: basic signature validation (EN 319 102-1, 5.3.4), written once for all
 * formats. Every step either finds nothing or says so with a message; the first finding gives the
 * sub-indication, and a broken signature (TOTAL-FAILED) wins over anything that is merely not known.
 */
#include "ades/ades.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

struct judging {
    const struct ades_context *ctx;
    const struct ades_facts *facts;
    struct sign_report *report;
    struct report_signature *out;
};

static void say(struct judging *j, enum message_id id, const char *a1, const char *a2, const char *a3) {
    report_say(j->report, &j->out->messages, id, a1, a2, a3);
}

/* The first finding decides; a failure replaces what is indeterminate. */
static void conclude(struct judging *j, enum indication i, enum sub_indication sub) {
    struct report_signature *out = j->out;
    if (out->indication == INDICATION_NONE || (i == TOTAL_FAILED && out->indication == INDETERMINATE)) {
        out->indication = i;
        out->sub = sub;
    }
}

static bool open_yet(const struct judging *j) {
    return j->out->indication == INDICATION_NONE;
}

/* ---- who signed ------------------------------------------------------------------------------------- */

static const char *kind_text(sign_cert_kind kind) {
    static const char *const texts[] = {[SIGN_CERT_OTHER] = NULL,
                                        [SIGN_CERT_NES] = "NES",
                                        [SIGN_CERT_SEAL] = "e-Mühür",
                                        [SIGN_CERT_QSEAL] = "nitelikli e-Mühür",
                                        [SIGN_CERT_FISCAL] = "Mali Mühür",
                                        [SIGN_CERT_ENCRYPTION] = "encryption",
                                        [SIGN_CERT_CA] = "CA"};
    return texts[kind];
}

static const char *taken(arena *a, grow *g) {
    const char *text = g->failed ? NULL : arena_str(a, BYTES(g->data, g->len));
    g->len = 0;
    return text;
}

static sign_rc fill_signer(struct judging *j, sign_error *err) {
    const struct pki_cert *cert = j->facts->signer;
    arena *a = &j->report->arena;
    if (cert == NULL)
        return SIGN_OK;
    struct report_signer *s = arena_alloc(a, sizeof *s);
    if (s == NULL)
        return fail_memory(err);
    AUTO(grow) text = {0};
    if (pki_name_text(cert->subject, &text))
        s->subject = taken(a, &text);
    text.len = 0;
    if (pki_name_text(cert->issuer, &text))
        s->issuer = taken(a, &text);
    text.len = 0;
    if (pki_name_attribute(cert->subject, OID_DN_SERIAL_NUMBER, &text))
        s->serial_number = taken(a, &text);
    text.len = 0;
    pki_serial_hex(cert->serial, &text);
    s->serial = taken(a, &text);
    if (text.failed)
        return fail_memory(err);
    if (s->subject == NULL)
        s->subject = "";
    text_hex(BYTES(cert->sha256, sizeof cert->sha256), s->cert_sha256);
    s->der = arena_copy(a, cert->der);
    s->kind = kind_text(pki_cert_kind(cert));
    j->out->signer = s;
    return SIGN_OK;
}

/* ---- 5.2.2, 5.2.3, 5.2.7: format, signing certificate, cryptography ------------------------------------ */

/* By the common name: the subject holds the personal number, which messages do not repeat. */
static const char *signer_name(const struct judging *j) {
    AUTO(grow) name = {0};
    const char *text = NULL;
    if (j->facts->signer != NULL && pki_name_attribute(j->facts->signer->subject, OID_DN_COMMON_NAME, &name))
        text = taken(&j->report->arena, &name);
    if (text != NULL)
        return text;
    return j->out->signer != NULL ? j->out->signer->subject : "?";
}

/* What is broken beyond doubt. A value that fails with a certificate nobody referenced is not: see
 * identify(). */
static void check_failures(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->broken != MSG_NONE) {
        say(j, f->broken, f->broken_detail, f->broken_other, NULL);
        conclude(j, TOTAL_FAILED, SUB_FORMAT_FAILURE);
        return;
    }
    if (f->references == TRI_FALSE) {
        say(j, f->references_problem != MSG_NONE ? f->references_problem : MSG_HASH_DIFFERS,
            f->digest_expected, f->digest_found, NULL);
        conclude(j, TOTAL_FAILED, SUB_HASH_FAILURE);
    }
    if (f->signature_value == TRI_FALSE && f->signing_certificate != TRI_FALSE) {
        char name[64];
        crypto_sigalg_name(&f->sigalg, name);
        say(j, MSG_VALUE_FAILS, name, signer_name(j), NULL);
        conclude(j, TOTAL_FAILED, SUB_SIG_CRYPTO_FAILURE);
    }
}

/* Whether the digest is past its time at the time that is judged. */
static bool is_past(const struct judging *j, enum crypto_digest d) {
    const struct crypto_digest_row *row = crypto_digest_row(d);
    if (d == DIGEST_MD5) /* in no list of the Tebliğ, art. 6: a given time does not make it good either */
        return true;
    return row->sunset != 0 && j->ctx->at > row->sunset && !(d == DIGEST_SHA1 && j->ctx->policy->accept_sha1);
}

/*
 * RFC 5035, 5.4: who can make two certificates with one hash can exchange them. For SHA-1 that needs a
 * helpful authority as well, so that it is a finding of its own and no failure by default.
 */
static void check_reference_digest(struct judging *j) {
    enum crypto_digest d = j->facts->reference_digest;
    bool fatal = j->ctx->policy->reference_digest_fatal;
    char when[32];
    if (j->facts->signing_certificate != TRI_TRUE || !is_past(j, d))
        return;
    const struct crypto_digest_row *row = crypto_digest_row(d);
    say(j, fatal ? MSG_REFERENCE_WEAK_FATAL : MSG_REFERENCE_WEAK, row->name, time_rfc3339(row->sunset, when),
        NULL);
    if (fatal)
        conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
}

/* 5.2.3: the certificate, and what binds it. */
static void identify(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->signer == NULL) {
        say(j, MSG_SIGNER_NOT_FOUND, f->certificate_expected, NULL, NULL);
        conclude(j, INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
    } else if (f->signing_certificate == TRI_FALSE) {
        say(j, MSG_SIGNING_CERT_DIFFERS, f->certificate_attribute, f->certificate_expected,
            f->certificate_found);
        conclude(j, INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
    } else if (f->issuer_serial_differs && j->ctx->policy->issuer_serial_fatal) {
        say(j, MSG_ISSUER_SERIAL_FATAL, NULL, NULL, NULL);
        conclude(j, INDETERMINATE, SUB_NO_SIGNING_CERTIFICATE_FOUND);
    } else if (f->issuer_serial_differs) {
        say(j, MSG_ISSUER_SERIAL, NULL, NULL, NULL); /* 5.2.3.4 step 4: a warning, because the hash decides */
    }
}

/* What the profile asks for and the signature does not have (5.2.8); and what could not be computed. */
static void check_constraints(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->constraint != MSG_NONE) {
        say(j, f->constraint, f->constraint_detail, NULL, NULL);
        conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
    } else if (j->out->covers_whole_document == TRI_FALSE && j->ctx->policy->coverage_fatal) {
        say(j, MSG_COVERAGE_PARTIAL, NULL, NULL, NULL);
        conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
    } else if (!f->signing_certificate_present && j->ctx->policy->require_signing_certificate) {
        say(j, MSG_NO_SIGNING_CERT, NULL, NULL, NULL);
        conclude(j, INDETERMINATE, SUB_SIG_CONSTRAINTS_FAILURE);
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
    say(j, MSG_ALGORITHM_SUNSET, row->name, time_rfc3339(row->sunset, when), NULL);
    conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
}

static void check_unknown(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (f->content_missing) {
        say(j, MSG_CONTENT_MISSING, NULL, NULL, NULL);
        conclude(j, INDETERMINATE, SUB_SIGNED_DATA_NOT_FOUND);
    }
    if (f->key_problem != MSG_NONE) {
        say(j, f->key_problem, f->key_detail, NULL, NULL);
        conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    }
    /* Nothing passes of which one of the two is not known to be true. */
    if (open_yet(j) && (f->references != TRI_TRUE || f->signature_value != TRI_TRUE)) {
        say(j, MSG_KEY_UNUSABLE, "", NULL, NULL);
        conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    }
}

/* ---- 5.2.6: path and revocation ------------------------------------------------------------------------ */

static void list_revocation(struct judging *j, const struct pki_path *path) {
    struct report_revocation **at = &j->out->revocation;
    arena *a = &j->report->arena;
    for (size_t i = 0; i < path->n_revocation; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        struct report_revocation *row = arena_alloc(a, sizeof *row);
        if (row == NULL)
            return;
        row->kind = r->kind;
        text_hex(BYTES(r->cert->sha256, sizeof r->cert->sha256), row->cert_sha256);
        row->this_update = r->this_update;
        row->next_update = r->next_update;
        row->source = r->source != NULL ? arena_str(a, BYTES_STR(r->source->name)) : NULL;
        row->status = r->status;
        *at = row;
        at = &row->next;
    }
}

/* The names of RFC 5280, 4.2.1.3 for the message. */
static const char *usage_text(const struct pki_cert *cert, char out[160]) {
    static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign"};
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if ((cert->key_usage & 1U << i) != 0)
            at += (size_t)snprintf(out + at, 160 - at, "%s%s", at > 0 ? ", " : "", names[i]);
    }
    return at > 0 ? out : "-";
}

/*
 * RFC 5280, 4.2.1.12: a critical extended key usage restricts the key to its purposes; one that may not be
 * ignored and names none that has to do with documents forbids this use.
 */
static sign_rc check_purpose(struct judging *j, sign_error *err) {
    AUTO(grow) names = {0};
    if (!pki_cert_other_purpose(j->facts->signer, &names))
        return SIGN_OK;
    const char *text = taken(&j->report->arena, &names);
    if (text == NULL)
        return fail_memory(err);
    say(j, MSG_SIGNER_PURPOSE, *text != 0 ? text : "-", NULL, NULL);
    conclude(j, INDETERMINATE, SUB_CHAIN_CONSTRAINTS_FAILURE);
    return SIGN_OK;
}

/* EN 319 102-1, 5.2.6 with the X.509 constraint of the policy: a certificate that commits its owner. */
static void check_usage(struct judging *j) {
    const struct pki_cert *cert = j->facts->signer;
    char usage[160];
    /* No standard forbids an authority to sign documents with its own key; but nobody expects it. */
    if (cert->is_ca)
        say(j, MSG_SIGNER_IS_CA, NULL, NULL, NULL);
    if (!j->ctx->policy->require_nonrepudiation || (cert->key_usage & KU_NON_REPUDIATION) != 0)
        return;
    say(j, MSG_NO_NONREPUDIATION, usage_text(cert, usage), NULL, NULL);
    conclude(j, INDETERMINATE, SUB_CHAIN_CONSTRAINTS_FAILURE);
}

/* ---- 5.2.8: algorithms at the time that is judged -------------------------------------------------------
 */

/* A name for a message; the empty text when there is no memory for it. */
static const char *shown(struct judging *j, sign_bytes name) {
    AUTO(grow) g = {0};
    const char *text = pki_name_text(name, &g) ? taken(&j->report->arena, &g) : NULL;
    return text != NULL ? text : "";
}

static const char *holder(struct judging *j, const struct pki_cert *cert) {
    return shown(j, cert->subject);
}

/* `of`: the certificate that was signed with it; NULL: the signature itself. */
static void check_digest(struct judging *j, enum crypto_digest d, const struct pki_cert *of) {
    const struct crypto_digest_row *row = crypto_digest_row(d);
    char when[32];
    if (!is_past(j, d))
        return;
    const char *what =
        of == NULL ? row->name : arena_printf(&j->report->arena, "%s (%s)", row->name, holder(j, of));
    say(j, MSG_ALGORITHM_SUNSET, what, time_rfc3339(row->sunset, when), NULL);
    conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
}

static sign_rc check_key(struct judging *j, struct pki_cert *cert, sign_error *err) {
    const struct crypto_pubkey *key;
    sign_rc rc = pki_cert_key(cert, &key, err);
    if (rc != SIGN_OK)
        return rc;
    const struct ades_policy *p = j->ctx->policy;
    const unsigned leasts[] = {[KEY_RSA] = p->rsa_bits_min,
                               [KEY_RSA_PSS] = p->rsa_bits_min,
                               [KEY_EC] = p->ec_bits_min,
                               [KEY_DSA] = p->dsa_bits_min};
    unsigned least = leasts[crypto_pubkey_kind(key)];
    if (crypto_pubkey_bits(key) >= least)
        return SIGN_OK;
    char bits[16];
    snprintf(bits, sizeof bits, "%u", least);
    if (cert == j->facts->signer)
        say(j, MSG_KEY_SMALL, crypto_pubkey_name(key), bits, NULL);
    else
        say(j, MSG_CA_KEY_SMALL, holder(j, cert), crypto_pubkey_name(key), bits);
    conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    return SIGN_OK;
}

/*
 * A list that says "not revoked" is as good as its signature: who can forge it gives a revoked certificate
 * back its life (5.2.6.4, with the cryptographic constraints on revocation data). Its key is that of the
 * authority above the certificate, which check_chain() has judged.
 */
static void check_list(struct judging *j, const struct pki_revocation *r) {
    char name[64], when[32];
    if (!is_past(j, r->sigalg.digest))
        return;
    crypto_sigalg_name(&r->sigalg, name);
    say(j, MSG_CRL_ALGORITHM, shown(j, r->cert->issuer), name,
        time_rfc3339(crypto_digest_row(r->sigalg.digest)->sunset, when));
    conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
}

/*
 * What made the certificates of the path must be good enough too (5.2.6.4): who can forge one of them needs
 * no key of the signer. An anchor is believed as it is, and nobody relies on its own signature.
 */
static sign_rc check_chain(struct judging *j, const struct pki_path *path, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i + 1 < path->n_chain && rc == SIGN_OK; i++) {
        check_digest(j, path->chain[i]->sigalg.digest, path->chain[i]);
        if (i > 0)
            rc = check_key(j, path->chain[i], err);
    }
    for (size_t i = 0; i < path->n_revocation && rc == SIGN_OK; i++)
        check_list(j, &path->revocation[i]);
    return rc;
}

static sign_rc check_algorithms(struct judging *j, sign_error *err) {
    const struct ades_facts *f = j->facts;
    check_digest(j, f->digest, NULL);
    if (f->sigalg.digest != f->digest)
        check_digest(j, f->sigalg.digest, NULL);
    return check_key(j, f->signer, err);
}

/* ---- 5.2.6: the path, and its algorithms ----------------------------------------------------------------
 */

static sign_rc check_path(struct judging *j, sign_error *err) {
    const struct ades_facts *f = j->facts;
    struct pki_path_options opt = {.at = j->ctx->at,
                                   .revocation = j->ctx->revocation,
                                   .bag = f->bag,
                                   .n_bag = f->n_bag,
                                   .crls = f->crls,
                                   .n_crls = f->n_crls,
                                   .lists = f->lists,
                                   .effort = f->effort};
    AUTO(pki_path_ptr) path = NULL;
    sign_rc rc = pki_path_check(j->ctx->trust, j->ctx->crypto, f->signer, &opt, &path, err);
    if (rc != SIGN_OK)
        return rc;
    list_revocation(j, path);
    if (path->indication == TOTAL_PASSED)
        return check_chain(j, path, err);
    say(j, path->message, path->args[0], path->args[1], path->args[2]);
    conclude(j, INDETERMINATE, path->sub);
    return SIGN_OK;
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
    sign_rc rc = fill_signer(&j, err);
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
        if (open_yet(&j))
            say(&j, MSG_TRUST_NOT_LOOKED_AT, NULL, NULL, NULL);
        conclude(&j, INDETERMINATE, SUB_NONE);
        return SIGN_OK;
    }
    if (!open_yet(&j))
        return SIGN_OK;
    rc = check_path(&j, err);
    if (rc != SIGN_OK)
        return rc;
    check_usage(&j);
    rc = check_purpose(&j, err);
    if (rc != SIGN_OK)
        return rc;
    rc = check_algorithms(&j, err);
    if (rc == SIGN_OK)
        conclude(&j, TOTAL_PASSED, SUB_NONE);
    return rc;
}
