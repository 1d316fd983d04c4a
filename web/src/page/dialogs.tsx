/** New game, settings, sharing, keys. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { RENJU, type Rules, sameRules } from "../engine/rules";
import { rulesOf } from "../engine/levels";
import type { Settings } from "./storage";
import { Runs } from "./runs";
import type { Store } from "./store";

const THINK_SECONDS = [1, 3, 10, 30];

export function Dialogs({ store }: { store: Store }) {
  if (store.dialog === "new") return <NewGame store={store} />;
  if (store.dialog === "settings") return <SettingsDialog store={store} />;
  if (store.dialog === "text") return <TextDialog store={store} />;
  if (store.dialog === "keys") return <Keys store={store} />;
  if (store.dialog === "runs") return <Runs store={store} />;
  return null;
}

/** What a server calls a player; the newest checkpoint of a run changes as it is trained. */
export function playerName(store: Store, player: string): string {
  return player.startsWith("run:") ? `${player.slice(4)}, ${store.say("web_newest")}` : player;
}

export function Frame({ store, title, children }: { store: Store; title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={() => store.open(null)}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="sheet">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

function Choice<T extends string | number>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
}) {
  return (
    <label>
      <span>{props.label}</span>
      <select
        value={String(props.value)}
        onChange={(event) => props.choose(props.options[event.currentTarget.selectedIndex]![0])}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={String(value)}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function NewGame({ store }: { store: Store }) {
  const { say, data } = store;
  // By what wins, and by size: the network may know each only together with some of the others.
  const [player, setPlayer] = useState(store.network.player);
  const players = data.players ?? [store.network];
  const kinds = (players.find((each) => each.player === player) ?? store.network).rules.map((tuple) => rulesOf(tuple));
  const known = (rules: Rules): boolean => kinds.some((each) => each.variant === rules.variant && each.winLength === rules.winLength);
  const start = known(store.game.rules) ? store.game.rules : kinds[0]!;
  const [rules, setRules] = useState(start);
  const [side, setSide] = useState<Settings["side"]>(store.settings.side);
  const [opponent, setOpponent] = useState(store.settings.opponent);
  const sizes = [...new Set([...kinds.map((each) => each.size), store.game.rules.size])].sort((a, b) => a - b);
  const names = ["freestyle", "standard", "renju", "caro"];
  const variants = [...new Map(kinds.map((each) => [`${each.variant} ${each.winLength}`, each])).values()];
  const opponents: [string, string][] = [
    ...data.levels.map(({ number, elo }): [string, string] => [
      `level:${number}`,
      `${say("level", { level: number })} · ${say("elo", { elo })}`,
    ]),
    ...THINK_SECONDS.map((seconds): [string, string] => [`time:${seconds}`, say("web_seconds", { seconds })]),
  ];
  return (
    <Frame store={store} title={say("new_game")}>
      {players.length > 1 ? (
        <Choice
          label={say("web_player")}
          value={player}
          options={players.map((each) => [each.player, playerName(store, each.player)])}
          choose={(chosen) => {
            setPlayer(chosen);
            const its = players.find((each) => each.player === chosen)!.rules;
            if (!its.some((tuple) => sameRules(rulesOf(tuple), rules))) setRules(rulesOf(its[0]!));
          }}
        />
      ) : null}
      <Choice
        label={say("rules")}
        value={`${rules.variant} ${rules.winLength}`}
        options={variants.map((each) => [`${each.variant} ${each.winLength}`, say(names[each.variant]!, { length: each.winLength })])}
        choose={(value) => {
          const [variant, winLength] = value.split(" ").map(Number);
          setRules({ ...rules, variant: variant!, winLength: winLength! });
        }}
      />
      <Choice
        label={say("board_size")}
        value={rules.size}
        options={sizes.map((size) => [size, `${size}×${size}`])}
        choose={(size) => setRules({ ...rules, size })}
      />
      <Choice
        label={say("you_play")}
        value={side}
        options={[
          ["black", say("black")],
          ["white", say("white")],
          ["both", say("both_colors")],
        ]}
        choose={setSide}
      />
      <Choice label={say("opponent")} value={opponent} options={opponents} choose={setOpponent} />
      {rules.variant === RENJU ? <p class="note">{say("web_renju")}</p> : null}
      <div class="actions">
        <button type="button" onClick={() => store.open(null)}>
          {say("cancel")}
        </button>
        <button type="button" class="primary" onClick={() => store.newGame(rules, { side, opponent, player })}>
          {say("start")}
        </button>
      </div>
    </Frame>
  );
}

function SettingsDialog({ store }: { store: Store }) {
  const { say, settings, data } = store;
  const flag = (key: "numbers" | "coordinates" | "warn" | "confirm", text: string) => (
    <label>
      <span>{say(text)}</span>
      <input type="checkbox" checked={settings[key]} onChange={(event) => store.set({ [key]: event.currentTarget.checked })} />
    </label>
  );
  return (
    <Frame store={store} title={say("settings")}>
      <Choice
        label={say("language_label")}
        value={settings.language}
        options={Object.entries(data.languages).map(([code, texts]) => [code, texts["language"] ?? code])}
        choose={(language) => store.set({ language })}
      />
      <Choice
        label={say("theme")}
        value={settings.theme}
        options={[
          ["auto", say("web_as_system")],
          ["light", say("light")],
          ["dark", say("dark")],
        ]}
        choose={(theme) => store.set({ theme })}
      />
      {flag("coordinates", "coordinates")}
      {flag("numbers", "numbers")}
      {flag("warn", "warn_forbidden")}
      {flag("confirm", "confirm")}
      <div class="actions">
        <button type="button" onClick={() => store.open("keys")}>
          {say("shortcuts")}
        </button>
        <button type="button" class="primary" onClick={() => store.open(null)}>
          {say("close")}
        </button>
      </div>
    </Frame>
  );
}

function TextDialog({ store }: { store: Store }) {
  const { say } = store;
  const [text, setText] = useState("");
  const [copied, setCopied] = useState("");
  const copy = async (value: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(say("copied"));
    } catch {
      setText(value); // no clipboard here: it can be copied by hand
      setCopied(say("no_clipboard"));
    }
  };
  const save = (): void => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([store.sgf], { type: "application/x-go-sgf" }));
    link.download = "game.sgf";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <Frame store={store} title={say("web_share")}>
      <div class="actions left">
        <button type="button" onClick={() => void copy(store.address)}>
          {say("web_copy_address")}
        </button>
        <button type="button" onClick={() => void copy(store.sgf)}>
          {say("web_copy_sgf")}
        </button>
        <button type="button" onClick={save}>
          {say("web_save_sgf")}
        </button>
        <span role="status">{copied}</span>
      </div>
      <label class="tall">
        <span>{say("web_paste_here")}</span>
        <textarea rows={7} value={text} spellcheck={false} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <p class="message" role="alert">
        {store.message}
      </p>
      <div class="actions">
        <button type="button" onClick={() => store.open(null)}>
          {say("close")}
        </button>
        <button
          type="button"
          class="primary"
          disabled={text.trim() === ""}
          onClick={() => {
            if (store.paste(text)) store.open(null);
          }}
        >
          {say("load")}
        </button>
      </div>
    </Frame>
  );
}

function Keys({ store }: { store: Store }) {
  const { say } = store;
  const keys: [string, string][] = [
    ["↑ ↓ ← → ↵", say("cursor_keys")],
    ["← → Home End", say("browse_keys")],
    ["U", say("undo")],
    ["Y", say("redo")],
    ["H", say("hint")],
    ["A", say("analysis")],
    ["R", say("review")],
    ["N", say("new_game")],
    ["?", say("shortcuts")],
  ];
  return (
    <Frame store={store} title={say("shortcuts")}>
      <dl>
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div class="actions">
        <button type="button" class="primary" onClick={() => store.open(null)}>
          {say("close")}
        </button>
      </div>
    </Frame>
  );
}
