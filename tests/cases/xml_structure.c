/* What a signature must have, once, in order and as it is written; and properties that nobody signed. */
#include "xml_vectors.h"

#include <string.h>

static char *beside(struct xforge *x, const struct xsig *s) {
    return xml_document(x, xf(x, VERI "%s", xf_signature(x, s)));
}

static void references(struct xforge *x) {
    x->content = BYTES_STR("Ayri duran icerik.\n");
    xf_write_bytes(x, "ayri.txt", x->content);
    struct xsig one = {.refs = xf_reference(x, "", "")};
    xml_finish(x, "uri-absent.xml", xf_signature(x, &one), &one);
    struct xsig two = {.refs = xf(x, "%s%s", xf_reference(x, "", ""), xf_reference(x, "", ""))};
    xml_finish(x, "uri-absent-two.xml", xf_signature(x, &two), &two);
    struct xsig none = {.plain = true};
    xml_finish(x, "references-none.xml", beside(x, &none), &none);
    char *good = xml_signed(x);
    char *rest = xf_cut(x, good, "<ds:SignedInfo>", "</ds:SignedInfo>", NULL);
    xf_write(x, "signed-info-empty.xml",
             xf_replace(x, rest, "<ds:SignatureValue ", "<ds:SignedInfo/><ds:SignatureValue "));
    xf_write(x, "signed-info-missing.xml", rest);
    struct xsig properties = {.refs = ""};
    xml_finish(x, "only-properties.xml", beside(x, &properties), &properties);
    struct xsig plain = {.refs = xml_data(x), .plain = true};
    xml_finish(x, "plain.xml", beside(x, &plain), &plain);
    struct xsig unbound = {.refs = xml_data(x), .unbound = true};
    xml_finish(x, "properties-unsigned.xml", beside(x, &unbound), &unbound);
}

/* 15: what the Type of a Reference says, and what it is a reference to. */
static void types(struct xforge *x) {
    struct xsig elsewhere = {
        .unbound = true,
        .refs = xf(x, "%s%s", xf_reference(x, " Type=\"" TYPE_SP "\" URI=\"#veri\"", EXC), xml_data(x))};
    xml_finish(x, "type-elsewhere.xml", beside(x, &elsewhere), &elsewhere);
    struct xsig part = {
        .unbound = true,
        .refs = xf(x, "%s%s", xf_reference(x, " Type=\"" TYPE_SP "\" URI=\"#parca\"", EXC), xml_data(x))};
    xml_finish(x, "type-part.xml",
               xf_replace(x, beside(x, &part), "<xades:SignedSignatureProperties",
                          "<xades:SignedSignatureProperties Id=\"parca\""),
               &part);
    static const char *const texts[] = {
        "", " Type=\"http://uri.etsi.org/01903/v1.3.2#SignedProperties\"",
        " Type=\"http://uri.etsi.org/01903/v1.3.2/XAdES.xsd#SignedProperties\""};
    static const char *const files[] = {"type-none.xml", "type-versioned.xml", "type-xsd.xml"};
    for (size_t i = 0; i < 3; i++) {
        struct xsig s = {
            .unbound = true,
            .refs = xf(x, "%s%s", xf_reference(x, xf(x, "%s URI=\"#S1-sp\"", texts[i]), EXC), xml_data(x))};
        xml_finish(x, files[i], beside(x, &s), &s);
    }
    /* A SignedProperties is signed, but not the one that readers show. */
    char *good = xml_signed(x), *honest = NULL;
    good = xf_cut(x, good, "<ds:Object><xades:QualifyingProperties ", "</ds:Object>", &honest);
    char *forged =
        xf_replace(x, xf_replace(x, honest, "Id=\"S1-sp\"", "Id=\"baska\""), "2026-01-05", "2026-05-05");
    char *alone = NULL;
    xf_cut(x, honest, "<xades:SignedProperties ", "</xades:SignedProperties>", &alone);
    alone = xf_replace(x, alone, "Properties ", "Properties xmlns:xades=\"" XADES "\" ");
    xf_write(
        x, "type-copy.xml",
        xf_replace(x, good, "</ds:Signature>",
                   xf(x, "%s<ds:Object><b:Kopya>%s</b:Kopya></ds:Object></ds:Signature>", forged, alone)));
}

/* 15: the namespaces, the Types and the certificate's reference of the versions before 1.3.2; 1.1.1 had
 * DigestMethod and DigestValue in its own namespace. */
