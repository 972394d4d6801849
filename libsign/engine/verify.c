/* A verification from the caller's point of view: choose the format, let it read and judge, seal the report.
 */
#include "base/file.h"
#include "base/time.h"
#include "engine/context.h"
#include "engine/format.h"
#include "engine/policy.h"
#include "engine/rule.h"
#include "engine/token.h"
#include <sign/verify.h>
#include <stdlib.h>

/* The documents a verification works on; opened together, closed together. */
struct opened {
    source what;
    source *contents;
    size_t n;
};
typedef struct opened opened;

static void opened_close(opened *o) {
    source_close(&o->what);
    for (size_t i = 0; i < o->n; i++)
        source_close(&o->contents[i]);
    free(o->contents);
    *o = (opened){0};
}
CLEANUP(opened, opened_close);

/* Signatures name what they are of: of two files of one name only one could be meant. */
static sign_rc names_differ(const opened *o, sign_error *err) {
    for (size_t i = 1; i < o->n; i++)
        for (size_t k = 0; k < i; k++) {
            const char *a = o->contents[i].name, *b = o->contents[k].name;
            if (a && b && strcmp(path_base(a), path_base(b)) == 0)
                return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "content: two files are named %s",
                            path_base(a));
        }
    return SIGN_OK;
}

static sign_rc open_all(const sign_input *what, const sign_input *in, size_t n, opened *o, sign_error *err) {
    o->what.fd = -1;
    sign_rc rc = source_open(what, &o->what, err);
    if (rc != SIGN_OK)
        return rc;
    if (n == 0)
        return SIGN_OK;
    o->contents = calloc(n, sizeof *o->contents);
    if (!o->contents)
        return fail_memory(err);
    for (; o->n < n; o->n++) {
        rc = source_open(&in[o->n], &o->contents[o->n], err);
        if (rc != SIGN_OK)
            return within(err, rc, "content");
    }
    return names_differ(o, err);
}

sign_rc context_make(const sign_verify_options *opt, struct ades_context *ctx, sign_error *err) {
    sign_verify_options all = {0};
    if (opt) {
        if (opt->size != sizeof *opt)
            return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_verify_options.size is not its size");
        all = *opt;
    }
    ctx->policy =
        all.policy_file ? policy_of(all.policy_file) : ades_policy_find(all.policy ? all.policy : "default");
    if (!ctx->policy)
        return fail(err, SIGN_E_REFUSED, MSG_POLICY_UNKNOWN, "%s", all.policy);
    ctx->at = all.at ? all.at : time_now();
    ctx->revocation = !all.no_revocation;
    ctx->inspect = all.inspect != 0;
    ctx->online = !all.offline && !ctx->inspect;
    ctx->digested = all.digested;
    ctx->digested_user = all.digested_user;
    return SIGN_OK;
}

static void describe(struct sign_report *r, const struct ades_context *ctx, const sign_verify_options *opt,
                     const source *what) {
    r->schema = ctx->inspect ? "inspect/1" : "verify/1";
    r->document = what->name ? arena_str(&r->arena, BYTES_STR(what->name)) : NULL;
    r->validation_time = ctx->at;
    r->time_given = opt && opt->at != 0;
    r->detailed = opt && opt->detailed; /* its size was looked at by context_make */
    /* an inspection has no policy and looks at no revocation data */
    r->no_revocation = !ctx->revocation || ctx->inspect;
    r->policy = ctx->inspect ? NULL : arena_str(&r->arena, BYTES_STR(ctx->policy->name));
}

static sign_rc read_and_judge(const struct ades_context *ctx, const opened *o, struct sign_report *report,
                              sign_error *err) {
    const struct ades_format *format = format_of(&o->what);
    bool token = false;
    sign_rc rc = token_verify(ctx, &o->what, o->contents, o->n, report, &token, err);
    if (rc != SIGN_OK)
        return rc;
    if (format && !token) {
        rc = format->verify(ctx, &o->what, o->contents, o->n, report, err);
        if (rc != SIGN_OK)
            return rc;
    }
    if (!report->signatures && !token)
        report_say(report, &report->messages, MSG_NO_SIGNATURE, report->document, NULL, NULL);
    rc = source_unchanged(&o->what, err);
    for (size_t i = 0; i < o->n && rc == SIGN_OK; i++)
        rc = source_unchanged(&o->contents[i], err);
    return rc;
}

static sign_rc verify_with(struct ades_context *ctx, const opened *o, struct sign_report *report,
                           sign_error *err) {
    sign_rc rc = pki_lend(ctx->trust, &ctx->crypto, err);
    if (rc != SIGN_OK)
        return rc;
    rc = read_and_judge(ctx, o, report, err);
    pki_lend_back(ctx->trust, ctx->crypto);
    return rc == SIGN_OK ? report_seal(report, err) : rc;
}

static bool wants_whole(const struct ades_context *ctx) {
    return ades_policy_level(ctx->policy, ROLE_SIGNATURE, CHECK_COVERAGE) == LEVEL_FAIL;
}

sign_rc sign_verify(const sign_input *what, const sign_input *in, size_t n, const sign_trust *trust,
                    const sign_verify_options *opt, sign_report **out, sign_error *err) {
    if (!what || !out || (n && !in))
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_verify: what and out are needed");
    AUTO(opened) o = {0};
    AUTO(sign_trust_ptr) empty = NULL;
    AUTO(sign_report_ptr) report = NULL;
    struct ades_context ctx = {.trust = trust};
    struct rule rule;
    sign_rc rc = context_make(opt, &ctx, err);
    if (rc == SIGN_OK)
        rc = rule_read(opt ? opt->require : NULL, &rule, err);
    if (rc == SIGN_OK && !trust) {
        rc = sign_trust_new(NULL, &empty, err);
        ctx.trust = empty;
    }
    if (rc == SIGN_OK)
        rc = open_all(what, in, n, &o, err);
    if (rc == SIGN_OK)
        rc = report_new(&report, err);
    if (rc != SIGN_OK)
        return rc;
    describe(report, &ctx, opt, &o.what);
    rc = verify_with(&ctx, &o, report, err);
    if (rc == SIGN_OK && !ctx.inspect)
        rc = rule_apply(&rule, wants_whole(&ctx), report, err);
    if (rc != SIGN_OK)
        return rc;
    *out = TAKE(report);
    return sign_report_verdict(*out);
}

sign_rc sign_extract(const sign_input *what, const sign_output *out, sign_error *err) {
    if (!what || !out)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_extract: what and out are needed");
    AUTO(source) s = {.fd = -1};
    AUTO(crypto_ptr) crypto = NULL;
    sign_rc rc = source_open(what, &s, err);
    if (rc == SIGN_OK)
        rc = crypto_new(&crypto, err);
    if (rc != SIGN_OK)
        return rc;
    const struct ades_format *format = format_of(&s);
    if (!format) {
        fail(err, SIGN_E_FORMAT, MSG_NO_SIGNATURE, "%s", s.name ? s.name : "");
        return SIGN_NO_SIGNATURE;
    }
    return format->extract(crypto, &s, out, err);
}
