/* OCSP responses and documents of the rows. */
#include "path.h"

#include "base/file.h"
#include "base/limits.h"
#include "der/builder.h"
#include "der/der.h"

#include <openssl/cms.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 1024 };

static const char REVOKED_SINCE[] = "20260301000000Z";

/* ---- OCSP responses (RFC 6960, 4.2) -------------------------------------------------------------------- */

static OCSP_CERTID *certificate_id(struct path_world *w, const char *who, const char *issuer) {
    OCSP_CERTID *id;
    X509 *ca = path_find(w, issuer)->cert;
    if (strcmp(who, "-") == 0) {
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        path_must(ASN1_INTEGER_set(serial, 0x777777) == 1, who);
        id = OCSP_cert_id_new(EVP_sha1(), X509_get_subject_name(ca), X509_get0_pubkey_bitstr(ca), serial);
        ASN1_INTEGER_free(serial);
    } else {
        id = OCSP_cert_id_new(EVP_sha1(), X509_get_subject_name(ca), X509_get0_pubkey_bitstr(ca),
                              X509_get0_serialNumber(path_find(w, who)->cert));
    }
    path_must(id != NULL, who);
    return id;
}

static int status_of(const char *text, int *reason) {
    static const struct {
        const char *text;
        int reason;
    } reasons[] = {{"keyCompromise", OCSP_REVOKED_STATUS_KEYCOMPROMISE},
                   {"certificateHold", OCSP_REVOKED_STATUS_CERTIFICATEHOLD}};
    *reason = OCSP_REVOKED_STATUS_NOSTATUS;
    if (strcmp(text, "good") == 0) {
        return V_OCSP_CERTSTATUS_GOOD;
    }
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(text, reasons[i].text) == 0) {
            *reason = reasons[i].reason;
            return V_OCSP_CERTSTATUS_REVOKED;
        }
    }
    path_must(strcmp(text, "unknown") == 0, text);
    return V_OCSP_CERTSTATUS_UNKNOWN;
}

static ASN1_TIME *general(const char *text) {
    ASN1_TIME *t = ASN1_TIME_new();
    path_must(t != NULL && ASN1_GENERALIZEDTIME_set_string(t, text) == 1, text);
    return t;
}

static void put_single(struct path_world *w, OCSP_BASICRESP *basic, const char *text,
                       const struct path_answer *row) {
    char who[64], issuer[64], status[32], from[32], to[32];
    int reason;
    path_must(sscanf(text, "%63s %63s %31s %31s %31s", who, issuer, status, from, to) == 5, text);
    OCSP_CERTID *id = certificate_id(w, who, issuer);
    ASN1_TIME *begin = general(from), *end = *to != '-' ? general(to) : NULL,
              *when = general(row->revoked != NULL ? row->revoked : REVOKED_SINCE);
    int what = status_of(status, &reason);
    OCSP_SINGLERESP *single = OCSP_basic_add1_status(
        basic, id, what, reason, what == V_OCSP_CERTSTATUS_REVOKED ? when : NULL, begin, end);
    path_must(single != NULL, text);
    if (row->critical) {
        X509_EXTENSION *e = X509V3_EXT_nconf(NULL, NULL, UNKNOWN, "critical,DER:0500");
        path_must(e != NULL && OCSP_SINGLERESP_add_ext(single, e, -1) == 1, text);
        X509_EXTENSION_free(e);
    }
    OCSP_CERTID_free(id);
    ASN1_TIME_free(begin);
    ASN1_TIME_free(end);
    ASN1_TIME_free(when);
}

/* There is no setter of producedAt; with OCSP_NOTIME it stays what it is made here. */
static void produced(OCSP_BASICRESP *basic, const char *text) {
    ASN1_TIME *at = general(text);
    ASN1_STRING *field = (ASN1_STRING *)(uintptr_t)OCSP_resp_get0_produced_at(basic);
    path_must(field != NULL && ASN1_STRING_copy(field, at) == 1, text);
    ASN1_TIME_free(at);
}

