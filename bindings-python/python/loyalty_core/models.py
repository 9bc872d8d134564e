"""Models of buying, spending and staying: ``fit``, ``summary``, predictions, JSON and pickle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from . import _core, _html
from .analytics import Frame, Summary
from .errors import InputError
from .tables import Table


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, which covers the uncertainty of the parameters."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Independence:
    """How frequency and spend go together; Gamma–Gamma takes them as independent."""

    correlation: float
    low: float
    high: float
    acceptable: bool
    """Whether the correlation is at most 0.1, or its interval holds 0."""


class _Model:
    """A fitted model. It never changes."""

    __slots__ = ("_fit",)
    _fit: _core.Fit
    _name: ClassVar[str]

    def __init__(self, fit: _core.Fit) -> None:
        """Models come from ``fit`` and ``from_json``."""
        if fit.model != self._name:
            message = f"found a fit of {fit.model}, allowed is one of {self._name}"
            raise InputError(message, "input.fit", None, {"found": fit.model, "allowed": self._name})
        self._fit = fit

    @classmethod
    def from_json(cls, document: str | bytes) -> Self:
        """Reads what ``to_json`` wrote, to the same bits."""
        return cls(_core.Fit.from_json(document))

    def to_json(self) -> str:
        """The fit as JSON."""
        return self._fit.to_json()

    @property
    def params(self) -> dict[str, float]:
        """The parameters by name."""
        return dict(self._fit.parameters)

    @property
    def covariance(self) -> list[list[float]] | None:
        """The covariance of the parameters; ``None`` where the fit is at a boundary."""
        return self._fit.covariance

    @property
    def log_likelihood(self) -> float:
        """The log-likelihood, in the fit's unit of time."""
        return self._fit.scores[0]

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return self._fit.scores[1]

    @property
    def bic(self) -> float:
        """The Bayesian criterion."""
        return self._fit.scores[2]

    @property
    def customers(self) -> int:
        """How many customers took part."""
        return self._fit.customers

    @property
    def status(self) -> str:
        """``converged``, or what is wrong with the fit."""
        return self._fit.status

    @property
    def converged(self) -> bool:
        """Whether the fit is an interior maximum."""
        return self.status == "converged"

    def summary(self, *, level: float = 0.95) -> Table:
        """The parameters with their standard errors and intervals."""
        return Table(self._fit.summary(level))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Model):
            return NotImplemented
        return self._fit == other._fit

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (type(self).from_json, (self.to_json(),))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value:.6g}" for name, value in self.params.items())
        end = "" if self.converged else f", {self.status}"
        return f"<{type(self).__name__}: {values}, {self.customers} customers{end}>"

    def _repr_html_(self) -> str:
        return _html.table(self.summary(), 100)


def _options(start: Mapping[str, float] | None, iterations_max: int) -> _core._Options:
    values = None if start is None else [float(value) for value in start.values()]
    return {"start": values, "iterations_max": iterations_max}


class _PurchaseModel(_Model):
    """A model of when customers buy. Times are in the unit of the summary it was fitted to."""

    __slots__ = ()

    @classmethod
    def fit(
        cls,
        summary: Summary,
        *,
        start: Mapping[str, float] | None = None,
        iterations_max: int = 300,
    ) -> Self:
        """Fits by maximum likelihood. ``start`` may be the ``params`` of an earlier fit."""
        options = _options(start, iterations_max)
        return cls(_core.fit_purchases(cls._name, summary._summary, options))

    @property
    def unit_days(self) -> float:
        """Days in one unit of time."""
        return self._fit.unit_days

    def predict(self, summary: Summary, *, t: float) -> Table:
        """For every customer: ``p_alive``, and in the next ``t`` units ``expected_purchases`` and
        ``p_purchase``, the chance of one or more."""
        asked = [
            ("p_alive", "alive", 0.0, 0),
            ("expected_purchases", "expected", t, 0),
            ("p_purchase", "purchase_within", t, 0),
        ]
        return Table(self._fit.predict(summary._summary, asked))

    def expected_purchases(self, summary: Summary, *, t: float) -> Table:
        """Expected purchases of every customer in the next ``t`` units."""
        asked = [("expected_purchases", "expected", t, 0)]
        return Table(self._fit.predict(summary._summary, asked))

    def p_alive(self, summary: Summary, *, t: float = 0.0) -> Table:
        """The chance that each customer is still active at the end, or ``t`` units later."""
        return Table(self._fit.predict(summary._summary, [("p_alive", "alive_at", t, 0)]))

    def p_purchases(self, summary: Summary, *, n: int, t: float) -> Table:
        """The chance of exactly ``n`` purchases of each customer in the next ``t`` units."""
        return Table(self._fit.predict(summary._summary, [("p_purchases", "mass", t, n)]))

    def p_alive_of(
        self, *, frequency: int, recency: float, T: float, t: float = 0.0, level: float = 0.95
    ) -> Estimate:
        """The chance that one customer is still active, with its interval."""
        history = (frequency, recency, T)
        return Estimate(*self._fit.ask("alive_at", t, 0, history, level))

    def expected_purchases_of(
        self, *, frequency: int, recency: float, T: float, t: float, level: float = 0.95
    ) -> Estimate:
        """Expected purchases of one customer in the next ``t`` units, with their interval."""
        history = (frequency, recency, T)
        return Estimate(*self._fit.ask("expected", t, 0, history, level))

    def expected_purchases_new_customer(self, *, t: float, level: float = 0.95) -> Estimate:
        """Expected purchases in the ``t`` units after a customer's first one."""
        return Estimate(*self._fit.ask("expected", t, 0, (0, 0.0, 0.0), level))

    def clv(
        self,
        summary: Summary,
        *,
        spend: GammaGamma,
        days: int | None,
        annual_rate: float,
        margin_rate: float = 1.0,
        reward_rate: float = 0.0,
        period_days: int | None = None,
    ) -> Table:
        """Lifetime value of every customer in whole units: discounted purchases times spend.

        The next ``days`` days, or for ever; ``annual_rate`` is 0.1 for 10 % a year. Purchases are
        discounted by their day, or with ``period_days`` at the end of periods, as tables by month do.
        """
        terms: _core._ValueTerms = {
            "days": days,
            "annual_rate": annual_rate,
            "margin_rate": margin_rate,
            "reward_rate": reward_rate,
            "period_days": period_days,
        }
        return Table(_core.lifetime_value(self._fit, spend._fit, summary._summary, terms))


