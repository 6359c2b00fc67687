import Glibc
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

let rounds = 1_000_000

enum Access: String, CaseIterable {
  case writeMSR = "WRMSR of an event select, and entry"
  case readMSR = "RDMSR of a counter"
  case readPMC = "RDPMC"
  case enter = "entry with nothing to do"
}

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

func tenths(_ value: Double) -> String {
  let number = Int((abs(value) * 10).rounded())
  return "\(value < 0 && number != 0 ? "-" : "")\(number / 10).\(number % 10)"
}

/// The select of a counter with one bit changing, so that each write changes what counts.
func select(_ round: Int) -> UInt64 { round & 1 == 0 ? 0x5300C0 : 0x4300C0 }

/// The time of one access in Swift. Called with a `VirtualPMU`, all types are known and it is compiled for them; called
/// with `any AnyVirtualPMU`, whose policy was chosen at run time, it is not.
func time(_ access: Access, _ pmu: some GuestFacingPMU) -> Double {
  let start = now()
  do throws(VPMUError) {
    for round in 0..<rounds {
      switch access {
      case .writeMSR:
        _ = try pmu.writeMSR(0x186, select(round), origin: .guest)
        _ = try pmu.enter()
      case .readMSR: _ = try pmu.readMSR(0xC1, origin: .guest)
      case .readPMC: _ = try pmu.readPMC(0, cpl: 0, cr4PCE: true, protectedMode: true)
      case .enter: _ = try pmu.enter()
      }
    }
  } catch { fatalError("\(error)") }
  return (now() - start) / Double(rounds)
}

let limits = HostLimits(gpCounters: 16, fixedCounters: 16, gpWidth: 48, fixedWidth: 48, archEvents: 7)

/// The plugin's model, and the CPU that the guest is.
func chosen(_ plugin: String) throws -> (PluginModel, GuestConfiguration) {
  let plugin = try Plugin.load(plugin)
  let preset = plugin.declaration.preset(named: "intel-v2") ?? plugin.declaration.presets[0]
  return (plugin.model, preset.configuration)
}

/// The same by libvpmu.
struct CGuest {
  let library: CLibrary
  let cpu: OpaquePointer

  init(_ library: CLibrary) throws {
    self.library = library
    cpu = try library.makeCPU()
    _ = library.wrmsr(cpu, 0x38F, 1, 0)
  }

  func time(_ access: Access) -> Double {
    var value: UInt64 = 0
    let start = now()
    for round in 0..<rounds {
      switch access {
      case .writeMSR:
        _ = library.wrmsr(cpu, 0x186, select(round), 0)
        _ = library.enter(cpu)
      case .readMSR: _ = library.rdmsr(cpu, 0xC1, 0, &value)
      case .readPMC: _ = library.rdpmc(cpu, 0, 0, 1, &value)
      case .enter: _ = library.enter(cpu)
      }
    }
    return (now() - start) / Double(rounds)
  }
}
