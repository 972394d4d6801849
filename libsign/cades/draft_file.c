/*
 * A draft as a file of its own. DER:
 *
 *   MaviKalemDraft ::= SEQUENCE {
 *     magic    UTF8String ("mavikalem-draft"),
 *     version  INTEGER (1),
 *     format   INTEGER (1),            -- CAdES
 *     state    SEQUENCE {
 *       digestAlgorithm    AlgorithmIdentifier,
 *       signatureAlgorithm AlgorithmIdentifier,
 *       signer             Certificate,
 *       signedAttrs        SET OF Attribute,
 *       contentType        OBJECT IDENTIFIER,
 *       contentDigest      OCTET STRING,
 *       messageVersion     INTEGER,
 *       digestAlgorithms   SET OF AlgorithmIdentifier,
 *       certificates  [0]  IMPLICIT CertificateSet,
 *       crls          [1]  IMPLICIT RevocationInfoChoices OPTIONAL,
 *       signerInfos        SET OF SignerInfo,    -- those that are there already
 *       check              OCTET STRING },       -- SHA-256 of the fields above
 *     content  OCTET STRING OPTIONAL } -- attached shapes; last, so that it streams
 *
 * Reading believes nothing: whatever a signer would put a name under is recomputed or compared. The check
 * tells a damaged file early; it is no protection against somebody who computes it anew.
 */
#include "cades/write_draft.h"

#include "der/builder.h"

#include <stdlib.h>

#define DRAFT_MAGIC "mavikalem-draft"
enum { DRAFT_VERSION = 1, CHECK_SIZE = 32, CHECK_ELEMENT = 2 + CHECK_SIZE };

static sign_rc malformed(sign_error *err, const char *why) {
    return fail(err, SIGN_E_FORMAT, MSG_DRAFT_FORMAT, "%s", why ? why : "malformed");
}

/* ---- writing ---- */

static void put_fields(der_builder *b, const struct ades_draft *d) {
    crypto_digest_write(b, d->digest);
    crypto_sigalg_write(b, &d->alg);
    der_put_raw(b, d->signer->der);
    der_put_raw(b, BYTES(d->attributes.data, d->attributes.len));
    der_put_oid_bytes(b, d->parts.content_type);
    der_put(b, DER_OCTET_STRING, cades_draft_content_digest(d));
    der_put_uint(b, d->parts.version);
    der_put(b, DER_SET, d->parts.digest_algorithms);
    der_put(b, DER_CONTEXT_CONSTRUCTED(0), d->parts.certificates);
    if (d->parts.crls.len) {
        der_put(b, DER_CONTEXT_CONSTRUCTED(1), d->parts.crls);
    }
    der_put(b, DER_SET, d->parts.signers);
}

