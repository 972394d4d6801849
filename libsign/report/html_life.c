/* The life of a signature on one line of time: each moment has a row, so that those within seconds of one
 * another can still be read. The drawing is positions in per cent only and stretches with the page; the words
 * are text. */
#include "base/time.h"
#include "report/html.h"
#include <stdio.h>
#include <stdlib.h>

enum { MOST_MOMENTS = 24, MOST_STAMPS = 14, YEAR = 31556952 };

enum mark { MARK_BAR, MARK_CLAIM, MARK_STAMP, MARK_BROKEN, MARK_REVOKED, MARK_NOW, MARK_LATER };

struct moment {
    int64_t from, to; /* a bar; else both the same */
    enum mark mark;
    enum verdict verdict; /* of a time-stamp */
    const char *tr, *en;
    const char *name; /* from outside; NULL */
};

struct life {
    struct moment list[MOST_MOMENTS];
    size_t n, left_out;
    int64_t from, to;
};

static void add(struct life *l, struct moment m) {
    if (l->n < MOST_MOMENTS && m.from)
        l->list[l->n++] = m;
}

static void add_stamps(struct life *l, const struct report_signature *s) {
    size_t n = 0;
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next) {
        bool passed = t->indication == TOTAL_PASSED;
        if (t->time && n++ < MOST_STAMPS)
            add(l, (struct moment){.from = t->time,
                                   .to = t->time,
                                   .mark = passed ? MARK_STAMP : MARK_BROKEN,
                                   .verdict = verdict_of_timestamp(t),
                                   .tr = "Zaman damgası",
                                   .en = "Time-stamp",
                                   .name = t->id});
        else if (t->time)
            l->left_out++;
    }
}

static void add_revocation(struct life *l, const struct report_signature *s) {
    for (const struct report_revocation *r = s->revocation; r && s->signer; r = r->next)
        if (r->revoked_at && strcmp(r->cert_sha256, s->signer->cert_sha256) == 0) {
            bool held = strcmp(r->status, "suspended") == 0;
            add(l, (struct moment){.from = r->revoked_at,
                                   .to = r->revoked_at,
                                   .mark = MARK_REVOKED,
                                   .verdict = VERDICT_FAILED,
                                   .tr = held ? "Sertifika askıda" : "Sertifika iptali",
                                   .en = held ? "Certificate suspended" : "Certificate revoked"});
            return;
        }
}

static int by_time(const void *a, const void *b) {
    const struct moment *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (int)x->mark - (int)y->mark;
}

/* From the first to the last moment. A certificate that is valid for ages must not press all else into one
 * point. */
static void measure(struct life *l) {
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < l->n; i++)
        if (l->list[i].mark != MARK_BAR) {
            first = l->list[i].from < first ? l->list[i].from : first;
            last = l->list[i].to > last ? l->list[i].to : last;
        }
    l->from = first;
    l->to = last;
    for (size_t i = 0; i < l->n; i++) {
        struct moment *m = &l->list[i];
        if (m->mark != MARK_BAR)
            continue;
        l->from = m->from < first && first - m->from < 20LL * YEAR ? m->from : first;
        l->to = m->to > last && m->to - last < 20LL * YEAR ? m->to : last;
    }
}

static double place(const struct life *l, int64_t t) {
    if (l->to <= l->from)
        return 50;
    t = t < l->from ? l->from : t > l->to ? l->to : t;
    return 2 + 96 * ((double)(t - l->from) / (double)(l->to - l->from));
}

static void put_mark(struct page *p, const struct life *l, const struct moment *m) {
    static const char *const shapes[] = {
        [MARK_CLAIM] = "<circle class=\"mark hollow\" r=\"5\"/>",
        [MARK_STAMP] = "<path class=\"mark\" d=\"M0-6 6 0 0 6-6 0z\"/>",
        [MARK_BROKEN] = "<path class=\"mark hollow\" d=\"M0-6 6 0 0 6-6 0z\"/>",
        [MARK_REVOKED] = "<path class=\"mark line\" d=\"M-5-5 5 5M5-5-5 5\"/>",
        [MARK_NOW] = "<path class=\"mark\" d=\"M-5-6h10L0 5z\"/>",
        [MARK_LATER] = "<path class=\"mark hollow\" d=\"M-5-6h10L0 5z\"/>"};
    double x = place(l, m->from);
    if (m->mark == MARK_BAR)
        grow_printf(p->out,
                    "<rect class=\"bar\" x=\"%.2f%%\" y=\"8\" width=\"%.2f%%\" height=\"9\" rx=\"2\"/>", x,
                    place(l, m->to) - x);
    else
        grow_printf(p->out, "<svg x=\"%.2f%%\" y=\"12.5\" overflow=\"visible\">%s</svg>", x, shapes[m->mark]);
}

