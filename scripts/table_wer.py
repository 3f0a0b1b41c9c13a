"""Makes the table of word error rates from results/wer."""

from asrbench import errors, table_command, table_wer

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_wer.TABLE, __doc__))
