#define _GNU_SOURCE
#include "specification.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// The whole file in new memory, with one zero byte after it.
static int read_whole(int file, char **content, size_t *count) {
    struct stat facts;
    int error = fstat(file, &facts) == 0 ? 0 : errno;
    size_t size = error ? 0 : (size_t)facts.st_size;
    char *bytes = error ? NULL : malloc(size + 1);
    if (!error && !bytes) error = ENOMEM;
    size_t have = 0;
    while (!error && have < size) {
        ssize_t got = pread(file, bytes + have, size - have, (off_t)have);
        if (got == 0) break;
        if (got > 0) have += (size_t)got;
        else if (errno != EINTR) error = errno;
    }
    if (error) {
        free(bytes);
        return error;
    }
    bytes[have] = 0;
    *content = bytes;
    *count = have;
    return 0;
}

/// The next of the strings that lie one behind the other; NULL when there is no more.
static char *next(char **position, const char *end) {
    if (*position >= end) return NULL;
    char *text = *position;
    *position += strlen(text) + 1;
    return text;
}

/// `count` strings and a NULL; NULL when there are fewer.
static char **list(uint32_t count, char **position, const char *end) {
    char **texts = count <= (size_t)(end - *position) ? calloc((size_t)count + 1, sizeof *texts) : NULL;
    for (uint32_t i = 0; texts && i < count; i++) {
        if (!(texts[i] = next(position, end))) return NULL;
    }
    return texts;
}

int specification_read(int file, struct specification *specification) {
    char *content;
    size_t count;
    int error = read_whole(file, &content, &count);
    if (error) return error;
    struct runbook_spec_header *header = &specification->header;
    if (count < sizeof *header) return EBADMSG;
    memcpy(header, content, sizeof *header);
    if (memcmp(header->magic, RUNBOOK_SPEC_MAGIC, sizeof header->magic) != 0 || header->total_bytes != count)
        return EBADMSG;
    if (header->version != RUNBOOK_FORMAT_VERSION) return EPROTO;
    char *position = content + sizeof *header;
    const char *end = content + count;
    specification->directory = next(&position, end);
    specification->arguments = list(header->argument_count, &position, end);
    specification->environment = list(header->environment_count, &position, end);
    if (!specification->directory || !specification->arguments || !specification->environment || position != end
        || header->argument_count == 0)
        return EBADMSG;
    return 0;
}
