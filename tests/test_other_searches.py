"""What ESPnet's models decode with beside the hybrid beam search."""

import numpy as np
import pytest
import torch
from asrbench.basics.errors import UserError
from asrbench.engines import search_end
from small_models import TOKENS, random_model, recogniser

SPEECH = np.random.default_rng(3).normal(0, 0.1, 16000).astype(np.float32)
TRANSDUCER = {"decoder": "transducer", "decoder_conf": {"hidden_size": 8}}
TRANSDUCER |= {"joint_net_conf": {"joint_space_size": 8}}


@pytest.mark.parametrize("beam_size", [1, 3])
def test_a_transducer_decodes_with_its_own_search(tmp_path, beam_size):
    manifest = random_model(tmp_path, **TRANSDUCER)
    variant = recogniser(manifest, 0.0, beam_size, engine="espnet-transducer")
    found = variant.transcribe(SPEECH)
    assert found.text and found.ended == search_end.BY_ITSELF
    assert set(found.text) <= set("".join(TOKENS))
    assert 0 < found.encode_s < found.latency_s
    assert 0 < found.decoder_s < found.search_s <= found.latency_s - found.encode_s + 1e-3
    again = variant.transcribe_encoded(variant.encode(SPEECH))
    assert (again.text, again.score) == (found.text, found.score)


def test_a_transducer_and_another_model_are_not_taken_for_each_other(tmp_path):
    transducer, other = random_model(tmp_path / "t", **TRANSDUCER), random_model(tmp_path / "o")
    with pytest.raises(UserError, match="is a transducer: set its engine to espnet-tr"):
        recogniser(transducer, 0.0, 2)
    with pytest.raises(UserError, match="is no transducer: set its engine to espnet or espnet-f"):
        recogniser(other, 0.0, 2, engine="espnet-transducer")


def test_a_mask_ctc_model_is_refused_in_one_line(tmp_path):
    manifest = random_model(tmp_path, model="maskctc", decoder="mlm")
    for engine in ("espnet", "espnet-fast"):
        with pytest.raises(UserError, match="is a mask-CTC model, which no engine"):
            recogniser(manifest, 0.3, 2, engine=engine)


def test_greedy_is_the_best_token_of_each_frame(tmp_path):
    variant = recogniser(random_model(tmp_path), 1.0, 2, search="greedy")
    found = variant.transcribe(SPEECH)
    output = torch.from_numpy(variant.encode(SPEECH))
    with torch.no_grad():
        scores, path = variant.model.ctc.log_softmax(output[None])[0].max(dim=-1)
    expected, last = [], 0
    for token in path.tolist():
        if token not in (0, last):
            expected.append(TOKENS[token])
        last = token
    assert found.tokens == len(expected)
    assert found.text == "".join(expected).replace("<space>", " ").strip()
    assert found.score == pytest.approx(float(scores.sum()), rel=1e-5)
    assert found.ended in (search_end.BY_ITSELF, search_end.EMPTY)
    assert 0 < found.ctc_s <= found.search_s


def test_silence_gives_no_token_and_no_error(tmp_path):
    # With a bias to the blank, each frame's best token is it.
    variant = recogniser(random_model(tmp_path), 1.0, 2, search="greedy")
    with torch.no_grad():
        variant.model.ctc.ctc_lo.bias[0] += 1000.0
    found = variant.transcribe(SPEECH)
    assert (found.text, found.tokens, found.ended) == ("", 0, search_end.EMPTY)


@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
def test_lengths_bound_a_hypothesis(tmp_path, engine):
    manifest = random_model(tmp_path)
    short = recogniser(manifest, 0.3, 2, engine=engine, maxlenratio="0.1").transcribe(SPEECH)
    steps = len(recogniser(manifest, 0.3, 2).encode(SPEECH))
    assert short.ended == search_end.AT_LENGTH and short.tokens <= max(1, int(0.1 * steps))
    long = recogniser(manifest, 0.3, 2, engine=engine, minlenratio="0.3").transcribe(SPEECH)
    assert long.tokens >= int(0.3 * steps) - 1


def test_a_penalty_makes_longer_hypotheses(tmp_path):
    manifest = random_model(tmp_path)
    without = recogniser(manifest, 0.3, 3).transcribe(SPEECH)
    rewarded = recogniser(manifest, 0.3, 3, penalty="50.0").transcribe(SPEECH)
    assert rewarded.tokens > without.tokens


@pytest.mark.parametrize("encoder", ["contextual_block_conformer", "contextual_block_transformer"])
def test_a_block_streaming_encoder_is_decoded_whole(tmp_path, encoder):
    settings = {"output_size": 16, "attention_heads": 2, "linear_units": 32, "num_blocks": 1}
    settings |= {"block_size": 16, "hop_size": 4, "look_ahead": 4}
    manifest = random_model(tmp_path, encoder=encoder, encoder_conf=settings)
    results = {
        engine: recogniser(manifest, 0.3, 3, engine=engine).transcribe(SPEECH)
        for engine in ("espnet", "espnet-fast")
    }
    assert results["espnet"].text == results["espnet-fast"].text
    assert results["espnet"].score == pytest.approx(results["espnet-fast"].score, abs=1e-3)
