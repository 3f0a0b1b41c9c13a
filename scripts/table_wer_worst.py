"""Makes the table of the utterances with the most errors from results/wer."""

from asrbench import errors, table_command, table_wer_worst

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_wer_worst.TABLE, __doc__))
