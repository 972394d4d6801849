/* How strict a verification is: each policy one row. */
#include "ades/ades.h"

/*
 * Key sizes: TS 119 312 and the communiqué on electronic signatures (Tebliğ, article 6) name RSA 2048, curves
 * of 256 bits and DSA 3072 as the smallest that may still sign; a larger minimum would refuse the
 * certificates in use.
 */
static const struct ades_policy policies[] = {
    {.name = "default",
     .require_nonrepudiation = true,
     .require_signing_certificate = true,
     .rsa_bits_min = 2048,
     .ec_bits_min = 256,
     .dsa_bits_min = 3072},
    {.name = "strict",
     .require_nonrepudiation = true,
     .require_signing_certificate = true,
     .issuer_serial_fatal = true,
     .coverage_fatal = true,
     .reference_digest_fatal = true,
     .rsa_bits_min = 2048,
     .ec_bits_min = 256,
     .dsa_bits_min = 3072},
};

const struct ades_policy *ades_policy_find(const char *name) {
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        if (strcmp(name, policies[i].name) == 0)
            return &policies[i];
    }
    return NULL;
}
