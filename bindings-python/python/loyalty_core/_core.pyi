"""The native half of the package. Use it through ``loyalty_core``."""

from collections.abc import Callable, Iterable
from datetime import datetime
from os import PathLike
from typing import Any, Literal, TypeAlias, TypedDict, final

from .analytics import Frame
from .documents import Facts, Money, Purchase, When

__all__ = [
    "Account",
    "Backtest",
    "Decision",
    "Fit",
    "Group",
    "Orders",
    "Partial",
    "Scheme",
    "ShopOrders",
    "Summary",
    "Table",
    "_panic",
    "acquisition",
    "backtest",
    "cdnow",
    "churn_rates",
    "cohorts",
    "compare_backtests",
    "compare_purchases",
    "compare_renewals",
    "contract_churn",
    "conversion",
    "discounted_purchases",
    "donations",
    "effort_score",
    "expected_spend",
    "fit_bg_bb",
    "fit_purchases",
    "fit_renewals",
    "fit_segments",
    "fit_spend",
    "holdout",
    "independence",
    "is_shopify_csv",
    "lifetime_value",
    "lint",
    "log_rank",
    "make_codes",
    "mean_spend",
    "merge",
    "metrics",
    "net_promoter",
    "perform",
    "period_retention",
    "prior_price",
    "programme",
    "quote",
    "quote_many",
    "read_orders",
    "read_orders_csv",
    "read_shopify_csv",
    "read_shopify_orders",
    "read_woocommerce_orders",
    "reconcile",
    "record_many",
    "replay_many",
    "report",
    "restricted_mean",
    "retention",
    "rfm",
    "satisfaction",
    "segment_fit",
    "simulate_purchases",
    "simulate_spend",
    "standing",
    "states",
    "summarize",
    "survival",
    "text_table",
    "tracking",
    "transfer",
    "transitions",
    "verify_code",
    "verify_decision",
    "verify_groups",
    "why_not",
]

# Names for this stub only; the built module has none of them.
_Done: TypeAlias = tuple[int, bool, Account, Group | None, Group | None]
_Item: TypeAlias = tuple[Account, Purchase, When, Facts | None]
_Limits: TypeAlias = tuple[float | None, float | None, float | None]

class _OrderColumns(TypedDict):
    customer: str
    day: str
    amount: str | None
    amount_minor: str | None
    currency: str
    currency_column: str | None
    order: str | None
    kind: str | None
    original_order: str | None
    sku: str | None
    quantity: str | None
    time_zone: str | None
    negative: str
    guests: str
    segments: list[str]
    row_segments: list[str]
    memory_max: int

class _CsvColumns(TypedDict):
    customer: str
    at: str
    amount: str
    order: str | None
    quantity: str | None
    sku: str | None
    kind: str | None
    currency: str | None

class _BacktestTerms(TypedDict):
    redeem: str
    expiry_days: int
    redeem_from: Money | None
    until: When | None

class _Terms(TypedDict):
    as_of: int
    zero_orders: str
    refunds: str

class _ValueTerms(TypedDict):
    days: int | None
    annual_rate: float
    margin_rate: float
    reward_rate: float
    period_days: int | None

class _ReportTerms(TypedDict):
    title: str
    time_zone: str | None
    level: float
    horizon_days: int
    annual_rate: float
    margin_rate: float
    calibration_end: int | None
    listed_max: int
    threads: int

class _Options(TypedDict):
    start: list[float] | None
    priors: list[tuple[float, float] | None]
    iterations_max: int
    threads: int
    k: int | None
    k_max: int

class _ActivityColumns(TypedDict):
    customer: str
    day: str
    kind: str
    points: str

class _StateTerms(TypedDict):
    passivating: float
    lapsed: float
    lost: float
    horizon_days: int

class _AcquisitionTerms(TypedDict):
    cost_minor: int
    first: int
    last: int
    lag_days: int
    period_days: int
    margin_rate: float
    value: float | None

