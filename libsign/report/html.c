/* The report as one page: the verdict first, then every signature. Nothing in it is asked of the network,
 * nothing runs, and nothing that the document says becomes markup. */
#include "report/html.h"

#include "base/time.h"
#include "report/writers.h"

/* Shapes that differ without their colours: check in a circle, cross in an octagon, clock, triangle, square.
 */
static const char sprite[] =
    "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>"
    "<symbol id=\"passed\" viewBox=\"0 0 24 24\"><circle cx=\"12\" cy=\"12\" r=\"11\" fill=\"currentColor\"/>"
    "<path d=\"M6.8 12.6l3.4 3.4 7-8\" fill=\"none\" stroke=\"var(--sheet)\" stroke-width=\"2.4\" "
    "stroke-linecap=\"round\" stroke-linejoin=\"round\"/></symbol>"
    "<symbol id=\"failed\" viewBox=\"0 0 24 24\"><path d=\"M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z\" "
    "fill=\"currentColor\"/><path d=\"M8 8l8 8M16 8l-8 8\" stroke=\"var(--sheet)\" stroke-width=\"2.6\" "
    "stroke-linecap=\"round\"/></symbol>"
    "<symbol id=\"preliminary\" viewBox=\"0 0 24 24\"><circle cx=\"12\" cy=\"12\" r=\"10\" fill=\"none\" "
    "stroke=\"currentColor\" stroke-width=\"2.2\"/><path d=\"M12 6v6.2l4 2.4\" fill=\"none\" "
    "stroke=\"currentColor\" stroke-width=\"2.2\" stroke-linecap=\"round\" "
    "stroke-linejoin=\"round\"/></symbol>"
    "<symbol id=\"indeterminate\" viewBox=\"0 0 24 24\"><path d=\"M12 2.2 23 21.4H1z\" fill=\"currentColor\" "
    "stroke=\"currentColor\" stroke-width=\"1.6\" stroke-linejoin=\"round\"/><path d=\"M12 8.8v6M12 18v.4\" "
    "stroke=\"var(--sheet)\" stroke-width=\"2.4\" stroke-linecap=\"round\"/></symbol>"
    "<symbol id=\"intact\" viewBox=\"0 0 24 24\"><rect x=\"2\" y=\"2\" width=\"20\" height=\"20\" rx=\"2\" "
    "fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.2\"/><path d=\"M7 12.4l3.4 3.4 6.6-7.6\" "
    "fill=\"none\" "
    "stroke=\"currentColor\" stroke-width=\"2.2\" stroke-linecap=\"round\"/></symbol>"
    "<symbol id=\"none\" viewBox=\"0 0 24 24\"><rect x=\"2\" y=\"2\" width=\"20\" height=\"20\" rx=\"2\" "
    "fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.2\"/><path d=\"M7 12h10\" "
    "stroke=\"currentColor\" "
    "stroke-width=\"2.4\" stroke-linecap=\"round\"/></symbol></defs></svg>\n";

static bool is_about_token(const struct sign_report *r) {
    return r->signatures ? verdict_is_token(r->signatures) : verdict_of(r) == VERDICT_NO_STAMP;
}

static const char *kind_of_report(const struct page *p) {
    if (p->r->certificate)
        return lines_two(p->lang, "Sertifika denetim raporu", "Certificate report");
    return is_about_token(p->r) ? lines_two(p->lang, "Zaman damgası doğrulama raporu", "Time-stamp report")
                                : lines_two(p->lang, "İmza doğrulama raporu", "Signature report");
}

static void put_title(struct page *p) {
    html_raw(p, "<title>");
    html_raw(p, verdict_word(p->lang, verdict_of(p->r)));
    grow_printf(p->out, " · %s</title>\n", kind_of_report(p));
}

