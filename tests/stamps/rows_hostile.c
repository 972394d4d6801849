/* What a signature lacks besides being late: a proof of time repairs the lateness and nothing else. */
#include "rows.h"

void st_rows_hostile(struct st *s) {
    static const struct st_row rows[] = {
        {"lacks-ess", ST_BOTH, "sign ess=none; " T},
        {"lacks-ess-lta", ST_BOTH, "sign ess=none; " T LT LTA},
        {"lacks-purpose", ST_BOTH, "sign signer=tsa; stamp at=20250301100500Z tsa=atsa; "},
        {"lacks-purpose-lta", ST_BOTH,
         "sign signer=tsa; stamp at=20250301100500Z tsa=atsa; " LT "archive at=20250401120000Z tsa=atsa; "},
        {"lacks-name", ST_BOTH, S "stamp at=20250301100500Z name=signer; " LT LTA},
        {"lacks-usage", ST_BOTH, "sign signer=signer-encrypts; " T},
        {"lacks-usage-lta", ST_BOTH, "sign signer=signer-encrypts; " T LT LTA},
        {"lacks-marks", ST_BOTH, "sign signer=signer-plain; " T},
        {"lacks-marks-lta", ST_BOTH, "sign signer=signer-plain; " T LT LTA},
        {"sub-both", ST_BOTH, "sign signer=signer-sub certs=subca; " T},
        {"sub-both-lta", ST_BOTH, "sign signer=signer-sub certs=subca; " T LT LTA},
        {"weak-late", ST_BOTH,
         "sign signer=signer-weak-short; stamp at=20270601100500Z; archive at=20270602120000Z tsa=atsa; "},
        {"weak-late-b", ST_BOTH, "sign signer=signer-weak-short; archive at=20270602120000Z tsa=atsa; "},
        {"answer-granted", ST_TOKEN, "stamp at=20250301100500Z status=0"},
        {"answer-modified", ST_TOKEN, "stamp at=20250301100500Z status=1"},
        {"answer-refused", ST_TOKEN, "stamp at=20250301100500Z status=2"},
        {"order-archive", ST_BOTH,
         "content-stamp at=20250310100500Z; sign; archive at=20250302120000Z tsa=atsa; "},
        {"order-refs", ST_BOTH,
         "content-stamp at=20250310100500Z; sign; " REFS "sigrefs at=20250302120000Z; "},
    };
    st_make(s, ROWS(rows));
}
