#define _GNU_SOURCE
#include "output_log.h"
#include "attempt_files.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

static void append_frame(struct output_log *log, uint8_t stream, uint8_t flags, const uint8_t *bytes, size_t count) {
    struct runbook_frame_header header = {
        .stream = stream,
        .flags = flags,
        .mark = RUNBOOK_FRAME_MARK,
        .length = (uint32_t)count,
        .boot_ns = runbook_boot_ns(),
    };
    struct iovec parts[] = {
        {.iov_base = &header, .iov_len = sizeof header},
        {.iov_base = (void *)bytes, .iov_len = count},
    };
    ssize_t written;
    do written = pwritev(log->file, parts, 2, (off_t)log->length);
    while (written < 0 && errno == EINTR);
    if (written == (ssize_t)(sizeof header + count)) {
        log->length += (uint64_t)written;
        log->output += count;
        return;
    }
    // The disk is full, or broken. Readers pass over a torn frame at the end, so failing to cut it off does no harm.
    log->lost = true;
    if (ftruncate(log->file, (off_t)log->length) != 0) return;
}

void output_log_append(struct output_log *log, uint8_t stream, const uint8_t *bytes, size_t count) {
    if (log->lost || log->cut) return;
    size_t room = log->limit - log->output < count ? (size_t)(log->limit - log->output) : count;
    if (room > 0) append_frame(log, stream, 0, bytes, room);
    if (room == count || log->lost) return;
    append_frame(log, stream, RUNBOOK_FRAME_CUT, NULL, 0);
    log->cut = true;
}
