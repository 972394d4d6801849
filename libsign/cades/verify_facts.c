/* The facts of one signature: digests, certificate, value. What follows from them is for ades to say. */
#include "base/text.h"
#include "cades/verify.h"
#include "der/oid.h"
#include <stdlib.h>

/* What a content that could be a set of attributes may be long: the check for forged ones reads no more. */
#define FORGED_MAX ((size_t)1 << 20)

sign_rc cades_content_digest(struct cades_job *job, enum crypto_digest d, const struct cades_digest **out,
                             sign_error *err) {
    struct cades_digest *known = &job->digests[d];
    *out = NULL;
    if (d == DIGEST_NONE || (!job->m->attached && job->given == NULL))
        return SIGN_OK;
    if (!known->have) {
        const source *detached = job->m->attached ? NULL : job->given;
        sign_rc rc = cms_content_digest(job->ctx->crypto, job->m, detached, d, known->value, err);
        /* Attached, and given as well: whoever names a file asks about that file, so it must be the same. */
        uint8_t extra[DIGEST_MAX];
        if (rc == SIGN_OK && job->m->attached && job->given != NULL) {
            rc = cms_content_digest(job->ctx->crypto, job->m, job->given, d, extra, err);
            if (rc == SIGN_OK)
                known->extra_differs = memcmp(extra, known->value, crypto_digest_row(d)->size) != 0;
        }
        if (rc != SIGN_OK)
            return rc;
        known->have = true;
    }
    *out = known;
    return SIGN_OK;
}

static const char *hex_text(arena *a, sign_bytes b) {
    char hex[2 * DIGEST_MAX + 1];
    text_hex(BYTES(b.data, b.len < DIGEST_MAX ? b.len : DIGEST_MAX), hex);
    return arena_str(a, BYTES_STR(hex));
}

static const char *oid_shown(arena *a, sign_bytes oid) {
    char dotted[128];
    if (!oid_to_text(oid, dotted, sizeof dotted))
        return "?";
    return arena_str(a, BYTES_STR(dotted));
}

/* ---- references: the digest of what is signed ------------------------------------------------------- */

static void add_scope(struct cades_one *o, sign_bytes digest) {
    arena *a = &o->job->report->arena;
    struct report_scope *scope = arena_alloc(a, sizeof *scope);
    if (scope == NULL)
        return;
    const source *named = o->job->given != NULL ? o->job->given : &o->job->m->src;
    const char *name = named->name != NULL ? path_base(named->name) : NULL;
    if (o->job->m->attached && o->out->content_hint != NULL)
        name = o->out->content_hint;
    size_t n = name != NULL ? strlen(name) : 0;
    /* X.p7m is the customary name of the signature around X: what was signed is X. */
    if (o->job->m->attached && n > 4 && strcmp(name + n - 4, ".p7m") == 0)
        n -= 4;
    scope->name = name != NULL ? arena_str(a, BYTES(name, n)) : NULL;
    scope->digest_alg = crypto_digest_row(o->s->digest)->name;
    scope->digest = hex_text(a, digest);
    o->out->scope = scope;
    o->out->covers_whole_document = TRI_TRUE; /* a CMS signature is over the whole content (RFC 5652, 5.4) */
}

/* RFC 5652, 11.1: the content-type attribute is eContentType. The second reader would read another thing. */
static void check_content_type(struct cades_one *o) {
    const struct cms_signer *s = o->s;
    if (o->parent != NULL || s->content_type.len == 0 ||
        bytes_equal(s->content_type, o->job->m->content_type))
        return;
    o->facts.references = TRI_FALSE;
    if (o->facts.broken != MSG_NONE)
        return;
    o->facts.broken = MSG_CONTENT_TYPE_DIFFERS;
    o->facts.broken_detail = oid_shown(&o->job->report->arena, s->content_type);
    o->facts.broken_other = oid_shown(&o->job->report->arena, o->job->m->content_type);
}

static void compare_digest(struct cades_one *o, sign_bytes computed, bool extra_differs) {
    arena *a = &o->job->report->arena;
    struct ades_facts *f = &o->facts;
    f->references = TRI_TRUE;
    if (extra_differs) {
        f->references = TRI_FALSE;
        f->references_problem = MSG_CONTENT_DIFFERS;
        f->digest_expected = o->job->given->name;
    } else if (o->s->signed_attrs.len != 0 && !bytes_equal(computed, o->s->message_digest)) {
        f->references = TRI_FALSE;
        f->digest_expected = hex_text(a, o->s->message_digest);
        f->digest_found = hex_text(a, computed);
    }
}

