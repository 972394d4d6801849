/* Signature wrapping: the signature holds, and what matters is which element it is believed to be of. */
#include "xml_vectors.h"

#include <string.h>

char *xml_document(struct xforge *x, const char *content) {
    return xf(
        x, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<b:Belge xmlns:b=\"urn:ornek:belge\">%s</b:Belge>\n",
        content);
}

char *xml_data(struct xforge *x) {
    return xf_reference(x, " URI=\"#veri\"", EXC);
}

char *xml_signed(struct xforge *x) {
    struct xsig s = {.refs = xml_data(x)};
    return xf_sign(x, xml_document(x, xf(x, VERI "%s", xf_signature(x, &s))), &s);
}

char *xml_signature_of(struct xforge *x, const char *text) {
    char *signature = NULL;
    xf_cut(x, text, "<ds:Signature ", "</ds:Signature>", &signature);
    return signature;
}

void xml_finish(struct xforge *x, const char *file, const char *text, const struct xsig *s) {
    xf_write(x, file, xf_sign(x, text, s));
}

void xml_finish_changed(struct xforge *x, const char *file, const char *text, const struct xsig *s,
                        const char *from, const char *to) {
    xf_write(x, file, xf_value(x, xf_replace(x, xf_digest(x, text, s), from, to), s));
}

/* The signature with something put in as its last child, or as the last of its KeyInfo. */
static char *inside(struct xforge *x, const char *signature, const char *before, const char *piece) {
    return xf_replace(x, signature, before, xf(x, "%s%s", piece, before));
}

static char *with_object(struct xforge *x, const char *signature) {
    return inside(x, signature, "</ds:Signature>", "<ds:Object>" VERI "</ds:Object>");
}

/* XSW 1 to 8 over one honest signature; the octets of the genuine element are xsw.c14n. */
static void eight(struct xforge *x) {
    static const char evil[] = KOTU(" Id=\"kotu\"");
    static const char moved[] = "<b:Sakla>" VERI "</b:Sakla>";
    char *good = xml_signed(x);
    char *sig = xml_signature_of(x, good);
    xf_write(x, "xsw-ok.xml", good);
    xf_write_bytes(x, "xsw.c14n", x->octets);
    xf_write(x, "xsw1.xml", xml_document(x, xf(x, "%s%s%s", evil, moved, sig)));
    xf_write(x, "xsw2.xml", xml_document(x, xf(x, "%s%s%s", moved, evil, sig)));
    xf_write(x, "xsw3.xml",
             xml_document(x, xf(x, "<b:Veri Id=\"kotu\"><b:Tutar>999999</b:Tutar>" VERI "</b:Veri>%s", sig)));
    xf_write(
        x, "xsw4-broken.xml",
        xml_document(x, xf(x, "%s%s", xf_replace(x, VERI, "</b:Veri>", xf(x, "%s</b:Veri>", evil)), sig)));
    xf_write(x, "xsw5-child.xml",
             xml_document(x, xf(x, "%s%s", evil, inside(x, sig, "</ds:Signature>", VERI))));
    xf_write(x, "xsw5-key-info.xml",
             xml_document(x, xf(x, "%s%s", evil, inside(x, sig, "</ds:KeyInfo>", VERI))));
    struct xsig kept = {.refs = xml_data(x), .unsigned_ = "<b:Ek xmlns:b=\"urn:ornek:belge\"></b:Ek>"};
    char *properties = xf_sign(x, xml_document(x, xf(x, VERI "%s", xf_signature(x, &kept))), &kept);
    xf_write(x, "xsw5-property.xml",
             xf_replace(x, xf_replace(x, properties, VERI, evil), "</b:Ek>", VERI "</b:Ek>"));
    xf_write(x, "xsw5-same-id.xml",
             xml_document(x, xf(x, "%s%s", KOTU(" Id=\"veri\""), inside(x, sig, "</ds:KeyInfo>", VERI))));
    xf_write(x, "xsw6.xml", xml_document(x, xf(x, "%s%s", evil, with_object(x, sig))));
    xf_write(x, "xsw7.xml", xml_document(x, xf(x, "<b:Uzantilar>" VERI "</b:Uzantilar>%s%s", evil, sig)));
    xf_write(x, "xsw8.xml",
             xml_document(
                 x, xf(x, "<b:Veri Id=\"kotu\"><b:Tutar>999999</b:Tutar>%s</b:Veri>", with_object(x, sig))));
}

/* The genuine element wraps the evil one: in its own signature, which the enveloped transform takes away. */
static void wrapped_in_its_signature(struct xforge *x) {
    struct xsig s = {.refs = xf_reference(x, " URI=\"#veri\"", ENVELOPED EXC)};
    char *text = xf_replace(x, VERI, "</b:Veri>", xf(x, "%s</b:Veri>", xf_signature(x, &s)));
    text = xf_sign(x, xml_document(x, text), &s);
    xf_write(x, "xsw4-ok.xml", text);
    xf_write(x, "xsw4.xml",
             xf_replace(x, text, "</ds:Signature>",
                        "<ds:Object>" KOTU(" Id=\"kotu\"") "</ds:Object></ds:Signature>"));
}

