/* The page: well-formed, in itself, and nothing that a document says becomes markup. */
#include "unit/report/sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static char *page_of(struct sign_report *(*make)(void), sign_lang lang) {
    struct sign_report *r = make();
    char *page = sample_written(r, SIGN_HTML, lang);
    sign_report_free(&r);
    return page;
}

/* The elements of the page that have no end tag (HTML, 13.1.2). */
static bool is_void(const char *name) {
    return !strcmp(name, "meta") || !strcmp(name, "br");
}

enum { DEPTH = 200, NAME = 16 };

/* Every element ends, innermost first; returns how many there were. */
static size_t walk(const char *page) {
    char open[DEPTH][NAME];
    size_t depth = 0, n = 0;
    for (const char *at = strchr(page + 1, '<'); at; at = strchr(at + 1, '<')) {
        bool end = at[1] == '/';
        char name[NAME];
        cr_assert_eq(sscanf(at + 1 + end, "%15[a-z0-9]", name), 1, "%.60s", at);
        const char *close = strchr(at, '>');
        cr_assert_not_null(close);
        if (end) {
            cr_assert_gt(depth, 0);
            cr_assert_str_eq(open[--depth], name, "%.80s", at);
        } else if (!is_void(name) && close[-1] != '/') {
            cr_assert_lt(depth, DEPTH);
            strcpy(open[depth++], name);
        }
        n++;
    }
    cr_assert_eq(depth, 0);
    return n;
}

Test(html, every_page_is_well_formed_and_in_itself) {
    static const char *const never[] = {"<script", "<img", "<link",     "<iframe",
                                        "@import", "url(", "onerror=\""};
    for (const struct sample_row *row = sample_rows; row->name; row++)
        for (int lang = SIGN_TR; lang <= SIGN_EN; lang++) {
            char *page = page_of(row->make, (sign_lang)lang);
            cr_expect_gt(walk(page), 30, "%s", row->name);
            for (size_t i = 0; i < sizeof never / sizeof *never; i++)
                cr_expect_null(strstr(page, never[i]), "%s: %s", row->name, never[i]);
            cr_expect_not_null(strstr(page, "default-src 'none'"));
            cr_expect_not_null(strstr(page, "prefers-color-scheme:dark"));
            cr_expect_not_null(strstr(page, lang == SIGN_TR ? "<html lang=\"tr\">" : "<html lang=\"en\">"));
            free(page);
        }
}

