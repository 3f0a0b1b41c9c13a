"""By what raw rows are made: versions of this project, of Python and of what decodes."""

import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

from asrbench.basics import results_version

_PACKAGES = ("espnet", "torch", "numpy")  # of rows that no engine names others for
_REPOSITORY = Path(__file__).resolve().parents[3]


@cache
def versions(packages: tuple[str, ...] = _PACKAGES) -> dict[str, str | None]:
    """What rows of one file must have in common; null where it is not known.

    A measurement that was killed is resumed only under the same.

    Args:
        packages: what decodes, by the names that pip knows.
    """
    return {
        "asrbench": results_version.PROJECT,
        "commit": commit(),
        "python": platform.python_version(),
        **{name: package(name) for name in packages},
    }


def findings_of(rows: str | Path) -> Path:
    """Where versions, and what was found of the device, are written beside rows."""
    return Path(f"{rows}.checks.json")


def words(versions: dict[str, str | None]) -> str:
    """Versions in one line, such as 'asrbench 0.2.0, commit 0123abc, torch 2.9.1'."""
    return ", ".join(f"{name} {version}" for name, version in versions.items() if version)


def package(name: str) -> str | None:
    """The version of a package that is installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def commit() -> str | None:
    """The commit of this project, marked where its files differ from it; null outside git."""
    # The hash whole, whatever tags there are; '-dirty' where a tracked file differs from it.
    asked = ["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    command = ["git", "-C", str(_REPOSITORY), *asked]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip().replace("-dirty", " with changes")
