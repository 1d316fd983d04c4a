/** The engine in a worker of the page: reads requests, answers them one after the other. */

import kernel from "../kernel.wasm";
import type { Level } from "./levels";
import { Network, type NetworkData } from "./network";
import type { Answer, Request } from "./protocol";
import { Thinker } from "./thinker";

interface Start {
  readonly type: "start";
  readonly network: NetworkData;
  readonly levels: readonly Level[];
}

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<Request | Start>) => void) | null;
  postMessage(answer: Answer): void;
};

let thinker: Thinker | null = null;
// The request that is being answered; another one replaces it.
let current: { id: number; answers: Generator<Answer | undefined> } | null = null;
// Messages to ourselves let those of the page in between, and unlike timers they do not wait.
const turns = new MessageChannel();
let turnIsDue = false;
turns.port1.onmessage = takeTurn;

function askForTurn(): void {
  if (!turnIsDue) turns.port2.postMessage(null);
  turnIsDue = true;
}

function takeTurn(): void {
  turnIsDue = false;
  if (current === null) return;
  const { id } = current;
  try {
    const { value, done } = current.answers.next();
    if (value) scope.postMessage(value);
    if (done === true) current = null;
    else askForTurn();
  } catch (error) {
    current = null;
    scope.postMessage({ type: "failed", id, reason: String(error) });
  }
}

scope.onmessage = ({ data }) => {
  if (data.type === "start") {
    thinker = new Thinker(new Network(data.network, new WebAssembly.Module(kernel)), data.levels);
    return;
  }
  if (data.type === "stop") {
    if (current?.id === data.id) current = null;
    return;
  }
  if (thinker === null) return;
  current = { id: data.id, answers: thinker.answer(data) };
  askForTurn();
};
