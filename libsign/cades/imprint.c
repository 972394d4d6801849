/* What the time-stamps of a signature are of: imprints over the octets as they stand. */
#include "base/text.h"
#include "cades/stamps.h"

/* The SignerInfo from version to signature, members only (what stands before the unsigned attributes). */
static sign_bytes signer_head(const struct cms_signer *s) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->raw, true), in;
    if (!der_enter(&c, DER_SEQUENCE, &in))
        return (sign_bytes){0};
    const uint8_t *begin = in.at, *end = in.at;
    struct der_tlv t;
    while (der_more(&in) && der_peek(&in) != DER_CONTEXT_CONSTRUCTED(1) && der_any(&in, &t))
        end = in.at;
    /* signedAttrs is [0]; a [1] before the signature would have been refused when it was read */
    return BYTES(begin, (size_t)(end - begin));
}

/* One computation of an imprint: `out` gets the digest, or what is in the way. */
struct attempt {
    const struct cades_beside *b;
    const struct ades_stamp *stamp;
    enum crypto_digest digest;
    uint8_t value[DIGEST_MAX];
    enum message_id why;
    const char *detail;
};

/* Takes what is to be digested from what all imprints of the document may cost: a large attribute under many
 * time-stamps would else be gone through as often. */
static bool afford(struct attempt *t, uint64_t cost) {
    struct cades_job *job = t->b->o->job;
    if (cost > job->archived) {
        t->why = MSG_STAMP_EFFORT;
        return false;
    }
    job->archived -= cost;
    return true;
}

/* Several pieces digested one after the other, when that is not too much. */
static sign_rc hash_list(struct attempt *t, const sign_bytes *pieces, size_t n, sign_error *err) {
    struct crypto *crypto = t->b->o->job->ctx->crypto;
    uint64_t cost = 0;
    for (size_t i = 0; i < n; i++)
        cost += pieces[i].len;
    if (!afford(t, cost))
        return SIGN_OK;
    sign_rc rc = crypto_hash_begin(crypto, t->digest, err);
    for (size_t i = 0; rc == SIGN_OK && i < n; i++)
        rc = crypto_hash_add(crypto, pieces[i], err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, t->value, err) : rc;
}

static sign_rc content_digest(struct attempt *t, uint8_t *out, sign_error *err) {
    const struct cades_one *o = t->b->o;
    const struct cades_digest *known;
    if (o->parent != NULL) /* RFC 5652, 11.4: what it signs is the value above it */
        return crypto_hash(o->job->ctx->crypto, t->digest, o->parent->signature, out, err);
    sign_rc rc = cades_content_digest(o->job, t->digest, &known, err);
    if (rc != SIGN_OK)
        return rc;
    if (known == NULL)
        t->why = MSG_CONTENT_MISSING;
    else
        memcpy(out, known->value, crypto_digest_row(t->digest)->size);
    return SIGN_OK;
}

static bool counts(enum oid kind, bool with_signature) {
    return kind == OID_AA_COMPLETE_CERTIFICATE_REFERENCES || kind == OID_AA_COMPLETE_REVOCATION_REFERENCES ||
           (with_signature && kind == OID_AA_SIGNATURE_TIME_STAMP);
}

/*
 * EN 319 122-1, A.1.5.1 and A.1.5.2: attrType and attrValues of each, without the header of the Attribute;
 * time-stamps of the signature, then references to certificates, then to revocation data. Some writers take
 * them in the order in which they stand: the same octets are protected.
 */
static sign_rc refs_digest(struct attempt *t, bool with_signature, bool as_they_stand, sign_error *err) {
    static const enum oid kinds[] = {OID_AA_SIGNATURE_TIME_STAMP, OID_AA_COMPLETE_CERTIFICATE_REFERENCES,
                                     OID_AA_COMPLETE_REVOCATION_REFERENCES};
    const struct cades_beside *b = t->b;
    sign_bytes pieces[LIMIT_ATTRIBUTES + 1];
    size_t n = 0;
    if (with_signature)
        pieces[n++] = b->o->s->signature;
    for (size_t k = 0; k < (as_they_stand ? 1 : sizeof kinds / sizeof *kinds); k++)
        for (size_t i = 0; i < b->n_attributes; i++)
            if (counts(b->attributes[i].id, with_signature) &&
                (as_they_stand || b->attributes[i].id == kinds[k]))
                pieces[n++] = b->attributes[i].inside;
    return hash_list(t, pieces, n, err);
}

