"""Makes the data dictionary: every column of every table, with type, unit, bounds and meaning."""

from asrbench import errors, table_command, table_data_dictionary

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_data_dictionary.TABLE, __doc__))
