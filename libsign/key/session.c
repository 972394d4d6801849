/* Signing on a token: C_SignInit and C_Sign on a session that no other thread has. */
#include "key/token.h"
#include <stdlib.h>
#include <unistd.h>

sign_rc token_new(struct module *m, const struct slot *s, struct token **out, sign_error *err) {
    struct token *t = calloc(1, sizeof *t);
    if (!t)
        return fail_memory(err);
    if (pthread_mutex_init(&t->lock, NULL)) {
        free(t);
        return fail_memory(err);
    }
    if (pthread_cond_init(&t->returned, NULL)) {
        pthread_mutex_destroy(&t->lock);
        free(t);
        return fail_memory(err);
    }
    t->module = m;
    t->slot = *s;
    slot_refresh(m, &t->slot);
    t->process = getpid();
    unsigned long max = t->slot.max_sessions;
    bool told = max != CK_EFFECTIVELY_INFINITE && max != CK_UNAVAILABLE_INFORMATION;
    t->limit = told && max < SESSIONS_MAX ? (size_t)max : SESSIONS_MAX;
    *out = t;
    return SIGN_OK;
}

/* true: take idle[] (found) or open one, which is counted already. Waits only while others hold sessions. */
static bool pool_turn(struct token *t, CK_SESSION_HANDLE *found) {
    pthread_mutex_lock(&t->lock);
    while (t->n_idle == 0 && t->n_open > 0 && t->n_open >= t->limit)
        pthread_cond_wait(&t->returned, &t->lock);
    bool idle = t->n_idle > 0;
    if (idle)
        *found = t->idle[--t->n_idle];
    else
        t->n_open++;
    pthread_mutex_unlock(&t->lock);
    return idle;
}

/* A session less: one that could not be opened, or one that is closed. Returns how many are left. */
static size_t pool_less(struct token *t, bool full) {
    pthread_mutex_lock(&t->lock);
    size_t left = --t->n_open;
    if (full && left > 0)
        t->limit = left;
    pthread_cond_broadcast(&t->returned);
    pthread_mutex_unlock(&t->lock);
    return left;
}

sign_rc token_session(struct token *t, CK_SESSION_HANDLE *out, bool *fresh, sign_error *err) {
    for (;;) {
        *fresh = !pool_turn(t, out);
        if (!*fresh)
            return SIGN_OK;
        CK_RV rv = P11(t->module, C_OpenSession(t->slot.id, CKF_SERIAL_SESSION, NULL, NULL, out));
        if (rv == CKR_OK)
            return SIGN_OK;
        /* The token has fewer sessions than it said: go on with those there are, if there are any. */
        if (pool_less(t, rv == CKR_SESSION_COUNT) == 0 || rv != CKR_SESSION_COUNT)
            return answer_fail(rv, t->slot.label, err);
    }
}

void token_give(struct token *t, CK_SESSION_HANDLE session) {
    pthread_mutex_lock(&t->lock);
    t->idle[t->n_idle++] = session;
    pthread_cond_signal(&t->returned);
    pthread_mutex_unlock(&t->lock);
}

static void token_drop(struct token *t, CK_SESSION_HANDLE session) {
    (void)P11(t->module, C_CloseSession(session));
    (void)pool_less(t, false);
}

