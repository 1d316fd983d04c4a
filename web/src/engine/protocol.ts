/** What the page asks an engine, and what it is told; the same for a worker in the page and for a server. All of it is plain
 * data, so it travels as a message or as JSON. */

export interface Limit {
  readonly simulations?: number;
  readonly seconds?: number;
}

/** Rules as size, win length and variant. */
export type RulesTuple = readonly [number, number, number];

export type Request =
  | { readonly type: "stop"; readonly id: number }
  | {
      readonly type: "think";
      readonly id: number;
      readonly rules: RulesTuple;
      readonly moves: readonly number[];
      readonly limit: Limit;
      /** To play as a level does; the limit is then the level's own. */
      readonly level?: number;
      /** Who is asked, where there are several; the default if left out. */
      readonly player?: string;
    };

export type ProofName = "unknown" | "win" | "loss" | "draw";

/** A moment of a search. Win rates are in [0, 1], for the side to move; a draw counts half. */
export interface Thought {
  readonly winRate: number;
  readonly bestMove: number;
  readonly candidates: readonly ThoughtOfMove[];
  readonly line: readonly number[];
  readonly simulations: number;
  readonly proof: ProofName;
  /** Plies to the certain end. */
  readonly distance: number;
  /** How the other side would win by fours if it were on move; empty if it would not. */
  readonly threat: readonly number[];
}

export interface ThoughtOfMove {
  readonly move: number;
  readonly visits: number;
  readonly winRate: number;
  readonly prior: number;
  readonly line: readonly number[];
}

export type Answer =
  /** The tables of the network are being made. */
  | { readonly type: "loading"; readonly id: number; readonly share: number }
  | {
      readonly type: "thought";
      readonly id: number;
      readonly thought: Thought;
      /** Whether it is the last of this request; then `move` is what is to be played. */
      readonly done: boolean;
      readonly move: number;
      readonly seconds: number;
    }
  | { readonly type: "failed"; readonly id: number; readonly reason: string };
