// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
import AMDModel
import CVPMU
import VPMUPluginKit

let exported = PluginExport(AMDModel())

@c @implementation
public func vpmu_plugin_entry_v1(_ services: UnsafePointer<vpmu_services>) -> UnsafePointer<vpmu_plugin_info>? {
  exported.enter(services)
}