class BetaGeo(_PurchaseModel):
    """BG/NBD. Customers without a repeat purchase count as active; see :class:`ModifiedBetaGeo`."""

    __slots__ = ()
    _name = "bg_nbd"


class ModifiedBetaGeo(_PurchaseModel):
    """MBG/NBD: customers may also leave right after the first purchase."""

    __slots__ = ()
    _name = "mbg_nbd"


class ParetoNBD(_PurchaseModel):
    """Pareto/NBD: customers may leave at any time."""

    __slots__ = ()
    _name = "pareto_nbd"


class NBD(_PurchaseModel):
    """NBD: nobody ever leaves. The model that the others have to beat."""

    __slots__ = ()
    _name = "nbd"


class GammaGamma(_Model):
    """Gamma–Gamma: how much customers spend, independently of how often they buy."""

    __slots__ = ()
    _name = "gamma_gamma"

    @classmethod
    def fit(
        cls,
        summary: Summary,
        *,
        start: Mapping[str, float] | None = None,
        iterations_max: int = 300,
    ) -> Self:
        """Fits by maximum likelihood to customers with repeat spend above zero, in whole units."""
        return cls(_core.fit_spend(summary._summary, _options(start, iterations_max)))

    @staticmethod
    def independence(summary: Summary, *, level: float = 0.95) -> Independence | None:
        """Checks what the model takes for granted; ``None`` with too few customers."""
        found = _core.independence(summary._summary, level)
        return None if found is None else Independence(*found)

    @property
    def mean_spend(self) -> float | None:
        """Expected spend over the population; ``None`` where it is infinite."""
        return _core.mean_spend(self._fit)

    def predict(self, summary: Summary) -> Table:
        """Expected spend on a day with an order, of every customer, in whole units."""
        return Table(_core.expected_spend(self._fit, summary._summary))

    def expected_spend(self, summary: Summary) -> Table:
        """The same as :meth:`predict`."""
        return self.predict(summary)


class ShiftedBetaGeo(_Model):
    """sBG: contracts that are renewed or not, period by period."""

    __slots__ = ()
    _name = "sbg"

    @classmethod
    def fit(
        cls,
        *cohorts: Sequence[int],
        start: Mapping[str, float] | None = None,
        iterations_max: int = 300,
    ) -> Self:
        """Fits to counts of contracts: at the start, after the first renewal, and so on."""
        counts = [list(cohort) for cohort in cohorts]
        return cls(_core.fit_renewals(counts, _options(start, iterations_max)))

    def predict(self, *, periods: int, level: float = 0.95) -> Table:
        """The share that is left after each renewal, and the rate of that renewal."""
        return Table(self._fit.renewals(periods, level))

    def residual_lifetime(self, *, period: int, rate: float) -> float:
        """Discounted expected periods of a contract just before the renewal of ``period``."""
        return self._fit.residual_lifetime(period, rate)


class BetaGeoBetaBinom(_Model):
    """BG/BB: customers buy or not at each of a number of opportunities."""

    __slots__ = ()
    _name = "bg_bb"

    @classmethod
    def fit(
        cls,
        frame: Frame,
        *,
        frequency: str = "frequency",
        recency: str = "recency",
        periods: str = "periods",
        weights: str = "weights",
        start: Mapping[str, float] | None = None,
        iterations_max: int = 300,
    ) -> Self:
        """Fits to groups of customers: the names are those of the frame's columns."""
        columns = (frequency, recency, periods, weights)
        return cls(_core.fit_bg_bb(frame, columns, _options(start, iterations_max)))

    def p_alive_of(self, *, frequency: int, recency: int, periods: int) -> float:
        """The chance that a customer is still active at the next opportunity."""
        return self._fit.ask_discrete((frequency, recency, periods), 0)[0]

    def expected_purchases_of(
        self, *, frequency: int, recency: int, periods: int, t: int
    ) -> float:
        """Expected purchases of a customer at the next ``t`` opportunities."""
        return self._fit.ask_discrete((frequency, recency, periods), t)[1]
