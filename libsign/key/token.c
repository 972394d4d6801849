/* Opening a key on a token: from a URI to one certificate, then a login to its token alone. */
#include "key/token.h"
#include <stdlib.h>

typedef struct token *token_ptr;
static inline void token_ptr_free(token_ptr *t) {
    if (*t)
        token_free(TAKE(*t));
}
CLEANUP(token_ptr, token_ptr_free);

/* A token that the URI fits, and what it shows. */
struct place {
    struct module *module;
    struct slot slot;
    view seen;
};

/* A certificate that may be the one meant. */
struct candidate {
    size_t place;
    const struct object *cert;
    bool keyed; /* the token shows a key with the certificate's id */
};

struct scan {
    size_t n_modules; /* that could be loaded */
    struct place *places;
    size_t n_places;
    struct candidate *candidates;
    size_t n_candidates;
};
typedef struct scan scan;

static void scan_free(scan *s) {
    for (size_t i = 0; i < s->n_places; i++)
        view_free(&s->places[i].seen);
    free(s->candidates);
    free(s->places);
}
CLEANUP(scan, scan_free);

static sign_rc add_place(scan *s, struct module *m, const struct slot *slot, sign_error *err) {
    struct place *grown = realloc(s->places, (s->n_places + 1) * sizeof *grown);
    if (!grown)
        return fail_memory(err);
    s->places = grown;
    grown[s->n_places] = (struct place){.module = m, .slot = *slot};
    sign_rc rc = view_read(m, slot, &grown[s->n_places].seen, err);
    s->n_places += rc == SIGN_OK;
    return rc;
}

static sign_rc scan_module(scan *s, const char *path, const uri *u, sign_error *err) {
    struct module *m = NULL;
    sign_rc rc = module_load(path, &m, err);
    if (rc != SIGN_OK)
        return rc;
    s->n_modules++;
    AUTO(slots) present = {0};
    rc = slots_read(m, u, &present, err);
    for (size_t i = 0; i < present.n && rc == SIGN_OK; i++)
        rc = add_place(s, m, &present.at[i], err);
    return rc;
}

static sign_rc scan_all(scan *s, const paths *found, bool named, const uri *u, sign_error *err) {
    for (size_t i = 0; i < found->n; i++) {
        sign_rc rc = scan_module(s, found->at[i], u, err);
        /* A module that was only found, and does not work here, is not what the caller spoke of. */
        if (rc != SIGN_OK && (named || rc != SIGN_E_TOKEN))
            return rc;
    }
    if (s->n_modules == 0)
        return modules_none(found, err);
    return s->n_places ? SIGN_OK : fail(err, SIGN_E_TOKEN, MSG_NO_TOKEN, "none fits the URI");
}

static bool label_known(const objects *keys, const struct object *cert, const char *label) {
    const struct object *key = objects_with_id(keys, BYTES(cert->id.data, cert->id.len));
    return key && strcmp(key->label, label) == 0;
}

/* An object may be named by the certificate's label or by its key's, which often differ. */
static bool labelled(const uri *u, const view *v, const struct object *cert) {
    return !u->object || strcmp(u->object, cert->label) == 0 || label_known(&v->publics, cert, u->object) ||
           label_known(&v->privates, cert, u->object);
}

/* The id decides when the URI has one. */
static bool wanted(const uri *u, const view *v, const struct object *cert) {
    if (cert->value.len == 0)
        return false;
    if (u->has_id)
        return bytes_equal(BYTES(u->id.data, u->id.len), BYTES(cert->id.data, cert->id.len));
    return labelled(u, v, cert);
}

/* One card may be seen through two drivers. */
static bool seen_before(const scan *s, const struct object *cert) {
    for (size_t i = 0; i < s->n_candidates; i++) {
        const struct object *other = s->candidates[i].cert;
        if (bytes_equal(BYTES(other->value.data, other->value.len), BYTES(cert->value.data, cert->value.len)))
            return true;
    }
    return false;
}

static sign_rc add_candidates(scan *s, size_t place, const uri *u, sign_error *err) {
    const view *v = &s->places[place].seen;
    struct candidate *grown = realloc(s->candidates, (s->n_candidates + v->certs.n + 1) * sizeof *grown);
    if (!grown)
        return fail_memory(err);
    s->candidates = grown;
    for (size_t i = 0; i < v->certs.n; i++) {
        const struct object *cert = &v->certs.at[i];
        sign_bytes id = BYTES(cert->id.data, cert->id.len);
        if (wanted(u, v, cert) && !seen_before(s, cert))
            grown[s->n_candidates++] = (struct candidate){
                place, cert, objects_with_id(&v->privates, id) || objects_with_id(&v->publics, id)};
    }
    return SIGN_OK;
}

