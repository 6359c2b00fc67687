"""What a caller does wrong is an error with a text, and changes nothing."""

import ctypes as c
import os
import subprocess
import sys
import threading
import unittest

import vpmu
from one_cpu import OneCPU


class Models(unittest.TestCase):
    def test_an_unknown_preset_is_refused_with_the_list_of_those_that_exist(self):
        with self.assertRaises(vpmu.Error) as caught:
            vpmu.Machine(preset="intel-v99")
        self.assertEqual(caught.exception.code, vpmu.ERROR_NO_MODEL)
        self.assertIn("intel-v2", str(caught.exception))

    def test_an_unknown_policy_is_refused_with_the_list_of_those_that_exist(self):
        with self.assertRaises(vpmu.Error) as caught:
            vpmu.Machine(preset="intel-v2", policy="lazy")
        self.assertEqual(caught.exception.code, vpmu.ERROR_ARGUMENT)
        self.assertIn("adaptive", str(caught.exception))

    def test_a_plugin_path_that_is_not_there_is_a_refusal_with_its_reason(self):
        with vpmu.Catalogue("/nonexistent/plugin.so") as models:
            self.assertTrue(any("/nonexistent/plugin.so" in text for text in models.refusals))

    def test_a_search_of_named_places_only_finds_nothing_else(self):
        with vpmu.Catalogue("/nonexistent/plugin.so", named_only=True) as models:
            self.assertEqual(models.models, [])
            with self.assertRaises(vpmu.Error) as caught:
                vpmu.Machine(preset="intel-v2", catalogue=models)
        self.assertEqual(caught.exception.code, vpmu.ERROR_NO_MODEL)

    def test_a_cpuid_that_the_model_cannot_present_makes_no_vcpu_or_one_without_counters(self):
        with vpmu.Machine(model="intel", cpuid=[]) as machine, machine.cpu() as cpu:
            self.assertEqual(cpu.counters, [])


class Arguments(OneCPU):
    def test_null_is_an_error_everywhere(self):
        error = vpmu.ErrorInfo()
        functions = [
            vpmu._count_models, vpmu._bind, vpmu._enter, vpmu._scheduled_in, vpmu._rescan, vpmu._reset]
        for function in functions:
            self.assertEqual(function(None), vpmu.ERROR_ARGUMENT)
        self.assertEqual(vpmu._counters(None), 0)
        self.assertEqual(vpmu._next_overflow(None, 0xC0, 3), vpmu.NEVER)
        self.assertIsNone(vpmu._refusal(None, 0))
        calls = [
            (vpmu._new_catalogue, None, None, error), (vpmu._new_machine, None, None, None, error),
            (vpmu._new_cpu, None, None, None, error), (vpmu._model, None, 0, None), (vpmu._preset, None, 0, 0, None),
            (vpmu._event, None, 0, 0, None), (vpmu._machine_info, None, None), (vpmu._cpuid, None, None),
            (vpmu._cpuid_leaves, None, None, None), (vpmu._msr_ranges, None, None, None),
            (vpmu._set_filter, None, None, error), (vpmu._wrmsr, None, 0, 0, 0), (vpmu._rdmsr, None, 0, 0, None),
            (vpmu._rdpmc, None, 0, 0, 0, None), (vpmu._emulated, None, 0, 0, 1), (vpmu._count, None, 0, 0, 1),
            (vpmu._is_counted, None, 0, 0), (vpmu._notify, None, 0), (vpmu._counter, None, 0, None),
            (vpmu._statistics, None, None), (vpmu._plugin_faults, None, None, 0),
            (vpmu._set_cpuid, None, None, 0, 0, error), (vpmu._save, None, None, None, error),
            (vpmu._restore, None, None, 0, error), (vpmu._save_msrs, None, None, None, error),
            (vpmu._restore_msrs, None, None, 0, error)]
        for function, *arguments in calls:
            self.assertEqual(function(*arguments), vpmu.ERROR_ARGUMENT, function.__name__)
        for free in (vpmu._free_catalogue, vpmu._free_machine, vpmu._free_cpu):
            free(None)

    def test_null_for_what_an_object_is_to_store_is_an_error(self):
        handle = self.cpu._handle
        calls = [
            (vpmu._rdmsr, 0xC1, 0, None), (vpmu._rdpmc, 0, 0, 0, None), (vpmu._counter, 0, None),
            (vpmu._statistics, None), (vpmu._save, None, None, None), (vpmu._save_msrs, None, None, None),
            (vpmu._restore, None, 5, None), (vpmu._restore_msrs, None, 5, None), (vpmu._set_cpuid, None, 5, 0, None),
            (vpmu._plugin_faults, None, 5)]
        for function, *arguments in calls:
            self.assertEqual(function(handle, *arguments), vpmu.ERROR_ARGUMENT, function.__name__)

    def test_numbers_that_a_function_does_not_take_are_errors(self):
        handle, value = self.cpu._handle, c.c_uint64()
        calls = [
            (vpmu._wrmsr, 0xC1, 0, 2), (vpmu._rdmsr, 0xC1, 4, value), (vpmu._rdpmc, 0, 4, 0, value),
            (vpmu._rdpmc, 0, 0, 4, value), (vpmu._emulated, 0xC0, 4, 1), (vpmu._count, 0xC0, 4, 1),
            (vpmu._notify, 62), (vpmu._notify, 0xFFFFFFFF), (vpmu._counter, 64, vpmu._new(vpmu.CounterInfo))]
        for function, *arguments in calls:
            self.assertEqual(function(handle, *arguments), vpmu.ERROR_ARGUMENT, function.__name__)

    def test_a_struct_without_its_size_is_an_error(self):
        error, handle = vpmu.ErrorInfo(), c.c_void_p()
        for kind, function in ((vpmu.Statistics, vpmu._statistics),):
            self.assertEqual(function(self.cpu._handle, kind()), vpmu.ERROR_ARGUMENT)
        self.assertEqual(vpmu._counter(self.cpu._handle, 0, vpmu.CounterInfo()), vpmu.ERROR_ARGUMENT)
        self.assertEqual(vpmu._set_filter(self.machine._handle, vpmu.Filter(), error), vpmu.ERROR_ARGUMENT)
        self.assertIn(b"struct_size", error.text)
        with vpmu.Catalogue() as models:
            code = vpmu._new_machine(models._handle, vpmu.MachineOptions(), c.byref(handle), error)
            self.assertEqual(code, vpmu.ERROR_ARGUMENT)
            self.assertIsNone(handle.value)

    def test_a_caller_with_a_shorter_struct_gets_as_much_as_it_has(self):
        statistics = vpmu.Statistics(struct_size=16, reused=77)
        self.cpu.wrmsr(0x38F, 1)
        self.cpu.wrmsr(0x186, 0x5300C0)
        self.cpu.enter()
        self.assertEqual(vpmu._statistics(self.cpu._handle, statistics), 0)
        self.assertEqual((statistics.created, statistics.reused), (1, 77))

    def test_functions_of_another_kind_of_host_are_errors(self):
        perf = vpmu._new(vpmu.PerfOptions, source=2)
        try:
            machine = vpmu.Machine(preset="intel-v2", host=vpmu.PERF, perf=perf)
        except vpmu.Error as error:
            self.assertEqual(error.code, vpmu.ERROR_NO_HOST_EVENTS)
            self.skipTest(str(error))
        with machine, machine.cpu() as cpu:
            with self.assertRaises(vpmu.Error) as caught:
                cpu.count(0xC0, 3, 1)
            self.assertEqual(caught.exception.code, vpmu.ERROR_HOST_KIND)
            self.assertEqual(cpu.next_overflow(0xC0, 3), vpmu.NEVER)

    def test_each_code_has_a_text(self):
        texts = {vpmu._error_text(code) for code in range(-11, 1)}
        self.assertEqual(len(texts), 12)
        self.assertIn(b"no error of this library", vpmu._error_text(-999))

    def test_a_text_ends_in_nul_and_between_characters_however_long_it_is(self):
        with self.assertRaises(vpmu.Error) as caught:
            vpmu.Machine(preset="ü" * 3000)
        self.assertLess(len(str(caught.exception).encode()), 1020)

    def test_a_filter_with_an_entry_that_means_nothing_is_refused_and_the_old_one_stays(self):
        self.machine.set_filter("deny", [0xC0])
        with self.assertRaises(vpmu.Error) as caught:
            self.machine.set_filter("allow", [1 << 40], masked=True)
        self.assertEqual(caught.exception.code, vpmu.ERROR_FILTER)
        with self.assertRaises(vpmu.Error):
            self.machine.set_filter("deny", range(301))
        self.cpu.wrmsr(0x38F, 1)
        self.cpu.wrmsr(0x186, 0x5300C0)
        self.cpu.enter()
        self.assertEqual(self.cpu.counter(0)[0], vpmu.FILTERED)


