/*
 * Two faults in one signature: one that lasts and, in front of it, one that a proof of time repairs. The rows
 * of the table ask for each of them alone, too (testdata/stamps/README.md, "Two faults").
 */
#include "rows.h"
#include "two.h"

#include <sys/stat.h>

#define TWO     "sign signer=two; "
#define ARCHIVE "archive at=20250401120000Z tsa=atsa; "
/* What is carried of every authority on a day; RESTRICTED: of those that are anchors themselves. */
#define CARRY(signers) "carry certs=root,tsaca revs=" signers ",root-0302.crl,tsaca-0302.crl; "
#define ALONE(signers) "carry certs=root,tsaca revs=" signers ",tsaca-0302.crl; "
#define MONTH(signers) "carry certs=root,tsaca revs=" signers ",tsaca-0331.crl; "
#define DAY(d)         "twoca-" d ".crl,root-" d ".crl,tsaca-" d ".crl"
#define COUNTER(how)                                                                                         \
    "sign; " T "counter " how "; "                                                                           \
    "carry certs=root,tsaca,twoca revs=ca-0402.crl,twoca-0331.crl," DAY(                                     \
        "0402") "; "                                                                                         \
                "archive at=20250405120000Z tsa=atsa; "
#define CLAIMED "claimed=20250310100000Z"
/* After the archive time-stamp below it stands, an hour before it: near enough for every policy. */
#define CLAIMED_NEAR "claimed=20250405110000Z"
/* Of a counter-signature the first archive time-stamp is, whose authority ends later, and then a second. */
#define BETWEEN(how)                                                                                         \
    "sign; stamp at=20250301100500Z tsa=atsa; counter signer=two " CLAIMED "; "                              \
    "carry certs=root,tsaca,twoca revs=ca-0402.crl," DAY(                                                    \
        "0402") "; "                                                                                         \
                "archive at=20250405120000Z tsa=tsa " how "; "                                               \
                "data revs=" DAY("0503") "; archive at=20250504120000Z tsa=atsa; "
/* Twice proven, with data that were fresh then: past validation slides over them. */
#define RENEWED                                                                                              \
    "archive at=20250401120000Z tsa=atsa; data revs=" DAY("0402") "; archive at=20250405120000Z tsa=atsa; "
/* Before the responder's certificate ends. */
#define IN_TIME "archive at=20250303120000Z tsa=atsa; "
/* The authority of this signature time-stamp ends later. */
#define LONGER TWO "stamp at=20250301100500Z tsa=atsa; "
/* Nothing that tells of the signer; a response about him whose signer's certificate is not in it. */
#define NOBODY   "carry certs=root,tsaca revs=root-0331.crl,tsaca-0331.crl; "
#define RESPONSE "two-0331-sha224.ocsp,root-0331.crl,tsaca-0331.crl; "
#define LATE     T "carry certs=root,tsaca revs=" DAY("0402") "; archive at=20250405120000Z tsa=atsa; "

