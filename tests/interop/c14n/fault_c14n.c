/*
 * Every allocation of reading and of canonical XML fails once: the n-th, and the n-th and all after it. Each
 * time the work gives SIGN_E_MEMORY, or the same octets as ever. What stays allocated is LeakSanitizer's to
 * find.
 */
#include "xml/stream.h"

#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static struct {
    size_t count, fail_at; /* fail_at 0: none */
    bool on, onwards;
} fault;

static bool fails(void) {
    if (!fault.on) {
        return false;
    }
    fault.count++;
    return fault.fail_at != 0 &&
           (fault.count == fault.fail_at || (fault.onwards && fault.count > fault.fail_at));
}

void *__wrap_malloc(size_t n) {
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size) {
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n) {
    return fails() ? NULL : __real_realloc(p, n);
}

/* Fixed room: what takes the octets must not fail itself. */
struct taken {
    uint8_t data[2048];
    size_t len;
};

static sign_rc take(void *user, sign_bytes piece, sign_error *err) {
    struct taken *t = user;
    if (piece.len > sizeof t->data - t->len) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "no room");
    }
    memcpy(t->data + t->len, piece.data, piece.len);
    t->len += piece.len;
    return SIGN_OK;
}

static const char text[] =
    "<?go?><a xmlns:p='urn:2' xmlns='urn:1' xmlns:q='urn:3' xml:base='http://e/a/b' xml:lang='tr'>"
    "<p:b xml:base='../c/' p:x='1' q:x='2'><c xmlns='' xml:base='d' "
    "q:y='3'>t&amp;<!--c--><q:d/></c></p:b></a>";

static sign_rc run_tree(enum c14n_method method, struct taken *out) {
    AUTO(xml_ptr) doc = NULL;
    sign_error err = {0};
    sign_rc rc = xml_read(BYTES_STR(text), &(struct xml_options){.depth = 16}, &doc, &err);
    if (rc != SIGN_OK) {
        return rc;
    }
    const struct c14n_input in = {.apex = xml_root(doc)->first->first,
                                  .method = method,
                                  .comments = true,
                                  .prefixes = method == C14N_EXCLUSIVE ? "p q none" : NULL};
    return c14n_write(&in, take, out, &err);
}

static bool is_kept(const struct xml_node *element) {
    return strcmp(element->name, "c") == 0;
}

/* By events: the kept element as a tree, then all but it; both go to the same octets. */
static sign_rc run_events(enum c14n_method method, struct taken *out) {
    const source src = {.mem = BYTES_STR(text), .fd = -1, .size = sizeof text - 1, .name = "text"};
    const struct xml_text all = {.src = &src, .at = src.size, .behind = src.size};
    const struct xml_options options = {.depth = 16};
    AUTO(xml_ptr) doc = NULL;
    sign_error err = {0};
    sign_rc rc = xml_read_kept(&all, &options, is_kept, NULL, NULL, &doc, &err);
    if (rc != SIGN_OK) {
        return rc;
    }
    struct c14n_input how = {.apex = xml_root(doc)->first->first, .method = method};
    rc = c14n_write(&how, take, out, &err);
    return rc == SIGN_OK ? xml_stream_c14n(&all, &options, is_kept, 0, &how, take, out, &err) : rc;
}

typedef sign_rc (*runner)(enum c14n_method method, struct taken *out);

static bool sound(runner run, enum c14n_method method, const struct taken *want) {
    struct taken got = {0};
    fault.count = 0;
    fault.on = true;
    sign_rc rc = run(method, &got);
    fault.on = false;
    return rc == SIGN_E_MEMORY ||
           (rc == SIGN_OK && bytes_equal(BYTES(got.data, got.len), BYTES(want->data, want->len)));
}

static bool method_sound(runner run, enum c14n_method method) {
    struct taken want = {0};
    fault.fail_at = 0;
    if (run(method, &want) != SIGN_OK || !sound(run, method, &want)) {
        return false;
    }
    size_t total = fault.count, failures = 0;
    for (size_t i = 0; i < 2 * total; i++) {
        fault.fail_at = i / 2 + 1;
        fault.onwards = i % 2 == 1;
        if (!sound(run, method, &want)) {
            printf("# method %d: allocation %zu of %zu\n", (int)method, fault.fail_at, total);
            failures++;
        }
    }
    return failures == 0 && total >= 5;
}

int main(void) {
    static const char *const names[] = {"1.0", "1.1", "exclusive"};
    static const runner runners[] = {run_tree, run_events};
    int status = 0;
    for (unsigned i = 0; i < 6; i++) {
        bool good = method_sound(runners[i / 3], (enum c14n_method)(i % 3));
        printf("%s %u - canonical XML %s%s: every allocation fails once\n", good ? "ok" : "not ok", i + 1,
               names[i % 3], i < 3 ? "" : " by events");
        status |= !good;
    }
    return status;
}
