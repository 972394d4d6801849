/* The text of a ds:Signature (XML-Signature, 4). */
#include "xades/write.h"

#include "base/random.h"
#include "base/text.h"

#include <stdio.h>

void xades_id_new(char out[XADES_ID_SIZE]) {
    uint8_t octets[16];
    random_fill(octets, sizeof octets);
    memcpy(out, "S-", 2);
    text_hex(BYTES(octets, sizeof octets), out + 2);
}

void xades_id_of(const char *signature, char part, size_t n, char out[XADES_ID_SIZE]) {
    if (n) {
        snprintf(out, XADES_ID_SIZE, "%c%zu-%.32s", part, n % 100, signature + 2);
    } else {
        snprintf(out, XADES_ID_SIZE, "%c-%.32s", part, signature + 2);
    }
}

void xades_put_leaf(grow *out, const char *name, const char *text) {
    grow_printf(out, "<%s>", name);
    xml_put_text(out, text);
    grow_printf(out, "</%s>", name);
}

void xades_put_open(grow *out, const char *name, const char *attribute, const char *value) {
    grow_printf(out, "<%s %s=\"", name, attribute);
    xml_put_value(out, value);
    grow_str(out, "\">");
}

static void put_empty(grow *out, const char *name, const char *attribute, const char *value) {
    xades_put_open(out, name, attribute, value);
    grow_printf(out, "</%s>", name);
}

void xades_put_digest_method(grow *out, enum crypto_digest d) {
    put_empty(out, "ds:DigestMethod", "Algorithm", crypto_digest_row(d)->uri);
}

void xades_put_base64(grow *out, sign_bytes octets) {
    enum { LINE = 57 }; /* octets in 76 characters */
    for (size_t at = 0; at < octets.len; at += LINE) {
        size_t n = octets.len - at < LINE ? octets.len - at : LINE;
        if (at) {
            grow_byte(out, '\n');
        }
        text_base64(BYTES(octets.data + at, n), out);
    }
}

static const struct xades_c14n *c14n_of(const ades_plan *plan) {
    static const enum c14n_method methods[] = {
        [SIGN_C14N_EXCLUSIVE] = C14N_EXCLUSIVE, [SIGN_C14N_INCLUSIVE] = C14N_1_0, [SIGN_C14N_11] = C14N_1_1};
    return xades_c14n_of(methods[plan->opt->c14n]);
}

/*
 * Transforms by what is signed (XML-Signature, 6.6). The XPath keeps every Signature out, ours and those that
 * come later: without it (`single`) the next one would change what was digested.
 */
static void put_transforms(grow *out, const ades_plan *plan, enum xades_data_kind kind) {
    if (kind == XADES_DETACHED) {
        return;
    }
    grow_str(out, "<ds:Transforms>");
    if (kind == XADES_BASE64) {
        put_empty(out, "ds:Transform", "Algorithm", TRANSFORM_BASE64);
        grow_str(out, "</ds:Transforms>");
        return;
    }
    bool around = kind == XADES_WHOLE || kind == XADES_AROUND;
    if (around) {
        put_empty(out, "ds:Transform", "Algorithm", TRANSFORM_ENVELOPED);
    }
    if (around && !plan->opt->single) {
        xades_put_open(out, "ds:Transform", "Algorithm", TRANSFORM_XPATH);
        grow_str(out, "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>");
    }
    put_empty(out, "ds:Transform", "Algorithm", c14n_of(plan)->uri);
    grow_str(out, "</ds:Transforms>");
}

/* DigestMethod and a DigestValue of zeros, of the length that the true one has. */
static size_t put_digest_room(grow *out, enum crypto_digest d) {
    static const uint8_t zeros[DIGEST_MAX];
    xades_put_digest_method(out, d);
    grow_str(out, "<ds:DigestValue>");
    size_t at = out->len;
    text_base64(BYTES(zeros, crypto_digest_row(d)->size), out);
    grow_str(out, "</ds:DigestValue></ds:Reference>");
    return at;
}

static size_t put_data_reference(const struct xades_writing *w, size_t i, grow *out) {
    const struct xades_data *data = &w->data[i];
    char id[XADES_ID_SIZE];
    xades_id_of(w->id, 'R', i + 1, id);
    grow_printf(out, "<ds:Reference Id=\"%s\"", id);
    if (w->enveloping) {
        grow_str(out, " Type=\"" TYPE_OBJECT "\"");
    }
    if (data->uri) {
        grow_str(out, " URI=\"");
        xml_put_value(out, data->uri);
        grow_str(out, "\"");
    }
    grow_str(out, ">");
    put_transforms(out, w->plan, data->kind);
    return put_digest_room(out, w->plan->digest);
}

