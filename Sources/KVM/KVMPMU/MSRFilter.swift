import CKVM
import VPMUModel

/// The MSR numbers whose accesses KVM is to hand to user space: what a model declares, as the ranges of
/// KVM_X86_SET_MSR_FILTER.
///
/// A VM has one filter of at most 16 ranges, and it is the VMM's: it merges these with its own and installs them
/// (``install(on:)`` or by itself). Nothing here installs one by itself. KVM's filter has a bitmap for each range; a
/// clear bit is an exit.
public struct MSRFilter: Sendable, Equatable {
  /// Numbers that exit: disjoint, sorted, neighbours merged.
  public private(set) var ranges: [ClosedRange<UInt32>]

  /// The capacity of a VM's filter in ranges: KVM_MSR_FILTER_MAX_RANGES.
  public static let mostRanges = 16
  /// Numbers that one range can span: KVM_MSR_FILTER_MAX_BITMAP_SIZE bytes of 8.
  public static let longestRange: UInt32 = 0x600 * 8
  /// Numbers closer than this share a range: its bitmap tells them apart.
  static let neighbourhood: UInt32 = 0x400

  /// Every number that one of the models claims.
  public init(_ declarations: [ModelDeclaration]) {
    ranges = contiguousRanges(of: declarations.flatMap(\.claimedMSRs).joined())
  }

  /// Exactly these numbers.
  public init(numbers: some Sequence<UInt32>) { ranges = contiguousRanges(of: numbers) }

  /// Adds other numbers, such as the VMM's own.
  public func merged(with other: MSRFilter) -> MSRFilter {
    MSRFilter(numbers: (ranges + other.ranges).joined())
  }

  /// Whether an access to this number exits.
  public func contains(_ msr: MSRNumber) -> Bool { ranges.contains { $0.contains(msr.rawValue) } }

  /// The ranges for KVM: each a window with a bitmap.
  ///
  /// - Throws: ``MSRFilterError/tooManyRanges(_:)``
  package func windows() throws(MSRFilterError) -> [Window] {
    var windows: [Window] = []
    for range in ranges {
      for number in range {
        if let last = windows.last, number - last.first < Self.longestRange,
          number - last.last <= Self.neighbourhood
        {
          windows[windows.count - 1].add(number)
        } else {
          windows.append(Window(number))
        }
      }
    }
    guard windows.count <= Self.mostRanges else { throw .tooManyRanges(windows.count) }
    return windows
  }

  /// One range of KVM's filter.
  package struct Window: Equatable, Sendable {
    package private(set) var first: UInt32
    package private(set) var last: UInt32
    /// A set bit: KVM's own matter. A clear one: an exit. Whole words of 64 bits: so many does KVM read.
    package private(set) var bitmap: [UInt8] = []

    init(_ number: UInt32) {
      first = number
      last = number
      add(number)
    }

    mutating func add(_ number: UInt32) {
      last = number
      let bit = Int(number - first)
      while bitmap.count <= bit / 8 { bitmap += Array(repeating: 0xFF, count: 8) }
      bitmap[bit / 8] &= ~(1 << UInt8(bit % 8))
    }

    package var count: UInt32 { last - first + 1 }
  }
}

/// Why a filter can't be had.
public enum MSRFilterError: Error, Hashable, Sendable {
  /// So many ranges, where KVM has 16: leave a model out, or merge ranges of the VMM's own.
  case tooManyRanges(Int)
  case kvm(KVMError)
}

extension MSRFilterError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooManyRanges(let count):
      "the MSR filter would need \(count) ranges, KVM has \(MSRFilter.mostRanges): let fewer models share the VM"
    case .kvm(let error): "\(error)"
    }
  }
}

extension MSRFilter {
  /// KVM_X86_SET_MSR_FILTER: makes this the filter of the VM, in place of the one it had. For a VMM that has no other.
  ///
  /// - Parameter vm: the VM's descriptor, with KVM_CAP_X86_USER_SPACE_MSR enabled (``MSRExitReasons``)
  public func install(on vm: Int32) throws(MSRFilterError) {
    let windows = try windows()
    var ranges = windows.map { window in
      kvm_msr_filter_range(
        flags: UInt32(KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE), nmsrs: window.count, base: window.first, bitmap: nil)
    }
    let bitmaps = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: windows.reduce(0) { $0 + $1.bitmap.count })
    defer { bitmaps.deallocate() }
    var place = 0
    for index in ranges.indices {
      _ = bitmaps[place...].update(fromContentsOf: windows[index].bitmap)
      ranges[index].bitmap = bitmaps.baseAddress.map { $0 + place }
      place += windows[index].bitmap.count
    }
    do throws(KVMError) {
      try KVMError.check("KVM_X86_SET_MSR_FILTER", ckvm_set_msr_filter(vm, ranges, UInt32(ranges.count)))
    } catch { throw .kvm(error) }
  }
}

/// Why an access to an MSR exits to user space: the argument of KVM_CAP_X86_USER_SPACE_MSR.
public struct MSRExitReasons: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The filter says so.
  public static let filter = MSRExitReasons(rawValue: UInt32(KVM_MSR_EXIT_REASON_FILTER))
  /// KVM does not know it.
  public static let unknown = MSRExitReasons(rawValue: UInt32(KVM_MSR_EXIT_REASON_UNKNOWN))
  /// KVM would answer #GP.
  public static let invalid = MSRExitReasons(rawValue: UInt32(KVM_MSR_EXIT_REASON_INVAL))

  /// KVM_ENABLE_CAP: accesses exit for these reasons from now on.
  public func enable(on vm: Int32) throws(KVMError) {
    try KVMError.check(
      "KVM_ENABLE_CAP(KVM_CAP_X86_USER_SPACE_MSR)",
      ckvm_enable_cap(vm, UInt32(KVM_CAP_X86_USER_SPACE_MSR), UInt64(rawValue)))
  }
}
