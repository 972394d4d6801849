/* Everything that was carried or used, whole, for the diagnostic data and the validation objects of TS 119
 * 102-2. */
#include "ades/validation.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"

struct list {
    struct validation *v;
    struct judging *j;
    struct report_object **tail;
    size_t n;
};

/* What could not be told is not left out: report_seal makes an error of it. */
static void lose(const struct list *l) {
    l->j->report->arena.failed = true;
}

static void fact(struct list *l, struct report_object *o, const char *name, const char *value) {
    struct report_facts *f = arena_alloc(&l->j->report->arena, sizeof *f), **at = &o->facts;
    if (f == NULL || value == NULL)
        return; /* remembered by the arena; report_seal tells it */
    f->name = name;
    f->value = value;
    while (*at != NULL)
        at = &(*at)->next;
    *at = f;
}

static void fact_time(struct list *l, struct report_object *o, const char *name, int64_t t) {
    if (t != 0)
        fact(l, o, name, judging_time(l->j, t));
}

/* The object with these octets, whose SHA-256 that is: a new one, or (*known) one that is there. NULL: no
 * memory, or too many. */
static struct report_object *object(struct list *l, const char *kind, sign_bytes der,
                                    const uint8_t sha256[32], bool *known) {
    struct judging *j = l->j;
    struct report_object **place = poe_shown(l->v, sha256);
    char hex[65];
    *known = true;
    if (place == NULL)
        lose(l);
    if (place == NULL || *place != NULL)
        return place != NULL ? *place : NULL;
    struct report_object *o = l->n < LIMIT_OBJECTS ? arena_alloc(&j->report->arena, sizeof *o) : NULL;
    text_hex(BYTES(sha256, 32), hex);
    const char *name = o != NULL ? arena_str(&j->report->arena, BYTES_STR(hex)) : NULL;
    if (name == NULL)
        return NULL;
    *known = false;
    *place = o;
    o->kind = kind;
    o->sha256 = name;
    o->der = arena_copy(&j->report->arena, der);
    o->from = (struct report_origin){.origin = pki_origin_text(ORIGIN_SIGNATURE),
                                     .source = pki_origin_text(ORIGIN_SIGNATURE)};
    *l->tail = o;
    l->tail = &o->next;
    l->n++;
    return o;
}

/* Of octets of the document. */
static struct report_object *carried_object(struct list *l, const char *kind, sign_bytes der, bool *known) {
    uint8_t sha256[32];
    *known = true;
    if (poe_sha256(l->v, der, sha256, NULL) == SIGN_OK)
        return object(l, kind, der, sha256, known);
    lose(l);
    return NULL;
}

static const char *text_of(struct list *l, sign_bytes text) {
    return text.data != NULL ? arena_str(&l->j->report->arena, text) : NULL;
}

static void describe_certificate(struct list *l, struct report_object *o, struct pki_cert *cert) {
    const struct pki_cert_shown *said = pki_cert_show(cert);
    const struct crypto_pubkey *key;
    char name[64];
    if (said == NULL) {
        lose(l);
        return;
    }
    fact(l, o, "subject", text_of(l, said->text[SHOWN_SUBJECT]));
    fact(l, o, "issuer", text_of(l, said->text[SHOWN_ISSUER]));
    fact(l, o, "serial", text_of(l, said->text[SHOWN_SERIAL]));
    fact_time(l, o, "not-before", cert->not_before);
    fact_time(l, o, "not-after", cert->not_after);
    sign_rc rc = pki_cert_key(cert, &key, NULL); /* the key may be of a kind that nobody here knows */
    if (rc == SIGN_E_MEMORY)
        lose(l);
    if (rc == SIGN_OK)
        fact(l, o, "key", arena_str(&l->j->report->arena, BYTES_STR(crypto_pubkey_name(key))));
    crypto_sigalg_name(&cert->sigalg, name);
    fact(l, o, "signature-algorithm", arena_str(&l->j->report->arena, BYTES_STR(name)));
}

static void add_certificate(struct list *l, sign_bytes der) {
    AUTO(pki_cert_ptr) cert = NULL;
    bool known;
    struct report_object *o = carried_object(l, "certificate", der, &known);
    if (o == NULL || known)
        return;
    if (ades_candidate(l->j->ctx, der, &cert, NULL) != SIGN_OK)
        lose(l);
    if (cert != NULL)
        describe_certificate(l, o, cert);
}

