/* base/time.c - the proleptic Gregorian calendar without the C library's time zones and locales. */
#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY = 86400, ISTANBUL = 3 * 3600 };

/* The first and last second that RFC 3339 can write: 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
#define TIME_FIRST INT64_C(-62167219200)
#define TIME_LAST  INT64_C(253402300799)

static bool is_leap(int64_t y) {
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Days before 1 March of year y, counted from 0000-03-01; a year that begins in March ends with its leap day.
 */
static int64_t days_before(int64_t y) {
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t in = y - era * 400;
    return era * 146097 + in * 365 + in / 4 - in / 100;
}

int64_t time_from_civil(const struct civil *c) {
    int64_t y = c->month > 2 ? (int64_t)c->year : (int64_t)c->year - 1;
    int64_t month = c->month > 2 ? c->month - 3 : c->month + 9; /* since March */
    /* Months from March on follow the pattern 31 30 31 30 31: 153 days every five. 719468 days lie
     * between 0000-03-01 and 1970-01-01. */
    int64_t days = days_before(y) + (153 * month + 2) / 5 + c->day - 1 - 719468;
    return days * DAY + (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
}

struct civil time_to_civil(int64_t t) {
    int64_t days = t / DAY, rest = t % DAY;
    if (rest < 0) {
        rest += DAY;
        days--;
    }
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t in = days - era * 146097;
    int64_t y = (in - in / 1460 + in / 36524 - in / 146096) / 365;
    int64_t of_year = in - (y * 365 + y / 4 - y / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t year = y + era * 400 + (month >= 10 ? 1 : 0);
    struct civil c = {
        .year = year > INT32_MAX ? INT32_MAX : (year < INT32_MIN ? INT32_MIN : (int)year),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(of_year - (153 * month + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
    };
    return c;
}

bool civil_valid(const struct civil *c) {
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (c->month < 1 || c->month > 12 || c->day < 1) {
        return false;
    }
    int days = length[c->month - 1] + (c->month == 2 && is_leap(c->year) ? 1 : 0);
    return c->day <= days && c->hour >= 0 && c->hour <= 23 && c->minute >= 0 && c->minute <= 59 &&
           c->second >= 0 && c->second <= 59;
}

int64_t time_now(void) {
    return (int64_t)time(NULL);
}

const char *time_rfc3339(int64_t t, char out[32]) {
    if (t < TIME_FIRST || t > TIME_LAST) {
        memcpy(out, "?", 2);
        return out;
    }
    struct civil c = time_to_civil(t);
    snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year % 10000, c.month % 100, c.day % 100,
             c.hour % 100, c.minute % 100, c.second % 100);
    return out;
}

const char *time_turkish(int64_t t, char out[40]) {
    if (t < TIME_FIRST || t > TIME_LAST - ISTANBUL) {
        memcpy(out, "?", 2);
        return out;
    }
    struct civil c = time_to_civil(t + ISTANBUL);
    snprintf(out, 40, "%02d.%02d.%04d %02d:%02d:%02d (+03:00)", c.day % 100, c.month % 100, c.year % 10000,
             c.hour % 100, c.minute % 100, c.second % 100);
    return out;
}

/* Exactly `digits` decimal digits at *s, which moves on. */
static bool parse_digits(const char **s, int digits, int *out) {
    int v = 0;
    for (int i = 0; i < digits; i++) {
        char c = **s;
        if (c < '0' || c > '9') {
            return false;
        }
        v = v * 10 + (c - '0');
        (*s)++;
    }
    *out = v;
    return true;
}

static bool parse_char(const char **s, const char *any) {
    if (**s == '\0' || strchr(any, **s) == NULL) {
        return false;
    }
    (*s)++;
    return true;
}

static bool parse_date(const char **s, struct civil *c) {
    return parse_digits(s, 4, &c->year) && parse_char(s, "-") && parse_digits(s, 2, &c->month) &&
           parse_char(s, "-") && parse_digits(s, 2, &c->day);
}

/* partial-time of RFC 3339, 5.6; its fraction is read over. */
static bool parse_clock(const char **s, struct civil *c) {
    if (!(parse_digits(s, 2, &c->hour) && parse_char(s, ":") && parse_digits(s, 2, &c->minute) &&
          parse_char(s, ":") && parse_digits(s, 2, &c->second))) {
        return false;
    }
    int digit = 0;
    if (!parse_char(s, ".")) {
        return true;
    }
    if (!parse_digits(s, 1, &digit)) {
        return false;
    }
    while (parse_digits(s, 1, &digit)) {
    }
    return true;
}

/* time-offset of RFC 3339, 5.6, in seconds east of UTC. */
static bool parse_offset(const char **s, int *out) {
    *out = 0;
    if (parse_char(s, "Zz")) {
        return true;
    }
    int sign = **s == '-' ? -1 : 1;
    int hour = 0, minute = 0;
    if (!parse_char(s, "+-") || !parse_digits(s, 2, &hour) || !parse_char(s, ":") ||
        !parse_digits(s, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *out = sign * (hour * 3600 + minute * 60);
    return true;
}

bool time_parse(const char *s, int64_t *out) {
    struct civil c = {0};
    int offset = 0;
    if (s == NULL || !parse_date(&s, &c)) {
        return false;
    }
    bool date_only = *s == '\0';
    if (!date_only && !(parse_char(&s, "Tt ") && parse_clock(&s, &c) && parse_offset(&s, &offset))) {
        return false;
    }
    if (*s != '\0' || !civil_valid(&c)) {
        return false;
    }
    *out = time_from_civil(&c) - offset;
    return true;
}
