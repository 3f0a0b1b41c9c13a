"""`make setup` finds a Python that fits, or says in one line what is missing on this system."""

import os
import platform
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
# What the script calls beside those that a test puts in their place.
NEEDED = ("sh", "dirname", "grep", "sed", "tail", "cut", "touch", "rm", "cat", "env", "head")


class System:
    """A copy of what sets up, and a PATH on which are only the programs of a test."""

    def __init__(self, folder: Path):
        self.project = folder / "project"
        shutil.copytree(ROOT / "envs", self.project / "envs")
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in NEEDED:
            (self.bin / name).symlink_to(shutil.which(name))
        self.program("uname", "case $1 in -s) echo Linux ;; -m) echo x86_64 ;; esac")
        self.program("getconf", "case $1 in LONG_BIT) echo 64 ;; *) echo glibc 2.41 ;; esac")
        self.root = folder / "root"
        (self.root / "etc").mkdir(parents=True)
        self.named("Debian GNU/Linux 13 (trixie)")

    def program(self, name: str, script: str) -> None:
        """Put a shell script on the PATH."""
        file = self.bin / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def named(self, name: str) -> None:
        """The system's name, as os-release has it."""
        (self.root / "etc/os-release").write_text(f'PRETTY_NAME="{name}"\n')

    def setup(self, **settings: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["sh", str(self.project / "envs/setup.sh")],
            env={**os.environ, "PATH": str(self.bin), "ROOT": str(self.root), **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    def refusal(self, **settings: str) -> str:
        """The one line with which it is refused."""
        done = self.setup(**settings)
        assert done.returncode == 1 and done.stdout == ""
        (line,) = done.stderr.splitlines()
        return line


@pytest.fixture
def system(tmp_path):
    return System(tmp_path)


def fake_python(version: str, without: str = "nothing") -> str:
    """A python of a version, as far as the script asks it, without one module."""
    return f"""
case $2 in
    *version_info*) exec {sys.executable} -c "import sys; sys.version_info = {version}; $2" ;;
    *{without}*) exit 1 ;;
    *import*) exit 0 ;;
esac
echo "{version} $*" >&2
exit 3"""


@pytest.mark.parametrize(
    ("uname", "getconf", "words"),
    [
        ("echo Darwin", "echo 64", ["Linux", "Darwin", "container"]),
        ("case $1 in -s) echo Linux ;; *) echo armv7l ;; esac", "echo 32", ["32 bits", "64-bit"]),
        ("case $1 in -s) echo Linux ;; *) echo aarch64 ;; esac", "echo 32", ["32 bits", "aarch64"]),
        ("case $1 in -s) echo Linux ;; *) echo riscv64 ;; esac", "echo 64", ["riscv64", "aarch64"]),
        (
            "case $1 in -s) echo Linux ;; *) echo x86_64 ;; esac",
            "test $1 = LONG_BIT && echo 64",
            ["glibc", "container"],
        ),
    ],
)
def test_a_system_that_has_no_wheels_is_refused(system, uname, getconf, words):
    system.program("uname", uname)
    system.program("getconf", getconf)
    line = system.refusal()
    assert all(word in line for word in words), line


@pytest.mark.parametrize(
    ("manager", "script", "remedy"),
    [
        ("apt-cache", 'test "$2" = python3.13-venv', "sudo apt-get install python3.13-venv"),
        ("apt-cache", 'test "$2" = python3.11-venv', "sudo apt-get install python3.11-venv"),
        ("apt-cache", "exit 100", "no package of them"),
        ("dnf", "", "sudo dnf install python3.12"),
        ("zypper", "", "sudo zypper install python313"),
        ("pacman", "", "sudo pacman -S uv"),
        ("none", "", "no package of them"),
    ],
)
@pytest.mark.parametrize("python", [None, ("(3, 10)",), ("(3, 14)",), ("(3, 13)", "ensurepip")])
def test_it_says_what_to_install_on_this_very_system(system, manager, script, remedy, python):
    system.named(f"System of {manager}")
    system.program(manager, script)
    if manager == "apt-cache":
        system.program("apt-get", "")
    if python:
        system.program("python3", fake_python(*python))
    line = system.refusal()
    assert remedy in line and f"System of {manager}" in line
    assert "make setup PYTHON=" in line


def test_a_python_that_was_named_and_does_not_fit_is_named(system):
    system.program("python3.12", fake_python("(3, 12)"))
    system.program("mine", fake_python("(3, 9)"))
    assert "and mine is not one" in system.refusal(PYTHON="mine")


def test_the_first_python_that_fits_is_taken(system):
    """Shims of version managers are on the PATH and run nothing."""
    system.program("python3.11", "echo no such version >&2; exit 127")
    system.program("python3.12", fake_python("(3, 12)", "ensurepip"))
    system.program("python3.13", fake_python("(3, 13)"))
    system.program("python3", fake_python("(3, 12)"))
    done = system.setup()
    assert done.returncode == 3
    assert done.stderr == "(3, 13) -m venv --clear .venv\n"


@pytest.fixture
def with_python(system):
    (system.bin / "python3").symlink_to(Path(sys._base_executable).resolve())
    return system


def test_a_venv_without_pip_is_made_anew_and_an_index_that_is_not_there_is_one_line(with_python):
    """Port 9 of loopback answers nobody."""
    made = [str(with_python.bin / "python3"), "-m", "venv", "--without-pip"]
    subprocess.run([*made, str(with_python.project / ".venv")], check=True)
    # No wheels that lie on this machine, and one of the five tries over which pip takes its time.
    alone = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_RETRIES": "1"}
    done = with_python.setup(TORCH_INDEX="http://127.0.0.1:9/", **alone)
    assert done.returncode == 1
    assert done.stdout == "make setup: .venv has no pip, or a Python that does not fit: made anew\n"
    (line,) = done.stderr.splitlines()
    assert "No matching distribution found for torch==" in line and "127.0.0.1:9" in line
    assert not (with_python.project / ".venv/.ready").exists()
    kept = (with_python.project / ".venv/setup.log").read_text()
    assert "Connection refused" in kept


@pytest.mark.parametrize("brought", ["nvidia-cudnn-cu13==9.20", "sympy"])
def test_a_torch_with_cuda_is_taken_only_if_it_was_asked_for(system, brought):
    system.program("python3.12", fake_python("(3, 12)"))
    python = system.project / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"""#!/bin/sh
case "$*" in
    *version_info* | *--version) exit 0 ;;
    *--dry-run*) echo '   "requires_dist": ['; echo '      "{brought}; linux",' ;;
    *"install "*) echo ERROR: enough; exit 1 ;;
esac
""")
    python.chmod(0o755)
    enough = "pip failed: ERROR: enough (pip install -r envs/requirements.txt"
    line = system.refusal()
    if brought == "sympy":
        assert enough in line
    else:
        assert "TORCH_INDEX=default" in line and "CPU builds" in line
        assert enough in system.refusal(TORCH_INDEX="default")
        system.program("uname", "case $1 in -s) echo Linux ;; *) echo aarch64 ;; esac")
        assert enough in system.refusal()


CONFIGURED = """\
:env:.find-links='/wheels/a /wheels/b'
global.extra-index-url='\\nhttp://one/simple\\nhttp://two/simple'
global.find-links='/elsewhere'
global.index-url='http://weaker/simple'
install.index-url='http://mirror/simple'
"""


@pytest.mark.parametrize("told", [CONFIGURED, ""])
@pytest.mark.parametrize("status", [0, 2])
def test_uv_looks_where_pip_was_told_to_and_pip_does_what_it_cannot(system, told, status):
    python, uv = (system.project / f".venv/bin/{name}" for name in ("python", "uv"))
    python.parent.mkdir(parents=True)
    (system.project / "told").write_text(told)
    python.write_text("""#!/bin/sh
case "$*" in
    *version_info* | *--version | *--dry-run*) exit 0 ;;
    *"config list"*) cat told ;;
    *uv.txt) echo 'Looking in indexes: http://default/simple, http://one/simple' ;;
    *) echo "pip $*" >> called ;;
esac
""")
    uv.write_text(f"""#!/bin/sh
echo "uv $*" >> called
env | grep '^UV_' > uv.env
exit {status}
""")
    python.chmod(0o755)
    uv.chmod(0o755)
    assert system.setup(TORCH_INDEX="default", COMPILE="no").returncode == 0
    called = (system.project / "called").read_text()
    assert "uv pip install --python .venv/bin/python -r envs/requirements.txt" in called
    assert "uv pip install --python .venv/bin/python --no-deps -r envs/espnet.txt" in called
    assert ("--no-compile -r envs/requirements.txt" in called) == (status != 0)
    given = dict(
        line.split("=", 1) for line in (system.project / "uv.env").read_text().splitlines()
    )
    assert given.get("UV_INDEX_URL") == ("http://mirror/simple" if told else None)
    assert given["UV_INDEX"] == f"http://{'mirror' if told else 'default'}/simple"
    assert given["UV_EXTRA_INDEX_URL"].split() == (
        ["http://one/simple", "http://two/simple"] if told else []
    )
    assert given["UV_FIND_LINKS"] == ("/wheels/a,/wheels/b" if told else "")


def _index(folder: Path, tag: str, source: str) -> str:
    """An index whose only package is soundfile, in a wheel of this tag; its address."""
    name = f"soundfile-1.0-py3-none-{tag}.whl"
    page = folder / "soundfile/index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<a href="{name}">{name}</a>')
    described = "soundfile-1.0.dist-info"
    with zipfile.ZipFile(page.parent / name, "w") as wheel:
        wheel.writestr("soundfile.py", source)
        wheel.writestr(
            f"{described}/METADATA", "Metadata-Version: 2.1\nName: soundfile\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{described}/WHEEL",
            f"Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-{tag}\n",
        )
        wheel.writestr(f"{described}/RECORD", "")
    return folder.as_uri()


@pytest.mark.parametrize("built", [True, False])
def test_a_wheel_with_its_native_library_wins_over_a_pure_one(system, tmp_path, built):
    for name in ("requirements.txt", "espnet.txt"):
        (system.project / "envs" / name).write_text("soundfile==1.0\n")
    pure = _index(tmp_path / "pure", "any", "raise OSError('no libsndfile')")
    first = _index(
        tmp_path / "first",
        f"manylinux_2_17_{platform.machine()}" if built else "any",
        "" if built else "raise OSError",
    )
    venv.create(system.project / ".venv", with_pip=True)
    (system.project / ".venv/bin/uv").symlink_to(Path(sys.prefix) / "bin/uv")
    settings = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": first,
        "PIP_EXTRA_INDEX_URL": pure,
        "PIP_FIND_LINKS": "",
        "TORCH_INDEX": "default",
        "COMPILE": "no",
    }
    if built:
        done = system.setup(**settings)
        assert done.returncode == 0, done.stderr
        # By uv itself, and not by pip in its place.
        assert "+ soundfile==1.0" in (system.project / ".venv/setup.log").read_text()
    else:
        assert "sudo apt-get install libsndfile1" in system.refusal(**settings)


