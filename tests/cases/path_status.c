/* 69 and 70: what revocation lists say, and which of them may say it. */
#include "path.h"

#include <openssl/x509.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

#define AKI       "authorityKeyIdentifier=keyid\n"
#define NUMBER(n) AKI "crlNumber=ASN1:INTEGER:" n "\n"
#define DELTA(n)  NUMBER(n) "deltaCRL=critical,ASN1:INTEGER:6\n"
#define KEEPS(t)  "2.5.29.60=ASN1:GENERALIZEDTIME:" t "\n" /* expiredCertsOnCRL (X.509, 9.5.2.8) */
#define SCOPE(s)  NUMBER("7") "issuingDistributionPoint=critical," s "\n"

static void make(struct path_world *w, const struct path_list *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        path_list(w, &rows[i]);
    }
}

static void documents(struct path_world *w, const struct path_document *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        path_document(w, &rows[i]);
    }
}

void path_revocations(struct path_world *w) {
    static const struct path_cert certs[] = {
        {"told", "root", .ext = CA, .silent = true},
        {"signer-told", "told", .ext = SIGNER},
    };
    static const struct path_list lists[] = {
        {"told.crl", .issuer = "told"},
        {"told-january.crl", .issuer = "told", .from = "20260131000000Z", .to = "20260207000000Z"},
        {"told-revoked.crl", .issuer = "told", .entries = "signer-told 20260301000000Z keyCompromise"},
        {"told-revoked-no-reason.crl", .issuer = "told", .entries = "signer-told 20260301000000Z -"},
        {"told-revoked-expired.crl", .issuer = "told", .from = "20260401000000Z", .to = "20260408000000Z",
         .entries = "signer-told 20260301000000Z keyCompromise"},
        {"told-revoked-later.crl", .issuer = "told", .entries = "signer-told 20260605000000Z keyCompromise"},
        {"told-held.crl", .issuer = "told", .entries = "signer-told 20260301000000Z certificateHold"},
        {"told-held-delta.crl", .issuer = "told", .ext = DELTA("8"),
         .entries = "signer-told 20260530000000Z certificateHold"},
        {"told-removed-delta.crl", .issuer = "told", .ext = DELTA("8"),
         .entries = "signer-told 20260530000000Z removeFromCRL"},
        {"told-revoked-delta.crl", .issuer = "told", .ext = DELTA("8"),
         .entries = "signer-told 20260530000000Z keyCompromise"},
        {"told-empty-delta.crl", .issuer = "told", .ext = DELTA("8")},
        /* removeFromCRL belongs into a delta (RFC 5280, 5.3.1): here there is none that it could release. */
        {"told-removed.crl", .issuer = "told", .entries = "signer-told 20260530000000Z removeFromCRL"},
        {"root-revokes-ca.crl", .issuer = "root", .entries = "told 20260301000000Z cACompromise"},
        {"root-holds-ca.crl", .issuer = "root", .entries = "told 20260301000000Z certificateHold"},
        {"root-revokes-ca-later.crl", .issuer = "root", .entries = "told 20260605000000Z cACompromise"},
        {"root-january.crl", .issuer = "root", .from = "20260131000000Z", .to = "20260207000000Z"},
    };
    path_certs(w, certs, COUNT(certs));
    make(w, lists, COUNT(lists));
}

