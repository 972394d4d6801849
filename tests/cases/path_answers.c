/* 71 and 72: what OCSP responses say, who may say it, and what a signature brings along. */
#include "path.h"
#include "xml_vectors.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { ROW_BYTES = 2048 };

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

#define OCSP_EKU "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\n" KEY_IDS
#define OF_RESPONDERS                                                                                        \
    "crlNumber=ASN1:INTEGER:7\nissuingDistributionPoint=critical,fullname:URI:http://depo.ornek.tr/r.crl\n"
#define NO_CHECK      "noCheck=ignored\n"
#define ABOUT(status) "signer-asked asked " status " " LISTED " " NEXT

static void responders(struct path_world *w) {
    static const struct path_cert certs[] = {
        {"asked", "root", .ext = CA, .silent = true},
        {"asked-too", "root", .ext = CA, .silent = true},
        /* The name of the authority and another key. */
        {"asked-twin", "asked-twin", .ext = CA, .subject = "CN=asked", .silent = true},
        {"signer-asked", "asked", .ext = SIGNER},
        {"signer-beside", "asked", .ext = SIGNER},
        {"signer-nocheck", "asked", .ext = SIGNER NO_CHECK},
        {"responder", "asked", .ext = OCSP_EKU NO_CHECK},
        {"responder-no-eku", "asked", .ext = "keyUsage=critical,digitalSignature\n" KEY_IDS NO_CHECK},
        {"responder-other-eku", "asked",
         .ext = "keyUsage=critical,digitalSignature\nextendedKeyUsage=timeStamping,clientAuth\n" KEY_IDS
             NO_CHECK},
        {"responder-any-eku", "asked",
         .ext =
             "keyUsage=critical,digitalSignature\nextendedKeyUsage=anyExtendedKeyUsage\n" KEY_IDS NO_CHECK},
        {"responder-encipher", "asked",
         .ext = "keyUsage=critical,keyEncipherment\nextendedKeyUsage=OCSPSigning\n" KEY_IDS NO_CHECK},
        {"responder-of-root", "root", .ext = OCSP_EKU NO_CHECK},
        {"responder-of-too", "asked-too", .ext = OCSP_EKU NO_CHECK},
        {"responder-of-twin", "asked-twin", .ext = OCSP_EKU NO_CHECK},
        {"responder-alone", "responder-alone", .ext = OCSP_EKU NO_CHECK},
        {"responder-below", "responder", .ext = OCSP_EKU NO_CHECK},
        {"responder-expired", "asked", .ext = OCSP_EKU NO_CHECK, .to = "20260501000000Z"},
        {"responder-until-now", "asked", .ext = OCSP_EKU NO_CHECK, .to = "20260601000000Z"},
        {"responder-critical", "asked", .ext = OCSP_EKU NO_CHECK UNKNOWN "=critical,DER:0500\n"},
        /* Its status is on a list of its own distribution point: none that covers the signers. */
        {"responder-checked", "asked",
         .ext = OCSP_EKU "crlDistributionPoints=URI:http://depo.ornek.tr/r.crl\n"},
    };
    static const struct path_list lists[] = {
        {"asked-responders.crl", .issuer = "asked", .ext = OF_RESPONDERS},
        {"asked-responder-revoked.crl", .issuer = "asked", .ext = OF_RESPONDERS,
         .entries = "responder-checked 20260301000000Z keyCompromise"},
        {"asked-nocheck-revoked.crl", .issuer = "asked",
         .entries = "signer-nocheck 20260301000000Z keyCompromise"},
        {"asked-all.crl", .issuer = "asked"},
        {"asked-revokes.crl", .issuer = "asked", .from = "20260530000000Z",
         .entries = "signer-asked 20260301000000Z keyCompromise"},
        {"root-may.crl", .issuer = "root", .from = "20260501000000Z", .to = "20260508000000Z"},
    };
    path_certs(w, certs, COUNT(certs));
    for (size_t i = 0; i < COUNT(lists); i++) {
        path_list(w, &lists[i]);
    }
}

static void make(struct path_world *w, const struct path_answer *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        path_answer(w, &rows[i]);
    }
}

