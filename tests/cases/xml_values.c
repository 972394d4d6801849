/* Texts and namespaces that mean one thing to a reader and another to the digest; keys; other documents. */
#include "xml_vectors.h"

#include <string.h>

static char *beside(struct xforge *x, const char *data, const struct xsig *s) {
    return xml_document(x, xf(x, "%s%s", data, xf_signature(x, s)));
}

/* 23: a comment is in no canonical form without comments, so that the text around it is one. */
static void comments(struct xforge *x) {
    static const char name[] = "<b:Kisi Id=\"veri\">ali@ornek.tr<!--x-->.evil.tr</b:Kisi>";
    static const char honest[] = "<b:Kisi Id=\"veri\">ali@ornek.tr.evil.tr</b:Kisi>";
    struct xsig s = {.refs = xml_data(x)};
    char *text = xf_sign(x, beside(x, honest, &s), &s);
    xf_write(x, "comment-none.xml", text);
    xf_write_bytes(x, "comment.c14n", x->octets);
    xf_write(x, "comment-added.xml", xf_replace(x, text, "ornek.tr.evil", "ornek.tr<!--x-->.evil"));
    xf_write(x, "instruction-added.xml", xf_replace(x, text, "ornek.tr.evil", "ornek.tr<?x y?>.evil"));
    xf_write(x, "cdata-added.xml", xf_replace(x, text, "ornek.tr.evil", "ornek.tr<![CDATA[.]]>evil"));
    xf_write(x, "element-added.xml", xf_replace(x, text, "ornek.tr.evil", "ornek.tr<b:i/>.evil"));
    xml_finish(x, "comment-signed.xml", beside(x, name, &s), &s);
    struct xsig with = {
        .refs = xf_reference(x, " URI=\"#xpointer(id('veri'))\"", TRANSFORM(C14N_EXC "WithComments"))};
    text = xf_sign(x, beside(x, name, &with), &with);
    xf_write(x, "comment-counted.xml", text);
    xf_write_bytes(x, "comment-counted.c14n", x->octets);
    xf_write(x, "comment-counted-removed.xml", xf_replace(x, text, "<!--x-->", ""));
    struct xsig without = {.refs = xf_reference(x, " URI=\"#veri\"", TRANSFORM(C14N_EXC "WithComments"))};
    xml_finish(x, "comment-with-method.xml", beside(x, name, &without), &without);
    struct xsig all = {
        .refs = xf_reference(x, " URI=\"#xpointer(/)\"", ENVELOPED TRANSFORM(C14N "#WithComments"))};
    text = xf_sign(x, beside(x, name, &all), &all);
    xf_write(x, "comment-whole.xml", text);
    xf_write(x, "comment-whole-removed.xml", xf_replace(x, text, "<!--x-->", ""));
}

/* 24: a relative namespace URI has no canonical form; some digest nothing then. */
static void nothing(struct xforge *x) {
    static const char relative[] = "<b:Veri Id=\"veri\" xmlns:g=\"%s\"><g:Tutar>%s</g:Tutar></b:Veri>";
    static const struct {
        const char *name, *transform;
    } rows[] = {
        {"inclusive", TRANSFORM(C14N)}, {"exclusive", EXC}, {"c14n11", TRANSFORM(C14N_11)}, {"implicit", ""}};
    x->may_be_void = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xsig s = {.refs = xf_reference(x, " URI=\"#veri\"", rows[i].transform)};
        xml_finish(x, xf(x, "void-%s.xml", rows[i].name), beside(x, xf(x, relative, "goreli", "999999"), &s),
                   &s);
        xml_finish(x, xf(x, "void-%s-ok.xml", rows[i].name),
                   beside(x, xf(x, relative, "urn:goreli", "100"), &s), &s);
    }
    struct xsig info = {.refs = xml_data(x), .c14n = " Algorithm=\"" C14N "\">"};
    char *text = beside(x, VERI, &info);
    xml_finish(x, "void-signed-info.xml",
               xf_replace(x, text, "<ds:SignedInfo>", "<ds:SignedInfo xmlns:g=\"goreli\">"), &info);
    xml_finish(x, "void-signed-info-above.xml",
               xf_replace(x, text, "<b:Belge ", "<b:Belge xmlns:g=\"../goreli\" "), &info);
    xml_finish(x, "void-signed-info-ok.xml",
               xf_replace(x, text, "<ds:SignedInfo>", "<ds:SignedInfo xmlns:g=\"urn:goreli\">"), &info);
    x->may_be_void = false;
}

