// Debian's Chromium through Playwright, and what the tests ask of every page.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** A browser with a profile of its own. */
export async function browser(options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "loyalty-core-storefront-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args, viewport: DESKTOP, locale: "en-GB", ...options });
  const stop = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, stop };
}

/** A tab that collects what goes wrong in it. */
export async function tab(context, viewport = DESKTOP) {
  const page = await context.newPage();
  await page.setViewportSize(viewport);
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  return { page, faults };
}

/** What axe has against a page: nothing. */
export async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, [], what);
  assert.ok(passes.length > 15, `${what}: only ${passes.length} rules had something to look at`);
}

/** A picture of a page's visible part, or of an element, as WebP. */
export async function picture(shown, helper, file, write) {
  const png = (await shown.screenshot({ animations: "disabled" })).toString("base64");
  const text = await helper.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.86).split(",")[1];
  }, png);
  const bytes = Buffer.from(text, "base64");
  assert.ok(bytes.length < 150_000, `${file} has ${bytes.length} bytes`);
  write(file, bytes);
}
