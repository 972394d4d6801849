/* A signature in the making: from the options to the written document. */
#include "xades/draft_parts.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>

/* The source of a text that is all in what is put into it. */
static source nothing(void) {
    return (source){.mem = BYTES("", 0), .fd = -1, .name = ""};
}

struct ades_draft *xades_draft_make(void) {
    struct ades_draft *d = calloc(1, sizeof *d);
    if (d) {
        d->in.src = nothing();
        d->content.src.fd = -1;
        d->part = nothing();
    }
    return d;
}

void xades_draft_free(struct ades_draft **d) {
    if (!d || !*d) {
        return;
    }
    struct ades_draft *draft = TAKE(*d);
    ades_held_free(&draft->in);
    ades_held_free(&draft->content);
    pki_cert_free(&draft->signer);
    sign_buf_free(&draft->put);
    xades_others_free(&draft->others);
    for (size_t i = 0; i < draft->n_data; i++) {
        free(draft->data[i].uri);
    }
    free(draft);
}

/* What is there must hold and go on holding; it is looked at with the new signature in its place. */
static sign_rc others_before(struct crypto *crypto, struct ades_draft *d, sign_error *err) {
    const struct xml_text text = xades_text_of(&d->in.src);
    struct xades_found none;
    sign_rc rc = xades_look(crypto, &text, NULL, d->id, &d->others, &none, err);
    for (size_t i = 0; rc == SIGN_OK && i < d->others.n; i++) {
        const struct xades_other *o = &d->others.list[i];
        if (o->references == TRI_FALSE || o->value == TRI_FALSE || o->broken) {
            return fail(err, SIGN_E_FORMAT, MSG_COSIGN_OTHER, "%s: signature %s: %s", d->in.src.name, o->id,
                        o->broken                    ? "it is malformed"
                        : o->references == TRI_FALSE ? "what it refers to was changed"
                                                     : "its value does not verify");
        }
    }
    return rc;
}

static sign_rc others_after(struct crypto *crypto, const struct ades_draft *d, sign_error *err) {
    struct xades_others after = {0};
    struct xades_found mine;
    sign_rc rc = xades_look_ahead(crypto, d, &after, &mine, err);
    if (rc == SIGN_OK) {
        rc = xades_others_same(&d->others, &after, err);
    }
    xades_others_free(&after);
    return rc;
}

static const char *mime_of(const ades_plan *plan, const sign_input *in, const struct xades_start *start) {
    if (plan->opt->mime_type) {
        return plan->opt->mime_type;
    }
    if (in && in->type && utf8_valid(BYTES_STR(in->type))) {
        return in->type;
    }
    return start->xml ? "application/xml" : "application/octet-stream";
}