@final
class Scheme:
    """A scheme: the rules of a loyalty programme, checked and ready to decide.

    It never changes, can be shared by threads, and pickles as its document.
    """

    @staticmethod
    def from_json(document: str | bytes) -> Scheme:
        """Reads and compiles a JSON document."""
    @staticmethod
    def from_toml(document: str | bytes) -> Scheme:
        """Reads and compiles a TOML document."""
    @staticmethod
    def from_dict(document: dict[str, Any]) -> Scheme:
        """Compiles a document of dicts and lists, as ``json.load`` or ``tomllib.load`` gives it."""
    @staticmethod
    def from_file(path: str | PathLike[str]) -> Scheme:
        """Reads and compiles a file; its name ends in ``.toml`` or ``.json``."""
    @property
    def id(self) -> str:
        """The scheme's stable name."""
    @property
    def name(self) -> str:
        """What people call it."""
    @property
    def version(self) -> str | None:
        """The label of this version of it."""
    @property
    def currency(self) -> str:
        """The currency of every amount in it."""
    @property
    def time_zone(self) -> str:
        """The IANA name of the zone in which its days begin."""
    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical JSON, as 64 hexadecimal digits."""
    def to_json(self) -> str:
        """The canonical JSON of its document."""
    def to_dict(self) -> dict[str, Any]:
        """The document as dicts and lists."""
    def _repr_html_(self) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class Account:
    """A member's account: what the member's groups fold to.

    It never changes: an act gives a new account. It can be shared by threads, and pickles as its
    snapshot.
    """

    def __new__(cls, member: str) -> Account:
        """The empty account of a member, who is named by a pseudonym of the host."""
    @staticmethod
    def replay(member: str, groups: Iterable[Group | str | bytes] | str | bytes) -> Account:
        """Folds groups, or the lines of JSON that were stored. Their chain of hashes is checked."""
    @staticmethod
    def restore(snapshot: str | bytes) -> Account:
        """Reads what ``snapshot`` wrote: its digest is checked, and the account audited."""
    def snapshot(self) -> str:
        """The account as JSON, with the digest of its state."""
    def apply(self, group: Group | str | bytes) -> Account:
        """The account after one more group, which is a ``Group`` or its line of JSON."""
    @property
    def member(self) -> str:
        """The member."""
    @property
    def seq(self) -> int:
        """How many groups it is the fold of."""
    @property
    def at(self) -> datetime | None:
        """When the last group was posted."""
    @property
    def status(self) -> Literal["active", "suspended", "closed"]:
        """Whether it takes part: ``active``, ``suspended`` or ``closed``."""
    @property
    def purchase_count(self) -> int:
        """How many purchases count, cancelled ones left out."""
    def state_hash(self) -> str:
        """The digest of the whole state: accounts of the same groups have the same."""
    def audit(self) -> None:
        """Checks the account against itself."""
    def to_dict(self) -> dict[str, Any]:
        """The account as dicts and lists."""
    def _repr_html_(self) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class Group:
    """The entries of one act: what a host stores, one row each."""

    @staticmethod
    def from_json(line: str | bytes) -> Group:
        """Reads the line that ``to_json`` wrote."""
    @property
    def seq(self) -> int:
        """The group's number within the account, from 1."""
    @property
    def act(self) -> str:
        """What was done, such as ``record``."""
    @property
    def key(self) -> str:
        """The act's own name: with ``act`` the natural key, under which it is posted once."""
    @property
    def at(self) -> datetime:
        """When it was posted."""
    @property
    def hash(self) -> str:
        """The hash of the group, which the next one names."""
    @property
    def scheme(self) -> str | None:
        """The digest of the scheme that decided it."""
    @property
    def entries(self) -> list[dict[str, Any]]:
        """What happened, as dicts with one key each: the kind of the entry."""
    def to_json(self) -> str:
        """The group as one line of JSON, without the line's end: what a host stores."""
    def to_dict(self) -> dict[str, Any]:
        """The group as dicts and lists."""
    def _answer(self) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[str]]: ...

@final
class Decision:
    """A decision of the core. ``loyalty_core.Decision`` is what users see of it."""

    def __new__(
        cls, json: str, canonical: str, outputs: str, ucp: tuple[str, str] | None
    ) -> Decision: ...
    def json(self) -> str:
        """The decision as JSON, with its reasons."""
    def canonical(self) -> str:
        """The decision as JSON without its reasons: what a client hands back to be verified."""
    def outputs_digest(self) -> str:
        """The digest of what the member gets."""
    def ucp(self, provisional: bool) -> str:
        """The decision as JSON in the form of the Loyalty Extension."""
    def __reduce__(self) -> tuple[type[Decision], tuple[str, str, str, tuple[str, str] | None]]: ...

