/* anchors/file.c - the trust store as a file that a person can read: JSON, "anchors/1". */
#include "anchors/list.h"

#include "base/jsonout.h"
#include "base/text.h"
#include "base/time.h"
#include "json/json.h"

static const char schema[] = "anchors/1";

static const struct {
    const char *word;
    unsigned bit;
} purposes[] = {{"signer", SIGN_FOR_SIGNERS}, {"tsa", SIGN_FOR_TSA}, {"ocsp", SIGN_FOR_OCSP}};
enum { PURPOSES = sizeof purposes / sizeof *purposes };

/* ---- writing ------------------------------------------------------------------------------------ */

static void member_time(jsonout *j, const char *key, int64_t t) {
    char text[32];
    jsonout_key(j, key);
    jsonout_str(j, t != 0 ? time_rfc3339(t, text) : NULL);
}

static void put_anchor(jsonout *j, const sign_anchor *a) {
    AUTO(grow) base64 = {0};
    text_base64(a->der, &base64);
    j->out->failed = j->out->failed || base64.failed;
    jsonout_object(j);
    jsonout_key(j, "subject");
    jsonout_str(j, a->subject);
    jsonout_key(j, "sha256");
    jsonout_str(j, a->sha256);
    jsonout_key(j, "purposes");
    jsonout_array(j);
    for (size_t i = 0; i < PURPOSES; i++)
        if ((a->purposes & purposes[i].bit) != 0)
            jsonout_str(j, purposes[i].word);
    jsonout_end(j);
    member_time(j, "sunset", a->sunset);
    jsonout_key(j, "source");
    jsonout_str(j, a->source);
    member_time(j, "added", a->added);
    jsonout_key(j, "certificate");
    jsonout_text(j, BYTES(base64.data, base64.len));
    jsonout_end(j);
}

