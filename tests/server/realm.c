/* Issues everything that the test server speaks about. */
#include "server/realm.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY        INT64_C(86400)
#define YEAR       (365 * DAY)
#define MAX_ISSUED 4096
#define USAGE_CA   "critical,keyCertSign,cRLSign"
#define BASIC_CA   "critical,CA:TRUE"

struct realm {
    char *pki, *base;
    int64_t now;
    pthread_mutex_t lock;
    struct identity authorities[AUTHORITY_COUNT];
    const struct identity *staff[STAFF_COUNT];
    struct issued *issued[MAX_ISSUED];
    size_t n;
};

/* What a certificate holds; extension values in OpenSSL's configuration notation, NULL for none. */
struct draft {
    const char *subject, *issuer;
    EVP_PKEY *key, *issuer_key;
    X509 *issuer_cert; /* NULL: no authorityKeyIdentifier */
    int64_t from, to;
    const char *basic, *usage, *extended;
    const char *ocsp, *crl, *aia, *freshest;
    X509_NAME *crl_issuer;
    bool nocheck;
};

void must(bool ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "test server: cannot make: %s\n", what);
        ERR_print_errors_fp(stderr);
        exit(70);
    }
}

static X509_NAME *name_of(const char *common) {
    X509_NAME *name = X509_NAME_new();
    must(name != NULL &&
             X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"TR", -1, -1, 0) ==
                 1 &&
             X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1,
                                        0) == 1,
         common);
    return name;
}

static void add(X509 *cert, X509V3_CTX *ctx, int nid, const char *value) {
    if (value == NULL) {
        return;
    }
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
    must(extension != NULL && X509_add_ext(cert, extension, -1) == 1, value);
    X509_EXTENSION_free(extension);
}

static GENERAL_NAME *uri_of(const char *base, const char *path, size_t len) {
    char text[1024];
    const char *scheme = strstr(path, "://");
    bool whole = scheme != NULL && scheme < path + len;
    int n = snprintf(text, sizeof text, "%s%.*s", whole ? "" : base, (int)len, path);
    must(n > 0 && (size_t)n < sizeof text, path);
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *uri = ASN1_IA5STRING_new();
    must(name != NULL && uri != NULL && ASN1_STRING_set(uri, text, n) == 1, path);
    GENERAL_NAME_set0_value(name, GEN_URI, uri);
    return name;
}

static size_t word(const char *text) {
    return strcspn(text, " ");
}

static const char *next_word(const char *text) {
    text += word(text);
    return text + strspn(text, " ");
}

/* RFC 5280, 4.2.1.13: one DistributionPoint an address, the freshest list likewise (4.2.1.15). */
static void add_points(X509 *cert, const char *base, int nid, const char *paths, X509_NAME *crl_issuer) {
    if (paths == NULL) {
        return;
    }
    STACK_OF(DIST_POINT) *points = sk_DIST_POINT_new_null();
    must(points != NULL, paths);
    for (const char *at = paths; *at != '\0'; at = next_word(at)) {
        DIST_POINT *point = DIST_POINT_new();
        must(point != NULL && (point->distpoint = DIST_POINT_NAME_new()) != NULL, paths);
        point->distpoint->type = 0; /* fullName */
        point->distpoint->name.fullname = GENERAL_NAMES_new();
        must(sk_GENERAL_NAME_push(point->distpoint->name.fullname, uri_of(base, at, word(at))) == 1, paths);
        if (crl_issuer != NULL) {
            GENERAL_NAME *who = GENERAL_NAME_new();
            point->CRLissuer = GENERAL_NAMES_new();
            must(who != NULL && sk_GENERAL_NAME_push(point->CRLissuer, who) == 1, paths);
            GENERAL_NAME_set0_value(who, GEN_DIRNAME, X509_NAME_dup(crl_issuer));
        }
        must(sk_DIST_POINT_push(points, point) > 0, paths);
    }
    must(X509_add1_ext_i2d(cert, nid, points, 0, X509V3_ADD_DEFAULT) == 1, paths);
    sk_DIST_POINT_pop_free(points, DIST_POINT_free);
}

