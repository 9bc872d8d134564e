// Asks what shop/tests/digests.rs asks, and gives what is hashed there. No module of Node, so that a browser can
// run it too.
import {
  makeCodes,
  priorPrice,
  readOrdersCsv,
  readShopifyCsv,
  readShopifyOrders,
  readWooCommerceOrders,
  reconcile,
} from "loyalty-core/shop";

export const COLUMNS = { customer: "customer", at: "date", amount: "amount", order: "order", quantity: "units", sku: "sku", kind: "kind" };
export const CODES = { batch: "spring", count: 1000, length: 10, check: true };
export const HISTORY = [
  { from: "2026-01-01", price: "20.00" },
  { from: "2026-10-25", price: "15.00" },
  { from: "2026-11-02", price: "20.00" },
];
export const REDUCTION = { began: "2026-11-27", currency: "EUR" };
export const entropy = new Uint8Array(16).fill(42);

/** The files that are read, in loyalty-core/tests/data/import. */
export const FILES = ["shopify_orders_export.csv", "shopify_orders.json", "woocommerce_orders.json", "rows.csv"];

/** The orders of the files, whose texts stand in the order of FILES. */
export function orders([shopifyCsv, shopifyOrders, wooCommerce, rows]) {
  return {
    "shopify-csv": readShopifyCsv(shopifyCsv),
    "shopify-orders": readShopifyOrders(shopifyOrders),
    "woocommerce-orders": readWooCommerceOrders(JSON.parse(wooCommerce)),
    csv: readOrdersCsv(rows, COLUMNS, { currency: "EUR" }),
  };
}

/** The acts of each order from nothing, and from its state without what came after the sale. */
function postings(orders) {
  return orders.flatMap((after) => {
    const { cancelled_at, returns, ...before } = after;
    return [null, before, after].map((known) => reconcile(known, after).map(({ at, act }) => [at, act]));
  });
}

/** Every answer with its name, as JSON. */
export function answers(texts) {
  const found = [];
  for (const [name, read] of Object.entries(orders(texts))) {
    found.push([name, read], [`reconcile-${name}`, postings(read)]);
  }
  for (const alphabet of ["mixed", "consonants"]) found.push([`codes-${alphabet}`, makeCodes(entropy, { ...CODES, alphabet })]);
  found.push(["prior-price", priorPrice({ history: HISTORY, reduction: REDUCTION })]);
  return found.map(([name, answer]) => [name, JSON.stringify(answer)]);
}
