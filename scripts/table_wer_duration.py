"""Makes the table of word error rate against duration from results/wer."""

from asrbench.basics import errors
from asrbench.tables import command, wer_vs_duration

if __name__ == "__main__":
    errors.run(lambda: command.main(wer_vs_duration.TABLE, __doc__))
