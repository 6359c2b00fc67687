/*
 * The C library for Swift code that is built with and without Embedded Swift, which has no module Glibc. What Swift
 * can't import of the headers is spelled here, by the names that it has there.
 */
#ifndef CLIBC_H
#define CLIBC_H

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static inline int clibc_errno(void) __attribute__((swift_name("getter:errno()")));
static inline int clibc_errno(void) { return errno; }

static inline int clibc_open(const char *path, int flags) __attribute__((swift_name("open(_:_:)")));
static inline int clibc_open(const char *path, int flags) { return open(path, flags); }

static inline int clibc_create(const char *path, int flags, mode_t mode) __attribute__((swift_name("open(_:_:_:)")));
static inline int clibc_create(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

/* Bits of st_mode, in its type. */
static const mode_t clibc_file_type __attribute__((swift_name("S_IFMT"))) = S_IFMT;
static const mode_t clibc_directory __attribute__((swift_name("S_IFDIR"))) = S_IFDIR;
static const mode_t clibc_regular __attribute__((swift_name("S_IFREG"))) = S_IFREG;
static const mode_t clibc_sticky __attribute__((swift_name("S_ISVTX"))) = S_ISVTX;
static const mode_t clibc_group_writes __attribute__((swift_name("S_IWGRP"))) = S_IWGRP;
static const mode_t clibc_others_write __attribute__((swift_name("S_IWOTH"))) = S_IWOTH;

#endif
