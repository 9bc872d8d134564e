"""Orders of shops, what to post for them, and schemes over history."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

import loyalty_core as lc

SCHEME = """
format = 1
id = "points"
name = "Points"
currency = "EUR"
time_zone = "Etc/UTC"
[[wallets]]
id = "points"
unit = { one = "point", other = "points" }
expiry.rolling = { after = { months = 3 } }
[wallets.redemption]
as = "discount"
value = { points = "10", amount = "1.00" }
[[earn]]
id = "base"
give.per_amount = { points = "1", per = "1.00" }
[[ladders]]
id = "status"
metric.spend = {}
window.rolling = { months = 12 }
review.calendar = { period = "month" }
[[ladders.tiers]]
id = "silver"
threshold = "90.00"
"""
DOUBLE = SCHEME.replace('points = "1", per', 'points = "2", per').replace('"points"\nname', '"double"\nname')
ROWS = [
    ("ann", "a1", date(2026, 1, 10), "100.00"),
    ("ann", "a2", date(2026, 2, 10), "50.00"),
    ("ben", "b1", date(2026, 1, 31), "20.00"),
    ("ann", "a2", date(2026, 2, 12), "-50.00"),
    ("ben", "b2", date(2026, 6, 1), "10.00"),
    ("ann", "a3", date(2026, 3, 10), "40.00"),
    (None, "g1", date(2026, 3, 10), "40.00"),
]


@pytest.fixture(scope="module")
def points() -> lc.Scheme:
    return lc.Scheme.from_toml(SCHEME)


@pytest.fixture(scope="module")
def double() -> lc.Scheme:
    return lc.Scheme.from_toml(DOUBLE)


@pytest.fixture(scope="module")
def data(root: Path) -> Path:
    return root / "loyalty-core" / "tests" / "data" / "import"


def frame(rows: list[tuple[str | None, str, date, str]] = ROWS) -> pa.Table:
    columns = [[row[at] for row in rows] for at in range(4)]
    return pa.table(dict(zip(("who", "order", "day", "eur"), columns, strict=True)))


def orders(rows: list[tuple[str | None, str, date, str]] = ROWS) -> lc.Orders:
    return lc.Orders(
        frame(rows),
        customer="who",
        day="day",
        amount="eur",
        order="order",
        currency="EUR",
        negative="refund",
        guests="drop",
    )


def test_readers(data: Path) -> None:
    path = data / "shopify_orders_export.csv"
    read = lc.read_shopify_csv(path)
    assert read == lc.read_shopify_csv(path.read_text()) == lc.read_shopify_csv(path.read_bytes())
    assert len(read) == 5 and [order.id for order in read[:2]] == ["5001", "5002"]
    first = read[0]
    assert (first.customer, first.paid, first.cancelled_at) == ("ann@example.com", True, None)
    assert first.at == datetime.fromisoformat("2026-03-02T10:15:00+01:00")
    assert first.purchase["deduction"] == "5.00" and first.purchase["lines"][0]["sku"] == "MUG-B"
    assert read[-1].returns[0]["lines"] == [{"line": "1", "back": {"quantity": 2}}]
    assert pickle.loads(pickle.dumps(read)) == read and {first, read[0]} == {first}
    assert lc.ShopOrder(first.to_json()) == first and "5001" in repr(first) and "5 orders" in repr(read)
    with pytest.raises(IndexError):
        read[5]
    with pytest.raises(IndexError):
        read[-6]
    shopify = lc.read_shopify_orders(data / "shopify_orders.json", currency="EUR")
    woo = lc.read_woocommerce_orders((data / "woocommerce_orders.json").read_text())
    rows = lc.read_orders_csv(
        data / "rows.csv",
        customer="customer",
        at="date",
        amount="amount",
        order="order",
        quantity="units",
        sku="sku",
        kind="kind",
        currency="EUR",
    )
    assert (len(shopify), len(woo), len(rows)) == (2, 4, 3)
    assert shopify[0].customer == "70001" and woo[0].customer == "26" and rows[2].customer is None


def test_what_is_wrong_with_an_export(data: Path) -> None:
    text = (data / "shopify_orders_export.csv").read_text()
    with pytest.raises(lc.InputError) as raised:
        lc.read_shopify_csv(text.replace(",9.00,", ",nine,"))
    error = raised.value
    assert (error.code, error.path) == ("import.amount", "/3/Lineitem price")
    assert error.context["row"] == "3" and error.context["found"] == '"nine"'
    with pytest.raises(lc.InputError, match=r"import.currency"):
        lc.read_shopify_csv(text, currency="USD")
    with pytest.raises(lc.InputError, match=r"number.currency"):
        lc.read_shopify_csv(text, currency="Euro")
    with pytest.raises(lc.InputError, match=r"input.text"):
        lc.read_shopify_csv(b"\xff\xfe\n")
    with pytest.raises(lc.InputError, match=r"read.missing_field"):
        lc.read_shopify_orders("{}")
    with pytest.raises(FileNotFoundError):
        lc.read_shopify_csv(data / "none.csv")


def test_reconcile(data: Path, points: lc.Scheme) -> None:
    after = lc.read_shopify_orders(data / "shopify_orders.json")[0]
    state = json.loads(after.to_json())
    before = lc.ShopOrder(json.dumps({**state, "returns": []}))
    everything = lc.reconcile(None, after)
    assert [next(iter(posting.act)) for posting in everything] == ["record", "refund", "refund"]
    assert lc.reconcile(after, after) == () and lc.reconcile(before, after) == everything[1:]
    account = lc.Account("ann")
    for _ in range(2):
        for posting in lc.reconcile(account, after):
            account = lc.perform(points, account, posting.act, at=posting.at).account
        assert account.seq == 3
    wallet = lc.standing(points, account, at=everything[-1].at).wallets[0]
    assert wallet.balance.available == 18
    edited = state | {"purchase": state["purchase"] | {"lines": state["purchase"]["lines"][:1]}}
    with pytest.raises(lc.InputError) as raised:
        lc.reconcile(after, lc.ShopOrder(json.dumps(edited)))
    assert (raised.value.code, raised.value.path) == ("import.edited", "/purchase/lines/1")


def test_backtest(points: lc.Scheme) -> None:
    found = lc.backtest(points, orders())
    totals = found.totals
    assert (totals.orders, totals.returns, totals.revenue) == (5, 1, Decimal("170.00"))
    assert totals.points_issued == 220 and totals.points_expired == 120
    assert totals.points_taken_back == 50 == totals.points_outstanding
    assert totals.outstanding_worth == Decimal("5.00") and totals.cost == 0
    assert found.members["customer"] == ["ann", "ben"] and found.guests == 1
    assert found.members["tier_status"] == ["silver", None]
    assert found.months["month"] == [date(2026, month, 1) for month in range(1, 7)]
    assert found.months["points_outstanding"] == [120, 120, 160, 60, 40, 50]
    assert found.months["active_members"] == [2, 1, 1, 0, 0, 1]
    assert found.tiers.to_dict() == {
        "ladder": ["status", "status"],
        "tier": [None, "silver"],
        "members": [1, 1],
    }
    assert found.wallets["points_issued"] == [220] and found.until is not None
    assert (found.scheme, found.currency, found.digest) == ("points", "EUR", points.digest)
    assert "5 orders of 2 members" in repr(found) and "revenue" in found._repr_html_()
    assert pa.table(found.months).num_rows == 6


def test_how_members_behave(points: lc.Scheme) -> None:
    found = lc.backtest(points, orders(), redeem="as_soon_as_possible")
    assert found.totals.cost_points == Decimal("10.00") and found.totals.points_redeemed == 100
    late = lc.backtest(points, orders(), redeem="before_expiry", expiry_days=32)
    assert late.totals.points_issued == 210
    never = lc.backtest(points, orders())
    for amount in (5001, "50.01", Decimal("50.01")):
        large = lc.backtest(points, orders(), redeem="as_soon_as_possible", redeem_from=amount)
        assert large.to_json() == never.to_json()
    until = datetime.fromisoformat("2026-12-31T00:00:00+00:00")
    assert lc.backtest(points, orders(), until=until).totals.points_outstanding == 0
    for name, value, code in (
        ("redeem", "always", "input.option"),
        ("redeem_from", 50.01, "input.float"),
        ("until", 2026, "input.type"),
    ):
        with pytest.raises(lc.InputError) as raised:
            lc.backtest(points, orders(), **{name: value})  # type: ignore[call-overload]
        assert raised.value.code == code


def test_the_order_of_rows_and_the_library_do_not_show(points: lc.Scheme) -> None:
    first = lc.backtest(points, orders(), redeem="as_soon_as_possible").to_json()
    turned = lc.backtest(points, orders(ROWS[::-1]), redeem="as_soon_as_possible").to_json()
    columns = {"customer": "who", "day": "day", "amount": "eur"}
    sales = frame([row for row in ROWS if row[3] != "-50.00"])
    straight = lc.backtest(points, sales, **columns)  # type: ignore[call-overload]
    assert turned == first and straight.totals.orders == 5 and straight.guests == 1
    # Without an order of its own a refund is one of the latest order before it.
    loose = lc.Orders(
        frame(), customer="who", day="day", amount="eur", currency="EUR", negative="refund", guests="drop"
    )
    assert lc.backtest(points, loose, redeem="as_soon_as_possible").to_json() == first


def test_units_and_numbers_as_customers(root: Path) -> None:
    card = lc.Scheme.from_file(root / "loyalty-core" / "examples" / "schemes" / "cafe-card.toml")
    rows = {
        "customer": [10, 9, 10, 10],
        "day": [date(2026, 1, day) for day in (1, 2, 3, 4)],
        "usd": ["30.00", "20.00", "50.00", "-10.00"],
        "sku": ["cup", None, "cup", "cup"],
        "units": [3, 2, 7, -1],
    }
    read = lc.Orders(
        pa.table(rows),
        customer="customer",
        day="day",
        amount="usd",
        currency="USD",
        sku="sku",
        quantity="units",
        negative="refund",
    )
    found = lc.backtest(card, read)
    assert found.members["customer"] == [9, 10]
    assert found.members["stamps"] == [2, 10] and found.members["cards_completed"] == [0, 1]
    with pytest.raises(lc.InputError) as raised:
        lc.Orders(
            pa.table({**rows, "units": [3, 2, 0, 1]}),
            customer="customer",
            day="day",
            amount="usd",
            currency="USD",
            quantity="units",
            negative="refund",
        )
    assert (raised.value.code, raised.value.path) == ("input.quantity", "/units/2")


def test_two_schemes(points: lc.Scheme, double: lc.Scheme) -> None:
    told: list[int] = []
    found = lc.backtest(points, orders(), compare=double, progress=told.append)
    assert isinstance(found, lc.Comparison) and sum(told) == 10
    assert found.totals.points_issued == found.second.totals.points_issued - found.first.totals.points_issued
    assert found.totals.points_issued == sum(found.members["points_issued"]) == 220
    assert sum(found.months["points_issued"]) == 220 and found.totals.revenue == 0
    assert found.members["tier_status_first"] == found.members["tier_status_second"] == ["silver", None]
    assert "double" in repr(found) and "difference" in found._repr_html_()


def test_errors_name_the_order(points: lc.Scheme) -> None:
    foreign = lc.Orders(frame(ROWS[:3]), customer="who", day="day", amount="eur", currency="USD")
    with pytest.raises(lc.InputError) as raised:
        lc.backtest(points, foreign)
    error = raised.value
    assert error.code == "purchase.currency" and error.context["member"] == "ann"
    assert error.context["order"] == "000001" and "member ann" in error.message
    text = "who,day,eur\n" + "x" * 65 + ",2026-01-01,5\n"
    long = lc.read_orders_csv(text, customer="who", at="day", amount="eur", currency="EUR")
    with pytest.raises(lc.InputError, match="backtest.member"):
        lc.backtest(points, long)
    with pytest.raises(lc.InputError, match="input.option"):
        lc.backtest(points, frame())


def test_progress_can_stop_a_run(points: lc.Scheme) -> None:
    class Enough(Exception):
        pass

    def progress(more: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        lc.backtest(points, orders(), progress=progress)


def test_ctrl_c_stops_a_run() -> None:
    program = f"""
