/** A tree search for one game: PUCT with proofs, after `mcts/` of the Python program with one leaf a wave. */

import type { Network } from "./network";
import { CARO, FORBIDDEN_CELL, type Position, Position as Board, type Rules } from "./rules";
import { Proof, State, Tree } from "./tree";
import { FourSolver } from "./vcf";

export { Proof };

const HEAVIEST = 65535;
const C_PUCT = 1.25;
const C_PUCT_BASE = 19652;
const FPU_REDUCTION = 0.2;

/** Fours tried at every new node, and at the root. */
export const VCF_NODES = 30;
export const VCF_ROOT_NODES = 20_000;

/** Nodes with a row of weights that a tree may have: 60 MB on 15x15. */
const MAX_ROWS = 131_072;

export interface Candidate {
  readonly move: number;
  readonly visits: number;
  /** In [-1, 1] for the side to move at the root. */
  readonly value: number;
  readonly prior: number;
  readonly line: readonly number[];
}

export interface Summary {
  readonly value: number;
  readonly bestMove: number;
  readonly candidates: readonly Candidate[];
  readonly line: readonly number[];
  readonly simulations: number;
  readonly proof: Proof;
  /** Plies to the proven end. */
  readonly distance: number;
}

export class Search extends Tree {
  readonly rules: Rules;
  readonly root: Position;
  private readonly network: Network;
  private readonly vcfNodes: number;
  private readonly solver = new FourSolver();
  private readonly board: Position;

  /** vcfNodes: fours tried at every new node; 0 looks for no wins by fours, nor at the root. The network must be ready for
   * the rules of the positions. */
  constructor(rules: Rules, network: Network, vcfNodes = VCF_NODES) {
    super(rules.size * rules.size);
    this.rules = rules;
    this.network = network;
    this.vcfNodes = vcfNodes;
    this.root = new Board(rules);
    this.board = new Board(rules);
    this.plant();
  }

  get simulations(): number {
    return this.visits[0]!;
  }

  get isProven(): boolean {
    return this.proof[0] !== Proof.Unknown;
  }

  /** Begin anew from a position whose game is not over. */
  reset(position: Position): void {
    this.root.copyFrom(position);
    this.plant();
  }

  /** Play a move at the root, keeping what is known below it. Returns whether the game continues. */
  advance(move: number): boolean {
    let child = this.findChild(0, move);
    if (this.root.place(move) !== null) return false;
    if (child >= 0 && this.firstChild[child]! < 0 && this.nextMove[child]! < 0) child = -1; // proven, without moves
    if (child < 0) this.plant();
    else this.keepSubtree(child);
    return true;
  }

  /** Look for a win by fours at the root; to be called before its simulations. */
  solveRoot(): void {
    if (this.isProven || this.vcfNodes === 0) return;
    const plies = this.solver.find(this.root, this.root.toMove > 0 ? 0 : 1, VCF_ROOT_NODES);
    if (plies <= 0) return;
    const move = this.solver.line[0]!;
    if (this.state[0] === State.New) {
      this.settleAsWon(0, move, plies);
      return;
    }
    let child = this.findChild(0, move);
    if (child < 0) child = this.takeNextMove(0, move);
    this.prove(child, Proof.Loss, plies - 1);
  }

  /** Make one simulation; false if nothing is left to find out, or there is no room. The evaluation of a new root is made
   * along the way, and not counted as one. */
  simulate(): boolean {
    if (this.isProven) return false;
    if (this.state[0] === State.New) {
      this.board.copyFrom(this.root);
      this.backUp(0, this.expand(0));
    }
    return this.descend();
  }

