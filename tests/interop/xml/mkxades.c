/*
 * Makes XAdES signatures for other programs to judge, through the public interface.
 *
 *   mkxades matrix DIR          every key, scheme, digest, shape, canonical form and option, parallel ones
 * too; index.tsv tells them mkxades add NAME IN OUT     a parallel signature of the identity NAME
 *
 * index.tsv: file, content ("-" unless detached), identities of the signers (comma separated), "pss" or
 * "plain".
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
    bool failed;
};

static bool told(const char *what, sign_rc rc, const sign_error *err) {
    if (rc != SIGN_OK)
        fprintf(stderr, "mkxades: %s: %s: %s\n", what, sign_rc_name(rc), err->text);
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

/* ---- the documents ---------------------------------------------------------------------------------- */

static const char document[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!-- belgenin önünde -->\n"
    "<b:belge xmlns:b=\"urn:example:belge\" xmlns:x=\"urn:example:x\" xml:lang=\"tr\" x:no='7'>\r\n"
    "  <b:ad Id=\"ad\">Ay&#351;e &amp; İsmail &lt;3</b:ad>\n"
    "  <adres xmlns=\"urn:example:adres\" z=\"1\" a=\"&quot;&#10;\"><!-- içinde -->Atatürk Bulvarı<![CDATA[ "
    "<1> ]]></adres>\n"
    "  <bos/><?islem veri?>\n"
    "</b:belge>\n";

static bool write_file(const struct job *j, const char *name, const void *data, size_t n) {
    char path[PATH_BYTES];
    path_of(j, name, path);
    FILE *f = fopen(path, "wb");
    return f && fwrite(data, 1, n, f) == n && fclose(f) == 0;
}

static bool documents_make(const struct job *j) {
    static unsigned char octets[70000];
    for (unsigned i = 0; i < sizeof octets; i++)
        octets[i] = (unsigned char)(i * 7 + i / 251);
    return write_file(j, "belge.xml", document, strlen(document)) &&
           write_file(j, "veri 1.bin", octets, sizeof octets);
}

/* ---- signatures ------------------------------------------------------------------------------------- */

static const char *shape_name(sign_shape shape) {
    static const char *const names[] = {"attached", "detached", "enveloped", "enveloping", "internal"};
    return names[shape];
}

static void listed(struct job *j, const char *name, bool detached, const char *signers, bool pss) {
    fprintf(j->index, "%s\t%s\t%s\t%s\n", name, detached ? "veri 1.bin" : "-", signers,
            pss ? "pss" : "plain");
}

static void create(struct job *j, const sign_key *key, const char *signer, sign_options *opt,
                   const char *in_name, const char *name) {
    char path[PATH_BYTES], from[PATH_BYTES];
    sign_error err = {0};
    opt->size = sizeof *opt;
    opt->format = SIGN_XADES;
    path_of(j, name, path);
    path_of(j, in_name, from);
    sign_input in = {.path = from};
    sign_output out = {.path = path, .overwrite = 1};
    if (told(name, sign_create(key, &in, opt, &out, &err), &err))
        listed(j, name, opt->shape == SIGN_DETACHED, signer, opt->pss);
    else
        j->failed = true;
}

static const char *content_of(sign_shape shape) {
    return shape == SIGN_DETACHED ? "veri 1.bin" : "belge.xml";
}

/* Every digest and, with an RSA key, both schemes. */
static void algorithms(struct job *j, const sign_key *key, const char *signer, bool rsa) {
    static const char *const digests[] = {"sha256", "sha384", "sha512"};
    for (int d = SIGN_SHA256; d <= SIGN_SHA512; d++)
        for (int pss = 0; pss <= (rsa ? 1 : 0); pss++) {
            char name[160];
            snprintf(name, sizeof name, "%s-%s-%s.xml", signer, pss ? "pss" : "plain", digests[d]);
            sign_options opt = {.digest = (sign_digest)d, .pss = pss};
            create(j, key, signer, &opt, "belge.xml", name);
        }
}

/* Every shape with every canonical form. */
static void shapes(struct job *j, const sign_key *key, const char *signer) {
    static const char *const forms[] = {"exc", "inc", "c14n11"};
    for (int shape = SIGN_DETACHED; shape <= SIGN_INTERNALLY_DETACHED; shape++)
        for (int form = SIGN_C14N_EXCLUSIVE; form <= SIGN_C14N_11; form++) {
            char name[160];
            snprintf(name, sizeof name, "%s-%s-%s.xml", signer, shape_name((sign_shape)shape), forms[form]);
            sign_options opt = {.shape = (sign_shape)shape, .c14n = (sign_c14n)form};
            create(j, key, signer, &opt, content_of(opt.shape), name);
        }
    sign_options octets = {.shape = SIGN_ENVELOPING};
    char name[160];
    snprintf(name, sizeof name, "%s-enveloping-base64.xml", signer);
    create(j, key, signer, &octets, "veri 1.bin", name);
    sign_options element = {.shape = SIGN_INTERNALLY_DETACHED, .element = "ad"};
    snprintf(name, sizeof name, "%s-element.xml", signer);
    create(j, key, signer, &element, "belge.xml", name);
    sign_options single = {.single = 1};
    snprintf(name, sizeof name, "%s-single.xml", signer);
    create(j, key, signer, &single, "belge.xml", name);
}

/* Every property; the older ones and the bare key with `old`. */
static void rich(struct job *j, const sign_key *key, const char *signer, bool old) {
    static const uint8_t hash[32] = {0xff, 0x39, 0xbd};
    static const char *const roles[] = {"Genel Müdür", "Yönetim <Kurulu> & Üyesi"};
    static const char *const lines[] = {"Atatürk Bulvarı 1", "Çankaya"};
    char name[160];
    sign_options opt = {
        .shape = old ? SIGN_ENVELOPING : SIGN_ENVELOPED,
        .mime_type = "application/xml",
        .commitment = "1.2.840.113549.1.9.16.6.5",
        .roles = roles,
        .n_roles = 2,
        .roles_v1 = old,
        .certificate_v1 = old,
        .place_v1 = old,
        .place_country = "TR",
        .place_locality = "Ankara",
        .place_state = "İç Anadolu",
        .place_postal_code = "06100",
        .place_lines = old ? NULL : lines,
        .n_place_lines = old ? 0 : 2,
        .policy_oid = "2.16.792.1.61.0.1.5070.3.1.1",
        .policy_digest = SIGN_SHA256,
        .policy_hash = {hash, sizeof hash},
        .policy_uri = "http://www.example.org/politika.pdf",
        .policy_notice = "Politika özeti",
        .key_value = old,
    };
    snprintf(name, sizeof name, "%s-rich%s.xml", signer, old ? "-v1" : "");
    create(j, key, signer, &opt, "belge.xml", name);
}

static void one_key(struct job *j, const char *signer, bool rsa) {
    sign_key *key = open_key(signer);
    if (!key) {
        j->failed = true;
        return;
    }
    algorithms(j, key, signer, rsa);
    shapes(j, key, signer);
    rich(j, key, signer, false);
    rich(j, key, signer, true);
    sign_key_free(&key);
}

/* ---- parallel --------------------------------------------------------------------------------------- */

static bool add(const char *signer, const char *from, const char *to, const sign_options *opt) {
    sign_key *key = open_key(signer);
    if (!key)
        return false;
    sign_error err = {0};
    sign_input what = {.path = from};
    sign_output out = {.path = to, .overwrite = 1};
    bool good = told(to, sign_add(key, &what, NULL, opt, &out, &err), &err);
    sign_key_free(&key);
    return good;
}

/* Three signers one after another, of different keys and digests. */
static void parallel(struct job *j, const char *shape) {
    char one[160], two[160], three[160], from[PATH_BYTES], to[PATH_BYTES], last[PATH_BYTES];
    snprintf(one, sizeof one, "nes-p256-%s-exc.xml", shape);
    snprintf(two, sizeof two, "two-%s.xml", shape);
    snprintf(three, sizeof three, "three-%s.xml", shape);
    path_of(j, one, from);
    path_of(j, two, to);
    path_of(j, three, last);
    sign_options second = {.size = sizeof second, .format = SIGN_XADES, .digest = SIGN_SHA384};
    sign_options third = {
        .size = sizeof third, .format = SIGN_XADES, .digest = SIGN_SHA512, .c14n = SIGN_C14N_11};
    if (add("nes-rsa3072", from, to, &second) && add("nes-person2", to, last, &third)) {
        listed(j, two, false, "nes-p256,nes-rsa3072", false);
        listed(j, three, false, "nes-p256,nes-rsa3072,nes-person2", false);
    } else {
        j->failed = true;
    }
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
    if (!j.index || !documents_make(&j)) {
        perror(path);
        return 1;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        one_key(&j, keys[i].name, keys[i].rsa);
    parallel(&j, "enveloped");
    parallel(&j, "internal");
    return fclose(j.index) != 0 || j.failed;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "matrix") == 0)
        return matrix(argv[2]);
    if (argc == 5 && strcmp(argv[1], "add") == 0) {
        sign_options opt = {.size = sizeof opt, .format = SIGN_XADES};
        return add(argv[2], argv[3], argv[4], &opt) ? 0 : 1;
    }
    fprintf(stderr, "usage: mkxades matrix DIR | mkxades add NAME IN OUT\n");
    return 64;
}