/* EN 319 122-1, 5.5.3. */
static sign_rc archive_v3_digest(struct attempt *t, sign_error *err) {
    const struct cades_one *o = t->b->o;
    uint8_t content[DIGEST_MAX];
    sign_bytes type = o->job->m->content_type;
    uint8_t header[] = {DER_OID, (uint8_t)type.len};
    if (type.len >= 0x80) {
        t->why = MSG_STAMP_UNSUPPORTED;
        t->detail = "eContentType";
        return SIGN_OK;
    }
    sign_rc rc = content_digest(t, content, err);
    if (rc != SIGN_OK || t->why != MSG_NONE)
        return rc;
    sign_bytes pieces[] = {BYTES(header, sizeof header), type,
                           BYTES(content, crypto_digest_row(t->digest)->size), signer_head(o->s),
                           t->stamp->token->hash_index};
    return hash_list(t, pieces, sizeof pieces / sizeof *pieces, err);
}

/* ---- the older archive time-stamps ------------------------------------------------------------------- */

/* The unsigned attributes that count, in the order in which they stand. */
static size_t kept(const struct cades_beside *b, const struct ades_stamp *stamp, sign_bytes *pieces,
                   uint64_t *size) {
    bool left_out[LIMIT_ATTRIBUTES];
    size_t n = 0;
    *size = 0;
    cades_left_out(b, stamp, left_out);
    for (size_t i = 0; i < b->n_attributes; i++) {
        if (left_out[i])
            continue;
        pieces[n++] = b->attributes[i].raw;
        *size += b->attributes[i].raw.len;
    }
    return n;
}

/* Where the last thing before signerInfos that counts ends. */
static sign_rc hash_outer(const struct cades_job *job, sign_error *err) {
    const cms_message *m = job->m;
    struct crypto *crypto = job->ctx->crypto;
    uint64_t encap_end = m->certificates_at != 0 ? m->certificates_at
                         : m->crls_at != 0       ? m->crls_at
                                                 : m->signers_at;
    sign_rc rc = crypto_hash_source(crypto, &m->src, m->encap_at, encap_end - m->encap_at, err);
    if (rc == SIGN_OK && !m->attached)
        rc = crypto_hash_source(crypto, job->given, 0, job->given->size, err);
    if (rc == SIGN_OK) /* certificates and crls stand side by side, headers included */
        rc = crypto_hash_source(crypto, &m->src, encap_end, m->signers_at - encap_end, err);
    return rc;
}

/*
 * TS 101 733, 6.4.1: encapContentInfo, the content when it is outside, certificates, crls, the members of the
 * SignerInfo. Of the unsigned attributes V1.8.3 has the elements alone; V2.2.1 has the header of the set too,
 * with the length of those that count.
 */
static sign_rc archive_v2_digest(struct attempt *t, bool with_header, sign_error *err) {
    const struct cades_beside *b = t->b;
    struct crypto *crypto = b->o->job->ctx->crypto;
    sign_bytes pieces[LIMIT_ATTRIBUTES];
    uint64_t size;
    size_t n = kept(b, t->stamp, pieces, &size);
    AUTO(der_builder) header = {0};
    if (with_header)
        der_put_header(&header, DER_CONTEXT_CONSTRUCTED(1), size);
    if (header.failed || header.out.failed)
        return fail_memory(err);
    sign_rc rc = crypto_hash_begin(crypto, t->digest, err);
    if (rc == SIGN_OK)
        rc = hash_outer(b->o->job, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, signer_head(b->o->s), err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, BYTES(header.out.data, header.out.len), err);
    for (size_t i = 0; rc == SIGN_OK && i < n; i++)
        rc = crypto_hash_add(crypto, pieces[i], err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, t->value, err) : rc;
}

