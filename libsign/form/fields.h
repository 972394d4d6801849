/* form/fields.h - the table of fields: what each is, where it stands, what it may hold. */
#ifndef FORM_FIELDS_H
#define FORM_FIELDS_H

#include <sign/error.h>
#include <stdbool.h>
#include <stddef.h>

/* Order of the schema. */
enum field_id {
#define FIELD(name, section, kind, need, mask, low, high, tr, en) FIELD_##name,
#include "form/fields.def"
#undef FIELD
    FIELD_COUNT
};

enum field_kind {
    KIND_TCKN,
    KIND_NAME,
    KIND_BIRTH,
    KIND_DATE,
    KIND_CHOICE,
    KIND_DELIVERY, /* an open list of codes: an unknown one is a warning */
    KIND_EMAIL,
    KIND_MOBILE,
    KIND_PHONE,
    KIND_EXTENSION,
    KIND_TEXT,
    KIND_PROVINCE,
    KIND_PLACE,
    KIND_POSTCODE,
    KIND_ACCEPT, /* a boolean that must be true */
    KIND_TRACKING,
    KIND_AMOUNT,
    KIND_CODE,
    KIND_DETSIS,
    KIND_COUNT
};

/* Order of the page for people, not of the schema. */
enum field_section {
    SECTION_PRODUCT,
    SECTION_PERSON,
    SECTION_CONTACT,
    SECTION_EMPLOYER,
    SECTION_DELIVERY,
    SECTION_CONSENT,
    SECTION_ORDER,
    SECTION_DOCUMENT,
    SECTION_COUNT
};

enum field_need { NEED_OPTIONAL, NEED_MANDATORY };
enum field_mask { MASK_NONE, MASK_PERSON, MASK_PHONE, MASK_DATE };

/* A value of a closed or known list; the array ends with a NULL code. */
struct choice {
    const char *code;
    const char *text[2]; /* by sign_lang */
};

struct field {
    const char *name; /* of the element and of the JSON key */
    enum field_section section;
    enum field_kind kind;
    enum field_need need;
    enum field_mask mask;
    unsigned shortest, longest; /* in characters, inclusive; 0 and 0 when the kind decides */
    const char *label[2];       /* by sign_lang */
};

const struct field *field_at(size_t id); /* id < FIELD_COUNT */
/* FIELD_COUNT when there is none. */
size_t field_find(const char *name);
/* The values of KIND_CHOICE and KIND_DELIVERY; NULL for other fields. */
const struct choice *field_choices(size_t id);
/* True for what an applicant types on the portal but must never be in a payload. */
bool field_is_secret(const char *name);

/* The licence plate number (1 to 81) of a province in Turkish capitals; 0 when there is none. */
unsigned province_plate(const char *name);

#endif
