#!/bin/bash
# run_cli.sh TESTSERVER KALEM PKI: the program online, against the test server: what it says, how it exits, and what the
# log of the server has of it.
set -u
server=$1
kalem=$2
pki=$3
work=$(mktemp -d)
mkfifo "$work/in"
"$server" --pki "$pki" --world "$work/w" --port-file "$work/port" --log "$work/log" \
    --leaf "name=good ocsp=/ocsp/ca crl=/crl/ca aia=/aia/ca" --leaf "name=revoked state=revoked ocsp=/ocsp/ca aia=/aia/ca" \
    --leaf "name=suspended state=suspended crl=/crl/ca aia=/aia/ca" --leaf "name=old-nonce ocsp=/ocsp/ca/no-nonce aia=/aia/ca" \
    --leaf "name=forged ocsp=/ocsp/ca/wrong-nonce aia=/aia/ca" --leaf "name=drips ocsp=/ocsp/ca/drip:1000 aia=/aia/ca" \
    --leaf "name=inward crl=/crl/ca/redirect-metadata aia=/aia/ca" <"$work/in" >"$work/out" &
pid=$!
exec 9>"$work/in"
trap 'exec 9>&-; kill $pid 2>/dev/null; wait $pid; rm -rf "$work"' EXIT
for _ in $(seq 300); do
    [ -s "$work/port" ] && break
    sleep 0.1
done
base=http://127.0.0.1:$(cat "$work/port")
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache XDG_DATA_HOME=$work/data
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
door=(--trust "$work/w/root.pem" --allow-address 127.0.0.1 --proxy none --lang en --json)
count=0
bad=0

asked() { grep -c '^ask' "$work/log"; }

# told NAME EXIT ASKS JQ ARGUMENT...: kalem exits so; the server is asked (yes), or is not (no); the JSON fulfils JQ.
told() {
    local name=$1 exit=$2 asks=$3 filter=$4 before status after
    shift 4
    before=$(asked)
    "$kalem" "$@" >"$work/said" 2>"$work/err"
    status=$?
    after=$(asked)
    count=$((count + 1))
    if [ $status = "$exit" ] && [ "$([ "$after" -gt "$before" ] && echo yes || echo no)" = "$asks" ] &&
        python3 "$(dirname "$0")/fulfils.py" "$work/said" "$filter" "$base"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name (exit $status, asked $((after - before)))"
        head -c 1500 "$work/said" "$work/err" | sed 's/^/# /'
        bad=1
    fi
}

check() { # NAME EXIT ASKS FILTER CERT [OPTION...]
    local cert=$5
    local args=("${@:6}")
    told "$1" "$2" "$3" "$4" cert check "$work/w/$cert.pem" "${door[@]}" "${args[@]}"
}

check "good" 0 yes "revocation ocsp BASE/ocsp/ca network" good --no-cache
check "its issuer is fetched and named" 0 yes "chain - BASE/aia/ca network" good --no-cache
check "the list about its issuer, too" 0 yes "revocation crl BASE/crl/root network" good --no-cache
check "revoked" 2 yes "sub REVOKED_NO_POE" revoked --no-cache
check "suspended is another word" 2 yes "code E3016" suspended --no-cache
check "a nonce that does not come back, preferred" 0 yes "revocation ocsp BASE/ocsp/ca/no-nonce network" old-nonce --no-cache
check "and required" 2 yes "code E3072" old-nonce --no-cache --nonce require
check "the nonce of another" 2 yes "code E3071" forged --no-cache
check "an answer that drips is given up" 2 yes "code E3079" drips --no-cache --timeout 2
check "a redirect to 169.254.169.254 is not followed" 2 yes "code E3079" inward --no-cache
check "--offline asks nobody" 2 no "sub NO_CERTIFICATE_CHAIN_FOUND" good --no-cache --offline
check "--offline with the issuer given asks nobody" 2 no "sub TRY_LATER" good --no-cache --offline --certs "$work/w/ca.pem"
check "--no-revocation asks for the issuer alone" 0 yes "chain - BASE/aia/ca network" good --no-cache --no-revocation
told "an address that is not allowed is not asked" 2 no "sub TRY_LATER" cert check "$work/w/good.pem" \
    --trust "$work/w/root.pem" --certs "$work/w/ca.pem" --proxy none --lang en --json --no-cache

cache=$work/memory.db
check "the first time is remembered" 0 yes "revocation ocsp BASE/ocsp/ca network" good --cache "$cache"
check "the second time nobody is asked" 0 no "revocation ocsp BASE/ocsp/ca cache" good --cache "$cache"
check "what is remembered serves offline" 0 no "revocation ocsp BASE/ocsp/ca cache" good --cache "$cache" --offline
check "a nonce that is required is asked for anew" 0 yes "revocation ocsp BASE/ocsp/ca network" good --cache "$cache" \
    --nonce require
echo "state good revoked $(($(date +%s) - 60))" >&9
sleep 0.3
check "without a memory the revocation is seen" 2 yes "sub REVOKED_NO_POE" good --no-cache

openssl cms -sign -cades -binary -nodetach -nosmimecap -md sha256 -in "$work/w/root.pem" -signer "$work/w/old-nonce.pem" \
    -inkey "$work/w/old-nonce.key.pem" -outform DER -out "$work/doc.p7m" 2>"$work/err"
told "a document online" 0 yes "revocation ocsp BASE/ocsp/ca/no-nonce network" verify "$work/doc.p7m" "${door[@]}" --no-cache
told "the same offline asks nobody" 2 no "sub NO_CERTIFICATE_CHAIN_FOUND" verify "$work/doc.p7m" "${door[@]}" --no-cache \
    --offline
echo "state old-nonce revoked $(($(date +%s) - 60))" >&9
sleep 0.3
told "and after a revocation" 2 yes "sub REVOKED_NO_POE" verify "$work/doc.p7m" "${door[@]}" --no-cache
echo "1..$count"
exit $bad
