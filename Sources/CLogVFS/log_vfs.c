// A VFS above SQLite's own that gathers what a transaction appends to the write-ahead log.
//
// SQLite writes each page of a transaction with two calls, 24 bytes of frame header and the page, one behind the other.
// Here they are put together and handed to the kernel with the last page of the transaction: one call instead of two for
// each page, 30 of the 600 µs that an opened incident takes.
//
// What may differ from SQLite's own VFS is only how long the frames of an unfinished transaction stand in memory:
//
// - The header of the last frame says that it commits. Its page's write hands all of it over and returns what came of that;
//   the sync that follows, the shared index, and whoever reads it find the file as they would without us.
// - Only a frame that stands right behind the last write to the file is gathered. Whatever else is written, read, synced,
//   truncated or asked of the file hands over first what was gathered.
// - What could not be handed over is gone. SQLite may learn of it when it reads, and think that it can go on: until the lock is let
//   go nothing more is written or synced, so that no commit comes behind the gap.
// - A transaction that is taken back may leave some. The lock of the log is not let go before that is handed over: it can't
//   come to stand over what another connection or program writes after it.
#define _GNU_SOURCE
#include "log_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

// SQLite's own takes at most so many bytes at once.
enum { FRAME_HEADER_BYTES = 24, LARGEST_PAGE = 65536, CAPACITY = 0x1ffff };

// Of the locks in the shared memory; see https://www.sqlite.org/walformat.html#wal_locks
enum { WRITE_LOCK = 0 };

struct log_file {
    sqlite3_file base;
    struct database_file *database;
    sqlite3_int64 end; // Of the last write, or -1 where it is not known: what begins there may be gathered.
    char *gathered;
    int count;
    const char *path; // SQLite keeps it while the file is open.
    int own; // Opened a second time, for what SQLite's file can't be asked for; -1 while it is not.
    sqlite3_int64 handed; // Where what was last handed over begins, or -1.
    int is_within_frame; // A header was gathered, its page comes next.
    int is_last; // That frame commits.
    int failure; // Why something could not be handed over, for as long as the lock is held.
    sqlite3_int64 lost_from, lost_to; // Where it would stand.
};

struct database_file {
    sqlite3_file base;
    struct log_file *log;
};

/// SQLite's own.
static sqlite3_vfs *beneath;

static sqlite3_file *beneath_log(sqlite3_file *file) { return (sqlite3_file *)((struct log_file *)file + 1); }

static sqlite3_file *beneath_database(sqlite3_file *file) { return (sqlite3_file *)((struct database_file *)file + 1); }

// The log.

static int hand_over(struct log_file *log) {
    int count = log->count;
    if (count == 0) return SQLITE_OK;
    log->count = 0;
    log->is_within_frame = 0;
    sqlite3_file *file = beneath_log(&log->base);
    log->handed = log->end - count;
    int result = file->pMethods->xWrite(file, log->gathered, count, log->handed);
    if (result == SQLITE_OK) return SQLITE_OK;
    log->failure = result;
    log->lost_from = log->handed;
    log->lost_to = log->end;
    log->end = -1;
    return result;
}

static int write_through(struct log_file *log, const void *bytes, int count, sqlite3_int64 offset) {
    int result = hand_over(log);
    if (result != SQLITE_OK) return result;
    sqlite3_file *file = beneath_log(&log->base);
    log->handed = offset;
    result = file->pMethods->xWrite(file, bytes, count, offset);
    log->end = result == SQLITE_OK ? offset + count : -1;
    return result;
}

static void gather(struct log_file *log, const void *bytes, int count) {
    memcpy(log->gathered + log->count, bytes, (size_t)count);
    log->count += count;
    log->end += count;
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct log_file *log = (struct log_file *)file;
    if (log->failure != SQLITE_OK) return log->failure;
    if (offset != log->end) return write_through(log, bytes, count, offset);
    if (log->is_within_frame && count <= LARGEST_PAGE) {
        log->is_within_frame = 0;
        gather(log, bytes, count);
        return log->is_last ? hand_over(log) : SQLITE_OK;
    }
    if (count != FRAME_HEADER_BYTES) return write_through(log, bytes, count, offset);
    if (CAPACITY - log->count < FRAME_HEADER_BYTES + LARGEST_PAGE) {
        int result = hand_over(log);
        if (result != SQLITE_OK) return result;
    }
    if (log->gathered == NULL) log->gathered = sqlite3_malloc(CAPACITY);
    if (log->gathered == NULL) return write_through(log, bytes, count, offset);
    gather(log, bytes, count);
    // The second of its numbers: the pages of the database after the transaction, 0 where more of it comes.
    static const char more[4];
    log->is_last = memcmp((const char *)bytes + 4, more, sizeof more) != 0;
    log->is_within_frame = 1;
    return SQLITE_OK;
}

