#!/usr/bin/env bash
# prepare.sh PKI WORK: what bench needs beside the benchmark set: the first signer of each kind as KIND.pem, and a
# SoftHSM2 token named bench with the same keys in WORK/token. What is there already is left alone.
set -euo pipefail
pki=$1 work=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
for kind in rsa2048 p256 p384; do
    [ ! -s "$work/$kind.pem" ] || continue
    (umask 077 && openssl pkey -inform DER -in "$pki/${kind}_0000.p8" -out "$work/$kind.key.pem")
    cp "$pki/${kind}_0000.der" "$work/$kind.der"
    (umask 077 && {
        cat "$work/$kind.key.pem"
        openssl x509 -inform DER -in "$work/$kind.der"
        cat "$pki/chain.pem"
    } >"$work/$kind.pem.new")
    mv "$work/$kind.pem.new" "$work/$kind.pem"
done
if [ ! -d "$work/token" ]; then
    sh "$here/../tests/support/token.sh" "$work/token.new" bench "$work" rsa2048=01 p256=02 p384=03
    sed -i "s|token\.new/|token/|" "$work/token.new/softhsm2.conf"
    mv "$work/token.new" "$work/token"
fi
