/**
 * Schemes, accounts and decisions of loyalty-core.
 *
 * @packageDocumentation
 */
import type {
  Act,
  AdjustAct,
  Answer,
  AssignTierAct,
  CancelAct,
  DecisionData,
  Digest,
  EndHoldAct,
  EventAct,
  Facts,
  FulfilAct,
  GrantAct,
  Head,
  HoldAct,
  MomentGiven,
  MomentText,
  PlainAct,
  PublicView,
  Purchase,
  Reason,
  RedeemAct,
  RefundAct,
  ReinstateAct,
  StandingData,
  Status,
  Totals,
  TransferAct,
  UcpMembership,
} from "./documents.js";
import type { SchemeDocument } from "./scheme.js";

export type * from "./documents.js";
export type { SchemeDocument } from "./scheme.js";

/** One thing that is wrong with a scheme document. */
export interface Problem {
  code: string;
  /** A JSON pointer into the document. */
  path: string;
  found: string;
  allowed: string;
}

/** What this package throws. Codes are stable; messages are not. */
export class LoyaltyError extends Error {
  private constructor();
  readonly name: "LoyaltyError";
  /**
   * The stable code, such as `points.insufficient` or `read.wrong_type`. `internal.trap` is a fault of
   * the library; the next call works all the same.
   */
  readonly code: string;
  /** A JSON pointer into what was handed over; null where nothing of it is to blame. */
  readonly path: string | null;
  /** What was found. */
  readonly found?: string;
  /** What is allowed. */
  readonly allowed?: string;
  /** All problems of a scheme document, the first of them being this error. */
  readonly problems?: Problem[];
  /** The row of a table, as a spreadsheet numbers it: the header is row 1. */
  readonly row?: number;
  /** How many groups of a log come before the damage. */
  readonly wholeGroups?: number;
}

/** What the engine is to consider beside the purchase. */
export interface QuoteOptions {
  /** What the host knows about the customer. */
  facts?: Facts | null;
  /** The account that holds what all members share, where the scheme has budgets or total limits. */
  pool?: Account | null;
}

/** What an act may need. */
export interface ActOptions {
  /** The account that holds what all members share, where the scheme has budgets or total limits. */
  pool?: Account | null;
  /** Earlier versions of the scheme, which returns of their purchases need. */
  earlier?: Iterable<Scheme>;
}

/** What the record of a purchase may need. */
export interface RecordOptions extends ActOptions {
  /** What the host knows about the customer. */
  facts?: Facts | null;
  /** The version that a quote relied on: a conflict if it moved. */
  expected_head?: Head;
  /** `outputsDigest()` of the quoted decision: a conflict if the outputs differ now. */
  expected_decision?: Digest;
}

/**
 * The rules of a loyalty programme, checked and ready to decide. It never changes.
 *
 * `now` is always given: the library reads no clock.
 */
export class Scheme {
  /** Reads and compiles a document: an object, or JSON text. */
  constructor(document: SchemeDocument | string);
  /** The scheme's stable name. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** The label of this version of it. */
  readonly version: string | null;
  /** The currency of every amount in it. */
  readonly currency: string;
  /** The IANA name of the zone in which its days begin. */
  readonly timeZone: string;
  /** The SHA-256 of its canonical JSON. */
  readonly digest: Digest;
  /** The canonical JSON of its document. */
  get json(): string;
  /** The document. */
  toJSON(): SchemeDocument;

