/* kalem: the program over libsign. One table says what it can do. */
#include "app.h"
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define END                                                                                                  \
    {                                                                                                        \
        NULL, 0, OPT_FLAG, NULL, {                                                                           \
            NULL, NULL                                                                                       \
        }                                                                                                    \
    }
#define OUTPUT_ROWS                                                                                          \
    {"output",                                                                                               \
     'o',                                                                                                    \
     OPT_VALUE,                                                                                              \
     "OUT",                                                                                                  \
     {"çıktı dosyası, - standart çıktı", "output file, - is standard output"}},                              \
    {                                                                                                        \
        "force", 'f', OPT_FLAG, NULL, {                                                                      \
            "var olan çıktının üzerine yaz", "replace an existing output"                                    \
        }                                                                                                    \
    }

static const struct option_row content_rows[] = {
    {"content", 0, OPT_LIST, "[NAME=]FILE", {"ayrık imzanın içeriği", "content of a detached signature"}},
    END};
static const struct option_row assemble_rows[] = {
    {"signature",
     0,
     OPT_VALUE,
     "FILE",
     {"imza değeri (ham bayt; ECDSA DER)", "signature value (raw bytes; ECDSA as DER)"}},
    {"raw", 0, OPT_FLAG, NULL, {"ECDSA değeri r||s", "the ECDSA value is r||s"}},
    {"content",
     0,
     OPT_VALUE,
     "FILE",
     {"ayrık içerik, yeniden denetlenir", "detached content, checked again"}},
    OUTPUT_ROWS,
    END};
static const struct option_row verify_rows[] = {
    {"content", 0, OPT_LIST, "[NAME=]FILE", {"ayrık imzanın içeriği", "content of a detached signature"}},
    {"trust", 't', OPT_LIST, "DIR|FILE", {"güven çapaları", "trust anchors"}},
    {"certs",
     0,
     OPT_LIST,
     "FILE",
     {"ara sertifikalar (çapa olmaz)", "intermediate certificates (never anchors)"}},
    {"crl", 0, OPT_LIST, "FILE", {"iptal listeleri (SİL)", "revocation lists (CRL)"}},
    {"at", 0, OPT_VALUE, "RFC3339", {"saat yerine bu an", "this time instead of the clock"}},
    {"policy", 0, OPT_VALUE, "default|strict", {"doğrulama politikası", "validation policy"}},
    {"no-revocation", 0, OPT_FLAG, NULL, {"iptal denetimi yapma", "do not check revocation"}},
    END};
static const struct option_row extract_rows[] = {OUTPUT_ROWS, END};
static const struct option_row form_rows[] = {
    {"from", 0, OPT_VALUE, "JSON", {"değerleri JSON dosyasından al", "take the values from a JSON file"}},
    {"set", 0, OPT_LIST, "Alan=değer", {"bir alanı ata (yinelenebilir)", "set a field (repeatable)"}},
    {"id", 0, OPT_VALUE, "UUID", {"form kimliği", "id of the form"}},
    {"time", 0, OPT_VALUE, "RFC3339", {"oluşturma zamanı", "time of creation"}},
    {"canonical", 0, OPT_FLAG, NULL, {"imzalanan XML'i göster", "show the XML that is signed"}},
    {"whole", 0, OPT_FLAG, NULL, {"kişisel verileri maskeleme", "do not mask personal data"}},
    OUTPUT_ROWS,
    END};
static const struct option_row module_rows[] = {
    {"module", 0, OPT_VALUE, "PATH", {"PKCS#11 sürücüsü", "PKCS#11 module"}}, END};

