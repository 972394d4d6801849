/* form/show.c - the page for people. */
#include "form/model.h"

#include "base/text.h"
#include "base/time.h"
#include "form/normal.h"
#include <stdio.h>

enum { SHOWN_MAX = FORM_NORMAL_MAX + 64 };

static size_t lang_index(sign_lang lang) {
    return lang == SIGN_EN ? 1 : 0;
}

/* "+905550102030" -> "*** *** 2030": the last four digits, as the portal shows them. */
static void show_phone(const char *v, char *out, size_t size) {
    size_t n = strlen(v);
    bool whole = n == 13 && strspn(v + 1, "0123456789") == 12;
    snprintf(out, size, "*** *** %s", whole ? v + n - 4 : "****");
}

static void show_date(const char *v, bool masked, char *out, size_t size) {
    int year = 0, month = 0, day = 0;
    if (!value_date(v, &year, &month, &day)) {
        snprintf(out, size, "%s", masked ? "**********" : v);
    } else if (masked) {
        snprintf(out, size, "**.**.%04d", year);
    } else {
        snprintf(out, size, "%02d.%02d.%04d", day, month, year);
    }
}

static void show_amount(const char *v, size_t lang, char *out, size_t size) {
    size_t n = strlen(v);
    if (n < 3 || n > 12 || strspn(v, "0123456789") != n) {
        snprintf(out, size, "%s kuruş", v);
        return;
    }
    snprintf(out, size, "%.*s%c%s TL", (int)(n - 2), v, lang == 1 ? '.' : ',', v + n - 2);
}

static void show_choice(size_t id, const char *v, size_t lang, char *out, size_t size) {
    for (const struct choice *one = field_choices(id); one->code != NULL; one++) {
        if (strcmp(one->code, v) == 0) {
            snprintf(out, size, "%s", one->text[lang]);
            return;
        }
    }
    snprintf(out, size, "%s", v);
}

static void show_accept(const char *v, size_t lang, char *out, size_t size) {
    static const char *const words[2][2] = {{"Evet", "Yes"}, {"Hayır", "No"}};
    bool yes = strcmp(v, "true") == 0, no = strcmp(v, "false") == 0;
    snprintf(out, size, "%s", yes || no ? words[no ? 1 : 0][lang] : v);
}

/* A value as a person reads it: in its mask, with the words of a code, a date the Turkish way. */
static void show_value(size_t id, const char *v, size_t lang, bool whole, char *out, size_t size) {
    const struct field *f = field_at(id);
    if (f->mask == MASK_PERSON && !whole) {
        text_mask_person(v, out, size);
    } else if (f->mask == MASK_PHONE && !whole) {
        show_phone(v, out, size);
    } else if (f->kind == KIND_DATE || f->kind == KIND_BIRTH) {
        show_date(v, f->mask == MASK_DATE && !whole, out, size);
    } else if (f->kind == KIND_AMOUNT) {
        show_amount(v, lang, out, size);
    } else if (f->kind == KIND_ACCEPT) {
        show_accept(v, lang, out, size);
    } else if (field_choices(id) != NULL) {
        show_choice(id, v, lang, out, size);
    } else {
        snprintf(out, size, "%s", v);
    }
}

static void put_spaces(grow *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        grow_byte(out, ' ');
    }
}

static void put_row(grow *out, const char *label, const char *value, size_t column) {
    char shown[SHOWN_MAX];
    size_t width = utf8_width(label);
    text_printable(BYTES_STR(value), shown, sizeof shown);
    grow_printf(out, "  %s", label);
    put_spaces(out, width < column ? column - width : 0);
    grow_printf(out, " : %s\n", shown);
}

/* The widest label of all, so that every section has the same column. */
static size_t label_column(size_t lang) {
    size_t widest = 0;
    for (size_t id = 0; id < FIELD_COUNT; id++) {
        size_t width = utf8_width(field_at(id)->label[lang]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void put_section(const struct sign_form *f, enum field_section section, size_t lang, bool whole,
                        grow *out) {
    static const char *const titles[SECTION_COUNT][2] = {
        [SECTION_PRODUCT] = {"Ürün bilgileri", "Product"},
        [SECTION_PERSON] = {"Kimlik bilgileri", "Identity"},
        [SECTION_CONTACT] = {"İletişim bilgileri", "Contact"},
        [SECTION_EMPLOYER] = {"Kurum bilgileri", "Institution"},
        [SECTION_DELIVERY] = {"Teslimat bilgileri", "Delivery"},
        [SECTION_CONSENT] = {"Beyan ve onaylar", "Declarations and consents"},
        [SECTION_ORDER] = {"Sipariş, ödeme ve imza", "Order, payment and signature"},
        [SECTION_DOCUMENT] = {"Belge", "Document"},
    };
    static const char *const missing[2] = {"(girilmemiş)", "(missing)"};
    size_t column = label_column(lang);
    char value[SHOWN_MAX];
    grow_printf(out, "\n%s\n", titles[section][lang]);
    for (size_t id = 0; id < FIELD_COUNT; id++) {
        const struct field *field = field_at(id);
        const char *v = f->values[id];
        if (field->section != section || (v == NULL && field->need == NEED_OPTIONAL)) {
            continue;
        }
        if (v != NULL) {
            show_value(id, v, lang, whole, value, sizeof value);
        }
        put_row(out, field->label[lang], v != NULL ? value : missing[lang], column);
    }
}

static void put_page(const struct sign_form *f, size_t lang, bool whole, grow *out) {
    static const char *const titles[2] = {"NİTELİKLİ ELEKTRONİK SERTİFİKA YENİLEME BAŞVURUSU",
                                          "APPLICATION TO RENEW A QUALIFIED ELECTRONIC CERTIFICATE"};
    static const char *const made[2] = {"Oluşturulma", "Made"};
    static const char *const number[2] = {"Başvuru kimliği", "Id of the application"};
    char time[40];
    grow_printf(out, "%s\n", titles[lang]);
    for (int section = 0; section < SECTION_COUNT; section++) {
        put_section(f, (enum field_section)section, lang, whole, out);
    }
    put_row(out, number[lang], f->id, label_column(lang));
    put_row(out, made[lang], time_turkish(f->time, time), label_column(lang));
}

sign_rc sign_form_show(const sign_form *form, sign_lang lang, int whole, sign_buf *out, sign_error *err) {
    if (form == NULL || out == NULL) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_form_show: form and out are needed");
    }
    sign_rc rc = form_all_known(form, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    AUTO(grow) g = {0};
    put_page(form, lang_index(lang), whole != 0, &g);
    return grow_take(&g, out, err);
}
