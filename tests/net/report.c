/* Looks into a report as another program would: through its JSON. */
#include "net/judge.h"

#include <stdio.h>
#include <string.h>

/* Calls fn for every object in the tree, with the key of the array or object that it stands in. */
static bool walk(const json_t *at, const char *key, bool (*fn)(void *user, const char *key, const json_t *),
                 void *user) {
    const char *name;
    json_t *value;
    size_t i;
    if (json_is_array(at)) {
        json_array_foreach(at, i, value) {
            if (walk(value, key, fn, user)) {
                return true;
            }
        }
        return false;
    }
    if (!json_is_object(at)) {
        return false;
    }
    if (fn(user, key, at)) {
        return true;
    }
    /* jansson iterates without changing anything, but has no const for it. */
    json_object_foreach((json_t *)(uintptr_t)at, name, value) {
        if (walk(value, name, fn, user)) {
            return true;
        }
    }
    return false;
}

static bool is(const json_t *object, const char *key, const char *text) {
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL && strcmp(value, text) == 0;
}

static bool has_code(void *user, const char *key, const json_t *object) {
    (void)key;
    return is(object, "code", user);
}

bool report_says(const json_t *report, const char *code) {
    char copy[32];
    snprintf(copy, sizeof copy, "%s", code);
    return walk(report, "", has_code, copy);
}

struct text {
    char *out;
    size_t size;
};

static bool add_code(void *user, const char *key, const json_t *object) {
    struct text *t = user;
    const char *code = json_string_value(json_object_get(object, "code"));
    const char *what = json_string_value(json_object_get(object, "text"));
    size_t n = strlen(t->out);
    (void)key;
    if (code != NULL && n < t->size) {
        snprintf(t->out + n, t->size - n, " %s (%s)", code, what != NULL ? what : "");
    }
    return false;
}

void report_codes(const json_t *report, char *out, size_t size) {
    struct text t = {out, size};
    *out = '\0';
    walk(report, "", add_code, &t);
}

struct piece {
    const char *list, *kind, *origin, *source;
};

static bool is_piece(void *user, const char *key, const json_t *object) {
    const struct piece *p = user;
    return strcmp(key, p->list) == 0 && (p->kind == NULL || is(object, "kind", p->kind)) &&
           is(object, "origin", p->origin) && is(object, "source", p->source) &&
           json_is_string(json_object_get(object, "obtained"));
}

bool report_names(const json_t *report, const char *list, const char *kind, const char *origin,
                  const char *source) {
    struct piece p = {list, kind, origin, source};
    return walk(report, "", is_piece, &p);
}
