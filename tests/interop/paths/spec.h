/*
 * What a generated chain is to look like, before it is minted: the differential test of certificate paths
 * writes sound chains down as such specifications, lets rows of rows.def change them, and mints what came
 * out.
 */
#ifndef PATHS_SPEC_H
#define PATHS_SPEC_H

#include "pki/pki.h"

enum {
    CERTS_MAX = 12, /* the chain, one that is put into it, and those beside it */
    CRLS_MAX = 16,
    RDNS_MAX = 4,
    LIST_MAX = 4,
    KEYS_EC = 8,       /* keys 0..7 are P-256 */
    KEY_OF_NOBODY = 8, /* as is this one */
    KEY_OF_P384,       /* then one of each other kind */
    KEY_OF_RSA,
    KEY_OF_OTHER_RSA,
    KEYS
};

/* The time of all questions. */
#define AT   INT64_C(1750000000)
#define DAY  INT64_C(86400)
#define YEAR (INT64_C(365) * DAY)

struct rdn {
    enum oid type;
    uint8_t tag;
    const char *text; /* UTF-8, static */
};

/* How the text of a name is written down. */
enum style {
    STYLE_PLAIN = 0,
    STYLE_UPPER,     /* ASCII letters in upper case */
    STYLE_SPACES,    /* more white space than needed */
    STYLE_PRINTABLE, /* another string type ... */
    STYLE_BMP,
    STYLE_UNIVERSAL,
    STYLE_T61
};

struct name {
    struct rdn rdn[RDNS_MAX];
    size_t n;
    enum style style;
};

/* A GeneralName: text of IA5 names, octets in hexadecimal of addresses and registeredID, a Name when tag is
 * [4]. */
struct general {
    uint8_t tag;
    const char *text;
    struct name name;
};

struct subtree {
    bool excluded, bounded;
    struct general base;
};

struct point {
    const char *uri;           /* NULL: no distributionPoint */
    const struct name *issuer; /* cRLIssuer; NULL: none */
    unsigned reasons;          /* the two octets of ReasonFlags; 0: absent */
};

enum id_mode { ID_RIGHT = 0, ID_NONE, ID_WRONG, ID_SERIAL, ID_SERIAL_WRONG };

/* Which signature is made with the key: of EC keys ECDSA, of RSA keys PKCS#1 unless pss. */
struct how {
    enum crypto_digest digest; /* DIGEST_NONE: SHA-256 */
    bool pss;
};

struct cert_spec {
    struct name subject, issuer;
    int key, signed_with;
    struct how how;
    int64_t from, to;
    int version; /* 1 or 3 */
    int serial;  /* may be negative */
    bool damaged, algorithms_differ;
    int ca;       /* -1: no basicConstraints; 0: of no authority; 1: of one */
    int path_len; /* -1: none */
    unsigned usage;
    bool usage_twice;
    enum id_mode ski, aki;
    int policies[LIST_MAX]; /* 0: anyPolicy; n: 1.3.6.1.4.1.55555.n */
    size_t n_policies;
    int map[2][2];
    size_t n_map;
    int require_explicit, inhibit_map, inhibit_any; /* -1: none */
    struct subtree trees[LIST_MAX];
    size_t n_trees;
    struct general alt[LIST_MAX];
    size_t n_alt;
    struct point points[2];
    size_t n_points;
    int unknown; /* an extension that nobody knows: 0 none, 1 not critical, 2 critical */
    int eku;     /* 0 none, 1 not critical, 2 critical: of a TLS server */
    bool absent; /* known to nobody who judges */
};

struct entry_spec {
    int serial, reason; /* reason -1: none */
    int64_t at;
    const struct name *issuer; /* certificateIssuer; NULL: none */
};

struct crl_spec {
    struct name issuer;
    int key;
    int64_t this_update, next_update; /* next 0: none */
    int number, base;                 /* base -1: complete */
    struct entry_spec entries[LIST_MAX];
    size_t n_entries;
    bool scoped, users, authorities, attributes, indirect;
    const char *uri; /* of the scope */
    unsigned reasons;
    bool unknown, damaged, absent;
    bool freshest; /* freshestCRL: a delta is announced */
    enum id_mode aki;
};

/* One question: certs[0] under certs[len - 1], which is believed; crls[i] tells about certs[i]. */
struct world {
    struct cert_spec certs[CERTS_MAX];
    size_t len, n;
    struct crl_spec crls[CRLS_MAX];
    size_t n_crls;
    int initial[2];
    size_t n_initial;
    bool explicit_policy, no_mapping, no_any;
    struct name names[3]; /* for rows that need others; stay where they are */
};

/* What it became. views[0] is the certificate asked about, views[1] the anchor. */
struct minted {
    uint32_t id;
    sign_buf certs[CERTS_MAX], crls[CRLS_MAX];
    size_t n, n_crls;
    int initial[2];
    size_t n_initial;
    bool explicit_policy, no_mapping, no_any;
};

/* Random numbers of a chain: the same for the same seed and number of the chain. */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *d);
size_t dice_below(struct dice *d, size_t n);
bool dice_chance(struct dice *d, unsigned percent);

/* keys.c: made once from the seed. */
void keys_make(uint64_t seed);
void keys_free(void);
/* The random numbers that signatures take from now on are those of this chain. */
void keys_chain(uint64_t seed, uint32_t id);
bool key_is_rsa(int key);
void key_put_spki(der_builder *b, int key);
void key_id(int key, uint8_t out[20]);
/* Closes SEQUENCE { tbs, algorithm, signature }. */
sign_buf key_seal(sign_buf *tbs, int key, struct how how, bool damaged, bool algorithms_differ);
void key_put_algorithm(der_builder *b, int key, struct how how);

/* mint.c, extensions.c, crls.c */
void put_name(der_builder *b, const struct name *n);
void put_integer(der_builder *b, uint8_t tag, int value);
void put_general(der_builder *b, const struct general *g);
void begin_extension(der_builder *b, enum oid id, bool critical);
void end_extension(der_builder *b);
void put_reasons(der_builder *b, unsigned tag, unsigned reasons);
void put_key_id(der_builder *b, enum id_mode mode, int key);
void put_extensions(der_builder *b, const struct world *w, const struct cert_spec *c);
sign_buf mint_crl(const struct crl_spec *c);
void mint(const struct world *w, struct dice *d, struct minted *out);
void minted_free(struct minted *m);
/* Contents of the OID of this policy. */
sign_bytes policy_oid(int policy, uint8_t room[16]);

/* base.c: a sound chain. */
void world_begin(struct world *w, struct dice *d);
void name_set(struct name *n, const char *common_name);

/* Ends the process: a generator has nobody to tell. */
void must(bool ok, const char *what, const char *name);

#endif
