/* base/sink.c - results out: whole or not at all. */
#include "base/file.h"

#include "base/random.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SINK_HOLD = 64 * 1024, SINK_NAMES = 16 };

static const char *sink_name(const sink *s) {
    return s->to->path != NULL ? s->to->path : "descriptor";
}

static sign_rc fail_write(const char *name, int why, sign_error *err) {
    return fail(err, SIGN_E_IO, MSG_FILE_WRITE, "%s: %s", name, strerror(why));
}

static sign_rc fail_exists(const char *path, sign_error *err) {
    return fail(err, SIGN_E_EXISTS, MSG_FILE_EXISTS, "%s", path);
}

/* What stands at the path of an output before it is written. */
enum target { TARGET_NEW, TARGET_FILE, TARGET_DIRECT, TARGET_DIRECTORY };

static enum target target_of(const char *path, mode_t *mode) {
    struct stat st;
    if (lstat(path, &st) != 0) {
        return TARGET_NEW; /* any other reason is told when the temporary file is made */
    }
    /* A link to a device is that device; a link to nothing is a name that is taken. */
    if (S_ISLNK(st.st_mode) && stat(path, &st) != 0) {
        return TARGET_FILE;
    }
    if (S_ISREG(st.st_mode)) {
        *mode = st.st_mode & 0777;
        return TARGET_FILE;
    }
    return S_ISDIR(st.st_mode) ? TARGET_DIRECTORY : TARGET_DIRECT;
}

/*
 * The descriptor that a path means, or -1. Opening /dev/stdout anew would begin at the start of a file that
 * the shell appends to, and replacing it by rename would replace the link in /dev.
 */
static int descriptor_of(const char *path) {
    if (strcmp(path, "/dev/stdout") == 0) {
        return STDOUT_FILENO;
    }
    if (strcmp(path, "/dev/stderr") == 0) {
        return STDERR_FILENO;
    }
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    for (size_t i = 0; i < 2; i++) {
        const char *digits = path + strlen(folders[i]);
        if (strncmp(path, folders[i], strlen(folders[i])) != 0 || *digits == '\0' || strlen(digits) > 6 ||
            strspn(digits, "0123456789") != strlen(digits)) {
            continue;
        }
        int fd = 0;
        for (; *digits != '\0'; digits++) {
            fd = fd * 10 + (*digits - '0');
        }
        return fd;
    }
    return -1;
}

/* "dir/.sign-0123456789abcdef.tmp": beside the target, so that rename stays on one file system. */
static char *temp_name(const char *path) {
    size_t folder = (size_t)(path_base(path) - path);
    size_t size = folder + sizeof ".sign-0123456789abcdef.tmp";
    char *name = malloc(size);
    if (name == NULL) {
        return NULL;
    }
    uint8_t random[8];
    char hex[2 * sizeof random + 1];
    random_fill(random, sizeof random);
    text_hex(BYTES(random, sizeof random), hex);
    snprintf(name, size, "%.*s.sign-%s.tmp", (int)folder, path, hex);
    return name;
}

/* The permission bits that the finished file is to have, 0: as the umask says. */
static mode_t mode_wanted(const sign_output *to, enum target target, mode_t existing) {
    if (to->mode != 0) {
        return (mode_t)(to->mode & 0777);
    }
    return target == TARGET_FILE ? existing : 0;
}

static sign_rc temp_open(sink *s, mode_t mode, sign_error *err) {
    const char *path = s->to->path;
    if (strlen(path) > INT16_MAX || *path_base(path) == '\0') {
        return fail_write(path, *path == '\0' ? ENOENT : EINVAL, err);
    }
    for (int i = 0; i < SINK_NAMES; i++) {
        char *name = temp_name(path);
        if (name == NULL) {
            return fail_memory(err);
        }
        /* Closed to others until it has its own bits, which fchmod sets free of the umask. */
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode != 0 ? 0600 : 0666);
        if (fd >= 0) {
            s->fd = fd;
            s->temp = name;
            break;
        }
        int why = errno;
        free(name);
        if (why != EEXIST && why != EINTR) {
            return fail_write(path, why, err);
        }
    }
    if (s->temp == NULL) {
        return fail_write(path, EEXIST, err);
    }
    if (mode != 0 && fchmod(s->fd, mode) != 0) {
        return fail_write(path, errno, err);
    }
    return SIGN_OK;
}

