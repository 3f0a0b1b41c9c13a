"""Makes the table of the utterances with the most errors from results/wer."""

from asrbench.basics import errors
from asrbench.tables import command, wer_worst

if __name__ == "__main__":
    errors.run(lambda: command.main(wer_worst.TABLE, __doc__))