/*
 * SignedInfo (4.4). The Reference to SignedProperties stands first: verifiers in use in Turkey look for it
 * there.
 */
static sign_rc put_signed_info(const struct xades_writing *w, grow *out, struct xades_written *at,
                               sign_error *err) {
    const char *algorithm = crypto_sigalg_uri(&w->plan->sigalg);
    if (!algorithm) {
        return fail(err, SIGN_E_UNSUPPORTED, MSG_UNSUPPORTED, "signature algorithm in XML");
    }
    char properties[XADES_ID_SIZE];
    xades_id_of(w->id, 'P', 0, properties);
    grow_str(out, "<ds:SignedInfo>");
    put_empty(out, "ds:CanonicalizationMethod", "Algorithm", c14n_of(w->plan)->uri);
    put_empty(out, "ds:SignatureMethod", "Algorithm", algorithm);
    grow_printf(out, "<ds:Reference Type=\"" TYPE_SIGNED_PROPERTIES "\" URI=\"#%s\">", properties);
    put_transforms(out, w->plan, XADES_ELEMENT);
    at->digest[0] = put_digest_room(out, w->plan->digest);
    for (size_t i = 0; i < w->n_data; i++) {
        at->digest[i + 1] = put_data_reference(w, i, out);
    }
    grow_str(out, "</ds:SignedInfo>");
    return SIGN_OK;
}

/* ds:Object (4.6) with the content of an enveloping signature. */
static void put_object(const struct xades_writing *w, grow *out) {
    char id[XADES_ID_SIZE];
    xades_id_of(w->id, 'O', 0, id);
    grow_printf(out, "<ds:Object Id=\"%s\"", id);
    if (w->data[0].kind == XADES_BASE64) {
        grow_str(out, " Encoding=\"" TRANSFORM_BASE64 "\">");
        text_base64(w->object, out); /* on one line: large content is decoded faster so */
    } else {
        grow_str(out, ">");
        grow_put(out, w->object.data, w->object.len);
    }
    grow_str(out, "</ds:Object>");
}

/* Escapes cannot express what is no character of XML at all (XML 1.0, 2.2). */
static sign_rc chars_check(const char *text, const char *name, sign_error *err) {
    if (!text) {
        return SIGN_OK;
    }
    const uint8_t *at = (const uint8_t *)text, *end = at + strlen(text);
    while (at < end) {
        if (!xml_is_char(utf8_next(&at, end))) {
            return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "%s: a character that XML does not allow", name);
        }
    }
    return SIGN_OK;
}

static sign_rc texts_check(const struct xades_writing *w, sign_error *err) {
    const sign_options *o = w->plan->opt;
    const struct {
        const char *text, *name;
    } rows[] = {{w->mime, "mime_type"},
                {o->place_country, "place_country"},
                {o->place_locality, "place_locality"},
                {o->place_state, "place_state"},
                {o->place_postal_code, "place_postal_code"},
                {o->policy_notice, "policy_notice"}};
    sign_rc rc = SIGN_OK;
    for (size_t i = 0; rc == SIGN_OK && i < sizeof rows / sizeof *rows; i++) {
        rc = chars_check(rows[i].text, rows[i].name, err);
    }
    for (size_t i = 0; rc == SIGN_OK && i < o->n_roles; i++) {
        rc = chars_check(o->roles[i], "roles", err);
    }
    for (size_t i = 0; rc == SIGN_OK && i < o->n_place_lines; i++) {
        rc = chars_check(o->place_lines[i], "place_lines", err);
    }
    return rc;
}

sign_rc xades_signature_write(const struct xades_writing *w, grow *out, struct xades_written *at,
                              sign_error *err) {
    char value[XADES_ID_SIZE];
    sign_rc rc = texts_check(w, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    grow_printf(out, "<ds:Signature xmlns:ds=\"" DS_NS "\" xmlns:xades=\"" XADES_NS "\" Id=\"%s\">", w->id);
    rc = put_signed_info(w, out, at, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    xades_id_of(w->id, 'V', 0, value);
    xades_put_open(out, "ds:SignatureValue", "Id", value);
    at->value = out->len;
    grow_str(out, "</ds:SignatureValue>");
    rc = xades_key_info_write(w, out, err);
    if (rc == SIGN_OK && w->enveloping) {
        put_object(w, out);
    }
    if (rc == SIGN_OK) {
        grow_str(out, "<ds:Object>");
        rc = xades_properties_write(w, out, err);
        grow_str(out, "</ds:Object></ds:Signature>");
    }
    return rc == SIGN_OK && out->failed
               ? (out->over ? fail(err, SIGN_E_LIMIT, MSG_LIMIT, "signature") : fail_memory(err))
               : rc;
}
