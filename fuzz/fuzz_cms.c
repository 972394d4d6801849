/*
 * Any octets as a CMS message: read, verified for integrity and extracted. What is looked for is memory
 * errors; and one rule is checked on every input: what is extracted was signed by signatures that all hold.
 */
#include "cades/cades.h"
#include "signatures.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    source what = {.mem = BYTES(data, size), .fd = -1, .size = size, .name = "fuzz.p7m"};
    source content = {.mem = BYTES_STR("içerik"), .fd = -1, .size = 7, .name = "belge"};
    bool attached = fuzz_holds(&cades_format, &what, NULL);
    (void)fuzz_holds(&cades_format, &what, &content);
    fuzz_extract(&cades_format, &what, attached);
    return 0;
}
