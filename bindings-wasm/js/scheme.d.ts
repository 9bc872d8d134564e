// Made from docs/scheme.schema.json by tools/scheme-types.js.

/** A scheme document. */
export type SchemeDocument = {
  /** The stamp cards. */
  cards?: Array<CardDef>;
  /** How several multipliers on one line combine. */
  combine_multipliers?: CombineMultipliers;
  /** Whether several earn rules on one line add up, or the best one pays. */
  combine_rules?: CombineRules;
  /** The currency of every amount in the document. */
  currency: Currency;
  /** How a discount is rounded to minor units. */
  discount_rounding?: Rounding;
  /** The earn rules. */
  earn?: Array<EarnRuleDef>;
  /** What an amount-based rule multiplies. */
  earn_base?: EarnBaseDef;
  /** What never earns, is never discounted, and counts to no threshold. */
  exclude?: ExclusionDef;
  /** The format version: 1. */
  format: number;
  /** Guards against abuse. */
  guards?: GuardsDef;
  /** The scheme's stable name, best as a reverse domain (`com.example.cafe`). */
  id: SchemeId;
  /** The ladders of tiers. */
  ladders?: Array<LadderDef>;
  /** What people call the scheme. */
  name: string;
  /** The offers. */
  offers?: Array<OfferDef>;
  /** What a return does to money, points and tiers. */
  returns?: ReturnsDef;
  /** The rewards. */
  rewards?: Array<RewardDef>;
  /** How offers work together. */
  stacking?: StackingDef;
  /**
   * The IANA name of the zone in which days begin. The core has no zone data: hosts read
   * this to make moments.
   */
  time_zone: string;
  /** A label of this version of the scheme. */
  version?: string | null;
  /** The points wallets. The first one is meant where a rule names none. */
  wallets?: Array<WalletDef>;
};

/** What a threshold measures. */
export type AmountBase =
  /** List prices. */
  | "list"
  /** Prices after discounts on single lines. */
  | "after_item"
  /** Prices after every discount so far. */
  | "running";

/** An amount off. */
export type AmountOffDef = {
  /** How much, in the scheme's currency. */
  amount: Money;
  /** On these lines, before order discounts; without a target on the order as a whole. */
  target?:
    | TargetDef
    | null;
};

/** What an amount is for. */
export type AmountPer =
  /** Everything together. */
  | "total"
  /** Every line. */
  | "line"
  /** Every unit. */
  | "unit"
  /** Every set. */
  | "set";

/** Days around an occurrence, both ends inclusive. */
export type AroundDef = {
  /** Days after. */
  days_after?: number;
  /** Days before. */
  days_before?: number;
};

/** Which offers of a band apply. */
export type BandChoice =
  /** All that may stand together. */
  | "compound"
  /** The one that gives most. */
  | "best_of"
  /** The first one that gives anything. */
  | "exclusive"
  /**
   * The one with the most specific target: stock keeping units before products, these before
   * categories, these before tags, these before everything.
   */
  | "most_specific";

/** A band: offers that run through all stages before the next band begins. */
export type BandDef = {
  /** What percentages are taken of. Default `running`. */
  base?: PercentOf;
  /** Which of its offers apply. Default `compound`. */
  choose?: BandChoice;
  /** The band's stable name. */
  id: BandId;
  /** What a best or exclusive choice is made for. Default `order`. */
  per?: ChoicePer;
};

export type BandId = string;

/** What a tier brings. */
export type BenefitDef = {
  /** What it is. */
  benefit: BenefitKindDef;
  /** What it is, for people. */
  description?: string;
  /** Who pays for it. */
  funder?:
    | FunderId
    | null;
  /** The benefit's stable name. */
  id: RuleId;
};

/** Kinds of benefits. */
export type BenefitKindDef =
  /** Multiplies the points of a purchase. */
  | {
    multiply: TierMultiplyDef;
  }
  /** A discount on every purchase. */
  | {
    discount: StandingDiscountDef;
  }
  /** Free delivery. */
  | {
    free_shipping: FreeShippingDef;
  }
  /** Something that the host grants, such as `lounge`. */
  | {
    entitlement: EntitlementId;
  };

/** Something bought before. */
export type BoughtDef = {
  /** In the last so many days, today included; ever when 0. */
  days?: number;
  /** What; anything when absent. */
  target?:
    | TargetDef
    | null;
};

/** The most money that offers give in a period. */
export type BudgetDef = {
  /** How much, in the scheme's currency. */
  amount: Money;
  /** What happens above it. Default `trim`. */
  excess?: Excess;
  /** The period. */
  per: CapPeriod;
  /** The budget's name, where several offers draw on one; the offer's own when absent. */
  shared?:
    | BudgetId
    | null;
};

export type BudgetId = string;

/** The most points in a period. */
export type CapDef = {
  /** The period. */
  per: CapPeriod;
  /** How many points. */
  points: Points;
};

/** A period over which something is counted. */
export type CapPeriod =
  /** One purchase or event. */
  | "order"
  /** The civil day. */
  | "day"
  /** The civil week, from Monday. */
  | "week"
  /** The civil month. */
  | "month"
  /** The civil year. */
  | "year"
  /** The member's whole life. */
  | "member"
  /** All members together: a budget, held by a pool account. */
  | "scheme";