static int log_close(sqlite3_file *file) {
    struct log_file *log = (struct log_file *)file;
    // Its lock was let go before: nothing is left.
    sqlite3_free(log->gathered);
    if (log->own >= 0) close(log->own);
    if (log->database != NULL) log->database->log = NULL;
    return beneath_log(file)->pMethods->xClose(beneath_log(file));
}

/// Hands over what was gathered, then asks the file beneath.
#define AFTER_HANDING_OVER(method, ...)                                      \
    int result = hand_over((struct log_file *)file);                         \
    if (result != SQLITE_OK) return result;                                  \
    return beneath_log(file)->pMethods->method(beneath_log(file), __VA_ARGS__)

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    struct log_file *log = (struct log_file *)file;
    // What was committed before can be read all the same: to take back what was lost, SQLite needs it.
    if (log->failure != SQLITE_OK && offset < log->lost_to && offset + count > log->lost_from) return log->failure;
    AFTER_HANDING_OVER(xRead, bytes, count, offset);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) { AFTER_HANDING_OVER(xTruncate, size); }

static _Thread_local void (*meanwhile)(void *);
static _Thread_local void *meanwhile_of;

void runbook_log_vfs_meanwhile(void (*act)(void *), void *of) {
    meanwhile = act;
    meanwhile_of = of;
}

/// Lets the disk begin, and makes use of the time.
static void begin_sync(struct log_file *log) {
    void (*act)(void *) = meanwhile;
    if (act == NULL || log->handed < 0) return;
    if (log->own < 0) log->own = open(log->path, O_RDONLY | O_CLOEXEC);
    // Where it can't begin yet, the sync does it all.
    if (log->own >= 0) sync_file_range(log->own, log->handed, log->end - log->handed, SYNC_FILE_RANGE_WRITE);
    meanwhile = NULL;
    act(meanwhile_of);
}

static int log_sync(sqlite3_file *file, int flags) {
    struct log_file *log = (struct log_file *)file;
    int result = log->failure != SQLITE_OK ? log->failure : hand_over(log);
    if (result != SQLITE_OK) return result;
    begin_sync(log);
    return beneath_log(file)->pMethods->xSync(beneath_log(file), flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) { AFTER_HANDING_OVER(xFileSize, size); }

static int log_control(sqlite3_file *file, int operation, void *argument) {
    AFTER_HANDING_OVER(xFileControl, operation, argument);
}

static int log_lock(sqlite3_file *file, int level) { return beneath_log(file)->pMethods->xLock(beneath_log(file), level); }

static int log_unlock(sqlite3_file *file, int level) {
    return beneath_log(file)->pMethods->xUnlock(beneath_log(file), level);
}

static int log_is_reserved(sqlite3_file *file, int *is_reserved) {
    return beneath_log(file)->pMethods->xCheckReservedLock(beneath_log(file), is_reserved);
}

static int log_sector(sqlite3_file *file) { return beneath_log(file)->pMethods->xSectorSize(beneath_log(file)); }

static int log_characteristics(sqlite3_file *file) {
    return beneath_log(file)->pMethods->xDeviceCharacteristics(beneath_log(file));
}

// Without the methods of a mapped file: SQLite maps databases only, and a mapped page would miss what is gathered.
static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_is_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_characteristics,
};

// The database, whose locks are those of its log.

static int database_shm_lock(sqlite3_file *file, int first, int count, int flags) {
    struct log_file *log = ((struct database_file *)file)->log;
    int is_let_go = first == WRITE_LOCK && (flags & SQLITE_SHM_UNLOCK) != 0 && (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    if (log != NULL && is_let_go) {
        // What is left here belongs to nothing that was committed: whether it can be written is nobody's concern.
        hand_over(log);
        log->failure = SQLITE_OK;
    }
    return beneath_database(file)->pMethods->xShmLock(beneath_database(file), first, count, flags);
}

/// Asks the file beneath.
#define FORWARD(method, ...) return beneath_database(file)->pMethods->method(beneath_database(file), ##__VA_ARGS__)

static int database_close(sqlite3_file *file) {
    struct log_file *log = ((struct database_file *)file)->log;
    if (log != NULL) log->database = NULL;
    FORWARD(xClose);
}

static int database_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    FORWARD(xRead, bytes, count, offset);
}

