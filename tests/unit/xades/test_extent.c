/* How much is signed, what is given out of it, and how much work a document may be. */
#include "verify_make.h"

#include "base/limits.h"
#include "base/text.h"
#include "xades/reference.h"

#include <stdio.h>

#define OBJECT                     V_QP("#S", V_SP("sp", V_CERT))
#define O_REF(t, d)                V_REF("URI=\"#o\"", t, d)
#define O_SIGNATURE(t, d, objects) V_SIGNATURE(V_SP_REF O_REF(t, d), objects)
#define B64                        "<ds:Transform Algorithm=\"" V_DS "base64\"/>"
#define C14N                       "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>"
#define WITH                       "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments\"/>"
#define GOOD                       "<ds:Object Id=\"o\"><b>good</b></ds:Object>"

static sign_rc run(const char *text, struct sign_report **r) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf) filled = verify_fill(&s, text);
    return verify_run(&s, draft_view(&filled), NULL, 0, r);
}

static void covers(const char *what, const char *text, enum tri wanted) {
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(run(text, &r), SIGN_OK, "%s", what);
    const struct report_signature *s = r->signatures;
    cr_assert(s->references != TRI_FALSE && s->signature_value == TRI_TRUE, "%s does not hold: %s", what,
              s->messages != NULL ? message_code(s->messages->id) : "-");
    cr_assert_eq(s->covers_whole_document, wanted, "%s", what);
}

Test(extent, an_object_is_the_whole_where_nothing_unsigned_is_beside_it) {
    covers("an Object", O_SIGNATURE(V_EXC, "{d:o}", OBJECT GOOD), TRI_TRUE);
    covers("its only element", O_SIGNATURE(V_EXC, "{d:o}", OBJECT "<ds:Object><b Id=\"o\"/></ds:Object>"),
           TRI_TRUE);
    covers("an empty Object", O_SIGNATURE(V_EXC, "{d:o}", OBJECT GOOD "<ds:Object> <!-- --> </ds:Object>"),
           TRI_TRUE);
    covers("another Object", O_SIGNATURE(V_EXC, "{d:o}", OBJECT GOOD "<ds:Object><e/></ds:Object>"),
           TRI_FALSE);
    covers("a look-alike of the properties",
           O_SIGNATURE(V_EXC, "{d:o}",
                       OBJECT GOOD "<ds:Object><QualifyingProperties xmlns=\"urn:x\"/></ds:Object>"),
           TRI_FALSE);
    covers("an element beside the properties",
           O_SIGNATURE(V_EXC, "{d:o}",
                       "<ds:Object><xades:QualifyingProperties Target=\"#S\">" V_SP(
                           "sp", V_CERT) "</xades:QualifyingProperties><e/></ds:Object>" GOOD),
           TRI_FALSE);
    covers("an instruction in an Object",
           O_SIGNATURE(V_EXC, "{d:o}", OBJECT GOOD "<ds:Object><!-- --><?x y?></ds:Object>"), TRI_FALSE);
    covers("an instruction beside the Objects", O_SIGNATURE(V_EXC, "{d:o}", OBJECT GOOD "<?x y?>"),
           TRI_FALSE);
    covers("an instruction before the root", "<?x y?>" O_SIGNATURE(V_EXC, "{d:o}", OBJECT GOOD), TRI_FALSE);
    covers("an attribute of an Object", O_SIGNATURE(V_EXC, "{d:o}", OBJECT GOOD "<ds:Object pay=\"999\"/>"),
           TRI_FALSE);
}

Test(extent, base64_of_an_object_is_the_whole_where_it_is_text_alone) {
    covers("text", O_SIGNATURE(B64, "{t:hello}", OBJECT "<ds:Object Id=\"o\">aGVsbG8=</ds:Object>"),
           TRI_TRUE);
    covers("an element in it",
           O_SIGNATURE(B64, "{t:hello}", OBJECT "<ds:Object Id=\"o\">aGVs<e pay=\"9\"/>bG8=</ds:Object>"),
           TRI_FALSE);
    covers("an instruction in it",
           O_SIGNATURE(B64, "{t:hello}", OBJECT "<ds:Object Id=\"o\">aGVs<?e 9?>bG8=</ds:Object>"),
           TRI_FALSE);
}

