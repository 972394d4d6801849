/* Which PKCS#11 modules there are. */
#include "base/text.h"
#include "key/module.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MODULES_MAX = 64, LINE_MAX_BYTES = 1024 };

/* Drivers of the cards and modules met in Turkey; file names are case-sensitive, so variants stand side by
 * side. */
static const char *const known_names[] = {
    "libakisp11.so",       "libtckkp11.so",           "libeTPkcs11.so",     "libeToken.so",
    "libidprimepkcs11.so", "libaetpkss.so",           "libaetpkss.so.3",    "libOcsCryptoki.so",
    "libcastle.so",        "libShuttleCsp11_3003.so", "libcs_pkcs11_R2.so", "libcs2_pkcs11.so",
    "libprocryptoki.so",   "libdirakp11-64.so",       "libcknfast.so",      "libCryptoki2_64.so",
    "opensc-pkcs11.so",    "libsofthsm2.so",
};

static const char *const known_folders[] = {
    "/usr/lib",
    "/usr/local/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/pkcs11",
    "/usr/lib/x86_64-linux-gnu/pkcs11",
    "/usr/lib/aarch64-linux-gnu/pkcs11",
    "/usr/lib64/pkcs11",
    "/opt/akis",
    "/opt/akis/lib",
    "/opt/nfast/toolkits/pkcs11",
    "/opt/procenne/lib",
    "/usr/local/AWP/lib",
    "/usr/lib/softhsm",
    "/usr/lib/x86_64-linux-gnu/softhsm",
};

void paths_free(paths *p) {
    for (size_t i = 0; i < p->n; i++)
        free(p->at[i]);
    free(p->at);
    *p = (paths){0};
}

/* Canonical, so that a module found by two names is one. A path that is not there is kept as it is, for the
 * error. */
static sign_rc add(paths *p, const char *path, sign_error *err) {
    char *real = realpath(path, NULL);
    if (!real && errno != ENOMEM)
        real = strdup(path);
    if (!real)
        return fail_memory(err);
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->at[i], real) == 0) {
            free(real);
            return SIGN_OK;
        }
    }
    char **grown = p->n < MODULES_MAX ? realloc(p->at, (p->n + 1) * sizeof *grown) : NULL;
    if (!grown) {
        free(real);
        return p->n < MODULES_MAX ? fail_memory(err) : SIGN_OK;
    }
    p->at = grown;
    p->at[p->n++] = real;
    return SIGN_OK;
}

/* Adds `name` from the first known folder that has it. */
static sign_rc add_known(paths *p, const char *name, sign_error *err) {
    for (size_t i = 0; i < sizeof known_folders / sizeof *known_folders; i++) {
        char path[LINE_MAX_BYTES];
        int n = snprintf(path, sizeof path, "%s/%s", known_folders[i], name);
        if (n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0)
            return add(p, path, err);
    }
    return SIGN_OK;
}

/* The value of "key: value", trimmed, inside line; NULL when the line is another. */
static char *value_of(char *line, const char *key) {
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0 || line[n] != ':')
        return NULL;
    char *value = line + n + 1;
    value += strspn(value, " \t");
    value[strcspn(value, "\r\n")] = '\0';
    for (size_t end = strlen(value); end && (value[end - 1] == ' ' || value[end - 1] == '\t'); end--)
        value[end - 1] = '\0';
    return value;
}

/* One file of p11-kit (pkcs11.conf(5)). A store of trusted roots is no token of a person. */
static sign_rc add_configured(paths *p, const char *file, sign_error *err) {
    FILE *in = fopen(file, "r");
    if (!in)
        return errno == ENOMEM ? fail_memory(err) : SIGN_OK;
    char line[LINE_MAX_BYTES], module[LINE_MAX_BYTES] = "";
    bool skip = false;
    while (fgets(line, sizeof line, in)) {
        const char *value = value_of(line, "module");
        if (value)
            snprintf(module, sizeof module, "%s", value);
        value = value_of(line, "trust-policy");
        skip = skip || (value && strcmp(value, "yes") == 0);
        /* enable-in names the programs that may have it; this one is none of them. */
        skip = skip || value_of(line, "enable-in");
    }
    fclose(in);
    if (skip || !*module)
        return SIGN_OK;
    return *module == '/' ? add(p, module, err) : add_known(p, module, err);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_module_file(const struct dirent *entry) {
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 7 && strcmp(entry->d_name + n - 7, ".module") == 0;
}

static sign_rc add_p11kit(paths *p, const char *folder, sign_error *err) {
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_module_file, by_name);
    sign_rc rc = n < 0 && errno == ENOMEM ? fail_memory(err) : SIGN_OK;
    for (int i = 0; i < n; i++) {
        char path[LINE_MAX_BYTES];
        int length = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (rc == SIGN_OK && length > 0 && (size_t)length < sizeof path)
            rc = add_configured(p, path, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

static sign_rc add_all(paths *p, sign_error *err) {
    sign_rc rc = add_p11kit(p, "/etc/pkcs11/modules", err);
    if (rc == SIGN_OK)
        rc = add_p11kit(p, "/usr/share/p11-kit/modules", err);
    for (size_t i = 0; i < sizeof known_names / sizeof *known_names && rc == SIGN_OK; i++)
        rc = add_known(p, known_names[i], err);
    return rc;
}

/* Never from the working directory: what is loaded there is whoever's wrote it. */
static sign_rc add_named(paths *p, const char *path, sign_error *err) {
    if (*path != '/')
        return fail(err, SIGN_E_TOKEN, MSG_MODULE_PATH, "%s", path);
    return add(p, path, err);
}

/* module-name: the file name without lib and .so, in the known folders (RFC 7512, 2.4). */
static sign_rc add_base_name(paths *p, const char *name, sign_error *err) {
    if (strchr(name, '/'))
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "pkcs11 URI: module-name has a '/'");
    /* libNAME.so, NAME.so, NAME */
    for (int shape = 0; shape < 3 && p->n == 0; shape++) {
        AUTO(grow) file = {0};
        grow_str(&file, shape == 0 ? "lib" : "");
        grow_str(&file, name);
        grow_str(&file, shape < 2 ? ".so" : "");
        grow_byte(&file, 0);
        sign_rc rc = file.failed ? fail_memory(err) : add_known(p, (const char *)file.data, err);
        if (rc != SIGN_OK)
            return rc;
    }
    return p->n ? SIGN_OK : fail(err, SIGN_E_TOKEN, MSG_MODULE_NONE, "module-name %s", name);
}

sign_rc modules_find(const char *given, const uri *u, paths *out, bool *named, sign_error *err) {
    const char *variable = getenv("KALEM_PKCS11_MODULE");
    *named = true;
    if (given)
        return add_named(out, given, err);
    if (u && u->module_path)
        return add_named(out, u->module_path, err);
    if (u && u->module_name)
        return add_base_name(out, u->module_name, err);
    if (variable && *variable)
        return add_named(out, variable, err);
    *named = false;
    return add_all(out, err);
}

sign_rc modules_none(const paths *tried, sign_error *err) {
    AUTO(grow) list = {0};
    for (size_t i = 0; i < tried->n; i++)
        grow_printf(&list, "%s%s", i ? ", " : "", tried->at[i]);
    if (tried->n == 0)
        grow_str(&list, "p11-kit's modules and the known drivers, of which none is installed");
    grow_byte(&list, 0);
    return list.failed ? fail_memory(err)
                       : fail(err, SIGN_E_TOKEN, MSG_MODULE_NONE, "%s", (const char *)list.data);
}
