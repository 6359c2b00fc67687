/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The files of a new plugin, as they are in Templates/ and Sources/C/CVPMU when this is compiled: the program needs no
 * file beside it, and what it writes can't be older than itself.
 */
#ifndef CSKELETON_H
#define CSKELETON_H

/* Both strings have placeholders, {{word}}. */
typedef struct cskeleton_file {
  const char *_Nullable path; /* in the plugin's directory; NULL after the last file */
  const char *_Nonnull text;
} cskeleton_file;

const cskeleton_file *_Nonnull cskeleton_files_c(void);
const cskeleton_file *_Nonnull cskeleton_files_swift(void);

#endif
