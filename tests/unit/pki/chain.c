#include "chain.h"

enum { TOKENS_MAX = 40, TEXT_MAX = 2000 };

struct line {
    char text[TEXT_MAX];
    char *tokens[TOKENS_MAX];
    size_t n;
};

static void read_line(const char *text, struct line *l) {
    *l = (struct line){0};
    (void)snprintf(l->text, sizeof l->text, "%s", text);
    char *save = NULL;
    for (char *t = strtok_r(l->text, " ", &save); t != NULL; t = strtok_r(NULL, " ", &save)) {
        cr_assert_lt(l->n, (size_t)TOKENS_MAX);
        l->tokens[l->n++] = t;
    }
}

/* What stands behind this beginning of a token; NULL: there is none. */
static const char *value_of(const struct line *l, const char *start) {
    for (size_t i = 1; i < l->n; i++)
        if (strncmp(l->tokens[i], start, strlen(start)) == 0)
            return l->tokens[i] + strlen(start);
    return NULL;
}

static int number(const struct line *l, const char *start) {
    const char *v = value_of(l, start);
    return v != NULL ? atoi(v) : -1;
}

/* "CN=x" */
static void put_attribute(der_builder *b, const char *text) {
    static const struct {
        const char *type, *oid;
        uint8_t tag;
    } types[] = {{"CN=", "2.5.4.3", DER_UTF8},
                 {"OU=", "2.5.4.11", DER_UTF8},
                 {"O=", "2.5.4.10", DER_UTF8},
                 {"C=", "2.5.4.6", DER_PRINTABLE},
                 {"E=", "1.2.840.113549.1.9.1", DER_IA5}};
    char value[200];
    size_t i = 0;
    while (i < sizeof types / sizeof *types && strncmp(text, types[i].type, strlen(types[i].type)) != 0)
        i++;
    cr_assert_lt(i, sizeof types / sizeof *types, "no such attribute: %s", text);
    (void)snprintf(value, sizeof value, "%s", text + strlen(types[i].type));
    for (char *p = value; *p != 0; p++)
        *p = *p == '_' ? ' ' : *p;
    der_begin(b, DER_SEQUENCE);
    cr_assert(der_put_oid_text(b, types[i].oid));
    der_put_utf8(b, types[i].tag, value);
    der_end(b);
}

static void put_dn(der_builder *b, const char *text) {
    char copy[TEXT_MAX], *save = NULL;
    (void)snprintf(copy, sizeof copy, "%s%s", *text == '/' || *text == 0 ? "" : "/CN=", text);
    der_begin(b, DER_SEQUENCE);
    for (char *t = strtok_r(copy, "/", &save); t != NULL; t = strtok_r(NULL, "/", &save)) {
        char *plus = strchr(t, '+');
        der_begin(b, DER_SET);
        if (plus != NULL)
            *plus = 0;
        put_attribute(b, t);
        if (plus != NULL)
            put_attribute(b, plus + 1);
        der_end_set_of(b);
    }
    der_end(b);
}

/* The policies of NIST's tests: 2.16.840.1.101.3.2.1.48.n */
static void put_policy(der_builder *b, const char *name) {
    char dotted[64];
    if (strcmp(name, "any") == 0) {
        der_put_oid(b, OID_POLICY_ANY);
        return;
    }
    (void)snprintf(dotted, sizeof dotted, "2.16.840.1.101.3.2.1.48.%s", name);
    cr_assert(der_put_oid_text(b, dotted));
}

static void begin_extension(der_builder *b, const char *oid, bool critical) {
    der_begin(b, DER_SEQUENCE);
    cr_assert(der_put_oid_text(b, oid));
    if (critical)
        der_put_bool(b, true);
    der_begin(b, DER_OCTET_STRING);
}

static void end_extension(der_builder *b) {
    der_end(b);
    der_end(b);
}

