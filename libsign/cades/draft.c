/* A CAdES-B signature in the making: new or beside others, from the options to the written SignedData. */
#include "cades/write_attributes.h"
#include "cades/write_draft.h"

#include "der/builder.h"

#include <stdlib.h>

void cades_draft_free(struct ades_draft **d) {
    if (!d || !*d) {
        return;
    }
    struct ades_draft *draft = TAKE(*d);
    cms_message_free(&draft->message);
    ades_held_free(&draft->what);
    ades_held_free(&draft->in);
    pki_cert_free(&draft->signer);
    sign_buf_free(&draft->attributes);
    sign_buf_free(&draft->algorithms);
    sign_buf_free(&draft->certificates);
    sign_buf_free(&draft->state);
    free(draft);
}

sign_rc cades_draft_digest(struct crypto *crypto, struct ades_draft *d, sign_error *err) {
    return crypto_hash(crypto, d->digest, BYTES(d->attributes.data, d->attributes.len), d->tbs, err);
}

/* The content of a signature of its own: held when it will be attached, else digested and closed again. */
static sign_rc content_take(struct crypto *crypto, const sign_input *in, struct ades_draft *d,
                            sign_error *err) {
    AUTO(source) passing = {.fd = -1};
    sign_rc rc = d->parts.attached ? ades_held_open(in, &d->in, err) : source_open(in, &passing, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    const source *src = d->parts.attached ? &d->in.src : &passing;
    d->whole = (struct cms_segment){0, src->size};
    struct cades_content content = {src, &d->whole, 1, src->size};
    if (d->parts.attached) {
        d->content = content;
        d->parts.content_size = content.size;
    }
    return cades_content_hash(crypto, &content, d->digest, d->content_digest, err);
}

/* `set` with more elements, into *own; `set` then shows them. */
static sign_rc set_extend(sign_bytes *set, const sign_bytes *more, size_t n, sign_buf *own, sign_error *err) {
    size_t added = 0;
    AUTO(sign_buf) next = {0};
    sign_rc rc = cades_set_union(*set, more, n, &next, &added, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    sign_buf_free(own); /* `set` may have pointed into it until now */
    *own = (sign_buf){TAKE(next.data), next.len};
    *set = BYTES(own->data, own->len);
    return SIGN_OK;
}

/* digestAlgorithms with ours, certificates with the signer's, its chain and the further ones (RFC 5652, 5.1).
 */
static sign_rc sets_take(const ades_plan *plan, struct ades_draft *d, sign_error *err) {
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) algorithm = {0};
    crypto_digest_write(&b, d->digest);
    sign_rc rc = der_builder_take(&b, &algorithm, err);
    if (rc == SIGN_OK) {
        const sign_bytes ours = BYTES(algorithm.data, algorithm.len);
        rc = set_extend(&d->parts.digest_algorithms, &ours, 1, &d->algorithms, err);
    }
    if (rc == SIGN_OK) {
        rc = set_extend(&d->parts.certificates, plan->chain, plan->n_chain, &d->certificates, err);
    }
    if (rc == SIGN_OK && plan->opt->n_certificates) {
        rc = set_extend(&d->parts.certificates, plan->opt->certificates, plan->opt->n_certificates,
                        &d->certificates, err);
    }
    return rc;
}

/* What a signature starts from: an existing message, or nothing but the content. */
static sign_rc base_take(struct crypto *crypto, const ades_plan *plan, const sign_input *what,
                         const sign_input *in, struct ades_draft *d, sign_error *err) {
    if (what) {
        return cades_cosign_open(crypto, what, in, d, err);
    }
    if (!in) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "there is nothing to sign");
    }
    /* Version 1: id-data, no attribute certificates, and sid is issuerAndSerialNumber (RFC 5652, 5.1). */
    d->parts = (struct cades_parts){
        .version = 1, .content_type = oid_bytes(OID_CT_DATA), .attached = plan->opt->shape == SIGN_ATTACHED};
    return content_take(crypto, in, d, err);
}

