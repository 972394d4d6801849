#include "engine/format.h"
#include "cades/cades.h"
#include "xades/xades.h"

static const struct ades_format *const formats[] = {&cades_format, &xades_format};

const struct ades_format *format_at(size_t i) {
    return i < sizeof formats / sizeof *formats ? formats[i] : NULL;
}

const struct ades_format *format_by_id(sign_format id) {
    if (id == SIGN_AUTO)
        return formats[0];
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->id == id)
            return formats[i];
    return NULL;
}

const struct ades_format *format_of(const source *s) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->looks_like(s))
            return formats[i];
    return NULL;
}
