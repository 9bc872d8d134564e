/**
 * The documents that go in and the answers that come out, as they stand in JSON.
 *
 * Fields have the names of the documents; everything that the package adds is in `camelCase`.
 *
 * @packageDocumentation
 */

/** An amount in the document's currency, as text with the currency's decimals: `"10.50"`. */
export type Amount = string;
/** Points as the engine writes them: `"12"`, `"12.5"`. */
export type Points = string;
/** Points as they are handed over: text, or a whole number of them within 2^53 - 1. */
export type PointsGiven = string | number | bigint;
/** A rate in percent: `"25.5"`, or a whole number. */
export type Percent = string | number | bigint;
/** An instant with its civil time: `"2026-11-21T12:00:00+02:00"`. */
export type MomentText = string;
/** A moment as it is handed over: a `Date`, which takes the civil time of the scheme's zone, or its text. */
export type MomentGiven = Date | MomentText;
/** A day that begins (`"2026-11-21"`), or an instant. */
export type DeadlineText = string;
/** A day: `"2026-11-21"`. */
export type DateText = string;
/** 64 hexadecimal digits. */
export type Digest = string;

/** A purchase. */
export interface Purchase {
  /** The purchase's id at the host. */
  id: string;
  /** The currency of all amounts. */
  currency: string;
  /** What is bought. */
  lines: PurchaseLine[];
  /** Delivery charges. */
  shipping?: Charge[];
  /** Whether prices contain tax. Default: true. */
  tax_included?: boolean;
  /** Where it is bought. */
  channel?: string;
  /** In which store. */
  store?: string;
  /** Codes that the customer entered. */
  codes?: string[];
  /** Rewards that the customer wants to use. */
  claims?: Claim[];
  /** Points that the customer wants to pay with. */
  pay_points?: PayPoints[];
  /** What is paid by gift card. */
  gift_card?: Amount;
  /** The rate to the scheme's currency, where the purchase is in another one. */
  exchange?: Exchange;
  /** When it took place, if earlier than it is recorded. */
  occurred_at?: MomentGiven;
  /** What is taken off the goods by hand, after all offers; none touches it. */
  deduction?: Amount;
  /** The tax where the shop works it out itself, beside that of the rates. */
  tax_amount?: Amount;
}

/** A line of a purchase. */
export interface PurchaseLine {
  /** The line's name, unique in the purchase. Default: its position from `"1"`. */
  id?: string;
  /** The article. */
  sku?: string;
  /** The product that it is a variant of. */
  product?: string;
  /** The categories that it is in. */
  categories?: string[];
  /** Labels of the host's own. */
  tags?: string[];
  /** The price of one. */
  price: Amount;
  /** How many. Default: 1. */
  quantity?: number | bigint;
  /** Its tax rate. */
  tax?: Percent;
  /** Whether it is a gift card that is sold. */
  gift_card?: boolean;
  /** Whether the host's price is a discounted one. */
  discounted?: boolean;
  /** The price below which no discount goes. */
  price_min?: Amount;
  /** The offer that added it for nothing. */
  gift_of?: string;
}

/** A delivery charge. */
export interface Charge {
  /** How it is delivered. */
  method?: string;
  /** The charge. */
  amount: Amount;
  /** Its tax rate. */
  tax?: Percent;
}

/** A reward that the customer wants to use. */
export interface Claim {
  /** The reward. */
  reward: string;
  /** How many times. Default: 1. */
  quantity?: number | bigint;
}

/** Points that the customer wants to pay with. */
export interface PayPoints {
  /** The wallet. */
  wallet: string;
  /** How many. Default: as many as can be used. */
  points?: PointsGiven;
}

/** An exchange rate: what one amount is in the scheme's currency. */
export interface Exchange {
  /** An amount in the purchase's currency. */
  from: Amount;
  /** The same in the scheme's. */
  to: Amount;
}

/** What the host knows about a customer. */
export interface Facts {
  /** The segments that the customer is in. */
  segments?: string[];
  /** Month and day: `"11-21"`. */
  birthday?: string;
  /** Whatever else the scheme asks for. */
  flags?: string[];
  /** What the host's list of coupons says about the codes that were entered. */
  coupons?: Coupon[];
  /** The holds of this checkout on the pool account: what they keep of codes is open to it. */
  holds?: string[];
  /** Who referred the customer. */
  referral?: { referrer: string; same_household?: boolean };
}

