"""ESPnet is imported without torchaudio, and without a look at the network."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def run(code: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True, text=True, check=False
    )


def test_no_import_touches_the_network_and_nothing_is_printed():
    done = run("""
import socket
def refuse(*arguments):
    raise AssertionError(f"network: {arguments}")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from asrbench.engines.espnet import stand_ins
stand_ins.load("espnet2.bin.asr_inference")
stand_ins.load("espnet2.tasks.asr")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stand_in_says_what_needs_the_package():
    done = run("""
from asrbench.engines.espnet import stand_ins
stand_ins.loads = lambda package: False
stand_ins.prepare()
import torchaudio
import torchaudio.functional
for use in (lambda: torchaudio.load, lambda: torchaudio.functional.resample):
    try:
        use()
    except ImportError as error:
        print(error)
try:
    from torchaudio.transforms import Resample
except ImportError as error:
    print(error)
""")
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    assert lines[0].startswith("torchaudio.load was asked for: torchaudio is not installed")
    assert all("install the release of torchaudio" in line for line in lines)


def test_what_only_training_draws_is_imported_by_name_and_refused_when_called():
    done = run("""
import sys
from asrbench.engines.espnet import stand_ins
trainer = stand_ins.load("espnet2.train.trainer")
assert "scipy.stats" not in sys.modules
try:
    trainer.calculate_all_attentions(None, None)
except ImportError as error:
    print(error)
""")
    assert "plots of attention" in done.stdout, done.stderr


def test_a_torchaudio_that_loads_is_kept(tmp_path):
    (tmp_path / "torchaudio.py").write_text("real = True\n")
    done = run(f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from asrbench.engines.espnet import stand_ins
stand_ins.prepare()
import torchaudio
print(torchaudio.real)
""")
    assert done.stdout == "True\n", done.stderr


def test_a_torchaudio_that_does_not_load_is_replaced(tmp_path):
    (tmp_path / "torchaudio.py").write_text("raise OSError('undefined symbol')\n")
    done = run(f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from asrbench.engines.espnet import stand_ins
stand_ins.prepare()
import torchaudio
print(type(torchaudio).__name__)
""")
    assert done.stdout == "StandIn\n", done.stderr


def test_a_plot_or_table_does_not_import_torch_and_measuring_does_not_import_plotting():
    from asrbench.engines import catalogue
    from asrbench.figures.catalogue import TABLES_OF
    from asrbench.tables.catalogue import NAMES
    from asrbench.workflow import code_digest

    def text(script, *modules):
        return "\n".join(file.read_text() for file in code_digest.files(script, *modules))

    for code in (
        *(text("make_table.py", f"asrbench.tables.{name}") for name in NAMES),
        *(text("plot_figure.py", f"asrbench.figures.{name}") for name in TABLES_OF),
        text("show_summary.py"),
    ):
        assert "import torch" not in code and "stand_ins" not in code
        # Two of the four seconds in which a table would start; scipy.special has the same.
        assert "scipy import stats" not in code and "scipy.stats" not in code
    for script in sorted(SCRIPTS.glob("*.py")):
        if script.name.startswith(("measure_", "count_", "decode_")):
            code = text(script.name)
            for word in ("matplotlib", "pydantic", "asrbench.tables", "espnet_fast"):
                assert f"import {word}" not in code, (script.name, word)
                assert f"from {word}" not in code, (script.name, word)
    fast = text("measure_latency.py", *catalogue.ENGINES["espnet-fast"].modules)
    assert "from asrbench.engines.espnet_fast" in fast


@pytest.mark.parametrize(
    ("script", "heavy"),
    [
        *(
            (f"measure_{stage}.py", {"numpy", "torch"})
            for stage in ("latency", "frames", "batch", "streaming")
        ),
        ("measure_energy.py", {"pandas", "torch"}),
    ],
)
def test_a_job_whose_work_is_done_or_cannot_be_done_imports_nothing_heavy(script, heavy):
    done = run(f"""
import runpy, sys
sys.path.insert(0, ".")
sys.argv = [{script!r}, "--help"]
try:
    runpy.run_path({script!r}, run_name="__main__")
except SystemExit:
    print("imported", sorted({heavy!r} & sys.modules.keys()))
""")
    assert done.stdout.splitlines()[-1] == "imported []", done.stderr


def test_espnet_takes_nothing_of_distutils_but_a_function_of_ours():
    done = run("""
from asrbench.engines.espnet import stand_ins
stand_ins.load("espnet2.bin.asr_inference")
types = stand_ins.load("espnet2.utils.types")
print(types.str2bool("yes"), types.str2bool("False"))
for use in (lambda: types.str2bool("maybe"), stand_ins.load("distutils.version").LooseVersion):
    try:
        use()
    except (ValueError, ImportError) as error:
        print(error)
""")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["True False", "invalid truth value 'maybe'"], done.stderr
    assert "quantize_asr_model" in lines[2]


def test_what_decoding_does_not_use_is_read_when_it_is_used_or_refused():
    done = run("""
import sys
import numpy as np
from asrbench.engines.espnet import stand_ins
inference = stand_ins.load("espnet2.bin.asr_inference")
slow = {"scipy.optimize", "scipy.signal.windows", "omegaconf", "h5py._hl", "inflect"}
slow |= {"scipy.ndimage._filters", "llvmlite", "numba.core"}
librosa = stand_ins.load("librosa")  # a model's front end is made with it
librosa.filters.mel(sr=16000, n_fft=512)
try:
    librosa.util.localmax(np.array([1, 2, 1]))
except ImportError as error:
    print(error)
print(sorted(slow & sys.modules.keys()))
preprocessor = stand_ins.load("espnet2.train.preprocessor")
print(preprocessor.scipy.signal.convolve([1, 2], [1, 1]))
state_spaces = stand_ins.load("espnet2.asr.decoder.s4_decoder")
for use in (
    lambda: state_spaces.S4Decoder(10, 10),
    lambda: inference.EnhS2TTask.build_model_from_file("config.yaml", "model.pth"),
):
    try:
        use()
    except ImportError as error:
        print(error)
""")
    lines = done.stdout.splitlines()
    assert "numba is kept out" in lines.pop(0), done.stderr
    assert lines[:2] == ["[]", "[1 3 2]"], done.stderr
    assert "state-space models are kept out" in lines[2]
    assert "speech enhancement is kept out" in lines[-1]


def test_every_module_that_parses_the_configuration_is_in_no_digest():
    """A message of the parser that is reworded must not measure or draw again."""
    from asrbench.workflow import code_digest

    study = code_digest.SCRIPTS / "asrbench/study"
    parsing = {file for file in study.glob("*.py") if "from pydantic" in file.read_text()}
    assert len(parsing) >= 5
    assert not parsing & set(code_digest.files("make_table.py", "asrbench.tables.latency"))
