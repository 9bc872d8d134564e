"""A member: the acts, and what follows from them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from . import challenges, gains
from .cards import Card, Rewards, day_key, guarded, stamps_of
from .cart import Json, Line, Terms, lines_of
from .choosing import Choosing as Pricing
from .claims import Claims, Use, cost_of, shown_use
from .claims import wallet_of as paying_wallet
from .days import deadline_text, pending_end, without_defaults
from .delivery import Charge
from .earning import Earned, bases, changed_parts, earn, is_no_candidate, limit_key, made_of, occasion_keys, step_of
from .events import fulfilled, happened
from .ladders import measured
from .ladders import standing as standing_of
from .numbers import by_largest_remainder, minor, money_text, points_text, stepped, thousandths
from .offers import Offered, Priced, budget_key, discount_of, period_key, reason_of
from .payments import Payment, come_back, payments
from .taxes import tax_of
from .tiers import Held, Points
from .wallets import Draw, Lot, Wallet


class Refused(Exception):
    """An act that cannot be done, with its code."""


@dataclass
class Sale:
    """A recorded purchase."""

    document: Json
    terms: Terms
    lines: list[Line]
    granted: dict[str, dict[str, int]]
    now: dict[str, dict[str, int]]
    """What each rule's part is at present, by wallet."""
    taken: dict[str, int] = field(default_factory=dict)
    carry: dict[str, Any] = field(default_factory=dict)
    draws: dict[str, list[Draw]] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)
    cancelled: bool = False
    payments: list[Payment] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    """The rewards that it used, as long as they stay used."""
    charges: list[Charge] = field(default_factory=list)
    """The delivery charges, which come back with the last of the goods."""
    paid: int = 0
    """What was paid in money."""
    refunded: int = 0
    returned: bool = False
    """Whether everything came back."""
    used: list[Offered] = field(default_factory=list)
    """The offers that gave something."""
    measured: dict[str, int] = field(default_factory=dict)
    """What every ladder measured of it."""
    stamps: dict[str, dict[int, int]] = field(default_factory=dict)
    placed: dict[str, int] = field(default_factory=dict)
    on_lines: dict[str, list[int]] = field(default_factory=dict)
    """What of the points of each wallet is each line's."""


