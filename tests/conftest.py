"""What all tests share."""

import os

# On a busy machine two threads of small products spend their time waiting for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
