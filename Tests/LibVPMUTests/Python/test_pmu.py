"""What an embedder gets: counts, overflows, states, CPUID, registers."""

import signal
import threading
import unittest

import vpmu
from one_cpu import OneCPU

GLOBAL_CTRL, STATUS, SELECT, COUNTER = 0x38F, 0x38E, 0x186, 0xC1
ALL, USER = 0x530000, 0x510000
INSTRUCTIONS, BRANCHES = 0xC0, 0xC4


def program(cpu, select=ALL | INSTRUCTIONS, value=0):
    cpu.wrmsr(GLOBAL_CTRL, 1)
    cpu.wrmsr(COUNTER, value & 0xFFFFFFFF)
    cpu.wrmsr(SELECT, select)
    cpu.enter()


class Counting(OneCPU):
    def test_reported_counts_reach_the_counters_of_their_event_and_ring(self):
        program(self.cpu, USER | INSTRUCTIONS)
        self.cpu.count(INSTRUCTIONS, 3, 1000)
        self.cpu.count(INSTRUCTIONS, 0, 5)
        self.cpu.count(BRANCHES, 3, 7)
        self.assertEqual(self.cpu.rdmsr(COUNTER), 1000)
        self.assertEqual(self.cpu.rdpmc(0), 1000)

    def test_the_distance_to_the_overflow_is_given_and_the_pmi_comes_at_it(self):
        program(self.cpu, value=-300)
        self.assertEqual(self.cpu.next_overflow(INSTRUCTIONS, 3), 300)
        self.assertEqual(self.cpu.next_overflow(BRANCHES, 3), vpmu.NEVER)
        self.assertTrue(self.cpu.is_counted(INSTRUCTIONS, 0))
        self.assertFalse(self.cpu.is_counted(BRANCHES, 0))
        self.cpu.count(INSTRUCTIONS, 3, 299)
        self.assertFalse(self.cpu.enter())
        self.assertEqual(self.cpu.next_overflow(INSTRUCTIONS, 3), 1)
        self.cpu.count(INSTRUCTIONS, 3, 1)
        self.assertEqual(self.cpu.rdmsr(STATUS), 1)
        self.assertTrue(self.cpu.enter())
        self.assertEqual(self.cpu.statistics.pmis, 1)

    def test_a_count_of_any_size_is_taken(self):
        program(self.cpu)
        for count in (0, 1, 2**48 - 1, 2**63, 2**64 - 1):
            self.cpu.count(INSTRUCTIONS, 0, count)
            self.cpu.enter()
            self.cpu.emulated(INSTRUCTIONS, 0, count)
            self.cpu.enter()

    def test_every_msr_number_and_value_gets_an_answer(self):
        for msr in [*range(0x1000), *range(0xC0010000, 0xC0010300), 2**32 - 1]:
            for value in (0, 1, 2**64 - 1, 0x5300C0):
                for call in (lambda: self.cpu.wrmsr(msr, value), lambda: self.cpu.rdmsr(msr)):
                    try:
                        call()
                    except (vpmu.GeneralProtection, vpmu.Unhandled):
                        pass
            self.cpu.enter()
        for ecx in [*range(64), 0x40000000, 0x80000000, 2**32 - 1]:
            for cpl in range(4):
                try:
                    self.cpu.rdpmc(ecx, cpl, cr4_pce=False)
                except vpmu.GeneralProtection:
                    pass
        self.assertGreater(self.cpu.statistics.faults, 0)

    def test_rdpmc_is_allowed_by_privilege(self):
        with self.assertRaises(vpmu.GeneralProtection):
            self.cpu.rdpmc(0, cpl=3, cr4_pce=False)
        self.assertEqual(self.cpu.rdpmc(0, cpl=3, cr4_pce=True), 0)
        self.assertEqual(self.cpu.rdpmc(0, cpl=3, cr4_pce=False, real_mode=True), 0)

    def test_reset_clears_registers_and_counts(self):
        program(self.cpu)
        self.cpu.count(INSTRUCTIONS, 0, 3)
        self.cpu.reset()
        self.assertEqual((self.cpu.rdmsr(COUNTER), self.cpu.rdmsr(SELECT)), (0, 0))
        self.assertEqual(self.cpu.statistics.live, 0)

    def test_emulated_instructions_are_counted(self):
        program(self.cpu)
        self.cpu.emulated(INSTRUCTIONS, 0, 4)
        self.assertEqual(self.cpu.rdmsr(COUNTER), 4)

    def test_unused_host_events_are_released_after_a_time_slice(self):
        program(self.cpu)
        self.cpu.wrmsr(SELECT, 0)
        for _ in range(3):
            self.cpu.scheduled_in()
            self.cpu.enter()
        statistics = self.cpu.statistics
        self.assertEqual((statistics.created, statistics.released, statistics.live), (1, 1, 0))