void token_free(void *state) {
    struct token *t = state;
    /* In a child process the sessions are the parent's. The last one closed ends the login. */
    for (size_t i = 0; i < t->n_idle && t->process == getpid(); i++)
        (void)P11(t->module, C_CloseSession(t->idle[i]));
    secret_drop(&t->pin);
    object_free(&t->cert);
    pthread_cond_destroy(&t->returned);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

enum { INPUT_MAX = DIGEST_MAX + 32 };

/* What goes into C_SignInit and C_Sign. */
struct order {
    CK_MECHANISM mechanism;
    CK_RSA_PKCS_PSS_PARAMS pss;
    uint8_t input[INPUT_MAX];
    size_t n;
};

/* DigestInfo (RFC 8017, 9.2), parameters NULL: CKM_RSA_PKCS pads but does not add it. */
static void digest_info(enum crypto_digest digest, sign_bytes value, struct order *o) {
    sign_bytes oid = oid_bytes(crypto_digest_row(digest)->oid);
    uint8_t head[] = {DER_SEQUENCE, (uint8_t)(oid.len + value.len + 8),
                      DER_SEQUENCE, (uint8_t)(oid.len + 4),
                      DER_OID,      (uint8_t)oid.len};
    uint8_t tail[] = {DER_NULL, 0, DER_OCTET_STRING, (uint8_t)value.len};
    sign_bytes parts[] = {BYTES(head, sizeof head), oid, BYTES(tail, sizeof tail), value};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        memcpy(o->input + o->n, parts[i].data, parts[i].len);
        o->n += parts[i].len;
    }
}

struct pss_row {
    enum crypto_digest digest;
    CK_MECHANISM_TYPE hash;
    CK_ULONG mgf;
};

/* PKCS#11 v2.40, 2.1.9: the digest and MGF1 of CKM_RSA_PKCS_PSS. */
static const struct pss_row pss_rows[] = {
    {DIGEST_SHA256, CKM_SHA256, CKG_MGF1_SHA256},
    {DIGEST_SHA384, CKM_SHA384, CKG_MGF1_SHA384},
    {DIGEST_SHA512, CKM_SHA512, CKG_MGF1_SHA512},
};

static bool order_pss(const struct crypto_sigalg *alg, struct order *o) {
    const struct pss_row *hash = NULL, *mgf = NULL;
    for (size_t i = 0; i < sizeof pss_rows / sizeof *pss_rows; i++) {
        hash = pss_rows[i].digest == alg->digest ? &pss_rows[i] : hash;
        mgf = pss_rows[i].digest == alg->mgf ? &pss_rows[i] : mgf;
    }
    if (!hash || !mgf)
        return false;
    o->pss = (CK_RSA_PKCS_PSS_PARAMS){hash->hash, mgf->mgf, alg->salt};
    o->mechanism = (CK_MECHANISM){CKM_RSA_PKCS_PSS, &o->pss, sizeof o->pss};
    return true;
}

static bool order_make(const struct token *t, const struct crypto_sigalg *alg, sign_bytes digest,
                       struct order *o) {
    if (alg->scheme == SCHEME_RSA_PKCS1) {
        o->mechanism.mechanism = CKM_RSA_PKCS;
        digest_info(alg->digest, digest, o);
        return t->can_pkcs1;
    }
    /* FIPS 186-4, 6.4: the leftmost bits of a digest longer than the order. Not all tokens cut it themselves.
     */
    o->n = t->ec && digest.len > t->field ? t->field : digest.len;
    memcpy(o->input, digest.data, o->n);
    if (alg->scheme == SCHEME_RSA_PSS)
        return t->can_pss && order_pss(alg, o);
    o->mechanism.mechanism = CKM_ECDSA;
    return t->can_ecdsa;
}

/* One signature; the value's buffer is whole from the start, as some drivers end the operation on a size
 * probe. */
static CK_RV run(struct token *t, CK_SESSION_HANDLE session, struct order *o, uint8_t *out, CK_ULONG *n) {
    CK_RV rv = P11(t->module, C_SignInit(session, &o->mechanism, t->key));
    if (rv == CKR_OK && t->always)
        rv = P11(t->module, C_Login(session, CKU_CONTEXT_SPECIFIC, (unsigned char *)t->pin.text, t->pin.len));
    if (rv != CKR_OK)
        return rv;
    return P11(t->module, C_Sign(session, o->input, o->n, out, n));
}

