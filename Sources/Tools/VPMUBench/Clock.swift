import Glibc

/// The clock of measurements on this thread: CLOCK_MONOTONIC.
public enum Clock {
  /// Nanoseconds since some moment in the past: clock_gettime(2).
  public static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

  /// Nanoseconds that this thread has run, a guest behind /dev/kvm included: what others do on the machine is not in
  /// it.
  public static func ownTime() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// What two readings in a row differ by: the part of each measured time that is the clock's own. Median of 1001, in
  /// ns.
  public static func cost() -> UInt64 {
    var samples = Samples(capacity: 1001)
    for _ in 0..<samples.capacity {
      let start = now()
      samples.add(now() &- start)
    }
    return samples.summary.median
  }

  /// Sleeps for at least this many ns: nanosleep(2).
  package static func sleep(_ nanoseconds: UInt64) {
    var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    var rest = timespec()
    while nanosleep(&time, &rest) != 0 && errno == EINTR { time = rest }
  }
}
