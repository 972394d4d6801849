/* What the time-stamps of a signature are of (TS 101 903, 7.2.9, 7.2.10, 7.3, 7.5, 7.7, 8.2): the octets are
 * written out by hand. Each test names the rule that it would break without. */
#include "stamp_make.h"

static struct stamp_run *open_text(const char *text) {
    return stamp_open(BYTES_STR(text), NULL, 0);
}

static void check_of(const char *text, const char *octets) {
    AUTO(stamp_run_ptr) r = open_text(text);
    cr_assert(r->n > 0);
    stamp_is_of(r, r->n - 1, octets);
}

/* ---- canonicalization --------------------------------------------------------------------------------- */

/* 7.1.4: without a method Canonical XML 1.0, in place: what the ancestors declare is in it. */
Test(stamps, the_value_is_canonicalised_in_its_place) {
    check_of(CARRIES(STAMP("", "x:SignatureTimeStamp", "t", "")), VALUE(NS_ALL));
}

Test(stamps, the_method_of_the_property_counts) {
    check_of(CARRIES(STAMP("", "x:SignatureTimeStamp", "t", METHOD(S_EXC))), VALUE(NS_DS));
    check_of(CARRIES(STAMP("", "x:SignatureTimeStamp", "t",
                           "<ds:CanonicalizationMethod Algorithm=\"" S_EXC
                           "\"><e:InclusiveNamespaces xmlns:e=\"" S_EXC "\" PrefixList=\"q\"/>"
                           "</ds:CanonicalizationMethod>")),
             VALUE(NS_DS " xmlns:q=\"urn:q\""));
}

/* Comments are in the canonical form where the method says so, and nowhere else. */
Test(stamps, comments_count_by_the_method) {
#define REMARK               "<!--k-->"
#define REMARKED(ns, remark) EL(ns, "x:CompleteRevocationRefs", "", remark)
#define REFS_STAMP(method)   STAMP("", "x:RefsOnlyTimeStamp", "u", METHOD(method))
    check_of(CARRIES(REMARKED("", REMARK) REFS_STAMP(S_EXC)), REMARKED(NS_X, ""));
    check_of(CARRIES(REMARKED("", REMARK) REFS_STAMP(S_EXC "WithComments")), REMARKED(NS_X, REMARK));
}

Test(stamps, a_method_that_is_not_known_breaks_the_property_alone) {
    AUTO(stamp_run_ptr) r = open_text(CARRIES(STAMP("", "x:SignatureTimeStamp", "t", METHOD("urn:none"))));
    cr_assert_eq(r->n, 1);
    cr_assert_eq(r->stamps[0].broken, MSG_STAMP_PROPERTY);
    cr_assert_eq(r->one.s.broken, MSG_NONE, "the signature holds without it");
    struct ades_imprint found = stamp_against(r, 0, BYTES_STR(VALUE(NS_ALL)));
    cr_assert(found.same == TRI_NULL && found.why == MSG_STAMP_PROPERTY && found.detail != NULL);
}

/* ---- the content -------------------------------------------------------------------------------------- */

#define ALL_DATA(inside)   STAMP("", "x:AllDataObjectsTimeStamp", "t", inside)
#define ONE_BY_ONE(inside) STAMP("", "x:IndividualDataObjectsTimeStamp", "t", inside)
#define CONTENT(references, stamp)                                                                           \
    ROOT(SIGNATURE(references, KEY(""), QUALIFYING(PROPERTIES("", DATA(stamp)))))
#define INCLUDE(id, more) "<x:Include URI=\"#" id "\"" more "></x:Include>"
#define DATA_OF           " referencedData=\"true\""

/* 7.2.9: every Reference but that of the properties, through its transforms; nodes by the property's method,
 * which is not the one that the signature's own digest has. */
Test(stamps, all_data_are_what_the_references_make_of_them) {
    static const char references[] =
        CONTENT(REF(" URI=\"\"", ENVELOPED) SP_REF REF(" URI=\"#a\"", TRANSFORMS(S_EXC)), ALL_DATA(""));
    check_of(references, "<r xmlns:q=\"urn:q\"><a Id=\"a\">1</a></r>"
                         "<a Id=\"a\">1</a>");
    static const char exclusive[] = CONTENT(REF(" URI=\"#a\"", "") SP_REF, ALL_DATA(METHOD(S_EXC)));
    check_of(exclusive, "<a Id=\"a\">1</a>");
    static const char inclusive[] = CONTENT(REF(" URI=\"#a\"", "") SP_REF, ALL_DATA(""));
    check_of(inclusive, "<a xmlns:q=\"urn:q\" Id=\"a\">1</a>");
}

