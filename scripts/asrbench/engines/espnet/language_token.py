"""The token by which a multilingual model of ESPnet's (OWSM) is told the language."""

import csv
from collections.abc import Sequence
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.engines import interface
from asrbench.study.job import Job

# Codes of two letters (ISO 639-1) and the same in three (639-3), which the tokens are made of.
_CODES = Path(__file__).with_suffix(".csv")


def of(job: Job, tokens: Sequence[str]) -> str:
    """The token of the study's language (English where it names none) among a model's tokens.

    Raises:
        UserError: the model has none for it.
    """
    language = interface.language_of(job)
    token = f"<{codes().get(language, language)}>"
    if token not in tokens:
        known = ", ".join(one[1:-1] for one in tokens if len(one) == 5 and one[0] + one[-1] == "<>")
        raise UserError(
            f"model {job.model} has no token {token} of speech.language {language}; its tokens of "
            f"three letters are {known:.300}: take one of those languages, or another model"
        )
    return token


def codes() -> dict[str, str]:
    """Codes of three letters by those of two."""
    with _CODES.open(encoding="utf-8", newline="") as file:
        return {row["two"]: row["three"] for row in csv.DictReader(file)}
