/*
 * A document far over the limit of what is read into a tree is signed (enveloped), verified and given out in
 * constant memory: the peak of resident memory grows by less than 16 MiB, whatever the size. The peak is not
 * measured under a sanitizer, whose own bookkeeping would be what is measured; the run itself is the same
 * there, over a smaller document. Prints ok / not ok lines.
 */
#include <fcntl.h>
#include <sign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { MIB = 1 << 20, DOCUMENT = (SANITIZED ? 8 : 40) * MIB, MOST_KIB = 16 * 1024, STEP = 1024, NAME = 64 };

static bool failed;

static void rule(bool good, const char *what, const char *why) {
    printf("%s - large XML: %s%s%s\n", good ? "ok" : "not ok", what, good ? "" : ": ", good ? "" : why);
    failed = failed || !good;
}

/* Resident memory in KiB: "VmRSS:" now, "VmHWM:" the peak since it was last forgotten. */
static long resident(const char *which) {
    char line[256];
    long kib = -1;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, which, strlen(which)) == 0)
            kib = strtol(line + strlen(which), NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

/* proc(5): 5 forgets the peak. */
static bool forget_peak(void) {
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, "5", 1) == 1;
    if (fd >= 0)
        close(fd);
    return good;
}

static bool write_document(const char *file, size_t size) {
    FILE *f = fopen(file, "wbe");
    if (!f)
        return false;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<b:liste xmlns:b=\"urn:ornek:liste\">\n", f);
    for (size_t n = 0; (size_t)ftell(f) < size; n++)
        fprintf(f,
                "  <b:satir b:no='%zu' Ad=\"Ayşe &amp; Ali\"><tutar>%zu,00</tutar><!-- not --></b:satir>\n",
                n, n * 7);
    fputs("</b:liste>\n", f);
    bool good = !ferror(f);
    return fclose(f) == 0 && good;
}

struct work {
    sign_key *key;
    const char *document, *signed_, *content;
};

static sign_rc make(const struct work *w, sign_error *err) {
    sign_options opt = {.size = sizeof opt, .format = SIGN_XADES, .shape = SIGN_ENVELOPED};
    return sign_create(w->key, &(sign_input){.path = w->document}, &opt,
                       &(sign_output){.path = w->signed_, .overwrite = 1}, err);
}

/* Without trust: integrity is what takes the document's length. */
static sign_rc look(const struct work *w, sign_error *err) {
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    sign_report *report = NULL;
    sign_rc rc = sign_verify(&(sign_input){.path = w->signed_}, NULL, 0, NULL, &opt, &report, err);
    const sign_signature *s = rc >= 0 ? sign_report_signature(report, 0) : NULL;
    bool holds = s && s->references == 1 && s->signature_value == 1 && s->signing_certificate == 1;
    sign_report_free(&report);
    return rc < 0 || holds ? (rc < 0 ? rc : SIGN_OK) : SIGN_FAILED;
}

static sign_rc take_out(const struct work *w, sign_error *err) {
    return sign_extract(&(sign_input){.path = w->signed_}, &(sign_output){.path = w->content, .overwrite = 1},
                        err);
}

static void measure(const struct work *w, const char *what,
                    sign_rc (*step)(const struct work *, sign_error *)) {
    sign_error err = {0};
    char why[700];
    bool forgotten = forget_peak();
    long before = resident("VmRSS:");
    sign_rc rc = step(w, &err);
    long after = resident("VmHWM:");
    snprintf(why, sizeof why, "%s: %s", sign_rc_name(rc), err.text);
    rule(rc == SIGN_OK, what, why);
    if (SANITIZED)
        return;
    snprintf(why, sizeof why, "from %ld to %ld KiB", before, after);
    snprintf(err.text, sizeof err.text, "%s takes less than 16 MiB of memory", what);
    rule(forgotten && before > 0 && after > 0 && after - before < MOST_KIB, err.text, why);
}

/* A measure that saw nothing would let everything pass. */
static void prove_measure(void) {
    enum { BLOCK = 24 * MIB };
    if (SANITIZED)
        return;
    bool forgotten = forget_peak();
    long before = resident("VmRSS:");
    char *block = malloc(BLOCK);
    for (size_t i = 0; block && i < BLOCK; i += STEP)
        ((volatile char *)block)[i] = 1;
    free(block);
    rule(forgotten && resident("VmHWM:") - before > MOST_KIB,
         "the measure sees 24 MiB that were used and given back", "it does not");
}

int main(void) {
    char folder[NAME] = "/tmp/kalem-large-XXXXXX", document[NAME + 16], signed_[NAME + 16],
         content[NAME + 16];
    struct work w = {.document = document, .signed_ = signed_, .content = content};
    sign_key_options opt = {.size = sizeof opt, .certificate = SIGN_TEST_PKI "/nes-p256.pem"};
    sign_error err = {0};
    if (!mkdtemp(folder))
        return 1;
    snprintf(document, sizeof document, "%s/liste.xml", folder);
    snprintf(signed_, sizeof signed_, "%s/imzali.xml", folder);
    snprintf(content, sizeof content, "%s/icerik.xml", folder);
    bool ready = sign_key_open(SIGN_TEST_PKI "/nes-p256.key.pem", &opt, &w.key, &err) == SIGN_OK &&
                 write_document(document, DOCUMENT);
    rule(ready, "a key and a document", err.text);
    prove_measure();
    if (ready) {
        measure(&w, "it is signed", make);
        measure(&w, "its signature holds", look);
        measure(&w, "its content is given out", take_out);
    }
    sign_key_free(&w.key);
    unlink(document);
    unlink(signed_);
    unlink(content);
    rmdir(folder);
    return failed;
}
