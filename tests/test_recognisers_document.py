"""Each engine has its section in docs/recognisers.md, with a configuration that is accepted."""

import re
from pathlib import Path

import pytest
import yaml
from asrbench.study import axes, config, engine_axes

TEXT = (Path(__file__).resolve().parents[1] / "docs/recognisers.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))
NEEDED = {"name": "document", "speech": {"name": "corpus", "path": "speech"}}


def test_every_engine_has_its_section():
    assert list(SECTIONS) == axes.ENGINE.allowed["enum"]


@pytest.mark.parametrize("engine", axes.ENGINE.allowed["enum"])
def test_its_configuration_is_accepted_and_its_axes_are_named(engine):
    (block,) = re.findall(r"```yaml\n(.*?)```", SECTIONS[engine], re.DOTALL)
    study = config.parse(NEEDED | yaml.safe_load(block))
    assert engine in [variant["engine"] for variant in study.variants()]
    for name in [axis.name for axis in engine_axes.AXES_OF[engine]]:
        assert f"`{name}`" in SECTIONS[engine], name
    said = (
        SECTIONS[engine]
        if "precisions and" not in SECTIONS[engine].lower()
        else (SECTIONS["espnet"])
    )
    for precision in engine_axes.PRECISIONS_OF[engine]:
        assert f"`{precision}`" in said, precision


def test_other_configurations_of_the_document_are_yaml():
    for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL):
        assert yaml.safe_load(block)
