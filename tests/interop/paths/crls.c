/* Revocation lists (RFC 5280, 5). */
#include "spec.h"

static void put_number(der_builder *b, enum oid id, bool critical, int number) {
    begin_extension(b, id, critical);
    der_put_uint(b, (uint64_t)number);
    end_extension(b);
}

static void put_entry(der_builder *b, const struct entry_spec *e) {
    der_begin(b, DER_SEQUENCE);
    der_put_uint(b, (uint64_t)e->serial);
    der_put_time(b, e->at);
    if (e->reason >= 0 || e->issuer != NULL) {
        const uint8_t reason = (uint8_t)e->reason;
        der_begin(b, DER_SEQUENCE);
        if (e->reason >= 0) {
            begin_extension(b, OID_EXT_REASON_CODE, false);
            der_put(b, DER_ENUMERATED, BYTES(&reason, 1));
            end_extension(b);
        }
        if (e->issuer != NULL) {
            begin_extension(b, OID_EXT_CERTIFICATE_ISSUER, true);
            der_begin(b, DER_SEQUENCE);
            put_general(b, &(struct general){.tag = DER_CONTEXT_CONSTRUCTED(4), .name = *e->issuer});
            der_end(b);
            end_extension(b);
        }
        der_end(b);
    }
    der_end(b);
}

static void put_flag(der_builder *b, unsigned tag, bool set) {
    if (set)
        der_put(b, (uint8_t)DER_CONTEXT(tag), BYTES("\xff", 1));
}

static void put_scope(der_builder *b, const struct crl_spec *c) {
    if (!c->scoped)
        return;
    begin_extension(b, OID_EXT_ISSUING_DISTRIBUTION_POINT, true);
    der_begin(b, DER_SEQUENCE);
    if (c->uri != NULL) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_put(b, DER_CONTEXT(6), BYTES_STR(c->uri));
        der_end(b);
        der_end(b);
    }
    put_flag(b, 1, c->users);
    put_flag(b, 2, c->authorities);
    put_reasons(b, 3, c->reasons);
    put_flag(b, 4, c->indirect);
    put_flag(b, 5, c->attributes);
    der_end(b);
    end_extension(b);
}

static void put_freshest(der_builder *b) {
    begin_extension(b, OID_EXT_FRESHEST_CRL, false);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_SEQUENCE);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_put(b, DER_CONTEXT(6), BYTES_STR("http://crl.example.org/delta"));
    der_end(b);
    der_end(b);
    der_end(b);
    der_end(b);
    end_extension(b);
}

static void put_crl_extensions(der_builder *b, const struct crl_spec *c) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, DER_SEQUENCE);
    put_key_id(b, c->aki, c->key);
    put_number(b, OID_EXT_CRL_NUMBER, false, c->number);
    if (c->base >= 0)
        put_number(b, OID_EXT_DELTA_CRL_INDICATOR, true, c->base);
    put_scope(b, c);
    if (c->freshest)
        put_freshest(b);
    if (c->unknown) {
        der_begin(b, DER_SEQUENCE);
        (void)der_put_oid_text(b, "1.3.6.1.4.1.55555.98");
        der_put(b, DER_BOOLEAN, BYTES("\xff", 1));
        der_put(b, DER_OCTET_STRING, BYTES("\x05\x00", 2));
        der_end(b);
    }
    der_end(b);
    der_end(b);
}

sign_buf mint_crl(const struct crl_spec *c) {
    AUTO(der_builder) b = {0};
    sign_buf tbs = {0};
    const struct how how = {DIGEST_NONE, false};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    key_put_algorithm(&b, c->key, how);
    put_name(&b, &c->issuer);
    der_put_time(&b, c->this_update);
    if (c->next_update != 0)
        der_put_time(&b, c->next_update);
    if (c->n_entries > 0) {
        der_begin(&b, DER_SEQUENCE);
        for (size_t i = 0; i < c->n_entries; i++)
            put_entry(&b, &c->entries[i]);
        der_end(&b);
    }
    put_crl_extensions(&b, c);
    der_end(&b);
    must(der_builder_take(&b, &tbs, NULL) == SIGN_OK, "list", "");
    return key_seal(&tbs, c->key, how, c->damaged, false);
}
