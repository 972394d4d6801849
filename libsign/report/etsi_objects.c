/* Validation objects of TS 119 102-2, 4.4: certificates, lists, responses and time-stamps, each once. */
#include "base/text.h"
#include "report/etsi.h"

static struct etsi_object *find(const struct etsi *e, sign_bytes key) {
    return key.len ? map_get(&e->found, key) : NULL;
}

static void know(struct etsi *e, sign_bytes key, struct etsi_object *o) {
    if (key.len && !map_put(&e->found, key, o))
        e->x.out->failed = true;
}

static struct etsi_object *add(struct etsi *e, const char *kind) {
    struct etsi_object *o = arena_alloc(&e->arena, sizeof *o);
    const char *id = arena_printf(&e->arena, "%s-%zu", kind, ++e->count);
    if (!o || !id)
        return NULL; /* remembered by the arena */
    o->id = id;
    o->kind = kind;
    *e->tail = o;
    e->tail = &o->next;
    return o;
}

static void add_known(struct etsi *e, const char *kind, const char *sha256, sign_bytes der) {
    if (!sha256 || !*sha256)
        return;
    struct etsi_object *o = find(e, BYTES_STR(sha256));
    if (!o) {
        o = add(e, kind);
        if (!o)
            return;
        o->sha256 = sha256;
        know(e, BYTES_STR(sha256), o);
    }
    if (!o->der.len)
        o->der = der;
}

static void collect_chain(struct etsi *e, const struct report_chain *c) {
    for (; c; c = c->next)
        add_known(e, "certificate", c->cert_sha256, (sign_bytes){0});
}

static void collect_signer(struct etsi *e, const struct report_signer *p) {
    if (p)
        add_known(e, "certificate", p->cert_sha256, p->der);
}

static void collect_stamp(struct etsi *e, const struct report_timestamp *t) {
    struct etsi_object *o = find(e, t->der);
    if (!o) {
        o = add(e, "time-stamp");
        if (!o)
            return;
        o->der = t->der;
        o->stamp = t;
        o->time = t->best_time;
        know(e, t->der, o);
    }
    if (t->id)
        know(e, BYTES_STR(t->id), o);
    collect_signer(e, t->signer);
    collect_chain(e, t->chain);
}

static void collect_signature(struct etsi *e, const struct report_signature *s) {
    collect_signer(e, s->signer);
    collect_chain(e, s->chain);
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next)
        collect_stamp(e, t);
    for (const struct report_signature *c = s->countersignatures; c; c = c->next)
        collect_signature(e, c);
}

/* The earliest proof counts (EN 319 102-1, 5.6.2.3). */
static void collect_poe(struct etsi *e, const struct report_signature *s) {
    for (const struct report_poe *p = s->poe; p; p = p->next) {
        struct etsi_object *o = p->object ? find(e, BYTES_STR(p->object)) : NULL;
        if (o && (!o->time || p->time < o->time)) {
            o->time = p->time;
            o->by = p->by;
        }
    }
    for (const struct report_signature *c = s->countersignatures; c; c = c->next)
        collect_poe(e, c);
}

void etsi_collect(struct etsi *e) {
    e->tail = &e->first;
    for (const struct report_signature *s = e->r->signatures; s; s = s->next)
        collect_signature(e, s);
    for (const struct report_object *o = e->r->objects; o; o = o->next) {
        struct etsi_object *token = find(e, o->der);
        if (token &&
            !token->sha256) { /* a time-stamp that a signature told of; now its digest is known too */
            token->sha256 = o->sha256;
            know(e, BYTES_STR(o->sha256), token);
        }
        add_known(e, o->kind, o->sha256, o->der);
    }
    for (const struct report_signature *s = e->r->signatures; s; s = s->next)
        collect_poe(e, s);
}

/* ---- references ---- */

static bool refer(struct etsi *e, const char *name, const struct etsi_object *o) {
    if (!o)
        return false;
    xmlout_open(&e->x, name);
    xmlout_attribute(&e->x, "VOReference", o->id);
    xmlout_close(&e->x);
    return true;
}

bool etsi_refer(struct etsi *e, const char *name, const char *sha256) {
    return refer(e, name, sha256 ? find(e, BYTES_STR(sha256)) : NULL);
}

