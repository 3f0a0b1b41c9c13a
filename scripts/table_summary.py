"""Makes the summary from the tables of parameters, latency, energy and wer."""

from asrbench.basics import errors
from asrbench.tables import command, summary

if __name__ == "__main__":
    errors.run(lambda: command.main(summary.TABLE, __doc__))
