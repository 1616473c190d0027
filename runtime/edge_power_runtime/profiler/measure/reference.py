"""A fixed computation, timed between the answers: it tells how fast the machine itself was meanwhile.

Other guests of a host, a clock or heat slow a machine for minutes. Then every program and the reference slow alike,
and `--compare` can tell the machine from the bundle.
"""

import time

import numpy as np

from edge_power_runtime.profiler.report.record import Reference

# NumPy's own loops compute it, since its BLAS shares a product of this size among threads, which spin into the next
# answer. Products so small that BLAS takes one thread (64 x 64) drifted twice as much as the programs did.
_PRODUCT = "ij,jk->ik"
# Three matrices of 100 KB: they fit a core's second cache, and leave alone what a program has in the third.
_SIZE = 160
_TIMED = 2
# The first product finds the caches full of a program, and must not tell how large that was.
_UNTIMED = 1
# With the untimed product less than 5 % of the time, however slow the machine is and however fast the programs.
_LEAST_GAP = 30

WORK = f"{_TIMED} numpy einsum products of float32 {_SIZE} x {_SIZE}"
"""What is computed. It changes with any of the constants: times of different work are not to be compared."""


class ReferenceTimer:
    """Times the computation before turns of the cases; each turn begins with an untimed answer, which refills caches.

    A round is begun with it, so that its rounds are those of the cases. Later turns of the round have it before them
    where enough time has passed.
    """

    def __init__(self) -> None:
        """Fill the matrices, and touch the memory of all three."""
        self.rounds: list[int] = []
        self._times_ms: list[float] = []
        self._ended_ns = 0
        random = np.random.default_rng(0)
        self._left, self._right = random.standard_normal((2, _SIZE, _SIZE)).astype(np.float32)
        self._out = np.empty_like(self._left)
        self._compute(_TIMED)

    def before_turn(self, *, is_new_round: bool) -> None:
        """Time it if the turn is the first of a round, or if it has not been timed for long."""
        if is_new_round:
            self.rounds.append(0)
        elif time.perf_counter_ns() - self._ended_ns < _LEAST_GAP * self._times_ms[-1] * 1e6:
            return
        self._compute(_UNTIMED)
        start = time.perf_counter_ns()
        self._compute(_TIMED)
        self._ended_ns = time.perf_counter_ns()
        self._times_ms.append((self._ended_ns - start) / 1e6)
        self.rounds[-1] += 1

    def result(self) -> Reference:
        """The samples, in the order they were taken."""
        return Reference(WORK, tuple(self.rounds), tuple(self._times_ms))

    def _compute(self, products: int) -> None:
        for _ in range(products):
            np.einsum(_PRODUCT, self._left, self._right, out=self._out)
