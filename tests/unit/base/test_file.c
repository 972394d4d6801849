/* Files in and out: what fails, and what is never left behind or replaced. */
#include "base/file.h"
#include "folder.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_file(const char *name, const char *text, size_t n) {
    FILE *f = fopen(name, "wb");
    cr_assert(f != NULL && fwrite(text, 1, n, f) == n && fclose(f) == 0);
}

static bool holds(const char *name, const void *text, size_t n) {
    AUTO(sign_buf) b = {0};
    sign_error err;
    cr_assert(file_read(name, 100000000, &b, &err) == SIGN_OK, "%s", err.text);
    return bytes_equal(BYTES(b.data, b.len), BYTES(text, n));
}

static mode_t mode_of(const char *name) {
    struct stat st;
    cr_assert_eq(stat(name, &st), 0);
    return st.st_mode & 07777;
}

TestSuite(source, .init = folder_make, .fini = folder_remove);
TestSuite(sink, .init = folder_make, .fini = folder_remove);

Test(source, memory) {
    const sign_input in = {.data = BYTES_STR("0123456789")};
    AUTO(source) s = {0};
    AUTO(sign_buf) own = {0};
    sign_bytes v = {0};
    char out[4];
    cr_assert(source_open(&in, &s, NULL) == SIGN_OK && s.size == 10);
    cr_assert(source_read(&s, 3, out, 4, NULL) == SIGN_OK && memcmp(out, "3456", 4) == 0);
    cr_assert(source_view(&s, 8, 2, &v, &own, NULL) == SIGN_OK && v.data == in.data.data + 8);
    cr_assert(source_all(&s, 10, &v, &own, NULL) == SIGN_OK && v.data == in.data.data && own.data == NULL);
    cr_assert(source_all(&s, 9, &v, &own, NULL) == SIGN_E_LIMIT);
    cr_assert(source_unchanged(&s, NULL) == SIGN_OK);
}

Test(source, past_the_end) {
    write_file(path, "0123456789", 10);
    const sign_input inputs[] = {{.data = BYTES_STR("0123456789")}, {.path = path}};
    for (size_t i = 0; i < 2; i++) {
        AUTO(source) s = {0};
        AUTO(sign_buf) own = {0};
        sign_bytes v = {0};
        sign_error err;
        char out[16];
        cr_assert(source_open(&inputs[i], &s, NULL) == SIGN_OK);
        cr_assert(source_read(&s, 10, out, 0, NULL) == SIGN_OK);
        cr_assert(source_read(&s, 5, out, 6, &err) == SIGN_E_IO);
        cr_assert_str_eq(err.id, "E5005");
        cr_assert(source_read(&s, UINT64_MAX, out, 2, NULL) == SIGN_E_IO);
        cr_assert(source_view(&s, 11, 0, &v, &own, NULL) == SIGN_E_IO);
        cr_assert(source_view(&s, 1, SIZE_MAX, &v, &own, NULL) == SIGN_E_IO);
        cr_assert(v.data == NULL && own.data == NULL);
    }
}

Test(source, file_in_windows) {
    write_file(path, "0123456789", 10);
    const sign_input in = {.path = path};
    AUTO(source) s = {0};
    AUTO(sign_buf) own = {0};
    sign_bytes v = {0};
    cr_assert(source_open(&in, &s, NULL) == SIGN_OK && s.size == 10);
    cr_assert(fcntl(s.fd, F_GETFD) & FD_CLOEXEC);
    cr_assert(source_view(&s, 4, 3, &v, &own, NULL) == SIGN_OK);
    cr_assert(bytes_equal(v, BYTES_STR("456")) && v.data == own.data);
    cr_assert(holds(path, "0123456789", 10));
}

Test(source, an_empty_file_is_not_null) {
    write_file(path, "", 0);
    AUTO(sign_buf) b = {0};
    cr_assert(file_read(path, 0, &b, NULL) == SIGN_OK);
    cr_assert(b.data != NULL && b.len == 0);
}

