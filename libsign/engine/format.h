/* engine/format.h - the array of formats: the only place that knows which there are. */
#ifndef ENGINE_FORMAT_H
#define ENGINE_FORMAT_H

#include "ades/ades.h"

/* The row of a format; SIGN_AUTO is the default one for creation. NULL: not in this build. */
const struct ades_format *format_by_id(sign_format id);

/* The format whose bytes these look like; NULL when none claims them. */
const struct ades_format *format_of(const source *s);

/* The i-th row; NULL past the end. */
const struct ades_format *format_at(size_t i);

#endif
