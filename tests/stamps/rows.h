/* rows.h - words that the programs of the vectors have in common. */
#ifndef STAMPS_ROWS_H
#define STAMPS_ROWS_H

#include "stamps.h"

#define ROWS(rows) (rows), sizeof(rows) / sizeof *(rows)

#define S "sign; "
/* The signature time-stamp: five minutes after the claimed time. */
#define T      "stamp at=20250301100500Z; "
#define LISTS  "ca-0302.crl,root-0302.crl"
#define REFS   "refs certs=ca,root revs=" LISTS "; "
#define VALUES "values certs=ca,root,tsaca revs=" LISTS ",tsaca-0302.crl; "
/* What a long-term signature carries: SignedData.certificates and crls, or the values of XAdES. */
#define LT       "carry certs=root,tsaca revs=" LISTS ",tsaca-0302.crl; "
#define ESC      "sigrefs at=20250302120000Z; "
#define REFSONLY "refsonly at=20250302120000Z; "
#define LTA      "archive at=20250401120000Z tsa=atsa; "
/* The next round: about the authority of the first archive time-stamp, then another over all of it. */
#define AGAIN "data revs=tsaca-2031.crl,root-2031.crl; archive at=20310601120000Z tsa=atsa2; "

#endif
