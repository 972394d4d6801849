/* The certificate, its path and what they rest on (EN 319 102-1, 5.2.6): the part of the judgement that is
 * the same for a signature and for a certificate alone. */
#include "ades/judging.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

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
    s->not_before = cert->not_before;
    s->not_after = cert->not_after;
    j->out->signer = s;
    return SIGN_OK;
}

/* A name for a message; the empty text when there is no memory for it. */
static const char *shown(struct judging *j, sign_bytes name) {
    const char *text = judging_name_text(&j->report->arena, name);
    return text != NULL ? text : "";
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
        if (strcmp(r->status, "good") != 0) {
            row->revoked_at = r->revoked_at;
            row->reason = report_reason(r->reason);
        }
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
    bool other = pki_cert_other_purpose(j->facts->signer, &names);
    const char *text = other ? judging_text(&j->report->arena, &names) : "";
    if (text == NULL)
        return fail_memory(err);
    (void)judging_check(j, CHECK_EXTENDED_KEY_USAGE, !other, MSG_SIGNER_PURPOSE, *text != 0 ? text : "-",
                        NULL, NULL);
    return SIGN_OK;
}

/* EN 319 102-1, 5.2.6 step 5, with the X.509 constraints of the policy: a certificate that commits its owner.
 */
static sign_rc check_usage(struct judging *j, sign_error *err) {
    const struct pki_cert *cert = j->facts->signer;
    char usage[160];
    /* No standard forbids an authority to sign documents with its own key; but nobody expects it. */
    if (cert->is_ca)
        judging_say(j, MSG_SIGNER_IS_CA, NULL, NULL, NULL);
    bool may_sign = (cert->key_usage & KU_NON_REPUDIATION) != 0;
    (void)judging_check(j, CHECK_KEY_USAGE, may_sign, MSG_NO_NONREPUDIATION,
                        may_sign ? NULL : usage_text(cert, usage), NULL, NULL);
    sign_rc rc = check_purpose(j, err);
    if (rc == SIGN_OK)
        judging_qualified(j);
    return rc;
}

/* ---- 5.2.6 step 6, 5.2.8: algorithms at the time that is judged ---------------------------------------- */

int64_t judging_digest_end(const struct judging *j, enum crypto_digest d) {
    /* MD5 is in no list of the Tebliğ, art. 6: a given time does not make it good either. */
    return d == DIGEST_MD5 ? INT64_MIN : ades_digest_end(j->ctx->policy, j->role, d);
}

bool judging_past(const struct judging *j, enum crypto_digest d) {
    return j->when > judging_digest_end(j, d);
}

static void add_weak(struct judging *j, const struct judging_weak *w) {
    if (j->n_weak == JUDGING_WEAK)
        j->weak_overflow = true;
    else
        j->weak[j->n_weak++] = *w;
}

static void weak_of(struct judging *j, int64_t end, struct pki_cert *cert) {
    bool own = cert == NULL || cert == j->facts->signer;
    add_weak(j, &(struct judging_weak){
                    .of = own ? WEAK_SIGNATURE : WEAK_CERTIFICATE, .end = end, .cert = own ? NULL : cert});
}

/* The moment for a message: "1970" where there never was a time in which it was good. */
static const char *end_text(struct judging *j, int64_t end) {
    return judging_time(j, end > 0 ? end : 0);
}

void judging_digest(struct judging *j, enum crypto_digest d, struct pki_cert *of) {
    const struct crypto_digest_row *row = crypto_digest_row(d);
    enum ades_check check = of == NULL ? CHECK_SIGNATURE_ALGORITHMS : CHECK_CHAIN_ALGORITHMS;
    const char *what = NULL;
    if (j->when > ades_digest_warn(j->ctx->policy, j->role, d) || judging_past(j, d))
        what = of == NULL ? row->name
                          : arena_printf(&j->report->arena, "%s (%s)", row->name, judging_name(j, of));
    if (!judging_past(j, d)) {
        (void)judging_check(j, check, true, MSG_NONE, NULL, NULL, NULL);
        if (what != NULL)
            judging_say(j, MSG_ALGORITHM_OLD, what, end_text(j, ades_digest_warn(j->ctx->policy, j->role, d)),
                        NULL);
        return;
    }
    int64_t end = judging_digest_end(j, d) == INT64_MIN ? row->sunset : judging_digest_end(j, d);
    if (!judging_check(j, check, false, MSG_ALGORITHM_SUNSET, what, end_text(j, end), NULL))
        add_weak(j, &(struct judging_weak){.of = of == NULL ? WEAK_SIGNATURE : WEAK_CERTIFICATE,
                                           .end = judging_digest_end(j, d),
                                           .cert = of});
}

