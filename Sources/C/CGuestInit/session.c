#define _GNU_SOURCE
#include "guest_init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The streams of the command, as this process holds them; -1: closed. With a terminal, input and output are its other
   side. */
struct session {
  pid_t command;
  int has_ended;
  int status;
  int is_terminal;
  int input, output, errors;
  int children;
  /* Input that the command has not taken yet. The host sends no more than this holds. */
  uint8_t pending[FRAME_MOST];
  size_t pending_length;
  int input_ends;
  /* A frame that has not arrived whole. */
  uint8_t frame[FRAME_HEADER + FRAME_MOST];
  size_t frame_length;
};

static struct session session;

static void close_end(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

static void close_input(void) {
  if (session.is_terminal) return;
  close_end(&session.input);
}

_Noreturn static void become(const struct command *command, const int streams[3]) {
  setsid();
  for (int i = 0; i < 3; i++) dup2(streams[i], i);
  if (session.is_terminal) ioctl(0, TIOCSCTTY, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  if (!chdir(command->directory)) {
    environ = command->environment;
    execvp(command->arguments[0], command->arguments);
  }
  int code = errno == ENOENT ? 127 : 126;
  dprintf(2, "vpmu: %s: %s\n", command->arguments[0], strerror(errno));
  _exit(code);
}

static void set_window(uint32_t rows, uint32_t columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  if (session.is_terminal && rows && columns) ioctl(session.output, TIOCSWINSZ, &size);
}

static void make_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) fail("make", "a pipe");
  *reading = ends[0];
  *writing = ends[1];
}

static void start(const struct command *command) {
  int streams[3];
  session.is_terminal = (command->flags & COMMAND_TERMINAL) != 0;
  session.errors = -1;
  if (session.is_terminal) {
    char name[64];
    session.output = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (session.output < 0 || grantpt(session.output) || unlockpt(session.output) ||
        ptsname_r(session.output, name, sizeof name))
      fail("open", "a terminal");
    session.input = session.output;
    streams[0] = streams[1] = streams[2] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (streams[0] < 0) fail("open", name);
    set_window(command->rows, command->columns);
  } else {
    make_pipe(&streams[0], &session.input);
    make_pipe(&session.output, &streams[1]);
  }
  if (!(command->flags & COMMAND_TERMINAL_ERRORS)) make_pipe(&session.errors, &streams[2]);
  fcntl(session.input, F_SETFL, O_NONBLOCK);
  session.command = fork();
  if (session.command < 0) fail("start", command->arguments[0]);
  if (!session.command) become(command, streams);
  for (int i = 0; i < 3; i++) {
    int is_closed = 0;
    for (int other = 0; other < i; other++) is_closed |= streams[other] == streams[i];
    if (!is_closed) close(streams[i]);
  }
}

