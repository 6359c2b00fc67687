import Glibc

/// A thread for a vCPU: a virtual PMU is bound to one, and signals of overflow notifications reach it (threads of a pool may block
/// them).
public enum VCPUThread {
  /// Runs `body` on a thread of its own and waits for it.
  public static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) throws(GuestError) -> Result {
    try start(body).wait()
  }

  /// Runs `body` on a thread of its own.
  public static func start<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) throws(GuestError) -> Running<Result> {
    let running = Running(body)
    var thread = pthread_t()
    let error = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().perform() }
        return nil
      }, Unmanaged<Work>.passRetained(running).toOpaque())
    guard error == 0 else {
      Unmanaged<Work>.passUnretained(running).release()
      throw .noThread(errno: error)
    }
    running.thread = thread
    return running
  }

  /// What a thread works on, whatever its result is.
  public class Work: @unchecked Sendable {
    func perform() {}
  }

  /// A thread that runs.
  public final class Running<Result: Sendable>: Work, @unchecked Sendable {
    private let body: @Sendable () -> Result
    // Written before the thread ends, read after it was joined.
    private var result: Result?
    fileprivate var thread = pthread_t()

    fileprivate init(_ body: @escaping @Sendable () -> Result) { self.body = body }

    override func perform() { result = body() }

    /// Waits for its end. Once.
    public func wait() throws(GuestError) -> Result {
      let error = pthread_join(thread, nil)
      guard error == 0, let result else { throw .noThread(errno: error) }
      return result
    }
  }
}
