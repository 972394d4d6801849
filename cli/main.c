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
static const struct option_row content_rows[] = {
    {"content", 0, OPT_LIST, "[NAME=]FILE", {"ayrık imzanın içeriği", "content of a detached signature"}},
    END};
static const struct option_row inspect_rows[] = {
    {"dump-c14n",
     0,
     OPT_VALUE,
     "DIR",
     {"XML imzasında özeti alınan baytları DIR klasörüne yaz",
      "write the bytes that an XML signature digests into DIR"}},
    {"force",
     'f',
     OPT_FLAG,
     NULL,
     {"--dump-c14n: var olan dosyaların üzerine yaz", "--dump-c14n: replace existing files"}},
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
    END};
static const struct option_row cosign_rows[] = {
    {"content", 0, OPT_VALUE, "FILE", {"ayrık imzanın içeriği", "content of a detached signature"}}, END};
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
/* form.c says which of them a verb takes. */
static const struct option_row form_rows[] = {
    {"from",
     0,
     OPT_VALUE,
     "JSON",
     {"new: değerleri JSON dosyasından al", "new: take the values from a JSON file"}},
    {"set",
     0,
     OPT_LIST,
     "Alan=değer",
     {"new, set: bir alanı ata (yinelenebilir)", "new, set: set a field (repeatable)"}},
    {"id", 0, OPT_VALUE, "UUID", {"new: form kimliği", "new: id of the form"}},
    {"time", 0, OPT_VALUE, "RFC3339", {"new: oluşturma zamanı", "new: time of creation"}},
    {"canonical", 0, OPT_FLAG, NULL, {"show: imzalanan XML'i göster", "show: the XML that is signed"}},
    {"whole", 0, OPT_FLAG, NULL, {"show: kişisel verileri maskeleme", "show: do not mask personal data"}},
    {"output",
     'o',
     OPT_VALUE,
     "OUT",
     {"new, set: çıktı dosyası, - standart çıktı", "new, set: output file, - is standard output"}},
    {"force",
     'f',
     OPT_FLAG,
     NULL,
     {"new, set: var olan çıktının üzerine yaz", "new, set: replace an existing output"}},
    END};
static const struct option_row prepare_rows[] = {
    {"cert",
     0,
     OPT_VALUE,
     "FILE|URI",
     {"imzacının sertifikası: PEM, DER, PKCS#12 ya da pkcs11: URI",
      "the signer's certificate: PEM, DER, PKCS#12 or pkcs11: URI"}},
    {"pin-source",
     0,
     OPT_VALUE,
     "SRC",
     {"PKCS#12 parolası: prompt, fd:N, env:AD, file:YOL",
      "password of the PKCS#12: prompt, fd:N, env:NAME, file:PATH"}},
    {"module", 0, OPT_VALUE, "PATH", {"URI için PKCS#11 sürücüsü", "PKCS#11 module for the URI"}},
    END};
static const struct option_row module_rows[] = {
    {"module", 0, OPT_VALUE, "PATH", {"PKCS#11 sürücüsü", "PKCS#11 module"}}, END};

