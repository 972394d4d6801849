/*
 * p11_locked - a PKCS#11 module for tests: SoftHSM2 with one difference, C_Login always answers
 * CKR_PIN_LOCKED, like a card whose PIN was entered wrongly too often. SoftHSM2 itself never locks.
 * Everything else is forwarded.
 */
#include "forward.h"

static CK_RV refuse(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin, CK_ULONG n) {
    (void)session;
    (void)user;
    (void)pin;
    (void)n;
    return CKR_PIN_LOCKED;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
    static CK_FUNCTION_LIST mine;
    CK_FUNCTION_LIST *real = forward_list();
    if (!real)
        return CKR_GENERAL_ERROR;
    mine = *real;
    mine.C_Login = refuse;
    *list = &mine;
    return CKR_OK;
}
