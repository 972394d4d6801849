#include "test_write.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

sign_options options(void) {
    return (sign_options){.size = sizeof(sign_options),
                          .claimed_time = 1767607200}; /* 2026-01-05T10:00:00Z */
}

sign_rc draft(const signer *s, const sign_input *what, const sign_input *in, const sign_options *opt,
              struct ades_draft **out, sign_error *err) {
    AUTO(ades_plan) plan = {0};
    sign_rc rc = ades_plan_make(s->crypto, s->chain, s->n, opt, &plan, err);
    return rc == SIGN_OK ? cades_draft(s->crypto, &plan, what, in, out, err) : rc;
}

void value_of(const signer *s, const struct ades_draft *d, sign_buf *value) {
    sign_error err = {0};
    cr_assert_eq(key_sign(s->key, s->crypto, &d->alg, cades_draft_get(d).digest, value, &err), SIGN_OK, "%s",
                 err.text);
}

sign_rc create(const signer *s, const sign_input *what, const sign_input *in, const sign_options *opt,
               sign_buf *out, sign_error *err) {
    AUTO(ades_draft_ptr) d = NULL;
    AUTO(sign_buf) value = {0};
    sign_rc rc = draft(s, what, in, opt, &d, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    value_of(s, d, &value);
    return cades_draft_finish(s->crypto, d, view(&value), SIGN_VALUE_DER, &(sign_output){.buf = out}, err);
}

static void signers_of(struct der_cursor set, struct parts *out) {
    struct der_tlv t;
    while (der_more(&set)) {
        cr_assert(der_take(&set, DER_SEQUENCE, &t));
        cr_assert_lt(out->n, 8);
        out->signers[out->n++] = t.raw;
    }
}

struct parts parts_of(sign_bytes cms) {
    struct parts out = {0};
    struct der_parse parse = {0};
    struct der_cursor all = der_open(&parse, cms, false), ci, explicit_tag, sd, eci, content, set;
    struct der_tlv algorithms, certificates = {0}, crls = {0};
    sign_bytes type;
    cr_assert(der_enter(&all, DER_SEQUENCE, &ci) && der_finish(&all), "%s", parse.error);
    cr_assert(der_oid(&ci, &type) && oid_is(type, OID_CT_SIGNED_DATA));
    cr_assert(der_enter(&ci, DER_CONTEXT_CONSTRUCTED(0), &explicit_tag) && der_finish(&ci));
    cr_assert(der_enter(&explicit_tag, DER_SEQUENCE, &sd) && der_finish(&explicit_tag));
    cr_assert(der_uint(&sd, &out.version));
    cr_assert(der_take(&sd, DER_SET, &algorithms));
    out.algorithms = algorithms.value;
    cr_assert(der_enter(&sd, DER_SEQUENCE, &eci) && der_oid(&eci, &out.content_type));
    out.attached = der_optional_enter(&eci, DER_CONTEXT_CONSTRUCTED(0), &content);
    if (out.attached) {
        cr_assert(der_octets(&content, &out.content) && der_finish(&content));
    }
    cr_assert(der_finish(&eci));
    der_optional(&sd, DER_CONTEXT_CONSTRUCTED(0), &certificates);
    der_optional(&sd, DER_CONTEXT_CONSTRUCTED(1), &crls);
    out.certificates = certificates.value;
    out.crls = crls.value;
    cr_assert(der_enter(&sd, DER_SET, &set) && der_finish(&sd), "%s", parse.error);
    signers_of(set, &out);
    return out;
}

struct info info_of(sign_bytes raw) {
    struct info out = {0};
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, raw, false), si;
    struct der_tlv sid, digest, attributes;
    uint64_t version;
    cr_assert(der_enter(&c, DER_SEQUENCE, &si) && der_finish(&c));
    cr_assert(der_uint(&si, &version) && version == 1);
    cr_assert(der_take(&si, DER_SEQUENCE, &sid) && der_take(&si, DER_SEQUENCE, &digest));
    cr_assert(der_take(&si, DER_CONTEXT_CONSTRUCTED(0), &attributes));
    cr_assert(der_algorithm(&si, &out.sig_oid, &out.sig_params) && der_octets(&si, &out.value) &&
              der_finish(&si));
    out.sid = sid.value;
    out.digest_alg = digest.raw;
    out.attributes = attributes.value;
    return out;
}

sign_bytes attribute(sign_bytes attributes, enum oid type) {
    sign_bytes found = {0};
    struct der_parse parse = {0};
    struct der_cursor set = der_open(&parse, attributes, false), one, values;
    while (der_more(&set)) {
        sign_bytes oid;
        struct der_tlv value;
        cr_assert(der_enter(&set, DER_SEQUENCE, &one) && der_oid(&one, &oid) &&
                  der_enter(&one, DER_SET, &values));
        cr_assert(der_finish(&one) && der_any(&values, &value) && der_finish(&values));
        if (oid_is(oid, type)) {
            cr_assert_eq(found.len, 0, "%s twice", oid_label(type));
            found = value.raw;
        }
    }
    return found;
}

size_t elements(sign_bytes set) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, set, false);
    size_t n = 0;
    while (der_more(&c)) {
        cr_assert(der_any(&c, &(struct der_tlv){0}));
        n++;
    }
    return n;
}

bool has_element(sign_bytes set, sign_bytes element) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, set, false);
    struct der_tlv t;
    while (der_more(&c) && der_any(&c, &t)) {
        if (bytes_equal(t.raw, element)) {
            return true;
        }
    }
    return false;
}

bool verifies(const signer *s, const struct info *i) {
    AUTO(pki_cert_ptr) cert = NULL;
    AUTO(sign_buf) set = {0};
    AUTO(der_builder) b = {0};
    const struct crypto_pubkey *key;
    struct crypto_sigalg alg;
    uint8_t digest[DIGEST_MAX];
    cr_assert_eq(pki_cert_read(s->crypto, s->chain[0], &cert, NULL), SIGN_OK);
    cr_assert_eq(pki_cert_key(cert, &key, NULL), SIGN_OK);
    cr_assert(crypto_sigalg_read(i->sig_oid, i->sig_params, &alg));
    der_put(&b, DER_SET, i->attributes);
    cr_assert_eq(der_builder_take(&b, &set, NULL), SIGN_OK);
    cr_assert_eq(crypto_hash(s->crypto, alg.digest, view(&set), digest, NULL), SIGN_OK);
    sign_bytes value = BYTES(digest, crypto_digest_row(alg.digest)->size);
    return crypto_verify(s->crypto, key, &alg, value, i->value, false, NULL) == SIGN_OK;
}

void pattern_file(const char *name, size_t n, char path[256]) {
    snprintf(path, 256, "/tmp/kalem-write-%ld-%s", (long)getpid(), name);
    FILE *f = fopen(path, "wb");
    cr_assert_not_null(f);
    for (size_t i = 0; i < n; i++) {
        fputc((int)((i * 31 + i / 251) & 0xff), f);
    }
    cr_assert_eq(fclose(f), 0);
}

void expect_hex(sign_bytes b, const char *hex) {
    char *found = malloc(2 * b.len + 1);
    cr_assert_not_null(found);
    text_hex(b, found);
    cr_expect_str_eq(found, hex);
    free(found);
}
