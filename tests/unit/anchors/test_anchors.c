/* The trust store: what may be put in, what comes back, and which files are refused. */
#include <criterion/criterion.h>
#include <sign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PKI SIGN_TEST_PKI "/"
#define NOW INT64_C(1767596400) /* 2026-01-05T07:00:00Z */

static sign_anchors *fresh(void) {
    sign_anchors *list = NULL;
    cr_assert_eq(sign_anchors_read(NULL, &list, NULL), SIGN_OK);
    return list;
}

static sign_rc add(sign_anchors *list, const char *name, sign_anchors_add_options opt,
                   sign_anchors_counts *counts, sign_error *err) {
    char path[600];
    snprintf(path, sizeof path, "%s%s", *name == '/' ? "" : PKI, name);
    opt.size = sizeof opt;
    opt.now = opt.now != 0 ? opt.now : NOW;
    const sign_input in = {.path = path};
    return sign_anchors_add(list, &in, &opt, counts, err);
}

static sign_rc add_text(sign_anchors *list, const char *text, sign_anchors_add_options opt,
                        sign_anchors_counts *counts, sign_error *err) {
    opt.size = sizeof opt;
    opt.now = NOW;
    const sign_input in = {.name = "SertifikaDeposu.xml", .data = {(const uint8_t *)text, strlen(text)}};
    return sign_anchors_add(list, &in, &opt, counts, err);
}

/* A file of the test's own; gone with its folder. */
struct place {
    char folder[64], file[80];
};

static struct place place_new(void) {
    struct place p = {.folder = "/tmp/anchors-XXXXXX"};
    cr_assert_not_null(mkdtemp(p.folder));
    snprintf(p.file, sizeof p.file, "%s/anchors.json", p.folder);
    return p;
}

static void place_free(const struct place *p) {
    unlink(p->file);
    rmdir(p->folder);
}

static char *slurp(const char *path) {
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    char *text = calloc(1, 1 << 20);
    cr_assert_not_null(text);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    text[n] = 0;
    return text;
}

static void spill(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    cr_assert_not_null(f, "%s", path);
    fputs(text, f);
    fclose(f);
}

/* ---- putting in ---- */

Test(anchors, pem_der_and_folders) {
    sign_anchors *list = fresh();
    sign_anchors_counts c = {0};
    cr_assert_eq(add(list, "root-ec.pem", (sign_anchors_add_options){0}, &c, NULL), SIGN_OK);
    cr_expect_eq(c.added, 1);
    cr_assert_eq(add(list, "root-ec.der", (sign_anchors_add_options){.purposes = SIGN_FOR_TSA}, &c, NULL),
                 SIGN_OK);
    cr_expect(c.added == 0 && c.already == 1 && c.refused == 0);
    cr_expect_eq(sign_anchors_get(list, 0)->purposes, SIGN_FOR_ALL, "what was there stays as it was");
    cr_assert_eq(add(list, "trust", (sign_anchors_add_options){0}, &c, NULL), SIGN_OK);
    cr_expect(c.added == 1 && c.already == 1);
    cr_assert_eq(sign_anchors_count(list), 2);
    const sign_anchor *a = sign_anchors_get(list, 0);
    cr_expect_neq(strstr(a->subject, "CN=Mavi Kalem Test Kök Sertifikası EC"), NULL, "%s", a->subject);
    cr_expect_str_eq(a->source, "root-ec.pem");
    cr_expect_eq(strlen(a->sha256), 64);
    cr_expect_eq(a->added, NOW);
    cr_expect_gt(a->not_after, NOW);
    cr_expect_null(a->known);
    cr_expect_null(sign_anchors_get(list, 2));
    sign_anchors_free(&list);
    cr_assert_null(list);
    sign_anchors_free(&list);
}

