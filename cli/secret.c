/* Where a PIN or password comes from: the terminal, a descriptor, the environment or a file; never argv. */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static bool starts(const char *s, const char *with) {
    return strncmp(s, with, strlen(with)) == 0;
}

int secret_check(const struct app *app, const char *spec) {
    char *end = NULL;
    if (!spec || strcmp(spec, "prompt") == 0 || (starts(spec, "env:") && spec[4]) ||
        (starts(spec, "file:") && spec[5]))
        return 0;
    if (starts(spec, "fd:") && spec[3] && strtol(spec + 3, &end, 10) >= 0 && *end == 0)
        return 0;
    /* The value is not repeated: somebody may have put the PIN itself there. */
    return usage(app,
                 (struct words){"--pin-source prompt, fd:N, env:AD ya da file:YOL olmalı",
                                "--pin-source must be prompt, fd:N, env:NAME or file:PATH"},
                 NULL);
}

static sign_rc drop_newline(char *out, size_t n, size_t size) {
    if (n >= size)
        return SIGN_E_PIN;
    if (n && out[n - 1] == '\n')
        n--;
    out[n] = 0;
    return SIGN_OK;
}

static sign_rc from_fd(int fd, char *out, size_t size) {
    size_t n = 0;
    while (n < size) {
        ssize_t got = read(fd, out + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return SIGN_E_PIN;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return drop_newline(out, n, size);
}

static sign_rc from_file(const char *path, char *out, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return SIGN_E_PIN;
    sign_rc rc = from_fd(fd, out, size);
    close(fd);
    return rc;
}

static void print_ask(int tty, const struct app *app, const sign_secret *ask) {
    if (ask->final_try)
        dprintf(tty, "%s\n",
                say(app, (struct words){"DİKKAT: bu son deneme; yanlış PIN kartı kilitler.",
                                        "CAREFUL: last try; a wrong PIN locks the token."}));
    else if (ask->count_low)
        dprintf(
            tty, "%s\n",
            say(app, (struct words){"Daha önce yanlış PIN girilmiş.", "A wrong PIN was entered before."}));
    dprintf(tty, "%s (%s): ", ask->is_pin ? "PIN" : say(app, (struct words){"Parola", "Password"}),
            ask->what);
}

static sign_rc from_terminal(const struct app *app, const sign_secret *ask, char *out, size_t size) {
    struct termios before, quiet;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (tty < 0)
        return SIGN_E_PIN;
    print_ask(tty, app, ask);
    if (tcgetattr(tty, &before) != 0) {
        close(tty);
        return SIGN_E_PIN;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(tty, TCSAFLUSH, &quiet);
    ssize_t n = read(tty, out, size);
    tcsetattr(tty, TCSAFLUSH, &before);
    dprintf(tty, "\n");
    close(tty);
    return n <= 0 ? SIGN_E_PIN : drop_newline(out, (size_t)n, size);
}

sign_rc secret_get(void *user, const sign_secret *ask, char *out, size_t size) {
    struct secret_source *s = user;
    const char *spec = s->spec;
    sign_rc rc = SIGN_E_PIN;
    if (!spec || strcmp(spec, "prompt") == 0)
        rc = from_terminal(s->app, ask, out, size);
    else if (starts(spec, "fd:"))
        rc = from_fd((int)strtol(spec + 3, NULL, 10), out, size);
    else if (starts(spec, "file:"))
        rc = from_file(spec + 5, out, size);
    else if (starts(spec, "env:")) {
        const char *value = getenv(spec + 4);
        if (value && strlen(value) < size) {
            memcpy(out, value, strlen(value));
            rc = drop_newline(out, strlen(value), size);
        }
    }
    s->missing = rc != SIGN_OK;
    return rc;
}