/** What the host knows about a code. */
export interface Coupon {
  /** The code. */
  code: string;
  /** The batch that it is of. */
  batch: string;
  /** The member whom alone it serves. */
  recipient?: string;
  /** From when it serves, as the clock of the scheme's zone shows. */
  from?: string;
  /** Until before when. */
  until?: string;
  /** How often all members together can use it, counted by a pool account. Default: without limit. */
  times_max?: number | bigint;
}

/** An act with nothing but its name. */
export interface PlainAct {
  /** The act's own name at the host: under it, it is posted once. */
  id: string;
  /** Who did it. */
  actor?: string;
  /** Why. */
  reason?: string;
}

/** A purchase to record. */
export interface RecordAct {
  /** The purchase; its id is the act's name. */
  purchase: Purchase;
  /** What the host knows about the customer. */
  facts?: Facts;
  /** The version that a quote relied on: a conflict if it moved. */
  expected_head?: Head;
  /** `outputsDigest()` of the quoted decision: a conflict if the outputs differ now. */
  expected_decision?: Digest;
}

/** Something that took place and is no purchase. */
export interface EventAct {
  id: string;
  /** What it is, such as `review`. */
  name: string;
  facts?: Facts;
  /** When it took place, if earlier than it is recorded. */
  occurred_at?: MomentGiven;
}

/** A purchase that was delivered, completed or the like. */
export interface FulfilAct {
  id: string;
  purchase: string;
  /** What happened to it. */
  name: string;
}

/** Points of a wallet. */
export interface PointsOrder {
  wallet: string;
  points: PointsGiven;
}

/** A reward, and how many times. */
export interface RewardOrder {
  reward: string;
  /** Default: 1. */
  quantity?: number | bigint;
}

/** A reward to buy with points, or points to spend outside a purchase. */
export interface RedeemAct {
  id: string;
  on: { reward: RewardOrder } | { points: PointsOrder };
  facts?: Facts;
}

/** Goods that come back, or money that is given back. */
export interface RefundAct {
  id: string;
  purchase: string;
  lines: ReturnLine[];
}

/** What comes back of a line. */
export interface ReturnLine {
  line: string;
  back: { quantity: number | bigint } | { amount: Amount };
}

/** A sale to treat as if it never took place. */
export interface CancelAct {
  id: string;
  purchase: string;
}

/** A balance or a card to change by hand. */
export interface AdjustAct {
  id: string;
  change:
    | { points: PointsOrder & { lot?: number; allow_deficit?: boolean } }
    | { stamps: { card: string; stamps: number | bigint } };
  actor: string;
  reason: string;
}

/** A reward to give by hand. */
export interface GrantAct {
  id: string;
  reward: string;
  actor: string;
  reason: string;
}

/** Lapsed points to give back. */
export interface ReinstateAct {
  id: string;
  wallet: string;
  /** How long ago they may have lapsed. */
  lapsed_days_max: number;
  /** For how long they are good again. */
  valid_days: number;
  actor: string;
  reason: string;
}

/** A tier to set by hand. */
export interface AssignTierAct {
  id: string;
  ladder: string;
  /** The tier; none for no tier. */
  tier?: string;
  /** Whether no review may go below it. */
  floor?: boolean;
  actor: string;
  reason: string;
}

/** Points, rewards and uses of codes to put aside. Codes are held on the pool account. */
export interface HoldAct {
  id: string;
  points?: PointsOrder[];
  rewards?: RewardOrder[];
  /** Codes of which one use is put aside. */
  codes?: string[];
  /** What the host's list of coupons says about them. */
  coupons?: Coupon[];
  /** When it lapses. */
  until: MomentGiven;
}

/** The end of a hold. */
export interface EndHoldAct {
  id: string;
  hold: string;
}

/** Points to move to another account. */
export interface TransferAct extends PlainAct {
  wallet: string;
  points: PointsGiven;
}

/** An act with its kind as the one key. */
export type Act =
  | { record: RecordAct }
  | { event: EventAct }
  | { fulfil: FulfilAct }
  | { enrol: PlainAct }
  | { redeem: RedeemAct }
  | { refund: RefundAct }
  | { cancel: CancelAct }
  | { adjust: AdjustAct }
  | { grant: GrantAct }
  | { reinstate: ReinstateAct }
  | { assign_tier: AssignTierAct }
  | { suspend: PlainAct }
  | { resume: PlainAct }
  | { close: PlainAct }
  | { hold: HoldAct }
  | { capture: EndHoldAct }
  | { release: EndHoldAct }
  | { due: PlainAct };

/** The version of an account: how many groups it holds, and the hash of the last one. */
export interface Head {
  seq: number;
  hash: Digest;
}

