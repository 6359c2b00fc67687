#!/usr/bin/env python3
"""Writes the trace of a vCPU that does a bit of everything: `record_trace.py FILE`."""

import sys

import vpmu
from test_saving import busy


class Recorded(vpmu.Machine):
    """A machine whose vCPUs write a trace."""

    def __init__(self, write, **options):
        super().__init__(**options)
        self._write = write

    def cpu(self):
        cpu = super().cpu()
        cpu.trace(self._write)
        return cpu


with open(sys.argv[1], "wb") as file, Recorded(file.write, preset="intel-v2") as machine, busy(machine, 7) as cpu:
    cpu.emulated(0xC0, 0, 2**33)
    cpu.scheduled_in()
    cpu.enter()
    cpu.reset()
    cpu.wrmsr(0x38F, 1)
    cpu.enter()
