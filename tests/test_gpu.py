"""A build on a GPU, with stand-ins for it: where its tensors are, who waits, what is counted."""

import numpy as np
import pretended_gpu
import pytest
import torch
from small_models import LSTM, TRANSFORMER, random_model, recogniser

SPEECH = np.random.default_rng(5).normal(0, 0.1, 16000).astype(np.float32)


@pytest.fixture
def gpu(monkeypatch):
    with pretended_gpu.in_place(monkeypatch) as calls:
        yield calls


@pytest.mark.parametrize(
    ("engine", "architecture", "weight", "precision"),
    [
        ("espnet", TRANSFORMER, 0.3, "float32"),
        ("espnet-fast", TRANSFORMER, 0.3, "float16"),
        ("espnet-fast", LSTM, 0.3, "float32"),
        pytest.param("espnet", LSTM, 0.3, "float32", marks=pytest.mark.slow),
        pytest.param("espnet", TRANSFORMER, 1.0, "float32", marks=pytest.mark.slow),
        pytest.param("espnet", TRANSFORMER, 0.0, "bfloat16", marks=pytest.mark.slow),
        pytest.param("espnet-fast", TRANSFORMER, 1.0, "bfloat16", marks=pytest.mark.slow),
    ],
)
def test_all_tensors_are_on_the_gpu_and_words_are_those_of_the_cpu(
    tmp_path, monkeypatch, engine, architecture, weight, precision
):
    manifest = random_model(tmp_path, architecture)
    asked = {"engine": engine, "precision": precision}
    wanted = recogniser(manifest, weight, 3, 5, **asked).transcribe(SPEECH)
    with pretended_gpu.in_place(monkeypatch) as calls:
        there = recogniser(manifest, weight, 3, 5, **asked, processor="cuda")
        assert {each.device for each in there.model.parameters()} == {pretended_gpu.GPU}
        found = there.transcribe(SPEECH)
        # From the encoder's output, as decodings of a build share it, too.
        again = there.transcribe_encoded(there.encode(SPEECH))
        assert there.facts() | {"gpu": pretended_gpu.NAME, "cuda": "13.0"} == there.facts()
        assert calls["synchronize"] > 4
    assert (found.text, found.tokens) == (wanted.text, wanted.tokens) == (again.text, again.tokens)
    assert found.score == pytest.approx(wanted.score, rel=1e-5)


def test_what_is_left_on_the_cpu_is_refused_as_by_a_real_one(gpu):
    with pytest.raises(RuntimeError, match="same device"):
        torch.ones(2, device="cuda:0") + torch.ones(2)
    with pytest.raises(RuntimeError, match="numpy"):
        torch.ones(2, device="cuda:0").numpy()
