/* 75 to 81 of the list of negative cases, and what belongs to them by EN 319 102-1. */
#include "rows.h"

#define AT       "stamp at=20250301100500Z "
#define WEAK_LTA "archive at=20250401120000Z tsa=atsa digest=sha224; "

/* What the answers should answer (RFC 3161, 2.4.1): nonce 77, policy 1.2.3.4, and with certificates. */
static void request(struct st *s) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    der_begin(&b, DER_SEQUENCE);
    st_put_algorithm(&b, "sha256");
    der_put(&b, DER_OCTET_STRING, st_digest(s, "sha256", s->content));
    der_end(&b);
    path_must(der_put_oid_text(&b, "1.2.3.4"), "policy");
    der_put_uint(&b, 77);
    der_put_bool(&b, true);
    der_end(&b);
    st_write(s, "77-request.tsq", st_take(s, &b));
}

/* 75: not of what it is attached to; 76: who made it; 77: what it says. */
static void tokens(struct st *s) {
    static const struct st_row rows[] = {
        {"75-imprint", ST_BOTH, S AT "imprint=wrong; "},
        {"75-other-data", ST_BOTH, S AT "imprint=other; "},
        {"75-bad-and-good", ST_BOTH, S AT "imprint=wrong; stamp at=20250301110000Z; "},
        {"75-signature", ST_BOTH, S AT "spoil=yes; "},
        {"75-other-signature", ST_BOTH, S AT "imprint=signature; "},
        {"75-value-longer", ST_BOTH, S AT "digest=sha256 value=sha512; "},
        {"75-value-same-length", ST_BOTH, S AT "digest=sha3-256 value=sha256; "},
        {"75-sha3", ST_BOTH, S AT "digest=sha3-256; "},
        {"75-sha1", ST_BOTH, S AT "digest=sha1; "},
        {"76-no-eku", ST_BOTH, S AT "tsa=tsa-no-eku; "},
        {"76-eku-soft", ST_BOTH, S AT "tsa=tsa-eku-soft; "},
        {"76-eku-two", ST_BOTH, S AT "tsa=tsa-eku-two; "},
        {"76-expired", ST_BOTH, S AT "tsa=tsa-early; "},
        {"76-not-yet", ST_BOTH, S AT "tsa=tsa-late; "},
        {"76-stranger", ST_BOTH, S AT "tsa=tsa-stranger; "},
        {"76-ess-wrong", ST_BOTH, S AT "ess=wrong; "},
        {"76-ess-other", ST_BOTH, S AT "ess=other; "},
        {"76-ess-v1-wrong", ST_BOTH, S AT "ess=v1-wrong; "},
        {"76-ess-v1-other", ST_BOTH, S AT "ess=v1-other; "},
        {"76-ess-none", ST_BOTH, S AT "ess=none; "},
        {"76-forged", ST_BOTH, S AT "tsa=tsa-forged; "},
        {"76-other-key", ST_BOTH, S AT "key=stranger; "},
        {"76-signer", ST_BOTH, S AT "tsa=signer; "},
        {"76-twin", ST_BOTH, S AT "tsa=tsa ess=v2 key=tsa-twin; "},
        {"76-no-certs", ST_BOTH, S AT "nocerts=yes; "},
        {"77-name-other", ST_BOTH, S AT "name=signer; "},
        {"77-future", ST_BOTH, S "stamp at=20260301100500Z; "},
        {"77-order", ST_BOTH, "content-stamp at=20250301101000Z; " S T},
        {"77-order-same", ST_BOTH, "content-stamp at=20250301100500Z; " S T},
        {"77-content-imprint", ST_BOTH, "content-stamp at=20250301095500Z imprint=wrong; " S T},
        {"77-millis", ST_BOTH, S AT "millis=1000; "},
        {"77-millis-good", ST_BOTH, S AT "millis=999; "},
        {"77-accuracy", ST_BOTH, "content-stamp at=20250301101000Z accuracy=600; " S AT "accuracy=600; "},
        {"77-accuracy-less", ST_BOTH,
         "content-stamp at=20250301101000Z accuracy=149; " S AT "accuracy=149; "},
        {"77-accuracy-equal", ST_BOTH,
         "content-stamp at=20250301101000Z accuracy=150; " S AT "accuracy=150; "},
        {"77-ordering", ST_BOTH,
         "content-stamp at=20250301101000Z accuracy=600 ordering=yes; " S AT "accuracy=600 ordering=yes; "},
        {"77-ordering-good", ST_BOTH,
         "content-stamp at=20250301095500Z accuracy=600 ordering=yes; " S AT "accuracy=600 ordering=yes; "},
        {"77-ordering-two", ST_BOTH,
         "content-stamp at=20250301101000Z accuracy=600 ordering=yes tsa=atsa; " S AT
         "accuracy=600 ordering=yes; "},
    };
    static const struct st_row answers[] = {
        {"77-answer", ST_TOKEN, AT "nonce=77 tsapolicy=1.2.3.4 status=0"},
        {"77-answer-nonce", ST_TOKEN, AT "nonce=78 tsapolicy=1.2.3.4 status=0"},
        {"77-answer-no-nonce", ST_TOKEN, AT "tsapolicy=1.2.3.4 status=0"},
        {"77-answer-policy", ST_TOKEN, AT "nonce=77 tsapolicy=1.2.3.5 status=0"},
        {"77-answer-imprint", ST_TOKEN, AT "nonce=77 tsapolicy=1.2.3.4 imprint=wrong status=0"},
        {"77-answer-digest", ST_TOKEN, AT "nonce=77 tsapolicy=1.2.3.4 digest=sha512 status=0"},
    };
    st_make(s, ROWS(rows));
    st_make(s, ROWS(answers));
    request(s);
}

