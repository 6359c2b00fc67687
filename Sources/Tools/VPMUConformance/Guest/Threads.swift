import Glibc
import Synchronization

/// Runs each of `bodies` on a thread of its own, from the same moment on.
///
/// - Returns: the result of each; nil for one whose thread could not be started
package func concurrently<Result>(_ bodies: [@Sendable () -> Result]) -> [Result?] {
  let barrier = Barrier(bodies.count)
  let threads = bodies.map { RunningThread($0, behind: barrier) }
  return threads.map { $0.join() }
}

/// Lets threads continue once as many have arrived as are expected.
private final class Barrier: Sendable {
  private let missing: Atomic<Int>

  init(_ expected: Int) { missing = Atomic(expected) }

  func arrive() { missing.subtract(1, ordering: .acquiringAndReleasing) }

  /// Arrives, and waits for the others by polling: they arrive within microseconds, and a thread that sleeps starts
  /// late.
  func wait() {
    arrive()
    while missing.load(ordering: .acquiring) > 0 { sched_yield() }
  }
}

/// A thread and its result. Only the thread writes it, and it is read only after ``join()``.
private final class RunningThread<Result>: AnyThread, @unchecked Sendable {
  private let body: @Sendable () -> Result
  private let barrier: Barrier
  private var result: Result?
  private var thread: pthread_t?

  init(_ body: @escaping @Sendable () -> Result, behind barrier: Barrier) {
    self.body = body
    self.barrier = barrier
    super.init()
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self as AnyThread)
    if pthread_create(&thread, nil, { AnyThread.main($0) }, context.toOpaque()) == 0 {
      self.thread = thread
    } else {
      context.release()
      barrier.arrive()
    }
  }

  override func run() {
    barrier.wait()
    result = body()
  }

  func join() -> Result? {
    if let thread { pthread_join(thread, nil) }
    return result
  }
}

/// A class without a generic parameter, as an argument of `pthread_create`.
private class AnyThread {
  func run() {}

  static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<AnyThread>.fromOpaque(context).takeRetainedValue().run()
    return nil
  }
}
