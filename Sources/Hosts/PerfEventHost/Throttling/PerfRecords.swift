/// The records that the kernel writes into an event's ring buffer (`perf_event_header` and what follows it), as far as
/// they tell of throttling.
package enum PerfRecord: Equatable {
  /// PERF_RECORD_THROTTLE: the kernel stopped the event with this id.
  case throttled(id: UInt64)
  /// PERF_RECORD_UNTHROTTLE: it goes on.
  case unthrottled(id: UInt64)
  /// PERF_RECORD_LOST: so many records did not fit.
  case lost(UInt64)
}

/// A piece of a ring buffer: `size` bytes, a power of two, at `records`.
package struct RecordBuffer {
  let records: UnsafeRawPointer
  let size: UInt64

  package init(records: UnsafeRawPointer, size: UInt64) {
    self.records = records
    self.size = size
  }

  /// `PERF_RECORD_*`
  private enum Kind {
    static let lost: UInt32 = 2
    static let throttle: UInt32 = 5
    static let unthrottle: UInt32 = 6
  }

  /// Calls `body` with the records from `tail` to `head`, both counted in bytes since the ring began. Records of other
  /// kinds are passed over. What does not look like a record ends the walk: the rest can't be understood.
  @inline(__always)
  package func forEach(from tail: UInt64, to head: UInt64, _ body: (PerfRecord) -> Void) {
    var position = tail
    while head &- position >= 8 {
      // type (32 bits), misc (16), size (16)
      let header = word(position)
      let bytes = header &>> 48
      guard bytes >= 8, bytes & 7 == 0, bytes <= head &- position else { return }
      switch (UInt32(truncatingIfNeeded: header), bytes) {
      // time, id, stream id
      case (Kind.throttle, 32...): body(.throttled(id: word(position &+ 16)))
      case (Kind.unthrottle, 32...): body(.unthrottled(id: word(position &+ 16)))
      // id, number
      case (Kind.lost, 24...): body(.lost(word(position &+ 16)))
      default: break
      }
      position &+= bytes
    }
  }

  /// Records are made of 64-bit words, so that a word is never cut by the ring's end.
  private func word(_ position: UInt64) -> UInt64 {
    records.loadUnaligned(fromByteOffset: Int(truncatingIfNeeded: position & (size &- 1)), as: UInt64.self)
  }
}