/* The octets of a content that no transform touches are taken as they are. */
Test(stamps, a_detached_content_is_taken_as_it_is) {
    static const char text[] = CONTENT(REF(" URI=\"b.txt\"", "") SP_REF, ALL_DATA(METHOD(S_EXC)));
    const sign_input content = {.name = "b.txt", .data = BYTES_STR("<b  />\r\n")};
    AUTO(stamp_run_ptr) r = stamp_open(BYTES_STR(text), &content, 1);
    stamp_is_of(r, 0, "<b  />\r\n");
    cr_assert(r->stamps[0].covers_data && !r->stamps[0].covers_signature);
    cr_assert_eq(r->stamps[0].class, STAMP_CONTENT);
}

Test(stamps, without_the_content_nothing_is_known) {
    AUTO(stamp_run_ptr) r = open_text(CONTENT(REF(" URI=\"b.txt\"", "") SP_REF, ALL_DATA("")));
    struct ades_imprint found = stamp_against(r, 0, BYTES_STR("x"));
    cr_assert(found.same == TRI_NULL && found.why == MSG_REFERENCE_UNFOUND && found.found == NULL);
}

Test(stamps, a_transform_that_is_not_computed_leaves_it_open) {
    AUTO(stamp_run_ptr)
    r = open_text(CONTENT(REF(" URI=\"#a\"", TRANSFORMS("urn:none")) SP_REF, ALL_DATA("")));
    struct ades_imprint found = stamp_against(r, 0, BYTES_STR("x"));
    cr_assert(found.same == TRI_NULL && found.why == MSG_TRANSFORM_UNKNOWN);
}

/* 7.2.10: in the order of Include, not of the references. */
Test(stamps, individual_data_are_those_that_are_included) {
#define TWO                                                                                                  \
    REF(" Id=\"ra\" URI=\"#a\"", TRANSFORMS(S_EXC)) REF(" Id=\"rv\" URI=\"#k\"", TRANSFORMS(S_EXC)) SP_REF
#define K "<ds:Object Id=\"k\">2</ds:Object>"
#define TWO_DATA(includes)                                                                                   \
    ROOT(SIGNATURE(TWO, KEY(""), K QUALIFYING(PROPERTIES("", DATA(ONE_BY_ONE(includes))))))
    check_of(TWO_DATA(INCLUDE("rv", DATA_OF) INCLUDE("ra", DATA_OF)),
             "<ds:Object" NS_DS " Id=\"k\">2</ds:Object><a Id=\"a\">1</a>");
    AUTO(stamp_run_ptr) both = open_text(TWO_DATA(INCLUDE("rv", DATA_OF) INCLUDE("ra", DATA_OF)));
    cr_assert(both->stamps[0].covers_data);
    AUTO(stamp_run_ptr) one = open_text(TWO_DATA(INCLUDE("ra", " referencedData=\"1\"")));
    stamp_is_of(one, 0, "<a Id=\"a\">1</a>");
    cr_assert(!one->stamps[0].covers_data, "a part of the data is not the data");
}

Test(stamps, what_individual_data_may_not_leave_open) {
    static const char *const bad[] = {TWO_DATA(INCLUDE("ra", "")),
                                      TWO_DATA(INCLUDE("ra", " referencedData=\"yes\"")),
                                      TWO_DATA(INCLUDE("ra", " referencedData=\"false\"")),
                                      TWO_DATA(INCLUDE("none", DATA_OF)),
                                      TWO_DATA(INCLUDE("a", DATA_OF)),
                                      TWO_DATA("")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        AUTO(stamp_run_ptr) r = open_text(bad[i]);
        cr_assert_eq(r->n, 1);
        cr_assert_eq(r->stamps[0].broken, MSG_STAMP_PROPERTY, "row %zu", i);
    }
}

/* 4.4: what no reference signs is nobody's word. */
Test(stamps, content_stamps_of_properties_that_are_not_signed_are_none) {
    AUTO(stamp_run_ptr) r = open_text(CONTENT(REF(" URI=\"#a\"", TRANSFORMS(S_EXC)), ALL_DATA("")));
    cr_assert_eq(r->n, 0);
}

