"""The moves behind what is proven: how a win is won, and how a lost position holds out longest."""

from dataclasses import replace

from gomoku.board import Board
from gomoku.rules import Color
from mcts.advice import until_forbidden
from mcts.analysis import Analysis, Candidate
from mcts.tree import Proof
from mcts.vcf import solve_vcf
from mcts.vct import solve_vct

VCF_NODES = 20_000
VCT_NODES = 5_000
MAX_LINE = 41  # moves that are played out
MAX_DEFENCES = 8


def solved(analysis: Analysis, board: Board) -> Analysis:
    """An analysis whose proof is shown by moves: the winning one, or every defence, with its line.

    board: the position it is about; it is unchanged.
    """
    if analysis.proof is Proof.WIN and analysis.pv:
        line = play_out(board, analysis.pv, board.to_move)
        return analysis.with_best(line, analysis.distance)
    if analysis.proof is Proof.LOSS:
        return _lost(analysis, board)
    return analysis


def _lost(analysis: Analysis, board: Board) -> Analysis:
    """Each way to defend, the longest first."""
    winner = board.to_move.other
    asked = dict.fromkeys(
        (*analysis.pv[:1], *(each.move for each in analysis.candidates), *analysis.threat)
    )
    playable = [move for move in asked if board.is_legal(move)][:MAX_DEFENCES]
    lines = [play_out(board, (move,), winner) for move in playable]
    # Where the win goes on after a defence is often the other way to stop it.
    answers = dict.fromkeys(line[1] for line in lines if len(line) > 1)
    more = [move for move in answers if move not in playable][: MAX_DEFENCES - len(lines)]
    lines += [play_out(board, (move,), winner) for move in more]
    if not lines:
        return analysis
    lines.sort(key=len, reverse=True)
    known = {each.move: each for each in analysis.candidates}
    candidates = tuple(
        replace(known.get(line[0], Candidate(line[0], 0, -1.0, 0.0, line)), value=-1.0, pv=line)
        for line in lines
    )
    return replace(analysis, candidates=candidates, pv=candidates[0].pv)


def play_out(board: Board, line: tuple[int, ...], winner: Color) -> tuple[int, ...]:
    """A line that wins, played on until the end, as far as the threat solvers see it.

    line: how it begins, for the side to move; it must be legal.
    """
    ahead = board.copy()
    played: list[int] = []

    def put(moves: tuple[int, ...]) -> None:
        for move in moves:
            if ahead.is_legal(move):
                ahead.push(move)
                played.append(move)

    put(line)
    while ahead.outcome is None and len(played) < MAX_LINE:
        if ahead.to_move is winner:
            found = winning_line(ahead)
            if not found:
                break
            put(found)
        else:
            reply = _best_defence(ahead, winner)
            if reply is None:
                break
            put((reply,))
    return tuple(played)


def winning_line(board: Board) -> tuple[int, ...]:
    """A win of the side to move by threats; empty if none is found."""
    by_fours = solve_vcf(board, VCF_NODES)
    if by_fours is not None:
        return until_forbidden(by_fours.line)
    by_threats = solve_vct(board, VCT_NODES)
    return until_forbidden(by_threats.line) if by_threats is not None else ()


def _best_defence(board: Board, winner: Color) -> int | None:
    """The move that holds out longest against a win by fours; None where there is none."""
    threat = solve_vcf(board, VCF_NODES, winner)
    if threat is None:
        return None
    points = [move for move in threat.line if board.is_legal(move)]
    if len(threat.line) == 1 or not points:
        return points[0] if points else None

    def lasts(move: int) -> int:
        board.push(move)
        answer = solve_vcf(board, VCF_NODES) if board.outcome is None else None
        board.pop()
        return MAX_LINE if answer is None else len(answer.line)

    return max(points, key=lasts)
