/* form/check.c - the rules: one function a kind of field, and what two fields say together. */
#include "form/model.h"

#include "base/text.h"
#include "base/time.h"
#include "form/normal.h"
#include <stdio.h>

/* A check going on. */
struct checking {
    const struct sign_form *form;
    int64_t at;
    sign_lang lang;
    sign_form_problem_fn *fn;
    void *user;
    size_t errors;
};

static size_t lang_index(sign_lang lang) {
    return lang == SIGN_EN ? 1 : 0;
}

/* Tells one problem; the first argument of its sentence is the label of the field. True for a warning. */
static bool tell(struct checking *c, size_t id, enum message_id message, const char *second,
                 const char *third) {
    char text[640];
    const struct field *f = field_at(id);
    const char *const args[3] = {f->label[lang_index(c->lang)], second, third};
    const char *code = message_code(message);
    sign_form_problem p = {.field = f->name,
                           .code = code,
                           .text = message_text(message, c->lang, args, text, sizeof text),
                           .warning = code[0] == 'W'};
    c->errors += p.warning ? 0 : 1;
    if (c->fn != NULL) {
        c->fn(c->user, &p);
    }
    return p.warning != 0;
}

/* Judges a value in normal form; false when it told an error. A warning lets it pass. */
typedef bool rule_fn(struct checking *c, size_t id, const char *v);

static size_t digits_in(const char *v) {
    return v[strspn(v, "0123456789")] == '\0' ? strlen(v) : 0;
}

static bool only(const char *v, const char *allowed) {
    return v[strspn(v, allowed)] == '\0';
}

static size_t characters(const char *v) {
    const uint8_t *at = (const uint8_t *)v;
    const uint8_t *end = at + strlen(v);
    size_t n = 0;
    for (; at < end; n++) {
        utf8_next(&at, end);
    }
    return n;
}

#define DIGITS   "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL    "abcdefghijklmnopqrstuvwxyz"

/* d10 = ((d1+d3+d5+d7+d9)*7 - (d2+d4+d6+d8)) mod 10, d11 = (d1+...+d10) mod 10, d1 is not 0. */
static bool tckn_valid(const char *v) {
    if (digits_in(v) != 11 || v[0] == '0') {
        return false;
    }
    int odd = 0, even = 0;
    for (size_t i = 0; i < 9; i++) {
        int digit = v[i] - '0';
        odd += i % 2 == 0 ? digit : 0;
        even += i % 2 == 1 ? digit : 0;
    }
    int tenth = ((odd * 7 - even) % 10 + 10) % 10;
    return v[9] - '0' == tenth && v[10] - '0' == (odd + even + tenth) % 10;
}

static bool rule_tckn(struct checking *c, size_t id, const char *v) {
    return tckn_valid(v) || tell(c, id, MSG_FORM_TCKN, NULL, NULL);
}

/* Letters of the Latin script in capitals, and what stands between the parts of a name. */
static bool name_character(uint32_t ch) {
    if (ch < 0x80) {
        return (ch >= 'A' && ch <= 'Z') || (ch != 0 && strchr(" -.'", (int)ch) != NULL);
    }
    return (ch >= 0xC0 && ch <= 0x24F && ch != 0xD7 && ch != 0xF7) || (ch >= 0x1E00 && ch <= 0x1EFF);
}

static bool name_valid(const char *v) {
    const uint8_t *at = (const uint8_t *)v;
    const uint8_t *end = at + strlen(v);
    bool letter = false;
    while (at < end) {
        uint32_t ch = utf8_next(&at, end);
        if (!name_character(ch)) {
            return false;
        }
        letter = letter || strchr(" -.'", (int)(ch & 0x7F)) == NULL || ch >= 0x80;
    }
    return letter;
}

static bool rule_name(struct checking *c, size_t id, const char *v) {
    const struct field *f = field_at(id);
    size_t n = characters(v);
    return (n >= f->shortest && n <= f->longest && name_valid(v)) || tell(c, id, MSG_FORM_NAME, NULL, NULL);
}

