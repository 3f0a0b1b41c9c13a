"""Multiply-adds against sums made by hand."""

import pytest
from asrbench.engines.espnet import compute
from asrbench.engines.espnet import model as espnet_model
from small_models import LSTM, TOKENS, random_model


def test_recurrent_layers_are_counted(tmp_path):
    conf = {"num_layers": 1, "hidden_size": 8, "output_size": 8, "subsample": [1]}
    model = espnet_model.load_model(random_model(tmp_path, LSTM | {"encoder_conf": conf}))
    encoder = next(p for p in compute.count(model, 16000, 5.0) if p.part == "encoder")
    frames = 160000 // 256 + 1
    mels, hidden = 80, 8
    # Two directions of four gates over input and state, then the projection, then the mel bank.
    layer = 2 * 4 * hidden * (mels + hidden) + 2 * hidden * hidden
    mel_bank = 257 * mels
    by_hand = frames * (layer + mel_bank) / compute.AUDIO_S
    assert encoder.multiply_adds_per_audio_s == pytest.approx(by_hand, rel=0.01)


def test_the_ctc_head_is_one_product(tmp_path):
    model = espnet_model.load_model(random_model(tmp_path))
    head = next(p for p in compute.count(model, 16000, 5.0) if p.part == "ctc")
    steps = ((160000 // 256 + 1) // 2 - 1) // 2
    by_hand = steps * 16 * len(TOKENS) / compute.AUDIO_S
    assert head.multiply_adds_per_audio_s == pytest.approx(by_hand, rel=0.02)


def test_the_decoder_grows_with_the_tokens(tmp_path):
    model = espnet_model.load_model(random_model(tmp_path))
    few, many = (
        next(p for p in compute.count(model, 16000, rate) if p.part == "decoder")
        for rate in (1.0, 4.0)
    )
    assert many.multiply_adds_per_audio_s > 3.9 * few.multiply_adds_per_audio_s
    assert "40 tokens" in many.note


def test_a_model_without_decoder_has_no_row_for_it(tmp_path):
    manifest = random_model(tmp_path, decoder=None, model_conf={"ctc_weight": 1.0})
    parts = compute.count(espnet_model.load_model(manifest), 16000, 5.0)
    assert [part.part for part in parts] == ["encoder", "ctc"]
