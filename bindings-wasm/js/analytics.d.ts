/**
 * Retention analytics over columns of numbers: summaries, cohorts, retention, RFM, models of buying and
 * spending, survival, the report.
 *
 * Days are business days of the shop: numbers since 1970-01-01, or texts such as `"2026-11-21"` where one is
 * handed over. Amounts are minor units. What does not exist is NaN. Columns of one answer share one buffer.
 *
 * @packageDocumentation
 */
export { LoyaltyError } from "./api.js";

/** A day: days since 1970-01-01, or its text. */
export type Day = number | string;

/** Keys of customers: numbers, or texts. Customers come in the order of their keys. */
export type Keys = Uint32Array | BigInt64Array | readonly string[];

/** Minor units: 64 bits, or whole numbers within 2^53 − 1. */
export type Minor = BigInt64Array | Float64Array;

/** Rows of orders in any order, as columns of equal length. */
export interface OrderColumns {
  /** The customer of each row. */
  customer: Keys;
  /** The business day, as days since 1970-01-01. */
  day: Int32Array;
  /** What was paid, or (in a refund) given back; not negative. */
  amount_minor: Minor;
  /** Numbers of orders: rows of one customer and number are one order. Without, each row is an order. */
  order?: BigUint64Array | Uint32Array | null;
  /** 0 for a sale, 1 for a refund; all sales without. */
  kind?: Uint8Array | null;
  /** The order that a refund belongs to; the largest number for none. */
  original_order?: BigUint64Array | Uint32Array | null;
  /** Margins; may be negative. */
  margin_minor?: Minor | null;
}

/** Which rows count, and how. */
export interface Rules {
  /** The last day that is seen; rows after it do not exist. */
  as_of: Day;
  /** Whether orders of nothing are occasions. Default `count`. */
  zero_orders?: "count" | "drop";
  /** What refunds do: take off the order and drop it when nothing is left (default), keep it, nothing. */
  refunds?: "net_and_drop" | "net_keep" | "ignore";
}

/** A calendar's period, or a length in days from each customer's first occasion on. */
export type Period = "day" | "week" | "month" | "quarter" | "year" | number;

/** What models see of customers. */
export interface Histories {
  /** Repeat occasions: days with an order, less the first. */
  frequency: Uint32Array;
  /** Days from the first to the last occasion. */
  recency_days: Uint32Array;
  /** Days from the first occasion to `as_of`. */
  age_days: Uint32Array;
}

/** A row for each customer with an occasion. */
export interface Summary<K = Keys> extends Histories {
  as_of: number;
  customer: K;
  orders: Uint32Array;
  /** Net amount of everything. */
  total_minor: BigInt64Array;
  /** Net amount of the repeat occasions. */
  repeat_minor: BigInt64Array;
  first_day: Int32Array;
  last_day: Int32Array;
  /** Customers without an occasion. */
  without_occasion: number;
  /** Where every row went. */
  counts: Record<"rows_in" | "used" | "after_as_of" | "zero_order" | "refunded_order" | "refund_ignored", number>;
  /** With `holdout_end`: occasions after `as_of`, and their net amount. */
  holdout_frequency?: Uint32Array;
  holdout_minor?: BigInt64Array;
  holdout_end?: number;
  /** Customers whose first occasion lies in the holdout. */
  new_in_holdout?: number;
}

/** Cohorts, a row for each observed cell. */
export interface Cohorts {
  /** The first day of the period in which the cohort began. */
  cohort: Int32Array;
  size: Uint32Array;
  /** Periods since, from 0. */
  period: Uint32Array;
  /** Customers, orders or minor units, as `measure` says. */
  value: BigInt64Array;
  /** Customers whose period is observed to its end. */
  exposed: Uint32Array;
  per_customer: Float64Array;
}

/** Retention by periods since the first occasion, with Wilson's intervals. */
export interface Retention {
  period: Uint32Array;
  value: Float64Array;
  low: Float64Array;
  high: Float64Array;
  retained: Uint32Array;
  exposed: Uint32Array;
}

/** Names of RFM segments. */
export type Segment =
  | "champions"
  | "loyal"
  | "active"
  | "new"
  | "promising"
  | "needs_attention"
  | "almost_lost"
  | "at_risk"
  | "previously_loyal"
  | "dormant"
  | "prospects";

/** RFM scores from 1 to 5. */
export interface Rfm<K = Keys> {
  customer: K;
  days_since_last: Uint32Array;
  occasions: Uint32Array;
  net_minor: BigInt64Array;
  r: Uint8Array;
  f: Uint8Array;
  m: Uint8Array;
  segment: Segment[];
}

/** What a report is asked for. */
export interface ReportOptions extends Rules {
  title: string;
  /** The currency of the amounts. */
  currency: string;
  /** The name of the zone in which days begin, to be shown. */
  time_zone?: string | null;
  /** Nominal coverage of intervals. Default 0.95. */
  level?: number;
  /** Days that lifetime values look ahead. Default 365. */
  horizon_days?: number;
  /** Yearly discount rate. Default 0.1. */
  annual_rate?: number;
  /** Margin as a share of net amounts. Default 1: values are revenue. */
  margin_rate?: number;
  /** The last day of the calibration; by default the middle of the days. */
  calibration_end?: Day | null;
  /** Customers listed by name at most. Default 10. */
  listed_max?: number;
}

