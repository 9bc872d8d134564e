//! What the scheme costs and owes.

use super::{Tile, how, legend, number, pair, plain, row_name, section, table, tiles};
use crate::analytics::Absent;
use crate::analytics::columns::{count_f64, minor_f64, ratio_f64};
use crate::report::chart::{Chart, Piece, share_bar};
use crate::report::format::{count, money, month, percent, points, reason, unit_minor};
use crate::report::html::Html;
use crate::report::input::ReportInput;
use crate::report::scheme::{DiscountFigures, SchemeFigures, SchemeMonth};
use crate::report::text::scheme;

/// Months that the charts and the table show at most.
const MONTHS_MAX: usize = 36;

/// A kind of discount: its colours, its name, and how to read it.
type Kind = (
    &'static str,
    &'static str,
    &'static str,
    fn(&DiscountFigures) -> i64,
);

const KINDS: [Kind; 4] = [
    ("k1", "f1", scheme::BY_POINTS, |given| given.points_minor),
    ("k2", "f2", scheme::BY_REWARDS, |given| given.rewards_minor),
    ("k3", "f3", scheme::BY_TIERS, |given| given.tiers_minor),
    ("k4", "f4", scheme::BY_OFFERS, |given| given.offers_minor),
];

pub(super) fn write(html: &mut Html, input: &ReportInput, figures: &SchemeFigures) {
    let months = figures.months.len().saturating_sub(MONTHS_MAX);
    let months = figures.months.get(months..).unwrap_or_default();
    section(html, &scheme::HEADING, |html| {
        html.within("p", &[("class", "lead")], |html| {
            html.leaf("bdi", &[], &figures.name);
            html.text(" (");
            html.leaf("bdi", &[], &figures.id);
            if let Some(version) = &figures.version {
                html.text(", ");
                html.leaf("bdi", &[], version);
            }
            let counts = format!(
                "), {} members, {} orders.",
                count(figures.members),
                count(figures.orders)
            );
            html.text(&counts);
        });
        tiles(html, scheme::LABEL, &headline(input, figures));
        pair(
            html,
            |html| {
                let used = KINDS.iter().filter(|kind| (kind.3)(&figures.discounts) > 0);
                let names: Vec<_> = used.map(|kind| (kind.0, kind.2)).collect();
                html.leaf("h3", &[], &format!("{}, {}", scheme::COST, input.currency));
                legend(html, &names);
                costs(html, input, months);
                how(html, scheme::COST_READ);
            },
            |html| side(html, figures),
        );
        if figures.has_points {
            pair(
                html,
                |html| liability(html, input, months),
                |html| flows(html, figures),
            );
        }
        html.within("div", &[("class", "part")], |html| {
            by_month(html, input, figures, months)
        });
        how(html, scheme::RUN);
        if figures.refunds_left_out > 0 {
            let left = format!("{} {}", count(figures.refunds_left_out), scheme::REFUNDS);
            html.leaf("p", &[("class", "how")], &left);
        }
    });
}

fn share(part: i64, all: i64) -> Result<String, String> {
    if all > 0 {
        percent(ratio_f64(part.into(), all.into()))
    } else {
        Err(reason(&Absent::EmptyDenominator))
    }
}

fn headline<'a>(input: &'a ReportInput, figures: &SchemeFigures) -> Vec<Tile<'a>> {
    let (currency, held) = (input.currency, &figures.points);
    let given = figures.discounts.total_minor();
    let cost = share(given, figures.sales_minor);
    let mut all = vec![Tile {
        name: scheme::GIVEN.to_owned(),
        value: Ok(money(given.into(), currency)),
        unit: input.currency.as_str(),
        below: cost.map_or_else(|why| why, |text| format!("{text} of list sales")),
    }];
    let of_issued = |milli: i64| {
        let text = share(milli, held.issued_milli);
        text.map_or_else(|why| why, |text| format!("{text} of issued"))
    };
    if figures.has_points {
        let issued = share(held.redeemed_milli, held.issued_milli);
        let tile = |name: &str, milli: i64, below: String| Tile {
            name: name.to_owned(),
            value: Ok(points(milli)),
            unit: "",
            below,
        };
        all.push(tile(
            scheme::ISSUED,
            held.issued_milli,
            issued.map_or_else(|why| why, |text| format!("{text} redeemed")),
        ));
        all.push(tile(
            scheme::OUTSTANDING,
            held.outstanding_milli,
            of_issued(held.outstanding_milli),
        ));
    }
    if let Some(worth) = held.worth_minor {
        all.push(Tile {
            name: scheme::WORTH.to_owned(),
            value: Ok(money(worth.into(), currency)),
            unit: input.currency.as_str(),
            below: scheme::CEILING.to_owned(),
        });
    }
    if figures.rewards.issued > 0 {
        let rewards = &figures.rewards;
        all.push(Tile {
            name: scheme::REWARDS.to_owned(),
            value: Ok(count(rewards.issued)),
            unit: "",
            below: format!(
                "{} used, {} ready",
                count(rewards.used),
                count(rewards.ready)
            ),
        });
    }
    all
}

