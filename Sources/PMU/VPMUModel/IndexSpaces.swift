/// The three index spaces of a PMU. Each has its own type, so that none passes for another.
///
/// | type | what it is |
/// |---|---|
/// | ``MSRNumber`` | the operand of RDMSR and WRMSR; several may name one counter |
/// | ``RDPMCSelector`` | ECX of RDPMC |
/// | ``PMCIndex`` | our own: one bit each in a 64-bit word |
import CVPMU

/// The number of a model-specific register: the operand of RDMSR and WRMSR (ECX).
@frozen
public struct MSRNumber: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable
  public init(_ number: UInt32) { self.rawValue = number }
}

extension MSRNumber: ExpressibleByIntegerLiteral {
  /// `0x186`
  @inlinable
  public init(integerLiteral number: UInt32) { self.rawValue = number }
}

extension MSRNumber: CustomStringConvertible {
  public var description: String { "MSR 0x" + String(rawValue, radix: 16) }
}

/// ECX of RDPMC.
@frozen
public struct RDPMCSelector: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable
  public init(_ ecx: UInt32) { self.rawValue = ecx }
}

extension RDPMCSelector: ExpressibleByIntegerLiteral {
  /// `0x4000_0000`
  @inlinable
  public init(integerLiteral ecx: UInt32) { self.rawValue = ecx }
}

extension RDPMCSelector: CustomStringConvertible {
  public var description: String { "RDPMC selector 0x" + String(rawValue, radix: 16) }
}

/// A counter: general-purpose counter n is n, fixed counter i is 32 + i. Always below 64.
@frozen
public struct PMCIndex: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt32

  /// Only the low six bits are kept.
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue & 63 }

  /// General-purpose counter `n`, 0 to 15.
  @inlinable
  public static func generalPurpose(_ n: UInt32) -> PMCIndex { PMCIndex(rawValue: n) }

  /// Fixed counter `i`, 0 to 15.
  @inlinable
  public static func fixed(_ i: UInt32) -> PMCIndex { PMCIndex(rawValue: VPMU_FIXED_BASE &+ i) }

  /// Whether this is a fixed counter.
  @inlinable
  public var isFixed: Bool { rawValue >= VPMU_FIXED_BASE }

  /// The number of the counter among those of its kind.
  @inlinable
  public var number: UInt32 { isFixed ? rawValue &- VPMU_FIXED_BASE : rawValue }

  /// The counter's bit in a mask.
  @inlinable
  public var bit: UInt64 { 1 &<< UInt64(rawValue) }
}

extension PMCIndex: CustomStringConvertible {
  public var description: String { isFixed ? "fixed \(number)" : "gp \(number)" }
}

/// The counters whose bits are set in a mask, lowest first.
@frozen
public struct PMCSet: Sequence, IteratorProtocol, Sendable, BitwiseCopyable {
  /// Bit n for PMC index n: those that are left.
  public var bits: UInt64

  @inlinable
  public init(_ bits: UInt64) { self.bits = bits }

  @inlinable
  public mutating func next() -> PMCIndex? {
    guard bits != 0 else { return nil }
    let lowest = bits.trailingZeroBitCount
    bits &= bits &- 1
    return PMCIndex(rawValue: UInt32(truncatingIfNeeded: lowest))
  }
}
