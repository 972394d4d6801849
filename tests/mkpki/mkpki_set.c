/* The identities of the table: made, written, and listed for tests to read. */
#include "mkpki.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define AUTHORITY   "Mavi Kalem Test"
#define CHAIN_LIMIT 4

struct identity *pki_find(const struct pki *pki, const char *name) {
    for (size_t i = 0; i < pki->count; i++)
        if (strcmp(pki->ids[i].row->name, name) == 0)
            return &pki->ids[i];
    die("no identity", name);
}

static bool self_signed(const struct row *row) {
    return strcmp(row->name, row->issuer) == 0;
}

static X509_NAME *subject_of(const struct pki *pki, const struct row *row) {
    if (row->shape->subject == SUBJECT_AUTHORITY)
        return name_new(AUTHORITY, NULL, row->title);
    if (row->shape->subject == SUBJECT_ORG) {
        const struct org *org = &pki->people.org[row->who - 1];
        return name_new(org->title, org->vkn, org->title);
    }
    const struct person *person = &pki->people.person[row->who - 1];
    return name_new(NULL, person->tckn, person->name);
}

static void identity_make(const struct pki *pki, struct identity *id) {
    const struct row *row = id->row;
    bool self = self_signed(row);
    const struct identity *issuer = self ? id : pki_find(pki, row->issuer);
    struct issue issue = {.shape = row->shape, .from = row->from, .to = row->to, .issuer_name = row->issuer};
    issue.scheme = issuer->row->issues;
    id->key = key_make(row->key, pki->seed, row->name);
    issue.key = id->key;
    issue.issuer_cert = self ? NULL : issuer->cert;
    issue.issuer_key = issuer->key;
    issue.subject = subject_of(pki, row);
    rng_start(pki->seed, "certificate", row->name);
    id->cert = cert_make(&issue);
    X509_NAME_free(issue.subject);
}

/* The issuers between an end entity and its root, nearest first; the root itself is for the trust store to
 * know. */
static size_t chain_of(const struct pki *pki, const struct identity *id, X509 *chain[CHAIN_LIMIT]) {
    size_t count = 0;
    const struct identity *up = pki_find(pki, id->row->issuer);
    while (!self_signed(up->row) && count < CHAIN_LIMIT) {
        chain[count++] = up->cert;
        up = pki_find(pki, up->row->issuer);
    }
    return count;
}

static const char *file_name(char out[96], const char *name, const char *end) {
    int len = snprintf(out, 96, "%s%s", name, end);
    must(len > 0 && len < 96, "file name", name);
    return out;
}

static void identity_write(const struct pki *pki, const struct identity *id) {
    char file[96];
    X509 *chain[CHAIN_LIMIT];
    const char *name = id->row->name;
    out_key_pem(pki->dir, file_name(file, name, ".key.pem"), id->key, NULL);
    out_cert_pem(pki->dir, file_name(file, name, ".pem"), &id->cert, 1);
    out_cert_der(pki->dir, file_name(file, name, ".der"), id->cert);
    rng_start(pki->seed, "container", name);
    if (id->row->shape->signer)
        out_p12(pki->dir, file_name(file, name, ".p12"), name, id->key, id->cert, chain,
                chain_of(pki, id, chain));
    if (strcmp(name, "nes-p256") == 0 || strcmp(name, "nes-rsa2048") == 0)
        out_key_pem(pki->dir, file_name(file, name, ".enc.pem"), id->key, PKI_PASSWORD);
}

static void shared_write(const struct pki *pki) {
    out_cert_pem(pki->dir, "chain-ec.pem", &pki_find(pki, "ca-ec")->cert, 1);
    out_cert_pem(pki->dir, "chain-rsa.pem", &pki_find(pki, "ca-rsa")->cert, 1);
    out_cert_pem(pki->dir, "trust/root-ec.pem", &pki_find(pki, "root-ec")->cert, 1);
    out_cert_pem(pki->dir, "trust/root-rsa.pem", &pki_find(pki, "root-rsa")->cert, 1);
}

