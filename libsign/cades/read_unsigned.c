/* Unsigned attributes: nothing in them is trusted; they are listed, and they make the structural level. */
#include "cades/read.h"
#include "der/oid.h"

#define FLAG(name) offsetof(struct ades_carried, name)

/* EN 319 122-1, 5.3 to 5.5; TS 101 733, 6. stamp: its values are time-stamp tokens. */
static const struct {
    enum oid oid;
    size_t flag;
    bool stamp;
} rows[] = {
    {OID_AA_SIGNATURE_TIME_STAMP, FLAG(signature_stamp), true},
    {OID_AA_CADES_C_TIME_STAMP, FLAG(refs_stamp), true},
    {OID_AA_CERTS_CRLS_TIME_STAMP, FLAG(refs_stamp), true},
    {OID_AA_COMPLETE_CERTIFICATE_REFERENCES, FLAG(certificate_refs), false},
    {OID_AA_COMPLETE_REVOCATION_REFERENCES, FLAG(revocation_refs), false},
    {OID_AA_CERTIFICATE_VALUES, FLAG(certificate_values), false},
    {OID_AA_REVOCATION_VALUES, FLAG(revocation_values), false},
    {OID_AA_ARCHIVE_TIME_STAMP, FLAG(archive), true},
    {OID_AA_ARCHIVE_TIME_STAMP_V2, FLAG(archive), true},
    {OID_AA_ARCHIVE_TIME_STAMP_V3, FLAG(archive_v3), true},
};

/* TSTInfo (RFC 3161, 2.4.2): genTime and the name of the authority. */
static void read_info(sign_bytes info, arena *texts, struct report_timestamp *out) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, info, true), in, tsa, name;
    struct der_tlv t;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_take(&in, DER_INTEGER, NULL) ||
        !der_take(&in, DER_OID, NULL) || !der_take(&in, DER_SEQUENCE, NULL) ||
        !der_take(&in, DER_INTEGER, NULL) || !der_gen_time(&in, &out->time))
        return;
    (void)der_optional(&in, DER_SEQUENCE, NULL);
    (void)der_optional(&in, DER_BOOLEAN, NULL);
    (void)der_optional(&in, DER_INTEGER, NULL);
    if (!der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(0), &tsa) ||
        !der_optional_enter(&tsa, DER_CONTEXT_CONSTRUCTED(4), &name) || !der_take(&name, DER_SEQUENCE, &t))
        return;
    AUTO(grow) text = {0};
    bool read = pki_name_text(t.raw, &text);
    texts->failed = texts->failed || text.failed;
    if (read)
        out->tsa = arena_str(texts, BYTES(text.data, text.len));
}

/* A token is a SignedData over a TSTInfo; what cannot be read is listed without a time. */
static void add_stamp(sign_bytes token, enum oid kind, arena *texts, struct report_signature *out) {
    struct report_timestamp *t = arena_alloc(texts, sizeof *t), **at = &out->timestamps;
    if (t == NULL)
        return;
    t->kind = oid_label(kind);
    t->indication = INDETERMINATE;
    while (*at != NULL)
        at = &(*at)->next;
    *at = t;
    AUTO(cms_message) m = {0};
    source src = {.mem = token, .fd = -1, .size = token.len};
    if (cms_message_read(&src, &m, NULL) != SIGN_OK) {
        texts->failed = true; /* in memory nothing but memory can fail */
        return;
    }
    if (m.broken == MSG_NONE && m.n_segments == 1 && oid_is(m.content_type, OID_CT_TST_INFO))
        read_info(BYTES(token.data + m.segments[0].at, (size_t)m.segments[0].len), texts, t);
}

static void add_stamps(sign_bytes values, enum oid kind, arena *texts, struct report_signature *out) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, values, true);
    struct der_tlv t;
    while (der_more(&c) && der_any(&c, &t))
        add_stamp(t.raw, kind, texts, out);
}

static void take(enum oid id, sign_bytes values, arena *texts, struct report_signature *out,
                 struct ades_carried *flags) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].oid != id)
            continue;
        *(bool *)(void *)((char *)flags + rows[i].flag) = true;
        if (rows[i].stamp)
            add_stamps(values, id, texts, out);
    }
}

/* content-time-stamp is a signed attribute, and a time-stamp like the others (EN 319 122-1, 5.2.8). */
static void content_stamps(const struct cms_signer *s, arena *texts, struct report_signature *out) {
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->signed_attrs, true), in;
    sign_bytes type, values;
    if (s->signed_attrs.len == 0 || !der_enter(&c, DER_CONTEXT_CONSTRUCTED(0), &in))
        return;
    while (cms_attribute_next(&in, &type, &values)) {
        if (oid_is(type, OID_AA_CONTENT_TIME_STAMP))
            add_stamps(values, OID_AA_CONTENT_TIME_STAMP, texts, out);
    }
}

void cades_unsigned_read(const struct cms_signer *s, arena *texts, struct report_signature *out,
                         struct ades_carried *flags) {
    *flags = (struct ades_carried){0};
    content_stamps(s, texts, out);
    if (s->unsigned_attrs.len == 0)
        return;
    struct der_parse parse;
    struct der_cursor c = der_open(&parse, s->unsigned_attrs, true);
    AUTO(grow) names = {0};
    sign_bytes type, values;
    for (size_t n = 0; n < LIMIT_ATTRIBUTES && cms_attribute_next(&c, &type, &values); n++) {
        enum oid id = oid_find(type);
        char dotted[128];
        take(id, values, texts, out, flags);
        grow_str(&names, n == 0 ? "" : ", ");
        if (id != OID_NONE)
            grow_str(&names, oid_label(id));
        else
            grow_str(&names, oid_to_text(type, dotted, sizeof dotted) ? dotted : "?");
    }
    texts->failed = texts->failed || names.failed;
    if (names.len > 0 && !names.failed)
        out->attributes = arena_str(texts, BYTES(names.data, names.len));
}
