"""No text of a model's configuration makes ESPnet load, download or import anything."""

import inspect
import pickle
import re
import sys
from pathlib import Path

import pytest
import torch
from asrbench.basics.errors import UserError
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.espnet import stand_ins
from asrbench.sources import permitted_parts
from small_models import COMMON, TRANSFORMER, random_model, recogniser

CONFIG = COMMON | TRANSFORMER
FORBIDDEN = re.compile(
    r"torch\.load|from_pretrained|download|import_module|[^.\w](eval|exec|open)\("
)


# What tells a configuration's task, and the classes of each.
TASKS = {
    "asr": {},
    "s2t": {"preprocessor": "s2t"},
    "s2t_ctc": {"promptencoder": "transformer", "model": "espnet_ctc"},
    "asr_transducer": {"joint_network_conf": {}, "decoder": "rnn"},
}


@pytest.fixture(scope="module", params=TASKS)
def task(request):
    return request.param


@pytest.fixture(scope="module")
def choices(task):
    """ESPnet's own lists of classes, by the key that chooses from them."""
    module = stand_ins.load(f"espnet2.tasks.{task}")
    keys = [key for key in permitted_parts._PARTS_OF[task] if hasattr(module, f"{key}_choices")]
    return {key: getattr(module, f"{key}_choices").classes for key in keys}


def test_each_part_is_one_of_espnets_and_its_module_opens_nothing(task, choices):
    # Token types, adapters and a transducer's encoder, whose blocks are of one package, have none.
    without = {"s2t": 2, "asr": 2, "s2t_ctc": 5, "asr_transducer": 6}
    assert len(choices) == len(permitted_parts._PARTS_OF[task]) - without[task]
    for key, classes in choices.items():
        permitted = set(permitted_parts._PARTS_OF[task][key])
        assert task != "asr" or permitted <= set(classes), key
        for name in permitted & set(classes):
            source = inspect.getsource(sys.modules[classes[name].__module__])
            if name == "s3prl":
                continue  # tests/test_self_supervised.py: it gets no name that s3prl downloads
            if name == "fused":  # it hands this on to s3prl, which none here may be fused of
                source = source.replace("download_dir", "")
            assert not FORBIDDEN.search(source), (key, name)


def test_whatever_else_espnet_has_is_refused(task, choices):
    for key, classes in choices.items():
        for name in set(classes) - set(permitted_parts._PARTS_OF[task][key]):
            for spelling in (name, name.upper()):
                config = CONFIG | TASKS[task] | {key: spelling}
                with pytest.raises(UserError, match=rf"c: {key} is '{spelling}'; it must be "):
                    permitted_parts.check(config, Path("c"))


class Payload:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


FILE, ADDRESS = "ssl/model.pth", "http://127.0.0.1:9/model.pth"
LOADS = [
    {"frontend": "espnet_ssl", "frontend_conf": {"path_or_url": FILE}},
    {"frontend": "espnet_ssl", "frontend_conf": {"path_or_url": ADDRESS}},
    {"frontend": "fused", "frontend_conf": {"frontends": [{"frontend_type": "s3prl"}]}},
    {"frontend": "whisper", "frontend_conf": {"whisper_model": FILE}},
    {"frontend": "huggingface", "frontend_conf": {"model": FILE}},
    {"frontend": ["espnet_ssl"]},
    {"encoder": "beats", "encoder_conf": {"beats_ckpt_path": FILE}},
    {"encoder": "wav2vec2", "encoder_conf": {"w2v_url": ADDRESS, "w2v_dir_path": "ssl"}},
    {"encoder": "hubert", "encoder_conf": {"hubert_url": ADDRESS, "hubert_dir_path": FILE}},
    {"encoder": "avhubert", "encoder_conf": {"avhubert_url": ADDRESS, "noise_path": FILE}},
    {"encoder": "torchaudiohubert"},
    {"encoder": "whisper", "encoder_conf": {"whisper_model": FILE}},
    {"decoder": "whisper", "decoder_conf": {"whisper_model": FILE}},
    {"decoder": "hugging_face_transformers", "decoder_conf": {"model_name_or_path": FILE}},
    {"decoder": "s4", "decoder_conf": {"layer": [{"_name_": "os.system"}]}},
    {"postencoder": "hugging_face_transformers", "postencoder_conf": {"model_name_or_path": FILE}},
    {"token_type": "hugging_face", "bpemodel": FILE},
    {"token_type": "whisper_en", "bpemodel": "whisper_en"},
    {"token_type": "qwen2audio"},
    {"use_adapter": True, "adapter": "lora", "adapter_conf": {"target_modules": ["__import__"]}},
]


