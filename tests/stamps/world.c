/*
 * Who there is and what they publish. Everything has a fixed time, so that a vector can be judged at any
 * moment: the signer's certificate is good from 2024 to the end of 2026, he signs on 2025-03-01 at 10:00, the
 * time-stamp is of 10:05. Its authority's certificate ends with 2029; the first archive time-stamp is of
 * 2025-04-01 (its authority's ends with 2031), the second of 2031-06-01 (with 2039).
 */
#include "stamps.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

#define NES                                                                                                  \
    "keyUsage=critical,digitalSignature,nonRepudiation\n" KEY_IDS                                            \
    "certificatePolicies=@policy\n1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:statements\n"                              \
    "[policy]\npolicyIdentifier=2.16.792.1.2.1.1.5.7.1.1\nuserNotice.1=@notice\n"                            \
    "[notice]\nexplicitText=Sinama icin nitelikli sertifika\n"                                               \
    "[statements]\n1=SEQUENCE:syntax\n2=SEQUENCE:etsi\n3=SEQUENCE:law\n"                                     \
    "[syntax]\nid=OID:1.3.6.1.5.5.7.11.1\n[etsi]\nid=OID:0.4.0.1862.1.1\n"                                   \
    "[law]\nid=OID:2.16.792.1.61.0.1.5070.1.1\ntext=UTF8:Sinama icin nitelikli elektronik sertifika\n"
/* No mark of a qualified certificate; and none that may sign what commits its owner. */
#define PLAIN     "keyUsage=critical,digitalSignature,nonRepudiation\n" KEY_IDS
#define ENCRYPTS  "keyUsage=critical,keyEncipherment\n" KEY_IDS
#define SERVER    PLAIN "extendedKeyUsage=critical,serverAuth\n"
#define TSA_USAGE "keyUsage=critical,digitalSignature,nonRepudiation\n" KEY_IDS
#define TSA       TSA_USAGE "extendedKeyUsage=critical,timeStamping\n"
#define RESPONDER "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\n" KEY_IDS

/* A responder that nobody has to ask about. */
#define UNASKED RESPONDER "noCheck=ignored\n"

#define OLD  "20150101000000Z"
#define LONG "20450101000000Z"

