/* Policies from the caller's point of view: opened by name or out of a file, written, and looked through. */
#include "engine/policy.h"
#include "base/file.h"
#include "base/limits.h"
#include <stdlib.h>

struct sign_policy {
    const struct ades_policy *policy;
    struct ades_policy *own; /* that of a file; NULL: built in */
};

const struct ades_policy *policy_of(const sign_policy *policy) {
    return policy->policy;
}

static sign_rc read_file(const sign_input *file, ades_policy_told told, void *user, struct ades_policy **out,
                         sign_error *err) {
    AUTO(source) s = {.fd = -1};
    AUTO(sign_buf) own = {0};
    sign_bytes text = {0};
    sign_rc rc = source_open(file, &s, err);
    if (rc == SIGN_OK)
        rc = source_all(&s, LIMIT_POLICY_FILE, &text, &own, err);
    if (rc == SIGN_E_LIMIT) {
        sign_error fault = {0};
        rc = fail(&fault, SIGN_E_REFUSED, MSG_POLICY_JSON, "%s: more than %zu bytes", s.name ? s.name : "-",
                  LIMIT_POLICY_FILE);
        if (told)
            told(user, &fault);
        if (err)
            *err = fault;
    }
    if (rc != SIGN_OK)
        return rc;
    rc = ades_policy_read(text, told, user, out, err);
    return rc == SIGN_OK || !s.name ? rc : within(err, rc, "%s", s.name);
}

sign_rc sign_policy_open(const char *name, const sign_input *file, sign_policy **out, sign_error *err) {
    if (!out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_policy_open: out is needed");
    sign_policy *p = calloc(1, sizeof *p);
    if (!p)
        return fail_memory(err);
    sign_rc rc = file ? read_file(file, NULL, NULL, &p->own, err) : SIGN_OK;
    p->policy = file ? p->own : ades_policy_find(name ? name : "default");
    if (rc == SIGN_OK && !p->policy)
        rc = fail(err, SIGN_E_REFUSED, MSG_POLICY_UNKNOWN, "%s", name);
    if (rc != SIGN_OK) {
        sign_policy_free(&p);
        return rc;
    }
    *out = p;
    return SIGN_OK;
}

const char *sign_policy_name(const sign_policy *policy) {
    return policy ? policy->policy->name : NULL;
}

const char *sign_policy_builtin(size_t i) {
    const struct ades_policy *p = ades_policy_at(i);
    return p ? p->name : NULL;
}

sign_rc sign_policy_write(const sign_policy *policy, const sign_output *out, sign_error *err) {
    AUTO(grow) text = {0};
    AUTO(sink) to = {.fd = -1};
    if (!policy || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_policy_write: a policy and out are needed");
    sign_rc rc = ades_policy_write(policy->policy, &text, err);
    if (rc == SIGN_OK)
        rc = sink_open(out, &to, err);
    if (rc != SIGN_OK)
        return rc;
    sink_put(&to, text.data, text.len);
    return sink_commit(&to, err);
}

sign_rc sign_policy_lint(const sign_input *file, sign_policy_told told, void *user, sign_error *err) {
    struct ades_policy *p = NULL;
    if (!file)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_policy_lint: a file is needed");
    sign_rc rc = read_file(file, told, user, &p, err);
    free(p);
    return rc;
}

void sign_policy_free(sign_policy **policy) {
    if (!policy || !*policy)
        return;
    free((*policy)->own);
    free(*policy);
    *policy = NULL;
}
