import SimulatedHost
import VPMUCore
import VPMUModel

/// What an action answered: equal for equal guests, whatever the policy.
public enum GuestObservation: Equatable, Sendable {
  case nothing
  case write(WriteAnswer)
  case read(ReadAnswer)
  case entry(EntryAction)
  case filter(accepted: Bool)
}

/// A vPMU on the simulated host, driven by actions.
public struct GuestMachine<Model: PMUModel, Policy: EventPolicy> {
  public let vpmu: VirtualPMU<Model, SimulatedHost, Policy>
  public let host: SimulatedHost
  public let filter: VMEventFilter
  private let eventSelectMask: UInt64

  public init(
    _ model: Model, _ configuration: GuestConfiguration, _ policy: Policy, limits: HostLimits = .generous
  ) throws {
    host = SimulatedHost(limits: limits)
    filter = VMEventFilter()
    eventSelectMask = model.declaration.eventSelectMask
    vpmu = try VirtualPMU(model: model, configuration: configuration, host: host, policy: policy, filter: filter)
  }

  @discardableResult
  public func perform(_ action: GuestAction) throws -> GuestObservation {
    switch action {
    case .write(let msr, let value, let origin): return .write(try vpmu.writeMSR(msr, value, origin: origin))
    case .read(let msr, let origin): return .read(try vpmu.readMSR(msr, origin: origin))
    case .readPMC(let ecx, let cpl, let cr4PCE): return .read(try vpmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE))
    case .enter: return .entry(try vpmu.enter())
    case .run(let code, let ring, let count):
      let action = try vpmu.enter()
      host.run(code, ring: ring, count: count)
      return .entry(action)
    case .scheduledIn:
      try vpmu.scheduledIn()
      return .nothing
    case .emulated(let code, let cpl, let count):
      try vpmu.emulated(code, cpl: cpl, count: count)
      return .nothing
    case .filter(let entries, let masked, let allow, let bitmap):
      do {
        filter.set(
          try EventFilter(
            action: allow ? .allow : .deny, entries: entries, masked: masked, fixedBitmap: bitmap,
            eventSelectMask: eventSelectMask))
        return .filter(accepted: true)
      } catch {
        return .filter(accepted: false)
      }
    }
  }
}
