# Sourced by ./check, ./demo and packaging/bare-check: the Debian packages of each job, and how a missing one gets here.

PACKAGES_BUILD=(gcc g++ libc6-dev cmake ninja-build pkg-config libssl-dev libxml2-dev libjansson-dev libinih-dev libp11-dev libp11-kit-dev libsqlite3-dev
    libcurl4-openssl-dev)
PACKAGES_DEMO=("${PACKAGES_BUILD[@]}" openssl softhsm2 opensc)
PACKAGES_CHECK=("${PACKAGES_DEMO[@]}" libcriterion-dev clang libclang-rt-14-dev clang-format cppcheck python3 binutils git
    util-linux libxml2-utils default-jdk-headless libbcpkix-java libxmlsec1-dev xmlsec1 libxml-security-java)
PACKAGES_BARE=(mmdebstrap git)

TOOLS_BUILD=(gcc g++ cmake ninja pkg-config)
TOOLS_DEMO=("${TOOLS_BUILD[@]}" openssl softhsm2-util pkcs11-tool)
TOOLS_CHECK=("${TOOLS_DEMO[@]}" clang clang++ clang-format cppcheck python3 objdump nm git setarch xmllint xmlsec1 java javac)
TOOLS_BARE=(mmdebstrap git chroot)

# as_root COMMAND...: itself as root, else through sudo, which must not ask: there may be no terminal.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

# need BUILD|DEMO|CHECK|BARE: installs the packages that are absent; returns 1 and says which when a tool is missing even then.
need() {
    local -n packages=PACKAGES_$1 tools=TOOLS_$1
    local package tool absent=() missing=()
    for package in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || absent+=("$package")
    done
    if [ ${#absent[@]} -gt 0 ]; then
        echo "Installing: ${absent[*]}"
        as_root apt-get -qq update || echo "apt-get update failed; trying with the package lists at hand"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 \
            install "${absent[@]}" || return 1
    fi
    for tool in "${tools[@]}"; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "Missing tools: ${missing[*]}"
        return 1
    fi
}
