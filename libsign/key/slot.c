#include "key/slot.h"
#include "base/text.h"
#include <openssl/err.h>
#include <stdlib.h>

/* LIBP11_SLOT: more than libp11 allocates for one slot and its token, which is under 1 KiB. */
enum { SLOTS_MAX = 256, OBJECTS_MAX = 1000, FIND_STEP = 32, LIBP11_SLOT = 4096 };

/* Windows-1254 differs from Latin-1 in the six Turkish letters; the rest above 0x9f is the same code point.
 */
static uint32_t cp1254(uint8_t c) {
    switch (c) {
    case 0xd0:
        return 0x11e;
    case 0xdd:
        return 0x130;
    case 0xde:
        return 0x15e;
    case 0xf0:
        return 0x11f;
    case 0xfd:
        return 0x131;
    case 0xfe:
        return 0x15f;
    default:
        return c < 0x20 || (c >= 0x7f && c < 0xa0) ? '?' : c;
    }
}

/*
 * Texts of tokens are padded with blanks or NULs, and not all drivers write UTF-8 as PKCS#11 v2.40, 3.1 wants
 * it. out has room for two bytes a byte of `padded`, the most that one of Windows-1254 becomes, and a NUL.
 */
static void lenient(sign_bytes padded, char *out) {
    sign_bytes in = padded;
    size_t n = 0;
    while (in.len && (in.data[in.len - 1] == ' ' || in.data[in.len - 1] == 0))
        in.len--;
    bool valid = utf8_valid(in);
    for (size_t i = 0; i < in.len; i++) {
        char c[4] = {(char)in.data[i]};
        size_t bytes = valid ? 1 : utf8_put(cp1254(in.data[i]), c);
        memcpy(out + n, c, bytes);
        n += bytes;
    }
    out[n] = '\0';
}

/* Into room of a fixed size, which those of CK_TOKEN_INFO fit: without memory a text would be a wrong one. */
static void info_text(sign_bytes in, char *out, size_t size) {
    lenient(BYTES(in.data, in.len < (size - 1) / 2 ? in.len : (size - 1) / 2), out);
}

void slots_free(slots *s) {
    free(s->at);
    *s = (slots){0};
}

/* *there: an initialised token is in the slot. One that does not answer is none, unless it is memory that it
 * lacks. */
static sign_rc read_info(struct module *m, CK_SLOT_ID id, CK_TOKEN_INFO *info, bool *there, sign_error *err) {
    CK_RV rv = P11(m, C_GetTokenInfo(id, info));
    *there = rv == CKR_OK && (info->flags & CKF_TOKEN_INITIALIZED);
    return rv == CKR_HOST_MEMORY ? answer_fail(rv, "C_GetTokenInfo", err) : SIGN_OK;
}

static sign_rc read_slot(struct module *m, CK_SLOT_ID id, slots *out, sign_error *err) {
    CK_TOKEN_INFO info = {0};
    bool there = false;
    sign_rc rc = read_info(m, id, &info, &there, err);
    if (rc != SIGN_OK || !there)
        return rc;
    struct slot *s = &out->at[out->n++];
    *s = (struct slot){.id = id, .flags = info.flags, .max_sessions = info.ulMaxSessionCount};
    info_text(BYTES(info.label, sizeof info.label), s->label, sizeof s->label);
    info_text(BYTES(info.manufacturerID, sizeof info.manufacturerID), s->manufacturer,
              sizeof s->manufacturer);
    info_text(BYTES(info.model, sizeof info.model), s->model, sizeof s->model);
    info_text(BYTES(info.serialNumber, sizeof info.serialNumber), s->serial, sizeof s->serial);
    return SIGN_OK;
}

void slot_refresh(struct module *m, struct slot *s) {
    CK_TOKEN_INFO now = {0};
    bool there = false;
    if (read_info(m, s->id, &now, &there, NULL) != SIGN_OK || !there)
        return;
    s->flags = now.flags;
    s->max_sessions = now.ulMaxSessionCount;
}

static bool text_fits(const char *wanted, const char *have) {
    return !wanted || strcmp(wanted, have) == 0;
}

