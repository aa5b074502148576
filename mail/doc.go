// Package mail renders todoke's mails in both languages and sends them by SMTP,
// saying exactly what is known about each one afterwards.
//
// A mail goes one way through the package: a Renderer makes the Content of a
// kind from its typed data, the caller adds the addresses and a Message-ID, and
// a Sender hands the Message to the server and answers with an Outcome. What is
// remembered about a mail is the ledger's business, not this package's.
package mail
