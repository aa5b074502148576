// Package chaos kills todoke's processes at random moments while resellers go on ordering, starts them again, and
// then counts: every order that was accepted must be delivered exactly once. `make chaos` runs it whole, `make e2e` a
// sample of it. CHAOS_SEED repeats the choices of an earlier run, CHAOS_KILLS changes how many kills each database
// gets.
package chaos
