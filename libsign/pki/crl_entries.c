/* pki/crl_entries.c - the entries of a revocation list (RFC 5280, 5.1.2.6 and 5.3), indexed by serial number
 * from the bytes. */
#include "base/random.h"
#include "pki/parts.h"

/* An entry: where it stands in the list, plus one; 0 is an empty slot. And a part of the hash, to skip the
 * others. */
struct crl_slot {
    uint32_t tag;
    uint32_t at;
};

/* From the entry at `at` on, entries are about certificates of the issuer whose name key is there in `keys`.
 */
struct crl_group {
    size_t at, key, key_len;
};

struct crl_groups {
    struct crl_group *list;
    size_t n, cap;
    grow keys;
    sign_bytes last; /* the name that the latest group was made of */
    bool failed;     /* out of memory */
};

void crl_groups_free(struct crl_groups **pointer) {
    if (*pointer == NULL)
        return;
    struct crl_groups *g = TAKE(*pointer);
    grow_free(&g->keys);
    free(g->list);
    free(g);
}

/* ---- one entry ------------------------------------------------------------------------------------ */

struct entry {
    sign_bytes serial;
    struct crl_entry facts;
    sign_bytes issuer; /* value of certificateIssuer; empty: as before (RFC 5280, 5.3.3) */
    bool critical;     /* an unknown extension is */
};

static void read_entry_extensions(struct der_cursor *c, struct entry *e) {
    struct der_cursor list;
    struct pki_extension x;
    if (!der_enter(c, DER_SEQUENCE, &list))
        return;
    while (pki_extension_next(&list, &x)) {
        struct der_cursor v = pki_extension_value(&list, &x);
        int64_t when;
        bool reason = oid_is(x.oid, OID_EXT_REASON_CODE), issuer = oid_is(x.oid, OID_EXT_CERTIFICATE_ISSUER);
        if ((reason && e->facts.reason >= 0) || (issuer && e->issuer.data != NULL)) {
            (void)der_fail(&v, "an extension occurs twice"); /* RFC 5280, 4.2: no more than one of a kind */
        } else if (reason) {
            pki_reason_read(&v, &e->facts.reason);
        } else if (oid_is(x.oid, OID_EXT_INVALIDITY_DATE)) {
            if (der_time(&v, &when))
                (void)der_finish(&v);
        } else if (issuer) {
            e->issuer = x.value;
        } else if (x.critical) {
            e->critical = true;
        }
    }
}

static bool read_entry(struct der_cursor *list, struct entry *e) {
    struct der_cursor in;
    *e = (struct entry){.facts = {.reason = -1}};
    if (!der_enter(list, DER_SEQUENCE, &in) || !der_integer(&in, &e->serial) ||
        !der_time(&in, &e->facts.revoked_at))
        return false;
    if (der_more(&in))
        read_entry_extensions(&in, e);
    return der_finish(&in);
}

/* The entry at this offset; it was read before. */
static struct entry entry_at(const struct pki_crl *crl, size_t at) {
    struct der_parse parse = {0};
    struct der_cursor list = der_open(&parse, BYTES(crl->entries.data + at, crl->entries.len - at), false);
    struct entry e;
    (void)read_entry(&list, &e);
    return e;
}

bool pki_crl_entry_final(const struct crl_entry *e) {
    return e->reason != REASON_HOLD && e->reason != REASON_REMOVE;
}

/* ---- the entry that nearly all are ---------------------------------------------------------------- */

static unsigned two_digits(const uint8_t *p) {
    return (p[0] - (unsigned)'0') * 10 + (p[1] - (unsigned)'0');
}

/* YYMMDDHHMMSSZ, but for leap days, which are left to der_time(). */
static bool is_plain_time(const uint8_t *p) {
    unsigned wrong = p[12] ^ (unsigned)'Z';
    for (size_t i = 0; i < 12; i++)
        wrong |= (unsigned)((unsigned)(p[i] - (unsigned)'0') > 9);
    unsigned month = two_digits(p + 2), days = month == 2 ? 28 : 30 + ((month + (month >> 3)) & 1);
    return wrong == 0 && month - 1 < 12 && two_digits(p + 4) - 1 < days && two_digits(p + 6) < 24 &&
           two_digits(p + 8) < 60 && two_digits(p + 10) < 60;
}

/*
 * The size of the entry at p when it is a serial number, a UTCTime and nothing or a reason code, all in short
 * lengths; 0: it may be anything else. A million entries are read in a few hundredths of a second this way.
 */
