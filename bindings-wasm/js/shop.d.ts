/**
 * What surrounds the engine in a shop: orders as shops export them and what to post when one has changed, codes
 * of coupons, the prior price of article 6a of Directive 98/6/EC, the linter of schemes.
 *
 * @packageDocumentation
 */
import type { Account, Scheme } from "./api.js";
import type { Act, MomentGiven, MomentText, Purchase, RefundAct } from "./documents.js";
import type { SchemeDocument } from "./scheme.js";

export { LoyaltyError } from "./api.js";

/** An order as the shop's system tells it: its whole state at one moment. Keep it: it is the state before. */
export interface ShopOrder {
  /** The shop's customer number, or the lower-case e-mail address: make a member's pseudonym of it. */
  customer?: string;
  /** When it was bought. */
  at: MomentGiven;
  /** Whether it was paid: only then it counts. */
  paid: boolean;
  /** When it was cancelled, if it was. */
  cancelled_at?: MomentGiven;
  /** What was bought, at the prices that the shop took after its own discounts. */
  purchase: Purchase;
  /** What came back, in the order of time. */
  returns?: {
    id: string;
    at: MomentGiven;
    lines: RefundAct["lines"];
    /** Whether the lines are all that came back so far. */
    running?: boolean;
  }[];
}

/** What a reader is told beside the export. */
export interface ReadOptions {
  /** The currency of every order; without one, that of the first. */
  currency?: string | null;
}

/** Whether a text begins with the header of Shopify's orders export. */
export function isShopifyCsv(text: string): boolean;
/** Reads Shopify's orders export. */
export function readShopifyCsv(text: string, options?: ReadOptions): ShopOrder[];
/** Reads orders of Shopify's REST interface: the text, or what it parses to. */
export function readShopifyOrders(orders: string | object, options?: ReadOptions): ShopOrder[];
/** Reads orders of WooCommerce's REST interface: the text, or what it parses to. */
export function readWooCommerceOrders(orders: string | object, options?: ReadOptions): ShopOrder[];

/** Which column of a table is what. */
export interface CsvColumns {
  /** The customer; an empty cell is a guest. */
  customer: string;
  /** When: a time with or without an offset, or a date. */
  at: string;
  /** The amount of the row, all its units together. */
  amount: string;
  /** The order: rows with the same one are lines of it. Without, each row is one. */
  order?: string | null;
  /** The units; 1 without. */
  quantity?: string | null;
  /** The stock keeping unit. */
  sku?: string | null;
  /** `sale` or `refund`. Without, a negative amount is a refund. */
  kind?: string | null;
  /** The currency; without, it stands in the options. */
  currency?: string | null;
}

/** Reads a table of rows with a header. */
export function readOrdersCsv(text: string, columns: CsvColumns, options?: ReadOptions): ShopOrder[];

/** An act and its moment: `scheme.perform(account, act, at)` posts it. */
export interface Posting {
  at: MomentText;
  act: Act;
}

/**
 * The acts between what is known and an order's state; none when they agree.
 *
 * @param before the state before, the member's account, or null for a new order.
 */
export function reconcile(before: ShopOrder | Account | null, after: ShopOrder): Posting[];

/** A batch of codes. */
export interface CodeBatch {
  /** Its name: another name gives other codes. */
  batch: string;
  /** How many, 1 to 1,000,000. */
  count: number;
  /** Characters of each, 4 to 18, the check character among them. */
  length: number;
  /** 31 digits and letters without look-alikes (default), or 19 consonants. */
  alphabet?: "mixed" | "consonants";
  /** Whether the last character checks the others. */
  check?: boolean;
}

/**
 * Makes the codes of a batch: distinct, repeatable, in an order that says nothing.
 *
 * @param entropy 16 secret bytes or more, such as of `crypto.getRandomValues`.
 */
export function makeCodes(entropy: Uint8Array, batch: CodeBatch): string[];
/** Whether the last character of a code checks the others; capitals and small letters are alike. */
export function verifyCode(code: string, options?: { alphabet?: "mixed" | "consonants" }): boolean;

/** A price history, and the reduction that is announced. Days are texts such as `"2026-11-21"`. */
export interface Announced {
  /** The shop's own prices, each with the first day on which it was asked. */
  history: { from: string; until?: string; price: string }[];
  reduction: {
    /** The first day of the reduction. */
    began: string;
    currency: string;
    /** How many days before it count. Default 30, which is the least. */
    days?: number;
    /** Paragraphs 1 and 2 (default), 5 (a series of reductions), 4 (new goods), 3 (exempt). */
    mode?: "lowest" | { progressive: { first: string } } | { new: { since: string } } | "exempt";
  };
}

/** The price to state. */
export interface PriorPrice {
  price: string;
  /** The first day that counts. */
  from: string;
  /** The first day that counts no more. */
  until: string;
  /** The first day of these on which that price was asked. */
  asked: string;
}

/** The price to state beside a reduced one; null for goods that are exempt. */
export function priorPrice(announced: Announced): PriorPrice | null;

/** One thing in a scheme that looks like a mistake. The scheme works as it is. */
export interface Finding {
  /** The stable code, such as `lint.idle_card`. */
  code: string;
  /** `warning`: it brings nothing, never applies, or can be taken advantage of; `note`: worth a look. */
  severity: "warning" | "note";
  /** Where in the document, as a JSON pointer. */
  path: string;
  /** What stands there. */
  found: string;
  /** What to do about it. */
  advice: string;
}

/**
 * Reads a scheme for mistakes, in the order of its document. A document that does not compile throws its problems.
 *
 * @param options.at the moment by which windows count as over; without it no finding speaks of time.
 */
export function lint(document: SchemeDocument | string | Scheme, options?: { at?: MomentGiven | null }): Finding[];
