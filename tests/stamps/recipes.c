/*
 * recipes FILE [CONTENT]: computes, by the recipes of the generator, what each time-stamp of a CAdES or XAdES
 * signature made by others is of, and compares it with the token. A line each: KIND same|differs|unknown.
 * They were written for nothing but this folder, so that they and the library's do not lean on each other;
 * this shows that they do not lean on a common mistake either.
 */
#include "stamps.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "der/der.h"

#include <libxml/parser.h>
#include <stdio.h>

enum { OID_TEXT = 64 };

/* One token against the octets that it should be of. */
static bool same(struct st *s, sign_bytes token, sign_bytes what) {
    char digest[16], time[32];
    uint8_t imprint[64];
    size_t n = 0;
    return st_token_read(token, digest, imprint, &n, time) &&
           bytes_equal(st_digest(s, digest, what), BYTES(imprint, n));
}

static void tell(const char *kind, const char *what) {
    printf("%s %s\n", kind, what);
}

/* ---- CMS
 * ---------------------------------------------------------------------------------------------------- */

static void add_all(struct der_cursor *c, struct st_pieces *out) {
    struct der_tlv t;
    while (der_more(c) && der_any(c, &t)) {
        st_add(out, t.raw);
    }
}

static bool read_type(struct st *s, const sign_bytes *oid, const char **out) {
    char text[OID_TEXT];
    bool good = oid_to_text(*oid, text, sizeof text);
    *out = st_text(s, "%s", text);
    return good;
}

static bool read_signer(struct der_cursor *c, struct st_cms *m) {
    struct der_tlv t, signed_ = {0};
    struct der_cursor in, un;
    if (!der_enter(c, DER_SEQUENCE, &in)) {
        return false;
    }
    bool good = der_any(&in, &t) && (m->version = t.raw, der_any(&in, &t)) && (m->sid = t.raw, true) &&
                der_any(&in, &t) && (m->digest_alg = t.raw, true);
    if (good && der_optional(&in, DER_CONTEXT_CONSTRUCTED(0), &signed_)) {
        m->attrs = signed_.raw;
    }
    good = good && der_any(&in, &t) && (m->sig_alg = t.raw, true) && der_octets(&in, &m->value);
    if (good && der_optional_enter(&in, DER_CONTEXT_CONSTRUCTED(1), &un)) {
        add_all(&un, &m->unsigned_);
    }
    return good;
}

/* Down to the SignerInfos. */
static bool read_message(struct st *s, struct der_cursor *c, struct st_cms *m, struct der_cursor *signers) {
    struct der_cursor info, inner, data, content, octets, set;
    sign_bytes oid;
    if (!der_enter(c, DER_SEQUENCE, &info) || !der_oid(&info, &oid) ||
        !der_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &inner) || !der_enter(&inner, DER_SEQUENCE, &data) ||
        !der_take(&data, DER_INTEGER, NULL) || !der_take(&data, DER_SET, NULL) ||
        !der_enter(&data, DER_SEQUENCE, &content) || !der_oid(&content, &oid) ||
        !read_type(s, &oid, &m->type)) {
        return false;
    }
    m->detached = !der_optional_enter(&content, DER_CONTEXT_CONSTRUCTED(0), &octets);
    if (m->detached) {
        m->content = s->content;
    } else if (!der_octets(&octets, &m->content)) {
        return false;
    }
    if (der_optional_enter(&data, DER_CONTEXT_CONSTRUCTED(0), &set)) {
        add_all(&set, &m->certs);
    }
    if (der_optional_enter(&data, DER_CONTEXT_CONSTRUCTED(1), &set)) {
        add_all(&set, &m->crls);
    }
    return der_enter(&data, DER_SET, signers);
}

/* An Attribute: its type, dotted, and the first of its values. */
static bool read_attribute(sign_bytes one, char type[OID_TEXT], sign_bytes *value) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, one, true), in, set;
    struct der_tlv t;
    sign_bytes oid;
    if (!der_enter(&c, DER_SEQUENCE, &in) || !der_oid(&in, &oid) || !oid_to_text(oid, type, OID_TEXT) ||
        !der_enter(&in, DER_SET, &set) || !der_any(&set, &t)) {
        return false;
    }
    *value = t.raw;
    return true;
}

