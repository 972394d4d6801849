/* Paths with certificates made for the purpose (RFC 5280, 6.1). */
#include "chain.h"

struct three {
    EVP_PKEY *root_key, *ca_key, *key;
    struct mint_cert root, ca, signer;
};

static struct three three(void) {
    struct three t = {.root_key = mint_key(), .ca_key = mint_key(), .key = mint_key()};
    t.root = mint_authority("Root", "Root", t.root_key, t.root_key);
    t.ca = mint_authority("CA", "Root", t.ca_key, t.root_key);
    t.signer = mint_signer("CA", t.key, t.ca_key);
    return t;
}

static void three_free(struct three *t) {
    EVP_PKEY_free(t->root_key);
    EVP_PKEY_free(t->ca_key);
    EVP_PKEY_free(t->key);
}

static struct outcome run_at(const struct three *t, int64_t at) {
    struct world w = {
        .anchors = {mint_cert(&t->root)}, .n_anchors = 1, .certs = {mint_cert(&t->ca)}, .n_certs = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&t->signer);
    const struct pki_path_options opt = {.at = at};
    struct outcome o = judge(trust, view(der), &opt);
    sign_trust_free(&trust);
    return o;
}

static struct outcome run(const struct three *t) {
    return run_at(t, T2026);
}

Test(pki_path, constraints_of_the_authority) {
    struct three t = three();
    expect(run(&t), SUB_NONE, MSG_NONE, "all well");
    t.ca.ca = -1;
    expect(run(&t), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NOT_CA, "CA:FALSE");
    t.ca.ca = 0;
    expect(run(&t), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NOT_CA, "no basicConstraints");
    t.ca.ca = 1;
    t.ca.path_len = 0;
    expect(run(&t), SUB_NONE, MSG_NONE, "path length 0 is enough for one signer");
    t.ca.key_usage = KU_CRL_SIGN;
    expect(run(&t), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_NO_CERT_SIGN, "keyCertSign missing");
    t.ca.key_usage = 0;
    expect(run(&t), SUB_NONE, MSG_NONE, "no key usage at all: no restriction");
    three_free(&t);
}

Test(pki_path, extensions_that_are_not_processed) {
    struct three t = three();
    t.signer.extra = OID_EXT_LOGOTYPE;
    expect(run(&t), SUB_NONE, MSG_NONE, "unknown, not critical");
    t.signer.extra_critical = true;
    expect(run(&t), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_CRITICAL, "unknown, critical, in the signer");
    t.signer.extra = OID_NONE;
    t.ca.extra = OID_EXT_LOGOTYPE;
    t.ca.extra_critical = true;
    expect(run(&t), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_CRITICAL, "unknown, critical, in the CA");
    t.ca.extra = OID_NONE;
    t.root.extra = OID_EXT_LOGOTYPE;
    t.root.extra_critical = true;
    expect(run(&t), SUB_NONE, MSG_NONE, "an anchor's extensions are no part of the path");
    three_free(&t);
}

Test(pki_path, validity) {
    struct three t = three();
    t.signer.from = T2026;
    t.signer.to = T2027;
    expect(run_at(&t, T2026), SUB_NONE, MSG_NONE, "the first second");
    expect(run_at(&t, T2027), SUB_NONE, MSG_NONE, "the last second");
    expect(run_at(&t, T2026 - 1), SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_NOT_YET_VALID, "before");
    expect(run_at(&t, T2027 + 1), SUB_OUT_OF_BOUNDS_NO_POE, MSG_CERT_EXPIRED, "after");
    t.ca.to = T2026 - DAY;
    expect(run(&t), SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, MSG_CA_EXPIRED, "expired CA");
    t.ca.to = T2030;
    t.ca.from = T2027;
    expect(run(&t), SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, MSG_CA_NOT_YET_VALID, "CA of tomorrow");
    t.ca.from = 0;
    t.root.to = T2026 - DAY;
    expect(run(&t), SUB_NONE, MSG_NONE, "an anchor is believed as such");
    three_free(&t);
}

Test(pki_path, signatures) {
    struct three t = three();
    t.signer.damage = true;
    expect(run(&t), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE, "damaged signer certificate");
    t.signer.damage = false;
    t.ca.damage = true;
    expect(run(&t), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE, "damaged CA certificate");
    t.ca.damage = false;
    t.signer.issuer_key = t.key;
    expect(run(&t), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_SIGNATURE, "made with another key");
    t.signer.issuer = "CB";
    expect(run(&t), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER, "unknown issuer");
    three_free(&t);
}