/* Who signed it. */
static void hands(struct path_world *w) {
    static const struct path_answer rows[] = {
        {"good.ocsp", "responder", .singles = ABOUT("good")},
        {"direct.ocsp", "asked", .singles = ABOUT("good")},
        {"no-eku.ocsp", "responder-no-eku", .singles = ABOUT("good")},
        {"other-eku.ocsp", "responder-other-eku", .singles = ABOUT("good")},
        {"any-eku.ocsp", "responder-any-eku", .singles = ABOUT("good")},
        {"encipher.ocsp", "responder-encipher", .singles = ABOUT("good")},
        {"of-root.ocsp", "responder-of-root", .singles = ABOUT("good")},
        {"of-too.ocsp", "responder-of-too", .singles = ABOUT("good")},
        {"of-twin.ocsp", "responder-of-twin", .singles = ABOUT("good")},
        {"twin.ocsp", "asked-twin", .singles = ABOUT("good")},
        {"alone.ocsp", "responder-alone", .singles = ABOUT("good")},
        {"below.ocsp", "responder-below", .singles = ABOUT("good")},
        {"root.ocsp", "root", .singles = ABOUT("good")},
        {"signer-expired.ocsp", "responder-expired", .singles = ABOUT("good")},
        {"signer-until-now.ocsp", "responder-until-now", .singles = ABOUT("good")},
        {"signer-until-now-revoked.ocsp", "responder-until-now", .singles = ABOUT("keyCompromise")},
        {"signer-critical.ocsp", "responder-critical", .singles = ABOUT("good")},
        {"checked.ocsp", "responder-checked", .singles = ABOUT("good")},
        {"by-signer.ocsp", "signer-asked", .singles = ABOUT("good")},
        {"by-beside.ocsp", "signer-beside", .singles = ABOUT("good")},
        {"other-key.ocsp", "responder", .singles = ABOUT("good"), .key = "asked-twin"},
        {"spoiled.ocsp", "responder", .singles = ABOUT("good"), .spoiled = true},
        {"no-certificates.ocsp", "responder", .singles = ABOUT("good"), .no_certificates = true},
        {"direct-no-certificates.ocsp", "asked", .singles = ABOUT("good"), .no_certificates = true},
        {"try-later.ocsp", "responder", .singles = "", .status = 3},
        {"unauthorized.ocsp", "responder", .singles = "", .status = 6},
        {"internal-error.ocsp", "responder", .singles = "", .status = 2},
    };
    make(w, rows, COUNT(rows));
}

/* What it says, about whom, and when. */
static void words(struct path_world *w) {
    static const struct path_answer rows[] = {
        {"revoked.ocsp", "responder", .singles = ABOUT("keyCompromise")},
        {"held.ocsp", "responder", .singles = ABOUT("certificateHold")},
        {"unknown.ocsp", "responder", .singles = ABOUT("unknown")},
        {"beside.ocsp", "responder", .singles = "signer-beside asked good " LISTED " " NEXT},
        {"nobody.ocsp", "responder", .singles = "- asked good " LISTED " " NEXT},
        {"other-issuer.ocsp", "responder", .singles = "signer-asked asked-too good " LISTED " " NEXT},
        {"other-issuer-key.ocsp", "responder", .singles = "signer-asked asked-twin good " LISTED " " NEXT},
        {"several.ocsp", "responder",
         .singles = "signer-beside asked keyCompromise " LISTED " " NEXT ";- asked unknown " LISTED " " NEXT
                    ";" ABOUT("good")},
        {"several-revoked.ocsp", "responder",
         .singles = "signer-beside asked good " LISTED " " NEXT ";- asked good " LISTED " " NEXT
                    ";" ABOUT("keyCompromise")},
        {"contradiction.ocsp", "responder", .singles = ABOUT("good") ";" ABOUT("keyCompromise")},
        {"contradiction-turned.ocsp", "responder", .singles = ABOUT("keyCompromise") ";" ABOUT("good")},
        {"expired.ocsp", "responder", .singles = "signer-asked asked good 20260501000000Z 20260508000000Z",
         .produced = "20260501000000Z"},
        {"expired-produced-now.ocsp", "responder",
         .singles = "signer-asked asked good 20260501000000Z 20260508000000Z"},
        {"expired-revoked.ocsp", "responder",
         .singles = "signer-asked asked keyCompromise 20260501000000Z 20260508000000Z",
         .produced = "20260501000000Z"},
        {"future.ocsp", "responder", .singles = "signer-asked asked good 20260603000000Z 20260610000000Z",
         .produced = "20260603000000Z"},
        {"produced-early.ocsp", "responder", .singles = ABOUT("good"), .produced = "20250531000000Z"},
        {"no-next.ocsp", "responder", .singles = "signer-asked asked good 20260601110000Z -",
         .produced = "20260601110000Z"},
        {"no-next-old.ocsp", "responder", .singles = "signer-asked asked good 20260401000000Z -",
         .produced = "20260401000000Z"},
        {"no-next-replayed.ocsp", "responder", .singles = "signer-asked asked good 20260401000000Z -",
         .produced = "20260601110000Z"},
        {"critical.ocsp", "responder", .singles = ABOUT("good"), .critical = true},
        /* A response that somebody gave answers nobody's request: its nonce binds nothing (RFC 8954). */
        {"nonce.ocsp", "responder", .singles = ABOUT("good"), .nonce = "another request's nonce, 32 oct"},
        {"nocheck-revoked.ocsp", "responder",
         .singles = "signer-nocheck asked keyCompromise " LISTED " " NEXT},
    };
    make(w, rows, COUNT(rows));
}

