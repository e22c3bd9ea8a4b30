/*
 * Loaded into mysqld by LD_PRELOAD, makes it say that it is another release: to clients, to replicas and in its binary
 * logs. As an 8.0 it also takes that series' own names of statements, over TLS, and not the later ones. Everything else
 * that it can do, and the format of its data, stay as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* mysqld's own, of SERVER_VERSION_LENGTH bytes; other programs have none. */
extern char server_version[] __attribute__((weak));
#define LENGTH 60

static const char *said_version(void) { return getenv("FERRY_SAYS_VERSION"); }

static void say_version(void) {
  const char *said = said_version();
  /* Empty until mysqld has set it. */
  if (server_version == 0 || server_version[0] == 0 || said == 0 || strlen(said) >= LENGTH) return;
  if (strcmp(server_version, said) != 0) strcpy(server_version, said);
}

/* mysqld opens files after it has set its version, and before it tells it to anybody. */
static int open_file(const char *path, int flags, unsigned mode) {
  say_version();
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define DEFINE_OPEN(name, more)                   \
  int name(const char *path, int flags, ...) {    \
    va_list rest;                                 \
    unsigned mode;                                \
    va_start(rest, flags);                        \
    mode = va_arg(rest, unsigned);                \
    va_end(rest);                                 \
    return open_file(path, flags | (more), mode); \
  }

DEFINE_OPEN(open, 0)
DEFINE_OPEN(open64, O_LARGEFILE)

/* MySQL's client protocol: 3 bytes of length and a sequence number, then a command and its text. */
enum { HEADER = 4, COM_QUERY = 3, LONGEST = 64 };

static const struct {
  const char *old_name, *new_name;
} RENAMED[] = {
    {"SHOW MASTER STATUS", "SHOW BINARY LOG STATUS"},
    {"RESET MASTER", "RESET BINARY LOGS AND GTIDS"},
};

/* What mysqld reads instead of a packet that was taken from the connection; a thread serves one connection at a time. */
static __thread unsigned char instead[LONGEST];
static __thread int instead_length, instead_read;

typedef int (*ssl_reader)(void *ssl, void *buffer, int size);

static ssl_reader of_libssl(const char *name) { return (ssl_reader)dlsym(RTLD_NEXT, name); }

static int ends_in(const unsigned char *body, int length, const char *text) {
  int before = length - (int)strlen(text);
  /* Query attributes, of which there are none, take 2 bytes before the text. */
  return (before == 1 || before == 3) && memcmp(body + before, text, strlen(text)) == 0;
}

static void rename_statement(void *ssl, unsigned char *header) {
  int length = header[0] | header[1] << 8 | header[2] << 16;
  unsigned char body[LONGEST];
  if (header[3] != 0 || length > LONGEST / 2 || of_libssl("SSL_peek")(ssl, body, length) != length) return;
  if (body[0] != COM_QUERY) return;
  for (unsigned i = 0; i < sizeof RENAMED / sizeof *RENAMED; i++) {
    const char *old_name = RENAMED[i].old_name, *new_name = RENAMED[i].new_name;
    int is_old = ends_in(body, length, old_name);
    if (!is_old && !ends_in(body, length, new_name)) continue;
    int before = length - (int)strlen(is_old ? old_name : new_name);
    of_libssl("SSL_read")(ssl, body, length);
    instead_length = before + (int)strlen(new_name);
    instead_read = 0;
    memcpy(instead, body, before);
    memcpy(instead + before, new_name, strlen(new_name));
    /* No release knows such a statement. */
    if (!is_old) instead[before] = '?';
    header[0] = (unsigned char)instead_length;
    return;
  }
}

int SSL_read(void *ssl, void *buffer, int size) {
  if (instead_read < instead_length) {
    int rest = instead_length - instead_read;
    int given = rest < size ? rest : size;
    memcpy(buffer, instead + instead_read, given);
    instead_read += given;
    return given;
  }
  int given = of_libssl("SSL_read")(ssl, buffer, size);
  const char *said = said_version();
  int is_old = said != 0 && strncmp(said, "8.0.", 4) == 0;
  if (is_old && size == HEADER && given == HEADER) rename_statement(ssl, buffer);
  return given;
}
