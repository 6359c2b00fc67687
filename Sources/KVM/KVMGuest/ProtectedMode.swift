import CKVM

/// Flat 32-bit protected mode without paging, as a multiboot kernel is entered: segments of 4 GB from 0 on, interrupts
/// off, no descriptor tables (Multiboot specification 0.6.96, 3.2).
enum ProtectedMode {
  private static let codeSelector: UInt16 = 0x08
  private static let dataSelector: UInt16 = 0x10

  /// The special registers, from those after RESET.
  static func enter(_ sregs: inout kvm_sregs) {
    // Protection, extension type.
    sregs.cr0 = 0x11
    sregs.cr4 = 0
    sregs.efer = 0
    sregs.cs = kvm_segment(flat: codeSelector, type: 11)
    let data = kvm_segment(flat: dataSelector, type: 3)
    (sregs.ds, sregs.es, sregs.fs, sregs.gs, sregs.ss) = (data, data, data, data, data)
    sregs.gdt = kvm_dtable(base: 0, limit: 0, padding: (0, 0, 0))
    sregs.idt = kvm_dtable(base: 0, limit: 0, padding: (0, 0, 0))
  }
}