/* A session whose operation may still be open must not be used again. */
static bool spoilt(const struct token *t, CK_RV rv) {
    return answer_gone(rv) || rv == CKR_OPERATION_ACTIVE || rv == CKR_BUFFER_TOO_SMALL ||
           (t->always && rv != CKR_OK);
}

/*
 * With the last session the login went too, and the handles of what it showed. The PIN of a key that wants it
 * always is at hand and known to be right. What fails here shows in the signing that follows.
 */
static void renew(struct token *t, CK_SESSION_HANDLE session) {
    CK_OBJECT_HANDLE key = 0;
    CK_RV rv = P11(t->module, C_Login(session, CKU_USER, (unsigned char *)t->pin.text, t->pin.len));
    /* The PIN was changed meanwhile, or this is another card: trying it with every signature would lock it.
     */
    if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED)
        t->lost = false;
    if (!t->lost || token_match(t, session, &t->cert, &key, NULL) != SIGN_OK)
        return;
    t->key = key;
    t->lost = false;
}

static sign_rc sign_on(struct token *t, struct order *o, uint8_t *out, CK_ULONG *n, sign_error *err) {
    CK_ULONG room = *n;
    CK_RV rv = CKR_OK;
    bool fresh = false;
    /* Sessions may end behind our back (the card was pulled out, the machine slept), and all of them at once:
     * those at hand are tried, then one new one, once. */
    do {
        CK_SESSION_HANDLE session = 0;
        sign_rc rc = token_session(t, &session, &fresh, err);
        if (rc != SIGN_OK)
            return rc;
        if (fresh && t->lost && t->pin.text)
            renew(t, session);
        *n = room;
        rv = run(t, session, o, out, n);
        if (answer_gone(rv))
            t->lost = true;
        if (spoilt(t, rv))
            token_drop(t, session);
        else
            token_give(t, session);
    } while (answer_gone(rv) && !fresh);
    return rv == CKR_OK ? SIGN_OK : answer_fail(rv, t->slot.label, err);
}

static sign_rc hand_over(const struct token *t, sign_buf *raw, sign_buf *value, sign_error *err) {
    if (!t->ec) {
        if (raw->len != t->field)
            return fail(err, SIGN_E_KEY, MSG_KEY_SIGN, "%s: a value of %zu bytes", t->slot.label, raw->len);
        *value = (sign_buf){TAKE(raw->data), raw->len};
        return SIGN_OK;
    }
    /* r||s in halves (PKCS#11 v2.40, 2.3.1): an odd length cannot be told apart. */
    AUTO(grow) der = {0};
    bool written = raw->len % 2 == 0 && crypto_ecdsa_to_der(BYTES(raw->data, raw->len), &der);
    if (der.failed)
        return fail_memory(err);
    if (!written)
        return fail(err, SIGN_E_KEY, MSG_KEY_SIGN, "%s: a value of %zu bytes", t->slot.label, raw->len);
    return grow_take(&der, value, err);
}

sign_rc token_sign(void *state, const struct crypto_sigalg *alg, sign_bytes digest, sign_buf *value,
                   sign_error *err) {
    struct token *t = state;
    struct order o = {0};
    if (t->process != getpid())
        return fail(err, SIGN_E_TOKEN, MSG_FORKED, "%s", t->slot.label);
    if (!order_make(t, alg, digest, &o)) {
        char name[64];
        crypto_sigalg_name(alg, name);
        return fail(err, SIGN_E_UNSUPPORTED, MSG_KEY_SCHEME, "%s has no mechanism for %s", t->slot.label,
                    name);
    }
    size_t room = t->ec ? 2 * t->field : t->field;
    AUTO(sign_buf) raw = {malloc(room), room};
    if (!raw.data)
        return fail_memory(err);
    CK_ULONG n = room;
    sign_rc rc = sign_on(t, &o, raw.data, &n, err);
    if (rc != SIGN_OK)
        return rc;
    raw.len = n;
    return hand_over(t, &raw, value, err);
}
