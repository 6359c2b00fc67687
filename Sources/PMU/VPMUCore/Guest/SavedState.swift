import CVPMU
import VPMUModel

/// All that a guest can see of its PMU, and what is pending for it: one plain value, with the id of the model that it
/// belongs to. As bytes it goes to a file or another machine.
public struct SavedState: Sendable {
  /// ``ModelDeclaration/id``
  public let model: String
  @usableFromInline let state: vpmu_state

  @usableFromInline
  init(model: String, state: vpmu_state) {
    self.model = model
    self.state = state
  }

  /// The length of the model's id in two bytes, the id in UTF-8, and the bytes of `vpmu_state`; numbers are
  /// little-endian.
  public var bytes: [UInt8] {
    let id = Array(model.utf8.prefix(Int(UInt16.max)))
    let length = [UInt8(truncatingIfNeeded: id.count), UInt8(truncatingIfNeeded: id.count >> 8)]
    return length + id + withUnsafeBytes(of: state) { Array($0) }
  }

  /// - Throws: ``VPMUError/foreignState(reason:)`` if this is no saved state of this version
  public init(bytes: some Collection<UInt8>) throws(VPMUError) {
    let bytes = Array(bytes)
    let size = MemoryLayout<vpmu_state>.size
    guard bytes.count >= 2 else { throw .foreignState(reason: "it is cut off") }
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    guard bytes.count == 2 + length + size, let id = String(validating: bytes[2..<2 + length], as: UTF8.self) else {
      throw .foreignState(reason: "it has another length")
    }
    model = id
    state = bytes[(2 + length)...].withUnsafeBytes { $0.loadUnaligned(as: vpmu_state.self) }
  }
}
