"""Bytes of files, damaged or made to hurt, for tests of what reads files from elsewhere.

FUZZ_EXAMPLES=5000 in the environment makes such a test look far longer than a test run does.
"""

import os

from asrbench.meters.interface import MeterError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

far = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "30")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

slow = settings(far, max_examples=max(4, far.max_examples // 40))

NASTY = [
    *(
        b"\0",
        b"\xff",
        b"\n",
        b"\r",
        b'"',
        b"'",
        b"&a ",
        b"*a ",
        b"[",
        b"{",
        b"- ",
        b": ",
        b"!!int ",
    ),
    *(
        b"9" * 5000,
        b"9" * 400,
        b"2001-99-99",
        b"010",
        b"1:30",
        b"[" * 3000,
        b"nan",
        b"inf",
        b"-1",
        b"1e999",
    ),
    *(b"../../x", b"/etc/passwd", b"null", b"true", b"\\u0000", b"\\ud800", b"=1", b",", b"<<: "),
]


@st.composite
def mutated(draw, seeds):
    """Bytes of one of the seeds, some of them changed, lost or put in; or any bytes at all."""
    content = bytearray(draw(st.sampled_from(seeds)) or draw(st.binary(max_size=200)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(["put", "nasty", "flip", "cut", "drop", "twice"]))
        if kind == "put":
            content[place:place] = draw(st.binary(max_size=8))
        elif kind == "nasty":
            length = draw(st.integers(0, 8))
            content[place : place + length] = draw(st.sampled_from(NASTY))
        elif kind == "flip" and place < len(content):
            content[place] = draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place:]
        elif kind == "drop":
            del content[place : place + draw(st.integers(1, 30))]
        elif kind == "twice":
            content[place:place] = content[place : place + draw(st.integers(1, 100))]
    return bytes(content)


def told(run, *allowed):
    """Run it; what is raised must be one of the allowed errors, and one line."""
    try:
        run()
    except allowed as error:
        assert "\n" not in str(error).strip() or isinstance(error, MeterError)
