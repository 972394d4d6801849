/* What policies ask of a signature beyond the standard: the marks of a qualified certificate, the signature
 * policy that the signer named, attributes. */
#include "ades/profile.h"
#include "ades/judging.h"

#include "base/text.h"

/* Law 5070, art. 9, and the regulator's profile guide: what makes a NES. */
void judging_qualified(struct judging *j) {
    struct pki_qualified q;
    if (judging_level(j, CHECK_QC_ETSI) == LEVEL_IGNORE && judging_level(j, CHECK_QC_BTK) == LEVEL_IGNORE &&
        judging_level(j, CHECK_USER_NOTICE) == LEVEL_IGNORE)
        return;
    pki_cert_qualified(j->facts->signer, &q);
    (void)judging_check(j, CHECK_QC_ETSI, q.etsi, MSG_NO_QC_ETSI, NULL, NULL, NULL);
    (void)judging_check(j, CHECK_QC_BTK, q.btk, MSG_NO_QC_BTK, NULL, NULL, NULL);
    (void)judging_check(j, CHECK_USER_NOTICE, q.notice, MSG_NO_USER_NOTICE, NULL, NULL, NULL);
}

/* ---- the signature policy that the signer named -----------------------------------------------------------
 */

/*
 * The profiles of the "Elektronik İmza Kullanım Profilleri Rehberi" (BTK, 2012): the policies of P2 to P4 are
 * all named by the digest of that one document.
 */
static const struct ades_profile profiles[] = {
    {"P2", "2.16.792.1.61.0.1.5070.3.1.1", .grace = true},
    {"P3", "2.16.792.1.61.0.1.5070.3.2.1", .grace = true, .long_term = true},
    {"P4", "2.16.792.1.61.0.1.5070.3.3.1", .long_term = true, .ocsp = true},
};
static const uint8_t guide_sha256[32] = {0xff, 0x39, 0xbd, 0x29, 0x46, 0x33, 0x83, 0xf6, 0x9b, 0x20, 0x52,
                                         0xac, 0x47, 0x43, 0x9e, 0x06, 0xce, 0x7c, 0x3b, 0x86, 0x46, 0xe8,
                                         0x88, 0xb6, 0xe5, 0xae, 0x3e, 0x46, 0xba, 0x08, 0x11, 0x7a};

const struct ades_profile *ades_profile_of(const struct ades_facts *f) {
    for (size_t i = 0; f->policy.present && f->policy.oid != NULL && i < sizeof profiles / sizeof *profiles;
         i++)
        if (strcmp(profiles[i].oid, f->policy.oid) == 0)
            return &profiles[i];
    return NULL;
}

static const char *hash_text(struct judging *j, sign_bytes hash) {
    char hex[2 * DIGEST_MAX + 1] = "";
    if (hash.len <= DIGEST_MAX)
        text_hex(hash, hex);
    return arena_str(&j->report->arena, BYTES_STR(hex));
}

void judging_signature_policy(struct judging *j) {
    const struct ades_signature_policy *p = &j->facts->policy;
    if (j->role == ROLE_TIMESTAMP || !p->present)
        return;
    const struct ades_profile *known = ades_profile_of(j->facts);
    j->out->profile = known != NULL ? known->name : NULL;
    judging_input(j, "signature policy", p->implied ? "implied" : p->oid);
    /* An implied policy is the verifier's own affair (EN 319 122-1, 5.2.9). */
    if (p->implied)
        return;
    if (!judging_check(j, CHECK_POLICY_AVAILABLE, known != NULL, MSG_SIGNATURE_POLICY_UNKNOWN, p->oid, NULL,
                       NULL) ||
        known == NULL)
        return;
    bool same = p->digest == DIGEST_SHA256 && bytes_equal(p->hash, BYTES(guide_sha256, sizeof guide_sha256));
    (void)judging_check(j, CHECK_POLICY_HASH, same, MSG_SIGNATURE_POLICY_HASH, p->oid,
                        hash_text(j, BYTES(guide_sha256, sizeof guide_sha256)), hash_text(j, p->hash));
}

/* ---- attributes
 * ---------------------------------------------------------------------------------------------- */

static void check_claimed_time(struct judging *j) {
    const struct ades_facts *f = j->facts;
    (void)judging_check(j, CHECK_SIGNING_TIME, f->claimed_time != 0, MSG_NO_SIGNING_TIME, NULL, NULL, NULL);
    if (f->claimed_time == 0 || f->signer == NULL)
        return;
    bool met = f->claimed_time >= f->signer->not_before && f->claimed_time <= f->signer->not_after;
    (void)judging_check(j, CHECK_SIGNING_TIME_VALID, met, MSG_SIGNING_TIME_OUTSIDE,
                        judging_time(j, f->claimed_time), judging_time(j, f->signer->not_before),
                        judging_time(j, f->signer->not_after));
}

/* The levels are looked at first: a signature of a known signer must not pay for what nobody asks. */
static bool is_asked(const struct judging *j, enum ades_check check) {
    return j->block != NULL || judging_level(j, check) != LEVEL_IGNORE;
}

void judging_profile(struct judging *j) {
    const struct ades_facts *f = j->facts;
    if (j->role == ROLE_TIMESTAMP)
        return;
    if (is_asked(j, CHECK_SIGNING_CERTIFICATE_V2) && f->signing_certificate_present)
        (void)judging_check(j, CHECK_SIGNING_CERTIFICATE_V2, f->reference_digest > DIGEST_SHA224,
                            MSG_SIGNING_CERTIFICATE_OLD, crypto_digest_row(f->reference_digest)->name, NULL,
                            NULL);
    if (is_asked(j, CHECK_SIGNING_TIME) || is_asked(j, CHECK_SIGNING_TIME_VALID))
        check_claimed_time(j);
    judging_matrix(j);
}
