// What users of the analytics see: orders, fits and survival over columns of numbers.

import { LoyaltyError, bad, named, well } from "./border.js";
import { array, count, dateOf, day, field, fields, minor, number, numbered, orders as orderNumbers, table } from "./columns.js";
import { analytics } from "./instance.js";

export { LoyaltyError };

const COLUMNS = ["customer", "day", "amount_minor", "order", "kind", "original_order", "margin_minor"];
const RULES = ["as_of", "zero_orders", "refunds"];
const MADE = Symbol("made");

function text(value, path, what = "a text") {
  return well(value, path, what);
}

function asked(options, ...more) {
  const found = fields(options, [...RULES, ...more]);
  if (found.as_of === undefined) throw bad("input.field", "/as_of", "nothing", "the last day that is seen");
  found.as_of = day(found.as_of, "/as_of");
  return found;
}

const optionalDay = (value, path) => (value === undefined ? undefined : day(value, path));

/** The name of a calendar's period, or a length in days. */
function period(value) {
  if (typeof value === "string") return [value, undefined];
  return ["day", count(value, "/period", 1)];
}

export class Orders {
  #columns;
  #keys;

  constructor(columns) {
    const taken = fields(columns, COLUMNS);
    for (const name of COLUMNS.slice(0, 3)) {
      if (taken[name] === undefined) throw bad("input.field", `/${name}`, "nothing", "a column");
    }
    const { keys, customer } = numbered(taken.customer, "/customer");
    const optional = (name, read) => (taken[name] === undefined ? undefined : read(taken[name], `/${name}`));
    this.#keys = keys;
    this.#columns = [
      customer,
      keys.length,
      array(taken.day, [Int32Array], "/day"),
      minor(taken.amount_minor, "/amount_minor"),
      optional("order", orderNumbers),
      optional("kind", (value, path) => array(value, [Uint8Array], path)),
      optional("original_order", orderNumbers),
      optional("margin_minor", minor),
    ];
    this.customers = keys.length;
    this.rows = customer.length;
    Object.freeze(this);
  }

  #ask(name, rules, ...more) {
    const { as_of, zero_orders = "count", refunds = "net_and_drop" } = rules;
    const [zero, back] = [text(zero_orders, "/zero_orders"), text(refunds, "/refunds")];
    return analytics.run((glue) => glue[name](new glue.Orders(...this.#columns, as_of, zero, back), ...more));
  }

  /** With the customers' keys for their numbers. */
  #table(bytes) {
    const said = table(bytes);
    const keys = this.#keys;
    if (Array.isArray(keys)) {
      said.customer = Array.from(said.customer, (place) => keys[place]);
    } else {
      const customer = new keys.constructor(said.customer.length);
      for (let row = 0; row < customer.length; row += 1) customer[row] = keys[said.customer[row]];
      said.customer = customer;
    }
    return said;
  }

  summarize(options) {
    const found = asked(options, "holdout_end");
    return this.#table(this.#ask("summarize", found, optionalDay(found.holdout_end, "/holdout_end")));
  }

  cohorts(options) {
    const found = asked(options, "period", "measure");
    const { period: length = "month", measure = "customers" } = found;
    return table(this.#ask("cohorts", found, ...period(length), text(measure, "/measure")));
  }

  retention(options) {
    const found = asked(options, "start", "period", "retained", "periods", "level");
    const { period: length = "month", retained = "on", periods = 12, level = 0.95 } = found;
    const start = optionalDay(found.start, "/start");
    const more = [text(retained, "/retained"), count(periods, "/periods"), number(level, "/level")];
    return table(this.#ask("retention", found, start, ...period(length), ...more));
  }

  rfm(options) {
    const found = asked(options, "start", "ties", "monetary", "sorting");
    const { ties = "mid", monetary = "sum", sorting = "independent" } = found;
    const names = [text(ties, "/ties"), text(monetary, "/monetary"), text(sorting, "/sorting")];
    const said = this.#table(this.#ask("rfm", found, optionalDay(found.start, "/start"), ...names));
    const { segments } = said;
    delete said.segments;
    said.segment = Array.from(said.segment, (place) => segments[place]);
    return said;
  }

  report(options) {
    const more = "title currency time_zone level horizon_days annual_rate margin_rate calibration_end listed_max";
    const found = asked(options, ...more.split(" "));
    const { level = 0.95, horizon_days = 365, annual_rate = 0.1, margin_rate = 1, listed_max = 10 } = found;
    return this.#ask(
      "report",
      found,
      JSON.stringify(Array.from(this.#keys, String)),
      text(found.title, "/title"),
      text(found.currency, "/currency"),
      found.time_zone && text(found.time_zone, "/time_zone"),
      number(level, "/level"),
      count(horizon_days, "/horizon_days"),
      number(annual_rate, "/annual_rate"),
      number(margin_rate, "/margin_rate"),
      optionalDay(found.calibration_end, "/calibration_end"),
      count(listed_max, "/listed_max"),
    );
  }
}

/** The columns that a model of purchases sees. */
function pasts(summary, path = "/summary") {
  if (typeof summary !== "object" || summary === null) throw bad("input.type", path, named(summary), "a summary");
  return ["frequency", "recency_days", "age_days"].map((name) => array(field(summary, name, path), [Uint32Array], `${path}/${name}`));
}

/** What a fit says, for both kinds of them. */
class Fit {
  #json;

  constructor(key, bytes) {
    if (key !== MADE) throw new TypeError("a fit comes from fit()");
    const said = table(bytes);
    const [unitDays, logLikelihood, aic, bic] = said.scores;
    const named = (values) => Object.fromEntries(said.names.map((name, place) => [name, values[place]]));
    this.#json = said.json;
    this.model = said.model;
    this.params = named(said.values);
    this.standard_errors = named(said.errors);
    this.covariance = said.covariance.length === 0 ? null : said.covariance;
    this.unit_days = unitDays;
    this.log_likelihood = logLikelihood;
    this.aic = aic;
    this.bic = bic;
    this.customers = said.customers;
    this.status = said.status;
    this.converged = said.status === "converged";
  }

  get json() {
    return this.#json;
  }
}

function read(json, models) {
  const bytes = analytics.call("fit_read", text(json, "/fit", "the json of a fit"));
  const { model } = table(bytes);
  if (models.includes(model)) return bytes;
  throw bad("input.fit", "/fit", `a fit of ${model}`, models.join(", "));
}

function fitted(value, type, path) {
  if (value instanceof type) return value.json;
  throw bad("input.type", path, named(value), `a ${type.name}`);
}

const PURCHASE_MODELS = ["bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"];

export class PurchaseModel extends Fit {
  constructor(key, bytes) {
    super(key, bytes);
    Object.freeze(this);
  }

  static fit(model, summary, options = {}) {
    const { unit_days = 7, iterations_max = 300 } = fields(options, ["unit_days", "iterations_max"]);
    const more = [number(unit_days, "/unit_days"), count(iterations_max, "/iterations_max", 1)];
    return new PurchaseModel(MADE, analytics.call("fit_purchases", text(model, "/model"), ...pasts(summary), ...more));
  }

  static fromJson(json) {
    return new PurchaseModel(MADE, read(json, PURCHASE_MODELS));
  }

  predict(summary, options) {
    const { t } = fields(options, ["t"]);
    const columns = pasts(summary);
    const said = table(analytics.call("predict", this.json, ...columns, number(t, "/t")));
    return summary.customer === undefined ? said : { customer: summary.customer, ...said };
  }

  clv(summary, options) {
    const known = ["spend", "days", "annual_rate", "margin_rate", "reward_rate", "period_days", "unit_minor"];
    const found = fields(options, known);
    const { annual_rate = 0.1, margin_rate = 1, reward_rate = 0, unit_minor = 100 } = found;
    const optional = (name, least) => (found[name] === undefined ? undefined : count(found[name], `/${name}`, least));
    const columns = pasts(summary);
    const { clv_minor } = table(
      analytics.call(
        "values",
        this.json,
        fitted(found.spend, SpendModel, "/spend"),
        ...columns,
        minor(field(summary, "repeat_minor", "/summary"), "/summary/repeat_minor"),
        count(unit_minor, "/unit_minor", 1),
        optional("days", 1),
        number(annual_rate, "/annual_rate"),
        number(margin_rate, "/margin_rate"),
        number(reward_rate, "/reward_rate"),
        optional("period_days", 1),
      ),
    );
    return summary.customer === undefined ? { clv_minor } : { customer: summary.customer, clv_minor };
  }
}

export class SpendModel extends Fit {
  constructor(key, bytes) {
    super(key, bytes);
    Object.freeze(this);
  }

  static fit(summary, options = {}) {
    const { unit_minor = 100, iterations_max = 300 } = fields(options, ["unit_minor", "iterations_max"]);
    const [frequency] = pasts(summary);
    const spend = minor(field(summary, "repeat_minor", "/summary"), "/summary/repeat_minor");
    const more = [count(unit_minor, "/unit_minor", 1), count(iterations_max, "/iterations_max", 1)];
    return new SpendModel(MADE, analytics.call("fit_spend", frequency, spend, ...more));
  }

  predict(summary, options = {}) {
    const { unit_minor = 100 } = fields(options, ["unit_minor"]);
    const [frequency] = pasts(summary);
    const spend = minor(field(summary, "repeat_minor", "/summary"), "/summary/repeat_minor");
    const said = table(analytics.call("expected_spend", this.json, frequency, spend, count(unit_minor, "/unit_minor", 1)));
    return summary.customer === undefined ? said : { customer: summary.customer, ...said };
  }

  static fromJson(json) {
    return new SpendModel(MADE, read(json, ["gamma_gamma"]));
  }
}

export function survival(times, options = {}) {
  const { days, seen } = fields(times, ["days", "seen"]);
  const { level = 0.95 } = fields(options, ["level"]);
  const columns = [array(days, [Uint32Array], "/days"), array(seen, [Uint8Array], "/seen")];
  return table(analytics.call("survival", ...columns, number(level, "/level")));
}

export function dayOf(date) {
  return day(text(date, "/date"), "/date");
}

export { dateOf };
