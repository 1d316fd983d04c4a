"""The two lines that say how the game stands."""

from gomoku.board import Termination
from gomoku.notation import move_to_text, moves_to_text
from gomoku.opening_rules import (
    OpeningPhase,
    OpeningRule,
    Option,
    OptionTurn,
    Seat,
    StoneTurn,
    Turn,
)
from gomoku.rules import BLACK, FREESTYLE, Color
from gomoku_zero.window.i18n import Language
from gomoku_zero.window.model.explanation import explain
from gomoku_zero.window.model.fouls import foul_at
from gomoku_zero.window.model.opponents import Opponent, level_in, opponent_of, player_title
from gomoku_zero.window.model.rating import PlayerRating
from gomoku_zero.window.model.review import Mistake
from gomoku_zero.window.model.setup import HUMAN, GameSetup
from gomoku_zero.window.model.snapshot import Snapshot
from gomoku_zero.window.model.ticket import Purpose


def player_name(
    setup: GameSetup,
    color: Color,
    opponents: list[Opponent],
    language: Language,
    *,
    colors_are_open: bool = False,
) -> str:
    """The name of a side on its card.

    colors_are_open: whether Black stands for the first player and White for the second as yet.
    """
    seats = (setup.black, setup.white)
    seat = setup.seat(color)
    given = setup.names[0 if color is BLACK else 1]
    if given and seats == (HUMAN, HUMAN):
        return given
    if seat != HUMAN:
        return player_title(seat, opponents, language)
    if seats == (HUMAN, HUMAN) and colors_are_open:
        return language.say("first_player" if color is BLACK else "second_player")
    if seats == (HUMAN, HUMAN):
        return language.say("human_black" if color is BLACK else "human_white")
    return language.say("human")


def player_remark(
    snapshot: Snapshot,
    color: Color,
    opponents: list[Opponent],
    language: Language,
    rating: PlayerRating | None = None,
) -> str:
    """The small line below the name: the color, and how much is thought.

    rating: the user's; shown where a level follows it.
    """
    side = language.say("black" if color is BLACK else "white")
    if snapshot.colors_are_open:
        side = language.say("color_open")
    seat = snapshot.setup.seat(color)
    if seat == HUMAN:
        if snapshot.setup.adaptive and rating is not None and rating.games:
            return language.joined(side, language.say("elo", elo=round(rating.elo)))
        return side
    level = level_in(seat)
    if level is not None:
        follows = language.say("follows_you") if snapshot.setup.adaptive else ""
        return language.joined(side, language.say("elo", elo=level.elo), follows)
    opponent, strength = opponent_of(seat, opponents)
    if not opponent.strengths:
        return side
    count = opponent.strengths[strength]
    seconds = snapshot.setup.seconds_of(color)
    if seconds:
        return language.joined(side, language.say("clock_per_move", seconds=f"{seconds:g}"))
    if opponent.unit == "seconds":
        return language.joined(side, language.say("clock_per_move", seconds=count))
    return language.joined(side, language.say("simulations", count=f"{count:,}"))


