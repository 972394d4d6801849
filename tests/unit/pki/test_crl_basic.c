/* PKITS 4.4 (basic revocation) and 4.5 (self-issued certificates, several keys of one authority). */
#include "crl_rows.h"

#define REVOKED_SIGNER .entries = {{4711, 1, 2, NULL}}

Test(crl_rows, basic_revocation) {
    static const struct row rows[] = {
        {"4.4.1 no list at all", UNKNOWN, MSG_CRL_NONE, .ca_usage = KU_CERT_SIGN | KU_CRL_SIGN},
        {"4.4.2 the authority is revoked", CA_REVOKED, .no_root_list = true,
         .lists = {{PLAIN}, {"Root", K_ROOT, .entries = {{2, 2, 2, NULL}}}}},
        {"the authority is on hold", SUSPENDED, .no_root_list = true,
         .lists = {{PLAIN}, {"Root", K_ROOT, .entries = {{2, 6, 2, NULL}}}}},
        {"4.4.3 the certificate is revoked", REVOKED, .lists = {{PLAIN, REVOKED_SIGNER}}},
        {"4.4.4 the signature of the list is bad", UNKNOWN, MSG_CRL_SIGNATURE,
         .lists = {{PLAIN, .damage = true}}},
        {"4.4.4 ... though it would say revoked", UNKNOWN, MSG_CRL_SIGNATURE,
         .lists = {{PLAIN, .damage = true, REVOKED_SIGNER}}},
        {"4.4.5 another name with the key of the authority", UNKNOWN, MSG_CRL_NONE,
         .lists = {{"Carl", K_CA}}},
        {"4.4.6 the list of another authority", UNKNOWN, MSG_CRL_NONE,
         .lists = {{"Root", K_ROOT, .number = 9}}},
        {"4.4.7 two lists, one with a bad signature", GOOD,
         .lists = {{PLAIN, .damage = true, REVOKED_SIGNER}, {PLAIN}}},
        {"4.4.7 two lists, the authority's and that of another key", GOOD,
         .lists = {{PLAIN, .key = K_OTHER, REVOKED_SIGNER}, {PLAIN}}},
        {"4.4.9 unknown critical extension of the list", UNKNOWN, MSG_CRL_CRITICAL,
         .lists = {{PLAIN, .critical = true, REVOKED_SIGNER}}},
        {"4.4.11 ran out", UNKNOWN, MSG_CRL_EXPIRED, .lists = {{PLAIN, .from = -20, .to = -10}}},
        {"4.4.12 ran out before 2000", UNKNOWN, MSG_CRL_OLD,
         .lists = {{PLAIN, .from = -30 * 365, .to = -30 * 365 + 30}}},
        {"4.4.13 nextUpdate after 2050, as GeneralizedTime", GOOD,
         .lists = {{PLAIN, .from = -1, .to = 365 * 40}}},
        {"nextUpdate missing", UNKNOWN, MSG_CRL_NO_NEXT, .lists = {{PLAIN, .no_next = true}}},
        {"of the future", UNKNOWN, MSG_CRL_FUTURE, .lists = {{PLAIN, .from = 1, .to = 2}}},
        {"of the future, revoked before already", REVOKED,
         .lists = {{PLAIN, .from = 1, .to = 2, REVOKED_SIGNER}}},
        {"revoked in an old list, dropped from the new one: for good", REVOKED,
         .lists = {{PLAIN, .from = -20, .to = -10, .entries = {{4711, 4, 25, NULL}}}, {.number = 8}}},
        {"on hold in an old list, dropped from the new one: released", GOOD,
         .lists = {{PLAIN, .from = -20, .to = 1, .entries = {{4711, 6, 25, NULL}}}, {.number = 8}}},
        {"revoked after the time in question", GOOD, .lists = {{PLAIN, .entries = {{4711, 1, -1, NULL}}}}},
        {"removeFromCRL in a complete list", GOOD, .lists = {{PLAIN, .entries = {{4711, 8, 2, NULL}}}}},
        {"twice in the list: on hold, then for good", REVOKED,
         .lists = {{PLAIN, .entries = {{4711, 6, 3, NULL}, {4711, 1, 2, NULL}}}}},
        {"twice in the list: for good, then removed", REVOKED,
         .lists = {{PLAIN, .entries = {{4711, 1, 3, NULL}, {4711, 8, 2, NULL}}}}},
        {"cRLSign missing", UNKNOWN, MSG_CRL_NO_SIGN, .ca_usage = KU_CERT_SIGN, .lists = {{PLAIN}}},
    };
    RUN(rows);
}

#define CRL_CERT(k, by_name, by)                                                                             \
    { "CA", by_name, k, by, KU_CRL_SIGN, 3, .end_entity = true }

