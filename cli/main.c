/* kalem: the program over libsign. One table says what it can do. */
#include "app.h"
#include "reports.h"
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
static const struct option_row trust_of_cache_rows[] = {
    {"trust",
     't',
     OPT_LIST,
     "FILE|DIR",
     {"prefetch: bu güven çıpaları (yinelenebilir)", "prefetch: these trust anchors (repeatable)"}},
    {"certs",
     0,
     OPT_LIST,
     "FILE|DIR",
     {"prefetch: ara sertifikalar (yinelenebilir)", "prefetch: intermediate certificates (repeatable)"}},
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
     {"imzaları doğrula: her biri için karar", "verify signatures: a verdict for each"},
     {"Her imza için karar ETSI EN 319 102-1'e göre verilir: GEÇERLİ, GEÇERSİZ ya da BELİRSİZ; en kötüsü "
      "çıkış kodudur.\nYalnız güven deposundaki (kalem trust) ya da --trust ile verilen çıpalara güvenilir. "
      "Eksik "
      "sertifika ve iptal bilgisi\nsertifikalarda yazan adreslerden alınır; alınanın her biri söylenir, "
      "--offline "
      "ağa hiç çıkmaz. Biçim dosyadan anlaşılır.\nAyrık X.p7s ya da X.xades.xml için yanındaki X bulunur; "
      "birden "
      "çok --content NAME= ile ayrılır (XML'de NAME, imzanın\ngösterdiği ad). XML'in gösterdiği hiçbir adres "
      "açılmaz.",
      "Each signature is judged as ETSI EN 319 102-1 says: passed, failed or indeterminate; the worst is the "
      "exit code. Only\nthe anchors of the trust store (kalem trust) are believed, or those of --trust. "
      "Certificates and revocation data that\nare missing are fetched from the addresses in the "
      "certificates; each "
      "piece is named, and --offline never uses the\nnetwork. The format is found from the file. Beside a "
      "detached "
      "X.p7s or X.xades.xml, X is found; several --content are told\napart by NAME= (in XML the name that "
      "the "
      "signature gives). Nothing that XML points to is ever fetched."},
     {content_rows, verify_rows, report_rows, evidence_rows, store_rows, net_rows},
     "  kalem verify basvuru.xml.p7m\n  kalem verify basvuru.xml.p7m --offline --trust kokler/ --certs "
     "altkokler/ --crl "
     "sil/\n  kalem verify rapor.pdf.p7s --content rapor.pdf --json\n  kalem verify karar.signed.xml --html "
     "karar.html "
     "--report etsi=karar.xml\n",
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
     "show|check FILE|URI",
     2,
     2,
     {"sertifikayı göster ya da denetle", "show or check a certificate"},
     {"show, dosyadaki ya da karttaki sertifikaların alanlarını gösterir; güven hakkında bir şey söylemez. "
      "check, "
      "tek başına bir\nsertifika hakkında karar verir: yol, iptal durumu, algoritmalar; çıkış kodları verify "
      "gibidir.",
      "show gives the fields of the certificates in a file or on a token; it says nothing about trust. check "
      "judges a "
      "certificate\nalone: its path, revocation, algorithms; the exit codes are those of verify."},
     {cert_rows, evidence_rows, store_rows, net_rows},
     "  kalem cert show imzaci.pem\n  kalem cert show \"pkcs11:token=Kart\"\n  kalem cert check imzaci.pem\n"
     "  kalem cert check tsa.pem --for tsa --at 2026-01-05\n",
     run_cert},
    {"trust",
     "list|add|import|remove [FILE|DIR|SHA-256]...",
     1,
     MAX_VALUES + 1,
     {"güvenilen kökler (güven çıpaları)", "the roots that are believed (trust anchors)"},
     {"Depo ~/.config/kalem/anchors.json dosyasıdır; altında, yöneticinin tuttuğu /etc/kalem/anchors.json "
      "okunur. "
      "add ve import\nPEM, DER, klasör ya da Kamu SM'nin SertifikaDeposu.xml dosyasını alır, bir şey sormaz, "
      "ama "
      "karşılaştırılacak SHA-256\ndeğerlerini yazar. Uygun olmayan bir kök varsa add hiçbirini almaz; import "
      "onu atlar ve adıyla söyler. Depodaki bir çıpa\niçin açıkça verilen --for ve --sunset onu değiştirir. "
      "remove, parmak izini ya da en az 8 hanelik başını alır.",
      "The store is the file ~/.config/kalem/anchors.json; beneath it /etc/kalem/anchors.json is read, which "
      "the "
      "administrator\nkeeps. add and import take PEM, DER, a folder, or Kamu SM's SertifikaDeposu.xml; they "
      "ask "
      "nothing, but print the SHA-256\nvalues to compare. Where a root is unfit, add takes none; import "
      "leaves it "
      "out and names it. For an anchor that is there,\n--for and --sunset change it when they are given. "
      "remove takes the fingerprint or its beginning, at "
      "least 8 "
      "digits."},
     {trust_rows, store_rows},
     "  kalem trust add kok.pem\n  kalem trust add tsa-kok.der --for tsa --sunset 2030-01-01\n  kalem trust "
     "import "
     "SertifikaDeposu.xml\n  kalem trust list\n  kalem trust remove aa466d3b\n",
     run_trust},
    {"cache",
     "status|prefetch|prune|export|import [FILE]...",
     1,
     MAX_VALUES + 1,
     {"ağdan alınanların önbelleği", "the cache of what was fetched"},
     {"status neyin saklandığını söyler. prefetch, sertifikaların ya da imzaların doğrulanmasında gerekeni "
      "şimdiden "
      "alır. prune\nsiler. export ve import, önbelleği ağı olmayan bir makineye taşır (verify --offline onu "
      "kullanır).",
      "status says what is kept. prefetch fetches now what the verification of certificates or signatures "
      "will need. "
      "prune\nremoves. export and import take the cache to a machine without network (where verify --offline "
      "uses "
      "it)."},
     {cache_rows, net_rows, trust_of_cache_rows, store_rows, output_rows},
     "  kalem cache status\n  kalem cache prefetch imzaci.pem basvuru.xml.p7m\n  kalem cache export -o "
     "kanit.cache\n  "
     "kalem cache import kanit.cache\n",
     run_cache},
    {"policy",
     "list|show|lint|diff [NAME|FILE]...",
     1,
     3,
     {"doğrulama politikaları", "policies of verification"},
     {"Bir politika, her denetimin kimin için ne kadar sayıldığını ve algoritmalara ne zamana dek "
      "güvenildiğini söyler. list\nyerleşik olanları, show birini bütünüyle gösterir; show -o, bir politika "
      "dosyasının başlangıcını yazar. lint, bir dosyadaki\nbütün yanlışları söyler. diff, iki politikanın "
      "nerede "
      "ayrıldığını gösterir; aynıysa 0, değilse 1 ile biter.",
      "A policy says how much each check counts, for whom, and until when algorithms are relied on. list "
      "names "
      "the built-in ones,\nshow tells one of them whole; show -o writes a file to begin with. lint tells "
      "every "
      "fault of a file. diff tells where two\npolicies part; it ends with 0 when they are the same, else "
      "with 1."},
     {output_rows},
     "  kalem policy show tr\n  kalem policy show default -o bizim.json\n  kalem policy lint bizim.json\n"
     "  kalem policy diff default bizim.json --json\n",
     run_policy},
    {"doctor",
     "[CERT]",
     0,
     1,
     {"kurulumu denetle", "check the installation"},
     {"Kitaplığı, güven deposunu, önbelleği, saati, kart sürücüsünü ve karttaki NES'i denetler; her sorunun "
      "yanında "
      "ne yapılacağını\nsöyler. --online ile ağa da çıkar: güven çıpalarının ve CERT'in iptal adresleri "
      "denenir.",
      "Checks the library, the trust store, the cache, the clock, the card's driver and the NES on the card, "
      "and says "
      "beside each\nproblem what to do. With --online it uses the network too: the addresses of revocation "
      "data of "
      "the anchors and of CERT are tried."},
     {doctor_rows, store_rows, net_rows},
     "  kalem doctor\n  kalem doctor --online imzaci.pem\n",
     run_doctor},
    {"version", "", 0, 0, {"sürüm", "version"}, {NULL, NULL}, {NULL}, NULL, run_version},
    {"help", "[COMMAND [VERB]]", 0, 2, {"yardım", "help"}, {NULL, NULL}, {NULL}, NULL, run_help},
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
