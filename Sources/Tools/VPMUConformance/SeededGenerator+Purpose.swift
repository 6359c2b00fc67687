import SeededRandom

extension SeededGenerator {
  /// - Parameter purpose: each has a sequence of its own, so that a new rule does not change those of another
  init(seed: UInt64, purpose: StaticString) {
    self.init(seed: seed)
    for byte in UnsafeBufferPointer(start: purpose.utf8Start, count: purpose.utf8CodeUnitCount) {
      self.init(seed: next() ^ UInt64(byte))
    }
  }
}
