"""A journal gives back exactly the pairs that were put in, whatever happened in between."""

import re
import sys
from pathlib import Path

import pytest

from gomoku.rules import Rules
from gomoku_zero.arena.journal import Entry, Journal, JournalError
from gomoku_zero.arena.match import play_match
from gomoku_zero.arena.openings import random_openings
from gomoku_zero.players.baselines import GreedyPlayer, RandomPlayer

SIX = Rules(6, 4)
SETTINGS = {"players": ["greedy", "random"], "rules": list(SIX), "seed": 1}


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    openings = random_openings(SIX, 4, seed=0)
    result = play_match(GreedyPlayer(seed=0), RandomPlayer(seed=0), SIX, openings)
    return [Entry(0, 1, pair) for pair in result.pairs]


def filled(path: Path, entries: list[Entry]) -> bytes:
    with Journal(path, SETTINGS, resume=False) as journal:
        for entry in entries:
            journal.append(entry)
    return path.read_bytes()


def test_a_journal_gives_back_its_pairs(tmp_path: Path, entries: list[Entry]) -> None:
    filled(tmp_path / "j", entries)
    assert Journal(tmp_path / "j", SETTINGS, resume=True).entries == entries


def test_a_journal_cut_off_anywhere_goes_on(tmp_path: Path, entries: list[Entry]) -> None:
    path = tmp_path / "j"
    whole = filled(path, entries)
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with Journal(path, SETTINGS, resume=True) as journal:
            kept = len(journal.entries)
            assert journal.entries == entries[:kept]
            for entry in entries[kept:]:
                journal.append(entry)
        assert path.read_bytes() == whole


def test_a_pair_written_twice_counts_once(tmp_path: Path, entries: list[Entry]) -> None:
    filled(tmp_path / "j", [*entries, entries[0]])
    assert Journal(tmp_path / "j", SETTINGS, resume=True).entries == entries


def test_without_resume_a_journal_begins_anew(tmp_path: Path, entries: list[Entry]) -> None:
    filled(tmp_path / "j", entries)
    assert Journal(tmp_path / "j", SETTINGS, resume=False).entries == []


def test_what_is_not_resumed_is_set_aside(tmp_path: Path, entries: list[Entry]) -> None:
    path = tmp_path / "j"
    whole = filled(path, entries)
    with Journal(path, SETTINGS, resume=False) as journal:
        assert journal.set_aside == tmp_path / "j.previous"
        assert journal.set_aside.read_bytes() == whole
    # One without pairs is not worth keeping, and would take the place of one that is.
    with Journal(path, SETTINGS, resume=False) as journal:
        assert journal.set_aside is None
    assert (tmp_path / "j.previous").read_bytes() == whole
    path.write_text("my diary")
    with Journal(path, SETTINGS, resume=False) as journal:
        assert journal.set_aside is not None
        assert journal.set_aside.read_text() == "my diary"


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
@pytest.mark.parametrize("resume", [False, True])
def test_a_journal_has_one_writer_at_a_time(
    resume: bool, tmp_path: Path, entries: list[Entry]
) -> None:
    path = tmp_path / "j"
    whole = filled(path, entries)
    with (
        Journal(path, SETTINGS, resume=True),
        pytest.raises(JournalError, match="is being written"),
    ):
        Journal(path, SETTINGS, resume=resume)
    assert path.read_bytes() == whole


def test_the_journal_of_another_match_is_refused(tmp_path: Path, entries: list[Entry]) -> None:
    path = tmp_path / "j"
    whole = filled(path, entries)
    with pytest.raises(JournalError, match="is not a journal of this match"):
        Journal(path, {**SETTINGS, "seed": 2}, resume=True)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("text", ["my diary", "my diary\n", '{"format":1,"players":'])
def test_a_file_that_is_no_journal_is_refused_and_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_text(text)
    with pytest.raises(JournalError, match="is not a journal of this match"):
        Journal(path, SETTINGS, resume=True)
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (rb'"index":2', b'"index":"two"', "Expected `int`"),
        (rb'"index":2', b'"index":-2', "opening -2"),
        (rb'"index":2', b'"ind\xff\xfex":2', "missing required"),
        (rb'("index":2.*?"black":"g)r', b"\\g<1>\xff", "utf-8|UTF-8"),
        (rb'"a":0,"b":1,"pair":\{"index":2', b'"a":0,"b":7,"pair":{"index":2', "0 and 7 of 2"),
        (rb'"a":0,"b":1,"pair":\{"index":2', b'"a":1,"b":1,"pair":{"index":2', "1 and 1 of 2"),
        (rb'("index":2.*?"moves":\[)\d+', rb"\g<1>36", "36"),
        (rb'("index":2.*?"moves":\[)\d+', rb"\g<1>-1", "-1"),
        (rb'("index":2.*?"moves":\[)(\d+),\d+', rb"\g<1>\g<2>,\g<2>", "taken|occupied"),
        (rb'("index":2.*?"rules":\[)6', rb"\g<1>1000000000", "1000000000"),
        (rb'("index":2.*?"winner":)-?1', rb"\g<1>null", "outcome"),
        (rb'("index":2.*?"winner":)-?1', rb"\g<1>12", "12"),
        (rb'("index":2[^\n]*)\n', b"\xb5\x00\xb5\n", "malformed|invalid"),
        (rb'("index":2[^\n]*)\n', b"\n", "truncated"),
    ],
)
def test_a_damaged_line_is_named_and_the_rest_of_the_match_kept(
    tmp_path: Path, entries: list[Entry], old: bytes, new: bytes, said: str
) -> None:
    path = tmp_path / "j"
    whole = filled(path, entries)
    damaged = re.sub(old, new, whole, count=1)
    assert damaged != whole
    path.write_bytes(damaged)
    with Journal(path, SETTINGS, resume=True) as journal:
        (remark,) = journal.remarks
        assert re.search(rf"line \d is not a pair of this match: .*({said})", remark), remark
        bad = int(remark.partition("line ")[2].split()[0]) - 2
        rest = [entry for place, entry in enumerate(entries) if place != bad]
        assert journal.entries == rest
        journal.append(entries[bad])
    # Played again, it is there, and the damaged line is still told of.
    with Journal(path, SETTINGS, resume=True) as journal:
        assert journal.entries == [*rest, entries[bad]]
        assert len(journal.remarks) == 1
