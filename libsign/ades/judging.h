/* ades/judging.h - one judgement on its way, of a signature or of a certificate alone. Private to this room.
 */
#ifndef ADES_JUDGING_H
#define ADES_JUDGING_H

#include "ades/ades.h"

struct judging {
    const struct ades_context *ctx;
    const struct ades_facts *facts;
    const struct ades_certificate *question; /* a certificate alone; NULL: a signature */
    struct sign_report *report;
    struct report_signature *out;
};

void judging_say(struct judging *j, enum message_id id, const char *a1, const char *a2, const char *a3);
/* The first finding decides; a failure replaces what is indeterminate. */
void judging_conclude(struct judging *j, enum indication i, enum sub_indication sub);
bool judging_open(const struct judging *j); /* nothing was concluded yet */
/* What was written to g, in the arena; NULL when out of memory. g is empty afterwards. */
const char *judging_text(arena *a, grow *g);

/* Describes the signer's certificate. */
sign_rc judging_signer(struct judging *j, sign_error *err);
/* Path and revocation, and the algorithms of whatever they rest on; lists every piece that was used. */
sign_rc judging_path(struct judging *j, sign_error *err);
/* Whether the certificate is for signing documents: key usage, extended key usage. */
void judging_usage(struct judging *j);
sign_rc judging_purpose(struct judging *j, sign_error *err);

/* Whether the digest is past its time at the time that is judged. */
bool judging_past(const struct judging *j, enum crypto_digest d);
/* `of`: the certificate that was signed with it; NULL: the signature itself. */
void judging_digest(struct judging *j, enum crypto_digest d, const struct pki_cert *of);
/* Whether the key is large enough. */
sign_rc judging_key(struct judging *j, struct pki_cert *cert, sign_error *err);

#endif
