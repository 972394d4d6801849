/* Verifies a CMS message: reads each SignerInfo, computes what can be computed, hands the facts to ades. */
#include "cades/verify.h"

#include "base/text.h"
#include "der/oid.h"
#include <stdio.h>
#include <stdlib.h>

/* What a content that could be a set of attributes may be long: the check for forged ones reads no more. */
#define FORGED_MAX ((size_t)1 << 20)

/* One signature on its way: `parent` is NULL for a signature of the content (RFC 5652, 11.4 otherwise). */
struct one {
    struct cades_job *job;
    const struct cades_signer *s, *parent;
    struct report_signature *out;
    struct ades_facts facts;
    unsigned depth;
};

/* Splits the contents of a SET into its elements with the tag SEQUENCE. Others are choices that are not used.
 */
static sign_rc split(sign_bytes contents, size_t limit, arena *a, sign_bytes **out, size_t *n,
                     const char **why, sign_error *err) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, contents, true), counting = c;
    struct der_tlv t;
    size_t total = 0;
    *n = 0;
    while (total <= limit && der_more(&counting) && der_any(&counting, &t))
        total++;
    *why = total > limit ? "too many elements" : parse.error;
    if (*why != NULL || total == 0)
        return SIGN_OK;
    *out = arena_alloc(a, total * sizeof **out);
    if (*out == NULL)
        return fail_memory(err);
    while (der_more(&c) && der_any(&c, &t)) {
        if (t.tag == DER_SEQUENCE)
            (*out)[(*n)++] = t.raw;
    }
    return SIGN_OK;
}

