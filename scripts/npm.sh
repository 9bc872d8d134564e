#!/usr/bin/env bash
# Builds the npm package in bindings-wasm/dist, prints its sizes, and runs its tests.
#
#   scripts/npm.sh [build | browser]
#
# With build it stops before the tests; with browser it also runs the vectors in Chromium. LOYALTY_LONG asks for
# the long form of the random carts.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
only=${1:-}
scripts/setup.sh rust node $([ "$only" != browser ] || echo chromium)
use_build_cache
target=wasm32-unknown-unknown
package=bindings-wasm
# Each wasm, and the bytes that it may have, gzipped. docs/npm.md says where they go.
modules=(loyalty:460000 analytics:250000 shop:180000)

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
    local wanted found
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] ||
        fail "the wasm32 standard library is missing; please run: rustup target add $target"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends \
        rustc-web cargo-web rust-web-src lld; } >/dev/null 2>&1 ||
        fail "neither rustup nor Debian's packages gave the wasm32 standard library; please run: rustup target add $target"
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(/usr/bin/rustc --version | cut -d' ' -f2)
    [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
        fail "Debian's rustc-web is $found and $wanted is needed; please run: rustup target add $target"
    cargo=(env RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/bin/lld /usr/bin/cargo)
    std=(-Zbuild-std=std,panic_abort)
    printf 'npm: the wasm32 standard library is built from the sources that Debian has, with its rustc %s\n' "$found"
}
if has_std; then
    printf 'npm: the wasm32 standard library is that of the toolchain\n'
elif command -v rustup >/dev/null && timeout 120 rustup --quiet target add "$target" >/dev/null 2>&1 && has_std; then
    printf 'npm: the wasm32 standard library was added by rustup\n'
else
    debian_std
fi

"${cargo[@]}" build --quiet --locked -p loyalty-core-wasm -p loyalty-core-analytics-wasm -p loyalty-core-shop-wasm --lib \
    --profile wasm --target "$target" "${std[@]}" || fail "the modules could not be built"
CARGO_TARGET_DIR="$CARGO_TARGET_DIR/npm-package" cargo build --quiet --locked --manifest-path "$package/task/Cargo.toml" ||
    fail "the program that writes the package could not be built"
built=()
for module in "${modules[@]}"; do built+=("$CARGO_TARGET_DIR/$target/wasm/${module%:*}.wasm"); done
"$CARGO_TARGET_DIR/npm-package/debug/npm-package" "$package/js" "$package/dist" \
    "${built[@]}" || fail "the package could not be written"
node "$package/tools/scheme-types.js" >"$package/dist/scheme.d.ts" || fail "the types of schemes could not be written"

size() {
    printf '%9s bytes, %9s gzipped  %s\n' "$(wc -c <"$1")" "$(gzip -9c "$1" | wc -c)" "${1#"$package/"}"
}
for file in {loyalty,analytics,shop}_{bg.wasm,bytes.js,glue.js} api.js border.js engine.js analytics.js columns.js shop.js; do
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
