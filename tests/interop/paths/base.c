/* A sound chain of two to six certificates with lists for all of them. */
#include "spec.h"

void name_set(struct name *n, const char *common_name) {
    *n = (struct name){.rdn = {{OID_DN_COUNTRY, DER_PRINTABLE, "TR"},
                               {OID_DN_ORGANIZATION, DER_UTF8, "Deneme Kurumu"},
                               {OID_DN_COMMON_NAME, DER_UTF8, common_name}},
                       .n = 3};
}

static void cert_begin(struct cert_spec *c, size_t i, size_t len) {
    static const char *const names[] = {"Ada Yilmaz", "Makam bir", "Makam iki", "Makam uc", "Makam dort"};
    bool top = i + 1 == len;
    *c = (struct cert_spec){.from = AT - YEAR,
                            .to = AT + YEAR,
                            .version = 3,
                            .serial = 1000 + (int)i,
                            .ca = i > 0 ? 1 : -1,
                            .path_len = -1,
                            .usage = i > 0 ? KU_CERT_SIGN | KU_CRL_SIGN
                                           : KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
                            .require_explicit = -1,
                            .inhibit_map = -1,
                            .inhibit_any = -1};
    name_set(&c->subject, top ? "Kok Makam" : names[i]);
    if (top)
        c->from = AT - 10 * YEAR;
    else
        c->policies[c->n_policies++] = 1;
}

static void crl_begin(struct crl_spec *c, const struct cert_spec *about) {
    *c = (struct crl_spec){.issuer = about->issuer,
                           .key = about->signed_with,
                           .this_update = AT - DAY,
                           .next_update = AT + 7 * DAY,
                           .number = 20,
                           .base = -1,
                           .entries = {{77, -1, AT - 30 * DAY, NULL}, {78, 1, AT - 20 * DAY, NULL}},
                           .n_entries = 2};
}

void world_begin(struct world *w, struct dice *d) {
    size_t first = dice_below(d, KEYS_EC);
    memset(w, 0, sizeof *w); /* as a literal it would be a second world on the stack */
    w->len = 2 + dice_below(d, 5);
    w->n = w->len;
    for (size_t i = 0; i < w->len; i++) {
        cert_begin(&w->certs[i], i, w->len);
        w->certs[i].key = (int)((first + i) % KEYS_EC);
    }
    for (size_t i = 0; i < w->len; i++) {
        const struct cert_spec *issuer = &w->certs[i + 1 < w->len ? i + 1 : i];
        w->certs[i].issuer = issuer->subject;
        w->certs[i].signed_with = issuer->key;
    }
    for (size_t i = 0; i + 1 < w->len; i++)
        crl_begin(&w->crls[w->n_crls++], &w->certs[i]);
    name_set(&w->names[0], "Liste Makami");
    name_set(&w->names[1], "Baska Makam");
    name_set(&w->names[2], "Yabanci Kok");
}
