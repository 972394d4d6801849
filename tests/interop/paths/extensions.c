/* Extensions of certificates (RFC 5280, 4.2). */
#include "spec.h"

void begin_extension(der_builder *b, enum oid id, bool critical) {
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, id);
    if (critical)
        der_put(b, DER_BOOLEAN, BYTES("\xff", 1));
    der_begin(b, DER_OCTET_STRING);
}

void end_extension(der_builder *b) {
    der_end(b);
    der_end(b);
}

static void put_basic(der_builder *b, const struct cert_spec *c) {
    if (c->ca < 0)
        return;
    begin_extension(b, OID_EXT_BASIC_CONSTRAINTS, true);
    der_begin(b, DER_SEQUENCE);
    if (c->ca > 0)
        der_put(b, DER_BOOLEAN, BYTES("\xff", 1));
    if (c->ca > 0 && c->path_len >= 0)
        der_put_uint(b, (uint64_t)c->path_len);
    der_end(b);
    end_extension(b);
}

static void put_usage(der_builder *b, unsigned usage) {
    uint8_t bits[2] = {0, 0};
    for (unsigned n = 0; n < 8; n++)
        if (usage & (1U << n))
            bits[1] = (uint8_t)(bits[1] | (0x80U >> n));
    while (!(bits[1] & (1U << bits[0])))
        bits[0]++; /* unused bits at the end */
    begin_extension(b, OID_EXT_KEY_USAGE, true);
    der_put(b, DER_BIT_STRING, BYTES(bits, 2));
    end_extension(b);
}

static void id_octets(enum id_mode mode, int key, uint8_t id[20]) {
    key_id(key, id);
    if (mode == ID_WRONG)
        id[0] ^= 0xff;
}

static void put_subject_key_id(der_builder *b, const struct cert_spec *c) {
    uint8_t id[20];
    if (c->ski == ID_NONE)
        return;
    id_octets(c->ski, c->key, id);
    begin_extension(b, OID_EXT_SUBJECT_KEY_IDENTIFIER, false);
    der_put(b, DER_OCTET_STRING, BYTES(id, 20));
    end_extension(b);
}

void put_key_id(der_builder *b, enum id_mode mode, int key) {
    uint8_t id[20];
    if (mode == ID_NONE)
        return;
    id_octets(mode, key, id);
    begin_extension(b, OID_EXT_AUTHORITY_KEY_IDENTIFIER, false);
    der_begin(b, DER_SEQUENCE);
    der_put(b, DER_CONTEXT(0), BYTES(id, 20));
    der_end(b);
    end_extension(b);
}

/* authorityCertIssuer and authorityCertSerialNumber (4.2.1.1): of the issuer's certificate in the chain. */
static void put_issuer_and_serial(der_builder *b, const struct world *w, const struct cert_spec *c) {
    size_t i = 1;
    while (i + 1 < w->len && &w->certs[i - 1] != c)
        i++;
    const struct cert_spec *issuer = &w->certs[i];
    const struct general name = {.tag = DER_CONTEXT_CONSTRUCTED(4), .name = issuer->issuer};
    begin_extension(b, OID_EXT_AUTHORITY_KEY_IDENTIFIER, false);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(1));
    put_general(b, &name);
    der_end(b);
    put_integer(b, DER_CONTEXT(2), issuer->serial + (c->aki == ID_SERIAL_WRONG));
    der_end(b);
    end_extension(b);
}

sign_bytes policy_oid(int policy, uint8_t room[16]) {
    static const uint8_t own[] = {0x2b, 6, 1, 4, 1, 0x83, 0xb2, 3}; /* 1.3.6.1.4.1.55555 */
    if (policy == 0)
        return oid_bytes(OID_POLICY_ANY);
    memcpy(room, own, sizeof own);
    room[sizeof own] = (uint8_t)policy;
    return BYTES(room, sizeof own + 1);
}

static void put_policy_oid(der_builder *b, int policy) {
    uint8_t room[16];
    der_put_oid_bytes(b, policy_oid(policy, room));
}

static void put_skip(der_builder *b, uint8_t tag, int skip) {
    const uint8_t octet = (uint8_t)skip;
    if (skip >= 0)
        der_put(b, tag, BYTES(&octet, 1));
}

static void put_policies(der_builder *b, const struct cert_spec *c) {
    if (c->n_policies > 0) {
        begin_extension(b, OID_EXT_CERTIFICATE_POLICIES, false);
        der_begin(b, DER_SEQUENCE);
        for (size_t i = 0; i < c->n_policies; i++) {
            der_begin(b, DER_SEQUENCE);
            put_policy_oid(b, c->policies[i]);
            der_end(b);
        }
        der_end(b);
        end_extension(b);
    }
    if (c->n_map > 0) {
        begin_extension(b, OID_EXT_POLICY_MAPPINGS, true);
        der_begin(b, DER_SEQUENCE);
        for (size_t i = 0; i < c->n_map; i++) {
            der_begin(b, DER_SEQUENCE);
            put_policy_oid(b, c->map[i][0]);
            put_policy_oid(b, c->map[i][1]);
            der_end(b);
        }
        der_end(b);
        end_extension(b);
    }
    if (c->require_explicit >= 0 || c->inhibit_map >= 0) {
        begin_extension(b, OID_EXT_POLICY_CONSTRAINTS, true);
        der_begin(b, DER_SEQUENCE);
        put_skip(b, DER_CONTEXT(0), c->require_explicit);
        put_skip(b, DER_CONTEXT(1), c->inhibit_map);
        der_end(b);
        end_extension(b);
    }
    if (c->inhibit_any >= 0) {
        begin_extension(b, OID_EXT_INHIBIT_ANY_POLICY, true);
        put_skip(b, DER_INTEGER, c->inhibit_any);
        end_extension(b);
    }
}