static size_t plain_entry(const uint8_t *p, size_t left) {
    static const uint8_t reason[13] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55,
                                       0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};
    enum { TIME = 15, REASON = sizeof reason + 1, LEAST = 2 + 3 + TIME };
    if (left < LEAST || p[0] != DER_SEQUENCE || p[1] >= 0x80 || p[1] > left - 2 || p[2] != DER_INTEGER)
        return 0;
    size_t body = p[1], serial = p[3];
    if (serial == 0 || (body != 2 + serial + TIME && body != 2 + serial + TIME + REASON))
        return 0;
    /* X.690, 8.3.2: the first nine bits are not all alike */
    if (serial > 1 && ((p[4] == 0 && p[5] < 0x80) || (p[4] == 0xff && p[5] >= 0x80)))
        return 0;
    const uint8_t *time = p + 4 + serial, *after = time + TIME;
    if (time[0] != DER_UTC_TIME || time[1] != 13 || !is_plain_time(time + 2))
        return 0;
    if (body > 2 + serial + TIME && (memcmp(after, reason, sizeof reason) != 0 || after[sizeof reason] > 10))
        return 0;
    return 2 + body;
}

/* ---- whose certificates the entries are about ------------------------------------------------------ */

/*
 * The one directoryName of a certificateIssuer. It has to be the issuer field of a certificate, which is one
 * name (RFC 5280, 5.3.3); which of several it were could not be told.
 */
static bool issuer_name(sign_bytes value, sign_bytes *name) {
    struct der_parse parse = {0};
    struct der_cursor c = der_open(&parse, value, false), names;
    struct der_tlv t;
    size_t found = 0;
    if (!der_enter(&c, DER_SEQUENCE, &names) || !der_finish(&c))
        return false;
    while (der_more(&names) && der_any(&names, &t)) {
        if (t.tag != DER_CONTEXT_CONSTRUCTED(4))
            continue;
        *name = t.value;
        found++;
    }
    return der_ok(&names) && found == 1;
}

static bool add_group(struct crl_groups *g, struct crl_group group) {
    if (g->n == g->cap) {
        size_t cap = g->cap == 0 ? 8 : 2 * g->cap;
        struct crl_group *more = realloc(g->list, cap * sizeof *more);
        if (more == NULL)
            return false;
        g->list = more;
        g->cap = cap;
    }
    g->list[g->n++] = group;
    return true;
}

/* Some lists name the issuer at each entry: only where it changes a group begins. */
static void begin_group(struct pki_crl *crl, size_t at, sign_bytes value) {
    sign_bytes name = {0};
    if (crl->groups == NULL)
        crl->groups = calloc(1, sizeof *crl->groups);
    struct crl_groups *g = crl->groups;
    if (g == NULL || g->failed)
        return;
    if (!issuer_name(value, &name)) {
        crl->critical = true; /* certificateIssuer is critical, and this one is not understood */
        return;
    }
    if (g->n > 0 && bytes_equal(g->last, name))
        return;
    g->last = name;
    struct crl_group group = {.at = at, .key = g->keys.len};
    if (!pki_name_key(name, &g->keys)) {
        crl->critical = true;
        g->failed = g->keys.failed;
        return;
    }
    group.key_len = g->keys.len - group.key;
    g->failed = !add_group(g, group);
}

static sign_bytes group_key(const struct crl_groups *g, const struct crl_group *group) {
    return group->key_len > 0 ? BYTES(g->keys.data + group->key, group->key_len) : (sign_bytes){0};
}