sign_rc cades_draft(struct crypto *crypto, const ades_plan *plan, const sign_input *what,
                    const sign_input *in, struct ades_draft **out, sign_error *err) {
    AUTO(ades_draft_ptr) d = calloc(1, sizeof *d);
    if (!d) {
        return fail_memory(err);
    }
    d->alg = plan->sigalg;
    d->digest = plan->digest;
    d->signer = pki_cert_keep(plan->signer);
    d->proven = plan->proven;
    sign_rc rc = base_take(crypto, plan, what, in, d, err);
    if (rc == SIGN_OK) {
        rc = sets_take(plan, d, err);
    }
    if (rc == SIGN_OK) {
        rc = cades_attributes_write(crypto, plan, d->parts.content_type, cades_draft_content_digest(d),
                                    &d->attributes, err);
    }
    if (rc == SIGN_OK) {
        rc = cades_draft_digest(crypto, d, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    *out = TAKE(d);
    return SIGN_OK;
}

sign_draft_facts cades_draft_get(const struct ades_draft *d) {
    return ades_draft_facts(&d->alg, d->tbs);
}

/* SignerInfo (RFC 5652, 5.3), version 1: the signer is named by issuerAndSerialNumber. */
static sign_rc signer_info(const struct ades_draft *d, sign_bytes value, sign_buf *out, sign_error *err) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, BYTES(d->attributes.data, d->attributes.len), false);
    struct der_tlv attributes;
    if (!der_take(&c, DER_SET, &attributes)) {
        return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "signed attributes: %s", parse.error);
    }
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, d->signer->issuer);
    der_put(&b, DER_INTEGER, d->signer->serial);
    der_end(&b);
    crypto_digest_write(&b, d->digest);
    der_put(&b, DER_CONTEXT_CONSTRUCTED(0), attributes.value);
    crypto_sigalg_write(&b, &d->alg);
    der_put(&b, DER_OCTET_STRING, value);
    der_end(&b);
    return der_builder_take(&b, out, err);
}

/* The value as CMS has it, if it is the signer's over this draft; else SIGN_FAILED. */
static sign_rc value_check(struct crypto *crypto, const struct ades_draft *d, sign_bytes value,
                           sign_encoding enc, grow *der, sign_bytes *out, sign_error *err) {
    *out = value;
    if (d->alg.scheme == SCHEME_ECDSA && enc == SIGN_VALUE_RAW) {
        if (!crypto_ecdsa_to_der(value, der)) {
            return fail(err, SIGN_FAILED, MSG_VALUE_REFUSED, "not r||s of an ECDSA signature");
        }
        *out = BYTES(der->data, der->len);
    }
    if (d->proven) {
        return SIGN_OK;
    }
    const struct crypto_pubkey *key;
    sign_rc rc = pki_cert_key(d->signer, &key, err);
    if (rc == SIGN_OK) {
        rc = crypto_verify(crypto, key, &d->alg, cades_draft_get(d).digest, *out, false, err);
    }
    if (rc == SIGN_FAILED) {
        char name[64];
        crypto_sigalg_name(&d->alg, name);
        return fail(err, SIGN_FAILED, MSG_VALUE_REFUSED, "%s", name);
    }
    return rc;
}

static sign_rc write_all(struct crypto *crypto, const struct ades_draft *d, const struct cades_parts *parts,
                         const sign_output *out, sign_error *err) {
    AUTO(sign_buf) head = {0};
    AUTO(sign_buf) tail = {0};
    sign_rc rc = cades_parts_head(parts, &head, err);
    if (rc == SIGN_OK) {
        rc = cades_parts_tail(parts, &tail, err);
    }
    AUTO(sink) to = {.fd = -1};
    if (rc == SIGN_OK) {
        rc = sink_open(out, &to, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    sink_put(&to, head.data, head.len);
    if (parts->attached) {
        rc = cades_content_copy(crypto, &d->content, d->digest, cades_draft_content_digest(d), &to, err);
    }
    sink_put(&to, tail.data, tail.len);
    return rc == SIGN_OK ? sink_commit(&to, err) : rc;
}

sign_rc cades_draft_finish(struct crypto *crypto, struct ades_draft *d, sign_bytes value, sign_encoding enc,
                           const sign_output *out, sign_error *err) {
    AUTO(grow) der = {0};
    AUTO(sign_buf) info = {0};
    AUTO(sign_buf) signers = {0};
    size_t added = 0;
    sign_rc rc = value_check(crypto, d, value, enc, &der, &value, err);
    if (rc == SIGN_OK) {
        rc = signer_info(d, value, &info, err);
    }
    if (rc == SIGN_OK) {
        rc = cades_set_union(d->parts.signers, &(sign_bytes){info.data, info.len}, 1, &signers, &added, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    /* A SignerInfo that is there twice makes the whole message malformed for a careful verifier. */
    if (!added) {
        return fail(err, SIGN_E_REFUSED, MSG_COSIGN_SAME, "the same signature is in the file already");
    }
    struct cades_parts parts = d->parts;
    parts.signers = BYTES(signers.data, signers.len);
    return write_all(crypto, d, &parts, out, err);
}
