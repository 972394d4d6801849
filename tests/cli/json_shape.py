"""json_shape.py EXIT < OBJECT: holds one JSON object of the program against the contract of its keys.

Every object has `schema` and `exit`, and `exit` is the exit status; from status 5 on it has `error` and nothing else, but
for what `doctor` and `cache prefetch` found out before the network, or the trust store, failed them, and for all the faults
that `policy lint` found.
"""
import base64
import hashlib
import json
import re
import sys

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
HEX = re.compile(r"[0-9a-f]+")
CODE = re.compile(r"[EWI]\d{4}")

CERTIFICATE = {
    "subject", "serial_number", "issuer", "serial", "cert_sha256", "kind", "not_before", "not_after", "key",
    "signature", "key_usage", "purposes", "policies", "crl_urls", "ocsp_urls", "issuer_urls", "emails", "limit_value",
    "limit_use", "notice", "known", "retention_years", "on_device"}
ANCHOR = {
    "subject", "cert_sha256", "not_before", "not_after", "purposes", "sunset", "known", "source", "added", "store"}
TALLY = {"answers", "octets", "due", "failures", "oldest", "newest"}
FETCHED = {"kind", "url", "ok", "from", "octets", "obtained", "expires", "problem"}
TOKEN = {
    "module", "uri", "label", "manufacturer", "model", "serial", "object", "has_key", "pin_count_low",
    "pin_final_try", "pin_locked", "pin_unset", "certificate"}
SIGNATURE = {
    "id", "format", "level", "profile", "indication", "sub_indication", "try_at", "signer", "claimed_time",
    "best_signature_time", "best_time_by", "integrity", "covers_whole_document", "scope", "properties", "timestamps", "chain", "revocation", "countersignatures",
    "messages"}
TIMESTAMP = {
    "id", "kind", "time", "accuracy", "policy", "serial", "digest_alg", "algorithm", "indication", "sub_indication", "tsa",
    "signer", "imprint", "signature_value", "best_time", "covers", "chain", "revocation", "messages"}
BLOCK = {"name", "clause", "object", "indication", "sub_indication", "result", "inputs", "checks", "blocks"}
RESULT = {
    "sign": {"output"}, "cosign": {"output"}, "assemble": {"output"}, "extract": {"output"},
    "prepare": {"output", "digest_alg", "digest", "scheme", "salt_len"},
    "token": {"tokens"}, "cert": {"certificates"}, "doctor": {"checks"}, "version": {"version"},
    "help": {"commands", "text"}}
TRUST = ({"store", "system_store", "anchors"}, {"store", "added", "changed", "already", "refused", "left_out"}, {"store", "removed"})
POLICY = ({"policies"}, {"policy"}, {"output"}, {"faults"}, {"a", "b", "same", "differences"})
CACHE = (TALLY | {"cache", "kinds"}, {"cache", "removed"}, {"cache", "answers"}, {"fetched"})
FORM = ({"errors"}, {"errors", "output"}, {"errors", "text"})


def keys(what, value, wanted):
    if not isinstance(value, dict) or set(value) != set(wanted):
        got = sorted(value) if isinstance(value, dict) else type(value).__name__
        raise SystemExit(f"{what}: keys are {got}, wanted {sorted(wanted)}")


def must(what, condition):
    if not condition:
        raise SystemExit(what)


def is_time(what, value, nullable=False):
    must(f"{what}: {value!r} is no time", (value is None and nullable) or TIME.fullmatch(value))


def certificate(value):
    keys("certificate", value, CERTIFICATE)
    must("serial", HEX.fullmatch(value["serial"]) and not value["serial"].startswith("0"))
    for name in ("key_usage", "purposes", "policies", "crl_urls", "ocsp_urls", "issuer_urls", "emails"):
        must(f"{name} is a list of texts", all(isinstance(x, str) and x != "" for x in value[name]) and isinstance(value[name], list))
    must("serial_number", value["serial_number"] != "")
    must("cert_sha256", HEX.fullmatch(value["cert_sha256"]) and len(value["cert_sha256"]) == 64)
    is_time("not_before", value["not_before"])
    is_time("not_after", value["not_after"])


def messages(value):
    for m in value:
        keys("message", m, {"level", "code", "text", "hint", "constraint", "object", "expected", "actual"})
        must("message level", m["level"] in ("error", "warning", "info"))
        must("message code", CODE.fullmatch(m["code"]))
        must("message text", m["text"] != "" and isinstance(m["hint"], str))


def origin(value):
    must("origin", value["origin"] in ("given", "signature", "cache", "network"))
    is_time("obtained", value["obtained"], nullable=True)
    must("what was fetched has a time", (value["obtained"] is not None) == (value["origin"] in ("cache", "network")))


