/* What the page is made of. */
#include "base/text.h"
#include "base/time.h"
#include "report/html.h"
#include <stdio.h>

void html_raw(struct page *p, const char *markup) {
    grow_str(p->out, markup);
}

void html_two(struct page *p, const char *tr, const char *en) {
    grow_str(p->out, lines_two(p->lang, tr, en));
}

static void put_escaped(grow *out, const uint8_t *at, const uint8_t *end) {
    for (; at < end; at++) {
        if (*at == '<')
            grow_str(out, "&lt;");
        else if (*at == '>')
            grow_str(out, "&gt;");
        else if (*at == '&')
            grow_str(out, "&amp;");
        else if (*at == '"')
            grow_str(out, "&quot;");
        else if (*at == '\'')
            grow_str(out, "&#39;");
        else
            grow_byte(out, *at);
    }
}

void html_text(struct page *p, const char *text, size_t most) {
    AUTO(grow) clean = {0};
    lines_clean(&clean, text);
    if (clean.failed)
        p->out->failed = true;
    if (clean.failed || !clean.len)
        return;
    const uint8_t *at = clean.data, *end = at + clean.len;
    for (size_t n = 0; at < end && n < most; n++)
        utf8_next(&at, end);
    /* <bdi>: a name written from right to left must not turn what stands beside it (HTML, 4.5.24). */
    html_raw(p, "<bdi>");
    put_escaped(p->out, clean.data, at);
    html_raw(p, at < end ? "…</bdi>" : "</bdi>");
    if (at < end)
        grow_printf(p->out, " <small>(%zu %s)</small>", utf8_width((const char *)text),
                    lines_two(p->lang, "karakter", "characters"));
}

void html_name(struct page *p, const char *subject, size_t most) {
    AUTO(grow) name = {0};
    sign_bytes part = lines_short_part(subject);
    grow_put(&name, part.data, part.len);
    grow_byte(&name, 0);
    if (name.failed)
        p->out->failed = true;
    else
        html_text(p, (const char *)name.data, most);
}

/* Turkey's time first in Turkish; the other one small beside it. */
void html_time(struct page *p, int64_t t) {
    char utc[32], local[40];
    time_rfc3339(t, utc);
    time_turkish(t, local);
    if (p->lang == SIGN_TR)
        grow_printf(p->out, "<time datetime=\"%s\">%s</time> <small class=\"t\">UTC %s</small>", utc, local,
                    utc);
    else
        grow_printf(p->out, "<time datetime=\"%s\">%s</time> <small class=\"t\">Turkey %s</small>", utc, utc,
                    local);
}

const char *html_class(enum verdict v) {
    static const char *const names[] = {
        [VERDICT_NONE] = "none",
        [VERDICT_PASSED] = "passed",
        [VERDICT_FAILED] = "failed",
        [VERDICT_PRELIMINARY] = "preliminary",
        [VERDICT_LATER] = "preliminary", /* a clock, too: the word tells which */
        [VERDICT_INDETERMINATE] = "indeterminate",
        [VERDICT_INTACT] = "intact",
        [VERDICT_UNCHECKED] = "indeterminate",
        [VERDICT_NO_STAMP] = "none",
    };
    return names[v];
}

void html_shape(struct page *p, enum verdict v) {
    grow_printf(p->out, "<svg aria-hidden=\"true\"><use href=\"#%s\"/></svg>", html_class(v));
}

void html_badge(struct page *p, enum verdict v) {
    grow_printf(p->out, "<span class=\"badge v-%s\">", html_class(v));
    html_shape(p, v);
    grow_printf(p->out, "<span>%s</span></span>", verdict_word(p->lang, v));
}

void html_row(struct page *p, const char *tr, const char *en) {
    grow_printf(p->out, "<div><dt>%s</dt><dd>", lines_two(p->lang, tr, en));
}

void html_row_end(struct page *p) {
    html_raw(p, "</dd></div>\n");
}

void html_fact(struct page *p, enum label label, const char *value) {
    if (!value || !*value)
        return;
    grow_printf(p->out, "<div><dt>%s</dt><dd>", lines_label(p->lang, label));
    html_text(p, value, HTML_VALUE);
    html_row_end(p);
}

void html_fact_time(struct page *p, enum label label, int64_t t) {
    if (!t)
        return;
    grow_printf(p->out, "<div><dt>%s</dt><dd>", lines_label(p->lang, label));
    html_time(p, t);
    html_row_end(p);
}

/* ---- what is waited for, what is asked for ---- */

