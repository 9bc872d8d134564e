//! The report: its sections, its determinism, hostile texts, and values that do not exist.
#![cfg(feature = "report")]
#![allow(clippy::arithmetic_side_effects, reason = "tests over small data")]

mod common;

use std::sync::{Arc, LazyLock};

use loyalty_core::analytics::civil::day_of;
use loyalty_core::analytics::columns::{Purchases, REFUND, SALE};
use loyalty_core::analytics::index::Key;
use loyalty_core::report::{
    Missing, ReportInput, ReportOptions, SchemeFigures, build, render, scheme_figures,
};
use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use proptest::prelude::*;

type Failure = Box<dyn std::error::Error>;

/// The columns of the CDNOW sample.
struct Sample {
    keys: Vec<Key>,
    customer: Vec<u32>,
    day: Vec<i32>,
    minor: Vec<i64>,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let log = common::cdnow();
    // The sample numbers its customers from 1, in the order of the file.
    let customers = i64::try_from(log.customers).expect("a number");
    Sample {
        keys: (1..=customers).map(Key::Int).collect(),
        customer: log.customer,
        day: log.day,
        minor: log.amount_minor,
    }
});

impl Sample {
    fn purchases(&self) -> Purchases<'_> {
        Purchases::new(&self.customer, &self.day, &self.minor)
    }
}

fn day(text: &str) -> i32 {
    let parts: Vec<u32> = text
        .split('-')
        .map(|part| part.parse().expect("a number"))
        .collect();
    day_of(i32::try_from(parts[0]).expect("a year"), parts[1], parts[2]).expect("a day")
}

fn options(as_of: &str) -> ReportOptions {
    ReportOptions::new(
        "CDNOW, 1997 to 1998",
        "USD".parse().expect("USD"),
        day(as_of),
    )
}

fn scheme(document: &str) -> Arc<Scheme> {
    Arc::new(compile(SchemeDef::from_toml(document).expect("a document")).expect("a scheme"))
}

static POINTS: LazyLock<SchemeFigures> = LazyLock::new(|| {
    let scheme = scheme(include_str!("../examples/schemes/points-tiers.toml"));
    let usd = "USD".parse().expect("USD");
    scheme_figures(&scheme, &SAMPLE.purchases(), usd, day("1998-06-30")).expect("a run")
});

fn sample_input(as_of: &str, scheme: Option<SchemeFigures>, threads: usize) -> ReportInput {
    let options = ReportOptions {
        threads,
        ..options(as_of)
    };
    build(&SAMPLE.purchases(), &SAMPLE.keys, &options, scheme).expect("a report")
}

/// The sections' ids in the order in which they stand.
fn sections(page: &str) -> Vec<&str> {
    let starts = page.split("<section id=\"").skip(1);
    starts.filter_map(|rest| rest.split('"').next()).collect()
}

