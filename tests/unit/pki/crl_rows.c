#include "crl_rows.h"

struct keys keys_make(void) {
    struct keys k;
    for (size_t i = 0; i < K_COUNT; i++)
        k.of[i] = mint_key();
    return k;
}

void keys_free(struct keys *k) {
    for (size_t i = 0; i < K_COUNT; i++)
        EVP_PKEY_free(k->of[i]);
}

static void put_cn(der_builder *b, const char *cn, size_t n) {
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", (int)n, cn);
    der_begin(b, DER_SEQUENCE);
    der_put_oid(b, OID_DN_COMMON_NAME);
    der_put_utf8(b, DER_UTF8, text);
    der_end(b);
}

static void put_directory_name(der_builder *b, const char *path) {
    der_begin(b, DER_CONTEXT_CONSTRUCTED(4));
    der_begin(b, DER_SEQUENCE);
    for (const char *p = path; *p != '\0';) {
        size_t n = strcspn(p, "/");
        der_begin(b, DER_SET);
        put_cn(b, p, n);
        der_end(b);
        p += n + (p[n] == '/');
    }
    der_end(b);
    der_end(b);
}

static void put_place(der_builder *b, const struct place *p) {
    if (p->uri == NULL && p->dir == NULL && p->rdn == NULL)
        return;
    der_begin(b, DER_CONTEXT_CONSTRUCTED(0));
    der_begin(b, p->rdn != NULL ? DER_CONTEXT_CONSTRUCTED(1) : DER_CONTEXT_CONSTRUCTED(0));
    if (p->rdn != NULL)
        put_cn(b, p->rdn, strlen(p->rdn));
    if (p->uri != NULL)
        der_put(b, DER_CONTEXT(6), BYTES_STR(p->uri));
    if (p->second != NULL)
        der_put(b, DER_CONTEXT(6), BYTES_STR(p->second));
    if (p->dir != NULL)
        put_directory_name(b, p->dir);
    der_end(b);
    der_end(b);
}

static void put_reasons(der_builder *b, unsigned number, unsigned reasons) {
    uint8_t bits[3] = {7, 0, 0};
    if (reasons == 0)
        return;
    for (unsigned n = 0; n < 9; n++)
        if (reasons & (1U << n))
            bits[1 + n / 8] = (uint8_t)(bits[1 + n / 8] | (0x80U >> (n % 8)));
    der_put(b, (uint8_t)DER_CONTEXT(number), BYTES(bits, 3));
}

static void put_flag(der_builder *b, unsigned number, bool on) {
    if (on)
        der_put(b, (uint8_t)DER_CONTEXT(number), BYTES("\xff", 1));
}

static sign_buf points_value(const struct point *points, size_t n) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    der_begin(&b, DER_SEQUENCE);
    for (size_t i = 0; i < n; i++) {
        der_begin(&b, DER_SEQUENCE);
        put_place(&b, &points[i].at);
        put_reasons(&b, 1, points[i].reasons);
        if (points[i].issuer != NULL) {
            der_begin(&b, DER_CONTEXT_CONSTRUCTED(2));
            put_directory_name(&b, points[i].issuer);
            der_end(&b);
        }
        der_end(&b);
    }
    der_end(&b);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static sign_buf scope_contents(const struct scope *s) {
    AUTO(der_builder) b = {0};
    sign_buf out = {0};
    put_place(&b, &s->at);
    put_flag(&b, 1, s->users);
    put_flag(&b, 2, s->authorities);
    put_reasons(&b, 3, s->reasons);
    put_flag(&b, 4, s->indirect);
    put_flag(&b, 5, s->attributes);
    cr_assert_eq(der_builder_take(&b, &out, NULL), SIGN_OK);
    return out;
}

static size_t count_points(const struct point *p, size_t max) {
    size_t n = 0;
    while (n < max && (p[n].at.uri || p[n].at.dir || p[n].at.rdn || p[n].issuer || p[n].reasons))
        n++;
    return n;
}

static sign_buf make_list(const struct keys *k, const struct list *l) {
    struct mint_entry entries[3];
    size_t n = 0;
    for (; n < 3 && l->entries[n].serial != 0; n++)
        entries[n] = (struct mint_entry){.serial = l->entries[n].serial,
                                         .when = T2026 - l->entries[n].days * DAY,
                                         .reason = l->entries[n].reason,
                                         .issuer = l->entries[n].issuer};
    bool usual = l->from == 0 && l->to == 0;
    AUTO(sign_buf) scope = {0};
    if (l->scope.given)
        scope = scope_contents(&l->scope);
    struct mint_crl m = {.issuer = l->issuer != NULL ? l->issuer : "CA",
                         .key = k->of[l->key],
                         .from = T2026 + (usual ? -1 : l->from) * DAY,
                         .to = l->no_next ? 0 : T2026 + (usual ? 1 : l->to) * DAY,
                         .entries = entries,
                         .n = n,
                         .scope = view(scope),
                         .has_scope = l->scope.given,
                         .delta = l->base != 0,
                         .critical = l->critical,
                         .number = l->number,
                         .base = l->base,
                         .unnumbered = l->unnumbered,
                         .aki = l->aki,
                         .damage = l->damage};
    return mint_crl(&m);
}

static sign_buf make_cert(const struct keys *k, const struct cert *c) {
    size_t n = count_points(c->points, 1);
    AUTO(sign_buf) points = n > 0 ? points_value(c->points, n) : (sign_buf){0};
    struct mint_cert m = {.subject = c->subject,
                          .issuer = c->issuer,
                          .key = k->of[c->key],
                          .issuer_key = k->of[c->issuer_key],
                          .serial = c->serial,
                          .ca = c->end_entity ? -1 : 1,
                          .path_len = -1,
                          .key_usage = c->usage,
                          .ski = c->ski,
                          .crl_points = view(points)};
    return mint_cert(&m);
}

