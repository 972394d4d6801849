/* base/time.h - seconds since 1970 UTC, RFC 3339. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct civil {
    int year, month, day, hour, minute, second;
};
int64_t time_from_civil(const struct civil *c);
struct civil time_to_civil(int64_t t);
bool civil_valid(const struct civil *c); /* real date, 00:00:00 to 23:59:59 */

int64_t time_now(void);

/* "2026-01-05T10:00:00Z" into 32 bytes (years 0..9999 only, else "?"); returns out. */
const char *time_rfc3339(int64_t t, char out[32]);
/* "05.01.2026 13:00:00 (+03:00)" for people in Turkey: UTC+3 all year since 2016; returns out. */
const char *time_turkish(int64_t t, char out[40]);
/* RFC 3339 with an explicit offset (fractions dropped), or a plain date (midnight UTC). */
bool time_parse(const char *s, int64_t *out);

#endif