/** A stamp card. */
export type CardDef = {
  /** What it is, for people. */
  description?: string;
  /** Who pays for it. */
  funder?:
    | FunderId
    | null;
  /** The card's stable name. */
  id: CardId;
  /** Rewards on the way. */
  milestones?: Array<MilestoneDef>;
  /** Minutes between two purchases that bring stamps; 0 is no wait. */
  minutes_between?: number;
  /** What people call it. */
  name?: string;
  /** What becomes of stamps beyond a full card. Default `carry`. */
  overflow?: Overflow;
  /** Rewards that a full card brings. */
  rewards?: Array<RewardId>;
  /** What brings stamps. */
  stamps: Array<StampRuleDef>;
  /** The most stamps a civil day; 0 is no limit. */
  stamps_per_day?: number;
  /** Stamps that stand on the first card from the start. */
  start_stamps?: number;
  /** Whether later cards start with them too. */
  start_stamps_again?: boolean;
  /** How many stamps fill it, 1 to 1000. */
  target: number;
  /** What a return does when the reward of the card was used already. Default `stamp_debt`. */
  used_surplus?: UsedSurplus;
  /** How long a card can be filled, from its opening. */
  valid_for?:
    | Span
    | null;
};

export type CardId = string;

export type Category = string;

export type ChannelId = string;

/** What a choice is made for. */
export type ChoicePer =
  /** The order. */
  | "order"
  /** Every line. */
  | "line";

/** a date, or a date and time in the scheme's zone, such as 2026-11-21T09:00 */
export type CivilDateTime = string;

export type CodeText = string;

/** How several multipliers combine. */
export type CombineMultipliers =
  /** They multiply: ×2 and ×3 is ×6. */
  | "product"
  /** Their increments add up: ×2 and ×3 is ×4. */
  | "sum_of_increments"
  /** The highest one: ×2 and ×3 is ×3. */
  | "best";

/** How several base rules on one line combine. */
export type CombineRules =
  /** They add up. */
  | "sum"
  /** On every line the rule that gives most pays; ties go to the earlier one. */
  | "best";

/** Which other offers may apply beside one. */
export type CombinesWith =
  /** All. */
  | "all"
  /** None: it applies alone in its band. */
  | "none"
  /** These alone. */
  | {
    only: Array<OfferId>;
  }
  /** All but these. */
  | {
    all_but: Array<OfferId>;
  };

/** When something applies. Each shape has one key. */
export type ConditionDef =
  /** All of them hold. */
  | {
    all: Array<ConditionDef>;
  }
  /** At least one of them holds. */
  | {
    any: Array<ConditionDef>;
  }
  /** It does not hold. */
  | {
    not: ConditionDef;
  }
  /** The sales channel is one of these. */
  | {
    channel: Array<ChannelId>;
  }
  /** The store is one of these. */
  | {
    store: Array<StoreId>;
  }
  /** The customer is in one of these segments. */
  | {
    segment: Array<SegmentId>;
  }
  /** The member holds one of these tiers. */
  | {
    tier: TierCondition;
  }
  /** The act lies in this window. */
  | {
    between: WindowDef;
  }
  /** The civil day of the week is one of these. */
  | {
    weekday: Array<Weekday>;
  }
  /** The civil time of day lies in this window; it may pass midnight. */
  | {
    hours: HoursDef;
  }
  /** The civil day of the month is one of these, 1 to 31. */
  | {
    month_day: Array<number>;
  }
  /** The host set one of these flags for the day. */
  | {
    flag: Array<Tag>;
  }
  /** The purchase's ordinal among the member's purchases. */
  | {
    nth_purchase: NthDef;
  }
  /** The member's first purchase. */
  | {
    first_purchase: FirstPurchaseDef;
  }
  /** The matching lines are worth at least this much. */
  | {
    min_amount: MinAmountDef;
  }
  /** The matching lines hold at least so many units. */
  | {
    min_quantity: MinQuantityDef;
  }
  /** A birthday lies near; pays once an occurrence. */
  | {
    birthday: AroundDef;
  }
  /** The anniversary of the enrolment lies near; pays once an occurrence. */
  | {
    enrolment_anniversary: AroundDef;
  }
  /** One of these codes was entered. */
  | {
    code: Array<CodeText>;
  }
  /** The member has bought something before: kept units of an earlier purchase match. */
  | {
    bought: BoughtDef;
  }
  /** A delivery charge is of one of these methods. */
  | {
    shipping_method: Array<Tag>;
  };

/** What a reward costs. */
export type CostDef = {
  /** Another price for a tier; the lowest price of the tiers held applies. */
  by_tier?: Array<TierCostDef>;
  /** How many points. */
  points: Points;
  /** The wallet; the first one when absent. */
  wallet?:
    | WalletId
    | null;
};

/** a code of ISO 4217, such as EUR */
export type Currency = string;

/** Something that the host gives. */
export type CustomDef = {
  /** What it is, for people. */
  text: string;
};

/** a date, such as 2026-11-21 */
export type Date = string;

/** What a failed review does. */
export type Downgrade =
  /** To the tier that the window has earned. */
  | "to_earned"
  /** One tier down, but never below what is earned. */
  | "one_down"
  /** To no tier, or the lowest when its threshold is 0. */
  | "to_base"
  /** Not at all. */
  | "never";

/** Which points are drawn first. */
export type Draw =
  /** Those that lapse first; those that never lapse last. */
  | "earliest_expiry"
  /** The oldest. */
  | "oldest"
  /** Promotional ones, then those that lapse first. */
  | "promotional_first";

/** What an amount-based rule multiplies. */
export type EarnBaseDef = {
  /** Whether rewards that this scheme gave on the purchase lower the base. Default `after`. */
  own_reward?: OwnReward;
  /** Whether delivery charges earn. */
  shipping?: boolean;
  /** Whether amounts are taken with or without tax. Default `as_priced`. */
  tax?: TaxBase;
  /**
   * Whether the part paid by gift card does not earn. Default: it earns, as buying the card
   * did not.
   */
  without_gift_card?: boolean;
};

