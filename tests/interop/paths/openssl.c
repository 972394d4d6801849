/* OpenSSL's opinion of a chain: X509_verify_cert, without the rules of its own that X509_V_FLAG_X509_STRICT
 * adds. */
#include "judges.h"
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

/* An anchor is believed: its own status is no question of RFC 5280, 6.1. */
static int verified(int ok, X509_STORE_CTX *ctx) {
    int error = X509_STORE_CTX_get_error(ctx);
    int last = sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1;
    bool of_list = error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_DIFFERENT_CRL_SCOPE ||
                   (error >= X509_V_ERR_CRL_SIGNATURE_FAILURE && error <= X509_V_ERR_CRL_HAS_EXPIRED &&
                    error != X509_V_ERR_CERT_NOT_YET_VALID && error != X509_V_ERR_CERT_HAS_EXPIRED) ||
                   error == X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER ||
                   error == X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION ||
                   error == X509_V_ERR_KEYUSAGE_NO_CRL_SIGN || error == X509_V_ERR_CERT_REVOKED;
    return ok || (of_list && last > 0 && X509_STORE_CTX_get_error_depth(ctx) == last);
}

static void set_policies(X509_VERIFY_PARAM *param, const struct minted *m) {
    unsigned long flags = X509_V_FLAG_POLICY_CHECK;
    char text[32];
    flags |= m->explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0;
    flags |= m->no_mapping ? X509_V_FLAG_INHIBIT_MAP : 0;
    flags |= m->no_any ? X509_V_FLAG_INHIBIT_ANY : 0;
    for (size_t i = 0; i < m->n_initial; i++) {
        (void)snprintf(text, sizeof text, "1.3.6.1.4.1.55555.%d", m->initial[i]);
        X509_VERIFY_PARAM_add0_policy(param, OBJ_txt2obj(text, 1));
    }
    /* Where a policy is required, no policy at all is none to OpenSSL, and any to RFC 5280, 6.1.1 (c). */
    if (m->n_initial == 0)
        X509_VERIFY_PARAM_add0_policy(param, OBJ_nid2obj(NID_any_policy));
    X509_VERIFY_PARAM_set_flags(param, flags);
}

/* Everything that could be read of what was minted. */
struct read {
    X509 *target, *anchor;
    STACK_OF(X509) * others;
    STACK_OF(X509_CRL) * crls;
};

static X509 *certificate(const sign_buf *der) {
    const unsigned char *at = der->data;
    return d2i_X509(NULL, &at, (long)der->len);
}

static void read_all(const struct minted *m, struct read *r) {
    *r = (struct read){.others = sk_X509_new_null(), .crls = sk_X509_CRL_new_null()};
    r->target = certificate(&m->certs[0]);
    r->anchor = certificate(&m->certs[1]);
    for (size_t i = 2; i < m->n; i++) {
        X509 *x = certificate(&m->certs[i]);
        if (x != NULL)
            sk_X509_push(r->others, x);
    }
    for (size_t i = 0; i < m->n_crls; i++) {
        const unsigned char *at = m->crls[i].data;
        X509_CRL *c = d2i_X509_CRL(NULL, &at, (long)m->crls[i].len);
        if (c != NULL)
            sk_X509_CRL_push(r->crls, c);
    }
}

static void read_free(struct read *r) {
    X509_free(r->target);
    X509_free(r->anchor);
    sk_X509_pop_free(r->others, X509_free);
    sk_X509_CRL_pop_free(r->crls, X509_CRL_free);
}

static void verify(const struct minted *m, struct read *r, struct opinion *out) {
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    must(store != NULL && ctx != NULL && X509_STORE_add_cert(store, r->anchor) == 1 &&
             X509_STORE_CTX_init(ctx, store, r->target, r->others) == 1,
         "OpenSSL", "");
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_STORE_CTX_set0_crls(ctx, r->crls);
    X509_STORE_CTX_set_verify_cb(ctx, verified);
    X509_VERIFY_PARAM_set_time(param, AT);
    X509_VERIFY_PARAM_set_auth_level(param, 0);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
                                           X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS |
                                           X509_V_FLAG_PARTIAL_CHAIN);
    set_policies(param, m);
    out->valid = X509_verify_cert(ctx) == 1;
    (void)snprintf(out->why, sizeof out->why, "%s (depth %d)",
                   X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)),
                   X509_STORE_CTX_get_error_depth(ctx));
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

void judge_openssl(const struct minted *m, struct opinion *out) {
    struct read r;
    *out = (struct opinion){0};
    read_all(m, &r);
    if (r.target != NULL && r.anchor != NULL)
        verify(m, &r, out);
    else
        (void)snprintf(out->why, sizeof out->why, "unreadable");
    read_free(&r);
    ERR_clear_error();
}
