"""Makes the table of word error rates from results/wer."""

from asrbench.basics import errors
from asrbench.tables import command, wer

if __name__ == "__main__":
    errors.run(lambda: command.main(wer.TABLE, __doc__))