sign_rc sign_anchors_write(const sign_anchors *list, const char *path, sign_error *err) {
    AUTO(grow) text = {0};
    AUTO(sign_buf) out = {0};
    if (list == NULL || path == NULL)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_anchors_write: list and path are needed");
    jsonout j = {.out = &text};
    jsonout_object(&j);
    jsonout_key(&j, "schema");
    jsonout_str(&j, schema);
    jsonout_key(&j, "anchors");
    jsonout_array(&j);
    for (size_t i = 0; i < list->n; i++)
        put_anchor(&j, &list->all[i]);
    jsonout_end(&j);
    jsonout_end(&j);
    sign_rc rc = grow_take(&text, &out, err);
    /* Nothing in it is secret, and other programs of this person or machine read it too. */
    const sign_output to = {.path = path, .overwrite = 1, .mode = 0644};
    return rc == SIGN_OK ? output_write(&to, BYTES(out.data, out.len), err) : rc;
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* One anchor as the file has it; every member stands there once, in any order. */
struct entry {
    const char *subject, *sha256, *source, *certificate;
    struct anchor_origin from;
};

typedef bool member_fn(const struct json_value *v, struct entry *out);

static bool text_of(const struct json_value *v, const char **out) {
    *out = v->text;
    return v->kind == JSON_KIND_STRING;
}

static bool read_subject(const struct json_value *v, struct entry *out) {
    return text_of(v, &out->subject);
}

static bool read_sha256(const struct json_value *v, struct entry *out) {
    return text_of(v, &out->sha256);
}

static bool read_certificate(const struct json_value *v, struct entry *out) {
    return text_of(v, &out->certificate);
}

static bool read_source(const struct json_value *v, struct entry *out) {
    return v->kind == JSON_KIND_NULL || text_of(v, &out->from.source);
}

/* 0 means "none" in memory, so a time at or before 1970 cannot be told from none: refused. */
static bool read_time(const struct json_value *v, int64_t *out) {
    return v->kind == JSON_KIND_NULL || (v->kind == JSON_KIND_STRING && time_parse(v->text, out) && *out > 0);
}

static bool read_sunset(const struct json_value *v, struct entry *out) {
    return read_time(v, &out->from.sunset);
}

static bool read_added(const struct json_value *v, struct entry *out) {
    return read_time(v, &out->from.added);
}

/* None at all would be read as "all" further on: refused. */
static bool read_purposes(const struct json_value *v, struct entry *out) {
    if (v->kind != JSON_KIND_ARRAY || v->count == 0)
        return false;
    for (size_t i = 0; i < v->count; i++) {
        unsigned bit = 0;
        for (size_t k = 0; k < PURPOSES && v->items[i].kind == JSON_KIND_STRING; k++)
            if (strcmp(v->items[i].text, purposes[k].word) == 0)
                bit = purposes[k].bit;
        if (bit == 0 || (out->from.purposes & bit) != 0)
            return false;
        out->from.purposes |= bit;
    }
    return true;
}

static const struct {
    const char *name;
    member_fn *read;
} members[] = {{"subject", read_subject},        {"sha256", read_sha256}, {"purposes", read_purposes},
               {"sunset", read_sunset},          {"source", read_source}, {"added", read_added},
               {"certificate", read_certificate}};
enum { MEMBERS = sizeof members / sizeof *members };

/*
 * A member that is not known, or missing, is refused: a misspelt "sunset" must not silently mean "for ever".
 * NULL, or which one is wrong.
 */
static const char *read_members(const struct json_value *v, struct entry *out) {
    for (size_t i = 0; i < v->count; i++) {
        size_t k = 0;
        while (k < MEMBERS && strcmp(members[k].name, v->items[i].name) != 0)
            k++;
        if (k == MEMBERS || !members[k].read(&v->items[i], out))
            return v->items[i].name;
    }
    for (size_t k = 0; k < MEMBERS; k++)
        if (json_member(v, members[k].name) == NULL)
            return members[k].name;
    return NULL;
}

static sign_rc misshapen(size_t i, const char *what, sign_error *err) {
    char shown[60];
    text_printable(BYTES_STR(what), shown, sizeof shown);
    return fail(err, SIGN_E_FORMAT, MSG_ANCHORS_FORMAT, "anchor %zu: %s", i + 1, shown);
}

static sign_rc read_anchor(sign_anchors *list, const struct json_value *v, size_t i, sign_error *err) {
    struct entry e = {0};
    AUTO(grow) der = {.limit = LIMIT_CERTIFICATE};
    enum anchor_fate fate;
    const char *wrong = v->kind == JSON_KIND_OBJECT ? read_members(v, &e) : json_kind_name(v->kind);
    if (wrong != NULL)
        return misshapen(i, wrong, err);
    if (!text_base64_decode(BYTES_STR(e.certificate), &der)) {
        if (der.failed && !der.over)
            return fail_memory(err);
        return misshapen(i, "certificate", err);
    }
    sign_rc rc = anchors_put(list, BYTES(der.data, der.len), &e.from, &fate, err);
    if (rc != SIGN_OK)
        return within(err, rc, "anchor %zu", i + 1);
    if (fate != ANCHOR_ADDED)
        return misshapen(i, "the same certificate again", err);
    /* What a person reads beside the certificate must be the certificate's. */
    return strcmp(list->all[list->n - 1].sha256, e.sha256) == 0 ? SIGN_OK : misshapen(i, "sha256", err);
}

static sign_rc read_store(sign_anchors *list, sign_bytes text, sign_error *err) {
    AUTO(json_ptr) doc = NULL;
    sign_rc rc = json_read(text, LIMIT_ANCHORS_FILE, JSON_TOP_OBJECT, &doc, err);
    if (rc != SIGN_OK)
        return rc;
    const struct json_value *root = json_root(doc), *name = json_member(root, "schema"),
                            *all = json_member(root, "anchors");
    if (name == NULL || name->kind != JSON_KIND_STRING || strcmp(name->text, schema) != 0)
        return fail(err, SIGN_E_FORMAT, MSG_ANCHORS_FORMAT, "schema is not %s", schema);
    if (all == NULL || all->kind != JSON_KIND_ARRAY || root->count != 2)
        return fail(err, SIGN_E_FORMAT, MSG_ANCHORS_FORMAT, "it must have schema and anchors, and no more");
    for (size_t i = 0; i < all->count && rc == SIGN_OK; i++)
        rc = read_anchor(list, &all->items[i], i, err);
    return rc;
}

sign_rc sign_anchors_read(const char *path, sign_anchors **out, sign_error *err) {
    AUTO(sign_anchors_ptr) list = NULL;
    AUTO(sign_buf) text = {0};
    if (out == NULL)
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "sign_anchors_read: out is needed");
    sign_rc rc = anchors_new(&list, err);
    if (rc == SIGN_OK && path != NULL && !file_absent(path)) {
        rc = file_read(path, LIMIT_ANCHORS_FILE, &text, err);
        if (rc == SIGN_OK)
            rc = read_store(list, BYTES(text.data, text.len), err);
        if (rc != SIGN_OK)
            return within(err, rc, "%s", path);
    }
    if (rc == SIGN_OK)
        *out = TAKE(list);
    return rc;
}
