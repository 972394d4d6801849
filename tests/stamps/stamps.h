/*
 * stamps.h - makes signatures with time: T, C, X, XL, A and LTA, CAdES and XAdES, good ones and wrong ones.
 *
 * Nothing here reads a signature with libsign's codecs, else a wrong recipe would agree with itself: CMS is
 * put together from its pieces by the DER builder, XML is text whose canonical form libxml2 computes, keys
 * and tokens are OpenSSL's. Imprints follow EN 319 122-1 and RFC 5126 (CAdES), EN 319 132-1 and TS 101 903
 * (XAdES).
 *
 * A vector is a row with a program: steps parted by ';', each a verb and words KEY=VALUE (steps.c says
 * which). Times are "YYYYMMDDHHMMSSZ". Nobody recovers from a vector that cannot be made: the program ends.
 */
#ifndef STAMPS_STAMPS_H
#define STAMPS_STAMPS_H

#include "cases/path.h"

#include "der/builder.h"

#include <libxml/tree.h>

enum { ST_WORDS = 16, ST_PIECES = 48, ST_NAMES = 24 };

/* One step of a program. */
struct st_step {
    const char *verb;
    char *words[ST_WORDS];
    size_t n;
};

struct st {
    struct path_world w;
    sign_bytes content; /* what is signed */
};

/* ---- base.c: texts, digests, and the pieces of the world; all of them belong to the arena of the world --
 */