const struct command commands[] = {
    {"form",
     "new|set|check|show [FILE]",
     1,
     2,
     {"başvuru formu oluştur, değiştir, denetle, göster", "make, change, check, show an application form"},
     form_rows,
     NULL,
     "  kalem form new --from basvuru.json -o basvuru.xml\n  kalem form set basvuru.xml --set "
     "EPosta=ad@example.org\n",
     run_form},
    {"sign",
     "FILE",
     1,
     1,
     {"imzala", "sign"},
     sign_rows,
     NULL,
     "  kalem sign basvuru.xml\n  kalem sign rapor.pdf --packaging detached --key pkcs11:token=Kart "
     "--pin-source file:pin\n",
     run_sign},
    {"prepare",
     "FILE",
     1,
     1,
     {"imzayı hazırla; özet başka yerde imzalanır", "prepare a signature whose digest is signed elsewhere"},
     sign_rows,
     NULL,
     "  kalem prepare rapor.pdf --cert imzaci.pem -o rapor.draft\n",
     run_prepare},
    {"assemble",
     "DRAFT",
     1,
     1,
     {"hazırlanan imzayı değeriyle tamamla", "complete a prepared signature with its value"},
     assemble_rows,
     NULL,
     "  kalem assemble rapor.draft --signature deger.bin -o rapor.pdf.p7m\n",
     run_assemble},
    {"cosign",
     "SIG",
     1,
     1,
     {"paralel imza ekle", "add a parallel signature"},
     content_rows,
     sign_rows,
     "  kalem cosign rapor.pdf.p7m --key amir.p12 -o rapor.2.p7m\n",
     run_cosign},
    {"verify",
     "FILE",
     1,
     1,
     {"doğrula", "verify"},
     verify_rows,
     NULL,
     "  kalem verify basvuru.xml.p7m --trust kokler/ --crl sil.crl\n  kalem verify rapor.pdf.p7s --content "
     "rapor.pdf --json\n",
     run_verify},
    {"inspect",
     "FILE",
     1,
     1,
     {"yapı ve bütünlük; güvene bakmadan", "structure and integrity, without trust"},
     content_rows,
     NULL,
     "  kalem inspect basvuru.xml.p7m --json\n",
     run_inspect},
    {"extract",
     "SIG",
     1,
     1,
     {"imzalanan içeriği çıkar", "take out the signed content"},
     extract_rows,
     NULL,
     "  kalem extract basvuru.xml.p7m -o basvuru.xml\n",
     run_extract},
    {"token",
     "list",
     1,
     1,
     {"kartlar ve sertifikaları", "tokens and their certificates"},
     module_rows,
     NULL,
     "  kalem token list --json\n",
     run_token},
    {"cert",
     "show FILE|URI",
     2,
     2,
     {"sertifikayı göster", "show a certificate"},
     module_rows,
     NULL,
     "  kalem cert show imzaci.pem\n  kalem cert show \"pkcs11:token=Kart\"\n",
     run_cert},
    {"doctor",
     "",
     0,
     0,
     {"kurulumu denetle", "check the installation"},
     module_rows,
     NULL,
     "  kalem doctor\n",
     run_doctor},
    {"version", "", 0, 0, {"sürüm", "version"}, NULL, NULL, NULL, run_version},
    {"help", "[COMMAND]", 0, 1, {"yardım", "help"}, NULL, NULL, NULL, run_help},
    {NULL, NULL, 0, 0, {NULL, NULL}, NULL, NULL, NULL, NULL}};

static sign_lang lang_of_locale(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "en", 2) == 0 ? SIGN_EN : SIGN_TR;
    }
    return SIGN_TR;
}

int main(int argc, char **argv) {
    const char *no_color = getenv("NO_COLOR");
    struct app app = {.lang = lang_of_locale(), .color = isatty(STDOUT_FILENO) && !(no_color && *no_color)};
    struct args args;
    bool done = false;
    /* A file size limit or a closed pipe is an error that is told, not a silent death. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a PIN or key never ends up in a core file */
    setlocale(LC_ALL, "C");
    int code = args_parse(&app, argc, argv, &args, &done);
    if (done)
        code = finish_stdout(&app, EXIT_DONE);
    else if (!code)
        code = args.command->run(&app, &args);
    config_free(&args);
    return code;
}