Test(source, what_cannot_be_opened) {
    AUTO(source) s = {0};
    sign_error err;
    const sign_input missing = {.path = path}, directory = {.path = folder}, nothing = {0},
                     null = {.path = "/dev/null"};
    cr_assert(source_open(&missing, &s, &err) == SIGN_E_IO);
    cr_assert_str_eq(err.id, "E5001");
    cr_assert_not_null(strstr(err.text, path));
    cr_assert(source_open(&directory, &s, &err) == SIGN_E_IO);
    cr_assert(source_open(&null, &s, &err) == SIGN_E_IO);
    const sign_input sizeless = {.path = "/proc/self/status"};
    cr_assert(source_open(&sizeless, &s, &err) == SIGN_E_IO, "its size is 0, and it is not empty");
    cr_assert(source_open(&nothing, &s, &err) == SIGN_E_ARGUMENT);
    cr_assert(source_open(NULL, &s, &err) == SIGN_E_ARGUMENT);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert(source_open(&missing, &s, &err) == SIGN_E_IO, "a FIFO is refused and does not hang");
}

Test(source, closing_the_zero_value_leaves_standard_input) {
    source s = {0};
    source_close(&s);
    sink k = {0};
    sink_close(&k);
    cr_assert(fcntl(0, F_GETFD) != -1 || errno != EBADF);
}

Test(source, a_write_is_noticed) {
    write_file(path, "0123456789", 10);
    const sign_input in = {.path = path, .name = "the document"};
    AUTO(source) s = {0};
    sign_error err;
    cr_assert(source_open(&in, &s, NULL) == SIGN_OK);
    cr_assert(source_unchanged(&s, &err) == SIGN_OK);
    const struct timespec past[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    write_file(path, "012345678X", 10);
    cr_assert_eq(utimensat(AT_FDCWD, path, past, 0), 0);
    cr_assert(source_unchanged(&s, &err) == SIGN_E_IO);
    cr_assert_str_eq(err.id, "E5005");
    cr_assert_str_eq(err.text, "the document");
    AUTO(sign_buf) own = {0};
    sign_bytes v = {0};
    cr_assert(source_all(&s, 100, &v, &own, &err) == SIGN_E_IO && own.data == NULL);
}

Test(source, a_file_that_shrinks_is_an_error) {
    write_file(path, "0123456789", 10);
    const sign_input in = {.path = path};
    AUTO(source) s = {0};
    sign_error err;
    char out[10];
    cr_assert(source_open(&in, &s, NULL) == SIGN_OK);
    cr_assert_eq(truncate(path, 4), 0);
    cr_assert(source_read(&s, 0, out, 10, &err) == SIGN_E_IO);
    cr_assert_str_eq(err.id, "E5005");
}

Test(source, base_names) {
    cr_assert_str_eq(path_base("a/b/c.pdf"), "c.pdf");
    cr_assert_str_eq(path_base("c.pdf"), "c.pdf");
    cr_assert_str_eq(path_base("a/"), "");
    cr_assert_str_eq(path_base(NULL), "");
}

Test(sink, buffer) {
    AUTO(sign_buf) b = {0};
    const sign_output to = {.buf = &b};
    AUTO(sink) s = {0};
    cr_assert(sink_open(&to, &s, NULL) == SIGN_OK);
    sink_put(&s, "ab", 2);
    sink_bytes(&s, BYTES_STR("cd"));
    cr_assert(b.data == NULL, "nothing appears before the commit");
    cr_assert(sink_commit(&s, NULL) == SIGN_OK);
    cr_assert(bytes_equal(BYTES(b.data, b.len), BYTES_STR("abcd")));
    cr_assert_eq(s.written, 4);
}

Test(sink, a_new_file_appears_at_commit_only) {
    const sign_output to = {.path = path};
    umask(027);
    AUTO(sink) s = {0};
    cr_assert(sink_open(&to, &s, NULL) == SIGN_OK);
    sink_put(&s, "abc", 3);
    cr_assert_neq(access(path, F_OK), 0);
    cr_assert(sink_commit(&s, NULL) == SIGN_OK);
    cr_assert(holds(path, "abc", 3));
    cr_assert_eq(mode_of(path), 0640);
    cr_assert_eq(entries(false), 1);
}

Test(sink, without_commit_nothing_stays) {
    const sign_output to = {.path = path};
    sink s = {0};
    cr_assert(sink_open(&to, &s, NULL) == SIGN_OK);
    sink_put(&s, "abc", 3);
    cr_assert_eq(entries(false), 1);
    sink_close(&s);
    cr_assert_eq(entries(false), 0);
    sink_close(&s);
    sink_close(NULL);
}

Test(sink, sizes_around_the_buffer) {
    enum { MOST = 300000 };
    char *data = malloc(MOST);
    for (size_t i = 0; i < MOST; i++) {
        data[i] = (char)(i * 7 % 251);
    }
    const size_t pieces[] = {1000, 65535, 65536, 65537, 131072, MOST};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        const sign_output to = {.path = path, .overwrite = 1};
        AUTO(sink) s = {0};
        cr_assert(sink_open(&to, &s, NULL) == SIGN_OK);
        for (size_t at = 0; at < MOST; at += pieces[i]) {
            sink_put(&s, data + at, MOST - at < pieces[i] ? MOST - at : pieces[i]);
        }
        cr_assert(sink_commit(&s, NULL) == SIGN_OK && s.written == MOST);
        cr_assert(holds(path, data, MOST), "in pieces of %zu", pieces[i]);
    }
    free(data);
}

