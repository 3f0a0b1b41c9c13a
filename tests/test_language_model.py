"""A language model beside an ESPnet model: found, loaded, asked by both searches, and counted."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from asrbench.basics.errors import UserError
from asrbench.engines.espnet import language_model
from asrbench.engines.espnet import parameters as espnet_parameters
from asrbench.sources import manifest, model_source, packed_model, permitted_parts
from asrbench.study.config import Model
from asrbench.study.job import Job
from small_models import LSTM, TOKENS, TRANSFORMER, random_model, recogniser
from test_fast import assert_same_search

SPEECH = np.random.default_rng(5).normal(0, 0.1, 12000).astype(np.float32)
SIZES = {
    "seq_rnn": {"unit": 8, "nlayers": 2},
    "gru": {"unit": 8, "nlayers": 1, "rnn_type": "gru"},
    "transformer": {"embed_unit": 8, "att_unit": 8, "head": 2, "unit": 16, "layer": 2},
}


def lm_config(folder, kind="seq_rnn", **changes):
    """lm_config.yaml of a small language model in a folder."""
    path = folder / packed_model.LM_CONFIG
    lm = "transformer" if kind == "transformer" else "seq_rnn"
    content = {"lm": lm, "lm_conf": SIZES[kind], "token_list": TOKENS, "model": "lm"}
    path.write_text(yaml.safe_dump(content | {"model_conf": {}, "init": None} | changes))
    return path


def with_lm(folder, kind="seq_rnn", architecture=None):
    """A manifest of a small model and its language model, both with random weights."""
    return replace(random_model(folder, architecture), lm_config=lm_config(folder, kind))


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM], ids=["transformer", "lstm"])
@pytest.mark.parametrize("ctc_weight", [0.0, 0.3, 1.0])
def test_the_fast_search_asks_it_as_espnets_does(tmp_path, kind, architecture, ctc_weight):
    found = with_lm(tmp_path, kind, architecture)
    for beam in (1, 5):
        model = recogniser(found, ctc_weight, beam, clocks_in_search=False, lm_weight="0.6")
        reference = model.speech2text.beam_search
        assert reference.weights["lm"] == 0.6
        with torch.no_grad():  # so that it has something to say
            reference.scorers["lm"].decoder.weight.mul_(8.0)
        assert_same_search(f"beam {beam}", model, SPEECH, maxlenratio=-9)


@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
def test_its_time_is_a_part_of_the_search_and_its_weight_has_an_effect(tmp_path, engine):
    found = with_lm(tmp_path)
    with_it = recogniser(found, 0.3, 3, engine=engine, lm_weight="2.0").transcribe(SPEECH)
    without = recogniser(found, 0.3, 3, engine=engine).transcribe(SPEECH)
    assert without.lm_s is None and with_it.score != without.score
    assert 0 < with_it.lm_s < with_it.search_s
    assert with_it.decoder_s + with_it.ctc_s + with_it.lm_s <= with_it.search_s


def test_in_8_bits_it_is_quantised_too(tmp_path):
    found = recogniser(with_lm(tmp_path), 0.3, 2, precision="int8", lm_weight="0.5")
    lm = found.speech2text.beam_search.scorers["lm"]
    assert type(lm.decoder).__module__.startswith("torch.ao.nn.quantized")
    assert found.transcribe(SPEECH).lm_s > 0


def test_decodings_of_a_build_share_it(tmp_path):
    first = recogniser(with_lm(tmp_path), 0.3, 2, lm_weight="0.5")
    asked = {"ctc_weight": 0.3, "beam_size": 2, "lm_weight": "1.0"}
    other = type(first)(with_lm(tmp_path), asked, beside=first)
    searches = [each.speech2text.beam_search for each in (first, other)]
    assert searches[0].scorers["lm"] is searches[1].scorers["lm"]
    assert [search.weights["lm"] for search in searches] == [0.5, 1.0]


def test_a_model_without_one_or_with_one_of_other_tokens_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"has no language model .*: set its lm_weight to 0"):
        recogniser(random_model(tmp_path), 0.3, 2, lm_weight="0.5")
    found = with_lm(tmp_path)
    lm_config(tmp_path, token_list=TOKENS[::-1])
    with pytest.raises(UserError, match="its token_list is not that of model small"):
        recogniser(found, 0.3, 2, lm_weight="0.5")


@pytest.mark.parametrize("changes", [{"lm": "transformer_opt"}, {"model": "lm_multitask"}])
def test_one_that_loads_other_files_is_not_built(tmp_path, changes):
    path = lm_config(tmp_path, **changes)
    with pytest.raises(UserError, match="since ESPnet may load, download or run"):
        permitted_parts.check_lm(packed_model.read_config(path), path)


def trained(folder, kind="seq_rnn"):
    """A folder with checkpoints of a small model and its language model."""
    found = with_lm(folder, kind)
    model = recogniser(found, 0.3, 2).model
    torch.save(model.state_dict(), folder / "model.pth")
    lm = language_model.loaded(found)[0]
    with torch.no_grad():
        lm.lm.decoder.bias.fill_(0.25)
    torch.save(lm.state_dict(), folder / packed_model.LM_CHECKPOINT)
    return folder


def fetched(folder, out):
    model_source.fetch(Model(name="one", source=str(folder)), out / "model.json")
    return manifest.load(out / "model.json")


@pytest.mark.parametrize("packed", [False, True])
def test_it_is_brought_along_with_its_weights(tmp_path, packed):
    folder = trained(tmp_path / "model")
    if packed:
        (folder / "exp").mkdir()
        for name in (
            "config.yaml",
            packed_model.LM_CONFIG,
            "model.pth",
            packed_model.LM_CHECKPOINT,
        ):
            shutil.move(folder / name, folder / "exp" / name)
        meta = {
            "files": {"asr_model_file": "exp/model.pth", "lm_file": "exp/lm.pth"},
            "yaml_files": {
                "asr_train_config": "exp/config.yaml",
                "lm_train_config": "exp/lm_config.yaml",
            },
        }
        (folder / "meta.yaml").write_text(yaml.safe_dump(meta))
    found = fetched(folder, tmp_path / "out")
    lm = language_model.loaded(found)[0].lm
    assert (lm.decoder.bias == 0.25).all()
    rows = {row.module: row for row in espnet_parameters.counted(found, Job("one", axes=FLOAT32))}
    assert rows["lm"].parameters == sum(p.numel() for p in lm.parameters())
    assert rows["lm"].bytes == 4 * rows["lm"].parameters
    assert rows["whole"].parameters == sum(
        rows[name].parameters for name in ("encoder", "decoder", "ctc")
    )


FLOAT32 = {"engine": "espnet", "precision": "float32"}


def test_one_that_may_not_be_built_is_left_out_with_a_warning(tmp_path, capsys):
    folder = trained(tmp_path / "model")
    lm_config(folder, lm="transformer_opt")
    assert fetched(folder, tmp_path / "out").lm_config is None
    assert "its language model is left out" in capsys.readouterr().err


def test_a_configuration_without_a_checkpoint_is_one_line(tmp_path):
    folder = trained(tmp_path / "model")
    (folder / packed_model.LM_CHECKPOINT).unlink()
    with pytest.raises(UserError, match=r"holds lm_config.yaml and no lm.pth; add it"):
        fetched(folder, tmp_path / "out")
