"""Another workflow uses this one as a Snakemake module, with a configuration of its own."""

import subprocess
import sys

import yaml
from workflow import ROOT

SNAKEFILE = """
configfile: "config.yaml"


module benchmark:
    snakefile:
        {snakefile!r}
    config:
        config


use rule * from benchmark as benchmark_*


rule words:
    default_target: True
    input:
        "results/tables/data_dictionary.csv",
    output:
        "words.txt",
    shell:
        "wc -l {{input}} > {{output}}"
"""


def test_a_target_of_ours_is_made_for_a_rule_of_another_workflow(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(snakefile=str(ROOT / "Snakefile")))
    study = {
        "name": "of another workflow",
        "speech": {"name": "s", "path": "speech"},
        "models": [{"name": "m", "source": "folder"}],
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(study))
    # What a run of the workflow by itself was to measure, by another configuration.
    plan = tmp_path / "results/logs/planned.json"
    plan.parent.mkdir(parents=True)
    plan.write_text("{}")
    run = [sys.executable, "-m", "snakemake", "--cores", "1"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = int((tmp_path / "words.txt").read_text().split()[0])
    assert lines > 100
    title = (tmp_path / "results/tables/data_dictionary.md").read_text().splitlines()[0]
    assert not plan.exists()
    assert title == "# Data dictionary: of another workflow"
