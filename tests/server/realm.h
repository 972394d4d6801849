/*
 * server/realm.h - the authorities behind the test server, and the certificates that they have issued.
 *
 * Authorities sign with RSA keys of the generated identities, so that the same question about the same realm
 * has the same answer octet by octet (RFC 8017, 8.2); whoever stands for a fault has a key of its own.
 * Addresses in certificates begin with the base of this run, since a port is known only then. Nobody recovers
 * from a realm that cannot be made: the process ends with a message.
 */
#ifndef SERVER_REALM_H
#define SERVER_REALM_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

enum authority {
    AUTHORITY_ROOT,   /* the anchor */
    AUTHORITY_CA,     /* issued by it; AIA, CRL and OCSP of the root's below the base */
    AUTHORITY_OTHER,  /* a root that nobody believes */
    AUTHORITY_TWIN,   /* self-signed, the name of CA */
    AUTHORITY_LOOP_A, /* issued by LOOP_B, which is issued by LOOP_A; each says where the other is */
    AUTHORITY_LOOP_B,
    AUTHORITY_SPIRAL, /* its issuer has its own name but not its key, and its AIA is its own address */
    AUTHORITY_COUNT
};

/* Who signs answers; RESPONDER and STAMP are right, every other one is wrong in one thing or unusual in one.
 */
enum staff {
    STAFF_RESPONDER,
    STAFF_RESPONDER_NO_EKU,
    STAFF_RESPONDER_EXPIRED,
    STAFF_RESPONDER_FOREIGN, /* issued by OTHER */
    STAFF_RESPONDER_CHECKED, /* no nocheck, a CRL distribution point */
    STAFF_RESPONDER_REVOKED, /* likewise, and on that CRL */
    STAFF_LISTS,             /* signs indirect lists */
    STAFF_STAMP,
    STAFF_STAMP_NO_EKU,
    STAFF_STAMP_NOT_ALONE,
    STAFF_STAMP_NOT_CRITICAL,
    STAFF_STAMP_EXPIRED,
    STAFF_STAMP_FOREIGN,
    STAFF_STAMP_REVOKED,
    STAFF_COUNT
};

enum state {
    STATE_GOOD,
    STATE_REVOKED,   /* keyCompromise */
    STATE_SUSPENDED, /* certificateHold */
    STATE_RESUMED,   /* held in the complete list, removeFromCRL in the delta (RFC 5280, 5.3.1) */
    STATE_LATE,      /* revoked in the delta only */
    STATE_UNISSUED   /* the authority does not know that serial number */
};

struct identity {
    X509 *cert;
    EVP_PKEY *key;
};

/* A certificate about to be issued. Paths are below the base unless they hold "://"; several are separated by
 * spaces; NULL is none. */
struct wish {
    const char *name; /* common name, and the name of its files */
    enum authority issuer;
    enum state state;
    const char *ocsp, *crl, *aia, *freshest;
    bool indirect; /* the distribution point names STAFF_LISTS as its cRLIssuer */
    bool nocheck;  /* id-pkix-ocsp-nocheck, which is a responder's alone (RFC 6960, 4.2.2.2.1) */
};

struct issued {
    struct identity id;
    enum authority issuer;
    enum state state;
    int64_t when; /* of the revocation */
    char name[64];
};

struct realm;

/* pki: the folder of the generated identities. base: "http://127.0.0.1:4711", copied. now: seconds since
 * 1970. */
struct realm *realm_open(const char *pki, const char *base, int64_t now);
void realm_close(struct realm *realm);

/* The certificate and key belong to the realm. Safe while the realm answers in other threads. */
const struct identity *realm_issue(struct realm *realm, const struct wish *wish);
/* From now on an issued certificate, or the one of an authority, is in this state since `when`. */
void realm_change(struct realm *realm, const X509 *cert, enum state state, int64_t when);
void realm_set_now(struct realm *realm, int64_t now);
/* Whoever was issued under that name, an authority or one of the staff too; NULL: nobody. */
const struct identity *realm_named(struct realm *realm, const char *name);

int64_t realm_now(const struct realm *realm);
const char *realm_base(const struct realm *realm);
const struct identity *realm_authority(const struct realm *realm, enum authority who);
const struct identity *realm_staff(const struct realm *realm, enum staff who);

/* Writes root.pem, ca.pem, the keys and certificates of everything issued (NAME.pem, NAME.key.pem) into a
 * folder. */
void realm_write(const struct realm *realm, const char *dir);

/* For the responders, who hold the lock while they read. */
void realm_lock(struct realm *realm);
void realm_unlock(struct realm *realm);
const char *authority_name(enum authority who);
/* The issued certificates and authorities of an issuer: fn for each. */
void realm_each(const struct realm *realm, enum authority issuer,
                void (*fn)(void *user, const struct issued *), void *user);
const struct issued *realm_find(const struct realm *realm, enum authority issuer, const ASN1_INTEGER *serial);

/* Ends the process when something cannot be made, saying what. */
void must(bool ok, const char *what);

#endif