def quote(
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    at: When,
    facts: Facts | None,
    explain: bool,
    pool: Account | None,
) -> Decision:
    """What the member would get for a purchase at a moment."""

def quote_many(
    scheme: Scheme, items: list[_Item], explain: bool, pool: Account | None
) -> list[Decision]:
    """Quotes many purchases."""

def verify_decision(
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    claimed: str | bytes,
    facts: Facts | None,
    pool: Account | None,
) -> Decision:
    """Computes a decision anew and compares it with the one that a client shows."""

def why_not(
    scheme: Scheme,
    account: Account,
    purchase: Purchase,
    rule: str,
    at: When,
    facts: Facts | None,
    pool: Account | None,
) -> str | None:
    """Why a rule does or does not pay for a purchase, as JSON."""

def lint(scheme: Scheme, at: When | None) -> str:
    """What looks like a mistake in a scheme, as JSON."""

def make_codes(entropy: bytes, batch: str) -> list[str]:
    """The codes of a batch."""

def verify_code(code: str, consonants: bool) -> bool:
    """Whether the last character of a code checks the others."""

def prior_price(announced: object, currency: str) -> str | None:
    """The price to state beside a reduced one, as JSON; nothing for goods that are exempt."""

def standing(scheme: Scheme, account: Account, at: When) -> str:
    """Where a member is at a moment, as JSON."""

def perform(
    scheme: Scheme,
    account: Account,
    kind: str,
    act: object,
    at: When,
    pool: Account | None,
    earlier: list[Scheme],
) -> _Done:
    """Does an act."""

def transfer(
    scheme: Scheme, from_: Account, to: Account, act: object, at: When
) -> tuple[_Done, _Done]:
    """Moves points from one account to another."""

def merge(
    scheme: Scheme, survivor: Account, other: Account, act: object, at: When
) -> tuple[_Done, _Done]:
    """Pours one account into another."""

def record_many(scheme: Scheme, items: list[_Item]) -> list[_Done]:
    """Records many purchases; those of one member one after another."""

def replay_many(
    logs: list[tuple[str, Iterable[Group | str | bytes] | str | bytes]],
) -> list[tuple[str, Account]]:
    """Replays many logs: pairs of a member and its groups."""

def verify_groups(groups: Iterable[Group | str | bytes] | str | bytes) -> int:
    """Checks the chain of hashes of a log, and says how many groups it has."""

@final
class Table:
    """Columns of Arrow. ``loyalty_core.Table`` is what users see of it."""

    def names(self) -> list[str]:
        """The names of the columns."""
    def rows(self) -> int:
        """How many rows there are."""
    def column(self, name: str, most: int | None) -> list[Any] | None:
        """The values of a column, or of its first rows."""
    def stream(self, requested: object | None) -> object:
        """The stream of Arrow's C interface."""

@final
class Orders:
    """The rows of a frame. ``loyalty_core.Orders`` is what users see of it."""

    @property
    def rows(self) -> tuple[int, int]:
        """How many rows the frame had, and how many of them have no customer."""
    @property
    def customers(self) -> int:
        """How many customers there are."""
    @property
    def currency(self) -> str:
        """The currency of the amounts."""
    @property
    def days(self) -> tuple[int, int] | None:
        """The first and the last day, as days since 1970-01-01."""

@final
class Partial:
    """What rows add up to. ``loyalty_core.Partial`` is what users see of it."""

    def __new__(cls, currency: str) -> Partial: ...
    @property
    def currency(self) -> str:
        """The currency of the amounts."""
    @property
    def without_customer(self) -> int:
        """How many rows were left out, because they have no customer."""
    def update(self, frame: Frame, columns: _OrderColumns) -> None:
        """Adds the rows of a frame."""
    def add_rows(self, frame: Frame) -> None:
        """Adds rows that ``rows`` of this or other partial summaries gave, in any order."""
    def merge(self, other: Partial) -> None:
        """Adds another partial summary."""
    def rows(self) -> Table:
        """What the rows add up to, as columns."""
    def finish(self, terms: _Terms, holdout_end: int | None, unit_days: float) -> Summary:
        """The summary as of a day."""