/// Elements in the page's own markup are closed in order, ids are unique, and nothing loads anything.
fn expect_sound(page: &str) {
    const VOID: [&str; 6] = ["meta", "rect", "line", "polyline", "polygon", "circle"];
    let mut open: Vec<&str> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for piece in page.split('<').skip(1) {
        let tag = piece.split('>').next().expect("a tag");
        let name = tag
            .split([' ', '/'])
            .find(|part| !part.is_empty())
            .unwrap_or("");
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "near {piece:.60}");
        } else if !tag.starts_with('!') && !tag.ends_with('/') {
            assert!(!VOID.contains(&name), "{tag} is not closed");
            open.push(name);
        }
        if let Some(id) = tag
            .split(" id=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
        {
            assert!(ids.insert(id), "the id {id} stands twice");
        }
        for banned in [
            "script", "link", "img", "iframe", "object", "embed", "base", "form",
        ] {
            assert_ne!(name, banned, "{tag}");
        }
        for banned in [
            " src=",
            " onload=",
            " onclick=",
            " onerror=",
            " style=",
            "xlink:href",
        ] {
            assert!(!tag.contains(banned), "{tag}");
        }
        if let Some(target) = tag.split(" href=\"").nth(1) {
            assert!(target.starts_with('#'), "{tag}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for reference in page.split("aria-labelledby=\"").skip(1) {
        let names = reference.split('"').next().expect("names");
        assert!(names.split(' ').all(|name| ids.contains(name)), "{names}");
    }
    for banned in [
        "NaN", "inf ", ">inf<", "http://", "https://", "url(", "@import",
    ] {
        assert!(!page.contains(banned), "{banned} stands on the page");
    }
}

#[test]
fn the_sample_has_every_section() {
    let page = render(&sample_input("1998-06-30", Some(POINTS.clone()), 1));
    expect_sound(&page);
    // For scripts/check_page.py, which opens it in a browser.
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/report.html");
    std::fs::write(file, &page).expect("the page is written");
    assert_eq!(
        sections(&page),
        [
            "revenue",
            "figures",
            "cohorts",
            "rfm",
            "value",
            "drifting",
            "second-order",
            "holdout",
            "scheme",
            "data"
        ]
    );
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<svg viewBox=\"0 0 640").count(), 6);
    assert_eq!(
        page.matches("<svg viewBox=\"0 0 640").count(),
        page.matches("<desc id=").count()
    );
    assert_eq!(
        page.matches("<table").count(),
        page.matches("<caption>").count()
    );
    assert!(page.matches("How to read:").count() >= 9);
    assert!(!page.contains("Not available:"));
    for known in [
        "2,357",
        "244,091.94",
        "35.28 USD",
        "48.3 %",
        "1,139 of 2,357",
    ] {
        assert!(page.contains(known), "{known}");
    }
}

#[test]
fn the_models_are_the_published_ones() {
    // Fitted to the first 39 weeks, as in Fader, Hardie and Lee (2005): docs/models.md.
    let page = render(&sample_input("1997-09-30", None, 1));
    for known in [
        "0.2426",
        "4.4136",
        "0.7929",
        "2.4259",
        "−9,582.429",
        "6.2496",
        "3.7442",
        "15.4435",
    ] {
        assert!(page.contains(known), "{known}");
    }
}

#[test]
fn threads_and_runs_do_not_show() {
    let one = render(&sample_input("1998-03-15", None, 1));
    let two = render(&sample_input("1998-03-15", None, 2));
    assert!(one == two, "the bytes depend on the number of threads");
    let mut order: Vec<usize> = (0..SAMPLE.day.len()).collect();
    order.reverse();
    let customer: Vec<u32> = order.iter().map(|row| SAMPLE.customer[*row]).collect();
    let days: Vec<i32> = order.iter().map(|row| SAMPLE.day[*row]).collect();
    let minor: Vec<i64> = order.iter().map(|row| SAMPLE.minor[*row]).collect();
    let purchases = Purchases::new(&customer, &days, &minor);
    let reversed = build(&purchases, &SAMPLE.keys, &options("1998-03-15"), None);
    let reversed = render(&reversed.expect("a report"));
    assert!(one == reversed, "the bytes depend on the order of rows");
}

#[test]
fn an_unfinished_month_is_marked() {
    let input = sample_input("1998-03-15", None, 1);
    let january = input
        .cohorts
        .unfinished
        .as_ref()
        .expect("an unfinished month")[0];
    let so_far = SAMPLE
        .customer
        .iter()
        .zip(&SAMPLE.day)
        .filter(|(_, d)| (day("1998-03-01")..=day("1998-03-15")).contains(*d));
    let so_far: std::collections::BTreeSet<u32> = so_far.map(|(customer, _)| *customer).collect();
    let cohort = |customer: &u32| {
        let rows = SAMPLE.customer.iter().zip(&SAMPLE.day);
        let own = rows
            .filter(|(other, _)| *other == customer)
            .map(|(_, d)| *d);
        own.min().is_some_and(|first| first < day("1997-02-01"))
    };
    let counted = so_far.iter().filter(|customer| cohort(customer)).count();
    assert_eq!(january, u64::try_from(counted).expect("a count"));
    let page = render(&input);
    expect_sound(&page);
    assert_eq!(page.matches("class=\"open\"").count(), 3);
    assert!(page.contains("so far: this month is not over"));
    let whole = render(&sample_input("1998-06-30", None, 1));
    assert_eq!(whole.matches("class=\"open\"").count(), 0);
    assert!(page.contains("Mar\u{a0}1998 (so far)") && !whole.contains("(so far)"));
}