/* ---- references --------------------------------------------------------------------------------------- */

#define SIG_STAMP(ns) STAMP(ns, "x:SignatureTimeStamp", "t", "")
#define V2_REFS(ns)   EL(ns, "y:CompleteCertificateRefsV2", " Id=\"c2\"", "")
#define AC_REFS(ns)   EL(ns, "x:AttributeCertificateRefs", " Id=\"ac\"", "")
#define AR_REFS(ns)   EL(ns, "x:AttributeRevocationRefs", " Id=\"ar\"", "")
#define OTHER(ns)     EL(ns, "x:CertificateValues", " Id=\"cv\"", "")

/* 7.5.1.1: the value, then what stands before, in its order. */
Test(stamps, signature_and_references) {
    check_of(CARRIES(CERT_REFS("") OTHER("") SIG_STAMP("") "\n " REV_REFS("")
                         STAMP("", "x:SigAndRefsTimeStamp", "u", "") AC_REFS("")),
             VALUE(NS_ALL) CERT_REFS(NS_ALL) SIG_STAMP(NS_ALL) REV_REFS(NS_ALL));
    check_of(CARRIES(AC_REFS("") AR_REFS("") V2_REFS("") STAMP("", "x:SigAndRefsTimeStamp", "u", "")),
             VALUE(NS_ALL) AC_REFS(NS_ALL) AR_REFS(NS_ALL));
    check_of(CARRIES(CERT_REFS("") REV_REFS("") V2_REFS("")
                         STAMP("", "y:SigAndRefsTimeStampV2", "u", METHOD(S_EXC))),
             VALUE(NS_DS) REV_REFS(NS_X) V2_REFS(NS_Y));
}

/* 7.5.2.1 */
Test(stamps, references_only) {
    check_of(CARRIES(SIG_STAMP("") CERT_REFS("") REV_REFS("") STAMP("", "x:RefsOnlyTimeStamp", "u", "")),
             CERT_REFS(NS_ALL) REV_REFS(NS_ALL));
    check_of(CARRIES(SIG_STAMP("") V2_REFS("") REV_REFS("")
                         STAMP("", "y:RefsOnlyTimeStampV2", "u", METHOD(S_EXC))),
             V2_REFS(NS_Y) REV_REFS(NS_X));
}

/* References of the other version are stamped by programs that are about; what they protect is told strictly.
 */
Test(stamps, references_of_both_versions_are_the_second_way) {
    AUTO(stamp_run_ptr)
    r = open_text(CARRIES(V2_REFS("") REV_REFS("") STAMP("", "x:RefsOnlyTimeStamp", "u", "")));
    cr_assert_eq(stamp_against(r, 0, BYTES_STR(REV_REFS(NS_ALL))).same, TRI_TRUE);
    cr_assert_eq(stamp_against(r, 0, BYTES_STR(V2_REFS(NS_ALL) REV_REFS(NS_ALL))).same, TRI_TRUE);
    cr_assert_eq(stamp_against(r, 0, BYTES_STR(V2_REFS(NS_ALL))).same, TRI_FALSE);
}

/* 7.5.1.2: Include says what, and in which order. */
Test(stamps, the_distributed_case) {
    check_of(CARRIES(SIG_STAMP("") CERT_REFS("") REV_REFS("")
                         STAMP("", "x:SigAndRefsTimeStamp", "u", INCLUDE("rr", "") INCLUDE("t", ""))),
             VALUE(NS_ALL) REV_REFS(NS_ALL) SIG_STAMP(NS_ALL));
    check_of(CARRIES(SIG_STAMP("") CERT_REFS("") REV_REFS("")
                         STAMP("", "x:RefsOnlyTimeStamp", "u", INCLUDE("cr", ""))),
             CERT_REFS(NS_ALL));
}

Test(stamps, include_names_what_stands_before) {
    static const char *const bad[] = {
        CARRIES(CERT_REFS("") STAMP("", "x:RefsOnlyTimeStamp", "u", INCLUDE("rr", "")) REV_REFS("")),
        CARRIES(CERT_REFS("") STAMP("", "x:RefsOnlyTimeStamp", "u", INCLUDE("u", ""))),
        CARRIES(CERT_REFS("") STAMP("", "x:RefsOnlyTimeStamp", "u", INCLUDE("a", ""))),
        CARRIES(CERT_REFS("") STAMP("", "y:ArchiveTimeStamp", "u", "<x:Include URI=\"b.txt\"></x:Include>")),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        AUTO(stamp_run_ptr) r = open_text(bad[i]);
        cr_assert_eq(r->n, 1);
        cr_assert_eq(r->stamps[0].broken, MSG_STAMP_PROPERTY, "row %zu", i);
        cr_assert_eq(r->stamps[0].n_covered, 0);
        cr_assert_eq(stamp_against(r, 0, BYTES_STR("x")).same, TRI_NULL);
    }
}