static bool rule_text(struct checking *c, size_t id, const char *v) {
    const struct field *f = field_at(id);
    size_t n = characters(v);
    char low[12], high[12];
    snprintf(low, sizeof low, "%u", f->shortest);
    snprintf(high, sizeof high, "%u", f->longest);
    return (n >= f->shortest && n <= f->longest) || tell(c, id, MSG_FORM_LENGTH, low, high);
}

static bool rule_date(struct checking *c, size_t id, const char *v) {
    struct civil d = {0};
    if (!value_date(v, &d.year, &d.month, &d.day)) {
        return tell(c, id, MSG_FORM_DATE, NULL, NULL);
    }
    /* The day begins in Turkey three hours before it does in UTC. */
    return time_from_civil(&d) <= c->at + 3 * 3600 || tell(c, id, MSG_FORM_FUTURE, NULL, NULL);
}

/* Whole years on the day `at`, in Turkey; who is born on 29 February is a year older on 1 March. */
static int age_at(const struct civil *born, int64_t at) {
    struct civil now = time_to_civil(at + 3 * 3600);
    bool before = now.month < born->month || (now.month == born->month && now.day < born->day);
    return now.year - born->year - (before ? 1 : 0);
}

static bool rule_birth(struct checking *c, size_t id, const char *v) {
    struct civil d = {0};
    if (!value_date(v, &d.year, &d.month, &d.day)) {
        return tell(c, id, MSG_FORM_DATE, NULL, NULL);
    }
    int age = age_at(&d, c->at);
    if (age < 0 || age > 110) {
        return tell(c, id, MSG_FORM_AGE, NULL, NULL);
    }
    return age >= 18 || tell(c, id, MSG_FORM_UNDER_AGE, NULL, NULL);
}

static const struct choice *choice_of(size_t id, const char *v) {
    for (const struct choice *one = field_choices(id); one != NULL && one->code != NULL; one++) {
        if (strcmp(one->code, v) == 0) {
            return one;
        }
    }
    return NULL;
}

