#!/usr/bin/env python3
"""Adds states of the present format to the corpus: `make_states.py LEVEL`. Those of earlier formats stay as they are."""

import json
import os
import sys

import vpmu
from test_saving import PRESETS, STATES, busy


def main(level):
    path = os.path.join(STATES, "states.json")
    entries = json.load(open(path)) if os.path.exists(path) else []
    for preset in PRESETS:
        for seed in (11, 12):
            name = f"level{level}-{preset}-{seed}.state"
            with vpmu.Machine(preset=preset) as machine, busy(machine, seed) as cpu:
                state = cpu.save()
                msrs = [[hex(index), hex(value)] for index, value in cpu.save_msrs()]
                pmi = cpu.enter()
            with open(os.path.join(STATES, name), "xb") as file:
                file.write(state)
            entries.append({"file": name, "preset": preset, "pmi": pmi, "msrs": msrs})
    with open(path, "w") as file:
        json.dump(entries, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
