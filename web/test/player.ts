// The engine as a player on standard input and output: a line with rules and moves asks for a move, the answer is its line.
// node player.mjs NETWORK.json SIMULATIONS

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import kernel from "../src/kernel.wasm";
import { rulesOf } from "../src/engine/levels";
import { Network, type NetworkData } from "../src/engine/network";
import type { RulesTuple } from "../src/engine/protocol";
import { Position } from "../src/engine/rules";
import { Search } from "../src/engine/search";

const [file, simulations] = process.argv.slice(2);
const network = new Network(JSON.parse(readFileSync(file!, "utf8")) as NetworkData, new WebAssembly.Module(kernel));
createInterface({ input: process.stdin }).on("line", (line) => {
  const { rules: tuple, moves } = JSON.parse(line) as { rules: RulesTuple; moves: number[] };
  const rules = rulesOf(tuple);
  for (const _ of network.prepare(rules));
  const search = new Search(rules, network);
  search.reset(Position.after(rules, moves));
  search.solveRoot();
  const began = performance.now();
  for (let left = Number(simulations); left > 0 && search.simulate(); left--);
  const { bestMove, value, simulations: made } = search.summary();
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(`${JSON.stringify({ move: bestMove, value, made, seconds })}\n`);
});
