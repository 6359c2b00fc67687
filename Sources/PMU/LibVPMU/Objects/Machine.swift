import CLibVPMU
import CVPMU
import PerfEventHost
import VPMUCore
import VPMULoader
import VPMUModel

/// `vpmu_machine`: all that the vCPUs of a virtual machine share.
final class Machine: Sendable {
  let selection: PluginSelection
  let policy: PolicyKind
  /// The guest's CPU.
  let configuration: GuestConfiguration
  let cpuid: GuestCPUID
  let host: HostChoice
  let filter = VMEventFilter()
  let info: MachineInfo

  var model: PluginModel { selection.plugin.model }
  var declaration: ModelDeclaration { selection.plugin.declaration }

  init(_ catalogue: Catalogue, _ options: vpmu_machine_options) throws(Failure) {
    do throws(PluginSelectionError) {
      selection = try catalogue.plugins.select(
        plugin: Boundary.text(options.model), model: Boundary.text(options.preset))
    } catch { throw Failure(error) }
    let name = Boundary.text(options.policy) ?? PolicyKind.reuse.rawValue
    guard let policy = PolicyKind(rawValue: name) else {
      let names = PolicyKind.allCases.map { $0.rawValue }.joined(separator: ", ")
      throw .argument("there is no policy \(name): use one of \(names)")
    }
    self.policy = policy
    if options.cpuid != nil || options.cpuid_count != 0 {
      configuration = try GuestConfiguration(options.cpuid, options.cpuid_count, options.perf_capabilities)
    } else {
      configuration = selection.preset.configuration
    }
    let vendor = selection.plugin.declaration.cpuidVendors.first
    cpuid = GuestCPUID(configuration, vendor: vendor)
    host = try HostChoice(options)
    info = MachineInfo(selection, policy, vendor: vendor, signature: configuration.leaf(1).eax, host: host.description)
  }
}

/// `vpmu_machine_info` and its strings.
struct MachineInfo: @unchecked Sendable {
  let fields: vpmu_machine_info
  private let strings: CStrings

  init(_ selection: PluginSelection, _ policy: PolicyKind, vendor: String?, signature: UInt32, host: String) {
    let strings = CStrings()
    let declaration = selection.plugin.declaration
    var info = vpmu_machine_info()
    info.flags = declaration.masksLVTPC ? UInt32(VPMU_MODEL_MASKS_LVTPC) : 0
    info.model = strings.add(declaration.name)
    info.model_id = strings.add(declaration.id)
    info.preset = strings.add(selection.preset.name)
    info.policy = strings.add(policy.rawValue)
    info.vendor = strings.add(vendor ?? "")
    info.host = strings.add(host)
    info.signature = signature
    fields = info
    self.strings = strings
  }
}

extension GuestConfiguration {
  init(_ leaves: UnsafePointer<vpmu_cpuid_entry>?, _ count: UInt32, _ perfCapabilities: UInt64) throws(Failure) {
    guard let entries = Boundary.elements(leaves, count) else {
      throw .argument("cpuid is NULL, and its count is not 0; or it has more than \(Boundary.longestArray) leaves")
    }
    self.init(leaves: entries.map { CPUIDLeaf($0) }, perfCapabilities: perfCapabilities)
  }
}

extension CPUIDLeaf {
  init(_ entry: vpmu_cpuid_entry) {
    self.init(
      leaf: entry.leaf, subleaf: entry.subleaf, eax: entry.eax, ebx: entry.ebx, ecx: entry.ecx, edx: entry.edx)
  }

  var entry: vpmu_cpuid_entry {
    vpmu_cpuid_entry(leaf: leaf, subleaf: subleaf, eax: eax, ebx: ebx, ecx: ecx, edx: edx)
  }
}
