/* The steps of a CAdES signature. */
#include "stamps.h"

#include <stdio.h>
#include <stdlib.h>

#define ID_DATA "1.2.840.113549.1.7.1"
#define AA      "1.2.840.113549.1.9.16.2."

struct making {
    struct st *s;
    struct st_cms m;
    const struct st_step *content_stamp; /* of a step before that which signs */
};

static void put_oid(der_builder *b, const char *dotted) {
    path_must(der_put_oid_text(b, dotted), dotted);
}

static void attach(struct making *k, const char *type, sign_bytes value) {
    st_add(&k->m.unsigned_, st_attribute(k->s, type, value));
}

/* ---- signing ----------------------------------------------------------------------------------------------
 */

/* SignaturePolicyId (EN 319 122-1, 5.2.9). */
static sign_bytes policy_attribute(struct st *s, const struct st_policy *p) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    put_oid(&b, p->oid);
    der_begin(&b, DER_SEQUENCE);
    st_put_algorithm(&b, "sha256");
    der_put(&b, DER_OCTET_STRING, p->digest);
    der_end(&b);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    put_oid(&b, "1.2.840.113549.1.9.16.5.1");
    der_put(&b, DER_IA5, BYTES_STR(p->uri));
    der_end(&b);
    if (p->notice) {
        der_begin(&b, DER_SEQUENCE);
        put_oid(&b, "1.2.840.113549.1.9.16.5.2");
        der_begin(&b, DER_SEQUENCE);
        der_put_utf8(&b, DER_UTF8, "Sinama bildirimi");
        der_end(&b);
        der_end(&b);
    }
    der_end(&b);
    der_end(&b);
    return st_attribute(s, AA "15", st_take(s, &b));
}

static sign_bytes signed_more(struct making *k, const struct st_step *step) {
    struct st_pieces p = {0};
    struct st_policy policy;
    if (k->content_stamp != NULL) {
        st_add(&p,
               st_attribute(k->s, AA "20", st_token(k->s, k->content_stamp, k->s->content, (sign_bytes){0})));
    }
    if (st_policy(k->s, step, &policy)) {
        st_add(&p, policy_attribute(k->s, &policy));
    }
    return st_join(k->s, p.of, p.n);
}

static void sign_step(struct making *k, const struct st_step *step) {
    char *names[ST_NAMES];
    const char *claimed = st_opt(step, "claimed", "20250301100000Z");
    const char *signer = st_opt(step, "signer", "signer");
    const struct st_signing how = {
        .signer = signer,
        .key = st_opt(step, "key", NULL),
        .digest = st_opt(step, "digest", "sha256"),
        .time = strcmp(claimed, "-") != 0 ? claimed : NULL,
        .ess = strcmp(st_opt(step, "ess", "v2"), "old") == 0 ? "v2" : st_opt(step, "ess", "v2"),
        .type = ID_DATA,
        .content = k->s->content,
        .more = signed_more(k, step),
        .spoiled = st_is(step, "spoil", "yes")};
    bool detached = k->m.detached;
    st_cms_sign(k->s, &how, &k->m);
    k->m.detached = detached;
    st_add(&k->m.certs, st_cert(k->s, signer));
    size_t n = st_split(k->s, st_opt(step, "certs", path_find(&k->s->w, signer)->row->issuer), names);
    for (size_t i = 0; i < n; i++) {
        st_add(&k->m.certs, st_cert(k->s, names[i]));
    }
}

/* Over V of the value, without content-type (RFC 5652, 11.4). */
static void counter_step(struct making *k, const struct st_step *step) {
    struct st_cms m = {0};
    const char *signer = st_opt(step, "signer", "counter");
    const struct st_signing how = {.signer = signer,
                                   .digest = "sha256",
                                   .time = st_opt(step, "claimed", "20250310100000Z"),
                                   .ess = "v2",
                                   .content = k->m.value,
                                   .spoiled = st_is(step, "spoil", "yes")};
    st_cms_sign(k->s, &how, &m);
    st_add(&k->m.certs, st_cert(k->s, signer));
    if (st_opt(step, "at", NULL) != NULL) {
        st_add(&m.unsigned_, st_attribute(k->s, AA "14", st_token(k->s, step, m.value, (sign_bytes){0})));
    }
    attach(k, "1.2.840.113549.1.9.6", st_signer_info(k->s, &m));
}

