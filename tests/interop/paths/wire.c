/* All chains in one file, in the order of bytes of Java's DataInputStream. */
#include "judges.h"

static void put32(FILE *f, uint32_t v) {
    const uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    must(fwrite(b, 1, sizeof b, f) == sizeof b, "writing", "chains");
}

static void put_all(FILE *f, const sign_buf *list, size_t n) {
    put32(f, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        put32(f, (uint32_t)list[i].len);
        must(fwrite(list[i].data, 1, list[i].len, f) == list[i].len, "writing", "chains");
    }
}

void wire_begin(FILE *f, uint32_t count) {
    put32(f, count);
    put32(f, (uint32_t)AT);
}

void wire_put(FILE *f, const struct minted *m) {
    put32(f, m->id);
    put32(f, (uint32_t)m->explicit_policy | (uint32_t)m->no_mapping << 1 | (uint32_t)m->no_any << 2);
    put32(f, (uint32_t)m->n_initial);
    for (size_t i = 0; i < m->n_initial; i++)
        put32(f, (uint32_t)m->initial[i]);
    put_all(f, m->certs, m->n);
    put_all(f, m->crls, m->n_crls);
}