/** What a decision says. */
export interface DecisionData {
  /** The version of the engine's semantics. */
  readonly semantics: number;
  /** The digest of the scheme. */
  readonly scheme: Digest;
  readonly member: string;
  /** The account's version that the decision relies on. */
  readonly head: Head;
  /** The purchase's id. */
  readonly purchase: string;
  /** When, in the scheme's civil time. */
  readonly at: MomentText;
  /** The currency of the amounts. */
  readonly currency: string;
  /** Every line with its parts. */
  readonly lines: LineDecision[];
  /** The discounts, in the order in which they were applied. */
  readonly discounts: DiscountDecision[];
  /** Amounts of the whole. */
  readonly totals: Totals;
  /** What each wallet gains and gives. */
  readonly wallets: WalletDecision[];
  /** What each card gains. */
  readonly cards: CardDecision[];
  /** Ladders whose tier the purchase raises. */
  readonly tiers: TierDecision[];
  /** Rewards used. */
  readonly rewards: RewardDecision[];
  /** What became of every code that was entered. */
  readonly codes?: CodeDecision[];
  /** How the choice among offers that exclude each other was made. */
  readonly choice?: ChoiceDecision;
  /** Lines that offers add to the purchase. */
  readonly gifts?: PurchaseLine[];
  /** Rewards for later that a record issues. */
  readonly issued?: string[];
  /** How far the purchase brings the member in every challenge. */
  readonly challenges?: ChallengeStanding[];
  /** Events that the purchase is due to the member who referred the customer. */
  readonly referrals?: DueReferral[];
  /** Codes for a later order that the host is to make when the purchase is recorded. */
  readonly due_codes?: DueCode[];
  /** Claims and payments that were refused; a record would refuse the purchase. */
  readonly refused: Reason[];
  /** What the limits that were met had left. */
  readonly preconditions: Headroom[];
  /** Why candidates were granted or not. Empty without explanation. */
  readonly reasons: Reason[];
  /** What became of every offer that could apply. Absent without explanation. */
  readonly offers?: OfferDecision[];
  /** How many earn rules were no candidates; `whyNot` answers for any one. */
  readonly others: number;
}

/** A line of a decision. */
export interface LineDecision {
  /** The line's name, or its position from `"1"`. */
  line: string;
  /** Price times quantity. */
  list: Amount;
  /** What discounts take off. */
  discount: Amount;
  /** What is left. */
  net: Amount;
}

/** A discount of a decision. */
export interface DiscountDecision {
  kind: "reward" | "benefit" | "points" | "offer" | "deduction";
  /** The reward, the benefit, the wallet or the offer; empty for what is taken off by hand. */
  id: string;
  /** On goods. */
  amount: Amount;
  /** On each line. */
  lines: Amount[];
  /** On delivery. */
  shipping: Amount;
}

/** Amounts of a decision. */
export interface Totals {
  /** Goods at list prices. */
  list: Amount;
  /** Discounts on goods. */
  discount: Amount;
  /** Goods after discounts. */
  goods: Amount;
  /** Delivery after discounts. */
  shipping: Amount;
  /** Tax, contained or on top. */
  tax: Amount;
  /** To pay before tenders. */
  total: Amount;
  /** Paid by points as a tender. */
  points_tender: Amount;
  /** Paid by gift card. */
  gift_card: Amount;
  /** Left to pay in money. */
  due: Amount;
}

/** A wallet's part of a decision. */
export interface WalletDecision {
  wallet: string;
  earned: Points;
  /** The parts of `earned`, by rule and benefit; they sum to it. */
  parts: { rule: string; wanted: Points; points: Points }[];
  /** The lots that the purchase would open. */
  lots: LotDecision[];
  spent: Points;
}

/** A lot of points that the purchase would open. */
export interface LotDecision {
  points: Points;
  /** When they become usable; absent when at once or by an event. */
  usable_from?: DeadlineText;
  /** Whether an event makes them usable. */
  awaits_event?: boolean;
  /** When they lapse, if that is known and ever. */
  expiry?: DeadlineText;
}

/** A card's part of a decision. */
export interface CardDecision {
  card: string;
  stamps: number;
  /** Cards filled. */
  completed: number;
  /** Stamps on the open card afterwards. */
  on_card: number;
  /** How many fill it. */
  target: number;
}

/** A rise on a ladder. */
export interface TierDecision {
  ladder: string;
  from?: string;
  to: string;
}

