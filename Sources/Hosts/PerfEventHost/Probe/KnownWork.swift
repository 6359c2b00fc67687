/// Work to count: loops, branches and memory.
package final class KnownWork {
  private let memory: UnsafeMutableBufferPointer<UInt64>

  package init() {
    memory = .allocate(capacity: 8192)
    memory.initialize(repeating: 1)
  }

  deinit { memory.deallocate() }

  /// Some 10 instructions and 2 branches a round, through 64 KiB of memory; more in a debug build.
  @inline(never)
  package func run(rounds: Int) {
    var word: UInt64 = 1
    for round in 0..<rounds {
      word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let place = Int(truncatingIfNeeded: word &>> 51) & 8191
      if memory[place] & 1 == word &>> 63 { memory[place] = word } else { memory[place] &+= UInt64(round) }
    }
  }
}