static void put_who(BIO *bio, const struct pki *pki, const struct row *row) {
    const char *common = row->title;
    if (row->shape->subject == SUBJECT_PERSON) {
        common = pki->people.person[row->who - 1].name;
        BIO_printf(bio, "\"person\": %d, \"tckn\": \"%s\", ", row->who,
                   pki->people.person[row->who - 1].tckn);
    }
    if (row->shape->subject == SUBJECT_ORG) {
        common = pki->people.org[row->who - 1].title;
        BIO_printf(bio, "\"org\": %d, \"vkn\": \"%s\", ", row->who, pki->people.org[row->who - 1].vkn);
    }
    BIO_printf(bio, "\"cn\": \"%s\", ", common);
}

static void put_identity(BIO *bio, const struct pki *pki, const struct identity *id) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(id->cert), NULL);
    char *hex = BN_bn2hex(serial);
    must(hex != NULL && X509_digest(id->cert, EVP_sha256(), digest, &len) == 1, "digest", id->row->name);
    BIO_printf(bio, "  {\"name\": \"%s\", \"issuer\": \"%s\", ", id->row->name, id->row->issuer);
    put_who(bio, pki, id->row);
    BIO_printf(bio, "\"notBefore\": \"%s\", \"notAfter\": \"%s\", \"serial\": \"%s\", \"sha256\": \"",
               id->row->from, id->row->to, hex);
    for (unsigned i = 0; i < len; i++)
        BIO_printf(bio, "%02x", digest[i]);
    BIO_printf(bio, "\"}");
    OPENSSL_free(hex);
    BN_free(serial);
}

static void json_write(const struct pki *pki) {
    BIO *bio = BIO_new(BIO_s_mem());
    must(bio != NULL, "memory", "");
    BIO_printf(bio, "[\n");
    for (size_t i = 0; i < pki->count; i++) {
        put_identity(bio, pki, &pki->ids[i]);
        BIO_printf(bio, i + 1 < pki->count ? ",\n" : "\n");
    }
    BIO_printf(bio, "]\n");
    out_bio(pki->dir, "identities.json", 0644, bio);
}

/* Names hold letters and spaces only, so single quotes are enough for the shell. */
static void env_write(const struct pki *pki) {
    BIO *bio = BIO_new(BIO_s_mem());
    must(bio != NULL, "memory", "");
    BIO_printf(bio, "PKI_PASSWORD='%s'\n", PKI_PASSWORD);
    for (int i = 0; i < PKI_PERSONS; i++) {
        const struct person *person = &pki->people.person[i];
        BIO_printf(bio, "TCKN_PERSON%d='%s'\nAD_PERSON%d='%s'\nSOYAD_PERSON%d='%s'\nCN_PERSON%d='%s'\n",
                   i + 1, person->tckn, i + 1, person->given, i + 1, person->family, i + 1, person->name);
    }
    for (int i = 0; i < PKI_ORGS; i++)
        BIO_printf(bio, "VKN_ORG%d='%s'\nUNVAN_ORG%d='%s'\n", i + 1, pki->people.org[i].vkn, i + 1,
                   pki->people.org[i].title);
    out_bio(pki->dir, "identities.env", 0644, bio);
}

void pki_write(uint64_t seed, const char *dir) {
    struct pki pki = {.dir = dir, .seed = seed};
    size_t count = 0;
    const struct row *rows = table_rows(&count);
    out_dir(dir, "");
    out_dir(dir, "trust");
    out_dir(dir, "crls");
    people_make(&pki.people, seed);
    pki.ids = calloc(count, sizeof *pki.ids);
    must(pki.ids != NULL, "memory", "");
    /* count grows with the rows made, so that an issuer below what it issues is not found. */
    for (pki.count = 0; pki.count < count; pki.count++) {
        pki.ids[pki.count].row = &rows[pki.count];
        identity_make(&pki, &pki.ids[pki.count]);
    }
    for (size_t i = 0; i < count; i++)
        identity_write(&pki, &pki.ids[i]);
    shared_write(&pki);
    crls_write(&pki);
    json_write(&pki);
    env_write(&pki);
    for (size_t i = 0; i < count; i++) {
        EVP_PKEY_free(pki.ids[i].key);
        X509_free(pki.ids[i].cert);
    }
    free(pki.ids);
}
