/* oid.c - the table of object identifiers, searched by halves, and their dotted text (X.690, 8.19). */
#include "der/oid.h"

#include <stdio.h>

#define OID(name, dotted, label, ...) static const uint8_t octets_##name[] = {__VA_ARGS__};
#include "der/oids.def"
#undef OID

struct row {
    const uint8_t *octets;
    size_t len;
    const char *dotted, *label;
};

static const struct row rows[OID_COUNT] = {
    {NULL, 0, "", ""},
#define OID(name, dotted, label, ...) {octets_##name, sizeof octets_##name, dotted, label},
#include "der/oids.def"
#undef OID
};

static const struct row *row_of(enum oid id) {
    return (unsigned)id < OID_COUNT ? &rows[id] : &rows[OID_NONE];
}

sign_bytes oid_bytes(enum oid id) {
    const struct row *r = row_of(id);
    return BYTES(r->octets, r->len);
}

const char *oid_dotted(enum oid id) {
    return row_of(id)->dotted;
}

const char *oid_label(enum oid id) {
    return row_of(id)->label;
}

/* The order of oids.def: shorter first, then bytewise. */
static int row_compare(sign_bytes value, const struct row *r) {
    if (value.len != r->len)
        return value.len < r->len ? -1 : 1;
    return memcmp(value.data, r->octets, r->len);
}

enum oid oid_find(sign_bytes value) {
    if (value.len == 0)
        return OID_NONE;
    size_t low = 1, high = OID_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = row_compare(value, &rows[middle]);
        if (order == 0)
            return (enum oid)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return OID_NONE;
}

/*
 * The next subidentifier, base 128 with the high bit as "more follows". A leading 0x80 would be padding,
 * which X.690, 8.19.2 forbids; arcs above 64 bits occur in UUID-based OIDs only and have no text here.
 */
static bool next_arc(sign_bytes value, size_t *at, uint64_t *arc) {
    if (*at >= value.len || value.data[*at] == 0x80)
        return false;
    uint64_t v = 0;
    while (*at < value.len) {
        uint8_t octet = value.data[(*at)++];
        if (v >> 57 != 0)
            return false;
        v = v << 7 | (octet & 0x7f);
        if ((octet & 0x80) == 0) {
            *arc = v;
            return true;
        }
    }
    return false;
}

bool oid_to_text(sign_bytes value, char *out, size_t size) {
    if (size == 0)
        return false;
    size_t at = 0, used = 0;
    do {
        uint64_t arc = 0;
        bool first = at == 0;
        if (!next_arc(value, &at, &arc)) {
            out[0] = '\0';
            return false;
        }
        /* The first two arcs share a subidentifier: 40 * first + second (X.690, 8.19.4). */
        unsigned root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
        int n = first ? snprintf(out, size, "%u.%llu", root, (unsigned long long)(arc - root * 40u))
                      : snprintf(out + used, size - used, ".%llu", (unsigned long long)arc);
        if (n < 0 || (size_t)n >= size - used) {
            out[0] = '\0';
            return false;
        }
        used += (size_t)n;
    } while (at < value.len);
    return true;
}

/* One decimal arc without leading zeros; *s moves behind it and behind a dot that is followed by more. */
static bool read_arc(const char **s, uint64_t *arc, bool *more) {
    const char *p = *s;
    if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9'))
        return false;
    uint64_t v = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    if (*p != '.' && *p != '\0')
        return false;
    *more = *p == '.';
    *s = p + (*more ? 1 : 0);
    *arc = v;
    return true;
}

static bool put_arc(uint64_t arc, uint8_t *out, size_t size, size_t *len) {
    size_t octets = 1;
    while (octets < 10 && arc >> (7 * octets) != 0)
        octets++;
    if (octets > size - *len)
        return false;
    for (size_t i = octets; i-- > 0;)
        out[(*len)++] = (uint8_t)((arc >> (7 * i) & 0x7f) | (i > 0 ? 0x80 : 0));
    return true;
}

bool oid_from_text(const char *dotted, uint8_t *out, size_t size, size_t *len) {
    uint64_t root = 0, arc = 0;
    bool more = false;
    *len = 0;
    if (!read_arc(&dotted, &root, &more) || root > 2 || !more)
        return false;
    if (!read_arc(&dotted, &arc, &more) || (root < 2 && arc > 39) || arc > UINT64_MAX - 80)
        return false;
    if (!put_arc(root * 40 + arc, out, size, len))
        return false;
    while (more)
        if (!read_arc(&dotted, &arc, &more) || !put_arc(arc, out, size, len))
            return false;
    return true;
}
