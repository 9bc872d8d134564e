// Compiled, never run: what users write has the types that it should have.
import {
  Account,
  type Decision,
  type DecisionData,
  Group,
  LoyaltyError,
  type Purchase,
  type PublicView,
  Scheme,
  type SchemeDocument,
  verifyGroups,
  version,
} from "loyalty-core";
import { Orders, PurchaseModel, SpendModel, survival } from "loyalty-core/analytics";
import { init as initAnalytics } from "loyalty-core/analytics/slim";
import { LoyaltyCard } from "loyalty-core/loyalty-card";
import { makeCodes, type PriorPrice, priorPrice, readShopifyCsv, reconcile, type ShopOrder } from "loyalty-core/shop";
import { init, initSync, Scheme as SlimScheme } from "loyalty-core/slim";

declare const document: SchemeDocument;
const scheme = new Scheme(document);
const text: Scheme = new SlimScheme("{}");
const account: Account = Account.replay("ann", ["{}"]);
const cart: Purchase = { id: "1", currency: "EUR", lines: [{ sku: "latte", price: "4.50", quantity: 2, tax: 10 }] };

const decision: Decision = scheme.quote(account, cart, new Date(), { explain: false, facts: { flags: ["vip"] } });
const due: string = decision.totals.due;
const data: DecisionData = decision;
const posted = scheme.record(account, cart, "2026-11-21T12:00:00Z", { expected_decision: decision.outputsDigest() });
if (posted.group) {
  const line: string = posted.group.json;
  for (const one of new Group(line).answer.lines) {
    if ("earned" in one) console.log(one.earned.points.length);
  }
}
scheme.hold(account, { id: "h", until: new Date(), points: [{ wallet: "points", points: 5 }] }, new Date());
const [from, to] = scheme.transfer(account, account, { id: "t", wallet: "points", points: "1.5" }, new Date());
console.log(due, data.at, from.seq + to.seq, verifyGroups([line(posted.group)]), version(), text.id);

function line(group: Group | null): string {
  return group?.json ?? "";
}

const view: PublicView = account.publicView(scheme, new Date());
const card = new LoyaltyCard();
card.view = view;
card.decision = decision;
card.now = view.at;
const soon: string | undefined = view.wallets[0]?.expiries[0]?.at;
console.log(soon, view.ladders[0]?.measure === "amount", globalThis.document.querySelector("loyalty-card")?.view);

try {
  scheme.verify(account, cart, decision.canonical());
} catch (error) {
  if (error instanceof LoyaltyError) console.log(error.code.length, error.path?.length, error.problems?.[0]?.code);
}
await init("/loyalty_bg.wasm");
initSync(new WebAssembly.Module(new Uint8Array()));

const orders = new Orders({ customer: ["ann"], day: new Int32Array(1), amount_minor: new Float64Array(1) });
const summary = orders.summarize({ as_of: "2026-11-21", holdout_end: 20_800 });
const [name]: readonly string[] = summary.customer;
const fit = PurchaseModel.fit("bg_nbd", summary, { unit_days: 1 });
const { p_alive } = fit.predict(summary, { t: 30 });
const { clv_minor } = fit.clv(summary, { spend: SpendModel.fit(summary), days: 365 });
const curve = survival({ days: summary.age_days, seen: new Uint8Array(1) });
console.log(name, p_alive[0], clv_minor[0], curve.survival, orders.rfm({ as_of: 1 }).segment[0] === "loyal");
console.log(orders.cohorts({ as_of: 1, period: 30 }).value[0] === 1n, fit.params["r"], fit.json);
await initAnalytics();

const [before, after]: ShopOrder[] = readShopifyCsv("", { currency: "EUR" });
if (before && after) {
  for (const { at, act } of reconcile(before, after)) scheme.perform(account, act, at);
  for (const { at, act } of reconcile(account, after)) scheme.perform(account, act, at);
}
const prior: PriorPrice | null = priorPrice({ history: [], reduction: { began: "2026-11-27", currency: "EUR", mode: "exempt" } });
console.log(prior?.price, makeCodes(new Uint8Array(16), { batch: "b", count: 1, length: 10 })[0]);

// @ts-expect-error the last day is always given
orders.summarize({});
// @ts-expect-error amounts are whole minor units of 64 bits
new Orders({ customer: ["ann"], day: new Int32Array(1), amount_minor: [1.5] });
// @ts-expect-error money is text
scheme.quote(account, { id: "1", currency: "EUR", lines: [{ price: 4.5 }] }, new Date());
// @ts-expect-error the moment is always given
scheme.quote(account, cart);
// @ts-expect-error a field that there is not
scheme.quote(account, { ...cart, lines: [{ price: "1.00", prise: "1.00" }] }, new Date());
// @ts-expect-error an act has its own fields
scheme.enrol(account, { id: "e", purchase: "1" }, new Date());
// @ts-expect-error decisions come from a scheme
new (decision.constructor as typeof Decision)();
// @ts-expect-error an account cannot be changed
account.seq = 7;
