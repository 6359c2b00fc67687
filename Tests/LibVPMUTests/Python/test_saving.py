"""Saved states: to bytes and back, damaged ones, the corpus of every format, and lists of registers."""

import json
import os
import random
import struct
import unittest
import zlib

import vpmu

STATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "States")
PRESETS = ("intel-v2", "intel-v2-fullwidth", "amd-k7", "amd-f15h", "amd-v2")


def busy(machine, seed):
    """A vCPU in the middle of its work, by random accesses."""
    cpu, choice = machine.cpu(), random.Random(seed)
    msrs = [first + n for first, count in machine.msr_ranges for n in range(count)]
    for _ in range(300):
        value = choice.choice((0, 1, 0x5300C0, 0x5100C4, 0x4300C0, 2**32 - 100, 0xB, choice.getrandbits(48)))
        try:
            cpu.wrmsr(choice.choice(msrs), value)
        except (vpmu.GeneralProtection, vpmu.Unhandled):
            pass
        if choice.random() < 0.3:
            cpu.enter()
            cpu.count(choice.choice((0xC0, 0xC4)), choice.choice((0, 3)), choice.randrange(200))
    return cpu


def registers(cpu):
    return cpu.save_msrs()


class Bytes(unittest.TestCase):
    def test_a_restored_state_is_the_one_that_was_saved_and_goes_on_alike(self):
        for preset in PRESETS:
            for seed in range(20):
                with vpmu.Machine(preset=preset) as machine, busy(machine, seed) as cpu, machine.cpu() as other:
                    state = cpu.save()
                    other.restore(state)
                    self.assertEqual(other.save(), state, (preset, seed))
                    for step in range(30):
                        event, ring = (0xC0, 0xC4)[step % 2], (0, 3)[step // 2 % 2]
                        self.assertEqual(cpu.enter(), other.enter(), (preset, seed, step))
                        for each in (cpu, other):
                            each.count(event, ring, 50)
                        self.assertEqual(registers(cpu), registers(other), (preset, seed, step))

    def test_a_buffer_that_is_too_small_is_an_error_with_the_size_that_is_needed(self):
        with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
            size, buffer = vpmu.c.c_size_t(5), vpmu.c.create_string_buffer(5)
            code = vpmu._save(cpu._handle, buffer, vpmu.c.byref(size), None)
            self.assertEqual((code, size.value), (vpmu.ERROR_SPACE, len(cpu.save())))
            self.assertEqual(buffer.raw, bytes(5))
            self.assertLessEqual(size.value, 4096)

    def test_a_state_that_was_cut_off_or_changed_is_refused_and_changes_nothing(self):
        with vpmu.Machine(preset="intel-v2") as machine, busy(machine, 1) as cpu:
            state, choice = cpu.save(), random.Random(2)
            damaged = [state[:n] for n in range(len(state))] + [state + b"\0"]
            for _ in range(500):
                copy = bytearray(state)
                copy[choice.randrange(len(copy))] ^= 1 << choice.randrange(8)
                damaged.append(bytes(copy))
            for bad in damaged:
                self.refused(cpu, bad)
            self.assertEqual(cpu.save(), state)

    def test_a_state_of_another_model_or_cpuid_is_refused(self):
        with vpmu.Machine(preset="intel-v2") as intel, vpmu.Machine(preset="amd-v2") as amd:
            with intel.cpu() as cpu, amd.cpu() as other:
                self.assertIn("model", self.refused(cpu, other.save()))
        with vpmu.Machine(preset="intel-v2") as one, vpmu.Machine(preset="intel-v2-fullwidth") as two:
            with one.cpu() as cpu, two.cpu() as other:
                self.assertIn("settings", self.refused(cpu, other.save()))

    def test_what_no_guest_can_have_written_is_refused(self):
        with vpmu.Machine(preset="intel-v2") as machine, busy(machine, 3) as cpu:
            state = cpu.save()
            changes = {
                ("REGS", 0): 1 << 63, ("REGS", 8): 1 << 60, ("REGS", 16): 1 << 40, ("CNTR", 8): 1 << 60,
                ("CNTR", 16): 1 << 50, ("PEND", 8): 1 << 63}
            for (tag, offset), bits in changes.items():
                self.refused(cpu, with_checksum(with_bits(state, tag, offset, bits)))
            # A counter that is not there.
            self.refused(cpu, with_checksum(with_bits(state, "CNTR", 0, 0x11)))
            self.assertEqual(cpu.save(), state)

    def test_a_state_of_a_later_version_is_refused_as_such(self):
        with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
            state = cpu.save()
            later = with_checksum(state[:8] + struct.pack("<I", 2) + state[12:])
            self.assertIn("later version", self.refused(cpu, later))
            group = b"MORE" + struct.pack("<I", 0)
            longer = state[:12] + struct.pack("<I", len(state) + 8) + state[16:-4] + group + state[-4:]
            self.assertIn("later version", self.refused(cpu, with_checksum(longer)))

    def refused(self, cpu, state):
        with self.assertRaises(vpmu.Error) as caught:
            cpu.restore(state)
        self.assertEqual(caught.exception.code, vpmu.ERROR_STATE)
        return str(caught.exception)


def with_bits(state, tag, offset, bits):
    at = state.index(tag.encode()) + 8 + offset
    number = struct.unpack_from("<Q", state, at)[0] | bits
    return state[:at] + struct.pack("<Q", number) + state[at + 8:]


def with_checksum(state):
    return state[:-4] + struct.pack("<I", zlib.crc32(state[:-4]))


class Corpus(unittest.TestCase):
    """States of every format that there was: each later version loads them. `make_states.py` makes new ones."""

    def test_each_state_of_the_corpus_is_restored_with_its_registers(self):
        with open(os.path.join(STATES, "states.json")) as file:
            states = json.load(file)
        self.assertGreaterEqual(len(states), 5)
        for entry in states:
            with vpmu.Machine(preset=entry["preset"]) as machine, machine.cpu() as cpu:
                with open(os.path.join(STATES, entry["file"]), "rb") as file:
                    cpu.restore(file.read())
                got = [[hex(index), hex(value)] for index, value in cpu.save_msrs()]
                self.assertEqual(got, entry["msrs"], entry["file"])
                self.assertEqual(cpu.enter(), entry["pmi"], entry["file"])

    def test_every_file_of_the_corpus_is_described(self):
        with open(os.path.join(STATES, "states.json")) as file:
            described = {entry["file"] for entry in json.load(file)}
        self.assertEqual(described, {name for name in os.listdir(STATES) if name.endswith(".state")})


class Registers(unittest.TestCase):
    def test_a_list_of_registers_moves_a_vcpu_in_any_order(self):
        for preset in PRESETS:
            for seed in range(10):
                with vpmu.Machine(preset=preset) as machine, busy(machine, seed) as cpu, machine.cpu() as other:
                    cpu.enter()
                    msrs = cpu.save_msrs()
                    self.assertEqual(len({index for index, _ in msrs}), len(msrs))
                    shuffled = msrs[:]
                    random.Random(seed).shuffle(shuffled)
                    self.assertEqual(other.restore_msrs(shuffled), len(msrs))
                    self.assertEqual(other.save_msrs(), msrs, (preset, seed))

    def test_the_list_is_that_of_the_kernel_for_intel(self):
        with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
            indices = [index for index, _ in cpu.save_msrs()]
        counters = 8
        self.assertEqual(indices[:6], [0x309, 0x30A, 0x30B, 0x38D, 0x38E, 0x38F])
        self.assertEqual(
            indices[6:], [0xC1 + n for n in range(len(indices[6:]) // 2)] + [0x186 + n for n in range(len(indices[6:]) // 2)])
        self.assertLessEqual(len(indices[6:]), 2 * counters)

    def test_registers_of_the_vmm_are_skipped(self):
        with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
            self.assertEqual(cpu.restore_msrs([(0x10, 5), (0x186, 0x5300C0), (0x3F1, 0)]), 1)
            self.assertEqual(cpu.rdmsr(0x186), 0x5300C0)

    def test_a_value_that_a_register_cannot_have_changes_nothing(self):
        with vpmu.Machine(preset="intel-v2") as machine, busy(machine, 5) as cpu:
            before = cpu.save()
            with self.assertRaises(vpmu.Error) as caught:
                cpu.restore_msrs([(0xC1, 77), (0x186, 1 << 40), (0xC2, 5)])
            self.assertEqual(caught.exception.code, vpmu.ERROR_STATE)
            self.assertIn("0x186", str(caught.exception))
            self.assertEqual(cpu.save(), before)


if __name__ == "__main__":
    unittest.main()
