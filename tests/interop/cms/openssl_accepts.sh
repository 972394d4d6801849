#!/bin/sh
# openssl_accepts.sh MKCADES: openssl(1) verifies every signature we make, signing-certificate attribute (-cades) and
# path to the trusted roots included, and gives back the content we signed.
mkcades=$1
. "$(dirname "$0")/lib.sh"
cat "$pki"/trust/*.pem >"$work/roots.pem"
if ! "$mkcades" matrix "$work"; then
    echo "not ok - mkcades matrix"
    exit 1
fi

# The certificates of a NES say nothing of e-mail: -purpose any.
# verify FILE [-content FILE]
verify() {
    rm -f "$work/back"
    openssl cms -verify -cades -binary -inform DER -in "$work/$1" -CAfile "$work/roots.pem" -purpose any \
        -out "$work/back" ${2:+"$2"} ${3:+"$3"} && cmp "$work/back" "$work/content"
}

while IFS="$(printf '\t')" read -r file content signers; do
    if [ "$content" = - ]; then
        try "openssl accepts $file ($signers)" verify "$file"
    else
        try "openssl accepts $file ($signers)" verify "$file" -content "$work/$content"
    fi
done <"$work/index.tsv"

# The judge can say no: the same command with other content.
printf x >>"$work/content"
refuse "openssl refuses other content" 4 verify nes-p256-plain-sha256-detached.p7s -content "$work/content"
exit $failed
