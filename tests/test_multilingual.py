"""ESPnet's multilingual models (OWSM): the hybrid one, padded, and the one with CTC alone."""

import dataclasses

import numpy as np
import pytest
import torch
import yaml
from asrbench.basics.errors import UserError
from asrbench.engines import catalogue, search_end
from asrbench.engines.espnet import language_token, parameters, stand_ins
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.interface import COUNTED_AUDIO_S
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.sources import model_source
from asrbench.sources.manifest import Manifest
from asrbench.sources.manifest import load as load_manifest
from asrbench.study import config, describe_job
from asrbench.study.config import Model
from asrbench.study.job import Job
from asrbench.study.variant import Build
from small_models import COMMON, TRANSFORMER, random_model
from test_fast import ENCODERS

SPEECH = np.random.default_rng(3).normal(0, 0.1, 16000).astype(np.float32)
LONGEST_S = 2
TOKENS = ["<blank>", "<unk>", "<na>", "<nolang>", "<eng>", "<deu>", "<asr>", "<st_deu>"]
TOKENS += ["<notimestamps>", "<0.00>", "<0.02>", "<2.00>", "<space>", *"ABCDEFGH"]
TOKENS += ["<sop>", "<sos>", "<eos>"]
PREPROCESSOR = {
    "fs": 16000,
    "speech_length": LONGEST_S,
    "na_symbol": "<na>",
    "notime_symbol": "<notimestamps>",
    "first_time_symbol": "<0.00>",
    "last_time_symbol": "<2.00>",
}
FRONT_END = {"fs": 16000, "n_fft": 512, "hop_length": 256}
HYBRID = COMMON | TRANSFORMER
HYBRID |= {"token_list": TOKENS, "preprocessor": "s2t", "preprocessor_conf": PREPROCESSOR}
HYBRID |= {"frontend_conf": FRONT_END}
_WIDE = {"output_size": 16, "attention_heads": 2, "linear_units": 32, "num_blocks": 2}
CTC_ALONE = HYBRID | {
    "preprocessor": "s2t_ctc",
    "model": "espnet_ctc",
    "model_conf": {},
    "encoder": "e_branchformer_ctc",
    "encoder_conf": ENCODERS["e_branchformer"]
    | {"input_layer": "conv2d8", "use_cross_attention": [True, False]},
    "promptencoder": "transformer",
    "promptencoder_conf": _WIDE | {"num_blocks": 1},
}
CTC_ALONE = {key: value for key, value in CTC_ALONE.items() if not key.startswith("decoder")}


def opened(manifest: Manifest, engine: str, language: str | None = "en", **axes):
    asked = {"engine": engine, "precision": "float32"} | axes
    if engine == "espnet-s2t":
        lengths = {"minlenratio": "0.2", "maxlenratio": "0.5"}
        asked = {"ctc_weight": "0.3", "beam_size": 3} | lengths | asked
    job = Job("m", variant="v", axes=asked, sample_rate_hz=16000, threads=1, language=language)
    return OpenedVariant(job, manifest).recogniser()


@pytest.fixture(scope="module")
def hybrid(tmp_path_factory):
    return random_model(tmp_path_factory.mktemp("s2t"), HYBRID)


@pytest.fixture(scope="module")
def ctc_alone(tmp_path_factory):
    return random_model(tmp_path_factory.mktemp("s2t_ctc"), CTC_ALONE)


def espnets_own(manifest, module, name, language, **settings):
    """ESPnet's class by itself, with the weights of the seed."""
    make = getattr(stand_ins.load(f"espnet2.bin.{module}"), name)
    torch.manual_seed(espnet_model.WEIGHTS_SEED)
    return make(str(manifest.config), None, lang_sym=language, **settings)


@pytest.mark.parametrize("ctc_weight", [0.0, 0.3, 1.0])
def test_the_hybrid_one_gives_what_espnets_class_gives(hybrid, ctc_weight):
    found = opened(hybrid, "espnet-s2t", ctc_weight=str(ctc_weight)).transcribe(SPEECH)
    reference = espnets_own(
        *(hybrid, "s2t_inference", "Speech2Text", "<eng>"),
        ctc_weight=ctc_weight,
        beam_size=3,
        minlenratio=0.2,
        maxlenratio=0.5,
    )
    _text, tokens, _ids, plain, hypothesis = reference(SPEECH)[0]
    assert found.text == plain.strip() and found.score == pytest.approx(float(hypothesis.score))
    assert tokens[:3] == ["<eng>", "<asr>", "<notimestamps>"]
    assert found.tokens == len([one for one in tokens if one in "ABCDEFGH"]) > 0
    assert 0 < found.encode_s < found.latency_s
    assert (found.decoder_s > 0) == (ctc_weight < 1) and (found.ctc_s > 0) == (ctc_weight > 0)


