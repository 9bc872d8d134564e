// The code blocks of docs/npm.md, in order, as one program.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";

import { text } from "./package.js";

const program = new URL("./page.generated.mjs", import.meta.url);
after(() => rmSync(program, { force: true }));

test("the page's program runs", async () => {
  const blocks = [...text("docs/npm.md").matchAll(/^```js\n([\s\S]*?)^```/gm)].map((found) => found[1]);
  assert.ok(blocks.length >= 6, `${blocks.length} blocks`);
  writeFileSync(program, `import assert from "node:assert/strict";\n${blocks.join("\n")}`);
  await import(program);
});

test("every code that the package adds is on the page", () => {
  const page = text("docs/npm.md");
  const codes = ["analytics.js", "api.js", "border.js", "columns.js", "instance.js", "shop.js"].flatMap((name) =>
    [...text(`bindings-wasm/js/${name}`).matchAll(/"((?:input|internal)\.\w+)"/g)].map((found) => found[1]),
  );
  assert.ok(codes.length >= 20);
  assert.deepEqual(codes.filter((code) => !page.includes(`| \`${code}\` |`)), []);
});
