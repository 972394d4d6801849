# What the cases share. Read by every bash of a case through BASH_ENV.
. "$PKI/identities.env"
AT=2026-01-05T10:00:00+03:00
ID=6f9619ff-8b86-4d01-b42d-00cf4fc964ff
TRUST=(--trust "$PKI/trust" --certs "$PKI/chain-ec.pem" --certs "$PKI/chain-rsa.pem" --crl "$PKI/crls")

kalem() { "$KALEM" "$@"; }

# form OUT [ARGUMENT...]: a complete application of person 1, always the same.
form() {
    local out=$1
    shift
    kalem form new --id "$ID" --time "$AT" --set KimlikNo="$TCKN_PERSON1" --set Ad="$AD_PERSON1" \
        --set Soyad="$SOYAD_PERSON1" --set DogumTarihi=1985-04-23 --set SertifikaSuresi=3 --set KartOkuyucu=ISTEMIYORUM \
        --set SertifikaYayini=YAYINLANMASIN --set EPosta=basvuru@example.org --set CepTelefonu="(555) 010 20 30" \
        --set Operator=DIGER --set BilgiKanali=EPOSTA --set KurumAdi="Örnek Kurumu" --set CalistigiBirim="Bilgi İşlem" \
        --set Unvan=Mühendis --set IsTelefonu="(312) 000 00 00" --set Dahili=0 --set Il=ANKARA --set Ilce=ÇANKAYA \
        --set TeslimatYontemi=KURUM --set KurumCalisaniBeyani=true --set TaahhutKabul=true --set DogrulukBeyani=true \
        --set SertifikaTalebi=true --set KvkkAydinlatma=true --set OdemeSekli=KURUM --set ImzaYontemi=EIMZA \
        "$@" -o "$out"
}

# letter: a short document.
letter() { printf 'Sayın yetkili, ekteki başvuruyu sunarım.\n' >"${1:-mektup.txt}"; }

# decision: a short XML document, two parts of which have an Id.
decision() {
    printf '%s\n' '<?xml version="1.0" encoding="UTF-8"?>' '<karar xmlns="urn:ornek:karar">' \
        '  <madde Id="m1">Başvuru kabul edildi.</madde>' '  <madde Id="m2">Ücret alınmaz.</madde>' '</karar>' \
        >"${1:-karar.xml}"
}

# told ARGUMENT...: kalem, and its exit status on a line of its own.
told() {
    local status=0
    kalem "$@" || status=$?
    echo "$status"
}

# value IDENTITY DRAFT-JSON OUT: the digest that prepare printed, signed by another program.
value() {
    python3 -c 'import json,sys; sys.stdout.buffer.write(bytes.fromhex(json.load(open(sys.argv[1]))["digest"]))' "$2" >"$3.ozet"
    openssl pkeyutl -sign -inkey "$PKI/$1.key.pem" -in "$3.ozet" -out "$3"
    rm "$3.ozet"
}

# signs IDENTITY FILE [OPTION...]: as kalem sign with a PEM key, at a fixed time, and silent.
signs() {
    local who=$1 file=$2
    shift 2
    kalem sign "$file" --quiet --key "$PKI/$who.key.pem" --cert "$PKI/$who.pem" --time "$AT" "$@"
}

# verifies FILE [OPTION...]: with everything that a judgement of the test identities needs.
verifies() { kalem verify "$@" "${TRUST[@]}" --at "$AT"; }

# tokens NAME: these tokens are present instead of `kart`.
tokens() { export SOFTHSM2_CONF=$TOKENS/$1/softhsm2.conf; }

# own_tokens NAME: a copy of them for this case alone, because a token remembers a wrong PIN.
own_tokens() {
    cp -r "$TOKENS/$1/tokens" ../"${PWD##*/}.tokens"
    sed "s|$TOKENS/$1/tokens|$PWD.tokens|" "$TOKENS/$1/softhsm2.conf" >"$PWD.conf"
    export SOFTHSM2_CONF=$PWD.conf
}

# only FILE...: nothing but these files is in the folder: nothing half-written was left behind.
only() {
    local found wanted
    found=$(find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort)
    wanted=$(printf '%s\n' "$@" | LC_ALL=C sort)
    [ "$found" = "$wanted" ] || printf 'left behind:\n%s\n' "$found"
}

# and then: `status=0; command || status=$?; only a b; exit $status` in one word.
leaves() { # "FILE FILE" COMMAND...
    local files=$1 status=0
    shift
    "$@" || status=$?
    # shellcheck disable=SC2086
    only $files
    return "$status"
}

# serves LEAF...: the test server at $URL until the case ends, $WORLD with what it made (server/main.c says what a LEAF is);
# and kalem may use the network, where only this address of a private kind is allowed.
serves() {
    local leaf leaves=() tries=0
    for leaf; do leaves+=(--leaf "$leaf"); done
    WORLD=$(dirname "$XDG_CONFIG_HOME")/world
    exec 9> >(exec "$SERVER" --pki "$PKI" --world "$WORLD" --port-file "$WORLD.port" "${leaves[@]}" >"$WORLD.said")
    until [ -s "$WORLD.port" ]; do
        [ $((tries += 1)) -lt 300 ] || { echo "the test server did not start"; exit 99; }
        sleep 0.1
    done
    URL=http://127.0.0.1:$(cat "$WORLD.port")
    printf '[kalem]\nallow-address = 127.0.0.1\n' >"$XDG_CONFIG_HOME/kalem/kalem.ini"
}

# orders LINE: tells the test server, and waits until it has done so.
orders() {
    local before tries=0
    before=$(wc -l <"$WORLD.said")
    echo "$1" >&9
    until [ "$(wc -l <"$WORLD.said")" -gt "$before" ]; do
        [ $((tries += 1)) -lt 300 ] || { echo "the test server does not answer"; exit 99; }
        sleep 0.05
    done
}

# falls_silent: from now on nobody listens there.
falls_silent() {
    exec 9>&-
    local tries=0
    while (exec 8<>"/dev/tcp/127.0.0.1/${URL##*:}") 2>/dev/null; do
        [ $((tries += 1)) -lt 300 ] || { echo "the test server does not end"; exit 99; }
        sleep 0.05
    done
}

# world_signs NAME FILE: signed by one of the test server's people, with the certificate alone.
world_signs() { kalem sign "$2" --quiet --key "$WORLD/$1.key.pem" --cert "$WORLD/$1.pem" --offline; }

# sources: of a report in JSON, its verdict, and where each certificate and each piece of revocation data came from.
sources() {
    python3 -c '
import json, sys
report = json.load(sys.stdin)
one = (report.get("signatures") or [report.get("certificate")])[0]
print(report["indication"], report["sub_indication"])
for c in one["chain"]:
    print(" ", c["subject"].split(",")[0], c["origin"], c["source"])
for r in one["revocation"]:
    print(" ", r["kind"], r["status"], r["origin"], r["source"])'
}
