import Testing

import PerfEventHost

@Suite("Records of a ring buffer")
struct RecordBufferTests {
  /// A ring of 128 bytes into which records are written as the kernel does.
  struct Ring {
    var words = [UInt64](repeating: 0xDEAD_DEAD_DEAD_DEAD, count: 16)
    var head: UInt64 = 0

    mutating func write(type: UInt64, _ fields: UInt64..., size: UInt64? = nil) {
      let bytes = size ?? UInt64(8 + 8 * fields.count)
      for word in [type | bytes << 48] + fields {
        words[Int(head / 8 % 16)] = word
        head += 8
      }
    }

    func records(from tail: UInt64) -> [PerfRecord] { records(from: tail, to: head) }

    func records(from tail: UInt64, to head: UInt64) -> [PerfRecord] {
      words.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return [] }
        var found: [PerfRecord] = []
        RecordBuffer(records: start, size: 128).forEach(from: tail, to: head) { found.append($0) }
        return found
      }
    }
  }

  @Test("throttle and unthrottle name the event; samples are passed over")
  func throttling() {
    var ring = Ring()
    ring.write(type: 9)
    ring.write(type: 5, 1111, 77, 77)
    ring.write(type: 9)
    ring.write(type: 6, 2222, 78, 78)
    #expect(ring.records(from: 0) == [.throttled(id: 77), .unthrottled(id: 78)])
    #expect(ring.records(from: 8) == [.throttled(id: 77), .unthrottled(id: 78)])
    #expect(ring.records(from: 40) == [.unthrottled(id: 78)])
    #expect(ring.records(from: ring.head) == [])
  }

  @Test("a record that the ring's end cuts is whole", arguments: [UInt64(104), 112, 120])
  func wraps(start: UInt64) {
    var ring = Ring()
    ring.head = start
    ring.write(type: 5, 1, 99, 99)
    #expect(ring.head > 128)
    #expect(ring.records(from: start) == [.throttled(id: 99)])
  }

  @Test("positions that have grown past 64 bits are no different")
  func wrapsAround() {
    var ring = Ring()
    ring.write(type: 9)
    ring.write(type: 5, 1, 42, 42)
    let shifted = UInt64(0) &- 128
    #expect(ring.records(from: shifted, to: shifted &+ ring.head) == [.throttled(id: 42)])
  }

  @Test("lost records are counted")
  func lost() {
    var ring = Ring()
    ring.write(type: 2, 7, 1234)
    #expect(ring.records(from: 0) == [.lost(1234)])
  }

  @Test("what does not look like a record ends the walk", arguments: [UInt64(0), 4, 12, 4096])
  func malformed(size: UInt64) {
    var ring = Ring()
    ring.write(type: 6, 1, 5, 5)
    ring.write(type: 5, 1, 5, 5, size: size)
    ring.write(type: 5, 1, 6, 6)
    #expect(ring.records(from: 0) == [.unthrottled(id: 5)])
  }

  @Test("a throttle record too short to hold an id is passed over")
  func short() {
    var ring = Ring()
    ring.write(type: 5, 1)
    ring.write(type: 5, 1, 6, 6)
    #expect(ring.records(from: 0) == [.throttled(id: 6)])
  }
}
