/*
 * The first process of the guest that `vpmu linux` boots: it mounts what the command needs, runs it, and connects its
 * streams with the host by frames on one virtio-serial port.
 *
 * It uses the C library only, so that the initial RAM disk needs no more than that and this program.
 */
#ifndef GUEST_INIT_H
#define GUEST_INIT_H

#include <stddef.h>
#include <stdint.h>

/* A frame: its type, three zero bytes, the length of its data (little-endian, bytes), the data. */
enum frame_type {
  /* From the host. */
  FRAME_INPUT = 'i',       /* standard input; no data: its end */
  FRAME_WINDOW = 'w',      /* rows and columns, 16 bits each */
  FRAME_SIGNAL = 's',      /* a signal's number, one byte */
  FRAME_CLOSE = 'c',       /* the reader of descriptor 1 or 2 is gone, one byte */
  /* From the guest. */
  FRAME_STARTED = 'b',     /* the command is about to run */
  FRAME_TAKEN = 'a',       /* so many bytes of standard input were taken, 32 bits */
  FRAME_OUTPUT = 'o',
  FRAME_ERRORS = 'e',
  FRAME_EXIT = 'x',        /* the exit status, 32 bits: of a signal 128 and its number */
  FRAME_FAILURE = 'f',     /* why the command could not be run: text */
};

enum {
  FRAME_HEADER = 8,
  /* Data of a frame, and input that the host sends before it is taken. */
  FRAME_MOST = 64 * 1024,
};

/* What the host wrote to /vpmu/command: five numbers of 32 bits (flags, rows, columns, how many arguments, how many
   variables), then strings that end with NUL: the directory, the arguments, the environment. */
struct command {
  uint32_t flags, rows, columns;
  char *directory;
  char **arguments, **environment;
};

enum command_flags {
  COMMAND_TERMINAL = 1,         /* input and output are one terminal */
  COMMAND_TERMINAL_ERRORS = 2,  /* and so are the errors */
  COMMAND_SHARED_ROOT = 4,      /* the directory is the root: no file system of its own */
};

/* The port; the process ends with the guest if it can't be written. */
extern int port;

void send_frame(enum frame_type type, const void *data, size_t length);

/* Reports why the guest can't run the command, and ends the guest. */
_Noreturn void fail(const char *doing, const char *subject);

/* Powers the guest off, after the host has read what was sent. */
_Noreturn void finish(uint32_t status);

void load_modules(void);
void mount_own(void);
void open_port(void);
void read_command(struct command *command);
void mount_shared(const struct command *command);

/* Runs the command to its end; its exit status. */
uint32_t run_session(const struct command *command);

#endif
