/* What a file looks like before anybody reads it as XML. */
#include "xades/run.h"
#include "xades/verify.h"

/* The beginnings of XML by encoding (XML 1.0, F.1); a blank stands before a "<" only after these. */
int xades_looks_like(const source *s) {
    static const struct {
        const char *bytes;
        size_t n;
    } starts[] = {
        {"\xff\xfe", 2},     {"\xfe\xff", 2}, {"<\0", 2},   {"\0<", 2},
        {"\0\0\xfe\xff", 4}, {"\0\0\0<", 4},  {"+ADw-", 5}, {"\x4c\x6f\xa7\x94", 4}, /* EBCDIC */
    };
    uint8_t first[256];
    size_t n = s->size < sizeof first ? (size_t)s->size : sizeof first, i = 0;
    if (source_read(s, 0, first, n, NULL) != SIGN_OK)
        return 0;
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++)
        if (n >= starts[k].n && memcmp(first, starts[k].bytes, starts[k].n) == 0)
            return 1;
    if (n >= 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < n && (first[i] == ' ' || first[i] == '\t' || first[i] == '\r' || first[i] == '\n'))
        i++;
    return i < n && first[i] == '<';
}

/* The word at a distance of 1, 2 or 4 octets: ASCII and what extends it, UTF-16, UTF-32; and EBCDIC. */
static bool mentions(sign_bytes b) {
    static const char *const words[] = {"Signature", "\xe2\x89\x87\x95\x81\xa3\xa4\x99\x85"};
    enum { WORD = 9 };
    for (size_t w = 0; w < 2; w++)
        for (size_t step = 1; step <= (w == 0 ? 4U : 1U); step *= 2)
            for (size_t at = 0; at + (WORD - 1) * step < b.len; at++) {
                size_t i = 0;
                while (i < WORD && b.data[at + i * step] == (uint8_t)words[w][i])
                    i++;
                if (i == WORD)
                    return true;
            }
    return false;
}

/* The windows overlap by more than the longest form of the word. */
sign_rc xades_mentions_signature(const struct xml_text *text, bool *holds, sign_error *err) {
    enum { OVERLAP = 64 };
    *holds = mentions(text->put);
    for (uint64_t at = 0; at < text->src->size && !*holds; at += LIMIT_WINDOW - OVERLAP) {
        uint64_t left = text->src->size - at;
        sign_bytes window;
        AUTO(sign_buf) own = {0};
        sign_rc rc =
            source_view(text->src, at, left < LIMIT_WINDOW ? (size_t)left : LIMIT_WINDOW, &window, &own, err);
        if (rc != SIGN_OK)
            return rc;
        *holds = mentions(window);
    }
    return SIGN_OK;
}
