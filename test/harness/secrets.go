package harness

import (
	"bytes"
	"database/sql"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"testing"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/dump"
)

// secrets gives everything that must stand nowhere in the clear: what passed the watch, what the mails brought, and
// what the server's keys make of the rows, also where no page or mail showed it.
func (l LeftBehind) secrets(t testing.TB) *dump.Words {
	t.Helper()
	words := &dump.Words{}
	if l.Seen != nil {
		words.AddAll(l.Seen)
	}
	ring, err := keys.Parse(l.Keys)
	if err != nil {
		t.Fatalf("server keys: %v", err)
	}
	for part := range strings.SplitSeq(l.Keys, ",") {
		_, key, _ := strings.Cut(part, ":")
		words.Add(Server, key)
		if raw, err := base64.StdEncoding.DecodeString(key); err == nil {
			words.Add(Server, string(raw))
		}
	}
	for _, m := range l.Mails {
		if err := mailed(words, m); err != nil {
			t.Errorf("secrets of mail %s: %v", m.ID, err)
		}
	}
	db, err := l.Store.DB()
	if err != nil {
		t.Fatalf("database: %v", err)
	}
	for _, derive := range []func(*dump.Words, *sql.DB, *keys.Ring) error{
		deliveryPasswords, temporaryPasswords, resendTokens, unsubscribeTokens, holdingCodes, secondSecrets, activationTokens, issuedCodes,
	} {
		if err := derive(words, db, ring); err != nil {
			t.Errorf("secrets: %v", err)
		}
	}
	return words
}

// Ring gives the server's keys, for tests that look at what is stored under them.
func (i *Installation) Ring(t testing.TB) *keys.Ring {
	t.Helper()
	ring, err := keys.Parse(i.keys)
	if err != nil {
		t.Fatalf("server keys: %v", err)
	}
	return ring
}

var (
	passwordLine = regexp.MustCompile(`(?m)^[\s　]+([2-9A-HJ-NP-Za-km-z]{14})\s*$`)
	address      = regexp.MustCompile(`https?://[^\s"'<>]+`)
)

// mailed notes what a mail brought: codes, passwords, links, and the signed address that answers go to.
func mailed(words *dump.Words, m mailbox.Message) error {
	body, err := m.Body()
	if err != nil {
		return err
	}
	letter, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return err
	}
	for _, text := range []string{body.Text, body.HTML, letter.Header.Get("List-Unsubscribe")} {
		note(words, text)
		for _, link := range address.FindAllString(text, -1) {
			notePath(words, strings.TrimRight(link, ".,)"))
		}
	}
	for _, found := range passwordLine.FindAllStringSubmatch(body.Text, -1) {
		words.Add(Password, found[1])
	}
	if answers, err := letter.Header.AddressList("Reply-To"); err == nil {
		local, _, _ := strings.Cut(answers[0].Address, "@")
		_, signature := models.ParseInquiryAddress(local)
		words.Add(Link, signature)
	}
	return nil
}

// each reads rows; secret gives what one of them is good for.
func each(words *dump.Words, db *sql.DB, kind, query string, secret func(scan func(...any) error) ([]string, error)) (err error) {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		secrets, err := secret(rows.Scan)
		if err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		for _, s := range secrets {
			words.Add(kind, s)
		}
	}
	return rows.Err()
}

func deliveryPasswords(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	query := "SELECT id, password_salt, password_version, password_key FROM shipments"
	return each(words, db, Password, query, func(scan func(...any) error) (all []string, err error) {
		var s models.Shipment
		if err := scan(&s.ID, &s.PasswordSalt, &s.PasswordVersion, &s.PasswordKey); err != nil {
			return nil, err
		}
		for ; s.PasswordVersion > 0 && err == nil; s.PasswordVersion-- {
			var password string
			password, err = ring.DeliveryPassword(s)
			all = append(all, password)
		}
		return all, err
	})
}

func temporaryPasswords(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	query := "SELECT id, temporary_salt, temporary_version, temporary_key FROM accounts WHERE temporary_version > 0"
	return each(words, db, Password, query, func(scan func(...any) error) (all []string, err error) {
		var a models.Account
		if err := scan(&a.ID, &a.TemporarySalt, &a.TemporaryVersion, &a.TemporaryKey); err != nil {
			return nil, err
		}
		password, err := ring.TemporaryPassword(a)
		return []string{password}, err
	})
}

func resendTokens(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	query := "SELECT id, link_salt, link_key FROM resends WHERE link_key > 0" // staff's have no link
	return each(words, db, Link, query, func(scan func(...any) error) ([]string, error) {
		var r models.Resend
		if err := scan(&r.ID, &r.LinkSalt, &r.LinkKey); err != nil {
			return nil, err
		}
		token, err := ring.ResendToken(r)
		return []string{token}, err
	})
}

func unsubscribeTokens(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	query := "SELECT id, topic, link_salt, link_key FROM mail_subscriptions"
	return each(words, db, Link, query, func(scan func(...any) error) ([]string, error) {
		var s models.MailSubscription
		if err := scan(&s.ID, &s.Topic, &s.LinkSalt, &s.LinkKey); err != nil {
			return nil, err
		}
		token, err := ring.UnsubscribeToken(s)
		return []string{token}, err
	})
}

func holdingCodes(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	query := "SELECT id, code_cipher, code_key FROM holdings WHERE code_cipher IS NOT NULL"
	return each(words, db, Code, query, func(scan func(...any) error) ([]string, error) {
		var h models.Holding
		if err := scan(&h.ID, &h.CodeCipher, &h.CodeKey); err != nil {
			return nil, err
		}
		code, err := ring.OpenCode(h)
		return []string{code}, err
	})
}

func secondSecrets(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	query := "SELECT id, second_secret, second_key FROM accounts WHERE second_key > 0"
	return each(words, db, Second, query, func(scan func(...any) error) ([]string, error) {
		var a models.Account
		if err := scan(&a.ID, &a.SecondSecret, &a.SecondKey); err != nil {
			return nil, err
		}
		secret, err := ring.OpenSecond(a)
		return []string{string(secret), base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)}, err
	})
}

func activationTokens(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	query := "SELECT id, link_salt, link_key, link_version FROM activation_requests WHERE link_key > 0"
	return each(words, db, Link, query, func(scan func(...any) error) (all []string, err error) {
		var r models.ActivationRequest
		if err := scan(&r.ID, &r.LinkSalt, &r.LinkKey, &r.LinkVersion); err != nil {
			return nil, err
		}
		for ; r.LinkVersion > 0; r.LinkVersion-- {
			for _, mailbox := range []models.Mailbox{models.MailboxContact, models.MailboxAccount} {
				token, err := ring.ActivationToken(r, mailbox)
				if err != nil {
					return nil, err
				}
				all = append(all, token)
			}
		}
		return all, nil
	})
}

func issuedCodes(words *dump.Words, db *sql.DB, ring *keys.Ring) error {
	return each(words, db, Code, "SELECT id, code_cipher, code_key FROM issued_codes", func(scan func(...any) error) ([]string, error) {
		var c models.IssuedCode
		if err := scan(&c.ID, &c.CodeCipher, &c.CodeKey); err != nil {
			return nil, err
		}
		code, err := ring.OpenIssued(c)
		return []string{code}, err
	})
}