@final
class Summary:
    """Summaries of customers. ``loyalty_core.Summary`` is what users see of it."""

    @property
    def as_of(self) -> int:
        """The last day that was seen, as days since 1970-01-01."""
    @property
    def unit_days(self) -> float:
        """Days in one unit of time."""
    @property
    def without_occasion(self) -> int:
        """Customers that are known but have no occasion."""
    @property
    def holdout(self) -> tuple[int, int] | None:
        """The last day of the holdout, and how many customers came first in it."""
    @property
    def counts(self) -> list[tuple[str, int]]:
        """Where every row of the frame went."""
    def table(self) -> Table:
        """The summary as columns."""

@final
class Fit:
    """A fitted model. The model classes of ``loyalty_core`` are what users see of it."""

    @staticmethod
    def from_json(document: str | bytes) -> Fit:
        """Reads what ``to_json`` wrote."""
    def to_json(self) -> str:
        """The fit as JSON; its numbers read back to the same bits."""
    @property
    def model(self) -> str:
        """The model's name."""
    @property
    def parameters(self) -> list[tuple[str, float]]:
        """The parameters by name."""
    @property
    def covariance(self) -> list[list[float]] | None:
        """The covariance of the parameters, row by row; none at a boundary."""
    @property
    def unit_days(self) -> float:
        """Days in one unit of the model's time."""
    @property
    def k(self) -> int:
        """The regularity k of the CNBD-k models, 1 elsewhere."""
    @property
    def convergence(self) -> tuple[float | None, float | None, int, int, float]:
        """The evidence that the fit is a maximum."""
    def likelihood_ratio(self, larger: Fit) -> tuple[float, int, float, bool] | None:
        """The likelihood-ratio test against a fit that contains this one."""
    @property
    def scores(self) -> tuple[float, float, float]:
        """The log-likelihood, Akaike's criterion, and the Bayesian one."""
    @property
    def customers(self) -> int:
        """How many customers took part."""
    @property
    def status(self) -> str:
        """How the fit ended: ``converged``, or what is wrong with it."""
    def summary(self, level: float) -> Table:
        """The parameters with their standard errors and intervals."""
    def predict(self, summary: Summary, asked: list[tuple[str, str, float, int]]) -> Table:
        """The answers to questions about every customer of a summary."""
    def ask(
        self, name: str, t: float, n: int, history: tuple[int, float, float], level: float
    ) -> _Limits:
        """The answer for one customer, with its interval."""
    def renewals(self, periods: int, level: float) -> Table:
        """S(t), the retention rate and its interval of each period of contracts."""
    def residual_lifetime(self, n: int, rate: float) -> float | None:
        """The discounted expected lifetime of a contract in its n-th period."""
    def next_purchases(self, summary: Summary, q: float) -> Table:
        """When each customer of a summary has bought again with the chance ``q``."""
    def next_purchase(self, history: tuple[int, float, float], q: float) -> float | None:
        """The same of one customer."""
    def ask_discrete(self, history: tuple[int, int, int], t: int) -> tuple[float, float]:
        """P(alive at the next opportunity) and the expected purchases in the next ``t``."""
    def predict_discrete(self, frame: Frame, columns: list[str], t: int) -> Table:
        """The same of every row of a frame."""
    def __eq__(self, value: object, /) -> bool: ...

def read_orders(frame: Frame, columns: _OrderColumns) -> Orders:
    """Reads a frame."""

def summarize(orders: Orders, terms: _Terms, holdout_end: int | None, unit_days: float) -> Summary:
    """Summarizes orders up to a day."""

def survival(frame: Frame, days: str, seen: str, by: str | None, level: float) -> Table:
    """The Kaplan-Meier curve of subjects with their days; of each group with ``by``."""

def restricted_mean(
    frame: Frame, columns: tuple[str, str, str | None], horizon_days: int, level: float
) -> Table:
    """The mean of the days without the event up to a horizon, and the median."""

def log_rank(frame: Frame, days: str, seen: str, by: str) -> tuple[float, int, float] | None:
    """The log-rank test that all groups have the same survival."""

