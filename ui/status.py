"""The two lines that say how the game stands."""

from gomoku.notation import move_to_text
from gomoku.rules import BLACK, Color
from ui.opponents import Opponent, level_in, opponent_of, opponent_title
from ui.rating import PlayerRating
from ui.review import Mistake
from ui.session import HUMAN, GameSetup, Purpose, Snapshot
from ui.words import Words


def player_name(setup: GameSetup, color: Color, opponents: list[Opponent], words: Words) -> str:
    """What a side is called on its card."""
    seats = (setup.black, setup.white)
    seat = setup.seat(color)
    level = level_in(seat)
    if level is not None:
        return words.say("level", level=level.number)
    if seat != HUMAN:
        return opponent_title(opponent_of(seat, opponents)[0], words)
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
    if preparing and snapshot.thinking is not None:
        return preparing, detail
    if snapshot.reviewed is not None and snapshot.thinking is not Purpose.MOVE:
        return words.say("review"), detail
    side = words.say("black" if snapshot.to_move is BLACK else "white")
    name = player_name(snapshot.setup, snapshot.to_move, opponents, words)
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
        return words.say("lesson", percent=round(lesson.lost * 100), better=_better(lesson, size))
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
    described = f"{rules.size}x{rules.size}, {words.say('by_line', length=rules.win_length)}"
    return f"{words.say('stones', ply=ply)}, {described}" if ply else described


def _better(mistake: Mistake, size: int) -> str:
    return "?" if mistake.better is None else move_to_text(mistake.better, size).upper()
