#!/bin/sh
# test_openssl.sh TESTSERVER PKI: what OpenSSL's own programs say about the answers of the test server.
set -u
server=$1
pki=$2
work=$(mktemp -d)
mkfifo "$work/in"
"$server" --pki "$pki" --world "$work/w" --port-file "$work/port" --log "$work/log" \
    --leaf "name=good ocsp=/ocsp/ca crl=/crl/ca aia=/aia/ca" \
    --leaf "name=revoked state=revoked ocsp=/ocsp/ca" --leaf "name=suspended state=suspended" \
    --leaf "name=late state=late" --leaf "name=resumed state=resumed" --leaf "name=ghost state=unissued" \
    <"$work/in" >"$work/out" &
pid=$!
exec 9>"$work/in"
trap 'exec 9>&-; kill $pid 2>/dev/null; wait $pid; rm -rf "$work"' EXIT
i=0
while [ ! -s "$work/port" ] && [ $i -lt 300 ]; do
    sleep 0.1
    i=$((i + 1))
done
url=http://127.0.0.1:$(cat "$work/port")
w=$work/w
count=0
bad=0

# expect NAME PATTERN COMMAND...: the output has a line that matches.
expect() {
    name=$1
    pattern=$2
    shift 2
    count=$((count + 1))
    if "$@" </dev/null >"$work/said" 2>&1; then :; fi
    if grep -Eq -- "$pattern" "$work/said"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        sed 's/^/# /' "$work/said" | head -n 12
        bad=1
    fi
}

ocsp() { # PATH CERT [OPTION...]
    path=$1
    cert=$2
    shift 2
    openssl ocsp -issuer "$w/ca.pem" -cert "$w/$cert.pem" -url "$url$path" -CAfile "$w/root.pem" \
        -verify_other "$w/ca.pem" "$@"
}

for path in /ocsp/ca /ocsp/ca/by-name /ocsp/ca/direct /ocsp/ca/checked /ocsp/ca/several \
    /ocsp/ca/no-next-update /ocsp/ca/until-close /ocsp/ca/delay:50; do
    expect "ocsp: $path verifies" "Response verify OK" ocsp $path good
    expect "ocsp: $path says good" "good.pem: good" ocsp $path good
done
expect "ocsp: revoked" "revoked.pem: revoked" ocsp /ocsp/ca revoked
expect "ocsp: with its reason" "Reason: keyCompromise" ocsp /ocsp/ca revoked
expect "ocsp: suspended is a hold" "Reason: certificateHold" ocsp /ocsp/ca suspended
expect "ocsp: resumed is good" "resumed.pem: good" ocsp /ocsp/ca resumed
expect "ocsp: late is revoked" "late.pem: revoked" ocsp /ocsp/ca late
expect "ocsp: unissued is unknown" "ghost.pem: unknown" ocsp /ocsp/ca ghost
expect "ocsp: good for what was never issued" "ghost.pem: good" ocsp /ocsp/ca/good ghost
expect "ocsp: the root answers about the authority" "ca.pem: good" \
    openssl ocsp -issuer "$w/root.pem" -cert "$w/ca.pem" -url "$url/ocsp/root" -CAfile "$w/root.pem"
expect "ocsp: SHA-256 in the CertID" "good.pem: good" openssl ocsp -sha256 -issuer "$w/ca.pem" \
    -cert "$w/good.pem" -url "$url/ocsp/ca" -CAfile "$w/root.pem" -verify_other "$w/ca.pem"
expect "ocsp: the nonce comes back" "OCSP Nonce" ocsp /ocsp/ca good -resp_text
expect "ocsp: no-nonce" "no nonce in response" ocsp /ocsp/ca/no-nonce good
expect "ocsp: wrong-nonce" "Nonce Verify error" ocsp /ocsp/ca/wrong-nonce good
expect "ocsp: stale" "status expired" ocsp /ocsp/ca/stale good
expect "ocsp: future" "status not yet valid" ocsp /ocsp/ca/future good
expect "ocsp: old" "status too old" ocsp /ocsp/ca/old good -status_age 86400
expect "ocsp: wrong-signer" "Response Verify Failure" ocsp /ocsp/ca/wrong-signer good
expect "ocsp: no-eku" "missing ocspsigning usage" ocsp /ocsp/ca/no-eku good
expect "ocsp: signer-expired" "certificate has expired" ocsp /ocsp/ca/signer-expired good
expect "ocsp: bad-signature" "signature failure|bad signature" ocsp /ocsp/ca/bad-signature good
expect "ocsp: no-certs" "signer certificate not found" ocsp /ocsp/ca/no-certs good
expect "ocsp: other-certid" "No Status found" ocsp /ocsp/ca/other-certid good
expect "ocsp: other-key-hash" "No Status found" ocsp /ocsp/ca/other-key-hash good
expect "ocsp: other-name-hash" "No Status found" ocsp /ocsp/ca/other-name-hash good
expect "ocsp: several-others" "No Status found" ocsp /ocsp/ca/several-others good
expect "ocsp: unknown" "good.pem: unknown" ocsp /ocsp/ca/unknown good
expect "ocsp: response" "trylater \(3\)" ocsp /ocsp/ca/response good
expect "ocsp: response:6" "unauthorized \(6\)" ocsp /ocsp/ca/response:6 good
expect "ocsp: another's certificate is none of the root's business" "unauthorized \(6\)" ocsp /ocsp/root good
expect "ocsp: truncated" "[Ee]rror" ocsp /ocsp/ca/truncated good

