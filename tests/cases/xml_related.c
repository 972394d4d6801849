/* Look-alikes of a signature, manifests, and signatures of signatures. */
#include "xml_vectors.h"

#include <string.h>

static char *beside(struct xforge *x, const struct xsig *s) {
    return xml_document(x, xf(x, VERI "%s", xf_signature(x, s)));
}

static char *every(struct xforge *x, const char *text, const char *from, const char *to) {
    const char *at = text;
    char *made = xf(x, "%s", "");
    for (const char *hit = strstr(at, from); hit != NULL; hit = strstr(at, from)) {
        made = xf(x, "%s%.*s%s", made, (int)(hit - at), at, to);
        at = hit + strlen(from);
    }
    return xf(x, "%s%s", made, at);
}

/* Signed with the prefix ds, then written with another one before the value is made. */
static char *with_prefix(struct xforge *x, const char *declared, const char *prefix) {
    struct xsig s = {.refs = xml_data(x)};
    char *text = beside(x, &s);
    text = every(x, text, "xmlns:ds=", declared);
    text = every(x, text, "<ds:", xf(x, "<%s", prefix));
    text = every(x, text, "</ds:", xf(x, "</%s", prefix));
    return xf_sign(x, text, &s);
}

/* 20: what only looks like a signature, and a signature that does not look like one. */
static void names(struct xforge *x) {
    char *good = xml_signed(x);
    xf_write(x, "prefix-none.xml", with_prefix(x, "xmlns=", ""));
    xf_write(x, "prefix-b.xml", with_prefix(x, "xmlns:imza=", "imza:"));
    xf_write(x, "look-alike.xml",
             xf_replace(x, good, "xmlns:ds=\"" DS "\"", "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig\""));
    xf_write(x, "look-alike-urn.xml", xf_replace(x, good, "xmlns:ds=\"" DS "\"", "xmlns:ds=\"urn:xmldsig\""));
    xf_write(x, "look-alike-case.xml",
             xf_replace(x, good, "xmlns:ds=\"" DS "\"", "xmlns:ds=\"http://www.w3.org/2000/09/XMLDSIG#\""));
    /* An honest signature, and beside it one that is none. */
    char *fake = xml_signature_of(x, good);
    fake = xf_replace(x, fake, "xmlns:ds=\"" DS "\"", "xmlns:ds=\"urn:xmldsig\"");
    fake = every(x, fake, "S1", "S0");
    xf_write(x, "look-alike-beside.xml", xf_replace(x, good, VERI, xf(x, "%s" VERI, fake)));
    xf_write(x, "info-other-namespace.xml",
             xf_replace(x, with_prefix(x, "xmlns=", ""), "<SignedInfo>", "<SignedInfo xmlns=\"urn:baska\">"));
    char *info = NULL;
    xf_cut(x, good, "<ds:SignedInfo>", "</ds:SignedInfo>", &info);
    info = every(x, every(x, info, "<ds:", "<y:"), "</ds:", "</y:");
    info = xf_replace(x, info, "<y:SignedInfo", "<y:SignedInfo xmlns:y=\"urn:xmldsig\"");
    xf_write(x, "info-look-alike-first.xml",
             xf_replace(x, good, "<ds:SignedInfo>", xf(x, "%s<ds:SignedInfo>", info)));
    xf_write(x, "value-other-namespace.xml",
             xf_replace(x, with_prefix(x, "xmlns=", ""), "<SignatureValue ", "<SignatureValue xmlns=\"\" "));
}

static char *manifest(struct xforge *x, const char *entries) {
    return xf(x, "<ds:Object><ds:Manifest Id=\"liste\">%s</ds:Manifest></ds:Object>", entries);
}

static void put_manifest(struct xforge *x, const char *file, const char *entries, bool typed) {
    struct xsig s = {
        .refs = xf_reference(x, typed ? " Type=\"" DS "Manifest\" URI=\"#liste\"" : " URI=\"#liste\"", EXC),
        .objects = manifest(x, entries)};
    xml_finish(x, file, beside(x, &s), &s);
}

