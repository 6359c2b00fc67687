#define _GNU_SOURCE
#include "guest_init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_all(const uint8_t *bytes, size_t length) {
  while (length) {
    ssize_t written = write(port, bytes, length);
    if (written > 0) {
      bytes += written;
      length -= (size_t)written;
    } else if (written < 0 && errno == EAGAIN) {
      struct pollfd wait = {port, POLLOUT, 0};
      poll(&wait, 1, 100);
    } else if (written < 0 && errno != EINTR) {
      return;
    }
  }
}

void send_frame(enum frame_type type, const void *data, size_t length) {
  uint8_t header[FRAME_HEADER] = {type, 0, 0, 0, length, length >> 8, length >> 16, length >> 24};
  write_all(header, sizeof header);
  write_all(data, length);
}

static uint32_t number(const uint8_t *bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static char *next_string(char **at, char *end) {
  char *string = *at;
  char *stop = string < end ? memchr(string, 0, (size_t)(end - string)) : NULL;
  errno = EINVAL;
  if (!stop) fail("read", "/vpmu/command");
  *at = stop + 1;
  return string;
}

static char **next_strings(char **at, char *end, uint32_t count) {
  char **strings = count <= (size_t)(end - *at) ? calloc((size_t)count + 1, sizeof *strings) : NULL;
  if (!strings) fail("read", "/vpmu/command");
  for (uint32_t i = 0; i < count; i++) strings[i] = next_string(at, end);
  return strings;
}

void read_command(struct command *command) {
  struct stat status;
  int file = open("/vpmu/command", O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &status)) fail("open", "/vpmu/command");
  size_t size = (size_t)status.st_size, length = 0;
  char *bytes = malloc(size + 1);
  for (ssize_t count; bytes && length < size && (count = read(file, bytes + length, size - length)) > 0;)
    length += (size_t)count;
  close(file);
  errno = EINVAL;
  if (!bytes || length < 20 || length != size) fail("read", "/vpmu/command");
  const uint8_t *numbers = (const uint8_t *)bytes;
  command->flags = number(numbers);
  command->rows = number(numbers + 4);
  command->columns = number(numbers + 8);
  char *at = bytes + 20, *end = bytes + length;
  command->directory = next_string(&at, end);
  command->arguments = next_strings(&at, end, number(numbers + 12));
  command->environment = next_strings(&at, end, number(numbers + 16));
  if (!command->arguments[0]) fail("read", "/vpmu/command");
}
