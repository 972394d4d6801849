#!/usr/bin/env bash
# benchmarks/before.sh COMMIT [OPTION...]: B-level verification by the library as COMMIT had it and as it is now, in the
# same rounds of one process; the options are bench's. Says how each row stands: a ratio above 1 is faster than before.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=$(git rev-parse --verify "${1:?a commit}^{commit}")
shift
build=$PWD/build/benchmarks tree=$PWD/build/before/$commit
cmake --preset release -B "$build" -DSIGN_BENCHMARKS=ON >/dev/null
cmake --build "$build" -j2 --target bench mkpki >/dev/null
[ -d "$tree" ] || git worktree add --detach "$tree" "$commit" >/dev/null
(cd "$tree" && cmake --preset release -B build >/dev/null && cmake --build build -j2 --target sign >/dev/null)
pki=$build/testdata/bench work=$build/benchmarks/work
"$build/testdata/mkpki" --seed 5070 --bench "$pki" >/dev/null
mkdir -p "$work"
"$build/benchmarks/bench" --pki "$pki" --work "$work" --before "$tree/build/libsign.so" --rounds 15 --threads 1 \
    --json "$work/before.json" "$@"
python3 - "$work/before.json" <<'SAY'
import json, statistics, sys
before = [r for r in json.load(open(sys.argv[1])) if r["who"] == "libsign before"]
ratios = [r["ratio"] for r in before]
for r in sorted(before, key=lambda r: r["ratio"]):
    print("%-36s %5.3f" % (r["row"], r["ratio"]))
print("median of the rows %.3f, lowest %.3f, highest %.3f" % (statistics.median(ratios), min(ratios), max(ratios)))
SAY
