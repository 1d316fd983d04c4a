// The page in a real browser, with a real pointer: node test/browser.mjs PAGE FOLDER
// PAGE: an address; FOLDER: where pictures go. CHROMIUM names the browser.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

const [address, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const flags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
const faults = [];

/** A fresh visit, with what it says and asks for written down. */
async function visit(where, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 820 }, locale: "en-US", ...options });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    const own = new URL(address);
    const isOwn = url.startsWith("blob:") || url.startsWith("data:") || url.split("#")[0] === own.href.split("#")[0];
    if (!isOwn && !(own.protocol.startsWith("http") && new URL(url).origin === own.origin)) faults.push(`request to ${url}`);
  });
  await page.goto(where);
  await page.waitForSelector(".point");
  return page;
}

const point = (page, name) => page.locator(`[data-point=${name}]`);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const stones = (page) => page.locator(".point.black:not(.preview), .point.white:not(.preview)").count();
const status = (page) => page.locator(".status .now").textContent();
const picture = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) });

/** Wait until the board holds so many stones, and it is a person's turn or the game is over. */
async function settled(page, atLeast) {
  await page.waitForFunction(
    (count) =>
      document.querySelectorAll(".point.black:not(.preview), .point.white:not(.preview)").length >= count &&
      !/thinking|Loading/.test(document.querySelector(".status .now").textContent),
    atLeast,
    { timeout: 60_000 },
  );
}

