/* support/token.h - a SoftHSM2 token of a test's own, in a temporary directory that goes with it. */
#ifndef SUPPORT_TOKEN_H
#define SUPPORT_TOKEN_H

#include <stdbool.h>

#define TOKEN_PIN "123456"

struct token_box {
    char dir[64];
};

/*
 * Makes the directory and points SOFTHSM2_CONF of this process to it, KALEM_PKCS11_MODULE to SoftHSM2.
 * Before any PKCS#11 module is loaded. false when the directory cannot be made.
 */
bool token_box_open(struct token_box *box);
/* Adds a token with objects, "nes-p256=01 nes-rsa2048=02:key" as tests/support/token.sh reads them. */
bool token_box_add(const struct token_box *box, const char *label, const char *objects);
/* Removes the directory. */
void token_box_close(struct token_box *box);
/* Where SoftHSM2 is on this system; NULL when it is not installed. */
const char *token_softhsm(void);

#endif
