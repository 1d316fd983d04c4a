// Simulations a second of the engine in Node, on the positions that GOLDEN holds: `node speed.mjs`.

import { readFileSync } from "node:fs";
import path from "node:path";
import kernel from "../src/kernel.wasm";
import { rulesOf } from "../src/engine/levels";
import { Network, type NetworkData } from "../src/engine/network";
import { Position } from "../src/engine/rules";
import { Search } from "../src/engine/search";

const folder = process.env["GOLDEN"]!;
const SIMULATIONS = 1000;

const positions = JSON.parse(readFileSync(path.join(folder, "positions.json"), "utf8")) as {
  rules: [number, number, number];
  moves: number[];
}[];
const network = new Network(
  JSON.parse(readFileSync(path.join(folder, "network.json"), "utf8")) as NetworkData,
  new WebAssembly.Module(kernel),
);
const chosen = positions.filter(({ rules }) => rules[2] === 0).slice(0, 40);
let began = performance.now();
for (const _ of network.prepare(rulesOf(chosen[0]!.rules)));
console.log(`tables: ${Math.round(performance.now() - began)} ms`);
const boards = chosen.map(({ rules, moves }) => Position.after(rulesOf(rules), moves));
for (const round of [0, 1]) {
  began = performance.now();
  for (let n = 0; n < 4000; n++) network.evaluate(boards[n % boards.length]!);
  if (round === 1) console.log(`evaluation: ${((performance.now() - began) / 4).toFixed(1)} us`);
}
for (const round of [0, 1]) {
  began = performance.now();
  let made = 0;
  for (const board of boards) {
    const search = new Search(board.rules, network);
    search.reset(board);
    search.solveRoot();
    for (let left = SIMULATIONS; left > 0 && search.simulate(); left--) made += 1;
  }
  if (round === 1) console.log(`${Math.round((1000 * made) / (performance.now() - began))} simulations a second`);
}