static bool is_archive(const char *type) {
    return strcmp(type, "1.2.840.113549.1.9.16.2.48") == 0 || strcmp(type, "0.4.0.1733.2.4") == 0 ||
           strcmp(type, "1.2.840.113549.1.9.16.2.27") == 0;
}

static bool time_of(sign_bytes token, char time[32]) {
    char digest[16];
    uint8_t imprint[64];
    size_t n = 0;
    return st_token_read(token, digest, imprint, &n, time);
}

/* RFC 5126, 6.4.1: the attributes without the archive time-stamps that are not older than this one. */
static void before(const struct st_cms *m, sign_bytes token, struct st_cms *out) {
    char own[32], type[OID_TEXT], time[32];
    sign_bytes value;
    *out = *m;
    out->unsigned_.n = 0;
    if (!time_of(token, own)) {
        return;
    }
    for (size_t i = 0; i < m->unsigned_.n; i++) {
        bool later = read_attribute(m->unsigned_.of[i], type, &value) && is_archive(type) &&
                     time_of(value, time) && strcmp(time, own) >= 0;
        if (!later) {
            st_add(&out->unsigned_, m->unsigned_.of[i]);
        }
    }
}

static void archive_v2(struct st *s, const struct st_cms *m, sign_bytes token) {
    static struct st_cms earlier;
    before(m, token, &earlier);
    bool good = same(s, token, st_cades_archive_v2(s, &earlier, ATS2_TAGGED)) ||
                same(s, token, st_cades_archive_v2(s, &earlier, ATS2_BARE));
    tell("archive-v2", good ? "same" : "differs");
}

/* The unsigned attribute of the token that is its index, and which version that is. */
static int index_of(struct st *s, sign_bytes token, sign_bytes *index) {
    static struct st_cms inner;
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, token, true), signers;
    char type[OID_TEXT];
    inner = (struct st_cms){0};
    if (!read_message(s, &c, &inner, &signers) || !read_signer(&signers, &inner)) {
        return 0;
    }
    for (size_t i = 0; i < inner.unsigned_.n; i++) {
        if (read_attribute(inner.unsigned_.of[i], type, index)) {
            int version = strcmp(type, "0.4.0.1733.2.5") == 0    ? 1
                          : strcmp(type, "0.4.0.19122.1.4") == 0 ? 2
                          : strcmp(type, "0.4.0.19122.1.5") == 0 ? 3
                                                                 : 0;
            if (version != 0) {
                return version;
            }
        }
    }
    return 0;
}

/* How many of the hashes in `some` are among those of `all`; both are ATSHashIndex. */
static size_t hashes(sign_bytes some, sign_bytes all, size_t *n) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, some, true), in, list;
    size_t found = 0;
    sign_bytes hash;
    struct der_tlv t;
    *n = 0;
    if (!der_enter(&c, DER_SEQUENCE, &in)) {
        return 0;
    }
    while (der_more(&in) && der_any(&in, &t)) {
        list = der_inside(&in, &t);
        while (der_more(&list) && der_peek(&list) == DER_OCTET_STRING && der_octets(&list, &hash)) {
            (*n)++;
            found += memmem(all.data, all.len, hash.data, hash.len) != NULL;
        }
    }
    return found;
}

static void archive_v3(struct st *s, const struct st_cms *m, sign_bytes token) {
    char digest[16], time[32];
    uint8_t imprint[64];
    size_t n = 0, entries = 0;
    sign_bytes index = {0};
    int version = index_of(s, token, &index);
    if (version == 0 || !st_token_read(token, digest, imprint, &n, time)) {
        tell("archive-v3", "unknown");
        return;
    }
    tell("archive-v3", same(s, token, st_cades_archive_v3(s, m, digest, index)) ? "same" : "differs");
    /* Whatever the stored index names is among what the generator would name. */
    size_t found = hashes(index, st_hash_index(s, m, version, digest, NULL), &entries);
    tell(st_text(s, "hash-index-v%d", version), entries > 0 && found == entries ? "same" : "differs");
}