static OCSP_BASICRESP *basic_response(struct path_world *w, const struct path_answer *row) {
    char text[ROW_BYTES], nonce[64], *rest = NULL;
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    const struct path_made *signer = path_find(w, row->signer);
    EVP_PKEY *key = row->key != NULL ? path_find(w, row->key)->key : signer->key;
    unsigned long flags = OCSP_NOTIME | (row->key != NULL ? 0UL : OCSP_RESPID_KEY) |
                          (row->no_certificates ? OCSP_NOCERTS : 0UL);
    snprintf(text, sizeof text, "%s", row->singles);
    for (char *one = strtok_r(text, ";", &rest); one != NULL; one = strtok_r(NULL, ";", &rest)) {
        put_single(w, basic, one, row);
    }
    if (row->nonce != NULL) {
        int n = snprintf(nonce, sizeof nonce, "%s", row->nonce);
        path_must(OCSP_basic_add1_nonce(basic, (unsigned char *)nonce, n) == 1, row->file);
    }
    produced(basic, row->produced != NULL ? row->produced : LISTED);
    if (row->key == NULL) {
        path_must(OCSP_basic_sign(basic, signer->cert, key, EVP_sha256(), NULL, flags) == 1, row->file);
        return basic;
    }
    /* The signer's name and certificate over somebody else's key: signed as if it were its own. */
    X509 *other = X509_dup(signer->cert);
    path_must(X509_set_pubkey(other, key) == 1 &&
                  OCSP_basic_sign(basic, other, key, EVP_sha256(), NULL, flags | OCSP_NOCERTS) == 1 &&
                  OCSP_basic_add1_cert(basic, signer->cert) == 1,
              row->file);
    X509_free(other);
    return basic;
}

void path_answer(struct path_world *w, const struct path_answer *row) {
    unsigned char *der = NULL;
    OCSP_BASICRESP *basic = row->status == 0 ? basic_response(w, row) : NULL;
    if (row->spoiled) {
        ASN1_OCTET_STRING *value = (ASN1_OCTET_STRING *)(uintptr_t)OCSP_resp_get0_signature(basic);
        unsigned char *octets = (unsigned char *)(uintptr_t)ASN1_STRING_get0_data(value);
        octets[ASN1_STRING_length(value) - 1] ^= 1;
    }
    OCSP_RESPONSE *response = OCSP_response_create(row->status, basic);
    path_must(response != NULL, row->file);
    int len = i2d_OCSP_RESPONSE(response, &der);
    path_out(w, row->file, der, len);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
}

/* ---- documents: CAdES made by OpenSSL -------------------------------------------------------------------
 */

sign_buf path_in(const struct path_world *w, const char *file) {
    char path[512];
    sign_buf out = {0};
    snprintf(path, sizeof path, "%s%s%s", *file == '/' ? "" : w->folder, *file == '/' ? "" : "/", file);
    path_must(file_read(path, LIMIT_PIECE, &out, NULL) == SIGN_OK, path);
    return out;
}

static void add_named(struct path_world *w, CMS_ContentInfo *cms, const char *names) {
    char text[ROW_BYTES], *rest = NULL;
    snprintf(text, sizeof text, "%s", names);
    for (char *one = strtok_r(text, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest)) {
        path_must(CMS_add1_cert(cms, path_find(w, one)->cert) == 1, one);
    }
}

static void add_authorities(struct path_world *w, CMS_ContentInfo *cms, const char *signer) {
    const struct path_cert *row = path_find(w, signer)->row;
    for (row = path_find(w, row->issuer)->row; strcmp(row->issuer, row->name) != 0;
         row = path_find(w, row->issuer)->row) {
        path_must(CMS_add1_cert(cms, path_find(w, row->name)->cert) == 1, row->name);
    }
}

static void add_lists(const struct path_world *w, CMS_ContentInfo *cms, const char *files) {
    char text[ROW_BYTES], *rest = NULL;
    snprintf(text, sizeof text, "%s", files);
    for (char *one = strtok_r(text, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest)) {
        AUTO(sign_buf) der = path_in(w, one);
        const unsigned char *at = der.data;
        X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der.len);
        path_must(crl != NULL && CMS_add0_crl(cms, crl) == 1, one);
    }
}

/* [n] SEQUENCE OF what these files hold that end in `kind`; of a response its BasicOCSPResponse. */
static void put_values(const struct path_world *w, der_builder *b, uint8_t n, const char *files,
                       const char *kind) {
    char text[ROW_BYTES], *rest = NULL;
    if (strstr(files, kind) == NULL) {
        return;
    }
    snprintf(text, sizeof text, "%s", files);
    der_begin(b, DER_CONTEXT_CONSTRUCTED(n));
    der_begin(b, DER_SEQUENCE);
    for (char *one = strtok_r(text, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest)) {
        if (strstr(one, kind) == NULL) {
            continue;
        }
        AUTO(sign_buf) der = path_in(w, one);
        const unsigned char *at = der.data;
        OCSP_RESPONSE *r = n == 1 ? d2i_OCSP_RESPONSE(NULL, &at, (long)der.len) : NULL;
        OCSP_BASICRESP *basic = r != NULL ? OCSP_response_get1_basic(r) : NULL;
        unsigned char *inner = NULL;
        int len = basic != NULL ? i2d_OCSP_BASICRESP(basic, &inner) : 0;
        path_must(n == 0 || len > 0, one);
        der_put_raw(b, n == 0 ? BYTES(der.data, der.len) : BYTES(inner, (size_t)len));
        OPENSSL_free(inner);
        OCSP_BASICRESP_free(basic);
        OCSP_RESPONSE_free(r);
    }
    der_end(b);
    der_end(b);
}

