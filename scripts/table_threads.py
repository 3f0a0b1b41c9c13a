"""Makes the table of latency against CPU threads from results/sweeps/threads."""

from asrbench import errors, table_command, table_threads

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_threads.TABLE, __doc__))
