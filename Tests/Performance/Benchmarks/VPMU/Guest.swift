import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

/// A guest of one model on the simulated host, and the registers of its first counter.
struct Guest<Policy: EventPolicy> {
  let vpmu: VirtualPMU<PluginModel, SimulatedHost, Policy>
  let counter: MSRNumber
  let select: MSRNumber
  /// Events that the model knows, in all rings, with EN and INT.
  let events: [UInt64]

  init(_ model: String, _ policy: Policy) throws {
    let choice = try PluginCatalogue().select(model: model)
    let declaration = choice.plugin.model.declaration
    vpmu = try VirtualPMU(
      model: choice.plugin.model, configuration: choice.preset.configuration,
      host: SimulatedHost(
        limits: HostLimits(gpCounters: 6, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7)),
      policy: policy)
    counter = try Self.first(.gpCounter, declaration)
    select = try Self.first(.eventSelect, declaration)
    events = declaration.events.filter { $0.generic != nil }.map { $0.select | 0x53_0000 }
  }

  private static func first(_ role: RegisterRole, _ declaration: ModelDeclaration) throws -> MSRNumber {
    guard let range = declaration.ranges.first(where: { $0.role == role }) else { throw NoRegister(role: role) }
    return range.first
  }

  struct NoRegister: Error { let role: RegisterRole }

  /// Its first counter counts.
  func start() throws {
    _ = try vpmu.writeMSR(counter, 0 &- 1_000_000)
    _ = try vpmu.writeMSR(select, events[0])
    _ = try vpmu.enter()
  }

  /// EN off and on again, each with its `enter`: a pause and a resume of one event.
  func pauseAndResume() throws {
    _ = try vpmu.writeMSR(select, events[0] & ~(1 << 22))
    _ = try vpmu.enter()
    _ = try vpmu.writeMSR(select, events[0])
    _ = try vpmu.enter()
  }

  /// Another event on the counter.
  func rotate(_ turn: Int) throws {
    _ = try vpmu.writeMSR(select, events[turn % events.count])
    _ = try vpmu.enter()
  }
}
