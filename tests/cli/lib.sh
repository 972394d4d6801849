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
