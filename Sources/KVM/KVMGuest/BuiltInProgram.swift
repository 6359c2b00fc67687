import CGuestProgram
import KVMPMU
import VPMUModel

/// A command of the built-in guest program.
public enum GuestCommand: Sendable, Equatable {
  case wrmsr(MSRNumber, UInt64)
  case rdmsr(MSRNumber)
  /// RDPMC in ring 0, or in ring 3.
  case rdpmc(RDPMCSelector, isUser: Bool)
  /// A loop in ring 3 of so many rounds of ``LoopRound/loop``.
  case userLoop(UInt64)
  /// The same with cache misses: ``LoopRound/walk``.
  case userWalk(UInt64)
  /// A loop in ring 0 of so many rounds of ``LoopRound/kernel``.
  case kernelLoop(UInt64)
  /// RDTSC in ring 0.
  case readTSC
  /// One exit to the VMM and back: ``VirtualCPU/exitTimes(_:)``.
  case timeExit
  /// A read of a counter, which the guest times: all counters stand still meanwhile if
  /// ``VirtualCPU/handlePMIs(of:on:lvtpc:)`` knows a register for that. The value is the time, in ticks of the guest's
  /// time stamp counter.
  case timeRDPMC(RDPMCSelector)
  case timeRDMSR(MSRNumber)
}

/// What a round of a loop is made of, to the instruction.
public struct LoopRound: Sendable, Hashable {
  public var instructions: UInt64
  public var branches: UInt64

  public static let loop = LoopRound(
    instructions: UInt64(GUEST_LOOP_INSTRUCTIONS), branches: UInt64(GUEST_LOOP_BRANCHES))
  public static let walk = LoopRound(
    instructions: UInt64(GUEST_WALK_INSTRUCTIONS), branches: UInt64(GUEST_WALK_BRANCHES))
  public static let kernel = LoopRound(
    instructions: UInt64(GUEST_KERNEL_INSTRUCTIONS), branches: UInt64(GUEST_KERNEL_BRANCHES))
}

/// What became of a command in the guest.
public enum GuestResult: Sendable, Equatable {
  case done
  /// What was read or timed.
  case value(UInt64)
  /// The instruction got #GP.
  case fault
}

extension VirtualCPU {
  /// Commands that are performed at a time.
  public static var mostCommands: Int { Int(GUEST_MOST_COMMANDS) - 1 }

  /// Lets the guest perform commands, one after the other.
  public func perform(_ commands: [GuestCommand]) throws(GuestError) -> [GuestResult] {
    try load(commands)
    try finish(try run())
    return results(of: commands)
  }

  /// One command.
  public func perform(_ command: GuestCommand) throws(GuestError) -> GuestResult {
    try perform([command]).first ?? .done
  }

  /// Writes commands to the shared page.
  package func load(_ commands: [GuestCommand]) throws(GuestError) {
    guard commands.count <= Self.mostCommands else { throw .tooManyCommands(limit: Self.mostCommands) }
    let slots = guest_shared_commands(shared)
    for (index, command) in commands.enumerated() { slots[index] = command.slot }
    slots[commands.count] = guest_command()
  }

  /// What the exit port said: all is done, or the guest is lost.
  func finish(_ written: UInt32) throws(GuestError) {
    guard written != UInt32(GUEST_DONE) else { return }
    throw .lost(vector: shared.pointee.lost_vector, rip: shared.pointee.lost_address)
  }

  package func results(of commands: [GuestCommand]) -> [GuestResult] {
    let slots = guest_shared_commands(shared)
    return commands.indices.map { index in
      if slots[index].faulted != 0 { return .fault }
      return switch commands[index] {
      case .rdmsr, .rdpmc, .readTSC, .timeExit, .timeRDPMC, .timeRDMSR: .value(slots[index].result)
      case .wrmsr, .userLoop, .userWalk, .kernelLoop: .done
      }
    }
  }
}

extension GuestCommand {
  fileprivate var slot: guest_command {
    var slot = guest_command()
    switch self {
    case .wrmsr(let msr, let value):
      (slot.op, slot.operand, slot.value) = (UInt32(GUEST_WRMSR), msr.rawValue, value)
    case .rdmsr(let msr): (slot.op, slot.operand) = (UInt32(GUEST_RDMSR), msr.rawValue)
    case .rdpmc(let selector, let isUser):
      (slot.op, slot.operand) = (UInt32(isUser ? GUEST_USER_RDPMC : GUEST_RDPMC), selector.rawValue)
    case .userLoop(let rounds): (slot.op, slot.value) = (UInt32(GUEST_USER_LOOP), max(rounds, 1))
    case .userWalk(let rounds): (slot.op, slot.value) = (UInt32(GUEST_USER_WALK), max(rounds, 1))
    case .kernelLoop(let rounds): (slot.op, slot.value) = (UInt32(GUEST_KERNEL_LOOP), max(rounds, 1))
    case .readTSC: slot.op = UInt32(GUEST_READ_TSC)
    case .timeExit: slot.op = UInt32(GUEST_TIME_EXIT)
    case .timeRDPMC(let selector): (slot.op, slot.operand) = (UInt32(GUEST_TIME_READ), selector.rawValue)
    case .timeRDMSR(let msr): (slot.op, slot.operand, slot.value) = (UInt32(GUEST_TIME_READ), msr.rawValue, 1)
    }
    return slot
  }
}