static void put_start(struct page *p) {
    html_raw(p, "<!doctype html>\n");
    html_two(p, "<html lang=\"tr\">\n", "<html lang=\"en\">\n");
    html_raw(p, "<head><meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                "'unsafe-inline'\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n");
    put_title(p);
    html_raw(p, "<style>\n");
    for (const char *const *line = html_style; *line; line++) {
        html_raw(p, *line);
        html_raw(p, "\n");
    }
    html_raw(p, "</style></head>\n<body>\n");
    html_raw(p, sprite);
    html_raw(p, "<div class=\"sheet\">\n");
}

/* ---- the verdict ---- */

static void put_reason(struct page *p) {
    const struct report_message *m = verdict_reason(p->r);
    const char *passed = verdict_passed_text(p->lang, p->r);
    char text[ROOM_FOR_TEXT];
    html_raw(p, m || passed ? "<p class=\"lead\">" : "");
    if (m)
        html_text(p, lines_said(p->lang, m, text, sizeof text), HTML_VALUE);
    else if (passed)
        html_raw(p, passed);
    html_raw(p, m || passed ? "</p>\n" : "");
    if (!m && verdict_inspecting(p->r) && p->r->indication != INDICATION_NONE)
        html_two(p, "<p class=\"lead\">Yalnız yapı ve bütünlüğe bakıldı.</p>\n",
                 "<p class=\"lead\">Only structure and integrity were looked at.</p>\n");
    if (m && *report_hint(m, p->lang)) {
        html_two(p, "<p class=\"todo\"><b>Ne yapmalı:</b> ", "<p class=\"todo\"><b>What to do:</b> ");
        html_text(p, report_hint(m, p->lang), HTML_VALUE);
        html_raw(p, "</p>\n");
    }
}

static void put_later(struct page *p) {
    const struct report_signature *s = p->r->sub == SUB_TRY_LATER ? verdict_deciding(p->r) : NULL;
    if (s)
        html_later(p, s, "<p class=\"todo\">");
}

/* Unsigned content is never silently inside a pass. */
static void put_partial(struct page *p) {
    char text[ROOM_FOR_TEXT];
    size_t n = 0;
    for (const struct report_signature *s = p->r->signatures; s; s = s->next) {
        if (!verdict_is_partial(s) || n++ >= 5)
            continue;
        verdict_partial_text(p->lang, s, text, sizeof text);
        html_raw(p, "<p class=\"warn\"><b>");
        html_two(p, "Dikkat, imza ", "Attention, signature ");
        html_text(p, s->id, 80);
        html_raw(p, ":</b> ");
        html_text(p, text, 300);
        html_raw(p, "</p>\n");
    }
}

static void put_verdict(struct page *p) {
    enum verdict v = verdict_of(p->r);
    const char *code = indication_text(p->r->indication), *sub = sub_indication_text(p->r->sub);
    bool is_long = v == VERDICT_INTACT || v == VERDICT_UNCHECKED;
    grow_printf(p->out, "<header class=\"verdict v-%s\">\n<div class=\"kicker\"><span>%s</span>",
                html_class(v), kind_of_report(p));
    if (code && !verdict_inspecting(p->r))
        grow_printf(p->out, "<code>%s%s%s</code>", code, sub ? " / " : "", sub ? sub : "");
    grow_printf(p->out, "</div>\n<div class=\"word%s\">", is_long ? " long" : "");
    html_shape(p, v);
    grow_printf(p->out, "<div><h1>%s</h1><p class=\"doc\">", verdict_word(p->lang, v));
    html_text(p, p->r->document ? p->r->document : "-", HTML_HEADING);
    html_raw(p, "</p></div></div>\n");
    put_reason(p);
    put_later(p);
    put_partial(p);
    html_raw(p, "</header>\n");
}

/* ---- what was asked ---- */

static void put_count(struct page *p) {
    size_t of[VERDICT_COUNT] = {0}, all = 0;
    for (const struct report_signature *s = p->r->signatures; s; s = s->next, all++)
        of[verdict_of_signature(p->r, s)]++;
    html_row(p, "İmza sayısı", "Signatures");
    grow_printf(p->out, "%zu", all);
    bool first = true;
    for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
        const char *word = verdict_count_word(p->lang, v);
        if (!of[v] || !word || verdict_inspecting(p->r))
            continue;
        grow_printf(p->out, "%s%zu %s", first ? " <small>(" : ", ", of[v], word);
        first = false;
    }
    html_raw(p, first ? "" : ")</small>");
    html_row_end(p);
}

