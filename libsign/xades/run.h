/* xades/run.h - the steps of a verification that extraction takes too. Private to this room. */
#ifndef XADES_RUN_H
#define XADES_RUN_H

#include "xades/job.h"

/* Opens a document in the cheapest way in which all its references can be followed. */
sign_rc xades_run_open(struct crypto *crypto, const struct xml_text *text, xades_document *d,
                       sign_error *err);

/* Reads and judges every signature of job->d into job->report; *all (n_signatures of them) is in its arena.
 */
sign_rc xades_run_start(struct xades_job *job, struct xades_one **all, sign_error *err);

/* Whether the bytes hold the word Signature in one of the encodings that XML may have. */
sign_rc xades_mentions_signature(const struct xml_text *text, bool *holds, sign_error *err);

#endif
