/* One signature with four lives: without time, with it, with what is needed later, and with an archive. */
#include "rows.h"

#define OF "sign digest=sha224; "
/* The lists that judge the time-stamp's authority are of after the first archive time-stamp's making. */
#define LATER "data certs=tsaca revs=tsaca-0402.crl,root-0402.crl; "

void st_rows_moments(struct st *s) {
    static const struct st_row rows[] = {
        {"moments-b", ST_BOTH, OF},
        {"moments-t", ST_BOTH, OF T},
        {"moments-lt", ST_BOTH, OF T LT},
        {"moments-lta", ST_BOTH, OF T LT LTA},
        {"moments-lta2", ST_BOTH, OF T LT LTA LATER AGAIN},
    };
    st_make(s, ROWS(rows));
}
