/* kalem prepare and kalem assemble: the two steps around a key that is somewhere else. */
#include "app.h"
#include <stdlib.h>
#include <string.h>

static int print_draft(const struct app *app, const sign_draft *draft, const char *path) {
    static const char *const digests[] = {"sha256", "sha384", "sha512"};
    static const char *const schemes[] = {"rsa-pkcs1", "rsa-pss", "ecdsa"};
    sign_draft_facts f = sign_draft_get(draft);
    char hex[129] = "";
    for (size_t i = 0; i < f.digest.len && i < 64; i++)
        snprintf(hex + 2 * i, 3, "%02x", f.digest.data[i]);
    return print_json(app, EXIT_DONE,
                      json_pack("{s:s, s:s, s:s, s:s, s:i}", "output", path, "digest_alg",
                                digests[f.digest_alg], "digest", hex, "scheme", schemes[f.scheme], "salt_len",
                                (int)f.salt_len));
}

enum { MAX_CHAIN = 16 };

/* The certificates of --cert, the signer's first. */
struct signer {
    sign_certs *certs;
    sign_key *key; /* what a PKCS#12 file is for the library; it makes no signature here */
    sign_bytes chain[MAX_CHAIN];
    size_t n;
};

static void signer_free(struct signer *s) {
    sign_certs_free(&s->certs);
    sign_key_free(&s->key);
}

static bool is_pkcs12(const char *file) {
    const char *dot = strrchr(file, '.');
    return dot && (strcmp(dot, ".p12") == 0 || strcmp(dot, ".pfx") == 0);
}

static int signer_read(const struct app *app, const struct args *args, const char *where, struct signer *s) {
    sign_error err = {0};
    bool on_token = strncmp(where, "pkcs11:", 7) == 0, pkcs12 = !on_token && is_pkcs12(where);
    if (!pkcs12 && args_asked(args, "pin-source"))
        return usage(app,
                     (struct words){"--pin-source yalnız PKCS#12 sertifikasıyla (.p12, .pfx)",
                                    "--pin-source goes with a PKCS#12 --cert only (.p12, .pfx)"},
                     NULL);
    int failed = module_check(app, args, where);
    if (!failed && pkcs12)
        failed = key_file_open(app, args, where, &s->key);
    else if (!failed && on_token)
        failed = certs_of_token(app, args, where, &s->certs);
    else if (!failed && sign_certs_read(&(sign_input){.path = where}, &s->certs, &err) != SIGN_OK)
        failed = tell_error(app, &err);
    if (failed)
        return failed;
    size_t n = pkcs12 ? sign_key_chain_count(s->key) : sign_certs_count(s->certs);
    for (; s->n < n && s->n < MAX_CHAIN; s->n++)
        s->chain[s->n] = pkcs12 ? sign_key_chain(s->key, s->n) : sign_certs_get(s->certs, s->n)->der;
    return 0;
}

static int prepare(const struct app *app, const struct signer *signer, const struct sign_setup *setup,
                   const struct document *doc, const sign_output *out) {
    sign_error err = {0};
    sign_draft *draft = NULL;
    sign_rc rc = sign_draft_new(signer->chain, signer->n, NULL, &doc->in, &setup->options, &draft, &err);
    if (rc == SIGN_OK)
        rc = sign_draft_export(draft, out, &err);
    if (rc == SIGN_OK)
        canonical_note(app, &setup->options, doc);
    int code = rc == SIGN_OK ? print_draft(app, draft, out->path) : tell_error(app, &err);
    sign_draft_free(&draft);
    return code;
}

int run_prepare(struct app *app, const struct args *args) {
    struct sign_setup setup = {0};
    struct document doc = {.spool = -1};
    sign_output out;
    struct signer signer = {.n = 0};
    const char *cert = args_value(args, "cert");
    int code = sign_setup_read(app, args, &setup);
    if (!code && !cert)
        code = usage(app, (struct words){"--cert gerekli", "--cert is needed"}, NULL);
    if (!code)
        code = output_choose(app, args, NULL, &out);
    if (!code && !out.path)
        code = usage(
            app, (struct words){"taslak bir dosyaya yazılır: -o DRAFT", "the draft goes to a file: -o DRAFT"},
            NULL);
    if (!code)
        code = signer_read(app, args, cert, &signer);
    if (!code)
        code = pss_check(app, &setup.options, signer.chain[0]);
    if (!code)
        code = document_to_sign(app, args->operands[0], &setup.options, &doc);
    if (!code) {
        out.mode = 0600; /* it holds what will be signed */
        code = prepare(app, &signer, &setup, &doc, &out);
    }
    document_close(&doc);
    signer_free(&signer);
    sign_setup_free(&setup);
    return code;
}

static int refused(const struct app *app, const char *code, struct words text, struct words hint) {
    return tell(app, EXIT_NOT_PASSED, code, say(app, text), say(app, hint));
}

static int assemble(const struct app *app, const struct args *args, const struct document *content,
                    const sign_buf *value, const sign_output *out) {
    sign_error err = {0};
    sign_draft *draft = NULL;
    sign_input in = {.path = args->operands[0]};
    sign_encoding encoding = args_flag(args, "raw") ? SIGN_VALUE_RAW : SIGN_VALUE_DER;
    sign_rc rc = sign_draft_import(&in, content->in.path ? &content->in : NULL, &draft, &err);
    if (rc == SIGN_FAILED)
        return refused(app, "E6101",
                       (struct words){"İçerik, taslağın hazırlandığı içerik değil.",
                                      "The content is not the one the draft was made for."},
                       (struct words){"Aynı dosyayı verin ya da taslağı yeniden hazırlayın.",
                                      "Give the same file, or prepare again."});
    if (rc != SIGN_OK)
        return tell_error(app, &err);
    rc = sign_draft_finish(draft, (sign_bytes){value->data, value->len}, encoding, out, &err);
    sign_draft_free(&draft);
    if (rc == SIGN_FAILED)
        return refused(app, "E6102",
                       (struct words){"İmza değeri doğrulanmıyor; hiçbir şey yazılmadı.",
                                      "The signature value does not verify; nothing was written."},
                       (struct words){"Değer bu taslağın özetinden, sertifikanın anahtarıyla üretilmiş "
                                      "olmalı; r||s ise --raw verin.",
                                      "It must be made from this draft's digest with the certificate's key; "
                                      "if it is r||s, give --raw."});
    if (rc != SIGN_OK)
        return tell_error(app, &err);
    return tell_output(app, out->path, (struct words){"İmzalandı", "Signed"});
}

int run_assemble(struct app *app, const struct args *args) {
    struct document content = {.spool = -1};
    sign_buf value = {0};
    sign_output out;
    const char *file = args_value(args, "content"), *signature = args_value(args, "signature");
    int code = signature ? output_choose(app, args, NULL, &out)
                         : usage(app, (struct words){"--signature gerekli", "--signature is needed"}, NULL);
    if (!code)
        code = file_whole(app, signature, 65536, &value);
    if (!code && file)
        code = document_open(app, file, &content);
    if (!code)
        code = assemble(app, args, &content, &value, &out);
    document_close(&content);
    sign_buf_free(&value);
    return code;
}
