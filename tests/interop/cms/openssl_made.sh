#!/bin/sh
# openssl_made.sh MKCADES CHECKCMS: we find intact what openssl(1) signs, in each encoding it has, and what it signs
# beside our signature or we beside its.
mkcades=$1
checkcms=$2
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
seq 1 30000 >content
seq 1 30001 >other
cat "$pki"/trust/*.pem >roots.pem

# make NAME OUT OPTIONS...: NAME signs content.
make() {
    signer=$1
    to=$2
    shift 2
    if ! openssl cms -sign -cades -binary -in content -signer "$pki/$signer.pem" -inkey "$pki/$signer.key.pem" \
        -out "$to" "$@" 2>openssl.log; then
        echo "not ok - openssl signs $to"
        sed 's/^/# /' openssl.log
        failed=1
    fi
}

for signer in nes-rsa2048 nes-rsa3072 nes-p256 nes-p384 nes-p521; do
    for md in sha256 sha384 sha512; do
        make "$signer" a.p7m -md "$md" -outform DER -nodetach
        try "$signer $md attached" "$checkcms" a.p7m
        make "$signer" d.p7s -md "$md" -outform DER
        try "$signer $md detached" "$checkcms" d.p7s content
    done
    refuse "$signer: other content" 1 "$checkcms" d.p7s other
    make "$signer" i.p7m -outform DER -nodetach -stream -indef
    try "$signer indefinite lengths" "$checkcms" i.p7m
    make "$signer" t.pem -outform PEM -nodetach
    try "$signer PEM" "$checkcms" t.pem
done
for signer in nes-rsa2048 nes-rsa3072; do
    for salt in digest max; do
        make "$signer" p.p7m -outform DER -nodetach -keyopt rsa_padding_mode:pss -keyopt "rsa_pss_saltlen:$salt"
        try "$signer PSS, salt $salt" "$checkcms" p.p7m
    done
done
make nes-pss r.p7m -outform DER -nodetach -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest
try "key restricted to PSS" "$checkcms" r.p7m
# Left to itself openssl names rsaEncryption for such a key, and then refuses its own signature as we do.
make nes-pss r.p7m -outform DER -nodetach
refuse "key restricted to PSS under rsaEncryption" 1 "$checkcms" r.p7m
make nes-p256 n.p7m -outform DER -nodetach -nocerts
refuse "without the certificate nothing binds the value to a signer" 1 "$checkcms" n.p7m

# Beside one another: two signers by openssl, ours beside openssl's, openssl's beside ours.
make nes-p256 both.p7m -outform DER -nodetach -signer "$pki/nes-rsa2048.pem" -inkey "$pki/nes-rsa2048.key.pem"
try "two signers by openssl" "$checkcms" both.p7m
accept() {
    openssl cms -verify -cades -binary -inform DER -in "$1" -CAfile roots.pem -certfile "$pki/chain-ec.pem" \
        -purpose any -out back && cmp back content
}
for from in "a.p7m nes-p521" "i.p7m nes-p521"; do
    file=${from% *}
    try "ours beside openssl's: $from" "$mkcades" add nes-person2 "$file" - ours.p7m
    try "ours beside openssl's: both intact" "$checkcms" ours.p7m
    try "ours beside openssl's: openssl accepts" accept ours.p7m
    openssl cms -resign -cades -binary -inform DER -in ours.p7m -signer "$pki/nes-p384.pem" \
        -inkey "$pki/nes-p384.key.pem" -outform DER -out third.p7m 2>openssl.log || cat openssl.log
    try "openssl's beside ours: all intact" "$checkcms" third.p7m
done
make nes-p256 d.p7s -outform DER
try "ours beside a detached one" "$mkcades" add nes-rsa2048 d.p7s content ours.p7s
try "ours beside a detached one: both intact" "$checkcms" ours.p7s content
refuse "ours beside a detached one, other content" 1 "$mkcades" add nes-rsa2048 d.p7s other no.p7s
exit $failed
