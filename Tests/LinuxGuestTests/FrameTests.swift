import Testing

@testable import LinuxGuest

@Suite struct FrameTests {
  @Test func `Frames are read whole, however their bytes arrive`() throws {
    let frames = [
      Frame(kind: .started), Frame(kind: .output, data: Array(0...255)), Frame(kind: .exit, data: [1, 2, 3, 4]),
    ]
    let bytes = frames.flatMap(\.bytes)
    for size in [1, 3, 7, 8, 9, bytes.count] {
      var reader = FrameReader()
      var read: [Frame] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        reader.append(bytes[start..<min(start + size, bytes.count)])
        while let frame = try reader.next() { read.append(frame) }
      }
      #expect(read == frames)
    }
  }

  @Test func `A number is little-endian`() {
    #expect(Frame(kind: .exit, data: [1, 2, 3, 4]).number == 0x0403_0201)
    #expect(Frame(kind: .exit).number == 0)
  }

  @Test(
    arguments: [[0, 0, 0, 0, 0, 0, 0, 0], [0x6F, 0, 0, 0, 1, 0, 1, 0], [0x6F, 0, 0, 0, 255, 255, 255, 255]] as [[UInt8]]
  )
  func `What is no frame is an error, and takes no memory`(_ bytes: [UInt8]) {
    var reader = FrameReader()
    reader.append(bytes)
    #expect(throws: LinuxGuestError.protocol) { try reader.next() }
  }
}