  /** What the member would get for a purchase. Posts nothing. `explain` is true by default. */
  quote(
    account: Account,
    purchase: Purchase | string,
    now: MomentGiven,
    options?: QuoteOptions & { explain?: boolean },
  ): Decision;
  /**
   * Makes a purchase ready to be decided often, without JSON: its lines are what can be in the basket (quantity 0 for
   * what is not yet), read once and then set by their place. What `options` says stays for all questions.
   */
  basket(purchase: Purchase | string, options?: QuoteOptions): Basket;
  /**
   * Computes a decision anew, at the moment that the shown one names, and compares every byte. That moment is the
   * client's word: hold `at` of what comes back against your own clock.
   *
   * @param claimed what a client shows: the text of `decision.canonical()`, or a decision.
   */
  verify(account: Account, purchase: Purchase | string, claimed: Decision | string, options?: QuoteOptions): Decision;
  /** Why a rule does or does not pay for a purchase; null where the scheme has no such rule. */
  whyNot(
    account: Account,
    purchase: Purchase | string,
    rule: string,
    now: MomentGiven,
    options?: QuoteOptions,
  ): Reason | null;
  /** Where a member is at a moment. */
  standing(account: Account, now: MomentGiven): Standing;

  /** Does any act, given with its kind. */
  perform(account: Account, act: Act | string, now: MomentGiven, options?: ActOptions): Posted;
  /** Records a purchase, under its own id. */
  record(account: Account, purchase: Purchase | string, now: MomentGiven, options?: RecordOptions): Posted;
  /** Records something that is not a purchase: a review, a visit, a sign-up. */
  event(account: Account, act: EventAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Says that a purchase was delivered, completed or the like. */
  fulfil(account: Account, act: FulfilAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Enrols the member. */
  enrol(account: Account, act: PlainAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Buys a reward with points, or spends points outside a purchase. */
  redeem(account: Account, act: RedeemAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Takes goods back, or gives money back. */
  refund(account: Account, act: RefundAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Treats a sale as if it never took place. */
  cancel(account: Account, act: CancelAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Changes a balance or a card by hand. */
  adjust(account: Account, act: AdjustAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Gives a reward by hand. */
  grant(account: Account, act: GrantAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Gives lapsed points back. */
  reinstate(account: Account, act: ReinstateAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Sets a tier, or a floor below which no review goes. */
  assignTier(account: Account, act: AssignTierAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Suspends the account. */
  suspend(account: Account, act: PlainAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Takes a suspended account up again. */
  resume(account: Account, act: PlainAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Closes the account for good. */
  close(account: Account, act: PlainAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Puts points or rewards aside. */
  hold(account: Account, act: HoldAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Uses a hold. */
  capture(account: Account, act: EndHoldAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Gives a hold up. */
  release(account: Account, act: EndHoldAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Posts what time has brought. */
  due(account: Account, act: PlainAct, now: MomentGiven, options?: ActOptions): Posted;
  /** Moves points from one account to another. Store both groups in one transaction. */
  transfer(from: Account, to: Account, act: TransferAct, now: MomentGiven): [Posted, Posted];
  /** Pours one account into another. Store both groups in one transaction. */
  merge(survivor: Account, other: Account, act: PlainAct, now: MomentGiven): [Posted, Posted];

  /** Gives the engine's memory back now; when the scheme is used again, it is built again. */
  free(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** A member's account: what the member's groups fold to. It never changes: an act gives a new one. */
export class Account {
  /** The empty account of a member, who is named by a pseudonym of the host. */
  constructor(member: string);
  /** Folds groups, their lines, or a whole log of lines. Their chain of hashes is checked. */
  static replay(member: string, groups: string | Iterable<Group | string>): Account;
  /** Reads what `snapshot` wrote: its digest is checked, and the account audited. */
  static restore(snapshot: string): Account;
  /** The member. */
  readonly member: string;
  /** How many groups it is the fold of. */
  readonly seq: number;
  /** The hash of the last one. */
  readonly hash: Digest;
  /** When the last one was posted. */
  readonly at: MomentText | null;
  /** Whether it takes part. */
  readonly status: Status;
  /** How many purchases count, cancelled ones left out. */
  readonly purchaseCount: number;
  /** The account after one more group. */
  apply(group: Group | string): Account;
  /** The account as text, with the digest of its state. */
  snapshot(): string;
  /** Checks the account against itself, and gives the digest of its state: the same groups, the same digest. */
  audit(): Digest;
  /** Where the member is at a moment, under a scheme. */
  standing(scheme: Scheme, now: MomentGiven): Standing;
  /**
   * What a page may show: points, stamps, tier, progress, what lapses next, rewards, with their names. It is plain
   * JSON and holds neither the member nor anything of the ledger. `<loyalty-card>` takes it.
   */
  publicView(scheme: Scheme, now: MomentGiven): PublicView;
  /** Gives the engine's memory back now; when the account is used again, it is built again. */
  free(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** A purchase made ready, whose quantities are set through numbers. */
export class Basket {
  private constructor();
  /** The scheme that decides on it. */
  readonly scheme: Scheme;
  /** Sets how many of a line there are: the line's place in the purchase, from 0. */
  set(line: number, quantity: number): this;
  /** What the member would get, as numbers alone. Posts nothing. */
  numbers(account: Account, now: Date): DecisionNumbers;
  /** What is in it, as a purchase. */
  purchase(): Purchase;
  /** The whole decision on what is in it. Posts nothing. `explain` is true by default. */
  quote(account: Account, now: MomentGiven, options?: { explain?: boolean }): Decision;
  /** Gives the engine's memory back now; when the basket is used again, it is built again. */
  free(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** A decision as numbers: amounts in minor units, points in thousandths. */
export interface DecisionNumbers {
  totals: Record<keyof Totals, number>;
  /** Every wallet of the scheme. */
  wallets: { wallet: string; earned: number; spent: number }[];
  /** Every card of the scheme; zeros where the purchase brings it nothing. */
  cards: { card: string; stamps: number; completed: number; on_card: number; target: number }[];
  /** How many claims and payments were refused: the quote says why. */
  refused: number;
}

/** The entries of one act: what a host stores, one row each. */
export class Group {
  /** Reads a stored line. */
  constructor(line: string);
  /** The group's number within the account, from 1. */
  readonly seq: number;
  /** What was done, such as `record`. */
  readonly act: string;
  /** The act's own name: with `act` the natural key, under which it is posted once. */
  readonly key: string;
  /** When it was posted. */
  readonly at: MomentText;
  /** The hash of the group, which the next one names. */
  readonly hash: Digest;
  /** The digest of the scheme that decided it. */
  readonly scheme: Digest | null;
  /** What happened: objects with one key each, the kind of the entry. */
  readonly entries: readonly Record<string, unknown>[];
  /** What the act brought: what a receipt prints. */
  get answer(): Answer;
  /** The line to store. Store this text, not the object. */
  get json(): string;
  /** The group as an object. */
  toJSON(): unknown;
}

/** Checks the chain of hashes of a log, and says how many groups it has. */
export function verifyGroups(groups: string | Iterable<Group | string>): number;

/** What an act led to. `group` is the only thing to store, and `pool` on the pool account. */
export class Posted {
  private constructor();
  /** The account after it. */
  readonly account: Account;
  /** The number of the group. */
  readonly seq: number;
  /** Whether the same act had been posted before. Then nothing is to be stored. */
  readonly repeated: boolean;
  /** The group to store. */
  readonly group: Group | null;
  /** The group to store on the pool account, in the same database transaction. */
  readonly pool: Group | null;
  /** What the act brought; null for a repeated act, whose answer is in the stored group. */
  get answer(): Answer | null;
}

/** Where a member is at a moment. */
export class Standing {
  private constructor();
  /** The engine's own text of it. */
  get json(): string;
}
export interface Standing extends StandingData {}

/** What a member gets for a purchase, exactly and why. The parts sum to the whole. */
export class Decision {
  private constructor();
  /** The engine's own text of it, with its reasons. */
  get json(): string;
  /** The decision as text without its reasons: what a client hands to the server to be verified. */
  canonical(): string;
  /** The digest of what the member gets: it stays when only the account's version moves. */
  outputsDigest(): Digest;
  /** The value of `loyalty` in a response of the Universal Commerce Protocol. */
  toUcp(options?: { provisional?: boolean }): Record<string, UcpMembership>;
}
export interface Decision extends DecisionData {}

/** The version of the engine. */
export function version(): string;
