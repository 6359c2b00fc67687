/// The information block of a multiboot kernel (Multiboot specification 0.6.96, 3.3): memory, command line, modules,
/// and the memory map.
struct MultibootInformation {
  private let memory: UInt64
  private let commandLine: [UInt8]
  private var modules: [(memory: Range<UInt64>, commandLine: [UInt8])] = []

  /// Bytes of conventional memory that are usable, and where upper memory begins.
  static let lowerMemory: UInt64 = 640 << 10
  static let upperMemory: UInt64 = 1 << 20
  private static let headerSize: UInt32 = 88
  private static let moduleSize: UInt32 = 16
  private static let regionSize: UInt32 = 24
  private static let regions: UInt32 = 2
  /// Valid: memory (0), command line (2), modules (3), memory map (6).
  private static let flags: UInt32 = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6

  /// - Parameter memory: bytes from address 0 on, 1 MB or more
  init(memory: UInt64, commandLine: String) {
    self.memory = memory
    self.commandLine = Self.text(commandLine)
  }

  mutating func add(module memory: Range<UInt64>, commandLine: String) {
    modules.append((memory, Self.text(commandLine)))
  }

  /// Bytes that it takes.
  var size: UInt64 {
    UInt64(Self.headerSize + Self.regions * Self.regionSize) + UInt64(modules.count) * UInt64(Self.moduleSize)
      + UInt64(commandLine.count) + UInt64(modules.reduce(0) { $0 + $1.commandLine.count })
  }

  /// The block for that address: header, memory map, modules, texts.
  func bytes(at address: UInt32) -> [UInt8] {
    let map = address + Self.headerSize
    let list = map + Self.regions * Self.regionSize
    var texts: [UInt8] = []
    let textsAt = list + UInt32(modules.count) * Self.moduleSize
    func place(_ text: [UInt8]) -> UInt32 {
      defer { texts += text }
      return textsAt + UInt32(texts.count)
    }
    var words = [UInt32](repeating: 0, count: Int(Self.headerSize) / 4)
    words[0] = Self.flags
    words[1] = UInt32(Self.lowerMemory >> 10)
    words[2] = UInt32((memory - Self.upperMemory) >> 10)
    words[4] = place(commandLine)
    (words[5], words[6]) = (UInt32(modules.count), list)
    (words[11], words[12]) = (Self.regions * Self.regionSize, map)
    for (start, end) in [(0, Self.lowerMemory), (Self.upperMemory, memory)] as [(UInt64, UInt64)] {
      // The size of what follows; then address and length, of 64 bits each, and that it is usable.
      words += [
        Self.regionSize - 4, UInt32(start), 0, UInt32(truncatingIfNeeded: end - start), UInt32((end - start) >> 32), 1,
      ]
    }
    for module in modules {
      words += [UInt32(module.memory.lowerBound), UInt32(module.memory.upperBound), place(module.commandLine), 0]
    }
    return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } } + texts
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8.filter { $0 != 0 }) + [0] }
}