/* ---- archive ------------------------------------------------------------------------------------------ */

#define OBJECT(ns, id) EL(ns, "ds:Object", " Id=\"" id "\"", "o")
#define UNNAMED(ns)    EL(ns, "ds:Object", "", "p")
#define ARCHIVE_REFS   REF(" URI=\"#a\"", "") REF(" URI=\"#o1\"", TRANSFORMS(S_EXC)) SP_REF
#define ARCHIVED(stamps)                                                                                     \
    ROOT(SIGNATURE(ARCHIVE_REFS, KEY(""),                                                                    \
                   OBJECT("", "o1") QUALIFYING(PROPERTIES("", "") UNSIGNED(stamps)) UNNAMED("")              \
                       OBJECT("", "o2")))
#define SIGNED_ALONE                                                                                         \
    "<x:SignedProperties" NS_X " Id=\"sp\"><x:SignedSignatureProperties>"                                    \
    "</x:SignedSignatureProperties></x:SignedProperties>"
/* What every archive time-stamp of that begins with. */
#define ARCHIVE_HEAD                                                                                         \
    "<a xmlns:q=\"urn:q\" Id=\"a\">1</a>" OBJECT(NS_DS, "o1") SIGNED_ALONE INFO(NS_ALL, ARCHIVE_REFS)        \
        VALUE(NS_ALL) KEY(NS_ALL)

/* 8.2: all Objects, those that are referred to as well. */
Test(stamps, archive_of_1_4_1) {
    AUTO(stamp_run_ptr)
    r = open_text(ARCHIVED(SIG_STAMP("") "\n<!-- -->" OTHER("") STAMP("", "y:ArchiveTimeStamp", "u", "")));
    cr_assert_str_eq(r->stamps[1].kind, "ArchiveTimeStamp (1.4.1)");
    stamp_is_of(r, 1,
                ARCHIVE_HEAD SIG_STAMP(NS_ALL) OTHER(NS_ALL) OBJECT(NS_ALL, "o1") UNNAMED(NS_ALL)
                    OBJECT(NS_ALL, "o2"));
    cr_assert_str_eq(r->one.out->level, "LTA");
}

/* 7.7: those alone that no reference is to. */
Test(stamps, archive_of_1_3_2) {
    AUTO(stamp_run_ptr) r = open_text(ARCHIVED(SIG_STAMP("") STAMP("", "x:ArchiveTimeStamp", "u", "")));
    cr_assert_str_eq(r->stamps[1].kind, "ArchiveTimeStamp (1.3.2)");
    stamp_is_of(r, 1, ARCHIVE_HEAD SIG_STAMP(NS_ALL) UNNAMED(NS_ALL) OBJECT(NS_ALL, "o2"));
    cr_assert_str_eq(r->one.out->level, "A");
}

/* Only what stands before; an earlier archive time-stamp of either namespace is part of it. */
Test(stamps, archive_after_archive) {
#define FIRST(ns) STAMP(ns, "x:ArchiveTimeStamp", "u", "")
    AUTO(stamp_run_ptr) r = open_text(ARCHIVED(FIRST("") STAMP("", "y:ArchiveTimeStamp", "w", "") OTHER("")));
    cr_assert_eq(r->n, 2);
    stamp_is_of(r, 0, ARCHIVE_HEAD UNNAMED(NS_ALL) OBJECT(NS_ALL, "o2"));
    stamp_is_of(r, 1, ARCHIVE_HEAD FIRST(NS_ALL) OBJECT(NS_ALL, "o1") UNNAMED(NS_ALL) OBJECT(NS_ALL, "o2"));
}

/* 7.7.2: the properties by Include, the rest as ever. */
Test(stamps, archive_distributed) {
    check_of(ARCHIVED(SIG_STAMP("") OTHER("") STAMP("", "x:ArchiveTimeStamp", "u", INCLUDE("cv", ""))),
             ARCHIVE_HEAD OTHER(NS_ALL) UNNAMED(NS_ALL) OBJECT(NS_ALL, "o2"));
}