static const struct path_cert certs[] = {
    {"root", "root", .ext = CA, .from = OLD, .to = LONG, .silent = true},
    {"ca", "root", .ext = CA, .from = OLD, .to = LONG, .silent = true},
    {"subca", "root", .ext = CA, .from = OLD, .to = LONG, .silent = true},
    {"tsaca", "root", .ext = CA, .from = OLD, .to = LONG, .silent = true},
    {"stranger", "stranger", .ext = CA, .from = OLD, .to = LONG, .silent = true},
    /* RFC 3279 and TS 119 312: a signature under a certificate whose digest ends with 2028. */
    {"weakca", "root", .ext = CA, .from = OLD, .to = LONG, .silent = true, .digest = "SHA224"},

    {"signer", "ca", .ext = NES, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"signer-sub", "subca", .ext = NES, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"signer-weak", "weakca", .ext = NES, .from = "20240101000000Z", .to = "20340101000000Z"},
    {"signer-long", "ca", .ext = NES, .from = "20240101000000Z", .to = "20340101000000Z"},
    {"signer-weak-short", "weakca", .ext = NES, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"signer-plain", "ca", .ext = PLAIN, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"signer-encrypts", "ca", .ext = ENCRYPTS, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"signer-late", "ca", .ext = NES, .from = "20250601000000Z", .to = "20261231235959Z"},
    {"signer-early", "ca", .ext = NES, .from = "20220101000000Z", .to = "20250201000000Z"},
    {"counter", "ca", .ext = NES, .from = "20240101000000Z", .to = "20261231235959Z"},

    {"tsa", "tsaca", .ext = TSA, .from = "20230101000000Z", .to = "20291231235959Z"},
    {"atsa", "tsaca", .ext = TSA, .from = "20250101000000Z", .to = "20311231235959Z"},
    {"atsa2", "tsaca", .ext = TSA, .from = "20300101000000Z", .to = "20391231235959Z"},
    {"tsa-short", "tsaca", .ext = TSA, .from = "20250101000000Z", .to = "20250501000000Z"},
    {"tsa-early", "tsaca", .ext = TSA, .from = "20230101000000Z", .to = "20250201000000Z"},
    {"tsa-late", "tsaca", .ext = TSA, .from = "20250601000000Z", .to = "20291231235959Z"},
    {"tsa-no-eku", "tsaca", .ext = TSA_USAGE, .from = "20230101000000Z", .to = "20291231235959Z"},
    {"tsa-eku-soft", "tsaca", .ext = TSA_USAGE "extendedKeyUsage=timeStamping\n", .from = "20230101000000Z",
     .to = "20291231235959Z"},
    {"tsa-eku-two", "tsaca", .ext = TSA_USAGE "extendedKeyUsage=critical,timeStamping,emailProtection\n",
     .from = "20230101000000Z", .to = "20291231235959Z"},
    {"tsa-stranger", "stranger", .ext = TSA, .from = "20230101000000Z", .to = "20291231235959Z"},
    {"tsa-twin", "tsaca", .ext = TSA, .subject = "CN=tsa", .from = "20230101000000Z",
     .to = "20291231235959Z"},

    {"responder", "ca", .ext = RESPONDER "noCheck=ignored\n", .from = "20240101000000Z",
     .to = "20291231235959Z"},
    {"responder-root", "root", .ext = RESPONDER "noCheck=ignored\n", .from = "20240101000000Z",
     .to = "20291231235959Z"},
    {"responder-early", "ca", .ext = RESPONDER "noCheck=ignored\n", .from = "20240101000000Z",
     .to = "20250201000000Z"},
    {"responder-short", "ca", .ext = RESPONDER "noCheck=ignored\n", .from = "20240101000000Z",
     .to = "20250304000000Z"},
    /* Those who are asked about themselves. */
    {"responder-asked", "ca", .ext = RESPONDER, .from = "20240101000000Z", .to = "20291231235959Z"},
    {"responder-root-asked", "root", .ext = RESPONDER, .from = "20240101000000Z", .to = "20291231235959Z"},
    {"responder-stranger", "stranger", .ext = RESPONDER "noCheck=ignored\n", .from = "20240101000000Z",
     .to = "20291231235959Z"},

    /* Those of the signatures with two faults (rows_two.c): what happens to them happens to nobody else. */
    {"twoca", "root", .ext = CA, .from = OLD, .to = LONG, .silent = true},
    {"two", "twoca", .ext = NES, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"two-encrypts", "twoca", .ext = ENCRYPTS, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"two-server", "twoca", .ext = SERVER, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"two-plain", "twoca", .ext = PLAIN, .from = "20240101000000Z", .to = "20261231235959Z"},
    {"two-sha1", "twoca", .ext = NES, .from = "20240101000000Z", .to = "20261231235959Z", .digest = "SHA1"},
    {"two-sha224", "twoca", .ext = NES, .from = "20240101000000Z", .to = "20261231235959Z",
     .digest = "SHA224"},
    {"two-late", "twoca", .ext = NES, .from = "20250601000000Z", .to = "20261231235959Z"},
    {"two-responder", "twoca", .ext = UNASKED, .from = "20240101000000Z", .to = "20391231235959Z"},
    {"two-responder-asked", "twoca", .ext = RESPONDER, .from = "20240101000000Z", .to = "20391231235959Z"},
    {"two-responder-sha224", "twoca", .ext = UNASKED, .from = "20240101000000Z", .to = "20391231235959Z",
     .digest = "SHA224"},
    {"two-responder-short", "twoca", .ext = UNASKED, .from = "20240101000000Z", .to = "20250304000000Z"},
    {"two-responder-sha1", "twoca", .ext = UNASKED, .from = "20240101000000Z", .to = "20391231235959Z",
     .digest = "SHA1"},
};

/* ---- lists
 * -------------------------------------------------------------------------------------------------- */