static void put_question(struct page *p) {
    const struct sign_report *r = p->r;
    html_raw(p, "<dl class=\"facts\">");
    if (!verdict_inspecting(r)) {
        html_row(p, "Doğrulama zamanı", "Validation time");
        html_time(p, r->validation_time);
        if (r->time_given)
            html_two(p, " <small>verilen zaman; bir şey kanıtlamaz</small>",
                     " <small>as given; proves nothing</small>");
        html_row_end(p);
    }
    if (r->policy) {
        html_row(p, "Doğrulama politikası", "Validation policy");
        html_text(p, r->policy, HTML_HEADING);
        html_row_end(p);
    }
    if (r->rule) {
        html_row(p, "Belge kuralı", "Rule for the document");
        html_rule(p);
        html_row_end(p);
    }
    if (r->no_revocation && !verdict_inspecting(r)) {
        html_row(p, "İptal denetimi", "Revocation");
        html_two(p, "<b>İstek üzerine yapılmadı.</b>", "<b>Not checked, as asked.</b>");
        html_row_end(p);
    }
    if (!r->certificate && !is_about_token(r))
        put_count(p);
    html_raw(p, "</dl>\n");
    html_messages(p, r->signatures || !verdict_reason(r) ? r->messages : NULL);
}

/* ---- the signatures at a glance ---- */

static size_t cards_of(const struct report_signature *s) {
    size_t n = 1;
    for (const struct report_signature *c = s->countersignatures; c; c = c->next)
        n += cards_of(c);
    return n;
}

static void put_entry(struct page *p, const struct report_signature *s, size_t card) {
    enum verdict v = verdict_of_signature(p->r, s);
    char time[40];
    grow_printf(p->out, "<li class=\"v-%s\"><a href=\"#s%zu\">", html_class(v), card);
    html_shape(p, v);
    html_raw(p, "<span class=\"who\">");
    if (s->signer) {
        html_name(p, s->signer->subject, 80);
    } else {
        html_two(p, "İmzacı bilinmiyor", "Unknown signer");
    }
    html_raw(p, " <small>");
    html_text(p, s->id, 40);
    grow_printf(p->out, "</small></span><span class=\"state\">%s</span>",
                v == VERDICT_INTACT || v == VERDICT_UNCHECKED ? "" : verdict_word(p->lang, v));
    if (s->claimed_time)
        grow_printf(p->out, "<time>%.19s%s</time>",
                    p->lang == SIGN_TR ? time_turkish(s->claimed_time, time)
                                       : time_rfc3339(s->claimed_time, time),
                    p->lang == SIGN_TR ? "" : "Z");
    html_raw(p, "</a></li>\n");
}

static void put_list(struct page *p) {
    size_t card = 1;
    if (!p->r->signatures || !p->r->signatures->next)
        return;
    html_two(p, "<nav class=\"list\" aria-label=\"İmzalar\"><h2>İmzalar</h2><ol>\n",
             "<nav class=\"list\" aria-label=\"Signatures\"><h2>Signatures</h2><ol>\n");
    for (const struct report_signature *s = p->r->signatures; s; s = s->next) {
        put_entry(p, s, card);
        card += cards_of(s);
    }
    html_raw(p, "</ol></nav>\n");
}

static void put_footer(struct page *p) {
    html_raw(p, "</main>\n<footer>");
    html_two(
        p,
        "<p>Mavi Kalem, ETSI EN 319 102-1'e göre. Bu sayfa imzalı değildir: kuşku varsa belgenin kendisini "
        "yeniden doğrulayın.</p><p>Kişi numaraları maskelidir.</p>",
        "<p>Mavi Kalem, by ETSI EN 319 102-1. This page is not signed: when in doubt, verify the document "
        "itself "
        "again.</p><p>Personal numbers are masked.</p>");
    html_raw(p, "</footer>\n</div>\n</body></html>\n");
}

void report_write_html(const struct sign_report *r, sign_lang lang, grow *out) {
    struct page p = {.out = out, .lang = lang, .r = r};
    put_start(&p);
    put_verdict(&p);
    html_raw(&p, "<main>\n");
    put_question(&p);
    if (r->certificate)
        html_certificate(&p);
    else
        put_list(&p);
    for (const struct report_signature *s = r->certificate ? NULL : r->signatures; s; s = s->next)
        html_card(&p, s, 0);
    put_footer(&p);
}