const steps = {
  async "a first move is answered"() {
    const began = Date.now();
    const page = await visit(address);
    await point(page, "h8").click();
    await settled(page, 2);
    console.log(`from opening to the first answer: ${Date.now() - began} ms`);
    assert.match(await status(page), /Your move/);
    assert.match(page.url(), /#h8[a-o]\d+$/);
    await picture(page, "first-move");
    await page.context().close();
  },

  async "undo, redo and hint"() {
    const page = await visit(address);
    await point(page, "h8").click();
    await settled(page, 2);
    await button(page, "Undo").click();
    assert.equal(await stones(page), 0);
    await button(page, "Redo").click();
    assert.equal(await stones(page), 2);
    await button(page, "Hint").click();
    await page.waitForSelector(".point.hinted", { timeout: 30_000 });
    assert.match(await page.locator(".message").first().textContent(), /Try [a-o]\d+/);
    await picture(page, "hint");
    await page.context().close();
  },

  async "analysis shows candidates with win rates and lines"() {
    const page = await visit(`${address}#h8i9`);
    await button(page, "Analysis").click();
    await page.waitForFunction(() => document.querySelectorAll(".analysis tr").length >= 5, null, { timeout: 30_000 });
    await page.waitForTimeout(2500);
    const said = await page.locator(".analysis p").first().textContent();
    console.log(`analysis: ${said}`);
    await page.locator(".analysis tr").first().hover();
    await page.waitForSelector(".point.preview");
    assert.ok((await page.locator(".point.preview").count()) >= 3);
    await picture(page, "analysis");
    await page.context().close();
  },

  async "a whole game to its end, and its review"() {
    const page = await visit(address);
    // A weak opponent and an open four: the game ends soon.
    await button(page, "New game").click();
    await page.getByLabel("Opponent").selectOption("level:1");
    await button(page, "Start game").click();
    for (let turn = 0; turn < 40 && !/win|draw|in a row/i.test(await status(page)); turn++) {
      const before = await stones(page);
      await page.keyboard.press("h");
      await page.waitForSelector(".point.hinted", { timeout: 30_000 });
      await page.locator(".point.hinted").click();
      await settled(page, before + 1);
      await page.waitForFunction((count) => document.querySelectorAll(".point.black, .point.white").length >= count, before + 1);
      await page.waitForTimeout(50);
      await settled(page, before + 1);
    }
    assert.match(await status(page), /You win! · 5 in a row/);
    await picture(page, "won");
    await button(page, "Review").click();
    await page.waitForFunction(() => document.querySelector(".review") !== null && !/Reviewing/.test(document.querySelector(".review").textContent), null, { timeout: 120_000 });
    assert.match(await page.locator(".review").textContent(), /Accuracy.*Black \d+%.*White \d+%/);
    await page.context().close();
  },

  async "a review names the move that lost, and what was better"() {
    // White leaves an open three alone.
    const page = await visit(`${address}#h8a1i8a2j8a3k8a4l8`);
    await button(page, "Review").click();
    const blunder = page.locator(".review .blunder, .review .mistake, .review .inaccuracy");
    await page.waitForFunction(() => /Black \d+% · White \d+%/.test(document.querySelector(".review").textContent), null, { timeout: 120_000 });
    await page.waitForFunction(() => !/Reviewing/.test(document.querySelector(".review").textContent), null, { timeout: 120_000 });
    assert.ok((await blunder.count()) >= 1);
    await blunder.first().getByRole("button").click();
    await page.waitForSelector(".point.better");
    await picture(page, "review");
    await page.context().close();
  },

  async "renju: forbidden points are crossed out, named, and lose"() {
    // A double three at h8, both players at this board.
    const page = await visit(`${address}#renju15:g8a1f8a3h7a5h6a7`);
    assert.equal(await page.locator(".point.crossed").count(), 1);
    assert.equal(await point(page, "h8").getAttribute("aria-label"), "h8, forbidden for Black: double three");
    await picture(page, "renju");
    await point(page, "h8").click();
    assert.match(await page.locator(".message").first().textContent(), /Forbidden \(double three\)/);
    assert.equal(await stones(page), 9, "eight stones and the one in question");
    await point(page, "h8").click();
    await page.waitForFunction(() => /forbidden point: double three/.test(document.querySelector(".status .now").textContent));
    await picture(page, "renju-lost");
    await page.context().close();
  },

  async "paste SGF, moves and drawings; what is no game is refused"() {
    const page = await visit(address);
    const paste = async (text) => {
      await button(page, "Share").click();
      await page.locator("textarea").fill(text);
      await button(page, "Load").click();
    };
    await paste("(;FF[4]GM[4]SZ[15]RU[renju 5]PB[a\\]b]C[(;)];B[hh];W[hg];B[ii])");
    assert.equal(await stones(page), 3);
    assert.match(await page.locator("h1").textContent(), /Renju/);
    await paste("1. h8 2. i9 3. j10 4. g7");
    assert.equal(await stones(page), 4);
    await paste("(;GM[1]SZ[15];B[hh];B[ii])");
    assert.match(await page.locator("dialog .message").textContent(), /Move 2 .* not that side/);
    await picture(page, "paste");
    assert.equal(await stones(page), 4);
    await page.keyboard.press("Escape");
    await page.context().close();
  },

  async "a reload in the middle keeps the game"() {
    const page = await visit(address);
    await button(page, "New game").click();
    await page.getByLabel("You play").selectOption("white");
    await page.getByLabel("Opponent").selectOption("level:8");
    await button(page, "Start game").click();
    await settled(page, 1);
    await page.waitForFunction(() => /Your move/.test(document.querySelector(".status .now").textContent), null, { timeout: 60_000 });
    await page.locator(".point.empty").nth(100).click();
    await settled(page, 3);
    const url = page.url();
    await page.reload();
    await page.waitForSelector(".point");
    assert.equal(await stones(page), 3);
    assert.equal(page.url(), url);
    assert.match(await page.locator(".player").first().textContent(), /Level 8/);
    // And without the position in the address.
    await page.goto("about:blank");
    await page.goto(address);
    await page.waitForSelector(".point");
    assert.equal(await stones(page), 3);
    await page.context().close();
  },

  async "a reload while the engine thinks lets it think again"() {
    const page = await visit(address);
    await button(page, "New game").click();
    await page.getByLabel("Opponent").selectOption("time:3");
    await button(page, "Start game").click();
    await point(page, "h8").click();
    await page.waitForFunction(() => /thinking|Loading/.test(document.querySelector(".status .now").textContent));
    await page.reload();
    await settled(page, 2);
    await page.context().close();
  },

  async "by keyboard alone"() {
    const page = await visit(address);
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement.getAttribute("role") === "gridcell")) break;
    }
    assert.equal(await page.evaluate(() => document.activeElement.dataset.point), "h8");
    for (const key of ["ArrowRight", "ArrowUp", "Enter"]) await page.keyboard.press(key);
    await settled(page, 2);
    assert.match(await point(page, "i9").getAttribute("aria-label"), /^i9, black, move 1$/);
    await page.keyboard.press("u");
    assert.equal(await stones(page), 0);
    // Keys that come faster than the board is drawn.
    await point(page, "h8").focus();
    await page.evaluate(() => {
      for (const key of ["ArrowRight", "ArrowUp", "ArrowUp", "Enter"])
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    });
    await settled(page, 2);
    assert.match(await point(page, "i10").getAttribute("aria-label"), /^i10, black, move 1$/);
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    await picture(page, "keys");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached", timeout: 5000 });
    await page.context().close();
  },

  async "on a phone, by touch, in the dark, in Chinese"() {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
    const page = await visit(address, { ...phone, colorScheme: "dark", locale: "zh-CN" });
    // The first touch shows where the stone would go, the second plays it.
    await point(page, "h8").tap();
    assert.equal(await page.locator(".point.armed").count(), 1);
    await point(page, "h8").tap();
    await page.waitForFunction(() => document.querySelectorAll(".point.white").length === 1, null, { timeout: 60_000 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `the page is ${wide} wide`);
    assert.equal(await page.evaluate(() => document.documentElement.lang), "zh");
    await picture(page, "phone");
    await page.context().close();
  },

  async "names and remarks cannot break out"() {
    const page = await visit(`${address}#%3Cimg%20src=x%20onerror=alert(1)%3E`);
    assert.match(await page.locator(".message").first().textContent(), /holds no game/);
    const refused = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.broken = true";
      document.body.append(script);
      return window.broken === undefined;
    });
    assert.ok(refused, "a script without its hash ran");
    faults.splice(0, faults.length, ...faults.filter((fault) => !/Content Security Policy/.test(fault)));
    await page.context().close();
  },

  async "memory"() {
    const page = await visit(`${address}#h8i9`);
    await button(page, "Analysis").click();
    await page.waitForTimeout(4000);
    const session = await page.context().newCDPSession(page);
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    console.log(`memory of the page without its worker: ${(usedSize / 1e6).toFixed(1)} MB`);
    await page.context().close();
  },
};

const chosen = process.env.STEPS;
for (const [name, step] of Object.entries(steps)) {
  if (chosen !== undefined && !new RegExp(chosen).test(name)) continue;
  try {
    await step();
    console.log(`ok: ${name}`);
  } catch (error) {
    faults.push(`${name}: ${error.message}`);
    console.log(`FAILED: ${name}: ${error.message}`);
  }
}
await browser.close();
for (const fault of faults) console.log(`fault: ${fault}`);
if (address.startsWith("file:")) console.log(`size: ${Math.round(readFileSync(new URL(address).pathname).length / 1000)} kB`);
process.exitCode = faults.length === 0 ? 0 : 1;
