/// How a guest is run.
public struct GuestConfiguration: Sendable {
  /// The model of the PMU, and so of the CPU. Default: `intel-v2`.
  public var model = "intel-v2"
  /// Virtual CPUs, 1 to ``mostVCPUs``.
  public var vcpus = 1
  /// The guest's memory in MiB.
  public var memory = 1024
  /// Whether the guest's time follows the instructions that it executes. All vCPUs are then on one thread, and time
  /// without work is skipped.
  public var countsInstructions = true
  /// The plugin's file and its options; nil: the guest has no PMU.
  public var plugin: PluginOption?
  /// Whether the kernel writes all of its messages to its console, or errors only.
  public var showsKernelMessages = false

  public static let mostVCPUs = 64

  public init() {}
}

/// The value of QEMU's option `-plugin`.
public struct PluginOption: Equatable, Sendable {
  public var file: String
  public var model: String
  public var policy: String?
  public var isExact = true
  /// An absolute path.
  public var trace: String?
  public var showsStatistics = false

  public init(file: String, model: String) {
    self.file = file
    self.model = model
  }

  var text: String {
    var parts = [Self.escaped(file), "model=\(Self.escaped(model))", "exact=\(isExact ? "on" : "off")"]
    if let policy { parts.append("policy=\(Self.escaped(policy))") }
    if let trace { parts.append("trace=\(Self.escaped(trace))") }
    if showsStatistics { parts.append("stats=on") }
    return parts.joined(separator: ",")
  }

  /// In an option of QEMU two commas stand for one.
  static func escaped(_ text: String) -> String {
    text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
  }
}
