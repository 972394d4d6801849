/* base/bytes.c - comparing, copying, wiping. */
#include "base/bytes.h"

#include <stdlib.h>

int bytes_compare(sign_bytes a, sign_bytes b) {
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n == 0 ? 0 : memcmp(a.data, b.data, n);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

void sign_buf_free(sign_buf *buf) {
    if (buf != NULL) {
        free(buf->data);
        *buf = (sign_buf){0};
    }
}

sign_rc buf_copy(sign_bytes in, sign_buf *out, sign_error *err) {
    uint8_t *data = malloc(in.len > 0 ? in.len : 1);
    if (data == NULL) {
        return fail_memory(err);
    }
    if (in.len > 0) {
        memcpy(data, in.data, in.len);
    }
    *out = (sign_buf){data, in.len};
    return SIGN_OK;
}

void base_wipe(void *p, size_t n) {
    /* Stores through a volatile lvalue are observable and cannot be dropped (C11 5.1.2.3). */
    volatile unsigned char *at = p;
    while (n > 0) {
        *at++ = 0;
        n--;
    }
}

void secret_free(secret *s) {
    if (s == NULL) {
        return;
    }
    if (s->text != NULL) {
        base_wipe(s->text, s->len);
    }
    free(s->text);
    *s = (secret){0};
}
