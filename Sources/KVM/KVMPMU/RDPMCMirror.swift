import CKVM
import CLinux
import Glibc
import VPMUCore
import VPMUModel

/// RDPMC by KVM's own PMU: before the guest runs, the counters that changed are written into it (KVM_SET_MSRS, which no
/// filter stops), so that the processor's or KVM's RDPMC gives our value.
///
/// KVM's PMU stays on and sees the guest's CPUID, but never an event select: all PMU registers are filtered to us, so
/// its counters stand still. A counter of ours that counts is as old as the last entry; one that stands still, as in a
/// PMI handler after the global control was cleared, is exact.
///
/// It has not run on the machines that this is built on, whose KVM has no PMU:
/// ``probe(_:counters:modelVendors:hostVendor:)`` says so there.
public final class RDPMCMirror {
  /// A counter that RDPMC can name, and what KVM's PMU holds of it.
  private struct Counter {
    var msr: MSRNumber
    var written: UInt64?
  }

  private let vcpu: Int32
  private var counters: [Counter]
  /// Kept, so that an entry allocates nothing.
  private var changed: [kvm_msr_entry] = []

  /// - Parameter counters: the value registers of the counters that RDPMC can name; of several names of one, any
  public init(_ vcpu: VCPUHandle, counters: [MSRNumber]) {
    self.vcpu = vcpu.fd
    self.counters = counters.map { Counter(msr: $0, written: nil) }
    changed.reserveCapacity(counters.count)
  }

  /// The registers of a model's declaration that hold counters which RDPMC can name: the first name of each.
  public static func registers(_ declaration: ModelDeclaration) -> [MSRNumber] {
    var seen: Set<UInt32> = []
    return declaration.ranges.filter { $0.rdpmcBase != nil }.flatMap { range in
      (0..<range.count).compactMap { index in
        let selector = (range.rdpmcBase?.rawValue ?? 0) &+ index
        return seen.insert(selector).inserted ? range.register(index) : nil
      }
    }
  }

  /// Whether this way is possible on a vCPU whose CPUID has been set; nil: yes, else why not. The counters are 0
  /// afterwards.
  ///
  /// - Parameters:
  ///   - counters: the registers to be mirrored: ``registers(_:)``
  ///   - modelVendors: CPUID vendor strings of the processors that have them
  ///   - hostVendor: that of the processor; nil: it is asked
  public static func probe(
    _ vcpu: VCPUHandle, counters: [MSRNumber], modelVendors: [String], hostVendor: String? = nil
  ) -> String? {
    let hostVendor = hostVendor ?? processorVendor
    guard ckvm_check_extension(vcpu.vm, UInt32(KVM_CAP_PMU_CAPABILITY)) & KVM_PMU_CAP_DISABLE != 0 else {
      return "KVM has no PMU for guests here"
    }
    guard modelVendors.contains(hostVendor) else {
      return "KVM's PMU is that of a \(hostVendor) processor, the model's is another one"
    }
    for counter in counters {
      var value: UInt64 = 0
      guard ckvm_set_msr(vcpu.fd, counter.rawValue, 1) == 1,
        ckvm_get_msr(vcpu.fd, counter.rawValue, &value) == 1, value == 1,
        ckvm_set_msr(vcpu.fd, counter.rawValue, 0) == 1
      else { return "KVM's PMU does not take values for \(counter): it is off, or has fewer counters than the guest's" }
    }
    return nil
  }

  private static var processorVendor: String {
    let vendor = clinux_cpu_vendor()
    return withUnsafeBytes(of: vendor) { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes what changed.
  ///
  /// - Returns: calls of the kernel: 0 or 1
  /// - Throws: a counter that KVM refuses: the guest would go on reading what it held before
  package func update(_ pmu: some GuestFacingPMU) throws(HookupError) -> UInt64 {
    changed.removeAll(keepingCapacity: true)
    for index in counters.indices {
      let answer: ReadAnswer
      do throws(VPMUError) { answer = try pmu.readMSR(counters[index].msr, origin: .host) } catch { throw .pmu(error) }
      guard case .value(let value) = answer else { continue }
      guard counters[index].written != value else { continue }
      counters[index].written = value
      changed.append(kvm_msr_entry(index: counters[index].msr.rawValue, reserved: 0, data: value))
    }
    guard !changed.isEmpty else { return 0 }
    do throws(KVMError) {
      let taken = try KVMError.check("KVM_SET_MSRS", ckvm_set_msrs(vcpu, changed, UInt32(changed.count)))
      guard Int(taken) == changed.count else {
        let refused = MSRNumber(changed[Int(taken)].index)
        throw KVMError(call: "KVM_SET_MSRS of \(refused), a counter to be mirrored,", errno: EINVAL)
      }
    } catch { throw .kvm(error) }
    return 1
  }
}