static void add_values(const struct path_world *w, CMS_SignerInfo *si, const char *files) {
    static const char id_aa_ets_revocation_values[] = "1.2.840.113549.1.9.16.2.24";
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) value = {0};
    der_begin(&b, DER_SEQUENCE);
    put_values(w, &b, 0, files, ".crl");
    put_values(w, &b, 1, files, ".ocsp");
    der_end(&b);
    path_must(der_builder_take(&b, &value, NULL) == SIGN_OK, files);
    path_must(CMS_unsigned_add1_attr_by_txt(si, id_aa_ets_revocation_values, V_ASN1_SEQUENCE, value.data,
                                            (int)value.len) == 1,
              files);
}

/*
 * Certificates put beside those of a message: OpenSSL would compare each with all the others. SET OF in DER
 * is sorted (X.690, 11.6), which CMS does not ask of what is not signed (RFC 5652, 5.1).
 */
static void flooded(const struct path_world *w, const char *file, sign_bytes message,
                    const STACK_OF(X509) * flood) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, message, false), info, explicit_, data;
    struct der_tlv t;
    AUTO(der_builder) b = {0};
    AUTO(sign_buf) out = {0};
    path_must(der_enter(&c, DER_SEQUENCE, &info) && der_take(&info, DER_OID, &t) &&
                  der_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &explicit_) &&
                  der_enter(&explicit_, DER_SEQUENCE, &data),
              file);
    der_begin(&b, DER_SEQUENCE);
    der_put_raw(&b, t.raw);
    der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(&b, DER_SEQUENCE);
    while (der_more(&data)) {
        path_must(der_any(&data, &t), file);
        if (t.tag != DER_CONTEXT_CONSTRUCTED(0)) {
            der_put_raw(&b, t.raw);
            continue;
        }
        der_begin(&b, DER_CONTEXT_CONSTRUCTED(0));
        for (int i = 0; i < sk_X509_num(flood); i++) {
            unsigned char *der = NULL;
            int len = i2d_X509(sk_X509_value(flood, i), &der);
            path_must(len > 0, file);
            der_put_raw(&b, BYTES(der, (size_t)len));
            OPENSSL_free(der);
        }
        der_put_raw(&b, t.value);
        der_end(&b);
    }
    der_end(&b);
    der_end(&b);
    der_end(&b);
    path_must(der_builder_take(&b, &out, NULL) == SIGN_OK, file);
    path_out(w, file, out.data, (int)out.len);
}

static void write_document(struct path_world *w, const struct path_document *row,
                           const STACK_OF(X509) * flood) {
    static const char content[] = "Yol ve iptal durumlari icin sinama metni, kimseyi baglamaz.\n";
    const struct path_made *signer = path_find(w, row->signer);
    BIO *in = BIO_new_mem_buf(content, sizeof content - 1);
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
    path_must(in != NULL && cms != NULL && CMS_set_detached(cms, 0) == 1, row->file);
    CMS_SignerInfo *si = CMS_add1_signer(cms, signer->cert, signer->key, EVP_sha256(),
                                         CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP);
    ASN1_TIME *claimed = ASN1_TIME_new();
    path_time(claimed, "20260115100000Z");
    path_must(si != NULL && CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime, ASN1_STRING_type(claimed),
                                                        claimed, -1) == 1,
              row->file);
    if (row->bag != NULL) {
        add_named(w, cms, row->bag);
    } else {
        add_authorities(w, cms, row->signer);
    }
    add_lists(w, cms, row->lists != NULL ? row->lists : "");
    path_must(CMS_final(cms, in, NULL, CMS_BINARY) == 1, row->file);
    if (row->values != NULL) {
        add_values(w, si, row->values);
    }
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    if (flood != NULL) {
        path_must(len > 0, row->file);
        flooded(w, row->file, BYTES(der, (size_t)len), flood);
    } else {
        path_out(w, row->file, der, len);
    }
    OPENSSL_free(der);
    ASN1_TIME_free(claimed);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
}

void path_document(struct path_world *w, const struct path_document *row) {
    write_document(w, row, NULL);
}

void path_flooded(struct path_world *w, const struct path_document *row, const STACK_OF(X509) * flood) {
    write_document(w, row, flood);
}

void path_certs(struct path_world *w, const struct path_cert *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char file[128];
        path_cert(w, &rows[i]);
        snprintf(file, sizeof file, "%s.p7m", rows[i].name);
        if (strncmp(rows[i].name, "signer-", 7) == 0) {
            path_document(w, &(struct path_document){.file = file, .signer = rows[i].name});
        }
    }
}
