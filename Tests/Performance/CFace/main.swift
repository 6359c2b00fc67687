/// The same guest's accesses through the C face and in Swift, in turns; and the first use of libvpmu in a process:
/// `CFace LIBVPMU PLUGIN`.
import Glibc
import SimulatedHost
import VPMUCore
import VPMULoader

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
let swift = try SwiftGuest(plugin: arguments[2])
let c = try CGuest(library)
var differences: [(String, Double, Double)] = []
for access in Access.allCases {
  // In turns, so that both meet the same machine.
  var times: [(Double, Double)] = []
  for _ in 0..<15 { times.append((swift.time(access), c.time(access))) }
  let best = (times.map(\.0).min() ?? 0, times.map(\.1).min() ?? 0)
  differences.append((access.rawValue, best.0, best.1))
}
print("ns an operation, best of 15 rounds of \(rounds), in turns:")
for (name, inSwift, inC) in differences {
  print("  \(name): Swift \(tenths(inSwift)), C face \(tenths(inC)), difference \(tenths(inC - inSwift))")
}
