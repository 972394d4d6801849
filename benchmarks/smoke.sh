#!/usr/bin/env bash
# smoke.sh BENCH MKPKI MKVECTORS: every row once, with three signers and hardly any time; the numbers are only looked at for
# being there. A contender that fails ends bench, so each of them has done its work when this passes.
set -euo pipefail
bench=$1 mkpki=$2 mkvectors=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What bench sets up lives as long as its process; leaks are looked for where calls come and go, in the tests.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
"$mkpki" --seed 5070 --bench "$work/pki" --signers 3
mkdir "$work/stamps"
"$mkvectors" --stamps "$work/stamps"
if ! command -v softhsm2-util >/dev/null || ! command -v pkcs11-tool >/dev/null; then
    echo "SoftHSM2 or pkcs11-tool is missing"
    exit 1 # a missing tool is a failure, not a skip
fi
bash "$here/prepare.sh" "$work/pki" "$work/room"
"$bench" --pki "$work/pki" --work "$work/room" --token "$work/room/token" --stamps "$work/stamps" \
    --seconds 0.01 --rounds 2 --large 2 --json "$work/out.json"
python3 - "$work/out.json" <<'CHECK'
import json, sys
rows = json.load(open(sys.argv[1]))
contenders = {(r["row"], r["who"]) for r in rows}
assert len(contenders) == 147, len(contenders)
assert all(0 < r["min"] <= r["median"] <= r["max"] for r in rows)
assert all(r["ratio"] == 1 for r in rows if r["who"] == "libsign")
assert all(r["peak_kib"] > 0 for r in rows if r["unit"] == "MB/s")
print("ok - benchmarks run:", len(rows), "lines")
CHECK
# The library as another build of it: a copy is one.
if nm "$bench" | grep -c ' __[at]san_init' >/dev/null; then
    echo "ok - another build in the same rounds # SKIP sanitizers refuse RTLD_DEEPBIND"
    exit 0
fi
cp "$(ldd "$bench" | sed -n 's/.*libsign\.so[^ ]* => \([^ ]*\) .*/\1/p')" "$work/before.so"
"$bench" --pki "$work/pki" --work "$work/room" --before "$work/before.so" --threads 1 --seconds 0.01 --rounds 2 \
    --json "$work/before.json"
python3 - "$work/before.json" <<'CHECK'
import json, sys
rows = json.load(open(sys.argv[1]))
assert len(rows) == 30 and {r["who"] for r in rows} == {"libsign", "libsign before"}, rows
print("ok - another build in the same rounds:", len(rows), "lines")
CHECK
