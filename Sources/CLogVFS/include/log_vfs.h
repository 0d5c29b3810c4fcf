#pragma once

/// Makes the VFS of log_vfs.c SQLite's default, once and for the whole program. Returns SQLite's result code.
int runbook_log_vfs_register(void);

/// What this thread's next sync of a log does while the disk is already at work, once: `act(of)`. NULL for nothing.
void runbook_log_vfs_meanwhile(void (*act)(void *of), void *of);
