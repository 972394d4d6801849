/* xml/join.c - URI references: their parts (RFC 3986, 3) and how two values of xml:base become one. */
#include "xml/join.h"

static bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Octets of the scheme and its colon; 0 without one. */
static size_t scheme_length(const char *s) {
    size_t n = 0;
    if (!is_alpha(s[0])) {
        return 0;
    }
    while (is_alpha(s[n]) || (s[n] != '\0' && strchr("0123456789+-.", s[n]) != NULL)) {
        n++;
    }
    return s[n] == ':' ? n + 1 : 0;
}

bool xml_uri_absolute(const char *uri) {
    return scheme_length(uri) > 0;
}

/* The parts with what marks them: "http:", "//host", "/path", "?query". */
struct parts {
    sign_bytes scheme, authority, path, query;
};

static sign_bytes part(const char **at, size_t n) {
    sign_bytes b = BYTES(*at, n);
    *at += n;
    return b;
}

/* RFC 3986, appendix B. The fragment is no part of a base URI (5.1). */
static struct parts split(const char *s) {
    struct parts p;
    p.scheme = part(&s, scheme_length(s));
    p.authority = part(&s, strncmp(s, "//", 2) == 0 ? 2 + strcspn(s + 2, "/?#") : 0);
    p.path = part(&s, strcspn(s, "?#"));
    p.query = part(&s, *s == '?' ? strcspn(s, "#") : 0);
    return p;
}

static bool is_dots(sign_bytes segment) {
    return (segment.len == 1 || segment.len == 2) && memcmp(segment.data, "..", segment.len) == 0;
}

/* Takes the last segment off what was written from start on; false when there is none but "..". */
static bool segment_drop(grow *out, size_t start) {
    size_t n = out->len;
    if (n == start) {
        return false;
    }
    do {
        n--; /* the slash, then the segment */
    } while (n > start && out->data[n - 1] != '/');
    if (out->len - n == 3 && memcmp(out->data + n, "../", 3) == 0) {
        return false;
    }
    out->len = n;
    return true;
}

void xml_join_path(grow *out, sign_bytes path) {
    if (path.len == 0) {
        return;
    }
    const uint8_t *s = path.data, *end = s + path.len;
    bool absolute = *s == '/';
    if (absolute) {
        grow_byte(out, '/');
    }
    size_t start = out->len; /* from here on every segment is written with its slash */
    while (s < end && !out->failed) {
        const uint8_t *slash = memchr(s, '/', (size_t)(end - s));
        sign_bytes segment = BYTES(s, (size_t)((slash != NULL ? slash : end) - s));
        s = slash != NULL ? slash + 1 : end;
        if (segment.len == 2 && is_dots(segment)) {
            if (!segment_drop(out, start) && !absolute) {
                grow_str(out, "../");
            }
        } else if (segment.len > 0 && !is_dots(segment)) {
            grow_put(out, segment.data, segment.len);
            if (slash != NULL) {
                grow_byte(out, '/');
            }
        }
    }
}

/* What the path of a relative reference is put behind: the base's path up to its last slash (RFC
 * 3986, 5.2.3). */
static void base_folder(grow *out, const struct parts *base) {
    const uint8_t *path = base->path.data;
    size_t n = base->path.len;
    while (n > 0 && path[n - 1] != '/') {
        n--;
    }
    sign_bytes last = BYTES(path + n, base->path.len - n);
    if (is_dots(last)) {
        grow_put(out, path, base->path.len); /* ".." at the end is a folder (Canonical XML 1.1, 2.4) */
        grow_byte(out, '/');
    } else if (base->path.len == 0 && base->authority.len > 0) {
        grow_byte(out, '/');
    } else {
        grow_put(out, path, n);
    }
}

static void put(grow *out, sign_bytes b) {
    grow_put(out, b.data, b.len);
}

void xml_join(grow *out, const char *base, const char *reference) {
    struct parts b = split(base), r = split(reference);
    bool own = r.scheme.len > 0 || r.authority.len > 0;
    put(out, r.scheme.len > 0 ? r.scheme : b.scheme);
    put(out, own ? r.authority : b.authority);
    AUTO(grow) path = {0};
    if (!own && r.path.len == 0) {
        put(out, b.path);
        put(out, r.query.len > 0 ? r.query : b.query);
        return;
    }
    if (!own && (r.path.len == 0 || r.path.data[0] != '/')) {
        base_folder(&path, &b);
    }
    put(&path, r.path);
    xml_join_path(out, BYTES(path.data, path.len));
    put(out, r.query);
    out->failed = out->failed || path.failed;
}