Test(html, the_verdict_comes_first_in_word_and_shape) {
    static const struct {
        struct sign_report *(*make)(void);
        const char *tr, *en, *shape;
    } rows[] = {{sample_archived, "<h1>GEÇERLİ</h1>", "<h1>VALID</h1>", "#passed"},
                {sample_mixed, "<h1>GEÇERSİZ</h1>", "<h1>INVALID</h1>", "#failed"},
                {sample_preliminary, "<h1>ÖN DOĞRULAMA</h1>", "<h1>PRELIMINARY</h1>", "#preliminary"},
                {sample_none, "<h1>İMZA YOK</h1>", "<h1>NO SIGNATURE</h1>", "#none"},
                {sample_inspected, "<h1>BÜTÜNLÜK TAMAM", "<h1>INTACT", "#intact"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *tr = page_of(rows[i].make, SIGN_TR), *en = page_of(rows[i].make, SIGN_EN);
        const char *h1 = strstr(tr, rows[i].tr), *shape = strstr(tr, "<use href=");
        cr_expect_not_null(h1, "%s", rows[i].tr);
        cr_expect_not_null(strstr(en, rows[i].en), "%s", rows[i].en);
        cr_expect(shape && strncmp(shape + 11, rows[i].shape, strlen(rows[i].shape)) == 0, "row %zu", i);
        cr_expect(h1 < strstr(tr, "<main>"));
        cr_expect(strstr(h1 + 1, "<h1") == NULL, "one h1");
        free(tr);
        free(en);
    }
}

Test(html, a_person_is_named_and_the_number_is_masked) {
    for (const struct sample_row *row = sample_rows; row->name; row++) {
        char *page = page_of(row->make, SIGN_TR);
        cr_expect_null(strstr(page, "10000000146"), "%s", row->name);
        free(page);
    }
    char *page = page_of(sample_archived, SIGN_TR);
    cr_expect_not_null(strstr(page, "100******46"));
    cr_expect_not_null(strstr(page, "Ayşe Gülçin Öztürk"));
    free(page);
}

Test(html, names_from_outside_stay_names) {
    char *page = page_of(sample_hostile, SIGN_EN);
    cr_expect_not_null(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    cr_expect_null(strstr(page, "<b>Uzun"));
    cr_expect_null(strstr(page, "\xe2\x80\xae"), "no mark that turns the direction of writing");
    cr_expect_null(strchr(page, '\x01'));
    cr_expect_lt(strlen(page), 120000, "10,000 characters do not fill the page: %zu", strlen(page));
    cr_expect_not_null(strstr(page, "characters)</small>"));
    free(page);
}

Test(html, the_life_shows_each_moment_in_its_order) {
    char *page = page_of(sample_archived, SIGN_TR);
    static const char *const order[] = {"<figure", "Sertifika geçerliliği", "Beyan edilen zaman", "S1-T1",
                                        "S1-T2",   "Doğrulama</span>",      "</figure>"};
    const char *at = page;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        at = strstr(at, order[i]);
        cr_assert_not_null(at, "%s", order[i]);
    }
    free(page);
    page = page_of(sample_mixed, SIGN_EN);
    cr_expect_not_null(strstr(page, "Certificate revoked"));
    free(page);
    page = page_of(sample_preliminary, SIGN_TR);
    cr_expect_not_null(strstr(
        page,
        "<b>Kesinleşme:</b> <time datetime=\"2026-01-06T08:00:00Z\">06.01.2026 11:00:00 (+03:00)</time>"));
    free(page);
}

Test(html, a_part_is_told_in_the_verdict) {
    char *page = page_of(sample_mixed, SIGN_TR);
    const char *warning = strstr(page, "Dikkat, imza");
    cr_assert_not_null(warning);
    cr_expect(warning < strstr(page, "<main>"));
    cr_expect_not_null(strstr(page, "#madde-1; belgenin kalanı İMZALI DEĞİL"));
    cr_expect_not_null(strstr(page, "4 <small>(2 geçerli, 1 geçersiz, 1 belirsiz)"));
    free(page);
}

/* What is counted has the words of the cards. */
Test(html, signatures_are_counted_by_the_word_of_their_card) {
    char *page = page_of(sample_waiting, SIGN_TR);
    cr_expect_not_null(strstr(page, "3 <small>(1 ön doğrulama, 2 şimdilik belirsiz)"));
    size_t later = 0, preliminary = 0;
    for (const char *at = page; (at = strstr(at, "<span>ŞİMDİLİK BELİRSİZ</span>")); at++)
        later++;
    for (const char *at = page; (at = strstr(at, "<span>ÖN DOĞRULAMA</span>")); at++)
        preliminary++;
    cr_expect_eq(later, 2);
    cr_expect_eq(preliminary, 1);
    cr_expect_not_null(strstr(page, "Sertifika askıda"), "a suspension is no revocation");
    cr_expect_null(strstr(page, "Sertifika iptali"));
    free(page);
    page = page_of(sample_waiting, SIGN_EN);
    cr_expect_not_null(strstr(page, "3 <small>(1 preliminary, 2 indeterminate at present)"));
    free(page);
    page = page_of(sample_token, SIGN_EN);
    cr_expect_null(strstr(page, "<dt>Signatures</dt>"));
    cr_expect_not_null(strstr(page, "· Time-stamp report</title>"));
    free(page);
}

Test(html, what_did_not_pass_tells_check_object_expected_and_found) {
    char *page = page_of(sample_mixed, SIGN_EN);
    const char *chip = strstr(page, ">E4030</span>");
    cr_assert_not_null(chip);
    static const char *const facts[] = {
        "Check:", "signed-data-intact", "Object:", "Expected:", "What the rule says is so.",
        "Found:", "SHA-256 00ff"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        cr_expect_not_null(chip = strstr(chip, facts[i]), "%s", facts[i]);
    cr_expect_not_null(strstr(page, "<span class=\"chip w\">W3014</span>"), "the letter follows the policy");
    free(page);
}

Test(html, many_signatures_are_listed_and_each_link_leads_somewhere) {
    char *page = page_of(sample_rows[4].make, SIGN_TR), link[32], target[32];
    for (int i = 1; i <= 200; i++) {
        snprintf(link, sizeof link, "<a href=\"#s%d\">", i);
        snprintf(target, sizeof target, " id=\"s%d\" ", i);
        cr_expect_not_null(strstr(page, link), "%s", link);
        cr_expect_not_null(strstr(page, target), "%s", target);
    }
    free(page);
}

/* KALEM_PAGES names a folder: every page is left there, to be looked at. */
Test(html, pages_to_look_at) {
    const char *folder = getenv("KALEM_PAGES");
    for (const struct sample_row *row = sample_rows; row->name; row++)
        for (int lang = SIGN_TR; lang <= SIGN_EN; lang++) {
            char *page = page_of(row->make, (sign_lang)lang), path[600];
            cr_assert_not_null(strstr(page, "</html>"));
            snprintf(path, sizeof path, "%s/%s.%s.html", folder ? folder : "", row->name,
                     lang == SIGN_TR ? "tr" : "en");
            FILE *to = folder ? fopen(path, "w") : NULL;
            if (folder) {
                cr_assert_not_null(to, "%s", path);
                fputs(page, to);
                fclose(to);
            }
            free(page);
        }
}
