import CVPMU

/// The content of the ELF section `vpmu_abi`: `vpmu_abi_identity`, which a loader reads from the file before it runs
/// any of its code. A constant expression can't use the header's names; ``identityMatchesHeader`` compares them.
@section("vpmu_abi") @used
let pluginIdentity: (magic: UInt32, major: UInt16, minor: UInt16) = (0x554D_5056, 1, 0)

/// Whether the section says what the header that this kit was built with says.
package var identityMatchesHeader: Bool {
  pluginIdentity.magic == VPMU_ABI_MAGIC && pluginIdentity.major == VPMU_ABI_MAJOR
    && pluginIdentity.minor == VPMU_ABI_MINOR
}
