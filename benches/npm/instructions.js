// How many of wasm's instructions a quote takes, JSON in and out: counted, not timed.
//
//   node benches/npm/instructions.js      a table in Markdown
//
// The engine's file gets a counter before every instruction that a runtime with fuel (wasmtime, and so Shopify
// Functions) counts: all but `nop`, `drop`, `block`, `loop`, `else` and `end`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import * as api from "../../bindings-wasm/dist/api.js";
import * as glue from "../../bindings-wasm/dist/loyalty_glue.js";
import { CART, GOLDEN, NOW, member } from "./cart.js";
import { Reader, leb, section, started } from "./wasm.js";

const FREE = new Set([0x01, 0x02, 0x03, 0x05, 0x0b, 0x1a]);

// Immediates of LEB numbers after each opcode.
const NUMBERS = new Map([[0x10, 1], [0x11, 2], [0x0c, 1], [0x0d, 1], [0x3f, 1], [0x40, 1], [0x41, 1], [0x42, 1], [0xd0, 1], [0xd2, 1]]);
for (const opcode of [0x02, 0x03, 0x04]) NUMBERS.set(opcode, 1);
for (let opcode = 0x20; opcode <= 0x26; opcode += 1) NUMBERS.set(opcode, 1);
for (let opcode = 0x28; opcode <= 0x3e; opcode += 1) NUMBERS.set(opcode, 2);
const MORE = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

function instruction(code) {
  const opcode = code.bytes[code.at++];
  if (opcode === 0x0e) code.skip(code.leb() + 1);
  else if (opcode === 0x1c) code.skip(code.leb());
  else if (opcode === 0x43) code.at += 4;
  else if (opcode === 0x44) code.at += 8;
  else if (opcode === 0xfc) code.skip(MORE[code.leb()]);
  else if (NUMBERS.has(opcode)) code.skip(NUMBERS.get(opcode));
  else assert.ok(opcode <= 0xc4 || opcode === 0xd1, `opcode ${opcode}`);
  return opcode;
}

/** A function's body with the counter. */
function counted(body, global) {
  const code = new Reader(body);
  for (let left = code.leb(); left > 0; left -= 1) code.skip(2);
  // global.get n; i64.const 1; i64.add; global.set n
  const count = [0x23, ...leb(global), 0x42, 1, 0x7c, 0x24, ...leb(global)];
  const made = [...body.subarray(0, code.at)];
  while (code.at < body.length) {
    const began = code.at;
    if (!FREE.has(instruction(code))) made.push(...count);
    made.push(...body.subarray(began, code.at));
  }
  return made;
}

/** The module with a counter, which it exports as `instructions`. */
function instrumented(bytes) {
  const module = new Reader(bytes);
  const parts = [module.take(8)];
  let global = 0;
  while (module.at < bytes.length) {
    const [id, length] = [module.take(1)[0], module.leb()];
    const body = module.take(length);
    const items = new Reader(body);
    if (id === 6) {
      global = items.leb();
      // A variable of 64 bits that begins at 0.
      const list = [Buffer.from(leb(global + 1)), body.subarray(items.at), Buffer.from([0x7e, 1, 0x42, 0, 0x0b])];
      parts.push(section(id, Buffer.concat(list)));
    } else if (id === 7) {
      const count = items.leb();
      const name = Buffer.from("instructions");
      const more = Buffer.from([...leb(name.length), ...name, 3, ...leb(global)]);
      parts.push(section(id, Buffer.concat([Buffer.from(leb(count + 1)), body.subarray(items.at), more])));
    } else if (id === 10) {
      const count = items.leb();
      const functions = [Buffer.from(leb(count))];
      for (let left = count; left > 0; left -= 1) {
        const made = counted(items.take(items.leb()), global);
        functions.push(Buffer.from(leb(made.length)), Buffer.from(made));
      }
      parts.push(section(id, Buffer.concat(functions)));
    } else {
      parts.push(section(id, body));
    }
  }
  return Buffer.concat(parts);
}

const bytes = readFileSync(new URL("../../bindings-wasm/dist/loyalty_bg.wasm", import.meta.url));
const module = new WebAssembly.Module(instrumented(bytes));
assert.ok(!WebAssembly.Module.imports(module).some(({ kind }) => kind === "global"), "no global is imported");

const instance = started(glue, module);
const counter = instance.exports.instructions;

/** The instructions of one call, after one that is not counted. */
function taken(run) {
  run();
  const before = counter.value;
  run();
  return counter.value - before;
}

const { scheme, account } = member(api);
assert.equal(scheme.quote(account, CART, NOW).totals.discount, `${(GOLDEN.discount / 100).toFixed(2)}`);
const long = (count) => ({
  ...CART,
  lines: Array.from({ length: count }, (_, at) => ({ ...CART.lines[at % CART.lines.length], sku: `sku-${at}` })),
});
console.log("| lines | instructions, decision alone | with its reasons | a basket, as numbers |\n|---:|---:|---:|---:|");
for (const lines of [1, 5, 50, 200]) {
  const cart = long(lines);
  const basket = scheme.basket(cart);
  const rows = [
    () => scheme.quote(account, cart, NOW, { explain: false }),
    () => scheme.quote(account, cart, NOW),
    () => basket.numbers(account, NOW),
  ].map((run) => taken(run).toLocaleString("en-US"));
  console.log(`| ${lines} | ${rows.join(" | ")} |`);
}
