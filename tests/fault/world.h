/* world.h - the inputs of the runs: small, made once, shared by all. */
#ifndef FAULT_WORLD_H
#define FAULT_WORLD_H

#include "support/token.h"

#include <sign.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The time of the runs over signatures with time, when only a second archive time-stamp still proves them. */
#define WORLD_LATE INT64_C(2001369600)
#define WORLD_SOON INT64_C(1756857600) /* half a year after they were made */

/* Vectors of testdata/stamps. */
struct world_judge {
    sign_trust *trust;
    sign_policy *policy;     /* a file of its user's own */
    sign_report *report;     /* of cms, detailed */
    sign_buf cms, xml;       /* archived twice */
    sign_buf wrong;          /* the time-stamp is of something else */
    sign_buf token, content; /* a token by itself, and what it is of */
};

/* What the first of the runs told, before anything failed. */
struct world_told {
    bool known;
    uint64_t hash;
};

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

/* Validation time of the runs, and what every clock says. */
#define WORLD_NOW INT64_C(1767596400)

/* Whom one believes after asking. `door` answers in-process. */
struct world_net {
    struct realm *realm;
    struct world_door *door;
    sign_trust *trust;        /* has fetched all about ali */
    sign_trust *files;        /* given the same as files */
    sign_buf ali, late, root; /* certificates */
    sign_buf signature;       /* of ali over world_document */
    pid_t server;             /* a process that answers at `base` until `until` is closed */
    int until;
    char base[64], list_url[80];
    sign_buf list, carried; /* what is at list_url; a cache with it, exported */
    char folder[64];        /* empty.db and full.db, caches without and with the list */
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
    struct world_net net;
    struct world_judge judge;
    struct world_told *told; /* NULL: nothing is compared */
    char folder[64];         /* an empty one, for outputs */
    char keys[64];           /* key.p12 and key.pem of person 1: encrypted, with the CA's certificate */
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

/* w->net, after everything else. */
bool world_net_make(struct world *w);
void world_net_free(struct world *w);
/* A trust that knows the root alone and asks; and one that has been given all by files. */
sign_rc world_trust_online(const struct world *w, sign_trust **out, sign_error *err);
sign_rc world_trust_files(const struct world *w, sign_trust **out, sign_error *err);
/* A door that may reach the server. */
sign_rc world_net_new(const struct world *w, const char *cache, sign_net **out, sign_error *err);
int64_t world_clock(void);
int64_t world_net_clock(void *user);
void world_cache_path(const struct world *w, const char *name, char path[100]);
void world_cache_remove(const char *path);

/* w->judge and w->told, after all of the others. */
bool world_judge_make(struct world *w);
void world_judge_free(struct world *w);
sign_input world_policy_text(void);

/* A result that counts as success is the same to the last octet as that of the first run since the reset. */
void world_told_reset(const struct world *w);
bool world_told_same(const struct world *w, sign_bytes text);
/* Likewise all that a report says, with what only its detailed forms tell. */
bool world_told_alike(const struct world *w, const sign_report *report);

/* The XML document, in canonical form, and how it is signed. */
sign_input world_xml_document(void);
sign_options world_xml_options(sign_shape shape);

/* The document that is signed everywhere else. */
sign_input world_document(void);
sign_options world_options(void);

#endif
