/* SignedData and SignerInfo by their pieces (RFC 5652, 5). Sets that are not signed stay in the given order.
 */
#include "stamps.h"

#define ID_DATA "1.2.840.113549.1.7.1"

void st_add(struct st_pieces *p, sign_bytes one) {
    path_must(p->n < ST_PIECES, "too many pieces");
    p->of[p->n++] = one;
}

static void put_oid(der_builder *b, const char *dotted) {
    path_must(der_put_oid_text(b, dotted), dotted);
}

static const struct {
    const char *digest, *oid, *ecdsa;
} algorithms[] = {
    {"sha1", "1.3.14.3.2.26", "1.2.840.10045.4.1"},
    {"sha224", "2.16.840.1.101.3.4.2.4", "1.2.840.10045.4.3.1"},
    {"sha256", "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"},
    {"sha384", "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3"},
    {"sha512", "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4"},
    {"sha3-256", "2.16.840.1.101.3.4.2.8", "2.16.840.1.101.3.4.3.10"},
};

static void put_algorithm(der_builder *b, const char *digest, bool ecdsa) {
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        if (strcmp(algorithms[i].digest, digest) == 0) {
            der_begin(b, DER_SEQUENCE);
            put_oid(b, ecdsa ? algorithms[i].ecdsa : algorithms[i].oid);
            der_end(b);
            return;
        }
    }
    path_must(false, digest);
}

void st_put_algorithm(der_builder *b, const char *digest) {
    put_algorithm(b, digest, false);
}

sign_bytes st_attribute(struct st *s, const char *type, sign_bytes value) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    put_oid(&b, type);
    der_begin(&b, DER_SET);
    der_put_raw(&b, value);
    der_end(&b);
    der_end(&b);
    return st_take(s, &b);
}

static sign_bytes primitive(struct st *s, uint8_t tag, sign_bytes value) {
    AUTO(der_builder) b = {0};
    der_put(&b, tag, value);
    return st_take(s, &b);
}

/* ESSCertID and ESSCertIDv2 (RFC 5035): one certificate by its hash, in SigningCertificate or its v2. */
static sign_bytes reference(struct st *s, const struct st_signing *how) {
    bool old = strncmp(how->ess, "v1", 2) == 0;
    sign_bytes cert = st_cert(s, strstr(how->ess, "other") != NULL ? "root" : how->signer);
    sign_bytes hash = st_digest(s, old ? "sha1" : "sha256", cert);
    if (strstr(how->ess, "wrong") != NULL) {
        hash = st_flip(s, hash);
    }
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_begin(&b, DER_SEQUENCE);
    der_put(&b, DER_OCTET_STRING, hash); /* v2: SHA-256 is the default and left out */
    der_end(&b);
    der_end(&b);
    der_end(&b);
    return st_attribute(s, old ? "1.2.840.113549.1.9.16.2.12" : "1.2.840.113549.1.9.16.2.47", st_take(s, &b));
}

/* Signed attributes as SET OF; what is signed (5.4). */
static sign_bytes attributes(struct st *s, const struct st_signing *how) {
    AUTO(der_builder) b = {0};
    AUTO(der_builder) oid = {0};
    der_begin(&b, DER_SET);
    if (how->type != NULL) {
        put_oid(&oid, how->type);
        der_put_raw(&b, st_attribute(s, "1.2.840.113549.1.9.3", st_take(s, &oid)));
    }
    if (how->time != NULL) {
        der_put_raw(&b, st_attribute(s, "1.2.840.113549.1.9.5",
                                     primitive(s, DER_UTC_TIME, BYTES_STR(how->time + 2))));
    }
    sign_bytes digest = st_digest(s, how->digest, how->content);
    der_put_raw(&b, st_attribute(s, "1.2.840.113549.1.9.4", primitive(s, DER_OCTET_STRING, digest)));
    if (strcmp(how->ess, "none") != 0) {
        der_put_raw(&b, reference(s, how));
    }
    der_put_raw(&b, how->more);
    der_end_set_of(&b);
    return st_take(s, &b);
}