/* 78: what is claimed is no proof; 80: which revocation data count; 81: algorithms over time. */
static void times(struct st *s) {
    static const struct st_row rows[] = {
        {"78-rollback", ST_BOTH, "sign claimed=20240201100000Z; stamp at=20250301100500Z; "},
        {"78-rollback-early", ST_BOTH,
         "sign signer=signer-early claimed=20250101100000Z; stamp at=20250301100500Z; "},
        {"78-early-good", ST_BOTH,
         "sign signer=signer-early claimed=20250110100000Z; stamp at=20250110100500Z; "
         "carry certs=root,tsaca revs=ca-0110.crl; "},
        {"78-2010", ST_BOTH, "sign claimed=20100301100000Z; " T},
        {"78-2010-b", ST_BOTH, "sign claimed=20100301100000Z; "},
        {"78-2010-sha1", ST_BOTH, "sign claimed=20100301100000Z digest=sha1; " T},
        {"78-early-no-stamp", ST_BOTH, "sign signer=signer-early claimed=20250101100000Z; "},
        {"78-late", ST_BOTH, "sign signer=signer-late claimed=20250701100000Z; stamp at=20250301100500Z; "},
        {"78-content-expired", ST_BOTH,
         "content-stamp at=20250301095500Z; sign signer=signer-early claimed=20250301100000Z; "},
        {"78-content-revoked", ST_BOTH, "content-stamp at=20250301095500Z; " S},
        {"80-list-before", ST_BOTH,
         S T "carry certs=root,tsaca revs=ca-0228.crl,root-0228.crl,tsaca-0228.crl; "},
        {"80-list-stale", ST_BOTH,
         S T "carry certs=root,tsaca revs=ca-0210.crl,root-0302.crl,tsaca-0302.crl; "},
        {"80-nothing-carried", ST_BOTH, S T LTA},
        {"80-broken-both", ST_BOTH,
         S AT "imprint=wrong; " LT "archive at=20250401120000Z tsa=atsa imprint=wrong; "},
        {"80-responder-broken-lta", ST_BOTH,
         S T "carry certs=root,tsaca revs=signer-short.ocsp,root-0302.crl,tsaca-0302.crl; "
             "archive at=20250303120000Z tsa=atsa imprint=wrong; "},
        {"80-broken-stamp", ST_BOTH, S AT "imprint=wrong; " LT},
        {"80-broken-archive", ST_BOTH, S AT "imprint=wrong; " LT "archive at=20250401120000Z tsa=atsa; "},
        {"80-responder-ended", ST_BOTH,
         S T "carry certs=root,tsaca revs=signer-short.ocsp,root-0302.crl,tsaca-0302.crl; "},
        {"80-responder-carried-lta", ST_BOTH,
         S T "carry certs=root,tsaca,responder-short revs=signer-short.ocsp,root-0302.crl,tsaca-0302.crl; "
             "archive at=20250303120000Z tsa=atsa; "},
        {"80-responder-ended-lta", ST_BOTH,
         S T "carry certs=root,tsaca revs=signer-short.ocsp,root-0302.crl,tsaca-0302.crl; "
             "archive at=20250303120000Z tsa=atsa; "},
        {"81-b", ST_BOTH, "sign signer=signer-long digest=sha224; "},
        {"81-t", ST_BOTH, "sign signer=signer-long digest=sha224; " T},
        {"81-lta", ST_BOTH, "sign signer=signer-long digest=sha224; " T LT LTA},
        {"81-chain-t", ST_BOTH, "sign signer=signer-weak; " T},
        {"81-chain-lta", ST_BOTH,
         "sign signer=signer-weak; " T
         "carry certs=root,tsaca revs=weakca-0402.crl,root-0402.crl,tsaca-0402.crl; "
         "archive at=20250405120000Z tsa=atsa; "},
        {"81-stamp-lt", ST_BOTH, S AT "digest=sha224; " LT},
        {"81-stamp-lta", ST_BOTH, S AT "digest=sha224; " LT LTA},
        {"81-archive", ST_BOTH, S T LT WEAK_LTA},
        {"81-archive-renewed", ST_BOTH, S T LT WEAK_LTA "archive at=20280601120000Z tsa=atsa; "},
        {"81-archive-late", ST_BOTH, S T LT WEAK_LTA AGAIN},
        {"81-sha1-b", ST_BOTH, "sign digest=sha1; "},
        {"81-sha1-content", ST_BOTH, "content-stamp at=20250301095500Z; sign digest=sha1; "},
        {"81-sha1-t", ST_BOTH, "sign digest=sha1; " T},
    };
    st_make(s, ROWS(rows));
}

