/* The validation report of TS 119 102-2 v1.4.1: valid by its schema, and true to the report. The schemas are
 * not ours to give away: SIGN_SCHEMAS names the folder that has them, else ../shared/schemas beside the
 * project. */
#include "unit/report/sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *etsi_of(struct sign_report *(*make)(void)) {
    struct sign_report *r = make();
    char *xml = sample_written(r, SIGN_ETSI, SIGN_EN);
    sign_report_free(&r);
    return xml;
}

static bool reportable(const char *name) {
    return strcmp(name, "inspected") != 0 && strcmp(name, "certificate") != 0;
}

static void has(const char *xml, const char *piece) {
    cr_expect_not_null(strstr(xml, piece), "%s", piece);
}

static size_t count(const char *text, const char *piece) {
    size_t n = 0;
    for (; (text = strstr(text, piece)); text += strlen(piece))
        n++;
    return n;
}

/* ---- by the schema ---- */

/* The addresses that the schemas import, as files of the folder. */
static void write_catalog(const char *path, const char *folder) {
    static const char *const names[][2] = {
        {"http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd",
         "xmldsig-core-schema.xsd"},
        {"http://www.w3.org/TR/2008/REC-xmldsig-core-20080610/xmldsig-core-schema.xsd",
         "xmldsig-core-schema.xsd"},
        {"http://uri.etsi.org/01903/v1.3.2/XAdES.xsd", "XAdES.xsd"},
        {"http://uri.etsi.org/19612/v2.2.1/ts_119612v020201_201601xsd.xsd", "ts_119612v020401_xsd.xsd"},
        {"http://www.w3.org/2001/xml.xsd", "xml.xsd"}};
    FILE *to = fopen(path, "w");
    cr_assert_not_null(to);
    fputs("<catalog xmlns=\"urn:oasis:names:tc:entity:xmlns:xml:catalog\">\n", to);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        fprintf(to, "<system systemId=\"%s\" uri=\"file://%s/%s\"/>\n", names[i][0], folder, names[i][1]);
    fputs("</catalog>\n", to);
    fclose(to);
}

static void write_file(const char *path, const char *text) {
    FILE *to = fopen(path, "w");
    cr_assert_not_null(to);
    fputs(text, to);
    cr_assert_eq(fclose(to), 0);
}

/* The exit status of xmllint: 0 valid, 3 not valid. */
static int lint(const char *schemas, const char *folder, const char *file) {
    char command[2400];
    snprintf(command, sizeof command,
             "XML_CATALOG_FILES='%s/catalog' xmllint --nonet --noout --schema '%s/TS119102-2-v141.xsd' '%s' "
             ">'%s/said' 2>&1",
             folder, schemas, file, folder);
    int status = system(command);
    return WEXITSTATUS(status);
}

Test(etsi, every_report_is_valid_by_the_schema) {
    const char *given = getenv("SIGN_SCHEMAS"), *source = getenv("SIGN_TEST_SOURCE");
    char schemas[600], probe[700], folder[] = "/tmp/etsi-XXXXXX", file[100], catalog[100];
    snprintf(schemas, sizeof schemas, "%s%s",
             given    ? given
             : source ? source
                      : SIGN_TEST_SOURCE,
             given ? "" : "/../shared/schemas");
    snprintf(probe, sizeof probe, "%s/TS119102-2-v141.xsd", schemas);
    if (access(probe, R_OK) != 0)
        cr_skip_test("no schemas in SIGN_SCHEMAS or ../shared/schemas");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(catalog, sizeof catalog, "%s/catalog", folder);
    snprintf(file, sizeof file, "%s/report.xml", folder);
    write_catalog(catalog, schemas);
    for (const struct sample_row *row = sample_rows; row->name; row++) {
        if (!reportable(row->name))
            continue;
        char *xml = etsi_of(row->make);
        write_file(file, xml);
        cr_expect_eq(lint(schemas, folder, file), 0, "%s", row->name);
        free(xml);
    }
    /* and the schema can say no */
    write_file(file,
               "<ValidationReport xmlns=\"http://uri.etsi.org/19102/v1.4.1#\"><Wrong/></ValidationReport>");
    cr_expect_eq(lint(schemas, folder, file), 3);
    char command[200];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    cr_assert_eq(system(command), 0);
}

/* ---- by the report ---- */

