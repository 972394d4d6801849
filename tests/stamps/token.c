/* Time-stamp tokens (RFC 3161, 2.4.2; RFC 5816). */
#include "stamps.h"

#include <ctype.h>
#include <openssl/cms.h>
#include <openssl/ts.h>
#include <stdio.h>
#include <stdlib.h>

#define TST_INFO   "1.2.840.113549.1.9.16.1.4"
#define TSA_POLICY "2.16.792.1.2.1.1.5.7.3.1"

/* What would be stamped of another signature: its value; in XML the element with its value in it. */
static sign_bytes of_another(struct st *s, sign_bytes what) {
    bool xml = what.len > 0 && what.data[0] == '<';
    sign_bytes value = st_sign(s, "signer", "sha256", s->content, xml);
    if (!xml) {
        return value;
    }
    char *text = st_text(s, "%.*s", (int)what.len, (const char *)what.data);
    char *end = strrchr(text, '<');
    path_must(end > text && strchr(text, '>') < end, "SignatureValue");
    size_t begin = (size_t)(strchr(text, '>') - text) + 1;
    text = st_text(s, "%.*s%s%s", (int)begin, text, st_base64(s, value), end);
    return BYTES_STR(text);
}

static sign_bytes imprint_of(struct st *s, const struct st_step *step, const char *digest, sign_bytes what) {
    static const char other[] = "something else";
    sign_bytes of = st_is(step, "imprint", "other")       ? BYTES_STR(other)
                    : st_is(step, "imprint", "signature") ? of_another(s, what)
                                                          : what;
    sign_bytes value = st_digest(s, st_opt(step, "value", digest), of);
    return st_is(step, "imprint", "wrong") ? st_flip(s, value) : value;
}

static sign_bytes info_of(struct st *s, const struct st_step *step, sign_bytes what) {
    const char *digest = st_opt(step, "digest", "sha256");
    const char *accuracy = st_opt(step, "accuracy", "1"), *millis = st_opt(step, "millis", NULL);
    const char *nonce = st_opt(step, "nonce", NULL);
    AUTO(der_builder) b = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    path_must(der_put_oid_text(&b, st_opt(step, "tsapolicy", TSA_POLICY)), "policy");
    der_begin(&b, DER_SEQUENCE);
    st_put_algorithm(&b, digest);
    der_put(&b, DER_OCTET_STRING, imprint_of(s, step, digest, what));
    der_end(&b);
    der_put_unsigned(&b, BYTES(st_digest(s, "sha256", what).data, 8)); /* serialNumber: of its own */
    der_put(&b, DER_GENERALIZED_TIME, BYTES_STR(st_opt(step, "at", "")));
    if (strcmp(accuracy, "-") != 0) {
        der_begin(&b, DER_SEQUENCE);
        der_put_uint(&b, strtoull(accuracy, NULL, 10));
        if (millis != NULL) { /* [0] INTEGER of two octets */
            unsigned long n = strtoul(millis, NULL, 10);
            const uint8_t value[] = {(uint8_t)(n >> 8 & 0x7f), (uint8_t)(n & 0xff)};
            path_must(n > 255, "millis");
            der_put(&b, DER_CONTEXT(0), BYTES(value, sizeof value));
        }
        der_end(&b);
    }
    if (st_is(step, "ordering", "yes")) {
        der_put_bool(&b, true);
    }
    if (nonce != NULL) {
        der_put_uint(&b, strtoull(nonce, NULL, 10));
    }
    if (st_opt(step, "name", NULL) != NULL) { /* tsa [0] GeneralName, here directoryName [4] */
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(4));
        der_put_raw(&b, st_name(s, st_opt(step, "name", ""), false));
        der_end(&b);
        der_end(&b);
    }
    der_end(&b);
    return st_take(s, &b);
}

/* What a token carries: the TSA's certificate and its authority unless the step says otherwise. */
static void carry(struct st *s, const struct st_step *step, const char *tsa, struct st_cms *m) {
    char *names[ST_NAMES];
    if (!st_is(step, "nocerts", "yes")) {
        st_add(&m->certs, st_cert(s, tsa));
        size_t n = st_split(s, st_opt(step, "certs", path_find(&s->w, tsa)->row->issuer), names);
        for (size_t i = 0; i < n; i++) {
            st_add(&m->certs, st_cert(s, names[i]));
        }
    }
    size_t n = st_split(s, st_opt(step, "revs", NULL), names);
    for (size_t i = 0; i < n; i++) {
        st_add(&m->crls, st_choice(s, names[i]));
    }
}

sign_bytes st_token(struct st *s, const struct st_step *step, sign_bytes what, sign_bytes more) {
    const char *tsa = st_opt(step, "tsa", "tsa");
    struct st_cms m = {0};
    const struct st_signing how = {.signer = tsa,
                                   .key = st_opt(step, "key", NULL),
                                   .digest = st_opt(step, "tokendigest", "sha256"),
                                   .time = st_opt(step, "at", ""),
                                   .ess = st_opt(step, "ess", "v2"),
                                   .type = TST_INFO,
                                   .content = info_of(s, step, what),
                                   .spoiled = st_is(step, "spoil", "yes")};
    path_must(strlen(how.time) == 15, step->verb);
    st_cms_sign(s, &how, &m);
    carry(s, step, tsa, &m);
    if (more.len > 0) {
        st_add(&m.unsigned_, more);
    }
    return st_cms_write(s, &m);
}

/* ---- tokens of others -------------------------------------------------------------------------------------
 */

static bool read_info(TS_TST_INFO *info, char digest[16], uint8_t imprint[64], size_t *n, char time[32]) {
    TS_MSG_IMPRINT *of = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *oid = NULL;
    struct tm tm;
    X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(of));
    const EVP_MD *md = EVP_get_digestbyobj(oid);
    ASN1_OCTET_STRING *value = TS_MSG_IMPRINT_get_msg(of);
    if (md == NULL || ASN1_STRING_length(value) > 64 ||
        ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1) {
        return false;
    }
    const char *name = EVP_MD_get0_name(md); /* "SHA256" */
    for (size_t i = 0; i < 16; i++) {
        digest[i] = (char)(i < strlen(name) ? tolower((unsigned char)name[i]) : '\0');
    }
    digest[15] = '\0';
    *n = (size_t)ASN1_STRING_length(value);
    memcpy(imprint, ASN1_STRING_get0_data(value), *n);
    snprintf(time, 32, "%04d%02d%02d%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
             tm.tm_min, tm.tm_sec);
    return true;
}

bool st_token_read(sign_bytes token, char digest[16], uint8_t imprint[64], size_t *n, char time[32]) {
    const unsigned char *at = token.data;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)token.len);
    ASN1_OCTET_STRING **content = cms != NULL ? CMS_get0_content(cms) : NULL;
    TS_TST_INFO *info = NULL;
    if (content != NULL && *content != NULL) {
        at = ASN1_STRING_get0_data(*content);
        info = d2i_TS_TST_INFO(NULL, &at, ASN1_STRING_length(*content));
    }
    bool good = info != NULL && read_info(info, digest, imprint, n, time);
    TS_TST_INFO_free(info);
    CMS_ContentInfo_free(cms);
    return good;
}
