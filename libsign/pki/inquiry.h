/* pki/inquiry.h - the state of one question about revocation while its sources are gone through. */
#ifndef PKI_INQUIRY_H
#define PKI_INQUIRY_H

#include "pki/parts.h"

/* OCSP; lists, their other places, deltas and their other places. */
enum { INQUIRY_WANTS = 5 * LIMIT_URLS };

/* What may be fetched for a question: in which round, and what came of it. */
struct inquiry_want {
    struct pki_want want;
    int round;
    bool delta;                      /* the first place of changes to a list */
    bool asked;                      /* of the door */
    bool orphan;                     /* a list whose signer's certificate nobody has */
    struct pki_fetched *got, *older; /* what took its place, and what other wants may be views into */
};

struct inquiry {
    const struct rev_question *q;
    struct rev_answer *out;
    struct crl_search crl;
    struct ocsp_search ocsp;
    bool settled;
    struct inquiry_want *wants; /* NULL: nothing was fetched yet */
    size_t n_wants;
    int64_t expires;  /* of the first fetched piece to run out */
    char failed[200]; /* URL and problem of the first that could not be had */
    bool used;        /* something was fetched that could be read */
};

/* Looks at what the searches hold; when it answers the question, *in->out is it. */
sign_rc inquiry_settle(struct inquiry *in, sign_error *err);

/* What the trust has, what is carried, what was fetched before, into the searches; nothing is settled. */
void inquiry_begin(struct inquiry *in, const struct rev_question *q, struct rev_answer *out);
sign_rc inquiry_add_trust(struct inquiry *in, sign_error *err);
sign_rc inquiry_add_carried(struct inquiry *in, struct pki_lists *l, sign_error *err);
sign_rc inquiry_add_remembered(struct inquiry *in, sign_error *err);
void inquiry_clear(struct inquiry *in);

/*
 * What is open in n inquiries (of one chain) from memory, and then, as far as the options allow it, through
 * the door: in one call for all of them, and in a second for what did not answer.
 */
sign_rc inquiries_fetch(struct inquiry *in, size_t n, sign_error *err);

#endif
