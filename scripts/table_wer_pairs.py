"""Makes the table of pairs by word error rate from results/wer."""

from asrbench import errors, table_command, table_wer_pairs

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_wer_pairs.TABLE, __doc__))
