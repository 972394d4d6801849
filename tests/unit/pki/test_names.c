/*
 * Name constraints over whole chains (RFC 5280, 4.2.1.10): what section 4.13 of NIST's PKITS exercises, and
 * the corners of each form. Which names a constraint lets through is asked of the last line.
 */
#include "chain.h"

enum verdict { YES, NO, UNTOLD };

/* The end's names below one authority with these constraints. */
struct row {
    enum verdict verdict;
    const char *authority, *end;
};

static void run_rows(const struct row *rows, size_t n) {
    static const enum message_id messages[] = {MSG_NONE, MSG_PATH_NAME, MSG_PATH_NAME_FORM};
    for (size_t i = 0; i < n; i++) {
        struct chain c = {.lines = {"Root", rows[i].authority, rows[i].end}};
        char what[400];
        (void)snprintf(what, sizeof what, "%s, %s", rows[i].authority, rows[i].end);
        const struct pki_path_options opt = {.at = T2026};
        chain_make(&c);
        expect(chain_judge(&c, &opt), rows[i].verdict == YES ? SUB_NONE : SUB_CHAIN_CONSTRAINTS_FAILURE,
               messages[rows[i].verdict], what);
        chain_free(&c);
    }
}
#define RUN(rows) run_rows(rows, sizeof(rows) / sizeof *(rows))

Test(pki_names, directory) {
    static const struct row rows[] = {
        {YES, "CA +dn=/C=TR/O=A", "/C=TR/O=A/CN=x"},
        {NO, "CA +dn=/C=TR/O=A", "/C=TR/O=B/CN=x"},
        {NO, "CA +dn=/C=TR/O=A", "/C=TR/CN=x"},
        {NO, "CA +dn=/C=TR/O=A", "/O=A/C=TR/CN=x"},
        {YES, "CA +dn=/C=TR/O=A", "/C=TR/O=A"},
        {YES, "CA +dn=/C=TR/O=A", "/C=TR/O=_a_/CN=case_and_space"},
        {NO, "CA +dn=/C=TR/O=A", "/C=TR/O=AB/CN=x"},
        {YES, "CA +dn=/C=TR/O=A +dn=/C=TR/O=B", "/C=TR/O=B/CN=x"},
        {NO, "CA -dn=/C=TR/O=A", "/C=TR/O=A/CN=x"},
        {YES, "CA -dn=/C=TR/O=A", "/C=TR/O=B/CN=x"},
        {NO, "CA +dn=/C=TR -dn=/C=TR/O=A", "/C=TR/O=A/CN=x"},
        {YES, "CA +dn=/C=TR -dn=/C=TR/O=A", "/C=TR/O=B/CN=x"},
        {YES, "CA +dn=/C=TR/O=A", "/C=TR/O=A/CN=x @dn=/C=TR/O=A/CN=y"},
        {NO, "CA +dn=/C=TR/O=A", "/C=TR/O=A/CN=x @dn=/C=TR/O=B/CN=y"},
        {YES, "CA +dn=/C=TR/O=A", "- @dns=x.tr"},
        {NO, "CA +dn=/C=TR/O=A", "- @dn=/C=TR/O=B"},
        {NO, "CA -dn=", "/C=TR/CN=every_name"},
        {NO, "CA +dn=/C=TR/O=A", "/C=TR/O=A+CN=half_of_an_RDN"},
        {YES, "CA -dn=/C=TR/O=A", "/C=TR/O=A+CN=half_of_an_RDN"},
        {YES, "CA +dn=/C=TR/O=A+CN=both", "/C=TR/O=A+CN=both/OU=x"},
    };
    RUN(rows);
}

