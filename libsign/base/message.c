/* base/message.c - the table of messages, and putting arguments into a sentence. */
#include "base/message.h"

#include "base/text.h"
#include <string.h>

struct row {
    const char *code, *text[2], *hint[2]; /* indexed by sign_lang */
};

static const struct row rows[MSG_COUNT] = {
    {"", {"", ""}, {"", ""}},
#define MESSAGE(name, code, en, tr, hint_en, hint_tr) {code, {tr, en}, {hint_tr, hint_en}},
#include "base/messages.def"
#undef MESSAGE
};

/* An id that is none of ours reads as MSG_NONE; a language that is none as Turkish, the default. */
static const struct row *row_of(enum message_id id) {
    size_t i = (size_t)id;
    return &rows[i < MSG_COUNT ? i : MSG_NONE];
}

static size_t lang_index(sign_lang lang) {
    return lang == SIGN_EN ? 1 : 0;
}

const char *message_code(enum message_id id) {
    return row_of(id)->code;
}

const char *message_hint(enum message_id id, sign_lang lang) {
    return row_of(id)->hint[lang_index(lang)];
}

enum message_id message_find(const char *code) {
    for (size_t i = 1; code != NULL && i < MSG_COUNT; i++) {
        if (strcmp(rows[i].code, code) == 0) {
            return (enum message_id)i;
        }
    }
    return MSG_NONE;
}

/* A string being filled up to its size; what does not fit is dropped. */
struct line {
    char *out;
    size_t len, size;
};

static void line_put(struct line *l, const char *s, size_t n) {
    size_t room = l->size - 1 - l->len;
    size_t take = n < room ? n : utf8_whole(s, room);
    memcpy(l->out + l->len, s, take);
    l->len += take;
    if (take < n) {
        l->size = l->len + 1; /* full: a later, shorter piece must not follow a cut one */
    }
}

const char *message_text(enum message_id id, sign_lang lang, const char *const args[3], char *out,
                         size_t size) {
    if (out == NULL || size == 0) {
        return out;
    }
    struct line line = {out, 0, size};
    const char *s = row_of(id)->text[lang_index(lang)];
    while (*s != '\0') {
        size_t plain = strcspn(s, "%");
        line_put(&line, s, plain);
        s += plain;
        if (s[0] == '%' && s[1] >= '1' && s[1] <= '3') {
            const char *arg = args != NULL ? args[s[1] - '1'] : NULL;
            arg = arg != NULL ? arg : "";
            line_put(&line, arg, strlen(arg));
            s += 2;
        } else if (s[0] == '%') {
            line_put(&line, s, 1);
            s += 1;
        }
    }
    out[line.len] = '\0';
    return out;
}
