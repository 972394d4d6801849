/* Which identities there are. An issuer stands above what it issues. */
#include "mkpki.h"

#define POLICY_NES   "2.16.792.1.2.1.1.5.7.1.1"
#define POLICY_SEAL  "2.16.792.1.2.1.1.5.7.1.10"
#define POLICY_MALI  "2.16.792.1.2.1.1.5.7.4.1"
#define POLICY_STAMP "2.16.792.1.2.1.1.5.7.3.1"
#define EKU_MALI     "2.16.792.1.2.1.1.5.7.50.1"
#define EKU_ENCRYPT  "2.16.792.1.2.1.1.5.7.50.2"
#define USAGE_NES    "critical,digitalSignature,nonRepudiation"
#define USAGE_CA     "critical,keyCertSign,cRLSign"
#define QC_NES       (QC_SYNTAX | QC_COMPLIANCE | QC_LAW)

static const struct shape root = {.usage = USAGE_CA, .basic = "critical,CA:TRUE"};
static const struct shape ca = {.usage = USAGE_CA, .basic = "critical,CA:TRUE,pathlen:0"};
static const struct shape notca = {.usage = USAGE_CA, .basic = "critical,CA:FALSE"};
static const struct shape nokusage = {.usage = "critical,cRLSign", .basic = "critical,CA:TRUE,pathlen:0"};
static const struct shape nes = {.subject = SUBJECT_PERSON,
                                 .usage = USAGE_NES,
                                 .policy = POLICY_NES,
                                 .notice = true,
                                 .signer = true,
                                 .qc = QC_NES};
static const struct shape nonr = {.subject = SUBJECT_PERSON,
                                  .usage = "critical,digitalSignature",
                                  .policy = POLICY_NES,
                                  .notice = true,
                                  .signer = true,
                                  .qc = QC_NES};
static const struct shape nronly = {.subject = SUBJECT_PERSON,
                                    .usage = "critical,nonRepudiation",
                                    .policy = POLICY_NES,
                                    .notice = true,
                                    .signer = true,
                                    .qc = QC_NES};
static const struct shape nonotice = {
    .subject = SUBJECT_PERSON, .usage = USAGE_NES, .policy = POLICY_NES, .signer = true, .qc = QC_NES};
static const struct shape noetsi = {.subject = SUBJECT_PERSON,
                                    .usage = USAGE_NES,
                                    .policy = POLICY_NES,
                                    .notice = true,
                                    .signer = true,
                                    .qc = QC_SYNTAX | QC_LAW};
static const struct shape nobtk = {.subject = SUBJECT_PERSON,
                                   .usage = USAGE_NES,
                                   .policy = POLICY_NES,
                                   .notice = true,
                                   .signer = true,
                                   .qc = QC_SYNTAX | QC_COMPLIANCE};
static const struct shape limited = {.subject = SUBJECT_PERSON,
                                     .usage = USAGE_NES,
                                     .policy = POLICY_NES,
                                     .notice = true,
                                     .signer = true,
                                     .qc = QC_NES | QC_LIMIT};
static const struct shape encrypting = {
    .subject = SUBJECT_PERSON, .usage = "critical,keyEncipherment", .extended = EKU_ENCRYPT, .signer = true};
static const struct shape agreeing = {
    .subject = SUBJECT_PERSON, .usage = "critical,keyAgreement", .extended = EKU_ENCRYPT, .signer = true};
static const struct shape seal = {.subject = SUBJECT_ORG,
                                  .usage = USAGE_NES,
                                  .policy = POLICY_SEAL,
                                  .notice = true,
                                  .signer = true,
                                  .qc = QC_NES | QC_SEAL};
static const struct shape qseal = {.subject = SUBJECT_ORG,
                                   .usage = USAGE_NES,
                                   .policy = POLICY_SEAL,
                                   .notice = true,
                                   .signer = true,
                                   .qc = QC_SYNTAX | QC_COMPLIANCE | QC_QUALIFIED | QC_QUALIFIED_SEAL};