crl() { # PATH [OPTION...]
    openssl crl -inform DER -in "$w/list" -noout -text "$@"
    openssl crl -inform DER -in "$w/list" -CAfile "$w/ca.pem" -noout -verify
}
get() { # PATH: into $w/list
    python3 -c 'import sys, urllib.request as u
sys.stdout.buffer.write(u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=20).read())' "$url$1" >"$w/list"
}
get /crl/ca
expect "crl: verifies" "verify OK" crl
expect "crl: the held one" "Certificate Hold" crl
expect "crl: the revoked one" "Key Compromise" crl
get /crl/ca/wrong-signer
expect "crl: wrong-signer" "verify failure" crl
get /crl/ca/bad-signature
expect "crl: bad-signature" "verify failure" crl
get /crl/ca/twin
expect "crl: twin has the name" "Issuer: C = TR, CN = Mavi Kalem A" crl
expect "crl: twin has another key" "verify failure" crl
get /crl/ca/delta
expect "crl: delta" "Delta CRL Indicator: critical" crl
expect "crl: delta takes the hold away" "Remove From CRL" crl
get /crl/ca/freshest
expect "crl: freshest" "Freshest CRL" crl
get /crl/ca/indirect
expect "crl: indirect" "Indirect CRL" crl
expect "crl: indirect names the issuer of its entries" "X509v3 Certificate Issuer: critical" crl
get /crl/ca/huge:2000
expect "crl: huge" "Superseded" crl
expect "crl: huge verifies" "verify OK" crl
get /crl/ca/only-ca
expect "crl: only-ca" "Only CA Certificates" crl
get /crl/ca/only-user
expect "crl: only-user" "Only User Certificates" crl
get /crl/ca/only-attribute
expect "crl: only-attribute" "Only Attribute Certificates" crl
get /crl/ca/other-point
expect "crl: other-point" "URI:http://depo.example.org/other.crl" crl
get /crl/ca/some-reasons
expect "crl: some-reasons" "Only Some Reasons" crl
get /crl/ca/critical
expect "crl: critical" "1.3.6.1.4.1.55555.1.2: critical" crl
get /crl/ca/no-next-update
expect "crl: no-next-update" "Next Update: NONE" crl
expired() { [ "$(date -u -d "$(crl -nextupdate 2>/dev/null | sed -n 's/^nextUpdate=//p')" +%s)" -lt "$(date +%s)" ] &&
    echo "is past"; }
get /crl/ca/expired
expect "crl: expired" "is past" expired
get /crl/ca/pem
expect "crl: pem" "BEGIN X509 CRL" cat "$w/list"
get /crl/ca/bomb:64
expect "bomb: gzip expands it" "^6[4-9][0-9]{6}|^[7-9][0-9]{7}" sh -c "gzip -dc '$w/list' 2>/dev/null | wc -c"
expect "bomb: and it is small" "^[0-9]{6}$" sh -c "wc -c <'$w/list'"

get /aia/ca
expect "aia: the authority" "CN = Mavi Kalem A" openssl x509 -inform DER -in "$w/list" -noout -subject
expect "aia: verifies under the root" "OK" sh -c \
    "openssl x509 -inform DER -in '$w/list' | openssl verify -CAfile '$w/root.pem'"