/** A reward used. */
export interface RewardDecision {
  reward: string;
  /** The issue used; absent when it is bought with the purchase. */
  issue?: number;
  /** What it costs in points. */
  cost?: Points;
}

/** What became of a code. */
export interface CodeDecision {
  /** The code as it was entered. */
  code: string;
  /** The offer that it opens. */
  offer?: string;
  /** `granted`, or every reason why it opens nothing. */
  reasons: string[];
}

/** How the choice among offers that exclude each other was made. */
export interface ChoiceDecision {
  /** Whether no other combination is better. */
  optimal: boolean;
  /** How many combinations were tried. */
  tries: number;
  /** What the chosen offers take off. */
  value: Amount;
  /** What no combination takes off more than. */
  bound: Amount;
}

/** What became of an offer. */
export interface OfferDecision {
  offer: string;
  /** `granted`, or why it gives nothing. */
  code: string;
  /** What it takes off goods and delivery. */
  amount: Amount;
  /** How many units it uses: those that it lowers, and those that its sets take. */
  units: number;
  /** How many sets of units it finds, or how many times it gives its gift. */
  sets?: number;
  /** The offer that took its place. */
  by?: string;
  /** What is missing for it. */
  missing?: Shortage;
  /** The first day on which its limit is free again. */
  resets?: DateText;
}

/** What a limit had left, in thousandths of a point, or times. */
export interface Headroom {
  limit: string;
  left: number;
}

/** How far off something was. */
export type Shortage = { amount: Amount } | { units: number } | { points: Points };

/** Why a candidate was granted or refused. */
export interface Reason {
  about: "rule" | "benefit" | "card" | "reward" | "payment" | "wallet";
  /** Its stable name in the scheme. */
  id: string;
  /** `granted`, `capped`, or why it was refused, such as `condition.min_amount`. */
  code: string;
  /** What it would have given without caps. */
  wanted?: Points;
  /** What it gave. */
  granted?: Points;
  /** What was missing. */
  missing?: Shortage;
  /** The first day on which a cap is free again. */
  resets?: DateText;
}

/** Where a member is at a moment, with everything due by then counted as done. */
export interface StandingData {
  readonly member: string;
  readonly head: Head;
  readonly at: MomentText;
  readonly status: Status;
  readonly wallets: WalletStanding[];
  readonly ladders: LadderStanding[];
  readonly cards: CardStanding[];
  /** The challenges of the scheme. */
  readonly challenges?: ChallengeStanding[];
  /** Rewards that were issued and can be used. */
  readonly rewards: RewardStanding[];
  /** Rewards that the points suffice for. */
  readonly affordable: { reward: string; cost: Points }[];
}

/** Whether an account takes part. */
export type Status = "active" | "suspended" | "closed";

/** A wallet at a moment. */
export interface WalletStanding {
  wallet: string;
  balance: Balance;
  /** What the available points are worth as money, where they can pay. */
  worth?: Amount;
  /** What lapses when, soonest first. */
  expiries: { at: DeadlineText; points: Points }[];
}

/** What a wallet holds. `held` is a part of `active`. */
export interface Balance {
  /** Earned, not usable yet. */
  pending: Points;
  /** Usable in time, held ones with them. */
  active: Points;
  /** Put aside by holds. */
  held: Points;
  /** Owed by the member. */
  owed: Points;
  /** What can be spent: active less held less owed, never below 0. */
  available: Points;
  /** Active less owed: what the books say. */
  balance: Points;
  /** Spent so far, less what came back. */
  spent: Points;
  /** Lapsed so far. */
  expired: Points;
}

/** A ladder at a moment. Values are money, points or a whole number as text, as the metric is. */
export interface LadderStanding {
  ladder: string;
  /** The tier held. */
  tier?: string;
  /** What the window holds. */
  value: string;
  /** The next tier. */
  next?: string;
  /** What is missing to it. */
  to_next?: string;
  /** What is missing to stay at the next review. */
  to_stay?: string;
  /** When the tier is reviewed next. */
  review?: DeadlineText;
  /** The tier after that review if nothing more happens. */
  projected?: string;
  /** What the tier brings, by benefit. */
  benefits: string[];
  /** What it grants that the host gives. */
  entitlements: string[];
}

/** A card at a moment. */
export interface CardStanding {
  card: string;
  /** Stamps on the open card. */
  stamps: number;
  /** How many fill it. */
  target: number;
  /** Stamps that full cards still owe. */
  debt: number;
  /** Cards filled so far. */
  completed: number;
  /** When the open card lapses. */
  expiry?: DeadlineText;
}