static bool slot_fits(const struct slot *s, const uri *u) {
    return !u || (text_fits(u->token, s->label) && text_fits(u->manufacturer, s->manufacturer) &&
                  text_fits(u->model, s->model) && text_fits(u->serial, s->serial) &&
                  (!u->has_slot || u->slot == s->id));
}

/* Text of libp11 has lost its padding. */
static sign_bytes told(const char *text) {
    return BYTES((const uint8_t *)text, strlen(text));
}

/* How many sessions a token has it does not tell: slot_refresh reads that when it is needed. */
static sign_rc copy_slot(PKCS11_SLOT *from, struct slot *out, sign_error *err) {
    const PKCS11_TOKEN *t = from->token;
    /* libp11 tells a text that it could not allocate as NULL, and the list as good. */
    if (!t->label || !t->manufacturer || !t->model || !t->serialnr)
        return fail_memory(err);
    *out = (struct slot){.id = PKCS11_get_slotid_from_slot(from),
                         .max_sessions = CK_UNAVAILABLE_INFORMATION,
                         .flags = CKF_TOKEN_INITIALIZED};
    out->flags |= t->loginRequired ? CKF_LOGIN_REQUIRED : 0;
    out->flags |= t->secureLogin ? CKF_PROTECTED_AUTHENTICATION_PATH : 0;
    out->flags |= t->userPinSet ? CKF_USER_PIN_INITIALIZED : 0;
    out->flags |= t->userPinCountLow ? CKF_USER_PIN_COUNT_LOW : 0;
    out->flags |= t->userPinFinalTry ? CKF_USER_PIN_FINAL_TRY : 0;
    out->flags |= t->userPinLocked ? CKF_USER_PIN_LOCKED : 0;
    info_text(told(t->label), out->label, sizeof out->label);
    info_text(told(t->manufacturer), out->manufacturer, sizeof out->manufacturer);
    info_text(told(t->model), out->model, sizeof out->model);
    info_text(told(t->serialnr), out->serial, sizeof out->serial);
    return SIGN_OK;
}

static bool slot_answers(struct module *m, CK_SLOT_ID id) {
    CK_SLOT_INFO slot = {0};
    CK_TOKEN_INFO token = {0};
    if (P11(m, C_GetSlotInfo(id, &slot)) != CKR_OK)
        return false;
    CK_RV rv = slot.flags & CKF_TOKEN_PRESENT ? P11(m, C_GetTokenInfo(id, &token)) : CKR_OK;
    return rv == CKR_OK || rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_TOKEN_NOT_RECOGNIZED;
}

/* One slot that fails makes libp11 give up the whole list, and end the sessions on those before it. */
static bool slots_answer(struct module *m, size_t *n_slots) {
    CK_SLOT_ID ids[SLOTS_MAX];
    CK_ULONG n = SLOTS_MAX;
    bool all = P11(m, C_GetSlotList(CK_FALSE, ids, &n)) == CKR_OK && n <= SLOTS_MAX;
    for (CK_ULONG i = 0; i < n && all; i++)
        all = slot_answers(m, ids[i]);
    *n_slots = n;
    return all;
}

/*
 * Up to 0.4.12 libp11 writes through the NULL of a slot that it could not allocate. Memory that is there now
 * may be gone a moment later, so that this makes the crash rare and not impossible.
 */
static bool room_for_libp11(size_t n_slots) {
    void *volatile room = malloc((n_slots + 1) * LIBP11_SLOT);
    bool enough = room != NULL;
    free(room);
    return enough;
}

/* *asked: libp11 has told. */
static sign_rc list_libp11(struct module *m, slots *out, bool *asked, sign_error *err) {
    size_t n = 0;
    if (!slots_answer(m, &n))
        return SIGN_OK;
    if (!room_for_libp11(n))
        return fail_memory(err);
    module_enter(m);
    *asked = PKCS11_enumerate_slots(m->p11, &m->slots, &m->n_slots) == 0;
    module_leave(m);
    ERR_clear_error(); /* it leaves its reasons in OpenSSL's queue of this thread */
    if (!*asked)
        return SIGN_OK;
    AUTO(slots) got = {calloc(m->n_slots + 1, sizeof(struct slot)), 0};
    if (!got.at)
        return fail_memory(err);
    sign_rc rc = SIGN_OK;
    for (unsigned i = 0; i < m->n_slots && rc == SIGN_OK; i++)
        if (m->slots[i].token && m->slots[i].token->initialized)
            rc = copy_slot(&m->slots[i], &got.at[got.n++], err);
    if (rc != SIGN_OK)
        return rc;
    *out = got;
    got = (slots){0};
    return SIGN_OK;
}

