"""Run a program that measures or decodes; where it dies at one input, run it again.

The kernel kills what runs out of memory, and what is at one input for longer than its limit; a
library of a recogniser may crash. The program's second death at one input, and its first by the
limit, make a failed row of that input, and the others are still measured. Another end of the
program is this one's.
"""

import argparse
import signal
import subprocess
import sys

from asrbench.basics import attempts
from asrbench.basics.attempts import TOO_LONG, Attempts
from asrbench.basics.errors import warn

# Nobody asks a program to end by these: they are out of memory, or a fault in compiled code.
_DEATHS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="a Python program with an argument --out"
    )
    command = parser.parse_args().command
    out = command[command.index("--out") + 1]
    while -(status := _run([sys.executable, *command])) in (*_DEATHS, TOO_LONG):
        marks = attempts.marks_of(out)
        if status == -TOO_LONG:
            given_up = filter(None, [Attempts(mark).took_too_long() for mark in marks])
            if what := next(given_up, ""):
                warn(
                    f"{what} took longer than decoding.timeout_s and is given up; the rest goes on"
                )
                continue
            break
        tried = list(filter(None, [Attempts(mark).died() for mark in marks]))
        if not tried:
            warn(f"the program {_ended(status)} before it worked on any input")
            break
        warn(f"the program {_ended(status)} while it worked on {tried[0]}; once more")
    return status if status >= 0 else 128 - status


def _ended(status: int) -> str:
    died_by = signal.Signals(-status)
    killed = died_by == signal.SIGKILL
    return "was killed (out of memory?)" if killed else f"crashed ({died_by.name})"


def _run(command: list[str]) -> int:
    # Ctrl-C reaches both; a request to end is passed on. What the program makes of it counts.
    signal.signal(signal.SIGINT, lambda *_: None)
    process = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