/** A rule that gives points, or multiplies those that other rules give. */
export type EarnRuleDef = {
  /** The most points that the rule gives in a period. */
  caps?: Array<CapDef>;
  /** What it is, for people. */
  description?: string;
  /** When these points expire; the wallet's policy when absent. */
  expiry?:
    | ExpiryDef
    | null;
  /** Whether units that are free through a reward earn per unit. Default `skip`. */
  free_units?: FreeUnits;
  /** Who pays for it. */
  funder?:
    | FunderId
    | null;
  /** What it gives. */
  give: GiveDef;
  /** The rule's stable name. */
  id: RuleId;
  /**
   * Whether multipliers touch what it gives. Default: yes for `per_amount`, `per_unit` and
   * `per_purchase`, no for `fixed` and `event`.
   */
  multiplied?: boolean | null;
  /** When these points become usable; the wallet's policy when absent. */
  pending?:
    | PendingDef
    | null;
  /** Whether these points are promotional (drawn first by `promotional_first`). */
  promotional?: boolean;
  /** Only pays when the purchase earns points by another rule. */
  requires_base?: boolean;
  /** Kept when goods come back, as long as the purchase was not cancelled. */
  sticky?: boolean;
  /** Which lines earn; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
  /** How often the rule pays in a period. */
  times?: Array<TimesDef>;
  /** The wallet; the first one when absent. */
  wallet?:
    | WalletId
    | null;
  /** When the rule applies. */
  when?:
    | ConditionDef
    | null;
};

/** Nothing more to say. */
export type EmptyDef = Record<string, never>;

export type EntitlementId = string;

/** Points for an event. */
export type EventDef = {
  /** The event's name, such as `review`, `survey`, `visit` or `sign_up`. */
  name: EventName;
  /** How many points. */
  points: Points;
};

export type EventName = string;

/** What happens above a maximum. */
export type Excess =
  /** Lowered to the maximum. */
  | "trim"
  /** Refused. */
  | "reject";

/** What a scheme leaves out altogether. */
export type ExclusionDef = {
  /** Lines whose price the shop has lowered already are left out. Default `false`. */
  discounted_lines?: boolean;
  /** Lines that sell gift cards are left out. Default `true`. */
  gift_cards?: boolean;
  /** Lines that match are left out. */
  target?:
    | TargetDef
    | null;
};

/** When points lapse. The clock starts when they become usable. */
export type ExpiryDef =
  /** Never. */
  | {
    never: NeverDef;
  }
  /** This long after they became usable. */
  | {
    rolling: RollingDef;
  }
  /** At the end of the month, or so many months later. */
  | {
    end_of_month: PeriodEndDef;
  }
  /** At the end of the year, or so many years later. */
  | {
    end_of_year: PeriodEndDef;
  }
  /** At the end of this date; what becomes usable later never lapses. */
  | {
    fixed_date: FixedDateDef;
  }
  /** This long after the member's last activity; any activity keeps all such points. */
  | {
    activity: RollingDef;
  };

/** The first purchase. */
export type FirstPurchaseDef = {
  /** Whether the next purchase counts as the first one when the first was returned in full. */
  again_after_return?: boolean;
};

/** A date. */
export type FixedDateDef = {
  /** The last day on which the points can be used. */
  date: Date;
};

/** Free units. */
export type FreeProductDef = {
  /** Which of the matching units. Default `cheapest`. */
  choice?: UnitChoice;
  /** Which lines; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
  /** How many units. Default 1. */
  units?: number;
};

/** Free delivery. */
export type FreeShippingDef = {
  /** Only from a threshold on. */
  min_amount?:
    | MinAmountDef
    | null;
};

/** Units that are free through a reward. */
export type FreeUnits =
  /** They do not count. */
  | "skip"
  /** They count. */
  | "count";

export type FunderId = string;

/** What a rule gives. */
export type GiveDef =
  /** So many points for every so much money, on the lines it matches. */
  | {
    per_amount: PerAmountDef;
  }
  /** So many points for every unit, on the lines it matches. */
  | {
    per_unit: PointsDef;
  }
  /** So many points for the purchase, as a base that order multipliers touch. */
  | {
    per_purchase: PointsDef;
  }
  /** A bonus for the purchase, which no multiplier touches. */
  | {
    fixed: PointsDef;
  }
  /** Multiplies: with a target the points of the lines that it matches, else the order's. */
  | {
    multiply: MultiplyDef;
  }
  /** Points for an event that is not a purchase. */
  | {
    event: EventDef;
  };

/** What a reward gives. */
export type GivesDef =
  /** Units of the purchase for nothing, the cheapest matching ones unless said otherwise. */
  | {
    free_product: FreeProductDef;
  }
  /** A percentage off. */
  | {
    percent: PercentOffDef;
  }
  /** An amount off. */
  | {
    amount: AmountOffDef;
  }
  /** A percentage off the delivery charges. */
  | {
    shipping: ShippingOffDef;
  }
  /** Points, at once when the reward is issued. */
  | {
    points: GrantDef;
  }
  /** Something that the host gives, described for people. */
  | {
    custom: CustomDef;
  };

/** Points of a wallet. */
export type GrantDef = {
  /** How many. */
  points: Points;
  /** The wallet; the first one when absent. */
  wallet?:
    | WalletId
    | null;
};

/** Guards against abuse. Zero means no limit. */
export type GuardsDef = {
  /** How many days back a purchase may lie when it is recorded. */
  backdate_days_max?: number;
  /** Days between the enrolment (or the first act) and the first redemption. */
  days_before_first_redemption?: number;
  /** The most purchases a civil day that earn points or stamps. */
  earning_purchases_per_day?: number;
  /** The most redemptions a civil day. */
  redemptions_per_day?: number;
};

