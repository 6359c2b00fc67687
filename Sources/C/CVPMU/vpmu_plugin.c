#include "vpmu_plugin.h"
