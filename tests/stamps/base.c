/* Texts, digests, keys, and what the world is made of. */
#include "stamps.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <openssl/ecdsa.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>

static const char text[] = "Kiralama sozlesmesi: sinama metni, kimseyi baglamaz.\n";

void st_open(struct st *s, const char *folder) {
    s->w.folder = folder;
    s->content = BYTES_STR(text);
}

arena *st_arena(struct st *s) {
    return &s->w.texts;
}

static sign_bytes kept(struct st *s, sign_bytes b) {
    sign_bytes copy = arena_copy(st_arena(s), b);
    path_must(!st_arena(s)->failed, "memory");
    return copy;
}

sign_bytes st_take(struct st *s, der_builder *b) {
    AUTO(sign_buf) out = {0};
    path_must(der_builder_take(b, &out, NULL) == SIGN_OK, "DER");
    return kept(s, BYTES(out.data, out.len));
}

sign_bytes st_join(struct st *s, const sign_bytes *parts, size_t n) {
    AUTO(grow) g = {0};
    g.limit = LIMIT_PIECE;
    for (size_t i = 0; i < n; i++) {
        grow_put(&g, parts[i].data, parts[i].len);
    }
    path_must(!g.failed, "memory");
    return kept(s, BYTES(g.data, g.len));
}

char *st_text(struct st *s, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *out = n < 0 ? NULL : arena_alloc(st_arena(s), (size_t)n + 1);
    path_must(out != NULL, "memory");
    va_start(args, fmt);
    vsnprintf(out, (size_t)n + 1, fmt, args);
    va_end(args);
    return out;
}

char *st_base64(struct st *s, sign_bytes b) {
    AUTO(grow) g = {0};
    g.limit = LIMIT_PIECE;
    text_base64(b, &g);
    path_must(!g.failed, "base64");
    return arena_str(st_arena(s), BYTES(g.data, g.len));
}

sign_bytes st_digest(struct st *s, const char *name, sign_bytes b) {
    uint8_t value[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const EVP_MD *md = EVP_get_digestbyname(name);
    path_must(md != NULL &&
                  EVP_Digest(b.data != NULL ? b.data : (const uint8_t *)"", b.len, value, &n, md, NULL) == 1,
              name);
    return kept(s, BYTES(value, n));
}

/* ---- words ------------------------------------------------------------------------------------------------
 */

const char *st_opt(const struct st_step *step, const char *key, const char *fallback) {
    size_t len = strlen(key);
    for (size_t i = 0; i < step->n; i++) {
        if (strncmp(step->words[i], key, len) == 0 && step->words[i][len] == '=') {
            return step->words[i] + len + 1;
        }
    }
    return fallback;
}

bool st_is(const struct st_step *step, const char *key, const char *value) {
    return strcmp(st_opt(step, key, ""), value) == 0;
}

size_t st_split(struct st *s, const char *list, char *out[ST_NAMES]) {
    size_t n = 0;
    char *rest = NULL;
    if (list == NULL || strcmp(list, "-") == 0) {
        return 0;
    }
    for (char *one = strtok_r(st_text(s, "%s", list), ",", &rest); one != NULL;
         one = strtok_r(NULL, ",", &rest)) {
        path_must(n < ST_NAMES, list);
        out[n++] = one;
    }
    return n;
}

size_t st_steps(struct st *s, const char *program, struct st_step *out, size_t most) {
    size_t n = 0;
    char *rest = NULL;
    for (char *one = strtok_r(st_text(s, "%s", program), ";", &rest); one != NULL;
         one = strtok_r(NULL, ";", &rest)) {
        char *more = NULL, *word = strtok_r(one, " \n", &more);
        if (word == NULL) {
            continue;
        }
        path_must(n < most, program);
        out[n] = (struct st_step){.verb = word};
        while ((word = strtok_r(NULL, " \n", &more)) != NULL) {
            path_must(out[n].n < ST_WORDS && strchr(word, '=') != NULL, word);
            out[n].words[out[n].n++] = word;
        }
        n++;
    }
    return n;
}

/* ---- pieces of the world ----------------------------------------------------------------------------------
 */

sign_bytes st_cert(struct st *s, const char *name) {
    unsigned char *der = NULL;
    int len = i2d_X509(path_find(&s->w, name)->cert, &der);
    path_must(len > 0, name);
    sign_bytes out = kept(s, BYTES(der, (size_t)len));
    OPENSSL_free(der);
    return out;
}

static sign_bytes name_der(struct st *s, const X509_NAME *name) {
    unsigned char *der = NULL;
    int len = i2d_X509_NAME(name, &der);
    path_must(len > 0, "name");
    sign_bytes out = kept(s, BYTES(der, (size_t)len));
    OPENSSL_free(der);
    return out;
}

sign_bytes st_name(struct st *s, const char *name, bool issuer) {
    const X509 *cert = path_find(&s->w, name)->cert;
    return name_der(s, issuer ? X509_get_issuer_name(cert) : X509_get_subject_name(cert));
}

bool st_is_crl(const char *file) {
    return strstr(file, ".crl") != NULL;
}

static OCSP_BASICRESP *basic_of(sign_bytes response, const char *file) {
    const unsigned char *at = response.data;
    OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &at, (long)response.len);
    OCSP_BASICRESP *basic = r != NULL ? OCSP_response_get1_basic(r) : NULL;
    path_must(basic != NULL, file);
    OCSP_RESPONSE_free(r);
    return basic;
}