static int database_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    FORWARD(xWrite, bytes, count, offset);
}

static int database_truncate(sqlite3_file *file, sqlite3_int64 size) { FORWARD(xTruncate, size); }

static int database_sync(sqlite3_file *file, int flags) { FORWARD(xSync, flags); }

static int database_size(sqlite3_file *file, sqlite3_int64 *size) { FORWARD(xFileSize, size); }

static int database_lock(sqlite3_file *file, int level) { FORWARD(xLock, level); }

static int database_unlock(sqlite3_file *file, int level) { FORWARD(xUnlock, level); }

static int database_is_reserved(sqlite3_file *file, int *is_reserved) { FORWARD(xCheckReservedLock, is_reserved); }

static int database_control(sqlite3_file *file, int operation, void *argument) {
    FORWARD(xFileControl, operation, argument);
}

static int database_sector(sqlite3_file *file) { FORWARD(xSectorSize); }

static int database_characteristics(sqlite3_file *file) { FORWARD(xDeviceCharacteristics); }

static int database_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
    FORWARD(xShmMap, page, size, extend, memory);
}

static void database_shm_barrier(sqlite3_file *file) { FORWARD(xShmBarrier); }

static int database_shm_unmap(sqlite3_file *file, int is_deleted) { FORWARD(xShmUnmap, is_deleted); }

static int database_fetch(sqlite3_file *file, sqlite3_int64 offset, int count, void **memory) {
    FORWARD(xFetch, offset, count, memory);
}

static int database_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *memory) {
    FORWARD(xUnfetch, offset, memory);
}

static const sqlite3_io_methods database_methods = {
    .iVersion = 3,
    .xClose = database_close,
    .xRead = database_read,
    .xWrite = database_write,
    .xTruncate = database_truncate,
    .xSync = database_sync,
    .xFileSize = database_size,
    .xLock = database_lock,
    .xUnlock = database_unlock,
    .xCheckReservedLock = database_is_reserved,
    .xFileControl = database_control,
    .xSectorSize = database_sector,
    .xDeviceCharacteristics = database_characteristics,
    .xShmMap = database_shm_map,
    .xShmLock = database_shm_lock,
    .xShmBarrier = database_shm_barrier,
    .xShmUnmap = database_shm_unmap,
    .xFetch = database_fetch,
    .xUnfetch = database_unfetch,
};

// Files.

static int open_beneath(const char *path, sqlite3_file *file, int flags, int *opened) {
    file->pMethods = NULL;
    int result = beneath->xOpen(beneath, path, file, flags, opened);
    if (result != SQLITE_OK && file->pMethods != NULL) file->pMethods->xClose(file);
    return result;
}

static int open_database(const char *path, sqlite3_file *file, int flags, int *opened) {
    memset(file, 0, sizeof(struct database_file));
    int result = open_beneath(path, beneath_database(file), flags, opened);
    if (result == SQLITE_OK) file->pMethods = &database_methods;
    return result;
}

static int open_log(const char *path, sqlite3_file *file, int flags, int *opened) {
    struct log_file *log = (struct log_file *)file;
    memset(log, 0, sizeof *log);
    log->end = log->handed = -1;
    log->own = -1;
    log->path = path;
    int result = open_beneath(path, beneath_log(file), flags, opened);
    if (result != SQLITE_OK) return result;
    file->pMethods = &log_methods;
    log->database = (struct database_file *)sqlite3_database_file_object(path);
    log->database->log = log;
    return SQLITE_OK;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *opened) {
    (void)vfs;
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return open_database(path, file, flags, opened);
    if ((flags & SQLITE_OPEN_WAL) != 0) return open_log(path, file, flags, opened);
    return beneath->xOpen(beneath, path, file, flags, opened);
}

int runbook_log_vfs_register(void) {
    static sqlite3_vfs vfs;
    beneath = sqlite3_vfs_find(NULL);
    if (beneath == NULL) return SQLITE_ERROR;
    // What is not about files stays as it is.
    vfs = *beneath;
    int size = beneath->szOsFile;
    vfs.szOsFile = size + (int)(sizeof(struct log_file) > sizeof(struct database_file)
            ? sizeof(struct log_file) : sizeof(struct database_file));
    vfs.zName = "runbook";
    vfs.pNext = NULL;
    vfs.xOpen = open_file;
    return sqlite3_vfs_register(&vfs, 1);
}
