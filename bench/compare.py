#!/usr/bin/env python3
"""Runs commands in turn, round after round, and prints how long each takes beside the first.

compare.py [--rounds N] [--prepare SHELL-COMMAND] NAME COMMAND [NAME COMMAND…]

In turn, so that whatever else the machine does falls on all of them alike. A COMMAND that begins
with "timed:" says its own time, in milliseconds, on its last line: what is measured is then what it
measured, without its start. --prepare runs before each command and is not measured.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time

QUIET = [
    (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
    (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
    (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0),
]


def run(command):
    if command.startswith("timed:"):
        argv = shlex.split(command.removeprefix("timed:"))
        done = subprocess.run(argv, stdout=subprocess.PIPE, check=True, text=True)
        return float(done.stdout.split()[-1])
    argv = shlex.split(command)
    begin = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=QUIET)
    _, status = os.waitpid(pid, 0)
    took = (time.perf_counter() - begin) * 1000
    if status != 0:
        sys.exit(f"compare: {command}: failed with {os.waitstatus_to_exitcode(status)}")
    return took


def measure(cases, rounds, prepare):
    times = {name: [] for name, _ in cases}
    # The first round warms the caches and does not count.
    for number in range(rounds + 1):
        for name, command in cases:
            if prepare:
                subprocess.run(prepare, shell=True, check=True, stdout=subprocess.DEVNULL)
            took = run(command)
            if number > 0:
                times[name].append(took)
    return times


def show(times):
    first = next(iter(times.values()))
    width = max(len(name) for name in times)
    print(f"{'':{width}}  {'min ms':>8} {'median':>8}   {'beside the first: min':>22} {'median':>14}")
    for name, taken in times.items():
        low, middle = min(taken), statistics.median(taken)
        low_first, middle_first = min(first), statistics.median(first)
        print(
            f"{name:{width}}  {low:8.1f} {middle:8.1f}   "
            f"{low - low_first:+10.1f} ms x{low / low_first:7.2f} "
            f"{middle - middle_first:+8.1f} ms x{middle / middle_first:5.2f}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "15")))
    parser.add_argument("--prepare")
    parser.add_argument("cases", nargs="+", metavar="NAME COMMAND")
    given = parser.parse_args()
    cases = list(zip(given.cases[::2], given.cases[1::2], strict=True))
    show(measure(cases, given.rounds, given.prepare))


if __name__ == "__main__":
    main()