static sign_rc list_module(struct module *m, slots *out, sign_error *err) {
    CK_SLOT_ID ids[SLOTS_MAX];
    CK_ULONG n = SLOTS_MAX;
    CK_RV rv = P11(m, C_GetSlotList(CK_TRUE, ids, &n));
    if (rv != CKR_OK)
        return answer_fail(rv, "C_GetSlotList", err);
    AUTO(slots) got = {calloc(n + 1, sizeof(struct slot)), 0};
    sign_rc rc = got.at ? SIGN_OK : fail_memory(err);
    for (CK_ULONG i = 0; i < n && i < SLOTS_MAX && rc == SIGN_OK; i++)
        rc = read_slot(m, ids[i], &got, err);
    if (rc != SIGN_OK)
        return rc;
    *out = got;
    got = (slots){0};
    return SIGN_OK;
}

/*
 * libp11 tells the slots the first time, when no session of ours can be open on the module. It has no second
 * time: up to 0.4.12 PKCS11_update_slots goes on using what it has freed, and the one way to give a list back
 * ends everybody's sessions (tests/interop/libp11). From then on, and for a module that it cannot take, the
 * module is asked.
 */
static sign_rc list(struct module *m, slots *out, sign_error *err) {
    bool asked = false;
    pthread_mutex_lock(&m->state);
    bool first = m->lists;
    m->lists = false;
    sign_rc rc = first ? list_libp11(m, out, &asked, err) : SIGN_OK;
    pthread_mutex_unlock(&m->state);
    return rc == SIGN_OK && !asked ? list_module(m, out, err) : rc;
}

sign_rc slots_read(struct module *m, const uri *u, slots *out, sign_error *err) {
    sign_rc rc = list(m, out, err);
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++)
        if (slot_fits(&out->at[i], u))
            out->at[n++] = out->at[i];
    out->n = n;
    return rc;
}

void object_free(struct object *o) {
    sign_buf_free(&o->id);
    sign_buf_free(&o->value);
    free(o->label);
    *o = (struct object){0};
}

void objects_free(objects *o) {
    for (size_t i = 0; i < o->n; i++)
        object_free(&o->at[i]);
    free(o->at);
    *o = (objects){0};
}

sign_rc object_attribute(struct module *m, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                         CK_ATTRIBUTE_TYPE type, sign_buf *out, sign_error *err) {
    CK_ATTRIBUTE a = {type, NULL, 0};
    CK_RV rv = P11(m, C_GetAttributeValue(session, object, &a, 1));
    if (rv == CKR_HOST_MEMORY)
        return answer_fail(rv, "C_GetAttributeValue", err);
    /* CK_UNAVAILABLE_INFORMATION is the largest number: it is refused with what is too large for a
     * certificate. */
    if (rv != CKR_OK || a.ulValueLen > LIMIT_CERTIFICATE || a.ulValueLen == 0)
        return SIGN_OK;
    AUTO(sign_buf) got = {calloc(1, a.ulValueLen), a.ulValueLen};
    if (!got.data)
        return fail_memory(err);
    a.pValue = got.data;
    rv = P11(m, C_GetAttributeValue(session, object, &a, 1));
    if (rv == CKR_HOST_MEMORY)
        return answer_fail(rv, "C_GetAttributeValue", err);
    if (rv != CKR_OK || a.ulValueLen > got.len)
        return SIGN_OK;
    *out = (sign_buf){TAKE(got.data), a.ulValueLen};
    return SIGN_OK;
}

static sign_rc fill(struct module *m, CK_SESSION_HANDLE session, bool cert, struct object *o,
                    sign_error *err) {
    AUTO(sign_buf) label = {0};
    sign_rc rc = object_attribute(m, session, o->handle, CKA_ID, &o->id, err);
    if (rc == SIGN_OK)
        rc = object_attribute(m, session, o->handle, CKA_LABEL, &label, err);
    if (rc == SIGN_OK && cert)
        rc = object_attribute(m, session, o->handle, CKA_VALUE, &o->value, err);
    if (rc != SIGN_OK)
        return rc;
    o->label = malloc(2 * label.len + 1);
    if (!o->label)
        return fail_memory(err);
    lenient(BYTES(label.data, label.len), o->label);
    return SIGN_OK;
}

