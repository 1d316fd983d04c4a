"""Measures what each technique of the recipe is worth: train without it, or with it, and play.

    python -m experiments.ablations configs/6x6.toml --minutes 2
    python -m experiments.ablations configs/9x9.toml --minutes 4 --only gumbel balance

The configuration is trained as it is (twice, with two seeds: their difference is chance), and once
for every technique with that one switched off, or on if the configuration has it off. All have the
same processor time on one core each. Every network then plays the first one from the same openings.
Runs and matches are kept in a folder and go on after a stop; the table goes to the console.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import tyro
from tyro.conf import Positional

from experiments.ladder import fairest_openings, rule_options
from gomoku.rules import Rules
from gomoku_zero.commands import pit
from gomoku_zero.training.config import TrainConfig
from gomoku_zero.training.config_file import read_config
from nets.checkpoint import read_meta

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Technique:
    """One that can be switched: settings by their dotted names, with it and without."""

    name: str
    on: Settings
    off: Settings


TECHNIQUES = (
    Technique(
        "patterns",
        {"net.architecture": "patterns", "net.channels": 64},
        {"net.architecture": "resnet", "net.channels": 32},
    ),
    Technique("gumbel", {"selfplay.gumbel": True}, {"selfplay.gumbel": False}),
    Technique(
        "fewer_simulations",
        {"selfplay.fewer_simulations": ((0.1, 16), (0.5, 32)), "selfplay.simulations": 64},
        {"selfplay.fewer_simulations": ()},
    ),
    Technique(
        "fast_moves",
        {"selfplay.full_share": 0.33, "selfplay.simulations": 64},
        {"selfplay.full_share": 1.0},
    ),
    Technique("settled_games", {"selfplay.settled_value": 0.95}, {"selfplay.settled_value": 1.0}),
    Technique("random_starts", {"selfplay.empty_starts": 0.2}, {"selfplay.empty_starts": 1.0}),
    Technique("balance", {"selfplay.balance_moves": 16}, {"selfplay.balance_moves": 0}),
    Technique("near_stones", {"selfplay.stone_distance": 2}, {"selfplay.stone_distance": 0}),
    Technique("drawn_moves", {"selfplay.temperature_plies": 6}, {"selfplay.temperature_plies": 0}),
    Technique("fours", {"selfplay.vcf_search": 30}, {"selfplay.vcf_search": 0}),
    Technique("root_values", {"learner.root_value_share": 0.25}, {"learner.root_value_share": 0.0}),
    Technique("averaging", {"learner.averaging": 0.999}, {"learner.averaging": 0.0}),
    Technique("decay", {"learner.decay_start": 0.6}, {"learner.decay_start": 1.0}),
)


@dataclass(frozen=True)
class Options:
    """The trainings, and how long they take."""

    config: Annotated[Path, Positional]
    """The recipe, a TOML file of train.py."""

    minutes: float = 2.0
    """Training of each, in minutes of all cores' processor time, see clock = "cpu"."""

    only: tuple[str, ...] = ()
    """Leave the other techniques out; these may be written alike with = and a value for further
    trials, such as learner.reuse=6."""

    pairs: int = 100
    """Pairs of games of each against the recipe."""

    simulations: int = 100
    """Simulations a move in these games."""

    opponent: str = ""
    """A further opponent for everybody, from the empty board, such as pure:1000."""

    opponent_pairs: int = 50
    """Pairs of games against it."""

    at_once: int = 2
    """Runs that train beside each other, each on one core."""

    folder: Path | None = None
    """Where runs and matches are kept; by default runs/ablations-NAME."""


@dataclass(frozen=True)
class Variant:
    """The recipe with some settings changed."""

    name: str
    settings: Settings


def main() -> None:
    options = tyro.cli(Options, description=__doc__)
    config = read_config(options.config)
    folder = options.folder or Path("runs", f"ablations-{options.config.stem}")
    variants = find_variants(config, options.only)
    with ThreadPoolExecutor(options.at_once) as pool:
        list(pool.map(lambda variant: train(variant, options, folder), variants))
    print(table(variants, options, folder))


def find_variants(config: TrainConfig, only: tuple[str, ...]) -> list[Variant]:
    """The recipe as it is, and everything that differs from it in one technique."""
    variants = [Variant("recipe", {}), Variant("recipe, another seed", {"seed": config.seed + 1})]
    known = {technique.name: technique for technique in TECHNIQUES}
    for name in only or known:
        if "=" in name:
            setting, _, text = name.partition("=")
            try:
                variants.append(Variant(name, {setting: json.loads(text)}))
            except json.JSONDecodeError:
                raise SystemExit(
                    f"ablations: {text!r} in {name} is not a JSON value, such as 6, true or "
                    '"resnet"'
                ) from None
            continue
        if name not in known:
            raise SystemExit(f"ablations: no technique {name!r}; there are {', '.join(known)}")
        technique = known[name]
        # The first setting is the switch; others go with it.
        switch, value = next(iter(technique.off.items()))
        is_off = value_of(config, switch) == value
        variants.append(
            Variant(f"with {name}", technique.on)
            if is_off
            else Variant(f"without {name}", technique.off)
        )
    return variants


