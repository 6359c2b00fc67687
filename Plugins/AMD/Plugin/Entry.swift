import AMDModel
import CVPMU
import VPMUPluginKit

private typealias Direct = DirectCallbacks<AMDModel>

let exported = PluginExport(AMDModel()) { ops in
  ops.is_valid_msr = { Direct.isValidMSR($0, $1, $2) }
  ops.msr_idx_to_pmc = { Direct.msrIndexToPMC($0, $1, $2) }
  ops.rdpmc_ecx_to_pmc = { Direct.rdpmcECXToPMC($0, $1, $2) }
  ops.get_msr = { Direct.getMSR($0, $1, $2, $3) }
  ops.set_msr = { Direct.setMSR($0, $1, $2, $3, $4) }
  ops.check_rdpmc_early = nil
}

@c @implementation
public func vpmu_plugin_entry_v1(_ services: UnsafePointer<vpmu_services>) -> UnsafePointer<vpmu_plugin_info>? {
  exported.enter(services)
}