Test(pki_names, mail) {
    static const struct row rows[] = {
        {YES, "CA +mail=.gov.tr", "S @mail=a@x.gov.tr"},
        {NO, "CA +mail=.gov.tr", "S @mail=a@gov.tr"},
        {NO, "CA +mail=.gov.tr", "S @mail=a@xgov.tr"},
        {YES, "CA +mail=gov.tr", "S @mail=a@GOV.tr"},
        {NO, "CA +mail=gov.tr", "S @mail=a@x.gov.tr"},
        {YES, "CA +mail=a@gov.tr", "S @mail=a@Gov.tr"},
        {NO, "CA +mail=a@gov.tr", "S @mail=A@gov.tr"},
        {NO, "CA +mail=a@gov.tr", "S @mail=b@gov.tr"},
        {NO, "CA -mail=gov.tr", "S @mail=a@gov.tr"},
        {NO, "CA -mail=gov.tr", "S @mail=a@gov.tr."},
        {YES, "CA -mail=gov.tr", "S @mail=a@x.gov.tr"},
        {NO, "CA -mail=.gov.tr", "S @mail=a@x.gov.tr"},
        {NO, "CA -mail=", "S @mail=a@x.tr"},
        {UNTOLD, "CA -mail=a@gov.tr", "S @mail=\"a\"@gov.tr"},
        {YES, "CA -mail=a@gov.tr", "S @mail=\"a\"@com.tr"},
        {UNTOLD, "CA +mail=gov.tr", "S @mail=nobody"},
        {UNTOLD, "CA -mail=gov.tr", "S @mail=a@g%76.tr"},
        {NO, "CA +mail=gov.tr", "S @mail=a@[127.0.0.1]"},
        {NO, "CA -mail=gov.tr", "S @mail=\"x@y\"@gov.tr"},
        /* a mailbox beyond ASCII: an otherName under the same constraints (RFC 9598, 6) */
        {NO, "CA +mail=gov.tr", "S @smtp=\xc3\xa7\x61@com.tr"},
        {YES, "CA +mail=gov.tr", "S @smtp=\xc3\xa7\x61@gov.tr"},
        {NO, "CA -mail=gov.tr", "S @smtp=\xc3\xa7\x61@gov.tr"},
        {UNTOLD, "CA -mail=gov.tr", "S @smtp=a@\xc3\xa7.tr"},
        /* in the subject, when the alternative names have none */
        {NO, "CA -mail=gov.tr", "/CN=x/E=a@gov.tr"},
        {NO, "CA +mail=.gov.tr", "/CN=x/E=a@com.tr"},
        {YES, "CA +mail=.gov.tr", "/CN=x/E=a@x.gov.tr"},
        {NO, "CA -mail=gov.tr", "/CN=x/E=a@gov.tr @dns=y.tr"},
        {YES, "CA -mail=gov.tr", "/CN=x/E=a@gov.tr @mail=a@com.tr"},
        {YES, "CA +mail=.gov.tr", "S"},
    };
    RUN(rows);
}

Test(pki_names, dns) {
    static const struct row rows[] = {
        {YES, "CA +dns=a.tr", "S @dns=a.tr"},
        {YES, "CA +dns=a.tr", "S @dns=www.A.tr"},
        {NO, "CA +dns=a.tr", "S @dns=xa.tr"},
        {NO, "CA +dns=a.tr", "S @dns=tr"},
        {NO, "CA +dns=a.tr", "S @dns=www.a.tr @dns=b.tr"},
        {YES, "CA +dns=a.tr +dns=b.tr", "S @dns=www.a.tr @dns=b.tr"},
        {NO, "CA -dns=a.tr", "S @dns=www.a.tr"},
        {NO, "CA -dns=a.tr", "S @dns=www.a.tr."},
        {YES, "CA -dns=a.tr", "S @dns=xa.tr"},
        {YES, "CA +dns=.a.tr", "S @dns=x.a.tr"},
        {NO, "CA +dns=.a.tr", "S @dns=a.tr"},
        {NO, "CA -dns=", "S @dns=a.tr"},
        {YES, "CA +dns=", "S @dns=a.tr"},
        {YES, "CA +dns=a.tr", "S @dns=*.a.tr"},
        {NO, "CA +dns=www.a.tr", "S @dns=*.b.tr"},
        {UNTOLD, "CA +dns=www.a.tr", "S @dns=*.a.tr"},
        {UNTOLD, "CA -dns=www.a.tr", "S @dns=*.a.tr"},
        {NO, "CA -dns=a.tr", "S @dns=*.a.tr"},
        {YES, "CA -dns=www.a.tr", "S @dns=*.b.tr"},
        {UNTOLD, "CA -dns=a.tr", "S @dns=a..tr"},
        {UNTOLD, "CA -dns=a.tr", "S @dns=\xc3\xa7.tr"},
        {UNTOLD, "CA -dns=*.a.tr", "S @dns=b.tr"},
        {YES, "CA +dns=a.tr", "S"},
    };
    RUN(rows);
}