/** A half-open window of the civil day, in whole minutes. `from` after `until` passes midnight. */
export type HoursDef = {
  /** From this time on, `17:00`. */
  from: string;
  /** Until before this time, `19:00`. */
  until: string;
};

/** A ladder of tiers. */
export type LadderDef = {
  /** Whether pending points count, for a metric of points. */
  count_pending?: boolean;
  /** Whether a purchase counts toward the tier at which it earns. */
  counts_own_purchase?: boolean;
  /** What a review does when the tier is not kept. Default `to_earned`. */
  downgrade?: Downgrade;
  /** Days after the validity's end before the review takes place. */
  grace_days?: number;
  /** The ladder's stable name. */
  id: LadderId;
  /** What is measured. */
  metric: MetricDef;
  /** What people call it. */
  name?: string;
  /** What a return does to the tier. Default `refold`. */
  on_return?: OnReturn;
  /** When a tier is reviewed. */
  review: ReviewDef;
  /** Whether what exceeds the threshold at a review counts in the next window. */
  rollover_surplus?: boolean;
  /** Whether the validity is rounded up to the end of its month or year. */
  round_up?: RoundUp;
  /** The tiers, lowest first. */
  tiers: Array<TierDef>;
  /** How long a tier is held, from its entry; until a review says otherwise when absent. */
  valid_for?:
    | Span
    | null;
  /** Over which time. */
  window: WindowLengthDef;
};

export type LadderId = string;

/** Whether the last day counts. */
export type LastDay =
  /** `{days: 10}` from 1 January: usable through 11 January. */
  | "inclusive"
  /** `{days: 10}` from 1 January: usable through 10 January. */
  | "exclusive";

