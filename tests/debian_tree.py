"""Run the Dockerfile's steps in a tree of Debian, and a small study in it, against this machine.

    sudo .venv/bin/python tests/debian_tree.py arm64 --scratch /tmp/arm64

Without a container engine: mmdebstrap makes the tree, chroot enters it. The tree of another
processor is emulated by qemu, as a Cortex-A72 (the processor of a Pi 4). The study must
give the published numbers of parameters, and the hypotheses that this machine gives.
"""

import argparse
import csv
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import foreign_wheels
import yaml

ROOT = Path(__file__).resolve().parents[1]
MACHINES = {"arm64": "aarch64", "amd64": "x86_64"}
BINFMT = Path("/proc/sys/fs/binfmt_misc")
QEMU = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")
MOUNTS = ("proc", "sys", "dev")
PUBLISHED = ROOT / "scripts/asrbench/tables/claims/published_study.csv"
TRAINED = ("conformer-demo", "lstm-demo")
WEIGHTS = ("0.0", "0.3", "1.0")


def study() -> dict:
    """The demo with its trained models alone, one round and ten utterances."""
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    config["models"] = [model for model in config["models"] if model["name"] in TRAINED]
    return at_demo(config)


def full_size() -> dict:
    """The demo with the published study's networks alone."""
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    config["models"] = [model for model in config["models"] if model["name"] not in TRAINED]
    return at_demo(config)


def at_demo(config: dict) -> dict:
    """With paths from a folder beside the demo's, and as little as makes a study."""
    config["speech"]["path"] = f"../demo/{config['speech']['path']}"
    for model in config["models"]:
        model["source"] = f"../demo/{model['source']}"
    config["latency"] = {"utterances": 2, "rounds": 1, "passes": 1, "warm_up": 1}
    config["sweeps"] = {
        "frames": {"lengths": []},
        "batch": {"sizes": []},
        "threads": {"counts": []},
    }
    config["energy"] = {"window_s": 1, "samples": 1, "rounds": 1, "idle_s": 1}
    config["wer"] = {"max_utterances": 10, "shards": 1, "normalisation": "librispeech"}
    return config


