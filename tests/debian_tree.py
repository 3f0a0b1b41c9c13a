"""Run the Dockerfile's steps in a tree of Debian, and a small study in it, against this machine.

    sudo .venv/bin/python tests/debian_tree.py arm64 --scratch /media/disk/arm64

Without a container engine: mmdebstrap makes the tree, chroot enters it. The tree of another
processor is emulated by qemu, as a Cortex-A72 (the processor of a Pi 4). The study must
give the published numbers of parameters, and the hypotheses that this machine gives. A run that
was ended is resumed where its scratch folder is given again.
"""

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar

import foreign_wheels
import small_study
from small_study import ROOT, timed

MACHINES = {"arm64": "aarch64", "amd64": "x86_64"}
BINFMT = Path("/proc/sys/fs/binfmt_misc")
QEMU = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")


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
            self.variables |= {"QEMU_CPU": "cortex-a72", "COMPILE": "no"}

    def build(self) -> None:
        """Run each step of the Dockerfile; in a tree that was built before, only what is quick."""
        built = self.scratch / "built"
        for word, argument in steps((ROOT / "Dockerfile").read_text()):
            if word in ("FROM", "RUN") and built.exists():
                continue
            with timed(f"{word} {argument}"):
                self.STEPS[word](self, argument)
        built.touch()

    def from_(self, image: str) -> None:
        release = image.removeprefix("debian:").removesuffix("-slim")
        make = ["mmdebstrap", "--quiet", "--variant=minbase", f"--architectures={self.debian}"]
        subprocess.run([*make, release, str(self.root)], check=True)

    def workdir(self, folder: str) -> None:
        self.folder = folder
        (self.root / folder[1:]).mkdir(parents=True, exist_ok=True)

    def copy(self, _: str) -> None:
        small_study.export(self.project)

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

    def entrypoint(self, argument: str) -> None:
        """Not run, but tried with a dry run of the demo."""
        self.call(f"{shlex.join(json.loads(argument))} demo --dry-run --quiet")

    STEPS: ClassVar = {
        "FROM": from_,
        "RUN": run,
        "WORKDIR": workdir,
        "COPY": copy,
        "ARG": arg,
        "ENV": env,
        "ENTRYPOINT": entrypoint,
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
        # The programs have this machine's interpreter in their first line, and lie elsewhere.
        body = (packages / "bin/snakemake").read_text().split("\n", 1)[1]
        program = self.project / ".venv/bin/snakemake"
        program.write_text(f"#!{self.folder}/.venv/bin/python\n{body}")
        program.chmod(0o755)

    def call(self, command: str) -> None:
        """Run a command in the tree, in a mount namespace of its own."""
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        if "PIP_CERT" in pip:
            pip["PIP_CERT"] = shutil.copy(pip["PIP_CERT"], self.root / "pip.crt") and "/pip.crt"
        mounts = "".join(f"mount --rbind /{name} {self.root}/{name}\n" for name in ("proc", "dev"))
        # A network of its own has a /sys of its own: the lock of this device's measurements
        # is in /sys, and the times of these mean nothing.
        mounts += f"unshare --net mount -t sysfs none {self.root}/sys\n"
        enter = f'{mounts}exec chroot {self.root} sh -ec "$0"'
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-ec", enter, f"cd {self.folder} && {command}"],
            env={**pip, **self.variables},
            check=False,
        )
        if done.returncode:
            sys.exit(f"failed in the tree: {command}; what was made is in {self.scratch}")


def register_qemu() -> None:
    """Have the kernel run Arm's programs by qemu, where the package's own script did not."""
    if not (BINFMT / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", str(BINFMT)], check=True)
    if not (BINFMT / "qemu-aarch64").exists():
        (BINFMT / "register").write_text(QEMU.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("machine", choices=MACHINES)
    parser.add_argument("--scratch", type=Path, help="a folder for 5 GB [a new one in /tmp]")
    args = parser.parse_args()
    emulated = MACHINES[args.machine] != platform.machine()
    needed = ["mmdebstrap"] + (["arch-test", "qemu-aarch64-static"] if emulated else [])
    absent = [name for name in needed if shutil.which(name) is None]
    if os.geteuid() != 0 or absent:
        sys.exit(f"root is needed, and on the PATH {' and '.join(needed)} (absent: {absent})")
    if emulated:
        register_qemu()
    began = time.monotonic()
    scratch = (args.scratch or Path(mkdtemp())).resolve()
    here = scratch / "here"
    small_study.export(here)
    if not (here / ".venv").exists():
        (here / ".venv").symlink_to(ROOT / ".venv")
    small_study.run(here)
    tree = Tree(args.machine, scratch)
    tree.build()
    small_study.run(tree.project, tree.call)
    faults = small_study.faults(tree.project, here)
    sys.exit(small_study.close(f"Debian's {args.machine} tree", began, faults, scratch))


if __name__ == "__main__":
    main()
