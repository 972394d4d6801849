/*
 * fuzz_der.c - the cursor in both modes over everything that an input nests, with what must hold between
 * them: DER that was read is BER too, der_is_der() agrees with the reading, and what the builder makes of the
 * parts is the input.
 */
#include "base/text.h"
#include "der/builder.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise ends the run; assert() would be silent in a release build. */
static void promise(bool kept) {
    if (!kept)
        abort();
}

/* Typed reading of one element: each reader on a parse of its own, so that a refusal stays its own. */
static void read_typed(sign_bytes raw, bool ber) {
    struct der_parse parse;
    struct der_cursor c;
    sign_bytes a, b;
    uint64_t n = 0;
    unsigned unused = 0;
    int64_t time = 0;
    bool flag = false;
    c = der_open(&parse, raw, ber);
    if (der_uint(&c, &n))
        promise(n <= INT64_MAX);
    c = der_open(&parse, raw, ber);
    if (der_unsigned(&c, &a))
        promise(a.len > 0 && a.data[0] != 0);
    c = der_open(&parse, raw, ber);
    if (der_bits(&c, &a, &unused))
        promise(unused < 8 && (a.len > 0 || unused == 0));
    c = der_open(&parse, raw, ber);
    (void)der_bool(&c, &flag);
    c = der_open(&parse, raw, ber);
    (void)der_time(&c, &time);
    c = der_open(&parse, raw, ber);
    (void)der_gen_time(&c, &time);
    c = der_open(&parse, raw, ber);
    if (der_algorithm(&c, &a, &b))
        promise(a.len > 0);
}

/* An OID has one text or none, and the text leads back. */
static void read_oid(sign_bytes raw) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, raw, false);
    sign_bytes oid;
    char text[256];
    uint8_t back[256];
    size_t len = 0;
    if (!der_oid(&c, &oid) || !oid_to_text(oid, text, sizeof text))
        return;
    promise(oid_from_text(text, back, sizeof back, &len) && bytes_equal(BYTES(back, len), oid));
    enum oid known = oid_find(oid);
    promise(known == OID_NONE || strcmp(oid_dotted(known), text) == 0);
}

static void read_text(const struct der_tlv *t) {
    AUTO(grow) out = {0};
    if (der_text(t, &out) && out.len > 0)
        promise(utf8_valid(BYTES(out.data, out.len)));
}

/* Everything below c, and the same written again into b. */
static void walk(struct der_cursor *c, der_builder *b) {
    struct der_tlv t;
    while (der_more(c) && der_any(c, &t)) {
        promise(t.value.data >= t.raw.data && t.value.data + t.value.len <= t.raw.data + t.raw.len);
        read_typed(t.raw, c->parse->ber);
        read_oid(t.raw);
        read_text(&t);
        (void)der_set_sorted(t.value);
        if ((t.tag & 0x20) == 0 || b->depth >= 31) {
            der_put(b, t.tag, t.value);
            continue;
        }
        struct der_cursor in = der_inside(c, &t);
        der_begin(b, t.tag);
        walk(&in, b);
        der_end(b);
    }
}

/* True when all of the input was read; *same: what was written again equals it. */
static bool walk_all(sign_bytes in, bool ber, bool *same) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, in, ber);
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    walk(&c, &b);
    promise(parse.at <= in.len);
    promise(ber || !parse.saw_ber);
    bool good = der_ok(&c);
    promise(der_builder_take(&b, &out, NULL) == SIGN_OK);
    *same = bytes_equal(BYTES(out.data, out.len), in);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sign_bytes in = BYTES(data, size);
    bool same_der = false, same_ber = false;
    const char *why = NULL;
    bool der = walk_all(in, false, &same_der), ber = walk_all(in, true, &same_ber);
    bool strict = der_is_der(in, &why);
    promise(strict == (why == NULL));
    if (der)
        promise(ber && same_der && same_ber);
    if (strict)
        promise(der && size > 0);
    return 0;
}
