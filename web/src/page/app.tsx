/** What is seen beside the board, and the keys. */

import { useEffect, useState } from "preact/hooks";
import { BLACK } from "../engine/rules";
import { BoardView, percent } from "./board";
import { Chart } from "./chart";
import { Dialogs, playerName } from "./dialogs";
import { movesText, pointName } from "./notation";
import type { Store } from "./store";

export function App({ store }: { store: Store }) {
  const [, redraw] = useState(0);
  useEffect(() => store.subscribe(() => redraw((count) => count + 1)), [store]);
  const { language, theme } = store.settings;
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset["theme"] = theme;
  }, [language, theme]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => pressed(store, event);
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [store]);
  return (
    <>
      <main>
        <BoardView store={store} />
        <aside>
          <Status store={store} />
          <Buttons store={store} />
          <Analysis store={store} />
          {store.analysing || store.reviewing || store.ending !== null ? <Chart store={store} /> : null}
          <ReviewList store={store} />
          <Moves store={store} />
        </aside>
      </main>
      <Dialogs store={store} />
    </>
  );
}

function pressed(store: Store, event: KeyboardEvent): void {
  const isTyping = event.target instanceof Element && event.target.closest("input, select, textarea, dialog") !== null;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const keys: Record<string, () => void> = {
    ArrowLeft: () => store.go(store.shown - 1),
    ArrowRight: () => store.go(store.shown + 1),
    Home: () => store.go(0),
    End: () => store.go(store.moves.length),
    u: () => store.undo(),
    y: () => store.redo(),
    h: () => store.askForHint(),
    a: () => store.toggleAnalysis(),
    r: () => store.toggleReview(),
    n: () => store.open("new"),
    "?": () => store.open("keys"),
  };
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

/** Who has won, who is to move, what is being done. */
function statusText(store: Store): string {
  const { say, ending, engineColor } = store;
  const sideName = (color: number): string => say(color > 0 ? "black" : "white");
  if (!store.atEnd) return say("move_number", { ply: store.shown, plies: store.moves.length });
  if (ending !== null) {
    const reasons = {
      line: say("by_line", { length: store.game.rules.winLength }),
      forbidden: say("by_foul", { foul: ending.reason === "forbidden" ? say(store.position.foulAt(store.position.lastMove)) : "" }),
      full: say("by_full_board"),
      dead: say("by_dead_draw"),
      resigned: say("by_resigned"),
    };
    const result =
      ending.winner === 0
        ? say("draw")
        : engineColor === 0
          ? say("side_wins", { side: sideName(ending.winner) })
          : ending.winner === engineColor
            ? say("you_lose", { player: store.opponentName })
            : say("you_win");
    return `${result} · ${reasons[ending.reason]}`;
  }
  if (store.loading !== null) return `${say("loading", { player: store.network.player })} ${percent(store.loading)}%`;
  if (store.engineThinks) return say("thinking", { player: store.opponentName });
  const toMove = store.position.toMove;
  return engineColor === 0 || engineColor === toMove ? say("side_to_move", { side: sideName(toMove) }) : say("your_move");
}

function Status({ store }: { store: Store }) {
  const { say, engineColor } = store;
  const player = (color: number) => (
    <div class={store.position.toMove === color && store.ending === null ? "player active" : "player"}>
      <i class={color > 0 ? "stone black" : "stone white"} aria-hidden="true" />
      <span class="sr">{say(color > 0 ? "black" : "white")}: </span>
      {engineColor === color ? store.opponentName : say("human")}
    </div>
  );
  const last = store.position.lastMove;
  const { size, winLength } = store.game.rules;
  const variant = ["freestyle", "standard", "renju", "caro"][store.game.rules.variant]!;
  return (
    <section class="status">
      <h1>
        {playerName(store, store.network.player)}{" "}
        <small>
          {size}×{size} {say(variant, { length: winLength })}
        </small>
      </h1>
      <div class="players">
        {player(BLACK)}
        {player(-BLACK)}
      </div>
      <p class="now" role="status" aria-live="polite">
        <span class="sr">{last >= 0 ? `${say(store.position.cells[last]! > 0 ? "black" : "white")} ${pointName(last, size)}. ` : ""}</span>
        {statusText(store)}
      </p>
      <p class="message" role="alert">
        {store.isKnownToNetwork ? store.message : say("web_unknown_rules", { player: store.network.player })}
      </p>
    </section>
  );
}

function Buttons({ store }: { store: Store }) {
  const { say } = store;
  const button = (key: string, act: () => void, more: { disabled?: boolean; pressed?: boolean; primary?: boolean } = {}) => (
    <button
      type="button"
      class={more.primary === true ? "primary" : undefined}
      disabled={more.disabled}
      aria-pressed={more.pressed}
      onClick={act}
    >
      {say(key)}
    </button>
  );
  const step = (label: string, key: string, ply: number) => (
    <button type="button" aria-label={say(key)} title={say(key)} disabled={ply < 0 || ply > store.moves.length || ply === store.shown} onClick={() => store.go(ply)}>
      {label}
    </button>
  );
  const over = store.ending !== null;
  return (
    <nav class="buttons">
      {button("new_game", () => store.open("new"), { primary: over })}
      {button("undo", () => store.undo(), { disabled: !store.canUndo })}
      {button("redo", () => store.redo(), { disabled: !store.canRedo })}
      {button("hint", () => store.askForHint(), { disabled: store.outcome !== null || store.engineThinks })}
      {button("analysis", () => store.toggleAnalysis(), { pressed: store.analysing })}
      {button("review", () => store.toggleReview(), { pressed: store.reviewing, disabled: store.moves.length === 0 })}
      {button("ai_move", () => store.switchSides(), { disabled: over || store.engineThinks })}
      {button("resign", () => store.resign(), { disabled: over || store.moves.length === 0 })}
      {button("web_share", () => store.open("text"))}
      {button("settings", () => store.open("settings"))}
      {store.data.players !== undefined ? button("web_runs", () => store.open("runs")) : null}
      <div class="steps">
        {step("«", "web_to_start", 0)}
        {step("‹", "web_back", store.shown - 1)}
        {step("›", "web_forward", store.shown + 1)}
        {step("»", "web_to_end", store.moves.length)}
      </div>
    </nav>
  );
}

function certainty(store: Store, proof: string, distance: number, toMove: number): string {
  const { say } = store;
  if (proof === "draw") return say("is_draw");
  const winner = proof === "win" ? toMove : -toMove;
  return say("win_in", { side: say(winner > 0 ? "black" : "white"), moves: Math.ceil(distance / 2) });
}

function Analysis({ store }: { store: Store }) {
  const thought = store.shownThought;
  if (!store.analysing) return null;
  const { say, position } = store;
  const { size } = position;
  if (thought === undefined)
    return <section class="analysis">{store.outcome === null ? `${say("web_looking")} …` : say("game_is_over")}</section>;
  const enemy = say(position.toMove > 0 ? "white" : "black");
  return (
    <section class="analysis" aria-label={say("analysis")}>
      <p>
        <b>{percent(thought.winRate)}%</b> {say("side_to_move", { side: say(position.toMove > 0 ? "black" : "white") })}
        {thought.proof === "unknown" ? "" : ` · ${certainty(store, thought.proof, thought.distance, position.toMove)}`}
        <small>
          {" "}
          {say("simulations", { count: thought.simulations.toLocaleString(store.settings.language) })}
          {store.speed > 0 ? ` · ${Math.round(store.speed).toLocaleString(store.settings.language)}/s` : ""}
        </small>
      </p>
      {thought.threat.length > 0 ? (
        <p class="threat">{say("threatens", { side: enemy, line: movesText(thought.threat, size) })}</p>
      ) : null}
      <table>
        <tbody>
          {thought.candidates.slice(0, 8).map((candidate) => (
            <tr
              key={candidate.move}
              onMouseEnter={() => store.show(candidate.line)}
              onMouseLeave={() => store.show([])}
            >
              <th scope="row">
                <button type="button" onFocus={() => store.show(candidate.line)} onBlur={() => store.show([])} onClick={() => store.point(candidate.move)}>
                  {pointName(candidate.move, size)}
                </button>
              </th>
              <td>{percent(candidate.winRate)}%</td>
              <td>{candidate.visits}</td>
              <td class="line">{movesText(candidate.line.slice(1, 9), size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ReviewList({ store }: { store: Store }) {
  const { review, say } = store;
  if (review === null) return null;
  const { size } = store.position;
  const names = [say("black"), say("white")];
  return (
    <section class="review" aria-label={say("review")}>
      {review.share < 1 ? <p>{say("reviewing", { percent: percent(review.share) })}</p> : null}
      <p>
        {say("accuracy")}:{" "}
        {review.accuracy.map((accuracy, side) => (accuracy === null ? "" : `${names[side]} ${percent(accuracy)}%`)).filter(Boolean).join(" · ")}
      </p>
      {review.share === 1 && review.mistakes.length === 0 ? <p>{say("web_no_mistakes")}</p> : null}
      <ol>
        {review.mistakes.map((mistake) => (
          <li key={mistake.ply} class={mistake.severity}>
            <button type="button" aria-current={store.shown === mistake.ply + 1} onClick={() => store.go(mistake.ply + 1)}>
              {mistake.ply + 1}. {pointName(mistake.move, size)}
            </button>{" "}
            {say("judged", {
              severity: say(mistake.severity),
              percent: percent(mistake.lost),
              better: pointName(mistake.better, size),
            })}
            {store.shown === mistake.ply + 1 ? <Lesson store={store} mistake={mistake} /> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Lesson({ store, mistake }: { store: Store; mistake: NonNullable<Store["review"]>["mistakes"][number] }) {
  const { say } = store;
  const { size } = store.position;
  const names = mistake.ply % 2 === 0 ? [say("black"), say("white")] : [say("white"), say("black")];
  const moves = (plies: number): number => Math.ceil(plies / 2);
  const better = movesText(mistake.betterLine.slice(0, 9), size);
  const answer = movesText(mistake.refutation.slice(0, 9), size);
  return (
    <p>
      {mistake.missedWin > 0
        ? say("missed_win", { side: names[0]!, moves: moves(mistake.missedWin), line: better })
        : say("better_line", { line: better })}
      {answer === "" ? null : <br />}
      {answer === ""
        ? null
        : mistake.allowsWin > 0
          ? say("allows_win", { side: names[1]!, moves: moves(mistake.allowsWin), line: answer })
          : say("refutation", { line: answer })}
    </p>
  );
}

function Moves({ store }: { store: Store }) {
  const { size } = store.position;
  if (store.moves.length === 0) return null;
  return (
    <section class="moves" aria-label={store.say("web_moves")}>
      {store.moves.map((move, index) => (
        <button type="button" key={index} aria-current={store.shown === index + 1} onClick={() => store.go(index + 1)}>
          <small>{index + 1}.</small>
          {pointName(move, size)}
        </button>
      ))}
    </section>
  );
}
