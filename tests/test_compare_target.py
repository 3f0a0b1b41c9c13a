"""The workflow's target 'compare': what it makes, that it measures nothing, what it says."""

import pytest
from test_compare import make
from workflow import Study

SMALL = {
    "name": "s",
    "speech": {"name": "s", "path": "speech"},
    "models": [{"name": "m", "source": "folder"}],
}


@pytest.fixture(scope="module")
def workflow(tmp_path_factory):
    return Study(tmp_path_factory.mktemp("workflow"), SMALL)


def test_the_target_compares_and_measures_nothing(workflow, tmp_path):
    make(tmp_path / "pi5")
    make(tmp_path / "jetson", slower=0.5)
    given = f"compare=[{tmp_path / 'pi5'}, {tmp_path / 'jetson'}]"
    planned = workflow.snakemake("-n", "compare", "--config", given).stdout
    assert "Compare" in planned
    assert "measure" not in planned and "make_table" not in planned
    workflow.snakemake("compare", "--config", given)
    made = workflow.folder / "results/compare"
    for name in ("devices", "latency", "energy", "wer"):
        for ending in ("csv", "schema.json", "md", "tex"):
            assert (made / f"{name}.{ending}").stat().st_size > 100
    for name in ("latency", "energy", "wer"):
        assert (made / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "</svg>" in (made / f"{name}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "compare: nothing is given; give results folders"),
        (["--config", "compare=nowhere"], "compare: nowhere: there is no such folder or archive"),
    ],
)
def test_the_target_says_in_one_line_what_to_give(workflow, arguments, said):
    done = workflow.snakemake("-n", "compare", *arguments, check=False)
    assert done.returncode != 0 and "Traceback" not in done.stdout
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    assert sum(said in line for line in lines) == 1
