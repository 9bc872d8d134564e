#!/usr/bin/env bash
# Makes sure that the tools are there which the other scripts call. Installs missing Debian or Ubuntu
# packages where it may; otherwise says in one sentence what is missing.
#
#   scripts/setup.sh rust [python] [node] [valgrind] [chromium] [java]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'set-up: %s\n' "$1" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# at_least FOUND WANTED: whether one version is not below another.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# install PACKAGE...: through apt-get, as root or with a sudo that asks nothing.
install() {
    have apt-get || fail "please install $* (there is no apt-get here to do it with)"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        { have sudo && sudo -n true 2>/dev/null; } || fail "please install $* (only root may: apt-get install $*)"
        as_root=(sudo -n)
    fi
    printf 'set-up: installing %s\n' "$*"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120)
    "${apt[@]}" install --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$@"; } >/dev/null 2>&1 ||
        fail "apt-get could not install $*; please install it by hand"
}

need_rust() {
    have cc || install gcc libc6-dev
    have cargo || [ ! -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ] ||
        fail "cargo is installed but not on the PATH; please add ${CARGO_HOME:-$HOME/.cargo}/bin to it"
    local wanted found component
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    have cargo || fail "please install Rust $wanted or newer with rustup; Debian's own is too old"
    found=$(rustc --version | cut -d' ' -f2)
    at_least "$found" "$wanted" || fail "Rust $wanted or newer is needed, found $found; please run: rustup update"
    for component in clippy rustfmt; do
        cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1 && continue
        have rustup && rustup component add "$component" >/dev/null 2>&1 && continue
        fail "please install $component, which belongs to Rust: rustup component add $component"
    done
}

need_python() {
    have python3 || install python3 python3-venv
    python3 -c 'import ensurepip, venv' 2>/dev/null || install python3-venv
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed, found $(python3 --version | cut -d' ' -f2)"
}

need_node() {
    have node || install nodejs npm
    local found
    found=$(node --version | tr -d v)
    at_least "$found" 20 || fail "Node 20 or newer is needed, found $found"
}

need_valgrind() {
    have valgrind || install valgrind
}

need_chromium() {
    have chromium || install chromium
}

# Spark runs on Java 17 or 21.
need_java() {
    have java || install default-jre-headless
    local found
    found=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    at_least "${found:-0}" 17 || fail "Java 17 or newer is needed, found ${found:-none}"
}

for tool in "${@:-rust}"; do
    case "$tool" in
        rust) need_rust ;;
        python) need_python ;;
        node) need_node ;;
        valgrind) need_valgrind ;;
        chromium) need_chromium ;;
        java) need_java ;;
        *) fail "$tool is not a tool that is known here: rust, python, node, valgrind, chromium, java" ;;
    esac
done