sign_rc cades_job_digest(struct cades_job *job, enum crypto_digest d, const struct cades_digest **out,
                         sign_error *err) {
    struct cades_digest *known = &job->digests[d];
    *out = NULL;
    if (d == DIGEST_NONE || d == DIGEST_MD5 || (!job->m->attached && job->given == NULL))
        return SIGN_OK;
    if (!known->have) {
        const source *detached = job->m->attached ? NULL : job->given;
        sign_rc rc = cades_content_digest(job->ctx->crypto, job->m, detached, d, known->value, err);
        /* Attached, and given as well: whoever names a file asks about that file, so it must be the same. */
        uint8_t extra[DIGEST_MAX];
        if (rc == SIGN_OK && job->m->attached && job->given != NULL) {
            rc = cades_content_digest(job->ctx->crypto, job->m, job->given, d, extra, err);
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

static void add_scope(struct one *o, sign_bytes digest) {
    arena *a = &o->job->report->arena;
    struct report_scope *scope = arena_alloc(a, sizeof *scope);
    if (scope == NULL)
        return;
    const source *named = o->job->given != NULL ? o->job->given : &o->job->m->src;
    const char *name = named->name != NULL ? path_base(named->name) : NULL;
    if (o->job->m->attached && o->out->content_hint != NULL)
        name = o->out->content_hint;
    scope->name = name != NULL ? arena_str(a, BYTES_STR(name)) : NULL;
    scope->digest_alg = crypto_digest_row(o->s->digest)->name;
    scope->digest = hex_text(a, digest);
    o->out->scope = scope;
    o->out->covers_whole_document = TRI_TRUE; /* a CMS signature is over the whole content (RFC 5652, 5.4) */
}

/* RFC 5652, 11.1: the content-type attribute is eContentType. The second reader would read another thing. */
static void check_content_type(struct one *o) {
    const struct cades_signer *s = o->s;
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

static void compare_digest(struct one *o, sign_bytes computed, bool extra_differs) {
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
static sign_rc check_references(struct one *o, uint8_t *own, sign_bytes *digest, sign_error *err) {
    const struct cades_signer *s = o->s;
    struct cades_job *job = o->job;
    bool usable = s->digest != DIGEST_NONE && s->digest != DIGEST_MD5, extra_differs = false;
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
        rc = cades_job_digest(job, s->digest, &known, err);
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
    while (cades_attribute_next(&set, &type, &values))
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
        const struct cades_segment *g = &job->m->segments[i];
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
static sign_rc without_attributes(struct one *o, sign_error *err) {
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

/* RFC 5652, 5.4: the SET OF tag in place of [0]. */
static sign_rc hash_attributes(const struct one *o, uint8_t *out, sign_error *err) {
    static const uint8_t set_of[] = {DER_SET};
    struct crypto *crypto = o->job->ctx->crypto;
    sign_bytes rest = BYTES(o->s->signed_attrs.data + 1, o->s->signed_attrs.len - 1);
    sign_rc rc = crypto_hash_begin(crypto, o->s->sigalg.digest, err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, BYTES(set_of, sizeof set_of), err);
    if (rc == SIGN_OK)
        rc = crypto_hash_add(crypto, rest, err);
    return rc == SIGN_OK ? crypto_hash_end(crypto, out, err) : rc;
}

static void unusable(struct one *o, const char *what, const char *detail) {
    o->facts.key_problem = MSG_KEY_UNUSABLE;
    o->facts.key_detail = arena_printf(&o->job->report->arena, "%s %s", what, detail);
}

/* True for what only says that this key or algorithm is none of ours: a finding, and no error of the call. */
static bool finding(sign_rc rc) {
    return rc == SIGN_E_UNSUPPORTED || rc == SIGN_E_FORMAT || rc == SIGN_E_LIMIT;
}

static sign_rc verify_value(struct one *o, sign_bytes digest, sign_error *err) {
    const struct ades_context *ctx = o->job->ctx;
    const struct crypto_pubkey *key;
    sign_error why = {0};
    sign_rc rc = pki_cert_key(o->facts.signer, &key, &why);
    if (rc == SIGN_OK && !crypto_pubkey_fits(key, &o->s->sigalg)) {
        o->facts.signature_value = TRI_FALSE;
        return SIGN_OK;
    }
    if (rc == SIGN_OK)
        rc =
            crypto_verify(ctx->crypto, key, &o->s->sigalg, digest, o->s->signature, ctx->trust != NULL, &why);
    if (rc == SIGN_OK || rc == SIGN_FAILED) {
        o->facts.signature_value = rc == SIGN_OK ? TRI_TRUE : TRI_FALSE;
        return SIGN_OK;
    }
    if (!finding(rc)) {
        if (err != NULL)
            *err = why;
        return rc;
    }
    unusable(o, "public key:", why.text);
    return SIGN_OK;
}

static sign_rc check_value(struct one *o, sign_bytes content_digest, sign_error *err) {
    const struct cades_signer *s = o->s;
    uint8_t hash[DIGEST_MAX];
    sign_bytes digest = content_digest;
    if (s->sigalg.scheme == SCHEME_NONE) {
        unusable(o, "signature algorithm", oid_shown(&o->job->report->arena, s->sigalg_oid));
        return SIGN_OK;
    }
    if (o->facts.signer == NULL || s->sigalg.digest == DIGEST_NONE || s->sigalg.digest == DIGEST_MD5)
        return SIGN_OK;
    if (s->signed_attrs.len != 0) {
        sign_rc rc = hash_attributes(o, hash, err);
        if (rc != SIGN_OK)
            return rc;
        digest = BYTES(hash, crypto_digest_row(s->sigalg.digest)->size);
    }
    return digest.len == 0 || digest.len != crypto_digest_row(s->sigalg.digest)->size
               ? SIGN_OK
               : verify_value(o, digest, err);
}

/* ---- certificates and CRLs carried by one signature ------------------------------------------------- */

/* Appends the SEQUENCEs in `contents` to a list, which is copied: the message's own list is shared. */
static void extend(arena *a, sign_bytes contents, const sign_bytes **list, size_t *n) {
    const char *why;
    sign_bytes *more = NULL;
    size_t n_more;
    if (split(contents, LIMIT_CERTIFICATES, a, &more, &n_more, &why, NULL) != SIGN_OK || n_more == 0)
        return;
    sign_bytes *all = arena_alloc(a, (*n + n_more) * sizeof *all);
    if (all == NULL)
        return;
    if (*n > 0)
        memcpy(all, *list, *n * sizeof *all);
    memcpy(all + *n, more, n_more * sizeof *all);
    *list = all;
    *n += n_more;
}

/* certificate-values and revocation-values (TS 101 733, 6.3.3 and 6.3.4): candidates like the others. */
static void add_values(struct one *o) {
    struct der_parse parse, inner;
    struct der_cursor c = der_open(&parse, o->s->unsigned_attrs, true), in, vals, lists;
    sign_bytes type, values;
    struct der_tlv t;
    arena *a = &o->job->report->arena;
    while (cades_attribute_next(&c, &type, &values)) {
        enum oid id = oid_find(type);
        if (id != OID_AA_CERTIFICATE_VALUES && id != OID_AA_REVOCATION_VALUES)
            continue;
        in = der_open(&inner, values, true);
        if (id == OID_AA_CERTIFICATE_VALUES && der_take(&in, DER_SEQUENCE, &t))
            extend(a, t.value, &o->facts.bag, &o->facts.n_bag);
        else if (id == OID_AA_REVOCATION_VALUES && der_enter(&in, DER_SEQUENCE, &vals) &&
                 der_optional_enter(&vals, DER_CONTEXT_CONSTRUCTED(0), &lists) &&
                 der_take(&lists, DER_SEQUENCE, &t))
            extend(a, t.value, &o->facts.crls, &o->facts.n_crls);
    }
}

/* ---- one signature ---------------------------------------------------------------------------------- */

static void describe(struct one *o) {
    const struct cades_signer *s = o->s;
    arena *a = &o->job->report->arena;
    struct cades_unsigned flags;
    char name[64];
    bool cades = s->value[SA_CERT_V1].len != 0 || s->value[SA_CERT_V2].len != 0;
    cades_signed_text(s, a, o->out);
    cades_unsigned_read(s, a, o->out, &flags);
    o->out->format = cades ? "cades" : "cms";
    o->out->level = cades ? cades_level(&flags, o->job->m->crls.len != 0) : NULL;
    o->out->claimed_time = o->facts.claimed_time = s->signing_time;
    if (s->sigalg.scheme != SCHEME_NONE) {
        crypto_sigalg_name(&s->sigalg, name);
        o->out->algorithm = arena_str(a, BYTES_STR(name));
    }
}

static bool digest_listed(const struct one *o) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, o->job->m->digest_algorithms, true);
    sign_bytes oid, params;
    while (der_more(&c) && der_algorithm(&c, &oid, &params)) {
        if (bytes_equal(oid, o->s->digest_oid))
            return true;
    }
    return false;
}

/* What RFC 5652 asks for and no verdict hangs on. */
static void warn(struct one *o) {
    struct sign_report *r = o->job->report;
    const struct cades_signer *s = o->s;
    if (o->parent == NULL && !digest_listed(o)) {
        const char *name = crypto_digest_row(s->digest)->name;
        report_say(r, &o->out->messages, MSG_DIGEST_NOT_LISTED, name != NULL ? name : "?", NULL, NULL);
    }
    uint64_t wanted = s->key_id.len != 0 ? 3 : 1;
    char have[24];
    if (s->version != wanted) {
        snprintf(have, sizeof have, "%llu", (unsigned long long)s->version);
        report_say(r, &o->out->messages, MSG_VERSION_DIFFERS, have, wanted == 3 ? "3" : "1", NULL);
    }
    if (o->out->timestamps != NULL)
        report_say(r, &o->out->messages, MSG_TIMESTAMP_NOT_JUDGED, o->out->timestamps->kind, NULL, NULL);
}

/* "issuer, serial number" or the key identifier, for the message that nobody has that certificate. */
static void name_signer(struct one *o) {
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

/* Computes all facts; the order does not matter, because the judgement has its own. */
static sign_rc collect(struct one *o, sign_error *err) {
    const struct cades_signer *s = o->s;
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

static sign_rc countersignatures(struct one *o, sign_error *err);

/* Judges a SignerInfo that could be read. The signer is counted here. */
static sign_rc judge(struct one *o, sign_error *err) {
    const struct cades_signer *s = o->s;
    o->facts = (struct ades_facts){.broken = s->broken,
                                   .broken_detail = s->broken_detail,
                                   .broken_other = s->broken_other,
                                   .references = TRI_NULL,
                                   .signature_value = TRI_NULL,
                                   .signing_certificate = TRI_NULL,
                                   .sigalg = s->sigalg,
                                   .digest = s->digest,
                                   .bag = o->job->certs,
                                   .n_bag = o->job->n_certs,
                                   .crls = o->job->crls,
                                   .n_crls = o->job->n_crls};
    describe(o);
    add_values(o);
    sign_rc rc = collect(o, err);
    if (rc == SIGN_OK) {
        warn(o);
        rc = ades_judge(o->job->ctx, &o->facts, o->job->report, o->out, err);
    }
    pki_cert_free(&o->facts.signer);
    return rc == SIGN_OK ? countersignatures(o, err) : rc;
}

/* A SignerInfo of which nothing can be computed: one entry, every unknown null. */
static sign_rc judge_unreadable(struct cades_job *job, enum message_id why, const char *detail,
                                struct report_signature *out, sign_error *err) {
    struct ades_facts facts = {.broken = why,
                               .broken_detail = detail,
                               .references = TRI_NULL,
                               .signature_value = TRI_NULL,
                               .signing_certificate = TRI_NULL};
    out->format = "cms";
    return ades_judge(job->ctx, &facts, job->report, out, err);
}

/* ---- counter-signatures (RFC 5652, 11.4; EN 319 122-1, 5.2.7) ----------------------------------------- */

/*
 * Counter-signatures are judged for themselves and stand under the signature they countersign: they neither
 * help nor harm its verdict (EN 319 102-1 has no rule that would), and the document's verdict is of its
 * signatures alone.
 */
static sign_rc countersign(struct one *parent, sign_bytes raw, struct report_signature ***tail, size_t number,
                           sign_error *err) {
    struct cades_job *job = parent->job;
    arena *a = &job->report->arena;
    struct report_signature *out = arena_alloc(a, sizeof *out);
    if (out == NULL)
        return fail_memory(err);
    out->references = out->signature_value = out->signing_certificate = out->covers_whole_document = TRI_NULL;
    out->id = arena_printf(a, "%s.%zu", parent->out->id, number);
    **tail = out;
    *tail = &out->next;
    if (parent->depth == LIMIT_COUNTERSIGN_DEPTH || ++job->countersignatures > LIMIT_COUNTERSIGNATURES)
        return judge_unreadable(job, MSG_CMS_LIMIT, "counter-signatures", out, err);
    struct cades_signer *s = arena_alloc(a, sizeof *s);
    if (s == NULL)
        return fail_memory(err);
    if (!cades_signer_read(raw, true, a, s))
        return judge_unreadable(job, s->broken, s->broken_detail, out, err);
    struct one o = {.job = job, .s = s, .parent = parent->s, .out = out, .depth = parent->depth + 1};
    return judge(&o, err);
}

static sign_rc countersignatures(struct one *o, sign_error *err) {
    struct der_parse parse, inner;
    struct der_cursor c = der_open(&parse, o->s->unsigned_attrs, true);
    struct report_signature **tail = &o->out->countersignatures;
    sign_bytes type, values;
    size_t number = 0;
    while (cades_attribute_next(&c, &type, &values)) {
        if (!oid_is(type, OID_AA_COUNTER_SIGNATURE))
            continue;
        struct der_cursor in = der_open(&inner, values, true);
        struct der_tlv t;
        while (o->job->countersignatures <= LIMIT_COUNTERSIGNATURES && der_more(&in) && der_any(&in, &t)) {
            sign_rc rc = countersign(o, t.raw, &tail, ++number, err);
            if (rc != SIGN_OK)
                return rc;
        }
    }
    return SIGN_OK;
}

/* ---- all signatures --------------------------------------------------------------------------------- */

/*
 * The same SignerInfo twice, or the same signer and value: two entries would look like two signatures. Both
 * are refused, because which one is the original cannot be told.
 */
static void mark_duplicates(struct cades_signer *s, size_t n) {
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (s[i].signature.len == 0 || !bytes_equal(s[i].signature, s[j].signature) ||
                !bytes_equal(s[i].issuer, s[j].issuer) || !bytes_equal(s[i].serial, s[j].serial) ||
                !bytes_equal(s[i].key_id, s[j].key_id))
                continue;
            s[i].broken = s[j].broken = MSG_SIGNER_DUPLICATE;
        }
    }
}

/* The whole message is one entry when it cannot be taken apart. */
static sign_rc judge_message(struct cades_job *job, enum message_id why, const char *detail,
                             sign_error *err) {
    struct report_signature *out = report_add(job->report);
    if (out == NULL)
        return fail_memory(err);
    out->id = "S1";
    return judge_unreadable(job, why, detail, out, err);
}

static sign_rc judge_all(struct cades_job *job, const sign_bytes *raw, size_t n, sign_error *err) {
    arena *a = &job->report->arena;
    struct cades_signer *signers = arena_alloc(a, n * sizeof *signers);
    if (signers == NULL)
        return fail_memory(err);
    for (size_t i = 0; i < n; i++)
        (void)cades_signer_read(raw[i], false, a, &signers[i]); /* told by an empty signature */
    mark_duplicates(signers, n);
    for (size_t i = 0; i < n; i++) {
        struct one o = {.job = job, .s = &signers[i], .out = report_add(job->report)};
        if (o.out == NULL)
            return fail_memory(err);
        o.out->id = arena_printf(a, "S%zu", i + 1);
        sign_rc rc = signers[i].broken == MSG_SIGNER_FORMAT && signers[i].signature.len == 0
                         ? judge_unreadable(job, signers[i].broken, signers[i].broken_detail, o.out, err)
                         : judge(&o, err);
        if (rc != SIGN_OK)
            return within(err, rc, "signature %zu", i + 1);
    }
    return SIGN_OK;
}

static sign_rc verify_signers(struct cades_job *job, sign_error *err) {
    const cades_message *m = job->m;
    arena *a = &job->report->arena;
    const char *why = NULL, *bad_certs, *bad_crls;
    sign_bytes *raw = NULL;
    size_t n;
    sign_rc rc = split(m->certificates, LIMIT_CERTIFICATES, a, &job->certs, &job->n_certs, &bad_certs, err);
    if (rc == SIGN_OK)
        rc = split(m->crls, LIMIT_CERTIFICATES, a, &job->crls, &job->n_crls, &bad_crls, err);
    if (rc == SIGN_OK)
        rc = split(m->signers, LIMIT_SIGNERS, a, &raw, &n, &why, err);
    if (rc != SIGN_OK)
        return rc;
    if (bad_certs != NULL || bad_crls != NULL || why != NULL)
        return judge_message(job, MSG_CMS_STRUCTURE, bad_certs ? bad_certs : bad_crls ? bad_crls : why, err);
    return n == 0 ? SIGN_OK : judge_all(job, raw, n, err);
}

sign_rc cades_verify_message(struct cades_job *job, sign_error *err) {
    if (job->m->broken != MSG_NONE)
        return judge_message(job, job->m->broken, job->m->broken_detail, err);
    return job->m->is_signed_data ? verify_signers(job, err) : SIGN_OK;
}
