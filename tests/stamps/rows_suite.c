/*
 * The conformity suite of the Turkish profiles: what it asks of revocation, references, values and
 * time-stamps, by its own numbers, and the profiles P2 to P4 themselves.
 */
#include "rows.h"

#define REVS(ca, root, tsaca) "revs=" ca "," root "," tsaca "; "

/* An X-Long signature whose lists (or responses) are these, in references and values. */
#define XL(ca, root, tsaca)                                                                                  \
    S T "refs certs=ca,root revs=" ca "," root                                                               \
        "; sigrefs at=20250302120000Z; values certs=ca,root,tsaca " REVS(ca, root, tsaca)
#define SUB(list)                                                                                            \
    "sign signer=signer-sub; " T "refs certs=subca,root revs=subca-0302.crl," list                           \
    "; sigrefs at=20250302120000Z; values certs=subca,root,tsaca " REVS("subca-0302.crl", list,              \
                                                                        "tsaca-0302.crl")
#define ROOT "root-0302.crl"
#define TSAL "tsaca-0302.crl"

/* 14 to 37: revocation data, carried. */
static void revocation(struct st *s) {
    static const struct st_row rows[] = {
        {"14-expired", ST_BOTH, "sign signer=signer-early; " T},
        {"15-forged", ST_BOTH, "sign signer=signer-forged; " T},
        {"16-before", ST_BOTH, XL("ca-revoked-before.crl", ROOT, TSAL)},
        {"16-after", ST_BOTH, XL("ca-revoked-after.crl", ROOT, TSAL)},
        {"17-good", ST_BOTH, XL("signer.ocsp", ROOT, TSAL)},
        {"17-before", ST_BOTH, XL("signer-before.ocsp", ROOT, TSAL)},
        {"17-after", ST_BOTH, XL("signer-after.ocsp", ROOT, TSAL)},
        {"17-unknown", ST_BOTH, XL("signer-unknown.ocsp", ROOT, TSAL)},
        {"18-list-expired", ST_BOTH, XL("ca-0210.crl", ROOT, TSAL)},
        {"19-list-spoiled", ST_BOTH, XL("ca-spoiled.crl", ROOT, TSAL)},
        {"19-list-other-key", ST_BOTH, XL("ca-other-key.crl", ROOT, TSAL)},
        {"20-response-expired", ST_BOTH, XL("signer-expired.ocsp", ROOT, TSAL)},
        {"21-response-spoiled", ST_BOTH, XL("signer-spoiled.ocsp", ROOT, TSAL)},
        {"22-responder-expired", ST_BOTH, XL("signer-early.ocsp", ROOT, TSAL)},
        {"23-responder-stranger", ST_BOTH, XL("signer-stranger.ocsp", ROOT, TSAL)},
        {"27-other", ST_BOTH, XL("other.ocsp", ROOT, TSAL)},
        {"28-ca-forged", ST_BOTH,
         "sign certs=ca-forged; " T "values certs=ca-forged,root,tsaca " REVS("ca-0302.crl", ROOT, TSAL)},
        {"29-good", ST_BOTH, SUB(ROOT)},
        {"29-before", ST_BOTH, SUB("root-subca-before.crl")},
        {"29-after", ST_BOTH, SUB("root-subca-after.crl")},
        {"30-list-expired", ST_BOTH, SUB("root-0210.crl")},
        {"31-list-spoiled", ST_BOTH, SUB("root-spoiled.crl")},
        {"32-good", ST_BOTH, XL("signer.ocsp", "ca.ocsp", TSAL ",root-0302.crl")},
        {"32-before", ST_BOTH, XL("signer.ocsp", "ca-before.ocsp", TSAL)},
        {"33-response-expired", ST_BOTH, XL("signer.ocsp", "ca-expired.ocsp", TSAL)},
        {"34-response-spoiled", ST_BOTH, XL("signer.ocsp", "ca-spoiled.ocsp", TSAL)},
    };
    st_make(s, ROWS(rows));
}

/* 24 and 37: responders who are asked about themselves. The verifier has what their authorities say of them,
 * and no list that would tell of the signer or the authority without them. */
#define SOON "archive at=20250306120000Z tsa=atsa; "

static void responders(struct st *s) {
    static const struct st_row rows[] = {
        {"24-xl", ST_BOTH, XL("signer-asked.ocsp", ROOT, TSAL)},
        {"24-a", ST_BOTH, XL("signer-asked.ocsp", ROOT, TSAL) SOON},
        {"37-xl", ST_BOTH, XL("signer.ocsp", "ca-asked.ocsp", "tsaca.ocsp," TSAL)},
        {"37-a", ST_BOTH, XL("signer.ocsp", "ca-asked.ocsp", "tsaca.ocsp," TSAL) SOON},
    };
    st_make(s, ROWS(rows));
}

