"""Makes the table of hypotheses from the other tables."""

from asrbench import errors, table_command, table_hypotheses

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_hypotheses.TABLE, __doc__))
