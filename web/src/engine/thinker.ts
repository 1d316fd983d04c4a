/** Answers requests with a network; whoever runs it decides when it has a turn. */

import { type Level, LevelPlayer, rulesOf } from "./levels";
import type { Network } from "./network";
import type { Answer, Request, Thought } from "./protocol";
import { Position, sameRules } from "./rules";
import { Proof, Search, type Summary, VCF_ROOT_NODES } from "./search";
import { FourSolver } from "./vcf";

const PROOFS = ["unknown", "win", "loss", "draw"] as const;
const MAX_CANDIDATES = 12;
/** Milliseconds of work between two looks at what else is asked, and between two thoughts that are told. */
const TURN = 25;
const TELL = 120;

type ThinkRequest = Extract<Request, { type: "think" }>;

export class Thinker {
  private readonly solver = new FourSolver();
  // The search of the last position, whose tree is kept as far as the next one follows from it.
  private search: Search | null = null;
  private moves: number[] = [];

  constructor(
    private readonly network: Network,
    private readonly levels: readonly Level[],
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Answer a request; undefined is yielded whenever others may have a turn. */
  *answer(request: ThinkRequest): Generator<Answer | undefined> {
    const began = this.clock();
    const { id } = request;
    const rules = rulesOf(request.rules);
    let position: Position;
    try {
      position = Position.after(rules, request.moves);
    } catch (error) {
      yield { type: "failed", id, reason: String(error) };
      return;
    }
    if (!this.network.knows(rules)) {
      yield { type: "failed", id, reason: "the network does not know these rules" };
      return;
    }
    for (const share of this.network.prepare(rules)) yield { type: "loading", id, share };
    const level = this.levels.find((each) => each.number === request.level);
    const player = level === undefined ? null : new LevelPlayer(level, this.network);
    const search = player === null ? this.follow(rules, request.moves, position) : player.search(position);
    search.solveRoot();
    const enemy = position.toMove > 0 ? 1 : 0;
    const plies = player === null ? this.solver.find(position, enemy, VCF_ROOT_NODES) : 0;
    const threat = plies > 0 ? upToForbidden([...this.solver.line.subarray(0, plies)]) : [];
    let left = level?.simulations ?? request.limit.simulations ?? Infinity;
    const seconds = request.limit.seconds ?? Infinity;
    const passed = (): number => (this.clock() - began) / 1000;
    let turn = this.clock();
    let told = turn;
    while (left > 0 && search.simulate()) {
      left -= 1;
      const now = this.clock();
      if (now - turn < TURN) continue;
      if (passed() >= seconds) break;
      if (now - told >= TELL) {
        told = now;
        const summary = search.summary();
        yield { type: "thought", id, thought: thoughtOf(summary, threat), done: false, move: summary.bestMove, seconds: passed() };
      } else yield undefined;
      turn = this.clock();
    }
    const summary = search.summary();
    const move = player === null ? summary.bestMove : player.pick(position, search);
    yield { type: "thought", id, thought: thoughtOf(summary, threat), done: true, move, seconds: passed() };
  }

  /** The search brought to a position, along its moves where it follows from the last one. */
  private follow(rules: Position["rules"], moves: readonly number[], position: Position): Search {
    const search = this.search;
    const before = this.moves;
    this.moves = [...moves];
    if (
      search !== null &&
      sameRules(search.rules, rules) &&
      before.length <= moves.length &&
      before.every((move, index) => moves[index] === move)
    ) {
      for (const move of moves.slice(before.length)) search.advance(move);
      return search;
    }
    const fresh = search !== null && sameRules(search.rules, rules) ? search : new Search(rules, this.network);
    fresh.reset(position);
    this.search = fresh;
    return fresh;
  }
}

function thoughtOf(summary: Summary, threat: readonly number[]): Thought {
  return {
    winRate: summary.value / 2 + 0.5,
    bestMove: summary.bestMove,
    candidates: summary.candidates
      .filter((candidate) => candidate.visits > 0 || candidate.move === summary.bestMove)
      .slice(0, MAX_CANDIDATES)
      .map(({ move, visits, value, prior, line }) => ({
        move,
        visits,
        // What is proven about the position is what its best move leads to.
        winRate: (summary.proof !== Proof.Unknown && move === summary.bestMove ? summary.value : value) / 2 + 0.5,
        prior,
        line,
      })),
    line: summary.line,
    simulations: summary.simulations,
    proof: PROOFS[summary.proof],
    distance: summary.distance,
    threat,
  };
}

function upToForbidden(line: number[]): number[] {
  const end = line.indexOf(-1);
  return end < 0 ? line : line.slice(0, end);
}