static sign_bytes signer_id(struct st *s, const char *signer) {
    unsigned char *der = NULL;
    AUTO(der_builder) b = {0};
    int len = i2d_ASN1_INTEGER(X509_get0_serialNumber(path_find(&s->w, signer)->cert), &der);
    path_must(len > 0, signer);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, st_name(s, signer, true));
    der_put_raw(&b, BYTES(der, (size_t)len));
    der_end(&b);
    OPENSSL_free(der);
    return st_take(s, &b);
}

void st_cms_sign(struct st *s, const struct st_signing *how, struct st_cms *out) {
    static const uint8_t one[] = {DER_INTEGER, 1, 1};
    AUTO(der_builder) digest = {0};
    AUTO(der_builder) sig = {0};
    sign_bytes set = attributes(s, how);
    put_algorithm(&digest, how->digest, false);
    put_algorithm(&sig, how->digest, true);
    out->type = how->type;
    out->content = how->content;
    out->version = BYTES(one, sizeof one);
    out->sid = signer_id(s, how->signer);
    out->digest_alg = st_take(s, &digest);
    out->sig_alg = st_take(s, &sig);
    out->value = st_sign(s, how->key != NULL ? how->key : how->signer, how->digest, set, false);
    if (how->spoiled) {
        out->value = st_flip(s, out->value);
    }
    sign_bytes tagged = arena_copy(st_arena(s), set);
    *(uint8_t *)(uintptr_t)tagged.data = DER_CONTEXT_CONSTRUCTED(0);
    out->attrs = tagged;
}

sign_bytes st_signer_info(struct st *s, const struct st_cms *m) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, m->version);
    der_put_raw(&b, m->sid);
    der_put_raw(&b, m->digest_alg);
    der_put_raw(&b, m->attrs);
    der_put_raw(&b, m->sig_alg);
    der_put(&b, DER_OCTET_STRING, m->value);
    if (m->unsigned_.n > 0) {
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(1));
        der_put_raw(&b, st_join(s, m->unsigned_.of, m->unsigned_.n));
        der_end(&b);
    }
    der_end(&b);
    return st_take(s, &b);
}

sign_bytes st_choice(struct st *s, const char *file) {
    if (st_is_crl(file)) {
        return st_file(s, file, false);
    }
    /* RFC 5940, 3: id-ri-ocsp-response with the whole OCSPResponse. */
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(1));
    put_oid(&b, "1.3.6.1.5.5.7.16.2");
    der_put_raw(&b, st_file(s, file, false));
    der_end(&b);
    return st_take(s, &b);
}

/* RFC 5652, 5.1: 5 with other revocation formats, 3 with other content than id-data, else 1. */
static uint64_t version_of(const struct st_cms *m) {
    for (size_t i = 0; i < m->crls.n; i++) {
        if (m->crls.of[i].data[0] == DER_CONTEXT_CONSTRUCTED(1)) {
            return 5;
        }
    }
    return strcmp(m->type, ID_DATA) == 0 ? 1 : 3;
}

static void put_optional(struct st *s, der_builder *b, uint8_t n, const struct st_pieces *p) {
    if (p->n > 0) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(n));
        der_put_raw(b, st_join(s, p->of, p->n));
        der_end(b);
    }
}

sign_bytes st_cms_write(struct st *s, const struct st_cms *m) {
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    put_oid(&b, "1.2.840.113549.1.7.2");
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, version_of(m));
    der_begin(&b, DER_SET);
    der_put_raw(&b, m->digest_alg);
    der_end(&b);
    der_begin(&b, DER_SEQUENCE);
    put_oid(&b, m->type);
    if (!m->detached) {
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        der_put(&b, DER_OCTET_STRING, m->content);
        der_end(&b);
    }
    der_end(&b);
    put_optional(s, &b, 0, &m->certs);
    put_optional(s, &b, 1, &m->crls);
    der_begin(&b, DER_SET);
    der_put_raw(&b, st_join(s, m->others.of, m->others.n));
    der_put_raw(&b, st_signer_info(s, m));
    der_end(&b);
    der_end(&b);
    der_end(&b);
    der_end(&b);
    return st_take(s, &b);
}