/* 79: archive time-stamps. */
static void archives(struct st *s) {
    static const struct st_row rows[] = {
        {"79-imprint", ST_BOTH, S T LT "archive at=20250401120000Z tsa=atsa imprint=wrong; "},
        {"79-bad-then-good", ST_BOTH,
         S T LT "archive at=20250401120000Z tsa=atsa imprint=wrong; archive at=20250402120000Z tsa=atsa; "},
        {"79-good-then-bad", ST_BOTH, S T LT LTA "archive at=20250402120000Z tsa=atsa imprint=wrong; "},
        {"79-twice", ST_BOTH, S T LT LTA "again at=-; "},
        {"79-both-bad", ST_BOTH,
         S T LT "archive at=20250401120000Z tsa=atsa imprint=wrong; "
                "archive at=20250402120000Z tsa=atsa imprint=wrong; "},
        {"79-stamp-kept", ST_BOTH, S T T LT LTA},
        {"79-refs-kept", ST_BOTH, S T REFS VALUES LTA},
        {"79-stamp-dropped", ST_BOTH, S T T LT LTA "drop at=0; "},
        {"79-swapped", ST_BOTH, S T REFS VALUES "archive at=20250401120000Z tsa=atsa; swap a=1 b=2; "},
        {"79-added-after", ST_BOTH, S T LT LTA "stamp at=20250501120000Z; "},
        {"79-other-content", ST_BOTH, S T LT "archive at=20250401120000Z tsa=atsa imprint=other; "},
        {"79-tsa-stranger", ST_BOTH, S T LT "archive at=20250401120000Z tsa=tsa-stranger; "},
        {"79-tsa-expired", ST_BOTH, S T LT "archive at=20250401120000Z tsa=tsa-early; "},
        {"79-short", ST_BOTH, S T LT "archive at=20250401120000Z tsa=tsa-short; "},
    };
    static const struct st_row cades[] = {
        {"79-index-extra", ST_CADES, S T LT "archive at=20250401120000Z tsa=atsa index-fault=extra; "},
        {"79-index-extra-v1", ST_CADES,
         S T LT "archive at=20250401120000Z tsa=atsa index=1 index-fault=extra; "},
        {"79-index-cert", ST_CADES, S T LT "archive at=20250401120000Z tsa=atsa index-fault=cert; "},
        {"79-index-missing", ST_CADES, S T T LT "archive at=20250401120000Z tsa=atsa index-fault=missing; "},
        {"79-index-missing-only", ST_CADES,
         S T LT "archive at=20250401120000Z tsa=atsa index-fault=missing; "},
        {"79-index-absent", ST_CADES, S T LT "archive at=20250401120000Z tsa=atsa index-fault=absent; "},
        {"79-carried-after-v3", ST_CADES, S T LT LTA "carry revs=tsaca-0402.crl; "},
        {"79-carried-after-v2", ST_CADES,
         S T LT "archive v=2 at=20250401120000Z tsa=atsa; carry revs=tsaca-0402.crl; "},
        {"79-refs-kept-v1", ST_CADES, S T REFS VALUES "archive at=20250401120000Z tsa=atsa index=1; "},
        {"79-dropped-v1", ST_CADES,
         S T REFS VALUES "archive at=20250401120000Z tsa=atsa index=1; drop at=1; "},
    };
    static const struct st_row xades[] = {
        {"79-order", ST_XADES, S T REFS VALUES LTA "swap a=3 b=4; "},
        {"79-xml-dropped", ST_XADES, S T REFS VALUES LTA "drop at=1; "},
    };
    st_make(s, ROWS(rows));
    st_make(s, ROWS(cades));
    st_make(s, ROWS(xades));
}

void st_rows_faults(struct st *s) {
    tokens(s);
    times(s);
    archives(s);
}
