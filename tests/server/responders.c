/* Which question goes where, and what every answer has in common. */
#include "server/responders.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TARGET 4096

struct service_row {
    const char *name;
    enum service service;
    bool get, post;
    const char *asks, *answers; /* Content-Types */
    sign_buf (*answer)(const struct task *task);
};

/* RFC 6960, appendix A; RFC 5280, 4.2.1.13 and 4.2.2.1 with RFC 2585; RFC 3161, 3.4. */
static const struct service_row services[] = {
    {"ocsp", SERVICE_OCSP, true, true, "application/ocsp-request", "application/ocsp-response", answer_ocsp},
    {"crl", SERVICE_CRL, true, false, "", "application/pkix-crl", answer_crl},
    {"aia", SERVICE_AIA, true, false, "", "application/pkix-cert", answer_aia},
    {"tsa", SERVICE_TSA, false, true, "application/timestamp-query", "application/timestamp-reply",
     answer_tsa},
};

void answer_spoil(sign_buf *der, const ASN1_STRING *value) {
    const uint8_t *octets = ASN1_STRING_get0_data(value);
    size_t n = (size_t)ASN1_STRING_length(value);
    for (size_t at = der->len; n > 0 && at >= n; at--) {
        if (memcmp(der->data + at - n, octets, n) == 0) {
            der->data[at - 1] ^= 1;
            return;
        }
    }
}

ASN1_TIME *answer_time(int64_t when) {
    return ASN1_TIME_set(NULL, (time_t)when);
}

ASN1_GENERALIZEDTIME *answer_general_time(int64_t when) {
    return ASN1_GENERALIZEDTIME_set(NULL, (time_t)when);
}

/* ---- the target -----------------------------------------------------------------------------------------
 */

struct route {
    const struct service_row *service;
    struct task task;
    sign_buf decoded; /* a request that stood in the target */
};

static size_t segment(const char **at, const char **text) {
    *text = *at + (**at == '/');
    size_t n = strcspn(*text, "/?");
    *at = *text + n;
    return n;
}

static bool is(const char *text, size_t len, const char *word) {
    return strlen(word) == len && memcmp(text, word, len) == 0;
}

static int hex(char c) {
    const char *digits = "0123456789abcdef", *at = memchr(digits, c | 0x20, 16);
    return at != NULL ? (int)(at - digits) : -1;
}

/* RFC 6960, A.1: base64 of the DER, and what of it is special in a URL as %XX. */
static bool decode(const char *text, sign_buf *out) {
    unsigned char plain[MAX_TARGET];
    size_t n = 0;
    for (; *text != '\0' && n + 1 < sizeof plain; text++) {
        if (*text == '%' && hex(text[1]) >= 0 && hex(text[2]) >= 0) {
            plain[n++] = (unsigned char)(hex(text[1]) * 16 + hex(text[2]));
            text += 2;
        } else {
            plain[n++] = (unsigned char)*text;
        }
    }
    plain[n] = '\0';
    out->data = OPENSSL_malloc(n + 4);
    int len = out->data != NULL && n % 4 == 0 ? EVP_DecodeBlock(out->data, plain, (int)n) : -1;
    /* EVP_DecodeBlock counts the padding as octets of the result. */
    for (size_t i = n; len > 0 && i > 0 && plain[i - 1] == '='; i--) {
        len--;
    }
    out->len = len > 0 ? (size_t)len : 0;
    return len > 0;
}

