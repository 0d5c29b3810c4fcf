#define _GNU_SOURCE
#include "attempt_files.h"
#include "process_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const uint32_t begun_mark = 0x4e474542;
static const uint64_t end_mark = 0x0a444e4554415453;

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t runbook_boot_ns(void) { return nanoseconds(CLOCK_BOOTTIME); }

int64_t runbook_wall_ns(void) { return (int64_t)nanoseconds(CLOCK_REALTIME); }

void runbook_boot_id(char id[40]) {
    memset(id, 0, 40);
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    if (read(file, id, 36) != 36) memset(id, 0, 40);
    close(file);
}

/// FNV-1a, 64 bits: it finds a torn write, and needs to find nothing else.
static uint64_t sum(const struct runbook_result *result) {
    const unsigned char *bytes = (const unsigned char *)result;
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < offsetof(struct runbook_result, sum); i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
    return hash;
}

void runbook_record_prepare(struct runbook_record *record, enum runbook_owner owner) {
    memset(record, 0, sizeof *record);
    memcpy(record->magic, RUNBOOK_RECORD_MAGIC, sizeof record->magic);
    record->version = RUNBOOK_FORMAT_VERSION;
    record->owner = owner;
    record->shim_pid = getpid();
    struct runbook_process self;
    if (runbook_process_read(getpid(), &self) == 0) record->shim_start = self.start;
    runbook_boot_id(record->boot_id);
}

/// All of it at its place, or an errno.
static int write_at(int file, const void *bytes, size_t count, off_t offset) {
    ssize_t written;
    do written = pwrite(file, bytes, count, offset);
    while (written < 0 && errno == EINTR);
    if (written < 0) return errno;
    return (size_t)written == count ? 0 : ENOSPC;
}

int runbook_record_link(int folder, const struct runbook_record *record) {
    char name[32];
    snprintf(name, sizeof name, "status.%d", (int)getpid());
    unlinkat(folder, name, 0);
    int file = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return -1;
    int error = write_at(file, record, sizeof *record, 0);
    if (error == 0 && flock(file, LOCK_EX | LOCK_NB) != 0) error = errno;
    if (error == 0 && linkat(folder, name, folder, "status", 0) != 0) error = errno;
    unlinkat(folder, name, 0);
    if (error == 0) return file;
    close(file);
    errno = error;
    return -1;
}

int runbook_record_begin(int status, struct runbook_record *record) {
    record->beginning.mark = begun_mark;
    return write_at(
        status, &record->beginning, sizeof record->beginning, offsetof(struct runbook_record, beginning));
}

// Nothing is synced: the page cache survives the death of any process, and after a power cut the boot id has changed,
// so that an attempt whose result was lost is "unknown", which is the truth about it.
int runbook_record_finish(int status, struct runbook_record *record) {
    record->result.sum = sum(&record->result);
    record->result.mark = end_mark;
    return write_at(status, &record->result, sizeof record->result, offsetof(struct runbook_record, result));
}

int runbook_record_read(int status, struct runbook_record *record) {
    ssize_t count;
    do count = pread(status, record, sizeof *record, 0);
    while (count < 0 && errno == EINTR);
    if (count < 0) return errno;
    if (count != sizeof *record) return EBADMSG;
    if (memcmp(record->magic, RUNBOOK_RECORD_MAGIC, sizeof record->magic) != 0) return EBADMSG;
    return record->version == RUNBOOK_FORMAT_VERSION ? 0 : EPROTO;
}

int runbook_record_has_begun(const struct runbook_record *record) { return record->beginning.mark == begun_mark; }

int runbook_record_has_result(const struct runbook_record *record) {
    return record->result.mark == end_mark && record->result.sum == sum(&record->result);
}

int runbook_record_is_held(int status) {
    if (flock(status, LOCK_SH | LOCK_NB) == 0) return flock(status, LOCK_UN) == 0 ? 0 : -1;
    return errno == EWOULDBLOCK ? 1 : -1;
}