static void add_all(struct list *l, const char *kind, const sign_bytes *der, size_t n) {
    bool known;
    for (size_t i = 0; i < n; i++)
        if (strcmp(kind, "certificate") == 0)
            add_certificate(l, der[i]);
        else
            (void)carried_object(l, kind, der[i], &known);
}

static struct report_origin origin_of(struct list *l, const struct pki_source *from) {
    return (struct report_origin){.origin = pki_origin_text(from->origin),
                                  .source = arena_str(&l->j->report->arena, BYTES_STR(from->name)),
                                  .obtained = from->obtained};
}

static bool is_used(const struct pki_path *path, const struct pki_evidence *e) {
    for (size_t i = 0; i < path->n_revocation; i++) {
        const struct pki_revocation *r = &path->revocation[i];
        if (r->cert == e->piece.cert && strcmp(r->kind, e->piece.kind) == 0 &&
            r->this_update == e->piece.this_update && r->produced_at == e->piece.produced_at)
            return true;
    }
    return false;
}

static void add_evidence(struct list *l, const struct pki_path *path, const struct pki_evidence *e) {
    bool known;
    struct report_object *o = object(l, e->piece.kind, e->der, e->sha256, &known);
    if (o == NULL)
        return;
    o->used = o->used || is_used(path, e);
    if (known && o->facts != NULL)
        return;
    if (e->piece.source != NULL)
        o->from = origin_of(l, e->piece.source);
    fact(l, o, "about", judging_name(l->j, e->piece.cert));
    fact(l, o, "signer", judging_name(l->j, e->issuer));
    fact_time(l, o, "this-update", e->piece.this_update);
    fact_time(l, o, "next-update", e->piece.next_update);
    fact_time(l, o, "produced-at", e->piece.produced_at);
    fact(l, o, "status", e->piece.status);
    fact_time(l, o, "revoked-at", e->piece.revoked_at);
}

/* The certificates of a path, and what is known of them. */
static sign_rc add_path(struct list *l, const struct judging *of, sign_error *err) {
    const struct pki_path *path = of->path;
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; path != NULL && i < path->n_chain && rc == SIGN_OK; i++) {
        bool known;
        struct pki_cert *cert = path->chain[i];
        struct report_object *o = object(l, "certificate", cert->der, cert->sha256, &known);
        if (o != NULL && !known)
            describe_certificate(l, o, cert);
        if (o != NULL)
            o->used = true;
        if (o != NULL && path->source[i] != NULL)
            o->from = origin_of(l, path->source[i]);
        if (i + 1 == path->n_chain || !of->ctx->revocation)
            continue;
        AUTO(pki_evidences) all = {0};
        const struct pki_path_options opt = judging_options(of);
        rc = pki_evidence_find(of->ctx->trust, of->ctx->crypto, path->chain + i, path->n_chain - i, &opt,
                               &all, err);
        for (size_t k = 0; k < all.n; k++)
            add_evidence(l, path, &all.list[k]);
    }
    return rc;
}

static void add_stamp(struct list *l, const struct stamp_state *s) {
    bool known;
    struct report_object *o = carried_object(l, "time-stamp", s->stamp->token->raw, &known);
    if (o == NULL || known)
        return;
    o->used = s->passed;
    fact(l, o, "id", s->row->id);
    fact(l, o, "kind", s->row->kind);
    fact_time(l, o, "time", s->row->time);
    fact(l, o, "authority", s->row->tsa);
}

sign_rc objects_list(struct validation *v, sign_error *err) {
    struct judging *j = v->j;
    const struct ades_facts *f = j->facts;
    struct list l = {.v = v, .j = j, .tail = &j->report->objects};
    if (!j->report->detailed || j->ctx->inspect)
        return SIGN_OK;
    for (; *l.tail != NULL; l.n++)
        l.tail = &(*l.tail)->next;
    sign_rc rc = add_path(&l, j, err);
    for (size_t i = 0; i < v->n && rc == SIGN_OK; i++) {
        add_stamp(&l, &v->stamps[i]);
        rc = add_path(&l, &v->stamps[i].j, err);
    }
    add_all(&l, "certificate", f->bag, f->n_bag);
    add_all(&l, "crl", f->crls, f->n_crls);
    add_all(&l, "ocsp", f->ocsps, f->n_ocsps);
    if (f->lists != NULL) {
        add_all(&l, "crl", f->lists->der, f->lists->n);
        add_all(&l, "ocsp", f->lists->ocsp_der, f->lists->n_ocsp);
    }
    return rc;
}
