/* A certificate of any octets: read or refused; what was read can be described, compared and asked for its
 * key. */
#include "pki/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static void describe(struct pki_cert *cert) {
    AUTO(grow) text = {0};
    AUTO(grow) key = {0};
    const struct crypto_pubkey *pub;
    char short_name[64];
    (void)pki_name_text(cert->subject, &text);
    (void)pki_name_attribute(cert->issuer, OID_DN_COMMON_NAME, &text);
    pki_serial_hex(cert->serial, &text);
    pki_name_short(cert->subject, short_name, sizeof short_name);
    (void)pki_cert_kind(cert);
    (void)pki_cert_key(cert, &pub, NULL);
    /* A name that can be read equals itself, however it is compared. */
    if (pki_name_key(cert->subject, &key))
        must(pki_name_equal(cert->subject, cert->subject));
    /* Every fact is a view into the certificate's own copy. */
    must(cert->tbs.data >= cert->der.data &&
         cert->tbs.data + cert->tbs.len <= cert->der.data + cert->der.len);
}

/* The certificate above itself: its policies, mappings and constraints against its own names, whatever they
 * are. */
static void judge(struct pki_cert *cert) {
    struct pki_cert *const chain[] = {cert, cert, cert};
    static const struct pki_policy_inputs inputs[] = {
        {0}, {.explicit_policy = true}, {.no_any_policy = true}};
    sign_bytes set[4];
    struct pki_names_result names = {0};
    size_t effort = 1000;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct pki_policy_result policies = {.set = set, .max = 4};
        must(pki_policies_check(chain, 3, &inputs[i], &policies, NULL) == SIGN_OK);
        must(policies.why == MSG_NONE || policies.who < 3);
    }
    must(pki_names_check(chain, 3, &effort, &names, NULL) == SIGN_OK);
    must(names.why == MSG_NONE || (names.who < names.by && names.by < 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(crypto_ptr) crypto = NULL;
    AUTO(pki_cert_ptr) cert = NULL;
    const sign_input in = {.name = "fuzz", .data = BYTES(data, size)};
    sign_certs *certs = NULL;
    if (crypto_new(&crypto, NULL) != SIGN_OK)
        return 0;
    sign_rc rc = pki_cert_read(crypto, BYTES(data, size), &cert, NULL);
    if (rc == SIGN_OK)
        describe(cert);
    if (rc == SIGN_OK)
        judge(cert);
    /* The public reader takes at least what the inner one takes (and PEM besides). */
    sign_rc public_rc = size > 0 ? sign_certs_read(&in, &certs, NULL) : SIGN_E_FORMAT;
    must(rc != SIGN_OK || public_rc == SIGN_OK);
    sign_certs_free(&certs);
    return 0;
}
