#include "two.h"

#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* A policy is in the row of a fault where the fault matters to it. */
const struct two_fault two_faults[] = {
    {"good", TWO_NONE, .policies = {"default", "strict", "tr"}},
    {"weak", TWO_WEAK, .signer = "two-sha224", .policies = {"default", "tr"}},
    {"weak-digest", TWO_WEAK, .sign = "digest=sha224", .policies = {"default"}},
    {"encrypts", TWO_OWN, .signer = "two-encrypts", .policies = {"default", "strict"}},
    {"server", TWO_OWN, .signer = "two-server", .policies = {"default"}},
    {"plain", TWO_OWN, .signer = "two-plain", .policies = {"tr"}},
    {"leaf", TWO_OWN, .signer = "two-sha1", .policies = {"default", "tr"}},
    {"digest", TWO_OWN, .sign = "digest=sha1", .policies = {"default"}},
    {"reference", TWO_OWN, .sign = "ess=none", .policies = {"default", "tr"}},
    {"policy", TWO_OWN, .sign = "policy=p2 policy-hash=wrong", .policies = {"default", "tr"}},
    {"unclaimed", TWO_OWN, .sign = "claimed=-", .policies = {"tr-uyum"}},
    {"begins", TWO_STAMPS, .signer = "two-late", .sign = "claimed=20250610100000Z",
     .policies = {"default", "tr"}},
    {"order", TWO_STAMPS, .before = "content-stamp at=20250310100500Z; ", .policies = {"default", "tr"}},
    {"delay", TWO_STAMPS, .sign = "claimed=20240201100000Z policy=p2", .policies = {"tr", "tr-uyum"}},
    {"imprint", TWO_STAMPS, .stamp = "digest=sha1", .policies = {"strict", "tr"}},
    {"other-imprint", TWO_STAMPS, .stamp = "imprint=wrong", .policies = {"strict", "tr"}},
    {"list-sha1", TWO_DATA, .data = "twoca-sha1.crl", .policies = {"default", "tr"}},
    {"response-sha1", TWO_DATA, .data = "two-sha1.ocsp", .policies = {"default"}},
    {"asked", TWO_DATA, .data = "two-asked.ocsp", .policies = {"default", "tr"}},
    {"unknown", TWO_DATA, .data = "two-unknown.ocsp", .policies = {"default"}},
    {"nothing", TWO_DATA, .data = "", .policies = {"default"}},
};
const size_t two_n_faults = COUNT(two_faults);

const char *const two_levels[] = {"t", "lt", "lta", "ao", "counter"};
const size_t two_n_levels = COUNT(two_levels);

#define WEEK "at-2025-09"
const struct two_moment two_moments[] = {
    {"well", "2025-09-03", WEEK, .twoca = WEEK, .tsaca = WEEK},
    {"carried", "2025-04-03", .root = NULL},
    {"revoked", "2025-09-03", WEEK, .twoca = "two-after", .tsaca = WEEK},
    {"held", "2025-09-03", WEEK, .twoca = "two-held", .tsaca = WEEK},
    {"ca-revoked", "2025-09-03", "two-ca-after", WEEK, WEEK, .data = true},
    {"stale", "2025-09-03", WEEK, "at-2025-06", WEEK, .data = true},
    {"untold", "2025-09-03", WEEK, NULL, WEEK, .data = true},
    {"sunset", "2025-09-03", WEEK, WEEK, WEEK, .own = true, .data = true},
    {"sunset-revoked", "2025-09-03", WEEK, "two-after", WEEK, .own = true},
    {"expired", "2027-06-03", "at-2027-06", "at-2027-06", "at-2027-06", .data = true},
    {"weak", "2029-06-03", "at-2029-06", "at-2029-06", "at-2029-06", .data = true},
    {"tsa-revoked", "2025-09-03", WEEK, WEEK, "tsa-after", .data = true, .stamps = true},
    {"both-revoked", "2025-09-03", WEEK, "two-after", "tsa-after", .stamps = true},
    {"tsa-ended", "2030-06-03", "at-2030-06", "at-2030-06", "at-2030-06", .more = "tsaca-2029.crl",
     .data = true, .stamps = true},
    {"nothing-kept", "2030-06-03", "at-2030-06", "at-2030-06", "at-2030-06", .data = true, .stamps = true,
     .hopeless = true},
};
const size_t two_n_moments = COUNT(two_moments);

static const char *or_nothing(const char *text) {
    return text != NULL ? text : "";
}

/* The signature's own lists of its last day before the archive time-stamp; the counter-signature stands below
 * another's signature, with lists of the day of its archive time-stamp. */
bool two_program(size_t fault, size_t level, char *out, size_t size) {
    const struct two_fault *f = &two_faults[fault];
    const char *signer = f->signer != NULL ? f->signer : "two";
    const char *data = f->data != NULL ? f->data : "twoca-0331.crl";
    const char *comma = *data != '\0' ? "," : "";
    if (level == TWO_COUNTER) {
        /* Of a counter-signature the signer alone may be wrong here, and what tells of him. */
        bool has = f->sign == NULL && f->before == NULL && f->stamp == NULL;
        snprintf(out, size,
                 "sign; stamp at=20250301100500Z; counter signer=%s claimed=20250310100000Z; "
                 "carry certs=root,tsaca,twoca revs=%s%sca-0331.crl,root-0331.crl,tsaca-0331.crl; "
                 "archive at=20250401120000Z tsa=atsa; ",
                 signer, data, comma);
        return has;
    }
    int n = snprintf(out, size, "%ssign signer=%s %s; ", or_nothing(f->before), signer, or_nothing(f->sign));
    if (level != TWO_AO) {
        n += snprintf(out + n, size - (size_t)n, "stamp at=20250301100500Z %s; ", or_nothing(f->stamp));
    }
    if (level != TWO_T) {
        n += snprintf(out + n, size - (size_t)n,
                      "carry certs=root,tsaca revs=%s%sroot-0331.crl,tsaca-0331.crl; ", data, comma);
    }
    if (level == TWO_LTA || level == TWO_AO) {
        snprintf(out + n, size - (size_t)n, "archive at=20250401120000Z tsa=atsa; ");
    }
    /* A fault of time-stamps is at home where there is one, of data where they are carried. */
    return !(f->kind == TWO_STAMPS && level == TWO_AO) && !(f->kind == TWO_DATA && level == TWO_T);
}

void two_name(size_t fault, size_t level, char *out, size_t size) {
    snprintf(out, size, "pairs/%s-%s", two_faults[fault].name, two_levels[level]);
}
