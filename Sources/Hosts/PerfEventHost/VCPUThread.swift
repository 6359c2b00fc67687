import CLinux
import CLibc

/// A thread for a vCPU: a virtual PMU is bound to one, and signals of overflow notifications reach it (threads of a
/// pool may block them).
public enum VCPUThread {
  /// Runs `body` on a thread of its own and waits for it.
  public static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) throws(VCPUThreadError) -> Result {
    try start(body).wait()
  }

  /// Runs `body` on a thread of its own.
  public static func start<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) throws(VCPUThreadError) -> Running<Result> {
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
      throw VCPUThreadError(errno: error)
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
    public func wait() throws(VCPUThreadError) -> Result {
      let error = pthread_join(thread, nil)
      guard error == 0, let result else { throw VCPUThreadError(errno: error) }
      return result
    }
  }
}

/// A thread can't be made, or did not end.
public struct VCPUThreadError: Error, Hashable, Sendable {
  /// Of pthread_create(3) or pthread_join(3).
  public var errno: Int32
}

extension VCPUThreadError: CustomStringConvertible {
  public var description: String {
    "no thread: \(clinux_error_name(errno).map { String(cString: $0) } ?? "errno \(errno)")"
  }
}