/** An issued reward that can be used. */
export interface RewardStanding {
  issue: number;
  reward: string;
  expiry?: DeadlineText;
}

/** An id with the name that people know it by: the id again where the scheme has no name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** What a page may show of an account at a moment, as plain JSON. */
export interface PublicView {
  readonly scheme: Named;
  /** The currency of its amounts. */
  readonly currency: string;
  readonly at: MomentText;
  readonly status: Status;
  readonly wallets: WalletView[];
  readonly cards: CardView[];
  readonly ladders: LadderView[];
  /** Rewards that can be used; equal ones are counted. */
  readonly rewards: (Named & { readonly count: number; readonly expiry?: DeadlineText })[];
  /** Rewards that the points suffice for. */
  readonly affordable: (Named & { readonly cost: Points; readonly wallet: string })[];
}

/** A wallet, as a page shows it. */
export interface WalletView {
  readonly id: string;
  /** What a point is called, as the scheme says. */
  readonly unit?: { readonly one: string; readonly other: string };
  readonly available: Points;
  readonly pending: Points;
  /** What the available points are worth as money, where they can pay. */
  readonly worth?: Amount;
  /** What lapses next: at most three. */
  readonly expiries: { readonly at: DeadlineText; readonly points: Points }[];
}

/** A card, as a page shows it. */
export interface CardView extends Named {
  readonly stamps: number;
  readonly target: number;
  /** What a full card brings. */
  readonly rewards: Named[];
  readonly expiry?: DeadlineText;
}

/** A ladder, as a page shows it. */
export interface LadderView extends Named {
  /** What `value` and `to_next` count. */
  readonly measure: "amount" | "points" | "visits" | "items";
  readonly tier?: Named;
  readonly value: string;
  readonly next?: Named;
  /** What is missing to the next tier. */
  readonly to_next?: string;
}

/** What an act brought, in the order of its entries: what a receipt prints. */
export interface Answer {
  seq: number;
  act: string;
  key: string;
  at: MomentText;
  lines: AnswerLine[];
}

/** A line of a receipt: an object with one key, its kind. */
export type AnswerLine =
  | { purchase: { purchase: string; total: Amount; referrals?: DueReferral[]; due_codes?: DueCode[] } }
  | { refund: { purchase: string; refund: Amount; charged?: Amount } }
  | { earned: { wallet: string; points: Points; rules?: { rule: string; points: Points }[]; pending: boolean } }
  | { activated: { wallet: string } }
  | { spent: { wallet: string; points: Points } }
  | { restored: { wallet: string; points: Points } }
  | { taken_back: { wallet: string; points: Points; owed: Points } }
  | { expired: { wallet: string; points: Points } }
  | { moved: { wallet: string; points: Points } }
  | { stamps: { card: string; stamps: number } }
  | { card_filled: { card: string } }
  | { reward_issued: { reward: string; issue: number } }
  | { reward_used: { issue: number } }
  | { reward_void: { issue: number } }
  | { tier: { ladder: string; tier?: string } };

/** A scheme's value of `loyalty` in a response of the Universal Commerce Protocol. */
export interface UcpMembership {
  id: string;
  name: string;
  tiers?: { id: string; name: string; benefits?: { id: string; description: string }[] }[];
  rewards?: {
    currency: { name: string; code: string; decimal_places: number };
    earning_forecast: {
      amount: number;
      breakdown?: { id: string; amount: number; description: string; benefit_id?: string }[];
    };
  }[];
  provisional: boolean;
}

/** A challenge, as a member stands in it or as a purchase moves it. Counts are text: money, or a whole number. */
export interface ChallengeStanding {
  readonly challenge: string;
  readonly parts: { readonly count: string; readonly adds?: string; readonly goal: string; readonly missing: string }[];
  /** In how many periods in a row, up to the present one, the goal is reached. */
  readonly run: number;
  /** How many it takes. */
  readonly streak: number;
  /** Whether this purchase reaches it; of a standing, whether the present period holds the goal. */
  readonly reached: boolean;
  /** The first day on which the count begins anew. */
  readonly resets?: string;
}

/** Codes for a later order, which the host is to make. */
export interface DueCode {
  /** The offer that brings them. */
  readonly offer: string;
  readonly batch: string;
  readonly quantity: number;
  /** Until when they can be used. */
  readonly expiry?: DeadlineText;
}

/** An event that is due to the member who referred the customer. */
export interface DueReferral {
  readonly referral: string;
  /** The member whose account the event is for. */
  readonly referrer: string;
  readonly event: string;
}
