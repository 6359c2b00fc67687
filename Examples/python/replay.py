#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Replays traces through libvpmu and compares every answer: `replay.py [--policy P] [--host H] TRACE...`

--host reported    the counts of the guest's work are reported (vpmu_count). Traces in which the host refuses events are
                   skipped: a host of this kind has none to refuse
--host callbacks   a host in Python behind vpmu_host_callbacks; takes all traces

docs/traces.md describes traces. Exit status: 0 if every answer is as expected, else 1.
"""

import argparse
import json
import sys

import vpmu


class PythonHost:
    """The simulated host: events are numbers, and the guest's work is an argument of run()."""

    def __init__(self, mask, limits):
        self.events, self.free, self.refusals, self.mask, self.cpu = {}, 0, 0, mask, None
        functions = {
            "create": (vpmu.CREATE, self.create), "set_period": (vpmu.SET_PERIOD, self.set_period),
            "pause_and_reset": (vpmu.READ, self.pause), "disable": (vpmu.CHANGE, self.disable),
            "resume": (vpmu.ASK, self.resume), "assign": (vpmu.ASSIGN, self.assign), "read": (vpmu.READ, self.read),
            "release": (vpmu.CHANGE, self.release)}
        self.table = vpmu._new(
            vpmu.HostCallbacks, limits=limits, **{name: kind(body) for name, (kind, body) in functions.items()})

    def create(self, _, request, event):
        if self.refusals:
            self.refusals -= 1
            return vpmu.REASONS.index("busy")
        request = request.contents
        self.free += 1
        self.events[self.free] = {
            "code": request.select & (self.mask | 0xFF00), "user": request.user, "kernel": request.kernel,
            "pmc": request.pmc, "on": True, "count": 0, "period": request.period, "left": request.period}
        event[0] = self.free
        return 0

    def set_period(self, _, event, period):
        self.events[event]["period"] = self.events[event]["left"] = period
        return 1

    def pause(self, _, event):
        count = self.events[event]["count"]
        self.events[event].update(on=False, count=0)
        return count

    def disable(self, _, event):
        self.events[event]["on"] = False

    def resume(self, _, event):
        self.events[event]["on"] = True
        return 1

    def assign(self, _, event, pmc):
        self.events[event]["pmc"] = pmc

    def read(self, _, event):
        return self.events[event]["count"]

    def release(self, _, event):
        del self.events[event]

    def run(self, code, ring, count):
        for event in self.events.values():
            if event["on"] and event["code"] == code and event[ring]:
                self.advance(event, count)

    def run_counter(self, pmc, count):
        for event in self.events.values():
            if event["on"] and event["pmc"] == pmc:
                self.advance(event, count)

    def advance(self, event, count):
        event["count"] += count
        if count < event["left"]:
            event["left"] -= count
            return
        event["left"] = event["period"] - (count - event["left"]) % event["period"]
        self.cpu.notify(event["pmc"])