static const char *const authorities[] = {"root", "ca", "subca", "tsaca", "weakca", "twoca"};

/* What one authority says in a folder of lists. */
struct said {
    const char *folder, *issuer, *entries;
};

/* The lists of all authorities of one week, as a verifier who asks on its fifth day finds them. */
struct week {
    const char *folder, *from, *to;
};

static const struct week weeks[] = {
    {"at-2023", "20230530000000Z", "20230606000000Z"},
    {"at-2025-03", "20250308000000Z", "20250315000000Z"},
    {"at-2025-06", "20250530000000Z", "20250606000000Z"},
    {"at-2025-09", "20250830000000Z", "20250906000000Z"},
    {"at-2026-06", "20260530000000Z", "20260606000000Z"},
    {"at-2027-06", "20270530000000Z", "20270606000000Z"},
    {"at-2029-06", "20290530000000Z", "20290606000000Z"},
    {"at-2030-06", "20300530000000Z", "20300606000000Z"},
    {"at-2031-09", "20310830000000Z", "20310906000000Z"},
    {"at-2033-06", "20330530000000Z", "20330606000000Z"},
    {"at-2041-06", "20410530000000Z", "20410606000000Z"},
    /* Named for what they say. */
    {"revoked-after", "20250830000000Z", "20250906000000Z"},
    {"revoked-all", "20250830000000Z", "20250906000000Z"},
    {"revoked-before", "20250830000000Z", "20250906000000Z"},
    {"revoked-soon", "20250308000000Z", "20250315000000Z"},
    {"revoked-same", "20250830000000Z", "20250906000000Z"},
    {"held-after", "20250830000000Z", "20250906000000Z"},
    {"held-before", "20250830000000Z", "20250906000000Z"},
    {"subca-after", "20250830000000Z", "20250906000000Z"},
    {"subca-before", "20250830000000Z", "20250906000000Z"},
    {"sub-both", "20250830000000Z", "20250906000000Z"},
    {"tsa-after", "20250830000000Z", "20250906000000Z"},
    {"tsa-before", "20250830000000Z", "20250906000000Z"},
    {"tsa-compromised", "20250830000000Z", "20250906000000Z"},
    {"counter-before", "20250830000000Z", "20250906000000Z"},
    {"counter-mid", "20250830000000Z", "20250906000000Z"},
    {"two-after", "20250830000000Z", "20250906000000Z"},
    {"two-before", "20250830000000Z", "20250906000000Z"},
    {"two-held", "20250830000000Z", "20250906000000Z"},
    {"two-ca-after", "20250830000000Z", "20250906000000Z"},
    {"two-between", "20250830000000Z", "20250906000000Z"},
    {"two-between-tsa", "20250830000000Z", "20250906000000Z"},
    {"same-day", "20250301110000Z", "20250308000000Z"},
    {"same-day-tsa", "20250301150000Z", "20250308000000Z"},
    {"grace-tsa", "20250303000000Z", "20250310000000Z"},
};

#define TWO(when_why)                                                                                        \
    "two " when_why ";two-encrypts " when_why ";two-server " when_why ";two-plain " when_why                 \
    ";two-sha1 " when_why ";two-sha224 " when_why