static void add_accesses(AUTHORITY_INFO_ACCESS *info, const char *base, int method, const char *paths) {
    for (const char *at = paths != NULL ? paths : ""; *at != '\0'; at = next_word(at)) {
        ACCESS_DESCRIPTION *access = ACCESS_DESCRIPTION_new();
        must(access != NULL && sk_ACCESS_DESCRIPTION_push(info, access) > 0, paths);
        ASN1_OBJECT_free(access->method);
        GENERAL_NAME_free(access->location);
        access->method = OBJ_nid2obj(method);
        access->location = uri_of(base, at, word(at));
    }
}

static void add_info(X509 *cert, const char *base, const struct draft *d) {
    AUTHORITY_INFO_ACCESS *info = AUTHORITY_INFO_ACCESS_new();
    must(info != NULL, d->subject);
    add_accesses(info, base, NID_ad_ca_issuers, d->aia);
    add_accesses(info, base, NID_ad_OCSP, d->ocsp);
    must(sk_ACCESS_DESCRIPTION_num(info) == 0 ||
             X509_add1_ext_i2d(cert, NID_info_access, info, 0, X509V3_ADD_DEFAULT) == 1,
         d->subject);
    AUTHORITY_INFO_ACCESS_free(info);
}

static X509 *issue(const char *base, uint64_t serial, const struct draft *d) {
    X509 *cert = X509_new();
    X509_NAME *subject = name_of(d->subject), *issuer = name_of(d->issuer);
    X509V3_CTX ctx;
    must(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
             ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial) == 1 &&
             X509_set_subject_name(cert, subject) == 1 && X509_set_issuer_name(cert, issuer) == 1 &&
             ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)d->from) != NULL &&
             ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)d->to) != NULL &&
             X509_set_pubkey(cert, d->key) == 1,
         d->subject);
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, d->issuer_cert, cert, NULL, NULL, 0);
    add(cert, &ctx, NID_basic_constraints, d->basic);
    add(cert, &ctx, NID_subject_key_identifier, "hash");
    add(cert, &ctx, NID_authority_key_identifier, d->issuer_cert != NULL ? "keyid:always" : NULL);
    add(cert, &ctx, NID_key_usage, d->usage);
    add(cert, &ctx, NID_ext_key_usage, d->extended);
    add(cert, &ctx, NID_id_pkix_OCSP_noCheck, d->nocheck ? "NULL" : NULL);
    add_points(cert, base, NID_crl_distribution_points, d->crl, d->crl_issuer);
    add_points(cert, base, NID_freshest_crl, d->freshest, NULL);
    add_info(cert, base, d);
    must(X509_sign(cert, d->issuer_key, EVP_sha256()) > 0, d->subject);
    X509_NAME_free(subject);
    X509_NAME_free(issuer);
    return cert;
}

/* ---- what has been issued -------------------------------------------------------------------------------
 */

static struct issued *record(struct realm *r, const char *name, enum authority issuer, X509 *cert,
                             EVP_PKEY *key, enum state state) {
    struct issued *one = calloc(1, sizeof *one);
    must(one != NULL && r->n < MAX_ISSUED, "one more certificate");
    one->id = (struct identity){cert, key};
    one->issuer = issuer;
    one->state = state;
    one->when = r->now - 30 * DAY;
    snprintf(one->name, sizeof one->name, "%s", name);
    r->issued[r->n++] = one;
    return one;
}

static uint64_t serial_next(const struct realm *r) {
    return UINT64_C(0x4D4B000000000001) + r->n;
}

static EVP_PKEY *key_of(const struct realm *r, const char *name) {
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/%s.key.pem", r->pki, name);
    must(len > 0 && (size_t)len < sizeof path, name);
    FILE *f = fopen(path, "r");
    must(f != NULL, path);
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    fclose(f);
    must(key != NULL, path);
    return key;
}

struct authority_row {
    const char *name; /* in addresses */
    const char *common, *issuer;
    enum authority signer;
    const char *key; /* whose, among the generated identities */
    const char *crl, *ocsp, *aia;
};

#define NAME_CA "Mavi Kalem Ağ Testi Hizmet Sağlayıcısı"

