// Random schemes and carts: the wasm's answers against the digests of the native build, which come by lines.
//
//   cargo run --release -p loyalty-core --example carts -- CARTS | node carts.js CARTS
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

import { Account, LoyaltyError, Scheme } from "loyalty-core";

const wanted = Number(process.argv[2]);
let [carts, schemes, refused] = [0, 0, 0];

function digest({ scheme: document, steps }) {
  const scheme = new Scheme(document);
  const hash = createHash("sha256");
  const say = (text) => hash.update(`${text}\n`);
  let account = new Account("member");
  for (const { at, quote, act } of steps) {
    try {
      if (quote) {
        const decision = scheme.quote(account, quote, at);
        say(decision.json);
        say(decision.canonical());
        carts += 1;
      } else if (act) {
        const posted = scheme.perform(account, act, at);
        say(posted.repeated ? `repeated ${posted.seq}` : posted.group.json);
        if (!posted.repeated) {
          account.free();
          account = posted.account;
        }
      } else {
        say(account.standing(scheme, at).json);
      }
    } catch (error) {
      if (!(error instanceof LoyaltyError) || error.code.startsWith("internal.")) throw error;
      say(error.code);
      refused += 1;
    }
  }
  say(account.audit());
  account.free();
  scheme.free();
  return hash.digest("hex");
}

for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  assert.equal(digest(one), one.digest, `scheme ${one.number}: the wasm says something else than the native build`);
  schemes += 1;
}
assert.ok(wanted > 0 && carts >= wanted, `${carts} carts, ${wanted} were asked for`);
console.log(`npm: ${carts} random carts under ${schemes} random schemes, ${refused} acts refused: every byte as the native build has it`);
