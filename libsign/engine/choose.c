/* The choice of the certificate on the tokens present: it needs both the tokens and what a certificate is. */
#include "base/text.h"
#include "base/time.h"
#include "key/key.h"
#include "pki/pki.h"
#include <stdlib.h>

/* Why a certificate that was found cannot be the one. */
enum verdict { USABLE, OTHER_KIND, OTHER_PERSON, EXPIRED, NOT_YET, NO_KEY };

struct candidate {
    char *uri, *module, *line; /* line: as a person reads it */
    uint8_t sha256[32];
};

struct search {
    struct crypto *crypto;
    const char *person;
    int64_t now;
    struct candidate *usable;
    size_t n;
    grow others; /* what was found and is not usable, for the message */
    size_t tokens;
    sign_rc rc;
    sign_error *err;
};
typedef struct search search;

static void search_free(search *s) {
    for (size_t i = 0; i < s->n; i++) {
        free(s->usable[i].uri);
        free(s->usable[i].module);
        free(s->usable[i].line);
    }
    free(s->usable);
    grow_free(&s->others);
    crypto_free(&s->crypto);
}
CLEANUP(search, search_free);

static const char *kind_word(sign_cert_kind kind) {
    static const char *const words[] = {[SIGN_CERT_OTHER] = "other",
                                        [SIGN_CERT_NES] = "NES",
                                        [SIGN_CERT_SEAL] = "seal",
                                        [SIGN_CERT_QSEAL] = "qualified seal",
                                        [SIGN_CERT_FISCAL] = "fiscal seal",
                                        [SIGN_CERT_ENCRYPTION] = "encryption",
                                        [SIGN_CERT_CA] = "CA",
                                        [SIGN_CERT_TSA] = "time-stamping authority",
                                        [SIGN_CERT_OCSP] = "OCSP responder"};
    return words[kind];
}

static enum verdict judge(const search *s, const sign_token *token, const struct pki_cert *cert) {
    if (token->has_key == 0)
        return NO_KEY;
    if (pki_cert_kind(cert) != SIGN_CERT_NES)
        return OTHER_KIND;
    AUTO(grow) person = {0};
    pki_name_attribute(cert->subject, OID_DN_SERIAL_NUMBER, &person);
    if (s->person && !bytes_equal(BYTES(person.data, person.len), BYTES_STR(s->person)))
        return OTHER_PERSON;
    if (s->now > cert->not_after)
        return EXPIRED;
    return s->now < cert->not_before ? NOT_YET : USABLE;
}

/* What of a URI is enough to choose: serial number of the token, id of the object. A message has no room for
 * more. */
static void short_uri(const char *uri, grow *out) {
    const char *serial = strstr(uri, "serial="), *id = strstr(uri, ";id=");
    if (serial && id)
        grow_printf(out, "pkcs11:%.*s;%.*s", (int)strcspn(serial, ";?"), serial, (int)strcspn(id + 1, ";?"),
                    id + 1);
    else
        grow_printf(out, "%s", uri);
}

static char *line_of(const sign_token *token, const struct pki_cert *cert) {
    AUTO(grow) g = {0};
    AUTO(grow) name = {0};
    char until[32];
    pki_name_attribute(cert->subject, OID_DN_COMMON_NAME, &name);
    grow_printf(&g, "%.*s (%.10s) ", (int)name.len, name.data ? (const char *)name.data : "",
                time_rfc3339(cert->not_after, until));
    short_uri(token->uri, &g);
    grow_byte(&g, 0);
    return g.failed || name.failed ? NULL : (char *)TAKE(g.data);
}

static bool remember(search *s, const sign_token *token, const struct pki_cert *cert) {
    /* p11-kit may show one token through two modules: the certificate's bytes tell that it is one. */
    for (size_t i = 0; i < s->n; i++)
        if (memcmp(s->usable[i].sha256, cert->sha256, sizeof cert->sha256) == 0)
            return true;
    struct candidate *grown = realloc(s->usable, (s->n + 1) * sizeof *grown);
    if (!grown)
        return false;
    s->usable = grown;
    struct candidate *c = &grown[s->n++];
    *c = (struct candidate){strdup(token->uri), strdup(token->module), line_of(token, cert), {0}};
    memcpy(c->sha256, cert->sha256, sizeof c->sha256);
    return c->uri && c->module && c->line;
}