sign_buf row_signer(const struct keys *k, const struct row *r) {
    size_t n = count_points(r->points, 2);
    AUTO(sign_buf) points = n > 0 ? points_value(r->points, n) : (sign_buf){0};
    struct mint_cert m = {.subject = "Signer",
                          .issuer = r->signer_issuer != NULL ? r->signer_issuer : "CA",
                          .key = k->of[K_SIGNER],
                          .issuer_key = k->of[r->signer_key],
                          .serial = 4711,
                          .key_usage = KU_NON_REPUDIATION,
                          .crl_points = view(points)};
    return mint_cert(&m);
}

static sign_buf make_anchor(const struct keys *k) {
    const struct cert root = {.subject = "Root",
                              .issuer = "Root",
                              .key = K_ROOT,
                              .issuer_key = K_ROOT,
                              .usage = KU_CERT_SIGN | KU_CRL_SIGN};
    return make_cert(k, &root);
}

struct pieces row_pieces(const struct keys *k, const struct row *r) {
    struct pieces p = {.anchor = make_anchor(k)};
    const struct cert ca = {.subject = "CA",
                            .issuer = "Root",
                            .key = K_CA,
                            .issuer_key = K_ROOT,
                            .usage = r->ca_usage != 0 ? r->ca_usage : KU_CERT_SIGN | KU_CRL_SIGN,
                            .serial = 2};
    const struct list root_list = {.issuer = "Root", .key = K_ROOT, .from = -30, .to = 30};
    if (!r->no_ca)
        p.certs[p.n_certs++] = make_cert(k, &ca);
    for (size_t i = 0; i < 3 && r->certs[i].subject != NULL; i++)
        p.certs[p.n_certs++] = make_cert(k, &r->certs[i]);
    if (!r->no_root_list)
        p.lists[p.n_lists++] = make_list(k, &root_list);
    for (size_t i = 0; i < 6; i++)
        if (r->lists[i].issuer != NULL || r->lists[i].number != 0 || r->lists[i].unnumbered)
            p.lists[p.n_lists++] = make_list(k, &r->lists[i]);
    return p;
}

void pieces_free(struct pieces *p) {
    sign_buf_free(&p->anchor);
    for (size_t i = 0; i < p->n_lists; i++)
        sign_buf_free(&p->lists[i]);
    for (size_t i = 0; i < p->n_certs; i++)
        sign_buf_free(&p->certs[i]);
}

/* Takes the pieces over. */
static sign_trust *trust_of(struct pieces *p) {
    struct world w = {.anchors = {p->anchor}, .n_anchors = 1};
    for (size_t i = 0; i < p->n_certs; i++)
        w.certs[w.n_certs++] = p->certs[i];
    for (size_t i = 0; i < p->n_lists; i++)
        w.crls[w.n_crls++] = p->lists[i];
    *p = (struct pieces){.anchor = {0}};
    return world_trust(&w);
}

sign_trust *row_trust(const struct keys *k, const struct row *r) {
    struct pieces p = row_pieces(k, r);
    return trust_of(&p);
}

/* Certificates and lists all given to the trust, or all carried by the signature. */
static struct outcome run_row(const struct keys *k, const struct row *r, bool carried) {
    struct pieces p = row_pieces(k, r), none = {.n_certs = 0};
    struct pki_path_options opt = {.at = T2026, .revocation = true, .signers_unchecked = r->spared};
    sign_bytes bag[5], crls[7];
    for (size_t i = 0; i < p.n_certs; i++)
        bag[i] = view(p.certs[i]);
    for (size_t i = 0; i < p.n_lists; i++)
        crls[i] = view(p.lists[i]);
    if (carried) {
        opt.bag = bag;
        opt.n_bag = p.n_certs;
        opt.crls = crls;
        opt.n_crls = p.n_lists;
    }
    if (carried) {
        none.anchor = p.anchor;
        p.anchor = (sign_buf){0};
    }
    sign_trust *trust = trust_of(carried ? &none : &p);
    AUTO(sign_buf) der = row_signer(k, r);
    struct outcome o = judge(trust, view(der), &opt);
    pieces_free(&p);
    sign_trust_free(&trust);
    return o;
}

void run_rows(const struct row *rows, size_t n) {
    static const struct {
        enum sub_indication sub;
        enum message_id message;
    } wanted[] = {[GOOD] = {SUB_NONE, MSG_NONE},
                  [REVOKED] = {SUB_REVOKED_NO_POE, MSG_CERT_REVOKED},
                  [SUSPENDED] = {SUB_TRY_LATER, MSG_CERT_SUSPENDED},
                  [CA_REVOKED] = {SUB_REVOKED_CA_NO_POE, MSG_CA_REVOKED},
                  [UNKNOWN] = {SUB_TRY_LATER, MSG_NONE}};
    struct keys k = keys_make();
    for (size_t i = 0; i < n; i++)
        for (int carried = 0; carried < 2; carried++) {
            char what[200];
            (void)snprintf(what, sizeof what, "%s (%s)", rows[i].what, carried ? "carried" : "given");
            enum status s = rows[i].status;
            expect(run_row(&k, &rows[i], carried == 1), wanted[s].sub,
                   s == UNKNOWN ? rows[i].message : wanted[s].message, what);
        }
    keys_free(&k);
}
