#!/bin/sh
# schema.sh MKXADES JARS: every XAdES we make is valid against the schemas of XML-Signature, XAdES 1.3.2 and 1.4.1. The schemas
# are not ours to give away: the folder that SIGN_SCHEMAS names has them, or ../shared/schemas beside the project.
mkxades=$1
jars=$2
if [ -z "$jars" ]; then
    echo "not ok - schemas: Java or its jars are missing"
    exit 1
fi
. "$(dirname "$0")/../cms/lib.sh"
schemas=${SIGN_SCHEMAS:-$SIGN_TEST_SOURCE/../shared/schemas}
if [ ! -r "$schemas/XAdES01903v132-202407.xsd" ]; then
    echo "ok - XAdES schemas # SKIP no schemas in SIGN_SCHEMAS or ../shared/schemas"
    exit 77
fi
# Their imports name addresses of the network: here they name the files.
for pair in xmldsig-core-schema.xsd:ds.xsd XAdES01903v132-202407.xsd:v132.xsd XAdES01903v141-202407.xsd:v141.xsd; do
    sed -e '/<!DOCTYPE/,/\]>/d' -e 's|schemaLocation="[^"]*xmldsig-core-schema[^"]*"|schemaLocation="ds.xsd"|' \
        -e 's|schemaLocation="[^"]*XAdES[^"]*v132[^"]*"|schemaLocation="v132.xsd"|' -e 's|schemaLocation="[^"]*XAdES\.xsd"|schemaLocation="v132.xsd"|' \
        "$schemas/${pair%:*}" >"$work/${pair#*:}"
done
cat >"$work/all.xsd" <<'EOF'
<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <xsd:import namespace="http://www.w3.org/2000/09/xmldsig#" schemaLocation="ds.xsd"/>
  <xsd:import namespace="http://uri.etsi.org/01903/v1.3.2#" schemaLocation="v132.xsd"/>
  <xsd:import namespace="http://uri.etsi.org/01903/v1.4.1#" schemaLocation="v141.xsd"/>
</xsd:schema>
EOF
cd "$work" || exit 1
if ! "$mkxades" matrix "$work"; then
    echo "not ok - mkxades matrix"
    exit 1
fi

# Xerces judges: libxml2 takes no integer of more than 24 digits, and serial numbers have more.
tab=$(printf '\t')
sed 's/xades:SigningTime>/xades:Imza>/g' nes-p256-plain-sha256.xml >wrong.xml
{ cut -f1 index.tsv && echo wrong.xml; } | sed "s/^/validate${tab}all.xsd${tab}/" >commands
java -cp "$jars" XadesSantuario batch <commands >answers 2>java.log
while IFS="$tab" read -r file content signers scheme; do
    IFS= read -r answer <&3
    want="ok $(echo "$signers" | tr , '\n' | wc -l)"
    if [ "$answer" = "$want" ]; then
        echo "ok - valid by the schemas: $file"
    else
        echo "not ok - valid by the schemas: $file: $answer"
        failed=1
    fi
done <index.tsv 3<answers
case $(tail -n 1 answers) in
"fail "*Imza*) echo "ok - the schemas can say no" ;;
*)
    echo "not ok - the schemas can say no"
    sed 's/^/# /' java.log | head -n 8
    failed=1
    ;;
esac
exit $failed
