/* The row of XAdES in the table of formats. */
#include "xades/xades.h"

#include "xades/draft.h"
#include "xades/verify.h"

const struct ades_format xades_format = {
    .id = SIGN_XADES,
    .name = "xades",
    .looks_like = xades_looks_like,
    .verify = xades_verify,
    .extract = xades_extract,
    .content = xades_content,
    .draft = xades_draft,
    .draft_export = xades_draft_export,
    .draft_import = xades_draft_import,
    .draft_get = xades_draft_get,
    .draft_finish = xades_draft_finish,
    .draft_free = xades_draft_free,
};
