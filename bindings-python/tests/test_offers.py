"""Codes of coupons, holds of them, and prior prices."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import loyalty_core as lc

ENTROPY = bytes(range(32))


def test_codes_are_distinct_and_repeatable() -> None:
    made = lc.make_codes(ENTROPY, "spring", 1000, length=11, check=True)
    assert made == lc.make_codes(ENTROPY, "spring", 1000, length=11, check=True)
    assert len(set(made)) == 1000 and made != sorted(made)
    assert all(re.fullmatch("[2-9A-HJKMNP-Z]{11}", code) and lc.verify_code(code.lower()) for code in made)
    assert not set(made) & set(lc.make_codes(ENTROPY, "summer", 1000, length=11, check=True))
    (spoken,) = lc.make_codes(ENTROPY, "spring", 1, length=12, alphabet="consonants", check=True)
    assert not set(spoken) & set("AEIOUY") and lc.verify_code(spoken, alphabet="consonants")
    wrong = spoken[:-1] + ("B" if spoken[-1] != "B" else "C")
    assert not lc.verify_code(wrong, alphabet="consonants")


@pytest.mark.parametrize(
    ("entropy", "count", "length", "code"),
    [
        (b"short", 1, 12, "codes.entropy"),
        (ENTROPY, 0, 12, "codes.count"),
        (ENTROPY, 10, 19, "codes.length"),
        (ENTROPY, 1_000_000, 6, "codes.space"),
    ],
)
def test_codes_that_are_not_made(entropy: bytes, count: int, length: int, code: str) -> None:
    with pytest.raises(lc.InputError) as caught:
        lc.make_codes(entropy, "spring", count, length=length)
    assert caught.value.code == code


HISTORY: list[tuple[date, Any]] = [
    (date(2026, 1, 1), "20.00"),
    (date(2026, 10, 25), Decimal("15.00")),
    (date(2026, 11, 2), 2000),
]


def test_the_prior_price_is_the_lowest_of_thirty_days() -> None:
    found = lc.prior_price(HISTORY, began=date(2026, 11, 27), currency="EUR")
    assert found == lc.PriorPrice(
        price=Decimal("15.00"),
        asked=date(2026, 10, 28),
        since=date(2026, 10, 28),
        until=date(2026, 11, 27),
    )
    new = lc.prior_price(
        HISTORY[2:], began=date(2026, 11, 27), currency="EUR", offered=date(2026, 11, 2)
    )
    assert new is not None and new.price == Decimal("20.00") and new.since == date(2026, 11, 2)
    assert lc.prior_price(HISTORY, began=date(2026, 11, 27), currency="EUR", exempt=True) is None


def test_a_history_without_a_prior_price() -> None:
    began = date(2026, 11, 27)
    cases: list[tuple[list[tuple[date, Any]], str, str]] = [
        ([], "EUR", "prior_price.empty"),
        (HISTORY[2:], "EUR", "prior_price.short"),
        (HISTORY[::-1], "EUR", "prior_price.order"),
        ([(date(2026, 1, 1), 20.0)], "EUR", "input.float"),
        (HISTORY, "euro", "number.currency"),
    ]
    for history, currency, code in cases:
        with pytest.raises(lc.InputError) as caught:
            lc.prior_price(history, began=began, currency=currency)
        assert caught.value.code == code, caught.value
    with pytest.raises(TypeError):
        lc.prior_price(HISTORY, began=began, currency="EUR", first=began, offered=began)
