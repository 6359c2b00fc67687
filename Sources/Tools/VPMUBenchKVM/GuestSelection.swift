import KVMGuest
import KVMPMU
import VPMUBench

/// Where to run the guest.
public enum GuestSelection: String, Sendable, CaseIterable {
  /// Behind /dev/kvm where that works and the host's events can count a guest there, else on a thread.
  case best
  case kvm
  case thread
}

extension KVMMachine {
  /// Looks at this machine, and takes what `selection` asks for.
  ///
  /// - Parameter obstacle: why no guest can run behind /dev/kvm; nil: one can
  /// - Returns: the machine, nil: a guest on a thread; and one sentence for people: which and why
  /// - Throws: ``BenchError/noGuest(reason:)``
  public static func choose(
    _ selection: GuestSelection, on host: ChosenHost, obstacle: String? = VirtualMachine.obstacle()
  ) throws(BenchError) -> (machine: KVMMachine?, reason: String) {
    if selection == .thread { return (nil, "guest on a thread, as asked for") }
    let counting = GuestCounting.detect()
    let machine = KVMMachine(
      // Only hardware events tell the guest's instructions from others.
      counting: host.countsGuests ? counting : .native, looksAtCounts: host.isSoftwareClock)
    let how = counting == .native ? "KVM runs natively" : "KVM is nested by software, which emulates the guest's ring 0"
    switch (selection, obstacle) {
    case (.kvm, let obstacle?): throw .noGuest(reason: obstacle)
    case (.kvm, nil): return (machine, "guest behind /dev/kvm, as asked for; \(how)")
    case (_, let obstacle?): return (nil, "guest on a thread: \(obstacle)")
    case (_, nil):
      guard host.countsGuests else {
        return (
          nil,
          "guest on a thread: this host's events do not count a guest behind /dev/kvm; --guest kvm runs one all the same"
        )
      }
      return (machine, "guest behind /dev/kvm; \(how)")
    }
  }
}
