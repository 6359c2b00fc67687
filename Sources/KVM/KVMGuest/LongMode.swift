import CGuestProgram
import CKVM

/// 64-bit long mode: tables in a vCPU's window, and the registers that use them.
///
/// ```
/// 0x1000 global descriptors     0x4000 PML4, 0x5000 its table, 0x6000 its directory: 2 MB pages, all of ring 3
/// 0x2000 interrupt descriptors  0x10000 what is shared with the VMM
/// 0x3000 task state: RSP0       0x20000 the program
/// ```
///
/// A window lies anywhere in guest-physical memory; the tables map it from address 0 on, so that each vCPU finds its
/// own at the same place.
struct LongMode {
  private static let descriptors = 0x1000
  private static let gates = 0x2000
  private static let task = 0x3000
  private static let tables = 0x4000

  /// Writes the tables into a window that is at guest-physical address `base`.
  static func write(to window: UnsafeMutableRawBufferPointer, base: UInt64) {
    func store(_ value: UInt64, at place: Int) { window.storeBytes(of: value, toByteOffset: place, as: UInt64.self) }
    // Code and data of ring 0, data and code of ring 3, the task.
    for (index, descriptor) in [
      0, 0x00AF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF, 0x00CF_F300_0000_FFFF, 0x00AF_FB00_0000_FFFF,
      0x0000_8B00_0000_0067 | UInt64(task) << 16, 0,
    ].enumerated() {
      store(descriptor, at: descriptors + 8 * index)
    }
    store(UInt64(GUEST_KERNEL_STACK), at: task + 4)
    let isPresentForAll: UInt64 = 7
    let isLargePage: UInt64 = 0x80
    store((base + UInt64(tables) + 0x1000) | isPresentForAll, at: tables)
    store((base + UInt64(tables) + 0x2000) | isPresentForAll, at: tables + 0x1000)
    for page in 0..<window.count / (2 << 20) {
      store((base + UInt64(page) << 21) | isPresentForAll | isLargePage, at: tables + 0x2000 + 8 * page)
    }
    let program = guest_program_entries().pointee
    for vector in 0..<256 {
      let entry: UInt64? =
        switch vector {
        case 2: program.nmi
        case 6: program.undefined
        case 13: program.fault
        case Int(GUEST_PMI_VECTOR): program.interrupt
        case 0..<32: guest_lost_entry(UInt32(vector))
        default: nil
        }
      guard let entry else { continue }
      let address = UInt64(GUEST_PROGRAM_ADDRESS) + entry
      // A 64-bit interrupt gate for ring 0.
      let low = address & 0xFFFF | UInt64(GUEST_KERNEL_CODE) << 16 | 0x8E00 << 32 | (address >> 16 & 0xFFFF) << 48
      store(low, at: gates + 16 * vector)
      store(address >> 32, at: gates + 16 * vector + 8)
    }
  }

  /// The special registers, from those after RESET.
  static func enter(_ sregs: inout kvm_sregs, base: UInt64, isX2APIC: Bool) {
    sregs.cr3 = base + UInt64(tables)
    // Protection, coprocessor, numeric error, paging.
    sregs.cr0 = 0x8000_0033
    // Physical address extension, SSE.
    sregs.cr4 = 0x620
    // Long mode enabled and active, no-execute.
    sregs.efer = 0xD00
    sregs.gdt = kvm_dtable(base: UInt64(descriptors), limit: 7 * 8 - 1, padding: (0, 0, 0))
    sregs.idt = kvm_dtable(base: UInt64(gates), limit: 256 * 16 - 1, padding: (0, 0, 0))
    sregs.cs = kvm_segment(flat: UInt16(GUEST_KERNEL_CODE), type: 11, is64Bit: true)
    let data = kvm_segment(flat: UInt16(GUEST_KERNEL_DATA), type: 3)
    (sregs.ds, sregs.es, sregs.fs, sregs.gs, sregs.ss) = (data, data, data, data, data)
    var task = kvm_segment(flat: UInt16(GUEST_TASK), type: 11)
    (task.base, task.limit, task.s, task.g, task.db) = (UInt64(Self.task), 0x67, 0, 0, 0)
    sregs.tr = task
    sregs.apic_base = 0xFEE0_0000 | 1 << 11 | (isX2APIC ? 1 << 10 : 0) | sregs.apic_base & 1 << 8
  }
}
