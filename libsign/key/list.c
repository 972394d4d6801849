/* sign_token_each: every token and every certificate on it, without login. */
#include "key/slot.h"

struct telling {
    sign_token_fn *fn;
    void *user;
    struct module *module;
    const struct slot *slot;
    bool stop;
};

static int has_key(const struct slot *s, const view *v, const struct object *cert) {
    if (objects_with_id(&v->privates, BYTES(cert->id.data, cert->id.len)))
        return 1;
    /* Private keys are private objects as a rule: not seen means nothing before login (PKCS#11 v2.40, 4.4).
     */
    return s->flags & CKF_LOGIN_REQUIRED ? -1 : 0;
}

static sign_rc tell(struct telling *t, const view *v, const struct object *cert, sign_error *err) {
    const struct slot *s = t->slot;
    AUTO(grow) text = {0};
    slot_uri(s, cert, false, &text);
    if (text.failed)
        return fail_memory(err);
    sign_token token = {.module = t->module->path,
                        .uri = (const char *)text.data,
                        .label = s->label,
                        .manufacturer = s->manufacturer,
                        .model = s->model,
                        .serial = s->serial,
                        .object = cert ? cert->label : "",
                        .has_key = cert ? has_key(s, v, cert) : -1,
                        .pin_count_low = (s->flags & CKF_USER_PIN_COUNT_LOW) != 0,
                        .pin_final_try = (s->flags & CKF_USER_PIN_FINAL_TRY) != 0,
                        .pin_locked = (s->flags & CKF_USER_PIN_LOCKED) != 0,
                        .pin_unset = (s->flags & CKF_USER_PIN_INITIALIZED) == 0};
    if (cert)
        token.certificate = BYTES(cert->value.data, cert->value.len);
    t->stop = t->fn(t->user, &token) != 0;
    return SIGN_OK;
}

static sign_rc tell_token(struct telling *t, sign_error *err) {
    AUTO(view) v = {0};
    sign_rc rc = view_read(t->module, t->slot, &v, err);
    size_t told = 0;
    for (size_t i = 0; i < v.certs.n && rc == SIGN_OK && !t->stop; i++) {
        if (v.certs.at[i].value.len == 0)
            continue;
        rc = tell(t, &v, &v.certs.at[i], err);
        told++;
    }
    return rc == SIGN_OK && told == 0 ? tell(t, &v, NULL, err) : rc;
}

static sign_rc tell_module(struct telling *t, sign_error *err) {
    AUTO(slots) present = {0};
    sign_rc rc = slots_read(t->module, NULL, &present, err);
    for (size_t i = 0; i < present.n && rc == SIGN_OK && !t->stop; i++) {
        t->slot = &present.at[i];
        rc = tell_token(t, err);
        t->slot = NULL;
        /* A card that is pulled out while it is looked at is a card that is not there. */
        rc = rc == SIGN_E_TOKEN ? SIGN_OK : rc;
    }
    return rc;
}

sign_rc sign_token_each(const char *module, sign_token_fn *fn, void *user, sign_error *err) {
    if (!fn)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_token_each: fn is needed");
    AUTO(paths) found = {0};
    bool named = false;
    size_t loaded = 0;
    sign_rc rc = modules_find(module, NULL, &found, &named, err);
    struct telling t = {.fn = fn, .user = user};
    for (size_t i = 0; i < found.n && rc == SIGN_OK && !t.stop; i++) {
        struct module *m = NULL;
        rc = module_load(found.at[i], &m, err);
        if (rc == SIGN_OK) {
            loaded++;
            t.module = m;
            rc = tell_module(&t, err);
        }
        rc = rc == SIGN_E_TOKEN && !named ? SIGN_OK : rc;
    }
    if (rc == SIGN_OK && loaded == 0)
        return modules_none(&found, err);
    return rc;
}
