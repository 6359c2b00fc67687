/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef CLINUX_FILE_H
#define CLINUX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/xattr.h>

/* Whether the file has an access control list: the group bits of its mode then stand for more than the group. */
static inline bool clinux_has_access_list(const char *path) {
  return lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

/* The path of the file that the code or data at `address` was loaded from, as the loader has it; NULL: of none. */
const char *clinux_file_of(const void *address);

#endif
