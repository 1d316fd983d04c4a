"""Everything that a click or a key can ask for.

`Do` lists the commands that need nothing more; the others say with a value what they are about.
"""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from gomoku.opening_rules import OpeningRule, Option
from gomoku.rules import Color


class Do(Enum):
    """Commands without a value."""

    # Of the game
    UNDO = auto()
    REDO = auto()
    HINT = auto()
    AI_MOVE = auto()
    PAUSE = auto()
    STEP = auto()
    RESIGN = auto()
    SWITCH_SIDES = auto()
    REMATCH = auto()
    TAKE_BACK = auto()
    KEEP_MOVE = auto()
    ANALYSIS = auto()
    DEEPER = auto()
    REVIEW = auto()
    NEXT_LINE = auto()
    LINE_ABOVE = auto()
    LINE_BELOW = auto()
    BACK_TO_GAME = auto()
    PROMOTE_LINE = auto()
    REMOVE_LINE = auto()
    COMMENT = auto()
    NEXT_MISTAKE = auto()
    PREVIOUS_MISTAKE = auto()
    # Of records
    SAVE = auto()
    SAVE_PSQ = auto()
    SHARE = auto()
    LOAD = auto()
    COPY = auto()
    COPY_POSITION = auto()
    PASTE = auto()
    # Of positions that are set up
    SETUP = auto()
    SETUP_CLEAR = auto()
    # Of dialogs
    NEW_GAME = auto()
    START_GAME = auto()
    START_MATCH = auto()
    ADD_ENGINE = auto()
    ENGINE_ADD = auto()
    ERASE = auto()
    PASTE_TEXT = auto()
    SEARCH = auto()
    SORT = auto()
    OWN_GAMES = auto()
    PUZZLE = auto()
    TRAIN = auto()
    SOLUTION = auto()
    EXERCISE = auto()
    PROGRESS = auto()
    SETTINGS = auto()
    HELP = auto()
    RULES = auto()
    KEEP_COMMENT = auto()
    CLOSE = auto()
    # Of the window
    THEME = auto()
    LANGUAGE = auto()
    PACE = auto()
    FOLD = auto()
    FULLSCREEN = auto()
    QUIT = auto()


@dataclass(frozen=True, slots=True)
class Play:
    move: int


@dataclass(frozen=True, slots=True)
class Choose:
    option: Option


@dataclass(frozen=True, slots=True)
class GoTo:
    ply: int


@dataclass(frozen=True, slots=True)
class GoToPlace:
    """A place of the tree, by its number in the layout."""

    index: int


@dataclass(frozen=True, slots=True)
class Browse:
    """Look so many plies further on, or back."""

    plies: int


@dataclass(frozen=True, slots=True)
class Put:
    """Put a stone down, or take it away, while a position is set up."""

    move: int
    color: Color


@dataclass(frozen=True, slots=True)
class LoadFile:
    file: Path


@dataclass(frozen=True, slots=True)
class LoadGame:
    """One of several games in a file."""

    file: Path
    index: int


@dataclass(frozen=True, slots=True)
class FileIsRead:
    """The window's own: a large file that was to be loaded is."""


@dataclass(frozen=True, slots=True)
class ListFolder:
    folder: Path


@dataclass(frozen=True, slots=True)
class DeleteGame:
    """Asked for twice, it is done."""

    file: Path


@dataclass(frozen=True, slots=True)
class ScrollGames:
    rows: int


@dataclass(frozen=True, slots=True)
class ScrollPanel:
    rows: int


@dataclass(frozen=True, slots=True)
class TypeText:
    text: str


@dataclass(frozen=True, slots=True)
class RemoveEngine:
    """index: in the list of opponents."""

    index: int


class PageCommand:
    """A command that only the page that is open understands; pages derive theirs from it, as frozen
    dataclasses."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ScrollPage(PageCommand):
    """Move the list of a page."""

    rows: int


# What is chosen for a new game


@dataclass(frozen=True, slots=True)
class FormSize:
    step: int


@dataclass(frozen=True, slots=True)
class FormWinLength:
    step: int


@dataclass(frozen=True, slots=True)
class FormVariant:
    variant: int


@dataclass(frozen=True, slots=True)
class FormOpening:
    rule: OpeningRule


@dataclass(frozen=True, slots=True)
class FormSide:
    side: str


@dataclass(frozen=True, slots=True)
class FormSeat:
    """Which of two engines the list is about."""

    is_rival: bool


@dataclass(frozen=True, slots=True)
class FormOpponent:
    index: int


@dataclass(frozen=True, slots=True)
class FormStrength:
    index: int


@dataclass(frozen=True, slots=True)
class FormClock:
    index: int


@dataclass(frozen=True, slots=True)
class FormPairs:
    """More pairs of games in a match, or for -1 fewer."""

    step: int


@dataclass(frozen=True, slots=True)
class FormScroll:
    rows: int


FormCommand = (
    FormSize
    | FormWinLength
    | FormVariant
    | FormOpening
    | FormSide
    | FormSeat
    | FormOpponent
    | FormStrength
    | FormClock
    | FormPairs
    | FormScroll
)


# Settings


@dataclass(frozen=True, slots=True)
class Switch:
    """Turn a setting that is on or off to the other."""

    name: str


@dataclass(frozen=True, slots=True)
class SetTheme:
    name: str


@dataclass(frozen=True, slots=True)
class SetLanguage:
    code: str


@dataclass(frozen=True, slots=True)
class SetTextSize:
    percent: int


@dataclass(frozen=True, slots=True)
class ChangeTextSize:
    percent: int


@dataclass(frozen=True, slots=True)
class SetWarning:
    percent: int


@dataclass(frozen=True, slots=True)
class SetPace:
    """Seconds between the moves of two engines."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ChangePace:
    """1 for faster, -1 for slower."""

    direction: int


SettingCommand = (
    Switch
    | SetTheme
    | SetLanguage
    | SetTextSize
    | ChangeTextSize
    | SetWarning
    | SetPace
    | ChangePace
)

Command = (
    Do
    | Play
    | Choose
    | GoTo
    | GoToPlace
    | Browse
    | Put
    | LoadFile
    | LoadGame
    | FileIsRead
    | ListFolder
    | DeleteGame
    | ScrollGames
    | ScrollPanel
    | TypeText
    | RemoveEngine
    | PageCommand
    | FormCommand
    | SettingCommand
)

PLAYING = frozenset(each for each in list(Do)[: list(Do).index(Do.PASTE)] if each is not Do.LOAD)


def is_about_the_game(command: Command) -> bool:
    """True if a command makes no sense while the game is hidden by a position that is set up."""
    return command in PLAYING or isinstance(command, (Play, Choose, GoTo, GoToPlace, Browse))
