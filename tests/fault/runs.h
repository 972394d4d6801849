/* runs.h - what the runs share. */
#ifndef FAULT_RUNS_H
#define FAULT_RUNS_H

#include "hooks.h"
#include "world.h"

#define BUF(b) ((sign_bytes){(b).data, (b).len})

/* The result of a run: an error must be told, a success must be right, and what failed leaves its outputs
 * alone. */
int judged(sign_rc rc, const sign_error *err, bool right);
bool holds(const sign_buf *text, const char *part);
/* Answers with the PIN of the token, which is the password of the key files too. */
sign_rc password(void *user, const sign_secret *ask, char *out, size_t size);
/* Creates with `key`; what comes out must verify. */
int create(const struct world *w, const sign_key *key, const sign_input *in, const sign_options *opt);
/* Opens where (NULL: sign_key_find): the certificate must be that of w->key, with so many in its chain. */
int open_key(const struct world *w, const char *where, const sign_key_options *opt, size_t chain);

/* The signature `what` with these options; sub: the sub-indication, NULL when it passes. */
int verify(const struct world *w, const sign_trust *trust, sign_bytes what, const sign_input *content,
           const sign_verify_options *opt, const char *sub);
/* What is extracted must be `wanted`. */
int extract(const struct world *w, sign_bytes what, sign_bytes wanted);
/* Person 2 signs too; all must verify. */
int add(const struct world *w, sign_bytes to, const sign_options *opt);
/* The steps around a key that is elsewhere; `file` is an exported draft. */
int draft_new(const struct world *w, const sign_input *in, const sign_options *opt);
int draft_export(const struct world *w, sign_bytes file);
int draft_import(const struct world *w, sign_bytes file, const sign_input *content);
int draft_finish(const struct world *w, sign_bytes file, sign_bytes value);

#define RUN(name) int run_##name(const struct world *w)
RUN(trust);
RUN(verify_known);
RUN(verify_new);
RUN(verify_two);
RUN(verify_detached);
RUN(verify_altered);
RUN(verify_cut);
RUN(verify_stranger);
RUN(inspect);
RUN(report_text);
RUN(report_json);
RUN(report_detailed);
RUN(report_diagnostic);
RUN(report_etsi);
RUN(report_html);
RUN(judge_cms);
RUN(judge_xml);
RUN(judge_wrong);
RUN(judge_policy);
RUN(judge_require);
RUN(judge_token);
RUN(late_text);
RUN(late_json);
RUN(late_detailed);
RUN(late_diagnostic);
RUN(late_etsi);
RUN(late_html);
RUN(policy_open);
RUN(policy_write);
RUN(policy_lint);
RUN(extract);
RUN(certs);
RUN(create_attached);
RUN(create_detached);
RUN(create_attributes);
RUN(create_file);
RUN(create_remote);
RUN(create_form);
RUN(create_form_other);
RUN(create_form_json_other);
RUN(create_form_file_other);
RUN(add);
RUN(draft_new);
RUN(draft_export);
RUN(draft_import);
RUN(draft_finish);
RUN(form_new);
RUN(form_is_xml);
RUN(form_is_json);
RUN(form_json);
RUN(form_xml);
RUN(form_set);
RUN(form_check);
RUN(form_write);
RUN(form_show);
RUN(key_pem);
RUN(key_pkcs12);
RUN(token_each);
RUN(key_find);
RUN(key_token);
RUN(create_token);
RUN(modules);
RUN(xml_create_enveloped);
RUN(xml_create_enveloping);
RUN(xml_create_base64);
RUN(xml_create_detached);
RUN(xml_create_inside);
RUN(xml_create_element);
RUN(xml_create_properties);
RUN(xml_create_form_other);
RUN(xml_add);
RUN(xml_draft_new);
RUN(xml_draft_export);
RUN(xml_draft_import);
RUN(xml_draft_finish);
RUN(xml_verify_enveloped);
RUN(xml_verify_enveloping);
RUN(xml_verify_base64);
RUN(xml_verify_detached);
RUN(xml_verify_inside);
RUN(xml_verify_two);
RUN(xml_verify_altered);
RUN(xml_verify_digested);
RUN(xml_extract_enveloped);
RUN(xml_extract_enveloping);
RUN(xml_extract_base64);
RUN(anchors_add);
RUN(anchors_depot);
RUN(anchors_write);
RUN(anchors_read);
RUN(cert_check_known);
RUN(cert_check_new);
RUN(cert_check_text);
RUN(cert_check_json);
RUN(anchors_remove);
RUN(root_known);
RUN(trust_files);
RUN(check_files);
RUN(check_online);
RUN(verify_online);
RUN(verify_remembered);
RUN(net_new);
RUN(net_fetch);
RUN(net_fetch_remembered);
RUN(net_fetch_refused);
RUN(cache_each);
RUN(cache_prune);
RUN(cache_export);
RUN(cache_import);
#undef RUN

#endif
