"""The configuration's schema: what is accepted, and the one line that each mistake gets."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from asrbench.basics.errors import UserError
from asrbench.study import axes, command_line_config, config, describe_job, engine_axes, slugs
from asrbench.study.config_block import Block
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[1]

SMALL = {
    "name": "small",
    "speech": {"name": "corpus", "path": "speech"},
    "models": [{"name": "one", "source": "folder"}],
}


def changed(**changes) -> dict:
    """SMALL with other values, given by key or by dotted path with __ for the dot."""
    study = copy.deepcopy(SMALL)
    for path, value in changes.items():
        block = study
        *keys, last = path.split("__")
        for key in keys:
            block = block.setdefault(key, {})
        block[last] = value
    return study


def test_the_study_is_the_published_one():
    study = config.load(ROOT / "config.yaml")
    assert [variant.key for variant in study.variants()] == [
        (model, f"ctc{weight}")
        for model in ("conformer", "lstm")
        for weight in ("0.0", "0.3", "1.0")
    ]
    assert study.decoding.beam_size == 20
    assert study.latency.utterances == 100
    assert (study.sweeps.frames.lengths[0], study.sweeps.frames.lengths[-1]) == (100, 3000)
    assert (study.energy.window_s, study.energy.samples) == (60, 60)
    assert study.speech.sha256.startswith("39fde525")


def test_every_key_has_a_description():
    def blocks(block):
        yield block
        for field in block.model_fields.values():
            for annotation in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(annotation, type) and issubclass(annotation, Block):
                    yield from blocks(annotation)

    for block in blocks(config.Study):
        for name, field in block.model_fields.items():
            assert field.description, f"{block.__name__}.{name}"


def test_the_schema_file_is_the_schema():
    written = json.loads((ROOT / "schemas/config.schema.json").read_text())
    assert written == config.Study.model_json_schema()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"beam": 3}, "beam: unknown key; known keys are name, speech"),
        ({"decoding": {"beamsize": 4}}, "decoding.beamsize: unknown key; did you mean beam_size?"),
        ({"decoding": {"beam_size": 0}}, "decoding.beam_size: 0 must be at least 1"),
        ({"decoding": {"beam_size": "20"}}, "decoding.beam_size: '20' must be a whole number"),
        ({"decoding": {"threads": 0}}, "decoding.threads: 0 must be at least 1, or be 'all'"),
        ({"latency": {"rounds": 0}}, "latency.rounds: 0 must be at least 1"),
        ({"latency": {"utterances": 0}}, "latency.utterances: 0 must be at least 1"),
        ({"energy": {"window_s": "long"}}, "energy.window_s: 'long' must be a number"),
        ({"energy": 4}, "energy: 4 must be a block of keys"),
        ({"ctc_weights": [0, 1.5]}, "ctc_weights[1]: 1.5 must be a number from 0 to 1"),
        ({"ctc_weights": [-0.1]}, "ctc_weights[0]: -0.1 must be a number from 0 to 1"),
        ({"ctc_weights": ["half"]}, "ctc_weights[0]: 'half' must be a number from 0 to 1"),
        ({"ctc_weights": [0.3, "0.30"]}, "ctc_weights: 0.3 is listed more than once"),
        ({"ctc_weights": []}, "ctc_weights: [] must hold at least 1"),
        (
            {"decode": [{"ctc_weight": [0.3, 2]}]},
            "decode[0].ctc_weight[1]: 2 must be a number from",
        ),
        ({"decode": [{"beam": 3}]}, "decode[0].beam: unknown key; did you mean beam_size?"),
        ({"decode": [{"beam_size": 0}]}, "decode[0].beam_size[0]: 0 must be at least 1"),
        (
            {"decode": [{"beam_size": 2}], "ctc_weights": [1]},
            "(top level): has both ctc_weights and decode; put the CTC weights into decode: "
            "decode: [{ctc_weight: [1.0]}]",
        ),
        (
            {"models": [{"name": "one", "source": "a", "builds": [{"engine": "kaldi"}]}]},
            "models[0].builds[0].engine[0]: 'kaldi' must be 'espnet' or 'espnet-fast'",
        ),
        (
            {
                "models": [
                    {"name": "a", "source": "a", "builds": [{"engine": ["espnet", "fast"]}]},
                    {"name": "a-fast", "source": "b"},
                ]
            },
            "models: a-fast is listed more than once",
        ),
        ({"sweeps__frames__lengths": [100, 0]}, "sweeps.frames.lengths[1]: 0 must be at least 1"),
        ({"models": [{"name": "one"}]}, "models[0].source: is missing; add it"),
        ({"models": [{"name": "a/b", "source": "x"}]}, "models[0].name: 'a/b' must match"),
        (
            {"models": [{"name": "one", "source": "a"}, {"name": "one", "source": "b"}]},
            "models: one is listed more than once; name each once",
        ),
        (
            {"models": [{"name": "one", "source": "a", "weights": "random"}]},
            "models[0]: has weights: random and no tokens_per_second",
        ),
        (
            {"models": [{"name": "one", "source": "a", "sha256": "abc"}]},
            "models[0].sha256: 'abc' must match",
        ),
        ({"speech": {"name": "corpus"}}, "speech: has neither path nor urls"),
        ({"speech__channels": "left"}, "speech.channels: 'left' must be 'refuse' or 'mix'"),
        (
            {"wer__normalisation": "mine"},
            "wer.normalisation: 'mine' must be 'none', 'basic', 'english' or",
        ),
    ],
)
def test_a_mistake_is_one_line_with_key_value_and_remedy(changes, line):
    with pytest.raises(UserError) as raised:
        config.parse(changed(**changes), "study.yaml")
    text = str(raised.value)
    assert text.startswith(f"study.yaml: {line}")
    assert "\n" not in text


def test_two_mistakes_are_two_lines():
    with pytest.raises(UserError) as raised:
        config.parse(changed(latency={"rounds": 0}, beam=1), "study.yaml")
    assert len(str(raised.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("given", "text"), [(0, "0.0"), ("0.30", "0.3"), (1, "1.0"), (-0.0, "0.0"), (1e-4, "0.0001")]
)
def test_a_weight_has_one_spelling(given, text):
    assert config.parse(changed(ctc_weights=[given])).ctc_weights == [text]


def test_decodings_are_crossed_in_a_block_and_united_over_blocks():
    decode = [
        {"ctc_weight": [0, 0.3]},
        {"ctc_weight": 0.3, "beam_size": [5, 10]},
        {"beam_size": 1},
    ]
    study = config.parse(changed(decode=decode, decoding={"beam_size": 10}))
    assert [variant.slug for variant in study.variants("one")] == [
        *("ctc0.0", "ctc0.3", "ctc0.3-beam5"),  # beam 10 is the default, and there already
        *("ctc0.0-beam1", "ctc0.3-beam1", "ctc1.0-beam1"),
    ]
    found = study.find("one", ctc_weight="0.3", beam_size=5)
    assert found is not None and slugs.label(found.slug) == "CTC 0.3, beam 5"
    assert study.find("one", ctc_weight="0.5") is None and study.find("two") is None


def test_builds_share_a_checkpoint_and_have_names_of_their_own():
    models = [
        {"name": "one", "source": "a", "builds": [{}, {"engine": "fast"}]},
        {"name": "same-files", "source": "a", "engine": "espnet-fast"},
        {
            "name": "two",
            "source": "b",
            "engine": "fast",
            "builds": [{"engine": ["espnet", "fast"]}],
        },
    ]
    study = config.parse(changed(models=models))
    assert [(build.name, build.checkpoint, build["engine"]) for build in study.builds()] == [
        ("one", "one", "espnet"),
        ("one-fast", "one", "espnet-fast"),
        ("same-files", "one", "espnet-fast"),
        ("two-espnet", "two", "espnet"),
        ("two", "two", "espnet-fast"),
    ]
    assert study.model("one-fast").name == "one"
    assert config.parse(study.model_dump()) == study
    with pytest.raises(UserError, match=r"no variant 'ctc0.7'; there are: ctc0.0, ctc0.3, ctc1.0"):
        study.variant("one", "ctc0.7")
    with pytest.raises(
        UserError, match=r"'x' is not in the .*: one, one-fast, same-files, two-esp"
    ):
        study.build("x")


def test_an_axis_that_an_engine_does_not_have_is_one_line():
    whisper = {"name": "w", "source": "x", "engine": "faster-whisper"}
    sphinx = {"name": "s", "source": "x", "engine": "pocketsphinx"}
    for models, words in [
        ([whisper | {"ctc_weights": [1]}], "faster-whisper has no ctc_weight; its axes are b"),
        (
            [sphinx | {"decode": [{"beam_size": 1}]}],
            "pocketsphinx has no beam_size; it has no axis",
        ),
        (
            [whisper | {"precision": "int5"}],
            "faster-whisper has no int5 on cpu; it has float32, int8",
        ),
        ([whisper | {"weights": "random", "tokens_per_second": 3}], "has no random weights"),
        ([whisper | {"builds": [{"engine": "espnet"}]}], "read different files"),
        ([whisper | {"language": "de"}], "knows de alone, and speech.language is en"),
    ]:
        with pytest.raises(UserError, match=words):
            config.parse(changed(models=models))
    with pytest.raises(
        UserError, match=r"no engine of the study \(faster-whisper\) has ctc_weight"
    ):
        config.parse(changed(models=[whisper], ctc_weights=[1.0]))


def test_each_engine_has_its_own_defaults():
    models = [
        {"name": "w", "source": "x", "engine": "faster-whisper"},
        {
            "name": "c",
            "source": "x",
            "engine": "whisper.cpp",
            "builds": [{}, {"precision": "int8"}],
        },
        {"name": "s", "source": "x", "engine": "pocketsphinx"},
    ]
    study = config.parse(
        changed(models=[*SMALL["models"], *models], decode=[{"ctc_weight": [1.0]}])
    )
    assert [str(variant) for variant in study.variants()] == [
        *("one ctc1.0", "w beam5", "c beam5", "c-int8 beam5", "s default")
    ]
    precisions = [variant["precision"] for variant in study.variants()]
    assert precisions == ["float32", "float32", "float16", "int8", "float32"]
    # What a program reads back is what was given.
    assert config.parse(study.model_dump()).variants() == study.variants()
    study = config.parse(changed(models=models, decoding={"beam_size": 3}))
    assert study.variants("w")[0].slug == "beam3"


# A weight may be written with an exponent, whose hyphen is no end of it.
@given(
    st.floats(0, 1).map(axes.CTC_WEIGHT.read),
    st.one_of(st.none(), st.integers(1, 10**6)),
)
def test_a_decoding_is_read_back_from_its_path(weight, beam):
    others = {axis.name: axis.default for axis in engine_axes.AXES_OF["espnet"]}
    values = {"ctc_weight": weight, "beam_size": beam or 20}
    slug = slugs.decoding_slug("espnet", others | values, {})
    named = values if beam not in (None, 20) else {"ctc_weight": weight}
    assert slugs.values_of(slug) == named


def test_a_model_may_have_weights_of_its_own():
    models = [{"name": "one", "source": "a"}, {"name": "two", "source": "b", "ctc_weights": [1]}]
    study = config.parse(changed(models=models, ctc_weights=[0, 1]))
    assert [str(v) for v in study.variants()] == ["one ctc0.0", "one ctc1.0", "two ctc1.0"]


def test_a_resolved_study_reads_as_itself(tmp_path):
    # JSON writes small numbers in a way that YAML takes for text.
    meter = {"argv": ["read"], "factor": 1e-05}
    study = config.parse(changed(ctc_weights=["0.30"], energy__command=meter))
    file = tmp_path / "study.json"
    file.write_text(study.model_dump_json())
    assert config.load(file) == study


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "just text"])
def test_a_file_without_keys_is_refused(tmp_path, content):
    file = tmp_path / "config.yaml"
    file.write_text(content)
    with pytest.raises(UserError, match="holds no keys"):
        config.load(file)


def test_a_file_that_is_not_yaml_is_refused(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("a: [1, 2")
    with pytest.raises(UserError, match="is not YAML"):
        config.load(file)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name: other", "line 5: 'name' stands in line 1 too; keep one"),
        ("latency: {rounds: 010}", "line 5: 010 would be read as 8"),
        ("speech: 2001-99-99", "line 5: 'speech' stands in line 2 too"),
        (f"x: {'9' * 5000}", "line 5: 99999999999999999999… has more than 100 digits"),
    ],
)
def test_snakemake_runs_nothing_of_a_configuration_that_it_would_misread(tmp_path, line, said):
    text = "name: small\nspeech: {name: c, path: s}\nmodels:\n- {name: one, source: f}\n"
    (tmp_path / "config.yaml").write_text(text + line + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--directory", str(tmp_path)],
        **{"cwd": ROOT, "capture_output": True, "text": True},
    )
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith(f"config.yaml: {said}")


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="no such configuration"):
        config.load(tmp_path / "none.yaml")


def test_the_demo_is_read():
    mapping = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    study = config.parse(mapping)
    assert len(study.models) == 5
    assert [model.weights for model in study.models].count("random") == 2


def test_blocks_on_snakemakes_command_line_have_the_types_of_a_file():
    # As Snakemake gives them for --config latency='{rounds: 1}' and so on.
    given = {
        "latency": {"rounds": "1"},
        "wer": {"share_encoder": "false", "max_utterances": "null", "normalisation": "none"},
        "ctc_weights": ["0.3", "1"],
        "models": [{"name": "one", "source": "[odd"}],
        "name": "2020",
    }
    study = config.parse(changed(**command_line_config.typed(given)))
    assert (study.latency.rounds, study.wer.share_encoder, study.name) == (1, False, "2020")
    assert study.wer.max_utterances is None and study.wer.normalisation == "none"
    assert study.ctc_weights == ["0.3", "1.0"] and study.models[0].source == "[odd"


def test_words_may_be_found_by_another_search_than_is_timed():
    models = [{"name": "one", "source": "a", "builds": [{}, {"engine": "espnet-fast"}]}]
    own = config.parse(changed(models=models))
    fast = config.parse(changed(models=models, wer={"engine": "espnet-fast"}))

    def engines(study, stage):
        jobs = [describe_job.of(study, stage, name, "ctc0.3") for name in ("one", "one-fast")]
        return [job["axes"]["engine"] for job in jobs]

    assert engines(own, "decoding") == engines(fast, "latency") == ["espnet", "espnet-fast"]
    assert engines(fast, "decoding") == ["espnet-fast", "espnet-fast"]


def test_a_limit_of_time_is_part_of_a_job_only_where_it_is_set():
    def jobs(decoding):
        study = config.parse(changed(decoding=decoding))
        variant = study.variants()[0]
        timed = [stage(study, variant) for stage in describe_job.STAGES.values()]
        return [*timed, describe_job.batch(study, variant.build)]

    assert not any("timeout_s" in job for job in jobs({}))
    assert all(job["timeout_s"] == 30.0 for job in jobs({"timeout_s": 30.0}))
    assert describe_job.tables(config.parse(changed(decoding__timeout_s=30.0))) == (
        describe_job.tables(config.parse(changed()))
    )
