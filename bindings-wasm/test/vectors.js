// Runs a case of vectors/ with the package. No module of Node, so that a browser can run it too.
import { Account, Group, LoyaltyError, Scheme, verifyGroups } from "loyalty-core";

const FIELDS = "at member other transfer merge act quote facts standing scheme expect".split(" ");

function must(holds, what) {
  if (!holds) throw new Error(what);
}

function knows(fields, value, what) {
  for (const key of Object.keys(value)) must(fields.includes(key), `${what} has the field ${key}`);
}

/** The accounts of a case, and everything that is written, as text. */
class Run {
  constructor(one) {
    knows(["id", "note", "scheme", "steps"], one, one.id);
    this.schemes = [new Scheme(one.scheme)];
    this.accounts = new Map();
    this.groups = new Map();
    this.written = [];
    /** What is asked before each step. */
    this.asked = [];
  }

  get scheme() {
    return this.schemes.at(-1);
  }

  account(name) {
    if (!this.accounts.has(name)) {
      this.accounts.set(name, new Account(name));
      this.groups.set(name, []);
    }
    return this.accounts.get(name);
  }

  store(name, posted) {
    this.accounts.set(name, posted.account);
    this.groups.get(name).push(posted.group);
    this.written.push(posted.group.json);
  }

  step(step) {
    knows(FIELDS, step, "a step");
    const said = {};
    if (step.scheme) this.schemes.push(new Scheme(step.scheme));
    const [name, other] = [step.member ?? "member", step.other ?? "other"];
    this.account(name);
    this.asked.push({
      scheme: this.scheme.json,
      account: this.account(name).snapshot(),
      purchase: step.quote ?? step.act?.record?.purchase,
      facts: step.facts ?? step.act?.record?.facts,
      at: step.at,
    });
    for (const part of [this.quote, this.act, this.pair]) {
      try {
        Object.assign(said, part.call(this, step, name, other));
      } catch (error) {
        if (!(error instanceof LoyaltyError)) throw error;
        said.error = { code: error.code, path: error.path };
        this.written.push(`${error.code} ${error.path ?? ""}`);
      }
    }
    try {
      const standing = this.account(name).standing(this.scheme, step.at);
      this.written.push(standing.json);
      said.standing = JSON.parse(standing.json);
    } catch (error) {
      if (!(error instanceof LoyaltyError)) throw error;
    }
    return said;
  }

  quote(step, name) {
    if (!step.quote) return {};
    const [account, facts] = [this.account(name), step.facts];
    const decision = this.scheme.quote(account, step.quote, step.at, { facts });
    const canonical = decision.canonical();
    for (const claimed of [canonical, decision]) {
      const again = this.scheme.verify(account, step.quote, claimed, { facts });
      must(again.canonical() === canonical, "a verified decision is the same");
      must(again.outputsDigest() === decision.outputsDigest(), "its outputs are the same");
    }
    const changed = canonical.replace(`"due":"${decision.totals.due}"`, '"due":"0.01"');
    must(changed !== canonical, "the amount due was changed");
    let refused;
    try {
      this.scheme.verify(account, step.quote, changed, { facts });
    } catch (error) {
      refused = error;
    }
    must(refused?.code === "decision.tampered", "a changed decision is refused");
    this.written.push(decision.json);
    return { decision: JSON.parse(decision.json) };
  }

  act(step, name) {
    if (!step.act) return {};
    const options = { earlier: this.schemes.slice(0, -1) };
    const posted = this.scheme.perform(this.account(name), step.act, step.at, options);
    if (posted.repeated) return { repeated: posted.seq };
    this.store(name, posted);
    const again = this.scheme.perform(posted.account, step.act, step.at, options);
    must(again.repeated && again.seq === posted.seq, "the same act is not posted twice");
    must(again.account === posted.account && again.group === null, "a repeated act changes nothing");
    const said = { answer: posted.answer };
    for (const entry of posted.group.entries) {
      for (const kind of ["return", "tier_change"]) {
        if (Object.hasOwn(entry, kind)) said[kind] = entry[kind];
      }
    }
    return said;
  }

  pair(step, name, other) {
    let done;
    if (step.transfer) {
      const [from, to] = [this.account(name), this.account(other)];
      done = this.scheme.transfer(from, to, step.transfer, step.at);
    } else if (step.merge) {
      done = this.scheme.merge(this.account(name), this.account(other), step.merge, step.at);
    } else {
      return {};
    }
    if (done[0].repeated) return { repeated: done.map((posted) => posted.seq) };
    this.store(name, done[0]);
    this.store(other, done[1]);
    return {};
  }

  /** Every account is the fold of its groups, and its chain holds. */
  check() {
    for (const [name, account] of this.accounts) {
      const groups = this.groups.get(name);
      const lines = groups.map((group) => group.json);
      must(verifyGroups(groups) === groups.length, "the chain holds");
      const state = account.audit();
      for (const handed of [groups, lines, lines.join("\n")]) {
        must(Account.replay(name, handed).audit() === state, "a replay gives the same account");
      }
      must(Account.restore(account.snapshot()).audit() === state, "a snapshot gives it too");
      for (const line of lines) must(new Group(line).json === line, "a group's line is kept");
    }
  }
}

/** Runs a case: what every step said beside what it should say, what was written, and what can be asked. */
export function run(one) {
  const run = new Run(one);
  const steps = one.steps.map((step) => ({ said: run.step(step), expect: step.expect ?? {} }));
  run.check();
  return { steps, written: run.written, asked: run.asked };
}

/** Where `found` lacks something that `expected` lists. */
export function differences(expected, found, at) {
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || expected.length !== found.length) {
      return [`${at}: expected ${expected.length} items, found ${JSON.stringify(found)}`];
    }
    return expected.flatMap((item, place) => differences(item, found[place], `${at}/${place}`));
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof found !== "object" || found === null) return [`${at}: expected an object, found ${found}`];
    return Object.entries(expected).flatMap(([key, value]) =>
      Object.hasOwn(found, key)
        ? differences(value, found[key], `${at}/${key}`)
        : [`${at}/${key}: expected ${JSON.stringify(value)}, found nothing`],
    );
  }
  return expected === found ? [] : [`${at}: expected ${expected}, found ${JSON.stringify(found)}`];
}