Test(etsi, a_pass_has_its_indication_time_and_what_proves_it) {
    char *xml = etsi_of(sample_archived);
    has(xml, "<MainIndication>urn:etsi:019102:mainindication:total-passed</MainIndication>");
    has(xml, "<ValidationTime>2026-01-05T10:00:00Z</ValidationTime>");
    const char *best = strstr(xml, "<BestSignatureTime>"),
               *object = best ? strstr(best, "<POEObject VOReference=\"time-stamp-") : NULL;
    cr_assert_not_null(object);
    cr_expect(object < strstr(best, "</BestSignatureTime>"));
    has(xml, "<POETime>2025-12-06T10:01:30Z</POETime>");
    has(xml,
        "<SignatureValidationProcessID>urn:etsi:019102:validationprocess:LTA</SignatureValidationProcessID>");
    has(xml, "<SigPolicyId>urn:oid:2.16.792.1.61.0.1.5070.3.2.1</SigPolicyId>");
    has(xml, "<CommitmentTypeIdentifier>urn:oid:1.2.840.113549.1.9.16.6.1</CommitmentTypeIdentifier>");
    has(xml, "<SignatureTimeStamp Signed=\"false\">");
    has(xml, "<ArchiveTimeStamp Signed=\"false\">");
    has(xml, "<Algorithm>http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256</Algorithm>");
    has(xml, "serialNumber=10000000146"); /* for programs: whole */
    has(xml, "<ds:SignatureValue>dmFsdWUgMQ==</ds:SignatureValue>");
    cr_expect_eq(count(xml, "<SignatureValidationReport>"), 2, "the counter-signature has one of its own");
    free(xml);
}

Test(etsi, each_object_stands_once_and_every_reference_leads_to_one) {
    char *xml = etsi_of(sample_archived);
    cr_expect_eq(count(xml, "<ObjectType>urn:etsi:019102:validationObject:timestamp</ObjectType>"), 2);
    cr_expect_eq(count(xml, "<ObjectType>urn:etsi:019102:validationObject:CRL</ObjectType>"), 1);
    cr_expect_eq(count(xml, "<ObjectType>urn:etsi:019102:validationObject:OCSPResponse</ObjectType>"), 1);
    /* two signers, two authorities of time, one authority of both, the anchor */
    cr_expect_eq(count(xml, "<ObjectType>urn:etsi:019102:validationObject:certificate</ObjectType>"), 6);
    for (const char *at = xml; (at = strstr(at, "VOReference=\"")); at++) {
        char id[80], target[100];
        cr_assert_eq(sscanf(at, "VOReference=\"%79[^\"]\"", id), 1);
        snprintf(target, sizeof target, " id=\"%s\"", id);
        cr_expect_eq(count(xml, target), 1, "%s", id);
    }
    /* a certificate of which only the digest is known is represented by it */
    has(xml, "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>");
    has(xml, "<base64>Y2VydGlmaWNhdGUgMQ==</base64>");
    free(xml);
}

Test(etsi, checks_are_constraints_with_their_status) {
    char *xml = etsi_of(sample_mixed);
    const char *at = strstr(xml, "urn:mavi-kalem:constraint:validity-range");
    cr_assert_not_null(at);
    const char *end = strstr(at, "</ValidationConstraint>");
    const char *failed = strstr(at, "urn:etsi:019102:mainindication:failed");
    cr_expect(failed && failed < end);
    has(xml, "urn:etsi:019102:subindication:HASH_FAILURE");
    at = strstr(xml, "urn:mavi-kalem:constraint:user-notice");
    cr_assert_not_null(at);
    const char *disabled = strstr(at, "urn:etsi:019102:constraintStatus:disabled");
    cr_expect(disabled && disabled < strstr(at, "</ValidationConstraint>"));
    at = strstr(xml, "urn:mavi-kalem:constraint:signing-time-present");
    cr_assert_not_null(at);
    cr_expect(strstr(at, "<Indications>warned</Indications>") < strstr(at, "</ValidationConstraint>"));
    has(xml, "<PolicyName>tr</PolicyName>");
    free(xml);
}

Test(etsi, a_revoked_certificate_has_its_time_and_reason) {
    char *xml = etsi_of(sample_mixed);
    has(xml, "<RevocationTime>2025-12-26T10:00:00Z</RevocationTime>");
    has(xml, "<RevocationReason>urn:etsi:019102:revocationReason:keyCompromise</RevocationReason>");
    has(xml, "<SubIndication>urn:etsi:019102:subindication:REVOKED_NO_POE</SubIndication>");
    has(xml, "<MainIndication>urn:etsi:019102:mainindication:total-failed</MainIndication>");
    has(xml, "<Type>urn:mavi-kalem:message:warning</Type>");
    free(xml);
}

Test(etsi, nothing_from_outside_becomes_markup) {
    char *xml = etsi_of(sample_hostile);
    cr_expect_null(strstr(xml, "<script"));
    cr_expect_null(strstr(xml, "<img"));
    has(xml, "&lt;script&gt;");
    cr_expect_null(strchr(xml, '\x01'));
    cr_expect_null(strstr(xml, "<SigPolicyId>"), "what is no URI stands in no URI");
    free(xml);
}

Test(etsi, only_validations_have_one) {
    struct sign_report *of[] = {sample_inspected(), sample_certificate()};
    for (size_t i = 0; i < 2; i++) {
        sign_buf out = {0};
        cr_expect_eq(sign_report_write(of[i], SIGN_ETSI, SIGN_EN, &out, NULL), SIGN_E_UNSUPPORTED);
        cr_expect_null(out.data);
        sign_report_free(&of[i]);
    }
    char *xml = etsi_of(sample_none);
    has(xml, "no-signature-found");
    free(xml);
}
