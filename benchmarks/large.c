/* A large file, detached and attached, signed and verified: MB/s and peak memory, each in a process of its
 * own. */
#include "corpus.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
/* Where signing contenders write: libsign syncs a file to the disk and OpenSSL does not, and neither is the
 * point. */
#define NOWHERE "/dev/null"

struct large {
    const struct bench_settings *settings;
    const struct corpus *corpus;
    const char *file, *detached,
        *pieces;          /* the content; its signatures by OpenSSL, which streams BER in pieces */
    const char *attached; /* by libsign: DER, the content in one piece */
};

/* ---- libsign ---------------------------------------------------------------------------------------- */

static sign_trust *trust_open(const struct large *l) {
    return trust_make(l->settings->pki, SHORT_LIST);
}

static void ours_verify(const struct large *l, const char *signature, const sign_input *in, size_t n) {
    sign_trust *trust = trust_open(l);
    sign_input what = {.path = signature};
    sign_report *report = NULL;
    sign_error err = {0};
    if (sign_verify(&what, in, n, trust, NULL, &report, &err) != SIGN_OK)
        must(false, report ? "libsign: the large signature did not pass" : err.text);
    sign_report_free(&report);
    sign_trust_free(&trust);
}

static void ours_verify_detached(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    ours_verify(l, l->detached, &(sign_input){.path = l->file}, 1);
}

static void ours_verify_attached(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    ours_verify(l, l->attached, NULL, 0);
}

static void ours_verify_pieces(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    ours_verify(l, l->pieces, NULL, 0);
}

static void ours_sign(const struct large *l, sign_shape shape, const char *to) {
    const char *path = text_of("%s/rsa2048.pem", l->settings->work);
    sign_key *key = NULL;
    sign_error err = {0};
    sign_key_options how = {.size = sizeof how};
    if (sign_key_open(path, &how, &key, &err) != SIGN_OK)
        must(false, err.text);
    sign_options opt = {.size = sizeof opt, .shape = shape};
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0, to);
    if (sign_create(key, &(sign_input){.path = l->file}, &opt, &(sign_output){.fd = fd}, &err) != SIGN_OK)
        must(false, err.text);
    must(close(fd) == 0, to);
    sign_key_free(&key);
}

static void ours_sign_detached(void *state, size_t i) {
    (void)i;
    ours_sign(state, SIGN_DETACHED, NOWHERE);
}

static void ours_sign_attached(void *state, size_t i) {
    (void)i;
    ours_sign(state, SIGN_ATTACHED, NOWHERE);
}

/* ---- OpenSSL ---------------------------------------------------------------------------------------- */

static BIO *file_open(const char *path, const char *mode) {
    BIO *bio = BIO_new_file(path, mode);
    must(bio != NULL, path);
    return bio;
}

static void cms_verify(const struct large *l, const char *signature, BIO *content) {
    BIO *in = file_open(signature, "rb"), *out = BIO_new(BIO_s_null());
    CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
    must(cms && out, "d2i_CMS_bio");
    must(CMS_verify(cms, NULL, l->corpus->authority->store, content, out, CMS_BINARY | CMS_CADES) == 1,
         "CMS_verify");
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
}

static void cms_verify_detached(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    BIO *content = file_open(l->file, "rb");
    cms_verify(l, l->detached, content);
    BIO_free(content);
}

static void cms_verify_attached(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    cms_verify(l, l->attached, NULL);
}

static void cms_verify_pieces(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    cms_verify(l, l->pieces, NULL);
}

static void cms_detach(const struct large *l, const char *to) {
    BIO *in = file_open(l->file, "rb"), *out = file_open(to, "wb");
    CMS_ContentInfo *cms = cms_sign(l->corpus, 0, in, CMS_DETACHED | CMS_STREAM);
    must(CMS_final(cms, in, NULL, CMS_BINARY) == 1 && i2d_CMS_bio(out, cms) == 1, "CMS_final");
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
}