class Threads(unittest.TestCase):
    def test_a_call_on_another_thread_is_refused_until_the_vcpu_is_bound_to_it(self):
        with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
            cpu.wrmsr(0x38F, 1)
            cpu.wrmsr(0x186, 0x5300C0)
            cpu.enter()
            cpu.count(0xC0, 0, 5)
            results = []

            def elsewhere():
                calls = (
                    lambda: cpu.wrmsr(0xC1, 0), lambda: cpu.rdmsr(0xC1), lambda: cpu.rdpmc(0), cpu.enter,
                    cpu.scheduled_in, lambda: cpu.count(0xC0, 0, 1), lambda: cpu.emulated(0xC0, 0), cpu.reset,
                    cpu.save, cpu.save_msrs, lambda: cpu.counter(0), lambda: cpu.statistics,
                    lambda: cpu.is_counted(0xC0, 0), lambda: cpu.plugin_faults, lambda: cpu.restore_msrs([]))
                for call in calls:
                    try:
                        results.append(call())
                    except vpmu.Error as error:
                        results.append(error.code)
                results.append(cpu.next_overflow(0xC0, 0) == vpmu.NEVER)
                cpu.bind()
                results.append(cpu.rdmsr(0xC1))

            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
            self.assertEqual(results, [vpmu.ERROR_WRONG_THREAD] * 15 + [True, 5])


class Quiet(unittest.TestCase):
    def test_nothing_is_printed_and_no_signal_handler_is_installed(self):
        code = (
            "import vpmu, signal\n"
            "def handlers(): return [line for line in open('/proc/self/status') if line.startswith('SigCgt')]\n"
            "before = handlers()\n"
            "for preset in ('intel-v2', 'nonsense'):\n"
            "  try:\n"
            "    with vpmu.Machine(preset=preset) as m, m.cpu() as cpu: cpu.enter()\n"
            "  except vpmu.Error: pass\n"
            "assert handlers() == before\n")
        result = subprocess.run(
            [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
