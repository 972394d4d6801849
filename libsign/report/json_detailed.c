/* What auditors ask for: the building blocks as they ran, what is proven to have existed, and every object.
 */
#include "report/json.h"
#include "report/writers.h"
#include <stdio.h>

static void put_pair(jsonout *j, const char *name, const char *value) {
    jsonout_object(j);
    json_str(j, "name", name);
    json_str(j, "value", value);
    jsonout_end(j);
}

static void put_inputs(jsonout *j, const struct report_input *in) {
    json_list(j, "inputs");
    for (; in; in = in->next) {
        char more[48];
        put_pair(j, in->name, in->value);
        snprintf(more, sizeof more, "and %zu more", in->left_out);
        if (in->left_out > 0)
            put_pair(j, in->name, more);
    }
    jsonout_end(j);
}

static void put_checks(jsonout *j, sign_lang lang, const struct report_check *c) {
    json_list(j, "checks");
    for (; c; c = c->next) {
        jsonout_object(j);
        json_str(j, "constraint", c->name);
        json_str(j, "status", report_status_text(c->status));
        json_str(j, "object", c->object);
        json_str(j, "expected", c->expected[lang == SIGN_TR]);
        json_str(j, "actual", c->actual);
        jsonout_end(j);
    }
    jsonout_end(j);
}

void json_blocks(jsonout *j, sign_lang lang, const struct report_block *b) {
    json_list(j, "blocks");
    for (; b; b = b->next) {
        jsonout_object(j);
        json_str(j, "name", b->name);
        json_str(j, "clause", b->clause);
        json_str(j, "object", b->object);
        json_str(j, "indication", report_block_indication(b->indication));
        json_str(j, "sub_indication", sub_indication_text(b->sub));
        json_str(j, "result", b->result);
        put_inputs(j, b->inputs);
        put_checks(j, lang, b->checks);
        json_blocks(j, lang, b->inside);
        jsonout_end(j);
    }
    jsonout_end(j);
}

void json_poe(jsonout *j, const struct report_poe *p) {
    json_list(j, "poe");
    for (; p; p = p->next) {
        jsonout_object(j);
        json_str(j, "kind", p->kind);
        json_str(j, "object", p->object);
        json_time(j, "time", p->time);
        json_str(j, "by", p->by);
        jsonout_end(j);
    }
    jsonout_end(j);
}

/* ---- diagnostic data ---- */

/* A list and no object: a certificate may have two facts of one name. */
static void put_facts(jsonout *j, const struct report_facts *f) {
    json_list(j, "facts");
    for (; f; f = f->next)
        put_pair(j, f->name, f->value);
    jsonout_end(j);
}

static void put_objects(jsonout *j, const struct report_object *o) {
    json_list(j, "objects");
    for (; o; o = o->next) {
        jsonout_object(j);
        json_str(j, "kind", o->kind);
        json_str(j, "sha256", o->sha256);
        json_origin(j, &o->from);
        json_bool(j, "used", o->used);
        put_facts(j, o->facts);
        json_der(j, "der", o->der);
        jsonout_end(j);
    }
    jsonout_end(j);
}

static void put_tokens(jsonout *j, const struct report_timestamp *t) {
    json_list(j, "timestamps");
    for (; t; t = t->next) {
        jsonout_object(j);
        json_str(j, "id", t->id);
        json_str(j, "kind", t->kind);
        json_str(j, "digest_alg", t->digest_alg);
        json_str(j, "imprint", t->imprint_hex);
        json_str(j, "cert_sha256", t->signer ? t->signer->cert_sha256 : NULL);
        json_der(j, "der", t->der);
        jsonout_end(j);
    }
    jsonout_end(j);
}

/* The facts alone: no verdict stands here. */
static void put_facts_of(jsonout *j, const char *key, const struct report_signature *s) {
    json_list(j, key);
    for (; s; s = s->next) {
        jsonout_object(j);
        json_str(j, "id", s->id);
        json_str(j, "format", s->format);
        json_str(j, "level", s->level);
        json_signer(j, s->signer);
        json_time(j, "claimed_time", s->claimed_time);
        json_signed(j, s);
        json_der(j, "value", s->value_der);
        put_tokens(j, s->timestamps);
        json_evidence(j, s->chain, s->revocation);
        put_facts_of(j, "countersignatures", s->countersignatures);
        jsonout_end(j);
    }
    jsonout_end(j);
}

void report_write_diagnostic(const struct sign_report *r, grow *out) {
    jsonout j = {.out = out};
    jsonout_object(&j);
    json_head(&j, r, "-diagnostic");
    if (r->certificate)
        json_certificate(&j, r->certificate);
    put_facts_of(&j, "signatures", r->signatures);
    put_objects(&j, r->objects);
    jsonout_end(&j);
}
