#include "classes.h"

static const struct deviation {
    enum row_id row;
    enum judge judge;
    enum right said;
    enum class_id class;
} deviations[] = {
#define CLASS(id, name)
#define DEVIATES(row, judge, right, id) {ROW_##row, judge, right, CLASS_##id},
#include "classes.def"
#undef CLASS
#undef DEVIATES
    {ROWS, JUDGES, VALID, CLASS_NONE}};

const char *class_name(enum class_id id) {
    static const char *const names[] = {
        "none",
#define CLASS(id, name) name,
#define DEVIATES(row, judge, right, id)
#include "classes.def"
#undef CLASS
#undef DEVIATES
    };
    return names[id];
}

static enum class_id find(enum row_id id, enum judge judge, enum right said) {
    for (const struct deviation *v = deviations; v->row != ROWS; v++)
        if (v->row == id && v->judge == judge && v->said == said)
            return v->class;
    return CLASS_NONE;
}

bool row_is_harmless(enum row_id id) {
    return row(id)->right == VALID && find(id, OPENSSL, INVALID) == CLASS_NONE &&
           find(id, BOUNCY, INVALID) == CLASS_NONE;
}

enum right applied_right(const struct applied *a) {
    for (size_t i = 0; i < a->n; i++)
        if (row(a->rows[i])->right == INVALID)
            return INVALID;
    return VALID;
}

/* One reason to refuse is enough; to accept, all that is wrong must have been passed over. */
enum class_id class_of(const struct applied *a, enum judge judge, enum right said) {
    enum class_id found = CLASS_NONE;
    for (size_t i = 0; i < a->n; i++) {
        if (said == VALID && row(a->rows[i])->right == VALID)
            continue;
        enum class_id one = find(a->rows[i], judge, said);
        if (said == VALID && one == CLASS_NONE)
            return CLASS_NONE;
        if (one != CLASS_NONE)
            found = one;
    }
    return found;
}