/* 40 to 49 and 62 to 71, 84 to 93: the authorities of the three kinds of time-stamps. */
#define ESC_BY(words) S T REFS "sigrefs at=20250302120000Z " words "; " VALUES
#define ATS_BY(words) S T REFS ESC VALUES "archive at=20250401120000Z " words "; "

static void authorities(struct st *s) {
    static const struct st_row rows[] = {
        {"62-imprint", ST_BOTH, ESC_BY("imprint=wrong")},
        {"63-signature", ST_BOTH, ESC_BY("spoil=yes")},
        {"64-expired", ST_BOTH, ESC_BY("tsa=tsa-early")},
        {"65-forged", ST_BOTH, ESC_BY("tsa=tsa-forged")},
        {"68-stranger", ST_BOTH, ESC_BY("tsa=tsa-stranger")},
        {"69-good", ST_BOTH, ESC_BY("tsa=tsa")},
        {"84-imprint", ST_BOTH, ATS_BY("tsa=atsa imprint=wrong")},
        {"85-signature", ST_BOTH, ATS_BY("tsa=atsa spoil=yes")},
        {"86-expired", ST_BOTH, ATS_BY("tsa=tsa-early")},
        {"87-forged", ST_BOTH, ATS_BY("tsa=tsa-forged")},
        {"90-stranger", ST_BOTH, ATS_BY("tsa=tsa-stranger")},
        {"91-good", ST_BOTH, ATS_BY("tsa=atsa")},
        {"109-sha1", ST_BOTH, ATS_BY("tsa=atsa digest=sha1")},
        {"48-list-spoiled", ST_BOTH, XL("ca-0302.crl", ROOT, "tsaca-spoiled.crl")},
        {"44-revoked", ST_BOTH, XL("ca-0302.crl", ROOT, "tsaca-revoked.crl")},
    };
    st_make(s, ROWS(rows));
}

/* 94 to 101: an authority of time-stamps with a root of its own, which is carried or not. */
#define ESA(t, r, certs, revs)                                                                               \
    S "stamp at=20250301100500Z tsa=" t "; " REFS "sigrefs at=20250302120000Z tsa=" r                        \
      "; values certs=ca,root,tsaca" certs " revs=" LISTS "," TSAL revs "; "
#define ESA_TWO(data) ESA("tsa", "tsa", "", "") "archive at=20250401120000Z tsa=" OWN "; " data LATER_LTA
#define LATER_LTA     "archive at=20250601120000Z tsa=atsa; "
/* Nothing of its authority stands in the token. */
#define OWN "tsa-stranger certs=-"

static void embedded(struct st *s) {
    static const struct st_row rows[] = {
        {"94-good", ST_BOTH, ESA(OWN, "tsa", ",stranger", ",stranger-0302.crl") LTA},
        {"94-root", ST_BOTH, ESA(OWN, "tsa", "", ",stranger-0302.crl") LTA},
        {"95-list", ST_BOTH, ESA(OWN, "tsa", ",stranger", "") LTA},
        {"96-good", ST_BOTH, ESA("tsa", OWN, ",stranger", ",stranger-0302.crl") LTA},
        {"96-root", ST_BOTH, ESA("tsa", OWN, "", ",stranger-0302.crl") LTA},
        {"97-list", ST_BOTH, ESA("tsa", OWN, ",stranger", "") LTA},
        {"100-good", ST_BOTH, ESA_TWO("data certs=stranger revs=stranger-0302.crl; ")},
        {"100-root", ST_BOTH, ESA_TWO("data revs=stranger-0302.crl; ")},
        {"101-list", ST_BOTH, ESA_TWO("data certs=stranger; ")},
        /* The youngest may do without: what it rests on can still be had. */
        {"101-youngest", ST_BOTH, ESA("tsa", "tsa", "", "") "archive at=20250401120000Z tsa=" OWN "; "},
    };
    st_make(s, ROWS(rows));
}

/* 50 to 61, and 72 to 82: references and values that are missing or wrong. */
#define XLR(refs, values) S T "refs " refs "; sigrefs at=20250302120000Z; values " values "; "
#define V_ALL             "certs=ca,root,tsaca revs=" LISTS "," TSAL

