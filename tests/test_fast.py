"""The fast search finds what ESPnet's finds: the same tokens, the same scores."""

import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from asrbench.basics.errors import UserError
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.espnet.recogniser import Recogniser
from asrbench.engines.espnet_fast import search, selection
from asrbench.sources import audio
from asrbench.sources.manifest import Manifest
from small_models import LSTM, TRANSFORMER, random_model, recogniser

DEMO = Path(__file__).parents[1] / "demo"
# More tokens than one and a half beams of 20, so that ESPnet's pre-beam is at work.
TOKENS = ["<blank>", "<unk>", "<space>", *(f"T{i}" for i in range(37)), "<sos/eos>"]
WEIGHTS = [0.0, 0.3, 1.0]
BEAMS = [1, 5, 20]

ARCHITECTURES = {
    "transformer": TRANSFORMER,
    "transformer, post-norm, concatenating": TRANSFORMER
    | {
        "decoder_conf": {
            "attention_heads": 4,
            "linear_units": 24,
            "num_blocks": 3,
            "normalize_before": False,
            "concat_after": True,
            "qk_norm": True,
        }
    },
    "lstm": LSTM,
    "gru, two layers, dot attention": LSTM
    | {
        "decoder_conf": {
            "rnn_type": "gru",
            "num_layers": 2,
            "hidden_size": 8,
            "context_residual": True,
            "att_conf": {"atype": "dot", "adim": 12},
        }
    },
    "lstm, two layers, additive attention": LSTM
    | {"decoder_conf": {"num_layers": 2, "hidden_size": 8, "att_conf": {"atype": "add"}}},
}


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)


def silence(samples: int) -> np.ndarray:
    return np.zeros(samples, dtype=np.float32)


def assert_same(case: str, reference: list, fast: list) -> None:
    """The best hypotheses agree; where their scores cannot be told apart, it is a tie."""
    assert bool(reference) == bool(fast), f"{case}: {len(reference)} and {len(fast)} hypotheses"
    if not reference:
        return
    wanted, found = float(reference[0].score), float(fast[0].score)
    assert found == pytest.approx(wanted, rel=1e-3), case
    tokens = [hypotheses[0].yseq.tolist() for hypotheses in (reference, fast)]
    if tokens[0] != tokens[1]:
        text = f"{case}: {tokens[0]} ({wanted}) and {tokens[1]} ({found})"
        assert found == pytest.approx(wanted, rel=2e-6), text
        warnings.warn(f"tie: {text}", stacklevel=2)


@torch.no_grad()
def assert_same_search(case: str, model: Recogniser, waveform: np.ndarray, **bounds) -> None:
    """ESPnet's search and the fast one, given the same output of the encoder."""
    reference = model.speech2text.beam_search
    encoded, _ = model.model.encode(torch.from_numpy(waveform)[None], torch.tensor([len(waveform)]))
    fast = search.in_place_of(reference)
    for _ in range(2):  # Nothing of one utterance may be left in the next.
        again = fast(encoded[0], **bounds)
    assert_same(f"{case} {bounds}", reference(encoded[0], **bounds), again)


@pytest.mark.parametrize(
    "architecture",
    [
        pytest.param(name, marks=[] if name in ("transformer", "lstm") else pytest.mark.slow)
        for name in ARCHITECTURES
    ],
)
@pytest.mark.parametrize("ctc_weight", WEIGHTS)
@pytest.mark.parametrize("sharpness", [1.0, 8.0])
def test_random_weights(tmp_path, monkeypatch, architecture, ctc_weight, sharpness):
    """``sharpness`` multiplies the output layers: near-uniform and near-certain scores."""
    for seed, beam in itertools.product(range(2), BEAMS):
        monkeypatch.setattr(espnet_model, "WEIGHTS_SEED", seed)
        manifest = random_model(tmp_path, ARCHITECTURES[architecture], token_list=TOKENS)
        model = recogniser(manifest, ctc_weight, beam, clocks_in_search=False)
        with torch.no_grad():
            for name, parameter in model.model.named_parameters():
                if name.endswith(("ctc_lo.weight", "output_layer.weight", "output.weight")):
                    parameter.mul_(sharpness)
        waveforms = [noise(2500, seed), noise(16000, seed), silence(6000)]
        for waveform, longest in zip(waveforms, (0.0, -9, 0.0), strict=True):
            case = f"seed {seed}, beam {beam}, {len(waveform)} samples"
            assert_same_search(case, model, waveform, maxlenratio=longest)


