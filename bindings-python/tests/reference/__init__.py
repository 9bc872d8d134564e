"""An independent model of the engine, plain and slow, and random cases that hold the two against each other.

It is written from the documentation, shares no code with the engine or its wrapper, and spells every
unit and every stamp out. A *triple* is a scheme, a history of acts, and a cart: the whole decision on the
cart is compared, and after every act the refund and the whole standing.

Covered so far:

- wallets, one or two: precision and all rounding modes, ``round_per_rule``, ``carry``, ``balance_max``, caps of all
  periods of a member, ``drain_other_lots``, all orders of drawing, pending spans, every expiry policy with ``round_up``
  and ``last_day``; deficits and what fills them;
- earn rules for purchases: ``per_amount``, ``per_unit``, ``per_purchase``, ``fixed``, ``multiply`` on lines and orders,
  ``multiplied``, ``requires_base``, ``sticky``, caps, times, terms of their own, ``combine_rules`` and
  ``combine_multipliers``; exclusions, targets, conditions (``all``, ``any``, ``not``, amounts, quantities, times,
  ordinals, facts, tiers, codes);
- stamp cards for purchases: all gives, guards, milestones, rewards with a validity, starts, overflow, cards that lapse;
- ladders of spend, visits and items, with multipliers: over the member's life, rolling, calendar and anniversary
  windows; all kinds of reviews, ``retain``, ``downgrade``, grace, surplus carried over, tiers set by hand with a floor,
  ``on_return``;
- ladders of points that were earned and of balances, of any wallet: with and without pending points, windows and
  reviews of all kinds, in decisions and standings, beside redemptions, returns for points of all policies, cancels and
  merges;
- challenges: purchases, units and amounts, parts, targets, conditions, periods, days, streaks, repeats; what they bring
  in rules, offers, cards and rewards, after returns and merges too; decisions and standings;
- referrals: who counts as referred, which events are due of a purchase, in the decision and in the answer;
- events: points with ``every``, caps, times and conditions, and stamps; points that wait for news of their purchase;
- discounts: offers of percentages, amounts and prices, for all, each line or each unit, on the order or on chosen
  units; stages and bands; priorities, conditions, codes, limits and budgets of a member; bases of percentages; lowest
  prices; standing discounts and member prices; how they are shared out, what earns on what is left, and what comes back
  of them;
- offers that exclude each other (``combines_with``, within a band and between bands), ``exclusive`` ones, bands that
  take one for the order or for every line, ``consumes_units``, ``codes_as_entered``, bases of bands, shared budgets;
  the best largest set, for the customer and for the merchant;
- sets: parts, ``get`` in the set and beside it, ``partial``, ``different``, ``worth``, ``by_line``, ``sets_max``,
  ``per`` set; steps by amount and quantity; deductions taken off by hand;
- points that pay, as a discount and as a tender: minimum, step, share, lines, ``trim`` and ``reject``, whether they
  earn, several payments, refusals, and what comes back to which lot;
- rewards used on a purchase: free products, percentages and amounts, on lines and on the order, with shares,
  conditions, limits and prices by tier; bought, given by hand or brought by a tier, with a validity; which is used
  first, where it stands beside offers and payments, ``own_reward``, and what comes back: points, the reward itself,
  those of a lost tier;
- delivery: charges and methods, the offers, rewards and tiers that lower them, budgets, what earns on them, and when
  they come back;
- tax in the prices or on top, rounded by rate and by line, in totals, thresholds, what earns, and refunds;
- the policies of returns for money and points, days of grace, all ways of a shortfall;
- holds of points and rewards: used, given up, lapsed; birthdays and anniversaries of the enrolment, which pay once; two
  members: transfers, and merges with what each has bought, earned, owed, put aside, stamped and reached, and returns
  after them;
- the acts ``record``, ``refund`` (units and amounts, repeated), ``cancel``, ``redeem`` of points and rewards,
  ``grant``, ``adjust``, ``event``, ``fulfil``, ``enrol``, ``assign_tier``, ``hold``, ``capture``, ``release``, ``due``,
  ``reinstate``, ``transfer``, ``merge``; quotes, reasons and standings; four zones with their changes of clocks.

Not yet: gifts, narrow targets of several kinds, the choice beyond ``tries_max``, the choice beside delivery, offers
that bring rewards or codes, budgets of an order, amounts that delivery shares, amounts of offers and shares by weights
with or without tax, who bears a remainder, the shop's own tax, points as a tender beside tax, rewards of points,
rewards of cards that are used, rewards that offers issue, gift cards as tenders, offers that wait for claims, merges of
ladders that are reviewed or set by hand, milestones that an older card reaches after a merge and a return, adjustments
of a named lot, holds of codes, purchases that count toward their own tier of points, prices of what is kept beside
rewards, points that pay, delivery and tax, ``carry`` beside the other policies of points, factors below 1, factors of
many decimals beside ``carry``, budgets on the pool.

``python -m reference FIRST END`` compares a range of seeds on all processors; every family of cases has ten million
seeds of its own (``families``); a failure prints the seed and a
case made as small as it gets, in the form of ``vectors/``.
"""