def steps(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each instruction of a Dockerfile and its argument."""
    for line in re.sub(r"\\\n\s*", "", dockerfile).splitlines():
        if line and not line.startswith("#"):
            word, argument = line.split(maxsplit=1)
            yield word, argument


class Tree:
    """A tree of Debian, in which the Dockerfile's steps have run.

    Args:
        machine: Debian's word for the processor.
        scratch: a folder for the tree and all that is made beside it.
    """

    def __init__(self, machine: str, scratch: Path):
        self.machine = MACHINES[machine]
        self.debian = machine
        self.scratch = scratch
        self.root = scratch / "tree"
        self.folder = "/"
        self.variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        if self.machine != platform.machine():
            self.variables["QEMU_CPU"] = "cortex-a72"

    def build(self) -> None:
        """Run each step of the Dockerfile."""
        for word, argument in steps((ROOT / "Dockerfile").read_text()):
            with timed(f"{word} {argument}"):
                self.STEPS.get(word, lambda *_: None)(self, argument)

    def from_(self, image: str) -> None:
        release = image.removeprefix("debian:").removesuffix("-slim")
        make = ["mmdebstrap", "--quiet", "--variant=minbase", f"--architectures={self.debian}"]
        subprocess.run([*make, release, str(self.root)], check=True)

    def workdir(self, folder: str) -> None:
        self.folder = folder
        (self.root / folder[1:]).mkdir(parents=True, exist_ok=True)

    def copy(self, _: str) -> None:
        files = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
        ).stdout
        copied = subprocess.run(
            ["tar", "-c", "--null", "-T", "-"],
            cwd=ROOT,
            input=files,
            check=True,
            capture_output=True,
        ).stdout
        subprocess.run(["tar", "-x", "-C", str(self.project)], input=copied, check=True)

    def arg(self, argument: str) -> None:
        name, default = argument.split("=")
        self.variables[name] = os.environ.get(name, default)

    def env(self, argument: str) -> None:
        name, value = argument.split("=", 1)
        self.variables[name] = value.replace("$PATH", self.variables["PATH"])

    def run(self, command: str) -> None:
        if "make setup" in command and self.machine != platform.machine():
            self.unpack_wheels()
        self.call(command)

    STEPS: ClassVar = {
        "FROM": from_,
        "RUN": run,
        "WORKDIR": workdir,
        "COPY": copy,
        "ARG": arg,
        "ENV": env,
    }

    @property
    def project(self) -> Path:
        return self.root / self.folder[1:]

    def unpack_wheels(self) -> None:
        """What pip would do under emulation in an hour; it then finds all that it looks for."""
        self.call("python3 -m venv .venv")
        (packages,) = (self.project / ".venv/lib").glob("python3*/site-packages")
        version = packages.parent.name.removeprefix("python")
        said = foreign_wheels.install(version, self.machine, packages, self.scratch)
        if said:
            sys.exit(said)

    def call(self, command: str) -> None:
        """Run a command in the tree, in a mount namespace of its own."""
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        if "PIP_CERT" in pip:
            pip["PIP_CERT"] = shutil.copy(pip["PIP_CERT"], self.root / "pip.crt") and "/pip.crt"
        mounts = "".join(f"mount --rbind /{name} {self.root}/{name}\n" for name in MOUNTS)
        inner = f"cd {self.folder} && {command}"
        subprocess.run(
            ["unshare", "--mount", "sh", "-ec", f'{mounts}exec chroot {self.root} sh -ec "$0"']
            + [inner],
            env={**pip, **self.variables},
            check=True,
        )


class timed:
    """Prints what is done, and how long it took."""

    def __init__(self, what: str):
        self.what = what

    def __enter__(self):
        print(f"{time.strftime('%H:%M:%S')} {self.what}", flush=True)
        self.began = time.monotonic()

    def __exit__(self, kind, *_):
        if kind is None:
            print(f"    {time.monotonic() - self.began:.0f} s", flush=True)


def register_qemu() -> None:
    """Have the kernel run Arm's programs by qemu, where the package's own script did not."""
    if not (BINFMT / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", str(BINFMT)], check=True)
    if not (BINFMT / "qemu-aarch64").exists():
        (BINFMT / "register").write_text(QEMU.read_text())


def compare(here: Path, there: Path) -> Iterator[str]:
    """What differs between a study on this machine and in the tree.

    Scores may differ in their last digits, since processors add in other orders.
    """
    for model in TRAINED:
        for weight in WEIGHTS:
            name = f"{model}/ctc{weight}"
            words = [
                [json.loads(line) for line in file.read_text().splitlines()]
                for file in (
                    each / f"results/wer/{name}/hypotheses.jsonl" for each in (here, there)
                )
            ]
            if len(words[0]) != 10 or len(words[1]) != 10:
                yield f"{name}: {len(words[0])} and {len(words[1])} hypotheses, not 10"
            for one, other in zip(*words, strict=False):
                if one["hypothesis"] != other["hypothesis"]:
                    yield f"{name} {one['utterance_id']}: {one['hypothesis']!r} here, {other['hypothesis']!r} there"
            rows = [
                {row["utterance_id"]: row for row in csv.DictReader(file.open())}
                for file in (each / f"results/latency/{name}/round1.csv" for each in (here, there))
            ]
            for utterance, row in rows[0].items():
                other = rows[1].get(utterance, {})
                for column in ("status", "tokens"):
                    if row[column] != other.get(column):
                        yield f"{name} {utterance}: {column} {row[column]} here, {other.get(column)} there"
    if not (there / "results/report.html").is_file():
        yield "no page"


def published(parameters: Path) -> Iterator[str]:
    """What differs between the counted parameters and the published ones."""
    wanted = {row["model"]: row for row in csv.DictReader(PUBLISHED.open())}
    for model, row in wanted.items():
        file = parameters / f"{model}-full.csv"
        found = {each["module"]: each["parameters"] for each in csv.DictReader(file.open())}
        for module, column in (
            ("whole", "parameters_total"),
            ("ctc", "parameters_ctc"),
            ("decoder", "parameters_decoder"),
        ):
            if found[module] != row[column]:
                yield f"{model}: {found[module]} parameters in {module}, {row[column]} published"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("machine", choices=MACHINES)
    parser.add_argument("--scratch", type=Path, required=True, help="a new folder, 5 GB")
    args = parser.parse_args()
    needed = ["mmdebstrap", "unshare", "chroot"]
    emulated = MACHINES[args.machine] != platform.machine()
    needed += ["qemu-aarch64-static", "arch-test"] if emulated else []
    absent = [name for name in needed if shutil.which(name) is None]
    if os.geteuid() != 0 or absent:
        sys.exit(
            f"root is needed, and Debian's mmdebstrap, arch-test and qemu-user-static (absent: {absent})"
        )
    if emulated:
        register_qemu()
    began = time.monotonic()
    tree = Tree(args.machine, args.scratch.resolve())
    tree.scratch.mkdir(parents=True)
    tree.build()
    here = tree.scratch / "here"
    (here / "demo").parent.mkdir()
    (here / "demo").symlink_to(ROOT / "demo")
    for name, config in (("full", full_size()), ("small", study())):
        for folder in (here / name, tree.project / name):
            folder.mkdir()
            (folder / "config.yaml").write_text(yaml.safe_dump(config))
    counted = " ".join(f"results/parameters/{name}-full.csv" for name in ("conformer", "lstm"))
    program = ".venv/bin/snakemake --cores 2 --directory"
    with timed("the same study on this machine"):
        run = [
            sys.executable,
            "-m",
            "snakemake",
            "--cores",
            "2",
            "--directory",
            str(here / "small"),
        ]
        subprocess.run([*run, "report"], cwd=ROOT, check=True)
    with timed("parameters of the published study's networks"):
        tree.call(f"{program} full {counted}")
    with timed("latency, word error rate, energy, tables, figures and page of the demo's models"):
        tree.call(f"{program} small report")
    faults = [*published(tree.project / "full/results/parameters")]
    faults += compare(here / "small", tree.project / "small")
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    print(*faults, sep="\n")
    minutes = (time.monotonic() - began) / 60
    print(
        f"{time.strftime('%Y-%m-%d')} {args.machine} {commit}: {len(faults)} faults, {minutes:.0f} min"
    )
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
