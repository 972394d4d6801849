#!/bin/sh
# openssl.sh VECTORS: what OpenSSL says about the generated tokens and messages. It knows nothing of levels, but
# of tokens (RFC 3161) and of CMS, and shares no code with what made them.
set -u
cd "$1" || exit 1
n=0
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
at=1741000000 # 2025-03-03

say() { # say GOOD WHAT
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        sed 's/^/# /' "$work/out"
        failed=1
    fi
}

for name in root tsaca; do
    openssl x509 -inform DER -in $name.der -out "$work/$name.pem" || exit 1
done

token() {
    openssl ts -verify -token_in -in "$1" -data content.txt -CAfile "$work/root.pem" -untrusted "$work/tsaca.pem" \
        -attime $at >"$work/out" 2>&1
}

for name in token token-ess-v1 token-sha512 token-plain token-carrying; do
    token $name.tst
    say $? "$name holds"
done
for name in imprint signature no-eku eku-soft eku-two ess-wrong ess-none stranger forged name; do
    ! token token-$name.tst
    say $? "token-$name is refused"
done

answer() {
    openssl ts -verify -queryfile 77-request.tsq -in 77-answer$1.tst -CAfile "$work/root.pem" \
        -untrusted "$work/tsaca.pem" -attime $at >"$work/out" 2>&1
}
answer ""
say $? "the answer is one to the request"
for name in nonce no-nonce policy imprint digest; do
    ! answer -$name
    say $? "the answer 77-answer-$name is none to it"
done

for file in b t xl1 lta lta-again a-v2 content counter p4 p4-a3; do
    openssl cms -verify -cades -binary -inform DER -in $file.p7m -CAfile "$work/root.pem" -purpose any -attime $at \
        -out /dev/null >"$work/out" 2>&1
    say $? "$file holds as CMS"
done
for file in t lta; do
    openssl cms -verify -cades -binary -inform DER -in $file.p7s -content content.txt -CAfile "$work/root.pem" \
        -purpose any -attime $at -out /dev/null >"$work/out" 2>&1
    say $? "$file holds as detached CMS"
done
echo "1..$n"
exit $failed
