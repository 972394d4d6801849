/* The certificate, its path and what they rest on (EN 319 102-1, 5.2.6): the part of the judgement that is
 * the same for a signature and for a certificate alone. */
#include "ades/judging.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

void judging_say(struct judging *j, enum message_id id, const char *a1, const char *a2, const char *a3) {
    report_say(j->report, &j->out->messages, id, a1, a2, a3);
}

/* The first finding decides; a failure replaces what is indeterminate. */
void judging_conclude(struct judging *j, enum indication i, enum sub_indication sub) {
    struct report_signature *out = j->out;
    if (out->indication == INDICATION_NONE || (i == TOTAL_FAILED && out->indication == INDETERMINATE)) {
        out->indication = i;
        out->sub = sub;
    }
}

bool judging_open(const struct judging *j) {
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
                                        [SIGN_CERT_CA] = "CA",
                                        [SIGN_CERT_TSA] = "TSA",
                                        [SIGN_CERT_OCSP] = "OCSP"};
    return texts[kind];
}

const char *judging_text(arena *a, grow *g) {
    const char *text = g->failed ? NULL : arena_str(a, BYTES(g->data, g->len));
    g->len = 0;
    return text;
}

static const char *text_of(arena *a, sign_bytes text) {
    return text.data != NULL ? arena_str(a, text) : NULL;
}

sign_rc judging_signer(struct judging *j, sign_error *err) {
    struct pki_cert *cert = j->facts->signer;
    arena *a = &j->report->arena;
    if (cert == NULL)
        return SIGN_OK;
    const struct pki_cert_shown *said = pki_cert_show(cert);
    struct report_signer *s = arena_alloc(a, sizeof *s);
    if (s == NULL || said == NULL)
        return fail_memory(err);
    s->subject = text_of(a, said->text[SHOWN_SUBJECT]);
    if (said->text[SHOWN_SUBJECT].data == NULL)
        s->subject = "";
    s->issuer = text_of(a, said->text[SHOWN_ISSUER]);
    s->serial_number = text_of(a, said->text[SHOWN_PERSON]);
    s->serial = text_of(a, said->text[SHOWN_SERIAL]);
    memcpy(s->cert_sha256, said->sha256, sizeof s->cert_sha256);
    s->der = arena_copy(a, cert->der);
    s->kind = kind_text(said->kind);
    j->out->signer = s;
    return SIGN_OK;
}

/* Whether the digest is past its time at the time that is judged. */
bool judging_past(const struct judging *j, enum crypto_digest d) {
    if (d == DIGEST_MD5) /* in no list of the Tebliğ, art. 6: a given time does not make it good either */
        return true;
    return j->ctx->at > ades_digest_end(j->ctx->policy, j->facts->role, d);
}

/* A name for a message; the empty text when there is no memory for it. */
static const char *shown(struct judging *j, sign_bytes name) {
    AUTO(grow) g = {0};
    const char *text = pki_name_text(name, &g) ? judging_text(&j->report->arena, &g) : NULL;
    return text != NULL ? text : "";
}

static const char *holder(struct judging *j, const struct pki_cert *cert) {
    return shown(j, cert->subject);
}

/* ---- 5.2.6: path and revocation ------------------------------------------------------------------------ */

static const char *hex_of(struct judging *j, const struct pki_cert *cert) {
    char hex[65];
    text_hex(BYTES(cert->sha256, sizeof cert->sha256), hex);
    return arena_str(&j->report->arena, BYTES_STR(hex));
}

static struct report_origin origin_of(struct judging *j, const struct pki_source *from) {
    return (struct report_origin){.origin = pki_origin_text(from->origin),
                                  .source = arena_str(&j->report->arena, BYTES_STR(from->name)),
                                  .obtained = from->obtained};
}

/* A certificate that the path names no source for is one of those that came with the question, or the
 * trust's. */