def status_lines(
    snapshot: Snapshot, opponents: list[Opponent], language: Language, preparing: str = ""
) -> tuple[str, str]:
    """A headline and a detail.

    preparing: what is being loaded or compiled at present, "" for nothing.
    """
    detail = _detail(snapshot, language)
    if preparing and snapshot.thinking is None and snapshot.hint is None:
        detail = preparing  # nobody waits for it yet
    outcome = snapshot.outcome
    if outcome is not None:
        reason = language.say(
            "by_" + outcome.termination.name.lower(), length=snapshot.rules.win_length
        )
        if outcome.winner is None:
            return language.say("draw"), reason
        if outcome.termination is Termination.FORBIDDEN and snapshot.last_move is not None:
            foul = foul_at(snapshot.cells, snapshot.last_move, snapshot.rules)
            reason = language.say("by_foul", foul=language.say(foul.value))
        return _winner_line(snapshot, outcome.winner, opponents, language), reason
    if snapshot.lesson is not None:
        return language.say("lesson_title"), detail
    if snapshot.is_aside and snapshot.thinking is not Purpose.MOVE:
        side = language.say("black" if snapshot.to_move is BLACK else "white")
        moves = len(snapshot.moves)
        text = language.say("side_line_of", ply=snapshot.fork, moves=moves - snapshot.fork)
        return language.say("side_line", side=side), text if snapshot.hint is None else detail
    if preparing and snapshot.thinking is not None:
        return preparing, detail
    if snapshot.reviewed is not None and snapshot.thinking is not Purpose.MOVE:
        return language.say("review"), detail
    color, setup = snapshot.deciding, snapshot.setup
    side = language.say("black" if color is BLACK else "white")
    name = player_name(setup, color, opponents, language, colors_are_open=snapshot.colors_are_open)
    if snapshot.colors_are_open:
        side = name
    if snapshot.thinking is Purpose.JUDGE:
        return language.say("judging"), detail
    if snapshot.thinking is Purpose.MOVE:
        if setup.seat(color) == HUMAN:
            name = side
        return language.say("thinking", player=name), detail
    if snapshot.paused and setup.seat(color) != HUMAN:
        return language.say("paused"), detail
    seats = (setup.black, setup.white)
    if snapshot.turn is not None and snapshot.human_to_move:
        return _opening_lines(snapshot, snapshot.turn, name, detail, language)
    if setup.seat(color) == HUMAN and seats != (HUMAN, HUMAN):
        return language.say("your_move"), detail
    return language.say("side_to_move", side=side), detail


def _opening_lines(
    snapshot: Snapshot, turn: Turn, name: str, detail: str, language: Language
) -> tuple[str, str]:
    """The task of a human in the opening, in two lines.

    name: of whoever decides.
    """
    if snapshot.hint is not None:
        task = detail
    elif isinstance(turn, OptionTurn):
        task = language.say("choose_or_two" if Option.PUT_TWO in turn.options else "choose_or_not")
    else:
        task = _stone_task(snapshot, turn, language)
    if (snapshot.setup.black, snapshot.setup.white) == (HUMAN, HUMAN) and snapshot.hint is None:
        task = language.say("task_of", player=name, task=task)
    task = task[:1].upper() + task[1:]
    if isinstance(turn, OptionTurn):
        return language.say("choose_color"), task
    if turn.stones > 1:
        return language.say("place_stones", count=turn.stones), task
    return language.say("place_black" if turn.color is BLACK else "place_white"), task


def _stone_task(snapshot: Snapshot, turn: StoneTurn, language: Language) -> str:
    """Which stones are to be put where, or what comes after them."""
    opening = snapshot.opening
    if opening.rule in (OpeningRule.PRO, OpeningRule.LONG_PRO):
        if not opening.moves:
            return language.say("in_the_center")
        distance = 3 if opening.rule is OpeningRule.PRO else 4
        if turn.color is BLACK:
            return language.say("far_from_center", distance=distance)
        return language.say("anywhere")
    if turn.stones == 1:
        return language.say("then_the_choice")
    colors = [turn.color, turn.color.other] * turn.stones
    names = [
        language.say("a_black" if each is BLACK else "a_white") for each in colors[: turn.stones]
    ]
    return language.say("in_this_order", colors=language.say("list_comma").join(names))


def choice_line(
    setup: GameSetup, seat: Seat, option: Option, opponents: list[Opponent], language: Language
) -> str:
    """The text that tells somebody's choice in the opening; "" for the only human, who knows.

    setup: with the first player as Black.
    """
    player = setup.player(seat)
    seats = (setup.black, setup.white)
    if player == HUMAN and seats != (HUMAN, HUMAN):
        return ""
    name = player_name(setup, seat.usual_color, opponents, language, colors_are_open=True)
    if option is Option.PUT_TWO:
        return language.say("puts_two", player=name)
    return language.say("takes_black" if option is Option.BLACK else "takes_white", player=name)


def barred_line(opening: OpeningPhase, language: Language) -> str:
    """Why the opening rule does not allow a point."""
    if opening.rule is OpeningRule.PRO and len(opening.moves) == 2:
        return language.say("far_from_center", distance=3)
    if opening.rule is OpeningRule.LONG_PRO and len(opening.moves) == 2:
        return language.say("far_from_center", distance=4)
    is_first = opening.rule in (OpeningRule.PRO, OpeningRule.LONG_PRO) and not opening.moves
    return language.say("in_the_center" if is_first else "would_end_it")