static const struct st_row rows[] = {
    {"two-order", ST_BOTH, "content-stamp at=20250310100500Z; " TWO T CARRY("twoca-0302.crl") ARCHIVE},
    {"two-order-good", ST_BOTH, "content-stamp at=20250301095500Z; " TWO T CARRY("twoca-0302.crl") ARCHIVE},
    {"two-begins", ST_BOTH, "sign signer=two-late claimed=20250610100000Z; " LATE},
    {"two-begins-good", ST_BOTH, "sign signer=two; " LATE},
    {"two-delay", ST_BOTH,
     "sign signer=two claimed=20240201100000Z policy=p2; " T CARRY("twoca-0302.crl") ARCHIVE},
    {"two-delay-good", ST_BOTH, "sign signer=two policy=p2; " T CARRY("twoca-0302.crl") ARCHIVE},
    {"two-unclaimed", ST_BOTH, "sign signer=two claimed=-; " T CARRY("twoca-0302.crl") ARCHIVE},
    {"two-good", ST_BOTH, TWO T CARRY("twoca-0302.crl") ARCHIVE},
    {"two-imprint", ST_BOTH, TWO "stamp at=20250301100500Z digest=sha1; " CARRY("twoca-0302.crl") ARCHIVE},
    {"two-grace", ST_BOTH,
     "sign signer=two policy=p2; " T CARRY("twoca-0302.crl") "archive at=20250301120000Z tsa=atsa; "},
    {"two-weak", ST_BOTH, "sign signer=two-sha224; " T CARRY("twoca-0302.crl") ARCHIVE},
    {"two-t", ST_BOTH, TWO T},

    {"two-asked-lt", ST_BOTH, TWO T CARRY("two-asked.ocsp")},
    {"two-asked-lta", ST_BOTH, TWO T CARRY("two-asked.ocsp") ARCHIVE},
    {"two-told-lt", ST_BOTH, TWO T CARRY("two.ocsp")},
    {"two-told-lta", ST_BOTH, TWO T CARRY("two.ocsp") ARCHIVE},

    {"two-old-lt", ST_BOTH, TWO T ALONE("twoca-sha1.crl")},
    {"two-old-lta", ST_BOTH, TWO T MONTH("twoca-sha1.crl") ARCHIVE},
    {"two-old-ao", ST_BOTH, TWO MONTH("twoca-sha1.crl") ARCHIVE},
    {"two-old-ocsp", ST_BOTH, TWO T ALONE("two-sha1.ocsp")},
    {"two-new-lt", ST_BOTH, TWO T ALONE("twoca-month.crl")},
    {"two-new-lta", ST_BOTH, TWO T MONTH("twoca-month.crl") ARCHIVE},
    {"two-new-ao", ST_BOTH, TWO MONTH("twoca-month.crl") ARCHIVE},
    {"two-new-ocsp", ST_BOTH, TWO T ALONE("two.ocsp")},

    {"two-leaf", ST_BOTH, "sign signer=two-sha1; " MONTH("twoca-0331.crl") ARCHIVE},
    {"two-leaf-good", ST_BOTH, TWO MONTH("twoca-0331.crl") ARCHIVE},

    {"two-counter", ST_BOTH, COUNTER("signer=two " CLAIMED)},
    {"two-counter-encrypts", ST_BOTH, COUNTER("signer=two-encrypts " CLAIMED)},
    {"two-counter-server", ST_BOTH, COUNTER("signer=two-server " CLAIMED)},
    {"two-counter-leaf", ST_BOTH, COUNTER("signer=two-sha1 " CLAIMED)},
    {"two-counter-near", ST_BOTH, COUNTER("signer=two " CLAIMED_NEAR)},
    {"two-counter-plain", ST_BOTH, COUNTER("signer=two-plain " CLAIMED_NEAR)},
    {"two-between", ST_BOTH, BETWEEN("digest=sha256")},
    {"two-between-sha1", ST_BOTH, BETWEEN("digest=sha1")},

    {"two-sunset", ST_BOTH,
     TWO MONTH("twoca-0331.crl") ARCHIVE
     "data revs=twoca-0402.crl,tsaca-0402.crl; archive at=20250405120000Z tsa=atsa; "},

    {"ended-lt", ST_BOTH, TWO T CARRY("two-short.ocsp")},
    {"ended-lta", ST_BOTH, TWO T CARRY("two-short.ocsp") ARCHIVE},
    {"ended-then", ST_BOTH, TWO T CARRY("two-short.ocsp") IN_TIME},
    {"ended-old", ST_BOTH, TWO T CARRY("twoca-0210.crl")},
    {"ended-old-lt", ST_BOTH, TWO T CARRY("two-short.ocsp,twoca-0210.crl")},
    {"ended-old-lta", ST_BOTH, TWO T CARRY("two-short.ocsp,twoca-0210.crl") ARCHIVE},
    {"ended-old-then", ST_BOTH, TWO T CARRY("two-short.ocsp,twoca-0210.crl") IN_TIME},
    {"ended-old-good", ST_BOTH, TWO T CARRY("two.ocsp,twoca-0210.crl")},

    {"outlived-ao", ST_BOTH, TWO NOBODY ARCHIVE},
    {"outlived-lta", ST_BOTH, LONGER NOBODY ARCHIVE},
    {"outlived-proven", ST_BOTH, LONGER MONTH("twoca-0331-sha224.crl") ARCHIVE},
    {"outlived-behind", ST_BOTH,
     LONGER "carry certs=root,tsaca revs=" RESPONSE ARCHIVE "data certs=two-responder-sha224; "},
    {"outlived-below", ST_BOTH, LONGER "carry certs=root,tsaca,two-responder-sha224 revs=" RESPONSE ARCHIVE},

    {"lifted-held", ST_BOTH, TWO T CARRY("twoca-0302-held.crl,twoca-0215.crl")},
    {"lifted-sha1", ST_BOTH, TWO T CARRY("twoca-0302-held.crl,twoca-0215.crl,twoca-0304-sha1.crl")},
    {"lifted-held-lta", ST_BOTH, TWO T CARRY("twoca-0302-held.crl,twoca-0215.crl") ARCHIVE},
    {"lifted-sha1-lta", ST_BOTH,
     TWO T CARRY("twoca-0302-held.crl,twoca-0215.crl,twoca-0304-sha1.crl") ARCHIVE},
    {"lifted-good", ST_BOTH, TWO T CARRY("twoca-0302-held.crl,twoca-0215.crl,twoca-0304.crl")},
    {"lifted-good-lta", ST_BOTH, TWO T CARRY("twoca-0302-held.crl,twoca-0215.crl,twoca-0304.crl") ARCHIVE},

    {"told-renewed", ST_BOTH, TWO T CARRY("twoca-0302.crl") RENEWED},
    {"told-renewed-ao", ST_BOTH, TWO CARRY("twoca-0302.crl") RENEWED},
    {"told-counter", ST_BOTH,
     "sign; " T "counter signer=two " CLAIMED
     "; carry certs=root,tsaca,twoca revs=ca-0302.crl," DAY("0302") "; " RENEWED},
};

/* Their products: each fault that is in the file, at each level. */
static void pairs(struct st *s) {
    (void)mkdir(st_text(s, "%s/pairs", s->w.folder), 0755); /* it may be there */
    for (size_t f = 0; f < two_n_faults; f++) {
        for (size_t l = 0; l < two_n_levels; l++) {
            char name[64], program[1024];
            if (two_program(f, l, program, sizeof program)) {
                two_name(f, l, name, sizeof name);
                st_make(s, &(struct st_row){name, ST_BOTH, program}, 1);
            }
        }
    }
}

void st_rows_two(struct st *s) {
    static const char policy[] = "{\"name\": \"fresh\", \"base\": \"default\", \"freshness\": 43200}\n";
    st_write(s, "two-fresh.json", BYTES(policy, sizeof policy - 1));
    st_make(s, ROWS(rows));
    pairs(s);
}