/* 25: a name in content whose prefix no element shows is bound by the PrefixList only. */
static void prefixes(struct xforge *x) {
    static const char typed[] =
        "<b:Ek xmlns:p=\"%s\"><b:Veri Id=\"veri\" tur=\"p:odeme\"><b:Tutar>100</b:Tutar></b:Veri></b:Ek>";
    static const char listed[] =
        "<ds:Transform Algorithm=\"" C14N_EXC "\"><ec:InclusiveNamespaces xmlns:ec=\"" C14N_EXC
        "\" PrefixList=\"%s\"/>%s</ds:Transform>";
    struct xsig unlisted = {.refs = xml_data(x)};
    char *text = xf_sign(x, beside(x, xf(x, typed, "urn:odeme"), &unlisted), &unlisted);
    xf_write(x, "prefix-unlisted.xml", text);
    xf_write_bytes(x, "prefix-unlisted.c14n", x->octets);
    xf_write(x, "prefix-unlisted-rebound.xml", xf_replace(x, text, "urn:odeme", "urn:kotu"));
    struct xsig s = {.refs = xf_reference(x, " URI=\"#veri\"", xf(x, listed, "p", ""))};
    text = xf_sign(x, beside(x, xf(x, typed, "urn:odeme"), &s), &s);
    xf_write(x, "prefix-listed.xml", text);
    xf_write_bytes(x, "prefix-listed.c14n", x->octets);
    xf_write(x, "prefix-listed-rebound.xml", xf_replace(x, text, "urn:odeme", "urn:kotu"));
    xf_write(x, "prefix-list-changed.xml", xf_replace(x, text, "PrefixList=\"p\"", "PrefixList=\"q\""));
    struct xsig more = {.refs =
                            xf_reference(x, " URI=\"#veri\"", xf(x, listed, "p  b q yok #default p", ""))};
    xml_finish(x, "prefix-list-odd.xml", beside(x, xf(x, typed, "urn:odeme"), &more), &more);
    struct xsig two = {
        .refs = xf_reference(
            x, " URI=\"#veri\"",
            xf(x, listed, "p", "<ec:InclusiveNamespaces xmlns:ec=\"" C14N_EXC "\" PrefixList=\"\"/>"))};
    xml_finish(x, "prefix-list-two.xml", beside(x, xf(x, typed, "urn:odeme"), &two), &two);
    struct xsig inclusive = {.refs = xf_reference(x, " URI=\"#veri\"", TRANSFORM(C14N))};
    text = xf_sign(x, beside(x, xf(x, typed, "urn:odeme"), &inclusive), &inclusive);
    xf_write(x, "prefix-inclusive.xml", text);
    xf_write(x, "prefix-inclusive-rebound.xml", xf_replace(x, text, "urn:odeme", "urn:kotu"));
}

