#include "expect.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 128 };

/* The file's octets are those of `got`. */
static bool same_as_file(const char *path, const sign_buf *got) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return false;
    }
    char *want = malloc(got->len + 1);
    size_t n = want != NULL ? fread(want, 1, got->len + 1, f) : 0;
    bool same = want != NULL && n == got->len && (n == 0 || memcmp(want, got->data, n) == 0);
    free(want);
    fclose(f);
    return same;
}

static bool extracts(const char *vectors, const char *file, const sign_input *what, char *why, size_t size) {
    char path[512];
    sign_buf got = {0};
    sign_error err = {0};
    sign_output out = {.buf = &got};
    sign_rc rc = sign_extract(what, &out, &err);
    snprintf(path, sizeof path, "%s/%s", vectors, file);
    bool good = rc == SIGN_OK && same_as_file(path, &got);
    if (!good) {
        snprintf(why, size, "extract gives %s \"%.*s\" %s", sign_rc_name(rc),
                 got.len < 80 ? (int)got.len : 80, got.data != NULL ? (const char *)got.data : "", err.text);
    }
    sign_buf_free(&got);
    return good;
}

static bool nothing_extracted(const sign_input *what, char *why, size_t size) {
    sign_buf got = {0};
    sign_error err = {0};
    sign_output out = {.buf = &got};
    sign_rc rc = sign_extract(what, &out, &err);
    bool good = rc != SIGN_OK && got.len == 0;
    if (!good) {
        snprintf(why, size, "something is extracted from what is TOTAL-FAILED");
    }
    sign_buf_free(&got);
    return good;
}

static const char *text_of(const json_t *object, const char *key) {
    const json_t *v = json_object_get(object, key);
    return json_is_true(v)     ? "true"
           : json_is_false(v)  ? "false"
           : json_is_string(v) ? json_string_value(v)
                               : "-";
}

static bool fact(const json_t *signature, const char *word, char *why, size_t size) {
    char found[WORD_BYTES];
    const char *want = strchr(word, '=') + 1;
    if (strncmp(word, "covers=", 7) == 0) {
        snprintf(found, sizeof found, "%s", text_of(signature, "covers_whole_document"));
    } else if (strncmp(word, "time=", 5) == 0) {
        snprintf(found, sizeof found, "%s", text_of(signature, "claimed_time"));
    } else if (strncmp(word, "level=", 6) == 0) {
        snprintf(found, sizeof found, "%s", text_of(signature, "level"));
    } else if (strncmp(word, "best=", 5) == 0) {
        snprintf(found, sizeof found, "%s", text_of(signature, "best_signature_time"));
    } else if (strncmp(word, "person=", 7) == 0) {
        snprintf(found, sizeof found, "%s", text_of(json_object_get(signature, "signer"), "serial_number"));
    } else {
        const json_t *c = json_array_get(json_object_get(signature, "countersignatures"), 0);
        snprintf(found, sizeof found, "%s/%s", text_of(c, "indication"), text_of(c, "sub_indication"));
    }
    if (strcmp(found, want) != 0) {
        snprintf(why, size, "%s, but found %s", word, found);
    }
    return strcmp(found, want) == 0;
}

/* A message with this code stands somewhere in the report. */
static bool says(const json_t *at, const char *code) {
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_array(at)) {
        json_array_foreach(at, i, value) {
            if (says(value, code)) {
                return true;
            }
        }
        return false;
    }
    const char *found = json_string_value(json_object_get(at, "code"));
    if (found != NULL && strcmp(found, code) == 0) {
        return true;
    }
    /* jansson iterates without changing anything, but has no const for it. */
    json_object_foreach((json_t *)(uintptr_t)at, key, value) {
        if (says(value, code)) {
            return true;
        }
    }
    return false;
}

/* For a failed row: the codes that are there. */
static void tell_codes(const json_t *json, char *why, size_t size) {
    char *text = json_dumps(json, JSON_COMPACT);
    size_t at = (size_t)snprintf(why, size, "codes:");
    for (const char *p = text; p != NULL && at + 8 < size; p++) {
        p = strstr(p, "\"code\":\"");
        if (p == NULL) {
            break;
        }
        at += (size_t)snprintf(why + at, size - at, " %.5s", p + 8);
    }
    free(text);
}

static bool is_fact(const char *word) {
    static const char *const names[] = {"covers=", "time=", "level=", "best=", "person=", "counter="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(word, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* What was signed is unchanged: it may be had although time says no (REVOKED, EXPIRED, NOT_YET_VALID). */
static bool intact(const sign_report *report) {
    bool all = sign_report_count(report) > 0;
    for (size_t i = 0; i < sign_report_count(report); i++) {
        const sign_signature *s = sign_report_signature(report, i);
        all &= s->references == 1 && s->signature_value == 1 && s->sub != NULL &&
               strcmp(s->sub, "FORMAT_FAILURE") != 0;
    }
    return all;
}

bool expect_more(const char *vectors, const char *note, const sign_input *what, bool alone,
                 const sign_report *report, char *why, size_t size) {
    sign_buf text = {0};
    bool good = sign_report_write(report, SIGN_JSON, SIGN_EN, &text, NULL) == SIGN_OK;
    json_t *json = good ? json_loadb((const char *)text.data, text.len, 0, NULL) : NULL;
    const json_t *first = json_array_get(json_object_get(json, "signatures"), 0);
    sign_buf_free(&text);
    if (json == NULL) {
        snprintf(why, size, "the report is no JSON");
        return false;
    }
    for (bool more = true; good && more; note += strcspn(note, " "), note += strspn(note, " ")) {
        char word[WORD_BYTES];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(note, " "), note);
        if (strncmp(word, "extract=", 8) == 0) {
            good = extracts(vectors, word + 8, what, why, size);
        } else if (is_fact(word)) {
            good = fact(first, word, why, size);
        } else if (strncmp(word, "code=", 5) == 0) {
            good = says(json, word + 5);
            if (!good) {
                tell_codes(json, why, size);
            }
        } else {
            more = false;
        }
    }
    if (good && alone && sign_report_verdict(report) == SIGN_FAILED && !intact(report)) {
        good = nothing_extracted(what, why, size);
    }
    json_decref(json);
    return good;
}
