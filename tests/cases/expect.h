/* expect.h - what a row of a cases.tsv expects besides its verdict: words at the beginning of the note. */
#ifndef CASES_EXPECT_H
#define CASES_EXPECT_H

#include <sign.h>
#include <stdbool.h>

/*
 * The note may begin with, parted by spaces:
 *   extract=FILE      sign_extract gives the octets of that vector
 *   covers=true|false covers_whole_document of the first signature
 *   counter=I/S       indication and sub-indication of the first counter-signature of the first signature
 *   code=E3021              a message with that code
 *   time=T person=P   claimed_time, and the signer's serial_number
 *   level=L best=T    level, and best_signature_time, of the first signature; best=- when there is none
 * Whatever the note says, nothing is extracted from what is TOTAL-FAILED for its integrity without (`alone`)
 * content from outside, which an extraction does not see. False: *why says what differs.
 */
bool expect_more(const char *vectors, const char *note, const sign_input *what, bool alone,
                 const sign_report *report, char *why, size_t size);

#endif
