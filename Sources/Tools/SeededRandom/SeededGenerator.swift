/// SplitMix64: a random generator whose every run can be had again from its seed (Steele, Lea, Flood: "Fast splittable
/// pseudorandom number generators", OOPSLA 2014).
public struct SeededGenerator: RandomNumberGenerator {
  public let seed: UInt64
  private var state: UInt64

  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is at least 1.
  public mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }

  /// One of the elements, of which there is at least one.
  public mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int(below(UInt64(elements.count)))] }

  /// A 64-bit value of the kind that finds mistakes: few bits, all bits, small, sign-extended, anything.
  public mutating func value() -> UInt64 {
    switch below(8) {
    case 0: 0
    case 1: .max
    case 2: 1 << below(64)
    case 3: ~(1 << below(64))
    case 4: 0 &- below(1 << 16)
    case 5: below(1 << 16)
    case 6: below(1 << 32)
    default: next()
    }
  }
}
