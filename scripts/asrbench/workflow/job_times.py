"""How long jobs of each rule take: in this run, in an earlier one, or by a pilot."""

import json
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Times:
    """Seconds that jobs of each rule took: in this run, else in an earlier one."""

    earlier: dict[str, float] = field(default_factory=dict)
    spent: dict[str, list[float]] = field(default_factory=dict)

    def add(self, rule: str, seconds: float) -> None:
        self.spent.setdefault(rule, []).append(seconds)

    def of(self, rule: str) -> float | None:
        """The mean; None where no job of the rule has ever ended."""
        return self.all().get(rule)

    def all(self) -> dict[str, float]:
        """What to keep for the next run."""
        here = {rule: sum(times) / len(times) for rule, times in self.spent.items()}
        return self.earlier | here


def read(times_file: Path) -> dict[str, float]:
    """Times of an earlier run; a file that is absent or broken says nothing."""
    try:
        found = json.loads(times_file.read_text(encoding="utf-8"))
        return {str(rule): float(seconds) for rule, seconds in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def spoken(seconds: float) -> str:
    """Such as 'about 40 s', 'about 4 min' or 'about 3.5 h'."""
    if seconds < 60:
        return f"about {max(1, round(seconds)):d} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"
