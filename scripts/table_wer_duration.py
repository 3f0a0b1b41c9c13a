"""Makes the table of word error rate against duration from results/wer."""

from asrbench import errors, table_command, table_wer_duration

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_wer_duration.TABLE, __doc__))
