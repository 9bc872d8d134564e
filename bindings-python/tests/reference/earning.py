"""What a purchase earns: exact contributions, multipliers, one rounding, then caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .cart import Failure, Json, Line, Terms, failure, matches
from .days import period_start
from .delivery import Charge
from .numbers import by_largest_remainder, minor, points_text, stepped, thousandths, with_tax
from .occasions import occasions

@dataclass
class Part:
    """A rule's or benefit's part of what is earned."""

    rule: str
    exact: Fraction
    bonus: bool = False
    """Whether no multiplier touches it: it is rounded on its own, after all others."""
    needs_base: bool = False
    wanted: int = 0
    points: int = 0
    terms: Json = field(default_factory=dict)


@dataclass
class Earned:
    """What a wallet gains."""

    parts: list[Part]
    carry: Fraction
    refused: dict[str, Failure]
    applied: list[str]
    lines: list[Fraction]
    """What each line brought."""

    @property
    def total(self) -> int:
        return sum(part.points for part in self.parts)


def wallet_of(scheme: Json, thing: Json) -> str:
    """The wallet of a rule: the first one where it names none."""
    name = thing.get("wallet")
    return str(scheme["wallets"][0]["id"] if name is None else name)


def step_of(wallet: Json) -> int:
    """The smallest number of points of a wallet, in thousandths."""
    return int(10 ** (3 - wallet.get("precision", 0)))


def limit_key(period: str, terms: Terms) -> str:
    """The name of the period of a purchase in which something is counted."""
    if period in ("member", "order"):
        return period
    return f"{period}@{period_start(terms.at.date(), period).isoformat()}"


def is_multiplied(rule: Json) -> bool:
    """Whether multipliers touch what a rule gives."""
    (kind,) = rule["give"]
    return bool(rule.get("multiplied", kind in ("per_amount", "per_unit", "per_purchase")))


def headroom_of(owner: str, what: str, limits: list[Json], terms: Terms) -> list[tuple[str, int]]:
    """What the limits of an owner leave, with the key of each; those of an order are the limit."""
    left = []
    for limit in limits:
        most = thousandths(limit["points"]) if what == "points" else limit["times"]
        if limit["per"] != "order":
            key = f"{owner}.{what}.{limit_key(limit['per'], terms)}"
            most = max(0, most - terms.headroom.get(key, 0))
        left.append((limit["per"], most))
    return left


def refusal(
    rule: Json, purchase: Json, lines: list[Line], terms: Terms, base: list[int], delivery: int
) -> Failure | None:
    """Why a rule does not apply to a purchase."""
    if (found := failure(rule.get("when"), purchase, lines, terms)) is not None:
        return found
    (kind,) = rule["give"]
    if kind == "event":
        return "rule.event", None
    of_amount = kind in ("per_amount", "multiply") and any(
        amount for line, amount in zip(lines, base, strict=True) if picks(rule, line)
    )
    on_delivery = delivery and "target" not in rule
    if not any(counts(rule, line) for line in lines) and not of_amount and not on_delivery:
        return "rule.no_line", None
    if any(terms.headroom.get(key, 0) for key in occasion_keys(rule, terms)):
        return "cap.occasion", None
    for per, left in headroom_of(f"rule.{rule['id']}", "times", rule.get("times", []), terms):
        if left == 0:
            return f"cap.{per}", None
    return None


def occasion_keys(rule: Json, terms: Terms) -> list[str]:
    """The birthday or anniversary for which a rule pays once."""
    days = occasions(rule.get("when"), terms.at.date(), terms.facts.get("birthday"), terms.joined)
    return [f"rule.{rule['id']}.occasion@{day}" for day in days]


VAIN = ("flag", "code", "channel", "store", "segment", "between", "tier", "shipping_method")
KEYS = [f"condition.{kind}" for kind in VAIN]


def is_no_candidate(rule: Json, purchase: Json, lines: list[Line], terms: Terms) -> bool:
    """Whether nothing in the cart is what a refused rule asks for, so that it may go unmentioned."""
    if "event" in rule["give"] or not any(counts(rule, line) for line in lines):
        return True
    return "when" in rule and asks_in_vain(rule["when"], purchase, lines, terms)


def asks_in_vain(condition: Json, purchase: Json, lines: list[Line], terms: Terms) -> bool:
    """Whether a condition fails by what a purchase has none of at all."""
    ((kind, said),) = condition.items()
    if kind == "all":
        return any(asks_in_vain(one, purchase, lines, terms) for one in said)
    if kind == "any":
        return all(asks_in_vain(one, purchase, lines, terms) for one in said)
    if kind in ("min_amount", "min_quantity"):
        inside = [line for line in lines if not line.excluded]
        return not any(matches(said.get("target"), line.document) for line in inside)
    found = failure(condition, purchase, lines, terms)
    return found is not None and found[0] in KEYS


def picks(rule: Json, line: Line) -> bool:
    """Whether a line is one that a rule is on."""
    return not line.excluded and matches(rule.get("target"), line.document)


def counts(rule: Json, line: Line) -> bool:
    """Whether a line has units that count for a rule."""
    return picks(rule, line) and line.counting(rule.get("free_units", "skip")) > 0


def bases(scheme: Json, purchase: Json, lines: list[Line], charges: list[Charge]) -> tuple[list[int], int]:
    """What of every line and of delivery together earns by amount."""
    base = scheme.get("earn_base", {})
    earning = charges if base.get("shipping") else []
    amounts = [(0 if line.excluded else line.earning(base.get("own_reward") == "before"), line.rate) for line in lines]
    amounts += [(charge.net, charge.rate) for charge in earning]
    by_line = scheme.get("tax_rounding") == "per_line"
    made = with_tax(amounts, purchase.get("tax_included", True), by_line, base.get("tax", "as_priced"))
    return made[: len(lines)], sum(made[len(lines) :])


def from_lines(rule: Json, lines: list[Line], base: list[int], delivery: int) -> list[Fraction]:
    """What a rule brings on each line, and last on delivery, which no target picks."""
    ((kind, give),) = rule["give"].items()
    made = []
    for line, amount in zip(lines, base, strict=True):
        value = Fraction(0)
        if picks(rule, line):
            if kind == "per_amount":
                # Free units have an amount where amounts earn before rewards.
                value = Fraction(amount * thousandths(give["points"]), minor(give["per"]))
            elif kind == "per_unit":
                value = Fraction(line.counting(rule.get("free_units", "skip")) * thousandths(give["points"]))
        made.append(value)
    amount = delivery if kind == "per_amount" and "target" not in rule else 0
    made.append(Fraction(amount * thousandths(give["points"]), minor(give["per"])) if amount else Fraction(0))
    return made


def earn(
    scheme: Json, wallet: Json, purchase: Json, lines: list[Line], terms: Terms, charges: list[Charge]
) -> Earned:
    """What a purchase earns in a wallet, with parts that sum to it."""
    base, delivery = bases(scheme, purchase, lines, charges)
    rules = [rule for rule in scheme.get("earn", ()) if wallet_of(scheme, rule) == wallet["id"]]
    refused: dict[str, Failure] = {}
    applied = []
    for rule in rules:
        found = refusal(rule, purchase, lines, terms, base, delivery)
        if found is None:
            applied.append(rule)
        else:
            refused[rule["id"]] = found
    parts = {rule["id"]: Part(rule["id"], Fraction(0)) for rule in applied}

    on_lines = {rule["id"]: from_lines(rule, lines, base, delivery) for rule in applied}
    multiplied = [rule for rule in applied if is_multiplied(rule)]
    if scheme.get("combine_rules", "sum") == "best":
        for place in range(len(lines) + 1):
            rivals = [rule["id"] for rule in multiplied if next(iter(rule["give"])) in ("per_amount", "per_unit")]
            best = max(rivals, key=lambda name: on_lines[name][place], default=None)
            for name in rivals:
                if name != best:
                    on_lines[name][place] = Fraction(0)

    on_order = {rule["id"]: Fraction(0) for rule in applied}
    for rule in applied:
        ((kind, give),) = rule["give"].items()
        if kind in ("per_purchase", "fixed"):
            on_order[rule["id"]] = Fraction(thousandths(give["points"]))
        part = parts[rule["id"]]
        part.exact = sum(on_lines[rule["id"]], on_order[rule["id"]])
        part.bonus = not is_multiplied(rule) and kind != "multiply"
        part.needs_base = rule.get("requires_base", False)
        part.terms = {key: rule[key] for key in ("pending", "expiry", "promotional") if key in rule}

    multipliers = [rule for rule in applied if "multiply" in rule["give"]]
    order_base = sum((on_order[rule["id"]] for rule in multiplied), Fraction(0))
    by_line = []
    for place, line in enumerate([*lines, None]):
        amount = sum((on_lines[rule["id"]][place] for rule in multiplied), Fraction(0))
        chosen = [r for r in multipliers if "target" in r and line is not None and picks(r, line)]
        factors = [(r["id"], Fraction(r["give"]["multiply"]["factor"])) for r in chosen]
        by_line.append(grow(scheme, amount, factors, parts))
        order_base += by_line[-1]
    factors = [(r["id"], Fraction(r["give"]["multiply"]["factor"])) for r in multipliers if "target" not in r]
    for name, factor in tier_factors(scheme, wallet, terms):
        parts[name] = Part(name, Fraction(0))
        factors.append((name, factor))
    grow(scheme, order_base, factors, parts)
    by_line = [grow(scheme, amount, factors, None) for amount in by_line[:-1]]

    carry = round_parts(wallet, list(parts.values()), terms, {rule["id"] for rule in applied})
    for rule in applied:
        part = parts[rule["id"]]
        caps = headroom_of(f"rule.{rule['id']}", "points", rule.get("caps", []), terms)
        part.points = min([part.wanted, *(left for _, left in caps)])
    for rule in applied:
        # A bonus belongs to its lines by what they are worth.
        inside = [amount if picks(rule, line) else 0 for line, amount in zip(lines, base, strict=True)]
        if parts[rule["id"]].bonus and any(inside):
            by_line = [
                of + Fraction(parts[rule["id"]].wanted * amount, sum(inside))
                for of, amount in zip(by_line, inside, strict=True)
            ]
    made = list(parts.values())
    cap_wallet(wallet, made, terms)
    return Earned(made, carry, refused, [*parts], by_line)


def tier_factors(scheme: Json, wallet: Json, terms: Terms) -> list[tuple[str, Fraction]]:
    """The multipliers that the tiers held bring."""
    made = []
    for ladder in scheme.get("ladders", ()):
        for tier in ladder["tiers"]:
            if tier["id"] != terms.tiers.get(ladder["id"]):
                continue
            for benefit in tier.get("benefits", ()):
                multiply = benefit["benefit"].get("multiply")
                if multiply and wallet_of(scheme, multiply) == wallet["id"]:
                    made.append((benefit["id"], Fraction(multiply["factor"])))
    return made


def grow(
    scheme: Json, amount: Fraction, factors: Sequence[tuple[str, Fraction]], parts: dict[str, Part] | None
) -> Fraction:
    """An amount with multipliers; what each adds goes to its part, where there are parts."""
    combine = scheme.get("combine_multipliers", "product")
    if combine == "best" and factors:
        factors = [max(factors, key=lambda one: one[1])]
    now = amount
    for name, factor in factors:
        added = (amount if combine == "sum_of_increments" else now) * (factor - 1)
        if parts is not None:
            parts[name].exact += added
        now += added
    return now


def round_parts(wallet: Json, parts: list[Part], terms: Terms, rules: set[str]) -> Fraction:
    """Rounds once, or rule by rule, then the bonuses; gives what is carried on."""
    step, mode = step_of(wallet), wallet.get("rounding", "floor")
    loose = [part for part in parts if not part.bonus]
    carry = Fraction(0)
    if wallet.get("round_per_rule"):
        for part in loose:
            part.wanted = part.points = stepped(part.exact, step, mode)
    else:
        if wallet.get("carry"):
            carry = Fraction(terms.carry.get(wallet["id"], 0))
        exact = sum((part.exact for part in loose), carry)
        # Without a rule that earns, what was carried waits.
        total = max(0, stepped(exact, step, mode)) if any(part.rule in rules for part in loose) else 0
        shares = by_largest_remainder(total, [part.exact for part in loose], step)
        for part, share in zip(loose, shares, strict=True):
            part.wanted = part.points = share
        carry = exact - total if wallet.get("carry") else Fraction(0)
    has_base = any(part.points > 0 for part in loose)
    for part in parts:
        if part.bonus and (has_base or not part.needs_base):
            part.wanted = part.points = stepped(part.exact, step, mode)
    return carry


def cap_wallet(wallet: Json, parts: list[Part], terms: Terms) -> None:
    """Lowers the parts in proportion to what the caps of the wallet leave."""
    owner = f"wallet.{wallet['id']}"
    limits = [left for _, left in headroom_of(owner, "points", wallet.get("caps", []), terms)]
    if "balance_max" in wallet:
        limits.append(max(0, terms.headroom[f"{owner}.balance"]))
    total = sum(part.points for part in parts)
    if limits and min(limits) < total:
        step = step_of(wallet)
        least = min(limits) // step * step
        shares = by_largest_remainder(least, [Fraction(least * p.points, total) for p in parts], step)
        for part, share in zip(parts, shares, strict=True):
            part.points = share


def made_of(parts: list[Part]) -> list[dict[str, Any]]:
    """Parts as a decision shows them: those that bring something, or would without caps."""
    return [
        {"rule": part.rule, "wanted": points_text(part.wanted), "points": points_text(part.points)}
        for part in parts
        if part.wanted or part.points
    ]


def changed_parts(
    granted: dict[str, int], now: dict[str, int], kept: dict[str, int], take: int, step: int, sticky: set[str]
) -> dict[str, int]:
    """How each rule's points move by a return that takes so many, or gives some back below zero: to what the
    rule brings for what is kept. Where that does not sum to what is taken, the moves the other way are
    left out, and the rest are lowered in proportion, or raised by what there is to take: nothing of what is
    sticky."""
    moves = {rule: kept.get(rule, 0) - now.get(rule, 0) for rule in now | kept}
    if sum(moves.values()) == -take:
        return moves
    sign = (take < 0) - (take > 0)
    room = {rule: max(0, granted.get(rule, 0) - now.get(rule, 0) if take < 0 else now.get(rule, 0)) for rule in moves}
    room |= {rule: 0 for rule in sticky & room.keys()}
    part = {rule: min(max(0, move * sign), room[rule]) for rule, move in moves.items()}
    missing = min(abs(take) - sum(part.values()), sum(room.values()) - sum(part.values()))
    if missing < 0:
        whole = sum(part.values())
        fitting = [Fraction(one * abs(take), whole) for one in part.values()]
        shares = by_largest_remainder(abs(take), fitting, step)
        part = dict(zip(part, shares, strict=True))
    elif missing > 0:
        left = [Fraction(room[rule] - part[rule]) for rule in part]
        left = [one * missing / sum(left) for one in left]
        more = by_largest_remainder(missing, left, step)
        part = {rule: one + by for (rule, one), by in zip(part.items(), more, strict=True)}
    return {rule: one * sign for rule, one in part.items()}
