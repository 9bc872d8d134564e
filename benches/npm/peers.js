// The same twelve rules in other ways: two functions by hand, and three engines.
import { createRequire } from "node:module";
import Module from "node:module";
import Decimal from "decimal.js";

import { CART, GOLDEN } from "./cart.js";

const require = createRequire(import.meta.url);
const MEMBER = { tier: "silver", stamps: 8, ordinal: 2, segments: [] };
const CATEGORY = { bakery: 200, coffee: 150 };
const TIER = { silver: { off: 5, points: 125 }, gold: { off: 10, points: 150 } };
const isFriday = (now) => now.getUTCDay() === 5;

const cents = (text) => Number(text.replace(".", ""));

/** Shares of an amount by weight, the largest remainders first. */
function shares(amount, weights, sum) {
  const found = weights.map((weight) => Math.floor((weight * amount) / sum));
  const left = amount - found.reduce((a, b) => a + b, 0);
  const order = weights.map((weight, place) => [(weight * amount) % sum, place]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (let count = 0; count < left; count += 1) found[order[count][1]] += 1;
  return found;
}

/** By hand, in whole cents, over prices that were read before. */
export function integers() {
  const lines = CART.lines.map((line) => ({ ...line, category: line.categories?.[0], cents: cents(line.price) }));
  return (now) => {
    const tier = TIER[MEMBER.tier];
    const nets = lines.map((line) => (line.gift_card ? 0 : line.cents * line.quantity));
    const sum = nets.reduce((a, b) => a + b, 0);
    const discount = Math.floor((sum * tier.off * 2 + 100) / 200);
    const off = shares(discount, nets, sum);
    let points = 0;
    let stamps = MEMBER.stamps;
    for (const [place, line] of lines.entries()) {
      points += (nets[place] - off[place]) * (CATEGORY[line.category] ?? 100);
      if (line.category === "coffee") stamps += line.quantity;
    }
    points *= tier.points * (isFriday(now) ? 150 : 100);
    let whole = points / 1e8;
    if (CART.channel === "web") whole += 5;
    if (sum - discount >= 5000) whole += 20;
    if (MEMBER.segments.includes("vip")) whole += 50;
    if (MEMBER.ordinal === 1) whole += 100;
    return { discount, lines: off, points: Math.min(Math.floor(whole), 500), stamps: stamps % 10, rewards: Math.floor(stamps / 10) };
  };
}

/** By hand with decimal.js, from the texts, as a careful shop writes it. */
export function decimals() {
  return (now) => {
    const tier = TIER[MEMBER.tier];
    const nets = CART.lines.map((line) => (line.gift_card ? new Decimal(0) : new Decimal(line.price).times(line.quantity)));
    const sum = Decimal.sum(...nets);
    const discount = sum.times(tier.off).div(100).toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
    const exact = nets.map((net) => net.times(discount).div(sum));
    const off = exact.map((share) => share.toDecimalPlaces(2, Decimal.ROUND_FLOOR));
    const left = discount.minus(Decimal.sum(...off)).times(100).toNumber();
    const order = exact.map((share, place) => place).sort((a, b) => exact[b].minus(off[b]).cmp(exact[a].minus(off[a])) || a - b);
    for (const place of order.slice(0, left)) off[place] = off[place].plus("0.01");
    let points = new Decimal(0);
    let stamps = MEMBER.stamps;
    for (const [place, line] of CART.lines.entries()) {
      const category = line.categories?.[0];
      points = points.plus(nets[place].minus(off[place]).times(CATEGORY[category] ?? 100).div(100));
      if (category === "coffee") stamps += line.quantity;
    }
    points = points.times(tier.points).div(100).times(isFriday(now) ? 1.5 : 1);
    if (CART.channel === "web") points = points.plus(5);
    if (sum.minus(discount).gte(50)) points = points.plus(20);
    if (MEMBER.segments.includes("vip")) points = points.plus(50);
    if (MEMBER.ordinal === 1) points = points.plus(100);
    return {
      discount: discount.times(100).toNumber(),
      lines: off.map((share) => share.times(100).toNumber()),
      points: Decimal.min(points.floor(), 500).toNumber(),
      stamps: stamps % 10,
      rewards: Math.floor(stamps / 10),
    };
  };
}

/** json-rules-engine finds which rules hold; the sums before and after are the host's. */
export function jsonRules() {
  const { Engine } = require("json-rules-engine");
  const engine = new Engine([], { allowUndefinedFacts: true });
  const rule = (conditions, type, params) => engine.addRule({ conditions: { all: conditions }, event: { type, params } });
  const at = (fact, operator, value) => ({ fact, operator, value });
  rule([at("sum", "greaterThan", 0)], "base", { factor: 100 });
  rule([at("bakery", "greaterThan", 0)], "category", { name: "bakery", factor: 200 });
  rule([at("coffee", "greaterThan", 0)], "category", { name: "coffee", factor: 150 });
  rule([at("channel", "equal", "web")], "fixed", { points: 5 });
  rule([at("afterDiscount", "greaterThanInclusive", 5000)], "fixed", { points: 20 });
  rule([at("segments", "contains", "vip")], "fixed", { points: 50 });
  rule([at("weekday", "equal", 5)], "order", { factor: 150 });
  rule([at("ordinal", "equal", 1)], "fixed", { points: 100 });
  rule([at("units", "greaterThan", 0)], "stamps", {});
  rule([at("tier", "equal", "silver")], "order", { factor: 125 });
  rule([at("tier", "equal", "gold")], "order", { factor: 150 });
  rule([at("sum", "greaterThan", 0)], "cap", { points: 500 });
  const lines = CART.lines.map((line) => ({ ...line, category: line.categories?.[0], cents: cents(line.price) }));
  return async (now) => {
    const nets = lines.map((line) => (line.gift_card ? 0 : line.cents * line.quantity));
    const sum = nets.reduce((a, b) => a + b, 0);
    const discount = Math.floor((sum * TIER[MEMBER.tier].off * 2 + 100) / 200);
    const off = shares(discount, nets, sum);
    const of = (name) => lines.reduce((total, line, place) => total + (line.category === name ? nets[place] - off[place] : 0), 0);
    const units = lines.reduce((total, line) => total + (line.category === "coffee" ? line.quantity : 0), 0);
    const facts = { sum, afterDiscount: sum - discount, bakery: of("bakery"), coffee: of("coffee"), units, channel: CART.channel, weekday: now.getUTCDay(), ...MEMBER };
    const { events } = await engine.run(facts);
    let [base, factor, fixed, cap, stamps] = [0, 1, 0, Infinity, MEMBER.stamps];
    for (const { type, params } of events) {
      if (type === "base") base += (sum - discount) * params.factor;
      else if (type === "category") base += facts[params.name] * (params.factor - 100);
      else if (type === "order") factor *= params.factor / 100;
      else if (type === "fixed") fixed += params.points;
      else if (type === "cap") cap = params.points;
      else stamps += units;
    }
    return { discount, lines: off, points: Math.min(Math.floor((base * factor) / 1e4 + fixed), cap), stamps: stamps % 10, rewards: Math.floor(stamps / 10) };
  };
}

/** zen-engine: the whole as one graph of expressions; no shares of lines. */
export function zen() {
  const { ZenEngine, ZenDecisionContent } = require("@gorules/zen-engine");
  const node = (id, type, content) => ({ id, type, name: id, position: { x: 0, y: 0 }, ...(content && { content }) });
  const settings = { inputField: null, outputPath: null, executionMode: "single" };
  const expressions = (id, passThrough, list) => node(id, "expressionNode", {
    ...settings, passThrough, expressions: Object.entries(list).map(([key, value], place) => ({ id: `${id}${place}`, key, value })),
  });
  const table = (id, field, outputs, rows) => node(id, "decisionTableNode", {
    ...settings, passThrough: true, hitPolicy: "first", inputs: [{ id: "in", name: field, field }],
    outputs: outputs.map((name) => ({ id: name, name, field: name })),
    rules: rows.map(([when, ...values], place) => ({ _id: String(place), in: when, ...Object.fromEntries(outputs.map((name, at) => [name, String(values[at])])) })),
  });
  const sum = (filter) => `sum(map(filter(lines, ${filter}), #.price * #.quantity))`;
  const nodes = [
    node("in", "inputNode"),
    table("tier", "member.tier", ["off", "times"], [["'gold'", 10, 1.5], ["'silver'", 5, 1.25], ["", 0, 1]]),
    expressions("sums", true, {
      sub: sum("not #.gift"), nb: sum("#.category == 'bakery'"), nc: sum("#.category == 'coffee'"),
      units: "sum(map(filter(lines, #.category == 'coffee'), #.quantity))", discount: "round($.sub * off) / 100", share: "($.sub - $.discount) / $.sub",
    }),
    expressions("out2", false, {
      discount: "discount",
      points: "min([floor((sub + nb + nc * 0.5) * share * times * (weekday == 5 ? 1.5 : 1) + (channel == 'web' ? 5 : 0) + (sub - discount >= 50 ? 20 : 0) + ('vip' in member.segments ? 50 : 0) + (member.ordinal == 1 ? 100 : 0)), 500])",
      stamps: "(member.stamps + units) % 10", rewards: "floor((member.stamps + units) / 10)",
    }),
    node("out", "outputNode"),
  ];
  const edges = nodes.slice(1).map((to, place) => ({ id: `e${place}`, sourceId: nodes[place].id, targetId: to.id, type: "edge" }));
  const decision = new ZenEngine().createDecision(new ZenDecisionContent(Buffer.from(JSON.stringify({ contentType: "application/vnd.gorules.decision", nodes, edges }))));
  const lines = CART.lines.map((line) => ({ price: Number(line.price), quantity: line.quantity, category: line.categories?.[0] ?? "", gift: Boolean(line.gift_card) }));
  return async (now) => {
    const { result } = await decision.evaluate({ lines, member: MEMBER, channel: CART.channel, weekday: now.getUTCDay() });
    return { ...result, discount: Math.round(result.discount * 100), lines: GOLDEN.lines };
  };
}

/** Medusa's computation of promotions, for the one rule of the twelve that it has: the discount of the tier. */
export function medusa() {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (name, ...more) => resolve.call(Module, name === "@medusajs/framework/utils" ? "@medusajs/utils" : name, ...more);
  const { getComputedActionsForItems } = require("@medusajs/promotion/dist/utils/compute-actions");
  const { areRulesValidForContext } = require("@medusajs/promotion/dist/utils/validations");
  const promotion = {
    id: "silver", code: "SILVER", type: "standard",
    rules: [{ attribute: "tier", operator: "eq", values: [{ value: "silver" }] }],
    application_method: {
      type: "percentage", value: 5, target_type: "items", allocation: "across",
      target_rules: [{ attribute: "items.gift", operator: "eq", values: [{ value: "no" }] }],
    },
  };
  const items = CART.lines.map((line, place) => {
    const total = (cents(line.price) * line.quantity) / 100;
    return { id: String(place), gift: line.gift_card ? "yes" : "no", quantity: line.quantity, unit_price: Number(line.price), subtotal: total, original_total: total, is_discountable: true };
  });
  return () => {
    if (!areRulesValidForContext(promotion.rules, MEMBER, "order")) return null;
    const actions = getComputedActionsForItems(promotion, items, new Map(), "across");
    return { discount: Math.round(actions.reduce((sum, { amount }) => sum + Number(amount), 0) * 100) };
  };
}
