"""Imports what a run imports, so that Python keeps it compiled: called by setup.sh, once a name.

To compile all that is installed takes six times as long, and two thirds of it no run imports.
"""

import sys
from importlib import import_module
from pathlib import Path

WORKFLOW = (
    *("snakemake.cli", "snakemake.report", "rich.live", "pydantic", "pandas", "pandera.pandas"),
    *("scipy.special", "matplotlib.figure", "matplotlib.backends.backend_agg"),
    "matplotlib.backends.backend_svg",
)
ESPNET = (
    *("espnet2.tasks.asr", "espnet2.tasks.lm"),
    *("espnet2.bin.asr_inference", "espnet2.bin.asr_inference_streaming"),
)


def main() -> None:
    if sys.argv[1] == "workflow":
        for name in WORKFLOW:
            import_module(name)
    else:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
        from asrbench.engines.espnet import stand_ins

        for name in ESPNET:
            stand_ins.load(name)


if __name__ == "__main__":
    main()
