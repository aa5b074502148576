package profile_test

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"pgregory.net/rapid"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Taking away any line that holds a key or an item is either noticed or leaves
// a profile that holds together; nothing is half read.
func TestAnyLineTakenAway(t *testing.T) {
	lines := strings.Split(string(profile.DefaultYAML()), "\n")
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(lines)-2).Draw(t, "line")
		left := append(append([]string{}, lines[:i]...), lines[i+1:]...)
		p, err := profile.Parse("own.yaml", []byte(strings.Join(left, "\n")))
		if err != nil {
			checkProblems(t, err, len(left))
			return
		}
		checkProfile(t, p)
	})
}

// A key that nobody knows is refused wherever it is put.
func TestUnknownKeyAnywhere(t *testing.T) {
	key := regexp.MustCompile(`^( *)[a-z_]+:(?: |$)`)
	var places []int
	lines := strings.Split(string(profile.DefaultYAML()), "\n")
	block := false
	for i, line := range lines {
		if m := key.FindStringSubmatch(line); m != nil {
			if !block {
				places = append(places, i)
			}
			block = strings.HasSuffix(line, "|")
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.SampledFrom(places).Draw(t, "line")
		indent := key.FindStringSubmatch(lines[i])[1]
		changed := append(append(append([]string{}, lines[:i]...), indent+"never_heard_of: 1"), lines[i:]...)
		_, err := profile.Parse("own.yaml", []byte(strings.Join(changed, "\n")))
		problems, ok := errors.AsType[*profile.Problems](err)
		if !ok {
			t.Fatalf("%s is taken: %v", changed[i], err)
		}
		for _, p := range problems.List {
			if p.Line == i+1 && strings.HasSuffix(p.Field, "never_heard_of") {
				return
			}
		}
		t.Fatalf("line %d is not named: %v", i+1, problems)
	})
}

func TestSubjectProperties(t *testing.T) {
	p := defaultProfile(t)
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(profile.MailKinds()).Draw(t, "kind")
		lang := rapid.SampledFrom([]models.Language{models.Japanese, models.English}).Draw(t, "language")
		pattern, ok := p.SubjectPattern(kind)
		if plain := pattern.In(lang); !ok || plain == "" || strings.ContainsAny(plain, "\r\n") || plain != strings.TrimSpace(plain) {
			t.Fatalf("%s is called %q", kind, plain)
		}
		resent, _ := p.ResentPattern(kind)
		if plain := pattern.In(lang); !strings.HasSuffix(resent.In(lang), plain) || resent.In(lang) == plain {
			t.Fatalf("%q is resent as %q", plain, resent.In(lang))
		}
	})
}

type fataler interface {
	Fatalf(format string, args ...any)
}

func checkProblems(t fataler, err error, lines int) {
	problems, ok := errors.AsType[*profile.Problems](err)
	if !ok || len(problems.List) == 0 {
		t.Fatalf("no list of problems: %v", err)
	}
	for _, p := range problems.List {
		if p.Line < 1 || p.Line > max(1, lines+1) || p.Code == "" || p.Message.JA == "" || p.Message.EN == "" {
			t.Fatalf("a problem of %d lines says too little: %+v", lines, p)
		}
	}
}

// checkProfile uses everything that others take for granted in a checked profile.
func checkProfile(t fataler, p *profile.Profile) {
	for _, kind := range profile.MailKinds() {
		sender, ok := p.Sender(kind)
		if !ok || !models.ValidEmail(sender.Address) {
			t.Fatalf("%s comes from %q", kind, sender.Address)
		}
		for _, lang := range []models.Language{models.Japanese, models.English} {
			if subject, ok := p.SubjectPattern(kind); !ok || strings.ContainsAny(subject.In(lang), "\r\n") {
				t.Fatalf("%s is called %q", kind, subject.In(lang))
			}
		}
	}
	for _, orderType := range models.OrderTypes {
		if _, ok := p.OrderType(orderType); !ok {
			t.Fatalf("no order type %s", orderType)
		}
	}
	for _, product := range p.Catalogue().Products() {
		if found, ok := p.Product(product.Code); !ok || found.Code != product.Code {
			t.Fatalf("product %s is not found", product.Code)
		}
	}
	for _, list := range p.PriceBook().Lists {
		for code, price := range list.Prices {
			product, _ := p.Product(code)
			if _, ok := models.RankFor(price.Bands, product.MaximumQuantity); !ok {
				t.Fatalf("%s has no rank on list %s", code, list.Code)
			}
		}
	}
	p.Rules().Names.Judge("株式会社みなと精機")
	p.Calendar().AddBusinessDays(p.Calendar().CoveredUntil(), 1)
	p.DeskOpens(p.Calendar().CoveredUntil())
}
