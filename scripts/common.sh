# Sourced by the other scripts: strict mode, the project's folder, the build cache, timed steps.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache_root="${XDG_CACHE_HOME:-${HOME:?the variable HOME is not set}/.cache}/loyalty-core"

# One build folder for each lock file and compiler, in the user's cache, unless the caller chose one.
use_build_cache() {
    [ -z "${CARGO_TARGET_DIR:-}" ] || return 0
    local key
    key=$({ cat Cargo.lock; rustc -vV; } | sha256sum | cut -c1-16)
    export CARGO_TARGET_DIR="$cache_root/$key"
    mkdir -p "$CARGO_TARGET_DIR"
    touch "$CARGO_TARGET_DIR"
    forget_other_checkout
    prune_build_cache
}

# Cargo takes what was built last for fresh by the times of files, and another checkout has other files: what that one
# built of the project is built again.
forget_other_checkout() {
    local last="$CARGO_TARGET_DIR/checkout"
    [ "$(cat "$last" 2>/dev/null || true)" != "$PWD" ] || return 0
    find "$CARGO_TARGET_DIR" -type d -regextype posix-extended \
        -regex '.*/\.fingerprint/(loyalty|npm-package|shop-server)-[^/]*' -prune -exec rm -rf -- {} +
    printf '%s\n' "$PWD" >"$last"
}

# Keeps the two build folders that were used last.
prune_build_cache() {
    find "$cache_root" -mindepth 1 -maxdepth 1 -type d -regextype posix-extended -regex '.*/[0-9a-f]{16}' \
        -printf '%T@ %p\n' | sort -rn | tail -n +3 | cut -d' ' -f2- | while read -r old; do rm -rf -- "$old"; done
}

steps_done=0
steps_began=$SECONDS

# step NAME LIMIT COMMAND...: runs the command for at most LIMIT seconds and says how long it took.
step() {
    local name=$1 limit=$2 began=$EPOCHREALTIME status=0
    shift 2
    printf '== %s\n' "$name"
    timeout --kill-after=10 "$limit" "$@" || status=$?
    local seconds
    seconds=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    if [ "$status" = 124 ] || [ "$status" = 137 ]; then
        printf '== %s: STOPPED after its limit of %s s\n' "$name" "$limit"
    elif [ "$status" != 0 ]; then
        printf '== %s: FAILED after %s s\n' "$name" "$seconds"
    else
        printf '== %s: ok, %s s\n' "$name" "$seconds"
        steps_done=$((steps_done + 1))
        return 0
    fi
    printf '\nfailed in step "%s"; %s steps passed before it, in %s s\n' "$name" "$steps_done" "$((SECONDS - steps_began))"
    exit 1
}

# The last line of a run of steps.
steps_summary() {
    printf '\nall %s steps passed in %s s\n' "$steps_done" "$((SECONDS - steps_began))"
}
