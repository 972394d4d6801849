/*
 * Makes CAdES signatures for other programs to judge, through the public interface.
 *
 *   mkcades matrix DIR             every key, scheme, digest and shape, rich and parallel ones; index.tsv
 * tells them mkcades add NAME IN CONTENT|- OUT   a parallel signature of the identity NAME
 *
 * index.tsv: file, content ("-" when attached), identities of the signers (comma separated).
 */
#include "support/identity.h"

#include <sign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

struct job {
    const char *folder;
    FILE *index;
    char content[PATH_BYTES];
    bool failed;
};

static bool told(const char *what, sign_rc rc, const sign_error *err) {
    if (rc != SIGN_OK) {
        fprintf(stderr, "mkcades: %s: %s: %s\n", what, sign_rc_name(rc), err->text);
    }
    return rc == SIGN_OK;
}

static sign_key *open_key(const char *name) {
    sign_key *key = NULL;
    sign_error err = {0};
    return told(name, identity_open(SIGN_TEST_PKI, name, &key, &err), &err) ? key : NULL;
}

static void path_of(const struct job *j, const char *name, char out[PATH_BYTES]) {
    snprintf(out, PATH_BYTES, "%s/%s", j->folder, name);
}

static void listed(struct job *j, const char *name, sign_shape shape, const char *signers) {
    fprintf(j->index, "%s\t%s\t%s\n", name, shape == SIGN_DETACHED ? "content" : "-", signers);
}

static void create(struct job *j, const sign_key *key, const char *signer, const sign_options *opt,
                   const char *name) {
    char path[PATH_BYTES];
    sign_error err = {0};
    path_of(j, name, path);
    sign_input in = {.path = j->content};
    sign_output out = {.path = path, .overwrite = 1};
    if (told(name, sign_create(key, &in, opt, &out, &err), &err)) {
        listed(j, name, opt->shape, signer);
    } else {
        j->failed = true;
    }
}

static void all_digests(struct job *j, const sign_key *key, const char *signer, int pss) {
    static const char *const digests[] = {"sha256", "sha384", "sha512"};
    for (int d = SIGN_SHA256; d <= SIGN_SHA512; d++) {
        for (int shape = SIGN_ATTACHED; shape <= SIGN_DETACHED; shape++) {
            char name[160];
            snprintf(name, sizeof name, "%s-%s-%s-%s", signer, pss ? "pss" : "plain", digests[d],
                     shape == SIGN_ATTACHED ? "attached.p7m" : "detached.p7s");
            sign_options opt = {
                .size = sizeof opt, .digest = (sign_digest)d, .shape = (sign_shape)shape, .pss = pss};
            create(j, key, signer, &opt, name);
        }
    }
}

static void rich(struct job *j, const sign_key *key, const char *signer, int roles_v1, const char *name) {
    static const uint8_t hash[32] = {0xff, 0x39, 0xbd};
    static const char *const roles[] = {"Genel Müdür", "Yönetim Kurulu Üyesi"};
    static const char *const lines[] = {"Atatürk Bulvarı 1", "06100 Çankaya"};
    sign_options opt = {
        .size = sizeof opt,
        .mime_type = "text/plain",
        .content_hint = "Başvuru",
        .commitment = "1.2.840.113549.1.9.16.6.5",
        .roles = roles,
        .n_roles = 2,
        .roles_v1 = roles_v1,
        .place_country = "TR",
        .place_locality = "Ankara",
        .place_lines = lines,
        .n_place_lines = 2,
        .policy_oid = "2.16.792.1.61.0.1.5070.3.1.1",
        .policy_digest = SIGN_SHA256,
        .policy_hash = {hash, sizeof hash},
        .policy_uri = "http://www.example.org/politika.pdf",
        .policy_notice = "Politika özeti",
    };
    create(j, key, signer, &opt, name);
}

static bool add(const char *signer, const char *from, const char *content, const char *to,
                const sign_options *opt) {
    sign_key *key = open_key(signer);
    if (!key) {
        return false;
    }
    sign_error err = {0};
    sign_input what = {.path = from}, in = {.path = content};
    sign_output out = {.path = to, .overwrite = 1};
    bool good = told(to, sign_add(key, &what, content ? &in : NULL, opt, &out, &err), &err);
    sign_key_free(&key);
    return good;
}

