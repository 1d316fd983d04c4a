"""The two lines that say how the game stands."""

from gomoku.notation import move_to_text, moves_to_text
from gomoku.rules import BLACK, FREESTYLE, Color
from ui.game_setup import HUMAN, GameSetup
from ui.opponents import Opponent, level_in, opponent_of, player_title
from ui.rating import PlayerRating
from ui.review import Mistake
from ui.snapshot import Snapshot
from ui.ticket import Purpose
from ui.words import Words


def player_name(setup: GameSetup, color: Color, opponents: list[Opponent], words: Words) -> str:
    """What a side is called on its card."""
    seats = (setup.black, setup.white)
    seat = setup.seat(color)
    given = setup.names[0 if color is BLACK else 1]
    if given and seats == (HUMAN, HUMAN):
        return given
    if seat != HUMAN:
        return player_title(seat, opponents, words)
    if seats == (HUMAN, HUMAN):
        return words.say("human_black" if color is BLACK else "human_white")
    return words.say("human")


def player_remark(
    snapshot: Snapshot,
    color: Color,
    opponents: list[Opponent],
    words: Words,
    rating: PlayerRating | None = None,
) -> str:
    """The small line below the name: the color, and how much is thought.

    rating: the user's; shown where a level follows it.
    """
    side = words.say("black" if color is BLACK else "white")
    seat = snapshot.setup.seat(color)
    if seat == HUMAN:
        if snapshot.setup.adaptive and rating is not None and rating.games:
            return f"{side}, {words.say('elo', elo=round(rating.elo))}"
        return side
    level = level_in(seat)
    if level is not None:
        follows = f", {words.say('follows_you')}" if snapshot.setup.adaptive else ""
        return f"{side}, {words.say('elo', elo=level.elo)}{follows}"
    opponent, strength = opponent_of(seat, opponents)
    if not opponent.strengths:
        return side
    count = opponent.strengths[strength]
    if opponent.unit == "seconds":
        return f"{side}, {words.say('clock_per_move', seconds=count)}"
    return f"{side}, {words.say('simulations', count=f'{count:,}')}"


def status_lines(
    snapshot: Snapshot, opponents: list[Opponent], words: Words, preparing: str = ""
) -> tuple[str, str]:
    """A headline and a detail.

    preparing: what is being loaded or compiled at present, "" for nothing.
    """
    detail = _detail(snapshot, words)
    outcome = snapshot.outcome
    if outcome is not None:
        reason = words.say(
            "by_" + outcome.termination.name.lower(), length=snapshot.rules.win_length
        )
        if outcome.winner is None:
            return words.say("draw"), reason
        return _winner_line(snapshot, outcome.winner, opponents, words), reason
    if snapshot.lesson is not None:
        return words.say("lesson_title"), detail
    if preparing and snapshot.thinking is not None:
        return preparing, detail
    if snapshot.reviewed is not None and snapshot.thinking is not Purpose.MOVE:
        return words.say("review"), detail
    side = words.say("black" if snapshot.to_move is BLACK else "white")
    name = player_name(snapshot.setup, snapshot.to_move, opponents, words)
    if snapshot.thinking is Purpose.JUDGE:
        return words.say("judging"), detail
    if snapshot.thinking is Purpose.MOVE:
        if snapshot.setup.seat(snapshot.to_move) == HUMAN:
            name = side
        return words.say("thinking", player=name), detail
    if snapshot.paused and snapshot.setup.seat(snapshot.to_move) != HUMAN:
        return words.say("paused"), detail
    seats = (snapshot.setup.black, snapshot.setup.white)
    if snapshot.setup.seat(snapshot.to_move) == HUMAN and seats != (HUMAN, HUMAN):
        return words.say("your_move"), detail
    return words.say("side_to_move", side=side), detail


def _winner_line(snapshot: Snapshot, winner: Color, opponents: list[Opponent], words: Words) -> str:
    seats = (snapshot.setup.black, snapshot.setup.white)
    if seats.count(HUMAN) == 1:
        if snapshot.setup.seat(winner) == HUMAN:
            return words.say("you_win")
        return words.say("you_lose", player=player_name(snapshot.setup, winner, opponents, words))
    return words.say("side_wins", side=words.say("black" if winner is BLACK else "white"))


def _detail(snapshot: Snapshot, words: Words) -> str:
    size = snapshot.rules.size
    if snapshot.hint is not None:
        return words.say("hint_is", move=move_to_text(snapshot.hint, size).upper())
    lesson, mistake = snapshot.lesson, snapshot.mistake_shown
    if lesson is not None:
        before, after = round(100 * lesson.before), round(100 * lesson.after)
        return words.say("lesson", before=before, after=after, better=_better(lesson, size))
    if mistake is not None:
        return words.say(
            "judged",
            severity=words.say(mistake.severity.name.lower()),
            percent=round(mistake.lost * 100),
            better=_better(mistake, size),
        )
    if snapshot.reviewed is not None and snapshot.reviewed < 1:
        return words.say("reviewing", percent=int(snapshot.reviewed * 100))
    ply, plies = len(snapshot.moves), len(snapshot.all_moves)
    if ply < plies:
        return words.say("move_number", ply=ply, plies=plies)
    rules = snapshot.rules
    name = "by_line" if rules.variant == FREESTYLE else rules.variant_name
    described = f"{rules.size}x{rules.size}, {words.say(name, length=rules.win_length)}"
    return f"{words.say('stones', ply=ply)}, {described}" if ply else described


def lesson_lines(snapshot: Snapshot, words: Words) -> tuple[str, ...]:
    """Why the move just made was a blunder, in sentences; nothing without a lesson."""
    lesson = snapshot.lesson
    if lesson is None:
        return ()
    size = snapshot.rules.size
    side = words.say("black" if lesson.color is BLACK else "white")
    enemy = words.say("white" if lesson.color is BLACK else "black")
    better, refutation = lesson.better_line, lesson.refutation
    lines = []
    if lesson.missed_win and better:
        moves = (lesson.missed_win + 1) // 2
        lines.append(words.say("missed_win", side=side, moves=moves, line=_line(better, size)))
    elif better:
        lines.append(words.say("better_line", line=_line(better, size)))
    if lesson.allows_win and refutation:
        moves = (lesson.allows_win + 1) // 2
        lines.append(words.say("allows_win", side=enemy, moves=moves, line=_line(refutation, size)))
    elif refutation:
        lines.append(words.say("refutation", line=_line(refutation, size)))
    lines.append(words.say("lesson_help"))
    return tuple(lines)


def _line(moves: tuple[int, ...], size: int, most: int = 7) -> str:
    text = moves_to_text(moves[:most], size).upper()
    return text + " …" if len(moves) > most else text


def _better(mistake: Mistake, size: int) -> str:
    return "?" if mistake.better is None else move_to_text(mistake.better, size).upper()