/* *digest: of the content, in o->job or `own`; empty when it cannot be known. */
static sign_rc check_references(struct cades_one *o, uint8_t *own, sign_bytes *digest, sign_error *err) {
    const struct cms_signer *s = o->s;
    struct cades_job *job = o->job;
    bool usable = s->digest != DIGEST_NONE, extra_differs = false;
    size_t size = crypto_digest_row(s->digest)->size;
    sign_rc rc = SIGN_OK;
    *digest = (sign_bytes){0};
    if (!usable) {
        o->facts.key_problem = MSG_KEY_UNUSABLE;
        o->facts.key_detail = arena_printf(&job->report->arena, "digest algorithm %s",
                                           oid_shown(&job->report->arena, s->digest_oid));
    } else if (o->parent != NULL) {
        rc = crypto_hash(job->ctx->crypto, s->digest, o->parent->signature, own, err);
        *digest = BYTES(own, size);
    } else {
        const struct cades_digest *known;
        rc = cades_content_digest(job, s->digest, &known, err);
        if (rc == SIGN_OK && known != NULL) {
            *digest = BYTES(known->value, size);
            extra_differs = known->extra_differs;
            add_scope(o, *digest);
        }
    }
    if (rc != SIGN_OK)
        return rc;
    o->facts.content_missing = o->parent == NULL && !job->m->attached && job->given == NULL;
    if (digest->len != 0)
        compare_digest(o, *digest, extra_differs);
    check_content_type(o);
    return SIGN_OK;
}

/* ---- no signed attributes --------------------------------------------------------------------------- */

/* The bytes are a SET OF Attribute, which is what a signature with signed attributes signs (RFC 5652, 5.4).
 */
static bool is_attribute_set(sign_bytes content) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, content, true), set;
    sign_bytes type, values;
    size_t n = 0;
    if (!der_optional_enter(&c, DER_SET, &set))
        return false;
    while (cms_attribute_next(&set, &type, &values))
        n++;
    return n > 0 && der_ok(&c);
}

static sign_rc content_view(const struct cades_job *job, sign_buf *own, sign_bytes *out, sign_error *err) {
    *out = (sign_bytes){0};
    if (!job->m->attached)
        return job->given != NULL && job->given->size <= FORGED_MAX
                   ? source_view(job->given, 0, (size_t)job->given->size, out, own, err)
                   : SIGN_OK;
    if (job->m->content_size == 0 || job->m->content_size > FORGED_MAX)
        return SIGN_OK;
    own->data = malloc((size_t)job->m->content_size);
    if (own->data == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < job->m->n_segments; i++) {
        const struct cms_segment *g = &job->m->segments[i];
        sign_rc rc = source_read(&job->m->src, g->at, own->data + own->len, (size_t)g->len, err);
        if (rc != SIGN_OK)
            return rc;
        own->len += (size_t)g->len;
    }
    *out = BYTES(own->data, own->len);
    return SIGN_OK;
}

/*
 * Well-formed CMS, but it binds nothing to the signer (EN 319 122-1, 4.1). A content that is itself a set of
 * attributes may be the signed attributes of another signature, given out as a document: then what was signed
 * is not known, and the references are neither true nor false.
 */
static sign_rc without_attributes(struct cades_one *o, sign_error *err) {
    sign_bytes content;
    AUTO(sign_buf) own = {0};
    o->facts.constraint = MSG_NO_SIGNED_ATTRS;
    if (o->parent != NULL)
        return SIGN_OK;
    sign_rc rc = content_view(o->job, &own, &content, err);
    if (rc == SIGN_OK && is_attribute_set(content)) {
        o->facts.constraint = MSG_FORGED_ATTRIBUTES;
        if (o->facts.references == TRI_TRUE)
            o->facts.references = TRI_NULL;
    }
    return rc;
}

/* ---- the signature value ---------------------------------------------------------------------------- */

