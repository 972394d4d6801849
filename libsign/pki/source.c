/* pki/source.c - where a piece of evidence came from: told in reports, and until when it counts as the
 * newest. */
#include "pki/parts.h"
#include <stdatomic.h>

const char *pki_origin_text(enum pki_origin o) {
    static const char *const names[] = {"given", "signature", "cache", "network"};
    return names[o];
}

struct pki_source *pki_source_new(enum pki_origin origin, const char *name, int64_t obtained,
                                  int64_t expires) {
    struct pki_source *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->origin = origin;
    s->obtained = obtained;
    s->expires = expires;
    s->refs = 1;
    s->name = strdup(name);
    if (s->name == NULL)
        pki_source_free(&s);
    return s;
}

struct pki_source *pki_source_keep(struct pki_source *s) {
    if (s != NULL)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void pki_source_free(struct pki_source **pointer) {
    if (pointer == NULL || *pointer == NULL)
        return;
    struct pki_source *s = TAKE(*pointer);
    if (atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    free(s->name);
    free(s);
}
