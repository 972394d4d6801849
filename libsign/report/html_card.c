/* One signature on the page: who, what, when, why, what to do; then its life, and for those who want it what
 * it rests on. */
#include "base/text.h"
#include "report/html.h"
#include <stdio.h>

static void heading(struct page *p, unsigned level, const char *attributes) {
    grow_printf(p->out, "<h%u%s>", level, attributes);
}

static void heading_end(struct page *p, unsigned level) {
    grow_printf(p->out, "</h%u>\n", level);
}

/* ---- who ---- */

static void put_name(struct page *p, const struct report_signature *s) {
    if (s->signer && lines_short_part(s->signer->subject).len)
        html_name(p, s->signer->subject, HTML_HEADING);
    else
        html_two(p, "İmzacı bilinmiyor", "Unknown signer");
}

static const char *format_name(const char *format) {
    static const char *const names[][2] = {
        {"cades", "CAdES"}, {"xades", "XAdES"}, {"cms", "CMS"}, {"xmldsig", "XML-DSig"}, {"tst", "RFC 3161"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], format) == 0)
            return names[i][1];
    return format;
}

static void put_head(struct page *p, const struct report_signature *s, unsigned level, size_t card) {
    char id[40];
    snprintf(id, sizeof id, " id=\"h%zu\"", card);
    html_raw(p, "<header><div>");
    heading(p, level, id);
    put_name(p, s);
    heading_end(p, level);
    grow_printf(p->out, "<p class=\"soft\">%s ",
                verdict_is_token(s) ? lines_two(p->lang, "Zaman damgası", "Time-stamp")
                : s->is_counter     ? lines_two(p->lang, "Seri imza", "Counter-signature")
                                    : lines_two(p->lang, "İmza", "Signature"));
    html_text(p, s->id, 80);
    if (s->format)
        grow_printf(p->out, " · %s%s%s", format_name(s->format), s->level ? "-" : "",
                    s->level ? s->level : "");
    if (s->profile) {
        html_raw(p, " · ");
        html_text(p, s->profile, 20);
    }
    html_raw(p, "</p></div>");
    html_badge(p, verdict_of_signature(p->r, s));
    html_raw(p, "</header>\n");
}

/* "NES · Kimlik no 100******46" */
static void put_kind(struct page *p, const struct report_signer *who) {
    char masked[64];
    bool number = who->serial_number && *who->serial_number;
    if (!who->kind && !number)
        return;
    html_raw(p, "<p>");
    if (who->kind)
        html_text(p, who->kind, HTML_HEADING);
    html_raw(p, who->kind && number ? " · " : "");
    if (number) {
        text_mask_person(who->serial_number, masked, sizeof masked);
        grow_printf(p->out, "%s ", lines_label(p->lang, L_PERSON));
        html_text(p, masked, 40);
    }
    html_raw(p, "</p>");
}

static void put_who(struct page *p, const struct report_signature *s) {
    html_row(p, "Kim", "Who");
    html_raw(p, "<p class=\"who-name\">");
    put_name(p, s);
    html_raw(p, "</p>");
    if (s->signer) {
        put_kind(p, s->signer);
        html_raw(p, "<p class=\"soft\">");
        html_two(p, "Sertifikayı veren: ", "Issued by: ");
        html_name(p, s->signer->issuer, 200);
        html_raw(p, "</p>");
    }
    if (s->roles) {
        grow_printf(p->out, "<p>%s: ", lines_label(p->lang, L_ROLES));
        html_text(p, s->roles, HTML_VALUE);
        html_raw(p, "</p>");
    }
    html_row_end(p);
}

/* ---- what and when ---- */

static void put_what(struct page *p, const struct report_signature *s) {
    char text[ROOM_FOR_TEXT];
    bool nothing = s->covers_whole_document == TRI_NULL || verdict_is_token(s);
    if (!s->scope && nothing && !(verdict_is_token(s) && s->covers_whole_document == TRI_TRUE))
        return;
    html_row(p, "Ne", "What");
    for (const struct report_scope *c = s->scope; c; c = c->next) {
        html_raw(p, "<p>");
        html_text(p, verdict_scope_name(p->lang, s, c), 300);
        html_raw(p, "</p>");
    }
    if (s->covers_whole_document == TRI_TRUE && verdict_is_token(s))
        html_two(p, "<p>Verilen dosya, damgalanan dosyanın kendisi.</p>",
                 "<p>The file given is the one that was stamped.</p>");
    else if (s->covers_whole_document == TRI_TRUE)
        html_two(p, "<p class=\"soft\">Belgenin tamamı imzalı.</p>",
                 "<p class=\"soft\">The whole document is signed.</p>");
    if (verdict_is_partial(s)) {
        verdict_partial_text(p->lang, s, text, sizeof text);
        html_raw(p, "<p class=\"warn\">");
        html_text(p, text, HTML_VALUE);
        html_raw(p, "</p>");
    }
    html_row_end(p);
}