Test(anchors, only_what_may_issue_and_holds_is_an_anchor) {
    static const char *const unfit[] = {"nes-p256.pem", "ca-notca.der", "ca-nokusage.der", "tsa-ec.pem"};
    sign_anchors *list = fresh();
    sign_anchors_counts c = {0};
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
        sign_error err = {0};
        cr_expect_eq(add(list, unfit[i], (sign_anchors_add_options){0}, &c, &err), SIGN_E_CERTIFICATE, "%s",
                     unfit[i]);
        cr_expect_str_eq(err.id, "E3501");
        cr_expect_neq(strstr(err.text, unfit[i]), NULL, "%s", err.text);
        cr_assert_eq(add(list, unfit[i], (sign_anchors_add_options){.skip_unfit = 1}, &c, NULL), SIGN_OK);
        cr_expect(c.added == 0 && c.refused == 1);
    }
    cr_expect_eq(sign_anchors_count(list), 0);
    cr_assert_eq(add(list, "ca-ec.der", (sign_anchors_add_options){0}, &c, NULL), SIGN_OK, "not self-issued");
    cr_expect_eq(c.added, 1);
    sign_anchors_free(&list);
}

Test(anchors, a_damaged_root_is_refused) {
    sign_anchors *list = fresh();
    sign_error err = {0};
    char *der = slurp(PKI "root-ec.der");
    struct stat st;
    cr_assert_eq(stat(PKI "root-ec.der", &st), 0);
    der[st.st_size - 1] ^= 1;
    const sign_input in = {.data = {(const uint8_t *)der, (size_t)st.st_size}};
    cr_assert_eq(sign_anchors_add(list, &in, NULL, NULL, &err), SIGN_E_FORMAT);
    cr_expect_str_eq(err.id, "E3030");
    der[st.st_size - 1] ^= 1;
    cr_assert_eq(sign_anchors_add(list, &in, NULL, NULL, &err), SIGN_OK);
    cr_expect_neq(sign_anchors_get(list, 0)->added, 0, "the clock's time when none is given");
    free(der);
    sign_anchors_free(&list);
}

/* All or nothing: a file with one that is unfit changes nothing. */
Test(anchors, a_file_is_taken_whole_or_not) {
    sign_anchors *list = fresh();
    char *root = slurp(PKI "root-ec.pem"), *nes = slurp(PKI "nes-p256.pem"), *both = malloc(1 << 16);
    cr_assert_not_null(both);
    snprintf(both, 1 << 16, "%s%s", root, nes);
    sign_anchors_counts c = {.added = 77};
    cr_assert_eq(add_text(list, both, (sign_anchors_add_options){0}, &c, NULL), SIGN_E_CERTIFICATE);
    cr_expect_eq(c.added, 77);
    cr_expect_eq(sign_anchors_count(list), 0);
    cr_assert_eq(add_text(list, both, (sign_anchors_add_options){.skip_unfit = 1}, &c, NULL), SIGN_OK);
    cr_expect(c.added == 1 && c.refused == 1);
    cr_assert_eq(add_text(list, "no certificate", (sign_anchors_add_options){0}, &c, NULL), SIGN_E_FORMAT);
    free(root);
    free(nes);
    free(both);
    sign_anchors_free(&list);
}

Test(anchors, expired_roots_on_request_only_left_out) {
    sign_anchors *list = fresh();
    sign_anchors_counts c = {0};
    const int64_t late = INT64_C(2600000000);
    sign_anchors_add_options skip = {.now = late, .skip_expired = 1}, keep = {.now = late};
    cr_assert_eq(add(list, "root-ec.pem", skip, &c, NULL), SIGN_OK);
    cr_expect(c.added == 0 && c.refused == 1 && sign_anchors_count(list) == 0);
    cr_assert_eq(add(list, "root-ec.pem", keep, &c, NULL), SIGN_OK);
    cr_expect(c.added == 1 && sign_anchors_count(list) == 1);
    sign_anchors_free(&list);
}