@dataclass
class Member:
    """A member's account under one scheme."""

    scheme: Json
    name: str = ""
    wallets: dict[str, Wallet] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    carry: dict[str, Any] = field(default_factory=dict)
    ordinal: int = 0
    events: dict[str, int] = field(default_factory=dict)
    """How many events each rule has counted."""
    cards: dict[str, Card] = field(default_factory=dict)
    ladders: dict[str, Held] = field(default_factory=dict)
    looked: datetime = datetime.min.replace(tzinfo=UTC)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.scheme["time_zone"])
        self.returns: Json = self.scheme.get("returns", {})
        for wallet in self.scheme.get("wallets", ()):
            self.wallets[wallet["id"]] = Wallet(wallet, self.zone)
        for ladder in self.scheme.get("ladders", ()):
            self.ladders[ladder["id"]] = Held(ladder)
        for card in self.scheme.get("cards", ()):
            self.cards[card["id"]] = Card(card)
        self.rewards = Rewards({one["id"]: one for one in self.scheme.get("rewards", ())}, self.zone)

    # What time brings.

    def advance(self, now: datetime) -> None:
        """Does everything that is due, in the order of the deadlines."""
        while gains.next_due(self, now):
            pass
        for held in self.ladders.values():
            held.seen = now.date()
        self.looked = now
        self.rewards.lapse(now)
        for card in self.cards.values():
            card.lapse(now)

    # What a purchase brings.

    def priced(self, purchase: Json, now: datetime, facts: Json) -> tuple[list[Line], Terms, Priced]:
        """A purchase with its prices, which are those of the tiers held before it."""
        lines = lines_of(self.scheme, purchase)
        terms = self.terms(now, facts)
        left = {name: wallet.available() for name, wallet in self.wallets.items()}
        pricing = Pricing(self.scheme, purchase, lines, terms)
        claims = Claims(self.rewards, self.wallets, left)
        pricing.claims = lambda stage: claims.run(pricing, stage)
        priced = pricing.run()
        priced.uses, priced.refused = claims.uses, claims.refused
        pricing.floors = False
        for tender in (False, True):
            priced.payments += payments(pricing, self.wallets, left, tender, priced.refused)
            if not tender:
                pricing.deliver()
                pricing.floors = False
        terms.tiers_before = dict(terms.tiers)
        for ladder in self.scheme.get("ladders", ()):
            if ladder.get("counts_own_purchase"):
                held = self.ladders[ladder["id"]]
                value = held.value(self.points(ladder), now.date()) + measured(ladder, lines)
                terms.tiers[ladder["id"]] = held.name(max(held.tier, held.earned(value)))
        return lines, terms, priced

    def terms(self, now: datetime, facts: Json) -> Terms:
        """What a purchase pins."""
        headroom = dict(self.counters)
        for name, wallet in self.wallets.items():
            if "balance_max" in wallet.document:
                most = thousandths(wallet.document["balance_max"])
                held = wallet.active() + wallet.pending() - wallet.owed
                headroom[f"wallet.{name}.balance"] = most - held
        again = all(not any(line.kept for line in sale.lines) for sale in self.sales.values() if not sale.cancelled)
        first = self.ordinal == 0
        last = {name: card.last for name, card in self.cards.items()}
        tiers = {name: held.name(held.tier) for name, held in self.ladders.items()}
        made = Terms(now, self.ordinal + 1, first, first or again, facts, tiers, headroom, dict(self.carry), last)
        made.goals = challenges.goals(self, now.date())
        made.referred = challenges.is_referred(self, facts)
        return made

    def points(self, ladder: Json, at: datetime | None = None) -> Points:
        """What a ladder measures, by the day of the sale."""
        if gains.of_points(ladder):
            return gains.points(self, ladder, at)
        made = []
        for sale in self.sales.values():
            amount = sale.measured[ladder["id"]]
            if ladder.get("on_return") != "never" or sale.cancelled:
                amount = measured(ladder, self.kept_lines(sale))
            made.append((sale.terms.at.date(), amount))
        return made

    def kept_lines(self, sale: Sale) -> list[Line]:
        """The lines of a sale with what is kept: at the prices that were paid, or at those that it would
        have had alone."""
        if self.returns.get("money") != "reprice":
            return sale.lines
        kept = [line.document | {"quantity": line.kept} for line in sale.lines]
        lines = lines_of(self.scheme, sale.document | {"lines": kept})
        if not any(line.kept for line in lines):
            return lines
        Pricing(self.scheme, sale.document, lines, replace(sale.terms, tiers=sale.terms.tiers_before)).run()
        for line, of in zip(lines, sale.lines, strict=True):
            line.goodwill = of.goodwill
        return lines

    def earned(
        self, purchase: Json, lines: list[Line], terms: Terms, charges: list[Charge]
    ) -> dict[str, Earned]:
        """What is earned by wallet."""
        return {
            name: earn(self.scheme, wallet.document, purchase, lines, terms, charges)
            for name, wallet in self.wallets.items()
        }

    def lots_of(self, wallet: Json, earned: Earned) -> list[tuple[Json, int]]:
        """The lots that a purchase opens: one for each kind of terms."""
        made: list[tuple[Json, int]] = []
        for part in earned.parts:
            if not part.points:
                continue
            terms: Json = {
                "pending": part.terms.get("pending", wallet.get("pending")),
                "expiry": without_defaults(part.terms.get("expiry") or wallet.get("expiry") or {"never": {}}),
                "promotional": part.terms.get("promotional", False),
            }
            for place, (other, points) in enumerate(made):
                if other == terms:
                    made[place] = (other, points + part.points)
                    break
            else:
                made.append((terms, part.points))
        return made

    def open_lot(self, wallet: Wallet, terms: Json, points: int, now: datetime, purchase: str | None) -> Lot:
        """A new lot, not yet in the wallet."""
        pending = terms["pending"]
        return Lot(
            number=len(wallet.lots),
            points=points,
            opened=now.date(),
            expiry_terms=terms["expiry"],
            pending=pending_end(now, pending["after"]) if pending and "after" in pending else None,
            awaits=pending["event"] if pending and "event" in pending else None,
            purchase=purchase,
            earned=purchase is not None,
            promotional=terms["promotional"],
        )

    def decision(self, purchase: Json, now: datetime, facts: Json) -> Json:
        """The answer to a quote, in the parts that are compared."""
        self.advance(now)
        lines, terms, priced = self.priced(purchase, now, facts)
        earned = self.earned(purchase, lines, terms, priced.charges)
        goods = sum(unit.price for line in lines for unit in line.units)
        made: Json = {"lines": [], "wallets": [], "totals": {}, "reasons": {}, "cards": []}
        self.decide_cards(made["cards"], purchase, lines, terms, priced.charges, now)
        made |= challenges.decided(self, purchase, lines, terms)
        made["tiers"] = []
        paid = [*priced.payments, *(use.paid for use in priced.uses if use.paid is not None)]
        spent = {name: sum(one.points for one in paid if one.wallet == name) for name in self.wallets}
        for ladder in self.scheme.get("ladders", ()):
            held = self.ladders[ladder["id"]]
            value = held.value(self.points(ladder), now.date())
            more = gains.adds(self, ladder, earned, spent) if gains.of_points(ladder) else measured(ladder, lines)
            after = held.earned(value + more)
            if after > held.tier:
                rise = {"ladder": ladder["id"], "to": held.name(after)}
                made["tiers"].append(rise | ({"from": held.name(held.tier)} if held.tier else {}))
        for line in lines:
            listed = sum(unit.price for unit in line.units)
            made["lines"].append(
                {
                    "line": line.name,
                    "list": money_text(listed),
                    "discount": money_text(listed - line.net()),
                    "net": money_text(line.net()),
                }
            )
        left = money_text(sum(line.net() for line in lines))
        delivery = sum(one.net for one in priced.charges)
        tax = tax_of(self.scheme, purchase, lines, priced.charges)
        total = sum(line.net() for line in lines) + delivery
        if not purchase.get("tax_included", True):
            total += tax
        made["totals"] = {"list": money_text(goods), "goods": left, "shipping": money_text(delivery)}
        made["totals"]["tax"] = money_text(tax)
        made["totals"]["total"] = money_text(total)
        tendered = sum(unit.tender_cut for line in lines for unit in line.units)
        made["totals"]["points_tender"] = money_text(tendered)
        made["totals"]["due"] = money_text(total - tendered)
        made["refused"] = priced.refused
        made["discounts"] = [discount_of(one, len(lines)) for one in priced.discounts]
        made["offers"] = [reason_of(one) for one in priced.offers]
        made["rewards"] = [shown_use(use) for use in priced.uses]
        for name, reason in priced.benefits.items():
            made["reasons"][name] = reason | {"hidden": False}
        for name, found in earned.items():
            wallet = self.wallets[name]
            lots = []
            for lot_terms, points in self.lots_of(wallet.document, found):
                lot = self.open_lot(wallet, lot_terms, points, now, None)
                start = now if lot.pending is None else lot.pending
                known = None if lot.awaits else wallet.end(lot.expiry_terms, start, now)
                shown: Json = {"points": points_text(points)}
                if lot.pending is not None:
                    shown["usable_from"] = deadline_text(lot.pending)
                if lot.awaits is not None:
                    shown["awaits_event"] = True
                if known is not None:
                    shown["expiry"] = deadline_text(known)
                lots.append(shown)
            if made_of(found.parts) or spent[name]:
                made["wallets"].append(
                    {
                        "wallet": name,
                        "earned": points_text(found.total),
                        "parts": made_of(found.parts),
                        "lots": lots,
                        "spent": points_text(spent[name]),
                    }
                )
            for part in found.parts:
                made["reasons"][part.rule] = self.reason(part)
            for rule, (code, missing) in found.refused.items():
                hidden = is_no_candidate(self.rule(rule), purchase, lines, terms)
                made["reasons"][rule] = {"code": code, "hidden": hidden}
                if missing is not None:
                    made["reasons"][rule]["missing"] = missing
        return made

    def decide_cards(
        self, made: list[Json], purchase: Json, lines: list[Line], terms: Terms, charges: list[Charge], now: datetime
    ) -> None:
        """What each card would gain, found by doing it on a copy."""
        for name, stamps in self.stamps(purchase, lines, terms, charges).items():
            granted = sum(stamps.values())
            if granted:
                card, rewards = copy.deepcopy((self.cards[name], self.rewards))
                before = card.standing()["completed"]
                card.put(["quote"] * granted, now, rewards)
                after = card.standing()
                made.append(
                    {
                        "card": name,
                        "stamps": granted,
                        "completed": after["completed"] - before,
                        "on_card": after["stamps"],
                        "target": card.target,
                    }
                )

    def stamps(
        self, purchase: Json, lines: list[Line], terms: Terms, charges: list[Charge]
    ) -> dict[str, dict[int, int]]:
        """The stamps that a purchase brings, by card and rule; guards take from the last rules."""
        made = {}
        base, _ = bases(self.scheme, purchase, lines, charges)
        for name, card in self.cards.items():
            brings = stamps_of(card.document, purchase, lines, terms, base)
            left = guarded(card.document, sum(brings.values()), terms, terms.last_stamps[name])
            kept = {}
            # Sticky stamps are the last that a guard takes.
            order = sorted(brings, key=lambda place: not card.document["stamps"][place].get("sticky", False))
            for place in order:
                kept[place] = min(left, brings[place])
                left -= kept[place]
            made[name] = kept
        return made

    def rule(self, name: str) -> Json:
        return next(rule for rule in self.scheme["earn"] if rule["id"] == name)

    def reason(self, part: Any) -> Json:
        """Why a rule that applies gives what it gives."""
        code = "granted" if part.points == part.wanted else "capped"
        if not part.wanted and not part.points:
            code = "rule.no_points"
        return {"code": code, "hidden": False, "wanted": points_text(part.wanted), "granted": points_text(part.points)}

    # Acts.

    def act(self, act: Json, now: datetime) -> Json:
        """Does an act; gives what is compared of what it posts."""
        ((kind, body),) = act.items()
        doing: Callable[[Json, datetime], Json] = getattr(self, f"act_{kind}")
        self.advance(now)
        new = [held for held in self.ladders.values() if held.joined is None]
        for held in new:
            # Without an enrolment the first act counts as one.
            held.joined = now.date()
        try:
            made = doing(body, now)
        except Refused:
            for held in new:
                held.joined = None
            raise
        if kind not in ("record", "grant", "assign_tier", "enrol"):
            self.advance(now)
            self.settle_tiers(now)
        return made

    def count(self, key: str, change: int) -> None:
        self.counters[key] = self.counters.get(key, 0) + change

    def count_points(
        self, name: str, sale: Sale, whole: int, changes: dict[str, int], before: dict[str, int]
    ) -> None:
        """Counts points by rule and wallet in the periods of the sale."""
        for rule in self.scheme.get("earn", ()):
            change = changes.get(rule["id"], 0)
            for cap in rule.get("caps", ()):
                if cap["per"] != "order" and change:
                    self.count(f"rule.{rule['id']}.points.{limit_key(cap['per'], sale.terms)}", change)
            was = before.get(rule["id"], 0)
            paid = (was + change > 0) - (was > 0)
            for limit in rule.get("times", ()):
                if limit["per"] != "order" and paid:
                    self.count(f"rule.{rule['id']}.times.{limit_key(limit['per'], sale.terms)}", paid)
            for key in occasion_keys(rule, sale.terms) if paid else ():
                self.count(key, paid)
        for cap in self.wallets[name].document.get("caps", ()):
            if cap["per"] != "order":
                self.count(f"wallet.{name}.points.{limit_key(cap['per'], sale.terms)}", whole)

    def count_offers(self, sale: Sale, sign: int, *, uses: bool = True, money: bool = True) -> None:
        """Counts the offers of a sale as used, or as used no more."""
        for used in sale.used:
            owner = f"offer.{used.document['id']}"
            for limit in used.document.get("times", ()) if uses else ():
                self.count(period_key(owner, "times", limit["per"], sale.terms), sign)
            for budget in used.document.get("budgets", ()) if money else ():
                self.count(budget_key(used.document, budget, sale.terms), sign * used.gives)

    def act_record(self, body: Json, now: datetime) -> Json:
        purchase = body["purchase"]
        lines, terms, priced = self.priced(purchase, now, body.get("facts", {}))
        if priced.refused:
            raise Refused(priced.refused[0]["code"])
        earned = self.earned(purchase, lines, terms, priced.charges)
        self.ordinal += 1
        parts = {name: {part.rule: part.points for part in found.parts} for name, found in earned.items()}
        sale = Sale(purchase, terms, lines, parts, {name: dict(of) for name, of in parts.items()})
        self.sales[purchase["id"]] = sale
        sale.uses, sale.charges = priced.uses, priced.charges
        sale.measured = {one["id"]: measured(one, lines) for one in self.scheme.get("ladders", ())}
        sale.paid = self.paid(sale)
        for use in priced.uses:
            if use.issue is None:
                use.issue = self.rewards.issue(use.reward, now)
            use.issue.state = "used"
        for wallet in self.wallets.values():
            wallet.moved(now, purchase["id"])
        for paid in [*(use.paid for use in priced.uses if use.paid is not None), *priced.payments]:
            wallet = self.wallets[paid.wallet]
            paid.draws = self.drawn(wallet, paid.points)
            sale.payments.append(paid)
        for name, found in earned.items():
            wallet = self.wallets[name]
            sale.on_lines[name] = shares_of_lines(found, step_of(wallet.document))
            for lot_terms, points in self.lots_of(wallet.document, found):
                wallet.add(self.open_lot(wallet, lot_terms, points, now, purchase["id"]), now)
            self.count_points(name, sale, found.total, parts[name], {})
            if wallet.document.get("carry"):
                sale.carry[name] = found.carry
                self.carry[name] = found.carry
        sale.used = [one for one in priced.offers if one.gives]
        self.count_offers(sale, 1)
        for name, stamps in self.stamps(purchase, lines, terms, priced.charges).items():
            card, granted = self.cards[name], sum(stamps.values())
            if granted:
                placed = card.put([purchase["id"]] * granted, now, self.rewards)
                card.last = now
                sale.stamps[name] = stamps
                sale.placed[name] = placed
                self.count(day_key(card.document, terms), placed)
        self.settle_tiers(now)
        due = challenges.referrals(self, purchase, lines, terms)
        return {"referrals": due} if due else {}

    def drawn(self, wallet: Wallet, points: int) -> list[Draw]:
        """Points that are spent."""
        wallet.spent += points
        return wallet.draw(points, wallet.in_order(wallet.usable(), wallet.document.get("draw", "earliest_expiry")))

    def settle_tiers(self, now: datetime, *, returned: bool = False) -> None:
        """Tiers follow what is measured. One that is reached or passed brings its rewards; those of one that a
        return lost are void where they wait."""
        for ladder in self.scheme.get("ladders", ()):
            self.settle_tier(ladder, now, returned=returned)

    def settle_tier(self, ladder: Json, now: datetime, *, returned: bool = False) -> None:
        """The tier of one ladder."""
        held = self.ladders[ladder["id"]]
        before = held.tier
        if not returned:
            held.rise(self.points(ladder, now), now.date())
        elif "balance" in ladder["metric"]:
            if ladder.get("on_return", "refold") == "refold":
                held.fall(self.points(ladder, now), now.date())
        else:
            held.refold(self.points(ladder), now.date())
        for tier in ladder["tiers"][before : held.tier]:
            for reward in tier.get("rewards", ()):
                self.rewards.issue(reward, now).tier = (ladder["id"], tier["id"])
        lost = [(ladder["id"], tier["id"]) for tier in ladder["tiers"][held.tier :]]
        for issue in self.rewards.issues:
            if returned and held.tier < before and issue.tier in lost:
                issue.lost = True
                issue.state = "undone" if issue.state == "ready" else issue.state

    def sale(self, name: str) -> Sale:
        if name not in self.sales:
            raise Refused("purchase.unknown")
        if self.sales[name].cancelled:
            raise Refused("return.cancelled")
        return self.sales[name]

    def act_refund(self, body: Json, now: datetime) -> Json:
        sale = self.sale(body["purchase"])
        if not body["lines"]:
            raise Refused("return.empty")
        named = {line.name: line for line in sale.lines}
        kept = {line.name: (line.kept, line.goodwill) for line in sale.lines}
        try:
            for one in body["lines"]:
                if one["line"] not in named:
                    raise Refused("return.line")
                line, back = named[one["line"]], one["back"]
                if "quantity" in back:
                    if not 0 < back["quantity"] <= line.kept:
                        raise Refused("return.quantity")
                    self.give_back(line, back["quantity"])
                else:
                    amount = minor(back["amount"])
                    if not 0 < amount <= line.paid():
                        raise Refused("return.amount")
                    line.goodwill += amount
        except Refused:
            for line in sale.lines:
                line.kept, line.goodwill = kept[line.name]
            raise
        refund = self.refund(sale)
        sale.refunded += refund
        if not sale.returned and not any(line.kept for line in sale.lines):
            sale.returned = True
            self.count_offers(sale, -1, money=False)
        self.restore(sale, now)
        self.undo_uses(sale, now, cancelled=False)
        charged = self.take_points(sale, now, refund, cancelled=False)
        self.take_stamps(sale, now, cancelled=False)
        self.settle_tiers(now, returned=True)
        return refund_of(refund, charged)

    def paid(self, sale: Sale) -> int:
        """What was paid in money for what is kept, with delivery as long as any of the goods are."""
        if not any(line.kept for line in sale.lines):
            return 0
        if self.returns.get("money") == "reprice":
            lines = self.kept_lines(sale)
            # What was given back on a line is not taken of others.
            return max(0, sum(unit.net for line in lines for unit in line.units) - sum(line.goodwill for line in lines))
        amount = sum(line.paid() for line in sale.lines) + sum(one.net for one in sale.charges)
        if not sale.document.get("tax_included", True):
            amount += tax_of(self.scheme, sale.document, sale.lines, sale.charges)
        return amount

    def refund(self, sale: Sale) -> int:
        """The money that comes back now: what was paid less what is kept, and less what came back before."""
        return max(0, sale.paid - self.paid(sale) - sale.refunded)

    def give_back(self, line: Line, quantity: int) -> None:
        """Takes the last units of a line back."""
        line.kept -= quantity

    def act_cancel(self, body: Json, now: datetime) -> Json:
        sale = self.sale(body["purchase"])
        self.count_offers(sale, -1, uses=not sale.returned)
        for line in sale.lines:
            line.kept = line.goodwill = 0
        refund = self.refund(sale)
        sale.refunded += refund
        self.restore(sale, now)
        self.undo_uses(sale, now, cancelled=True)
        charged = self.take_points(sale, now, refund, cancelled=True)
        self.take_stamps(sale, now, cancelled=True)
        sale.cancelled = True
        self.settle_tiers(now, returned=True)
        self.ordinal -= 1
        for wallet in self.wallets.values():
            wallet.never_moved(body["purchase"])
        return refund_of(refund, charged)

    def kept_parts(self, name: str, sale: Sale, kept: Earned, cancelled: bool) -> dict[str, int]:
        """What each rule brings for what is kept."""
        sticky = {rule["id"] for rule in self.scheme.get("earn", ()) if rule.get("sticky")}
        made = {part.rule: part.points for part in kept.parts}
        for rule, granted in sale.granted[name].items():
            made.setdefault(rule, 0)
            if rule in sticky and not cancelled:
                made[rule] = max(granted, made[rule])
        return made

    def target(self, name: str, sale: Sale, parts: dict[str, int], cancelled: bool) -> int:
        """What is to be taken of a wallet's points in all."""
        whole, step = sum(sale.granted[name].values()), step_of(self.wallets[name].document)
        if cancelled:
            return whole
        policy = self.returns.get("points", "reprice")
        if policy == "reprice":
            return min(whole, max(0, whole - sum(parts.values())))
        sticky = {rule["id"] for rule in self.scheme.get("earn", ()) if rule.get("sticky")}
        loose = whole - sum(points for rule, points in sale.granted[name].items() if rule in sticky)
        if policy == "none":
            return 0
        if not any(line.kept for line in sale.lines):
            return loose
        sold = [sum(unit.net - unit.tender_cut for unit in line.units) for line in sale.lines]
        left = [line.paid() for line in sale.lines]
        if policy == "proportional":
            return stepped(Fraction(loose * (sum(sold) - sum(left)), sum(sold) or 1), step, "floor")
        total = 0
        for place, points in enumerate(sale.on_lines[name]):
            line = sale.lines[place]
            gone, of = (sold[place] - left[place], sold[place]) if sold[place] else (len(line.units) - line.kept, len(line.units))
            total += stepped(Fraction(points * gone, of), step, "floor")
        return min(total, loose)

    def take_points(self, sale: Sale, now: datetime, refund: int, *, cancelled: bool) -> int:
        """Takes the points that what is kept does not earn; gives what is charged for those that are gone."""
        if self.returns.get("points") == "none" and not cancelled:
            return 0
        charged = 0
        kept = not cancelled and any(line.kept for line in sale.lines)
        earned = self.earned(sale.document, self.kept_lines(sale), sale.terms, sale.charges if kept else [])
        sticky = {rule["id"] for rule in self.scheme.get("earn", ()) if rule.get("sticky") and not cancelled}
        for name, wallet in self.wallets.items():
            parts = self.kept_parts(name, sale, earned[name], cancelled)
            target = self.target(name, sale, parts, cancelled)
            draws = sale.draws.setdefault(name, [])
            owed = sale.owed.get(name, 0)
            # What was not owed does not come back.
            take = max(target - sale.taken.get(name, 0), -sum(draw.points for draw in draws) - owed)
            sale.taken[name] = sale.taken.get(name, 0) + take
            before = sale.now[name]
            changes = changed_parts(sale.granted[name], before, parts, take, step_of(wallet.document), sticky)
            sale.now[name] = before | {rule: before.get(rule, 0) + by for rule, by in changes.items()}
            self.count_points(name, sale, -take, changes, before)
            if take > 0:
                short = wallet.take_back(sale.document["id"], take, draws)
                short, charge = wallet.shortfall(short, refund - charged)
                charged += charge
                wallet.owed += short
                sale.owed[name] = owed + short
            elif take < 0:
                lowered, own = wallet.give_back(draws, owed, -take)
                sale.owed[name] = owed - lowered - own
                if own:
                    terms = {
                        "pending": None,
                        "expiry": wallet.document.get("expiry", {"never": {}}),
                        "promotional": False,
                    }
                    wallet.add(self.open_lot(wallet, terms, own, now, None), now)
            if wallet.document.get("carry"):
                self.carry[name] = self.carry.get(name, 0) + earned[name].carry - sale.carry[name]
                sale.carry[name] = earned[name].carry
        return charged

    def restore(self, sale: Sale, now: datetime) -> None:
        """Gives the points back that paid for what came back, to the lots that they came from."""
        nothing = not any(line.kept for line in sale.lines)
        for paid in sale.payments:
            wallet = self.wallets[paid.wallet]
            whole = paid.points if nothing else come_back(paid, sale.lines, step_of(wallet.document))
            back = whole - paid.restored
            paid.restored += back
            wallet.restore(paid.draws, back, now, self.returns.get("restore_grace_days", 0))
        self.advance(now)

    def undo_uses(self, sale: Sale, now: datetime, *, cancelled: bool) -> None:
        """Rewards that were issued before are there again once everything that they lowered came back, until
        they lapse as before; those bought with the purchase end with it."""
        everything = cancelled or not any(line.kept for line in sale.lines)
        for use in sorted(sale.uses, key=lambda use: use.issue.number if use.issue else 0):
            lowered = [place for place, cut in use.cuts.items() if cut]
            back = bool(lowered) and all(place >= sale.lines[at].kept for at, place in lowered)
            if everything or (back and use.paid is None):
                assert use.issue is not None
                sale.uses.remove(use)
                if use.paid is None:
                    self.rewards.issue_again(use.issue)
                else:
                    use.issue.state = "undone"
        self.advance(now)

    def take_stamps(self, sale: Sale, now: datetime, *, cancelled: bool) -> None:
        """Takes the stamps that what is kept does not bring."""
        charges = sale.charges if not cancelled and any(line.kept for line in sale.lines) else []
        kept = self.stamps(sale.document, self.kept_lines(sale), sale.terms, charges)
        for name, placed in sale.placed.items():
            card, rules = self.cards[name], self.cards[name].document["stamps"]
            left = 0
            for place, stamps in kept[name].items():
                sticky = rules[place].get("sticky") and not cancelled
                left += max(stamps, sale.stamps[name][place]) if sticky else stamps
            left = 0 if cancelled else min(left, placed)
            present = card.present(sale.document["id"])
            if left < present:
                card.take(sale.document["id"], present - left, now, self.rewards)
            elif left > present:
                card.put([sale.document["id"]] * (left - present), now, self.rewards)
            self.count(day_key(card.document, sale.terms), left - present)

    def act_redeem(self, body: Json, now: datetime) -> Json:
        if "reward" in body["on"]:
            return self.buy(body["id"], body["on"]["reward"], now)
        asked = body["on"]["points"]
        wallet, points = self.wallets[asked["wallet"]], thousandths(asked["points"])
        if points <= 0 or points % step_of(wallet.document):
            raise Refused("points.precision")
        if points > wallet.available():
            raise Refused("points.insufficient")
        self.drawn(wallet, points)
        wallet.moved(now, body["id"])
        return {}

    def buy(self, name: str, order: Json, now: datetime) -> Json:
        """Buys rewards for later."""
        reward, quantity = self.rewards.definitions.get(order["reward"]), order.get("quantity", 1)
        if reward is None:
            raise Refused("reward.unknown")
        cost = cost_of(reward, self.terms(now, {}))
        if cost is None:
            raise Refused("reward.no_price")
        wallet, most = self.wallets[paying_wallet(self.scheme, reward)], reward.get("limit_per_member", 0)
        left = wallet.available()
        for number in range(quantity):
            if most and self.rewards.counted(reward["id"]) + number >= most:
                raise Refused("reward.limit")
            left -= cost
            if left < 0:
                raise Refused("points.insufficient")
        for _ in range(quantity):
            if cost:
                self.drawn(wallet, cost)
                wallet.moved(now, name)
            self.rewards.issue(reward["id"], now)
        return {}

    def act_grant(self, body: Json, now: datetime) -> Json:
        reward = self.rewards.definitions.get(body["reward"])
        if reward is None:
            raise Refused("reward.unknown")
        self.rewards.issue(reward["id"], now)
        return {}

    def act_event(self, body: Json, now: datetime) -> Json:
        happened(self, body, now)
        return {}

    def act_fulfil(self, body: Json, now: datetime) -> Json:
        if body["purchase"] not in self.sales:
            raise Refused("purchase.unknown")
        fulfilled(self, body["purchase"], body["name"], now)
        return {}

    def act_assign_tier(self, body: Json, now: datetime) -> Json:
        held = self.ladders[body["ladder"]]
        names = [held.name(tier) for tier in range(len(held.limits) + 1)]
        held.assign(names.index(body.get("tier")), now.date(), body.get("floor", False))
        return {}

    def act_enrol(self, body: Json, now: datetime) -> Json:
        for held in self.ladders.values():
            held.joined = now.date()
        return {}

    def act_adjust(self, body: Json, now: datetime) -> Json:
        asked = body["change"]["points"]
        wallet, points = self.wallets[asked["wallet"]], thousandths(asked["points"])
        if points == 0 or points % step_of(wallet.document):
            raise Refused("points.precision")
        if points > 0:
            terms = {"pending": None, "expiry": wallet.document.get("expiry", {"never": {}}), "promotional": False}
            wallet.add(self.open_lot(wallet, terms, points, now, None), now)
            return {}
        if -points > wallet.available() and not asked.get("allow_deficit"):
            raise Refused("points.insufficient")
        order = wallet.in_order(wallet.usable(), wallet.document.get("draw", "earliest_expiry"))
        drawn = wallet.draw(min(-points, wallet.available()), order)
        wallet.owed += -points - sum(one.points for one in drawn)
        return {}

    def act_due(self, body: Json, now: datetime) -> Json:
        return {}

    def standing(self, now: datetime) -> Json:
        """Where the member is, in the parts that are compared."""
        self.advance(now)
        return {
            "wallets": [wallet.standing(now) for wallet in self.wallets.values()],
            "cards": [card.standing() for card in self.cards.values()],
            "rewards": self.rewards.standing(),
            "challenges": [goal.shown(None) for goal in challenges.goals(self, now.date()).values()],
            "ladders": [
                standing_of(ladder, held.value(self.points(ladder), now.date()), held)
                for ladder, held in zip(self.scheme.get("ladders", ()), self.ladders.values(), strict=True)
            ],
        }


def shares_of_lines(earned: Earned, step: int) -> list[int]:
    """The points of a purchase, shared out over its lines by what each brought; none where no line did."""
    weights = [max(Fraction(0), one) for one in earned.lines]
    if not any(weights):
        return []
    return by_largest_remainder(earned.total, [earned.total * one / sum(weights) for one in weights], step)


def refund_of(refund: int, charged: int) -> Json:
    """The money of a return."""
    made = {"refund": money_text(refund - charged)}
    return made | {"charged": money_text(charged)} if charged else made