static void unusable(struct cades_one *o, const char *what, const char *detail) {
    o->facts.key_problem = MSG_KEY_UNUSABLE;
    o->facts.key_detail = arena_printf(&o->job->report->arena, "%s%s%s", what != NULL ? what : "",
                                       what != NULL ? " " : "", detail);
}

/* True for what only says that this key or algorithm is none of ours: a finding, and no error of the call. */
static bool finding(sign_rc rc) {
    return rc == SIGN_E_UNSUPPORTED || rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT;
}

static sign_rc verify_value(struct cades_one *o, sign_bytes digest, sign_error *err) {
    const struct ades_context *ctx = o->job->ctx;
    const struct crypto_pubkey *key;
    sign_error why = {0};
    sign_rc rc = pki_cert_key(o->facts.signer, &key, &why);
    if (rc == SIGN_OK)
        rc = cms_signer_verify(ctx->crypto, key, o->s, digest, ctx->trust != NULL, &why);
    if (rc == SIGN_OK || rc == SIGN_FAILED) {
        o->facts.signature_value = rc == SIGN_OK ? TRI_TRUE : TRI_FALSE;
        return SIGN_OK;
    }
    if (!finding(rc)) {
        if (err != NULL)
            *err = why;
        return rc;
    }
    unusable(o, NULL, why.text); /* it names the key itself */
    return SIGN_OK;
}

static sign_rc check_value(struct cades_one *o, sign_bytes content_digest, sign_error *err) {
    const struct cms_signer *s = o->s;
    uint8_t hash[DIGEST_MAX];
    sign_bytes digest = content_digest;
    if (s->sigalg.scheme == SCHEME_NONE) {
        unusable(o, "signature algorithm", oid_shown(&o->job->report->arena, s->sigalg_oid));
        return SIGN_OK;
    }
    if (o->facts.signer == NULL || s->sigalg.digest == DIGEST_NONE)
        return SIGN_OK;
    if (s->signed_attrs.len != 0) {
        sign_rc rc = cms_signer_hash(o->job->ctx->crypto, s, hash, err);
        if (rc != SIGN_OK)
            return rc;
        digest = BYTES(hash, crypto_digest_row(s->sigalg.digest)->size);
    }
    return digest.len == 0 || digest.len != crypto_digest_row(s->sigalg.digest)->size
               ? SIGN_OK
               : verify_value(o, digest, err);
}

/* ---- all facts --------------------------------------------------------- */

/* "issuer, serial number" or the key identifier, for the message that nobody has that certificate. */
static void name_signer(struct cades_one *o) {
    AUTO(grow) text = {0};
    if (o->s->key_id.len != 0) {
        o->facts.certificate_expected = hex_text(&o->job->report->arena, o->s->key_id);
        return;
    }
    if (!pki_name_text(o->s->issuer, &text))
        text.len = 0;
    grow_str(&text, ", ");
    pki_serial_hex(o->s->serial, &text);
    o->job->report->arena.failed = o->job->report->arena.failed || text.failed;
    if (!text.failed)
        o->facts.certificate_expected = arena_str(&o->job->report->arena, BYTES(text.data, text.len));
}

sign_rc cades_collect(struct cades_one *o, sign_error *err) {
    const struct cms_signer *s = o->s;
    struct ades_facts *f = &o->facts;
    uint8_t own[DIGEST_MAX];
    sign_bytes digest;
    sign_rc rc = check_references(o, own, &digest, err);
    if (rc == SIGN_OK && s->signed_attrs.len == 0)
        rc = without_attributes(o, err);
    if (rc == SIGN_OK)
        rc = cades_find_signer(o->job, s, f, err);
    if (rc == SIGN_OK)
        rc = check_value(o, digest, err);
    if (rc != SIGN_OK)
        return rc;
    /* The octets of a token are signed for a time, not as a document (RFC 3161, 2.4.2). */
    if (o->parent == NULL && f->constraint == MSG_NONE && oid_is(o->job->m->content_type, OID_CT_TST_INFO))
        f->constraint = MSG_TOKEN_AS_DOCUMENT;
    if (f->signer == NULL)
        name_signer(o);
    /* A signature refused for its structure has false where it fails. */
    if (s->breaks_references)
        f->references = TRI_FALSE;
    if (s->breaks_value)
        f->signature_value = TRI_FALSE;
    if (s->breaks_certificate)
        f->signing_certificate = TRI_FALSE;
    return SIGN_OK;
}