static struct report_origin chain_origin(struct judging *j, const struct pki_path *path, size_t i) {
    if (path->source[i] != NULL)
        return origin_of(j, path->source[i]);
    bool carried = (path->from_bag & 1U << i) != 0 || i == 0;
    if (carried && j->question != NULL)
        return (struct report_origin){.origin = pki_origin_text(ORIGIN_GIVEN), .source = j->report->document};
    return (struct report_origin){.origin = pki_origin_text(carried ? ORIGIN_SIGNATURE : ORIGIN_GIVEN),
                                  .source = carried ? pki_origin_text(ORIGIN_SIGNATURE) : NULL};
}

/* The row of a certificate that the report has already is not made again: this runs for every signature. */
static bool describe_row(struct judging *j, const struct pki_path *path, size_t i, struct report_chain *row) {
    const struct report_signer *signer = i == 0 ? j->out->signer : NULL;
    arena *a = &j->report->arena;
    if (signer != NULL) {
        row->subject = signer->subject;
        row->cert_sha256 = signer->cert_sha256;
    } else {
        const struct pki_cert_shown *said = pki_cert_show(path->chain[i]);
        if (said == NULL) {
            a->failed = true; /* report_seal tells it */
            return false;
        }
        row->subject = text_of(a, said->text[SHOWN_SUBJECT]);
        if (said->text[SHOWN_SUBJECT].data == NULL)
            row->subject = "";
        row->cert_sha256 = arena_str(a, BYTES(said->sha256, sizeof said->sha256 - 1));
    }
    row->from = chain_origin(j, path, i);
    row->anchor = path->anchored && i + 1 == path->n_chain;
    return true;
}

static void list_chain(struct judging *j, const struct pki_path *path) {
    struct report_chain **at = &j->out->chain;
    for (size_t i = 0; i < path->n_chain; i++) {
        struct report_chain *row = arena_alloc(&j->report->arena, sizeof *row);
        if (row == NULL || !describe_row(j, path, i, row))
            return;
        *at = row;
        at = &row->next;
    }
}

static const char *listed_hex(struct judging *j, const struct pki_path *path, const struct pki_cert *cert) {
    const struct report_chain *row = j->out->chain;
    for (size_t i = 0; i < path->n_chain && row != NULL; i++, row = row->next)
        if (path->chain[i] == cert)
            return row->cert_sha256;
    return hex_of(j, cert);
}