/* Two dates are too long for their column: the bar names days only. */
static void put_when(struct page *p, const struct moment *m) {
    char from[40], to[40];
    if (m->mark == MARK_BAR) {
        grow_printf(p->out, "<span class=\"span\">%.10s – %.10s</span>",
                    p->lang == SIGN_TR ? time_turkish(m->from, from) : time_rfc3339(m->from, from),
                    p->lang == SIGN_TR ? time_turkish(m->to, to) : time_rfc3339(m->to, to));
        return;
    }
    time_rfc3339(m->from, to);
    grow_printf(p->out, "<time datetime=\"%s\">%.19s%s</time>", to,
                p->lang == SIGN_TR ? time_turkish(m->from, from) : to, p->lang == SIGN_TR ? "" : "Z");
}

static void put_moment(struct page *p, const struct life *l, const struct moment *m) {
    grow_printf(p->out, "<li%s%s%s><span>%s", m->verdict ? " class=\"v-" : "",
                m->verdict ? html_class(m->verdict) : "", m->verdict ? "\"" : "",
                lines_two(p->lang, m->tr, m->en));
    if (m->name) {
        html_raw(p, " ");
        html_text(p, m->name, 40);
    }
    html_raw(p, "</span><svg aria-hidden=\"true\"><line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"12.5\" "
                "y2=\"12.5\"/>");
    double now = place(l, p->r->validation_time);
    grow_printf(p->out, "<line class=\"now\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"26\"/>", now, now);
    put_mark(p, l, m);
    html_raw(p, "</svg>");
    put_when(p, m);
    html_raw(p, "</li>\n");
}

void html_life(struct page *p, const struct report_signature *s) {
    struct life l = {.n = 0};
    if (verdict_inspecting(p->r))
        return;
    if (s->signer)
        add(&l, (struct moment){.from = s->signer->not_before,
                                .to = s->signer->not_after,
                                .mark = MARK_BAR,
                                .tr = "Sertifika geçerliliği",
                                .en = "Certificate validity"});
    add(&l, (struct moment){s->claimed_time, s->claimed_time, MARK_CLAIM, 0, "Beyan edilen zaman",
                            "Claimed time", NULL});
    add_stamps(&l, s);
    add_revocation(&l, s);
    add(&l, (struct moment){p->r->validation_time, p->r->validation_time, MARK_NOW, 0, "Doğrulama",
                            "Validation", NULL});
    int64_t again = verdict_in_grace(s) || verdict_awaited(p->lang, s) ? verdict_again(s) : 0;
    add(&l, (struct moment){again, again, MARK_LATER, VERDICT_LATER,
                            verdict_in_grace(s) ? "Kesinleşme" : "Yeniden bakma",
                            verdict_in_grace(s) ? "Final from" : "Look again", NULL});
    if (l.n < 2)
        return;
    measure(&l);
    qsort(l.list, l.n, sizeof *l.list, by_time);
    grow_printf(p->out, "<figure class=\"life\"><figcaption>%s</figcaption><ol>\n",
                verdict_is_token(s)
                    ? lines_two(p->lang, "Zaman çizgisi", "The life of the time-stamp")
                    : lines_two(p->lang, "İmzanın zaman çizgisi", "The life of the signature"));
    for (size_t i = 0; i < l.n; i++)
        put_moment(p, &l, &l.list[i]);
    html_raw(p, "</ol>");
    if (l.left_out)
        grow_printf(p->out, "<small>+ %zu</small>", l.left_out);
    html_raw(p, "</figure>\n");
}
