/* token.c - the outer structure of a time-stamp token: a SignedData with one signer (RFC 3161, 2.4.2). */
#include "tsp/token.h"

#include "base/limits.h"
#include "der/oid.h"

void tsp_breaks(struct tsp_token *t, enum message_id id, const char *detail) {
    if (t->broken != MSG_NONE)
        return;
    t->broken = id;
    t->broken_detail = detail;
}

const char *tsp_oid_shown(arena *a, sign_bytes oid) {
    char dotted[128];
    if (!oid_to_text(oid, dotted, sizeof dotted))
        return "?";
    return arena_str(a, BYTES_STR(dotted));
}

/* ---- SignedData -------------------------------------------------------------------------------------- */

/* What is wrong with the message as a message about a time-stamp. */
static void message_broken(struct tsp_token *t, const cms_message *m) {
    const char *detail = m->broken_detail;
    if (m->broken == MSG_CMS_TRAILING)
        detail = "octets behind its end";
    else if (m->broken == MSG_CMS_DEPTH)
        detail = "nested too deeply";
    tsp_breaks(t, m->broken == MSG_CMS_LIMIT ? MSG_TST_LIMIT : MSG_TST_FORMAT, detail);
}

/* The octets of the content, joined where BER has them in pieces (X.690, 8.7.3). */
static sign_rc join(const cms_message *m, arena *a, sign_bytes *out, sign_error *err) {
    if (m->n_segments == 1) {
        *out = BYTES(m->src.mem.data + m->segments[0].at, (size_t)m->segments[0].len);
        return SIGN_OK;
    }
    uint8_t *all = arena_alloc(a, (size_t)m->content_size);
    if (all == NULL)
        return fail_memory(err);
    size_t len = 0;
    for (size_t i = 0; i < m->n_segments; i++) {
        memcpy(all + len, m->src.mem.data + m->segments[i].at, (size_t)m->segments[i].len);
        len += (size_t)m->segments[i].len;
    }
    *out = BYTES(all, len);
    return SIGN_OK;
}

static sign_rc read_content(const cms_message *m, arena *a, struct tsp_token *t, sign_error *err) {
    if (m->content_type.len == 0)
        return SIGN_OK;
    if (!oid_is(m->content_type, OID_CT_TST_INFO)) {
        tsp_breaks(t, MSG_TST_TYPE, tsp_oid_shown(a, m->content_type));
        return SIGN_OK;
    }
    if (!m->attached) {
        tsp_breaks(t, MSG_TST_FORMAT, "the TSTInfo is missing");
        return SIGN_OK;
    }
    sign_rc rc = join(m, a, &t->content, err);
    if (rc == SIGN_OK)
        tsp_info_read(t->content, a, t);
    return rc;
}

/* ---- the signer -------------------------------------------------------------------------------------- */

static void read_references(struct tsp_token *t) {
    static const struct {
        enum signed_attribute attribute;
        enum oid oid;
        bool v2;
    } rows[] = {{SA_CERT_V1, OID_AA_SIGNING_CERTIFICATE, false},
                {SA_CERT_V2, OID_AA_SIGNING_CERTIFICATE_V2, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_bytes value = t->signer.value[rows[i].attribute];
        if (value.len == 0)
            continue;
        if (!cms_reference_read(value, rows[i].v2, &t->references[t->n_references]))
            t->references_malformed = true;
        t->reference_name[t->n_references++] = oid_label(rows[i].oid);
    }
}

/* The messages of a SignerInfo say which attribute; the one with two arguments is told in one. */
static void signer_broken(struct tsp_token *t, arena *a) {
    const struct cms_signer *s = &t->signer;
    if (s->broken == MSG_SIGNER_FORMAT)
        tsp_breaks(t, MSG_TST_FORMAT, s->broken_detail);
    else if (s->broken == MSG_CMS_LIMIT)
        tsp_breaks(t, MSG_TST_LIMIT, s->broken_detail);
    else if (s->broken == MSG_DIGEST_DISAGREES)
        tsp_breaks(t, MSG_TST_DIGESTS, arena_printf(a, "%s, %s", s->broken_detail, s->broken_other));
    else if (s->broken != MSG_NONE)
        tsp_breaks(t, s->broken, s->broken_detail);
}

/* RFC 3161, 2.4.2: no signature but the TSA's; RFC 5652, 5.3: signedAttrs, since the content is no id-data.
 */
static void read_signer(const cms_message *m, arena *a, struct tsp_token *t) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, m->signers, true);
    struct der_tlv one = {0}, t2;
    size_t n = 0;
    while (n <= LIMIT_SIGNERS && der_more(&c) && der_any(&c, n == 0 ? &one : &t2))
        n++;
    if (!der_ok(&c)) {
        tsp_breaks(t, MSG_TST_FORMAT, parse.error);
        return;
    }
    if (n != 1) {
        tsp_breaks(t, MSG_TST_SIGNERS, arena_printf(a, "%zu", n));
        return;
    }
    cms_signer_read(one.raw, false, a, &t->signer);
    signer_broken(t, a);
    if (t->broken != MSG_NONE)
        return;
    if (t->signer.signed_attrs.len == 0)
        tsp_breaks(t, MSG_TST_ATTRIBUTES, NULL);
    else if (!bytes_equal(t->signer.content_type, m->content_type)) /* RFC 5652, 11.1 */
        tsp_breaks(t, MSG_TST_CONTENT_TYPE, tsp_oid_shown(a, t->signer.content_type));
    read_references(t);
}

/* ---- all of it --------------------------------------------------------------------------------------- */

static sign_rc read_message(const cms_message *m, arena *a, struct tsp_token *t, sign_error *err) {
    if (!m->is_signed_data)
        tsp_breaks(t, MSG_TST_FORMAT, "no SignedData");
    else if (m->broken != MSG_NONE)
        message_broken(t, m);
    /* The time is of use to whoever reads the report even where the token is broken. */
    sign_rc rc = read_content(m, a, t, err);
    if (rc != SIGN_OK || t->broken != MSG_NONE)
        return rc;
    read_signer(m, a, t);
    return t->broken == MSG_NONE ? tsp_carried_read(m, a, t, err) : SIGN_OK;
}

sign_rc tsp_token_read(sign_bytes der, arena *a, const struct tsp_token **out, sign_error *err) {
    *out = NULL;
    struct tsp_token *t = arena_alloc(a, sizeof *t);
    if (t == NULL)
        return fail_memory(err);
    t->raw = der;
    /* In a signature a token stands as it is: what else a message may come in, PEM or base64, is none. */
    if (der.len == 0 || der.data[0] != DER_SEQUENCE) {
        tsp_breaks(t, MSG_TST_FORMAT, der.len == 0 ? "it is empty" : "no ContentInfo");
    } else {
        AUTO(cms_message) m = {0};
        source src = {.mem = der, .fd = -1, .size = der.len};
        sign_rc rc = cms_message_read(&src, &m, err);
        if (rc == SIGN_OK)
            rc = read_message(&m, a, t, err);
        if (rc != SIGN_OK)
            return rc;
    }
    if (a->failed)
        return fail_memory(err);
    *out = t;
    return SIGN_OK;
}
