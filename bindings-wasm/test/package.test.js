// What the package does with its own objects: times, numbers, accounts, memory, traps.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Account, Decision, Group, NOW, SCHEME, Scheme, cart, text, verifyGroups, version } from "./package.js";
import { call } from "../dist/instance.js";

const scheme = new Scheme(SCHEME);

test("the version is the crate's and the package's", () => {
  assert.equal(version(), JSON.parse(text("bindings-wasm/package.json")).version);
});

test("a scheme is what its document says", () => {
  assert.deepEqual(
    [scheme.id, scheme.name, scheme.version, scheme.currency, scheme.timeZone],
    ["com.example.cafe", "Café", "2026-11", "EUR", "Europe/Madrid"],
  );
  for (const again of [new Scheme(scheme.json), new Scheme(JSON.parse(JSON.stringify(scheme)))]) {
    assert.deepEqual([again.digest, again.json], [scheme.digest, scheme.json]);
  }
});

test("a Date has the civil time of the scheme's zone", () => {
  const at = (zone, instant) => {
    const here = new Scheme({ ...SCHEME, time_zone: zone });
    return here.quote(new Account("ann"), cart(), new Date(instant)).at;
  };
  for (const [zone, instant, expected] of [
    ["Europe/Madrid", "2026-11-21T23:30:00Z", "2026-11-22T00:30:00+01:00"],
    ["Europe/Madrid", "2026-03-29T00:59:59.999Z", "2026-03-29T01:59:59.999+01:00"],
    ["Europe/Madrid", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"],
    ["America/St_Johns", "2026-07-01T02:29:59.001Z", "2026-06-30T23:59:59.001-02:30"],
    ["Asia/Kathmandu", "2026-12-31T18:15:00Z", "2027-01-01T00:00:00+05:45"],
    ["Pacific/Kiritimati", "2026-12-31T10:00:00Z", "2027-01-01T00:00:00+14:00"],
    ["Africa/Monrovia", "1971-06-01T00:00:00Z", "1971-05-31T23:15:30-00:44:30"],
    ["Etc/UTC", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"],
  ]) {
    assert.equal(at(zone, instant), expected);
  }
  const ann = new Account("ann");
  // A text is taken as it is written.
  assert.equal(scheme.quote(ann, cart(), "2026-11-21T11:00:00Z").at, "2026-11-21T11:00:00Z");
  for (const now of [new Date(Number.NaN), new Date(8.64e15)]) {
    assert.throws(() => scheme.quote(ann, cart(), now), { code: "time.range", path: "/now" });
  }
  assert.throws(() => scheme.quote(ann, cart(), "yesterday"), { path: "/now" });
  assert.throws(() => scheme.quote(ann, cart(), 0), { code: "input.type", path: "/now" });
  const nowhere = new Scheme({ ...SCHEME, time_zone: "Europe/Nowhere" });
  assert.throws(() => nowhere.quote(ann, cart(), NOW), { code: "input.zone" });
  const occurred_at = new Date("2026-11-20T23:30:00Z");
  assert.throws(() => scheme.record(ann, cart({ occurred_at }), NOW), {
    code: "purchase.backdated",
    found: "2026-11-21T00:30:00+01:00",
  });
});

test("a quote posts nothing, and a record posts what it says", () => {
  const ann = new Account("ann");
  const decision = scheme.quote(ann, cart(), NOW);
  assert.ok(decision instanceof Decision);
  assert.deepEqual([decision.totals.due, decision.wallets[0].earned], ["25.00", "25"]);
  assert.ok(decision.reasons.length > 0);
  assert.deepEqual(scheme.quote(ann, cart(), NOW, { explain: false }).reasons ?? [], []);
  assert.equal(scheme.quote(ann, JSON.stringify(cart()), NOW).json, decision.json);
  const posted = scheme.record(ann, cart(), NOW, { expected_decision: decision.outputsDigest() });
  assert.deepEqual([posted.seq, posted.repeated, posted.account.seq, ann.seq], [1, false, 1, 0]);
  const standing = posted.account.standing(scheme, NOW);
  assert.equal(standing.wallets[0].balance.available, "25");
  assert.ok(Object.isFrozen(posted.account) && Object.isFrozen(decision));
  const spent = scheme.redeem(posted.account, { id: "r", on: { points: { wallet: "points", points: 5 } } }, NOW);
  assert.equal(spent.account.standing(scheme, NOW).wallets[0].balance.available, "20");
  const why = scheme.whyNot(ann, cart(), "big-cart", NOW);
  assert.equal(why.code, "condition.min_amount");
  assert.equal(scheme.whyNot(ann, cart(), "no-such-rule", NOW), null);
  assert.equal(decision.toUcp()["com.example.cafe"].provisional, false);
  assert.equal(decision.toUcp({ provisional: true })["com.example.cafe"].provisional, true);
});

test("every act has a method", () => {
  const ann = scheme.record(new Account("ann"), cart(), NOW).account;
  const by = { actor: "desk", reason: "test" };
  const done = (posted) => posted.group.act;
  const held = scheme.hold(ann, { id: "h", points: [{ wallet: "points", points: 3 }], until: new Date(NOW.getTime() + 6e6) }, NOW);
  for (const [act, posted] of [
    ["event", () => scheme.event(ann, { id: "e", name: "review" }, NOW)],
    ["enrol", () => scheme.enrol(ann, { id: "e" }, NOW)],
    ["refund", () => scheme.refund(ann, { id: "b", purchase: "order-1", lines: [{ line: "1", back: { quantity: 1 } }] }, NOW)],
    ["cancel", () => scheme.cancel(ann, { id: "c", purchase: "order-1" }, NOW)],
    ["fulfil", () => scheme.fulfil(ann, { id: "f", purchase: "order-1", name: "delivered" }, NOW)],
    ["adjust", () => scheme.adjust(ann, { id: "a", change: { points: { wallet: "points", points: 7 } }, ...by }, NOW)],
    ["grant", () => scheme.grant(ann, { id: "g", reward: "free-latte", ...by }, NOW)],
    ["suspend", () => scheme.suspend(ann, { id: "s" }, NOW)],
    ["resume", () => scheme.resume(scheme.suspend(ann, { id: "s" }, NOW).account, { id: "t" }, NOW)],
    ["close", () => scheme.close(ann, { id: "s" }, NOW)],
    ["hold", () => held],
    ["capture", () => scheme.capture(held.account, { id: "x", hold: "h" }, NOW)],
    ["release", () => scheme.release(held.account, { id: "x", hold: "h" }, NOW)],
    ["due", () => scheme.due(ann, { id: "d" }, NOW)],
  ]) {
    assert.equal(done(posted()), act);
  }
  for (const [method, code] of [["reinstate", "reinstate.none"], ["assignTier", "ladder.unknown"]]) {
    const body = method === "reinstate" ? { wallet: "points", lapsed_days_max: 1, valid_days: 1 } : { ladder: "x" };
    assert.throws(() => scheme[method](ann, { id: "z", ...body, ...by }, NOW), { code });
  }
});

/** An account of more groups than an account keeps to be built from. */
function longer(count) {
  let account = new Account("ann");
  const groups = [];
  for (let place = 0; place < count; place += 1) {
    const posted = scheme.record(account, cart({ id: `order-${place}` }), NOW);
    groups.push(posted.group);
    account = posted.account;
  }
  return { account, groups };
}

test("an account is the fold of its groups", () => {
  const { account, groups } = longer(70);
  assert.equal(verifyGroups(groups), 70);
  assert.equal(Account.replay("ann", groups).audit(), account.audit());
  const half = Account.replay("ann", groups.slice(0, 35));
  assert.equal(groups.slice(35).reduce((to, group) => to.apply(group), half).audit(), account.audit());
  assert.equal(Account.restore(account.snapshot()).audit(), account.audit());
  assert.equal(new Group(groups[3].json).json, groups[3].json);
  assert.throws(() => verifyGroups(groups.toSpliced(3, 1)), { wholeGroups: 3 });
});

test("memory that was given back is built again when it is needed", () => {
  const { account } = longer(40);
  const [state, here] = [account.audit(), new Scheme(SCHEME)];
  const before = here.quote(account, cart(), NOW).json;
  for (const thing of [account, here]) {
    thing.free();
    thing.free();
    thing[Symbol.dispose]();
  }
  assert.equal(account.audit(), state);
  assert.equal(here.quote(account, cart(), NOW).json, before);
});

test("a trap is an error, and the next call works", () => {
  const { account } = longer(40);
  const [state, decision] = [account.audit(), scheme.quote(account, cart(), NOW)];
  const canonical = decision.canonical();
  const slowest = [];
  for (let time = 0; time < 200; time += 1) {
    const began = performance.now();
    assert.throws(() => call("drill"), (error) => {
      assert.deepEqual([error.code, error.name], ["internal.trap", "LoyaltyError"]);
      return error.cause instanceof WebAssembly.RuntimeError;
    });
    assert.equal(scheme.quote(account, cart(), NOW).json, decision.json);
    slowest.push(performance.now() - began);
    assert.equal(account.audit(), state);
    assert.equal(decision.canonical(), canonical);
  }
  const median = slowest.sort((one, other) => one - other)[100];
  console.log(`a trap and the next answer: ${median.toFixed(2)} ms`);
});
