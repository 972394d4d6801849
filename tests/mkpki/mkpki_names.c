/*
 * Invented people and organisations. The names are common ones, chosen so that every letter which Turkish
 * case folding treats apart (İ, I, Ş, Ğ, Ç, Ö, Ü) occurs; the numbers come from the seed and carry valid
 * check digits.
 */
#include "mkpki.h"

#include <string.h>

static const char *given_name(unsigned i) {
    static const char *const list[] = {"AYŞE IŞIL", "MEHMET",  "FATMA",    "İBRAHİM", "ÇAĞLA",   "ÖZGÜR",
                                       "ŞÜKRÜ",     "GÜLŞEN",  "ALİ RIZA", "ZEYNEP",  "UĞUR",    "İREM",
                                       "IRMAK",     "HÜSEYİN", "MÜGE",     "TUĞBA",   "YİĞİT",   "NİLGÜN",
                                       "ECE",       "CAN",     "ÜMİT",     "SEVGİ",   "MUSTAFA", "ELİF"};
    return list[i % (sizeof list / sizeof list[0])];
}

static const char *family_name(unsigned i) {
    static const char *const list[] = {"YILMAZ", "KAYA",  "DEMİR",   "ÇELİK", "ŞAHİN", "YILDIZ",
                                       "ÖZTÜRK", "AYDIN", "IŞIK",    "ÜNAL",  "GÜNEŞ", "DOĞAN",
                                       "ARSLAN", "KILIÇ", "ÇETİN",   "İNAN",  "IRMAK", "ÖZDEMİR",
                                       "KOÇ",    "AKSOY", "ERDOĞDU", "TAŞ",   "KURT"};
    return list[i % (sizeof list / sizeof list[0])];
}

/* d10 = ((d1+d3+d5+d7+d9)*7 - (d2+d4+d6+d8)) mod 10, d11 = (d1+...+d10) mod 10; a first digit 9 is for
 * foreigners. */
static void tckn_make(char out[12]) {
    unsigned digit[11];
    unsigned odd = 0;
    unsigned even = 0;
    digit[0] = 1 + rng_below(8);
    for (size_t i = 1; i < 9; i++)
        digit[i] = rng_below(10);
    for (size_t i = 0; i < 9; i++) {
        if (i % 2 == 0)
            odd += digit[i];
        else
            even += digit[i];
    }
    digit[9] = (odd * 7 + 40 - even) % 10;
    digit[10] = (odd + even + digit[9]) % 10;
    for (size_t i = 0; i < 11; i++)
        out[i] = (char)('0' + digit[i]);
    out[11] = '\0';
}

/* Vergi kimlik no: with t = (d_i + 10 - i) mod 10 for i = 1..9, sum t*2^(10-i) mod 9 (9 where that is 0 and t
 * is not); the tenth digit brings the sum to a multiple of ten. */
static void vkn_make(char out[11]) {
    unsigned sum = 0;
    for (unsigned i = 0; i < 9; i++) {
        unsigned digit = i == 0 ? 1 + rng_below(9) : rng_below(10);
        unsigned shifted = (digit + 9 - i) % 10;
        unsigned part = shifted * (1U << (9 - i)) % 9;
        sum += shifted != 0 && part == 0 ? 9 : part;
        out[i] = (char)('0' + digit);
    }
    out[9] = (char)('0' + (10 - sum % 10) % 10);
    out[10] = '\0';
}

static void person_make(struct person *person, unsigned given, unsigned family) {
    tckn_make(person->tckn);
    person->given = given_name(given);
    person->family = family_name(family);
    snprintf(person->name, sizeof person->name, "%s %s", person->given, person->family);
}

void people_make(struct people *people, uint64_t seed) {
    static const char *const titles[PKI_ORGS] = {"ÖRNEK YAZILIM ANONİM ŞİRKETİ",
                                                 "IŞIKLI ÇİÇEKÇİLİK LİMİTED ŞİRKETİ"};
    rng_start(seed, "people", "all");
    unsigned given = rng_below(24);
    unsigned family = rng_below(23);
    /* Consecutive places of the two lists: no two people share a name. */
    for (unsigned i = 0; i < PKI_PERSONS; i++)
        person_make(&people->person[i], given + i, family + i);
    for (unsigned i = 0; i < PKI_ORGS; i++) {
        vkn_make(people->org[i].vkn);
        people->org[i].title = titles[i];
    }
}