/* ---- the callback ------------------------------------------------------------------------------------ */

static sign_rc compute(struct attempt *t, enum oid kind, bool again, sign_error *err) {
    struct cades_one *o = t->b->o;
    switch (kind) {
    case OID_AA_CONTENT_TIME_STAMP:
        return content_digest(t, t->value, err);
    case OID_AA_SIGNATURE_TIME_STAMP:
        return hash_list(t, &o->s->signature, 1, err);
    case OID_AA_CADES_C_TIME_STAMP:
        return refs_digest(t, true, again, err);
    case OID_AA_CERTS_CRLS_TIME_STAMP:
        return refs_digest(t, false, again, err);
    case OID_AA_ARCHIVE_TIME_STAMP_V3:
        return archive_v3_digest(t, err);
    default:
        break;
    }
    if (!o->job->m->attached && o->job->given == NULL) {
        t->why = MSG_CONTENT_MISSING;
        return SIGN_OK;
    }
    if (!afford(t, o->job->m->src.size + (o->job->m->attached ? 0 : o->job->given->size)))
        return SIGN_OK;
    return archive_v2_digest(t, !again, err);
}

static bool can_compute(struct attempt *t, enum oid kind) {
    if (t->digest == DIGEST_NONE) {
        t->why = MSG_KEY_UNUSABLE;
        t->detail = "digest algorithm of the imprint";
    } else if (kind == OID_AA_LONG_TERM_VALIDATION ||
               (t->b->o->parent != NULL && t->stamp->class == STAMP_ARCHIVE)) {
        t->why = MSG_STAMP_UNSUPPORTED;
        t->detail = t->stamp->kind;
    }
    return t->why == MSG_NONE;
}

static void conclude(const struct attempt *t, bool same, enum oid kind, struct ades_imprint *out) {
    char hex[2 * DIGEST_MAX + 1];
    *out = (struct ades_imprint){.same = TRI_NULL, .why = t->why, .detail = t->detail};
    if (t->why != MSG_NONE)
        return;
    out->same = same ? TRI_TRUE : TRI_FALSE;
    text_hex(BYTES(t->value, crypto_digest_row(t->digest)->size), hex);
    out->found = arena_str(&t->b->o->job->report->arena, BYTES_STR(hex));
    /* Before TS 101 733 V1.5.1 it was computed in another way, and nothing in it says which one was used. */
    if (!same && kind == OID_AA_ARCHIVE_TIME_STAMP) {
        out->same = TRI_NULL;
        out->why = MSG_STAMP_UNSUPPORTED;
        out->detail = t->stamp->kind;
    }
}

sign_rc cades_imprint(const struct ades_stamp *stamp, enum crypto_digest digest, sign_bytes expected,
                      struct ades_imprint *out, sign_error *err) {
    enum oid kind = ((const struct cades_place *)stamp->place)->kind;
    struct attempt t = {.b = stamp->codec, .stamp = stamp, .digest = digest};
    bool same = false, two_ways = stamp->class == STAMP_REFS || stamp->class == STAMP_SIG_AND_REFS ||
                                  kind == OID_AA_ARCHIVE_TIME_STAMP || kind == OID_AA_ARCHIVE_TIME_STAMP_V2;
    if (can_compute(&t, kind)) {
        size_t size = crypto_digest_row(digest)->size;
        for (int way = 0; way < (two_ways ? 2 : 1) && !same && t.why == MSG_NONE; way++) {
            sign_rc rc = compute(&t, kind, way == 1, err);
            if (rc != SIGN_OK)
                return rc;
            same = t.why == MSG_NONE && bytes_equal(BYTES(t.value, size), expected);
        }
    }
    conclude(&t, same, kind, out);
    return SIGN_OK;
}
