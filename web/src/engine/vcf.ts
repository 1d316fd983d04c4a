/** Wins by continuous fours, found on bitmasks; after `mcts/vcf.py`, which explains why a win found is a proof. */

import { countBits, fullWindows, lowestBit } from "./lines";
import { CARO, MAX_SIZE, type Position } from "./rules";

/** What `find` returns when it gave up before every four was tried. */
export const CAP_REACHED = -1;

const MAX_POINTS = MAX_SIZE * MAX_SIZE;
const FAILED_ENTRIES = 1024;

export class FourSolver {
  /** After a search that found a win: attack, reply, attack, ...; -1 where the only reply is forbidden. */
  readonly line = new Int32Array(MAX_POINTS + 2);
  // Pairs of empty points, packed, that windows otherwise full of the attacker's stones lack. A stack.
  private readonly windows = new Int32Array(4 * MAX_POINTS);
  // Fours to be searched with their replies, packed. A stack.
  private readonly tries = new Int32Array(16 * MAX_POINTS);
  private readonly windowsEnd = new Int32Array(MAX_POINTS);
  private readonly nextTry = new Int32Array(MAX_POINTS);
  private readonly triesEnd = new Int32Array(MAX_POINTS);
  // Keys of positions, in two halves. They differ from call to call, so that nothing needs to be cleared.
  private readonly keyLow = new Int32Array(MAX_POINTS);
  private readonly keyHigh = new Int32Array(MAX_POINTS);
  private readonly failedLow = new Int32Array(FAILED_ENTRIES);
  private readonly failedHigh = new Int32Array(FAILED_ENTRIES);
  private readonly keys: Int32Array;
  private calls = 0;
  private left = 0;