sign_bytes st_file(struct st *s, const char *file, bool basic) {
    AUTO(sign_buf) der = path_in(&s->w, file);
    sign_bytes whole = kept(s, BYTES(der.data, der.len));
    if (!basic || st_is_crl(file)) {
        return whole;
    }
    OCSP_BASICRESP *inner = basic_of(whole, file);
    unsigned char *out = NULL;
    int len = i2d_OCSP_BASICRESP(inner, &out);
    path_must(len > 0, file);
    sign_bytes b = kept(s, BYTES(out, (size_t)len));
    OPENSSL_free(out);
    OCSP_BASICRESP_free(inner);
    return b;
}

static void time_text(const ASN1_TIME *t, char out[32]) {
    struct tm tm;
    path_must(ASN1_TIME_to_tm(t, &tm) == 1, "time");
    snprintf(out, 32, "%04d%02d%02d%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
             tm.tm_min, tm.tm_sec);
}

static void about_list(struct st *s, const char *file, struct st_revocation *out) {
    const unsigned char *at = out->whole.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)out->whole.len);
    path_must(crl != NULL, file);
    out->issuer = name_der(s, X509_CRL_get_issuer(crl));
    time_text(X509_CRL_get0_lastUpdate(crl), out->time);
    ASN1_INTEGER *number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    char *dec = number != NULL ? i2s_ASN1_INTEGER(NULL, number) : NULL;
    snprintf(out->number, sizeof out->number, "%s", dec != NULL ? dec : "");
    OPENSSL_free(dec);
    ASN1_INTEGER_free(number);
    X509_CRL_free(crl);
}

void st_revocation(struct st *s, const char *file, struct st_revocation *out) {
    *out = (struct st_revocation){.crl = st_is_crl(file), .whole = st_file(s, file, false)};
    if (out->crl) {
        about_list(s, file, out);
        return;
    }
    out->basic = st_file(s, file, true);
    OCSP_BASICRESP *basic = basic_of(out->whole, file);
    const ASN1_OCTET_STRING *key = NULL;
    const X509_NAME *name = NULL;
    path_must(OCSP_resp_get0_id(basic, &key, &name) == 1, file);
    out->by_key = key != NULL;
    out->issuer = key != NULL ? kept(s, BYTES(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key)))
                              : name_der(s, name);
    time_text(OCSP_resp_get0_produced_at(basic), out->time);
    OCSP_BASICRESP_free(basic);
}

