#!/usr/bin/env bash
# install.sh BUILD_DIR: install into an empty prefix and use the library from there as a stranger would: with
# pkg-config, with find_package, and through the program. Prints ok / not ok lines.
set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
status=0

rule() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - install: $name"
    else
        echo "not ok - install: $name"
        sed 's/^/# /' "$work/log" | tail -n 20
        status=1
    fi
}

cat >"$work/user.c" <<'EOF'
#include <sign.h>
#include <stdio.h>
int main(void)
{
    return puts(sign_version()) < 0;
}
EOF

installed() { cmake --install "$build" --prefix "$prefix"; }

by_pkg_config() {
    local pc
    pc=$(dirname "$(find "$prefix" -name libsign.pc)")
    # shellcheck disable=SC2046 # the flags are words
    gcc -std=c11 -Wall -Werror "$work/user.c" -o "$work/by-pkg-config" \
        $(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs libsign) &&
        LD_LIBRARY_PATH=$(dirname "$pc") "$work/by-pkg-config"
}

by_find_package() {
    mkdir -p "$work/project"
    cp "$work/user.c" "$work/project/"
    cat >"$work/project/CMakeLists.txt" <<'EOF'
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(MaviKalem 0.1 REQUIRED)
add_executable(user user.c)
target_link_libraries(user PRIVATE MaviKalem::sign)
EOF
    cmake -G Ninja -S "$work/project" -B "$work/project/build" -DCMAKE_PREFIX_PATH="$prefix" &&
        cmake --build "$work/project/build" && "$work/project/build/user"
}

# What a new user of the README has: a form, a signer whose certificate comes alone as on many cards, roots, the
# authorities' certificates, lists.
readme_folder() {
    local pki=$work/pki dir=$work/readme
    cmake --build "$build" --target mkpki || return 1
    "$(find "$build" -type f -name mkpki -perm -u+x | head -n 1)" --seed 5070 --out "$pki" || return 1
    mkdir -p "$dir/sil" "$dir/altkokler" && cp -r "$pki/trust" "$dir/kokler" && cp "$pki/crls/"*.crl "$dir/sil/" &&
        cp "$pki/ca-ec.pem" "$pki/ca-rsa.der" "$dir/altkokler/" && cp "$pki/nes-p256.pem" "$dir/imzaci.pem" && echo '<basvuru/>' >"$dir/basvuru.xml"
}

# The README's commands that sign, trust and verify, as they stand there, with a trust store of their own; only the key, which
# its reader has in a card, is added.
readme_commands() (
    local line n=0 pki=$work/pki
    readme_folder || return 1
    cd "$work/readme"
    export XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache KALEM_SYSTEM_STORE=$work/none.json
    sed -nE 's/^    (kalem (sign|verify|trust|cert|policy) .*)/\1/p' "$OLDPWD/README.md" >"$work/commands"
    while read -r line; do
        line=${line%%#*}
        [[ $line != 'kalem sign'* ]] || line+=" --key $pki/nes-p256.key.pem --cert $pki/nes-p256.pem"
        echo "$line"
        # shellcheck disable=SC2086 # the words of a command
        "$prefix/bin/kalem" ${line#kalem } || return 1
        n=$((n + 1))
    done <"$work/commands"
    [ "$n" -ge 10 ]
)

# The five lines of the README, wrapped into a program, judge the signature that its commands made; and do not pass a
# changed one.
readme_example() {
    local pc dir=$work/readme
    pc=$(dirname "$(find "$prefix" -name libsign.pc)")
    {
        printf '#include <sign.h>\nint main(void)\n{\n'
        sed -n '/^```c$/,/^```$/p' README.md | grep -v '^```'
        printf 'sign_report_free(&report);\nsign_trust_free(&trust);\nreturn (int)rc;\n}\n'
    } >"$dir/program.c"
    # shellcheck disable=SC2046 # the flags are words
    gcc -std=c11 -Wall -Wextra -Werror "$dir/program.c" -o "$dir/program" \
        $(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs libsign) || return 1
    (
        cd "$dir"
        LD_LIBRARY_PATH=$(dirname "$pc") ./program &&
            printf 'x' | dd of=basvuru.xml.p7m bs=1 seek=70 conv=notrunc status=none &&
            ! LD_LIBRARY_PATH=$(dirname "$pc") ./program
    )
}

soname() { objdump -p "$(find "$prefix" -name 'libsign.so' | head -n 1)" | grep -E 'SONAME +libsign\.so\.[0-9]+$'; }

# Position independent, relocations read-only and all resolved at start, no executable stack.
hardened() {
    local file
    for file in "$prefix/bin/kalem" "$(find "$prefix" -name libsign.so | head -n 1)"; do
        readelf -hldW "$file" >"$work/elf"
        for want in 'Type: +DYN' 'GNU_RELRO' 'BIND_NOW|FLAGS_1.* NOW' 'GNU_STACK .* RW +0x'; do
            grep -qE "$want" "$work/elf" || { echo "$file: no $want"; return 1; }
        done
    done
}

program_runs() { env -u LD_LIBRARY_PATH "$prefix/bin/kalem" version; }

rule "cmake --install" installed
rule "a program compiles, links and runs with pkg-config" by_pkg_config
rule "a program compiles, links and runs with find_package" by_find_package
rule "the README's commands sign and verify" readme_commands
rule "the five lines of the README compile and judge" readme_example
rule "the library has a versioned soname" soname
rule "library and program are hardened" hardened
rule "kalem runs from its place" program_runs
exit "$status"
