"""The report: from Python and from the command line, with hostile names and bad input."""

from __future__ import annotations

import csv
import html.parser
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

import loyalty_core as lc

AS_OF = "1998-06-30"
SECTIONS = "revenue figures cohorts rfm value drifting second-order holdout scheme data".split()


class Page(html.parser.HTMLParser):
    """The elements of a page, and the ids of its sections."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.sections: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "section":
            self.sections.append(str(dict(attrs)["id"]))


@pytest.fixture(scope="module")
def cdnow(root: Path) -> lc.Table:
    return lc.load_cdnow(root / "loyalty-core" / "tests" / "data" / "cdnow" / "CDNOW_sample.txt")


@pytest.fixture(scope="module")
def orders(cdnow: lc.Table) -> lc.Orders:
    return lc.Orders(cdnow, customer="customer", day="date", amount="amount", currency="USD")


@pytest.fixture(scope="module")
def page(orders: lc.Orders) -> lc.Report:
    return lc.report(orders, as_of=AS_OF, title="CDNOW")


@pytest.fixture(scope="module")
def points(root: Path) -> Path:
    return root / "loyalty-core" / "examples" / "schemes" / "points-tiers.toml"


def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "loyalty_core", "report", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_page(orders: lc.Orders, page: lc.Report, tmp_path: Path) -> None:
    seen = Page(page)
    assert seen.sections == [name for name in SECTIONS if name != "scheme"]
    assert not seen.names & {"script", "link", "img", "iframe", "object", "form"}
    assert not seen.attributes & {"src", "style", "onload", "onclick", "onerror"}
    for known in ("244,091.94", "48.3 %", "1,139 of 2,357", "35.28 USD"):
        assert known in page
    assert "NaN" not in page and "Not available" not in page
    assert page == lc.report(orders, as_of=AS_OF, title="CDNOW", threads=2)
    saved = page.save(tmp_path / "page.html")
    assert saved.read_bytes() == page.encode()
    assert repr(page) == f"<Report of {len(page.encode())} bytes>"
    shown = page._repr_html_()
    assert shown.count("<iframe") == 1 and 'sandbox srcdoc="&lt;!DOCTYPE html&gt;' in shown


def test_the_scheme(orders: lc.Orders, points: Path) -> None:
    scheme = lc.Scheme.from_file(points)
    page = lc.report(orders, as_of=AS_OF, title="CDNOW", scheme=scheme, time_zone="America/New_York")
    assert Page(page).sections == SECTIONS
    # The README has these figures of the demo.
    for known in ("296,704", "143,200", "2,047.00", "Points and tiers", "America/New_York"):
        assert known in page
    euro = lc.Scheme.from_toml(points.read_text("utf-8").replace('"USD"', '"EUR"'))
    with pytest.raises(lc.LoyaltyError):
        lc.report(orders, as_of=AS_OF, title="CDNOW", scheme=euro)


def test_hostile_names() -> None:
    names = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style>", "a&b", "ünï"]
    rows = [(name, f"2026-{month:02}-{day + 1:02}") for month in range(1, 10) for day, name in enumerate(names)]
    frame = pa.table({"who": [who for who, _ in rows], "date": [day for _, day in rows], "cents": [990] * len(rows)})
    orders = lc.Orders(frame, customer="who", day="date", amount_minor="cents", currency="EUR")
    page = lc.report(orders, as_of="2026-09-30", title=names[0], time_zone=names[1])
    seen = Page(page)
    assert not seen.names & {"script", "img"} and page.count("</style>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_what_does_not_exist() -> None:
    frame = pa.table({"who": pa.array([], pa.string()), "date": pa.array([], pa.string()), "cents": pa.array([], pa.int64())})
    orders = lc.Orders(frame, customer="who", day="date", amount_minor="cents", currency="EUR")
    page = lc.report(orders, as_of="2026-09-30", title="Nothing yet")
    assert "no orders" in page and "the denominator is zero" in page and "NaN" not in page


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"level": 1.0}, lc.AnalyticsError, "analytics.option"),
        ({"horizon_days": 0}, lc.AnalyticsError, "analytics.option"),
        ({"margin_rate": -1.0}, lc.AnalyticsError, "analytics.option"),
        ({"annual_rate": float("nan")}, lc.AnalyticsError, "analytics.option"),
        ({"listed_max": -1}, lc.InputError, "input.option"),
        ({"as_of": "soon"}, lc.InputError, "input.date"),
        ({"calibration_end": "soon"}, lc.InputError, "input.date"),
    ],
)
def test_bad_options(orders: lc.Orders, changed: dict[str, object], error: type[lc.LoyaltyError], code: str) -> None:
    asked: dict[str, object] = {"as_of": AS_OF, "title": "CDNOW", **changed}
    with pytest.raises(error) as raised:
        lc.report(orders, **asked)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_the_command(cdnow: lc.Table, page: lc.Report, points: Path, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["customer", "date", "amount"])
        writer.writerows(zip(cdnow["customer"], cdnow["date"], cdnow["amount"], strict=True))
    made = tmp_path / "page.html"
    options = ("--currency", "USD", "--title", "CDNOW")
    assert run(str(file), "-o", str(made), "--scheme", str(points), *options) == (0, f"{made}\n", "")
    assert Page(made.read_text("utf-8")).sections == SECTIONS
    # Customers are text in CSV, so that their order, and with it that of ties, may be another.
    code, out, err = run("-", "-o", "-", *options, stdin=file.read_text("utf-8"))
    assert (code, err) == (0, "") and "1,139 of 2,357" in out
    parquet = tmp_path / "orders.parquet"
    pyarrow.parquet.write_table(cdnow.to_arrow(), parquet)
    assert run(str(parquet), "-o", str(made), *options)[0] == 0
    assert made.read_text("utf-8") == page


def test_what_goes_wrong_on_the_command_line(tmp_path: Path) -> None:
    good = "customer,date,amount\nann,2026-01-02,3.50\n"
    for text, arguments, code, said in (
        ("", (), 1, "line 1: found no names"),
        ("a,a\n", (), 1, "or one twice"),
        ("customer,date,amount\nann,2026-01-02\n", (), 1, "line 2: found 2 fields, allowed 3"),
        ('customer,date,amount\n"ann,2026-01-02,3\n', (), 1, "input.file"),
        ("customer,date,amount\nann,soon,3.50\n", (), 1, "soon"),
        ("customer,date,amount\nann,2026-01-02,-3.50\n", (), 1, "amount"),
        ("customer,date,amount\n,2026-01-02,3.50\n", (), 1, "customer"),
        ("customer,date,amount\n", (), 1, "--as-of is needed"),
        (good, ("--customer", "who"), 1, "who"),
        (good, ("--as-of", "soon"), 1, "soon"),
        (good, ("--scheme", str(tmp_path / "none.toml")), 2, "none.toml"),
        (good, ("--currency", "BEE"), 1, "BEE"),
    ):
        found, out, err = run("-", "-o", "-", "--currency", "EUR", *arguments, stdin=text)
        assert (found, out) == (code, "") and said in err and "Traceback" not in err, (text, err)
    assert run("-", "-o", "-", "--currency", "EUR", stdin=good)[0] == 0
    assert run(str(tmp_path / "none.csv"), "--currency", "EUR")[0] == 2
    assert run("-")[0] == 2


def test_the_page_of_the_docs_runs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    (block,) = re.findall(r"^```python\n(.*?)^```$", (root / "docs/report.md").read_text("utf-8"), re.M | re.S)
    exec(compile(block, "docs/report.md", "exec"), {})