void st_open(struct st *s, const char *folder);
arena *st_arena(struct st *s);
sign_bytes st_take(struct st *s, der_builder *b); /* what was built; b is empty afterwards */
sign_bytes st_join(struct st *s, const sign_bytes *parts, size_t n);
char *st_text(struct st *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *st_base64(struct st *s, sign_bytes b);
sign_bytes st_digest(struct st *s, const char *name, sign_bytes b); /* name: "sha256" */
/* The value of a key; `fallback` when the step has no such word. */
const char *st_opt(const struct st_step *step, const char *key, const char *fallback);
bool st_is(const struct st_step *step, const char *key, const char *value);
/* The parts of `list` between commas; "-" and NULL have none. */
size_t st_split(struct st *s, const char *list, char *out[ST_NAMES]);
sign_bytes st_cert(struct st *s, const char *name); /* of the world, DER */
sign_bytes st_name(struct st *s, const char *name, bool issuer);
/* A list or response by its file; of a response its BasicOCSPResponse when `basic`. */
sign_bytes st_file(struct st *s, const char *file, bool basic);
bool st_is_crl(const char *file);
/* Octets signed with the key of `who`; ECDSA as in DER, or r||s (RFC 9231, 2.3.6) when `raw`. */
sign_bytes st_sign(struct st *s, const char *who, const char *digest, sign_bytes what, bool raw);
sign_bytes st_flip(struct st *s, sign_bytes b); /* the last bit of a copy */
void st_write(struct st *s, const char *file, sign_bytes b);
sign_bytes st_der_of_crl_number(struct st *s, sign_bytes crl, char text[64]);

/* What references say about a piece of revocation data. */
struct st_revocation {
    bool crl;
    sign_bytes whole, basic; /* a response: OCSPResponse and BasicOCSPResponse */
    sign_bytes issuer;       /* Name; of a response by key its KeyHash */
    bool by_key;
    char time[32]; /* thisUpdate or producedAt */
    char number[64];
};
void st_revocation(struct st *s, const char *file, struct st_revocation *out);
char *st_name_text(struct st *s, sign_bytes name); /* RFC 4514 */
char *st_serial_text(struct st *s, const char *cert);
/* "20250301100500Z" as "2025-03-01T10:05:00Z". */
char *st_xml_time(struct st *s, const char *time);

/* ---- message.c: SignedData by its pieces (RFC 5652, 5) ---------------------------------------------------
 */
struct st_pieces {
    sign_bytes of[ST_PIECES];
    size_t n;
};
void st_add(struct st_pieces *p, sign_bytes one);

struct st_cms {
    const char *type;   /* eContentType, dotted */
    sign_bytes content; /* octets of eContent, or outside */
    bool detached;
    struct st_pieces certs;       /* Certificate */
    struct st_pieces crls;        /* RevocationInfoChoice */
    sign_bytes version, sid;      /* members of the SignerInfo, each whole */
    sign_bytes digest_alg, attrs; /* attrs: [0] */
    sign_bytes sig_alg, value;    /* value: contents of the OCTET STRING */
    struct st_pieces unsigned_;   /* Attribute, in the order of the file */
    struct st_pieces others;      /* SignerInfos that are finished */
};

struct st_signing {
    const char *signer, *key; /* key NULL: the signer's own */
    const char *digest;
    const char *time; /* signing-time; NULL: none */
    const char *ess;  /* "v2", "v1", "none"; "wrong", "v1-wrong": a bit of the hash; "other", "v1-other": of
                         the  root */
    const char *type; /* NULL: no content-type (RFC 5652, 11.4) */
    sign_bytes content;
    sign_bytes more; /* further signed attributes */
    bool spoiled;    /* a bit of the value */
};
/* Members of the SignerInfo and the signer's certificate. */
void st_cms_sign(struct st *s, const struct st_signing *how, struct st_cms *out);
sign_bytes st_signer_info(struct st *s, const struct st_cms *m);
sign_bytes st_cms_write(struct st *s, const struct st_cms *m);
/* Attribute with one value. */
sign_bytes st_attribute(struct st *s, const char *type, sign_bytes value);
/* RevocationInfoChoice of a list, or of a response (RFC 5940, 3). */
sign_bytes st_choice(struct st *s, const char *file);
void st_put_algorithm(der_builder *b, const char *digest);
void st_put_cert_hash(struct st *s, der_builder *b, sign_bytes cert, const char *how);

/* ---- token.c: RFC 3161 ----------------------------------------------------------------------------------
 */
/*
 * A TimeStampToken of `what`. Words of the step: at, tsa (of the world), digest, value (the digest that the
 * imprint's value is by, when not that one), accuracy (seconds), millis, ordering, nonce, tsapolicy, ess (as
 * above), imprint=wrong|other|signature (of another one by the same signer), spoil, key, certs (beside the
 * TSA's own), nocerts, revs (lists and responses). `more` is a further unsigned attribute of the token, may
 * be empty.
 */
sign_bytes st_token(struct st *s, const struct st_step *step, sign_bytes what, sign_bytes more);
/* The imprint of a token, for those that come from outside; false: it is no token. */
bool st_token_read(sign_bytes token, char digest[16], uint8_t imprint[64], size_t *n, char time[32]);

/* ---- cades_imprint.c: what each time-stamp of a SignerInfo is of ----------------------------------------
 */
enum st_ats2 { ATS2_TAGGED, ATS2_BARE }; /* unsignedAttrs with its [1] and length, or without */
sign_bytes st_cades_esc(struct st *s, const struct st_cms *m, bool refs_only);
sign_bytes st_cades_archive_v2(struct st *s, const struct st_cms *m, enum st_ats2 how);
/* version: 1, 2 or 3 of the index; fault: NULL, "extra" or "missing". */
sign_bytes st_hash_index(struct st *s, const struct st_cms *m, int version, const char *digest,
                         const char *fault);
sign_bytes st_cades_archive_v3(struct st *s, const struct st_cms *m, const char *digest, sign_bytes index);

/* ---- xml_imprint.c ----------------------------------------------------------------------------------------
 */
#define ST_DS   "http://www.w3.org/2000/09/xmldsig#"
#define ST_X132 "http://uri.etsi.org/01903/v1.3.2#"
#define ST_X141 "http://uri.etsi.org/01903/v1.4.1#"
#define ST_INC  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define ST_EXC  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ST_C11  "http://www.w3.org/2006/12/xml-c14n11"

bool st_xml_is(const xmlNode *n, const char *space, const char *name);
const xmlNode *st_xml_child(const xmlNode *n, const char *space, const char *name);
xmlNode *st_xml_next(xmlNode *n, const xmlNode *top); /* in document order, within `top` */
char *st_xml_attribute(struct st *s, const xmlNode *n, const char *name);
/* The canonical form of a subtree; `without` NULL, or a subtree to leave out. */
sign_bytes st_canonical(struct st *s, const xmlNode *top, const xmlNode *without, const char *method,
                        const char *prefixes);
/*
 * The octets that the digest of a Reference is of (property NULL), or those that a time-stamp with that
 * CanonicalizationMethod is of. *good false: a transform or a URI that is not known here.
 */
sign_bytes st_xml_reference(struct st *s, const xmlNode *reference, const char *property, bool *good);
/* What the time-stamp property `stamp` is of: by its name, namespace and place. */
sign_bytes st_xml_imprint(struct st *s, const xmlNode *stamp, bool *good);

/* ---- the two makers ---------------------------------------------------------------------------------------
 */
void st_cades(struct st *s, const char *file, const char *program);
void st_xades(struct st *s, const char *file, const char *program);
size_t st_steps(struct st *s, const char *program, struct st_step *out, size_t most);

/* Unsigned parts of a signature policy (RFC 5126, 5.8.1), shared by both. */
struct st_policy {
    const char *oid, *uri;
    sign_bytes digest;
    bool notice;
};
/* False: the step names none. */
bool st_policy(struct st *s, const struct st_step *step, struct st_policy *out);

/* ---- world.c, rows ----------------------------------------------------------------------------------------
 */
void st_world(struct st *s);
void st_rows_levels(struct st *s);
void st_rows_faults(struct st *s);
void st_rows_suite(struct st *s);
void st_rows_moments(struct st *s);
void st_rows_hostile(struct st *s);
void st_rows_two(struct st *s);

/* One program in the formats that it is for. */
/* NAME.p7m, NAME.xml, with the content outside NAME.p7s and NAME.xades; a token of the content alone:
 * NAME.tst.
 */
enum {
    ST_CADES = 1,
    ST_XADES = 2,
    ST_BOTH = 3,
    ST_CADES_OUT = 4,
    ST_XADES_OUT = 8,
    ST_OUT = 12,
    ST_TOKEN = 16
};
struct st_row {
    const char *name;
    int formats;
    const char *program;
};
void st_make(struct st *s, const struct st_row *rows, size_t n);

#endif
