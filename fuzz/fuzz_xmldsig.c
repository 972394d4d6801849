/*
 * Any octets as an XML document with signatures: read, verified for integrity and extracted, alone and with a
 * content beside them. What is looked for is memory errors; and some rules are checked on every input:
 * nothing passes without an anchor, what is extracted was signed by signatures that all hold, what was
 * refused writes nothing.
 */
#include "signatures.h"
#include "xades/xades.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    source what = {.mem = BYTES(data, size), .fd = -1, .size = size, .name = "fuzz.xml"};
    source content = {.mem = BYTES_STR("<a>içerik</a>"), .fd = -1, .size = 14, .name = "belge.xml"};
    if (!xades_format.looks_like(&what))
        return 0;
    /* To verify twice would halve the search. */
    bool holds = fuzz_holds(&xades_format, &what, size % 2 == 0 ? &content : NULL);
    if (holds || size % 16 == 1)
        fuzz_extract(&xades_format, &what, holds);
    return 0;
}
