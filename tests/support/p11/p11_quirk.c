/*
 * p11_quirk - a PKCS#11 module for tests: SoftHSM2 with the oddities of real cards and drivers, chosen by
 * words in the environment variable P11_QUIRK when a function is called: noargs     C_Initialize takes NULL
 * only, and two calls at the same time are a failure (AKİS) pin-low, pin-final, pin-locked, pin-unset   flags
 * of CK_TOKEN_INFO pinpad     CKF_PROTECTED_AUTHENTICATION_PATH: C_Login takes no PIN two        two sessions
 * at most, told by CKR_SESSION_COUNT only one        one session at most, told by CK_TOKEN_INFO lost the
 * first C_SignInit answers CKR_SESSION_HANDLE_INVALID changed    the user's PIN is another one stale
 * C_SignInit answers it on every session that was opened before the word was there removed    every
 * C_SignInit answers CKR_DEVICE_REMOVED always     CKA_ALWAYS_AUTHENTICATE is true: C_Sign without
 * C_Login(CKU_CONTEXT_SPECIFIC) fails odd        C_Sign gives a value one byte too short nopss      no
 * CKM_RSA_PKCS_PSS in the mechanism list
 */
#include "forward.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static CK_FUNCTION_LIST *real;
static atomic_int inside, open_sessions, lost;
static atomic_ulong first_fresh; /* SoftHSM2 counts its handles upwards */
static _Thread_local int allowed;

static int quirk(const char *word) {
    const char *all = getenv("P11_QUIRK");
    return all && strstr(all, word) != NULL;
}

static CK_RV initialize(void *args) {
    if (quirk("noargs") && args)
        return CKR_ARGUMENTS_BAD;
    return real->C_Initialize(args);
}

static CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info) {
    CK_RV rv = real->C_GetTokenInfo(slot, info);
    if (rv != CKR_OK || !(info->flags & CKF_TOKEN_INITIALIZED))
        return rv;
    info->flags |= quirk("pin-low") ? CKF_USER_PIN_COUNT_LOW : 0;
    info->flags |= quirk("pin-final") ? CKF_USER_PIN_FINAL_TRY : 0;
    info->flags |= quirk("pin-locked") ? CKF_USER_PIN_LOCKED : 0;
    info->flags |= quirk("pinpad") ? CKF_PROTECTED_AUTHENTICATION_PATH : 0;
    info->flags &= quirk("pin-unset") ? ~CKF_USER_PIN_INITIALIZED : ~0UL;
    info->ulMaxSessionCount = quirk("one") ? 1 : info->ulMaxSessionCount;
    return rv;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify,
                          CK_SESSION_HANDLE *out) {
    int limit = quirk("one") ? 1 : quirk("two") ? 2 : 1000;
    if (atomic_fetch_add(&open_sessions, 1) >= limit) {
        atomic_fetch_sub(&open_sessions, 1);
        return CKR_SESSION_COUNT;
    }
    CK_RV rv = real->C_OpenSession(slot, flags, app, notify, out);
    unsigned long none = 0;
    if (rv == CKR_OK && quirk("stale"))
        atomic_compare_exchange_strong(&first_fresh, &none, *out);
    return rv;
}

static CK_RV close_session(CK_SESSION_HANDLE session) {
    atomic_fetch_sub(&open_sessions, 1);
    return real->C_CloseSession(session);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin, CK_ULONG n) {
    unsigned char typed[] = "123456"; /* on the keys of the pad */
    if (user == CKU_CONTEXT_SPECIFIC) {
        if (n != 6 || memcmp(pin, typed, 6) != 0)
            return CKR_PIN_INCORRECT;
        allowed = 1;
        return CKR_OK;
    }
    if (quirk("changed"))
        return CKR_PIN_INCORRECT;
    if (quirk("pinpad"))
        return pin || n ? CKR_PIN_INCORRECT : real->C_Login(session, user, typed, 6);
    return real->C_Login(session, user, pin, n);
}

static CK_RV attributes(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a, CK_ULONG n) {
    if (quirk("always") && n == 1 && a->type == CKA_ALWAYS_AUTHENTICATE) {
        if (a->pValue)
            *(CK_BBOOL *)a->pValue = CK_TRUE;
        a->ulValueLen = sizeof(CK_BBOOL);
        return CKR_OK;
    }
    return real->C_GetAttributeValue(session, object, a, n);
}

static CK_RV mechanisms(CK_SLOT_ID slot, CK_MECHANISM_TYPE *types, CK_ULONG *n) {
    CK_RV rv = real->C_GetMechanismList(slot, types, n);
    for (CK_ULONG i = 0; types && rv == CKR_OK && quirk("nopss") && i < *n; i++)
        if (types[i] == CKM_RSA_PKCS_PSS)
            types[i] = CKM_MD5;
    return rv;
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key) {
    if (quirk("lost") && atomic_fetch_add(&lost, 1) == 0)
        return CKR_SESSION_HANDLE_INVALID;
    if (quirk("stale") && (first_fresh == 0 || session < first_fresh))
        return CKR_SESSION_HANDLE_INVALID;
    if (quirk("removed"))
        return CKR_DEVICE_REMOVED;
    return real->C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, unsigned char *data, CK_ULONG n, unsigned char *value,
                  CK_ULONG *size) {
    int busy = atomic_fetch_add(&inside, 1);
    if (quirk("noargs")) {
        struct timespec moment = {0, 2000000}; /* long enough for another thread to come in */
        nanosleep(&moment, NULL);
    }
    CK_RV rv = real->C_Sign(session, data, n, value, size);
    atomic_fetch_sub(&inside, 1);
    if (quirk("always") && !allowed)
        rv = CKR_USER_NOT_LOGGED_IN;
    allowed = 0;
    if (quirk("odd") && rv == CKR_OK)
        *size -= 1;
    return quirk("noargs") && busy ? CKR_GENERAL_ERROR : rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
    static CK_FUNCTION_LIST mine;
    real = real ? real : forward_list();
    if (!real)
        return CKR_GENERAL_ERROR;
    mine = *real;
    mine.C_Initialize = initialize;
    mine.C_GetTokenInfo = token_info;
    mine.C_OpenSession = open_session;
    mine.C_CloseSession = close_session;
    mine.C_Login = login;
    mine.C_GetAttributeValue = attributes;
    mine.C_GetMechanismList = mechanisms;
    mine.C_SignInit = sign_init;
    mine.C_Sign = sign;
    *list = &mine;
    return CKR_OK;
}
