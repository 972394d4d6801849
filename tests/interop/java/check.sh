#!/bin/sh
# CadesBc must be right before it may judge libsign: what it signs is verified by itself and by openssl(1), what was
# changed is refused by it. usage: check.sh CLASSES-AND-JARS PKI-DIR
set -u
classpath=$1
pki=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
ec="$pki/nes-p256.der,$pki/ca-ec.der"
rsa="$pki/nes-rsa2048.der,$pki/ca-rsa.der"
seq 1 2000 >content
seq 1 2001 >other

# plan EXPECTED COMMAND...: one line of the batch, and the answer it must get (a prefix).
plan() {
    printf '%s\n' "$1" >>expected
    shift
    printf '%s\n' "$*" >>commands
}
plan ok sign "$pki/nes-p256.key.pem" "$ec" content ec.p7s
plan "ok 1" verify ec.p7s "$pki/nes-p256.der"
plan "fail IOException: the given certificate" verify ec.p7s "$pki/nes-p384.der"
plan ok sign "$pki/nes-p521.key.pem" "$pki/nes-p521.der" content p521.p7s --digest sha512 --detached
plan "ok 1" verify p521.p7s "$pki/nes-p521.der" --content content
plan "fail " verify p521.p7s "$pki/nes-p521.der" --content other
plan "fail IOException: a detached" verify p521.p7s "$pki/nes-p521.der"
plan ok sign "$pki/nes-rsa2048.key.pem" "$rsa" content rsa.p7s --digest sha384
plan "ok 1" verify rsa.p7s "$pki/nes-rsa2048.der"
plan ok sign "$pki/nes-rsa2048.key.pem" "$rsa" content pss.p7s --pss
plan "ok 1" verify pss.p7s "$pki/nes-rsa2048.der"
plan ok sign "$pki/nes-pss.key.pem" "$pki/nes-pss.der" content psskey.p7s
plan "ok 1" verify psskey.p7s "$pki/nes-pss.der"
plan ok sign "$pki/nes-p384.key.pem" "$pki/nes-p384.der" content ber.p7s --ber --time 2025-06-01T10:00:00Z
plan "ok 1" verify ber.p7s "$pki/nes-p384.der"
plan ok sign "$pki/nes-p256.key.pem" "$ec" content v1.p7s --v1
plan "ok 1" verify v1.p7s "$pki/nes-p256.der"
plan ok cosign ec.p7s "$pki/nes-rsa3072.key.pem" "$pki/nes-rsa3072.der" both.p7s --digest sha512
plan "ok 2" verify both.p7s "$pki/nes-p256.der"
plan "ok 2" verify both.p7s "$pki/nes-rsa3072.der"
plan ok cosign p521.p7s "$pki/nes-person2.key.pem" "$pki/nes-person2.der" bothd.p7s --content content
plan "ok 2" verify bothd.p7s "$pki/nes-person2.der" --content content
plan "fail " verify bothd.p7s "$pki/nes-person2.der" --content other
plan ok sign "$pki/nes-p256.key.pem" "$pki/nes-person2.der" content wrongkey.p7s
plan "fail " verify wrongkey.p7s "$pki/nes-person2.der"
plan ok sign "$pki/nes-p256.key.pem" "$pki/nes-expired.der" content expired.p7s
plan "fail " verify expired.p7s "$pki/nes-expired.der"
plan "fail IOException: no signing-certificate" verify plain.p7s "$pki/nes-p256.der"
plan "fail IllegalArgumentException" frobnicate

openssl cms -sign -binary -nodetach -in content -signer "$pki/nes-p256.pem" -inkey "$pki/nes-p256.key.pem" \
    -outform DER -out plain.p7s
java -cp "$classpath" CadesBc batch <commands >answers
[ "$(wc -l <answers)" -eq "$(wc -l <commands)" ] || { echo "not ok a line an answer"; failed=1; }
exec 3<expected 4<answers
while IFS= read -r command <&5; do
    IFS= read -r want <&3
    IFS= read -r got <&4
    case $got in
    "$want"*) echo "ok ${command%% *}: $want" ;;
    *)
        echo "not ok $command"
        echo "# wanted '$want', got '$got'"
        failed=1
        ;;
    esac
done 5<commands

# openssl_says FILE OPTIONS...: openssl verifies the value and finds the content unchanged.
openssl_says() {
    file=$1
    shift
    if openssl cms -verify -binary -inform DER -in "$file" -noverify "$@" -out back 2>log && cmp -s back content; then
        echo "ok openssl verifies $file"
    else
        echo "not ok openssl verifies $file"
        sed 's/^/# /' log
        failed=1
    fi
}
for file in ec rsa pss psskey ber v1 both; do openssl_says "$file.p7s"; done
openssl_says p521.p7s -content content
openssl_says bothd.p7s -content content

# The first octets tell the encodings apart: definite length 82, indefinite length 80.
octet() {
    od -An -tx1 -j1 -N1 "$1" | tr -d ' '
}
[ "$(octet ec.p7s)" = 82 ] && [ "$(octet ber.p7s)" = 80 ] && echo "ok encodings" || { echo "not ok encodings"; failed=1; }
if java -cp "$classpath" CadesBc verify wrongkey.p7s "$pki/nes-person2.der" >/dev/null; then
    echo "not ok exit status"
    failed=1
else
    echo "ok exit status"
fi
exit $failed