fn places(months: &[SchemeMonth]) -> (Vec<(f64, &SchemeMonth)>, f64) {
    let places: Vec<_> = months.iter().scan(0.0, super::months::place).collect();
    let width = places.last().map_or(1.0, |(place, _)| place + 1.0);
    (places, width)
}

fn labels(html: &mut Html, chart: &Chart, places: &[(f64, &SchemeMonth)]) {
    let every = places.len().div_ceil(6).max(1);
    for (at, (place, figures)) in places.iter().step_by(every).enumerate() {
        chart.label(html, place + 0.5, &month(figures.period), at % 2 == 1);
    }
}

fn description(months: &[SchemeMonth]) -> String {
    match (months.first(), months.last()) {
        (Some(first), Some(last)) => format!("{} to {}", month(first.period), month(last.period)),
        _ => String::new(),
    }
}

fn costs(html: &mut Html, input: &ReportInput, months: &[SchemeMonth]) {
    let unit = f64::from(unit_minor(input.currency));
    let amount = |minor: i64| (minor_f64(minor) / unit).max(0.0);
    let totals = months
        .iter()
        .map(|month| amount(month.discounts.total_minor()));
    let (places, width) = places(months);
    let chart = Chart::new("cost-chart", (0.0, width), totals.fold(0.0, f64::max));
    let title = format!("{}, {}", scheme::COST, input.currency);
    chart.draw(html, &title, &description(months), |chart, html| {
        for (place, figures) in &places {
            let name = month(figures.period);
            let pieces = KINDS.map(|(_, class, what, read)| {
                let minor = read(&figures.discounts);
                let text = money(minor.into(), input.currency);
                Piece {
                    class,
                    amount: amount(minor),
                    tip: format!("{name}, {what}: {text}"),
                }
            });
            chart.bar(html, (place + 0.12, place + 0.88), &pieces, false);
        }
        labels(html, chart, &places);
    });
}

/// What is owed at the end of each month: as money where that is known of all of them, else in points.
fn liability(html: &mut Html, input: &ReportInput, months: &[SchemeMonth]) {
    let unit = f64::from(unit_minor(input.currency));
    let worths = months.iter().map(|month| month.points.worth_minor);
    let worths: Option<Vec<f64>> = worths.map(|worth| Some(minor_f64(worth?) / unit)).collect();
    let (title, read) = if worths.is_some() {
        let title = format!("{}, {}", scheme::LIABILITY, input.currency);
        (title, scheme::LIABILITY_READ)
    } else {
        (scheme::HELD.to_owned(), scheme::HELD_READ)
    };
    let held = months
        .iter()
        .map(|month| minor_f64(month.points.outstanding_milli) / 1_000.0);
    let values = worths.unwrap_or_else(|| held.collect());
    let (places, width) = places(months);
    let line: Vec<(f64, f64)> = places
        .iter()
        .zip(&values)
        .map(|((place, _), value)| (place + 0.5, *value))
        .collect();
    let high = values.iter().copied().fold(0.0, f64::max);
    html.leaf("h3", &[], &title);
    let chart = Chart::new("liability-chart", (0.0, width), high);
    chart.draw(html, &title, &description(months), |chart, html| {
        let floor: Vec<(f64, f64)> = line.iter().map(|(place, _)| (*place, 0.0)).collect();
        chart.area(html, "band", &line, &floor);
        chart.path(html, "l1", &line);
        labels(html, chart, &places);
        for ((_, figures), point) in places.iter().zip(&line) {
            let mut tip = format!(
                "{}: {} points",
                month(figures.period),
                points(figures.points.outstanding_milli)
            );
            if let Some(worth) = figures.points.worth_minor {
                tip.push_str(", ");
                tip.push_str(&money(worth.into(), input.currency));
            }
            chart.spot(html, *point, &tip);
        }
    });
    how(html, read);
}

