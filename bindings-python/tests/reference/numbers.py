"""Exact numbers: money in minor units, points in thousandths, everything between as fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor


def thousandths(text: str) -> int:
    """Points as they stand in documents."""
    value = Fraction(text) * 1000
    assert value.denominator == 1
    return int(value)


def minor(text: str) -> int:
    """Money as it stands in documents: two decimals everywhere in this model."""
    value = Fraction(text) * 100
    assert value.denominator == 1
    return int(value)


def points_text(value: int) -> str:
    """Points as the engine writes them: no zeros at the end."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    whole, rest = divmod(value, 1000)
    return f"{sign}{whole}" + (f".{rest:03d}".rstrip("0") if rest else "")


def money_text(value: int) -> str:
    """Money as the engine writes it."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{value // 100}.{value % 100:02d}"


def rounded(value: Fraction, mode: str) -> int:
    """A fraction as a whole number."""
    below, half = floor(value), Fraction(1, 2)
    rest = value - below
    match mode:
        case "floor":
            return below
        case "ceil":
            return ceil(value)
        case "down":
            return below if value >= 0 else ceil(value)
        case "up":
            return ceil(value) if value >= 0 else below
        case "half_up":
            return below + 1 if rest > half or (rest == half and value >= 0) else below
        case "half_down":
            return below + 1 if rest > half or (rest == half and value < 0) else below
        case "half_even":
            return below + 1 if rest > half or (rest == half and below % 2) else below
    raise AssertionError(mode)


def stepped(value: Fraction, step: int, mode: str) -> int:
    """A fraction as a whole multiple of a step."""
    return rounded(value / step, mode) * step


def by_largest_remainder(total: int, exact: Sequence[Fraction], step: int = 1) -> list[int]:
    """Whole steps near exact shares, which sum to a total: what is left goes to the largest
    remainders, ties to the earlier ones."""
    shares = [stepped(value, step, "floor") for value in exact]
    left = (total - sum(shares)) // step
    order = sorted((i for i, value in enumerate(exact) if value), key=lambda i: (-(exact[i] - shares[i]), i))
    for turn in range(-left if order else 0):
        # A carried debt: the smallest remainders give a step, the later ones first.
        shares[order[-1 - turn % len(order)]] -= step
    owed = -sum(min(0, share) for share in shares)
    shares = [max(0, share) for share in shares]
    while owed and any(shares):
        largest = max(range(len(shares)), key=lambda i: (shares[i], i))
        taken = min(owed, shares[largest])
        shares[largest] -= taken
        owed -= taken
    for turn in range(left if order else 0):
        # What was carried can be more than a step of each.
        shares[order[turn % len(order)]] += step
    return shares


def capped_shares(total: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """A total in shares that follow weights, none above its room: what one cannot bear flows to the others."""
    total = min(total, sum(rooms))
    full: set[int] = set()
    while True:
        left = total - sum(rooms[i] for i in full)
        weight = sum(weights[i] for i in range(len(weights)) if i not in full)
        exact = [
            Fraction(rooms[i]) if i in full else Fraction(left * weights[i], weight) if weight else Fraction(0)
            for i in range(len(weights))
        ]
        over = {i for i in range(len(weights)) if exact[i] > rooms[i]}
        if not over:
            return by_largest_remainder(total, exact)
        full |= over


def taxed(amount: int, rate: Fraction, included: bool) -> int:
    """The tax in an amount, or on top of it."""
    return rounded(amount * rate / (100 + rate if included else 100), "half_up")


def with_tax(
    amounts: list[tuple[int, Fraction]], included: bool, by_line: bool, meant: str
) -> list[int]:
    """Amounts with their rates as they are priced, without tax or with it. The tax is rounded for each amount,
    or once for every rate and shared out."""
    if meant == ("gross" if included else "net") or meant == "as_priced":
        return [amount for amount, _ in amounts]
    taxes = [taxed(amount, rate, included) for amount, rate in amounts]
    for rate in {rate for _, rate in amounts} if not by_line else ():
        of = [n for n, (_, other) in enumerate(amounts) if other == rate]
        whole = sum(amounts[n][0] for n in of)
        tax = taxed(whole, rate, included)
        exact = [Fraction(tax * amounts[n][0], whole) if whole else Fraction(0) for n in of]
        for n, share in zip(of, by_largest_remainder(tax, exact), strict=True):
            taxes[n] = share
    sign = -1 if included else 1
    return [max(0, amount + sign * tax) for (amount, _), tax in zip(amounts, taxes, strict=True)]
