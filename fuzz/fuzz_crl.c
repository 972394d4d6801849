/*
 * A revocation list of any octets: read or refused. What the index says of every serial number is what a walk
 * through the list says, for every issuer that an indirect list speaks of; which certificates it covers is
 * told from its own bytes.
 */
#include "pki/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

struct entry {
    sign_bytes serial, issuer; /* the issuer's name, raw */
    struct crl_entry facts;
};

/* The entry as RFC 5280, 5.1.2.6 has it; certificateIssuer stays in force until another one comes. */
static void read_entry(struct der_cursor *list, struct entry *e) {
    struct der_cursor in, extensions;
    struct pki_extension x;
    struct der_tlv t;
    e->facts.reason = -1;
    must(der_enter(list, DER_SEQUENCE, &in) && der_integer(&in, &e->serial) &&
         der_time(&in, &e->facts.revoked_at));
    if (!der_optional_enter(&in, DER_SEQUENCE, &extensions))
        return;
    while (pki_extension_next(&extensions, &x)) {
        struct der_cursor v = pki_extension_value(&extensions, &x), names;
        if (oid_is(x.oid, OID_EXT_REASON_CODE) && der_take(&v, DER_ENUMERATED, &t))
            e->facts.reason = t.value.data[0];
        if (!oid_is(x.oid, OID_EXT_CERTIFICATE_ISSUER) || !der_enter(&v, DER_SEQUENCE, &names))
            continue;
        while (der_more(&names) && der_any(&names, &t))
            if (t.tag == DER_CONTEXT_CONSTRUCTED(4))
                e->issuer = t.value;
    }
}

/* The first entry about this certificate, or the first that is for good. */
static bool walk(const struct pki_crl *crl, const struct entry *wanted, struct crl_entry *out) {
    struct der_parse parse = {0};
    struct der_cursor list = der_open(&parse, crl->entries, false);
    struct entry e = {.issuer = crl->issuer};
    bool found = false;
    while (der_more(&list)) {
        read_entry(&list, &e);
        if (!bytes_equal(e.serial, wanted->serial) || !pki_name_equal(e.issuer, wanted->issuer) ||
            (found && (pki_crl_entry_final(out) || !pki_crl_entry_final(&e.facts))))
            continue;
        found = true;
        *out = e.facts;
    }
    return found;
}

static void same_answers(const struct pki_crl *crl, const struct entry *e) {
    struct crl_entry indexed = {0}, walked = {0};
    AUTO(grow) key = {0};
    must(pki_name_key(e->issuer, &key));
    bool found = pki_crl_find_for(crl, BYTES(key.data, key.len), e->serial, &indexed);
    must(found == walk(crl, e, &walked));
    must(!found || (indexed.revoked_at == walked.revoked_at && indexed.reason == walked.reason));
}

/* Each entry, the same serial number of the list's own issuer, and one that may not be there. */
static void find_all(const struct pki_crl *crl) {
    struct der_parse parse = {0};
    struct der_cursor list = der_open(&parse, crl->entries, false);
    struct entry e = {.issuer = crl->issuer};
    size_t n = 0;
    while (der_more(&list)) {
        read_entry(&list, &e);
        if (n++ >= 64)
            continue; /* each is looked for by a walk through all */
        struct entry own = {.serial = e.serial, .issuer = crl->issuer};
        struct entry cut = {.serial = BYTES(e.serial.data, e.serial.len - 1), .issuer = e.issuer};
        same_answers(crl, &e);
        same_answers(crl, &own);
        same_answers(crl, &cut);
    }
    must(n == crl->count);
}

/* A certificate of which only its issuer and its distribution points matter: the list's own bytes serve as
 * some. */
static void cover(const struct pki_crl *crl, sign_bytes points) {
    struct pki_cert cert = {.crl_points = points, .issuer = crl->issuer};
    sign_bytes names[4];
    for (int ca = 0; ca < 2; ca++) {
        cert.is_ca = ca == 1;
        must((pki_crl_covers(crl, &cert) & ~(unsigned)REASONS_ALL) == 0);
    }
    must(crl->scope.len > 0 || pki_crl_covers(crl, &cert) == REASONS_ALL);
    must(pki_crl_issuer_names(&cert, names, 4) <= 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(pki_crl_ptr) crl = NULL;
    if (pki_crl_read(BYTES(data, size), NULL, &crl, NULL) != SIGN_OK)
        return 0;
    must(!crl->delta || crl->base_number.len > 0);
    cover(crl, (sign_bytes){0});
    cover(crl, crl->freshest);
    cover(crl, crl->scope);
    if (!crl->critical) /* else a certificateIssuer may be one that is not understood */
        find_all(crl);
    return 0;
}
