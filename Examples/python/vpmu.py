# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A virtual PMU for x86 guests: libvpmu by ctypes, for emulators and tests in Python.

    import vpmu

    with vpmu.Machine(preset="intel-v2", host=vpmu.REPORTED) as machine, machine.cpu() as cpu:
        cpu.wrmsr(0x38F, 1)              # IA32_PERF_GLOBAL_CTRL: counter 0
        cpu.wrmsr(0x186, 0x5300C0)       # IA32_PERFEVTSEL0: instructions, all rings, interrupt
        cpu.enter()
        cpu.count(0xC0, cpl=3, n=1000)   # the emulator executed 1000 instructions in ring 3
        assert cpu.rdmsr(0xC1) == 1000

An access that the guest must get #GP for raises GeneralProtection; one of no register of this PMU raises Unhandled.
Everything else that goes wrong raises Error, whose text says what to do. vpmu.h describes each function. The library
is libvpmu.so.1, or the file in the environment variable LIBVPMU.
"""

import ctypes as c
import os

PERF, REPORTED, CALLBACKS = range(3)
OFF, FILTERED, PENDING, EXACT, SAME_UNIT, APPROXIMATE, STAND_IN, FAILED = range(8)
REASONS = (
    "none", "access-denied", "out-of-descriptors", "no-such-event", "busy", "not-supported", "invalid-event",
    "error-state", "not-scheduled", "dead-counter", "capacity", "throttled", "raw-not-allowed", "foreign-encoding",
    "flags", "ring", "counter", "system", "not-reported")
ERROR_ARGUMENT, ERROR_WRONG_THREAD, ERROR_NO_MODEL, ERROR_PLUGIN, ERROR_NO_HOST_EVENTS, ERROR_SIGNAL, ERROR_CPUID, \
    ERROR_STATE, ERROR_FILTER, ERROR_SPACE, ERROR_HOST_KIND = range(-1, -12, -1)
NO_COUNTERS = 0xFFFFFFFF
FIXED = 32  # the PMC index of fixed counter 0
NEVER = 2**64 - 1


class Error(Exception):
    """A negative code of the library, with its text."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class GeneralProtection(Exception):
    """The guest gets #GP(0)."""


class Unhandled(Exception):
    """No register of this PMU."""


def _struct(name, *fields):
    return type(name, (c.Structure,), {"_fields_": list(fields)})


u32, u64, i32, text, pointer = c.c_uint32, c.c_uint64, c.c_int32, c.c_char_p, c.c_void_p

ErrorInfo = _struct("ErrorInfo", ("code", i32), ("text", c.c_char * 1020))
SearchOptions = _struct(
    "SearchOptions", ("struct_size", u32), ("flags", u32), ("paths", c.POINTER(text)), ("path_count", u32),
    ("entry_count", u32), ("entries", pointer))
ModelInfo = _struct(
    "ModelInfo", ("struct_size", u32), ("flags", u32), ("id", text), ("name", text), ("version", text),
    ("license", text), ("path", text), ("vendor", text), ("event_mask", u64), ("preset_count", u32),
    ("event_count", u32))
PresetInfo = _struct("PresetInfo", ("struct_size", u32), ("model", u32), ("name", text), ("summary", text))
EventInfo = _struct(
    "EventInfo", ("struct_size", u32), ("generic", i32), ("select", u64), ("name", text), ("is_exact", u32),
    ("reserved0", u32))
Limits = _struct(
    "Limits", ("gp_counters", u32), ("fixed_counters", u32), ("gp_width", u32), ("fixed_width", u32),
    ("arch_events", u32))
PerfOptions = _struct(
    "PerfOptions", ("struct_size", u32), ("flags", u32), ("source", u32), ("signal", i32), ("minimum_period", u64),
    ("interrupts_per_second", u32), ("reserved0", u32))
ReportedEvent = _struct(
    "ReportedEvent", ("select", u64), ("counting", u32), ("reserved0", u32), ("note", text))
ReportedOptions = _struct(
    "ReportedOptions", ("struct_size", u32), ("event_count", u32), ("events", c.POINTER(ReportedEvent)),
    ("limits", Limits), ("reserved0", u32))
