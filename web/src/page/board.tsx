/** The board: a picture below, and above it a grid of points that mouse, touch, keyboard and screen reader meet. */

import { useEffect, useRef, useState } from "preact/hooks";
import { pointName } from "./notation";
import type { Store } from "./store";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUV";

/** Where the dots of a board are. */
function stars(size: number): number[] {
  if (size < 9) return [];
  const edge = size < 13 ? 2 : 3;
  const middle = (size - 1) / 2;
  const lines = [edge, size - 1 - edge];
  const points = lines.flatMap((row) => lines.map((column) => row * size + column));
  return Number.isInteger(middle) ? [...points, middle * size + middle] : points;
}

function Picture({ size, coordinates }: { size: number; coordinates: boolean }) {
  const lines = [];
  for (let i = 0; i < size; i++) {
    lines.push(<line key={`r${i}`} x1={0.5} y1={i + 0.5} x2={size - 0.5} y2={i + 0.5} />);
    lines.push(<line key={`c${i}`} x1={i + 0.5} y1={0.5} x2={i + 0.5} y2={size - 0.5} />);
  }
  const labels = [];
  for (let i = 0; coordinates && i < size; i++) {
    labels.push(<text key={`l${i}`} x={i + 0.5} y={size + 0.25}>{LETTERS[i]}</text>);
    labels.push(<text key={`n${i}`} x={-0.28} y={i + 0.5}>{size - i}</text>);
  }
  const margin = coordinates ? 0.7 : 0.15;
  return (
    <svg class="picture" viewBox={`${-margin} -0.15 ${size + margin + 0.15} ${size + margin + 0.15}`} aria-hidden="true">
      {lines}
      {stars(size).map((move) => (
        <circle key={move} cx={(move % size) + 0.5} cy={Math.floor(move / size) + 0.5} r="0.11" />
      ))}
      {labels}
    </svg>
  );
}

export function BoardView({ store }: { store: Store }) {
  const { position, say, settings } = store;
  const { size, cells, points } = position;
  const middle = Math.floor(size / 2) * size + Math.floor(size / 2);
  const [, redraw] = useState(middle);
  // Not a state: the next key may come before the board is drawn again.
  const cursor = useRef(middle);
  const setCursor = (move: number): void => {
    cursor.current = move;
    redraw(move);
  };
  const grid = useRef<HTMLDivElement>(null);
  const at = cursor.current < points ? cursor.current : middle;
  useEffect(() => {
    if (grid.current?.contains(document.activeElement) === true)
      grid.current.querySelectorAll<HTMLElement>("[role=gridcell]")[at]?.focus();
  }, [at]);

  const numbers = new Map<number, number>();
  store.moves.slice(0, store.shown).forEach((move, index) => numbers.set(move, index + 1));
  const preview = new Map<number, number>();
  store.preview.forEach((move, index) => {
    if (cells[move] === 0 && !preview.has(move)) preview.set(move, index + 1);
  });
  const forbidden = new Set(position.toMove > 0 ? store.forbidden : []);
  const winning = new Set(store.winningLine);
  const thought = store.shownThought;
  const candidates = new Map(preview.size > 0 ? [] : (thought?.candidates.map((each) => [each.move, each]) ?? []));
  const mistake = store.review?.mistakes.find((each) => each.ply === store.shown - 1);

  const onKeyDown = (event: KeyboardEvent): void => {
    const here = cursor.current < points ? cursor.current : middle;
    const row = Math.floor(here / size);
    const column = here % size;
    const to = (newRow: number, newColumn: number): void =>
      setCursor(Math.max(0, Math.min(size - 1, newRow)) * size + Math.max(0, Math.min(size - 1, newColumn)));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowLeft") to(row, column - 1);
    else if (event.key === "ArrowRight") to(row, column + 1);
    else if (event.key === "ArrowUp") to(row - 1, column);
    else if (event.key === "ArrowDown") to(row + 1, column);
    else if (event.key === "Enter" || event.key === " ") store.point(here);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const nameOf = (move: number): string => {
    const point = pointName(move, size);
    const cell = cells[move]!;
    if (cell !== 0) {
      const stone = say(cell > 0 ? "web_black_stone" : "web_white_stone", { point, number: numbers.get(move) ?? 0 });
      return move === position.lastMove ? `${stone}, ${say("web_last")}` : stone;
    }
    if (forbidden.has(move)) return say("web_forbidden", { point, foul: say(position.foulAt(move)) });
    const candidate = candidates.get(move);
    const empty = say("web_empty", { point });
    return candidate === undefined ? empty : `${empty}, ${say("web_win_rate", { percent: percent(candidate.winRate) })}`;
  };

  const cellOf = (move: number) => {
    const cell = cells[move]!;
    const candidate = cell === 0 ? candidates.get(move) : undefined;
    const isBest = candidate !== undefined && thought?.bestMove === move;
    const number = preview.get(move);
    const previewColor = number === undefined ? 0 : (number % 2 === 1 ? 1 : -1) * position.toMove;
    const classes = [
      "point",
      cell > 0 ? "black" : cell < 0 ? "white" : "empty",
      move === position.lastMove ? "last" : "",
      winning.has(move) ? "winning" : "",
      cell === 0 && move === store.armed ? (position.toMove > 0 ? "armed black" : "armed white") : "",
      cell === 0 && move === store.hint ? "hinted" : "",
      cell === 0 && forbidden.has(move) ? "crossed" : "",
      mistake?.move === move ? mistake.severity : "",
      cell === 0 && mistake?.better === move ? "better" : "",
      previewColor > 0 ? "preview black" : previewColor < 0 ? "preview white" : "",
      candidate !== undefined ? (isBest ? "candidate best" : "candidate") : "",
    ];
    return (
      <div
        key={move}
        role="gridcell"
        tabIndex={move === at ? 0 : -1}
        aria-label={nameOf(move)}
        data-point={pointName(move, size)}
        class={classes.filter(Boolean).join(" ")}
        onClick={() => {
          setCursor(move);
          store.point(move);
        }}
        onFocus={() => setCursor(move)}
      >
        {number !== undefined ? (
          <span>{number}</span>
        ) : candidate !== undefined ? (
          <span>{percent(candidate.winRate)}</span>
        ) : settings.numbers && numbers.has(move) ? (
          <span>{numbers.get(move)}</span>
        ) : null}
      </div>
    );
  };

  return (
    <div class={settings.coordinates ? "board labelled" : "board"} ref={(element) => element?.style.setProperty("--size", String(size))}>
      <Picture size={size} coordinates={settings.coordinates} />
      <div class="points" role="grid" aria-label={say("web_board", { size })} ref={grid} onKeyDown={onKeyDown}>
        {Array.from({ length: size }, (_, row) => (
          <div role="row" key={row} class="row">
            {Array.from({ length: size }, (_, column) => cellOf(row * size + column))}
          </div>
        ))}
      </div>
    </div>
  );
}

export function percent(rate: number): number {
  return Math.round(100 * rate);
}
