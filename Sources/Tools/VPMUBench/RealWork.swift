/// Work whose instructions, branches and cache misses are real: what hardware events count.
///
/// Each step goes to a random place of a memory that is larger than most caches, and branches on a bit of what it finds
/// there, which no predictor foresees; so every generic event happens often enough to be sampled.
public final class RealWork: GuestWork {
  /// Bytes: 16 MiB.
  public static let memorySize = 1 << 24

  private let memory: UnsafeMutablePointer<UInt64>
  private static var places: Int { memorySize / MemoryLayout<UInt64>.stride }
  /// Steps in a slice.
  private let steps: Int
  private let position: UnsafeMutablePointer<UInt64>

  /// Fills its memory, and finds by the clock how many steps make a slice.
  public init() {
    memory = .allocate(capacity: Self.places)
    position = .allocate(capacity: 1)
    position.initialize(to: 0x9E37_79B9_7F4A_7C15)
    var random: UInt64 = 1
    for place in 0..<Self.places {
      random = Self.next(random)
      (memory + place).initialize(to: random)
    }
    steps = Self.stepsInSlice(memory, position)
  }

  deinit {
    memory.deallocate()
    position.deallocate()
  }

  public func slice() { Self.run(steps, memory, position) }

  public func idle(_ nanoseconds: UInt64) { Clock.sleep(nanoseconds) }

  public func now() -> UInt64 { Clock.now() }

  @inline(__always)
  private static func next(_ random: UInt64) -> UInt64 {
    random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  }

  @inline(never)
  private static func run(
    _ steps: Int, _ memory: UnsafeMutablePointer<UInt64>, _ position: UnsafeMutablePointer<UInt64>
  ) {
    var random = position.pointee
    var sum: UInt64 = 0
    for _ in 0..<steps {
      random = next(random)
      let place = memory + Int(truncatingIfNeeded: random &>> 40) & (places &- 1)
      if (place.pointee ^ random) & (1 &<< 33) == 0 {
        place.pointee = place.pointee &+ random
        sum ^= random
      } else {
        // A chain that no compiler turns into a conditional move.
        for shift in 1...4 as ClosedRange<UInt64> { sum = (sum &>> shift) ^ place.pointee }
      }
    }
    position.pointee = random ^ (sum & 1)
  }

  /// The best of some attempts: the others were disturbed.
  private static func stepsInSlice(
    _ memory: UnsafeMutablePointer<UInt64>, _ position: UnsafeMutablePointer<UInt64>
  ) -> Int {
    let trial = 2_000
    var best = UInt64.max
    for _ in 0..<20 {
      let start = Clock.now()
      run(trial, memory, position)
      best = min(best, max(Clock.now() &- start, 1))
    }
    return max(1, min(trial * Int(sliceTime) / Int(best), 1_000_000))
  }
}