/* A key that made the signature itself is judged by the scheme it was made with; another by what it can do.
 */
sign_rc judging_key(struct judging *j, struct pki_cert *cert, sign_error *err) {
    const struct crypto_pubkey *key;
    const struct ades_policy *p = j->ctx->policy;
    sign_rc rc = pki_cert_key(cert, &key, err);
    if (rc != SIGN_OK)
        return rc;
    bool own = cert == j->facts->signer, go_on;
    bool scheme = own && j->facts->sigalg.scheme != SCHEME_NONE;
    int64_t end =
        scheme ? ades_scheme_end(p, j->role, key, j->facts->sigalg.scheme) : ades_key_end(p, j->role, key);
    enum ades_check check = own ? CHECK_SIGNATURE_ALGORITHMS : CHECK_CHAIN_ALGORITHMS;
    if (end >= j->when)
        return SIGN_OK;
    char bits[16];
    unsigned least = scheme ? ades_scheme_least(p, j->role, j->facts->sigalg.scheme, j->when) : 0;
    if (least == 0) /* nothing is good by that scheme any more: by what the key could sign with otherwise */
        least = ades_key_least(p, j->role, key, j->when);
    snprintf(bits, sizeof bits, "%u", least);
    if (own)
        go_on = judging_check(j, check, false, MSG_KEY_SMALL, crypto_pubkey_name(key), bits, NULL);
    else
        go_on = judging_check(j, check, false, MSG_CA_KEY_SMALL, judging_name(j, cert),
                              crypto_pubkey_name(key), bits);
    if (!go_on)
        weak_of(j, end, cert);
    return SIGN_OK;
}

/*
 * A list or response that says "not revoked" is as good as its signature: who can forge it gives a revoked
 * certificate back its life (5.2.6.4, with the cryptographic constraints on revocation data). Its key is that
 * of the authority above the certificate, which was judged with the chain, or of whom that authority named.
 */
void judging_piece(struct judging *j, const struct pki_revocation *r) {
    char name[64];
    bool list = strcmp(r->kind, "crl") == 0;
    enum ades_role role = j->role;
    j->role = ROLE_REVOCATION;
    bool past = judging_past(j, r->sigalg.digest);
    int64_t end = judging_digest_end(j, r->sigalg.digest);
    if (past) {
        crypto_sigalg_name(&r->sigalg, name);
        if (!judging_check(j, CHECK_CHAIN_ALGORITHMS, false, list ? MSG_CRL_ALGORITHM : MSG_OCSP_ALGORITHM,
                           shown(j, list ? r->cert->issuer : r->cert->subject), name, end_text(j, end)))
            add_weak(j, &(struct judging_weak){.of = WEAK_REVOCATION, .end = end, .piece = r});
    }
    j->role = role;
}

/*
 * What made the certificates of the path must be good enough too (5.2.6.4): who can forge one of them needs
 * no key of the signer. An anchor is believed as it is, and nobody relies on its own signature.
 */
sign_rc judging_chain_algorithms(struct judging *j, sign_error *err) {
    const struct pki_path *path = j->path;
    sign_rc rc = SIGN_OK;
    j->algorithms_seen = true;
    for (size_t i = 0; i + 1 < path->n_chain && rc == SIGN_OK; i++) {
        judging_digest(j, path->chain[i]->sigalg.digest, path->chain[i]);
        if (i > 0)
            rc = judging_key(j, path->chain[i], err);
    }
    for (size_t i = 0; i < path->n_revocation && rc == SIGN_OK; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        judging_piece(j, r);
        /* Of the pieces of one answer the first speaks for whoever signed them all. */
        if (r->signer == NULL || (i > 0 && path->revocation[i - 1].signer == r->signer))
            continue;
        judging_digest(j, r->signer->sigalg.digest, r->signer);
        rc = judging_key(j, r->signer, err);
    }
    return rc;
}

sign_rc judging_algorithms_now(struct judging *j, sign_error *err) {
    int64_t when = j->when;
    if (j->algorithms_seen)
        return SIGN_OK;
    j->when = j->ctx->at;
    sign_rc rc = judging_chain_algorithms(j, err);
    j->when = when;
    return rc;
}

/* ---- 5.2.6: the path ------------------------------------------------------------------------------------
 */