Test(extent, a_document_is_the_whole_where_its_signature_carries_nothing_else) {
    covers("enveloped", V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, OBJECT)), TRI_TRUE);
    covers("an unsigned Object",
           V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF, OBJECT "<ds:Object><e/></ds:Object>")), TRI_FALSE);
    covers("the same, signed", V_ROOT(V_SIGNATURE(V_SP_REF V_DOC_REF O_REF(V_EXC, "{d:o}"), OBJECT GOOD)),
           TRI_TRUE);
    covers("a transform that is not computed",
           V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"\"",
                                             "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
                                             "REC-xpath-19991116\"><ds:XPath>not(self::p)</ds:XPath>"
                                             "</ds:Transform>",
                                             "{e}"),
                              OBJECT)),
           TRI_NULL);
}

static void no_data(const char *what, const char *text) {
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(run(text, &r), SIGN_OK, "%s", what);
    cr_assert(verify_says(r, MSG_NO_DATA_SIGNED), "%s", what);
    cr_assert(r->signatures->sub == SUB_SIG_CONSTRAINTS_FAILURE && r->signatures->scope == NULL, "%s", what);
    cr_assert_eq(r->signatures->covers_whole_document, TRI_FALSE, "%s", what);
}

Test(extent, the_markup_of_a_signature_is_no_data) {
    static const char role[] = "<xades:SignerRoleV2 Id=\"x\"><xades:ClaimedRoles><xades:ClaimedRole>x"
                               "</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRoleV2>";
    static char text[16384];
    snprintf(text, sizeof text,
             V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#x\"", V_EXC, "{d:x}"),
                                V_QP("#S", V_SP("sp", V_CERT "%s")))),
             role);
    no_data("a signed property", text);
    no_data("the Object of the properties",
            V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#x\"", V_EXC, "{d:x}"),
                               "<ds:Object Id=\"x\"><xades:QualifyingProperties Target=\"#S\">" V_SP(
                                   "sp", V_CERT) "</xades:QualifyingProperties></ds:Object>")));
    no_data("what stands around a root that is the Signature",
            "<?p q?>" V_SIGNATURE(V_SP_REF V_REF("URI=\"\"", V_ENV V_EXC, "{t:<?p q?>\n}"), OBJECT));
}

static void gives(const char *text, const char *content) {
    AUTO(signer) s = signer_open("nes-rsa2048");
    AUTO(sign_buf) filled = verify_fill(&s, text);
    AUTO(sign_buf) out = {0};
    sign_error err = {0};
    const source what = {.mem = draft_view(&filled), .fd = -1, .size = filled.len, .name = "x.xml"};
    const sign_output to = {.buf = &out};
    cr_assert_eq(xades_extract(s.crypto, &what, &to, &err), SIGN_OK, "%s", err.text);
    cr_assert(bytes_equal(draft_view(&out), BYTES_STR(content)), "%.*s", (int)out.len, out.data);
}

/* An Object loses its tags only where they are all that is missing. */
Test(extent, of_an_object_comes_out_what_was_digested) {
    static const char inside[] = "<ds:Object xmlns:ds=\"" V_DS "\" Id=\"o\"><b>x</b></ds:Object>";
    gives("<ds:Object xmlns:ds=\"" V_DS "\" Id=\"o\"><b>x</b>" V_SIGNATURE(
              V_SP_REF O_REF(V_ENV V_EXC, "{e}"), OBJECT "<ds:Object><evil/></ds:Object>") "</ds:Object>",
          inside);
    gives("<r>" V_SIGNATURE(V_SP_REF V_REF("URI=\"#xpointer(id('o'))\"", V_EXC WITH, "{d:o}"),
                            OBJECT "<ds:Object Id=\"o\"><b>x<!--evil--></b></ds:Object>") "</r>",
          inside);
    gives("<r>" V_SIGNATURE(V_SP_REF V_REF("URI=\"#o\"", V_EXC, "{d:o}"),
                            OBJECT "<ds:Object Id=\"o\">one<b>x</b></ds:Object>") "</r>",
          "<ds:Object xmlns:ds=\"" V_DS "\" Id=\"o\">one<b>x</b></ds:Object>");
    gives("<r>" V_SIGNATURE(V_SP_REF V_REF("URI=\"#o\"", V_EXC, "{d:o}"),
                            OBJECT "<ds:Object Id=\"o\"><b>x</b></ds:Object>") "</r>",
          "<b>x</b>");
}

/* ---- work ------------------------------------------------------------------------------------------- */

Test(extent, the_limit_of_work_grows_with_the_document) {
    const uint64_t mib = (uint64_t)1 << 20, gib = (uint64_t)1 << 30;
    cr_assert_eq(xades_work_limit(0), 64 * mib);
    cr_assert_eq(xades_work_limit(4 * mib), 64 * mib);
    cr_assert_eq(xades_work_limit(100 * mib), 1600 * mib);
    cr_assert_eq(xades_work_limit(gib / 2), 4 * gib);
    cr_assert_eq(xades_work_limit(5 * gib), 20 * gib);
    cr_assert_eq(xades_work_limit(UINT64_MAX), UINT64_MAX);
}

