"""A measurement between two looks at the device, which are written beside its rows."""

import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from asrbench import checks, lock
from asrbench.errors import UserError
from asrbench.json_file import write_json


@contextmanager
def measuring(rows: str | Path, strict: bool):
    """Hold the device, check it before and after, and write the findings beside ``rows``.

    The findings go to ``{rows}.checks.json``, with the lists ``before`` and ``after``.

    Args:
        rows: the file that the measurement writes.
        strict: an unfit device stops the measurement.

    Raises:
        UserError: the device is unfit, and ``strict``; nothing was measured.
    """
    with lock.measuring():
        before = checks.run()
        _tell(before, strict)
        yield
        found = {"before": before, "after": checks.run()}
    _tell(found["after"], strict=False)
    findings = {when: [asdict(check) for check in found[when]] for when in found}
    write_json(findings, Path(f"{rows}.checks.json"))


def _tell(found: list[checks.Check], strict: bool) -> None:
    lines = checks.unfit(found)
    if lines and strict:
        raise UserError(
            "the device is not fit to be measured (checks.strict is true): " + " | ".join(lines)
        )
    for line in lines:
        print(f"warning: {line}", file=sys.stderr)