/* The issuing authority, who else has its name, and who signs for it. */
static void listers(struct path_world *w) {
    static const struct path_cert certs[] = {
        {"issuing", "root", .ext = CA, .silent = true},
        {"signer-listed", "issuing", .ext = SIGNER},
        {"signer-young", "issuing", .ext = SIGNER, .from = "20260515000000Z"},
        {"signer-point", "issuing", .ext = SIGNER "crlDistributionPoints=URI:http://depo.ornek.tr/a.crl\n"},
        {"signer-indirect", "issuing",
         .ext = SIGNER "crlDistributionPoints=point\n[point]\nfullname=URI:http://depo.ornek.tr/i.crl\n"
                       "CRLissuer=dirName:who\n[who]\nCN=list-maker\n"},
        {"list-maker", "root", .ext = "keyUsage=critical,cRLSign\n" KEY_IDS, .silent = true},
        {"list-maker-no-sign", "root", .ext = "keyUsage=critical,digitalSignature\n" KEY_IDS,
         .subject = "CN=list-maker", .silent = true},
        {"list-maker-expired", "root", .ext = "keyUsage=critical,cRLSign\n" KEY_IDS,
         .subject = "CN=list-maker", .to = "20260501000000Z", .silent = true},
        {"list-maker-until-now", "root", .ext = "keyUsage=critical,cRLSign\n" KEY_IDS,
         .subject = "CN=list-maker", .to = "20260601000000Z", .silent = true},
        /* The name of the issuing authority and another key: below the root, and below nobody. */
        {"namesake", "ca", .ext = CA, .subject = "CN=issuing", .silent = true},
        {"issuing-new-key", "root", .ext = CA, .subject = "CN=issuing", .silent = true},
        {"namesake-alone", "namesake-alone", .ext = CA, .subject = "CN=issuing", .silent = true},
        {"no-crl-sign", "root",
         .ext = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n" KEY_IDS, .silent = true},
        {"signer-no-crl-sign", "no-crl-sign", .ext = SIGNER},
        {"stranger", "stranger", .ext = CA, .silent = true},
    };
    static const struct path_document docs[] = {
        {"listed-namesake.p7m", .signer = "signer-listed", .bag = "issuing namesake ca"},
        {"listed-new-key.p7m", .signer = "signer-listed", .bag = "issuing issuing-new-key"},
        {"listed-namesake-alone.p7m", .signer = "signer-listed", .bag = "issuing namesake-alone"},
        {"indirect.p7m", .signer = "signer-indirect", .bag = "issuing list-maker"},
        {"indirect-no-maker.p7m", .signer = "signer-indirect", .bag = "issuing"},
        {"indirect-no-sign.p7m", .signer = "signer-indirect", .bag = "issuing list-maker-no-sign"},
        {"indirect-expired.p7m", .signer = "signer-indirect", .bag = "issuing list-maker-expired"},
        {"indirect-until-now.p7m", .signer = "signer-indirect", .bag = "issuing list-maker-until-now"},
        {"listed-list-maker.p7m", .signer = "signer-listed", .bag = "issuing list-maker"},
    };
    path_certs(w, certs, COUNT(certs));
    documents(w, docs, COUNT(docs));
}

#define REST                                                                                                 \
    "CACompromise,affiliationChanged,superseded,cessationOfOperation,certificateHold,privilegeWithdrawn,"    \
    "AACompromise"

void path_lists(struct path_world *w) {
    static const struct path_list lists[] = {
        {"listed.crl", .issuer = "issuing"},
        {"listed-only-user.crl", .issuer = "issuing", .ext = SCOPE("onlyuser:TRUE")},
        {"listed-only-ca.crl", .issuer = "issuing", .ext = SCOPE("onlyCA:TRUE")},
        {"listed-only-attribute.crl", .issuer = "issuing", .ext = SCOPE("onlyAA:TRUE")},
        {"root-only-user.crl", .issuer = "root", .ext = SCOPE("onlyuser:TRUE")},
        {"root-only-ca.crl", .issuer = "root", .ext = SCOPE("onlyCA:TRUE")},
        {"listed-point-a.crl", .issuer = "issuing", .ext = SCOPE("fullname:URI:http://depo.ornek.tr/a.crl")},
        {"listed-point-b.crl", .issuer = "issuing", .ext = SCOPE("fullname:URI:http://depo.ornek.tr/b.crl")},
        {"listed-key.crl", .issuer = "issuing", .ext = SCOPE("@only\n[only]\nonlysomereasons=keyCompromise")},
        {"listed-rest.crl", .issuer = "issuing", .ext = SCOPE("@only\n[only]\nonlysomereasons=" REST)},
        {"listed-delta.crl", .issuer = "issuing", .ext = DELTA("8")},
        /* A delta that starts from a newer base than the one at hand (RFC 5280, 5.2.4 (c)). */
        {"listed-delta-far.crl", .issuer = "issuing",
         .ext = NUMBER("30") "deltaCRL=critical,ASN1:INTEGER:20\n"},
        {"listed-expired.crl", .issuer = "issuing", .from = "20260501000000Z", .to = "20260508000000Z"},
        {"listed-future.crl", .issuer = "issuing", .from = "20260602000000Z", .to = "20260609000000Z"},
        {"listed-no-next.crl", .issuer = "issuing", .to = "-"},
        {"listed-old.crl", .issuer = "issuing", .from = "20260501000000Z", .to = "20260607000000Z"},
        {"listed-critical.crl", .issuer = "issuing", .ext = NUMBER("7") UNKNOWN "=critical,DER:0500\n"},
        {"listed-unknown.crl", .issuer = "issuing", .ext = NUMBER("7") UNKNOWN "=DER:0500\n"},
        {"listed-entry-critical.crl", .issuer = "issuing", .entries = "stranger 20260301000000Z critical"},
        {"listed-entry-critical-ours.crl", .issuer = "issuing",
         .entries = "signer-listed 20260301000000Z critical"},
        {"listed-spoiled.crl", .issuer = "issuing", .spoiled = true},
        {"listed-stranger.crl", .issuer = "issuing", .key = "stranger"},
        {"listed-namesake.crl", .issuer = "namesake"},
        {"listed-new-key.crl", .issuer = "issuing-new-key"},
        {"listed-namesake-alone.crl", .issuer = "namesake-alone"},
        {"listed-no-aki.crl", .issuer = "issuing", .ext = "crlNumber=ASN1:INTEGER:7\n"},
        {"listed-namesake-no-aki.crl", .issuer = "namesake", .ext = "crlNumber=ASN1:INTEGER:7\n"},
        {"listed-by-signer.crl", .issuer = "issuing", .key = "signer-listed"},
        {"no-crl-sign.crl", .issuer = "no-crl-sign"},
        {"indirect.crl", .issuer = "list-maker",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl")},
        {"indirect-revoked.crl", .issuer = "list-maker",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl"),
         .entries = "signer-indirect 20260301000000Z keyCompromise issuing"},
        {"indirect-other.crl", .issuer = "list-maker",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl"),
         .entries = "signer-indirect 20260301000000Z keyCompromise root"},
        /* An entry belongs to the certificate issuer of those before it (5.3.3). */
        {"indirect-inherited.crl", .issuer = "list-maker",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl"),
         .entries = "stranger 20260301000000Z keyCompromise issuing;signer-indirect 20260301000000Z -"},
        /* Not said to be indirect (6.3.3 (b) (1)). */
        {"indirect-unsaid.crl", .issuer = "list-maker"},
        {"indirect-by-stranger.crl", .issuer = "list-maker", .key = "stranger",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl")},
        {"indirect-no-sign.crl", .issuer = "list-maker-no-sign",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl")},
        {"indirect-expired.crl", .issuer = "list-maker-expired",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl")},
        {"indirect-until-now.crl", .issuer = "list-maker-until-now",
         .ext = SCOPE("indirectCRL:TRUE,fullname:URI:http://depo.ornek.tr/i.crl")},
        /* About a signer who expired on the first of May: from his time, and from after it. */
        {"ca-april.crl", .issuer = "ca", .from = "20260420000000Z", .to = "20260427000000Z"},
        {"ca-april-revoked.crl", .issuer = "ca", .from = "20260420000000Z", .to = "20260427000000Z",
         .entries = "signer-expired 20260401000000Z keyCompromise"},
        {"ca-april-long.crl", .issuer = "ca", .from = "20260420000000Z", .to = "20260607000000Z"},
        {"ca-keeps.crl", .issuer = "ca", .ext = NUMBER("7") KEEPS("20260501000000Z")},
        {"ca-keeps-later.crl", .issuer = "ca", .ext = NUMBER("7") KEEPS("20260501000001Z")},
        {"listed-long.crl", .issuer = "issuing", .fill = 5000},
    };
    listers(w);
    make(w, lists, COUNT(lists));
}
