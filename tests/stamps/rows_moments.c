/* One signature with four lives: without time, with it, with what is needed later, and with an archive. */
#include "rows.h"

#define OF "sign digest=sha224; "

void st_rows_moments(struct st *s) {
    static const struct st_row rows[] = {
        {"moments-b", ST_BOTH, OF},
        {"moments-t", ST_BOTH, OF T},
        {"moments-lt", ST_BOTH, OF T LT},
        {"moments-lta", ST_BOTH, OF T LT LTA},
        {"moments-lta2", ST_BOTH, OF T LT LTA AGAIN},
    };
    st_make(s, ROWS(rows));
}
