"""Precision: int8 is really int8, bfloat16 really bfloat16, and the words stay."""

import io

import numpy as np
import pytest
import torch
from asrbench.basics.errors import UserError
from asrbench.engines.espnet import parameters, precision
from asrbench.engines.espnet.model import load_model
from asrbench.measure import batch
from rapidfuzz.distance import Levenshtein
from small_models import LSTM, TRANSFORMER, random_model, recogniser
from test_fast import demo_manifest, demo_speech

DYNAMIC = torch.ao.nn.quantized.dynamic
# Weights on the demo's two trained models, whose words are known.
MODELS = ("conformer", "lstm")
SPEECH = np.random.default_rng(5).normal(0, 0.1, 16000).astype(np.float32)


def saved_bytes(model) -> int:
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    return file.tell()


@pytest.mark.parametrize("name", MODELS)
def test_int8_is_of_8_bits_in_modules_file_and_memory(name):
    whole = load_model(demo_manifest(name, "trained"))
    model = load_model(demo_manifest(name, "trained"), "int8")
    kinds = {type(part) for part in model.modules()}
    assert not kinds & {torch.nn.Linear, torch.nn.LSTM, torch.nn.LSTMCell}
    assert DYNAMIC.Linear in kinds and (name == "conformer" or DYNAMIC.LSTM in kinds)
    for part in model.modules():
        if isinstance(part, DYNAMIC.Linear):
            assert part.weight().dtype == torch.qint8
    # A Conformer's convolutions stay in float32.
    most = {"conformer": 0.4, "lstm": 0.3}[name]
    assert saved_bytes(model) < most * saved_bytes(whole)
    assert precision.held_bytes(model) < most * precision.held_bytes(whole)


@pytest.mark.parametrize("name", MODELS)
def test_bfloat16_is_of_16_bits_but_for_the_front_end(name):
    whole = load_model(demo_manifest(name, "trained"))
    model = load_model(demo_manifest(name, "trained"), "bfloat16")
    for part in (model.encoder, model.decoder, model.ctc):
        assert {weight.dtype for weight in part.parameters()} == {torch.bfloat16}
    assert precision.held_bytes(model) == precision.held_bytes(whole) / 2


def test_a_layer_before_the_encoder_stays_with_the_front_end(tmp_path):
    before = {"preencoder": "linear", "preencoder_conf": {"input_size": 80, "output_size": 20}}
    manifest = random_model(tmp_path, **before)
    half = recogniser(manifest, 0.3, 2, 9.0, precision="bfloat16")
    assert {weight.dtype for weight in half.model.preencoder.parameters()} == {torch.float32}
    whole = recogniser(manifest, 0.3, 2, 9.0).encode(SPEECH)
    assert np.abs(half.encode(SPEECH) - whole).max() < 0.1 * np.abs(whole).max()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("kind", ["int8", "bfloat16"])
@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
def test_most_words_stay(name, kind, engine):
    """Of small models that are unsure of letters, so that a few may change."""
    manifest, speech = demo_manifest(name, "trained"), demo_speech(6)
    wrong = letters = changed = 0
    for weight in (0.3, 1.0):
        whole = recogniser(manifest, weight, 3, engine=engine)
        other = recogniser(manifest, weight, 3, engine=engine, precision=kind)
        for waveform in speech:
            wanted, found = (each.transcribe(waveform) for each in (whole, other))
            wrong += Levenshtein.distance(wanted.text, found.text)
            letters += len(wanted.text)
            changed += found.score != wanted.score
            # What is kept of an encoder's output is enough to decode the same from it.
            again = other.transcribe_encoded(other.encode(waveform))
            assert (again.text, again.score) == (found.text, found.score)
    assert wrong < 0.25 * letters
    assert changed > len(speech)


@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM])
@pytest.mark.parametrize("kind", ["int8", "bfloat16"])
def test_parameters_are_counted_before_and_bytes_after(tmp_path, architecture, kind):
    manifest = random_model(tmp_path, architecture)
    rows = parameters.count(load_model(manifest))
    held = parameters.as_held(rows, load_model(manifest, kind))
    assert [row.parameters for row in held] == [row.parameters for row in rows]
    for before, after in zip(rows, held, strict=True):
        assert 0 < after.bytes < before.bytes
    by_name = {row.module: row.bytes for row in held}
    assert by_name["used:hybrid"] == by_name["whole"]
    assert by_name["used:ctc"] == by_name["whole"] - by_name["decoder"]
    assert by_name["used:attention"] == by_name["whole"] - by_name["ctc"]


@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM])
@pytest.mark.parametrize("kind", ["int8", "bfloat16"])
def test_the_forward_pass_of_a_batch_is_timed(tmp_path, architecture, kind):
    model = load_model(random_model(tmp_path, architecture), kind)
    found = batch.time_forward(model, *batch.pad([SPEECH, SPEECH[:8000]]))
    assert found["encode_s"] > 0 and found["ctc_s"] > 0


def test_a_processor_without_8_bit_products_is_told_so_before_anything_runs():
    with pytest.raises(UserError, match=r"^precision int8: PyTorch has no .* processor riscv64"):
        precision.check("int8", "riscv64")
    precision.check("int8", "aarch64")
    precision.check("float32", "riscv64")


def test_a_pytorch_without_an_engine_for_the_processor_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setattr(precision, "_ENGINES", {precision.platform.machine(): ("none",)})
    with pytest.raises(UserError, match="none of which is for the processor"):
        load_model(random_model(tmp_path), "int8")
