/* pki/roots.c - roots whose fingerprints their authority has published. */
#include "base/text.h"
#include "pki/pki.h"
#include <sign/anchors.h>

const char *sign_root_known(const uint8_t sha256[32]) {
    static const struct {
        const char *name, *hex;
    } roots[] = {
#define ROOT(name, hex) {name, hex},
#include "pki/roots.def"
#undef ROOT
    };
    char hex[65];
    if (sha256 == NULL)
        return NULL;
    text_hex(BYTES(sha256, 32), hex);
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (strcmp(roots[i].hex, hex) == 0)
            return roots[i].name;
    return NULL;
}
