#!/usr/bin/env bash
# The storefront example in bindings-wasm/storefront: starts its server and its page, or tests both in Chromium.
#
#   scripts/storefront.sh [PORT]     the shop on http://127.0.0.1:5173/, or on another port
#   scripts/storefront.sh test       the tests, in Chromium
#   scripts/storefront.sh pictures   the tests, and the pictures of docs/pictures anew
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
what=${1:-5173}
tested=$([[ "$what" =~ ^(test|pictures)$ ]] && echo yes || true)
scripts/setup.sh rust node ${tested:+chromium}
use_build_cache
folder=bindings-wasm/storefront

fail() {
    printf 'storefront: %s\n' "$1" >&2
    exit 1
}

# The package as it is built; a source that is newer wants another build.
built=bindings-wasm/dist/inline.js
if [ ! -e "$built" ] || [ -n "$(find bindings-wasm/js bindings-wasm/src loyalty-core/src -type f -newer "$built" -print -quit)" ]; then
    scripts/npm.sh build || fail "the package could not be built"
fi
cargo build --quiet --locked -p shop-server || fail "the example server could not be built"

# What npm installs is kept in the folder, for each list of it.
key=$({ cat "$folder/package-lock.json"; node --version; } | sha256sum | cut -c1-16)
if [ ! -e "$folder/node_modules/complete-$key" ]; then
    npm ci --silent --no-audit --no-fund --prefix "$folder" ||
        fail "npm could not install what $folder/package-lock.json names; is the npm registry reachable?"
    touch "$folder/node_modules/complete-$key"
fi

server="$CARGO_TARGET_DIR/debug/shop-server"
[ -n "$tested" ] || exec node "$folder/start.js" "$server" "$what"

if [ "$what" = pictures ]; then
    mkdir -p docs/pictures
    export LOYALTY_SHOTS=$PWD/docs/pictures
fi
export SHOP_SERVER_BINARY=$server
CHROMIUM=$(command -v chromium) node --test --test-reporter=spec --test-concurrency=1 "$folder"/test/*.test.js