static const struct said told[] = {
    {"revoked-after", "ca", "signer 20250601000000Z keyCompromise"},
    {"revoked-all", "ca",
     "signer-plain 20250601000000Z keyCompromise;signer-encrypts 20250601000000Z keyCompromise"},
    {"revoked-before", "ca", "signer 20250215000000Z keyCompromise"},
    {"revoked-soon", "ca", "signer 20250305000000Z keyCompromise"},
    {"revoked-same", "ca", "signer 20250301100500Z keyCompromise"}, /* at the very second of the time-stamp */
    {"held-after", "ca", "signer 20250601000000Z certificateHold"},
    {"held-before", "ca", "signer 20250215000000Z certificateHold"},
    {"subca-after", "root", "subca 20250601000000Z cACompromise"},
    {"subca-before", "root", "subca 20250215000000Z cACompromise"},
    {"sub-both", "root", "subca 20250601000000Z cACompromise"}, /* the authority after the time-stamp, */
    {"sub-both", "subca", "signer-sub 20250215000000Z keyCompromise"}, /* the signer before it */
    {"tsa-after", "tsaca", "tsa 20250601000000Z superseded"},
    {"tsa-before", "tsaca", "tsa 20250215000000Z superseded"},
    {"tsa-compromised", "tsaca", "tsa 20250601000000Z keyCompromise"},
    {"counter-before", "ca", "counter 20250215000000Z keyCompromise"},
    {"counter-mid", "ca", "counter 20250403000000Z keyCompromise"}, /* between two archive time-stamps */
    {"counter-mid", "tsaca", "tsa 20250601000000Z superseded"},
    {"two-after", "twoca", TWO("20250601000000Z keyCompromise")},
    {"two-before", "twoca", TWO("20250215000000Z keyCompromise")},
    {"two-held", "twoca", TWO("20250601000000Z certificateHold")},
    {"two-ca-after", "root", "twoca 20250601000000Z cACompromise"},
    /* Between the first archive time-stamp and the second; later the authority of the first, too. */
    {"two-between", "twoca", TWO("20250420000000Z keyCompromise")},
    {"two-between-tsa", "twoca", TWO("20250420000000Z keyCompromise")},
    {"two-between-tsa", "tsaca", "tsa 20250601000000Z superseded"},
    {"same-day-tsa", "tsaca", "tsa 20250301140000Z superseded"},
    {"grace-tsa", "tsaca", "tsa 20250301140000Z superseded"},
};

static const char *entries_of(const char *folder, const char *issuer) {
    for (size_t i = 0; i < COUNT(told); i++) {
        if (strcmp(told[i].folder, folder) == 0 && strcmp(told[i].issuer, issuer) == 0) {
            return told[i].entries;
        }
    }
    return NULL;
}

static void publish(struct st *s, const struct week *w) {
    (void)mkdir(st_text(s, "%s/%s", s->w.folder, w->folder), 0755); /* it may be there */
    for (size_t i = 0; i < COUNT(authorities); i++) {
        path_list(&s->w, &(struct path_list){.file = st_text(s, "%s/%s.crl", w->folder, authorities[i]),
                                             .issuer = authorities[i],
                                             .from = w->from,
                                             .to = w->to,
                                             .entries = entries_of(w->folder, authorities[i])});
    }
}

/* Lists that signatures carry: ISSUER-MMDD of 2025, and of the year 2031. */
static void carried(struct st *s) {
    static const struct {
        const char *end, *from, *to;
    } days[] = {
        {"0110", "20250110000000Z", "20250117000000Z"}, /* while signer-early was still good */
        {"0210", "20250210000000Z", "20250217000000Z"}, /* run out when the time-stamp was made */
        {"0228", "20250228000000Z", "20250307000000Z"}, /* before the time-stamp */
        {"0302", "20250302000000Z", "20250309000000Z"}, /* the day after */
        {"0303", "20250303000000Z", "20250310000000Z"}, /* and the next: the grace period is over */
        {"0331", "20250331000000Z", "20250407000000Z"}, /* the day before the first archive time-stamp */
        {"0402", "20250402000000Z", "20250409000000Z"}, /* the day after */
        {"0503", "20250503000000Z", "20250510000000Z"}, /* the day before another one */
        {"2029", "20291228000000Z", "20300104000000Z"}, /* the last with the authority of the time-stamp */
        {"2031", "20310530000000Z", "20310606000000Z"}, /* before the second archive time-stamp */
        {"2032", "20311228000000Z", "20320104000000Z"}, /* the last with the authority of the first */
    };
    for (size_t d = 0; d < COUNT(days); d++) {
        for (size_t i = 0; i < COUNT(authorities); i++) {
            path_list(&s->w, &(struct path_list){.file = st_text(s, "%s-%s.crl", authorities[i], days[d].end),
                                                 .issuer = authorities[i],
                                                 .from = days[d].from,
                                                 .to = days[d].to});
        }
    }
}

