#ifndef CPLUGIN_IDENTITY_H
#define CPLUGIN_IDENTITY_H

#include "vpmu_plugin.h"

/* The content of the section `vpmu_abi` of the library or program that this is linked into. */
const vpmu_abi_identity *cplugin_identity(void);

#endif