static void attribute(struct st *s, const struct st_cms *m, sign_bytes one) {
    char type[OID_TEXT];
    sign_bytes value;
    if (!read_attribute(one, type, &value)) {
        return;
    }
    if (strcmp(type, "1.2.840.113549.1.9.16.2.14") == 0) {
        tell("signature", same(s, value, m->value) ? "same" : "differs");
    } else if (strcmp(type, "1.2.840.113549.1.9.16.2.25") == 0) {
        tell("esc", same(s, value, st_cades_esc(s, m, false)) ? "same" : "differs");
    } else if (strcmp(type, "1.2.840.113549.1.9.16.2.26") == 0) {
        tell("refs-only", same(s, value, st_cades_esc(s, m, true)) ? "same" : "differs");
    } else if (strcmp(type, "1.2.840.113549.1.9.16.2.48") == 0) {
        archive_v2(s, m, value);
    } else if (strcmp(type, "0.4.0.1733.2.4") == 0) {
        archive_v3(s, m, value);
    }
}

static void message(struct st *s, sign_bytes file) {
    static struct st_cms base, m;
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, file, true), signers;
    if (!read_message(s, &c, &base, &signers)) {
        tell("message", "unknown");
        return;
    }
    while (der_more(&signers)) {
        m = base;
        if (!read_signer(&signers, &m)) {
            tell("signer", "unknown");
            return;
        }
        for (size_t i = 0; i < m.unsigned_.n; i++) {
            attribute(s, &m, m.unsigned_.of[i]);
        }
    }
}

/* ---- XML
 * ---------------------------------------------------------------------------------------------------- */

static bool is_stamp(const xmlNode *n) {
    size_t len = n->type == XML_ELEMENT_NODE ? strlen((const char *)n->name) : 0;
    bool named = strstr((const char *)n->name, "TimeStamp") != NULL && n->ns != NULL;
    return len > 0 && named && st_xml_child(n, ST_X132, "EncapsulatedTimeStamp") != NULL;
}

static sign_bytes decoded(struct st *s, const xmlNode *n) {
    AUTO(grow) octets = {0};
    octets.limit = LIMIT_PIECE;
    xmlChar *text = xmlNodeGetContent(n);
    bool good = text != NULL && text_base64_decode(BYTES_STR((const char *)text), &octets);
    xmlFree(text);
    return good ? arena_copy(st_arena(s), BYTES(octets.data, octets.len)) : (sign_bytes){0};
}

static void document(struct st *s, const char *path) {
    xmlDocPtr doc =
        xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlNode *root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;
    for (xmlNode *n = root; n != NULL; n = st_xml_next(n, root)) {
        if (n->type != XML_ELEMENT_NODE || !is_stamp(n)) {
            continue;
        }
        bool good = true;
        const char *kind = st_text(s, "%s%s", (const char *)n->name,
                                   st_xml_is(n, ST_X141, (const char *)n->name) ? "-141" : "");
        sign_bytes what = st_xml_imprint(s, n, &good);
        sign_bytes token = decoded(s, st_xml_child(n, ST_X132, "EncapsulatedTimeStamp"));
        tell(kind, !good ? "unknown" : same(s, token, what) ? "same" : "differs");
    }
    xmlFreeDoc(doc);
}

static bool is_xml(sign_bytes b) {
    for (size_t i = 0; i < b.len && i < 64; i++) {
        if (b.data[i] == '<') {
            return true;
        }
        if (b.data[i] == 0x30) {
            return false;
        }
    }
    return false;
}

int main(int argc, char **argv) {
    static struct st s;
    AUTO(sign_buf) file = {0};
    AUTO(sign_buf) content = {0};
    if (argc < 2 || argc > 3 || file_read(argv[1], LIMIT_PIECE, &file, NULL) != SIGN_OK ||
        (argc > 2 && file_read(argv[2], LIMIT_PIECE, &content, NULL) != SIGN_OK)) {
        fprintf(stderr, "usage: recipes FILE [CONTENT]\n");
        return 64;
    }
    s.content = BYTES(content.data, content.len);
    if (is_xml(BYTES(file.data, file.len))) {
        document(&s, argv[1]);
    } else {
        message(&s, BYTES(file.data, file.len));
    }
    path_close(&s.w);
    xmlCleanupParser();
    return 0;
}