def test_it_is_given_its_whole_length_however_long_the_input_is(hybrid):
    recogniser = opened(hybrid, "espnet-s2t")
    encoded = [recogniser.encode(SPEECH[:samples]) for samples in (1600, 16000)]
    assert encoded[0].shape == encoded[1].shape
    expected, found = recogniser.transcribe(SPEECH), recogniser.transcribe_encoded(encoded[1])
    assert (found.text, found.score) == (expected.text, expected.score)
    # Frames are those of the input: what it is padded with is no speech.
    assert recogniser.frames(len(SPEECH)) == len(SPEECH) // 256 + 1
    for call in (recogniser.transcribe, recogniser.encode):
        with pytest.raises(ValueError, match=r"hears 2 s, and the utterance has 3.0 s: set speech"):
            call(np.tile(SPEECH, 3))


def test_how_its_search_ended_counts_the_words_alone(hybrid):
    recogniser = opened(hybrid, "espnet-s2t", ctc_weight="0.0", minlenratio="0.0")
    bias = recogniser.model.decoder.output_layer.bias.data
    ended = {}
    for push in (-50.0, 50.0):
        bias[-1] = push
        bias[1] = -push  # a token that is a word
        ended[push] = recogniser.transcribe(SPEECH)
    assert [ended[push].ended for push in (-50.0, 50.0)] == [search_end.AT_LENGTH, search_end.EMPTY]
    steps = len(recogniser.encode(SPEECH))
    assert ended[-50.0].tokens <= 0.5 * steps
    recogniser.speech2text.minlenratio, bias[-1] = -2, 50.0
    assert recogniser.transcribe(SPEECH).ended == search_end.BY_ITSELF


def test_random_weights_have_the_length_that_is_set(hybrid):
    axes = {"engine": "espnet-s2t", "precision": "float32", "ctc_weight": "0.0", "beam_size": 2}
    job = Job("m", axes=axes, tokens_per_second=4.0)
    recogniser = catalogue.recogniser("espnet-s2t").opened(hybrid, job, 1)
    recogniser.model.decoder.output_layer.bias.data[-1] = -50.0
    found = recogniser.transcribe(SPEECH)
    assert found.ended == search_end.AT_LENGTH and found.tokens <= 4


def test_the_one_with_ctc_alone_gives_what_espnets_class_gives(ctc_alone):
    recogniser = opened(ctc_alone, "espnet-s2t-ctc", language="deu")
    found = recogniser.transcribe(SPEECH)
    reference = espnets_own(ctc_alone, "s2t_inference_ctc", "Speech2TextGreedySearch", "<deu>")
    nothing_before = np.array([TOKENS.index("<na>")])
    [(_text, tokens, _ids, plain, _none)] = reference(SPEECH, text_prev=nothing_before)
    assert found.text == plain.strip() != ""
    assert found.tokens == len([token for token in tokens if token[0] != "<"])
    assert 0 < found.ctc_s <= found.search_s < found.latency_s and found.score is None
    assert found.ended == search_end.BY_ITSELF
    # A short input is not padded.
    assert recogniser.transcribe(SPEECH[:6000]).tokens < found.tokens


def test_it_is_told_the_language(ctc_alone):
    """Another language's token is another input of the encoder."""
    both = [opened(ctc_alone, "espnet-s2t-ctc", language=one) for one in ("en", "de")]
    assert [each.speech2text.lang_sym for each in both] == ["<eng>", "<deu>"]
    heard = []
    for each in both:
        each.model.ctc.argmax = lambda encoded: heard.append(encoded) or torch.zeros(1, 3).long()
        found = each.transcribe(SPEECH)
        assert (found.text, found.ended) == ("", search_end.EMPTY)
    assert not torch.allclose(*heard)


@pytest.mark.parametrize("engine", ["espnet-s2t", "espnet-s2t-ctc"])
def test_eight_bits_and_parameters_by_part(hybrid, ctc_alone, engine):
    manifest = hybrid if engine == "espnet-s2t" else ctc_alone
    assert opened(manifest, engine, precision="int8").transcribe(SPEECH).latency_s > 0
    job = Job("m", axes={"engine": engine, "precision": "float32"})
    rows = {row.module: row.parameters for row in parameters.counted(manifest, job)}
    parts = ["encoder", "decoder", "ctc"]
    if engine == "espnet-s2t-ctc":
        parts = ["encoder", "prompt_encoder", "embed", "ctc"]
    assert rows["whole"] == sum(rows[part] for part in parts)
    assert ("used:ctc" in rows) == (engine == "espnet-s2t")