EventRequest = _struct(
    "EventRequest", ("struct_size", u32), ("pmc", u32), ("select", u64), ("generic", i32), ("is_exact", u32),
    ("user", u32), ("kernel", u32), ("period", u64))
CREATE = c.CFUNCTYPE(u32, pointer, c.POINTER(EventRequest), c.POINTER(u64))
SET_PERIOD = c.CFUNCTYPE(u32, pointer, u64, u64)
READ = c.CFUNCTYPE(u64, pointer, u64)
CHANGE = c.CFUNCTYPE(None, pointer, u64)
ASK = c.CFUNCTYPE(u32, pointer, u64)
ASSIGN = c.CFUNCTYPE(None, pointer, u64, u32)
HostCallbacks = _struct(
    "HostCallbacks", ("struct_size", u32), ("limits", Limits), ("create", CREATE), ("set_period", SET_PERIOD),
    ("pause_and_reset", READ), ("disable", CHANGE), ("resume", ASK), ("assign", ASSIGN), ("read", READ),
    ("release", CHANGE), ("failure", ASK))
CPUIDEntry = _struct(
    "CPUIDEntry", ("leaf", u32), ("subleaf", u32), ("eax", u32), ("ebx", u32), ("ecx", u32), ("edx", u32))
MachineOptions = _struct(
    "MachineOptions", ("struct_size", u32), ("host", u32), ("model", text), ("preset", text), ("policy", text),
    ("cpuid", c.POINTER(CPUIDEntry)), ("cpuid_count", u32), ("reserved0", u32), ("perf_capabilities", u64),
    ("perf", c.POINTER(PerfOptions)), ("reported", c.POINTER(ReportedOptions)),
    ("callbacks", c.POINTER(HostCallbacks)))
MachineInfo = _struct(
    "MachineInfo", ("struct_size", u32), ("flags", u32), ("model", text), ("model_id", text), ("preset", text),
    ("policy", text), ("vendor", text), ("host", text), ("signature", u32), ("reserved0", u32))
MSRRange = _struct("MSRRange", ("first", u32), ("count", u32))
Filter = _struct(
    "Filter", ("struct_size", u32), ("action", u32), ("flags", u32), ("fixed_bitmap", u32),
    ("entries", c.POINTER(u64)), ("entry_count", u32), ("reserved0", u32))
CounterInfo = _struct(
    "CounterInfo", ("struct_size", u32), ("counting", u32), ("reason", u32), ("error", i32), ("text", c.c_char * 240))
Statistics = _struct(
    "Statistics", ("struct_size", u32), ("reserved0", u32), ("created", u64), ("reused", u64), ("released", u64),
    ("live", u64), ("refused", u64), ("refused_by_reason", u64 * 32), ("pmis", u64), ("faults", u64),
    ("plugin_faults", u64))
MSR = _struct("MSR", ("index", u32), ("reserved0", u32), ("value", u64))
LINE = c.CFUNCTYPE(None, pointer, c.POINTER(c.c_char), c.c_size_t)

library = c.CDLL(os.environ.get("LIBVPMU", "libvpmu.so.1"))
_errors = c.POINTER(ErrorInfo)


def _function(name, result, *arguments):
    function = getattr(library, "vpmu_" + name)
    function.restype, function.argtypes = result, arguments
    return function


