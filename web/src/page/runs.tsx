/** The training runs of a server: curves, games, play against the newest checkpoint. */

import { useEffect, useState } from "preact/hooks";
import { rulesOf } from "../engine/levels";
import { Frame } from "./dialogs";
import type { Store } from "./store";

interface Run {
  readonly name: string;
  readonly cycles: number;
  readonly played: number;
  readonly minutes: number;
  readonly curves: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly checkpoint: string | null;
  readonly games: readonly string[];
}

const REFRESH = 15_000;
const WIDTH = 200;
const HEIGHT = 60;

export function Runs({ store }: { store: Store }) {
  const { say } = store;
  const [runs, setRuns] = useState<readonly Run[] | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let closed = false;
    const load = async (): Promise<void> => {
      try {
        const answer = await fetch(`runs${location.search}`);
        if (!closed) setRuns((await answer.json()) as Run[]);
      } catch (error) {
        if (!closed) setFault(String(error));
      }
    };
    void load();
    const timer = setInterval(() => void load(), REFRESH);
    return () => {
      closed = true;
      clearInterval(timer);
    };
  }, []);
  const show = async (run: Run, game: string): Promise<void> => {
    const answer = await fetch(`games/${encodeURIComponent(run.name)}/${encodeURIComponent(game)}${location.search}`);
    if (answer.ok && store.paste(await answer.text())) {
      store.set({ side: "both" });
      store.open(null);
    }
  };
  const play = (run: Run): void => {
    const player = `run:${run.name}`;
    const known = store.data.players?.find((each) => each.player === player);
    if (known === undefined) location.reload(); // its first checkpoint is newer than this page
    else store.newGame(rulesOf(known.rules[0]!), { side: "black", opponent: "time:1", player });
  };
  return (
    <Frame store={store} title={say("web_runs")}>
      {fault === "" ? null : <p role="alert">{fault}</p>}
      {runs !== null && runs.length === 0 ? <p>{say("web_no_runs")}</p> : null}
      {runs?.map((run) => (
        <section key={run.name} class="run">
          <h3>{run.name}</h3>
          <p>{say("web_run_line", { games: run.played, hours: (run.minutes / 60).toFixed(1) })}</p>
          <div class="curves">
            {Object.entries(run.curves).map(([name, points]) => (
              <Curve key={name} name={name} points={points} />
            ))}
          </div>
          <div class="actions left">
            {run.checkpoint === null ? null : (
              <button type="button" class="primary" onClick={() => play(run)}>
                {say("new_game")}
              </button>
            )}
            {run.games.map((game) => (
              <button type="button" key={game} onClick={() => void show(run, game)}>
                {game.replace(/^0+|\.sgf$/g, "")}
              </button>
            ))}
          </div>
        </section>
      ))}
      <div class="actions">
        <button type="button" onClick={() => store.open(null)}>
          {say("close")}
        </button>
      </div>
    </Frame>
  );
}

function Curve({ name, points }: { name: string; points: readonly (readonly [number, number])[] }) {
  if (points.length < 2) return null;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const line = points
    .map(([x, y]) => `${(((x - left) / (right - left || 1)) * WIDTH).toFixed(1)},${((1 - (y - low) / (high - low || 1)) * HEIGHT).toFixed(1)}`)
    .join(" ");
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${ys.at(-1)}`}>
        <polyline points={line} />
      </svg>
      <figcaption>
        {name} <b>{ys.at(-1)!.toPrecision(3)}</b>
      </figcaption>
    </figure>
  );
}