bool etsi_refer_stamp(struct etsi *e, const char *name, const char *stamp_id) {
    return etsi_refer(e, name, stamp_id);
}

void etsi_poe(struct etsi *e, const char *name, int64_t time, const char *stamp_id) {
    xmlout_open(&e->x, name);
    xmlout_time(&e->x, "POETime", time);
    xmlout_element(&e->x, "TypeOfProof", "urn:etsi:019102:poetype:validation");
    if (stamp_id)
        etsi_refer_stamp(e, "POEObject", stamp_id);
    xmlout_close(&e->x);
}

bool etsi_digest(struct etsi *e, const char *algorithm, const char *hex) {
    static const char *const uris[][2] = {{"SHA-1", "http://www.w3.org/2000/09/xmldsig#sha1"},
                                          {"SHA-224", "http://www.w3.org/2001/04/xmldsig-more#sha224"},
                                          {"SHA-256", "http://www.w3.org/2001/04/xmlenc#sha256"},
                                          {"SHA-384", "http://www.w3.org/2001/04/xmldsig-more#sha384"},
                                          {"SHA-512", "http://www.w3.org/2001/04/xmlenc#sha512"}};
    AUTO(grow) octets = {0};
    const char *uri = NULL;
    for (size_t i = 0; algorithm && i < sizeof uris / sizeof *uris; i++)
        if (strcmp(uris[i][0], algorithm) == 0)
            uri = uris[i][1];
    if (!uri || !hex || !text_hex_decode(hex, &octets)) {
        e->x.out->failed = e->x.out->failed || octets.failed;
        return false;
    }
    xmlout_open(&e->x, "DigestAlgAndValue");
    xmlout_open(&e->x, "ds:DigestMethod");
    xmlout_attribute(&e->x, "Algorithm", uri);
    xmlout_close(&e->x);
    xmlout_base64(&e->x, "ds:DigestValue", BYTES(octets.data, octets.len));
    xmlout_close(&e->x);
    return true;
}

/* ---- the objects themselves ---- */

static const char *type_uri(const char *kind) {
    static const char *const uris[][2] = {{"certificate", "urn:etsi:019102:validationObject:certificate"},
                                          {"crl", "urn:etsi:019102:validationObject:CRL"},
                                          {"ocsp", "urn:etsi:019102:validationObject:OCSPResponse"},
                                          {"time-stamp", "urn:etsi:019102:validationObject:timestamp"}};
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++)
        if (strcmp(uris[i][0], kind) == 0)
            return uris[i][1];
    return "urn:etsi:019102:validationObject:other";
}

/* Of which objects a time-stamp proves that they existed ("certificate <SHA-256>", ids of time-stamps). */
static void put_provisioning(struct etsi *e, const struct report_timestamp *t) {
    if (t->indication != TOTAL_PASSED || !t->time)
        return;
    xmlout_open(&e->x, "POEProvisioning");
    xmlout_time(&e->x, "POETime", t->time);
    for (size_t i = 0; i < t->n_covers; i++) {
        const char *blank = strrchr(t->covers[i], ' ');
        etsi_refer(e, "ValidationObject", blank ? blank + 1 : t->covers[i]);
    }
    xmlout_close(&e->x);
}

static void put_object(struct etsi *e, const struct etsi_object *o) {
    xmlout_open(&e->x, "ValidationObject");
    xmlout_attribute(&e->x, "id", o->id);
    xmlout_element(&e->x, "ObjectType", type_uri(o->kind));
    xmlout_open(&e->x, "ValidationObjectRepresentation");
    if (o->der.len)
        xmlout_base64(&e->x, "base64", o->der);
    else if (!etsi_digest(e, "SHA-256", o->sha256))
        xmlout_element(&e->x, "direct", o->sha256 ? o->sha256 : "");
    xmlout_close(&e->x);
    if (o->time)
        etsi_poe(e, "POE", o->time, o->by);
    if (o->stamp) {
        put_provisioning(e, o->stamp);
        etsi_timestamp(e, o->stamp);
    }
    xmlout_close(&e->x);
}

void etsi_objects(struct etsi *e) {
    if (!e->first)
        return;
    xmlout_open(&e->x, "SignatureValidationObjects");
    for (const struct etsi_object *o = e->first; o; o = o->next)
        put_object(e, o);
    xmlout_close(&e->x);
}