/* The handles first: a token may refuse other calls while it searches. */
static sign_rc handles(struct module *m, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, objects *out,
                       sign_error *err) {
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof class};
    CK_RV rv = P11(m, C_FindObjectsInit(session, &wanted, 1));
    if (rv != CKR_OK)
        return answer_fail(rv, "C_FindObjectsInit", err);
    CK_OBJECT_HANDLE step[FIND_STEP];
    CK_ULONG n = 1;
    sign_rc rc = SIGN_OK;
    while (rc == SIGN_OK && n > 0 && out->n < OBJECTS_MAX) {
        n = 0;
        rv = P11(m, C_FindObjects(session, step, FIND_STEP, &n));
        if (rv != CKR_OK || n > FIND_STEP) {
            rc = answer_fail(rv, "C_FindObjects", err);
            break;
        }
        struct object *grown = n ? realloc(out->at, (out->n + n) * sizeof *grown) : out->at;
        if (n && !grown)
            rc = fail_memory(err);
        for (CK_ULONG i = 0; grown && i < n && rc == SIGN_OK; i++)
            grown[out->n++] = (struct object){.handle = step[i]};
        out->at = grown ? grown : out->at;
    }
    (void)P11(m, C_FindObjectsFinal(session));
    return rc;
}

sign_rc objects_read(struct module *m, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, objects *out,
                     sign_error *err) {
    AUTO(objects) got = {0};
    sign_rc rc = handles(m, session, class, &got, err);
    for (size_t i = 0; i < got.n && rc == SIGN_OK; i++)
        rc = fill(m, session, class == CKO_CERTIFICATE, &got.at[i], err);
    if (rc != SIGN_OK)
        return rc;
    *out = got;
    got = (objects){0};
    return SIGN_OK;
}

const struct object *objects_with_id(const objects *o, sign_bytes id) {
    for (size_t i = 0; i < o->n && id.len; i++)
        if (bytes_equal(BYTES(o->at[i].id.data, o->at[i].id.len), id))
            return &o->at[i];
    return NULL;
}

void view_free(view *v) {
    objects_free(&v->certs);
    objects_free(&v->publics);
    objects_free(&v->privates);
}

sign_rc view_read(struct module *m, const struct slot *s, view *out, sign_error *err) {
    CK_SESSION_HANDLE session = 0;
    CK_RV rv = P11(m, C_OpenSession(s->id, CKF_SERIAL_SESSION, NULL, NULL, &session));
    if (rv != CKR_OK)
        return answer_fail(rv, "C_OpenSession", err);
    AUTO(view) got = {0};
    sign_rc rc = objects_read(m, session, CKO_CERTIFICATE, &got.certs, err);
    if (rc == SIGN_OK)
        rc = objects_read(m, session, CKO_PUBLIC_KEY, &got.publics, err);
    if (rc == SIGN_OK)
        rc = objects_read(m, session, CKO_PRIVATE_KEY, &got.privates, err);
    (void)P11(m, C_CloseSession(session));
    if (rc != SIGN_OK)
        return rc;
    *out = got;
    got = (view){0};
    return SIGN_OK;
}

/* uri has no const members because it owns what it parsed; writing one changes nothing. */
static char *lend(const char *text) {
    union {
        const char *in;
        char *out;
    } same = {text};
    return same.out;
}

void slot_uri(const struct slot *s, const struct object *cert, bool brief, grow *out) {
    uri u = {.token = lend(s->label), .serial = lend(s->serial)};
    if (!brief) {
        u.manufacturer = lend(s->manufacturer);
        u.model = lend(s->model);
    }
    if (cert) {
        u.object = cert->label;
        u.type = brief ? NULL : lend("private");
        u.id = cert->id;
        u.has_id = cert->id.len > 0;
    }
    uri_write(&u, out);
    grow_byte(out, 0);
}