char *st_name_text(struct st *s, sign_bytes name) {
    const unsigned char *at = name.data;
    X509_NAME *n = d2i_X509_NAME(NULL, &at, (long)name.len);
    BIO *out = BIO_new(BIO_s_mem());
    char *data = NULL;
    path_must(n != NULL && out != NULL &&
                  X509_NAME_print_ex(out, n, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0,
              "name");
    long len = BIO_get_mem_data(out, &data);
    char *written = arena_str(st_arena(s), BYTES(data, (size_t)len));
    BIO_free(out);
    X509_NAME_free(n);
    return written;
}

char *st_serial_text(struct st *s, const char *cert) {
    char *dec = i2s_ASN1_INTEGER(NULL, X509_get0_serialNumber(path_find(&s->w, cert)->cert));
    path_must(dec != NULL, cert);
    char *out = st_text(s, "%s", dec);
    OPENSSL_free(dec);
    return out;
}

char *st_xml_time(struct st *s, const char *time) {
    path_must(strlen(time) == 15, time);
    return st_text(s, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", time, time + 4, time + 6, time + 8, time + 10,
                   time + 12);
}

/* ---- signing ----------------------------------------------------------------------------------------------
 */

static sign_bytes raw_value(struct st *s, sign_bytes der, int bits) {
    uint8_t raw[2 * 66];
    const unsigned char *at = der.data;
    int field = (bits + 7) / 8;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    path_must(sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, field) == field &&
                  BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + field, field) == field,
              "ECDSA value");
    ECDSA_SIG_free(sig);
    return kept(s, BYTES(raw, 2 * (size_t)field));
}

sign_bytes st_sign(struct st *s, const char *who, const char *digest, sign_bytes what, bool raw) {
    uint8_t value[1024];
    size_t n = sizeof value;
    EVP_PKEY *key = path_find(&s->w, who)->key;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    path_must(ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_get_digestbyname(digest), NULL, key) == 1 &&
                  EVP_DigestSign(ctx, value, &n, what.data, what.len) == 1,
              who);
    EVP_MD_CTX_free(ctx);
    sign_bytes out = kept(s, BYTES(value, n));
    return raw ? raw_value(s, out, EVP_PKEY_get_bits(key)) : out;
}

sign_bytes st_flip(struct st *s, sign_bytes b) {
    sign_bytes copy = kept(s, b);
    ((uint8_t *)(uintptr_t)copy.data)[copy.len - 1] ^= 1;
    return copy;
}

void st_write(struct st *s, const char *file, sign_bytes b) {
    path_out(&s->w, file, b.data, (int)b.len);
}

/* ---- signature policies -----------------------------------------------------------------------------------
 */

#define BTK     "2.16.792.1.61.0.1.5070.3."
#define BTK_URI "http://www.eimza.gov.tr/EimzaPolitikalari/"

/* Of the guide's whole document, which is what is in use for all three (profile guide of 2012). */
static const uint8_t guide[] = {0xff, 0x39, 0xbd, 0x29, 0x46, 0x33, 0x83, 0xf6, 0x9b, 0x20, 0x52,
                                0xac, 0x47, 0x43, 0x9e, 0x06, 0xce, 0x7c, 0x3b, 0x86, 0x46, 0xe8,
                                0x88, 0xb6, 0xe5, 0xae, 0x3e, 0x46, 0xba, 0x08, 0x11, 0x7a};

bool st_policy(struct st *s, const struct st_step *step, struct st_policy *out) {
    static const struct {
        const char *name, *oid, *uri;
    } known[] = {{"p2", BTK "1.1", BTK_URI "216792161015070311.pdf"},
                 {"p3", BTK "2.1", BTK_URI "216792161015070321.pdf"},
                 {"p4", BTK "3.1", BTK_URI "216792161015070331.pdf"},
                 {"other", BTK "9.1", BTK_URI "216792161015070331.pdf"}};
    const char *name = st_opt(step, "policy", NULL);
    for (size_t i = 0; name != NULL && i < sizeof known / sizeof *known; i++) {
        if (strcmp(name, known[i].name) == 0) {
            const sign_bytes digest = BYTES(guide, sizeof guide);
            *out = (struct st_policy){.oid = known[i].oid,
                                      .uri = known[i].uri,
                                      .digest =
                                          st_is(step, "policy-hash", "wrong") ? st_flip(s, digest) : digest,
                                      .notice = st_is(step, "notice", "yes")};
            return true;
        }
    }
    path_must(name == NULL, "policy");
    return false;
}
