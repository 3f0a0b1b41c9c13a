"""Pin what requirements.in names, and make the conda file from the same pins.

Needs `uv` on the PATH. One set of pins is for every Python and processor that the project
runs on, so that devices can be compared. torch is left out of the resolution and pinned by
processor in torch.txt, and ESPnet's own pins are not asked (see espnet.txt).
"""

import subprocess
import tempfile
from pathlib import Path

from packaging.markers import Environment
from packaging.requirements import Requirement

FOLDER = Path(__file__).resolve().parent
PLACES = [
    Environment(
        implementation_name="cpython",
        implementation_version=f"{version}.0",
        os_name="posix",
        platform_machine=machine,
        platform_python_implementation="CPython",
        platform_system="Linux",
        python_full_version=f"{version}.0",
        python_version=version,
        sys_platform="linux",
    )
    for version in ("3.11", "3.12", "3.13")
    for machine in ("x86_64", "aarch64")
]


def pins_of(file: Path) -> list[str]:
    """The requirement lines of a file."""
    return [line for line in file.read_text().splitlines() if line and line[0] not in "#-"]


def resolve() -> list[str]:
    """Pins as requirement lines, with a marker where not every place needs the package."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as without:
        without.write("torch ; python_version < '3'\n")
        without.flush()
        answer = subprocess.run(
            ["uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header"]
            + ["--universal", "--fork-strategy", "fewest", "--python-version", "3.11"]
            + ["--override", without.name, str(FOLDER / "requirements.in")],
            check=True,
            capture_output=True,
            text=True,
        )
    pins = []
    for line in answer.stdout.splitlines():
        marker = Requirement(line).marker
        needed = [marker is None or marker.evaluate(place) for place in PLACES]
        if any(needed):
            pins.append(line.split(" ;")[0] if all(needed) else line)
    return pins


def main() -> None:
    pins = resolve()
    head = (
        "# Made by 'make lock' from requirements.in: edit that file, not this one.\n-r torch.txt\n"
    )
    (FOLDER / "requirements.txt").write_text(head + "\n".join(pins) + "\n")
    conda = ["# Made by 'make lock' from the pins of requirements.txt; ESPnet itself is added by"]
    conda += ["# conda.post-deploy.sh, since it has to be installed without its own pins."]
    conda += ["channels:", "  - conda-forge", "dependencies:", "  - python=3.11", "  - pip"]
    conda += ["  - pip:", *(f'      - "{pin}"' for pin in [*pins_of(FOLDER / "torch.txt"), *pins])]
    (FOLDER / "conda.yaml").write_text("\n".join(conda) + "\n")
    names = " ".join(pins_of(FOLDER / "espnet.txt"))
    script = "#!/usr/bin/env bash\n# Made by 'make lock' from espnet.txt.\nset -euo pipefail\n"
    (FOLDER / "conda.post-deploy.sh").write_text(f"{script}pip install --no-deps {names}\n")


if __name__ == "__main__":
    main()
