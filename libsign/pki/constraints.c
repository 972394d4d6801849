/* pki/constraints.c - name constraints over a whole chain (RFC 5280, 4.2.1.10 and 6.1.3 (b), (c)). */
#include "pki/names.h"
#include "pki/policy.h"

struct subtree {
    struct general_name base;
    bool bounded; /* minimum or maximum that this profile does not have */
};

struct subtrees {
    struct subtree *list;
    size_t n, cap;
};

struct name_list {
    struct general_name *list;
    size_t n, cap;
};

struct walk {
    arena memory;
    struct subtrees permitted, excluded;
    struct name_list names;
    bool malformed;
    size_t left; /* comparisons */
};
typedef struct walk walk;
static void walk_free(walk *w) {
    arena_free(&w->memory);
}
CLEANUP(walk, walk_free);

/* The old room stays in the arena: at most as much again. */
static void *more(arena *a, const void *list, size_t n, size_t *cap, size_t size) {
    if (n < *cap)
        return NULL;
    *cap = *cap == 0 ? 16 : 2 * *cap;
    void *to = arena_alloc(a, *cap * size);
    if (to != NULL && n > 0)
        memcpy(to, list, n * size);
    return to;
}

static bool add_name(walk *w, struct general_name name) {
    struct general_name *moved =
        more(&w->memory, w->names.list, w->names.n, &w->names.cap, sizeof *w->names.list);
    if (w->memory.failed)
        return false;
    if (moved != NULL)
        w->names.list = moved;
    w->names.list[w->names.n++] = name;
    return true;
}

static bool add_subtree(walk *w, struct subtrees *to, struct subtree s) {
    struct subtree *moved = more(&w->memory, to->list, to->n, &to->cap, sizeof *to->list);
    if (w->memory.failed)
        return false;
    if (moved != NULL)
        to->list = moved;
    to->list[to->n++] = s;
    return true;
}

/* A Name in the form in which equal names are equal octets. */
static bool name_form(walk *w, sign_bytes name, sign_bytes *out) {
    AUTO(grow) key = {0};
    if (!pki_name_key(name, &key)) {
        w->memory.failed = w->memory.failed || key.failed;
        return false;
    }
    *out = arena_copy(&w->memory, BYTES(key.data, key.len));
    return !w->memory.failed;
}

/*
 * A mailbox whose local part is not ASCII; constraints of mail addresses count for it, its domain being in
 * ASCII (RFC 9598, 3 and 6).
 */
static bool read_mailbox(struct der_cursor *c, struct general_name *out) {
    struct der_cursor in;
    struct der_tlv text = {0};
    out->tag = NAME_EMAIL;
    if (!der_enter(c, DER_CONTEXT_CONSTRUCTED(0), &in) || !der_take(&in, DER_UTF8, &text))
        return false;
    out->value = text.value;
    return der_finish(&in) && der_finish(c);
}

static bool read_general_name(walk *w, struct der_cursor *c, struct general_name *out) {
    struct der_tlv t = {0};
    *out = (struct general_name){0};
    if (!der_any(c, &t))
        return false;
    out->tag = t.tag;
    out->value = t.value;
    struct der_cursor in = der_inside(c, &t);
    if (t.tag == NAME_OTHER)
        return der_oid(&in, &out->type) &&
               (!oid_is(out->type, OID_ON_SMTP_UTF8_MAILBOX) || read_mailbox(&in, out));
    return t.tag != NAME_DIRECTORY || name_form(w, t.value, &out->value);
}

/* GeneralSubtree ::= SEQUENCE { base, minimum [0] DEFAULT 0, maximum [1] OPTIONAL } */
static bool read_subtrees(walk *w, struct der_cursor *c, struct subtrees *out) {
    struct der_cursor one;
    while (der_more(c)) {
        struct subtree s = {0};
        struct der_tlv minimum = {0};
        if (!der_enter(c, DER_SEQUENCE, &one) || !read_general_name(w, &one, &s.base))
            return false;
        if (der_optional(&one, DER_CONTEXT(0), &minimum))
            s.bounded = minimum.value.len != 1 || minimum.value.data[0] != 0;
        s.bounded = der_optional(&one, DER_CONTEXT(1), NULL) || s.bounded;
        if (!der_finish(&one) || !add_subtree(w, out, s))
            return false;
    }
    return der_ok(c);
}

static bool read_constraints(walk *w, const struct pki_cert *ca) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, ca->name_constraints, false), in, list;
    w->permitted.n = w->excluded.n = 0;
    if (!der_enter(&all, DER_SEQUENCE, &in))
        return false;
    if (der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &list) && !read_subtrees(w, &list, &w->permitted))
        return false;
    if (der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(1), &list) && !read_subtrees(w, &list, &w->excluded))
        return false;
    return der_finish(&in);
}

/*
 * Mail addresses in the subject (RFC 5280, 4.2.1.6: of old certificates) count when the alternative names
 * have none.
 */
