#ifndef CLINUX_FILE_H
#define CLINUX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/xattr.h>

/* Whether the file has an access control list: the group bits of its mode then stand for more than the group. */
static inline bool clinux_has_access_list(const char *path) {
  return lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

#endif
