/* pki/shown.c - what reports say of a certificate: made once for each, because signers and authorities come
 * again with every signature, and names cost more to write than to copy. */
#include "base/text.h"
#include "pki/pki.h"
#include <stdatomic.h>
#include <stdlib.h>

/* One part of the text: its place in `all`, since that moves while it grows. */
struct part {
    bool there;
    size_t at, len;
};

static struct part close_part(grow *all, size_t at, bool there) {
    if (!there)
        all->len = at; /* what was begun is no text */
    return (struct part){there, at, all->len - at};
}

static void write_parts(const struct pki_cert *c, grow *all, struct part parts[SHOWN_PARTS]) {
    size_t at = all->len;
    bool there = pki_name_text(c->subject, all);
    parts[SHOWN_SUBJECT] = close_part(all, at, there);
    at = all->len;
    there = pki_name_text(c->issuer, all);
    parts[SHOWN_ISSUER] = close_part(all, at, there);
    at = all->len;
    there = pki_name_attribute(c->subject, OID_DN_SERIAL_NUMBER, all);
    parts[SHOWN_PERSON] = close_part(all, at, there);
    at = all->len;
    pki_serial_hex(c->serial, all);
    parts[SHOWN_SERIAL] = close_part(all, at, true);
}

static struct pki_cert_shown *make(const struct pki_cert *c) {
    AUTO(grow) all = {0};
    struct part parts[SHOWN_PARTS];
    write_parts(c, &all, parts);
    /* The texts stand behind the struct: one allocation, one free. */
    struct pki_cert_shown *s = all.failed ? NULL : malloc(sizeof *s + all.len);
    if (s == NULL)
        return NULL;
    uint8_t *text = (uint8_t *)(s + 1);
    if (all.len > 0)
        memcpy(text, all.data, all.len);
    for (size_t i = 0; i < SHOWN_PARTS; i++)
        s->text[i] = parts[i].there ? BYTES(text + parts[i].at, parts[i].len) : (sign_bytes){0};
    text_hex(BYTES(c->sha256, sizeof c->sha256), s->sha256);
    s->kind = pki_cert_kind(c);
    return s;
}

const struct pki_cert_shown *pki_cert_show(struct pki_cert *c) {
    struct pki_cert_shown *shown = atomic_load_explicit(&c->shown, memory_order_acquire);
    if (shown != NULL)
        return shown;
    struct pki_cert_shown *made = make(c);
    /* Two threads may make it at once: the first to put it in place wins, the other drops its own. */
    if (made == NULL || atomic_compare_exchange_strong(&c->shown, &shown, made))
        return made;
    free(made);
    return shown;
}
