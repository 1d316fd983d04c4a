/** What the page knows and does: one game, what is thought of it, and who thinks next. */

import type { Answer, RulesTuple, Thought } from "../engine/protocol";
import { BLACK, type Outcome, Position, RENJU, type Rules, sameRules } from "../engine/rules";
import type { Level } from "../engine/levels";
import type { Engine, Task } from "./engines";
import { addressOf, gameFromAddress, gameFromText, NotationError, pointName, type ReadGame, sgfOf } from "./notation";
import { type Review, REVIEW_SIMULATIONS, reviewGame } from "./review";
import { loadSaved, type Settings, store as keep } from "./storage";
import { type Languages, type Say, sayIn } from "./words";

export interface PageData {
  readonly engine: "worker" | "socket";
  readonly name: string;
  /** Those the network was trained on; the first are the usual ones. */
  readonly rules: readonly RulesTuple[];
  readonly levels: readonly Level[];
  readonly languages: Languages;
  /** Whether the page is a folder with a service worker. */
  readonly installable: boolean;
  /** Of a server: who can be asked. */
  readonly players?: readonly PlayerData[];
}

export interface PlayerData {
  readonly player: string;
  readonly rules: readonly RulesTuple[];
}

export type Dialog = "new" | "settings" | "text" | "keys" | "runs" | null;

/** What the engine is at: a move, a hint, looking on, or judging the position of a review. */
type Work = "move" | "hint" | "analysis" | "review";

const HINT: Task["limit"] = { simulations: 1500, seconds: 2 };
const ANALYSIS: Task["limit"] = { simulations: 100_000 };

export class Store {
  settings: Settings;
  say: Say;
  game: ReadGame;
  /** 0, or the color that has resigned. */
  resigned = 0;
  /** How many moves are on the board that is shown. */
  shown = 0;
  position: Position;
  outcome: Outcome | null = null;
  dialog: Dialog = null;
  message = "";
  /** A point that has been pointed at once, where a second time plays it; -1 for none. */
  armed = -1;
  hint = -1;
  /** A line to be shown on the board, from the position shown. */
  preview: readonly number[] = [];
  analysing = false;
  reviewing = false;
  /** Share of the tables that are made; null if none are being made. */
  loading: number | null = null;
  speed = 0;
  private undone: number[] = [];
  // The engine has failed: nothing is asked of it until a person does something.
  private halted = false;
  private work: { kind: Work; key: string } | null = null;
  // What the first thought of an analysis said: a kept tree begins with simulations of before.
  private first: { simulations: number; seconds: number } | null = null;
  private readonly thoughts = new Map<string, Thought>();
  private readonly listeners = new Set<() => void>();
  private reviewCache: { key: string; review: Review } | null = null;

  constructor(
    readonly data: PageData,
    private readonly engine: Engine,
    systemLanguage: string,
    touch: boolean,
  ) {
    const saved = loadSaved(data.name);
    this.settings = {
      ...{ side: "black", opponent: "level:5", player: "", language: systemLanguage, theme: "auto" },
      ...{ numbers: false, coordinates: true, warn: true, confirm: touch },
      ...saved?.settings,
    };
    if (data.languages[this.settings.language] === undefined) this.settings.language = systemLanguage;
    this.say = sayIn(data.languages, this.settings.language);
    this.game = { rules: this.usualRules, moves: [] };
    this.position = new Position(this.game.rules);
    if (saved?.game != null) {
      try {
        this.game = gameFromAddress(saved.game, this.usualRules) ?? this.game;
        this.resigned = saved.resigned;
      } catch {
        // A game that this version cannot play is no reason not to begin.
      }
    }
    // Where the address names another game, somebody shared it.
    const own = addressOf(this.game, this.usualRules);
    if (location.hash.length > 1 && location.hash.slice(1) !== own) this.followAddress();
    this.shown = this.game.moves.length;
    this.changed();
  }

  /** Who is asked, and what they know. */
  get network(): PlayerData {
    const { players, name, rules } = this.data;
    return players?.find((each) => each.player === this.settings.player) ?? players?.[0] ?? { player: name, rules };
  }