_new_catalogue = _function("catalogue_new", i32, c.POINTER(SearchOptions), c.POINTER(pointer), _errors)
_free_catalogue = _function("catalogue_free", None, pointer)
_count_models = _function("catalogue_count", i32, pointer)
_model = _function("catalogue_model", i32, pointer, u32, c.POINTER(ModelInfo))
_preset = _function("catalogue_preset", i32, pointer, u32, u32, c.POINTER(PresetInfo))
_event = _function("catalogue_event", i32, pointer, u32, u32, c.POINTER(EventInfo))
_refusal = _function("catalogue_refusal", text, pointer, u32)
_new_machine = _function("machine_new", i32, pointer, c.POINTER(MachineOptions), c.POINTER(pointer), _errors)
_free_machine = _function("machine_free", None, pointer)
_machine_info = _function("machine_get_info", i32, pointer, c.POINTER(MachineInfo))
_cpuid = _function("machine_cpuid", i32, pointer, c.POINTER(CPUIDEntry))
_cpuid_leaves = _function("machine_cpuid_leaves", i32, pointer, c.POINTER(CPUIDEntry), c.POINTER(u32))
_msr_ranges = _function("machine_msr_ranges", i32, pointer, c.POINTER(MSRRange), c.POINTER(u32))
_set_filter = _function("machine_set_filter", i32, pointer, c.POINTER(Filter), _errors)
_new_cpu = _function("cpu_new", i32, pointer, pointer, c.POINTER(pointer), _errors)
_free_cpu = _function("cpu_free", None, pointer)
_bind = _function("bind", i32, pointer)
_wrmsr = _function("wrmsr", i32, pointer, u32, u64, u32)
_rdmsr = _function("rdmsr", i32, pointer, u32, u32, c.POINTER(u64))
_rdpmc = _function("rdpmc", i32, pointer, u32, u32, u32, c.POINTER(u64))
_enter = _function("enter", i32, pointer)
_scheduled_in = _function("scheduled_in", i32, pointer)
_emulated = _function("emulated", i32, pointer, u64, u32, u64)
_count = _function("count", i32, pointer, u64, u32, u64)
_next_overflow = _function("next_overflow", u64, pointer, u64, u32)
_is_counted = _function("is_counted", i32, pointer, u64, u32)
_notify = _function("notify", i32, pointer, u32)
_rescan = _function("rescan", i32, pointer)
_trace = _function("trace", i32, pointer, LINE, pointer, _errors)
_counters = _function("counters", u64, pointer)
_counter = _function("get_counter", i32, pointer, u32, c.POINTER(CounterInfo))
_statistics = _function("get_statistics", i32, pointer, c.POINTER(Statistics))
_plugin_faults = _function("get_plugin_faults", i32, pointer, text, c.c_size_t)
_reset = _function("reset", i32, pointer)
_set_cpuid = _function("set_cpuid", i32, pointer, c.POINTER(CPUIDEntry), u32, u64, _errors)
_save = _function("save", i32, pointer, pointer, c.POINTER(c.c_size_t), _errors)
_restore = _function("restore", i32, pointer, text, c.c_size_t, _errors)
_save_msrs = _function("save_msrs", i32, pointer, c.POINTER(MSR), c.POINTER(u32), _errors)
_restore_msrs = _function("restore_msrs", i32, pointer, c.POINTER(MSR), u32, _errors)
_error_text = _function("error_text", text, i32)
version = _function("library_version", text)().decode()


def _new(kind, **fields):
    return kind(struct_size=c.sizeof(kind), **fields)


def _check(code, error=None):
    """The result of a function, 0 or more; a negative one is raised."""
    if code < 0:
        said = error.text if error is not None and error.text else _error_text(code)
        raise Error(code, said.decode())
    return code


def _list(function, kind, *arguments):
    """The array that a function stores."""
    count = u32(0)
    code = function(*arguments[:1], None, c.byref(count), *arguments[1:])
    if code not in (0, ERROR_SPACE):
        _check(code)
    elements = (kind * count.value)()
    _check(function(*arguments[:1], elements, c.byref(count), *arguments[1:]))
    return list(elements)[: count.value]


def _bytes(string):
    return None if string is None else os.fsencode(string)


