import CVPMU
import VPMUModel

/// The counters as the core goes by: which exist, how wide they are, where they stand. All of it was checked when the model
/// set its shape; what a faulty model does to the state's shape or sizes after that leads the core nowhere else.
extension VirtualPMU {
  /// The counters that exist.
  @inlinable
  var valid: UInt64 { book.pointee.shape.valid }

  /// Whether what a model answered is the index of a counter.
  @inlinable
  func exists(_ index: UInt32) -> Bool { index < 64 && PMCIndex(rawValue: index).bit & valid != 0 }

  /// The bits that a counter's value may have: 2^width - 1.
  @inlinable
  func widthMask(_ pmc: PMCIndex) -> UInt64 { pmc.isFixed ? book.pointee.shape.fixedMask : book.pointee.shape.gpMask }

  /// The fields of a counter in the state.
  @inlinable
  func counter(_ pmc: PMCIndex) -> UnsafeMutablePointer<vpmu_counter> { counterFields + Self.place(of: pmc) }

  /// The slot of a counter that exists.
  @inlinable
  func slot(_ pmc: PMCIndex) -> UnsafeMutablePointer<CounterSlot<Host.Event>> { slots + Self.place(of: pmc) }

  /// General-purpose counters first; below ``slotCount`` for every counter that exists.
  @inlinable
  static func place(of pmc: PMCIndex) -> Int { Int((pmc.rawValue & 15) | ((pmc.rawValue &>> 1) & 16)) }
}
