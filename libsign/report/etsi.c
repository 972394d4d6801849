/* The validation report of TS 119 102-2 v1.4.1: one SignatureValidationReport per signature,
 * counter-signatures included, then the objects that they rest on. */
#include "report/etsi.h"

#include "report/writers.h"
#include <stdio.h>

/* 4.3.3: the value names the signature; whoever has the document finds it by that. */
static void put_identifier(struct etsi *e, const struct report_signature *s) {
    xmlout_open(&e->x, "SignatureIdentifier");
    if (s->value_der.len)
        xmlout_base64(&e->x, "ds:SignatureValue", s->value_der);
    xmlout_element(&e->x, "HashOnly", "false");
    xmlout_element(&e->x, "DocHashOnly", "false");
    xmlout_element(&e->x, "DAIdentifier", s->id);
    xmlout_close(&e->x);
}

/* 4.3.6: without a time-stamp that passed, the moment of validation is the best that is known. */
static void put_times(struct etsi *e, const struct report_signature *s) {
    xmlout_open(&e->x, "ValidationTimeInfo");
    xmlout_time(&e->x, "ValidationTime", e->r->validation_time);
    etsi_poe(e, "BestSignatureTime", s->best_signature_time ? s->best_signature_time : e->r->validation_time,
             s->best_time_by);
    xmlout_close(&e->x);
}

/* 4.3.7: the schema has room for one digest; what else is signed stands among the parameters. A digest that
 * nobody could compute is none. */
static void put_document(struct etsi *e, const struct report_signature *s) {
    static const char *const known[] = {"SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"};
    bool has_uri = false;
    if (s->is_counter || !s->scope || !s->scope->digest || !*s->scope->digest)
        return;
    for (size_t i = 0; s->scope->digest_alg && i < sizeof known / sizeof *known; i++)
        has_uri = has_uri || strcmp(known[i], s->scope->digest_alg) == 0;
    if (!has_uri)
        return;
    xmlout_open(&e->x, "SignersDocument");
    etsi_digest(e, s->scope->digest_alg, s->scope->digest);
    xmlout_close(&e->x);
}

/* ---- attributes (annex A) ---- */

/* Begins an attribute, within SignatureAttributes, which must not be empty. */
static void attribute(struct etsi *e, bool *any, const char *name, bool is_signed) {
    if (!*any)
        xmlout_open(&e->x, "SignatureAttributes");
    *any = true;
    xmlout_open(&e->x, name);
    xmlout_attribute(&e->x, "Signed", is_signed ? "true" : "false");
}

static const char *stamp_element(const char *kind) {
    static const struct {
        const char *part, *element;
    } rows[] = {
        {"rchive", "ArchiveTimeStamp"},
        {"SigAndRefs", "SigAndRefsTimeStamp"},
        {"escTimeStamp", "SigAndRefsTimeStamp"}, /* id-aa-ets-escTimeStamp is over signature and references */
        {"cades-c-time-stamp", "SigAndRefsTimeStamp"},
        {"CAdES-C-time-stamp", "SigAndRefsTimeStamp"},
        {"efsOnly", "RefsOnlyTimeStamp"},
        {"crls-references", "RefsOnlyTimeStamp"},
        {"crl-references", "RefsOnlyTimeStamp"},
        {"AllDataObjects", "AllDataObjectsTimeStamp"},
        {"IndividualDataObjects", "IndividualDataObjectsTimeStamp"},
        {"content", "AllDataObjectsTimeStamp"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(kind, rows[i].part))
            return rows[i].element;
    return "SignatureTimeStamp";
}

static void put_stamps(struct etsi *e, bool *any, const struct report_signature *s) {
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next) {
        const char *element = stamp_element(t->kind ? t->kind : "");
        if (!t->time) /* it could not be read, and the element must have a time */
            continue;
        attribute(e, any, element, strstr(element, "DataObjects") != NULL);
        if (t->id)
            etsi_refer_stamp(e, "AttributeObject", t->id);
        xmlout_time(&e->x, "TimeStampValue", t->time);
        xmlout_close(&e->x);
    }
}

static void put_said(struct etsi *e, bool *any, const struct report_signature *s) {
    if (s->mime_type) {
        attribute(e, any, "DataObjectFormat", true);
        xmlout_element(&e->x, "MimeType", s->mime_type);
        xmlout_close(&e->x);
    }
    if (s->place) {
        attribute(e, any, "SignatureProductionPlace", true);
        xmlout_element(&e->x, "AddressString", s->place);
        xmlout_close(&e->x);
    }
    if (s->roles) {
        attribute(e, any, "SignerRole", true);
        xmlout_open(&e->x, "RoleDetails");
        xmlout_element(&e->x, "Role", s->roles);
        xmlout_element(&e->x, "EndorsementType", "claimed");
        xmlout_close(&e->x);
        xmlout_close(&e->x);
    }
}

/* An attribute whose one element is a URI; one that is none would not be valid, and is told in words alone.
 */
static void put_uri(struct etsi *e, bool *any, const char *name, const char *element, const char *value) {
    AUTO(grow) nowhere = {0};
    xmlout trial = {.out = &nowhere};
    if (!value || !xmlout_uri(&trial, element, value))
        return;
    if (nowhere.failed)
        e->x.out->failed = true;
    attribute(e, any, name, true);
    xmlout_uri(&e->x, element, value);
    xmlout_close(&e->x);
}

