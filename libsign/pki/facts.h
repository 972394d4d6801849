/* pki/facts.h - what a certificate says in the extensions that no verdict hangs on, as text. Private to this
 * room. */
#ifndef PKI_FACTS_H
#define PKI_FACTS_H

#include "pki/pki.h"

/* Each appends to `out`, and nothing when the certificate says nothing; malformed parts are left out. */
void pki_fact_urls(const struct pki_cert *c, enum oid method, grow *out); /* of AIA; space separated */
void pki_fact_crl_urls(const struct pki_cert *c, grow *out);              /* space separated */
void pki_fact_emails(const struct pki_cert *c, grow *out);                /* space separated */
void pki_fact_purposes(const struct pki_cert *c, grow *out);              /* comma separated */
/* "50000 TRY"; a statement that cannot be read is "?", so that a limit is never silently lost. */
void pki_fact_limit(const struct pki_cert *c, grow *out);
void pki_fact_use(const struct pki_cert *c, grow *out);    /* restriction on use: its text, else "?" */
void pki_fact_notice(const struct pki_cert *c, grow *out); /* the first user notice that has a text */
int pki_fact_retention(const struct pki_cert *c);          /* years; -1 */
bool pki_fact_device(const struct pki_cert *c);            /* QcSSCD */

#endif
