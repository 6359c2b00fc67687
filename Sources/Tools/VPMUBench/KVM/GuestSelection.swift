import KVMGuest
import KVMPMU

/// Where to run the guest.
public enum GuestSelection: String, Sendable, CaseIterable {
  /// Behind /dev/kvm where that works and the host's events can count a guest there, else on a thread.
  case best
  case kvm
  case thread
}

/// What the guest runs on.
public enum GuestKind: Sendable {
  /// A virtual CPU that the calling thread plays.
  case thread
  /// A virtual CPU of a small machine behind /dev/kvm.
  case kvm(KVMMachine)

  /// In reports.
  public var name: String {
    switch self {
    case .thread: "thread"
    case .kvm: "kvm"
    }
  }

  /// Looks at this machine, and takes what `selection` asks for.
  ///
  /// - Parameter obstacle: why no guest can run behind /dev/kvm; nil: one can
  /// - Returns: the kind, and one sentence for people: which and why
  /// - Throws: ``BenchError/noGuest(reason:)``
  public static func choose(
    _ selection: GuestSelection, on host: ChosenHost, obstacle: String? = VirtualMachine.obstacle()
  ) throws(BenchError) -> (kind: GuestKind, reason: String) {
    if selection == .thread { return (.thread, "guest on a thread, as asked for") }
    let counting = GuestCounting.detect()
    let machine = KVMMachine(
      // Only hardware events tell the guest's instructions from others.
      counting: host.countsGuests ? counting : .native, looksAtCounts: host.isSoftwareClock)
    let how = counting == .native ? "KVM runs natively" : "KVM is nested by software, which emulates the guest's ring 0"
    switch (selection, obstacle) {
    case (.kvm, let obstacle?): throw .noGuest(reason: obstacle)
    case (.kvm, nil): return (.kvm(machine), "guest behind /dev/kvm, as asked for; \(how)")
    case (_, let obstacle?): return (.thread, "guest on a thread: \(obstacle)")
    case (_, nil):
      guard host.countsGuests else {
        return (
          .thread,
          "guest on a thread: this host's events do not count a guest behind /dev/kvm; --guest kvm runs one all the same"
        )
      }
      return (.kvm(machine), "guest behind /dev/kvm; \(how)")
    }
  }
}

/// How guests are run behind /dev/kvm.
public struct KVMMachine: Sendable {
  public var counting: GuestCounting
  /// Overflows are found by the counts at each entry, as their notifications may not come while a guest runs.
  public var looksAtCounts: Bool

  public init(counting: GuestCounting, looksAtCounts: Bool) {
    self.counting = counting
    self.looksAtCounts = looksAtCounts
  }

  /// Rounds of the guest's loop with cache misses that are one slice: some microseconds, as its time is on most processors.
  /// Its exact length does not matter, for periods are chosen by what is counted in it.
  static var sliceRounds: UInt64 { 400 }

  /// Slices from one entry of the guest to the next. Nothing interrupts it in between, so a PMI is late by up to as much.
  static var slicesAtATime: UInt64 { 10 }

  /// Exits that are timed at the end of each round.
  static var timedExits: Int { 25 }
}
