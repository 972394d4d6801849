#!/bin/sh
# Sets up a SoftHSM2 token with test identities.
#   token.sh DIR LABEL PKI [NAME=ID[:key|:cert]]...
# DIR gets softhsm2.conf (use it as SOFTHSM2_CONF) and the tokens; several calls make several tokens in it.
# NAME is an identity of the test PKI, ID its CKA_ID in hexadecimal; with :key or :cert only that object is written.
# The user PIN is 123456, the SO PIN 12345678, the label of every object the identity's name.
set -eu
dir=$1 label=$2 pki=$3
shift 3
if [ ! -f "$dir/softhsm2.conf" ]; then
    mkdir -p "$dir/tokens"
    printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$dir/softhsm2.conf"
fi
SOFTHSM2_CONF=$dir/softhsm2.conf
export SOFTHSM2_CONF
for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib64/libsofthsm2.so; do
    [ -r "$module" ] && break
done
softhsm2-util --init-token --free --label "$label" --so-pin 12345678 --pin 123456 >/dev/null
for object in "$@"; do
    name=${object%%=*} rest=${object#*=}
    id=${rest%%:*} part=${rest#"$id"}
    if [ "$part" != :cert ]; then
        softhsm2-util --import "$pki/$name.key.pem" --token "$label" --label "$name" --id "$id" --pin 123456 \
            --force >/dev/null
    fi
    if [ "$part" != :key ]; then
        pkcs11-tool --module "$module" --token-label "$label" --login --pin 123456 --write-object "$pki/$name.der" \
            --type cert --id "$id" --label "$name" >/dev/null 2>&1
    fi
done
