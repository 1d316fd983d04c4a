/** The rules: what wins, what is forbidden, on boards kept as bitmasks. After `gomoku/` of the Python program, whose
 * answers are this file's tests. */

import { countBits, foursOnLine, fullWindows, lowestBit, runAround, threeOnLine, touchedWindows } from "./lines";

export const FREESTYLE = 0;
export const STANDARD = 1;
export const RENJU = 2;
export const CARO = 3;
export const VARIANTS = ["freestyle", "standard", "renju", "caro"] as const;

export const MIN_SIZE = 3;
export const MAX_SIZE = 22;
export const BLACK = 1;
export const WHITE = -1;

/** A cell of a position given to a network: an empty point that is forbidden to Black. Even, unlike stones. */
export const FORBIDDEN_CELL = 2;

const LINES = 2 * MAX_SIZE - 1;
const DIRECTIONS = 4;

export interface Rules {
  readonly size: number;
  readonly winLength: number;
  readonly variant: number;
}

export type Ending = "line" | "forbidden" | "full" | "dead";

export interface Outcome {
  /** BLACK, WHITE, or 0 for a draw. */
  readonly winner: number;
  readonly ending: Ending;
}

export type Foul = "overline" | "double_four" | "double_three";

/** What is wrong with rules that cannot be played; null if nothing is. */
export function faultOfRules({ size, winLength, variant }: Rules): string | null {
  if (!Number.isInteger(size) || size < MIN_SIZE || size > MAX_SIZE) return `board size ${size} is not between 3 and 22`;
  if (!Number.isInteger(winLength) || winLength < 3 || winLength > 6 || winLength > size)
    return `${winLength} in a row cannot be played on a board of size ${size}`;
  if (VARIANTS[variant] === undefined) return `rule variant ${variant} is unknown`;
  if (variant === RENJU && winLength !== 5) return `renju is played with 5 in a row, not ${winLength}`;
  return null;
}

export function sameRules(one: Rules, other: Rules): boolean {
  return one.size === other.size && one.winLength === other.winLength && one.variant === other.variant;
}

/** Two different points that win at once; -1 for each that does not exist. */
export interface Two {
  first: number;
  second: number;
}

/** A position that moves are played on and taken back from. Sides are 0 for Black and 1 for White. */
export class Position {
  readonly rules: Rules;
  readonly size: number;
  readonly points: number;
  readonly cells: Int8Array;
  /** One word of stones for each side, direction and line: rows have one bit a column, columns one bit a row, diagonals
   * one bit a column. */
  readonly lines = new Int32Array(2 * DIRECTIONS * LINES);
  toMove = BLACK;
  lastMove = -1;
  empty: number;
  private readonly length: number;
  private readonly variant: number;
  private readonly two: Two = { first: -1, second: -1 };

  constructor(rules: Rules) {
    const fault = faultOfRules(rules);
    if (fault !== null) throw new RangeError(fault);
    this.rules = rules;
    this.size = rules.size;
    this.length = rules.winLength;
    this.variant = rules.variant;
    this.points = rules.size * rules.size;
    this.empty = this.points;
    this.cells = new Int8Array(this.points);
  }

  /** The position after some moves; throws RangeError where one cannot be played. */
  static after(rules: Rules, moves: readonly number[]): Position {
    const position = new Position(rules);
    let outcome: Outcome | null = null;
    for (const move of moves) {
      if (outcome !== null || !position.isEmpty(move)) throw new RangeError(`move ${move} cannot be played`);
      outcome = position.place(move);
    }
    return position;
  }

  copyFrom(other: Position): void {
    this.cells.set(other.cells);
    this.lines.set(other.lines);
    this.toMove = other.toMove;
    this.lastMove = other.lastMove;
    this.empty = other.empty;
  }

  isEmpty(move: number): boolean {
    return Number.isInteger(move) && move >= 0 && move < this.points && this.cells[move] === 0;
  }

  /** Play a move for the side to move on an empty point; how the game ends by it, or null. */
  place(move: number): Outcome | null {
    const color = this.toMove;
    const side = color > 0 ? 0 : 1;
    this.cells[move] = color;
    this.toMove = -color;
    this.lastMove = move;
    this.empty -= 1;
    if (this.setStone(side, move)) return { winner: color, ending: "line" };
    if (this.variant === RENJU && color > 0 && this.isForbiddenStone(move)) return { winner: WHITE, ending: "forbidden" };
    if (this.empty === 0) return { winner: 0, ending: "full" };
    const fewest = 2 * this.size * Math.floor(this.size / this.length);
    if (this.points - this.empty >= fewest && this.isDeadDraw()) return { winner: 0, ending: "dead" };
    return null;
  }