@pytest.mark.parametrize("architecture", ["transformer", "lstm"])
@pytest.mark.parametrize("ctc_weight", WEIGHTS)
def test_bounds_of_the_length(tmp_path, architecture, ctc_weight):
    manifest = random_model(tmp_path, ARCHITECTURES[architecture], token_list=TOKENS)
    model = recogniser(manifest, ctc_weight, 4, clocks_in_search=False)
    for bounds in [
        {"maxlenratio": 0.3},
        {"maxlenratio": -1},
        {"maxlenratio": -6, "minlenratio": -6},
        {"maxlenratio": 0.2, "minlenratio": 0.9},
        {"maxlenratio": 0.0, "minlenratio": 0.5},
    ]:
        assert_same_search("bounds", model, noise(12000), **bounds)


@pytest.mark.parametrize("ctc_weight", [0.3, 1.0])
def test_a_vocabulary_below_the_pre_beam(tmp_path, ctc_weight):
    tokens = TOKENS[:24] + TOKENS[-1:]
    for architecture in (TRANSFORMER, LSTM):
        manifest = random_model(tmp_path, architecture, token_list=tokens)
        model = recogniser(manifest, ctc_weight, 20, clocks_in_search=False)
        assert_same_search("few tokens", model, noise(9000), maxlenratio=0.0)


def test_length_normalised_ranking(tmp_path):
    model = recogniser(random_model(tmp_path), 0.3, 4, clocks_in_search=False)
    model.speech2text.beam_search.normalize_length = True
    assert_same_search("normalised", model, noise(12000), maxlenratio=0.0)


def test_scorers_shares_are_those_of_espnet(tmp_path):
    for architecture in (TRANSFORMER, LSTM):
        model = recogniser(
            random_model(tmp_path, architecture, token_list=TOKENS), 0.3, 5, clocks_in_search=False
        )
        reference = model.speech2text.beam_search
        encoded = torch.randn(20, 16 if architecture is TRANSFORMER else 8)
        with torch.no_grad():
            wanted = reference(encoded)[0].asdict()
        found = search.in_place_of(reference)(encoded)[0].asdict()
        assert found["scores"] == pytest.approx(wanted["scores"], rel=1e-4)


def test_equals_keep_the_order_of_espnet():
    scores = torch.zeros(3, 6)
    parents, tokens = selection.row_by_row(scores, 2)
    assert parents.tolist() == [0, 0]
    assert tokens.tolist() == scores[0].topk(2)[1].tolist()
    parents, tokens = selection.together(scores, 2)
    assert (parents * 6 + tokens).tolist() == scores.view(-1).topk(2)[1].tolist()


@pytest.mark.parametrize(
    "changes",
    [
        {"decoder": "rnn", "decoder_conf": {"att_conf": {"atype": "coverage"}}},
        {"decoder": "lightweight_conv", "decoder_conf": {}},
    ],
    ids=["attention", "decoder"],
)
def test_a_model_that_it_does_not_know_is_refused_by_name(tmp_path, changes):
    manifest = random_model(tmp_path, **changes)
    with pytest.raises(UserError, match=r"espnet-fast does not know .*: set engine: espnet"):
        recogniser(manifest, 0.3, 3, engine="espnet-fast")


