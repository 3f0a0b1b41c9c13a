"""Makes the summary from the tables of parameters, latency, energy and wer."""

from asrbench import errors, table_command, table_summary

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_summary.TABLE, __doc__))