static void cms_attach(const struct large *l, const char *to) {
    BIO *in = file_open(l->file, "rb"), *out = file_open(to, "wb");
    CMS_ContentInfo *cms = cms_sign(l->corpus, 0, in, CMS_STREAM);
    must(i2d_CMS_bio_stream(out, cms, in, CMS_STREAM | CMS_BINARY) == 1, "i2d_CMS_bio_stream");
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
}

static void cms_sign_detached(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    cms_detach(l, NOWHERE);
}

static void cms_sign_attached(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    cms_attach(l, NOWHERE);
}

/* As `openssl dgst` does it, but with reads of a mebibyte: the digest alone. */
static void digest_only(void *state, size_t i) {
    const struct large *l = state;
    (void)i;
    unsigned char *block = malloc(MIB), value[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int fd = open(l->file, O_RDONLY);
    must(block && ctx && fd >= 0 && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1, l->file);
    ssize_t n;
    while ((n = read(fd, block, MIB)) > 0)
        must(EVP_DigestUpdate(ctx, block, (size_t)n) == 1, "EVP_DigestUpdate");
    must(n == 0 && EVP_DigestFinal_ex(ctx, value, NULL) == 1, l->file);
    close(fd);
    EVP_MD_CTX_free(ctx);
    free(block);
}

/* ---- the files -------------------------------------------------------------------------------------- */

/* Octets that look random and are the same every time (xorshift64). */
static void content_make(const char *path, size_t mib) {
    uint64_t *block = malloc(MIB), x = 88172645463325252U;
    FILE *f = fopen(path, "wb");
    must(block && f, path);
    for (size_t k = 0; k < mib; k++) {
        for (size_t i = 0; i < MIB / sizeof x; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            block[i] = x;
        }
        must(fwrite(block, 1, MIB, f) == MIB, path);
    }
    must(fclose(f) == 0, path);
    free(block);
}

static bool there(const char *path, size_t least) {
    struct stat st;
    return stat(path, &st) == 0 && st.st_size >= (off_t)least;
}

static void files_make(const struct large *l) {
    size_t mib = l->settings->large;
    if (!there(l->file, mib * MIB))
        content_make(l->file, mib);
    if (!there(l->detached, 1))
        cms_detach(l, l->detached);
    if (!there(l->pieces, mib * MIB))
        cms_attach(l, l->pieces);
    if (!there(l->attached, mib * MIB))
        ours_sign(l, SIGN_ATTACHED, l->attached);
}

void large_ops(struct bench_list *list, const struct bench_settings *settings, const struct corpus *c) {
    struct large *l = calloc(1, sizeof *l);
    must(l != NULL, "out of memory");
    const char *file = text_of("%s/large-%u", settings->work, settings->large);
    *l = (struct large){
        settings, c, file, text_of("%s.p7s", file), text_of("%s.ber.p7m", file), text_of("%s.p7m", file)};
    if (!settings->child)
        files_make(l);
    static const struct {
        const char *what, *who;
        void (*run)(void *state, size_t i);
    } rows[] = {
        {"sign, detached", "libsign", ours_sign_detached},
        {"sign, detached", "CMS_sign", cms_sign_detached},
        {"sign, detached", "digest alone", digest_only},
        {"sign, attached", "libsign", ours_sign_attached},
        {"sign, attached", "CMS_sign", cms_sign_attached},
        {"verify, detached", "libsign", ours_verify_detached},
        {"verify, detached", "CMS_verify", cms_verify_detached},
        {"verify, detached", "digest alone", digest_only},
        {"verify, attached", "libsign", ours_verify_attached},
        {"verify, attached", "CMS_verify", cms_verify_attached},
        {"verify, attached in pieces", "libsign", ours_verify_pieces},
        {"verify, attached in pieces", "CMS_verify", cms_verify_pieces},
    };
    const char *row = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (i == 0 || strcmp(rows[i].what, rows[i - 1].what) != 0)
            row = text_of("%u MiB: %s", settings->large, rows[i].what);
        bench_add(list, (struct bench_op){.row = row,
                                          .who = rows[i].who,
                                          .shared = l,
                                          .run = rows[i].run,
                                          .bytes = (double)settings->large * (double)MIB});
    }
}