def test_what_is_padded_is_computed(hybrid, ctc_alone):
    """Its 10 s are five pieces of two; the one with CTC alone takes them at once."""

    def parts(manifest, engine):
        job = Job("m", axes={"engine": engine, "precision": "float32"})
        _, found = catalogue.parameters(engine).counted_with_compute(manifest, job, 3.0)
        return {part.part: part.multiply_adds_per_audio_s for part in found}, found[0].note

    padded, told = parts(hybrid, "espnet-s2t")
    whole, _ = parts(hybrid, "espnet")
    assert told.endswith("one waveform of 10 s, for which it computes as for 10 s")
    assert 0.85 * whole["ctc"] < padded["ctc"] < whole["ctc"]  # each piece loses a step or two
    assert 0.6 * whole["encoder"] < padded["encoder"] < whole["encoder"]
    alone, told = parts(ctc_alone, "espnet-s2t-ctc")
    assert told.endswith("10 s") and alone.keys() == {"encoder", "ctc"}
    steps = model_steps(ctc_alone, 160000)
    assert alone["ctc"] == pytest.approx(steps * 16 * len(TOKENS) / COUNTED_AUDIO_S)


def model_steps(manifest: Manifest, samples: int) -> int:
    """Encoder steps, by ESPnet's own class."""
    recogniser = opened(manifest, "espnet-s2t-ctc")
    made = []
    recogniser.model.encoder.register_forward_hook(lambda *given: made.append(given[2][0]))
    recogniser.transcribe(np.tile(SPEECH, samples // len(SPEECH)))
    out = made[0][0] if isinstance(made[0], tuple) else made[0]
    return out.shape[1]


def test_a_language_that_it_has_no_token_for_is_one_line(hybrid, ctc_alone):
    for manifest, engine in ((hybrid, "espnet-s2t"), (ctc_alone, "espnet-s2t-ctc")):
        with pytest.raises(UserError, match=r"no token <fra> of speech.language fr; .* eng, deu"):
            opened(manifest, engine, language="fr")


def test_codes_of_languages_are_two_and_three_letters_each_once():
    codes = language_token.codes()
    assert {len(code) for code in codes} == {2} and {len(code) for code in codes.values()} == {3}
    assert len(set(codes.values())) == len(codes) > 170


def test_each_task_names_the_engine_of_its_models(hybrid, ctc_alone, tmp_path):
    manifests = {"espnet-s2t": hybrid, "espnet-s2t-ctc": ctc_alone}
    manifests["espnet"] = random_model(tmp_path)
    for own, manifest in manifests.items():
        for other in manifests.keys() - {own}:
            with pytest.raises(UserError, match=rf"set its engine to {own}\b") as caught:
                opened(manifest, other, ctc_weight="0.0", beam_size=2)
            assert "\n" not in str(caught.value)


def test_an_attention_decoder_or_head_that_is_not_there_is_one_line(tmp_path):
    without = random_model(tmp_path, HYBRID, model_conf={"ctc_weight": 0.0})
    with pytest.raises(UserError, match=r"no CTC head: set its ctc_weights to \[0\.0\]"):
        opened(without, "espnet-s2t")
    broken = {"preprocessor_conf": PREPROCESSOR | {"notime_symbol": "<never>"}}
    with pytest.raises(UserError, match=r"cannot build model small from it \(ValueError: '<never>"):
        opened(random_model(tmp_path, HYBRID, **broken), "espnet-s2t")


def test_a_packed_one_is_fetched_with_its_weights(hybrid, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    packed = tmp_path / "packed"
    (packed / "exp").mkdir(parents=True)
    (packed / "exp/config.yaml").write_text(hybrid.config.read_text())
    model = espnet_model.load_model(hybrid)
    with torch.no_grad():
        model.ctc.ctc_lo.bias.fill_(0.5)
    torch.save(model.state_dict(), packed / "exp/model.pth")
    meta = {
        "files": {"s2t_model_file": "exp/model.pth"},
        "yaml_files": {"s2t_train_config": "exp/config.yaml"},
    }
    (packed / "meta.yaml").write_text(yaml.safe_dump(meta))
    asked = Model(name="m", source=str(packed), engine="espnet-s2t")
    model_source.fetch(asked, tmp_path / "out/model.json")
    manifest = load_manifest(tmp_path / "out/model.json")
    assert (espnet_model.load_model(manifest).ctc.ctc_lo.bias == 0.5).all()
    wrong = dataclasses.replace(manifest, checkpoint=packed / "meta.yaml")
    with pytest.raises(UserError, match="cannot be read as tensors alone"):
        espnet_model.load_model(wrong)


def test_another_language_decodes_again_and_a_stage_that_cannot_be_says_so():
    def study(language):
        return config.parse(
            {
                "name": "s",
                "speech": {"name": "s", "path": ".", "language": language},
                "models": [{"name": "m", "source": "x", "engine": "espnet-s2t"}],
            }
        )

    jobs = [describe_job.latency(one, one.variants()[0]) for one in map(study, ("en", "de"))]
    assert jobs[0] != jobs[1]
    for engine in ("espnet-s2t", "espnet-s2t-ctc"):
        build = Build("m", "m", (("engine", engine), ("processor", "cpu")))
        for can in (catalogue.BATCHES, catalogue.STREAMS):
            assert f"not applicable: engine {engine} " in catalogue.not_applicable(build, can)