/* RFC 5280, 7.1: case and white space do not count, the string type neither. */
Test(pki_path, names_are_folded) {
    struct three t = three();
    t.signer.issuer = " cA ";
    expect(run(&t), SUB_NONE, MSG_NONE, "case and space");
    t.signer.printable = true;
    t.signer.issuer = "CA";
    expect(run(&t), SUB_NONE, MSG_NONE, "another string type");
    t.signer.issuer = "C A";
    expect(run(&t), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER, "another name");
    three_free(&t);
}

/* Self-issued authorities do not count for pathLenConstraint (RFC 5280, 4.2.1.9), others do. */
Test(pki_path, path_length) {
    struct three t = three();
    EVP_PKEY *sub_key = mint_key(), *roll_key = mint_key();
    struct mint_cert sub = mint_authority("CA", "Root", sub_key, t.ca_key),
                     roll = mint_authority("CA", "Root", roll_key, t.ca_key);
    sub.subject = "Sub";
    sub.issuer = "CA";
    roll.issuer = "CA"; /* CA's new key, certified by its old one */
    t.ca.path_len = 0;
    struct mint_cert below_sub = mint_signer("CA", t.key, sub_key),
                     below_roll = mint_signer("CA", t.key, roll_key);
    below_sub.issuer = "Sub";
    AUTO(sign_buf) a = mint_cert(&below_sub);
    AUTO(sign_buf) b = mint_cert(&below_roll);
    const struct pki_path_options opt = {.at = T2026};
    for (int allowed = 0; allowed < 2; allowed++) {
        t.ca.path_len = allowed;
        struct world w = {.anchors = {mint_cert(&t.root)},
                          .n_anchors = 1,
                          .certs = {mint_cert(&t.ca), mint_cert(&sub), mint_cert(&roll)},
                          .n_certs = 3};
        sign_trust *trust = world_trust(&w);
        AUTO(sign_buf) ca = mint_cert(&sub);
        /* The authority itself is the end of a path that holds; remembered, it must not let its signers
         * through. */
        expect(judge(trust, view(ca), &opt), SUB_NONE, MSG_NONE, "the lower CA as the end");
        if (allowed)
            expect(judge(trust, view(a), &opt), SUB_NONE, MSG_NONE,
                   "two authorities where one is allowed below");
        else
            expect(judge(trust, view(a), &opt), SUB_CHAIN_CONSTRAINTS_FAILURE, MSG_PATH_LENGTH,
                   "one too many");
        expect(judge(trust, view(b), &opt), SUB_NONE, MSG_NONE, "self-issued does not count");
        sign_trust_free(&trust);
    }
    EVP_PKEY_free(sub_key);
    EVP_PKEY_free(roll_key);
    three_free(&t);
}

/* Two authorities of one name: the one whose key made the signature is found, whatever the order or the key
 * ids. */
Test(pki_path, same_name_other_key) {
    struct three t = three();
    EVP_PKEY *other_key = mint_key();
    struct mint_cert other = mint_authority("CA", "Root", other_key, t.root_key);
    const struct pki_path_options opt = {.at = T2026};
    t.ca.ski = "right";
    other.ski = "wrong";
    for (int round = 0; round < 4; round++) {
        struct world w = {.anchors = {mint_cert(&t.root)}, .n_anchors = 1, .n_certs = 2};
        w.certs[round & 1] = mint_cert(&t.ca);
        w.certs[!(round & 1)] = mint_cert(&other);
        t.signer.aki = round & 2 ? "wrong" : "right"; /* a hint, not a rule */
        sign_trust *trust = world_trust(&w);
        AUTO(sign_buf) der = mint_cert(&t.signer);
        expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "found");
        sign_trust_free(&trust);
    }
    EVP_PKEY_free(other_key);
    three_free(&t);
}

