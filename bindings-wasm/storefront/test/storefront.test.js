// The storefront end to end: the page, the engine in it, and the server that decides anew.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { buyEarlier, serve } from "../serve.js";
import { accessible, browser, DESKTOP, PHONE, picture, tab } from "./browser.js";

const binary = process.env.SHOP_SERVER_BINARY;
const shots = process.env.LOYALTY_SHOTS;
let site;
let chrome;

before(async () => {
  site = await serve(binary);
  chrome = await browser();
}, { timeout: 120_000 });
after(async () => {
  await chrome?.stop();
  await site?.stop();
});

const member = (name) => fetch(`${site.shop}/members/${name}`).then((answer) => answer.json());

async function opened(name, { language = "en", viewport = DESKTOP, before = async () => {} } = {}) {
  const { page, faults } = await tab(chrome.context, viewport);
  await before(page);
  await page.addInitScript(() => localStorage.clear());
  await page.goto(`${site.page}?member=${name}&lang=${language}`);
  await page.waitForSelector('body[data-ready="1"]', { timeout: 30_000 });
  return { page, faults };
}

const add = (page, name) => page.getByRole("button", { name: `Add ${name} to the cart` }).click();
const more = (page, name) => page.locator("#cart").getByRole("button", { name: `One more ${name}` }).click();
const cart = (page) => page.locator("#cart").innerText();

test("the cart shows what it brings as it changes", async () => {
  const { page, faults } = await opened("demo");
  const card = page.locator("loyalty-card section");
  // 30.40 of drinks, 42.50 of beans twice and twenty for so many beans, 38.00 of gear.
  assert.match(await card.innerText(), /173\s*points\s*worth €8\.65/);
  assert.match(await card.innerText(), /5 of 8 stamps/);
  assert.match(await card.innerText(), /€39\.10 more to Silver/);
  assert.match(await card.innerText(), /A drink on the house/);
  assert.match(await page.locator("#cart").innerText(), /Your cart is empty/);

  await add(page, "Latte");
  assert.match(await cart(page), /You earn\s*3 points, 1 stamp/);
  assert.equal(await page.locator("#live").innerText(), "1 item, to pay €3.20. You earn 3 points, 1 stamp.");
  assert.match(await cart(page), /2 more drinks fill your card/);
  assert.equal(await card.getByRole("img").getAttribute("aria-label"), "5 of 8 stamps, 1 more with this cart");

  // Three pastries for two, and two bags: what is near, then what is reached.
  await add(page, "Croissant");
  await more(page, "Croissant");
  assert.match(await cart(page), /One more pastry and one of three is free/);
  await more(page, "Croissant");
  assert.match(await cart(page), /Three pastries for two\s*−€3\.10/);
  await add(page, "House blend");
  assert.match(await cart(page), /One more bag of beans and all beans are 15 % off/);
  await more(page, "House blend");
  assert.match(await cart(page), /Two bags of beans, 15 % off\s*−€3\.75/);

  // 3.20 + 6.20 + 21.25: 9.35 are missing for a free delivery.
  await page.getByRole("radio", { name: "Delivery" }).check();
  assert.match(await cart(page), /€9\.35 more and the delivery is free/);
  assert.match(await cart(page), /To pay\s*€35\.55/);
  await page.locator("summary", { hasText: "You earn" }).click();
  assert.match(await cart(page), /Double points on beans/);

  await accessible(page, "the full cart");
  assert.deepEqual(faults, []);
  await page.close();
});