  constructor() {
    let state = 0x2545f491;
    this.keys = Int32Array.from({ length: 4 * MAX_POINTS }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state;
    });
  }

  /** The plies of a win by continuous fours for a side (0 Black, 1 White) that is to move; 0 if there is none,
   * `CAP_REACHED` if `cap` fours were tried without finding one. Nobody may have won before. */
  find(position: Position, side: number, cap: number): number {
    this.left = cap;
    this.calls += 1;
    const win = position.winningMoves(side).first;
    if (win >= 0) {
      this.line[0] = win;
      return 1;
    }
    const isCaro = position.rules.variant === CARO;
    const enemy = position.winningMoves(1 - side);
    if (enemy.second >= 0 && !isCaro) return 0;
    let level = 0;
    this.keyLow[0] = Math.imul(this.calls, 0x9e3779b1);
    this.keyHigh[0] = Math.imul(this.calls, 0x85ebca6b) | 1;
    this.windowsEnd[0] = this.pushAllWindows(position, side);
    this.nextTry[0] = 0;
    let plies = this.lookAtFours(position, side, enemy.first, 0);
    while (plies === 0) {
      if (this.nextTry[level] === this.triesEnd[level]) {
        if (level === 0) return 0;
        const slot = this.keyLow[level]! & (FAILED_ENTRIES - 1);
        this.failedLow[slot] = this.keyLow[level]!;
        this.failedHigh[slot] = this.keyHigh[level]!;
        level -= 1;
        this.undo(position, side, level);
        continue;
      }
      const packed = this.tries[this.nextTry[level]!]!;
      this.nextTry[level]! += 1;
      const move = packed >> 16;
      const reply = packed & 0xffff;
      const own = 2 * (side * MAX_POINTS + move);
      const its = 2 * ((1 - side) * MAX_POINTS + reply);
      const low = this.keyLow[level]! ^ this.keys[own]! ^ this.keys[its]!;
      const high = this.keyHigh[level]! ^ this.keys[own + 1]! ^ this.keys[its + 1]!;
      const slot = low & (FAILED_ENTRIES - 1);
      if (this.failedLow[slot] === low && this.failedHigh[slot] === high) continue;
      position.put(side, move);
      position.put(1 - side, reply);
      this.line[2 * level] = move;
      this.line[2 * level + 1] = reply;
      const threat = position.winningMovesThrough(1 - side, reply);
      if (threat.second >= 0 && !isCaro) {
        this.undo(position, side, level);
        continue;
      }
      const block = threat.first;
      level += 1;
      this.keyLow[level] = low;
      this.keyHigh[level] = high;
      this.windowsEnd[level] = this.pushWindowsThrough(position, side, move, this.windowsEnd[level - 1]!);
      this.nextTry[level] = this.triesEnd[level - 1]!;
      plies = this.lookAtFours(position, side, block, level);
    }
    while (level > 0) this.undo(position, side, --level);
    return plies;
  }

  private undo(position: Position, side: number, level: number): void {
    position.take(side, this.line[2 * level]!);
    position.take(1 - side, this.line[2 * level + 1]!);
  }

  /** Collect the fours of a position: plies if one wins, `CAP_REACHED`, or 0 to continue.
   *
   * forced: the point that stops an enemy four, in caro one of several, -1 if there is none. */
  private lookAtFours(position: Position, side: number, forced: number, level: number): number {
    const isCaro = position.rules.variant === CARO;
    let end = this.nextTry[level]!;
    for (let index = this.windowsEnd[level]! - 1; index >= 0; index--) {
      const packed = this.windows[index]!;
      const first = packed >> 16;
      const second = packed & 0xffff;
      if (position.cells[first] !== 0 || position.cells[second] !== 0) continue;
      for (let which = 0; which < 2; which++) {
        const move = which === 0 ? first : second;
        if (forced >= 0 && move !== forced && !isCaro) continue;
        this.left -= 1;
        if (this.left < 0 || end === this.tries.length) return CAP_REACHED;
        position.setStone(side, move);
        const answer = position.forcedReply(side, move);
        const reply = answer.first;
        const other = answer.second;
        const playable = reply >= 0 && isPlayable(position, side, move, forced);
        const unstoppable = playable && other < 0 && side === 1 && position.isForbidden(reply);
        position.clearStone(side, move);
        if (!playable) continue;
        if (other >= 0 || unstoppable) {
          this.line[2 * level] = move;
          this.line[2 * level + 1] = unstoppable ? -1 : reply;
          this.line[2 * level + 2] = unstoppable ? reply : other;
          return 2 * level + 3;
        }
        this.tries[end++] = (move << 16) | reply;
      }
    }
    this.triesEnd[level] = end;
    return 0;
  }

  /** Push the two empty points of each window that lacks two stones; returns the new end. */
  private pushWindows(
    position: Position,
    direction: number,
    line: number,
    windows: number,
    own: number,
    end: number,
  ): number {
    const whole = (1 << position.rules.winLength) - 1;
    while (windows !== 0) {
      const start = lowestBit(windows);
      windows &= windows - 1;
      const empty = ~(own >> start) & whole;
      if (countBits(empty) !== 2) continue;
      const first = position.pointAt(direction, line, start + lowestBit(empty));
      const second = position.pointAt(direction, line, start + lowestBit(empty & (empty - 1)));
      this.windows[end++] = (first << 16) | second;
    }
    return end;
  }

  private pushAllWindows(position: Position, side: number): number {
    const length = position.rules.winLength;
    let end = 0;
    for (let direction = 0; direction < 4; direction++)
      for (let line = 0; line < position.lineCount(direction); line++) {
        const own = position.word(side, direction, line);
        if (countBits(own) < length - 2) continue;
        const free = position.linePoints(direction, line) & ~position.word(1 - side, direction, line);
        end = this.pushWindows(position, direction, line, fullWindows(free, length), own, end);
      }
    return end;
  }

  private pushWindowsThrough(position: Position, side: number, move: number, end: number): number {
    const length = position.rules.winLength;
    const row = (move / position.size) | 0;
    const column = move - row * position.size;
    for (let direction = 0; direction < 4; direction++) {
      const line = position.lineIndex(direction, row, column);
      const own = position.word(side, direction, line);
      if (countBits(own) < length - 2) continue;
      const free = position.linePoints(direction, line) & ~position.word(1 - side, direction, line);
      const bit = direction === 1 ? row : column;
      const around = (1 << (bit + 1)) - (1 << Math.max(0, bit - length + 1));
      end = this.pushWindows(position, direction, line, fullWindows(free, length) & around, own, end);
    }
    return end;
  }
}

/** Whether a four that stands at `move` is allowed, and leaves the enemy no five. */
function isPlayable(position: Position, side: number, move: number, forced: number): boolean {
  if (side === 0 && position.isForbiddenStone(move)) return false;
  if (forced >= 0 && position.rules.variant === CARO) return position.winningMoves(1 - side).first < 0;
  return true;
}
