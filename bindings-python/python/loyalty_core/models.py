"""Models of buying, spending and staying: ``fit``, ``summary``, predictions, JSON and pickle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from . import _core, _html
from .analytics import Day, Frame, Orders, Refunds, Summary, ZeroOrders, _day, _terms
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


@dataclass(frozen=True, slots=True)
class Convergence:
    """The evidence that a fit is a maximum."""

    status: str
    """``converged``, or what is wrong with the fit."""
    scaled_gradient: float | None
    """The distance to the maximum in standard errors; ``None`` where the information is not definite."""
    condition: float | None
    """The condition number of the information, scaled to a unit diagonal."""
    iterations: int
    """Newton steps."""
    evaluations: int
    """Evaluations of the likelihood with its derivatives."""
    last_step: float
    """The share by which the last step changed the farthest parameter."""


@dataclass(frozen=True, slots=True)
class LikelihoodRatio:
    """The test of a model against one that contains it."""

    statistic: float
    """Twice the difference of the log-likelihoods."""
    degrees: int
    """How many parameters more the larger one has."""
    p_value: float
    """The chance of such a statistic under the smaller one; halved at a boundary."""
    on_boundary: bool
    """Whether the smaller one is at a boundary of the larger."""


@dataclass(frozen=True, slots=True)
class Holdout:
    """What a model said of a holdout, beside what happened."""

    mean_absolute: float
    """Mean absolute error, purchases a customer."""
    root_mean_square: float
    """Root mean square error, purchases a customer."""
    total_error: float | None
    """Predicted over actual purchases, less one; ``None`` when nothing happened."""
    customers: Table
    """``customer``, ``predicted``, ``actual``."""
    frequencies: Table
    """Means by the number of repeat purchases before; the last row has that many or more."""
    deciles: Table
    """Tenths of the customers, those with the highest predictions first, with their lift."""


Priors: TypeAlias = Mapping[str, tuple[float, float]]
"""Weak priors by parameter: the median, and the standard deviation of the logarithm."""


class _Model:
    """A fitted model. It never changes."""

    __slots__ = ("_fit",)
    _fit: _core.Fit
    _name: ClassVar[str]
    _parameters: ClassVar[tuple[str, ...]]

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

    @property
    def convergence(self) -> Convergence:
        """How the fit ended, with the evidence."""
        return Convergence(self.status, *self._fit.convergence)

    def likelihood_ratio(self, larger: _Model) -> LikelihoodRatio | None:
        """Tests this model against one that contains it; ``None`` where it does not.

        NBD lies in BG/NBD, sBG in BdW, and a model in the same one by segments.
        """
        found = self._fit.likelihood_ratio(larger._fit)
        return None if found is None else LikelihoodRatio(*found)

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


def _by_name(
    values: Mapping[str, Any], names: Sequence[str], option: str, *, all_of: bool
) -> list[Any]:
    """Values in the order of the parameters' names."""
    unknown = [name for name in values if name not in names]
    missing = [name for name in names if name not in values]
    if unknown or (all_of and missing):
        message = f"found {list(values)}, allowed are {', '.join(names)}"
        raise InputError(message, "input.option", f"/{option}", {"found": str(list(values))})
    return [values.get(name) for name in names]


def _options(
    names: Sequence[str],
    start: Mapping[str, float] | None = None,
    priors: Priors | None = None,
    iterations_max: int = 300,
    threads: int = 1,
    k: int | None = None,
    k_max: int = 1,
) -> _core._Options:
    return {
        "start": None if start is None else _by_name(start, names, "start", all_of=True),
        "priors": _by_name(priors or {}, names, "priors", all_of=False),
        "iterations_max": iterations_max,
        "threads": threads,
        "k": k,
        "k_max": k_max,
    }