static void put_policies(der_builder *b, const struct line *l) {
    const char *v = value_of(l, "p:");
    char copy[TEXT_MAX], *save = NULL;
    if (v == NULL)
        return;
    (void)snprintf(copy, sizeof copy, "%s", v);
    begin_extension(b, "2.5.29.32", false);
    der_begin(b, DER_SEQUENCE);
    for (char *t = strtok_r(copy, ",", &save); t != NULL; t = strtok_r(NULL, ",", &save)) {
        der_begin(b, DER_SEQUENCE);
        put_policy(b, t);
        der_end(b);
    }
    der_end(b);
    end_extension(b);
}

static void put_mappings(der_builder *b, const struct line *l) {
    const char *v = value_of(l, "m:");
    char copy[TEXT_MAX], *save = NULL;
    if (v == NULL)
        return;
    (void)snprintf(copy, sizeof copy, "%s", v);
    begin_extension(b, "2.5.29.33", true);
    der_begin(b, DER_SEQUENCE);
    for (char *t = strtok_r(copy, ",", &save); t != NULL; t = strtok_r(NULL, ",", &save)) {
        char *to = strchr(t, '>');
        cr_assert_not_null(to);
        *to++ = 0;
        der_begin(b, DER_SEQUENCE);
        put_policy(b, t);
        put_policy(b, to);
        der_end(b);
    }
    der_end(b);
    end_extension(b);
}

static void put_skip(der_builder *b, uint8_t tag, int n) {
    uint8_t octet = (uint8_t)n;
    if (n >= 0)
        der_put(b, tag, BYTES(&octet, 1));
}

static void put_policy_constraints(der_builder *b, const struct line *l) {
    if (number(l, "re:") >= 0 || number(l, "im:") >= 0) {
        begin_extension(b, "2.5.29.36", true);
        der_begin(b, DER_SEQUENCE);
        put_skip(b, DER_CONTEXT(0), number(l, "re:"));
        put_skip(b, DER_CONTEXT(1), number(l, "im:"));
        der_end(b);
        end_extension(b);
    }
    if (number(l, "ia:") >= 0) {
        begin_extension(b, "2.5.29.54", true);
        put_skip(b, DER_INTEGER, number(l, "ia:"));
        end_extension(b);
    }
}

static void put_ip(der_builder *b, const char *text) {
    uint8_t octets[64];
    size_t n = 0;
    for (const char *p = text; *p != 0 && n < sizeof octets; p += *p != 0) {
        char *end;
        octets[n++] = (uint8_t)strtoul(p, &end, 10);
        p = end;
    }
    der_put(b, DER_CONTEXT(7), BYTES(octets, n));
}

/* "dns=x": a GeneralName. */
static void put_general_name(der_builder *b, const char *text) {
    static const struct {
        const char *form;
        uint8_t tag;
    } plain[] = {{"mail=", DER_CONTEXT(1)}, {"dns=", DER_CONTEXT(2)}, {"uri=", DER_CONTEXT(6)}};
    const char *v = strchr(text, '=');
    cr_assert_not_null(v, "%s", text);
    v++;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strncmp(text, plain[i].form, strlen(plain[i].form)) == 0) {
            der_put(b, plain[i].tag, BYTES_STR(v));
            return;
        }
    if (strncmp(text, "dn=", 3) == 0) {
        der_begin(b, DER_CONTEXT_CONSTRUCTED(4));
        put_dn(b, v);
        der_end(b);
    } else if (strncmp(text, "ip=", 3) == 0) {
        put_ip(b, v);
    } else if (strncmp(text, "rid=", 4) == 0) {
        uint8_t oid[64];
        size_t n = 0;
        cr_assert(oid_from_text(v, oid, sizeof oid, &n));
        der_put(b, DER_CONTEXT(8), BYTES(oid, n));
    } else if (strncmp(text, "other=", 6) == 0 || strncmp(text, "smtp=", 5) == 0) {
        bool other = *text == 'o';
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        cr_assert(der_put_oid_text(b, other ? v : "1.3.6.1.5.5.7.8.9"));
        der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
        der_put_utf8(b, DER_UTF8, other ? "name" : v);
        der_end(b);
        der_end(b);
    } else {
        cr_assert_fail("no such form: %s", text);
    }
}

