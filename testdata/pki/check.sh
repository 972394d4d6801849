#!/bin/sh
# The generated PKI seen by another program, openssl(1): what must hold does, and each faulty identity is refused for
# the fault it was made for. usage: check.sh MKPKI SEED PKI-DIR
set -u
mkpki=$1
seed=$2
pki=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$pki" || exit 1
failed=0

# check NAME COMMAND...: passes when the command succeeds.
check() {
    name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        sed 's/^/# /' "$work/log"
        failed=1
    fi
}

# says TEXT COMMAND...: the output, good or bad, holds the text.
says() {
    text=$1
    shift
    "$@" >"$work/says" 2>&1
    cat "$work/says"
    grep -q -e "$text" "$work/says"
}

cat trust/*.pem >"$work/trust.pem"
cat ca-*.pem chain-ec.pem | grep -v '^$' >"$work/cas.pem"
for crl in crls/*.crl ca-revoked.crl ca-pathlen.crl; do openssl crl -inform DER -in "$crl"; done >"$work/crls.pem"
verify() {
    openssl verify -attime 1750000000 -CAfile "$work/trust.pem" -untrusted "$work/cas.pem" "$@"
}
verify_crl() {
    verify -crl_check_all -CRLfile "$work/crls.pem" "$@"
}

for id in nes-rsa2048 nes-rsa3072 nes-pss nes-p256 nes-p384 nes-p521 nes-person2 nes-nonr nes-limit encryption \
    encryption-ec seal seal-qualified malimuhur tsa-ec tsa-rsa ocsp-ec ocsp-rsa ocsp-root-ec; do
    check "$id: path and revocation" verify_crl "$id.pem"
done
check "nes-revoked: revoked" says 'certificate revoked' verify_crl nes-revoked.pem
check "nes-suspended: on hold" says 'certificate revoked' verify_crl nes-suspended.pem
check "nes-ca-revoked: issuer revoked" says 'error 23 at 1 depth' verify_crl nes-ca-revoked.pem
check "nes-expired: expired" says 'certificate has expired' verify nes-expired.pem
check "nes-notyet: not yet valid" says 'not yet valid' verify nes-notyet.pem
check "nes-other: no anchor" says 'unable to get local issuer' verify nes-other.pem
check "nes-notca: issuer is no CA" says 'invalid CA certificate' verify nes-notca.pem
check "nes-pathlen: path too long" says 'path length constraint exceeded' verify nes-pathlen.pem
check "nes-nokusage: issuer may not sign" says 'key usage does not include certificate signing' \
    verify nes-nokusage.pem

crl_ok() {
    openssl crl -inform DER -in "$1" -noout -CAfile "$2" 2>&1 | grep -q '^verify OK'
}
check "ca-ec.crl: signature" crl_ok ca-ec.crl ca-ec.pem
check "ca-rsa.crl: PSS signature" crl_ok ca-rsa.crl ca-rsa.pem
check "root-ec.crl: signature" crl_ok root-ec.crl root-ec.pem
check "root-rsa.crl: PSS signature" crl_ok root-rsa.crl root-rsa.pem
check "ca-ec-expired.crl: signature" crl_ok ca-ec-expired.crl ca-ec.pem
check "ca-ec-badsig.crl: signature refused" says 'verify failure' openssl crl -inform DER -in ca-ec-badsig.crl \
    -noout -CAfile ca-ec.pem
check "ca-ec-other.crl: signature refused" says 'verify failure' openssl crl -inform DER -in ca-ec-other.crl \
    -noout -CAfile ca-ec.pem
check "ca-ec-expired.crl: nextUpdate" says 'Feb  1 00:00:00 2025' openssl crl -inform DER -in ca-ec-expired.crl \
    -noout -nextupdate
check "ca-ec.crl: reasons" says 'Certificate Hold' openssl crl -inform DER -in ca-ec.crl -noout -text

check "root-rsa: PSS with SHA-384" says 'Salt Length: 0x30' openssl x509 -in root-rsa.pem -noout -text
check "nes-rsa2048: PSS with SHA-256" says 'Salt Length: 0x20' openssl x509 -in nes-rsa2048.pem -noout -text
check "nes-pss: key for PSS only" says 'Public Key Algorithm: rsassaPss' openssl x509 -in nes-pss.pem -noout -text

key_fits() {
    openssl pkey -in "$1" -passin pass:123456 -pubout >"$work/a" && openssl x509 -in "$2" -noout -pubkey >"$work/b" &&
        cmp "$work/a" "$work/b"
}
for key in *.key.pem; do
    check "$key: belongs to its certificate, private" key_fits "$key" "${key%.key.pem}.pem"
    [ "$(stat -c %a "$key")" = 600 ] || { echo "not ok $key: mode"; failed=1; }
done
check "nes-p256.enc.pem: opens" key_fits nes-p256.enc.pem nes-p256.pem
check "nes-rsa2048.enc.pem: opens" key_fits nes-rsa2048.enc.pem nes-rsa2048.pem
p12_opens() {
    openssl pkcs12 -in "$1" -passin pass:123456 -nodes -out "$work/p12" &&
        [ "$(grep -c BEGIN "$work/p12")" -ge "$2" ]
}
for p12 in nes-p256 nes-rsa3072 nes-pss seal malimuhur encryption; do
    check "$p12.p12: key, certificate and issuer" p12_opens "$p12.p12" 3
done

tckn_ok() {
    sed -n "s/^TCKN_PERSON[0-9]*='\([0-9]*\)'$/\1/p" identities.env | awk '
        { if (length($0) != 11) exit 1; odd = even = sum = 0
          for (i = 1; i <= 10; i++) { d = substr($0, i, 1); sum += d; if (i < 10) { if (i % 2) odd += d; else even += d } }
          if ((odd * 7 + 40 - even) % 10 != substr($0, 10, 1) || sum % 10 != substr($0, 11, 1)) exit 1; n++ }
        END { exit !(n == 12) }'
}
check "identities.env: TCKN check digits" tckn_ok
one_person() {
    # shellcheck disable=SC1091
    . ./identities.env
    for id in nes-rsa2048 nes-rsa3072 nes-p256 nes-p384 nes-p521; do
        openssl x509 -in "$id.pem" -noout -subject -nameopt utf8,sep_comma_plus | grep -q \
            "serialNumber=$TCKN_PERSON1,CN=$CN_PERSON1\$" || return 1
    done
}
check "five certificates of one person" one_person
same_again() {
    "$mkpki" --seed "$seed" --out "$work/again" && diff -r "$pki" "$work/again"
}
check "the same seed gives the same files" same_again
differs() {
    "$mkpki" --seed "$((seed + 1))" --bench "$work/one" --signers 1 &&
        "$mkpki" --seed "$seed" --bench "$work/two" --signers 1 && ! cmp -s "$work/one/ca.p8" "$work/two/ca.p8" &&
        openssl verify -partial_chain -trusted "$work/two/ca.der" "$work/two/rsa2048_0000.der"
}
check "another seed gives other keys; a bench signer verifies" differs
exit $failed
