"""Multiply-adds of ONNX networks against sums made by hand: small networks, and real weights."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import recogniser_weights
from asrbench.basics.errors import UserError
from asrbench.engines import catalogue, whisper_compute
from asrbench.engines.interface import COUNTED_AUDIO_S
from asrbench.engines.onnx_products import Network
from asrbench.engines.sherpa_onnx import compute
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

FLOAT, INT64, INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32


def weight(name: str, *shape: int):
    return numpy_helper.from_array(np.ones(shape, np.float32), name)


def value(name: str, *shape: int | str, of=FLOAT):
    return helper.make_tensor_value_info(name, of, shape)


def network(path: Path, nodes, inputs, outputs, weights=(), **metadata: str) -> Path:
    """An ONNX file; a node is (kind, inputs, output, attributes)."""
    made = [
        helper.make_node(kind, into, [out] if isinstance(out, str) else out, **more)
        for kind, into, out, more in nodes
    ]
    graph = helper.make_graph(made, "network", inputs, outputs, list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    helper.set_model_props(model, metadata)
    onnx.save(model, str(path))
    return path


def counted(path: Path, length: int) -> int:
    opened = Network(path)
    opened.run(length)
    return opened.multiply_adds()


@pytest.mark.parametrize(
    ("kind", "weights", "attributes", "by_hand"),
    [
        ("Conv", [weight("w", 8, 6, 5)], {}, 8 * 26 * 6 * 5),
        ("Conv", [weight("w", 6, 1, 3)], {"group": 6, "strides": [2]}, 6 * 14 * 3),
        ("ConvTranspose", [weight("w", 6, 4, 2)], {"strides": [2]}, 6 * 30 * 4 * 2),
        ("MatMul", [weight("w", 30, 7)], {}, 6 * 30 * 7),
        ("MatMul", [weight("w", 30)], {}, 6 * 30),
        ("Relu", [], {}, 0),
    ],
)
def test_products_of_one_layer(tmp_path, kind, weights, attributes, by_hand):
    names = ["x", *[each.name for each in weights]]
    nodes = [(kind, names, "y", attributes)]
    path = network(
        tmp_path / "n.onnx", nodes, [value("x", 1, 6, "time")], [value("y", "a", "b", "c")], weights
    )
    assert counted(path, 30) == by_hand


@pytest.mark.parametrize("of", [TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.UINT8])
def test_inputs_of_other_types(tmp_path, of):
    nodes = [("Cast", ["x"], "c", {"to": FLOAT}), ("MatMul", ["c", "w"], "y", {})]
    shapes = [value("x", "n", 6, of=of)], [value("y", "a", "b")], [weight("w", 6, 7)]
    assert counted(network(tmp_path / "n.onnx", nodes, *shapes), 1) == 6 * 7


def test_a_product_with_a_transposed_matrix(tmp_path):
    nodes = [("Gemm", ["x", "w"], "y", {"transA": 1, "transB": 1})]
    shapes = [value("x", "n", 6)], [value("y", "a", "b")], [weight("w", 7, 1)]
    assert counted(network(tmp_path / "n.onnx", nodes, *shapes), 1) == 6 * 1 * 7


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", 4), ("GRU", 3)])
def test_recurrent_layers(tmp_path, kind, gates):
    weights = [weight("w", 2, gates * 4, 6), weight("r", 2, gates * 4, 4)]
    nodes = [(kind, ["x", "w", "r"], "y", {"hidden_size": 4, "direction": "bidirectional"})]
    path = network(
        tmp_path / "n.onnx",
        nodes,
        [value("x", "batch", 1, 6)],
        [value("y", "t", 2, 1, 4)],
        weights,
    )
    assert counted(path, 1) == 2 * gates * 4 * (6 + 4)


def test_what_cannot_be_counted_is_said(tmp_path, monkeypatch):
    nodes = [("Einsum", ["x", "w"], "y", {"equation": "bij,jk->bik"})]
    shapes = [value("x", 1, 6, "time")], [value("y", "a", "b", "c")], [weight("w", 30, 7)]
    einsum = network(tmp_path / "einsum.onnx", nodes, *shapes)
    with pytest.raises(UserError, match=r"einsum.onnx: its Einsum is computed in a way"):
        counted(einsum, 30)
    with pytest.raises(UserError, match=r"does not run with inputs of x \[1, 6, 29\]"):
        Network(einsum).run(29)
    (tmp_path / "bad.onnx").write_bytes(einsum.read_bytes()[:40])
    with pytest.raises(UserError, match=r"bad.onnx: is no ONNX model, or damaged"):
        Network(tmp_path / "bad.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UserError, match=r"needs the package onnxruntime, .* envs/recognisers.txt"):
        Network(einsum)


def encoder(path: Path, frames: int | str = "time", **metadata: str) -> Path:
    """Halves the frames of 8 mels by a convolution, and gives 5 numbers of each."""
    nodes = [
        ("Transpose", ["x"], "t", {"perm": [0, 2, 1]}),
        ("Conv", ["t", "w"], "c", {"strides": [2], "pads": [0, 1]}),
        ("Transpose", ["c"], "encoder_out", {"perm": [0, 2, 1]}),
        ("Identity", ["x_lens"], "encoder_out_lens", {}),
        ("Identity", ["state"], "next_state", {}),
    ]
    inputs = [
        value("x", "N", frames, 8),
        value("x_lens", "N", of=INT64),
        value("state", "N", 3),
    ]
    outputs = [
        value("encoder_out", "N", "steps", 5),
        value("encoder_out_lens", "N", of=INT64),
        value("next_state", "N", 3),
    ]
    return network(path, nodes, inputs, outputs, [weight("w", 5, 8, 2)], **metadata)


def transducer(folder: Path, **of_encoder) -> dict[str, Path]:
    decoder = [
        ("Gather", ["table", "y"], "g", {}),
        ("Conv", ["g", "dw"], "d", {}),
        ("Squeeze", ["d"], "decoder_out", {}),
    ]
    joined = [
        ("Add", ["encoder_out", "decoder_out"], "a", {}),
        ("MatMul", ["a", "jw"], "logit", {}),
    ]
    return {
        "encoder": encoder(folder / "encoder.onnx", **of_encoder),
        "decoder": network(
            folder / "decoder.onnx",
            decoder,
            [value("y", "N", 2, of=INT64)],
            [value("decoder_out", "d")],
            [weight("table", 11, 5), weight("dw", 5, 2, 5)],
        ),
        "joiner": network(
            folder / "joiner.onnx",
            joined,
            [value("encoder_out", "N", 5), value("decoder_out", "N", 5)],
            [value("logit", "N", 11)],
            [weight("jw", 5, 11)],
        ),
    }


def per_s(products: float) -> float:
    return pytest.approx(products / COUNTED_AUDIO_S)


def test_a_transducer_joins_each_step_and_each_token(tmp_path):
    found = compute.parts("transducer", transducer(tmp_path), tokens_per_second=3)
    assert found[0].multiply_adds_per_audio_s == per_s(500 * 5 * 8 * 2)
    assert found[1].multiply_adds_per_audio_s == per_s(30 * 5 * 2 * 5 + (500 + 30) * 5 * 11)
    assert "30 tokens" in found[1].note and found[1].tokens_per_second == 3


def test_a_streaming_encoder_is_counted_piece_by_piece(tmp_path):
    """It goes on by 40 frames, and is given 46, of which six belong to its neighbours."""
    files = transducer(tmp_path, frames=46, T="46", decode_chunk_len="40")
    encoder, decoder = compute.parts("transducer", files, tokens_per_second=3)
    assert encoder.multiply_adds_per_audio_s == per_s(25 * 23 * 5 * 8 * 2)
    assert encoder.note == "speech in pieces of 0.4 s"
    assert decoder.multiply_adds_per_audio_s == per_s(30 * 50 + (25 * 23 + 30) * 55)


def test_a_ctc_model_is_one_network(tmp_path):
    [only] = compute.parts("ctc", {"model": encoder(tmp_path / "model.onnx")}, 3)
    assert only.part == "encoder" and only.multiply_adds_per_audio_s == per_s(500 * 5 * 8 * 2)


def test_a_whisper_tells_its_sizes(tmp_path):
    told = {"n_mels": 8, "n_audio_state": 4, "n_audio_layer": 2, "n_text_layer": 3, "n_vocab": 9}
    path = encoder(tmp_path / "e.onnx", **{name: str(size) for name, size in told.items()})
    found = compute.parts("whisper", {"encoder": path}, 3.0)
    assert found == whisper_compute.parts(whisper_compute.Sizes(8, 4, 2, 3, 9), 3.0)
    with pytest.raises(UserError, match=r"need n_mels, .*, n_vocab in its metadata"):
        compute.parts("whisper", {"encoder": encoder(tmp_path / "f.onnx")}, 3.0)


def test_moonshine_s_four_networks_keep_what_they_attend_to(tmp_path):
    """Each token attends once to all before it: a product with a state that grows by one."""
    states = value("state", "N", "past", 4)
    files = {
        "preprocess": network(
            tmp_path / "p.onnx",
            [
                ("Conv", ["u", "w"], "c", {"strides": [1600]}),
                ("Transpose", ["c"], "f", {"perm": [0, 2, 1]}),
            ],
            [value("u", "N", 1, "time")],
            [value("f", "N", "t", 6)],
            [weight("w", 6, 1, 1600)],
        ),
        "encode": network(
            tmp_path / "e.onnx",
            [("MatMul", ["f", "w"], "e", {}), ("Identity", ["n"], "m", {})],
            [value("f", "N", "t", 6), value("n", "N", of=INT32)],
            [value("e", "N", "t", 4), value("m", "N", of=INT32)],
            [weight("w", 6, 4)],
        ),
        "uncached_decode": network(
            tmp_path / "u.onnx",
            [
                ("ReduceMean", ["e"], "r", {"axes": [1]}),
                ("MatMul", ["r", "w"], "logits", {}),
                ("Identity", ["r"], "made", {}),
            ],
            [value("y", "N", 1, of=INT32), value("e", "N", "t", 4), value("n", "N", of=INT32)],
            [value("logits", "N", 1, 9), value("made", "N", 1, 4)],
            [weight("w", 4, 9)],
        ),
        "cached_decode": network(
            tmp_path / "c.onnx",
            [
                ("ReduceMean", ["e"], "r", {"axes": [1]}),
                ("Concat", ["state", "r"], "made", {"axis": 1}),
                ("Transpose", ["made"], "t", {"perm": [0, 2, 1]}),
                ("MatMul", ["r", "t"], "scores", {}),
                ("MatMul", ["r", "w"], "logits", {}),
            ],
            [
                *(value("y", "N", 1, of=INT32), value("e", "N", "t", 4)),
                *(value("n", "N", of=INT32), states),
            ],
            [value("logits", "N", 1, 9), value("made", "N", "past + 1", 4)],
            [weight("w", 4, 9)],
        ),
    }
    encoder, decoder = compute.parts("moonshine", files, tokens_per_second=0.5)
    assert encoder.multiply_adds_per_audio_s == per_s(100 * 6 * 1600 + 100 * 6 * 4)
    # Five tokens, of which the second attends to two.
    assert decoder.multiply_adds_per_audio_s == per_s(5 * 4 * 9 + 4 * sum((2, 3, 4, 5)))


def test_moonshine_tiny_is_counted_to_the_last_product(tmp_path):
    """By the sizes of its paper; heads of 36 are padded to 40 in the files."""
    width, layers, heads, head, vocabulary = 288, 6, 8, 40, 32768
    lengths = [160000]
    for kernel, stride in ((127, 64), (7, 3), (3, 2)):
        lengths.append((lengths[-1] - kernel) // stride + 1)
    _, first, second, steps = lengths
    convolutions = width * (first * 127 + 2 * second * width * 7 + steps * 2 * width * 3)
    square = width**2
    attended = 2 * heads * head
    encoder = convolutions + layers * steps * (12 * square + attended * steps) + 16 * steps
    tokens = 30
    # An inner layer with gates: twice as wide on the way in. Positions turn by 16 angles a token.
    each = layers * (4 + 2 + 12) * square + vocabulary * width + 16
    once = layers * 2 * square * steps
    decoder = once + tokens * (each + layers * attended * steps)
    decoder += layers * attended * sum(range(1, tokens + 1))
    found = {}
    for engine, folder in {
        "moonshine": recogniser_weights.moonshine_tiny(),
        "sherpa-onnx": recogniser_weights.moonshine_for_sherpa(tmp_path / "sherpa"),
    }.items():
        files = catalogue.located(engine)(folder)
        manifest = Manifest("m", "trained", folder / "x", None, None, files)
        job = Job("m", axes={"precision": "int8"})
        _, found[engine] = catalogue.parameters(engine).counted_with_compute(manifest, job, 3.0)
    assert found["moonshine"] == found["sherpa-onnx"]
    counts = [part.multiply_adds_per_audio_s * COUNTED_AUDIO_S for part in found["moonshine"]]
    assert math.isclose(counts[0], encoder) and math.isclose(counts[1], decoder)