  summary(): Summary {
    const priors = this.rootPriors();
    const best = this.bestChild(0);
    const children: number[] = [];
    for (let child = this.firstChild[0]!; child >= 0; child = this.nextSibling[child]!) children.push(child);
    // The best move comes first whatever its visits: it may be proven.
    children.sort((a, b) => Number(b === best) - Number(a === best) || this.visits[b]! - this.visits[a]!);
    return {
      value: this.rootValue(),
      bestMove: this.bestMove(0),
      candidates: children.map((child) => ({
        move: this.move[child]!,
        visits: this.visits[child]!,
        value: this.childValue(child),
        prior: priors[this.move[child]!]!,
        line: [this.move[child]!, ...this.expectedFrom(child)],
      })),
      line: this.expectedFrom(0),
      simulations: this.visits[0]!,
      proof: this.proof[0]! as Proof,
      distance: this.distance[0]!,
    };
  }

  /** `[points]` the visits of the moves at the root. */
  rootVisits(): Int32Array {
    const visits = new Int32Array(this.root.points);
    for (let child = this.firstChild[0]!; child >= 0; child = this.nextSibling[child]!)
      visits[this.move[child]!] = this.visits[child]!;
    return visits;
  }

  bestRootMove(): number {
    return this.bestMove(0);
  }

  // A simulation.

  private descend(): boolean {
    const board = this.board;
    board.copyFrom(this.root);
    let node = 0;
    for (;;) {
      if (this.proof[node] !== Proof.Unknown) {
        this.backUp(node, this.provenValue(node));
        return true;
      }
      if (this.state[node] === State.New) {
        this.backUp(node, this.expand(node));
        return true;
      }
      const child = this.select(node);
      if (child >= 0) {
        board.place(this.move[child]!);
        node = child;
        continue;
      }
      if (this.rowsUsed >= MAX_ROWS) return false;
      const move = this.nextMove[node]!;
      node = this.takeNextMove(node, move);
      this.visitFirst(node, board.place(move)?.winner);
    }
  }

  /** Settle a node that is visited for the first time, if looking one move ahead or at fours does it.
   *
   * winner: of the game, if the move that leads here has ended it. */
  private visitFirst(node: number, winner: number | undefined): void {
    const board = this.board;
    const toMove = board.toMove;
    if (winner !== undefined) {
      this.prove(node, winner === 0 ? Proof.Draw : winner === toMove ? Proof.Win : Proof.Loss, 0);
      return;
    }
    const side = toMove > 0 ? 0 : 1;
    if (this.rules.variant !== CARO) {
      // Only the stone just played can have made a threat.
      const { first, second } = board.winningMovesThrough(1 - side, board.lastMove);
      this.settleByThreats(node, first, second);
    } else {
      const own = board.winningMoves(side).first;
      if (own >= 0) this.settleAsWon(node, own, 1);
    }
    if (this.vcfNodes > 0 && this.state[node] === State.New && this.proof[node] === Proof.Unknown) {
      const plies = this.solver.find(board, side, this.vcfNodes);
      if (plies > 0) this.settleAsWon(node, this.solver.line[0]!, plies);
    }
  }

  /** The child to descend to, or -1 for the unvisited move with the largest prior. */
  private select(node: number): number {
    const visits = this.visits[node]!;
    let growth = (1 + visits) / C_PUCT_BASE;
    if (growth > 0.01) growth = Math.log(1 + growth);
    const exploration = (C_PUCT + growth) * Math.sqrt(Math.max(visits, 1));
    let bestScore = -Infinity;
    let best = -1;
    const score = this.score;
    const bonus = this.bonus;
    const nextSibling = this.nextSibling;
    for (let child = this.firstChild[node]!; child >= 0; child = nextSibling[child]!) {
      const its = score[child]! + exploration * bonus[child]!;
      if (its > bestScore) {
        bestScore = its;
        best = child;
      }
    }
    if (this.nextMove[node]! >= 0) {
      const parentValue = visits > 0 ? -this.valueSum[node]! / visits : 0;
      const urgency = parentValue - FPU_REDUCTION * Math.sqrt(this.visitedPrior[node]!);
      if (urgency + exploration * this.nextPrior[node]! > bestScore) return -1;
    }
    return best;
  }