test("offers that exclude each other are told, and codes have a verdict", async () => {
  const { page, faults } = await opened("codes");
  const enter = async (code) => {
    await page.getByLabel("Coupon code").fill(code);
    await page.getByRole("button", { name: "Apply" }).click();
  };
  await add(page, "Croissant");
  await more(page, "Croissant");
  await more(page, "Croissant");
  await enter("winter");
  assert.match(await cart(page), /WINTER is not a code of ours/);
  await page.getByRole("button", { name: "Remove code WINTER" }).click();
  await enter("five");
  assert.match(await cart(page), /FIVE needs €5\.70 more of goods/);
  await add(page, "Glazed mug");
  // The code saves 5.00, the third pastry 3.10: the code stands in its place.
  assert.match(await cart(page), /Three pastries for two does not stand beside Code FIVE, which saves you more/);
  assert.match(await cart(page), /The best of \d+ combinations/);
  assert.match(await cart(page), /To pay\s*€18\.30/);
  await add(page, "House blend");
  await more(page, "House blend");
  // Together with 3.75 on beans the pastry saves more than the code.
  assert.match(await cart(page), /FIVE saves less than what you have: it is not used/);
  await accessible(page, "offers and codes");
  assert.deepEqual(faults, []);
  await page.close();
});

test("a reward and points are used, the server records what was shown", async () => {
  await buyEarlier(site.shop, "eva");
  const { page, faults } = await opened("eva");
  await add(page, "Latte");
  await add(page, "Glazed mug");
  await page.getByRole("checkbox", { name: "A pastry" }).check();
  assert.match(await cart(page), /Put something in the cart that it is for/);
  assert.ok(await page.getByRole("button", { name: "Place the order" }).isDisabled());
  await page.getByRole("checkbox", { name: "A pastry" }).uncheck();
  await page.getByRole("checkbox", { name: "A drink on the house" }).check();
  assert.match(await cart(page), /To pay\s*€14\.00/);
  await page.getByRole("checkbox", { name: "Pay with points" }).check();
  assert.match(await cart(page), /To pay\s*€7\.00/);
  await page.getByRole("button", { name: "Place the order" }).click();
  const receipt = page.getByRole("dialog");
  await receipt.waitFor();
  assert.match(await receipt.innerText(), /You paid €7\.00/);
  await accessible(page, "the receipt");
  const standing = await member("eva");
  // 140 of 173 points pay 7.00, and 7.00 earn 7.
  assert.equal(standing.wallets[0].balance.available, "40");
  assert.deepEqual(standing.rewards, []);
  await receipt.getByRole("button", { name: "Back to the shop" }).click();
  assert.match(await page.locator("loyalty-card section").innerText(), /40\s*points/);
  assert.match(await cart(page), /Your cart is empty/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("a tampered decision is refused", async () => {
  const before = await member("demo");
  const { page } = await opened("demo", {
    before: (page) => page.route("**/purchases", async (route) => {
      const order = JSON.parse(route.request().postData());
      order.decision = order.decision.replace('"due":"100.00"', '"due":"1.00"');
      await route.continue({ postData: JSON.stringify(order) });
    }),
  });
  await add(page, "Hand grinder");
  const answer = page.waitForResponse("**/purchases");
  await page.getByRole("button", { name: "Place the order" }).click();
  assert.equal((await answer).status(), 409);
  assert.equal((await (await answer).json()).code, "decision.tampered");
  assert.match(await page.getByRole("alert").innerText(), /The order was refused/);
  assert.deepEqual((await member("demo")).head, before.head);
  await accessible(page, "the refusal");
  await page.close();
});

test("an account that moved is decided anew, and the order can be placed", async () => {
  const { page } = await opened("moved");
  await add(page, "Glazed mug");
  await fetch(`${site.shop}/members/moved/purchases`, { method: "POST", body: JSON.stringify({ id: "till", lines: [{ sku: "latte", quantity: 1 }] }) });
  await page.getByRole("button", { name: "Place the order" }).click();
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /Your account changed in the meantime/);
  await page.getByRole("button", { name: "Place the order" }).click();
  await page.getByRole("dialog").waitFor();
  assert.equal((await member("moved")).wallets[0].balance.available, "17");
  await page.close();
});

test("it can be used by keyboard alone", async () => {
  const { page } = await opened("keys");
  const press = async (key, times = 1) => {
    for (let count = 0; count < times; count += 1) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText);
  await press("Tab");
  assert.equal(await focused(), "Skip to the cart");
  await press("Tab", 3);
  assert.equal(await focused(), "Add Espresso to the cart");
  await press("Enter");
  // The button became a stepper; the focus is on its "one more".
  assert.equal(await focused(), "One more Espresso");
  await press("Enter");
  assert.match(await page.locator("#live").innerText(), /^2 items, to pay €3\.60/);
  await page.getByRole("button", { name: "Place the order" }).focus();
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.close();
});

test("in Finnish, and on a phone", async () => {
  const { page, faults } = await opened("demo", { language: "fi", viewport: PHONE });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "fi");
  await page.getByRole("button", { name: "Lisää ostoskoriin: Latte" }).click();
  assert.match(await page.locator("#live").innerText(), /^1 tuote, maksettavaa 3,20\s€\. Kerrytät: 3 pistettä, 1 leima\.$/);
  assert.match(await page.locator("loyalty-card section").innerText(), /173\s*pistettä/);
  assert.match(await page.locator("#bar").innerText(), /Ostoskori · 1 tuote/);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= PHONE.width, `the page is ${width} wide`);
  await accessible(page, "the phone");
  await page.getByRole("button", { name: "English" }).click();
  assert.match(await page.locator("#live").innerText(), /^1 item/);
  assert.deepEqual(faults, []);
  await page.close();
});

