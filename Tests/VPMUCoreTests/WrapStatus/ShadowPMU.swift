import VPMUCore
import VPMUModel

/// What a guest may see of its counters, from the rules alone: it knows no host event, no policy and no notification.
///
/// A wrap is *latent* until it is certain that the vPMU has found it: at once on a host that reports in time, else when
/// the guest is entered after anything of the counter was changed, when the counter is written, or when its status bit
/// was read.
struct ShadowPMU {
  struct Counter {
    var select: UInt64 = 0
    /// The four control bits of a fixed counter.
    var control: UInt64 = 0
    var value: UInt64 = 0
    /// INT, or PMI of a fixed counter, when the counter was programmed last.
    var interrupts = false
    /// Its status bit is set.
    var hasStatus = false
    /// It wrapped, and its status bit is going to be set.
    var hasLatentWrap = false
    /// It did so more than once: the status bit of one says nothing of the others.
    var hasLatentWraps = false
    /// Its status bit may be set: the guest cleared it at a moment when the wrap may or may not have been found.
    var mayHaveStatus = false
    /// Its count was judged since its last wrap: nothing of it comes later.
    var isSettled = true
    /// A PMI of a wrap has not come.
    var owesPMI = false
    /// A PMI of a wrap may have come together with another counter's.
    var mayOwePMI = false
  }

  let cpu: GuestCPU
  /// Whether the host reports each wrap in time.
  let isPrompt: Bool
  private(set) var counters: [PMCIndex: Counter] = [:]
  private(set) var globalControl: UInt64
  private(set) var filter: WrapAction.Filter?
  /// Counters that something was changed for since the last entry: their counts are read then.
  private var marked: UInt64 = 0

  init(_ cpu: GuestCPU, isPrompt: Bool) {
    self.cpu = cpu
    self.isPrompt = isPrompt
    // After reset: all general-purpose counters.
    globalControl = cpu.counters.filter { !$0.isFixed }.reduce(0) { $0 | $1.bit }
    for pmc in cpu.counters { counters[pmc] = Counter() }
  }

  subscript(_ pmc: PMCIndex) -> Counter {
    get { counters[pmc] ?? Counter() }
    set { counters[pmc] = newValue }
  }

  // MARK: When a counter counts

  func isCounting(_ pmc: PMCIndex) -> Bool {
    guard !cpu.hasGlobalControl || globalControl & pmc.bit != 0 else { return false }
    let counter = self[pmc]
    guard pmc.isFixed ? counter.control & 3 != 0 : counter.select & 1 << 22 != 0 else { return false }
    return isAllowed(pmc)
  }

  private func isAllowed(_ pmc: PMCIndex) -> Bool {
    guard let filter else { return true }
    if pmc.isFixed { return (filter.fixedBitmap >> UInt64(pmc.number) & 1 != 0) == filter.allows }
    return filter.events.contains(self[pmc].select & 0xFFFF) == filter.allows
  }

  private func counts(_ pmc: PMCIndex, _ event: UInt64, isKernel: Bool) -> Bool {
    guard isCounting(pmc) else { return false }
    let counter = self[pmc]
    if pmc.isFixed { return cpu.fixedEvent(pmc.number) == event && counter.control & (isKernel ? 1 : 2) != 0 }
    return counter.select & 0xFFFF == event && counter.select & (isKernel ? 1 << 17 : 1 << 16) != 0
  }

  // MARK: What the guest writes

  /// What wrapped before it is judged before it: later nothing says so any more.
  mutating func write(_ pmc: PMCIndex, _ value: UInt64) {
    found(pmc)
    self[pmc].value = value & cpu.mask
  }

  mutating func writeSelect(_ pmc: PMCIndex, _ value: UInt64) {
    if self[pmc].select != value { marked |= pmc.bit }
    self[pmc].select = value
  }

  mutating func writeFixedControl(_ value: UInt64) {
    for pmc in cpu.counters where pmc.isFixed {
      let control = value >> UInt64(4 * pmc.number) & 0xF
      if self[pmc].control != control { marked |= pmc.bit }
      self[pmc].control = control
    }
  }

  mutating func writeGlobalControl(_ value: UInt64) {
    marked |= globalControl ^ value
    globalControl = value
  }

  /// The VMM sets the filter, or removes it.
  mutating func setFilter(_ filter: WrapAction.Filter?) {
    self.filter = filter
    marked = .max
  }

  /// - Parameter wasRead: the status was read right before, so that a bit which was not set then is not set now
  mutating func clearStatus(_ bits: UInt64, wasRead: Bool) {
    for pmc in cpu.counters where bits & pmc.bit != 0 {
      // A bit that stands for an earlier wrap hides whether this one was found.
      let isUncertain = self[pmc].hasLatentWrap && (!wasRead || self[pmc].hasStatus)
      self[pmc].hasStatus = false
      if isUncertain { becomeUncertain(pmc) }
    }
  }

  /// Whether the latent wrap was found can't be known: its status bit and its PMI may come, or have come.
  private mutating func becomeUncertain(_ pmc: PMCIndex) {
    self[pmc].hasLatentWrap = false
    self[pmc].hasLatentWraps = false
    self[pmc].mayHaveStatus = true
    if self[pmc].owesPMI { self[pmc].mayOwePMI = true }
    self[pmc].owesPMI = false
  }

