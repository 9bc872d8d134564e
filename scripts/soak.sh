#!/usr/bin/env bash
# The long random tests: MINUTES of simulations, devices, torn logs, changed decisions, malformed schemes and sums,
# from a SEED, with the totals at the end. It writes nothing into the project.
#
#   scripts/soak.sh                  10 minutes from the seed of the day
#   SEED=7 MINUTES=600 scripts/soak.sh
#   scripts/soak.sh sim_ledger       these parts alone
#   scripts/soak.sh fuzz [TARGET...] MINUTES under the fuzzer, shared by the targets; needs cargo-fuzz and a nightly compiler
#   scripts/soak.sh one PART SEED    the case that a violation named
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
use_build_cache

SEED="${SEED:-$(date -u +%Y%m%d)}"
MINUTES="${MINUTES:-10}"

build() {
    cargo build --quiet --locked --profile soak -p loyalty-core-soak
    soak="$CARGO_TARGET_DIR/soak/soak"
}

# fuzz TARGET...: each from the seeds, the regressions and what earlier runs found; crashes stay in the cache folder.
fuzz() {
    cargo fuzz --version >/dev/null 2>&1 || { printf 'soak: please run: cargo install cargo-fuzz\n' >&2; exit 1; }
    local targets=("$@") target seconds corpus crashes="$cache_root/crashes" status=0
    [ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(find fuzz/fuzz_targets -name '*.rs' -printf '%f\n' | sed 's/\.rs$//' | sort)
    build
    corpus="$cache_root/corpus"
    "$soak" seeds "$corpus"
    seconds=$(awk -v minutes="$MINUTES" -v targets="${#targets[@]}" 'BEGIN { print int(minutes * 60 / targets) + 1 }')
    for target in "${targets[@]}"; do
        local known=() log="$crashes/$target.log"
        mkdir -p "$corpus/$target" "$crashes/$target"
        [ ! -d "fuzz/regressions/$target" ] || known=("fuzz/regressions/$target")
        cargo +nightly fuzz run --sanitizer none --target-dir "$CARGO_TARGET_DIR/fuzz" "$target" "$corpus/$target" "${known[@]}" -- \
            -seed="$((SEED % 4294967295))" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
            -artifact_prefix="$crashes/$target/" >"$log" 2>&1 || { status=1; tail -n 30 "$log"; }
        printf '%s: %s executions, %s s\n' "$target" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds"
    done
    return "$status"
}

case "${1:-}" in
    fuzz) shift; fuzz "$@" ;;
    one) build; "$soak" "$@" ;;
    *) build; RUST_BACKTRACE="${RUST_BACKTRACE:-0}" "$soak" run "$SEED" "$(awk -v m="$MINUTES" 'BEGIN { print m * 60 }')" "$@" ;;
esac
