/* engine/rule.h - which signatures of a document must pass, and what that makes of the document. Private to
 * this room. */
#ifndef ENGINE_RULE_H
#define ENGINE_RULE_H

#include "report/report.h"

enum { RULE_SIGNERS = 64, RULE_ID = 300 };

struct rule {
    enum { RULE_ALL, RULE_ANY, RULE_SOME, RULE_NAMED } kind;
    size_t least;        /* RULE_SOME: of how many signers */
    const char *text;    /* as it was given; NULL: it was not */
    const char *signers; /* RULE_NAMED: behind "signer:" */
};

/* SIGN_E_ARGUMENT: it is none. `text`, which may be NULL, is kept. */
sign_rc rule_read(const char *text, struct rule *out, sign_error *err);
/*
 * The document's indication by the rule, over a report that is sealed (which has the worst). `whole`: the
 * policy wants all of the document signed. SIGN_E_MEMORY.
 */
sign_rc rule_apply(const struct rule *rule, bool whole, struct sign_report *report, sign_error *err);

#endif
