import Glibc

/// A moment, from which the time that something takes is told: what it computes and waits, not what other programs take on
/// a busy machine.
struct ElapsedTime {
  private let wall = ContinuousClock.now
  private let processor: Duration
  /// How often the thread had to make room for another one.
  private let interruptions: Int

  init() {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    processor = .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    interruptions = usage.ru_nivcsw
  }

  /// Wall-clock time where nothing interrupted it; else the processor time.
  func milliseconds(since start: ElapsedTime) -> Int {
    let duration = interruptions == start.interruptions ? wall - start.wall : processor - start.processor
    return Int(duration / .milliseconds(1))
  }
}