/** Orders, checked and ready for questions. They hold no memory of the instance. */
export class Orders<K extends Keys = Keys> {
  constructor(columns: OrderColumns & { customer: K });
  /** How many customers there are. */
  readonly customers: number;
  /** How many rows there are. */
  readonly rows: number;
  /** A row for each customer, as the models take them; with `holdout_end` also what came after. */
  summarize(options: Rules & { holdout_end?: Day | null }): Summary<K>;
  /** Cohorts by the period (default `month`) of the first occasion. */
  cohorts(options: Rules & { period?: Period; measure?: "customers" | "orders" | "net_minor" | "margin_minor" }): Cohorts;
  /** The share that came again, by periods since the first occasion. */
  retention(
    options: Rules & {
      /** The first day of the window; by default that of the data. */
      start?: Day | null;
      period?: Period;
      /** In the period itself (default), in it or later, in every one until it, in any until it. */
      retained?: "on" | "on_or_after" | "every_until" | "any_until";
      /** How many. Default 12. */
      periods?: number;
      level?: number;
    },
  ): Retention;
  /** Scores of recency, frequency and money. */
  rfm(
    options: Rules & {
      start?: Day | null;
      ties?: "mid" | "below" | "at_or_below" | "ntile";
      monetary?: "sum" | "mean";
      sorting?: "independent" | "nested";
    },
  ): Rfm<K>;
  /** The report: one self-contained page of HTML, the same bytes as in Rust and Python. */
  report(options: ReportOptions): string;
}

/** A fitted model. */
interface Fit {
  readonly model: string;
  readonly params: Record<string, number>;
  /** NaN where the fit is no interior maximum. */
  readonly standard_errors: Record<string, number>;
  /** Row by row; null where the fit is no interior maximum. */
  readonly covariance: Float64Array | null;
  /** Days in one unit of the model's time. */
  readonly unit_days: number;
  readonly log_likelihood: number;
  readonly aic: number;
  readonly bic: number;
  /** How many took part. */
  readonly customers: number;
  /** `converged`, or what is wrong. */
  readonly status: string;
  readonly converged: boolean;
  /** Text that reads back to the same bits. */
  get json(): string;
}

/** Predictions, a row for each customer. */
export interface Predictions {
  customer?: Keys;
  /** The chance to be active at `as_of`. */
  p_alive: Float64Array;
  /** Purchases in the next `t` units. */
  expected_purchases: Float64Array;
  /** The chance of one or more in the next `t` units. */
  p_purchase: Float64Array;
  /** The chance to be active `t` units later. */
  p_alive_at: Float64Array;
}

/** What lifetime values count. */
export interface ValueOptions {
  spend: SpendModel;
  /** Days ahead; for ever without. */
  days?: number | null;
  /** Yearly discount rate. Default 0.1. */
  annual_rate?: number;
  /** Margin as a share of spend. Default 1. */
  margin_rate?: number;
  /** Cost of rewards as a share of spend. Default 0. */
  reward_rate?: number;
  /** Discount at the end of periods of so many days; continuously without. */
  period_days?: number | null;
  /** As the spend model was fitted with. Default 100. */
  unit_minor?: number;
}

/** When customers buy, and whether they still do. */
export class PurchaseModel {
  private constructor();
  /** Fits by maximum likelihood. `unit_days` is 7 by default: a unit of time is a week. */
  static fit(
    model: "bg_nbd" | "mbg_nbd" | "pareto_nbd" | "nbd",
    summary: Histories,
    options?: { unit_days?: number; iterations_max?: number },
  ): PurchaseModel;
  /** A fit of its `json`. */
  static fromJson(json: string): PurchaseModel;
  /** What is to be expected in the next `t` units of time. */
  predict(summary: Histories & { customer?: Keys }, options: { t: number }): Predictions;
  /** Discounted values of the future of every customer, in minor units. */
  clv(
    summary: Histories & { customer?: Keys; repeat_minor: Minor },
    options: ValueOptions,
  ): { customer?: Keys; clv_minor: Float64Array };
}
export interface PurchaseModel extends Fit {}

/** How much customers spend (Gamma–Gamma). */
export class SpendModel {
  private constructor();
  /** Fits to repeat spend. `unit_minor` minor units (100 by default) are one unit of the model's money. */
  static fit(
    summary: Histories & { repeat_minor: Minor },
    options?: { unit_minor?: number; iterations_max?: number },
  ): SpendModel;
  /** A fit of its `json`. */
  static fromJson(json: string): SpendModel;
  /** Expected spend on a day with an order, of every customer, in minor units. */
  predict(
    summary: Histories & { customer?: Keys; repeat_minor: Minor },
    options?: { unit_minor?: number },
  ): { customer?: Keys; expected_spend_minor: Float64Array };
}
export interface SpendModel extends Fit {}

/** A survival curve with intervals on the log-log scale. */
export interface Survival {
  days: Uint32Array;
  at_risk: Uint32Array;
  events: Uint32Array;
  survival: Float64Array;
  low: Float64Array;
  high: Float64Array;
  hazard: Float64Array;
}

/** The Kaplan–Meier curve of subjects: days of each, and 1 where the event was seen. */
export function survival(times: { days: Uint32Array; seen: Uint8Array }, options?: { level?: number }): Survival;

/** Days since 1970-01-01 of a text such as `"2026-11-21"`. */
export function dayOf(date: string): number;
/** The text of a day. */
export function dateOf(day: number): string;