static void references(struct st *s) {
    static const struct st_row rows[] = {
        {"50-root-ref-missing", ST_BOTH, XLR("certs=ca revs=" LISTS, V_ALL)},
        {"51-root-ref-wrong", ST_BOTH, XLR("certs=ca,root! revs=" LISTS, V_ALL)},
        {"52-ca-ref-missing", ST_BOTH, XLR("certs=root revs=" LISTS, V_ALL)},
        {"53-ca-ref-wrong", ST_BOTH, XLR("certs=ca!,root revs=" LISTS, V_ALL)},
        {"54-ca-list-ref-missing", ST_BOTH, XLR("certs=ca,root revs=ca-0302.crl", V_ALL)},
        {"55-ca-list-ref-wrong", ST_BOTH, XLR("certs=ca,root revs=ca-0302.crl,root-0302.crl!", V_ALL)},
        {"56-signer-list-ref-missing", ST_BOTH, XLR("certs=ca,root revs=root-0302.crl", V_ALL)},
        {"57-signer-list-ref-wrong", ST_BOTH, XLR("certs=ca,root revs=ca-0302.crl!,root-0302.crl", V_ALL)},
        {"60-signer-response-ref-missing", ST_BOTH,
         XLR("certs=ca,root revs=root-0302.crl", "certs=ca,root,tsaca revs=signer.ocsp," ROOT "," TSAL)},
        {"61-signer-response-ref-wrong", ST_BOTH,
         XLR("certs=ca,root revs=signer.ocsp!,root-0302.crl",
             "certs=ca,root,tsaca revs=signer.ocsp," ROOT "," TSAL)},
        {"refs-sha1", ST_BOTH, XLR("digest=sha1 certs=ca,root revs=" LISTS, V_ALL)},
        {"refs-sha512", ST_BOTH, XLR("digest=sha512 certs=ca,root revs=" LISTS, V_ALL)},
        {"72-root-missing", ST_BOTH, XLR("certs=ca,root revs=" LISTS, "certs=ca,tsaca revs=" LISTS "," TSAL)},
        {"74-ca-missing", ST_BOTH,
         "sign certs=-; " T REFS ESC "values certs=root,tsaca revs=" LISTS "," TSAL "; "},
        {"76-ca-list-missing", ST_BOTH,
         XLR("certs=ca,root revs=" LISTS, "certs=ca,root,tsaca revs=ca-0302.crl," TSAL)},
        {"78-signer-list-missing", ST_BOTH,
         XLR("certs=ca,root revs=" LISTS, "certs=ca,root,tsaca revs=root-0302.crl," TSAL)},
        {"82-signer-response-missing", ST_BOTH,
         XLR("certs=ca,root revs=signer.ocsp,root-0302.crl", "certs=ca,root,tsaca revs=" ROOT "," TSAL)},
    };
    st_make(s, ROWS(rows));
}

/* The profiles: P2 is T, P3 and P4 are X-Long, in XML with a time-stamp over signature and references. */
#define STAMP_P(time) "stamp at=" time " certs=tsaca,root revs=tsaca-0228.crl,root-0228.crl; "
#define P_VALUES(ca)                                                                                         \
    "refs certs=ca,root revs=" ca ",root-0302.crl; sigrefs at=20250302120000Z certs=tsaca,root "             \
    "revs=tsaca-0302.crl,root-0302.crl; values certs=ca,root,tsaca revs=" ca                                 \
    ",root-0302.crl,tsaca-0302.crl; "
/* CAdES has no time-stamp over the references in these profiles (profile guide, table 2: must not). */
#define P_CADES(ca)                                                                                          \
    "refs certs=ca,root revs=" ca ",root-0302.crl; values certs=ca,root,tsaca revs=" ca                      \
    ",root-0302.crl,tsaca-0302.crl; "
#define STAMP_NOW STAMP_P("20250301100500Z")
#define P4        "signer.ocsp"