def _winner_line(
    snapshot: Snapshot, winner: Color, opponents: list[Opponent], language: Language
) -> str:
    seats = (snapshot.setup.black, snapshot.setup.white)
    if seats.count(HUMAN) == 1:
        if snapshot.setup.seat(winner) == HUMAN:
            return language.say("you_win")
        return language.say(
            "you_lose", player=player_name(snapshot.setup, winner, opponents, language)
        )
    return language.say("side_wins", side=language.say("black" if winner is BLACK else "white"))


def _detail(snapshot: Snapshot, language: Language) -> str:
    size = snapshot.rules.size
    if snapshot.hint is not None:
        if isinstance(snapshot.hint, Option):
            return language.say("hint_is", move=language.say(f"choose_{snapshot.hint.value}"))
        return language.say("hint_is", move=move_to_text(snapshot.hint, size).upper())
    lesson, mistake = snapshot.lesson, snapshot.mistake_shown
    if lesson is not None:
        before, after = round(100 * lesson.before), round(100 * lesson.after)
        return language.say("lesson", before=before, after=after, better=_better(lesson, size))
    if mistake is not None:
        return language.say(
            "judged",
            severity=language.say(mistake.severity.name.lower()),
            percent=round(mistake.lost * 100),
            better=_better(mistake, size),
        )
    if snapshot.reviewed is not None and snapshot.reviewed < 1:
        return language.say("reviewing", percent=int(snapshot.reviewed * 100))
    ply, plies = len(snapshot.moves), len(snapshot.all_moves)
    if ply < plies:
        return language.say("move_number", ply=ply, plies=plies)
    rules = snapshot.rules
    name = "by_line" if rules.variant == FREESTYLE else rules.variant_name
    is_free = snapshot.opening.rule is OpeningRule.FREE
    return language.joined(
        language.say("stones", ply=ply) if ply else "",
        f"{rules.size}x{rules.size}",
        language.say(name, length=rules.win_length),
        "" if is_free else language.say(opening_key(snapshot.opening.rule)),
    )


def opening_key(rule: OpeningRule) -> str:
    """The key of an opening rule's name in the language files."""
    return f"opening_{rule.name.lower()}"


def review_lines(snapshot: Snapshot, language: Language) -> tuple[str, ...]:
    """A review's remarks on the move just shown; none if that was not a mistake."""
    mistake = snapshot.mistake_shown
    if mistake is None or snapshot.reviewed is None or snapshot.is_aside:
        return ()
    return explain(mistake, snapshot.rules.size, language)


def lesson_lines(snapshot: Snapshot, language: Language) -> tuple[str, ...]:
    """Why the move just made was a blunder, in sentences; nothing without a lesson."""
    lesson = snapshot.lesson
    if lesson is None:
        return ()
    size = snapshot.rules.size
    side = language.say("black" if lesson.color is BLACK else "white")
    enemy = language.say("white" if lesson.color is BLACK else "black")
    better, refutation = lesson.better_line, lesson.refutation
    lines = []
    if lesson.missed_win and better:
        moves = (lesson.missed_win + 1) // 2
        lines.append(language.say("missed_win", side=side, moves=moves, line=_line(better, size)))
    elif better:
        lines.append(language.say("better_line", line=_line(better, size)))
    if lesson.allows_win and refutation:
        moves = (lesson.allows_win + 1) // 2
        lines.append(
            language.say("allows_win", side=enemy, moves=moves, line=_line(refutation, size))
        )
    elif refutation:
        lines.append(language.say("refutation", line=_line(refutation, size)))
    lines.append(language.say("lesson_help"))
    return tuple(lines)


def _line(moves: tuple[int, ...], size: int, most: int = 7) -> str:
    text = moves_to_text(moves[:most], size).upper()
    return text + " …" if len(moves) > most else text


def _better(mistake: Mistake, size: int) -> str:
    return "?" if mistake.better is None else move_to_text(mistake.better, size).upper()