/* The issuer (name key) of the certificate that the entry at this offset is about. */
static sign_bytes issuer_at(const struct pki_crl *crl, size_t at) {
    const struct crl_groups *g = crl->groups;
    size_t low = 0, high = g != NULL ? g->n : 0; /* groups before low begin at or before the entry */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->list[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? group_key(g, &g->list[low - 1]) : BYTES(crl->issuer_key.data, crl->issuer_key.len);
}

/* ---- all entries ------------------------------------------------------------------------------------ */

void crl_entries_read(struct der_cursor *c, struct pki_crl *crl) {
    struct der_tlv list = {0};
    if (!der_optional(c, DER_SEQUENCE, &list))
        return;
    crl->entries = list.value;
    struct der_cursor in = der_inside(c, &list);
    while (der_more(&in)) {
        size_t at = (size_t)(in.at - list.value.data), plain = plain_entry(in.at, (size_t)(in.end - in.at));
        struct entry e;
        in.at += plain;
        if (plain == 0) {
            if (!read_entry(&in, &e))
                return;
            crl->critical = crl->critical || e.critical;
            if (e.issuer.data != NULL)
                begin_group(crl, at, e.issuer);
        }
        crl->count++;
    }
}

/* Entries of different issuers may have the same serial number: the place depends on both. */
static uint64_t hash_for(const struct pki_crl *crl, sign_bytes issuer_key) {
    bool own = bytes_equal(issuer_key, BYTES(crl->issuer_key.data, crl->issuer_key.len));
    return own ? 0 : cache_hash(crl->seed, issuer_key);
}

static uint64_t hash_of(const struct pki_crl *crl, uint64_t issuer, sign_bytes serial) {
    const uint64_t seed[2] = {crl->seed[0] ^ issuer, crl->seed[1]};
    return cache_hash(seed, serial);
}

/* The contents of the next element, which was read before: its header is in order. */
static sign_bytes contents(const uint8_t *p) {
    size_t len = p[1];
    if (len < 0x80)
        return BYTES(p + 2, len);
    size_t octets = len & 0x7f;
    len = 0;
    for (size_t i = 0; i < octets; i++)
        len = len << 8 | p[2 + i];
    return BYTES(p + 2 + octets, len);
}

static sign_bytes serial_at(const struct pki_crl *crl, size_t at) {
    return contents(contents(crl->entries.data + at).data);
}

/* The slot of this serial number, or the empty one where it belongs. */
static struct crl_slot *slot_of(const struct pki_crl *crl, uint64_t hash, sign_bytes issuer_key,
                                sign_bytes serial) {
    for (size_t i = (size_t)hash & (crl->cap - 1);; i = (i + 1) & (crl->cap - 1)) {
        struct crl_slot *s = &crl->slots[i];
        if (s->at == 0)
            return s;
        if (s->tag == (uint32_t)(hash >> 32) && bytes_equal(serial_at(crl, s->at - 1), serial) &&
            (crl->groups == NULL || bytes_equal(issuer_at(crl, s->at - 1), issuer_key)))
            return s;
    }
}

struct pending {
    uint64_t hash;
    size_t at;
    sign_bytes issuer_key, serial;
};

/* Where a serial number stands twice, what is for good counts: a hold does not hide it. */
static void put(struct pki_crl *crl, const struct pending *p) {
    struct crl_slot *s = slot_of(crl, p->hash, p->issuer_key, p->serial);
    if (s->at != 0) {
        struct entry old = entry_at(crl, s->at - 1), now = entry_at(crl, p->at);
        if (pki_crl_entry_final(&old.facts) || !pki_crl_entry_final(&now.facts))
            return;
    }
    *s = (struct crl_slot){.tag = (uint32_t)(p->hash >> 32), .at = (uint32_t)p->at + 1};
}

/* The places in the table are far apart: each is asked for from memory some entries before it is needed. */
enum { AHEAD = 16 };

static void fill(struct pki_crl *crl) {
    struct pending waiting[AHEAD] = {{0}};
    sign_bytes key = BYTES(crl->issuer_key.data, crl->issuer_key.len);
    uint64_t issuer = 0;
    size_t n = 0, group = 0, n_groups = crl->groups != NULL ? crl->groups->n : 0;
    for (size_t at = 0; at < crl->entries.len; n++) {
        sign_bytes body = contents(crl->entries.data + at), serial = contents(body.data);
        if (group < n_groups && crl->groups->list[group].at == at) {
            key = group_key(crl->groups, &crl->groups->list[group++]);
            issuer = hash_for(crl, key);
        }
        struct pending *p = &waiting[n % AHEAD];
        if (n >= AHEAD)
            put(crl, p);
        *p = (struct pending){hash_of(crl, issuer, serial), at, key, serial};
        __builtin_prefetch(&crl->slots[(size_t)p->hash & (crl->cap - 1)], 1);
        at = (size_t)(body.data - crl->entries.data) + body.len;
    }
    for (size_t i = n > AHEAD ? n - AHEAD : 0; i < n; i++)
        put(crl, &waiting[i % AHEAD]);
}

/* Open addressing, at most half full. */
sign_rc crl_entries_index(struct pki_crl *crl, sign_error *err) {
    const struct crl_groups *g = crl->groups;
    if (g != NULL && g->failed)
        return fail_memory(err);
    if (crl->count == 0)
        return SIGN_OK;
    for (crl->cap = 8; crl->cap < 2 * crl->count;)
        crl->cap *= 2;
    crl->slots = calloc(crl->cap, sizeof *crl->slots);
    if (crl->slots == NULL)
        return fail_memory(err);
    random_fill(crl->seed, sizeof crl->seed);
    fill(crl);
    return SIGN_OK;
}

bool pki_crl_find_for(const struct pki_crl *c, sign_bytes issuer_key, sign_bytes serial,
                      struct crl_entry *out) {
    if (c->count == 0)
        return false;
    uint64_t issuer = hash_for(c, issuer_key);
    if (issuer != 0 && c->groups == NULL)
        return false; /* all entries are about its own issuer's certificates */
    const struct crl_slot *s = slot_of(c, hash_of(c, issuer, serial), issuer_key, serial);
    if (s->at == 0)
        return false;
    *out = entry_at(c, s->at - 1).facts;
    return true;
}

bool pki_crl_find(const struct pki_crl *c, sign_bytes serial, struct crl_entry *out) {
    return pki_crl_find_for(c, BYTES(c->issuer_key.data, c->issuer_key.len), serial, out);
}
