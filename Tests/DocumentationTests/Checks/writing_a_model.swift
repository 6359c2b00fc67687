// Behind the code of docs/writing-a-model.md: the register that no role describes.
import Glibc

func check(_ holds: Bool, line: Int = #line) {
  guard !holds else { return }
  print("the check's line \(line) does not hold")
  exit(1)
}

let scratch = MSRNumber(0x0001_5020)
check(written == .done)
check(try pmu.readMSR(scratch) == .value(0xBEEF))
check(try pmu.writeMSR(scratch, 0x1_0000) == .generalProtection)
check(try pmu.readMSR(scratch) == .value(0xBEEF))
// The others are the tables' matter: a counter, and a number that no row claims.
check(try pmu.writeMSR(MSRNumber(0x0001_5010), 5) == .done)
check(try pmu.readMSR(MSRNumber(0x0001_5010)) == .value(5))
check(try pmu.readMSR(MSRNumber(0x10)) == .unhandled)
