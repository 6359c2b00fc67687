/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef CLINUX_ERROR_H
#define CLINUX_ERROR_H

/* strerrorname_np(3): "EACCES"; NULL if there is no such error. */
const char *_Nullable clinux_error_name(int error);

#endif
