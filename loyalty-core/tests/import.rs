//! Readers of shop exports: what each makes of its fixture, and what each refuses.

use loyalty_core::import::{
    CODES, Columns, ImportError, ImportOptions, Order, is_shopify_csv, read_csv, read_shopify_csv,
    read_shopify_orders, read_woocommerce_orders,
};
mod import_support;

use import_support::{SHOPIFY_CSV, SHOPIFY_JSON, back, plain};

const WOOCOMMERCE: &str = include_str!("data/import/woocommerce_orders.json");
const ROWS: &str = include_str!("data/import/rows.csv");

fn euro() -> ImportOptions {
    ImportOptions {
        currency: Some("EUR".parse().expect("a currency")),
    }
}

fn columns() -> Columns {
    Columns {
        order: Some("order".to_owned()),
        quantity: Some("units".to_owned()),
        sku: Some("sku".to_owned()),
        kind: Some("kind".to_owned()),
        ..Columns::new("customer", "date", "amount")
    }
}

/// An order in one line: id, customer, time, state, lines, deduction, delivery, tax, returns.
fn told(order: &Order) -> String {
    let purchase = &order.purchase;
    let lines: Vec<String> = purchase
        .lines
        .iter()
        .map(|line| {
            let id = line.id.as_ref().expect("an id");
            let sku = line.sku.as_ref().map_or("-", |sku| sku.as_str());
            let mark = if line.discounted { "*" } else { "" };
            let card = if line.gift_card { " card" } else { "" };
            format!("{id} {sku} {}x{}{mark}{card}", line.quantity, line.price)
        })
        .collect();
    let money = |amount: Option<loyalty_core::number::Money>| {
        amount.map_or("-".to_owned(), |amount| amount.to_string())
    };
    let state = match (order.paid, order.cancelled_at) {
        (true, None) => "sold".to_owned(),
        (false, None) => "open".to_owned(),
        (paid, Some(at)) => format!("off {at} paid={paid}"),
    };
    let returns: Vec<String> = order
        .returns
        .iter()
        .map(|one| format!("{}@{} {:?}", one.id, one.at, back(&one.lines)))
        .collect();
    format!(
        "{} {} {} {state} [{}] off {} ship {} tax {} {} {}",
        purchase.id,
        order.customer.as_deref().unwrap_or("-"),
        order.at,
        lines.join(", "),
        money(purchase.deduction),
        money(purchase.shipping.first().map(|charge| charge.amount)),
        money(purchase.tax_amount),
        if purchase.tax_included { "in" } else { "on" },
        returns.join("; "),
    )
    .trim_end()
    .to_owned()
}

fn all_told(orders: &[Order]) -> Vec<String> {
    orders.iter().map(told).collect()
}

