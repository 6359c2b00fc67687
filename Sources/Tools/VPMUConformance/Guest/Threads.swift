import Glibc
import Synchronization

/// Runs each of `bodies` on a thread of its own, from the same moment on.
///
/// - Returns: what each gave; nil for one whose thread could not be started
package func concurrently<Result>(_ bodies: [@Sendable () -> Result]) -> [Result?] {
  let gate = Gate(bodies.count)
  let threads = bodies.map { RunningThread($0, behind: gate) }
  return threads.map { $0.join() }
}

/// Opens when as many have come as are expected.
private final class Gate: Sendable {
  private let missing: Atomic<Int>

  init(_ expected: Int) { missing = Atomic(expected) }

  func arrive() { missing.subtract(1, ordering: .acquiringAndReleasing) }

  /// Waits by looking: the others come within microseconds, and a thread that sleeps starts late.
  func pass() {
    arrive()
    while missing.load(ordering: .acquiring) > 0 { sched_yield() }
  }
}

/// A thread, and what it gave when it has ended. Only the thread writes, and only after ``join()`` anyone reads.
private final class RunningThread<Result>: AnyThread, @unchecked Sendable {
  private let body: @Sendable () -> Result
  private let gate: Gate
  private var result: Result?
  private var thread: pthread_t?

  init(_ body: @escaping @Sendable () -> Result, behind gate: Gate) {
    self.body = body
    self.gate = gate
    super.init()
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self as AnyThread)
    if pthread_create(&thread, nil, { AnyThread.main($0) }, context.toOpaque()) == 0 {
      self.thread = thread
    } else {
      context.release()
      gate.arrive()
    }
  }

  override func run() {
    gate.pass()
    result = body()
  }

  func join() -> Result? {
    if let thread { pthread_join(thread, nil) }
    return result
  }
}

/// What `pthread_create` can be handed: a class without a generic parameter.
private class AnyThread {
  func run() {}

  static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<AnyThread>.fromOpaque(context).takeRetainedValue().run()
    return nil
  }
}