  /** Put a stone of a side on the board for a search that takes it back; nobody's turn changes. */
  put(side: number, move: number): void {
    this.setStone(side, move);
    this.cells[move] = 1 - 2 * side;
  }

  take(side: number, move: number): void {
    this.clearStone(side, move);
    this.cells[move] = 0;
  }

  /** The index of the line through a point, counted over both sides' words of a side, see `lines`. */
  lineIndex(direction: number, row: number, column: number): number {
    if (direction === 0) return row;
    if (direction === 1) return column;
    return direction === 2 ? column - row + this.size - 1 : column + row;
  }

  pointAt(direction: number, line: number, bit: number): number {
    if (direction === 0) return line * this.size + bit;
    if (direction === 1) return bit * this.size + line;
    if (direction === 2) return (bit - line + this.size - 1) * this.size + bit;
    return (line - bit) * this.size + bit;
  }

  /** A word with a bit for every point of a line that is on the board. */
  linePoints(direction: number, line: number): number {
    if (direction <= 1) return (1 << this.size) - 1;
    const low = Math.max(0, line - this.size + 1);
    const high = Math.min(this.size - 1, line);
    return (1 << (high + 1)) - (1 << low);
  }

  lineCount(direction: number): number {
    return direction <= 1 ? this.size : 2 * this.size - 1;
  }

  word(side: number, direction: number, line: number): number {
    return this.lines[(side * DIRECTIONS + direction) * LINES + line]!;
  }