static sign_rc put_state(struct crypto *crypto, der_builder *b, const struct ades_draft *d, sign_error *err) {
    AUTO(der_builder) fields = {0};
    AUTO(sign_buf) state = {0};
    uint8_t check[DIGEST_MAX];
    put_fields(&fields, d);
    sign_rc rc = der_builder_take(&fields, &state, err);
    if (rc == SIGN_OK) {
        rc = crypto_hash(crypto, DIGEST_SHA256, BYTES(state.data, state.len), check, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    der_put_header(b, DER_SEQUENCE, state.len + CHECK_ELEMENT);
    der_put_raw(b, BYTES(state.data, state.len));
    der_put(b, DER_OCTET_STRING, BYTES(check, CHECK_SIZE));
    return SIGN_OK;
}

/* Everything but the octets of the content. */
static sign_rc export_head(struct crypto *crypto, const struct ades_draft *d, sign_buf *out,
                           sign_error *err) {
    AUTO(der_builder) fields = {0};
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) inner = {0};
    der_put_utf8(&fields, DER_UTF8, DRAFT_MAGIC);
    der_put_uint(&fields, DRAFT_VERSION);
    der_put_uint(&fields, SIGN_CADES);
    sign_rc rc = put_state(crypto, &fields, d, err);
    if (rc == SIGN_OK) {
        rc = der_builder_take(&fields, &inner, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    uint64_t size = d->parts.content_size;
    der_put_header(&b, DER_SEQUENCE, inner.len + (d->parts.attached ? der_header_size(size) + size : 0));
    der_put_raw(&b, BYTES(inner.data, inner.len));
    if (d->parts.attached) {
        der_put_header(&b, DER_OCTET_STRING, size);
    }
    return der_builder_take(&b, out, err);
}

sign_rc cades_draft_export(const struct ades_draft *d, const sign_output *out, sign_error *err) {
    AUTO(sign_buf) head = {0};
    AUTO(crypto_ptr) crypto = NULL; /* a const draft is shared; its content is digested again all the same */
    sign_rc rc = crypto_new(&crypto, err);
    if (rc == SIGN_OK) {
        rc = export_head(crypto, d, &head, err);
    }
    sign_output to = *out;
    if (!to.mode) {
        to.mode = 0600; /* it holds what will be signed */
    }
    AUTO(sink) s = {.fd = -1};
    if (rc == SIGN_OK) {
        rc = sink_open(&to, &s, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    sink_put(&s, head.data, head.len);
    if (d->parts.attached) {
        rc = cades_content_copy(crypto, &d->content, d->digest, cades_draft_content_digest(d), &s, err);
    }
    return rc == SIGN_OK ? sink_commit(&s, err) : rc;
}

/* ---- reading ---- */

/* Contents of one element of the source: DER, so with the shortest definite length. */
struct span {
    uint64_t at, len;
};

static sign_rc span_read(const source *s, uint64_t at, uint64_t end, uint8_t tag, struct span *out,
                         sign_error *err) {
    uint8_t head[10] = {0};
    size_t have = end - at < sizeof head ? (size_t)(end - at) : sizeof head;
    sign_rc rc = source_read(s, at, head, have, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (have < 2 || head[0] != tag) {
        return malformed(err, "another element than expected");
    }
    unsigned octets = head[1] < 0x80 ? 0 : head[1] & 0x7fu;
    if (octets > 8 || octets + 2 > have || head[1] == 0x80) {
        return malformed(err, "length");
    }
    uint64_t len = octets ? 0 : head[1];
    for (unsigned i = 0; i < octets; i++) {
        len = len << 8 | head[2 + i];
    }
    out->at = at + 2 + octets;
    out->len = len;
    if (der_header_size(len) != 2 + octets || len > end - out->at) {
        return malformed(err, "length");
    }
    return SIGN_OK;
}

/* magic, version, format; *at moves behind them. */
static sign_rc preamble_read(const source *s, uint64_t *at, uint64_t end, sign_error *err) {
    static const char magic[] = DRAFT_MAGIC;
    struct span text;
    char found[sizeof magic - 1];
    sign_rc rc = span_read(s, *at, end, DER_UTF8, &text, err);
    if (rc == SIGN_OK && text.len != sizeof found) {
        return malformed(err, "not a draft");
    }
    if (rc == SIGN_OK) {
        rc = source_read(s, text.at, found, sizeof found, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    if (memcmp(found, magic, sizeof found) != 0) {
        return malformed(err, "not a draft");
    }
    *at = text.at + text.len;
    uint8_t numbers[6] = {0};
    if (end - *at < sizeof numbers) {
        return malformed(err, "truncated");
    }
    rc = source_read(s, *at, numbers, sizeof numbers, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    *at += sizeof numbers;
    static const uint8_t ours[] = {DER_INTEGER, 1, DRAFT_VERSION, DER_INTEGER, 1, SIGN_CADES};
    if (memcmp(numbers, ours, 3) != 0) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "draft of another version than %d",
                    DRAFT_VERSION);
    }
    return memcmp(numbers, ours, sizeof ours) == 0 ? SIGN_OK : malformed(err, "draft of another format");
}

/* Finds state and content; the state is copied, the content stays where it is. */
static sign_rc file_read_parts(const source *s, struct ades_draft *d, sign_error *err) {
    struct span whole, state, content;
    sign_rc rc = span_read(s, 0, s->size, DER_SEQUENCE, &whole, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (whole.at + whole.len != s->size) {
        return malformed(err, "trailing data");
    }
    uint64_t at = whole.at;
    rc = preamble_read(s, &at, s->size, err);
    if (rc == SIGN_OK) {
        rc = span_read(s, at, s->size, DER_SEQUENCE, &state, err);
    }
    if (rc == SIGN_OK && state.len > LIMIT_PIECE) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "draft: %llu bytes beside the content",
                    (unsigned long long)state.len);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    d->state = (sign_buf){malloc((size_t)state.len + 1), (size_t)state.len};
    if (!d->state.data) {
        return fail_memory(err);
    }
    rc = source_read(s, state.at, d->state.data, d->state.len, err);
    at = state.at + state.len;
    if (rc != SIGN_OK || at == s->size) {
        return rc;
    }
    rc = span_read(s, at, s->size, DER_OCTET_STRING, &content, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (content.at + content.len != s->size) {
        return malformed(err, "trailing data");
    }
    d->parts.attached = true;
    d->parts.content_size = content.len;
    d->whole = (struct cms_segment){content.at, content.len};
    return SIGN_OK;
}

/* The raw pieces of the state. */
struct state {
    sign_bytes digest_oid, digest_params, sig_oid, sig_params, digest;
    struct der_tlv signer, attributes;
};

static sign_rc check_holds(struct crypto *crypto, const struct ades_draft *d, sign_error *err) {
    uint8_t check[DIGEST_MAX];
    if (d->state.len < CHECK_ELEMENT) {
        return malformed(err, "truncated");
    }
    size_t fields = d->state.len - CHECK_ELEMENT;
    sign_rc rc = crypto_hash(crypto, DIGEST_SHA256, BYTES(d->state.data, fields), check, err);
    if (rc == SIGN_OK && memcmp(check, d->state.data + fields + 2, CHECK_SIZE) != 0) {
        return malformed(err, "damaged: its check does not match");
    }
    return rc;
}

static sign_rc state_read(struct ades_draft *d, struct state *out, sign_error *err) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, BYTES(d->state.data, d->state.len), false);
    struct der_tlv algorithms, certificates, crls = {0}, signers;
    sign_bytes check;
    der_algorithm(&c, &out->digest_oid, &out->digest_params);
    der_algorithm(&c, &out->sig_oid, &out->sig_params);
    der_take(&c, DER_SEQUENCE, &out->signer);
    der_take(&c, DER_SET, &out->attributes);
    der_oid(&c, &d->parts.content_type);
    der_octets(&c, &out->digest);
    der_uint(&c, &d->parts.version);
    der_take(&c, DER_SET, &algorithms);
    der_take(&c, DER_CONTEXT_CONSTRUCTED(0), &certificates);
    der_optional(&c, DER_CONTEXT_CONSTRUCTED(1), &crls);
    der_take(&c, DER_SET, &signers);
    der_octets(&c, &check);
    if (!der_finish(&c) || check.len != CHECK_SIZE) {
        return malformed(err, parse.error);
    }
    if (d->parts.version < 1 || d->parts.version > CADES_VERSION_MAX) {
        return malformed(err, "version of SignedData");
    }
    d->parts.digest_algorithms = algorithms.value;
    d->parts.certificates = certificates.value;
    d->parts.crls = crls.value;
    d->parts.signers = signers.value;
    return SIGN_OK;
}

/* Algorithms must be those that a draft of this certificate can have. */
static sign_rc algorithms_check(struct ades_draft *d, const struct state *st, sign_error *err) {
    d->digest = crypto_digest_read(st->digest_oid, st->digest_params);
    if (!crypto_sigalg_read(st->sig_oid, st->sig_params, &d->alg) || d->alg.digest != d->digest) {
        return malformed(err, "signature algorithm");
    }
    return ades_draft_sigalg(d->signer, &d->alg, err);
}

static bool contains(sign_bytes set, sign_bytes element) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, set, true);
    struct der_tlv t;
    bool found = false;
    while (der_more(&c) && der_any(&c, &t)) {
        found = found || bytes_equal(t.raw, element);
    }
    return found && der_ok(&c);
}

/* digestAlgorithms is a set of AlgorithmIdentifier with that of the new signature (RFC 5652, 5.1). */
static bool algorithm_listed(sign_bytes set, enum crypto_digest digest) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, set, true);
    sign_bytes oid, params;
    bool found = false;
    while (der_more(&c) && der_algorithm(&c, &oid, &params)) {
        found = found || crypto_digest_find(oid) == digest;
    }
    return found && der_ok(&c);
}

/* Value of the attribute `type`, which must occur once with one value. */
static bool attribute_value(struct der_cursor set, enum oid type, struct der_cursor *out) {
    unsigned seen = 0;
    while (der_more(&set)) {
        struct der_cursor attribute, values;
        sign_bytes found;
        struct der_tlv value;
        if (!der_enter(&set, DER_SEQUENCE, &attribute) || !der_oid(&attribute, &found) ||
            !der_enter(&attribute, DER_SET, &values) || !der_finish(&attribute)) {
            return false;
        }
        if (oid_is(found, type)) {
            *out = values;
            seen++;
            if (!der_any(&values, &value) || !der_finish(&values)) {
                return false;
            }
        }
    }
    return der_ok(&set) && seen == 1;
}

/* ESSCertIDv2 of the signer (RFC 5035, 4): the certificate the attributes speak of is the one beside them. */
static sign_rc reference_check(struct crypto *crypto, const struct ades_draft *d, struct der_cursor value,
                               sign_error *err) {
    struct der_cursor reference, list, id;
    sign_bytes oid, params, hash;
    uint8_t computed[DIGEST_MAX];
    enum crypto_digest digest = DIGEST_SHA256;
    der_enter(&value, DER_SEQUENCE, &reference);
    der_enter(&reference, DER_SEQUENCE, &list);
    if (der_enter(&list, DER_SEQUENCE, &id) && der_peek(&id) == DER_SEQUENCE) {
        digest = der_algorithm(&id, &oid, &params) ? crypto_digest_read(oid, params) : DIGEST_NONE;
    }
    if (!der_octets(&id, &hash) || digest == DIGEST_NONE || digest == DIGEST_MD5) {
        return malformed(err, "signing-certificate-v2");
    }
    sign_rc rc = crypto_hash(crypto, digest, d->signer->der, computed, err);
    if (rc == SIGN_OK && !bytes_equal(hash, BYTES(computed, crypto_digest_row(digest)->size))) {
        return malformed(err, "signing-certificate-v2 is of another certificate");
    }
    return rc;
}

/* The attributes must be DER, and say what the rest of the draft says. */
static sign_rc attributes_check(struct crypto *crypto, const struct ades_draft *d, const struct state *st,
                                sign_error *err) {
    const char *why = NULL;
    if (!der_is_der(st->attributes.raw, &why) || !der_set_sorted(st->attributes.value)) {
        return malformed(err, why ? why : "signed attributes are not DER");
    }
    struct der_parse parse = {0};
    struct der_cursor set = der_open(&parse, st->attributes.value, false);
    struct der_cursor type, digest, certificate;
    sign_bytes found;
    if (!attribute_value(set, OID_AA_CONTENT_TYPE, &type) || !der_oid(&type, &found) ||
        !bytes_equal(found, d->parts.content_type)) {
        return malformed(err, "content-type");
    }
    if (!attribute_value(set, OID_AA_MESSAGE_DIGEST, &digest) || !der_octets(&digest, &found) ||
        !bytes_equal(found, st->digest) || found.len != crypto_digest_row(d->digest)->size) {
        return malformed(err, "message-digest");
    }
    if (!attribute_value(set, OID_AA_SIGNING_CERTIFICATE_V2, &certificate)) {
        return malformed(err, "signing-certificate-v2");
    }
    return reference_check(crypto, d, certificate, err);
}

static sign_rc state_check(struct crypto *crypto, struct ades_draft *d, const struct state *st,
                           sign_error *err) {
    sign_rc rc = pki_cert_read(crypto, st->signer.raw, &d->signer, err);
    if (rc == SIGN_OK) {
        rc = algorithms_check(d, st, err);
    }
    if (rc == SIGN_OK) {
        rc = attributes_check(crypto, d, st, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    if (!algorithm_listed(d->parts.digest_algorithms, d->digest)) {
        return malformed(err, "digestAlgorithms");
    }
    if (!contains(d->parts.certificates, d->signer->der)) {
        return malformed(err, "the signer's certificate is not among the certificates");
    }
    memcpy(d->content_digest, st->digest.data, st->digest.len);
    rc = buf_copy(st->attributes.raw, &d->attributes, err);
    return rc == SIGN_OK ? cades_draft_digest(crypto, d, err) : rc;
}

/* Whether the content has the digest that is signed; and it must be what the others have signed. */
static sign_rc content_holds(struct crypto *crypto, const struct ades_draft *d,
                             const struct cades_content *content, bool *same, sign_error *err) {
    struct cades_digests digests = {.content = content};
    sign_bytes computed;
    sign_rc rc = cades_digests_get(crypto, &digests, d->digest, &computed, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    *same = bytes_equal(computed, cades_draft_content_digest(d));
    return *same ? cades_others_hold(crypto, d->parts.signers, &digests, err) : SIGN_OK;
}

/* SIGN_FAILED unless `given` is the content that the draft was made of. */
static sign_rc given_check(struct crypto *crypto, const struct ades_draft *d, const sign_input *given,
                           sign_error *err) {
    AUTO(source) s = {.fd = -1};
    bool same = false;
    sign_rc rc = source_open(given, &s, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    struct cms_segment whole = {0, s.size};
    rc = content_holds(crypto, d, &(struct cades_content){&s, &whole, 1, s.size}, &same, err);
    return rc == SIGN_OK && !same ? fail(err, SIGN_FAILED, MSG_DRAFT_CONTENT, "%s", s.name) : rc;
}

/* The content inside the draft: copied when the draft is in memory, else read from its file again. */
static sign_rc content_check(struct crypto *crypto, const source *in, struct ades_draft *d, sign_error *err) {
    bool same = false;
    sign_rc rc = SIGN_OK;
    d->in.src = *in;
    if (in->fd < 0) {
        rc = buf_copy(BYTES(in->mem.data + (size_t)d->whole.at, (size_t)d->whole.len), &d->in.own, err);
        d->whole.at = 0;
        d->in.src = (source){.mem = BYTES(d->in.own.data, d->in.own.len), .fd = -1, .size = d->in.own.len};
    }
    d->in.borrowed = true;
    d->in.src.name = "draft";
    d->content = (struct cades_content){&d->in.src, &d->whole, 1, d->whole.len};
    if (rc == SIGN_OK) {
        rc = content_holds(crypto, d, &d->content, &same, err);
    }
    return rc == SIGN_OK && !same ? malformed(err, "the content is not what its digest says") : rc;
}

sign_rc cades_draft_import(struct crypto *crypto, const source *in, const sign_input *content,
                           struct ades_draft **out, sign_error *err) {
    AUTO(ades_draft_ptr) d = calloc(1, sizeof *d);
    if (!d) {
        return fail_memory(err);
    }
    struct state st = {0};
    sign_rc rc = file_read_parts(in, d, err);
    if (rc == SIGN_OK) {
        rc = check_holds(crypto, d, err);
    }
    if (rc == SIGN_OK) {
        rc = state_read(d, &st, err);
    }
    if (rc == SIGN_OK) {
        rc = state_check(crypto, d, &st, err);
    }
    if (rc == SIGN_OK && d->parts.attached) {
        rc = content_check(crypto, in, d, err);
    }
    if (rc == SIGN_OK && content) {
        rc = given_check(crypto, d, content, err);
    }
    if (rc == SIGN_OK) {
        rc = source_unchanged(in, err);
    }
    if (rc != SIGN_OK) {
        return within(err, rc, "draft");
    }
    *out = TAKE(d);
    return SIGN_OK;
}