static bool read_subject_emails(walk *w, sign_bytes subject) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, subject, false), rdns, set, pair;
    if (!der_enter(&all, DER_SEQUENCE, &rdns))
        return false;
    while (der_more(&rdns) && der_enter(&rdns, DER_SET, &set))
        while (der_more(&set)) {
            sign_bytes type = {0};
            struct der_tlv value = {0};
            if (!der_enter(&set, DER_SEQUENCE, &pair) || !der_oid(&pair, &type) || !der_any(&pair, &value))
                return false;
            if (oid_is(type, OID_DN_EMAIL_ADDRESS) &&
                !add_name(w, (struct general_name){.tag = NAME_EMAIL, .value = value.value}))
                return false;
        }
    return der_ok(&rdns);
}

/* Every name of a certificate: subject, alternative names. An empty subject is no name (RFC 5280, 6.1.3 (b)).
 */
static bool read_names(walk *w, const struct pki_cert *c) {
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, c->subject_alt, false), list;
    struct general_name name = {.tag = NAME_DIRECTORY};
    bool emails = false;
    w->names.n = 0;
    if (!name_form(w, c->subject, &name.value) || (name.value.len > 0 && !add_name(w, name)))
        return false;
    if (c->subject_alt.len > 0 && !der_enter(&all, DER_SEQUENCE, &list))
        return false;
    while (c->subject_alt.len > 0 && der_more(&list)) {
        if (!read_general_name(w, &list, &name) || !add_name(w, name))
            return false;
        emails = emails || name.tag == NAME_EMAIL;
    }
    return parse.error == NULL && (emails || read_subject_emails(w, c->subject));
}

static bool same_form(const struct general_name *a, const struct general_name *b) {
    return a->tag == b->tag && (a->tag != NAME_OTHER || bytes_equal(a->type, b->type));
}

static enum message_id check_name(walk *w, const struct general_name *name) {
    bool constrained = false, inside = false, unsure = false;
    size_t all = w->permitted.n + w->excluded.n;
    if (all > w->left)
        return MSG_PATH_NAME_LIMIT;
    w->left -= all;
    for (size_t i = 0; i < all; i++) {
        bool excluded = i >= w->permitted.n;
        const struct subtree *s = excluded ? &w->excluded.list[i - w->permitted.n] : &w->permitted.list[i];
        if (!same_form(name, &s->base))
            continue;
        if (s->bounded)
            return MSG_PATH_NAME_FORM;
        enum within found = name_within(name, &s->base);
        if (excluded && found == WITHIN_YES)
            return MSG_PATH_NAME;
        constrained = constrained || !excluded;
        inside = inside || (!excluded && found == WITHIN_YES);
        unsure = unsure || found == WITHIN_UNSURE;
    }
    if (unsure)
        return MSG_PATH_NAME_FORM;
    return constrained && !inside ? MSG_PATH_NAME : MSG_NONE;
}

static enum message_id check_names(walk *w, const struct pki_cert *c) {
    if (!read_names(w, c))
        return MSG_PATH_NAME_FORM;
    enum message_id why = MSG_NONE;
    for (size_t i = 0; i < w->names.n && why == MSG_NONE; i++)
        why = check_name(w, &w->names.list[i]);
    return why;
}

/* So many comparisons take about the time of one signature check. */
enum { CHECKS_FOR_ONE = 512 };

/* What the constraints of chain[by] say about everything below. */
static void check_below(walk *w, struct pki_cert *const *chain, size_t by, struct pki_names_result *out) {
    if (!read_constraints(w, chain[by])) {
        *out = (struct pki_names_result){.why = MSG_PATH_NAME_FORM, .who = by - 1, .by = by};
        return;
    }
    for (size_t i = by; i-- > 0 && out->why == MSG_NONE;)
        if (i == 0 || !chain[i]->self_issued) /* 6.1.3 (b) */
            *out = (struct pki_names_result){.why = check_names(w, chain[i]), .who = i, .by = by};
}

sign_rc pki_names_check(struct pki_cert *const *chain, size_t n, size_t *effort, struct pki_names_result *out,
                        sign_error *err) {
    AUTO(walk) w = {.left = LIMIT_NAME_CHECKS};
    *out = (struct pki_names_result){0};
    for (size_t by = n; by-- > 1 && out->why == MSG_NONE && !w.memory.failed;) {
        if (chain[by]->name_constraints.len == 0)
            continue;
        size_t before = w.left;
        check_below(&w, chain, by, out);
        if (!pki_spend(effort, (before - w.left) / CHECKS_FOR_ONE) && out->why == MSG_NONE)
            *out = (struct pki_names_result){.why = MSG_PATH_NAME_LIMIT, .who = by - 1, .by = by};
    }
    return w.memory.failed ? fail_memory(err) : SIGN_OK;
}
