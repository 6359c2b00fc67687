import CLibVPMU
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMUModel

/// `vpmu_cpu`: the PMU of one vCPU.
final class VCPU {
  let machine: Machine
  let pmu: any FacePMU
  /// Of a machine whose embedder reports counts.
  let reported: SimulatedHost?
  /// What other threads and signal handlers touch.
  let mailbox: OverflowMailbox
  let eventMask: UInt64
  /// Only `let`s and pointers: a `var` of a class costs an exclusivity check at each access.
  let counts: CountsPointer

  /// What is counted here, and not in the core.
  struct Counts {
    var pmis: UInt64 = 0
    var faults: UInt64 = 0
    /// No access was made yet.
    var isFresh = true { didSet { isWatched = isFresh || trace != nil } }
    var trace: TraceWriter? { didSet { isWatched = isFresh || trace != nil } }
    /// An access has more to do than to be answered.
    private(set) var isWatched = true
  }

  typealias CountsPointer = UnsafeMutablePointer<Counts>

  init(_ machine: Machine, context: UnsafeMutableRawPointer?) throws(Failure) {
    self.machine = machine
    eventMask = machine.declaration.eventSelectMask
    switch machine.host {
    case .perf(let capabilities, let options):
      let host: PerfEventHost
      do throws(PerfEventHostError) {
        host = try PerfEventHost(capabilities, options: options)
      } catch { throw Failure(error) }
      reported = nil
      pmu = try machine.makePMU(on: host)
    case .reported(let limits, let events):
      let host = SimulatedHost(limits: limits, reported: events?.codes(mask: eventMask))
      reported = host
      pmu = try machine.makePMU(on: host)
    case .callbacks(let limits, let table):
      reported = nil
      pmu = try machine.makePMU(on: CallbackHost(table, limits: limits, context: context))
    }
    mailbox = pmu.mailbox
    counts = .allocate(capacity: 1)
    counts.initialize(to: Counts())
  }

  deinit {
    counts.deinitialize(count: 1)
    counts.deallocate()
  }

  var isOnItsThread: Bool { pmu.isOnItsThread }

  /// The host of an embedder that reports counts.
  func reportingHost() throws(Failure) -> SimulatedHost {
    guard let reported else {
      throw Failure(
        VPMU_ERROR_HOST_KIND, "the host of this machine counts by itself: this function is for VPMU_HOST_REPORTED")
    }
    return reported
  }
}

extension Machine {
  fileprivate func makePMU(on host: some HostEvents) throws(Failure) -> any FacePMU {
    do throws(VPMUError) {
      return try policy.accept(PMUMaker(machine: self, host: host))
    } catch { throw Failure(error) }
  }
}