class _PurchaseModel(_Model):
    """A model of when customers buy. Times are in the unit of the summary it was fitted to."""

    __slots__ = ()

    @classmethod
    def fit(
        cls,
        summary: Summary,
        *,
        start: Mapping[str, float] | None = None,
        priors: Priors | None = None,
        iterations_max: int = 300,
        threads: int = 1,
    ) -> Self:
        """Fits by maximum likelihood. ``start`` may be the ``params`` of an earlier fit.

        The bits of the result do not depend on the number of ``threads``.
        """
        options = _options(cls._parameters, start, priors, iterations_max, threads)
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

    def next_purchase(self, summary: Summary, *, q: float = 0.5) -> Table:
        """The time until each customer's next purchase that is reached with the chance ``q``; empty
        where it never is."""
        return Table(self._fit.next_purchases(summary._summary, q))

    def next_purchase_of(
        self, *, frequency: int, recency: float, T: float, q: float = 0.5
    ) -> float | None:
        """The time until one customer's next purchase that is reached with the chance ``q``."""
        return self._fit.next_purchase((frequency, recency, T), q)

    def discounted_purchases(
        self,
        summary: Summary,
        *,
        days: int | None,
        annual_rate: float,
        period_days: int | None = None,
    ) -> Table:
        """Discounted purchases of every customer in the next ``days`` days, or for ever (DERT)."""
        terms = _value_terms(days, annual_rate, period_days)
        found = _core.discounted_purchases(self._fit, summary._summary, terms)
        return Table(found)

    def holdout(self, summary: Summary, *, frequency_max: int = 7) -> Holdout:
        """How the predictions for the holdout of a summary turn out.

        The summary is one of ``summarize(..., holdout_end=...)``, the one the model was fitted to.
        """
        errors, *tables = _core.holdout(self._fit, summary._summary, frequency_max)
        customers, frequencies, deciles = (Table(table) for table in tables)
        return Holdout(*errors, customers, frequencies, deciles)

    def tracking(
        self,
        orders: Orders,
        *,
        as_of: Day,
        start: Day | None = None,
        step_days: int = 7,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> Table:
        """Repeat purchases of all customers summed up to each day, ``expected`` and ``actual``.

        Customers count from their own first purchase on, those who came after the fit too.
        """
        first = None if start is None else _day(start, "start")
        terms = _terms(as_of, zero_orders, refunds)
        return Table(_core.tracking(self._fit, orders._orders, terms, first, step_days))

    def simulate(self, *, T: Iterable[float], seed: int) -> Table:
        """Customers drawn from the model: one for each time of observation in ``T``.

        The same seed gives the same customers; the first ones do not depend on how many there are.
        """
        return Table(_core.simulate_purchases(self._fit, list(T), seed))

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
        terms = _value_terms(days, annual_rate, period_days, margin_rate, reward_rate)
        return Table(_core.lifetime_value(self._fit, spend._fit, summary._summary, terms))


def _value_terms(
    days: int | None,
    annual_rate: float,
    period_days: int | None,
    margin_rate: float = 1.0,
    reward_rate: float = 0.0,
) -> _core._ValueTerms:
    return {
        "days": days,
        "annual_rate": annual_rate,
        "margin_rate": margin_rate,
        "reward_rate": reward_rate,
        "period_days": period_days,
    }


class _BySegment(_PurchaseModel):
    """A model that can be fitted by segment."""

    __slots__ = ()

    @classmethod
    def fit_segments(
        cls,
        orders: Orders,
        *,
        by: str,
        base: str,
        as_of: Day,
        unit_days: float = 1.0,
        priors: Priors | None = None,
        iterations_max: int = 300,
        threads: int = 1,
        zero_orders: ZeroOrders = "count",
        refunds: Refunds = "net_and_drop",
    ) -> SegmentedModel[Self]:
        """Fits one model with effects of the segments of a column, one of which is the ``base``."""
        fit = _core.fit_segments(
            cls._name,
            orders._orders,
            _terms(as_of, zero_orders, refunds),
            by,
            base,
            unit_days,
            _options(cls._parameters, None, priors, iterations_max, threads),
        )
        return SegmentedModel(cls, fit, by, base)


class BetaGeo(_BySegment):
    """BG/NBD. Customers without a repeat purchase count as active; see :class:`ModifiedBetaGeo`."""

    __slots__ = ()
    _name = "bg_nbd"
    _parameters = ("r", "alpha", "a", "b")


class ModifiedBetaGeo(_PurchaseModel):
    """MBG/NBD: customers may also leave right after the first purchase."""

    __slots__ = ()
    _name = "mbg_nbd"
    _parameters = ("r", "alpha", "a", "b")


class ParetoNBD(_BySegment):
    """Pareto/NBD: customers may leave at any time."""

    __slots__ = ()
    _name = "pareto_nbd"
    _parameters = ("r", "alpha", "s", "beta")


class NBD(_PurchaseModel):
    """NBD: nobody ever leaves. The model that the others have to beat."""

    __slots__ = ()
    _name = "nbd"
    _parameters = ("r", "alpha")


class _Regular(_PurchaseModel):
    """Customers who buy at regular gaps, which are Erlang-k."""

    __slots__ = ()
    _parameters = ("r", "alpha", "a", "b")

    @classmethod
    def fit(
        cls,
        summary: Summary,
        *,
        k: int | None = None,
        k_max: int = 4,
        start: Mapping[str, float] | None = None,
        priors: Priors | None = None,
        iterations_max: int = 300,
        threads: int = 1,
    ) -> Self:
        """Fits by maximum likelihood, at a regularity ``k``; without it at the best of 1 to ``k_max``."""
        options = _options(cls._parameters, start, priors, iterations_max, threads, k, k_max)
        return cls(_core.fit_purchases(cls._name, summary._summary, options))

    @property
    def k(self) -> int:
        """The regularity: 1 is the model without it, higher is more regular."""
        return self._fit.k


class BetaGeoRegular(_Regular):
    """BG/CNBD-k: BG/NBD with regular gaps."""

    __slots__ = ()
    _name = "bg_cnbd_k"


class ModifiedBetaGeoRegular(_Regular):
    """MBG/CNBD-k: MBG/NBD with regular gaps."""

    __slots__ = ()
    _name = "mbg_cnbd_k"


_M = TypeVar("_M", bound=_PurchaseModel)


class SegmentedModel(_Model, Generic[_M]):
    """BG/NBD or Pareto/NBD with effects of segments; ``params`` has them by name."""

    __slots__ = ("_base", "_by", "_kind")
    _kind: type[_M]

    def __init__(self, kind: type[_M], fit: _core.Fit, by: str, base: str) -> None:
        """Models by segment come from ``fit_segments`` and ``from_json``."""
        self._fit, self._kind, self._by, self._base = fit, kind, by, base

    @property
    def by(self) -> str:
        """The column of the segments."""
        return self._by

    @property
    def base(self) -> str:
        """The segment without effects."""
        return self._base

    def segment(self, name: str) -> _M:
        """The model of one segment, for predictions: its parameters, without their covariance."""
        return self._kind(_core.segment_fit(self._fit, name, self._base))

    def to_json(self) -> str:
        """The fit as JSON."""
        fit = json.loads(self._fit.to_json())
        return json.dumps({"by": self._by, "base": self._base, "fit": fit}, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str | bytes) -> SegmentedModel[Any]:
        """Reads what ``to_json`` wrote, to the same bits."""
        allowed = "what to_json of a SegmentedModel wrote"
        try:
            read = json.loads(document)
            by, base, fit = read["by"], read["base"], json.dumps(read["fit"])
        except (ValueError, TypeError, KeyError) as error:
            message = f"found {error!r}, allowed {allowed}"
            raise InputError(message, "input.fit", None, {"allowed": allowed}) from error
        made = _core.Fit.from_json(fit)
        kinds = {"bg_nbd": BetaGeo, "pareto_nbd": ParetoNBD}
        if made.model not in kinds or not isinstance(by, str) or not isinstance(base, str):
            message = f"found a fit of {made.model}, allowed {allowed}"
            raise InputError(message, "input.fit", None, {"found": made.model, "allowed": allowed})
        return SegmentedModel(kinds[made.model], made, by, base)


class GammaGamma(_Model):
    """Gamma–Gamma: how much customers spend, independently of how often they buy."""

    __slots__ = ()
    _name = "gamma_gamma"
    _parameters = ("p", "q", "gamma")

    @classmethod
    def fit(
        cls,
        summary: Summary,
        *,
        start: Mapping[str, float] | None = None,
        priors: Priors | None = None,
        iterations_max: int = 300,
        threads: int = 1,
    ) -> Self:
        """Fits by maximum likelihood to customers with repeat spend above zero, in whole units."""
        options = _options(cls._parameters, start, priors, iterations_max, threads)
        return cls(_core.fit_spend(summary._summary, options))

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

    def simulate(self, *, frequency: Iterable[int], seed: int) -> Table:
        """Spend drawn from the model: a row an order, of customers with so many orders each."""
        return Table(_core.simulate_spend(self._fit, list(frequency), seed))


class _ContractModel(_Model):
    """A model of contracts that are renewed or not, period by period."""

    __slots__ = ()

    @classmethod
    def fit(
        cls,
        *cohorts: Sequence[int],
        start: Mapping[str, float] | None = None,
        priors: Priors | None = None,
        iterations_max: int = 300,
    ) -> Self:
        """Fits to counts of contracts: at the start, after the first renewal, and so on."""
        counts = [list(cohort) for cohort in cohorts]
        options = _options(cls._parameters, start, priors, iterations_max)
        return cls(_core.fit_renewals(cls._name, counts, options))

    def predict(self, *, periods: int, level: float = 0.95) -> Table:
        """The share that is left after each renewal, and the rate of that renewal."""
        return Table(self._fit.renewals(periods, level))

    def residual_lifetime(self, *, period: int, rate: float) -> float | None:
        """Discounted expected periods of a contract just before the renewal of ``period``.

        ``None`` where the sum does not settle, which can be with losses that nearly stop.
        """
        return self._fit.residual_lifetime(period, rate)


class ShiftedBetaGeo(_ContractModel):
    """sBG: each contract has its own chance of ending, the same in every period."""

    __slots__ = ()
    _name = "sbg"
    _parameters = ("alpha", "beta")


class BetaDiscreteWeibull(_ContractModel):
    """BdW: as sBG, and the chance of ending may rise or fall with time."""

    __slots__ = ()
    _name = "bdw"
    _parameters = ("alpha", "beta", "c")


class BetaGeoBetaBinom(_Model):
    """BG/BB: customers buy or not at each of a number of opportunities."""

    __slots__ = ()
    _name = "bg_bb"
    _parameters = ("alpha", "beta", "gamma", "delta")

    @classmethod
    def fit(
        cls,
        frame: Frame,
        *,
        frequency: str = "frequency",
        recency: str = "recency",
        periods: str = "periods",
        weights: str | None = "weights",
        start: Mapping[str, float] | None = None,
        priors: Priors | None = None,
        iterations_max: int = 300,
    ) -> Self:
        """Fits to groups of customers: the names are those of the frame's columns.

        Without ``weights`` each row is one customer.
        """
        columns = [frequency, recency, periods, *([] if weights is None else [weights])]
        options = _options(cls._parameters, start, priors, iterations_max)
        return cls(_core.fit_bg_bb(frame, columns, options))

    def predict(
        self,
        frame: Frame,
        *,
        t: int,
        frequency: str = "frequency",
        recency: str = "recency",
        periods: str = "periods",
    ) -> Table:
        """For every row: ``p_alive`` at the next opportunity, ``expected_purchases`` at the next ``t``."""
        return Table(self._fit.predict_discrete(frame, [frequency, recency, periods], t))

    def p_alive_of(self, *, frequency: int, recency: int, periods: int) -> float:
        """The chance that a customer is still active at the next opportunity."""
        return self._fit.ask_discrete((frequency, recency, periods), 0)[0]

    def expected_purchases_of(
        self, *, frequency: int, recency: int, periods: int, t: int
    ) -> float:
        """Expected purchases of a customer at the next ``t`` opportunities."""
        return self._fit.ask_discrete((frequency, recency, periods), t)[1]


_KINDS: Mapping[str, type[_Model]] = {
    kind._name: kind
    for kind in (
        BetaGeo,
        ModifiedBetaGeo,
        ParetoNBD,
        NBD,
        BetaGeoRegular,
        ModifiedBetaGeoRegular,
        ShiftedBetaGeo,
        BetaDiscreteWeibull,
    )
}


class Ranking(Table):
    """Models of the same customers on one likelihood scale, the best by AIC first.

    ``model``, ``k``, ``log_likelihood``, ``aic``, ``bic``, ``aic_excess`` over the best one, errors in the
    holdout where there is one, and the ``status`` of the fit or why there is none.
    """

    __slots__ = ("fits",)
    fits: list[Any]
    """The models, in the order of the table, without those that could not be fitted."""

    def __init__(self, table: _core.Table, fits: list[_core.Fit]) -> None:
        """Rankings come from :func:`compare` and :func:`compare_renewals`."""
        super().__init__(table)
        self.fits = [_KINDS[fit.model](fit) for fit in fits]


def compare(summary: Summary, *, k_max: int = 3, threads: int = 1) -> Ranking:
    """Fits every model of purchases to a summary: NBD, BG/NBD, MBG/NBD, Pareto/NBD, and both with
    regular gaps up to ``k_max``. A summary with a holdout gives their errors in it as well."""
    options = _options((), threads=threads, k_max=k_max)
    return Ranking(*_core.compare_purchases(summary._summary, options))


def compare_renewals(*cohorts: Sequence[int]) -> Ranking:
    """Fits sBG and BdW to the same counts of contracts."""
    counts = [list(cohort) for cohort in cohorts]
    return Ranking(*_core.compare_renewals(counts, _options(())))