fn flows(html: &mut Html, figures: &SchemeFigures) {
    let held = &figures.points;
    let of = |milli: i64| share(milli, held.issued_milli);
    let rows = [
        (scheme::ISSUED, held.issued_milli),
        (scheme::REDEEMED, held.redeemed_milli),
        (scheme::EXPIRED, held.expired_milli),
        (scheme::TAKEN_BACK, held.taken_back_milli),
        (scheme::OUTSTANDING, held.outstanding_milli),
    ];
    let rows = rows.into_iter().filter(|(_, milli)| *milli != 0);
    let columns = [
        (scheme::POINTS, false),
        (scheme::HOW_MANY, true),
        (scheme::OF_ISSUED, true),
    ];
    table(html, "", (scheme::FLOWS, ""), &columns, |html| {
        for (name, milli) in rows {
            html.within("tr", &[], |html| {
                row_name(html, name);
                plain(html, scheme::HOW_MANY, points(milli));
                number(html, scheme::OF_ISSUED, &of(milli));
            });
        }
    });
}

/// Members by tier, or the stamps where there are no tiers.
fn side(html: &mut Html, figures: &SchemeFigures) {
    if figures.tiers.is_empty() {
        let rows = [
            (
                scheme::STAMPS,
                Ok(points(figures.stamps.saturating_mul(1_000))),
            ),
            (scheme::REWARDS, Ok(count(figures.rewards.issued))),
            (scheme::USED, Ok(count(figures.rewards.used))),
            (scheme::VOID, Ok(count(figures.rewards.void))),
            (scheme::READY, Ok(count(figures.rewards.ready))),
        ];
        super::facts(html, scheme::REWARDS, &rows);
        return;
    }
    html.within("table", &[], |html| {
        html.leaf("caption", &[], scheme::TIERS);
        html.within("thead", &[], |html| {
            html.within("tr", &[], |html| {
                html.leaf("th", &[("scope", "col")], scheme::TIER);
                html.leaf("td", &[("class", "bar")], "");
                html.leaf("th", &[("scope", "col"), ("class", "n")], scheme::MEMBERS);
            });
        });
        html.within("tbody", &[], |html| {
            let most = figures.tiers.iter().map(|tier| tier.members).max();
            let most = count_f64(most.unwrap_or(1).max(1));
            for tier in &figures.tiers {
                html.within("tr", &[], |html| {
                    row_name(html, tier.tier.as_deref().unwrap_or(scheme::NO_TIER));
                    let class = if tier.tier.is_some() { "f1" } else { "f4" };
                    html.within("td", &[("class", "bar")], |html| {
                        share_bar(html, class, count_f64(tier.members) / most);
                    });
                    plain(html, scheme::MEMBERS, count(tier.members));
                });
            }
        });
    });
}

fn by_month(html: &mut Html, input: &ReportInput, figures: &SchemeFigures, months: &[SchemeMonth]) {
    let currency = input.currency;
    let mut columns = vec![
        (scheme::MONTH, false),
        (scheme::ORDERS, true),
        (scheme::SALES, true),
        (scheme::GIVEN, true),
    ];
    if figures.has_points {
        columns.extend([
            (scheme::ISSUED, true),
            (scheme::REDEEMED, true),
            (scheme::EXPIRED, true),
            (scheme::OUTSTANDING, true),
        ]);
    }
    let caption = format!("amounts in {currency}");
    let row = |html: &mut Html, class: &str, name: &str, month: &SchemeMonth| {
        html.within("tr", &[("class", class)], |html| {
            row_name(html, name);
            plain(html, scheme::ORDERS, count(month.orders));
            plain(
                html,
                scheme::SALES,
                money(month.sales_minor.into(), currency),
            );
            let given = month.discounts.total_minor();
            plain(html, scheme::GIVEN, money(given.into(), currency));
            if figures.has_points {
                let held = &month.points;
                plain(html, scheme::ISSUED, points(held.issued_milli));
                plain(html, scheme::REDEEMED, points(held.redeemed_milli));
                plain(html, scheme::EXPIRED, points(held.expired_milli));
                plain(html, scheme::OUTSTANDING, points(held.outstanding_milli));
            }
        });
    };
    table(
        html,
        "stack",
        (scheme::MONTHS, &caption),
        &columns,
        |html| {
            for figures in months {
                row(html, "", &month(figures.period), figures);
            }
            let total = SchemeMonth {
                period: 0,
                orders: figures.orders,
                sales_minor: figures.sales_minor,
                points: figures.points,
                discounts: figures.discounts,
            };
            row(html, "total", scheme::TOTAL, &total);
        },
    );
}
