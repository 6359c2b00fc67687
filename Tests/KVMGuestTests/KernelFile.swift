/// A small multiboot kernel, built byte by byte: one loaded segment with the header and a HLT.
struct KernelFile {
  struct Segment {
    var type: UInt32 = 1
    var offset: UInt32 = 0x100
    var virtualAddress: UInt32?
    var address: UInt32 = 0x10_0000
    var fileSize: UInt32 = 16
    var memorySize: UInt32 = 32
    var flags: UInt32 = 5
  }

  var segments = [Segment()]
  var entry: UInt32 = 0x10_000C
  var identification: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9)
  var type: UInt16 = 2
  var machine: UInt16 = 3
  var segmentSize: UInt16 = 32
  var segmentCount: UInt16?
  var headerPlace: UInt32 = 52
  var flags: UInt32 = 3
  var magic: UInt32 = 0x1BAD_B002
  var multibootPlace = 0x100
  /// The segment's last four bytes.
  var code: [UInt8] = [0xF4, 0x0F, 0x33, 0xF4]

  var bytes: [UInt8] {
    var bytes = identification
    func append(_ value: some FixedWidthInteger) {
      bytes += withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    append(type)
    append(machine)
    append(UInt32(1))
    append(entry)
    append(headerPlace)
    append(UInt32(0))
    append(UInt32(0))
    append(UInt16(52))
    append(segmentSize)
    append(segmentCount ?? UInt16(segments.count))
    for _ in 0..<3 { append(UInt16(0)) }
    for segment in segments {
      append(segment.type)
      append(segment.offset)
      append(segment.virtualAddress ?? segment.address)
      append(segment.address)
      append(segment.fileSize)
      append(segment.memorySize)
      append(segment.flags)
      append(UInt32(4096))
    }
    bytes += [UInt8](repeating: 0, count: max(0, multibootPlace - bytes.count))
    append(magic)
    append(flags)
    append(0 &- magic &- flags)
    return bytes + code
  }
}
