"""A small study on this device's GPU and on its CPU, side by side, and what is wrong with it.

    make test-gpu

Both must have the same parameters; their words, seconds, joules and memory are set side by side.
Without a GPU that torch can use it ends in one line. ``--rehearse`` tries the same steps with the
faster search in the place of the GPU.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd
import small_study
import yaml
from small_study import ROOT, TRAINED, UTTERANCES, hypotheses, timed

sys.path.insert(0, str(ROOT / "scripts"))
from asrbench.basics import errors
from asrbench.engines import processor

# In float32 both processors add the same numbers in other orders: a tie may fall otherwise.
LEAST_ALIKE = 0.9
GPU, REHEARSAL = {"processor": "cuda"}, {"engine": "espnet-fast"}
WEIGHT = "0.3"
FIGURES = ("latency", "latency_vs_frames", "latency_vs_batch", "energy", "wer_vs_latency")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scratch", type=Path, help="a folder for the study [a new one in /tmp]")
    parser.add_argument("--rehearse", action="store_true", help="without a GPU")
    arguments = parser.parse_args()
    other = REHEARSAL if arguments.rehearse else GPU
    if not arguments.rehearse:
        processor.check({"engine": "espnet"} | GPU)
        processor.TorchGpu()
        install = [sys.executable, "-m", "pip", "install", "--quiet", "-r", "envs/nvidia.txt"]
        subprocess.run(install, cwd=ROOT, check=True)
    folder = (arguments.scratch or Path(mkdtemp())).resolve()
    began = time.monotonic()
    write(folder, other)
    command = [sys.executable, "-m", "snakemake", "--cores", "all", "--directory", str(folder)]
    with timed("the study on both"):
        subprocess.run([*command, "report"], cwd=ROOT, check=True)
    results, suffix = folder / "results", f"-{'fast' if arguments.rehearse else 'cuda'}"
    print(side_by_side(results, suffix))
    found = faults(results, suffix, not arguments.rehearse)
    what = "a rehearsal of the study on a GPU" if arguments.rehearse else "the study on a GPU"
    return small_study.close(what, began, found, folder)


def write(folder: Path, other: dict[str, str]) -> None:
    """Put the study's configuration into a folder.

    Args:
        other: what differs in the builds that stand beside those on the CPU.
    """
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    del config["streaming"]
    config["speech"]["path"] = str(ROOT / "demo" / config["speech"]["path"])
    config["models"] = [model for model in config["models"] if "engine" not in model]
    for model in config["models"]:
        model["source"] = str(ROOT / "demo" / model["source"])
        model["builds"] = [{}, dict(other)]
    config["ctc_weights"] = [float(WEIGHT)]
    config["latency"] = {"utterances": 3, "rounds": 2, "passes": 2, "warm_up": 1}
    config["sweeps"] = {
        "frames": {"lengths": [100, 400], "repeats": 2, "rounds": 1},
        "batch": {"sizes": [1, 4], "repeats": 2, "rounds": 1},
        "threads": {"counts": []},
    }
    config["energy"] = {"window_s": 12, "samples": 10, "rounds": 1, "idle_s": 3}
    config["wer"] |= {"max_utterances": UTTERANCES}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


def table(results: Path, name: str) -> pd.DataFrame:
    """Rows of a table by model; of energy, those that stand for the study."""
    rows = pd.read_csv(results / f"tables/{name}.csv", keep_default_na=False, na_values=[""])
    return rows[rows["preferred"]] if "preferred" in rows else rows


def side_by_side(results: Path, suffix: str) -> str:
    """Seconds, joules and GPU memory of each model on both, to be read."""
    latency = table(results, "latency").set_index("model")
    energy = table(results, "energy").set_index("model")
    told = latency[["latency_mean_s", "encode_mean_s", "gpu_peak_memory_bytes", "gpu"]]
    told = told.join(energy[["power_mean_w", "energy_per_utterance_integral_j", "scope"]])
    alike = {f"{name}{suffix}": share_alike(results, name, suffix) for name in TRAINED}
    return told.assign(words_alike=pd.Series(alike)).to_string()


def share_alike(results: Path, model: str, suffix: str) -> float:
    """Share of the utterances for which both builds of a model have the same hypothesis."""
    one, other = (
        hypotheses(results.parent, f"{name}/ctc{WEIGHT}") for name in (model, model + suffix)
    )
    return sum(other.get(utterance) == text for utterance, text in one.items()) / len(one)


def faults(results: Path, suffix: str, on_gpu: bool) -> list[str]:
    """What is wrong with the outcome."""
    found = []
    parameters = table(results, "parameters").pivot_table("parameters", "model", "module")
    latency = table(results, "latency").set_index("model")
    energy = table(results, "energy").set_index("model")
    for model in [name for name in latency.index if not name.endswith(suffix)]:
        there = model + suffix
        if not parameters.loc[model].equals(parameters.loc[there]):
            found.append(f"{there}: other parameters than {model}")
        if model in TRAINED and share_alike(results, model, suffix) < LEAST_ALIKE:
            found.append(f"{there}: fewer than {LEAST_ALIKE:.0%} of its hypotheses are {model}'s")
        row = latency.loc[there]
        if row["failed"] or not row["latency_mean_s"] > 0:
            found.append(f"{there}: latency: {row['failed']} failed rows; {row['reason']}")
        for name in ("latency_vs_frames", "latency_vs_batch"):
            rows = table(results, name)
            bad = rows[(rows["model"] == there) & (rows["failed"] > 0)]
            found += [f"{there}: {name}: {reason}" for reason in bad["reason"]]
        if on_gpu:
            if not row["gpu_peak_memory_bytes"] > 0 or pd.isna(row["gpu"]):
                found.append(f"{there}: no GPU or none of its memory is told")
            if (row["tf32"], row["cudnn_autotuning"]) != ("off", "off"):
                found.append(f"{there}: tf32 {row['tf32']}, autotuning {row['cudnn_autotuning']}")
            if energy.loc[there, "power_status"] != "measured":
                found.append(f"{there}: no watts: {energy.loc[there, 'reason']}")
    plots = [results / f"plots/{name}.png" for name in FIGURES]
    found += [f"there is no {file.name}" for file in plots if not file.is_file()]
    if suffix not in (results / "report.html").read_text():
        found.append("the page does not show both")
    return found


if __name__ == "__main__":
    errors.run(main)
