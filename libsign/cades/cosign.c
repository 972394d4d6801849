/* One more SignerInfo beside others: what of an existing SignedData is kept, and what it must hold up to. */
#include "cades/write_draft.h"

/* The octets of message-digest in signed attributes (contents), or an empty view. */
static sign_bytes message_digest(struct der_cursor *attributes) {
    sign_bytes found = {0};
    while (der_more(attributes)) {
        struct der_cursor attribute, values;
        sign_bytes type, digest;
        if (!der_enter(attributes, DER_SEQUENCE, &attribute) || !der_oid(&attribute, &type)) {
            break;
        }
        if (oid_is(type, OID_AA_MESSAGE_DIGEST) && der_enter(&attribute, DER_SET, &values) &&
            der_octets(&values, &digest) && der_finish(&values)) {
            if (found.len) {
                der_fail(&values, "two message-digest attributes");
            }
            found = digest;
        }
    }
    return found;
}

struct other {
    enum crypto_digest digest;
    sign_bytes expected; /* message-digest */
};

/* RFC 5652, 5.3, as far as message-digest. */
static sign_rc other_read(struct der_cursor *set, struct other *out, sign_error *err) {
    struct der_cursor info, algorithm, attributes;
    struct der_tlv skipped;
    sign_bytes oid, params = {0};
    bool ok = der_enter(set, DER_SEQUENCE, &info) && der_take(&info, DER_INTEGER, NULL) &&
              der_any(&info, &skipped) && der_enter(&info, DER_SEQUENCE, &algorithm) &&
              der_oid(&algorithm, &oid);
    if (ok && der_more(&algorithm)) {
        struct der_tlv t;
        ok = der_any(&algorithm, &t);
        params = t.raw;
    }
    if (!ok) {
        return fail(err, SIGN_E_FORMAT, MSG_COSIGN_OTHER, "SignerInfo: %s", set->parse->error);
    }
    out->digest = crypto_digest_read(oid, params);
    if (!der_optional_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &attributes)) {
        return fail(err, SIGN_E_FORMAT, MSG_COSIGN_OTHER,
                    "it has no signed attributes and no message-digest");
    }
    out->expected = message_digest(&attributes);
    if (!der_ok(&info)) {
        return fail(err, SIGN_E_FORMAT, MSG_COSIGN_OTHER, "signed attributes: %s", set->parse->error);
    }
    return out->expected.len ? SIGN_OK
                             : fail(err, SIGN_E_FORMAT, MSG_COSIGN_OTHER, "message-digest is missing");
}

sign_rc cades_digests_get(struct crypto *crypto, struct cades_digests *t, enum crypto_digest d,
                          sign_bytes *out, sign_error *err) {
    if (!t->known[d]) {
        sign_rc rc = cades_content_hash(crypto, t->content, d, t->value[d], err);
        if (rc != SIGN_OK) {
            return rc;
        }
        t->known[d] = true;
    }
    *out = BYTES(t->value[d], crypto_digest_row(d)->size);
    return SIGN_OK;
}

static sign_rc other_holds(struct crypto *crypto, const struct other *o, struct cades_digests *digests,
                           sign_error *err) {
    if (o->digest == DIGEST_NONE || o->digest == DIGEST_MD5) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "digest algorithm of an existing signature");
    }
    sign_bytes computed;
    sign_rc rc = cades_digests_get(crypto, digests, o->digest, &computed, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (!bytes_equal(o->expected, computed)) {
        return fail(err, SIGN_E_FORMAT, MSG_COSIGN_OTHER,
                    "its message-digest is not the digest of the content");
    }
    return SIGN_OK;
}

sign_rc cades_others_hold(struct crypto *crypto, sign_bytes signers, struct cades_digests *digests,
                          sign_error *err) {
    struct der_parse parse = {0};
    struct der_cursor set = der_open(&parse, signers, true);
    for (size_t n = 1; der_more(&set); n++) {
        struct other o = {0};
        sign_rc rc = n < LIMIT_SIGNERS
                         ? other_read(&set, &o, err)
                         : fail(err, SIGN_E_LIMIT, MSG_LIMIT, "more than %d signatures", LIMIT_SIGNERS);
        if (rc == SIGN_OK) {
            rc = other_holds(crypto, &o, digests, err);
        }
        if (rc != SIGN_OK) {
            return within(err, rc, "signature %zu", n);
        }
    }
    return SIGN_OK;
}

static sign_rc message_open(const sign_input *what, struct ades_draft *d, sign_error *err) {
    sign_rc rc = ades_held_open(what, &d->what, err);
    if (rc == SIGN_OK) {
        rc = cms_message_read(&d->what.src, &d->message, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    const cms_message *m = &d->message;
    if (m->broken != MSG_NONE) {
        return fail(err, SIGN_E_FORMAT, MSG_COSIGN_FORMAT, "%s: %s", d->what.name,
                    m->broken_detail ? m->broken_detail : message_code(m->broken));
    }
    if (!m->is_signed_data || m->signers.len == 0) {
        return fail(err, SIGN_E_FORMAT, MSG_COSIGN_FORMAT,
                    "%s: not a signature (CMS SignedData with a signer)", d->what.name);
    }
    return SIGN_OK;
}

/* RFC 5652, 5.1: another content type than id-data makes version 3; what is higher already has its own
 * reasons. */
static uint64_t version_for(const cms_message *m) {
    uint64_t least = oid_is(m->content_type, OID_CT_DATA) ? 1 : 3;
    return m->version > least ? m->version : least;
}

static sign_rc content_check(struct crypto *crypto, const struct cades_content *content, struct ades_draft *d,
                             sign_error *err) {
    struct cades_digests digests = {.content = content};
    sign_bytes own;
    sign_rc rc = cades_others_hold(crypto, d->message.signers, &digests, err);
    if (rc != SIGN_OK) {
        return within(err, rc, "%s", d->what.name);
    }
    rc = cades_digests_get(crypto, &digests, d->digest, &own, err);
    if (rc == SIGN_OK) {
        memcpy(d->content_digest, own.data, own.len);
    }
    return rc;
}

sign_rc cades_cosign_open(struct crypto *crypto, const sign_input *what, const sign_input *in,
                          struct ades_draft *d, sign_error *err) {
    sign_rc rc = message_open(what, d, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    const cms_message *m = &d->message;
    d->parts = (struct cades_parts){.version = version_for(m),
                                    .digest_algorithms = m->digest_algorithms,
                                    .content_type = m->content_type,
                                    .attached = m->attached,
                                    .content_size = m->content_size,
                                    .certificates = m->certificates,
                                    .crls = m->crls,
                                    .signers = m->signers};
    if (m->attached && in) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "%s carries its content; no other can be given",
                    d->what.name);
    }
    if (m->attached) {
        d->content = (struct cades_content){&d->message.src, m->segments, m->n_segments, m->content_size};
        return content_check(crypto, &d->content, d, err);
    }
    if (!in) {
        return fail(err, SIGN_E_ARGUMENT, MSG_COSIGN_CONTENT, "%s", d->what.name);
    }
    AUTO(source) passing = {.fd = -1};
    rc = source_open(in, &passing, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    d->whole = (struct cms_segment){0, passing.size};
    return content_check(crypto, &(struct cades_content){&passing, &d->whole, 1, passing.size}, d, err);
}
