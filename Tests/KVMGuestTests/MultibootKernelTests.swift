import SeededRandom
import KVMGuest
import TestSupport
import Testing

@Suite("A multiboot kernel's file")
struct MultibootKernelTests {
  @Test("is loaded where its segments want to be, and entered where it begins")
  func loads() throws {
    let memory = Memory()
    var file = KernelFile()
    file.segments.append(KernelFile.Segment(address: 0x20_0000, fileSize: 0, memorySize: 1 << 20))
    let kernel = try MultibootKernel(file.bytes)
    let loaded = try memory.load(kernel, "kernel a b")
    #expect(loaded.entry == 0x10_000C)
    #expect(memory.word(0x10_0000) == 0x1BAD_B002)
    #expect(Array(memory.bytes[0x10_000C..<0x10_0010]) == file.code)
    #expect(loaded.information == 0x1000)
  }

  @Test("that runs elsewhere than it is loaded is entered where it is loaded")
  func entryIsPhysical() throws {
    var file = KernelFile()
    file.segments[0].virtualAddress = 0xC010_0000
    file.entry = 0xC010_000C
    #expect(try MultibootKernel(file.bytes).elf.entry == 0x10_000C)
  }

  @Test("A multiboot kernel is given memory, command line, modules and a memory map")
  func information() throws {
    let memory = Memory()
    let kernel = try MultibootKernel(KernelFile().bytes)
    let loaded = try memory.load(
      kernel, "kernel a b",
      modules: [([1, 2, 3], "first"), ([UInt8](repeating: 7, count: 5000), "second")])
    let block = Int(loaded.information)
    #expect(memory.word(block) == 0b100_1101)
    #expect(memory.word(block + 4) == 640)
    #expect(memory.word(block + 8) == UInt32(Memory.size >> 10) - 1024)
    #expect(memory.text(memory.word(block + 16)) == "kernel a b")
    #expect(memory.word(block + 20) == 2)
    let list = Int(memory.word(block + 24))
    let modules = (0..<2).map { index in (0..<3).map { memory.word(list + 16 * index + 4 * $0) } }
    #expect(modules[0][0] == 0x10_1000 && modules[0][1] == 0x10_1003 && memory.text(modules[0][2]) == "first")
    #expect(modules[1][0] == 0x10_2000 && modules[1][1] == 0x10_2000 + 5000 && memory.text(modules[1][2]) == "second")
    #expect(memory.bytes[0x10_1002] == 3 && memory.bytes[0x10_2000 + 4999] == 7 && memory.bytes[0x10_2000 + 5000] == 0)
    let map = Int(memory.word(block + 48))
    #expect(memory.word(block + 44) == 48)
    #expect([0, 4, 12, 20].map { memory.word(map + $0) } == [20, 0, 640 << 10, 1])
    #expect([0, 4, 12, 20].map { memory.word(map + 24 + $0) } == [20, 1 << 20, UInt32(Memory.size) - 1 << 20, 1])
  }

  @Test("with segments in low memory leaves the information another place")
  func lowMemory() throws {
    var file = KernelFile()
    file.segments.append(KernelFile.Segment(address: 0x800, fileSize: 0, memorySize: 0x1800))
    let loaded = try Memory().load(MultibootKernel(file.bytes), "")
    #expect(loaded.information == 0x2000)
    file.segments[1].memorySize = 0x9_F000
    #expect(try Memory().load(MultibootKernel(file.bytes), "").information == 0x10_1000)
  }

  @Test("has RDPMC replaced in what is executed, behind its header")
  func rdpmc() throws {
    let memory = Memory()
    let kernel = try MultibootKernel(KernelFile().bytes)
    _ = try memory.load(kernel, "")
    let (replaced, leftAlone) = kernel.rewriteRDPMC(in: memory.bytes, .protected32, port: 0x44)
    #expect(replaced == [0x10_000D] && leftAlone == [])
    #expect(Array(memory.bytes[0x10_000C..<0x10_0010]) == [0xF4, 0xE6, 0x44, 0xF4])
    var data = KernelFile()
    data.segments[0].flags = 4
    let other = try MultibootKernel(data.bytes)
    #expect(other.rewriteRDPMC(in: memory.bytes, .protected32).replaced == [])
  }

