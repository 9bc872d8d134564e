"""An independent model of the engine, plain and slow, and random cases that hold the two against each other.

It is written from the documentation, shares no code with the engine or its wrapper, and spells every
unit and every stamp out. A *triple* is a scheme, a history of acts, and a cart: the whole decision on the
cart is compared, and after every act the refund and the whole standing.

Covered so far:

- wallets, one or two: precision and all rounding modes, ``round_per_rule``, ``carry``, ``balance_max``, caps
  of all periods of a member, ``drain_other_lots``, all orders of drawing, pending spans, every expiry policy
  with ``round_up`` and ``last_day``; deficits and what fills them;
- earn rules for purchases: ``per_amount``, ``per_unit``, ``per_purchase``, ``fixed``, ``multiply`` on lines and
  orders, ``multiplied``, ``requires_base``, ``sticky``, caps, times, terms of their own, ``combine_rules`` and
  ``combine_multipliers``; exclusions, targets, conditions (``all``, ``any``, ``not``, amounts, quantities,
  times, ordinals, facts, tiers, codes);
- stamp cards for purchases: all gives, guards, milestones, rewards with a validity, starts, overflow,
  cards that lapse;
- ladders of spend, visits and items over the member's life, with multipliers;
- the acts ``record``, ``refund`` (units and amounts, repeated), ``cancel``, ``redeem`` of points, ``adjust``,
  ``due``; quotes, reasons and standings; four zones with their changes of clocks.

Not yet: discounts of any kind (offers, rewards that lower a price, points that pay, standing discounts), tax,
delivery, tenders, claims, events, holds, transfers, merges, reviews of tiers, challenges, referrals, the other
policies of returns, factors below 1, factors of many decimals beside ``carry``, budgets on the pool.

``python -m reference FIRST END`` compares a range of seeds on all processors; a failure prints the seed and a
case made as small as it gets, in the form of ``vectors/``.
"""
