/// The same guest's accesses through the C face and in Swift, in turns; and the first use of libvpmu in a process:
/// `CFace LIBVPMU PLUGIN`.
import Glibc
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  print("usage: CFace LIBVPMU PLUGIN: make lib builds both into .build-lib/lib")
  exit(64)
}
if getenv("CFACE_FIRST_USE") != nil {
  try FirstUse.measure(arguments[1])
  exit(0)
}
try FirstUse.report(program: arguments[0], library: arguments[1], plugin: arguments[2])
let library = try CLibrary(path: arguments[1], plugin: arguments[2])
let (model, configuration) = try chosen(arguments[2])
let known = try VirtualPMU(
  model: model, configuration: configuration, host: SimulatedHost(limits: limits), policy: Reuse())
// Not known when this is compiled.
let policy = PolicyKind(rawValue: getenv("CFACE_POLICY").map { String(cString: $0) } ?? "reuse") ?? .reuse
let any = try policy.makePMU(model: model, configuration: configuration, host: SimulatedHost(limits: limits))
_ = try known.writeMSR(0x38F, 1)
_ = try any.writeMSR(0x38F, 1)
let c = try CGuest(library)
print("ns an operation, best of 15 rounds of \(rounds), in turns: Swift with known types, Swift, C face")
for access in Access.allCases {
  // In turns, so that all meet the same machine.
  var best = (Double.infinity, Double.infinity, Double.infinity)
  for _ in 0..<15 {
    best = (min(best.0, time(access, known)), min(best.1, time(access, any)), min(best.2, c.time(access)))
  }
  print(
    "  \(access.rawValue): \(tenths(best.0)), \(tenths(best.1)), \(tenths(best.2)): "
      + "the C face costs \(tenths(best.2 - best.1)) more")
}