  /** Ask the network about the position on the board; returns its value. */
  private expand(node: number): number {
    const { prior, value } = this.network.evaluate(this.board);
    const cells = this.network.markedCells;
    const points = cells.length;
    let barred = 1;
    if (this.board.toMove > 0)
      for (let move = 0; move < points; move++)
        if (cells[move] === 0) {
          barred = 1 | FORBIDDEN_CELL;
          break;
        }
    let largest = 0;
    let total = 0;
    let legal = 0;
    for (let move = 0; move < points; move++) {
      if ((cells[move]! & barred) !== 0) continue;
      const weight = prior[move]!;
      legal += 1;
      total += weight;
      if (weight > largest) largest = weight;
    }
    const row = this.addRow();
    const at = row * points;
    const scale = HEAVIEST / largest;
    for (let move = 0; move < points; move++)
      // No legal move may vanish by rounding: a weight of 0 means "not to be visited".
      this.rows[at + move] = (cells[move]! & barred) === 0 ? Math.max(1, Math.floor(prior[move]! * scale)) : 0;
    this.row[node] = row;
    this.priorScale[node] = largest / (HEAVIEST * total);
    this.unproven[node] = legal;
    this.state[node] = State.Expanded;
    this.findNextMove(node);
    return value;
  }

  private findNextMove(node: number): void {
    const points = this.root.points;
    const at = this.row[node]! * points;
    const rows = this.rows;
    let weight = 0;
    let best = -1;
    for (let move = 0; move < points; move++) {
      const its = rows[at + move]!;
      // Ties fall as the Python program shuffles them.
      if (its < weight || its === 0) continue;
      if (its > weight || ((move * 40503) & 0xffff) > ((best * 40503) & 0xffff)) {
        weight = its;
        best = move;
      }
    }
    this.nextMove[node] = best;
    this.nextPrior[node] = weight * this.priorScale[node]!;
  }

  private takeNextMove(node: number, move: number): number {
    const row = this.row[node]!;
    let prior = this.nextPrior[node]!;
    if (row < 0)
      this.nextMove[node] = -1; // a forced move has all the prior
    else {
      const at = row * this.root.points + move;
      prior = this.rows[at]! * this.priorScale[node]!;
      this.rows[at] = 0;
      if (move === this.nextMove[node]) this.findNextMove(node);
    }
    return this.addNode(node, move, prior);
  }

  private backUp(node: number, value: number): void {
    while (node >= 0) {
      // The only sign flip: an edge keeps its value for the player who chooses it.
      value = -value;
      this.visits[node]! += 1;
      this.valueSum[node]! += value;
      this.rescore(node);
      node = this.parent[node]!;
    }
  }

  // Proofs.

  private provenValue(node: number): number {
    const proof = this.proof[node];
    return proof === Proof.Win ? 1 : proof === Proof.Loss ? -1 : 0;
  }

  /** Mark a node as proven and carry the proof upwards as far as it goes. */
  private prove(node: number, proof: Proof, distance: number): void {
    this.proof[node] = proof;
    this.distance[node] = distance;
    this.rescore(node);
    for (let parent = this.parent[node]!; parent >= 0; node = parent, parent = this.parent[node]!) {
      if (this.proof[parent] !== Proof.Unknown) return;
      if (this.proof[node] === Proof.Loss) {
        this.proof[parent] = Proof.Win;
        this.distance[parent] = this.distance[node]! + 1;
      } else {
        this.unproven[parent]! -= 1;
        if (this.unproven[parent]! > 0) return;
        let longest = 0;
        this.proof[parent] = Proof.Loss;
        for (let child = this.firstChild[parent]!; child >= 0; child = this.nextSibling[child]!) {
          if (this.proof[child] === Proof.Draw) this.proof[parent] = Proof.Draw;
          longest = Math.max(longest, this.distance[child]!);
        }
        this.distance[parent] = longest + 1;
      }
      this.rescore(parent);
    }
  }

