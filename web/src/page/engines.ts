/** Two engines behind one interface: a worker of the page, or a server that the page came from. */

import type { Level } from "../engine/levels";
import type { NetworkData } from "../engine/network";
import type { Answer, Request } from "../engine/protocol";

declare const WORKER_SOURCE: string;

export type Task = Omit<Extract<Request, { type: "think" }>, "id" | "type">;

export interface Engine {
  /** Think about a task in place of the last one; tell is called until the answer says that it is done or has failed. */
  think(task: Task, tell: (answer: Answer) => void): void;
  /** Give up the last task; nothing more is told of it. */
  stop(): void;
}

abstract class NumberedEngine implements Engine {
  private id = 0;
  private tell: ((answer: Answer) => void) | null = null;

  think(task: Task, tell: (answer: Answer) => void): void {
    this.stop();
    this.id += 1;
    this.tell = tell;
    this.send({ ...task, type: "think", id: this.id });
  }

  stop(): void {
    if (this.tell === null) return;
    this.tell = null;
    this.send({ type: "stop", id: this.id });
  }

  /** Pass an answer on, unless it belongs to a task that was given up. */
  protected receive(answer: Answer): void {
    const tell = this.tell;
    if (answer.id !== this.id || tell === null) return;
    if (answer.type === "failed" || (answer.type === "thought" && answer.done)) this.tell = null;
    tell(answer);
  }

  /** What is waited for will not come; reason: a key of the language files, or what a server said. */
  protected fail(reason: string): void {
    this.receive({ type: "failed", id: this.id, reason });
  }

  protected abstract send(request: Request): void;
}

export class WorkerEngine extends NumberedEngine {
  private readonly worker: Worker;

  constructor(network: NetworkData, levels: readonly Level[]) {
    super();
    const source = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
    this.worker = new Worker(source);
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) => this.receive(data);
    this.worker.onerror = ({ message }) => this.fail(message);
    this.worker.postMessage({ type: "start", network, levels });
  }

  protected send(request: Request): void {
    this.worker.postMessage(request);
  }
}

export class SocketEngine extends NumberedEngine {
  private socket: WebSocket | null = null;
  private waiting: Request | null = null;

  constructor(private readonly address: string) {
    super();
  }

  protected send(request: Request): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(request));
      return;
    }
    this.waiting = request;
    if (this.socket === null) this.connect();
  }

  private connect(): void {
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => {
      if (this.waiting !== null) this.send(this.waiting);
      this.waiting = null;
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => this.receive(JSON.parse(data) as Answer);
    socket.onclose = ({ reason }) => {
      this.socket = null;
      this.waiting = null;
      this.fail(reason === "" ? "web_unreachable" : reason);
    };
  }
}
