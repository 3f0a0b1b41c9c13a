"""Pin what requirements.in names, and make the conda file from the same pins.

Needs `uv` on the PATH. torch is left out of the resolution and pinned by
processor here, and ESPnet's own pins are not asked (see espnet.txt).
"""

import subprocess
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

HEAD = """\
# Made by 'make lock' from requirements.in: edit that file, not this one.
# The build of torch depends on the processor: on 64-bit Arm, 2.9.1 is the newest
# whose wheels bring no CUDA packages, and its torchaudio loads beside it.
"""
TORCH = [
    "torch==2.13.0 ; platform_machine != 'aarch64'",
    "torch==2.9.1 ; platform_machine == 'aarch64'",
    "torchaudio==2.9.1 ; platform_machine == 'aarch64'",
]


def resolve(platform: str) -> list[str]:
    """Pins for one platform, as requirement lines."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as without:
        without.write("torch ; python_version < '3'\n")
        without.flush()
        answer = subprocess.run(
            ["uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header"]
            + ["--python-version", "3.11", "--python-platform", platform]
            + ["--override", without.name, str(FOLDER / "requirements.in")],
            check=True,
            capture_output=True,
            text=True,
        )
    return answer.stdout.split("\n")[:-1]


def main() -> None:
    pins = resolve("x86_64-manylinux_2_28")
    if pins != resolve("aarch64-manylinux_2_28"):
        raise SystemExit("the pins differ between x86-64 and Arm: pin what differs by hand")
    (FOLDER / "requirements.txt").write_text(HEAD + "\n".join([*TORCH, *pins]) + "\n")
    conda = ["# Made by 'make lock' from the pins of requirements.txt; ESPnet itself is added by"]
    conda += ["# conda.post-deploy.sh, since it has to be installed without its own pins."]
    conda += ["channels:", "  - conda-forge", "dependencies:", "  - python=3.11", "  - pip"]
    conda += ["  - pip:", *(f'      - "{pin}"' for pin in [*TORCH, *pins])]
    (FOLDER / "conda.yaml").write_text("\n".join(conda) + "\n")
    espnet = (FOLDER / "espnet.txt").read_text().splitlines()
    names = " ".join(line for line in espnet if line and not line.startswith("#"))
    script = "#!/usr/bin/env bash\n# Made by 'make lock' from espnet.txt.\nset -euo pipefail\n"
    (FOLDER / "conda.post-deploy.sh").write_text(f"{script}pip install --no-deps {names}\n")


if __name__ == "__main__":
    main()
