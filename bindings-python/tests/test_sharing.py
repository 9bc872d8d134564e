"""Pickling, processes and threads."""

from __future__ import annotations

import copy
import gc
import multiprocessing
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from conftest import cart

import loyalty_core as lc


def test_everything_pickles(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    decision = lc.quote(scheme, account, cart(), at=now)
    posted = lc.record(scheme, account, cart(), at=now)
    things = (
        scheme,
        posted.account,
        posted.group,
        posted,
        decision,
        decision.lines,
        lc.standing(scheme, posted.account, at=now),
        posted.answer,
    )
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        for thing in things:
            again = pickle.loads(pickle.dumps(thing, protocol))
            assert again == thing and type(again) is type(thing)
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(decision))))
    assert again.to_json() == decision.to_json() and again.canonical() == decision.canonical()
    assert again.outputs_digest == decision.outputs_digest and hash(again) == hash(decision)
    for provisional in (False, True):
        assert again.to_ucp(provisional=provisional) == decision.to_ucp(provisional=provisional)
    assert lc.record(scheme, account, cart(), at=now, expected=again) == posted
    assert copy.deepcopy(things) == things


def test_a_decision_without_a_ucp_form_pickles_too(account: lc.Account, now: datetime) -> None:
    scheme = lc.Scheme.from_json(
        '{"format": 1, "id": "cafe", "name": "Café", "currency": "EUR", "time_zone": "Etc/UTC"}'
    )
    decision = lc.quote(scheme, account, cart(), at=now)
    again = pickle.loads(pickle.dumps(decision))
    for of in (decision, again):
        with pytest.raises(lc.ActError) as error:
            of.to_ucp()
        assert error.value.code == "ucp.program"
    assert again == decision


def quote_one(job: tuple[lc.Scheme, lc.Account, lc.Purchase, datetime]) -> lc.Decision:
    scheme, account, purchase, now = job
    return lc.quote(scheme, account, purchase, at=now)


def fail(job: tuple[lc.Scheme, lc.Account, datetime]) -> None:
    scheme, account, now = job
    lc.redeem(scheme, account, id="r", reward="cup", at=now)


def test_processes(scheme: lc.Scheme, account: lc.Account, now: datetime) -> None:
    account = lc.record(scheme, account, cart(), at=now).account
    jobs = [(scheme, account, cart(f"o{number}", price=100 + number), now) for number in range(8)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(quote_one, jobs) == [quote_one(job) for job in jobs]
        with pytest.raises(lc.ActError) as error:
            pool.map(fail, [(scheme, account, now)])
    assert error.value.code == "points.insufficient"


def test_threads_get_equal_quotes(
    scheme: lc.Scheme, account: lc.Account, now: datetime, long: bool
) -> None:
    count = 50_000 if long else 200
    purchases = [cart(f"o{number}", price=100 + 7 * (number % 999)) for number in range(count)]
    alone = [lc.quote(scheme, account, of, at=now).outputs_digest for of in purchases]

    def many(_: int) -> list[str]:
        return [of.outputs_digest for of in lc.quote_many(scheme, account, purchases, at=now)]

    def single(_: int) -> list[str]:
        return [lc.quote(scheme, account, of, at=now).outputs_digest for of in purchases]

    with ThreadPoolExecutor(8) as pool:
        for said in pool.map(many, range(8)):
            assert said == alone
        for said in pool.map(single, range(8)):
            assert said == alone


def test_a_batch_does_not_hold_up_other_threads(
    scheme: lc.Scheme, account: lc.Account, now: datetime
) -> None:
    purchases = [cart(f"o{number}") for number in range(100)]
    posted = lc.record_many(scheme, account, purchases, at=now)
    log = "\n".join(of.group.to_json() for of in posted if of.group is not None)
    members = [f"m{number}" for number in range(50)]
    logs: dict[str, str] = {member: log for member in members}
    done, ticks = threading.Event(), 0

    def replay() -> None:
        assert len(lc.replay_many(logs)) == len(members)
        done.set()

    thread = threading.Thread(target=replay)
    began = time.perf_counter()
    thread.start()
    while not done.is_set():
        time.sleep(0.001)
        ticks += 1
    thread.join()
    # Had the lock been kept, this thread would hardly have run.
    assert ticks >= (time.perf_counter() - began) * 1000 / 20


INTERRUPTED = """
import sys
from datetime import UTC, datetime
import loyalty_core as lc
scheme = lc.Scheme.from_json(sys.argv[1])
account, now = lc.Account("ann"), datetime(2026, 11, 21, tzinfo=UTC)
cart = {"id": "o", "currency": "EUR", "lines": [{"price": "1.00"}] * 20}
print("ready", flush=True)
try:
    while True:
        lc.quote_many(scheme, account, [cart] * 100_000, at=now)
except KeyboardInterrupt:
    print("heard", flush=True)
"""


def test_a_batch_hears_the_keyboard(scheme: lc.Scheme) -> None:
    command = [sys.executable, "-c", INTERRUPTED, scheme.to_json()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[0] == "heard\n"
        assert process.returncode == 0


def resident_kib() -> int:
    """The memory that the process holds."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])


def test_nothing_leaks(scheme: lc.Scheme, account: lc.Account, now: datetime, long: bool) -> None:
    count = 1_000_000 if long else 5_000

    def run(times: int) -> None:
        for _ in range(times):
            decision = lc.quote(scheme, account, cart(), at=now)
            assert decision.totals.due and decision.canonical()
            with pytest.raises(lc.InputError):
                lc.quote(scheme, account, cart(price="1.005"), at=now)

    run(1000)
    gc.collect()
    before = resident_kib()
    run(count)
    gc.collect()
    assert resident_kib() - before <= 2048
