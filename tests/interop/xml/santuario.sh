#!/bin/sh
# santuario.sh MKXADES CHECKCMS JARS: Santuario verifies every XAdES we make, and we find intact every one that it makes.
mkxades=$1
checkcms=$2
jars=$3
if [ -z "$jars" ]; then
    echo "not ok - Santuario: Java or its jars are missing"
    exit 1
fi
. "$(dirname "$0")/../cms/lib.sh"
cd "$work" || exit 1
if ! "$mkxades" matrix "$work"; then
    echo "not ok - mkxades matrix"
    exit 1
fi
tab=$(printf '\t')

# plan WANTED WORD...: one line of the batch and the answer it must get (a prefix).
plan() {
    printf '%s\n' "$1" >>wanted
    shift
    line=$1
    shift
    for word in "$@"; do line="$line$tab$word"; done
    printf '%s\n' "$line" >>commands
}
while IFS="$tab" read -r file content signers scheme; do
    certs=
    for signer in $(echo "$signers" | tr , ' '); do certs="$certs,$pki/$signer.der"; done
    plan "ok $(echo "$signers" | tr , '\n' | wc -l)" verify "$file" "${certs#,}" .
done <index.tsv
sed 's/bos/dos/' nes-p256-plain-sha256.xml >changed.xml
plan "fail IOException: signature 1 does not verify" verify changed.xml "$pki/nes-p256.der"

: >made
# theirs NAME SIGNER SHAPE C14N DIGEST plain|pss xades|dsig
theirs() {
    printf '%s\t%s\t%s\n' "$1" "$3" "$7" >>made
    plan ok sign "$pki/$2.key.pem" "$pki/$2.der" belge.xml "$1" "$3" "$4" "$5" "$6" "$7" .
}
for signer in nes-rsa2048 nes-rsa3072 nes-p256 nes-p384 nes-p521; do
    for digest in sha256 sha384 sha512; do
        theirs "s-$signer-$digest.xml" $signer enveloped exc $digest plain xades
    done
    for c14n in inc exc c14n11 exc-prefixes; do
        for shape in enveloped xpath filter2; do
            theirs "s-$signer-$shape-$c14n.xml" $signer $shape $c14n sha256 plain xades
        done
    done
    for shape in enveloping base64 detached; do
        theirs "s-$signer-$shape.xml" $signer $shape inc sha256 plain xades
    done
    theirs "s-$signer-dsig.xml" $signer enveloped inc sha256 plain dsig
done
for signer in nes-rsa2048 nes-rsa3072; do
    for digest in sha256 sha384 sha512; do
        theirs "s-$signer-pss-$digest.xml" $signer enveloped exc $digest pss xades
    done
done

java -cp "$jars" XadesSantuario batch <commands >answers 2>java.log
if [ "$(wc -l <answers)" -ne "$(wc -l <commands)" ]; then
    echo "not ok - one answer for each command"
    sed 's/^/# /' java.log | head -n 8
    failed=1
fi
exec 3<wanted 4<answers
while IFS= read -r command <&5; do
    IFS= read -r want <&3
    IFS= read -r got <&4
    short=$(echo "$command" | sed "s|$pki/||g" | tr '\t' ' ')
    case $got in
    "$want" | "$want "*) echo "ok - Santuario: $short" ;;
    *)
        echo "not ok - Santuario: $short"
        echo "# wanted '$want', got '$got'"
        failed=1
        ;;
    esac
done 5<commands

# A plain XML signature binds no certificate: references and value hold all the same.
intact() {
    if [ "$1" = dsig ]; then
        shift
        "$checkcms" "$@" | grep -q 'references=1 value=1 certificate=-1'
    else
        shift
        "$checkcms" "$@"
    fi
}
while IFS="$tab" read -r file shape kind; do
    content=
    [ "$shape" != detached ] || content="veri 1.bin"
    try "intact: $file" intact "$kind" "$file" ${content:+"$content"}
    [ "$shape" = detached ] && refuse "not intact with other content: $file" 1 "$checkcms" "$file" belge.xml
done <made
try "ours beside Santuario's" "$mkxades" add nes-p384 s-nes-rsa2048-xpath-inc.xml ours.xml
try "ours beside Santuario's: both intact" "$checkcms" ours.xml
try "ours beside Santuario's: it agrees" java -cp "$jars" XadesSantuario verify ours.xml "$pki/nes-rsa2048.der,$pki/nes-p384.der"
exit $failed
