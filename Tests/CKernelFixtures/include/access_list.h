#ifndef ACCESS_LIST_H
#define ACCESS_LIST_H

#include <sys/types.h>

/* Gives a file an access control list: its owner and `user` may do all, others may read and execute. Returns 0, or
 * -1 with errno, EOPNOTSUPP where the file system has no such lists. */
int let_user_write(const char *path, uid_t user);

#endif