test("without wasm it asks the server, and the card is a plain text", async () => {
  const refuse = (page) => page.route(`${site.page}?*`, async (route) => {
    const answer = await route.fetch();
    const headers = answer.headers();
    headers["content-security-policy"] = headers["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
    await route.fulfill({ response: answer, headers });
  });
  const { page } = await opened("plain", { before: refuse });
  assert.equal(await page.locator("loyalty-card").innerText(), "Your points and stamps are counted at the counter and on every order.");
  await add(page, "Latte");
  await page.getByText("You earn").first().waitFor();
  assert.match(await cart(page), /3 points, 1 stamp/);
  await page.getByRole("button", { name: "Place the order" }).click();
  await page.getByRole("dialog").waitFor();
  assert.equal((await member("plain")).wallets[0].balance.available, "3");
  await page.close();
});

// Only where a folder is named: the pictures of docs/pictures.
const pictures = async () => {
  await buyEarlier(site.shop, "shown");
  const helper = (await tab(chrome.context)).page;
  const write = (file, bytes) => writeFileSync(`${shots}/${file}`, bytes);
  for (const [name, viewport, language] of [["storefront-desktop", { width: 1360, height: 1230 }, "en"], ["storefront-phone", PHONE, "fi"]]) {
    const { page } = await opened("shown", { viewport });
    for (const article of ["Latte", "Croissant", "House blend"]) await add(page, article);
    for (const article of ["Latte", "Croissant", "Croissant", "House blend"]) await more(page, article);
    await page.getByRole("radio", { name: "Delivery" }).check();
    await page.getByRole("checkbox", { name: "A drink on the house" }).check();
    if (language === "fi") await page.getByRole("button", { name: "Suomi" }).click();
    await page.evaluate(() => (scrollTo({ top: 0, behavior: "instant" }), document.querySelector("aside").scrollTo({ top: 0, behavior: "instant" })));
    if (viewport === PHONE) {
      await picture(page, helper, `${name}.webp`, write);
      await page.evaluate(() => document.querySelector("#cart").scrollIntoView({ behavior: "instant" }));
      await picture(page, helper, `${name}-cart.webp`, write);
    } else {
      await picture(page, helper, `${name}.webp`, write);
      await picture(page.locator("#club"), helper, "loyalty-card.webp", write);
    }
    await page.close();
  }
};
if (shots) test("pictures for the documents", pictures);