def evidence(value):
    for r in value["revocation"]:
        keys("revocation", r, {
            "kind", "for", "this_update", "next_update", "produced_at", "origin", "source", "obtained", "signer", "status",
            "revoked_at", "reason"})
        is_time("revoked_at", r["revoked_at"], nullable=True)
        must("revoked since when", r["revoked_at"] is None or r["status"] != "good")
        origin(r)
    for c in value["chain"]:
        keys("chain", c, {"subject", "cert_sha256", "origin", "source", "obtained", "anchor"})
        origin(c)


def cert_check(value):
    keys("report", value, {
        "schema", "exit", "document", "validation_time", "policy", "revocation_checked", "indication", "sub_indication",
        "use", "certificate", "chain", "revocation", "messages"})
    is_time("validation_time", value["validation_time"])
    must("use", value["use"] in ("signer", "tsa", "ocsp", "any"))
    certificate(value["certificate"])
    evidence(value)
    messages(value["messages"])
    exits = {"TOTAL-PASSED": 0, "TOTAL-FAILED": 1, "INDETERMINATE": 2}
    must("exit of the indication", exits[value["indication"]] == value["exit"])
    must("sub_indication", (value["exit"] == 0) == (value["sub_indication"] is None))
    must("the path begins with the certificate",
         not value["chain"] or value["chain"][0]["cert_sha256"] == value["certificate"]["cert_sha256"])


def anchor(value):
    keys("anchor", value, ANCHOR)
    must("purposes", value["purposes"] and set(value["purposes"]) <= {"signer", "tsa", "ocsp"})
    for name in ("not_before", "not_after"):
        is_time(name, value[name])
    for name in ("sunset", "added"):
        is_time(name, value[name], nullable=True)


def fetched(value):
    keys("fetched", value, FETCHED)
    must("kind", value["kind"] in ("certificates", "crl", "ocsp"))
    must("from", value["from"] in (("network", "cache", "stale") if value["ok"] else (None,)))
    must("problem", value["ok"] or value["problem"])


def signer(value):
    if value is not None:
        keys("signer", value, {"subject", "serial_number", "issuer", "serial", "cert_sha256"})


def blocks(value):
    for b in value:
        keys("block", b, BLOCK)
        must("block's indication", b["indication"] in ("PASSED", "FAILED", "INDETERMINATE", None))
        must("block's sub_indication", b["indication"] != "PASSED" or b["sub_indication"] is None)
        for i in b["inputs"]:
            keys("input", i, {"name", "value"})
        for c in b["checks"]:
            keys("check", c, {"constraint", "status", "object", "expected", "actual"})
            must("check's status", c["status"] in ("ok", "failed", "warned", "informed", "ignored"))
        blocks(b["blocks"])


def timestamp(value, detailed):
    keys("timestamp", value, TIMESTAMP | ({"blocks"} if detailed else set()))
    for name in ("time", "best_time"):
        is_time(name, value[name], nullable=True)
    must("accuracy in microseconds", value["accuracy"] is None or value["accuracy"] >= 0)
    must("indication", (value["indication"] == "TOTAL-PASSED") <= (value["sub_indication"] is None))
    signer(value["signer"])
    for fact in (value["imprint"], value["signature_value"]):
        must("fact", fact in (True, False, None))
    evidence(value)
    messages(value["messages"])
    blocks(value.get("blocks", []))


def signature(value, inspecting, detailed=False):
    keys("signature", value, SIGNATURE | ({"blocks", "poe", "poe_left_out"} if detailed else set()))
    must("indication", value["indication"] in ("TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"))
    # An inspection does not judge: what it could read has no sub-indication.
    must("sub_indication", not inspecting or value["indication"] != "TOTAL-PASSED")
    must("sub_indication", inspecting or (value["indication"] == "TOTAL-PASSED") == (value["sub_indication"] is None))
    must("format", value["format"] in ("cades", "xades", "cms", "xmldsig", None))
    must("level", value["level"] in ("B", "T", "LT", "LTA", "C", "X", "XL", "A", None))
    signer(value["signer"])
    must("profile", value["profile"] in ("P2", "P3", "P4", None))
    is_time("try_at", value["try_at"], nullable=True)
    must("who proves the time", value["best_time_by"] is None or value["best_time_by"] in {t["id"] for t in value["timestamps"]})
    keys("integrity", value["integrity"], {"references", "signature_value", "signing_certificate"})
    for fact in list(value["integrity"].values()) + [value["covers_whole_document"]]:
        must("integrity", fact in (True, False, None))
    is_time("claimed_time", value["claimed_time"], nullable=True)
    is_time("best_signature_time", value["best_signature_time"], nullable=True)
    for s in value["scope"]:
        keys("scope", s, {"name", "digest_alg", "digest"})
    for t in value["timestamps"]:
        timestamp(t, detailed)
    evidence(value)
    for c in value["countersignatures"]:
        signature(c, inspecting, detailed)
    messages(value["messages"])
    blocks(value.get("blocks", []))
    for p in value.get("poe", []):
        keys("poe", p, {"kind", "object", "time", "by"})


