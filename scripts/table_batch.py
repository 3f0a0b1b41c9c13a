"""Makes the table of the forward pass against batch size from results/sweeps/batch."""

from asrbench import errors, table_batch, table_command

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_batch.TABLE, __doc__))
