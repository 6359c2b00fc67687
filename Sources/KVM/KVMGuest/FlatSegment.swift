import CKVM

extension kvm_segment {
  /// A segment of all addresses from 0 on, in ring 0.
  ///
  /// - Parameters:
  ///   - type: 11 code, 3 data, both accessed (Intel SDM vol. 3A, 3.4.5.1)
  ///   - is64Bit: 64-bit code; else 32 bits
  init(flat selector: UInt16, type: UInt8, is64Bit: Bool = false) {
    self.init()
    self.selector = selector
    self.type = type
    limit = 0xFFFF_FFFF
    present = 1
    s = 1
    g = 1
    l = is64Bit ? 1 : 0
    db = is64Bit ? 0 : 1
  }
}