static void profiles(struct st *s) {
    static const struct st_row both[] = {
        {"p1", ST_BOTH, "sign ess=old; "},
        {"p2", ST_BOTH, "sign ess=old policy=p2; " STAMP_NOW},
        {"p2-early", ST_BOTH, "sign ess=old policy=p2; " STAMP_P("20250301095900Z")},
        {"p4-no-values", ST_BOTH, "sign ess=old policy=p4; " STAMP_NOW},
    };
    static const struct st_row cades[] = {
        {"p3", ST_CADES, "sign policy=p3; " STAMP_NOW P_CADES("ca-0303.crl")},
        {"p3-before-grace", ST_CADES, "sign policy=p3; " STAMP_NOW P_CADES("ca-0228.crl")},
        {"p4", ST_CADES | ST_CADES_OUT, "sign policy=p4; " STAMP_NOW P_CADES(P4)},
        {"p4-a", ST_CADES,
         "sign policy=p4; " STAMP_NOW P_CADES(P4) "archive v=2 at=20250401120000Z tsa=atsa; "},
        {"p4-a3", ST_CADES,
         "sign policy=p4; " STAMP_NOW P_CADES(P4) "archive index=1 at=20250401120000Z tsa=atsa; "},
        {"p4-4-oid", ST_CADES, "sign policy=other; " STAMP_NOW P_CADES(P4)},
        {"p4-5-hash", ST_CADES, "sign policy=p4 policy-hash=wrong; " STAMP_NOW P_CADES(P4)},
        {"p4-6-notice", ST_CADES, "sign policy=p4 notice=yes; " STAMP_NOW P_CADES(P4)},
        {"p4-7-ess-v1", ST_CADES, "sign policy=p4 ess=v1; " STAMP_NOW P_CADES(P4)},
        {"p4-8-no-time", ST_CADES, "sign policy=p4 claimed=-; " STAMP_NOW P_CADES(P4)},
        {"p4-9-three-hours", ST_CADES, "sign policy=p4 claimed=20250301070500Z; " STAMP_NOW P_CADES(P4)},
        {"p4-9-two-hours", ST_CADES, "sign policy=p4 claimed=20250301080600Z; " STAMP_NOW P_CADES(P4)},
        {"p4-9-stamp-early", ST_CADES, "sign policy=p4 claimed=20250301101500Z; " STAMP_NOW P_CADES(P4)},
        {"p4-10-list", ST_CADES, "sign policy=p4; " STAMP_NOW P_CADES("ca-0302.crl")},
        {"p4-11-tsa-root", ST_CADES,
         "sign policy=p4; stamp at=20250301100500Z nocerts=yes; "
         "refs certs=ca,root revs=signer.ocsp,root-0302.crl; values certs=ca,root "
         "revs=signer.ocsp,root-0302.crl; "},
        {"p4-12-tsa-list", ST_CADES,
         "sign policy=p4; " T "refs certs=ca,root revs=signer.ocsp,root-0302.crl; values certs=ca,root,tsaca "
         "revs=signer.ocsp,root-0302.crl; "},
        {"p4-15-sha1", ST_CADES, "sign policy=p4 digest=sha1; " STAMP_NOW P_CADES(P4)},
    };
    static const struct st_row xades[] = {
        {"p3", ST_XADES, "sign ess=old c14n=inc policy=p3; " STAMP_NOW P_VALUES("ca-0303.crl")},
        {"p3-before-grace", ST_XADES, "sign ess=old policy=p3; " STAMP_NOW P_VALUES("ca-0228.crl")},
        {"p4", ST_XADES, "sign ess=old c14n=inc policy=p4; " STAMP_NOW P_VALUES(P4)},
        {"p4-a", ST_XADES,
         "sign ess=old c14n=inc policy=p4; " STAMP_NOW P_VALUES(P4) "archive at=20250401120000Z tsa=atsa; "},
        {"p4-4-oid", ST_XADES, "sign ess=old policy=other; " STAMP_NOW P_VALUES(P4)},
        {"p4-5-hash", ST_XADES, "sign ess=old policy=p4 policy-hash=wrong; " STAMP_NOW P_VALUES(P4)},
        {"p4-6-notice", ST_XADES, "sign ess=old policy=p4 notice=yes; " STAMP_NOW P_VALUES(P4)},
        {"p4-7-ess-v1", ST_XADES, "sign ess=v1 policy=p4; " STAMP_NOW P_VALUES(P4)},
        {"p4-8-no-time", ST_XADES, "sign ess=old policy=p4 claimed=-; " STAMP_NOW P_VALUES(P4)},
        {"p4-9-three-hours", ST_XADES,
         "sign ess=old policy=p4 claimed=20250301070500Z; " STAMP_NOW P_VALUES(P4)},
        {"p4-10-list", ST_XADES, "sign ess=old policy=p4; " STAMP_NOW P_VALUES("ca-0302.crl")},
        {"p4-15-sha1", ST_XADES, "sign ess=old digest=sha1 policy=p4; " STAMP_NOW P_VALUES(P4)},
        {"p4-no-sigrefs", ST_XADES, "sign ess=old policy=p4; " STAMP_NOW P_CADES(P4)},
    };
    st_make(s, ROWS(both));
    st_make(s, ROWS(cades));
    st_make(s, ROWS(xades));
}

void st_rows_suite(struct st *s) {
    revocation(s);
    responders(s);
    authorities(s);
    references(s);
    embedded(s);
    profiles(s);
}
