package public

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/ui"
)

// standing is what a certificate is worth today.
type standing string

// What a certificate, or one of its lines, can be. The worst of the lines
// is not the certificate's: one that still covers something is current.
const (
	current    standing = "current"
	ahead      standing = "ahead"      // the period has not begun
	over       standing = "over"       // the period has ended
	superseded standing = "superseded" // a later registration changed what it says
	void       standing = "void"       // the contract was made void
	unknown    standing = "unknown"
)

var tones = map[standing]string{current: "ok", ahead: "ok", over: "wait", superseded: "wait", void: "bad", unknown: "bad"}

var marks = map[standing]string{current: "✓", ahead: "✓", over: "!", superseded: "!", void: "×", unknown: "?"}

// certificateView is what the page shows: only what stands on the certificate.
type certificateView struct {
	ui.Page
	Standing standing
	Day      string // the day that the verdict's text names
	Holder   string
	Now      string // what the holder is called today, where that is another name
	Number   string
	Licenses []string // partly masked
	Issued   string
	Lines    []lineView
	Checked  string
}

type lineView struct {
	Product  string
	Quantity string
	Period   string
	Standing standing
}

// showCertificate says whether a certificate is genuine and current. A token
// that nobody was given is answered like any other that is not known.
func (s *Site) showCertificate(c *gin.Context) error {
	frame := s.frame(c)
	frame.Title, frame.NoIndex = frame.T("ui.certificate.title")+" | "+s.Brand.Company.In(frame.Language), true
	facts, err := s.facts(c.Request.Context(), c.Param("token"))
	if models.IsKind(err, models.KindNotFound) {
		view := certificateView{Page: frame, Standing: unknown}
		return ui.Write(c, http.StatusNotFound, certificatePage(view))
	}
	if err != nil {
		return err
	}
	view, err := s.view(c.Request.Context(), frame, facts)
	if err != nil {
		return err
	}
	return ui.Write(c, http.StatusOK, certificatePage(view))
}

func (s *Site) facts(ctx context.Context, token string) (store.CertificateFacts, error) {
	document, err := s.Store.DocumentByToken(ctx, token)
	if err != nil {
		return store.CertificateFacts{}, err
	}
	if document.Kind != models.DocumentCertificate {
		return store.CertificateFacts{}, models.NotFound("document")
	}
	return s.Store.CertificateFacts(ctx, document.SubjectID)
}

func (s *Site) view(ctx context.Context, frame ui.Page, facts store.CertificateFacts) (certificateView, error) {
	view := certificateView{
		Page: frame, Holder: facts.Holder().CompanyName, Number: facts.Order.CertificateNumber(),
		Checked: ui.Moment(frame.Language, s.Clock()),
	}
	if now := facts.HolderNow().CompanyName; now != view.Holder {
		view.Now = now
	}
	if facts.Order.RegisteredAt != nil {
		view.Issued = ui.Day(frame.Language, models.DateOf(*facts.Order.RegisteredAt))
	}
	for _, c := range facts.Contracts {
		view.Licenses = append(view.Licenses, masked(c.LicenseID))
	}
	later, err := s.laterChanges(ctx, facts)
	if err != nil {
		return view, err
	}
	for _, change := range facts.Changes {
		view.Lines = append(view.Lines, lineView{
			Product: s.product(frame.Language, change.ProductCode), Quantity: ui.Number(certified(change.HoldingChange)),
			Period:   ui.Day(frame.Language, change.StartsOn) + " – " + ui.Day(frame.Language, change.EndsOn),
			Standing: s.standing(facts, change, later[change.HoldingID]),
		})
	}
	view.Standing, view.Day = s.verdict(view, facts)
	return view, nil
}

// certified is the quantity that the certificate states: of an addition, what was added.
func certified(c models.HoldingChange) int {
	if c.Kind == models.LineAddition {
		return c.QuantityAfter - c.QuantityBefore
	}
	return c.QuantityAfter
}

// masked leaves enough of a license ID to compare with the certificate in one's hand.
func masked(license string) string {
	keep := min(4, len(license)/2)
	return strings.Repeat("•", len(license)-keep) + license[len(license)-keep:]
}

func (s *Site) product(lang models.Language, code string) string {
	if p, known := s.Rules.Catalogue.Product(code); known {
		return p.Names.In(lang)
	}
	return code
}

// laterChanges gives, by holding, the newest change made after this certificate's.
func (s *Site) laterChanges(ctx context.Context, facts store.CertificateFacts) (map[int64]models.HoldingChange, error) {
	newest := map[int64]models.HoldingChange{}
	own := map[int64]bool{}
	for _, c := range facts.Changes {
		own[c.ID] = true
	}
	for _, contract := range facts.Contracts {
		detail, err := s.Store.ContractByLicense(ctx, models.Process, contract.LicenseID)
		if err != nil {
			return nil, err
		}
		for _, c := range detail.Changes {
			if !own[c.ID] && s.after(c, facts) && c.ID > newest[c.HoldingID].ID {
				newest[c.HoldingID] = c
			}
		}
	}
	return newest, nil
}

// after says whether a change came after all of the certificate's own to that holding.
func (s *Site) after(c models.HoldingChange, facts store.CertificateFacts) bool {
	return !slices.ContainsFunc(facts.Changes, func(own store.CertificateLine) bool {
		return own.HoldingID == c.HoldingID && own.ID > c.ID
	})
}

// standing judges one line. A renewal that begins later leaves the line as it is
// until then; an addition or a changed product supersedes it at once.
func (s *Site) standing(facts store.CertificateFacts, line store.CertificateLine, later models.HoldingChange) standing {
	today := models.DateOf(s.Clock())
	if i := slices.IndexFunc(facts.Contracts, func(c models.Contract) bool { return c.LicenseID == line.LicenseID }); i >= 0 && facts.Contracts[i].Void {
		return void
	}
	switch {
	case line.EndsOn.Before(today):
		return over
	case later.ID != 0 && !later.StartsOn.After(today):
		return superseded
	case line.StartsOn.After(today):
		return ahead
	}
	return current
}

// verdict is the certificate's standing: the best of its lines. Day is when the
// period ended or begins, or today.
func (s *Site) verdict(view certificateView, facts store.CertificateFacts) (standing, string) {
	day := func(d models.Date) string { return ui.Day(view.Language, d) }
	for _, best := range []standing{current, ahead, superseded, over, void} {
		i := slices.IndexFunc(view.Lines, func(l lineView) bool { return l.Standing == best })
		if i < 0 {
			continue
		}
		switch best {
		case ahead:
			return best, day(facts.Changes[i].StartsOn)
		case over:
			return best, day(lastDay(facts))
		}
		return best, day(models.DateOf(s.Clock()))
	}
	return unknown, ""
}

func lastDay(facts store.CertificateFacts) models.Date {
	var last models.Date
	for _, c := range facts.Changes {
		if c.EndsOn.After(last) {
			last = c.EndsOn
		}
	}
	return last
}