static uint8_t nibble(char c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void put_general(der_builder *b, const struct general *g) {
    if (g->tag == DER_CONTEXT_CONSTRUCTED(4)) {
        der_begin(b, g->tag);
        put_name(b, &g->name);
        der_end(b);
    } else if (g->tag == DER_CONTEXT(7) || g->tag == DER_CONTEXT(8)) {
        uint8_t octets[32];
        size_t n = strlen(g->text) / 2;
        for (size_t i = 0; i < n && i < sizeof octets; i++)
            octets[i] = (uint8_t)(nibble(g->text[2 * i]) << 4 | nibble(g->text[2 * i + 1]));
        der_put(b, g->tag, BYTES(octets, n));
    } else {
        der_put(b, g->tag, BYTES_STR(g->text));
    }
}

static void put_trees(der_builder *b, const struct cert_spec *c, bool excluded) {
    bool any = false;
    for (size_t i = 0; i < c->n_trees; i++)
        any = any || c->trees[i].excluded == excluded;
    if (!any)
        return;
    der_begin(b, excluded ? DER_CONTEXT_CONSTRUCTED(1) : DER_CONTEXT_CONSTRUCTED(0));
    for (size_t i = 0; i < c->n_trees; i++) {
        if (c->trees[i].excluded != excluded)
            continue;
        der_begin(b, DER_SEQUENCE);
        put_general(b, &c->trees[i].base);
        if (c->trees[i].bounded)
            der_put(b, DER_CONTEXT(0), BYTES("\x01", 1));
        der_end(b);
    }
    der_end(b);
}

static void put_names(der_builder *b, const struct cert_spec *c) {
    if (c->n_trees > 0) {
        begin_extension(b, OID_EXT_NAME_CONSTRAINTS, true);
        der_begin(b, DER_SEQUENCE);
        put_trees(b, c, false);
        put_trees(b, c, true);
        der_end(b);
        end_extension(b);
    }
    if (c->n_alt > 0) {
        begin_extension(b, OID_EXT_SUBJECT_ALT_NAME, false);
        der_begin(b, DER_SEQUENCE);
        for (size_t i = 0; i < c->n_alt; i++)
            put_general(b, &c->alt[i]);
        der_end(b);
        end_extension(b);
    }
}

void put_reasons(der_builder *b, unsigned tag, unsigned reasons) {
    uint8_t bits[3] = {0, (uint8_t)(reasons >> 8), (uint8_t)reasons};
    size_t n = bits[2] != 0 ? 3 : 2;
    if (reasons == 0)
        return;
    while (!(bits[n - 1] & (1U << bits[0])))
        bits[0]++; /* unused bits at the end */
    der_put(b, (uint8_t)DER_CONTEXT(tag), BYTES(bits, n));
}

static void put_points(der_builder *b, const struct cert_spec *c) {
    if (c->n_points == 0)
        return;
    begin_extension(b, OID_EXT_CRL_DISTRIBUTION_POINTS, false);
    der_begin(b, DER_SEQUENCE);
    for (size_t i = 0; i < c->n_points; i++) {
        const struct point *p = &c->points[i];
        der_begin(b, DER_SEQUENCE);
        if (p->uri != NULL) {
            der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
            der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
            der_put(b, DER_CONTEXT(6), BYTES_STR(p->uri));
            der_end(b);
            der_end(b);
        }
        put_reasons(b, 1, p->reasons);
        if (p->issuer != NULL) {
            der_begin(b, DER_CONTEXT_CONSTRUCTED(2));
            put_general(b, &(struct general){.tag = DER_CONTEXT_CONSTRUCTED(4), .name = *p->issuer});
            der_end(b);
        }
        der_end(b);
    }
    der_end(b);
    end_extension(b);
}

static void put_others(der_builder *b, const struct cert_spec *c) {
    if (c->unknown > 0) {
        der_begin(b, DER_SEQUENCE);
        (void)der_put_oid_text(b, "1.3.6.1.4.1.55555.99");
        if (c->unknown == 2)
            der_put(b, DER_BOOLEAN, BYTES("\xff", 1));
        der_put(b, DER_OCTET_STRING, BYTES("\x05\x00", 2));
        der_end(b);
    }
    if (c->eku > 0) {
        begin_extension(b, OID_EXT_EXTENDED_KEY_USAGE, c->eku == 2);
        der_begin(b, DER_SEQUENCE);
        (void)der_put_oid_text(b, "1.3.6.1.5.5.7.3.1");
        der_end(b);
        end_extension(b);
    }
}

void put_extensions(der_builder *b, const struct world *w, const struct cert_spec *c) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(3));
    der_begin(b, DER_SEQUENCE);
    put_basic(b, c);
    if (c->usage != 0)
        put_usage(b, c->usage);
    if (c->usage_twice)
        put_usage(b, c->usage);
    put_subject_key_id(b, c);
    if (c->aki == ID_SERIAL || c->aki == ID_SERIAL_WRONG)
        put_issuer_and_serial(b, w, c);
    else
        put_key_id(b, c->aki, c->signed_with);
    put_policies(b, c);
    put_names(b, c);
    put_points(b, c);
    put_others(b, c);
    der_end(b);
    der_end(b);
}
