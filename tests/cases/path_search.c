/* 68 and 73: paths that must be searched for, and where they end. */
#include "path.h"

#include <openssl/x509.h>
#include <stdlib.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* Makes one row a time; the rest of the world has its root and ca already. */
static void documents(struct path_world *w, const struct path_document *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        path_document(w, &rows[i]);
    }
}

static void loops(struct path_world *w) {
    /* A and B certify one another; nobody else vouches for them. Then one of a ring of three, with a way out.
     */
    static const struct path_cert rows[] = {
        {"loop-a-seed", "loop-a-seed", .ext = CA, .subject = "CN=loop-a", .silent = true},
        {"loop-b", "loop-a-seed", .ext = CA},
        {"loop-a", "loop-b", .ext = CA, .key = "loop-a-seed"},
        {"loop-signer", "loop-a", .ext = SIGNER},
        {"ring-a-seed", "ring-a-seed", .ext = CA, .subject = "CN=ring-a", .silent = true},
        {"ring-b", "ring-a-seed", .ext = CA},
        {"ring-c", "ring-b", .ext = CA},
        {"ring-a", "ring-c", .ext = CA, .key = "ring-a-seed"},
        {"ring-out", "root", .ext = CA, .subject = "CN=ring-b", .key = "ring-b"},
        {"ring-signer", "ring-a", .ext = SIGNER},
        /* Every one of eight certifies every other one with the same key: paths without end, and none to a
           root. */
        {"mesh-0", "mesh-0", .ext = CA, .silent = true},
        {"mesh-1", "mesh-1", .ext = CA, .silent = true},
        {"mesh-2", "mesh-2", .ext = CA, .silent = true},
        {"mesh-3", "mesh-3", .ext = CA, .silent = true},
        {"mesh-4", "mesh-4", .ext = CA, .silent = true},
        {"mesh-5", "mesh-5", .ext = CA, .silent = true},
        {"mesh-signer", "mesh-0", .ext = SIGNER},
        /* An authority that is its own issuer under another key. */
        {"spiral-seed", "spiral-seed", .ext = CA, .subject = "CN=spiral", .silent = true},
        {"spiral", "spiral-seed", .ext = CA, .subject = "CN=spiral", .silent = true},
        {"spiral-signer", "spiral", .ext = SIGNER},
    };
    static const struct path_document docs[] = {
        {"loop.p7m", .signer = "loop-signer", .bag = "loop-a loop-b"},
        {"ring.p7m", .signer = "ring-signer", .bag = "ring-a ring-b ring-c"},
        {"ring-out.p7m", .signer = "ring-signer", .bag = "ring-a ring-b ring-c ring-out"},
        {"spiral.p7m", .signer = "spiral-signer", .bag = "spiral spiral-seed"},
    };
    path_certs(w, rows, COUNT(rows));
    documents(w, docs, COUNT(docs));
}

static void mesh(struct path_world *w) {
    static const char *const names[] = {"mesh-0", "mesh-1", "mesh-2", "mesh-3", "mesh-4", "mesh-5"};
    static const char *const subjects[] = {"CN=mesh-0", "CN=mesh-1", "CN=mesh-2",
                                           "CN=mesh-3", "CN=mesh-4", "CN=mesh-5"};
    STACK_OF(X509) *all = sk_X509_new_null();
    for (size_t i = 0; i < COUNT(names); i++) {
        for (size_t k = 0; k < COUNT(names); k++) {
            if (i == k) {
                continue;
            }
            const struct path_cert row = {names[i], names[k], .ext = CA, .subject = subjects[i]};
            X509 *cert = path_certify(w, &row, path_find(w, names[i])->key, 5000 + (long)(10 * i + k));
            path_must(sk_X509_push(all, cert) > 0, row.name);
        }
    }
    path_flooded(w, &(struct path_document){"mesh.p7m", "mesh-signer", .bag = ""}, all);
    sk_X509_pop_free(all, X509_free);
}

/* Issuers of the same name and key identifier, of which at most one made the signature. */
static void floods(struct path_world *w) {
#define FLOODED                                                                                              \
    "basicConstraints=critical,CA:TRUE\n" USAGE                                                              \
    "subjectKeyIdentifier=0102030405\nauthorityKeyIdentifier=keyid\n"
    static const struct path_cert rows[] = {
        {"flooded", "root", .ext = FLOODED},
        {"flooded-signer", "flooded", .ext = SIGNER},
    };
    static const struct path_cert others = {"flood-other", "root", .ext = FLOODED, .subject = "CN=flooded"};
    static const struct {
        unsigned n;
        struct path_document row;
    } carried[] = {
        {10000, {"flood-10000.p7m", "flooded-signer", .bag = "flooded"}},
        {1900, {"flood-1900.p7m", "flooded-signer", .bag = ""}},
        {200, {"flood-200.p7m", "flooded-signer", .bag = ""}},
        {200, {"flood-200-and-it.p7m", "flooded-signer", .bag = "flooded"}},
    };
    path_certs(w, rows, COUNT(rows));
    path_document(w, &(struct path_document){"flooded.p7m", .signer = "flooded-signer"});
    path_document(w, &(struct path_document){"flooded-alone.p7m", "flooded-signer", .bag = ""});
    STACK_OF(X509) *flood = path_flood(w, &others, 10000, "flood.pem");
    for (size_t i = 0; i < COUNT(carried); i++) {
        while (sk_X509_num(flood) > (int)carried[i].n) {
            X509_free(sk_X509_pop(flood));
        }
        path_flooded(w, &carried[i].row, flood);
    }
    sk_X509_pop_free(flood, X509_free);
}

void path_searches(struct path_world *w) {
    loops(w);
    mesh(w);
    floods(w);
}

void path_anchors(struct path_world *w) {
    static const struct path_cert rows[] = {
        /* The name of the root, another key; once with its key identifier, too. */
        {"twin", "twin", .ext = CA, .subject = "CN=root", .silent = true},
        {"twin-ski", "twin-ski",
         .ext = "basicConstraints=critical,CA:TRUE\n" USAGE "subjectKeyIdentifier=0a0b0c0d\n",
         .subject = "CN=named", .silent = true},
        {"named", "named",
         .ext = "basicConstraints=critical,CA:TRUE\n" USAGE "subjectKeyIdentifier=0a0b0c0d\n"},
        {"signer-of-named", "named", .ext = SIGNER},
        {"signer-self-signed", "signer-self-signed", .ext = SIGNER},
        {"signer-self-signed-ca", "signer-self-signed-ca", .ext = CA, .silent = true},
        /* It calls itself root, and brings "root" along. */
        {"signer-of-twin", "twin", .ext = SIGNER},
        {"root-expired", "root-expired", .ext = CA, .to = "20260501000000Z"},
        {"signer-root-expired", "root-expired", .ext = SIGNER},
    };
    static const struct path_document docs[] = {
        {"twin-in-bag.p7m", .signer = "signer-of-twin", .bag = "twin"},
        {"twin-and-root-in-bag.p7m", .signer = "signer-of-twin", .bag = "twin root ca"},
        {"self-signed-and-ca.p7m", .signer = "signer-self-signed", .bag = "ca root"},
        {"root-in-bag.p7m", .signer = "signer-good", .bag = "ca root"},
        {"twin-of-good-in-bag.p7m", .signer = "signer-good", .bag = "ca twin"},
    };
    path_certs(w, rows, COUNT(rows));
    documents(w, docs, COUNT(docs));
}
