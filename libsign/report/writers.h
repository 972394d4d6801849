/* report/writers.h - the writers of a report; each appends to a growing buffer that remembers failure. */
#ifndef REPORT_WRITERS_H
#define REPORT_WRITERS_H

#include "report/report.h"

void report_write_text(const struct sign_report *r, sign_lang lang, grow *out);
/* Of a certificate that was judged alone: what follows the verdict. */
void report_write_certificate(const struct sign_report *r, sign_lang lang, grow *out);
/* detailed: with the building blocks and the proofs of existence. */
void report_write_json(const struct sign_report *r, sign_lang lang, bool detailed, grow *out);
/* Every object with its facts and its DER; no text that has a language. */
void report_write_diagnostic(const struct sign_report *r, grow *out);
/* The validation report of TS 119 102-2. */
void report_write_etsi(const struct sign_report *r, sign_lang lang, grow *out);
void report_write_html(const struct sign_report *r, sign_lang lang, grow *out);

#endif
