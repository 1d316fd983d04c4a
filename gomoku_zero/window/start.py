"""Opens the window: from what was asked for on the command line to a running app."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")  # real pixels, so crisp text

import msgspec
import pygame

from gomoku.jit import compile_ahead, expect_compiling
from gomoku.opening_rules import (
    OpeningPhase,
    OpeningRule,
    OpeningRuleError,
    opening_rule_from_name,
    opening_rules_for,
)
from gomoku.rules import Rules, RulesError, variant_from_name
from gomoku_zero.players.ready import all_kernels, first_kernels
from gomoku_zero.players.spec import (
    Human,
    Net,
    SpecError,
    make_player,
    parse_spec,
    with_simulations,
)
from gomoku_zero.window.app import App
from gomoku_zero.window.i18n import load_language, system_language
from gomoku_zero.window.model.analyst import analyst_for, make_analyst
from gomoku_zero.window.model.commands import LoadFile
from gomoku_zero.window.model.in_progress import claim_in_progress
from gomoku_zero.window.model.new_game import adaptive_spec
from gomoku_zero.window.model.opponents import (
    ADAPTIVE,
    NORMAL_STRENGTH,
    PURE,
    Opponent,
    asked_for,
    best_network,
    list_opponents,
    opponent_of,
)
from gomoku_zero.window.model.session import GameSession
from gomoku_zero.window.model.settings import (
    Settings,
    SettingsError,
    load_settings,
    rating_of,
    set_aside,
    settings_file,
    user_folder,
)
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.storage import GameFiles
from gomoku_zero.window.view.screen import close_window, open_window
from gomoku_zero.window.view.sounds import Sounds
from gomoku_zero.window.worker import Thinker
from mcts.player import Player

REST_AFTER = 10.0  # seconds after the kernels of the first answer are compiled
SCREENSHOT_TIMEOUT = 300.0  # seconds; the first start compiles


class StartError(Exception):
    """What was asked for cannot be done; the message says why and what can."""


def start(
    *,
    folders: Sequence[Path],
    opponent: str | None,
    size: int | None,
    win_length: int | None,
    variant: str | None,
    opening: str | None,
    human_is_black: bool | None,
    simulations: int | None,
    device: str,
    theme: str | None,
    language: str | None,
    window_size: tuple[int, int] | None,
    load: Path | None,
    screenshot: Path | None,
    runs: Sequence[Path] = (),
    report: Callable[[str], None],
) -> None:
    """Play until the window is closed, or until the screenshot is made.

    folders: where to look for checkpoints. runs: those of training runs, the first for new ones.
    opponent, size, win_length, variant, opening, human_is_black, simulations: the game asked for;
        if all are None, the game that was left is resumed.
    opening: the name of an opening rule; None for the one that was played last, where it fits.
    human_is_black: None for Black.
    report: takes lines for the terminal.

    Raises:
        StartError: if the arguments make no game.
    """
    # A picture shows what was asked for, whatever the user's settings and unfinished games are.
    home = user_folder() if screenshot is None else None
    asked = (opponent, size, win_length, variant, opening, human_is_black, simulations)
    settings, remark = _settings(home, theme, language)
    opponents = list_opponents(folders, settings.engines)
    _check_rules(size, win_length, variant)
    is_adaptive, told, seconds = False, "", 0.0
    if opponent is not None:
        spec = _spec_of(opponent)
    elif screenshot is None and simulations is None:
        spec, is_adaptive = _last_opponent(opponents, settings, size, win_length, variant)
        seconds = settings.seconds if spec == settings.opponent else 0.0
    else:
        spec = ""
    if not spec:
        spec, told = _best_opponent(opponents, size, win_length, variant)
    spec = _with_simulations(spec, simulations)
    spec, listed = asked_for(spec, opponents)
    last = settings.rules if all(each is None for each in asked) else None
    rules = _rules(spec, listed, size, win_length, variant, last)
    if told:
        report(told)
    if spec != HUMAN and listed.base not in {opponent.base for opponent in opponents}:
        opponents.append(listed)  # so that the new-game dialog offers it, too
    black, white = (spec, HUMAN) if human_is_black is False else (HUMAN, spec)
    setup = GameSetup(
        rules,
        black,
        white,
        adaptive=is_adaptive,
        opening=_opening(opening, rules, settings),
        seconds=(seconds, 0.0) if human_is_black is False else (0.0, seconds),
    )
    try:
        surface = open_window(window_size)
    except pygame.error as error:
        raise StartError(
            f"no window can be opened ({error}); without a screen, set SDL_VIDEODRIVER=dummy"
        ) from error

    def build(spec: str) -> Player:
        return make_analyst(spec, device=device)

    def compile_kernels(tell: Callable[[int, int], None]) -> None:
        compile_ahead(first_kernels(rules.variant), tell)
        # The rest comes when nobody waits for it: after the first answer, in all likelihood.
        rest = threading.Timer(REST_AFTER, compile_ahead, [all_kernels()])
        rest.daemon = True
        rest.start()

    expect_compiling()
    thinker = Thinker(build, compile_kernels=compile_kernels)
    session = GameSession(setup, analyst=analyst_for(setup, opponents))
    files, claim = _games(home)
    app = App(
        session,
        thinker,
        opponents,
        surface,
        settings,
        files=files,
        settings_file=settings_file() if home else None,
        sounds=Sounds() if home else None,
        runs=runs,
    )
    try:
        if load is not None:
            before = session.games
            app.do(LoadFile(load))
            shown = session.games != before or app.scene().dialog is not None
            if screenshot is not None and not shown:
                raise StartError(f"--load {load}: {app.scene().message}")
            app.keep_for_later()
        elif all(each is None for each in asked):
            app.restore()
        else:
            app.keep_for_later()
        if remark:
            app.say_later(remark)
        if screenshot is None:
            app.run()
        else:
            if load is None:
                _play_a_move(app)
            _save_picture(app, surface, screenshot)
            report(f"saved {screenshot}")
    finally:
        app.close()
        thinker.close()
        close_window()
        if claim is not None:
            claim.close()


def _settings(home: Path | None, theme: str | None, language: str | None) -> tuple[Settings, str]:
    """The user's settings, and what to say about them."""
    settings, remark = Settings(), ""
    if home is not None:
        try:
            settings = load_settings(settings_file())
        except SettingsError:
            kept = set_aside(settings_file())
            remark = load_language(language or "en").say("settings_damaged", file=kept)
        if not settings_file().exists():
            settings = msgspec.structs.replace(settings, language=system_language())
    if theme is not None:
        settings = msgspec.structs.replace(settings, theme=theme)
    if language is not None:
        settings = msgspec.structs.replace(settings, language=language)
    try:
        return settings.validated(), remark
    except SettingsError as error:
        raise StartError(str(error)) from error