static void put_proven(struct page *p, const struct report_signature *s) {
    if (!s->best_signature_time || !s->best_time_by)
        return;
    html_raw(p, "<p>");
    html_two(p, "En geç ", "Not later than ");
    html_time(p, s->best_signature_time);
    html_two(p, ", kanıtlayan: ", ", proven by ");
    html_text(p, s->best_time_by, 80);
    html_raw(p, "</p>");
}

/* A token by itself: it does not prove its own time to itself, but that of the file. */
static void put_stamp_time(struct page *p, const struct report_signature *s) {
    const struct report_timestamp *t = s->timestamps;
    char accuracy[48];
    html_row(p, "Ne zaman", "When");
    html_raw(p, "<p>");
    if (t && t->time) {
        html_time(p, t->time);
        grow_printf(p->out, " %s", lines_accuracy(p->lang, t->accuracy, accuracy));
    } else {
        html_two(p, "Zamanı okunamadı.", "Its time cannot be read.");
    }
    html_raw(p, "</p>");
    if (!verdict_inspecting(p->r))
        grow_printf(p->out, "<p class=\"soft\">%s</p>",
                    s->indication == TOTAL_PASSED
                        ? lines_two(p->lang, "Dosyanın bu zamanda var olduğunu kanıtlar.",
                                    "It proves that the file existed then.")
                        : lines_two(p->lang, "Doğrulanamadığı için bu zamanı kanıtlamaz.",
                                    "It did not pass, so that it does not prove this time."));
    html_later(p, s, "<p>");
    html_row_end(p);
}

static void put_when(struct page *p, const struct report_signature *s) {
    bool proven = s->best_signature_time && s->best_time_by;
    if (verdict_is_token(s)) {
        put_stamp_time(p, s);
        return;
    }
    if (!s->claimed_time && !proven && !s->try_at && verdict_inspecting(p->r))
        return;
    html_row(p, "Ne zaman", "When");
    put_proven(p, s);
    if (s->claimed_time) {
        html_raw(p, "<p>");
        html_time(p, s->claimed_time);
        html_two(p, " <small>imzacının beyanı, kanıt değil</small></p>",
                 " <small>as the signer claims; no proof</small></p>");
    }
    if (!proven)
        html_two(
            p, "<p class=\"soft\">İmzanın ne zaman atıldığını kanıtlayan geçerli bir zaman damgası yok.</p>",
            "<p class=\"soft\">No valid time-stamp proves when it was signed.</p>");
    html_later(p, s, "<p>");
    html_row_end(p);
}

/* ---- why, and what to do ---- */

/* What became of the certificate after the proven time is no matter (EN 319 102-1, 5.5.4). */
static void put_passed(struct page *p, const struct report_signature *s) {
    if (verdict_is_token(s))
        html_two(p, "<p>Damganın imzası, dosyanın özeti ve otoritenin sertifika yolu doğru.</p>",
                 "<p>Its signature, the digest of the file and the path of the authority hold.</p>");
    else if (p->r->no_revocation)
        html_two(p, "<p>İmza değeri, özetler ve sertifika yolu doğru.</p>",
                 "<p>Signature value, digests and certificate path hold.</p>");
    else if (s->best_time_by)
        html_two(p,
                 "<p>İmza değeri ve özetler doğru; sertifika yolu ve iptal durumu kanıtlı imza zamanı için "
                 "uygun.</p>",
                 "<p>Signature value and digests hold; certificate path and revocation status are good for "
                 "the proven "
                 "time.</p>");
    else
        html_two(p, "<p>İmza değeri, özetler, sertifika yolu ve iptal durumu uygun.</p>",
                 "<p>Signature value, digests, certificate path and revocation status hold.</p>");
}

static void put_why(struct page *p, const struct report_signature *s) {
    const char *sub = sub_indication_text(s->sub);
    if (verdict_inspecting(p->r) && !s->messages && s->indication == INDETERMINATE)
        return; /* nothing was judged, and nothing was found */
    html_row(p, "Neden", "Why");
    if (s->indication == TOTAL_PASSED)
        put_passed(p, s);
    for (const struct report_message *m = s->messages; m; m = m->next)
        html_message(p, m, false);
    if (!verdict_inspecting(p->r) || s->indication == TOTAL_FAILED)
        grow_printf(p->out, "<p><code class=\"soft\">%s%s%s</code></p>",
                    indication_text(s->indication) ? indication_text(s->indication) : "-", sub ? " / " : "",
                    sub ? sub : "");
    html_row_end(p);
}