/* The purposes of a certificate that is judged alone, and those that come with what is judged. */
static enum pki_purpose purpose_of(const struct judging *j) {
    static const enum pki_purpose purposes[] = {[SIGN_USE_SIGNER] = PKI_SIGNER,
                                                [SIGN_USE_TSA] = PKI_TSA,
                                                [SIGN_USE_OCSP] = PKI_OCSP_RESPONDER,
                                                [SIGN_USE_ANY] = PKI_ANY};
    if (j->question != NULL)
        return purposes[j->question->use];
    return j->role == ROLE_TIMESTAMP ? PKI_TSA : PKI_SIGNER;
}

struct pki_path_options judging_options(const struct judging *j) {
    const struct ades_facts *f = j->facts;
    struct pki_path_options opt = {.at = j->ctx->at,
                                   .revocation = j->ctx->revocation,
                                   .online = j->ctx->online,
                                   .signers_unchecked = j->signers_unchecked,
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
    return opt;
}

/* The check that a finding of the path belongs to. */
static enum ades_check check_of(const struct pki_path *path) {
    switch (path->sub) {
    case SUB_NO_CERTIFICATE_CHAIN_FOUND:
        return CHECK_CHAIN_FOUND;
    case SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE:
        return CHECK_ANCHOR_SUNSET;
    case SUB_REVOKED_NO_POE:
        return CHECK_NOT_REVOKED;
    case SUB_REVOKED_CA_NO_POE:
        return CHECK_CA_NOT_REVOKED;
    case SUB_TRY_LATER:
        return path->suspended ? CHECK_NOT_ON_HOLD
               : path->stale   ? CHECK_REVOCATION_FRESH
                               : CHECK_REVOCATION_AVAILABLE;
    case SUB_OUT_OF_BOUNDS_NO_POE:
    case SUB_OUT_OF_BOUNDS_NOT_REVOKED:
        return CHECK_VALIDITY;
    case SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE:
        return CHECK_REVOCATION_ISSUER_VALID;
    case SUB_CHAIN_CONSTRAINTS_FAILURE:
        return path->message == MSG_PATH_NOT_TSA ? CHECK_TSA_PURPOSE : CHECK_CHAIN_CONSTRAINTS;
    default:
        return CHECK_CHAIN_VALID;
    }
}

/* What the path says, as checks in their order: those before the one that failed were met. */
static void weigh_path(struct judging *j) {
    static const enum ades_check order[] = {
        CHECK_CHAIN_FOUND,       CHECK_ANCHOR_SUNSET, CHECK_CHAIN_VALID, CHECK_REVOCATION_AVAILABLE,
        CHECK_REVOCATION_FRESH,  CHECK_NOT_REVOKED,   CHECK_NOT_ON_HOLD, CHECK_CA_NOT_REVOKED,
        CHECK_CHAIN_CONSTRAINTS, CHECK_TSA_PURPOSE,   CHECK_VALIDITY,    CHECK_REVOCATION_ISSUER_VALID};
    const struct pki_path *path = j->path;
    bool passed = path->indication == TOTAL_PASSED;
    enum ades_check failed = passed ? CHECK_COUNT : check_of(path);
    for (size_t i = 0; j->block != NULL && i < sizeof order / sizeof *order && order[i] != failed; i++)
        if ((ades_check_roles(order[i]) >> j->role & 1) != 0)
            (void)judging_check(j, order[i], true, MSG_NONE, NULL, NULL, NULL);
    if (!passed)
        (void)judging_check_as(j, failed, path->sub, path->message, path->args[0], path->args[1],
                               path->args[2]);
}

/* 5.2.5 with a freshness that the policy asks for: what is older is TRY_LATER, though its issuer has not
 * promised newer data yet. Rows about others than the chain's certificates speak of who signed revocation
 * data. */
static void weigh_freshness(struct judging *j) {
    const struct pki_path *path = j->path;
    int64_t least = j->ctx->at - j->ctx->policy->freshness;
    char who[200];
    j->stale = path->stale;
    if (j->ctx->policy->freshness == 0 || path->indication != TOTAL_PASSED)
        return;
    for (size_t i = 0; i < path->n_revocation; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        bool own = false;
        for (size_t k = 0; k < path->n_chain; k++)
            own = own || path->chain[k] == r->cert;
        if (!own || r->this_update > least)
            continue;
        j->stale = true;
        if (!pki_name_short(r->cert->subject, who, sizeof who))
            j->report->arena.failed = true; /* report_seal tells it */
        (void)judging_check_as(j, CHECK_REVOCATION_FRESH, SUB_TRY_LATER, MSG_REVOCATION_NOT_FRESH, who,
                               judging_time(j, r->this_update), judging_time(j, least));
        return;
    }
}

/* 5.2.6 steps 7 and 8 come behind the constraints on usage and algorithms. */
static bool is_late(const struct pki_path *path) {
    return path->sub == SUB_OUT_OF_BOUNDS_NO_POE || path->sub == SUB_OUT_OF_BOUNDS_NOT_REVOKED ||
           path->sub == SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE;
}

static void show_path(struct judging *j) {
    if (j->block == NULL)
        return;
    for (const struct report_chain *c = j->out->chain; c != NULL; c = c->next)
        judging_input(j, c->anchor ? "trust anchor" : "certificate", c->subject);
    for (const struct report_revocation *r = j->out->revocation; r != NULL; r = r->next)
        judging_input(j, "revocation data",
                      arena_printf(&j->report->arena, "%s of %s, %s, %s", r->kind,
                                   judging_time(j, r->this_update),
                                   r->from.source != NULL ? r->from.source : "?", r->status));
    if (j->path->good_by != NULL)
        judging_input(
            j, "known to be good by",
            arena_printf(&j->report->arena, "%s of %s", j->path->good_by, judging_time(j, j->path->good_at)));
}

static sign_rc weigh_usage(struct judging *j, sign_error *err) {
    return j->question == NULL && j->role != ROLE_TIMESTAMP ? check_usage(j, err) : SIGN_OK;
}

static sign_rc weigh_constraints(struct judging *j, sign_error *err) {
    sign_rc rc = weigh_usage(j, err);
    return rc == SIGN_OK ? judging_chain_algorithms(j, err) : rc;
}

/* Found in step 4, before the constraints; a proof of time may repair it, and must find those looked at. */
static bool is_repairable(const struct pki_path *path) {
    return path->sub == SUB_REVOKED_NO_POE || path->sub == SUB_REVOKED_CA_NO_POE ||
           path->sub == SUB_TRY_LATER || path->sub == SUB_NO_CERTIFICATE_CHAIN_FOUND_NO_POE ||
           path->ca_expired;
}

sign_rc judging_xcv(struct judging *j, sign_error *err) {
    const struct pki_path_options opt = judging_options(j);
    struct report_block *outer = judging_begin(j, BLOCK_XCV, NULL);
    judging_input_time(j, "validation time", opt.at);
    sign_rc rc = pki_path_check(j->ctx->trust, j->ctx->crypto, j->facts->signer, &opt, &j->path, err);
    if (rc != SIGN_OK)
        return rc;
    const struct pki_path *path = j->path;
    list_chain(j, path);
    list_revocation(j, path);
    show_path(j);
    if (is_late(path))
        rc = weigh_constraints(j, err);
    if (rc == SIGN_OK) {
        weigh_path(j);
        weigh_freshness(j);
    }
    if (rc == SIGN_OK && (path->indication == TOTAL_PASSED || (!is_late(path) && judging_open(j))))
        rc = weigh_constraints(j, err);
    else if (rc == SIGN_OK && is_repairable(path) && j->facts->n_stamps + j->facts->n_outer > 0)
        rc = weigh_usage(j, err);
    judging_end(j, outer);
    return rc;
}

/* ---- a certificate alone ------------------------------------------------------------------------------- */

/* RFC 3161, 2.3: the extended key usage is critical and its only purpose is timeStamping. RFC 6960, 4.2.2.2:
 * it holds OCSPSigning. */
static void check_service(struct judging *j) {
    const struct pki_cert *cert = j->question->cert;
    bool sole = false;
    if (j->question->use == SIGN_USE_TSA &&
        (!pki_cert_has_purpose(cert, OID_EKU_TIME_STAMPING, &sole) || !sole || !cert->eku_critical)) {
        (void)judging_check(j, CHECK_TSA_PURPOSE, false, MSG_TSA_PURPOSE, NULL, NULL, NULL);
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
    struct judging j = {.ctx = ctx,
                        .facts = &facts,
                        .question = question,
                        .report = report,
                        .out = out,
                        .role = question->use == SIGN_USE_TSA    ? ROLE_TIMESTAMP
                                : question->use == SIGN_USE_OCSP ? ROLE_REVOCATION
                                                                 : ROLE_SIGNATURE,
                        .object = out->id,
                        .when = ctx->at};
    out->best_signature_time = ctx->at;
    sign_rc rc = judging_signer(&j, err);
    if (rc == SIGN_OK)
        rc = judging_xcv(&j, err);
    if (rc == SIGN_OK && question->use == SIGN_USE_SIGNER)
        rc = check_usage(&j, err);
    if (rc == SIGN_OK) {
        check_service(&j);
        rc = judging_key(&j, question->cert, err);
    }
    if (rc == SIGN_OK)
        judging_conclude(&j, TOTAL_PASSED, SUB_NONE);
    judging_close(&j);
    return rc;
}
