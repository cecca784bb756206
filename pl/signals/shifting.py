"""Put a bar between others of its row, or take one out."""

from pl.kernel import kernel
from pl.signals.bars import N_COLUMNS
from pl.signals.history import History


@kernel
def shift_right(history: History, row: int, i: int) -> None:
    """Make a hole at position `i`, moving the later bars one place on."""
    n = history.n_bars[row]
    for j in range(n, i, -1):
        history.start[row, j] = history.start[row, j - 1]
        history.revision[row, j] = history.revision[row, j - 1]
        history.quality[row, j] = history.quality[row, j - 1]
        for column in range(N_COLUMNS):
            history.columns[j, column, row] = history.columns[j - 1, column, row]
    history.n_bars[row] = n + 1


@kernel
def shift_left(history: History, row: int, i: int) -> None:
    """Remove the bar at position `i`."""
    n = history.n_bars[row] - 1
    for j in range(i, n):
        history.start[row, j] = history.start[row, j + 1]
        history.revision[row, j] = history.revision[row, j + 1]
        history.quality[row, j] = history.quality[row, j + 1]
        for column in range(N_COLUMNS):
            history.columns[j, column, row] = history.columns[j + 1, column, row]
    history.n_bars[row] = n