/* The same advice is given once. */
static bool said_before(const struct report_message *list, const struct report_message *m, sign_lang lang) {
    for (; list != m; list = list->next)
        if (strcmp(report_hint(list, lang), report_hint(m, lang)) == 0)
            return true;
    return false;
}

static void put_todo(struct page *p, const struct report_signature *s) {
    bool any = false;
    for (const struct report_message *m = s->messages; m; m = m->next) {
        const char *hint = report_hint(m, p->lang);
        bool noted = report_level(m) == 'I' && !verdict_inspecting(p->r); /* asks nobody to do anything */
        if (!*hint || noted || said_before(s->messages, m, p->lang))
            continue;
        if (!any)
            html_row(p, "Ne yapmalı", "What to do");
        any = true;
        html_raw(p, "<p>");
        html_text(p, hint, HTML_VALUE);
        html_raw(p, "</p>");
    }
    if (any)
        html_row_end(p);
}

/* ---- time-stamps ---- */

static void put_stamp_facts(struct page *p, const struct report_timestamp *t) {
    html_details(p, "Ayrıntı", "Details", 0);
    html_raw(p, "<dl class=\"facts tight\">");
    html_fact(p, L_SUBJECT, lines_authority(t));
    html_fact(p, L_SERIAL, t->serial);
    html_fact(p, L_POLICY, t->policy_oid);
    html_fact(p, L_ALGORITHM, t->algorithm);
    if (t->imprint_hex) {
        html_row(p, "Damgalanan özet", "Message imprint");
        html_text(p, t->digest_alg, 40);
        html_raw(p, " <code>");
        html_text(p, t->imprint_hex, 200);
        html_raw(p, "</code>");
        html_row_end(p);
    }
    if (t->n_covers) {
        html_row(p, "Koruduğu", "Covers");
        for (size_t i = 0; i < t->n_covers && i < 100; i++) {
            html_raw(p, i ? ", " : "");
            html_text(p, t->covers[i], HTML_HEADING);
        }
        html_row_end(p);
    }
    html_raw(p, "</dl>");
    if (t->chain)
        html_chain(p, t->chain);
    if (t->revocation)
        html_revocation(p, t->revocation, t->signer ? t->signer->cert_sha256 : NULL,
                        lines_two(p->lang, "otorite", "the time-stamping authority"));
    html_blocks(p, t->blocks);
    html_details_end(p);
}

static void put_stamp(struct page *p, const struct report_timestamp *t) {
    char accuracy[48], kind[80];
    enum verdict v = verdict_of_timestamp(t);
    const char *sub = sub_indication_text(t->sub);
    grow_printf(p->out, "<div class=\"stamp v-%s\">", html_class(v));
    html_shape(p, v);
    grow_printf(p->out, "<div><p><span class=\"state\">%s</span> ", verdict_word(p->lang, v));
    if (t->time)
        html_time(p, t->time);
    grow_printf(p->out, " %s</p><p>", lines_accuracy(p->lang, t->accuracy, accuracy));
    html_name(p, lines_authority(t), HTML_HEADING);
    html_raw(p, " <small>");
    html_text(p, t->id ? t->id : "", 80);
    html_raw(p, " · ");
    html_text(p, lines_stamp_kind(p->lang, t->kind, kind), 80);
    grow_printf(p->out, "%s%s</small></p>", sub ? " · " : "", sub ? sub : "");
    html_messages(p, t->messages);
    put_stamp_facts(p, t);
    html_raw(p, "</div></div>\n");
}

static void put_stamps(struct page *p, const struct report_signature *s, unsigned level) {
    if (verdict_is_token(s) && s->timestamps)
        put_stamp_facts(p, s->timestamps); /* the rest stands above */
    if (verdict_is_token(s) || !s->timestamps)
        return;
    html_raw(p, "<section class=\"part\">");
    heading(p, level, " class=\"h\"");
    html_two(p, "Zaman damgaları", "Time-stamps");
    heading_end(p, level);
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next)
        put_stamp(p, t);
    html_raw(p, "</section>\n");
}

/* ---- for those who want it ---- */

static const char *tri_word(sign_lang lang, enum tri t) {
    if (t == TRI_NULL)
        return lines_two(lang, "bilinmiyor", "unknown");
    return t == TRI_TRUE ? lines_two(lang, "tamam", "ok") : lines_two(lang, "BOZUK", "BROKEN");
}

static void put_digests(struct page *p, const struct report_scope *c) {
    for (; c; c = c->next) {
        html_row(p, "Özet", "Digest");
        html_text(p, c->digest_alg, 40);
        html_raw(p, " <code>");
        html_text(p, c->digest, 200);
        html_raw(p, "</code>");
        html_row_end(p);
    }
}

/* The policy's OID, digest and address are always shown (Elektronik İmza Kullanım Profilleri Rehberi, 3.2).
 */
