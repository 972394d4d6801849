#!/bin/sh
# bouncycastle.sh MKCADES CHECKCMS JARS: BouncyCastle verifies every signature we make, and we find intact every one it
# makes: BER, the older signing-certificate attribute and parallel signatures included.
mkcades=$1
checkcms=$2
jars=$3
if [ -z "$jars" ]; then
    echo "not ok - BouncyCastle: Java or its jars are missing"
    exit 1
fi
. "$(dirname "$0")/lib.sh"
cd "$work" || exit 1
if ! "$mkcades" matrix "$work"; then
    echo "not ok - mkcades matrix"
    exit 1
fi

# plan WANTED COMMAND...: one line of the batch and the answer it must get.
plan() {
    printf '%s\n' "$1" >>wanted
    shift
    printf '%s\n' "$*" >>commands
}
while IFS="$(printf '\t')" read -r file content signers; do
    count=$(echo "$signers" | tr ',' '\n' | wc -l)
    option=
    [ "$content" = - ] || option="--content $content"
    plan "ok $count" verify "$file" "$pki/${signers%%,*}.der" $option
done <index.tsv
printf changed >other
plan "fail" verify nes-p256-plain-sha256-detached.p7s "$pki/nes-p256.der" --content other

: >made
# theirs FILE CONTENT|- COMMAND...: something for us to judge.
theirs() {
    printf '%s %s\n' "$1" "$2" >>made
    shift 2
    plan "ok" "$@"
}
for signer in nes-rsa2048 nes-rsa3072 nes-p256 nes-p384 nes-p521; do
    case $signer in *rsa*) ca=ca-rsa ;; *) ca=ca-ec ;; esac
    with="$pki/$signer.key.pem $pki/$signer.der,$pki/$ca.der"
    for digest in sha256 sha384 sha512; do
        theirs "bc-$signer-$digest.p7m" - sign $with content "bc-$signer-$digest.p7m" --digest $digest
        theirs "bc-$signer-$digest.p7s" content sign $with content "bc-$signer-$digest.p7s" --digest $digest --detached
    done
    theirs "bc-$signer-ber.p7m" - sign $with content "bc-$signer-ber.p7m" --ber
    theirs "bc-$signer-v1.p7m" - sign $with content "bc-$signer-v1.p7m" --v1
    theirs "bc-$signer-two.p7m" - cosign "bc-$signer-ber.p7m" "$pki/nes-person2.key.pem" "$pki/nes-person2.der" \
        "bc-$signer-two.p7m" --digest sha512
    theirs "bc-$signer-two.p7s" content cosign "$signer-plain-sha256-detached.p7s" "$pki/nes-person2.key.pem" \
        "$pki/nes-person2.der" "bc-$signer-two.p7s" --content content
done
for signer in nes-rsa2048 nes-rsa3072 nes-pss; do
    theirs "bc-$signer-pss.p7m" - sign "$pki/$signer.key.pem" "$pki/$signer.der" content "bc-$signer-pss.p7m" --pss
done

java -cp "$jars" CadesBc batch <commands >answers
if [ "$(wc -l <answers)" -ne "$(wc -l <commands)" ]; then
    echo "not ok - one answer for each command"
    failed=1
fi
exec 3<wanted 4<answers
while IFS= read -r command <&5; do
    IFS= read -r want <&3
    IFS= read -r got <&4
    short=$(echo "$command" | sed "s|$pki/||g")
    case $got in
    "$want" | "$want "*) echo "ok - BouncyCastle: $short" ;;
    *)
        echo "not ok - BouncyCastle: $short"
        echo "# wanted '$want', got '$got'"
        failed=1
        ;;
    esac
done 5<commands

while read -r file content; do
    if [ "$content" = - ]; then
        try "intact: $file" "$checkcms" "$file"
    else
        try "intact: $file" "$checkcms" "$file" "$content"
        refuse "not intact with other content: $file" 1 "$checkcms" "$file" other
    fi
done <made
# Beside what BouncyCastle wrote in BER; then it looks at both.
try "ours beside BouncyCastle's BER" "$mkcades" add nes-p384 bc-nes-rsa2048-ber.p7m - ours.p7m
try "ours beside BouncyCastle's BER: both intact" "$checkcms" ours.p7m
try "ours beside BouncyCastle's BER: it agrees" java -cp "$jars" CadesBc verify ours.p7m "$pki/nes-p384.der"
exit $failed