/* A document that is read by events: the whole of it goes through the digest again, and needs no tree. */
Test(stamps, archive_of_a_large_document) {
#define LARGE_SIGNATURE                                                                                      \
    SIGNATURE(                                                                                               \
        REF(" URI=\"\"", ENVELOPED) SP_REF, "",                                                              \
        QUALIFYING(PROPERTIES("", "") UNSIGNED(SIG_STAMP("") STAMP("", "y:ArchiveTimeStamp", "u", ""))))
    AUTO(grow) text = {0};
    AUTO(grow) octets = {0};
    AUTO(grow) data = {0};
    memset(grow_space(&data, LIMIT_XML_LARGE + 1), 'x', LIMIT_XML_LARGE + 1);
    grow_str(&text, "<r xmlns:q=\"urn:q\">");
    grow_put(&text, data.data, data.len);
    grow_str(&text, LARGE_SIGNATURE "</r>");
    grow_str(&octets, "<r xmlns:q=\"urn:q\">");
    grow_put(&octets, data.data, data.len);
    grow_str(&octets, "</r>" SIGNED_ALONE INFO(NS_ALL, REF(" URI=\"\"", ENVELOPED) SP_REF) VALUE(NS_ALL)
                          SIG_STAMP(NS_ALL));
    cr_assert(!text.failed && !octets.failed);
    AUTO(stamp_run_ptr) r = stamp_open(BYTES(text.data, text.len), NULL, 0);
    cr_assert(r->document.sparse);
    cr_assert_eq(stamp_against(r, 1, BYTES(octets.data, octets.len)).same, TRI_TRUE);
    cr_assert_eq(stamp_against(r, 1, BYTES(octets.data, octets.len - 1)).same, TRI_FALSE);
}

/* ---- work --------------------------------------------------------------------------------------------- */

/* What time-stamps digest is paid for like what references digest. */
Test(stamps, work_has_an_end) {
    AUTO(stamp_run_ptr) r = open_text(ARCHIVED(STAMP("", "y:ArchiveTimeStamp", "u", "")));
    uint64_t before = r->job.work;
    (void)stamp_against(r, 0, BYTES_STR("x"));
    uint64_t cost = r->job.work - before;
    cr_assert(cost > 2000);
    (void)stamp_against(r, 0, BYTES_STR("y"));
    cr_assert_eq(r->job.work - before, cost, "tokens of one property share what they are of");
    AUTO(stamp_run_ptr) poor = open_text(ARCHIVED(STAMP("", "y:ArchiveTimeStamp", "u", "")));
    poor->job.work_limit = poor->job.work + cost - 1;
    struct ades_imprint found = stamp_against(poor, 0, BYTES_STR("x"));
    cr_assert(found.same == TRI_NULL && found.why == MSG_LIMIT);
}

Test(stamps, more_than_the_limit_are_not_looked_at) {
    AUTO(grow) text = {0};
    AUTO(grow) many = {0};
    for (size_t i = 0; i < 2 * LIMIT_STAMPS; i++)
        grow_str(&many, TOKEN);
    grow_byte(&many, 0);
    grow_printf(&text,
                "%s<x:SignatureTimeStamp>%s</x:SignatureTimeStamp><x:SignatureTimeStamp>" TOKEN
                "</x:SignatureTimeStamp>%s",
                "<r xmlns:q=\"urn:q\"><ds:Signature" NS_DS NS_X NS_Y " Id=\"s\">" INFO("", SP_REF)
                    VALUE("") "<ds:Object><x:QualifyingProperties Target=\"#s\">" PROPERTIES(
                        "", "") "<x:UnsignedProperties><x:UnsignedSignatureProperties>",
                (const char *)many.data,
                "</x:UnsignedSignatureProperties></x:UnsignedProperties></x:QualifyingProperties></ds:Object>"
                "</ds:Signature></r>");
    AUTO(stamp_run_ptr) r = stamp_open(BYTES(text.data, text.len), NULL, 0);
    cr_assert_eq(r->n, LIMIT_STAMPS);
    cr_assert_eq(r->stamps[r->n - 1].broken, MSG_LIMIT);
    cr_assert_eq(r->stamps[r->n - 2].broken, MSG_NONE);
    cr_assert_eq(r->one.s.broken, MSG_NONE);
}
