#include "support/token.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *token_softhsm(void) {
    static const char *const places[] = {"/usr/lib/softhsm/libsofthsm2.so",
                                         "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                                         "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], R_OK) == 0)
            return places[i];
    return NULL;
}

bool token_box_open(struct token_box *box) {
    snprintf(box->dir, sizeof box->dir, "/tmp/kalem-token-XXXXXX");
    const char *module = token_softhsm();
    if (!module || !mkdtemp(box->dir))
        return false;
    char conf[128];
    snprintf(conf, sizeof conf, "%s/softhsm2.conf", box->dir);
    FILE *out = fopen(conf, "w");
    if (!out)
        return false;
    fprintf(out, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", box->dir);
    if (fclose(out) != 0)
        return false;
    return setenv("SOFTHSM2_CONF", conf, 1) == 0 && setenv("KALEM_PKCS11_MODULE", module, 1) == 0;
}

bool token_box_add(const struct token_box *box, const char *label, const char *objects) {
    char command[1024];
    /* The tools of SoftHSM2 are programs of their own: a sanitizer preloaded here has no business in them. */
    int n = snprintf(command, sizeof command,
                     "env -u LD_PRELOAD sh '%s/tests/support/token.sh' '%s' '%s' '%s' %s", SIGN_TEST_SOURCE,
                     box->dir, label, SIGN_TEST_PKI, objects);
    return n > 0 && (size_t)n < sizeof command && system(command) == 0;
}

void token_box_close(struct token_box *box) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", box->dir);
    if (system(command) != 0)
        fprintf(stderr, "cannot remove %s\n", box->dir);
}