static void versions(struct xforge *x) {
    static const struct {
        const char *space, *type, *file;
        bool own_digest;
    } rows[] = {{"http://uri.etsi.org/01903/v1.1.1#", "http://uri.etsi.org/01903/v1.1.1#SignedProperties",
                 "v111", true},
                {"http://uri.etsi.org/01903/v1.2.2#", "http://uri.etsi.org/01903/v1.2.2#SignedProperties",
                 "v122", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xsig s = {.unbound = true,
                         .refs = xf(x, "%s%s",
                                    xf_reference(x, xf(x, " Type=\"%s\" URI=\"#S1-sp\"", rows[i].type), EXC),
                                    xml_data(x))};
        char *digest = NULL, *own = NULL;
        char *text = xf_replace(x, beside(x, &s), XADES, rows[i].space);
        xf_cut(x, text, "<xades:CertDigest>", "</xades:CertDigest>", &digest);
        own = digest;
        if (rows[i].own_digest)
            own = xf_replace(x,
                             xf_replace(x, xf_replace(x, digest, "<ds:DigestMethod", "<xades:DigestMethod"),
                                        "<ds:DigestValue", "<xades:DigestValue"),
                             "</ds:DigestValue", "</xades:DigestValue");
        text = xf_replace(
            x, text, digest,
            xf(x, "%s<xades:IssuerSerial>%s</xades:IssuerSerial>", own, xf_issuer_serial(x, "nes-p256")));
        text = xf_replace(x, text, "<xades:SigningCertificateV2>", "<xades:SigningCertificate>");
        text = xf_replace(
            x, text, "</xades:SigningCertificateV2>",
            "</xades:SigningCertificate><xades:SignaturePolicyIdentifier><xades:SignaturePolicyImplied/>"
            "</xades:SignaturePolicyIdentifier>");
        char *good = xf_sign(x, text, &s);
        xf_write(x, xf(x, "version-%s.xml", rows[i].file), good);
        xf_write(x, xf(x, "version-%s-time.xml", rows[i].file),
                 xf_replace(x, good, "2026-01-05", "2026-05-05"));
        xf_write(
            x, xf(x, "version-%s-certificate.xml", rows[i].file),
            xf_sign(x, xf_replace(x, text, own, xf_replace(x, own, "DigestValue>", "DigestValue>AAAA")), &s));
    }
}

/* 16 and 17: qualifying properties that are not the signature's. */
static void properties(struct xforge *x) {
    static const char target[] = " Target=\"#S1\"";
    char *good = xml_signed(x), *honest = NULL;
    xf_write(x, "properties-ok.xml", good);
    char *rest = xf_cut(x, good, "<ds:Object><xades:QualifyingProperties ", "</ds:Object>", &honest);
    char *forged =
        xf_replace(x, xf_replace(x, honest, "Id=\"S1-sp\"", "Id=\"sahte\""), "2026-01-05", "2026-05-05");
    char *spoof = NULL;
    xf_cut(x, forged, "<xades:SignedProperties ", "</xades:SignedProperties>", &spoof);
    char *inner = xf_replace(x, xf_replace(x, forged, "<ds:Object>", ""), "</ds:Object>", "");
    char *lone = xf_replace(x, inner, "<xades:QualifyingProperties ",
                            "<xades:QualifyingProperties xmlns:ds=\"" DS "\" ");
    xf_write(x, "qualifying-two-before.xml",
             xf_replace(x, rest, "</ds:Signature>", xf(x, "%s%s</ds:Signature>", forged, honest)));
    xf_write(x, "qualifying-two-after.xml",
             xf_replace(x, rest, "</ds:Signature>", xf(x, "%s%s</ds:Signature>", honest, forged)));
    xf_write(x, "qualifying-two-one-object.xml",
             xf_replace(x, good, "<ds:Object>", xf(x, "<ds:Object>%s", inner)));
    xf_write(x, "signed-properties-two-before.xml",
             xf_replace(x, good, "<xades:SignedProperties ", xf(x, "%s<xades:SignedProperties ", spoof)));
    xf_write(x, "signed-properties-two-after.xml",
             xf_replace(x, good, "</xades:SignedProperties>", xf(x, "</xades:SignedProperties>%s", spoof)));
    xf_write(x, "qualifying-as-content.xml",
             xf_replace(x, good, "</ds:KeyInfo>",
                        xf(x, "</ds:KeyInfo><ds:Object><b:Ek>%s</b:Ek></ds:Object>", inner)));
    xf_write(x, "qualifying-outside.xml", xf_replace(x, good, VERI, xf(x, "%s" VERI, lone)));
    xf_write(x, "target-other.xml", xf_replace(x, good, target, " Target=\"#S2\""));
    xf_write(x, "target-no-fragment.xml", xf_replace(x, good, target, " Target=\"S1\""));
    xf_write(x, "target-value.xml", xf_replace(x, good, target, " Target=\"#S1-v\""));
    xf_write(x, "target-external.xml", xf_replace(x, good, target, " Target=\"baska.xml#S1\""));
    xf_write(x, "target-missing.xml", xf_replace(x, good, target, ""));
    xf_write(x, "qualifying-reference.xml",
             xf_replace(x, good, "<ds:Object>",
                        "<ds:Object><xades:QualifyingPropertiesReference xmlns:xades=\"" XADES
                        "\" URI=\"baska.xml#q\"/></ds:Object><ds:Object>"));
}

/* 18: what there is twice, or in another place. */
static void twice(struct xforge *x) {
    char *good = xml_signed(x), *info = NULL, *value = NULL, *key = NULL;
    xf_cut(x, good, "<ds:SignedInfo>", "</ds:SignedInfo>", &info);
    xf_cut(x, good, "<ds:SignatureValue ", "</ds:SignatureValue>", &value);
    char *without_key = xf_cut(x, good, "<ds:KeyInfo>", "</ds:KeyInfo>", &key);
    char *evil = xf_replace(x, info, "URI=\"#veri\"", "URI=\"#kotu\"");
    char *second = xf_replace(x, value, "S1-v", "S1-v2");
    char *both = xf_replace(x, good, VERI, VERI KOTU(" Id=\"kotu\""));
    xf_write(x, "signed-info-two-before.xml", xf_replace(x, both, info, xf(x, "%s%s", evil, info)));
    xf_write(x, "signed-info-two-after.xml", xf_replace(x, both, info, xf(x, "%s%s", info, evil)));
    xf_write(x, "value-two.xml", xf_replace(x, good, value, xf(x, "%s%s", value, second)));
    xf_write(x, "value-missing.xml", xf_replace(x, good, value, ""));
    xf_write(x, "key-info-two.xml", xf_replace(x, good, key, xf(x, "%s%s", key, key)));
    xf_write(x, "order-key-info-first.xml", xf_replace(x, without_key, info, xf(x, "%s%s", key, info)));
    xf_write(x, "order-value-first.xml",
             xf_replace(x, xf_replace(x, good, value, ""), info, xf(x, "%s%s", value, info)));
    xf_write(x, "child-unknown.xml", xf_replace(x, good, value, xf(x, "%s<b:Ek/>", value)));
    xf_write(x, "text-between.xml", xf_replace(x, good, value, xf(x, "metin%s", value)));
    xf_write(x, "space-between.xml", xf_replace(x, good, value, xf(x, "\n  <!-- bosluk -->\n%s\n", value)));
}

/* 19: how the text of DigestValue (of the data) or SignatureValue may be taken apart. */
static const struct apart {
    const char *file, *first, *last, *between;
} aparts[] = {{"comment", "", "", "<!--x-->"},   {"instruction", "", "", "<?x y?>"},
              {"cdata", "<![CDATA[", "]]>", ""}, {"cdata-split", "<![CDATA[", "", "]]>"},
              {"element", "", "", "<b:Ek/>"},    {"nested", "<b:Ek>", "</b:Ek>", ""},
              {"character", "", "", "*"},        {"wrapped", "\n", "\n", "\n \t"}};

static char *parted(struct xforge *x, const struct apart *how, const char *text) {
    return xf(x, "%s%.10s%s%s%s", how->first, text, how->between, text + 10, how->last);
}

static void apart(struct xforge *x) {
    static const char start[] = "<ds:SignatureValue Id=\"S1-v\">";
    struct xsig s = {.refs = xml_data(x)};
    char *open = xf_digest(x, beside(x, &s), &s), *digest = NULL, *value = NULL;
    xf_cut(x, strstr(open, "URI=\"#veri\""), "<ds:DigestValue>", "</ds:DigestValue>", &digest);
    digest = xf_replace(x, xf_replace(x, digest, "<ds:DigestValue>", ""), "</ds:DigestValue>", "");
    char *good = xf_value(x, open, &s);
    xf_cut(x, good, start, "</ds:SignatureValue>", &value);
    value = xf_replace(x, xf_replace(x, value, start, ""), "</ds:SignatureValue>", "");
    for (size_t i = 0; i < sizeof aparts / sizeof *aparts; i++) {
        char *other = xf_replace(x, open, digest, parted(x, &aparts[i], digest));
        xf_write(x, xf(x, "digest-%s.xml", aparts[i].file), xf_value(x, other, &s));
        xf_write(x, xf(x, "value-%s.xml", aparts[i].file),
                 xf_replace(x, good, value, parted(x, &aparts[i], value)));
    }
}

void xml_structure(struct xforge *x) {
    references(x);
    types(x);
    versions(x);
    properties(x);
    twice(x);
    apart(x);
}
