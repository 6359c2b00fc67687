import VPMUCore
import VPMUModel

/// What a round came to; rounds of a kind are added up.
package struct RoundTally {
  /// Of the handler, or of a read.
  package var samples: Samples
  /// PMIs that found no overflow: it had been handled with the one before.
  package var spurious: UInt64 = 0
  var rotations: UInt64 = 0
  var operations = HostOperations()
  /// Of a guest behind /dev/kvm: what it asked of KVM, what an exit took, and what its clock takes, in ns.
  package var kvm = KVMCosts()
  package var exits = Samples(capacity: Self.mostExits)
  package var clockReadings = Samples(capacity: Self.mostExits)
  /// PMIs or reads that did not come in time.
  var missing = 0
  var statistics = HostEventStatistics()
  var causes = CreationCauses()
  /// Of the steady state, in so many PMIs or reads.
  var steady = HostEffort()
  var steadyCount = 0
  /// Host events still held after the quiet, the most of all rounds.
  var heldAfter: UInt64 = 0
  /// Counters that did not count, and why; what the plugin returned that can't be.
  private(set) var notes: [String] = []

  private static let mostNotes = 8
  static let mostExits = 1000

  init(capacity: Int) { samples = Samples(capacity: capacity) }

  mutating func add(_ statistics: HostEventStatistics, _ causes: CreationCauses) {
    self.statistics.created &+= statistics.created
    self.statistics.reused &+= statistics.reused
    self.statistics.released &+= statistics.released
    self.statistics.refused &+= statistics.refused
    self.statistics.retried &+= statistics.retried
    self.causes.add(causes)
    heldAfter = max(heldAfter, statistics.live)
  }

  mutating func note(_ refusal: HostRefusal, _ pmc: PMCIndex) { note("\(pmc) did not count: \(refusal)") }

  mutating func note(_ faults: PluginFaults, of plugin: String) {
    if let last = faults.last { note("the plugin \(plugin) is faulty, it \(last): report it to its author") }
  }

  /// The round is over.
  mutating func note(_ state: SteadyState, _ statistics: HostEventStatistics) {
    guard let start = state.start else { return }
    steady = HostEffort(statistics).since(start)
    steadyCount = samples.count - state.before
  }

  mutating func note(_ text: String) {
    if notes.count < Self.mostNotes, !notes.contains(text) { notes.append(text) }
  }

  mutating func add(_ round: RoundTally) {
    samples.add(round.samples)
    spurious &+= round.spurious
    rotations &+= round.rotations
    operations.addCounts(round.operations)
    kvm.add(round.kvm)
    exits.add(round.exits)
    clockReadings.add(round.clockReadings)
    missing += round.missing
    steady.add(round.steady)
    steadyCount += round.steadyCount
    let held = max(heldAfter, round.heldAfter)
    add(round.statistics, round.causes)
    heldAfter = held
    for text in round.notes { note(text) }
  }
}
