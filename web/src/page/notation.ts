/** Games as text: in the address of the page, as moves, as drawings, and as SGF. */

import { BLACK, faultOfRules, type Outcome, Position, type Rules, VARIANTS } from "../engine/rules";

const COLUMNS = "abcdefghijklmnopqrstuv";

/** No text of a game is that long; a longer one is not even looked at. */
const MAX_TEXT = 100_000;

export interface ReadGame {
  readonly rules: Rules;
  readonly moves: number[];
}

/** A text that holds no game that can be played. */
export class NotationError extends Error {
  /** key, values: what is wrong, as the language files say it. */
  constructor(
    readonly key: string,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    super(key);
  }
}

/** A letter from the left and a number from the bottom: the center of 15x15 is h8. */
export function pointName(move: number, size: number): string {
  return `${COLUMNS[move % size]}${size - Math.floor(move / size)}`;
}

function pointOf(name: string, size: number): number {
  const column = COLUMNS.indexOf(name[0]!.toLowerCase());
  const row = size - Number(name.slice(1));
  if (column < 0 || column >= size || !(row >= 0 && row < size))
    throw new NotationError("web_no_point", { point: name, size });
  return row * size + column;
}

export function movesText(moves: readonly number[], size: number): string {
  return moves.map((move) => pointName(move, size)).join(" ");
}

/** What follows # in the address, such as "h8i9" or "renju15:h8i9"; rules are left out where they are the usual ones. */
export function addressOf(game: ReadGame, usual: Rules): string {
  const { rules, moves } = game;
  const { size, winLength, variant } = rules;
  const isUsual = size === usual.size && winLength === usual.winLength && variant === usual.variant;
  const length = winLength === 5 ? "" : `-${winLength}`;
  const named = isUsual ? "" : `${VARIANTS[variant]}${size}${length}:`;
  return named + moves.map((move) => pointName(move, size)).join("");
}

