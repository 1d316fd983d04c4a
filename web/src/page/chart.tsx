/** Black's win rate over the game, as far as it is known. */

import type { Store } from "./store";

const WIDTH = 300;
const HEIGHT = 80;

export function Chart({ store }: { store: Store }) {
  const rates = store.blackRates;
  const plies = rates.length - 1;
  if (plies < 1 || rates.filter((rate) => rate !== null).length < 2) return null;
  const x = (ply: number): number => (ply / plies) * WIDTH;
  const y = (rate: number): number => (1 - rate) * HEIGHT;
  const known = rates.flatMap((rate, ply) => (rate === null ? [] : [`${x(ply).toFixed(1)},${y(rate).toFixed(1)}`]));
  const jump = (event: MouseEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    store.go(Math.round(((event.clientX - box.left) / box.width) * plies));
  };
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={store.say("web_chart")} onClick={jump}>
      <rect width={WIDTH} height={HEIGHT} class="white-share" />
      <polygon points={`${known[0]!.split(",")[0]},${HEIGHT} ${known.join(" ")} ${known.at(-1)!.split(",")[0]},${HEIGHT}`} class="black-share" />
      <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} class="middle" />
      {store.review?.mistakes.map((mistake) => (
        <line key={mistake.ply} class={mistake.severity} x1={x(mistake.ply + 1)} x2={x(mistake.ply + 1)} y1="0" y2={HEIGHT} />
      ))}
      <line class="now" x1={x(store.shown)} x2={x(store.shown)} y1="0" y2={HEIGHT} />
    </svg>
  );
}