static const struct shape mali = {.subject = SUBJECT_ORG,
                                  .usage = USAGE_NES,
                                  .extended = EKU_MALI,
                                  .policy = POLICY_MALI,
                                  .notice = true,
                                  .signer = true};
/* RFC 3161, 2.3: the extended key usage is critical and holds timeStamping alone. */
static const struct shape stamp = {
    .usage = USAGE_NES, .extended = "critical,timeStamping", .policy = POLICY_STAMP};
/* RFC 6960, 4.2.2.2. */
static const struct shape responder = {
    .usage = "critical,digitalSignature", .extended = "OCSPSigning", .nocheck = true};

const struct shape *shape_root(void) {
    return &root;
}

const struct shape *shape_ca(void) {
    return &ca;
}

const struct shape *shape_bench(void) {
    return &nronly;
}

#define ROOT_FROM "20190101000000Z"
#define ROOT_TO   "20491231235959Z"
#define CA_TO     "20481231235959Z"
#define FROM      "20250101000000Z"
#define TO        "20441231235959Z"

#define SHA256_EC                                                                                            \
    { "SHA256", -1 }
#define SHA384_EC                                                                                            \
    { "SHA384", -1 }
#define SHA256_PSS                                                                                           \
    { "SHA256", 32 }
#define SHA384_PSS                                                                                           \
    { "SHA384", 48 }
#define NONE                                                                                                 \
    { NULL, -1 }

#define CA_TITLE "Mavi Kalem Test NES Hizmet Sağlayıcısı "

