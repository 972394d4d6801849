/* Wishes as text. */
#include "server/wish.h"

#include <stdio.h>
#include <string.h>

bool wish_state(const char *text, enum state *out) {
    static const char *const names[] = {
        [STATE_GOOD] = "good",       [STATE_REVOKED] = "revoked", [STATE_SUSPENDED] = "suspended",
        [STATE_RESUMED] = "resumed", [STATE_LATE] = "late",       [STATE_UNISSUED] = "unissued"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum state)i;
            return true;
        }
    }
    return false;
}

static bool issuer_of(const char *text, enum authority *out) {
    for (size_t i = 0; i < AUTHORITY_COUNT; i++) {
        if (strcmp(text, authority_name((enum authority)i)) == 0) {
            *out = (enum authority)i;
            return true;
        }
    }
    return false;
}

static bool read_word(struct wish *w, char *word) {
    char *value = strchr(word, '=');
    if (value == NULL) {
        return false;
    }
    *value++ = '\0';
    const struct {
        const char *name;
        const char **place;
    } texts[] = {{"name", &w->name},
                 {"ocsp", &w->ocsp},
                 {"crl", &w->crl},
                 {"aia", &w->aia},
                 {"freshest", &w->freshest}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(word, texts[i].name) == 0) {
            for (char *at = strchr(value, ','); at != NULL; at = strchr(at, ',')) {
                *at = ' ';
            }
            *texts[i].place = value;
            return true;
        }
    }
    w->nocheck = w->nocheck || strcmp(word, "nocheck") == 0;
    w->indirect = w->indirect || strcmp(word, "indirect") == 0;
    return strcmp(word, "nocheck") == 0 || strcmp(word, "indirect") == 0 ||
           (strcmp(word, "state") == 0 && wish_state(value, &w->state)) ||
           (strcmp(word, "issuer") == 0 && issuer_of(value, &w->issuer));
}

/* The text with the port put in. */
static bool copy(const char *text, unsigned port, char *out, size_t size) {
    size_t n = 0;
    while (*text != '\0' && n + 8 < size) {
        if (strncmp(text, "PORT", 4) == 0) {
            n += (size_t)snprintf(out + n, size - n, "%u", port);
            text += 4;
        } else {
            out[n++] = *text++;
        }
    }
    out[n] = '\0';
    return *text == '\0';
}

bool wish_read(const char *text, unsigned port, struct wish_text *out) {
    char *rest = NULL;
    *out = (struct wish_text){.wish = {.issuer = AUTHORITY_CA}};
    if (!copy(text, port, out->room, sizeof out->room)) {
        return false;
    }
    for (char *word = strtok_r(out->room, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (!read_word(&out->wish, word)) {
            return false;
        }
    }
    const char *name = out->wish.name;
    return name != NULL && *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
}
