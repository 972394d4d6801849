/* base/file.h - documents in (memory or file, in windows) and results out (whole or not at all). */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/bytes.h"

/*
 * An opened input. For a file: the size is fixed when it is opened, and source_unchanged() tells
 * whether it was written to since. Reading is by pread, so that a file that shrinks is an error and no
 * signal.
 */
struct source {
    sign_bytes mem; /* when fd is -1 */
    int fd;
    uint64_t size;
    const char *name; /* for messages; borrowed from the sign_input */
    int64_t stamp[4]; /* mtime and ctime when opened */
    uint64_t first;   /* a part of a file: where it begins there */
    uint64_t rest;    /* and how much of the file follows it */
};
typedef struct source source;

/* Opens in->data or in->path. SIGN_E_IO (MSG_FILE_OPEN) for what is no readable regular file. */
sign_rc source_open(const sign_input *in, source *out, sign_error *err);
/* n bytes of s at `at`, which are in it, as an input of their own. It borrows from s and is not closed. */
source source_part(const source *s, uint64_t at, uint64_t n);
void source_close(source *s);
CLEANUP(source, source_close);

/* Exactly n bytes at `at`; reading past the end is SIGN_E_IO MSG_FILE_CHANGED (the size was known). */
sign_rc source_read(const source *s, uint64_t at, void *out, size_t n, sign_error *err);

/*
 * A view of n bytes at `at`: for memory a pointer into it, for a file a malloc'd copy in *own
 * (which must be {0} before and is the caller's).
 */
sign_rc source_view(const source *s, uint64_t at, size_t n, sign_bytes *out, sign_buf *own, sign_error *err);

/* SIGN_E_IO, MSG_FILE_CHANGED when size or times differ from those at opening. */
sign_rc source_unchanged(const source *s, sign_error *err);

/* The whole input in memory: limit in bytes, else SIGN_E_LIMIT. A copy in *own only for files. */
sign_rc source_all(const source *s, size_t limit, sign_bytes *out, sign_buf *own, sign_error *err);

/* Convenience: open, read all, close, into an owned buffer. */
sign_rc file_read(const char *path, size_t limit, sign_buf *out, sign_error *err);

/* There is nothing of that name: not even something that cannot be read. */
bool file_absent(const char *path);

/* The last component of a path, never NULL. */
const char *path_base(const char *path);

/*
 * A result being written. sink_open, sink_put..., then sink_commit makes it appear; sink_close
 * without commit leaves nothing behind (descriptors excepted: what was written is written).
 * Failure is remembered, sink_commit tells it.
 * A path that is a device or a FIFO, and /dev/stdout and its like, is written directly. A symbolic link to a
 * file is itself replaced when overwriting. A new name never replaces an existing file, a race included,
 * unless to->overwrite is set; an overwritten file's permission bits are kept when to->mode is 0. The struct
 * keeps `to`. SIGPIPE and SIGXFSZ are for the program to ignore; then EPIPE and EFBIG are SIGN_E_IO.
 */
struct sink {
    const sign_output *to;
    grow mem;
    int fd;
    char *temp;    /* name of the temporary file */
    uint8_t *hold; /* write-combining buffer for files and descriptors */
    size_t held;
    uint64_t written;
    sign_error error; /* of the first failure */
};
typedef struct sink sink;
sign_rc sink_open(const sign_output *to, sink *out, sign_error *err);
void sink_put(sink *s, const void *data, size_t n);
static inline void sink_bytes(sink *s, sign_bytes b) {
    sink_put(s, b.data, b.len);
}
sign_rc sink_commit(sink *s, sign_error *err); /* flush, fsync, rename */
void sink_close(sink *s);
CLEANUP(sink, sink_close);

/* Writes data to `to` in one go. */
sign_rc output_write(const sign_output *to, sign_bytes data, sign_error *err);

#endif
