import VPMUCore

/// How a host reads the counts of its events.
///
/// The page of an event says which counter it is on, and RDPMC reads that: no system call. While any page is mapped,
/// user code of the whole process may execute RDPMC, on all counters. So pages are mapped only where the guest is no
/// such code. Whoever forbids RDPMC while pages are mapped (`0` in /sys/bus/event_source/devices/cpu/rdpmc) makes the
/// next read fault.
public enum ReadMethod: String, Sendable, CaseIterable {
  /// From the event's page, and by read(2) where the page alone can't tell.
  case page
  /// By read(2).
  case read
}

/// A ``ReadMethod`` and why it is chosen.
public struct ReadPlan: Sendable, Hashable {
  public var way: ReadMethod
  /// For people, a part of a sentence.
  public var reason: String
}

extension HostCapabilities {
  /// How a host of this source and scope reads counts here.
  public func readPlan(source: EventSource, scope: GuestScope) -> ReadPlan {
    guard source == .hardware else {
      return ReadPlan(way: .read, reason: "the page of a software event is not kept up to date")
    }
    switch scope {
    case .nestedVirtualMachine:
      return ReadPlan(way: .read, reason: "where pages are mapped, the guest's ring 3 could execute RDPMC")
    case .thread, .virtualMachine:
      return userRDPMC.isAvailable
        ? ReadPlan(way: .page, reason: "the kernel allows RDPMC where pages are mapped")
        : ReadPlan(way: .read, reason: "the kernel allows no RDPMC")
    }
  }
}
