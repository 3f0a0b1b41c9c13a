"""Makes the table of latency against CPU threads from results/sweeps/threads."""

from asrbench.basics import errors
from asrbench.tables import command, latency_vs_threads

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_vs_threads.TABLE, __doc__))
