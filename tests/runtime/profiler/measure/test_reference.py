"""The fixed computation: when it is timed, that it takes one thread and little of the time."""

import time

import pytest

from edge_power_runtime.profiler.measure.reference import WORK, ReferenceTimer


def test_each_round_has_a_sample_and_a_turn_right_after_has_none():
    timer = ReferenceTimer()
    for _ in range(3):
        timer.before_turn(is_new_round=True)
        timer.before_turn(is_new_round=False)
    found = timer.result()
    # A machine that stops for 30 times the computation, some 50 ms, between two lines may add one.
    assert len(found.rounds) == 3
    assert 3 <= sum(found.rounds) == len(found.times_ms) <= 6
    assert min(found.rounds) >= 1
    assert min(found.times_ms) > 0
    assert found.work == WORK == "2 numpy einsum products of float32 160 x 160"


def test_a_later_turn_has_one_when_time_has_passed():
    timer = ReferenceTimer()
    timer.before_turn(is_new_round=True)
    time.sleep(31e-3 * timer.result().times_ms[0])
    timer.before_turn(is_new_round=False)
    assert timer.result().rounds == (2,)


def test_in_a_long_run_it_takes_a_small_part_of_the_time():
    timer = ReferenceTimer()
    start = time.perf_counter()
    timer.before_turn(is_new_round=True)
    while timer.result().rounds[0] < 3:  # no fixed time: emulated, one sample takes longer than ten of them here
        timer.before_turn(is_new_round=False)
    times_ms = timer.result().times_ms
    # After each but the last there was a pause 30 times as long, whatever else this machine had to do.
    assert 31 * sum(times_ms[:-1]) < 1e3 * (time.perf_counter() - start)


@pytest.mark.alone
def test_it_takes_one_thread():
    timer = ReferenceTimer()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(100):
        timer.before_turn(is_new_round=True)
    # Threads of BLAS that share a product, or spin for the next one, took two to three times the wall time.
    assert time.process_time() - cpu < 1.2 * (time.perf_counter() - wall)
