/* A revocation list of any octets: read or refused; every entry that was read is found again by its serial
 * number. */
#include "pki/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static void find_all(const struct pki_crl *crl) {
    struct der_parse parse = {0};
    struct der_cursor list = der_open(&parse, crl->entries, false), entry;
    size_t n = 0;
    while (der_more(&list)) {
        sign_bytes serial = {0};
        struct crl_entry found;
        bool read = der_enter(&list, DER_SEQUENCE, &entry) && der_integer(&entry, &serial);
        must(read && pki_crl_find(crl, serial, &found));
        n++;
    }
    must(n == crl->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(pki_crl_ptr) crl = NULL;
    if (pki_crl_read(BYTES(data, size), NULL, &crl, NULL) != SIGN_OK)
        return 0;
    /* A certificate of which only the distribution points matter: the list's own entries serve as some. */
    struct pki_cert cert = {.crl_points = crl->scope};
    (void)pki_crl_covers(crl, &cert);
    cert.is_ca = true;
    (void)pki_crl_covers(crl, &cert);
    find_all(crl);
    return 0;
}