static const struct authority_row authorities[AUTHORITY_COUNT] = {
    [AUTHORITY_ROOT] = {"root", "Mavi Kalem Ağ Testi Kök", "Mavi Kalem Ağ Testi Kök", AUTHORITY_ROOT,
                        "root-rsa", NULL, NULL, NULL},
    [AUTHORITY_CA] = {"ca", NAME_CA, "Mavi Kalem Ağ Testi Kök", AUTHORITY_ROOT, "ca-rsa", "/crl/root", NULL,
                      "/aia/root"},
    [AUTHORITY_OTHER] = {"other", "Ağ Testi Yabancı Kök", "Ağ Testi Yabancı Kök", AUTHORITY_OTHER,
                         "nes-rsa2048", NULL, NULL, NULL},
    [AUTHORITY_TWIN] = {"twin", NAME_CA, NAME_CA, AUTHORITY_TWIN, "nes-rsa3072", NULL, NULL, NULL},
    [AUTHORITY_LOOP_A] = {"loop-a", "Ağ Testi Döngü A", "Ağ Testi Döngü B", AUTHORITY_LOOP_B, "encryption",
                          "/crl/loop-b", NULL, "/aia/loop-b"},
    [AUTHORITY_LOOP_B] = {"loop-b", "Ağ Testi Döngü B", "Ağ Testi Döngü A", AUTHORITY_LOOP_A, "malimuhur",
                          "/crl/loop-a", NULL, "/aia/loop-a"},
    [AUTHORITY_SPIRAL] = {"spiral", "Ağ Testi Sarmal", "Ağ Testi Sarmal", AUTHORITY_OTHER, "tsa-rsa",
                          "/crl/spiral", NULL, "/aia/spiral"},
};

const char *authority_name(enum authority who) {
    return authorities[who].name;
}

/* The keys stand first: two of the authorities issue each other. */
static void open_authorities(struct realm *r) {
    for (size_t i = 0; i < AUTHORITY_COUNT; i++) {
        r->authorities[i].key = key_of(r, authorities[i].key);
    }
    for (size_t i = 0; i < AUTHORITY_COUNT; i++) {
        const struct authority_row *row = &authorities[i];
        struct draft d = {.subject = row->common,
                          .issuer = row->issuer,
                          .key = r->authorities[i].key,
                          .issuer_key = r->authorities[row->signer].key,
                          .issuer_cert = row->signer < i ? r->authorities[row->signer].cert : NULL,
                          .from = r->now - 2 * YEAR,
                          .to = r->now + 8 * YEAR,
                          .basic = BASIC_CA,
                          .usage = USAGE_CA,
                          .crl = row->crl,
                          .ocsp = row->ocsp,
                          .aia = row->aia};
        r->authorities[i].cert = issue(r->base, serial_next(r), &d);
        record(r, row->name, row->signer, r->authorities[i].cert, r->authorities[i].key, STATE_GOOD);
    }
}

/* ---- staff ----------------------------------------------------------------------------------------------
 */

struct staff_row {
    const char *name;
    const char *key; /* NULL: one of its own */
    enum authority issuer;
    const char *usage, *extended;
    bool nocheck, expired;
    enum state state;
};

#define SIGNS    "critical,digitalSignature"
#define STAMPING "critical,timeStamping"