static void carried_faults(struct st *s) {
    static const struct path_list rows[] = {
        {"ca-revoked-before.crl", .issuer = "ca", .from = "20250302000000Z", .to = "20250309000000Z",
         .entries = "signer 20250215000000Z keyCompromise"},
        {"ca-revoked-after.crl", .issuer = "ca", .from = "20250302000000Z", .to = "20250309000000Z",
         .entries = "signer 20250301180000Z keyCompromise"},
        {"ca-revoked-0601.crl", .issuer = "ca", .from = "20250831000000Z", .to = "20250907000000Z",
         .entries = "signer 20250601000000Z keyCompromise"},
        {"lists-stranger.crl", .issuer = "stranger", .from = "20250830000000Z", .to = "20250906000000Z"},
        {"stranger-0302.crl", .issuer = "stranger", .from = "20250302000000Z", .to = "20250309000000Z"},
        {"ca-spoiled.crl", .issuer = "ca", .from = "20250302000000Z", .to = "20250309000000Z",
         .spoiled = true},
        {"ca-other-key.crl", .issuer = "ca", .key = "stranger", .from = "20250302000000Z",
         .to = "20250309000000Z"},
        {"root-spoiled.crl", .issuer = "root", .from = "20250302000000Z", .to = "20250309000000Z",
         .spoiled = true},
        {"root-subca-before.crl", .issuer = "root", .from = "20250302000000Z", .to = "20250309000000Z",
         .entries = "subca 20250215000000Z cACompromise"},
        {"root-subca-after.crl", .issuer = "root", .from = "20250302000000Z", .to = "20250309000000Z",
         .entries = "subca 20250301180000Z cACompromise"},
        {"tsaca-spoiled.crl", .issuer = "tsaca", .from = "20250302000000Z", .to = "20250309000000Z",
         .spoiled = true},
        {"tsaca-revoked.crl", .issuer = "tsaca", .from = "20250302000000Z", .to = "20250309000000Z",
         .entries = "tsa 20250215000000Z keyCompromise"},
        {"twoca-before-0530.crl", .issuer = "twoca", .from = "20250530000000Z", .to = "20250606000000Z",
         .entries = "two 20250215000000Z keyCompromise"},
        {"root-two-held.crl", .issuer = "root", .from = "20250830000000Z", .to = "20250906000000Z",
         .entries = "twoca 20250601000000Z certificateHold"},
        /* The last with the signer, who has ended since; by SHA-224 as well. */
        {"twoca-2612.crl", .issuer = "twoca", .from = "20261201000000Z", .to = "20261208000000Z"},
        {"twoca-2612-sha224.crl", .issuer = "twoca", .from = "20261201000000Z", .to = "20261208000000Z",
         .digest = "SHA224"},
        {"twoca-0331-sha224.crl", .issuer = "twoca", .from = "20250331000000Z", .to = "20250407000000Z",
         .digest = "SHA224"},
        /* A suspension, an older list, and two newer ones that do not know it. */
        {"twoca-0302-held.crl", .issuer = "twoca", .from = "20250302000000Z", .to = "20250309000000Z",
         .entries = "two 20250220000000Z certificateHold"},
        {"twoca-0215.crl", .issuer = "twoca", .from = "20250215000000Z", .to = "20250305000000Z"},
        {"twoca-0304.crl", .issuer = "twoca", .from = "20250304000000Z", .to = "20250308000000Z"},
        {"twoca-0304-sha1.crl", .issuer = "twoca", .from = "20250304000000Z", .to = "20250308000000Z",
         .digest = "SHA1"},
        {"twoca-month.crl", .issuer = "twoca", .from = "20250228000000Z", .to = "20250408000000Z"},
        {"twoca-sha1.crl", .issuer = "twoca", .from = "20250228000000Z", .to = "20250408000000Z",
         .digest = "SHA1"},
        {"twoca-years.crl", .issuer = "twoca", .from = "20250228000000Z", .to = "20270601000000Z"},
        {"twoca-years-fresh.crl", .issuer = "twoca", .from = "20250301000000Z", .to = "20270601000000Z"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        path_list(&s->w, &rows[i]);
    }
}

/* ---- responses
 * --------------------------------------------------------------------------------------------------- */

#define MADE  "20250301103000Z"
#define DAYS  "20250301103000Z 20250308103000Z"
#define MONTH "20250301103000Z 20250408103000Z"
#define LAST  "20261201103000Z 20261208103000Z"
#define AFTER "20250305180000Z"
#define LATER "20250305180000Z 20250312180000Z"

static void answers(struct st *s) {
    static const struct path_answer rows[] = {
        {"signer.ocsp", "responder", .singles = "signer ca good " DAYS, .produced = MADE},
        {"signer-after.ocsp", "responder", .singles = "signer ca keyCompromise " DAYS, .produced = MADE,
         .revoked = "20250301102000Z"},
        {"signer-before.ocsp", "responder", .singles = "signer ca keyCompromise " DAYS, .produced = MADE,
         .revoked = "20250215000000Z"},
        {"signer-unknown.ocsp", "responder", .singles = "signer ca unknown " DAYS, .produced = MADE},
        {"signer-expired.ocsp", "responder", .singles = "signer ca good 20250201000000Z 20250208000000Z",
         .produced = "20250201000000Z"},
        {"signer-spoiled.ocsp", "responder", .singles = "signer ca good " DAYS, .produced = MADE,
         .spoiled = true},
        {"signer-early.ocsp", "responder-early", .singles = "signer ca good " DAYS, .produced = MADE},
        {"signer-short.ocsp", "responder-short", .singles = "signer ca good " DAYS, .produced = MADE},
        {"signer-stranger.ocsp", "responder-stranger", .singles = "signer ca good " DAYS, .produced = MADE},
        {"other.ocsp", "responder", .singles = "counter ca good " DAYS, .produced = MADE},
        {"ca.ocsp", "responder-root", .singles = "ca root good " DAYS, .produced = MADE},
        {"ca-before.ocsp", "responder-root", .singles = "ca root keyCompromise " DAYS, .produced = MADE,
         .revoked = "20250215000000Z"},
        {"ca-expired.ocsp", "responder-root", .singles = "ca root good 20250201000000Z 20250208000000Z",
         .produced = "20250201000000Z"},
        {"ca-spoiled.ocsp", "responder-root", .singles = "ca root good " DAYS, .produced = MADE,
         .spoiled = true},
        {"tsaca.ocsp", "responder-root", .singles = "tsaca root good " DAYS, .produced = MADE},
        {"signer-asked.ocsp", "responder-asked", .singles = "signer ca good " DAYS, .produced = MADE},
        {"ca-asked.ocsp", "responder-root-asked", .singles = "ca root good " DAYS, .produced = MADE},
        /* Four days later their authorities tell of these two themselves. */
        {"responder-good.ocsp", "ca", .singles = "responder-asked ca good " LATER, .produced = AFTER},
        {"responder-before.ocsp", "ca", .singles = "responder-asked ca keyCompromise " LATER,
         .produced = AFTER, .revoked = "20250215000000Z"},
        {"responder-after.ocsp", "ca", .singles = "responder-asked ca keyCompromise " LATER,
         .produced = AFTER, .revoked = "20250304000000Z"},
        {"root-responder-good.ocsp", "root", .singles = "responder-root-asked root good " LATER,
         .produced = AFTER},
        {"root-responder-before.ocsp", "root", .singles = "responder-root-asked root keyCompromise " LATER,
         .produced = AFTER, .revoked = "20250215000000Z"},
        {"root-responder-after.ocsp", "root", .singles = "responder-root-asked root keyCompromise " LATER,
         .produced = AFTER, .revoked = "20250304000000Z"},
        {"tsa.ocsp", "tsaca", .singles = "tsa tsaca good " DAYS, .produced = MADE},
        {"two.ocsp", "two-responder", .singles = "two twoca good " MONTH, .produced = MADE},
        {"two-asked.ocsp", "two-responder-asked", .singles = "two twoca good " MONTH, .produced = MADE},
        {"two-2612.ocsp", "two-responder", .singles = "two twoca good " LAST, .produced = "20261201103000Z"},
        {"two-2612-sha224.ocsp", "two-responder-sha224", .singles = "two twoca good " LAST,
         .produced = "20261201103000Z"},
        {"two-0331-sha224.ocsp", "two-responder-sha224",
         .singles = "two twoca good 20250331103000Z 20250409103000Z", .produced = "20250331103000Z",
         .no_certificates = true},
        {"two-short.ocsp", "two-responder-short", .singles = "two twoca good " DAYS, .produced = MADE},
        {"two-sha1.ocsp", "two-responder-sha1", .singles = "two twoca good " MONTH, .produced = MADE},
        {"two-unknown.ocsp", "two-responder", .singles = "two twoca unknown " MONTH, .produced = MADE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        path_answer(&s->w, &rows[i]);
    }
}

/* A certificate with a bit of its signature changed: its name is in the folder, its key is the other's. */
static void forged(struct st *s, const char *of, const char *name) {
    static struct path_cert rows[4];
    static size_t used;
    const struct path_made *m = path_find(&s->w, of);
    path_must(used < COUNT(rows) && s->w.n < COUNT(s->w.made), name);
    unsigned char *der = NULL;
    int len = i2d_X509(m->cert, &der);
    path_must(len > 0, name);
    der[len - 1] ^= 1;
    const unsigned char *at = der;
    rows[used] = *m->row;
    rows[used].name = name;
    s->w.made[s->w.n++] =
        (struct path_made){.row = &rows[used++], .cert = d2i_X509(NULL, &at, len), .key = m->key};
    path_must(s->w.made[s->w.n - 1].cert != NULL && EVP_PKEY_up_ref(m->key) == 1, name);
    path_out(&s->w, st_text(s, "%s.der", name), der, len);
    OPENSSL_free(der);
}

void st_world(struct st *s) {
    for (size_t i = 0; i < COUNT(certs); i++) {
        path_cert(&s->w, &certs[i]);
    }
    forged(s, "signer", "signer-forged");
    forged(s, "ca", "ca-forged");
    forged(s, "tsa", "tsa-forged");
    for (size_t i = 0; i < COUNT(weeks); i++) {
        publish(s, &weeks[i]);
    }
    carried(s);
    carried_faults(s);
    answers(s);
    st_write(s, "content.txt", s->content);
}

/* TimeStampResp (RFC 3161, 2.4.2) with a token, whatever its status. */
static sign_bytes response(struct st *s, const char *status, sign_bytes token) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, strtoull(status, NULL, 10));
    der_end(&b);
    der_put_raw(&b, token);
    der_end(&b);
    return st_take(s, &b);
}

/* Of the content; the one step says how: with `status` in the response of an authority. */
static void token(struct st *s, const char *file, const char *program) {
    struct st_step steps[2];
    path_must(st_steps(s, program, steps, 2) == 1, file);
    const char *status = st_opt(steps, "status", NULL);
    sign_bytes made = st_token(s, steps, s->content, (sign_bytes){0});
    st_write(s, file, status != NULL ? response(s, status, made) : made);
}

void st_make(struct st *s, const struct st_row *rows, size_t n) {
    static const struct {
        int format;
        const char *end;
        void (*make)(struct st *s, const char *file, const char *program);
    } ways[] = {{ST_CADES, "p7m", st_cades},
                {ST_XADES, "xml", st_xades},
                {ST_CADES_OUT, "p7s", st_cades},
                {ST_XADES_OUT, "xades", st_xades},
                {ST_TOKEN, "tst", token}};
    for (size_t i = 0; i < n; i++) {
        for (size_t w = 0; w < COUNT(ways); w++) {
            if ((rows[i].formats & ways[w].format) != 0) {
                ways[w].make(s, st_text(s, "%s.%s", rows[i].name, ways[w].end), rows[i].program);
            }
        }
    }
}
