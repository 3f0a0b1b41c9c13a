"""Makes the table of parameters from results/parameters."""

from asrbench import errors, table_command, table_parameters

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_parameters.TABLE, __doc__))