  get usualRules(): Rules {
    const [size, winLength, variant] = this.data.rules[0]!;
    return { size, winLength, variant };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // What is the case.

  get moves(): readonly number[] {
    return this.game.moves;
  }

  get atEnd(): boolean {
    return this.shown === this.moves.length;
  }

  /** How the game has ended, at its last move; null while it goes on. */
  get ending(): { winner: number; reason: Outcome["ending"] | "resigned" } | null {
    if (this.resigned !== 0) return { winner: -this.resigned, reason: "resigned" };
    const outcome = this.atEnd ? this.outcome : this.outcomeAt(this.moves.length);
    return outcome === null ? null : { winner: outcome.winner, reason: outcome.ending };
  }

  /** The color that the engine plays; 0 for none. */
  get engineColor(): number {
    return this.settings.side === "both" ? 0 : this.settings.side === "black" ? -BLACK : BLACK;
  }

  get engineThinks(): boolean {
    return this.work?.kind === "move";
  }

  get isBusy(): Work | null {
    return this.work?.kind ?? null;
  }

  get isKnownToNetwork(): boolean {
    const { winLength, variant } = this.game.rules;
    return this.network.rules.some((rules) => rules[1] === winLength && rules[2] === variant);
  }

  /** What is known of a position of the game, after so many moves. */
  thoughtAt(ply: number): Thought | undefined {
    return this.thoughts.get(this.keyAt(ply));
  }

  get shownThought(): Thought | undefined {
    return this.analysing ? this.thoughtAt(this.shown) : undefined;
  }

  get forbidden(): readonly number[] {
    if (this.game.rules.variant !== RENJU || this.outcome !== null) return [];
    return this.position.forbiddenPoints();
  }

  get winningLine(): readonly number[] {
    return this.outcome?.ending === "line" ? this.position.winningLine(this.position.lastMove) : [];
  }

  get canUndo(): boolean {
    return this.moves.length > 0 && this.plyBefore() >= 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  get review(): Review | null {
    if (!this.reviewing) return null;
    const judged = this.moves.map((_, ply) => this.judgedAt(ply)).concat([this.judgedAt(this.moves.length)]);
    const key = `${this.keyAt(this.moves.length)} ${judged.filter((each) => each !== undefined).length}`;
    if (this.reviewCache?.key !== key) this.reviewCache = { key, review: reviewGame(this.moves, judged) };
    return this.reviewCache.review;
  }

  /** Black's win rate at every position; null where it is not known. */
  get blackRates(): (number | null)[] {
    const outcome = this.outcomeAt(this.moves.length);
    return Array.from({ length: this.moves.length + 1 }, (_, ply) => {
      if (ply === this.moves.length && outcome !== null) return (1 + outcome.winner) / 2;
      const rate = this.thoughtAt(ply)?.winRate;
      return rate === undefined ? null : ply % 2 === 0 ? rate : 1 - rate;
    });
  }

  get address(): string {
    // Without what is behind the question mark: a server's token is not for everybody.
    return `${location.href.split(/[?#]/)[0]}#${addressOf(this.game, this.usualRules)}`;
  }

  get sgf(): string {
    const names = ["black", "white"].map((side) =>
      this.settings.side === "both" || this.settings.side === side ? this.say("human") : `${this.network.player}, ${this.opponentName}`,
    );
    const { ending } = this;
    const result =
      ending === null ? "" : ending.winner === 0 ? "Draw" : `${ending.winner > 0 ? "B" : "W"}+${ending.reason === "resigned" ? "R" : ""}`;
    return sgfOf(this.game, names[0]!, names[1]!, result);
  }

  get opponentName(): string {
    const [kind, amount] = this.settings.opponent.split(":");
    return kind === "level" ? this.say("level", { level: amount! }) : this.say("web_seconds", { seconds: amount! });
  }

  // What people do.

  /** Play on a point of the position shown, if a person may; some points ask for a second time. */
  point(move: number): void {
    this.message = "";
    const ended = this.atEnd && this.ending !== null;
    if (ended || !this.position.isEmpty(move)) return this.remark(ended ? "game_is_over" : "cannot_play_there");
    if (this.atEnd && this.position.toMove === this.engineColor) return this.remark("not_your_turn");
    const isForbidden = this.settings.warn && this.position.toMove === BLACK && this.forbidden.includes(move);
    if (this.armed !== move && (isForbidden || this.settings.confirm)) {
      this.armed = move;
      this.message = isForbidden ? this.say("forbidden_here", { foul: this.say(this.position.foulAt(move)) }) : "";
      return this.changed();
    }
    this.play(move);
  }

  undo(): void {
    const ply = this.plyBefore();
    if (ply < 0) return this.remark("nothing_to_undo");
    this.undone = [...this.moves.slice(ply), ...this.undone];
    this.become({ rules: this.game.rules, moves: this.moves.slice(0, ply) });
  }

  redo(): void {
    if (this.undone.length === 0) return this.remark("nothing_to_redo");
    let count = 1;
    const color = this.engineColor;
    const turn = (ply: number): number => (ply % 2 === 0 ? BLACK : -BLACK);
    while (count < this.undone.length && turn(this.moves.length + count) === color) count += 1;
    const moves = [...this.moves, ...this.undone.slice(0, count)];
    this.undone = this.undone.slice(count);
    this.become({ rules: this.game.rules, moves });
  }

  askForHint(): void {
    if (this.outcome !== null || !this.isKnownToNetwork) return this.remark("game_is_over");
    this.begin("hint", HINT);
  }

  toggleAnalysis(): void {
    this.analysing = !this.analysing;
    this.halted = false;
    this.message = "";
    this.changed();
  }

  toggleReview(): void {
    if (this.moves.length === 0) return this.remark("nothing_to_review");
    this.reviewing = !this.reviewing;
    this.halted = false;
    this.changed();
  }

  resign(): void {
    if (this.ending !== null || this.moves.length === 0) return this.remark("nothing_to_resign");
    this.resigned = this.engineColor === 0 ? (this.moves.length % 2 === 0 ? BLACK : -BLACK) : -this.engineColor;
    this.shown = this.moves.length;
    this.changed();
  }

  /** Let the engine play the side that is to move; also what brings an engine that failed back. */
  switchSides(): void {
    this.settings.side = this.moves.length % 2 === 0 ? "white" : "black";
    this.go(this.moves.length);
  }

  go(ply: number): void {
    this.halted = false;
    this.shown = Math.max(0, Math.min(this.moves.length, ply));
    this.armed = this.hint = -1;
    this.preview = [];
    this.message = "";
    this.changed();
  }

  newGame(rules: Rules, settings: Pick<Settings, "side" | "opponent" | "player">): void {
    Object.assign(this.settings, settings);
    this.undone = [];
    this.dialog = null;
    this.become({ rules, moves: [] });
  }

  set(settings: Partial<Settings>): void {
    Object.assign(this.settings, settings);
    this.say = sayIn(this.data.languages, this.settings.language);
    this.changed();
  }

  open(dialog: Dialog): void {
    this.dialog = dialog;
    this.changed();
  }

  show(line: readonly number[]): void {
    this.preview = line;
    this.changed();
  }

  remark(key: string, values?: Readonly<Record<string, string | number>>): void {
    this.message = this.say(key, values);
    this.changed();
  }

  /** Take a pasted game; false, with a message, if the text holds none. */
  paste(text: string): boolean {
    try {
      this.take(gameFromText(text, this.game.rules));
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      this.remark(error.key, error.values);
      return false;
    }
    this.message = this.say("pasted");
    this.changed();
    return true;
  }

  /** Take the game that the address names. */
  followAddress(): void {
    try {
      const game = gameFromAddress(location.hash, this.usualRules);
      if (game !== null && addressOf(game, this.usualRules) !== addressOf(this.game, this.usualRules)) this.take(game);
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      this.remark(error.key, error.values);
    }
  }

  // How it is done.

  /** A game from elsewhere; the person who brings it is to move. */
  private take(game: ReadGame): void {
    this.undone = [];
    if (this.settings.side !== "both") this.settings.side = game.moves.length % 2 === 0 ? "black" : "white";
    this.become(game);
  }

  private become(game: ReadGame): void {
    this.game = game;
    this.resigned = 0;
    this.reviewing = false;
    this.go(game.moves.length);
  }

  private play(move: number): void {
    const moves = [...this.moves.slice(0, this.shown), move];
    if (this.shown < this.moves.length) this.undone = this.moves.slice(this.shown);
    // Along the line that was taken back it can still be redone.
    this.undone = this.undone[0] === move ? this.undone.slice(1) : [];
    this.become({ rules: this.game.rules, moves });
  }

  /** The ply to undo to: the last one at which a person was to move; -1 if there is none. */
  private plyBefore(): number {
    for (let ply = this.moves.length - 1; ply >= 0; ply--)
      if ((ply % 2 === 0 ? BLACK : -BLACK) !== this.engineColor) return ply;
    return -1;
  }

  private outcomeAt(ply: number): Outcome | null {
    const position = new Position(this.game.rules);
    let outcome: Outcome | null = null;
    for (const move of this.moves.slice(0, ply)) outcome = position.place(move);
    return outcome;
  }

  private keyAt(ply: number): string {
    const { size, winLength, variant } = this.game.rules;
    return `${size} ${winLength} ${variant} ${this.moves.slice(0, ply).join()}`;
  }

  /** A thought good enough to judge by; the end of a game is known for certain. */
  private judgedAt(ply: number): Thought | undefined {
    if (ply === this.moves.length) {
      const outcome = this.outcomeAt(ply);
      if (outcome !== null) {
        const toMove = ply % 2 === 0 ? BLACK : -BLACK;
        const winRate = (1 + outcome.winner * toMove) / 2;
        const proof = outcome.winner === 0 ? "draw" : winRate === 1 ? "win" : "loss";
        return { winRate, proof, bestMove: -1, candidates: [], line: [], simulations: Infinity, distance: 0, threat: [] };
      }
    }
    const thought = this.thoughtAt(ply);
    const isGood = thought !== undefined && (thought.simulations >= REVIEW_SIMULATIONS || thought.proof !== "unknown");
    return isGood ? thought : undefined;
  }

  /** Bring everything up to date with the game and the settings. */
  changed(): void {
    const { rules } = this.game;
    if (this.shown > this.moves.length) this.shown = this.moves.length;
    this.position = sameRules(this.position.rules, rules) ? this.position : new Position(rules);
    this.position.copyFrom(new Position(rules));
    this.outcome = null;
    for (const move of this.moves.slice(0, this.shown)) this.outcome = this.position.place(move);
    if (this.message === "" && this.outcome === null) {
      const idle = this.position.idleRow();
      if (idle !== null) this.message = this.say(idle, { length: rules.winLength });
    }
    const address = addressOf(this.game, this.usualRules);
    keep(this.data.name, { settings: this.settings, game: address, resigned: this.resigned });
    if (location.hash.slice(1) !== address && (address !== "" || location.hash !== ""))
      history.replaceState(null, "", address === "" ? location.href.split("#")[0] : `#${address}`);
    this.schedule();
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** Let the engine do what is due, in place of what is not. */
  private schedule(): void {
    const toMove = this.moves.length % 2 === 0 ? BLACK : -BLACK;
    if (!this.isKnownToNetwork || this.halted) return this.rest();
    if (toMove === this.engineColor && this.ending === null) {
      const [kind, amount] = this.settings.opponent.split(":");
      const task = kind === "level" ? { limit: {}, level: Number(amount) } : { limit: { seconds: Number(amount) } };
      return this.beginOnce("move", this.moves.length, task);
    }
    if (this.work?.kind === "hint" && this.work.key === this.workKey("hint", this.shown)) return;
    const unjudged = this.reviewing ? [...Array(this.moves.length + 1).keys()].find((ply) => this.judgedAt(ply) === undefined) : undefined;
    if (unjudged !== undefined) return this.beginOnce("review", unjudged, { limit: { simulations: REVIEW_SIMULATIONS } });
    if (this.analysing && this.outcome === null) return this.beginOnce("analysis", this.shown, { limit: ANALYSIS });
    this.rest();
  }

  private rest(): void {
    if (this.work === null) return;
    this.engine.stop();
    this.work = null;
    this.loading = null;
  }

  private begin(kind: Work, limit: Task["limit"]): void {
    this.work = null;
    this.halted = false;
    this.beginOnce(kind, this.shown, { limit });
    this.tell();
  }

  private workKey(kind: Work, ply: number): string {
    return `${kind} ${ply} ${kind === "move" ? this.settings.opponent : ""} ${this.network.player} ${this.keyAt(ply)}`;
  }

  private beginOnce(kind: Work, ply: number, task: Pick<Task, "limit" | "level">): void {
    const key = this.workKey(kind, ply);
    if (this.work?.key === key) return;
    this.work = { kind, key };
    this.first = null;
    const { size, winLength, variant } = this.game.rules;
    const thoughtKey = this.keyAt(ply);
    const moves = this.moves.slice(0, ply);
    const { player } = this.network;
    this.engine.think({ ...task, player, rules: [size, winLength, variant], moves }, (answer) => this.hear(answer, kind, thoughtKey));
  }

  private hear(answer: Answer, kind: Work, thoughtKey: string): void {
    if (answer.type === "loading") {
      this.loading = answer.share;
      return this.tell();
    }
    this.loading = null;
    if (answer.type === "failed") {
      this.work = null;
      this.analysing = this.reviewing = false;
      // Thinking again at once would fail again: the game waits for a person.
      this.halted = true;
      this.message = answer.reason.startsWith("web_") ? this.say(answer.reason) : answer.reason;
      return this.changed();
    }
    const { thought, done, move } = answer;
    // A level looks at a position less well than it plays.
    const known = this.thoughts.get(thoughtKey);
    if (known === undefined || known.simulations <= thought.simulations || thought.proof !== "unknown") this.thoughts.set(thoughtKey, thought);
    this.first ??= { simulations: thought.simulations, seconds: answer.seconds };
    const passed = answer.seconds - this.first.seconds;
    this.speed = passed > 0.1 ? (thought.simulations - this.first.simulations) / passed : 0;
    if (!done) return this.tell();
    // A finished analysis keeps its key, so that it is not begun again.
    if (kind !== "analysis") this.work = null;
    if (kind === "move" && move >= 0) {
      const { shown } = this;
      const watching = this.atEnd;
      this.shown = this.moves.length;
      this.play(move);
      if (!watching) this.go(shown);
    } else if (kind === "hint") {
      this.hint = move;
      this.message = this.say("hint_is", { move: pointName(move, this.game.rules.size) });
    }
    this.changed();
  }
}
