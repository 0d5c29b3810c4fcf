#define _GNU_SOURCE
#include "host_payload.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char prefix[] = "host:";

struct text {
    char *bytes;
    size_t length;
};

static bool append(struct text *text, const void *bytes, size_t count) {
    char *longer = realloc(text->bytes, text->length + count + 1);
    if (!longer) return false;
    memcpy(longer + text->length, bytes, count);
    text->bytes = longer;
    text->length += count;
    return true;
}

static bool say(struct text *text, const char *words) { return append(text, words, strlen(words)); }

static bool read_file(int folder, const char *name, struct text *text) {
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char buffer[65536];
    ssize_t count = -1;
    while (file >= 0 && (count = read(file, buffer, sizeof buffer)) > 0) {
        if (!append(text, buffer, (size_t)count)) break;
    }
    if (file >= 0) close(file);
    return count == 0;
}

/// `export NAME='value'`, as a shell reads it whatever the value holds.
static bool assign(struct text *text, const char *entry) {
    const char *equals = strchr(entry, '=');
    if (!equals || !say(text, "export ") || !append(text, entry, (size_t)(equals - entry)) || !say(text, "='"))
        return false;
    for (const char *next = equals + 1; *next;) {
        size_t plain = strcspn(next, "'");
        if (!append(text, next, plain) || (next[plain] && !say(text, "'\\''"))) return false;
        next += plain + (next[plain] ? 1 : 0);
    }
    return say(text, "'\n");
}

static bool part(char **environment, struct text *values, struct host_payload *payload) {
    size_t count = 0, kept = 0;
    while (environment[count]) count++;
    payload->environment = calloc(count + 1, sizeof *environment);
    if (!payload->environment) return false;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environment[i], prefix, sizeof prefix - 1) != 0) payload->environment[kept++] = environment[i];
        else if (!assign(values, environment[i] + sizeof prefix - 1)) return false;
    }
    return true;
}

bool host_payload_read(int folder, char **environment, struct host_payload *payload) {
    struct text driver = {0}, values = {0}, script = {0}, all = {0};
    uint8_t random[16];
    char nonce[33], lengths[128];
    if (getrandom(random, sizeof random, 0) != sizeof random) return false;
    for (size_t i = 0; i < sizeof random; i++) snprintf(nonce + 2 * i, 3, "%02x", random[i]);
    if (!read_file(folder, "driver", &driver) || !read_file(folder, "script", &script)
        || !part(environment, &values, payload))
        return false;
    snprintf(payload->marker, sizeof payload->marker, "\001RUNBOOK-%s:", nonce);
    snprintf(lengths, sizeof lengths, "n=%s e=%zu s=%zu\n", nonce, values.length, script.length);
    // One byte after the other, so that nothing behind the driver is read: not every shell stops there.
    snprintf(
        payload->command, sizeof payload->command, "exec /bin/sh -c 'eval \"$(dd bs=1 count=%zu 2>/dev/null)\"'",
        strlen(lengths) + driver.length);
    if (!say(&all, lengths) || !append(&all, driver.bytes, driver.length) || !append(&all, values.bytes, values.length)
        || !append(&all, script.bytes, script.length))
        return false;
    free(driver.bytes);
    free(values.bytes);
    free(script.bytes);
    payload->bytes = (uint8_t *)all.bytes;
    payload->length = all.length;
    return true;
}
