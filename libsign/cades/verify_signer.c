/* Which certificate signed: what the signed attributes of a signature say of it. */
#include "cades/verify.h"
#include "der/oid.h"

static void add_reference(struct ades_sid *sid, sign_bytes value, bool v2) {
    if (value.len == 0)
        return;
    if (!cms_reference_read(value, v2, &sid->refs[sid->n]))
        sid->malformed = true;
    sid->names[sid->n++] = oid_label(v2 ? OID_AA_SIGNING_CERTIFICATE_V2 : OID_AA_SIGNING_CERTIFICATE);
}

sign_rc cades_find_signer(const struct cades_job *job, const struct cms_signer *s, struct ades_facts *facts,
                          sign_error *err) {
    struct ades_sid sid = {.signer = s};
    add_reference(&sid, s->value[SA_CERT_V1], false);
    add_reference(&sid, s->value[SA_CERT_V2], true);
    return ades_find_signer(job->ctx, &job->report->arena, &sid, NULL, 0, facts, err);
}
