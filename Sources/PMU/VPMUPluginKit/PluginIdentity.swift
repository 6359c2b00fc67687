import CPluginIdentity
import CVPMU

/// The content of the ELF section `vpmu_abi`, which a loader reads from the file before it runs any of its code. It is
/// written in C: Embedded Swift would define it once more in each module that imports this one.
package var pluginIdentity: vpmu_abi_identity { cplugin_identity().pointee }