#[test]
fn a_long_history_shows_its_latest_cohorts() {
    // A customer a month for 40 months, who orders every month up to the middle of the last one.
    let months: Vec<i32> = (0..40_u32)
        .map(|month| {
            let year = 2023 + i32::try_from(month / 12).expect("a year");
            day_of(year, month % 12 + 1, 10).expect("a day")
        })
        .collect();
    let orders = (0..40_u32).flat_map(|customer| {
        let from = usize::try_from(customer).expect("a place");
        months[from..].iter().map(move |day| (customer, *day))
    });
    let (customer, days): (Vec<u32>, Vec<i32>) = orders.unzip();
    let minor = vec![1_000; days.len()];
    let keys: Vec<Key> = (0..40).map(Key::Int).collect();
    let purchases = Purchases::new(&customer, &days, &minor);
    let page = build(&purchases, &keys, &options("2026-04-15"), None).expect("a report");
    let page = render(&page);
    expect_sound(&page);
    let table = page.split("id=\"cohorts\"").nth(1).expect("the section");
    let table = table.split("</table>").next().expect("the table");
    assert!(table.contains("Cohorts shown") && !table.contains("All cohorts"));
    // A row of months, 24 cohorts, and all of them together; columns 0 to 18.
    assert_eq!(table.matches("<tr").count(), 26);
    assert!(table.contains("\">18</th>") && !table.contains("\">19</th>"));
    assert_eq!(table.matches("class=\"open\"").count(), 19);
}

