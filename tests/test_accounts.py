"""A run under sudo reads meters as root and leaves files that are its caller's."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import namespaces
import pytest
import small_models
import yaml
from asrbench.basics.errors import UserError
from asrbench.workflow import accounts
from test_energy_end_to_end import ROOT, STUDY

NOBODY = 65534
WINDOW = "results/energy/small/ctc0.0/round1/window.json"

# Only root may read the battery. An interpreter in root's own home is shown to everyone, and
# sudo lets nobody become root.
_AS = """
set -e
if [ -e /etc/sudoers ]; then
    rules=$(mktemp)
    echo "nobody ALL=(root) NOPASSWD:SETENV: ALL" > "$rules"
    chmod 0440 "$rules"
    mount --bind "$rules" /etc/sudoers
fi
chmod 0400 /sys/class/power_supply/BAT0/power_now
if [ -n "$1" ]; then
    kept=$(mktemp -d)
    mount --bind "$1" "$kept"
    mount -t tmpfs -o mode=755 none "$1"
    mkdir -p "$1/$2"
    mount --bind "$kept/$2" "$1/$2"
    cd "$3"
fi
shift 3
"$@"
"""


def command(study: Path, target: str) -> list[str]:
    directory = os.path.relpath(study, ROOT)
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", "Snakefile"]
    return [*snakemake, "--directory", directory, "--cores", "1", target]


def run(argv: list[str], **environment: str) -> subprocess.CompletedProcess:
    """Run it in the project's folder, beside a battery that only root may read."""
    base = Path(sys.base_prefix)
    closed = [folder for folder in reversed(base.parents) if not folder.stat().st_mode & 0o001]
    hidden = [str(closed[0]), str(base.relative_to(closed[0]))] if closed else ["", ""]
    inner = ["bash", "-c", _AS, "bash", *hidden, str(ROOT), *argv]
    given = [f"{name}={value}" for name, value in environment.items()]
    return namespaces.with_battery(
        "Discharging", "wave", ["env", *given, *inner], ROOT, timeout=400
    )


# What sudo itself does, and what it is known to set, where it is not installed.
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
SUDO = [*AS_NOBODY, "sudo", "--non-interactive", "--preserve-env=HOME,XDG_CACHE_HOME"]
BY_HAND = ["env", f"SUDO_UID={NOBODY}", f"SUDO_GID={NOBODY}"]
NEEDS_SUDO = pytest.mark.skipif(shutil.which("sudo") is None, reason="there is no sudo")


@namespaces.needs_namespaces
@pytest.mark.parametrize(
    "sudo", [BY_HAND, pytest.param(SUDO, marks=NEEDS_SUDO)], ids=["by hand", "sudo"]
)
def test_after_a_run_under_sudo_its_caller_goes_on(sudo):
    with tempfile.TemporaryDirectory() as made:
        top = Path(made)
        top.chmod(0o755)
        folder = top / "study"
        study = STUDY | {"energy": STUDY["energy"] | {"window_s": 1.0, "idle_s": 0.0}}
        small_models.write_config(folder / "model", small_models.LSTM)
        (folder / "config.yaml").write_text(yaml.safe_dump(study))
        (folder / "results").mkdir()  # as a run of root's leaves it
        (folder / "results/study.json").write_text("{}")
        os.chown(folder, NOBODY, NOBODY)
        caller = {"HOME": made, "XDG_CACHE_HOME": f"{made}/study/cache"}

        done = run([*sudo, *command(folder, WINDOW)], **caller)
        assert done.returncode == 0, done.stdout + done.stderr
        said = json.loads((folder / WINDOW).read_text())
        assert (said["status"], said["meter"]) == ("measured", "battery"), said
        written = [*(folder / "results").rglob("*"), *(folder / ".snakemake").rglob("*")]
        assert len(written) > 10
        assert {path.lstat().st_uid for path in written} == {NOBODY}

        done = run([*AS_NOBODY, *command(folder, "results/device.json")], **caller)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_folder_that_leads_back_to_itself_is_not_where_the_run_began(tmp_path):
    began, study = tmp_path / "clones/benchmark", tmp_path / "made/study"
    for folder in (began, study):
        folder.mkdir(parents=True)
    directory = os.path.relpath(study, began)
    # As Snakemake's own process of a run whose parent, sudo, is still where it was called.
    script = "import os, sys; from pathlib import Path; os.chdir(sys.argv[1]);"
    script += "from asrbench.workflow import accounts; print(accounts._began_in(Path(sys.argv[1])))"
    parent = (
        "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', *sys.argv[1:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", parent, script, directory],
        cwd=began,
        env={"PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip().startswith("/proc/"), done.stdout + done.stderr


def test_what_another_account_left_is_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/tables").mkdir(parents=True)
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    monkeypatch.setattr(os, "access", lambda path, _mode: path.name != "tables")
    with pytest.raises(UserError, match=r"results/tables is another .*: sudo chown -R \w+: /") as e:
        accounts.check_ours()
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("environment", [{}, {"SUDO_UID": "0"}, {"SUDO_UID": "12345"}])
def test_without_a_caller_of_this_folder_nothing_is_given_up(tmp_path, monkeypatch, environment):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SUDO_UID", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "execve", lambda *_arguments: pytest.fail("began again"))
    accounts.give_up_root(None, tmp_path)