def report(value, inspecting, detailed=False):
    dumped = {"c14n_files"} & set(value) if inspecting else set()  # of --dump-c14n
    keys("report", value, dumped | {
        "schema", "exit", "document", "validation_time", "policy", "revocation_checked", "indication",
        "sub_indication", "rule", "signatures", "messages"})
    must("c14n_files is a list of texts", all(isinstance(x, str) and x != "" for x in value.get("c14n_files", [])))
    is_time("validation_time", value["validation_time"])
    for s in value["signatures"]:
        signature(s, inspecting, detailed)
    messages(value["messages"])
    worst = ["TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"]
    want = max((s["indication"] for s in value["signatures"]), key=worst.index, default=None)
    # A rule for the document may ask for some of the signatures only.
    must(f"indication {value['indication']} of {want}", value["indication"] == want or value["rule"] is not None)
    if not inspecting:
        exits = {"TOTAL-PASSED": 0, "TOTAL-FAILED": 1, "INDETERMINATE": 2, None: 3}
        must("exit of the indication", exits[value["indication"]] == value["exit"])


def diagnostic(value):
    for o in value["objects"]:
        keys("object", o, {"kind", "sha256", "origin", "source", "obtained", "used", "facts", "der"})
        must("object's kind", o["kind"] in ("certificate", "crl", "ocsp", "time-stamp"))
        must("object's digest is of its octets", hashlib.sha256(base64.b64decode(o["der"])).hexdigest() == o["sha256"])
    must("facts only", all("indication" not in s for s in value["signatures"]))


def result(command, value):
    have = set(value) - {"schema", "exit"}
    if command == "form":
        must(f"form: keys {sorted(have)}", have in FORM)
        for e in value["errors"]:
            keys("form error", e, {"field", "code", "text"})
    elif command in ("trust", "cache", "policy"):
        must(f"{command}: keys {sorted(have)}", have in {"trust": TRUST, "cache": CACHE, "policy": POLICY}[command])
    else:
        keys(command, {k: value[k] for k in have}, RESULT[command])
    for a in value.get("anchors", []) + value.get("added", []):
        anchor(a)
    for a in value.get("removed", []) if command == "trust" else []:
        anchor(a)
    for f in value.get("fetched", []):
        fetched(f)
    for kind, tally in value.get("kinds", {}).items():
        must("kind", kind in ("certificates", "crl", "ocsp"))
        keys("tally", tally, TALLY)
    for d in value.get("differences", []):
        keys("difference", d, {"path", "a", "b"})
    for t in value.get("tokens", []):
        keys("token", t, TOKEN)
        if t["certificate"] is not None:
            certificate(t["certificate"])
    for c in value.get("certificates", []):
        certificate(c)
    for c in value.get("checks", []):
        keys("check", c, {"name", "ok", "text", "hint"})
    for c in value.get("commands", []):
        keys("command", c, {"name", "summary"})


def main():
    value = json.load(sys.stdin, object_pairs_hook=lambda pairs: unique(pairs))
    must(f"exit {value.get('exit')} in the object, {sys.argv[1]} outside", value.get("exit") == int(sys.argv[1]))
    command, _, version = value["schema"].partition("/")
    must("schema version", version == "1")
    if value["exit"] >= 5 or "error" in value:
        found = {"doctor": {"checks"}, "cache": {"fetched"}, "policy": {"faults"}}.get(command, set()) & set(value)
        must("what was found besides an error", value["exit"] == 6 or (command in ("doctor", "policy") and value["exit"] == 8) or not found)
        keys("object with an error", value, {"schema", "exit", "error"} | found)
        keys("error", value["error"], {"code", "text", "hint"})
        must("error code", CODE.fullmatch(value["error"]["code"]))
        for fault in value.get("faults", []):
            keys("fault", fault, {"code", "text", "hint"})
    elif command in ("verify", "inspect"):
        report(value, command == "inspect")
    elif command == "verify-detailed":
        report(value, False, True)
    elif command == "verify-diagnostic":
        diagnostic(value)
    elif command == "cert-check":
        cert_check(value)
    else:
        result(command, value)


def unique(pairs):
    must("a key stands twice", len({k for k, _ in pairs}) == len(pairs))
    return dict(pairs)


main()
