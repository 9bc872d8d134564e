// The packed package in an empty folder: three lines, and the right answer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { SCHEME, cart, root } from "./package.js";

const folder = mkdtempSync(join(tmpdir(), "loyalty-core-"));
after(() => rmSync(folder, { recursive: true }));

const ran = (command, ...more) => execFileSync(command, more, { cwd: folder, encoding: "utf8" });

before(() => {
  const source = new URL("bindings-wasm/", root).pathname;
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: source });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), '{"private": true}');
  ran("npm", "install", "--silent", "--no-audit", "--no-fund", "--offline", `./${tarball}`);
});

const answer = (module, ...lines) => {
  const name = `shop.${module}`;
  const values = `const document = ${JSON.stringify(SCHEME)};\nconst cart = ${JSON.stringify(cart())};\n`;
  writeFileSync(join(folder, name), [lines[0], values, ...lines.slice(1)].join("\n"));
  return ran(process.execPath, name).trim();
};
const SCHEME_LINE = "const scheme = new Scheme(document);";
const QUOTE_LINE = "console.log(scheme.quote(new Account('ann'), cart, new Date()).wallets[0].earned);";

test("as an ES module", () => {
  const first = "import { Account, Scheme } from 'loyalty-core';";
  assert.equal(answer("mjs", first, SCHEME_LINE, QUOTE_LINE), "25");
});

test("as CommonJS", () => {
  const first = "const { Account, Scheme } = require('loyalty-core');";
  assert.match(answer("cjs", first, SCHEME_LINE, QUOTE_LINE), /^25$/m);
});

test("with the engine as a file of its own", () => {
  const first = [
    "import { readFileSync } from 'node:fs';",
    "import { Account, Scheme, init } from 'loyalty-core/slim';",
    "const early = (() => { try { new Account('ann') } catch (error) { return error.code } })();",
    "if (early !== 'internal.not_started') throw new Error(early);",
    "await init(readFileSync(new URL(import.meta.resolve('loyalty-core/loyalty_bg.wasm'))));",
  ].join("\n");
  assert.equal(answer("mjs", first, SCHEME_LINE, QUOTE_LINE), "25");
});

test("only what users need is packed", () => {
  const files = readdirSync(join(folder, "node_modules/loyalty-core"), { recursive: true });
  assert.deepEqual(
    files.filter((name) => !/^(package\.json|README\.md|dist(\/[\w.-]+\.(js|d\.ts|wasm))?)$/.test(name)),
    [],
  );
});