/** Which lines a metric counts. */
export type LinesDef = {
  /** All lines that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
};

/** The most of an order that something may cover. */
export type MaxShareDef = {
  /** What happens above it. Default `trim`. */
  excess?: Excess;
  /** Percent of the order's amount. */
  percent: Percent;
};

/** What a ladder measures. */
export type MetricDef =
  /** Money spent, net of discounts and returns. */
  | {
    spend: LinesDef;
  }
  /** Points earned in a wallet; spending them never lowers it. */
  | {
    points_earned: WalletRefDef;
  }
  /** Purchases. */
  | {
    visits: LinesDef;
  }
  /** Units bought. */
  | {
    items: LinesDef;
  }
  /** The usable points of a wallet. */
  | {
    balance: WalletRefDef;
  };

/** A reward on the way. */
export type MilestoneDef = {
  /** The reward. */
  reward: RewardId;
  /** At so many stamps, below the target. */
  stamps: number;
};

/** A threshold of money. Inclusive. */
export type MinAmountDef = {
  /** The amount, in the scheme's currency. */
  amount: Money;
  /** What is measured. Default `running`. */
  base?: AmountBase;
  /** Only these lines count; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
  /** Whether it is meant with or without tax. Default `as_priced`. */
  tax?: TaxBase;
};

/** A threshold of units. Inclusive. */
export type MinQuantityDef = {
  /** How many units. */
  quantity: number;
  /** Only these lines count; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
};

/** an amount as decimal text, such as 10.50 */
export type Money = string;

/** a factor from 0 to 1000 with at most six decimals */
export type Multiplier = string;

/** A multiplier. */
export type MultiplyDef = {
  /** The factor, up to 1000 with up to six decimals. */
  factor: Multiplier;
};

/** Never. */
export type NeverDef = Record<string, never>;

/** Which purchases by their ordinal, from 1. */
export type NthDef = {
  /** Exactly these. */
  at?: Array<number>;
  /** Every so many: `10` means the 10th, 20th, …. */
  every?: number | null;
};

/** What the choice among conflicting offers maximises. */
export type Objective =
  /** What the member saves. */
  | "customer"
  /** What the merchant keeps, among choices that leave out no offer without need. */
  | "merchant";

/** An amount off. */
export type OfferAmountDef = {
  /** How much. */
  amount: Money;
  /** Whether the delivery charges share a `total` amount with the goods. */
  and_shipping?: boolean;
  /**
   * The same in other currencies. Of a cart in a currency that is not named nothing is taken
   * off: nothing is exchanged.
   */
  in?: Record<string, never>;
  /** On which units. Without this the benefit is one on the order. */
  on?:
    | UnitsDef
    | null;
  /** For what. Default `total`. */
  per?: AmountPer;
  /** When it applies; see [`StageDef`]. */
  stage?:
    | StageDef
    | null;
  /** Whether its amounts are meant with or without tax. Default `as_priced`. */
  tax?: TaxBase;
};

/** What an offer brings. */
export type OfferBenefitDef =
  /** A percentage off. */
  | {
    percent: OfferPercentDef;
  }
  /** An amount off. */
  | {
    amount: OfferAmountDef;
  }
  /** A price in place of the present one, where that is higher. */
  | {
    price: OfferPriceDef;
  }
  /** The highest step reached decides how much is off. */
  | {
    steps: OfferStepsDef;
  }
  /** Something off the delivery charges. */
  | {
    shipping: OfferShippingDef;
  }
  /** A product added to the purchase. */
  | {
    gift: OfferGiftDef;
  };

/** Codes that open an offer. */
export type OfferCodesDef = {
  /** Any one of these, as entered with the purchase. */
  any_of: Array<CodeText>;
  /** Whether capital letters differ from small ones. */
  case_sensitive?: boolean;
  /**
   * How often each code can be used by all members together: counted by a pool account; 0 is
   * no limit.
   */
  times_each?: number;
};

/** An offer. */
export type OfferDef = {
  /** The band in which it applies; the first one when absent. */
  band?:
    | BandId
    | null;
  /** What it brings, each at its own stage. */
  benefits: Array<OfferBenefitDef>;
  /** How much money it gives in a period. */
  budgets?: Array<BudgetDef>;
  /** Whether a cancelled purchase leaves the use of a code and of `times` counted. */
  cancel_keeps_use?: boolean;
  /** The codes that open it; it needs none when absent. */
  codes?:
    | OfferCodesDef
    | null;
  /** Which other offers may apply beside it. Two apply together only when both agree. */
  combines_with?: CombinesWith;
  /** What it is, for people. */
  description?: string;
  /** Who pays for it. */
  funder?:
    | FunderId
    | null;
  /** The offer's stable name. */
  id: OfferId;
  /** What people call it. */
  name?: string;
  /** Whether it waits for a claim of the member. */
  on_claim?: boolean;
  /** Offers of a higher priority apply first; equal ones in the order of the document. */
  priority?: number;
  /**
   * How often it applies in a period. `member` counts a member's purchases, `scheme` those of
   * all members.
   */
  times?: Array<TimesDef>;
  /** When it applies. */
  when?:
    | ConditionDef
    | null;
};

/** A product added to the purchase as a line of its own, and taken off again. */
export type OfferGiftDef = {
  /** The categories that it stands in. */
  categories?: Array<Category>;
  /** The price that the member pays for it. Default: nothing. */
  pays?:
    | Money
    | null;
  /** One time for every so many units; one time in all when absent. */
  per_units?:
    | PerUnitsDef
    | null;
  /** The unit price that is taken off again. */
  price: Money;
  /** The product that it is a variant of. */
  product?:
    | ProductId
    | null;
  /** How many units at a time. Default 1. */
  quantity?: number;
  /** What is given, as it stands on the line. */
  sku: Sku;
  /** Its tax rate. */
  tax?:
    | Percent
    | null;
};

export type OfferId = string;

/** A percentage off. */
export type OfferPercentDef = {
  /** At most this much, in the scheme's currency. */
  amount_max?:
    | Money
    | null;
  /** The amount that the percentage is taken of. Default: the band's. */
  of?:
    | PercentOf
    | null;
  /** On which units. Without this the benefit is one on the order. */
  on?:
    | UnitsDef
    | null;
  /** What is rounded once. Default `total`. */
  per?: PercentPer;
  /** Percent off. */
  percent: Percent;
  /** When it applies; see [`StageDef`]. */
  stage?:
    | StageDef
    | null;
  /** Whether its amounts are meant with or without tax. Default `as_priced`. */
  tax?: TaxBase;
};

/** A price. */
export type OfferPriceDef = {
  /**
   * The same in other currencies. Of a cart in a currency that is not named nothing is taken
   * off: nothing is exchanged.
   */
  in?: Record<string, never>;
  /** Of which units. Without this it is the price of the order's goods. */
  on?:
    | UnitsDef
    | null;
  /** Of what. Default `total`. */
  per?: AmountPer;
  /** The price. */
  price: Money;
  /** When it applies; see [`StageDef`]. */
  stage?:
    | StageDef
    | null;
  /** Whether its amounts are meant with or without tax. Default `as_priced`. */
  tax?: TaxBase;
};

/** Something off delivery: exactly one of the three. */
export type OfferShippingDef = {
  /** An amount off all charges together. */
  amount?:
    | Money
    | null;
  /** Only charges of these methods; all when empty. */
  methods?: Array<Tag>;
  /** Percent off. */
  percent?:
    | Percent
    | null;
  /** A price for each charge. */
  price?:
    | Money
    | null;
};

/** Steps of a quantity or of an amount. */
export type OfferStepsDef = {
  /** At most this much, in the scheme's currency. */
  amount_max?:
    | Money
    | null;
  /** The amounts measured. Default `running`. */
  base?: AmountBase;
  /** What the steps measure. */
  by: StepBy;
  /** Which lines are measured; those of `on` when absent. */
  measure?:
    | TargetDef
    | null;
  /** On which units. Without this the benefit is one on the order. */
  on?:
    | UnitsDef
    | null;
  /** What is rounded once. Default `total`. */
  per?: PercentPer;
  /** When it applies; see [`StageDef`]. */
  stage?:
    | StageDef
    | null;
  /** The steps, lowest first. */
  steps: Array<StepDef>;
  /** Whether its amounts are meant with or without tax. Default `as_priced`. */
  tax?: TaxBase;
};

/** What a return does to a tier. */
export type OnReturn =
  /** The open window is folded anew without what came back. */
  | "refold"
  /** The next review sees it. */
  | "at_review"
  /** Nothing. */
  | "never";

/** What becomes of stamps beyond a full card. */
export type Overflow =
  /** They go on the next card. */
  | "carry"
  /** They are dropped. */
  | "discard";

/** Whether the scheme's own rewards lower what earns. */
export type OwnReward =
  /** What is left after them earns. */
  | "after"
  /** The amount before them earns. */
  | "before";

/** Whether points lower the price or pay it. */
export type PayAs =
  /** They lower the price and the tax on it. */
  | "discount"
  /** They pay, after tax. */
  | "tender";

/** When points become usable. */
export type PendingDef =
  /** This long after they were earned. */
  | {
    after: Span;
  }
  /** When the purchase is fulfilled with this event, such as `delivered`. */
  | {
    event: EventName;
  };

/** Points for money. */
export type PerAmountDef = {
  /** For how much money, in the scheme's currency. */
  per: Money;
  /** How many points. */
  points: Points;
};

/** How often: once for every so many units. */
export type PerUnitsDef = {
  /** Of these lines; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
  /** At most so many times; 0 is no limit. */
  times_max?: number;
  /** So many units. */
  units: number;
};

/** 0 to 100 with at most six decimals */
export type Percent = string;

/** What a percentage is taken of. */
export type PercentOf =
  /** What is left after the discounts so far. */
  | "running"
  /** What was left when the band began: percentages add up. */
  | "initial"
  /** List prices. */
  | "list";

/** A percentage off. */
export type PercentOffDef = {
  /** At most this much. */
  amount_max?:
    | Money
    | null;
  /** Percent off. */
  percent: Percent;
  /** On these lines, before order discounts; without a target on the order as a whole. */
  target?:
    | TargetDef
    | null;
};

/** What of a percentage is rounded once. */
export type PercentPer =
  /** The whole, which is then shared out. */
  | "total"
  /** Every line. */
  | "line"
  /** Every unit. */
  | "unit";

/** Civil periods. */
export type Period =
  /** A month. */
  | "month"
  /** A quarter. */
  | "quarter"
  /** A year. */
  | "year";

/** A civil period. */
export type PeriodDef = {
  /** Which. */
  period: Period;
};

/** The end of a period. */
export type PeriodEndDef = {
  /** So many periods later. Default 0: the current one. */
  later?: number;
};

/** points as decimal text with at most three decimals */
export type Points = string;

/** A number of points. */
export type PointsDef = {
  /** How many points. */
  points: Points;
};

/** decimals of a point */
export type Precision = number;

export type ProductId = string;

/** How points pay. */
export type RedemptionDef = {
  /** Whether they lower the price (`discount`) or pay it (`tender`). */
  as: PayAs;
  /** Whether the part paid with them earns. Default `false`. */
  earns?: boolean;
  /** What happens when more is offered than the order or the share allows. Default `trim`. */
  excess?: Excess;
  /** The fewest points that can be used. */
  points_min?:
    | Points
    | null;
  /** The most of the order's amount that points may pay, in percent. */
  share_max?:
    | Percent
    | null;
  /** Only whole multiples of this can be used. */
  step?:
    | Points
    | null;
  /** Which lines they may pay; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
  /** What points are worth. */
  value: ValueDef;
};

/** How a refund is computed. */
export type RefundMoney =
  /** What was paid for the goods that come back. */
  | "frozen"
  /** What was paid, less the price of what is kept under the terms of the sale. */
  | "reprice";

/** How points to take back are computed. */
export type RefundPoints =
  /** What was earned, less what the kept part would have earned under the terms of the sale. */
  | "reprice"
  /** The returned lines' shares of what was earned. */
  | "line_attributed"
  /** In proportion to the money given back. */
  | "proportional"
  /** None. */
  | "none";

/** Who bears what rounding leaves over when an amount is shared out over lines. */
export type Remainder =
  /** The largest remainders, ties by line. */
  | "largest"
  /** Shares are rounded by the scheme's rounding; the first line bears the rest. */
  | "first"
  /** Shares are rounded by the scheme's rounding; the last line bears the rest. */
  | "last";

/** Return policies. */
export type ReturnsDef = {
  /** How the refund is computed. Default `frozen`. */
  money?: RefundMoney;
  /** How the points to take back are computed. Default `reprice`. */
  points?: RefundPoints;
  /** Spent points that come back can be used at least so many days more. */
  restore_grace_days?: number;
};

/** When a tier is reviewed. An upgrade never waits for a review. */
export type ReviewDef =
  /** Never: tiers only rise. */
  | {
    never: EmptyDef;
  }
  /** When the tier's validity (and grace) ends. */
  | {
    at_validity_end: EmptyDef;
  }
  /** At the start of every civil period. */
  | {
    calendar: PeriodDef;
  }
  /** This often, from the enrolment on. */
  | {
    every: Span;
  }
  /** At every act. */
  | {
    immediate: EmptyDef;
  };

/** A reward. */
export type RewardDef = {
  /** What it costs in points. Without it, the reward comes from cards, tiers or milestones. */
  cost?:
    | CostDef
    | null;
  /** What it is, for people. */
  description?: string;
  /** Who pays for it. */
  funder?:
    | FunderId
    | null;
  /** What it gives. */
  gives: GivesDef;
  /** The reward's stable name. */
  id: RewardId;
  /** How many a member can get in all; 0 is no limit. */
  limit_per_member?: number;
  /** How many all members together can get: a budget, held by a pool account; 0 is no limit. */
  limit_total?: number;
  /** The most of the order's amount that it may cover, in percent. */
  max_share?:
    | MaxShareDef
    | null;
  /** What people call it. */
  name?: string;
  /** Whether the validity is rounded up to the end of its day, month or year. */
  round_up?: RoundUp;
  /** How long it can be used, from its issue. */
  valid_for?:
    | Span
    | null;
  /** When it can be used. */
  when?:
    | ConditionDef
    | null;
};

export type RewardId = string;

/** A length of time. */
export type RollingDef = {
  /** How long. */
  after: Span;
  /** Whether the last day still counts. Default `inclusive`. */
  last_day?: LastDay;
  /** Whether it is rounded up to the end of its month or year. Default `none`. */
  round_up?: RoundUp;
};

/** Rounds a validity up. */
export type RoundUp =
  /** Not at all. */
  | "none"
  /** To the end of its day. */
  | "day"
  /** To the end of its month. */
  | "month"
  /** To the end of its year. */
  | "year";

/** how a value between two steps becomes one of them */
export type Rounding = "half_up" | "half_down" | "half_even" | "down" | "up" | "floor" | "ceil";

export type RuleId = string;

export type SchemeId = string;

export type SegmentId = string;

/** Where the units of a benefit on sets are. */
export type SetFrom =
  /** Beside the set: what is bought and what is given are different units. */
  | "beside"
  /** In the set: three for two is a set of three of which one is free. */
  | "set";

/** What the benefit of a set is on. */
export type SetGetDef = {
  /** Which units. Default `cheapest`. */
  choice?: UnitChoice;
  /** Where they are. Default `beside`. */
  from?: SetFrom;
  /** Whether a last set gives fewer units when the cart holds no more. */
  partial?: boolean;
  /** Beside the set: of these lines; those of the benefit when absent. */
  target?:
    | TargetDef
    | null;
  /** How many units a set. */
  units: number;
};

/** A part of a set. */
export type SetPartDef = {
  /** Which units come first. Default `line_order`. */
  choice?: UnitChoice;
  /** Whether the units are of different lines. */
  different?: boolean;
  /** Of these lines; those of the benefit when absent. */
  target?:
    | TargetDef
    | null;
  /** How many units. */
  units: number;
};

/** Whole sets of units. */
export type SetsDef = {
  /**
   * What the benefit is on: units given beside the set, or units of the set; all of its units
   * when absent.
   */
  get?:
    | SetGetDef
    | null;
  /** What a set takes. Units of one part never stand in another. */
  parts: Array<SetPartDef>;
  /** At most so many sets; 0 is no limit. */
  sets_max?: number;
};

/** Something off delivery. */
export type ShippingOffDef = {
  /** Percent off the charges. */
  percent: Percent;
};

/** What happens when points to take back are gone. */
export type Shortfall =
  /** The wallet owes them. */
  | "deficit"
  /** They are written off. */
  | "write_off"
  /** Their value is taken from the refund; what the refund cannot cover is owed. */
  | "charge_refund";

export type Sku = string;

/** a length of time in one unit */
export type Span =
  | {
    days: number;
  }
  | {
    months: number;
  }
  | {
    years: number;
  }
  | {
    minutes: number;
  }
  | {
    hours: number;
  }
  | {
    exact_days: number;
  };

/** How offers work together. */
export type StackingDef = {
  /** The bands, in order; one that compounds when there is none. */
  bands?: Array<BandDef>;
  /** Whether offers that codes open apply in the order of entry, after those without a code. */
  codes_as_entered?: boolean;
  /** What the choice among conflicting offers maximises. Default `customer`. */
  objective?: Objective;
  /** How an amount is shared out over lines. Default `largest`. */
  remainder?: Remainder;
  /** The most combinations that are tried; 65,536 when absent. */
  tries_max?: number | null;
  /** Whether shares follow prices as they are or with tax. Default `as_priced`. */
  weight?: TaxBase;
};

/**
 * When a benefit applies. Without `on` it is one on the order, with sets a multi-item one, else
 * an item one.
 */
export type StageDef =
  /** With the catalogue's prices, before the member price. */
  | "catalogue"
  /** On single lines. */
  | "item"
  /** On several lines together. */
  | "multi"
  /** On the order. */
  | "order";

/** How many stamps. */
export type StampGiveDef =
  /** For a purchase that has a matching line with a paid unit. */
  | {
    per_purchase: StampsDef;
  }
  /** For every matching unit. */
  | {
    per_unit: StampsDef;
  }
  /** For every so much money on matching lines. */
  | {
    per_amount: StampsPerAmountDef;
  }
  /** For an event that is not a purchase. */
  | {
    event: StampsForEventDef;
  };

/** What brings stamps on a card. */
export type StampRuleDef = {
  /** Whether units that are free through a reward count. Default `skip`. */
  free_units?: FreeUnits;
  /** How many stamps. */
  give: StampGiveDef;
  /** Kept when goods come back. */
  sticky?: boolean;
  /** Which lines count; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
  /** When it applies. */
  when?:
    | ConditionDef
    | null;
};

/** A number of stamps. */
export type StampsDef = {
  /** How many. Default 1. */
  stamps?: number;
};

/** Stamps for an event. */
export type StampsForEventDef = {
  /** The event's name. */
  name: EventName;
  /** How many. Default 1. */
  stamps?: number;
};

/** Stamps for money. */
export type StampsPerAmountDef = {
  /** For how much money, in the scheme's currency. */
  per: Money;
  /** How many. Default 1. */
  stamps?: number;
};

/** How a standing discount is rounded. */
export type StandingAs =
  /** Once, on the eligible total, then shared out over the lines. */
  | "total"
  /** For every unit. */
  | "member_price";

/** A standing discount. */
export type StandingDiscountDef = {
  /** How it is rounded. Default `total`. */
  as?: StandingAs;
  /** Only from a threshold on. */
  min_amount?:
    | MinAmountDef
    | null;
  /** Percent off. */
  percent: Percent;
  /** On these lines; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
};

/** What steps measure. */
export type StepBy =
  /** Money. */
  | "amount"
  /** Units. */
  | "quantity";

/** A step. */
export type StepDef = {
  /** … an amount off. */
  amount?:
    | Money
    | null;
  /** From this amount, or this number of units, on. Inclusive. */
  from: Money;
  /** Percent off, or … */
  percent?:
    | Percent
    | null;
};

export type StoreId = string;

export type Tag = string;

/**
 * Which lines. Lists stand together: a line matches when it matches every list given (any
 * entry of a list suffices) and does not match `except`. An empty target matches every line.
 */
export type TargetDef = {
  /** Any of these targets. */
  any_of?: Array<TargetDef>;
  /** These categories. */
  categories?: Array<Category>;
  /** But none of these lines. */
  except?:
    | TargetDef
    | null;
  /** A unit price of at least this. */
  price_from?:
    | Money
    | null;
  /** A unit price of at most this. */
  price_to?:
    | Money
    | null;
  /** These products. */
  products?: Array<ProductId>;
  /** These stock keeping units. */
  skus?: Array<Sku>;
  /** These tags. */
  tags?: Array<Tag>;
};

/** Tax in an amount. */
export type TaxBase =
  /** As the prices are: with tax if they contain it. */
  | "as_priced"
  /** Without tax. */
  | "net"
  /** With tax. */
  | "gross";

/** Tiers of a ladder. */
export type TierCondition = {
  /** The tiers that count. */
  any_of: Array<TierId>;
  /** The ladder. */
  ladder: LadderId;
};

/** A tier's price. */
export type TierCostDef = {
  /** How many points. */
  points: Points;
  /** The tier, of any ladder. */
  tier: TierId;
};

/** A tier. */
export type TierDef = {
  /** What it brings. */
  benefits?: Array<BenefitDef>;
  /** The tier's stable name. */
  id: TierId;
  /** What people call it. */
  name?: string;
  /** What keeps it at a review; the threshold when absent. */
  retain?:
    | Money
    | null;
  /** Rewards on entering it. */
  rewards?: Array<RewardId>;
  /** What enters it, as decimal text: money, points, or a whole number. Inclusive. */
  threshold: Money;
};

export type TierId = string;

/** A tier's multiplier. */
export type TierMultiplyDef = {
  /** The factor. */
  factor: Multiplier;
  /** The wallet; the first one when absent. */
  wallet?:
    | WalletId
    | null;
};

/** How often in a period. */
export type TimesDef = {
  /** The period. */
  per: CapPeriod;
  /** How many times. */
  times: number;
};

/** Which units. */
export type UnitChoice =
  /** The cheapest ones. */
  | "cheapest"
  /** The dearest ones. */
  | "dearest"
  /** In the order of the lines. */
  | "line_order";

/** Names of a unit. */
export type UnitDef = {
  /** One. */
  one: string;
  /** Several. */
  other: string;
};

/** Which units a benefit is on. */
export type UnitsDef = {
  /** Which units come first. Default `cheapest`. */
  choice?: UnitChoice;
  /** Only lines of at least so many units. */
  line_units_from?: number;
  /** Only lines of at most so many units; 0 is no limit. */
  line_units_to?: number;
  /** At most so many units of every line; 0 is no limit. */
  per_line?: number;
  /** Only units that cost at least this after the discounts so far. */
  running_from?:
    | Money
    | null;
  /** Only units that cost at most this after the discounts so far. */
  running_to?:
    | Money
    | null;
  /** Whole sets of units, such as three for two or buy one, get one. */
  sets?:
    | SetsDef
    | null;
  /** Passes over so many first units of every line. */
  skip?: number;
  /** Of these lines; all that are not excluded when absent. */
  target?:
    | TargetDef
    | null;
  /** Only units that no other offer has lowered. */
  undiscounted?: boolean;
  /** At most so many units of the purchase; 0 is no limit. */
  units_max?: number;
};

/** What a return does when the surplus reward was used already. */
export type UsedSurplus =
  /** The card owes stamps, which the next ones fill. */
  | "stamp_debt"
  /** The member keeps it. */
  | "keep"
  /** What the reward was worth is taken from the refund. */
  | "charge_refund";

/** What points are worth: so many points are so much money. */
export type ValueDef = {
  /** Money, in the scheme's currency. */
  amount: Money;
  /** Points. */
  points: Points;
};

/** A wallet of points. */
export type WalletDef = {
  /** The most usable and pending points that the wallet may hold. */
  balance_max?:
    | Points
    | null;
  /** The most points that all rules together give in a period. */
  caps?: Array<CapDef>;
  /** Whether what rounding cuts off is carried to the next purchase. */
  carry?: boolean;
  /** Whether points of other purchases are taken when a purchase's own are gone. */
  drain_other_lots?: boolean;
  /** Which points are drawn first. Default `earliest_expiry`. */
  draw?: Draw;
  /** When points lapse. Default never. */
  expiry?: ExpiryDef;
  /** The wallet's stable name. */
  id: WalletId;
  /** When points become usable; at once when absent. */
  pending?:
    | PendingDef
    | null;
  /** Decimals of a point, 0 to 3. */
  precision?: Precision;
  /** How points pay. */
  redemption?:
    | RedemptionDef
    | null;
  /** Whether every rule's points are rounded apart, and not their sum. */
  round_per_rule?: boolean;
  /** How an order's points are rounded to the precision. Default `floor`. */
  rounding?: Rounding;
  /** What happens when points to take back are gone. Default `deficit`. */
  shortfall?: Shortfall;
  /** Whether an order's own points can be spent on it, after older ones. */
  spend_own_points?: boolean;
  /** What one and several points are called. */
  unit?:
    | UnitDef
    | null;
};

export type WalletId = string;

/** A wallet. */
export type WalletRefDef = {
  /** The wallet; the first one when absent. */
  wallet?:
    | WalletId
    | null;
};

/** a day of the week */
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** A half-open civil window. */
export type WindowDef = {
  /** From this civil time on. */
  from?:
    | CivilDateTime
    | null;
  /** Until before this civil time. */
  until?:
    | CivilDateTime
    | null;
};

/** The time over which a metric is summed. */
export type WindowLengthDef =
  /** The member's whole life. */
  | {
    lifetime: EmptyDef;
  }
  /** The last so many days or months. */
  | {
    rolling: Span;
  }
  /** The current civil period. */
  | {
    calendar: PeriodDef;
  }
  /** The current year since the enrolment. */
  | {
    anniversary: EmptyDef;
  };