static void choice_list(size_t id, char *out, size_t size) {
    size_t n = 0;
    out[0] = '\0';
    for (const struct choice *one = field_choices(id); one->code != NULL && n < size; one++) {
        n += (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", one->code);
    }
}

static bool rule_choice(struct checking *c, size_t id, const char *v) {
    char list[160];
    choice_list(id, list, sizeof list);
    return choice_of(id, v) != NULL || tell(c, id, MSG_FORM_CHOICE, list, NULL);
}

/* The codes of delivery are not published: one of the right shape that is not known is only doubtful. */
static bool rule_delivery(struct checking *c, size_t id, const char *v) {
    char list[160];
    choice_list(id, list, sizeof list);
    bool shaped = strlen(v) >= 2 && strlen(v) <= 32 && only(v, CAPITALS DIGITS "_");
    return choice_of(id, v) != NULL || tell(c, id, shaped ? MSG_FORM_DELIVERY : MSG_FORM_CHOICE, list, NULL);
}

/* One label of a host name (RFC 1123, 2.1); an internationalised one is given as its A-label (RFC 5890). */
static bool label_valid(const char *s, size_t n) {
    return n >= 1 && n <= 63 && strspn(s, SMALL DIGITS "-") >= n && s[0] != '-' && s[n - 1] != '-';
}

static bool domain_valid(const char *s) {
    size_t labels = 0;
    for (;;) {
        size_t n = strcspn(s, ".");
        if (!label_valid(s, n)) {
            return false;
        }
        labels++;
        if (s[n] == '\0') { /* the top-level domain: two letters or more, never a number */
            return labels >= 2 && n >= 2 && strspn(s, DIGITS) < n;
        }
        s += n + 1;
    }
}

/* dot-atom of RFC 5322, 3.4.1; lengths of RFC 5321, 4.5.3.1 */
static bool email_valid(const char *v) {
    const char *at = strrchr(v, '@');
    if (at == NULL || strlen(v) > 254 || at == v || at - v > 64) {
        return false;
    }
    size_t n = (size_t)(at - v);
    bool atoms = strspn(v, CAPITALS SMALL DIGITS "!#$%&'*+-/=?^_`{|}~.") == n && v[0] != '.' && at[-1] != '.';
    const char *pair = strstr(v, "..");
    return atoms && (pair == NULL || pair > at) && strlen(at + 1) <= 253 && domain_valid(at + 1);
}

static bool rule_email(struct checking *c, size_t id, const char *v) {
    return email_valid(v) || tell(c, id, MSG_FORM_EMAIL, NULL, NULL);
}

/* E.164 with the country code 90: ten digits more, the first of which is one of `first`. */
static bool phone_valid(const char *v, const char *first) {
    return strlen(v) == 13 && strncmp(v, "+90", 3) == 0 && digits_in(v + 1) == 12 &&
           strchr(first, v[3]) != NULL;
}

static bool rule_mobile(struct checking *c, size_t id, const char *v) {
    return phone_valid(v, "5") || tell(c, id, MSG_FORM_MOBILE, NULL, NULL);
}

static bool rule_phone(struct checking *c, size_t id, const char *v) {
    return phone_valid(v, "2348") || tell(c, id, MSG_FORM_PHONE, NULL, NULL);
}

static bool rule_extension(struct checking *c, size_t id, const char *v) {
    size_t n = digits_in(v);
    return (n >= 1 && n <= 6) || tell(c, id, MSG_FORM_EXTENSION, NULL, NULL);
}

static bool rule_province(struct checking *c, size_t id, const char *v) {
    return province_plate(v) != 0 || tell(c, id, MSG_FORM_PROVINCE, NULL, NULL);
}

/* The first two digits are the number of the province, which is told against Il as a warning. */
static bool rule_postcode(struct checking *c, size_t id, const char *v) {
    unsigned plate = digits_in(v) == 5 ? (unsigned)(v[0] - '0') * 10 + (unsigned)(v[1] - '0') : 0;
    if (plate < 1 || plate > 81) {
        return tell(c, id, MSG_FORM_POSTCODE, NULL, NULL);
    }
    const char *province = c->form->values[FIELD_Il];
    unsigned expected = province != NULL ? province_plate(province) : 0;
    return expected == 0 || expected == plate || tell(c, id, MSG_FORM_POSTCODE_PROVINCE, v, province);
}

static bool rule_accept(struct checking *c, size_t id, const char *v) {
    if (strcmp(v, "true") == 0) {
        return true;
    }
    return tell(c, id, strcmp(v, "false") == 0 ? MSG_FORM_ACCEPT : MSG_FORM_BOOLEAN, NULL, NULL);
}

static bool rule_tracking(struct checking *c, size_t id, const char *v) {
    size_t n = strlen(v);
    return (n >= 8 && n <= 20 && only(v, CAPITALS DIGITS)) || tell(c, id, MSG_FORM_TRACKING, NULL, NULL);
}

static bool rule_amount(struct checking *c, size_t id, const char *v) {
    size_t n = digits_in(v);
    return (n >= 1 && n <= 12 && (v[0] != '0' || n == 1)) || tell(c, id, MSG_FORM_AMOUNT, NULL, NULL);
}

static bool rule_code(struct checking *c, size_t id, const char *v) {
    size_t n = strlen(v);
    return (n >= 1 && n <= 32 && only(v, CAPITALS DIGITS "-._/")) || tell(c, id, MSG_FORM_CODE, NULL, NULL);
}

static bool rule_detsis(struct checking *c, size_t id, const char *v) {
    return digits_in(v) == 8 || tell(c, id, MSG_FORM_DETSIS, NULL, NULL);
}

static rule_fn *const rules[KIND_COUNT] = {
    [KIND_TCKN] = rule_tckn,           [KIND_NAME] = rule_name,         [KIND_BIRTH] = rule_birth,
    [KIND_DATE] = rule_date,           [KIND_CHOICE] = rule_choice,     [KIND_DELIVERY] = rule_delivery,
    [KIND_EMAIL] = rule_email,         [KIND_MOBILE] = rule_mobile,     [KIND_PHONE] = rule_phone,
    [KIND_EXTENSION] = rule_extension, [KIND_TEXT] = rule_text,         [KIND_PROVINCE] = rule_province,
    [KIND_PLACE] = rule_text,          [KIND_POSTCODE] = rule_postcode, [KIND_ACCEPT] = rule_accept,
    [KIND_TRACKING] = rule_tracking,   [KIND_AMOUNT] = rule_amount,     [KIND_CODE] = rule_code,
    [KIND_DETSIS] = rule_detsis,
};

/* Values that are allowed but do not go well with a renewal that is signed electronically. */
static void doubts(struct checking *c, size_t id, const char *v) {
    static const struct {
        enum field_id field;
        const char *value;
        enum message_id message;
    } rows[] = {
        {FIELD_OdemeSekli, "KISI", MSG_FORM_PAYER},
        {FIELD_ImzaYontemi, "ISLAK", MSG_FORM_ON_PAPER},
        {FIELD_ImzaYontemi, "EONAY", MSG_FORM_BY_CONSENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((size_t)rows[i].field == id && strcmp(rows[i].value, v) == 0) {
            (void)tell(c, id, rows[i].message, NULL, NULL);
        }
    }
}

static void field_check(struct checking *c, size_t id) {
    const struct field *f = field_at(id);
    const char *v = c->form->values[id];
    if (v == NULL) {
        if (f->need == NEED_MANDATORY) {
            (void)tell(c, id, MSG_FORM_MISSING, NULL, NULL);
        }
        return;
    }
    struct line normal;
    value_normal(f, v, &normal);
    if (normal.odd) {
        (void)tell(c, id, MSG_FORM_CHARACTER, NULL, NULL);
        return;
    }
    if (normal.len == 0) { /* white space only */
        (void)tell(c, id, f->need == NEED_MANDATORY ? MSG_FORM_MISSING : MSG_FORM_NORMAL, NULL, NULL);
        return;
    }
    /* Two spellings of one value would be two documents to sign: only the normal one may be signed. */
    if (rules[f->kind](c, id, normal.s) && strcmp(normal.s, v) != 0) {
        (void)tell(c, id, MSG_FORM_NORMAL, NULL, NULL);
    }
    doubts(c, id, normal.s);
}

/* A key of a JSON form that is no field. */
static void unknown_tell(struct checking *c, const char *key) {
    char text[640], quoted[FORM_KEY_SHOWN + 3];
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    const char *const args[3] = {quoted, NULL, NULL};
    sign_form_problem p = {.field = key,
                           .code = message_code(MSG_FORM_FIELD),
                           .text = message_text(MSG_FORM_FIELD, c->lang, args, text, sizeof text)};
    c->errors++;
    if (c->fn != NULL) {
        c->fn(c->user, &p);
    }
}

size_t sign_form_check(const sign_form *form, int64_t at, sign_lang lang, sign_form_problem_fn *fn,
                       void *user) {
    if (form == NULL) {
        return 1; /* no form is no good form */
    }
    struct checking c = {.form = form, .at = at, .lang = lang, .fn = fn, .user = user};
    for (size_t id = 0; id < FIELD_COUNT; id++) {
        field_check(&c, id);
    }
    for (size_t i = 0; i < form->unknown_count; i++) {
        unknown_tell(&c, form->unknown[i].shown);
    }
    return c.errors;
}
