"""Compares the engine with the reference model over a range of seeds.

``python -m reference 0 1000000`` in ``tests``, spread over all processors.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from multiprocessing import Pool

import loyalty_core as lc

from . import compare, families

CHUNK = 50


def chunk(seeds: tuple[int, int]) -> tuple[int, int, list[tuple[int, str]]]:
    """Runs seeds: how many triples were compared, how many schemes did not compile, and failures."""
    triples, dropped, failures = 0, 0, []
    for seed in range(*seeds):
        case = families.case(seed)
        try:
            triples += compare.run(case)
        except compare.Different as found:
            failures.append((seed, str(found)))
        except lc.SchemeError:
            dropped += 1
        except Exception as error:
            failures.append((seed, f"{type(error).__name__}: {error}"))
    return triples, dropped, failures


def main() -> None:
    parser = argparse.ArgumentParser(prog="reference", description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("end", type=int)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--show", type=int, default=1, help="how many failures to minimize")
    parser.add_argument("--kind", default="", help="minimize those whose first difference has this text")
    options = parser.parse_args()
    chunks = [(at, min(at + CHUNK, options.end)) for at in range(options.first, options.end, CHUNK)]
    triples = dropped = 0
    failures: list[tuple[int, str]] = []
    with Pool(options.processes) as pool:
        for done in pool.imap_unordered(chunk, chunks):
            triples, dropped = triples + done[0], dropped + done[1]
            failures += done[2]
    print(f"{triples} triples, {dropped} schemes that do not compile, {len(failures)} failures")
    kinds = Counter(" ".join(sorted(compare.kinds_of(text))[:2]) for _, text in failures)
    for kind, count in kinds.most_common(12):
        print(f"  {count} {kind}")
    failures = [one for one in failures if options.kind in one[1].split("\n")[0]]
    for seed, text in sorted(failures)[: options.show]:
        print(f"\nseed {seed}: {text}")
        small = compare.minimized(families.case(seed))
        print("minimized:", compare.fails(small))
        print(json.dumps(small["scheme"]))
        for step in small["steps"]:
            print("  ", json.dumps(step))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
