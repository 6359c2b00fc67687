import GuestPerf
import VPMUCore
import VPMUModel

/// The virtual CPU that a guest's driver runs on: each access is an exit, and the guest is entered again after it.
@usableFromInline
struct VCPU<Model: PMUModel, Base: HostEvents, Policy: EventPolicy>: GuestPort {
  @usableFromInline let vpmu: VirtualPMU<Model, MeasuredHost<Base>, Policy>
  @usableFromInline let globalControl: MSRNumber?
  /// A PMI has come that the guest has not handled: as with an NMI, further ones in its handler become one.
  @usableFromInline var isPMIPending = false
  /// The guest is putting another set of events on its counters.
  @usableFromInline var isRotating = false
  @usableFromInline var causes = CreationCauses()
  /// The first failure; what follows is worth nothing.
  @usableFromInline var failure: BenchError?

  @inlinable
  init(_ vpmu: VirtualPMU<Model, MeasuredHost<Base>, Policy>, globalControl: MSRNumber?) {
    self.vpmu = vpmu
    self.globalControl = globalControl
  }

  @inlinable
  mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64) {
    do throws(VPMUError) {
      if try vpmu.writeMSR(msr, value) != .done { fault("\(msr)") }
    } catch { failure = failure ?? .vpmu(error) }
    enter(msr == globalControl ? .globalControl : .selectorWrite)
  }

  @inlinable
  mutating func rdmsr(_ msr: MSRNumber) -> UInt64 {
    var value: UInt64 = 0
    do throws(VPMUError) {
      if case .value(let read) = try vpmu.readMSR(msr) { value = read } else { fault("\(msr)") }
    } catch { failure = failure ?? .vpmu(error) }
    enter(.overflow)
    return value
  }

  @inlinable
  mutating func rdpmc(_ ecx: RDPMCSelector) -> UInt64 {
    var value: UInt64 = 0
    do throws(VPMUError) {
      if case .value(let read) = try vpmu.readPMC(ecx, cpl: 0, cr4PCE: false) {
        value = read
      } else {
        fault("RDPMC \(ecx.rawValue)")
      }
    } catch { failure = failure ?? .vpmu(error) }
    enter(.overflow)
    return value
  }

  /// Enters the guest.
  ///
  /// - Parameter cause: why host events are created now, if they are
  @inlinable
  mutating func enter(_ cause: CreationCause) {
    let before = vpmu.ledger
    do throws(VPMUError) {
      if try vpmu.enter() == .injectPMI { isPMIPending = true }
    } catch { failure = failure ?? .vpmu(error) }
    let after = vpmu.ledger
    let created = after.created &- before.created
    guard created != 0 else { return }
    let retried = after.retried &- before.retried
    causes.add(retried, .retry)
    causes.add(created &- retried, isRotating ? .rotation : cause)
  }

  /// Whether a counter counts.
  @inlinable
  mutating func state(of pmc: PMCIndex) -> CounterState {
    do throws(VPMUError) {
      return try vpmu.counterState(pmc)
    } catch {
      failure = failure ?? .vpmu(error)
      return .off
    }
  }

  /// A new time slice of the vCPU begins.
  @inlinable
  mutating func scheduledIn() {
    do throws(VPMUError) { try vpmu.scheduledIn() } catch { failure = failure ?? .vpmu(error) }
    enter(.overflow)
  }

  /// The guest's registers, as it finds them.
  @inlinable
  func registers() -> RegisterMap {
    RegisterMap(
      vpmu.model.declaration,
      widths: (
        UInt32(vpmu.state.pointee.gp_mask.nonzeroBitCount), UInt32(vpmu.state.pointee.fixed_mask.nonzeroBitCount)
      ),
      exists: { msr in if case .value = try? vpmu.readMSR(msr) { true } else { false } })
  }

  @usableFromInline
  mutating func fault(_ register: @autoclosure () -> String) {
    if failure == nil { failure = .guestFault(model: vpmu.model.declaration.name, register: register()) }
  }
}