/** The game in an address; null if there is none. */
export function gameFromAddress(hash: string, usual: Rules): ReadGame | null {
  const text = decoded(hash.replace(/^#/, "")).toLowerCase();
  if (text === "") return null;
  const found = /^(?:(freestyle|standard|renju|caro)(\d{1,2})(?:-([3-6]))?:)?((?:[a-v]\d{1,2})*)$/.exec(text);
  if (found === null) throw new NotationError("web_no_game");
  const [, variant, size, length, points] = found;
  const rules =
    variant === undefined
      ? usual
      : { size: Number(size), winLength: Number(length ?? 5), variant: VARIANTS.indexOf(variant as (typeof VARIANTS)[number]) };
  return played(rules, namedPoints(points!, rules.size));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function namedPoints(text: string, size: number): number[] {
  return (text.match(/[a-v]\d{1,2}/gi) ?? []).map((name) => pointOf(name, size));
}

/** The game in a text that somebody pastes: SGF, an address, moves with or without numbers, or a drawing of x, o and dots.
 *
 * usual: the rules where the text names none. */
export function gameFromText(text: string, usual: Rules): ReadGame {
  if (text.length > MAX_TEXT) throw new NotationError("web_too_long");
  const trimmed = text.trim();
  if (/^\(\s*;/.test(trimmed)) return gameFromSgf(trimmed);
  if (trimmed.includes("#")) return gameFromAddress(trimmed.slice(trimmed.indexOf("#")), usual) ?? { rules: usual, moves: [] };
  const drawing = gameFromDrawing(trimmed, usual);
  if (drawing !== null) return drawing;
  const moves = trimmed.replace(/\d+\s*\./g, " ");
  if (!/^(?:[a-v]\d{1,2}[\s,;]*)+$/i.test(moves.trim())) throw new NotationError("web_no_game");
  return played(usual, namedPoints(moves, usual.size));
}

function gameFromDrawing(text: string, usual: Rules): ReadGame | null {
  const rows = text
    .split("\n")
    .filter((line) => !/^\s*a\s+b\s+c/i.test(line))
    .map((line) => line.replace(/[^xo.]/gi, ""))
    .filter((row) => row !== "");
  const size = rows.length;
  if (size < 3 || rows.some((row) => row.length !== size)) return null;
  const stones = [...rows.join("")];
  const last = stones.findIndex((stone) => stone === "X" || stone === "O");
  const black = points(stones, "x");
  const white = points(stones, "o");
  const rules = size === usual.size ? usual : { size, winLength: Math.min(5, size), variant: 0 };
  return played(rules, alternating(black, white, last));
}

function points(stones: readonly string[], stone: string): number[] {
  return stones.flatMap((each, move) => (each.toLowerCase() === stone ? [move] : []));
}

/** Stones that were set up, as moves in turn; last: the move to come last, -1 if that is open. */
function alternating(black: readonly number[], white: readonly number[], last = -1): number[] {
  if (black.length !== white.length && black.length !== white.length + 1)
    throw new NotationError("web_unclear", { black: black.length, white: white.length });
  const order = [...black].sort((a, b) => Number(a === last) - Number(b === last));
  const others = [...white].sort((a, b) => Number(a === last) - Number(b === last));
  return order.flatMap((move, index) => (index < others.length ? [move, others[index]!] : [move]));
}

/** A game, once it is known that it can be played. */
function played(rules: Rules, moves: number[]): ReadGame {
  if (faultOfRules(rules) !== null) throw new NotationError("web_bad_rules");
  const position = new Position(rules);
  let outcome: Outcome | null = null;
  for (const [index, move] of moves.entries()) {
    if (outcome !== null || !position.isEmpty(move))
      throw new NotationError("web_not_playable", { number: index + 1, point: pointName(move, rules.size) });
    outcome = position.place(move);
  }
  return { rules, moves };
}

// SGF, https://www.red-bean.com/sgf/. Only the main line of the first game is read.

function escaped(text: string): string {
  return text.replace(/([\\\]])/g, "\\$1");
}

export function sgfOf(game: ReadGame, black: string, white: string, result: string): string {
  const { rules, moves } = game;
  const { size } = rules;
  const at = (move: number): string => `${COLUMNS[move % size]}${COLUMNS[Math.floor(move / size)]}`;
  const head = [
    ...["FF[4]", "CA[UTF-8]", "GM[4]", `SZ[${size}]`, `RU[${VARIANTS[rules.variant]} ${rules.winLength}]`],
    ...[`PB[${escaped(black)}]`, `PW[${escaped(white)}]`, ...(result === "" ? [] : [`RE[${result}]`])],
  ];
  return `(;${head.join("")}\n${moves.map((move, index) => `;${index % 2 === 0 ? "B" : "W"}[${at(move)}]`).join("")})\n`;
}

type Node = Map<string, string[]>;

/** The nodes of the main line of the first game. */
function mainLine(text: string): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  let depth = 0;
  while (at < text.length) {
    const letter = text[at]!;
    if (letter === ")") break; // the end of the main line
    if (letter === "(") depth += 1;
    if (letter === ";") nodes.push(new Map());
    if (!/[A-Za-z]/.test(letter)) {
      if (!/[(;\s]/.test(letter)) throw new NotationError("web_bad_sgf", { place: letter });
      at += 1;
      continue;
    }
    const name = /^[A-Za-z]+/.exec(text.slice(at, at + 64))![0];
    at += name.length;
    const values: string[] = [];
    for (;;) {
      while (/\s/.test(text[at] ?? "")) at += 1;
      if (text[at] !== "[") break;
      let value = "";
      for (at += 1; at < text.length && text[at] !== "]"; at += 1) {
        if (text[at] === "\\") at += 1;
        value += text[at] ?? "";
      }
      if (at >= text.length) throw new NotationError("web_bad_sgf", { place: name });
      at += 1;
      values.push(value);
    }
    if (values.length === 0 || nodes.length === 0) throw new NotationError("web_bad_sgf", { place: name });
    // Old programs write lower-case letters in between, which do not count.
    const key = name.replace(/[a-z]/g, "");
    nodes.at(-1)!.set(key, [...(nodes.at(-1)!.get(key) ?? []), ...values]);
  }
  if (depth === 0 || nodes.length === 0) throw new NotationError("web_no_game");
  return nodes;
}

export function gameFromSgf(text: string): ReadGame {
  const nodes = mainLine(text);
  const root = nodes[0]!;
  const kind = root.get("GM")?.[0]?.trim() ?? "4";
  // Many programs write GM[1], Go, for any game with stones.
  if (kind !== "4" && kind !== "1") throw new NotationError("web_other_game", { number: kind });
  const size = Number(root.get("SZ")?.[0] ?? 19);
  const named = /\b(freestyle|standard|renju|caro)\b(?:\s+(\d{1,2})\b)?/.exec((root.get("RU")?.[0] ?? "").toLowerCase());
  const rules = {
    size,
    winLength: Number(named?.[2] ?? Math.min(5, size)),
    variant: named === null ? 0 : VARIANTS.indexOf(named[1] as (typeof VARIANTS)[number]),
  };
  if (faultOfRules(rules) !== null) throw new NotationError("web_bad_rules");
  const at = (value: string): number => {
    const column = COLUMNS.indexOf(value[0] ?? "?");
    const row = COLUMNS.indexOf(value[1] ?? "?");
    if (value.length !== 2 || column < 0 || row < 0 || column >= size || row >= size)
      throw new NotationError("web_no_point", { point: value.slice(0, 10), size });
    return row * size + column;
  };
  const moves = alternating((root.get("AB") ?? []).map(at), (root.get("AW") ?? []).map(at));
  for (const node of nodes) {
    const [color, value] = node.has("B") ? ["B", node.get("B")![0]!] : ["W", node.get("W")?.[0] ?? ""];
    if (value === "") continue; // no move, or a pass at the end
    if ((color === "B" ? BLACK : -BLACK) !== (moves.length % 2 === 0 ? BLACK : -BLACK))
      throw new NotationError("web_wrong_side", { number: moves.length + 1 });
    moves.push(at(value));
  }
  return played(rules, moves);
}
