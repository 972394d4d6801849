/* Every level, both formats, and the ways in which each is written. */
#include "rows.h"

/* Tokens of the content alone; the first ones are good. */
static void alone(struct st *s) {
    static const struct st_row rows[] = {
        {"token", ST_TOKEN, "stamp at=20250301100500Z"},
        {"token-ess-v1", ST_TOKEN, "stamp at=20250301100500Z ess=v1"},
        {"token-sha512", ST_TOKEN, "stamp at=20250301100500Z digest=sha512 tokendigest=sha384"},
        {"token-plain", ST_TOKEN,
         "stamp at=20250301100500Z accuracy=- nonce=77 ordering=yes name=tsa tsapolicy=1.2.3.4"},
        {"token-carrying", ST_TOKEN, "stamp at=20250301100500Z certs=tsaca,root revs=tsaca-0228.crl"},
        {"token-imprint", ST_TOKEN, "stamp at=20250301100500Z imprint=wrong"},
        {"token-signature", ST_TOKEN, "stamp at=20250301100500Z spoil=yes"},
        {"token-no-eku", ST_TOKEN, "stamp at=20250301100500Z tsa=tsa-no-eku"},
        {"token-eku-soft", ST_TOKEN, "stamp at=20250301100500Z tsa=tsa-eku-soft"},
        {"token-eku-two", ST_TOKEN, "stamp at=20250301100500Z tsa=tsa-eku-two"},
        {"token-ess-wrong", ST_TOKEN, "stamp at=20250301100500Z ess=wrong"},
        {"token-ess-none", ST_TOKEN, "stamp at=20250301100500Z ess=none"},
        {"token-stranger", ST_TOKEN, "stamp at=20250301100500Z tsa=tsa-stranger"},
        {"token-forged", ST_TOKEN, "stamp at=20250301100500Z tsa=tsa-forged"},
        {"token-name", ST_TOKEN, "stamp at=20250301100500Z name=signer"},
    };
    st_make(s, ROWS(rows));
}

#define NEWER "data revs=ca-0402.crl,root-0402.crl,tsaca-0402.crl; archive at=20250405120000Z tsa=atsa; "

