/* form/normal.h - the one way in which a value of a field is written. */
#ifndef FORM_NORMAL_H
#define FORM_NORMAL_H

#include "base/bytes.h"
#include "form/fields.h"

/*
 * The longest value in bytes, as given and in normal form: the longest field is 300 characters. Turkish
 * capitals may double a text before it is found to be too long.
 */
enum { FORM_VALUE_MAX = 1200, FORM_NORMAL_MAX = 2 * FORM_VALUE_MAX + 8 };

/* A text that grows in place, so that a check cannot fail for want of memory. */
struct line {
    char s[FORM_NORMAL_MAX]; /* NUL-terminated */
    size_t len;
    bool odd; /* something that no value may hold is in it */
};

/*
 * The normal form of a value (valid UTF-8, at most FORM_VALUE_MAX bytes): white space trimmed and single,
 * composed letters (Unicode NFC as far as Turkish goes), and what the kind of the field asks for. A value
 * that is not of its kind stays as it is but for the white space; the check tells of it.
 */
void value_normal(const struct field *f, const char *in, struct line *out);

/* "2026-01-05" that is a real date. */
bool value_date(const char *s, int *year, int *month, int *day);

#endif