class Replay:
    def __init__(self, path, arguments, catalogue):
        with open(path) as file:
            self.steps = [json.loads(line) for line in file]
        self.policy, self.mismatches, self.path = arguments.policy, 0, path
        start = self.steps[0]
        leaves = []
        for name, value in start.items():
            if name.startswith("cpuid_"):
                leaf, _, subleaf = name[6:].partition(".")
                registers = [int(value.get(r, "0"), 16) for r in ("eax", "ebx", "ecx", "edx")]
                leaves.append([int(leaf, 16), int(subleaf or "0", 16), *registers])
        if start.get("perfctr_core"):
            if not any(leaf[0] == 0x80000001 for leaf in leaves):
                leaves.append([0x80000001, 0, 0, 0, 0, 0])
            next(leaf for leaf in leaves if leaf[0] == 0x80000001)[4] |= 1 << 23
        offered = start["host"]
        limits = vpmu.Limits(
            *[offered[n] or vpmu.NO_COUNTERS for n in ("gp_counters", "fixed_counters")], offered["gp_width"],
            offered.get("fixed_width", offered["gp_width"]), offered.get("arch_events", 7))
        model = next(m for m in catalogue.models if start["vendor"].encode() in (m.name, m.vendor))
        self.host, self.mask = None, model.event_mask
        if arguments.host == "callbacks":
            self.host = PythonHost(model.event_mask, limits)
        self.machine = vpmu.Machine(
            model=model.name.decode(), host=vpmu.CALLBACKS if self.host else vpmu.REPORTED, policy=self.policy,
            cpuid=leaves, perf_capabilities=int(start.get("perf_capabilities", "0"), 16), limits=limits,
            callbacks=self.host.table if self.host else None, catalogue=catalogue)
        self.cpu = self.machine.cpu()
        if self.host:
            self.host.cpu = self.cpu
        # After the host was first busy, and in numbers of host events, other policies differ by nature.
        self.is_comparable = True

    def run(self):
        with self.machine, self.cpu:
            for number, step in enumerate(self.steps[1:], 2):
                expected, got = self.step(step)
                if got != expected and self.is_comparable:
                    self.mismatches += 1
                    print(f"{self.path}:{number}: {step['op']}: expected {expected}, got {got}")
        return len(self.steps) - 1

    def step(self, step):
        """The expected and the real answer."""
        hexadecimal = {name: int(value, 16) for name, value in step.items() if str(value).startswith("0x")}
        host = step.get("host_initiated", False)
        match step["op"]:
            case "wrmsr":
                return step["ok"], self.access(self.cpu.wrmsr, hexadecimal["msr"], hexadecimal["value"], host) is not False
            case "rdmsr":
                return self.expected(step, hexadecimal), self.access(self.cpu.rdmsr, hexadecimal["msr"], host)
            case "rdpmc":
                return self.expected(step, hexadecimal), self.access(
                    self.cpu.rdpmc, hexadecimal["ecx"], step["cpl"], step["cr4_pce"])
            case "enter":
                got = [self.cpu.enter()]
                expected = [step["pmi"]]
                if self.policy == "reuse" and "host_events" in step:
                    expected.append(step["host_events"])
                    got.append(self.cpu.statistics.live)
                return expected, got
            case "run" if "counts" in step:
                for pmc, count in step["counts"].items():
                    self.host.run_counter(int(pmc), count)
            case "run":
                select = hexadecimal["select"]
                code = select & 0xFF | (select & 0xF00) << 24 | hexadecimal["umask"] << 8
                if self.host:
                    self.host.run(code & (self.mask | 0xFF00), step["ring"], step["count"])
                else:
                    self.cpu.count(code, 0 if step["ring"] == "kernel" else 3, step["count"])
            case "sched_in":
                self.cpu.scheduled_in()
            case "reset":
                self.cpu.reset()
            case "emulated":
                self.cpu.emulated(hexadecimal["event"], step["cpl"], step.get("count", 1))
            case "filter":
                entries = [int(entry, 16) for entry in step["events"]]
                try:
                    self.machine.set_filter(step["action"], entries, step["masked"], hexadecimal["fixed_bitmap"])
                except vpmu.Error:
                    return step["ok"], False
                return step["ok"], True
            case "host_busy":
                self.host.refusals = step["count"]
                self.is_comparable = self.policy == "reuse"
            case "totals" if self.policy == "reuse":
                statistics = self.cpu.statistics
                names = ("created", "reused", "released", "live")
                return [step[name] for name in names], [getattr(statistics, name) for name in names]
        return None, None

    @staticmethod
    def expected(step, hexadecimal):
        return hexadecimal["value"] if step["ok"] else False

    @staticmethod
    def access(function, *arguments):
        try:
            return function(*arguments)
        except (vpmu.GeneralProtection, vpmu.Unhandled):
            return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policy", default="reuse")
    parser.add_argument("--host", default="reported", choices=("reported", "callbacks"))
    parser.add_argument("traces", nargs="+")
    arguments = parser.parse_args()
    files = operations = mismatches = skipped = 0
    with vpmu.Catalogue() as catalogue:
        for path in arguments.traces:
            if arguments.host == "reported":
                with open(path) as file:
                    lines = file.read()
                if '"host_busy"' in lines or '"counts"' in lines:
                    skipped += 1
                    continue
            replay = Replay(path, arguments, catalogue)
            files, operations, mismatches = files + 1, operations + replay.run(), mismatches + replay.mismatches
    print(f"{files} files, {operations} operations, {mismatches} mismatches, {skipped} skipped")
    return 1 if mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
