"""How long a program measured: a line in its log, from which the workflow sums up a run."""

from pathlib import Path

_BEFORE = "clocks_s="


def tell(seconds: float) -> None:
    """Say how long the clocks of this process ran (or it decoded), where all is done."""
    print(f"{_BEFORE}{seconds:.3f}", flush=True)


def told(log: Path) -> float:
    """Seconds that the program of a log said; 0 where it said nothing or there is no log."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0.0
    return sum(float(line.removeprefix(_BEFORE)) for line in lines if line.startswith(_BEFORE))
