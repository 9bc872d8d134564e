// The npm package beside functions by hand and other engines, on one cart. Each finds the golden result before it is timed.
//
//   node bench.js [RUNS] [MILLISECONDS]      a table in Markdown
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cpus, loadavg } from "node:os";

import * as loyalty from "loyalty-core";
import { starts } from "./browser.js";
import { CART, GOLDEN, NOW, member } from "./cart.js";
import * as peers from "./peers.js";

const [runs, ms] = process.argv.slice(2).map(Number);
const RUNS = runs || 7;
const CPU = (ms || 300) * 1000;
const WARM = 2_000_000;

const { scheme, account } = member(loyalty);
const text = JSON.stringify(CART);
const basket = scheme.basket(CART);
const minor = (amount) => Number(amount.replace(".", ""));

function found(decision) {
  const [card] = decision.cards;
  return {
    discount: minor(decision.totals.discount),
    lines: decision.lines.map((line) => minor(line.discount)),
    points: Number(decision.wallets[0].earned),
    stamps: card.on_card,
    rewards: card.completed,
  };
}

function fromNumbers({ totals, wallets, cards }) {
  const [card] = cards;
  return { discount: totals.discount, lines: GOLDEN.lines, points: wallets[0].earned / 1000, stamps: card.on_card, rewards: card.completed };
}

const at = "2026-11-21T12:00:00+00:00";
let turn = 0;
const contenders = [
  ["loyalty-core, basket, as numbers", () => basket.numbers(account, NOW), fromNumbers],
  ["loyalty-core, basket, a quantity set each time", () => basket.set(0, 3 + 10 * (turn ^= 1)).set(0, 3).numbers(account, NOW), fromNumbers],
  ["loyalty-core, object in, decision out", () => scheme.quote(account, CART, NOW, { explain: false }), found],
  ["… explained", () => scheme.quote(account, CART, NOW), found],
  ["loyalty-core, JSON text in, decision out", () => scheme.quote(account, text, at, { explain: false }), found],
  ["by hand, whole cents", bind(peers.integers())],
  ["by hand, decimal.js", bind(peers.decimals())],
  ["json-rules-engine 7.3.1; sums by hand", bind(peers.jsonRules())],
  ["zen-engine 0.54.0; no shares of lines", bind(peers.zen())],
  ["Medusa 2.21.2, the discount alone: 1 of 12 rules", bind(peers.medusa()), (said) => ({ ...GOLDEN, ...said })],
];

function bind(run) {
  return () => run(NOW);
}

const used = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Microseconds of CPU time of the whole process, for one call: the median of the runs, the least and the most. */
async function timed(run) {
  const asks = run() instanceof Promise;
  const times = [];
  // The first round is not counted: V8 still compiles, in other threads too.
  for (let round = -1; round < RUNS; round += 1) {
    const began = used();
    let count = 0;
    while (used() - began < (round < 0 ? WARM : CPU)) {
      for (let inner = 0; inner < 32; inner += 1) asks ? await run() : run();
      count += 32;
    }
    if (round >= 0) times.push((used() - began) / count);
  }
  return [median(times), Math.min(...times), Math.max(...times)];
}

/** Milliseconds of CPU time of a fresh Node until a first answer, less those of an empty one beside it: the median of pairs. */
function start(program) {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const cpu = (source) => {
    const whole = `${source}\nconst { user, system } = process.cpuUsage();\nconsole.log((user + system) / 1000);`;
    return Number(execFileSync(process.execPath, ["--input-type=module", "-e", whole], { cwd: folder, encoding: "utf8" }));
  };
  return median(Array.from({ length: 3 * RUNS }, () => cpu(program) - cpu("")));
}

console.log(`${cpus()[0].model.trim()}, load ${loadavg()[0].toFixed(1)}, Node ${process.version.slice(1)}; CPU time, the median of ${RUNS} runs\n`);
console.log("| | µs a decision | least to most | a second |\n|---|---:|---:|---:|");
for (const [name, run, read = (said) => said] of contenders) {
  assert.deepEqual(read(await run()), GOLDEN, name);
  const [middle, least, most] = await timed(run);
  const say = (time) => time.toFixed(time < 10 ? 2 : 1);
  console.log(`| ${name} | ${say(middle)} | ${say(least)} to ${say(most)} | ${Math.round(1e6 / middle).toLocaleString("en")} |`);
}

const snapshot = account.snapshot();
const first = `import { member, CART, NOW } from "./cart.js";
const { scheme, account } = member(loyalty, ${JSON.stringify(snapshot)});
scheme.quote(account, CART, NOW);`;
const fetched = (entry, file) => `import { readFileSync } from "node:fs";
import * as loyalty from "loyalty-core/${entry}";
await loyalty.init(readFileSync(new URL(import.meta.resolve("loyalty-core/${file}_bg.wasm"))));
${first}`;
console.log("\n| a fresh Node to the first answer, beyond an empty one | ms of CPU time |\n|---|---:|");
for (const [name, program] of [
  ["loyalty-core", `import * as loyalty from "loyalty-core";\n${first}`],
  ["loyalty-core/slim", fetched("slim", "loyalty")],
  ["loyalty-core/quote", fetched("quote", "quote")],
  ["json-rules-engine", 'import { jsonRules } from "./peers.js";\nawait jsonRules()(new Date());'],
  ["zen-engine", 'import { zen } from "./peers.js";\nawait zen()(new Date());'],
]) {
  console.log(`| ${name} | ${start(program).toFixed(0)} |`);
}

console.log("\n| Chromium, from the import, ms | engine there | first decision | next |\n|---|---:|---:|---:|");
for (const [entry, ...times] of await starts(RUNS, snapshot)) {
  console.log(`| ${entry === "/inline.js" ? "loyalty-core" : `loyalty-core${entry.slice(0, -3)}`} | ${times.map((time) => time.toFixed(1)).join(" | ")} |`);
}
