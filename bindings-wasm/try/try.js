// Consumers for real: packs the package, installs it in an empty folder beside one tool, runs it, prints the answer.
//
//   node try.js NAME...      or  npm run try:NAME  in bindings-wasm;  KEEP=1 keeps the folders
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

const source = fileURLToPath(new URL("..", import.meta.url));
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

// The question and its answer: 25.00 at a point a euro, and 25.00 short of the bonus.
const SHOP = `
export const document_ = {
  format: 1, id: "com.example.shop", name: "Points", currency: "EUR", time_zone: "Europe/Madrid",
  wallets: [{ id: "points" }],
  earn: [
    { id: "base", give: { per_amount: { points: "1", per: "1.00" } } },
    { id: "big-cart", when: { min_amount: { amount: "50.00" } }, give: { fixed: { points: "20" } } },
  ],
};
export const cart = { id: "order-1", currency: "EUR", lines: [{ sku: "latte", price: "12.50", quantity: 2 }] };
export function ask({ Account, Scheme }) {
  const decision = new Scheme(document_).quote(new Account("ann"), cart, new Date("2026-11-21T11:00:00Z"));
  const nearly = decision.reasons.find((reason) => reason.id === "big-cart").missing.amount;
  return \`earns \${decision.wallets[0].earned}, \${nearly} more for the bonus\`;
}
`;
const ANSWER = "earns 25, 25.00 more for the bonus";
const ASK = 'import * as loyalty from "loyalty-core";\nimport { ask } from "./shop.js";\n';
const ASK_SLIM = 'import * as loyalty from "loyalty-core/slim";\nimport { ask } from "./shop.js";\nawait loyalty.init();\n';
const SAY = 'await fetch("/said", { method: "POST", body: ask(loyalty) });\n';

/** An empty folder with the packed package and what else is named. */
class Folder {
  constructor(name) {
    this.path = mkdtempSync(join(tmpdir(), `loyalty-core-${name}-`));
    this.tools = [];
    this.file("package.json", '{ "private": true, "type": "module" }');
    this.file("shop.js", SHOP);
  }

  file(name, text) {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  install(...packages) {
    execFileSync("npm", ["pack", "--silent", "--pack-destination", this.path], { cwd: source });
    const tarball = readdirSync(this.path).find((name) => name.endsWith(".tgz"));
    this.run("npm", "install", "--silent", "--no-audit", "--no-fund", "--save-exact", `./${tarball}`, ...packages);
    this.tools = packages.map((one) => one.replace(/@(?=[^@/]+$)/, " "));
  }

  run(command, ...more) {
    const own = join(this.path, "node_modules/.bin", command);
    try {
      return execFileSync(existsSync(own) ? own : command, more, { cwd: this.path, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CI: "1" } }).trim();
    } catch (error) {
      throw new Error(`${command} ${more.join(" ")}\n${error.stdout ?? ""}${error.stderr ?? ""}`, { cause: error });
    }
  }

  /** Bytes of the scripts and wasm that a browser is sent, gzipped. */
  sent(folder) {
    const files = readdirSync(join(this.path, folder), { recursive: true }).filter((name) => /\.(js|wasm)$/.test(name));
    const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(this.path, folder, name))).length, 0);
    return `${Math.round(bytes / 1000)} kB gzipped`;
  }

  drop() {
    if (!process.env.KEEP) rmSync(this.path, { recursive: true, force: true });
  }
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];

