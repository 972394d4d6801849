/* What is made is read again and verified before it leaves; and what was in the document still holds. */
#include "xades/draft_parts.h"

#include "base/text.h"
#include "base/time.h"
#include "report/report.h"
#include "xades/verify.h"

#include <sign/trust.h>
#include <stdlib.h>

typedef sign_trust *sign_trust_ptr;
CLEANUP(sign_trust_ptr, sign_trust_free);

void xades_others_free(struct xades_others *o) {
    for (size_t i = 0; i < o->n; i++) {
        free(o->list[i].id);
    }
    free(o->list);
    *o = (struct xades_others){0};
}

/* The octets that a value has. */
static sign_rc value_length(const struct ades_draft *d, size_t *out, sign_error *err) {
    const struct crypto_pubkey *key;
    sign_rc rc = pki_cert_key(d->signer, &key, err);
    if (rc == SIGN_OK) { /* r||s (XML-Signature 1.1, 6.4.3), or an octet string as long as the modulus */
        *out = crypto_pubkey_field(key) * (d->alg.scheme == SCHEME_ECDSA ? 2 : 1);
    }
    return rc;
}

sign_rc xades_text_with_value(const struct ades_draft *d, sign_bytes value, struct xml_text *text,
                              sign_buf *own, sign_error *err) {
    AUTO(grow) put = {0};
    sign_bytes now = d->text.put;
    if (now.len > 0)
        grow_put(&put, now.data, d->value_at);
    xades_put_base64(&put, value);
    if (now.len > d->value_at)
        grow_put(&put, now.data + d->value_at, now.len - d->value_at);
    sign_rc rc = grow_take(&put, own, err);
    if (rc == SIGN_OK) {
        *text = d->text;
        text->put = BYTES(own->data, own->len);
    }
    return rc;
}

static sign_rc other_add(struct xades_others *others, size_t *room, const struct report_signature *s,
                         sign_error *err) {
    if (others->n == *room) {
        size_t more = *room ? *room * 2 : 8;
        struct xades_other *list = realloc(others->list, more * sizeof *list);
        if (!list) {
            return fail_memory(err);
        }
        others->list = list;
        *room = more;
    }
    char *id = strdup(s->id ? s->id : "");
    if (!id) {
        return fail_memory(err);
    }
    others->list[others->n++] =
        (struct xades_other){id, s->references, s->signature_value, s->sub == SUB_FORMAT_FAILURE};
    return SIGN_OK;
}

sign_rc xades_look(struct crypto *crypto, const struct xml_text *text, const source *content, const char *id,
                   struct xades_others *others, struct xades_found *mine, sign_error *err) {
    AUTO(sign_trust_ptr) trust = NULL;
    AUTO(sign_report_ptr) report = NULL;
    size_t room = 0;
    sign_rc rc = sign_trust_new(NULL, &trust, err);
    if (rc == SIGN_OK) {
        rc = report_new(&report, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    const struct ades_context ctx = {.trust = trust,
                                     .crypto = crypto,
                                     .policy = ades_policy_find("default"),
                                     .at = time_now(),
                                     .inspect = true};
    rc = xades_verify_text(&ctx, text, content, content ? 1 : 0, report, err);
    if (rc != SIGN_OK || report->arena.failed) {
        return rc == SIGN_OK ? fail_memory(err) : rc;
    }
    *mine = (struct xades_found){TRI_NULL, TRI_NULL, TRI_NULL, false};
    for (const struct report_signature *s = report->signatures; rc == SIGN_OK && s; s = s->next) {
        if (s->id && strcmp(s->id, id) == 0) {
            *mine = (struct xades_found){s->references, s->signature_value, s->signing_certificate, true};
        } else if (others) {
            rc = other_add(others, &room, s, err);
        }
    }
    return rc;
}

sign_rc xades_look_ahead(struct crypto *crypto, const struct ades_draft *d, struct xades_others *others,
                         struct xades_found *mine, sign_error *err) {
    struct xml_text text;
    AUTO(sign_buf) own = {0};
    uint8_t zeros[LIMIT_RSA_BITS_MAX / 8] = {0};
    size_t length = 0;
    sign_rc rc = value_length(d, &length, err);
    if (rc == SIGN_OK) {
        rc = xades_text_with_value(d, BYTES(zeros, length), &text, &own, err);
    }
    if (rc == SIGN_OK) {
        rc = xades_look(crypto, &text, NULL, d->id, others, mine, err);
    }
    return rc;
}

sign_rc xades_others_same(const struct xades_others *before, const struct xades_others *after,
                          sign_error *err) {
    for (size_t i = 0; i < before->n; i++) {
        const struct xades_other *was = &before->list[i];
        if (i >= after->n || strcmp(after->list[i].id, was->id) != 0) {
            return fail(err, SIGN_E_INTERNAL, MSG_INTERNAL, "a signature of the document is gone");
        }
        if ((was->references != TRI_FALSE && after->list[i].references == TRI_FALSE) ||
            (was->value != TRI_FALSE && after->list[i].value == TRI_FALSE)) {
            return fail(err, SIGN_E_FORMAT, MSG_COSIGN_COVERED, "signature %s", was->id);
        }
    }
    return SIGN_OK;
}