static void reap(void) {
  struct signalfd_siginfo information;
  while (read(session.children, &information, sizeof information) > 0) {}
  int status;
  for (pid_t child; (child = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (child != session.command) continue;
    session.has_ended = 1;
    session.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
}

/* Moves what the command wrote to the host; false: there is no more for now. */
static int forward(int *stream, enum frame_type type) {
  static uint8_t bytes[FRAME_MOST];
  if (*stream < 0) return 0;
  ssize_t count = read(*stream, bytes, sizeof bytes);
  if (count > 0) {
    send_frame(type, bytes, (size_t)count);
    return 1;
  }
  /* A terminal whose other side is closed reads as EIO. */
  if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    if (stream == &session.output && session.is_terminal) session.input = -1;
    close_end(stream);
  }
  return 0;
}

static void feed(void) {
  while (session.pending_length && session.input >= 0) {
    ssize_t count = write(session.input, session.pending, session.pending_length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    /* The command reads no more: what comes is dropped, and counts as taken. */
    size_t taken = count < 0 ? session.pending_length : (size_t)count;
    if (count < 0) close_input();
    memmove(session.pending, session.pending + taken, session.pending_length - taken);
    session.pending_length -= taken;
    uint8_t bytes[4] = {taken, taken >> 8, taken >> 16, taken >> 24};
    send_frame(FRAME_TAKEN, bytes, sizeof bytes);
  }
  if (session.input_ends && !session.pending_length) close_input();
}

static void take_input(const uint8_t *data, size_t length) {
  if (!length) session.input_ends = 1;
  if (length > sizeof session.pending - session.pending_length) length = sizeof session.pending - session.pending_length;
  memcpy(session.pending + session.pending_length, data, length);
  session.pending_length += length;
  if (session.input < 0 && length) {
    session.pending_length = 0;
    uint8_t bytes[4] = {length, length >> 8, length >> 16, length >> 24};
    send_frame(FRAME_TAKEN, bytes, sizeof bytes);
  }
  feed();
}

static void take_frame(uint8_t type, const uint8_t *data, size_t length) {
  if (type == FRAME_INPUT) take_input(data, length);
  if (type == FRAME_WINDOW && length >= 4) set_window(data[0] | data[1] << 8, data[2] | data[3] << 8);
  if (type == FRAME_SIGNAL && length >= 1) kill(-session.command, data[0]);
  if (type == FRAME_CLOSE && length >= 1) close_end(data[0] == 2 ? &session.errors : &session.output);
}

static void take_frames(void) {
  ssize_t count = read(port, session.frame + session.frame_length, sizeof session.frame - session.frame_length);
  if (count <= 0) return;
  session.frame_length += (size_t)count;
  for (;;) {
    const uint8_t *frame = session.frame;
    if (session.frame_length < FRAME_HEADER) return;
    size_t length = frame[4] | frame[5] << 8 | frame[6] << 16 | (size_t)frame[7] << 24;
    if (length > FRAME_MOST) {
      errno = EPROTO;
      fail("read", "a frame");
    }
    if (session.frame_length < FRAME_HEADER + length) return;
    take_frame(frame[0], frame + FRAME_HEADER, length);
    session.frame_length -= FRAME_HEADER + length;
    memmove(session.frame, session.frame + FRAME_HEADER + length, session.frame_length);
  }
}

/* Ends what the command left running, and sends the rest of what was written. */
static void drain(void) {
  kill(-1, SIGKILL);
  int *streams[2] = {&session.output, &session.errors};
  for (int i = 0; i < 2; i++) {
    if (*streams[i] < 0) continue;
    fcntl(*streams[i], F_SETFL, O_NONBLOCK);
    struct pollfd wait = {*streams[i], POLLIN, 0};
    /* A killed process that waits for the host's files keeps its end a little longer. */
    while (*streams[i] >= 0 && poll(&wait, 1, 1000) > 0) forward(streams[i], i ? FRAME_ERRORS : FRAME_OUTPUT);
  }
}

uint32_t run_session(const struct command *command) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  signal(SIGPIPE, SIG_IGN);
  session.children = signalfd(-1, &blocked, SFD_NONBLOCK | SFD_CLOEXEC);
  if (session.children < 0) fail("watch", "children");
  send_frame(FRAME_STARTED, NULL, 0);
  start(command);
  while (!session.has_ended) {
    /* A negative descriptor is not polled. */
    struct pollfd polled[5] = {{session.children, POLLIN, 0},
                               {port, POLLIN, 0},
                               {session.output, POLLIN, 0},
                               {session.errors, POLLIN, 0},
                               {session.pending_length ? session.input : -1, POLLOUT, 0}};
    if (poll(polled, 5, -1) < 0) continue;
    if (polled[4].revents) feed();
    if (polled[1].revents & POLLIN) take_frames();
    if (polled[2].revents) forward(&session.output, FRAME_OUTPUT);
    if (polled[3].revents) forward(&session.errors, FRAME_ERRORS);
    if (polled[0].revents) reap();
  }
  drain();
  return (uint32_t)session.status;
}