@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM], ids=["transformer", "lstm"])
@pytest.mark.parametrize("ctc_weight", WEIGHTS)
def test_the_clocks_work_as_they_do_around_espnet(tmp_path, architecture, ctc_weight):
    manifest = random_model(tmp_path, architecture)
    fast, reference = [
        recogniser(manifest, ctc_weight, 3, 8.0, engine=engine)
        for engine in ("espnet-fast", "espnet")
    ]
    transcript = fast.transcribe(noise(16000))
    assert transcript.text == reference.transcribe(noise(16000)).text
    assert transcript.encode_s > 0 and transcript.search_s > 0
    assert (transcript.decoder_s > 0) == (ctc_weight < 1)
    assert (transcript.ctc_s > 0) == (ctc_weight > 0)
    assert transcript.decoder_s + transcript.ctc_s <= transcript.search_s


def demo_manifest(name: str, weights: str) -> Manifest:
    folder = DEMO / "models" / name
    trained = folder / "model.pth" if weights == "trained" else None
    return Manifest(name, weights, folder / "config.yaml", trained, None)


def demo_speech(count: int) -> list[np.ndarray]:
    """The demo's shortest utterances."""
    files = sorted(
        (DEMO / "speech").rglob("*.flac"), key=lambda path: (path.stat().st_size, path.name)
    )
    return [audio.load(path, 16000, "refuse") for path in files[:count]]


@pytest.mark.parametrize("name", ["conformer", "lstm"])
@pytest.mark.parametrize("ctc_weight", WEIGHTS)
def test_trained_models(name, ctc_weight):
    if not (DEMO / "models" / name / "model.pth").is_file():
        pytest.skip(f"demo/models/{name} has no checkpoint")
    for beam, count in zip(BEAMS, (6, 3, 1), strict=True):
        model = recogniser(demo_manifest(name, "trained"), ctc_weight, beam, clocks_in_search=False)
        for number, waveform in enumerate(demo_speech(count)):
            case = f"utterance {number}, beam {beam}"
            assert_same_search(case, model, waveform, maxlenratio=0.0)


@pytest.mark.parametrize("name", ["conformer-full", "lstm-full"])
@pytest.mark.parametrize(
    "ctc_weight",
    [0.3, pytest.param(0.0, marks=pytest.mark.slow), pytest.param(1.0, marks=pytest.mark.slow)],
)
def test_full_size(monkeypatch, name, ctc_weight):
    folder = DEMO / "models" / name
    monkeypatch.chdir(folder)
    for beam in BEAMS:
        model = recogniser(demo_manifest(name, "random"), ctc_weight, beam, clocks_in_search=False)
        assert_same_search(f"beam {beam}", model, noise(12000), maxlenratio=-3)


_BLOCK = {"output_size": 16, "attention_heads": 2, "linear_units": 32, "num_blocks": 2}
_BRANCHES = {"output_size": 16, "attention_heads": 2, "num_blocks": 2, "cgmlp_linear_units": 32}
ENCODERS = {
    "transformer": _BLOCK,
    "conformer": _BLOCK | {"cnn_module_kernel": 7},
    "branchformer": _BRANCHES | {"cgmlp_conv_kernel": 7},
    "e_branchformer": _BRANCHES
    | {"linear_units": 32, "cgmlp_conv_kernel": 7, "merge_conv_kernel": 3},
}


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("ctc_weight", WEIGHTS)
def test_encoders(tmp_path, encoder, ctc_weight):
    """Both engines from the waveform on: the same text and tokens, the same score."""
    changes = {"encoder": encoder, "encoder_conf": ENCODERS[encoder], "token_list": TOKENS}
    manifest = random_model(tmp_path, TRANSFORMER, **changes)
    for seed, beam in ((0, 1), (1, 5)):
        found = [
            recogniser(manifest, ctc_weight, beam, engine=engine, minlenratio="0.2").transcribe(
                noise(16000, seed)
            )
            for engine in ("espnet", "espnet-fast")
        ]
        texts = [(each.text, each.tokens, each.ended) for each in found]
        assert texts[0] == texts[1] and found[0].tokens > 0
        assert found[0].score == pytest.approx(found[1].score, rel=1e-4)
