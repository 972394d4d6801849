/* Login to a token: refuse before asking when it cannot work, ask once, try once. */
#include "key/token.h"

static sign_rc refuse_early(const struct slot *s, sign_error *err) {
    if (s->flags & CKF_USER_PIN_LOCKED)
        return fail(err, SIGN_E_PIN, MSG_PIN_LOCKED, "%s", s->label);
    if (!(s->flags & CKF_USER_PIN_INITIALIZED) && !(s->flags & CKF_PROTECTED_AUTHENTICATION_PATH))
        return fail(err, SIGN_E_PIN, MSG_PIN_UNSET, "%s", s->label);
    return SIGN_OK;
}

/* After a wrong PIN the flags say how near the lock is (PKCS#11 v2.40, 3.2: CK_TOKEN_INFO). */
static sign_rc wrong_pin(struct token *t, CK_RV rv, sign_error *err) {
    slot_refresh(t->module, &t->slot);
    sign_rc rc = answer_fail(rv, t->slot.label, err);
    if (rc != SIGN_E_PIN || (rv != CKR_PIN_INCORRECT && rv != CKR_PIN_INVALID && rv != CKR_PIN_LEN_RANGE))
        return rc;
    if (t->slot.flags & CKF_USER_PIN_LOCKED)
        return fail(err, SIGN_E_PIN, MSG_PIN_LOCKED, "%s", t->slot.label);
    if (t->slot.flags & CKF_USER_PIN_FINAL_TRY)
        return fail(err, SIGN_E_PIN, MSG_PIN_WRONG_FINAL, "%s", t->slot.label);
    return rc;
}

sign_rc token_login(struct token *t, CK_SESSION_HANDLE session, const sign_key_options *opt,
                    struct secret *pin, sign_error *err) {
    struct slot *s = &t->slot;
    if (!(s->flags & CKF_LOGIN_REQUIRED))
        return SIGN_OK;
    sign_rc rc = refuse_early(s, err);
    if (rc != SIGN_OK)
        return rc;
    /* With a PIN pad the PIN never comes here: NULL tells the token to ask on its own keys (v2.40, 5.6). */
    bool pad = (s->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    sign_secret ask = {.what = s->label,
                       .is_pin = 1,
                       .count_low = (s->flags & CKF_USER_PIN_COUNT_LOW) != 0,
                       .final_try = (s->flags & CKF_USER_PIN_FINAL_TRY) != 0};
    if (!pad)
        rc = secret_ask(opt, &ask, MSG_PIN_NEEDED, pin, err);
    if (rc != SIGN_OK)
        return rc;
    CK_RV rv = P11(t->module, C_Login(session, CKU_USER, (unsigned char *)pin->text, pin->len));
    return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN ? SIGN_OK : wrong_pin(t, rv, err);
}
