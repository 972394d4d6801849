/* XML out: what opens is closed, and no text from outside becomes markup. */
#include "report/xmlout.h"

#include "base/text.h"
#include "base/time.h"
#include <stdio.h>

static void indent(xmlout *x) {
    grow_printf(x->out, "\n%*s", (int)(2 * x->depth), "");
}

static void end_tag(xmlout *x) {
    if (x->in_tag)
        grow_byte(x->out, '>');
    x->in_tag = false;
}

void xmlout_open(xmlout *x, const char *name) {
    if (x->depth == XMLOUT_DEPTH) {
        x->out->failed = true;
        return;
    }
    end_tag(x);
    indent(x);
    grow_byte(x->out, '<');
    grow_str(x->out, name);
    x->open[x->depth++] = name;
    x->in_tag = true;
    x->parent = false;
}

/* XML 1.0, 2.2: what may stand in a document at all. */
static bool is_char(uint32_t c) {
    return c == 0x9 || c == 0xA || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
           (c >= 0x10000 && c <= 0x10FFFF);
}

static void put_escaped(grow *out, const char *text) {
    const uint8_t *at = (const uint8_t *)text, *end = at + strlen(text);
    while (at < end) {
        const uint8_t *from = at;
        uint32_t c = utf8_next(&at, end);
        if (c == '<')
            grow_str(out, "&lt;");
        else if (c == '>')
            grow_str(out, "&gt;");
        else if (c == '&')
            grow_str(out, "&amp;");
        else if (c == '"')
            grow_str(out, "&quot;");
        else if (c == 0xFFFD || !is_char(c)) /* U+FFFD: the octet may have been malformed */
            grow_str(out, "\xEF\xBF\xBD");
        else
            grow_put(out, from, (size_t)(at - from));
    }
}

void xmlout_attribute(xmlout *x, const char *name, const char *value) {
    grow_printf(x->out, " %s=\"", name);
    put_escaped(x->out, value);
    grow_byte(x->out, '"');
}

void xmlout_text(xmlout *x, const char *text) {
    if (!text)
        return;
    end_tag(x);
    put_escaped(x->out, text);
}

void xmlout_close(xmlout *x) {
    if (x->depth == 0 || x->out->failed)
        return;
    const char *name = x->open[--x->depth];
    if (x->in_tag) {
        grow_str(x->out, "/>");
    } else {
        if (x->parent)
            indent(x);
        grow_printf(x->out, "</%s>", name);
    }
    x->in_tag = false;
    x->parent = true;
}

void xmlout_element(xmlout *x, const char *name, const char *text) {
    if (!text)
        return;
    xmlout_open(x, name);
    xmlout_text(x, text);
    xmlout_close(x);
}

void xmlout_time(xmlout *x, const char *name, int64_t t) {
    char text[32];
    time_rfc3339(t, text);
    xmlout_element(x, name, *text == '?' ? NULL : text);
}

void xmlout_base64(xmlout *x, const char *name, sign_bytes octets) {
    AUTO(grow) text = {0};
    text_base64(octets, &text);
    grow_byte(&text, 0);
    if (text.failed)
        x->out->failed = true;
    else
        xmlout_element(x, name, (const char *)text.data);
}

static bool is_oid(const char *text) {
    const char *digits = "0123456789";
    size_t arcs = 0;
    for (; *text; arcs++) {
        size_t n = strspn(text, digits);
        if (n == 0 || (text[n] && text[n] != '.') || (text[n] == '.' && !text[n + 1]))
            return false;
        text += n + (text[n] == '.');
    }
    return arcs >= 2;
}

/* RFC 3986, less than it allows: a name and a port, then characters that need no thought. */
static bool is_http(const char *text) {
    static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char host[80], rest[100];
    snprintf(host, sizeof host, "%s.-", alnum);
    snprintf(rest, sizeof rest, "%s-._~/?:@!$&'()*+,;=", alnum);
    text += strncmp(text, "http://", 7) == 0 ? 7 : strncmp(text, "https://", 8) == 0 ? 8 : 0;
    size_t n = strspn(text, host);
    if (n == 0 || (text[n] && !strchr("/:?", text[n])))
        return false;
    text += n;
    if (*text == ':')
        text += 1 + strspn(text + 1, "0123456789");
    return (!*text || *text == '/' || *text == '?') && text[strspn(text, rest)] == 0;
}

bool xmlout_uri(xmlout *x, const char *name, const char *text) {
    bool oid = text && is_oid(text), urn = text && strncmp(text, "urn:oid:", 8) == 0 && is_oid(text + 8);
    if (!text || !(oid || urn || (strncmp(text, "http", 4) == 0 && is_http(text))))
        return false;
    xmlout_open(x, name);
    xmlout_text(x, oid ? "urn:oid:" : "");
    xmlout_text(x, text);
    xmlout_close(x);
    return true;
}
