// What surrounds the engine in a shop: orders as shops export them, codes of coupons, prior prices, the linter.

import { LoyaltyError, ORDER, PLAIN, bad, json, moment, named, well } from "./border.js";
import { array, fields } from "./columns.js";
import { shop } from "./instance.js";

export { LoyaltyError };

function currencyOf(options) {
  const { currency } = fields(options, ["currency"]);
  return currency === undefined ? undefined : well(currency, "/currency");
}

/** An export as text: as it is, or the JSON of what was parsed already. */
function source(value) {
  if (typeof value !== "object" || value === null) return well(value, "", "the text of an export");
  try {
    return well(JSON.stringify(value), "");
  } catch (error) {
    if (error instanceof LoyaltyError) throw error;
    throw bad("input.unreadable", "", "an export that throws when it is read", "its text", error);
  }
}

const orders = (format) => (text, options = {}) =>
  JSON.parse(shop.call("read_orders", format, source(text), currencyOf(options)));

export const readShopifyCsv = orders("shopify_csv");
export const readShopifyOrders = orders("shopify_orders");
export const readWooCommerceOrders = orders("woocommerce_orders");

export function isShopifyCsv(text) {
  return shop.call("is_shopify_csv", well(text, ""));
}

export function readOrdersCsv(text, columns, options = {}) {
  const asked = json(columns, PLAIN, "Etc/UTC", "columns");
  return JSON.parse(shop.call("read_orders_csv", well(text, ""), asked, currencyOf(options)));
}

/** An order as JSON; its problems are told under its name. */
function order(value, name) {
  try {
    return json(value, ORDER, "Etc/UTC", "an order");
  } catch (error) {
    if (error instanceof LoyaltyError) error.path = `/${name}${error.path ?? ""}`;
    throw error;
  }
}

export function reconcile(before, after) {
  const isAccount = typeof before === "object" && before !== null && typeof before.snapshot === "function";
  const snapshot = isAccount ? well(before.snapshot(), "/before", "a snapshot") : undefined;
  const known = isAccount || before == null ? undefined : order(before, "before");
  return JSON.parse(shop.call("reconcile", known, snapshot, order(after, "after")));
}

export function makeCodes(entropy, batch) {
  const bytes = array(entropy, [Uint8Array], "/entropy");
  const text = shop.call("make_codes", bytes, json(batch, PLAIN, "Etc/UTC", "a batch"));
  return text.split("\n").slice(0, -1);
}

export function verifyCode(code, options = {}) {
  const { alphabet = "mixed" } = fields(options, ["alphabet"]);
  if (alphabet !== "mixed" && alphabet !== "consonants") {
    throw bad("input.type", "/alphabet", named(alphabet), "mixed or consonants");
  }
  return shop.call("verify_code", well(code, "/code"), alphabet === "consonants");
}

export function priorPrice(announced) {
  const said = shop.call("prior_price", json(announced, PLAIN, "Etc/UTC", "a price history"));
  return said === "" ? null : JSON.parse(said);
}

/** The zone of a scheme document; UTC where it is none, which the engine tells. */
function zoneOf(text) {
  try {
    const { time_zone } = JSON.parse(text);
    return typeof time_zone === "string" ? time_zone : "Etc/UTC";
  } catch {
    return "Etc/UTC";
  }
}

export function lint(document, options = {}) {
  const isScheme = typeof document === "object" && document !== null && typeof document.digest === "string";
  const text = json(isScheme ? document.json : document, PLAIN, "Etc/UTC", "a scheme document");
  const { at } = fields(options, ["at"]);
  const by = at === undefined ? undefined : moment(at, zoneOf(text), "/at");
  return JSON.parse(shop.call("lint", text, by));
}