/* Where some certificates visibly have a key, the others are those of the CAs above. */
static void keep_keyed(scan *s) {
    size_t keyed = 0;
    for (size_t i = 0; i < s->n_candidates; i++)
        keyed += s->candidates[i].keyed;
    size_t n = 0;
    for (size_t i = 0; i < s->n_candidates && keyed; i++)
        if (s->candidates[i].keyed)
            s->candidates[n++] = s->candidates[i];
    s->n_candidates = keyed ? n : s->n_candidates;
}

/* Certificates with the same id: the one whose own label the URI has. */
static void keep_labelled(scan *s, const uri *u) {
    if (s->n_candidates < 2 || !u->object)
        return;
    size_t n = 0;
    for (size_t i = 0; i < s->n_candidates; i++)
        n += strcmp(s->candidates[i].cert->label, u->object) == 0;
    for (size_t i = 0; i < s->n_candidates && n == 1; i++)
        if (strcmp(s->candidates[i].cert->label, u->object) == 0)
            s->candidates[0] = s->candidates[i];
    s->n_candidates = n == 1 ? 1 : s->n_candidates;
}

struct lines {
    char **at;
    size_t n;
};
typedef struct lines lines;

static void lines_free(lines *l) {
    for (size_t i = 0; i < l->n; i++)
        free(l->at[i]);
    free(l->at);
}
CLEANUP(lines, lines_free);

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The URIs of the tokens or certificates that fit, in one line and always in one order: tokens tell their
 * objects in any. */
static sign_rc several(const scan *s, bool tokens, sign_error *err) {
    size_t n = tokens ? s->n_places : s->n_candidates;
    AUTO(grow) list = {0};
    AUTO(lines) l = {calloc(n, sizeof *l.at), 0};
    if (!l.at)
        return fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        AUTO(grow) one = {0};
        const struct candidate *c = tokens ? NULL : &s->candidates[i];
        slot_uri(&s->places[c ? c->place : i].slot, c ? c->cert : NULL, true, &one);
        grow_byte(&one, 0);
        if (one.failed)
            return fail_memory(err);
        l.at[l.n++] = (char *)TAKE(one.data);
    }
    qsort(l.at, l.n, sizeof *l.at, by_text);
    for (size_t i = 0; i < n; i++)
        grow_printf(&list, "%s%s", i ? "; " : "", l.at[i]);
    grow_byte(&list, 0);
    return list.failed ? fail_memory(err)
                       : fail(err, SIGN_E_CERTIFICATE, MSG_TOKEN_SEVERAL, "%s", (const char *)list.data);
}

static sign_rc choose(scan *s, const uri *u, sign_error *err) {
    for (size_t i = 0; i < s->n_places; i++) {
        sign_rc rc = add_candidates(s, i, u, err);
        if (rc != SIGN_OK)
            return rc;
    }
    keep_keyed(s);
    keep_labelled(s, u);
    if (s->n_candidates == 0)
        return fail(err, SIGN_E_CERTIFICATE, MSG_TOKEN_NO_CERT, "%s", s->places[0].slot.label);
    return s->n_candidates == 1 ? SIGN_OK : several(s, false, err);
}

/* The certificates above `cert` that the token holds too, by their names. */
static sign_rc chain_above(const view *v, const struct object *cert, chain *out, sign_error *err) {
    sign_rc rc = chain_add(out, BYTES(cert->value.data, cert->value.len), err);
    bool found = rc == SIGN_OK;
    while (found && out->n < LIMIT_PATH_LENGTH) {
        sign_buf below = out->certs[out->n - 1];
        found = false;
        for (size_t i = 0; i < v->certs.n && !found; i++) {
            sign_bytes other = BYTES(v->certs.at[i].value.data, v->certs.at[i].value.len);
            found = chain_issued(other, BYTES(below.data, below.len));
            rc = found ? chain_add(out, other, err) : rc;
        }
        found = found && rc == SIGN_OK;
    }
    return rc;
}

static sign_rc read_mechanisms(struct token *t, sign_error *err) {
    CK_MECHANISM_TYPE types[512] = {0};
    CK_ULONG n = sizeof types / sizeof *types;
    CK_RV rv = P11(t->module, C_GetMechanismList(t->slot.id, types, &n));
    if (rv != CKR_OK)
        return answer_fail(rv, "C_GetMechanismList", err);
    for (CK_ULONG i = 0; i < n && i < sizeof types / sizeof *types; i++) {
        t->can_pkcs1 = t->can_pkcs1 || types[i] == CKM_RSA_PKCS;
        t->can_pss = t->can_pss || types[i] == CKM_RSA_PKCS_PSS;
        t->can_ecdsa = t->can_ecdsa || types[i] == CKM_ECDSA;
    }
    return SIGN_OK;
}