Test(pki_names, uri) {
    static const struct row rows[] = {
        {YES, "CA +uri=.a.tr", "S @uri=http://x.a.tr/b"},
        {NO, "CA +uri=.a.tr", "S @uri=http://a.tr/b"},
        {YES, "CA +uri=a.tr", "S @uri=ldap://u@A.tr:389/b?c"},
        {NO, "CA +uri=a.tr", "S @uri=http://x.a.tr/"},
        {NO, "CA -uri=a.tr", "S @uri=ftp://a.tr#x"},
        {NO, "CA -uri=.a.tr", "S @uri=http://b.tr@x.a.tr/"},
        {YES, "CA -uri=.a.tr", "S @uri=http://b.tr/@x.a.tr"},
        {YES, "CA -uri=.a.tr", "S @uri=http://b.tr?@x.a.tr"},
        {UNTOLD, "CA -uri=a.tr", "S @uri=http://127.0.0.1/"},
        {UNTOLD, "CA -uri=a.tr", "S @uri=http://[::1]/"},
        {UNTOLD, "CA +uri=a.tr", "S @uri=mailto:x@a.tr"},
        {UNTOLD, "CA +uri=a.tr", "S @uri=urn:a.tr"},
        {UNTOLD, "CA -uri=a.tr", "S @uri=http://%61.tr/"},
        {UNTOLD, "CA -uri=a.tr", "S @uri=http:///x"},
    };
    RUN(rows);
}

Test(pki_names, ip) {
    static const struct row rows[] = {
        {YES, "CA +ip=10.0.0.0/255.0.0.0", "S @ip=10.1.2.3"},
        {NO, "CA +ip=10.0.0.0/255.0.0.0", "S @ip=11.1.2.3"},
        {NO, "CA -ip=10.0.0.0/255.0.0.0", "S @ip=10.1.2.3"},
        {YES, "CA -ip=10.0.0.0/255.0.0.0", "S @ip=11.1.2.3"},
        {NO, "CA +ip=10.0.0.0/255.0.0.0", "S @ip=10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1"},
        {YES, "CA -ip=10.0.0.0/255.0.0.0", "S @ip=10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1"},
        {NO, "CA -ip=32.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0/255.255.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
         "S @ip=32.1.0.0.0.0.0.0.0.0.0.0.0.0.0.1"},
        {UNTOLD, "CA -ip=10.0.0.0/255.0.0.0", "S @ip=10.1.2"},
        {UNTOLD, "CA +ip=10.0.0.0", "S @ip=10.1.2.3"},
        {NO, "CA -ip=0.0.0.0/0.0.0.0", "S @ip=10.1.2.3"},
    };
    RUN(rows);
}

/* A form that is constrained, is there and cannot be compared: refused; where it is not there, it does not
 * matter. */
Test(pki_names, other_forms) {
    static const struct row rows[] = {
        {UNTOLD, "CA -rid=1.2.3", "S @rid=1.2.4"},
        {YES, "CA -rid=1.2.3", "S @dns=a.tr"},
        {UNTOLD, "CA +other=1.2.3", "S @other=1.2.3"},
        {YES, "CA +other=1.2.3", "S @other=1.2.4"},
        {YES, "CA +dns=a.tr", "S @mail=a@b.tr @uri=http://c.tr/ @ip=1.2.3.4 @rid=1.2.3"},
        {UNTOLD, "CA +min1:dns=a.tr", "S @dns=a.tr"},
        {UNTOLD, "CA +max0:dns=a.tr", "S @dns=a.tr"},
        {YES, "CA +min1:dns=a.tr", "S @mail=a@b.tr"},
        {NO, "CA +dns=a.tr +mail=b.tr", "S @dns=a.tr @mail=a@c.tr"},
        {NO, "CA +dns=a.tr +mail=b.tr", "S @dns=b.tr @mail=a@b.tr"},
        {YES, "CA +dns=a.tr +mail=b.tr", "S @dns=a.tr @mail=a@b.tr"},
    };
    RUN(rows);
}

/* Constraints of several authorities all hold; self-issued certificates are spared unless they are the last.
 */
