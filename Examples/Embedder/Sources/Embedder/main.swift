/// A guest program of five accesses and a loop, with this thread as its vCPU: what an embedder does, from choosing a
/// model to injecting PMIs, on real events where there are some.
///
///     swift run --package-path Examples/Embedder Embedder [MODEL]
import PerfEventHost
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

let choice = try PluginCatalogue().select(model: CommandLine.arguments.dropFirst().first ?? "intel-v2")
let model = choice.plugin.model
let capabilities = HostProbe.run()

/// The registers of counter 0 and its event select, found by their roles.
func register(_ role: RegisterRole) throws -> MSRNumber {
  guard let range = model.declaration.ranges.first(where: { $0.role == role }) else { throw NoRegister(role: role) }
  return range.first
}
struct NoRegister: Error { let role: RegisterRole }

/// The guest samples instructions every 50,000 until it has had three PMIs, and says what it saw.
func run<Host: HostEvents>(on host: Host, _ slice: () -> Void) throws {
  let vpmu = try VirtualPMU(model: model, configuration: choice.preset.configuration, host: host)
  let (counter, select) = (try register(.gpCounter), try register(.eventSelect))
  guard let event = model.declaration.event(for: .instructions) else { return }
  let control: UInt64 = 0x51_0000  // EN, INT, USR
  _ = try vpmu.writeMSR(counter, 0 &- 50_000)
  _ = try vpmu.writeMSR(select, event.select | control)
  var pmis = 0
  for _ in 0..<1_000_000 where pmis < 3 {
    if try vpmu.enter() == .injectPMI {
      pmis += 1
      // As a driver does: stop the counter, read it, set the next period, go on.
      _ = try vpmu.writeMSR(select, event.select)
      _ = try vpmu.enter()
      print("PMI \(pmis): the counter reads \(try vpmu.readMSR(counter))")
      _ = try vpmu.writeMSR(counter, 0 &- 50_000)
      _ = try vpmu.writeMSR(select, event.select | control)
      _ = try vpmu.enter()
    }
    slice()
  }
  print("counter 0 is \(try vpmu.counterState(.generalPurpose(0))); host events: \(vpmu.statistics)")
}

if let source = capabilities.bestHost.source {
  print("\(choice.preset.name) on \(source): \(capabilities.bestHostReason)")
  let signal = try OverflowSignal.install(OverflowSignal.range.lowerBound + 1)
  signal.unblockHere()  // whoever started this program may have blocked it
  var sum: UInt64 = 1
  try run(on: try PerfEventHost(capabilities, options: PerfEventOptions(source: source, signal: signal))) {
    for number in 0..<1000 as Range<UInt64> { sum = sum &* 3 &+ number }
  }
} else {
  print("\(choice.preset.name) on the simulated host: \(capabilities.bestHostReason)")
  let host = SimulatedHost(
    limits: HostLimits(gpCounters: 8, fixedCounters: 3, gpWidth: 48, fixedWidth: 48, archEvents: 7))
  let event = model.declaration.event(for: .instructions)
  let code = EventCode(selector: event?.select ?? 0, mask: model.declaration.eventSelectMask)
  try run(on: host) { host.run(code, ring: .user, count: 1000) }
}
