/* base/source.c - documents in. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *path_base(const char *path) {
    if (path == NULL) {
        return "";
    }
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool file_absent(const char *path) {
    struct stat st;
    return lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static void source_stamp(const struct stat *st, int64_t stamp[4]) {
    stamp[0] = (int64_t)st->st_mtim.tv_sec;
    stamp[1] = (int64_t)st->st_mtim.tv_nsec;
    stamp[2] = (int64_t)st->st_ctim.tv_sec;
    stamp[3] = (int64_t)st->st_ctim.tv_nsec;
}

static int open_again(const char *path, int flags) {
    int fd;
    do {
        fd = open(path, flags);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

static sign_rc source_open_path(const char *path, const char *name, source *out, sign_error *err) {
    /* O_NONBLOCK: a FIFO is refused below instead of waiting for its writer. It means nothing for a file. */
    int fd = open_again(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return fail(err, SIGN_E_IO, MSG_FILE_OPEN, "%s: %s", path, strerror(errno));
    }
    struct stat st;
    if (fstat(fd, &st) != 0) {
        int why = errno;
        close(fd);
        return fail(err, SIGN_E_IO, MSG_FILE_OPEN, "%s: %s", path, strerror(why));
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return fail(err, SIGN_E_IO, MSG_FILE_OPEN, "%s: %s", path,
                    S_ISDIR(st.st_mode) ? strerror(EISDIR) : "not a regular file");
    }
    /* Files of /proc say 0 and hold something: what is signed would be the empty document. */
    char first;
    if (st.st_size == 0 && pread(fd, &first, 1, 0) != 0) {
        close(fd);
        return fail(err, SIGN_E_IO, MSG_FILE_OPEN, "%s: %s", path, "a file that does not tell its size");
    }
    *out = (source){.fd = fd, .size = (uint64_t)st.st_size, .name = name != NULL ? name : path};
    source_stamp(&st, out->stamp);
    return SIGN_OK;
}

sign_rc source_open(const sign_input *in, source *out, sign_error *err) {
    if (in == NULL || (in->data.data == NULL && in->path == NULL)) {
        return fail(err, SIGN_E_ARGUMENT, MSG_ARGUMENT, "an input needs data or a path");
    }
    if (in->data.data == NULL) {
        return source_open_path(in->path, in->name, out, err);
    }
    *out =
        (source){.mem = in->data, .fd = -1, .size = in->data.len, .name = in->name != NULL ? in->name : ""};
    return SIGN_OK;
}

source source_part(const source *s, uint64_t at, uint64_t n) {
    source part = *s;
    part.size = n;
    part.first = s->first + at;
    part.rest = s->rest + (s->size - at - n);
    if (s->fd < 0) {
        part.mem = BYTES(s->mem.data + (size_t)at, (size_t)n);
    }
    return part;
}

void source_close(source *s) {
    /* An opened source has a name; the zero value has none, and its fd 0 is somebody's standard input. */
    if (s == NULL) {
        return;
    }
    if (s->name != NULL && s->fd >= 0) {
        close(s->fd);
    }
    *s = (source){.fd = -1};
}

static sign_rc fail_changed(const source *s, sign_error *err) {
    return fail(err, SIGN_E_IO, MSG_FILE_CHANGED, "%s", s->name);
}

sign_rc source_read(const source *s, uint64_t at, void *out, size_t n, sign_error *err) {
    if (at > s->size || n > s->size - at) {
        return fail_changed(s, err);
    }
    if (s->fd < 0) {
        if (n > 0) {
            memcpy(out, s->mem.data + (size_t)at, n);
        }
        return SIGN_OK;
    }
    uint8_t *to = out;
    while (n > 0) {
        ssize_t got = pread(s->fd, to, n, (off_t)(s->first + at));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(err, SIGN_E_IO, MSG_FILE_READ, "%s: %s", s->name, strerror(errno));
        }
        if (got == 0) { /* it was longer when it was opened */
            return fail_changed(s, err);
        }
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return SIGN_OK;
}

sign_rc source_view(const source *s, uint64_t at, size_t n, sign_bytes *out, sign_buf *own, sign_error *err) {
    if (at > s->size || n > s->size - at) {
        return fail_changed(s, err);
    }
    if (s->fd < 0) {
        *out = BYTES(s->mem.data + (size_t)at, n);
        return SIGN_OK;
    }
    AUTO(sign_buf) copy = {malloc(n > 0 ? n : 1), n};
    if (copy.data == NULL) {
        return fail_memory(err);
    }
    sign_rc rc = source_read(s, at, copy.data, n, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    *own = (sign_buf){TAKE(copy.data), n};
    *out = BYTES(own->data, own->len);
    return SIGN_OK;
}

sign_rc source_unchanged(const source *s, sign_error *err) {
    if (s->fd < 0) {
        return SIGN_OK;
    }
    struct stat st;
    if (fstat(s->fd, &st) != 0) {
        return fail(err, SIGN_E_IO, MSG_FILE_READ, "%s: %s", s->name, strerror(errno));
    }
    int64_t now[4];
    source_stamp(&st, now);
    if ((uint64_t)st.st_size != s->first + s->size + s->rest || memcmp(now, s->stamp, sizeof now) != 0) {
        return fail_changed(s, err);
    }
    return SIGN_OK;
}

sign_rc source_all(const source *s, size_t limit, sign_bytes *out, sign_buf *own, sign_error *err) {
    if (s->size > limit) {
        return fail(err, SIGN_E_LIMIT, MSG_LIMIT, "%s: %" PRIu64 " bytes, at most %zu", s->name, s->size,
                    limit);
    }
    sign_bytes view = {0};
    AUTO(sign_buf) copy = {0};
    sign_rc rc = source_view(s, 0, (size_t)s->size, &view, &copy, err);
    if (rc == SIGN_OK) {
        rc = source_unchanged(s, err);
    }
    if (rc != SIGN_OK) {
        return rc;
    }
    if (copy.data != NULL) {
        *own = (sign_buf){TAKE(copy.data), copy.len};
    }
    *out = view;
    return SIGN_OK;
}

sign_rc file_read(const char *path, size_t limit, sign_buf *out, sign_error *err) {
    AUTO(source) s = {0};
    const sign_input in = {.path = path};
    sign_rc rc = source_open(&in, &s, err);
    if (rc != SIGN_OK) {
        return rc;
    }
    sign_bytes view = {0};
    return source_all(&s, limit, &view, out, err);
}
