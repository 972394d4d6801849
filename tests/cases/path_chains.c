/* 67: certificates that are wrong in themselves or in their place, name constraints, certificate policies. */
#include "path.h"

#include <stdio.h>
#include <string.h>

enum { FLOOD_BYTES = 1 << 17 };

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
#define NO_BASIC    "keyUsage=critical,keyCertSign,cRLSign\n" KEY_IDS
#define LENGTH(n)   "basicConstraints=critical,CA:TRUE,pathlen:" n "\n" USAGE KEY_IDS

void path_chains(struct path_world *w) {
    static const struct path_cert rows[] = {
        {"root", "root", .ext = CA},
        {"ca", "root", .ext = CA},
        {"signer-good", "ca", .ext = SIGNER},
        {"signer-expired", "ca", .ext = SIGNER, .to = "20260501000000Z"},
        {"signer-not-yet", "ca", .ext = SIGNER, .from = "20260701000000Z"},
        {"signer-digital", "ca", .ext = "keyUsage=critical,digitalSignature\n" KEY_IDS},
        {"signer-encipher", "ca", .ext = "keyUsage=critical,keyAgreement\n" KEY_IDS},
        {"signer-no-usage", "ca", .ext = KEY_IDS},
        {"signer-tls", "ca", .ext = SIGNER "extendedKeyUsage=critical,serverAuth\n"},
        {"ca-expired", "root", .ext = CA, .to = "20260501000000Z"},
        {"signer-ca-expired", "ca-expired", .ext = SIGNER},
        {"ca-not-yet", "root", .ext = CA, .from = "20260701000000Z"},
        {"signer-ca-not-yet", "ca-not-yet", .ext = SIGNER},
        {"ca-false", "root", .ext = "basicConstraints=critical,CA:FALSE\n" NO_BASIC},
        {"signer-ca-false", "ca-false", .ext = SIGNER},
        {"ca-no-basic", "root", .ext = NO_BASIC},
        {"signer-ca-no-basic", "ca-no-basic", .ext = SIGNER},
        {"ca-no-cert-sign", "root",
         .ext = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n" KEY_IDS},
        {"signer-ca-no-cert-sign", "ca-no-cert-sign", .ext = SIGNER},
        {"signer-by-signer", "signer-good", .ext = SIGNER},
        /* pathLenConstraint counts authorities that are not self-issued (RFC 5280, 4.2.1.9). */
        {"ca-length-0", "root", .ext = LENGTH("0")},
        {"signer-length-0", "ca-length-0", .ext = SIGNER},
        {"ca-below-0", "ca-length-0", .ext = CA},
        {"signer-length-0-exceeded", "ca-below-0", .ext = SIGNER},
        {"ca-self-issued", "ca-length-0", .ext = CA, .subject = "CN=ca-length-0"},
        {"signer-length-self-issued", "ca-self-issued", .ext = SIGNER},
        {"ca-length-1", "root", .ext = LENGTH("1")},
        {"ca-below-1", "ca-length-1", .ext = CA},
        {"signer-length-1", "ca-below-1", .ext = SIGNER},
        {"ca-below-1-below", "ca-below-1", .ext = CA},
        {"signer-length-1-exceeded", "ca-below-1-below", .ext = SIGNER},
        /* The lower authority may not allow itself more. */
        {"ca-length-9", "ca-length-0", .ext = LENGTH("9")},
        {"signer-length-raised", "ca-length-9", .ext = SIGNER},
        {"signer-unknown", "ca", .ext = SIGNER UNKNOWN "=DER:0500\n"},
        {"signer-unknown-critical", "ca", .ext = SIGNER UNKNOWN "=critical,DER:0500\n"},
        {"ca-unknown", "root", .ext = CA UNKNOWN "=DER:0500\n"},
        {"signer-ca-unknown", "ca-unknown", .ext = SIGNER},
        {"ca-unknown-critical", "root", .ext = CA UNKNOWN "=critical,DER:0500\n"},
        {"signer-ca-unknown-critical", "ca-unknown-critical", .ext = SIGNER},
    };
    path_certs(w, rows, COUNT(rows));
}

/* ---- name constraints (RFC 5280, 4.2.1.10): one authority a form, a signer within and one outside ---------
 */

static const struct form {
    const char *name;
    const char *constraints;      /* all of the extension's value */
    const char *within, *outside; /* "SUBJECT|subjectAltName", either may be empty */
} forms[] = {
    {"dns", "critical,permitted;DNS:ornek.tr", "|DNS:www.ornek.tr", "|DNS:www.ornek.tr.kotu.tr"},
    {"dns-not", "critical,excluded;DNS:kotu.tr", "|DNS:kotu.tr.ornek", "|DNS:a.b.KOTU.tr"},
    {"email", "critical,permitted;email:ornek.tr", "|email:kisi@ornek.tr", "|email:kisi@alt.ornek.tr"},
    {"email-box", "critical,permitted;email:kisi@ornek.tr", "|email:kisi@ORNEK.tr", "|email:Kisi@ornek.tr"},
    {"email-not", "critical,excluded;email:.kotu.tr", "|email:kisi@kotu.tr", "|email:kisi@a.kotu.tr"},
    {"email-dn", "critical,permitted;email:ornek.tr", "CN=Kisi/emailAddress=kisi@ornek.tr|",
     "CN=Kisi/emailAddress=kisi@kotu.tr|"},
    {"uri", "critical,permitted;URI:.ornek.tr", "|URI:https://a.ornek.tr:443/b", "|URI:https://ornek.tr/"},
    {"uri-not", "critical,excluded;URI:kotu.tr", "|URI:http://iyi.tr/kotu.tr", "|URI:http://kotu.tr/"},
    {"uri-user", "critical,permitted;URI:ornek.tr", "|URI:http://kotu.tr@ornek.tr/",
     "|URI:http://ornek.tr@kotu.tr/"},
    {"ip", "critical,permitted;IP:192.0.2.0/255.255.255.0", "|IP:192.0.2.77", "|IP:192.0.3.77"},
    {"ip-not", "critical,excluded;IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:0:0:0:0:0:0", "|IP:2001:db9::1",
     "|IP:2001:db8::1"},
    {"dn", "critical,permitted;dirName:dn", "C=TR/O=Ornek/CN=Kisi|", "C=TR/O=Kotu/CN=Kisi|"},
    {"dn-not", "critical,excluded;dirName:dn", "C=TR/O=Kotu/CN=Kisi|", "C=TR/O=ORNEK/CN=Kisi|"},
    {"dn-alt", "critical,permitted;dirName:dn", "C=TR/O=Ornek/CN=Kisi|dirName:in",
     "C=TR/O=Ornek/CN=Kisi|dirName:out"},
    /* A form that constrains nothing here: nobody has such a name; and who has one cannot be judged. */
    {"rid", "critical,permitted;RID:1.2.3.4", "CN=Kisi|email:kisi@ornek.tr", "CN=Kisi|RID:1.2.3.4.5"},
    {"other", "critical,excluded;otherName:1.3.6.1.4.1.311.20.2.3;UTF8:kotu", "CN=Kisi|email:kisi@ornek.tr",
     "CN=Kisi|otherName:1.3.6.1.4.1.311.20.2.3;UTF8:kisi@kotu"},
    {"two", "critical,permitted;DNS:ornek.tr,excluded;DNS:gizli.ornek.tr", "|DNS:acik.ornek.tr",
     "|DNS:gizli.ornek.tr"},
    /* Said to be not critical: it counts all the same. */
    {"not-critical", "permitted;DNS:ornek.tr", "|DNS:ornek.tr", "|DNS:kotu.tr"},
};

#define SECTIONS "[dn]\nC=TR\nO=Ornek\n[in]\nC=TR\nO=Ornek\nCN=Takma\n[out]\nC=TR\nO=Kotu\nCN=Takma\n"

/* path_certs for one row that was put together. */
static void one(struct path_world *w, struct path_cert row) {
    struct path_cert *kept = arena_alloc(&w->texts, sizeof *kept);
    path_must(kept != NULL && !w->texts.failed, "memory");
    *kept = row;
    path_certs(w, kept, 1);
}

static void name_signer(struct path_world *w, const struct form *f, const char *kind, const char *names) {
    const char *alt = strchr(names, '|') + 1;
    char *subject = arena_printf(&w->texts, "%.*s", (int)(alt - names - 1), names);
    one(w, (struct path_cert){
               .name = arena_printf(&w->texts, "signer-name-%s-%s", f->name, kind),
               .issuer = arena_printf(&w->texts, "ca-name-%s", f->name),
               .ext = *alt != '\0' ? arena_printf(&w->texts, SIGNER "subjectAltName=%s\n%s", alt, SECTIONS)
                                   : SIGNER,
               .subject = alt - names > 1 ? subject : NULL});
}

void path_names(struct path_world *w) {
    for (size_t i = 0; i < COUNT(forms); i++) {
        const struct form *f = &forms[i];
        one(w, (struct path_cert){
                   .name = arena_printf(&w->texts, "ca-name-%s", f->name),
                   .issuer = "root",
                   .ext = arena_printf(&w->texts, CA "nameConstraints=%s\n%s", f->constraints, SECTIONS)});
        name_signer(w, f, "in", f->within);
        name_signer(w, f, "out", f->outside);
    }
    static const struct path_cert below[] = {
        /* What an authority above forbids, none below allows. */
        {"ca-name-wider", "ca-name-dns", .ext = CA "nameConstraints=critical,permitted;DNS:tr\n"},
        {"signer-name-wider", "ca-name-wider", .ext = SIGNER "subjectAltName=DNS:kotu.tr\n"},
        {"signer-name-both", "ca-name-wider", .ext = SIGNER "subjectAltName=DNS:ornek.tr\n"},
        /* The names of authorities are constrained, too; those of self-issued ones are not (6.1.3 (b)). */
        {"ca-name-outside", "ca-name-dn", .ext = CA, .subject = "C=TR/O=Kotu/CN=Makam"},
        {"signer-name-ca-outside", "ca-name-outside", .ext = SIGNER, .subject = "C=TR/O=Ornek/CN=Kisi"},
        {"ca-name-self", "ca-name-dn", .ext = CA, .subject = "CN=ca-name-dn"},
        {"signer-name-self-issued", "ca-name-self", .ext = SIGNER, .subject = "C=TR/O=Ornek/CN=Kisi"},
    };
    path_certs(w, below, COUNT(below));
    /* Names times subtrees: work that must end (CVE-2018-16875, GO-2021 and its like). */
    char *many = arena_alloc(&w->texts, FLOOD_BYTES), *subtrees = arena_alloc(&w->texts, FLOOD_BYTES);
    path_must(many != NULL && subtrees != NULL, "memory");
    size_t n = (size_t)snprintf(many, FLOOD_BYTES, "%s", SIGNER "subjectAltName=@names\n[names]\n");
    size_t k = (size_t)snprintf(subtrees, FLOOD_BYTES, "%s", CA "nameConstraints=critical,@trees\n[trees]\n");
    for (unsigned i = 0; i < 1500; i++) {
        n += (size_t)snprintf(many + n, FLOOD_BYTES - n, "DNS.%u=a%u.ornek.tr\n", i, i);
        k += (size_t)snprintf(subtrees + k, FLOOD_BYTES - k, "excluded;DNS.%u=b%u.ornek.tr\n", i, i);
    }
    one(w, (struct path_cert){.name = "ca-name-flood", .issuer = "root", .ext = subtrees});
    one(w, (struct path_cert){.name = "signer-name-flood", .issuer = "ca-name-flood", .ext = many});
    one(w, (struct path_cert){.name = "signer-name-flood-few",
                              .issuer = "ca-name-flood",
                              .ext = SIGNER "subjectAltName=DNS:a.ornek.tr\n"});
}

/* ---- policies (RFC 5280, 6.1.2 to 6.1.5) -----------------------------------------------------------------
 */

/* Policies 1.2.3.0 ... 1.2.3.(n - 1), and mappings of each to each: n times as many nodes in the tree
 * of 6.1.2 with every authority (CVE-2023-0464). */
static char *exploding(struct path_world *w, unsigned n, const char *more) {
    size_t size = 4096 + (size_t)n * 16 + (size_t)n * n * 32, at = 0;
    char *out = arena_alloc(&w->texts, size);
    path_must(out != NULL, "memory");
    at += (size_t)snprintf(out, size, "%s%scertificatePolicies=", CA, more);
    for (unsigned i = 0; i < n; i++) {
        at += (size_t)snprintf(out + at, size - at, "%s1.2.3.%u", i > 0 ? "," : "", i);
    }
    at += (size_t)snprintf(out + at, size - at, "\npolicyMappings=critical");
    for (unsigned i = 0; i < n * n; i++) {
        at += (size_t)snprintf(out + at, size - at, ",1.2.3.%u:1.2.3.%u", i / n, i % n);
    }
    (void)snprintf(out + at, size - at, "\n");
    return out;
}

/* `depth` authorities below the root; the first one may say more. */
static void explosion(struct path_world *w, const char *name, unsigned n, unsigned depth, const char *more) {
    const char *above = "root";
    for (unsigned i = 0; i < depth; i++) {
        char number[12];
        snprintf(number, sizeof number, "%u", i);
        const char *here = arena_printf(&w->texts, "ca-%s-%s", name, number);
        one(w, (struct path_cert){.name = here, .issuer = above, .ext = exploding(w, n, i == 0 ? more : "")});
        above = here;
    }
    one(w, (struct path_cert){.name = arena_printf(&w->texts, "signer-%s", name),
                              .issuer = above,
                              .ext = SIGNER "certificatePolicies=1.2.3.1\n"});
    one(w, (struct path_cert){.name = arena_printf(&w->texts, "signer-%s-%s", name, "other"),
                              .issuer = above,
                              .ext = SIGNER "certificatePolicies=1.2.9.9\n"});
}

void path_policies(struct path_world *w) {
    static const char explicit_policy[] = "policyConstraints=critical,requireExplicitPolicy:0\n";
    static const struct path_cert rows[] = {
        {"ca-policy", "root",
         .ext = CA "policyConstraints=critical,requireExplicitPolicy:0\ncertificatePolicies=1.2.3.1\n"},
        {"signer-policy", "ca-policy", .ext = SIGNER "certificatePolicies=1.2.3.1\n"},
        {"signer-policy-other", "ca-policy", .ext = SIGNER "certificatePolicies=1.2.3.2\n"},
        {"signer-policy-none", "ca-policy", .ext = SIGNER},
        {"ca-policy-free", "root", .ext = CA "certificatePolicies=1.2.3.1\n"},
        {"signer-policy-free", "ca-policy-free", .ext = SIGNER "certificatePolicies=1.2.3.2\n"},
    };
    path_certs(w, rows, COUNT(rows));
    explosion(w, "explosion", 8, 13, explicit_policy);
    explosion(w, "explosion-free", 8, 13, "");
    explosion(w, "explosion-many", 40, 3, explicit_policy);
}