/* The text with its signature, whose digests are zeros. */
static sign_rc text_write(struct crypto *crypto, const ades_plan *plan, const sign_input *in,
                          struct xades_start *start, struct ades_draft *d, struct xades_written *at,
                          sign_error *err) {
    const struct xades_writing w = {.crypto = crypto,
                                    .plan = plan,
                                    .id = d->id,
                                    .data = d->data,
                                    .n_data = d->n_data,
                                    .mime = mime_of(plan, in, start),
                                    .enveloping = start->enveloping,
                                    .object = start->object};
    grow *put = &start->place.before;
    put->limit = LIMIT_XML_TREE;
    sign_rc rc = xades_signature_write(&w, put, at, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    grow_put(put, start->place.after.data, start->place.after.len);
    put->failed = put->failed || start->place.after.failed;
    rc = grow_take(put, &d->put, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (start->whole) {
        ades_held_free(&d->in);
        d->in.src = nothing();
    }
    d->value_at = at->value;
    d->text = (struct xml_text){.src = &d->in.src,
                                .at = start->whole ? 0 : start->place.at,
                                .behind = start->whole ? 0 : start->place.behind,
                                .put = BYTES(d->put.data, d->put.len)};
    return SIGN_OK;
}

/* The digests into the text and into what is signed. */
static sign_rc digests_fill(struct crypto *crypto, struct ades_draft *d, const struct xades_written *at,
                            sign_error *err) {
    AUTO(xades_digests) digests = {0};
    sign_rc rc = xades_digest_draft(crypto, d, &digests, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    for (size_t i = 0; i <= d->n_data; i++) {
        AUTO(grow) text = {0};
        text_base64(BYTES(digests.value[i], xades_draft_size(d)), &text);
        if (text.failed) {
            return fail_memory(err);
        }
        memcpy(d->put.data + at->digest[i], text.data, text.len);
    }
    memcpy(d->digests, digests.value, sizeof digests.value);
    if (!xades_signed_info_fill(d, &digests)) {
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "digests of SignedInfo");
    }
    return crypto_hash(crypto, d->digest, BYTES(digests.signed_info.data, digests.signed_info.len), d->tbs,
                       err);
}

static sign_rc draft_fill(struct crypto *crypto, const ades_plan *plan, const sign_input *what,
                          const sign_input *in, struct ades_draft *d, sign_error *err) {
    AUTO(xades_start) start = {0};
    struct xades_written at = {0};
    sign_rc rc = what ? xades_start_beside(plan, what, in, d, &start, err)
                      : xades_start_new(crypto, plan, in, d, &start, err);
    if (rc == SIGN_OK && start.signatures) {
        rc = others_before(crypto, d, err);
    }
    if (rc == SIGN_OK) {
        rc = text_write(crypto, plan, what ? NULL : in, &start, d, &at, err);
    }
    if (rc == SIGN_OK) {
        rc = digests_fill(crypto, d, &at, err);
    }
    return rc == SIGN_OK && start.signatures ? others_after(crypto, d, err) : rc;
}

/* A file that changed while it was read is told as that, whatever it looked like. */
static sign_rc unless_changed(const struct ades_draft *d, sign_rc rc, sign_error *err) {
    if (rc == SIGN_E_MEMORY) {
        return rc;
    }
    sign_rc changed = source_unchanged(&d->in.src, err);
    if (changed == SIGN_OK) {
        changed = source_unchanged(&d->content.src, err);
    }
    return changed == SIGN_OK ? rc : changed;
}

sign_rc xades_draft(struct crypto *crypto, const ades_plan *plan, const sign_input *what,
                    const sign_input *in, struct ades_draft **out, sign_error *err) {
    AUTO(ades_draft_ptr) d = xades_draft_make();
    if (!d) {
        return fail_memory(err);
    }
    static const enum c14n_method methods[] = {
        [SIGN_C14N_EXCLUSIVE] = C14N_EXCLUSIVE, [SIGN_C14N_INCLUSIVE] = C14N_1_0, [SIGN_C14N_11] = C14N_1_1};
    d->alg = plan->sigalg;
    d->digest = plan->digest;
    d->method = methods[plan->opt->c14n];
    d->signer = pki_cert_keep(plan->signer);
    d->proven = plan->proven;
    d->single = plan->opt->single != 0;
    xades_id_new(d->id);
    sign_rc rc = unless_changed(d, draft_fill(crypto, plan, what, in, d, err), err);
    if (rc != SIGN_OK) {
        return rc;
    }
    *out = TAKE(d);
    return SIGN_OK;
}

sign_draft_facts xades_draft_get(const struct ades_draft *d) {
    return ades_draft_facts(&d->alg, d->tbs);
}

/* The value as XML-Signature has it (r||s), if it is the signer's over this draft; else SIGN_FAILED. */
static sign_rc value_take(struct crypto *crypto, const struct ades_draft *d, sign_bytes value,
                          sign_encoding enc, grow *raw, sign_bytes *out, sign_error *err) {
    const struct crypto_pubkey *key;
    AUTO(grow) der = {0};
    sign_rc rc = pki_cert_key(d->signer, &key, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    *out = value;
    if (d->alg.scheme == SCHEME_ECDSA) {
        bool taken = enc == SIGN_VALUE_RAW
                         ? value.len == 2 * crypto_pubkey_field(key) && crypto_ecdsa_to_der(value, &der)
                         : crypto_ecdsa_to_raw(value, crypto_pubkey_field(key), raw);
        if (raw->failed || der.failed) {
            return fail_memory(err);
        }
        if (!taken) {
            return fail(err, SIGN_FAILED, MSG_VALUE_REFUSED, "not an ECDSA signature (%s)",
                        enc == SIGN_VALUE_RAW ? "r||s" : "DER");
        }
        *out = enc == SIGN_VALUE_RAW ? value : BYTES(raw->data, raw->len);
        value = enc == SIGN_VALUE_RAW ? BYTES(der.data, der.len) : value;
    }
    if (d->proven) {
        return SIGN_OK;
    }
    rc = crypto_verify(crypto, key, &d->alg, xades_draft_get(d).digest, value, false, err);
    if (rc == SIGN_FAILED) {
        char name[64];
        crypto_sigalg_name(&d->alg, name);
        return fail(err, SIGN_FAILED, MSG_VALUE_REFUSED, "%s", name);
    }
    return rc;
}

/* The value is known to be good for d->tbs: that the text says the same is what is left to see. */
static sign_rc digests_same(struct crypto *crypto, const struct ades_draft *d, const struct xml_text *text,
                            sign_error *err) {
    AUTO(xades_digests) digests = {0};
    uint8_t tbs[DIGEST_MAX] = {0};
    size_t size = xades_draft_size(d);
    sign_rc rc = xades_digest_all(crypto, d, text, &digests, err);
    if (rc == SIGN_OK) {
        rc = crypto_hash(crypto, d->digest, BYTES(digests.signed_info.data, digests.signed_info.len), tbs,
                         err);
    }
    bool same = rc == SIGN_OK && memcmp(tbs, d->tbs, size) == 0;
    for (size_t i = 0; same && i <= d->n_data; i++) {
        same = memcmp(digests.value[i], d->digests[i], size) == 0;
    }
    return rc != SIGN_OK || same
               ? rc
               : fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "the signature does not hold when read again");
}

/* The verifier's word on the whole result. */
static sign_rc verified(struct crypto *crypto, const struct ades_draft *d, const struct xml_text *text,
                        sign_error *err) {
    struct xades_others after = {0};
    struct xades_found mine;
    const source *content = d->content.src.name ? &d->content.src : NULL;
    sign_rc rc = xades_look(crypto, text, content, d->id, &after, &mine, err);
    if (rc == SIGN_OK) {
        rc = xades_others_same(&d->others, &after, err);
    }
    xades_others_free(&after);
    if (rc != SIGN_OK) {
        return rc;
    }
    bool unseen = xades_draft_is_detached(d) && !content;
    bool good = mine.there && mine.value == TRI_TRUE && mine.certificate == TRI_TRUE &&
                (mine.references == TRI_TRUE || (unseen && mine.references == TRI_NULL));
    return good ? SIGN_OK
                : fail(err, SIGN_E_INTERNAL, MSG_INTERNAL,
                       "the signature does not hold when read again: %d %d %d", mine.references, mine.value,
                       mine.certificate);
}

static sign_rc copy(const source *s, uint64_t at, uint64_t end, sink *to, uint8_t *window, sign_error *err) {
    sign_rc rc = SIGN_OK;
    while (rc == SIGN_OK && at < end) {
        size_t n = end - at < LIMIT_WINDOW ? (size_t)(end - at) : LIMIT_WINDOW;
        rc = source_read(s, at, window, n, err);
        if (rc == SIGN_OK) {
            sink_put(to, window, n);
        }
        at += n;
    }
    return rc;
}

sign_rc xades_text_copy(const struct xml_text *text, sink *to, sign_error *err) {
    const source *s = text->src;
    AUTO(sign_buf) window = {0};
    if (s->fd < 0) {
        sink_put(to, s->mem.data, (size_t)text->at);
        sink_bytes(to, text->put);
        sink_put(to, s->size > text->behind ? s->mem.data + text->behind : NULL,
                 (size_t)(s->size - text->behind));
        return SIGN_OK;
    }
    window.data = malloc(LIMIT_WINDOW);
    if (!window.data) {
        return fail_memory(err);
    }
    sign_rc rc = copy(s, 0, text->at, to, window.data, err);
    sink_bytes(to, text->put);
    if (rc == SIGN_OK) {
        rc = copy(s, text->behind, s->size, to, window.data, err);
    }
    return rc == SIGN_OK ? source_unchanged(s, err) : rc;
}

static sign_rc text_emit(const struct xml_text *text, const sign_output *out, sign_error *err) {
    AUTO(sink) to = {.fd = -1};
    sign_rc rc = sink_open(out, &to, err);
    if (rc == SIGN_OK) {
        rc = xades_text_copy(text, &to, err);
    }
    return rc == SIGN_OK ? sink_commit(&to, err) : rc;
}

sign_rc xades_draft_finish(struct crypto *crypto, struct ades_draft *d, sign_bytes value, sign_encoding enc,
                           const sign_output *out, sign_error *err) {
    AUTO(grow) raw = {0};
    AUTO(sign_buf) own = {0};
    struct xml_text text;
    sign_bytes octets;
    sign_rc rc = value_take(crypto, d, value, enc, &raw, &octets, err);
    if (rc == SIGN_OK) {
        rc = xades_text_with_value(d, octets, &text, &own, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    /* The verifier reads a large text twice, to see of the signature alone what value_take and digests_same
     * see: the value by the public key, and every digest in what is read again. */
    bool large = d->how == XADES_AS_FITS && xml_text_size(&text) > LIMIT_XML_LARGE;
    bool known = d->others.n == 0 && (d->proven || large);
    rc = known ? digests_same(crypto, d, &text, err) : verified(crypto, d, &text, err);
    rc = unless_changed(d, rc, err);
    return rc == SIGN_OK ? text_emit(&text, out, err) : rc;
}
