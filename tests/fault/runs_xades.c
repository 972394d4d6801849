/* XML signatures in each of their forms. */
#include "runs.h"

#include <string.h>

static int create_as(const struct world *w, sign_shape shape) {
    sign_input in = world_xml_document();
    sign_options opt = world_xml_options(shape);
    return create(w, w->key, &in, &opt);
}

int run_xml_create_enveloped(const struct world *w) {
    return create_as(w, SIGN_ENVELOPED);
}

int run_xml_create_enveloping(const struct world *w) {
    return create_as(w, SIGN_ENVELOPING);
}

int run_xml_create_base64(const struct world *w) {
    sign_input in = world_document();
    sign_options opt = world_xml_options(SIGN_ENVELOPING);
    return create(w, w->key, &in, &opt);
}

int run_xml_create_detached(const struct world *w) {
    return create_as(w, SIGN_DETACHED);
}

int run_xml_create_inside(const struct world *w) {
    return create_as(w, SIGN_INTERNALLY_DETACHED);
}

int run_xml_create_element(const struct world *w) {
    sign_input in = world_xml_document();
    sign_options opt = world_xml_options(SIGN_INTERNALLY_DETACHED);
    opt.element = "k";
    return create(w, w->key, &in, &opt);
}

int run_xml_create_properties(const struct world *w) {
    static const uint8_t hash[32] = {1};
    static const char *const roles[] = {"Genel Müdür", "Başkan"}, *const lines[] = {"Kızılay"};
    sign_input in = world_xml_document();
    sign_options opt = world_xml_options(SIGN_ENVELOPED);
    opt.c14n = SIGN_C14N_11;
    opt.digest = SIGN_SHA512;
    opt.mime_type = "application/xml";
    opt.commitment = "1.2.840.113549.1.9.16.6.1";
    opt.roles = roles;
    opt.n_roles = 2;
    opt.place_country = "TR";
    opt.place_locality = "Ankara";
    opt.place_lines = lines;
    opt.n_place_lines = 1;
    opt.place_state = "Ankara";
    opt.place_postal_code = "06420";
    opt.policy_oid = "2.16.792.1.2.1.1.5.7.3.1";
    opt.policy_hash = (sign_bytes){hash, sizeof hash};
    opt.policy_uri = "http://depo.example.org/politika.pdf";
    opt.policy_notice = "Sınama";
    opt.key_value = 1;
    return create(w, w->key, &in, &opt);
}

/* The same promise as in a CMS signature: never by another person, in no form. */
int run_xml_create_form_other(const struct world *w) {
    sign_input in = {.name = "form.xml", .data = BUF(w->form_xml)};
    sign_options opt = world_xml_options(SIGN_ENVELOPED);
    return create(w, w->other, &in, &opt);
}

int run_xml_add(const struct world *w) {
    sign_options opt = {.size = sizeof opt, .claimed_time = world_options().claimed_time};
    return add(w, BUF(w->xml.enveloped), &opt);
}

int run_xml_draft_new(const struct world *w) {
    sign_input in = world_xml_document();
    sign_options opt = world_xml_options(SIGN_ENVELOPED);
    return draft_new(w, &in, &opt);
}

int run_xml_draft_export(const struct world *w) {
    return draft_export(w, BUF(w->xml.draft));
}

int run_xml_draft_import(const struct world *w) {
    return draft_import(w, BUF(w->xml.draft), NULL);
}

int run_xml_draft_finish(const struct world *w) {
    return draft_finish(w, BUF(w->xml.draft), BUF(w->xml.value));
}

int run_xml_verify_enveloped(const struct world *w) {
    return verify(w, w->trust, BUF(w->xml.enveloped), NULL, &w->verify_options, NULL);
}

int run_xml_verify_enveloping(const struct world *w) {
    return verify(w, w->trust, BUF(w->xml.enveloping), NULL, &w->verify_options, NULL);
}

int run_xml_verify_base64(const struct world *w) {
    return verify(w, w->trust, BUF(w->xml.base64), NULL, &w->verify_options, NULL);
}

int run_xml_verify_detached(const struct world *w) {
    sign_input content = world_xml_document();
    return verify(w, w->trust, BUF(w->xml.detached), &content, &w->verify_options, NULL);
}

int run_xml_verify_inside(const struct world *w) {
    return verify(w, w->trust, BUF(w->xml.inside), NULL, &w->verify_options, NULL);
}

int run_xml_verify_two(const struct world *w) {
    return verify(w, w->trust, BUF(w->xml.two), NULL, &w->verify_options, NULL);
}

int run_xml_verify_altered(const struct world *w) {
    return verify(w, w->trust, BUF(w->xml.altered), NULL, &w->verify_options, "HASH_FAILURE");
}

struct digested {
    size_t pieces, bytes;
};

static sign_rc count_digested(void *user, const char *id, const char *what, sign_bytes piece,
                              sign_error *err) {
    struct digested *d = user;
    (void)err;
    d->pieces += id && what;
    d->bytes += piece.len;
    return SIGN_OK;
}

int run_xml_verify_digested(const struct world *w) {
    struct digested seen = {0};
    sign_verify_options opt = w->verify_options;
    opt.digested = count_digested;
    opt.digested_user = &seen;
    int result = verify(w, w->trust, BUF(w->xml.enveloped), NULL, &opt, NULL);
    return result == SIGN_OK && (seen.pieces < 3 || seen.bytes < world_xml_document().data.len) ? RUN_WRONG
                                                                                                : result;
}

int run_xml_extract_enveloped(const struct world *w) {
    return extract(w, BUF(w->xml.enveloped), world_xml_document().data);
}

int run_xml_extract_enveloping(const struct world *w) {
    return extract(w, BUF(w->xml.enveloping), world_xml_document().data);
}

int run_xml_extract_base64(const struct world *w) {
    return extract(w, BUF(w->xml.base64), world_document().data);
}
