/* ades/judging.h - one judgement on its way: of a signature, of a time-stamp token, or of a certificate
 * alone. Private to this room. */
#ifndef ADES_JUDGING_H
#define ADES_JUDGING_H

#include "ades/ades.h"

/* An algorithm or a key that was past its time, and what it made: a proof that this is older repairs it. */
struct judging_weak {
    enum { WEAK_SIGNATURE, WEAK_CERTIFICATE, WEAK_REVOCATION } of;
    int64_t end;
    struct pki_cert *cert;              /* CERTIFICATE: which; borrowed from the path */
    const struct pki_revocation *piece; /* REVOCATION: which; borrowed from the path */
};
enum { JUDGING_WEAK = 64 };

struct judging {
    const struct ades_context *ctx;
    const struct ades_facts *facts;
    const struct ades_certificate *question; /* a certificate alone; NULL: a signature or a token */
    struct sign_report *report;
    struct report_signature *out;
    enum ades_role role;
    const char *object;         /* "S1", "S1-T1": what messages are about */
    int64_t when;               /* time that algorithms are judged at */
    int64_t content_time;       /* of the latest content time-stamp that passed; INT64_MIN: there is none */
    struct pki_path *path;      /* what 5.2.6 found; counted; NULL: it did not run */
    bool signers_unchecked;     /* who signed revocation data is not asked about himself: see judge.c */
    bool algorithms_seen;       /* those of the path at the present are in `weak` */
    enum crypto_digest imprint; /* of a token: what it rests on besides; DIGEST_NONE: none */
    bool stale; /* there are good revocation data for all of it, but too old for the present (5.2.5) */
    struct judging_weak weak[JUDGING_WEAK];
    size_t n_weak;
    bool weak_overflow; /* there were more */
    /* The first finding behind what was concluded that no proof of a time repairs; SUB_NONE: there is none.
     */
    enum sub_indication lasting;
    struct report_block *block; /* the innermost that is open; NULL: none, or they are not wanted */
};

/* ---- record.c: what is said, concluded and recorded ------------------------------------------------- */

void judging_say(struct judging *j, enum message_id id, const char *a1, const char *a2, const char *a3);
/* The first finding decides; a failure replaces what is indeterminate. */
void judging_conclude(struct judging *j, enum indication i, enum sub_indication sub);
/* What was concluded is replaced: a later process knows more (EN 319 102-1, 5.3.4 step 4, 5.5, 5.6). */
void judging_replace(struct judging *j, enum indication i, enum sub_indication sub);
/* What was said as an error so far tells how it came to what is concluded instead: an information from now
 * on. */
void judging_supersede(struct judging *j);
bool judging_open(const struct judging *j); /* nothing was concluded yet */
/* Whether a finding stays whatever is proven of the time: something that is not as the policy wants it. */
bool judging_lasts(enum sub_indication sub);
/* TOTAL_FAILED or INDETERMINATE: which of them a sub-indication belongs to (EN 319 102-1, tables 5 and 6). */
enum indication judging_indication(enum sub_indication sub);

/*
 * A check of the policy. Not met it is said with this message at the level that the policy gives it for the
 * role, and at FAIL it concludes with the check's sub-indication, or `sub`. Whether to go on.
 */
bool judging_check(struct judging *j, enum ades_check check, bool met, enum message_id id, const char *a1,
                   const char *a2, const char *a3);
bool judging_check_as(struct judging *j, enum ades_check check, enum sub_indication sub, enum message_id id,
                      const char *a1, const char *a2, const char *a3);
/* How much a check counts here. */
enum ades_level judging_level(const struct judging *j, enum ades_check check);

/* Opens a building block inside the one that is open; what is returned goes to judging_end. */
struct report_block *judging_begin(struct judging *j, enum ades_block block, const char *object);
/* Closes it: its result is what was concluded in it, else passed. */
void judging_end(struct judging *j, struct report_block *outer);
/* Its result said outright. */
void judging_end_as(struct judging *j, struct report_block *outer, enum indication i,
                    enum sub_indication sub);
void judging_input(struct judging *j, const char *name, const char *value);
void judging_input_time(struct judging *j, const char *name, int64_t t);
void judging_result_time(struct judging *j, const char *name, int64_t t);

/* Why validation for the past did not help, for the block. */
void judging_say_past(struct judging *j, const char *why);

/* What was written to g, in the arena; NULL when out of memory. g is empty afterwards. */
const char *judging_text(arena *a, grow *g);
/* A name as text (RFC 4514), in the arena; NULL: it is none, or out of memory, which the arena remembers. */
const char *judging_name_text(arena *a, sign_bytes name);
/* RFC 3339, in the arena. */
const char *judging_time(struct judging *j, int64_t t);
/* The subject of a certificate for a message. */
const char *judging_name(struct judging *j, const struct pki_cert *cert);

/* ---- chain.c: 5.2.6 ------------------------------------------------------------------------------------ */

/* Describes the signer's certificate. */
sign_rc judging_signer(struct judging *j, sign_error *err);
/* What a path for this subject is looked for with, now. */
struct pki_path_options judging_options(const struct judging *j);
/* X.509 certificate validation at the present: path, revocation, usage, algorithms; lists every piece used.
 */
sign_rc judging_xcv(struct judging *j, sign_error *err);
/* Algorithms and keys of the path and of its revocation data at j->when (5.2.6 step 6, 5.5.4 step 10). */
sign_rc judging_chain_algorithms(struct judging *j, sign_error *err);
/* The same at the present, unless 5.2.6 has looked at them. */
sign_rc judging_algorithms_now(struct judging *j, sign_error *err);
/* The algorithm of one piece of revocation data; it stays as long as j->weak does. */
void judging_piece(struct judging *j, const struct pki_revocation *r);

/* What makes a certificate a qualified one by law 5070, as far as the policy asks for it. */
void judging_qualified(struct judging *j);

/* Until when the digest may be relied on in this role. */
int64_t judging_digest_end(const struct judging *j, enum crypto_digest d);
/* Whether it is past its time at j->when. */
bool judging_past(const struct judging *j, enum crypto_digest d);
/* Checks a digest or key of the signature itself (`of` NULL) or of a certificate. */
void judging_digest(struct judging *j, enum crypto_digest d, struct pki_cert *of);
sign_rc judging_key(struct judging *j, struct pki_cert *cert, sign_error *err);

/* ---- validate.c: 5.3 --------------------------------------------------------------------------------------
 */

/* Basic signature validation. j->path stays for what follows; judging_close lets it go. */
sign_rc judging_basic(struct judging *j, sign_error *err);
/* Signature acceptance at j->when (5.2.8): algorithms of the signature; attributes were checked before. */
sign_rc judging_sav(struct judging *j, sign_error *err);
void judging_close(struct judging *j);

/* ---- profile.c: what policies ask of signatures beyond the standard --------------------------------------
 */

/* The signature policy that the signer named: known, right, allowed (5.2.4). */
void judging_signature_policy(struct judging *j);
/* Attributes that the policy, or the profile that the signature policy stands for, asks for (5.2.8). */
void judging_profile(struct judging *j);

/* ---- refs.c
 * ------------------------------------------------------------------------------------------------ */

/* References and values that are there, or that the profile wants, are those of the path. */
sign_rc judging_complete(struct judging *j, sign_error *err);
/* Whether the signature brings the certificate, or that list or response, whoever else has it. */
bool judging_carries_certificate(const struct judging *j, const struct pki_cert *cert);
bool judging_carries(const struct judging *j, const struct pki_evidence *e);
/* What the profile of the signature policy makes mandatory. */
void judging_matrix(struct judging *j);

#endif
