#!/bin/sh
# openssl_ts.sh MKTST: for each token or response that MKTST makes, its verdict and that of "openssl ts -verify" (RFC 3161:
# token, imprint, signer, path). They agree, or the row names the rule by which they do not.
set -u
pki=$SIGN_TEST_PKI
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if ! command -v openssl >/dev/null 2>&1; then
    echo "ok - openssl ts -verify # SKIP openssl is not installed"
    exit 0
fi
mktst=$1
"$mktst" "$work" >"$work/rows" || exit 1
cat "$pki/root-rsa.pem" "$pki/root-ec.pem" >"$work/roots.pem"
cat "$pki/ca-rsa.pem" "$pki/ca-ec.pem" "$pki/tsa-rsa.pem" "$pki/tsa-ec.pem" >"$work/others.pem"
failed=0
count=0
# name|kind|ours: ok, or what is refused|theirs: same, or the rule that makes the difference
while IFS='|' read -r name kind ours difference; do
    count=$((count + 1))
    case $kind in
    token) set -- -token_in -data "$work/data" ;;
    *) set -- -queryfile "$work/$name.tsq" ;;
    esac
    if openssl ts -verify -in "$work/$name.$kind" "$@" -CAfile "$work/roots.pem" -untrusted "$work/others.pem" \
        -attime 1767607200 >"$work/log" 2>&1; then theirs=ok; else theirs=refused; fi
    if [ "$ours" = ok ]; then mine=ok; else mine=refused; fi
    if [ "$difference" = same ] && [ "$mine" = "$theirs" ]; then
        echo "ok - $name: both $mine (ours: $ours)"
    elif [ "$difference" != same ] && [ "$mine" != "$theirs" ]; then
        echo "ok - $name: ours $ours, openssl $theirs: $difference"
    else
        echo "not ok - $name: ours $ours, openssl $theirs, expected: $difference"
        sed 's/^/# /' "$work/log" | head -n 6
        failed=1
    fi
done <"$work/rows"

# The other way round: what openssl makes is read by us, and says what it was told to say.
cat >"$work/tsa.cnf" <<'END'
[plain]
serial = $ENV::WORK/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.2
digests = sha1, sha224, sha256, sha384, sha512
ess_cert_id_alg = sha256
[full]
serial = $ENV::WORK/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha1
ess_cert_id_chain = yes
END
WORK=$work
export WORK
echo 01 >"$work/serial"

# reply NAME SIGNER SECTION EXPECTED QUERY-OPTIONS...
reply() {
    name=$1 signer=$2 section=$3 expected=$4
    shift 4
    openssl ts -query -data "$work/data" "$@" -out "$work/q" >"$work/log" 2>&1
    openssl ts -reply -config "$work/tsa.cnf" -section "$section" -queryfile "$work/q" -signer "$pki/$signer.pem" \
        -inkey "$pki/$signer.key.pem" -chain "$pki/ca-${signer#tsa-}.pem" -out "$work/r" >>"$work/log" 2>&1
    got=$("$mktst" --reply "$work/r" "$signer" 2>>"$work/log")
    if [ "$got" = "$expected" ]; then
        echo "ok - made by openssl, $name: $got"
    else
        echo "not ok - made by openssl, $name: $got, expected $expected"
        sed 's/^/# /' "$work/log" | head -n 6
        failed=1
    fi
}
for signer in tsa-rsa tsa-ec; do
    for digest in sha1 sha224 sha256 sha384 sha512; do
        reply "$signer $digest" $signer plain "ok nonce" -$digest -cert
    done
    reply "$signer, no certificate, no nonce" $signer plain "ok" -sha256 -no_nonce
    reply "$signer, everything" $signer full "ok accuracy ordering nonce tsa" -sha512 -cert
    reply "$signer, another policy" $signer plain "ok nonce" -sha256 -cert -tspolicy 1.2.3.4.2
    reply "$signer, a policy that is not its" $signer full "status 2 unacceptedPolicy" -sha256 -tspolicy 1.2.3.4.9
    reply "$signer, a digest that is not its" $signer full "status 2 badAlg" -sha384
done
[ "$count" -ge 30 ] || { echo "not ok - only $count rows"; failed=1; }
exit $failed
