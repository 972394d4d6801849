/* Whom to believe and on what evidence, as the options say it: anchors, certificates, revocation data,
 * network. */
#include "app.h"
#include <stdlib.h>
#include <string.h>

const struct option_row evidence_rows[] = {
    {"trust",
     't',
     OPT_LIST,
     "FILE|DIR",
     {"güven deposu yerine bu güven çıpaları (yinelenebilir)",
      "these trust anchors instead of the trust store (repeatable)"}},
    {"certs",
     0,
     OPT_LIST,
     "FILE|DIR",
     {"ara sertifikalar, çıpa olmaz (yinelenebilir)",
      "intermediate certificates, never anchors (repeatable)"}},
    {"crl",
     0,
     OPT_LIST,
     "FILE|DIR",
     {"iptal listeleri, SİL (yinelenebilir)", "revocation lists, CRL (repeatable)"}},
    {"ocsp", 0, OPT_LIST, "FILE|DIR", {"ÇİSDuP yanıtları (yinelenebilir)", "OCSP responses (repeatable)"}},
    {"at", 0, OPT_VALUE, "RFC3339", {"saat yerine bu an", "this time instead of the clock"}},
    {"policy",
     0,
     OPT_VALUE,
     "NAME|FILE",
     {"doğrulama politikası: default, strict, tr, tr-uyum ya da dosyası",
      "validation policy: default, strict, tr, tr-uyum, or its file"}},
    {"no-revocation", 0, OPT_FLAG, NULL, {"iptal denetimi yapma", "do not check revocation"}},
    {NULL, 0, OPT_FLAG, NULL, {NULL, NULL}}};

static size_t inputs_of(const struct args *args, const char *name, sign_input *out) {
    const char *given[MAX_VALUES];
    size_t n = args_list(args, name, given, MAX_VALUES);
    for (size_t i = 0; i < n; i++)
        out[i] = (sign_input){.path = given[i]};
    return n;
}

struct inputs {
    sign_input anchors[MAX_VALUES], certs[MAX_VALUES], crls[MAX_VALUES], ocsps[MAX_VALUES];
};

/* What the command line says wins over what a configuration says of the other one. */
static bool uses_store(const struct args *args) {
    return !args_value(args, "trust") || (args_asked(args, "store") && !args_asked(args, "trust"));
}

static int anchors_choose(const struct app *app, const struct args *args, struct evidence *e) {
    e->from_store = uses_store(args);
    if (args_asked(args, "trust") && args_asked(args, "store"))
        return usage(
            app,
            (struct words){"--trust ile --store birlikte olmaz", "--trust and --store exclude each other"},
            NULL);
    if (!e->from_store)
        return 0;
    int failed = store_must_exist(app, args);
    if (!failed)
        failed = stores_open(app, args, &e->stores);
    return failed ? failed : stores_merge(app, &e->stores);
}

static int trust_make(const struct app *app, const struct args *args, struct evidence *e) {
    struct inputs *in = calloc(1, sizeof *in);
    sign_error err = {0};
    if (!in)
        return no_memory(app);
    sign_trust_options opt = {.size = sizeof opt,
                              .anchors = in->anchors,
                              .certs = in->certs,
                              .crls = in->crls,
                              .ocsps = in->ocsps,
                              .list = e->stores.list,
                              .n_list = e->stores.n,
                              .fetch = &e->door.fetch,
                              .nonce = e->door.nonce};
    if (!e->from_store)
        opt.n_anchors = inputs_of(args, "trust", in->anchors);
    opt.n_certs = inputs_of(args, "certs", in->certs);
    opt.n_crls = inputs_of(args, "crl", in->crls);
    opt.n_ocsps = inputs_of(args, "ocsp", in->ocsps);
    sign_rc rc = sign_trust_new(&opt, &e->trust, &err);
    free(in);
    return rc == SIGN_OK ? 0 : tell_error(app, &err);
}

int evidence_open(const struct app *app, const struct args *args, struct evidence *out) {
    *out = (struct evidence){.stores.lock = -1};
    int failed = anchors_choose(app, args, out);
    if (!failed)
        failed = door_prepare(app, args, &out->door);
    return failed ? failed : trust_make(app, args, out);
}

void evidence_close(struct evidence *e) {
    sign_trust_free(&e->trust);
    stores_free(&e->stores);
    door_close(&e->door);
}

int time_at(const struct app *app, const struct args *args, int64_t *out) {
    const char *at = args_value(args, "at");
    return at && !sign_time_parse(at, out)
               ? usage(app,
                       (struct words){"--at RFC 3339 olmalı (2026-01-05T10:00:00+03:00)",
                                      "--at must be RFC 3339 (2026-01-05T10:00:00+03:00)"},
                       at)
               : 0;
}

/* Which anchors were believed: the store's file, or the options. */
void evidence_tell(const struct app *app, const struct args *args, const struct evidence *e, int code) {
    size_t anchors = 0;
    const char *given[MAX_VALUES];
    if (app->quiet || app->json || code > SIGN_INDETERMINATE)
        return;
    sign_trust_count(e->trust, &anchors, NULL, NULL);
    if (app->verbose && e->from_store) {
        const struct stores *s = &e->stores;
        fprintf(stderr, "kalem: %s: %s (%zu)%s%s",
                say(app, (struct words){"güven çıpaları", "trust anchors"}), s->own_path ? s->own_path : "-",
                s->n_own, s->system_path ? ", " : "", s->system_path ? s->system_path : "");
        if (s->system_path)
            fprintf(stderr, " (%zu)", s->n - s->n_own);
        fputc('\n', stderr);
    } else if (app->verbose) {
        fprintf(stderr, "kalem: %s: --trust (%zu)\n",
                say(app, (struct words){"güven çıpaları", "trust anchors"}), anchors);
    }
    if (code == SIGN_INDETERMINATE && anchors == 0 && args_list(args, "trust", given, MAX_VALUES) == 0)
        fprintf(stderr, "kalem: %s\n",
                say(app,
                    (struct words){"Güven deposu boş: kök sertifikayı \"kalem trust add DOSYA\" ile ekleyin.",
                                   "The trust store is empty: add a root with \"kalem trust add FILE\"."}));
}