/* Three signers one after another, of different keys and digests. */
static void parallel(struct job *j, sign_shape shape) {
    const char *end = shape == SIGN_ATTACHED ? "attached.p7m" : "detached.p7s";
    const char *content = shape == SIGN_DETACHED ? j->content : NULL;
    char one[160], two[160], three[160], from[PATH_BYTES], to[PATH_BYTES], last[PATH_BYTES];
    snprintf(one, sizeof one, "nes-p256-plain-sha256-%s", end);
    snprintf(two, sizeof two, "two-%s", end);
    snprintf(three, sizeof three, "three-%s", end);
    path_of(j, one, from);
    path_of(j, two, to);
    path_of(j, three, last);
    sign_options second = {.size = sizeof second, .digest = SIGN_SHA384, .pss = 1};
    sign_options third = {.size = sizeof third, .digest = SIGN_SHA512};
    if (add("nes-rsa3072", from, content, to, &second) && add("nes-person2", to, content, last, &third)) {
        listed(j, two, shape, "nes-p256,nes-rsa3072");
        listed(j, three, shape, "nes-p256,nes-rsa3072,nes-person2");
    } else {
        j->failed = true;
    }
}

static void one_key(struct job *j, const char *signer, bool rsa) {
    sign_key *key = open_key(signer);
    if (!key) {
        j->failed = true;
        return;
    }
    char name[160];
    all_digests(j, key, signer, 0);
    if (rsa) {
        all_digests(j, key, signer, 1);
    }
    snprintf(name, sizeof name, "%s-rich.p7m", signer);
    rich(j, key, signer, 0, name);
    snprintf(name, sizeof name, "%s-rich-v1.p7m", signer);
    rich(j, key, signer, 1, name);
    sign_key_free(&key);
}

/* A key that may sign with PSS and SHA-256 only. */
static void pss_only(struct job *j) {
    sign_key *key = open_key("nes-pss");
    if (!key) {
        j->failed = true;
        return;
    }
    sign_options opt = {.size = sizeof opt};
    create(j, key, "nes-pss", &opt, "nes-pss-attached.p7m");
    opt.shape = SIGN_DETACHED;
    create(j, key, "nes-pss", &opt, "nes-pss-detached.p7s");
    sign_key_free(&key);
}

static bool content_make(struct job *j) {
    path_of(j, "content", j->content);
    FILE *f = fopen(j->content, "wb");
    if (!f) {
        return false;
    }
    /* More than one window of the streaming code, and octets that text modes would change. */
    for (unsigned i = 0; i < 1100000; i++) {
        fputc(i % 97 == 0 ? '\n' : (int)((i * 7 + i / 251) & 0xff), f);
    }
    return fclose(f) == 0;
}

static int matrix(const char *folder) {
    static const struct {
        const char *name;
        bool rsa;
    } keys[] = {{"nes-rsa2048", true},
                {"nes-rsa3072", true},
                {"nes-p256", false},
                {"nes-p384", false},
                {"nes-p521", false}};
    char path[PATH_BYTES];
    struct job j = {.folder = folder};
    path_of(&j, "index.tsv", path);
    j.index = fopen(path, "w");
    if (!j.index || !content_make(&j)) {
        perror(path);
        return 1;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        one_key(&j, keys[i].name, keys[i].rsa);
    }
    pss_only(&j);
    parallel(&j, SIGN_ATTACHED);
    parallel(&j, SIGN_DETACHED);
    return fclose(j.index) != 0 || j.failed;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "matrix") == 0) {
        return matrix(argv[2]);
    }
    if (argc == 6 && strcmp(argv[1], "add") == 0) {
        sign_options opt = {.size = sizeof opt};
        return add(argv[2], argv[3], strcmp(argv[4], "-") == 0 ? NULL : argv[4], argv[5], &opt) ? 0 : 1;
    }
    fprintf(stderr, "usage: mkcades matrix DIR | mkcades add NAME IN CONTENT|- OUT\n");
    return 64;
}