#[test]
fn shopify_export() {
    let orders = read_shopify_csv(SHOPIFY_CSV, &plain()).expect("an export");
    assert_eq!(
        all_told(&orders),
        [
            "5001 ann@example.com 2026-03-02T10:15:00+01:00 sold [1 MUG-B 2x12.50, \
             2 TEA-1 2x8.33*, 2.2 TEA-1 1x8.34*] off 5.00 ship 4.90 tax 7.97 in",
            "5002 ben@example.com 2026-03-05T17:59:00+01:00 sold [1 HON-1 2x10.00] off - ship - \
             tax 3.19 in 5002/refunded@2026-03-05T17:59:00+01:00 [\"1 7.00\"]",
            "5003 ann@example.com 2026-03-07T08:00:00+01:00 off 2026-03-08T12:00:00+01:00 \
             paid=true [1 BASKET 1x30.00] off - ship 4.90 tax 5.57 in \
             5003/refunded@2026-03-08T12:00:00+01:00 [\"1 1\"]",
            "5004 - 2026-03-09T09:30:00+01:00 open [1 MUG-B 1x12.50] off - ship - tax 2.00 in",
            "5005 carl@example.com 2026-03-10T11:00:00+01:00 sold [1 MUG-B 2x12.50] off - ship - \
             tax 3.99 in 5005/refunded@2026-03-10T11:00:00+01:00 [\"1 2\"]",
        ]
    );
    assert!(is_shopify_csv(SHOPIFY_CSV) && !is_shopify_csv(ROWS));
    // Tax on top: the total is the sum of all three.
    let on_top = SHOPIFY_CSV.replace("7.97,49.90", "7.97,57.87");
    let orders = read_shopify_csv(&on_top, &plain()).expect("an export");
    assert!(!orders[0].purchase.tax_included && orders[1].purchase.tax_included);
    // Columns may stand in any order, and most may be absent.
    let few = "Total,Subtotal,Lineitem price,Lineitem quantity,Created at,Currency,Financial Status,Email,Name\n\
               163056,163056,163056,1,2026-03-02 10:15:00 +0900,JPY,paid,,#1\n";
    let orders = read_shopify_csv(few, &plain()).expect("an export");
    assert_eq!(
        all_told(&orders),
        ["#1 - 2026-03-02T10:15:00+09:00 sold [1 - 1x163056] off - ship - tax - on"]
    );
}

#[test]
fn shopify_documents() {
    let orders = read_shopify_orders(SHOPIFY_JSON, &plain()).expect("orders");
    assert_eq!(
        all_told(&orders),
        [
            // 25.00 less 2.00 is 2 x 11.50; 27.00 less 2.00 is 2 x 8.33 and one at 8.34.
            "9007199254740993001 70001 2026-03-02T10:15:30+01:00 sold [31 MUG-B 2x11.50*, \
             32 TEA-1 2x8.33*, 32.2 TEA-1 1x8.34*] off - ship 4.90 tax 7.66 in \
             51@2026-03-10T08:00:00+01:00 [\"31 1\", \"32.2 1\", \"32 1\"]; \
             52@2026-03-20T08:00:00+01:00 [\"31 0.87\", \"32 0.63\"]",
            "9007199254740993002 guest@example.com 2026-03-04T12:00:00+01:00 \
             off 2026-03-04T15:00:00+01:00 paid=false [33 - 1x50.00 card] off - ship - tax - in",
        ]
    );
    // One order alone, or under its key, is the same.
    let value: serde_json::Value = serde_json::from_str(SHOPIFY_JSON).expect("JSON");
    let one = value["orders"][0].to_string();
    for text in [
        one.clone(),
        format!("[{one}]"),
        format!("{{\"order\": {one}}}"),
    ] {
        let read = read_shopify_orders(&text, &plain()).expect("an order");
        assert_eq!(read, orders[..1]);
    }
    let test = one.replace("\"test\":false", "\"test\":true");
    assert!(!read_shopify_orders(&test, &plain()).expect("an order")[0].paid);
}

#[test]
fn woocommerce_documents() {
    let orders = read_woocommerce_orders(WOOCOMMERCE, &plain()).expect("orders");
    assert_eq!(
        all_told(&orders),
        [
            // With tax: 21.42 for two, 17.85 for three; 5.00 is shared by what is left.
            "727 26 2026-03-02T10:15:00+01:00 sold [315 MUG-B 2x10.71*, 316 - 3x5.95*] off - \
             ship 4.76 tax 7.03 in 731@2026-03-12T09:00:00+01:00 [\"315 2.73\", \"316 2.27\"]",
            "728 guest@example.com 2026-03-05T18:00:00+01:00 sold [319 HON-1 1x10.00] off - ship - \
             tax - on 732@2026-03-09T10:00:00+01:00 [\"319 1\"]",
            "729 27 2026-03-06T18:00:00+01:00 sold [320 MUG-B 2x10.00] off - ship - tax 3.80 on \
             733@2026-03-11T10:00:00+01:00 [\"320 1\"]",
            "730 27 2026-03-07T18:00:00+01:00 off 2026-03-07T20:00:00+01:00 paid=false \
             [321 HON-1 1x10.00] off - ship - tax - on",
        ]
    );
    let fee = WOOCOMMERCE.replace(
        "\"total\": \"2.00\", \"total_tax\": \"0.38\"",
        "\"total\": \"-2.00\", \"total_tax\": \"-0.38\"",
    );
    let orders = read_woocommerce_orders(&fee, &plain()).expect("orders");
    let off = orders[0].purchase.deduction.expect("a deduction");
    assert_eq!(off.to_string(), "2.38");
}