def _games(home: Path | None) -> tuple[GameFiles | None, BinaryIO | None]:
    """The user's games, and what keeps other windows from the game in progress of this one."""
    if home is None:
        return None, None
    folder = home / "games"
    try:
        in_progress, claim = claim_in_progress(folder)
    except OSError:  # what cannot be saved is told of when there is something to save
        return GameFiles(folder), None
    return GameFiles(folder, in_progress), claim


def _check_rules(size: int | None, win_length: int | None, variant: str | None) -> None:
    """
    Raises:
        StartError: naming the first value that no game can be played by.
    """
    try:
        if variant is not None:
            variant_from_name(variant)
        if size is not None:
            Rules(size, min(5, max(3, size))).validated()
        if win_length is not None:
            Rules(size or Rules().size, win_length).validated()
    except RulesError as error:
        raise StartError(str(error)) from error


def _last_opponent(
    opponents: Sequence[Opponent],
    settings: Settings,
    size: int | None,
    win_length: int | None,
    variant: str | None,
) -> tuple[str, bool]:
    """The spec of whom the user chose last, and whether it follows the user's results; "" if that
    player is gone or does not play what is asked for. Without a choice yet, the level that follows.
    """
    spec, is_adaptive = settings.opponent, False
    if spec in ("", ADAPTIVE.base):
        spec, is_adaptive = adaptive_spec(rating_of(settings)), True
    listed = opponent_of(spec, opponents)[0]
    if listed.base not in {each.base for each in opponents} or listed.broken:
        return "", False
    wanted = (size, win_length, None if variant is None else variant_from_name(variant))
    if listed.rules:
        known = any(
            all(want in (None, have) for want, have in zip(wanted, rules, strict=True))
            for rules in listed.rules
        )
        return (spec, is_adaptive) if known else ("", False)
    return spec, is_adaptive


