/** Levels 1 to 10: players that err as people do; after `gomoku_zero/players/levels.py`, which has their table. */

import type { Network } from "./network";
import { Position, type Rules } from "./rules";
import { Proof, Search, type Summary } from "./search";
import { FourSolver } from "./vcf";

export interface Level {
  readonly number: number;
  readonly simulations: number;
  readonly temperature: number;
  /** Chances, at every move, not to see a row that is one stone short, or a win by fours. */
  readonly misses_four: number;
  readonly misses_three: number;
  readonly elo: number;
}

/** What the first sight of a position counts among the visits that a move is drawn from. */
const FIRST_SIGHT = 8;
/** At first sight only points so near to a stone, or to the center of an empty board, come to mind. */
const REACH = 2;
const VCF_NODES = 100;

interface Threat {
  readonly answers: readonly boolean[];
  readonly isFour: boolean;
}

/** Plays at a level; every move is searched by itself. */
export class LevelPlayer {
  private readonly solver = new FourSolver();

  /** random: numbers in [0, 1), for what a level overlooks and draws. */
  constructor(
    readonly level: Level,
    private readonly network: Network,
    private readonly random: () => number = Math.random,
  ) {}

  /** A search whose end tells the level's choice, see `pick`. */
  search(position: Position): Search {
    const search = new Search(position.rules, this.network, 0);
    search.reset(position);
    return search;
  }

  pick(position: Position, search: Search): number {
    const { level } = this;
    const summary = search.summary();
    let allowed = sensible(position);
    const threat = findThreat(position, summary, this.solver);
    if (threat !== null) {
      const chance = threat.isFour ? level.misses_four : level.misses_three;
      const seen = chance === 0 || this.random() >= chance;
      const considered = allowed.map((fine, move) => fine && threat.answers[move] === seen);
      if (considered.includes(true)) allowed = considered;
    }
    if (level.temperature === 0 && summary.bestMove >= 0 && allowed[summary.bestMove]) return summary.bestMove;
    let sight = this.firstSight(position).map((weight, move) => (allowed[move] ? weight : 0));
    if (!sight.some((weight) => weight > 0)) sight = allowed.map(Number);
    const total = sight.reduce((sum, weight) => sum + weight, 0);
    const visits = search.rootVisits();
    const weights = sight.map((weight, move) => (allowed[move] ? visits[move]! : 0) + (FIRST_SIGHT * weight) / total);
    const largest = Math.max(...weights);
    if (level.temperature === 0) return weights.indexOf(largest);
    return draw(
      weights.map((weight) => (weight / largest) ** (1 / level.temperature)),
      this.random,
    );
  }

  /** How much each move comes to mind before any thought; not normalized. */
  private firstSight(position: Position): number[] {
    const { prior } = this.network.evaluate(position);
    const near = nearStones(position);
    return Array.from(prior, (weight, move) => (near[move] && position.cells[move] === 0 ? weight : 0));
  }
}

/** An index drawn by weights. */
export function draw(weights: readonly number[], random: () => number): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  let chosen = -1;
  for (const [index, weight] of weights.entries()) {
    if (weight <= 0) continue;
    chosen = index;
    left -= weight;
    if (left <= 0) break;
  }
  return chosen;
}

/** The most urgent thing to be seen, if there is any: an own win before one of the enemy. */
export function findThreat(position: Position, summary: Summary, solver: FourSolver): Threat | null {
  const own = position.toMove > 0 ? 0 : 1;
  const points = position.points;
  const only = (moves: readonly number[]): boolean[] => Array.from({ length: points }, (_, move) => moves.includes(move));
  for (const side of [own, 1 - own]) {
    const { first, second } = position.winningMoves(side);
    if (first >= 0) return { answers: only([first, second]), isFour: true };
  }
  const won = summary.proof === Proof.Win ? [summary.bestMove] : [];
  if (solver.find(position, own, VCF_NODES) > 0) won.push(solver.line[0]!);
  if (won.length > 0) return { answers: only(won), isFour: false };
  if (solver.find(position, 1 - own, VCF_NODES) <= 0) return null;
  return { answers: refutations(position, solver), isFour: false };
}

/** The moves after which the enemy, who threatens to win by fours, cannot any more. */
function refutations(position: Position, solver: FourSolver): boolean[] {
  const trial = new Position(position.rules);
  return Array.from({ length: position.points }, (_, move) => {
    if (position.cells[move] !== 0) return false;
    trial.copyFrom(position);
    if (trial.place(move) !== null) return true;
    return solver.find(trial, trial.toMove > 0 ? 0 : 1, VCF_NODES) <= 0;
  });
}

/** The legal moves, without those that lose by the rules unless there are no others. */
function sensible(position: Position): boolean[] {
  const legal = Array.from(position.cells, (cell) => cell === 0);
  if (position.toMove < 0) return legal;
  const forbidden = position.forbiddenPoints();
  const allowed = legal.map((fine, move) => fine && !forbidden.includes(move));
  return allowed.includes(true) ? allowed : legal;
}

function nearStones(position: Position): boolean[] {
  const { size, cells } = position;
  const stones = [...cells.keys()].filter((move) => cells[move] !== 0);
  if (stones.length === 0) stones.push(Math.floor(size / 2) * size + Math.floor(size / 2));
  return Array.from(cells, (_, move) =>
    stones.some(
      (stone) =>
        Math.abs((stone % size) - (move % size)) <= REACH &&
        Math.abs(Math.floor(stone / size) - Math.floor(move / size)) <= REACH,
    ),
  );
}

export function rulesOf([size, winLength, variant]: readonly [number, number, number]): Rules {
  return { size, winLength, variant };
}