/* One authority, several keys. */
Test(crl_rows, several_keys) {
    static const struct row rows[] = {
        {"4.4.19 a key of its own for lists, certified beside the other", GOOD, .ca_usage = KU_CERT_SIGN,
         .certs = {CRL_CERT(K_NEW, "Root", K_ROOT)}, .lists = {{PLAIN, .key = K_NEW}}},
        {"4.4.20 ... that says revoked", REVOKED, .ca_usage = KU_CERT_SIGN,
         .certs = {CRL_CERT(K_NEW, "Root", K_ROOT)}, .lists = {{PLAIN, .key = K_NEW, REVOKED_SIGNER}}},
        {"4.4.21 ... that is revoked itself", UNKNOWN, MSG_CRL_SIGNER, .ca_usage = KU_CERT_SIGN,
         .no_root_list = true, .certs = {CRL_CERT(K_NEW, "Root", K_ROOT)},
         .lists = {{PLAIN, .key = K_NEW}, {"Root", K_ROOT, .entries = {{3, 1, 2, NULL}}}}},
        {"... and nobody asks whether it is", GOOD, .ca_usage = KU_CERT_SIGN, .spared = true,
         .no_root_list = true, .certs = {CRL_CERT(K_NEW, "Root", K_ROOT)},
         .lists = {{PLAIN, .key = K_NEW}, {"Root", K_ROOT, .entries = {{3, 1, 2, NULL}}}}},
        {"... but the authority above it is asked about", UNKNOWN, MSG_CRL_SIGNER, .ca_usage = KU_CERT_SIGN,
         .spared = true, .no_root_list = true,
         .certs = {{"Other", "Root", K_OTHER, K_ROOT, KU_CERT_SIGN | KU_CRL_SIGN, 4},
                   {"CA", "Other", K_NEW, K_OTHER, KU_CERT_SIGN | KU_CRL_SIGN, 5}},
         .lists = {{PLAIN, .key = K_NEW, .scope = {.given = true, .indirect = true}},
                   {"Root", K_ROOT, .entries = {{4, 1, 2, NULL}}}}},
        {"... that may sign no lists", UNKNOWN, MSG_CRL_NO_SIGN, .ca_usage = KU_CERT_SIGN,
         .certs = {{"CA", "Root", K_NEW, K_ROOT, KU_CERT_SIGN, 3}}, .lists = {{PLAIN, .key = K_NEW}}},
        {"a namesake that another authority certified", UNKNOWN, MSG_CRL_NAMESAKE,
         .certs = {{"Other", "Root", K_OTHER, K_ROOT, KU_CERT_SIGN | KU_CRL_SIGN, 4},
                   {"CA", "Other", K_NEW, K_OTHER, KU_CERT_SIGN | KU_CRL_SIGN, 5}},
         .lists = {{PLAIN, .key = K_NEW}, {"Other", K_OTHER}}},
        {"a namesake whose authority has the name of ours", UNKNOWN, MSG_CRL_NAMESAKE,
         .certs = {{"Other", "Root", K_OTHER, K_ROOT, KU_CERT_SIGN | KU_CRL_SIGN, 4},
                   {"Root", "Other", K_ISSUER, K_OTHER, KU_CERT_SIGN | KU_CRL_SIGN, 6},
                   {"CA", "Root", K_NEW, K_ISSUER, KU_CERT_SIGN | KU_CRL_SIGN, 5}},
         .lists = {{PLAIN, .key = K_NEW}, {"Other", K_OTHER}, {"Root", K_ISSUER}}},
        {"a namesake below another anchor", UNKNOWN, MSG_CRL_SIGNER,
         .certs = {{"CA", "CA", K_NEW, K_NEW, KU_CERT_SIGN | KU_CRL_SIGN, 5}},
         .lists = {{PLAIN, .key = K_NEW}}},
        {"4.5.1 old with new: the list by the new key", GOOD, .no_ca = true,
         .certs = {{"CA", "Root", K_NEW, K_ROOT, KU_CERT_SIGN | KU_CRL_SIGN, 2},
                   {"CA", "CA", K_CA, K_NEW, KU_CERT_SIGN | KU_CRL_SIGN, 3}},
         .lists = {{PLAIN, .key = K_NEW}}},
        {"4.5.2 ... that says revoked", REVOKED, .no_ca = true,
         .certs = {{"CA", "Root", K_NEW, K_ROOT, KU_CERT_SIGN | KU_CRL_SIGN, 2},
                   {"CA", "CA", K_CA, K_NEW, KU_CERT_SIGN | KU_CRL_SIGN, 3}},
         .lists = {{PLAIN, .key = K_NEW, REVOKED_SIGNER}}},
        {"4.5.3 new with old: the list by the new key, that about the new certificate by the old one", GOOD,
         .signer_key = K_NEW,
         .certs = {{"CA", "CA", K_NEW, K_CA, KU_CERT_SIGN | KU_CRL_SIGN, 3, .points = {{AT("self")}}}},
         .lists = {{PLAIN, .key = K_NEW}, {PLAIN, .key = K_CA, .scope = {.given = true, AT("self")}}}},
        {"4.5.4 new with old: the list by the old key, a certificate by the new one", GOOD,
         .signer_key = K_NEW, .certs = {{"CA", "CA", K_NEW, K_CA, KU_CERT_SIGN | KU_CRL_SIGN, 3}},
         .lists = {{PLAIN, .key = K_CA}}},
        {"4.5.5 ... that says revoked", REVOKED, .signer_key = K_NEW,
         .certs = {{"CA", "CA", K_NEW, K_CA, KU_CERT_SIGN | KU_CRL_SIGN, 3}},
         .lists = {{PLAIN, .key = K_CA, REVOKED_SIGNER}}},
        {"4.5.6 a self-issued certificate for the key of lists, its own list by the other key", GOOD,
         .certs = {{"CA", "CA", K_NEW, K_CA, KU_CRL_SIGN, 3, .end_entity = true, .points = {{AT("self")}}}},
         .lists = {{PLAIN, .key = K_NEW}, {PLAIN, .key = K_CA, .scope = {.given = true, AT("self")}}}},
        {"4.5.7 ... the list says revoked", REVOKED,
         .certs = {{"CA", "CA", K_NEW, K_CA, KU_CRL_SIGN, 3, .end_entity = true, .points = {{AT("self")}}}},
         .lists = {{PLAIN, .key = K_NEW, REVOKED_SIGNER},
                   {PLAIN, .key = K_CA, .scope = {.given = true, AT("self")}}}},
        {"... the key of lists is revoked by the other one", UNKNOWN, MSG_CRL_SIGNER,
         .certs = {{"CA", "CA", K_NEW, K_CA, KU_CRL_SIGN, 3, .end_entity = true, .points = {{AT("self")}}}},
         .lists = {{PLAIN, .key = K_NEW},
                   {PLAIN, .key = K_CA, .scope = {.given = true, AT("self")}, .entries = {{3, 1, 2, NULL}}}}},
        {"the key of lists is told about on its own list: good", GOOD,
         .certs = {{"CA", "CA", K_NEW, K_CA, KU_CRL_SIGN, 3, .end_entity = true}},
         .lists = {{PLAIN, .key = K_NEW}}},
        {"the key of lists is revoked on its own list", UNKNOWN, MSG_CRL_SIGNER,
         .certs = {{"CA", "CA", K_NEW, K_CA, KU_CRL_SIGN, 3, .end_entity = true}},
         .lists = {{PLAIN, .key = K_NEW, .entries = {{3, 1, 2, NULL}}}}},
        {"the key identifier of the list names the second of two", GOOD, .ca_usage = KU_CERT_SIGN,
         .certs = {{"CA", "Root", K_OTHER, K_ROOT, KU_CRL_SIGN, 8, .end_entity = true, .ski = "other"},
                   {"CA", "Root", K_NEW, K_ROOT, KU_CRL_SIGN, 3, .end_entity = true, .ski = "new"}},
         .lists = {{PLAIN, .key = K_NEW, .aki = "new"}}},
    };
    RUN(rows);
}

