// The files in an attempt's folder, as runbook-shim writes them and the server reads them.
//
//   status      one record of fixed size; whoever links it first owns the attempt
//   log         frames of output, in the order of their arrival
//
// Both sides run on one machine, so numbers are in its byte order. A shim outlives an upgrade of the server: what
// changes meaning here needs a new version, and the server must go on reading the old one.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RUNBOOK_SPEC_MAGIC "RBSPEC\n"
#define RUNBOOK_RECORD_MAGIC "RBSTAT\n"

enum {
    RUNBOOK_FORMAT_VERSION = 1,
    RUNBOOK_FRAME_MARK = 0x5246,
    RUNBOOK_FRAME_MAXIMUM = 65536,
    RUNBOOK_RECORD_BYTES = 512,
    RUNBOOK_SUBJECT_BYTES = 256,
};

/// What to run: the shim's standard input, a file in memory, for it may hold secrets. It begins with this; the working
/// directory, the arguments and the environment's `NAME=value` follow, each ended by a NUL.
struct runbook_spec_header {
    char magic[8];
    uint32_t version;
    uint32_t argument_count;
    uint32_t environment_count;
    uint32_t unused;
    uint64_t total_bytes;
    int64_t timeout_ns; // negative: none
    int64_t grace_ns;
    int64_t output_limit;
};

/// `log` is a sequence of these, each followed by `length` bytes.
struct runbook_frame_header {
    uint8_t stream; // 1 standard output, 2 standard error
    uint8_t flags;
    uint16_t mark;
    uint32_t length;
    uint64_t boot_ns; // CLOCK_BOOTTIME, when it was read
};

enum { RUNBOOK_FRAME_CUT = 1 };

enum runbook_owner { RUNBOOK_OWNER_SHIM = 1, RUNBOOK_OWNER_FENCE = 2 };

enum runbook_kind {
    RUNBOOK_EXITED = 1,
    RUNBOOK_SIGNALLED = 2,
    RUNBOOK_TIMED_OUT = 3,
    RUNBOOK_STOPPED = 4,
    RUNBOOK_COULD_NOT_START = 5,
};

/// What failed in RUNBOOK_COULD_NOT_START.
enum runbook_place { RUNBOOK_PLACE_SHIM = 1, RUNBOOK_PLACE_DIRECTORY = 2, RUNBOOK_PLACE_PROGRAM = 3 };

enum runbook_flag {
    RUNBOOK_OUTPUT_CUT = 1,      // the limit was reached
    RUNBOOK_OUTPUT_LOST = 2,     // the log could not be written to the end
    RUNBOOK_PROCESSES_LEFT = 4,  // a descendant may not be signalled by us (sudo) and lives on
};

/// Written once, before the step's program may begin: without its mark, no instruction of the step ran.
struct runbook_beginning {
    int32_t step_pid; // also its session
    uint32_t mark;
    int64_t wall_ns;
    uint64_t boot_ns;
};

/// Written once, by one pwrite over bytes that exist already, so that a full disk cannot stop it. It counts only with
/// its mark and sum.
struct runbook_result {
    uint32_t kind;
    int32_t value; // exit status, signal or errno
    uint32_t place;
    uint32_t flags;
    int64_t wall_ns;
    uint64_t boot_ns;
    uint64_t output_bytes; // without the frames' headers
    uint64_t log_bytes;
    char subject[RUNBOOK_SUBJECT_BYTES]; // the directory or program that could not be used; may be cut
    uint64_t sum;
    uint64_t mark;
};

struct runbook_record {
    char magic[8];
    uint32_t version;
    uint32_t owner;
    int32_t shim_pid;
    uint32_t unused;
    uint64_t shim_start; // clock ticks since boot, as in /proc/PID/stat
    char boot_id[40];
    struct runbook_beginning beginning;
    struct runbook_result result;
    char padding[RUNBOOK_RECORD_BYTES - 96 - sizeof(struct runbook_result)];
};

_Static_assert(sizeof(struct runbook_spec_header) == 56, "spec header");
_Static_assert(sizeof(struct runbook_frame_header) == 16, "frame header");
_Static_assert(sizeof(struct runbook_record) == RUNBOOK_RECORD_BYTES, "record");
_Static_assert(offsetof(struct runbook_record, result) == 96, "the result lies in one sector");

/// A record for this process and this boot, without beginning and result.
void runbook_record_prepare(struct runbook_record *record, enum runbook_owner owner);

/// Makes the record the folder's `status`, locked: `flock` is held before anyone can see it.
/// Returns the open file, or -1 with errno; EEXIST says that another was first.
int runbook_record_link(int folder, const struct runbook_record *record);

/// Fills the mark; the file then holds the beginning. Returns 0 or errno.
int runbook_record_begin(int status, struct runbook_record *record);

/// Fills sum and mark; the file then holds the result. Returns 0 or errno.
int runbook_record_finish(int status, struct runbook_record *record);

/// Reads the record. Returns 0 or errno; EBADMSG says that it is none, EPROTO that its version is unknown.
int runbook_record_read(int status, struct runbook_record *record);

/// Whether the beginning, and whether the result, counts.
int runbook_record_has_begun(const struct runbook_record *record);
int runbook_record_has_result(const struct runbook_record *record);

/// Whether somebody holds the lock on the open `status`: 1 or 0, or -1 with errno.
int runbook_record_is_held(int status);

/// The kernel's id of this boot, 36 characters and zeros; all zeros when it cannot be read.
void runbook_boot_id(char id[40]);

/// Nanoseconds of CLOCK_BOOTTIME, and of the wall clock.
uint64_t runbook_boot_ns(void);
int64_t runbook_wall_ns(void);
