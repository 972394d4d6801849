/* world.h - the inputs of the runs: small, made once, shared by all. */
#ifndef FAULT_WORLD_H
#define FAULT_WORLD_H

#include "support/token.h"

#include <sign.h>
#include <stdbool.h>

/* What a run gives beside results of the library. */
enum {
    RUN_WRONG = 1000 /* it succeeded with something that is not right, or failed without saying so */
};

/* XML signatures of person 1 over world_xml_document; `base64` over world_document. */
struct world_xml {
    sign_buf enveloped, enveloping, base64, detached, inside;
    sign_buf altered, two;
    sign_buf draft, value; /* of an enveloped one */
};

struct world {
    sign_input anchors[1], certs[1], crls[2];
    sign_trust_options trust_options;
    sign_verify_options verify_options;
    sign_trust *trust;
    sign_key *key, *other; /* person 1, person 2 */
    sign_form *form;
    sign_report *report;
    sign_bytes value;                               /* of `draft`; inside `attached` */
    sign_buf attached, detached, two, altered, cut; /* signatures */
    sign_buf form_json, form_xml, draft;
    struct world_xml xml;
    char folder[64]; /* an empty one, for outputs */
    char keys[64];   /* key.p12 and key.pem of person 1: encrypted, with the CA's certificate */
    /* One token "Kart" with the key and certificate of person 1, a copy for each worker: SoftHSM2 writes to
     * its files at each login, and a reader beside it may find them half written. */
    struct token_box boxes[2];
    const char *module; /* SoftHSM2 */
};

/* false, with a line on stderr, when something needed could not be made. */
bool world_make(struct world *w);
void world_free(struct world *w);

/* The key files of w->keys, a folder that exists. */
bool world_keys_make(const struct world *w);
void world_keys_free(const struct world *w);

/* The tokens of w->boxes, and which of them this process uses. */
bool world_token_make(struct world *w);
void world_token_use(const struct world *w, size_t box);

/* The signatures of w->xml, after the keys. */
bool world_xml_make(struct world *w);
void world_xml_free(struct world *w);

/* The XML document, in canonical form, and how it is signed. */
sign_input world_xml_document(void);
sign_options world_xml_options(sign_shape shape);

/* The document that is signed everywhere else. */
sign_input world_document(void);
sign_options world_options(void);

#endif
