/*
 * A draft as a file of its own: one line
 *
 *   mavikalem-draft 1 xades SHA-256-of-the-rest-in-hexadecimal
 *
 * and then the document with its signature, whose SignatureValue is empty. Reading believes nothing: what is
 * signed is computed again, and the whole is verified with a value that cannot be right. The digest tells a
 * damaged file early; it is no protection against somebody who computes it anew.
 */
#include "xades/draft_parts.h"

#include "base/text.h"

#include <stdlib.h>

#define DRAFT_MAGIC "mavikalem-draft "
#define DRAFT_KIND  DRAFT_MAGIC "1 xades "
#define VALUE_END   "</ds:SignatureValue>"
enum { KIND_SIZE = sizeof DRAFT_KIND - 1, HEX_SIZE = 64, HEADER_SIZE = KIND_SIZE + HEX_SIZE + 1 };

static sign_rc malformed(sign_error *err, const char *why) {
    return fail(err, SIGN_E_FORMAT, MSG_DRAFT_FORMAT, "%s", why);
}

static sign_rc text_hash(struct crypto *crypto, const struct xml_text *text, char hex[HEX_SIZE + 1],
                         sign_error *err) {
    uint8_t digest[DIGEST_MAX];
    sign_rc rc = crypto_hash_begin(crypto, DIGEST_SHA256, err);
    if (rc == SIGN_OK) {
        rc = crypto_hash_source(crypto, text->src, 0, text->at, err);
    }
    if (rc == SIGN_OK && text->put.len) {
        rc = crypto_hash_add(crypto, text->put, err);
    }
    if (rc == SIGN_OK) {
        rc = crypto_hash_source(crypto, text->src, text->behind, text->src->size - text->behind, err);
    }
    if (rc == SIGN_OK) {
        rc = crypto_hash_end(crypto, digest, err);
    }
    if (rc == SIGN_OK) {
        text_hex(BYTES(digest, HEX_SIZE / 2), hex);
    }
    return rc;
}