static void put_subtree(der_builder *b, const char *text) {
    bool minimum = strncmp(text, "min1:", 5) == 0, maximum = strncmp(text, "max0:", 5) == 0;
    der_begin(b, DER_SEQUENCE);
    put_general_name(b, text + (minimum || maximum ? 5 : 0));
    if (minimum)
        put_skip(b, DER_CONTEXT(0), 1);
    if (maximum)
        put_skip(b, DER_CONTEXT(1), 0);
    der_end(b);
}

/* Every token that begins with this sign; how many. With b NULL they are only counted. */
static size_t each_name(der_builder *b, const struct line *l, char sign) {
    size_t n = 0;
    for (size_t i = 1; i < l->n; i++) {
        if (l->tokens[i][0] != sign)
            continue;
        n++;
        if (b != NULL && sign == '@')
            put_general_name(b, l->tokens[i] + 1);
        else if (b != NULL)
            put_subtree(b, l->tokens[i] + 1);
    }
    return n;
}

static void put_names(der_builder *b, const struct line *l) {
    if (each_name(NULL, l, '+') + each_name(NULL, l, '-') > 0) {
        begin_extension(b, "2.5.29.30", true);
        der_begin(b, DER_SEQUENCE);
        for (int i = 0; i < 2; i++) {
            char sign = i == 0 ? '+' : '-';
            if (each_name(NULL, l, sign) == 0)
                continue;
            der_begin(b, (uint8_t)DER_CONTEXT_CONSTRUCTED(i));
            each_name(b, l, sign);
            der_end(b);
        }
        der_end(b);
        end_extension(b);
    }
    if (each_name(NULL, l, '@') > 0) {
        begin_extension(b, "2.5.29.17", false);
        der_begin(b, DER_SEQUENCE);
        each_name(b, l, '@');
        der_end(b);
        end_extension(b);
    }
}

static void put_extensions(der_builder *b, const struct line *l) {
    put_policies(b, l);
    put_mappings(b, l);
    put_policy_constraints(b, l);
    put_names(b, l);
    for (int critical = 0; critical < 2; critical++)
        if (value_of(l, critical ? "crit" : "other") != NULL) {
            begin_extension(b, critical ? "2.16.840.1.101.2.1.12.2" : "2.16.840.1.101.2.1.12.1", critical);
            der_put_null(b);
            end_extension(b);
        }
}

static sign_buf taken(der_builder *b) {
    sign_buf out = {0};
    cr_assert_eq(der_builder_take(b, &out, NULL), SIGN_OK);
    return out;
}

static sign_buf one(const struct line *l, const struct line *issuer, EVP_PKEY *key, EVP_PKEY *issuer_key,
                    bool last, size_t serial) {
    AUTO(der_builder) subject = {0};
    AUTO(der_builder) by = {0};
    AUTO(der_builder) more = {0};
    put_dn(&subject, strcmp(l->tokens[0], "-") == 0 ? "" : l->tokens[0]);
    put_dn(&by, issuer->tokens[0]);
    put_extensions(&more, l);
    AUTO(sign_buf) subject_name = taken(&subject);
    AUTO(sign_buf) issuer_name = taken(&by);
    AUTO(sign_buf) extensions = taken(&more);
    const char *basic = value_of(l, "bc:");
    bool none = basic != NULL && strcmp(basic, "none") == 0;
    struct mint_cert m = {.subject_name = view(subject_name),
                          .issuer_name = view(issuer_name),
                          .extensions = view(extensions),
                          .key = key,
                          .issuer_key = issuer_key,
                          .serial = serial,
                          .ca = none            ? 0
                                : basic != NULL ? -1
                                : last          ? 0
                                                : 1,
                          .path_len = number(l, "pl:"),
                          .key_usage = last                    ? KU_NON_REPUDIATION
                                       : number(l, "ku:") == 0 ? KU_CRL_SIGN
                                                               : KU_CERT_SIGN | KU_CRL_SIGN};
    return mint_cert(&m);
}

