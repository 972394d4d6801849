#include "rows.h"

const struct row *row(enum row_id id) {
    static const struct row rows[] = {
#define ROW(name, slots, right, code) {#name, slots, right, code, row_##name},
#include "rows.def"
#undef ROW
    };
    return &rows[id];
}