Test(pki_names, along_the_path) {
    static const struct {
        enum message_id message;
        const char *what;
        const char *lines[CHAIN_MAX];
    } rows[] = {
        {MSG_NONE, "narrower below", {"Root", "/O=A +dn=/O=A", "/O=A/OU=B +dn=/O=A/OU=B", "/O=A/OU=B/CN=x"}},
        {MSG_PATH_NAME,
         "the lower one's",
         {"Root", "/O=A +dn=/O=A", "/O=A/OU=B +dn=/O=A/OU=B", "/O=A/OU=C/CN=x"}},
        {MSG_PATH_NAME, "the upper one's", {"Root", "/O=A +dn=/O=A", "/O=A/OU=B +dn=/O=C", "/O=C/CN=x"}},
        {MSG_PATH_NAME, "of nothing in common", {"Root", "/O=A +dn=/O=A", "/O=A/OU=B +dn=/O=C", "/O=A/CN=x"}},
        {MSG_PATH_NAME, "an authority in between", {"Root", "/O=A +dn=/O=A", "/O=B", "/O=A/CN=x"}},
        {MSG_NONE, "a self-issued one is spared", {"Root", "/O=B +dn=/O=A", "/O=B", "/O=A/CN=x"}},
        {MSG_PATH_NAME, "but not at the end", {"Root", "/O=B +dn=/O=A", "/O=B"}},
        {MSG_PATH_NAME, "constraints of a self-issued one", {"Root", "/O=B", "/O=B +dn=/O=A", "/O=C"}},
        {MSG_PATH_NAME, "of the anchor", {"Root +dn=/O=A", "/O=A", "/O=B"}},
        {MSG_NONE, "of the anchor, met", {"Root +dn=/O=A", "/O=A", "/O=A/CN=x"}},
        {MSG_NONE, "of the end itself", {"Root", "CA", "/O=B +dn=/O=A"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chain c = {.n = 0};
        memcpy(c.lines, rows[i].lines, sizeof c.lines);
        const struct pki_path_options opt = {.at = T2026};
        chain_make(&c);
        expect(chain_judge(&c, &opt), rows[i].message == MSG_NONE ? SUB_NONE : SUB_CHAIN_CONSTRAINTS_FAILURE,
               rows[i].message, rows[i].what);
        chain_free(&c);
    }
}

/* Malformed constraints are refused; so are more comparisons than are ever needed, and those nobody pays. */
Test(pki_names, bounds) {
    struct chain c = {.lines = {"Root", "CA +dns=a.tr", "S @dns=a.tr"}};
    AUTO(crypto_ptr) crypto = NULL;
    AUTO(der_builder) subtrees = {0};
    AUTO(der_builder) names = {0};
    AUTO(sign_buf) constraints = {0};
    AUTO(sign_buf) alternative = {0};
    struct pki_cert *certs[3] = {NULL};
    struct pki_names_result r;
    chain_make(&c);
    cr_assert_eq(crypto_new(&crypto, NULL), SIGN_OK);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(pki_cert_read(crypto, view(c.der[2 - i]), &certs[i], NULL), SIGN_OK);
    cr_assert_eq(pki_names_check(certs, 3, NULL, &r, NULL), SIGN_OK);
    cr_expect_eq(r.why, MSG_NONE);
    certs[1]->name_constraints = BYTES("\x30\x04\xa0\x02\x30\x00", 6);
    cr_assert_eq(pki_names_check(certs, 3, NULL, &r, NULL), SIGN_OK);
    cr_expect(r.why == MSG_PATH_NAME_FORM && r.by == 1, "a subtree without a base");
    der_begin(&subtrees, DER_SEQUENCE);
    der_begin(&subtrees, DER_CONTEXT_CONSTRUCTED(1));
    der_begin(&names, DER_SEQUENCE);
    for (int i = 0; i < 600; i++) {
        der_begin(&subtrees, DER_SEQUENCE);
        der_put(&subtrees, DER_CONTEXT(2), BYTES_STR("c.tr"));
        der_end(&subtrees);
        der_put(&names, DER_CONTEXT(2), BYTES_STR("b.tr"));
    }
    der_end(&subtrees);
    der_end(&subtrees);
    der_end(&names);
    cr_assert_eq(der_builder_take(&subtrees, &constraints, NULL), SIGN_OK);
    cr_assert_eq(der_builder_take(&names, &alternative, NULL), SIGN_OK);
    certs[1]->name_constraints = view(constraints);
    size_t effort = 3;
    cr_assert_eq(pki_names_check(certs, 3, &effort, &r, NULL), SIGN_OK);
    cr_expect(r.why == MSG_NONE && effort == 1,
              "two names against 600 subtrees cost about two signatures: %zu", effort);
    certs[0]->subject_alt = view(alternative);
    effort = 10;
    cr_assert_eq(pki_names_check(certs, 3, &effort, &r, NULL), SIGN_OK);
    cr_expect(r.why == MSG_PATH_NAME_LIMIT, "600 names against 600 subtrees: %s", message_code(r.why));
    cr_expect_eq(effort, 0);
    for (size_t i = 0; i < 3; i++)
        pki_cert_free(&certs[i]);
    chain_free(&c);
}