void chain_make(struct chain *c) {
    static EVP_PKEY *keys[CHAIN_MAX];
    static struct line lines[CHAIN_MAX];
    for (c->n = 0; c->n < CHAIN_MAX && c->lines[c->n] != NULL; c->n++) {
        read_line(c->lines[c->n], &lines[c->n]);
        if (keys[c->n] == NULL)
            keys[c->n] = mint_key();
    }
    for (size_t i = 0; i < c->n; i++) {
        int by = number(&lines[i], "by:");
        size_t issuer = by >= 0 ? (size_t)by : i > 0 ? i - 1 : 0;
        c->der[i] = one(&lines[i], &lines[issuer], keys[i], keys[issuer], i + 1 == c->n, i + 1);
    }
}

void chain_free(struct chain *c) {
    for (size_t i = 0; i < c->n; i++)
        sign_buf_free(&c->der[i]);
}

sign_trust *chain_trust(const struct chain *c) {
    struct world w = {.n_anchors = 1};
    cr_assert_eq(buf_copy(view(c->der[0]), &w.anchors[0], NULL), SIGN_OK);
    for (size_t i = 1; i + 1 < c->n; i++)
        cr_assert_eq(buf_copy(view(c->der[i]), &w.certs[w.n_certs++], NULL), SIGN_OK);
    return world_trust(&w);
}

struct outcome chain_judge(const struct chain *c, const struct pki_path_options *opt) {
    sign_trust *trust = chain_trust(c);
    struct outcome o = judge(trust, view(c->der[c->n - 1]), opt),
                   again = judge(trust, view(c->der[c->n - 1]), opt);
    /* What was remembered the first time changes nothing. */
    cr_expect(o.indication == again.indication && o.sub == again.sub && o.message == again.message,
              "%s: another verdict the second time", c->lines[c->n - 1]);
    sign_trust_free(&trust);
    return o;
}

static int by_bytes(const void *a, const void *b) {
    const sign_bytes *x = a, *y = b;
    return bytes_compare(*x, *y);
}

void chain_policies(const struct chain *c, const struct pki_policy_inputs *in, char *out, size_t size) {
    struct pki_cert *certs[CHAIN_MAX] = {NULL};
    sign_bytes set[40];
    struct pki_policy_result result = {.set = set, .max = sizeof set / sizeof *set};
    AUTO(crypto_ptr) crypto = NULL;
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    for (size_t i = 0; i < c->n; i++)
        cr_assert_eq(pki_cert_read(crypto, view(c->der[c->n - 1 - i]), &certs[i], NULL), SIGN_OK);
    cr_assert_eq(pki_policies_check(certs, c->n, in, &result, NULL), SIGN_OK);
    size_t used = (size_t)snprintf(out, size, "%s", result.why != MSG_NONE ? "-" : "");
    if (result.n > 1)
        qsort(set, result.n, sizeof *set, by_bytes);
    for (size_t i = 0; i < result.n && result.why == MSG_NONE; i++)
        used += (size_t)(oid_is(set[i], OID_POLICY_ANY)
                             ? snprintf(out + used, size - used, "%sany", i > 0 ? " " : "")
                             : snprintf(out + used, size - used, "%s%u", i > 0 ? " " : "",
                                        set[i].data[set[i].len - 1]));
    for (size_t i = 0; i < c->n; i++)
        pki_cert_free(&certs[i]);
}

size_t policies_of(const char *text, sign_bytes *out, size_t max) {
    static uint8_t octets[16][32];
    char copy[100], *save = NULL;
    size_t n = 0;
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *t = strtok_r(copy, ",", &save); t != NULL && n < max && n < 16;
         t = strtok_r(NULL, ",", &save)) {
        char dotted[64];
        size_t len = 0;
        (void)snprintf(dotted, sizeof dotted, "2.16.840.1.101.3.2.1.48.%s", t);
        cr_assert(
            oid_from_text(strcmp(t, "any") == 0 ? "2.5.29.32.0" : dotted, octets[n], sizeof octets[n], &len));
        out[n] = BYTES(octets[n], len);
        n++;
    }
    return n;
}