#[test]
fn rows_after_the_day_do_not_exist() {
    let as_of = day("1997-09-30");
    let kept: Vec<usize> = (0..SAMPLE.day.len())
        .filter(|row| SAMPLE.day[*row] <= as_of)
        .collect();
    let customer: Vec<u32> = kept.iter().map(|row| SAMPLE.customer[*row]).collect();
    let days: Vec<i32> = kept.iter().map(|row| SAMPLE.day[*row]).collect();
    let minor: Vec<i64> = kept.iter().map(|row| SAMPLE.minor[*row]).collect();
    let purchases = Purchases::new(&customer, &days, &minor);
    let mut cut = build(&purchases, &SAMPLE.keys, &options("1997-09-30"), None).expect("a report");
    let all = sample_input("1997-09-30", None, 1);
    assert!(cut.figures.rows.rows_in < all.figures.rows.rows_in);
    cut.figures.rows = all.figures.rows;
    assert!(cut == all);
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; drop table members; --",
        "</style><style>body{display:none}",
        "&lt;b&gt; &amp;",
        "\u{202e}evil\u{2066}\u{0}\u{7}\r\n",
        "javascript:alert(1)",
        "]]><!-- --!>",
        "ملكة النحل 🐝",
        "",
    ];
    // Enough of a history for a fit; the hostile customers are the best ones.
    let mut rows: Vec<(u32, i32, i64)> = SAMPLE
        .customer
        .iter()
        .zip(&SAMPLE.day)
        .zip(&SAMPLE.minor)
        .map(|((customer, day), minor)| (*customer, *day, *minor))
        .collect();
    let mut keys = SAMPLE.keys.clone();
    for (place, text) in hostile.iter().enumerate() {
        let customer = u32::try_from(keys.len()).expect("a number");
        keys.push(Key::Text((*text).to_owned()));
        for order in 0..12 {
            let day = day("1998-06-20") - 9 * order - i32::try_from(place).expect("a place");
            rows.push((customer, day, 99_000));
        }
    }
    let customer: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let days: Vec<i32> = rows.iter().map(|row| row.1).collect();
    let minor: Vec<i64> = rows.iter().map(|row| row.2).collect();
    let mut figures = POINTS.clone();
    figures.name = hostile[0].to_owned();
    figures.id = hostile[1].to_owned();
    figures.version = Some(hostile[3].to_owned());
    for (tier, text) in figures.tiers.iter_mut().zip(hostile) {
        tier.tier = Some(text.to_owned());
    }
    let options = ReportOptions {
        title: hostile.concat(),
        time_zone: Some(hostile[1].to_owned()),
        listed_max: 50,
        ..options("1998-06-30")
    };
    let purchases = Purchases::new(&customer, &days, &minor);
    let page = render(&build(&purchases, &keys, &options, Some(figures)).expect("a report"));
    let shown = [
        "&lt;script&gt;alert(1)",
        "&quot;&gt;&lt;img src=x",
        "ملكة النحل 🐝",
    ];
    for text in shown {
        assert!(page.matches(text).count() >= 2, "{text}");
    }
    assert!(page.contains("&amp;lt;b&amp;gt;"));
    for text in [
        "<script",
        "<img",
        "</style><style>",
        "<!--",
        "\u{202e}",
        "\u{0}",
        "\u{7}",
    ] {
        assert!(!page.contains(text), "{text:?}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    expect_sound(&page);
}

#[test]
fn what_is_undefined_says_why() {
    let nothing = Purchases::new(&[], &[], &[]);
    let empty = build(&nothing, &[], &options("1998-06-30"), None).expect("a report");
    let page = render(&empty);
    expect_sound(&page);
    assert!(page.contains("no orders") && page.contains("the denominator is zero"));
    assert!(matches!(empty.tracking, Err(Missing::Absent(_))));
    assert!(page.matches("Not available:").count() >= 4);

    // One customer with one order of nothing.
    let keys = [Key::Int(7)];
    let (customer, days) = ([0], [day("1998-06-30")]);
    let one = Purchases::new(&customer, &days, &[0]);
    let one = build(&one, &keys, &options("1998-06-30"), None).expect("a report");
    let page = render(&one);
    expect_sound(&page);
    assert!(page.contains("fewer than two observations have no spread"));
    assert_eq!(one.tracking, Err(Missing::TooShort));
    assert!(page.contains("the orders span fewer than two days"));
}

#[test]
fn bad_rows_and_options_are_errors() {
    let keys = [Key::Int(7)];
    let unknown = Purchases::new(&[1], &[0], &[0]);
    assert!(build(&unknown, &keys, &options("1998-06-30"), None).is_err());
    let good = Purchases::new(&[0], &[0], &[0]);
    let check = |change: fn(&mut ReportOptions), code: &str| {
        let mut options = options("1998-06-30");
        change(&mut options);
        let error = build(&good, &keys, &options, None).expect_err("an error");
        assert_eq!(error.code(), code);
    };
    check(|options| options.level = 1.0, "analytics.option");
    check(|options| options.level = f64::NAN, "analytics.option");
    check(|options| options.horizon_days = 0, "analytics.option");
    check(|options| options.margin_rate = 0.0, "analytics.option");
    check(|options| options.annual_rate = -0.1, "analytics.option");
}

#[test]
fn the_scheme_costs_what_the_demo_says() {
    // The demo posts what is due once, at the end, and the report at the end of every month; points
    // lapse on the same days.
    let figures = POINTS.clone();
    assert_eq!((figures.members, figures.orders), (2_357, 6_919));
    assert_eq!(figures.sales_minor, 24_409_194);
    let points = figures.points;
    assert_eq!(
        (points.issued_milli, points.redeemed_milli),
        (296_704_000, 143_200_000)
    );
    assert_eq!(figures.discounts.total_minor(), 204_700);
    assert_eq!((figures.rewards.issued, figures.rewards.used), (152, 123));
    assert_eq!(
        points.issued_milli - points.redeemed_milli - points.expired_milli,
        points.outstanding_milli
    );
    let monthly: i64 = figures
        .months
        .iter()
        .map(|month| month.discounts.total_minor())
        .sum();
    assert_eq!(monthly, figures.discounts.total_minor());
    assert_eq!(figures.months.len(), 18);
    let held: u64 = figures.tiers.iter().map(|tier| tier.members).sum();
    assert_eq!(held, figures.members);
    let mut running = 0;
    for month in &figures.months {
        let flows = month.points;
        running += flows.issued_milli - flows.redeemed_milli - flows.expired_milli;
        assert_eq!(running, flows.outstanding_milli, "{}", month.period);
    }
    // Before July 1997 nothing is a year old.
    assert!(
        figures.months[..12]
            .iter()
            .all(|month| month.points.expired_milli == 0)
    );
    assert!(
        figures.months[12..]
            .iter()
            .any(|month| month.points.expired_milli > 0)
    );
}

#[test]
fn a_stamp_card_has_no_points() -> Result<(), Failure> {
    let scheme = scheme(include_str!("../examples/schemes/spend-discount.toml"));
    let (usd, as_of) = ("USD".parse()?, day("1998-06-30"));
    let figures = scheme_figures(&scheme, &SAMPLE.purchases(), usd, as_of)?;
    assert!(!figures.has_points && figures.discounts.tiers_minor > 0);
    let page = render(&build(
        &SAMPLE.purchases(),
        &SAMPLE.keys,
        &options("1998-06-30"),
        Some(figures),
    )?);
    expect_sound(&page);
    assert!(!page.contains("Points issued") && !page.contains("Owed in points"));
    assert!(page.contains("Members by tier at the end"));
    // Another currency than the scheme's is refused by the engine.
    let eur = "EUR".parse()?;
    assert!(scheme_figures(&scheme, &SAMPLE.purchases(), eur, as_of).is_err());
    // Orders of several rows are one purchase, and refunds are counted.
    let (customer, days, minor) = ([0, 0, 0], [as_of; 3], [500, 700, 700]);
    let purchases = Purchases {
        order: Some(&[1, 1, 1]),
        kind: Some(&[SALE, SALE, REFUND]),
        ..Purchases::new(&customer, &days, &minor)
    };
    let figures = scheme_figures(&scheme, &purchases, usd, as_of)?;
    assert_eq!((figures.orders, figures.sales_minor), (1, 1_200));
    assert_eq!(figures.refunds_left_out, 1);
    Ok(())
}

#[test]
fn numbers_that_are_none_do_not_show() {
    let mut input = sample_input("1997-09-30", None, 1);
    let value = input.value.as_mut().expect("values");
    for slot in [&mut value.sum_minor, &mut value.annual_rate] {
        *slot = f64::NAN;
    }
    value.median_minor = Ok(f64::INFINITY);
    value.top[0].value_minor = f64::NEG_INFINITY;
    value.bins[0].low_minor = f64::NAN;
    let tracking = input.tracking.as_mut().expect("a holdout");
    tracking.points[3].expected = f64::NAN;
    tracking.points[5].expected = f64::INFINITY;
    input.figures.churn_by_model = Ok(f64::NAN);
    input.level = f64::NAN;
    let page = render(&input);
    expect_sound(&page);
    assert!(page.contains("the value is beyond the range of a 64-bit float"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the rows are, there is a sound page, or an error with a code.
    #[test]
    fn any_rows_give_a_page(
        rows in prop::collection::vec((0_u32..9, 0_i32..1_200, prop_oneof![
            4 => 0_i64..200_000,
            1 => Just(0_i64),
            1 => Just(9_007_199_254_740_991_i64),
        ], 0_u8..8), 0..120),
        as_of in -50_i32..1_300,
        code in prop_oneof![Just("EUR"), Just("JPY"), Just("KWD"), Just("CLF")],
    ) {
        let customer: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let days: Vec<i32> = rows.iter().map(|row| 10_000 + row.1).collect();
        let minor: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let kinds: Vec<u8> = rows.iter().map(|row| if row.3 == 0 { REFUND } else { SALE }).collect();
        let keys: Vec<Key> = (0..9).map(Key::Int).collect();
        let purchases = Purchases {
            kind: Some(&kinds),
            ..Purchases::new(&customer, &days, &minor)
        };
        let options = ReportOptions::new("Any", code.parse().expect("a currency"), 10_000 + as_of);
        match build(&purchases, &keys, &options, None) {
            Ok(input) => expect_sound(&render(&input)),
            Err(error) => prop_assert!(error.code().starts_with("analytics.")),
        }
    }
}