static const struct staff_row staff[STAFF_COUNT] = {
    [STAFF_RESPONDER] = {"ocsp", "ocsp-rsa", AUTHORITY_CA, SIGNS, "OCSPSigning", true, false, STATE_GOOD},
    [STAFF_RESPONDER_NO_EKU] = {"ocsp-no-eku", NULL, AUTHORITY_CA, SIGNS, NULL, true, false, STATE_GOOD},
    [STAFF_RESPONDER_EXPIRED] = {"ocsp-expired", NULL, AUTHORITY_CA, SIGNS, "OCSPSigning", true, true,
                                 STATE_GOOD},
    [STAFF_RESPONDER_FOREIGN] = {"ocsp-foreign", NULL, AUTHORITY_OTHER, SIGNS, "OCSPSigning", true, false,
                                 STATE_GOOD},
    [STAFF_RESPONDER_CHECKED] = {"ocsp-checked", NULL, AUTHORITY_CA, SIGNS, "OCSPSigning", false, false,
                                 STATE_GOOD},
    [STAFF_RESPONDER_REVOKED] = {"ocsp-revoked", NULL, AUTHORITY_CA, SIGNS, "OCSPSigning", false, false,
                                 STATE_REVOKED},
    [STAFF_LISTS] = {"lists", NULL, AUTHORITY_CA, "critical,cRLSign", NULL, false, false, STATE_GOOD},
    [STAFF_STAMP] = {"tsa", "tsa-rsa", AUTHORITY_CA, SIGNS, STAMPING, false, false, STATE_GOOD},
    [STAFF_STAMP_NO_EKU] = {"tsa-no-eku", NULL, AUTHORITY_CA, SIGNS, NULL, false, false, STATE_GOOD},
    [STAFF_STAMP_NOT_ALONE] = {"tsa-not-alone", NULL, AUTHORITY_CA, SIGNS, STAMPING ",clientAuth", false,
                               false, STATE_GOOD},
    [STAFF_STAMP_NOT_CRITICAL] = {"tsa-not-critical", NULL, AUTHORITY_CA, SIGNS, "timeStamping", false, false,
                                  STATE_GOOD},
    [STAFF_STAMP_EXPIRED] = {"tsa-expired", NULL, AUTHORITY_CA, SIGNS, STAMPING, false, true, STATE_GOOD},
    [STAFF_STAMP_FOREIGN] = {"tsa-foreign", NULL, AUTHORITY_OTHER, SIGNS, STAMPING, false, false, STATE_GOOD},
    [STAFF_STAMP_REVOKED] = {"tsa-revoked", NULL, AUTHORITY_CA, SIGNS, STAMPING, false, false, STATE_REVOKED},
};

static void open_staff(struct realm *r) {
    for (size_t i = 0; i < STAFF_COUNT; i++) {
        const struct staff_row *row = &staff[i];
        const struct identity *issuer = &r->authorities[row->issuer];
        EVP_PKEY *key = row->key != NULL ? key_of(r, row->key) : EVP_EC_gen("P-256");
        must(key != NULL, row->name);
        struct draft d = {.subject = row->name,
                          .issuer = authorities[row->issuer].common,
                          .key = key,
                          .issuer_key = issuer->key,
                          .issuer_cert = issuer->cert,
                          .from = r->now - YEAR,
                          .to = row->expired ? r->now - 30 * DAY : r->now + 2 * YEAR,
                          .basic = "critical,CA:FALSE",
                          .usage = row->usage,
                          .extended = row->extended,
                          .crl = row->nocheck ? NULL : "/crl/ca",
                          .aia = "/aia/ca",
                          .nocheck = row->nocheck};
        X509 *cert = issue(r->base, serial_next(r), &d);
        r->staff[i] = &record(r, row->name, row->issuer, cert, key, row->state)->id;
    }
}

/* ---- the realm ------------------------------------------------------------------------------------------
 */

struct realm *realm_open(const char *pki, const char *base, int64_t now) {
    struct realm *r = calloc(1, sizeof *r);
    must(r != NULL && (r->pki = strdup(pki)) != NULL && (r->base = strdup(base)) != NULL, "a realm");
    r->now = now;
    must(pthread_mutex_init(&r->lock, NULL) == 0, "a lock");
    open_authorities(r);
    open_staff(r);
    return r;
}

void realm_close(struct realm *r) {
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->n; i++) {
        X509_free(r->issued[i]->id.cert);
        EVP_PKEY_free(r->issued[i]->id.key);
        free(r->issued[i]);
    }
    pthread_mutex_destroy(&r->lock);
    free(r->pki);
    free(r->base);
    free(r);
}

