/* System calls that fail, are interrupted or do half: what the kernel may do, done on demand. */
#include "base/file.h"
#include "base/map.h"
#include "base/random.h"
#include "folder.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * These stand before the C library's functions of the same names; each calls a sibling that does the same.
 * Criterion runs every test in a process of its own, so what one sets no other sees.
 */
static struct {
    int link_errno, random_errno, read_errno;
    int sync_errno;
    int syncs_before; /* fsync fails after so many */
    int slow_fd;      /* reads and writes move one byte, every other time none: EINTR */
    bool interrupt;
    const char *appears; /* a file that another program makes just before link */
} fault = {.slow_fd = -1};

static bool interrupted(int fd) {
    fault.interrupt = fd == fault.slow_fd && !fault.interrupt;
    return fault.interrupt;
}

int link(const char *from, const char *to) {
    if (fault.appears != NULL) {
        close(open(fault.appears, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    if (fault.link_errno != 0) {
        errno = fault.link_errno;
        return -1;
    }
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int fsync(int fd) {
    if (fault.sync_errno != 0 && fault.syncs_before-- <= 0) {
        errno = fault.sync_errno;
        return -1;
    }
    return fdatasync(fd);
}

ssize_t getrandom(void *out, size_t n, unsigned flags) {
    (void)flags;
    if (fault.random_errno != 0) {
        errno = fault.random_errno;
        return -1;
    }
    return getentropy(out, n) == 0 ? (ssize_t)n : -1;
}

ssize_t pread(int fd, void *out, size_t n, off_t at) {
    if (fault.read_errno != 0 || interrupted(fd)) {
        errno = fault.read_errno != 0 ? fault.read_errno : EINTR;
        return -1;
    }
    const struct iovec v = {out, fd == fault.slow_fd && n > 1 ? 1 : n};
    return preadv(fd, &v, 1, at);
}

ssize_t write(int fd, const void *data, size_t n) {
    if (interrupted(fd)) {
        errno = EINTR;
        return -1;
    }
    union {
        const void *in;
        void *base;
    } p = {.in = data};
    const struct iovec v = {p.base, fd == fault.slow_fd && n > 1 ? 1 : n};
    return writev(fd, &v, 1);
}

static bool holds(const char *text) {
    AUTO(sign_buf) b = {0};
    return file_read(path, 1000, &b, NULL) == SIGN_OK && bytes_equal(BYTES(b.data, b.len), BYTES_STR(text));
}

TestSuite(faults, .init = folder_make, .fini = folder_remove);

Test(faults, a_file_system_without_links) {
    const sign_output to = {.path = path, .mode = 0640};
    fault.link_errno = EPERM;
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_OK);
    cr_assert(holds("new") && entries(false) == 1);
}

Test(faults, without_links_too_a_file_that_appears_meanwhile_is_kept) {
    const sign_output to = {.path = path};
    fault.link_errno = ENOTSUP;
    fault.appears = path;
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_E_EXISTS);
    cr_assert(holds("") && entries(false) == 1);
}

Test(faults, a_link_that_fails_otherwise_is_told) {
    const sign_output to = {.path = path};
    sign_error err;
    fault.link_errno = ENOSPC;
    cr_assert(output_write(&to, BYTES_STR("new"), &err) == SIGN_E_IO);
    cr_assert_str_eq(err.id, "E5003");
    cr_assert_eq(entries(false), 0);
}

Test(faults, a_disk_that_fails_late) {
    const sign_output to = {.path = path, .overwrite = 1};
    cr_assert(output_write(&to, BYTES_STR("old"), NULL) == SIGN_OK);
    sign_error err;
    fault.sync_errno = EIO;
    cr_assert(output_write(&to, BYTES_STR("new"), &err) == SIGN_E_IO);
    cr_assert_not_null(strstr(err.text, strerror(EIO)));
    cr_assert(holds("old") && entries(false) == 1);
}

Test(faults, a_folder_that_cannot_be_synced_is_told_and_the_file_is_whole) {
    const sign_output to = {.path = path};
    fault.sync_errno = EIO;
    fault.syncs_before = 1;
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_E_IO);
    cr_assert(holds("new") && entries(false) == 1);
}

Test(faults, what_cannot_sync_need_not) {
    const sign_output to = {.path = path};
    fault.sync_errno = EINVAL;
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_OK);
    cr_assert(holds("new"));
}

Test(faults, a_disk_that_cannot_be_read) {
    const sign_output to = {.path = path};
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_OK);
    AUTO(sign_buf) b = {0};
    sign_error err;
    fault.read_errno = EIO;
    cr_assert(file_read(path, 100, &b, &err) == SIGN_E_IO);
    cr_assert_str_eq(err.id, "E5002");
    cr_assert_null(b.data);
}

Test(faults, interruptions_and_halves_are_made_up_for) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0);
    const sign_output to = {.fd = fd};
    fault.slow_fd = fd;
    cr_assert(output_write(&to, BYTES_STR("0123456789"), NULL) == SIGN_OK);
    const source s = {.fd = fd, .size = 10, .name = "slow"};
    char out[10];
    cr_assert(source_read(&s, 0, out, 10, NULL) == SIGN_OK);
    cr_assert(memcmp(out, "0123456789", 10) == 0);
    close(fd);
}

Test(faults, without_the_kernels_random_bytes_names_and_seeds_still_differ) {
    fault.random_errno = ENOSYS;
    unsigned char a[16] = {0}, b[16] = {0};
    random_fill(a, sizeof a);
    random_fill(b, sizeof b);
    cr_assert(memcmp(a, b, sizeof a) != 0);
    const sign_output to = {.path = path};
    AUTO(sink) s = {0};
    AUTO(sink) t = {0};
    cr_assert(sink_open(&to, &s, NULL) == SIGN_OK && sink_open(&to, &t, NULL) == SIGN_OK);
    cr_assert_str_neq(s.temp, t.temp);
    AUTO(map) m = {0};
    cr_assert(map_put(&m, BYTES_STR("k"), a) && map_get(&m, BYTES_STR("k")) == a);
}