/* PKITS 4.4.14 to 4.4.18: serial numbers are compared as they stand, whatever their sign and length. */
Test(crl_rows, serial_numbers) {
    static const char twenty[] =
        "\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56";
    static const char other[] =
        "\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x57";
    static const struct {
        const char *what;
        const char *cert;
        size_t n_cert;
        const char *entry;
        size_t n_entry;
        bool found;
    } rows[] = {
        {"4.4.14 -1 is not 255", "\xff", 1, "\x00\xff", 2, false},
        {"4.4.15 -1 is -1", "\xff", 1, "\xff", 1, true},
        {"4.4.16 twenty octets, another", twenty, 20, other, 20, false},
        {"4.4.17 twenty octets, one more", twenty, 20, twenty, 19, false},
        {"4.4.18 twenty octets", twenty, 20, twenty, 20, true},
        {"0", "\x00", 1, "\x00", 1, true},
    };
    EVP_PKEY *key = mint_key();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct mint_entry e = {
            .number = BYTES(rows[i].entry, rows[i].n_entry), .when = T2026 - DAY, .reason = -1};
        const struct mint_crl m = {
            .issuer = "CA", .key = key, .from = T2020, .to = T2030, .entries = &e, .n = 1};
        AUTO(sign_buf) der = mint_crl(&m);
        AUTO(pki_crl_ptr) crl = NULL;
        struct crl_entry out = {0};
        cr_assert_eq(pki_crl_read(view(der), NULL, &crl, NULL), SIGN_OK, "%s", rows[i].what);
        cr_expect_eq(pki_crl_find(crl, BYTES(rows[i].cert, rows[i].n_cert), &out), rows[i].found, "%s",
                     rows[i].what);
        cr_expect(!rows[i].found || (out.revoked_at == T2026 - DAY && out.reason == -1), "%s", rows[i].what);
    }
    EVP_PKEY_free(key);
}
