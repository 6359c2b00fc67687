/// One import for embedders: the virtual PMU, the loader of its models, and host events by perf_event_open.
///
/// ``VirtualMachinePMU`` is where to begin. An embedder whose types are known at compile time makes a ``VirtualPMU``
/// itself.
@_exported import PerfEventHost
@_exported import VPMUCore
@_exported import VPMULoader
@_exported import VPMUModel