/* What finds the key again after the login was lost. */
static sign_rc keep(struct token *t, const struct object *cert, asked *pin, sign_error *err) {
    sign_rc rc = buf_copy(BYTES(cert->id.data, cert->id.len), &t->cert.id, err);
    if (rc == SIGN_OK)
        rc = buf_copy(BYTES(cert->value.data, cert->value.len), &t->cert.value, err);
    t->cert.label = cert->label ? strdup(cert->label) : NULL;
    if (rc == SIGN_OK && cert->label && !t->cert.label)
        rc = fail_memory(err);
    if (rc != SIGN_OK)
        return rc;
    t->pin = *pin;
    *pin = (asked){0};
    return SIGN_OK;
}

/* Login, the key, and what is known of it, on the first session. */
static sign_rc prepare(struct token *t, CK_SESSION_HANDLE session, const struct object *cert,
                       const sign_key_options *opt, sign_error *err) {
    AUTO(asked) pin = {0};
    AUTO(sign_buf) always = {0};
    CK_OBJECT_HANDLE key = 0;
    sign_rc rc = token_login(t, session, opt, &pin, err);
    if (rc == SIGN_OK)
        rc = token_match(t, session, cert, &key, err);
    if (rc == SIGN_OK)
        rc = object_attribute(t->module, session, key, CKA_ALWAYS_AUTHENTICATE, &always, err);
    if (rc == SIGN_OK)
        rc = read_mechanisms(t, err);
    t->key = key;
    t->always = always.len > 0 && always.data[0];
    return rc == SIGN_OK && t->always ? keep(t, cert, &pin, err) : rc;
}

static sign_rc open_on(struct token *t, const struct object *cert, const sign_key_options *opt,
                       sign_error *err) {
    CK_SESSION_HANDLE session = 0;
    bool fresh;
    sign_rc rc = token_session(t, &session, &fresh, err);
    if (rc != SIGN_OK)
        return rc;
    rc = prepare(t, session, cert, opt, err);
    token_give(t, session);
    return rc;
}

static sign_rc open_place(scan *s, size_t place, const struct object *cert, chain *c,
                          const sign_key_options *opt, sign_key **out, sign_error *err) {
    static const struct key_ops ops = {token_sign, token_free, false};
    AUTO(token_ptr) t = NULL;
    struct place *p = &s->places[place];
    sign_rc rc = token_new(p->module, &p->slot, &t, err);
    if (rc != SIGN_OK)
        return rc;
    rc = open_on(t, cert, opt, err);
    if (rc != SIGN_OK)
        return rc;
    rc = key_assemble(&ops, t, c, out, err);
    if (rc != SIGN_OK)
        return rc;
    const struct crypto_pubkey *public = key_public(*out);
    t->field = crypto_pubkey_field(public);
    t->ec = crypto_pubkey_kind(public) == KEY_EC;
    (void)TAKE(t);
    return SIGN_OK;
}

/* A token without certificates: the caller's file has it, the public key finds the private one. */
static sign_rc open_with_file(scan *s, const uri *u, const sign_key_options *opt, sign_key **out,
                              sign_error *err) {
    AUTO(chain) c = {0};
    sign_rc rc = chain_file(opt->certificate, &c, err);
    if (rc != SIGN_OK)
        return rc;
    if (s->n_places > 1)
        return several(s, true, err);
    struct object cert = {.id = u->id, .value = c.certs[0], .label = u->object};
    return open_place(s, 0, &cert, &c, opt, out, err);
}

sign_rc token_open(const char *where, const sign_key_options *opt, sign_key **out, sign_error *err) {
    AUTO(uri) u = {0};
    AUTO(paths) found = {0};
    AUTO(scan) s = {0};
    AUTO(chain) c = {0};
    bool named = false;
    sign_rc rc = uri_parse(where, &u, err);
    if (rc == SIGN_OK)
        rc = modules_find(opt->module, &u, &found, &named, err);
    if (rc == SIGN_OK)
        rc = scan_all(&s, &found, named, &u, err);
    if (rc != SIGN_OK)
        return rc;
    if (opt->certificate)
        return open_with_file(&s, &u, opt, out, err);
    rc = choose(&s, &u, err);
    if (rc != SIGN_OK)
        return rc;
    const struct candidate *one = &s.candidates[0];
    rc = chain_above(&s.places[one->place].seen, one->cert, &c, err);
    return rc == SIGN_OK ? open_place(&s, one->place, one->cert, &c, opt, out, err) : rc;
}
