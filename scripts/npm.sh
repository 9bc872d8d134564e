#!/usr/bin/env bash
# Builds the npm package in bindings-wasm/dist, prints its sizes, and runs its tests.
#
#   scripts/npm.sh [build | browser]
#
# With build it stops before the tests; with browser it also runs the vectors in Chromium. LOYALTY_LONG asks for
# the long form of the random carts; LOYALTY_WASM_STD=debian builds the standard library from Debian's sources.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
only=${1:-}
scripts/setup.sh rust node $([ "$only" != browser ] || echo chromium)
use_build_cache
target=wasm32-unknown-unknown
package=bindings-wasm
# Each wasm, and the bytes that it may have, gzipped. docs/npm.md says where they go.
modules=(loyalty:396500 quote:289500 analytics:250000 shop:258000)

fail() {
    printf 'npm: %s\n' "$1" >&2
    exit 1
}

# Rust's standard library for wasm32: the toolchain's own, or rustup's, or Debian's sources of it.
cargo=(cargo)
std=()
has_std() {
    compgen -G "$(rustc --print target-libdir --target "$target")/libstd-*" >/dev/null
}
debian_std() {
    local wanted found llvm
    local missing="the wasm32 standard library is missing"
    local please="please run: rustup target add $target"
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || fail "$missing; $please"
    debian() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" >/dev/null 2>&1; }
    { apt-get -qq update >/dev/null 2>&1 && debian rustc-web cargo-web rust-web-src; } ||
        fail "$missing, and neither rustup nor Debian's packages gave it; $please"
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(/usr/bin/rustc --version | cut -d' ' -f2)
    [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
        fail "$missing, and Debian's rustc-web is $found where $wanted is needed; $please"
    # The linker of the compiler's own LLVM.
    llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
    debian "lld-$llvm" || fail "$missing, and Debian has no lld-$llvm for its rustc-web; $please"
    cargo=(env RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/bin/lld-$llvm" /usr/bin/cargo)
    std=(-Zbuild-std=std,panic_abort)
    printf 'npm: the wasm32 standard library is built from the sources that Debian has, with its rustc %s\n' "$found"
}
if [ "${LOYALTY_WASM_STD:-}" = debian ]; then
    debian_std
elif has_std; then
    printf 'npm: the wasm32 standard library is that of the toolchain\n'
elif command -v rustup >/dev/null && timeout 120 rustup --quiet target add "$target" >/dev/null 2>&1 && has_std; then
    printf 'npm: the wasm32 standard library was added by rustup\n'
else
    debian_std
fi

# Where sources lie on this machine does not get into the files.
flags="--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=rust"
flags+=" --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$flags"

wasm() {
    "${cargo[@]}" build --quiet --locked --lib --profile wasm --target "$target" "${std[@]}" "$@" ||
        fail "the modules could not be built"
}
folder="$CARGO_TARGET_DIR/$target/wasm"
wasm -p loyalty-core-wasm --no-default-features
cp "$folder/loyalty.wasm" "$folder/quote.wasm"
wasm -p loyalty-core-wasm -p loyalty-core-analytics-wasm -p loyalty-core-shop-wasm
CARGO_TARGET_DIR="$CARGO_TARGET_DIR/npm-package" cargo build --quiet --locked --manifest-path "$package/task/Cargo.toml" ||
    fail "the program that writes the package could not be built"
built=()
for module in "${modules[@]}"; do built+=("$folder/${module%:*}.wasm"); done
"$CARGO_TARGET_DIR/npm-package/debug/npm-package" "$package/js" "$package/dist" \
    "${built[@]}" || fail "the package could not be written"
node "$package/tools/scheme-types.js" >"$package/dist/scheme.d.ts" || fail "the types of schemes could not be written"

size() {
    printf '%9s bytes, %9s gzipped  %s\n' "$(wc -c <"$1")" "$(gzip -9c "$1" | wc -c)" "${1#"$package/"}"
}
for file in {loyalty,quote,analytics,shop}_{bg.wasm,glue.js} {loyalty,analytics,shop}_bytes.js api.js border.js instance.js analytics.js columns.js shop.js; do
    size "$package/dist/$file"
done
for module in "${modules[@]}"; do
    gzipped=$(gzip -9c "$package/dist/${module%:*}_bg.wasm" | wc -c)
    [ "$gzipped" -le "${module#*:}" ] || fail "${module%:*}_bg.wasm has $gzipped bytes gzipped, more than its ${module#*:}"
done
[ "$only" != build ] || exit 0

# The tools of the tests are kept in the user's cache, for each list of them; the last two stay.
key=$({ cat "$package/tools/package-lock.json"; node --version; } | sha256sum | cut -c1-16)
tools="$cache_root/npm-$key"
if [ ! -e "$tools/complete" ]; then
    rm -rf -- "$tools"
    mkdir -p "$tools"
    cp "$package/tools/package.json" "$package/tools/package-lock.json" "$tools"
    npm ci --silent --no-audit --no-fund --prefix "$tools" ||
        fail "npm could not install what $package/tools/package-lock.json names; is the npm registry reachable?"
    touch "$tools/complete"
fi
touch "$tools"
find "$cache_root" -mindepth 1 -maxdepth 1 -type d -name 'npm-*' -printf '%T@ %p\n' |
    sort -rn | tail -n +3 | cut -d' ' -f2- | while read -r old; do rm -rf -- "$old"; done

cd "$package"
"$tools/node_modules/.bin/publint" --strict || fail "publint has something against the package"
LOYALTY_NPM_TOOLS="$tools/node_modules" node --test --test-reporter=dot test/*.test.js || {
    LOYALTY_NPM_TOOLS="$tools/node_modules" node --test --test-reporter=spec test/*.test.js | tail -n 120
    fail "a test failed"
}
# Random carts, asked of the native build and of the wasm.
carts=2000
profile=test
if [ -n "${LOYALTY_LONG:-}" ]; then carts=100000 profile=release; fi
(cd .. && exec cargo run --quiet --locked --profile "$profile" -p loyalty-core --example carts -- "$carts") |
    node test/carts.js "$carts" || fail "random carts"
[ "$only" != browser ] || timeout --kill-after=10 300 node test/browser/browser.js "$tools/node_modules" "$(command -v chromium)" ||
    fail "the vectors in Chromium"