def value_of(config: TrainConfig, name: str) -> Any:
    """A setting by its dotted name.

    >>> value_of(TrainConfig(), "learner.batch")
    256
    """
    value: Any = config
    for part in name.split("."):
        value = getattr(value, part)
    return value


def with_settings(config: TrainConfig, settings: Settings) -> TrainConfig:
    """The configuration with some settings changed, given by their dotted names."""
    plain = msgspec.to_builtins(config)
    for name, value in settings.items():
        *parts, last = name.split(".")
        section = plain
        for part in parts:
            section = section[part]
        section[last] = value
    return msgspec.convert(plain, TrainConfig)


def train(variant: Variant, options: Options, folder: Path) -> None:
    """Train one of them to the end of its time, or to go on with it."""
    run = folder / slug(variant.name)
    if final_checkpoint(run, options.minutes) is not None:
        return
    settings = {
        "minutes": options.minutes,
        "clock": "cpu",
        "selfplay.lanes": 1,
        "evaluation.opponents": (),
        "evaluation.tactics_cycles": 0,
        **variant.settings,
    }
    config = with_settings(read_config(options.config), settings)
    run.parent.mkdir(parents=True, exist_ok=True)
    file = run.with_suffix(".toml")
    file.write_bytes(msgspec.toml.encode(msgspec.to_builtins(config)))
    command = [sys.executable, "train.py", str(file), "--run", str(run)]
    if run.exists():
        command.append("--resume")
    with run.with_suffix(".log").open("ab") as log:
        subprocess.run(command, stdout=log, stderr=log, check=True)
    print(f"trained: {variant.name}", file=sys.stderr, flush=True)


def slug(name: str) -> str:
    """A name as part of a file's."""
    return "".join(c if c.isalnum() else "-" for c in name)


def final_checkpoint(run: Path, minutes: float) -> Path | None:
    """The last checkpoint of a run that has had its time."""
    numbered = sorted(f for f in (run / "checkpoints").glob("*") if f.name.isdecimal())
    if not numbered or read_meta(numbered[-1]).seconds < 60 * minutes:
        return None
    return numbered[-1]


def table(variants: list[Variant], options: Options, folder: Path) -> str:
    """A Markdown table: each against the recipe, and against the further opponent."""
    head = ["", "games trained", "Elo", "95% interval", "score"]
    if options.opponent:
        head += [f"against {options.opponent}", "as Black", "as White"]
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    recipe = final_checkpoint(folder / slug(variants[0].name), options.minutes)
    assert recipe is not None
    for variant in variants:
        checkpoint = final_checkpoint(folder / slug(variant.name), options.minutes)
        assert checkpoint is not None
        row = [variant.name, f"{read_meta(checkpoint).games:,}"]
        if checkpoint == recipe:
            row += ["0", "", ""]
        else:
            openings = fairest_openings(Rules(*read_meta(checkpoint).rules[0]))
            rival = f"net:{recipe}@{options.simulations}"
            match = play(checkpoint, rival, openings, options, folder)
            low, high = match["elo_low"], match["elo_high"]
            row += [f"{match['elo']:+.0f}", f"{low:+.0f} to {high:+.0f}", f"{match['score']:.1%}"]
        if options.opponent:
            match = play(checkpoint, options.opponent, "empty", options, folder)
            row.append(f"{match['score']:.1%}")
            row += [
                "-".join(str(match[f"as_{color}"][k]) for k in ("wins", "draws", "losses"))
                for color in ("black", "white")
            ]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def play(
    checkpoint: Path, opponent: str, openings: str, options: Options, folder: Path
) -> dict[str, Any]:
    """A match of a checkpoint with somebody, or what is left of it."""
    rules = Rules(*read_meta(checkpoint).rules[0])
    run = checkpoint.parents[1].name
    name = f"{run}-{checkpoint.name}-{openings}-{options.simulations}-{slug(opponent)}"
    result = folder / f"{name}.json"
    pairs = options.opponent_pairs if openings == "empty" else options.pairs
    pit.pit(
        pit.Options(
            players=(f"net:{checkpoint}@{options.simulations}", opponent),
            pairs=pairs,
            **rule_options(rules),
            openings=openings,
            resume=True,
            journal=folder / f"{name}.jsonl",
            json=result,
        )
    )
    match: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return match


if __name__ == "__main__":
    main()
