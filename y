# A step marked interactive is done by a person, in a terminal of theirs

Runme opens a terminal for a cell with `interactive` and lets its reader type into it. Our steps belong to a shim on the
server, whose standard input is empty, whose output is on the record and masked, and which outlive whoever started them: a
terminal in the browser would be a shell on the server behind a web page, with keystrokes that no approval has seen.

So such a step asks like a `manual` one. The run waits and takes no worker; page, terminal and API show the script with its
placeholders filled and the values that it reads set before it, sensitive ones named but not shown; whoever ran it says that
it is done, with a note, or that it failed. The record says who said so: nobody else saw it. `background`, `until`, `for`,
`retries` and `timeout` count for nothing beside it, and a check of an item can't be one, for a check asks nobody.