static void put_policy(struct page *p, const struct report_signature *s) {
    if (!s->policy_oid)
        return;
    grow_printf(p->out, "<div><dt>%s</dt><dd>", lines_label(p->lang, L_POLICY));
    html_text(p, s->policy_oid, 200);
    html_raw(p, "<br><code>");
    html_text(p, s->policy_hash ? s->policy_hash : lines_two(p->lang, "(özet yok)", "(no digest)"), 200);
    html_raw(p, "</code><br>");
    html_text(p, s->policy_uri ? s->policy_uri : lines_two(p->lang, "(adres yok)", "(no address)"), 300);
    html_row_end(p);
    html_fact(p, L_PROFILE, lines_profile(p->lang, s->profile));
}

static void put_technical(struct page *p, const struct report_signature *s) {
    html_details(p, "Teknik ayrıntılar", "Technical details", 0);
    html_raw(p, "<dl class=\"facts tight\">");
    grow_printf(p->out, "<div><dt>%s</dt><dd>%s: %s; %s: %s; %s: %s", lines_label(p->lang, L_INTEGRITY),
                lines_two(p->lang, "özetler", "digests"), tri_word(p->lang, s->references),
                lines_two(p->lang, "imza değeri", "signature value"), tri_word(p->lang, s->signature_value),
                lines_two(p->lang, "imza sertifikası özniteliği", "signing-certificate attribute"),
                tri_word(p->lang, s->signing_certificate));
    html_row_end(p);
    html_fact(p, L_ALGORITHM, s->algorithm);
    put_digests(p, s->scope);
    html_fact(p, L_COMMITMENT, s->commitment);
    html_fact(p, L_PLACE, s->place);
    html_fact(p, L_MIME, s->mime_type);
    html_fact(p, L_HINT, s->content_hint);
    html_fact(p, L_ATTRIBUTES, s->attributes);
    if (s->signer) {
        html_fact(p, L_SUBJECT, s->signer->subject);
        html_fact(p, L_ISSUER, s->signer->issuer);
        html_fact(p, L_SERIAL, s->signer->serial);
        html_fact(p, L_SHA256, s->signer->cert_sha256);
    }
    html_raw(p, "</dl>");
    html_details_end(p);
}

static void put_evidence(struct page *p, const struct report_signature *s) {
    size_t n = 0;
    for (const struct report_chain *c = s->chain; c; c = c->next)
        n++;
    if (n) {
        html_details(p, "Sertifika yolu", "Certificate path", n);
        html_chain(p, s->chain);
        html_details_end(p);
    }
    n = 0;
    for (const struct report_revocation *r = s->revocation; r; r = r->next)
        n++;
    if (n) {
        html_details(p, "İptal bilgisi", "Revocation data", n);
        html_revocation(p, s->revocation, s->signer ? s->signer->cert_sha256 : NULL,
                        verdict_is_token(s) ? lines_two(p->lang, "otorite", "the time-stamping authority")
                                            : lines_two(p->lang, "imzacı", "the signer"));
        html_details_end(p);
    }
    if (s->blocks) {
        html_details(p, "Doğrulama adımları", "Steps of the validation", 0);
        html_blocks(p, s->blocks);
        html_details_end(p);
    }
}

static void put_counters(struct page *p, const struct report_signature *s, unsigned level, unsigned depth) {
    if (!s->countersignatures)
        return;
    html_raw(p, "<section class=\"part\">");
    heading(p, level, " class=\"h\"");
    html_two(p, "Seri imzalar", "Counter-signatures");
    heading_end(p, level);
    html_raw(p, "<ol class=\"tree\">");
    for (const struct report_signature *c = s->countersignatures; c; c = c->next) {
        html_raw(p, "<li>");
        html_card(p, c, depth + 1);
        html_raw(p, "</li>");
    }
    html_raw(p, "</ol></section>\n");
}

/* A card's heading is one below that of what it stands in, its parts one below that; h6 is the last. */
void html_card(struct page *p, const struct report_signature *s, unsigned depth) {
    size_t card = ++p->cards;
    unsigned level = depth < 2 ? 2 + 2 * depth : 6, inner = level < 6 ? level + 1 : 6;
    grow_printf(p->out, "<article class=\"card v-%s\" id=\"s%zu\" aria-labelledby=\"h%zu\">\n",
                html_class(verdict_of_signature(p->r, s)), card, card);
    put_head(p, s, level, card);
    html_raw(p, "<dl class=\"facts\">");
    put_who(p, s);
    put_what(p, s);
    put_when(p, s);
    put_policy(p, s);
    put_why(p, s);
    put_todo(p, s);
    html_raw(p, "</dl>");
    html_life(p, s);
    put_stamps(p, s, inner);
    put_counters(p, s, inner, depth);
    put_evidence(p, s);
    put_technical(p, s);
    html_raw(p, "</article>\n");
}
