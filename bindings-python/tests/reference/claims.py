"""Rewards that are used on a purchase: what they take off, what they cost, and what becomes of them later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from .cards import Issue, Rewards
from .cart import Json, Terms, matches
from .earning import step_of
from .numbers import by_largest_remainder, minor, points_text, rounded, thousandths
from .offers import Place, Pricing
from .payments import Payment
from .wallets import Wallet


@dataclass
class Use:
    """A reward used on a purchase: one that was issued before, or one bought with it."""

    reward: str
    issue: Issue | None
    paid: Payment | None
    """What it cost, shared over the lines by what it took off."""
    cuts: dict[Place, int]


@dataclass
class Claims:
    """The claims of a purchase in the making."""

    rewards: Rewards
    wallets: dict[str, Wallet]
    left: dict[str, int]
    """What each wallet has left to spend."""
    uses: list[Use] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)

    def refuse(self, reward: str, code: str, missing: Json | None = None) -> bool:
        made = {"about": "reward", "id": reward, "code": code}
        self.refused.append(made if missing is None else made | {"missing": missing})
        return False

    def run(self, pricing: Pricing, stage: str) -> None:
        """The claims whose rewards belong to a stage, in the order of entry."""
        for claim in pricing.purchase.get("claims", ()):
            reward = self.rewards.definitions.get(claim["reward"])
            if reward is None and stage == "item":
                self.refuse(claim["reward"], "reward.unknown")
            if reward is not None and stage_of(reward) == stage:
                for _ in range(claim.get("quantity", 1)):
                    if not self.claim(pricing, reward):
                        break

    def claim(self, pricing: Pricing, reward: Json) -> bool:
        """Uses one of a reward; whether it could be."""
        name = str(reward["id"])
        found = pricing.failure(reward.get("when"))
        if found is not None:
            return self.refuse(name, *found)
        used = [use.issue for use in self.uses if use.issue is not None]
        ready = next((one for one in self.rewards.ready(name) if one not in used), None)
        cost = cost_of(reward, pricing.terms)
        if ready is None:
            if cost is None:
                return self.refuse(name, "reward.none_ready")
            bought = sum(1 for use in self.uses if use.reward == name and use.issue is None)
            most = reward.get("limit_per_member", 0)
            if most and self.rewards.counted(name) + bought >= most:
                return self.refuse(name, "reward.limit")
            short = cost - self.left[wallet_of(pricing.scheme, reward)]
            if short > 0:
                return self.refuse(name, "points.insufficient", {"points": points_text(short)})
        delivery = 0
        if "shipping" in reward["gives"]:
            delivery = pricing.take_delivery("reward", name, reward["gives"]["shipping"], [])
        cuts = self.cuts(pricing, reward)
        if isinstance(cuts, str):
            return self.refuse(name, cuts)
        if not sum(cuts.values()) and not delivery and "custom" not in reward["gives"]:
            return self.refuse(name, "reward.no_effect")
        pricing.cut_field = "order_cut" if stage_of(reward) == "order" else "item_cut"
        pricing.take("reward", name, cuts)
        for place, cut in cuts.items():
            pricing.unit(place).reward_cut += cut
        use = Use(name, ready, None, cuts)
        self.uses.append(use)
        if ready is None:
            assert cost is not None
            wallet = self.wallets[wallet_of(pricing.scheme, reward)]
            use.paid = payment_of(wallet, cost, cuts, len(pricing.lines))
            self.left[use.paid.wallet] -= cost
        return True

    def cuts(self, pricing: Pricing, reward: Json) -> dict[Place, int] | str:
        """What one of a reward takes off units, or why it takes nothing."""
        ((kind, said),) = reward["gives"].items()
        if kind not in ("free_product", "percent", "amount"):
            return {}
        whole = sum(pricing.running(place) for place in pricing.all_units())
        places = [
            place
            for place in pricing.all_units()
            if matches(said.get("target"), pricing.lines[place[0]].document) and pricing.running(place)
        ]
        running = sum(pricing.running(place) for place in places)
        most = running
        share = reward.get("max_share")
        if share is not None:
            most = floor(Fraction(share["percent"]) / 100 * whole)
        if kind == "free_product":
            places.sort(key=preference(pricing, said.get("choice", "cheapest")))
            cuts = {place: pricing.running(place) for place in places[: said.get("units", 1)]}
            return "reward.excess" if sum(cuts.values()) > most and share is not None else cuts
        if kind == "percent":
            amount = rounded(Fraction(said["percent"]) / 100 * running, pricing.rounding)
            if "amount_max" in said:
                amount = min(amount, minor(said["amount_max"]))
        else:
            amount = min(minor(said["amount"]), running)
        if amount > most:
            if share is not None and share.get("excess", "trim") == "reject":
                return "reward.excess"
            amount = most
        return pricing.shared(amount, places)


def preference(pricing: Pricing, choice: str) -> Callable[[Place], tuple[int, ...]]:
    """The order in which free units are chosen: by list price; of a line always the last ones come first."""
    if choice == "line_order":
        return lambda place: (place[0], -place[1])
    sign = 1 if choice == "cheapest" else -1
    return lambda place: (sign * pricing.unit(place).price, place[0], -place[1])


def payment_of(wallet: Wallet, cost: int, cuts: dict[Place, int], lines: int) -> Payment:
    """What a reward costs, over the lines that it lowered."""
    money = sum(cuts.values())
    if not money:
        return Payment(str(wallet.document["id"]), cost, False, [0] * lines, cuts)
    by_line = [sum(cut for (at, _), cut in cuts.items() if at == n) for n in range(lines)]
    exact = [Fraction(cost * cut, money) for cut in by_line]
    shares = by_largest_remainder(cost, exact, step_of(wallet.document))
    return Payment(str(wallet.document["id"]), cost, False, shares, cuts)


def wallet_of(scheme: Json, reward: Json) -> str:
    """The wallet that pays for a reward."""
    return str(reward["cost"].get("wallet", scheme["wallets"][0]["id"]))


def cost_of(reward: Json, terms: Terms) -> int | None:
    """What a reward costs: the lowest price of the tiers held, else the price for all."""
    if "cost" not in reward:
        return None
    held = {tier for tier in terms.tiers.values() if tier is not None}
    prices = [thousandths(one["points"]) for one in reward["cost"].get("by_tier", ()) if one["tier"] in held]
    return min(prices) if prices else thousandths(reward["cost"]["points"])


def stage_of(reward: Json) -> str:
    """The stage of a reward: the order's where it is on all lines alike."""
    ((kind, said),) = reward["gives"].items()
    if kind == "shipping":
        return "shipping"
    if kind == "free_product" or "target" in said:
        return "item"
    return "order"


def shown_use(use: Use) -> Json:
    """A use as a decision shows it."""
    made: Json = {"reward": use.reward}
    if use.issue is not None:
        made["issue"] = use.issue.number
    if use.paid is not None:
        made["cost"] = points_text(use.paid.points)
    return made
