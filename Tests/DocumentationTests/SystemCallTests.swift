import CKVM
import CLinux
import Testing

@Suite("System calls that docs/embedding.md lists")
struct SystemCallTests {
  private static let document = Result { try Page(path: "docs/embedding.md").text }

  @Test("docs/embedding.md names every ioctl by its number", arguments: requests)
  func number(request: (name: String, number: UInt)) throws {
    let number = "0x" + String(request.number, radix: 16, uppercase: true)
    #expect(try Self.document.get().contains("| `\(request.name)` (`\(number)`)"), "\(request.name) \(number)")
  }

  @Test("docs/embedding.md names no ioctl that is not called")
  func noOthers() throws {
    let names = try Self.document.get().matches(of: /\| `(?<name>(KVM|PERF)_[A-Z0-9_]+)` \(`0x/).map { String($0.name) }
    #expect(names.sorted() == requests.map(\.name).sorted())
  }
}

/// As the kernel's headers make them.
private let requests: [(name: String, number: UInt)] = {
  func io(_ type: UInt, _ number: UInt, in read: Int = 0, out written: Int = 0) -> UInt {
    let size = UInt(max(read, written))
    return (written > 0 ? 1 << 30 : 0) | (read > 0 ? 1 << 31 : 0) | size << 16 | type << 8 | number
  }
  func kvm(_ number: UInt, in read: Int = 0, out written: Int = 0) -> UInt { io(0xAE, number, in: read, out: written) }
  func size<Value>(_ type: Value.Type) -> Int { MemoryLayout<Value>.size }
  return [
    ("KVM_CHECK_EXTENSION", kvm(0x03)), ("KVM_ENABLE_CAP", kvm(0xA3, out: size(kvm_enable_cap.self))),
    ("KVM_X86_SET_MSR_FILTER", kvm(0xC6, out: size(kvm_msr_filter.self))), ("KVM_GET_STATS_FD", kvm(0xCE)),
    ("KVM_RUN", kvm(0x80)), ("KVM_GET_MSRS", kvm(0x88, in: 8, out: 8)), ("KVM_SET_MSRS", kvm(0x89, out: 8)),
    ("KVM_GET_LAPIC", kvm(0x8E, in: size(kvm_lapic_state.self))), ("KVM_NMI", kvm(0x9A)),
    ("KVM_SIGNAL_MSI", kvm(0xA5, out: size(kvm_msi.self))), ("KVM_GET_REGS", kvm(0x81, in: size(kvm_regs.self))),
    ("KVM_SET_REGS", kvm(0x82, out: size(kvm_regs.self))), ("KVM_GET_SREGS", kvm(0x83, in: size(kvm_sregs.self))),
    ("KVM_GET_VCPU_EVENTS", kvm(0x9F, in: size(kvm_vcpu_events.self))),
    ("KVM_SET_VCPU_EVENTS", kvm(0xA0, out: size(kvm_vcpu_events.self))),
    ("PERF_EVENT_IOC_ENABLE", io(0x24, 0)), ("PERF_EVENT_IOC_DISABLE", io(0x24, 1)),
    ("PERF_EVENT_IOC_PERIOD", io(0x24, 4, out: 8)), ("PERF_EVENT_IOC_ID", io(0x24, 7, in: 8)),
  ]
}()
