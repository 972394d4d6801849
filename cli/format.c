/* The formats of --format, one row each: their packagings, what they call their output, and which options are
 * theirs alone. */
#include "app.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Output by default: X and the suffix, X less `instead` when it ends so. */
struct packaging {
    const char *name;
    sign_shape shape;
    const char *suffix, *instead;
};

struct format_row {
    const char *name;
    sign_format id;
    struct packaging packagings[5]; /* the first is the default; ends with a zero row */
};

static const struct format_row formats[] = {
    {"cades", SIGN_CADES, {{"attached", SIGN_ATTACHED, ".p7m", ""}, {"detached", SIGN_DETACHED, ".p7s", ""}}},
    {"xades",
     SIGN_XADES,
     {{"enveloped", SIGN_ENVELOPED, ".signed.xml", ".xml"},
      {"enveloping", SIGN_ENVELOPING, ".signed.xml", ".xml"},
      {"detached", SIGN_DETACHED, ".xades.xml", ""},
      {"internally-detached", SIGN_INTERNALLY_DETACHED, ".signed.xml", ".xml"}}}};
enum { N_FORMATS = sizeof formats / sizeof *formats, ANY_SHAPE = -1 };

/* Options that mean something with one format, or one packaging of it, only. */
static const struct {
    const char *option;
    sign_format format;
    int shape;
} particular[] = {
    {"content-hint", SIGN_CADES, ANY_SHAPE},   {"c14n", SIGN_XADES, ANY_SHAPE},
    {"certificate-v1", SIGN_XADES, ANY_SHAPE}, {"place-v1", SIGN_XADES, ANY_SHAPE},
    {"public-key", SIGN_XADES, ANY_SHAPE},     {"element", SIGN_XADES, SIGN_INTERNALLY_DETACHED},
    {"single", SIGN_XADES, SIGN_ENVELOPED}};
enum { N_PARTICULAR = sizeof particular / sizeof *particular };

static const struct format_row *row_of(sign_format id) {
    for (size_t i = 0; i < N_FORMATS; i++)
        if (formats[i].id == id)
            return &formats[i];
    return &formats[0];
}

static const struct packaging *packaging_of(const struct format_row *f, sign_shape shape) {
    for (const struct packaging *p = f->packagings; p->name; p++)
        if (p->shape == shape)
            return p;
    return &f->packagings[0];
}

static void join(char *out, size_t size, const char *word) {
    size_t n = strlen(out);
    snprintf(out + n, size - n, "%s%s", n ? "|" : "", word);
}

int format_read(const struct app *app, const struct args *args, sign_options *o) {
    const char *name = args_value(args, "format");
    char known[60] = "", tr[100], en[100];
    /* A signature that is there has its format already: cosign looks at it. */
    bool creates = command_option(args->command, "packaging") != NULL;
    if (!name) {
        o->format = creates ? formats[0].id : SIGN_AUTO;
        return 0;
    }
    for (size_t i = 0; i < N_FORMATS; i++) {
        join(known, sizeof known, formats[i].name);
        o->format = formats[i].id;
        if (strcmp(name, formats[i].name) == 0)
            return 0;
    }
    snprintf(tr, sizeof tr, "--format %s olmalı", known);
    snprintf(en, sizeof en, "--format must be %s", known);
    return usage(app, (struct words){tr, en}, name);
}

int format_found(const struct app *app, const struct args *args, const char *found, sign_options *o) {
    sign_format asked = o->format;
    /* CMS without the attributes of CAdES, XML signatures without those of XAdES: the same family. */
    bool xml = strcmp(found, "xades") == 0 || strcmp(found, "xmldsig") == 0;
    o->format = xml ? SIGN_XADES : SIGN_CADES;
    if (asked == SIGN_AUTO || asked == o->format || !args_asked(args, "format"))
        return 0;
    return usage(app,
                 (struct words){"dosyadaki imzanın biçimi başka, eklenen de aynı biçimde olur",
                                "the signature in the file has another format, and what is added is like it"},
                 row_of(o->format)->name);
}

static int read_packaging(const struct app *app, const struct args *args, sign_options *o) {
    const struct format_row *f = row_of(o->format);
    const char *name = args_value(args, "packaging");
    char known[100] = "", tr[160], en[160];
    if (!name) {
        o->shape = command_option(args->command, "packaging") ? f->packagings[0].shape : SIGN_ATTACHED;
        return 0;
    }
    for (const struct packaging *p = f->packagings; p->name; p++) {
        join(known, sizeof known, p->name);
        o->shape = p->shape;
        if (strcmp(name, p->name) == 0)
            return 0;
    }
    o->shape = f->packagings[0].shape;
    if (args_asked(args, "format") && !args_asked(args, "packaging"))
        return 0; /* a default of the configuration, made for another format */
    snprintf(tr, sizeof tr, "%s için --packaging %s", f->name, known);
    snprintf(en, sizeof en, "%s takes --packaging %s", f->name, known);
    return usage(app, (struct words){tr, en}, name);
}

static bool fits(const sign_options *o, size_t i) {
    return particular[i].format == o->format &&
           (particular[i].shape == ANY_SHAPE || particular[i].shape == (int)o->shape);
}