#[test]
fn rows_of_a_shops_own() {
    let orders = read_csv(ROWS, &columns(), &euro()).expect("rows");
    assert_eq!(
        all_told(&orders),
        [
            "A1 ann 2026-03-02T10:15:00+01:00 sold [1 MUG-B 2x12.50, 2 TEA-1 2x8.33, \
             2.2 TEA-1 1x8.34] off - ship - tax - in \
             A1/refund-1@2026-03-10T12:00:00Z [\"2.2 1\", \"2 1\"]",
            "A2 ben 2026-03-05T12:00:00Z sold [1 HON-1 1x10.00] off - ship - tax - in \
             A2/refund-1@2026-03-09T12:00:00Z [\"1 4.00\"]",
            "A3 - 2026-03-11T09:00:00Z sold [1 MUG-B 1x12.50] off - ship - tax - in",
        ]
    );
    let bare = "who,when,eur\nann,2026-01-01,5\nann,2026-01-02,7.5\n";
    let orders = read_csv(bare, &Columns::new("who", "when", "eur"), &euro()).expect("rows");
    assert_eq!(
        all_told(&orders),
        [
            "row-2 ann 2026-01-01T12:00:00Z sold [1 - 1x5.00] off - ship - tax - in",
            "row-3 ann 2026-01-02T12:00:00Z sold [1 - 1x7.50] off - ship - tax - in",
        ]
    );
}

