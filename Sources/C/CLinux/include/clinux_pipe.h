/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef CLINUX_PIPE_H
#define CLINUX_PIPE_H

/*
 * pipe2(2) with O_CLOEXEC, and its reading end with O_NONBLOCK. Both ends are 16 or more: moving one to a low number in
 * a child can't overwrite the other. Returns 0, or minus the errno.
 */
int clinux_pipe(int *_Nonnull reading, int *_Nonnull writing);

#endif