static int refuse_others(const struct app *app, const struct args *args, const sign_options *o) {
    for (size_t i = 0; i < N_PARTICULAR; i++) {
        if (fits(o, i) || !args_asked(args, particular[i].option))
            continue;
        const struct format_row *f = row_of(particular[i].format);
        bool any = particular[i].shape == ANY_SHAPE;
        const struct packaging *p = any ? NULL : packaging_of(f, (sign_shape)particular[i].shape);
        char tr[160], en[160];
        snprintf(tr, sizeof tr, "--%s yalnız --format %s%s%s ile", particular[i].option, f->name,
                 any ? "" : " --packaging ", any ? "" : p->name);
        snprintf(en, sizeof en, "--%s goes with --format %s%s%s only", particular[i].option, f->name,
                 any ? "" : " --packaging ", any ? "" : p->name);
        return usage(app, (struct words){tr, en}, NULL);
    }
    return 0;
}

/* NULL or false for an option that a configuration file gives to all formats and this one does not have. */
static const char *value_of(const struct args *args, const sign_options *o, const char *name) {
    for (size_t i = 0; i < N_PARTICULAR; i++)
        if (strcmp(particular[i].option, name) == 0 && !fits(o, i))
            return NULL;
    return args_value(args, name);
}

static int read_c14n(const struct app *app, const char *name, sign_options *o) {
    static const struct {
        const char *name;
        sign_c14n method;
    } methods[] = {{"exc", SIGN_C14N_EXCLUSIVE}, {"inc", SIGN_C14N_INCLUSIVE}, {"c14n11", SIGN_C14N_11}};
    for (size_t i = 0; name && i < sizeof methods / sizeof *methods; i++)
        if (strcmp(name, methods[i].name) == 0) {
            o->c14n = methods[i].method;
            return 0;
        }
    if (!name)
        return 0;
    return usage(app, (struct words){"--c14n exc, inc ya da c14n11", "--c14n is exc, inc or c14n11"}, name);
}

/* What SignatureProductionPlace has and its CAdES sibling has not, and the other way round. */
static int check_place(const struct app *app, const struct args *args, const sign_options *o) {
    bool place =
        o->place_country || o->place_locality || o->n_place_lines || o->place_state || o->place_postal_code;
    if (o->format != SIGN_XADES && (o->place_state || o->place_postal_code))
        return usage(app,
                     (struct words){"--place state= ve postal-code= yalnız --format xades ile",
                                    "--place state= and postal-code= go with --format xades only"},
                     NULL);
    if (!place && args_asked(args, "place-v1"))
        return usage(app, (struct words){"--place-v1 için --place gerekli", "--place-v1 needs a --place"},
                     NULL);
    if (o->place_v1 && o->n_place_lines)
        return usage(app,
                     (struct words){"--place-v1 ile line= olmaz: eski öğede adres satırı yok",
                                    "--place-v1 takes no line=: the older element has none"},
                     o->place_lines[0]);
    return 0;
}

int format_options(const struct app *app, const struct args *args, sign_options *o) {
    int failed = read_packaging(app, args, o);
    if (!failed)
        failed = refuse_others(app, args, o);
    if (!failed)
        failed = read_c14n(app, value_of(args, o, "c14n"), o);
    o->content_hint = value_of(args, o, "content-hint");
    o->element = value_of(args, o, "element");
    o->certificate_v1 = value_of(args, o, "certificate-v1") != NULL;
    o->place_v1 = value_of(args, o, "place-v1") != NULL;
    o->key_value = value_of(args, o, "public-key") != NULL;
    o->single = value_of(args, o, "single") != NULL;
    return failed ? failed : check_place(app, args, o);
}

char *output_name(const char *file, const sign_options *o) {
    const struct packaging *p = packaging_of(row_of(o->format), o->shape);
    size_t n = strlen(file), tail = strlen(p->instead), size = n + strlen(p->suffix) + 1;
    char *name = strcmp(file, "-") ? malloc(size) : NULL;
    if (tail && n > tail && strcmp(file + n - tail, p->instead) == 0)
        n -= tail;
    if (name)
        snprintf(name, size, "%.*s%s", (int)n, file, p->suffix);
    return name;
}

char *content_beside(const char *file) {
    size_t n = strlen(file);
    for (size_t i = 0; i < N_FORMATS; i++) {
        const char *suffix = packaging_of(&formats[i], SIGN_DETACHED)->suffix;
        size_t tail = strlen(suffix);
        if (n <= tail || strcmp(file + n - tail, suffix) != 0)
            continue;
        char *beside = strndup(file, n - tail);
        if (!beside || access(beside, R_OK) == 0)
            return beside;
        free(beside);
    }
    return NULL;
}

bool document_is_xml(const struct document *d) {
    unsigned char head[64];
    int fd = open(d->in.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? 0 : pread(fd, head, sizeof head, 0);
    if (fd >= 0)
        close(fd);
    size_t len = n > 0 ? (size_t)n : 0, at = 0;
    if (len >= 2 && (memcmp(head, "\xff\xfe", 2) == 0 || memcmp(head, "\xfe\xff", 2) == 0))
        return true; /* UTF-16 with its mark; no other signed document begins so */
    if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    while (at < len && strchr(" \t\r\n", head[at]) && head[at])
        at++;
    return at < len && head[at] == '<';
}
