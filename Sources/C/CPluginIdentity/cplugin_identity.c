#include "cplugin_identity.h"

VPMU_DECLARE_IDENTITY;

const vpmu_abi_identity *cplugin_identity(void) { return &vpmu_this_plugin_speaks; }
