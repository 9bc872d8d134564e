"""Bad input gives an exception of the right family, with its code and place; nothing else ever does."""

from __future__ import annotations

import enum
import pickle
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import SCHEME, cart

import loyalty_core as lc
from loyalty_core import _core

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SHOP = lc.Scheme.from_toml(SCHEME)
ANN = lc.Account("ann")
DEEP: Any = []
for _ in range(100):
    DEEP = [DEEP]


class Index:
    """An integer of another library."""

    def __index__(self) -> int:
        return 1250


class Float:
    """A float of another library."""

    def __float__(self) -> float:
        return 12.5


class Colour(enum.Enum):
    RED = 1


def quote(purchase: Any, at: Any = NOW, **more: Any) -> Callable[[], object]:
    return lambda: lc.quote(SHOP, ANN, purchase, at=at, **more)


def line(**fields: Any) -> Callable[[], object]:
    return quote({**cart(), "lines": [{"price": "1.00", **fields}]})


def act(kind: str, **fields: Any) -> Callable[[], object]:
    return lambda: lc.perform(SHOP, ANN, {kind: fields}, at=NOW)


BAD: list[tuple[str, Callable[[], object], type[lc.LoyaltyError], str, str | None]] = [
    # Money and numbers.
    ("float price", line(price=12.5), lc.InputError, "input.float", "/lines/0/price"),
    ("whole float", line(price=12.0), lc.InputError, "input.float", "/lines/0/price"),
    ("not a number", line(price=float("nan")), lc.InputError, "input.float", "/lines/0/price"),
    ("float of another library", line(price=Float()), lc.InputError, "input.float", "/lines/0/price"),
    ("float tax", line(tax=21.0), lc.InputError, "input.float", "/lines/0/tax"),
    ("float quantity", line(quantity=2.0), lc.InputError, "input.float", "/lines/0/quantity"),
    ("true as a price", line(price=True), lc.InputError, "read.wrong_type", "/lines/0/price"),
    ("no price", line(price=None), lc.InputError, "read.wrong_type", "/lines/0/price"),
    ("Decimal NaN", line(price=Decimal("NaN")), lc.InputError, "number.syntax", "/lines/0/price"),
    ("Decimal Infinity", line(price=Decimal("-Infinity")), lc.InputError, "number.syntax", "/lines/0/price"),
    ("a comma", line(price="12,50"), lc.InputError, "read.value", "/lines/0/price"),
    ("too many decimals", line(price="1.005"), lc.InputError, "purchase.amount", "/lines/0/price"),
    ("a huge int", line(price=2**80), lc.InputError, "number.range", "/lines/0/price"),
    ("a huge Decimal", line(price=Decimal("1E+400")), lc.InputError, "read.value", "/lines/0/price"),
    ("negative", line(price=-1), lc.InputError, "purchase.amount", "/lines/0/price"),
    ("fraction of a unit", line(quantity="2"), lc.InputError, "read.wrong_type", "/lines/0/quantity"),
    ("negative quantity", line(quantity=-1), lc.InputError, "read.value", "/lines/0/quantity"),
    ("float points", act("redeem", id="r", on={"points": {"wallet": "points", "points": 1.5}}),
     lc.InputError, "input.float", "/on/points/points"),
    # Shapes.
    ("no dict", quote("order"), lc.InputError, "read.wrong_type", ""),
    ("nothing", quote(None), lc.InputError, "read.wrong_type", ""),
    ("an empty dict", quote({}), lc.InputError, "read.missing_field", ""),
    ("unknown field", quote({**cart(), "colour": "red"}), lc.InputError, "read.unknown_field", "/colour"),
    ("no lines", quote({"id": "o", "currency": "EUR"}), lc.InputError, "read.missing_field", ""),
    ("lines no list", quote({**cart(), "lines": {}}), lc.InputError, "read.wrong_type", "/lines"),
    ("a line no dict", quote({**cart(), "lines": [1]}), lc.InputError, "read.wrong_type", "/lines/0"),
    ("a key no text", quote({**cart(), 5: 1}), lc.InputError, "input.type", ""),
    ("an object", line(sku=Colour.RED), lc.InputError, "input.type", "/lines/0/sku"),
    ("bytes", line(sku=b"mug"), lc.InputError, "input.type", "/lines/0/sku"),
    ("a lone surrogate", line(sku="\ud800"), lc.InputError, "input.text", "/lines/0/sku"),
    ("a control character", line(sku="a\x00b"), lc.InputError, "read.value", "/lines/0/sku"),
    ("too deep", line(tags=DEEP), lc.InputError, "read.too_deep", None),
    ("too long", line(sku="x" * 100_000), lc.InputError, "read.text_too_long", None),
    ("too large", line(tags=["x" * 1000] * 2000), lc.InputError, "read.too_large", None),
    ("a currency that is none", quote({**cart(), "currency": "eur"}), lc.InputError, "number.currency", "/currency"),
    ("another currency", quote({**cart(), "currency": "USD"}), lc.InputError, "purchase.currency", "/currency"),
    ("an id with a space", quote(cart(id=" o")), lc.InputError, "read.value", "/id"),
    ("the same line twice", quote({**cart(), "lines": [{"id": "a", "price": 1}, {"id": "a", "price": 1}]}),
     lc.InputError, "purchase.duplicate_line", "/lines/1/id"),
    ("facts no dict", quote(cart(), facts=5), lc.InputError, "read.wrong_type", ""),
    ("a bad birthday", quote(cart(), facts={"birthday": "13-40"}), lc.InputError, "read.value", "/birthday"),
    # Times.
    ("a date as a moment", quote(cart(), at=date(2026, 11, 21)), lc.InputError, "input.type", "/at"),
    ("a number as a moment", quote(cart(), at=1_795_255_200), lc.InputError, "input.type", "/at"),
    ("text without an offset", quote(cart(), at="2026-11-21T12:00:00"), lc.InputError, "time.syntax", "/at"),
    ("the year 1", quote(cart(), at=datetime(1, 1, 1, tzinfo=UTC)), lc.InputError, "time.range", "/at"),
    ("the year 9999", quote(cart(), at=datetime(9999, 12, 31, 23, tzinfo=UTC)), lc.InputError, "time.range", None),
    ("naive and aware", quote({**cart(), "occurred_at": datetime(2026, 11, 21)}), lc.InputError,
     "input.mixed_times", "/occurred_at"),
    ("aware and naive", quote({**cart(), "occurred_at": NOW}, at=datetime(2026, 11, 21)), lc.InputError,
     "input.mixed_times", "/occurred_at"),
    ("a date in the cart", quote({**cart(), "occurred_at": date(2026, 11, 21)}), lc.InputError,
     "input.type", "/occurred_at"),
    ("a datetime elsewhere", line(sku=NOW), lc.InputError, "input.type", "/lines/0/sku"),
    ("a date elsewhere", line(price=date(2026, 11, 21)), lc.InputError, "input.type", "/lines/0/price"),
    ("a date in a scheme", lambda: lc.Scheme.from_dict({"name": NOW}), lc.InputError, "input.type", "/name"),
    ("after the moment", quote({**cart(), "occurred_at": datetime(2027, 1, 1, tzinfo=UTC)}), lc.InputError,
     "purchase.backdated", "/occurred_at"),
    # Acts.
    ("an unknown act", act("dance"), lc.InputError, "read.value", ""),
    ("two acts", lambda: lc.perform(SHOP, ANN, {"due": {}, "close": {}}, at=NOW), lc.InputError, "input.act", ""),
    ("neither reward nor points", lambda: lc.redeem(SHOP, ANN, id="r", at=NOW), lc.InputError, "input.choice", None),
    ("an unknown purchase", lambda: lc.cancel(SHOP, ANN, id="c", purchase="o", at=NOW), lc.ActError,
     "purchase.unknown", None),
    ("too few points", lambda: lc.redeem(SHOP, ANN, id="r", reward="cup", at=NOW), lc.ActError,
     "points.insufficient", None),
    ("an unknown hold", lambda: lc.capture(SHOP, ANN, id="c", hold="h", at=NOW), lc.ActError, "hold.unknown", None),
    ("to oneself", lambda: lc.transfer(SHOP, ANN, ANN, id="t", wallet="points", points=1, at=NOW), lc.ActError,
     "act.same_account", None),
    ("no list of lines", lambda: lc.refund(SHOP, ANN, id="r", purchase="o", lines=5, at=NOW),  # type: ignore[arg-type]
     lc.InputError, "read.wrong_type", "/lines"),
    # Many.
    ("an item", lambda: lc.quote_many(SHOP, ANN, [cart(), cart(price=1.5)], at=NOW),  # type: ignore[arg-type]
     lc.InputError, "input.float", "/1/lines/0/price"),
    ("an item of the core", lambda: lc.quote_many(SHOP, ANN, [cart(), cart(price="1.005")], at=NOW), lc.InputError,
     "purchase.amount", "/1/lines/0/price"),
    ("lengths", lambda: lc.quote_many(SHOP, [ANN], [cart(), cart()], at=NOW), lc.InputError, "input.length", "/accounts"),
    ("mixed times of items", lambda: lc.quote_many(SHOP, ANN, [cart(), cart()], at=[NOW, datetime(2026, 11, 21)]),
     lc.InputError, "input.mixed_times", "/1/at"),
    ("two versions of an account", lambda: lc.record_many(
        SHOP, [ANN, lc.enrol(SHOP, ANN, id="e", at=NOW).account], [cart("a"), cart("b")], at=NOW),
     lc.InputError, "input.account", "/1/account"),
    ("a bad log of many", lambda: lc.replay_many({"ann": "", "bob": "{}"}), lc.LedgerError, "ledger.encoding", None),
    # Accounts and ledgers.
    ("no name", lambda: lc.Account(""), lc.InputError, "id.invalid", None),
    ("no group", lambda: lc.Group.from_json("{}"), lc.LedgerError, "ledger.encoding", None),
    ("no snapshot", lambda: lc.Account.restore("{}"), lc.LedgerError, "ledger.encoding", None),
    ("snapshot no text", lambda: lc.Account.restore(5), lc.InputError, "input.type", ""),  # type: ignore[arg-type]
    ("bytes no UTF-8", lambda: lc.Account.restore(b"\xff"), lc.InputError, "input.type", ""),
    ("a damaged snapshot", lambda: lc.Account.restore(ANN.snapshot().replace("ann", "bob")), lc.LedgerError,
     "ledger.hash", None),
    # Schemes.
    ("no JSON", lambda: lc.Scheme.from_json("{"), lc.SchemeError, "read.syntax", ""),
    ("no TOML", lambda: lc.Scheme.from_toml("= 1"), lc.SchemeError, "read.syntax", ""),
    ("a float in a scheme", lambda: lc.Scheme.from_dict({"format": 1.0}), lc.InputError, "input.float", "/format"),
    ("an unknown wallet", lambda: lc.Scheme.from_toml(SCHEME.replace(
        "metric.spend = {}", 'metric.points_earned = { wallet = "q" }')), lc.SchemeError, "scheme.unknown_wallet", None),
    ("another kind of file", lambda: lc.Scheme.from_file("scheme.yaml"), lc.InputError, "input.file", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "family", "code", "path"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_bad_input(
    call: Callable[[], object], family: type[lc.LoyaltyError], code: str, path: str | None
) -> None:
    before = ANN.snapshot()
    with pytest.raises(family) as raised:
        call()
    error = raised.value
    assert type(error) is family and error.code == code
    if path is not None:
        assert error.path == path
    assert code in str(error) and len(str(error)) < 2000
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is family and again.args == error.args and str(again) == str(error)
    assert ANN.snapshot() == before


def test_wrong_types_are_type_errors() -> None:
    for call in (
        lambda: lc.quote("scheme", ANN, cart(), at=NOW),  # type: ignore[arg-type]
        lambda: lc.quote(SHOP, "ann", cart(), at=NOW),  # type: ignore[arg-type]
        lambda: lc.Account(5),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            call()


def test_integers_of_other_libraries_are_integers() -> None:
    price: Any = Index()
    assert lc.quote(SHOP, ANN, cart(price=price), at=NOW) == lc.quote(SHOP, ANN, cart(), at=NOW)


def test_the_float_message_says_what_to_do() -> None:
    with pytest.raises(lc.InputError, match=r'write Decimal\("12.50"\) or "12.50", or 1250 for cents'):
        line(price=12.5)()


def test_problems_of_a_scheme_come_all_at_once() -> None:
    text = SCHEME.replace('"1.00"', '"0.001"').replace('"50.00"', '"50.001"')
    with pytest.raises(lc.SchemeError) as raised:
        lc.Scheme.from_toml(text)
    problems = raised.value.problems
    assert len(problems) >= 2 and problems[0].code == raised.value.code
    assert problems[0].path == raised.value.path and "/earn/0/give/per_amount/per" in {p.path for p in problems}
    assert all(str(problem) in str(raised.value) for problem in problems)
    assert pickle.loads(pickle.dumps(raised.value)).problems == problems
    with pytest.raises(lc.SchemeError) as raised:
        lc.Scheme.from_json('{"format": 1, "idd": "cafe"}')
    assert raised.value.problems[0].path == "/idd"


def test_files_that_are_missing_are_the_systems_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        lc.Scheme.from_file(tmp_path / "none.toml")


def test_the_classes_are_of_the_package() -> None:
    families = (lc.SchemeError, lc.InputError, lc.ActError, lc.LedgerError, lc.InternalError)
    for family in families:
        assert family.__module__ == "loyalty_core" and issubclass(family, lc.LoyaltyError)
        assert issubclass(family, Exception)
    assert issubclass(lc.InputError, ValueError)


@pytest.mark.parametrize("detached", [False, True])
def test_a_panic_is_an_ordinary_exception(detached: bool, capfd: pytest.CaptureFixture[str], long: bool) -> None:
    for _ in range(10_000 if long else 1000):
        with pytest.raises(lc.InternalError):
            _core._panic(detached)
    with pytest.raises(lc.InternalError) as raised:
        _core._panic(detached)
    error = raised.value
    assert error.code == "internal.panic" and error.context["panic"] == "a drill"
    assert "lib.rs" in error.context["place"]
    assert pickle.loads(pickle.dumps(error)).args == error.args
    # Everything stays usable, and nothing is printed.
    assert lc.quote(SHOP, ANN, cart(), at=NOW).totals.due == Decimal("25.00")
    assert capfd.readouterr() == ("", "")


def test_every_function_that_can_fail_is_guarded(root: Path) -> None:
    """No function that Python calls lets a panic pass: all go through ``guarded`` or what calls it."""
    found = 0
    for path in (root / "bindings-python" / "src").rglob("*.rs"):
        text = path.read_text(encoding="utf-8")
        for block in re.split(r"#\[pymethods\]|#\[pyfunction\]", text)[1:]:
            for function in re.split(r"\n    (?=fn )", block.split("\n}\n")[0]):
                body = re.search(r"-> PyResult<.*?\{(.*)", function, re.S)
                if body and "fn " in function:
                    found += 1
                    assert re.search(r"\b(guarded|core|detached)\(", body[1]), f"{path.name}: {function}"
    assert found >= 55
