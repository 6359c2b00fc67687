/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_error.h"

#include <string.h>

const char *clinux_error_name(int error) { return strerrorname_np(error); }