/* clang-format off */
static const struct row rows[] = {
    {"root-ec", "root-ec", KEY_P384, &root, 0, "Mavi Kalem Test Kök Sertifikası EC - Sürüm 1", ROOT_FROM, ROOT_TO, SHA384_EC},
    {"root-rsa", "root-rsa", KEY_RSA4096, &root, 0, "Mavi Kalem Test Kök Sertifikası RSA - Sürüm 1", ROOT_FROM, ROOT_TO, SHA384_PSS},
    {"other-root", "other-root", KEY_P256, &root, 0, "Güvenilmeyen Test Kök Sertifikası", ROOT_FROM, ROOT_TO, SHA256_EC},
    {"ca-ec", "root-ec", KEY_P384, &ca, 0, CA_TITLE "EC - Sürüm 1", ROOT_FROM, CA_TO, SHA384_EC},
    {"ca-rsa", "root-rsa", KEY_RSA4096, &ca, 0, CA_TITLE "RSA - Sürüm 1", ROOT_FROM, CA_TO, SHA256_PSS},
    {"ca-revoked", "root-ec", KEY_P256, &ca, 0, CA_TITLE "İptal Edilmiş", ROOT_FROM, CA_TO, SHA256_EC},
    {"ca-notca", "root-ec", KEY_P256, &notca, 0, CA_TITLE "CA Değil", ROOT_FROM, CA_TO, SHA256_EC},
    {"ca-pathlen", "ca-ec", KEY_P256, &ca, 0, CA_TITLE "Yol Uzunluğu", ROOT_FROM, CA_TO, SHA256_EC},
    {"ca-nokusage", "root-ec", KEY_P256, &nokusage, 0, CA_TITLE "İmzalama Yetkisiz", ROOT_FROM, CA_TO, SHA256_EC},

    {"nes-rsa2048", "ca-rsa", KEY_RSA2048, &nes, 1, NULL, FROM, TO, NONE},
    {"nes-rsa3072", "ca-rsa", KEY_RSA3072, &nes, 1, NULL, FROM, TO, NONE},
    {"nes-pss", "ca-rsa", KEY_PSS2048, &nes, 1, NULL, FROM, TO, NONE},
    {"nes-p256", "ca-ec", KEY_P256, &nes, 1, NULL, FROM, TO, NONE},
    {"nes-p384", "ca-ec", KEY_P384, &nes, 1, NULL, FROM, TO, NONE},
    {"nes-p521", "ca-ec", KEY_P521, &nes, 1, NULL, FROM, TO, NONE},
    {"nes-expired", "ca-ec", KEY_P256, &nes, 1, NULL, "20200101000000Z", "20221231235959Z", NONE},
    {"nes-notyet", "ca-ec", KEY_P256, &nes, 1, NULL, "20400101000000Z", "20421231235959Z", NONE},
    {"nes-person2", "ca-ec", KEY_P256, &nes, 2, NULL, FROM, TO, NONE},
    {"nes-revoked", "ca-ec", KEY_P256, &nes, 3, NULL, FROM, TO, NONE},
    {"nes-suspended", "ca-ec", KEY_P256, &nes, 4, NULL, FROM, TO, NONE},
    {"nes-nonr", "ca-ec", KEY_P256, &nonr, 5, NULL, FROM, TO, NONE},
    {"nes-nronly", "ca-ec", KEY_P256, &nronly, 5, NULL, FROM, TO, NONE},
    {"nes-nonotice", "ca-ec", KEY_P256, &nonotice, 5, NULL, FROM, TO, NONE},
    {"nes-noetsi", "ca-ec", KEY_P256, &noetsi, 5, NULL, FROM, TO, NONE},
    {"nes-nobtk", "ca-ec", KEY_P256, &nobtk, 5, NULL, FROM, TO, NONE},
    {"nes-limit", "ca-ec", KEY_P256, &limited, 6, NULL, FROM, TO, NONE},
    {"nes-other", "other-root", KEY_P256, &nes, 7, NULL, FROM, TO, NONE},
    {"nes-ca-revoked", "ca-revoked", KEY_P256, &nes, 8, NULL, FROM, TO, NONE},
    {"nes-notca", "ca-notca", KEY_P256, &nes, 9, NULL, FROM, TO, NONE},
    {"nes-pathlen", "ca-pathlen", KEY_P256, &nes, 10, NULL, FROM, TO, NONE},
    {"nes-nokusage", "ca-nokusage", KEY_P256, &nes, 11, NULL, FROM, TO, NONE},
    {"encryption", "ca-rsa", KEY_RSA2048, &encrypting, 1, NULL, FROM, TO, NONE},
    {"encryption-ec", "ca-ec", KEY_P256, &agreeing, 1, NULL, FROM, TO, NONE},
    {"seal", "ca-ec", KEY_P256, &seal, 1, NULL, FROM, TO, NONE},
    {"seal-qualified", "ca-ec", KEY_P256, &qseal, 1, NULL, FROM, TO, NONE},
    {"malimuhur", "ca-rsa", KEY_RSA2048, &mali, 2, NULL, FROM, TO, NONE},

    {"tsa-ec", "ca-ec", KEY_P256, &stamp, 0, "Mavi Kalem Test Zaman Damgası EC", FROM, TO, NONE},
    {"tsa-rsa", "ca-rsa", KEY_RSA2048, &stamp, 0, "Mavi Kalem Test Zaman Damgası RSA", FROM, TO, NONE},
    {"ocsp-ec", "ca-ec", KEY_P256, &responder, 0, "Mavi Kalem Test OCSP EC", FROM, TO, NONE},
    {"ocsp-rsa", "ca-rsa", KEY_RSA2048, &responder, 0, "Mavi Kalem Test OCSP RSA", FROM, TO, NONE},
    {"ocsp-root-ec", "root-ec", KEY_P256, &responder, 0, "Mavi Kalem Test OCSP Kök EC", FROM, TO, NONE},
};
/* clang-format on */

const struct row *table_rows(size_t *count) {
    *count = sizeof rows / sizeof rows[0];
    return rows;
}
