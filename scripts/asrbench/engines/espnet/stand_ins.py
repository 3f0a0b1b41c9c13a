"""Import ESPnet without torchaudio or distutils, without the network, and without its slow start.

Importing ``espnet2`` as it stands needs torchaudio (which recognition never
calls), lets ``g2p_en`` download language data, and spends most of its time
instrumenting functions with run-time type checks. :func:`prepare` puts a
stand-in where a package is absent or unwanted, and leaves the type checks
out. Import ESPnet's modules through :func:`load`.

The checks that are left out look at the arguments of whole calls (one per
utterance on the decoding path); no computation of ESPnet is changed.
"""

import contextlib
import importlib
import importlib.machinery
import importlib.util
import io
import logging
import sys
import types
import warnings
from collections.abc import Callable
from importlib.abc import Loader

# What a stand-in says when somebody does use it, by package (or module).
_REASONS = {
    "torchaudio": (
        "torchaudio is not installed or does not load beside this torch; only models "
        "with a BEATs encoder or with data augmentation need it: install the release "
        "of torchaudio that matches torch"
    ),
    "g2p_en": (
        "g2p_en is kept out because its import downloads language data; only models "
        "with phoneme tokens (token_type 'phn') need it, and those are not supported"
    ),
    "espnet2.main_funcs.calculate_all_attentions": (
        "the plots of attention that ESPnet makes while it trains are kept out because what they "
        "import (a vocoder, and all of scipy.stats) takes long"
    ),
    "espnet2.tasks.enh_s2t": (
        "speech enhancement is kept out because what it imports (all of scipy.optimize) takes "
        "long; only models that enhance speech before they recognise it need it, and those are "
        "not supported"
    ),
    "espnet2.asr.state_spaces.model": (
        "state-space models are kept out because what they import (omegaconf and its parser) takes "
        "long; only an S4 decoder is one, and models with one are not supported"
    ),
    "distutils": (
        "distutils is kept out because newer Pythons have none and setuptools' takes long; of what "
        "ESPnet takes from it only strtobool is here, and only ESPnet's quantize_asr_model needs "
        "more: a build's precision int8 is the same"
    ),
    "warprnnt_pytorch": (
        "the loss of transducers is kept out because only training computes it, and its package "
        "has to be compiled"
    ),
    "numba": (
        "numba is kept out because its import takes long; only a loss of training, and functions "
        "of librosa that no front end of a recogniser calls, are compiled by it"
    ),
    "nltk": (
        "nltk is kept out because its import, and that of what it imports, takes long; only "
        "BLEU scores of translation models need it"
    ),
}


def _strtobool(value: str) -> int:
    """As distutils had it: ESPnet reads command lines and configurations with it."""
    known = {"y": 1, "yes": 1, "t": 1, "true": 1, "on": 1, "1": 1}
    known |= {"n": 0, "no": 0, "f": 0, "false": 0, "off": 0, "0": 0}
    if value.lower() not in known:
        raise ValueError(f"invalid truth value {value!r}")
    return known[value.lower()]


def _uncompiled(function=None, *_arguments, **_options):
    """Stands for a decorator of numba's, bare or called with options."""
    return StandIn("numba.compiled") if callable(function) else _uncompiled


def _loss(**_options) -> types.ModuleType:
    """A loss that a model holds and nobody computes."""
    return StandIn("warprnnt_pytorch.RNNTLoss")


# For augmentation, filters that no front end has, features in HDF5 and English spelt out:
# nothing is missing, it is only read late.
_LATE = ("scipy.signal", "scipy.ndimage", "h5py", "tacotron_cleaner.cleaners")
_TRAINING = "espnet2.main_funcs.calculate_all_attentions"
_ENHANCING = "espnet2.tasks.enh_s2t"
_STATE_SPACES = "espnet2.asr.state_spaces.model"
# What is imported from a stand-in by name, and so must be there; without a function that
# takes its place, any use of it is refused.
_BY_NAME: dict[str, dict[str, Callable | None]] = {
    _TRAINING: {"calculate_all_attentions": None},
    _ENHANCING: {"EnhS2TTask": None},
    _STATE_SPACES: {"SequenceModel": None},
    "warprnnt_pytorch": {"RNNTLoss": _loss},
    "numba": dict.fromkeys(("jit", "stencil", "vectorize", "guvectorize"), _uncompiled),
    "distutils.util": {"strtobool": _strtobool},
    "distutils.version": {"LooseVersion": None},
}