/* ---- references (EN 319 122-1, A.1) and values (A.1.1.2, A.1.2.2)
 * ------------------------------------------- */

/* OtherHash: SHA-1 has a form of its own. A name that ends in '!' gets a wrong digest. */
static void put_hash(struct st *s, der_builder *b, const char *digest, sign_bytes of, bool wrong) {
    sign_bytes value = st_digest(s, digest, of);
    value = wrong ? st_flip(s, value) : value;
    if (strcmp(digest, "sha1") == 0) {
        der_put(b, DER_OCTET_STRING, value);
        return;
    }
    der_begin(b, DER_SEQUENCE);
    st_put_algorithm(b, digest);
    der_put(b, DER_OCTET_STRING, value);
    der_end(b);
}

static bool cut_mark(char *name) {
    size_t n = strlen(name);
    bool wrong = n > 0 && name[n - 1] == '!';
    name[n - wrong] = '\0';
    return wrong;
}

static sign_bytes cert_refs(struct st *s, const struct st_step *step) {
    char *names[ST_NAMES];
    AUTO(der_builder) b = {0};
    size_t n = st_split(s, st_opt(step, "certs", NULL), names);
    der_begin(&b, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        bool wrong = cut_mark(names[i]);
        unsigned char *serial = NULL;
        int len = i2d_ASN1_INTEGER(X509_get0_serialNumber(path_find(&s->w, names[i])->cert), &serial);
        der_begin(&b, DER_SEQUENCE);
        put_hash(s, &b, st_opt(step, "digest", "sha256"), st_cert(s, names[i]), wrong);
        der_begin(&b, DER_SEQUENCE);
        der_begin(&b, DER_SEQUENCE);
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(4));
        der_put_raw(&b, st_name(s, names[i], true));
        der_end(&b);
        der_end(&b);
        path_must(len > 0, names[i]);
        der_put_raw(&b, BYTES(serial, (size_t)len));
        der_end(&b);
        der_end(&b);
        OPENSSL_free(serial);
    }
    der_end(&b);
    return st_take(s, &b);
}

/* CrlValidatedID. */
static void put_list_ref(struct st *s, der_builder *b, const struct st_revocation *r, const char *digest,
                         bool wrong) {
    der_begin(b, DER_SEQUENCE);
    put_hash(s, b, digest, r->whole, wrong);
    der_begin(b, DER_SEQUENCE);
    der_put_raw(b, r->issuer);
    der_put(b, DER_UTC_TIME, BYTES_STR(r->time + 2));
    if (r->number[0] != '\0') {
        der_put_uint(b, strtoull(r->number, NULL, 10));
    }
    der_end(b);
    der_end(b);
}

/* OcspResponsesID; the digest is of the BasicOCSPResponse (EN 319 122-1, A.1.2.1). */
static void put_response_ref(struct st *s, der_builder *b, const struct st_revocation *r, const char *digest,
                             bool wrong) {
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(r->by_key ? 2 : 1));
    if (r->by_key) {
        der_put(b, DER_OCTET_STRING, r->issuer);
    } else {
        der_put_raw(b, r->issuer);
    }
    der_end(b);
    der_put(b, DER_GENERALIZED_TIME, BYTES_STR(r->time));
    der_end(b);
    put_hash(s, b, digest, r->basic, wrong);
    der_end(b);
}