/* A document of `size` octets of small elements, and a signature of `n` references, each with its own chain.
 */
static void flood(grow *text, size_t size, size_t n, const char *chain) {
    grow_str(text, "<r>" V_OPEN("S") "<ds:SignedInfo>" V_METHODS(V_RSA));
    for (size_t i = 0; i < n; i++) {
        grow_printf(
            text,
            V_REF(
                "URI=\"\"",
                V_ENV
                "%s<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"
                "<InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"p%zu\"/>"
                "</ds:Transform>",
                "{t:x}"),
            chain, i);
    }
    grow_str(text, "</ds:SignedInfo>" V_VALUE V_KEY "</ds:Signature>");
    while (text->len < size)
        grow_str(text, "<a/>");
    grow_str(text, "</r>");
    grow_byte(text, 0);
}

static const struct report_signature *judged(const grow *text, struct sign_report **r) {
    cr_assert_eq(run((const char *)text->data, r), SIGN_OK);
    return (*r)->signatures;
}

/* What is made between two transforms counts, and so does its being read again. */
Test(extent, work_is_bounded) {
    AUTO(grow) few = {0};
    AUTO(grow) many = {0};
    AUTO(grow) plain = {0};
    AUTO(sign_report_ptr) a = NULL;
    AUTO(sign_report_ptr) b = NULL;
    AUTO(sign_report_ptr) c = NULL;
    flood(&few, 400000, 5, C14N C14N C14N);
    cr_assert_eq(judged(&few, &a)->sub, SUB_HASH_FAILURE);
    flood(&plain, 400000, 30, "");
    cr_assert_eq(judged(&plain, &b)->sub, SUB_HASH_FAILURE);
    flood(&many, 400000, 30, C14N C14N C14N);
    cr_assert_eq(judged(&many, &c)->sub, SUB_FORMAT_FAILURE);
    cr_assert(verify_says(c, MSG_LIMIT));
}

/* One Manifest that many references name is gone through once: the second time nothing is added to scope. */
Test(extent, a_manifest_is_checked_once) {
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(run(V_ROOT(V_SIGNATURE(V_SP_REF V_REF("URI=\"#m\"", V_EXC, "{d:m}")
                                            V_REF("URI=\"#m\"", V_EXC, "{d:m}") O_REF(V_EXC, "{d:o}"),
                                        OBJECT "<ds:Object Id=\"o\"><ds:Manifest Id=\"m\">" V_REF(
                                            "URI=\"#a\"", V_EXC, "{D:a}") "</ds:Manifest></ds:Object>")),
                     &r),
                 SIGN_OK);
    size_t entries = 0;
    for (const struct report_scope *s = r->signatures->scope; s != NULL; s = s->next)
        entries += strcmp(s->name, "#a") == 0;
    cr_assert_eq(r->signatures->references, TRI_TRUE);
    cr_assert_eq(entries, 1);
}

/* ---- names ------------------------------------------------------------------------------------------- */

Test(extent, an_id_of_white_space_around_is_the_same_id) {
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(run("<r><a Id=\"a\">1</a><b xml:id=\" a \">2</b>" V_SIGNATURE(
                         V_SP_REF V_REF("URI=\"#a\"", V_EXC, "{d:a}"), OBJECT) "</r>",
                     &r),
                 SIGN_OK);
    cr_assert(r->signatures->sub == SUB_FORMAT_FAILURE && verify_says(r, MSG_XML_ID_REPEATED));
}

Test(extent, a_signature_is_called_by_a_name) {
    static const char *const good[] = {"S", "_1", "3f25-a", "urn:x", "\xC4\xB0mza"};
    static const char *const bad[] = {"", "a b", "a\nb", "\xE2\x80\xAE", "\xC2\x85", "a\xE2\x80\xA8", "a/b"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(xades_is_id(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(xades_is_id(bad[i]), "%zu", i);
    AUTO(sign_report_ptr) r = NULL;
    cr_assert_eq(run("<r>" V_OPEN("S2") "<ds:x/></ds:Signature>" V_OPEN("a&#10;b") "</ds:Signature></r>", &r),
                 SIGN_OK);
    cr_assert_str_eq(r->signatures->id, "S2");
    cr_assert_str_eq(r->signatures->next->id, "S2.0");
    cr_assert_eq(r->signatures->next->sub, SUB_FORMAT_FAILURE);
}
