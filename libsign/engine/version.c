#include "base/time.h"
#include <sign.h>

#define TEXT(x)          #x
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

const char *sign_version(void) {
    return VERSION(SIGN_VERSION_MAJOR, SIGN_VERSION_MINOR, SIGN_VERSION_PATCH);
}

int sign_time_parse(const char *text, int64_t *out) {
    return text && out && time_parse(text, out);
}

const char *sign_time_text(int64_t time, char out[32]) {
    return time_rfc3339(time, out);
}
