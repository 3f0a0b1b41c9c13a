"""What the workflow takes from Snakemake that Snakemake does not promise."""

import inspect

from snakemake.scheduling.job_scheduler import JobScheduler


def test_the_pinned_snakemake_has_the_limiter_that_a_run_switches_off():
    source = inspect.getsource(JobScheduler)
    assert "self.job_rate_limiter = (" in source
    assert "if self.job_rate_limiter is None:" in source, "None no longer means no limit"
