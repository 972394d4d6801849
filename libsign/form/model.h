/* form/model.h - what a form is between the files of this room. */
#ifndef FORM_MODEL_H
#define FORM_MODEL_H

#include "base/bytes.h"
#include "form/fields.h"
#include <sign/form.h>

/* The project's own namespace: the forms are not those of an authority. */
#define FORM_SPACE   "urn:mavikalem:belge:1"
#define FORM_ROOT    "Basvuru"
#define FORM_VERSION "1.0"
#define FORM_TYPE    "YENILEME"

enum { FORM_PROGRAM_MAX = 64, FORM_KEY_SHOWN = 64, FORM_UNKNOWN_MAX = 64 };

/* A key of a JSON form that is no field, as it may be shown. */
struct form_key {
    char shown[FORM_KEY_SHOWN + 1];
};

struct sign_form {
    char id[37];                        /* a UUID in small letters */
    char language[3];                   /* "tr" or "en" */
    char program[FORM_PROGRAM_MAX + 1]; /* what made it */
    int64_t time;                       /* when it was made, 1900 to 9999 */
    char *values[FIELD_COUNT];          /* NULL: not set; never "" */
    struct form_key *unknown;           /* what a JSON form said besides: told by the check, never written */
    size_t unknown_count;
};
typedef struct sign_form *form_ptr;
CLEANUP(form_ptr, sign_form_free);

/* An empty form, no field set. id NULL: random. SIGN_E_ARGUMENT: id is no UUID, time cannot be written. */
sign_rc form_blank(const char *id, int64_t time, struct sign_form **out, sign_error *err);

/* What the envelope may say; false when it may not, and then nothing has changed. */
bool form_set_id(struct sign_form *f, const char *id);
bool form_set_language(struct sign_form *f, const char *language);
bool form_set_program(struct sign_form *f, const char *program);
bool form_set_time(struct sign_form *f, int64_t time);

/* Keeps a value exactly as it is ("" clears). SIGN_E_LIMIT: longer than any value may be; SIGN_E_MEMORY. */
sign_rc form_keep(struct sign_form *f, size_t field, const char *value, sign_error *err);

/* Keeps the normal form of a value. `strict`: what no value may hold is rc, else the check tells of it. */
sign_rc form_keep_normal(struct sign_form *f, size_t field, const char *value, bool strict, sign_error *err);

/* Remembers a key that is no field. SIGN_E_LIMIT: there are too many; SIGN_E_MEMORY. */
sign_rc form_note_unknown(struct sign_form *f, const char *key, sign_error *err);

/* SIGN_OK when every key was a field; else SIGN_E_REFUSED: what was not understood must not be lost unsaid.
 */
sign_rc form_all_known(const struct sign_form *f, sign_error *err);

/* A name that is no field: SIGN_E_... rc with MSG_FORM_FIELD, or MSG_FORM_SECRET for what is one. */
sign_rc form_no_field(const char *name, sign_rc rc, sign_error *err);

/* Reads into a blank form. */
sign_rc form_read_xml(sign_bytes text, struct sign_form *f, sign_error *err);
sign_rc form_read_json(sign_bytes text, struct sign_form *f, sign_error *err);

/* The first byte that is no white space and no byte order mark; 0 when there is none. */
uint8_t form_first_byte(sign_bytes text);

#endif