/** Something done with a profile of its own for Chromium. */
async function withProfile(work) {
  const profile = mkdtempSync(join(tmpdir(), "loyalty-core-chromium-"));
  try {
    return await work([...FLAGS, `--user-data-dir=${profile}`]);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** A page's document once its scripts have run. */
function dom(url) {
  return withProfile(async (flags) => {
    const done = await promisify(execFile)(chromium, [...flags, "--virtual-time-budget=15000", "--dump-dom", url], { timeout: 90_000, maxBuffer: 1 << 26 });
    return done.stdout;
  });
}

/** The answer that a folder of files gives in Chromium. */
async function inBrowser(folder) {
  let say;
  const said = new Promise((done) => (say = done));
  const server = createServer(async (request, response) => {
    const name = request.url === "/" ? "index.html" : request.url.slice(1).split("?")[0];
    if (name === "said") {
      response.end();
      say((await request.toArray()).join(""));
      return;
    }
    try {
      const bytes = readFileSync(join(folder, name));
      response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "text/plain" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const late = new Promise((done) => setTimeout(done, 60_000, "nothing within a minute").unref());
  try {
    return await withProfile(async (flags) => {
      const browser = spawn(chromium, [...flags, `http://127.0.0.1:${server.address().port}/`], { detached: true, stdio: "ignore" });
      const ended = new Promise((done) => browser.once("exit", done));
      const answer = await Promise.race([said, late]);
      process.kill(-browser.pid);
      await ended;
      return answer;
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const HTML = (script) => `<!doctype html><meta charset="utf-8"><title>try</title><body><script type="module" src="${script}"></script></body>`;

/** One way: what was done, and what it said. */
const TRIES = {
  async node(folder, told) {
    folder.install();
    folder.file("app.js", `${ASK}console.log(ask(loyalty));`);
    told("ES module", folder.run("node", "app.js"));
    folder.file("app.cjs", 'const loyalty = require("loyalty-core");\nimport("./shop.js").then(({ ask }) => console.log(ask(loyalty)));');
    told("CommonJS", folder.run("node", "app.cjs"));
  },

  async vite(folder, told) {
    folder.install("vite@8.3.8");
    folder.file("index.html", HTML("/app.js"));
    for (const [entry, ask] of [[".", ASK], ["./slim", ASK_SLIM]]) {
      folder.file("app.js", ask + SAY);
      folder.run("vite", "build", "--target", "es2022", "--emptyOutDir");
      told(`build, ${entry}`, await inBrowser(join(folder.path, "dist")), folder.sent("dist"));
    }
    folder.file("server.js", `${ASK}console.log(ask(loyalty));`);
    folder.run("vite", "build", "--ssr", "server.js", "--outDir", "ssr");
    told("SSR", folder.run("node", "ssr/server.js"));
    folder.file("vite.config.js", "export default { ssr: { noExternal: true } };");
    folder.run("vite", "build", "--ssr", "server.js", "--outDir", "ssr-whole");
    folder.run("mv", "node_modules", "away");
    told("SSR, everything bundled", folder.run("node", "ssr-whole/server.js"));
  },

  async esbuild(folder, told) {
    folder.install("esbuild@0.28.2");
    folder.file("out/index.html", HTML("/app.js"));
    folder.file("app.js", ASK + SAY);
    folder.run("esbuild", "app.js", "--bundle", "--minify", "--format=esm", "--outfile=out/app.js");
    told("browser bundle", await inBrowser(join(folder.path, "out")), folder.sent("out"));
    folder.file("server.js", `${ASK}console.log(ask(loyalty));`);
    folder.run("esbuild", "server.js", "--bundle", "--platform=node", "--format=esm", "--outfile=out/server.mjs");
    told("Node bundle", folder.run("node", "out/server.mjs"));
  },

  async webpack(folder, told) {
    folder.install("webpack@5.112.2", "webpack-cli@7.3.1");
    for (const [entry, ask] of [[".", ASK], ["./slim", ASK_SLIM]]) {
      folder.file("src/app.js", (ask + SAY).replace("./shop.js", "../shop.js"));
      rmSync(join(folder.path, "dist"), { recursive: true, force: true });
      folder.run("webpack", "--mode", "production", "--entry", "./src/app.js", "--performance-hints", "false");
      folder.file("dist/index.html", HTML("/main.js"));
      told(`browser bundle, ${entry}`, await inBrowser(join(folder.path, "dist")), folder.sent("dist"));
    }
  },

  async next(folder, told) {
    folder.install("next@16.4.6", "react@19.3.1", "react-dom@19.3.1");
    folder.file("app/layout.js", 'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}\n');
    folder.file("app/client.js", `"use client";\nimport { useEffect, useState } from "react";\n${ASK.replace("./shop", "../shop")}
export default function Client() {
  const [said, say] = useState("");
  useEffect(() => say(ask(loyalty)), []);
  return <p id="client">{said}</p>;
}\n`);
    folder.file("app/page.js", `${ASK.replace("./shop", "../shop")}import Client from "./client.js";\nexport const dynamic = "force-dynamic";
export default function Page() {
  return <main><p id="server">{ask(loyalty)}</p><Client /></main>;
}\n`);
    folder.run("next", "build");
    const server = spawn(join(folder.path, "node_modules/.bin/next"), ["start", "-p", "0", "-H", "127.0.0.1"], { cwd: folder.path, detached: true, env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } });
    try {
      const address = await new Promise((done, fail) => {
        let text = "";
        server.once("exit", (code) => fail(new Error(`next start ended with ${code}\n${text}`)));
        server.stdout.on("data", (data) => {
          text += data;
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
          if (found) done(found[0]);
        });
      });
      const page = await dom(address);
      told("server component", /<p id="server">(.*?)<\/p>/.exec(page)?.[1]);
      told("client component", /<p id="client">(.*?)<\/p>/.exec(page)?.[1]);
    } finally {
      process.kill(-server.pid);
    }
  },

  async workerd(folder, told) {
    folder.install("miniflare@4.20260730.0", "esbuild@0.28.2");
    folder.file("worker.js", `${ASK}export default { fetch: () => new Response(ask(loyalty)) };`);
    folder.run("esbuild", "worker.js", "--bundle", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy", "--outdir=out");
    folder.file("run.js", `import { Miniflare } from "miniflare";
const worker = new Miniflare({
  compatibilityDate: process.argv[2], modules: true, modulesRoot: "out", scriptPath: "out/worker.js",
  modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }],
});
console.log(await (await worker.dispatchFetch("http://localhost/")).text());
await worker.dispose();\n`);
    for (const date of ["2024-01-01", "2026-01-01"]) told(`compatibility date ${date}`, folder.run("node", "run.js", date));
  },

  async deno(folder, told) {
    folder.install("deno@2.9.6");
    folder.file("app.js", `${ASK}console.log(ask(loyalty));`);
    told("run", folder.run("deno", "run", "--allow-read=.", "app.js"));
  },

  async bun(folder, told) {
    folder.install("bun@1.4.5");
    folder.file("app.js", `${ASK}console.log(ask(loyalty));`);
    told("run", folder.run("bun", "app.js"));
    folder.file("app.ts", `${ASK}const said: string = ask(loyalty);\nconsole.log(said);`);
    told("TypeScript", folder.run("bun", "app.ts"));
  },

  async typescript(folder, told) {
    folder.install("typescript@7.0.2");
    cpSync(join(source, "test/types/use.ts"), join(folder.path, "use.ts"));
    const settings = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022", "--lib", "es2022,dom,esnext.disposable", "--types", ""];
    for (const [module, resolution] of [["esnext", "bundler"], ["nodenext", "nodenext"]]) {
      folder.run("tsc", ...settings, "--noEmit", "--module", module, "--moduleResolution", resolution, "use.ts");
      told(`strict, ${resolution}`, ANSWER, "types only");
    }
  },
};

const names = process.argv.slice(2);
for (const name of names) assert.ok(Object.hasOwn(TRIES, name), `${name} is not one of ${Object.keys(TRIES).join(", ")}`);
for (const name of names.length > 0 ? names : Object.keys(TRIES)) {
  const folder = new Folder(name);
  const began = performance.now();
  try {
    await TRIES[name](folder, (way, said, more = "") => {
      assert.equal(said, ANSWER, `${name}, ${way}`);
      const tools = folder.tools.join(", ") || `node ${process.version.slice(1)}`;
      console.log(`| ${tools} | ${way} | ${more === "types only" ? "compiles" : said}${more && more !== "types only" ? `; ${more}` : ""} |`);
    });
    console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  } finally {
    folder.drop();
  }
}
