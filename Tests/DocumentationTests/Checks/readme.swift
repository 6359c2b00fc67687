// Behind the code of README.md: its counter counts.
import Glibc

func check(_ holds: Bool, line: Int = #line) {
  guard !holds else { return }
  print("the check's line \(line) does not hold")
  exit(1)
}

check(answer == .done)
check(try pmu.enter() == .run)
check(pmu.statistics.live == 1)
var sum: UInt64 = 0
for number in 0..<100_000 as Range<UInt64> { sum &+= number &* sum | 1 }
guard case .value(let count) = try pmu.readPMC(RDPMCSelector(0), cpl: 0, cr4PCE: false) else {
  print("RDPMC of counter 0 answered #GP, sum \(sum)")
  exit(1)
}
check(count > 0)
check(try pmu.readMSR(MSRNumber(0x10)) == .unhandled)
try pmu.scheduledIn()