sign_rc xades_draft_export(const struct ades_draft *d, const sign_output *out, sign_error *err) {
    AUTO(crypto_ptr) crypto = NULL; /* a const draft is shared; its context is not */
    char hex[HEX_SIZE + 1];
    sign_rc rc = crypto_new(&crypto, err);
    if (rc == SIGN_OK) {
        rc = text_hash(crypto, &d->text, hex, err);
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
    sink_put(&s, DRAFT_KIND, KIND_SIZE);
    sink_put(&s, hex, HEX_SIZE);
    sink_put(&s, "\n", 1);
    rc = xades_text_copy(&d->text, &s, err);
    return rc == SIGN_OK ? sink_commit(&s, err) : rc;
}

/* ---- reading ---- */

/* Files stay the caller's; memory is copied. */
static sign_rc part_open(const source *in, struct ades_draft *d, sign_error *err) {
    d->in.src = *in;
    d->in.borrowed = true;
    if (in->fd < 0) {
        sign_rc rc = buf_copy(in->mem, &d->in.own, err);
        if (rc != SIGN_OK) {
            return rc;
        }
        d->in.src.mem = BYTES(d->in.own.data, d->in.own.len);
    }
    d->part = source_part(&d->in.src, HEADER_SIZE, in->size - HEADER_SIZE);
    return SIGN_OK;
}

static sign_rc header_read(struct crypto *crypto, const source *in, struct ades_draft *d, sign_error *err) {
    char header[HEADER_SIZE] = {0}, hex[HEX_SIZE + 1];
    size_t n = in->size < sizeof header ? (size_t)in->size : sizeof header;
    sign_rc rc = source_read(in, 0, header, n, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    if (memcmp(header, DRAFT_MAGIC, sizeof DRAFT_MAGIC - 1) != 0) {
        return fail(err, SIGN_E_FORMAT, MSG_DRAFT_FOREIGN, "%s", in->name);
    }
    if (n < sizeof header || header[HEADER_SIZE - 1] != '\n') {
        return malformed(err, "its first line is cut off");
    }
    if (memcmp(header, DRAFT_KIND, KIND_SIZE) != 0) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "draft of another version than 1");
    }
    rc = part_open(in, d, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    const struct xml_text text = xades_text_of(&d->part);
    rc = text_hash(crypto, &text, hex, err);
    if (rc == SIGN_OK && memcmp(hex, header + KIND_SIZE, HEX_SIZE) != 0) {
        return malformed(err, "damaged: its digest does not match");
    }
    return rc;
}

static bool is_drafted(const struct xml_node *signature) {
    const struct xml_node *value = xades_child(signature, DS_NS, "SignatureValue");
    return value && !value->first;
}

/* The one signature without a value. Its Id must be one of ours: the Ids of its parts follow from it. */
static sign_rc signature_choose(const xades_document *doc, struct ades_draft *d, const struct xml_node **out,
                                sign_error *err) {
    const struct xml_node *found = NULL;
    for (size_t i = 0; i < doc->n_signatures; i++) {
        if (is_drafted(doc->signatures[i])) {
            if (found) {
                return malformed(err, "two signatures without a value");
            }
            found = doc->signatures[i];
            d->nth = i;
        }
    }
    const char *id = found ? xades_attribute(found, "Id") : NULL;
    if (!id || strlen(id) != 34 || memcmp(id, "S-", 2) != 0 || strspn(id + 2, "0123456789abcdef") != 32) {
        return malformed(err, "no signature of ours without a value");
    }
    memcpy(d->id, id, 35);
    *out = found;
    return SIGN_OK;
}

static const char *algorithm_of(const struct xml_node *n, const char *child) {
    const struct xml_node *method = xades_child(n, DS_NS, child);
    const char *uri = method ? xades_attribute(method, "Algorithm") : NULL;
    return uri ? uri : "";
}

/* Algorithms must be those that a draft of this certificate can have. */
static sign_rc algorithms_read(const struct xml_node *info, struct ades_draft *d, sign_error *err) {
    const struct xades_c14n *c14n = xades_c14n_find(algorithm_of(info, "CanonicalizationMethod"));
    if (!c14n || c14n->comments) {
        return malformed(err, "canonicalization method");
    }
    d->method = c14n->method;
    if (!crypto_sigalg_find_uri(algorithm_of(info, "SignatureMethod"), &d->alg)) {
        return malformed(err, "signature algorithm");
    }
    d->digest = d->alg.digest;
    return ades_draft_sigalg(d->signer, &d->alg, err);
}

static bool text_decode(const struct xml_node *n, grow *out) {
    return n && n->first && !n->first->next && n->first->kind == XML_KIND_TEXT &&
           text_base64_decode(BYTES_STR(n->first->text), out);
}

/* The signer is the first certificate of KeyInfo, as it is written. */
static sign_rc signer_read(struct crypto *crypto, const struct xml_node *signature, struct ades_draft *d,
                           sign_error *err) {
    AUTO(grow) der = {0};
    const struct xml_node *data = xades_child(xades_child(signature, DS_NS, "KeyInfo"), DS_NS, "X509Data");
    if (!text_decode(xades_child(data, DS_NS, "X509Certificate"), &der)) {
        return der.failed ? fail_memory(err) : malformed(err, "no certificate of the signer");
    }
    return pki_cert_read(crypto, BYTES(der.data, der.len), &d->signer, err);
}

static sign_rc reference_read(const struct xml_node *reference, size_t n, struct ades_draft *d,
                              sign_error *err) {
    AUTO(grow) value = {0};
    if (crypto_digest_find_uri(algorithm_of(reference, "DigestMethod")) != d->digest ||
        !text_decode(xades_child(reference, DS_NS, "DigestValue"), &value) ||
        value.len != xades_draft_size(d)) {
        return value.failed ? fail_memory(err) : malformed(err, "digest of a reference");
    }
    memcpy(d->digests[n], value.data, value.len);
    if (n == 0) { /* that to SignedProperties */
        return SIGN_OK;
    }
    enum xades_data_kind kind = xades_reference_kind(reference);
    d->single = d->single || xades_reference_single(reference);
    if (kind != XADES_WHOLE && kind != XADES_DETACHED) {
        d->how = XADES_TREE;
    }
    return xades_data_add(d, kind, xades_attribute(reference, "URI"), err);
}

static sign_rc references_read(const struct xml_node *info, struct ades_draft *d, sign_error *err) {
    size_t n = 0;
    sign_rc rc = SIGN_OK;
    for (const struct xml_node *r = info->first; rc == SIGN_OK && r; r = r->next) {
        if (xades_is(r, DS_NS, "Reference")) {
            rc = n < LIMIT_REFERENCES ? reference_read(r, n++, d, err) : malformed(err, "references");
        }
    }
    return rc == SIGN_OK && d->n_data == 0 ? malformed(err, "nothing is signed") : rc;
}

/* Where the value goes: before the end tag of the empty SignatureValue. */
static sign_rc value_place(const struct xml_node *signature, struct ades_draft *d, sign_error *err) {
    char end[sizeof VALUE_END - 1];
    const struct xml_node *value = xades_child(signature, DS_NS, "SignatureValue");
    if (value->end < sizeof end) {
        return malformed(err, "SignatureValue");
    }
    uint64_t at = value->end - sizeof end;
    sign_rc rc = source_read(&d->part, at, end, sizeof end, err);
    if (rc == SIGN_OK && memcmp(end, VALUE_END, sizeof end) != 0) {
        return malformed(err, "SignatureValue");
    }
    d->text = (struct xml_text){.src = &d->part, .at = at, .behind = at, .put = BYTES("", 0)};
    return rc;
}

static sign_rc signature_read(struct crypto *crypto, struct ades_draft *d, sign_error *err) {
    AUTO(xades_document) doc = {0};
    const struct xml_node *signature = NULL;
    const struct xml_text text = xades_text_of(&d->part);
    sign_rc rc = xades_document_open(&text, XADES_AS_FITS, &doc, err);
    if (rc == SIGN_OK) {
        rc = signature_choose(&doc, d, &signature, err);
    }
    const struct xml_node *info = xades_child(signature, DS_NS, "SignedInfo");
    if (rc == SIGN_OK && !info) {
        rc = malformed(err, "SignedInfo");
    }
    if (rc == SIGN_OK) {
        rc = signer_read(crypto, signature, d, err);
    }
    if (rc == SIGN_OK) {
        rc = algorithms_read(info, d, err);
    }
    if (rc == SIGN_OK) {
        rc = references_read(info, d, err);
    }
    return rc == SIGN_OK ? value_place(signature, d, err) : rc;
}

static sign_rc content_take(const sign_input *content, struct ades_draft *d, sign_error *err) {
    if (!content) {
        return SIGN_OK;
    }
    return xades_draft_is_detached(d) ? ades_held_open(content, &d->content, err)
                                      : fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT,
                                             "the draft carries its content; no other can be given");
}

