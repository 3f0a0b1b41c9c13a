"""The self-supervised network that is an ESPnet model's front end (``frontend: s3prl``).

s3prl downloads a network by its name, and can be told to run what a configuration holds
(``extra_conf: {hooks: …}``). Here the user gives the file of the network, and only kinds that s3prl
builds from such a file are permitted.
"""

from importlib.util import find_spec
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.basics.paths import portable

# The names of s3prl, by the kind of network that each is a checkpoint of.
_NAMES = {
    "hubert": (
        *("contentvec", "contentvec_km100", "contentvec_km500", "hubert", "hubert_base"),
        *("hubert_base_robust_mgr", "hubert_custom", "hubert_large_ll60k", "hubert_local"),
        *("hubert_url", "mhubert_base_vp_en_es_fr_it3", "ms_hubert"),
    ),
    "wav2vec2": (
        *("wav2vec2", "wav2vec2_base_960", "wav2vec2_custom", "wav2vec2_large_960"),
        *("wav2vec2_large_ll60k", "wav2vec2_large_lv60_cv_swbd_fsh", "wav2vec2_local"),
        *("wav2vec2_large_voxpopuli_100k", "wav2vec2_url", "xls_r_1b", "xls_r_2b", "xls_r_300m"),
        "xlsr_53",
    ),
    "wavlm": (
        *("wavlm", "wavlm_base", "wavlm_base_plus", "wavlm_large", "wavlm_local", "wavlm_url"),
    ),
}
KINDS = tuple(_NAMES)
_KIND_OF = {name: kind for kind, names in _NAMES.items() for name in names}
# What else ESPnet's class may be told of the network.
_ALLOWED: dict[str, tuple] = {"extra_conf": ({},), "normalize": (False, True), "tile_factor": (1,)}


def is_asked(config: dict) -> bool:
    """Whether a model has such a front end."""
    return str(config.get("frontend")).lower() == "s3prl"


def check(config: dict, origin: Path) -> None:
    """Look at such a front end before anything is built of it.

    Raises:
        UserError: s3prl is not installed, or the network is none of those that are permitted.
    """
    if find_spec("s3prl") is None:
        raise UserError(
            f"{origin}: frontend is s3prl, which needs the package s3prl, which is not installed: "
            "pip install --no-deps -r envs/s3prl.txt"
        )
    block = _block(config)
    name = block.get("upstream")
    if not isinstance(name, str) or name not in _KIND_OF:
        raise UserError(
            f"{origin}: the front end s3prl has the upstream {name!r:.80}; it must be a network of "
            f"{', '.join(KINDS)}, such as wavlm_large, since s3prl may load, download or run what "
            "others name: use a model with one of those"
        )
    unknown = set(block) - {"upstream", "path_or_url", *_ALLOWED}
    wrong = [key for key, allowed in _ALLOWED.items() if block.get(key) not in (None, *allowed)]
    if wrong or unknown:
        key = sorted(map(str, [*wrong, *unknown]))[0]
        raise UserError(
            f"{origin}: the front end s3prl has {key} {block.get(key)!r:.80}; it must have none, "
            "since s3prl may run what it holds: use a model without it"
        )


def put(config: dict, origin: Path, file: Path | None) -> list[Path]:
    """Have a checked configuration name the file of its network, and no address.

    Args:
        file: the network's checkpoint; None: the user gave none.

    Returns:
        The file, if the model needs one.

    Raises:
        UserError: it needs one and has none, or the other way round.
    """
    if not is_asked(config):
        if file is not None:
            raise UserError(
                f"{origin}: frontend is {config.get('frontend')!r:.80}, which takes no file of a "
                "self-supervised network: remove the model's key upstream"
            )
        return []
    block = _block(config)
    if file is None:
        raise UserError(
            f"{origin}: the front end s3prl would download the network {block['upstream']}; give "
            "its checkpoint, as s3prl has it, in the model's entry: upstream: {source: a file or "
            "an address}"
        )
    block["upstream"] = f"{_KIND_OF[block['upstream']]}_local"
    block["path_or_url"] = portable(file)
    config["frontend_conf"].pop("download_dir", None)
    return [file]


def _block(config: dict) -> dict:
    """What s3prl is told, which stands in a block of the front end's name in another."""
    settings = config.get("frontend_conf")
    block = settings.get("frontend_conf") if isinstance(settings, dict) else None
    return block if isinstance(block, dict) else {}
