/*
 * run_answers VECTORS: answers of a time-stamping authority (mkvectors --stamps) held against the request
 * that they should answer (RFC 3161, 2.2): imprint, nonce, policy. A signature knows nothing of the request,
 * so this is not a row of a cases.tsv.
 */
#include "base/file.h"
#include "base/limits.h"
#include "tsp/tsp.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

static const struct {
    const char *file;
    sign_rc rc;
    const char *id, *text;
} answers[] = {
    {"77-answer.tst", SIGN_OK, "", ""},
    {"77-answer-nonce.tst", SIGN_E_REFUSED, "E4513", "the nonce is another"},
    {"77-answer-no-nonce.tst", SIGN_E_REFUSED, "E4513", "the nonce is missing"},
    {"77-answer-policy.tst", SIGN_E_REFUSED, "E4513", "policy 1.2.3.5, requested 1.2.3.4"},
    {"77-answer-imprint.tst", SIGN_E_REFUSED, "E4513", "it is of another imprint"},
    {"77-answer-digest.tst", SIGN_E_REFUSED, "E4513", "imprint by SHA-512, requested SHA-256"},
};

static bool read_vector(const char *folder, const char *file, sign_buf *out) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return file_read(path, LIMIT_PIECE, out, NULL) == SIGN_OK;
}

/* False: it is not what was expected. */
static bool hold(const struct tsp_request *q, const char *folder, size_t i) {
    AUTO(arena) a = {0};
    AUTO(sign_buf) der = {0};
    struct tsp_response r;
    const struct tsp_token *t = NULL;
    sign_error err = {0};
    bool read = read_vector(folder, answers[i].file, &der) &&
                tsp_response_read(BYTES(der.data, der.len), &a, &r, &err) == SIGN_OK;
    sign_rc rc = read ? tsp_response_check(q, &r, &a, &t, &err) : SIGN_E_IO;
    bool good = read && rc == answers[i].rc && (t != NULL) == (rc == SIGN_OK) &&
                strcmp(err.id, answers[i].id) == 0 && strcmp(err.text, answers[i].text) == 0;
    printf("%sok %zu - %s%s%s\n", good ? "" : "not ", i + 1, answers[i].file, good ? "" : "\n# ",
           good ? "" : err.text);
    return good;
}

int main(int argc, char **argv) {
    static const uint8_t policy[] = {0x2a, 3, 4}, nonce[] = {77};
    AUTO(sign_buf) content = {0};
    uint8_t imprint[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (argc != 2 || !read_vector(argv[1], "content.txt", &content) ||
        EVP_Digest(content.data, content.len, imprint, &n, EVP_sha256(), NULL) != 1) {
        fprintf(stderr, "usage: run_answers VECTORS\n");
        return 64;
    }
    const struct tsp_request q = {.digest = DIGEST_SHA256,
                                  .imprint = BYTES(imprint, n),
                                  .policy = BYTES(policy, sizeof policy),
                                  .nonce = BYTES(nonce, sizeof nonce),
                                  .certificates = true};
    bool good = true;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        good &= hold(&q, argv[1], i);
    }
    printf("1..%zu\n", sizeof answers / sizeof *answers);
    return good ? 0 : 1;
}
