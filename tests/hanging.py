"""What would take hours ends after some seconds: a pattern in `re` answers to signals while it matches."""

import signal
from contextlib import contextmanager


@contextmanager
def in_seconds(most: int):
    """TimeoutError inside when it is not done by then; many times what it takes, so that no busy machine fails."""

    def stop(_signal, _frame):
        raise TimeoutError(f"not done after {most} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(most)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