static int route(struct realm *realm, const struct ask *ask, struct reply *reply, struct route *r) {
    const char *at = ask->target, *text;
    size_t n = segment(&at, &text);
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        r->service = is(text, n, services[i].name) ? &services[i] : r->service;
    }
    n = segment(&at, &text);
    size_t who = 0;
    while (who < AUTHORITY_COUNT && !is(text, n, authority_name((enum authority)who))) {
        who++;
    }
    if (r->service == NULL || who == AUTHORITY_COUNT) {
        return 404;
    }
    reply->service = r->service->service;
    const char *rest = at;
    n = segment(&at, &text);
    /* A base64 request begins with its SEQUENCE, "M"; no fault does. */
    if (n > 0 && *text != 'M') {
        rest = at;
        if (!faults_parse(text, n, r->service->service, &reply->faults)) {
            return 400;
        }
    }
    r->task = (struct task){realm, (enum authority)who, &reply->faults, ask->body};
    if (ask->post) {
        return !r->service->post ? 405 : strcmp(ask->type, r->service->asks) != 0 ? 415 : 200;
    }
    if (!r->service->get) {
        return 405;
    }
    if (r->service->service == SERVICE_OCSP && *rest == '/') {
        if (!decode(rest + 1, &r->decoded)) {
            return 400;
        }
        r->task.body = (sign_bytes){r->decoded.data, r->decoded.len};
    }
    return 200;
}

/* ---- faults of any service ------------------------------------------------------------------------------
 */

static void replace(struct reply *reply, const char *type, const void *data, size_t len) {
    OPENSSL_free(reply->body.data);
    reply->type = type;
    reply->body.data = OPENSSL_malloc(len > 0 ? len : 1);
    reply->body.len = reply->body.data != NULL ? len : 0;
    if (reply->body.data != NULL && data != NULL) {
        memcpy(reply->body.data, data, len);
    }
}

static void as_pem(struct reply *reply) {
    const char *name = reply->service == SERVICE_CRL ? PEM_STRING_X509_CRL : PEM_STRING_X509;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    if (bio != NULL && PEM_write_bio(bio, name, "", reply->body.data, (long)reply->body.len) > 0) {
        long len = BIO_get_mem_data(bio, &text);
        replace(reply, "application/x-pem-file", text, (size_t)len);
    }
    BIO_free(bio);
}

static void spoil(struct reply *reply) {
    static const char sorry[] = "Account 999 could not be authenticated\n";
    const struct faults *f = &reply->faults;
    if (f->on[FAULT_PEM]) {
        as_pem(reply);
    }
    if (f->on[FAULT_BUNDLE] || f->on[FAULT_FLOOD]) {
        reply->type = "application/pkcs7-mime";
    }
    if (f->on[FAULT_TRUNCATED]) {
        reply->body.len /= 2;
    }
    if (f->on[FAULT_EMPTY]) {
        reply->body.len = 0;
    }
    if (f->on[FAULT_GARBAGE]) {
        size_t n = (size_t)f->value[FAULT_GARBAGE];
        replace(reply, reply->type, NULL, n);
        for (size_t i = 0; i < reply->body.len; i++) {
            reply->body.data[i] = (uint8_t)(i * 167 + 13);
        }
    }
    if (f->on[FAULT_TEXT]) {
        replace(reply, "text/plain", sorry, sizeof sorry - 1);
    }
    if (f->on[FAULT_WRONG_TYPE]) {
        reply->type = "text/html";
    }
    if (f->on[FAULT_STATUS]) {
        reply->status = (int)f->value[FAULT_STATUS];
        replace(reply, "text/plain", sorry, sizeof sorry - 1);
    }
}

void respond(struct realm *realm, const struct ask *ask, struct reply *reply) {
    static const char refused[] = "refused\n";
    struct route r = {0};
    *reply = (struct reply){0};
    realm_lock(realm);
    reply->status = route(realm, ask, reply, &r);
    if (reply->status == 200) {
        reply->type = r.service->answers;
        reply->body = r.service->answer(&r.task);
        reply->status = reply->body.data != NULL ? 200 : 500;
    }
    realm_unlock(realm);
    OPENSSL_free(r.decoded.data);
    if (reply->status != 200) {
        reply->faults = (struct faults){0};
        replace(reply, "text/plain", refused, sizeof refused - 1);
        return;
    }
    spoil(reply);
}

void reply_free(struct reply *reply) {
    OPENSSL_free(reply->body.data);
    *reply = (struct reply){0};
}