const struct identity *realm_issue(struct realm *r, const struct wish *w) {
    realm_lock(r);
    const struct identity *issuer = &r->authorities[w->issuer];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    must(key != NULL, w->name);
    struct draft d = {.subject = w->name,
                      .issuer = authorities[w->issuer].common,
                      .key = key,
                      .issuer_key = issuer->key,
                      .issuer_cert = issuer->cert,
                      .from = r->now - YEAR,
                      .to = r->now + YEAR,
                      .basic = "critical,CA:FALSE",
                      .usage = "critical,digitalSignature,nonRepudiation",
                      .ocsp = w->ocsp,
                      .crl = w->crl,
                      .aia = w->aia,
                      .freshest = w->freshest,
                      .nocheck = w->nocheck,
                      .crl_issuer = w->indirect ? X509_get_subject_name(r->staff[STAFF_LISTS]->cert) : NULL};
    X509 *cert = issue(r->base, serial_next(r), &d);
    const struct issued *one = record(r, w->name, w->issuer, cert, key, w->state);
    realm_unlock(r);
    return &one->id;
}

void realm_change(struct realm *r, const X509 *cert, enum state state, int64_t when) {
    bool found = false;
    realm_lock(r);
    for (size_t i = 0; i < r->n; i++) {
        if (X509_cmp(r->issued[i]->id.cert, cert) == 0) {
            r->issued[i]->state = state;
            r->issued[i]->when = when;
            found = true;
        }
    }
    realm_unlock(r);
    must(found, "a change of what was never issued");
}

void realm_set_now(struct realm *r, int64_t now) {
    realm_lock(r);
    r->now = now;
    realm_unlock(r);
}

const struct identity *realm_named(struct realm *r, const char *name) {
    const struct identity *found = NULL;
    realm_lock(r);
    for (size_t i = 0; i < r->n; i++) {
        found = strcmp(r->issued[i]->name, name) == 0 ? &r->issued[i]->id : found;
    }
    realm_unlock(r);
    return found;
}

int64_t realm_now(const struct realm *r) {
    return r->now;
}

const char *realm_base(const struct realm *r) {
    return r->base;
}

const struct identity *realm_authority(const struct realm *r, enum authority who) {
    return &r->authorities[who];
}

const struct identity *realm_staff(const struct realm *r, enum staff who) {
    return r->staff[who];
}

void realm_lock(struct realm *r) {
    must(pthread_mutex_lock(&r->lock) == 0, "a lock");
}

void realm_unlock(struct realm *r) {
    must(pthread_mutex_unlock(&r->lock) == 0, "a lock");
}

void realm_each(const struct realm *r, enum authority issuer, void (*fn)(void *user, const struct issued *),
                void *user) {
    for (size_t i = 0; i < r->n; i++) {
        if (r->issued[i]->issuer == issuer && r->issued[i]->state != STATE_UNISSUED) {
            fn(user, r->issued[i]);
        }
    }
}

const struct issued *realm_find(const struct realm *r, enum authority issuer, const ASN1_INTEGER *serial) {
    for (size_t i = 0; i < r->n; i++) {
        const struct issued *one = r->issued[i];
        if (one->issuer == issuer && one->state != STATE_UNISSUED &&
            ASN1_INTEGER_cmp(X509_get0_serialNumber(one->id.cert), serial) == 0) {
            return one;
        }
    }
    return NULL;
}

/* ---- to files -------------------------------------------------------------------------------------------
 */

static FILE *file_of(const char *dir, const char *name, const char *end) {
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/%s%s", dir, name, end);
    must(len > 0 && (size_t)len < sizeof path, name);
    FILE *f = fopen(path, "w");
    must(f != NULL, path);
    return f;
}

void realm_write(const struct realm *r, const char *dir) {
    for (size_t i = 0; i < r->n; i++) {
        const struct issued *one = r->issued[i];
        FILE *f = file_of(dir, one->name, ".pem");
        must(PEM_write_X509(f, one->id.cert) == 1 && fclose(f) == 0, one->name);
        f = file_of(dir, one->name, ".der");
        must(i2d_X509_fp(f, one->id.cert) == 1 && fclose(f) == 0, one->name);
        f = file_of(dir, one->name, ".key.pem");
        must(PEM_write_PKCS8PrivateKey(f, one->id.key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(f) == 0,
             one->name);
    }
}