/* Digests again, over the text and over the content when it is given. */
static sign_rc digests_check(struct crypto *crypto, struct ades_draft *d, sign_error *err) {
    AUTO(xades_digests) digests = {0};
    const struct xml_text text = xades_text_of(&d->part);
    sign_rc rc = xades_digest_all(crypto, d, &text, &digests, err);
    for (size_t i = 0; rc == SIGN_OK && i <= d->n_data; i++) {
        if (memcmp(digests.value[i], d->digests[i], xades_draft_size(d)) == 0) {
            continue;
        }
        return i > 0 && d->data[i - 1].kind == XADES_DETACHED
                   ? fail(err, SIGN_FAILED, MSG_DRAFT_CONTENT, "%s", d->content.src.name)
                   : malformed(err, "what is signed is not what its digest says");
    }
    return rc == SIGN_OK ? crypto_hash(crypto, d->digest,
                                       BYTES(digests.signed_info.data, digests.signed_info.len), d->tbs, err)
                         : rc;
}

/* The verifier's word on all but the value, which is zeros and cannot be right. */
static sign_rc structure_check(struct crypto *crypto, struct ades_draft *d, sign_error *err) {
    struct xades_found mine;
    sign_rc rc = xades_look_ahead(crypto, d, &d->others, &mine, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    return mine.there && mine.references != TRI_FALSE && mine.certificate == TRI_TRUE
               ? SIGN_OK
               : malformed(err, "the signature would not hold");
}

sign_rc xades_draft_import(struct crypto *crypto, const source *in, const sign_input *content,
                           struct ades_draft **out, sign_error *err) {
    AUTO(ades_draft_ptr) d = xades_draft_make();
    if (!d) {
        return fail_memory(err);
    }
    sign_rc rc = header_read(crypto, in, d, err);
    if (rc == SIGN_OK) {
        rc = signature_read(crypto, d, err);
    }
    if (rc == SIGN_OK) {
        rc = content_take(content, d, err);
    }
    if (rc == SIGN_OK) {
        rc = digests_check(crypto, d, err);
    }
    if (rc == SIGN_OK) {
        rc = structure_check(crypto, d, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    *out = TAKE(d);
    return SIGN_OK;
}