class States(unittest.TestCase):
    def test_each_state_of_a_counter_has_its_number_reason_and_sentence(self):
        events = [
            vpmu.ReportedEvent(select=INSTRUCTIONS),
            vpmu.ReportedEvent(select=0x3C, counting=vpmu.STAND_IN, note=b"one cycle for each instruction")]
        with vpmu.Machine(preset="intel-v2", events=events) as machine, machine.cpu() as cpu:
            self.assertEqual(cpu.counter(0)[0], vpmu.OFF)
            program(cpu)
            self.assertEqual(cpu.counter(0), (vpmu.EXACT, "none", "counts the guest's event"))
            cpu.wrmsr(SELECT, ALL | 0x3C)
            cpu.enter()
            counting, _, text = cpu.counter(0)
            self.assertEqual(counting, vpmu.STAND_IN)
            self.assertIn("one cycle for each instruction", text)
            cpu.wrmsr(SELECT, ALL | BRANCHES)
            cpu.enter()
            counting, reason, text = cpu.counter(0)
            self.assertEqual((counting, reason), (vpmu.FAILED, "not-reported"))
            self.assertIn("does not count", text)
            cpu.wrmsr(SELECT, ALL | 1 << 18 | INSTRUCTIONS)
            cpu.enter()
            self.assertEqual(cpu.counter(0)[1], "flags")
            statistics = cpu.statistics
            self.assertEqual(statistics.refused_by_reason[vpmu.REASONS.index("not-reported")], 1)
            self.assertEqual(statistics.refused, sum(statistics.refused_by_reason))
            self.assertEqual(cpu.plugin_faults, "")

    def test_the_reasons_of_an_embedders_own_host_reach_the_counter(self):
        from replay import PythonHost

        host = PythonHost(0xFF, vpmu.Limits())
        with vpmu.Machine(preset="intel-v2", host=vpmu.CALLBACKS, callbacks=host.table) as machine, machine.cpu() as cpu:
            host.cpu, host.refusals = cpu, 1
            program(cpu)
            self.assertEqual(cpu.counter(0)[:2], (vpmu.FAILED, "busy"))
            cpu.wrmsr(GLOBAL_CTRL, 0)
            cpu.wrmsr(GLOBAL_CTRL, 1)
            cpu.enter()
            self.assertEqual(cpu.counter(0)[0], vpmu.EXACT)


class PerfEvents(unittest.TestCase):
    def test_the_software_clock_stands_in_for_the_event_and_says_so(self):
        # A parent may have blocked them: the thread of a vCPU must not.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, range(signal.SIGRTMIN, signal.SIGRTMAX + 1))
        # VPMU_PERF_SOFTWARE, and VPMU_PERF_FIRST_FREE_SIGNAL for the PMI.
        perf = vpmu._new(vpmu.PerfOptions, source=2, flags=4)
        try:
            machine = vpmu.Machine(preset="intel-v2", host=vpmu.PERF, perf=perf)
        except vpmu.Error as error:
            self.assertEqual(error.code, vpmu.ERROR_NO_HOST_EVENTS)
            self.skipTest(str(error))
        with machine, machine.cpu() as cpu:
            self.assertIn(b"software clock", machine.info.host)
            program(cpu, value=-2_000_000)
            for _ in range(1000):
                sum(range(5000))
                if cpu.enter():
                    break
            self.assertEqual(cpu.counter(0)[0], vpmu.STAND_IN)
            self.assertEqual(cpu.rdmsr(STATUS), 1)
            self.assertEqual(cpu.statistics.pmis, 1)