/* 21: lists of references, signed as a whole. */
static void manifests(struct xforge *x) {
    static const char null_digest[] = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    x->content = BYTES_STR("Ayri duran icerik.\n");
    put_manifest(x, "manifest-ok.xml", xml_data(x), true);
    put_manifest(x, "manifest-untyped.xml", xml_data(x), false);
    char *entry = xf(x,
                     "<ds:Reference URI=\"#veri\"><ds:DigestMethod Algorithm=\"" URI_SHA256
                     "\"/><ds:DigestValue>%s</ds:DigestValue></ds:Reference>",
                     null_digest);
    put_manifest(x, "manifest-unverified.xml", entry, true);
    put_manifest(x, "manifest-second-unverified.xml", xf(x, "%s%s", xml_data(x), entry), true);
    put_manifest(x, "manifest-entry-missing.xml", xf_replace(x, entry, "#veri", "#yok"), true);
    put_manifest(x, "manifest-external.xml", xf_reference(x, " URI=\"ayri.txt\"", ""), true);
    put_manifest(x, "manifest-external-other.xml", xf_replace(x, entry, "#veri", "ayri.txt"), true);
    put_manifest(x, "manifest-empty.xml", "", true);
    put_manifest(x, "manifest-31.xml", xf_repeat(x, xml_data(x), 31), true);
    put_manifest(x, "manifest-30.xml", xf_repeat(x, xml_data(x), 30), true);
}

/* ---- 22 ---------------------------------------------------------------------------------------------- */

static char *countersigned(struct xforge *x, const char *veri, struct xsig *counter, struct xsig *s) {
    counter->id = "S2";
    counter->signer = "nes-person2";
    *s = (struct xsig){
        .refs = xml_data(x),
        .unsigned_ = xf(x, "<xades:CounterSignature>%s</xades:CounterSignature>", xf_signature(x, counter))};
    char *text = xml_document(x, xf(x, "%s%s", veri, xf_signature(x, s)));
    return xf_sign(x, text, s);
}

#define COUNTERSIGNED " Type=\"http://uri.etsi.org/01903#CountersignedSignature\""

static char *inner(struct xforge *x, const char *text) {
    char *piece = NULL;
    xf_cut(x, text, "<xades:CounterSignature>", "</xades:CounterSignature>", &piece);
    return piece;
}

static char *without_properties(struct xforge *x, const char *text) {
    return xf_cut(x, text, "<xades:UnsignedProperties>", "</xades:UnsignedProperties>", NULL);
}

static void counters(struct xforge *x) {
    struct xsig s, good = {.refs = xf_reference(x, COUNTERSIGNED " URI=\"#S1-v\"", EXC)};
    char *text = xf_sign(x, countersigned(x, VERI, &good, &s), &good);
    xf_write(x, "counter-ok.xml", text);
    struct xsig untyped = {.refs = xf_reference(x, " URI=\"#S1-v\"", EXC)};
    xml_finish(x, "counter-untyped.xml", countersigned(x, VERI, &untyped, &s), &untyped);
    struct xsig elsewhere = {.refs = xf_reference(x, COUNTERSIGNED " URI=\"#veri\"", EXC)};
    xml_finish(x, "counter-elsewhere.xml", countersigned(x, VERI, &elsewhere, &s), &elsewhere);
    struct xsig itself = {.refs = xf_reference(x, COUNTERSIGNED " URI=\"#S1\"", EXC)};
    char *open = countersigned(x, VERI, &itself, &s);
    xf_write(x, "counter-parent.xml", xf_sign(x, open, &itself));
    /* Replaced by that of a signature over something else: honest, and of another value. */
    struct xsig other = {.refs = xf_reference(x, COUNTERSIGNED " URI=\"#S1-v\"", EXC)};
    char *second = xf_sign(x, countersigned(x, KOTU(" Id=\"veri\""), &other, &s), &other);
    xf_write(x, "counter-replaced.xml", xf_replace(x, text, inner(x, text), inner(x, second)));
    xf_write(x, "counter-stripped.xml", without_properties(x, text));
    /* A copy of the value under another Id, which the counter-signature is really of. */
    struct xsig copy = {.refs = xf_reference(x, COUNTERSIGNED " URI=\"#kopya\"", EXC)};
    open = countersigned(x, VERI, &copy, &s);
    char *value = NULL;
    xf_cut(x, open, "<ds:SignatureValue Id=\"S1-v\">", "</ds:SignatureValue>", &value);
    value = xf_replace(x, value, "<ds:SignatureValue Id=\"S1-v\">",
                       "<ds:SignatureValue xmlns:ds=\"" DS "\" Id=\"kopya\">");
    open = xf_replace(x, open, VERI, xf(x, VERI "<b:Ek>%s</b:Ek>", value));
    xml_finish(x, "counter-copy.xml", open, &copy);
    /* Out of its place it is a signature like others, of the value. */
    char *loose = xf_replace(x, xf_replace(x, inner(x, text), "<xades:CounterSignature>", ""),
                             "</xades:CounterSignature>", "");
    xf_write(x, "counter-loose.xml",
             xf_replace(x, without_properties(x, text), VERI, xf(x, VERI "%s", loose)));
    xf_write(x, "counter-broken.xml",
             xf_replace(x, text, inner(x, text),
                        xf_replace(x, inner(x, text), "Id=\"S2-v\">", "Id=\"S2-v\">AAAA")));
}

