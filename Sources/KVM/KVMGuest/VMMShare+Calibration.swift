import GuestPerf
import KVMPMU
import VPMUModel

extension VMMShare {
  /// Measures the share with a guest that does nothing: its counters are started and stopped, with and without exits in
  /// between. For a host that is new, whose ``ShareCorrectedHost/share`` is none yet.
  ///
  /// - Parameters:
  ///   - cpu: on the thread, and with the loop, that guests will run with
  ///   - map: its registers
  public static func calibrate<PMU>(
    _ cpu: VirtualCPU<PMU>, _ declaration: ModelDeclaration, _ map: RegisterMap
  ) throws(GuestError) -> VMMShare {
    var share = VMMShare()
    for event in declaration.events {
      guard let generic = event.generic, share[generic] == nil else { continue }
      let set = CounterSet([GuestEvent(code: event.select, rings: .user, period: nil)], on: map)
      let edges = try median { () throws(GuestError) in try events(of: set, map, cpu, exits: 0) }
      let total = try median { () throws(GuestError) in try events(of: set, map, cpu, exits: exits) }
      share[generic] = Constant(edges: edges, betweenRuns: total > edges ? (total - edges) / UInt64(exits) : 0)
    }
    return share
  }

  private static let exits = 16
  private static let repetitions = 9

  private static func median(_ measure: () throws(GuestError) -> UInt64) throws(GuestError) -> UInt64 {
    var values: [UInt64] = []
    for _ in 0..<repetitions { values.append(try measure()) }
    return values.sorted()[repetitions / 2]
  }

  /// What a counter reads after it was started and stopped with so many exits in between.
  private static func events<PMU>(
    of set: CounterSet, _ map: RegisterMap, _ cpu: VirtualCPU<PMU>, exits: Int
  ) throws(GuestError) -> UInt64 {
    guard let counter = set.counters.first else { return 0 }
    var program = CommandPort()
    PerfDriver(map).program(set, &program)
    var stop = CommandPort()
    PerfDriver(map).stop(set, &stop)
    // Reading another register's value is an exit that changes nothing.
    let between = Array(repeating: GuestCommand.rdmsr(counter.registers.control), count: exits)
    // The driver's last read is by RDPMC, which needs a way of its own.
    let commands = program.commands + between + stop.commands.map { $0.isRDPMC ? .rdmsr(counter.registers.value) : $0 }
    for (command, result) in zip(commands, try cpu.perform(commands)).reversed() {
      if command == .rdmsr(counter.registers.value), case .value(let value) = result {
        return counter.events(at: value)
      }
    }
    return 0
  }
}

extension GuestCommand {
  fileprivate var isRDPMC: Bool {
    if case .rdpmc = self { true } else { false }
  }
}