class StandIn(types.ModuleType):
    """A module (or what it holds) whose every use raises an ImportError with the reason."""

    def __init__(self, name: str):
        super().__init__(name)
        self.__path__ = []
        for attribute, function in _BY_NAME.get(name, {}).items():
            setattr(self, attribute, function or StandIn(f"{name}.{attribute}"))

    def _reason(self) -> str:
        return next(
            why for name, why in _REASONS.items() if f"{self.__name__}.".startswith(f"{name}.")
        )

    def __call__(self, *_arguments, **_options):
        raise ImportError(f"{self.__name__} was called: {self._reason()}")

    def __getattr__(self, attribute: str):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise ImportError(f"{self.__name__}.{attribute} was asked for: {self._reason()}")


class _StandInFinder:
    """Finds a stand-in for the packages (and single modules) it was made for."""

    def __init__(self, packages: set[str]):
        self.packages = packages

    def find_spec(self, name, path=None, target=None):
        if name in self.packages or name.split(".")[0] in self.packages:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        pass


def loads(package: str) -> bool:
    """Whether a package is installed and its compiled parts load."""
    if importlib.util.find_spec(package) is None:
        return False
    try:
        importlib.import_module(package)
    except (ImportError, OSError, RuntimeError):
        for name in [n for n in sys.modules if n.split(".")[0] == package]:
            del sys.modules[name]
        return False
    return True


class _Late(types.ModuleType):
    """A module whose code runs when something of it is asked for.

    That of importlib's LazyLoader runs as soon as a second file imports it.
    """

    def __getattr__(self, attribute: str):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        real = self.__spec__.loader.real  # type: ignore[union-attr]
        self.__class__ = types.ModuleType  # type: ignore[assignment]
        real.exec_module(self)
        return getattr(self, attribute)


class _LateLoader:
    """Makes modules of that kind in place of another loader, which runs them later."""

    def __init__(self, real: Loader):
        self.real = real

    def create_module(self, spec):
        return _Late(spec.name)

    def exec_module(self, module):
        pass


class _LateFinder:
    """Finds modules that ESPnet imports and decoding does not use."""

    def find_spec(self, name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name in _LATE else None
        if spec is not None and spec.loader is not None:
            spec.loader = _LateLoader(spec.loader)  # type: ignore[assignment]
        return spec


def _without_type_checks(function=None, **_options):
    """Stands for ``typeguard.typechecked``, bare or called with options."""
    return _without_type_checks if function is None else function


def load(module: str) -> types.ModuleType:
    """Import one of ESPnet's modules: :func:`prepare`, and its remarks on stdout left out."""
    prepare()
    with contextlib.redirect_stdout(io.StringIO()):
        return importlib.import_module(module)


def prepare() -> None:
    """Make ``import espnet2`` quick, offline, and independent of torchaudio."""
    if any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        return
    absent = {"g2p_en", "nltk", "numba", "distutils", _TRAINING, _ENHANCING, _STATE_SPACES}
    absent |= {name for name in ("torchaudio", "warprnnt_pytorch") if not loads(name)}
    sys.meta_path[:0] = [_StandInFinder(absent), _LateFinder()]

    import typeguard

    typeguard.typechecked = _without_type_checks  # type: ignore[assignment]
    # Deprecations inside ESPnet's own files, which nobody here can mend.
    # and its remarks on every start (no flash attention, decoder not batched).
    logging.getLogger().setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"espnet2?\.")
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=r"espnet2?\.")
