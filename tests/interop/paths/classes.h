/* Which disagreements are known: docs/PATHS.md explains each class. */
#ifndef PATHS_CLASSES_H
#define PATHS_CLASSES_H

#include "rows.h"

enum judge { OPENSSL, BOUNCY, JUDGES };

enum class_id {
    CLASS_NONE = 0,
#define CLASS(id, name) CLASS_##id,
#define DEVIATES(row, judge, right, id)
#include "classes.def"
#undef CLASS
#undef DEVIATES
    CLASSES
};

const char *class_name(enum class_id id);

/* The rows that were applied to a chain. */
struct applied {
    enum row_id rows[ROWS];
    size_t n;
};

/* Valid still, and no judge is known to say otherwise. */
bool row_is_harmless(enum row_id id);
enum right applied_right(const struct applied *a);
/* Why this judge may say the contrary of what is right; CLASS_NONE: it may not. */
enum class_id class_of(const struct applied *a, enum judge judge, enum right said);

#endif