def net_promoter(answers: list[int], level: float) -> tuple[_Limits, tuple[int, int, int]]:
    """The net promoter score, with promoters, neutrals and detractors."""

def satisfaction(answers: list[int], level: float) -> tuple[_Limits, _Limits]:
    """The share of answers 4 and 5, and the mean answer."""

def effort_score(answers: list[int], high_is_effort: bool, level: float) -> tuple[_Limits, _Limits]:
    """The share of answers 5 to 7, and the mean answer."""

def contract_churn(
    frame: Frame, columns: tuple[str, str], window: tuple[int, int], level: float
) -> tuple[int, int, float | None, float | None, float | None]:
    """Contracts that ended in a window over those that were active at its start."""

def metrics(
    orders: Orders, terms: _Terms, start: int | None, by: str | None, level: float
) -> Table:
    """The metrics of a window."""

def retention(
    orders: Orders,
    terms: _Terms,
    start: int | None,
    period: str,
    rolling_days: int | None,
    retained: str,
    periods: int,
    by: str | None,
    level: float,
) -> Table:
    """Retention by periods since each customer's first occasion."""

def cohorts(
    orders: Orders, terms: _Terms, period: str, rolling_days: int | None, measure: str
) -> Table:
    """Cohorts in the long form."""

def rfm(
    orders: Orders,
    terms: _Terms,
    start: int | None,
    ties: str,
    monetary: str,
    sorting: str,
    names: str | None,
) -> Table:
    """RFM scores."""

def churn_rates(
    orders: Orders,
    terms: _Terms,
    fit: Fit | None,
    percent: int,
    horizon_days: int,
    by: str | None,
    level: float,
) -> Table:
    """The estimators of churn, each under its own name."""

def states(orders: Orders, terms: _Terms, fit: Fit, asked: _StateTerms) -> Table:
    """The state of every customer with an order."""

def transitions(orders: Orders, terms: _Terms, earlier: int, fit: Fit, asked: _StateTerms) -> Table:
    """The state of every customer at two days."""

def conversion(orders: Orders, terms: _Terms, most: int, by: str | None, level: float) -> Table:
    """How many customers go from each order to the next, and how long that takes."""

def period_retention(
    orders: Orders,
    terms: _Terms,
    before: tuple[int, int],
    after: tuple[int, int],
    by: str | None,
    level: float,
) -> Table:
    """What of one span's customers and revenue is there in another."""

def acquisition(orders: Orders, terms: _Terms, asked: _AcquisitionTerms) -> Table:
    """What a new customer cost, and when that is earned back."""

def programme(
    orders: Orders,
    frame: Frame,
    columns: _ActivityColumns,
    terms: _Terms,
    start: int | None,
    by: str | None,
    level: float,
) -> tuple[Table, int]:
    """Who earns and redeems, and what becomes of points."""

def fit_purchases(model: str, summary: Summary, options: _Options) -> Fit:
    """Fits a model of purchases to a summary."""

def fit_spend(summary: Summary, options: _Options) -> Fit:
    """Fits Gamma–Gamma to the repeat spend of a summary."""

def fit_renewals(model: str, cohorts: list[list[int]], options: _Options) -> Fit:
    """Fits sBG or BdW to counts of contracts, one list a cohort."""

def fit_bg_bb(frame: Frame, columns: list[str], options: _Options) -> Fit:
    """Fits BG/BB to a frame with a row for each group of customers."""

def fit_segments(
    model: str,
    orders: Orders,
    terms: _Terms,
    by: str,
    base: str,
    unit_days: float,
    options: _Options,
) -> Fit:
    """Fits a model of purchases whose parameters differ by segment."""

def segment_fit(fit: Fit, segment: str, base: str) -> Fit:
    """The model of one segment, without a covariance."""

def compare_purchases(summary: Summary, options: _Options) -> tuple[Table, list[Fit]]:
    """Every model of purchases, best first, and the fits in that order."""

def compare_renewals(cohorts: list[list[int]], options: _Options) -> tuple[Table, list[Fit]]:
    """Every model of contracts, best first, and the fits in that order."""