import loyalty_core as lc, pyarrow as pa, os, signal
from datetime import date
scheme = lc.Scheme.from_toml({SCHEME!r})
n = 20_000
frame = pa.table({{"who": list(range(n)), "day": [date(2026, 1, 1)] * n, "eur": ["10.00"] * n}})
orders = lc.Orders(frame, customer="who", day="day", amount="eur", currency="EUR")
done = 0
def progress(more):
    global done
    done += more
    os.kill(os.getpid(), signal.SIGINT)
try:
    lc.backtest(scheme, orders, progress=progress)
except KeyboardInterrupt:
    print("stopped", done < n)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "stopped True\n", done.stderr
    assert signal.SIGINT


def test_command_line(tmp_path: Path, root: Path) -> None:
    (tmp_path / "points.toml").write_text(SCHEME, encoding="utf-8")
    (tmp_path / "double.toml").write_text(DOUBLE, encoding="utf-8")
    lines = [f"{who or ''},{order},{day},{eur}" for who, order, day, eur in ROWS]
    (tmp_path / "orders.csv").write_text("\n".join(["customer,order,date,amount", *lines]), encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "loyalty_core", "backtest", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = run("orders.csv", "--scheme", "points.toml", "--order", "order", "--progress")
    assert done.returncode == 0 and "5 of 5 orders" in done.stderr, done.stderr
    assert done.stdout.startswith("5 orders of 2 members until 2026-06-01, in EUR\n")
    assert "points: 1 members, status silver" in done.stdout
    done = run("orders.csv", "--scheme", "points.toml", "--compare", "double.toml", "--order", "order")
    (issued,) = [line for line in done.stdout.splitlines() if line.startswith("points_issued")]
    assert issued.split()[1:] == ["220.000", "440.000", "220.000"]
    done = run("orders.csv", "--scheme", "points.toml", "--order", "order", "--json")
    assert json.loads(done.stdout)["totals"]["orders"] == 5
    export = root / "loyalty-core" / "tests" / "data" / "import" / "shopify_orders_export.csv"
    done = run(str(export), "--scheme", "points.toml", "--redeem", "as_soon_as_possible")
    assert done.stdout.startswith("4 orders of 3 members"), done.stdout + done.stderr
    done = run("orders.csv", "--scheme", "points.toml", "--amount", "eur")
    assert done.returncode == 1 and "import.column" in done.stderr
