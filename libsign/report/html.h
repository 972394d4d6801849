/* report/html.h - the parts of the page. Private to this room. Whatever comes from outside is written through
 * html_text: cleaned for the eye, escaped, and cut. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/lines.h"
#include "report/verdict.h"

struct page {
    grow *out;
    sign_lang lang;
    const struct sign_report *r;
    size_t cards; /* written so far: their names within the page */
};

/* Characters of a value, of a heading: more is cut and says so. */
enum { HTML_VALUE = 600, HTML_HEADING = 120 };

extern const char *const html_style[]; /* ends with NULL */

void html_raw(struct page *p, const char *markup);
void html_two(struct page *p, const char *tr, const char *en); /* our own words or markup */
void html_text(struct page *p, const char *text, size_t most);
/* The short name of a certificate's owner. */
void html_name(struct page *p, const char *subject, size_t most);
void html_time(struct page *p, int64_t t);
/* The shape of a verdict: told apart without colour. */
void html_shape(struct page *p, enum verdict v);
const char *html_class(enum verdict v); /* "passed" */
/* Shape and word. */
void html_badge(struct page *p, enum verdict v);

/* When a TRY_LATER may become final, and what is waited for, in an element that begins with `open` and is a
 * <p>; nothing of others. */
void html_later(struct page *p, const struct report_signature *s, const char *open);
void html_rule(struct page *p); /* for the document */

/* A row of <dl>: label and value; nothing when it is NULL or empty. */
void html_fact(struct page *p, enum label label, const char *value);
void html_fact_time(struct page *p, enum label label, int64_t t);
void html_row(struct page *p, const char *tr, const char *en); /* opens a row with our own words */
void html_row_end(struct page *p);

/* A message with its code, check, and next step. */
void html_message(struct page *p, const struct report_message *m, bool hint);
void html_messages(struct page *p, const struct report_message *m);
void html_chain(struct page *p, const struct report_chain *c);
/* whose: what the owner of signer_sha256 is called. */
void html_revocation(struct page *p, const struct report_revocation *r, const char *signer_sha256,
                     const char *whose);
void html_blocks(struct page *p, const struct report_block *b);
/* <details> with our own words as its summary, and how many things are in it (0: not said). */
void html_details(struct page *p, const char *tr, const char *en, size_t count);
void html_details_end(struct page *p);

/* The time line of one signature; nothing when there are not two moments. */
void html_life(struct page *p, const struct report_signature *s);
/* One signature with everything below it. depth: 0 for a signature, more for counter-signatures. */
void html_card(struct page *p, const struct report_signature *s, unsigned depth);
void html_certificate(struct page *p);

#endif
