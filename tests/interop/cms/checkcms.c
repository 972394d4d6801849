/*
 * Tells what libsign finds out about the integrity of a signature, trust left aside.
 *
 *   checkcms FILE [CONTENT]
 *
 * One line a signature: id, format, level, references, signature value, signing-certificate (1, 0, -1
 * unknown), sub-indication. Status 0 when there is one at least and all three are 1 in each; 3 without a
 * signature; else 1.
 */
#include <sign.h>
#include <stdio.h>

static int tell(const sign_report *report) {
    size_t n = sign_report_count(report);
    int status = n ? 0 : 3;
    for (size_t i = 0; i < n; i++) {
        const sign_signature *s = sign_report_signature(report, i);
        printf("%s %s %s references=%d value=%d certificate=%d %s\n", s->id, s->format ? s->format : "-",
               s->level ? s->level : "-", s->references, s->signature_value, s->signing_certificate,
               s->sub ? s->sub : "-");
        if (s->references != 1 || s->signature_value != 1 || s->signing_certificate != 1) {
            status = 1;
        }
    }
    return status;
}

int main(int argc, char **argv) {
    if (argc != 2 && argc != 3) {
        fprintf(stderr, "usage: checkcms FILE [CONTENT]\n");
        return 64;
    }
    sign_report *report = NULL;
    sign_error err = {0};
    sign_input what = {.path = argv[1]}, in = {.path = argc == 3 ? argv[2] : NULL};
    sign_verify_options opt = {.size = sizeof opt, .inspect = 1};
    sign_rc rc = sign_verify(&what, argc == 3 ? &in : NULL, argc == 3 ? 1 : 0, NULL, &opt, &report, &err);
    if (rc < 0) {
        fprintf(stderr, "checkcms: %s: %s\n", sign_rc_name(rc), err.text);
        return 2;
    }
    int status = tell(report);
    sign_report_free(&report);
    return status;
}