/* A device, a FIFO or a descriptor's name: written as the bytes come. */
static sign_rc direct_open(sink *s, int duplicate_of, sign_error *err) {
    do {
        s->fd = duplicate_of >= 0 ? fcntl(duplicate_of, F_DUPFD_CLOEXEC, 0)
                                  : open(s->to->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } while (s->fd < 0 && errno == EINTR);
    struct stat st;
    if (s->fd < 0 || fstat(s->fd, &st) != 0) {
        return fail_write(s->to->path, errno, err);
    }
    /* A file that took the place of the device meanwhile is not written into. */
    return duplicate_of < 0 && S_ISREG(st.st_mode) ? fail_exists(s->to->path, err) : SIGN_OK;
}

static sign_rc path_open(sink *s, sign_error *err) {
    const char *path = s->to->path;
    int duplicate_of = descriptor_of(path);
    if (duplicate_of >= 0) {
        return direct_open(s, duplicate_of, err);
    }
    mode_t existing = 0;
    enum target target = target_of(path, &existing);
    if (target == TARGET_DIRECTORY) {
        return fail_write(path, EISDIR, err);
    }
    if (target == TARGET_DIRECT) {
        return direct_open(s, -1, err);
    }
    if (target == TARGET_FILE && !s->to->overwrite) {
        return fail_exists(path, err); /* early, before the work is done; sink_commit holds against a race */
    }
    return temp_open(s, mode_wanted(s->to, target, existing), err);
}

sign_rc sink_open(const sign_output *to, sink *out, sign_error *err) {
    if (to == NULL || (to->buf == NULL && to->path == NULL && to->fd < 0)) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "an output needs a buffer, a path or a descriptor");
    }
    AUTO(sink) s = {.to = to, .fd = -1};
    if (to->buf == NULL) {
        s.hold = malloc(SINK_HOLD);
        if (s.hold == NULL) {
            return fail_memory(err);
        }
        s.fd = to->fd;
    }
    if (to->buf == NULL && to->path != NULL) {
        s.fd = -1;
        sign_rc rc = path_open(&s, err);
        if (rc != SIGN_OK) {
            return rc;
        }
    }
    *out = s;
    s = (sink){.fd = -1};
    return SIGN_OK;
}

/* A descriptor that does not block (a terminal shared with another program) is waited for. */
static bool wait_writable(int fd) {
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    return poll(&p, 1, -1) > 0 || errno == EINTR;
}

/*
 * All n bytes, or an error. Over RLIMIT_FSIZE write gives EFBIG only when the program ignores SIGXFSZ, and on
 * a closed pipe EPIPE only when it ignores SIGPIPE: signals are the program's, a library leaves them alone.
 */
static void sink_write(sink *s, const uint8_t *data, size_t n) {
    while (n > 0 && s->error.code == SIGN_OK) {
        ssize_t done = write(s->fd, data, n);
        if (done > 0) {
            data += done;
            n -= (size_t)done;
            continue;
        }
        int why = done == 0 ? EIO : errno;
        bool again = why == EINTR || ((why == EAGAIN || why == EWOULDBLOCK) && wait_writable(s->fd));
        if (!again) {
            fail_write(sink_name(s), why, &s->error);
        }
    }
}

static void sink_flush(sink *s) {
    if (s->held > 0) {
        sink_write(s, s->hold, s->held);
        s->held = 0;
    }
}

void sink_put(sink *s, const void *data, size_t n) {
    if (s->error.code != SIGN_OK || n == 0) {
        return;
    }
    s->written += n;
    if (s->to->buf != NULL) {
        grow_put(&s->mem, data, n);
        return;
    }
    if (n > SINK_HOLD - s->held) {
        sink_flush(s);
    }
    if (n >= SINK_HOLD) {
        sink_write(s, data, n);
        return;
    }
    memcpy(s->hold + s->held, data, n);
    s->held += n;
}