  @Test("that is none says why", arguments: refusals)
  func refused(_ refusal: Refusal) {
    #expect(throws: refusal.error) {
      _ = try Memory().load(MultibootKernel(refusal.bytes), "")
    }
    #expect(!"\(refusal.error)".isEmpty)
  }

  @Test("A multiboot kernel needs memory for its modules")
  func noRoom() throws {
    let kernel = try MultibootKernel(KernelFile().bytes)
    #expect(throws: KernelImageError.noRoom(what: "the module big", memory: Memory.size)) {
      _ = try Memory().load(kernel, "", modules: [([UInt8](repeating: 1, count: Memory.size), "big")])
    }
  }

  @Test("can hold anything: it is loaded or refused, and nothing traps", arguments: 1...8 as ClosedRange<UInt64>)
  func anything(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var (loaded, errors) = (0, Set<String>())
    let memory = Memory()
    var good = KernelFile()
    good.segments.append(KernelFile.Segment(address: 0x20_0000, fileSize: 8, memorySize: 1 << 20))
    for _ in 0..<5000 {
      var bytes = good.bytes
      for _ in 0...Int.random(in: 0..<4, using: &generator) { Self.mutate(&bytes, &generator) }
      do {
        let kernel = try MultibootKernel(bytes)
        let place = try memory.load(kernel, "kernel", modules: [([1], "module")])
        _ = withExtendedLifetime(memory) { kernel.rewriteRDPMC(in: $0.bytes, .protected32) }
        #expect(place.information < Memory.size)
        loaded += 1
      } catch { errors.insert("\(error)".prefix(40).description) }
    }
    #expect(loaded > 100)
    #expect(errors.count > 8, "\(errors)")
  }

  /// Another byte, another word (of those that break arithmetic), or an early end.
  private static func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard bytes.count > 4 else { return }
    // Where headers are, most of the time.
    let end = Bool.random(using: &generator) ? min(bytes.count, 120) : bytes.count
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
    case 1...3: bytes[Int.random(in: 0..<end, using: &generator)] = .random(in: 0...255, using: &generator)
    default:
      let words: [UInt32] = [
        0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_F000, 0x1000, 0x10_0000, UInt32(bytes.count),
        .random(in: 0...UInt32.max, using: &generator),
      ]
      let place = Int.random(in: 0..<max(1, end / 4 - 1), using: &generator) * 4
      let word = words[Int.random(in: 0..<words.count, using: &generator)]
      for index in 0..<4 where place + index < bytes.count {
        bytes[place + index] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(index)))
      }
    }
  }
}

/// A file that is refused, and the reason.
struct Refusal: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let error: KernelImageError

  init(_ name: String, _ error: KernelImageError, _ change: (inout KernelFile) -> Void) {
    var file = KernelFile()
    change(&file)
    (testDescription, bytes, self.error) = (name, file.bytes, error)
  }

  init(_ name: String, _ error: KernelImageError, bytes: [UInt8]) {
    (testDescription, self.bytes, self.error) = (name, bytes, error)
  }
}

private let refusals = [
  Refusal("empty", .notELF, bytes: []),
  Refusal("text", .notELF, bytes: Array("#!/bin/sh".utf8)),
  Refusal("short", .truncated(what: "ELF header"), bytes: Array(KernelFile().bytes.prefix(40))),
  Refusal("cut off", .truncated(what: "segment for 0x100000"), bytes: Array(KernelFile().bytes.dropLast())),
  Refusal("64 bits", .otherFormat("it is not for 32 bits, little-endian")) { $0.identification[4] = 2 },
  Refusal("relocatable", .otherFormat("it is no executable that is linked to fixed addresses")) { $0.type = 1 },
  Refusal("another machine", .otherFormat("it is not for x86 (EM_386)")) { $0.machine = 40 },
  Refusal("odd program headers", .otherFormat("its program headers have another size")) { $0.segmentSize = 31 },
  Refusal("program headers elsewhere", .truncated(what: "program headers")) { $0.headerPlace = 0xFFFF_FFF0 },
  Refusal("65535 segments", .truncated(what: "program headers")) { $0.segmentCount = 65535 },
  Refusal("no segment", .otherFormat("it has nothing to load")) { $0.segments[0].type = 4 },
  Refusal("longer than its memory", .otherFormat("a segment is longer than its memory")) {
    $0.segments[0].memorySize = 4
  },
  Refusal("offset beyond", .truncated(what: "segment for 0x100000")) { $0.segments[0].offset = 0xFFFF_FFFF },
  Refusal("overlapping", .overlap(0x10_0000, 0x10_0010)) {
    $0.segments.append(KernelFile.Segment(address: 0x10_0010, fileSize: 0))
  },
  Refusal("entry nowhere", .entryOutside(0x5000)) { $0.entry = 0x5000 },
  Refusal("wrong magic", .noMultibootHeader) { $0.magic = 0x1BAD_B003 },
  Refusal("header beyond 8192 bytes", .noMultibootHeader) {
    $0.multibootPlace = 8192
    $0.segments[0].offset = 8192
  },
  Refusal("video mode", .requirement(flags: 4)) { $0.flags = 7 },
  Refusal("addresses in the header", .requirement(flags: 1 << 16)) { $0.flags = 1 << 16 },
  Refusal("huge", .outsideMemory(0x10_0000, memory: Memory.size)) { $0.segments[0].memorySize = 0xFFFF_FFFF },
  Refusal("high", .outsideMemory(0xFFFF_FFF0, memory: Memory.size)) {
    $0.segments[0].address = 0xFFFF_FFF0
    $0.entry = 0xFFFF_FFFC
  },
]

/// Guest memory of 4 MB.
private final class Memory {
  static let size = 4 << 20
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)

  init() { bytes.initializeMemory(as: UInt8.self, repeating: 0) }
  deinit { bytes.deallocate() }

  /// As long as this object is there, so is what was loaded.
  func load(
    _ kernel: MultibootKernel, _ commandLine: String, modules: [(bytes: [UInt8], commandLine: String)] = []
  ) throws(KernelImageError) -> MultibootKernel.Loaded {
    defer { withExtendedLifetime(self) {} }
    return try kernel.load(into: bytes, commandLine: commandLine, modules: modules)
  }

  func word(_ place: Int) -> UInt32 { bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self) }

  /// The text at an address.
  func text(_ place: UInt32) -> String { String(decoding: bytes[Int(place)...].prefix { $0 != 0 }, as: UTF8.self) }
}