/* One CrlOcspRef a certificate: the signer's first, then those of the certificate references. */
static sign_bytes rev_refs(struct st *s, const struct st_step *step) {
    char *files[ST_NAMES];
    AUTO(der_builder) b = {0};
    const char *digest = st_opt(step, "digest", "sha256");
    size_t n = st_split(s, st_opt(step, "revs", NULL), files);
    der_begin(&b, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        struct st_revocation r;
        bool wrong = cut_mark(files[i]);
        st_revocation(s, files[i], &r);
        der_begin(&b, DER_SEQUENCE);
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(r.crl ? 0 : 1));
        der_begin(&b, DER_SEQUENCE);
        der_begin(&b, DER_SEQUENCE);
        if (r.crl) {
            put_list_ref(s, &b, &r, digest, wrong);
        } else {
            put_response_ref(s, &b, &r, digest, wrong);
        }
        der_end(&b);
        der_end(&b);
        der_end(&b);
        der_end(&b);
    }
    der_end(&b);
    return st_take(s, &b);
}

static void refs_step(struct making *k, const struct st_step *step) {
    attach(k, AA "21", cert_refs(k->s, step));
    attach(k, AA "22", rev_refs(k->s, step));
}

static void put_values(struct st *s, der_builder *b, char *const files[], size_t n, bool crl) {
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (st_is_crl(files[i]) != crl) {
            continue;
        }
        if (!any) {
            der_begin(b, DER_CONTEXT_CONSTRUCTED(crl ? 0 : 1));
            der_begin(b, DER_SEQUENCE);
            any = true;
        }
        der_put_raw(b, st_file(s, files[i], true));
    }
    if (any) {
        der_end(b);
        der_end(b);
    }
}

static void values_step(struct making *k, const struct st_step *step) {
    char *names[ST_NAMES];
    AUTO(der_builder) certs = {0};
    AUTO(der_builder) revs = {0};
    size_t n = st_split(k->s, st_opt(step, "certs", NULL), names);
    der_begin(&certs, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        der_put_raw(&certs, st_cert(k->s, names[i]));
    }
    der_end(&certs);
    attach(k, AA "23", st_take(k->s, &certs));
    n = st_split(k->s, st_opt(step, "revs", NULL), names);
    der_begin(&revs, DER_SEQUENCE);
    put_values(k->s, &revs, names, n, true);
    put_values(k->s, &revs, names, n, false);
    der_end(&revs);
    attach(k, AA "24", st_take(k->s, &revs));
}

/* Into SignedData.certificates and crls (EN 319 122-1, 5.4.1 and 5.4.2.1). */
static void carry_step(struct making *k, const struct st_step *step) {
    char *names[ST_NAMES];
    size_t n = st_split(k->s, st_opt(step, "certs", NULL), names);
    for (size_t i = 0; i < n; i++) {
        st_add(&k->m.certs, st_cert(k->s, names[i]));
    }
    n = st_split(k->s, st_opt(step, "revs", NULL), names);
    for (size_t i = 0; i < n; i++) {
        st_add(&k->m.crls, st_choice(k->s, names[i]));
    }
}

/* ---- time-stamps
 * ------------------------------------------------------------------------------------------- */

static void stamp_step(struct making *k, const struct st_step *step) {
    attach(k, AA "14", st_token(k->s, step, k->m.value, (sign_bytes){0}));
}

static void esc_step(struct making *k, const struct st_step *step) {
    attach(k, AA "25", st_token(k->s, step, st_cades_esc(k->s, &k->m, false), (sign_bytes){0}));
}

static void refs_only_step(struct making *k, const struct st_step *step) {
    attach(k, AA "26", st_token(k->s, step, st_cades_esc(k->s, &k->m, true), (sign_bytes){0}));
}

static void archive_v3(struct making *k, const struct st_step *step) {
    static const char *const types[] = {"0.4.0.1733.2.5", "0.4.0.19122.1.4", "0.4.0.19122.1.5"};
    const char *digest = st_opt(step, "digest", "sha256");
    int version = atoi(st_opt(step, "index", "3"));
    path_must(version >= 1 && version <= 3, "index");
    sign_bytes index = st_hash_index(k->s, &k->m, version, st_opt(step, "index-digest", digest),
                                     st_opt(step, "index-fault", NULL));
    sign_bytes more = st_is(step, "index-fault", "absent") ? (sign_bytes){0}
                                                           : st_attribute(k->s, types[version - 1], index);
    sign_bytes token = st_token(k->s, step, st_cades_archive_v3(k->s, &k->m, digest, index), more);
    attach(k, "0.4.0.1733.2.4", token);
}

