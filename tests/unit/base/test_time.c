/* Calendar and RFC 3339. */
#include "base/time.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

static const struct {
    int64_t t;
    const char *text;
} known[] = {
    {0, "1970-01-01T00:00:00Z"},
    {-1, "1969-12-31T23:59:59Z"},
    {951782400, "2000-02-29T00:00:00Z"},
    {4107542399, "2100-02-28T23:59:59Z"},
    {4107542400, "2100-03-01T00:00:00Z"},
    {2147483648, "2038-01-19T03:14:08Z"},
    {1767607200, "2026-01-05T10:00:00Z"},
    {-62167219200, "0000-01-01T00:00:00Z"},
    {253402300799, "9999-12-31T23:59:59Z"},
};

Test(time, known_instants_both_ways) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char out[32];
        int64_t t = 0;
        cr_assert_str_eq(time_rfc3339(known[i].t, out), known[i].text);
        cr_assert(time_parse(known[i].text, &t) && t == known[i].t, "%s", known[i].text);
    }
}

Test(time, years_that_rfc_3339_cannot_write) {
    char out[40];
    cr_assert_str_eq(time_rfc3339(253402300800, out), "?");
    cr_assert_str_eq(time_rfc3339(-62167219201, out), "?");
    cr_assert_str_eq(time_rfc3339(INT64_MAX, out), "?");
    cr_assert_str_eq(time_turkish(INT64_MAX, out), "?");
    cr_assert_str_eq(time_turkish(253402300799, out), "?");
}

Test(time, every_day_of_eight_centuries_agrees_with_its_neighbour) {
    struct civil before = time_to_civil(INT64_C(-86400) * 365 * 500);
    for (int64_t day = -365 * 500 + 1; day < 365 * 300; day++) {
        struct civil c = time_to_civil(day * 86400);
        cr_assert(civil_valid(&c) && time_from_civil(&c) == day * 86400);
        bool next_day = c.year == before.year && c.month == before.month && c.day == before.day + 1;
        bool first =
            c.day == 1 && (c.month == before.month + 1 || (c.month == 1 && c.year == before.year + 1));
        cr_assert(next_day || first, "%d-%d-%d", c.year, c.month, c.day);
        before = c;
    }
}

Test(time, extremes_do_not_overflow) {
    struct civil far = time_to_civil(INT64_MAX), past = time_to_civil(INT64_MIN);
    cr_assert(far.year == INT32_MAX && past.year == INT32_MIN);
    cr_assert(civil_valid(&far) || far.month >= 1);
}

Test(time, real_dates_only) {
    const struct {
        struct civil c;
        bool valid;
    } dates[] = {
        {{2024, 2, 29, 0, 0, 0}, true},  {{2023, 2, 29, 0, 0, 0}, false}, {{1900, 2, 29, 0, 0, 0}, false},
        {{2000, 2, 29, 0, 0, 0}, true},  {{2024, 4, 31, 0, 0, 0}, false}, {{2024, 0, 1, 0, 0, 0}, false},
        {{2024, 13, 1, 0, 0, 0}, false}, {{2024, 1, 0, 0, 0, 0}, false},  {{2024, 1, 1, 24, 0, 0}, false},
        {{2024, 1, 1, 0, 60, 0}, false}, {{2024, 1, 1, 0, 0, 60}, false}, {{2024, 12, 31, 23, 59, 59}, true},
        {{2024, 1, 1, -1, 0, 0}, false},
    };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        cr_assert_eq(civil_valid(&dates[i].c), dates[i].valid, "row %zu", i);
    }
}

Test(time, turkish_time_is_three_hours_ahead) {
    char out[40];
    cr_assert_str_eq(time_turkish(1767607200, out), "05.01.2026 13:00:00 (+03:00)");
    cr_assert_str_eq(time_turkish(1767654000, out), "06.01.2026 02:00:00 (+03:00)");
}

Test(time, parsing_accepts) {
    const struct {
        const char *s;
        int64_t t;
    } good[] = {
        {"2026-01-05", 1767571200},
        {"2026-01-05T13:00:00+03:00", 1767607200},
        {"2026-01-05t10:00:00z", 1767607200},
        {"2026-01-05 10:00:00.123456Z", 1767607200},
        {"2026-01-04T23:30:00-10:30", 1767607200},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t t = 0;
        cr_assert(time_parse(good[i].s, &t) && t == good[i].t, "%s gives %lld", good[i].s, (long long)t);
    }
}

Test(time, parsing_refuses) {
    const char *const bad[] = {"",
                               "2026",
                               "2026-1-05",
                               "2026-02-30",
                               "2026-01-05T10:00:00",
                               "2026-01-05T10:00Z",
                               "2026-01-05T10:00:00.Z",
                               "2026-01-05T10:00:00+0300",
                               "2026-01-05T10:00:00+24:00",
                               "2026-01-05T10:00:00+03:60",
                               "2026-01-05T24:00:00Z",
                               "2026-01-05T10:00:60Z",
                               "2026-01-05T10:00:00Zx",
                               "2026-01-05x",
                               "-026-01-05",
                               "2026/01/05"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t t = 77;
        cr_assert(!time_parse(bad[i], &t) && t == 77, "%s", bad[i]);
    }
    int64_t t;
    cr_assert_not(time_parse(NULL, &t));
}

Test(time, now_is_now) {
    int64_t before = (int64_t)time(NULL);
    int64_t now = time_now();
    cr_assert(now >= before && now <= (int64_t)time(NULL));
}
