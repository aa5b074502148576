// Package chaos kills todoke's processes at random moments while resellers go on ordering, holders change contacts and
// names and ask for further codes, clerks decide and renewal notices go out. It starts the processes again and then
// counts: what was accepted must have come to exactly one end, and everybody must have been told of it once. `make
// chaos` runs it whole, `make e2e` a sample of it. CHAOS_SEED repeats the choices of an earlier run, CHAOS_KILLS
// changes how many kills each database gets.
package chaos