static void list_revocation(struct judging *j, const struct pki_path *path) {
    struct report_revocation **at = &j->out->revocation;
    for (size_t i = 0; i < path->n_revocation; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        struct report_revocation *row = arena_alloc(&j->report->arena, sizeof *row);
        if (row == NULL)
            return;
        row->kind = r->kind;
        row->cert_sha256 = listed_hex(j, path, r->cert);
        row->this_update = r->this_update;
        row->next_update = r->next_update;
        row->produced_at = r->produced_at;
        if (r->source != NULL)
            row->from = origin_of(j, r->source);
        row->signer = r->signer != NULL ? hex_of(j, r->signer) : NULL;
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
sign_rc judging_purpose(struct judging *j, sign_error *err) {
    AUTO(grow) names = {0};
    if (!pki_cert_other_purpose(j->facts->signer, &names))
        return SIGN_OK;
    const char *text = judging_text(&j->report->arena, &names);
    if (text == NULL)
        return fail_memory(err);
    judging_say(j, MSG_SIGNER_PURPOSE, *text != 0 ? text : "-", NULL, NULL);
    judging_conclude(j, INDETERMINATE, SUB_CHAIN_CONSTRAINTS_FAILURE);
    return SIGN_OK;
}

/* EN 319 102-1, 5.2.6 with the X.509 constraint of the policy: a certificate that commits its owner. */
void judging_usage(struct judging *j) {
    const struct pki_cert *cert = j->facts->signer;
    char usage[160];
    /* No standard forbids an authority to sign documents with its own key; but nobody expects it. */
    if (cert->is_ca)
        judging_say(j, MSG_SIGNER_IS_CA, NULL, NULL, NULL);
    if (ades_policy_level(j->ctx->policy, j->facts->role, CHECK_KEY_USAGE) != LEVEL_FAIL ||
        (cert->key_usage & KU_NON_REPUDIATION) != 0)
        return;
    judging_say(j, MSG_NO_NONREPUDIATION, usage_text(cert, usage), NULL, NULL);
    judging_conclude(j, INDETERMINATE, SUB_CHAIN_CONSTRAINTS_FAILURE);
}

/* ---- 5.2.8: algorithms at the time that is judged -------------------------------------------------------
 */

/* `of`: the certificate that was signed with it; NULL: the signature itself. */
void judging_digest(struct judging *j, enum crypto_digest d, const struct pki_cert *of) {
    const struct crypto_digest_row *row = crypto_digest_row(d);
    char when[32];
    if (!judging_past(j, d))
        return;
    const char *what =
        of == NULL ? row->name : arena_printf(&j->report->arena, "%s (%s)", row->name, holder(j, of));
    judging_say(j, MSG_ALGORITHM_SUNSET, what, time_rfc3339(row->sunset, when), NULL);
    judging_conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
}

sign_rc judging_key(struct judging *j, struct pki_cert *cert, sign_error *err) {
    const struct crypto_pubkey *key;
    sign_rc rc = pki_cert_key(cert, &key, err);
    if (rc != SIGN_OK)
        return rc;
    const struct ades_policy *p = j->ctx->policy;
    static const enum ades_family families[] = {
        [KEY_RSA] = FAMILY_RSA, [KEY_RSA_PSS] = FAMILY_RSA_PSS, [KEY_EC] = FAMILY_EC, [KEY_DSA] = FAMILY_DSA};
    if (ades_key_end(p, j->facts->role, key) >= j->ctx->at)
        return SIGN_OK;
    unsigned least = p->keys[j->facts->role][families[crypto_pubkey_kind(key)]][0].bits;
    char bits[16];
    snprintf(bits, sizeof bits, "%u", least);
    if (cert == j->facts->signer)
        judging_say(j, MSG_KEY_SMALL, crypto_pubkey_name(key), bits, NULL);
    else
        judging_say(j, MSG_CA_KEY_SMALL, holder(j, cert), crypto_pubkey_name(key), bits);
    judging_conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
    return SIGN_OK;
}

/*
 * A list or response that says "not revoked" is as good as its signature: who can forge it gives a revoked
 * certificate back its life (5.2.6.4, with the cryptographic constraints on revocation data). Its key is that
 * of the authority above the certificate, which check_chain() has judged, or of whom that authority named.
 */
static void check_piece(struct judging *j, const struct pki_revocation *r) {
    char name[64], when[32];
    bool list = strcmp(r->kind, "crl") == 0;
    if (!judging_past(j, r->sigalg.digest))
        return;
    crypto_sigalg_name(&r->sigalg, name);
    judging_say(j, list ? MSG_CRL_ALGORITHM : MSG_OCSP_ALGORITHM,
                shown(j, list ? r->cert->issuer : r->cert->subject), name,
                time_rfc3339(crypto_digest_row(r->sigalg.digest)->sunset, when));
    judging_conclude(j, INDETERMINATE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE);
}

/*
 * What made the certificates of the path must be good enough too (5.2.6.4): who can forge one of them needs
 * no key of the signer. An anchor is believed as it is, and nobody relies on its own signature.
 */
static sign_rc check_chain(struct judging *j, const struct pki_path *path, sign_error *err) {
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; i + 1 < path->n_chain && rc == SIGN_OK; i++) {
        judging_digest(j, path->chain[i]->sigalg.digest, path->chain[i]);
        if (i > 0)
            rc = judging_key(j, path->chain[i], err);
    }
    for (size_t i = 0; i < path->n_revocation && rc == SIGN_OK; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        check_piece(j, r);
        /* Of the pieces of one answer the first speaks for whoever signed them all. */
        if (r->signer == NULL || (i > 0 && path->revocation[i - 1].signer == r->signer))
            continue;
        judging_digest(j, r->signer->sigalg.digest, r->signer);
        rc = judging_key(j, r->signer, err);
    }
    return rc;
}

/* ---- 5.2.6: the path, and its algorithms ----------------------------------------------------------------
 */

/* The purposes of a certificate that is judged alone; a signature's is a signer's. */
static enum pki_purpose purpose_of(const struct judging *j) {
    static const enum pki_purpose purposes[] = {[SIGN_USE_SIGNER] = PKI_SIGNER,
                                                [SIGN_USE_TSA] = PKI_TSA,
                                                [SIGN_USE_OCSP] = PKI_OCSP_RESPONDER,
                                                [SIGN_USE_ANY] = PKI_ANY};
    return j->question != NULL ? purposes[j->question->use] : PKI_SIGNER;
}

sign_rc judging_path(struct judging *j, sign_error *err) {
    const struct ades_facts *f = j->facts;
    struct pki_path_options opt = {.at = j->ctx->at,
                                   .revocation = j->ctx->revocation,
                                   .online = j->ctx->online,
                                   .purpose = purpose_of(j),
                                   .bag = f->bag,
                                   .n_bag = f->n_bag,
                                   .crls = f->crls,
                                   .n_crls = f->n_crls,
                                   .ocsps = f->ocsps,
                                   .n_ocsps = f->n_ocsps,
                                   .lists = f->lists,
                                   .effort = f->effort,
                                   .patience = f->patience};
    if (j->question != NULL)
        opt.policies = j->question->policies;
    AUTO(pki_path_ptr) path = NULL;
    sign_rc rc = pki_path_check(j->ctx->trust, j->ctx->crypto, f->signer, &opt, &path, err);
    if (rc != SIGN_OK)
        return rc;
    list_chain(j, path);
    list_revocation(j, path);
    if (path->indication == TOTAL_PASSED)
        return check_chain(j, path, err);
    judging_say(j, path->message, path->args[0], path->args[1], path->args[2]);
    judging_conclude(j, INDETERMINATE, path->sub);
    return SIGN_OK;
}

/* ---- a certificate alone --------------------------------------------------------------------------------
 */

/* RFC 3161, 2.3: the extended key usage is critical and its only purpose is timeStamping. RFC 6960, 4.2.2.2:
 * it holds OCSPSigning. */
static void check_service(struct judging *j) {
    const struct pki_cert *cert = j->question->cert;
    bool sole = false;
    if (j->question->use == SIGN_USE_TSA &&
        (!pki_cert_has_purpose(cert, OID_EKU_TIME_STAMPING, &sole) || !sole || !cert->eku_critical)) {
        judging_say(j, MSG_TSA_PURPOSE, NULL, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_CHAIN_CONSTRAINTS_FAILURE);
    } else if (j->question->use == SIGN_USE_OCSP &&
               !pki_cert_has_purpose(cert, OID_EKU_OCSP_SIGNING, &sole)) {
        judging_say(j, MSG_OCSP_PURPOSE, NULL, NULL, NULL);
        judging_conclude(j, INDETERMINATE, SUB_CHAIN_CONSTRAINTS_FAILURE);
    }
}

sign_rc ades_judge_certificate(const struct ades_context *ctx, const struct ades_certificate *question,
                               struct sign_report *report, struct report_signature *out, sign_error *err) {
    size_t effort = LIMIT_PATH_EFFORT;
    int64_t patience = LIMIT_PATIENCE;
    const struct ades_facts facts = {.signer = question->cert,
                                     .bag = question->bag,
                                     .n_bag = question->n_bag,
                                     .effort = &effort,
                                     .patience = &patience};
    struct judging j = {.ctx = ctx, .facts = &facts, .question = question, .report = report, .out = out};
    out->best_signature_time = ctx->at;
    sign_rc rc = judging_signer(&j, err);
    if (rc == SIGN_OK)
        rc = judging_path(&j, err);
    if (rc == SIGN_OK && question->use == SIGN_USE_SIGNER) {
        judging_usage(&j);
        rc = judging_purpose(&j, err);
    }
    if (rc != SIGN_OK)
        return rc;
    check_service(&j);
    rc = judging_key(&j, question->cert, err);
    if (rc == SIGN_OK)
        judging_conclude(&j, TOTAL_PASSED, SUB_NONE);
    return rc;
}
