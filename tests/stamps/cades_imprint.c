/* What each time-stamp of a SignerInfo is of (EN 319 122-1, 5; RFC 5126, 6.3 and 6.4). */
#include "stamps.h"

#include "der/der.h"

#define SIGNATURE_STAMP "1.2.840.113549.1.9.16.2.14"
#define CERT_REFS       "1.2.840.113549.1.9.16.2.21"
#define REV_REFS        "1.2.840.113549.1.9.16.2.22"

/* The parts of an Attribute: attrType and attrValues, both whole. */
static void attribute(sign_bytes one, struct der_tlv *type, struct der_tlv *values) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, one, true), in;
    path_must(der_enter(&c, DER_SEQUENCE, &in) && der_take(&in, DER_OID, type) &&
                  der_take(&in, DER_SET, values),
              "attribute");
}

static bool has_type(sign_bytes one, const char *dotted) {
    struct der_tlv type, values;
    uint8_t oid[32];
    size_t n = 0;
    attribute(one, &type, &values);
    path_must(oid_from_text(dotted, oid, sizeof oid, &n), dotted);
    return bytes_equal(type.value, BYTES(oid, n));
}

/* attrType and attrValues of every attribute of that type, without the SEQUENCE around them. */
static void add_inner(const struct st_cms *m, const char *dotted, struct st_pieces *out) {
    for (size_t i = 0; i < m->unsigned_.n; i++) {
        struct der_tlv type, values;
        if (has_type(m->unsigned_.of[i], dotted)) {
            attribute(m->unsigned_.of[i], &type, &values);
            st_add(out, type.raw);
            st_add(out, values.raw);
        }
    }
}

/* RFC 5126, 6.3.5 and 6.3.6: CAdES-C-timestamp and certs-crls-references. */
sign_bytes st_cades_esc(struct st *s, const struct st_cms *m, bool refs_only) {
    struct st_pieces p = {0};
    if (!refs_only) {
        st_add(&p, m->value);
        add_inner(m, SIGNATURE_STAMP, &p);
    }
    add_inner(m, CERT_REFS, &p);
    add_inner(m, REV_REFS, &p);
    return st_join(s, p.of, p.n);
}

static void put_tagged(struct st *s, der_builder *b, uint8_t n, const struct st_pieces *p) {
    if (p->n > 0) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(n));
        der_put_raw(b, st_join(s, p->of, p->n));
        der_end(b);
    }
}

/* RFC 5126, 6.4.1: the attributes of m are those that stood there before the time-stamp. */
sign_bytes st_cades_archive_v2(struct st *s, const struct st_cms *m, enum st_ats2 how) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    path_must(der_put_oid_text(&b, m->type), m->type);
    if (!m->detached) {
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        der_put(&b, DER_OCTET_STRING, m->content);
        der_end(&b);
    }
    der_end(&b);
    if (m->detached) {
        der_put_raw(&b, m->content);
    }
    put_tagged(s, &b, 0, &m->certs);
    put_tagged(s, &b, 1, &m->crls);
    der_put_raw(&b, m->version);
    der_put_raw(&b, m->sid);
    der_put_raw(&b, m->digest_alg);
    der_put_raw(&b, m->attrs);
    der_put_raw(&b, m->sig_alg);
    der_put(&b, DER_OCTET_STRING, m->value);
    if (how == ATS2_TAGGED) {
        put_tagged(s, &b, 1, &m->unsigned_);
    } else {
        der_put_raw(&b, st_join(s, m->unsigned_.of, m->unsigned_.n));
    }
    return st_take(s, &b);
}

/* ---- version 3 (EN 319 122-1, 5.5.2 and 5.5.3) ------------------------------------------------------------
 */

static void put_hashes(struct st *s, der_builder *b, const struct st_pieces *p, const char *digest) {
    der_begin(b, DER_SEQUENCE);
    for (size_t i = 0; i < p->n; i++) {
        der_put(b, DER_OCTET_STRING, st_digest(s, digest, p->of[i]));
    }
    der_end(b);
}

/* Index v1 and v2 name attributes as a whole; v3 names their values, each with the attribute's type. */
static struct st_pieces indexed(struct st *s, const struct st_cms *m, int version) {
    struct st_pieces out = {0};
    for (size_t i = 0; i < m->unsigned_.n; i++) {
        struct der_parse parse = {0};
        struct der_tlv type, values, one;
        attribute(m->unsigned_.of[i], &type, &values);
        if (version < 3) {
            st_add(&out, m->unsigned_.of[i]);
            continue;
        }
        struct der_cursor c = der_open(&parse, values.value, true);
        while (der_more(&c) && der_any(&c, &one)) {
            st_add(&out, st_join(s, (const sign_bytes[]){type.raw, one.raw}, 2));
        }
    }
    return out;
}

sign_bytes st_hash_index(struct st *s, const struct st_cms *m, int version, const char *digest,
                         const char *fault) {
    AUTO(der_builder) b = {0};
    struct st_pieces attrs = indexed(s, m, version), certs = m->certs;
    if (fault != NULL && strcmp(fault, "extra") == 0) {
        st_add(&attrs, BYTES_STR("an attribute that is not there"));
    } else if (fault != NULL && strcmp(fault, "cert") == 0) {
        st_add(&certs, BYTES_STR("a certificate that is not there"));
    } else if (fault != NULL && strcmp(fault, "missing") == 0 && attrs.n > 0) {
        attrs.n--;
    }
    der_begin(&b, DER_SEQUENCE);
    if (version != 1 || strcmp(digest, "sha256") != 0) {
        st_put_algorithm(&b, digest);
    }
    put_hashes(s, &b, &certs, digest);
    put_hashes(s, &b, &m->crls, digest);
    put_hashes(s, &b, &attrs, digest);
    der_end(&b);
    return st_take(s, &b);
}

sign_bytes st_cades_archive_v3(struct st *s, const struct st_cms *m, const char *digest, sign_bytes index) {
    AUTO(der_builder) b = {0};
    path_must(der_put_oid_text(&b, m->type), m->type);
    der_put_raw(&b, st_digest(s, digest, m->content));
    der_put_raw(&b, m->version);
    der_put_raw(&b, m->sid);
    der_put_raw(&b, m->digest_alg);
    der_put_raw(&b, m->attrs);
    der_put_raw(&b, m->sig_alg);
    der_put(&b, DER_OCTET_STRING, m->value);
    der_put_raw(&b, index);
    return st_take(s, &b);
}
