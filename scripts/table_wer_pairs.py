"""Makes the table of pairs by word error rate from results/wer."""

from asrbench.basics import errors
from asrbench.tables import command, wer_pairs

if __name__ == "__main__":
    errors.run(lambda: command.main(wer_pairs.TABLE, __doc__))