/* v: 1, 2 (tagged), 2b (bare) or 3. The first has the second's recipe where content is inside. */
static void archive_step(struct making *k, const struct st_step *step) {
    const char *v = st_opt(step, "v", "3");
    if (strcmp(v, "3") == 0) {
        archive_v3(k, step);
        return;
    }
    enum st_ats2 how = strcmp(v, "2b") == 0 ? ATS2_BARE : ATS2_TAGGED;
    attach(k, *v == '1' ? AA "27" : AA "48",
           st_token(k->s, step, st_cades_archive_v2(k->s, &k->m, how), (sign_bytes){0}));
}

/* ---- what is done to a finished signature
 * ------------------------------------------------------------------- */

static void drop_step(struct making *k, const struct st_step *step) {
    struct st_pieces *p = &k->m.unsigned_;
    size_t at = strtoull(st_opt(step, "at", "0"), NULL, 10);
    path_must(at < p->n, "drop");
    memmove(&p->of[at], &p->of[at + 1], (p->n - at - 1) * sizeof *p->of);
    p->n--;
}

static void swap_step(struct making *k, const struct st_step *step) {
    struct st_pieces *p = &k->m.unsigned_;
    size_t a = strtoull(st_opt(step, "a", "0"), NULL, 10), b = strtoull(st_opt(step, "b", "1"), NULL, 10);
    path_must(a < p->n && b < p->n, "swap");
    sign_bytes one = p->of[a];
    p->of[a] = p->of[b];
    p->of[b] = one;
}

static void again_step(struct making *k, const struct st_step *step) {
    size_t at = st_is(step, "at", "-") ? k->m.unsigned_.n - 1 : strtoull(st_opt(step, "at", "0"), NULL, 10);
    path_must(at < k->m.unsigned_.n, "again");
    st_add(&k->m.unsigned_, k->m.unsigned_.of[at]);
}

/* What follows is another signer of the same content (RFC 5652, 5.1); the digest must be the same. */
static void next_step(struct making *k, const struct st_step *step) {
    (void)step;
    st_add(&k->m.others, st_signer_info(k->s, &k->m));
    k->m.unsigned_.n = 0;
    k->content_stamp = NULL;
}

static void content_step(struct making *k, const struct st_step *step) {
    k->content_stamp = step;
}

void st_cades(struct st *s, const char *file, const char *program) {
    static const struct {
        const char *verb;
        void (*run)(struct making *k, const struct st_step *step);
    } verbs[] = {
        {"content-stamp", content_step},
        {"sign", sign_step},
        {"stamp", stamp_step},
        {"counter", counter_step},
        {"refs", refs_step},
        {"values", values_step},
        {"carry", carry_step},
        {"data", carry_step},
        {"sigrefs", esc_step},
        {"refsonly", refs_only_step},
        {"archive", archive_step},
        {"drop", drop_step},
        {"swap", swap_step},
        {"again", again_step},
        {"next", next_step},
    };
    struct st_step steps[ST_NAMES];
    struct making k = {.s = s};
    size_t n = st_steps(s, program, steps, ST_NAMES);
    k.m.detached = strstr(file, ".p7s") != NULL;
    for (size_t i = 0; i < n; i++) {
        size_t v = 0;
        while (v < sizeof verbs / sizeof *verbs && strcmp(verbs[v].verb, steps[i].verb) != 0) {
            v++;
        }
        path_must(v < sizeof verbs / sizeof *verbs, steps[i].verb);
        verbs[v].run(&k, &steps[i]);
    }
    st_write(s, file, st_cms_write(s, &k.m));
}