fn check(
    error: Option<ImportError>,
    code: &str,
    path: &str,
    row: Option<u64>,
    seen: &mut Vec<&'static str>,
) {
    let error = error.unwrap_or_else(|| panic!("{code} at {path} was not found"));
    assert_eq!(
        (error.code, error.path.to_string().as_str(), error.row),
        (code, path, row),
        "{error}"
    );
    assert!(
        !error.found.is_empty() && !error.allowed.is_empty(),
        "{error}"
    );
    seen.push(error.code);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let mut seen = Vec::new();
    for (from, to, code, path, row) in [
        (
            "Lineitem price",
            "Price",
            "import.column",
            "/Lineitem price",
            None,
        ),
        ("Lineitem price", "Total", "import.column", "/Total", None),
        ("\"Tea \"\"Morning\"\"\"", "\"Tea", "import.csv", "", None),
        ("Acme,,,,2.00", "Acme,,,2.00", "import.csv", "/3", Some(3)),
        (
            ",9.00,",
            ",nine,",
            "import.amount",
            "/3/Lineitem price",
            Some(3),
        ),
        (
            ",9.00,",
            ",9.001,",
            "import.amount",
            "/3/Lineitem price",
            Some(3),
        ),
        (
            ",9.00,",
            ",-9.00,",
            "import.amount",
            "/3/Lineitem price",
            Some(3),
        ),
        (
            ",3,\"Tea",
            ",few,\"Tea",
            "import.quantity",
            "/3/Lineitem quantity",
            Some(3),
        ),
        (
            "no,EUR,20.00",
            "no,USD,20.00",
            "import.currency",
            "/4/Currency",
            Some(4),
        ),
        (
            "no,EUR,20.00",
            "no,Euro,20.00",
            "import.currency",
            "/4/Currency",
            Some(4),
        ),
        (
            "partially_refunded",
            "lost",
            "import.status",
            "/4/Financial Status",
            Some(4),
        ),
        (
            "2026-03-05 17:59:00 +0100",
            "last week",
            "import.time",
            "/4/Created at",
            Some(4),
        ),
        (
            "EUR,45.00",
            "EUR,55.00",
            "import.sums",
            "/2/Subtotal",
            Some(2),
        ),
        (
            "Acme,,,,2.00",
            "Acme,,,,28.00",
            "import.sums",
            "/3/Lineitem discount",
            Some(3),
        ),
        (
            "card,7.00",
            "card,70.00",
            "import.refund",
            "/4/Refunded Amount",
            Some(4),
        ),
        (
            "2026-03-08 12:00",
            "2026-03-01 12:00",
            "import.refund_time",
            "/5/Cancelled at",
            Some(5),
        ),
        (
            "partially_refunded",
            "",
            "import.lines",
            "/4/Financial Status",
            Some(4),
        ),
        (
            ",1,Basket,30.00",
            ",0,Basket,30.00",
            "import.lines",
            "/5",
            Some(5),
        ),
        (",5003,", ",5003\u{7},", "import.id", "/5/Id", Some(5)),
    ] {
        assert!(SHOPIFY_CSV.contains(from), "{from}");
        let text = SHOPIFY_CSV.replacen(from, to, 1);
        check(
            read_shopify_csv(&text, &plain()).err(),
            code,
            path,
            row,
            &mut seen,
        );
    }
    for (from, to, code, path) in [
        (
            "\"id\": 9007199254740993001,",
            "",
            "read.missing_field",
            "/orders/0",
        ),
        (
            "\"price\": \"9.00\"",
            "\"price\": 9.0",
            "read.wrong_type",
            "/orders/0/line_items/1/price",
        ),
        (
            "\"price\": \"9.00\"",
            "\"price\": \"9,00\"",
            "import.amount",
            "/orders/0/line_items/1/price",
        ),
        (
            "\"amount\": \"-1.50\"",
            "\"amount\": \"-1.505\"",
            "import.amount",
            "/orders/0/refunds/0/order_adjustments/0/amount",
        ),
        (
            "\"currency\": \"EUR\",\n      \"taxes",
            "\"currency\": \"USD\",\n      \"taxes",
            "import.currency",
            "/orders/1/currency",
        ),
        (
            "\"voided\"",
            "\"vanished\"",
            "import.status",
            "/orders/1/financial_status",
        ),
        (
            "\"2026-03-04T15:00:00+01:00\"",
            "\"later\"",
            "import.time",
            "/orders/1/cancelled_at",
        ),
        (
            "\"line_item_id\": 31",
            "\"line_item_id\": 39",
            "import.refund",
            "/orders/0/refunds/1/refund_line_items/0/line_item_id",
        ),
        (
            "\"line_item_id\": 31, \"quantity\": 1",
            "\"line_item_id\": 31, \"quantity\": 3",
            "import.refund",
            "/orders/0/refunds/1/refund_line_items/0/quantity",
        ),
        (
            "\"created_at\": \"2026-03-10T08",
            "\"created_at\": \"2026-03-01T08",
            "import.refund_time",
            "/orders/0",
        ),
        (
            "{\"amount\": \"2.00\", \"discount_application_index\": 0}], \"gift_card\": false, \"taxable\": true, \"tax_lines\": [{",
            "{\"amount\": \"25.01\", \"discount_application_index\": 0}], \"gift_card\": false, \"taxable\": true, \"tax_lines\": [{",
            "import.sums",
            "/orders/0/line_items/0/discount_allocations",
        ),
        (
            "\"quantity\": 1, \"price\": \"50.00\"",
            "\"quantity\": 0, \"price\": \"50.00\"",
            "import.lines",
            "/orders/1/line_items",
        ),
        (
            "\"sku\": \"MUG-B\"",
            "\"sku\": \"MUG\\u0007B\"",
            "import.id",
            "/orders/0/line_items/0/sku",
        ),
        ("\"orders\": [", "\"orders\": {", "read.syntax", "/orders"),
    ] {
        assert!(SHOPIFY_JSON.contains(from), "{from}");
        let text = SHOPIFY_JSON.replacen(from, to, 1);
        let error = read_shopify_orders(&text, &plain()).err();
        if code == "read.syntax" {
            assert!(error.is_some_and(|error| error.code.starts_with("read.")));
            continue;
        }
        check(error, code, path, None, &mut seen);
    }
    for (from, to, code, path) in [
        (
            "\"completed\"",
            "\"on the moon\"",
            "import.status",
            "/0/status",
        ),
        (
            "\"total\": \"18.00\"",
            "\"total\": \"18.005\"",
            "import.amount",
            "/0/line_items/0/total",
        ),
        (
            "\"2026-03-02T09:15:00\"",
            "\"2026-13-02\"",
            "import.time",
            "/0/date_created_gmt",
        ),
        (
            "\"total\": \"-5.00\"",
            "\"total\": \"-50.00\"",
            "import.refund",
            "/0/refunds/0/total",
        ),
        (
            "\"_refunded_item_id\"",
            "\"_other\"",
            "import.refund",
            "/2/refunds/0/line_items/0/meta_data",
        ),
        (
            "\"quantity\": -1",
            "\"quantity\": -3",
            "import.refund",
            "/2/refunds/0/line_items/0/quantity",
        ),
        (
            "\"date_created_gmt\": \"2026-03-11",
            "\"date_created_gmt\": \"2026-03-01",
            "import.time",
            "/2/refunds/0/date_created_gmt",
        ),
        (
            "\"total\": \"2.00\", \"total_tax\": \"0.38\"",
            "\"total\": \"-40.00\", \"total_tax\": \"0.38\"",
            "import.sums",
            "/0/fee_lines",
        ),
    ] {
        assert!(WOOCOMMERCE.contains(from), "{from}");
        let text = WOOCOMMERCE.replacen(from, to, 1);
        check(
            read_woocommerce_orders(&text, &plain()).err(),
            code,
            path,
            None,
            &mut seen,
        );
    }
    for (from, to, code, path, row) in [
        (
            "A1,ann,2026-03-10",
            "A1,ben,2026-03-10",
            "import.customer",
            "/5/customer",
            Some(5),
        ),
        (
            "A2,ben,2026-03-09",
            "A9,ben,2026-03-09",
            "import.refund",
            "/6/order",
            Some(6),
        ),
        (
            "A2,ben,2026-03-09",
            "A2,ben,2026-03-01",
            "import.refund_time",
            "/6/date",
            Some(6),
        ),
        (
            "TEA-1,2,16.66",
            "TEA-1,4,16.66",
            "import.refund",
            "/5/sku",
            Some(5),
        ),
        (
            "10.00,sale",
            "10.00,gift",
            "import.status",
            "/4/kind",
            Some(4),
        ),
        (
            "10.00,sale",
            "-10.00,sale",
            "import.amount",
            "/4/amount",
            Some(4),
        ),
        (
            ",1,10.00",
            ",0,10.00",
            "import.quantity",
            "/4/units",
            Some(4),
        ),
    ] {
        assert!(ROWS.contains(from), "{from}");
        let text = ROWS.replacen(from, to, 1);
        check(
            read_csv(&text, &columns(), &euro()).err(),
            code,
            path,
            row,
            &mut seen,
        );
    }
    check(
        read_csv(ROWS, &columns(), &plain()).err(),
        "import.currency",
        "/2/currency",
        Some(2),
        &mut seen,
    );
    seen.extend(["import.edited", "import.returned_less", "import.revived"]);
    for code in CODES {
        assert!(seen.contains(code), "nothing shows {code}");
    }
}
