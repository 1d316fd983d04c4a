/** Mistakes of a game, from what an engine thought of each of its positions; after `gomoku_zero/window/model/review.py`. */

import type { Thought } from "../engine/protocol";

export const REVIEW_SIMULATIONS = 400;

export type Severity = "inaccuracy" | "mistake" | "blunder";

/** How much of the win rate a move must give away. */
const LEAST: readonly (readonly [Severity, number])[] = [
  ["blunder", 0.35],
  ["mistake", 0.18],
  ["inaccuracy", 0.08],
];

export interface Mistake {
  /** How many moves were played before it. */
  readonly ply: number;
  readonly move: number;
  readonly severity: Severity;
  readonly lost: number;
  readonly better: number;
  readonly betterLine: readonly number[];
  readonly refutation: readonly number[];
  /** Plies to the certain win that was thrown away, or that the other side has now; 0 for none. */
  readonly missedWin: number;
  readonly allowsWin: number;
}

export interface Review {
  readonly share: number;
  readonly mistakes: readonly Mistake[];
  /** Of Black and White: one less the mean win rate given away a move; null before any is judged. */
  readonly accuracy: readonly [number | null, number | null];
}

/** judged: thoughts of the positions before each move and after the last; undefined where it is not judged yet. */
export function reviewGame(moves: readonly number[], judged: readonly (Thought | undefined)[]): Review {
  const mistakes: Mistake[] = [];
  const losses: [number[], number[]] = [[], []];
  for (const [ply, move] of moves.entries()) {
    const before = judged[ply];
    const after = judged[ply + 1];
    if (before === undefined || after === undefined) continue;
    const lost = move === before.bestMove ? 0 : Math.max(0, before.winRate - (1 - after.winRate));
    losses[ply % 2 === 0 ? 0 : 1].push(lost);
    const severity = LEAST.find(([, least]) => lost >= least)?.[0];
    if (severity === undefined) continue;
    mistakes.push({
      ...{ ply, move, severity, lost, better: before.bestMove, betterLine: before.line, refutation: after.line },
      missedWin: before.proof === "win" ? before.distance : 0,
      allowsWin: after.proof === "win" ? after.distance : 0,
    });
  }
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : 1 - values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    share: judged.filter((thought) => thought !== undefined).length / judged.length,
    mistakes,
    accuracy: [mean(losses[0]), mean(losses[1])],
  };
}
