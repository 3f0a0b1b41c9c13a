"""Makes the table of latency against input length from results/sweeps/frames."""

from asrbench.basics import errors
from asrbench.tables import command, latency_vs_frames

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_vs_frames.TABLE, __doc__))