void st_rows_levels(struct st *s) {
    static const struct st_row rows[] = {
        {"b", ST_BOTH | ST_OUT, S},
        {"t", ST_BOTH | ST_OUT, S T},
        {"t-two", ST_BOTH, S T "stamp at=20250301120000Z tsa=atsa; "},
        {"c", ST_BOTH, S T REFS},
        {"x1", ST_BOTH, S T REFS ESC},
        {"x2", ST_BOTH, S T REFS REFSONLY},
        {"xl", ST_BOTH | ST_OUT, S T REFS VALUES},
        {"xl1", ST_BOTH | ST_OUT, S T REFS ESC VALUES},
        {"xl2", ST_BOTH, S T REFS REFSONLY VALUES},
        {"xl-ocsp", ST_BOTH,
         S T "refs certs=ca,root revs=signer.ocsp,root-0302.crl; values certs=ca,root,tsaca "
             "revs=signer.ocsp,root-0302.crl,tsaca-0302.crl; "},
        {"lt", ST_BOTH | ST_OUT, S T LT},
        {"lt-ocsp", ST_BOTH, S T "carry certs=root,tsaca revs=signer.ocsp,root-0302.crl,tsaca-0302.crl; "},
        {"lt-ocsp-all", ST_BOTH, S T "carry certs=root,tsaca revs=signer.ocsp,ca.ocsp,tsa.ocsp; "},
        {"lta", ST_BOTH | ST_OUT, S T LT LTA},
        {"lta-again", ST_BOTH | ST_OUT, S T LT LTA AGAIN},
        {"lta-own-lists", ST_BOTH, S T LT LTA "data revs=tsaca-0402.crl,root-0402.crl; "},
        {"lta-three", ST_BOTH, S T LT LTA "archive at=20280601120000Z tsa=atsa; " AGAIN},
        {"a", ST_BOTH | ST_OUT, S T REFS ESC VALUES LTA},
        {"a-again", ST_BOTH, S T REFS ESC VALUES LTA AGAIN},
        {"a-v2", ST_BOTH | ST_OUT, S T REFS ESC VALUES "archive v=2 at=20250401120000Z tsa=atsa; "},
        {"a-v2-v3", ST_BOTH,
         S T REFS VALUES "archive v=2 at=20250401120000Z tsa=atsa; archive at=20310601120000Z tsa=atsa2; "},
        {"a-v2-v2", ST_BOTH,
         S T REFS VALUES "archive v=2 at=20250401120000Z tsa=atsa; archive v=2 at=20310601120000Z "
                         "tsa=atsa2; "},
        /* Digests other than SHA-256: the token's own, and each of three archive time-stamps another. */
        {"t-sha512", ST_BOTH, S "stamp at=20250301100500Z digest=sha512; "},
        {"lta-digests", ST_BOTH,
         S T LT "archive at=20250401120000Z tsa=atsa digest=sha384; archive at=20260401120000Z tsa=atsa "
                "digest=sha512; "},
        {"t-plain", ST_BOTH,
         S "stamp at=20250301100500Z accuracy=- nonce=77 ordering=yes name=tsa tsapolicy=1.2.3.4; "},
        {"t-ess-v1", ST_BOTH, S "stamp at=20250301100500Z ess=v1; "},
        {"t-carrying", ST_BOTH,
         S "stamp at=20250301100500Z certs=tsaca,root revs=tsaca-0228.crl,root-0228.crl; "},
        /* Lower bounds: content time-stamps. */
        {"content", ST_BOTH | ST_OUT, "content-stamp at=20250301095500Z; " S T},
        {"content-lta", ST_BOTH, "content-stamp at=20250301095500Z; " S T LT LTA},
        {"counter", ST_BOTH, S T "counter; "},
        {"counter-lta", ST_BOTH, S T "counter; " LT LTA},
        /* Under two archive time-stamps, the second with lists from behind the first; and behind both. */
        {"counter-kept", ST_BOTH, S T "counter; " LT LTA NEWER},
        {"counter-behind", ST_BOTH, S T LT LTA NEWER "counter claimed=20250406100000Z; "},
        /* The first by an authority that ends later, so that the second is what proves the first. */
        {"counter-first", ST_BOTH, S T "counter; " LT "archive at=20250401120000Z tsa=tsa; " NEWER},
        {"counter-first-sha1", ST_BOTH,
         S T "counter; " LT "archive at=20250401120000Z tsa=tsa digest=sha1; " NEWER},
        {"counter-between", ST_BOTH, S T LT LTA "counter claimed=20250401180000Z; " NEWER},
    };
    static const struct st_row cades[] = {
        {"lta-index1", ST_CADES | ST_CADES_OUT, S T LT "archive at=20250401120000Z tsa=atsa index=1; "},
        {"lta-index1-sha512", ST_CADES, S T LT "archive at=20250401120000Z tsa=atsa index=1 digest=sha512; "},
        {"lta-index2", ST_CADES, S T LT "archive at=20250401120000Z tsa=atsa index=2; "},
        {"a-v2-bare", ST_CADES | ST_CADES_OUT, S T REFS VALUES "archive v=2b at=20250401120000Z tsa=atsa; "},
        {"a-v1", ST_CADES, S T REFS VALUES "archive v=1 at=20250401120000Z tsa=atsa; "},
        /* Parallel signatures: the lists and certificates are everybody's. */
        {"two", ST_CADES, S T "next; sign signer=counter; " T LT},
        {"two-one-wrong", ST_CADES,
         S T "next; sign signer=counter; stamp at=20250301100500Z imprint=wrong; "},
        {"two-lta", ST_CADES, S T LT "next; sign signer=counter; " T LTA},
        {"counter-t", ST_CADES, S T "counter at=20250310100500Z; "},
    };
    static const struct st_row xades[] = {
        {"content-one", ST_XADES, "content-stamp at=20250301095500Z kind=individual; " S T},
        {"xl1-v2", ST_XADES,
         S T "refs v2=yes certs=ca,root revs=" LISTS "; sigrefs v2=yes at=20250302120000Z; " VALUES},
        {"xl2-v2", ST_XADES,
         S T "refs v2=yes certs=ca,root revs=" LISTS "; refsonly v2=yes at=20250302120000Z; " VALUES},
        {"lta-any", ST_XADES, S T "any certs=ca,root,tsaca revs=" LISTS ",tsaca-0302.crl; " LTA},
        {"lta-data", ST_XADES,
         S T "data certs=tsaca revs=tsaca-0302.crl; values certs=ca,root revs=" LISTS "; " LTA},
        {"enveloped-lta", ST_XADES, "sign shape=enveloped; " T LT LTA},
        {"enveloped-nodes-lta", ST_XADES, "sign shape=enveloped nodes=yes; " T LT LTA},
        {"enveloped-inclusive-lta", ST_XADES,
         "sign shape=enveloped c14n=inc; stamp at=20250301100500Z c14n=inc; " LT
         "archive at=20250401120000Z tsa=atsa c14n=inc; "},
        {"enveloping-nodes-lta", ST_XADES, "sign nodes=yes; " T LT LTA},
        {"inclusive-lta", ST_XADES,
         "sign c14n=inc; stamp at=20250301100500Z c14n=none; " LT
         "archive at=20250401120000Z tsa=atsa c14n=none; "},
        {"c11-lta", ST_XADES,
         "sign c14n=c11; stamp at=20250301100500Z c14n=c11; " LT
         "archive at=20250401120000Z tsa=atsa c14n=c11; "},
        {"enveloped-a132", ST_XADES,
         "sign shape=enveloped; " T REFS ESC VALUES "archive v=2 at=20250401120000Z tsa=atsa; "},
    };
    alone(s);
    st_make(s, ROWS(rows));
    st_make(s, ROWS(cades));
    st_make(s, ROWS(xades));
}
