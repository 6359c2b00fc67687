import SeededRandom
import Testing
import TestSupport
import VPMULoader

@Suite("Before any code of it runs, a file")
struct PluginFileTests {
  @Test("of a plugin tells its ABI", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func identity() throws {
    let file = try PluginFile(path: CFixture.build())
    #expect(file.abi == PluginABI.current)
    #expect(file.path.hasPrefix("/"))
  }

  @Test("that is not there is not found")
  func notFound() {
    #expect(throws: PluginLoadError.notFound(path: "/no/such/plugin.so")) { try PluginFile(path: "/no/such/plugin.so") }
  }

  @Test("that is a directory or a device is no plugin", arguments: ["/", "/dev/null"])
  func notRegular(path: String) {
    #expect(throws: PluginLoadError.notAPlugin(path: path, reason: "it is no regular file")) {
      try PluginFile(path: path)
    }
  }

  @Test("that is empty, or a text, is no plugin", arguments: ["", "\u{7F}EL", "#!/bin/sh\n"])
  func noELF(text: String) throws {
    let path = try CFixture.file([UInt8](text.utf8))
    let error = #expect(throws: PluginLoadError.self) { try PluginFile(path: path) }
    #expect(error?.reason.hasPrefix("is no plugin, it is no ELF file") == true)
  }

  @Test("without the section is no plugin", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func noSection() throws {
    let path = try CFixture.build("NO_IDENTITY")
    let error = #expect(throws: PluginLoadError.self) { try PluginFile(path: path) }
    #expect(error?.reason.hasPrefix("is no plugin, it has no section vpmu_abi") == true)
  }

  @Test("with another magic number is no plugin", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func wrongMagic() throws {
    let path = try CFixture.build("IDENTITY_MAGIC=1")
    let error = #expect(throws: PluginLoadError.self) { try PluginFile(path: path) }
    #expect(error?.reason.contains("magic number") == true)
  }

  @Test(
    "of another major version is refused with both numbers",
    .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"), arguments: [0, 2, 65535] as [UInt16])
  func wrongMajor(major: UInt16) throws {
    let path = try CFixture.build("IDENTITY_MAJOR=\(major)")
    let expected = PluginLoadError.abiMajor(path: path, found: major, supported: 1)
    #expect(throws: expected) { try PluginFile(path: path) }
    #expect("\(expected)".contains("version \(major) ") && "\(expected)".contains("version 1"))
  }

  @Test(
    "for another machine is refused with the machine's name",
    .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"),
    arguments: [(18, 183, "aarch64"), (18, 200, "ELF machine 200"), (4, 1, "32-bit"), (5, 2, "big-endian")])
  func wrongMachine(offset: Int, byte: UInt8, name: String) throws {
    var bytes = try CFixture.bytes(of: CFixture.build())
    bytes[offset] = byte
    let path = try CFixture.file(bytes)
    #expect(throws: PluginLoadError.wrongArchitecture(path: path, found: name)) { try PluginFile(path: path) }
  }

  @Test("cut off anywhere is a typed error", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func truncated() throws {
    let bytes = try CFixture.bytes(of: CFixture.build())
    for length in 0..<bytes.count {
      // The section table stands at the end of the file: without its last byte nothing is found.
      #expect(throws: PluginLoadError.self) { try PluginFile.abi(of: Array(bytes[..<length]), path: "x") }
    }
    let path = try CFixture.file(Array(bytes[..<(bytes.count - 1)]))
    #expect(throws: PluginLoadError.self) { try PluginFile(path: path) }
  }

  /// Fields of the ELF header and of a section header, with the values that lead a careless reader astray.
  static let fields: [(offset: Int, size: Int)] = [(40, 8), (58, 2), (60, 2), (62, 2)]

  @Test(
    "with absurd offsets and counts in its header is a typed error",
    .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func absurdHeader() throws {
    let good = try CFixture.bytes(of: CFixture.build())
    for (offset, size) in Self.fields {
      for pattern: UInt64 in [0, .max, 1 << 63, UInt64(good.count), 0xFFFF, 0x7FFF_FFFF_FFFF_FFC0] {
        var bytes = good
        for n in 0..<size { bytes[offset + n] = UInt8(truncatingIfNeeded: pattern >> UInt64(8 * n)) }
        #expect(throws: PluginLoadError.self, "offset \(offset), \(pattern)") {
          try PluginFile.abi(of: bytes, path: "x")
        }
      }
    }
  }

  @Test(
    "with random damage is read or refused, never a trap",
    .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
  func mutations() throws {
    var random = SeededGenerator(seed: 0x5EED)
    var bytes = try CFixture.bytes(of: CFixture.build())
    let table = bytes.count - bytes.count % 8
    let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
    var (read, refused) = (0, 0)
    for _ in 0..<30_000 {
      var undo: [(Int, UInt8)] = []
      for _ in 0...random.below(4) {
        // Half of the damage goes to the header, the rest to the section table and names at the end.
        let position = random.below(2) == 0 ? Int(random.below(64)) : table - 1 - Int(random.below(2600))
        undo.append((position, bytes[position]))
        let value = UInt8(truncatingIfNeeded: random.next())
        bytes[position] = random.below(2) == 0 ? value : interesting[Int(random.below(5))]
      }
      do {
        _ = try PluginFile.abi(of: bytes, path: "x")
        read += 1
      } catch {
        refused += 1
      }
      for (position, byte) in undo.reversed() { bytes[position] = byte }
    }
    #expect(read > 1000 && refused > 1000, "\(read) read, \(refused) refused: the damage must reach both ways")
    #expect(try PluginFile.abi(of: bytes, path: "x") == PluginABI.current)
  }
}