/* An intermediate that only one signature brings is no help to another: the cache changes no answer. */
Test(pki_path, bag) {
    struct three t = three();
    struct world w = {.anchors = {mint_cert(&t.root)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) ca = mint_cert(&t.ca);
    AUTO(sign_buf) der = mint_cert(&t.signer);
    struct mint_cert second = t.signer;
    second.subject = "Second";
    AUTO(sign_buf) der2 = mint_cert(&second);
    const sign_bytes bag[] = {BYTES("\x30\x03junk", 6), view(der), view(ca)};
    const struct pki_path_options with = {.at = T2026, .bag = bag, .n_bag = 3}, without = {.at = T2026};
    expect(judge(trust, view(der), &without), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER, "before");
    for (int round = 0; round < 2; round++) {
        expect(judge(trust, view(der), &with), SUB_NONE, MSG_NONE, "with the CA in the bag");
        expect(judge(trust, view(der2), &with), SUB_NONE, MSG_NONE, "a second signer");
        expect(judge(trust, view(der), &without), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER,
               "without it");
        expect(judge(trust, view(der2), &without), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER,
               "second without");
    }
    sign_trust_free(&trust);
    three_free(&t);
}

/* All searches of a document share what may be spent; what is remembered costs nothing, and the end is said.
 */
Test(pki_path, effort_is_shared) {
    struct three t = three();
    struct world w = {.anchors = {mint_cert(&t.root)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) ca = mint_cert(&t.ca);
    AUTO(sign_buf) der = mint_cert(&t.signer);
    struct mint_cert second = t.signer;
    second.subject = "Second";
    AUTO(sign_buf) der2 = mint_cert(&second);
    const sign_bytes bag[] = {view(ca)};
    size_t effort = 0;
    const struct pki_path_options opt = {.at = T2026, .bag = bag, .n_bag = 1, .effort = &effort};
    expect(judge(trust, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_LIMIT, "nothing left");
    effort = 2; /* the bag and the CA, but not the root */
    expect(judge(trust, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_LIMIT, "too little");
    cr_expect_eq(effort, 0);
    effort = 3;
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "just enough");
    cr_expect_eq(effort, 0);
    expect(judge(trust, view(der2), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_LIMIT, "the next signer");
    effort = 2;
    expect(judge(trust, view(der2), &opt), SUB_NONE, MSG_NONE, "the CA's path is remembered");
    sign_trust_free(&trust);
    three_free(&t);
}

/* A check with a large key is paid for as what it is; one signature with RSA 2048 or P-256 is the unit. */
Test(pki_path, effort_is_weighed_by_the_key) {
    static const struct {
        const char *file;
        size_t cost;
    } rows[] = {{"nes-p256.der", 1},    {"nes-p384.der", 6},    {"nes-p521.der", 8},
                {"nes-rsa2048.der", 1}, {"nes-rsa3072.der", 2}, {"ca-rsa.der", 4}};
    AUTO(crypto_ptr) crypto = NULL;
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(sign_buf) der = identity(rows[i].file);
        AUTO(pki_cert_ptr) cert = NULL;
        cr_assert_eq(pki_cert_read(crypto, view(der), &cert, NULL), SIGN_OK);
        cr_expect_eq(pki_key_cost(cert), rows[i].cost, "%s: %zu", rows[i].file, pki_key_cost(cert));
    }
    struct world w = {.anchors = {identity("root-rsa.der")},
                      .n_anchors = 1,
                      .certs = {identity("ca-rsa.der")},
                      .n_certs = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = identity("nes-rsa2048.der");
    size_t effort = 7; /* CA and root have 4096 bits */
    const struct pki_path_options opt = {.at = T2026, .effort = &effort};
    expect(judge(trust, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_LIMIT, "too little");
    effort = 8;
    expect(judge(trust, view(der), &opt), SUB_NONE, MSG_NONE, "just enough");
    cr_expect_eq(effort, 0);
    sign_trust_free(&trust);
}

/* Certificates that issued one another in a ring, and hundreds of one name: the search ends, and says so. */
Test(pki_path, loops_and_floods) {
    struct three t = three();
    struct mint_cert x = mint_authority("CA", "Root", t.ca_key, t.root_key),
                     y = mint_authority("CA", "Root", t.root_key, t.ca_key);
    x.subject = "CA", x.issuer = "CB";
    y.subject = "CB", y.issuer = "CA";
    EVP_PKEY *elsewhere = mint_key();
    struct mint_cert anchor = mint_authority("Root", "Root", elsewhere, elsewhere);
    struct world w = {.anchors = {mint_cert(&anchor)},
                      .n_anchors = 1,
                      .certs = {mint_cert(&x), mint_cert(&y)},
                      .n_certs = 2};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&t.signer);
    enum { FLOOD = 260 };
    const clock_t since = clock();
    static sign_buf flood[FLOOD];
    static sign_bytes bag[FLOOD];
    struct pki_path_options opt = {.at = T2026, .bag = bag};
    expect(judge(trust, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_NO_ISSUER, "a ring");
    for (size_t i = 0; i < FLOOD; i++) {
        struct mint_cert m = mint_authority("CA", "Root", t.key, elsewhere);
        m.serial = i + 2;
        flood[i] = mint_cert(&m);
        bag[i] = view(flood[i]);
    }
    opt.n_bag = FLOOD;
    expect(judge(trust, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_LIMIT,
           "a flood of one name");
    CR_ASSERT_CPU(since, 60);
    for (size_t i = 0; i < FLOOD; i++)
        sign_buf_free(&flood[i]);
    sign_trust_free(&trust);
    EVP_PKEY_free(elsewhere);
    three_free(&t);
}

/* A signer that is an anchor itself is believed, within its validity. */
Test(pki_path, signer_is_the_anchor) {
    struct three t = three();
    struct world w = {.anchors = {mint_cert(&t.root)}, .n_anchors = 1};
    sign_trust *trust = world_trust(&w);
    AUTO(sign_buf) der = mint_cert(&t.root);
    struct pki_path_options opt = {.at = T2026, .revocation = true};
    struct world again = {.anchors = {identity("root-ec.der")}, .n_anchors = 1};
    sign_trust *second = world_trust(&again);
    AUTO(sign_buf) root = identity("root-ec.der");
    expect(judge(second, view(root), &opt), SUB_NONE, MSG_NONE, "root as signer");
    expect(judge(second, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_UNTRUSTED,
           "of another trust");
    opt.at = T2020 - 1;
    expect(judge(trust, view(der), &opt), SUB_NO_CERTIFICATE_CHAIN_FOUND, MSG_PATH_UNTRUSTED,
           "signed again: other bytes");
    sign_trust_free(&second);
    sign_trust_free(&trust);
    three_free(&t);
}

Test(pki_path, anchor_must_carry_its_own_signature) {
    struct three t = three();
    t.root.damage = true;
    AUTO(sign_buf) der = mint_cert(&t.root);
    const sign_input in = {.name = "bad", .data = view(der)};
    const sign_trust_options opt = {.size = sizeof opt, .anchors = &in, .n_anchors = 1};
    sign_trust *trust = NULL;
    sign_error err = {0};
    cr_assert_eq(sign_trust_new(&opt, &trust, &err), SIGN_E_FORMAT);
    cr_assert_null(trust);
    cr_assert_str_eq(err.id, "E3030");
    cr_assert(strstr(err.text, "Root") != NULL && strstr(err.text, "bad") != NULL, "%s", err.text);
    three_free(&t);
}

/* What sections 4.6, 4.7 and 4.16 of NIST's PKITS exercise, and what follows from RFC 5280, 4.2 and 6.1.4. */
Test(pki_path, basic_constraints_key_usage_and_private_extensions) {
    static const struct {
        enum message_id message;
        const char *lines[CHAIN_MAX];
    } rows[] = {
        {MSG_NONE, {"Root", "A", "B", "C", "S"}},
        {MSG_PATH_NOT_CA, {"Root", "A bc:none", "S"}},
        {MSG_PATH_NOT_CA, {"Root", "A bc:ee", "S"}},
        {MSG_PATH_NOT_CA, {"Root", "A", "B bc:ee", "S"}},
        {MSG_NONE, {"Root", "A pl:0", "S"}},
        {MSG_PATH_LENGTH, {"Root", "A pl:0", "B", "S"}},
        {MSG_NONE, {"Root", "A pl:1", "B", "S"}},
        {MSG_PATH_LENGTH, {"Root", "A pl:6", "B pl:0", "C", "S"}},
        {MSG_PATH_LENGTH, {"Root", "A pl:6", "B pl:4", "C pl:1", "D", "E", "S"}},
        {MSG_NONE, {"Root", "A pl:6", "B pl:4", "C pl:1", "D", "S"}},
        {MSG_NONE, {"Root", "A pl:0", "A", "S"}},
        {MSG_PATH_LENGTH, {"Root", "A pl:0", "A", "B", "S"}},
        {MSG_NONE, {"Root", "A pl:1", "A", "B", "B", "S"}},
        {MSG_NONE, {"Root pl:1", "A", "S"}},
        {MSG_PATH_LENGTH, {"Root pl:0", "A", "S"}},
        {MSG_PATH_NO_CERT_SIGN, {"Root", "A ku:0", "S"}},
        {MSG_PATH_NO_CERT_SIGN, {"Root", "A", "B ku:0", "S"}},
        {MSG_PATH_NO_CERT_SIGN, {"Root", "A", "A ku:0", "S"}},
        {MSG_NONE, {"Root", "A", "S other"}},
        {MSG_NONE, {"Root", "A other", "S"}},
        {MSG_PATH_CRITICAL, {"Root", "A", "S crit"}},
        {MSG_PATH_CRITICAL, {"Root", "A crit", "S"}},
        {MSG_PATH_CRITICAL, {"Root", "A", "A crit", "S"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chain c = {.n = 0};
        char what[60];
        memcpy(c.lines, rows[i].lines, sizeof c.lines);
        const struct pki_path_options opt = {.at = T2026};
        (void)snprintf(what, sizeof what, "row %zu, %s", i, rows[i].lines[1]);
        chain_make(&c);
        expect(chain_judge(&c, &opt), rows[i].message == MSG_NONE ? SUB_NONE : SUB_CHAIN_CONSTRAINTS_FAILURE,
               rows[i].message, what);
        chain_free(&c);
    }
}
