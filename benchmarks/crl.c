/* A revocation list of a million certificates: loaded in a process of its own, and asked. */
/* corpus.h would bring names of OpenSSL that are ours, too. */
#include "crl.h"

#include "der/builder.h"
#include "pki/parts.h"

#include <openssl/x509.h>
#include <stdarg.h>
#include <sys/stat.h>

enum { SERIAL = 20, PER_MIB = 1000, MOST = 1000000 };

struct lists {
    const char *file;
    size_t entries;
    struct pki_crl *ours;
    X509_CRL *theirs;
};

static const char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const char *text(const char *fmt, ...) {
    char *out = malloc(512);
    va_list args;
    must(out != NULL, "out of memory");
    va_start(args, fmt);
    (void)vsnprintf(out, 512, fmt, args);
    va_end(args);
    return out;
}

/* Serial numbers of twenty octets as an authority draws them (splitmix64), but the same in every run. */
static void serial_of(size_t i, unsigned char out[SERIAL]) {
    uint64_t x = (uint64_t)i * 3;
    for (size_t k = 0; k < SERIAL; k += 4) {
        uint64_t z = x += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
        memcpy(out + k, &z, 4);
    }
    out[0] = (unsigned char)(out[0] | 0x40); /* positive, all twenty octets needed */
    out[0] = (unsigned char)(out[0] & 0x7f);
}

static void put_algorithm(der_builder *b) {
    const struct crypto_sigalg alg = {.scheme = SCHEME_ECDSA, .digest = DIGEST_SHA256};
    crypto_sigalg_write(b, &alg);
}

static void put_entry(der_builder *b, size_t i) {
    static const unsigned char reason[] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55,
                                           0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, 0x04};
    unsigned char serial[SERIAL];
    serial_of(i, serial);
    der_begin(b, DER_SEQUENCE);
    der_put(b, DER_INTEGER, (sign_bytes){serial, SERIAL});
    der_put_time(b, 1700000000 + (int64_t)i * 30);
    der_put_raw(b, (sign_bytes){reason, sizeof reason});
    der_end(b);
}

/* Nobody looks at the signature: loading and asking are measured, not verifying. */
static sign_buf make_list(size_t entries) {
    der_builder b = {0}, all = {0};
    sign_buf tbs = {0}, out = {0};
    der_begin(&b, DER_SEQUENCE);
    der_put_uint(&b, 1);
    put_algorithm(&b);
    der_begin(&b, DER_SEQUENCE);
    der_end(&b);
    der_put_time(&b, 1767225600);
    der_put_time(&b, 1767312000);
    der_begin(&b, DER_SEQUENCE);
    for (size_t i = 0; i < entries; i++)
        put_entry(&b, i);
    der_end(&b);
    der_end(&b);
    must(der_builder_take(&b, &tbs, NULL) == SIGN_OK, "cannot make the list");
    der_begin(&all, DER_SEQUENCE);
    der_put_raw(&all, (sign_bytes){tbs.data, tbs.len});
    put_algorithm(&all);
    der_put_bits(&all, (sign_bytes){(const unsigned char *)"signature", 9});
    der_end(&all);
    must(der_builder_take(&all, &out, NULL) == SIGN_OK, "cannot make the list");
    sign_buf_free(&tbs);
    return out;
}

static void write_list(const struct lists *l) {
    struct stat st;
    if (stat(l->file, &st) == 0)
        return;
    sign_buf list = make_list(l->entries);
    FILE *f = fopen(l->file, "wb");
    must(f && fwrite(list.data, 1, list.len, f) == list.len && fclose(f) == 0, l->file);
    sign_buf_free(&list);
}

static sign_buf read_list(const struct lists *l) {
    sign_buf out = {0};
    must(file_read(l->file, LIMIT_CRL, &out, NULL) == SIGN_OK, l->file);
    return out;
}

/* ---- loading: until the first question is answered ------------------------------------------------------
 */

static void *ours_open(void *shared) {
    struct lists *l = shared;
    if (l->ours == NULL) {
        sign_buf file = read_list(l);
        sign_error err = {0};
        must(pki_crl_read((sign_bytes){file.data, file.len}, NULL, &l->ours, &err) == SIGN_OK, err.text);
        l->ours->own = file;
    }
    return l;
}

static void ours_find(void *state, size_t i) {
    const struct lists *l = state;
    unsigned char serial[SERIAL];
    struct crl_entry e;
    serial_of(i * 7919 % (2 * l->entries), serial); /* every other one is not in the list */
    bool found = pki_crl_find(l->ours, (sign_bytes){serial, SERIAL}, &e);
    must(found == (i * 7919 % (2 * l->entries) < l->entries), "libsign: the wrong answer");
}

static void ours_load(void *state, size_t i) {
    (void)i;
    ours_find(ours_open(state), 0);
}

static void *theirs_open(void *shared) {
    struct lists *l = shared;
    if (l->theirs == NULL) {
        sign_buf file = read_list(l);
        const unsigned char *p = file.data;
        l->theirs = d2i_X509_CRL(NULL, &p, (long)file.len);
        must(l->theirs != NULL, "d2i_X509_CRL");
        sign_buf_free(&file);
    }
    return l;
}

static void theirs_find(void *state, size_t i) {
    const struct lists *l = state;
    unsigned char serial[SERIAL];
    X509_REVOKED *entry = NULL;
    serial_of(i * 7919 % (2 * l->entries), serial);
    ASN1_INTEGER number = {.type = V_ASN1_INTEGER, .length = SERIAL, .data = serial};
    bool found = X509_CRL_get0_by_serial(l->theirs, &entry, &number) == 1;
    must(found == (i * 7919 % (2 * l->entries) < l->entries), "OpenSSL: the wrong answer");
}

static void theirs_load(void *state, size_t i) {
    (void)i;
    theirs_find(theirs_open(state), 0);
}

void crl_ops(struct bench_list *list, const struct bench_settings *s) {
    struct lists *l = calloc(1, sizeof *l);
    must(l != NULL, "out of memory");
    l->entries = (size_t)s->large * PER_MIB < MOST ? (size_t)s->large * PER_MIB : MOST;
    l->file = text("%s/%zu.crl", s->work, l->entries);
    write_list(l);
    struct stat st;
    must(stat(l->file, &st) == 0, l->file);
    const char *row = text("CRL of %zu entries, load", l->entries);
    const struct {
        const char *who;
        void (*run)(void *, size_t);
    } load[] = {{"libsign", ours_load}, {"X509_CRL", theirs_load}};
    for (size_t i = 0; i < 2; i++)
        bench_add(list, (struct bench_op){.row = row,
                                          .who = load[i].who,
                                          .shared = l,
                                          .run = load[i].run,
                                          .bytes = (double)st.st_size});
    row = text("CRL of %zu entries, look-up", l->entries);
    bench_add(list, (struct bench_op){
                        .row = row, .who = "libsign", .shared = l, .open = ours_open, .run = ours_find});
    bench_add(list, (struct bench_op){
                        .row = row, .who = "X509_CRL", .shared = l, .open = theirs_open, .run = theirs_find});
}