const struct command commands[] = {
    {"form",
     "new|set|check|show [FILE]",
     1,
     2,
     {"başvuru formu oluştur, değiştir, denetle, göster", "make, change, check, show an application form"},
     {"Form, kanonik XML olarak saklanır ve öyle imzalanır. new bir form oluşturur (--from ile JSON'dan), "
      "set alanlarını\ndeğiştirir (-o yoksa yerinde), check tüm hataları birden söyler, show okunur hâlini "
      "gösterir. Alanlar: docs/FORM.md.",
      "A form is kept as canonical XML and signed as such. new makes one (--from: out of JSON), set changes "
      "fields (in place\nwithout -o), check tells all errors at once, show gives a page to read. The fields: "
      "docs/FORM.md."},
     {form_rows},
     "  kalem form new --from basvuru.json -o basvuru.xml\n  kalem form set basvuru.xml --set "
     "EPosta=ad@example.org\n",
     run_form},
    {"sign",
     "FILE",
     1,
     1,
     {"imzala", "sign"},
     {"FILE bir CAdES-B, --format xades ile bir XAdES-B imzasıyla imzalanır. --key verilmezse takılı "
      "karttaki tek NES\nkullanılır ve PIN sorulur. Formlar önce denetlenir ve yalnız başvuranın "
      "sertifikasıyla imzalanır. Çıktı (-o yoksa):\n  cades: X.pdf.p7m, detached X.pdf.p7s; xades: "
      "X.signed.xml (X.xml için), detached X.xml.xades.xml\nxades imzayı XML belgenin içine koyar "
      "(enveloped); XML olmayan dosya enveloping ya da detached ister.",
      "FILE is signed with a CAdES-B signature, or with --format xades with a XAdES-B one. Without --key the "
      "one NES on the\ntokens present is used and its PIN asked for. Forms are checked first and signed by "
      "their applicant only. Output by default:\n  cades: X.pdf.p7m, detached X.pdf.p7s; xades: "
      "X.signed.xml (of X.xml), detached X.xml.xades.xml\nxades puts the signature inside an XML document "
      "(enveloped); what is no XML wants enveloping or detached."},
     {format_rows, packaging_rows, key_rows, output_rows, attribute_rows, xml_rows},
     "  kalem sign basvuru.xml\n  kalem sign basvuru.xml --format xades\n  kalem sign rapor.pdf --packaging "
     "detached --key pkcs11:token=Kart "
     "--pin-source file:pin\n",
     run_sign},
    {"prepare",
     "FILE",
     1,
     1,
     {"imzayı hazırla; özet başka yerde imzalanır", "prepare a signature whose digest is signed elsewhere"},
     {"İmzalanacak özeti JSON olarak yazar, imzanın kalanını taslakta saklar. Özeti anahtarın bulunduğu "
      "yerde imzalatıp\nassemble ile tamamlayın.",
      "Prints the digest to sign as JSON and keeps the rest of the signature in a draft. Have the digest "
      "signed where the key\nis, then complete it with assemble."},
     {format_rows, packaging_rows, prepare_rows, output_rows, attribute_rows, xml_rows},
     "  kalem prepare rapor.pdf --cert imzaci.pem -o rapor.draft\n  kalem prepare karar.xml --format xades "
     "--cert imzaci.pem -o karar.draft\n",
     run_prepare},
    {"assemble",
     "DRAFT",
     1,
     1,
     {"hazırlanan imzayı değeriyle tamamla", "complete a prepared signature with its value"},
     {"Değer önce taslaktaki sertifikanın anahtarıyla doğrulanır; tutmazsa hiçbir şey yazılmaz.",
      "The value is first verified with the key of the draft's certificate; if it does not hold, nothing is "
      "written."},
     {assemble_rows, output_rows},
     "  kalem assemble rapor.draft --signature deger.bin -o rapor.pdf.p7m\n",
     run_assemble},
    {"cosign",
     "SIG",
     1,
     1,
     {"paralel imza ekle", "add a parallel signature"},
     {"Var olan imzaların her baytı korunur, yanlarına aynı biçimde bir imza eklenir. Bozuk ya da içeriğiyle "
      "tutmayan imzaya\nekleme yapılmaz. Ayrık imzada içerik --content ile verilir; X.p7s için yanındaki X "
      "bulunur. XML'de belge enveloped ya\nda internally-detached olmalıdır; ilk imza --single ile atılmışsa "
      "ekleme onu bozacağından yapılmaz.",
      "Every byte of the signatures that are there stays; one of the same format is added beside them. "
      "Nothing is added to a\nfile that is damaged or does not fit its content. Detached content is given "
      "with --content; beside X.p7s, X is found.\nXML must be enveloped or internally-detached; where the "
      "first signature was made with --single, another would break\nit, so none is added."},
     {cosign_rows, format_rows, key_rows, output_rows, attribute_rows, xml_rows},
     "  kalem cosign rapor.pdf.p7m --key amir.p12 -o rapor.2.p7m\n  kalem cosign karar.signed.xml --key "
     "amir.p12 "
     "-o karar.2.xml\n",
     run_cosign},
    {"verify",
     "FILE",
     1,
     1,
     {"doğrula", "verify"},
     {"Her imza için karar ETSI EN 319 102-1'e göre verilir: GEÇERLİ, GEÇERSİZ ya da BELİRSİZ; en kötüsü "
      "çıkış kodudur.\nYalnız --trust ile verilenlere güvenilir. Biçim dosyadan anlaşılır. Ayrık X.p7s ya da "
      "X.xades.xml için yanındaki X\nbulunur; birden çok --content NAME= ile ayrılır (XML'de NAME, imzanın "
      "gösterdiği ad). XML'in gösterdiği hiçbir adres\naçılmaz.",
      "Each signature is judged as ETSI EN 319 102-1 says: passed, failed or indeterminate; the worst is the "
      "exit code. Only\nwhat --trust gives is believed. The format is found from the file. Beside a detached "
      "X.p7s or X.xades.xml, X is found;\nseveral --content are told apart by NAME= (in XML the name that "
      "the signature gives). Nothing that XML points to is\never fetched."},
     {verify_rows},
     "  kalem verify basvuru.xml.p7m --trust kokler/ --certs altkokler/ --crl sil/\n  kalem verify "
     "rapor.pdf.p7s --content "
     "rapor.pdf --json\n",
     run_verify},
    {"inspect",
     "FILE",
     1,
     1,
     {"yapı ve bütünlük; güvene bakmadan", "structure and integrity, without trust"},
     {"İmzaların yapısını, algoritmalarını ve özetlerin tutup tutmadığını gösterir; güven sorulmaz, karar "
      "verilmez.\n"
      "--dump-c14n DIR, özetler tutsun tutmasın, özeti alınan baytları DIR/İMZA.SignedInfo.xml, "
      "DIR/İMZA.Reference-1.xml ...\nadlarıyla yazar: özet tutmuyorsa sizdekilerle karşılaştırın. Klasör "
      "yoksa açılır; "
      "var olan dosyalar ancak --force ile\nyenilenir.",
      "Shows structure, algorithms and whether the digests hold; no trust is asked for and no verdict "
      "given.\n"
      "--dump-c14n DIR writes, whether they hold or not, the bytes that were digested as "
      "DIR/SIGNATURE.SignedInfo.xml,\n"
      "DIR/SIGNATURE.Reference-1.xml ...: where a digest differs, compare them with yours. The folder is "
      "made when it is "
      "not\nthere; existing files are replaced with --force only."},
     {content_rows, inspect_rows},
     "  kalem inspect basvuru.xml.p7m --json\n  kalem inspect basvuru.signed.xml --dump-c14n kanonik/\n",
     run_inspect},
    {"extract",
     "SIG",
     1,
     1,
     {"imzalanan içeriği çıkar", "take out the signed content"},
     {"İçerik, bütün imzalar içerikle tutuyorsa, özetlendiği gibi bayt bayt yazılır (XML: kanonik hâliyle, "
      "imzalar olmadan).\nGüveni verify söyler.",
      "The content is written byte for byte as it was digested (XML: in its canonical form, without the "
      "signatures), when\nevery signature holds. Trust is what verify tells."},
     {output_rows},
     "  kalem extract basvuru.xml.p7m -o basvuru.xml\n  kalem extract basvuru.signed.xml -o basvuru.xml\n",
     run_extract},
    {"token",
     "list",
     1,
     1,
     {"kartlar ve sertifikaları", "tokens and their certificates"},
     {"Her kartı ve üzerindeki sertifikaları PIN sormadan listeler; yazılan URI --key için kullanılır.",
      "Lists each token and the certificates on it without a PIN; the URI it prints is what --key takes."},
     {module_rows},
     "  kalem token list --json\n",
     run_token},
    {"cert",
     "show FILE|URI",
     2,
     2,
     {"sertifikayı göster", "show a certificate"},
     {"Bir dosyadaki ya da karttaki sertifikaların alanlarını gösterir; güven hakkında bir şey söylemez.",
      "Shows the fields of the certificates in a file or on a token; it says nothing about trust."},
     {module_rows},
     "  kalem cert show imzaci.pem\n  kalem cert show \"pkcs11:token=Kart\"\n",
     run_cert},
    {"doctor",
     "",
     0,
     0,
     {"kurulumu denetle", "check the installation"},
     {"Kitaplığı, saati, kart sürücüsünü ve karttaki NES'i denetler; her sorunun yanında ne yapılacağını "
      "söyler.",
      "Checks the library, the clock, the card's driver and the NES on the card, and says beside each "
      "problem what to do."},
     {module_rows},
     "  kalem doctor\n",
     run_doctor},
    {"version", "", 0, 0, {"sürüm", "version"}, {NULL, NULL}, {NULL}, NULL, run_version},
    {"help", "[COMMAND]", 0, 1, {"yardım", "help"}, {NULL, NULL}, {NULL}, NULL, run_help},
    {NULL, NULL, 0, 0, {NULL, NULL}, {NULL, NULL}, {NULL}, NULL, NULL}};

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
    if (!code && !done)
        code = args.command->run(&app, &args);
    config_free(&args);
    return code;
}