static void put_attributes(struct etsi *e, const struct report_signature *s) {
    bool any = false;
    if (s->claimed_time) {
        attribute(e, &any, "SigningTime", true);
        xmlout_time(&e->x, "Time", s->claimed_time);
        xmlout_close(&e->x);
    }
    if (s->signing_certificate == TRI_TRUE && s->signer) {
        attribute(e, &any, "SigningCertificate", true);
        etsi_refer(e, "AttributeObject", s->signer->cert_sha256);
        xmlout_close(&e->x);
    }
    put_said(e, &any, s);
    put_uri(e, &any, "CommitmentTypeIndication", "CommitmentTypeIdentifier", s->commitment);
    put_uri(e, &any, "SigPolicyIdentifier", "SigPolicyId", s->policy_oid);
    put_stamps(e, &any, s);
    for (const struct report_signature *c = s->countersignatures; c; c = c->next) {
        attribute(e, &any, "CounterSignature", false);
        xmlout_open(&e->x, "CounterSignature");
        xmlout_element(&e->x, "OtherInformation", c->id ? c->id : "");
        xmlout_close(&e->x);
        xmlout_close(&e->x);
    }
    if (any)
        xmlout_close(&e->x);
}

/* 4.3.11.1: which of the three processes ran. Archive time-stamps lead to the last (EN 319 102-1, 5.6.3), any
 * others to the second (5.5). */
static void put_process(struct etsi *e, const struct report_signature *s) {
    const char *process = "urn:etsi:019102:validationprocess:Basic";
    for (const struct report_timestamp *t = s->timestamps; t; t = t->next) {
        bool archive = strcmp(stamp_element(t->kind ? t->kind : ""), "ArchiveTimeStamp") == 0;
        if (archive || strstr(process, "LTA"))
            process = "urn:etsi:019102:validationprocess:LTA";
        else
            process = "urn:etsi:019102:validationprocess:LTVM";
    }
    xmlout_open(&e->x, "SignatureValidationProcess");
    xmlout_element(&e->x, "SignatureValidationProcessID", process);
    xmlout_close(&e->x);
}

/* 4.3.10: that the certificate says of itself that it is qualified (EN 319 412-5, 4.2.1), which a NES does.
 */
static void put_quality(struct etsi *e, const struct report_signature *s) {
    if (!s->signer || !s->signer->kind || strncmp(s->signer->kind, "NES", 3) != 0)
        return;
    xmlout_open(&e->x, "SignatureQuality");
    xmlout_element(&e->x, "SignatureQualityInformation", "urn:oid:0.4.0.1862.1.1");
    xmlout_close(&e->x);
}

static void put_signature(struct etsi *e, const struct report_signature *s) {
    xmlout_open(&e->x, "SignatureValidationReport");
    put_identifier(e, s);
    etsi_constraints(e, s->blocks);
    put_times(e, s);
    put_document(e, s);
    put_attributes(e, s);
    etsi_signer(e, s->signer);
    put_quality(e, s);
    put_process(e, s);
    etsi_status(e, "SignatureValidationStatus",
                &(struct etsi_status){.total = true,
                                      .indication = s->indication,
                                      .sub = s->sub,
                                      .signer = s->signer,
                                      .chain = s->chain,
                                      .revocation = s->revocation,
                                      .messages = s->messages,
                                      .algorithm = s->algorithm});
    xmlout_close(&e->x);
    for (const struct report_signature *c = s->countersignatures; c; c = c->next)
        put_signature(e, c);
}

/* The schema wants one SignatureValidationReport at least, and its list of indications is open. */
static void put_no_signature(struct etsi *e) {
    xmlout_open(&e->x, "SignatureValidationReport");
    xmlout_open(&e->x, "SignatureValidationStatus");
    xmlout_element(&e->x, "MainIndication", "urn:mavi-kalem:mainindication:no-signature-found");
    xmlout_close(&e->x);
    xmlout_close(&e->x);
}

static void put_validator(struct etsi *e) {
    xmlout_open(&e->x, "SignatureValidator");
    xmlout_open(&e->x, "DigitalId");
    xmlout_element(&e->x, "tsl:Other", "Mavi Kalem, libsign");
    xmlout_close(&e->x);
    xmlout_close(&e->x);
}

void report_write_etsi(const struct sign_report *r, sign_lang lang, grow *out) {
    struct etsi e = {.x = {.out = out}, .lang = lang, .r = r};
    etsi_collect(&e);
    grow_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    xmlout_open(&e.x, "ValidationReport");
    xmlout_attribute(&e.x, "xmlns", "http://uri.etsi.org/19102/v1.4.1#");
    xmlout_attribute(&e.x, "xmlns:ds", "http://www.w3.org/2000/09/xmldsig#");
    xmlout_attribute(&e.x, "xmlns:XAdES", "http://uri.etsi.org/01903/v1.3.2#");
    xmlout_attribute(&e.x, "xmlns:tsl", "http://uri.etsi.org/02231/v2#");
    for (const struct report_signature *s = r->signatures; s; s = s->next)
        put_signature(&e, s);
    if (!r->signatures)
        put_no_signature(&e);
    etsi_objects(&e);
    put_validator(&e);
    xmlout_close(&e.x);
    grow_byte(out, '\n');
    out->failed = out->failed || e.arena.failed;
    map_free(&e.found);
    arena_free(&e.arena);
}
