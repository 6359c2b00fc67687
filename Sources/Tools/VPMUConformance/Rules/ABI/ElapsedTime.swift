import Glibc

/// A point in time. The difference of two is the time for which the thread ran and slept, without the time for which it
/// waited for a processor on a busy machine.
struct ElapsedTime {
  private let wall = ContinuousClock.now
  private let delay = Self.runDelay()

  func milliseconds(since start: ElapsedTime) -> Int {
    Int((wall - start.wall - (delay - start.delay)) / .milliseconds(1))
  }

  /// How long the calling thread was ready to run and had no processor: the second number of
  /// `/proc/thread-self/schedstat` (the kernel's "Scheduler Statistics"), 0 where there is none.
  private static func runDelay() -> Duration {
    guard let file = fopen("/proc/thread-self/schedstat", "re") else { return .zero }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return .zero }
    let numbers = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.split(separator: UInt8(ascii: " "))
    guard numbers.count > 1, let nanoseconds = Int64(String(decoding: numbers[1], as: UTF8.self)) else { return .zero }
    return .nanoseconds(nanoseconds)
  }
}
