# Makes the SoftHSM2 tokens that the cases look at, a folder of $TOKENS each; every PIN is 123456:
#   kart   one token with the NES of person 1 (P-256) and an encryption certificate, as a real card has
#   iki    two tokens with the NES of two persons        dolu   one token with two NES of one person
#   tek    one token with that NES alone                 eski   one with an expired NES
#   bos    one with an encryption certificate alone      yok    no token at all
# $TOKENS/serials lists label and serial number of each.
set -euo pipefail
token() { sh "$SUPPORT/token.sh" "$TOKENS/$1" "$2" "$PKI" "${@:3}"; }
token kart kart nes-p256=01 encryption=02
token iki bir nes-p256=01
token iki iki nes-person2=01
token dolu dolu nes-p256=01 nes-rsa2048=02
token tek tek nes-p256=01
token eski eski nes-expired=01
token bos bos encryption-ec=01
mkdir -p "$TOKENS/yok/tokens"
sed "s|$TOKENS/kart|$TOKENS/yok|" "$TOKENS/kart/softhsm2.conf" >"$TOKENS/yok/softhsm2.conf"
for store in kart iki dolu tek eski bos; do
    SOFTHSM2_CONF=$TOKENS/$store/softhsm2.conf softhsm2-util --show-slots |
        awk '/Serial number:/ { s = $3 } /Label:/ { if ($2 != "") print $2, s }'
done >"$TOKENS/serials"
