/* library.h - the functions of libsign that verify: of the one this program is linked with, or of another
 * build. */
#ifndef BENCHMARKS_LIBRARY_H
#define BENCHMARKS_LIBRARY_H

#include <sign.h>

struct library {
    const char *who; /* as a contender */
    sign_rc (*trust_new)(const sign_trust_options *opt, sign_trust **out, sign_error *err);
    void (*trust_free)(sign_trust **t);
    sign_rc (*verify)(const sign_input *what, const sign_input *in, size_t n, const sign_trust *trust,
                      const sign_verify_options *opt, sign_report **out, sign_error *err);
    void (*report_free)(sign_report **r);
};

const struct library *library_linked(void);
/* The libsign.so at `path`, loaded beside the other; ends the program when it cannot be. Never unloaded. */
const struct library *library_load(const char *path);

/* A trust with the root and the CA's list `list` in `dir`; ends the program when it cannot be made. */
sign_trust *library_trust(const struct library *lib, const char *dir, const char *list);
/* Ends the program when the one signature does not pass. */
void library_verify(const struct library *lib, const sign_input *what, const sign_trust *trust,
                    const sign_verify_options *opt);

#endif