Test(anchors, wrong_use_is_an_argument_error) {
    sign_anchors *list = fresh();
    sign_anchors_add_options odd = {.size = 3};
    const sign_input in = {.path = PKI "root-ec.pem"};
    cr_expect_eq(sign_anchors_add(NULL, &in, NULL, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(sign_anchors_add(list, NULL, NULL, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(sign_anchors_add(list, &in, &odd, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(add(list, "root-ec.pem", (sign_anchors_add_options){.purposes = 8}, NULL, NULL),
                 SIGN_E_ARGUMENT);
    cr_expect_eq(add(list, "root-ec.pem", (sign_anchors_add_options){.sunset = -1}, NULL, NULL),
                 SIGN_E_ARGUMENT);
    cr_expect_eq(sign_anchors_read(NULL, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(sign_anchors_write(list, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(sign_anchors_remove(list, NULL, NULL), SIGN_E_ARGUMENT);
    cr_expect_eq(add(list, "no-such-file", (sign_anchors_add_options){0}, NULL, NULL), SIGN_E_IO);
    cr_expect_eq(sign_anchors_count(NULL), 0);
    cr_expect_null(sign_anchors_get(NULL, 0));
    sign_anchors_free(&list);
}

/* RFC 6960, 4.2.2.2, 1.: a responder that is believed by itself issues nothing. */
Test(anchors, a_responder_or_time_stamping_unit_for_its_own_purpose_alone) {
    static const struct {
        const char *file;
        unsigned purposes;
        sign_rc rc;
    } rows[] = {{"ocsp-ec.pem", SIGN_FOR_OCSP, SIGN_OK},
                {"ocsp-ec.pem", 0, SIGN_E_CERTIFICATE},
                {"ocsp-ec.pem", SIGN_FOR_TSA, SIGN_E_CERTIFICATE},
                {"ocsp-ec.pem", SIGN_FOR_OCSP | SIGN_FOR_SIGNERS, SIGN_E_CERTIFICATE},
                {"tsa-ec.pem", SIGN_FOR_TSA, SIGN_OK},
                {"tsa-ec.pem", SIGN_FOR_OCSP, SIGN_E_CERTIFICATE},
                {"nes-p256.pem", SIGN_FOR_OCSP, SIGN_E_CERTIFICATE},
                {"nes-p256.pem", SIGN_FOR_TSA, SIGN_E_CERTIFICATE}};
    struct place p = place_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_anchors *list = fresh(), *again = NULL;
        sign_error err = {0};
        sign_anchors_add_options opt = {.purposes = rows[i].purposes};
        cr_expect_eq(add(list, rows[i].file, opt, NULL, &err), rows[i].rc, "%zu: %s", i, err.text);
        cr_expect_eq(sign_anchors_count(list), rows[i].rc == SIGN_OK);
        cr_assert_eq(sign_anchors_write(list, p.file, NULL), SIGN_OK);
        cr_assert_eq(sign_anchors_read(p.file, &again, &err), SIGN_OK, "%s", err.text);
        cr_expect_eq(sign_anchors_count(again), rows[i].rc == SIGN_OK);
        sign_anchors_free(&again);
        sign_anchors_free(&list);
    }
    place_free(&p);
}

Test(anchors, what_is_there_changes_only_as_asked) {
    sign_anchors *list = fresh();
    sign_anchors_counts c = {0};
    const sign_anchor *a;
    cr_assert_eq(add(list, "root-ec.pem", (sign_anchors_add_options){.purposes = SIGN_FOR_TSA}, &c, NULL),
                 SIGN_OK);
    a = sign_anchors_get(list, 0);
    sign_anchors_add_options o = {
        .purposes = SIGN_FOR_SIGNERS, .sunset = NOW + 5, .change = SIGN_CHANGE_SUNSET};
    cr_assert_eq(add(list, "root-ec.pem", o, &c, NULL), SIGN_OK);
    cr_expect(c.added == 0 && c.already == 0 && c.changed == 1);
    cr_expect(a->purposes == SIGN_FOR_TSA && a->sunset == NOW + 5);
    o = (sign_anchors_add_options){.purposes = SIGN_FOR_SIGNERS, .change = SIGN_CHANGE_PURPOSES};
    cr_assert_eq(add(list, "root-ec.pem", o, &c, NULL), SIGN_OK);
    cr_expect(a->purposes == SIGN_FOR_SIGNERS && a->sunset == NOW + 5 && c.changed == 1);
    cr_assert_eq(add(list, "root-ec.pem", o, &c, NULL), SIGN_OK);
    cr_expect(c.changed == 0 && c.already == 1, "the same again is no change");
    o = (sign_anchors_add_options){.change = SIGN_CHANGE_PURPOSES | SIGN_CHANGE_SUNSET};
    cr_assert_eq(add(list, "root-ec.pem", o, &c, NULL), SIGN_OK);
    cr_expect(a->purposes == SIGN_FOR_ALL && a->sunset == 0);
    o.change = 4;
    cr_expect_eq(add(list, "root-ec.pem", o, &c, NULL), SIGN_E_ARGUMENT);
    sign_anchors_free(&list);
}

/* A responder that was believed for OCSP does not become an anchor for signers; nor does a change stay when
 * the rest of the same file is refused. */
Test(anchors, a_change_is_judged_and_undone_with_the_rest) {
    sign_anchors *list = fresh();
    sign_error err = {0};
    sign_anchors_add_options ocsp = {.purposes = SIGN_FOR_OCSP};
    cr_assert_eq(add(list, "ocsp-ec.pem", ocsp, NULL, NULL), SIGN_OK);
    sign_anchors_add_options all = {.change = SIGN_CHANGE_PURPOSES};
    cr_expect_eq(add(list, "ocsp-ec.pem", all, NULL, &err), SIGN_E_CERTIFICATE);
    cr_expect_str_eq(err.id, "E3501");
    cr_expect_eq(sign_anchors_get(list, 0)->purposes, SIGN_FOR_OCSP);
    cr_assert_eq(add(list, "root-ec.pem", ocsp, NULL, NULL), SIGN_OK);
    char *root = slurp(PKI "root-ec.pem"), *nes = slurp(PKI "nes-p256.pem"), *both = malloc(1 << 16);
    cr_assert_not_null(both);
    snprintf(both, 1 << 16, "%s%s", root, nes);
    cr_expect_eq(add_text(list, both, all, NULL, NULL), SIGN_E_CERTIFICATE);
    cr_expect_eq(sign_anchors_count(list), 2);
    cr_expect_eq(sign_anchors_get(list, 1)->purposes, SIGN_FOR_OCSP);
    free(root);
    free(nes);
    free(both);
    sign_anchors_free(&list);
}

struct omitted {
    size_t n;
    char source[80], id[8], args[300];
};

static void note_omitted(void *user, const char *source, const sign_error *why) {
    struct omitted *o = user;
    o->n++;
    snprintf(o->source, sizeof o->source, "%s", source);
    snprintf(o->id, sizeof o->id, "%s", why->id);
    snprintf(o->args, sizeof o->args, "%s", why->args);
}

Test(anchors, what_is_left_out_is_told_with_the_reason) {
    sign_anchors *list = fresh();
    struct omitted o = {0};
    sign_anchors_add_options opt = {.skip_unfit = 1, .left_out = note_omitted, .user = &o};
    cr_assert_eq(add(list, "nes-p256.pem", opt, NULL, NULL), SIGN_OK);
    cr_expect(o.n == 1 && strcmp(o.id, "E3501") == 0 && strcmp(o.source, "nes-p256.pem") == 0);
    opt = (sign_anchors_add_options){
        .now = INT64_C(2600000000), .skip_expired = 1, .left_out = note_omitted, .user = &o};
    cr_assert_eq(add(list, "root-ec.pem", opt, NULL, NULL), SIGN_OK);
    cr_expect(o.n == 2 && strcmp(o.id, "E3507") == 0, "%s", o.id);
    cr_expect_not_null(strstr(o.args, "Kök Sertifikası EC"), "%s", o.args);
    sign_anchors_free(&list);
}

/* Where the algorithm is beyond this program, that is the reason, and not a signature that does not hold:
 * ecdsa-with-SHA384 (1.2.840.10045.4.3.3) becomes one that nobody registered. */
Test(anchors, a_root_whose_algorithm_is_not_supported) {
    static const uint8_t ecdsa[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03};
    sign_anchors *list = fresh();
    sign_error err = {0};
    struct stat st;
    size_t found = 0;
    char *der = slurp(PKI "root-ec.der");
    cr_assert_eq(stat(PKI "root-ec.der", &st), 0);
    for (size_t i = 0; i + sizeof ecdsa < (size_t)st.st_size; i++)
        if (memcmp(der + i, ecdsa, sizeof ecdsa) == 0) {
            der[i + sizeof ecdsa] = 99;
            found++;
        }
    cr_assert_eq(found, 2);
    const sign_input in = {.name = "yeni.der", .data = {(const uint8_t *)der, (size_t)st.st_size}};
    cr_expect_eq(sign_anchors_add(list, &in, NULL, NULL, &err), SIGN_E_UNSUPPORTED);
    cr_expect_str_eq(err.id, "E3506");
    cr_expect_not_null(strstr(err.text, "1.2.840.10045.4.3.99"), "%s", err.text);
    cr_expect_not_null(strstr(err.args, "yeni.der"), "the file is named in every language: %s", err.args);
    free(der);
    sign_anchors_free(&list);
}

/* ---- taking out ---- */

Test(anchors, removed_by_a_fingerprint_that_one_alone_has) {
    sign_anchors *list = fresh();
    sign_error err = {0};
    char text[120] = "";
    cr_assert_eq(add(list, "trust", (sign_anchors_add_options){0}, NULL, NULL), SIGN_OK);
    const char *sha = sign_anchors_get(list, 0)->sha256;
    snprintf(text, sizeof text, "%.7s", sha);
    cr_expect_eq(sign_anchors_remove(list, text, &err), SIGN_E_ARGUMENT, "too short");
    cr_expect_str_eq(err.id, "E3502");
    snprintf(text, sizeof text, "%.8sg", sha);
    cr_expect_eq(sign_anchors_remove(list, text, NULL), SIGN_E_ARGUMENT, "no digit");
    snprintf(text, sizeof text, "%s0", sha);
    cr_expect_eq(sign_anchors_remove(list, text, NULL), SIGN_E_ARGUMENT, "too long");
    cr_expect_eq(sign_anchors_count(list), 2);
    /* as people copy it */
    size_t n = 0;
    for (size_t i = 0; i < 12; i++) {
        text[n++] = (char)(sha[i] >= 'a' ? sha[i] - 32 : sha[i]);
        if (i % 2 == 1)
            text[n++] = i % 4 == 1 ? ':' : ' ';
    }
    text[n] = 0;
    char other[65];
    snprintf(other, sizeof other, "%s", sign_anchors_get(list, 1)->sha256);
    cr_assert_eq(sign_anchors_remove(list, text, &err), SIGN_OK, "%s: %s", text, err.text);
    cr_assert_eq(sign_anchors_count(list), 1);
    cr_expect_str_eq(sign_anchors_get(list, 0)->sha256, other);
    cr_assert_eq(sign_anchors_remove(list, other, NULL), SIGN_OK);
    cr_expect_eq(sign_anchors_count(list), 0);
    cr_expect_eq(sign_anchors_remove(list, other, NULL), SIGN_E_ARGUMENT);
    sign_anchors_free(&list);
}

/* ---- the file ---- */

Test(anchors, a_store_comes_back_as_it_was) {
    struct place p = place_new();
    sign_anchors *list = fresh(), *again = NULL;
    sign_anchors_add_options opt = {.purposes = SIGN_FOR_TSA | SIGN_FOR_OCSP, .sunset = NOW + 86400};
    cr_assert_eq(add(list, "root-ec.pem", opt, NULL, NULL), SIGN_OK);
    cr_assert_eq(add(list, "root-rsa.pem", (sign_anchors_add_options){0}, NULL, NULL), SIGN_OK);
    cr_assert_eq(sign_anchors_write(list, p.file, NULL), SIGN_OK);
    struct stat st;
    cr_assert_eq(stat(p.file, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0644);
    cr_assert_eq(sign_anchors_read(p.file, &again, NULL), SIGN_OK);
    cr_assert_eq(sign_anchors_count(again), 2);
    for (size_t i = 0; i < 2; i++) {
        const sign_anchor *a = sign_anchors_get(list, i), *b = sign_anchors_get(again, i);
        cr_expect(a->der.len == b->der.len && memcmp(a->der.data, b->der.data, a->der.len) == 0);
        cr_expect(a->purposes == b->purposes && a->sunset == b->sunset && a->added == b->added &&
                  a->not_after == b->not_after);
        cr_expect_str_eq(a->source, b->source);
        cr_expect_str_eq(a->subject, b->subject);
        cr_expect_str_eq(a->sha256, b->sha256);
    }
    char *text = slurp(p.file);
    cr_expect_not_null(strstr(text, "\"2026-01-06T07:00:00Z\""), "%s", text);
    cr_expect_not_null(strstr(text, "\"tsa\""));
    cr_expect_not_null(strstr(text, "\"signer\""));
    cr_expect_not_null(strstr(text, "Kök Sertifikası EC"));
    free(text);
    cr_assert_eq(sign_anchors_remove(again, sign_anchors_get(again, 1)->sha256, NULL), SIGN_OK);
    cr_assert_eq(sign_anchors_write(again, p.file, NULL), SIGN_OK, "replaced");
    sign_anchors_free(&again);
    cr_assert_eq(sign_anchors_read(p.file, &again, NULL), SIGN_OK);
    cr_expect_eq(sign_anchors_count(again), 1);
    sign_anchors_free(&again);
    sign_anchors_free(&list);
    place_free(&p);
}

Test(anchors, an_absent_store_is_empty_and_an_unreadable_one_is_not) {
    struct place p = place_new();
    sign_anchors *list = NULL;
    cr_assert_eq(sign_anchors_read(p.file, &list, NULL), SIGN_OK);
    cr_expect_eq(sign_anchors_count(list), 0);
    sign_anchors_free(&list);
    cr_expect_eq(sign_anchors_read(p.folder, &list, NULL), SIGN_E_IO, "a folder");
    cr_expect_null(list);
    spill(p.file, "");
    cr_expect_eq(sign_anchors_read(p.file, &list, NULL), SIGN_E_FORMAT, "an empty file is no store");
    place_free(&p);
}

/* The text of a store with one anchor, in which `from` is replaced by `to` once. */
static char *altered(const struct place *p, const char *from, const char *to) {
    char *text = slurp(p->file), *at = strstr(text, from), *out = malloc(1 << 20);
    cr_assert(at != NULL && out != NULL, "%s in %s", from, text);
    snprintf(out, 1 << 20, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    return out;
}

/* A misspelt or odd store is refused as a whole: what it restricts must not silently be lost. */
Test(anchors, a_store_is_read_strictly) {
    static const struct {
        const char *from, *to, *id;
    } rows[] = {
        {"anchors/1", "anchors/2", "E3504"},
        {"\"schema\"", "\"shema\"", "E3504"},
        {"\"sunset\"", "\"sunsett\"", "E3504"},
        {"\"sunset\": null", "\"sunset\": \"yarın\"", "E3504"},
        {"\"sunset\": null", "\"sunset\": \"1970-01-01T00:00:00Z\"", "E3504"},
        {"\"sunset\": null", "\"sunset\": 5", "E3504"},
        {"\"signer\",", "\"signer\", \"signer\",", "E3504"},
        {"\"signer\",", "\"everything\",", "E3504"},
        {"\"sha256\": \"", "\"sha256\": \"0", "E3504"},
        {"\"certificate\": \"M", "\"certificate\": \"*", "E3504"},
        {"\"source\": ", "\"source\": [], \"sourc\": ", "E3504"},
        {"\"subject\": ", "\"subject\": null, \"subjec\": ", "E3504"},
        {"\"added\"", "\"anchors\": 1, \"added\"", "E3504"},
        {"\"schema\": ", "\"more\": 1, \"schema\": ", "E3504"},
        {"\"sunset\": null", "\"sunset\": null, \"sunset\": null", "E5020"},
    };
    struct place p = place_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_anchors *list = fresh(), *again = NULL;
        sign_error err = {0};
        cr_assert_eq(add(list, "root-ec.pem", (sign_anchors_add_options){0}, NULL, NULL), SIGN_OK);
        cr_assert_eq(sign_anchors_write(list, p.file, NULL), SIGN_OK);
        char *text = altered(&p, rows[i].from, rows[i].to);
        spill(p.file, text);
        cr_expect_eq(sign_anchors_read(p.file, &again, &err), SIGN_E_FORMAT, "%s", rows[i].to);
        cr_expect_str_eq(err.id, rows[i].id, "%s: %s", rows[i].to, err.text);
        cr_expect_null(again);
        free(text);
        sign_anchors_free(&list);
    }
    place_free(&p);
}

static void store_of(const struct place *p, const char *anchors) {
    char text[2000];
    snprintf(text, sizeof text, "{\"schema\": \"anchors/1\", \"anchors\": %s}", anchors);
    spill(p->file, text);
}

Test(anchors, a_store_without_anchors_or_with_others_than_objects) {
    struct place p = place_new();
    sign_anchors *list = NULL;
    store_of(&p, "[]");
    cr_assert_eq(sign_anchors_read(p.file, &list, NULL), SIGN_OK);
    cr_expect_eq(sign_anchors_count(list), 0);
    sign_anchors_free(&list);
    store_of(&p, "[1]");
    cr_expect_eq(sign_anchors_read(p.file, &list, NULL), SIGN_E_FORMAT);
    store_of(&p, "[{}]");
    cr_expect_eq(sign_anchors_read(p.file, &list, NULL), SIGN_E_FORMAT);
    store_of(&p, "{}");
    cr_expect_eq(sign_anchors_read(p.file, &list, NULL), SIGN_E_FORMAT);
    place_free(&p);
}

/* Nothing is in a store that could not have been added, and nothing twice. */
Test(anchors, what_a_store_holds_is_checked_again) {
    struct place p = place_new();
    sign_anchors *list = fresh(), *again = NULL;
    sign_error err = {0};
    cr_assert_eq(add(list, "root-ec.pem", (sign_anchors_add_options){0}, NULL, NULL), SIGN_OK);
    cr_assert_eq(sign_anchors_write(list, p.file, NULL), SIGN_OK);
    char *text = slurp(p.file), *twice = malloc(1 << 20), *one = strchr(strchr(text, '[') + 1, '{');
    char *end = strrchr(text, ']');
    cr_assert(one != NULL && end != NULL && twice != NULL);
    snprintf(twice, 1 << 20, "%.*s,%s", (int)(end - text), text, one);
    spill(p.file, twice);
    cr_expect_eq(sign_anchors_read(p.file, &again, &err), SIGN_E_FORMAT);
    cr_expect_neq(strstr(err.text, "again"), NULL, "%s", err.text);
    free(twice);
    free(text);
    sign_anchors_free(&list);
    place_free(&p);
}

/* ---- Kamu SM's depot ---- */

/* The base64 of a PEM file, its lines as they are. */
static char *base64_of(const char *name) {
    char path[600];
    snprintf(path, sizeof path, PKI "%s", name);
    char *text = slurp(path), *from = strchr(text, '\n') + 1, *to = strstr(text, "-----END");
    memmove(text, from, (size_t)(to - from));
    text[to - from] = 0;
    return text;
}

static char *depot(const char *format, const char *name) {
    char *base64 = base64_of(name), *out = malloc(1 << 16);
    cr_assert_not_null(out);
    const char *at = strstr(format, "%s");
    cr_assert_not_null(at);
    snprintf(out, 1 << 16, "%.*s%s%s", (int)(at - format), format, base64, at + 2);
    free(base64);
    return out;
}

static sign_rc import(const char *format, const char *name, sign_anchors *list, sign_anchors_counts *counts,
                      sign_error *err) {
    char *text = depot(format, name);
    sign_rc rc = add_text(list, text, (sign_anchors_add_options){0}, counts, err);
    free(text);
    return rc;
}

#define ROOT(inside) "<koksertifika>" inside "</koksertifika>"
#define DEPOT(inside)                                                                                        \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<depo surum=\"1\">\n <koksertifikalar>" inside              \
    "</koksertifikalar>\n "                                                                                  \
    "<altsertifikalar><sertifika><mValue>AA==</mValue></sertifika></altsertifikalar></depo>\n"

Test(anchors, kamu_sm_depot_is_imported) {
    sign_anchors *list = fresh();
    sign_anchors_counts c = {0};
    sign_error err = {0};
    cr_assert_eq(import(DEPOT(ROOT("<mKokSertifikaNo>7</mKokSertifikaNo><mKokTipi> kok </mKokTipi><!-- x -->"
                                   "<mKokGuvenSeviyesi>legal</mKokGuvenSeviyesi><mYeni><a/></mYeni>"
                                   "<mValue>\n%s\n </mValue><mSatirImzasi>AA==</mSatirImzasi>") "\n"),
                        "root-ec.pem", list, &c, &err),
                 SIGN_OK, "%s", err.text);
    cr_expect(c.added == 1 && c.refused == 0);
    cr_assert_eq(sign_anchors_count(list), 1, "what is no root stays out");
    const sign_anchor *a = sign_anchors_get(list, 0);
    cr_expect_neq(strstr(a->source, "SertifikaDeposu.xml"), NULL, "%s", a->source);
    cr_expect_neq(strstr(a->source, "legal"), NULL, "%s", a->source);
    cr_expect_neq(strstr(a->subject, "Kök Sertifikası EC"), NULL, "%s", a->subject);
    cr_assert_eq(
        import("\xef\xbb\xbf<depo><koksertifikalar>" ROOT("<mValue>%s</mValue>") "</koksertifikalar></depo>",
               "root-rsa.pem", list, &c, &err),
        SIGN_OK, "%s", err.text);
    cr_expect_eq(sign_anchors_count(list), 2);
    sign_anchors_free(&list);
}

Test(anchors, odd_depots_are_refused) {
    static const struct {
        const char *format, *id;
        sign_rc rc;
    } rows[] = {
        {"<depot><koksertifikalar>" ROOT("<mValue>%s</mValue>") "</koksertifikalar></depot>", "E3505",
         SIGN_E_FORMAT},
        {"<depo>" ROOT("<mValue>%s</mValue>") "</depo>", "E3505", SIGN_E_FORMAT},
        {"<depo><koksertifikalar/><x>%s</x></depo>", "E3505", SIGN_E_FORMAT},
        {DEPOT(ROOT("<m>%s</m>")), "E3505", SIGN_E_FORMAT},
        {DEPOT(ROOT("<mValue>*%s</mValue>")), "E3505", SIGN_E_FORMAT},
        {DEPOT(ROOT("<mValue/><m>%s</m>")), "E3505", SIGN_E_FORMAT},
        {DEPOT(ROOT("<mValue><b>%s</b></mValue>")), "E3505", SIGN_E_FORMAT},
        {DEPOT(ROOT("<mValue>%s</mValue><mValue/>")), "E3505", SIGN_E_FORMAT},
        {DEPOT(ROOT("<mValue>MAA=</mValue><m>%s</m>")), "E5007", SIGN_E_FORMAT},
        {"<!DOCTYPE depo [<!ENTITY e SYSTEM \"/etc/passwd\">]><depo><koksertifikalar>" ROOT(
             "<mValue>%s</mValue>") "</koksertifikalar></depo>",
         "E5022", SIGN_E_FORMAT},
        {"<depo><koksertifikalar>" ROOT("<mValue>%s</mValue>") "</koksertifikalar>", "E5021", SIGN_E_FORMAT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sign_anchors *list = fresh();
        sign_error err = {0};
        cr_expect_eq(import(rows[i].format, "root-ec.pem", list, NULL, &err), rows[i].rc, "row %zu: %s", i,
                     err.text);
        cr_expect_str_eq(err.id, rows[i].id, "row %zu: %s", i, err.text);
        cr_expect_eq(sign_anchors_count(list), 0);
        sign_anchors_free(&list);
    }
    sign_anchors *list = fresh();
    cr_expect_eq(import(DEPOT(ROOT("<mValue>%s</mValue>")), "nes-p256.pem", list, NULL, NULL),
                 SIGN_E_CERTIFICATE);
    sign_anchors_free(&list);
}

/* A bomb of depth or of entries ends early. */
Test(anchors, a_depot_has_limits) {
    enum { DEEP = 2000 };
    char *text = malloc(8 * DEEP), *at = text;
    cr_assert_not_null(text);
    for (int i = 0; i < DEEP; i++)
        at += sprintf(at, "<a>");
    sign_anchors *list = fresh();
    cr_expect_eq(add_text(list, text, (sign_anchors_add_options){0}, NULL, NULL), SIGN_E_LIMIT);
    free(text);
    sign_anchors_free(&list);
}
