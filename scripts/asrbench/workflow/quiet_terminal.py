"""Keeps Snakemake's log off the terminal; all of it stands in Snakemake's own file of the run."""

import logging
import sys

# What a person must see though it is no error: no job is needed, `--lint` found nothing.
_TOLD = ("Nothing to be done", "Congratulations")
# What Snakemake says of a failed job beside its error, which RunProgress tells in one line.
_JOB_ERRORS = ("job_error", "group_error")
_OF_FAILED_JOBS = (
    "RuleException",
    "Exiting because a job execution failed",
    "WorkflowError:\nAt least one job did not complete",
)


def keep(record: logging.LogRecord) -> bool:
    """Whether a record of Snakemake's log is shown: what is wrong, if it is wrong with no job."""
    said = record.getMessage()
    if record.levelno < logging.WARNING:
        return said.startswith(_TOLD)
    of_a_job = str(getattr(record, "event", "")) in _JOB_ERRORS
    return not of_a_job and not said.startswith(_OF_FAILED_JOBS)


class _Now:
    """Standard error as it is when it is written to: above a line that stays in place."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def make(logger: logging.Logger) -> None:
    """Show on the terminal what :func:`keep` keeps."""
    for handler in logger.handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
            handler.addFilter(keep)
            handler.setStream(_Now())