get /aia/ca/p7c
expect "aia: p7c" "subject=.*Mavi Kalem A" openssl pkcs7 -inform DER -in "$w/list" -print_certs -noout
get /aia/ca/flood:50
expect "aia: flood" "^51$" sh -c "openssl pkcs7 -inform DER -in '$w/list' -print_certs -noout | grep -c subject="
get /aia/loop-a
expect "aia: loop-a is issued by loop-b" "issuer=.*B$" openssl x509 -inform DER -in "$w/list" -noout -issuer
expect "aia: and says that it is there" "aia/loop-b" openssl x509 -inform DER -in "$w/list" -noout -text
get /aia/spiral
expect "aia: spiral says that it is where it came from" "aia/spiral" openssl x509 -inform DER -in "$w/list" -noout -text
expect "aia: and its key did not sign it" "error" sh -c \
    "openssl x509 -inform DER -in '$w/list' -out '$w/sp.pem' && openssl verify -check_ss_sig -CAfile '$w/sp.pem' '$w/sp.pem'"

echo "Merhaba" >"$w/data"
stamp() { # PATH
    rm -f "$w/reply"
    python3 -c 'import sys, urllib.request as u
q = u.Request(sys.argv[1], open(sys.argv[2], "rb").read(), {"Content-Type": "application/timestamp-query"})
open(sys.argv[3], "wb").write(u.build_opener(u.ProxyHandler({})).open(q, timeout=20).read())' "$url$1" "$w/query" "$w/reply"
}
verify_stamp() {
    openssl ts -verify -queryfile "$w/query" -in "$w/reply" -CAfile "$w/root.pem" -untrusted "$w/ca.pem"
}
openssl ts -query -data "$w/data" -sha256 -cert -out "$w/query" 2>/dev/null
stamp /tsa/ca
expect "tsa: verifies" "Verification: OK" verify_stamp
expect "tsa: against the data" "Verification: OK" openssl ts -verify -data "$w/data" -in "$w/reply" \
    -CAfile "$w/root.pem" -untrusted "$w/ca.pem"
expect "tsa: policy" "Policy OID: 2.16.792.1.2.1.1.5.7.3.1" openssl ts -reply -in "$w/reply" -text
expect "tsa: accuracy" "Accuracy: 0x01 seconds" openssl ts -reply -in "$w/reply" -text
stamp /tsa/ca/no-accuracy
expect "tsa: no-accuracy verifies" "Verification: OK" verify_stamp
expect "tsa: no-accuracy has none" "Accuracy: unspecified" openssl ts -reply -in "$w/reply" -text
for row in "wrong-imprint:message imprint mismatch" "wrong-nonce:nonce mismatch" "no-nonce:nonce not returned" \
    "wrong-signer:certificate verify error" "no-eku:certificate verify error|purpose" \
    "eku-not-alone:certificate verify error|purpose" "signer-expired:certificate verify error" \
    "bad-signature:signature failure" "rejection:status code: rejection.*badAlg" "no-certs:no.*cert|certificate" "text:error"; do
    stamp "/tsa/ca/${row%%:*}"
    expect "tsa: ${row%%:*}" "${row#*:}" verify_stamp
    expect "tsa: ${row%%:*} does not verify" "Verification: FAILED|rror" verify_stamp
done
stamp /tsa/ca/rejection:15
expect "tsa: rejection:15 is unacceptedPolicy" "policy.*not supported" openssl ts -reply -in "$w/reply" -text
stamp /tsa/ca/wrong-policy
expect "tsa: wrong-policy" "Policy OID: 2.16.792.1.2.1.1.5.7.3.2" openssl ts -reply -in "$w/reply" -text
openssl ts -query -data "$w/data" -sha1 -out "$w/query" 2>/dev/null
stamp /tsa/ca
expect "tsa: SHA-1 is refused" "unrecognized or unsupported algorithm" openssl ts -reply -in "$w/reply" -text
openssl ts -query -data "$w/data" -sha512 -out "$w/query" 2>/dev/null
stamp /tsa/ca
expect "tsa: certReq is obeyed" "^0$" sh -c "grep -c CERT '$w/reply' | head -1; true"

expect "log: has every request" "^ask GET /crl/ca/twin$" cat "$work/log"
expect "log: and its end" "^end GET /crl/ca/twin 200 [0-9]+$" cat "$work/log"
echo "state good revoked 1700000000" >&9
echo "leaf name=later ocsp=/ocsp/ca" >&9
sleep 0.5
expect "input: a state is changed" "good.pem: revoked" ocsp /ocsp/ca good
expect "input: a leaf is issued" "later.pem: good" ocsp /ocsp/ca later
exec 9>&-
i=0
while kill -0 $pid 2>/dev/null && [ $i -lt 100 ]; do
    sleep 0.1
    i=$((i + 1))
done
wait $pid
expect "it ends with its input, in order" "^0$" echo $?
exit $bad
