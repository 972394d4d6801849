/*
 * Any octets as the properties of a XAdES signature that is otherwise sound in its form: what stands before
 * the first NUL inside of SignedProperties, what follows inside of UnsignedProperties. They are read, listed,
 * written as text and as JSON.
 */
#include "signatures.h"
#include "xades/xades.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A certificate of the test PKI. */
#define CERTIFICATE                                                                                          \
    "MIIEODCCA76gAwIBAgIQW6f8VMfLQ/wDIZPLUn3w6zAKBggqhkjOPQQDAzBrMQswCQYDVQQGEwJUUjEYMBYGA1UECgwPTWF2"       \
    "aSBLYWxlbSBUZXN0MUIwQAYDVQQDDDlNYXZpIEthbGVtIFRlc3QgTkVTIEhpem1ldCBTYcSfbGF5xLFjxLFzxLEgRUMgLSBT"       \
    "w7xyw7xtIDEwHhcNMjUwMTAxMDAwMDAwWhcNNDQxMjMxMjM1OTU5WjA6MQswCQYDVQQGEwJUUjEUMBIGA1UEBRMLNjY2MTAy"       \
    "OTM4MTIxFTATBgNVBAMMDMOHQcSeTEEgS0FZQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKS1Wi3MSSwP+AUYGbb4srqW"       \
    "8kbs2Zfvb6Mv2rwZTpT/sxOcpWkvlr7DttEceWl8X9C0++25TVup4BgNAemf3kajggJzMIICbzAdBgNVHQ4EFgQUtcM6m2ha"       \
    "R+8gn5XvJUFIgL6T5E8wHwYDVR0jBBgwFoAUiwLGn2MGx81g+akurF0+nYwUJpgwDgYDVR0PAQH/BAQDAgbAMIHlBgNVHSAE"       \
    "gd0wgdowgdcGC2CGGAECAQEFBwEBMIHHMIHEBggrBgEFBQcCAjCBtx6BtABCAHUAIABzAGUAcgB0AGkAZgBpAGsAYQAsACAA"       \
    "NQAwADcAMAAgAHMAYQB5ATEAbAExACAARQBsAGUAawB0AHIAbwBuAGkAawAgATAAbQB6AGEAIABLAGEAbgB1AG4AdQBuAGEA"       \
    "IABnAPYAcgBlACAAbgBpAHQAZQBsAGkAawBsAGkAIABlAGwAZQBrAHQAcgBvAG4AaQBrACAAcwBlAHIAdABpAGYAaQBrAGEA"       \
    "ZAExAHIALjAyBgNVHR8EKzApMCegJaAjhiFodHRwOi8vZGVwby5leGFtcGxlLm9yZy9jYS1lYy5jcmwwaAYIKwYBBQUHAQEE"       \
    "XDBaMC0GCCsGAQUFBzAChiFodHRwOi8vZGVwby5leGFtcGxlLm9yZy9jYS1lYy5kZXIwKQYIKwYBBQUHMAGGHWh0dHA6Ly9v"       \
    "Y3NwLmV4YW1wbGUub3JnL2NhLWVjMIGWBggrBgEFBQcBAwSBiTCBhjAKBggrBgEFBQcLATAIBgYEAI5GAQEwbgYLYIYYAT0A"       \
    "AadOAQEMX0J1IHNlcnRpZmlrYSwgNTA3MCBzYXnEsWzEsSBFbGVrdHJvbmlrIMSwbXphIEthbnVudW5hIGfDtnJlIG5pdGVs"       \
    "aWtsaSBlbGVrdHJvbmlrIHNlcnRpZmlrYWTEsXIuMAoGCCqGSM49BAMDA2gAMGUCMQD+VY0izz1J/Np2fkI0GBeFmw8hmH/s"       \
    "SGzgShglXwjHQmzG9OfcyHaDtY7/HfQrhAUCMA//hlxpdzWdM2lL84ua3F1Xv87jCLCRDBIWbF6Q87vZ2pX8TuoLoK6QEKxU"       \
    "YMiA+A=="

static const char head[] =
    "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" "
    "xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" "
    "Id=\"s\"><ds:SignedInfo><ds:CanonicalizationMethod "
    "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
    "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"/>"
    "<ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#p\"><ds:DigestMethod "
    "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue></"
    "ds:Reference>"
    "<ds:Reference Id=\"r\" URI=\"#o\"><ds:DigestMethod "
    "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
    "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue "
    "Id=\"v\">AAAA</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>" CERTIFICATE
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object Id=\"o\">x</ds:Object><ds:Object>"
    "<xades:QualifyingProperties Target=\"#s\"><xades:SignedProperties Id=\"p\">";
static const char middle[] = "</xades:SignedProperties><xades:UnsignedProperties>";
static const char tail[] =
    "</xades:UnsignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>";

static void verify(sign_bytes document) {
    struct ades_context ctx = {
        .crypto = fuzz_context(), .policy = ades_policy_find("default"), .inspect = true};
    source what = {.mem = document, .fd = -1, .size = document.len, .name = "fuzz.xml"};
    AUTO(sign_report_ptr) report = NULL;
    AUTO(sign_buf) json = {0};
    AUTO(sign_buf) text = {0};
    if (report_new(&report, NULL) != SIGN_OK ||
        xades_format.verify(&ctx, &what, NULL, 0, report, NULL) != SIGN_OK)
        return;
    report->schema = "inspect/1";
    if (report_seal(report, NULL) != SIGN_OK ||
        sign_report_write(report, SIGN_JSON, SIGN_TR, &json, NULL) != SIGN_OK ||
        sign_report_write(report, SIGN_TEXT, SIGN_EN, &text, NULL) != SIGN_OK)
        return;
    for (const struct report_signature *s = report->signatures; s != NULL; s = s->next)
        if (s->signature_value == TRI_TRUE || s->references == TRI_TRUE || s->indication == TOTAL_PASSED)
            abort(); /* three octets are no signature value, and no digest */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = nul != NULL ? (size_t)(nul - data) : size;
    AUTO(grow) document = {0};
    grow_str(&document, head);
    grow_put(&document, data, first);
    grow_str(&document, middle);
    if (nul != NULL)
        grow_put(&document, nul + 1, size - first - 1);
    grow_str(&document, tail);
    if (!document.failed)
        verify(BYTES(document.data, document.len));
    return 0;
}
