import KVMPMU

/// What the command line asks for.
struct Arguments {
  var file = ""
  var model: String?
  var memory = 256
  var timeLimit: UInt64 = 60
  var modules: [(file: String, commandLine: String)] = []
  var code = InstructionLength.Mode.protected32
  /// For the kernel: what comes after `--`.
  var words: [String] = []

  static let usage = """
    Usage: TestKernel FILE [options] [-- ARGS]
    Boots FILE, a multiboot (version 1) kernel in an ELF32 file, on a CPU with a virtual PMU. ARGS are its arguments.
      --model M        the CPU's model: intel-v2, amd-v2, ... Default: this machine's vendor's first one
      --memory MB      16 to 3072. Default: 256
      --module FILE    a boot module; may be repeated. FILE,TEXT gives it a command line of its own
      --time-limit S   seconds, 1 to 86400. Default: 60
      --code BITS      32 or 64: how the kernel's code is read to find RDPMC. 64 for kernels that enter long mode
    Exit status: value * 2 + 1 of what the kernel writes to port 0xF4; 2 wrong arguments, 4 no such kernel, 6 no such \
    machine, 8 the kernel was stopped, 124 time limit.
    """

  struct Wrong: Error { let description: String }

  init(_ arguments: some Sequence<String>) throws(Wrong) {
    var rest = Array(arguments)[...]
    while let word = rest.popFirst() {
      guard word != "--" else {
        words = Array(rest)
        break
      }
      guard word.hasPrefix("--") else {
        guard file.isEmpty else { throw Wrong(description: "more than one kernel: \(file), \(word)") }
        file = word
        continue
      }
      guard let value = rest.popFirst() else { throw Wrong(description: "\(word) needs a value, or is no option") }
      switch word {
      case "--model": model = value
      case "--memory": memory = try Self.number(word, value, in: 16...3072)
      case "--time-limit": timeLimit = UInt64(try Self.number(word, value, in: 1...86400))
      case "--module":
        let parts = value.split(separator: ",", maxSplits: 1).map(String.init)
        guard let file = parts.first else { throw Wrong(description: "--module needs a file") }
        modules.append((file, parts.count > 1 ? parts[1] : file))
      case "--code":
        guard value == "32" || value == "64" else { throw Wrong(description: "--code is \(value): choose 32 or 64") }
        code = value == "64" ? .long64 : .protected32
      default: throw Wrong(description: "there is no option \(word)")
      }
    }
    if file.isEmpty { throw Wrong(description: "which kernel?") }
  }

  private static func number(_ name: String, _ text: String, in range: ClosedRange<Int>) throws(Wrong) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw Wrong(description: "\(name) is \(text): choose \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