Test(sink, an_existing_file_is_kept) {
    write_file(path, "old", 3);
    const sign_output to = {.path = path};
    sign_error err;
    cr_assert(output_write(&to, BYTES_STR("new"), &err) == SIGN_E_EXISTS);
    cr_assert_str_eq(err.id, "E5004");
    cr_assert(holds(path, "old", 3));
    cr_assert_eq(entries(false), 1);
}

Test(sink, a_file_that_appears_meanwhile_is_kept) {
    const sign_output to = {.path = path};
    sign_error err;
    {
        AUTO(sink) s = {0};
        cr_assert(sink_open(&to, &s, NULL) == SIGN_OK);
        sink_put(&s, "new", 3);
        write_file(path, "race", 4);
        cr_assert(sink_commit(&s, &err) == SIGN_E_EXISTS);
    }
    cr_assert(holds(path, "race", 4));
    cr_assert_eq(entries(false), 1);
}

Test(sink, a_dangling_link_is_a_name_that_is_taken) {
    cr_assert_eq(symlink(other, path), 0);
    const sign_output to = {.path = path};
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_E_EXISTS);
    cr_assert_neq(access(other, F_OK), 0);
}

Test(sink, overwriting_a_link_leaves_what_it_points_at) {
    write_file(other, "old", 3);
    cr_assert_eq(symlink(other, path), 0);
    const sign_output to = {.path = path, .overwrite = 1};
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_OK);
    cr_assert(holds(path, "new", 3) && holds(other, "old", 3));
}

Test(sink, overwriting_keeps_the_mode_and_a_given_mode_wins) {
    write_file(path, "old", 3);
    cr_assert_eq(chmod(path, 0604), 0);
    umask(077);
    const sign_output keep = {.path = path, .overwrite = 1};
    cr_assert(output_write(&keep, BYTES_STR("new"), NULL) == SIGN_OK);
    cr_assert(holds(path, "new", 3) && mode_of(path) == 0604);
    const sign_output given = {.path = path, .overwrite = 1, .mode = 0644};
    cr_assert(output_write(&given, BYTES_STR("newer"), NULL) == SIGN_OK);
    cr_assert(holds(path, "newer", 5) && mode_of(path) == 0644);
}

Test(sink, a_failed_overwrite_keeps_the_old_file) {
    write_file(path, "old", 3);
    const sign_output to = {.path = path, .overwrite = 1};
    {
        AUTO(sink) s = {0};
        cr_assert(sink_open(&to, &s, NULL) == SIGN_OK);
        sink_put(&s, "new", 3);
    }
    cr_assert(holds(path, "old", 3));
    cr_assert_eq(entries(false), 1);
}

Test(sink, places_that_cannot_be_written) {
    char deep[160];
    snprintf(deep, sizeof deep, "%s/none/file", folder);
    const char *const bad[] = {folder, deep, "", "/dev/", "/tmp/"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const sign_output to = {.path = bad[i], .overwrite = 1};
        sign_error err;
        cr_assert(output_write(&to, BYTES_STR("x"), &err) == SIGN_E_IO, "%s", bad[i]);
        cr_assert_str_eq(err.id, "E5003");
    }
    const sign_output nothing = {.fd = -1};
    cr_assert(output_write(&nothing, BYTES_STR("x"), NULL) == SIGN_E_ARGUMENT);
    cr_assert(output_write(NULL, BYTES_STR("x"), NULL) == SIGN_E_ARGUMENT);
    sink s = {0};
    cr_assert(sink_commit(&s, NULL) == SIGN_E_ARGUMENT);
}