def test_the_pins_are_exact_and_the_same_for_every_python():
    lines = [
        line
        for name in ("torch.txt", "requirements.txt", "espnet.txt", "uv.txt")
        for line in (ROOT / "envs" / name).read_text().splitlines()
        if line and line[0] not in "#-"
    ]
    pins = [Requirement(line) for line in lines]
    assert len(pins) > 100
    for pin in pins:
        (only,) = pin.specifier
        assert only.operator == "==" and "*" not in only.version
    for version in ("3.11", "3.12", "3.13"):
        for machine in ("x86_64", "aarch64"):
            place = {
                "python_version": version,
                "python_full_version": f"{version}.0",
                "platform_machine": machine,
            }
            names = [pin.name for pin in pins if pin.marker is None or pin.marker.evaluate(place)]
            assert len(set(names)) == len(names) and {"torch", "espnet", "numpy"} <= set(names)


def test_the_conda_file_has_the_same_pins():
    conda = (ROOT / "envs/conda.yaml").read_text()
    for name in ("torch.txt", "requirements.txt"):
        for line in (ROOT / "envs" / name).read_text().splitlines():
            assert line[0] in "#-" or f'      - "{line}"\n' in conda


def test_snakemake_says_in_one_line_that_it_needs_linux(tmp_path):
    elsewhere = "import platform\nplatform.system = lambda: 'Darwin'\n"
    (tmp_path / "sitecustomize.py").write_text(elsewhere)
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--dry-run", "--directory", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Linux is needed, and this is Darwin")
    assert "Traceback" not in done.stderr
