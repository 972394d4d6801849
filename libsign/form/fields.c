/* form/fields.c - the tables of fields, values and provinces. */
#include "form/fields.h"

#include <string.h>

static const struct field fields[FIELD_COUNT] = {
#define FIELD(name, section, kind, need, mask, low, high, tr, en)                                            \
    {#name, SECTION_##section, KIND_##kind, NEED_##need, MASK_##mask, low, high, {tr, en}},
#include "form/fields.def"
#undef FIELD
};

const struct field *field_at(size_t id) {
    return &fields[id];
}

size_t field_find(const char *name) {
    size_t i = 0;
    while (i < FIELD_COUNT && strcmp(fields[i].name, name) != 0) {
        i++;
    }
    return i;
}

bool field_is_secret(const char *name) {
    static const char *const secrets[] = {
        "GuvenlikSozcugu", "BasvuruParolasi", "Captcha", "Parola", "PIN", "PUK"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (strcmp(secrets[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static const struct choice terms[] = {{"1", {"1 yıl", "1 year"}},
                                      {"2", {"2 yıl", "2 years"}},
                                      {"3", {"3 yıl", "3 years"}},
                                      {NULL, {NULL, NULL}}};
static const struct choice readers[] = {{"MINI", {"Mini kart okuyucu", "Mini card reader"}},
                                        {"ISTEMIYORUM", {"İstemiyorum", "Not wanted"}},
                                        {NULL, {NULL, NULL}}};
static const struct choice publications[] = {{"YAYINLANSIN", {"Yayımlansın", "To be published"}},
                                             {"YAYINLANMASIN", {"Yayımlanmasın", "Not to be published"}},
                                             {NULL, {NULL, NULL}}};
static const struct choice operators[] = {{"TURKCELL", {"Turkcell", "Turkcell"}},
                                          {"TURK_TELEKOM", {"Türk Telekom", "Türk Telekom"}},
                                          {"VODAFONE", {"Vodafone", "Vodafone"}},
                                          {"DIGER", {"Diğer", "Other"}},
                                          {NULL, {NULL, NULL}}};
static const struct choice channels[] = {
    {"EPOSTA", {"E-posta", "E-mail"}},
    {"SMS", {"SMS", "SMS"}},
    {"HER_IKISI", {"Her ikisi (SMS ve e-posta)", "Both (SMS and e-mail)"}},
    {NULL, {NULL, NULL}}};
static const struct choice deliveries[] = {{"KURYE_IS", {"Kurye, iş adresine", "Courier, to the office"}},
                                           {"KURYE_EV", {"Kurye, ev adresine", "Courier, to the home"}},
                                           {"SUBE", {"Şubeden teslim", "Collected at a branch"}},
                                           {"KURUM", {"Kuruma toplu teslim", "Through the institution"}},
                                           {NULL, {NULL, NULL}}};
static const struct choice payers[] = {
    {"KISI", {"Kişi", "The person"}}, {"KURUM", {"Kurum", "The institution"}}, {NULL, {NULL, NULL}}};
static const struct choice ways[] = {{"ISLAK", {"Islak imza", "On paper"}},
                                     {"EIMZA", {"Elektronik imza", "Electronic signature"}},
                                     {"EONAY", {"e-Onay", "e-Onay (consent given before)"}},
                                     {NULL, {NULL, NULL}}};

const struct choice *field_choices(size_t id) {
    static const struct {
        enum field_id id;
        const struct choice *list;
    } lists[] = {
        {FIELD_SertifikaSuresi, terms}, {FIELD_KartOkuyucu, readers},  {FIELD_SertifikaYayini, publications},
        {FIELD_Operator, operators},    {FIELD_BilgiKanali, channels}, {FIELD_TeslimatYontemi, deliveries},
        {FIELD_OdemeSekli, payers},     {FIELD_ImzaYontemi, ways},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if ((size_t)lists[i].id == id) {
            return lists[i].list;
        }
    }
    return NULL;
}

/* In the order of the licence plates: the place in the list is the number, and the start of postal codes. */
static const char *const provinces[81] = {
    "ADANA",     "ADIYAMAN",  "AFYONKARAHİSAR", "AĞRI",          "AMASYA",    "ANKARA",    "ANTALYA",
    "ARTVİN",    "AYDIN",     "BALIKESİR",      "BİLECİK",       "BİNGÖL",    "BİTLİS",    "BOLU",
    "BURDUR",    "BURSA",     "ÇANAKKALE",      "ÇANKIRI",       "ÇORUM",     "DENİZLİ",   "DİYARBAKIR",
    "EDİRNE",    "ELAZIĞ",    "ERZİNCAN",       "ERZURUM",       "ESKİŞEHİR", "GAZİANTEP", "GİRESUN",
    "GÜMÜŞHANE", "HAKKARİ",   "HATAY",          "ISPARTA",       "MERSİN",    "İSTANBUL",  "İZMİR",
    "KARS",      "KASTAMONU", "KAYSERİ",        "KIRKLARELİ",    "KIRŞEHİR",  "KOCAELİ",   "KONYA",
    "KÜTAHYA",   "MALATYA",   "MANİSA",         "KAHRAMANMARAŞ", "MARDİN",    "MUĞLA",     "MUŞ",
    "NEVŞEHİR",  "NİĞDE",     "ORDU",           "RİZE",          "SAKARYA",   "SAMSUN",    "SİİRT",
    "SİNOP",     "SİVAS",     "TEKİRDAĞ",       "TOKAT",         "TRABZON",   "TUNCELİ",   "ŞANLIURFA",
    "UŞAK",      "VAN",       "YOZGAT",         "ZONGULDAK",     "AKSARAY",   "BAYBURT",   "KARAMAN",
    "KIRIKKALE", "BATMAN",    "ŞIRNAK",         "BARTIN",        "ARDAHAN",   "IĞDIR",     "YALOVA",
    "KARABÜK",   "KİLİS",     "OSMANİYE",       "DÜZCE"};

unsigned province_plate(const char *name) {
    for (unsigned i = 0; i < 81; i++) {
        if (strcmp(provinces[i], name) == 0) {
            return i + 1;
        }
    }
    return 0;
}