/* ENOSPC, through a path and through a descriptor, with data that is held back and data that is not. */
Test(sink, a_full_device_is_told) {
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    cr_assert(fd >= 0);
    const sign_output outputs[] = {{.path = "/dev/full"}, {.fd = fd}};
    char *large = calloc(1, 200000);
    for (size_t i = 0; i < 2; i++) {
        sign_error err;
        cr_assert(output_write(&outputs[i], BYTES_STR("x"), &err) == SIGN_E_IO);
        cr_assert_str_eq(err.id, "E5003");
        cr_assert_not_null(strstr(err.text, strerror(ENOSPC)), "%s", err.text);
        cr_assert(output_write(&outputs[i], BYTES(large, 200000), &err) == SIGN_E_IO);
    }
    free(large);
    cr_assert(fcntl(fd, F_GETFD) != -1, "the descriptor is the caller's");
    close(fd);
}

Test(sink, a_device_is_written_and_not_replaced) {
    const sign_output to = {.path = "/dev/null"};
    cr_assert(output_write(&to, BYTES_STR("x"), NULL) == SIGN_OK);
    struct stat st;
    cr_assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}

Test(sink, the_name_of_a_descriptor_is_that_descriptor) {
    write_file(path, "old ", 4);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    cr_assert(fd >= 0);
    snprintf(other, sizeof other, "/dev/fd/%d", fd);
    const sign_output to = {.path = other};
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_OK);
    cr_assert(fcntl(fd, F_GETFD) != -1);
    close(fd);
    cr_assert(holds(path, "old new", 7));
    cr_assert(output_write(&to, BYTES_STR("new"), NULL) == SIGN_E_IO, "closed now");
}

Test(sink, a_descriptor_gets_the_bytes_and_stays_open) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const sign_output to = {.fd = fd};
    cr_assert(output_write(&to, BYTES_STR("abc"), NULL) == SIGN_OK);
    cr_assert(fcntl(fd, F_GETFD) != -1);
    close(fd);
    cr_assert(holds(path, "abc", 3));
}

/* A pipe takes 64 KiB at a time: short writes, and EAGAIN when it does not block. */
Test(sink, a_slow_reader_gets_everything) {
    enum { MOST = 1 << 20 };
    for (int flags = 0; flags < 2; flags++) {
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        if (flags == 1) {
            cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
        }
        pid_t child = fork();
        if (child == 0) {
            close(ends[1]);
            char block[3000];
            size_t total = 0;
            ssize_t n;
            while ((n = read(ends[0], block, sizeof block)) > 0) {
                total += (size_t)n;
            }
            _exit(total == MOST ? 0 : 1);
        }
        close(ends[0]);
        char *data = calloc(1, MOST);
        const sign_output to = {.fd = ends[1]};
        cr_assert(output_write(&to, BYTES(data, MOST), NULL) == SIGN_OK);
        free(data);
        close(ends[1]);
        int status = -1;
        cr_assert(waitpid(child, &status, 0) == child && status == 0);
    }
}

/* With SIGXFSZ ignored the file size limit is an error, and nothing half-written is left. */
Test(sink, the_file_size_limit_is_told) {
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit = {1000, 1000};
        setrlimit(RLIMIT_FSIZE, &limit);
        char data[5000] = {0};
        const sign_output to = {.path = path};
        sign_error err;
        bool told = output_write(&to, BYTES(data, sizeof data), &err) == SIGN_E_IO;
        _exit(told && strstr(err.text, strerror(EFBIG)) != NULL ? 0 : 1);
    }
    int status = -1;
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    cr_assert_eq(entries(false), 0);
}

Test(sink, a_closed_pipe_is_told) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    const sign_output to = {.fd = ends[1]};
    sign_error err;
    cr_assert(output_write(&to, BYTES_STR("x"), &err) == SIGN_E_IO);
    cr_assert_not_null(strstr(err.text, strerror(EPIPE)));
    close(ends[1]);
}