void path_answers(struct path_world *w) {
    responders(w);
    hands(w);
    words(w);
}

/* ---- 72 --------------------------------------------------------------------------------------------------
 */

/* The files that end in `kind`, each as an element of that name. */
static char *encapsulated(struct xforge *x, struct path_world *w, const char *files, const char *kind,
                          const char *name) {
    char text[ROW_BYTES], *rest = NULL, *out = xf(x, "%s", "");
    snprintf(text, sizeof text, "%s", files);
    for (char *one = strtok_r(text, " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest)) {
        if (strstr(one, kind) == NULL) {
            continue;
        }
        AUTO(sign_buf) der = path_in(w, one);
        AUTO(grow) base64 = {0};
        text_base64(BYTES(der.data, der.len), &base64);
        grow_byte(&base64, 0);
        path_must(!base64.failed, one);
        out = xf(x, "%s<xades:Encapsulated%sValue>%s</xades:Encapsulated%sValue>", out, name,
                 (const char *)base64.data, name);
    }
    return xf(x, "%s%s%s%s%s%s%s", *out ? "<xades:" : "", *out ? name : "", *out ? "Values>" : "", out,
              *out ? "</xades:" : "", *out ? name : "", *out ? "Values>" : "");
}

/* An XAdES signature of the test PKI with these lists and responses among its unsigned properties. */
static void xades(struct path_world *w, struct xforge *x, const char *file, const char *signer,
                  const char *files) {
    const struct xsig s = {.signer = signer,
                           .refs = xml_data(x),
                           .unsigned_ = xf(x, "<xades:RevocationValues>%s%s</xades:RevocationValues>",
                                           encapsulated(x, w, files, ".crl", "CRL"),
                                           encapsulated(x, w, files, ".ocsp", "OCSP"))};
    xml_finish(x, file, xml_document(x, xf(x, VERI "%s", xf_signature(x, &s))), &s);
}

static void of_the_test_pki(struct path_world *w) {
    static const struct path_cert certs[] = {
        {"ca-ec", "ca-ec", .ext = ""}, {"root-ec", "root-ec", .ext = ""}, {"nes-p256", "ca-ec", .ext = ""}};
    static const struct path_list lists[] = {
        {"xades-spoofed.crl", .issuer = "ca-ec", .key = "stranger"},
        {"xades-spoofed-root.crl", .issuer = "root-ec", .key = "stranger"},
        {"xades-ca.crl", .issuer = "ca-ec"},
        {"xades-root.crl", .issuer = "root-ec"}};
#define XADES_GOOD "nes-p256 ca-ec good " LISTED " " NEXT
    static const struct path_answer answers[] = {
        {"xades.ocsp", "ca-ec", .singles = XADES_GOOD},
        {"xades-spoofed.ocsp", "ca-ec", .singles = XADES_GOOD, .key = "stranger"},
        {"xades-by-signer.ocsp", "nes-p256", .singles = XADES_GOOD},
    };
    static const struct {
        const char *file, *values;
    } docs[] = {
        {"values.xml", "xades-ca.crl xades-root.crl"},
        {"values-ocsp.xml", "xades-root.crl xades.ocsp"},
        {"values-signer-only.xml", "xades-ca.crl"},
        {"values-signer-only-ocsp.xml", "xades.ocsp"},
        {"values-spoofed.xml", "xades-spoofed.crl xades-root.crl"},
        {"values-spoofed-root.xml", "xades-ca.crl xades-spoofed-root.crl"},
        {"values-spoofed-ocsp.xml", "xades-root.crl xades-spoofed.ocsp"},
        {"values-by-signer-ocsp.xml", "xades-root.crl xades-by-signer.ocsp"},
    };
    struct xforge x;
    for (size_t i = 0; i < COUNT(certs); i++) {
        path_import(w, &certs[i]);
    }
    for (size_t i = 0; i < COUNT(lists); i++) {
        path_list(w, &lists[i]);
    }
    make(w, answers, COUNT(answers));
    xforge_open(&x, w->folder);
    for (size_t i = 0; i < COUNT(docs); i++) {
        xades(w, &x, docs[i].file, NULL, docs[i].values);
    }
    xades(w, &x, "values-revoked.xml", "nes-revoked",
          SIGN_TEST_PKI "/ca-ec.crl " SIGN_TEST_PKI "/root-ec.crl");
    path_must(!x.failed, "XAdES");
    xforge_close(&x);
}

void path_carried(struct path_world *w) {
    static const struct path_cert certs[] = {
        {"signer-valued", "ca", .ext = SIGNER},
        {"ca-pretended", "ca-pretended", .ext = CA, .subject = "CN=ca", .silent = true},
        {"responder-pretended", "ca-pretended", .ext = OCSP_EKU NO_CHECK},
    };
    static const struct path_list lists[] = {
        {"valued-revoked.crl", .issuer = "ca", .entries = "signer-valued 20260301000000Z keyCompromise"},
        {"valued-spoofed.crl", .issuer = "ca", .key = "ca-pretended"},
        {"valued-spoofed-own-id.crl", .issuer = "ca-pretended"},
        {"valued-spoofed-revoked.crl", .issuer = "ca", .key = "ca-pretended",
         .entries = "signer-valued 20260301000000Z keyCompromise"},
        {"valued-by-signer.crl", .issuer = "ca", .key = "signer-valued"},
    };
#define VALUED "signer-valued ca good " LISTED " " NEXT
    static const struct path_answer answers[] = {
        {"valued.ocsp", "ca", .singles = VALUED},
        {"valued-spoofed.ocsp", "responder-pretended", .singles = VALUED},
        {"valued-by-signer.ocsp", "signer-valued", .singles = VALUED},
        {"valued-other-key.ocsp", "ca", .singles = VALUED, .key = "ca-pretended"},
    };
    static const struct path_document docs[] = {
        {"values-none.p7m", .signer = "signer-valued"},
        {"values.p7m", .signer = "signer-valued", .values = "lists/ca.crl lists/root.crl"},
        {"values-ocsp.p7m", .signer = "signer-valued", .values = "lists/root.crl valued.ocsp"},
        {"values-signer-only.p7m", .signer = "signer-valued", .values = "lists/ca.crl"},
        {"values-ca-only.p7m", .signer = "signer-valued", .values = "lists/root.crl"},
        {"values-others.p7m", .signer = "signer-valued",
         .values = "listed.crl told.crl lists/root.crl good.ocsp"},
        {"values-spoofed.p7m", .signer = "signer-valued", .values = "valued-spoofed.crl lists/root.crl"},
        {"values-spoofed-first.p7m", .signer = "signer-valued",
         .values = "valued-spoofed.crl lists/ca.crl lists/root.crl"},
        {"values-spoofed-bag.p7m", .signer = "signer-valued", .bag = "ca ca-pretended",
         .values = "valued-spoofed-own-id.crl lists/root.crl"},
        {"values-spoofed-revoked.p7m", .signer = "signer-valued",
         .values = "valued-spoofed-revoked.crl lists/root.crl"},
        {"values-by-signer.p7m", .signer = "signer-valued", .values = "valued-by-signer.crl lists/root.crl"},
        {"values-spoofed-ocsp.p7m", .signer = "signer-valued", .bag = "ca ca-pretended responder-pretended",
         .values = "lists/root.crl valued-spoofed.ocsp"},
        {"values-by-signer-ocsp.p7m", .signer = "signer-valued",
         .values = "lists/root.crl valued-by-signer.ocsp"},
        {"values-other-key-ocsp.p7m", .signer = "signer-valued",
         .values = "lists/root.crl valued-other-key.ocsp"},
        {"values-revoked.p7m", .signer = "signer-valued", .values = "valued-revoked.crl lists/root.crl"},
        {"carried.p7m", .signer = "signer-valued", .lists = "lists/ca.crl lists/root.crl"},
        {"carried-spoofed.p7m", .signer = "signer-valued", .lists = "valued-spoofed.crl lists/root.crl"},
        {"carried-signer-only.p7m", .signer = "signer-valued", .lists = "lists/ca.crl"},
    };
    path_certs(w, certs, COUNT(certs));
    for (size_t i = 0; i < COUNT(lists); i++) {
        path_list(w, &lists[i]);
    }
    make(w, answers, COUNT(answers));
    for (size_t i = 0; i < COUNT(docs); i++) {
        path_document(w, &docs[i]);
    }
    of_the_test_pki(w);
}