def holdout(
    fit: Fit, summary: Summary, frequency_max: int
) -> tuple[tuple[float, float, float | None], Table, Table, Table]:
    """What a fit says of a holdout: errors, and tables by customer, frequency and decile."""

def tracking(fit: Fit, orders: Orders, terms: _Terms, start: int | None, step_days: int) -> Table:
    """Repeat purchases summed up, as a fit expects them and as they came."""

def simulate_purchases(fit: Fit, ages: list[float], seed: int) -> Table:
    """Customers drawn from a fit of purchases, one for each age."""

def simulate_spend(fit: Fit, counts: list[int], seed: int) -> Table:
    """What customers drawn from a fit of spend pay."""

def discounted_purchases(fit: Fit, summary: Summary, terms: _ValueTerms) -> Table:
    """Discounted purchases of every customer."""

def independence(summary: Summary, level: float) -> tuple[float, float, float, bool] | None:
    """The correlation of frequency and spend with its limits, and whether it is small enough."""

def mean_spend(spend: Fit) -> float | None:
    """Expected spend an occasion over the population."""

def expected_spend(spend: Fit, summary: Summary) -> Table:
    """Expected spend an occasion of every customer."""

def lifetime_value(fit: Fit, spend: Fit, summary: Summary, terms: _ValueTerms) -> Table:
    """The lifetime value of every customer."""

def report(orders: Orders, terms: _Terms, asked: _ReportTerms, scheme: Scheme | None) -> str:
    """The page; with a scheme, also what it costs and owes."""

def text_table(columns: list[tuple[str, list[str | None]]]) -> Table:
    """Columns of text as a table, such as those of a file."""

def cdnow(text: str) -> Table:
    """The purchases of CDNOW."""

def donations(text: str) -> Table:
    """The donors of the BG/BB example."""

@final
class ShopOrders:
    """Orders of an export. ``loyalty_core.ShopOrders`` is what users see of it."""

    @staticmethod
    def from_json(orders: list[str]) -> ShopOrders:
        """Orders of their JSON."""
    def len(self) -> int:
        """How many there are."""
    def order(self, place: int) -> str | None:
        """The JSON of one."""

def is_shopify_csv(text: str) -> bool:
    """Whether a text begins with the header of Shopify's orders export."""

def read_shopify_csv(text: str, currency: str | None) -> ShopOrders:
    """Reads Shopify's orders export."""

def read_shopify_orders(text: str, currency: str | None) -> ShopOrders:
    """Reads orders of Shopify's REST interface."""

def read_woocommerce_orders(text: str, currency: str | None) -> ShopOrders:
    """Reads orders of WooCommerce's REST interface."""

def read_orders_csv(text: str, columns: _CsvColumns, currency: str | None) -> ShopOrders:
    """Reads a table of rows."""

def reconcile(before: str | None, account: Account | None, after: str) -> list[tuple[str, str]]:
    """The acts between what is known and an order's state: the moment of each, and its JSON."""

@final
class Backtest:
    """What a scheme came to. ``loyalty_core.Backtest`` is what users see of it."""

    @property
    def scheme(self) -> str:
        """The scheme's name."""
    @property
    def digest(self) -> str:
        """The scheme's digest."""
    @property
    def currency(self) -> str:
        """The currency of every amount."""
    @property
    def until(self) -> str | None:
        """The moment up to which everything due was posted."""
    @property
    def guests(self) -> int:
        """Orders, or rows, without a customer."""
    def totals(self) -> Table:
        """The whole as one row."""
    def members(self) -> Table:
        """A row a member."""
    def months(self) -> Table:
        """A row a month."""
    def tiers(self) -> Table:
        """A row a tier, and one a ladder for members without a tier."""
    def wallets(self) -> Table:
        """A row a wallet."""
    def to_json(self) -> str:
        """The whole as JSON, in minor units and thousandths."""

def backtest(
    scheme: Scheme,
    orders: Orders | ShopOrders,
    terms: _BacktestTerms,
    progress: Callable[[int], object] | None,
) -> Backtest:
    """Runs a scheme over orders of a frame or of an export."""

def compare_backtests(first: Backtest, second: Backtest) -> tuple[Table, Table, Table]:
    """The second result less the first: the whole, the members, the months."""

def _panic(detached: bool) -> None: ...