/* One whole document under its signature, for the policy that wants just that. */
static void whole(struct xforge *x) {
    struct xsig s = {.refs = xf_reference(x, " URI=\"\"", ENVELOPED EXC)};
    char *text = xf_sign(x, xml_document(x, xf(x, VERI "%s", xf_signature(x, &s))), &s);
    xf_write(x, "enveloped.xml", text);
    xf_write_bytes(x, "enveloped.c14n", x->octets);
    xf_write(x, "enveloped-changed.xml", xf_replace(x, text, ">100<", ">999999<"));
    xf_write(x, "enveloped-sibling.xml", xf_replace(x, text, VERI, VERI KOTU(" Id=\"kotu\"")));
    /* The text is signed, the elements around it are not. */
    struct xsig decoded = {.refs = xf_reference(x, " URI=\"\"", ENVELOPED TRANSFORM(DS "base64"))};
    text = xml_document(x, xf(x, "<b:Tutar>MTAw</b:Tutar>%s", xf_signature(x, &decoded)));
    text = xf_sign(x, text, &decoded);
    xf_write(x, "text-only.xml", text);
    xf_write_bytes(x, "text-only.bin", x->octets);
    xf_write(x, "text-only-changed.xml",
             xf_replace(x, text, "<b:Tutar>MTAw</b:Tutar>", "<b:Borc kime=\"kotu\">MTAw</b:Borc>"));
    struct xsig rsa = {.refs = xf_reference(x, " URI=\"\"", ENVELOPED EXC), .signer = "nes-rsa2048"};
    xml_finish(x, "enveloped-rsa.xml", xml_document(x, xf(x, VERI "%s", xf_signature(x, &rsa))), &rsa);
}

/* 9 and 10: two elements that may be meant, told apart by the name of the attribute. */
static void same_id(struct xforge *x) {
    static const struct {
        const char *file, *attribute;
    } rows[] = {{"id-Id", "Id=\"veri\""},
                {"id-ID", "ID=\"veri\""},
                {"id-id", "id=\"veri\""},
                {"id-xml-id", "xml:id=\"veri\""},
                {"id-wsu", "xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/"
                           "oasis-200401-wss-wssecurity-utility-1.0.xsd\" w:Id=\"veri\""},
                {"id-foreign-Id", "xmlns:x=\"urn:baska\" x:Id=\"veri\""},
                {"id-foreign-ID", "xmlns:x=\"urn:baska\" x:ID=\"veri\""},
                {"id-foreign-id", "xmlns:x=\"urn:baska\" x:id=\"veri\""},
                {"id-own-ns", "b:Id=\"veri\""},
                {"id-assertion", "AssertionID=\"veri\""},
                {"id-iD", "iD=\"veri\""}};
    char *good = xml_signed(x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *evil = xf(x, "<b:Veri %s><b:Tutar>999999</b:Tutar></b:Veri>", rows[i].attribute);
        xf_write(x, xf(x, "%s-before.xml", rows[i].file), xf_replace(x, good, VERI, xf(x, "%s" VERI, evil)));
        xf_write(x, xf(x, "%s-after.xml", rows[i].file), xf_replace(x, good, VERI, xf(x, VERI "%s", evil)));
    }
    xf_write(x, "id-unused.xml",
             xf_replace(x, good, VERI, VERI "<b:Ek Id=\"bos\"/><b:Ek Id=\"bos\"/><b:Ek id=\"bos\"/>"));
    xf_write(x, "id-object.xml",
             xf_replace(x, good, "</ds:Signature>",
                        "<ds:Object Id=\"o\">1</ds:Object><ds:Object Id=\"o\">2</ds:Object></ds:Signature>"));
    xf_write(x, "id-signature.xml", xf_replace(x, good, VERI, VERI "<b:Ek Id=\"S1\"/>"));
    char *properties = NULL;
    xf_cut(x, good, "<xades:SignedProperties ", "</xades:SignedProperties>", &properties);
    properties =
        xf_replace(x, properties, "Properties ", "Properties xmlns:xades=\"" XADES "\" xmlns:ds=\"" DS "\" ");
    xf_write(x, "id-properties.xml", xf_replace(x, good, VERI, xf(x, "%s" VERI, properties)));
    /* Only an attribute that is no ID carries the value. */
    xf_write(x, "id-only-foreign.xml",
             xf_replace(x, good, "<b:Veri Id=", "<b:Veri xmlns:x=\"urn:baska\" x:Id="));
}

/* 11: the enveloped transform takes away the signature that it stands in, and no other. */
static void enveloped_of_another(struct xforge *x) {
    struct xsig first = {.refs = xf_reference(x, " URI=\"\"", ENVELOPED NO_SIGNATURES EXC)};
    struct xsig second = {.id = "S2",
                          .signer = "nes-person2",
                          .refs = xf_reference(x, " URI=\"\"", ENVELOPED NO_SIGNATURES EXC)};
    char *text = xml_document(x, xf(x, VERI "%s%s", xf_signature(x, &first), xf_signature(x, &second)));
    text = xf_sign(x, text, &first);
    xml_finish(x, "parallel.xml", text, &second);
    /* The digest is of the document without both, the transforms say without the second. */
    text = xf_digest(x, text, &second);
    const char *at = strstr(text, "Id=\"S2\"");
    text = xf(x, "%.*s%s", (int)(at - text), text, xf_replace(x, at, NO_SIGNATURES, ""));
    xf_write(x, "enveloped-other.xml", xf_value(x, text, &second));
    struct xsig beside = {.refs = xf_reference(x, " URI=\"#veri\"", ENVELOPED EXC)};
    xml_finish(x, "enveloped-beside.xml", xml_document(x, xf(x, VERI "%s", xf_signature(x, &beside))),
               &beside);
}

void xml_wrapping(struct xforge *x) {
    eight(x);
    wrapped_in_its_signature(x);
    whole(x);
    same_id(x);
    enveloped_of_another(x);
}
