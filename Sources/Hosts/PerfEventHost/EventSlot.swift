import CLinux
import VPMUCore
import VPMUModel

/// What a host knows of one of its events.
package struct EventSlot: BitwiseCopyable {
  /// Nil: an event that counts in no ring, with nothing of the kernel behind it.
  package var descriptor: EventDescriptor?
  /// The kernel's number of the event, as records name it; 0 without a ring buffer.
  var id: UInt64 = 0
  var isEnabled = false
  /// What the counter budget goes by.
  var generic: GenericEvent?
  /// Periods below it are made longer, in events.
  var shortestPeriod: UInt64 = 1
  /// Notifications that the interrupt budget has been charged for.
  var notifications: UInt64 = 0
  var neverStandsStill = false
  var isThrottled = false
  /// The kernel's count that stands for 0. Subtracting it saves the system call that would reset the kernel's.
  var base: UInt64 = 0
  /// What the last look gave.
  var last = clinux_count()
  /// `running` of the kernel when the count was `base`. Nil: not known before the first read(2).
  var runningAtBase: UInt64? = 0
  /// Where counts are read from pages.
  package var page: EventPage?
  /// Whether it was on its counter when it was disabled. Once its page says that it is on none, the page was written
  /// since, with the final count.
  var wasOnCounter = false
  /// The last look was one at the page.
  private var hasGlanced = false
  /// Why it did not count, at the last look.
  package var failure: HostRefusal?

  package init(
    descriptor: EventDescriptor? = nil, isEnabled: Bool = false, neverStandsStill: Bool = false,
    isThrottled: Bool = false, page: EventPage? = nil, wasOnCounter: Bool = false
  ) {
    self.descriptor = descriptor
    self.isEnabled = isEnabled
    self.neverStandsStill = neverStandsStill
    self.isThrottled = isThrottled
    self.page = page
    self.wasOnCounter = wasOnCounter
  }

  /// An event that never stands still and has counted nothing for so long, in ns of its running time, is dead. Between
  /// the return from ENABLE and the entry into the next call there are user instructions, so this is generous.
  static let sensibleRunningTime: UInt64 = 50_000

  /// The count since the event was created or paused.
  package var count: UInt64 { last.value &- base }

  /// Takes in what the kernel says; nil: end of file, error state.
  package mutating func look(_ reading: clinux_count?) {
    guard let reading else {
      failure = .errorState
      return
    }
    // Both times stand still while the thread does not run, so they part only when the event is off its counter.
    let waited = (reading.enabled &- reading.running) > (last.enabled &- last.running)
    last = reading
    hasGlanced = false
    let start = runningAtBase ?? reading.running
    runningAtBase = start
    if waited {
      failure = .notScheduled
    } else if neverStandsStill, count == 0, !isThrottled,
      reading.running &- start >= Self.sensibleRunningTime
    {
      failure = .deadCounter
    } else if failure != .deadCounter || count != 0 {
      // Once dead, only a count is a sign of life: resumed on the same counter, it needs time to show that it is dead.
      failure = nil
    }
  }

  /// Takes the count from the page, which is used only while the event is scheduled and its count advances; otherwise
  /// the host falls back to read(2). A page does not show the error state, and its times are those of the last change.
  ///
  /// - Returns: whether the count was taken.
  package mutating func glance() -> Bool {
    guard failure == nil, let reading = page?.read() else { return false }
    guard isEnabled ? reading.index != 0 : reading.index == 0 && wasOnCounter else { return false }
    // It has been off its counter since the last read(2).
    if reading.enabled &- reading.running > last.enabled &- last.running { return false }
    if neverStandsStill, reading.value == base { return false }
    last.value = reading.value
    hasGlanced = true
    return true
  }

  /// The count starts at 0 again.
  package mutating func rebase() {
    base = last.value
    runningAtBase = hasGlanced ? nil : last.running
  }
}
