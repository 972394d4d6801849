/* ades/profile.h - the Turkish profiles as a table (BTK, Elektronik İmza Kullanım Profilleri Rehberi v1.0).
 * Private to this room. */
#ifndef ADES_PROFILE_H
#define ADES_PROFILE_H

#include "ades/ades.h"

struct ades_profile {
    const char *name, *oid; /* "P4"; of its signature policy */
    bool grace;     /* preliminary until the grace period behind the best signature time is over (6.1) */
    bool long_term; /* references and values of certificates and revocation data are mandatory */
    bool ocsp;      /* the signer's status by OCSP */
};

/* By the signature policy; NULL: none of them. */
const struct ades_profile *ades_profile_of(const struct ades_facts *f);

#endif
