/** The page begins: its data, its engine, its store, its view. */

import { render } from "preact";
import type { NetworkData } from "../engine/network";
import { App } from "./app";
import { SocketEngine, WorkerEngine } from "./engines";
import { type PageData, Store } from "./store";
import { usualLanguage } from "./words";

const data = JSON.parse(document.getElementById("data")!.textContent!) as PageData & { network?: NetworkData };
const engine =
  data.network !== undefined
    ? new WorkerEngine(data.network, data.levels)
    : new SocketEngine(new URL(`socket${location.search}`, location.href.replace(/^http/, "ws")).href);
const touch = matchMedia("(pointer: coarse)").matches;
const store = new Store(data, engine, usualLanguage(data.languages), touch);
document.title = `${data.name} · Gomoku Zero`;
addEventListener("hashchange", () => store.followAddress());
if (data.installable && "serviceWorker" in navigator) void navigator.serviceWorker.register("service-worker.js");
render(<App store={store} />, document.getElementById("app")!);
