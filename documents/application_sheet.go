package documents

import (
	"cmp"

	"github.com/todoke/todoke/models"
)

// applicationSheet lays the record of one application out.
type applicationSheet struct {
	Application
	fieldSheet
	issuer string
}

func (s *applicationSheet) layout() *layout {
	body := []group{{strips: s.title()}, {strips: s.receipt()}}
	body = append(body, s.endUser(), s.support(), s.block(s.say.reseller, s.partner(s.Reseller)...), s.dealer(), s.contract())
	body = append(body, substitutionNote(s.typesetter, s.say, s.ReceiptNumber)...)
	return &layout{
		body: body, tableHead: space(1), closing: space(1), top: s.top,
		foot: func(page, of int) *strip {
			return footStrip(s.typesetter, s.say.application+"  "+s.ReceiptNumber, page, of)
		},
	}
}

// top names whom the application was filed with.
func (s *applicationSheet) top(page int) *strip {
	head := &strip{height: 27, marks: []mark{
		rule{0, 1.25, pageWidth, 2.5, blue},
		words{margin, 19, s.shorten(s.issuer, brandText, 100), brandText},
	}}
	if page > 1 {
		name := s.say.application + s.say.continued
		head.marks = append(head.marks, words{right - s.width(name, bodyText), 19, name, bodyText},
			rule{margin, 22.5, textWidth, 0.15, blueLine})
	}
	return head
}

func (s *applicationSheet) title() []*strip {
	big := style{points: 22, leading: 11, bold: true, color: ink, tracking: 0.5}
	sub := style{points: 8, color: inkWeak, tracking: 0.2}
	band := &strip{height: 15}
	x := margin
	for _, r := range s.say.application {
		band.marks = append(band.marks, words{x, 9, string(r), big})
		x += s.width(string(r), big)
	}
	x += 4
	for _, r := range s.say.applicationSub {
		band.marks = append(band.marks, words{x, 9, string(r), sub})
		x += s.width(string(r), sub)
	}
	return []*strip{band}
}

// receipt shows the number to quote, large, and what it is good for.
func (s *applicationSheet) receipt() []*strip {
	strong := style{points: 17, leading: 9.5, bold: true, color: blue}
	box := column{x: margin + 6, width: textWidth - 12}
	box.in(s.typesetter, label, s.say.receiptNumber)
	box.in(s.typesetter, strong, cmp.Or(s.ReceiptNumber, s.say.none))
	strips := append([]*strip{space(3)}, side(s.typesetter, box)...)
	strips = append(strips, space(2.5))
	for _, part := range strips { // the tint lies below the letters
		band := []mark{
			rule{margin, part.height / 2, textWidth, part.height + 0.05, blueWeak},
			rule{margin, part.height / 2, 1.2, part.height + 0.05, blue},
		}
		part.marks = append(band, part.marks...)
	}
	left := column{x: margin, width: 96}
	left.in(s.typesetter, label, s.say.orderType)
	left.in(s.typesetter, bodyText, s.say.typeOfOrder(s.OrderType))
	when := column{x: margin + 104, width: textWidth - 104}
	when.in(s.typesetter, label, s.say.createdAt)
	when.in(s.typesetter, bodyText, s.say.moment(s.CreatedAt))
	note := column{x: margin, width: textWidth}
	note.in(s.typesetter, smallText, s.say.applicationNote)

	strips = append(append(strips, space(4)), side(s.typesetter, left, when)...)
	strips = append(append(strips, space(1.5)), side(s.typesetter, note)...)
	return append(strips, space(3))
}

// endUser has every field for new contracts; for those held already only what
// tells the company (applications.md).
func (s *applicationSheet) endUser() group {
	if s.OrderType.NeedsLicenseID() {
		return s.block(s.say.endUser, field{s.say.companyName, s.EndUser.CompanyName}, s.address(s.EndUser))
	}
	return s.block(s.say.endUser, s.party(s.EndUser)...)
}

func (s *applicationSheet) support() group {
	switch {
	case s.OrderType.NeedsLicenseID():
		return s.block(s.say.supportContact, field{"", s.say.keptContact})
	case s.SupportSame:
		return s.block(s.say.supportContact, field{"", s.say.sameAsEndUser})
	}
	return s.block(s.say.supportContact, s.party(s.SupportContact)...)
}

func (s *applicationSheet) dealer() group {
	if s.DealerSame {
		return s.block(s.say.dealer, field{"", s.say.sameAsReseller})
	}
	return s.block(s.say.dealer, s.partner(s.Dealer)...)
}

func (s *applicationSheet) partner(p models.Party) []field {
	return append([]field{{s.say.partnerCode, p.PartnerCode}}, s.party(p)...)
}

func (s *applicationSheet) contract() group {
	fields := []field{{s.say.credits, s.say.no}, {s.say.term, s.say.monthCount(s.Months)}}
	if s.Credits {
		fields[0].value = s.say.yes
	}
	if s.OrderType.NeedsLicenseID() {
		fields = append(fields, field{s.say.licenseID, s.LicenseID})
	} else {
		fields = append(fields, field{s.say.startMonth, s.say.startingMonth(s.StartMonth)})
	}
	consent := field{s.say.consent, ""}
	if s.Consent {
		consent.value = s.say.consented
	}
	return s.block(s.say.contract, append(fields, field{s.say.deliveryEmail, s.DeliveryEmail}, consent)...)
}