@pytest.mark.parametrize("changes", LOADS)
def test_nothing_that_a_configuration_names_is_loaded(tmp_path, monkeypatch, changes):
    monkeypatch.chdir(tmp_path)
    marker = tmp_path / "ran"
    Path(FILE).parent.mkdir()
    Path(FILE).write_bytes(pickle.dumps(Payload(marker)))
    monkeypatch.setattr(torch, "load", None)
    manifest = random_model(tmp_path / "m", **changes)
    for build in (lambda: espnet_model.load_model(manifest), lambda: recogniser(manifest, 0.3, 1)):
        with pytest.raises(UserError, match=f"{next(iter(changes))} is .*it must be") as caught:
            build()
        assert "\n" not in str(caught.value)
    assert not marker.exists()


ARCHITECTURES = {
    "conformer": ("conformer", {"rel_pos_type": "latest"}, {}),
    "e_branchformer": ("e_branchformer", {"attention_layer_type": "rel_selfattn"}, {}),
    "branchformer": ("branchformer", {}, {}),
    "contextual_block_conformer": ("contextual_block_conformer", {"block_size": 8}, {}),
    "contextual_block_transformer": ("contextual_block_transformer", {"block_size": 8}, {}),
    "transformer": ("transformer", {}, {"frontend_conf": {"fs": "8k", "hop_length": 80}}),
    "multiconv_conformer": ("multiconv_conformer", {}, {}),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_architectures_of_espnets_recipes_are_built(tmp_path, name):
    encoder, settings, changes = ARCHITECTURES[name]
    small = {"output_size": 16, "attention_heads": 2, "linear_units": 32, "num_blocks": 1}
    if "branchformer" in name:
        small |= {"cgmlp_linear_units": 32, "cgmlp_conv_kernel": 3}
        small.pop("linear_units") if name == "branchformer" else None
    if name == "multiconv_conformer":
        small |= {"cgmlp_linear_units": 32, "multicgmlp_kernel_sizes": "3,5"}
    espnet_model.load_model(
        random_model(tmp_path, **{"encoder": encoder, "encoder_conf": small | settings}, **changes)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"frontend": "sliding_window", "frontend_conf": {"hop_length": 200}, "preencoder": "sinc"}
        | {"preencoder_conf": {"fs": 16000}, "encoder_conf": {"input_layer": "conv2d"}},
        {"encoder": "vgg_rnn", "encoder_conf": {"num_layers": 1, "hidden_size": 8}},
        {"decoder": None, "model_conf": {"ctc_weight": 1.0}},
        {"specaug": "specaug", "specaug_conf": {"time_mask_width_range": [0, 10]}}
        | {"use_adapter": False, "init": "xavier_uniform"},
        {"decoder": "transducer", "decoder_conf": {"hidden_size": 8}}
        | {"joint_net_conf": {"joint_space_size": 8}},
    ],
)
def test_other_permitted_parts_are_built(tmp_path, changes):
    try:
        espnet_model.load_model(random_model(tmp_path, **changes))
    except UserError as error:
        assert "package warprnnt" in str(error) or "warp-transducer" in str(error)


def test_a_model_of_another_task_is_one_line(tmp_path):
    for part in ({"model": "hubert"}, {"encoder": "e_branchformer_ctc"}):
        with pytest.raises(UserError, match="use a model without it") as caught:
            permitted_parts.check({"token_list": ["a"], **part}, tmp_path / "config.yaml")
        assert "\n" not in str(caught.value)