  mutating func setStatus(_ bits: UInt64) {
    for pmc in cpu.counters where bits & pmc.bit != 0 { self[pmc].hasStatus = true }
  }

  // MARK: What happens

  /// The guest runs: occurrences of an event.
  mutating func run(_ event: UInt64, isKernel: Bool, count: UInt64) {
    for pmc in cpu.counters where counts(pmc, event, isKernel: isKernel) {
      advance(pmc, by: count, isFoundAtOnce: isPrompt)
    }
  }

  /// The VMM emulates occurrences of an event. Nothing about them is late.
  mutating func emulate(_ event: UInt64, isKernel: Bool, count: UInt64) {
    for pmc in cpu.counters where counts(pmc, event, isKernel: isKernel) {
      advance(pmc, by: count, isFoundAtOnce: true)
      marked |= pmc.bit
    }
  }

  private mutating func advance(_ pmc: PMCIndex, by count: UInt64, isFoundAtOnce: Bool) {
    let sum = self[pmc].value + count
    self[pmc].value = sum & cpu.mask
    guard sum > cpu.mask else { return }
    self[pmc].hasLatentWraps = self[pmc].hasLatentWrap
    self[pmc].hasLatentWrap = true
    self[pmc].isSettled = false
    if self[pmc].interrupts { self[pmc].owesPMI = true }
    if isFoundAtOnce { found(pmc) }
  }

  /// The vPMU has found every wrap of this counter: its status bit is set.
  mutating func found(_ pmc: PMCIndex) {
    if self[pmc].hasLatentWrap { self[pmc].hasStatus = true }
    self[pmc].hasLatentWrap = false
    self[pmc].hasLatentWraps = false
    self[pmc].isSettled = true
  }

  mutating func foundAll() {
    for pmc in cpu.counters { found(pmc) }
  }

  // MARK: What the guest must see

  /// What is wrong with a status that was read; nil: nothing. A bit that is seen has been found.
  mutating func judge(status: UInt64) -> String? {
    for pmc in cpu.counters {
      let isSet = status & pmc.bit != 0
      let counter = self[pmc]
      if isSet, !counter.hasStatus, !counter.hasLatentWrap, !counter.mayHaveStatus {
        return "the status bit of \(pmc) is set, and it did not wrap"
      }
      if !isSet, counter.hasStatus { return "\(pmc) wrapped, and its status bit is not set" }
      if counter.isSettled && !isSet { self[pmc].mayHaveStatus = false }
      guard isSet else { continue }
      // Set before, it says nothing of a second wrap.
      if !counter.hasStatus {
        if counter.hasLatentWrap && (counter.mayHaveStatus || counter.hasLatentWraps) {
          becomeUncertain(pmc)
        } else {
          if !counter.hasLatentWrap { self[pmc].mayHaveStatus = false }
          self[pmc].hasLatentWrap = false
        }
      }
      self[pmc].hasStatus = true
    }
    let all = cpu.counters.reduce(0) { $0 | $1.bit }
    return status & ~all == 0 ? nil : "status bits 0x\(String(status & ~all, radix: 16)) of counters never used"
  }

  /// The guest is entered.
  ///
  /// - Returns: what is wrong with the answer; nil: nothing
  mutating func judge(entry: EntryAction) -> String? {
    for pmc in cpu.counters where marked & pmc.bit != 0 { found(pmc) }
    marked = 0
    let due = cpu.counters.filter { self[$0].owesPMI && !self[$0].hasLatentWrap }
    let possible = cpu.counters.filter { self[$0].owesPMI || self[$0].mayOwePMI }
    for pmc in cpu.counters where isCounting(pmc) {
      let counter = self[pmc]
      self[pmc].interrupts = pmc.isFixed ? counter.control & 8 != 0 : counter.select & 1 << 20 != 0
    }
    defer {
      for pmc in cpu.counters where !isCounting(pmc) { self[pmc].mayOwePMI = false }
    }
    guard entry == .injectPMI else {
      return due.isEmpty ? nil : "no PMI for the wrap of \(due.map(\.description).joined(separator: ", "))"
    }
    guard !possible.isEmpty else { return "a PMI, and no counter with INT wrapped" }
    for pmc in due { self[pmc].owesPMI = false }
    return nil
  }

  /// A PMI came, and the guest read this status: which wraps it was for.
  mutating func acknowledgePMI(status: UInt64) {
    for pmc in cpu.counters where self[pmc].owesPMI {
      guard status & pmc.bit != 0 else { continue }
      self[pmc].owesPMI = false
      // A bit that was set before says nothing of the wrap after it.
      if self[pmc].hasStatus || self[pmc].mayHaveStatus || self[pmc].hasLatentWraps { self[pmc].mayOwePMI = true }
    }
  }

  /// After a restore the filter is still the VM's.
  mutating func restore(_ saved: ShadowPMU) {
    let filter = filter
    self = saved
    setFilter(filter)
  }
}