void html_later(struct page *p, const struct report_signature *s, const char *open) {
    const char *awaited = verdict_awaited(p->lang, s);
    int64_t again = verdict_again(s);
    if (!awaited && !verdict_in_grace(s))
        return;
    html_raw(p, open);
    if (!awaited)
        html_two(p, "<b>Kesinleşme:</b> ", "<b>Final from:</b> ");
    else if (again)
        html_two(p, "<b>Yeniden bakın:</b> ", "<b>Look again:</b> ");
    else
        html_two(p, "<b>Bekleniyor:</b> ", "<b>Awaited:</b> ");
    if (again)
        html_time(p, again);
    if (awaited)
        grow_printf(p->out, "%s%s.", again ? "; " : "", awaited);
    html_raw(p, "</p>\n");
}

void html_rule(struct page *p) {
    AUTO(grow) rule = {0};
    lines_rule(&rule, p->lang, p->r->rule);
    grow_byte(&rule, 0);
    if (rule.failed)
        p->out->failed = true;
    else
        html_text(p, (const char *)rule.data, HTML_VALUE);
}

/* ---- messages ---- */

static void put_found(struct page *p, const char *tr, const char *en, const char *value) {
    if (!value || !*value)
        return;
    grow_printf(p->out, "<div><span>%s:</span> ", lines_two(p->lang, tr, en));
    html_text(p, value, HTML_VALUE);
    html_raw(p, "</div>");
}

void html_message(struct page *p, const struct report_message *m, bool hint) {
    char text[ROOM_FOR_TEXT], code[8];
    char level = report_level(m);
    grow_printf(p->out, "<div class=\"msg\"><span class=\"chip %s\">%s</span>",
                level == 'E'   ? "e"
                : level == 'W' ? "w"
                               : "i",
                lines_code(m, code));
    html_text(p, lines_said(p->lang, m, text, sizeof text), ROOM_FOR_TEXT);
    if (m->constraint && level != 'I') {
        html_raw(p, "<div class=\"check\">");
        put_found(p, "Denetim", "Check", m->constraint);
        put_found(p, "Nesne", "Object", m->object);
        put_found(p, "Beklenen", "Expected", m->expected[p->lang == SIGN_TR]);
        put_found(p, "Bulunan", "Found", m->actual);
        html_raw(p, "</div>");
    }
    if (hint && level != 'I' && *report_hint(m, p->lang)) {
        html_raw(p, "<p class=\"next\">→ ");
        html_text(p, report_hint(m, p->lang), HTML_VALUE);
        html_raw(p, "</p>");
    }
    html_raw(p, "</div>\n");
}

void html_messages(struct page *p, const struct report_message *m) {
    for (; m; m = m->next)
        html_message(p, m, true);
}

/* ---- evidence ---- */

static void put_origin(struct page *p, const struct report_origin *from) {
    char text[800];
    lines_origin(p->lang, from, text, sizeof text);
    html_raw(p, "<br><small>");
    html_text(p, text, HTML_VALUE);
    html_raw(p, "</small>");
}

void html_chain(struct page *p, const struct report_chain *c) {
    html_raw(p, "<ol class=\"pieces\">");
    for (; c; c = c->next) {
        html_raw(p, "<li>");
        html_text(p, c->subject, 200);
        if (c->anchor)
            html_two(p, " <b>güven çıpası</b>", " <b>trust anchor</b>");
        put_origin(p, &c->from);
        html_raw(p, "</li>\n");
    }
    html_raw(p, "</ol>");
}

static void put_dates(struct page *p, const struct report_revocation *r) {
    char time[32];
    grow_printf(p->out, "<br><small>%s %s", lines_two(p->lang, "yayın", "issued"),
                time_rfc3339(r->this_update, time));
    if (r->next_update)
        grow_printf(p->out, ", %s %s", lines_two(p->lang, "sonraki", "next"),
                    time_rfc3339(r->next_update, time));
    html_raw(p, "</small>");
}