  /** Set a stone's four bits; whether it completes a winning row. The cell is not written. */
  setStone(side: number, move: number): boolean {
    const row = (move / this.size) | 0;
    const column = move - row * this.size;
    let won = false;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const line = this.lineIndex(direction, row, column);
      const at = (side * DIRECTIONS + direction) * LINES + line;
      const own = this.lines[at]! | (1 << (direction === 1 ? row : column));
      this.lines[at] = own;
      if (fullWindows(own, this.length) !== 0)
        won = won || this.hasWinningRow(own, this.word(1 - side, direction, line), side);
    }
    return won;
  }

  clearStone(side: number, move: number): void {
    const row = (move / this.size) | 0;
    const column = move - row * this.size;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const at = (side * DIRECTIONS + direction) * LINES + this.lineIndex(direction, row, column);
      this.lines[at]! &= ~(1 << (direction === 1 ? row : column));
    }
  }

  private overlinesWin(side: number): boolean {
    return this.variant !== STANDARD && (this.variant !== RENJU || side === 1);
  }

  private hasWinningRow(own: number, enemy: number, side: number): boolean {
    const length = this.length;
    let full = fullWindows(own, length);
    if (full === 0) return false;
    const exact = full & ~(own << 1) & ~(own >> length);
    if (!this.overlinesWin(side)) return exact !== 0;
    if (this.variant === CARO) full &= ~(exact & (enemy << 1) & (enemy >> length));
    return full !== 0;
  }

  /** BLACK or WHITE if that color has a winning row anywhere, else 0. */
  winner(): number {
    for (let side = 0; side < 2; side++)
      for (let direction = 0; direction < DIRECTIONS; direction++)
        for (let line = 0; line < this.lineCount(direction); line++)
          if (this.hasWinningRow(this.word(side, direction, line), this.word(1 - side, direction, line), side))
            return 1 - 2 * side;
    return 0;
  }

  private isDeadDraw(): boolean {
    for (let direction = 0; direction < DIRECTIONS; direction++)
      for (let line = 0; line < this.lineCount(direction); line++) {
        const windows = fullWindows(this.linePoints(direction, line), this.length);
        const black = touchedWindows(this.word(0, direction, line), this.length);
        const white = touchedWindows(this.word(1, direction, line), this.length);
        if ((windows & ~(black & white)) !== 0) return false;
      }
    return true;
  }

  /** The free bits of a line on which one more stone makes a winning row for a side. */
  private winningBits(own: number, enemy: number, free: number, side: number): number {
    const length = this.length;
    let found = 0;
    for (let before = 0; before < length; before++) {
      const after = length - 1 - before;
      let points = free;
      for (let step = 1; step <= before; step++) points &= own << step;
      for (let step = 1; step <= after; step++) points &= own >> step;
      if (points !== 0 && this.variant !== FREESTYLE) {
        const exact = points & ~(own << (before + 1)) & ~(own >> (after + 1));
        if (!this.overlinesWin(side)) points = exact;
        else if (this.variant === CARO) points &= ~(exact & (enemy << (before + 1)) & (enemy >> (after + 1)));
      }
      found |= points;
    }
    return found;
  }

  private collect(points: number, direction: number, line: number, two: Two): boolean {
    while (points !== 0) {
      const move = this.pointAt(direction, line, lowestBit(points));
      points &= points - 1;
      if (two.first < 0) two.first = move;
      else if (move !== two.first) {
        two.second = move;
        return true;
      }
    }
    return false;
  }

  /** Points that win at once for a side; the answer is valid until the next such question. */
  winningMoves(side: number): Two {
    const two = this.two;
    two.first = two.second = -1;
    for (let direction = 0; direction < DIRECTIONS; direction++)
      for (let line = 0; line < this.lineCount(direction); line++) {
        const own = this.word(side, direction, line);
        if (countBits(own) < this.length - 1) continue;
        const enemy = this.word(1 - side, direction, line);
        const free = this.linePoints(direction, line) & ~(own | enemy);
        if (this.collect(this.winningBits(own, enemy, free, side), direction, line, two)) return two;
      }
    return two;
  }

  /** `winningMoves`, but only those through the stone at `move`; callers know that there were none before it. */
  winningMovesThrough(side: number, move: number): Two {
    const two = this.two;
    two.first = two.second = -1;
    const row = (move / this.size) | 0;
    const column = move - row * this.size;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const line = this.lineIndex(direction, row, column);
      const own = this.word(side, direction, line);
      if (countBits(own) < this.length - 1) continue;
      const enemy = this.word(1 - side, direction, line);
      const free = this.linePoints(direction, line) & ~(own | enemy);
      const bit = direction === 1 ? row : column;
      const near = (1 << (bit + this.length)) - (1 << Math.max(0, bit - this.length + 1));
      if (this.collect(this.winningBits(own, enemy, free, side) & near, direction, line, two)) return two;
    }
    return two;
  }

  /** What the enemy must answer to the threats through a stone, if it cannot win itself.
   *
   * Two points if nothing helps: play the first, and the second wins. A point and -1 if only that point helps. Twice -1
   * if nothing is forced; in caro also where there are several answers. */
  forcedReply(side: number, move: number): Two {
    const found = this.winningMovesThrough(side, move);
    if (this.variant !== CARO || found.first < 0) return found;
    const first = found.first;
    let second = found.second;
    let stop = -1;
    let stops = 0;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const padded = this.padded(side, direction, first);
      const { own, free, line, at } = padded;
      const run = runAround(own | (1 << at), at);
      for (const bit of [run.low - 1, at, run.high + 1]) {
        if (((free >> bit) & 1) === 0 || (bit === at && direction > 0)) continue;
        const point = this.pointAt(direction, line, bit - 2);
        this.setStone(1 - side, point);
        const remaining = this.winningMovesThrough(side, move).first;
        this.clearStone(1 - side, point);
        if (remaining < 0) {
          stop = point;
          stops += 1;
        } else if (point === first) second = remaining;
      }
    }
    this.two.first = stops === 0 ? first : stops === 1 ? stop : -1;
    this.two.second = stops === 0 ? second : -1;
    return this.two;
  }

  /** A side's stones and the free points of the line through a point, with two zeros below. */
  private padded(side: number, direction: number, move: number): Padded {
    const row = (move / this.size) | 0;
    const column = move - row * this.size;
    const line = this.lineIndex(direction, row, column);
    const own = this.word(side, direction, line);
    const free = this.linePoints(direction, line) & ~(own | this.word(1 - side, direction, line));
    return { own: own << 2, free: free << 2, line, at: (direction === 1 ? row : column) + 2 };
  }

  // Renju.

  /** What a black stone that stands at `move` amounts to, before looking into threes. */
  private judgeStone(move: number): Verdict {
    const length = this.length;
    let fours = 0;
    let threes = 0;
    let overline = false;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const { own, free, at } = this.padded(0, direction, move);
      const { low, high } = runAround(own, at);
      if (high - low + 1 === length) return Verdict.MakesFive;
      overline = overline || high - low + 1 > length;
      fours += foursOnLine(own, free, at, length);
      if (threeOnLine(own, free, at, length) !== 0) threes += 1;
    }
    if (overline || fours >= 2) return Verdict.Refused;
    return threes >= 2 ? Verdict.Undecided : Verdict.Allowed;
  }

  /** Whether a black stone that stands at `move` was forbidden. A three counts only if a stone that makes it a straight
   * four is allowed itself, judged in the same way with all the others standing. */
  isForbiddenStone(move: number): boolean {
    if (this.variant !== RENJU) return false;
    const verdict = this.judgeStone(move);
    return verdict === Verdict.Undecided ? this.realThrees(move) >= 2 : verdict === Verdict.Refused;
  }

  /** How many threes of a stone are real, counted up to two. */
  private realThrees(move: number): number {
    let real = 0;
    for (let direction = 0; direction < DIRECTIONS && real < 2; direction++) {
      const { own, free, line, at } = this.padded(0, direction, move);
      let ends = threeOnLine(own, free, at, this.length);
      while (ends !== 0) {
        const end = this.pointAt(direction, line, lowestBit(ends) - 2);
        ends &= ends - 1;
        this.setStone(0, end);
        let verdict = this.judgeStone(end);
        if (verdict === Verdict.Undecided) verdict = this.realThrees(end) >= 2 ? Verdict.Refused : Verdict.Allowed;
        this.clearStone(0, end);
        if (verdict === Verdict.Allowed) {
          real += 1;
          break; // one end is enough for a three
        }
      }
    }
    return real;
  }

  /** Whether Black would lose by playing on an empty point. */
  isForbidden(move: number): boolean {
    if (this.variant !== RENJU) return false;
    this.setStone(0, move);
    const forbidden = this.isForbiddenStone(move);
    this.clearStone(0, move);
    return forbidden;
  }

  private mayBeForbidden(row: number, column: number): boolean {
    let linesWithTwo = 0;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const own = this.word(0, direction, this.lineIndex(direction, row, column));
      const around = (own << this.length) >> (direction === 1 ? row : column);
      const stones = countBits(around & ((1 << (2 * this.length + 1)) - 1));
      if (stones >= 4) return true;
      if (stones >= 2) linesWithTwo += 1;
    }
    return linesWithTwo >= 2;
  }

  /** Write the cells to `target`, with the points marked that are forbidden to Black. */
  markedCells(target: Int8Array): void {
    target.set(this.cells);
    if (this.variant !== RENJU) return;
    for (let row = 0, move = 0; row < this.size; row++)
      for (let column = 0; column < this.size; column++, move++)
        if (this.cells[move] === 0 && this.mayBeForbidden(row, column) && this.isForbidden(move))
          target[move] = FORBIDDEN_CELL;
  }

  forbiddenPoints(): number[] {
    const marked = new Int8Array(this.points);
    this.markedCells(marked);
    return [...marked.keys()].filter((move) => marked[move] === FORBIDDEN_CELL);
  }

  /** What makes a point forbidden that is known to be so; a stone may stand there or not. */
  foulAt(move: number): Foul {
    const stands = this.cells[move] !== 0;
    if (!stands) this.setStone(0, move);
    let fours = 0;
    let overline = false;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const { own, free, at } = this.padded(0, direction, move);
      const { low, high } = runAround(own, at);
      overline = overline || high - low + 1 > this.length;
      fours += foursOnLine(own, free, at, this.length);
    }
    if (!stands) this.clearStone(0, move);
    if (overline) return "overline";
    return fours >= 2 ? "double_four" : "double_three";
  }

  /** The winning row through a stone that stands on the board, or nothing. */
  winningLine(move: number): number[] {
    const color = this.cells[move]!;
    const side = color > 0 ? 0 : 1;
    const row = (move / this.size) | 0;
    const column = move - row * this.size;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const line = this.lineIndex(direction, row, column);
      const { own, at } = this.padded(side, direction, move);
      const { low, high } = runAround(own, at);
      const run = ((1 << (high + 1)) - (1 << low)) >> 2;
      if (!this.hasWinningRow(run, this.word(1 - side, direction, line), side)) continue;
      const points: number[] = [];
      for (let bit = low - 2; bit <= high - 2; bit++) points.push(this.pointAt(direction, line, bit));
      return points;
    }
    return [];
  }

  /** Why the row through the last stone does not win though it is long enough; null where no row is. */
  idleRow(): "too_long" | "closed_in" | null {
    const move = this.lastMove;
    if (move < 0 || (this.variant !== STANDARD && this.variant !== CARO)) return null;
    const side = this.cells[move]! > 0 ? 0 : 1;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const { own, at, line } = this.padded(side, direction, move);
      const { low, high } = runAround(own, at);
      const enemy = this.word(1 - side, direction, line) << 2;
      const length = high - low + 1;
      if (this.variant === STANDARD && length > this.length) return "too_long";
      const shut = (enemy >> (low - 1)) & (enemy >> (high + 1)) & 1;
      if (this.variant === CARO && length === this.length && shut === 1) return "closed_in";
    }
    return null;
  }
}

interface Padded {
  own: number;
  free: number;
  line: number;
  at: number;
}

const enum Verdict {
  MakesFive,
  Allowed,
  Refused,
  Undecided,
}