/* 4, 14: what stands beside signed data in the signature's own Objects, and what is no data at all. */
static void carried(struct xforge *x) {
    static const char data[] =
        "<b:Veri xmlns:b=\"urn:ornek:belge\" Id=\"veri\"><b:Tutar>100</b:Tutar></b:Veri>";
    static const char evil[] = "<b:Veri xmlns:b=\"urn:ornek:belge\"><b:Tutar>999999</b:Tutar></b:Veri>";
    static const char end[] = "</ds:Signature>", properties[] = "</xades:QualifyingProperties>";
    struct xsig s = {.refs = xml_data(x), .objects = xf(x, "<ds:Object>%s</ds:Object>", data)};
    char *good = xf_sign(x, xf_signature(x, &s), &s);
    xf_write(x, "carried-ok.xml", good);
    xf_write_bytes(x, "carried.c14n", x->octets);
    xf_write(x, "carried-look-alike.xml",
             xf_replace(x, good, end,
                        xf(x,
                           "<ds:Object><QualifyingProperties xmlns=\"urn:kotu\">%s</QualifyingProperties>"
                           "</ds:Object>%s",
                           evil, end)));
    xf_write(x, "carried-beside-properties.xml",
             xf_replace(x, good, properties, xf(x, "%s%s", properties, evil)));
    xf_write(x, "carried-instruction.xml",
             xf_replace(x, good, end, xf(x, "<ds:Object><?tutar 999999?></ds:Object>%s", end)));
    xf_write(x, "carried-attribute.xml",
             xf_replace(x, good, end, xf(x, "<ds:Object tutar=\"999999\"></ds:Object>%s", end)));
    struct xsig around = {.refs = xf_reference(x, " URI=\"\"", ENVELOPED EXC)};
    xml_finish(x, "around-only.xml", xf(x, "<?tutar 100?>%s", xf_signature(x, &around)), &around);
    struct xsig role = {.refs = xf_reference(x, " URI=\"#rol\"", EXC),
                        .properties = "<xades:SignerRoleV2 Id=\"rol\"><xades:ClaimedRoles><xades:ClaimedRole>"
                                      "Uye</xades:ClaimedRole></xades:ClaimedRoles></xades:SignerRoleV2>"};
    xml_finish(x, "property-only.xml", xml_document(x, xf(x, VERI "%s", xf_signature(x, &role))), &role);
    struct xsig two = {.refs = xml_data(x)};
    xml_finish(x, "xml-id-blanks.xml",
               xml_document(x, xf(x, VERI "<b:Ek xml:id=\" veri \"></b:Ek>%s", xf_signature(x, &two))), &two);
    char *whole = xf_sign(x, xml_document(x, xf(x, VERI "%s", xf_signature(x, &around))), &around);
    xf_write(x, "enveloped-object.xml",
             xf_replace(x, whole, end, xf(x, "<ds:Object>%s</ds:Object>%s", evil, end)));
}

void xml_related(struct xforge *x) {
    carried(x);
    names(x);
    manifests(x);
    counters(x);
}
