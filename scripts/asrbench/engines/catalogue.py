"""The engines by name: where each one's code is, what it needs, and what it can do."""

from dataclasses import dataclass, field
from importlib import import_module, util

from asrbench.study.axes import ENGINE
from asrbench.study.engine_axes import ESPNET
from asrbench.study.variant import Build, Variant

# What an engine can do beside decoding speech; a stage asks for it, and else says "not applicable".
ENCODES = "encodes"  # gives and takes encoder outputs, which decodings of a build then share
BATCHES = "batches"  # runs a bare forward pass of a batch
COUNTS_COMPUTE = "counts compute"
SETS_THREADS = "sets threads"
STREAMS = "streams"  # takes speech piece by piece, if the model does


@dataclass(frozen=True)
class Engine:
    """One engine.

    Attributes:
        folder: the package of its modules: ``recogniser`` has ``opened``, ``parameters`` has
            ``counted``, and ``files`` has ``located`` (but for ESPnet's).
        modules: those that only its own jobs run, beside the folder's.
        packages: distributions whose versions its rows depend on.
        needs: the module to import that says whether it is installed.
        can: see above.
        spins: whether threads of a loaded model keep cores busy for a while after each use, as
            ONNX Runtime's do (50 ms were seen), and so slow down what else is timed in turn.
    """

    folder: str
    packages: tuple[str, ...]
    needs: str
    can: frozenset[str] = frozenset()
    modules: tuple[str, ...] = field(default=())
    recogniser_module: str = "recogniser"
    spins: bool = False

    @property
    def recogniser(self) -> str:
        """The module that decodes."""
        return f"{self.folder}.{self.recogniser_module}"

    @property
    def parameters(self) -> str:
        """The module that counts."""
        return f"{self.folder}.parameters"


_ESPNET_CAN = frozenset({ENCODES, BATCHES, COUNTS_COMPUTE, SETS_THREADS})
_ESPNET_PACKAGES = ("espnet", "torch", "numpy")
_HERE = "asrbench.engines"

ENGINES: dict[str, Engine] = {
    "espnet": Engine(f"{_HERE}.espnet", _ESPNET_PACKAGES, "espnet2", _ESPNET_CAN),
    "espnet-fast": Engine(
        f"{_HERE}.espnet",
        _ESPNET_PACKAGES,
        "espnet2",
        _ESPNET_CAN,
        (f"{_HERE}.espnet_fast.search",),
    ),
    "espnet-transducer": Engine(f"{_HERE}.espnet", _ESPNET_PACKAGES, "espnet2", _ESPNET_CAN),
    "espnet-streaming": Engine(
        f"{_HERE}.espnet",
        _ESPNET_PACKAGES,
        "espnet2",
        frozenset({BATCHES, COUNTS_COMPUTE, SETS_THREADS, STREAMS}),
        recogniser_module="streaming",
    ),
    "espnet-streaming-transducer": Engine(
        f"{_HERE}.espnet",
        _ESPNET_PACKAGES,
        "espnet2",
        frozenset({COUNTS_COMPUTE, SETS_THREADS, STREAMS}),
        recogniser_module="streaming_transducer",
    ),
    "espnet-s2t": Engine(
        f"{_HERE}.espnet",
        _ESPNET_PACKAGES,
        "espnet2",
        frozenset({COUNTS_COMPUTE, ENCODES, SETS_THREADS}),
        recogniser_module="s2t",
    ),
    "espnet-s2t-ctc": Engine(
        f"{_HERE}.espnet",
        _ESPNET_PACKAGES,
        "espnet2",
        frozenset({COUNTS_COMPUTE, SETS_THREADS}),
        recogniser_module="s2t_ctc",
    ),
    "faster-whisper": Engine(
        f"{_HERE}.faster_whisper",
        ("faster-whisper", "ctranslate2", "numpy"),
        "faster_whisper",
        frozenset({COUNTS_COMPUTE, SETS_THREADS}),
    ),
    "whisper.cpp": Engine(
        f"{_HERE}.whisper_cpp",
        ("pywhispercpp", "numpy"),
        "pywhispercpp",
        frozenset({COUNTS_COMPUTE, SETS_THREADS}),
    ),
    "sherpa-onnx": Engine(
        f"{_HERE}.sherpa_onnx",
        ("sherpa-onnx", "numpy"),
        "sherpa_onnx",
        frozenset({COUNTS_COMPUTE, SETS_THREADS, STREAMS}),
        spins=True,
    ),
    "moonshine": Engine(
        f"{_HERE}.moonshine",
        ("moonshine-voice", "numpy"),
        "moonshine_voice",
        frozenset({COUNTS_COMPUTE}),
        spins=True,
    ),
    "pocketsphinx": Engine(
        f"{_HERE}.pocketsphinx",
        ("pocketsphinx", "numpy"),
        "pocketsphinx",
        frozenset({STREAMS}),
    ),
    "vosk": Engine(f"{_HERE}.vosk", ("vosk", "numpy"), "vosk", frozenset({STREAMS})),
}


def is_installed(engine: str) -> bool:
    """Whether the engine's package is there."""
    return util.find_spec(ENGINES[engine].needs) is not None


def how_to_install(engine: str) -> str:
    """One line for a user who lacks it."""
    return (
        f"engine {engine} needs the package {ENGINES[engine].packages[0]}, which is not installed: "
        f"pip install -c envs/recognisers.txt {ENGINES[engine].packages[0]} "
        "(or -r envs/recognisers.txt for all recognisers)"
    )


def recogniser(engine: str):
    """The engine's module that decodes."""
    return import_module(ENGINES[engine].recogniser)


def parameters(engine: str):
    """The engine's module that counts."""
    return import_module(ENGINES[engine].parameters)


def located(engine: str):
    """What finds the engine's files in a folder; None for ESPnet's, which have a manifest."""
    return None if engine in ESPNET else import_module(f"{ENGINES[engine].folder}.files").located


def not_applicable(build: Build | Variant, can: str) -> str:
    """Why a figure is absent; '' where a build can do what it takes.

    Args:
        build: or a variant of it.
        can: what it takes; see above.
    """
    engine = str(build[ENGINE.name])
    if can == SETS_THREADS and build.on_gpu:
        return "not applicable: a GPU computes, and threads of the CPU only feed it"
    if can in ENGINES[engine].can:
        return ""
    words = {
        ENCODES: "gives no encoder outputs that decodings could share",
        BATCHES: "has no forward pass of a batch that could be timed",
        COUNTS_COMPUTE: "has no counter of multiply-adds",
        SETS_THREADS: "lets nobody set its threads",
        STREAMS: "takes whole utterances alone; see streaming.redecode_s",
    }
    return f"not applicable: engine {engine} {words[can]}"
