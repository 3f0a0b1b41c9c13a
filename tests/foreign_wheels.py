"""The pinned packages for another Python or processor than this one's, by pip."""

import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

ENVS = Path(__file__).resolve().parents[1] / "envs"
# Of glibc 2.34 and older, as Debian 12 and Ubuntu 22.04 have it.
TAGS = ("2_34", "2_31", "2_28", "2_27", "2_26", "2_24", "2_17")
# Come as sources alone; all are Python, so what is built here fits everywhere.
SOURCES = ("ci-sdr", "connection-pool", "fast-bss-eval")


def pins(version: str, machine: str) -> list[str]:
    """The pins of one Python on one processor, ESPnet's among them."""
    lines = [
        line
        for name in ("torch.txt", "requirements.txt", "espnet.txt")
        for line in (ENVS / name).read_text().splitlines()
        if line and line[0] not in "#-"
    ]
    place = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "platform_machine": machine,
    }
    found = [Requirement(line) for line in lines]
    return [
        f"{pin.name}{pin.specifier}"
        for pin in found
        if pin.marker is None or pin.marker.evaluate(place)
    ]


def install(version: str, machine: str, target: Path, scratch: Path, *options: str) -> str:
    """Install wheels of all pins into a folder, from whatever index pip has.

    Args:
        version: of Python, as "3.13".
        machine: x86_64 or aarch64.
        target: where they are unpacked.
        scratch: for wheels that are built here.
        options: more of pip's, such as --dry-run.

    Returns:
        What pip says where it fails, and otherwise nothing.
    """
    wanted = pins(version, machine)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    sources = [pin for pin in wanted if pin.split("=")[0] in SOURCES]
    wheels = scratch / "wheels"
    if not wheels.exists():
        build = [*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), *sources]
        subprocess.run(build, check=True)
    platforms = [f"--platform=manylinux_{tag}_{machine}" for tag in TAGS]
    platforms += [f"--platform={name}_{machine}" for name in ("manylinux2014", "linux")]
    done = subprocess.run(
        # Of --python-version, pip takes the tags of wheels and not what packages require.
        [*pip, "install", "--no-deps", "--no-compile", "--ignore-requires-python"]
        + ["--only-binary=:all:", *platforms]
        + [f"--python-version={version}", f"--find-links={wheels}", f"--target={target}"]
        + [*options, *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""