  private settleAsWon(node: number, move: number, plies: number): void {
    this.nextMove[node] = move;
    this.nextPrior[node] = 1;
    this.prove(node, Proof.Win, plies);
  }

  /** Settle a node whose side to move faces a row that the other can complete at `block`, if that is a point. */
  private settleByThreats(node: number, block: number, second: number): void {
    if (block < 0) return;
    this.nextMove[node] = block;
    this.nextPrior[node] = 1;
    if (second >= 0) {
      this.prove(node, Proof.Loss, 2);
      return;
    }
    this.unproven[node] = 1;
    this.state[node] = State.Expanded;
  }

  // The tree.

  private plant(): void {
    this.clear();
    this.addNode(-1, -1, 1);
    const side = this.root.toMove > 0 ? 0 : 1;
    const own = this.root.winningMoves(side).first;
    if (own >= 0) this.settleAsWon(0, own, 1);
    else if (this.rules.variant !== CARO) {
      const { first, second } = this.root.winningMoves(1 - side);
      this.settleByThreats(0, first, second);
    }
  }

  // What is known.

  private rootPriors(): Float32Array {
    const priors = new Float32Array(this.root.points);
    const row = this.row[0]!;
    if (row >= 0)
      for (let move = 0; move < priors.length; move++)
        priors[move] = this.rows[row * priors.length + move]! * this.priorScale[0]!;
    else if (this.nextMove[0]! >= 0) priors[this.nextMove[0]!] = this.nextPrior[0]!;
    for (let child = this.firstChild[0]!; child >= 0; child = this.nextSibling[child]!)
      priors[this.move[child]!] = this.prior[child]!;
    return priors;
  }

  /** The value of a visited move for the side that plays it, exact where proven. */
  private childValue(child: number): number {
    if (this.proof[child] !== Proof.Unknown) return -this.provenValue(child) + 0;
    const visits = this.visits[child]!;
    return visits > 0 ? this.valueSum[child]! / visits : 0;
  }

  private rootValue(): number {
    if (this.proof[0] !== Proof.Unknown) return this.provenValue(0);
    const visits = this.visits[0]!;
    return visits > 0 ? -this.valueSum[0]! / visits : 0;
  }

  /** The child to play or to show: a proven win by the shortest way, else the most visited one that is not proven lost, else
   * the loss that takes longest; -1 without children. */
  private bestChild(node: number): number {
    let best = -1;
    let bestRank = -1;
    let bestFirst = 0;
    let bestSecond = 0;
    for (let child = this.firstChild[node]!; child >= 0; child = this.nextSibling[child]!) {
      const proof = this.proof[child];
      let rank = 1;
      let first = this.visits[child]!;
      let second = this.childValue(child);
      if (proof === Proof.Loss) {
        rank = 2;
        first = -this.distance[child]!;
        second = 0;
      } else if (proof === Proof.Win) {
        rank = 0;
        second = first;
        first = this.distance[child]!;
      } else if (this.proof[node] === Proof.Draw) first = proof === Proof.Draw ? 1 : 0;
      if (
        rank > bestRank ||
        (rank === bestRank && first > bestFirst) ||
        (rank === bestRank && first === bestFirst && second > bestSecond)
      ) {
        best = child;
        bestRank = rank;
        bestFirst = first;
        bestSecond = second;
      }
    }
    return best;
  }

  private bestMove(node: number): number {
    const child = this.bestChild(node);
    return child < 0 ? this.nextMove[node]! : this.move[child]!;
  }

  private expectedFrom(node: number): number[] {
    const line: number[] = [];
    while (node >= 0) {
      const move = this.bestMove(node);
      if (move < 0 || (this.proof[node] === Proof.Unknown && this.visits[node]! < 2)) break;
      line.push(move);
      node = this.bestChild(node);
    }
    return line;
  }
}