class _Object:
    """An object of the library: freed at the end of `with`, or with its last reference."""

    _free = None
    _handle = None

    def close(self):
        if self._handle:
            handle, self._handle = self._handle, None
            type(self)._free(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    __del__ = close


class Catalogue(_Object):
    """The models that were found. `paths` come before the standard places."""

    _free = _free_catalogue

    def __init__(self, *paths, named_only=False, allow_untrusted=False):
        array = (text * len(paths))(*[_bytes(path) for path in paths])
        options = _new(
            SearchOptions, flags=(2 if named_only else 0) | (1 if allow_untrusted else 0), paths=array,
            path_count=len(paths))
        handle, error = pointer(), ErrorInfo()
        _check(_new_catalogue(options, c.byref(handle), c.byref(error)), error)
        self._handle = handle

    @property
    def models(self):
        return [self._get(_model, ModelInfo, index) for index in range(_check(_count_models(self._handle)))]

    def presets(self, model):
        return [self._get(_preset, PresetInfo, model, i) for i in range(self.models[model].preset_count)]

    def events(self, model):
        return [self._get(_event, EventInfo, model, i) for i in range(self.models[model].event_count)]

    @property
    def refusals(self):
        refusals = []
        while (refusal := _refusal(self._handle, len(refusals))) is not None:
            refusals.append(refusal.decode())
        return refusals

    def _get(self, function, kind, *indices):
        info = _new(kind)
        _check(function(self._handle, *indices, c.byref(info)))
        return info


class Machine(_Object):
    """The PMU of a virtual machine. `cpuid` is a list of (leaf, subleaf, eax, ebx, ecx, edx)."""

    _free = _free_machine

    def __init__(
        self, preset=None, host=REPORTED, policy=None, model=None, cpuid=None, perf_capabilities=0, limits=None,
        events=None, callbacks=None, perf=None, catalogue=None):
        options = _new(MachineOptions, host=host, model=_bytes(model), preset=_bytes(preset), policy=_bytes(policy))
        if cpuid is not None:
            options.cpuid = (CPUIDEntry * len(cpuid))(*[CPUIDEntry(*leaf) for leaf in cpuid])
            options.cpuid_count, options.perf_capabilities = len(cpuid), perf_capabilities
        reported = _new(ReportedOptions, limits=limits or Limits())
        if events is not None:
            reported.events = (ReportedEvent * max(1, len(events)))(
                *[e if isinstance(e, ReportedEvent) else ReportedEvent(select=e) for e in events])
            reported.event_count = len(events)
        options.reported = c.pointer(reported)
        if callbacks is not None:
            options.callbacks = c.pointer(callbacks)
        if perf is not None:
            options.perf = c.pointer(perf)
        self._callbacks = callbacks
        handle, error = pointer(), ErrorInfo()
        with Catalogue() if catalogue is None else _Borrowed(catalogue) as models:
            _check(_new_machine(models._handle, options, c.byref(handle), c.byref(error)), error)
        self._handle = handle

    def cpu(self):
        return CPU(self)

    @property
    def info(self):
        info = _new(MachineInfo)
        _check(_machine_info(self._handle, info))
        return info

    def cpuid(self, leaf, subleaf=0, eax=0, ebx=0, ecx=0, edx=0):
        """The four registers that CPUID must show, from those that the VMM would."""
        entry = CPUIDEntry(leaf, subleaf, eax, ebx, ecx, edx)
        _check(_cpuid(self._handle, entry))
        return entry.eax, entry.ebx, entry.ecx, entry.edx

    @property
    def cpuid_leaves(self):
        return _list(_cpuid_leaves, CPUIDEntry, self._handle)

    @property
    def msr_ranges(self):
        return [(r.first, r.count) for r in _list(_msr_ranges, MSRRange, self._handle)]

    def set_filter(self, action=None, entries=(), masked=False, fixed_bitmap=0):
        """`action`: "allow", "deny", or None for no filter."""
        error, filter = ErrorInfo(), None
        if action is not None:
            filter = _new(
                Filter, action=("allow", "deny").index(action), flags=int(masked), fixed_bitmap=fixed_bitmap,
                entries=(u64 * max(1, len(entries)))(*entries), entry_count=len(entries))
        _check(_set_filter(self._handle, filter, c.byref(error)), error)


class _Borrowed:
    def __init__(self, catalogue):
        self._handle = catalogue._handle

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class CPU(_Object):
    """The PMU of one vCPU. It belongs to the thread that made it, or that called bind() last."""

    _free = _free_cpu

    def __init__(self, machine, context=None):
        handle, error = pointer(), ErrorInfo()
        _check(_new_cpu(machine._handle, context, c.byref(handle), c.byref(error)), error)
        self._handle = handle
        self._machine = machine
        self._value = u64()
        self._line = None

    def bind(self):
        _check(_bind(self._handle))

    def wrmsr(self, msr, value, host=False):
        self._answer(_wrmsr(self._handle, msr, value, host))

    def rdmsr(self, msr, host=False):
        self._answer(_rdmsr(self._handle, msr, host, self._value))
        return self._value.value

    def rdpmc(self, ecx, cpl=0, cr4_pce=True, real_mode=False):
        self._answer(_rdpmc(self._handle, ecx, cpl, cr4_pce | real_mode << 1, self._value))
        return self._value.value

    def enter(self):
        """Whether a PMI is to be delivered."""
        return _check(_enter(self._handle)) == 1

    def scheduled_in(self):
        _check(_scheduled_in(self._handle))

    def emulated(self, event, cpl, n=1):
        _check(_emulated(self._handle, event, cpl, n))

    def count(self, event, cpl, n):
        _check(_count(self._handle, event, cpl, n))

    def next_overflow(self, event, cpl):
        return _next_overflow(self._handle, event, cpl)

    def is_counted(self, event, cpl):
        return _check(_is_counted(self._handle, event, cpl)) == 1

    def notify(self, pmc):
        _check(_notify(self._handle, pmc))

    def rescan(self):
        _check(_rescan(self._handle))

    def trace(self, write):
        """`write` is called with each line of the trace, as bytes."""
        error = ErrorInfo()
        self._line = LINE(lambda _, line, length: write(c.string_at(line, length)))
        _check(_trace(self._handle, self._line, None, c.byref(error)), error)

    @property
    def counters(self):
        """The PMC indices of the counters that exist."""
        bits = _counters(self._handle)
        return [pmc for pmc in range(64) if bits >> pmc & 1]

    def counter(self, pmc):
        """How a counter counts (EXACT and so on), the reason if it does not, and a sentence."""
        info = _new(CounterInfo)
        _check(_counter(self._handle, pmc, info))
        return info.counting, REASONS[info.reason], info.text.decode()

    @property
    def statistics(self):
        statistics = _new(Statistics)
        _check(_statistics(self._handle, statistics))
        return statistics

    @property
    def plugin_faults(self):
        size = _check(_plugin_faults(self._handle, None, 0)) + 1
        buffer = c.create_string_buffer(size)
        _check(_plugin_faults(self._handle, buffer, size))
        return buffer.value.decode()

    def reset(self):
        _check(_reset(self._handle))

    def set_cpuid(self, cpuid, perf_capabilities=0):
        error, leaves = ErrorInfo(), (CPUIDEntry * max(1, len(cpuid)))(*[CPUIDEntry(*leaf) for leaf in cpuid])
        _check(_set_cpuid(self._handle, leaves, len(cpuid), perf_capabilities, c.byref(error)), error)

    def save(self):
        """All that the guest sees of its PMU, as bytes."""
        size, error = c.c_size_t(0), ErrorInfo()
        _check(_save(self._handle, None, c.byref(size), c.byref(error)), error)
        buffer = c.create_string_buffer(size.value)
        _check(_save(self._handle, buffer, c.byref(size), c.byref(error)), error)
        return buffer.raw[: size.value]

    def restore(self, state):
        error = ErrorInfo()
        _check(_restore(self._handle, state, len(state), c.byref(error)), error)

    def save_msrs(self):
        """The registers that hold state, as (index, value)."""
        error = ErrorInfo()
        return [(m.index, m.value) for m in _list(_save_msrs, MSR, self._handle, c.byref(error))]

    def restore_msrs(self, msrs):
        """Sets registers in any order; returns how many are the PMU's."""
        error, array = ErrorInfo(), (MSR * max(1, len(msrs)))(*[MSR(index, 0, value) for index, value in msrs])
        return _check(_restore_msrs(self._handle, array, len(msrs), c.byref(error)), error)

    @staticmethod
    def _answer(code):
        if code == 0:
            return
        if code == 1:
            raise GeneralProtection()
        if code == 2:
            raise Unhandled()
        _check(code)
