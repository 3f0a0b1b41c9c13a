"""A whole decoding job against ESPnet's own program: the demo's test set, all six variants.

    python bench/job.py [--utterances N] [--beam-size N]

One side is this workflow, from nothing to hypotheses, with the fast search on all
cores: ``snakemake --cores all results/wer/…/hypotheses.jsonl``. The other is
``python -m espnet2.bin.asr_inference``, once a variant, with the threads that torch
takes by itself. Both decode the same files with the same beam, and start from
processes that have imported nothing.

ESPnet's program gets this project's stand-ins for packages that are absent
(:mod:`asrbench.engines.espnet.stand_ins`), which also shortens its start.

Exit status 1 where hypotheses differ or the ratio is below its bar.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
MODELS = {"conformer-fast": "conformer", "lstm-fast": "lstm"}
BAR = 4.0
ESPNET = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from asrbench.engines.espnet import stand_ins; stand_ins.prepare(); "
    "runpy.run_module('espnet2.bin.asr_inference', run_name='__main__')"
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--utterances", type=int, help="only so many, spread over the set [all]")
    parser.add_argument("--beam-size", type=int, default=20, help="[%(default)s]")
    arguments = parser.parse_args()
    print(f"load of this machine before: {os.getloadavg()[0]:.2f} of {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        return _run(Path(folder), arguments)


def _run(folder: Path, arguments: argparse.Namespace) -> int:
    speech = folder / "speech"
    files = _speech(speech, arguments.utterances)
    weights = _configure(folder, speech, arguments.beam_size)
    variants = [(model, weight) for model in MODELS for weight in weights]
    mine_s = _workflow(folder, variants)
    print(f"{len(files)} utterances, {len(variants)} variants by the workflow: {mine_s:.0f} s")
    theirs_s, different = 0.0, 0
    for model, weight in variants:
        out = folder / "espnet" / model / weight
        spent_s = _espnet(out, MODELS[model], weight, arguments.beam_size, files)
        theirs_s += spent_s
        wrong = _differences(folder, out, model, weight)
        different += len(wrong)
        print(f"  espnet, {MODELS[model]} ctc{weight}: {spent_s:.0f} s, {len(wrong)} differ")
        for line in wrong:
            print("    " + line)
    ratio = theirs_s / mine_s
    print(
        f"whole job: espnet {theirs_s:.0f} s, workflow {mine_s:.0f} s: {ratio:.1f} ×, bar "
        f"{BAR:g} ×: {'reached' if ratio >= BAR else 'NOT REACHED'}; {different} hypotheses differ"
    )
    return 0 if ratio >= BAR and not different else 1


def _speech(target: Path, count: int | None) -> dict[str, Path]:
    """The corpus, or a part of it in its own layout; utterance to file."""
    source = ROOT / "demo/speech/LibriSpeech"
    files = {path.stem: path for path in sorted(source.rglob("*.flac"))}
    if count is not None and count < len(files):
        step = len(files) / count
        kept = [list(files)[int(number * step)] for number in range(count)]
        files = {name: files[name] for name in kept}
    for path in files.values():
        folder = target / "LibriSpeech" / path.relative_to(source).parent
        folder.mkdir(parents=True, exist_ok=True)
        (folder / path.name).symlink_to(path)
        for text in path.parent.glob("*.trans.txt"):
            lines = text.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [line for line in lines if line.split()[0] in files]
            (folder / text.name).write_text("".join(kept), encoding="utf-8")
    return files


def _configure(folder: Path, speech: Path, beam_size: int) -> list[str]:
    study = yaml.safe_load((ROOT / "demo/config.yaml").read_text(encoding="utf-8"))
    study["speech"]["path"] = str(speech / "LibriSpeech")
    study["models"] = [
        {"name": name, "source": str(ROOT / "demo/models" / source), "engine": "espnet-fast"}
        for name, source in MODELS.items()
    ]
    study["decoding"]["beam_size"] = beam_size
    study["wer"]["max_utterances"] = None
    (folder / "config.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    return [str(float(weight)) for weight in study["ctc_weights"]]


def _workflow(folder: Path, variants: list[tuple[str, str]]) -> float:
    command = [str(Path(sys.executable).with_name("snakemake")), "--snakefile"]
    command += [str(ROOT / "Snakefile"), "--directory", str(folder), "--cores", "all", "--"]
    command += [f"results/wer/{model}/ctc{weight}/hypotheses.jsonl" for model, weight in variants]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return _timed(command, folder, {**os.environ, "PATH": path})


def _espnet(out: Path, model: str, weight: str, beam_size: int, files: dict[str, Path]) -> float:
    out.mkdir(parents=True)
    scp = out / "wav.scp"
    scp.write_text("".join(f"{name} {path}\n" for name, path in files.items()), encoding="utf-8")
    folder = ROOT / "demo/models" / model
    command = [sys.executable, "-c", ESPNET, str(ROOT / "scripts"), "--ngpu", "0"]
    command += ["--output_dir", str(out), "--log_level", "WARNING", "--lm_weight", "0.0"]
    command += ["--data_path_and_name_and_type", f"{scp},speech,sound"]
    command += ["--asr_train_config", str(folder / "config.yaml")]
    command += ["--asr_model_file", str(folder / "model.pth")]
    command += ["--ctc_weight", weight, "--beam_size", str(beam_size)]
    return _timed(command, ROOT, dict(os.environ))


def _timed(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return time.perf_counter() - began


def _differences(folder: Path, out: Path, model: str, weight: str) -> list[str]:
    text = (out / "1best_recog/text").read_text(encoding="utf-8")
    theirs = {name: rest for name, _, rest in (line.partition(" ") for line in text.splitlines())}
    path = folder / f"results/wer/{model}/ctc{weight}/hypotheses.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    mine = {line["utterance_id"]: line["hypothesis"] for line in lines}
    if mine.keys() != theirs.keys():
        sys.exit(f"{path} and {out} are not of the same utterances")
    return [
        f"{name}: espnet {theirs[name]!r}, fast {mine[name]!r}"
        for name in theirs
        if theirs[name] != mine[name]
    ]


if __name__ == "__main__":
    sys.exit(main())