void html_revocation(struct page *p, const struct report_revocation *r, const char *signer_sha256,
                     const char *whose) {
    html_raw(p, "<ul class=\"pieces\">");
    for (; r; r = r->next) {
        bool own = signer_sha256 && strcmp(r->cert_sha256, signer_sha256) == 0,
             bad = strcmp(r->status, "good") != 0;
        grow_printf(p->out, "<li>%s, %s: <b%s>%s</b>",
                    strcmp(r->kind, "crl") ? lines_two(p->lang, "ÇİSDuP", "OCSP")
                                           : lines_two(p->lang, "SİL", "CRL"),
                    own ? whose : lines_two(p->lang, "makam", "an authority"),
                    bad ? " class=\"s-failed\"" : "", lines_status(p->lang, r->status));
        if (r->revoked_at) {
            html_raw(p, ", ");
            html_time(p, r->revoked_at);
        }
        if (r->reason) {
            html_raw(p, " (");
            html_text(p, lines_reason(p->lang, r->reason), 60);
            html_raw(p, ")");
        }
        put_origin(p, &r->from);
        put_dates(p, r);
        html_raw(p, "</li>\n");
    }
    html_raw(p, "</ul>");
}

void html_details(struct page *p, const char *tr, const char *en, size_t count) {
    grow_printf(p->out, "<details><summary>%s", lines_two(p->lang, tr, en));
    if (count)
        grow_printf(p->out, " <small>(%zu)</small>", count);
    html_raw(p, "</summary>\n");
}

void html_details_end(struct page *p) {
    html_raw(p, "</details>\n");
}

/* ---- building blocks ---- */

static void put_checks(struct page *p, const struct report_check *c) {
    static const char *const words[][2] = {{"tamam", "ok"},
                                           {"sağlanmadı", "not met"},
                                           {"uyarı", "warning"},
                                           {"bilgi", "noted"},
                                           {"bakılmadı", "ignored"}};
    static const char *const marks[] = {"✓", "✕", "!", "i", "–"};
    html_raw(p, c ? "<ul>" : "");
    for (const struct report_check *i = c; i; i = i->next) {
        grow_printf(p->out, "<li><span class=\"s-%s\">%s %s</span><span>", report_status_text(i->status),
                    marks[i->status], words[i->status][p->lang == SIGN_TR ? 0 : 1]);
        html_text(p, i->expected[p->lang == SIGN_TR] ? i->expected[p->lang == SIGN_TR] : i->name, HTML_VALUE);
        html_raw(p, " <code class=\"soft\">");
        html_text(p, i->name, 60);
        html_raw(p, "</code>");
        if (i->actual) {
            html_two(p, "<br><small>bulunan: ", "<br><small>found: ");
            html_text(p, i->actual, HTML_VALUE);
            html_raw(p, "</small>");
        }
        html_raw(p, "</span></li>\n");
    }
    html_raw(p, c ? "</ul>" : "");
}

static void put_inputs(struct page *p, const struct report_block *b) {
    if (!b->inputs && !b->result)
        return;
    html_raw(p, "<dl class=\"facts tight\">");
    for (const struct report_input *in = b->inputs; in; in = in->next) {
        html_raw(p, "<div><dt>");
        html_text(p, in->name, 80);
        html_raw(p, "</dt><dd>");
        html_text(p, in->value, HTML_VALUE);
        if (in->left_out > 0) {
            char more[32];
            snprintf(more, sizeof more, "%zu", in->left_out);
            html_two(p, "<br><small>kalan: ", "<br><small>left out: ");
            html_text(p, more, sizeof more);
            html_raw(p, "</small>");
        }
        html_row_end(p);
    }
    if (b->result) {
        html_row(p, "Sonuç", "Result");
        html_text(p, b->result, HTML_VALUE);
        html_row_end(p);
    }
    html_raw(p, "</dl>");
}

void html_blocks(struct page *p, const struct report_block *b) {
    for (; b; b = b->next) {
        enum verdict v = b->indication == TOTAL_PASSED   ? VERDICT_PASSED
                         : b->indication == TOTAL_FAILED ? VERDICT_FAILED
                                                         : VERDICT_INDETERMINATE;
        const char *indication = report_block_indication(b->indication), *sub = sub_indication_text(b->sub);
        grow_printf(p->out, "<details class=\"block v-%s\"><summary><b>", html_class(v));
        html_text(p, b->name, 60);
        html_raw(p, "</b> <small>EN 319 102-1, ");
        html_text(p, b->clause, 40);
        grow_printf(p->out, "</small> <span class=\"state\">%s%s%s</span>", indication ? indication : "-",
                    sub ? " / " : "", sub ? sub : "");
        if (b->object) {
            html_raw(p, " <small>");
            html_text(p, b->object, HTML_HEADING);
            html_raw(p, "</small>");
        }
        html_raw(p, "</summary>\n");
        put_inputs(p, b);
        put_checks(p, b->checks);
        html_blocks(p, b->inside);
        html_details_end(p);
    }
}
