"""A Gomocup engine that behaves as badly as its first argument says; see `test_engine.py`."""

import os
import sys
import time


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class FakeEngine:
    """Plays the first free point, or whatever its mode has in mind."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.size = 0
        self.taken: list[tuple[int, int]] = []
        self.games = 0

    def play(self) -> None:
        plies = len(self.taken)
        if self.mode == "crash" and plies >= 4:
            os._exit(3)
        if self.mode == "crash once" and self.games == 1 and plies >= 4:
            os._exit(3)
        if self.mode == "silent" and plies >= 4:
            return
        if self.mode == "slow":
            time.sleep(30)
        if self.mode == "occupied" and plies >= 4:
            say("{},{}".format(*self.taken[0]))
            return
        if self.mode == "outside":
            say(f"{self.size},0")
            return
        if self.mode == "garbage":
            say("three,four")
            say("1;2")
            say("ERROR I do not know")
            return
        if self.mode == "flood":
            while True:
                say("nonsense" * 100)
        if self.mode == "endless line":
            while True:
                sys.stdout.write("x" * 100_000)
        point = next(
            (x, y) for y in range(self.size) for x in range(self.size) if (x, y) not in self.taken
        )
        self.taken.append(point)
        if self.mode == "chatty":
            say("MESSAGE thinking of 3,4")
            say("DEBUG 1,2 maybe")
            say("what is this?")
        answer = "{},{}".format(*point)
        # One move too many must not be taken for the next one.
        say(f"{answer}\n8,8" if self.mode == "chatty" else answer)

    def negotiate(self, stones: list[str]) -> None:
        """Answers SWAP2BOARD: stays with White, then swaps, unless the mode wants it otherwise."""
        points = [f"{x},{y}" for y in range(self.size) for x in range(self.size)]
        free = [point for point in points if point not in stones]
        answers = {0: " ".join(free[:3]), 3: free[0], 5: "SWAP"}
        if self.mode == "puts two":
            answers[3] = "  ".join(free[-2:])
        if self.mode == "swaps":
            answers[3] = "swap"
        if self.mode == "offers two":
            answers[0] = " ".join(free[:2])
        if self.mode == "swaps nothing":
            answers[0] = "SWAP"
        if self.mode == "offers outside":
            answers[0] = f"0,0 1,1 {self.size},3"
        if self.mode == "puts on stones":
            answers[3] = f"{stones[0] if stones else ''} {free[0]}"
        if self.mode == "knows no swap2":
            answers = dict.fromkeys(answers, "UNKNOWN command")
        say(answers[len(stones)])

    def answer(self, line: str) -> bool:
        command, _, argument = line.partition(" ")
        if command == "START":
            if self.mode == "refuses":
                say("ERROR unsupported size")
            elif self.mode != "mute":
                say("OK")
            self.size, self.taken = int(argument), []
            self.games += 1
        elif command == "BEGIN":
            self.play()
        elif command == "TURN":
            x, y = argument.split(",")
            self.taken.append((int(x), int(y)))
            self.play()
        elif command == "BOARD":
            self.taken = []
            while (stone := sys.stdin.readline().strip()) != "DONE":
                x, y, _ = stone.split(",")
                self.taken.append((int(x), int(y)))
            self.play()
        elif command == "SWAP2BOARD":
            stones = []
            while (stone := sys.stdin.readline().strip()) != "DONE":
                stones.append(stone)
            self.negotiate(stones)
        elif command == "END":
            return self.mode == "immortal"
        return True


def main() -> None:
    engine = FakeEngine(sys.argv[1])
    if engine.mode == "dead":
        return
    if engine.mode == "deaf":
        while True:
            # Never reads, and answers whatever it may be asked.
            say("OK\n" + "\n".join(f"{x},{y}" for x in range(9) for y in range(9)))
    if engine.mode == "flooding":
        while True:
            say("nonsense")
    for line in sys.stdin:
        if not engine.answer(line.strip()):
            return
    while engine.mode == "immortal":
        time.sleep(1)


if __name__ == "__main__":
    main()