class CPUID(unittest.TestCase):
    def test_a_preset_shows_whole_leaves(self):
        with vpmu.Machine(preset="intel-v2") as machine:
            leaves = {(leaf.leaf, leaf.subleaf): leaf for leaf in machine.cpuid_leaves}
            vendor = leaves[0, 0]
            name = b"".join(word.to_bytes(4, "little") for word in (vendor.ebx, vendor.edx, vendor.ecx))
            self.assertEqual(name, b"GenuineIntel")
            self.assertGreaterEqual(vendor.eax, 0xA)
            self.assertEqual(leaves[1, 0].ecx >> 31, 1)
            self.assertEqual(leaves[0xA, 0].eax & 0xFF, 2)
            self.assertEqual(machine.info.vendor, b"GenuineIntel")

    def test_bits_of_the_vmm_stay_and_those_of_no_model_go(self):
        with vpmu.Machine(preset="intel-v2") as machine:
            eax, ebx, ecx, edx = machine.cpuid(1, eax=0x50654, ebx=0x12345678, ecx=1 << 2 | 1 << 0, edx=1 << 21 | 1)
            self.assertEqual(ebx, 0x12345678)
            self.assertEqual(ecx & (1 << 2 | 1), 1)
            self.assertEqual(edx, 1)
            self.assertEqual(machine.cpuid(4, eax=1, ebx=2, ecx=3, edx=4), (1, 2, 3, 4))

    def test_the_ranges_of_registers_hold_each_one_that_is_answered(self):
        for preset in ("intel-v2", "amd-v2"):
            with vpmu.Machine(preset=preset) as machine, machine.cpu() as cpu:
                ranges = machine.msr_ranges
                self.assertEqual(ranges, sorted(ranges))
                claimed = {msr for first, count in ranges for msr in range(first, first + count)}
                for msr in [*range(0x1000), *range(0xC0000000, 0xC0011000)]:
                    try:
                        cpu.rdmsr(msr)
                        answered = True
                    except vpmu.GeneralProtection:
                        answered = True
                    except vpmu.Unhandled:
                        answered = False
                    self.assertEqual(answered, msr in claimed, hex(msr))

    def test_models_presets_and_events_are_listed(self):
        with vpmu.Catalogue() as models:
            names = [model.name for model in models.models]
            self.assertIn(b"intel", names)
            self.assertIn(b"amd", names)
            index = names.index(b"intel")
            self.assertIn(b"intel-v2", [preset.name for preset in models.presets(index)])
            instructions = next(event for event in models.events(index) if event.generic == 1)
            self.assertEqual((instructions.select, instructions.is_exact), (0xC0, 1))

    def test_another_cpuid_gives_another_shape(self):
        with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
            before = len(cpu.counters)
            cpu.set_cpuid([(0xA, 0, 0x07300202, 0, 0, 0x603)])
            self.assertEqual(cpu.counters, [0, 1, 32, 33, 34])
            self.assertNotEqual(before, 5)


class Machines(unittest.TestCase):
    def test_two_machines_of_different_models_do_not_touch_each_other(self):
        results = {}

        def run(preset, select, counter, event, rounds):
            with vpmu.Machine(preset=preset) as machine, machine.cpu() as cpu:
                if preset == "intel-v2":
                    cpu.wrmsr(GLOBAL_CTRL, 1)
                cpu.wrmsr(select, ALL | event)
                for _ in range(rounds):
                    cpu.enter()
                    cpu.count(event, 3, 3)
                results[preset] = cpu.rdmsr(counter), cpu.statistics.created

        threads = [
            threading.Thread(target=run, args=("intel-v2", SELECT, COUNTER, INSTRUCTIONS, 20000)),
            threading.Thread(target=run, args=("amd-k7", 0xC0010000, 0xC0010004, INSTRUCTIONS, 10000))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, {"intel-v2": (60000, 1), "amd-k7": (30000, 1)})

    def test_objects_may_be_freed_in_any_order(self):
        models = vpmu.Catalogue()
        machine = vpmu.Machine(preset="amd-v2", catalogue=models)
        cpu = machine.cpu()
        models.close()
        machine.close()
        cpu.wrmsr(0xC0000301, 1)
        cpu.wrmsr(0xC0010200, ALL | INSTRUCTIONS)
        cpu.enter()
        cpu.count(INSTRUCTIONS, 0, 2)
        self.assertEqual(cpu.rdmsr(0xC0010201), 2)
        cpu.close()

    def test_a_filter_reaches_the_vcpus_of_its_machine_only(self):
        with vpmu.Machine(preset="intel-v2") as one, vpmu.Machine(preset="intel-v2") as other:
            with one.cpu() as a, one.cpu() as b, other.cpu() as c:
                one.set_filter("deny", [INSTRUCTIONS])
                for cpu in (a, b, c):
                    program(cpu)
                    cpu.enter()
                states = [cpu.counter(0)[0] for cpu in (a, b, c)]
        self.assertEqual(states, [vpmu.FILTERED, vpmu.FILTERED, vpmu.EXACT])


class Traces(unittest.TestCase):
    def test_a_trace_holds_the_life_of_the_vcpu(self):
        lines = []
        with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
            cpu.trace(lines.append)
            program(cpu, value=-5)
            cpu.count(INSTRUCTIONS, 3, 6)
            cpu.enter()
            cpu.reset()
            with self.assertRaises(vpmu.Error):
                cpu.trace(lines.append)
        text = b"".join(lines).decode()
        self.assertTrue(text.startswith('{"op":"configure"'))
        for part in ('"op":"wrmsr","msr":"0x186"', '"op":"run"', '"op":"enter","pmi":true', '"op":"reset"'):
            self.assertIn(part, text)


if __name__ == "__main__":
    unittest.main()