def _best_opponent(
    opponents: Sequence[Opponent], size: int | None, win_length: int | None, variant: str | None
) -> tuple[str, str]:
    """The spec of the strongest player there is for these rules, and what to say about it."""
    number = None if variant is None else variant_from_name(variant)
    best = best_network(opponents, size=size, win_length=win_length, variant=number)
    told = ""
    if best is None:
        is_open = (size, win_length, variant) == (None, None, None)
        what = "trained model" if is_open else "model for these rules"
        told = f"models/ holds no {what}: playing against pure search instead"
    return (best or PURE).spec(NORMAL_STRENGTH), told


def _spec_of(opponent: str) -> str:
    if ":" not in opponent and opponent != HUMAN and Path(opponent).is_dir():
        return f"net:{opponent}"  # what people type first
    return opponent


def _with_simulations(spec: str, simulations: int | None) -> str:
    if simulations is None or spec == HUMAN:
        return spec
    if simulations < 1:
        raise StartError(f"--simulations {simulations}: at least 1 is needed")
    try:
        return str(with_simulations(parse_spec(spec), simulations))
    except SpecError as error:
        raise StartError(f"--simulations {simulations}: {error}") from error


def _rules(
    spec: str,
    listed: Opponent,
    size: int | None,
    win_length: int | None,
    variant: str | None,
    last: tuple[int, int, int] | None,
) -> Rules:
    """The rules asked for, the rest as the opponent knows them.

    last: those of the last game, where nothing is asked for.
    """
    try:
        player = parse_spec(spec)
        known = player.rules()
    except SpecError as error:
        raise StartError(str(error)) from error
    rules = known or Rules()
    if last is not None and listed.plays(Rules(*last)):
        rules = Rules(*last)
    try:
        if size is not None:
            rules = rules._replace(size=size, win_length=min(rules.win_length, max(3, size)))
        if win_length is not None:
            rules = rules._replace(win_length=win_length)
        if variant is not None:
            rules = rules._replace(variant=variant_from_name(variant))
        rules.validated()
        if not isinstance(player, Human | Net):
            make_player(spec).close()  # a misspelled player is refused before a window opens
    except (RulesError, SpecError) as error:
        raise StartError(str(error)) from error
    if listed.broken:
        raise StartError(f"{spec} cannot play: {load_language('en').say(listed.broken)}")
    if not listed.plays(rules):
        described = "; ".join(each.describe() for each in listed.rules)
        knows = described or f"{listed.win_length} in a row, on any board"
        raise StartError(f"{spec} does not play {rules.describe()}, but only {knows}")
    return rules


def _opening(name: str | None, rules: Rules, settings: Settings) -> OpeningRule:
    """The opening rule asked for, else the one that was played last, where it fits."""
    if name is None:
        known = OpeningRule(settings.opening)
        return known if known in opening_rules_for(rules) else OpeningRule.FREE
    try:
        rule = opening_rule_from_name(name)
        OpeningPhase(rule, rules)
    except OpeningRuleError as error:
        raise StartError(str(error)) from error
    return rule


def _play_a_move(app: App) -> None:
    """The human's first move if it is due, and the opponent's answer.

    In an opening the human's stones are not put, so the window asks for them.

    Raises:
        StartError: if there is no answer.
    """
    deadline = time.monotonic() + SCREENSHOT_TIMEOUT
    rules = app.session.setup.rules
    snapshot = app.session.snapshot()
    plies = 0 if snapshot.human_to_move else 1
    if snapshot.human_to_move and snapshot.turn is None:
        app.session.play(rules.size // 2 * rules.size + rules.size // 2)
        plies = 1 if app.session.setup.engine is None else 2
    while len(app.session.moves) < plies and app.session.outcome is None:
        pygame.event.pump()
        app.advance(0.02)
        time.sleep(0.02)
        if app.failure:
            raise StartError(app.failure)
        if time.monotonic() > deadline:
            raise StartError(f"no answer within {SCREENSHOT_TIMEOUT:.0f} s")


def _save_picture(app: App, surface: pygame.Surface, file: Path) -> None:
    """One frame.

    Raises:
        StartError: if the file cannot be written.
    """
    app.draw()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        pygame.image.save(surface, str(file))
    except (pygame.error, OSError) as error:
        raise StartError(f"{file} cannot be written: {error}") from error
