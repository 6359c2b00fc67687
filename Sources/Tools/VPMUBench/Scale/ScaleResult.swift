import VPMUTrace

/// What so many virtual CPUs in one process come to.
public struct ScaleResult: Sendable, Equatable {
  public var vcpus: Int
  /// Threads that they are spread over: as many as there are processors.
  public var threads: Int
  public var host: String
  public var policy: String
  /// Heap of one vPMU and its host that do nothing, in bytes; the mailbox and the state are in it. The thread's stack,
  /// and what the VMM itself needs for a vCPU, are not.
  public var idleBytes: Int
  /// Descriptors of all vPMUs: idle; each with one counter programmed; two time slices after the guests stopped.
  public var idleDescriptors: Int
  public var usedDescriptors: Int
  public var descriptorsAfter: Int
  /// Time of one access with the `enter` after it, while all threads do the same, in hundredths of a ns: median of the
  /// rounds of all threads. A round goes once over the vCPUs of the thread, with as many accesses for each.
  public var accessTime: UInt64
  /// The same, of the fastest round.
  public var bestAccessTime: UInt64

  init(
    vcpus: Int, threads: Int, host: String, policy: String, idleBytes: Int, idleDescriptors: Int, usedDescriptors: Int,
    descriptorsAfter: Int, accessTime: UInt64, bestAccessTime: UInt64
  ) {
    self.vcpus = vcpus
    self.threads = threads
    self.host = host
    self.policy = policy
    self.idleBytes = idleBytes
    self.idleDescriptors = idleDescriptors
    self.usedDescriptors = usedDescriptors
    self.descriptorsAfter = descriptorsAfter
    self.accessTime = accessTime
    self.bestAccessTime = bestAccessTime
  }

  /// For programs: one JSON object, without a line feed.
  public var json: String {
    var object = JSONWriter()
    object.count("vcpus", vcpus)
    object.count("threads", threads)
    object.string("host", host)
    object.string("policy", policy)
    object.number("access_ns", FixedPoint(hundredths: accessTime))
    object.number("access_ns_best", FixedPoint(hundredths: bestAccessTime))
    object.count("idle_bytes_per_vcpu", idleBytes)
    object.count("idle_descriptors", idleDescriptors)
    object.count("used_descriptors", usedDescriptors)
    object.count("descriptors_after", descriptorsAfter)
    return object.finished
  }

  /// For people: a line for each result.
  public static func table(_ results: [ScaleResult]) -> String {
    let columns = [
      "vCPUs", "threads", "host", "policy", "ns/access", "best", "bytes/idle vCPU", "descriptors idle", "in use",
      "after",
    ]
    let rows = results.map {
      [
        "\($0.vcpus)", "\($0.threads)", $0.host, $0.policy, "\(FixedPoint(hundredths: $0.accessTime))",
        "\(FixedPoint(hundredths: $0.bestAccessTime))", "\($0.idleBytes)", "\($0.idleDescriptors)",
        "\($0.usedDescriptors)", "\($0.descriptorsAfter)",
      ]
    }
    return BenchTable.aligned([columns] + rows).joined(separator: "\n")
  }
}
