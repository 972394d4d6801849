#include <sign.h>

#define TEXT(x)          #x
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

const char *sign_version(void) {
    return VERSION(SIGN_VERSION_MAJOR, SIGN_VERSION_MINOR, SIGN_VERSION_PATCH);
}
