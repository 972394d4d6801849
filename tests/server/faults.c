/* The names of the faults, and their text in a URL. */
#include "server/faults.h"

#include <string.h>

struct fault_row {
    const char *name;
    unsigned services;
    long value;
};

static const struct fault_row rows[FAULT_COUNT] = {
#define FAULT_ROW(id, text, where, number) [FAULT_##id] = {text, where, number},
    FAULT_ROWS(FAULT_ROW)
#undef FAULT_ROW
};

const char *fault_name(enum fault fault) {
    return rows[fault].name;
}

unsigned fault_services(enum fault fault) {
    return rows[fault].services;
}

static bool number(const char *text, size_t len, long *out) {
    long value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || value > 100000000) {
            return false;
        }
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return len > 0;
}

static bool one(const char *text, size_t len, enum service service, struct faults *out) {
    const char *colon = memchr(text, ':', len);
    size_t n = colon != NULL ? (size_t)(colon - text) : len;
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        if (strlen(rows[i].name) == n && memcmp(rows[i].name, text, n) == 0 &&
            (rows[i].services & (unsigned)service) != 0) {
            out->on[i] = true;
            out->value[i] = rows[i].value;
            return colon == NULL || number(colon + 1, len - n - 1, &out->value[i]);
        }
    }
    return false;
}

bool faults_parse(const char *text, size_t len, enum service service, struct faults *out) {
    *out = (struct faults){0};
    while (len > 0) {
        const char *plus = memchr(text, '+', len);
        size_t n = plus != NULL ? (size_t)(plus - text) : len;
        if (!one(text, n, service, out)) {
            return false;
        }
        text += plus != NULL ? n + 1 : n;
        len -= plus != NULL ? n + 1 : n;
    }
    return true;
}
