// Package e2e holds whole journeys through todoke with every real part in place: the program itself as processes,
// both databases, Temporal, SMTP and a browser. It has only tests, behind the build tag e2e.
package e2e
