#!/bin/sh
# xmlsec1.sh MKXADES CHECKCMS: xmlsec1(1) accepts every XAdES we make except RSA-PSS, which its version 1.2 does not know,
# path to the trusted roots included; and we find intact what it signs.
mkxades=$1
checkcms=$2
. "$(dirname "$0")/../cms/lib.sh"
cd "$work" || exit 1
trust=
for root in "$pki"/trust/*.pem; do trust="$trust --trusted-pem $root"; done # the first certificate of a file counts
if ! "$mkxades" matrix "$work"; then
    echo "not ok - mkxades matrix"
    exit 1
fi
tab=$(printf '\t')

# xmlsec1 takes as an Id only what it is told: elements by namespace and name.
ids="--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --id-attr:Id http://www.w3.org/2000/09/xmldsig#:Object
    --id-attr:Id urn:example:belge:belge --id-attr:Id urn:example:belge:ad"

# verify FILE NUMBER: the NUMBERth signature of the document.
verify() {
    xmlsec1 --verify $ids --enabled-key-data x509 $trust --url-map:veri%201.bin "veri 1.bin" \
        --node-xpath "(//*[local-name()='Signature' and not(ancestor::*[local-name()='Signature'])])[$2]" "$1"
}

while IFS="$tab" read -r file content signers scheme; do
    [ "$scheme" = plain ] || continue
    number=0
    for signer in $(echo "$signers" | tr , ' '); do
        number=$((number + 1))
        try "xmlsec1 accepts $file, signature $number ($signer)" verify "$file" $number
    done
done <index.tsv
sed 's/Ankara/Bursa/; s/bos/dos/' nes-p256-plain-sha256.xml >changed.xml
refuse "xmlsec1 refuses a changed document" 1 verify changed.xml 1

# ---- what xmlsec1 signs ------------------------------------------------------------------------------

ds=http://www.w3.org/2000/09/xmldsig#
more=http://www.w3.org/2001/04/xmldsig-more#
# transforms HOW C14N
transforms() {
    case $1 in
    enveloped) echo "<ds:Transform Algorithm=\"${ds}enveloped-signature\"/>" ;;
    xpath) echo "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>" ;;
    filter2) echo "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">/descendant::ds:Signature</f:XPath></ds:Transform>" ;;
    esac
    echo "<ds:Transform Algorithm=\"$2\"/>"
}

# template SIGNER ALGORITHM DIGEST C14N HOW: a document that xmlsec1 fills in.
template() {
    hash=$(openssl dgst -sha256 -binary "$pki/$1.der" | base64)
    issuer=$(openssl x509 -in "$pki/$1.pem" -noout -issuer -nameopt RFC2253,-esc_msb,utf8 | sed 's/^issuer=//; s/&/&amp;/g')
    serial=$(python3 -c 'import sys; print(int(sys.argv[1], 16))' "$(openssl x509 -in "$pki/$1.pem" -noout -serial | cut -d= -f2)")
    cat <<EOF
<?xml version="1.0"?>
<b:belge xmlns:b="urn:example:belge" xmlns="urn:example:d" xml:lang="tr" b:z="1" a="2"><ad>Ay&#351;e &amp; &lt;İsmail&gt;</ad>
<!-- not --><ds:Signature xmlns:ds="$ds" Id="imza"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="$4"/><ds:SignatureMethod Algorithm="$2"/>
<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#ozellikler"><ds:Transforms><ds:Transform Algorithm="$4"/></ds:Transforms><ds:DigestMethod Algorithm="$3"/><ds:DigestValue/></ds:Reference>
<ds:Reference URI=""><ds:Transforms>$(transforms "$5" "$4")</ds:Transforms><ds:DigestMethod Algorithm="$3"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/>
<ds:KeyInfo><ds:X509Data/></ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#imza"><xades:SignedProperties Id="ozellikler"><xades:SignedSignatureProperties><xades:SigningTime>2026-01-05T10:00:00+03:00</xades:SigningTime><xades:SigningCertificate><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>$hash</ds:DigestValue></xades:CertDigest><xades:IssuerSerial><ds:X509IssuerName>$issuer</ds:X509IssuerName><ds:X509SerialNumber>$serial</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate></xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature></b:belge>
EOF
}

# theirs SIGNER ALGORITHM DIGEST C14N HOW
theirs() {
    name="$1 ${2##*#} ${3##*#} ${4##*/} $5"
    template "$@" >template.xml
    if ! xmlsec1 --sign $ids --privkey-pem "$pki/$1.key.pem,$pki/$1.pem" --output signed.xml template.xml 2>xmlsec.log; then
        echo "not ok - xmlsec1 signs: $name"
        sed 's/^/# /' xmlsec.log | head -n 8
        failed=1
        return
    fi
    try "xmlsec1's: $name" "$checkcms" signed.xml
    sed 's/Ay/Oy/' signed.xml >changed.xml
    refuse "xmlsec1's, changed: $name" 1 "$checkcms" changed.xml
}
sha256=http://www.w3.org/2001/04/xmlenc#sha256
sha512=http://www.w3.org/2001/04/xmlenc#sha512
for c14n in http://www.w3.org/TR/2001/REC-xml-c14n-20010315 http://www.w3.org/2006/12/xml-c14n11 \
    http://www.w3.org/2001/10/xml-exc-c14n# "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments" \
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"; do
    for how in enveloped xpath filter2; do
        theirs nes-rsa2048 ${more}rsa-sha256 $sha256 "$c14n" $how
        theirs nes-p256 ${more}ecdsa-sha256 $sha512 "$c14n" $how
    done
done
theirs nes-rsa3072 ${more}rsa-sha512 $sha512 http://www.w3.org/2001/10/xml-exc-c14n# enveloped
theirs nes-rsa3072 ${more}rsa-sha384 ${more}sha384 http://www.w3.org/2001/10/xml-exc-c14n# enveloped
theirs nes-p384 ${more}ecdsa-sha384 $sha256 http://www.w3.org/2001/10/xml-exc-c14n# enveloped
theirs nes-p521 ${more}ecdsa-sha512 $sha256 http://www.w3.org/2001/10/xml-exc-c14n# enveloped
exit $failed
