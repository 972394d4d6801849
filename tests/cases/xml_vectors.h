/* xml_vectors.h - the XML signatures of testdata/xades/cases.tsv, theme by theme; numbers are those of the
 * list of negative cases. */
#ifndef CASES_XML_VECTORS_H
#define CASES_XML_VECTORS_H

#include "xforge.h"

#define VERI "<b:Veri Id=\"veri\"><b:Tutar>100</b:Tutar></b:Veri>"
/* What an attacker would rather have signed. */
#define KOTU(attributes) "<b:Veri" attributes "><b:Tutar>999999</b:Tutar></b:Veri>"

/* A document whose root is b:Belge. */
char *xml_document(struct xforge *x, const char *content);
/* The document VERI and a signature over it beside it (internally detached), signed. */
char *xml_signed(struct xforge *x);
/* A Reference to VERI. */
char *xml_data(struct xforge *x);
/* The signature of a signed document, taken out of it. */
char *xml_signature_of(struct xforge *x, const char *text);
/* Signs and writes `text` in one go. */
void xml_finish(struct xforge *x, const char *file, const char *text, const struct xsig *s);
/* The same with something replaced between the digests and the value: signed as it then stands. */
void xml_finish_changed(struct xforge *x, const char *file, const char *text, const struct xsig *s,
                        const char *from, const char *to);

void xml_wrapping(struct xforge *x);  /* 1 to 11: which element is meant */
void xml_structure(struct xforge *x); /* 12 to 19: what a signature must have once */
void xml_related(struct xforge *x);   /* 20 to 22: look-alikes, manifests, counter-signatures */
void xml_values(struct xforge *x);    /* 23 to 29: texts, canonical forms, keys, documents */
void xml_tricks(struct xforge *x);    /* 60 to 62, 65: how a value is written, and with what digest */
void xml_parser(struct xforge *x);    /* 33, 37, 39, 40: small documents that a parser must not misread */

/* Made when the test runs: large, or with addresses that are known only then. */
void xml_floods(struct xforge *x);                                      /* 30, 31, 38, 39, 41 */
void xml_fetches(struct xforge *x, const char *http, const char *file); /* 21, 26, 32, 34 to 36 */

#endif
