/* Unsigned properties: nothing in them is trusted; they are listed, and they make the structural level. */
#include "xades/properties.h"

#include <stddef.h>

#define FLAG(name) offsetof(struct ades_carried, name)

/* EN 319 132-1, 5.3 to 5.5; TS 101 903, 7.3 to 7.7. stamp: it holds time-stamp tokens. */
static const struct {
    const char *name;
    size_t flag;
    bool stamp;
} rows[] = {
    {"SignatureTimeStamp", FLAG(signature_stamp), true},
    {"SigAndRefsTimeStamp", FLAG(refs_stamp), true},
    {"SigAndRefsTimeStampV2", FLAG(refs_stamp), true},
    {"RefsOnlyTimeStamp", FLAG(refs_stamp), true},
    {"RefsOnlyTimeStampV2", FLAG(refs_stamp), true},
    {"CompleteCertificateRefs", FLAG(certificate_refs), false},
    {"CompleteCertificateRefsV2", FLAG(certificate_refs), false},
    {"CompleteRevocationRefs", FLAG(revocation_refs), false},
    {"CertificateValues", FLAG(certificate_values), false},
    {"RevocationValues", FLAG(revocation_values), false},
    {"ArchiveTimeStamp", FLAG(archive_v3), true},
    {"ArchiveTimeStampV2", FLAG(archive_v3), true},
};

static bool add_stamp(struct xades_one *o, const char *kind) {
    struct report_timestamp *t = arena_alloc(&o->job->report->arena, sizeof *t), **at = &o->out->timestamps;
    if (t == NULL)
        return false;
    t->kind = kind;
    t->indication = INDETERMINATE;
    while (*at != NULL)
        at = &(*at)->next;
    *at = t;
    return true;
}

/* Time-stamps over the content are signed properties (5.2.8). */
static bool content_stamps(struct xades_one *o, const struct xades_properties *p) {
    static const char *const kinds[] = {"AllDataObjectsTimeStamp", "IndividualDataObjectsTimeStamp"};
    bool ok = true;
    for (const struct xml_node *e = p->data_node != NULL ? p->data_node->first : NULL; e != NULL; e = e->next)
        for (size_t i = 0; i < 2 && ok; i++)
            ok = !xades_is_property(e, kinds[i]) || add_stamp(o, kinds[i]);
    return ok;
}

static void list_name(grow *names, const struct xml_node *e) {
    grow_str(names, names->len > 0 ? ", " : "");
    grow_str(names, e->name);
}

bool xades_unsigned_read(struct xades_one *o, const struct xades_properties *p) {
    struct ades_carried flags = {0};
    AUTO(grow) names = {.limit = LIMIT_XML_VALUE};
    bool ok = content_stamps(o, p);
    const struct xml_node *e = p->unsigned_node != NULL ? xades_solid(p->unsigned_node->first) : NULL;
    for (size_t n = 0; ok && e != NULL && n < LIMIT_ATTRIBUTES; n++, e = xades_solid(e->next)) {
        if (e->kind != XML_KIND_ELEMENT)
            continue;
        list_name(&names, e);
        for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++) {
            if (!xades_is_property(e, rows[i].name))
                continue;
            *(bool *)(void *)((char *)&flags + rows[i].flag) = true;
            ok = !rows[i].stamp || add_stamp(o, rows[i].name);
        }
    }
    if (names.len > 0 && !names.failed)
        o->out->attributes = arena_str(&o->job->report->arena, BYTES(names.data, names.len));
    o->out->level = p->is_signed ? ades_level(&flags, false) : NULL;
    return ok && (!names.failed || names.over) && !o->job->report->arena.failed;
}