/* Errors that a device reports late (a full quota over NFS) come with fsync; EINVAL says that it is no file.
 */
static bool sync_fd(int fd) {
    int rc;
    do {
        rc = fsync(fd);
    } while (rc != 0 && errno == EINTR);
    return rc == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

/*
 * Gives the temporary file its name only if nobody has it: link fails on an existing name, where rename would
 * replace it. Where the file system has no links, an empty file holds the name for the rename.
 */
static bool publish_new(const char *temp, const char *path) {
    if (link(temp, path) == 0) {
        unlink(temp);
        return true;
    }
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK) {
        return false;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    close(fd);
    if (rename(temp, path) == 0) {
        return true;
    }
    int why = errno;
    unlink(path);
    errno = why;
    return false;
}

/* The directory of a path, opened to be synced; -1 when it may be written but not read and so cannot be
 * synced. */
static sign_rc folder_open(const char *path, int *out, sign_error *err) {
    size_t n = (size_t)(path_base(path) - path);
    char *folder = malloc(n + 2);
    if (folder == NULL) {
        return fail_memory(err);
    }
    memcpy(folder, path, n);
    memcpy(folder + n, n > 0 ? "" : ".", n > 0 ? 1 : 2);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int why = errno;
    free(folder);
    if (fd < 0 && why != EACCES) {
        return fail_write(path, why, err);
    }
    *out = fd;
    return SIGN_OK;
}

/* Gives the finished temporary file its name. */
static sign_rc publish(sink *s, sign_error *err) {
    const char *path = s->to->path;
    bool done = s->to->overwrite ? rename(s->temp, path) == 0 : publish_new(s->temp, path);
    if (!done) {
        return errno == EEXIST ? fail_exists(path, err) : fail_write(path, errno, err);
    }
    free(s->temp);
    s->temp = NULL;
    return SIGN_OK;
}

static sign_rc commit_temp(sink *s, sign_error *err) {
    const char *path = s->to->path;
    int fd = s->fd;
    s->fd = -1;
    bool synced = sync_fd(fd);
    int why = errno;
    if (close(fd) != 0 && synced && errno != EINTR) {
        synced = false;
        why = errno;
    }
    if (!synced) {
        return fail_write(path, why, err);
    }
    /* Opened before anything appears: what can fail without a trace fails first. */
    int folder = -1;
    sign_rc rc = folder_open(path, &folder, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    rc = publish(s, err);
    /* The new name survives a power failure only when its directory is on the disk too. When that cannot be
     * had, the result is there, whole, and the caller is told that it may not stay. */
    if (rc == SIGN_OK && folder >= 0 && !sync_fd(folder)) {
        rc = fail_write(path, errno, err);
    }
    if (folder >= 0) {
        close(folder);
    }
    return rc;
}

sign_rc sink_commit(sink *s, sign_error *err) {
    if (s->to == NULL) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "the output is not open");
    }
    if (s->to->buf != NULL) {
        return grow_take(&s->mem, s->to->buf, err);
    }
    sink_flush(s);
    if (s->error.code != SIGN_OK) {
        if (err != NULL) {
            *err = s->error;
        }
        return s->error.code;
    }
    if (s->temp != NULL) {
        return commit_temp(s, err);
    }
    return sync_fd(s->fd) ? SIGN_OK : fail_write(sink_name(s), errno, err);
}

void sink_close(sink *s) {
    if (s == NULL || s->to == NULL) { /* the zero value: its fd 0 is not ours */
        return;
    }
    if (s->fd >= 0 && s->to->path != NULL && s->to->buf == NULL) {
        close(s->fd);
    }
    if (s->temp != NULL) {
        unlink(s->temp);
    }
    free(s->temp);
    free(s->hold);
    grow_free(&s->mem);
    *s = (sink){.fd = -1};
}

sign_rc output_write(const sign_output *to, sign_bytes data, sign_error *err) {
    AUTO(sink) s = {0};
    sign_rc rc = sink_open(to, &s, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    sink_bytes(&s, data);
    return sink_commit(&s, err);
}