static void note_other(search *s, const struct pki_cert *cert, enum verdict v) {
    char date[32];
    const char *sep = s->others.len ? ", " : "";
    if (v == EXPIRED)
        grow_printf(&s->others, "%sNES expired on %.10s", sep, time_rfc3339(cert->not_after, date));
    else if (v == NOT_YET)
        grow_printf(&s->others, "%sNES not valid before %.10s", sep, time_rfc3339(cert->not_before, date));
    else if (v == OTHER_PERSON)
        grow_printf(&s->others, "%sNES of another person", sep);
    else
        grow_printf(&s->others, "%s%s", sep,
                    v == NO_KEY ? "certificate without key" : kind_word(pki_cert_kind(cert)));
}

static int see(void *user, const sign_token *token) {
    search *s = user;
    s->tokens++;
    if (token->certificate.len == 0)
        return 0;
    AUTO(pki_cert_ptr) cert = NULL;
    sign_error why = {0};
    sign_rc rc = pki_cert_read(s->crypto, token->certificate, &cert, &why);
    /* What fails for want of memory might be the second that could be chosen. */
    if (rc == SIGN_E_MEMORY || rc == SIGN_E_CRYPTO)
        s->rc = rc;
    if (s->rc != SIGN_OK && s->err)
        *s->err = why;
    /* A certificate that cannot be read is none that could be chosen: say so and go on. */
    if (rc != SIGN_OK) {
        grow_printf(&s->others, "%sunreadable certificate", s->others.len ? ", " : "");
        return s->rc != SIGN_OK;
    }
    enum verdict v = judge(s, token, cert);
    if (v != USABLE)
        note_other(s, cert, v);
    else if (!remember(s, token, cert))
        s->rc = fail_memory(s->err);
    return s->rc != SIGN_OK;
}

/* Tokens tell their objects in any order; the list is always the same. */
static int by_line(const void *a, const void *b) {
    return strcmp(((const struct candidate *)a)->line, ((const struct candidate *)b)->line);
}

static sign_rc none_or_several(search *s, sign_error *err) {
    if (s->tokens == 0)
        return fail(err, SIGN_E_TOKEN, MSG_NO_TOKEN, "no token is present");
    if (s->n == 0) {
        grow_byte(&s->others, 0);
        if (s->others.failed)
            return fail_memory(err);
        return fail(err, SIGN_E_CERTIFICATE, MSG_NO_NES, "%s",
                    s->others.len > 1 ? (const char *)s->others.data : "-");
    }
    AUTO(grow) list = {0};
    qsort(s->usable, s->n, sizeof *s->usable, by_line);
    for (size_t i = 0; i < s->n; i++)
        grow_printf(&list, "%s%s", i ? "; " : " ", s->usable[i].line);
    grow_byte(&list, 0);
    return list.failed ? fail_memory(err)
                       : fail(err, SIGN_E_CERTIFICATE, MSG_SEVERAL_NES, "%s", (const char *)list.data);
}

sign_rc sign_key_find(const char *person, const sign_key_options *opt, sign_key **out, sign_error *err) {
    if (!out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_key_find: out is needed");
    AUTO(search) s = {.person = person, .now = time_now(), .rc = SIGN_OK, .err = err};
    sign_rc rc = crypto_new(&s.crypto, err);
    if (rc == SIGN_OK)
        rc = sign_token_each(opt ? opt->module : NULL, see, &s, err);
    if (rc == SIGN_OK)
        rc = s.rc;
    if (rc != SIGN_OK)
        return rc;
    if (s.n != 1)
        return none_or_several(&s, err);
    sign_key_options open = opt ? *opt : (sign_key_options){.size = sizeof open};
    open.module = s.usable[0].module;
    return sign_key_open(s.usable[0].uri, &open, out, err);
}