/* A method that makes other octets of SignedInfo than those that readers show: nobody may follow it there. */
static void methods(struct xforge *x) {
    static const struct {
        const char *file, *method;
    } rows[] = {{"method-xslt.xml", " Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\">"},
                {"method-xpath.xml", " Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"},
                {"method-base64.xml", " Algorithm=\"" DS "base64\">"},
                {"method-unknown.xml", " Algorithm=\"urn:baska:bicim\">"},
                {"method-empty.xml", " Algorithm=\"\">"},
                {"method-ok.xml", " Algorithm=\"" C14N "#WithComments\">"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xsig s = {.refs = xml_data(x), .c14n = rows[i].method};
        xml_finish(x, rows[i].file, beside(x, VERI, &s), &s);
    }
}

/* 26: what KeyInfo says is a candidate, never the truth. */
static void keys(struct xforge *x) {
    struct xsig victim = {.refs = xml_data(x)}, attacker = {.refs = xml_data(x), .signer = "nes-person2"};
    char *certificates = xf(x, "<ds:X509Data>%s</ds:X509Data>", xf_certificates(x, "nes-p256"));
    char *both = xf(x, "%s%s", xf_key_value(x, "nes-person2"), certificates);
    static const char name[] = "<ds:KeyName>ALI VELI</ds:KeyName>";
    const struct {
        const char *file;
        struct xsig *named, *signs; /* whose certificate is referenced, whose key it is */
        const char *key_info;
    } rows[] = {
        {"key-value-ok.xml", &victim, &victim, xf(x, "%s%s", xf_key_value(x, "nes-p256"), certificates)},
        {"key-value-behind-ok.xml", &victim, &victim,
         xf(x, "%s%s", certificates, xf_key_value(x, "nes-p256"))},
        {"key-value-other.xml", &victim, &victim, both},
        {"key-value-attacker.xml", &victim, &attacker, both},
        {"key-value-attacker-behind.xml", &victim, &attacker,
         xf(x, "%s%s", certificates, xf_key_value(x, "nes-person2"))},
        {"key-value-attacker-named.xml", &attacker, &attacker, both},
        {"key-value-only.xml", &victim, &victim, xf_key_value(x, "nes-p256")},
        {"key-name-only.xml", &victim, &victim, name},
        {"key-name-ok.xml", &victim, &victim, xf(x, "%s%s", name, certificates)},
        {"retrieval-only.xml", &victim, &victim, "<ds:RetrievalMethod URI=\"#anahtar\"/>"},
        {"retrieval-raw-only.xml", &victim, &victim,
         "<ds:RetrievalMethod Type=\"" DS "rawX509Certificate\" URI=\"nes-p256.der\"/>"},
        {"certificates-both.xml", &attacker, &attacker,
         xf(x, "%s<ds:X509Data>%s</ds:X509Data>", certificates, xf_certificates(x, "nes-person2"))},
        {"certificate-of-other.xml", &attacker, &attacker, certificates},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct xsig s = *rows[i].named;
        s.key_info = rows[i].key_info;
        char *chain =
            xf(x,
               "<ds:Object><ds:KeyInfo Id=\"anahtar\"><ds:RetrievalMethod URI=\"#anahtar2\"/></ds:KeyInfo>"
               "<ds:KeyInfo Id=\"anahtar2\">%s</ds:KeyInfo></ds:Object>",
               certificates);
        if (strncmp(rows[i].file, "retrieval-only", 14) == 0) {
            s.objects = chain;
        }
        xf_write(x, rows[i].file, xf_value(x, xf_digest(x, beside(x, VERI, &s), &s), rows[i].signs));
    }
    char *text = xml_signed(x);
    xf_write(x, "key-info-none.xml", xf_cut(x, text, "<ds:KeyInfo>", "</ds:KeyInfo>", NULL));
    xf_write(x, "key-info-swapped.xml",
             xf_replace(x, text, certificates,
                        xf(x, "<ds:X509Data>%s</ds:X509Data>", xf_certificates(x, "nes-person2"))));
}

/* 27 and 28: a secret that everybody knows, and a part of a value that everybody guesses. */
static void hmacs(struct xforge *x) {
    static const char hmac[] =
        "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\">%s"
        "</ds:SignatureMethod>";
    static const char length[] = "<ds:HMACOutputLength>%d</ds:HMACOutputLength>";
    struct xsig whole = {.refs = xml_data(x), .method = xf(x, hmac, "")};
    char *text = xf_sign(x, beside(x, VERI, &whole), &whole);
    xf_write(x, "hmac-certificate.xml", text);
    xf_write(x, "ecdsa-ok.xml", xml_signed(x));
    static const int bits[] = {0, 1, 8, 256};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        struct xsig s = {.refs = xml_data(x), .method = xf(x, hmac, xf(x, length, bits[i]))};
        xml_finish(x, xf(x, "hmac-length-%d.xml", bits[i]), beside(x, VERI, &s), &s);
        struct xsig ec = {.refs = xml_data(x),
                          .method = xf(x,
                                       "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/"
                                       "xmldsig-more#ecdsa-sha256\">%s</ds:SignatureMethod>",
                                       xf(x, length, bits[i]))};
        xml_finish(x, xf(x, "ecdsa-length-%d.xml", bits[i]), beside(x, VERI, &ec), &ec);
    }
    /* Plain XML-Signature: not even the reference to a certificate is there. */
    struct xsig plain = {.refs = xml_data(x), .method = xf(x, hmac, xf(x, length, 8)), .plain = true};
    xml_finish(x, "hmac-plain.xml", beside(x, VERI, &plain), &plain);
}

/* 29: an honest signature in a place that is not its own. */
static void moved(struct xforge *x) {
    struct xsig s = {.refs = xf_reference(x, " URI=\"\"", ENVELOPED EXC)};
    char *text = xf_sign(x, beside(x, VERI, &s), &s);
    char *signature = xml_signature_of(x, text);
    xf_write(x, "moved-ok.xml", text);
    xf_write(x, "moved-other.xml", xml_document(x, xf(x, "%s%s", KOTU(" Id=\"veri\""), signature)));
    xf_write(x, "moved-other-root.xml",
             xf(x, "<b:Baska xmlns:b=\"urn:ornek:belge\">" VERI "%s</b:Baska>", signature));
    xf_write(x, "moved-within.xml", xml_document(x, xf(x, VERI "<b:Ek>%s</b:Ek>", signature)));
    xf_write(x, "moved-alone.xml", signature);
    char *original = xf_cut(x, text, "<ds:Signature ", "</ds:Signature>", NULL);
    xf_write(x, "belge.xml", original);
    xf_write(x, "baska.txt", "Baska bir icerik.\n");
    x->content = BYTES_STR(original);
    struct xsig apart = {.refs = xf_reference(x, " URI=\"belge.xml\"", "")};
    char *detached = xf_sign(x, xf_signature(x, &apart), &apart);
    xf_write(x, "detached.xml", detached);
    xf_write(x, "detached-inside.xml", xml_document(x, xf(x, VERI "%s", detached)));
    struct xsig canonical = {.refs = xf_reference(x, " URI=\"belge.xml\"", EXC)};
    xml_finish(x, "detached-canonical.xml", xf_signature(x, &canonical), &canonical);
}

void xml_values(struct xforge *x) {
    comments(x);
    nothing(x);
    prefixes(x);
    methods(x);
    keys(x);
    hmacs(x);
    moved(x);
}
